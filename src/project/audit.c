/*
 * The overlay audit (kiln check --overlays): what the layers say that changes nothing, reaches nothing, or makes a
 * later environment weaker than an earlier one. Equal to a default is fine: defaults may change.
 */
#include "project_private.h"

#include "kiln/kube.h"

typedef struct Audit {
    Arena *arena;
    Diags *diags;
    const Project *project;
} Audit;

static bool is_built_in(const Audit *audit, Origin origin)
{
    const Source *source = sources_find(audit->project->sources, origin);
    return !source || source->built_in;
}

/* ---- overrides that change nothing ---- */

typedef struct Override {
    const Environment *environment;
    unsigned layer;             /* 5 or 7 */
    const ServiceFile *service; /* of layer 7 */
} Override;

static void leaf_path(const Path *path, const Path **steps, size_t *count, Arena *arena)
{
    size_t depth = 0;
    for (const Path *at = path; at; at = at->up)
        depth++;
    Path *list = ARENA_ARRAY(arena, Path, depth + 1);
    size_t i = depth;
    for (const Path *at = path; at; at = at->up) {
        i--;
        list[i] = (Path){i ? &list[i - 1] : NULL, at->key, at->index};
    }
    *steps = list;
    *count = depth;
}

/* What the layers say to one service that the override reaches, if only by a part. */
typedef struct Reach {
    const Value *own;   /* the override's own layer; NULL: it does not reach the service at all */
    const Value *below; /* what layers 4 up to it come to without it; NULL: nothing */
} Reach;

static Reach reach_of(const Audit *audit, const ServiceFile *service, const Override *override)
{
    Layer *layers;
    size_t count = project_layers(audit->project, override->environment, service, audit->arena, &layers);
    Reach reach = {0};
    for (size_t i = 0; i < count && !reach.own && layers[i].number <= override->layer; i++) {
        const Layer *layer = &layers[i];
        if (layer->number == override->layer && str_equal(layer->environment, override->environment->name))
            reach.own = layer->value;
        else if (layer->number >= 4 && layer->number != 6)
            reach.below = model_merge(audit->arena, reach.below, layer->value);
    }
    return reach;
}

static const Value *stated_at(const Audit *audit, const Value *value, const Path *steps, size_t count)
{
    const MapEntry *entry = value ? value_at_path(audit->arena, value, steps, count) : NULL;
    return entry ? entry->value : NULL;
}

typedef struct Reaches {
    const Audit *audit;
    Reach *list;
    size_t count;
} Reaches;

/* An overlay is of use as soon as it changes one of the services that it reaches: its kind may not have the field. */
static void audit_leaf(const Reaches *reaches, const MapEntry *entry, const Path *path)
{
    const Audit *audit = reaches->audit;
    const Path *steps;
    size_t count, reached = 0, equal = 0;
    leaf_path(path, &steps, &count, audit->arena);
    const Value *other = NULL;
    for (size_t i = 0; i < reaches->count; i++) {
        if (!stated_at(audit, reaches->list[i].own, steps, count))
            continue;
        reached++;
        const Value *below = stated_at(audit, reaches->list[i].below, steps, count);
        if (!below || !value_equal(below, entry->value))
            continue;
        equal++;
        other = below;
    }
    Str field = path_text(audit->arena, path);
    if (!reached && audit->project->service_count)
        diag_warning(audit->diags, entry->key_origin,
                     "%.*s reaches no service: none is of a kind that has it; remove it", STR_ARG(field));
    else if (reached && equal == reached)
        diag_warning(audit->diags, entry->value->origin,
                     "%.*s changes nothing: %.*s says the same; remove one of them", STR_ARG(field),
                     STR_ARG(origin_text(audit->arena, audit->project->sources, other->origin)));
}

static void audit_leaves(const Reaches *reaches, const Value *map, const Path *path)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        Path below = {path, entry->key, 0};
        if (entry->value->kind == VALUE_MAP && entry->value->size)
            audit_leaves(reaches, entry->value, &below);
        else
            audit_leaf(reaches, entry, &below);
    }
}

static void audit_overrides(const Audit *audit, const Override *override, const Value *map)
{
    const Project *project = audit->project;
    Reaches reaches = {audit, ARENA_ARRAY(audit->arena, Reach, project->service_count + 1), 0};
    for (size_t i = 0; i < project->service_count; i++) {
        const ServiceFile *service = &project->services[i];
        if (!override->service || override->service == service)
            reaches.list[reaches.count++] = reach_of(audit, service, override);
    }
    audit_leaves(&reaches, map, NULL);
}

static bool seen_before(const Project *project, size_t environment, const Environment *ancestor)
{
    for (size_t i = 0; i < environment; i++) {
        for (const Environment *at = &project->environments[i]; at; at = at->parent) {
            if (str_equal(at->name, ancestor->name))
                return true;
        }
    }
    return false;
}

