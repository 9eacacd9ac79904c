/* yaml_manifests: documents, go-yaml's typing, and what is refused. The expectations were taken from
 * sigs.k8s.io/yaml 1.4. */
#include "kiln/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static bool print_document(void *user, const Value *document)
{
    Buf *out = user;
    if (out->size)
        buf_add_char(out, ' ');
    value_print_json(document, false, out);
    return true;
}

static void check_text(Str text, const char *expected)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    Buf out = {0};
    bool ok = yaml_manifests(arena, sources_add(sources, STR("a.yaml"), text, false), diags, print_document, &out);
    assert_int_equal(diags_error_count(diags), ok ? 0 : 1);
    if (!ok) {
        const Diag *diag = diags_at(diags, 0);
        Place place = origin_place(sources, diag->origin);
        out.size = 0;
        buf_printf(&out, "%u:%u %.*s", place.line, place.column, STR_ARG(diag->message));
    }
    buf_add_char(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
    arena_free(arena);
}

static void check(const char *text, const char *expected)
{
    check_text(str_from(text), expected);
}

typedef struct Typing {
    const char *text;
    const char *as_value;
    const char *as_key; /* NULL: not tried */
} Typing;

static const Typing typings[] = {
    {"yes", "true", "true"},
    {"Off", "false", "false"},
    {"y", "true", "true"},
    {"N", "false", "false"},
    {"yEs", "\"yEs\"", "yEs"},
    {"~", "null", NULL},
    {"014", "12", "12"},
    {"08", "8", "8"},
    {"-08", "-8", "-8"},
    {"0b11", "3", "3"},
    {"-0b11", "-3", "-3"},
    {"0o14", "12", "12"},
    {"0X1F", "31", "31"},
    {"-0x1F", "-31", "-31"},
    {"+0o7", "7", "7"},
    {"1_000", "1000", "1000"},
    {"5.", "5", "5"},
    {"+.5", "0.5", "0.5"},
    {".5_5", "0.55", "0.55"},
    {"1e3", "1000", "1000"},
    {"0_8", "8", "8"},
    {"_1", "\"_1\"", "_1"},
    {"+_1", "1", "1"},
    {"1e6", "1000000", "1e+06"},
    {"100000.0", "100000", "100000"},
    {"123456789.0", "123456789", "1.2345679e+08"},
    {"1e-7", "1e-7", "1e-07"},
    {"1e39", "1e+39", ".inf"},
    {"-1e39", "-1e+39", "-.inf"},
    {"99999999999999999999", "100000000000000000000", "1e+20"},
    {"2001-01-01", "\"2001-01-01\"", "2001-01-01"},
    {"=", "\"=\"", "="},
    {"0x", "\"0x\"", "0x"},
    {"0b", "\"0b\"", "0b"},
    {"-0", "0", "0"},
    {".", "\".\"", "."},
    {"1e400", "\"1e400\"", "1e400"},
    {"1:30", "\"1:30\"", "1:30"},
    {"0x1_F", "31", "31"},
    {"0_", "0", "0"},
    {"07_7", "63", "63"},
    {"1_000.5", "1000.5", "1000.5"},
    {"1.5", "1.5", "1.5"},
    {"!!float 1", "1", NULL},
    {"!foo 1", "\"1\"", "1"},
    {"! 1", "\"1\"", "1"},
    {"!!str 1", "\"1\"", "1"},
    {"!!binary aGk=", "\"hi\"", "hi"},
    {"!!int \"3\"", "3", "3"},
    {"'014'", "\"014\"", "014"},
    {"<<", "\"<<\"", NULL},
};

static void types_as_go_yaml_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(typings); i++) {
        Arena *arena = arena_new();
        const Typing *t = &typings[i];
        check_text(arena_printf(arena, "v: %s\n", t->text), arena_printf(arena, "{\"v\":%s}", t->as_value).data);
        if (t->as_key)
            check_text(arena_printf(arena, "%s: v\n", t->text),
                       arena_printf(arena, "{\"%s\":\"v\"}", t->as_key).data);
        arena_free(arena);
    }
    check("v: .inf\n", "1:4 '.inf' has no form in JSON and so none in a cluster");
    check("v: !!int 3.5\n", "1:4 '3.5' does not fit its tag '!!int'");
    check("~: 1\n", "1:1 null cannot be a key; quote it");
    check("v: !!binary '*'\n", "1:4 a !!binary value is not base64");
    check("v: !!binary gICA\n", "1:4 a !!binary value is not UTF-8 text, which JSON and so a cluster cannot hold");
}

