/*
 * Host functions: what templates and rules may call beyond JSON-e's own built-ins. All are pure: no clock, no
 * randomness, no environment. One table names, bounds and documents them.
 */
#include "render_private.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "kiln/kube.h"
#include "kiln/yaml.h"

/* Limits of one match, far above any sane pattern. Its steps are also taken from the evaluation's. */
enum { MATCH_STEPS = 500000, HEAP_LIMIT_KIB = 1024, SUBJECT_LIMIT = 1024 * 1024, PATTERN_LIMIT = 16 * 1024 };

#define CALL_PARAMETERS                                                                                    \
    const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at, const Value *const *args, \
        size_t count
#define CALL_UNUSED (void)function, (void)scope, (void)count, (void)at, (void)run

static const Value *expect(JsoneRun *run, const Function *function, Origin at, const Value *value, ValueKind kind)
{
    if (value->kind == (uint8_t)kind)
        return value;
    return jsone_fail(run, at, "%.*s: expected %s, found %s", STR_ARG(function->name), value_kind_name(kind),
                      value_kind_name((ValueKind)value->kind));
}

static const Value *call_items(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *map = expect(run, function, at, args[0], VALUE_MAP);
    if (!map || !jsone_spend(run, at, map->size, (size_t)map->size * 2 + 1))
        return NULL;
    ListBuilder list = list_begin(run->arena);
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        MapBuilder pair = map_begin(run->arena);
        map_set(&pair, STR("key"), entry->key_origin, value_new_string(run->arena, entry->key_origin, entry->key));
        map_set(&pair, STR("value"), entry->key_origin, entry->value);
        list_add(&list, map_end(&pair, entry->value->origin));
    }
    return list_end(&list, map->origin);
}

static const Value *call_keys(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *map = expect(run, function, at, args[0], VALUE_MAP);
    if (!map || !jsone_spend(run, at, map->size, (size_t)map->size + 1))
        return NULL;
    ListBuilder list = list_begin(run->arena);
    for (uint32_t i = 0; i < map->size; i++)
        list_add(&list, value_new_string(run->arena, map->entries[i].key_origin, map->entries[i].key));
    return list_end(&list, map->origin);
}

static const Value *call_get(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *path = expect(run, function, at, args[1], VALUE_STRING);
    if (!path || !jsone_spend_bytes(run, at, path->size))
        return NULL;
    const Value *found = args[0];
    const char *next = path->text, *end = next + path->size;
    for (;;) {
        const char *key = next;
        while (next < end && *next != '.')
            next++;
        found = value_get(found, (Str){key, (size_t)(next - key)});
        if (!found || next == end)
            break;
        next++;
    }
    if (!value_is_none(found))
        return found;
    return count > 2 ? args[2] : &value_null;
}

static const Value *call_part(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const RenderHost *host = run->host;
    const Value *name = expect(run, function, at, args[0], VALUE_STRING);
    if (!name || (count > 1 && !expect(run, function, at, args[1], VALUE_MAP)))
        return NULL;
    const TemplateList *parts = host && host->renderer ? &host->renderer->scopes[SCOPE_PARTS] : NULL;
    if (!parts)
        return jsone_fail(run, at, "part: only a template of a project has parts");
    const TemplateFile *file = template_find(parts, value_text(name));
    if (!file)
        return jsone_fail(run, at, "part: no templates/parts/%.*s.yaml", STR_ARG(value_text(name)));
    const Value *names = count > 1 ? args[1] : &value_empty_map;
    JsoneScope inner = {names, scope, false, jsone_names(names)};
    return jsone_eval(run, template_of(host->renderer, file), &inner);
}

static const Value *call_quantity(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Quantity quantity;
    if (!value_is_scalar(args[0]) || !quantity_parse(value_text(args[0]), &quantity))
        return jsone_fail(run, at, "quantity: expected a quantity such as 500m or 2Gi, found %s",
                          value_is_scalar(args[0]) ? args[0]->text : value_kind_name((ValueKind)args[0]->kind));
    return value_new_number(run->arena, args[0]->origin, quantity_number(quantity));
}

