/*
 * The objects of one environment, indexed once for the questions that rules ask across objects: who selects these
 * pods, who scales this workload, who claims this host and path. Each answer costs a look-up, never a walk over all
 * pairs.
 */
#include "standards_private.h"

#include <stdatomic.h>

/*
 * Looks from one object at another: a few for each where they are anybody's, but as many as there are pairs where
 * somebody has everything select everything. Beyond the limit nothing is found any more, and the judgement fails.
 */
enum { LOOKS = 250000, LOOKS_EACH = 32 };

/* A bucket of objects under one key. */
typedef struct Bucket {
    ListBuilder objects;
} Bucket;

typedef struct Buckets {
    Arena *arena;
    Index *index;
    Bucket *list;
    size_t count;
    size_t capacity;
} Buckets;

struct ObjectSet {
    Arena *arena;
    Buckets by_name;     /* kind, namespace, name */
    Buckets by_selector; /* Services: namespace and the first pair of their selector */
    Buckets by_target;   /* HPAs: namespace, kind and name of their target */
    Buckets by_path;     /* Ingress names: namespace, host and path */
    Buckets by_secret;   /* ExternalSecrets: namespace and name of the Secret they make, also with each of its keys */
    Buckets by_certificate; /* what issues a TLS Secret: namespace and name of the Secret */
    Buckets by_kind;        /* kind and namespace */
    Buckets by_pod_label;   /* workloads: namespace and one label of their pods; and all under the namespace alone */
    Buckets by_label;       /* Services likewise, by their own labels */
    Buckets by_policy;      /* NetworkPolicies: kind, namespace and name of a workload that they select */
    Buckets by_budget;      /* PodDisruptionBudgets likewise */
    ListBuilder policies;
    ListBuilder budgets;
    size_t limit;          /* of looks */
    atomic_size_t *looked; /* by all threads */
};

bool object_set_may_look(const ObjectSet *set, size_t count)
{
    return atomic_fetch_add_explicit(set->looked, count, memory_order_relaxed) + count <= set->limit;
}

bool object_set_exhausted(const ObjectSet *set)
{
    return atomic_load(set->looked) > set->limit;
}

static Buckets buckets_new(Arena *arena)
{
    return (Buckets){.arena = arena, .index = index_new(arena, 64)};
}

static void buckets_add(Buckets *buckets, Str key, const Value *value)
{
    uint32_t at = index_get(buckets->index, key);
    if (at == INDEX_NONE) {
        ARENA_GROW(buckets->arena, buckets->list, buckets->count, buckets->capacity);
        at = (uint32_t)buckets->count++;
        buckets->list[at] = (Bucket){list_begin(buckets->arena)};
        index_put(buckets->index, key, at);
    }
    list_add(&buckets->list[at].objects, value);
}

static const ListBuilder *buckets_find(const Buckets *buckets, Str key)
{
    static const ListBuilder none = {0};
    uint32_t at = index_get(buckets->index, key);
    return at == INDEX_NONE ? &none : &buckets->list[at].objects;
}

/* The parts of a key are joined by a byte that no name holds. */
static Str key3(Arena *arena, Str a, Str b, Str c)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(a), STR_ARG(b), STR_ARG(c));
}

static Str namespace_of(const Value *object)
{
    return value_text_at(object, "metadata.namespace");
}

/* ---- filling ---- */

static void add_labels(Buckets *buckets, Str namespace, const Value *labels, const Value *object)
{
    buckets_add(buckets, namespace, object);
    for (uint32_t i = 0; value_is(labels, VALUE_MAP) && i < labels->size; i++) {
        const MapEntry *label = &labels->entries[i];
        if (value_is_scalar(label->value))
            buckets_add(buckets, key3(buckets->arena, namespace, label->key, value_text(label->value)), object);
    }
}

static void add_service(ObjectSet *set, const Value *object)
{
    add_labels(&set->by_label, namespace_of(object), value_path(object, "metadata.labels"), object);
    const Value *selector = value_path(object, "spec.selector");
    if (!value_is(selector, VALUE_MAP) || !selector->size)
        return;
    const MapEntry *first = &selector->entries[0];
    if (value_is_scalar(first->value))
        buckets_add(&set->by_selector, key3(set->arena, namespace_of(object), first->key, value_text(first->value)),
                    object);
}

