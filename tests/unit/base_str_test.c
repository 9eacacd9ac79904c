/* Strings, UTF-8, hashes, spelling and the embedded files: the small things, at their edges. */
#include "kiln/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static const Str empties[] = {{NULL, 0}, {"", 0}};

static void test_nothing(void **state)
{
    (void)state;
    assert_true(str_from(NULL).data == NULL && str_from(NULL).size == 0);
    for (size_t i = 0; i < LENGTH_OF(empties); i++) {
        Str none = empties[i];
        for (size_t j = 0; j < LENGTH_OF(empties); j++) {
            assert_true(str_equal(none, empties[j]));
            assert_int_equal(str_compare(none, empties[j]), 0);
            assert_true(str_starts(none, empties[j]) && str_ends(none, empties[j]));
            assert_int_equal(str_find(none, empties[j], 0), 0);
            assert_int_equal(str_find(none, empties[j], 1), -1);
        }
        assert_false(str_equal(none, STR("a")) || str_equal(STR("a"), none));
        assert_true(str_compare(none, STR("a")) < 0 && str_compare(STR("a"), none) > 0);
        assert_true(str_starts(STR("a"), none) && str_ends(STR("a"), none));
        assert_false(str_starts(none, STR("a")) || str_ends(none, STR("a")));
        assert_int_equal(str_find(none, STR("a"), 0), -1);
        assert_int_equal(str_rfind_char(none, 'a'), -1);
        assert_false(str_has_char(none, '\0'));
        assert_int_equal(str_slice(none, 0, 5).size, 0);
        assert_int_equal(str_slice(none, 3, 5).size, 0);
        assert_int_equal(str_trim(none).size, 0);
        assert_int_equal(hash_bytes(none), hash_bytes(STR("")));
        assert_int_equal(utf8_length(none), 0);
        assert_true(utf8_valid(none, NULL));
    }
}

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("a\0b"), STR("a\0c")) < 0);
    assert_true(str_compare(STR("z"), STR("\xc3\xa9")) < 0); /* bytes are unsigned, and no locale has a say */
    assert_true(str_compare(STR("Z"), STR("a")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
    assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("abc"), STR("b")));
    assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("abc"), STR("ab")));
    assert_false(str_starts(STR("ab"), STR("abc")) || str_ends(STR("bc"), STR("abc")));
}

static void test_find(void **state)
{
    (void)state;
    Str text = STR("abcabc");
    assert_int_equal(str_find(text, STR("bc"), 0), 1);
    assert_int_equal(str_find(text, STR("bc"), 1), 1);
    assert_int_equal(str_find(text, STR("bc"), 2), 4);
    assert_int_equal(str_find(text, STR("bc"), 5), -1);
    assert_int_equal(str_find(text, STR(""), 6), 6);
    assert_int_equal(str_find(text, STR(""), 7), -1);
    assert_int_equal(str_find(text, STR("abcabcd"), 0), -1);
    assert_int_equal(str_find(text, text, 0), 0);
    assert_int_equal(str_find(text, STR("a"), SIZE_MAX), -1);
    assert_int_equal(str_rfind_char(text, 'a'), 3);
    assert_int_equal(str_rfind_char(text, 'x'), -1);
    assert_true(str_has_char(STR("a\0b"), '\0') && str_has_char(STR("a\0b"), 'b'));
}

static void test_slice(void **state)
{
    (void)state;
    Str text = STR("abc");
    assert_true(str_equal(str_slice(text, 1, 2), STR("b")));
    assert_true(str_equal(str_slice(text, 1, SIZE_MAX), STR("bc")));
    assert_int_equal(str_slice(text, 2, 1).size, 0);
    assert_int_equal(str_slice(text, SIZE_MAX, SIZE_MAX).size, 0);
    assert_ptr_equal(str_slice(text, 3, 3).data, text.data + 3);
    assert_true(str_equal(str_trim(STR(" \t\r\n a b\n ")), STR("a b")));
    assert_int_equal(str_trim(STR(" \n")).size, 0);
}

