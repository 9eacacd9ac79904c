/* Sources and diagnostics: where a place is, in which order things are said, and what reaches a terminal. */
#include "kiln/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Desk {
    Arena *arena;
    Sources *sources;
    Diags *diags;
} Desk;

static int setup(void **state)
{
    Desk *desk = calloc(1, sizeof *desk);
    desk->arena = arena_new();
    desk->sources = sources_new(desk->arena);
    desk->diags = diags_new(desk->arena, desk->sources);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    Desk *desk = *state;
    arena_free(desk->arena);
    free(desk);
    return 0;
}

static Origin add(Desk *desk, const char *name, Str text)
{
    const Source *source = sources_add(desk->sources, str_from(name), text, false);
    assert_non_null(source);
    return source->base;
}

/* ---- places ---- */

/* As the gate reports a literal secret. */
static void secret_error(Diags *diags, Origin origin, const char *message)
{
    diag_report(diags,
                (Diag){.severity = SEVERITY_ERROR, .origin = origin, .message = str_from(message), .masked = true});
}

static void expect_place(const Desk *desk, Origin origin, const char *name, unsigned line, unsigned column, Str text)
{
    Place place = origin_place(desk->sources, origin);
    assert_non_null(place.source);
    assert_true(str_equal(place.source->name, str_from(name)));
    if (place.line != line || place.column != column || !str_equal(place.line_text, text))
        fail_msg("%s: found %u:%u '%.*s', expected %u:%u '%.*s'", name, place.line, place.column,
                 STR_ARG(place.line_text), line, column, STR_ARG(text));
}

static void test_no_sources(void **state)
{
    Desk *desk = *state;
    assert_null(sources_find(desk->sources, ORIGIN_NONE));
    assert_null(sources_find(desk->sources, 1));
    assert_null(sources_find(desk->sources, UINT32_MAX));
    Place place = origin_place(desk->sources, 5);
    assert_true(place.source == NULL && place.line == 0);
    assert_true(str_equal(origin_text(desk->arena, desk->sources, ORIGIN_NONE), STR("kiln's defaults")));
}

static void test_lines(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("one\ntwo\n\nfour"));
    Origin b = add(desk, "b", STR("b\n"));
    assert_int_not_equal(a, ORIGIN_NONE);
    expect_place(desk, a, "a", 1, 1, STR("one"));
    expect_place(desk, a + 2, "a", 1, 3, STR("one"));
    expect_place(desk, a + 3, "a", 1, 4, STR("one")); /* the line ending belongs to its line */
    expect_place(desk, a + 4, "a", 2, 1, STR("two"));
    expect_place(desk, a + 8, "a", 3, 1, STR(""));
    expect_place(desk, a + 9, "a", 4, 1, STR("four"));
    expect_place(desk, a + 12, "a", 4, 4, STR("four")); /* the last byte */
    expect_place(desk, a + 13, "a", 4, 5, STR("four")); /* end of file */
    assert_int_equal(b, a + 14);
    expect_place(desk, b, "b", 1, 1, STR("b"));
    expect_place(desk, b + 2, "b", 2, 1, STR(""));
    assert_null(sources_find(desk->sources, b + 3));
}

static void test_line_endings(void **state)
{
    Desk *desk = *state;
    Origin crlf = add(desk, "crlf", STR("one\r\ntwo\r\n"));
    expect_place(desk, crlf + 3, "crlf", 1, 4, STR("one"));
    expect_place(desk, crlf + 4, "crlf", 1, 5, STR("one"));
    expect_place(desk, crlf + 5, "crlf", 2, 1, STR("two"));
    expect_place(desk, crlf + 10, "crlf", 3, 1, STR(""));
    Origin mark = add(desk, "mark", STR("\xEF\xBB\xBFkey: 1\nnext\n"));
    expect_place(desk, mark, "mark", 1, 1, STR("key: 1"));
    expect_place(desk, mark + 1, "mark", 1, 1, STR("key: 1"));
    expect_place(desk, mark + 3, "mark", 1, 1, STR("key: 1"));
    expect_place(desk, mark + 5, "mark", 1, 3, STR("key: 1"));
    expect_place(desk, mark + 10, "mark", 2, 1, STR("next"));
    Origin only = add(desk, "only", STR("\xEF\xBB\xBF"));
    expect_place(desk, only, "only", 1, 1, STR(""));
    expect_place(desk, only + 3, "only", 1, 1, STR(""));
}

