/*
 * Strings that YAML readers and writers stumble over, for the round-trip test here and for other readers
 * (tests/conformance/readers). Deterministic: number i is always the same string.
 */
#ifndef KILN_TEST_YAML_CORPUS_H
#define KILN_TEST_YAML_CORPUS_H

#include "kiln/base.h"

static const char *const corpus_words[] = {
    "", "~", "null", "Null", "NULL", "nULL", "true", "True", "TRUE", "tRUE", "false", "False", "FALSE", "yes", "Yes", "YES",
    "yEs", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N", "inf", ".inf", "-.inf", "+.INF", ".nan",
    ".NaN", "nan", "NaN", "infinity", "Infinity", "-Infinity", "undefined", "none", "None", "nil", "0", "-0", "+0", "00", "007",
    "010", "08", "-08", "0_8", "0o14", "0O14", "-0o7", "0x1F", "0X1F", "-0x1F", "0x", "0b11", "0B11", "-0b11", "0b", "0b2",
    "1_000", "_1", "1_", "_", "__", "+_1", "1,000", "1e3", "1E3", "1e+3", "1.0e3", "1.0e+3", "1.e+3", "e3", ".e3", "5.", ".5",
    "+.5", "-.5", "._5", ".5_5", "1.5", "1.10", "3.40", "1.2.3", "123456789012345678901234567890", "9223372036854775808", "1e400",
    "12:30", "12:30:45", "22:22", "08:30", "1:30.5", "190:20:30", "8080:80", "2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43Z", "2001-01", "20010101", "=", "<<", "<", ":", "::", ":name", ":\"x\"", "a:",
    "a: b", "a :b", "a:b", ": a", "-", "--", "---", "--- a", "...", "... a", "- a", "-a", "-1", "?", "? a", "?a", "!", "!!", "!a",
    "!!str a", "&", "&a", "*", "*a", "#", "# a", "a #b", "a#b", "a # b", "%", "%YAML 1.2", "@", "@a", "`", "`a`", "|", "|-", "| a",
    ">", ">-", "> a", "'", "''", "'a'", "it's", "\"", "\"\"", "\"a\"", "a\"b", "\\", "\\n", "a\\", "\\\"", "[", "]", "[]", "[a]",
    "{", "}", "{}", "{a: b}", "{{ a }}", "${{ github.sha }}", "${a}", ",", "a,b", "a, b", " ", "  ", " a", "a ", " a ", "a  b", "\t",
    "\ta", "a\t", "a\tb", "\n", "\n\n", "\n\n\n", "\n\n\n\n", "\r", "\r\n", "a\rb", "a\r\nb", "a\nb", "a\nb\n", "a\n\nb\n\n",
    "a\n\n\n\nb", "a\n\n\n\n\nb", "\na", "\n\na", "\n\n\na", " a\nb", "\n a\nb", "  \na", "a\n ", "a\n b\n", "a \nb", "a\n\tb", "\ta\nb",
    "a\n#b\n", "#a\nb\n", "a\n---\nb\n", "---\na\n", "a\n...\nb", "- a\n- b\n", "a: 1\nb: 2\n", "a:\n  - b\n  - c\n", "\"a\"\nb", "|\n a",
    "%a\nb", "a\n\n", "a\n\n\n", "a\n\n\n\n", " \n", "\n ", " \n ", "\xC2\x85", "a\xC2\x85" "b", "a\xE2\x80\xA8" "b", "a\xE2\x80\xA9" "b",
    "a\nb\xE2\x80\xA8", "\xEF\xBB\xBF", "\xEF\xBB\xBF" "a", "a\xEF\xBB\xBF\nb", "\xC2\xA0", "\xC2\xA0" "a", "a\n\xC2\xA0\n", "\xC2\x80",
    "\xC2\x9F", "\xEF\xBF\xBD", "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80\nb\n", "\xF4\x8F\xBF\xBF",
    "\xED\x9F\xBF", "\xEE\x80\x80", "\xC3\xA4\xC3\xB6\nb", "\xD9\x85\xD8\xB1", "\xE2\x80\x8B", "\xE2\x80\xAE" "a", "a\x7F", "a\x1B[0m",
    "500m", "2Gi", "100%", "1d", "v1.2.3", "1.20", "3.11", "1.0", "sha256:0123456789abcdef", "nginx:1.25", "10.0.0.1", "10.0.0.0/8",
    "::1", "fe80::1%eth0", "0 3 * * *", "*/5 * * * *", "@daily", "/", "/a/b", "./a", "../a", "~/a", "a/b@sha256:00", "https://a.b/c?d=e&f=g#h",
    "a=b", "=b", "key=value,other", "-Xmx512m -Dx=y", "$(VAR)", "$VAR", "%d", "%%", "a;b", "a|b", "a&b", "a*b", "a!", "(a)", "^a$",
    ".*", "^[a-z]+$", "a\\.b", "\\d+", "C:\\x", "a'b\"c", "<a>", "</a>", "&amp;", "a  # b", "a: # b", "0.0.0.0", "1.1.1", "1-2", "1-2-3",
    "+1", "+a", "-a-", ".a", "..", "a.", "a..b", "a-", "a_", "_a", "/-", "e", "E", "f", "F", "t", "T", "o", "O", "i", "I", "ye", "noo", "offf",
    "!!binary aGk=", "!<tag:yaml.org,2002:str> a", "&a b", "*a : b", "? |", "- - a", "[a, b]: c", "\"a\": b", "'a': b",
};

