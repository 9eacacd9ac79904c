/*
 * Time spans ("2 days 3 hours") after a reference in RFC 3339, for $fromNow and fromNow(). There is no clock here:
 * the reference comes from the caller, the context or the run. Months count 30 days and years 365, as upstream has
 * it.
 */
#include "jsone_private.h"

#include <inttypes.h>

typedef struct Unit {
    const char *names[5];
    int64_t seconds;
} Unit;

enum { DAY = 24 * 60 * 60, YEAR = 365 * DAY };

/* In the order in which they have to stand. */
static const Unit units[] = {
    {{"y", "year", "years", "yr"}, YEAR},
    {{"months", "month", "mo"}, (int64_t)30 * DAY},
    {{"weeks", "week", "wk", "w"}, (int64_t)7 * DAY},
    {{"days", "day", "d"}, DAY},
    {{"hours", "hour", "hr", "h"}, (int64_t)60 * 60},
    {{"minutes", "minute", "min", "m"}, 60},
    {{"seconds", "second", "sec", "s"}, 1},
};

/* ECMA-262's time range, in milliseconds on either side of 1970. */
#define TIME_LIMIT INT64_C(8640000000000000)

static size_t skip_white(Str text, size_t at)
{
    size_t white;
    while ((white = white_space_at(text, at)) > 0)
        at += white;
    return at;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(Str word, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < size && i < word.size; i++) {
        if (lower(word.data[i]) != name[i])
            return false;
    }
    return size == word.size;
}

/* The unit called word among those from first on, or LENGTH_OF(units). */
static size_t unit_find(size_t first, Str word)
{
    for (size_t unit = first; unit < LENGTH_OF(units); unit++) {
        for (size_t i = 0; i < LENGTH_OF(units[unit].names) && units[unit].names[i]; i++) {
            if (same_word(word, units[unit].names[i]))
                return unit;
        }
    }
    return LENGTH_OF(units);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Saturates far above the time range. */
static int64_t read_count(Str text, size_t *at)
{
    int64_t count = 0;
    for (; *at < text.size && is_digit(text.data[*at]); ++*at) {
        if (count < TIME_LIMIT / 10)
            count = count * 10 + (text.data[*at] - '0');
        else
            count = TIME_LIMIT;
    }
    return count;
}

/* The span in milliseconds, clamped to a little over twice the time range. */
static bool span_parse(Str text, int64_t *milliseconds)
{
    size_t at = skip_white(text, 0), unit = 0;
    double total = 0;
    bool minus = at < text.size && text.data[at] == '-';
    at += minus || (at < text.size && text.data[at] == '+');
    for (at = skip_white(text, at); at < text.size; at = skip_white(text, at)) {
        size_t digits = at;
        int64_t count = read_count(text, &at);
        size_t word = skip_white(text, at), end = word;
        while (end < text.size && lower(text.data[end]) >= 'a' && lower(text.data[end]) <= 'z')
            end++;
        unit = unit_find(unit, str_slice(text, word, end));
        if (digits == at || unit == LENGTH_OF(units))
            return false;
        total += (double)count * (double)units[unit++].seconds * 1000;
        at = end;
    }
    double limit = 2.0 * (double)TIME_LIMIT;
    total = total > limit ? limit : total;
    *milliseconds = (int64_t)(minus ? -total : total);
    return true;
}

/* ---- RFC 3339, and the shorter forms of ECMA-262 §21.4.1.32 ---- */

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar; the year begins in March here. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = years + era * 400 + (*month <= 2);
}

/* Exactly count digits between least and most. */
static bool read_digits(Str text, size_t *at, size_t count, int least, int most, int *number)
{
    *number = 0;
    if (text.size - *at < count)
        return false;
    for (size_t end = *at + count; *at < end; ++*at) {
        if (!is_digit(text.data[*at]))
            return false;
        *number = *number * 10 + (text.data[*at] - '0');
    }
    return *number >= least && *number <= most;
}

static bool read_char(Str text, size_t *at, char c)
{
    if (*at >= text.size || text.data[*at] != c)
        return false;
    ++*at;
    return true;
}

static bool read_date(Str text, size_t *at, int64_t *milliseconds)
{
    int year, month = 1, day = 1;
    if (!read_digits(text, at, 4, 0, 9999, &year))
        return false;
    if (read_char(text, at, '-') && !read_digits(text, at, 2, 1, 12, &month))
        return false;
    if (read_char(text, at, '-') && !read_digits(text, at, 2, 1, 31, &day))
        return false;
    *milliseconds = days_from_date(year, month, day) * DAY * 1000;
    return true;
}

static int read_fraction(Str text, size_t *at)
{
    int milliseconds = 0, scale = 100;
    for (; *at < text.size && is_digit(text.data[*at]); ++*at) {
        milliseconds += (text.data[*at] - '0') * scale;
        scale /= 10;
    }
    return milliseconds;
}

