/*
 * The operators that join values: $merge, $mergeDeep, $flatten, $flattenDeep; and $reverse. Nothing is bound or
 * chosen here.
 */
#include "jsone_private.h"

static const Value *operand(JsoneRun *run, const Node *node, const JsoneScope *scope, const char *expected)
{
    const Operation *operation = node->operation;
    const Value *value = node_eval(run, operation->value, scope);
    if (value && value->kind != VALUE_LIST)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "%s value must evaluate to %s",
                    operation->name.data, expected);
    return value;
}

static const Value *maps_operand(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *list = operand(run, node, scope, "an array of objects");
    for (uint32_t i = 0; list && i < list->size; i++) {
        if (list->items[i]->kind != VALUE_MAP)
            return fail(run, FAILURE_TEMPLATE, origin_or(list->items[i]->origin, operation->value->origin),
                        "%s value must evaluate to an array of objects", operation->name.data);
    }
    return list;
}

/* ---- $merge ---- */

const Value *eval_merge(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *list = maps_operand(run, node, scope);
    if (!list)
        return NULL;
    MapBuilder merged = list->size ? map_begin_with(run->arena, list->items[0]) : map_begin(run->arena);
    if (!spend_values(run, node->origin, 1 + COPIED_ENTRY * merged.count))
        return NULL;
    for (uint32_t i = 1; i < list->size; i++) {
        const Value *map = list->items[i];
        if (!spend_values(run, node->origin, map->size))
            return NULL;
        for (uint32_t j = 0; j < map->size; j++)
            map_set(&merged, map->entries[j].key, map->entries[j].key_origin, map->entries[j].value);
    }
    return map_end(&merged, node->origin);
}

/* ---- $mergeDeep ---- */

static const Value *merge_deep(JsoneRun *run, Origin at, const Value *left, const Value *right);

static const Value *append(JsoneRun *run, Origin at, const Value *left, const Value *right)
{
    size_t count = (size_t)left->size + right->size;
    const Value **items = make_items(run, at, count);
    if (!items)
        return NULL;
    if (left->size)
        memcpy(items, left->items, left->size * sizeof *items);
    if (right->size)
        memcpy(items + left->size, right->items, right->size * sizeof *items);
    return make_list(run, at, items, count);
}

static const Value *merge_maps(JsoneRun *run, Origin at, const Value *left, const Value *right)
{
    MapBuilder merged = map_begin_with(run->arena, left);
    if (!spend_values(run, at, 1 + COPIED_ENTRY * (size_t)left->size + right->size) || !descend(run, at))
        return NULL;
    for (uint32_t i = 0; i < right->size; i++) {
        const MapEntry *entry = &right->entries[i];
        const Value *old = value_get(left, entry->key);
        const Value *value = old ? merge_deep(run, at, old, entry->value) : entry->value;
        if (!value)
            return NULL;
        map_set(&merged, entry->key, entry->key_origin, value);
    }
    run->depth--;
    return map_end(&merged, at);
}

static const Value *merge_deep(JsoneRun *run, Origin at, const Value *left, const Value *right)
{
    if (left->kind == VALUE_LIST && right->kind == VALUE_LIST)
        return append(run, at, left, right);
    if (left->kind == VALUE_MAP && right->kind == VALUE_MAP)
        return merge_maps(run, at, left, right);
    return right;
}

const Value *eval_merge_deep(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *list = maps_operand(run, node, scope);
    if (!list)
        return NULL;
    const Value *merged = list->size ? list->items[0] : map_end(&(MapBuilder){.arena = run->arena}, node->origin);
    for (uint32_t i = 1; merged && i < list->size; i++)
        merged = merge_deep(run, node->origin, merged, list->items[i]);
    return merged;
}

/* ---- $flatten ---- */

static bool flatten_into(JsoneRun *run, Origin at, ListBuilder *into, const Value *value, size_t levels)
{
    if (value->kind != VALUE_LIST || !levels) {
        list_add(into, value);
        return spend_values(run, at, 1);
    }
    if (!spend_steps(run, at, 1) || !descend(run, at))
        return false;
    for (uint32_t i = 0; i < value->size; i++) {
        if (!flatten_into(run, at, into, value->items[i], levels - 1))
            return false;
    }
    run->depth--;
    return true;
}

static const Value *flatten(JsoneRun *run, const Node *node, const JsoneScope *scope, size_t levels)
{
    const Value *list = operand(run, node, scope, "an array");
    ListBuilder flat = list_begin(run->arena);
    if (!list || !flatten_into(run, node->origin, &flat, list, levels))
        return NULL;
    return list_end(&flat, node->origin);
}

const Value *eval_flatten(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    return flatten(run, node, scope, 2);
}

const Value *eval_flatten_deep(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    return flatten(run, node, scope, SIZE_MAX);
}

/* ---- $reverse ---- */

const Value *eval_reverse(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *list = operand(run, node, scope, "an array of objects");
    const Value **items = list ? make_items(run, node->origin, list->size) : NULL;
    for (uint32_t i = 0; items && i < list->size; i++)
        items[i] = list->items[list->size - 1 - i];
    return items ? make_list(run, node->origin, items, list->size) : NULL;
}
