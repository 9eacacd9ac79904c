/* Layers: what 1–8 together say of one service in one environment. */
#include "project_private.h"

#include "kiln/kube.h"

typedef struct Layering {
    const Project *project;
    const Environment *environment;
    const ServiceFile *service;
    Arena *arena;
} Layering;

static const Value *for_kind(const Layering *layering, const Value *shared)
{
    return shared ? model_for_kind(layering->arena, shared, layering->service->kind) : NULL;
}

/* Layer 8: --set reaches the selected services alone. */
static const Value *set_of(const Layering *layering)
{
    const Project *project = layering->project;
    bool selected = !project->selected_count;
    for (size_t i = 0; i < project->selected_count; i++)
        selected |= str_equal(project->selected[i], layering->service->name);
    return selected ? for_kind(layering, project->set) : NULL;
}

/* Layer 5, parents first. */
static const Value *merge_overlays(const Layering *layering, const Environment *environment, const Value *lower)
{
    if (environment->parent)
        lower = merge_overlays(layering, environment->parent, lower);
    return model_merge(layering->arena, lower, for_kind(layering, environment->overlay));
}

/* Layer 7, parents first. */
static const Value *merge_blocks(const Layering *layering, const Environment *environment, const Value *lower)
{
    if (environment->parent)
        lower = merge_blocks(layering, environment->parent, lower);
    return model_merge(layering->arena, lower, value_get(layering->service->blocks, environment->name));
}

/* Layer 3, parents first. */
static const Value *merge_defaults(const Layering *layering, const Environment *environment, const Value *lower)
{
    if (environment->parent)
        lower = merge_defaults(layering, environment->parent, lower);
    return model_merge(layering->arena, lower, environment->defaults);
}

static const Value *defaults_of(const Layering *layering)
{
    const Value *defaults = layering->project->defaults;
    if (layering->environment)
        defaults = merge_defaults(layering, layering->environment, defaults);
    return for_kind(layering, defaults);
}

/* ---- the layers one by one ---- */

typedef struct LayerList {
    Layer *list;
    size_t count;
    size_t capacity;
} LayerList;

static void layer_add(const Layering *layering, LayerList *layers, unsigned number, Str environment,
                      const Value *value)
{
    if (!value || !value->size)
        return;
    ARENA_GROW(layering->arena, layers->list, layers->count, layers->capacity);
    layers->list[layers->count++] = (Layer){number, environment, value};
}

/* Layer 3, 5 or 7 of an environment and its ancestors, parents first. */
static void layers_add_chain(const Layering *layering, LayerList *layers, unsigned number,
                             const Environment *environment)
{
    if (environment->parent)
        layers_add_chain(layering, layers, number, environment->parent);
    const Value *value = number == 3   ? for_kind(layering, environment->defaults)
                         : number == 5 ? for_kind(layering, environment->overlay)
                                       : value_get(layering->service->blocks, environment->name);
    layer_add(layering, layers, number, environment->name, value);
}

static const Value *release_layer(const Layering *layering)
{
    const Value *release = value_get(layering->environment->releases, layering->service->name);
    if (!release)
        return NULL;
    MapBuilder map = map_begin(layering->arena);
    map_set(&map, STR("image"), release->origin, release);
    return map_end(&map, release->origin);
}

size_t project_layers(const Project *project, const Environment *environment, const ServiceFile *service,
                      Arena *arena, Layer **layers)
{
    const Layering layering = {project, environment, service, arena};
    const Environment *oldest = environment;
    while (oldest->parent)
        oldest = oldest->parent;
    LayerList list = {0};
    layer_add(&layering, &list, 1, oldest->name, for_kind(&layering, environment->built_in));
    layer_add(&layering, &list, 2, STR(""), for_kind(&layering, project->defaults));
    layers_add_chain(&layering, &list, 3, environment);
    layer_add(&layering, &list, 4, STR(""), service->value);
    layers_add_chain(&layering, &list, 5, environment);
    layer_add(&layering, &list, 6, environment->name, release_layer(&layering));
    layers_add_chain(&layering, &list, 7, environment);
    layer_add(&layering, &list, 8, STR(""), set_of(&layering));
    *layers = list.list;
    return list.count;
}

