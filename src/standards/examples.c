/*
 * Examples: what a rule shows as good and bad is its documentation and its test at once. A bad one must be found,
 * once and where the rule says; in a good one no rule may find anything, for it is what people copy.
 */
#include "dockerfile.h"
#include "standards_private.h"

static const Value *list_of(Arena *arena, const Value *item)
{
    ListBuilder list = list_begin(arena);
    list_add(&list, item);
    return list_end(&list, ORIGIN_NONE);
}

/* What examples are judged as: a project whose images are all below one registry, with one priority class. */
static const Value *example_project(Arena *arena)
{
    MapBuilder map = map_begin(arena), platform = map_begin(arena);
    const Value *registry = value_new_string(arena, ORIGIN_NONE, STR("ghcr.io/shop"));
    const Value *class = value_new_string(arena, ORIGIN_NONE, STR("standard"));
    map_set(&platform, STR("priorityClasses"), ORIGIN_NONE, list_of(arena, class));
    map_set(&map, STR("name"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, STR("shop")));
    map_set(&map, STR("registry"), ORIGIN_NONE, registry);
    map_set(&map, STR("allowedRegistries"), ORIGIN_NONE, list_of(arena, registry));
    map_set(&map, STR("platform"), ORIGIN_NONE, map_end(&platform, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

typedef struct Example {
    const Standards *standards;
    const Value *whole; /* the rule, with its examples */
    const Rule *rule;
    Arena *arena;
    Sources *sources;
    Diags *diags;
    size_t errors;
} Example;

static void fail(Example *example, Origin origin, Str what)
{
    diag_error(example->diags, origin, "rule %.*s: %.*s", STR_ARG(example->rule->id), STR_ARG(what));
    example->errors++;
}

static FileForm form_of(const Rule *rule)
{
    const Value *kinds = value_get(rule->value, STR("kinds"));
    Str kind = value_is(kinds, VALUE_LIST) && kinds->size ? text_of(kinds->items[0]) : STR("");
    return str_equal(kind, STR("workflow"))     ? FORM_WORKFLOW
           : str_equal(kind, STR("dockerfile")) ? FORM_DOCKERFILE
                                                : FORM_MANIFEST;
}

/* One object, or a list of them; a Dockerfile stands there as text. False: it cannot be judged (reported). */
static bool judge(Example *example, const Value *objects, Findings *findings)
{
    if (objects->kind == VALUE_STRING) {
        const Source *source = sources_add(example->sources, STR("Dockerfile"), value_text(objects), false);
        objects = source ? dockerfile_read(example->arena, source, example->diags) : NULL;
        if (!objects)
            return false;
    }
    bool list = objects->kind == VALUE_LIST;
    const Value **all = ARENA_ARRAY(example->arena, const Value *, (list ? objects->size : 1) + 1);
    if (list && objects->size)
        memcpy(all, objects->items, objects->size * sizeof *all);
    else
        all[0] = objects;
    RenderedFile file = {.path = STR("example"),
                         .source = STR("example"),
                         .objects = all,
                         .count = list ? objects->size : 1,
                         .form = form_of(example->rule),
                         .foreign = true};
    GateScope scope = {
        .environment = STR("production"), .tier = TIER_PRODUCTION, .project = example_project(example->arena)};
    return standards_judge(example->standards, example->arena, scope, &file, 1, findings, example->diags);
}

static Str place_of(Arena *arena, const Finding *finding)
{
    Str name = finding_name(finding);
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(finding_kind(finding)), name.size ? "/" : "",
                        STR_ARG(name), finding->path.size ? " " : "", STR_ARG(finding->path));
}

/* ---- good ---- */

static bool is_built_in(const Example *example, const Rule *rule)
{
    const Source *source = sources_find(example->sources, rule->origin);
    return source && source->built_in;
}

/* What a project adds need not hold for the examples that came with the program. */
static bool binds(const Example *example, const Rule *rule)
{
    return is_built_in(example, rule) || !is_built_in(example, example->rule);
}

static void fail_good(Example *example, const Value *good, const Finding *finding)
{
    Str place = place_of(example->arena, finding), rule = finding->rule->id;
    if (str_equal(rule, example->rule->id))
        fail(example, good->origin,
             arena_printf(example->arena, "finds fault with its good example at %.*s: %.*s", STR_ARG(place),
                          STR_ARG(finding->message)));
    else
        fail(example, good->origin,
             arena_printf(example->arena, "its good example breaks %.*s at %.*s: %.*s; %.*s", STR_ARG(rule),
                          STR_ARG(place), STR_ARG(finding->message), STR_ARG(finding->fix)));
}

static void test_good(Example *example)
{
    const Value *good = value_get(example->whole, STR("good"));
    Findings findings = {0};
    if (!good) {
        fail(example, example->rule->origin, STR("good is missing; show an object that passes"));
        return;
    }
    if (!judge(example, good, &findings)) {
        example->errors++;
        return;
    }
    for (size_t i = 0; i < findings.count; i++) {
        if (binds(example, findings.list[i]->rule))
            fail_good(example, good, findings.list[i]);
    }
}

/* ---- bad ---- */

static size_t expected_count(const Value *found)
{
    return value_is(found, VALUE_LIST) ? found->size : 1;
}

/* NULL: anywhere. */
static const Value *expected_at(const Value *found, size_t index)
{
    return value_is(found, VALUE_LIST) ? found->items[index] : found;
}

/* Each place is taken once; what is left over was not expected. */
static bool take_place(const Value *found, bool *taken, Str place)
{
    for (size_t i = 0; i < expected_count(found); i++) {
        const Value *expected = expected_at(found, i);
        if (taken[i] || (expected && !str_equal(text_of(expected), place)))
            continue;
        taken[i] = true;
        return true;
    }
    return false;
}

static void check_places(Example *example, const Value *bad, const Findings *findings)
{
    const Value *found = value_get(example->whole, STR("found"));
    bool *taken = ARENA_ARRAY(example->arena, bool, expected_count(found) + 1);
    for (size_t i = 0; i < findings->count; i++) {
        const Finding *finding = findings->list[i];
        if (!str_equal(finding->rule->id, example->rule->id))
            continue;
        Str place = place_of(example->arena, finding);
        if (!take_place(found, taken, place))
            fail(example, bad->origin,
                 arena_printf(example->arena, "finds %s in the bad example at %.*s, which %s",
                              found ? "something" : "a second fault", STR_ARG(place),
                              found ? "found does not name" : "has one; name each under found"));
        if (!finding->message.size || !finding->fix.size)
            fail(example, bad->origin, STR("its finding in the bad example has no message or no fix"));
    }
    for (size_t i = 0; i < expected_count(found); i++) {
        const Value *expected = expected_at(found, i);
        if (!taken[i])
            fail(example, expected ? expected->origin : bad->origin,
                 expected ? arena_printf(example->arena, "finds nothing in the bad example at %.*s",
                                         STR_ARG(text_of(expected)))
                          : STR("finds nothing in the bad example"));
    }
}

static void test_bad(Example *example)
{
    const Value *bad = value_get(example->whole, STR("bad"));
    Findings findings = {0};
    if (!bad)
        fail(example, example->rule->origin, STR("bad is missing; show an object that does not pass"));
    else if (!judge(example, bad, &findings))
        example->errors++;
    else
        check_places(example, bad, &findings);
}

/* A rule that is off in production cannot be shown there. */
bool rule_test(const Standards *standards, const Rule *rule, Arena *arena, Sources *sources, Diags *diags)
{
    Example example = {.standards = standards, .rule = rule, .arena = arena, .sources = sources, .diags = diags};
    Severity severity;
    CompiledRule compiled;
    example.whole = rule_whole(arena, sources, rule, diags);
    if (!rule_compile(arena, standards->functions, rule->id, example.whole, true, &compiled, diags))
        return false;
    test_good(&example);
    if (rule_severity(standards, rule, TIER_PRODUCTION, &severity))
        test_bad(&example);
    return example.errors == 0;
}
