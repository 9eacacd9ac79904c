/*
 * All services of an environment, made complete: each by itself, then their peers, then what the namespace must hold.
 * The result is the template context.
 */
#include "service_private.h"

/* Rows that templates read as they are. */
static const char *const passed[] = {
    "kind", "owner", "annotations", "strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit",
    "terminationGracePeriodSeconds", "service", "logging", "serviceAccount", "secretStore", "nodeSelector",
    "priorityClassName", "tolerations", "securityContext", "access", "build",
};

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

/* Who stated a patch decides whether it may match nothing: the service, the environment's overlay, or defaults. */
static const Value *patches_make(Work *work)
{
    const Value *patches = without_nones(work->arena, value_get(work->value, STR("patches")));
    const Value *own = value_get(work->definition.own, STR("patches"));
    const Value *stated = value_get(work->definition.stated, STR("patches"));
    MapBuilder map = map_begin(work->arena);
    for (uint32_t i = 0; i < patches->size; i++) {
        const MapEntry *entry = &patches->entries[i];
        MapBuilder patch = map_begin_with(work->arena, entry->value);
        put_text(&patch, "statedBy", value_get(own, entry->key)      ? STR("service")
                                     : value_get(stated, entry->key) ? STR("environment")
                                                                     : STR("defaults"));
        map_set(&map, entry->key, entry->key_origin, map_end(&patch, entry->value->origin));
    }
    return map_end(&map, patches->origin);
}

/* The default of `headless` is the kind's. */
static const Value *service_block(Work *work)
{
    const Value *block = value_get(work->value, STR("service"));
    MapBuilder map = map_begin_with(work->arena, block);
    put(&map, "headless", is_headless(work) ? &value_true : &value_false);
    return map_end(&map, block->origin);
}

/* A StatefulSet has one pod where it says nothing, whatever the environment's default, and replaces them one by one.
 */
static const Value *stateful(Work *work, const Value *value)
{
    const Value *type = value_path(value, "strategy.type"), *own = value_path(work->definition.own, "strategy.type");
    const Value *rolling = make_text(work->arena, ORIGIN_NONE, "RollingUpdate");
    if (!value_is_none(own) && !value_equal(type, rolling))
        work_error(work, place_of(work, own),
                   "strategy: a StatefulSet only knows RollingUpdate, found %.*s; remove it",
                   STR_ARG(value_text(type)));
    MapBuilder map = map_begin_with(work->arena, value),
               strategy = map_begin_with(work->arena, value_get(value, STR("strategy")));
    put(&strategy, "type", rolling);
    put(&map, "strategy", map_end(&strategy, value->origin));
    if (value_is_none(value_get(work->definition.stated, STR("replicas"))))
        put_number(&map, "replicas", 1);
    return map_end(&map, value->origin);
}

static const Value *store_block(Work *work)
{
    const Value *store = value_get(work->value, STR("secretStore"));
    const Value *interval = value_get(store, STR("refreshInterval"));
    MapBuilder map = map_begin_with(work->arena, store);
    if (!value_is_none(interval))
        put(&map, "refreshInterval", duration_for_go(work->arena, interval));
    return map_end(&map, store->origin);
}

void workload_complete(Work *work)
{
    work->value = model_complete(work->arena, work->definition.value, work->kind);
    if (work->kind == KIND_STATEFULSET)
        work->value = stateful(work, work->value);
    work->out = map_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(passed); i++)
        put(&work->out, passed[i], value_get(work->value, str_from(passed[i])));
    put(&work->out, "secretStore", store_block(work));
    put(&work->out, "tolerations", tolerations_make(work));
    put(&work->out, "patches", patches_make(work));
    put(&work->out, "annotations", without_nones(work->arena, value_get(work->value, STR("annotations"))));
    put(&work->out, "nodeSelector", without_nones(work->arena, value_get(work->value, STR("nodeSelector"))));
    identity_complete(work);
    pod_complete(work);
    batch_complete(work);
    scale_complete(work);
    put(&work->out, "podAnnotations", pod_annotations(work));
}

static void work_complete(Work *work)
{
    work->secret_data = list_begin(work->arena);
    workload_complete(work);
    put(&work->out, "service", service_block(work));
    jobs_complete(work);
    /* What ends has nobody waiting for it behind a Service, whatever its sidecars listen on. */
    if (work->kind == KIND_CRONJOB || work->kind == KIND_JOB)
        work->ports = &value_empty_map;
    exposure_complete(work);
    rollout_complete(work);
    http_routes_complete(work);
    alerts_complete(work);
    rights_complete(work);
    waivers_complete(work);
}

