/* Each: what a check can run over. One table names the iterations. */
#include "dockerfile.h"

#include <assert.h>
#include "workflow.h"

static const Value *make_item(Arena *arena, const char *key1, const Value *value1, const char *key2,
                              const Value *value2, Origin origin)
{
    MapBuilder map = {.arena = arena, .entries = ARENA_ARRAY(arena, MapEntry, 2), .count = 2, .capacity = 2};
    map.entries[0] = (MapEntry){str_from(key1), ORIGIN_NONE, value1 ? value1 : &value_null};
    map.entries[1] = (MapEntry){str_from(key2), ORIGIN_NONE, value2 ? value2 : &value_null};
    return map_end(&map, origin);
}

static Str number_text(uint32_t number, char text[10])
{
    size_t at = 10;
    do
        text[--at] = (char)('0' + number % 10);
    while (number /= 10);
    return (Str){text + at, 10 - at};
}

/* "path.member[at]" */
static Str path_at(const Items *items, Str path, const char *member, uint32_t at)
{
    char number[10];
    return ARENA_JOIN(items->arena, path, STR("."), str_from(member), STR("["), number_text(at, number), STR("]"));
}

/* "path[at]" */
static Str path_index(const Items *items, Str path, uint32_t at)
{
    char number[10];
    return ARENA_JOIN(items->arena, path, STR("["), number_text(at, number), STR("]"));
}

static Str path_member(const Items *items, Str path, const char *member)
{
    return ARENA_JOIN(items->arena, path, STR("."), str_from(member));
}

void items_add(Items *items, Item item)
{
    ARENA_GROW(items->arena, items->list, items->count, items->capacity);
    items->list[items->count++] = item;
}

/* ---- objects, pods, containers ---- */

static void add_containers(Items *items, const Value *object, const char *list_name)
{
    const char *path;
    const Value *pod = pod_of(object, &path);
    const Value *list = value_get(pod, str_from(list_name));
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        const Value *container = list->items[i];
        if (container->kind == VALUE_MAP)
            items_add(items, (Item){container, container, value_text_at(container, "name"),
                                   path_at(items, str_from(path), list_name, i)});
    }
}

static void each_object(Items *items, const Value *object)
{
    items_add(items, (Item){object, object, value_text_at(object, "metadata.name"), STR("")});
}

static void each_pod(Items *items, const Value *object)
{
    const char *path;
    const Value *pod = pod_of(object, &path);
    if (pod)
        items_add(items, (Item){pod, pod, value_text_at(object, "metadata.name"), str_from(path)});
}

static void each_main(Items *items, const Value *object)
{
    add_containers(items, object, "containers");
}

static void each_container(Items *items, const Value *object)
{
    add_containers(items, object, "initContainers");
    add_containers(items, object, "containers");
}

/* ---- inside containers ---- */

static void each_in_containers(Items *items, const Value *object, const char *member,
                               void (*add)(Items *items, const Item *container, const Value *value, Str path))
{
    Items containers = {.arena = items->arena};
    each_container(&containers, object);
    for (size_t i = 0; i < containers.count; i++) {
        const Value *list = value_get(containers.list[i].anchor, str_from(member));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++) {
            Str path = path_at(items, containers.list[i].path, member, j);
            add(items, &containers.list[i], list->items[j], path);
        }
    }
}

static void add_variable(Items *items, const Item *container, const Value *value, Str path)
{
    (void)container;
    if (!value_get(value, STR("name")) || !value_get(value, STR("value")))
        return;
    items_add(items, (Item){value, value, value_text_at(value, "name"), path});
}

static void each_env(Items *items, const Value *object)
{
    each_in_containers(items, object, "env", add_variable);
}

