/*
 * What environments must not have in common: a namespace, or a secret in the store. Of each part of an environment
 * only hashes stay of what it claims. Of parts that claim what another environment claims, too, and that are rendered
 * once more for it, what such rules look at is kept, as objects cut down to it; the gate then judges these objects as
 * it judges all others. It does not know which rules there are.
 */
#include "standards_private.h"

#include <assert.h>
#include <stdlib.h>

typedef struct Claim {
    size_t environment;
    const struct Claim *next;
} Claim;

/* An environment's objects, cut down. */
typedef struct Kept {
    GateScope scope;
    RenderedFiles files;
    Index *namespaces; /* that an object stands for */
} Kept;

/* A claim by its hash alone. */
typedef struct Noted {
    uint64_t hash;
    uint32_t environment;
    uint32_t part;
} Noted;

/* itself: the Namespace is there, which stands for it rather than one of its workloads. */
typedef struct PartClaim {
    uint64_t hash;
    bool namespace;
    bool itself;
} PartClaim;

struct AcrossPart {
    Arena *arena;
    PartClaim *list;
    size_t count;
    size_t capacity;
};

struct Across {
    Arena *arena;
    Kept *list;
    size_t count;
    size_t capacity;
    bool shared; /* something is claimed by more than one */
    Index *index; /* what is claimed → its number */
    const Claim **claims;
    size_t claim_count;
    size_t claim_capacity;
    Noted *noted;
    size_t noted_count;
    size_t noted_capacity;
};

Across *across_new(Arena *arena)
{
    Across *across = ARENA_NEW(arena, Across);
    *across = (Across){.arena = arena, .index = index_new(arena, 64)};
    return across;
}

/* ---- who else claims it ---- */

static void claim(Across *across, size_t environment, Str what)
{
    uint32_t number = index_get(across->index, what);
    if (number == INDEX_NONE) {
        number = (uint32_t)across->claim_count;
        ARENA_GROW(across->arena, across->claims, across->claim_count, across->claim_capacity);
        across->claims[across->claim_count++] = NULL;
        index_put(across->index, arena_copy(across->arena, what), number);
    }
    if (across->claims[number] && across->claims[number]->environment == environment)
        return;
    across->shared |= across->claims[number] != NULL;
    Claim *made = ARENA_NEW(across->arena, Claim);
    *made = (Claim){environment, across->claims[number]};
    across->claims[number] = made;
}

/* Their names, in the order of the environments. */
static const Value *others(const Across *across, Arena *arena, size_t environment, Str what)
{
    uint32_t number = index_get(across->index, what);
    ListBuilder list = list_begin(arena);
    for (const Claim *claim = number == INDEX_NONE ? NULL : across->claims[number]; claim; claim = claim->next) {
        if (claim->environment != environment)
            list_add(&list, value_new_string(arena, ORIGIN_NONE, across->list[claim->environment].scope.environment));
    }
    for (size_t i = 0; i < list.count / 2; i++) {
        const Value *first = list.items[i];
        list.items[i] = list.items[list.count - 1 - i];
        list.items[list.count - 1 - i] = first;
    }
    return list_end(&list, ORIGIN_NONE);
}

static void part_claim(AcrossPart *part, PartClaim claim)
{
    ARENA_GROW(part->arena, part->list, part->count, part->capacity);
    part->list[part->count++] = claim;
}

/* ---- what checks run over ---- */

/* While claims are gathered, only that; then what others claim too, with `environments`, their names. */
static void add_claimed(Items *items, MapBuilder *map, Str what, Item item)
{
    const AcrossView *view = items->across;
    if (view->part) {
        part_claim(view->part, (PartClaim){.hash = hash_bytes(what)});
        return;
    }
    if (view->claims) {
        claim(view->claims, view->environment, what);
        return;
    }
    const Value *environments = others(view->across, items->arena, view->environment, what);
    if (!environments->size)
        return;
    map_set(map, STR("environments"), ORIGIN_NONE, environments);
    item.value = map_end(map, item.anchor->origin);
    items_add(items, item);
}

