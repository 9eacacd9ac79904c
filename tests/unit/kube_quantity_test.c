/* Quantities: what is read, how it is stored, what is none. */
#include "kiln/kube.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

typedef struct Row {
    const char *text;
    const char *canonical;
} Row;

static const Row canonical_rows[] = {
    {"0", "0"},
    {"-0", "0"},
    {"+0", "0"},
    {"0m", "0"},
    {"0Gi", "0"},
    {"0.0e9", "0"},
    {"00", "0"},
    {"0e999999999", "0"},
    {"1", "1"},
    {"+1", "1"},
    {"007", "7"},
    {"1.", "1"},
    {".5", "500m"},
    {"0.5", "500m"},
    {"1.5", "1500m"},
    {"1.500", "1500m"},
    {"2000m", "2"},
    {"2500m", "2500m"},
    {"100m", "100m"},
    {"0.1", "100m"},
    {"-2000m", "-2"},
    {"-1.5Gi", "-1536Mi"},
    {"1k", "1k"},
    {"1000", "1k"},
    {"1000k", "1M"},
    {"100M", "100M"},
    {"1500M", "1500M"},
    {"128974848", "128974848"},
    {"10.5k", "10500"},
    {"1.G", "1G"},
    {"12E", "12E"},
    {"1000E", "1e21"},
    {"1000000E", "1e24"},
    {"1Ki", "1Ki"},
    {"1024Ki", "1Mi"},
    {"1024Mi", "1Gi"},
    {"2048Mi", "2Gi"},
    {"1536Mi", "1536Mi"},
    {"1.5Gi", "1536Mi"},
    {"0.5Gi", "512Mi"},
    {"0.5Ki", "512"},
    {"1023.5Ki", "1048064"},
    {"0.05Gi", "53687091200m"},
    {"100.035Ki", "102435840m"},
    {"0.001Ki", "1024m"},
    {"7Ei", "7Ei"},
    {"8Ei", "9223372036854775807"},
    {"9Ei", "9223372036854775807"},
    {"-9Ei", "-9223372036854775807"},
    {"9223372036854775807Ki", "9223372036854775807"},
    {"99999999999999999999999999999999999999999999Ki", "9223372036854775807"},
    {"1e3", "1e3"},
    {"1E3", "1e3"},
    {"12e6", "12e6"},
    {"1e+3", "1e3"},
    {"1.5e3", "1500"},
    {"1000e0", "1e3"},
    {"1e0", "1"},
    {"1e-3", "1e-3"},
    {"100e-3", "100e-3"},
    {"1e2", "100"},
    {"1e4", "10e3"},
    {"1E", "1E"},
    {"1Ei", "1Ei"},
    /* finer than a nano: away from zero */
    {"1n", "1n"},
    {"0.9n", "1n"},
    {"1.1n", "2n"},
    {"-0.1n", "-1n"},
    {"3.001n", "4n"},
    {"0.0000000001", "1n"},
    {"0.00000012345", "124n"},
    {"1e-400", "1e-9"},
    {"1.1E-9", "2e-9"},
    {"0.000000000001Ki", "2n"},
    {"0.00000000000000000000000000000000000000000000000000000000000000001Ei", "1n"},
    {"1.00000000000000000000000000000000000000000", "1"},
    {"1.00000000000000000000000000000000000000001", "1000000001n"},
    /* the largest there is: 2^127 - 1 nano */
    {"170141183460469231731687303715.884105727", "170141183460469231731687303715884105727n"},
};

static void test_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(canonical_rows); i++) {
        Quantity quantity, again;
        char text[QUANTITY_TEXT_SIZE], second[QUANTITY_TEXT_SIZE];
        if (!quantity_parse(str_from(canonical_rows[i].text), &quantity))
            fail_msg("%s is no quantity", canonical_rows[i].text);
        Str printed = quantity_print(quantity, text);
        assert_int_equal(printed.size, strlen(text));
        assert_string_equal(text, canonical_rows[i].canonical);
        assert_true(quantity_parse(printed, &again));
        assert_int_equal(quantity_compare(quantity, again), 0);
        quantity_print(again, second);
        assert_string_equal(second, text);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "-",
        "+",
        ".",
        "-.",
        "m",
        "Ki",
        "e3",
        "1.1.M",
        "1+1.0M",
        "0.1mi",
        "0.1am",
        "aoeu",
        ".5i",
        "1i",
        "-3.01i",
        "-3.01e-",
        "1e",
        "1e+",
        "1e1.5",
        "1ee3",
        " 1",
        "1 ",
        "1 Gi",
        "--1",
        "+-1",
        "1,5",
        "1_000",
        "0x10",
        "1K",
        "1kB",
        "1GB",
        "1MI",
        "1mi",
        "1Kim",
        "1%",
        "1e99999999999",
        "1e30",
        "170141183460469231731687303715.8841057271",
        "170141183460469231731687303715.884105728",
        "999999999999999999999999999999999999999999",
        "\xc2\xb5",
        "1\xc2\xb5",
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        Quantity quantity;
        if (quantity_parse(str_from(rows[i]), &quantity))
            fail_msg("'%s' is taken for a quantity", rows[i]);
    }
    Quantity quantity;
    assert_false(quantity_parse(STR_NONE, &quantity));
    assert_false(quantity_parse((Str){"1\0", 2}, &quantity));
}

static Quantity parsed(const char *text)
{
    Quantity quantity = {0, QUANTITY_DECIMAL_SI};
    assert_true(quantity_parse(str_from(text), &quantity));
    return quantity;
}

static void test_format(void **state)
{
    (void)state;
    assert_int_equal(parsed("1Gi").format, QUANTITY_BINARY_SI);
    assert_int_equal(parsed("1G").format, QUANTITY_DECIMAL_SI);
    assert_int_equal(parsed("1e3").format, QUANTITY_DECIMAL_EXPONENT);
    assert_int_equal(parsed("0.0001Ki").format, QUANTITY_DECIMAL_SI);
}

static void test_compare(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        {"1", "1000m", 0}, {"1Gi", "1024Mi", 0}, {"1Gi", "1G", 1},
        {"-1", "0", -1},   {"500m", "0.6", -1},  {"1e3", "1k", 0},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        assert_int_equal(quantity_compare(parsed(rows[i].a), parsed(rows[i].b)), rows[i].order);
        assert_int_equal(quantity_compare(parsed(rows[i].b), parsed(rows[i].a)), -rows[i].order);
    }
}

static void test_number(void **state)
{
    (void)state;
    assert_true(quantity_number(parsed("500m")) == 0.5);
    assert_true(quantity_number(parsed("0.1")) == 0.1);
    assert_true(quantity_number(parsed("1.1")) == 1.1);
    assert_true(quantity_number(parsed("-250m")) == -0.25);
    assert_true(quantity_number(parsed("1099511627777")) == 1099511627777.0);
    assert_true(quantity_number(parsed("2Gi")) == 2147483648.0);
    assert_true(quantity_number(parsed("1n")) == 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical), cmocka_unit_test(test_refused), cmocka_unit_test(test_format),
        cmocka_unit_test(test_compare),   cmocka_unit_test(test_number),
    };
    return cmocka_run_group_tests_name("kube_quantity", tests, NULL, NULL);
}