static void reads_documents(void **state)
{
    (void)state;
    check("", "");
    check("---\n---\n# x\n---\n", "");
    check("a: 1\n---\nb: 2\n---\n# nothing\n---\nc: 3\n...\n", "{\"a\":1} {\"b\":2} {\"c\":3}");
    check("\xEF\xBB\xBF"
          "a: 1\n",
          "{\"a\":1}");
    check("{\"a\": [1, \"x\\/\\u00e4\", null, true],\n\t\"b\":\t{}}",
          "{\"a\":[1,\"x/\xC3\xA4\",null,true],\"b\":{}}");
    check("{\"a\": \"\\ud83d\\ude00\\\\ud83d\\ude00\", \"b\": \"x\\\\\\uD83D\\uDE00 y\", \"c\":1}",
          "1:29 found invalid Unicode character escape code while parsing a quoted scalar");
    check("{\"a\": \"\\ud83d\\ude00 b\", \"b\": \"x\\\\\\uD83D\\uDE00\\uD83D\\uDE00\", \"c\":1}",
          "{\"a\":\"\xF0\x9F\x98\x80 b\",\"b\":\"x\\\\\xF0\x9F\x98\x80\xF0\x9F\x98\x80\",\"c\":1}");
    check("a: &x {b: 1}\nc: *x\n---\na: *x\n", "4:4 alias '*x' names no anchor above it");
    check("a: &x {b: 1}\nc: {b: 2, <<: *x}\nd: {<<: *x, b: 2}\n",
          "{\"a\":{\"b\":1},\"c\":{\"b\":1},\"d\":{\"b\":2}}");
    check("a: {<<: [{b: 1}, {b: 2}]}\n", "{\"a\":{\"b\":1}}");
    check("a: !!set {b}\n", "{\"a\":{\"b\":null}}");
}

static void refuses_with_a_place(void **state)
{
    (void)state;
    check("a: 1\n\xC3\xA4: 2\n\xC3\xA4: 3\n", "3:1 duplicate key '\xC3\xA4'; first at a.yaml:2:1");
    check("1: a\n0x1: b\n", "2:1 duplicate key '1'; first at a.yaml:1:1");
    check("\xC3\xA4: {b: \"x\"\n", "2:1 did not find expected ',' or '}' while parsing a flow mapping");
    check("? [a]\n: b\n", "1:3 a map or list cannot be a key; keys are words or strings");
    check("a: &x [*x]\n", "1:8 alias '*x' stands inside the node that it names");
    check("%YAML 2.0\n---\na: 1\n", "1:1 found incompatible YAML document");
    check_text(STR("a: 1\n\0"), "2:1 control character U+0000; write it as \"\\u0000\" in a double-quoted string");
    check("a: b: c\n", "1:5 mapping values are not allowed in this context");
}

static void limits_depth_and_aliases(void **state)
{
    (void)state;
    Buf text = {0};
    buf_add_repeat(&text, '[', 100000);
    check_text(buf_str(&text), "1:201 maps and lists are nested more than 200 deep");
    text.size = 0;
    buf_add(&text, STR("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
    for (int i = 1; i < 8; i++)
        buf_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    check_text(buf_str(&text), "6:45 aliases and merge keys expand to more than 1000000 values");
    buf_release(&text);
}

static bool stop(void *user, const Value *document)
{
    (void)document;
    ++*(int *)user;
    return false;
}

/* A string alone, however it goes on, is no manifest. */
static void limits_a_lone_scalar(void **state)
{
    (void)state;
    Buf text = {0};
    buf_add_repeat(&text, 'a', 512 << 10);
    buf_add_char(&text, 'a');
    check_text(buf_str(&text), "1:1 expected a map or a list, found one scalar of more than 524288 bytes");
    buf_release(&text);
}

static void stops_when_told(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    int count = 0;
    assert_false(
        yaml_manifests(arena, sources_add(sources, STR("a"), STR("a: 1\n---\nb: 2\n"), false), diags, stop, &count));
    assert_int_equal(count, 1);
    assert_int_equal(diags_count(diags), 0);
    arena_free(arena);
}

static bool check_places(void *user, const Value *document)
{
    const Sources *sources = user;
    Place place = origin_place(sources, value_path(document, "b.c")->origin);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 6);
    place = origin_place(sources, value_entry(value_path(document, "b"), STR("d"))->key_origin);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 3);
    place = origin_place(sources, value_path(document, "b.d")->origin);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 6);
    return true;
}

static void keeps_places(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    Str text = STR("\xEF\xBB\xBF\xC3\xA4: \xE2\x82\xAC # \xF0\x9F\x98\x80\r\nb:\r\n  c: 1\r\n  d: [2]\r\n");
    assert_true(yaml_manifests(arena, sources_add(sources, STR("a"), text, false), diags, check_places, sources));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_as_go_yaml_does), cmocka_unit_test(reads_documents),
        cmocka_unit_test(refuses_with_a_place),  cmocka_unit_test(limits_depth_and_aliases),
        cmocka_unit_test(limits_a_lone_scalar),
        cmocka_unit_test(stops_when_told),       cmocka_unit_test(keeps_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
