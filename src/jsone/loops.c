/*
 * The operators that visit elements: $map, $reduce, $find and $sort. The names of each(…) are bound in a scope
 * on the C stack, so that a turn of a loop allocates nothing but its result.
 */
#include "jsone_private.h"

/* ---- one turn ---- */

typedef struct Turn {
    MapEntry entries[BINDER_MAX];
    Value map;
    JsoneScope scope;
    JsoneFrame frame;
} Turn;

static void turn_begin(Turn *turn, JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Binder *binder = &node->operation->binder;
    turn->map = (Value){.kind = VALUE_MAP, .size = (uint32_t)binder->count};
    for (size_t i = 0; i < binder->count; i++)
        turn->entries[i] = (MapEntry){binder->names[i], ORIGIN_NONE, NULL};
    turn->map.entries = turn->entries;
    turn->scope = (JsoneScope){&turn->map, scope, false, binder->bits};
    turn->frame = (JsoneFrame){.up = run->frame, .origin = node->origin, .what = node->operation->name};
    run->frame = &turn->frame;
}

static void turn_end(const Turn *turn, JsoneRun *run)
{
    run->frame = turn->frame.up;
}

/* at counts the names as they are written; the binder holds them backwards. */
static void turn_bind(Turn *turn, size_t at, const Value *value)
{
    turn->entries[turn->map.size - 1 - at].value = value;
}

static bool turn_bind_index(Turn *turn, JsoneRun *run, size_t at, size_t index)
{
    turn->frame.index = index;
    if (turn->map.size <= at)
        return true;
    const Value *number = make_number(run, turn->frame.origin, (double)index);
    turn_bind(turn, at, number);
    return number != NULL;
}

/* ---- $map ---- */

static const Value *map_list(JsoneRun *run, const Node *node, const JsoneScope *scope, const Value *list)
{
    const Value **items = make_items(run, node->origin, list->size), *item = NULL;
    size_t count = 0;
    Turn turn;
    if (!items)
        return NULL;
    turn_begin(&turn, run, node, scope);
    for (uint32_t i = 0; i < list->size; i++) {
        turn_bind(&turn, 0, list->items[i]);
        if (!turn_bind_index(&turn, run, 1, i) || !(item = node_eval(run, node->operation->body, &turn.scope)))
            return NULL;
        if (item != NOTHING)
            items[count++] = item;
    }
    turn_end(&turn, run);
    return make_list(run, node->origin, items, count);
}

static const Value *key_value(JsoneRun *run, const MapEntry *entry)
{
    return value_new_string(run->arena, entry->key_origin, entry->key);
}

/* each(x) sees {key, val}, each(v, k) the two by themselves. */
static bool turn_bind_entry(Turn *turn, JsoneRun *run, const MapEntry *entry)
{
    turn->frame.key = entry->key;
    if (!spend_values(run, turn->frame.origin, 4))
        return false;
    if (turn->map.size > 1) {
        turn_bind(turn, 0, entry->value);
        turn_bind(turn, 1, key_value(run, entry));
        return true;
    }
    MapBuilder pair = map_begin(run->arena);
    map_set(&pair, STR("key"), entry->key_origin, key_value(run, entry));
    map_set(&pair, STR("val"), entry->key_origin, entry->value);
    turn_bind(turn, 0, map_end(&pair, origin_or(entry->value->origin, entry->key_origin)));
    return true;
}

static bool add_entries(JsoneRun *run, Origin at, MapBuilder *into, const Value *map)
{
    if (!spend_values(run, at, map->size))
        return false;
    for (uint32_t i = 0; i < map->size; i++)
        map_set(into, map->entries[i].key, map->entries[i].key_origin, map->entries[i].value);
    return true;
}

static const Value *map_map(JsoneRun *run, const Node *node, const JsoneScope *scope, const Value *map)
{
    MapBuilder result = map_begin(run->arena);
    Turn turn;
    turn_begin(&turn, run, node, scope);
    for (uint32_t i = 0; i < map->size; i++) {
        if (!turn_bind_entry(&turn, run, &map->entries[i]))
            return NULL;
        const Value *part = node_eval(run, node->operation->body, &turn.scope);
        if (!part)
            return NULL;
        if (part->kind != VALUE_MAP)
            return fail(run, FAILURE_TEMPLATE, node->operation->body->origin,
                        "$map on objects expects each(%.*s) to evaluate to an object",
                        STR_ARG(turn.entries[turn.map.size - 1].key));
        if (!add_entries(run, node->origin, &result, part))
            return NULL;
    }
    turn_end(&turn, run);
    return map_end(&result, node->origin);
}

const Value *eval_map_each(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *value = node_eval(run, operation->value, scope);
    if (!value)
        return NULL;
    if (value->kind != VALUE_LIST && value->kind != VALUE_MAP)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin,
                    "$map value must evaluate to an array or object");
    if (operation->late)
        return failure_raise(run, operation->late);
    return value->kind == VALUE_LIST ? map_list(run, node, scope, value) : map_map(run, node, scope, value);
}