static void test_code_points(void **state)
{
    Desk *desk = *state;
    Origin base = add(desk, "a", STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80:x"));
    expect_place(desk, base + 2, "a", 1, 2, STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80:x"));
    expect_place(desk, base + 5, "a", 1, 3, STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80:x"));
    expect_place(desk, base + 10, "a", 1, 5, STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80:x"));
    /* What is no UTF-8 counts byte by byte, as it is quoted. */
    Origin broken = add(desk, "b", STR("\xa9\x80\xe9t\xe2\x82:x"));
    expect_place(desk, broken, "b", 1, 1, STR("\xa9\x80\xe9t\xe2\x82:x"));
    expect_place(desk, broken + 1, "b", 1, 2, STR("\xa9\x80\xe9t\xe2\x82:x"));
    expect_place(desk, broken + 6, "b", 1, 7, STR("\xa9\x80\xe9t\xe2\x82:x"));
}

static void test_many_sources(void **state)
{
    Desk *desk = *state;
    enum { COUNT = 3000 };
    Origin bases[COUNT];
    static const char text[] = "0123456789abcdef";
    for (size_t i = 0; i < COUNT; i++) /* every 17th is empty */
        bases[i] = add(desk, arena_printf(desk->arena, "%zu", i).data, (Str){text, i % 17});
    for (size_t i = 0; i < COUNT; i++) {
        for (Origin at = 0; at <= i % 17; at++) {
            const Source *source = sources_find(desk->sources, bases[i] + at);
            assert_true(source && source->base == bases[i]);
            assert_int_equal(strtoul(source->name.data, NULL, 10), i);
        }
    }
    expect_place(desk, bases[17], "17", 1, 1, STR(""));
}

/* Text is not looked at when it is added, so a claim of 4 GiB is as good as 4 GiB. */
static void test_number_space(void **state)
{
    Desk *desk = *state;
    static const char byte = 'x';
    Origin end = UINT32_MAX; /* behind it are the embedded files */
    for (size_t i = 0; i < embedded_file_count; i++)
        end -= (Origin)embedded_files[i].text.size + 1;
    assert_null(sources_add(desk->sources, STR("too large"), (Str){&byte, UINT32_MAX}, false));
    assert_null(sources_add(desk->sources, STR("too large"), (Str){&byte, (size_t)UINT32_MAX + 10}, false));
    assert_null(sources_add(desk->sources, STR("too large"), (Str){&byte, SIZE_MAX}, false));
    const Source *first = sources_add(desk->sources, STR("half"), (Str){&byte, 0x80000000u}, false);
    assert_int_equal(first->base, 1);
    assert_null(sources_add(desk->sources, STR("half"), (Str){&byte, 0x80000000u}, false));
    const Source *last = sources_add(desk->sources, STR("rest"), (Str){&byte, end - 0x80000003u}, false);
    assert_int_equal(last->base, 0x80000002u);
    assert_ptr_equal(sources_find(desk->sources, 0x80000001u), first);
    assert_ptr_equal(sources_find(desk->sources, end - 1), last);
    assert_null(sources_find(desk->sources, UINT32_MAX));
    for (size_t i = 0; i < embedded_file_count; i++) {
        const Source *source = sources_built_in(desk->sources, &embedded_files[i]);
        assert_true(source->built_in && str_equal(source->text, embedded_files[i].text));
        assert_ptr_equal(sources_find(desk->sources, source->base), source);
        assert_ptr_equal(sources_find(desk->sources, source->base + (Origin)source->text.size), source);
    }
    assert_null(sources_add(desk->sources, STR("empty"), STR(""), false));
}

/* ---- collecting and ordering ---- */

static void expect_messages(Desk *desk, const char *const *expected)
{
    size_t count = 0;
    for (; expected[count]; count++) {
        if (count >= diags_count(desk->diags))
            fail_msg("'%s' is missing", expected[count]);
        Str message = diags_at(desk->diags, count)->message;
        if (!str_equal(message, str_from(expected[count])))
            fail_msg("at %zu: found '%.*s', expected '%s'", count, STR_ARG(message), expected[count]);
    }
    assert_int_equal(diags_count(desk->diags), count);
}

static void test_sort(void **state)
{
    Desk *desk = *state;
    Origin z = add(desk, "z", STR("zzzz")), a = add(desk, "a", STR("aaaa"));
    diag_error(desk->diags, z + 2, "z third");
    diag_note(desk->diags, a + 3, "note of z third, elsewhere");
    diag_note(desk->diags, ORIGIN_NONE, "second note of z third");
    diag_error(desk->diags, z, "z first");
    diag_warning(desk->diags, a + 1, "a second");
    diag_error(desk->diags, z, "z first, said later");
    diag_file_error(desk->diags, STR("m"), "m has no place");
    diag_note(desk->diags, z + 1, "note of m");
    diag_plain_error(desk->diags, "of no file");
    diag_error(desk->diags, a, "a %s", "first");
    assert_int_equal(diags_error_count(desk->diags), 6);
    static const char *const expected[] = {"of no file",
                                           "a first",
                                           "a second",
                                           "m has no place",
                                           "note of m",
                                           "z first",
                                           "z first, said later",
                                           "z third",
                                           "note of z third, elsewhere",
                                           "second note of z third",
                                           NULL};
    for (int round = 0; round < 2; round++) {
        diags_sort(desk->diags);
        expect_messages(desk, expected);
        assert_int_equal(diags_error_count(desk->diags), 6);
    }
}

static void test_repeats(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("aaaa"));
    for (int i = 0; i < 3; i++) {
        diag_error(desk->diags, a, "same");
        diag_note(desk->diags, a + 2, "its note");
    }
    diag_warning(desk->diags, a, "same");
    diag_error(desk->diags, a + 1, "same");
    diag_file_error(desk->diags, STR("b"), "same");
    diag_file_error(desk->diags, STR("b"), "same");
    diag_file_error(desk->diags, STR("c"), "same");
    diag_report(desk->diags, (Diag){SEVERITY_ERROR, a, STR_NONE, STR("same"), STR("but more is known"), false});
    diags_sort(desk->diags);
    expect_messages(desk, (const char *[]){"same", "its note", "same", "same", "same", "same", "same", NULL});
    assert_int_equal(diags_error_count(desk->diags), 5);
    assert_int_equal(diags_at(desk->diags, 2)->severity, SEVERITY_WARNING);
    assert_true(str_equal(diags_at(desk->diags, 3)->detail, STR("but more is known")));
}

/* One error with two notes of the same words about two places: both are said. */
static void test_notes_elsewhere(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("aaaa"));
    diag_error(desk->diags, a, "stated three times");
    diag_note(desk->diags, a + 1, "also here");
    diag_note(desk->diags, a + 2, "also here");
    diag_note(desk->diags, a + 2, "also here");
    diags_sort(desk->diags);
    expect_messages(desk, (const char *[]){"stated three times", "also here", "also here", NULL});
    assert_int_equal(diags_at(desk->diags, 1)->origin, a + 1);
    assert_int_equal(diags_at(desk->diags, 2)->origin, a + 2);
}

/* An overlay that is wrong for each of many services: all at one place, all different, and then all once more. */
static void test_many_at_one_place(void **state)
{
    Desk *desk = *state;
    enum { COUNT = 5000 };
    Origin a = add(desk, "a", STR("aaaa"));
    for (unsigned i = 0; i < 2 * COUNT; i++)
        diag_error(desk->diags, a, "the service number %05u", i % COUNT);
    diags_sort(desk->diags);
    assert_int_equal(diags_count(desk->diags), COUNT);
    assert_int_equal(diags_error_count(desk->diags), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(strtoul(diags_at(desk->diags, i)->message.data + 19, NULL, 10), i);
}

/* A hostile file: what is beyond reading is counted, and warnings leave room for the error that ends the run. */
static void test_too_many(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("aaaa"));
    for (unsigned i = 0; i < 20000; i++)
        diag_warning(desk->diags, a, "number %u", i);
    diag_error(desk->diags, a, "the end");
    assert_int_equal(diags_count(desk->diags), 10001);
    assert_int_equal(diags_error_count(desk->diags), 1);
    Buf out = {0};
    diags_print(desk->diags, &out);
    assert_true(str_find(buf_str(&out), STR("error: the end"), 0) >= 0);
    assert_true(str_ends(buf_str(&out), STR("note: 19901 more of these are not shown\n")));
    buf_release(&out);
}

static void test_move(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("aaaa"));
    Arena *other = arena_new();
    Diags *from = diags_new(other, desk->sources);
    diag_error(desk->diags, a, "first");
    secret_error(from, a + 1, "secret");
    diag_file_error(from, arena_copy(other, STR("file")), "of a file");
    diag_report(from,
                (Diag){SEVERITY_INFO, a, STR_NONE, arena_copy(other, STR("m")), arena_copy(other, STR("d")), 0});
    assert_int_equal(diags_error_count(from), 2);
    diags_move(desk->diags, from);
    assert_true(diags_count(from) == 0 && diags_error_count(from) == 0);
    diags_move(desk->diags, from);
    arena_free(other);
    expect_messages(desk, (const char *[]){"first", "secret", "of a file", "m", NULL});
    assert_int_equal(diags_error_count(desk->diags), 3);
    assert_true(diags_at(desk->diags, 1)->masked);
    assert_true(str_equal(diags_at(desk->diags, 2)->file, STR("file")));
    assert_true(str_equal(diags_at(desk->diags, 3)->detail, STR("d")));
    assert_ptr_equal(diags_sources(desk->diags), desk->sources);
    assert_ptr_equal(diags_arena(desk->diags), desk->arena);
}

static void test_severities(void **state)
{
    (void)state;
    assert_string_equal(severity_name(SEVERITY_NOTE), "note");
    assert_string_equal(severity_name(SEVERITY_INFO), "info");
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
    assert_string_equal(severity_name(SEVERITY_ERROR), "error");
}

/* ---- printing ---- */

static void expect_print(const Desk *desk, const char *expected)
{
    Buf out = {0};
    diags_print(desk->diags, &out);
    if (!str_equal(buf_str(&out), str_from(expected)))
        fail_msg("found:\n%.*s\nexpected:\n%s", STR_ARG(buf_str(&out)), expected);
    buf_release(&out);
}

static void test_print(void **state)
{
    Desk *desk = *state;
    expect_print(desk, "");
    Origin a = add(desk, "services/auth.yaml", STR("image: x\nhelth: {liveness: /health}\n"));
    diag_error(desk->diags, a + 9, "unknown field '%s'; did you mean '%s'?", "helth", "health");
    diag_note(desk->diags, a + 7, "a note");
    diag_report(desk->diags, (Diag){SEVERITY_WARNING, a + 17, STR_NONE, STR("a finding"), STR("more of it"), false});
    diag_file_error(desk->diags, STR("b.yaml"), "cannot read: gone");
    diag_plain_error(desk->diags, "no project here");
    diag_plain_note(desk->diags, "try init");
    diag_error(desk->diags, a + 36, "at the end");
    expect_print(desk, "services/auth.yaml:2:1: error: unknown field 'helth'; did you mean 'health'?\n"
                       "    helth: {liveness: /health}\n"
                       "    ^\n"
                       "services/auth.yaml:1:8: note: a note\n"
                       "    image: x\n"
                       "           ^\n"
                       "services/auth.yaml:2:9: warning: a finding\n"
                       "    helth: {liveness: /health}\n"
                       "            ^\n"
                       "    more of it\n"
                       "b.yaml: error: cannot read: gone\n"
                       "error: no project here\n"
                       "note: try init\n"
                       "services/auth.yaml:3:1: error: at the end\n");
}

static void test_print_odd_lines(void **state)
{
    Desk *desk = *state;
    Origin tabs = add(desk, "tabs", STR("\t\ta:\tb\n"));
    Origin bell = add(desk, "bell", STR("a\x1b[2J\a\x7f\xc2\x9b:b\r\n"));
    Origin bidi = add(desk, "bidi", STR("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8x"));
    Origin cafe = add(desk, "caf\xc3\xa9", STR("caf\xc3\xa9: \xe2\x82\xac!\n"));
    Origin latin = add(desk, "latin", STR("\xa9 caf\xe9: x\n"));
    Origin mark = add(desk, "mark", STR("\xEF\xBB\xBFkey: 1\n"));
    diag_error(desk->diags, tabs + 5, "m");
    diag_error(desk->diags, bell + 9, "m");
    diag_error(desk->diags, bidi + 14, "m");
    diag_error(desk->diags, cafe + 10, "m");
    diag_error(desk->diags, latin + 8, "m");
    diag_error(desk->diags, mark + 8, "m");
    expect_print(desk,
                 "tabs:1:6: error: m\n      a: b\n         ^\n"
                 "bell:1:9: error: m\n    a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd:b\n            ^\n"
                 "bidi:1:6: error: m\n    \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx\n         ^\n"
                 "caf\xc3\xa9:1:8: error: m\n    caf\xc3\xa9: \xe2\x82\xac!\n           ^\n"
                 "latin:1:9: error: m\n    \xef\xbf\xbd caf\xef\xbf\xbd: x\n            ^\n"
                 "mark:1:6: error: m\n    key: 1\n         ^\n");
}

/* What an input said may stand in a message or a file's name: it must not steer the terminal or fake a line. */
static void test_print_harmless(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a\x1b]0;x\a.yaml", STR("a\n"));
    diag_error(desk->diags, a, "unknown field '%s'", "\x1b[2Jx\n::set-env name=A::b\xe2\x80\xae\xff\t\xc3\xa9");
    diag_file_error(desk->diags, STR("b\nc"), "gone");
    diag_report(desk->diags, (Diag){SEVERITY_ERROR, ORIGIN_NONE, STR_NONE, STR("a\0b"), STR("more\n::x"), false});
    expect_print(desk, "a\xef\xbf\xbd]0;x\xef\xbf\xbd.yaml:1:1: error: unknown field '\xef\xbf\xbd[2Jx\xef\xbf\xbd"
                       "::set-env name=A::b\xef\xbf\xbd\xef\xbf\xbd \xc3\xa9'\n"
                       "    a\n    ^\n"
                       "b\xef\xbf\xbd"
                       "c: error: gone\n"
                       "error: a\xef\xbf\xbd"
                       "b\n"
                       "    more\xef\xbf\xbd::x\n");
}

