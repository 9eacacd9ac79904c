/* yaml_read: values, the places they came from, and what is said about files that are refused. */
#include "kiln/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Fixture {
    Arena *arena;
    Sources *sources;
    const Source *source;
    Diags *diags;
    const Value *value;
} Fixture;

static Fixture read_text(Str text)
{
    Fixture f = {.arena = arena_new()};
    f.sources = sources_new(f.arena);
    f.diags = diags_new(f.arena, f.sources);
    f.source = sources_add(f.sources, STR("a.yaml"), arena_copy(f.arena, text), false);
    f.value = yaml_read(f.arena, f.source, f.diags);
    return f;
}

/* The value as JSON, or the first diagnostic as "line:col message". */
static char *outcome_of(Str text)
{
    Fixture f = read_text(text);
    Buf out = {0};
    if (f.value) {
        assert_int_equal(diags_error_count(f.diags), 0);
        value_print_json(f.value, false, &out);
    } else {
        assert_int_equal(diags_error_count(f.diags), 1);
        const Diag *diag = diags_at(f.diags, 0);
        Place place = origin_place(f.sources, diag->origin);
        buf_printf(&out, "%u:%u %.*s", place.line, place.column, STR_ARG(diag->message));
    }
    buf_add_char(&out, '\0');
    arena_free(f.arena);
    return out.data;
}

static void check(const char *text, const char *expected)
{
    char *outcome = outcome_of(str_from(text));
    assert_string_equal(outcome, expected);
    free(outcome);
}

static void reads_values(void **state)
{
    (void)state;
    check("", "{}");
    check("# nothing\n", "{}");
    check("---\n", "{}");
    check("\xEF\xBB\xBF"
          "a: 1\n",
          "{\"a\":1}");
    check("%YAML 1.2\n---\na: 1\n", "{\"a\":1}");
    check("%YAML 1.1 # old\n---\na: yes\n", "{\"a\":\"yes\"}");
    check("8080: a\nnull: b\ntrue: c\n1.10: d\n", "{\"8080\":\"a\",\"null\":\"b\",\"true\":\"c\",\"1.10\":\"d\"}");
    check("a: [1, 0x1F, 0o14, 010, 1e3, ~, null, yes, True, .5, 1_000]",
          "{\"a\":[1,31,12,10,1000,null,null,\"yes\",true,0.5,\"1_000\"]}");
    check("a: !!str 1\nb: !!float 1\nc: ! 2\nd: !!map {}\ne: !!seq []\nf: !!null ''\n",
          "{\"a\":\"1\",\"b\":1,\"c\":\"2\",\"d\":{},\"e\":[],\"f\":null}");
    check("a: |\n  x\n\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\n\\ny\\n\",\"b\":\"x y\"}");
    check("a: \"\\ud83d\\ude00 \xE2\x80\xA8\"\n", "{\"a\":\"\xF0\x9F\x98\x80 \xE2\x80\xA8\"}");
    check("a: ${project.registry}/x:v1 # c\n", "{\"a\":\"${project.registry}/x:v1\"}");
    check("a: 1\n...\n", "{\"a\":1}");
    check("a: 1\r\nb:\r\n  - x\r\n", "{\"a\":1,\"b\":[\"x\"]}");
}

/* Scalars whose text libfyaml 0.7.12 ends in uninitialised memory, and inputs that make it free what it freed before.
 */
static void survives_the_library(void **state)
{
    (void)state;
    check("a: |\n\n", "{\"a\":\"\"}");
    check("a: |+\n\n\nb: |-\n\n", "{\"a\":\"\\n\\n\",\"b\":\"\"}");
    check(" |\n n\n  l\n\n # c\n", "\"n\\n l\\n\\n# c\\n\"");
    check("\"f\n t ,\n \nto \t\\\n \\ \t\nn\"\n", "\"f t ,\\nto \\t  n\"");
    check("? a:\t- b\n", "1:5 tab used for indentation; use spaces");
    check("x: 1\n? - c:  \t?\n", "2:9 tab used for indentation; use spaces");
    check("? a: \t>\n  b\n", "1:6 tab used for indentation; use spaces");
    check("? a:\t?b\n", "1:5 tab used for indentation; use spaces");
    check("\xEF\xBB\xBF? r:\t|", "1:5 tab used for indentation; use spaces");
    check("a: 1\r? r:\t- b", "1:10 tab used for indentation; use spaces");
    check("%YAML 1.1\n---\na: b\xC2\x85? r:\t- b", "3:10 tab used for indentation; use spaces");
    check("%YAML 1.1\n---\na: b\xE2\x80\xA8?\xC2\x85 r:\t-\xE2\x80\xA9 b", "3:11 tab used for indentation; use spaces");
    check("? a\n: \"b:\tc\"\n", "{\"a\":\"b:\\tc\"}");
    check("a: |\n  b:\t- c\n", "{\"a\":\"b:\\t- c\\n\"}");
}

