/* One container, the main one or another: ports, variables, probes, sizes, mounts, in the shape that the container
 * part of the templates takes. */
#include "service_private.h"

/* ---- ports ---- */

bool is_headless(const Work *work)
{
    const Value *stated = value_path(work->service->definition.value, "service.headless");
    return value_is_none(stated) ? work->service->kind == KIND_STATEFULSET : !is_off(stated);
}

/* Ports are unique in the pod: its containers share one address. */
static void check_port(Work *work, const MapEntry *entry)
{
    const MapBuilder *ports = &work->pod->ports;
    for (size_t i = 0; i < ports->count; i++) {
        const MapEntry *other = &ports->entries[i];
        bool same =
            value_number_at(entry->value, "containerPort", 0) == value_number_at(other->value, "containerPort", 0) &&
            str_equal(value_text_at(entry->value, "protocol"), value_text_at(other->value, "protocol"));
        if (str_equal(entry->key, other->key))
            field_error(work, entry->key_origin,
                        "ports.%.*s: another container of the pod has a port of that name; rename one",
                        STR_ARG(entry->key));
        else if (same)
            field_error(work, entry->key_origin, "ports.%.*s: port %.*s is taken by '%.*s'; give it another number",
                        STR_ARG(entry->key), STR_ARG(value_text_at(entry->value, "containerPort")),
                        STR_ARG(other->key));
    }
}

/*
 * The Service's number: 80 for http, else the container's own (definition.md: ports). A headless Service leads to the
 * pods themselves, so that its number can be no other.
 */
static const Value *port_complete(Work *work, Str name, const Value *port)
{
    const Value *number = value_get(port, STR("containerPort"));
    const Value *service = value_get(port, STR("port"));
    bool web = str_equal(name, STR("http")) && !is_headless(work);
    if (value_is_none(service))
        service = web ? value_new_number(work->arena, number->origin, 80) : number;
    MapBuilder map = map_begin(work->arena);
    put(&map, "containerPort", number);
    put(&map, "port", service);
    put(&map, "protocol", value_get(port, STR("protocol")));
    put(&map, "appProtocol", value_get(port, STR("appProtocol")));
    return map_end(&map, port->origin);
}

void container_ports(Work *work)
{
    const Value *ports = without_off(work->arena, value_get(work->value, STR("ports")));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < ports->size; i++) {
        MapEntry entry = ports->entries[i];
        if (!value_is(value_get(entry.value, STR("containerPort")), VALUE_NUMBER)) {
            field_error(work, entry.key_origin, "ports.%.*s: containerPort is missing; add it", STR_ARG(entry.key));
            continue;
        }
        entry.value = port_complete(work, entry.key, entry.value);
        check_port(work, &entry);
        map_set(&map, entry.key, entry.key_origin, entry.value);
        if (!map_peek(&work->pod->ports, entry.key))
            map_set(&work->pod->ports, entry.key, entry.key_origin, entry.value);
    }
    work->ports = map_end(&map, ports->origin);
}

static Str port_names(const Work *work)
{
    Buf names = {0};
    for (uint32_t i = 0; i < work->ports->size; i++)
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(work->ports->entries[i].key));
    Str text = arena_copy(work->arena, buf_str(&names));
    buf_release(&names);
    return text;
}

static const MapEntry *port_find(const Work *work, const Value *reference)
{
    const MapEntry *named = value_entry(work->ports, value_text(reference));
    if (named || !value_is(reference, VALUE_NUMBER))
        return named;
    for (uint32_t i = 0; i < work->ports->size; i++) {
        if (value_number_at(work->ports->entries[i].value, "containerPort", 0) == reference->number)
            return &work->ports->entries[i];
    }
    return NULL;
}

/* Probes, scrapes, an Ingress and a Gateway all connect by TCP. */
static const Value *port_named(Work *work, const MapEntry *port, const char *field, Origin place)
{
    Str protocol = value_text_at(port->value, "protocol");
    if (protocol.size && !str_equal(protocol, STR("TCP")))
        field_error(work, place, "%s: port '%.*s' speaks %.*s, and only TCP can be asked; name another", field,
                    STR_ARG(port->key), STR_ARG(protocol));
    return value_new_string(work->arena, place, port->key);
}

static const Value *port_unsaid(Work *work, Str preferred, const char *field, Origin place, const char *hint)
{
    const MapEntry *only = value_entry(work->ports, preferred);
    if (!only && work->ports->size == 1)
        only = &work->ports->entries[0];
    if (only)
        return port_named(work, only, field, place);
    if (!work->ports->size)
        field_error(work, place, "%s: the service declares no port; add ports: {%.*s: 8080}", field,
                    STR_ARG(preferred));
    else
        field_error(work, place, "%s: several ports and none is named '%.*s'; say which: %s", field,
                    STR_ARG(preferred), hint);
    return NULL;
}

