/* A Delta as a JSON Patch (RFC 6902): the same difference in a form that other programs can apply. */
#include "diff_private.h"

/* Beyond this many items a list that is put in another order is replaced: moving items one by one is quadratic. */
#define MOVED_MAX 4096

typedef struct Patcher {
    Arena *arena;
    ListBuilder operations;
    Buf path; /* the pointer so far (RFC 6901) */
} Patcher;

static void walk(Patcher *patcher, const Delta *delta);

static void add_segment(Buf *path, Str key)
{
    buf_add_char(path, '/');
    for (size_t i = 0; i < key.size; i++) {
        if (key.data[i] == '~' || key.data[i] == '/')
            buf_add(path, key.data[i] == '~' ? STR("~0") : STR("~1"));
        else
            buf_add_char(path, key.data[i]);
    }
}

static const Value *text_value(Patcher *patcher, Str text)
{
    return value_new_string(patcher->arena, ORIGIN_NONE, arena_copy(patcher->arena, text));
}

static void add_operation(Patcher *patcher, const char *name, Str from, const Value *value)
{
    MapBuilder map = map_begin(patcher->arena);
    map_set(&map, STR("op"), ORIGIN_NONE, text_value(patcher, str_from(name)));
    if (from.data)
        map_set(&map, STR("from"), ORIGIN_NONE, text_value(patcher, from));
    map_set(&map, STR("path"), ORIGIN_NONE, text_value(patcher, buf_str(&patcher->path)));
    if (value)
        map_set(&map, STR("value"), ORIGIN_NONE, value);
    list_add(&patcher->operations, map_end(&map, ORIGIN_NONE));
}

static size_t enter(Patcher *patcher, Str key)
{
    size_t size = patcher->path.size;
    add_segment(&patcher->path, key);
    return size;
}

static size_t enter_index(Patcher *patcher, size_t index)
{
    size_t size = patcher->path.size;
    buf_printf(&patcher->path, "/%zu", index);
    return size;
}

static void walk_map(Patcher *patcher, const Delta *delta)
{
    for (uint32_t i = 0; i < delta->count; i++) {
        const DeltaChild *child = &delta->children[i];
        size_t size = enter(patcher, child->key);
        if (child->delta)
            walk(patcher, child->delta);
        else
            add_operation(patcher, child->to ? "add" : "remove", STR_NONE, child->to);
        patcher->path.size = size;
    }
}

/* Takes what is gone from the back, so that the indices before it hold; order then has the old items that stay. */
static uint32_t *drop_items(Patcher *patcher, const Delta *delta, size_t *count)
{
    uint32_t *order = ARENA_ARRAY(patcher->arena, uint32_t, (size_t)delta->from->size + delta->to->size + 1);
    bool *gone = ARENA_ARRAY(patcher->arena, bool, (size_t)delta->from->size + 1);
    for (uint32_t i = delta->listed; i < delta->count; i++)
        gone[delta->children[i].old_index] = true;
    *count = 0;
    for (uint32_t i = 0; i < delta->from->size; i++) {
        if (!gone[i])
            order[(*count)++] = i;
    }
    for (uint32_t i = delta->from->size; i-- > 0;) {
        if (!gone[i])
            continue;
        size_t size = enter_index(patcher, i);
        add_operation(patcher, "remove", STR_NONE, NULL);
        patcher->path.size = size;
    }
    return order;
}

static void move_item(Patcher *patcher, uint32_t *order, size_t from, size_t to)
{
    uint32_t moved = order[from];
    memmove(order + to + 1, order + to, (from - to) * sizeof *order);
    order[to] = moved;
    size_t size = enter_index(patcher, from);
    Str source = arena_copy(patcher->arena, buf_str(&patcher->path));
    patcher->path.size = size;
    enter_index(patcher, to);
    add_operation(patcher, "move", source, NULL);
    patcher->path.size = size;
}

static void add_item(Patcher *patcher, uint32_t *order, size_t *count, size_t at, const Value *value)
{
    memmove(order + at + 1, order + at, (*count - at) * sizeof *order);
    order[at] = INDEX_NONE;
    ++*count;
    size_t size = enter_index(patcher, at);
    add_operation(patcher, "add", STR_NONE, value);
    patcher->path.size = size;
}

static void walk_list(Patcher *patcher, const Delta *delta)
{
    if (delta->from->size + delta->to->size > MOVED_MAX) {
        add_operation(patcher, "replace", STR_NONE, delta->to);
        return;
    }
    size_t count;
    uint32_t *order = drop_items(patcher, delta, &count);
    for (uint32_t i = 0; i < delta->listed; i++) {
        const DeltaChild *child = &delta->children[i];
        size_t at = i;
        while (child->from && order[at] != child->old_index)
            at++;
        if (!child->from)
            add_item(patcher, order, &count, i, child->to);
        else if (at != i)
            move_item(patcher, order, at, i);
        size_t size = enter_index(patcher, i);
        if (child->delta)
            walk(patcher, child->delta);
        patcher->path.size = size;
    }
}

static void walk(Patcher *patcher, const Delta *delta)
{
    switch (delta->kind) {
    case DELTA_MAP:
        walk_map(patcher, delta);
        break;
    case DELTA_LIST:
        walk_list(patcher, delta);
        break;
    case DELTA_REPLACE:
        add_operation(patcher, "replace", STR_NONE, delta->to);
        break;
    }
}

const Value *delta_patch(Arena *arena, const Delta *delta)
{
    Patcher patcher = {.arena = arena, .operations = list_begin(arena)};
    if (delta)
        walk(&patcher, delta);
    buf_release(&patcher.path);
    return list_end(&patcher.operations, ORIGIN_NONE);
}
