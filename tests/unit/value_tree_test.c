/* The tree itself: making, maps with and without an index, reading, equality, numbers as text, paths, JSON. */
#include "value_load.h"

#include <float.h>
#include <math.h>

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

/* ---- scalars ---- */

static void test_scalars(void **state)
{
    Arena *arena = *state;
    const Value *null = value_new_null(arena, 3);
    assert_true(null->kind == VALUE_NULL && null->origin == 3 && null->text[0] == '\0');
    const Value *yes = value_new_bool(arena, 4, true), *no = value_new_bool(arena, 4, false);
    assert_true(yes->boolean && str_equal(value_text(yes), STR("true")));
    assert_true(!no->boolean && str_equal(value_text(no), STR("false")));
    const Value *number = value_new_number(arena, 5, 1.5);
    assert_true(number->number == 1.5 && str_equal(value_text(number), STR("1.5")));
    const Value *string = value_new_string(arena, 6, STR_NONE);
    assert_true(string->text && string->size == 0 && string->lineage == NULL);
    const Value *plain = value_new_plain(arena, 7, VALUE_NUMBER, STR("1.10"), 1.1, false);
    assert_true(plain->flags == VALUE_PLAIN && plain->number == 1.1 && str_equal(value_text(plain), STR("1.10")));
    const Value *text = value_as_string(arena, plain);
    assert_true(text->kind == VALUE_STRING && text->flags == 0 && text->origin == 7 && text->lineage == NULL);
    assert_true(str_equal(value_text(text), STR("1.10")));
    assert_ptr_equal(value_as_string(arena, text), text);
    const Value *plain_yes = value_new_plain(arena, 7, VALUE_BOOL, STR("True"), 0, true);
    assert_true(plain_yes->boolean && value_equal(plain_yes, yes));
    assert_true(value_is_none(NULL) && value_is_none(null) && !value_is_none(no));
    assert_true(value_is_scalar(no) && value_is_scalar(string) && !value_is_scalar(null) &&
                !value_is_scalar(&value_empty_map));
    assert_false(value_is(NULL, VALUE_NULL));
}

static void test_places(void **state)
{
    Arena *arena = *state;
    const Value *map = load(arena, "{\"a\":1}");
    assert_ptr_equal(value_at(arena, map, map->origin), map);
    const Value *moved = value_at(arena, map, 77);
    assert_true(moved->origin == 77 && moved->entries == map->entries && map->origin == 1);
    Origin inputs[] = {ORIGIN_NONE, 21, 22};
    const Value *made = value_new_string_made(arena, STR("x"), lineage_new(arena, 9, inputs, 3));
    assert_true(made->origin == 21 && made->lineage->place == 9 && made->lineage->count == 3);
    assert_int_equal(made->lineage->inputs[2], 22);
    assert_int_equal(value_new_string_made(arena, STR("x"), lineage_new(arena, 9, inputs, 1))->origin, 9);
    assert_int_equal(value_new_string_made(arena, STR("x"), lineage_new(arena, 9, NULL, 0))->origin, 9);
    assert_ptr_equal(value_at(arena, made, 5)->lineage, made->lineage);
}

/* ---- lists and maps ---- */

static void test_list(void **state)
{
    Arena *arena = *state;
    ListBuilder list = list_begin(arena);
    assert_int_equal(list_end(&list, 1)->size, 0);
    list = list_begin(arena);
    for (unsigned i = 0; i < 1000; i++)
        list_add(&list, value_new_number(arena, 1, i));
    const Value *value = list_end(&list, 2);
    assert_true(value->kind == VALUE_LIST && value->size == 1000 && value->origin == 2);
    for (unsigned i = 0; i < 1000; i++)
        assert_true(value->items[i]->number == i);
}

static Str key_of(Arena *arena, unsigned i)
{
    return arena_printf(arena, "key%u", i * 7919 % 100003);
}

/* Every size around the index threshold, and two far above it. */
static void test_map_sizes(void **state)
{
    Arena *arena = *state;
    for (unsigned size = 0; size <= 20000; size += size < 40 ? 1 : 9980) {
        MapBuilder map = map_begin(arena);
        for (unsigned i = 0; i < size; i++) {
            assert_null(map_peek(&map, key_of(arena, i)));
            map_set(&map, key_of(arena, i), i + 1, value_new_number(arena, i, i));
        }
        for (unsigned i = 0; i < size; i += 3) /* a replaced entry keeps its position */
            map_set(&map, key_of(arena, i), i + 2, value_new_number(arena, i, i + 0.5));
        const Value *value = map_end(&map, 9);
        assert_true(value->size == size && value->origin == 9);
        for (unsigned i = 0; i < size; i++) {
            const MapEntry *entry = value_entry(value, key_of(arena, i));
            assert_ptr_equal(entry, &value->entries[i]);
            assert_true(entry->value->number == (i % 3 ? i : i + 0.5));
            assert_int_equal(entry->key_origin, i % 3 ? i + 1 : i + 2);
        }
        assert_null(value_get(value, STR("absent")));
        assert_null(value_get(value, STR("")));
        assert_null(value_get(value, STR_NONE));
    }
}