/* ---- the environment ---- */

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

static MapBuilder environment_begin(Arena *arena, const Project *project, const Environment *environment)
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
        jobs_finish(work);
        const Value *value = map_end(&work->out, work->definition.service->origin);
        context->items[i] = (ServiceContext){work->definition.service, work->name, value, work->definition.vars};
        map_set(&services, work->name, work->definition.service->origin, value);
    }
    context->services = map_end(&services, ORIGIN_NONE);
}

/* ---- each service by itself, some at a time on each thread ---- */

enum { PORTION = 16 };

typedef struct Completing {
    const Project *project;
    const Environment *environment;
    const Sources *sources;
    Definition *definitions; /* of all services of the project */
    bool *defined;
    Work *works; /* of those that are enabled */
    size_t count;
    Diags **diags; /* one per portion */
} Completing;

static void define_portion(void *user, Portion portion, Arena *arena)
{
    Completing *all = user;
    Diags *diags = all->diags[portion.number] = diags_new(arena, all->sources);
    for (size_t i = portion.from; i < portion.to; i++)
        all->defined[i] = project_define(all->project, all->environment, &all->project->services[i], arena, diags,
                                         &all->definitions[i]);
}

static void complete_portion(void *user, Portion portion, Arena *arena)
{
    Completing *all = user;
    Diags *diags = all->diags[portion.number] = diags_new(arena, all->sources);
    for (size_t i = portion.from; i < portion.to; i++) {
        all->works[i].arena = arena;
        all->works[i].diags = diags;
        work_complete(&all->works[i]);
    }
}

static void move_diags(Completing *all, size_t count, Diags *diags)
{
    for (size_t i = 0; i < portion_count(count, PORTION); i++)
        diags_move(diags, all->diags[i]);
}

static bool define_all(Completing *all, Arena *arena, Pool *pool, Diags *diags)
{
    size_t count = all->project->service_count;
    bool ok = true;
    pool_run(pool, arena, count, PORTION, define_portion, all);
    move_diags(all, count, diags);
    for (size_t i = 0; i < count; i++) {
        Work *work = &all->works[all->count];
        ok &= all->defined[i];
        if (!all->defined[i] || !all->definitions[i].enabled)
            continue;
        *work = (Work){.project = all->project, .environment = all->environment, .definition = all->definitions[i]};
        work->name = work->definition.service->name;
        work->kind = work->definition.service->kind;
        work->service = work;
        all->count++;
    }
    return ok;
}

/* Peers of a service that could not be read would be reported as unknown: one mistake, one message. */
static bool complete_together(Work *works, size_t count, bool all_defined)
{
    bool ok = all_defined;
    if (ok)
        peers_complete(works, count);
    aliases_check(works, count);
    http_routes_check(works, count);
    jobs_check(works, count);
    claims_check(works, count);
    for (size_t i = 0; i < count; i++)
        ok = ok && !works[i].failed;
    return ok;
}

static void context_complete(Arena *arena, const Completing *all, EnvironmentContext *context)
{
    const Environment *environment = all->environment;
    *context = (EnvironmentContext){.environment = environment, .project = service_project(arena, all->project)};
    context_fill(arena, all->works, all->count, context);
    MapBuilder env = environment_begin(arena, all->project, environment);
    const Value *waivers = value_get(context->project, STR("waivers"));
    put_text(&env, "podSecurity", pod_security(all->works, all->count, waivers));
    quota_complete(arena, environment, all->works, all->count, &env);
    context->env = map_end(&env, environment->own->origin);
    context->vars = project_environment_vars(all->project, environment, arena);
}

bool services_complete(Arena *arena, Pool *pool, const Project *project, const Environment *environment, Diags *diags,
                       EnvironmentContext *context)
{
    size_t services = project->service_count;
    Completing all = {.project = project,
                      .environment = environment,
                      .sources = diags_sources(diags),
                      .definitions = ARENA_ARRAY(arena, Definition, services),
                      .defined = ARENA_ARRAY(arena, bool, services),
                      .works = ARENA_ARRAY(arena, Work, services + 1),
                      .diags = ARENA_ARRAY(arena, Diags *, services)};
    bool ok = waivers_check_project(project, diags);
    ok &= define_all(&all, arena, pool, diags);
    pool_run(pool, arena, all.count, PORTION, complete_portion, &all);
    ok = complete_together(all.works, all.count, ok);
    if (ok)
        context_complete(arena, &all, context);
    move_diags(&all, all.count, diags);
    return ok;
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
