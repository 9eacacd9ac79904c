/*
 * Waivers: which rule, whose, for what. Settled here, so that the gate only compares; whether one has expired is for
 * a command that may look at the clock. A waived rule of the restricted Pod Security Standard also changes what the
 * Namespace enforces.
 */
#include "service_private.h"

/* Rules that the restricted standard has and the baseline one has not. */
static const char *const restricted_rules[] = {"run-as-nonroot", "no-priv-escalation", "seccomp-default",
                                               "volumes-restricted"};

static const Value *waiver_make(Arena *arena, const MapEntry *entry, const Value *owner)
{
    const Value *rule = value_get(entry->value, STR("rule"));
    MapBuilder map = map_begin(arena);
    put(&map, "name", value_new_string(arena, entry->key_origin, entry->key));
    for (uint32_t i = 0; i < entry->value->size; i++)
        map_set(&map, entry->value->entries[i].key, entry->value->entries[i].key_origin,
                entry->value->entries[i].value);
    if (value_is_none(rule))
        put(&map, "rule", value_new_string(arena, entry->key_origin, entry->key));
    if (owner)
        put(&map, "owner", owner);
    return map_end(&map, entry->value->origin);
}

static const Value *service_waiver(Work *work, const MapEntry *entry)
{
    const Value *own = value_get(entry->value, STR("owner")), *owner = value_get(work->value, STR("owner"));
    if (value_is_none(own) && value_is_none(owner))
        work_error(work, entry->key_origin,
                   "waivers.%.*s: owner is missing; say who answers for it, or give the service an owner",
                   STR_ARG(entry->key));
    return waiver_make(work->arena, entry, value_is_none(own) ? owner : own);
}

void waivers_complete(Work *work)
{
    const Value *stated = without_nones(work->arena, value_get(work->value, STR("waivers")));
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < stated->size; i++)
        list_add(&list, service_waiver(work, &stated->entries[i]));
    put(&work->out, "waivers", list_end(&list, stated->origin));
}

/* ---- kiln.yaml's ---- */

const Value *waivers_of_project(Arena *arena, const Project *project)
{
    const Value *stated = without_nones(arena, value_get(project->value, STR("waivers")));
    ListBuilder list = list_begin(arena);
    for (uint32_t i = 0; i < stated->size; i++)
        list_add(&list, waiver_make(arena, &stated->entries[i], NULL));
    return list_end(&list, stated->origin);
}

static bool check_service_name(const Project *project, const Value *name, Str waiver, Diags *diags)
{
    if (project_service(project, value_text(name)))
        return true;
    NearMiss miss = near_miss_begin(value_text(name));
    for (size_t i = 0; i < project->service_count && diags_may_advise(diags); i++)
        near_miss_offer(&miss, project->services[i].name);
    Str best = near_miss_best(&miss);
    diag_error(diags, name->origin, "waivers.%.*s.services: no service '%.*s'; %.*s", STR_ARG(waiver),
               STR_ARG(value_text(name)), STR_ARG(near_miss_advice(diags_arena(diags), best, "remove it")));
    return false;
}

bool waivers_check_project(const Project *project, Diags *diags)
{
    const Value *stated = value_get(project->value, STR("waivers"));
    bool good = true;
    for (uint32_t i = 0; value_is(stated, VALUE_MAP) && i < stated->size; i++) {
        const Value *services = value_get(stated->entries[i].value, STR("services"));
        for (uint32_t j = 0; value_is(services, VALUE_LIST) && j < services->size; j++)
            good &= check_service_name(project, services->items[j], stated->entries[i].key, diags);
    }
    return good;
}

/* ---- what the Namespace enforces ---- */

static bool is_restricted_rule(Str rule)
{
    for (size_t i = 0; i < LENGTH_OF(restricted_rules); i++) {
        if (str_equal(rule, str_from(restricted_rules[i])))
            return true;
    }
    return false;
}

/* Whether anything of a definition, its jobs and containers included, runs as root. */
static bool runs_as_root(const Value *value)
{
    if (!value_is(value, VALUE_MAP))
        return false;
    const Value *user = value_path(value, "securityContext.runAsUser");
    if (value_is(user, VALUE_NUMBER) && user->number == 0)
        return true;
    static const char *const inner[] = {"initContainers", "jobs"};
    for (size_t i = 0; i < LENGTH_OF(inner); i++) {
        const Value *named = value_get(value, str_from(inner[i]));
        for (uint32_t j = 0; value_is(named, VALUE_MAP) && j < named->size; j++) {
            if (runs_as_root(named->entries[j].value))
                return true;
        }
    }
    return false;
}

/* A patch may make a root of anybody, which only the gate sees. */
static bool waiver_loosens(const Work *work, const Value *waiver)
{
    Str rule = value_text_at(waiver, "rule");
    const Value *patches = value_get(work->value, STR("patches"));
    bool patched = value_is(patches, VALUE_MAP) && patches->size;
    if (!is_restricted_rule(rule))
        return false;
    return !str_equal(rule, STR("run-as-nonroot")) || patched || runs_as_root(work->definition.value);
}

static bool is_for(const Work *work, const Value *waiver)
{
    const Value *services = value_get(waiver, STR("services"));
    if (!value_is(services, VALUE_LIST) || !services->size)
        return true;
    for (uint32_t i = 0; i < services->size; i++) {
        if (str_equal(value_text(services->items[i]), work->name))
            return true;
    }
    return false;
}

bool loosens_pod_security(Work *work, const Value *project_waivers)
{
    const Value *own = map_peek(&work->out, STR("waivers"))->value;
    for (uint32_t i = 0; i < own->size; i++) {
        if (waiver_loosens(work, own->items[i]))
            return true;
    }
    for (uint32_t i = 0; i < project_waivers->size; i++) {
        if (is_for(work, project_waivers->items[i]) && waiver_loosens(work, project_waivers->items[i]))
            return true;
    }
    return false;
}
