/* JSON (RFC 8259): compact for hashes, messages and templates, indented for people and their tools. */
#include "kiln/value.h"

#include <math.h>
#include <stdlib.h>

static void print_string(Str text, Buf *out)
{
    static const char escapes[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    size_t plain = 0; /* from here on nothing needed an escape */
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 32 && c != '"' && c != '\\')
            continue;
        buf_add(out, str_slice(text, plain, i));
        plain = i + 1;
        if (c < 32 && !escapes[c])
            buf_printf(out, "\\u%04x", c);
        else
            buf_add(out, (Str){(const char[]){'\\', c < 32 ? escapes[c] : (char)c}, 2});
    }
    buf_add(out, str_slice(text, plain, text.size));
    buf_add_char(out, '"');
}

static int entry_order(const void *a, const void *b)
{
    const MapEntry *const *left = a, *const *right = b;
    return str_compare((*left)->key, (*right)->key);
}

static void print_entry(const MapEntry *entry, bool first, bool sorted, Buf *out)
{
    if (!first)
        buf_add_char(out, ',');
    print_string(entry->key, out);
    buf_add_char(out, ':');
    value_print_json(entry->value, sorted, out);
}

static void print_sorted_entries(const Value *map, Buf *out)
{
    const MapEntry **order = malloc(map->size * sizeof(const MapEntry *));
    if (!order)
        base_out_of_memory();
    for (uint32_t i = 0; i < map->size; i++)
        order[i] = &map->entries[i];
    qsort(order, map->size, sizeof(const MapEntry *), entry_order);
    for (uint32_t i = 0; i < map->size; i++)
        print_entry(order[i], i == 0, true, out);
    free(order);
}

static void print_map(const Value *map, bool sorted, Buf *out)
{
    buf_add_char(out, '{');
    if (sorted && map->size > 1) {
        print_sorted_entries(map, out);
    } else {
        for (uint32_t i = 0; i < map->size; i++)
            print_entry(&map->entries[i], i == 0, sorted, out);
    }
    buf_add_char(out, '}');
}

static void print_list(const Value *list, bool sorted, Buf *out)
{
    buf_add_char(out, '[');
    for (uint32_t i = 0; i < list->size; i++) {
        if (i)
            buf_add_char(out, ',');
        value_print_json(list->items[i], sorted, out);
    }
    buf_add_char(out, ']');
}

void value_print_json(const Value *value, bool sorted, Buf *out)
{
    char text[NUMBER_TEXT_SIZE];
    switch ((ValueKind)value->kind) {
    case VALUE_NULL:
    case VALUE_FUNCTION:
        buf_add(out, STR("null"));
        break;
    case VALUE_BOOL:
        buf_add(out, value->boolean ? STR("true") : STR("false"));
        break;
    case VALUE_NUMBER:
        /* JSON has no other numbers than finite ones. */
        buf_add(out, isfinite(value->number) ? number_print(value->number, text) : STR("null"));
        break;
    case VALUE_STRING:
        print_string(value_text(value), out);
        break;
    case VALUE_LIST:
        print_list(value, sorted, out);
        break;
    case VALUE_MAP:
        print_map(value, sorted, out);
        break;
    }
}

/* ---- indented ---- */

/* What fits on a line stays on it. */
enum { LINE_WIDTH = 100 };

static bool print_short(const Value *value, size_t column, Buf *out)
{
    size_t start = out->size;
    value_print_json(value, false, out);
    if (value_is_scalar(value) || value->kind == VALUE_NULL || !value->size ||
        column + out->size - start <= LINE_WIDTH)
        return true;
    out->size = start;
    return false;
}

void value_print_json_inside(const Value *value, size_t indent, size_t column, Buf *out)
{
    if (print_short(value, column, out))
        return;
    bool map = value->kind == VALUE_MAP;
    buf_add(out, map ? STR("{\n") : STR("[\n"));
    for (uint32_t i = 0; i < value->size; i++) {
        size_t start = out->size;
        buf_add_repeat(out, ' ', indent + 2);
        if (map) {
            print_string(value->entries[i].key, out);
            buf_add(out, STR(": "));
        }
        value_print_json_inside(map ? value->entries[i].value : value->items[i], indent + 2, out->size - start, out);
        buf_add(out, i + 1 < value->size ? STR(",\n") : STR("\n"));
    }
    buf_add_repeat(out, ' ', indent);
    buf_add_char(out, map ? '}' : ']');
}

void value_print_json_indented(const Value *value, Buf *out)
{
    value_print_json_inside(value, 0, 0, out);
    buf_add_char(out, '\n');
}