static void decodes_scalars(void **state)
{
    (void)state;
    check("a: x\n  y\n\n\n  z  # c\nb: 'x''y\n\n  z '\nc: \"x\\\n  \\  y\\x41\\u00e4\\U0001F600\\/\\_\"\n",
          "{\"a\":\"x y\\n\\nz\",\"b\":\"x'y\\nz \",\"c\":\"x  yA\xC3\xA4\xF0\x9F\x98\x80/\xC2\xA0\"}");
    check("a: >\n  x\n  y\n\n   z\n  w\n\n\n  v\n\nb: |1-\n   x\n\nc:\n- >+2\n    x\n\n- |\r\n x\r\n y\r\n",
          "{\"a\":\"x y\\n\\n z\\nw\\n\\nv\\n\",\"b\":\"  x\",\"c\":[\"  x\\n\\n\",\"x\\ny\\n\"]}");
    check(" >\n \n  \n # c\n", "\"\"");
    check("|\n \n...\n", "\"\"");
    check("- - |2\n     x\n- a: |\n    # x\n   # c\n- ['', \"\", 'a']\n",
          "[[\" x\\n\"],{\"a\":\"# x\\n\"},[\"\",\"\",\"a\"]]");
}

static void shares_aliases(void **state)
{
    (void)state;
    check("a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
    check("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
    check("a: &x k\n*x : 2\n", "{\"a\":\"k\",\"k\":2}");
    check("a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x, e: 4}\n",
          "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"c\":3,\"b\":1,\"e\":4}}");
    check("a: {<<: [{b: 1}, {b: 2, c: 3}], d: 4}\n", "{\"a\":{\"b\":1,\"c\":3,\"d\":4}}");
    check("a: {<<: {b: 1}, b: 2}\n", "{\"a\":{\"b\":2}}");
    check("a: {\"<<\": 1}\n", "{\"a\":{\"<<\":1}}");
    check("a: {<<: 1}\n", "1:5 a merge key '<<' takes a map or a list of maps, found a number");
    check("a: {<<: {}, <<: {}}\n", "1:13 duplicate merge key '<<'; merge several maps with one list: <<: [*a, *b]");
    check("a: *x\n", "1:4 alias '*x' names no anchor above it");
    check("a: &x {b: *x}\n", "1:11 alias '*x' stands inside the node that it names");
    Fixture f = read_text(STR("a: &x {b: 1}\nc: *x\n"));
    assert_ptr_equal(value_get(f.value, STR("a")), value_get(f.value, STR("c")));
    arena_free(f.arena);
}

static void refuses_bombs(void **state)
{
    (void)state;
    Buf text = {0};
    buf_add(&text, STR("a0: &a0 [x, x, x, x, x, x, x, x, x]\n"));
    for (int i = 1; i < 9; i++)
        buf_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    char *outcome = outcome_of(buf_str(&text));
    assert_non_null(strstr(outcome, "aliases and merge keys expand to more than 100000 values"));
    free(outcome);
    text.size = 0;
    for (int i = 0; i < 100000; i++)
        buf_add_char(&text, '[');
    outcome = outcome_of(buf_str(&text));
    assert_string_equal(outcome, "1:65 maps and lists are nested more than 64 deep");
    free(outcome);
    buf_release(&text);
}

static void refuses_with_a_place(void **state)
{
    (void)state;
    check("a: 1\nb: 2\na: 3\n", "3:1 duplicate key 'a'; first at a.yaml:1:1");
    check("x: {\"1\": a, 1: b}\n", "1:13 duplicate key '1'; first at a.yaml:1:5");
    check("a: 1\n---\nb: 2\n",
          "2:1 one document per file is expected, found a second one; move it to a file of its own");
    check("a: 1\n---\n", "2:1 one document per file is expected, found a second one; move it to a file of its own");
    check("a: !!binary aGk=\n", "1:4 tag '!!binary' is not supported; kiln reads plain YAML 1.2");
    check("a: !secret x\n", "1:4 tag '!secret' is not supported; kiln reads plain YAML 1.2");
    check("a: !!int x\n", "1:10 'x' does not fit its tag '!!int'");
    check("a: !!set {b}\n", "1:4 tag '!!set' is not supported; kiln reads plain YAML 1.2");
    check("%TAG ! tag:x,2000:\n---\na: 1\n",
          "1:1 directive '%TAG ! tag:x,2000:' is not supported; only '%YAML 1.2' is");
    check("%FOO\n---\na: 1\n", "1:1 directive '%FOO' is not supported; only '%YAML 1.2' is");
    check("? [a]\n: b\n", "1:3 a map or list cannot be a key; keys are words or strings");
    check("image: {{ name }}\n", "1:9 a map or list cannot be a key; quote text that starts with '{{'");
    check("a: \x80\n", "1:4 byte 0x80 is not valid UTF-8; save the file as UTF-8");
    check("a: \x07\n", "1:4 control character U+0007; write it as \"\\u0007\" in a double-quoted string");
    char *outcome = outcome_of(STR("a: 1\n\0b: 2\n"));
    assert_string_equal(outcome, "2:1 control character U+0000; write it as \"\\u0000\" in a double-quoted string");
    free(outcome);
    outcome = outcome_of(STR("\xFF\xFE"
                             "a\0:\0"));
    assert_string_equal(outcome, "1:1 the file is UTF-16; save it as UTF-8");
    free(outcome);
    check("a: 1\n\xEF\xBB\xBF"
          "b: 1\n",
          "2:1 byte order mark inside the file; remove it");
}

static void names_tabs(void **state)
{
    (void)state;
    check("a: 1\n\tb: 2\n", "2:1 tab used for indentation; use spaces");
    check("a:\n\tb: 2\n", "2:1 tab used for indentation; use spaces");
    check("a:\n\t- x\n", "2:1 tab used for indentation; use spaces");
    check("a:\n  b: 1\n\tc: 2\n", "3:1 tab used for indentation; use spaces");
    check("a:\n  b: 1\n  \tc: 2\n", "3:3 tab used for indentation; use spaces");
    check("a:\n  - x: 1\n    \ty: 2\n", "3:5 tab used for indentation; use spaces");
    check("-\t- a\n", "1:2 tab used for indentation; use spaces");
}

static void words_syntax_errors(void **state)
{
    (void)state;
    check("a: b: c\n", "1:5 a second ': ' in one line; quote the value if it contains one");
    check("\xC3\xA4: b: c\n", "1:5 a second ': ' in one line; quote the value if it contains one");
    check("a: [1, 2\n", "2:1 list without its closing ']'");
    check("a: {b: 1\n", "2:1 map without its closing '}'");
    check("a: {b: c\nd: e\n", "2:2 expected ',' or '}' here");
    check("a: [b: 1}\n", "1:9 '}' closes what '[' opened");
    check("a: ]\n", "1:4 ']' without its '['");
    check("a: \"x\n", "1:4 string without its closing '\"'");
    check("a: 'x\n", "1:4 string without its closing \"'\"");
    check("a: \"x\nb: \"y\"\n", "1:4 string without its closing quote, or going on without indentation");
    check("a: \"x\" y\n", "1:8 unexpected text behind the closing quote");
    check("a: @x\n", "1:4 text that starts with '@' must be quoted");
    check("a: - b\n", "1:4 a list starts on the line of its key; put '- ' on the next line");
    check("a: \"x\\q\"\n", "1:6 unknown escape '\\q' in a string; write '\\\\' for a backslash");
    check("- a\nb: 2\n", "2:1 expected '- ' here; check the indentation");
    check("a: 1\n b: 2\n", "2:2 this line is indented deeper than the one above allows; align it with its siblings");
    check("a:\n  b: 1\n   c: 2\n",
          "3:4 this line is indented deeper than the one above allows; align it with its siblings");
    check("a:\n   b: 1\n  c: 2\n", "3:3 this indentation matches no line above");
    check("a\nb: 1\n", "1:1 a key without ':'");
    check("a:\n-\n- b\n", "2:2 an empty item; write '- null', or indent the list");
    check("a: 1\nb\n", "2:1 expected 'key: value' here");
    check("a: 1\nb\nc: 2\n", "2:1 a key without ':'");
}

static void check_place(const Fixture *f, Origin origin, unsigned line, unsigned column)
{
    Place place = origin_place(f->sources, origin);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void check_value_place(const Fixture *f, const char *path, unsigned line, unsigned column)
{
    check_place(f, value_path(f->value, path)->origin, line, column);
}

static void keeps_places(void **state)
{
    (void)state;
    Fixture f = read_text(
        STR("# c\n\xC3\xA4: \"\xC3\xB6\"\nempty:\nmap:\n  'k': v\nflow: {x: [1], y: , z}\nlit: | # c\n  text\n"
            "list:\n  -\n  - q\nn: &a !!str x\nal: *a\nnul: &b\n"));
    assert_non_null(f.value);
    check_place(&f, f.value->origin, 2, 1);
    check_value_place(&f, "\xC3\xA4", 2, 4);
    check_value_place(&f, "empty", 3, 7);
    check_value_place(&f, "map", 5, 3);
    check_place(&f, value_entry(value_get(f.value, STR("map")), STR("k"))->key_origin, 5, 3);
    check_value_place(&f, "map.k", 5, 8);
    check_value_place(&f, "flow", 6, 7);
    check_value_place(&f, "flow.x", 6, 11);
    check_value_place(&f, "flow.y", 6, 18);
    check_value_place(&f, "flow.z", 6, 22);
    check_value_place(&f, "lit", 7, 6);
    check_value_place(&f, "list", 10, 3);
    const Value *list = value_get(f.value, STR("list"));
    check_place(&f, list->items[0]->origin, 10, 4);
    check_place(&f, list->items[1]->origin, 11, 5);
    check_value_place(&f, "n", 12, 13);
    check_value_place(&f, "al", 12, 13);
    assert_true(value_get(f.value, STR("flow"))->flags & VALUE_FLOW);
    assert_false(value_get(f.value, STR("map"))->flags & VALUE_FLOW);
    assert_true(value_path(f.value, "list")->items[1]->flags & VALUE_PLAIN);
    assert_false(value_path(f.value, "n")->flags & VALUE_PLAIN);
    arena_free(f.arena);
}

static void keeps_text_of_plain_scalars(void **state)
{
    (void)state;
    Fixture f = read_text(STR("a: 1.10\nb: 0x1F\nc: ~\n"));
    assert_true(str_equal(value_text(value_get(f.value, STR("a"))), STR("1.10")));
    assert_true(str_equal(value_text(value_get(f.value, STR("b"))), STR("0x1F")));
    assert_true(str_equal(value_text(value_get(f.value, STR("c"))), STR("~")));
    arena_free(f.arena);
}

/* 50,000 keys took libfyaml's own check for duplicates 43 s. */
static void reads_large_maps(void **state)
{
    (void)state;
    Buf text = {0};
    for (int i = 0; i < 50000; i++)
        buf_printf(&text, "key%d: %d\n", i, i);
    Fixture f = read_text(buf_str(&text));
    assert_int_equal(f.value->size, 50000);
    arena_free(f.arena);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),     cmocka_unit_test(survives_the_library),
        cmocka_unit_test(decodes_scalars),  cmocka_unit_test(shares_aliases),
        cmocka_unit_test(refuses_bombs),    cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(names_tabs),       cmocka_unit_test(words_syntax_errors),
        cmocka_unit_test(keeps_places),     cmocka_unit_test(keeps_text_of_plain_scalars),
        cmocka_unit_test(reads_large_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
