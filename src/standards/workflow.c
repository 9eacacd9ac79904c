/*
 * What checks of workflows run over: actions, scripts, permissions, checkouts. And the comments behind values: a
 * rendered workflow has those that the writer will add, one from elsewhere those of its text.
 */
#include "workflow.h"

#include <ctype.h>

#include "kiln/yaml.h"

size_t workflow_count(const Value *value)
{
    if (value_is_none(value))
        return 0;
    return value->kind == VALUE_LIST ? value->size : 1;
}

const Value *workflow_at(const Value *value, size_t index)
{
    return value->kind == VALUE_LIST ? value->items[index] : value;
}

/* on: push, on: [push], on: {push: …} */
bool workflow_triggered_by(const Value *workflow, Str event)
{
    const Value *on = value_get(workflow, STR("on"));
    if (value_is(on, VALUE_MAP))
        return value_get(on, event) != NULL;
    for (size_t i = 0; i < workflow_count(on); i++) {
        if (str_equal(text_of(workflow_at(on, i)), event))
            return true;
    }
    return false;
}

/* ---- walking ---- */

typedef struct StepPlace {
    const Value *workflow;
    const Value *job;
    Str job_id;
    const Value *step;
    Str path;
} StepPlace;

typedef void StepFn(Items *items, const StepPlace *place);

static void walk_steps(Items *items, const Value *workflow, StepFn *visit)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++) {
        const MapEntry *job = &jobs->entries[i];
        const Value *steps = value_get(job->value, STR("steps"));
        for (uint32_t j = 0; value_is(steps, VALUE_LIST) && j < steps->size; j++) {
            if (steps->items[j]->kind != VALUE_MAP)
                continue;
            Str path = arena_printf(items->arena, "jobs.%.*s.steps[%u]", STR_ARG(job->key), j);
            visit(items, &(StepPlace){workflow, job->value, job->key, steps->items[j], path});
        }
    }
}

static Str below(Arena *arena, Str path, const char *key)
{
    return arena_printf(arena, "%.*s.%s", STR_ARG(path), key);
}

static void set(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value ? value : &value_null);
}

/* ---- actions and images ---- */

/* forty hexadecimal digits */
static bool is_commit(Str ref)
{
    for (size_t i = 0; i < ref.size; i++) {
        if (!memchr("0123456789abcdef", ref.data[i], 16))
            return false;
    }
    return ref.size == 40;
}

static bool is_local(Str text)
{
    return str_starts(text, STR("./")) || str_starts(text, STR("$/"));
}

/* What somebody else wrote and may change; image: a container's, else an action's. */
static void add_floating(Items *items, const Value *uses, bool image, Str path)
{
    Str text = value_text(uses);
    if (str_starts(text, STR("docker://"))) {
        image = true;
        text = str_slice(text, STR("docker://").size, text.size);
    }
    ptrdiff_t at = str_rfind_char(text, '@');
    Str ref = at < 0 ? STR("") : str_slice(text, (size_t)at + 1, text.size);
    bool computed = str_find(text, STR("${{"), 0) >= 0;
    if (computed || is_local(text) || (image ? str_starts(ref, STR("sha256:")) : is_commit(ref)))
        return;
    MapBuilder item = map_begin(items->arena);
    set(&item, "image", truth(image));
    set(&item, "name", value_new_string(items->arena, uses->origin, text));
    items_add(items, (Item){map_end(&item, uses->origin), uses, text, path});
}

/* Actions by commit, whose tag stands in a comment. */
static void add_pinned(Items *items, const Value *uses, bool image, Str path)
{
    Str text = value_text(uses);
    ptrdiff_t at = str_rfind_char(text, '@');
    if (!image && at >= 0 && is_commit(str_slice(text, (size_t)at + 1, text.size)))
        items_add(items, (Item){uses, uses, text, path});
}

typedef void UseFn(Items *items, const Value *uses, bool image, Str path);

/* image: x, or container: x alone. */
static void add_image(Items *items, UseFn *add, const Value *container, Str path)
{
    const Value *image = value_is(container, VALUE_MAP) ? value_get(container, STR("image")) : container;
    if (!value_is_none(image) && text_of(image).size)
        add(items, image, true, image == container ? path : below(items->arena, path, "image"));
}

