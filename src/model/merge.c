/*
 * Merging layers and filling in defaults, with the table at hand: where a member of a one-of group wins, the losers
 * go; a null on a user-named entry stays as a mark until the defaults have been filled, so that it keeps theirs out
 * too (definition.md §1.5, §1.6). Free maps merge by RFC 7386 alone. Knows nothing of layers' origins or order.
 */
#include "table.h"

/* ---- one-of groups ---- */

/* Of the map's members, one that is stated and excludes the given one. */
static bool has_rival(const Field *row, const Value *map, const Field *member, Str key)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        if (value_is_none(entry->value) || str_equal(entry->key, key))
            continue;
        const Field *other = group_find(row->members, entry->key, 0);
        if (other && other->one_of == member->one_of)
            return true;
    }
    return false;
}

/* higher states a member of a group: the lower layers' other members go. */
static void drop_rivals(MapBuilder *map, const Field *row, const Value *higher)
{
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *member = &group->rows[i];
            if (member->one_of && value_is_none(value_get(higher, member->name)) &&
                has_rival(row, higher, member, member->name))
                map_remove(map, member->name);
        }
    }
}

/* ---- merging ---- */

/* Two merge patches as one that does what both do, one after the other: null is kept, as it has yet to be applied. */
static const Value *compose(Arena *arena, const Value *lower, const Value *higher)
{
    if (!lower || lower->kind != VALUE_MAP || higher->kind != VALUE_MAP)
        return higher;
    if (!higher->size)
        return lower;
    MapBuilder map = map_begin_with(arena, lower);
    for (uint32_t i = 0; i < higher->size; i++) {
        const MapEntry *entry = &higher->entries[i];
        const MapEntry *old = map_peek(&map, entry->key);
        const Value *both = compose(arena, old ? old->value : NULL, entry->value);
        map_set(&map, entry->key, old && both != entry->value ? old->key_origin : entry->key_origin, both);
    }
    return map_end(&map, lower->origin);
}

static const Value *merge_row(Arena *arena, const Field *row, const Value *lower, const Value *higher)
{
    if (row->nulls)
        return compose(arena, lower, higher);
    if (!lower || higher->kind != VALUE_MAP || (lower->kind != VALUE_MAP && !row_is_free(row)))
        return row_is_free(row) ? value_merge(arena, lower, higher) : higher;
    if (row_is_free(row) || !row_is_map(row))
        return value_merge(arena, lower, higher);
    if (!higher->size)
        return lower;
    MapBuilder map = map_begin_with(arena, lower);
    if (row->noun)
        drop_rivals(&map, row, higher);
    for (uint32_t i = 0; i < higher->size; i++) {
        const MapEntry *entry = &higher->entries[i];
        const Field *member = row_member(row, entry->key);
        const MapEntry *old = map_peek(&map, entry->key);
        if (entry->value->kind == VALUE_NULL && member != row->entry) {
            map_remove(&map, entry->key);
            continue;
        }
        const Value *merged = member ? merge_row(arena, member, old ? old->value : NULL, entry->value) : entry->value;
        bool kept = old && merged != entry->value;
        map_set(&map, entry->key, kept ? old->key_origin : entry->key_origin, merged);
    }
    return map_end(&map, lower->origin);
}

static const Value *merge_under(Arena *arena, const Field *row, const Value *lower, const Value *higher)
{
    if (!higher)
        return lower;
    return lower ? merge_row(arena, row, lower, higher) : higher;
}

const Value *model_merge(Arena *arena, const Value *lower, const Value *higher)
{
    return model_merge_document(arena, lower, higher, MODEL_SERVICE);
}

const Value *model_merge_document(Arena *arena, const Value *lower, const Value *higher, ModelDocument document)
{
    const Field root = {.type = FIELD_BLOCK, .members = document_group(document)};
    return merge_under(arena, &root, lower, higher);
}

