/*
 * Our writer: values to block-style YAML that every common reader reads alike. It decides style, never content:
 * nothing is folded, shortened or left out. Must not know where values come from.
 *
 * It is the hot path of the program (1 kB in a few microseconds), hence bytes written into reserved room and no
 * printf.
 */
#include "yaml_private.h"

#include <math.h>
#include <stdlib.h>

/* A key must end within 1024 characters to be recognised as one (YAML 1.2.2 §7.4.2); quoting may use six for each. */
enum { SIMPLE_KEY_MAX = 1000 };
/* Maps up to this size are sorted on the stack. */
enum { SMALL_MAP = 64 };
/* yamllint's default: at most two empty lines in a row, which a literal block would pass on. */
enum { NEWLINES_MAX = 3 };

typedef struct Writer {
    Buf *out;
    const YamlStyle *style;
} Writer;

static void write_map(Writer *w, const Value *map, size_t indent, Str parent, bool started, bool last);
static void write_list(Writer *w, const Value *list, size_t indent, Str parent, bool started, bool last);

/* Most lines are indented by less; so much room is there beyond what is asked for. */
enum { INDENT_MOST = 16 };

static inline void room(Buf *out, size_t extra)
{
    if (extra + INDENT_MOST > out->capacity - out->size)
        buf_reserve(out, extra + INDENT_MOST);
}

/* Bytes into room that is there. */
static inline void put(Buf *out, const char *text, size_t size)
{
    memcpy(out->data + out->size, text, size);
    out->size += size;
}

static inline void put_char(Buf *out, char c)
{
    out->data[out->size++] = c;
}

static inline void put_indent(Buf *out, size_t indent)
{
    if (indent <= INDENT_MOST)
        memset(out->data + out->size, ' ', INDENT_MOST); /* of constant size, no call */
    else
        memset(out->data + out->size, ' ', indent);
    out->size += indent;
}

/* ---- quoted strings ---- */

/*
 * Characters that are escaped though they are no controls: U+0080–9F and U+0085, U+2028–2029 (line breaks in
 * YAML 1.1), U+FEFF, U+FFFE–FFFF. text starts with the byte of a multi-byte sequence.
 */
static bool is_unsafe_sequence(const unsigned char *p, size_t left)
{
    if (left >= 2 && p[0] == 0xC2)
        return p[1] < 0xA0;
    if (left < 3)
        return false;
    return (p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9)) ||
           (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) || (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE);
}

static void put_escape(Buf *out, uint32_t c)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    put_char(out, '\\');
    if (c < sizeof letters && letters[c]) {
        put_char(out, letters[c]);
        return;
    }
    int digits = c < 0x100 ? 2 : 4;
    put_char(out, c < 0x100 ? 'x' : 'u');
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        put_char(out, hex[c >> shift & 15]);
}

static void write_quoted(Buf *out, Str text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    room(out, text.size * 4 + 2);
    put_char(out, '"');
    for (size_t i = 0; i < text.size;) {
        size_t run = i;
        while (run < text.size && p[run] >= 0x20 && p[run] != '"' && p[run] != '\\' && p[run] != 0x7F &&
               !(p[run] >= 0xC2 && is_unsafe_sequence(p + run, text.size - run)))
            run++;
        put(out, text.data + i, run - i);
        i = run;
        if (i < text.size)
            put_escape(out, utf8_next(text, &i));
    }
    put_char(out, '"');
}

void yaml_write_string(Buf *out, Str text)
{
    if (scalar_is_plain(text))
        buf_add(out, text);
    else
        write_quoted(out, text);
}

/* ---- literal blocks ---- */

/*
 * A literal block keeps its text byte for byte as long as no line ends in a blank, no character needs an escape and
 * something other than blanks is in it. last: nothing follows in the document, whose end would be taken for the
 * text's.
 */
static bool fits_literal(Str text, bool last)
{
    const unsigned char *p = (const unsigned char *)text.data;
    size_t newlines = 0, ink = 0;
    if (!memchr(p, '\n', text.size))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (p[i] == '\n') {
            if (++newlines > (ink ? NEWLINES_MAX : NEWLINES_MAX - 1) || (i && p[i - 1] == ' '))
                return false;
            continue;
        }
        newlines = 0;
        ink += p[i] != ' ';
        if (p[i] < 0x20 || p[i] == 0x7F || (p[i] >= 0xC2 && is_unsafe_sequence(p + i, text.size - i)))
            return false;
    }
    return ink && p[text.size - 1] != ' ' && (newlines < 2 || !last);
}

