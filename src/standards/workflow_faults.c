/*
 * What GitHub would refuse, or silently read as nothing, in a workflow: its shape, the jobs and steps that it refers
 * to, contexts where they do not exist (docs.github.com: "Workflow syntax", "Contexts reference", "Events that
 * trigger workflows"). What cannot be told from the file alone (outputs of steps, inputs of actions) is left alone:
 * a fault named here is one.
 */
#include "workflow.h"

#include "kiln/kube.h"

typedef enum Context {
    CONTEXT_ENV = 1 << 0,
    CONTEXT_GITHUB = 1 << 1,
    CONTEXT_INPUTS = 1 << 2,
    CONTEXT_JOB = 1 << 3,
    CONTEXT_JOBS = 1 << 4,
    CONTEXT_MATRIX = 1 << 5,
    CONTEXT_NEEDS = 1 << 6,
    CONTEXT_RUNNER = 1 << 7,
    CONTEXT_SECRETS = 1 << 8,
    CONTEXT_STEPS = 1 << 9,
    CONTEXT_STRATEGY = 1 << 10,
    CONTEXT_VARS = 1 << 11
} Context;

static const struct {
    const char *name;
    unsigned context;
} contexts[] = {
    {"github", CONTEXT_GITHUB},     {"env", CONTEXT_ENV},       {"vars", CONTEXT_VARS},
    {"steps", CONTEXT_STEPS},       {"needs", CONTEXT_NEEDS},   {"inputs", CONTEXT_INPUTS},
    {"matrix", CONTEXT_MATRIX},     {"runner", CONTEXT_RUNNER}, {"secrets", CONTEXT_SECRETS},
    {"strategy", CONTEXT_STRATEGY}, {"job", CONTEXT_JOB},       {"jobs", CONTEXT_JOBS},
};

/* Where an expression stands says which contexts and which functions it has ("Context availability"). */
typedef struct Setting {
    unsigned contexts;
    bool status; /* success(), failure() … */
    bool files;  /* hashFiles() */
} Setting;

enum {
    AT_WORKFLOW = CONTEXT_GITHUB | CONTEXT_INPUTS | CONTEXT_VARS,
    AT_JOB_IF = AT_WORKFLOW | CONTEXT_NEEDS,
    AT_JOB = AT_JOB_IF | CONTEXT_MATRIX | CONTEXT_STRATEGY,
    AT_STEP_IF = AT_JOB | CONTEXT_ENV | CONTEXT_JOB | CONTEXT_RUNNER | CONTEXT_STEPS,
    AT_STEP = AT_STEP_IF | CONTEXT_SECRETS
};

static const struct {
    const char *key;
    Setting setting;
} workflow_settings[] =
    {
        {"run-name", {AT_WORKFLOW, false, false}},
        {"concurrency", {AT_WORKFLOW, false, false}},
        {"env", {AT_WORKFLOW | CONTEXT_SECRETS, false, false}},
},
  job_settings[] =
      {
          {"name", {AT_JOB, false, false}},
          {"runs-on", {AT_JOB, false, false}},
          {"environment", {AT_JOB | CONTEXT_ENV | CONTEXT_JOB | CONTEXT_RUNNER | CONTEXT_STEPS, false, false}},
          {"concurrency", {AT_JOB, false, false}},
          {"outputs", {AT_STEP, false, false}},
          {"env", {AT_JOB | CONTEXT_SECRETS, false, false}},
          {"defaults", {AT_JOB | CONTEXT_ENV, false, false}},
          {"timeout-minutes", {AT_JOB, false, false}},
          {"strategy", {AT_JOB_IF, false, false}},
          {"continue-on-error", {AT_JOB, false, false}},
          {"container", {AT_STEP, false, false}},
          {"services", {AT_STEP, false, false}},
          {"with", {AT_JOB, false, false}},
          {"secrets", {AT_JOB | CONTEXT_SECRETS, false, false}},
},
  step_settings[] = {
      {"name", {AT_STEP, false, true}},
      {"run", {AT_STEP, false, true}},
      {"working-directory", {AT_STEP, false, true}},
      {"with", {AT_STEP, false, true}},
      {"env", {AT_STEP, false, true}},
      {"continue-on-error", {AT_STEP, false, true}},
      {"timeout-minutes", {AT_STEP, false, true}},
};

