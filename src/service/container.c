/* The main container: ports, variables, probes, sizes, mounts, in the shape that the container part of the templates takes. */
#include "service_private.h"

/* ---- ports ---- */

static void check_ports(Work *work)
{
    for (uint32_t i = 0; i < work->ports->size; i++) {
        const MapEntry *entry = &work->ports->entries[i];
        for (uint32_t j = 0; j < i; j++) {
            const MapEntry *other = &work->ports->entries[j];
            bool same = value_number_at(entry->value, "containerPort", 0) == value_number_at(other->value, "containerPort", 0) &&
                        str_equal(value_text_at(entry->value, "protocol"), value_text_at(other->value, "protocol"));
            if (same)
                work_error(work, entry->key_origin, "ports.%.*s: port %.*s is taken by '%.*s'; give it another number",
                           STR_ARG(entry->key), STR_ARG(value_text_at(entry->value, "containerPort")), STR_ARG(other->key));
        }
    }
}

/* The Service's number: 80 for http, else the container's own (definition.md: ports). */
static const Value *port_complete(Work *work, Str name, const Value *port)
{
    const Value *number = value_get(port, STR("containerPort"));
    const Value *service = value_get(port, STR("port"));
    if (value_is_none(service))
        service = str_equal(name, STR("http")) ? value_new_number(work->arena, number->origin, 80) : number;
    MapBuilder map = map_begin(work->arena);
    put(&map, "containerPort", number);
    put(&map, "port", service);
    put(&map, "protocol", value_get(port, STR("protocol")));
    put(&map, "appProtocol", value_get(port, STR("appProtocol")));
    return map_end(&map, port->origin);
}

static void ports_complete(Work *work)
{
    const Value *ports = without_off(work->arena, value_get(work->value, STR("ports")));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < ports->size; i++) {
        const MapEntry *entry = &ports->entries[i];
        if (!value_is(value_get(entry->value, STR("containerPort")), VALUE_NUMBER))
            work_error(work, entry->key_origin, "ports.%.*s: containerPort is missing; add it", STR_ARG(entry->key));
        else
            map_set(&map, entry->key, entry->key_origin, port_complete(work, entry->key, entry->value));
    }
    work->ports = map_end(&map, ports->origin);
    check_ports(work);
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

static const Value *port_unsaid(Work *work, Str preferred, const char *field, Origin place, const char *hint)
{
    const MapEntry *only = value_entry(work->ports, preferred);
    if (!only && work->ports->size == 1)
        only = &work->ports->entries[0];
    if (only)
        return value_new_string(work->arena, place, only->key);
    if (!work->ports->size)
        work_error(work, place, "%s: the service declares no port; add ports: {%.*s: 8080}", field, STR_ARG(preferred));
    else
        work_error(work, place, "%s: several ports and none is named '%.*s'; say which: %s", field, STR_ARG(preferred), hint);
    return NULL;
}

const Value *port_resolve(Work *work, const Value *reference, Str preferred, const char *field, Origin place, const char *hint)
{
    if (value_is_none(reference))
        return port_unsaid(work, preferred, field, place, hint);
    const MapEntry *found = port_find(work, reference);
    if (found)
        return value_new_string(work->arena, reference->origin, found->key);
    if (work->ports->size)
        work_error(work, place_of(work, reference), "%s: no port '%.*s'; declared: %.*s", field,
                   STR_ARG(value_text(reference)), STR_ARG(port_names(work)));
    else
        work_error(work, place_of(work, reference), "%s: the service declares no port; add ports: {%.*s: 8080}", field,
                   STR_ARG(preferred));
    return NULL;
}

/* ---- variables ---- */

/* A completed variable has a member for each kind of source; the one that is stated stays. */
static const Value *env_source(Work *work, const MapEntry *variable)
{
    const Value *value = without_nones(work->arena, variable->value);
    if (value->size == 0)
        work_error(work, variable->key_origin, "env.%.*s: says nothing; write a value", STR_ARG(variable->key));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        const Value *source = entry->value;
        source = source->kind == VALUE_MAP ? without_nones(work->arena, source) : value_as_string(work->arena, source);
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
            work_error(work, entry->key_origin, "env.%.*s: a secret of that name becomes the same variable; rename one",
                       STR_ARG(entry->key));
        map_set(&env, entry->key, entry->key_origin, env_source(work, entry));
    }
    return map_end(&env, ORIGIN_NONE);
}

/* ---- the container ---- */

static const char *const copied[] = {"imagePullPolicy", "command", "args", "workingDir", "securityContext"};

void container_complete(Work *work)
{
    ports_complete(work);
    const Value *mounts, *secret_env;
    volumes_complete(work, &mounts, &secret_env);
    MapBuilder container = map_begin(work->arena);
    put_text(&container, "name", work->name);
    const MapEntry *image = map_peek(&work->out, STR("image"));
    put(&container, "image", image ? image->value : NULL);
    const MapEntry *parts = map_peek(&work->out, STR("imageParts"));
    put(&container, "imageParts", parts ? parts->value : NULL);
    for (size_t i = 0; i < LENGTH_OF(copied); i++)
        put(&container, copied[i], value_get(work->value, str_from(copied[i])));
    put(&container, "env", env_make(work, secret_env));
    put(&container, "ports", work->ports);
    put(&container, "health", probes_make(work));
    put(&container, "resources", resources_make(work));
    put(&container, "preStop", pre_stop_make(work));
    put(&container, "volumeMounts", mounts);
    put(&work->out, "containers", make_map1(work->arena, ORIGIN_NONE, "main", map_end(&container, ORIGIN_NONE)));
    put(&work->out, "initContainers", &value_empty_map);
}
