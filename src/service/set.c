/*
 * The services of an environment as a set: all of them defined, and any of them completed when it is asked for. What
 * a service needs of others is in their definitions; what the environment needs of a service is its share, which stays
 * when the service's context is dropped.
 */
#include "service_private.h"

enum { PORTION = 16 };

/* ---- defining ---- */

typedef struct Defining {
    const ServiceSet *set;
    const ServiceSet *like; /* or NULL */
    Definition *definitions; /* of all services of the project */
    bool *defined;
    bool *quiet;
    Diags **diags; /* one per portion */
} Defining;

/* What a definition was made of besides its project, environment and service: files that it names. */
static bool names_file(const Value *value)
{
    bool names = value->kind == VALUE_STRING && str_find(value_text(value), STR("${file:"), 0) >= 0;
    for (uint32_t i = 0; value->kind == VALUE_LIST && !names && i < value->size; i++)
        names = names_file(value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && !names && i < value->size; i++)
        names = names_file(value->entries[i].value);
    return names;
}

static const Value *release_in(const Environment *environment, Str name)
{
    return value_get(environment->releases, name);
}

/* The same file, read once for both, is defined once for both. */
static bool define_alike(const Defining *all, const ServiceFile *service, Definition *definition)
{
    const Environment *environment = all->set->environment;
    const Member *member = all->like ? member_find(all->like, service->name) : NULL;
    if (!member || !member->quiet)
        return false;
    const Definition *like = &member->definition;
    if (like->service->value != service->value || like->service->blocks != service->blocks ||
        like->service->kind != service->kind || !str_equal(like->service->file, service->file) ||
        !value_identical(release_in(like->environment, service->name), release_in(environment, service->name)) ||
        names_file(like->filled) || (like->vars_stated && names_file(like->vars_stated)))
        return false;
    *definition = *like;
    definition->service = service;
    definition->environment = environment;
    return true;
}

static void define_portion(void *user, Portion portion, Arena *arena)
{
    Defining *all = user;
    const Project *project = all->set->project;
    Diags *diags = all->diags[portion.number] = diags_new(arena, project->sources);
    for (size_t i = portion.from; i < portion.to; i++) {
        size_t said = diags_count(diags);
        all->defined[i] = define_alike(all, &project->services[i], &all->definitions[i]) ||
                          project_define(project, all->set->environment, &project->services[i], arena, diags,
                                         &all->definitions[i]);
        all->quiet[i] = diags_count(diags) == said;
    }
}

static void define_all(ServiceSet *set, const ServiceSet *like, Pool *pool, Diags *diags)
{
    size_t count = set->project->service_count;
    Defining all = {.set = set,
                    .like = like,
                    .definitions = ARENA_ARRAY(set->arena, Definition, count),
                    .defined = ARENA_ARRAY(set->arena, bool, count),
                    .quiet = ARENA_ARRAY(set->arena, bool, count),
                    .diags = ARENA_ARRAY(set->arena, Diags *, count)};
    pool_run(pool, set->arena, count, PORTION, define_portion, &all);
    for (size_t i = 0; i < portion_count(count, PORTION); i++)
        diags_move(diags, all.diags[i]);
    set->members = ARENA_ARRAY(set->arena, Member, count);
    for (size_t i = 0; i < count; i++) {
        set->defined &= all.defined[i];
        if (all.defined[i] && all.definitions[i].enabled)
            set->members[set->count++] = (Member){.definition = all.definitions[i], .quiet = all.quiet[i]};
    }
}

ServiceSet *service_set_new_like(Arena *arena, Pool *pool, const Project *project, const Environment *environment,
                                 const ServiceSet *like, Diags *diags)
{
    ServiceSet *set = ARENA_NEW(arena, ServiceSet);
    *set = (ServiceSet){.arena = arena, .project = project, .environment = environment};
    set->defined = waivers_check_project(project, diags);
    define_all(set, like, pool, diags);
    peers_connect(set);
    MapBuilder env = environment_begin(arena, project, environment);
    set->context = (EnvironmentContext){.environment = environment,
                                        .project = service_project(arena, project),
                                        .env = map_end(&env, environment->own->origin),
                                        .vars = project_environment_vars(project, environment, arena)};
    return set;
}