/* ---- the image, which must be known before ${service.version} is ---- */

static bool image_is_overridden(const Layering *layering, const Environment *environment)
{
    for (; environment; environment = environment->parent) {
        if (!value_is_none(value_path(value_get(layering->service->blocks, environment->name), "image")))
            return true;
    }
    return !value_is_none(value_get(set_of(layering), STR("image")));
}

static const Value *release_of(const Layering *layering, Diags *diags)
{
    const Environment *environment = layering->environment;
    const Value *release = value_get(environment->releases, layering->service->name);
    if (!release || !image_is_overridden(layering, environment))
        return release;
    diag_note(diags, release->origin,
              "the release of '%.*s' is not used: its image in %.*s is stated by a higher layer",
              STR_ARG(layering->service->name), STR_ARG(environment->name));
    return NULL;
}

/* The tag, else the first 12 digits of the digest (definition.md: image). */
static Str image_version(Str text, const Value *release)
{
    Str tag = value_text_at(release, "tag");
    if (tag.size)
        return tag;
    Image image;
    const char *why;
    if (!image_parse(text, &image, &why))
        return STR("");
    if (image.tag.size)
        return image.tag;
    Str digest = image.digest.size ? image.digest : value_text_at(release, "digest");
    ptrdiff_t colon = str_rfind_char(digest, ':');
    return colon < 0 ? STR("") : str_slice(digest, (size_t)colon + 1, (size_t)colon + 13);
}

static bool resolve_version(const Value *filled, ReferenceScope *scope, const Value *release, Arena *arena,
                            Diags *diags)
{
    const Value *image = value_get(filled, STR("image"));
    scope->version = STR("");
    if (value_is_none(image))
        return true;
    Path path = {NULL, STR("image"), 0};
    ReferenceScope without_version = *scope;
    without_version.version = STR_NONE;
    image = references_resolve(arena, image, &without_version, &path, diags);
    if (!image)
        return false;
    scope->version = image_version(value_text(image), release);
    return true;
}

/* ---- all of it ---- */

/* Looked at again even without a reference: only now is it known whether every block has what it needs. */
static const Value *resolve_and_check(const Layering *layering, const Value *filled, const ReferenceScope *scope,
                                      Diags *diags)
{
    ModelExpand how = {.document = MODEL_SERVICE, .kind = layering->service->kind, .resolved = true};
    return references_check(layering->arena, filled, scope, how, diags);
}

static const Value *own_layers(const Layering *layering)
{
    const Value *own = layering->service->value;
    if (layering->environment)
        own = merge_blocks(layering, layering->environment, own);
    return model_merge(layering->arena, own, set_of(layering));
}

static const Value *stated_layers(const Layering *layering)
{
    const Value *stated = layering->service->value;
    if (layering->environment) {
        stated = merge_overlays(layering, layering->environment, stated);
        stated = merge_blocks(layering, layering->environment, stated);
    }
    return model_merge(layering->arena, stated, set_of(layering));
}

/* First of all: what a service that is switched off refers to need not be there. */
static bool resolve_enabled(const Layering *layering, const Value *filled, const ReferenceScope *scope, Diags *diags,
                            bool *enabled)
{
    *enabled = true;
    const MapEntry *entry = value_entry(filled, STR("enabled"));
    if (!entry)
        return true;
    MapBuilder map = map_begin(layering->arena);
    map_set(&map, entry->key, entry->key_origin, entry->value);
    const Value *alone = resolve_and_check(layering, map_end(&map, filled->origin), scope, diags);
    *enabled = value_flag(alone, "enabled", true);
    return alone != NULL;
}

static bool image_present(const Layering *layering, const Definition *definition, Diags *diags)
{
    if (!value_is_none(value_get(definition->value, STR("image"))))
        return true;
    diag_error(diags, layering->service->origin, "image is missing; add image: ${project.registry}/%.*s:v1.0.0",
               STR_ARG(layering->service->name));
    return false;
}

