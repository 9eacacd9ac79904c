/*
 * Host functions: what templates and rules may call beyond JSON-e's own built-ins. All are pure: no clock, no randomness, no
 * environment. One table names, bounds and documents them.
 */
#include "render_private.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "kiln/kube.h"
#include "kiln/yaml.h"

/* How much work one match may cost (pcre2_set_match_limit): far above any sane pattern, far below a second. */
enum { MATCH_LIMIT = 100000, HEAP_LIMIT_KIB = 1024, SUBJECT_LIMIT = 1024 * 1024 };

#define CALL_PARAMETERS                                                                                                \
    const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at, const Value *const *args, size_t count
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
    if (!map)
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
    if (!map)
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
    if (!path)
        return NULL;
    const Value *found = args[0];
    Str rest = value_text(path), key;
    while (found && str_split(&rest, '.', &key))
        found = value_get(found, key);
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
    const TemplateFile *file = parts ? template_find(parts, value_text(name)) : NULL;
    if (!file)
        return jsone_fail(run, at, "part: no templates/parts/%.*s.yaml", STR_ARG(value_text(name)));
    JsoneScope inner = {count > 1 ? args[1] : &value_empty_map, scope};
    return jsone_eval(run, file->compiled, &inner);
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
    if (!text)
        return NULL;
    char hex[SHA256_HEX_SIZE + 1];
    sha256_hex(value_text(text), hex);
    return value_new_string(run->arena, text->origin, arena_copy(run->arena, (Str){hex, SHA256_HEX_SIZE}));
}

static const Value *made_text(JsoneRun *run, Origin at, const Value *of, Buf *buf)
{
    Str text = arena_copy(run->arena, buf_str(buf));
    buf_release(buf);
    return value_new_string(run->arena, of->origin ? of->origin : at, text);
}

static const Value *call_to_yaml(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Buf buf = {0};
    YamlStyle style = {.sorted = false};
    yaml_write(&buf, args[0], &style);
    return made_text(run, at, args[0], &buf);
}

static const Value *call_to_json(CALL_PARAMETERS)
{
    CALL_UNUSED;
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

static const Value *match_result(JsoneRun *run, Origin at, int result)
{
    if (result >= 0)
        return &value_true;
    if (result == PCRE2_ERROR_NOMATCH)
        return &value_false;
    return jsone_fail(run, at, "matches: the pattern needs too many steps for this text; simplify it");
}

static const Value *match_run(JsoneRun *run, Origin at, pcre2_code *code, Str text)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!limits || !data)
        base_out_of_memory();
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, MATCH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
    int result = pcre2_match(code, (PCRE2_SPTR)text.data, text.size, 0, 0, data, limits);
    /* An ovector of one pair is too small for groups, which is no failure: 0 is a match. */
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return match_result(run, at, result);
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
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern->text, pattern->size, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error,
                                     &offset, NULL);
    if (!code) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(error, message, sizeof message);
        return jsone_fail(run, at, "matches: '%.*s' at %zu: %s", STR_ARG(value_text(pattern)), offset + 1, (char *)message);
    }
    const Value *result = match_run(run, at, code, value_text(text));
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
    {NAME("semver"), call_semver, 1, 1, "semver(text): whether it is a semantic version; a leading v is allowed", NULL},
    {NAME("matches"), call_matches, 2, 2, "matches(text, pattern): whether a Perl-compatible pattern is found in it", NULL},
};

const Value *render_functions(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(functions); i++)
        map_set(&map, functions[i].name, ORIGIN_NONE, jsone_function(arena, &functions[i]));
    return map_end(&map, ORIGIN_NONE);
}
