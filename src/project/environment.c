/*
 * Environments: built-in ones, files, parents. An environment is built once, its parent first; what it inherits is
 * settled here, so that nobody else walks the chain but for the overlays of layer 5 and 7.
 */
#include "project_private.h"

#include <assert.h>

#include "kiln/yaml.h"

const Str tier_names[TIER_COUNT] = {
    [TIER_DEVELOPMENT] = {"development", 11},
    [TIER_STAGING] = {"staging", 7},
    [TIER_PRODUCTION] = {"production", 10},
};

/* The rows that are the environment's own; all others in its file are service fields (layer 5). */
static const char *const own_rows[] = {"extends", "tier",     "defaults", "namespace", "domain",    "cluster",
                                       "vars",    "external", "revision", "quota",     "limitRange", "deploy"};
/* Of those, what a child does not take from its parent (definition.md §1.10). */
static const char *const not_inherited[] = {"extends", "tier", "defaults", "namespace",
                                            "domain",  "vars", "external", "revision"};

typedef enum BuildState { NOT_BUILT, BEING_BUILT, BUILT, BROKEN } BuildState;

typedef struct Slot {
    Environment environment;
    const Value *file; /* long form, or NULL */
    Origin origin;
    BuildState state;
    size_t depth; /* environments that it stands on */
} Slot;

/* Each environment's variables and rows are what its parent has with its own. */
enum { EXTENDS_LIMIT = 32 };

typedef struct Chain {
    Loader *loader;
    Slot **slots; /* each on its own, since parents point at each other */
    size_t count;
    size_t capacity;
    Index *names; /* of the slots */
    size_t depth; /* of what is being built */
} Chain;

static bool is_in(Str key, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(key, str_from(list[i])))
            return true;
    }
    return false;
}

static const EmbeddedFile *built_in_file(Arena *arena, Str name)
{
    return embedded_find(arena_printf(arena, "environments/%.*s.yaml", STR_ARG(name)));
}

static Slot *slot_find(Chain *chain, Str name)
{
    uint32_t at = index_get(chain->names, name);
    assert(at == INDEX_NONE || chain->slots);
    return at == INDEX_NONE ? NULL : chain->slots[at];
}

static Slot *slot_add(Chain *chain, Str name, const Value *file, Str path, Origin origin)
{
    Arena *arena = chain->loader->arena;
    Slot *slot = ARENA_NEW(arena, Slot);
    *slot = (Slot){.file = file, .origin = origin};
    slot->environment.name = name;
    slot->environment.file = path;
    slot->environment.origin = origin;
    ARENA_GROW(arena, chain->slots, chain->count, chain->capacity);
    index_put(chain->names, name, (uint32_t)chain->count);
    return chain->slots[chain->count++] = slot;
}

/* ---- reading ---- */

static const Value *expand_environment(Loader *loader, const Value *raw)
{
    ModelExpand how = {.document = MODEL_ENVIRONMENT, .kind = KIND_ANY, .skip_foreign = true};
    const Value *value = raw ? model_expand(loader->arena, raw, how, loader->diags) : NULL;
    if (!value)
        loader->failed = true;
    return value;
}

static void read_environment(Chain *chain, Str file_name)
{
    Loader *loader = chain->loader;
    Str path = arena_printf(loader->arena, "environments/%.*s", STR_ARG(file_name));
    Str name = str_slice(file_name, 0, file_name.size - 5);
    bool device = name_is_device(name);
    if (device || str_equal(name, STR("argocd"))) {
        const char *why = device ? "one that Windows keeps for a device, so its files cannot be checked out there"
                                 : "reserved";
        diag_file_error(loader->diags, path, "the environment name '%.*s' is %s; choose another", STR_ARG(name), why);
        loader->failed = true;
    }
    bool missing;
    const Project *project = loader->project;
    const Value *raw = project_read(loader->arena, loader->sources, project, path, &missing, loader->diags);
    const Value *value = expand_environment(loader, raw);
    Slot *slot = slot_add(chain, name, value, path, value ? value->origin : ORIGIN_NONE);
    if (!value)
        slot->state = BROKEN;
}

static void read_folder(Chain *chain)
{
    Loader *loader = chain->loader;
    FileEntry *entries;
    size_t count;
    if (!project_list(loader->arena, loader->project, STR("environments"), &entries, &count, loader->diags)) {
        loader->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (project_is_definition(loader, STR("environments"), &entries[i]))
            read_environment(chain, entries[i].name);
    }
}