static void test_print_masked(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("password: hunter2 # hunter2\nhunter2\n\thunter2"));
    secret_error(desk->diags, a + 10, "is a literal secret");
    secret_error(desk->diags, a + 28, "another");
    secret_error(desk->diags, a + 37, "a third");
    expect_print(desk, "a:1:11: error: is a literal secret\n    password: ***\n              ^\n"
                       "a:2:1: error: another\n    ***\n    ^\n"
                       "a:3:2: error: a third\n     ***\n     ^\n");
}

/* The quoted part of a line of which every place shows which it is: the column, modulo ten, as letters. */
static void expect_cut(Desk *desk, Origin base, size_t length, size_t caret, bool masked)
{
    Buf out = {0};
    Diags *diags = diags_new(desk->arena, desk->sources);
    diag_report(diags, (Diag){SEVERITY_ERROR, base + (Origin)caret, STR_NONE, STR("m"), STR_NONE, masked});
    diags_print(diags, &out);
    Str rest = buf_str(&out), head, quote, mark;
    assert_true(str_split(&rest, '\n', &head) && str_split(&rest, '\n', &quote) && str_split(&rest, '\n', &mark));
    assert_int_equal(rest.size, 0);
    assert_true(quote.size <= 4 + 116 + 3 && mark.size <= 4 + 116 + 1);
    assert_true(str_starts(quote, STR("    ")) && str_ends(mark, STR(" ^")));
    if (masked)
        assert_true(str_equal(str_slice(quote, mark.size - 1, SIZE_MAX), STR("***")));
    else if (caret < length)
        assert_int_equal(quote.data[mark.size - 1], 'a' + (int)(caret % 10));
    else
        assert_int_equal(quote.size, mark.size - 1);
    if (length <= 116 && !masked)
        assert_true(quote.size == length + 4 || caret > 87);
    if (caret > 0)
        assert_int_equal(quote.data[mark.size - 2], 'a' + (int)((caret - 1) % 10));
    buf_release(&out);
}

