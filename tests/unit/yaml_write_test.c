/* yaml_write: its style to the byte, and that both readers understand what it meant. */
#include "kiln/yaml.h"

#include "yaml_corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const YamlStyle kept = {.sorted = false}, sorted = {.sorted = true};

static const Value *read_value(Arena *arena, Str text)
{
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Value *value = yaml_read(arena, sources_add(sources, STR("a.yaml"), text, false), diags);
    if (!value)
        fail_msg("%.*s\n%.*s", STR_ARG(diags_at(diags, 0)->message), STR_ARG(text));
    return value;
}

static bool keep(void *user, const Value *document)
{
    *(const Value **)user = document;
    return true;
}

static const Value *read_manifest(Arena *arena, Str text)
{
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Value *value = NULL;
    if (!yaml_manifests(arena, sources_add(sources, STR("a.yaml"), text, false), diags, keep, &value))
        fail_msg("%.*s\n%.*s", STR_ARG(diags_at(diags, 0)->message), STR_ARG(text));
    return value;
}

static void check_style(const char *text, const YamlStyle *style, const char *expected)
{
    Arena *arena = arena_new();
    Buf out = {0};
    yaml_write(&out, read_value(arena, str_from(text)), style);
    buf_add_char(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
    arena_free(arena);
}

static void writes_block_style(void **state)
{
    (void)state;
    check_style("{b: {d: 1, c: [x, {e: f, g: []}, [h, [i]], {}]}, a: null}", &kept,
                "b:\n  d: 1\n  c:\n    - x\n    - e: f\n      g: []\n    - - h\n      - - i\n    - {}\na: null\n");
    check_style("{b: {d: 1, c: 2}, a: [{z: 1, x: 2}]}", &sorted, "a:\n  - x: 2\n    z: 1\nb:\n  c: 2\n  d: 1\n");
    check_style("{a: {}, b: [], c: '', d: true, e: False}", &kept, "a: {}\nb: []\nc: \"\"\nd: true\ne: false\n");
    check_style("{}", &kept, "{}\n");
    check_style("[]", &kept, "[]\n");
    check_style("[a, [b]]", &kept, "- a\n- - b\n");
    check_style("{Z: 1, a: 2, _: 3, B: 4, aa: 5, 'a-': 6}", &sorted, "B: 4\nZ: 1\n_: 3\na: 2\na-: 6\naa: 5\n");
}

static void quotes_what_others_retype(void **state)
{
    (void)state;
    check_style("{on: 'yes', y: 'n', 8080: '8080', a b: 'a: b', é: é}", &kept,
                "\"on\": \"yes\"\n\"y\": \"n\"\n\"8080\": \"8080\"\n\"a b\": \"a: b\"\n\"\xC3\xA9\": \"\xC3\xA9\"\n");
    check_style(
        "{a: 'x/y.z-1_', b: /x, c: ./x, d: 1.2.3, e: v1, f: '', g: nil, h: NaN, i: infinity, j: x.}", &kept,
        "a: x/y.z-1_\nb: /x\nc: \"./x\"\nd: \"1.2.3\"\ne: v1\nf: \"\"\ng: nil\nh: \"NaN\"\ni: \"infinity\"\nj: x.\n");
    check_style("a: \"\\t\\r\\0\\e\\x7f\\x85\\u2028\\ufeff\\ufffe\\\\\\\"\"", &kept,
                "a: \"\\t\\r\\x00\\x1B\\x7F\\x85\\u2028\\uFEFF\\uFFFE\\\\\\\"\"\n");
}

static void writes_numbers_that_all_agree_on(void **state)
{
    (void)state;
    check_style("[1, -1, 1.10, 0x1F, 0o14, 010, 1e3, 1e30, .5, 5., +1, 1.5e+3, 1.5e3, 123456789012345678901, .inf, "
                "-.inf, .nan, 1e-9]",
                &kept,
                "- 1\n- -1\n- 1.10\n- 31\n- 12\n- 10\n- 1000\n- 1.0e+30\n- 0.5\n- 5\n- 1\n- 1.5e+3\n- 1500\n"
                "- 123456789012345678901\n- .inf\n- -.inf\n- .nan\n- 1.0e-9\n");
}

static void writes_literal_blocks(void **state)
{
    (void)state;
    check_style("a: \"x\\ny\\n\"\nb: \"x\\ny\"\nc: \"x\\n\\n\"\nd: \" x\\ny\\n\"\ne: [\"x\\n\\ny\\n\"]\nf: 1", &kept,
                "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2\n   x\n  y\ne:\n  - |\n    x\n\n    y\nf: 1\n");
    check_style("a: \"x\\n\\n\"", &kept, "a: \"x\\n\\n\"\n");
    check_style("a: \"x \\ny\"\nb: \"x\\n\\ty\"\nc: \"\\n\\n\"\nd: \"x\\r\\ny\"\ne: \"x\\n\\n\\n\\n\\ny\"", &kept,
                "a: \"x \\ny\"\nb: \"x\\n\\ty\"\nc: \"\\n\\n\"\nd: \"x\\r\\ny\"\ne: \"x\\n\\n\\n\\n\\ny\"\n");
}

static Str comment(void *user, Str parent, Str key, const Value *value)
{
    (void)user;
    if (str_equal(key, STR("uses")) && str_equal(parent, STR("steps")))
        return STR("v1");
    if (value->kind == VALUE_MAP)
        return STR("nothing in it");
    if (str_equal(parent, STR("permissions")))
        return arena_printf(user, "why %.*s is %.*s", STR_ARG(key), STR_ARG(value_text(value)));
    return !key.data && str_equal(parent, STR("list")) ? STR("one\ntwo") : STR_NONE;
}

static void adds_comments(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    YamlStyle style = {.comment = comment, .user = arena};
    check_style(
        "{steps: [{uses: a@b, with: {uses: c}}], permissions: {contents: read, x: {}, y: \"a\\nb\"}, list: [a]}",
        &style,
        "steps:\n  - uses: \"a@b\"  # v1\n    with:\n      uses: c\npermissions:\n  contents: read  # why contents "
        "is read\n  x: {}  # nothing in it\n"
        "  \"y\": |-  # why y is a b\n    a\n    b\nlist:\n  - a  # one two\n");
    arena_free(arena);
}

static void check_both(Arena *arena, const Value *value)
{
    Buf out = {0};
    yaml_write(&out, value, &kept);
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    if (!value_equal(read_value(arena, text), value))
        fail_msg("yaml_read differs:\n%.*s", STR_ARG(text));
    if (!value_equal(read_manifest(arena, text), value))
        fail_msg("yaml_manifests differs:\n%.*s", STR_ARG(text));
}

static const Value *map_of(Arena *arena, Str key, const Value *value)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, key, ORIGIN_NONE, value);
    map_set(&map, STR("end"), ORIGIN_NONE, &value_true);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *list_of(Arena *arena, const Value *item)
{
    ListBuilder list = list_begin(arena);
    list_add(&list, item);
    list_add(&list, item);
    return list_end(&list, ORIGIN_NONE);
}

