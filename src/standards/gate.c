/* The gate: every rule over every object that it binds, as values, and for each finding the input line that caused
 * it. */
#include "standards_private.h"

/* A check of a rule that is not off. */
typedef struct Bound {
    const CompiledRule *rule;
    const Check *check;
    size_t iteration; /* those that run over the same share one number */
} Bound;

/* What binds the objects of one kind, in the order of the rules. */
typedef struct Binding {
    Bound *list;
    size_t count;
    size_t capacity;
    EachFn *iterations[EACH_MAX];
    size_t iteration_count;
} Binding;

/* Of each kind that has been met. */
typedef struct Bindings {
    Arena *arena;
    Index *kinds[FORM_COUNT];
    Binding *list; /* one per kind */
    size_t count;
    size_t capacity;
} Bindings;

typedef struct Judging {
    const Standards *standards;
    Bindings *bindings; /* of the objects at hand */
    Arena *arena; /* of one object: all that its rules make on the way */
    Arena *lasting;
    GateScope gate; /* what they are judged as */
    const AcrossView *view; /* NULL: environments are judged one by one */
    GateHost host;
    Diags *diags;
    Findings *findings;
    const Value *env; /* {name, tier} */
    unsigned minor; /* of Kubernetes */
    JsoneRun run;
    /* The names that checks see stand in one map, which is made anew from where the next check differs. */
    MapEntry *names;
    Value map;
    JsoneScope functions, scope;
    /* What many findings say alike is kept once. */
    Index *said;
    Str *sayings;
    size_t said_count, said_capacity;
    bool failed;
} Judging;

typedef struct Subject {
    const RenderedFile *file;
    const Value *object;
    const Value *pod;
} Subject;

/* ---- where it came from ---- */

static bool is_users(const Judging *judging, Origin origin)
{
    const Source *source = sources_find(diags_sources(judging->diags), origin);
    return source && !source->built_in;
}

/* Of a computed string, the first input that a user wrote. */
static Origin user_origin(const Judging *judging, const Value *value)
{
    if (is_users(judging, value->origin))
        return value->origin;
    if (value->kind == VALUE_STRING && value->lineage) {
        for (uint32_t i = 0; i < value->lineage->count; i++) {
            if (is_users(judging, value->lineage->inputs[i]))
                return value->lineage->inputs[i];
        }
    }
    return ORIGIN_NONE;
}

/* The value's own place, else the definition that the object was made from, else the environment's, else the
 * template's. */
static Origin finding_origin(const Judging *judging, const Subject *subject, const Value *value)
{
    Origin origin = value ? user_origin(judging, value) : ORIGIN_NONE;
    if (origin == ORIGIN_NONE && subject->file->service)
        origin = subject->file->service->file->origin;
    if (origin == ORIGIN_NONE)
        origin = judging->gate.origin;
    if (origin == ORIGIN_NONE && value)
        origin = value->origin;
    return origin == ORIGIN_NONE ? subject->object->origin : origin;
}

/* ---- one check over one item ---- */

typedef const Value *EvalFn(JsoneRun *run, const Template *templ, const JsoneScope *scope);

static const Value *evaluate_with(Judging *judging, EvalFn *eval, LazyTemplate *lazy)
{
    jsone_run_again(&judging->run);
    const Value *value = eval(&judging->run, lazy_template(judging->standards->compiler, lazy), &judging->scope);
    if (!value)
        judging->failed = true;
    return value;
}

static const Value *evaluate(Judging *judging, LazyTemplate *lazy)
{
    return evaluate_with(judging, jsone_eval, lazy);
}

/* A rule says yes or no; anything else is a mistake in the rule, which must not pass for either. */
static bool evaluate_truth(Judging *judging, const CompiledRule *rule, const char *name, LazyTemplate *lazy,
                           bool *truth)
{
    const Value *value = evaluate_with(judging, jsone_eval_condition, lazy);
    if (!value)
        return false;
    *truth = value_is(value, VALUE_BOOL) && value->boolean;
    if (value->kind == VALUE_BOOL)
        return true;
    diag_error(judging->diags, rule->rule.origin, "rule %.*s: %s yields %s, expected true or false",
               STR_ARG(rule->rule.id), name, value_kind_name((ValueKind)value->kind));
    judging->failed = true;
    return false;
}

static Str evaluate_text(Judging *judging, LazyTemplate *templ)
{
    const Value *text = evaluate(judging, templ);
    return text && value_is_scalar(text) ? value_text(text) : STR("");
}

