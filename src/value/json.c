/* Compact JSON (RFC 8259), for hashes, messages and templates. */
#include "kiln/value.h"

#include <stdlib.h>

static void print_string(Str text, Buf *out)
{
    static const char escapes[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)c);
        } else if (c >= 32) {
            buf_add_char(out, (char)c);
        } else if (escapes[c]) {
            buf_add_char(out, '\\');
            buf_add_char(out, escapes[c]);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
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
        buf_add(out, number_print(value->number, text));
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
