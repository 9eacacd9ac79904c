/*
 * Findings as lists: selected, put in order, kept beyond the run that found them; and as diagnostics: what is wrong,
 * which rule, the next step, and below the quoted line the object it is in.
 */
#include "standards_private.h"

#include <stdlib.h>

size_t findings_errors(const Findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->list[i]->severity == SEVERITY_ERROR;
    return count;
}

static const Str form_kinds[] = {[FORM_WORKFLOW] = {"workflow", 8}, [FORM_DOCKERFILE] = {"dockerfile", 10}};

Str object_kind(FileForm form, const Value *object)
{
    return form == FORM_MANIFEST ? value_text_at(object, "kind") : form_kinds[form];
}

Str finding_kind(const Finding *finding)
{
    return object_kind(finding->form, finding->object);
}

Str finding_name(const Finding *finding)
{
    return value_text_at(finding->object, finding->form == FORM_MANIFEST ? "metadata.name" : "name");
}

/* ---- selecting ---- */

static bool is_among(const Str *ids, size_t count, Str id)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(ids[i], id))
            return true;
    }
    return false;
}

bool rule_selected(const RuleSelection *selection, Str id)
{
    return (!selection->only_count || is_among(selection->only, selection->only_count, id)) &&
           !is_among(selection->without, selection->without_count, id);
}

void findings_select(Findings *findings, const RuleSelection *selection, Diags *diags)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        Finding *finding = findings->list[i];
        if (rule_selected(selection, finding->rule->id))
            findings->list[kept++] = finding;
        else if (finding->masked)
            diags_mask(diags, finding->origin);
    }
    findings->count = kept;
}

/* ---- keeping ---- */

static void add(Arena *arena, Findings *findings, Finding *finding)
{
    ARENA_GROW(arena, findings->list, findings->count, findings->capacity);
    findings->list[findings->count++] = finding;
}

void findings_put(Arena *arena, Findings *findings, Finding finding)
{
    Finding *own = ARENA_NEW(arena, Finding);
    *own = finding;
    add(arena, findings, own);
}

void findings_add(Findings *into, const Findings *from, Arena *arena)
{
    for (size_t i = 0; i < from->count; i++)
        add(arena, into, from->list[i]);
}

static void put_text(MapBuilder *map, const char *key, const Value *from, const char *path)
{
    Str text = value_text_at(from, path);
    if (text.size)
        map_set(map, str_from(key), ORIGIN_NONE, value_new_string(map->arena, ORIGIN_NONE, arena_copy(map->arena, text)));
}

/* What names an object. */
static const Value *name_of(Arena *arena, const Value *object)
{
    MapBuilder map = map_begin(arena), metadata = map_begin(arena);
    put_text(&map, "apiVersion", object, "apiVersion");
    put_text(&map, "kind", object, "kind");
    put_text(&map, "name", object, "name");
    put_text(&metadata, "name", object, "metadata.name");
    put_text(&metadata, "namespace", object, "metadata.namespace");
    map_set(&map, STR("metadata"), ORIGIN_NONE, map_end(&metadata, ORIGIN_NONE));
    return map_end(&map, object->origin);
}

static const Value *waiver_kept(Arena *arena, const Value *waiver)
{
    static const char *const members[] = {"name", "rule", "reason", "owner", "expires"};
    if (!waiver)
        return NULL;
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(members); i++)
        put_text(&map, members[i], waiver, members[i]);
    return map_end(&map, waiver->origin);
}

void findings_keep(Arena *arena, Findings *into, const Findings *from)
{
    for (size_t i = 0; i < from->count; i++) {
        Finding kept = *from->list[i];
        bool again = i && from->list[i - 1]->object == kept.object;
        kept.object = again ? into->list[into->count - 1]->object : name_of(arena, kept.object);
        kept.waiver = waiver_kept(arena, kept.waiver);
        kept.file = arena_copy(arena, kept.file);
        kept.path = arena_copy(arena, kept.path);
        kept.message = arena_copy(arena, kept.message);
        kept.fix = arena_copy(arena, kept.fix);
        findings_put(arena, into, kept);
    }
}

/* ---- order ---- */

typedef struct Sorted {
    Finding *finding;
    Str source;
} Sorted;

static int finding_order(const void *left, const void *right)
{
    const Finding *a = ((const Sorted *)left)->finding, *b = ((const Sorted *)right)->finding;
    int order = str_compare(((const Sorted *)left)->source, ((const Sorted *)right)->source);
    if (!order)
        order = (a->origin > b->origin) - (a->origin < b->origin);
    if (!order)
        order = str_compare(a->rule->id, b->rule->id);
    if (!order)
        order = str_compare(a->file, b->file);
    if (!order)
        order = str_compare(a->path, b->path);
    return order ? order : str_compare(a->message, b->message);
}

void findings_sort(Findings *findings, const Sources *sources)
{
    size_t count = findings->count;
    Sorted *sorted = malloc((count + 1) * sizeof *sorted);
    if (!sorted)
        base_out_of_memory();
    for (size_t i = 0; i < count; i++) {
        const Source *source = sources_find(sources, findings->list[i]->origin);
        sorted[i] = (Sorted){findings->list[i], source ? source->name : STR("")};
    }
    qsort(sorted, count, sizeof *sorted, finding_order);
    findings->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || finding_order(&sorted[i - 1], &sorted[i]) != 0)
            findings->list[findings->count++] = sorted[i].finding;
    }
    free(sorted);
}

/* ---- as diagnostics ---- */

/* The buffers are empty before and after, and used again. */
static void report(const Finding *finding, Diags *diags, Buf *message, Buf *detail)
{
    Str name = finding_name(finding);
    buf_printf(message, "%.*s (%.*s); %.*s", STR_ARG(finding->message), STR_ARG(finding->rule->id),
               STR_ARG(finding->fix));
    buf_printf(detail, "in %.*s: %.*s%s%.*s%s%.*s", STR_ARG(finding->file), STR_ARG(finding_kind(finding)),
               name.size || finding->form == FORM_MANIFEST ? " " : "", STR_ARG(name), finding->path.size ? ", " : "",
               STR_ARG(finding->path));
    diag_report(diags, (Diag){.severity = finding->severity,
                              .origin = finding->origin,
                              .message = buf_str(message),
                              .detail = buf_str(detail),
                              .masked = finding->masked});
    message->size = detail->size = 0;
}

/* Nothing is written of one that is counted alone, but that there is a secret. */
void findings_report(const Findings *findings, Severity least, Diags *diags)
{
    Buf message = {0}, detail = {0};
    for (size_t i = 0; i < findings->count; i++) {
        const Finding *finding = findings->list[i];
        if (finding->severity >= least && diags_keep(diags, finding->severity))
            report(finding, diags, &message, &detail);
        else if (finding->masked)
            diags_mask(diags, finding->origin);
    }
    buf_release(&message);
    buf_release(&detail);
}