static void add_job_uses(Items *items, UseFn *add, const Value *job, Str path)
{
    const Value *uses = value_get(job, STR("uses")), *services = value_get(job, STR("services"));
    const Value *container = value_get(job, STR("container")), *steps = value_get(job, STR("steps"));
    if (value_is(uses, VALUE_STRING))
        add(items, uses, false, below(items->arena, path, "uses"));
    if (container)
        add_image(items, add, container, below(items->arena, path, "container"));
    for (uint32_t i = 0; value_is(services, VALUE_MAP) && i < services->size; i++)
        add_image(items, add, services->entries[i].value,
                  arena_printf(items->arena, "%.*s.services.%.*s", STR_ARG(path), STR_ARG(services->entries[i].key)));
    for (uint32_t i = 0; value_is(steps, VALUE_LIST) && i < steps->size; i++) {
        const Value *used = value_get(steps->items[i], STR("uses"));
        if (value_is(used, VALUE_STRING))
            add(items, used, false, arena_printf(items->arena, "%.*s.steps[%u].uses", STR_ARG(path), i));
    }
}

static void add_uses(Items *items, const Value *workflow, UseFn *add)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++)
        add_job_uses(items, add, jobs->entries[i].value,
                     arena_printf(items->arena, "jobs.%.*s", STR_ARG(jobs->entries[i].key)));
}

void each_floating(Items *items, const Value *workflow)
{
    add_uses(items, workflow, add_floating);
}

void each_pinned(Items *items, const Value *workflow)
{
    add_uses(items, workflow, add_pinned);
}

/* ---- scripts ---- */

/* Contexts whose text anybody may write who can open an issue or a pull request (GitHub's "untrusted input"). */
static const char *const tainted_paths[] = {
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.pages.*.page_name",
    "github.event.commits.*.message",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.head_ref",
};

/* Step by step; * on either side stands for any step. A path that ends early holds all that is below it. */
static bool path_meets(Str path, Str tainted)
{
    Str a, b;
    while (path.data && str_split(&path, '.', &a)) {
        if (!str_split(&tainted, '.', &b))
            return false;
        if (!str_equal(a, b) && !str_equal(a, STR("*")) && !str_equal(b, STR("*")))
            return false;
    }
    return !tainted.data || !tainted.size;
}

static bool is_tainted(Str path)
{
    for (size_t i = 0; i < LENGTH_OF(tainted_paths); i++) {
        if (path_meets(path, str_from(tainted_paths[i])))
            return true;
    }
    return false;
}

static bool text_is_tainted(Arena *arena, Str text)
{
    Expression expression = {0};
    for (size_t at = 0; expression_next(text, &at);) {
        expression_read(arena, text, &at, &expression);
        for (size_t i = 0; i < expression.use_count; i++) {
            if (!expression.uses[i].judged && is_tainted(expression.uses[i].path))
                return true;
        }
    }
    return false;
}

/* One variable of one env map; names are not case-sensitive. */
static Str variable_key(Arena *arena, const Value *env, Str name)
{
    Str key = arena_printf(arena, "%p %.*s", (const void *)env, STR_ARG(name));
    char *text = arena_text(arena, key);
    for (size_t i = 0; i < key.size; i++)
        text[i] = (char)tolower((unsigned char)text[i]);
    return (Str){text, key.size};
}

/* A map's variables are looked at once, however many scripts name them. */
static void note_variables(Items *items, const Value *env)
{
    Index *variables = items->shared->variables;
    Str whole = variable_key(items->arena, env, STR(""));
    if (index_get(variables, whole) != INDEX_NONE)
        return;
    index_put(variables, whole, 0);
    for (uint32_t i = 0; i < env->size; i++) {
        const MapEntry *entry = &env->entries[i];
        index_put(variables, variable_key(items->arena, env, entry->key),
                  text_is_tainted(items->arena, text_of(entry->value)));
    }
}

/* env.NAME in a script is pasted like what the variable was made of; "$NAME" is not. */
static bool variable_is_tainted(Items *items, const StepPlace *place, Str name)
{
    const Value *const holders[] = {place->step, place->job, place->workflow};
    for (size_t i = 0; i < LENGTH_OF(holders); i++) {
        const Value *env = value_get(holders[i], STR("env"));
        if (!value_is(env, VALUE_MAP))
            continue;
        note_variables(items, env);
        uint32_t tainted = index_get(items->shared->variables, variable_key(items->arena, env, name));
        if (tainted != INDEX_NONE)
            return tainted;
    }
    return false;
}

static bool use_is_tainted(Items *items, const StepPlace *place, Str path)
{
    if (str_starts(path, STR("env.")))
        return variable_is_tainted(items, place, str_slice(path, 4, path.size));
    return is_tainted(path);
}

