/* Values: making and reading the immutable tree. */
#include "kiln/value.h"

#include <math.h>

/* Maps with more entries than this get an index; below it a scan is faster. */
#ifdef KILN_HOSTILE
enum { SCAN_LIMIT = 1 };
#else
enum { SCAN_LIMIT = 24 };
#endif

const Value value_null = {.kind = VALUE_NULL, .text = ""};
const Value value_true = {.kind = VALUE_BOOL, .text = "true", .size = 4, .boolean = true};
const Value value_false = {.kind = VALUE_BOOL, .text = "false", .size = 5, .boolean = false};
const Value value_empty_string = {.kind = VALUE_STRING, .text = ""};
const Value value_empty_list = {.kind = VALUE_LIST};
const Value value_empty_map = {.kind = VALUE_MAP};

static Value *value_new(Arena *arena, ValueKind kind, Origin origin)
{
    Value *value = ARENA_NEW(arena, Value);
    value->kind = (uint8_t)kind;
    value->origin = origin;
    return value;
}

static uint32_t size_checked(size_t size)
{
    /* The limits on what is read keep far below this; past it there is no memory either. */
    if (size > UINT32_MAX)
        base_out_of_memory();
    return (uint32_t)size;
}

static void value_set_text(Value *value, Str text)
{
    value->text = text.data ? text.data : "";
    value->size = size_checked(text.size);
}

const Value *value_new_null(Arena *arena, Origin origin)
{
    Value *value = value_new(arena, VALUE_NULL, origin);
    value->text = "";
    return value;
}

const Value *value_new_bool(Arena *arena, Origin origin, bool boolean)
{
    Value *value = value_new(arena, VALUE_BOOL, origin);
    value_set_text(value, boolean ? STR("true") : STR("false"));
    value->boolean = boolean;
    return value;
}

const Value *value_new_number(Arena *arena, Origin origin, double number)
{
    char text[NUMBER_TEXT_SIZE];
    Value *value = value_new(arena, VALUE_NUMBER, origin);
    value_set_text(value, arena_copy(arena, number_print(number, text)));
    value->number = number;
    return value;
}

const Value *value_new_string(Arena *arena, Origin origin, Str text)
{
    Value *value = value_new(arena, VALUE_STRING, origin);
    value_set_text(value, text);
    return value;
}

const Value *value_new_string_made(Arena *arena, Str text, const Lineage *lineage)
{
    Origin origin = lineage->place;
    for (uint32_t i = lineage->count; i-- > 0;) {
        if (lineage->inputs[i] != ORIGIN_NONE)
            origin = lineage->inputs[i];
    }
    Value *value = value_new(arena, VALUE_STRING, origin);
    value_set_text(value, text);
    value->lineage = lineage;
    return value;
}

const Value *value_new_plain(Arena *arena, Origin origin, ValueKind kind, Str text, double number, bool boolean)
{
    Value *value = value_new(arena, kind, origin);
    value_set_text(value, text);
    value->flags = VALUE_PLAIN;
    if (kind == VALUE_NUMBER)
        value->number = number;
    else if (kind == VALUE_BOOL)
        value->boolean = boolean;
    return value;
}

const Value *value_at(Arena *arena, const Value *value, Origin origin)
{
    if (value->origin == origin)
        return value;
    Value *moved = ARENA_NEW(arena, Value);
    *moved = *value;
    moved->origin = origin;
    return moved;
}

const Value *value_as_string(Arena *arena, const Value *scalar)
{
    if (scalar->kind == VALUE_STRING)
        return scalar;
    return value_new_string(arena, scalar->origin, value_text(scalar));
}

const Lineage *lineage_new(Arena *arena, Origin place, const Origin *inputs, size_t count)
{
    Lineage *lineage = arena_alloc(arena, sizeof *lineage + count * sizeof *inputs);
    lineage->place = place;
    lineage->count = size_checked(count);
    for (size_t i = 0; i < count; i++)
        lineage->inputs[i] = inputs[i];
    return lineage;
}

/* ---- lists ---- */

ListBuilder list_begin(Arena *arena)
{
    return (ListBuilder){.arena = arena};
}

void list_add(ListBuilder *list, const Value *value)
{
    ARENA_GROW(list->arena, list->items, list->count, list->capacity);
    list->items[list->count++] = value;
}

const Value *list_end(ListBuilder *list, Origin origin)
{
    Value *value = value_new(list->arena, VALUE_LIST, origin);
    value->items = list->items;
    value->size = size_checked(list->count);
    return value;
}

/* ---- maps ---- */

MapBuilder map_begin(Arena *arena)
{
    return (MapBuilder){.arena = arena};
}

