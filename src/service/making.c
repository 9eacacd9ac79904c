/* Small makers of context values. */
#include "service_private.h"

void put_text(MapBuilder *map, const char *key, Str text)
{
    put(map, key, value_new_string(map->arena, ORIGIN_NONE, text));
}

void put_number(MapBuilder *map, const char *key, double number)
{
    put(map, key, value_new_number(map->arena, ORIGIN_NONE, number));
}

const Value *make_map1(Arena *arena, Origin origin, const char *key, const Value *value)
{
    MapBuilder map = map_begin(arena);
    put(&map, key, value);
    return map_end(&map, origin);
}

const Value *make_text(Arena *arena, Origin origin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(arena, format, args);
    va_end(args);
    return value_new_string(arena, origin, text);
}

bool is_off(const Value *value)
{
    return value_is(value, VALUE_BOOL) && !value->boolean;
}

static const Value *filtered(Arena *arena, const Value *map, bool drop_off)
{
    if (!value_is(map, VALUE_MAP))
        return &value_empty_map;
    bool changed = false;
    MapBuilder kept = map_begin(arena);
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        bool drop = value_is_none(entry->value) || (drop_off && is_off(entry->value));
        changed |= drop;
        if (!drop)
            map_set(&kept, entry->key, entry->key_origin, entry->value);
    }
    return changed ? map_end(&kept, map->origin) : map;
}

const Value *without_nones(Arena *arena, const Value *map)
{
    return filtered(arena, map, false);
}

const Value *without_off(Arena *arena, const Value *map)
{
    return filtered(arena, map, true);
}

const Value *duration_for_go(Arena *arena, const Value *duration)
{
    int64_t milliseconds;
    Str text = value_text(duration);
    if (!str_has_char(text, 'd') || !duration_parse(text, &milliseconds))
        return duration;
    return value_new_string(arena, duration->origin, duration_print(arena, milliseconds));
}

const Value *stated_at(const Work *work, const char *dotted)
{
    const Value *value = value_path(work->definition.value, dotted);
    return value_is_none(value) ? NULL : value;
}

void work_error(Work *work, Origin origin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = arena_vprintf(work->arena, format, args);
    va_end(args);
    diag_error(work->diags, origin, "%.*s", STR_ARG(message));
    work->failed = true;
}

/* What a job inherits is the service's mistake, which has been reported there. */
static bool is_reported(const Work *work, Origin origin)
{
    bool job = work->service != work && (!work->owner || work->owner != work->service);
    for (size_t i = 0; job && i < diags_count(work->diags); i++) {
        const Diag *diag = diags_at(work->diags, i);
        if (diag->severity == SEVERITY_ERROR && diag->origin == origin)
            return true;
    }
    return false;
}

void field_error(Work *work, Origin origin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str message = arena_vprintf(work->arena, format, args);
    va_end(args);
    if (!is_reported(work, origin))
        diag_error(work->diags, origin, "%.*s%.*s", STR_ARG(work->prefix), STR_ARG(message));
    work->failed = true;
}

Origin place_of(const Work *work, const Value *value)
{
    const Source *source = value ? sources_find(work->project->sources, value->origin) : NULL;
    return source ? value->origin : work->definition.service->origin;
}