static void expect_parts(Str rest, const char *const *parts)
{
    Str part;
    for (; str_split(&rest, ',', &part); parts++) {
        assert_non_null(*parts);
        assert_true(str_equal(part, str_from(*parts)));
    }
    assert_null(*parts);
    assert_false(str_split(&rest, ',', &part));
}

static void test_split(void **state)
{
    (void)state;
    expect_parts(STR("a,b"), (const char *[]){"a", "b", NULL});
    expect_parts(STR("a,"), (const char *[]){"a", "", NULL});
    expect_parts(STR(",a"), (const char *[]){"", "a", NULL});
    expect_parts(STR(",,"), (const char *[]){"", "", "", NULL});
    expect_parts(STR("a"), (const char *[]){"a", NULL});
    expect_parts(STR(""), (const char *[]){"", NULL});
    expect_parts(STR_NONE, (const char *[]){NULL});
}

/* ---- SHA-256: the examples of FIPS 180-4 and RFC 6234 ---- */

static void test_sha256(void **state)
{
    (void)state;
    static const struct {
        Str text;
        const char *hex;
    } rows[] = {
        {{NULL, 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {{"abc", 3}, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56},
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {{"\xbd", 1}, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
    };
    char hex[SHA256_HEX_SIZE + 1];
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        sha256_hex(rows[i].text, hex);
        assert_string_equal(hex, rows[i].hex);
    }
    Buf million = {0};
    buf_add_repeat(&million, 'a', 1000000);
    sha256_hex(buf_str(&million), hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    buf_release(&million);
}

/* ---- UTF-8 ---- */

static void test_utf8_valid(void **state)
{
    (void)state;
    static const Str good[] = {
        {"plain", 5},
        {"a\0b", 3},
        {"\x7f", 1},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xee\x80\x80", 3},
        {"\xef\xbf\xbf", 3},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xef\xbb\xbf", 3},
    };
    for (size_t i = 0; i < LENGTH_OF(good); i++)
        assert_true(utf8_valid(good[i], NULL));
    static const struct {
        const char *what;
        Str text;
        size_t bad;
    } rows[] = {
        {"a lone continuation", {"\x80", 1}, 0},
        {"a lone continuation, last", {"ab\xbf", 3}, 2},
        {"overlong in two", {"\xc0\x80", 2}, 0},
        {"overlong in two, highest", {"\xc1\xbf", 2}, 0},
        {"overlong in three", {"\xe0\x9f\xbf", 3}, 0},
        {"overlong in four", {"\xf0\x8f\xbf\xbf", 4}, 0},
        {"the first surrogate", {"\xed\xa0\x80", 3}, 0},
        {"the last surrogate", {"\xed\xbf\xbf", 3}, 0},
        {"above U+10FFFF", {"\xf4\x90\x80\x80", 4}, 0},
        {"a lead byte beyond all", {"\xf5\x80\x80\x80", 4}, 0},
        {"FE", {"\xfe", 1}, 0},
        {"FF", {"\xff", 1}, 0},
        {"two cut short", {"a\xc3", 2}, 1},
        {"three cut short", {"a\xe2\x82", 3}, 1},
        {"four cut short", {"a\xf0\x9f\x98", 4}, 1},
        {"two without continuation", {"\xc3(", 2}, 0},
        {"three with a bad third", {"\xe2\x82(", 3}, 0},
        {"four with a bad fourth", {"\xf0\x9f\x98(", 4}, 0},
        {"behind eight and more plain bytes", {"0123456789abcdef\xc3\xa9 0123456\xff", 27}, 26},
        {"in the eighth byte", {"0123456\x80", 8}, 7},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        size_t bad = 99;
        if (utf8_valid(rows[i].text, &bad) || bad != rows[i].bad)
            fail_msg("%s: bad at %zu", rows[i].what, bad);
        assert_false(utf8_valid(rows[i].text, NULL));
    }
}

/* Every code point there is, written, found valid and read again. */
static void test_utf8_all(void **state)
{
    (void)state;
    Buf buf = {0};
    size_t count = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        utf8_add(&buf, c);
        count++;
    }
    Str text = buf_str(&buf);
    assert_true(utf8_valid(text, NULL));
    assert_int_equal(utf8_length(text), count);
    size_t at = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        if (utf8_next(text, &at) != c)
            fail_msg("U+%04X is read as another", c);
    }
    assert_int_equal(at, text.size);
    buf_release(&buf);
}

/* ---- spelling ---- */

static void test_edit_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"same", "same", 0},
        {"helth", "health", 1},
        {"ab", "ba", 1},
        {"ca", "abc", 3},
        {"kitten", "sitting", 3},
        {"abcd", "badc", 2},
        {"a", "b", 1},
        {"prots", "ports", 1},
        {"bussiness", "business", 1},
        {"prod", "production", 6},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        Str a = str_from(rows[i].a), b = str_from(rows[i].b);
        for (size_t limit = 0; limit < 9; limit++) {
            size_t expected = rows[i].distance <= limit ? rows[i].distance : limit + 1;
            assert_int_equal(edit_distance(a, b, limit), expected);
            assert_int_equal(edit_distance(b, a, limit), expected);
        }
    }
    char longest[66];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(edit_distance((Str){longest, 64}, (Str){longest, 63}, 3), 1);
    assert_int_equal(edit_distance((Str){longest, 65}, (Str){longest, 65}, 3), 4);
}

