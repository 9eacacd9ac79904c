/* The changes of one object, read off its Delta: one for each place that differs, in the order of the tree. */
#include "diff_private.h"

typedef struct Lister {
    Arena *arena;
    const Judge *judge;
    DiffObject *object;
} Lister;

/* The option before an item of a list, whose value it may be. */
static Str option_before(const Value *list, uint32_t index)
{
    const Value *before = index && index < list->size ? list->items[index - 1] : NULL;
    Str text = before && before->kind == VALUE_STRING ? value_text(before) : STR("");
    return str_starts(text, STR("-")) ? text : STR("");
}

static const DiffStep *step_new(Lister *lister, const DiffStep *up, const Delta *delta, uint32_t at)
{
    const DeltaChild *child = &delta->children[at];
    bool item = delta->kind == DELTA_LIST;
    DiffStep *step = ARENA_NEW(lister->arena, DiffStep);
    *step = (DiffStep){.up = up, .key = child->key, .item = item, .named = child->named};
    if (item && child->from)
        step->behind_old = option_before(delta->from, child->old_index);
    if (item && child->to)
        step->behind_new = option_before(delta->to, at);
    return step;
}

static void add_change(Lister *lister, DiffChange change)
{
    DiffObject *object = lister->object;
    ARENA_GROW(lister->arena, object->changes, object->count, object->capacity);
    object->changes[object->count++] = change;
    object->classes |= change.classes;
}

static void judge_and_add(Lister *lister, DiffChange change)
{
    judge_change(lister->judge, &change);
    add_change(lister, change);
}

/* An order counts where it means something, and wherever pods are replaced for it. */
static void add_reordering(Lister *lister, const Delta *delta, const DiffStep *path)
{
    DiffChange change = {.kind = DIFF_REORDERED, .path = path, .from = delta->from, .to = delta->to};
    judge_change(lister->judge, &change);
    if (!delta->order_is_real && !(change.classes & (DIFF_BIT(DIFF_RESTARTS) | DIFF_BIT(DIFF_RECREATES))))
        return;
    change.classes |= delta->order_is_real ? 0 : DIFF_BIT(DIFF_COSMETIC);
    add_change(lister, change);
}

static void list_delta(Lister *lister, const Delta *delta, const DiffStep *path)
{
    if (delta->kind == DELTA_REPLACE) {
        judge_and_add(lister, (DiffChange){.kind = DIFF_CHANGED, .path = path, .from = delta->from, .to = delta->to});
        return;
    }
    if (delta->reordered)
        add_reordering(lister, delta, path);
    for (uint32_t i = 0; i < delta->count; i++) {
        const DeltaChild *child = &delta->children[i];
        if (child->from && child->to && !child->delta)
            continue;
        const DiffStep *step = step_new(lister, path, delta, i);
        if (child->delta)
            list_delta(lister, child->delta, step);
        else
            judge_and_add(lister, (DiffChange){.kind = child->to ? DIFF_ADDED : DIFF_REMOVED, .path = step,
                                            .from = child->from, .to = child->to});
    }
}

void object_judge(Arena *arena, const Context *context, DiffObject *object)
{
    Judge judge = judge_new(arena, object->kind, object->from, object->to, context);
    Lister lister = {.arena = arena, .judge = &judge, .object = object};
    if (object->delta)
        list_delta(&lister, object->delta, NULL);
    else
        judge_and_add(&lister, (DiffChange){.kind = object->kind_of_change, .from = object->from, .to = object->to});
}
