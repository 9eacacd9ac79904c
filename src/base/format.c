/* Formatting of the few conversions that keys, paths and messages are made with. */
#include "base_private.h"

typedef struct Out {
    char *data;
    size_t size;
    size_t room;
    bool full;
} Out;

static void put(Out *out, const char *text, size_t size)
{
    out->full = out->full || size > out->room - out->size;
    if (out->full || !size)
        return;
    memcpy(out->data + out->size, text, size);
    out->size += size;
}

static void put_number(Out *out, size_t number, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    if (negative)
        digits[--at] = '-';
    put(out, digits + at, sizeof digits - at);
}

static void put_integer(Out *out, int number)
{
    put_number(out, number < 0 ? (size_t)0 - (size_t)number : (size_t)number, number < 0);
}

static size_t bounded_length(const char *text, int limit)
{
    const char *end = limit > 0 ? memchr(text, 0, (size_t)limit) : text;
    return end ? (size_t)(end - text) : (size_t)limit;
}

int format_simple(char *data, size_t room, const char *format, va_list args)
{
    Out out = {data, 0, room, false};
    while (!out.full) {
        const char *percent = strchrnul(format, '%');
        put(&out, format, (size_t)(percent - format));
        if (!*percent)
            return out.full ? -1 : (int)out.size;
        format = percent + 2;
        if (percent[1] == 's') {
            const char *text = va_arg(args, const char *);
            put(&out, text, strlen(text));
        } else if (strncmp(percent + 1, ".*s", 3) == 0) {
            int limit = va_arg(args, int);
            const char *text = va_arg(args, const char *);
            put(&out, text, limit < 0 ? strlen(text) : bounded_length(text, limit));
            format = percent + 4;
        } else if (percent[1] == 'u') {
            put_number(&out, va_arg(args, unsigned), false);
        } else if (percent[1] == 'd') {
            put_integer(&out, va_arg(args, int));
        } else if (strncmp(percent + 1, "zu", 2) == 0) {
            put_number(&out, va_arg(args, size_t), false);
            format = percent + 3;
        } else if (percent[1] == '%') {
            put(&out, "%", 1);
        } else {
            return -1;
        }
    }
    return -1;
}
