/*
 * Which object of one side is which of the other: API group, kind, namespace and name. The version of an API is no
 * part of it, so that a new apiVersion of the same kind is a change and not another object. A document that is no
 * object goes by its file.
 */
#include "diff_private.h"

#include <stdlib.h>

bool kind_in(const char *kinds, Str kind)
{
    Str rest = str_from(kinds), word;
    while (rest.size && str_split(&rest, '|', &word)) {
        if (str_equal(word, kind))
            return true;
    }
    return false;
}

/* ---- names of one environment as another's ---- */

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool word_at(Str text, size_t at, Str word)
{
    if (!word.size || text.size - at < word.size || memcmp(text.data + at, word.data, word.size) != 0)
        return false;
    size_t end = at + word.size;
    return (at == 0 || !is_word_char(text.data[at - 1])) && (end == text.size || !is_word_char(text.data[end]));
}

Str text_renamed(Arena *arena, Str text, DiffRenames renames)
{
    Buf out = {0};
    bool changed = false;
    for (size_t at = 0; renames.count && at < text.size;) {
        const DiffRename *found = NULL;
        for (size_t i = 0; i < renames.count; i++) {
            if (word_at(text, at, renames.list[i].from) && (!found || found->from.size < renames.list[i].from.size))
                found = &renames.list[i];
        }
        buf_add(&out, found ? found->to : str_slice(text, at, at + 1));
        at += found ? found->from.size : 1;
        changed |= found != NULL;
    }
    Str renamed = changed ? arena_copy(arena, buf_str(&out)) : text;
    buf_release(&out);
    return renamed;
}

/* ---- identities ---- */

static Str group_of(Str api_version)
{
    ptrdiff_t slash = str_rfind_char(api_version, '/');
    return slash < 0 ? STR("") : str_slice(api_version, 0, (size_t)slash);
}

static Str identity(Arena *arena, const DiffInput *input, DiffRenames renames)
{
    Str kind = value_text_at(input->object, "kind"), name = value_text_at(input->object, "metadata.name");
    if (!kind.size || !name.size)
        return arena_printf(arena, "%c%.*s", 1, STR_ARG(input->file));
    Str group = group_of(value_text_at(input->object, "apiVersion"));
    Str namespace = value_text_at(input->object, "metadata.namespace");
    Str text = arena_printf(arena, "%.*s%c%.*s%c%.*s%c%.*s", STR_ARG(namespace), 1, STR_ARG(kind), 1, STR_ARG(name), 1,
                            STR_ARG(group));
    return text_renamed(arena, text, renames);
}

static DiffObject object_of(const DiffInput *input)
{
    Str kind = value_text_at(input->object, "kind"), name = value_text_at(input->object, "metadata.name");
    bool named = kind.size && name.size;
    return (DiffObject){.api_version = value_text_at(input->object, "apiVersion"),
                        .kind = named ? kind : STR(""),
                        .namespace = value_text_at(input->object, "metadata.namespace"),
                        .name = named ? name : input->file,
                        .file = input->file};
}

/* ---- matching ---- */

typedef struct Matching {
    const DiffSide *from;
    uint32_t *behind;   /* the next old object of the same identity */
    uint32_t *waiting;  /* by number of the first: the old objects that no new one has taken yet */
    Index *index;
} Matching;

static Matching matching_new(Arena *arena, const DiffSide *from, DiffRenames renames)
{
    Matching m = {.from = from,
                  .behind = ARENA_ARRAY(arena, uint32_t, from->count + 1),
                  .waiting = ARENA_ARRAY(arena, uint32_t, from->count + 1),
                  .index = index_new(arena, from->count)};
    for (size_t i = 0; i < from->count; i++)
        m.waiting[i] = INDEX_NONE;
    for (size_t i = from->count; i-- > 0;) {
        uint32_t first = index_put(m.index, identity(arena, &from->list[i], renames), (uint32_t)i);
        m.behind[i] = m.waiting[first];
        m.waiting[first] = (uint32_t)i;
    }
    return m;
}

/* Of several with the same identity the one from the same file. */
static const DiffInput *take(Matching *m, Arena *arena, const DiffInput *input)
{
    uint32_t first = index_get(m->index, identity(arena, input, (DiffRenames){NULL, 0}));
    if (first == INDEX_NONE || m->waiting[first] == INDEX_NONE)
        return NULL;
    uint32_t *chosen = &m->waiting[first];
    for (uint32_t *at = chosen; *at != INDEX_NONE; at = &m->behind[*at]) {
        if (str_equal(m->from->list[*at].file, input->file)) {
            chosen = at;
            break;
        }
    }
    const DiffInput *found = &m->from->list[*chosen];
    *chosen = m->behind[*chosen];
    return found;
}

static DiffObject *result_add(Arena *arena, DiffResult *result, const DiffInput *from, const DiffInput *to)
{
    DiffObject object = object_of(to ? to : from);
    object.from = from ? from->object : NULL;
    object.to = to ? to->object : NULL;
    object.kind_of_change = !from ? DIFF_ADDED : !to ? DIFF_REMOVED : DIFF_CHANGED;
    ARENA_GROW(arena, result->list, result->count, result->capacity);
    result->list[result->count] = object;
    return &result->list[result->count++];
}

