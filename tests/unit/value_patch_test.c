/*
 * value_patch: all public cases of json-patch-tests (KILN_SHARED/testdata/json-patch), what the result shares, what
 * its places are, what a failure says, and that patches made to explode end in an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "jsone_load.h"
#include "kiln/value.h"

static const Value *load(Arena *arena, const char *text, Origin base)
{
    return load_document(arena, str_from(text), base);
}

static void assert_json(const Value *value, const char *expected)
{
    Buf out = {0};
    value_print_json(value, false, &out);
    buf_add_char(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static const Value *patched(Arena *arena, const Value *target, const Value *operations, ValuePatchError *error)
{
    ValuePatchBudget budget = VALUE_PATCH_BUDGET;
    return value_patch(arena, target, operations, &budget, error);
}

/* ---- the public cases ---- */

/* A duplicate member, which RFC 6902 A.13 leaves to the reader: the readers of kiln refuse it, this one lets the last
 * win. */
static bool has_two_ops(const Value *test)
{
    Str comment = value_text_at(test, "comment");
    return str_starts(comment, STR("A.13")) || str_equal(comment, STR("duplicate ops"));
}

static void run_case(Arena *arena, const Value *test, size_t number, size_t *failures)
{
    ValuePatchError error;
    const Value *expected = value_get(test, STR("expected"));
    const Value *result = patched(arena, value_get(test, STR("doc")), value_get(test, STR("patch")), &error);
    bool should_fail = value_get(test, STR("error"));
    bool right = should_fail ? !result && error.reason.size : result && (!expected || value_equal(result, expected));
    if (right)
        return;
    ++*failures;
    Str comment = value_text_at(test, "comment");
    print_error("case %zu (%.*s): %s, %.*s\n", number, STR_ARG(comment), result ? "another result" : "an error",
                STR_ARG(result ? STR("") : error.reason));
}

static void run_file(const char *name, size_t expected_count)
{
    const char *shared = getenv("KILN_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/testdata/json-patch/%s", shared ? shared : "../shared", name);
    Arena *arena = arena_new();
    Str text;
    int error = file_read(arena, AT_FDCWD, path, 1u << 20, &text);
    if (error) {
        print_message("SKIPPED: the public cases of JSON Patch: %s: %s\n", path, strerror(error));
        arena_free(arena);
        skip();
        return;
    }
    const Value *cases = load_document(arena, text, ORIGIN_NONE);
    size_t failures = 0, run = 0;
    for (uint32_t i = 0; i < cases->size; i++) {
        if (!value_get(cases->items[i], STR("patch")) || has_two_ops(cases->items[i]))
            continue;
        run_case(arena, cases->items[i], i, &failures);
        run++;
    }
    arena_free(arena);
    assert_int_equal(failures, 0);
    assert_int_equal(run, expected_count);
}

static void test_specification(void **state)
{
    (void)state;
    run_file("spec_tests.json", 16);
}

static void test_public(void **state)
{
    (void)state;
    run_file("tests.json", 94);
}

/* ---- sharing and places ---- */

static const Value *at(const Value *value, const char *dotted)
{
    const Value *found = value_path(value, dotted);
    assert_non_null(found);
    return found;
}

static void test_shares(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ValuePatchError error;
    const Value *target = load(arena, "{a: {b: {c: 1}, d: {e: 2}}, f: [{g: 1}, {h: 2}]}", 1000);
    const Value *operations =
        load(arena, "[{op: replace, path: /a/b/c, value: 3}, {op: add, path: /f/1, value: x}]", 2000);
    const Value *result = patched(arena, target, operations, &error);
    assert_non_null(result);
    assert_json(result, "{\"a\":{\"b\":{\"c\":3},\"d\":{\"e\":2}},\"f\":[{\"g\":1},\"x\",{\"h\":2}]}");
    assert_json(target, "{\"a\":{\"b\":{\"c\":1},\"d\":{\"e\":2}},\"f\":[{\"g\":1},{\"h\":2}]}");
    assert_ptr_equal(at(result, "a.d"), at(target, "a.d"));
    assert_ptr_equal(at(result, "f")->items[2], at(target, "f")->items[1]);
    assert_ptr_equal(at(result, "f")->items[1], value_get(operations->items[1], STR("value")));
    assert_ptr_equal(patched(arena, target, &value_empty_list, &error), target);
    const Value *tests = load(arena, "[{op: test, path: /a/d/e, value: 2.0}]", 3000);
    assert_ptr_equal(patched(arena, target, tests, &error), target);
    arena_free(arena);
}

