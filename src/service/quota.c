/*
 * What the namespace must hold: Σ (most replicas + surge) × size over all services, a fifth on top, rounded up to 10m and whole
 * Mi; and the bounds of one container (definition.md §3: quota, limitRange).
 */
#include "service_private.h"

static const char *const sides[] = {"requests", "limits"};
static const char *const resources[] = {"cpu", "memory"};

static const __int128 nano = 1000000000;

static __int128 quantity_of(const Value *value)
{
    Quantity quantity;
    return value && quantity_parse(value_text(value), &quantity) ? quantity.nano : 0;
}

static __int128 round_up(__int128 amount, __int128 step)
{
    return (amount + step - 1) / step * step;
}

static const Value *amount_value(Arena *arena, __int128 amount, bool memory)
{
    char text[QUANTITY_TEXT_SIZE];
    Quantity quantity = {amount, memory ? QUANTITY_BINARY_SI : QUANTITY_DECIMAL_SI};
    return value_new_string(arena, ORIGIN_NONE, arena_copy(arena, quantity_print(quantity, text)));
}

static __int128 step_of(bool memory)
{
    return memory ? nano * 1024 * 1024 : nano / 100;
}

static const Value *sum(Arena *arena, const Work *works, size_t count, const char *side, const char *resource)
{
    __int128 total = 0;
    bool memory = resource[0] == 'm';
    for (size_t i = 0; i < count; i++) {
        const Value *amounts = side[0] == 'r' ? works[i].requests : works[i].limits;
        total += quantity_of(value_get(amounts, str_from(resource))) * (__int128)(works[i].replicas_max + works[i].surge);
    }
    return amount_value(arena, round_up(total * 12 / 10, step_of(memory)), memory);
}

static const Value *quota_make(Arena *arena, const Environment *environment, const Work *works, size_t count)
{
    const Value *stated = value_get(environment->own, STR("quota"));
    MapBuilder quota = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(sides); i++) {
        for (size_t j = 0; j < LENGTH_OF(resources); j++) {
            Str key = arena_printf(arena, "%s.%s", sides[i], resources[j]);
            map_set(&quota, key, ORIGIN_NONE, sum(arena, works, count, sides[i], resources[j]));
        }
    }
    for (uint32_t i = 0; value_is(stated, VALUE_MAP) && i < stated->size; i++) {
        if (!value_is_none(stated->entries[i].value))
            map_set(&quota, stated->entries[i].key, stated->entries[i].key_origin, stated->entries[i].value);
    }
    return map_end(&quota, ORIGIN_NONE);
}

/* The largest limit of any container, and never below the default that the LimitRange hands out. */
static const Value *largest(Arena *arena, const Work *works, size_t count, const char *resource, const Value *at_least)
{
    __int128 most = quantity_of(at_least);
    for (size_t i = 0; i < count; i++) {
        __int128 limit = quantity_of(value_get(works[i].limits, str_from(resource)));
        most = limit > most ? limit : most;
    }
    return amount_value(arena, most, resource[0] == 'm');
}

static const Value *limit_range_make(Arena *arena, const Environment *environment, const Work *works, size_t count)
{
    const Value *sizes = value_get(environment->built_in, STR("resources"));
    MapBuilder min = map_begin(arena), max = map_begin(arena), high = map_begin(arena), low = map_begin(arena);
    put_text(&min, "cpu", STR("10m"));
    put_text(&min, "memory", STR("16Mi"));
    for (size_t i = 0; i < LENGTH_OF(resources); i++) {
        const Value *limit = value_get(value_get(sizes, STR("limits")), str_from(resources[i]));
        const Value *request = value_get(value_get(sizes, STR("requests")), str_from(resources[i]));
        put(&max, resources[i], largest(arena, works, count, resources[i], limit));
        put(&high, resources[i], amount_value(arena, quantity_of(limit), resources[i][0] == 'm'));
        put(&low, resources[i], amount_value(arena, quantity_of(request), resources[i][0] == 'm'));
    }
    MapBuilder range = map_begin(arena);
    put(&range, "min", map_end(&min, ORIGIN_NONE));
    put(&range, "max", map_end(&max, ORIGIN_NONE));
    put(&range, "default", map_end(&high, ORIGIN_NONE));
    put(&range, "defaultRequest", map_end(&low, ORIGIN_NONE));
    return value_merge(arena, map_end(&range, ORIGIN_NONE), value_get(environment->own, STR("limitRange")));
}

void quota_complete(Arena *arena, const Environment *environment, const Work *works, size_t count, MapBuilder *env)
{
    /* A quota of nothing would refuse everything: a namespace without services gets neither. */
    put(env, "quota", count ? quota_make(arena, environment, works, count) : NULL);
    put(env, "limitRange", count ? limit_range_make(arena, environment, works, count) : NULL);
}