/* --name=value and the pair --name value are told apart, so that a rule can look at the name; else the name is ''. */
static void add_argument(Items *items, const Item *container, const Value *before, const Value *value, Str path)
{
    if (!value_is_scalar(value))
        return;
    Str text = value_text(value), rest = text, name = STR("");
    bool option = str_starts(text, STR("-"));
    if (option)
        str_split(&rest, '=', &name);
    if (option && rest.data)
        text = rest;
    else if (!option && before && str_starts(value_text(before), STR("--")) && !str_has_char(value_text(before), '='))
        name = value_text(before);
    else
        name = STR("");
    while (str_starts(name, STR("-")))
        name = str_slice(name, 1, name.size);
    const Value *left = value_new_string(items->arena, value->origin, name);
    const Value *right = value_new_string(items->arena, value->origin, text);
    items_add(items, (Item){make_item(items->arena, "name", left, "value", right, value->origin), value,
                           container->name, path});
}

static void add_arguments(Items *items, const Item *container, const char *member)
{
    const Value *list = value_get(container->anchor, str_from(member));
    const Value *before = NULL;
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        Str path = path_at(items, container->path, member, i);
        add_argument(items, container, before, list->items[i], path);
        before = value_is_scalar(list->items[i]) ? list->items[i] : NULL;
    }
}

static void each_argument(Items *items, const Value *object)
{
    Items containers = {.arena = items->arena};
    each_container(&containers, object);
    for (size_t i = 0; i < containers.count; i++) {
        add_arguments(items, &containers.list[i], "command");
        add_arguments(items, &containers.list[i], "args");
    }
}

static void add_port(Items *items, const Item *container, const Value *value, Str path)
{
    (void)container;
    items_add(items, (Item){value, value, value_text_at(value, "name"), path});
}

static void each_port(Items *items, const Value *object)
{
    each_in_containers(items, object, "ports", add_port);
}

/* ---- probes ---- */

/* Whether a container declares a port that is named by its name or its number. */
bool port_declared(const Value *container, const Value *port)
{
    const Value *ports = value_get(container, STR("ports"));
    if (value_is_none(port) || !value_is_scalar(port))
        return false;
    for (uint32_t i = 0; value_is(ports, VALUE_LIST) && i < ports->size; i++) {
        if (str_equal(value_text_at(ports->items[i], port->kind == VALUE_STRING ? "name" : "containerPort"),
                      value_text(port)))
            return true;
    }
    return false;
}

static const Value *port_of_probe(const Value *probe)
{
    static const char *const paths[] = {"httpGet.port", "tcpSocket.port", "grpc.port"};
    for (size_t i = 0; i < LENGTH_OF(paths); i++) {
        const Value *port = value_path(probe, paths[i]);
        if (!value_is_none(port))
            return port;
    }
    return NULL;
}

static void add_probe(Items *items, const Item *container, const char *kind)
{
    const Value *probe = value_get(container->anchor, str_from(kind));
    if (!value_is(probe, VALUE_MAP))
        return;
    const Value *port = port_of_probe(probe);
    MapBuilder item = map_begin(items->arena);
    map_set(&item, STR("kind"), ORIGIN_NONE, value_new_string(items->arena, ORIGIN_NONE, str_from(kind)));
    map_set(&item, STR("probe"), ORIGIN_NONE, probe);
    map_set(&item, STR("port"), ORIGIN_NONE, port ? port : &value_null);
    bool declared = !port || port_declared(container->anchor, port);
    map_set(&item, STR("declared"), ORIGIN_NONE, declared ? &value_true : &value_false);
    items_add(items, (Item){map_end(&item, probe->origin), port ? port : probe, container->name,
                           path_member(items, container->path, kind)});
}

static void each_probe(Items *items, const Value *object)
{
    static const char *const kinds[] = {"startupProbe", "livenessProbe", "readinessProbe"};
    Items containers = {.arena = items->arena};
    each_container(&containers, object);
    for (size_t i = 0; i < containers.count; i++) {
        for (size_t j = 0; j < LENGTH_OF(kinds); j++)
            add_probe(items, &containers.list[i], kinds[j]);
    }
}

/* ---- references to ConfigMaps and Secrets ---- */

