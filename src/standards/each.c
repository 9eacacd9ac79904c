/* Each: what a check can run over. One table names the iterations. */
#include "standards_private.h"

static const Value *make_item(Arena *arena, const char *key1, const Value *value1, const char *key2, const Value *value2,
                              Origin origin)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, str_from(key1), ORIGIN_NONE, value1 ? value1 : &value_null);
    map_set(&map, str_from(key2), ORIGIN_NONE, value2 ? value2 : &value_null);
    return map_end(&map, origin);
}

static void add_item(Items *items, Item item)
{
    ARENA_GROW(items->arena, items->list, items->count, items->capacity);
    items->list[items->count++] = item;
}

/* ---- pods ---- */

static const struct {
    const char *kind;
    const char *path;
} pod_paths[] = {
    {"Deployment", "spec.template.spec"},  {"StatefulSet", "spec.template.spec"}, {"DaemonSet", "spec.template.spec"},
    {"ReplicaSet", "spec.template.spec"},  {"Rollout", "spec.template.spec"},     {"Job", "spec.template.spec"},
    {"CronJob", "spec.jobTemplate.spec.template.spec"}, {"Pod", "spec"},
};

const Value *pod_of(const Value *object, const char **path)
{
    Str kind = value_text_at(object, "kind");
    for (size_t i = 0; i < LENGTH_OF(pod_paths); i++) {
        if (!str_equal(kind, str_from(pod_paths[i].kind)))
            continue;
        const Value *pod = value_path(object, pod_paths[i].path);
        if (path)
            *path = pod_paths[i].path;
        return value_is(pod, VALUE_MAP) ? pod : NULL;
    }
    return NULL;
}

static void add_containers(Items *items, const Value *object, const char *list_name)
{
    const char *path;
    const Value *pod = pod_of(object, &path);
    const Value *list = value_get(pod, str_from(list_name));
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        const Value *container = list->items[i];
        if (container->kind == VALUE_MAP)
            add_item(items, (Item){container, container, value_text_at(container, "name"),
                                   arena_printf(items->arena, "%s.%s[%u]", path, list_name, i)});
    }
}

static void each_object(Items *items, const Value *object)
{
    add_item(items, (Item){object, object, value_text_at(object, "metadata.name"), STR("")});
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
            Str path = arena_printf(items->arena, "%.*s.%s[%u]", STR_ARG(containers.list[i].path), member, j);
            add(items, &containers.list[i], list->items[j], path);
        }
    }
}

static void add_variable(Items *items, const Item *container, const Value *value, Str path)
{
    (void)container;
    if (!value_get(value, STR("name")) || !value_get(value, STR("value")))
        return;
    add_item(items, (Item){value, value, value_text_at(value, "name"), path});
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
    add_item(items, (Item){make_item(items->arena, "name", left, "value", right, value->origin), value, container->name, path});
}

static void add_arguments(Items *items, const Item *container, const char *member)
{
    const Value *list = value_get(container->anchor, str_from(member));
    const Value *before = NULL;
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        Str path = arena_printf(items->arena, "%.*s.%s[%u]", STR_ARG(container->path), member, i);
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
    add_item(items, (Item){value, value, value_text_at(value, "name"), path});
}

static void each_port(Items *items, const Value *object)
{
    each_in_containers(items, object, "ports", add_port);
}

/* ---- references to ConfigMaps and Secrets ---- */

static void add_reference(Items *items, const char *kind, const Value *reference, const char *name_member, const Value *key,
                          Str path)
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
    add_item(items, (Item){map_end(&item, reference->origin), name, value_text(name), path});
}

/* Where a reference can stand: the member of a variable or volume, the kind it names, and the member that holds the name. */
static const struct {
    const char *member;
    const char *kind;
    const char *name;
} reference_members[] = {
    {"configMapKeyRef", "ConfigMap", "name"}, {"secretKeyRef", "Secret", "name"}, {"configMapRef", "ConfigMap", "name"},
    {"secretRef", "Secret", "name"},          {"configMap", "ConfigMap", "name"}, {"secret", "Secret", "secretName"},
};

/* A volume that lists items names each key; one that lists none takes the object as it is. */
static void add_references_of(Items *items, const Value *holder, Str path)
{
    for (size_t i = 0; i < LENGTH_OF(reference_members); i++) {
        const Value *reference = value_get(holder, str_from(reference_members[i].member));
        if (!value_is(reference, VALUE_MAP))
            continue;
        Str at = arena_printf(items->arena, "%.*s.%s", STR_ARG(path), reference_members[i].member);
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
    add_references_of(items, from ? from : value, path);
}

static void each_reference(Items *items, const Value *object)
{
    each_in_containers(items, object, "env", add_variable_references);
    each_in_containers(items, object, "envFrom", add_variable_references);
    const char *path;
    const Value *volumes = value_get(pod_of(object, &path), STR("volumes"));
    for (uint32_t i = 0; value_is(volumes, VALUE_LIST) && i < volumes->size; i++)
        add_references_of(items, volumes->items[i], arena_printf(items->arena, "%s.volumes[%u]", path, i));
}

/* ---- maps of text ---- */

static void add_entries(Items *items, const Value *map, const char *path)
{
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        const Value *name = value_new_string(items->arena, entry->key_origin, entry->key);
        add_item(items, (Item){make_item(items->arena, "name", name, "value", entry->value, entry->value->origin), entry->value,
                               entry->key, arena_printf(items->arena, "%s.\"%.*s\"", path, STR_ARG(entry->key))});
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
        const Value *item = make_item(items->arena, "host", host, "tls", tls_of(object, text), rules->items[i]->origin);
        add_item(items, (Item){item, host ? host : rules->items[i], text, arena_printf(items->arena, "spec.rules[%u].host", i)});
    }
}

static void add_path(Items *items, Str host, const Value *entry, const Value *anchor, Str where)
{
    static const char *const members[] = {"path", "pathType"};
    MapBuilder item = map_begin(items->arena);
    Str path = entry ? value_text_at(entry, "path") : STR("/");
    map_set(&item, STR("host"), ORIGIN_NONE, value_new_string(items->arena, anchor->origin, host));
    map_set(&item, str_from(members[0]), ORIGIN_NONE, value_new_string(items->arena, anchor->origin, path));
    const Value *type = value_get(entry, str_from(members[1]));
    map_set(&item, str_from(members[1]), ORIGIN_NONE, type ? type : &value_null);
    Str name = arena_printf(items->arena, "%.*s%.*s", STR_ARG(host), STR_ARG(path));
    add_item(items, (Item){map_end(&item, anchor->origin), anchor, name, where});
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

/* ---- the table ---- */

static const struct {
    const char *word;
    EachFn *each;
} iterations[] = {
    {"object", each_object}, {"main", each_main},     {"containers", each_container}, {"env", each_env},
    {"args", each_argument}, {"ports", each_port},    {"config", each_config},        {"annotations", each_annotation},
    {"references", each_reference}, {"hosts", each_host},    {"paths", each_path},
};

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
