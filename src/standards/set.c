/*
 * The objects of one environment, indexed once for the questions that rules ask across objects: who selects these
 * pods, who scales this workload, who claims this host and path. Each answer costs a look-up, never a walk over all
 * pairs: pods with the same labels are looked at once.
 *
 * A set may hold only a part of the environment's objects. Then it notes under which keys answers were looked up, and
 * how many objects it had there: they were right if no other part has any under the same keys (part.c).
 */
#include "standards_private.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * Looks from one object at another: a few for each where they are anybody's, but as many as there are pairs where
 * somebody has everything select everything. Beyond the limit nothing is found any more, and the judgement fails.
 */
enum { LOOKS = 250000, LOOKS_EACH = 32 };

typedef enum BucketKind {
    BY_NAME = 'a',  /* kind, namespace, name */
    BY_KIND,        /* kind and namespace */
    BY_SELECTOR,    /* Services: namespace and the first pair of their selector */
    BY_TARGET,      /* HPAs: namespace, kind and name of their target */
    BY_PATH,        /* Ingress names: namespace, host and path */
    BY_SECRET,      /* ExternalSecrets: namespace and name of the Secret they make, also with each of its keys */
    BY_CERTIFICATE, /* what issues a TLS Secret: namespace and name of the Secret */
    BY_POD_LABEL,   /* workloads: namespace and one label of their pods; and all under the namespace alone */
    BY_LABEL,       /* Services likewise, by their own labels */
    BY_POLICY,      /* NetworkPolicies: namespace and the first pair of their selector, or the namespace alone */
    BY_BUDGET,      /* PodDisruptionBudgets likewise */
    BY_DENIAL       /* NetworkPolicies that deny all pods everything: namespace */
} BucketKind;

/* Objects under one key, each with a number: of a workload its group, else its place in the order of all. */
typedef struct Bucket {
    ListBuilder objects;
    uint32_t *numbers;
    size_t capacity;
    uint64_t hash; /* of the key */
} Bucket;

/* Workloads of one namespace whose pods have the same labels. */
typedef struct Group {
    const Value *first; /* of them, until the others are known */
    const Value *services, *policies, *budgets; /* that select them */
} Group;

/* Who was asked about last, as rules ask several things of one workload; forgotten after each object that is judged. */
typedef struct Memo {
    const Value *workload;
    uint32_t group;
    unsigned noted; /* bits of what has been noted of it */
} Memo;