MapBuilder map_begin_room(Arena *arena, const Value *map, size_t more)
{
    MapBuilder builder = map_begin(arena);
    if (!value_is(map, VALUE_MAP) || !map->size)
        return builder;
    builder.capacity = map->size + more;
    builder.entries = ARENA_ARRAY(arena, MapEntry, builder.capacity);
    memcpy(builder.entries, map->entries, map->size * sizeof(MapEntry));
    builder.count = map->size;
    return builder;
}

MapBuilder map_begin_with(Arena *arena, const Value *map)
{
    return map_begin_room(arena, map, 4);
}

static void builder_index(MapBuilder *map)
{
    map->index = index_new(map->arena, map->count + SCAN_LIMIT);
    for (size_t i = 0; i < map->count; i++)
        index_put(map->index, map->entries[i].key, (uint32_t)i);
}

static MapEntry *builder_find(MapBuilder *map, Str key)
{
    if (!map->index && map->count > SCAN_LIMIT)
        builder_index(map);
    if (map->index) {
        uint32_t at = index_get(map->index, key);
        return at == INDEX_NONE ? NULL : &map->entries[at];
    }
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->entries[i].key, key))
            return &map->entries[i];
    }
    return NULL;
}

const MapEntry *map_peek(MapBuilder *map, Str key)
{
    const MapEntry *entry = builder_find(map, key);
    return entry && entry->value ? entry : NULL;
}

void map_set(MapBuilder *map, Str key, Origin key_origin, const Value *value)
{
    MapEntry *entry = builder_find(map, key);
    if (entry) {
        entry->key_origin = key_origin;
        entry->value = value;
        return;
    }
    ARENA_GROW(map->arena, map->entries, map->count, map->capacity);
    if (map->index)
        index_put(map->index, key, (uint32_t)map->count);
    map->entries[map->count++] = (MapEntry){key, key_origin, value};
}

/* A removed entry stays behind without a value until map_end, so that the index holds and removing costs nothing. */
void map_remove(MapBuilder *map, Str key)
{
    MapEntry *entry = builder_find(map, key);
    if (!entry)
        return;
    entry->value = NULL;
    map->removed = true;
}

static void builder_compact(MapBuilder *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (map->entries[i].value)
            map->entries[kept++] = map->entries[i];
    }
    map->count = kept;
    map->index = NULL;
    map->removed = false;
}

static Value *map_made(MapBuilder *map, Origin origin)
{
    if (map->removed)
        builder_compact(map);
    Value *value = value_new(map->arena, VALUE_MAP, origin);
    value->entries = map->entries;
    value->size = size_checked(map->count);
    return value;
}

const Value *map_end(MapBuilder *map, Origin origin)
{
    Value *value = map_made(map, origin);
    if (map->count > SCAN_LIMIT) {
        if (!map->index)
            builder_index(map);
        value->index = map->index;
    }
    return value;
}

const Value *map_end_draft(MapBuilder *map, Origin origin)
{
    return map_made(map, origin);
}

static const Value *settle_map(Arena *arena, const Value *map)
{
    MapBuilder settled = {0};
    for (uint32_t i = 0; i < map->size; i++) {
        const Value *value = value_settle(arena, map->entries[i].value);
        if (value != map->entries[i].value && !settled.arena)
            settled = map_begin_room(arena, map, 0);
        if (settled.arena)
            settled.entries[i].value = value;
    }
    if (!settled.arena && (map->index || map->size <= SCAN_LIMIT))
        return map;
    settled = settled.arena ? settled : map_begin_room(arena, map, 0);
    return map_end(&settled, map->origin);
}

static const Value *settle_list(Arena *arena, const Value *list)
{
    ListBuilder settled = {0};
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *value = value_settle(arena, list->items[i]);
        if (value == list->items[i])
            continue;
        if (!settled.arena) {
            settled = (ListBuilder){arena, ARENA_ARRAY(arena, const Value *, list->size), list->size, list->size};
            memcpy(settled.items, list->items, list->size * sizeof *settled.items);
        }
        settled.items[i] = value;
    }
    return settled.arena ? list_end(&settled, list->origin) : list;
}

const Value *value_settle(Arena *arena, const Value *value)
{
    return value->kind == VALUE_MAP    ? settle_map(arena, value)
           : value->kind == VALUE_LIST ? settle_list(arena, value)
                                       : value;
}

/* ---- copies ---- */

static const Value *copy_scalar(Arena *arena, const Value *scalar)
{
    Value *copy = ARENA_NEW(arena, Value);
    *copy = *scalar;
    copy->text = arena_copy(arena, value_text(scalar)).data;
    if (scalar->kind == VALUE_STRING && scalar->lineage)
        copy->lineage =
            lineage_new(arena, scalar->lineage->place, scalar->lineage->inputs, scalar->lineage->count);
    return copy;
}