static const Value *call_to_quantity(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *number = expect(run, function, at, args[0], VALUE_NUMBER);
    const Value *kind = number ? expect(run, function, at, args[1], VALUE_STRING) : NULL;
    if (!kind)
        return NULL;
    bool memory = str_equal(value_text(kind), STR("memory"));
    if (!memory && !str_equal(value_text(kind), STR("cpu")))
        return jsone_fail(run, at, "toQuantity: expected 'cpu' or 'memory', found '%.*s'", STR_ARG(value_text(kind)));
    Quantity quantity;
    char text[QUANTITY_TEXT_SIZE], digits[NUMBER_TEXT_SIZE];
    if (!quantity_parse(number_print(number->number, digits), &quantity))
        return jsone_fail(run, at, "toQuantity: the number is too large for a quantity");
    quantity.format = memory ? QUANTITY_BINARY_SI : QUANTITY_DECIMAL_SI;
    return value_new_string(run->arena, number->origin, arena_copy(run->arena, quantity_print(quantity, text)));
}

static const Value *call_action(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *name = expect(run, function, at, args[0], VALUE_STRING);
    if (!name)
        return NULL;
    const PinnedAction *action = pinned_action_find(value_text(name));
    if (!action)
        return jsone_fail(run, at, "action: '%.*s' is not among the pinned actions", STR_ARG(value_text(name)));
    return value_new_string(run->arena, at, arena_printf(run->arena, "%s@%s", action->name, action->sha));
}

static const Value *call_sha256(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *text = expect(run, function, at, args[0], VALUE_STRING);
    if (!text || !jsone_spend_bytes(run, at, text->size) || !jsone_spend(run, at, 0, 1))
        return NULL;
    char hex[SHA256_HEX_SIZE + 1];
    sha256_hex(value_text(text), hex);
    return value_new_string(run->arena, text->origin, arena_copy(run->arena, (Str){hex, SHA256_HEX_SIZE}));
}

/* NULL once the text is longer than a string may be. */
static const Value *made_text(JsoneRun *run, Origin at, const Value *of, Buf *buf)
{
    bool fits = jsone_spend_bytes(run, at, buf->size) && jsone_spend(run, at, 0, 1);
    Str text = fits ? arena_copy(run->arena, buf_str(buf)) : STR_NONE;
    buf_release(buf);
    if (!fits)
        return NULL;
    return value_new_string(run->arena, of->origin ? of->origin : at, text);
}

static const Value *call_to_yaml(CALL_PARAMETERS)
{
    CALL_UNUSED;
    if (!jsone_spend_walk(run, at, args[0]))
        return NULL;
    Buf buf = {0};
    YamlStyle style = {.sorted = false};
    yaml_write(&buf, args[0], &style);
    return made_text(run, at, args[0], &buf);
}

static const Value *call_to_json(CALL_PARAMETERS)
{
    CALL_UNUSED;
    if (!jsone_spend_walk(run, at, args[0]))
        return NULL;
    Buf buf = {0};
    value_print_json(args[0], false, &buf);
    return made_text(run, at, args[0], &buf);
}

static const Value *truth(bool holds)
{
    return holds ? &value_true : &value_false;
}

static const Value *call_semver(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return truth(value_is(args[0], VALUE_STRING) && semver_valid(value_text(args[0])));
}

/* ---- matches ---- */

/*
 * PCRE2's own match limit counts anew at each place where a match may start, and not at all inside a possessive
 * repeat, so that it bounds no time. We are called before each item of the pattern instead and count there.
 */
typedef struct Match {
    JsoneRun *run;
    Origin at;
    Str pattern;
    size_t steps;
} Match;

/* Whether one item may run through the rest of the text: a repeat, a back reference. */
static bool item_runs(Str item)
{
    if (item.size < 2)
        return false;
    if (item.data[0] == '\\' && memchr("123456789gk", item.data[1], 11))
        return true;
    return memchr("*+?})", item.data[item.size - 1], 5) != NULL;
}

/* Running takes some 64 bytes in the time of a step. */
static size_t item_steps(const Match *match, const pcre2_callout_block *block)
{
    size_t start = block->pattern_position;
    Str item = str_slice(match->pattern, start, start + block->next_item_length);
    return item_runs(item) ? 1 + (block->subject_length - block->current_position) / 64 : 1;
}

static int match_item(pcre2_callout_block *block, void *user)
{
    Match *match = user;
    size_t steps = item_steps(match, block);
    match->steps += steps;
    if (match->steps > MATCH_STEPS)
        return PCRE2_ERROR_MATCHLIMIT;
    return jsone_spend(match->run, match->at, steps, 0) ? 0 : PCRE2_ERROR_CALLOUT;
}

