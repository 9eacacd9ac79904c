/*
 * Patches: what a definition changes in its rendered objects, after all templates and before the gate. A merge patch
 * (RFC 7386) or a JSON Patch (RFC 6902) goes to every object of the service that its target names. Knows nothing of
 * layers but who stated a patch: the service's own must match something, an environment's some service there, and one
 * among defaults waits for objects that it fits.
 */
#include "render_private.h"

/* A service with more has a template to write instead. */
enum { PATCHES_LIMIT = 100 };
/* What each value of an object that a patch is merged into costs of ValuePatchBudget's work: it may all be copied. */
enum { MERGE_WORK = 24 };

typedef struct Patch {
    Str name;
    Origin origin; /* of its key */
    const Value *kind;
    const Value *object; /* the name, or NULL: any */
    const Value *merge;  /* one of the two */
    const Value *json;
    Str stated_by;
} Patch;

typedef struct Patching {
    RenderedFiles *files;
    size_t first; /* of the service's files */
    Str service;
    ValuePatchBudget budget;
    Diags *diags;
} Patching;

/* ---- merging ---- */

/* A map that loses a member to a patch gets the patch's place, as there is nothing else left to point at. */
static const Value *mark_removals(Arena *arena, const Value *patch, const Value *before, const Value *after)
{
    if (patch->kind != VALUE_MAP || !value_is(before, VALUE_MAP) || !value_is(after, VALUE_MAP))
        return after;
    MapBuilder map = {0};
    Origin origin = after->origin;
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i], *old = value_entry(before, entry->key);
        if (!old)
            continue;
        if (entry->value->kind == VALUE_NULL) {
            origin = entry->key_origin;
            continue;
        }
        const MapEntry *now = value_entry(after, entry->key);
        const Value *marked = mark_removals(arena, entry->value, old->value, now->value);
        if (marked == now->value)
            continue;
        if (!map.arena)
            map = map_begin_with(arena, after);
        map_set(&map, entry->key, now->key_origin, marked);
    }
    return map.arena ? map_end(&map, origin) : value_at(arena, after, origin);
}

/* ---- one object ---- */

static void report(const Patching *patching, const RenderedFile *file, const Value *object, Origin origin,
                   Str message)
{
    Arena *arena = diags_arena(patching->diags);
    Str detail =
        arena_printf(arena, "in %.*s: %.*s %.*s", STR_ARG(file->path), STR_ARG(value_text_at(object, "kind")),
                     STR_ARG(value_text_at(object, "metadata.name")));
    diag_report(patching->diags,
                (Diag){.severity = SEVERITY_ERROR, .origin = origin, .message = message, .detail = detail});
}

static const Value *apply_json(Patching *patching, const Patch *patch, const RenderedFile *file, const Value *object)
{
    ValuePatchError error;
    Arena *arena = patching->files->arena;
    const Value *result = value_patch(arena, object, patch->json, &patching->budget, &error);
    if (!result)
        report(patching, file, object, error.origin,
               arena_printf(arena, "patches.%.*s.json[%zu]: %.*s", STR_ARG(patch->name), error.operation,
                            STR_ARG(error.reason)));
    return result;
}

/* What an object is known by: its file, its place in the stream and the gate's rules rest on it. */
static bool keeps_identity(const Patching *patching, const Patch *patch, const RenderedFile *file,
                           const Value *before, const Value *after)
{
    static const char *const paths[] = {"apiVersion", "kind", "metadata.name", "metadata.namespace"};
    Arena *arena = patching->files->arena;
    if (after->kind != VALUE_MAP) {
        report(patching, file, before, after->origin ? after->origin : patch->origin,
               arena_printf(arena, "patches.%.*s: it leaves %s where an object was; change parts of it instead",
                            STR_ARG(patch->name), value_kind_name((ValueKind)after->kind)));
        return false;
    }
    for (size_t i = 0; i < LENGTH_OF(paths); i++) {
        const Value *old = value_path(before, paths[i]), *now = value_path(after, paths[i]);
        if (value_is_none(old) ? value_is_none(now) : now && value_equal(old, now))
            continue;
        report(patching, file, before, now && now->origin ? now->origin : patch->origin,
               arena_printf(arena, "patches.%.*s: it changes %s, by which the object is known; leave it as it is",
                            STR_ARG(patch->name), paths[i]));
        return false;
    }
    return true;
}

