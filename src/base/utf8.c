/* UTF-8 as RFC 3629 defines it. */
#include "kiln/base.h"

/* The length of the sequence that starts at p, or 0 when the bytes are no UTF-8. */
static size_t sequence_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    size_t length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < length)
        return 0;
    /* The second byte's range shuts out overlong forms, surrogates and what lies above U+10FFFF (RFC 3629 §4). */
    unsigned low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

/* Nearly all text is ASCII, and is passed over eight bytes at a time; the last few are left to the caller. */
static size_t ascii_prefix(const unsigned char *p, size_t left)
{
    uint64_t eight;
    size_t at = 0;
    for (; left - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, p + at, sizeof eight);
        if (eight & 0x8080808080808080u)
            break;
    }
    return at;
}

bool utf8_valid(Str text, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.size;) {
        i += ascii_prefix(p + i, text.size - i);
        if (i == text.size)
            break;
        size_t length = sequence_length(p + i, text.size - i);
        if (!length) {
            if (bad)
                *bad = i;
            return false;
        }
        i += length;
    }
    return true;
}

uint32_t utf8_next(Str text, size_t *at)
{
    const unsigned char *p = (const unsigned char *)text.data + *at;
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    static const unsigned char first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code_point = p[0] & first_bits[length];
    for (size_t i = 1; i < length && *at + i < text.size; i++)
        code_point = code_point << 6 | (p[i] & 0x3F);
    *at += length;
    return code_point;
}

void utf8_add(Buf *buf, uint32_t c)
{
    buf_reserve(buf, 4);
    unsigned char *p = (unsigned char *)buf->data + buf->size;
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        p[i] = (unsigned char)(0x80 | (c & 0x3F));
    p[0] = (unsigned char)(lead[length] | c);
    buf->size += length;
}

size_t utf8_length(Str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}
