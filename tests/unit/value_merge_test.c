/* Merging and filling: RFC 7386's own table, whose places survive, and what is shared. */
#include "value_load.h"

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

/* RFC 7386, appendix A, in its order. */
static const char *const appendix[][3] = {
    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
    {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
    {"{\"a\":\"foo\"}", "null", "null"},
    {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
    {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
};

/* What the table leaves open: order, lists within lists, maps against scalars at depth. */
static const char *const further[][3] = {
    {"{\"a\":1,\"b\":2,\"c\":3}", "{\"c\":30,\"d\":4,\"a\":10}", "{\"a\":10,\"b\":2,\"c\":30,\"d\":4}"},
    {"{\"a\":{\"b\":1}}", "{\"a\":{\"c\":{\"d\":null,\"e\":2}}}", "{\"a\":{\"b\":1,\"c\":{\"e\":2}}}"},
    {"{\"a\":{\"b\":1}}", "{\"a\":5}", "{\"a\":5}"},
    {"{\"a\":5}", "{\"a\":{\"b\":null}}", "{\"a\":{}}"},
    {"{\"a\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
    {"{\"a\":1}", "{\"b\":[null,{\"c\":null}]}", "{\"a\":1,\"b\":[null,{\"c\":null}]}"},
    {"{\"a\":1}", "{\"b\":null}", "{\"a\":1}"},
    {"{\"a\":1}", "{}", "{\"a\":1}"},
    {"1", "{}", "{}"},
    {"null", "{\"a\":1}", "{\"a\":1}"},
    {"{\"a\":{\"b\":{\"c\":1,\"d\":2}}}", "{\"a\":{\"b\":{\"c\":null,\"d\":null}}}", "{\"a\":{\"b\":{}}}"},
};

static void run_merges(Arena *arena, const char *const rows[][3], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Value *target = load(arena, rows[i][0]), *patch = load(arena, rows[i][1]);
        expect_json(value_merge(arena, target, patch), rows[i][2]);
        expect_json(target, rows[i][0]);
        expect_json(patch, rows[i][1]);
    }
}

static void test_appendix(void **state)
{
    run_merges(*state, appendix, LENGTH_OF(appendix));
}

static void test_further(void **state)
{
    run_merges(*state, further, LENGTH_OF(further));
}

static void test_merge_with_nothing(void **state)
{
    Arena *arena = *state;
    const Value *map = load(arena, "{\"a\":{\"b\":null}}");
    assert_ptr_equal(value_merge(arena, map, NULL), map);
    assert_null(value_merge(arena, NULL, NULL));
    expect_json(value_merge(arena, NULL, map), "{\"a\":{}}");
    const Value *plain = load(arena, "{\"a\":{\"b\":1}}");
    assert_ptr_equal(value_merge(arena, NULL, plain), plain);
}

static void test_merge_shares(void **state)
{
    Arena *arena = *state;
    const Value *target = load(arena, "{\"a\":{\"b\":{\"c\":1}},\"d\":{\"e\":[1,2]}}");
    const Value *patch = load_at(arena, 1000, "{\"a\":{\"x\":{\"y\":1}}}");
    const Value *merged = value_merge(arena, target, patch);
    assert_ptr_equal(value_path(merged, "d"), value_path(target, "d"));
    assert_ptr_equal(value_path(merged, "a.b"), value_path(target, "a.b"));
    assert_ptr_equal(value_path(merged, "a.x"), value_path(patch, "a.x"));
    /* A patch that changes nothing gives the target itself. */
    static const char *const idle[] = {"{}", "{\"z\":null}", "{\"a\":{}}", "{\"a\":{\"b\":{\"z\":null}},\"d\":{}}"};
    for (size_t i = 0; i < LENGTH_OF(idle); i++)
        assert_ptr_equal(value_merge(arena, target, load(arena, idle[i])), target);
    assert_ptr_equal(value_merge(arena, target, target), target);
}

static void test_merge_origins(void **state)
{
    Arena *arena = *state;
    const Value *target = load_at(arena, 100, "{\"a\":1,\"b\":{\"c\":2}}");
    const Value *patch = load_at(arena, 500, "{\"a\":9,\"b\":{\"d\":3},\"e\":4}");
    const Value *merged = value_merge(arena, target, patch);
    assert_int_equal(merged->origin, 100);
    assert_int_equal(value_entry(merged, STR("a"))->key_origin, 501);
    assert_int_equal(value_path(merged, "a")->origin, 505);
    assert_int_equal(value_entry(merged, STR("b"))->key_origin, 107);
    assert_int_equal(value_path(merged, "b")->origin, 111);
    assert_int_equal(value_path(merged, "b.c")->origin, 116);
    assert_int_equal(value_path(merged, "b.d")->origin, 516);
    assert_int_equal(value_entry(merged, STR("e"))->key_origin, 519);
}

/* A map above the index threshold: half of it changed, a part removed, some added. */
static void test_merge_large(void **state)
{
    Arena *arena = *state;
    enum { COUNT = 5000 };
    MapBuilder target = map_begin(arena), patch = map_begin(arena);
    for (unsigned i = 0; i < COUNT; i++) {
        Str key = arena_printf(arena, "k%u", i);
        map_set(&target, key, 1, value_new_number(arena, 1, i));
        if (i % 2)
            map_set(&patch, key, 2, i % 5 ? value_new_number(arena, 2, i + 0.5) : value_new_null(arena, 2));
    }
    map_set(&patch, STR("new"), 2, &value_true);
    const Value *merged = value_merge(arena, map_end(&target, 1), map_end(&patch, 2));
    assert_int_equal(merged->size, COUNT - COUNT / 10 + 1);
    unsigned last = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        const MapEntry *entry = value_entry(merged, arena_printf(arena, "k%u", i));
        if (i % 2 && i % 5 == 0) {
            assert_null(entry);
            continue;
        }
        assert_true(entry->value->number == (i % 2 ? i + 0.5 : i));
        assert_true(i == 0 || (unsigned)(entry - merged->entries) == last + 1);
        last = (unsigned)(entry - merged->entries);
    }
    assert_ptr_equal(merged->entries[merged->size - 1].value, &value_true);
}

/* ---- filling ---- */

static const char *const fills[][3] = {
    {"{\"a\":1}", "{\"a\":2,\"b\":3}", "{\"a\":1,\"b\":3}"},
    {"{}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
    {"{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2,\"c\":3}}", "{\"a\":{\"b\":1,\"c\":3}}"},
    {"{\"a\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"}, /* null is unsaid */
    {"{\"a\":{\"b\":null}}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
    {"{\"a\":null}", "{\"b\":1}", "{\"a\":null,\"b\":1}"},
    {"{\"a\":null}", "{\"a\":null}", "{\"a\":null}"},
    {"{\"a\":false}", "{\"a\":{\"b\":1}}", "{\"a\":false}"}, /* false is a statement about all below it */
    {"{\"a\":[]}", "{\"a\":[1]}", "{\"a\":[]}"},
    {"{\"a\":[1]}", "{\"a\":{\"b\":1}}", "{\"a\":[1]}"},
    {"{\"a\":0,\"b\":\"\"}", "{\"a\":1,\"b\":\"x\"}", "{\"a\":0,\"b\":\"\"}"},
    {"{\"a\":{\"b\":1}}", "{\"a\":5}", "{\"a\":{\"b\":1}}"},
    {"{\"b\":1,\"a\":2}", "{\"a\":0,\"c\":0,\"b\":0}", "{\"b\":1,\"a\":2,\"c\":0}"},
    {"{}", "{\"a\":null}", "{}"}, /* a default of null gives nothing */
    {"{}", "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}"},
    {"{\"a\":{}}", "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}"},
    {"{\"a\":1}", "null", "{\"a\":1}"},
    {"null", "{\"a\":1}", "{\"a\":1}"},
    {"5", "{\"a\":1}", "5"},
    {"{\"a\":1}", "7", "{\"a\":1}"},
    {"null", "7", "7"},
};

static void test_fill(void **state)
{
    Arena *arena = *state;
    for (size_t i = 0; i < LENGTH_OF(fills); i++) {
        const Value *target = load(arena, fills[i][0]), *defaults = load(arena, fills[i][1]);
        const Value *filled = value_fill(arena, target, defaults);
        expect_json(filled, fills[i][2]);
        expect_json(target, fills[i][0]);
        expect_json(defaults, fills[i][1]);
        if (strcmp(fills[i][0], fills[i][2]) == 0)
            assert_ptr_equal(filled, target);
        assert_ptr_equal(value_fill(arena, filled, defaults), filled); /* what is filled is full */
    }
    assert_null(value_fill(arena, NULL, NULL));
    const Value *map = load(arena, "{\"a\":1}");
    assert_ptr_equal(value_fill(arena, map, NULL), map);
    assert_ptr_equal(value_fill(arena, NULL, map), map);
}

static void test_fill_shares_and_origins(void **state)
{
    Arena *arena = *state;
    const Value *target = load_at(arena, 100, "{\"a\":{\"x\":1},\"b\":null,\"c\":{\"d\":1}}");
    const Value *defaults = load_at(arena, 500, "{\"b\":{\"y\":{}},\"a\":{\"x\":2},\"e\":{\"f\":1},\"c\":{\"g\":2}}");
    const Value *filled = value_fill(arena, target, defaults);
    assert_int_equal(filled->origin, 100);
    assert_ptr_equal(value_path(filled, "a"), value_path(target, "a"));
    assert_ptr_equal(value_path(filled, "b"), value_path(defaults, "b"));
    assert_ptr_equal(value_path(filled, "e"), value_path(defaults, "e"));
    assert_int_equal(value_entry(filled, STR("b"))->key_origin, value_entry(target, STR("b"))->key_origin);
    assert_int_equal(value_entry(filled, STR("e"))->key_origin, value_entry(defaults, STR("e"))->key_origin);
    assert_int_equal(value_path(filled, "c")->origin, value_path(target, "c")->origin);
    assert_ptr_equal(value_path(filled, "c.g"), value_path(defaults, "c.g"));
}

/* Neither needs memory of its own where nothing changes, however large the maps are. */
static void test_idle_is_free(void **state)
{
    Arena *arena = *state;
    MapBuilder map = map_begin(arena);
    for (unsigned i = 0; i < 1000; i++)
        map_set(&map, arena_printf(arena, "k%u", i), 1, load(arena, "{\"a\":{\"b\":1}}"));
    const Value *large = map_end(&map, 1), *small = load(arena, "{\"k7\":{\"a\":{\"z\":null}},\"none\":null}");
    size_t before = arena_used(arena);
    assert_ptr_equal(value_merge(arena, large, small), large);
    assert_ptr_equal(value_merge(arena, NULL, large), large);
    assert_ptr_equal(value_fill(arena, large, large), large);
    assert_ptr_equal(value_fill(arena, NULL, large), large);
    assert_int_equal(arena_used(arena), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_appendix),
        TEST(test_further),
        TEST(test_merge_with_nothing),
        TEST(test_merge_shares),
        TEST(test_merge_origins),
        TEST(test_merge_large),
        TEST(test_fill),
        TEST(test_fill_shares_and_origins),
        TEST(test_idle_is_free),
    };
    return cmocka_run_group_tests_name("value_merge", tests, NULL, NULL);
}