static void add_script(Items *items, const StepPlace *place, const Value *script, Str path)
{
    Str text = value_is_none(script) ? STR("") : text_of(script);
    ListBuilder tainted = list_begin(items->arena);
    Expression expression = {0};
    for (size_t at = 0; expression_next(text, &at);) {
        expression_read(items->arena, text, &at, &expression);
        for (size_t i = 0; i < expression.use_count; i++) {
            const ContextUse *use = &expression.uses[i];
            if (!use->judged && use_is_tainted(items, place, use->path))
                list_add(&tainted, value_new_string(items->arena, script->origin, use->path));
        }
    }
    if (!tainted.count)
        return;
    MapBuilder item = map_begin(items->arena);
    set(&item, "tainted", list_end(&tainted, script->origin));
    items_add(items, (Item){map_end(&item, script->origin), script, place->job_id, path});
}

static void add_scripts(Items *items, const StepPlace *place)
{
    const Value *run = value_get(place->step, STR("run"));
    if (run)
        add_script(items, place, run, below(items->arena, place->path, "run"));
    if (str_starts(value_text_at(place->step, "uses"), STR("actions/github-script@")))
        add_script(items, place, value_path(place->step, "with.script"),
                   below(items->arena, place->path, "with.script"));
}

/* Only those that paste in what strangers write. */
void each_script(Items *items, const Value *workflow)
{
    Shared alone = {0}, *given = items->shared;
    items->shared = given ? given : &alone;
    if (!items->shared->variables)
        items->shared->variables = index_new(items->arena, 16);
    walk_steps(items, workflow, add_scripts);
    items->shared = given;
}

static void add_commands(Items *items, const StepPlace *place)
{
    const Value *run = value_get(place->step, STR("run"));
    if (value_is(run, VALUE_STRING))
        script_commands(items, run, place->job_id, below(items->arena, place->path, "run"));
}

void each_command(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_commands);
}

/* ---- permissions ---- */

static void add_grant(Items *items, Str permission, const Value *access, Str job, Str path)
{
    MapBuilder item = map_begin(items->arena);
    set(&item, "permission", value_new_string(items->arena, access->origin, permission));
    set(&item, "access", access);
    items_add(items, (Item){map_end(&item, access->origin), access, job, path});
}

/* Without those that need no word: none, and reading the sources. */
static void add_grants(Items *items, const Value *permissions, Str job, Str path)
{
    if (value_is(permissions, VALUE_STRING))
        add_grant(items, STR(""), permissions, job, path);
    for (uint32_t i = 0; value_is(permissions, VALUE_MAP) && i < permissions->size; i++) {
        const MapEntry *entry = &permissions->entries[i];
        Str access = text_of(entry->value);
        bool reads = str_equal(entry->key, STR("contents")) && str_equal(access, STR("read"));
        if (!reads && !str_equal(access, STR("none")))
            add_grant(items, entry->key, entry->value, job,
                      arena_printf(items->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(entry->key)));
    }
}

void each_grant(Items *items, const Value *workflow)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++)
        add_grants(items, value_get(jobs->entries[i].value, STR("permissions")), jobs->entries[i].key,
                   arena_printf(items->arena, "jobs.%.*s.permissions", STR_ARG(jobs->entries[i].key)));
}

/* ---- checkouts ---- */

static void add_checkout(Items *items, const StepPlace *place)
{
    if (str_starts(value_text_at(place->step, "uses"), STR("actions/checkout@")))
        items_add(items, (Item){place->step, place->step, place->job_id, place->path});
}

void each_checkout(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_checkout);
}

/* ---- a pull request with the rights of the main branch ---- */

static bool is_privileged(const Value *workflow)
{
    return workflow_triggered_by(workflow, STR("pull_request_target")) ||
           workflow_triggered_by(workflow, STR("workflow_run")) ||
           workflow_triggered_by(workflow, STR("issue_comment"));
}

static bool names_head(const Value *text)
{
    static const char *const heads[] = {"head_ref",        ".head.ref",        ".head.sha",
                                        ".head.repo",      "head_sha",         "head_branch",
                                        "head_repository", "merge_commit_sha", "refs/pull/"};
    for (size_t i = 0; text && i < LENGTH_OF(heads); i++) {
        if (str_find(text_of(text), str_from(heads[i]), 0) >= 0)
            return true;
    }
    return false;
}

static void add_head_checkout(Items *items, const StepPlace *place)
{
    const Value *with = value_get(place->step, STR("with")), *run = value_get(place->step, STR("run"));
    bool checkout = str_starts(value_text_at(place->step, "uses"), STR("actions/checkout@"));
    bool head = names_head(value_get(with, STR("ref"))) || names_head(value_get(with, STR("repository")));
    bool fetches = value_is(run, VALUE_STRING) && script_runs(value_text(run), STR("gh pr checkout"));
    if ((checkout && head) || fetches)
        items_add(items, (Item){place->step, place->step, place->job_id, place->path});
}

void each_head_checkout(Items *items, const Value *workflow)
{
    if (is_privileged(workflow))
        walk_steps(items, workflow, add_head_checkout);
}

