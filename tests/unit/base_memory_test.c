/* Arenas, buffers and the index: alignment, growth, zeroing, and what many keys do. */
#include "kiln/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_aligned(const void *memory)
{
    return memory && (uintptr_t)memory % alignof(max_align_t) == 0;
}

static bool is_zero(const unsigned char *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i])
            return false;
    }
    return true;
}

/* Every size, filled with a mark of its own, so that overlapping blocks would show. */
static void test_arena_sizes(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    Arena *arena = arena_new();
    unsigned char *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = arena_alloc(arena, i);
        assert_true(is_aligned(blocks[i]));
        assert_true(is_zero(blocks[i], i));
        memset(blocks[i], (int)(i % 251 + 1), i);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < i; j++)
            assert_int_equal(blocks[i][j], i % 251 + 1);
    }
    assert_true(arena_used(arena) >= (size_t)COUNT * (COUNT - 1) / 2);
    arena_free(arena);
    arena_free(NULL);
}

/* What was taken back is handed out as if it were new, however it was allocated. */
static void test_arena_reset(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 100, 5000, 100000, 3, 2000000, 64};
    Arena *arena = arena_new();
    arena_reset(arena);
    for (int round = 0; round < 5; round++) {
        arena_adopt(arena, malloc(10));
        for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
            unsigned char *memory = arena_alloc(arena, sizes[i]);
            assert_true(is_aligned(memory) && is_zero(memory, sizes[i]));
            memset(memory, 0xff, sizes[i]);
        }
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    arena_free(arena);
}

/* A child and what was adopted go with the parent; the leak checker says whether they do. */
static void test_arena_family(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Arena *child = arena_child(arena);
    arena_child(arena_child(child));
    char *text = arena_text(child, STR("child"));
    Buf buf = {0};
    buf_add(&buf, STR("kept"));
    Str kept = buf_keep(&buf, child);
    assert_null(buf.data);
    Str nothing = buf_keep(&buf, arena);
    assert_int_equal(nothing.size, 0);
    assert_string_equal(text, "child");
    assert_true(str_equal(kept, STR("kept")));
    arena_free(arena);
}

/* arena_alloc never returns NULL, which is what its attribute tells the compiler. */
static void test_arena_nothing(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    /* volatile, for the compiler believes the attribute. */
    void *volatile nothing = arena_alloc(arena, 0);
    assert_int_not_equal((uintptr_t)nothing, 0);
    char *text = arena_text(arena, STR_NONE);
    assert_string_equal(text, "");
    Str copy = arena_copy(arena, STR_NONE);
    assert_true(copy.data && copy.size == 0 && copy.data[0] == '\0');
    arena_free(arena);
}

static void test_arena_large(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char *before = arena_alloc(arena, 8);
    size_t size = 10 * 1024 * 1024;
    unsigned char *large = arena_alloc(arena, size);
    char *after = arena_alloc(arena, 8);
    assert_true(is_aligned(large) && is_zero(large, size));
    memset(large, 0xFF, size);
    assert_true(is_zero((unsigned char *)before, 8) && is_zero((unsigned char *)after, 8));
#ifndef KILN_HOSTILE
    /* A large block does not waste the rest of the current one; sanitizers have a gap. */
    assert_in_range(after - before, 16, 32);
#endif
    arena_free(arena);
}

static void test_arena_print(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    char filler[5000];
    memset(filler, 'x', sizeof filler);
    for (int size = 0; size < (int)sizeof filler; size += size < 600 ? 1 : 171) {
        Str text = arena_printf(arena, "<%.*s>%d", size, filler, size);
        char number[16];
        snprintf(number, sizeof number, "%d", size);
        assert_int_equal(text.size, (size_t)size + 2 + strlen(number));
        assert_true(text.data[0] == '<' && text.data[size + 1] == '>' && text.data[text.size] == '\0');
        assert_string_equal(text.data + size + 2, number);
    }
    Str text = arena_printf(arena, "%s", "");
    assert_true(text.data && text.size == 0 && text.data[0] == '\0');
    Str source = STR("a\0b");
    Str copy = arena_copy(arena, source);
    assert_true(str_equal(copy, source) && copy.data != source.data && copy.data[3] == '\0');
    arena_free(arena);
}

static void test_arena_grow(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    uint32_t *numbers = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        ARENA_GROW(arena, numbers, count, capacity);
        numbers[count++] = i;
    }
    assert_true(capacity >= count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(numbers[i], i);
    for (size_t i = count; i < capacity; i++)
        assert_int_equal(numbers[i], 0);
    arena_free(arena);
}

/* ---- buffers ---- */

