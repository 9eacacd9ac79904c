/*
 * The character classes that Kubernetes' languages are made of: plain ASCII, whatever the locale says. Private to the
 * room.
 */
#ifndef KILN_KUBE_CHARS_H
#define KILN_KUBE_CHARS_H

#include "kiln/base.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_lower_alnum(char c)
{
    return is_lower(c) || is_digit(c);
}

static inline bool is_alnum(char c)
{
    return is_lower_alnum(c) || is_upper(c);
}

static inline bool is_alnum_or(char c, const char *others)
{
    return is_alnum(c) || (c && strchr(others, c));
}

/* How many digits stand at from. */
static inline size_t digits_at(Str text, size_t from)
{
    size_t at = from;
    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at - from;
}

/* The value of a run of digits; false above limit. */
static inline bool digits_value(Str digits, int64_t limit, int64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digits.data[i] - '0';
        if (*value > (limit - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return true;
}

#endif
