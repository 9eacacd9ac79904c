/*
 * What the namespace must hold: Σ (most replicas + surge) × size over all services, their jobs, a fifth on top,
 * rounded up to 10m and whole Mi; and the bounds of one container (definition.md §3: quota, limitRange).
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

static const Pod *pod_at(const Work *work, size_t index)
{
    return index ? work->jobs[index - 1].pod : work->pod;
}

/* Each job counts once: by default a run waits for the one before. */
static void add_pod(Share *share, const Pod *pod, __int128 times)
{
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t j = 0; j < SIDES; j++)
            share->size[j][i] += pod->size[j][i] * times;
        share->largest[i] = pod->largest[i] > share->largest[i] ? pod->largest[i] : share->largest[i];
        if (pod->smallest[i] >= 0 && (share->smallest[i] < 0 || pod->smallest[i] < share->smallest[i]))
            share->smallest[i] = pod->smallest[i];
    }
}

void quota_measure(const Work *work, Share *share)
{
    for (size_t i = 0; i < SIZES; i++)
        share->smallest[i] = -1;
    for (size_t i = 0; i <= work->job_count; i++)
        add_pod(share, pod_at(work, i), i ? 1 : (__int128)(work->replicas_max + work->surge));
}

static const Value *sum(Arena *arena, const ServiceSet *set, size_t side, size_t resource)
{
    __int128 total = 0;
    bool memory = resource == 1;
    for (size_t i = 0; i < set->count; i++)
        total += set->members[i].share->size[side][resource];
    return amount_value(arena, round_up(total * 12 / 10, step_of(memory)), memory);
}

static const Value *quota_make(Arena *arena, const ServiceSet *set)
{
    const Value *stated = value_get(set->environment->own, STR("quota"));
    MapBuilder quota = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(sides); i++) {
        for (size_t j = 0; j < LENGTH_OF(resources); j++) {
            Str key = arena_printf(arena, "%s.%s", sides[i], resources[j]);
            map_set(&quota, key, ORIGIN_NONE, sum(arena, set, i, j));
        }
    }
    for (uint32_t i = 0; value_is(stated, VALUE_MAP) && i < stated->size; i++) {
        if (!value_is_none(stated->entries[i].value))
            map_set(&quota, stated->entries[i].key, stated->entries[i].key_origin, stated->entries[i].value);
    }
    return map_end(&quota, ORIGIN_NONE);
}

/* The largest limit of any container, and never below the default that the LimitRange hands out. */
static const Value *largest(Arena *arena, const ServiceSet *set, size_t resource, const Value *at_least)
{
    __int128 most = quantity_of(at_least);
    for (size_t i = 0; i < set->count; i++) {
        __int128 limit = set->members[i].share->largest[resource];
        most = limit > most ? limit : most;
    }
    return amount_value(arena, most, resource == 1);
}

/* 10m and 16Mi, or the smallest request of any container below that. */
static const Value *smallest(Arena *arena, const ServiceSet *set, size_t resource)
{
    bool memory = resource == 1;
    __int128 least = memory ? nano * 16 * 1024 * 1024 : nano / 100;
    for (size_t i = 0; i < set->count; i++) {
        __int128 request = set->members[i].share->smallest[resource];
        if (request >= 0 && request < least)
            least = request;
    }
    return amount_value(arena, least, memory);
}

static const Value *bounds_make(Arena *arena, const ServiceSet *set)
{
    const Value *sizes = value_get(set->environment->built_in, STR("resources"));
    MapBuilder min = map_begin(arena), max = map_begin(arena), bounds = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(resources); i++) {
        const Value *limit = value_get(value_get(sizes, STR("limits")), str_from(resources[i]));
        put(&min, resources[i], smallest(arena, set, i));
        put(&max, resources[i], largest(arena, set, i, limit));
    }
    put(&bounds, "min", map_end(&min, ORIGIN_NONE));
    put(&bounds, "max", map_end(&max, ORIGIN_NONE));
    return value_merge(arena, map_end(&bounds, ORIGIN_NONE), value_get(set->environment->own, STR("limitRange")));
}

/* The built-in sizes of one side; the API server refuses a default that is outside the bounds. */
static const Value *default_sizes(Arena *arena, const Environment *environment, const Value *bounds, const char *side)
{
    const Value *sizes = value_get(value_get(environment->built_in, STR("resources")), str_from(side));
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(resources); i++) {
        __int128 size = quantity_of(value_get(sizes, str_from(resources[i])));
        __int128 low = quantity_of(value_get(value_get(bounds, STR("min")), str_from(resources[i])));
        __int128 high = quantity_of(value_get(value_get(bounds, STR("max")), str_from(resources[i])));
        size = size > high ? high : size < low ? low : size;
        put(&map, resources[i], amount_value(arena, size, resources[i][0] == 'm'));
    }
    return map_end(&map, ORIGIN_NONE);
}

static const Value *limit_range_make(Arena *arena, const ServiceSet *set)
{
    const Environment *environment = set->environment;
    const Value *bounds = bounds_make(arena, set);
    MapBuilder range = map_begin_with(arena, bounds);
    put(&range, "default", default_sizes(arena, environment, bounds, "limits"));
    put(&range, "defaultRequest", default_sizes(arena, environment, bounds, "requests"));
    return map_end(&range, bounds->origin);
}

void quota_complete(Arena *arena, const ServiceSet *set, MapBuilder *env)
{
    /* A quota of nothing would refuse everything: a namespace without services gets neither. */
    put(env, "quota", set->count ? quota_make(arena, set) : NULL);
    put(env, "limitRange", set->count ? limit_range_make(arena, set) : NULL);
}