/* ---- building ---- */

static bool slot_fail(Chain *chain, Slot *slot)
{
    slot->state = BROKEN;
    chain->loader->failed = true;
    return false;
}

static bool load_built_in(Chain *chain, Slot *slot)
{
    Loader *loader = chain->loader;
    const EmbeddedFile *file = built_in_file(loader->arena, slot->environment.name);
    const Value *value = expand_environment(loader, embedded_value(file));
    if (!value)
        return slot_fail(chain, slot);
    Environment *environment = &slot->environment;
    environment->built_in = value_get(value, STR("defaults"));
    environment->built_in_vars = value_get(value, STR("vars"));
    environment->vars = environment->built_in_vars;
    Str tier = value_text_at(value, "tier");
    for (int i = 0; i < TIER_COUNT; i++) {
        if (str_equal(tier, tier_names[i]))
            environment->tier = (Tier)i;
    }
    environment->own = value;
    return true;
}

static bool build(Chain *chain, Slot *slot, Origin from);

/* The environment that a value names, a built-in one if need be; NULL after an error at the value. */
static Slot *named_slot(Chain *chain, const Value *named, const char *field, const char *add)
{
    Str name = value_text(named);
    Loader *loader = chain->loader;
    Slot *slot = slot_find(chain, name);
    if (slot)
        return slot;
    if (built_in_file(loader->arena, name))
        return slot_add(chain, name, NULL, STR("kiln.yaml"), named->origin);
    NearMiss miss = near_miss_begin(name);
    for (size_t i = 0; i < chain->count && diags_may_advise(loader->diags); i++)
        near_miss_offer(&miss, chain->slots[i]->environment.name);
    for (int i = 0; i < TIER_COUNT; i++)
        near_miss_offer(&miss, tier_names[i]);
    Str best = near_miss_best(&miss);
    Str advice =
        near_miss_advice(diags_arena(loader->diags), best, "add environments/%.*s.yaml%s", STR_ARG(name), add);
    diag_error(loader->diags, named->origin, "%s: no environment '%.*s'; %.*s", field, STR_ARG(name),
               STR_ARG(advice));
    loader->failed = true;
    return NULL;
}

/* What the parent hands down, less what is each environment's own. */
static const Value *inherited_rows(Arena *arena, const Value *own)
{
    MapBuilder map = map_begin_with(arena, own);
    for (size_t i = 0; i < LENGTH_OF(not_inherited); i++)
        map_remove(&map, str_from(not_inherited[i]));
    const MapEntry *deploy = map_peek(&map, STR("deploy"));
    if (deploy)
        map_set(&map, STR("deploy"), deploy->key_origin, value_without(arena, deploy->value, STR("on")));
    return map_end(&map, own->origin);
}

static void inherit(Arena *arena, Environment *environment, const Environment *parent)
{
    environment->parent = parent;
    environment->built_in = parent->built_in;
    environment->built_in_vars = parent->built_in_vars;
    environment->tier = parent->tier;
    environment->vars = parent->vars;
    environment->external = parent->external;
    environment->own = parent->own ? inherited_rows(arena, parent->own) : NULL;
}

static const Value *rows(Arena *arena, const Value *file, bool own)
{
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; file && i < file->size; i++) {
        const MapEntry *entry = &file->entries[i];
        if (is_in(entry->key, own_rows, LENGTH_OF(own_rows)) == own)
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    return map_end(&map, file ? file->origin : ORIGIN_NONE);
}

/* Null unsays all that stand below. */
static const Value *vars_merge(Arena *arena, const Value *below, const Value *vars)
{
    return value_is(vars, VALUE_NULL) ? &value_empty_map : value_merge(arena, below, vars);
}