static const char *const workflow_keys[] = {"name", "run-name", "on",          "permissions",
                                            "env",  "defaults", "concurrency", "jobs"};
static const char *const job_keys[] = {"name",      "permissions", "needs",    "if",       "runs-on",
                                       "snapshot",  "environment", "outputs",  "env",      "concurrency",
                                       "defaults",  "steps",       "strategy", "services", "timeout-minutes",
                                       "container", "uses",        "with",     "secrets",  "continue-on-error"};
static const char *const step_keys[] = {"id",
                                        "if",
                                        "name",
                                        "uses",
                                        "run",
                                        "shell",
                                        "with",
                                        "env",
                                        "working-directory",
                                        "continue-on-error",
                                        "timeout-minutes"};

static const char *const event_keys[] = {"types",       "branches", "branches-ignore", "tags",
                                         "tags-ignore", "paths",    "paths-ignore",    "workflows",
                                         "cron",        "inputs",   "outputs",         "secrets"};

static const char *const events[] = {"branch_protection_rule",
                                     "check_run",
                                     "check_suite",
                                     "create",
                                     "delete",
                                     "deployment",
                                     "deployment_status",
                                     "discussion",
                                     "discussion_comment",
                                     "fork",
                                     "gollum",
                                     "image_version",
                                     "issue_comment",
                                     "issues",
                                     "label",
                                     "merge_group",
                                     "milestone",
                                     "page_build",
                                     "public",
                                     "pull_request",
                                     "pull_request_comment",
                                     "pull_request_review",
                                     "pull_request_review_comment",
                                     "pull_request_target",
                                     "push",
                                     "registry_package",
                                     "release",
                                     "repository_dispatch",
                                     "schedule",
                                     "status",
                                     "watch",
                                     "workflow_call",
                                     "workflow_dispatch",
                                     "workflow_run",
                                     "project",
                                     "project_card",
                                     "project_column"};

static const struct {
    const char *name;
    const char *access; /* beside none */
} permissions[] = {
    {"actions", "read, write"},         {"artifact-metadata", "read, write"},
    {"attestations", "read, write"},    {"checks", "read, write"},
    {"contents", "read, write"},        {"deployments", "read, write"},
    {"discussions", "read, write"},     {"id-token", "read, write"},
    {"issues", "read, write"},          {"models", "read"},
    {"packages", "read, write"},        {"pages", "read, write"},
    {"pull-requests", "read, write"},   {"repository-projects", "read, write"},
    {"security-events", "read, write"}, {"statuses", "read, write"},
};

static const struct {
    const char *name;
    size_t least;
    size_t most;
} functions[] = {
    {"contains", 2, 2},    {"startswith", 2, 2},     {"endswith", 2, 2},       {"format", 1, SIZE_MAX},
    {"join", 1, 2},        {"tojson", 1, 1},         {"fromjson", 1, 1},       {"hashfiles", 1, SIZE_MAX},
    {"case", 3, SIZE_MAX}, {"success", 0, SIZE_MAX}, {"failure", 0, SIZE_MAX}, {"always", 0, 0},
    {"cancelled", 0, 0},
};

typedef struct Faults {
    Items *items;
    Arena *arena;
    const Value *workflow;
    const Value *jobs;
    const Value *job;       /* that is looked at, or NULL */
    Index *steps;           /* the ids of its steps so far, in lower case; NULL outside of jobs */
    const Value *inputs[2]; /* of workflow_call and workflow_dispatch */
    Expression expression;  /* that is being looked at */
    Index *said;            /* what has been said of the text that holds it; NULL outside of one */
} Faults;

/* A text may hold the same expressions a thousand times. */
static bool is_said(const Faults *faults, Str message)
{
    bool said = faults->said && index_get(faults->said, message) != INDEX_NONE;
    if (faults->said)
        index_put(faults->said, message, 0);
    return said;
}

static void fault(Faults *faults, const Path *path, const Value *anchor, const char *fix, const char *format, ...)
    KILN_PRINTF(5, 6);

