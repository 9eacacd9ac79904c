/*
 * The label keys that any selector of the objects uses. Only these give a label a meaning; which objects such a
 * selector reaches is not asked, so a key that is used anywhere counts everywhere.
 */
#include "diff_private.h"

typedef struct Collector {
    Index *keys;
} Collector;

static void add_keys(Collector *collector, const Value *map)
{
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        if (map->entries[i].value->kind == VALUE_STRING)
            index_put(collector->keys, map->entries[i].key, 1);
    }
}

static void add_expressions(Collector *collector, const Value *list)
{
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++)
        index_put(collector->keys, value_text_at(list->items[i], "key"), 1);
}

/* The labels of pod templates need no look: their changes restart pods. */
static void collect(Collector *collector, const Value *value)
{
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->size; i++)
        collect(collector, value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++) {
        Str key = value->entries[i].key;
        const Value *child = value->entries[i].value;
        if (str_equal(key, STR("matchLabels")) || str_equal(key, STR("selector")))
            add_keys(collector, child);
        if (str_equal(key, STR("matchExpressions")))
            add_expressions(collector, child);
        if (child->kind == VALUE_MAP || child->kind == VALUE_LIST)
            collect(collector, child);
    }
}

const Index *selected_labels(Arena *arena, const DiffSide *from, const DiffSide *to)
{
    Collector collector = {.keys = index_new(arena, 64)};
    for (size_t i = 0; i < from->count + to->count; i++)
        collect(&collector, i < from->count ? from->list[i].object : to->list[i - from->count].object);
    return collector.keys;
}