static void apply_file(Chain *chain, Slot *slot)
{
    Arena *arena = chain->loader->arena;
    Environment *environment = &slot->environment;
    Str tier = value_text_at(slot->file, "tier");
    for (int i = 0; i < TIER_COUNT; i++) {
        if (str_equal(tier, tier_names[i]))
            environment->tier = (Tier)i;
    }
    environment->defaults = value_get(slot->file, STR("defaults"));
    environment->overlay = rows(arena, slot->file, false);
    const Value *own = rows(arena, slot->file, true);
    environment->own = model_merge_document(arena, environment->own, own, MODEL_ENVIRONMENT);
    environment->vars = vars_merge(arena, environment->vars, value_get(slot->file, STR("vars")));
    const Value *external = value_get(slot->file, STR("external"));
    environment->external = value_is(external, VALUE_NULL)
                                ? NULL
                                : model_merge_external(arena, environment->external, external);
}

static bool may_extend(const Chain *chain, Slot *slot, const Slot *parent, Origin from)
{
    slot->depth = parent->depth + 1;
    if (slot->depth <= EXTENDS_LIMIT)
        return true;
    diag_error(chain->loader->diags, from, "extends: %d environments stand below '%.*s' already; extend an earlier one",
               EXTENDS_LIMIT, STR_ARG(parent->environment.name));
    return false;
}

static bool find_parent(Chain *chain, Slot *slot)
{
    Loader *loader = chain->loader;
    const Value *extends = value_get(slot->file, STR("extends"));
    if (!value_is_none(extends)) {
        Slot *parent = named_slot(chain, extends, "extends", "");
        if (!parent)
            return slot_fail(chain, slot);
        if (!build(chain, parent, extends->origin) || !may_extend(chain, slot, parent, extends->origin))
            return slot_fail(chain, slot);
        inherit(loader->arena, &slot->environment, &parent->environment);
        return true;
    }
    if (built_in_file(loader->arena, slot->environment.name))
        return load_built_in(chain, slot);
    diag_error(loader->diags, slot->origin, "environment '%.*s' has no parent; add extends: staging",
               STR_ARG(slot->environment.name));
    return slot_fail(chain, slot);
}

static bool build(Chain *chain, Slot *slot, Origin from)
{
    if (slot->state == BUILT)
        return true;
    if (slot->state == BEING_BUILT) {
        diag_error(chain->loader->diags, from, "extends: environment '%.*s' extends itself; break the circle",
                   STR_ARG(slot->environment.name));
        return slot_fail(chain, slot);
    }
    if (slot->state == BROKEN)
        return false;
    if (chain->depth > EXTENDS_LIMIT) {
        diag_error(chain->loader->diags, from, "extends: more than %d environments stand on '%.*s'; extend an earlier one",
                   EXTENDS_LIMIT, STR_ARG(slot->environment.name));
        return slot_fail(chain, slot);
    }
    slot->state = BEING_BUILT;
    chain->depth++;
    bool found = find_parent(chain, slot);
    chain->depth--;
    if (!found)
        return false;
    Arena *arena = chain->loader->arena;
    const Value *project = chain->loader->project->value;
    if (!slot->environment.parent) {
        /* The project's vars stand above the built-in ones and below every file's. */
        slot->environment.vars = vars_merge(arena, slot->environment.vars, value_get(project, STR("vars")));
        slot->environment.external = value_get(project, STR("external"));
    }
    apply_file(chain, slot);
    slot->state = BUILT;
    return true;
}

/* ---- the environments of kiln.yaml ---- */

static const char *const name_rows[] = {"domain", "namespace"};

/* The environment's own rows and its external systems, references resolved and looked at again. */
static const Value *resolve_own(Loader *loader, const Environment *environment)
{
    ReferenceScope scope = {.project = loader->project, .environment = environment, .vars = environment->vars};
    MapBuilder map = map_begin_with(loader->arena, project_without_held_apart(loader->arena, environment->own));
    if (environment->external)
        map_set(&map, STR("external"), environment->external->origin, environment->external);
    const Value *own = map_end(&map, environment->own->origin);
    ModelExpand how = {.document = MODEL_ENVIRONMENT, .kind = KIND_ANY, .skip_foreign = true, .resolved = true};
    return references_check(loader->arena, own, &scope, how, loader->diags);
}

