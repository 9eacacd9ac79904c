/* One rule: from its file to what the gate runs. Where it is compiled whole, a broken expression is an error at its
 * place. */
#include "standards_private.h"

#include <assert.h>

#define FIELDS                                                                                                   \
    "title, rationale, sources, severity, kinds, each, when, let, at, from, assert, message, fix, fixForeign, "  \
    "equivalents, good, "                                                                                        \
    "bad, found, checks, masked"

static const char *const levels[] = {"off", "info", "warning", "error"};
static const Severity level_severity[] = {SEVERITY_NOTE, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR};

const Str gate_names[NAME_COUNT] = {
    [NAME_ENV] = NAME("env"), [NAME_PROJECT] = NAME("project"), [NAME_OBJECT] = NAME("object"),
    [NAME_POD] = NAME("pod"), [NAME_ITEM] = NAME("item"),       [NAME_ITEM_NAME] = NAME("itemName"),
};

typedef struct RuleCompile {
    Arena *arena;
    const Value *functions;
    const JsoneKnown *known; /* of the check */
    Diags *diags;
    Str id;
    bool whole;
    bool failed;
} RuleCompile;

static void rule_error(RuleCompile *compile, Origin origin, const char *format, const char *detail)
{
    Str message = arena_printf(compile->arena, "rule %.*s: %s%s", STR_ARG(compile->id), format, detail);
    diag_error(compile->diags, origin, "%.*s", STR_ARG(message));
    compile->failed = true;
}

/* A field of the check, else of the rule. */
static const Value *field_of(const Value *check, const Value *rule, const char *name)
{
    const Value *value = value_get(check, str_from(name));
    return value ? value : value_get(rule, str_from(name));
}

static void compile_lazy(RuleCompile *compile, LazyTemplate *lazy, const Value *tree, bool expression)
{
    lazy->tree = tree;
    lazy->known = compile->known;
    lazy->expression = expression;
    if (!compile->whole)
        return;
    const Template *compiled =
        expression ? jsone_compile_expression(compile->arena, compile->known, value_text(tree), tree->origin,
                                              compile->diags)
                   : jsone_compile_with(compile->arena, compile->known, tree, compile->diags);
    if (!compiled || !jsone_check(compiled, compile->diags))
        compile->failed = true;
    lazy->compiled = compiled;
}

static void compile_expression_into(RuleCompile *compile, LazyTemplate *lazy, const Value *text, const char *name)
{
    if (value_is_scalar(text))
        compile_lazy(compile, lazy, text, true);
    else
        rule_error(compile, text->origin, "expected an expression under ", name);
}

static LazyTemplate *compile_expression(RuleCompile *compile, const Value *text, const char *name)
{
    LazyTemplate *lazy = ARENA_NEW(compile->arena, LazyTemplate);
    compile_expression_into(compile, lazy, text, name);
    return lazy;
}

static LazyTemplate *compile_text(RuleCompile *compile, const Value *check, const Value *rule, const char *name)
{
    LazyTemplate *lazy = ARENA_NEW(compile->arena, LazyTemplate);
    const Value *text = field_of(check, rule, name);
    if (value_is(text, VALUE_STRING))
        compile_lazy(compile, lazy, text, false);
    else
        rule_error(compile, (text ? text : rule)->origin, "expected text under ", name);
    return lazy;
}

/* NULL for [any]. */
static const Value *compile_kinds(RuleCompile *compile, const Value *check, const Value *rule)
{
    const Value *kinds = field_of(check, rule, "kinds");
    if (!value_is(kinds, VALUE_LIST) || !kinds->size) {
        rule_error(compile, (kinds ? kinds : rule)->origin, "expected a list under kinds", "");
        return NULL;
    }
    for (uint32_t i = 0; i < kinds->size; i++) {
        if (!value_is(kinds->items[i], VALUE_STRING))
            rule_error(compile, kinds->items[i]->origin, "expected the name of a kind under kinds", "");
        else if (str_equal(value_text(kinds->items[i]), STR("any")))
            return NULL;
    }
    return kinds;
}

