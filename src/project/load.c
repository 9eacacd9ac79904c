/*
 * Loading a project: kiln.yaml found upwards from a folder, then environments/, services/ and releases/ beside it. A
 * broken file does not stop the others from being read, so that one run reports all that is wrong.
 */
#include "project_private.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kiln/kube.h"
#include "kiln/yaml.h"

/* A service's name is also its jobs' prefix, and a CronJob's name may have 52 characters (Kubernetes: 63 less the
 * Job's suffix). */
enum { SERVICE_NAME_LIMIT = 52 };

/* ---- finding ---- */

static Str parent_of(Str folder)
{
    ptrdiff_t slash = str_rfind_char(folder, '/');
    return slash <= 0 ? STR("/") : str_slice(folder, 0, (size_t)slash);
}

static bool has(Arena *arena, Str folder, const char *name)
{
    return access(arena_printf(arena, "%.*s/%s", STR_ARG(folder), name).data, F_OK) == 0;
}

/* A .git may be a folder, or a file in a worktree or submodule. */
static Str repository_of(Arena *arena, Str root)
{
    for (Str folder = root; folder.size > 1; folder = parent_of(folder)) {
        if (has(arena, folder, ".git"))
            return folder;
    }
    return root;
}

static bool is_below(Str folder, Str above)
{
    return folder.size > above.size && str_starts(folder, above) &&
           (above.size == 1 || folder.data[above.size] == '/');
}

/*
 * The way from the working directory to root, for file names in messages: "" inside root, "../" from one folder below
 * it, "examples/shop/" from above, the whole path from anywhere else.
 */
static Str prefix_to(Arena *arena, Str root)
{
    char *working = realpath(".", NULL);
    Str here = working ? arena_copy(arena, str_from(working)) : STR("");
    free(working);
    if (here.size && is_below(root, here))
        return arena_printf(arena, "%.*s/", STR_ARG(str_slice(root, here.size + (here.size > 1), root.size)));
    Str prefix = STR("");
    while (!str_equal(here, root)) {
        if (here.size <= root.size)
            return arena_printf(arena, "%.*s/", STR_ARG(root));
        here = parent_of(here);
        prefix = arena_printf(arena, "../%.*s", STR_ARG(prefix));
    }
    return prefix;
}

/* Empty where there is none. */
static Str root_above(Arena *arena, Str folder)
{
    while (!has(arena, folder, "kiln.yaml")) {
        if (str_equal(folder, STR("/")))
            return STR("");
        folder = parent_of(folder);
    }
    return folder;
}

bool project_exists(Arena *arena, const char *folder)
{
    char *real = realpath(folder, NULL);
    bool exists = real && root_above(arena, arena_copy(arena, str_from(real))).size;
    free(real);
    return exists;
}

bool project_find(Arena *arena, const char *folder, Diags *diags, ProjectPlace *place)
{
    char *real = realpath(folder, NULL);
    if (!real) {
        diag_plain_error(diags, "cannot open folder %s: %s", folder, strerror(errno));
        return false;
    }
    Str start = arena_copy(arena, str_from(real));
    free(real);
    Str root = root_above(arena, start);
    if (!root.size) {
        diag_plain_error(
            diags, "no project: found no kiln.yaml in %.*s or any folder above it; run 'kiln init' to start one",
            STR_ARG(start));
        return false;
    }
    *place = (ProjectPlace){store_on_disk(arena, root), root, prefix_to(arena, root)};
    return true;
}

/* ---- kiln.yaml ---- */

const Value *project_without_held_apart(Arena *arena, const Value *document)
{
    static const char *const held_apart[] = {"defaults", "vars", "external"};
    MapBuilder map = map_begin_with(arena, document);
    for (size_t i = 0; i < LENGTH_OF(held_apart); i++)
        map_remove(&map, str_from(held_apart[i]));
    return map_end(&map, document->origin);
}

/* The project's own rows, references resolved; the others keep theirs for whoever uses them. */
static bool resolve_project(Loader *loader, const Value *value)
{
    Project *project = loader->project;
    project->value = value;
    ReferenceScope scope = {.project = project, .version = STR(""), .vars = value_get(value, STR("vars"))};
    ModelExpand how = {.document = MODEL_PROJECT, .kind = KIND_ANY, .skip_foreign = true, .resolved = true};
    const Value *own = references_check(loader->arena, project_without_held_apart(loader->arena, value), &scope, how,
                                        loader->diags);
    MapBuilder map = map_begin_with(loader->arena, value);
    for (uint32_t i = 0; own && i < own->size; i++)
        map_set(&map, own->entries[i].key, own->entries[i].key_origin, own->entries[i].value);
    project->value = model_complete_document(loader->arena, map_end(&map, value->origin), MODEL_PROJECT);
    return own != NULL;
}

