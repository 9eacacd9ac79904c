/*
 * A pod: the main container, and in the order of the definition those before and beside it. How they are told apart,
 * what they share, and what all of them together ask of a node.
 */
#include "service_private.h"

/* ---- the other containers ---- */

static bool is_sidecar(const Work *work)
{
    return !value_is_none(value_get(work->value, STR("restartPolicy")));
}

static Work container_work(Work *workload, const MapEntry *entry)
{
    Work work = *workload;
    work.owner = workload;
    work.name = work.label = entry->key;
    work.prefix = arena_printf(work.arena, "initContainers.%.*s.", STR_ARG(entry->key));
    work.value = entry->value;
    work.definition.value = value_get(value_get(workload->definition.value, STR("initContainers")), entry->key);
    work.definition.stated =
        value_get(value_get(workload->service->definition.stated, STR("initContainers")), entry->key);
    work.definition.release = NULL;
    work.out = map_begin(work.arena);
    work.failed = false;
    return work;
}

static void check_container(Work *work, const MapEntry *entry)
{
    if (str_equal(work->name, STR("main")) || str_equal(work->name, work->owner->name))
        work_error(work, entry->key_origin, "initContainers.%.*s: this is the main container's name; choose another",
                   STR_ARG(work->name));
    if (value_is_none(value_get(work->value, STR("image"))))
        work_error(work, entry->key_origin, "initContainers.%.*s: image is missing; add it", STR_ARG(work->name));
}

static Work *containers_begin(Work *workload, size_t *count)
{
    const Value *others = without_off(workload->arena, value_get(workload->value, STR("initContainers")));
    Work *list = ARENA_ARRAY(workload->arena, Work, others->size + 1);
    *count = 0;
    for (uint32_t i = 0; i < others->size; i++) {
        Work *work = &list[*count];
        *work = container_work(workload, &others->entries[i]);
        check_container(work, &others->entries[i]);
        workload->failed |= work->failed;
        *count += !work->failed;
    }
    return list;
}

/* ---- what the pod asks for (KEP-753: resources of pods with sidecars) ---- */

static const char *const resource_names[SIZES] = {"cpu", "memory"};

static __int128 amount_of(const Work *container, int side, int size)
{
    Quantity quantity;
    const Value *amount = value_get(side ? container->limits : container->requests, str_from(resource_names[size]));
    return amount && quantity_parse(value_text(amount), &quantity) ? quantity.nano : 0;
}

/* The most that runs at once: either everything that lasts, or an init container beside the sidecars before it. */
static __int128 pod_amount(const Work *workload, const Work *others, size_t count, int side, int size)
{
    __int128 lasting = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        __int128 amount = amount_of(&others[i], side, size);
        __int128 together = lasting + amount;
        most = together > most ? together : most;
        if (is_sidecar(&others[i]))
            lasting = together;
    }
    __int128 main = lasting + amount_of(workload, side, size);
    return main > most ? main : most;
}

static void pod_bounds(Pod *pod, const Work *container)
{
    for (int i = 0; i < SIZES; i++) {
        __int128 low = amount_of(container, 0, i), high = amount_of(container, 1, i);
        bool asks = value_get(container->requests, str_from(resource_names[i]));
        pod->largest[i] = high > pod->largest[i] ? high : pod->largest[i];
        if (asks && (pod->smallest[i] < 0 || low < pod->smallest[i]))
            pod->smallest[i] = low;
    }
}

static void pod_measure(const Work *workload, const Work *others, size_t count)
{
    Pod *pod = workload->pod;
    for (int side = 0; side < SIDES; side++) {
        for (int size = 0; size < SIZES; size++)
            pod->size[side][size] = pod_amount(workload, others, count, side, size);
    }
    pod_bounds(pod, workload);
    for (size_t i = 0; i < count; i++)
        pod_bounds(pod, &others[i]);
}

/* ---- all of it ---- */

static Pod *pod_begin(Work *work)
{
    Pod *pod = ARENA_NEW(work->arena, Pod);
    pod->volumes = list_begin(work->arena);
    pod->ports = map_begin(work->arena);
    pod->config = map_begin(work->arena);
    pod->config_owner = work->name;
    for (int i = 0; i < SIZES; i++)
        pod->smallest[i] = -1;
    return pod;
}

/* A job without files of its own reads those of its service. */
static void config_begin(Work *work, Work *others, size_t count)
{
    Pod *pod = work->pod;
    bool is_job = work != work->service;
    const Value *jobs = is_job ? value_get(work->service->definition.value, STR("jobs")) : NULL;
    const Value *own = value_get(value_get(jobs, work->label), STR("config"));
    config_collect(work);
    for (size_t i = 0; i < count; i++)
        config_collect(&others[i]);
    bool shared = is_job && !(value_is(own, VALUE_MAP) && own->size);
    if (shared)
        pod->config_owner = work->service->name;
    pod->config_keys = shared ? work->service->pod->config.count : pod->config.count;
}

void pod_complete(Work *work)
{
    size_t count;
    work->pod = pod_begin(work);
    work->claims = list_begin(work->arena);
    Work *others = containers_begin(work, &count);
    config_begin(work, others, count);
    MapBuilder lasting = map_begin(work->arena), before = map_begin(work->arena), all = map_begin(work->arena);
    map_set(&lasting, STR("main"), ORIGIN_NONE, container_make(work));
    for (size_t i = 0; i < count; i++) {
        const Value *made = container_make(&others[i]);
        map_set(is_sidecar(&others[i]) ? &lasting : &before, others[i].name, ORIGIN_NONE, made);
        map_set(&all, others[i].name, ORIGIN_NONE, made);
        work->failed |= others[i].failed;
    }
    put(&work->out, "containers", map_end(&lasting, ORIGIN_NONE));
    put(&work->out, "initContainers", map_end(&before, ORIGIN_NONE));
    put(&work->out, "podInitContainers", map_end(&all, ORIGIN_NONE));
    pod_measure(work, others, count);
    config_finish(work);
    put(&work->out, "podVolumes", list_end(&work->pod->volumes, ORIGIN_NONE));
    put(&work->out, "claims", list_end(&work->claims, ORIGIN_NONE));
    work->ports = map_end(&work->pod->ports, work->ports->origin);
}

/* Of a scratch Work, which nobody hears: what is wrong is said when the service is completed. */
const Value *ports_seen(const ServiceSet *set, const Member *member)
{
    static const char *const rows[] = {"ports", "initContainers"};
    Arena *arena = arena_new();
    const Definition *definition = &member->definition;
    Work work = {.arena = arena,
                 .diags = diags_new(arena, set->project->sources),
                 .project = set->project,
                 .environment = set->environment,
                 .definition = *definition,
                 .name = member_name(member),
                 .kind = definition->service->kind};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        put(&map, rows[i],
            model_complete_row(arena, rows[i], value_get(definition->value, str_from(rows[i])), work.kind));
    work.service = &work;
    work.value = map_end(&map, definition->value->origin);
    work.pod = pod_begin(&work);
    size_t count;
    Work *others = containers_begin(&work, &count);
    container_ports(&work);
    for (size_t i = 0; i < count; i++)
        container_ports(&others[i]);
    const Value *ports = ends_by_itself(&work) ? &value_empty_map : map_end(&work.pod->ports, work.ports->origin);
    ports = value_copy(set->arena, ports);
    arena_free(arena);
    return ports;
}