static bool is_volume(const char *name_member, Str path)
{
    return strcmp(name_member, "secretName") == 0 || str_find(path, STR(".volumes["), 0) >= 0;
}

static void add_reference(Items *items, const char *kind, const Value *reference, const char *name_member,
                          const Value *key, Str path)
{
    const Value *name = value_get(reference, str_from(name_member));
    if (!name || !value_is_scalar(name))
        return;
    const Value *optional = value_get(reference, STR("optional"));
    MapBuilder item = map_begin(items->arena);
    map_set(&item, STR("kind"), ORIGIN_NONE, value_new_string(items->arena, ORIGIN_NONE, str_from(kind)));
    map_set(&item, STR("name"), ORIGIN_NONE, name);
    map_set(&item, STR("key"), ORIGIN_NONE, key && value_is_scalar(key) ? key : &value_empty_string);
    map_set(&item, STR("optional"), ORIGIN_NONE, value_is(optional, VALUE_BOOL) ? optional : &value_false);
    map_set(&item, STR("variable"), ORIGIN_NONE, is_volume(name_member, path) ? &value_false : &value_true);
    items_add(items, (Item){map_end(&item, reference->origin), name, value_text(name), path});
}

/* Where a reference can stand: the member of a variable or volume, the kind it names, and the member that holds the
 * name. */
static const struct {
    const char *member;
    const char *kind;
    const char *name;
} reference_members[] = {
    {"configMapKeyRef", "ConfigMap", "name"}, {"secretKeyRef", "Secret", "name"},
    {"configMapRef", "ConfigMap", "name"},    {"secretRef", "Secret", "name"},
    {"configMap", "ConfigMap", "name"},       {"secret", "Secret", "secretName"},
};

/* A volume that lists items names each key; one that lists none takes the object as it is. */
static void add_references_of(Items *items, const Value *holder, Str path)
{
    for (size_t i = 0; i < LENGTH_OF(reference_members); i++) {
        const Value *reference = value_get(holder, str_from(reference_members[i].member));
        if (!value_is(reference, VALUE_MAP))
            continue;
        Str at = path_member(items, path, reference_members[i].member);
        const Value *list = value_get(reference, STR("items"));
        const char *kind = reference_members[i].kind, *name = reference_members[i].name;
        if (!value_is(list, VALUE_LIST) || !list->size)
            add_reference(items, kind, reference, name, value_get(reference, STR("key")), at);
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++)
            add_reference(items, kind, reference, name, value_get(list->items[j], STR("key")), at);
    }
}

static void add_variable_references(Items *items, const Item *container, const Value *value, Str path)
{
    (void)container;
    const Value *from = value_get(value, STR("valueFrom"));
    add_references_of(items, from ? from : value,
                      from ? path_member(items, path, "valueFrom") : path);
}

static void each_reference(Items *items, const Value *object)
{
    each_in_containers(items, object, "env", add_variable_references);
    each_in_containers(items, object, "envFrom", add_variable_references);
    const char *path;
    const Value *volumes = value_get(pod_of(object, &path), STR("volumes"));
    for (uint32_t i = 0; value_is(volumes, VALUE_LIST) && i < volumes->size; i++)
        add_references_of(items, volumes->items[i], path_at(items, str_from(path), "volumes", i));
}

/* ---- maps of text ---- */

static void add_entries(Items *items, const Value *map, const char *path)
{
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        const Value *name = value_new_string(items->arena, entry->key_origin, entry->key);
        items_add(items, (Item){make_item(items->arena, "name", name, "value", entry->value, entry->value->origin),
                               entry->value, entry->key,
                               ARENA_JOIN(items->arena, str_from(path), STR(".\""), entry->key, STR("\""))});
    }
}

static void each_config(Items *items, const Value *object)
{
    add_entries(items, value_get(object, STR("data")), "data");
}

static void each_annotation(Items *items, const Value *object)
{
    static const char *const paths[] = {"metadata.annotations", "spec.template.metadata.annotations",
                                        "spec.jobTemplate.spec.template.metadata.annotations"};
    for (size_t i = 0; i < LENGTH_OF(paths); i++)
        add_entries(items, value_path(object, paths[i]), paths[i]);
}

