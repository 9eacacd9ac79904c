/*
 * Durations: whole numbers with a unit, or Go's sums of them (1h30m), held in milliseconds. Days are ours: Go and
 * Kubernetes do not know them, so they are printed as hours.
 */
#include "kiln/kube.h"
#include "chars.h"

typedef struct Unit {
    Str name;
    int64_t milliseconds;
} Unit;

/* Largest first; ms stands before m and s, so that the longer name is tried first. */
static const Unit units[] = {
    {{"d", 1}, 86400000}, {{"h", 1}, 3600000}, {{"ms", 2}, 1}, {{"m", 1}, 60000}, {{"s", 1}, 1000},
};

/* Go holds nanoseconds in an int64, so Kubernetes reads nothing longer than this (292 years). */
#define DURATION_MAX (INT64_MAX / 1000000)

static const Unit *unit_at(Str text, size_t from)
{
    for (size_t i = 0; i < LENGTH_OF(units); i++)
        if (str_starts(str_slice(text, from, text.size), units[i].name))
            return &units[i];
    return NULL;
}

bool duration_parse(Str text, int64_t *milliseconds)
{
    int64_t sum = 0;
    size_t at = 0;
    do {
        size_t digits = digits_at(text, at);
        const Unit *unit = digits ? unit_at(text, at + digits) : NULL;
        int64_t number;
        if (!unit || !digits_value(str_slice(text, at, at + digits), DURATION_MAX / unit->milliseconds, &number))
            return false;
        if (number * unit->milliseconds > DURATION_MAX - sum)
            return false;
        sum += number * unit->milliseconds;
        at += digits + unit->name.size;
    } while (at < text.size);
    *milliseconds = sum;
    return true;
}

Str duration_print(Arena *arena, int64_t milliseconds)
{
    static const Unit printed[] = {{{"h", 1}, 3600000}, {{"m", 1}, 60000}, {{"s", 1}, 1000}, {{"ms", 2}, 1}};
    Str text = STR("");
    for (size_t i = 0; i < LENGTH_OF(printed); i++) {
        int64_t number = milliseconds / printed[i].milliseconds;
        milliseconds %= printed[i].milliseconds;
        if (number)
            text = arena_printf(arena, "%.*s%lld%.*s", STR_ARG(text), (long long)number, STR_ARG(printed[i].name));
    }
    return text.size ? text : STR("0s");
}
