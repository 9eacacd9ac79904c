/* Buffers: text being written. On the heap rather than in an arena, because they grow by copying and are reused. */
#include "base_private.h"

#include <stdio.h>
#include <stdlib.h>

void buf_release(Buf *buf)
{
    free(buf->data);
    *buf = (Buf){NULL, 0, 0};
}

void buf_reserve(Buf *buf, size_t extra)
{
    if (extra <= buf->capacity - buf->size)
        return;
    if (extra > PTRDIFF_MAX / 2 - buf->size)
        base_out_of_memory();
    size_t capacity = buf->capacity ? buf->capacity : 256;
    while (capacity < buf->size + extra)
        capacity *= 2;
    char *data = realloc(buf->data, capacity);
    if (!data)
        base_out_of_memory();
    buf->data = data;
    buf->capacity = capacity;
}

void buf_add(Buf *buf, Str text)
{
    if (!text.size)
        return;
    buf_reserve(buf, text.size);
    memcpy(buf->data + buf->size, text.data, text.size);
    buf->size += text.size;
}

void buf_add_char(Buf *buf, char c)
{
    buf_reserve(buf, 1);
    buf->data[buf->size++] = c;
}

void buf_add_repeat(Buf *buf, char c, size_t count)
{
    if (!count)
        return;
    buf_reserve(buf, count);
    memset(buf->data + buf->size, c, count);
    buf->size += count;
}

static void long_printf(Buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void long_printf(Buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = buf->capacity - buf->size;
    int size = vsnprintf(buf->data + buf->size, room, format, args);
    if (size < 0)
        base_out_of_memory();
    if ((size_t)size >= room) {
        buf_reserve(buf, (size_t)size + 1);
        vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
    }
    va_end(again);
    buf->size += (size_t)size;
}

void buf_vprintf(Buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    buf_reserve(buf, 128);
    int size = format_simple(buf->data + buf->size, buf->capacity - buf->size, format, args);
    if (size < 0)
        long_printf(buf, format, again);
    else
        buf->size += (size_t)size;
    va_end(again);
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

Str buf_str(const Buf *buf)
{
    return (Str){buf->data, buf->size};
}

Str buf_keep(Buf *buf, Arena *arena)
{
    if (!buf->size) {
        buf_release(buf);
        return STR("");
    }
    char *data = realloc(buf->data, buf->size);
    Str text = {data ? data : buf->data, buf->size};
    arena_adopt(arena, data ? data : buf->data);
    *buf = (Buf){NULL, 0, 0};
    return text;
}
