/*
 * Whether a kind is served at all: known in its apiVersion, by the minor in question, and for how long. Groups that
 * are not Kubernetes' own may hold kinds that the table does not know; nothing is said of those.
 */
#include "api_private.h"

static Str group_of(Str api_version)
{
    ptrdiff_t slash = str_find(api_version, STR("/"), 0);
    return slash < 0 ? STR("") : str_slice(api_version, 0, (size_t)slash);
}

static bool is_core(const ApiKind *row)
{
    return api_types[row->type].flags & TYPE_CORE;
}

/* Lists of objects come from kubectl and are no manifests of their own. */
static bool is_judged(Str api_version, Str kind)
{
    if (str_ends(kind, STR("List")))
        return false;
    for (size_t i = 0; i < api_kind_count; i++) {
        if (is_core(&api_kinds[i]) && str_equal(group_of(api_text(api_kinds[i].name.version)), group_of(api_version)))
            return true;
    }
    return false;
}

/* ---- old ones ---- */

static Str replacement(Arena *arena, const ApiOld *old)
{
    Str version = api_text(old->successor.version), kind = api_text(old->successor.kind);
    if (!version.size)
        return STR("nothing took its place; remove it");
    if (str_equal(api_text(old->name.kind), kind))
        return arena_printf(arena, "write apiVersion: %.*s", STR_ARG(version));
    return arena_printf(arena, "use %.*s %.*s", STR_ARG(version), STR_ARG(kind));
}

static void fault_old(Walk *walk, const ApiOld *old, const Value *object)
{
    Arena *arena = walk->faults->arena;
    Str version = api_text(old->name.version), kind = api_text(old->name.kind);
    bool gone = old->removed <= walk->minor;
    Str message = gone ? arena_printf(arena, "Kubernetes 1.%u no longer serves %.*s %.*s, which ended with 1.%u",
                                      walk->minor, STR_ARG(version), STR_ARG(kind), old->removed)
                       : arena_printf(arena, "%.*s %.*s is deprecated since Kubernetes 1.%u", STR_ARG(version),
                                      STR_ARG(kind), old->deprecated);
    fault_object(walk, API_VERSION, value_get(object, STR("apiVersion")), "apiVersion", message,
                 replacement(arena, old));
}

static bool judge_old(Walk *walk, Str version, Str kind, const Value *object)
{
    const ApiOld *old = old_find(version, kind);
    if (!old || (old->deprecated > walk->minor && old->removed > walk->minor))
        return false;
    fault_old(walk, old, object);
    return true;
}

/* ---- kinds ---- */

static bool serves(const Walk *walk, const ApiKind *row)
{
    return spans(row->since, row->until, walk->minor);
}

/* The kind in another apiVersion, else the one in this apiVersion that is spelt much alike. */
static Str unknown_fix(Walk *walk, Str version, Str kind)
{
    Arena *arena = walk->faults->arena;
    NearMiss miss = near_miss_begin(kind);
    for (size_t i = 0; i < api_kind_count; i++) {
        const ApiKind *row = &api_kinds[i];
        if (!serves(walk, row))
            continue;
        if (str_equal(kind, api_text(row->name.kind)) && is_core(row))
            return arena_printf(arena, "write apiVersion: %.*s", STR_ARG(api_text(row->name.version)));
        if (str_equal(version, api_text(row->name.version)))
            near_miss_offer(&miss, api_text(row->name.kind));
    }
    return near_miss_advice(arena, near_miss_best(&miss), "kubectl api-resources lists what there is");
}

static void fault_unknown_kind(Walk *walk, Str version, Str kind, const Value *object)
{
    Arena *arena = walk->faults->arena;
    fault_object(walk, API_SCHEMA, value_get(object, STR("kind")), "kind",
                 arena_printf(arena, "%.*s has no kind '%.*s'", STR_ARG(version), STR_ARG(kind)),
                 unknown_fix(walk, version, kind));
}

static void fault_kind_version(Walk *walk, const ApiKind *row, const Value *object)
{
    Arena *arena = walk->faults->arena;
    Str version = api_text(row->name.version), kind = api_text(row->name.kind);
    bool early = walk->minor < row->since;
    fault_object(walk, API_VERSION, value_get(object, STR("apiVersion")), "apiVersion",
                 arena_printf(arena,
                              early ? "Kubernetes 1.%u does not serve %.*s %.*s yet, which came with 1.%u"
                                    : "Kubernetes 1.%u no longer serves %.*s %.*s, last seen in 1.%u",
                              walk->minor, STR_ARG(version), STR_ARG(kind), early ? row->since : row->until),
                 early ? STR(STATE_VERSION) : STR("remove it"));
}

static bool read_name(Walk *walk, const Value *object, const char *name, Str *text)
{
    const Value *value = value_get(object, str_from(name));
    if (value_is(value, VALUE_STRING) && value->size) {
        *text = value_text(value);
        return true;
    }
    fault_object(walk, API_SCHEMA, value ? value : object, name,
                 arena_printf(walk->faults->arena, value ? "%s: expected a string" : "field '%s' is missing", name),
                 STR("every object says its apiVersion and kind"));
    return false;
}

/* Both must be there as text; what has neither is no object of a cluster. */
static bool read_names(Walk *walk, const Value *object, Str *version, Str *kind)
{
    if (!value_get(object, STR("apiVersion")) && !value_get(object, STR("kind")))
        return false;
    bool ok = read_name(walk, object, "apiVersion", version);
    return read_name(walk, object, "kind", kind) && ok;
}

const ApiKind *kind_judge(Walk *walk, const Value *object)
{
    Str version, kind;
    if (!read_names(walk, object, &version, &kind))
        return NULL;
    walk->kind = kind;
    const ApiKind *row = kind_find(version, kind);
    bool old = (!row || is_core(row)) && judge_old(walk, version, kind, object);
    if (row && !serves(walk, row) && !old)
        fault_kind_version(walk, row, object);
    if (!row && !old && is_judged(version, kind))
        fault_unknown_kind(walk, version, kind, object);
    return row && serves(walk, row) ? row : NULL;
}