static Str namespace_claim(const Items *items, Str name)
{
    const AcrossView *view = items->across;
    Str cluster = view->part ? view->cluster : view->across->list[view->environment].scope.cluster;
    return arena_printf(items->arena, "namespace\n%.*s\n%.*s", STR_ARG(cluster), STR_ARG(name));
}

static bool is_namespace(const Value *object)
{
    return str_equal(value_text_at(object, "kind"), STR("Namespace"));
}

void each_namespace(Items *items, const Value *object)
{
    bool itself = is_namespace(object);
    const char *path = itself ? "metadata.name" : "metadata.namespace";
    const Value *name = value_path(object, path);
    if (!items->across || !text_of(name).size || !(itself || is_pod_bearing(value_text_at(object, "kind"))))
        return;
    MapBuilder map = map_begin(items->arena);
    map_set(&map, STR("name"), ORIGIN_NONE, name);
    add_claimed(items, &map, namespace_claim(items, text_of(name)),
                (Item){.anchor = name, .name = text_of(name), .path = str_from(path)});
}

/*
 * Where a key is made of a store's path and a name, it is the path that could differ between environments: it comes
 * last in the lineage (src/service/secrets.c).
 */
static const Value *place_of_key(Arena *arena, const Value *key)
{
    if (key->kind != VALUE_STRING || !key->lineage || !key->lineage->count)
        return key;
    return value_at(arena, key, key->lineage->inputs[key->lineage->count - 1]);
}

static void add_remote_key(Items *items, const Value *object, const Value *reference, Str path)
{
    const Value *key = value_get(reference, STR("key")), *property = value_get(reference, STR("property"));
    if (!key || !text_of(key).size)
        return;
    Str kind = value_text_at(object, "spec.secretStoreRef.kind"),
        store = value_text_at(object, "spec.secretStoreRef.name");
    Str what = arena_printf(items->arena, "secret\n%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(kind), STR_ARG(store),
                            STR_ARG(text_of(key)), STR_ARG(text_of(property)));
    MapBuilder map = map_begin(items->arena);
    map_set(&map, STR("key"), ORIGIN_NONE, key);
    map_set(&map, STR("property"), ORIGIN_NONE, property ? property : &value_null);
    add_claimed(items, &map, what,
                (Item){.anchor = place_of_key(items->arena, key),
                       .name = text_of(key),
                       .path = arena_printf(items->arena, "%.*s.key", STR_ARG(path))});
}

static const struct {
    const char *list;
    const char *member;
} reference_lists[] = {{"data", "remoteRef"}, {"dataFrom", "extract"}};

static bool is_external_secret(const Value *object)
{
    return str_equal(value_text_at(object, "kind"), STR("ExternalSecret"));
}

/* What `dataFrom.find` would find is not known here. */
void each_remote_key(Items *items, const Value *object)
{
    for (size_t i = 0; items->across && is_external_secret(object) && i < LENGTH_OF(reference_lists); i++) {
        const char *name = reference_lists[i].list, *member = reference_lists[i].member;
        const Value *list = value_get(value_get(object, STR("spec")), str_from(name));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++)
            add_remote_key(items, object, value_get(list->items[j], str_from(member)),
                           arena_printf(items->arena, "spec.%s[%u].%s", name, j, member));
    }
}

/* ---- what is kept ---- */

static void keep_member(MapBuilder *map, const Value *from, const char *name)
{
    const Value *value = value_get(from, str_from(name));
    if (value)
        map_set(map, str_from(name), ORIGIN_NONE, value_copy(map->arena, value));
}

/* Of the entries of `data` or `dataFrom` only which keys they name. */
static const Value *cut_references(Arena *arena, const Value *list, const char *member)
{
    ListBuilder kept = list_begin(arena);
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *reference = value_get(list->items[i], str_from(member));
        MapBuilder entry = map_begin(arena), names = map_begin(arena);
        keep_member(&names, reference, "key");
        keep_member(&names, reference, "property");
        map_set(&entry, str_from(member), ORIGIN_NONE, map_end(&names, ORIGIN_NONE));
        list_add(&kept, map_end(&entry, ORIGIN_NONE));
    }
    return list_end(&kept, list->origin);
}

