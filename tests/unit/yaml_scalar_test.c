/* Plain scalars: the core schema's reading, and what other readers make of the same text. */
#include "kiln/yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Core {
    const char *text;
    ValueKind kind;
    double number;
} Core;

/* YAML 1.2.2 §10.3.2, row by row, and what comes close without belonging to it. */
static const Core cores[] = {
    {"", VALUE_NULL, 0},           {"~", VALUE_NULL, 0},
    {"null", VALUE_NULL, 0},       {"Null", VALUE_NULL, 0},
    {"NULL", VALUE_NULL, 0},       {"nUll", VALUE_STRING, 0},
    {"true", VALUE_BOOL, 1},       {"True", VALUE_BOOL, 1},
    {"TRUE", VALUE_BOOL, 1},       {"false", VALUE_BOOL, 0},
    {"False", VALUE_BOOL, 0},      {"FALSE", VALUE_BOOL, 0},
    {"yes", VALUE_STRING, 0},      {"no", VALUE_STRING, 0},
    {"on", VALUE_STRING, 0},       {"y", VALUE_STRING, 0},
    {"0", VALUE_NUMBER, 0},        {"-0", VALUE_NUMBER, 0},
    {"+12", VALUE_NUMBER, 12},     {"010", VALUE_NUMBER, 10},
    {"0o14", VALUE_NUMBER, 12},    {"0o18", VALUE_STRING, 0},
    {"0o", VALUE_STRING, 0},       {"0x1F", VALUE_NUMBER, 31},
    {"0xg", VALUE_STRING, 0},      {"0x-1", VALUE_STRING, 0},
    {"0X1F", VALUE_STRING, 0},     {"-0x1F", VALUE_STRING, 0},
    {"0b11", VALUE_STRING, 0},     {"1_000", VALUE_STRING, 0},
    {"1.", VALUE_NUMBER, 1},       {".5", VALUE_NUMBER, 0.5},
    {"-.5", VALUE_NUMBER, -0.5},   {".", VALUE_STRING, 0},
    {"1e3", VALUE_NUMBER, 1000},   {"1E+3", VALUE_NUMBER, 1000},
    {"1e", VALUE_STRING, 0},       {"e3", VALUE_STRING, 0},
    {"1.5e-1", VALUE_NUMBER, .15}, {"+", VALUE_STRING, 0},
    {"-", VALUE_STRING, 0},        {"1.2.3", VALUE_STRING, 0},
    {"12:30", VALUE_STRING, 0},    {"2026-01-01", VALUE_STRING, 0},
    {".Nan", VALUE_STRING, 0},     {"+.nan", VALUE_STRING, 0},
    {"inf", VALUE_STRING, 0},      {"500m", VALUE_STRING, 0},
    {".iNf", VALUE_STRING, 0},
};

static void reads_the_core_schema(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    for (size_t i = 0; i < LENGTH_OF(cores); i++) {
        const Value *value = yaml_plain(arena, ORIGIN_NONE, str_from(cores[i].text));
        if (value->kind != cores[i].kind)
            fail_msg("'%s' is %s", cores[i].text, value_kind_name(value->kind));
        assert_true(str_equal(value_text(value), str_from(cores[i].text)));
        assert_true(value->flags & VALUE_PLAIN);
        if (value->kind == VALUE_NUMBER)
            assert_true(value->number >= cores[i].number && value->number <= cores[i].number);
        if (value->kind == VALUE_BOOL)
            assert_int_equal(value->boolean, cores[i].number > 0);
    }
    assert_true(isinf(yaml_plain(arena, ORIGIN_NONE, STR("-.INF"))->number));
    assert_true(yaml_plain(arena, ORIGIN_NONE, STR("-.Inf"))->number < 0);
    assert_true(isnan(yaml_plain(arena, ORIGIN_NONE, STR(".NaN"))->number));
    arena_free(arena);
}

typedef struct Ambiguity {
    const char *text;
    const char *phrase; /* NULL: everybody agrees */
} Ambiguity;