const Value *port_resolve(Work *work, const Value *reference, Str preferred, const char *field, Origin place,
                          const char *hint)
{
    if (value_is_none(reference))
        return port_unsaid(work, preferred, field, place, hint);
    const MapEntry *found = port_find(work, reference);
    if (found)
        return port_named(work, found, field, place_of(work, reference));
    if (work->ports->size)
        field_error(work, place_of(work, reference), "%s: no port '%.*s'; declared: %.*s", field,
                   STR_ARG(value_text(reference)), STR_ARG(port_names(work)));
    else
        field_error(work, place_of(work, reference), "%s: the service declares no port; add ports: {%.*s: 8080}",
                    field, STR_ARG(preferred));
    return NULL;
}

/* ---- variables ---- */

/* A completed variable has a member for each kind of source; the one that is stated stays. */
static const Value *env_source(Work *work, const MapEntry *variable)
{
    const Value *value = without_nones(work->arena, variable->value);
    if (value->size == 0)
        field_error(work, variable->key_origin, "env.%.*s: says nothing; write a value", STR_ARG(variable->key));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        const Value *source = entry->value;
        source =
            source->kind == VALUE_MAP ? without_nones(work->arena, source) : value_as_string(work->arena, source);
        map_set(&map, entry->key, entry->key_origin, source);
    }
    return map_end(&map, value->origin);
}

static const Value *env_make(Work *work, const Value *secrets)
{
    MapBuilder env = map_begin_with(work->arena, secrets);
    const Value *stated = without_off(work->arena, value_get(work->value, STR("env")));
    for (uint32_t i = 0; i < stated->size; i++) {
        const MapEntry *entry = &stated->entries[i];
        if (value_get(secrets, entry->key))
            field_error(work, entry->key_origin,
                        "env.%.*s: a secret of that name becomes the same variable; rename one", STR_ARG(entry->key));
        map_set(&env, entry->key, entry->key_origin, env_source(work, entry));
    }
    return map_end(&env, ORIGIN_NONE);
}

/* ---- the container ---- */

static const char *const copied[] = {"imagePullPolicy", "command", "args", "workingDir", "securityContext"};

/* Of a container that is not the main one: what it needs when nothing is said. */
static const Value *sizes_of_sidecar(Arena *arena)
{
    static const char *const sizes[SIDES][3] = {{"50m", "64Mi", "128Mi"}, {"200m", "256Mi", "128Mi"}};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < SIDES; i++) {
        MapBuilder side = map_begin(arena);
        put_text(&side, "cpu", str_from(sizes[i][0]));
        put_text(&side, "memory", str_from(sizes[i][1]));
        put_text(&side, "ephemeral-storage", str_from(sizes[i][2]));
        put(&map, i ? "limits" : "requests", map_end(&side, ORIGIN_NONE));
    }
    return map_end(&map, ORIGIN_NONE);
}

/* A sidecar's own, else the service's; the service's main container is made before all others. */
static const Value *default_sizes(const Work *work)
{
    if (work->owner && !value_is_none(value_get(work->value, STR("restartPolicy"))))
        return sizes_of_sidecar(work->arena);
    if (work == work->service)
        return NULL;
    MapBuilder map = map_begin(work->arena);
    put(&map, "requests", work->service->requests);
    put(&map, "limits", work->service->limits);
    return map_end(&map, ORIGIN_NONE);
}

static void put_image(Work *work, MapBuilder *container)
{
    if (work->owner)
        image_complete(work);
    const MapEntry *image = map_peek(&work->out, STR("image"));
    const MapEntry *parts = map_peek(&work->out, STR("imageParts"));
    put(container, "image", image ? image->value : NULL);
    put(container, "imageParts", parts ? parts->value : NULL);
}

const Value *container_make(Work *work)
{
    container_ports(work);
    const Value *mounts, *secret_env;
    files_complete(work, &mounts, &secret_env);
    MapBuilder container = map_begin(work->arena);
    put_text(&container, "name", work->name);
    put_image(work, &container);
    for (size_t i = 0; i < LENGTH_OF(copied); i++)
        put(&container, copied[i], value_get(work->value, str_from(copied[i])));
    put(&container, "restartPolicy", work->owner ? value_get(work->value, STR("restartPolicy")) : NULL);
    put(&container, "env", env_make(work, secret_env));
    put(&container, "ports", work->ports);
    put(&container, "health", probes_make(work));
    put(&container, "resources", resources_make(work, default_sizes(work)));
    put(&container, "preStop", pre_stop_make(work));
    put(&container, "volumeMounts", mounts);
    return map_end(&container, ORIGIN_NONE);
}