/* As a value, as a key, in lists, deep, and last in the document. */
static void comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < CORPUS_SIZE; i++) {
        Arena *arena = arena_new();
        Str text = corpus_string(arena, i);
        const Value *string = value_new_string(arena, ORIGIN_NONE, text);
        const Value *map = map_of(arena, text, string);
        check_both(arena, map);
        check_both(arena, map_of(arena, STR("a"), list_of(arena, map)));
        check_both(arena, map_of(arena, STR("a"), map_of(arena, text, list_of(arena, list_of(arena, string)))));
        check_both(arena, list_of(arena, list_of(arena, list_of(arena, string))));
        check_both(arena, list_of(arena, string));
        Buf out = {0};
        yaml_write_string(&out, text);
        assert_true(value_equal(text.size ? read_value(arena, buf_str(&out)) : string, string));
        buf_release(&out);
        arena_free(arena);
    }
}

static void writes_long_keys(void **state)
{
    (void)state;
    for (size_t size = 990; size < 1030; size++) {
        Arena *arena = arena_new();
        char *long_key = arena_alloc(arena, size + 1);
        memset(long_key, 'k', size);
        const Value *inner =
            map_of(arena, (Str){long_key, size}, value_new_string(arena, ORIGIN_NONE, STR("x\ny\n")));
        check_both(arena, map_of(arena, (Str){long_key, size}, list_of(arena, inner)));
        long_key[3] = '\n';
        check_both(arena, map_of(arena, (Str){long_key, size}, map_of(arena, (Str){long_key, size}, &value_null)));
        arena_free(arena);
    }
}

/* More entries than are sorted on the stack. */
static void sorts_large_maps(void **state)
{
    (void)state;
    for (int count = 60; count < 70; count++) {
        Arena *arena = arena_new();
        MapBuilder map = map_begin(arena);
        for (int i = 0; i < count; i++)
            map_set(&map, arena_printf(arena, "k%02d", (i * 37) % count), ORIGIN_NONE, &value_true);
        const Value *value = map_end(&map, ORIGIN_NONE);
        Buf out = {0};
        yaml_write(&out, value, &sorted);
        const Value *again = read_value(arena, buf_str(&out));
        for (uint32_t i = 1; i < again->size; i++)
            assert_true(str_compare(again->entries[i - 1].key, again->entries[i].key) < 0);
        assert_int_equal(again->size, value->size);
        buf_release(&out);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_block_style),    cmocka_unit_test(quotes_what_others_retype),
        cmocka_unit_test(writes_literal_blocks), cmocka_unit_test(writes_numbers_that_all_agree_on),
        cmocka_unit_test(adds_comments),         cmocka_unit_test(comes_back),
        cmocka_unit_test(writes_long_keys),      cmocka_unit_test(sorts_large_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
