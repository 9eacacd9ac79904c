/* Durations, and integers or percentages. */
#include "kiln/kube.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t milliseconds;
        const char *printed;
    } rows[] = {
        {"0s", 0, "0s"},
        {"0ms", 0, "0s"},
        {"300ms", 300, "300ms"},
        {"30s", 30000, "30s"},
        {"5m", 300000, "5m"},
        {"1h", 3600000, "1h"},
        {"30d", 2592000000, "720h"},
        {"1h30m", 5400000, "1h30m"},
        {"90m", 5400000, "1h30m"},
        {"1500ms", 1500, "1s500ms"},
        {"1d12h", 129600000, "36h"},
        {"1h0m5s", 3605000, "1h5s"},
        {"007s", 7000, "7s"},
        {"30m1h", 5400000, "1h30m"},
        {"2562047h47m16s854ms", 9223372036854, "2562047h47m16s854ms"},
    };
    Arena *arena = arena_new();
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        int64_t milliseconds = -1;
        if (!duration_parse(str_from(rows[i].text), &milliseconds))
            fail_msg("%s is no duration", rows[i].text);
        assert_int_equal(milliseconds, rows[i].milliseconds);
        Str printed = duration_print(arena, milliseconds);
        if (!str_equal(printed, str_from(rows[i].printed)))
            fail_msg("%s: %.*s", rows[i].text, STR_ARG(printed));
    }
    arena_free(arena);
}

static void test_no_durations(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "0",
        "5",
        "s",
        "-5s",
        "+5s",
        "1.5h",
        "5 s",
        " 5s",
        "5s ",
        "5S",
        "5min",
        "5sec",
        "1w",
        "1y",
        "10us",
        "10ns",
        "1h30",
        "1hh",
        "PT5M",
        "2562047h47m16s855ms",
        "9223372036854775807ms",
        "99999999999999999999s",
        "106752d",
    };
    int64_t milliseconds;
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        if (duration_parse(str_from(rows[i]), &milliseconds))
            fail_msg("'%s' is taken for a duration", rows[i]);
    assert_false(duration_parse(STR_NONE, &milliseconds));
}

static void test_int_or_percent(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
        bool percent;
    } good[] = {{"0", 0, false}, {"1", 1, false},     {"25%", 25, true},
                {"0%", 0, true}, {"100%", 100, true}, {"2147483647", INT32_MAX, false}};
    static const char *const bad[] = {"",    "%",  "-1", "+1",   "1.5",        "1.5%", "1 %",
                                      "1%%", "%1", "01", "025%", "2147483648", "one"};
    int64_t number;
    bool percent;
    for (size_t i = 0; i < LENGTH_OF(good); i++) {
        assert_true(int_or_percent_parse(str_from(good[i].text), &number, &percent));
        assert_int_equal(number, good[i].number);
        assert_int_equal(percent, good[i].percent);
    }
    for (size_t i = 0; i < LENGTH_OF(bad); i++)
        if (int_or_percent_parse(str_from(bad[i]), &number, &percent))
            fail_msg("'%s' is taken for a number", bad[i]);
    assert_false(int_or_percent_parse(STR_NONE, &number, &percent));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_no_durations),
        cmocka_unit_test(test_int_or_percent),
    };
    return cmocka_run_group_tests_name("kube_number", tests, NULL, NULL);
}