/* ---- Ingress ---- */

static const Value *tls_of(const Value *object, Str host)
{
    const Value *list = value_path(object, "spec.tls");
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        const Value *hosts = value_get(list->items[i], STR("hosts"));
        for (uint32_t j = 0; value_is(hosts, VALUE_LIST) && j < hosts->size; j++) {
            if (value_is_scalar(hosts->items[j]) && str_equal(value_text(hosts->items[j]), host))
                return list->items[i];
        }
    }
    return NULL;
}

static void each_host(Items *items, const Value *object)
{
    const Value *rules = value_path(object, "spec.rules");
    for (uint32_t i = 0; value_is(rules, VALUE_LIST) && i < rules->size; i++) {
        const Value *host = value_get(rules->items[i], STR("host"));
        Str text = value_text_at(rules->items[i], "host");
        bool seen = false;
        for (uint32_t j = 0; j < i; j++)
            seen |= str_equal(text, value_text_at(rules->items[j], "host"));
        if (seen)
            continue;
        const Value *item =
            make_item(items->arena, "host", host, "tls", tls_of(object, text), rules->items[i]->origin);
        items_add(items, (Item){item, host ? host : rules->items[i], text,
                               arena_printf(items->arena, "spec.rules[%u].host", i)});
    }
}

static void add_path(Items *items, Str host, const Value *entry, const Value *anchor, Str where)
{
    static const char *const members[] = {"path", "pathType"};
    assert(anchor);
    MapBuilder item = map_begin(items->arena);
    Str path = entry ? value_text_at(entry, "path") : STR("/");
    map_set(&item, STR("host"), ORIGIN_NONE, value_new_string(items->arena, anchor->origin, host));
    map_set(&item, str_from(members[0]), ORIGIN_NONE, value_new_string(items->arena, anchor->origin, path));
    const Value *type = value_get(entry, str_from(members[1]));
    map_set(&item, str_from(members[1]), ORIGIN_NONE, type ? type : &value_null);
    Str name = ARENA_JOIN(items->arena, host, path);
    items_add(items, (Item){map_end(&item, anchor->origin), anchor, name, where});
}

static void add_paths(Items *items, const Value *rule, uint32_t at)
{
    const Value *paths = value_path(rule, "http.paths");
    for (uint32_t i = 0; value_is(paths, VALUE_LIST) && i < paths->size; i++) {
        const Value *path = value_get(paths->items[i], STR("path"));
        add_path(items, value_text_at(rule, "host"), paths->items[i], path ? path : paths->items[i],
                 arena_printf(items->arena, "spec.rules[%u].http.paths[%u].path", at, i));
    }
}

/* A default backend takes every path of every host. */
static void each_path(Items *items, const Value *object)
{
    const Value *rules = value_path(object, "spec.rules");
    for (uint32_t i = 0; value_is(rules, VALUE_LIST) && i < rules->size; i++)
        add_paths(items, rules->items[i], i);
    const Value *backend = value_path(object, "spec.defaultBackend");
    if (backend)
        add_path(items, STR(""), NULL, backend, STR("spec.defaultBackend"));
}

/* What an Ingress or an HTTPRoute passes requests on to; a backend that is no Service is somebody else's. */
static void add_backend(Items *items, const Value *service, const Value *port, Str path)
{
    if (!value_is_scalar(service))
        return;
    const Value *item = make_item(items->arena, "service", service, "port", port, service->origin);
    items_add(items, (Item){item, service, value_text(service), path});
}

static void add_ingress_backend(Items *items, const Value *backend, Str path)
{
    const Value *name = value_path(backend, "service.name"), *port = value_path(backend, "service.port.name");
    if (name)
        add_backend(items, name, port ? port : value_path(backend, "service.port.number"), path);
}

