/* What belongs to no one service: the context's `project`, and of `env` what does not depend on its services. */
#include "service_private.h"

const Value *service_project(Arena *arena, const Project *project)
{
    static const char *const rows[] = {"name",       "domain",     "registry", "allowedRegistries",
                                       "repository", "kubernetes", "platform", "network",
                                       "workflow",   "output"};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        put(&map, rows[i], value_get(project->value, str_from(rows[i])));
    put_text(&map, "path", project_path(project));
    put(&map, "gitops", gitops_complete(arena, project));
    put(&map, "waivers", waivers_of_project(arena, project));
    return map_end(&map, project->origin);
}

const Value *meta_make(Arena *arena, const Project *project, const Value *namespace, Str source)
{
    MapBuilder labels = map_begin(arena), annotations = map_begin(arena), meta = map_begin(arena);
    put_text(&labels, "app.kubernetes.io/managed-by", STR("kiln"));
    put_text(&labels, "app.kubernetes.io/part-of", project->name);
    put_text(&annotations, "kiln/source", source);
    put(&meta, "namespace", namespace);
    put(&meta, "labels", map_end(&labels, ORIGIN_NONE));
    put(&meta, "annotations", map_end(&annotations, ORIGIN_NONE));
    return map_end(&meta, ORIGIN_NONE);
}

MapBuilder environment_begin(Arena *arena, const Project *project, const Environment *environment)
{
    MapBuilder env = map_begin(arena);
    put_text(&env, "name", environment->name);
    put_text(&env, "tier", tier_names[environment->tier]);
    put(&env, "domain", environment->domain.size ? value_new_string(arena, ORIGIN_NONE, environment->domain) : NULL);
    const Value *stated = value_path(environment->own, "namespace.name");
    const Value *place = value_new_string(arena, stated ? stated->origin : ORIGIN_NONE, environment->namespace);
    MapBuilder namespace = map_begin(arena);
    put(&namespace, "name", place);
    put(&namespace, "managed", value_flag(environment->own, "namespace.managed", true) ? &value_true : &value_false);
    put(&env, "namespace", map_end(&namespace, environment->own->origin));
    put(&env, "cluster", value_get(environment->own, STR("cluster")));
    put(&env, "deploy", value_get(environment->own, STR("deploy")));
    put(&env, "meta", meta_make(arena, project, place, environment->file));
    put(&env, "application", application_make(arena, project, environment));
    return env;
}
