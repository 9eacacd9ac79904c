/* The line diff: what it prints, and that what it prints leads from the one text to the other. */
#include "../../src/cli/line_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static void assert_diff(const char *from, const char *to, size_t limit, const char *expected, size_t left_out)
{
    Buf out = {0};
    LineDiffSize size = line_diff_print(str_from(from), str_from(to), "", limit, &out);
    buf_add_char(&out, '\0');
    assert_string_equal(out.data, expected);
    assert_int_equal(size.left_out, left_out);
    buf_release(&out);
}

static void test_hunks(void **state)
{
    (void)state;
    assert_diff("a\nb\n", "a\nb\n", 9, "", 0);
    assert_diff("1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n", 9, "@@ -1,5 +1,5 @@\n 1\n 2\n-3\n+x\n 4\n 5\n", 0);
    assert_diff("", "a\n", 9, "@@ -0,0 +1,1 @@\n+a\n", 0);
    assert_diff("a\n", "", 9, "@@ -1,1 +0,0 @@\n-a\n", 0);
    assert_diff("1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n", 20,
                "@@ -1,3 +1,3 @@\n-1\n+x\n 2\n 3\n@@ -5,3 +5,3 @@\n 5\n 6\n-7\n+y\n", 0);
    assert_diff("1\n2\n3\n4\n5\n6\n", "x\n2\n3\n4\n5\ny\n", 20,
                "@@ -1,6 +1,6 @@\n-1\n+x\n 2\n 3\n 4\n 5\n-6\n+y\n", 0);
}

static void test_limit(void **state)
{
    (void)state;
    assert_diff("1\n2\n3\n", "4\n5\n6\n", 3, "@@ -1,3 +1,3 @@\n-1\n-2\n", 4);
    assert_diff("1\n", "2\n", 0, "", 3);
}

static void test_bytes(void **state)
{
    (void)state;
    assert_diff("a", "a\n", 9, "@@ -1,1 +1,1 @@\n-a (no line feed)\n+a\n", 0);
    assert_diff("a\r\n", "a\tb\n", 9, "@@ -1,1 +1,1 @@\n-a\\x0d\n+a\tb\n", 0);
    assert_diff("\x1b[m\xff\n", "\xc3\xa9\n", 9, "@@ -1,1 +1,1 @@\n-\\x1b[m\\xff\n+\xc3\xa9\n", 0);
}

/* Carries printed hunks out. Fails where a line of from is not the one that the diff names. */
static void apply(Str from, Str diff, Buf *to)
{
    Str line, kept, ignored;
    size_t passed = 0, first, count;
    while (str_split(&diff, '\n', &line) && diff.data) {
        if (sscanf(line.data, "@@ -%zu,%zu", &first, &count) == 2) {
            for (first -= count > 0; passed < first; passed++) {
                assert_true(str_split(&from, '\n', &kept));
                buf_printf(to, "%.*s\n", STR_ARG(kept));
            }
            continue;
        }
        if (line.data[0] != '+') {
            assert_true(str_split(&from, '\n', &ignored));
            assert_true(str_equal(ignored, str_slice(line, 1, line.size)));
            passed++;
        }
        if (line.data[0] != '-')
            buf_printf(to, "%.*s\n", STR_ARG(str_slice(line, 1, line.size)));
    }
    buf_add(to, from.data ? from : STR(""));
}

static void add_lines(Buf *text, int count, int kinds)
{
    for (int i = 0; i < count; i++)
        buf_printf(text, "%d\n", rand() % kinds);
}

static void test_random(void **state)
{
    (void)state;
    srand(7);
    for (int i = 0; i < 3000; i++) {
        /* Now and then beyond what is searched. */
        int most = i % 500 == 0 ? 1500 : 30, kinds = i % 500 == 0 ? 100000 : 1 + rand() % 8;
        Buf from = {0}, to = {0}, diff = {0}, got = {0};
        add_lines(&from, rand() % most, kinds);
        add_lines(&to, rand() % most, kinds);
        line_diff_print(buf_str(&from), buf_str(&to), "", SIZE_MAX, &diff);
        buf_reserve(&diff, 1);
        diff.data[diff.size] = '\0';
        apply(buf_str(&from), buf_str(&diff), &got);
        assert_true(str_equal(buf_str(&got), buf_str(&to)));
        buf_release(&from);
        buf_release(&to);
        buf_release(&diff);
        buf_release(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hunks),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