static void fault(Faults *faults, const Path *path, const Value *anchor, const char *fix, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = arena_vprintf(faults->arena, format, args);
    va_end(args);
    if (is_said(faults, message))
        return;
    MapBuilder item = map_begin(faults->arena);
    map_set(&item, STR("message"), ORIGIN_NONE, value_new_string(faults->arena, anchor->origin, message));
    map_set(&item, STR("fix"), ORIGIN_NONE, value_new_string(faults->arena, anchor->origin, str_from(fix)));
    items_add(faults->items, (Item){map_end(&item, anchor->origin), anchor, STR(""), path_text(faults->arena, path)});
}

static bool is_computed(const Value *value)
{
    return value_is(value, VALUE_STRING) && str_find(value_text(value), STR("${{"), 0) >= 0;
}

/* ---- what expressions refer to ---- */

static const Value *get_folded(const Value *map, Str name)
{
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        if (name_folds_to(map->entries[i].key, name))
            return map->entries[i].value;
    }
    return NULL;
}

static bool is_needed(const Faults *faults, Str name)
{
    const Value *needs = value_get(faults->job, STR("needs"));
    for (size_t i = 0; i < workflow_count(needs); i++) {
        if (name_folds_to(text_of(workflow_at(needs, i)), name))
            return true;
    }
    return false;
}

static void check_needs_use(Faults *faults, const Path *path, const Value *anchor, Str rest)
{
    Str job, member, output;
    if (!str_split(&rest, '.', &job) || str_equal(job, STR("*")))
        return;
    if (!is_needed(faults, job)) {
        fault(faults, path, anchor, "add it to needs, or correct the name",
              "needs.%.*s names no job that this one needs", STR_ARG(job));
        return;
    }
    const Value *needed = get_folded(faults->jobs, job);
    if (!needed || value_get(needed, STR("uses")) || !str_split(&rest, '.', &member) ||
        !str_equal(member, STR("outputs")) || !str_split(&rest, '.', &output) || str_equal(output, STR("*")))
        return;
    if (!get_folded(value_get(needed, STR("outputs")), output))
        fault(faults, path, anchor, "state it under outputs of that job, or correct the name",
              "job '%.*s' has no output '%.*s'", STR_ARG(job), STR_ARG(output));
}

static void check_steps_use(Faults *faults, const Path *path, const Value *anchor, Str rest)
{
    Str id;
    if (!faults->steps || !str_split(&rest, '.', &id) || str_equal(id, STR("*")))
        return;
    if (index_get(faults->steps, id) == INDEX_NONE)
        fault(faults, path, anchor, "give that step the id, before this one, or correct the name",
              "steps.%.*s names no step before this place", STR_ARG(id));
}

/* A matrix that is computed, or includes what is computed, may have any name. */
static bool matrix_has(const Value *matrix, Str name)
{
    const Value *include = value_get(matrix, STR("include"));
    if (!value_is(matrix, VALUE_MAP) || (include && include->kind != VALUE_LIST) || get_folded(matrix, name))
        return true;
    for (uint32_t i = 0; include && i < include->size; i++) {
        if (include->items[i]->kind != VALUE_MAP || get_folded(include->items[i], name))
            return true;
    }
    return false;
}

static void check_matrix_use(Faults *faults, const Path *path, const Value *anchor, Str rest)
{
    Str name;
    const Value *strategy = value_get(faults->job, STR("strategy")), *matrix = value_get(strategy, STR("matrix"));
    if (!faults->job || !str_split(&rest, '.', &name) || str_equal(name, STR("*")))
        return;
    if (value_is_none(matrix) ? !strategy || strategy->kind == VALUE_MAP : !matrix_has(matrix, name))
        fault(faults, path, anchor, "add it to strategy.matrix, or correct the name",
              "matrix.%.*s is not in the job's matrix", STR_ARG(name));
}

static void check_inputs_use(Faults *faults, const Path *path, const Value *anchor, Str rest)
{
    Str name;
    if (!str_split(&rest, '.', &name) || str_equal(name, STR("*")) || get_folded(faults->inputs[0], name) ||
        get_folded(faults->inputs[1], name))
        return;
    fault(faults, path, anchor, "state it under on.workflow_call.inputs or on.workflow_dispatch.inputs",
          "inputs.%.*s is no input of this workflow", STR_ARG(name));
}

