/*
 * Resources: requests and limits in canonical form. Defaults yield to statements (definition.md §1.12): where only a
 * limit was stated, a default request above it sinks to it; where only a request was stated, a default limit below it
 * rises to it. The same between the project's defaults and the built-in ones.
 */
#include "service_private.h"

/* Who says it: layers 4–8 go before layers 2 and 3, these before the built-in sizes. */
typedef enum Rank { RANK_BUILT_IN, RANK_DEFAULT, RANK_STATED } Rank;

static Rank rank_of(const Work *work, const char *side, Str resource, const Value *value)
{
    const Value *sides = value_path(work->definition.stated, "resources");
    if (!value_is_none(value_get(value_get(sides, str_from(side)), resource)))
        return RANK_STATED;
    const Source *source = sources_find(work->project->sources, value->origin);
    return source && source->built_in ? RANK_BUILT_IN : RANK_DEFAULT;
}

static const Value *canonical(Work *work, const Value *value, Quantity quantity)
{
    char text[QUANTITY_TEXT_SIZE];
    Str printed = quantity_print(quantity, text);
    if (value->kind == VALUE_STRING && str_equal(printed, value_text(value)))
        return value;
    return value_new_string(work->arena, value->origin, arena_copy(work->arena, printed));
}

static bool parse(Work *work, const Value *value, const char *side, Str resource, Quantity *quantity)
{
    if (quantity_parse(value_text(value), quantity))
        return true;
    field_error(work, place_of(work, value),
                "resources.%s.%.*s: expected a quantity such as 500m or 2Gi, found '%.*s'", side, STR_ARG(resource),
                STR_ARG(value_text(value)));
    return false;
}

/* Settles one resource that has both; either may replace the other. */
static void reconcile(Work *work, Str resource, const Value **request, const Value **limit)
{
    Quantity low, high;
    if (!parse(work, *request, "requests", resource, &low) || !parse(work, *limit, "limits", resource, &high))
        return;
    if (quantity_compare(low, high) <= 0)
        return;
    Rank of_request = rank_of(work, "requests", resource, *request);
    Rank of_limit = rank_of(work, "limits", resource, *limit);
    if (of_limit > of_request)
        *request = *limit;
    else if (of_request > of_limit)
        *limit = *request;
    else
        field_error(work, place_of(work, *request), "resources.requests.%.*s: %.*s is above the limit %.*s (%.*s)",
                   STR_ARG(resource), STR_ARG(value_text(*request)), STR_ARG(value_text(*limit)),
                   STR_ARG(origin_text(work->arena, work->project->sources, (*limit)->origin)));
}

static void put_canonical(Work *work, MapBuilder *map, const MapEntry *entry, const Value *value, const char *side)
{
    Quantity quantity;
    if (!value_is_none(value) && parse(work, value, side, entry->key, &quantity))
        map_set(map, entry->key, entry->key_origin, canonical(work, value, quantity));
}

/* What stands at a side of the definition, the defaults filled in. */
static const Value *amounts_of(const Work *work, const char *side, const Value *defaults)
{
    const Value *stated = without_nones(work->arena, value_path(value_get(work->value, STR("resources")), side));
    const Value *below = value_get(defaults, str_from(side));
    return value_is_none(below) ? stated : value_fill(work->arena, stated, below);
}

const Value *resources_make(Work *work, const Value *defaults)
{
    const Value *requests = amounts_of(work, "requests", defaults);
    const Value *limits = amounts_of(work, "limits", defaults);
    MapBuilder low = map_begin(work->arena), high = map_begin(work->arena);
    for (uint32_t i = 0; i < requests->size; i++) {
        const MapEntry *entry = &requests->entries[i];
        const Value *request = entry->value, *limit = value_get(limits, entry->key);
        if (limit)
            reconcile(work, entry->key, &request, &limit);
        put_canonical(work, &low, entry, request, "requests");
        put_canonical(work, &high, entry, limit, "limits");
    }
    for (uint32_t i = 0; i < limits->size; i++) {
        const MapEntry *entry = &limits->entries[i];
        if (!map_peek(&high, entry->key))
            put_canonical(work, &high, entry, entry->value, "limits");
    }
    work->requests = map_end(&low, requests->origin);
    work->limits = map_end(&high, limits->origin);
    MapBuilder resources = map_begin(work->arena);
    put(&resources, "requests", work->requests);
    put(&resources, "limits", work->limits);
    return map_end(&resources, ORIGIN_NONE);
}
