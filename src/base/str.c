/* Strings as pointer and length. Comparison is by bytes everywhere, so that no locale can change an order. */
#include "kiln/base.h"

int str_compare(Str a, Str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool str_starts(Str text, Str prefix)
{
    return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

bool str_ends(Str text, Str suffix)
{
    return text.size >= suffix.size &&
           (suffix.size == 0 || memcmp(text.data + text.size - suffix.size, suffix.data, suffix.size) == 0);
}

Str str_slice(Str text, size_t from, size_t to)
{
    if (to > text.size)
        to = text.size;
    if (from > to)
        from = to;
    return (Str){text.data ? text.data + from : NULL, to - from};
}

ptrdiff_t str_find(Str text, Str needle, size_t from)
{
    if (from > text.size || needle.size > text.size - from)
        return -1;
    if (needle.size == 0)
        return (ptrdiff_t)from;
    const char *rest = text.data + from;
    size_t left = text.size - from;
    /* For one character memchr, of which sanitizers know, too, that it looks no further than what it finds. */
    const char *hit = needle.size == 1 ? memchr(rest, needle.data[0], left) : memmem(rest, left, needle.data, needle.size);
    return hit ? hit - text.data : -1;
}

ptrdiff_t str_rfind_char(Str text, char c)
{
    const char *hit = text.size ? memrchr(text.data, c, text.size) : NULL;
    return hit ? hit - text.data : -1;
}

bool str_has_char(Str text, char c)
{
    return text.size && memchr(text.data, c, text.size) != NULL;
}

bool str_split(Str *rest, char separator, Str *part)
{
    if (!rest->data)
        return false;
    const char *hit = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
    if (!hit) {
        *part = *rest;
        *rest = STR_NONE;
        return true;
    }
    size_t size = (size_t)(hit - rest->data);
    *part = (Str){rest->data, size};
    *rest = (Str){hit + 1, rest->size - size - 1};
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Str str_trim(Str text)
{
    while (text.size && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}
