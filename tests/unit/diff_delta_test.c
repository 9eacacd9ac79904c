/*
 * Deltas: random edits of manifests, whose patch applied to the old objects gives the new ones exactly; equal trees
 * have none; and which items of lists are taken for one another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jsone_load.h"
#include "kiln/diff.h"

#define PAIRS 2000
static const DiffRenames no_renames = {NULL, 0};

static const Value *load(Arena *arena, const char *text)
{
    return load_document(arena, str_from(text), 0);
}

static Str json(Arena *arena, const Value *value)
{
    Buf out = {0};
    value_print_json(value, true, &out);
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static void assert_exact(Arena *arena, const char *kind, const Value *from, const Value *to)
{
    const Delta *delta = delta_of(arena, str_from(kind), from, to, no_renames);
    const Value *patch = delta_patch(arena, delta);
    ValuePatchBudget budget = {.operations = 1000000, .work = (size_t)1 << 30};
    ValuePatchError error = {0};
    const Value *result = value_patch(arena, from, patch, &budget, &error);
    if (!result)
        print_error("operation %zu: %.*s\n", error.operation, STR_ARG(error.reason));
    assert_non_null(result);
    if (!value_equal(result, to))
        print_error("from %.*s\nto   %.*s\npatch %.*s\n", STR_ARG(json(arena, from)), STR_ARG(json(arena, to)),
                    STR_ARG(json(arena, patch)));
    assert_true(value_equal(result, to));
    assert_int_equal(delta == NULL, value_equal(from, to));
}

/* ---- random edits ---- */

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static const char *const scalars[] = {"1", "\"1\"", "true", "null", "\"web\"", "\"api\"", "2.5", "\"a\\nb\\n\"", "{}", "[]",
                                      "{\"name\": \"x\"}", "{\"name\": \"y\", \"value\": \"~/\"}"};

static const Value *random_value(Arena *arena, uint64_t *seed)
{
    return load(arena, scalars[next(seed) % LENGTH_OF(scalars)]);
}

static const Value *edited(Arena *arena, const Value *value, uint64_t *seed, unsigned chance);

static const Value *edited_list(Arena *arena, const Value *list, uint64_t *seed, unsigned chance)
{
    ListBuilder result = list_begin(arena);
    for (uint32_t i = 0; i < list->size; i++) {
        if (next(seed) % chance == 0)
            list_add(&result, random_value(arena, seed));
        if (next(seed) % chance != 0)
            list_add(&result, edited(arena, list->items[i], seed, chance));
        if (next(seed) % chance == 0)
            list_add(&result, list->items[next(seed) % list->size]);
    }
    for (size_t i = 1; i < result.count && next(seed) % 3 == 0; i++) {
        size_t other = next(seed) % result.count;
        const Value *moved = result.items[i];
        result.items[i] = result.items[other];
        result.items[other] = moved;
    }
    return list_end(&result, ORIGIN_NONE);
}

static const Value *edited_map(Arena *arena, const Value *map, uint64_t *seed, unsigned chance)
{
    static const char *const keys[] = {"new", "a/b", "c~d", "", "name"};
    MapBuilder result = map_begin(arena);
    for (uint32_t i = 0; i < map->size; i++) {
        if (next(seed) % chance != 0)
            map_set(&result, map->entries[i].key, ORIGIN_NONE, edited(arena, map->entries[i].value, seed, chance));
    }
    if (next(seed) % chance == 0)
        map_set(&result, str_from(keys[next(seed) % LENGTH_OF(keys)]), ORIGIN_NONE, random_value(arena, seed));
    return map_end(&result, ORIGIN_NONE);
}

static const Value *edited(Arena *arena, const Value *value, uint64_t *seed, unsigned chance)
{
    if (value->kind == VALUE_LIST)
        return edited_list(arena, value, seed, chance);
    if (value->kind == VALUE_MAP)
        return edited_map(arena, value, seed, chance);
    return next(seed) % chance == 0 ? random_value(arena, seed) : value;
}

static const char *const deployment =
    "{\"kind\": \"Deployment\", \"metadata\": {\"name\": \"web\", \"labels\": {\"a/b\": \"c\", \"d\": \"e\"}}, \"spec\": "
    "{\"replicas\": 2, \"template\": {\"spec\": {\"containers\": [{\"name\": \"app\", \"args\": [\"a\", \"b\", \"a\", "
    "\"c\"], \"ports\": [{\"containerPort\": 80}, {\"containerPort\": 80, \"protocol\": \"UDP\"}, {\"containerPort\": "
    "81}], \"env\": [{\"name\": \"A\", \"value\": \"1\"}, {\"name\": \"B\", \"value\": \"2\"}, {\"name\": \"C\"}]}, "
    "{\"name\": \"side\"}], \"initContainers\": [{\"name\": \"one\"}, {\"name\": \"two\"}], \"tolerations\": [{\"key\": "
    "\"x\"}, {\"key\": \"y\"}, {\"key\": \"x\"}]}}}}";