ServiceSet *service_set_new(Arena *arena, Pool *pool, const Project *project, const Environment *environment,
                            Diags *diags)
{
    return service_set_new_like(arena, pool, project, environment, NULL, diags);
}

size_t service_set_count(const ServiceSet *set)
{
    return set->count;
}

const ServiceFile *service_set_file(const ServiceSet *set, size_t index)
{
    return set->members[index].definition.service;
}

const EnvironmentContext *service_set_context(const ServiceSet *set)
{
    return &set->context;
}

/* ---- completing one ---- */

/* What templates/environment/networkpolicy.yaml reads. */
static const Value *brief_make(Work *work, Arena *arena)
{
    static const char *const rows[] = {"namespace", "className"};
    const MapEntry *ingress = map_peek(&work->out, STR("ingress"));
    MapBuilder map = map_begin(arena), kept = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        put(&kept, rows[i], ingress ? value_get(ingress->value, str_from(rows[i])) : NULL);
    const Value *type = value_get(map_peek(&work->out, STR("strategy"))->value, STR("type"));
    put(&map, "strategy", make_map1(arena, ORIGIN_NONE, "type", type ? type : &value_null));
    put(&map, "ingress", map_end(&kept, ORIGIN_NONE));
    put(&map, "ingressRoutes", map_peek(&work->out, STR("ingressRoutes"))->value->size ? &value_true : &value_false);
    return map_end(&map, ORIGIN_NONE);
}

static bool same_places(const Value *a, const Value *b)
{
    for (uint32_t i = 0; a->kind == VALUE_MAP && i < a->size; i++) {
        if (!same_places(a->entries[i].value, b->entries[i].value))
            return false;
    }
    return a->origin == b->origin;
}

/* Whichever of two threads is the last one to keep a brief: they are the same. */
static const Value *brief_of(ServiceSet *set, Work *work, Arena *lasting)
{
    const Value *made = brief_make(work, work->arena), *last = atomic_load(&set->brief);
    if (last && value_identical(last, made) && same_places(last, made))
        return last;
    const Value *brief = value_copy(lasting, made);
    atomic_store(&set->brief, brief);
    return brief;
}

static void share_names(Work *work, Arena *arena, Share *share)
{
    aliases_name(work);
    jobs_name(work);
    http_routes_name(work);
    claims_name(work);
    share->name_count = work->name_count;
    share->names = ARENA_ARRAY(arena, SharedName, work->name_count);
    for (size_t i = 0; i < work->name_count; i++) {
        const SharedName *name = &work->names[i];
        share->names[i] = (SharedName){name->kind, arena_copy(arena, name->name), arena_copy(arena, name->label),
                                       name->place};
    }
}

static const Share *share_make(ServiceSet *set, Work *work, Arena *arena)
{
    Share *share = ARENA_NEW(arena, Share);
    quota_measure(work, share);
    share_names(work, arena, share);
    share->loosens = loosens_pod_security(work, value_get(set->context.project, STR("waivers")));
    share->brief = brief_of(set, work, arena);
    share->failed = work->failed;
    return share;
}

bool service_set_complete(ServiceSet *set, size_t index, Arena *arena, Arena *lasting, Diags *diags,
                          ServiceContext *service)
{
    Member *member = &set->members[index];
    const ServiceFile *file = member->definition.service;
    Work *work = ARENA_NEW(arena, Work);
    *work = (Work){.arena = arena,
                   .diags = diags,
                   .project = set->project,
                   .environment = set->environment,
                   .definition = member->definition,
                   .service = work,
                   .name = file->name,
                   .kind = file->kind};
    work_complete(work);
    /* Peers of a service that could not be read would be reported as unknown: one mistake, one message. */
    if (set->defined)
        peers_complete(work, set, member);
    member->share = share_make(set, work, lasting);
    if (work->failed || !set->defined)
        return false;
    network_finish(work);
    jobs_finish(work);
    *service = (ServiceContext){file, file->name, map_end(&work->out, file->origin), member->definition.vars};
    return true;
}

