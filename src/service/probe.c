/*
 * Probes and the hook before the end: one handler each in Kubernetes' shape, ports resolved against the ports that
 * the container declares, so that a probe can never point at a port that is not there (rule probe-port-declared).
 */
#include "service_private.h"

static const char *const timing_fields[] = {"initialDelaySeconds", "periodSeconds", "timeoutSeconds",
                                            "failureThreshold"};

/* The number of a declared port; a gRPC probe takes no name. */
static const Value *port_number(Work *work, const Value *name, Origin place)
{
    const Value *port = value_get(work->ports, value_text(name));
    return value_at(work->arena, value_get(port, STR("containerPort")), place);
}

static const Value *header_list(Work *work, const Value *headers)
{
    if (!value_is(headers, VALUE_MAP) || !headers->size)
        return NULL;
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < headers->size; i++) {
        const MapEntry *entry = &headers->entries[i];
        if (value_is_none(entry->value))
            continue;
        MapBuilder header = map_begin(work->arena);
        put(&header, "name", value_new_string(work->arena, entry->key_origin, entry->key));
        put(&header, "value", value_as_string(work->arena, entry->value));
        list_add(&list, map_end(&header, entry->key_origin));
    }
    return list_end(&list, headers->origin);
}

static const Value *http_get(Work *work, const Value *handler, const char *field)
{
    const Value *path = value_get(handler, STR("path"));
    Str hint =
        arena_printf(work->arena, "{httpGet: {path: %.*s, port: admin}}", STR_ARG(value_text_at(handler, "path")));
    const Value *port =
        port_resolve(work, value_get(handler, STR("port")), STR("http"), field, place_of(work, handler), hint.data);
    if (!port)
        return NULL;
    MapBuilder map = map_begin(work->arena);
    put(&map, "path", path);
    put(&map, "port", port);
    put(&map, "scheme", value_get(handler, STR("scheme")));
    const Value *headers = header_list(work, value_get(handler, STR("httpHeaders")));
    if (headers)
        put(&map, "httpHeaders", headers);
    return map_end(&map, handler->origin);
}

static const Value *grpc(Work *work, const Value *handler, const char *field)
{
    const Value *port = port_resolve(work, value_get(handler, STR("port")), STR("grpc"), field,
                                     place_of(work, handler), "{grpc: {port: grpc}}");
    if (!port)
        return NULL;
    MapBuilder map = map_begin(work->arena);
    put(&map, "port", port_number(work, port, handler->origin));
    const Value *service = value_get(handler, STR("service"));
    put(&map, "service", value_is_none(service) ? &value_empty_string : service);
    return map_end(&map, handler->origin);
}

static const Value *tcp_socket(Work *work, const Value *handler, const char *field)
{
    const Value *port = port_resolve(work, value_get(handler, STR("port")), STR("tcp"), field,
                                     place_of(work, handler), "{tcpSocket: {port: http}}");
    return port ? make_map1(work->arena, handler->origin, "port", port) : NULL;
}

static const Value *exec_command(Work *work, const Value *handler, const char *field)
{
    (void)field;
    const Value *command = value_is(handler, VALUE_MAP) ? value_get(handler, STR("command")) : handler;
    return make_map1(work->arena, handler->origin, "command", command);
}

typedef const Value *HandlerFn(Work *work, const Value *handler, const char *field);
static const struct {
    const char *name;
    HandlerFn *make;
} handlers[] = {{"httpGet", http_get}, {"grpc", grpc}, {"tcpSocket", tcp_socket}, {"exec", exec_command}};

/* Puts the one handler of a probe or hook; false when there is none or it is wrong. */
static bool put_handler(Work *work, MapBuilder *map, const Value *probe, const char *field)
{
    for (size_t i = 0; i < LENGTH_OF(handlers); i++) {
        const MapEntry *entry = value_entry(probe, str_from(handlers[i].name));
        if (!entry || value_is_none(entry->value))
            continue;
        const Value *made = handlers[i].make(work, entry->value, field);
        if (made)
            map_set(map, entry->key, entry->key_origin, made);
        return made != NULL;
    }
    return false;
}

