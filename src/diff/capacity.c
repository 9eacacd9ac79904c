/*
 * What a set of objects asks of a cluster: requests × replicas. A pod's request is that of its containers and its
 * sidecars together, or of its largest init container where that is more (k8s.io/component-helpers, PodRequests, but
 * for overheads and requests that only limits state). Replicas are those of an autoscaler, from its fewest to its most, else the
 * workload's own. A DaemonSet runs once on each node, which nothing here can know: it is left out.
 */
#include "diff_private.h"

/* What a container states; storage is what claims state. */
static const char *const resource_names[] = {[DIFF_CPU] = "cpu", [DIFF_MEMORY] = "memory"};

typedef struct Scaler {
    int64_t fewest;
    int64_t most;
} Scaler;

typedef struct Counting {
    Arena *arena;
    const DiffSide *side;
    const Index *scalers; /* "namespace kind name" → object */
    DiffCapacity total;
} Counting;

static __int128 quantity_at(const Value *map, const char *key)
{
    const Value *value = value_get(map, str_from(key));
    Quantity quantity;
    return value && value_is_scalar(value) && quantity_parse(value_text(value), &quantity) ? quantity.nano : 0;
}

static __int128 larger(__int128 a, __int128 b)
{
    return a > b ? a : b;
}

static __int128 container_request(const Value *container, int resource)
{
    return quantity_at(value_path(container, "resources.requests"), resource_names[resource]);
}

/* Sidecars run beside all that starts after them. */
static __int128 pod_request(const Value *pod, int resource)
{
    const Value *init = value_get(pod, STR("initContainers")), *containers = value_get(pod, STR("containers"));
    __int128 sidecars = 0, starting = 0, running = 0;
    for (uint32_t i = 0; value_is(init, VALUE_LIST) && i < init->size; i++) {
        __int128 request = container_request(init->items[i], resource);
        if (str_equal(value_text_at(init->items[i], "restartPolicy"), STR("Always")))
            sidecars += request;
        else
            starting = larger(starting, sidecars + request);
    }
    for (uint32_t i = 0; value_is(containers, VALUE_LIST) && i < containers->size; i++)
        running += container_request(containers->items[i], resource);
    return larger(starting, sidecars + running);
}

static Str scaled_name(Arena *arena, const Value *object, Str kind, Str name)
{
    return arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(value_text_at(object, "metadata.namespace")), STR_ARG(kind),
                        STR_ARG(name));
}

const Index *scaled_workloads(Arena *arena, const DiffSide *side)
{
    Index *scaled = index_new(arena, 64);
    for (size_t i = 0; i < side->count; i++) {
        const Value *object = side->list[i].object;
        if (!str_equal(value_text_at(object, "kind"), STR("HorizontalPodAutoscaler")))
            continue;
        const Value *target = value_path(object, "spec.scaleTargetRef");
        index_put(scaled, scaled_name(arena, object, value_text_at(target, "kind"), value_text_at(target, "name")),
                  (uint32_t)i);
    }
    return scaled;
}

bool is_scaled(Arena *arena, const Index *scaled, const Value *workload)
{
    Str kind = value_text_at(workload, "kind"), name = value_text_at(workload, "metadata.name");
    return index_get(scaled, scaled_name(arena, workload, kind, name)) != INDEX_NONE;
}

/* A count that a manifest states; nonsense counts as none. */
static int64_t count_at(const Value *object, const char *dotted, int64_t fallback)
{
    int64_t count;
    const Value *value = value_path(object, dotted);
    return value_is(value, VALUE_NUMBER) && value_integer(value, &count) && count >= 0 && count <= INT32_MAX ? count
                                                                                                             : fallback;
}

static Scaler scaler_of(const Counting *counting, const Value *object, Str kind)
{
    uint32_t found = index_get(counting->scalers,
                               scaled_name(counting->arena, object, kind, value_text_at(object, "metadata.name")));
    if (found != INDEX_NONE) {
        const Value *scaler = counting->side->list[found].object;
        int64_t fewest = count_at(scaler, "spec.minReplicas", 1);
        return (Scaler){fewest, count_at(scaler, "spec.maxReplicas", fewest)};
    }
    const char *path = kind_in("Job", kind)       ? "spec.parallelism"
                       : kind_in("CronJob", kind) ? "spec.jobTemplate.spec.parallelism"
                                                  : "spec.replicas";
    int64_t count = count_at(object, path, 1);
    return (Scaler){count, count};
}

static void add(Counting *counting, int resource, __int128 each, Scaler scaler)
{
    counting->total.of[resource].low += each * scaler.fewest;
    counting->total.of[resource].high += each * scaler.most;
}

static void count_workload(Counting *counting, const Value *object, Str kind)
{
    const char *template = template_path(kind);
    if (!template || kind_in("DaemonSet", kind))
        return;
    const Value *pod = value_get(template[0] ? value_path(object, template) : object, STR("spec"));
    Scaler scaler = scaler_of(counting, object, kind);
    add(counting, DIFF_CPU, pod_request(pod, DIFF_CPU), scaler);
    add(counting, DIFF_MEMORY, pod_request(pod, DIFF_MEMORY), scaler);
    const Value *claims = value_path(object, "spec.volumeClaimTemplates");
    for (uint32_t i = 0; value_is(claims, VALUE_LIST) && i < claims->size; i++)
        add(counting, DIFF_STORAGE, quantity_at(value_path(claims->items[i], "spec.resources.requests"), "storage"),
            scaler);
}

DiffCapacity capacity_of(Arena *arena, const DiffSide *side)
{
    Counting counting = {.arena = arena, .side = side, .scalers = scaled_workloads(arena, side)};
    for (size_t i = 0; i < side->count; i++) {
        const Value *object = side->list[i].object;
        Str kind = value_text_at(object, "kind");
        if (kind_in("PersistentVolumeClaim", kind))
            add(&counting, DIFF_STORAGE, quantity_at(value_path(object, "spec.resources.requests"), "storage"),
                (Scaler){1, 1});
        else
            count_workload(&counting, object, kind);
    }
    return counting.total;
}
