/* yaml_stream_enough: what can still become manifests is read on, and what is enough of the rest is refused as such. */
#include "kiln/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LARGE = 17 << 20 };

static bool take_any(void *user, const Value *document)
{
    (void)user;
    (void)document;
    return true;
}

static bool is_readable(Str text)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    bool ok = yaml_manifests(arena, sources_add(sources, STR("a.yaml"), text, false), diags, take_any, NULL);
    arena_free(arena);
    return ok;
}

/* What is enough of 17 MiB that begin and go on so, asked after each 64 KiB. */
static size_t enough_of(Str start, Str piece, Buf *text)
{
    YamlStream stream = {0};
    size_t asked = 65536, enough = SIZE_MAX;
    buf_add(text, start);
    while (text->size < LARGE)
        buf_add(text, piece);
    for (; enough == SIZE_MAX && asked < text->size; asked += 65536)
        enough = yaml_stream_enough(&stream, str_slice(buf_str(text), 0, asked));
    return enough;
}

static void assert_stops(Str start, Str piece)
{
    Buf text = {0};
    size_t enough = enough_of(start, piece, &text);
    assert_true(enough <= 1u << 20);
    assert_false(is_readable(str_slice(buf_str(&text), 0, enough)));
    buf_release(&text);
}

static void assert_goes_on(Str start, Str piece)
{
    Buf text = {0};
    assert_int_equal(enough_of(start, piece, &text), SIZE_MAX);
    buf_release(&text);
}

static void stops_where_nothing_helps(void **state)
{
    (void)state;
    assert_stops(STR(""), STR("y\n"));
    assert_stops(STR(""), STR("a"));
    assert_stops(STR(""), STR("\xC3\xA9\n"));
    assert_stops(STR(""), STR("a: b\n"));
    assert_stops(STR("a: b\n"), STR("- c\n"));
    assert_stops(STR("a: b\n"), STR("- \xFF\n"));
    assert_stops(STR("a: b\n---\n"), STR("c: *d\n"));
    assert_stops(STR(""), STR("\0"));
}

static void goes_on_while_it_may_become_manifests(void **state)
{
    (void)state;
    assert_goes_on(STR("kind: List\nitems:\n"), STR("- {kind: ConfigMap, metadata: {name: \xE2\x82\xAC}}\n"));
    assert_goes_on(STR("{\"kind\": \"List\", \"items\": ["), STR("{\"kind\":\"Secret\",\"data\":{\"a\":\"\xF0\x9F\x98\x80\"}},"));
    assert_goes_on(STR(""), STR("kind: ConfigMap\nmetadata:\n  name: a\n---\n"));
    assert_goes_on(STR("a: \""), STR("\xC3\xA9 b\n  "));
    assert_goes_on(STR("a: '"), STR("b"));
    assert_goes_on(STR("a: |\n"), STR("  b\n"));
    assert_goes_on(STR("a: b\n"), STR("# c\n"));
}

/* Pieces end where they end: in the middle of a character as well. */
static void takes_characters_in_parts(void **state)
{
    (void)state;
    YamlStream stream = {0};
    const Str text = STR("a: \xF0\x9F\x98\x80\xE2\x82\xAC\n");
    for (size_t size = 1; size <= text.size; size++)
        assert_int_equal(yaml_stream_enough(&stream, str_slice(text, 0, size)), SIZE_MAX);
    assert_int_equal(stream.looked_at, text.size);
    YamlStream broken = {0};
    assert_int_equal(yaml_stream_enough(&broken, STR("a: \xF0\x9F")), SIZE_MAX);
    assert_int_equal(yaml_stream_enough(&broken, STR("a: \xF0\x9F: b")), 8);
}

static void tries_what_is_large_alone(void **state)
{
    (void)state;
    YamlStream stream = {0};
    assert_int_equal(yaml_stream_enough(&stream, STR("a: b\na: b\n")), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_where_nothing_helps),
        cmocka_unit_test(goes_on_while_it_may_become_manifests),
        cmocka_unit_test(takes_characters_in_parts),
        cmocka_unit_test(tries_what_is_large_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