/* The file of an environment and of each ancestor, once, wherever it is first used. */
static void audit_environment(const Audit *audit, size_t index)
{
    const Project *project = audit->project;
    for (const Environment *at = &project->environments[index]; at; at = at->parent) {
        if (seen_before(project, index, at))
            continue;
        Override overlay = {at, 5, NULL};
        if (at->overlay)
            audit_overrides(audit, &overlay, at->overlay);
        for (size_t i = 0; i < project->service_count; i++) {
            Override block = {at, 7, &project->services[i]};
            const Value *value = value_get(project->services[i].blocks, at->name);
            /* vars are looked at on their own. */
            if (value)
                audit_overrides(audit, &block, value_without(audit->arena, value, STR("vars")));
        }
    }
}

/* ---- blocks of environments that are not rendered ---- */

static bool is_used(const Project *project, Str name)
{
    for (size_t i = 0; i < project->environment_count; i++) {
        for (const Environment *at = &project->environments[i]; at; at = at->parent) {
            if (str_equal(at->name, name))
                return true;
        }
    }
    return false;
}

static void audit_unused_blocks(const Audit *audit)
{
    const Project *project = audit->project;
    for (size_t i = 0; i < project->service_count; i++) {
        const Value *blocks = project->services[i].blocks;
        for (uint32_t j = 0; blocks && j < blocks->size; j++) {
            const MapEntry *entry = &blocks->entries[j];
            if (!is_used(project, entry->key))
                diag_warning(audit->diags, entry->key_origin,
                             "environments.%.*s reaches nothing: kiln.yaml does not render that environment",
                             STR_ARG(entry->key));
        }
    }
}

/* ---- weaker than the environment before ---- */

static const char *const sizes[] = {"resources.limits.cpu", "resources.limits.memory", "resources.requests.cpu",
                                    "resources.requests.memory"};

/* The fewest pods that run. */
static const Value *fewest(const Value *definition, const char **field)
{
    *field = value_flag(definition, "autoscaling.enabled", false) ? "autoscaling.minReplicas" : "replicas";
    const Value *value = value_path(definition, *field);
    return value_is(value, VALUE_NUMBER) ? value : NULL;
}

static void warn_weaker(const Audit *audit, const Definition *low, const Definition *high, const char *field,
                        const Value *weak, const Value *strong)
{
    bool elsewhere = is_built_in(audit, weak->origin);
    diag_warning(
        audit->diags, elsewhere ? strong->origin : weak->origin,
        "%.*s: %.*s has %s %.*s, less than the %.*s of %.*s (%.*s)", STR_ARG(high->service->name),
        STR_ARG(high->environment->name), field, STR_ARG(value_text(weak)), STR_ARG(value_text(strong)),
        STR_ARG(low->environment->name),
        STR_ARG(origin_text(audit->arena, audit->project->sources, elsewhere ? weak->origin : strong->origin)));
}

static void compare_definitions(const Audit *audit, const Definition *low, const Definition *high)
{
    const char *low_field, *high_field;
    const Value *before = fewest(low->value, &low_field), *after = fewest(high->value, &high_field);
    if (before && after && after->number < before->number)
        warn_weaker(audit, low, high, high_field, after, before);
    for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
        const Value *lower = value_path(low->value, sizes[i]), *higher = value_path(high->value, sizes[i]);
        Quantity a, b;
        if (value_is(lower, VALUE_STRING) && value_is(higher, VALUE_STRING) &&
            quantity_parse(value_text(lower), &a) && quantity_parse(value_text(higher), &b) &&
            quantity_compare(b, a) < 0)
            warn_weaker(audit, low, high, sizes[i], higher, lower);
    }
}

/* The last environment before this one whose tier is lower. */
static const Environment *tier_below(const Project *project, size_t index)
{
    const Environment *found = NULL;
    for (size_t i = 0; i < project->environment_count; i++) {
        const Environment *other = &project->environments[i];
        if (other->tier < project->environments[index].tier && (!found || other->tier >= found->tier))
            found = other;
    }
    return found;
}

static bool audit_strength(const Audit *audit)
{
    const Project *project = audit->project;
    bool ok = true;
    for (size_t i = 0; i < project->environment_count; i++) {
        const Environment *low = tier_below(project, i);
        for (size_t j = 0; j < project->service_count; j++) {
            Definition high, before;
            bool good = project_define(project, &project->environments[i], &project->services[j], audit->arena,
                                       audit->diags, &high);
            if (!good || !high.enabled || !low) {
                ok &= good;
                continue;
            }
            if (project_define(project, low, &project->services[j], audit->arena, audit->diags, &before) &&
                before.enabled)
                compare_definitions(audit, &before, &high);
        }
    }
    return ok;
}

/* ---- all of it ---- */

bool project_audit(const Project *project, Arena *arena, Diags *diags)
{
    Audit audit = {.arena = arena, .diags = diags, .project = project};
    bool ok = audit_strength(&audit);
    for (size_t i = 0; i < project->environment_count; i++)
        audit_environment(&audit, i);
    audit_variables(project, arena, diags);
    audit_unused_blocks(&audit);
    return ok;
}