static const Ambiguity ambiguities[] = {
    {"yes", "the string 'yes' in YAML 1.2, true in YAML 1.1"},
    {"No", "the string 'No' in YAML 1.2, false in YAML 1.1"},
    {"ON", "the string 'ON' in YAML 1.2, true in YAML 1.1"},
    {"off", "the string 'off' in YAML 1.2, false in YAML 1.1"},
    {"y", "the string 'y' in YAML 1.2, true in YAML 1.1"},
    {"N", "the string 'N' in YAML 1.2, false in YAML 1.1"},
    {"tRUE", "the string 'tRUE' in YAML 1.2, true in Ruby"},
    {"nULL", "the string 'nULL' in YAML 1.2, null in Ruby"},
    {"<<", "the string '<<' in YAML 1.2, a merge key in YAML 1.1"},
    {"=", "the string '=' in YAML 1.2, an error in PyYAML"},
    {":8080", NULL},
    {"2026-01-31", "the string '2026-01-31' in YAML 1.2, a date in YAML 1.1"},
    {"2001-1-1", "the string '2001-1-1' in YAML 1.2, a date in YAML 1.1"},
    {"2001-12-14t21:59:43.10-05:00", "the string '2001-12-14t21:59:43.10-05:00' in YAML 1.2, a date in YAML 1.1"},
    {"2001-12-14 21:59:43", "the string '2001-12-14 21:59:43' in YAML 1.2, a date in YAML 1.1"},
    {"2001-12-14T21:59:43Z", "the string '2001-12-14T21:59:43Z' in YAML 1.2, a date in YAML 1.1"},
    {"12:30:45", "the string '12:30:45' in YAML 1.2, 45045 in YAML 1.1"},
    {"22:22", "the string '22:22' in YAML 1.2, 1342 in YAML 1.1"},
    {"-1:30", "the string '-1:30' in YAML 1.2, -90 in YAML 1.1"},
    {"1:30.5", "the string '1:30.5' in YAML 1.2, 90.5 in YAML 1.1"},
    {"08:30", "the string '08:30' in YAML 1.2, 510 in Ruby"},
    {"010", "10 in YAML 1.2, 8 in YAML 1.1"},
    {"-010", "-10 in YAML 1.2, -8 in YAML 1.1"},
    {"0_10", "the string '0_10' in YAML 1.2, 8 in YAML 1.1"},
    {"08", "8 in YAML 1.2, the string '08' in YAML 1.1"},
    {"0b11", "the string '0b11' in YAML 1.2, 3 in YAML 1.1"},
    {"-0x1F", "the string '-0x1F' in YAML 1.2, -31 in YAML 1.1"},
    {"0x_1F", "the string '0x_1F' in YAML 1.2, 31 in YAML 1.1"},
    {"0X1F", "the string '0X1F' in YAML 1.2, 31 in kubectl"},
    {"-0o7", "the string '-0o7' in YAML 1.2, -7 in kubectl"},
    {"0o14", "12 in YAML 1.2, the string '0o14' in YAML 1.1"},
    {"1_000", "the string '1_000' in YAML 1.2, 1000 in YAML 1.1"},
    {"1_000.5", "the string '1_000.5' in YAML 1.2, 1000.5 in YAML 1.1"},
    {"1,000", "the string '1,000' in YAML 1.2, 1000 in Ruby"},
    {"1,000.5", "the string '1,000.5' in YAML 1.2, 1000.5 in Ruby"},
    {"0,5", "the string '0,5' in YAML 1.2, 5 in Ruby"},
    {"00.5", "0.5 in YAML 1.2, the string '00.5' in js-yaml 3"},
    {"-.iNf", "the string '-.iNf' in YAML 1.2, infinity in Ruby"},
    {"1e3", "1000 in YAML 1.2, the string '1e3' in YAML 1.1"},
    {"1.0e3", "1000 in YAML 1.2, the string '1.0e3' in YAML 1.1"},
    {"1e+3", "1000 in YAML 1.2, the string '1e+3' in YAML 1.1"},
    {"-.5", "-0.5 in YAML 1.2, the string '-.5' in YAML 1.1"},
    {".inf", "infinity in YAML 1.2, an error in kubectl"},
    {".NaN", "not a number in YAML 1.2, an error in kubectl"},
    {"", NULL},
    {"~", NULL},
    {"null", NULL},
    {"true", NULL},
    {"False", NULL},
    {"0", NULL},
    {"1", NULL},
    {"-1", NULL},
    {"+1", NULL},
    {"007", NULL},
    {"00", NULL},
    {"1.5", NULL},
    {".5", NULL},
    {"5.", NULL},
    {"1.0e+3", NULL},
    {"0x1F", NULL},
    {"500m", NULL},
    {"1.2.3", NULL},
    {"v1", NULL},
    {"yep", NULL},
    {"10:80", NULL},
    {"8080:80", NULL},
    {"a:b", NULL},
    {"nan", NULL},
    {"::", NULL},
    {"2026-01", NULL},
    {"1-2-3", NULL},
    {"Nope", NULL},
    {"2026-01-01x", NULL},
    {"/a", NULL},
    {"10.0.0.1", NULL},
    {"1,a", NULL},
    {"_1", NULL},
    {"0.10", NULL},
    {"1,", NULL},
    {"1,2,", NULL},
    {"1.5,2", NULL},
};

static void names_both_readings(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    for (size_t i = 0; i < LENGTH_OF(ambiguities); i++) {
        Str text = str_from(ambiguities[i].text);
        Str phrase = yaml_ambiguity(arena, yaml_plain(arena, ORIGIN_NONE, text));
        if (!str_equal(phrase, ambiguities[i].phrase ? str_from(ambiguities[i].phrase) : STR("")))
            fail_msg("'%s': %.*s", ambiguities[i].text, STR_ARG(phrase));
        assert_null(yaml_ambiguity(arena, value_new_string(arena, ORIGIN_NONE, text)).data);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_core_schema),
        cmocka_unit_test(names_both_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