static void test_map_remove(void **state)
{
    Arena *arena = *state;
    for (unsigned size = 1; size <= 40; size++) {
        MapBuilder map = map_begin(arena);
        for (unsigned i = 0; i < size; i++)
            map_set(&map, key_of(arena, i), i, value_new_number(arena, i, i));
        for (unsigned i = 0; i < size; i++) {
            map_remove(&map, key_of(arena, i));
            assert_null(map_peek(&map, key_of(arena, i)));
        }
        map_remove(&map, STR("absent"));
        map_remove(&map, key_of(arena, 0));
        for (unsigned i = size; i-- > 0;) {
            if (i % 2)
                map_set(&map, key_of(arena, i), i, value_new_number(arena, i, i + 100));
        }
        const Value *value = map_end(&map, 1);
        assert_int_equal(value->size, size / 2);
        for (unsigned i = 0; i < size; i++) {
            const MapEntry *entry = value_entry(value, key_of(arena, i));
            assert_ptr_equal(entry, i % 2 ? &value->entries[i / 2] : NULL); /* where it stood */
            assert_true(!entry || entry->value->number == i + 100);
        }
    }
}

static void test_map_begin_with(void **state)
{
    Arena *arena = *state;
    for (unsigned size = 0; size <= 40; size++) {
        MapBuilder map = map_begin(arena);
        for (unsigned i = 0; i < size; i++)
            map_set(&map, key_of(arena, i), i, value_new_number(arena, i, i));
        const Value *old = map_end(&map, 1);
        MapBuilder next = map_begin_with(arena, old);
        for (unsigned i = 0; i < 10; i++)
            map_set(&next, arena_printf(arena, "new%u", i), 5, &value_true);
        map_set(&next, key_of(arena, 0), 6, &value_false);
        map_remove(&next, key_of(arena, 1));
        const Value *value = map_end(&next, 2);
        assert_int_equal(value->size, size == 0 ? 11 : size + 10 - (size > 1));
        assert_ptr_equal(value_get(value, key_of(arena, 0)), &value_false);
        assert_null(value_get(value, key_of(arena, 1)));
        assert_ptr_equal(value_get(value, STR("new9")), &value_true);
        for (unsigned i = 0; i < size; i++) { /* the old one has not changed */
            assert_true(old->entries[i].value->number == i);
            assert_true(i < 2 || value_get(value, key_of(arena, i)) == old->entries[i].value);
        }
        assert_int_equal(old->size, size);
    }
    MapBuilder none = map_begin_with(arena, NULL);
    assert_int_equal(map_end(&none, 1)->size, 0);
    none = map_begin_with(arena, &value_true);
    assert_int_equal(map_end(&none, 1)->size, 0);
}

static void test_map_empty_key(void **state)
{
    Arena *arena = *state;
    for (unsigned size = 0; size < 30; size += 29) {
        MapBuilder map = map_begin(arena);
        map_set(&map, STR_NONE, 1, &value_true);
        for (unsigned i = 0; i < size; i++)
            map_set(&map, key_of(arena, i), i, &value_false);
        assert_non_null(map_peek(&map, STR("")));
        const Value *value = map_end(&map, 1);
        assert_ptr_equal(value_get(value, STR("")), &value_true);
        assert_ptr_equal(value_get(value, STR_NONE), &value_true);
    }
}

/* ---- reading ---- */

