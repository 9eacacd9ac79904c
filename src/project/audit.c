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
    Str *templates; /* texts */
    size_t template_count, template_capacity;
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

/* What layers 4 up to the override's own say at the path, that one left out; NULL: nothing. */
static const Value *overridden_value(const Audit *audit, const ServiceFile *service, const Override *override,
                                     const Path *steps, size_t count)
{
    Layer *layers;
    size_t layer_count = project_layers(audit->project, override->environment, service, audit->arena, &layers);
    const Value *below = NULL;
    for (size_t i = 0; i < layer_count; i++) {
        const Layer *layer = &layers[i];
        bool own = layer->number == override->layer && str_equal(layer->environment, override->environment->name);
        if (own || layer->number > override->layer)
            break;
        if (layer->number >= 4 && layer->number != 6)
            below = model_merge(audit->arena, below, layer->value);
    }
    const MapEntry *entry = below ? value_at_path(audit->arena, below, steps, count) : NULL;
    return entry ? entry->value : NULL;
}

/* Whether the layer reaches the service at all: its kind may not have the field. */
static bool reaches(const Audit *audit, const ServiceFile *service, const Override *override, const Path *steps,
                    size_t count)
{
    Layer *layers;
    size_t layer_count = project_layers(audit->project, override->environment, service, audit->arena, &layers);
    for (size_t i = 0; i < layer_count; i++) {
        if (layers[i].number == override->layer && str_equal(layers[i].environment, override->environment->name))
            return value_at_path(audit->arena, layers[i].value, steps, count) != NULL;
    }
    return false;
}