/* First of all, since the other rows may refer to them. */
static bool settle_names(Loader *loader, Environment *environment)
{
    const Project *project = loader->project;
    Arena *arena = loader->arena;
    ReferenceScope scope = {.project = project, .environment = environment, .vars = environment->vars};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(name_rows); i++) {
        const MapEntry *row = value_entry(environment->own, str_from(name_rows[i]));
        if (row)
            map_set(&map, row->key, row->key_origin, row->value);
    }
    const Value *own =
        references_resolve(arena, map_end(&map, environment->own->origin), &scope, NULL, loader->diags);
    if (!own)
        return false;
    Str domain = value_text_at(own, "domain");
    Str base = value_text_at(project->value, "domain");
    if (!domain.size && base.size)
        domain = str_equal(environment->name, STR("production"))
                     ? base
                     : arena_printf(arena, "%.*s.%.*s", STR_ARG(environment->name), STR_ARG(base));
    environment->domain = domain;
    environment->namespace = value_text_at(own, "namespace.name");
    if (!environment->namespace.size)
        environment->namespace = arena_printf(arena, "%.*s-%.*s", STR_ARG(project->name), STR_ARG(environment->name));
    return true;
}

static bool settle_own(Loader *loader, Environment *environment)
{
    const Value *own = settle_names(loader, environment) ? resolve_own(loader, environment) : NULL;
    if (!own)
        return false;
    environment->external = value_get(own, STR("external"));
    environment->own = model_complete_document(loader->arena, own, MODEL_ENVIRONMENT);
    return true;
}

static bool load_releases(Loader *loader, Environment *environment)
{
    bool missing;
    Str path = arena_printf(loader->arena, "releases/%.*s.yaml", STR_ARG(environment->name));
    const Project *project = loader->project;
    const Value *raw = project_read(loader->arena, loader->sources, project, path, &missing, loader->diags);
    if (missing)
        return true;
    ModelExpand how = {.document = MODEL_RELEASES, .kind = KIND_ANY, .resolved = true};
    const Value *value = raw ? model_expand(loader->arena, raw, how, loader->diags) : NULL;
    environment->releases = value_get(value, STR("services"));
    return value != NULL;
}

static void check_repeated(Loader *loader, const Value *list)
{
    Index *names = index_new(loader->arena, list->size);
    for (uint32_t i = 0; i < list->size; i++) {
        Str name = value_text(list->items[i]);
        if (index_put(names, name, i) == i)
            continue;
        diag_error(loader->diags, list->items[i]->origin, "environments: '%.*s' is listed twice; remove one",
                   STR_ARG(name));
        loader->failed = true;
    }
}

static const Value *listed_names(Loader *loader)
{
    const Value *list = value_get(loader->project->value, STR("environments"));
    if (value_is(list, VALUE_LIST) && list->size) {
        check_repeated(loader, list);
        return list;
    }
    ListBuilder names = list_begin(loader->arena);
    for (int i = 0; i < TIER_COUNT; i++)
        list_add(&names, value_new_string(loader->arena, ORIGIN_NONE, tier_names[i]));
    return list_end(&names, ORIGIN_NONE);
}

static void list_known(Chain *chain)
{
    Arena *arena = chain->loader->arena;
    Str *known = ARENA_ARRAY(arena, Str, chain->count + TIER_COUNT);
    size_t count = 0;
    for (size_t i = 0; i < chain->count; i++)
        known[count++] = chain->slots[i]->environment.name;
    for (int i = 0; i < TIER_COUNT; i++) {
        if (!slot_find(chain, tier_names[i]))
            known[count++] = tier_names[i];
    }
    chain->loader->project->known = known;
    chain->loader->project->known_count = count;
}

bool environments_load(Loader *loader)
{
    Chain chain = {.loader = loader, .names = index_new(loader->arena, 16)};
    read_folder(&chain);
    const Value *names = listed_names(loader);
    for (uint32_t i = 0; i < names->size; i++)
        (void)named_slot(&chain, names->items[i], "environments", " with extends: staging");
    /* From here on parents may still be added, but never a listed one, so the order of the list stands. */
    for (size_t i = 0; i < chain.count; i++)
        (void)build(&chain, chain.slots[i], chain.slots[i]->origin);
    list_known(&chain);
    if (loader->failed)
        return false;
    Environment *environments = ARENA_ARRAY(loader->arena, Environment, names->size);
    for (uint32_t i = 0; i < names->size; i++) {
        environments[i] = slot_find(&chain, value_text(names->items[i]))->environment;
        if (!settle_own(loader, &environments[i]) || !load_releases(loader, &environments[i]))
            loader->failed = true;
    }
    loader->project->environments = environments;
    loader->project->environment_count = names->size;
    return !loader->failed;
}
