/* Text as the built-ins and slices need it: code points, white space, numbers in text, case. No values here. */
#include "jsone_private.h"

#include <math.h>
#include <stdlib.h>

#include "case_table.h"

size_t text_offset(Str text, size_t index)
{
    size_t at = 0;
    for (; index > 0 && at < text.size; index--) {
        at++;
        while (at < text.size && ((unsigned char)text.data[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

/* Where the code point before end begins. */
static size_t before(Str text, size_t end)
{
    do {
        end--;
    } while (end > 0 && ((unsigned char)text.data[end] & 0xC0) == 0x80);
    return end;
}

Str text_strip(Str text, bool left, bool right)
{
    size_t from = 0, to = text.size, white;
    while (left && (white = white_space_at(text, from)) > 0)
        from += white;
    while (right && to > from && white_space_at(text, before(text, to)) > 0)
        to = before(text, to);
    return str_slice(text, from, to);
}

/* ---- numbers ---- */

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* ECMA-262's NonDecimalIntegerLiteral: 0x, 0o, 0b. */
static double radix_number(Str digits, int radix)
{
    double number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digit_value(digits.data[i]);
        if (digit >= radix)
            return NAN;
        number = number * radix + digit;
    }
    return digits.size ? number : NAN;
}

static size_t digits_from(Str text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    return at;
}

/* StrDecimalLiteral without Infinity: digits [. digits] [e digits], with a digit before or behind the point. */
static bool is_decimal(Str text)
{
    size_t at = text.size && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0;
    size_t whole = digits_from(text, at), count = whole - at;
    if (whole < text.size && text.data[whole] == '.') {
        size_t fraction = digits_from(text, whole + 1);
        count += fraction - whole - 1;
        whole = fraction;
    }
    if (!count)
        return false;
    if (whole == text.size)
        return true;
    if (text.data[whole] != 'e' && text.data[whole] != 'E')
        return false;
    at = whole + 1;
    at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
    return at < text.size && digits_from(text, at) == text.size;
}

static int radix_of(Str text)
{
    if (text.size < 2 || text.data[0] != '0')
        return 10;
    switch (text.data[1]) {
    case 'x':
    case 'X':
        return 16;
    case 'o':
    case 'O':
        return 8;
    case 'b':
    case 'B':
        return 2;
    default:
        return 10;
    }
}

static double infinity_number(Str text)
{
    bool minus = str_starts(text, STR("-")), plus = str_starts(text, STR("+"));
    if (!str_equal(str_slice(text, minus || plus ? 1 : 0, text.size), STR("Infinity")))
        return NAN;
    return minus ? -INFINITY : INFINITY;
}

double text_number(Str text)
{
    text = text_strip(text, true, true);
    if (!text.size)
        return 0;
    int radix = radix_of(text);
    if (radix != 10)
        return radix_number(str_slice(text, 2, text.size), radix);
    if (!is_decimal(text))
        return infinity_number(text);
    /* strtod needs an end; longer numbers than this say no more than their first digits do, but they are legal. */
    char few[64], *copy = text.size < sizeof few ? few : malloc(text.size + 1);
    if (!copy)
        base_out_of_memory();
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    double number = strtod(copy, NULL);
    if (copy != few)
        free(copy);
    return number;
}

/* ---- case ---- */

/* The row for c: rows are sorted, disjoint ranges. */
static const CaseRow *case_row(const CaseRow *rows, size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > rows[middle].last)
            low = middle + 1;
        else if (c < rows[middle].first)
            high = middle;
        else
            return (c - rows[middle].first) % rows[middle].step == 0 ? &rows[middle] : NULL;
    }
    return NULL;
}

static const CaseSpecial *case_special(const CaseSpecial *rows, size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].from == c)
            return &rows[middle];
        if (c > rows[middle].from)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void add_mapped(const CaseRow *rows, size_t count, uint32_t c, Buf *out)
{
    const CaseRow *row = case_row(rows, count, c);
    utf8_add(out, row ? (uint32_t)((int32_t)c + row->delta) : c);
}

void text_upper(Str text, Buf *out)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        const CaseSpecial *special = c < 0x80 ? NULL : case_special(upper_special, LENGTH_OF(upper_special), c);
        for (size_t i = 0; special && i < CASE_LONGEST && special->to[i]; i++)
            utf8_add(out, special->to[i]);
        if (!special)
            add_mapped(upper_rows, LENGTH_OF(upper_rows), c, out);
    }
}

static bool is_in(const CaseRange *ranges, size_t count, uint32_t c)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else if (c < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

enum { CAPITAL_SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2, CAPITAL_I_DOT = 0x130, COMBINING_DOT = 0x307 };

static bool is_cased_after(Str text, size_t at)
{
    while (at < text.size) {
        uint32_t c = utf8_next(text, &at);
        if (!is_in(case_ignorable, LENGTH_OF(case_ignorable), c))
            return is_in(cased, LENGTH_OF(cased), c);
    }
    return false;
}

static bool is_cased_before(Str text, size_t at)
{
    while (at > 0) {
        at = before(text, at);
        size_t end = at;
        uint32_t c = utf8_next(text, &end);
        if (!is_in(case_ignorable, LENGTH_OF(case_ignorable), c))
            return is_in(cased, LENGTH_OF(cased), c);
    }
    return false;
}

void text_lower(Str text, Buf *out)
{
    for (size_t at = 0; at < text.size;) {
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        /* Final_Sigma (Unicode §3.13, table 3-17) */
        if (c == CAPITAL_SIGMA && is_cased_before(text, start) && !is_cased_after(text, at)) {
            utf8_add(out, FINAL_SIGMA);
        } else if (c == CAPITAL_I_DOT) {
            utf8_add(out, 'i');
            utf8_add(out, COMBINING_DOT);
        } else {
            add_mapped(lower_rows, LENGTH_OF(lower_rows), c, out);
        }
    }
}
