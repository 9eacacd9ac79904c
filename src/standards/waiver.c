/*
 * Waivers in the gate: a finding that somebody answers for does not block. Where several fit, the service's own comes
 * first. Whether one has ended is judged only where a day is given: rendering gives the same verdict on any day.
 */
#include "standards_private.h"

typedef struct WaiverQuery {
    Str rule;
    Str kind;      /* of the object */
    Str container; /* that the finding is in, or empty */
} WaiverQuery;

/* Unsaid fits all. */
static bool fits(const Value *waiver, const char *member, Str text)
{
    Str stated = value_text_at(waiver, member);
    return !stated.size || str_equal(stated, text);
}

static bool is_for_service(const Value *waiver, const RenderedFile *file)
{
    const Value *services = value_get(waiver, STR("services"));
    if (!value_is(services, VALUE_LIST) || !services->size)
        return true;
    for (uint32_t i = 0; file->service && i < services->size; i++) {
        if (str_equal(value_text(services->items[i]), file->service->name))
            return true;
    }
    return false;
}

static const Value *find_in(const Value *waivers, const RenderedFile *file, const WaiverQuery *query)
{
    for (uint32_t i = 0; value_is(waivers, VALUE_LIST) && i < waivers->size; i++) {
        const Value *waiver = waivers->items[i];
        if (str_equal(value_text_at(waiver, "rule"), query->rule) && fits(waiver, "kind", query->kind) &&
            fits(waiver, "container", query->container) && is_for_service(waiver, file))
            return waiver;
    }
    return NULL;
}

/* The container that a path leads into; empty where it leads into none. */
static Str container_at(Arena *arena, const Value *object, Str at)
{
    static const char *const lists[] = {"containers", "initContainers"};
    const char *pod_path;
    const Value *pod = pod_of(object, &pod_path);
    for (size_t i = 0; pod && i < LENGTH_OF(lists); i++) {
        const Value *list = value_get(pod, str_from(lists[i]));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++) {
            if (str_starts(at, arena_printf(arena, "%s.%s[%u]", pod_path, lists[i], j)))
                return value_text_at(list->items[j], "name");
        }
    }
    return STR("");
}

static const Value *waiver_find(Arena *arena, const GateScope *scope, const RenderedFile *file,
                                const Finding *finding)
{
    const Value *own = file->service ? value_get(file->service->value, STR("waivers")) : NULL;
    const Value *shared = value_get(scope->project, STR("waivers"));
    bool none = (!value_is(own, VALUE_LIST) || !own->size) && (!value_is(shared, VALUE_LIST) || !shared->size);
    if (none)
        return NULL;
    WaiverQuery query = {finding->rule->id, finding_kind(finding),
                         container_at(arena, finding->object, finding->path)};
    const Value *found = find_in(own, file, &query);
    return found ? found : find_in(shared, file, &query);
}

void waiver_apply(Arena *arena, const GateScope *scope, const RenderedFile *file, Finding *finding)
{
    const Value *waiver = waiver_find(arena, scope, file, finding);
    if (!waiver)
        return;
    Str expires = value_text_at(waiver, "expires"), name = value_text_at(waiver, "name");
    finding->waiver = waiver;
    if (scope->today.size && str_compare(expires, scope->today) < 0) {
        finding->message = arena_printf(arena, "%.*s, and its waiver '%.*s' ended on %.*s", STR_ARG(finding->message),
                                        STR_ARG(name), STR_ARG(expires));
        return;
    }
    finding->message = arena_printf(arena, "%.*s, which waiver '%.*s' allows until %.*s", STR_ARG(finding->message),
                                    STR_ARG(name), STR_ARG(expires));
    finding->waived = true;
    finding->severity = SEVERITY_INFO;
}