static void test_near_miss(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        const char *best; /* NULL: nothing is offered */
        const char *candidates[8];
    } rows[] = {
        {"helth", "health", {"image", "health", "path"}},
        {"bussiness", "business", {"business", "payments"}},
        {"prots", "ports", {"port", "ports"}},
        {"prod", "production", {"production", "staging", "development"}},
        {"produktion", "production", {"staging", "production"}},
        {"staing", "staging", {"production", "staging"}},
        {"livenessprobe", "livenessProbe", {"readinessProbe", "livenessProbe"}},
        {"xyz", NULL, {"abc", "image"}},
        {"replicas", NULL, {"image", "resources", "strategy"}},
        {"", NULL, {"a", "ab", "image"}},
        {"a", NULL, {"b", "c"}},
        {"qa", NULL, {"production"}},
        {"tls", NULL, {"env"}},
        {"memroy", "memory", {"cpu", "memory"}},
        {"cat", "bat", {"bat", "hat"}}, /* of two that are as close, the first */
        {"ports", "ports", {"port", "ports"}},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        NearMiss miss = near_miss_begin(str_from(rows[i].word));
        for (const char *const *candidate = rows[i].candidates; *candidate; candidate++)
            near_miss_offer(&miss, str_from(*candidate));
        Str best = near_miss_best(&miss);
        if (!str_equal(best, str_from(rows[i].best)) || !best.data != !rows[i].best)
            fail_msg("'%s': '%.*s' is offered", rows[i].word, STR_ARG(best));
    }
    NearMiss miss = near_miss_begin(STR_NONE);
    near_miss_offer(&miss, STR_NONE);
    assert_null(near_miss_best(&miss).data);
}

/* ---- embedded files ---- */

static void test_embedded(void **state)
{
    (void)state;
    assert_true(embedded_file_count > 0);
    for (size_t i = 0; i < embedded_file_count; i++) {
        assert_true(i == 0 || str_compare(embedded_files[i - 1].path, embedded_files[i].path) < 0);
        assert_ptr_equal(embedded_find(embedded_files[i].path), &embedded_files[i]);
    }
    assert_null(embedded_find(STR("")));
    assert_null(embedded_find(STR_NONE));
    assert_null(embedded_find(STR("templates")));
    assert_null(embedded_find(STR("zzz")));
    assert_null(embedded_find(STR("\xff")));
    assert_true(embedded_find(STR("environments/production.yaml"))->text.size > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),    cmocka_unit_test(test_compare),  cmocka_unit_test(test_find),
        cmocka_unit_test(test_slice),      cmocka_unit_test(test_split),    cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_utf8_valid), cmocka_unit_test(test_utf8_all), cmocka_unit_test(test_edit_distance),
        cmocka_unit_test(test_near_miss),  cmocka_unit_test(test_embedded),
    };
    return cmocka_run_group_tests_name("base_str", tests, NULL, NULL);
}