static const Value *cut_spec(Arena *arena, const Value *spec)
{
    MapBuilder map = map_begin(arena);
    keep_member(&map, spec, "secretStoreRef");
    for (size_t i = 0; i < LENGTH_OF(reference_lists); i++) {
        const Value *list = value_get(spec, str_from(reference_lists[i].list));
        if (value_is(list, VALUE_LIST))
            map_set(&map, str_from(reference_lists[i].list), ORIGIN_NONE,
                    cut_references(arena, list, reference_lists[i].member));
    }
    return map_end(&map, ORIGIN_NONE);
}

static const Value *cut_down(Arena *arena, const Value *object)
{
    const Value *metadata = value_get(object, STR("metadata"));
    MapBuilder map = map_begin(arena), names = map_begin(arena);
    keep_member(&map, object, "apiVersion");
    keep_member(&map, object, "kind");
    keep_member(&names, metadata, "name");
    keep_member(&names, metadata, "namespace");
    map_set(&map, STR("metadata"), ORIGIN_NONE, map_end(&names, metadata ? metadata->origin : ORIGIN_NONE));
    if (is_external_secret(object))
        map_set(&map, STR("spec"), ORIGIN_NONE, cut_spec(arena, value_get(object, STR("spec"))));
    return map_end(&map, object->origin);
}

/* Its name, its place and its waivers. */
static const ServiceContext *keep_service(Arena *arena, const ServiceContext *service)
{
    if (!service)
        return NULL;
    MapBuilder map = map_begin(arena);
    keep_member(&map, service->value, "waivers");
    ServiceContext *kept = ARENA_NEW(arena, ServiceContext);
    *kept = (ServiceContext){.file = service->file,
                             .name = arena_copy(arena, service->name),
                             .value = map_end(&map, service->value->origin),
                             .vars = &value_null};
    return kept;
}

static void keep(Kept *kept, const RenderedFile *file, const Value *object)
{
    RenderedFiles *files = &kept->files;
    RenderedFile made = {.path = arena_copy(files->arena, file->path),
                         .source = arena_copy(files->arena, file->source),
                         .count = 1,
                         .foreign = file->foreign,
                         .service = keep_service(files->arena, file->service)};
    made.objects = ARENA_ARRAY(files->arena, const Value *, 1);
    made.objects[0] = cut_down(files->arena, object);
    ARENA_GROW(files->arena, files->list, files->count, files->capacity);
    files->list[files->count++] = made;
}

/* One object stands for each namespace: its own where there is one, so these are asked first. */
static void keep_namespace(Kept *kept, const RenderedFile *file, const Value *object, bool itself)
{
    if (is_namespace(object) != itself || (!itself && !is_pod_bearing(value_text_at(object, "kind"))))
        return;
    Str name = value_text_at(object, itself ? "metadata.name" : "metadata.namespace");
    if (!name.size || index_get(kept->namespaces, name) != INDEX_NONE)
        return;
    index_put(kept->namespaces, arena_copy(kept->files.arena, name), 0);
    keep(kept, file, object);
}

static Kept *kept_new(Across *across, const GateScope *scope)
{
    ARENA_GROW(across->arena, across->list, across->count, across->capacity);
    Kept *kept = &across->list[across->count++];
    *kept = (Kept){.scope = *scope,
                   .files = rendered_begin(across->arena),
                   .namespaces = index_new(across->arena, 4)};
    kept->scope.environment = arena_copy(across->arena, scope->environment);
    kept->scope.cluster = arena_copy(across->arena, scope->cluster);
    kept->scope.project = NULL;
    kept->scope.pool = NULL;
    return kept;
}

static void keep_object(Kept *kept, const RenderedFile *file, const Value *object, int round)
{
    assert(kept);
    if (round == 0)
        keep_namespace(kept, file, object, true);
    else if (is_external_secret(object))
        keep(kept, file, object);
    else
        keep_namespace(kept, file, object, false);
}

