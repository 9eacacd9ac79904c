/*
 * A JSON-e expression, evaluated in a small context: a value or one failure, within the budgets. The first byte says
 * whether the others are its text or choose its words.
 */
#include "jsone.h"

static const Value *context(void)
{
    static const Value *value;
    if (!value)
        value = fuzz_constant(STR("{a: 1, s: text, l: [1, two, [3]], m: {k: v, n: {o: null}}, t: true, f: 1.5, z: 0, e: '', j: '{\"a\": [1]}',"
                       " d: '2020-01-01T00:00:00Z', u: 'é€😀', big: 1e300}"));
    return value;
}

static const char *const words[] = {
    "a", "s", "l", "m", "t", "f", "z", "e", "j", "d", "u", "big", "m.k", "m.n.o", "l[0]", "l[-1]", "l[1:]", "l[:2]",
    "s[1:3]", "u[1:]", "m['k']", "'x'", "\"y\"", "''", "1", "0", "-1", "1.5", "1e3", "100000000000", "null", "true",
    "false", "[", "]", "{", "}", "(", ")", ",", ":", ".", "+", "-", "*", "/", "**", "==", "!=", "<", ">", "<=", ">=",
    "&&", "||", "!", " in ", "[1, 2]", "{k: 1}", "min(", "max(", "sqrt(", "ceil(", "floor(", "abs(", "lowercase(",
    "uppercase(", "str(", "number(", "len(", "strip(", "rstrip(", "lstrip(", "join(", "split(", "range(", "typeof(",
    "defined(", "fromNow(", "now()", "'1 day 2 hours'", "'-1 year'", "split(s, '')", "join(l, '-')",
    "range(0, 10, 3)",
    "[*]", "|", "x", "$", "=>"};

static Str text_of(FuzzBytes *bytes, Arena *arena)
{
    Buf text = {0};
    while (bytes->left && text.size < 2000) {
        uint8_t which = fuzz_byte(bytes);
        if (which < LENGTH_OF(words))
            buf_add(&text, str_from(words[which]));
        else
            buf_add(&text, fuzz_text(bytes, arena));
    }
    Str kept = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    Str text = size && data[0] < ' ' ? (fuzz_byte(&bytes), text_of(&bytes, fuzz.arena)) : fuzz.input;
    size_t bad;
    if (utf8_valid(text, &bad)) {
        MapBuilder map = map_begin(fuzz.arena);
        map_set(&map, STR("$eval"), ORIGIN_NONE, value_new_string(fuzz.arena, fuzz.source->base, text));
        const Template *templ = jsone_compile(fuzz.arena, map_end(&map, fuzz.source->base), fuzz.diags);
        REQUIRE(templ);
        const Value *result = fuzz_eval(&fuzz, templ, context()), *again = fuzz_eval(&fuzz, templ, context());
        REQUIRE(!result == !again && (!result || value_equal(result, again)));
    }
    return fuzz_end(&fuzz);
}