static void add_autoscaler(ObjectSet *set, const Value *object)
{
    Str key = key3(set->arena, namespace_of(object), value_text_at(object, "spec.scaleTargetRef.kind"),
                   value_text_at(object, "spec.scaleTargetRef.name"));
    buckets_add(&set->by_target, key, object);
}

/* cert-manager's ingress-shim issues the certificates of an Ingress that names an issuer. */
static bool names_issuer(const Value *object)
{
    const Value *annotations = value_path(object, "metadata.annotations");
    return value_get(annotations, STR("cert-manager.io/cluster-issuer")) ||
           value_get(annotations, STR("cert-manager.io/issuer"));
}

static void add_issued(ObjectSet *set, const Value *object)
{
    const Value *tls = value_path(object, "spec.tls");
    for (uint32_t i = 0; value_is(tls, VALUE_LIST) && i < tls->size; i++)
        buckets_add(&set->by_certificate,
                    key3(set->arena, namespace_of(object), value_text_at(tls->items[i], "secretName"), STR("")),
                    object);
}

/* One that takes a whole remote secret (dataFrom) may make any key. */
#define ANY_KEY STR("\n")

static void add_external_secret(ObjectSet *set, const Value *object)
{
    Str target = value_text_at(object, "spec.target.name");
    Str name = target.size ? target : value_text_at(object, "metadata.name");
    const Value *data = value_path(object, "spec.data");
    buckets_add(&set->by_secret, key3(set->arena, namespace_of(object), name, STR("")), object);
    if (value_path(object, "spec.dataFrom"))
        buckets_add(&set->by_secret, key3(set->arena, namespace_of(object), name, ANY_KEY), object);
    for (uint32_t i = 0; value_is(data, VALUE_LIST) && i < data->size; i++) {
        Str key = value_text_at(data->items[i], "secretKey");
        buckets_add(&set->by_secret, key3(set->arena, namespace_of(object), name, key), object);
    }
}

static void add_certificate(ObjectSet *set, const Value *object)
{
    buckets_add(&set->by_certificate,
                key3(set->arena, namespace_of(object), value_text_at(object, "spec.secretName"), STR("")), object);
}

static void add_ingress(ObjectSet *set, const Value *object)
{
    if (names_issuer(object))
        add_issued(set, object);
    Items paths = {.arena = set->arena};
    each_find(STR("paths"))(&paths, object);
    const Value *name = value_path(object, "metadata.name");
    for (size_t i = 0; i < paths.count; i++)
        buckets_add(&set->by_path,
                    key3(set->arena, namespace_of(object), value_text_at(paths.list[i].value, "host"),
                         value_text_at(paths.list[i].value, "path")),
                    name ? name : &value_empty_string);
}

/* What these two select is looked up once all pods are known. */
static void add_policy(ObjectSet *set, const Value *object)
{
    list_add(&set->policies, object);
}

static void add_budget(ObjectSet *set, const Value *object)
{
    list_add(&set->budgets, object);
}

static const struct {
    const char *kind;
    void (*add)(ObjectSet *set, const Value *object);
} kinds[] = {{"Service", add_service},
             {"HorizontalPodAutoscaler", add_autoscaler},
             {"Ingress", add_ingress},
             {"Certificate", add_certificate},
             {"NetworkPolicy", add_policy},
             {"PodDisruptionBudget", add_budget},
             {"ExternalSecret", add_external_secret}};

/*
 * What a controller made of a workload must not be counted beside it: it can be named, and selects nothing. What has
 * a kind's name from another group can be named too, for it often makes an object of the kind itself; its pods are
 * pods.
 */
static void add_object(ObjectSet *set, const RenderedFile *file, const Value *object)
{
    ObjectKind of = object_kind_of(file->form, object);
    Str kind = of.name;
    buckets_add(&set->by_name, key3(set->arena, kind, namespace_of(object), value_text_at(object, "metadata.name")),
                object);
    if (file->reference)
        return;
    if (pod_of(object, NULL))
        add_labels(&set->by_pod_label, namespace_of(object), pod_labels(object), object);
    if (of.another)
        return;
    buckets_add(&set->by_kind, key3(set->arena, kind, namespace_of(object), STR("")), object);
    for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
        if (str_equal(kind, str_from(kinds[i].kind)))
            kinds[i].add(set, object);
    }
}

/* ---- selectors ---- */

