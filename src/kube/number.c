/*
 * The small numbers that are written as text: an integer or a percentage (maxSurge, minAvailable), and semantic
 * versions.
 */
#include "kiln/kube.h"
#include "chars.h"

/* Digits without a leading zero, so that nobody can take them for octal. */
static bool canonical_digits(Str text)
{
    return text.size && digits_at(text, 0) == text.size && (text.size == 1 || text.data[0] != '0');
}

bool int_or_percent_parse(Str text, int64_t *number, bool *percent)
{
    *percent = str_ends(text, STR("%"));
    Str digits = str_slice(text, 0, text.size - (*percent ? 1 : 0));
    return canonical_digits(digits) && digits_value(digits, INT32_MAX, number);
}

/* SemVer 2.0.0 §9, §10: dot-separated identifiers; a numeric one of a pre-release has no leading zero. */
static bool identifiers_valid(Str text, bool numbers_canonical)
{
    if (!text.size)
        return false;
    Str part;
    while (str_split(&text, '.', &part)) {
        if (!part.size)
            return false;
        for (size_t i = 0; i < part.size; i++)
            if (!is_alnum_or(part.data[i], "-"))
                return false;
        if (numbers_canonical && digits_at(part, 0) == part.size && !canonical_digits(part))
            return false;
    }
    return true;
}

bool semver_valid(Str text)
{
    Str rest = str_starts(text, STR("v")) ? str_slice(text, 1, text.size) : text;
    ptrdiff_t plus = str_find(rest, STR("+"), 0);
    if (plus >= 0 && !identifiers_valid(str_slice(rest, (size_t)plus + 1, rest.size), false))
        return false;
    rest = plus < 0 ? rest : str_slice(rest, 0, (size_t)plus);
    ptrdiff_t dash = str_find(rest, STR("-"), 0);
    if (dash >= 0 && !identifiers_valid(str_slice(rest, (size_t)dash + 1, rest.size), true))
        return false;
    rest = dash < 0 ? rest : str_slice(rest, 0, (size_t)dash);
    Str part;
    size_t count = 0;
    for (; str_split(&rest, '.', &part); count++)
        if (!canonical_digits(part))
            return false;
    return count == 3;
}