/* Z, +hh:mm or -hh:mm; without any, UTC: there is no local time here. */
static bool read_zone(Str text, size_t *at, int64_t *milliseconds)
{
    int hours = 0, minutes = 0;
    if (*at == text.size || read_char(text, at, 'Z'))
        return true;
    bool minus = text.data[*at] == '-';
    if (!minus && text.data[*at] != '+')
        return false;
    ++*at;
    if (!read_digits(text, at, 2, 0, 23, &hours) || !read_char(text, at, ':') ||
        !read_digits(text, at, 2, 0, 59, &minutes))
        return false;
    *milliseconds -= (minus ? -1 : 1) * (int64_t)(hours * 60 + minutes) * 60 * 1000;
    return true;
}

static bool read_time(Str text, size_t *at, int64_t *milliseconds)
{
    int hour, minute, second = 0, fraction = 0;
    if (!read_digits(text, at, 2, 0, 24, &hour) || !read_char(text, at, ':') ||
        !read_digits(text, at, 2, 0, 59, &minute))
        return false;
    if (read_char(text, at, ':') && !read_digits(text, at, 2, 0, 59, &second))
        return false;
    if (read_char(text, at, '.'))
        fraction = read_fraction(text, at);
    *milliseconds += ((int64_t)(hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return read_zone(text, at, milliseconds);
}

static bool moment_parse(Str text, int64_t *milliseconds)
{
    size_t at = 0;
    if (!read_date(text, &at, milliseconds))
        return false;
    if (read_char(text, &at, 'T') && !read_time(text, &at, milliseconds))
        return false;
    return at == text.size;
}

static Str moment_print(Arena *arena, int64_t milliseconds)
{
    int64_t day = milliseconds / (DAY * 1000), rest = milliseconds % (DAY * 1000), year;
    int month, date;
    if (rest < 0) {
        rest += DAY * 1000;
        day--;
    }
    date_from_days(day, &year, &month, &date);
    int second = (int)(rest / 1000);
    const char *sign = year < 0 ? "-" : year > 9999 ? "+" : "";
    return arena_printf(arena, "%s%0*" PRId64 "-%02d-%02dT%02d:%02d:%02d.%03dZ", sign, *sign ? 6 : 4,
                        year < 0 ? -year : year, month, date, second / 3600, second / 60 % 60, second % 60,
                        (int)(rest % 1000));
}

/* Stricter than ECMA-262: RFC 3339 §5.6 wants seconds and a zone, and a day that the month has. */
static bool is_rfc3339(Arena *arena, Str text)
{
    int64_t date;
    if (text.size < 20 || text.data[10] != 'T' || str_equal(str_slice(text, 11, 13), STR("24")) ||
        text.data[16] != ':' || !moment_parse(str_slice(text, 0, 10), &date))
        return false;
    Str zone = text.data[text.size - 1] == 'Z' ? STR("Z") : str_slice(text, text.size - 6, text.size);
    size_t end = text.size - zone.size;
    bool zoned = zone.data[0] == 'Z' || zone.data[0] == '+' || zone.data[0] == '-';
    bool digit_last = end >= 19 && is_digit(text.data[end - 1]);
    return zoned && digit_last && str_starts(moment_print(arena, date), str_slice(text, 0, 10));
}

Str jsone_clock(Arena *arena, Str text)
{
    int64_t milliseconds;
    bool valid = is_rfc3339(arena, text) && moment_parse(text, &milliseconds);
    return valid ? moment_print(arena, milliseconds) : STR_NONE;
}

/* ---- the built-in ---- */

static bool reference_time(JsoneRun *run, Origin at, const Value *reference, int64_t *milliseconds)
{
    if (reference->kind == VALUE_NUMBER && reference->number >= -(double)TIME_LIMIT &&
        reference->number <= (double)TIME_LIMIT) {
        *milliseconds = (int64_t)reference->number;
        return true;
    }
    if (reference->kind == VALUE_STRING && moment_parse(value_text(reference), milliseconds))
        return true;
    return fail(run, FAILURE_BUILTIN, at, "the reference of fromNow is no time as in 2017-01-19T16:27:20.974Z");
}

const Value *time_from_now(JsoneRun *run, const JsoneScope *scope, Origin at, const Value *span,
                           const Value *reference)
{
    int64_t offset, start = 0;
    if (!span_parse(value_text(span), &offset))
        return fail(run, FAILURE_BUILTIN, at, "String: '%.*s' isn't a time expression", STR_ARG(value_text(span)));
    /* As upstream: '' is no reference. */
    if (!reference || !is_truthy(reference))
        reference = scope_now(run, scope, at);
    if (!reference || !reference_time(run, at, reference, &start))
        return NULL;
    int64_t moment = start + offset;
    if (moment < -TIME_LIMIT || moment > TIME_LIMIT)
        return fail(run, FAILURE_BUILTIN, at, "fromNow leads beyond the year 275760");
    return make_string(run, span, at, moment_print(run->arena, moment));
}
