/* Exposure: the Service and its ports, the metrics port, and the routes of an Ingress. */
#include "service_private.h"

/* What the API server would refuse, or what would be open to the whole world. */
static void check_service(Work *work)
{
    const Value *service = value_get(work->value, STR("service"));
    const Value *ranges = value_get(service, STR("loadBalancerSourceRanges"));
    const Value *type = value_get(service, STR("type"));
    if (!work->ports->size || !str_equal(value_text_at(service, "type"), STR("LoadBalancer")))
        return;
    if (!value_is(ranges, VALUE_LIST) || !ranges->size)
        work_error(work, place_of(work, type),
                   "service.loadBalancerSourceRanges is missing; name the networks that may reach "
                   "the load balancer, such as [203.0.113.0/24]");
    if (is_headless(work))
        work_error(
            work, place_of(work, value_get(service, STR("headless"))),
            "service.headless: a load balancer needs a cluster address; remove headless or type: LoadBalancer");
}

void aliases_name(Work *work)
{
    const MapEntry *strategy = map_peek(&work->out, STR("strategy"));
    const Value *preview = strategy ? value_path(strategy->value, "blueGreen.previewService") : NULL;
    const Value *aliases = value_path(work->value, "service.aliases");
    if (preview)
        name_add(work, (SharedName){NAME_PREVIEW, value_text(preview), STR(""), preview->origin});
    for (uint32_t i = 0; value_is(aliases, VALUE_LIST) && i < aliases->size; i++)
        name_add(work, (SharedName){NAME_ALIAS, value_text(aliases->items[i]), STR(""),
                                    place_of(work, aliases->items[i])});
}

static void service_ports_complete(Work *work)
{
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < work->ports->size; i++) {
        const MapEntry *entry = &work->ports->entries[i];
        const Value *name = value_new_string(work->arena, entry->key_origin, entry->key);
        MapBuilder port = map_begin(work->arena);
        put(&port, "name", name);
        put(&port, "port", value_get(entry->value, STR("port")));
        put(&port, "targetPort", name);
        put(&port, "protocol", value_get(entry->value, STR("protocol")));
        put(&port, "appProtocol", value_get(entry->value, STR("appProtocol")));
        for (uint32_t j = 0; j < i; j++) {
            const MapEntry *other = &work->ports->entries[j];
            if (value_equal(value_get(other->value, STR("port")), value_get(entry->value, STR("port"))) &&
                value_equal(value_get(other->value, STR("protocol")), value_get(entry->value, STR("protocol"))))
                work_error(work, entry->key_origin,
                           "ports.%.*s: the Service's port %.*s is taken by '%.*s'; add port: with "
                           "another number",
                           STR_ARG(entry->key), STR_ARG(value_text_at(entry->value, "port")), STR_ARG(other->key));
        }
        list_add(&list, map_end(&port, entry->value->origin));
    }
    put(&work->out, "ports", work->ports);
    put(&work->out, "servicePorts", list_end(&list, work->ports->origin));
}

/* Metrics are on as soon as there is a port for them, unless switched off. */
static void metrics_complete(Work *work)
{
    const Value *stated = stated_at(work, "metrics");
    const Value *complete = value_get(work->value, STR("metrics"));
    work->metrics = NULL;
    put(&work->out, "metrics", NULL);
    if (is_off(stated))
        return;
    const Value *port = value_path(stated, "port");
    if (value_is_none(port) && !value_get(work->ports, STR("metrics"))) {
        /* Presets from kiln.yaml are inert without a port; a path of the service's own is not. */
        if (!value_path(work->definition.own, "metrics"))
            return;
    }
    const Value *resolved =
        port_resolve(work, port, STR("metrics"), "metrics.port", place_of(work, stated), "{port: http}");
    if (!resolved)
        return;
    MapBuilder map = map_begin_with(work->arena, complete);
    put(&map, "port", resolved);
    work->metrics = map_end(&map, complete ? complete->origin : ORIGIN_NONE);
    put(&work->out, "metrics", work->metrics);
}

/* ---- Ingress ---- */

static const Value *route_make(Work *work, const Value *route, const Value *block, const char *field)
{
    static const char *const inherited[] = {"host", "path", "pathType"};
    MapBuilder map = map_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(inherited); i++) {
        const Value *value = value_get(route, str_from(inherited[i]));
        put(&map, inherited[i], value_is_none(value) ? value_get(block, str_from(inherited[i])) : value);
    }
    const Value *port = value_get(route, STR("port"));
    if (value_is_none(port))
        port = value_get(block, STR("port"));
    port = port_resolve(work, port, STR("http"), field, place_of(work, route), "port: http");
    put(&map, "port", port);
    return port ? map_end(&map, route->origin) : NULL;
}