static Str kept_once(Judging *judging, Str text)
{
    if (!judging->said)
        judging->said = index_new(judging->lasting, 8);
    uint32_t at = index_get(judging->said, text);
    if (at != INDEX_NONE)
        return judging->sayings[at];
    Str kept = arena_copy(judging->lasting, text);
    index_put(judging->said, kept, (uint32_t)judging->said_count);
    ARENA_GROW(judging->lasting, judging->sayings, judging->said_count, judging->said_capacity);
    return judging->sayings[judging->said_count++] = kept;
}

static Str finding_path(Judging *judging, const Item *item, Str at)
{
    if (!at.size || !value_is(item->anchor, VALUE_MAP))
        return item->path;
    if (!item->path.size)
        return at;
    return arena_printf(judging->arena, "%.*s.%.*s", STR_ARG(item->path), STR_ARG(at));
}

/* What stands at a path below anchor, or closest above it: what lost a member to a patch points at the patch. */
static const Value *nearest(const Value *anchor, Str at)
{
    const Value *place = anchor;
    for (Str key; str_split(&at, '.', &key);) {
        const Value *below = value_get(place, key);
        if (!below)
            break;
        place = below;
    }
    return place;
}

/* Where a user decided it, if the check knows; of objects that were only read nothing in kiln.yaml decides. */
static Origin decided_origin(Judging *judging, const Check *check, const Subject *subject)
{
    const Value *from = check->from && !subject->file->foreign ? evaluate(judging, check->from) : NULL;
    return from ? user_origin(judging, from) : ORIGIN_NONE;
}

static void add_finding(Judging *judging, const CompiledRule *rule, const Check *check, const Subject *subject,
                        const Item *item)
{
    const Value *place = nearest(item->anchor, check->at);
    Origin decided = decided_origin(judging, check, subject);
    LazyTemplate *fix = subject->file->foreign && check->fix_foreign ? check->fix_foreign : check->fix;
    Finding finding = {.rule = &rule->rule,
                       .severity = check->severity[judging->gate.tier],
                       .object = subject->object,
                       .form = subject->file->form,
                       .file = subject->file->path,
                       .path = kept_once(judging, finding_path(judging, item, check->at)),
                       .origin = decided == ORIGIN_NONE ? finding_origin(judging, subject, place) : decided,
                       .message = arena_copy(judging->lasting, evaluate_text(judging, check->message)),
                       .fix = kept_once(judging, evaluate_text(judging, fix)),
                       .masked = rule->masked};
    waiver_apply(judging->lasting, &judging->gate, subject->file, &finding);
    findings_put(judging->lasting, judging->findings, finding);
}

static void name_put(Judging *judging, size_t at, const Value *value)
{
    judging->names[at] = (MapEntry){gate_names[at], ORIGIN_NONE, value};
}

/* Each name under `let` sees those that were worked out before it. */
static bool evaluate_lets(Judging *judging, const Check *check, LetPhase phase)
{
    for (size_t i = judging->map.size - NAME_COUNT; i < check->let_count && check->lets[i].phase == phase; i++) {
        Let *let = &check->lets[i];
        const Value *value = evaluate(judging, &let->value);
        if (!value)
            return false;
        judging->names[judging->map.size++] = (MapEntry){let->name, ORIGIN_NONE, value};
    }
    return true;
}

/* What one iteration yields of one object: made once, for most rules share it. */
typedef struct Iterated {
    bool known;
    Items items;
} Iterated;

static void iterate(const Judging *judging, const Subject *subject, EachFn *each, Shared *shared, Iterated *iterated)
{
    iterated->known = true;
    iterated->items = (Items){
        .arena = judging->arena, .shared = shared, .across = judging->view, .minor = judging->minor};
    each(&iterated->items, subject->object);
}

static void judge_item(Judging *judging, const CompiledRule *rule, const Check *check, const Subject *subject,
                       const Item *item)
{
    bool bound = true, holds;
    judging->map.size = NAME_COUNT;
    if (!evaluate_lets(judging, check, LET_WHEN) ||
        (check->when && !evaluate_truth(judging, rule, "when", check->when, &bound)) || !bound)
        return;
    if (!evaluate_lets(judging, check, LET_ASSERT) ||
        !evaluate_truth(judging, rule, "assert", check->assertion, &holds) || holds)
        return;
    if (evaluate_lets(judging, check, LET_FINDING))
        add_finding(judging, rule, check, subject, item);
}

static void judge_items(Judging *judging, Bound bound, const Subject *subject, const Items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        const Item *item = &items->list[i];
        const Value name = {.kind = VALUE_STRING,
                            .text = item->name.data ? item->name.data : "",
                            .size = (uint32_t)item->name.size};
        name_put(judging, NAME_ITEM, item->value);
        name_put(judging, NAME_ITEM_NAME, &name);
        judge_item(judging, bound.rule, bound.check, subject, item);
    }
}

/* ---- all of it ---- */