static unsigned context_of(Str name)
{
    for (size_t i = 0; i < LENGTH_OF(contexts); i++) {
        if (str_equal(name, str_from(contexts[i].name)))
            return contexts[i].context;
    }
    return 0;
}

static const struct {
    unsigned context;
    void (*check)(Faults *faults, const Path *path, const Value *anchor, Str rest);
} uses[] = {
    {CONTEXT_NEEDS, check_needs_use},
    {CONTEXT_STEPS, check_steps_use},
    {CONTEXT_MATRIX, check_matrix_use},
    {CONTEXT_INPUTS, check_inputs_use},
};

static void check_use(Faults *faults, const Path *path, const Value *anchor, Setting setting, Str use)
{
    Str rest = use, name;
    str_split(&rest, '.', &name);
    unsigned context = context_of(name);
    if (!context) {
        fault(faults, path, anchor, "use one of GitHub's contexts; a text stands in single quotes",
              "there is no context '%.*s'", STR_ARG(name));
    } else if (!(setting.contexts & context)) {
        fault(faults, path, anchor, "use what is known at this place", "context '%.*s' does not exist at this place",
              STR_ARG(name));
    } else {
        for (size_t i = 0; i < LENGTH_OF(uses); i++) {
            if (uses[i].context == context)
                uses[i].check(faults, path, anchor, rest);
        }
    }
}

static bool is_status(Str name)
{
    return str_equal(name, STR("success")) || str_equal(name, STR("failure")) || str_equal(name, STR("always")) ||
           str_equal(name, STR("cancelled"));
}

static void check_call(Faults *faults, const Path *path, const Value *anchor, Setting setting,
                       const ExpressionCall *call)
{
    size_t at = 0;
    while (at < LENGTH_OF(functions) && !str_equal(call->name, str_from(functions[at].name)))
        at++;
    if (at == LENGTH_OF(functions))
        fault(faults, path, anchor, "use one of GitHub's functions", "there is no function '%.*s'",
              STR_ARG(call->name));
    else if (call->arguments < functions[at].least || call->arguments > functions[at].most)
        fault(faults, path, anchor, "give what the function takes", "%.*s does not take %zu argument%s",
              STR_ARG(call->name), call->arguments, call->arguments == 1 ? "" : "s");
    else if ((is_status(call->name) && !setting.status) ||
             (str_equal(call->name, STR("hashfiles")) && !setting.files))
        fault(faults, path, anchor, "call it where the documentation allows it",
              "%.*s cannot be called at this place", STR_ARG(call->name));
}

/* One expression from *at on. */
static void check_expression(Faults *faults, const Path *path, const Value *anchor, Setting setting, size_t *at)
{
    Str text = value_text(anchor);
    Expression *expression = &faults->expression;
    expression_read(faults->arena, text, at, expression);
    if (expression->fault) {
        fault(faults, path, anchor, "correct the expression", "an expression cannot be read: %s", expression->fault);
        return;
    }
    for (size_t i = 0; i < expression->use_count; i++)
        check_use(faults, path, anchor, setting, expression->uses[i].path);
    for (size_t i = 0; i < expression->call_count; i++)
        check_call(faults, path, anchor, setting, &expression->calls[i]);
}

static void check_text(Faults *faults, const Path *path, const Value *text, Setting setting)
{
    faults->said = index_new(faults->arena, 4);
    for (size_t at = 0; expression_next(value_text(text), &at);) {
        if (str_find(value_text(text), STR("}}"), at) < 0) {
            fault(faults, path, text, "close it with }}", "an expression lacks its }}");
            break;
        }
        check_expression(faults, path, text, setting, &at);
    }
    faults->said = NULL;
}

/* All texts of a value. */
static void check_value(Faults *faults, const Path *path, const Value *value, Setting setting)
{
    if (is_computed(value))
        check_text(faults, path, value, setting);
    for (uint32_t i = 0; value_is(value, VALUE_LIST) && i < value->size; i++)
        check_value(faults, &(Path){path, STR_NONE, i}, value->items[i], setting);
    for (uint32_t i = 0; value_is(value, VALUE_MAP) && i < value->size; i++)
        check_value(faults, &(Path){path, value->entries[i].key, 0}, value->entries[i].value, setting);
}