/* ---- sets that are compared ---- */

bool service_set_same(const ServiceSet *a, size_t index, const ServiceSet *b, size_t other)
{
    const Member *one = &a->members[index], *two = &b->members[other];
    const Definition *left = &one->definition, *right = &two->definition;
    return str_equal(left->service->name, right->service->name) &&
           str_equal(left->service->file, right->service->file) && left->service->kind == right->service->kind &&
           value_identical(left->value, right->value) && value_identical(left->own, right->own) &&
           value_identical(left->stated, right->stated) && value_identical(left->vars, right->vars) &&
           value_identical(left->release, right->release) && peers_same(a, one, b, two);
}

void service_set_adopt(ServiceSet *set, size_t index, const ServiceSet *from, size_t other)
{
    set->members[index].share = from->members[other].share;
}

/* ---- all of them ---- */

static const Value *briefs_of(const ServiceSet *set)
{
    MapBuilder services = map_begin(set->arena);
    for (size_t i = 0; i < set->count; i++) {
        const Member *member = &set->members[i];
        map_set(&services, member_name(member), member->definition.service->origin, member->share->brief);
    }
    return map_end(&services, ORIGIN_NONE);
}

bool service_set_end(ServiceSet *set, Diags *diags, EnvironmentContext *context)
{
    bool ok = names_check(set, diags) && set->defined, restricted = true;
    for (size_t i = 0; i < set->count; i++) {
        const Share *share = set->members[i].share;
        ok = ok && share && !share->failed;
        restricted = restricted && share && !share->loosens;
    }
    *context = set->context;
    if (!ok)
        return false;
    MapBuilder env = map_begin_with(set->arena, set->context.env);
    put_text(&env, "podSecurity", restricted ? STR("restricted") : STR("baseline"));
    quota_complete(set->arena, set, &env);
    context->env = map_end(&env, set->environment->own->origin);
    context->services = briefs_of(set);
    return true;
}

/* ---- all at once ---- */

typedef struct Completing {
    ServiceSet *set;
    ServiceContext *items;
    Diags **diags; /* one per portion */
} Completing;

static void complete_portion(void *user, Portion portion, Arena *arena)
{
    Completing *all = user;
    Diags *diags = all->diags[portion.number] = diags_new(arena, all->set->project->sources);
    /* Whether it failed, its share says. */
    for (size_t i = portion.from; i < portion.to; i++)
        (void)!service_set_complete(all->set, i, arena, arena, diags, &all->items[i]);
}

bool services_complete(Arena *arena, Pool *pool, const Project *project, const Environment *environment, Diags *diags,
                       EnvironmentContext *context)
{
    ServiceSet *set = service_set_new(arena, pool, project, environment, diags);
    Completing all = {.set = set,
                      .items = ARENA_ARRAY(arena, ServiceContext, set->count + 1),
                      .diags = ARENA_ARRAY(arena, Diags *, set->count + 1)};
    pool_run(pool, arena, set->count, PORTION, complete_portion, &all);
    for (size_t i = 0; i < portion_count(set->count, PORTION); i++)
        diags_move(diags, all.diags[i]);
    if (!service_set_end(set, diags, context))
        return false;
    MapBuilder services = map_begin(arena);
    for (size_t i = 0; i < set->count; i++)
        map_set(&services, all.items[i].name, all.items[i].file->origin, all.items[i].value);
    context->services = map_end(&services, ORIGIN_NONE);
    context->items = all.items;
    context->count = set->count;
    return true;
}