static void test_reading(void **state)
{
    Arena *arena = *state;
    const Value *map =
        load(arena, "{\"a\":{\"b\":{\"c\":5}},\"on\":true,\"off\":false,\"none\":null,\"s\":\"x\",\"l\":[1],\"\":7}");
    assert_true(value_path(map, "a.b.c")->number == 5);
    assert_ptr_equal(value_path(map, NULL), map);
    assert_null(value_path(map, "a.b.c.d"));
    assert_null(value_path(map, "a.x.c"));
    assert_null(value_path(map, "l.0"));
    assert_null(value_path(NULL, "a"));
    assert_true(value_path(map, "")->number == 7);
    assert_null(value_get(NULL, STR("a")));
    assert_null(value_get(&value_empty_list, STR("a")));
    assert_true(value_flag(map, "on", false) && !value_flag(map, "off", true));
    assert_true(value_flag(map, "none", true) && !value_flag(map, "absent", false) && value_flag(map, "s", true));
    assert_true(value_number_at(map, "a.b.c", 1) == 5 && value_number_at(map, "on", 1) == 1);
    assert_true(str_equal(value_text_at(map, "s"), STR("x")) && str_equal(value_text_at(map, "a.b.c"), STR("5")));
    assert_true(str_equal(value_text_at(map, "none"), STR("")) && str_equal(value_text_at(map, "a"), STR("")));
    assert_true(str_equal(value_text_at(map, "absent"), STR("")));
    static const char *const names[] = {"null", "a boolean", "a number", "a string", "a list", "a map"};
    for (size_t i = 0; i < LENGTH_OF(names); i++)
        assert_string_equal(value_kind_name((ValueKind)i), names[i]);
}

static void test_equal(void **state)
{
    Arena *arena = *state;
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"null", "null", true},
        {"null", "false", false},
        {"true", "true", true},
        {"true", "false", false},
        {"1", "1.0", true},
        {"0", "-0", true},
        {"1", "\"1\"", false},
        {"1", "2", false},
        {"\"a\"", "\"a\"", true},
        {"\"a\"", "\"b\"", false},
        {"[1,2]", "[1,2]", true},
        {"[1,2]", "[2,1]", false},
        {"[1]", "[1,1]", false},
        {"[]", "{}", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1.0}", true},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
        {"{\"a\":null}", "{\"b\":null}", false},
        {"{\"a\":null}", "{}", false},
        {"{\"a\":{\"b\":[1,{\"c\":2}]}}", "{\"a\":{\"b\":[1,{\"c\":2}]}}", true},
        {"{\"a\":{\"b\":[1,{\"c\":2}]}}", "{\"a\":{\"b\":[1,{\"c\":3}]}}", false},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        const Value *a = load(arena, rows[i].a), *b = load_at(arena, 900, rows[i].b);
        if (value_equal(a, b) != rows[i].equal || value_equal(b, a) != rows[i].equal)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
        assert_true(value_equal(a, a));
    }
    const Value *nan = value_new_number(arena, 1, (double)NAN), *one = value_new_number(arena, 1, 1);
    assert_false(value_equal(nan, one) || value_equal(one, nan));
    assert_true(value_equal(nan, value_new_number(arena, 2, (double)NAN)));
    assert_false(
        value_equal(value_new_number(arena, 1, (double)INFINITY), value_new_number(arena, 1, -(double)INFINITY)));
}

static void test_integer(void **state)
{
    Arena *arena = *state;
    static const struct {
        double number;
        bool is;
    } rows[] = {
        {0, true},
        {-0.0, true},
        {1, true},
        {-1, true},
        {1.5, false},
        {9007199254740991.0, true},
        {-9007199254740991.0, true},
        {9007199254740994.0, false},
        {1e300, false},
        {-1e300, false},
        {5e-324, false},
    };
    int64_t integer = 77;
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        assert_int_equal(value_integer(value_new_number(arena, 1, rows[i].number), &integer), rows[i].is);
        assert_true(!rows[i].is || (double)integer == rows[i].number);
    }
    assert_false(value_integer(value_new_number(arena, 1, (double)NAN), &integer));
    assert_false(value_integer(value_new_number(arena, 1, (double)INFINITY), &integer));
    assert_false(value_integer(&value_true, &integer));
    assert_false(value_integer(NULL, &integer));
}

/* ---- numbers: what ECMAScript's String(number) gives for these bits ---- */

