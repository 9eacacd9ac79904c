/*
 * Rollouts: Canary and BlueGreen, which Argo Rollouts carries out in place of a Deployment (definition.md: strategy).
 * Steps and names are settled here; what does not belong to the chosen strategy is inert.
 */
#include "service_private.h"

bool is_rollout(const Work *work)
{
    Str type = value_text_at(work->value, "strategy.type");
    return str_equal(type, STR("Canary")) || str_equal(type, STR("BlueGreen"));
}

/* ---- canary ---- */

static const Value *pause_make(Work *work, const Value *pause)
{
    const Value *duration = value_get(pause, STR("duration"));
    MapBuilder map = map_begin(work->arena);
    if (!value_is_none(duration))
        put(&map, "duration", duration_for_go(work->arena, duration));
    return make_map1(work->arena, pause->origin, "pause", map_end(&map, pause->origin));
}

static const Value *step_weight(Arena *arena, double weight)
{
    return make_map1(arena, ORIGIN_NONE, "setWeight", value_new_number(arena, ORIGIN_NONE, weight));
}

static const Value *step_pause(Arena *arena)
{
    const Value *duration = make_text(arena, ORIGIN_NONE, "300s");
    return make_map1(arena, ORIGIN_NONE, "pause", make_map1(arena, ORIGIN_NONE, "duration", duration));
}

/* RuneFrameOS, "Canary Deployment". */
static const Value *default_steps(Arena *arena)
{
    ListBuilder steps = list_begin(arena);
    list_add(&steps, step_weight(arena, 10));
    list_add(&steps, step_pause(arena));
    list_add(&steps, step_weight(arena, 50));
    list_add(&steps, step_pause(arena));
    list_add(&steps, step_weight(arena, 100));
    return list_end(&steps, ORIGIN_NONE);
}

static const Value *steps_make(Work *work)
{
    const Value *stated = stated_at(work, "strategy.canary.steps");
    if (!stated)
        return default_steps(work->arena);
    if (!stated->size)
        work_error(work, place_of(work, stated),
                   "strategy.canary.steps: no step at all; add one, or use strategy: "
                   "RollingUpdate");
    ListBuilder steps = list_begin(work->arena);
    for (uint32_t i = 0; i < stated->size; i++) {
        const Value *step = stated->items[i];
        const Value *weight = value_get(step, STR("setWeight")), *pause = value_get(step, STR("pause"));
        if (!value_is_none(weight))
            list_add(&steps, make_map1(work->arena, step->origin, "setWeight", weight));
        else if (!value_is_none(pause))
            list_add(&steps, pause_make(work, pause));
        else
            work_error(work, place_of(work, step),
                       "strategy.canary.steps[%u]: says nothing; write setWeight: 20 or pause: "
                       "{duration: 300s}",
                       i);
    }
    return list_end(&steps, stated->origin);
}

/* ---- blue-green ---- */

/* Both Services of a blue-green rollout are switched by Argo Rollouts; a further one would lead to old and new alike.
 */
static void check_services(Work *work, Str preview)
{
    const Value *type = value_path(work->definition.value, "strategy.type");
    const Value *aliases = value_path(work->value, "service.aliases");
    if (!work->ports->size)
        work_error(work, place_of(work, type),
                   "strategy: BlueGreen switches a Service, and the service declares no port; add "
                   "ports, or use strategy: Canary");
    if (value_is(aliases, VALUE_LIST) && aliases->size)
        work_error(work, place_of(work, aliases),
                   "service.aliases: under strategy BlueGreen an alias would lead to the old and "
                   "the new version alike; remove it, or use strategy: Canary");
    if (project_service(work->project, preview))
        work_error(work, place_of(work, type),
                   "strategy: BlueGreen makes a Service '%.*s', and a service of the project has "
                   "that name; rename services/%.*s.yaml",
                   STR_ARG(preview), STR_ARG(preview));
}

static const Value *blue_green_make(Work *work)
{
    Str preview = arena_printf(work->arena, "%.*s-preview", STR_ARG(work->name));
    check_services(work, preview);
    MapBuilder map = map_begin_with(work->arena, value_path(work->value, "strategy.blueGreen"));
    put_text(&map, "previewService", preview);
    return map_end(&map, ORIGIN_NONE);
}

/* ---- the preview's way in ---- */

/* The certificate that others put there for all hosts serves the preview too; one of our own is issued anew. */
static const Value *preview_tls(Work *work, const Value *tls)
{
    if (value_is_none(tls) || value_is_none(value_get(tls, STR("issuer"))))
        return tls;
    MapBuilder map = map_begin_with(work->arena, tls);
    put(&map, "secretName", make_text(work->arena, tls->origin, "%.*s-preview-tls", STR_ARG(work->name)));
    return map_end(&map, tls->origin);
}

/* Whatever leads to the service by its first host leads to the preview by the other one. */
static const Value *preview_routes(Work *work, const Value *host)
{
    const Value *from = value_get(work->routes->items[0], STR("host"));
    ListBuilder routes = list_begin(work->arena);
    for (uint32_t i = 0; i < work->routes->size; i++) {
        const Value *route = work->routes->items[i];
        if (!value_equal(value_get(route, STR("host")), from))
            continue;
        MapBuilder map = map_begin_with(work->arena, route);
        put(&map, "host", host);
        list_add(&routes, map_end(&map, route->origin));
    }
    return list_end(&routes, host->origin);
}

static const Value *preview_make(Work *work, const Value *blue_green)
{
    const Value *host = value_get(blue_green, STR("previewHost"));
    const MapEntry *ingress = map_peek(&work->out, STR("ingress"));
    if (value_is_none(host))
        return NULL;
    if (!work->routes || !work->routes->size) {
        work_error(work, place_of(work, host),
                   "strategy.blueGreen.previewHost: the service is not reached from outside; add "
                   "ingress.host, or drop previewHost");
        return NULL;
    }
    MapBuilder map = map_begin(work->arena);
    put(&map, "name", value_get(blue_green, STR("previewService")));
    put(&map, "routes", preview_routes(work, host));
    put(&map, "tls", preview_tls(work, value_get(ingress->value, STR("tls"))));
    return map_end(&map, host->origin);
}

/* ---- all of it ---- */

void rollout_complete(Work *work)
{
    Str type = value_text_at(work->value, "strategy.type");
    const Value *strategy = value_get(work->value, STR("strategy"));
    const Value *blue_green = str_equal(type, STR("BlueGreen")) ? blue_green_make(work) : NULL;
    bool canary = str_equal(type, STR("Canary"));
    MapBuilder map = map_begin_with(work->arena, strategy);
    put(&map, "canary", canary ? make_map1(work->arena, ORIGIN_NONE, "steps", steps_make(work)) : NULL);
    put(&map, "blueGreen", blue_green);
    put(&work->out, "strategy", map_end(&map, strategy ? strategy->origin : ORIGIN_NONE));
    put(&work->out, "preview", blue_green ? preview_make(work, blue_green) : NULL);
}
