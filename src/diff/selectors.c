/*
 * The label keys that selectors use, by what they select. Most selectors are for pods, and what changes the labels of
 * pods restarts them; these are left out, so that the labels of a Deployment itself, which nothing selects, are known
 * for what they are. Which objects a selector reaches is not asked: a key that it uses counts for all of the kind.
 */
#include "diff_private.h"

/* Kinds whose spec.selector is for pods. */
#define FOR_PODS \
    "Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Rollout|Job|Service|PodDisruptionBudget|PodMonitor"

typedef struct Collector {
    Arena *arena;
    Index *keys;
    Str kind;
} Collector;

static Str key_of(Arena *arena, Str target, Str label)
{
    return arena_printf(arena, "%.*s %.*s", STR_ARG(target), STR_ARG(label));
}

/* What a selector that stands under a key selects; empty: anything; data NULL: pods. */
static Str target_of(const Collector *collector, Str key)
{
    if (str_equal(key, STR("namespaceSelector")))
        return STR("Namespace");
    if (str_equal(key, STR("podSelector")) || str_equal(key, STR("labelSelector")))
        return STR_NONE;
    if (!str_equal(key, STR("selector")))
        return STR("");
    if (str_equal(collector->kind, STR("ServiceMonitor")))
        return STR("Service");
    return kind_in(FOR_PODS, collector->kind) ? STR_NONE : STR("");
}

static void add_keys(Collector *collector, Str target, const Value *map)
{
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        if (value_is_scalar(map->entries[i].value))
            index_put(collector->keys, key_of(collector->arena, target, map->entries[i].key), 1);
    }
}

static void add_selector(Collector *collector, Str target, const Value *selector)
{
    const Value *expressions = value_get(selector, STR("matchExpressions"));
    add_keys(collector, target, value_get(selector, STR("matchLabels")));
    for (uint32_t i = 0; value_is(expressions, VALUE_LIST) && i < expressions->size; i++)
        index_put(collector->keys, key_of(collector->arena, target, value_text_at(expressions->items[i], "key")), 1);
    add_keys(collector, target, selector);
}

static void collect(Collector *collector, const Value *value)
{
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->size; i++)
        collect(collector, value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++) {
        Str key = value->entries[i].key;
        const Value *child = value->entries[i].value;
        bool selects = str_ends(key, STR("elector")) || str_ends(key, STR("electors"));
        Str target = selects ? target_of(collector, key) : STR_NONE;
        for (uint32_t j = 0; target.data && child->kind == VALUE_LIST && j < child->size; j++)
            add_selector(collector, target, child->items[j]);
        if (target.data && child->kind == VALUE_MAP)
            add_selector(collector, target, child);
        if (child->kind == VALUE_MAP || child->kind == VALUE_LIST)
            collect(collector, child);
    }
}

const Index *selected_labels(Arena *arena, const DiffSide *from, const DiffSide *to)
{
    Collector collector = {.arena = arena, .keys = index_new(arena, 64)};
    for (size_t i = 0; i < from->count + to->count; i++) {
        const Value *object = i < from->count ? from->list[i].object : to->list[i - from->count].object;
        collector.kind = value_text_at(object, "kind");
        collect(&collector, object);
    }
    return collector.keys;
}

bool label_is_selected(Arena *arena, const Index *selected, Str kind, Str label)
{
    return str_equal(kind, STR("Pod")) || index_get(selected, key_of(arena, kind, label)) != INDEX_NONE ||
           index_get(selected, key_of(arena, STR(""), label)) != INDEX_NONE;
}

/* The kind in a manifest's text, as most writers print it: a top-level line of its own. */
static Str kind_in_text(Str text)
{
    ptrdiff_t at = str_starts(text, STR("kind: ")) ? -1 : str_find(text, STR("\nkind: "), 0);
    size_t from = (size_t)(at + 1) + sizeof "kind: " - 1;
    ptrdiff_t end = str_find(text, STR("\n"), from);
    bool found = at >= 0 || str_starts(text, STR("kind: "));
    return found && end >= 0 ? str_trim(str_slice(text, from, (size_t)end)) : STR("");
}

/*
 * Whether any of the labels stands in a selector, which in a text without aliases and escapes means behind the key of
 * one. Such a key is not looked for by itself: a comment or a string that looks like one costs a look at the text.
 */
static bool may_select(const DiffWants *wants, Str text)
{
    ptrdiff_t selector = str_find(text, STR("elector"), 0);
    if (selector < 0)
        return false;
    if (str_has_char(text, '\\') || str_has_char(text, '*'))
        return true;
    for (size_t i = 0; i < wants->label_count; i++) {
        if (str_find(text, wants->labels[i], (size_t)selector) >= 0)
            return true;
    }
    return false;
}

bool diff_matters(const DiffWants *wants, Str text)
{
    if (wants->workloads && (str_find(text, STR("containers"), 0) >= 0 || str_find(text, STR("requests"), 0) >= 0 ||
                             str_find(text, STR("HorizontalPodAutoscaler"), 0) >= 0))
        return true;
    if (!wants->others || !may_select(wants, text))
        return false;
    if (wants->namespaces && str_find(text, STR("namespaceSelector"), 0) >= 0)
        return true;
    if (wants->services && str_find(text, STR("ServiceMonitor"), 0) >= 0)
        return true;
    bool many = str_find(text, STR("\n---"), 1) >= 0;
    return many || !kind_in(FOR_PODS "|NetworkPolicy|ServiceMonitor", kind_in_text(text));
}