static void test_buf(void **state)
{
    (void)state;
    Buf buf = {0};
    assert_int_equal(buf_str(&buf).size, 0);
    buf_add(&buf, STR_NONE);
    buf_add_repeat(&buf, 'x', 0);
    buf_reserve(&buf, 0);
    assert_null(buf.data);
    buf_printf(&buf, "%s", "");
    assert_int_equal(buf.size, 0);
    buf_add(&buf, STR("a\0b"));
    buf_add_char(&buf, 'c');
    buf_add_repeat(&buf, 'd', 3);
    buf_printf(&buf, "%d%s", 42, "!");
    assert_true(str_equal(buf_str(&buf), STR("a\0bcddd42!")));
    buf_release(&buf);
    assert_true(buf.data == NULL && buf.size == 0 && buf.capacity == 0);
    buf_release(&buf);
}

static void test_buf_growth(void **state)
{
    (void)state;
    Buf buf = {0};
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(&buf, "%05u", i);
    assert_int_equal(buf.size, 500000);
    for (unsigned i = 0; i < 100000; i++) {
        char expected[8];
        snprintf(expected, sizeof expected, "%05u", i);
        assert_memory_equal(buf.data + 5 * (size_t)i, expected, 5);
    }
    buf_reserve(&buf, 3 * 1024 * 1024);
    memset(buf.data + buf.size, 'x', 3 * 1024 * 1024);
    buf_release(&buf);
    /* Texts of every size meet the border of the buffer. */
    for (int size = 0; size < 600; size++) {
        Buf small = {0};
        buf_add_char(&small, '[');
        buf_printf(&small, "%*d", size, 7);
        buf_add_char(&small, ']');
        assert_int_equal(small.size, (size_t)(size ? size : 1) + 2);
        assert_true(small.data[small.size - 2] == '7' && small.data[small.size - 1] == ']');
        buf_release(&small);
    }
}

/* ---- the index ---- */

static void test_index_edges(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Index *index = index_new(arena, 0);
    assert_int_equal(index_get(index, STR("a")), INDEX_NONE);
    assert_int_equal(index_get(index, STR_NONE), INDEX_NONE);
    assert_int_equal(index_put(index, STR_NONE, 7), 7);
    assert_int_equal(index_get(index, STR("")), 7);
    assert_int_equal(index_get(index, STR_NONE), 7);
    assert_int_equal(index_put(index, STR(""), 8), 7);
    assert_int_equal(index_put(index, STR("a"), 0), 0);
    assert_int_equal(index_put(index, STR("a"), 1), 0);
    assert_int_equal(index_put(index, STR("a\0b"), 2), 2);
    assert_int_equal(index_get(index, STR("a\0c")), INDEX_NONE);
    arena_free(arena);
}

static void fill_and_ask(size_t expected, uint32_t count)
{
    Arena *arena = arena_new();
    Index *index = index_new(arena, expected);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(index_put(index, arena_printf(arena, "key-%u", i), i), i);
    for (uint32_t i = 0; i < count; i++) {
        char text[32];
        Str key = {text, (size_t)snprintf(text, sizeof text, "key-%u", i)};
        assert_int_equal(index_get(index, key), i);
        assert_int_equal(index_put(index, key, i + 1), i);
        text[0] = 'K';
        assert_int_equal(index_get(index, key), INDEX_NONE);
    }
    arena_free(arena);
}

static void test_index_many(void **state)
{
    (void)state;
    for (uint32_t count = 0; count < 70; count++) {
        fill_and_ask(0, count);
        fill_and_ask(count, count);
    }
    fill_and_ask(0, 100000);
    fill_and_ask(100000, 100000);
}

/* Keys that all start their search at one of the 16 slots of a small table, and wrap around its end. */
static void test_index_collisions(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Index *index = index_new(arena, 8);
    Str keys[10];
    uint32_t count = 0;
    for (uint32_t i = 0; count < LENGTH_OF(keys); i++) {
        Str key = arena_printf(arena, "c%u", i);
        if ((hash_bytes(key) & 15) != 14)
            continue;
        assert_int_equal(index_put(index, key, count), count);
        keys[count++] = key;
    }
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(index_get(index, keys[i]), i);
    assert_int_equal(index_get(index, STR("absent")), INDEX_NONE);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_reset), cmocka_unit_test(test_arena_family),
        cmocka_unit_test(test_arena_sizes), cmocka_unit_test(test_arena_nothing),
        cmocka_unit_test(test_arena_large), cmocka_unit_test(test_arena_print),
        cmocka_unit_test(test_arena_grow),  cmocka_unit_test(test_buf),
        cmocka_unit_test(test_buf_growth),  cmocka_unit_test(test_index_edges),
        cmocka_unit_test(test_index_many),  cmocka_unit_test(test_index_collisions),
    };
    return cmocka_run_group_tests_name("base_memory", tests, NULL, NULL);
}