static size_t value_count(const Value *value)
{
    bool map = value->kind == VALUE_MAP;
    size_t count = 1;
    for (uint32_t i = 0; (map || value->kind == VALUE_LIST) && i < value->size; i++)
        count += value_count(map ? value->entries[i].value : value->items[i]);
    return count;
}

static const Value *apply_merge(Patching *patching, const Patch *patch, const RenderedFile *file, const Value *object)
{
    Arena *arena = patching->files->arena;
    size_t work = MERGE_WORK * (value_count(object) + value_count(patch->merge));
    if (work > patching->budget.work) {
        report(patching, file, object, patch->origin,
               arena_printf(arena, "patches.%.*s: the patches of this service change too much; write a template of "
                                   "your own instead", STR_ARG(patch->name)));
        return NULL;
    }
    patching->budget.work -= work;
    return mark_removals(arena, patch->merge, object, value_merge(arena, object, patch->merge));
}

static bool patch_object(Patching *patching, const Patch *patch, const RenderedFile *file, const Value **object)
{
    Arena *arena = patching->files->arena;
    const Value *before = *object, *after;
    if (patch->merge)
        after = apply_merge(patching, patch, file, before);
    else
        after = apply_json(patching, patch, file, before);
    if (!after || !keeps_identity(patching, patch, file, before, after))
        return false;
    size_t errors = diags_error_count(patching->diags);
    *object = object_clean(arena, after, patching->diags, patch->origin);
    return diags_error_count(patching->diags) == errors;
}

/* ---- which objects ---- */

static bool matches(const Patch *patch, const Value *object)
{
    return str_equal(value_text_at(object, "kind"), value_text(patch->kind)) &&
           (!patch->object || str_equal(value_text_at(object, "metadata.name"), value_text(patch->object)));
}

typedef bool ObjectFn(void *user, const RenderedFile *file, const Value **object);

/* Each object of the service, while visit says to go on. */
static void each_object(const Patching *patching, ObjectFn *visit, void *user)
{
    for (size_t i = patching->first; i < patching->files->count; i++) {
        RenderedFile *file = &patching->files->list[i];
        for (size_t j = 0; j < file->count; j++) {
            if (!visit(user, file, &file->objects[j]))
                return;
        }
    }
}

typedef struct Visit {
    Patching *patching;
    const Patch *patch;
    size_t matched;
    bool failed;
} Visit;

static bool visit_object(void *user, const RenderedFile *file, const Value **object)
{
    Visit *visit = user;
    if (!matches(visit->patch, *object))
        return true;
    visit->matched++;
    visit->failed = !patch_object(visit->patching, visit->patch, file, object);
    return !visit->failed;
}

/* ---- what matches nothing ---- */

typedef struct Names {
    const Patch *patch;
    bool kinds; /* kinds, else the names of the target's kind */
    Arena *arena;
    MapBuilder seen;
    NearMiss miss;
} Names;

static bool collect_name(void *user, const RenderedFile *file, const Value **object)
{
    (void)file;
    Names *names = user;
    Str kind = value_text_at(*object, "kind");
    Str name = names->kinds ? kind : value_text_at(*object, "metadata.name");
    if (!names->kinds && !str_equal(kind, value_text(names->patch->kind)))
        return true;
    near_miss_offer(&names->miss, name);
    map_set(&names->seen, name, ORIGIN_NONE, &value_true);
    return true;
}

static Str names_text(Names *names)
{
    Str best = near_miss_best(&names->miss);
    if (best.data)
        return arena_printf(names->arena, "did you mean '%.*s'?", STR_ARG(best));
    Buf out = {0};
    for (size_t i = 0; i < names->seen.count; i++)
        buf_printf(&out, "%s%.*s", i ? ", " : "rendered: ", STR_ARG(names->seen.entries[i].key));
    Str text = arena_copy(names->arena, out.size ? buf_str(&out) : STR("nothing is rendered"));
    buf_release(&out);
    return text;
}