const Value *model_merge_external(Arena *arena, const Value *lower, const Value *higher)
{
    static const Field peers = {.type = FIELD_NAMED, .entry = &peer_row};
    return merge_under(arena, &peers, lower, higher);
}

/* ---- filling ---- */

/*
 * The value without the nulls of its maps; NULL for null itself. What stands in lists is nobody's layer, and a row
 * may keep its nulls. row NULL: below a free map.
 */
static const Value *stated_only(Arena *arena, const Field *row, const Value *value)
{
    if (value->kind == VALUE_NULL)
        return NULL;
    if (value->kind != VALUE_MAP || (row && row->nulls))
        return value;
    MapBuilder map = {0};
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        const Value *kept = stated_only(arena, row ? row_member(row, entry->key) : NULL, entry->value);
        if (kept == entry->value)
            continue;
        if (!map.arena)
            map = map_begin_with(arena, value);
        if (kept)
            map_set(&map, entry->key, entry->key_origin, kept);
        else
            map_remove(&map, entry->key);
    }
    return map.arena ? map_end(&map, value->origin) : value;
}

static const Value *fill_row(Arena *arena, const Field *row, const Value *target, const Value *defaults)
{
    if (!row || target->kind != VALUE_MAP || defaults->kind != VALUE_MAP)
        return target;
    if (row->nulls)
        return compose(arena, defaults, target);
    if (!row_is_map(row))
        return row_is_free(row) ? value_fill(arena, target, defaults) : target;
    MapBuilder map = {0};
    for (uint32_t i = 0; i < defaults->size; i++) {
        const MapEntry *entry = &defaults->entries[i];
        if (entry->value->kind == VALUE_NULL)
            continue;
        const Field *member = row_member(row, entry->key);
        const MapEntry *stated = value_entry(target, entry->key);
        /* The mark of a removed entry. */
        if (stated && stated->value->kind == VALUE_NULL && member && member == row->entry)
            continue;
        if (member && member->one_of && has_rival(row, target, member, entry->key))
            continue;
        bool said = stated && stated->value->kind != VALUE_NULL;
        const Value *filled = said ? fill_row(arena, member, stated->value, entry->value) : entry->value;
        if (said && filled == stated->value)
            continue;
        if (!map.arena)
            map = map_begin_room(arena, target, defaults->size - i);
        map_set(&map, entry->key, said ? stated->key_origin : entry->key_origin, filled);
    }
    return map.arena ? map_end(&map, target->origin) : target;
}

const Value *model_fill(Arena *arena, const Value *target, const Value *defaults)
{
    const Field root = {.type = FIELD_BLOCK, .members = document_group(MODEL_SERVICE)};
    const Value *filled = target;
    if (value_is_none(target))
        filled = defaults;
    else if (!value_is_none(defaults))
        filled = fill_row(arena, &root, target, defaults);
    return filled ? stated_only(arena, &root, filled) : NULL;
}

/* ---- what a kind cannot use ---- */

static const Value *row_for_kind(Arena *arena, const Field *row, const Value *value, WorkloadKind kind)
{
    if (!row_is_map(row) || value->kind != VALUE_MAP)
        return value;
    MapBuilder map = {0};
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        const Field *member = row_member(row, entry->key);
        const Value *kept = !member ? entry->value
                            : row_suits(member, kind)
                                ? row_for_kind(arena, member, entry->value, row_within(member, kind))
                                : NULL;
        if (kept == entry->value)
            continue;
        if (!map.arena)
            map = map_begin_with(arena, value);
        if (kept)
            map_set(&map, entry->key, entry->key_origin, kept);
        else
            map_remove(&map, entry->key);
    }
    return map.arena ? map_end(&map, value->origin) : value;
}

const Value *model_for_kind(Arena *arena, const Value *definition, WorkloadKind kind)
{
    const Field root = {.type = FIELD_BLOCK, .members = document_group(MODEL_SERVICE)};
    return row_for_kind(arena, &root, definition, kind);
}