struct ObjectSet {
    Arena *arena;
    Index *index;
    Bucket *buckets;
    size_t count;
    size_t capacity;
    Index *grouped; /* namespace and labels → group */
    Group *groups;
    size_t group_count;
    size_t group_capacity;
    uint32_t order; /* of the next thing that selects */
    Asked *asked; /* of a part; else NULL */
    const Beyond *beyond; /* of the last part: all that the others have; else NULL */
    struct Memo *memo;    /* of a part, which one thread asks; else NULL */
    size_t limit;         /* of looks */
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

static const Bucket no_bucket;

/* The parts of a key are joined by a byte that no name holds. */
static Str key_of(Arena *arena, BucketKind kind, Str a, Str b, Str c)
{
    const Str parts[] = {a, b, c};
    char *text = arena_alloc(arena, a.size + b.size + c.size + 4), *end = text;
    *end++ = (char)kind;
    for (size_t i = 0; i < LENGTH_OF(parts); i++) {
        if (parts[i].size)
            memcpy(end, parts[i].data, parts[i].size);
        end += parts[i].size;
        *end++ = '\n';
    }
    return (Str){text, (size_t)(end - text) - 1};
}

static void buckets_add(ObjectSet *set, Str key, const Value *value, uint32_t number)
{
    uint32_t at = index_get(set->index, key);
    if (at == INDEX_NONE) {
        ARENA_GROW(set->arena, set->buckets, set->count, set->capacity);
        at = (uint32_t)set->count++;
        set->buckets[at] = (Bucket){.objects = list_begin(set->arena), .hash = hash_bytes(key)};
        index_put(set->index, key, at);
    }
    assert(set->buckets);
    Bucket *bucket = &set->buckets[at];
    ARENA_GROW(set->arena, bucket->numbers, bucket->objects.count, bucket->capacity);
    bucket->numbers[bucket->objects.count] = number;
    list_add(&bucket->objects, value);
}

/* Without a note: for an answer that other objects cannot change. */
static const Bucket *buckets_peek(const ObjectSet *set, Str key)
{
    uint32_t at = index_get(set->index, key);
    return at == INDEX_NONE ? &no_bucket : &set->buckets[at];
}

static void note(const ObjectSet *set, Str key, const Bucket *bucket, bool or_next)
{
    if (set->asked)
        asked_note(set->asked, bucket == &no_bucket ? hash_bytes(key) : bucket->hash, bucket->objects.count, or_next);
}

static const Bucket *buckets_find(const ObjectSet *set, Str key)
{
    const Bucket *bucket = buckets_peek(set, key);
    note(set, key, bucket, false);
    return bucket;
}

static Str namespace_of(const Value *object)
{
    return value_text_at(object, "metadata.namespace");
}

/* ---- filling ---- */

static void add_labels(ObjectSet *set, BucketKind kind, const Value *labels, const Value *object, uint32_t number)
{
    Str namespace = namespace_of(object);
    buckets_add(set, key_of(set->arena, kind, namespace, STR(""), STR("")), object, number);
    for (uint32_t i = 0; value_is(labels, VALUE_MAP) && i < labels->size; i++) {
        const MapEntry *label = &labels->entries[i];
        if (value_is_scalar(label->value))
            buckets_add(set, key_of(set->arena, kind, namespace, label->key, value_text(label->value)), object,
                        number);
    }
}

/* The map of pairs in a selector, whichever form it has; NULL where it has none. */
static const Value *pairs_of(const Value *selector)
{
    const Value *pairs = value_get(selector, STR("matchLabels"));
    if (!pairs && !value_get(selector, STR("matchExpressions")))
        pairs = selector;
    return value_is(pairs, VALUE_MAP) ? pairs : NULL;
}

/* Under the first pair, which all that it selects bear; else under the namespace alone. */
static void add_selecting(ObjectSet *set, BucketKind kind, const Value *selector, const Value *object)
{
    const Value *pairs = pairs_of(selector);
    const MapEntry *first = pairs && pairs->size ? &pairs->entries[0] : NULL;
    bool paired = first && value_is_scalar(first->value);
    buckets_add(set,
                key_of(set->arena, kind, namespace_of(object), paired ? first->key : STR(""),
                       paired ? value_text(first->value) : STR("")),
                object, set->order++);
}

static void add_service(ObjectSet *set, const Value *object)
{
    add_labels(set, BY_LABEL, value_path(object, "metadata.labels"), object, 0);
    const Value *selector = value_path(object, "spec.selector");
    if (value_is(selector, VALUE_MAP) && selector->size && value_is_scalar(selector->entries[0].value))
        add_selecting(set, BY_SELECTOR, selector, object);
}

static void add_autoscaler(ObjectSet *set, const Value *object)
{
    buckets_add(set,
                key_of(set->arena, BY_TARGET, namespace_of(object), value_text_at(object, "spec.scaleTargetRef.kind"),
                       value_text_at(object, "spec.scaleTargetRef.name")),
                object, 0);
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
        buckets_add(set,
                    key_of(set->arena, BY_CERTIFICATE, namespace_of(object),
                           value_text_at(tls->items[i], "secretName"), STR("")),
                    object, 0);
}

/* One that takes a whole remote secret (dataFrom) may make any key. */
#define ANY_KEY STR("\n")

static void add_external_secret(ObjectSet *set, const Value *object)
{
    Str target = value_text_at(object, "spec.target.name"), namespace = namespace_of(object);
    Str name = target.size ? target : value_text_at(object, "metadata.name");
    const Value *data = value_path(object, "spec.data");
    buckets_add(set, key_of(set->arena, BY_SECRET, namespace, name, STR("")), object, 0);
    if (value_path(object, "spec.dataFrom"))
        buckets_add(set, key_of(set->arena, BY_SECRET, namespace, name, ANY_KEY), object, 0);
    for (uint32_t i = 0; value_is(data, VALUE_LIST) && i < data->size; i++)
        buckets_add(set,
                    key_of(set->arena, BY_SECRET, namespace, name, value_text_at(data->items[i], "secretKey")),
                    object, 0);
}

static void add_certificate(ObjectSet *set, const Value *object)
{
    buckets_add(set,
                key_of(set->arena, BY_CERTIFICATE, namespace_of(object), value_text_at(object, "spec.secretName"),
                       STR("")),
                object, 0);
}

static void add_ingress(ObjectSet *set, const Value *object)
{
    if (names_issuer(object))
        add_issued(set, object);
    Items paths = {.arena = set->arena};
    each_find(STR("paths"))(&paths, object);
    const Value *name = value_path(object, "metadata.name");
    for (size_t i = 0; i < paths.count; i++)
        buckets_add(set,
                    key_of(set->arena, BY_PATH, namespace_of(object), value_text_at(paths.list[i].value, "host"),
                           value_text_at(paths.list[i].value, "path")),
                    name ? name : &value_empty_string, 0);
}

/* What selects all pods of a namespace says nothing of any of them. */
static void add_policy(ObjectSet *set, const Value *object)
{
    const Value *selector = value_path(object, "spec.podSelector");
    if (policy_denies_all(object))
        buckets_add(set, key_of(set->arena, BY_DENIAL, namespace_of(object), STR(""), STR("")), object, 0);
    if (value_is(selector, VALUE_MAP) && selector->size)
        add_selecting(set, BY_POLICY, selector, object);
}

static void add_budget(ObjectSet *set, const Value *object)
{
    const Value *selector = value_path(object, "spec.selector");
    if (value_is(selector, VALUE_MAP) && selector->size)
        add_selecting(set, BY_BUDGET, selector, object);
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

/* ---- workloads whose pods have the same labels ---- */

/* Labels as they stand: who writes them in another order has a group more. */
static Str group_key(Arena *arena, const Value *workload, const Value *labels)
{
    Buf key = {0};
    buf_add(&key, namespace_of(workload));
    for (uint32_t i = 0; value_is(labels, VALUE_MAP) && i < labels->size; i++) {
        const MapEntry *label = &labels->entries[i];
        if (value_is_scalar(label->value))
            buf_printf(&key, "\n%.*s\n%d%.*s", STR_ARG(label->key), label->value->kind,
                       STR_ARG(value_text(label->value)));
        else
            buf_printf(&key, "\n%.*s\n%p", STR_ARG(label->key), (const void *)label->value);
    }
    Str text = arena_copy(arena, buf_str(&key));
    buf_release(&key);
    return text;
}

static uint32_t group_put(ObjectSet *set, const Value *workload)
{
    const Value *labels = pod_labels(workload);
    Str key = group_key(set->arena, workload, labels);
    uint32_t at = index_put(set->grouped, key, (uint32_t)set->group_count);
    if (at < set->group_count)
        return at;
    ARENA_GROW(set->arena, set->groups, set->group_count, set->group_capacity);
    set->groups[set->group_count++] = (Group){.first = workload};
    return at;
}

/* ---- filling, object by object ---- */

/*
 * What a controller made of a workload must not be counted beside it: it can be named, and selects nothing. What has
 * a kind's name from another group can be named too, for it often makes an object of the kind itself; its pods are
 * pods.
 */
static void add_object(ObjectSet *set, const RenderedFile *file, const Value *object)
{
    ObjectKind of = object_kind_of(file->form, object);
    Str kind = of.name, namespace = namespace_of(object);
    buckets_add(set, key_of(set->arena, BY_NAME, kind, namespace, value_text_at(object, "metadata.name")), object, 0);
    if (file->reference)
        return;
    if (pod_of(object, NULL))
        add_labels(set, BY_POD_LABEL, pod_labels(object), object, group_put(set, object));
    if (of.another)
        return;
    buckets_add(set, key_of(set->arena, BY_KIND, kind, namespace, STR("")), object, 0);
    for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
        if (str_equal(kind, str_from(kinds[i].kind)))
            kinds[i].add(set, object);
    }
}

/* ---- who selects a group ---- */

static const Value *selector_of(const Value *object)
{
    bool policy = str_equal(value_text_at(object, "kind"), STR("NetworkPolicy"));
    return value_path(object, policy ? "spec.podSelector" : "spec.selector");
}

/* The index-th key under which something may stand that selects pods with these labels; false where there is none. */
static bool selecting_key(Arena *arena, BucketKind kind, Str namespace, const Value *labels, uint32_t index, Str *key)
{
    uint32_t count = value_is(labels, VALUE_MAP) ? labels->size : 0;
    const MapEntry *label = index < count ? &labels->entries[index] : NULL;
    if (index > count || (label && !value_is_scalar(label->value)))
        return false;
    *key = key_of(arena, kind, namespace, label ? label->key : STR(""), label ? value_text(label->value) : STR(""));
    return true;
}

static uint32_t selecting_keys(const Value *labels)
{
    return value_is(labels, VALUE_MAP) ? labels->size + 1 : 1;
}

typedef struct Selecting {
    const Value *object;
    uint32_t number;
} Selecting;

typedef struct Selected {
    Arena *arena;
    Selecting *list;
    size_t count;
    size_t capacity;
} Selected;

static int by_number(const void *a, const void *b)
{
    const Selecting *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static void add_fitting(const ObjectSet *set, Selected *selected, const Bucket *bucket, const Value *labels)
{
    bool may = object_set_may_look(set, bucket->objects.count);
    for (size_t i = 0; may && i < bucket->objects.count; i++) {
        const Value *object = bucket->objects.items[i];
        if (!selector_matches(selector_of(object), labels))
            continue;
        ARENA_GROW(selected->arena, selected->list, selected->count, selected->capacity);
        selected->list[selected->count++] = (Selecting){object, bucket->numbers[i]};
    }
}

/* Those of Services in the order of the labels, others in that in which they were added. */
static const Value *selecting(const ObjectSet *set, Arena *arena, BucketKind kind, Str namespace, const Value *labels)
{
    Selected selected = {.arena = arena};
    Str key;
    for (uint32_t i = 0; i < selecting_keys(labels); i++) {
        if (selecting_key(arena, kind, namespace, labels, i, &key))
            add_fitting(set, &selected, buckets_peek(set, key), labels);
    }
    if (selected.count > 1 && kind != BY_SELECTOR)
        qsort(selected.list, selected.count, sizeof *selected.list, by_number);
    ListBuilder list = list_begin(arena);
    for (size_t i = 0; i < selected.count; i++)
        list_add(&list, selected.list[i].object);
    return list_end(&list, ORIGIN_NONE);
}

static Group group_make(const ObjectSet *set, Arena *arena, const Value *workload)
{
    const Value *labels = pod_labels(workload);
    Str namespace = namespace_of(workload);
    return (Group){.services = selecting(set, arena, BY_SELECTOR, namespace, labels),
                   .policies = selecting(set, arena, BY_POLICY, namespace, labels),
                   .budgets = selecting(set, arena, BY_BUDGET, namespace, labels)};
}

/* ---- making ---- */

ObjectSet *object_set_new(Arena *arena, const RenderedFile *files, size_t count, Asked *asked, const Beyond *beyond)
{
    ObjectSet *set = ARENA_NEW(arena, ObjectSet);
    *set = (ObjectSet){.arena = arena,
                       .index = index_new(arena, 64),
                       .grouped = index_new(arena, 8),
                       .asked = asked,
                       .beyond = beyond,
                       .memo = asked ? ARENA_NEW(arena, Memo) : NULL,
                       .limit = LOOKS,
                       .looked = ARENA_NEW(arena, atomic_size_t)};
    for (size_t i = 0; i < count; i++) {
        set->limit += LOOKS_EACH * files[i].count;
        for (size_t j = 0; j < files[i].count; j++)
            add_object(set, &files[i], files[i].objects[j]);
    }
    for (size_t i = 0; i < set->group_count; i++)
        set->groups[i] = group_make(set, arena, set->groups[i].first);
    return set;
}

void object_set_tell(const ObjectSet *set, void *user, void (*tell)(void *user, uint64_t key, size_t count))
{
    for (size_t i = 0; i < set->count; i++)
        tell(user, set->buckets[i].hash, set->buckets[i].objects.count);
}

/* ---- asking ---- */

/* The list of one bucket; the bucket itself may still grow. */
static const Value *bucket_list(const ObjectSet *set, Arena *arena, const Bucket *bucket)
{
    ListBuilder list = bucket->objects;
    list.arena = arena;
    return object_set_may_look(set, list.count) ? list_end(&list, ORIGIN_NONE) : &value_empty_list;
}

/* Whether anything stands under the key, which no other part can make untrue. */
static bool is_there(const ObjectSet *set, Str key)
{
    const Bucket *bucket = buckets_peek(set, key);
    if (bucket->objects.count)
        return true;
    if (set->beyond)
        return beyond_has(set->beyond, hash_bytes(key));
    note(set, key, bucket, false);
    return false;
}

/* The fewest objects among which all that fit must be: those that bear the rarest of its pairs. */
static const Bucket *candidates(const ObjectSet *set, Arena *arena, BucketKind kind, Str namespace,
                                const Value *selector)
{
    const Value *pairs = pairs_of(selector);
    const Bucket *best = NULL;
    Str before = STR_NONE;
    const Bucket *noted = NULL;
    for (uint32_t i = 0; pairs && i < pairs->size; i++) {
        const MapEntry *pair = &pairs->entries[i];
        if (!value_is_scalar(pair->value))
            continue;
        Str key = key_of(arena, kind, namespace, pair->key, value_text(pair->value));
        const Bucket *found = buckets_peek(set, key);
        if (noted)
            note(set, before, noted, true);
        before = key;
        noted = found;
        if (!best || found->objects.count < best->objects.count)
            best = found;
    }
    if (!best)
        return buckets_find(set, key_of(arena, kind, namespace, STR(""), STR("")));
    /* Whichever of the pairs no other part has is enough. */
    note(set, before, noted, false);
    return best;
}

/* Pods of one group are selected together or not at all. */
static bool group_fits(const Value *selector, const Bucket *bucket, size_t index, int8_t *verdicts)
{
    int8_t *verdict = &verdicts[bucket->numbers[index]];
    if (!*verdict)
        *verdict = selector_matches(selector, pod_labels(bucket->objects.items[index])) ? 1 : -1;
    return *verdict > 0;
}

const Value *object_set_pods_of(const ObjectSet *set, Arena *arena, const Value *object)
{
    ListBuilder list = list_begin(arena);
    const Value *selector = selector_of(object);
    if (!value_is(selector, VALUE_MAP))
        return list_end(&list, ORIGIN_NONE);
    const Bucket *among = candidates(set, arena, BY_POD_LABEL, namespace_of(object), selector);
    int8_t *verdicts = ARENA_ARRAY(arena, int8_t, set->group_count);
    bool may = object_set_may_look(set, among->objects.count);
    for (size_t i = 0; may && i < among->objects.count; i++) {
        if (group_fits(selector, among, i, verdicts))
            list_add(&list, among->objects.items[i]);
    }
    return list_end(&list, ORIGIN_NONE);
}

static void note_selecting(const ObjectSet *set, Arena *arena, const Value *workload, BucketKind kind)
{
    const Value *labels = pod_labels(workload);
    Str key;
    for (uint32_t i = 0; i < selecting_keys(labels); i++) {
        if (selecting_key(arena, kind, namespace_of(workload), labels, i, &key))
            note(set, key, buckets_peek(set, key), false);
    }
}

void object_set_forget(const ObjectSet *set)
{
    if (set->memo)
        *set->memo = (Memo){0};
}

static uint32_t group_index(const ObjectSet *set, Arena *arena, const Value *workload)
{
    Memo *memo = set->memo;
    if (memo && memo->workload == workload)
        return memo->group;
    uint32_t group = index_get(set->grouped, group_key(arena, workload, pod_labels(workload)));
    if (memo)
        *memo = (Memo){.workload = workload, .group = group};
    return group;
}

/* What selects a workload's pods, under whichever label. */
static Group group_of(const ObjectSet *set, Arena *arena, const Value *workload, BucketKind kind)
{
    uint32_t at = group_index(set, arena, workload);
    unsigned bit = 1u << (kind - BY_NAME);
    if (set->memo && !(set->memo->noted & bit)) {
        set->memo->noted |= bit;
        note_selecting(set, arena, workload, kind);
    }
    return at == INDEX_NONE ? group_make(set, arena, workload) : set->groups[at];
}

static const Value *allowed(const ObjectSet *set, const Value *list)
{
    return object_set_may_look(set, list->size) ? list : &value_empty_list;
}

const Value *object_set_services_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    return allowed(set, group_of(set, arena, workload, BY_SELECTOR).services);
}

const Value *object_set_policies_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    return allowed(set, group_of(set, arena, workload, BY_POLICY).policies);
}

