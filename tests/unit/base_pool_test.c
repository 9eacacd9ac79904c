/* The pool: every item once, whatever the number of threads, in memory that no two portions share at a time. */
#include "kiln/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { ITEMS = 1000 };

typedef struct Marks {
    unsigned char seen[ITEMS];
    char *texts[ITEMS];
    size_t numbers[ITEMS];
} Marks;

static void mark(void *user, Portion portion, Arena *arena)
{
    Marks *marks = user;
    for (size_t i = portion.from; i < portion.to; i++) {
        marks->seen[i]++;
        marks->numbers[i] = portion.number;
        marks->texts[i] = arena_text(arena, arena_printf(arena, "item %zu", i));
    }
}

static void check_marks(const Marks *marks, Arena *arena, size_t count, size_t size)
{
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(marks->seen[i], i < count);
        if (i >= count)
            continue;
        assert_int_equal(marks->numbers[i], i / size);
        assert_string_equal(marks->texts[i], arena_printf(arena, "item %zu", i).data);
    }
}

static void test_portions(void **state)
{
    (void)state;
    static const size_t threads[] = {0, 1, 2, 7}, counts[] = {0, 1, 15, 16, 17, 999, ITEMS}, sizes[] = {1, 16, 2000};
    for (size_t t = 0; t < LENGTH_OF(threads); t++) {
        Pool *pool = threads[t] ? pool_new(threads[t]) : NULL;
        for (size_t c = 0; c < LENGTH_OF(counts); c++) {
            for (size_t s = 0; s < LENGTH_OF(sizes); s++) {
                Arena *arena = arena_new();
                Marks *marks = ARENA_NEW(arena, Marks);
                pool_run(pool, arena, counts[c], sizes[s], mark, marks);
                check_marks(marks, arena, counts[c], sizes[s]);
                arena_free(arena);
            }
        }
        pool_free(pool);
    }
    pool_free(NULL);
}

static void test_portion_count(void **state)
{
    (void)state;
    assert_int_equal(portion_count(0, 16), 0);
    assert_int_equal(portion_count(1, 16), 1);
    assert_int_equal(portion_count(16, 16), 1);
    assert_int_equal(portion_count(17, 16), 2);
    assert_int_equal(portion_count(SIZE_MAX, 2), SIZE_MAX / 2 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_portions), cmocka_unit_test(test_portion_count)};
    return cmocka_run_group_tests_name("base_pool", tests, NULL, NULL);
}