void across_keep(Across *across, const GateScope *scope, const RenderedFile *files, size_t count)
{
    Kept *kept = kept_new(across, scope);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; files[i].form == FORM_MANIFEST && j < files[i].count; j++)
                keep_object(kept, &files[i], files[i].objects[j], round);
        }
    }
}

/* ---- what is only noted ---- */

static void note_object(AcrossPart *part, const AcrossView *view, Arena *arena, const Value *object)
{
    Items items = {.arena = arena, .across = view};
    size_t before = part->count;
    each_namespace(&items, object);
    if (part->count > before) {
        PartClaim *claim = &part->list[--part->count];
        claim->namespace = true;
        claim->itself = is_namespace(object);
        for (size_t i = 0; i < before; i++) {
            if (part->list[i].hash == claim->hash && part->list[i].namespace) {
                part->list[i].itself |= claim->itself;
                claim = NULL;
                break;
            }
        }
        part->count += claim != NULL;
    }
    each_remote_key(&items, object);
}

AcrossPart *across_part(Arena *lasting, Arena *scratch, const GateScope *scope, const RenderedFile *files,
                        size_t count)
{
    AcrossPart *part = ARENA_NEW(lasting, AcrossPart);
    part->arena = lasting;
    AcrossView view = {.part = part, .cluster = scope->cluster};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; files[i].form == FORM_MANIFEST && j < files[i].count; j++)
            note_object(part, &view, scratch, files[i].objects[j]);
    }
    return part;
}

static void note(Across *across, uint64_t hash, size_t environment, size_t part)
{
    ARENA_GROW(across->arena, across->noted, across->noted_count, across->noted_capacity);
    across->noted[across->noted_count++] = (Noted){hash, (uint32_t)environment, (uint32_t)part};
}

/* One part stands for each namespace: the first that has it itself, else the first with workloads there. */
static void note_namespaces(Across *across, Arena *arena, size_t environment, const AcrossPart *const *parts,
                            size_t count)
{
    Index *index = index_new(arena, 4);
    size_t first = across->noted_count;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; parts[i] && j < parts[i]->count; j++) {
                const PartClaim *claim = &parts[i]->list[j];
                if (!claim->namespace || claim->itself != (round == 0))
                    continue;
                Str key = {(const char *)&claim->hash, sizeof claim->hash};
                if (index_put(index, key, (uint32_t)(across->noted_count - first)) == across->noted_count - first)
                    note(across, claim->hash, environment, i);
            }
        }
    }
}

void across_note(Across *across, size_t environment, const AcrossPart *const *parts, size_t count)
{
    Arena *arena = arena_new();
    note_namespaces(across, arena, environment, parts, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; parts[i] && j < parts[i]->count; j++) {
            if (!parts[i]->list[j].namespace)
                note(across, parts[i]->list[j].hash, environment, i);
        }
    }
    arena_free(arena);
}

static int by_hash(const void *a, const void *b)
{
    const Noted *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    if (left->environment != right->environment)
        return left->environment < right->environment ? -1 : 1;
    return (left->part > right->part) - (left->part < right->part);
}

/* Sorted by environment and part, so that each is found again. */
static int by_part(const void *a, const void *b)
{
    const Noted *left = a, *right = b;
    if (left->environment != right->environment)
        return left->environment < right->environment ? -1 : 1;
    return (left->part > right->part) - (left->part < right->part);
}

bool across_settle(Across *across)
{
    Noted *noted = across->noted;
    size_t kept = 0;
    if (across->noted_count > 1)
        qsort(noted, across->noted_count, sizeof *noted, by_hash);
    for (size_t i = 0; i < across->noted_count;) {
        size_t end = i;
        while (end < across->noted_count && noted[end].hash == noted[i].hash)
            end++;
        if (noted[i].environment != noted[end - 1].environment) {
            memmove(&noted[kept], &noted[i], (end - i) * sizeof *noted);
            kept += end - i;
        }
        i = end;
    }
    across->noted_count = kept;
    if (kept > 1)
        qsort(noted, kept, sizeof *noted, by_part);
    return kept == 0;
}

