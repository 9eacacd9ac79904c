/*
 * Masking: a value as it may be shown. What the gate would call a literal secret becomes ***, in definitions
 * (env: {NAME: {value: …}}) and in rendered objects ({name: NAME, value: …}) alike.
 */
#include "standards_private.h"

/* `value` says nothing; the name stands above it, or beside it. */
static Str name_below(Str name, const Value *map, Str key)
{
    if (!str_equal(key, STR("value")))
        return key;
    Str beside = value_text_at(map, "name");
    return beside.size ? beside : name;
}

static const Value *mask_map(Arena *arena, Str name, const Value *map)
{
    MapBuilder masked = {0};
    bool changed = false;
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        const Value *shown = secrets_masked(arena, name_below(name, map, entry->key), entry->value);
        if (shown == entry->value)
            continue;
        if (!changed)
            masked = map_begin_with(arena, map);
        changed = true;
        map_set(&masked, entry->key, entry->key_origin, shown);
    }
    return changed ? map_end(&masked, map->origin) : map;
}

/* The option before an item may name it: [--password, …]. */
static Str name_in_list(const Value *list, uint32_t index, Str name)
{
    const Value *before = index ? list->items[index - 1] : NULL;
    return value_is(before, VALUE_STRING) && str_starts(value_text(before), STR("-")) ? value_text(before) : name;
}

static const Value *mask_list(Arena *arena, Str name, const Value *list)
{
    ListBuilder masked = list_begin(arena);
    bool changed = false;
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *shown = secrets_masked(arena, name_in_list(list, i, name), list->items[i]);
        changed |= shown != list->items[i];
        list_add(&masked, shown);
    }
    return changed ? list_end(&masked, list->origin) : list;
}

const Value *secrets_masked(Arena *arena, Str name, const Value *value)
{
    switch ((ValueKind)value->kind) {
    case VALUE_STRING:
        return literal_secret(name, value_text(value)) ? value_new_string(arena, value->origin, STR("***")) : value;
    case VALUE_LIST:
        return mask_list(arena, name, value);
    case VALUE_MAP:
        return mask_map(arena, name, value);
    default:
        return value;
    }
}
