/*
 * All services of an environment, made complete: each by itself, then their peers, then what the namespace must hold. The
 * result is the template context.
 */
#include "service_private.h"

/* Rows that templates read as they are. */
static const char *const passed[] = {
    "kind", "owner", "annotations", "strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit",
    "terminationGracePeriodSeconds", "service", "logging", "serviceAccount", "secretStore", "nodeSelector",
    "priorityClassName", "tolerations", "securityContext", "access", "build",
};

static const Value *complete_project(Arena *arena, const Project *project)
{
    static const char *const rows[] = {"name",     "domain", "registry", "allowedRegistries", "repository", "kubernetes",
                                       "platform", "gitops", "network",  "workflow",          "output"};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        put(&map, rows[i], value_get(project->value, str_from(rows[i])));
    return map_end(&map, project->origin);
}

/* ---- one service ---- */

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

static void work_complete(Work *work)
{
    work->value = model_complete(work->arena, work->definition.value, work->definition.service->kind);
    work->out = map_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(passed); i++)
        put(&work->out, passed[i], value_get(work->value, str_from(passed[i])));
    put(&work->out, "tolerations", tolerations_make(work));
    put(&work->out, "annotations", without_nones(work->arena, value_get(work->value, STR("annotations"))));
    put(&work->out, "nodeSelector", without_nones(work->arena, value_get(work->value, STR("nodeSelector"))));
    identity_complete(work);
    container_complete(work);
    scale_complete(work);
    exposure_complete(work);
    put(&work->out, "podAnnotations", pod_annotations(work));
}

static bool work_begin(Work *work, Arena *arena, const Project *project, const Environment *environment,
                       const ServiceFile *service, Diags *diags)
{
    *work = (Work){.arena = arena, .diags = diags, .project = project, .environment = environment, .name = service->name};
    return project_define(project, environment, service, arena, diags, &work->definition);
}

/* ---- the environment ---- */

static const Value *environment_meta(Arena *arena, const Project *project, const Environment *environment)
{
    MapBuilder labels = map_begin(arena), annotations = map_begin(arena), meta = map_begin(arena);
    put_text(&labels, "app.kubernetes.io/managed-by", STR("kiln"));
    put_text(&labels, "app.kubernetes.io/part-of", project->name);
    put_text(&annotations, "kiln/source", environment->file);
    put_text(&meta, "namespace", environment->namespace);
    put(&meta, "labels", map_end(&labels, ORIGIN_NONE));
    put(&meta, "annotations", map_end(&annotations, ORIGIN_NONE));
    return map_end(&meta, ORIGIN_NONE);
}

static MapBuilder environment_begin(Arena *arena, const Project *project, const Environment *environment)
{
    MapBuilder env = map_begin(arena);
    put_text(&env, "name", environment->name);
    put_text(&env, "tier", tier_names[environment->tier]);
    put(&env, "domain", environment->domain.size ? value_new_string(arena, ORIGIN_NONE, environment->domain) : NULL);
    MapBuilder namespace = map_begin(arena);
    put_text(&namespace, "name", environment->namespace);
    put(&namespace, "managed", value_flag(environment->own, "namespace.managed", true) ? &value_true : &value_false);
    put(&env, "namespace", map_end(&namespace, environment->own->origin));
    put(&env, "cluster", value_get(environment->own, STR("cluster")));
    put(&env, "deploy", value_get(environment->own, STR("deploy")));
    put(&env, "meta", environment_meta(arena, project, environment));
    put_text(&env, "podSecurity", STR("restricted"));
    return env;
}

static void context_fill(Arena *arena, Work *works, size_t count, EnvironmentContext *context)
{
    MapBuilder services = map_begin(arena);
    context->items = ARENA_ARRAY(arena, ServiceContext, count + 1);
    context->count = count;
    for (size_t i = 0; i < count; i++) {
        Work *work = &works[i];
        network_finish(work);
        const Value *value = map_end(&work->out, work->definition.service->origin);
        context->items[i] = (ServiceContext){work->definition.service, work->name, value, work->definition.vars};
        map_set(&services, work->name, work->definition.service->origin, value);
    }
    context->services = map_end(&services, ORIGIN_NONE);
}

bool services_complete(Arena *arena, const Project *project, const Environment *environment, Diags *diags,
                       EnvironmentContext *context)
{
    Work *works = ARENA_ARRAY(arena, Work, project->service_count + 1);
    size_t count = 0;
    bool ok = true;
    for (size_t i = 0; i < project->service_count; i++) {
        Work *work = &works[count];
        if (!work_begin(work, arena, project, environment, &project->services[i], diags))
            ok = false;
        else if (work->definition.enabled)
            count++;
    }
    for (size_t i = 0; i < count; i++)
        work_complete(&works[i]);
    /* Peers of a service that could not be read would be reported as unknown: one mistake, one message. */
    if (ok)
        peers_complete(works, count);
    for (size_t i = 0; i < count; i++)
        ok = ok && !works[i].failed;
    if (!ok)
        return false;
    *context = (EnvironmentContext){.environment = environment, .project = complete_project(arena, project)};
    context_fill(arena, works, count, context);
    MapBuilder env = environment_begin(arena, project, environment);
    quota_complete(arena, environment, works, count, &env);
    context->env = map_end(&env, environment->own->origin);
    context->vars = environment->vars ? environment->vars : &value_empty_map;
    return true;
}

/* ---- once per project ---- */

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

bool services_complete_once(Arena *arena, const Project *project, Diags *diags, ProjectContext *context)
{
    MapBuilder services = map_begin(arena);
    bool ok = true;
    for (size_t i = 0; i < project->service_count; i++) {
        Definition definition;
        if (!project_define_once(project, &project->services[i], arena, diags, &definition))
            ok = false;
        else if (definition.enabled)
            map_set(&services, project->services[i].name, project->services[i].origin, service_once(arena, &definition));
    }
    ListBuilder environments = list_begin(arena);
    for (size_t i = 0; i < project->environment_count; i++) {
        MapBuilder env = environment_begin(arena, project, &project->environments[i]);
        list_add(&environments, map_end(&env, ORIGIN_NONE));
    }
    context->project = complete_project(arena, project);
    context->environments = list_end(&environments, ORIGIN_NONE);
    context->services = map_end(&services, ORIGIN_NONE);
    return ok;
}
