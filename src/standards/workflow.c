/*
 * What checks of workflows run over: actions, scripts, permissions, checkouts. And the comments behind values: a
 * rendered workflow has those that the writer will add, one from elsewhere those of its text.
 */
#include "workflow.h"

#include <ctype.h>

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

/* What runs that somebody else wrote. kind: action, image, or local, which needs no pin. */
static void add_use(Items *items, const Value *uses, const char *kind, Str path)
{
    if (!value_is_scalar(uses))
        return;
    Str text = value_text(uses);
    ptrdiff_t at = str_rfind_char(text, '@');
    bool image = str_starts(text, STR("docker://"));
    if (image) {
        kind = "image";
        text = str_slice(text, STR("docker://").size, text.size);
    } else if (str_starts(text, STR("./")) || str_starts(text, STR("$/"))) {
        kind = "local";
    } else if (str_find(text, STR("${{"), 0) >= 0) {
        kind = "computed";
    }
    MapBuilder item = map_begin(items->arena);
    set(&item, "uses", uses);
    set(&item, "kind", value_new_string(items->arena, uses->origin, str_from(kind)));
    set(&item, "image", value_new_string(items->arena, uses->origin, text));
    set(&item, "ref",
        value_new_string(items->arena, uses->origin, at < 0 ? STR("") : str_slice(text, (size_t)at + 1, text.size)));
    items_add(items, (Item){map_end(&item, uses->origin), uses, value_text(uses), path});
}

static void add_step_use(Items *items, const StepPlace *place)
{
    const Value *uses = value_get(place->step, STR("uses"));
    if (uses)
        add_use(items, uses, "action", below(items->arena, place->path, "uses"));
}

/* image: x, or container: x alone. */
static void add_image(Items *items, const Value *container, Str path)
{
    const Value *image = value_is(container, VALUE_MAP) ? value_get(container, STR("image")) : container;
    if (!value_is_none(image) && text_of(image).size)
        add_use(items, image, "image", image == container ? path : below(items->arena, path, "image"));
}

void each_use(Items *items, const Value *workflow)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++) {
        const Value *job = jobs->entries[i].value, *uses = value_get(job, STR("uses"));
        Str path = arena_printf(items->arena, "jobs.%.*s", STR_ARG(jobs->entries[i].key));
        if (uses)
            add_use(items, uses, "action", below(items->arena, path, "uses"));
        add_image(items, value_get(job, STR("container")), below(items->arena, path, "container"));
        const Value *services = value_get(job, STR("services"));
        for (uint32_t j = 0; value_is(services, VALUE_MAP) && j < services->size; j++)
            add_image(
                items, services->entries[j].value,
                arena_printf(items->arena, "%.*s.services.%.*s", STR_ARG(path), STR_ARG(services->entries[j].key)));
    }
    walk_steps(items, workflow, add_step_use);
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
    for (size_t at = 0; expression_next(text, &at);) {
        Expression expression = expression_read(arena, text, &at);
        for (size_t i = 0; i < expression.use_count; i++) {
            if (!expression.uses[i].judged && is_tainted(expression.uses[i].path))
                return true;
        }
    }
    return false;
}

static bool equal_folded(Str a, Str b)
{
    for (size_t i = 0; a.size == b.size && i < a.size; i++) {
        if (tolower((unsigned char)a.data[i]) != tolower((unsigned char)b.data[i]))
            return false;
    }
    return a.size == b.size;
}

/* env.NAME in a script is pasted like what the variable was made of; "$NAME" is not. */
static bool variable_is_tainted(Arena *arena, const StepPlace *place, Str name)
{
    const Value *const holders[] = {place->step, place->job, place->workflow};
    for (size_t i = 0; i < LENGTH_OF(holders); i++) {
        const Value *env = value_get(holders[i], STR("env"));
        for (uint32_t j = 0; value_is(env, VALUE_MAP) && j < env->size; j++) {
            if (equal_folded(env->entries[j].key, name))
                return text_is_tainted(arena, text_of(env->entries[j].value));
        }
    }
    return false;
}

static bool use_is_tainted(Arena *arena, const StepPlace *place, Str path)
{
    if (str_starts(path, STR("env.")))
        return variable_is_tainted(arena, place, str_slice(path, 4, path.size));
    return is_tainted(path);
}

