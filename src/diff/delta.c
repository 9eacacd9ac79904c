/*
 * The exact difference of two values. Maps are compared key by key; the items of a list are paired by its row, and
 * what stays unpaired was added or is gone. Knows no object and no consequence.
 */
#include "diff_private.h"

typedef struct Comparison {
    Arena *arena;
    Str kind;
    DiffRenames renames;
} Comparison;

static const Delta *compare(const Comparison *c, const DiffStep *path, const Value *from, const Value *to);

static const Delta *replace(const Comparison *c, const Value *from, const Value *to)
{
    Delta *delta = ARENA_NEW(c->arena, Delta);
    *delta = (Delta){.kind = DELTA_REPLACE, .from = from, .to = to};
    return delta;
}

/* ---- maps ---- */

static const Delta *compare_maps(const Comparison *c, const DiffStep *path, const Value *from, const Value *to)
{
    DeltaChild *children = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < from->size + to->size; i++) {
        const MapEntry *entry = i < from->size ? &from->entries[i] : &to->entries[i - from->size];
        const Value *other = value_get(i < from->size ? to : from, entry->key);
        if (i >= from->size && other)
            continue;
        DiffStep step = {.up = path, .key = entry->key};
        DeltaChild child = {.key = entry->key, .old_index = INDEX_NONE};
        child.from = i < from->size ? entry->value : NULL;
        child.to = i < from->size ? other : entry->value;
        if (other && !(child.delta = compare(c, &step, child.from, child.to)))
            continue;
        ARENA_GROW(c->arena, children, count, capacity);
        children[count++] = child;
    }
    if (!count)
        return NULL;
    Delta *delta = ARENA_NEW(c->arena, Delta);
    *delta = (Delta){.kind = DELTA_MAP, .from = from, .to = to, .children = children, .count = (uint32_t)count};
    return delta;
}

/* ---- lists: which old item each new one is ---- */

typedef struct Pairing {
    uint32_t *old_of; /* by new index; INDEX_NONE: new */
    bool *kept;       /* by old index */
    Str *keys;        /* by new index, then by old one; NULL: items are known by index */
} Pairing;

static void pair_up(Pairing *pairing, uint32_t old, uint32_t new)
{
    pairing->old_of[new] = old;
    pairing->kept[old] = true;
}

static Str item_key(const Comparison *c, const ListRow *row, const Value *list, uint32_t i, bool old)
{
    Str key = list_item_key(c->arena, row, list->items[i]);
    return old && key.data ? text_renamed(c->arena, key, c->renames) : key;
}

/* False where an item lacks its key or two have the same. */
static bool keys_of(const Comparison *c, const ListRow *row, const Value *list, bool old, Str *keys, Index *index)
{
    for (uint32_t i = 0; i < list->size; i++) {
        keys[i] = item_key(c, row, list, i, old);
        if (!keys[i].data || index_put(index, keys[i], i) != i)
            return false;
    }
    return true;
}

static bool pair_by_keys(const Comparison *c, const ListRow *row, const Value *from, const Value *to, Pairing *pairing)
{
    Str *keys = ARENA_ARRAY(c->arena, Str, (size_t)from->size + to->size + 1);
    Index *old = index_new(c->arena, from->size), *new = index_new(c->arena, to->size);
    if (row->match != LIST_KEYED || !keys_of(c, row, to, false, keys, new) ||
        !keys_of(c, row, from, true, keys + to->size, old))
        return false;
    for (uint32_t i = 0; i < to->size; i++) {
        uint32_t found = index_get(old, keys[i]);
        if (found != INDEX_NONE)
            pair_up(pairing, found, i);
    }
    pairing->keys = keys;
    return true;
}

/* Equal items get equal numbers: that of the first. */
static uint32_t *numbers_of(const Comparison *c, const Value *list, Index *index, uint32_t first, bool old)
{
    uint32_t *numbers = ARENA_ARRAY(c->arena, uint32_t, (size_t)list->size + 1);
    Buf text = {0};
    for (uint32_t i = 0; i < list->size; i++) {
        text.size = 0;
        value_print_json(list->items[i], true, &text);
        Str copy = arena_copy(c->arena, buf_str(&text));
        numbers[i] = index_put(index, old ? text_renamed(c->arena, copy, c->renames) : copy, first + i);
    }
    buf_release(&text);
    return numbers;
}

static bool may_pair(const Value *from, const Value *to, bool alone)
{
    return from->kind == to->kind && (alone || from->kind == VALUE_MAP);
}

/* A run of dropped items against the run of added ones in the same place. */
static void pair_runs(const Value *from, const Value *to, uint32_t old, uint32_t dropped, uint32_t new, uint32_t added,
                      Pairing *pairing)
{
    for (uint32_t i = 0; i < dropped && i < added; i++) {
        if (may_pair(from->items[old + i], to->items[new + i], dropped == added))
            pair_up(pairing, old + i, new + i);
    }
}

static void pair_by_script(const Value *from, const Value *to, EditScript script, Pairing *pairing)
{
    uint32_t old = 0, new = 0;
    for (size_t i = 0; i < script.count;) {
        if (script.steps[i] == ' ') {
            pair_up(pairing, old++, new++);
            i++;
            continue;
        }
        uint32_t dropped = 0, added = 0;
        for (; i < script.count && script.steps[i] != ' '; i++) {
            dropped += script.steps[i] == '-';
            added += script.steps[i] == '+';
        }
        pair_runs(from, to, old, dropped, new, added, pairing);
        old += dropped;
        new += added;
    }
}

