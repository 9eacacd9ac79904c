/*
 * A template and its context: a value or one failure, within the budgets, and the same again. Out of a document
 * {template, context}, or of bytes that choose operators and their properties.
 */
#include "jsone.h"

/* ---- templates out of bytes ---- */

static const char *const expressions[] = {
    "a", "s", "l", "m", "t", "f", "e", "m.k", "m.n", "l[0]", "x", "x.k", "i", "y", "acc", "acc + x", "x + 1", "a + 1",
    "a == 1", "t && f", "len(l)", "l + [x]", "m[s]", "s + s", "x.key", "x.val", "keys", "{k: x}", "[x, i]",
    "typeof(x)",
    "str(x)", "number(s)", "split(s, 'e')", "range(0, 3)", "min(a, 2)", "!t", "x in l", "-a", "a ** 2", "now", "g",
    "("};

static const char *const texts[] = {
    "${a}", "${s} and ${l[0]}", "plain", "${", "$${a}", "${m}", "${x}-${i}", "${null}", "}", "${t}", "${f}", "${'}'}",
    "1 day", "-3 weeks 2 hours", "2020-02-29T12:00:00Z", "$eval", "k", "é${u}"};

/* An operator and what may stand beside it. */
static const struct {
    const char *name;
    bool expression; /* what it takes */
    const char *others[3];
} operators[] = {
    {"$eval", true, {NULL}}, {"$if", true, {"then", "else", NULL}}, {"$let", false, {"in", NULL, NULL}},
    {"$map", false, {"each(x)", "each(x,i)", NULL}}, {"$reduce", false, {"each(acc,x)", "each(acc,x,i)", "initial"}},
    {"$find", false, {"each(x)", "each(x,i)", NULL}}, {"$match", false, {NULL}}, {"$switch", false, {NULL}},
    {"$merge", false, {NULL}}, {"$mergeDeep", false, {NULL}}, {"$sort", false, {"by(x)", NULL, NULL}},
    {"$reverse", false, {NULL}}, {"$flatten", false, {NULL}}, {"$flattenDeep", false, {NULL}},
    {"$fromNow", true, {"from", NULL, NULL}}, {"$json", false, {NULL}}, {"$default", false, {NULL}},
    {"$$eval", true, {NULL}}, {"$unknown", false, {NULL}}, {"thenn", false, {"$if", "then", "each(x,)"}}};

static const char *const plain_keys[] = {"k", "a", "x", "${s}", "${m.k}", "t", "f", "true", "$default", "a == 1", "o", "${a}"};

static const Value *text_value(FuzzBytes *bytes, Arena *arena, const char *const *list, size_t count)
{
    uint8_t which = fuzz_byte(bytes);
    return value_new_string(arena, ORIGIN_NONE,
                            which < 240 ? str_from(list[which % count]) : fuzz_text(bytes, arena));
}

static const Value *tree_of(FuzzBytes *bytes, Arena *arena, unsigned depth);

static const Value *operator_of(FuzzBytes *bytes, Arena *arena, unsigned depth)
{
    uint8_t which = fuzz_byte(bytes) % LENGTH_OF(operators), with = fuzz_byte(bytes);
    MapBuilder map = map_begin(arena);
    const Value *operand = operators[which].expression && with & 16
                               ? text_value(bytes, arena, expressions, LENGTH_OF(expressions))
                               : tree_of(bytes, arena, depth - 1);
    map_set(&map, str_from(operators[which].name), ORIGIN_NONE, operand);
    for (unsigned i = 0; i < LENGTH_OF(operators[which].others) && operators[which].others[i]; i++)
        if (with & 1u << i)
            map_set(&map, str_from(operators[which].others[i]), ORIGIN_NONE, tree_of(bytes, arena, depth - 1));
    if (with >= 250)
        map_set(&map, str_from(operators[with % LENGTH_OF(operators)].name), ORIGIN_NONE, &value_null);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *map_of(FuzzBytes *bytes, Arena *arena, unsigned depth, unsigned count)
{
    MapBuilder map = map_begin(arena);
    while (count-- > 0) {
        const Value *key = text_value(bytes, arena, plain_keys, LENGTH_OF(plain_keys));
        map_set(&map, value_text(key), ORIGIN_NONE, tree_of(bytes, arena, depth - 1));
    }
    return map_end(&map, ORIGIN_NONE);
}

static const Value *tree_of(FuzzBytes *bytes, Arena *arena, unsigned depth)
{
    uint8_t kind = fuzz_byte(bytes);
    unsigned count = kind >> 5;
    switch (depth ? kind % 16 : kind % 4) {
    case 0:
        return text_value(bytes, arena, texts, LENGTH_OF(texts));
    case 1:
        return count & 1 ? &value_null : &value_true;
    case 2:
        return value_new_number(arena, ORIGIN_NONE, (double)count - 2 + (kind & 16 ? 0.5 : 0));
    case 3:
        return &value_empty_string;
    case 4:
    case 5: {
        ListBuilder list = list_begin(arena);
        while (count-- > 0)
            list_add(&list, tree_of(bytes, arena, depth - 1));
        return list_end(&list, ORIGIN_NONE);
    }
    case 6:
    case 7:
    case 8:
        return map_of(bytes, arena, depth, count);
    case 9:
    case 10: {
        MapBuilder map = map_begin(arena);
        map_set(&map, STR("$eval"), ORIGIN_NONE, text_value(bytes, arena, expressions, LENGTH_OF(expressions)));
        return map_end(&map, ORIGIN_NONE);
    }
    default:
        return operator_of(bytes, arena, depth);
    }
}

static const Value *fixed_context(void)
{
    static const Value *value;
    if (!value)
        value = fuzz_constant(STR("{a: 1, s: text, l: [3, 1, 2, 1], m: {k: v, n: {o: null}}, t: true, f: false, e: '', u: 'é€😀',"
                       " g: [{k: 2}, {k: 1}]}"));
    return value;
}

/* ---- and their evaluation ---- */

static void check(Fuzz *fuzz, const Value *tree, const Value *context)
{
    const Template *templ = jsone_compile(fuzz->arena, tree, fuzz->diags);
    if (!templ) {
        REQUIRE(diags_error_count(fuzz->diags) > 0);
        return;
    }
    const Value *result = fuzz_eval(fuzz, templ, context), *again = fuzz_eval(fuzz, templ, context);
    REQUIRE(!result == !again && (!result || value_equal(result, again)));
    size_t errors = diags_error_count(fuzz->diags);
    bool fine = jsone_check(templ, fuzz->diags);
    REQUIRE(fine == (diags_error_count(fuzz->diags) == errors));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    if (size && data[0] < ' ') {
        fuzz_byte(&bytes);
        check(&fuzz, tree_of(&bytes, fuzz.arena, 8), fixed_context());
        return fuzz_end(&fuzz);
    }
    const Value *document = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    const Value *tree = value_get(document, STR("template")), *context = value_get(document, STR("context"));
    if (tree)
        check(&fuzz, tree, value_is(context, VALUE_MAP) ? context : &value_empty_map);
    return fuzz_end(&fuzz);
}