/* The whole text is an expression, in ${{ }} or without; text around ${{ }} makes it true for ever. */
static void check_condition(Faults *faults, const Path *path, const Value *value, Setting setting)
{
    if (!value_is(value, VALUE_STRING))
        return;
    if (!is_computed(value)) {
        size_t start = 0;
        check_expression(faults, path, value, setting, &start);
        return;
    }
    check_value(faults, path, value, setting);
    Str text = str_trim(value_text(value));
    bool whole = str_starts(text, STR("${{")) && str_ends(text, STR("}}")) && str_find(text, STR("${{"), 3) < 0;
    if (!whole)
        fault(faults, path, value, "put all of it into one ${{ }}, or leave ${{ }} out",
              "the condition always holds, for there is text around its ${{ }}");
}

/* ---- keys ---- */

/* New keys come now and then; one letter off is a mistake. */
static void check_keys(Faults *faults, const Path *path, const Value *map, const char *const *known, size_t count)
{
    for (uint32_t i = 0; i < map->size; i++) {
        size_t at = 0;
        while (at < count && !str_equal(map->entries[i].key, str_from(known[at])))
            at++;
        if (at < count)
            continue;
        NearMiss miss = near_miss_begin(map->entries[i].key);
        for (size_t j = 0; j < count; j++)
            near_miss_offer(&miss, str_from(known[j]));
        Str best = near_miss_best(&miss);
        if (best.data)
            fault(faults, &(Path){path, map->entries[i].key, 0}, map->entries[i].value, "correct the name",
                  "'%.*s' is not a key here; did you mean '%.*s'?", STR_ARG(map->entries[i].key), STR_ARG(best));
    }
}

static void check_permissions(Faults *faults, const Path *up, const Value *holder)
{
    const Value *stated = value_get(holder, STR("permissions"));
    Path path = {up, STR("permissions"), 0};
    if (value_is(stated, VALUE_STRING)) {
        Str text = value_text(stated);
        if (!str_equal(text, STR("read-all")) && !str_equal(text, STR("write-all")))
            fault(faults, &path, stated, "state read-all, write-all or a map", "there is no permission '%.*s'",
                  STR_ARG(text));
    }
    for (uint32_t i = 0; value_is(stated, VALUE_MAP) && i < stated->size; i++) {
        const MapEntry *entry = &stated->entries[i];
        Path below = {&path, entry->key, 0};
        Str access = text_of(entry->value);
        size_t at = 0;
        while (at < LENGTH_OF(permissions) && !str_equal(entry->key, str_from(permissions[at].name)))
            at++;
        if (at == LENGTH_OF(permissions))
            fault(faults, &below, entry->value, "use one that GitHub knows", "there is no permission '%.*s'",
                  STR_ARG(entry->key));
        else if (!str_equal(access, STR("none")) &&
                 (!access.size || str_find(str_from(permissions[at].access), access, 0) < 0))
            fault(faults, &below, entry->value, "grant none or what the permission knows",
                  "permission '%s' is %s or none, not '%.*s'", permissions[at].name, permissions[at].access,
                  STR_ARG(access));
    }
}

static void check_event(Faults *faults, const Path *path, const Value *anchor, Str name)
{
    for (size_t i = 0; i < LENGTH_OF(events); i++) {
        if (str_equal(name, str_from(events[i])))
            return;
    }
    fault(faults, path, anchor, "use one of GitHub's events", "there is no event '%.*s'", STR_ARG(name));
}

/* Five fields, as a CronJob has them; GitHub knows no @daily. */
static void check_schedule(Faults *faults, const Path *path, const Value *schedule)
{
    for (size_t i = 0; i < workflow_count(schedule); i++) {
        const Value *cron = value_get(workflow_at(schedule, i), STR("cron"));
        Path entry = {path, STR_NONE, i}, below = {&entry, STR("cron"), 0};
        if (!cron || !cron_valid(text_of(cron)) || str_starts(text_of(cron), STR("@")))
            fault(faults, &below, cron ? cron : schedule, "write five fields, such as 0 2 * * *",
                  "'%.*s' is no schedule", STR_ARG(text_of(cron)));
    }
}