static bool load_project_file(Loader *loader)
{
    Project *project = loader->project;
    bool missing;
    const Value *raw =
        project_read(loader->arena, loader->sources, project, STR("kiln.yaml"), &missing, loader->diags);
    ModelExpand how = {.document = MODEL_PROJECT, .kind = KIND_ANY, .skip_foreign = true};
    const Value *value = raw ? model_expand(loader->arena, raw, how, loader->diags) : NULL;
    if (missing)
        diag_file_error(loader->diags, arena_printf(loader->arena, "%.*skiln.yaml", STR_ARG(project->prefix)),
                        "does not exist, so there is no project");
    if (!value)
        return false;
    project->origin = value->origin;
    project->defaults = value_get(value, STR("defaults"));
    if (!resolve_project(loader, value))
        return false;
    project->name = value_text_at(project->value, "name");
    if (!project->name.size) {
        diag_error(loader->diags, value->origin, "name is missing; add name: my-project");
        return false;
    }
    return true;
}

/* ---- services ---- */

/* Policies of an environment: a service's own is called like the service. Its folder has its name, too. */
const char *project_reserves(Str name)
{
    if (str_equal(name, STR("default-deny")) || str_equal(name, STR("acme-solver")))
        return "kiln itself uses this name in every environment";
    return name_is_device(name) ? "Windows keeps this name for a device, so its files cannot be checked out there"
                                : NULL;
}

static bool service_name_valid(Loader *loader, Str path, Str name)
{
    const char *why = !name_is_dns_label(name) ? "expected lower case letters, digits and '-', starting with a letter"
                      : name.size > SERVICE_NAME_LIMIT ? "expected at most 52 characters"
                                                         : project_reserves(name);
    if (!why)
        return true;
    diag_file_error(loader->diags,
                    arena_printf(loader->arena, "%.*s%.*s", STR_ARG(loader->project->prefix), STR_ARG(path)),
                    "'%.*s' cannot be a service's name: %s; rename the file", STR_ARG(name), why);
    return false;
}

/* A block that is null states nothing. NULL where there are none. */
static const Value *blocks_of(Arena *arena, const Value *service)
{
    const Value *blocks = value_get(service, STR("environments"));
    if (!value_is(blocks, VALUE_MAP))
        return NULL;
    MapBuilder map = map_begin_with(arena, blocks);
    for (uint32_t i = 0; i < blocks->size; i++) {
        const MapEntry *entry = &blocks->entries[i];
        if (value_is_none(entry->value))
            map_set(&map, entry->key, entry->key_origin, value_at(arena, &value_empty_map, entry->value->origin));
    }
    return map_end(&map, blocks->origin);
}

/* The same text says the same, so nothing of it need be looked at again. */
static bool load_alike(Loader *loader, Str path, Str name, ServiceFile *service)
{
    const ServiceFile *like = loader->like ? project_service(loader->like, name) : NULL;
    const Source *source = like ? sources_find(loader->sources, like->origin) : NULL;
    Str text;
    if (!source || store_read(loader->project->store, loader->arena, path, yaml_limits.bytes, &text) ||
        !str_equal(text, source->text))
        return false;
    *service = *like;
    return true;
}

static bool load_service(Loader *loader, Str file_name, ServiceFile *service)
{
    Project *project = loader->project;
    Str name = str_slice(file_name, 0, file_name.size - 5);
    Str path = arena_printf(loader->arena, "services/%.*s", STR_ARG(file_name));
    if (load_alike(loader, path, name, service))
        return true;
    bool valid = service_name_valid(loader, path, name);
    bool missing;
    const Value *raw = project_read(loader->arena, loader->sources, project, path, &missing, loader->diags);
    if (!raw)
        return false;
    WorkloadKind kind = workload_kind(value_text_at(raw, "kind"));
    ModelExpand how = {.document = MODEL_SERVICE, .kind = kind};
    const Value *value = model_expand(loader->arena, raw, how, loader->diags);
    if (!value || !valid)
        return false;
    *service = (ServiceFile){.name = name,
                             .file = path,
                             .kind = kind,
                             .origin = raw->origin,
                             .value = value_without(loader->arena, value, STR("environments")),
                             .blocks = blocks_of(loader->arena, value)};
    return true;
}

