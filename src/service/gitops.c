/*
 * What Argo CD is told of an environment: the Application's name, where the manifests are in the repository, which
 * revision is followed, and where they go. It knows nothing of how they are applied: the templates say that.
 */
#include "service_private.h"

Str project_path(const Project *project)
{
    size_t above = project->repository.size;
    return project->root.size <= above ? STR(".") : str_slice(project->root, above + 1, project->root.size);
}

/* Of the rendered tree, its folder for the environment; a plugin runs where the project is. */
static const Value *source_path(Arena *arena, const Project *project, const Environment *environment)
{
    Str path = project_path(project);
    const Value *output = value_get(project->value, STR("output"));
    if (str_equal(value_text_at(project->value, "gitops.source"), STR("plugin")))
        return make_text(arena, ORIGIN_NONE, "%.*s", STR_ARG(path));
    bool top = str_equal(path, STR("."));
    return make_text(arena, output ? output->origin : ORIGIN_NONE, "%.*s%s%.*s/%.*s", STR_ARG(top ? STR("") : path),
                     top ? "" : "/", STR_ARG(value_text_at(project->value, "output")), STR_ARG(environment->name));
}

/* Argo CD takes a cluster's name or its address, and not both. */
static const Value *destination(Arena *arena, const Environment *environment)
{
    const Value *cluster = value_get(environment->own, STR("cluster"));
    bool address = value_is(cluster, VALUE_STRING) && str_find(value_text(cluster), STR("://"), 0) >= 0;
    MapBuilder map = map_begin(arena);
    put(&map, address ? "server" : "name", cluster);
    put_text(&map, "namespace", environment->namespace);
    return map_end(&map, environment->own->origin);
}

const Value *application_make(Arena *arena, const Project *project, const Environment *environment)
{
    const Value *revision = value_get(environment->own, STR("revision"));
    MapBuilder map = map_begin(arena);
    put(&map, "meta", meta_make(arena, project, value_path(project->value, "gitops.namespace"), environment->file));
    put(&map, "name", make_text(arena, ORIGIN_NONE, "%.*s-%.*s", STR_ARG(project->name), STR_ARG(environment->name)));
    put(&map, "path", source_path(arena, project, environment));
    put(&map, "revision", value_is_none(revision) ? value_path(project->value, "gitops.revision") : revision);
    put(&map, "destination", destination(arena, environment));
    return map_end(&map, environment->own->origin);
}

/* The project's own name stands for the AppProject's. */
const Value *gitops_complete(Arena *arena, const Project *project)
{
    const Value *gitops = value_get(project->value, STR("gitops"));
    MapBuilder map = map_begin_with(arena, gitops);
    if (value_is_none(value_get(gitops, STR("project"))))
        put_text(&map, "project", project->name);
    put(&map, "meta", meta_make(arena, project, value_get(gitops, STR("namespace")), STR("kiln.yaml")));
    return map_end(&map, gitops->origin);
}