/* Under which what binds a kind is kept; nothing is made for those that rules name. */
static Str kind_key(Arena *arena, FileForm form, ObjectKind kind)
{
    return kind.known || form != FORM_MANIFEST ? kind.name : object_kind_full(arena, kind);
}

static void judge_object(Judging *judging, const RenderedFile *file, const Value *object)
{
    Subject subject = {file, object, pod_of(object, NULL)};
    judging->host.file = file;
    memset(judging->host.answers, 0, sizeof judging->host.answers);
    Str key = kind_key(judging->arena, file->form, object_kind_of(file->form, object));
    const Binding *binding = &judging->bindings->list[index_get(judging->bindings->kinds[file->form], key)];
    name_put(judging, NAME_OBJECT, object);
    name_put(judging, NAME_POD, subject.pod ? subject.pod : &value_null);
    Iterated iterated[EACH_MAX];
    Shared shared = {0};
    for (size_t i = 0; i < binding->iteration_count; i++)
        iterated[i].known = false;
    for (size_t i = 0; i < binding->count; i++) {
        Bound bound = binding->list[i];
        Iterated *items = &iterated[bound.iteration];
        if (!items->known)
            iterate(judging, &subject, bound.check->each, &shared, items);
        judge_items(judging, bound, &subject, &items->items);
    }
}

/* ---- which checks bind which kind ---- */

/* Any kind is any of Kubernetes': what a rule says of objects means nothing to a workflow. */
static bool is_bound(const Check *check, FileForm form, ObjectKind kind, Str full)
{
    if (!check->kinds)
        return form == FORM_MANIFEST;
    for (uint32_t i = 0; i < check->kinds->size; i++) {
        Str name = value_text(check->kinds->items[i]);
        if ((str_equal(name, kind.name) && !kind.another) || str_equal(name, full))
            return true;
    }
    return false;
}

static size_t iteration_of(Binding *binding, EachFn *each)
{
    size_t at = 0;
    while (at < binding->iteration_count && binding->iterations[at] != each)
        at++;
    if (at == binding->iteration_count)
        binding->iterations[binding->iteration_count++] = each;
    return at;
}

static Binding bind_kind(const Judging *judging, FileForm form, ObjectKind kind)
{
    const Standards *standards = judging->standards;
    Arena *arena = judging->bindings->arena;
    Str full = object_kind_full(arena, kind);
    Binding binding = {0};
    for (size_t i = 0; i < standards->count; i++) {
        const CompiledRule *rule = &standards->rules[i];
        for (size_t j = 0; j < rule->check_count; j++) {
            const Check *check = &rule->checks[j];
            if (check->off[judging->gate.tier] || check->across != (judging->view != NULL) ||
                !is_bound(check, form, kind, full))
                continue;
            ARENA_GROW(arena, binding.list, binding.count, binding.capacity);
            binding.list[binding.count++] = (Bound){rule, check, iteration_of(&binding, check->each)};
        }
    }
    return binding;
}

static Bindings *bindings_new(Arena *arena)
{
    Bindings *bindings = ARENA_NEW(arena, Bindings);
    bindings->arena = arena;
    for (size_t form = 0; form < FORM_COUNT; form++)
        bindings->kinds[form] = index_new(arena, 16);
    return bindings;
}

/* Those that are known stay. */
static void bind_kinds(const Judging *judging, const RenderedFile *files, size_t count)
{
    Bindings *bindings = judging->bindings;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < files[i].count; j++) {
            FileForm form = files[i].form;
            ObjectKind kind = object_kind_of(form, files[i].objects[j]);
            Str key = kind_key(judging->arena, form, kind);
            if (index_get(bindings->kinds[form], key) != INDEX_NONE)
                continue;
            index_put(bindings->kinds[form], arena_copy(bindings->arena, key), (uint32_t)bindings->count);
            ARENA_GROW(bindings->arena, bindings->list, bindings->count, bindings->capacity);
            bindings->list[bindings->count++] = bind_kind(judging, form, kind);
        }
    }
}

static const Value *gate_env(Arena *arena, const GateScope *scope)
{
    MapBuilder env = map_begin(arena);
    map_set(&env, STR("name"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, scope->environment));
    map_set(&env, STR("tier"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, tier_names[scope->tier]));
    return map_end(&env, ORIGIN_NONE);
}

/* ---- some objects at a time on each thread ---- */

enum { PORTION = 64 };

typedef struct Judged {
    const RenderedFile *file;
    const Value *object;
} Judged;

typedef struct Gate {
    Judging common;
    Judged *objects;
    size_t count;
    Findings *findings; /* one per portion */
    Diags **diags;
    bool *failed;
} Gate;