/* Null is no map: it unsays what is merged already. */
static const Value *with_vars(Arena *arena, const Value *below, const Value *definition)
{
    const Value *vars = value_get(definition, STR("vars"));
    return value_is_none(vars) ? below : value_merge(arena, below, vars);
}

bool project_define(const Project *project, const Environment *environment, const ServiceFile *service, Arena *arena,
                    Diags *diags, Definition *definition)
{
    Layering layering = {project, environment, service, arena};
    const Value *stated = stated_layers(&layering);
    const Value *filled = model_fill(arena, stated, defaults_of(&layering));
    filled = model_fill(arena, filled, for_kind(&layering, environment->built_in));
    *definition = (Definition){.service = service, .environment = environment, .filled = filled, .stated = stated};
    definition->own = own_layers(&layering);
    ReferenceScope scope = {.project = project, .environment = environment, .service = service->name};
    scope.vars = with_vars(arena, environment->vars, stated);
    definition->vars_stated = scope.vars;
    if (!resolve_enabled(&layering, filled, &scope, diags, &definition->enabled))
        return false;
    if (!definition->enabled)
        return true;
    definition->release = release_of(&layering, diags);
    if (!resolve_version(filled, &scope, definition->release, arena, diags))
        return false;
    definition->value = resolve_and_check(&layering, filled, &scope, diags);
    Path vars_path = {NULL, STR("vars"), 0};
    definition->vars =
        scope.vars ? references_resolve(arena, scope.vars, &scope, &vars_path, diags) : &value_empty_map;
    return definition->value && definition->vars && image_present(&layering, definition, diags);
}

const Value *project_environment_vars(const Project *project, const Environment *environment, Arena *arena)
{
    const Value *vars = environment->vars ? environment->vars : &value_empty_map;
    ReferenceScope scope = {.project = project, .environment = environment, .vars = vars};
    MapBuilder map = map_begin_with(arena, vars);
    for (uint32_t i = 0; i < vars->size; i++) {
        /* Nobody has asked for this variable yet, so that it fails is nobody's error. */
        Diags *unheard = diags_new(arena, project->sources);
        Path path = {NULL, vars->entries[i].key, 0};
        const Value *resolved = references_resolve(arena, vars->entries[i].value, &scope, &path, unheard);
        if (resolved)
            map_set(&map, vars->entries[i].key, vars->entries[i].key_origin, resolved);
    }
    return map_end(&map, vars->origin);
}

/* Of what exists once per project, only these rows are seen: the others may refer to an environment. */
static const char *const once_rows[] = {"kind", "owner", "build", "image"};

/* The image counts only where CI builds it; else it may well be another one in each environment, as may the owner. */
static bool is_seen_once(const Value *filled, const MapEntry *row)
{
    Str language = value_text_at(filled, "build.language");
    if (str_equal(row->key, STR("image")))
        return language.size && !str_equal(language, STR("none"));
    return !str_equal(row->key, STR("owner")) || !value_is_scalar(row->value) ||
           !text_has_reference(value_text(row->value));
}

bool project_define_once(const Project *project, const ServiceFile *service, Arena *arena, Diags *diags,
                         Definition *definition)
{
    Layering layering = {.project = project, .service = service, .arena = arena};
    const Value *filled = model_fill(arena, service->value, defaults_of(&layering));
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(once_rows); i++) {
        const MapEntry *entry = value_entry(filled, str_from(once_rows[i]));
        if (entry && is_seen_once(filled, entry))
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    *definition = (Definition){.service = service, .stated = service->value, .own = service->value};
    definition->enabled = value_flag(filled, "enabled", true);
    ReferenceScope scope = {.project = project, .service = service->name, .version = STR("")};
    scope.vars = with_vars(arena, with_vars(arena, NULL, project->value), filled);
    definition->vars = scope.vars ? scope.vars : &value_empty_map;
    definition->value = resolve_and_check(&layering, map_end(&map, filled->origin), &scope, diags);
    return definition->value != NULL;
}
