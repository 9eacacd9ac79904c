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

/* ---- the image, which must be known before ${service.version} is ---- */

static bool image_is_overridden(const Layering *layering, const Environment *environment)
{
    for (; environment; environment = environment->parent) {
        if (!value_is_none(value_path(value_get(layering->service->blocks, environment->name), "image")))
            return true;
    }
    return !value_is_none(value_get(layering->project->set, STR("image")));
}

static const Value *release_of(const Layering *layering, Diags *diags)
{
    const Environment *environment = layering->environment;
    const Value *release = value_get(environment->releases, layering->service->name);
    if (!release || !image_is_overridden(layering, environment))
        return release;
    diag_note(diags, release->origin, "the release of '%.*s' is not used: its image in %.*s is stated by a higher layer",
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

static bool resolve_version(const Value *filled, ReferenceScope *scope, const Value *release, Arena *arena, Diags *diags)
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
    const Value *resolved = references_resolve(layering->arena, filled, scope, NULL, diags);
    if (!resolved)
        return NULL;
    ModelExpand how = {.document = MODEL_SERVICE, .kind = layering->service->kind, .resolved = true};
    return model_expand(layering->arena, resolved, how, diags);
}

static const Value *own_layers(const Layering *layering)
{
    const Value *own = layering->service->value;
    if (layering->environment)
        own = merge_blocks(layering, layering->environment, own);
    return model_merge(layering->arena, own, for_kind(layering, layering->project->set));
}

static const Value *stated_layers(const Layering *layering)
{
    const Value *stated = layering->service->value;
    if (layering->environment) {
        stated = merge_overlays(layering, layering->environment, stated);
        stated = merge_blocks(layering, layering->environment, stated);
    }
    return model_merge(layering->arena, stated, for_kind(layering, layering->project->set));
}

static bool image_present(const Layering *layering, const Definition *definition, Diags *diags)
{
    if (!definition->enabled || !value_is_none(value_get(definition->value, STR("image"))))
        return true;
    diag_error(diags, layering->service->origin, "image is missing; add image: ${project.registry}/%.*s:v1.0.0",
               STR_ARG(layering->service->name));
    return false;
}

bool project_define(const Project *project, const Environment *environment, const ServiceFile *service, Arena *arena,
                    Diags *diags, Definition *definition)
{
    Layering layering = {project, environment, service, arena};
    const Value *stated = stated_layers(&layering);
    const Value *filled = model_fill(arena, stated, defaults_of(&layering));
    filled = model_fill(arena, filled, for_kind(&layering, environment->built_in));
    *definition = (Definition){.service = service, .environment = environment, .stated = stated};
    definition->own = own_layers(&layering);
    definition->release = release_of(&layering, diags);
    definition->enabled = value_flag(filled, "enabled", true);
    ReferenceScope scope = {.project = project, .environment = environment, .service = service->name};
    scope.vars = value_merge(arena, environment->vars, value_get(stated, STR("vars")));
    if (!resolve_version(filled, &scope, definition->release, arena, diags))
        return false;
    definition->value = resolve_and_check(&layering, filled, &scope, diags);
    Path vars_path = {NULL, STR("vars"), 0};
    definition->vars = scope.vars ? references_resolve(arena, scope.vars, &scope, &vars_path, diags) : &value_empty_map;
    return definition->value && definition->vars && image_present(&layering, definition, diags);
}

/* Of what exists once per project, only these rows are seen: the others may refer to an environment. */
static const char *const once_rows[] = {"kind", "owner", "labels", "image", "build"};

bool project_define_once(const Project *project, const ServiceFile *service, Arena *arena, Diags *diags,
                         Definition *definition)
{
    Layering layering = {.project = project, .service = service, .arena = arena};
    const Value *filled = model_fill(arena, service->value, defaults_of(&layering));
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(once_rows); i++) {
        const MapEntry *entry = value_entry(filled, str_from(once_rows[i]));
        if (entry)
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    *definition = (Definition){.service = service, .stated = service->value, .own = service->value};
    definition->enabled = value_flag(filled, "enabled", true);
    ReferenceScope scope = {.project = project, .service = service->name, .version = STR("")};
    scope.vars = value_merge(arena, value_get(project->value, STR("vars")), value_get(filled, STR("vars")));
    definition->vars = scope.vars ? scope.vars : &value_empty_map;
    definition->value = resolve_and_check(&layering, map_end(&map, filled->origin), &scope, diags);
    return definition->value != NULL;
}