/* The operand of the other loops. */
static const Value *list_operand(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *value = node_eval(run, operation->value, scope);
    if (!value)
        return NULL;
    if (value->kind != VALUE_LIST)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "%s value must evaluate to an array",
                    operation->name.data);
    return operation->late ? failure_raise(run, operation->late) : value;
}

/* ---- $reduce, $find ---- */

const Value *eval_reduce(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *list = list_operand(run, node, scope), *result = node->operation->initial;
    Turn turn;
    if (!list)
        return NULL;
    turn_begin(&turn, run, node, scope);
    for (uint32_t i = 0; i < list->size; i++) {
        turn_bind(&turn, 0, result);
        turn_bind(&turn, 1, list->items[i]);
        if (!turn_bind_index(&turn, run, 2, i))
            return NULL;
        const Value *next = node_eval(run, node->operation->body, &turn.scope);
        if (!next)
            return NULL;
        if (next != NOTHING)
            result = next;
    }
    turn_end(&turn, run);
    return result;
}

const Value *eval_find(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *list = list_operand(run, node, scope), *found = NOTHING;
    Turn turn;
    if (!list)
        return NULL;
    turn_begin(&turn, run, node, scope);
    for (uint32_t i = 0; i < list->size && found == NOTHING; i++) {
        turn_bind(&turn, 0, list->items[i]);
        if (!turn_bind_index(&turn, run, 1, i))
            return NULL;
        int holds = expression_holds(run, &node->operation->condition, &turn.scope);
        if (holds < 0)
            return NULL;
        if (holds)
            found = list->items[i];
    }
    turn_end(&turn, run);
    return found;
}

/* ---- $sort ---- */

typedef struct Sortable {
    const Value *by;
    const Value *item;
} Sortable;

static int compare_sortables(void *user, const void *left, const void *right)
{
    JsoneRun *run = user;
    const Value *a = ((const Sortable *)left)->by, *b = ((const Sortable *)right)->by;
    /* Over the budget the order no longer matters, only coming to an end. */
    if (run->steps > run->limits->steps)
        return 0;
    run->steps += 1 + (a->size < b->size ? a->size : b->size) / 64;
    if (a->kind == VALUE_STRING)
        return str_compare(value_text(a), value_text(b));
    return (a->number > b->number) - (a->number < b->number);
}

/* What each element is sorted by: itself without a by(x). */
static bool sort_keys(JsoneRun *run, const Node *node, const JsoneScope *scope, const Value *list,
                      Sortable *sortables)
{
    bool by = node->operation->binder.count > 0;
    Turn turn;
    turn_begin(&turn, run, node, scope);
    for (uint32_t i = 0; i < list->size; i++) {
        turn.frame.index = i;
        sortables[i] = (Sortable){list->items[i], list->items[i]};
        if (by) {
            turn_bind(&turn, 0, list->items[i]);
            sortables[i].by = expression_eval(run, &node->operation->condition, &turn.scope);
        }
        if (!sortables[i].by)
            return false;
    }
    turn_end(&turn, run);
    return true;
}

static bool is_sortable(const Sortable *sortables, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = sortables[i].by->kind;
        if ((kind != VALUE_NUMBER && kind != VALUE_STRING) || kind != sortables[0].by->kind)
            return false;
    }
    return true;
}

static const Value *sorted(JsoneRun *run, const Node *node, const Sortable *sortables, size_t count)
{
    const void **order = ARENA_ARRAY(run->arena, const void *, count + 1);
    const Value **items = ARENA_ARRAY(run->arena, const Value *, count + 1);
    for (size_t i = 0; i < count; i++)
        order[i] = &sortables[i];
    sort_stable(run->arena, order, count, compare_sortables, run);
    for (size_t i = 0; i < count; i++)
        items[i] = ((const Sortable *)order[i])->item;
    return spend_steps(run, node->origin, 0) ? make_list(run, node->origin, items, count) : NULL;
}

const Value *eval_sort(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const char *unsortable = "$sorted values to be sorted must have the same type";
    const Operation *operation = node->operation;
    const Value *list = node_eval(run, operation->value, scope);
    if (!list)
        return NULL;
    if (list->kind != VALUE_LIST)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "%s", unsortable);
    if (operation->late && list->size)
        return failure_raise(run, operation->late);
    if (!spend_values(run, node->origin, 2 * (size_t)list->size + 1))
        return NULL;
    Sortable *sortables = ARENA_ARRAY(run->arena, Sortable, list->size + 1u);
    if (!sort_keys(run, node, scope, list, sortables))
        return NULL;
    if (!is_sortable(sortables, list->size))
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "%s", unsortable);
    return sorted(run, node, sortables, list->size);
}