static void test_places(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ValuePatchError error;
    const Value *target = load(arena, "{a: {b: {c: 1}, d: {e: 2}}, f: {g: 1, h: {i: 2}}}", 1000);
    const Value *operations = load(arena,
                                   "[{op: replace, path: /a/b/c, value: 3}, {op: remove, path: /f/g}, "
                                   "{op: copy, from: /f/h, path: /a/j}]",
                                   2000);
    const Value *result = patched(arena, target, operations, &error);
    assert_non_null(result);
    const Value *replaced = value_get(operations->items[0], STR("value"));
    const Value *path = value_get(operations->items[0], STR("path"));
    assert_int_equal(at(result, "a.b.c")->origin, replaced->origin);
    assert_int_equal(value_entry(at(result, "a.b"), STR("c"))->key_origin, path->origin);
    /* The way there keeps its places. */
    assert_int_equal(at(result, "a.b")->origin, at(target, "a.b")->origin);
    assert_int_equal(value_entry(at(result, "a"), STR("b"))->key_origin,
                     value_entry(at(target, "a"), STR("b"))->key_origin);
    /* What lost a member points at the loss, what was copied at the copy, its inside at where it came from. */
    assert_int_equal(at(result, "f")->origin, value_get(operations->items[1], STR("path"))->origin);
    assert_int_equal(at(result, "a.j")->origin, value_get(operations->items[2], STR("path"))->origin);
    assert_int_equal(at(result, "a.j.i")->origin, at(target, "f.h.i")->origin);
    arena_free(arena);
}

/* ---- what a failure says ---- */

typedef struct Failure {
    const char *operations;
    size_t operation;
    const char *member; /* where the error points; NULL: at the operation */
    const char *reason;
} Failure;

static const Failure failure_cases[] = {
    {"[{op: add, path: /spec/x, value: 1}, {op: remove, path: /spec/replica}]", 1, "path",
     "nothing at '/spec/replica'; did you mean 'replicas'?"},
    {"[{op: remove, path: /spec/zzz/b}]", 0, "path", "nothing at '/spec/zzz'"},
    {"[{op: replace, path: /spec/list/2, value: 1}]", 0, "path", "nothing at '/spec/list/2': the list has 2 items"},
    {"[{op: replace, path: /spec/list/01, value: 1}]", 0, "path",
     "'/spec/list/01' leads into a list, where '01' is no index"},
    {"[{op: remove, path: /spec/list/-}]", 0, "path",
     "'/spec/list/-' is behind the end of a list; only add can put something there"},
    {"[{op: add, path: /spec/replicas/x, value: 1}]", 0, "path",
     "nothing at '/spec/replicas/x': there is a number above it"},
    {"[{op: add, path: spec/x, value: 1}]", 0, "path", "'spec/x' is no JSON Pointer; write '/spec/x'"},
    {"[{op: add, path: /a~2b, value: 1}]", 0, "path",
     "'/a~2b' has a '~' that is neither ~0 (for '~') nor ~1 (for '/')"},
    {"[{op: add, path: /a~, value: 1}]", 0, "path", "'/a~' has a '~' that is neither ~0 (for '~') nor ~1 (for '/')"},
    {"[{op: add, path: 3, value: 1}]", 0, "path",
     "expected path to be a JSON Pointer such as /spec/replicas, found a number"},
    {"[{op: add, path: /x}]", 0, NULL, "value is missing"},
    {"[{op: copy, path: /x}]", 0, NULL, "from is missing"},
    {"[{op: test, path: /spec/replicas, value: 4}]", 0, "value", "the test fails: '/spec/replicas' is 3, not 4"},
    {"[{op: test, path: /spec/replicas, value: '3'}]", 0, "value",
     "the test fails: '/spec/replicas' is 3, not \"3\""},
    {"[{op: test, path: /spec/list, value: [a]}]", 0, "value",
     "the test fails: '/spec/list' is another list than this one"},
    {"[{op: test, path: /spec, value: éééééééééééééééééééééééééééééééééé}]", 0, "value",
     "the test fails: '/spec' is a map, not \"ééééééééééééééééééééééééééééé…"},
    {"[{op: move, from: /spec, path: /spec/list/0}]", 0, "path", "'/spec' cannot be moved into itself"},
    {"[{op: remove, path: ''}]", 0, "path", "the whole document cannot be removed"},
    {"[{op: replce, path: /spec, value: 1}]", 0, "op", "unknown op 'replce'; did you mean 'replace'?"},
    {"[{op: spam, path: /spec, value: 1}]", 0, "op",
     "unknown op \"spam\"; it is add, remove, replace, move, copy or test"},
    {"[{op: 7, path: /spec, value: 1}]", 0, "op", "unknown op 7; it is add, remove, replace, move, copy or test"},
    {"[{path: /spec}]", 0, NULL, "op is missing; it is add, remove, replace, move, copy or test"},
    {"[remove]", 0, NULL, "expected an operation such as {op: remove, path: /spec/paused}, found a string"},
    {"{op: remove}", SIZE_MAX, NULL, "expected a list of operations, found a map"},
};