static void report_unmatched(const Patching *patching, const Patch *patch)
{
    Arena *arena = patching->files->arena;
    Names kinds = {.patch = patch, .kinds = true, .arena = arena, .seen = map_begin(arena)};
    kinds.miss = near_miss_begin(value_text(patch->kind));
    each_object(patching, collect_name, &kinds);
    if (!patch->object || !map_peek(&kinds.seen, value_text(patch->kind))) {
        diag_error(patching->diags, patch->kind->origin, "patches.%.*s: no %.*s among the objects of %.*s; %.*s",
                   STR_ARG(patch->name), STR_ARG(value_text(patch->kind)), STR_ARG(patching->service),
                   STR_ARG(names_text(&kinds)));
        return;
    }
    Names names = {.patch = patch, .arena = arena, .seen = map_begin(arena)};
    names.miss = near_miss_begin(value_text(patch->object));
    each_object(patching, collect_name, &names);
    diag_error(patching->diags, patch->object->origin, "patches.%.*s: no %.*s '%.*s' among the objects of %.*s; %.*s",
               STR_ARG(patch->name), STR_ARG(value_text(patch->kind)), STR_ARG(value_text(patch->object)),
               STR_ARG(patching->service), STR_ARG(names_text(&names)));
}

void patch_use_add(RenderedFiles *files, PatchUse use)
{
    for (size_t i = 0; i < files->use_count; i++) {
        if (files->uses[i].origin == use.origin) {
            files->uses[i].matched |= use.matched;
            return;
        }
    }
    ARENA_GROW(files->arena, files->uses, files->use_count, files->use_capacity);
    files->uses[files->use_count++] = use;
}

bool render_patches_used(const RenderedFiles *files, const EnvironmentContext *context, Diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < files->use_count; i++) {
        const PatchUse *use = &files->uses[i];
        if (use->matched)
            continue;
        diag_error(diags, use->place,
                   "patches.%.*s: it changes no %.*s of any service in %.*s; remove it, or correct its target",
                   STR_ARG(use->name), STR_ARG(use->kind), STR_ARG(context->environment->name));
        ok = false;
    }
    return ok;
}

/* ---- all patches of a service ---- */

static const Value *some(const Value *value)
{
    return value_is_none(value) ? NULL : value;
}

static bool patch_read(const Patching *patching, const MapEntry *entry, Patch *patch)
{
    const Value *value = entry->value;
    *patch = (Patch){.name = entry->key,
                     .origin = entry->key_origin,
                     .kind = value_path(value, "target.kind"),
                     .object = some(value_path(value, "target.name")),
                     .merge = some(value_get(value, STR("merge"))),
                     .json = some(value_get(value, STR("json"))),
                     .stated_by = value_text_at(value, "statedBy")};
    if (patch->merge || patch->json)
        return true;
    diag_error(patching->diags, patch->origin,
               "patches.%.*s: says nothing to change; add merge: {spec: {…}} or json: [{op: …}]",
               STR_ARG(patch->name));
    return false;
}

/* Whether the patches after it may still be looked at. */
static bool patch_all(Patching *patching, const Patch *patch)
{
    Visit visit = {.patching = patching, .patch = patch};
    each_object(patching, visit_object, &visit);
    if (str_equal(patch->stated_by, STR("environment")))
        patch_use_add(patching->files, (PatchUse){patch->name, value_text(patch->kind), patch->origin,
                                                  patch->kind->origin, visit.matched > 0});
    else if (!visit.matched && str_equal(patch->stated_by, STR("service")))
        report_unmatched(patching, patch);
    return !visit.failed;
}

bool patches_apply(RenderedFiles *files, size_t first, const ServiceContext *service, Diags *diags)
{
    const Value *patches = value_get(service->value, STR("patches"));
    if (!value_is(patches, VALUE_MAP))
        return true;
    Patching patching = {files, first, service->name, VALUE_PATCH_BUDGET, diags};
    size_t errors = diags_error_count(diags);
    if (patches->size > PATCHES_LIMIT) {
        diag_error(diags, patches->origin, "patches: %u of them, more than %d; write a template of your own instead",
                   patches->size, PATCHES_LIMIT);
        return false;
    }
    for (uint32_t i = 0; i < patches->size; i++) {
        Patch patch;
        /* What follows a patch that failed may rest on it. */
        if (!patch_read(&patching, &patches->entries[i], &patch) || !patch_all(&patching, &patch))
            break;
    }
    return diags_error_count(diags) == errors;
}