const Value *object_set_budgets_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    return allowed(set, group_of(set, arena, workload, BY_BUDGET).budgets);
}

const Value *object_set_hpa_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    const Bucket *found = buckets_find(set, key_of(arena, BY_TARGET, namespace_of(workload),
                                                   value_text_at(workload, "kind"),
                                                   value_text_at(workload, "metadata.name")));
    return found->objects.count ? found->objects.items[0] : &value_null;
}

const Value *object_set_ingress_owners(const ObjectSet *set, Arena *arena, Str namespace, Str host, Str path)
{
    return bucket_list(set, arena, buckets_find(set, key_of(arena, BY_PATH, namespace, host, path)));
}

const Value *object_set_in(const ObjectSet *set, Arena *arena, Str kind, Str namespace)
{
    return bucket_list(set, arena, buckets_find(set, key_of(arena, BY_KIND, kind, namespace, STR(""))));
}

const Value *object_set_own(const ObjectSet *set, Arena *arena, Str kind, Str namespace)
{
    return bucket_list(set, arena, buckets_peek(set, key_of(arena, BY_KIND, kind, namespace, STR(""))));
}

Asked *object_set_asked(const ObjectSet *set)
{
    return set->asked;
}

const Beyond *object_set_beyond(const ObjectSet *set)
{
    return set->beyond;
}