static void assert_failure(Arena *arena, const Failure *failure)
{
    ValuePatchError error;
    const Value *target = load(arena, "{spec: {replicas: 3, list: [a, b]}}", 1000);
    const Value *operations = load(arena, failure->operations, 2000);
    assert_null(patched(arena, target, operations, &error));
    assert_string_equal(arena_text(arena, error.reason), failure->reason);
    assert_int_equal(error.operation, failure->operation);
    const Value *place = operations->kind == VALUE_LIST ? operations->items[error.operation] : operations;
    if (failure->member)
        place = value_get(place, str_from(failure->member));
    assert_int_equal(error.origin, place->origin);
}

static void test_failures(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    for (size_t i = 0; i < LENGTH_OF(failure_cases); i++)
        assert_failure(arena, &failure_cases[i]);
    arena_free(arena);
}

/* ---- patches made to explode ---- */

static void assert_bomb(const char *target, const char *operation, size_t times, const char *reason)
{
    Arena *arena = arena_new();
    ValuePatchError error;
    ListBuilder list = list_begin(arena);
    for (size_t i = 0; i < times; i++)
        list_add(&list, load(arena, operation, 1));
    assert_null(patched(arena, load(arena, target, 1), list_end(&list, 1), &error));
    assert_string_equal(arena_text(arena, error.reason), reason);
    assert_true(arena_used(arena) < 300u << 20);
    arena_free(arena);
}

static void test_bombs(void **state)
{
    (void)state;
    static const char work[] =
        "the patches add and copy more than 4194304 entries and bytes in all; use fewer or smaller ones";
    assert_bomb("{a: [x]}", "{op: copy, from: /a, path: /a/-}", 60, work);
    assert_bomb("{a: {b: 1}}", "{op: copy, from: /a, path: /a/b}", 400,
                "the result would be more than 128 levels deep");
    assert_bomb("{}", "{op: add, path: /x, value: 1}", 1001, "more than 1000 operations; use fewer");
    Arena *arena = arena_new();
    Buf wide = {0};
    buf_add_char(&wide, '[');
    for (size_t i = 0; i < 20000; i++)
        buf_add(&wide, STR("1, "));
    buf_add(&wide, STR("1]"));
    assert_bomb(arena_text(arena, buf_str(&wide)), "{op: add, path: /-, value: 1}", 1000, work);
    buf_release(&wide);
    arena_free(arena);
}

/* Versions in between have no index; the result has, wherever in it a large map stands. */
static void test_large_maps_have_an_index(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ValuePatchError error;
    const Value *target = load(arena, "{a: [{b: {}}], c: 1}", 1);
    ListBuilder list = list_begin(arena);
    for (unsigned i = 0; i < 100; i++)
        list_add(&list, load(arena, arena_printf(arena, "{op: add, path: /a/0/b/k%u, value: %u}", i, i).data, 1));
    list_add(&list, load(arena, "{op: remove, path: /a/0/b/k7}", 1));
    list_add(&list, load(arena, "{op: replace, path: /a/0/b/k8, value: x}", 1));
    const Value *result = patched(arena, target, list_end(&list, 1), &error);
    const Value *large = value_get(value_get(result, STR("a"))->items[0], STR("b"));
    assert_int_equal(large->size, 99);
    assert_non_null(large->index);
    assert_null(value_get(large, STR("k7")));
    assert_string_equal(value_get(large, STR("k8"))->text, "x");
    assert_string_equal(large->entries[7].key.data, "k8");
    assert_string_equal(value_get(large, STR("k99"))->text, "99");
    assert_ptr_equal(value_get(result, STR("c")), value_get(target, STR("c")));
    arena_free(arena);
}

static void test_budget_is_shared(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    ValuePatchError error;
    ValuePatchBudget budget = {.operations = 3, .work = 1000};
    const Value *operations = load(arena, "[{op: test, path: '', value: {}}, {op: test, path: '', value: {}}]", 1);
    assert_non_null(value_patch(arena, &value_empty_map, operations, &budget, &error));
    assert_null(value_patch(arena, &value_empty_map, operations, &budget, &error));
    assert_int_equal(error.operation, 1);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification),    cmocka_unit_test(test_public),   cmocka_unit_test(test_shares),
        cmocka_unit_test(test_places),           cmocka_unit_test(test_failures), cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_large_maps_have_an_index),
        cmocka_unit_test(test_budget_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