static void each_backend(Items *items, const Value *object)
{
    const Value *rules = value_path(object, "spec.rules");
    for (uint32_t i = 0; value_is(rules, VALUE_LIST) && i < rules->size; i++) {
        const Value *paths = value_path(rules->items[i], "http.paths");
        for (uint32_t j = 0; value_is(paths, VALUE_LIST) && j < paths->size; j++)
            add_ingress_backend(items, value_get(paths->items[j], STR("backend")),
                                arena_printf(items->arena, "spec.rules[%u].http.paths[%u].backend.service", i, j));
        const Value *refs = value_get(rules->items[i], STR("backendRefs"));
        for (uint32_t j = 0; value_is(refs, VALUE_LIST) && j < refs->size; j++) {
            const Value *name = value_get(refs->items[j], STR("name"));
            bool own = name && !value_get(refs->items[j], STR("namespace"));
            if (own && str_equal(value_text_at(refs->items[j], "kind"), STR("Service")))
                add_backend(items, name, value_get(refs->items[j], STR("port")),
                            arena_printf(items->arena, "spec.rules[%u].backendRefs[%u]", i, j));
        }
    }
    const Value *backend = value_path(object, "spec.defaultBackend");
    if (backend)
        add_ingress_backend(items, backend, STR("spec.defaultBackend.service"));
}

/* ---- NetworkPolicy ---- */

static const struct {
    const char *direction;
    const char *peers;
} directions[] = {{"ingress", "from"}, {"egress", "to"}};

static void each_rule(Items *items, const Value *object)
{
    for (size_t i = 0; i < LENGTH_OF(directions); i++) {
        const Value *rules = value_get(value_get(object, STR("spec")), str_from(directions[i].direction));
        for (uint32_t j = 0; value_is(rules, VALUE_LIST) && j < rules->size; j++) {
            const Value *peers = value_get(rules->items[j], str_from(directions[i].peers));
            const Value *ports = value_get(rules->items[j], STR("ports"));
            items_add(items, (Item){make_item(items->arena, "peers", peers, "ports", ports, rules->items[j]->origin),
                                   rules->items[j], str_from(directions[i].direction),
                                   path_at(items, STR("spec"), directions[i].direction, j)});
        }
    }
}

static void each_peer(Items *items, const Value *object)
{
    Items rules = {.arena = items->arena};
    each_rule(&rules, object);
    for (size_t i = 0; i < rules.count; i++) {
        const Value *peers = value_get(rules.list[i].value, STR("peers"));
        const char *member = str_equal(rules.list[i].name, STR("ingress")) ? "from" : "to";
        for (uint32_t j = 0; value_is(peers, VALUE_LIST) && j < peers->size; j++)
            items_add(items,
                     (Item){peers->items[j], peers->items[j], rules.list[i].name,
                            path_at(items, rules.list[i].path, member, j)});
    }
}

/* ---- lists of maps, as they stand ---- */

static void add_maps(Items *items, const Value *list, Str path)
{
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        const Value *map = list->items[i];
        if (map->kind == VALUE_MAP)
            items_add(items, (Item){map, map, value_text_at(map, "name"),
                                   path_index(items, path, i)});
    }
}

static void each_volume(Items *items, const Value *object)
{
    const char *path;
    const Value *volumes = value_get(pod_of(object, &path), STR("volumes"));
    if (volumes)
        add_maps(items, volumes, path_member(items, str_from(path), "volumes"));
}

static void each_service_port(Items *items, const Value *object)
{
    add_maps(items, value_path(object, "spec.ports"), STR("spec.ports"));
}

static void each_endpoint(Items *items, const Value *object)
{
    add_maps(items, value_path(object, "spec.endpoints"), STR("spec.endpoints"));
}

static void each_metric(Items *items, const Value *object)
{
    add_maps(items, value_path(object, "spec.metrics"), STR("spec.metrics"));
}

static void each_limit(Items *items, const Value *object)
{
    add_maps(items, value_path(object, "spec.limits"), STR("spec.limits"));
}

