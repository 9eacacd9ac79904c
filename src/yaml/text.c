/*
 * What has to hold for a text before a YAML parser may see it: its size, its encoding, and no control characters.
 * Knows nothing of YAML's grammar.
 */
#include "yaml_private.h"

const YamlLimits yaml_limits = {.bytes = 4u << 20, .depth = 64, .values = 100000, .expansion = 100000};
const YamlLimits yaml_manifest_limits = {
    .bytes = 256u << 20, .depth = 200, .values = SIZE_MAX, .expansion = 1000000};

size_t text_bom(Str text)
{
    return str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

static bool looks_like_utf16(Str text)
{
    return str_starts(text, STR("\xFF\xFE")) || str_starts(text, STR("\xFE\xFF")) ||
           (text.size > 1 && (text.data[0] == 0) != (text.data[1] == 0));
}

/* YAML 1.2.2 §5.1, c-printable, without U+0085, which YAML 1.1 readers take for a line break. */
static bool is_control(uint32_t c)
{
    if (c < 0x20)
        return c != '\t' && c != '\n' && c != '\r';
    return (c >= 0x7F && c <= 0x9F && c != 0x85) || c == 0xFFFE || c == 0xFFFF;
}

static bool is_line_start(Str text, size_t at)
{
    return at == 0 || text.data[at - 1] == '\n' || text.data[at - 1] == '\r';
}

/* Two files joined by hand leave the second one's mark behind, where it would become part of a key. */
static bool is_stray_bom(Str text, size_t at)
{
    return at > 0 && is_line_start(text, at) && str_starts(str_slice(text, at, text.size), STR("\xEF\xBB\xBF"));
}

/* Of the eight bytes none is anything but a printable ASCII character or a line feed: told for all of them at once. */
static inline bool are_common(const char *bytes)
{
    const uint64_t ones = 0x0101010101010101, low = ones * 0x7F;
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    uint64_t feed = eight ^ ones * '\n', del = eight ^ ones * 0x7F;
    uint64_t printable = (eight & low) + ones * 0x60; /* bit 7 where it is not below 0x20, */
    uint64_t other = (feed & low) + low;              /* where it is no line feed, */
    uint64_t shown = (del & low) + low;               /* and where it is no DEL */
    return ((eight | (~printable & other) | ~shown) & ones << 7) == 0;
}

static bool check_characters(const Source *source, Diags *diags)
{
    Str text = source->text;
    for (size_t i = 0; i < text.size;) {
        if (text.size - i >= 8 && are_common(text.data + i)) {
            i += 8;
            continue;
        }
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte < 0x7F) {
            i++;
            continue;
        }
        size_t at = i;
        uint32_t c = utf8_next(text, &i);
        if (is_control(c)) {
            diag_error(diags, source->base + (Origin)at,
                       "control character U+%04X; write it as \"\\u%04X\" in a double-quoted string", (unsigned)c,
                       (unsigned)c);
            return false;
        }
        if (c == 0xFEFF && is_stray_bom(text, at)) {
            diag_error(diags, source->base + (Origin)at, "byte order mark inside the file; remove it");
            return false;
        }
    }
    return true;
}

bool text_check(const Source *source, const YamlLimits *limits, Diags *diags)
{
    size_t bad = 0;
    if (source->text.size > limits->bytes) {
        diag_error(diags, source->base, "file of %zu bytes is larger than the limit of %zu bytes", source->text.size,
                   limits->bytes);
        return false;
    }
    if (looks_like_utf16(source->text)) {
        diag_error(diags, source->base, "the file is UTF-16; save it as UTF-8");
        return false;
    }
    if (!utf8_valid(source->text, &bad)) {
        diag_error(diags, source->base + (Origin)bad, "byte 0x%02X is not valid UTF-8; save the file as UTF-8",
                   (unsigned char)source->text.data[bad]);
        return false;
    }
    return check_characters(source, diags);
}
