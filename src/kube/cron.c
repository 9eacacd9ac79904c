/*
 * Cron schedules as a CronJob takes them (robfig/cron's standard parser): five fields, or a word such as @daily. It
 * only tells whether a schedule is one; when it fires is the cluster's business. Stricter where the parser lets slips
 * through that change the meaning: "*-5" (read as *), "," (never fires) and "+5".
 */
#include "kiln/kube.h"
#include "chars.h"

#include <strings.h>

typedef struct Field {
    int64_t least;
    int64_t most;
    const char *names; /* three letters each, the first one stands for least; empty where there are none */
} Field;

static const Field fields[] = {
    {0, 59, ""},
    {0, 23, ""},
    {1, 31, ""},
    {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {0, 6, "sunmontuewedthufrisat"}, /* 7 is no Sunday here */
};

static const char *const words[] = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"};

static bool number_parse(Str text, int64_t *number)
{
    return text.size && digits_at(text, 0) == text.size && digits_value(text, INT32_MAX, number);
}

static bool number_or_name(Str text, const Field *field, int64_t *number)
{
    for (size_t i = 0; text.size == 3 && field->names[i]; i += 3)
        if (!strncasecmp(text.data, field->names + i, 3)) {
            *number = field->least + (int64_t)(i / 3);
            return true;
        }
    return number_parse(text, number);
}

/* number, number-number, * or ?, each with an optional /step; a number with a step runs to the end. */
static bool range_valid(Str text, const Field *field)
{
    ptrdiff_t slash = str_find(text, STR("/"), 0);
    Str range = slash < 0 ? text : str_slice(text, 0, (size_t)slash);
    int64_t step, from, to;
    if (slash >= 0 && (!number_parse(str_slice(text, (size_t)slash + 1, text.size), &step) || !step))
        return false;
    if (str_equal(range, STR("*")) || str_equal(range, STR("?")))
        return true;
    ptrdiff_t dash = str_find(range, STR("-"), 0);
    if (!number_or_name(dash < 0 ? range : str_slice(range, 0, (size_t)dash), field, &from))
        return false;
    if (dash < 0)
        to = from;
    else if (!number_or_name(str_slice(range, (size_t)dash + 1, range.size), field, &to))
        return false;
    return from >= field->least && from <= to && to <= field->most;
}

static bool field_valid(Str text, const Field *field)
{
    Str range;
    while (str_split(&text, ',', &range))
        if (!range_valid(range, field))
            return false;
    return true;
}

static bool word_valid(Str text)
{
    int64_t milliseconds;
    for (size_t i = 0; i < LENGTH_OF(words); i++)
        if (str_equal(text, str_from(words[i])))
            return true;
    return str_starts(text, STR("@every ")) && !str_has_char(text, 'd') &&
           duration_parse(str_slice(text, 7, text.size), &milliseconds);
}

bool cron_valid(Str text)
{
    Str field;
    size_t count = 0;
    if (str_starts(text, STR("@")))
        return word_valid(text);
    text = str_trim(text);
    while (str_split(&text, ' ', &field)) {
        field = str_trim(field);
        if (!field.size)
            continue;
        if (count == LENGTH_OF(fields) || !field_valid(field, &fields[count]))
            return false;
        count++;
    }
    return count == LENGTH_OF(fields);
}