bool object_set_has_workloads(const ObjectSet *set, Arena *arena, Str namespace)
{
    return is_there(set, key_of(arena, BY_POD_LABEL, namespace, STR(""), STR("")));
}

bool object_set_denied(const ObjectSet *set, Arena *arena, Str namespace)
{
    return is_there(set, key_of(arena, BY_DENIAL, namespace, STR(""), STR("")));
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
        const ListBuilder *among = &candidates(set, arena, BY_LABEL, namespace, selector)->objects;
        bool may = object_set_may_look(set, among->count);
        for (size_t j = 0; may && j < among->count; j++) {
            if (selector_matches(selector, value_path(among->items[j], "metadata.labels")))
                list_add(&list, among->items[j]);
        }
    }
    return list_end(&list, ORIGIN_NONE);
}

const Value *object_set_find(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name)
{
    const Bucket *found = buckets_find(set, key_of(arena, BY_NAME, kind, namespace, name));
    return found->objects.count ? found->objects.items[0] : NULL;
}

bool object_set_certificate_issued(const ObjectSet *set, Arena *arena, Str namespace, Str secret)
{
    return is_there(set, key_of(arena, BY_CERTIFICATE, namespace, secret, STR("")));
}

static bool has_key(const Value *object, const char *member, Str key)
{
    return value_get(value_get(object, str_from(member)), key) != NULL;
}

static bool is_made(const ObjectSet *set, Arena *arena, Str namespace, Str name, Str key)
{
    return is_there(set, key_of(arena, BY_SECRET, namespace, name, key)) ||
           is_there(set, key_of(arena, BY_SECRET, namespace, name, ANY_KEY));
}

bool object_set_has_key(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name, Str key)
{
    static const char *const members[] = {"data", "binaryData", "stringData"};
    const Value *object = object_set_find(set, arena, kind, namespace, name);
    for (size_t i = 0; object && i < LENGTH_OF(members); i++) {
        if (!key.size || has_key(object, members[i], key))
            return true;
    }
    /* A certificate's Secret has the keys that cert-manager gives it. */
    return str_equal(kind, STR("Secret")) && (object_set_certificate_issued(set, arena, namespace, name) ||
                                              is_made(set, arena, namespace, name, key));
}