static const Value *match_result(const Match *match, int result)
{
    if (result >= 0)
        return &value_true;
    if (result == PCRE2_ERROR_NOMATCH)
        return &value_false;
    if (result == PCRE2_ERROR_CALLOUT)
        return NULL;
    return jsone_fail(match->run, match->at,
                      "matches: '%.*s' needs more than %d steps for this text, the limit; simplify it",
                      STR_ARG(match->pattern), (int)MATCH_STEPS);
}

static const Value *match_run(Match *match, pcre2_code *code, Str text)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!limits || !data)
        base_out_of_memory();
    pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
    pcre2_set_callout(limits, match_item, match);
    int result = pcre2_match(code, (PCRE2_SPTR)text.data, text.size, 0, 0, data, limits);
    /* An ovector of one pair is too small for groups, which is no failure: 0 is a match. */
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return match_result(match, result);
}

/* NULL (reported) where the pattern is none. */
static pcre2_code *match_compile(const Match *match)
{
    enum { OPTIONS = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT | PCRE2_NO_AUTO_POSSESS };
    Str pattern = match->pattern;
    int error;
    PCRE2_SIZE offset, size = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.size, OPTIONS, &error, &offset, NULL);
    if (!code) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(error, message, sizeof message);
        jsone_fail(match->run, match->at, "matches: '%.*s' at %zu: %s", STR_ARG(pattern), offset + 1,
                   (char *)message);
        return NULL;
    }
    pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size);
    if (jsone_spend(match->run, match->at, size / 16, 0))
        return code;
    pcre2_code_free(code);
    return NULL;
}

static const Value *call_matches(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *text = expect(run, function, at, args[0], VALUE_STRING);
    const Value *pattern = text ? expect(run, function, at, args[1], VALUE_STRING) : NULL;
    if (!pattern)
        return NULL;
    if (text->size > SUBJECT_LIMIT)
        return jsone_fail(run, at, "matches: the text is longer than 1 MiB, the limit");
    if (pattern->size > PATTERN_LIMIT)
        return jsone_fail(run, at, "matches: the pattern is longer than 16 KiB, the limit");
    Match match = {run, at, value_text(pattern), 0};
    pcre2_code *code = jsone_spend_bytes(run, at, text->size) ? match_compile(&match) : NULL;
    const Value *result = code ? match_run(&match, code, value_text(text)) : NULL;
    pcre2_code_free(code);
    return result;
}

/* ---- the table ---- */

#define NAME(literal) {(literal), sizeof(literal) - 1}

static const Function functions[] = {
    {NAME("items"), call_items, 1, 1, "items(map): a list of {key, value} in the map's order", NULL},
    {NAME("keys"), call_keys, 1, 1, "keys(map): its keys in the map's order", NULL},
    {NAME("get"), call_get, 2, 3, "get(value, 'a.b', default): what stands at the path, else default (null)", NULL},
    {NAME("part"), call_part, 1, 2, "part(name, {…}): templates/parts/NAME.yaml with these arguments", NULL},
    {NAME("quantity"), call_quantity, 1, 1, "quantity('500m'): the quantity as a number", NULL},
    {NAME("toQuantity"), call_to_quantity, 2, 2, "toQuantity(0.5, 'cpu'): a number as a quantity; or 'memory'", NULL},
    {NAME("action"), call_action, 1, 1, "action('actions/checkout'): the action pinned by commit", NULL},
    {NAME("sha256"), call_sha256, 1, 1, "sha256(text): 64 hexadecimal digits", NULL},
    {NAME("toYaml"), call_to_yaml, 1, 1, "toYaml(value): as YAML text", NULL},
    {NAME("toJson"), call_to_json, 1, 1, "toJson(value): as compact JSON text", NULL},
    {NAME("semver"), call_semver, 1, 1, "semver(text): whether it is a semantic version; a leading v is allowed",
     NULL},
    {NAME("matches"), call_matches, 2, 2, "matches(text, pattern): whether a Perl-compatible pattern is found in it",
     NULL},
};

const Value *render_functions(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(functions); i++)
        map_set(&map, functions[i].name, ORIGIN_NONE, jsone_function(arena, &functions[i]));
    return map_end(&map, ORIGIN_NONE);
}