static void add_script(Items *items, const StepPlace *place, const Value *script, Str path)
{
    Str text = value_is_none(script) ? STR("") : text_of(script);
    ListBuilder tainted = list_begin(items->arena);
    for (size_t at = 0; expression_next(text, &at);) {
        Expression expression = expression_read(items->arena, text, &at);
        for (size_t i = 0; i < expression.use_count; i++) {
            const ContextUse *use = &expression.uses[i];
            if (!use->judged && use_is_tainted(items->arena, place, use->path))
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
    walk_steps(items, workflow, add_scripts);
}

static void add_run(Items *items, const StepPlace *place)
{
    const Value *run = value_get(place->step, STR("run"));
    if (value_is(run, VALUE_STRING))
        items_add(items, (Item){run, run, place->job_id, below(items->arena, place->path, "run")});
}

void each_run(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_run);
}

/* ---- permissions ---- */

static void add_grants(Items *items, const Value *permissions, Str job, Str path)
{
    for (uint32_t i = 0; value_is(permissions, VALUE_MAP) && i < permissions->size; i++) {
        const MapEntry *entry = &permissions->entries[i];
        MapBuilder item = map_begin(items->arena);
        set(&item, "permission", value_new_string(items->arena, entry->key_origin, entry->key));
        set(&item, "access", entry->value);
        items_add(items, (Item){map_end(&item, entry->value->origin), entry->value, job,
                                arena_printf(items->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(entry->key))});
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

static void add_step(Items *items, const StepPlace *place)
{
    if (value_get(place->step, STR("uses")))
        items_add(items, (Item){place->step, place->step, place->job_id, place->path});
}

/* Steps that run an action. */
void each_action_step(Items *items, const Value *workflow)
{
    walk_steps(items, workflow, add_step);
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

/* Behind a scalar that begins at the start of text. */
static Str behind_scalar(Str text)
{
    char quote = text.size && (text.data[0] == '"' || text.data[0] == '\'') ? text.data[0] : '\0';
    size_t at = quote ? 1 : 0;
    while (at < text.size && text.data[at] != '\n') {
        if (quote && text.data[at] == quote)
            return str_slice(text, at + 1, text.size);
        if (!quote && text.data[at] == '#' && at && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t'))
            return str_slice(text, at, text.size);
        at += quote == '"' && text.data[at] == '\\' ? 2 : 1;
    }
    return STR("");
}

static Str comment_of(Str line)
{
    size_t at = 0;
    while (at < line.size && memchr(" \t}],", line.data[at], 5))
        at++;
    if (at >= line.size || line.data[at] != '#')
        return STR("");
    return str_trim(str_slice(line, at + 1, line.size));
}

static Str first_line(Str text)
{
    Str line = STR("");
    str_split(&text, '\n', &line);
    return line;
}

/* The comment behind a value in the text that it was read from. */
static Str written_comment(const JsoneRun *run, const Value *value)
{
    const Source *source = sources_find(diags_sources(run->diags), value->origin);
    if (!source)
        return STR("");
    Str rest = str_slice(source->text, value->origin - source->base, source->text.size);
    return comment_of(first_line(behind_scalar(rest)));
}

static bool is_rendered(const JsoneRun *run)
{
    return !((const GateHost *)run->host)->file->foreign;
}

static const Value *text_value(const JsoneRun *run, Str text)
{
    return value_new_string(run->arena, ORIGIN_NONE, text.data ? text : STR(""));
}

static const Value *call_tag_comment(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return text_value(run, is_rendered(run) ? pinned_action_tag(text_of(args[0])) : written_comment(run, args[0]));
}

static const Value *call_reason_comment(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return text_value(run, is_rendered(run) ? permission_reason(text_of(args[0]), text_of(args[1]))
                                            : written_comment(run, args[1]));
}

/* The tag of an action that kiln pins, when it is pinned to the same commit. */
static const Value *call_pinned_tag(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return text_value(run, pinned_action_tag(text_of(args[0])));
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

static const Value *call_runs(CALL_PARAMETERS)
{
    CALL_UNUSED;
    for (uint32_t i = 0; value_is(args[1], VALUE_LIST) && i < args[1]->size; i++) {
        if (script_runs(text_of(args[0]), text_of(args[1]->items[i])))
            return args[1]->items[i];
    }
    return &value_null;
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

static const Value *call_unlocked(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const char *command = script_installs_unlocked(text_of(args[0]));
    return command ? value_new_string(run->arena, at, str_from(command)) : &value_null;
}

static const Function rows[] = {
    {NAME("tagComment"), call_tag_comment, 1, 1, "tagComment(uses): the comment behind it, or ''", NULL},
    {NAME("reasonComment"), call_reason_comment, 2, 2,
     "reasonComment(permission, access): the comment behind the access, or ''", NULL},
    {NAME("pinnedTag"), call_pinned_tag, 1, 1, "pinnedTag(uses): the tag that kiln knows the commit by, or ''", NULL},
    {NAME("triggeredBy"), call_triggered_by, 2, UINT8_MAX,
     "triggeredBy(workflow, event, …): whether one of the events starts it", NULL},
    {NAME("someWorkflow"), call_some_workflow, 1, 1,
     "someWorkflow(event): whether the event starts a workflow of the project", NULL},
    {NAME("unlocked"), call_unlocked, 1, 1,
     "unlocked(script): the first command that installs packages without a lock file, or null", NULL},
    {NAME("runs"), call_runs, 2, 2,
     "runs(script, ['kubectl apply', …]): the first of the commands that the shell script runs, or null", NULL},
};

const FunctionRows workflow_functions = {rows, LENGTH_OF(rows)};