static void names_begin(Judging *judging, Arena *arena)
{
    const Standards *standards = judging->standards;
    const Value *project = judging->gate.project;
    judging->names = ARENA_ARRAY(arena, MapEntry, NAME_COUNT + standards->let_most);
    judging->map = (Value){.kind = VALUE_MAP, .entries = judging->names, .size = NAME_COUNT};
    judging->functions = (JsoneScope){standards->functions, NULL, true, JSONE_FUNCTIONS};
    judging->scope = (JsoneScope){&judging->map, &judging->functions, true, 0};
    name_put(judging, NAME_ENV, judging->env);
    name_put(judging, NAME_PROJECT, project ? project : &value_null);
    judging->run = jsone_run(judging->arena, judging->diags);
    judging->run.host = &judging->host;
    judging->run.inner = true; /* a name may stand for all objects of a namespace: no result is walked over */
}

static void judge_portion(void *user, Portion portion, Arena *arena)
{
    const Gate *gate = user;
    Judging judging = gate->common;
    judging.lasting = arena;
    judging.arena = arena_new();
    judging.diags = gate->diags[portion.number] = diags_new(arena, diags_sources(gate->common.diags));
    judging.findings = &gate->findings[portion.number];
    names_begin(&judging, arena);
    for (size_t i = portion.from; i < portion.to; i++) {
        judge_object(&judging, gate->objects[i].file, gate->objects[i].object);
        arena_reset(judging.arena);
    }
    gate->failed[portion.number] = judging.failed;
    arena_free(judging.arena);
}

static void list_objects(Gate *gate, Arena *arena, const RenderedFile *files, size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += files[i].count;
    gate->objects = ARENA_ARRAY(arena, Judged, most);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; !files[i].reference && j < files[i].count; j++)
            gate->objects[gate->count++] = (Judged){&files[i], files[i].objects[j]};
    }
}

static Judging judging_new(Arena *arena, const Standards *standards, const GateScope *scope, const AcrossView *view)
{
    Str version = scope->kubernetes.size ? scope->kubernetes : value_text_at(scope->project, "kubernetes");
    return (Judging){.standards = standards,
                     .bindings = bindings_new(arena),
                     .gate = *scope,
                     .view = view,
                     .env = gate_env(arena, scope),
                     .minor = api_minor(version)};
}

bool gate_judge(const Standards *standards, Arena *arena, GateScope scope, const AcrossView *view,
                const RenderedFile *files, size_t count, Findings *findings, Diags *diags)
{
    Gate gate = {.common = judging_new(arena, standards, &scope, view)};
    gate.common.diags = diags;
    gate.common.arena = arena;
    list_objects(&gate, arena, files, count);
    size_t portions = portion_count(gate.count, PORTION);
    gate.findings = ARENA_ARRAY(arena, Findings, portions);
    gate.diags = ARENA_ARRAY(arena, Diags *, portions);
    gate.failed = ARENA_ARRAY(arena, bool, portions);
    gate.common.host.set = object_set_new(arena, files, count, NULL, NULL);
    bind_kinds(&gate.common, files, count);
    pool_run(scope.pool, arena, gate.count, PORTION, judge_portion, &gate);
    bool ok = true;
    for (size_t i = 0; i < portions; i++) {
        diags_move(diags, gate.diags[i]);
        findings_add(findings, &gate.findings[i], arena);
        ok &= !gate.failed[i];
    }
    if (!object_set_exhausted(gate.common.host.set))
        return ok;
    diag_plain_error(diags, "too many of these objects select, or stand beside, too many others; judge fewer "
                            "together");
    return false;
}

struct GateJudge {
    Judging common;
};

GateJudge *gate_judge_new(Arena *arena, const Standards *standards, const GateScope *scope)
{
    GateJudge *judge = ARENA_NEW(arena, GateJudge);
    judge->common = judging_new(arena, standards, scope, NULL);
    judge->common.arena = arena_child(arena);
    return judge;
}

bool gate_judge_files(GateJudge *judge, const ObjectSet *set, Arena *arena, const RenderedFile *files, size_t count,
                      Findings *findings, Diags *diags)
{
    Judging judging = judge->common;
    judging.lasting = arena;
    judging.host.set = set;
    judging.diags = diags;
    judging.findings = findings;
    names_begin(&judging, arena);
    bind_kinds(&judging, files, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; !files[i].reference && j < files[i].count; j++) {
            judge_object(&judging, &files[i], files[i].objects[j]);
            object_set_forget(set);
            arena_reset(judging.arena);
        }
    }
    return !judging.failed;
}

bool standards_judge(const Standards *standards, Arena *arena, GateScope scope, const RenderedFile *files,
                     size_t count, Findings *findings, Diags *diags)
{
    bool ok = gate_judge(standards, arena, scope, NULL, files, count, findings, diags);
    return across_judge_foreign(standards, arena, scope, files, count, findings, diags) && ok;
}