static void write_literal_head(Buf *out, Str text)
{
    const char *at = text.data, *end = text.data + text.size;
    buf_add_char(out, '|');
    if (*at == ' ' || *at == '\n')
        buf_add_char(out, '2');
    if (end[-1] != '\n')
        buf_add_char(out, '-');
    else if (text.size > 1 && end[-2] == '\n')
        buf_add_char(out, '+');
}

static void write_literal(Buf *out, Str text, size_t indent)
{
    const char *at = text.data, *end = text.data + text.size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        room(out, indent + size + 1);
        if (size)
            put_indent(out, indent);
        put(out, at, size);
        put_char(out, '\n');
        at += size + 1;
    }
}

/* ---- scalars on one line ---- */

/* -?digits, without a leading zero, with a fraction, and with a signed exponent only after one: one reading
 * everywhere. */
static bool is_common_number(Str text)
{
    size_t i = text.size && text.data[0] == '-', digits = i;
    while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9')
        i++;
    if (i == digits || (text.data[digits] == '0' && i - digits > 1))
        return false;
    if (i == text.size)
        return true;
    if (text.data[i++] != '.')
        return false;
    digits = i;
    while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9')
        i++;
    if (i == digits || i == text.size)
        return i > digits;
    if (text.data[i] != 'e' || i + 2 >= text.size || (text.data[i + 1] != '+' && text.data[i + 1] != '-'))
        return false;
    for (i += 2; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return true;
}

/* number_print's 1e+21 lacks the point that YAML 1.1 wants to see. */
static void write_computed_number(Buf *out, double number)
{
    char text[NUMBER_TEXT_SIZE];
    Str printed = number_print(number, text);
    ptrdiff_t e = str_find(printed, STR("e"), 0);
    if (e < 0 || str_has_char(printed, '.')) {
        buf_add(out, printed);
        return;
    }
    buf_add(out, str_slice(printed, 0, (size_t)e));
    buf_add(out, STR(".0"));
    buf_add(out, str_slice(printed, (size_t)e, printed.size));
}

static void write_number(Buf *out, const Value *value)
{
    if (is_common_number(value_text(value)))
        buf_add(out, value_text(value));
    else if (isfinite(value->number))
        write_computed_number(out, value->number);
    else
        buf_add(out, isnan(value->number) ? STR(".nan") : value->number < 0 ? STR("-.inf") : STR(".inf"));
}

/* A value that fits behind its key: any scalar, and the empty collections. */
static void write_short(Buf *out, const Value *value)
{
    switch ((ValueKind)value->kind) {
    case VALUE_STRING:
        yaml_write_string(out, value_text(value));
        break;
    case VALUE_NUMBER:
        write_number(out, value);
        break;
    case VALUE_BOOL:
        buf_add(out, value->boolean ? STR("true") : STR("false"));
        break;
    case VALUE_LIST:
        buf_add(out, STR("[]"));
        break;
    case VALUE_MAP:
        buf_add(out, STR("{}"));
        break;
    case VALUE_NULL:
    case VALUE_FUNCTION:
        buf_add(out, STR("null"));
        break;
    }
}

static void write_comment(Writer *w, Str parent, Str key, const Value *value)
{
    Str comment = w->style->comment(w->style->user, parent, key, value);
    if (!comment.size)
        return;
    buf_add(w->out, STR("  # "));
    size_t start = w->out->size;
    buf_add(w->out, comment);
    for (size_t i = start; i < w->out->size; i++) {
        if ((unsigned char)w->out->data[i] < 0x20)
            w->out->data[i] = ' ';
    }
}

static bool is_nested(const Value *value)
{
    return (value->kind == VALUE_MAP || value->kind == VALUE_LIST) && value->size > 0;
}

/* What stands behind "key: " or "- ", and the end of its line. indent: of the lines below, should there be any. */
static void write_leaf(Writer *w, const Value *value, size_t indent, Str parent, Str key, bool last)
{
    Str text = value_text(value);
    bool literal = false;
    if (value->kind != VALUE_STRING) {
        write_short(w->out, value);
    } else if (scalar_is_plain(text)) {
        room(w->out, text.size);
        put(w->out, text.data, text.size);
    } else if (indent && text.size && fits_literal(text, last)) {
        literal = true;
        write_literal_head(w->out, text);
    } else {
        write_quoted(w->out, text);
    }
    if (w->style->comment)
        write_comment(w, parent, key, value);
    room(w->out, 1);
    put_char(w->out, '\n');
    if (literal)
        write_literal(w->out, text, indent);
}

/* ---- collections ---- */

/* A key that is too long to be recognised stands behind '? ', and its value behind ': ' on the next line. */
static void write_quoted_key(Buf *out, Str key, size_t indent)
{
    size_t start = out->size;
    write_quoted(out, key);
    if (out->size - start > SIMPLE_KEY_MAX) {
        room(out, indent + 3);
        memmove(out->data + start + 2, out->data + start, out->size - start);
        memcpy(out->data + start, "? ", 2);
        out->size += 2;
        put_char(out, '\n');
        put_indent(out, indent);
    }
    buf_add_char(out, ':');
}

static void write_entry(Writer *w, const MapEntry *entry, size_t indent, Str parent, bool started, bool last)
{
    const Value *value = entry->value;
    Str key = entry->key;
    room(w->out, indent + key.size + 3);
    if (!started)
        put_indent(w->out, indent);
    if (key.size <= SIMPLE_KEY_MAX && scalar_is_plain(key)) {
        put(w->out, key.data, key.size);
        put_char(w->out, ':');
    } else {
        write_quoted_key(w->out, key, indent);
    }
    room(w->out, 1);
    if (!is_nested(value)) {
        put_char(w->out, ' ');
        write_leaf(w, value, indent + 2, parent, key, last);
        return;
    }
    put_char(w->out, '\n');
    if (value->kind == VALUE_MAP)
        write_map(w, value, indent + 2, key, false, last);
    else
        write_list(w, value, indent + 2, key, false, last);
}

/* Most keys differ in their first byte. */
static inline bool follows(Str a, Str b)
{
    if (a.size && b.size && a.data[0] != b.data[0])
        return (unsigned char)a.data[0] > (unsigned char)b.data[0];
    return str_compare(a, b) > 0;
}

static int entry_order(const void *a, const void *b)
{
    const MapEntry *const *left = a, *const *right = b;
    return str_compare((*left)->key, (*right)->key);
}

static bool is_sorted(const Value *map)
{
    for (uint32_t i = 1; i < map->size; i++) {
        if (follows(map->entries[i - 1].key, map->entries[i].key))
            return false;
    }
    return true;
}

static void insertion_sort(const MapEntry **order, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const MapEntry *entry = order[i];
        uint32_t at = i;
        for (; at > 0 && follows(order[at - 1]->key, entry->key); at--)
            order[at] = order[at - 1];
        order[at] = entry;
    }
}