static const char *const policy =
    "{\"kind\": \"NetworkPolicy\", \"spec\": {\"policyTypes\": [\"Ingress\", \"Egress\"], \"ingress\": [{\"from\": "
    "[{\"ipBlock\": {\"cidr\": \"10.0.0.0/8\", \"except\": [\"10.1.0.0/16\", \"10.2.0.0/16\"]}}, {\"podSelector\": {}}]}, "
    "{\"ports\": [{\"port\": 80}, {\"port\": 81}, {\"port\": 80}]}, {\"ports\": [{\"port\": 80}]}]}}";

static void test_random_edits(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (unsigned i = 0; i < PAIRS; i++) {
        Arena *arena = arena_new();
        bool first = i % 2 == 0;
        const Value *from = load(arena, first ? deployment : policy);
        const Value *to = edited(arena, from, &seed, 2 + i % 40);
        assert_exact(arena, first ? "Deployment" : "NetworkPolicy", from, to);
        assert_exact(arena, first ? "Deployment" : "NetworkPolicy", to, from);
        arena_free(arena);
    }
}

static void test_equal(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const Value *one = load(arena, deployment), *other = load(arena, deployment);
    assert_null(delta_of(arena, STR("Deployment"), one, other, no_renames));
    assert_null(delta_of(arena, STR("X"), load(arena, "{\"a\": 1, \"b\": 2}"), load(arena, "{\"b\": 2, \"a\": 1.0}"),
                         no_renames));
    arena_free(arena);
}

/* A long list that is turned round is replaced, not moved item by item. */
static void test_long_list(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ListBuilder up = list_begin(arena), down = list_begin(arena);
    for (int i = 0; i < 20000; i++) {
        list_add(&up, value_new_number(arena, ORIGIN_NONE, i));
        list_add(&down, value_new_number(arena, ORIGIN_NONE, 20000 - i));
    }
    assert_exact(arena, "X", list_end(&up, ORIGIN_NONE), list_end(&down, ORIGIN_NONE));
    arena_free(arena);
}

static void assert_patch(const char *kind, const char *from, const char *to, const char *expected)
{
    Arena *arena = arena_new();
    const Delta *delta = delta_of(arena, str_from(kind), load(arena, from), load(arena, to), no_renames);
    Buf out = {0};
    value_print_json(delta_patch(arena, delta), false, &out);
    buf_add_char(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
    arena_free(arena);
}

static void test_matching(void **state)
{
    (void)state;
    assert_patch("Deployment", "{\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\", \"image\": \"1\"}]}",
                 "{\"containers\": [{\"name\": \"b\", \"image\": \"2\"}, {\"name\": \"a\"}]}",
                 "[{\"op\":\"move\",\"from\":\"/containers/1\",\"path\":\"/containers/0\"},"
                 "{\"op\":\"replace\",\"path\":\"/containers/0/image\",\"value\":\"2\"}]");
    /* The default protocol is part of the key. */
    assert_patch("Service", "{\"spec\": {\"ports\": [{\"port\": 80}]}}",
                 "{\"spec\": {\"ports\": [{\"port\": 80, \"protocol\": \"TCP\"}]}}",
                 "[{\"op\":\"add\",\"path\":\"/spec/ports/0/protocol\",\"value\":\"TCP\"}]");
    assert_patch("X", "{\"args\": [\"a\", \"b\", \"c\"]}", "{\"args\": [\"b\", \"c\", \"d\"]}",
                 "[{\"op\":\"remove\",\"path\":\"/args/0\"},{\"op\":\"add\",\"path\":\"/args/2\",\"value\":\"d\"}]");
    /* Two of one name cannot be told apart by it. */
    assert_patch("X", "{\"l\": [{\"name\": \"a\", \"v\": 1}, {\"name\": \"a\", \"v\": 2}]}",
                 "{\"l\": [{\"name\": \"a\", \"v\": 2}]}", "[{\"op\":\"remove\",\"path\":\"/l/0\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_edits), cmocka_unit_test(test_equal),
                                       cmocka_unit_test(test_long_list), cmocka_unit_test(test_matching)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