static void test_print_long(void **state)
{
    Desk *desk = *state;
    static const size_t lengths[] = {1, 80, 115, 116, 117, 118, 200, 500, 100000};
    for (size_t i = 0; i < LENGTH_OF(lengths); i++) {
        Buf line = {0};
        for (size_t j = 0; j < lengths[i]; j++)
            buf_add_char(&line, (char)('a' + j % 10));
        Origin base = add(desk, "long", arena_copy(desk->arena, buf_str(&line)));
        for (size_t caret = 0; caret <= lengths[i] && caret < 600; caret++) {
            expect_cut(desk, base, lengths[i], caret, false);
            expect_cut(desk, base, lengths[i], caret, true);
        }
        expect_cut(desk, base, lengths[i], lengths[i], false);
        buf_release(&line);
    }
}

static size_t count_lines(Str text, const char *start)
{
    Str line;
    size_t count = 0;
    while (str_split(&text, '\n', &line))
        count += str_starts(line, str_from(start));
    return count;
}

static void test_print_limit(void **state)
{
    Desk *desk = *state;
    for (int i = 0; i < DIAGS_PRINT_LIMIT; i++)
        diag_plain_error(desk->diags, "number %d", i);
    Buf out = {0};
    diags_print(desk->diags, &out);
    assert_int_equal(count_lines(buf_str(&out), "error: "), DIAGS_PRINT_LIMIT);
    assert_int_equal(count_lines(buf_str(&out), "note: "), 0);
    out.size = 0;
    for (int i = 0; i < 7; i++)
        diag_plain_error(desk->diags, "another %d", i);
    diags_print(desk->diags, &out);
    assert_int_equal(count_lines(buf_str(&out), "error: number "), DIAGS_PRINT_LIMIT);
    assert_true(str_ends(buf_str(&out), STR("\nnote: 7 more of these are not shown\n")));
    buf_release(&out);
}