static void write_sorted(Writer *w, const Value *map, size_t indent, Str parent, bool started, bool last)
{
    const MapEntry *small[SMALL_MAP], **order = small;
    if (map->size > SMALL_MAP && !(order = malloc(map->size * sizeof *order)))
        base_out_of_memory();
    for (uint32_t i = 0; i < map->size; i++)
        order[i] = &map->entries[i];
    if (map->size > SMALL_MAP)
        qsort(order, map->size, sizeof *order, entry_order);
    else
        insertion_sort(order, map->size);
    for (uint32_t i = 0; i < map->size; i++) {
        write_entry(w, order[i], indent, parent, started && i == 0, last && i + 1 == map->size);
    }
    if (order != small)
        free(order);
}

/* started: the first line's indentation, or a '- ' instead of it, is there already. */
static void write_map(Writer *w, const Value *map, size_t indent, Str parent, bool started, bool last)
{
    if (w->style->sorted && !is_sorted(map)) {
        write_sorted(w, map, indent, parent, started, last);
        return;
    }
    for (uint32_t i = 0; i < map->size; i++) {
        write_entry(w, &map->entries[i], indent, parent, started && i == 0, last && i + 1 == map->size);
    }
}

static void write_list(Writer *w, const Value *list, size_t indent, Str parent, bool started, bool last)
{
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *item = list->items[i];
        bool end = last && i + 1 == list->size;
        room(w->out, indent + 2);
        if (i || !started)
            put_indent(w->out, indent);
        put(w->out, "- ", 2);
        if (!is_nested(item))
            write_leaf(w, item, indent + 2, parent, STR_NONE, end);
        else if (item->kind == VALUE_MAP)
            write_map(w, item, indent + 2, parent, true, end);
        else
            write_list(w, item, indent + 2, parent, true, end);
    }
}

void yaml_write(Buf *out, const Value *value, const YamlStyle *style)
{
    Writer writer = {.out = out, .style = style};
    if (!is_nested(value))
        write_leaf(&writer, value, 0, STR_NONE, STR_NONE, true);
    else if (value->kind == VALUE_MAP)
        write_map(&writer, value, 0, STR_NONE, false, true);
    else
        write_list(&writer, value, 0, STR_NONE, false, true);
}
