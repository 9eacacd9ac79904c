/* What exists once per project: of services what layers 2 and 4 alone say. */
#include "service_private.h"

/* Which repository CI pushes to; tag and digest are the release's. */
static const Value *main_image(Arena *arena, const Value *definition)
{
    Image image;
    const char *why;
    const Value *stated = value_get(definition, STR("image"));
    if (!value_is(stated, VALUE_STRING) || !image_parse(value_text(stated), &image, &why))
        return &value_empty_map;
    MapBuilder parts = map_begin(arena);
    put_text(&parts, "repository", image.repository);
    put_text(&parts, "tag", image.tag);
    put_text(&parts, "digest", image.digest);
    const Value *container = make_map1(arena, stated->origin, "imageParts", map_end(&parts, stated->origin));
    return make_map1(arena, stated->origin, "main", container);
}

/* CI publishes what it builds, so it must know under which name. */
static bool image_known(const Definition *definition, Diags *diags)
{
    Str language = value_text_at(definition->value, "build.language");
    bool built = language.size && !str_equal(language, STR("none"));
    if (!built || !value_is_none(value_get(definition->value, STR("image"))))
        return true;
    diag_error(
        diags, definition->service->origin,
        "image is missing: CI publishes it, and sees neither environments nor --set; name it here, or write build: "
        "{language: none}");
    return false;
}

static const Value *service_once(Arena *arena, const Definition *definition)
{
    const Value *complete = model_complete(arena, definition->value, definition->service->kind);
    MapBuilder map = map_begin(arena);
    put_text(&map, "name", definition->service->name);
    put_text(&map, "file", definition->service->file);
    put(&map, "kind", value_get(complete, STR("kind")));
    put(&map, "owner", value_get(complete, STR("owner")));
    put(&map, "containers", main_image(arena, definition->value));
    const Value *written = value_get(definition->value, STR("build"));
    put(&map, "build", build_complete(arena, value_get(complete, STR("build")), written));
    return map_end(&map, definition->service->origin);
}

void project_complete(Arena *arena, const Project *project, ProjectContext *context)
{
    ListBuilder environments = list_begin(arena);
    for (size_t i = 0; i < project->environment_count; i++) {
        MapBuilder env = environment_begin(arena, project, &project->environments[i]);
        list_add(&environments, map_end(&env, ORIGIN_NONE));
    }
    *context = (ProjectContext){service_project(arena, project), list_end(&environments, ORIGIN_NONE),
                                &value_empty_map};
}

bool services_complete_once(Arena *arena, const Project *project, Diags *diags, ProjectContext *context)
{
    MapBuilder services = map_begin(arena);
    bool ok = true;
    for (size_t i = 0; i < project->service_count; i++) {
        Definition definition;
        if (!project_define_once(project, &project->services[i], arena, diags, &definition))
            ok = false;
        else if (definition.enabled && !image_known(&definition, diags))
            ok = false;
        else if (definition.enabled)
            map_set(&services, project->services[i].name, project->services[i].origin,
                    service_once(arena, &definition));
    }
    project_complete(arena, project, context);
    context->services = map_end(&services, ORIGIN_NONE);
    return ok;
}