/* Equal items one by one, then what is left in order. */
static void pair_sets(const Comparison *c, const ListRow *row, const Value *from, const Value *to,
                      const uint32_t *old_numbers, const uint32_t *new_numbers, Pairing *pairing)
{
    uint32_t numbers = from->size + to->size;
    uint32_t *waiting = ARENA_ARRAY(c->arena, uint32_t, (size_t)numbers + 1); /* number → first old item + 1 */
    uint32_t *behind = ARENA_ARRAY(c->arena, uint32_t, (size_t)from->size + 1);
    for (uint32_t i = from->size; i-- > 0;) {
        behind[i] = waiting[old_numbers[i]];
        waiting[old_numbers[i]] = i + 1;
    }
    for (uint32_t i = 0; i < to->size; i++) {
        uint32_t found = waiting[new_numbers[i]];
        if (!found)
            continue;
        waiting[new_numbers[i]] = behind[found - 1];
        pair_up(pairing, found - 1, i);
    }
    for (uint32_t old = 0, new = 0; row->pairs && old < from->size; old++) {
        while (new < to->size && pairing->old_of[new] != INDEX_NONE)
            new++;
        if (!pairing->kept[old] && new < to->size && may_pair(from->items[old], to->items[new], false))
            pair_up(pairing, old, new);
    }
}

static void pair_items(const Comparison *c, const ListRow *row, const Value *from, const Value *to, Pairing *pairing)
{
    if (pair_by_keys(c, row, from, to, pairing))
        return;
    Index *index = index_new(c->arena, (size_t)from->size + to->size);
    const uint32_t *old = numbers_of(c, from, index, 0, true);
    const uint32_t *new = numbers_of(c, to, index, from->size, false);
    if (row->match == LIST_SET)
        pair_sets(c, row, from, to, old, new, pairing);
    else
        pair_by_script(from, to, edit_script(c->arena, old, from->size, new, to->size), pairing);
}

static DeltaChild list_child(const Comparison *c, const DiffStep *path, const Pairing *pairing, const Value *from,
                             const Value *to, uint32_t old, uint32_t new)
{
    DeltaChild child = {.named = pairing->keys, .old_index = old};
    child.from = old == INDEX_NONE ? NULL : from->items[old];
    child.to = new == INDEX_NONE ? NULL : to->items[new];
    if (!pairing->keys)
        child.key = arena_printf(c->arena, "%u", new == INDEX_NONE ? old : new);
    else
        child.key = pairing->keys[new == INDEX_NONE ? to->size + old : new];
    DiffStep step = {.up = path, .key = child.key, .item = true, .named = child.named};
    child.delta = child.from && child.to ? compare(c, &step, child.from, child.to) : NULL;
    return child;
}

static Pairing pairing_new(Arena *arena, const Value *from, const Value *to)
{
    Pairing pairing = {.old_of = ARENA_ARRAY(arena, uint32_t, (size_t)to->size + 1),
                       .kept = ARENA_ARRAY(arena, bool, (size_t)from->size + 1)};
    for (uint32_t i = 0; i < to->size; i++)
        pairing.old_of[i] = INDEX_NONE;
    return pairing;
}

static const Delta *compare_lists(const Comparison *c, const DiffStep *path, const Value *from, const Value *to)
{
    if (value_equal(from, to))
        return NULL;
    const ListRow *row = list_row(c->kind, path);
    Pairing pairing = pairing_new(c->arena, from, to);
    pair_items(c, row, from, to, &pairing);
    DeltaChild *children = ARENA_ARRAY(c->arena, DeltaChild, (size_t)from->size + to->size + 1);
    uint32_t count = 0, last = 0;
    bool reordered = false, differs = from->size != to->size;
    for (uint32_t i = 0; i < to->size; i++) {
        children[count] = list_child(c, path, &pairing, from, to, pairing.old_of[i], i);
        uint32_t old = children[count].old_index;
        reordered |= old != INDEX_NONE && old < last;
        last = old == INDEX_NONE ? last : old;
        differs |= old == INDEX_NONE || children[count].delta;
        count++;
    }
    for (uint32_t i = 0; i < from->size; i++) {
        if (!pairing.kept[i])
            children[count++] = list_child(c, path, &pairing, from, to, i, INDEX_NONE);
    }
    if (!reordered && !differs)
        return NULL;
    Delta *delta = ARENA_NEW(c->arena, Delta);
    *delta = (Delta){.kind = DELTA_LIST, .reordered = reordered, .order_is_real = list_order_is_real(row, to), .from = from,
                     .to = to, .children = children, .count = count, .listed = to->size};
    return delta;
}

/* ---- any ---- */

static bool same_renamed(const Comparison *c, const Value *from, const Value *to)
{
    return c->renames.count && from->kind == VALUE_STRING && to->kind == VALUE_STRING &&
           str_equal(text_renamed(c->arena, value_text(from), c->renames), value_text(to));
}

/* The depth of values is bounded by their readers. */
static const Delta *compare(const Comparison *c, const DiffStep *path, const Value *from, const Value *to)
{
    if (from == to)
        return NULL;
    if (from->kind == VALUE_MAP && to->kind == VALUE_MAP)
        return compare_maps(c, path, from, to);
    if (from->kind == VALUE_LIST && to->kind == VALUE_LIST)
        return compare_lists(c, path, from, to);
    return value_equal(from, to) || same_renamed(c, from, to) ? NULL : replace(c, from, to);
}

const Delta *delta_of(Arena *arena, Str kind, const Value *from, const Value *to, DiffRenames renames)
{
    Comparison comparison = {arena, kind, renames};
    return compare(&comparison, NULL, from, to);
}
