/* The tables of functions audit themselves: what --functions lists is documented and named once. And the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "kiln/jsone.h"
#include "kiln/render.h"

/* "name(arguments): what it gives" */
static void check(const Function *function)
{
    Str doc = str_from(function->doc);
    assert_true(str_starts(doc, function->name));
    assert_int_equal(doc.data[function->name.size], '(');
    ptrdiff_t colon = str_find(doc, STR("): "), 0);
    assert_true(colon > 0);
    assert_true((size_t)colon + 3 < doc.size);
    assert_false(str_ends(doc, STR(".")));
    assert_true(function->min_args <= function->max_args);
    assert_non_null(function->call);
}

static void test_every_function_is_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < jsone_builtin_count(); i++)
        check(jsone_builtin(i));
    Arena *arena = arena_new();
    const Value *ours = render_functions(arena);
    assert_true(ours->size > 0);
    for (uint32_t i = 0; i < ours->size; i++)
        check(ours->entries[i].value->function);
    arena_free(arena);
}

/* One of ours would hide an upstream function, and a template would mean something else under another engine. */
static void test_no_name_is_taken_twice(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const Value *ours = render_functions(arena);
    for (size_t i = 0; i < jsone_builtin_count(); i++) {
        assert_null(value_get(ours, jsone_builtin(i)->name));
        for (size_t j = 0; j < i; j++)
            assert_false(str_equal(jsone_builtin(i)->name, jsone_builtin(j)->name));
    }
    arena_free(arena);
}

static void test_clock(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *clock; /* NULL: no time */
    } times[] = {
        {"2017-01-19T16:27:20Z", "2017-01-19T16:27:20.000Z"},
        {"2017-01-19T16:27:20.974123Z", "2017-01-19T16:27:20.974Z"},
        {"2017-01-19T00:27:20+02:00", "2017-01-18T22:27:20.000Z"},
        {"2016-02-29T00:00:00-00:30", "2016-02-29T00:30:00.000Z"},
        {"2017-02-29T00:00:00Z", NULL},
        {"2017-01-19T24:00:00Z", NULL},
        {"2017-01-19T16:27:20", NULL},
        {"2017-01-19T16:27:20.Z", NULL},
        {"2017-01-19T16:27Z", NULL},
        {"2017-01-19 16:27:20Z", NULL},
        {"2017-01-19T16:27:20ZZ", NULL},
        {"2017-01-19T16:27:20+2:00", NULL},
        {"2017-01-19", NULL},
        {"now", NULL},
        {"", NULL},
    };
    Arena *arena = arena_new();
    for (size_t i = 0; i < LENGTH_OF(times); i++) {
        Str clock = jsone_clock(arena, str_from(times[i].text));
        assert_int_equal(clock.data != NULL, times[i].clock != NULL);
        if (times[i].clock)
            assert_true(str_equal(clock, str_from(times[i].clock)));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_function_is_documented),
        cmocka_unit_test(test_no_name_is_taken_twice),
        cmocka_unit_test(test_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