static void test_number_print(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits;
        const char *text;
    } rows[] = {
        {0x0000000000000000u, "0"},
        {0x8000000000000000u, "0"},
        {0x3ff0000000000000u, "1"},
        {0xbff0000000000000u, "-1"},
        {0x4024000000000000u, "10"},
        {0x3fb999999999999au, "0.1"},
        {0x3fe0000000000000u, "0.5"},
        {0xbfe0000000000000u, "-0.5"},
        {0x3ff8000000000000u, "1.5"},
        {0x40091eb851eb851fu, "3.14"},
        {0x4059000000000000u, "100"},
        {0x40f86a0000000000u, "100000"},
        {0x40fe240000000000u, "123456"},
        {0x430c6bf526340000u, "1000000000000000"},
        {0x430c6bf52633fff8u, "999999999999999"},
        {0x4341c37937e08000u, "10000000000000000"},
        {0x4415af1d78b58c40u, "100000000000000000000"},
        {0x441ac53a7e04bcdau, "123456789012345680000"},
        {0x444b1ae4d6e2ef50u, "1e+21"},
        {0x4454542ba12a337cu, "1.5e+21"},
        {0xc44b1ae4d6e2ef50u, "-1e+21"},
        {0x4480f0cf064dd592u, "1e+22"},
        {0x54b249ad2594c37du, "1e+100"},
        {0x7fefffffffffffffu, "1.7976931348623157e+308"},
        {0xffefffffffffffffu, "-1.7976931348623157e+308"},
        {0x0000000000000001u, "5e-324"},
        {0x8000000000000001u, "-5e-324"},
        {0x0010000000000000u, "2.2250738585072014e-308"},
        {0x000fffffffffffffu, "2.225073858507201e-308"},
        {0x3ee4f8b588e368f1u, "0.00001"},
        {0x3eb0c6f7a0b5ed8du, "0.000001"},
        {0x3eb92a737110e454u, "0.0000015"},
        {0x3e7ad7f29abcaf48u, "1e-7"},
        {0x3e8421f5f40d8376u, "1.5e-7"},
        {0xbe7ad7f29abcaf48u, "-1e-7"},
        {0x3de0f5c0635643a8u, "1.234e-10"},
        {0x3f201f31f46ed246u, "0.000123"},
        {0x3fd3333333333334u, "0.30000000000000004"},
        {0x3fe9999999999999u, "0.7999999999999999"},
        {0x3fd5555555555555u, "0.3333333333333333"},
        {0x3fe5555555555555u, "0.6666666666666666"},
        {0x4040aaaaaaaaaaabu, "33.333333333333336"},
        {0x433fffffffffffffu, "9007199254740991"},
        {0x4340000000000000u, "9007199254740992"},
        {0x4340000000000001u, "9007199254740994"},
        {0xc33fffffffffffffu, "-9007199254740991"},
        {0x3ff199999999999au, "1.1"},
        {0x4011666666666666u, "4.35"},
        {0x3fe3ae147ae147aeu, "0.615"},
        {0x405edd2f1a9fbe77u, "123.456"},
        {0x430c6bf526340004u, "1000000000000000.5"},
        {0x4330000000000002u, "4503599627370498"},
        {0x7e6ddd4baa009303u, "1e+301"},
        {0x43f0000000000000u, "18446744073709552000"},
        {0x43e0000000000000u, "9223372036854776000"},
        {0x3d30000000000000u, "5.684341886080802e-14"},
        {0x7fe0000000000000u, "8.98846567431158e+307"},
        {0x44b52d02c7e14af6u, "1e+23"},
        {0x3eb0000000000000u, "9.5367431640625e-7"},
        {0x3ea0c6f7a0b5ed8du, "5e-7"},
        {0x3eb27476ca61b882u, "0.0000011"},
        {0x43e56a95319d63e1u, "12345678901234567000"},
        {0x7feffffffffffffeu, "1.7976931348623155e+308"},
        {0x0000000000002710u, "4.9407e-320"},
        {0x3fefffffffffffffu, "0.9999999999999999"},
        {0x3ff0000000000001u, "1.0000000000000002"},
        {0x3f1a36e2eb1c432du, "0.0001"},
        {0xbff8000000000000u, "-1.5"},
        {0xbeb92a737110e454u, "-0.0000015"},
    };
    char text[NUMBER_TEXT_SIZE];
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        double number;
        memcpy(&number, &rows[i].bits, sizeof number);
        Str found = number_print(number, text);
        if (!str_equal(found, str_from(rows[i].text)))
            fail_msg("found %.*s, expected %s", STR_ARG(found), rows[i].text);
        assert_true(strtod(rows[i].text, NULL) == number);
    }
    assert_true(str_equal(number_print((double)NAN, text), STR("NaN")));
    assert_true(str_equal(number_print((double)INFINITY, text), STR("Infinity")));
    assert_true(str_equal(number_print(-(double)INFINITY, text), STR("-Infinity")));
}

/* Powers of two have the uneven neighbours that make a shortest form hard. */
static void test_number_reads_back(void **state)
{
    (void)state;
    char text[NUMBER_TEXT_SIZE + 1];
    for (int exponent = -1074; exponent < 1024; exponent++) {
        double power = ldexp(1, exponent);
        double numbers[] = {power, -power, nextafter(power, 0), nextafter(power, DBL_MAX), power * 1.2345};
        for (size_t i = 0; i < LENGTH_OF(numbers); i++) {
            Str found = number_print(numbers[i], text);
            assert_true(found.size < NUMBER_TEXT_SIZE);
            text[found.size] = '\0';
            assert_true(strtod(text, NULL) == numbers[i]);
        }
    }
}