static void check_on(Faults *faults)
{
    const Value *on = value_get(faults->workflow, STR("on"));
    Path path = {NULL, STR("on"), 0};
    if (value_is_none(on))
        fault(faults, NULL, faults->workflow, "say under on which events start it", "nothing starts this workflow");
    else if (on->kind == VALUE_MAP)
        for (uint32_t i = 0; i < on->size; i++) {
            const Value *event = on->entries[i].value;
            Path below = {&path, on->entries[i].key, 0};
            check_event(faults, &below, event->kind == VALUE_NULL ? on : event, on->entries[i].key);
            if (str_equal(on->entries[i].key, STR("schedule")))
                check_schedule(faults, &below, event);
            if (event->kind == VALUE_MAP)
                check_keys(faults, &below, event, event_keys, LENGTH_OF(event_keys));
        }
    else
        for (size_t i = 0; i < workflow_count(on); i++)
            check_event(faults, &path, workflow_at(on, i), text_of(workflow_at(on, i)));
}

/* ---- steps ---- */

static void check_step(Faults *faults, const Path *path, const Value *step)
{
    const Value *uses_value = value_get(step, STR("uses")), *run = value_get(step, STR("run"));
    if (step->kind != VALUE_MAP) {
        fault(faults, path, step, "write it as a map with run or uses", "a step is %s",
              value_kind_name((ValueKind)step->kind));
        return;
    }
    check_keys(faults, path, step, step_keys, LENGTH_OF(step_keys));
    if (!uses_value == !run)
        fault(faults, path, step, "give it either run or uses",
              run ? "a step has both run and uses" : "a step has neither run nor uses");
    if (uses_value && is_computed(uses_value))
        fault(faults, &(Path){path, STR("uses"), 0}, uses_value, "name the action as it is",
              "uses cannot be computed");
    Path condition = {path, STR("if"), 0};
    check_condition(faults, &condition, value_get(step, STR("if")), (Setting){AT_STEP_IF, true, true});
    for (size_t i = 0; i < LENGTH_OF(step_settings); i++) {
        const Value *value = value_get(step, str_from(step_settings[i].key));
        if (value)
            check_value(faults, &(Path){path, str_from(step_settings[i].key), 0}, value, step_settings[i].setting);
    }
}

static void note_step(Faults *faults, const Path *path, const Value *step, uint32_t at)
{
    const Value *id = value_get(step, STR("id"));
    if (!value_is(id, VALUE_STRING))
        return;
    Str name = name_lowered(faults->arena, value_text(id));
    if (index_put(faults->steps, name, at) != at)
        fault(faults, &(Path){path, STR("id"), 0}, id, "give each step an id of its own",
              "two steps have the id '%.*s'", STR_ARG(value_text(id)));
}

static void check_steps(Faults *faults, const Path *up, const Value *steps)
{
    Path path = {up, STR("steps"), 0};
    if (!value_is(steps, VALUE_LIST)) {
        fault(faults, &path, steps, "write steps as a list", "steps is %s", value_kind_name((ValueKind)steps->kind));
        return;
    }
    for (uint32_t i = 0; i < steps->size; i++) {
        Path step = {&path, STR_NONE, i};
        check_step(faults, &step, steps->items[i]);
        note_step(faults, &step, steps->items[i], i);
    }
}

/* ---- jobs ---- */

static void check_job_needs(Faults *faults, const Path *up, const MapEntry *job)
{
    const Value *needs = value_get(job->value, STR("needs"));
    Path path = {up, STR("needs"), 0};
    for (size_t i = 0; i < workflow_count(needs); i++) {
        const Value *needed = workflow_at(needs, i);
        Str name = text_of(needed);
        if (!value_get(faults->jobs, name) && !get_folded(faults->jobs, name_lowered(faults->arena, name)))
            fault(faults, &path, needed, "correct the name, or add the job",
                  "job '%.*s' needs '%.*s', which is no job", STR_ARG(job->key), STR_ARG(name));
    }
}