/* A file that was meant to be a definition must not be passed over in silence. */
bool project_is_definition(Loader *loader, Str folder, const FileEntry *entry)
{
    if (entry->name.data[0] == '.')
        return false;
    if (!str_ends(entry->name, STR(".yml")))
        return str_ends(entry->name, STR(".yaml"));
    diag_file_error(loader->diags,
                    arena_printf(loader->arena, "%.*s%.*s/%.*s", STR_ARG(loader->project->prefix), STR_ARG(folder),
                                 STR_ARG(entry->name)),
                    "would be ignored: definitions end in .yaml; rename it");
    loader->failed = true;
    return false;
}

static int service_order(const void *a, const void *b)
{
    return str_compare(((const ServiceFile *)a)->name, ((const ServiceFile *)b)->name);
}

static void load_services(Loader *loader)
{
    Project *project = loader->project;
    FileEntry *entries;
    size_t count;
    if (!project_list(loader->arena, project, STR("services"), &entries, &count, loader->diags)) {
        loader->failed = true;
        return;
    }
    project->services = ARENA_ARRAY(loader->arena, ServiceFile, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!project_is_definition(loader, STR("services"), &entries[i]))
            continue;
        if (load_service(loader, entries[i].name, &project->services[project->service_count]))
            project->service_count++;
        else
            loader->failed = true;
    }
    /* The files' order is another one: web-api.yaml stands before web.yaml. */
    if (project->service_count > 1)
        qsort(project->services, project->service_count, sizeof *project->services, service_order);
}

/* ---- names that must exist ---- */

static void check_block_names(Loader *loader, const ServiceFile *service, const Index *known)
{
    const Project *project = loader->project;
    for (uint32_t i = 0; service->blocks && i < service->blocks->size; i++) {
        const MapEntry *entry = &service->blocks->entries[i];
        if (index_get(known, entry->key) != INDEX_NONE)
            continue;
        NearMiss miss = near_miss_begin(entry->key);
        for (size_t j = 0; j < project->known_count && diags_may_advise(loader->diags); j++)
            near_miss_offer(&miss, project->known[j]);
        Str best = near_miss_best(&miss);
        Str advice =
            near_miss_advice(diags_arena(loader->diags), best, "add environments/%.*s.yaml", STR_ARG(entry->key));
        diag_error(loader->diags, entry->key_origin, "environments: no environment '%.*s'; %.*s", STR_ARG(entry->key),
                   STR_ARG(advice));
        loader->failed = true;
    }
}

static bool place_project(Loader *loader, ProjectOptions options)
{
    ProjectPlace place;
    if (options.place)
        place = *options.place;
    else if (!project_find(loader->arena, options.folder, loader->diags, &place))
        return false;
    loader->project->store = place.store;
    loader->project->root = place.root;
    loader->project->repository = repository_of(loader->arena, place.root);
    loader->project->prefix = place.prefix;
    return true;
}

Project *project_load(Arena *arena, Sources *sources, ProjectOptions options, Diags *diags)
{
    Loader loader = {.arena = arena, .sources = sources, .diags = diags, .like = options.like};
    loader.project = ARENA_NEW(arena, Project);
    loader.project->arena = arena;
    loader.project->sources = sources;
    loader.project->selected = options.services;
    loader.project->selected_count = options.service_count;
    if (!place_project(&loader, options))
        return NULL;
    bool ok = load_project_file(&loader);
    loader.project->set = set_layer(arena, sources, options.sets, options.set_count, diags, &loader.failed);
    load_services(&loader);
    if (!ok)
        return NULL;
    ok = environments_load(&loader);
    Index *known = index_new(arena, loader.project->known_count);
    for (size_t i = 0; i < loader.project->known_count; i++)
        index_put(known, loader.project->known[i], 0);
    for (size_t i = 0; ok && i < loader.project->service_count; i++)
        check_block_names(&loader, &loader.project->services[i], known);
    return loader.failed ? NULL : loader.project;
}

/* ---- finding by name ---- */

const ServiceFile *project_service(const Project *project, Str name)
{
    size_t low = 0;
    for (size_t high = project->service_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(project->services[middle].name, name);
        if (order == 0)
            return &project->services[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const Environment *project_environment(const Project *project, Str name)
{
    for (size_t i = 0; i < project->environment_count; i++) {
        if (str_equal(project->environments[i].name, name))
            return &project->environments[i];
    }
    return NULL;
}
