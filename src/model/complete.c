/*
 * Every row present (templates.md rule 2): what is stated, else its constant default, else {} [] or null. What must
 * be computed from more than the row is the service room's. Values that come from rows are the table's own, without a
 * copy.
 */
#include "table.h"

typedef struct Complete {
    Arena *arena;
    WorkloadKind kind;
} Complete;

static const Value *complete_row(const Complete *complete, const Field *row, const Value *value);

static size_t group_size(const FieldGroup *group)
{
    size_t count = 0;
    for (; group; group = group->next)
        count += group->count;
    return count;
}

/* Room for count entries whose keys are known to differ. */
static MapBuilder map_of(Arena *arena, size_t count)
{
    return (MapBuilder){.arena = arena, .entries = ARENA_ARRAY(arena, MapEntry, count + 1), .capacity = count + 1};
}

/* Without an index, which would take more room than all the entries: a scan of a few dozen keys is as fast. */
static const Value *map_done(const MapBuilder *map, Origin origin)
{
    Value *value = ARENA_NEW(map->arena, Value);
    *value = (Value){.kind = VALUE_MAP, .origin = origin, .size = (uint32_t)map->count, .entries = map->entries};
    return value;
}

static void append(MapBuilder *map, Str key, Origin key_origin, const Value *value)
{
    map->entries[map->count++] = (MapEntry){key, key_origin, value};
}

static void complete_members(const Complete *complete, const FieldGroup *group, const Value *map, MapBuilder *out)
{
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *row = &group->rows[i];
            if (row->refused)
                continue;
            const MapEntry *entry = value_entry(map, row->name);
            append(out, row->name, entry ? entry->key_origin : ORIGIN_NONE,
                   complete_row(complete, row, entry ? entry->value : NULL));
        }
    }
}

static const Value *complete_map(const Complete *complete, const Field *row, const Value *value)
{
    size_t count = value ? value->size : 0;
    if (!count && !row->members)
        return value ? value : &value_empty_map;
    const Complete below = {complete->arena, row_within(row, complete->kind)};
    MapBuilder out = map_of(complete->arena, group_size(row->members) + count);
    complete_members(&below, row->members, value, &out);
    for (size_t i = 0; row->type == FIELD_NAMED && i < count; i++) {
        const MapEntry *entry = &value->entries[i];
        if (!row->members || !group_find(row->members, entry->key, 0))
            append(&out, entry->key, entry->key_origin, complete_row(&below, row->entry, entry->value));
    }
    return map_done(&out, value ? value->origin : ORIGIN_NONE);
}

static const Value *complete_list(const Complete *complete, const Field *row, const Value *list)
{
    if (!row_is_map(row->entry) || !list->size)
        return list;
    ListBuilder out = list_begin(complete->arena);
    for (uint32_t i = 0; i < list->size; i++)
        list_add(&out, complete_row(complete, row->entry, list->items[i]));
    return list_end(&out, list->origin);
}

static const Value *complete_unsaid(const Complete *complete, const Field *row)
{
    bool foreign = !row_suits(row, complete->kind);
    if (row->fallback && !foreign)
        return row_is_map(row) ? complete_map(complete, row, row->fallback) : row->fallback;
    if (row->optional || row->one_of)
        return &value_null;
    if (row->type == FIELD_LIST)
        return &value_empty_list;
    if (row->type == FIELD_FREE || row->verbatim)
        return &value_empty_map;
    return row_is_map(row) ? complete_map(complete, row, NULL) : &value_null;
}

static const Value *complete_row(const Complete *complete, const Field *row, const Value *value)
{
    if (value_is_none(value))
        return complete_unsaid(complete, row);
    if (row->off && value->kind == VALUE_BOOL)
        return value_new_null(complete->arena, value->origin);
    if (row_is_map(row) && value->kind == VALUE_MAP && !row->verbatim)
        return complete_map(complete, row, value);
    if (row->type == FIELD_LIST && value->kind == VALUE_LIST)
        return complete_list(complete, row, value);
    return value;
}

static const Value *complete_group(Arena *arena, const Value *value, const FieldGroup *group, WorkloadKind kind)
{
    const Complete complete = {arena, kind};
    MapBuilder out = map_of(arena, group_size(group));
    complete_members(&complete, group, value, &out);
    return map_done(&out, value ? value->origin : ORIGIN_NONE);
}

const Value *model_complete(Arena *arena, const Value *definition, WorkloadKind kind)
{
    return complete_group(arena, definition, &service_group, kind);
}

const Value *model_complete_row(Arena *arena, const char *dotted, const Value *value, WorkloadKind kind)
{
    Complete complete = {arena, kind};
    const FieldGroup *group = &service_group;
    const Field *row = NULL;
    Str rest = str_from(dotted);
    for (Str name; str_split(&rest, '.', &name); group = row->members) {
        complete.kind = row ? row_within(row, complete.kind) : kind;
        row = group_find(group, name, 0);
    }
    return complete_row(&complete, row, value);
}

const Value *model_complete_document(Arena *arena, const Value *document_value, ModelDocument document)
{
    const FieldGroup *own = document == MODEL_ENVIRONMENT ? &environment_group : document_group(document);
    return complete_group(arena, document_value, own, KIND_ANY);
}