/* ---- steps of some actions ---- */

static void add_scan(Items *items, const StepPlace *place)
{
    /* The list of contents that Trivy can write as well is no scan. */
    if (str_starts(value_text_at(place->step, "uses"), STR("aquasecurity/trivy-action@")) &&
        !str_equal(value_text_at(place->step, "with.format"), STR("cyclonedx")))
        items_add(items, (Item){place->step, place->step, place->job_id, place->path});
}

void each_scan(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_scan);
}

/* Actions that log in to a cloud, and the input that holds a key which does not expire. */
static const struct {
    const char *action;
    const char *input;
} logins[] = {
    {"aws-actions/configure-aws-credentials@", "aws-access-key-id"},
    {"google-github-actions/auth@", "credentials_json"},
    {"azure/login@", "creds"},
};

static void add_login(Items *items, const StepPlace *place)
{
    Str uses = value_text_at(place->step, "uses");
    for (size_t i = 0; i < LENGTH_OF(logins); i++) {
        if (!str_starts(uses, str_from(logins[i].action)))
            continue;
        MapBuilder item = map_begin(items->arena);
        set(&item, "key", value_get(value_get(place->step, STR("with")), str_from(logins[i].input)));
        items_add(items, (Item){map_end(&item, place->step->origin), place->step, place->job_id, place->path});
    }
}

void each_login(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_login);
}

/* ---- inputs ---- */

/* Of a deployment that somebody starts by hand. */
void each_input(Items *items, const Value *workflow)
{
    const Value *inputs = value_path(workflow, "on.workflow_dispatch.inputs");
    if (!value_is(inputs, VALUE_MAP) || !workflow_deploys(workflow))
        return;
    for (uint32_t i = 0; i < inputs->size; i++)
        items_add(items, (Item){inputs->entries[i].value, inputs->entries[i].value, inputs->entries[i].key,
                                arena_printf(items->arena, "on.workflow_dispatch.inputs.%.*s",
                                             STR_ARG(inputs->entries[i].key))});
}

/* ---- comments ---- */

static bool is_rendered(const JsoneRun *run)
{
    return !((const GateHost *)run->host)->file->foreign;
}

static const Value *text_value(const JsoneRun *run, Str text)
{
    return value_new_string(run->arena, ORIGIN_NONE, text.data ? text : STR(""));
}

/* Of the actions that kiln uses itself it knows the tag. A comment may say v4 for v4.1.2. */
static const Value *call_tag_fault(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Str uses = text_of(args[0]), tag = pinned_action_tag(uses), said;
    Str rest = is_rendered(run) ? workflow_tag(diags_sources(run->diags), args[0])
                                : yaml_comment_behind(diags_sources(run->diags), args[0]->origin);
    str_split(&rest, ' ', &said);
    if (!said.size)
        return text_value(run, arena_printf(run->arena, "no comment says which tag '%.*s' is", STR_ARG(uses)));
    if (tag.data && !str_starts(tag, said))
        return text_value(
            run, arena_printf(run->arena, "'%.*s' is %.*s, not %.*s", STR_ARG(uses), STR_ARG(tag), STR_ARG(said)));
    return &value_null;
}

static const Value *call_reason_comment(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Sources *sources = diags_sources(run->diags);
    return text_value(run, is_rendered(run) ? workflow_reason(sources, text_of(args[0]), args[1])
                                            : yaml_comment_behind(sources, args[1]->origin));
}

static const Value *call_triggered_by(CALL_PARAMETERS)
{
    CALL_UNUSED;
    for (size_t i = 1; i < count; i++) {
        if (workflow_triggered_by(args[0], text_of(args[i])))
            return &value_true;
    }
    return &value_false;
}

static const Value *call_some_workflow(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *workflows = object_set_in(set_of(run), run->arena, STR("workflow"), STR(""));
    for (uint32_t i = 0; i < workflows->size; i++) {
        if (workflow_triggered_by(workflows->items[i], text_of(args[0])))
            return &value_true;
    }
    return &value_false;
}

static const Function rows[] = {
    {NAME("tagFault"), call_tag_fault, 1, 1, "tagFault(uses): what is wrong with the comment behind it, or null",
     NULL},
    {NAME("reasonComment"), call_reason_comment, 2, 2,
     "reasonComment(permission, access): the comment behind the access, or ''", NULL},
    {NAME("triggeredBy"), call_triggered_by, 2, UINT8_MAX,
     "triggeredBy(workflow, event, …): whether one of the events starts it", NULL},
    {NAME("someWorkflow"), call_some_workflow, 1, 1,
     "someWorkflow(event): whether the event starts a workflow of the project", NULL},
};

const FunctionRows workflow_functions = {rows, LENGTH_OF(rows)};