/* Who has more warnings than fit still sees the error that ended the run. */
static void test_print_limit_errors(void **state)
{
    Desk *desk = *state;
    Origin a = add(desk, "a", STR("aaaa"));
    for (int i = 0; i < 300; i++) {
        diag_warning(desk->diags, a, "warning %d", i);
        diag_note(desk->diags, a, "about %d", i);
    }
    diag_error(desk->diags, a + 1, "the error");
    diag_error(desk->diags, a + 2, "the other error");
    diag_note(desk->diags, a + 3, "its note");
    diags_sort(desk->diags);
    Buf out = {0};
    diags_print(desk->diags, &out);
    assert_int_equal(count_lines(buf_str(&out), "a:1:1: warning: "), (DIAGS_PRINT_LIMIT - 2) / 2);
    assert_int_equal(count_lines(buf_str(&out), "a:1:1: note: "), (DIAGS_PRINT_LIMIT - 2) / 2);
    assert_int_equal(count_lines(buf_str(&out), "a:1:2: error: the error"), 1);
    assert_int_equal(count_lines(buf_str(&out), "a:1:3: error: the other error"), 1);
    assert_true(str_ends(buf_str(&out), STR("\nnote: 503 more of these are not shown\n")));
    buf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_sources),
        TEST(test_lines),
        TEST(test_line_endings),
        TEST(test_code_points),
        TEST(test_many_sources),
        TEST(test_number_space),
        TEST(test_sort),
        TEST(test_repeats),
        TEST(test_notes_elsewhere),
        TEST(test_many_at_one_place),
        TEST(test_too_many),
        TEST(test_move),
        TEST(test_severities),
        TEST(test_print),
        TEST(test_print_odd_lines),
        TEST(test_print_harmless),
        TEST(test_print_masked),
        TEST(test_print_long),
        TEST(test_print_limit),
        TEST(test_print_limit_errors),
    };
    return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
