/*
 * Claims: storage that outlives its pod. A StatefulSet has a template that gives each pod its own; every other
 * workload a PersistentVolumeClaim beside it, which is never pruned.
 */
#include "files.h"

static bool has_mode(const Value *claim, Str mode)
{
    const Value *modes = value_get(claim, STR("accessModes"));
    for (uint32_t i = 0; value_is(modes, VALUE_LIST) && i < modes->size; i++) {
        if (str_equal(value_text(modes->items[i]), mode))
            return true;
    }
    return false;
}

bool claim_is_shared(const Value *claim)
{
    return has_mode(claim, STR("ReadWriteMany"));
}

static bool is_recreated(const Work *work)
{
    return str_equal(value_text_at(work->value, "strategy.type"), STR("Recreate"));
}

/* The new pod waits for the node that the old one holds the volume on, and the old one for the new one to be ready.
 */
static void check_rolling(Work *work, const MapEntry *volume, const Value *claim, Str name)
{
    const Value *modes = value_get(claim, STR("accessModes"));
    if (work->kind != KIND_DEPLOYMENT || is_recreated(work) || claim_is_shared(claim))
        return;
    if (name.size)
        field_error(work, volume->key_origin,
                    "volumes.%.*s: the claim '%.*s' may block a rolling update; add accessModes: "
                    "[ReadWriteMany] if it has it, or use strategy: Recreate",
                    STR_ARG(volume->key), STR_ARG(name));
    else
        field_error(work, volume->key_origin,
                    "volumes.%.*s: a %.*s claim blocks a rolling update; use kind: StatefulSet or "
                    "strategy: Recreate",
                    STR_ARG(volume->key), STR_ARG(modes->size ? value_text(modes->items[0]) : STR("ReadWriteOnce")));
}

/* What a job has of its service's volumes is the same value, not an equal one. */
static bool is_inherited(const Work *work, Str volume)
{
    const Value *own = value_get(value_get(work->definition.value, STR("volumes")), volume);
    const Value *of_service = value_get(value_get(work->service->definition.value, STR("volumes")), volume);
    return work != work->service &&
           value_get(own, STR("persistentVolumeClaim")) == value_get(of_service, STR("persistentVolumeClaim"));
}

static void claim_add(Work *work, Str name, const MapEntry *volume, const Value *claim)
{
    MapBuilder map = map_begin(work->arena);
    put(&map, "name", value_new_string(work->arena, volume->key_origin, name));
    put(&map, "volume", value_new_string(work->arena, volume->key_origin, volume->key));
    put(&map, "storage", value_get(claim, STR("storage")));
    put(&map, "storageClassName", value_get(claim, STR("storageClassName")));
    put(&map, "accessModes", value_get(claim, STR("accessModes")));
    list_add(&work->claims, map_end(&map, claim->origin));
}

const Value *claim_make(Work *work, const MapEntry *volume, const Value *claim)
{
    Str made_elsewhere = value_text_at(claim, "claimName");
    check_rolling(work, volume, claim, made_elsewhere);
    if (made_elsewhere.size)
        return make_map1(work->arena, claim->origin, "claimName", value_get(claim, STR("claimName")));
    if (value_is_none(value_get(claim, STR("storage")))) {
        field_error(work, volume->key_origin,
                    "volumes.%.*s.persistentVolumeClaim: storage is missing; add storage: 10Gi",
                    STR_ARG(volume->key));
        return NULL;
    }
    Str of = is_inherited(work, volume->key) ? work->service->name : work->name;
    Str name = arena_printf(work->arena, "%.*s-%.*s", STR_ARG(of), STR_ARG(volume->key));
    if (str_equal(of, work->name))
        claim_add(work, name, volume, claim);
    if (work->kind == KIND_STATEFULSET)
        return NULL;
    return make_map1(work->arena, claim->origin, "claimName",
                     value_new_string(work->arena, volume->key_origin, name));
}

static void claims_add(Work *work, const ListBuilder *claims)
{
    for (size_t i = 0; i < claims->count; i++) {
        const Value *name = value_get(claims->items[i], STR("name"));
        name_add(work, (SharedName){NAME_CLAIM, value_text(name), value_text_at(claims->items[i], "volume"),
                                    name->origin});
    }
}

/* A StatefulSet's are named after their pods. */
void claims_name(Work *work)
{
    if (work->kind != KIND_STATEFULSET)
        claims_add(work, &work->claims);
    for (size_t i = 0; i < work->job_count; i++)
        claims_add(work, &work->jobs[i].claims);
}