/* The fewest objects among which all that fit must be: those that bear the rarest of its pairs. */
static const ListBuilder *candidates(Arena *arena, const Buckets *buckets, Str namespace, const Value *selector)
{
    const Value *pairs = value_get(selector, STR("matchLabels"));
    if (!pairs && !value_get(selector, STR("matchExpressions")))
        pairs = selector;
    const ListBuilder *best = buckets_find(buckets, namespace);
    for (uint32_t i = 0; value_is(pairs, VALUE_MAP) && i < pairs->size; i++) {
        const MapEntry *pair = &pairs->entries[i];
        if (!value_is_scalar(pair->value))
            continue;
        const ListBuilder *found = buckets_find(buckets, key3(arena, namespace, pair->key, value_text(pair->value)));
        if (found->count < best->count)
            best = found;
    }
    return best;
}

static void add_selected(const ObjectSet *set, ListBuilder *list, const ListBuilder *among, const Value *selector,
                         bool of_pods)
{
    bool may = object_set_may_look(set, among->count);
    for (size_t i = 0; may && i < among->count; i++) {
        const Value *labels = of_pods ? pod_labels(among->items[i]) : value_path(among->items[i], "metadata.labels");
        if (selector_matches(selector, labels))
            list_add(list, among->items[i]);
    }
}

static const Value *selector_of(const Value *object)
{
    bool policy = str_equal(value_text_at(object, "kind"), STR("NetworkPolicy"));
    return value_path(object, policy ? "spec.podSelector" : "spec.selector");
}

const Value *object_set_pods_of(const ObjectSet *set, Arena *arena, const Value *object)
{
    ListBuilder list = list_begin(arena);
    const Value *selector = selector_of(object);
    if (value_is(selector, VALUE_MAP))
        add_selected(set, &list, candidates(arena, &set->by_pod_label, namespace_of(object), selector), selector,
                     true);
    return list_end(&list, ORIGIN_NONE);
}

static Str workload_key(Arena *arena, const Value *workload)
{
    return key3(arena, value_text_at(workload, "kind"), namespace_of(workload),
                value_text_at(workload, "metadata.name"));
}

/* Turned round, so that a workload finds those that select it: once all workloads are known. */
static void add_selecting(ObjectSet *set, Buckets *buckets, const Value *object)
{
    const Value *selector = selector_of(object);
    if (!value_is(selector, VALUE_MAP) || !selector->size)
        return;
    const Value *pods = object_set_pods_of(set, set->arena, object);
    for (uint32_t i = 0; i < pods->size; i++)
        buckets_add(buckets, workload_key(set->arena, pods->items[i]), object);
}

ObjectSet *object_set_new(Arena *arena, const RenderedFile *files, size_t count)
{
    ObjectSet *set = ARENA_NEW(arena, ObjectSet);
    set->arena = arena;
    set->by_name = buckets_new(arena);
    set->by_selector = buckets_new(arena);
    set->by_target = buckets_new(arena);
    set->by_path = buckets_new(arena);
    set->by_secret = buckets_new(arena);
    set->by_certificate = buckets_new(arena);
    set->by_kind = buckets_new(arena);
    set->by_pod_label = buckets_new(arena);
    set->by_label = buckets_new(arena);
    set->by_policy = buckets_new(arena);
    set->by_budget = buckets_new(arena);
    set->policies = list_begin(arena);
    set->budgets = list_begin(arena);
    set->limit = LOOKS;
    set->looked = ARENA_NEW(arena, atomic_size_t);
    for (size_t i = 0; i < count; i++) {
        set->limit += LOOKS_EACH * files[i].count;
        for (size_t j = 0; j < files[i].count; j++)
            add_object(set, &files[i], files[i].objects[j]);
    }
    for (size_t i = 0; i < set->policies.count; i++)
        add_selecting(set, &set->by_policy, set->policies.items[i]);
    for (size_t i = 0; i < set->budgets.count; i++)
        add_selecting(set, &set->by_budget, set->budgets.items[i]);
    return set;
}

/* ---- asking ---- */

static bool selects(const Value *service, const Value *labels)
{
    const Value *selector = value_path(service, "spec.selector");
    for (uint32_t i = 0; i < selector->size; i++) {
        const Value *label = value_get(labels, selector->entries[i].key);
        if (!label || !value_equal(label, selector->entries[i].value))
            return false;
    }
    return true;
}