static const char *const corpus_lines[] = {"", "a", " a", "  a", "a ", "# a", "- a", "a: b", "---", "...", "\ta", "\"a\"", " ", "\xC3\xA4"};
static const char *const corpus_ends[] = {"", "\n", "\n\n"};
/* Code points around every limit that counts, each alone and in company. */
static const uint32_t corpus_points[] = {0x80,   0x84,   0x85,   0x86,   0x9F,   0xA0,   0xA1,   0xAD,    0x7FF,   0x800,   0x2027, 0x2028,
                                         0x2029, 0x202A, 0xD7FF, 0xE000, 0xFEFE, 0xFEFF, 0xFF00, 0xFFFD,  0xFFFE,  0xFFFF,  0x10000,
                                         0x1F600, 0xFFFFF, 0x10FFFD, 0x10FFFF};

enum {
    CORPUS_FORMS = 5,
    CORPUS_CHARACTERS = (0x80 + (int)LENGTH_OF(corpus_points)) * CORPUS_FORMS,
    CORPUS_LINE = (int)LENGTH_OF(corpus_lines),
    CORPUS_BLOCKS = CORPUS_LINE * CORPUS_LINE * CORPUS_LINE * (int)LENGTH_OF(corpus_ends),
    CORPUS_SIZE = (int)LENGTH_OF(corpus_words) + CORPUS_CHARACTERS + CORPUS_BLOCKS
};

static void corpus_character(size_t number, Buf *out)
{
    static const char *const before[CORPUS_FORMS] = {"", "a", "", "a ", "a\n"}, *const after[CORPUS_FORMS] = {"", "", "a", " b", "\nb\n"};
    size_t form = number % CORPUS_FORMS, c = number / CORPUS_FORMS;
    buf_add(out, str_from(before[form]));
    utf8_add(out, c < 0x80 ? (uint32_t)c : corpus_points[c - 0x80]);
    buf_add(out, str_from(after[form]));
}

static void corpus_block(size_t number, Buf *out)
{
    for (int line = 0; line < 3; line++, number /= CORPUS_LINE) {
        if (line)
            buf_add_char(out, '\n');
        buf_add(out, str_from(corpus_lines[number % CORPUS_LINE]));
    }
    buf_add(out, str_from(corpus_ends[number]));
}

static Str corpus_string(Arena *arena, size_t number)
{
    Buf out = {0};
    if (number < LENGTH_OF(corpus_words))
        buf_add(&out, str_from(corpus_words[number]));
    else if (number < LENGTH_OF(corpus_words) + CORPUS_CHARACTERS)
        corpus_character(number - LENGTH_OF(corpus_words), &out);
    else
        corpus_block(number - LENGTH_OF(corpus_words) - CORPUS_CHARACTERS, &out);
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

#endif