bool across_wants(const Across *across, size_t environment, size_t part)
{
    const Noted wanted = {.environment = (uint32_t)environment, .part = (uint32_t)part};
    return across->noted_count &&
           bsearch(&wanted, across->noted, across->noted_count, sizeof wanted, by_part) != NULL;
}

/* ---- all together ---- */

/* What each environment has, by the iterations themselves: only they know what is the same. */
static void gather(Across *across)
{
    Arena *arena = arena_new();
    for (size_t i = 0; i < across->count; i++) {
        AcrossView view = {.across = across, .environment = i, .claims = across};
        for (size_t j = 0; j < across->list[i].files.count; j++) {
            Items items = {.arena = arena, .across = &view};
            each_namespace(&items, across->list[i].files.list[j].objects[0]);
            each_remote_key(&items, across->list[i].files.list[j].objects[0]);
            arena_reset(arena);
        }
    }
    arena_free(arena);
}

bool across_judge(const Standards *standards, Arena *arena, Across *across, const Value *project, Findings *findings,
                  Diags *diags)
{
    bool ok = true;
    gather(across);
    if (!across->shared)
        return true;
    for (size_t i = 0; i < across->count; i++) {
        AcrossView view = {.across = across, .environment = i};
        GateScope scope = across->list[i].scope;
        const RenderedFiles *files = &across->list[i].files;
        scope.project = project;
        ok &= gate_judge(standards, arena, scope, &view, files->list, files->count, findings, diags);
    }
    return ok;
}

/* ---- objects that were read ---- */

typedef struct Foreigners {
    Across *across;
    const GateScope *scope;
    Index *environments; /* by name */
    Index *labelled;     /* Namespaces that say whose they are → the environment */
} Foreigners;

static Str label_of(const Value *object)
{
    static const char *const labels[] = {"environment", "env"};
    for (size_t i = 0; i < LENGTH_OF(labels); i++) {
        const Value *label = value_get(value_path(object, "metadata.labels"), str_from(labels[i]));
        if (text_of(label).size)
            return text_of(label);
    }
    return STR("");
}

static uint32_t environment_named(Foreigners *foreigners, Str name)
{
    uint32_t known = index_get(foreigners->environments, name);
    if (known != INDEX_NONE)
        return known;
    GateScope scope = *foreigners->scope;
    scope.environment = name;
    Kept *kept = kept_new(foreigners->across, &scope);
    return index_put(foreigners->environments, kept->scope.environment, (uint32_t)foreigners->across->count - 1);
}

/* By its own label, or its Namespace's; INDEX_NONE where neither says it. */
static uint32_t environment_of(Foreigners *foreigners, const Value *object)
{
    Str label = label_of(object);
    return label.size ? environment_named(foreigners, label)
                      : index_get(foreigners->labelled, value_text_at(object, "metadata.namespace"));
}

static void keep_foreign(Foreigners *foreigners, const RenderedFile *file, const Value *object, int round)
{
    if (round == 0 && !is_namespace(object))
        return;
    uint32_t environment = environment_of(foreigners, object);
    if (environment == INDEX_NONE)
        return;
    if (round == 0)
        index_put(foreigners->labelled, value_text_at(object, "metadata.name"), environment);
    keep_object(&foreigners->across->list[environment], file, object, round);
}

bool across_judge_foreign(const Standards *standards, Arena *arena, GateScope scope, const RenderedFile *files,
                          size_t count, Findings *findings, Diags *diags)
{
    Foreigners foreigners = {.across = across_new(arena),
                             .scope = &scope,
                             .environments = index_new(arena, 4),
                             .labelled = index_new(arena, 16)};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            bool asked = files[i].foreign && !files[i].reference && files[i].form == FORM_MANIFEST;
            for (size_t j = 0; asked && j < files[i].count; j++)
                keep_foreign(&foreigners, &files[i], files[i].objects[j], round);
        }
    }
    return foreigners.across->count < 2 ||
           across_judge(standards, arena, foreigners.across, scope.project, findings, diags);
}