/* An overlay is of use as soon as it changes one of the services that it reaches. */
static void audit_leaf(const Audit *audit, const Override *override, const MapEntry *entry, const Path *path)
{
    const Path *steps;
    size_t count, reached = 0, equal = 0;
    leaf_path(path, &steps, &count, audit->arena);
    const Value *other = NULL;
    for (size_t i = 0; i < audit->project->service_count; i++) {
        const ServiceFile *service = &audit->project->services[i];
        if ((override->service && override->service != service) || !reaches(audit, service, override, steps, count))
            continue;
        reached++;
        const Value *below = overridden_value(audit, service, override, steps, count);
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

static void audit_overrides(const Audit *audit, const Override *override, const Value *map, const Path *path)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        Path below = {path, entry->key, 0};
        if (entry->value->kind == VALUE_MAP && entry->value->size)
            audit_overrides(audit, override, entry->value, &below);
        else
            audit_leaf(audit, override, entry, &below);
    }
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
            audit_overrides(audit, &overlay, at->overlay, NULL);
        for (size_t i = 0; i < project->service_count; i++) {
            Override block = {at, 7, &project->services[i]};
            const Value *value = value_get(project->services[i].blocks, at->name);
            /* vars are looked at on their own. */
            if (value)
                audit_overrides(audit, &block, value_without(audit->arena, value, STR("vars")), NULL);
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

/* ---- variables ---- */

/* Whether ${vars.path…}, or ${vars.} with something around it, stands anywhere in the value. */
static bool mentions(const Value *value, Str path)
{
    if (value->kind == VALUE_STRING) {
        Str text = value_text(value);
        for (ptrdiff_t at = 0; (at = str_find(text, STR("${vars."), (size_t)at)) >= 0; at++) {
            ptrdiff_t end = str_find(text, STR("}"), (size_t)at);
            Str name = end < 0 ? STR("") : str_slice(text, (size_t)at + 7, (size_t)end);
            bool around = str_starts(path, name) && path.size > name.size && path.data[name.size] == '.';
            if (str_equal(name, path) || around)
                return true;
        }
        return false;
    }
    bool map = value->kind == VALUE_MAP;
    for (uint32_t i = 0; (map || value->kind == VALUE_LIST) && i < value->size; i++) {
        if (mentions(map ? value->entries[i].value : value->items[i], path))
            return true;
    }
    return false;
}

/* The project's own templates, as text: what an expression reads there need not be followed. */
static void collect_templates(Audit *audit, Str folder)
{
    const FileStore *store = audit->project->store;
    FileEntry *entries;
    size_t count = 0;
    if (store_list(store, audit->arena, folder, &entries, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        Str below = arena_printf(audit->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(entries[i].name)), text;
        if (entries[i].is_folder)
            collect_templates(audit, below);
        else if (!store_read(store, audit->arena, below, PROJECT_FILE_LIMIT, &text)) {
            ARENA_GROW(audit->arena, audit->templates, audit->template_count, audit->template_capacity);
            audit->templates[audit->template_count++] = text;
        }
    }
}

static bool template_mentions(const Audit *audit, Str path)
{
    Str wanted = arena_printf(audit->arena, "vars.%.*s", STR_ARG(path));
    for (size_t i = 0; i < audit->template_count; i++) {
        if (str_find(audit->templates[i], wanted, 0) >= 0)
            return true;
    }
    return false;
}

static bool is_mentioned(const Audit *audit, Str path)
{
    const Project *project = audit->project;
    bool found = mentions(project->value, path) || template_mentions(audit, path);
    for (size_t i = 0; !found && i < project->environment_count; i++) {
        const Environment *at = &project->environments[i];
        found = at->vars && mentions(at->vars, path);
        for (; at && !found; at = at->parent)
            found = (at->overlay && mentions(at->overlay, path)) || (at->defaults && mentions(at->defaults, path));
    }
    for (size_t i = 0; !found && i < project->service_count; i++)
        found = mentions(project->services[i].value, path) ||
                (project->services[i].blocks && mentions(project->services[i].blocks, path));
    return found;
}

/* Whether some service brings the variable along itself. */
static bool service_supplies(const Audit *audit, Str environment, const Path *steps, size_t count)
{
    for (size_t i = 0; i < audit->project->service_count; i++) {
        const ServiceFile *service = &audit->project->services[i];
        const Value *own = value_get(service->value, STR("vars"));
        const Value *block = value_get(value_get(service->blocks, environment), STR("vars"));
        if ((own && value_at_path(audit->arena, own, steps, count)) ||
            (block && value_at_path(audit->arena, block, steps, count)))
            return true;
    }
    return false;
}

/* A variable of one environment that another one lacks: today nobody may miss it there, tomorrow somebody will. */
static void audit_missing(const Audit *audit, const MapEntry *entry, const Path *path)
{
    const Path *steps;
    size_t count;
    leaf_path(path, &steps, &count, audit->arena);
    Buf names = {0};
    for (size_t i = 0; i < audit->project->environment_count; i++) {
        const Environment *environment = &audit->project->environments[i];
        bool there = environment->vars && value_at_path(audit->arena, environment->vars, steps, count);
        if (!there && !service_supplies(audit, environment->name, steps, count))
            buf_printf(&names, "%s%.*s", names.size ? ", " : "", STR_ARG(environment->name));
    }
    if (names.size)
        diag_warning(audit->diags, entry->key_origin, "vars.%.*s is missing in %.*s; add it there, or to kiln.yaml",
                     STR_ARG(path_text(audit->arena, path)), STR_ARG(buf_str(&names)));
    buf_release(&names);
}

static void audit_vars(const Audit *audit, const Value *vars, const Path *path)
{
    for (uint32_t i = 0; vars && i < vars->size; i++) {
        const MapEntry *entry = &vars->entries[i];
        Path below = {path, entry->key, 0};
        if (entry->value->kind == VALUE_MAP && entry->value->size) {
            audit_vars(audit, entry->value, &below);
            continue;
        }
        if (is_built_in(audit, entry->value->origin))
            continue;
        Str name = path_text(audit->arena, &below);
        if (!is_mentioned(audit, name))
            diag_warning(audit->diags, entry->key_origin,
                         "vars.%.*s is used nowhere; remove it, or write ${vars.%.*s}", STR_ARG(name), STR_ARG(name));
        audit_missing(audit, entry, &below);
    }
}

/* ---- all of it ---- */

bool project_audit(const Project *project, Arena *arena, Diags *diags)
{
    Audit audit = {.arena = arena, .diags = diags, .project = project};
    collect_templates(&audit, STR("templates"));
    bool ok = audit_strength(&audit);
    for (size_t i = 0; i < project->environment_count; i++) {
        audit_environment(&audit, i);
        audit_vars(&audit, project->environments[i].vars, NULL);
    }
    audit_unused_blocks(&audit);
    return ok;
}