static void each_permission(Items *items, const Value *object)
{
    add_maps(items, value_get(object, STR("rules")), STR("rules"));
}

/* An Application's one source, or its several. */
static void each_source(Items *items, const Value *object)
{
    const Value *source = value_path(object, "spec.source");
    if (value_is(source, VALUE_MAP))
        items_add(items, (Item){source, source, value_text_at(object, "metadata.name"), STR("spec.source")});
    const Value *list = value_path(object, "spec.sources");
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (list->items[i]->kind == VALUE_MAP)
            items_add(items, (Item){list->items[i], list->items[i], value_text_at(object, "metadata.name"),
                                    arena_printf(items->arena, "spec.sources[%u]", i)});
    }
}

/* ---- what the table of kinds finds fault with ---- */

static void each_api_fault(Items *items, const Value *object)
{
    static const char *const about[] = {[API_SCHEMA] = "schema", [API_VERSION] = "version"};
    ApiFaults faults = {.arena = items->arena};
    api_check(items->minor, object, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        const ApiFault *fault = &faults.list[i];
        MapBuilder map = map_begin(items->arena);
        map_set(&map, STR("about"), ORIGIN_NONE,
                value_new_string(items->arena, ORIGIN_NONE, str_from(about[fault->about])));
        map_set(&map, STR("message"), ORIGIN_NONE, value_new_string(items->arena, ORIGIN_NONE, fault->message));
        map_set(&map, STR("fix"), ORIGIN_NONE, value_new_string(items->arena, ORIGIN_NONE, fault->fix));
        items_add(items, (Item){.value = map_end(&map, ORIGIN_NONE), .anchor = fault->value, .path = fault->path});
    }
}

/* ---- the table ---- */

static const struct {
    const char *word;
    EachFn *each;
} iterations[] = {
    {"object", each_object},
    {"pod", each_pod},
    {"main", each_main},
    {"containers", each_container},
    {"env", each_env},
    {"args", each_argument},
    {"ports", each_port},
    {"config", each_config},
    {"annotations", each_annotation},
    {"references", each_reference},
    {"hosts", each_host},
    {"paths", each_path},
    {"probes", each_probe},
    {"volumes", each_volume},
    {"backends", each_backend},
    {"rules", each_rule},
    {"peers", each_peer},
    {"servicePorts", each_service_port},
    {"endpoints", each_endpoint},
    {"metrics", each_metric},
    {"limits", each_limit},
    {"permissions", each_permission},
    {"sources", each_source},
    {"apiFaults", each_api_fault},
    {"namespaces", each_namespace},
    {"remoteKeys", each_remote_key},
    {"jobs", each_job},
    {"publishers", each_publisher},
    {"deployers", each_deployer},
    {"releasers", each_releaser},
    {"testers", each_tester},
    {"reporters", each_reporter},
    {"floating", each_floating},
    {"pinned", each_pinned},
    {"scripts", each_script},
    {"commands", each_command},
    {"grants", each_grant},
    {"checkouts", each_checkout},
    {"headCheckouts", each_head_checkout},
    {"scans", each_scan},
    {"logins", each_login},
    {"faults", each_fault},
    {"inputs", each_input},
    {"settings", each_setting},
    {"stages", each_stage},
    {"instructions", each_instruction},
    {"variables", each_variable},
};

_Static_assert(LENGTH_OF(iterations) <= EACH_MAX, "EACH_MAX is too small");

EachFn *each_find(Str word)
{
    for (size_t i = 0; i < LENGTH_OF(iterations); i++) {
        if (str_equal(word, str_from(iterations[i].word)))
            return iterations[i].each;
    }
    return NULL;
}

Str each_words(Arena *arena)
{
    Buf words = {0};
    for (size_t i = 0; i < LENGTH_OF(iterations); i++)
        buf_printf(&words, "%s%s", i ? ", " : "", iterations[i].word);
    Str text = arena_copy(arena, buf_str(&words));
    buf_release(&words);
    return text;
}