static void check_job_shape(Faults *faults, const Path *path, const MapEntry *entry)
{
    const Value *job = entry->value, *called = value_get(job, STR("uses"));
    check_keys(faults, path, job, job_keys, LENGTH_OF(job_keys));
    check_permissions(faults, path, job);
    if (called && (value_get(job, STR("steps")) || value_get(job, STR("runs-on"))))
        fault(faults, path, job, "leave out steps and runs-on, or uses", "job '%.*s' calls a workflow and has steps",
              STR_ARG(entry->key));
    if (called)
        return;
    if (value_is_none(value_get(job, STR("runs-on"))))
        fault(faults, path, job, "say under runs-on what it runs on", "job '%.*s' runs nowhere", STR_ARG(entry->key));
    if (value_is_none(value_get(job, STR("steps"))))
        fault(faults, path, job, "give it steps, or a workflow to call under uses", "job '%.*s' has no steps",
              STR_ARG(entry->key));
}

static void check_job(Faults *faults, const Path *up, const MapEntry *entry)
{
    const Value *job = entry->value;
    Path path = {up, entry->key, 0}, condition = {&path, STR("if"), 0};
    if (job->kind != VALUE_MAP) {
        fault(faults, &path, job, "write it as a map", "job '%.*s' is %s", STR_ARG(entry->key),
              value_kind_name((ValueKind)job->kind));
        return;
    }
    const Value *steps = value_get(job, STR("steps"));
    faults->job = job;
    faults->steps = index_new(faults->arena, value_is(steps, VALUE_LIST) ? steps->size : 1);
    check_job_shape(faults, &path, entry);
    check_job_needs(faults, &path, entry);
    check_condition(faults, &condition, value_get(job, STR("if")), (Setting){AT_JOB_IF, true, false});
    if (!value_is_none(steps))
        check_steps(faults, &path, steps);
    /* Behind the steps, for outputs and the environment's address are made of theirs. */
    for (size_t i = 0; i < LENGTH_OF(job_settings); i++) {
        const Value *value = value_get(job, str_from(job_settings[i].key));
        if (value)
            check_value(faults, &(Path){&path, str_from(job_settings[i].key), 0}, value, job_settings[i].setting);
    }
    faults->job = NULL;
    faults->steps = NULL;
}

static void check_circles(Faults *faults, const Path *up)
{
    const MapEntry *job = workflow_circle(faults->arena, faults->jobs);
    if (job)
        fault(faults, &(Path){&(Path){up, job->key, 0}, STR("needs"), 0}, value_get(job->value, STR("needs")),
              "let one of the jobs in the circle need less", "job '%.*s' waits for itself", STR_ARG(job->key));
}

/* ---- the whole ---- */

static void check_called(Faults *faults)
{
    const Value *call = value_path(faults->workflow, "on.workflow_call");
    const Value *outputs = value_get(call, STR("outputs"));
    Path on = {NULL, STR("on"), 0}, called = {&on, STR("workflow_call"), 0}, path = {&called, STR("outputs"), 0};
    if (outputs)
        check_value(faults, &path, outputs,
                    (Setting){CONTEXT_GITHUB | CONTEXT_INPUTS | CONTEXT_JOBS | CONTEXT_VARS, false, false});
}

static void check_workflow(Faults *faults)
{
    const Value *workflow = faults->workflow;
    check_keys(faults, NULL, workflow, workflow_keys, LENGTH_OF(workflow_keys));
    check_on(faults);
    check_called(faults);
    check_permissions(faults, NULL, workflow);
    for (size_t i = 0; i < LENGTH_OF(workflow_settings); i++) {
        const Value *value = value_get(workflow, str_from(workflow_settings[i].key));
        if (value)
            check_value(faults, &(Path){NULL, str_from(workflow_settings[i].key), 0}, value,
                        workflow_settings[i].setting);
    }
}

void each_fault(Items *items, const Value *workflow)
{
    Faults faults = {.items = items, .arena = items->arena, .workflow = workflow};
    faults.jobs = value_get(workflow, STR("jobs"));
    faults.inputs[0] = value_path(workflow, "on.workflow_call.inputs");
    faults.inputs[1] = value_path(workflow, "on.workflow_dispatch.inputs");
    check_workflow(&faults);
    Path path = {NULL, STR("jobs"), 0};
    if (!value_is(faults.jobs, VALUE_MAP) || !faults.jobs->size) {
        fault(&faults, &path, faults.jobs ? faults.jobs : workflow, "give it a job", "the workflow has no jobs");
        return;
    }
    for (uint32_t i = 0; i < faults.jobs->size; i++)
        check_job(&faults, &path, &faults.jobs->entries[i]);
    check_circles(&faults, &path);
}