const Value *object_set_services_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    const Value *labels = pod_labels(workload);
    ListBuilder found = list_begin(arena);
    for (uint32_t i = 0; value_is(labels, VALUE_MAP) && i < labels->size; i++) {
        const MapEntry *label = &labels->entries[i];
        if (!value_is_scalar(label->value))
            continue;
        const ListBuilder *services = buckets_find(
            &set->by_selector, key3(arena, namespace_of(workload), label->key, value_text(label->value)));
        bool may = object_set_may_look(set, services->count);
        for (size_t j = 0; may && j < services->count; j++) {
            if (selects(services->items[j], labels))
                list_add(&found, services->items[j]);
        }
    }
    return list_end(&found, ORIGIN_NONE);
}

const Value *object_set_hpa_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    Str key = key3(arena, namespace_of(workload), value_text_at(workload, "kind"),
                   value_text_at(workload, "metadata.name"));
    const ListBuilder *found = buckets_find(&set->by_target, key);
    return found->count ? found->items[0] : &value_null;
}

const Value *object_set_ingress_owners(const ObjectSet *set, Arena *arena, Str namespace, Str host, Str path)
{
    ListBuilder names = *buckets_find(&set->by_path, key3(arena, namespace, host, path));
    names.arena = arena;
    return object_set_may_look(set, names.count) ? list_end(&names, ORIGIN_NONE) : &value_empty_list;
}

/* The list of one bucket; the bucket itself may still grow. */
static const Value *bucket_list(const ObjectSet *set, Arena *arena, const Buckets *buckets, Str key)
{
    ListBuilder list = *buckets_find(buckets, key);
    list.arena = arena;
    return object_set_may_look(set, list.count) ? list_end(&list, ORIGIN_NONE) : &value_empty_list;
}

const Value *object_set_policies_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    return bucket_list(set, arena, &set->by_policy, workload_key(arena, workload));
}

const Value *object_set_budgets_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    return bucket_list(set, arena, &set->by_budget, workload_key(arena, workload));
}

const Value *object_set_in(const ObjectSet *set, Arena *arena, Str kind, Str namespace)
{
    return bucket_list(set, arena, &set->by_kind, key3(arena, kind, namespace, STR("")));
}

bool object_set_has_workloads(const ObjectSet *set, Str namespace)
{
    return buckets_find(&set->by_pod_label, namespace)->count > 0;
}

/* In the namespaces that it names, else in its own. */
const Value *object_set_monitored_by(const ObjectSet *set, Arena *arena, const Value *monitor)
{
    ListBuilder list = list_begin(arena);
    const Value *selector = value_path(monitor, "spec.selector");
    const Value *names = value_path(monitor, "spec.namespaceSelector.matchNames");
    bool named = value_is(names, VALUE_LIST) && names->size;
    for (uint32_t i = 0; value_is(selector, VALUE_MAP) && i < (named ? names->size : 1); i++) {
        const Value *name = named ? names->items[i] : value_path(monitor, "metadata.namespace");
        Str namespace = name && value_is_scalar(name) ? value_text(name) : STR("");
        add_selected(set, &list, candidates(arena, &set->by_label, namespace, selector), selector, false);
    }
    return list_end(&list, ORIGIN_NONE);
}

const Value *object_set_find(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name)
{
    const ListBuilder *found = buckets_find(&set->by_name, key3(arena, kind, namespace, name));
    return found->count ? found->items[0] : NULL;
}

bool object_set_certificate_issued(const ObjectSet *set, Arena *arena, Str namespace, Str secret)
{
    const ListBuilder *found = buckets_find(&set->by_certificate, key3(arena, namespace, secret, STR("")));
    return found->count > 0;
}

static bool has_key(const Value *object, const char *member, Str key)
{
    return value_get(value_get(object, str_from(member)), key) != NULL;
}

bool object_set_has_key(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name, Str key)
{
    static const char *const members[] = {"data", "binaryData", "stringData"};
    const Value *object = object_set_find(set, arena, kind, namespace, name);
    for (size_t i = 0; object && i < LENGTH_OF(members); i++) {
        if (!key.size || has_key(object, members[i], key))
            return true;
    }
    if (!str_equal(kind, STR("Secret")))
        return false;
    /* A certificate's Secret has the keys that cert-manager gives it. */
    if (object_set_certificate_issued(set, arena, namespace, name))
        return true;
    return buckets_find(&set->by_secret, key3(arena, namespace, name, key))->count ||
           buckets_find(&set->by_secret, key3(arena, namespace, name, ANY_KEY))->count;
}
