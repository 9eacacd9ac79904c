/*
 * Whether what a deleted policy, budget or quota guarded is still there: when a service goes with all that belongs to it,
 * nothing is weaker. Workloads are known by their namespace and by each label of their pods; a selector whose labels
 * all appear there is taken to reach something, though they may stand on different pods.
 */
#include "diff_private.h"

static Str place_key(Arena *arena, Str namespace, Str key, Str value)
{
    return arena_printf(arena, "%.*s%c%.*s%c%.*s", STR_ARG(namespace), 1, STR_ARG(key), 1, STR_ARG(value));
}

const Index *workload_labels(Arena *arena, const DiffSide *side)
{
    Index *index = index_new(arena, 64);
    for (size_t i = 0; i < side->count; i++) {
        const Value *object = side->list[i].object;
        const char *template = template_path(value_text_at(object, "kind"));
        if (!template)
            continue;
        Str namespace = value_text_at(object, "metadata.namespace");
        index_put(index, place_key(arena, namespace, STR(""), STR("")), 1);
        const Value *labels = value_path(template[0] ? value_path(object, template) : object, "metadata.labels");
        for (uint32_t j = 0; value_is(labels, VALUE_MAP) && j < labels->size; j++) {
            const MapEntry *label = &labels->entries[j];
            if (value_is_scalar(label->value))
                index_put(index, place_key(arena, namespace, label->key, value_text(label->value)), 1);
        }
    }
    return index;
}

bool is_guard(Str kind)
{
    return kind_in("NetworkPolicy|PodDisruptionBudget|ResourceQuota|LimitRange|PeerAuthentication|AuthorizationPolicy",
                   kind);
}

bool guards_workloads(Arena *arena, const Index *workloads, const Value *guard)
{
    Str namespace = value_text_at(guard, "metadata.namespace");
    bool policy = str_equal(value_text_at(guard, "kind"), STR("NetworkPolicy"));
    const Value *labels = value_path(guard, policy ? "spec.podSelector.matchLabels" : "spec.selector.matchLabels");
    if (index_get(workloads, place_key(arena, namespace, STR(""), STR(""))) == INDEX_NONE)
        return false;
    for (uint32_t i = 0; value_is(labels, VALUE_MAP) && i < labels->size; i++) {
        const MapEntry *label = &labels->entries[i];
        Str key = place_key(arena, namespace, label->key,
                            value_is_scalar(label->value) ? value_text(label->value) : STR(""));
        if (index_get(workloads, key) == INDEX_NONE)
            return false;
    }
    return true;
}
