/* One service made complete by itself, but for its peers: a row of the template context after the other. */
#include "service_private.h"

/* Rows that templates read as they are. */
static const char *const passed[] = {
    "kind", "owner", "annotations", "strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit",
    "terminationGracePeriodSeconds", "service", "logging", "serviceAccount", "secretStore", "nodeSelector",
    "priorityClassName", "tolerations", "securityContext", "access", "build",
};

static const Value *pod_annotations(Work *work)
{
    const Value *user = without_nones(work->arena, value_get(work->value, STR("annotations")));
    MapBuilder map = map_begin_with(work->arena, user);
    const Value *hash = map_peek(&work->out, STR("configHash"))->value;
    if (!value_is_none(hash))
        put(&map, "kiln/config-hash", hash);
    const Value *parser = value_path(work->value, "logging.parser");
    if (!is_off(stated_at(work, "logging")) && !value_is_none(parser))
        put(&map, "fluentbit.io/parser", parser);
    return map_end(&map, user->origin);
}

static const Value *tolerations_make(Work *work)
{
    const Value *stated = without_off(work->arena, value_get(work->value, STR("tolerations")));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < stated->size; i++)
        map_set(&map, stated->entries[i].key, stated->entries[i].key_origin,
                without_nones(work->arena, stated->entries[i].value));
    return map_end(&map, stated->origin);
}

/* Who stated a patch decides whether it may match nothing: the service, the environment's overlay, or defaults. */
static const Value *patches_make(Work *work)
{
    const Value *patches = without_nones(work->arena, value_get(work->value, STR("patches")));
    const Value *own = value_get(work->definition.own, STR("patches"));
    const Value *stated = value_get(work->definition.stated, STR("patches"));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < patches->size; i++) {
        const MapEntry *entry = &patches->entries[i];
        MapBuilder patch = map_begin_with(work->arena, entry->value);
        put_text(&patch, "statedBy", value_get(own, entry->key)      ? STR("service")
                                     : value_get(stated, entry->key) ? STR("environment")
                                                                     : STR("defaults"));
        map_set(&map, entry->key, entry->key_origin, map_end(&patch, entry->value->origin));
    }
    return map_end(&map, patches->origin);
}

/* The default of `headless` is the kind's. */
static const Value *service_block(Work *work)
{
    const Value *block = value_get(work->value, STR("service"));
    MapBuilder map = map_begin_with(work->arena, block);
    put(&map, "headless", is_headless(work) ? &value_true : &value_false);
    return map_end(&map, block->origin);
}

/* A StatefulSet has one pod where it says nothing, whatever the environment's default, and replaces them one by one.
 */
static const Value *stateful(Work *work, const Value *value)
{
    const Value *type = value_path(value, "strategy.type"), *own = value_path(work->definition.own, "strategy.type");
    const Value *rolling = make_text(work->arena, ORIGIN_NONE, "RollingUpdate");
    if (!value_is_none(own) && !value_equal(type, rolling))
        work_error(work, place_of(work, own),
                   "strategy: a StatefulSet only knows RollingUpdate, found %.*s; remove it",
                   STR_ARG(value_text(type)));
    MapBuilder map = map_begin_with(work->arena, value),
               strategy = map_begin_with(work->arena, value_get(value, STR("strategy")));
    put(&strategy, "type", rolling);
    put(&map, "strategy", map_end(&strategy, value->origin));
    if (value_is_none(value_get(work->definition.stated, STR("replicas"))))
        put_number(&map, "replicas", 1);
    return map_end(&map, value->origin);
}

static const Value *store_block(Work *work)
{
    const Value *store = value_get(work->value, STR("secretStore"));
    const Value *interval = value_get(store, STR("refreshInterval"));
    MapBuilder map = map_begin_with(work->arena, store);
    if (!value_is_none(interval))
        put(&map, "refreshInterval", duration_for_go(work->arena, interval));
    return map_end(&map, store->origin);
}

void workload_complete(Work *work)
{
    work->value = model_complete(work->arena, work->definition.value, work->kind);
    if (work->kind == KIND_STATEFULSET)
        work->value = stateful(work, work->value);
    work->out = map_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(passed); i++)
        put(&work->out, passed[i], value_get(work->value, str_from(passed[i])));
    put(&work->out, "secretStore", store_block(work));
    put(&work->out, "tolerations", tolerations_make(work));
    put(&work->out, "patches", patches_make(work));
    put(&work->out, "annotations", without_nones(work->arena, value_get(work->value, STR("annotations"))));
    put(&work->out, "nodeSelector", without_nones(work->arena, value_get(work->value, STR("nodeSelector"))));
    identity_complete(work);
    pod_complete(work);
    batch_complete(work);
    scale_complete(work);
    put(&work->out, "podAnnotations", pod_annotations(work));
}

bool ends_by_itself(const Work *work)
{
    return work->kind == KIND_CRONJOB || work->kind == KIND_JOB;
}

void work_complete(Work *work)
{
    work->secret_data = list_begin(work->arena);
    workload_complete(work);
    put(&work->out, "service", service_block(work));
    jobs_complete(work);
    /* What ends has nobody waiting for it behind a Service, whatever its sidecars listen on. */
    if (ends_by_itself(work))
        work->ports = &value_empty_map;
    exposure_complete(work);
    rollout_complete(work);
    http_routes_complete(work);
    alerts_complete(work);
    rights_complete(work);
    waivers_complete(work);
    work->ingress = list_begin(work->arena);
    work->egress = list_begin(work->arena);
}
