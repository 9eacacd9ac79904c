/*
 * Merging: JSON Merge Patch (RFC 7386 §2) and its counterpart that only fills gaps. Both share what does not change and keep
 * the origin of whichever layer a value came from. A merged map has the origin of the map that it started from.
 */
#include "kiln/value.h"

/* RFC 7386 applies a map patch to a target that is no map as if the target were {}: nulls inside the patch vanish. */
static const Value *without_nulls(Arena *arena, const Value *patch)
{
    if (patch->kind != VALUE_MAP)
        return patch;
    bool changed = false;
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i];
        const Value *kept = entry->value->kind == VALUE_NULL ? NULL : without_nulls(arena, entry->value);
        changed |= kept != entry->value;
        if (kept)
            map_set(&map, entry->key, entry->key_origin, kept);
    }
    return changed ? map_end(&map, patch->origin) : patch;
}

const Value *value_merge(Arena *arena, const Value *target, const Value *patch)
{
    if (!patch)
        return target;
    if (patch->kind != VALUE_MAP)
        return patch;
    if (!value_is(target, VALUE_MAP))
        return without_nulls(arena, patch);
    if (!patch->size)
        return target;
    MapBuilder map = map_begin_with(arena, target);
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i];
        if (entry->value->kind == VALUE_NULL) {
            map_remove(&map, entry->key);
            continue;
        }
        const MapEntry *old = map_peek(&map, entry->key);
        const Value *merged = value_merge(arena, old ? old->value : NULL, entry->value);
        map_set(&map, entry->key, merged == entry->value || !old ? entry->key_origin : old->key_origin, merged);
    }
    return map_end(&map, target->origin);
}

const Value *value_fill(Arena *arena, const Value *target, const Value *defaults)
{
    if (value_is_none(defaults))
        return target;
    if (value_is_none(target))
        return without_nulls(arena, defaults);
    if (target->kind != VALUE_MAP || defaults->kind != VALUE_MAP)
        return target;
    MapBuilder map = map_begin_with(arena, target);
    bool changed = false;
    for (uint32_t i = 0; i < defaults->size; i++) {
        const MapEntry *entry = &defaults->entries[i];
        const MapEntry *stated = map_peek(&map, entry->key);
        const Value *filled = value_fill(arena, stated ? stated->value : NULL, entry->value);
        if (!filled || (stated && filled == stated->value) || filled->kind == VALUE_NULL)
            continue;
        map_set(&map, entry->key, stated ? stated->key_origin : entry->key_origin, filled);
        changed = true;
    }
    return changed ? map_end(&map, target->origin) : target;
}
