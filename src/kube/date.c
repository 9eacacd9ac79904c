/* Dates of the calendar, written as in 2026-01-31 (RFC 3339 full-date), so that their order is that of their bytes.
 */
#include "kiln/kube.h"
#include "chars.h"

static bool part_value(Str text, size_t from, size_t to, int64_t *value)
{
    Str digits = str_slice(text, from, to);
    return digits_at(digits, 0) == to - from && digits_value(digits, 9999, value);
}

bool date_valid(Str text)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day;
    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
        return false;
    if (!part_value(text, 0, 4, &year) || !part_value(text, 5, 7, &month) || !part_value(text, 8, 10, &day))
        return false;
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}
