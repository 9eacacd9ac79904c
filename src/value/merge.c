/*
 * Merging: JSON Merge Patch (RFC 7386 §2) and its counterpart that only fills gaps. Both share what does not change
 * and keep the origin of whichever layer a value came from. A merged map has the origin of the map that it started
 * from.
 */
#include "kiln/value.h"

/* The copy of from is made on the first change, so that what stays the same is shared. value NULL removes. */
static void entry_change(MapBuilder *map, Arena *arena, const Value *from, const MapEntry *place, const Value *value)
{
    if (!map->arena)
        *map = map_begin_with(arena, from);
    if (value)
        map_set(map, place->key, place->key_origin, value);
    else
        map_remove(map, place->key);
}

static const Value *map_changed(MapBuilder *map, const Value *from)
{
    return map->arena ? map_end(map, from->origin) : from;
}

/* RFC 7386 applies a map patch to a target that is no map as if the target were {}: nulls inside the patch vanish. */
static const Value *without_nulls(Arena *arena, const Value *patch)
{
    if (patch->kind != VALUE_MAP)
        return patch;
    MapBuilder map = {0};
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i];
        const Value *kept = entry->value->kind == VALUE_NULL ? NULL : without_nulls(arena, entry->value);
        if (kept != entry->value)
            entry_change(&map, arena, patch, entry, kept);
    }
    return map_changed(&map, patch);
}

const Value *value_merge(Arena *arena, const Value *target, const Value *patch)
{
    if (!patch)
        return target;
    if (patch->kind != VALUE_MAP)
        return patch;
    if (!value_is(target, VALUE_MAP))
        return without_nulls(arena, patch);
    MapBuilder map = {0};
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i], *old = value_entry(target, entry->key);
        const Value *before = old ? old->value : NULL;
        const Value *after = entry->value->kind == VALUE_NULL ? NULL : value_merge(arena, before, entry->value);
        if (after != before)
            entry_change(&map, arena, target, after == entry->value || !old ? entry : old, after);
    }
    return map_changed(&map, target);
}

const Value *value_fill(Arena *arena, const Value *target, const Value *defaults)
{
    if (value_is_none(defaults))
        return target;
    if (!target || target->kind == VALUE_NULL)
        return without_nulls(arena, defaults);
    if (target->kind != VALUE_MAP || defaults->kind != VALUE_MAP)
        return target;
    MapBuilder map = {0};
    for (uint32_t i = 0; i < defaults->size; i++) {
        const MapEntry *entry = &defaults->entries[i], *stated = value_entry(target, entry->key);
        const Value *before = stated ? stated->value : NULL;
        const Value *filled = value_fill(arena, before, entry->value);
        if (filled != before)
            entry_change(&map, arena, target, stated ? stated : entry, filled);
    }
    return map_changed(&map, target);
}