static void list_lets(RuleCompile *compile, Check *check, const Value *let)
{
    if (!let)
        return;
    if (!value_is(let, VALUE_MAP)) {
        rule_error(compile, let->origin, "expected a map under let", "");
        return;
    }
    check->let_count = let->size;
    check->lets = ARENA_ARRAY(compile->arena, Let, let->size);
    for (uint32_t i = 0; i < let->size; i++)
        check->lets[i] = (Let){.name = let->entries[i].key, .value.tree = let->entries[i].value};
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Also where the name stands in a text of the expression: that does no harm. */
static bool mentions(const Value *expression, Str name)
{
    Str text = value_is_scalar(expression) ? value_text(expression) : STR("");
    for (ptrdiff_t at = 0; (at = str_find(text, name, (size_t)at)) >= 0; at++) {
        size_t end = (size_t)at + name.size;
        if ((!at || !is_word(text.data[at - 1])) && (end == text.size || !is_word(text.data[end])))
            return true;
    }
    return false;
}

/* From the last on, for each name may be needed by those below it. */
static void find_phases(const Check *check, const Value *when, const Value *assertion)
{
    for (size_t i = check->let_count; i-- > 0;) {
        Let *let = &check->lets[i];
        let->phase = when && mentions(when, let->name)             ? LET_WHEN
                     : assertion && mentions(assertion, let->name) ? LET_ASSERT
                                                                   : LET_FINDING;
        for (size_t j = i + 1; j < check->let_count; j++) {
            if (check->lets[j].phase < let->phase && mentions(check->lets[j].value.tree, let->name))
                let->phase = check->lets[j].phase;
        }
    }
}

/* By their phases, and as they are written within each. */
static void order_lets(const Check *check)
{
    for (size_t i = 1; i < check->let_count; i++) {
        Let let = check->lets[i];
        size_t at = i;
        for (; at > 0 && check->lets[at - 1].phase > let.phase; at--)
            check->lets[at] = check->lets[at - 1];
        check->lets[at] = let;
    }
}

static void know_names(RuleCompile *compile, Check *check)
{
    check->known = (JsoneKnown){compile->functions, gate_names, NAME_COUNT + check->let_count};
    compile->known = &check->known;
    if (!check->let_count)
        return;
    Str *names = ARENA_ARRAY(compile->arena, Str, NAME_COUNT + check->let_count);
    memcpy(names, gate_names, sizeof gate_names);
    for (size_t i = 0; i < check->let_count; i++)
        names[NAME_COUNT + i] = check->lets[i].name;
    check->known.names = names;
}

static void compile_lets(RuleCompile *compile, Check *check, const Value *let, const Value *when,
                         const Value *assertion)
{
    list_lets(compile, check, let);
    find_phases(check, when, assertion);
    order_lets(check);
    know_names(compile, check);
    for (size_t i = 0; i < check->let_count; i++) {
        Let *one = &check->lets[i];
        one->known = (JsoneKnown){compile->functions, check->known.names, NAME_COUNT + i};
        compile->known = &one->known;
        compile_expression_into(compile, &one->value, one->value.tree, "let");
    }
    compile->known = &check->known;
}

static EachFn *compile_each(RuleCompile *compile, const Value *each)
{
    EachFn *found = each_find(!each ? STR("object") : value_is(each, VALUE_STRING) ? value_text(each) : STR(""));
    assert(found || each);
    if (!found)
        rule_error(compile, each->origin, "each: expected one of ", each_words(compile->arena).data);
    return found;
}

static Str compile_at(RuleCompile *compile, const Value *at)
{
    if (value_is_none(at))
        return STR("");
    if (value_is(at, VALUE_STRING))
        return value_text(at);
    rule_error(compile, at->origin, "expected a path under at", "");
    return STR("");
}

/* severity may be NULL, which rule lacks then. */
static void compile_severity(RuleCompile *compile, const Value *rule, const Value *severity, Severity *weights, bool *off)
{
    for (int tier = 0; tier < TIER_COUNT; tier++) {
        const Value *word = value_get(severity, tier_names[tier]);
        size_t level = LENGTH_OF(levels);
        for (size_t i = 0; value_is(word, VALUE_STRING) && i < LENGTH_OF(levels); i++) {
            if (str_equal(value_text(word), str_from(levels[i])))
                level = i;
        }
        if (level == LENGTH_OF(levels)) {
            rule_error(compile, (word ? word : severity ? severity : rule)->origin,
                       "severity: expected error, warning, info or off for ", tier_names[tier].data);
            return;
        }
        off[tier] = level == 0;
        weights[tier] = level_severity[level];
    }
}

static void compile_check(RuleCompile *compile, const Value *value, const Value *rule, const CompiledRule *compiled,
                          Check *check)
{
    const Value *when = field_of(value, rule, "when"), *assertion = field_of(value, rule, "assert");
    if (value->kind != VALUE_MAP)
        rule_error(compile, value->origin, "expected a map under checks", "");
    check->each = compile_each(compile, field_of(value, rule, "each"));
    check->across = check->each == each_namespace || check->each == each_remote_key;
    check->kinds = compile_kinds(compile, value, rule);
    check->at = compile_at(compile, field_of(value, rule, "at"));
    compile_lets(compile, check, field_of(value, rule, "let"), when, assertion);
    check->when = value_is_none(when) ? NULL : compile_expression(compile, when, "when");
    if (value_is_none(assertion))
        rule_error(compile, rule->origin, "assert is missing", "");
    else
        check->assertion = compile_expression(compile, assertion, "assert");
    const Value *from = field_of(value, rule, "from");
    check->from = value_is_none(from) ? NULL : compile_expression(compile, from, "from");
    check->message = compile_text(compile, value, rule, "message");
    check->fix = compile_text(compile, value, rule, "fix");
    const Value *beside = value_get(value, STR("fix")) ? value : rule;
    if (value_get(beside, STR("fixForeign")))
        check->fix_foreign = compile_text(compile, beside, beside, "fixForeign");
    const Value *severity = value_get(value, STR("severity"));
    if (value != rule && severity)
        compile_severity(compile, rule, severity, check->severity, check->off);
    else {
        memcpy(check->severity, compiled->severity, sizeof check->severity);
        memcpy(check->off, compiled->off, sizeof check->off);
    }
}

static void compile_checks(RuleCompile *compile, const Value *rule, CompiledRule *compiled)
{
    const Value *checks = value_get(rule, STR("checks"));
    bool list = value_is(checks, VALUE_LIST);
    if (checks && (!list || !checks->size))
        rule_error(compile, checks->origin, "expected a list under checks", "");
    compiled->check_count = list ? checks->size : 1;
    compiled->checks = ARENA_ARRAY(compile->arena, Check, compiled->check_count + 1);
    for (size_t i = 0; i < compiled->check_count; i++)
        compile_check(compile, list ? checks->items[i] : rule, rule, compiled, &compiled->checks[i]);
}

static bool compile_masked(RuleCompile *compile, const Value *masked)
{
    if (masked && !value_is(masked, VALUE_BOOL))
        rule_error(compile, masked->origin, "expected true or false under masked", "");
    return value_is(masked, VALUE_BOOL) && masked->boolean;
}

static void check_fields(RuleCompile *compile, const Value *rule)
{
    Str all = STR(", " FIELDS ",");
    for (uint32_t i = 0; i < rule->size; i++) {
        Str wanted = arena_printf(compile->arena, ", %.*s,", STR_ARG(rule->entries[i].key));
        if (str_find(all, wanted, 0) < 0)
            rule_error(compile, rule->entries[i].key_origin, "unknown field; a rule has " FIELDS, "");
    }
}

bool rule_compile(Arena *arena, const Value *functions, Str id, const Value *value, bool whole, CompiledRule *rule,
                  Diags *diags)
{
    RuleCompile compile = {.arena = arena, .functions = functions, .diags = diags, .id = id, .whole = whole};
    *rule = (CompiledRule){.rule = {id, value, value->origin}};
    if (value->kind != VALUE_MAP) {
        rule_error(&compile, value->origin, "expected a map", "");
        return false;
    }
    rule->masked = compile_masked(&compile, value_get(value, STR("masked")));
    if (whole)
        check_fields(&compile, value);
    compile_severity(&compile, value, value_get(value, STR("severity")), rule->severity, rule->off);
    compile_checks(&compile, value, rule);
    return !compile.failed;
}