/* Where what is equal to the last byte stands twice, first come, first matched. */
static void match_new(Arena *arena, Matching *m, const DiffInput *input, DiffRenames renames, DiffResult *result)
{
    const DiffInput *old = take(m, arena, input);
    const Delta *delta =
        old ? delta_of(arena, value_text_at(input->object, "kind"), old->object, input->object, renames) : NULL;
    if (old && !delta)
        result->same++;
    else
        result_add(arena, result, old, input)->delta = delta;
}

static int object_compare(const void *a, const void *b)
{
    const DiffObject *one = a, *other = b;
    int order = str_compare(one->namespace, other->namespace);
    order = order ? order : str_compare(one->kind, other->kind);
    order = order ? order : str_compare(one->name, other->name);
    order = order ? order : str_compare(one->api_version, other->api_version);
    return order ? order : str_compare(one->file, other->file);
}

/* ---- all of it ---- */

static bool is_label(const DiffStep *path)
{
    return path_ends(path, "metadata.labels.*") || path_ends(path, "metadata.labels");
}

/* A guard that goes with all that it guarded weakens nothing. */
static void excuse(Arena *arena, const Index *workloads, DiffObject *object)
{
    if (object->kind_of_change != DIFF_REMOVED || guards_workloads(arena, workloads, object->from))
        return;
    object->classes &= ~(DIFF_BIT(DIFF_WEAKENS) | DIFF_BIT(DIFF_EXPOSURE));
    object->changes[0].classes = object->classes;
    object->changes[0].reason = NULL;
}

/* Each once. */
typedef struct Labels {
    Index *seen;
    Str *list;
    size_t count;
    size_t capacity;
} Labels;

static void note_label(Arena *arena, Labels *labels, Str label)
{
    if (index_put(labels->seen, label, (uint32_t)labels->count) != labels->count)
        return;
    ARENA_GROW(arena, labels->list, labels->count, labels->capacity);
    labels->list[labels->count++] = label;
}

static void note_labels(Arena *arena, Labels *labels, const DiffChange *change)
{
    if (path_ends(change->path, "metadata.labels.*"))
        note_label(arena, labels, change->path->key);
    const Value *sides[] = {change->from, change->to};
    for (size_t i = 0; i < LENGTH_OF(sides); i++) {
        for (uint32_t j = 0; value_is(sides[i], VALUE_MAP) && j < sides[i]->size; j++)
            note_label(arena, labels, sides[i]->entries[j].key);
    }
}

static void note_wants(Arena *arena, DiffWants *wants, Labels *labels, const DiffObject *object)
{
    bool guard = is_guard(object->kind) && object->kind_of_change == DIFF_REMOVED, label = false;
    for (size_t i = 0; i < object->count; i++) {
        if (!is_label(object->changes[i].path))
            continue;
        label = true;
        note_labels(arena, labels, &object->changes[i]);
    }
    bool namespace = str_equal(object->kind, STR("Namespace")), service = str_equal(object->kind, STR("Service"));
    wants->workloads |= guard || (object->classes & DIFF_BIT(DIFF_CAPACITY));
    wants->namespaces |= label && namespace;
    wants->services |= label && service;
    wants->others |= label;
}

/* Objects whose only difference is an order that means nothing are the same. */
static void judge_all(Arena *arena, const DiffSide *from, const DiffSide *to, DiffResult *result)
{
    const Context context = {selected_labels(arena, from, to), scaled_workloads(arena, to)};
    const Index *workloads = workload_labels(arena, to);
    Labels labels = {.seen = index_new(arena, 8)};
    size_t kept = 0;
    for (size_t i = 0; i < result->count; i++) {
        DiffObject *object = &result->list[i];
        object_judge(arena, &context, object);
        if (!object->count) {
            result->same++;
            continue;
        }
        if (is_guard(object->kind))
            excuse(arena, workloads, object);
        note_wants(arena, &result->wants, &labels, object);
        result->classes |= object->classes;
        result->list[kept++] = *object;
    }
    result->count = kept;
    result->wants.labels = labels.list;
    result->wants.label_count = labels.count;
    if (kept)
        qsort(result->list, kept, sizeof *result->list, object_compare);
}

DiffResult diff_objects(Arena *arena, const DiffSide *from, const DiffSide *to, DiffRenames renames)
{
    DiffResult result = {0};
    Matching matching = matching_new(arena, from, renames);
    for (size_t i = 0; i < to->count; i++)
        match_new(arena, &matching, &to->list[i], renames, &result);
    for (size_t i = 0; i < from->count; i++) {
        for (uint32_t old = matching.waiting[i]; old != INDEX_NONE; old = matching.behind[old])
            result_add(arena, &result, &from->list[old], NULL);
    }
    judge_all(arena, from, to, &result);
    result.before = capacity_of(arena, from);
    result.after = capacity_of(arena, to);
    return result;
}
