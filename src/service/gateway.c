/*
 * Gateway API: HTTPRoutes in place of an Ingress. TLS, redirects and limits are the Gateway's, which the platform
 * keeps; what is settled here is which hosts and paths lead to the service, and whose pods come with the requests.
 */
#include "service_private.h"

/* What only an Ingress can say: nothing reads it on a route, so a service that states it would wait in vain. */
static void refuse_own(Work *work, const char *field, const char *hint)
{
    const Value *own = value_path(work->definition.own, field);
    if (!value_is_none(own) && !(value_is(own, VALUE_MAP) && !own->size))
        work_error(work, place_of(work, own), "%s: has no meaning on a Gateway, %s; remove it", field, hint);
}

/* Gateways run in a namespace of their own; one that stands beside the service is known by the label of its pods. */
static const Value *gateway_pods(Work *work, const Value *gateway)
{
    const Value *name = value_get(gateway, STR("name"));
    return make_map1(work->arena, name->origin, "gateway.networking.k8s.io/gateway-name", name);
}

void gateway_ingress(Work *work, const Value *ingress, MapBuilder *map)
{
    const Value *gateway = value_get(ingress, STR("gateway"));
    const Value *stated = value_get(ingress, STR("namespace")), *home = value_get(gateway, STR("namespace"));
    refuse_own(work, "ingress.tls", "which terminates TLS itself");
    refuse_own(work, "ingress.rateLimit", "which limits rates by its own means");
    put(map, "tls", NULL);
    put(map, "rateLimit", NULL);
    if (!value_is_none(stated))
        return;
    if (!value_is_none(home)) {
        put(map, "namespace", home);
        return;
    }
    put(map, "namespace", value_new_string(work->arena, gateway->origin, work->environment->namespace));
    put(map, "podSelector", gateway_pods(work, gateway));
}

/* ---- routes ---- */

static const Value *rule_make(Work *work, const Value *route)
{
    const Value *port = value_get(work->ports, value_text(value_get(route, STR("port"))));
    bool exact = str_equal(value_text_at(route, "pathType"), STR("Exact"));
    MapBuilder rule = map_begin(work->arena);
    put(&rule, "path", value_get(route, STR("path")));
    put_text(&rule, "pathType", exact ? STR("Exact") : STR("PathPrefix"));
    put(&rule, "port", value_get(port, STR("port")));
    return map_end(&rule, route->origin);
}

/* All routes of one host: they are one object, since an HTTPRoute leads every host that it names to all of its rules.
 */
static const Value *http_route_make(Work *work, const Value *routes, const Value *host, const Value *name,
                                    Str backend)
{
    ListBuilder rules = list_begin(work->arena);
    for (uint32_t i = 0; i < routes->size; i++) {
        if (value_equal(value_get(routes->items[i], STR("host")), host))
            list_add(&rules, rule_make(work, routes->items[i]));
    }
    MapBuilder map = map_begin(work->arena);
    put(&map, "name", name);
    put(&map, "host", host);
    put_text(&map, "backend", backend);
    put(&map, "rules", list_end(&rules, host->origin));
    return map_end(&map, host->origin);
}

static bool host_seen(const Value *routes, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        if (value_equal(value_get(routes->items[i], STR("host")), value_get(routes->items[end], STR("host"))))
            return true;
    }
    return false;
}

/* The first host's object has the service's name; a further host's also has that of the route that brings it. */
static const Value *route_name(Work *work, const MapEntry *entry)
{
    Str name = arena_printf(work->arena, "%.*s-%.*s", STR_ARG(work->name), STR_ARG(entry->key));
    const MapEntry *preview = map_peek(&work->out, STR("preview"));
    if (project_service(work->project, name) || str_equal(name, value_text_at(preview->value, "name")))
        work_error(work, entry->key_origin,
                   "ingress.routes.%.*s: its HTTPRoute would be called '%.*s' as another one is; "
                   "rename the route",
                   STR_ARG(entry->key), STR_ARG(name));
    return value_new_string(work->arena, entry->key_origin, name);
}

static void add_service_routes(Work *work, ListBuilder *list)
{
    const Value *named = without_off(work->arena, value_path(work->value, "ingress.routes"));
    if (work->failed)
        return;
    for (uint32_t i = 0; i < work->routes->size; i++) {
        if (host_seen(work->routes, i))
            continue;
        const Value *host = value_get(work->routes->items[i], STR("host"));
        const Value *name = i ? route_name(work, &named->entries[i - 1])
                              : value_new_string(work->arena, host->origin, work->name);
        list_add(list, http_route_make(work, work->routes, host, name, work->name));
    }
}

void http_routes_complete(Work *work)
{
    const Value *gateway = value_path(work->value, "ingress.gateway");
    ListBuilder list = list_begin(work->arena);
    if (work->routes && work->routes->size && value_is(gateway, VALUE_MAP)) {
        add_service_routes(work, &list);
        const Value *preview = map_peek(&work->out, STR("preview"))->value;
        const Value *routes = value_get(preview, STR("routes"));
        const Value *name = value_get(preview, STR("name"));
        if (value_is(routes, VALUE_LIST))
            list_add(&list, http_route_make(work, routes, value_get(routes->items[0], STR("host")), name,
                                            value_text(name)));
    }
    put(&work->out, "httpRoutes", list_end(&list, ORIGIN_NONE));
}

void http_routes_name(Work *work)
{
    const MapEntry *routes = map_peek(&work->out, STR("httpRoutes"));
    for (uint32_t i = 0; routes && i < routes->value->size; i++) {
        const Value *name = value_get(routes->value->items[i], STR("name"));
        name_add(work, (SharedName){NAME_ROUTE, value_text(name), STR(""), place_of(work, name)});
    }
}