/* ---- paths ---- */

static void test_paths(void **state)
{
    Arena *arena = *state;
    Path ports = {NULL, STR("ports"), 0}, http = {&ports, STR("http"), 0};
    Path config = {NULL, STR("config"), 0}, file = {&config, STR("config.yaml"), 0},
         server = {&file, STR("server"), 0};
    Path list = {&config, STR_NONE, 2}, deep = {&list, STR("x"), 0}, first = {NULL, STR_NONE, 0};
    Path empty = {&config, STR(""), 0}, space = {NULL, STR("a b"), 0};
    const struct {
        const Path *path;
        const char *text;
    } rows[] = {
        {NULL, ""},
        {&ports, "ports"},
        {&http, "ports.http"},
        {&server, "config.\"config.yaml\".server"},
        {&list, "config[2]"},
        {&deep, "config[2].x"},
        {&first, "[0]"},
        {&empty, "config.\"\""},
        {&space, "\"a b\""},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        assert_string_equal(path_text(arena, rows[i].path).data, rows[i].text);
        /* Behind other text it reads the same. */
        Buf out = {0};
        buf_add(&out, STR("at "));
        path_print(rows[i].path, &out);
        assert_true(str_equal(str_slice(buf_str(&out), 3, SIZE_MAX), str_from(rows[i].text)));
        buf_release(&out);
    }
}

/* ---- JSON ---- */

static void expect_sorted(const Value *value, const char *expected)
{
    Buf out = {0};
    value_print_json(value, true, &out);
    assert_true(str_equal(buf_str(&out), str_from(expected)));
    buf_release(&out);
}

static void test_json(void **state)
{
    Arena *arena = *state;
    static const char *const same[] = {
        "null",
        "true",
        "false",
        "0",
        "1.5",
        "1e+21",
        "\"\"",
        "[]",
        "{}",
        "[1,[],{}]",
        "{\"b\":{\"z\":1,\"a\":2},\"a\":[null,\"x\"],\"\":0}",
    };
    for (size_t i = 0; i < LENGTH_OF(same); i++)
        expect_json(load(arena, same[i]), same[i]);
    expect_sorted(load(arena, same[10]), "{\"\":0,\"a\":[null,\"x\"],\"b\":{\"a\":2,\"z\":1}}");
    expect_json(value_new_plain(arena, 1, VALUE_NUMBER, STR("1.10"), 1.1, false), "1.1");
    expect_json(value_new_number(arena, 1, -0.0), "0");
    /* JSON has no such numbers; ECMAScript's JSON.stringify says null too. */
    expect_json(value_new_number(arena, 1, (double)NAN), "null");
    expect_json(value_new_number(arena, 1, -(double)INFINITY), "null");
    const Value *text = value_new_string(arena, 1, STR("\"\\/\b\f\n\r\t\v\0\x1f\x7f\xc3\xa9\xe2\x80\xa8z"));
    expect_json(text, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\\u0000\\u001f\x7f\xc3\xa9\xe2\x80\xa8z\"");
}

static void test_json_sorted_large(void **state)
{
    Arena *arena = *state;
    MapBuilder map = map_begin(arena);
    for (unsigned i = 0; i < 1000; i++)
        map_set(&map, arena_printf(arena, "%03u", i * 7 % 1000), 1, &value_true);
    Buf out = {0}, expected = {0};
    value_print_json(map_end(&map, 1), true, &out);
    for (unsigned i = 0; i < 1000; i++)
        buf_printf(&expected, "%c\"%03u\":true", i ? ',' : '{', i);
    buf_add_char(&expected, '}');
    assert_true(str_equal(buf_str(&out), buf_str(&expected)));
    buf_release(&out);
    buf_release(&expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_scalars),       TEST(test_places),       TEST(test_list),
        TEST(test_map_sizes),     TEST(test_map_remove),   TEST(test_map_begin_with),
        TEST(test_map_empty_key), TEST(test_reading),      TEST(test_equal),
        TEST(test_integer),       TEST(test_number_print), TEST(test_number_reads_back),
        TEST(test_paths),         TEST(test_json),         TEST(test_json_sorted_large),
    };
    return cmocka_run_group_tests_name("value_tree", tests, NULL, NULL);
}