static const Value *probe_make(Work *work, const Value *probe, const Value *timing, const char *name)
{
    if (!value_is(probe, VALUE_MAP))
        return NULL;
    MapBuilder map = map_begin(work->arena);
    Str field = arena_printf(work->arena, "health.%s", name);
    if (!put_handler(work, &map, probe, field.data))
        return NULL;
    for (size_t i = 0; i < LENGTH_OF(timing_fields); i++) {
        const Value *value = value_get(timing, str_from(timing_fields[i]));
        if (!value_is_none(value))
            put(&map, timing_fields[i], value);
    }
    const Value *success = value_get(timing, STR("successThreshold"));
    if (!value_is_none(success) && str_equal(str_from(name), STR("readiness")))
        put(&map, "successThreshold", success);
    return map_end(&map, probe->origin);
}

static bool has_handler(const Value *probe)
{
    for (size_t i = 0; i < LENGTH_OF(handlers); i++) {
        if (!value_is_none(value_get(probe, str_from(handlers[i].name))))
            return true;
    }
    return false;
}

/* Unsaid, the start is probed as life is, with the budget of the table's rows for startup. */
static const Value *startup_timing(Work *work, const Value *startup)
{
    if (!value_is_none(startup))
        return startup;
    return model_complete_row(work->arena, "health.startup", &value_empty_map, KIND_DEPLOYMENT);
}

const Value *probes_make(Work *work)
{
    const Value *health = value_get(work->value, STR("health"));
    const Value *liveness = value_get(health, STR("liveness"));
    const Value *readiness = value_get(health, STR("readiness"));
    const Value *startup = value_get(health, STR("startup"));
    const Value *startup_stated = stated_at(work, "health.startup");
    MapBuilder map = map_begin(work->arena);
    const Value *life = probe_make(work, liveness, liveness, "liveness");
    put(&map, "liveness", life);
    put(&map, "readiness", probe_make(work, readiness, readiness, "readiness"));
    if (has_handler(startup))
        put(&map, "startup", probe_make(work, startup, startup, "startup"));
    else if (life && !is_off(startup_stated))
        put(&map, "startup", probe_make(work, liveness, startup_timing(work, startup), "startup"));
    else
        put(&map, "startup", NULL);
    return map_end(&map, ORIGIN_NONE);
}

/* ---- the hook before the end ---- */

static const Value *sleep_hook(Work *work, double seconds)
{
    MapBuilder sleep = map_begin(work->arena);
    put_number(&sleep, "seconds", seconds);
    return make_map1(work->arena, ORIGIN_NONE, "sleep", map_end(&sleep, ORIGIN_NONE));
}

/* Five seconds of draining where there is something to drain; a short grace period leaves less, or none. */
static const Value *pre_stop_unsaid(Work *work, double grace)
{
    double seconds = grace > 5 ? 5 : grace - 1;
    return work->ports->size && seconds >= 1 ? sleep_hook(work, seconds) : NULL;
}

const Value *pre_stop_make(Work *work)
{
    const Value *stated = stated_at(work, "preStop");
    double grace = value_number_at(work->service->value, "terminationGracePeriodSeconds", 30);
    if (is_off(stated))
        return NULL;
    if (!without_nones(work->arena, stated)->size)
        return pre_stop_unsaid(work, grace);
    const Value *hook = value_get(work->value, STR("preStop"));
    double seconds = value_number_at(hook, "sleep.seconds", 0);
    if (seconds >= grace)
        field_error(work, place_of(work, stated),
                    "preStop: %g seconds leave nothing of terminationGracePeriodSeconds (%g); "
                    "raise the grace period",
                    seconds, grace);
    const Value *sleep = value_get(hook, STR("sleep"));
    /* No sleep at all is no hook: Kubernetes before 1.33 refuses a sleep of 0. */
    if (!value_is_none(sleep))
        return seconds > 0 ? make_map1(work->arena, hook->origin, "sleep", sleep) : NULL;
    MapBuilder map = map_begin(work->arena);
    return put_handler(work, &map, hook, "preStop") ? map_end(&map, hook->origin) : NULL;
}