static const Value *routes_make(Work *work, const Value *ingress)
{
    ListBuilder list = list_begin(work->arena);
    const Value *first = route_make(work, ingress, ingress, "ingress.port");
    if (first)
        list_add(&list, first);
    const Value *routes = without_off(work->arena, value_get(ingress, STR("routes")));
    for (uint32_t i = 0; i < routes->size; i++) {
        Str field = arena_printf(work->arena, "ingress.routes.%.*s.port", STR_ARG(routes->entries[i].key));
        const Value *route = route_make(work, routes->entries[i].value, ingress, field.data);
        if (route)
            list_add(&list, route);
    }
    return list_end(&list, ingress->origin);
}

static const Value *tls_make(Work *work, const Value *ingress)
{
    const Value *stated = stated_at(work, "ingress.tls");
    const Value *issuer_stated = value_path(stated, "issuer");
    if (is_off(stated))
        return NULL;
    const Value *tls = value_get(ingress, STR("tls"));
    const Value *secret = value_get(tls, STR("secretName")), *issuer = value_get(tls, STR("issuer"));
    MapBuilder map = map_begin(work->arena);
    put(&map, "secretName", value_is_none(secret)
                                ? make_text(work->arena, ingress->origin, "%.*s-tls", STR_ARG(work->name))
                                : secret);
    put(&map, "issuer", is_off(issuer_stated)  ? NULL
                        : value_is_none(issuer) ? make_text(work->arena, ORIGIN_NONE, "letsencrypt-prod")
                                                : issuer);
    return map_end(&map, tls ? tls->origin : ingress->origin);
}

/* 100 requests per second and client where the controller is one whose annotation kiln knows (rule
 * ingress-rate-limit). */
static const Value *rate_limit_make(Work *work, const Value *ingress)
{
    const Value *stated = stated_at(work, "ingress.rateLimit");
    if (is_off(stated))
        return NULL;
    if (!str_equal(value_text_at(ingress, "className"), STR("nginx"))) {
        /* What kiln.yaml or an environment presets for nginx is inert here; what the service itself says is not. */
        const Value *own = value_path(work->definition.own, "ingress.rateLimit");
        if (value_is(own, VALUE_MAP) && own->size)
            work_error(work, place_of(work, own),
                       "ingress.rateLimit: kiln knows no rate limit of controller '%.*s'; write what "
                       "it reads under ingress.annotations",
                       STR_ARG(value_text_at(ingress, "className")));
        return NULL;
    }
    const Value *limit = value_get(ingress, STR("rateLimit"));
    MapBuilder map = map_begin_with(work->arena, value_is(limit, VALUE_MAP) ? limit : &value_empty_map);
    if (value_is_none(value_get(limit, STR("rps"))))
        put_number(&map, "rps", 100);
    return map_end(&map, limit ? limit->origin : ORIGIN_NONE);
}

static const Value *controller_namespace(Work *work, const Value *ingress)
{
    const Value *stated = value_get(ingress, STR("namespace"));
    if (!value_is_none(stated))
        return stated;
    if (str_equal(value_text_at(ingress, "className"), STR("nginx")))
        return make_text(work->arena, ORIGIN_NONE, "ingress-nginx");
    work_error(work, place_of(work, value_get(ingress, STR("host"))),
               "ingress.namespace is missing; say in which namespace the pods of controller '%.*s' run",
               STR_ARG(value_text_at(ingress, "className")));
    return NULL;
}

static void ingress_complete(Work *work)
{
    const Value *ingress = value_get(work->value, STR("ingress"));
    const Value *host = value_get(ingress, STR("host"));
    work->routes = NULL;
    put(&work->out, "ingressRoutes", &value_empty_list);
    put(&work->out, "ingress", ingress);
    if (value_is_none(host))
        return;
    bool gateway = value_is(value_get(ingress, STR("gateway")), VALUE_MAP);
    if (!gateway && !value_text_at(ingress, "className").size) {
        work_error(work, place_of(work, host),
                   "ingress.className is missing; name the controller in kiln.yaml: defaults: {ingress: {className: "
                   "nginx}}");
        return;
    }
    MapBuilder map = map_begin_with(work->arena, ingress);
    put(&map, "podSelector", NULL);
    if (gateway) {
        gateway_ingress(work, ingress, &map);
    } else {
        put(&map, "tls", tls_make(work, ingress));
        put(&map, "rateLimit", rate_limit_make(work, ingress));
        put(&map, "namespace", controller_namespace(work, ingress));
    }
    put(&work->out, "ingress", map_end(&map, ingress->origin));
    work->routes = routes_make(work, ingress);
    put(&work->out, "ingressRoutes", work->routes);
}

void exposure_complete(Work *work)
{
    check_service(work);
    service_ports_complete(work);
    metrics_complete(work);
    ingress_complete(work);
}