const Value *value_copy(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_LIST) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; i < value->size; i++)
            list_add(&list, value_copy(arena, value->items[i]));
        return list_end(&list, value->origin);
    }
    if (value->kind != VALUE_MAP)
        return copy_scalar(arena, value);
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        map_set(&map, arena_copy(arena, entry->key), entry->key_origin, value_copy(arena, entry->value));
    }
    return map_end(&map, value->origin);
}

const Value *value_without(Arena *arena, const Value *map, Str key)
{
    if (!value_get(map, key))
        return map;
    MapBuilder rest = map_begin_with(arena, map);
    map_remove(&rest, key);
    return map_end(&rest, map->origin);
}

/* ---- reading ---- */

const char *value_kind_name(ValueKind kind)
{
    static const char *const names[] = {
        [VALUE_NULL] = "null",           [VALUE_BOOL] = "a boolean", [VALUE_NUMBER] = "a number",
        [VALUE_STRING] = "a string",     [VALUE_LIST] = "a list",    [VALUE_MAP] = "a map",
        [VALUE_FUNCTION] = "a function",
    };
    return names[kind];
}

const MapEntry *value_entry(const Value *map, Str key)
{
    if (!value_is(map, VALUE_MAP))
        return NULL;
    if (map->index) {
        uint32_t at = index_get(map->index, key);
        return at == INDEX_NONE ? NULL : &map->entries[at];
    }
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        if (str_equal(entry->key, key))
            return entry;
    }
    return NULL;
}

const Value *value_get(const Value *map, Str key)
{
    const MapEntry *entry = value_entry(map, key);
    return entry ? entry->value : NULL;
}

const Value *value_path(const Value *value, const char *dotted)
{
    for (const char *at = dotted; at; at++) {
        const char *key = at;
        while (*at && *at != '.')
            at++;
        value = value_get(value, (Str){key, (size_t)(at - key)});
        if (!*at || !value)
            break;
    }
    return value;
}

bool value_flag(const Value *value, const char *dotted, bool fallback)
{
    const Value *found = value_path(value, dotted);
    return value_is(found, VALUE_BOOL) ? found->boolean : fallback;
}

double value_number_at(const Value *value, const char *dotted, double fallback)
{
    const Value *found = value_path(value, dotted);
    return value_is(found, VALUE_NUMBER) ? found->number : fallback;
}

Str value_text_at(const Value *value, const char *dotted)
{
    const Value *found = value_path(value, dotted);
    return found && value_is_scalar(found) ? value_text(found) : STR("");
}

static bool lists_equal(const Value *a, const Value *b)
{
    for (uint32_t i = 0; i < a->size; i++) {
        if (!value_equal(a->items[i], b->items[i]))
            return false;
    }
    return true;
}

static bool maps_equal(const Value *a, const Value *b)
{
    for (uint32_t i = 0; i < a->size; i++) {
        const Value *other = value_get(b, a->entries[i].key);
        if (!other || !value_equal(a->entries[i].value, other))
            return false;
    }
    return true;
}

bool value_equal(const Value *a, const Value *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind)
        return false;
    switch ((ValueKind)a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_NUMBER:
        return a->number == b->number || (isnan(a->number) && isnan(b->number));
    case VALUE_STRING:
        return str_equal(value_text(a), value_text(b));
    case VALUE_LIST:
        return a->size == b->size && lists_equal(a, b);
    case VALUE_MAP:
        return a->size == b->size && maps_equal(a, b);
    case VALUE_FUNCTION:
        return a->function == b->function;
    }
    return false;
}

static bool children_identical(const Value *a, const Value *b)
{
    for (uint32_t i = 0; a->kind == VALUE_LIST && i < a->size; i++) {
        if (!value_identical(a->items[i], b->items[i]))
            return false;
    }
    for (uint32_t i = 0; a->kind == VALUE_MAP && i < a->size; i++) {
        const MapEntry *one = &a->entries[i], *other = &b->entries[i];
        if (!str_equal(one->key, other->key) || !value_identical(one->value, other->value))
            return false;
    }
    return true;
}

bool value_identical(const Value *a, const Value *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->kind != b->kind || a->size != b->size)
        return false;
    if (a->kind == VALUE_LIST || a->kind == VALUE_MAP)
        return children_identical(a, b);
    return value_equal(a, b) && (!value_is_scalar(a) || str_equal(value_text(a), value_text(b)));
}

bool value_integer(const Value *number, int64_t *integer)
{
    static const double exact = 9007199254740992.0; /* 2^53 */
    if (!value_is(number, VALUE_NUMBER) || !(fabs(number->number) <= exact))
        return false;
    *integer = (int64_t)number->number;
    return !((double)*integer < number->number) && !((double)*integer > number->number);
}
