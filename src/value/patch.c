/*
 * JSON Patch (RFC 6902) over immutable values: an operation rebuilds the maps and lists from the root to its place
 * and shares everything else. Knows no file, no object and no diagnostics: the caller gets the operation that failed,
 * why, and where it stands.
 */
#include "kiln/value.h"

/* No pointer leads deeper and no value ends up deeper, so that whoever walks a result by recursion has stack enough.
 */
enum { DEPTH_LIMIT = 128 };
/* What an entry of a map costs that is written anew, beside an item of a list: it is that much larger. */
enum { MAP_WORK = 4 };
/* Values are cut to this many bytes in messages. */
enum { SHOWN_LIMIT = 60 };

typedef struct Pointer {
    Str text;
    Origin origin;
    size_t count;
    Str segments[DEPTH_LIMIT]; /* unescaped */
} Pointer;

typedef enum EditKind { EDIT_ADD, EDIT_REPLACE, EDIT_REMOVE } EditKind;

typedef struct Patch {
    Arena *arena;
    ValuePatchBudget *budget;
    ValuePatchError *error;
    const Value *root;
    const Value *operation;
    Pointer path;
    Pointer from;
} Patch;

static bool fail(Patch *patch, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
static bool fail(Patch *patch, Origin origin, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    patch->error->reason = arena_vprintf(patch->arena, format, args);
    va_end(args);
    patch->error->origin = origin != ORIGIN_NONE ? origin : patch->operation->origin;
    return false;
}

static bool spend(Patch *patch, size_t work)
{
    if (work > patch->budget->work) {
        patch->budget->work = 0;
        return fail(patch, ORIGIN_NONE,
                    "the patches add and copy more than %zu entries and bytes in all; use fewer or smaller ones",
                    VALUE_PATCH_BUDGET.work);
    }
    patch->budget->work -= work;
    return true;
}

/* ---- pointers (RFC 6901) ---- */

/* ~1 is '/', ~0 is '~'; each is replaced once, so ~01 is "~1". */
static bool unescape(Patch *patch, const Pointer *pointer, Str raw, Str *segment)
{
    if (!str_has_char(raw, '~')) {
        *segment = raw;
        return true;
    }
    char *out = arena_alloc(patch->arena, raw.size);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        char c = raw.data[i];
        if (c == '~') {
            char code = ++i < raw.size ? raw.data[i] : '\0';
            if (code != '0' && code != '1')
                return fail(patch, pointer->origin, "'%.*s' has a '~' that is neither ~0 (for '~') nor ~1 (for '/')",
                            STR_ARG(pointer->text));
            c = code == '0' ? '~' : '/';
        }
        out[size++] = c;
    }
    *segment = (Str){out, size};
    return true;
}

static bool pointer_parse(Patch *patch, const char *member, Pointer *pointer)
{
    const Value *value = value_get(patch->operation, str_from(member));
    if (!value)
        return fail(patch, ORIGIN_NONE, "%s is missing", member);
    if (value->kind != VALUE_STRING)
        return fail(patch, value->origin, "expected %s to be a JSON Pointer such as /spec/replicas, found %s", member,
                    value_kind_name((ValueKind)value->kind));
    *pointer = (Pointer){.text = value_text(value), .origin = value->origin};
    if (!pointer->text.size)
        return true;
    if (pointer->text.data[0] != '/')
        return fail(patch, value->origin, "'%.*s' is no JSON Pointer; write '/%.*s'", STR_ARG(pointer->text),
                    STR_ARG(pointer->text));
    Str rest = str_slice(pointer->text, 1, pointer->text.size), raw;
    while (str_split(&rest, '/', &raw)) {
        if (pointer->count == DEPTH_LIMIT)
            return fail(patch, value->origin, "the pointer leads more than %d levels deep", DEPTH_LIMIT);
        if (!unescape(patch, pointer, raw, &pointer->segments[pointer->count++]))
            return false;
    }
    return true;
}

/* The pointer's text up to and with its segment at depth, for messages. */
static Str pointer_head(const Pointer *pointer, size_t depth)
{
    size_t slashes = 0;
    for (size_t i = 0; i < pointer->text.size; i++) {
        if (pointer->text.data[i] == '/' && slashes++ == depth + 1)
            return str_slice(pointer->text, 0, i);
    }
    return pointer->text;
}

/* Digits alone and no leading zero (RFC 6901 §4). */
static bool parse_index(Str text, size_t *index)
{
    if (!text.size || text.size > 9 || (text.size > 1 && text.data[0] == '0'))
        return false;
    *index = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *index = *index * 10 + (size_t)(text.data[i] - '0');
    }
    return true;
}

/* ---- finding ---- */

static bool fail_absent(Patch *patch, const Pointer *pointer, size_t depth, const Value *map)
{
    NearMiss miss = near_miss_begin(pointer->segments[depth]);
    for (uint32_t i = 0; i < map->size; i++)
        near_miss_offer(&miss, map->entries[i].key);
    Str best = near_miss_best(&miss), head = pointer_head(pointer, depth);
    if (best.data)
        return fail(patch, pointer->origin, "nothing at '%.*s'; did you mean '%.*s'?", STR_ARG(head), STR_ARG(best));
    return fail(patch, pointer->origin, "nothing at '%.*s'", STR_ARG(head));
}

/* The index that a segment names; end is the first one that is too high. */
static bool find_index(Patch *patch, const Pointer *pointer, size_t depth, const Value *list, size_t end,
                       size_t *index)
{
    Str segment = pointer->segments[depth], head = pointer_head(pointer, depth);
    if (str_equal(segment, STR("-"))) {
        *index = list->size;
        return *index < end ||
               fail(patch, pointer->origin, "'%.*s' is behind the end of a list; only add can put something there",
                    STR_ARG(head));
    }
    if (!parse_index(segment, index))
        return fail(patch, pointer->origin, "'%.*s' leads into a list, where '%.*s' is no index", STR_ARG(head),
                    STR_ARG(segment));
    return *index < end || fail(patch, pointer->origin, "nothing at '%.*s': the list has %u item%s", STR_ARG(head),
                                list->size, list->size == 1 ? "" : "s");
}

/* The value at the pointer's segment at depth below its parent, which must be there. */
static const Value *step(Patch *patch, const Pointer *pointer, size_t depth, const Value *parent)
{
    size_t index = 0;
    if (parent->kind == VALUE_LIST)
        return find_index(patch, pointer, depth, parent, parent->size, &index) ? parent->items[index] : NULL;
    if (parent->kind != VALUE_MAP) {
        fail(patch, pointer->origin, "nothing at '%.*s': there is %s above it", STR_ARG(pointer_head(pointer, depth)),
             value_kind_name((ValueKind)parent->kind));
        return NULL;
    }
    const Value *value = value_get(parent, pointer->segments[depth]);
    if (!value)
        fail_absent(patch, pointer, depth, parent);
    return value;
}

static const Value *find(Patch *patch, const Pointer *pointer)
{
    const Value *value = patch->root;
    for (size_t depth = 0; value && depth < pointer->count; depth++)
        value = step(patch, pointer, depth, value);
    return value;
}

/* ---- changing ---- */

static const Value *edit_list(Patch *patch, size_t depth, const Value *list, EditKind kind, const Value *value)
{
    size_t index;
    if (!find_index(patch, &patch->path, depth, list, (size_t)list->size + (kind == EDIT_ADD), &index))
        return NULL;
    ListBuilder result = list_begin(patch->arena);
    result.capacity = (size_t)list->size + 1;
    result.items = ARENA_ARRAY(patch->arena, const Value *, result.capacity);
    for (size_t i = 0; i < list->size; i++) {
        if (i == index && kind != EDIT_REMOVE)
            list_add(&result, value);
        if (i != index || kind == EDIT_ADD)
            list_add(&result, list->items[i]);
    }
    if (index == list->size)
        list_add(&result, value);
    return list_end(&result, kind == EDIT_REMOVE ? patch->path.origin : list->origin);
}

/* The entries of map but for one, with its new value; none is looked for, so that no version of it needs an index. */
static const Value *edit_map(Patch *patch, size_t depth, const Value *map, EditKind kind, const Value *value)
{
    Str key = patch->path.segments[depth];
    const MapEntry *old = value_entry(map, key);
    if (kind != EDIT_ADD && !old) {
        fail_absent(patch, &patch->path, depth, map);
        return NULL;
    }
    MapBuilder result = map_begin_room(patch->arena, map, 1);
    size_t at = old ? (size_t)(old - map->entries) : map->size;
    if (kind == EDIT_REMOVE) {
        result.count--;
        memmove(result.entries + at, result.entries + at + 1, (result.count - at) * sizeof *result.entries);
        return map_end_draft(&result, patch->path.origin);
    }
    ARENA_GROW(patch->arena, result.entries, result.count, result.capacity);
    result.entries[at] = (MapEntry){old ? old->key : key, patch->path.origin, value};
    result.count += !old;
    return map_end_draft(&result, map->origin);
}

/* The parent with its child replaced: what stays where it stood keeps its place. */
static const Value *with_child(Patch *patch, size_t depth, const Value *parent, const Value *child)
{
    if (parent->kind == VALUE_MAP) {
        const MapEntry *entry = value_entry(parent, patch->path.segments[depth]);
        MapBuilder map = map_begin_room(patch->arena, parent, 0);
        map.entries[entry - parent->entries].value = child;
        return map_end_draft(&map, parent->origin);
    }
    size_t index;
    if (!find_index(patch, &patch->path, depth, parent, parent->size, &index))
        return NULL;
    const Value **items = ARENA_ARRAY(patch->arena, const Value *, parent->size);
    memcpy(items, parent->items, parent->size * sizeof *items);
    items[index] = child;
    ListBuilder list = {.arena = patch->arena, .items = items, .count = parent->size, .capacity = parent->size};
    return list_end(&list, parent->origin);
}

static const Value *edit_here(Patch *patch, size_t depth, const Value *parent, EditKind kind, const Value *value)
{
    if (parent->kind == VALUE_LIST)
        return edit_list(patch, depth, parent, kind, value);
    if (parent->kind == VALUE_MAP)
        return edit_map(patch, depth, parent, kind, value);
    fail(patch, patch->path.origin, "nothing at '%.*s': there is %s above it",
         STR_ARG(pointer_head(&patch->path, depth)), value_kind_name((ValueKind)parent->kind));
    return NULL;
}

/* Recursion is as deep as the pointer. */
static const Value *edit_below(Patch *patch, size_t depth, const Value *parent, EditKind kind, const Value *value)
{
    size_t cost = parent->kind == VALUE_MAP ? MAP_WORK * (size_t)parent->size
                  : parent->kind == VALUE_LIST ? parent->size : 1;
    if (!spend(patch, cost))
        return NULL;
    if (depth + 1 == patch->path.count)
        return edit_here(patch, depth, parent, kind, value);
    const Value *child = step(patch, &patch->path, depth, parent);
    const Value *edited = child ? edit_below(patch, depth + 1, child, kind, value) : NULL;
    return edited ? with_child(patch, depth, parent, edited) : NULL;
}

static bool edit(Patch *patch, EditKind kind, const Value *value)
{
    if (!patch->path.count && kind == EDIT_REMOVE)
        return fail(patch, patch->path.origin, "the whole document cannot be removed");
    const Value *root = patch->path.count ? edit_below(patch, 0, patch->root, kind, value) : value;
    if (root)
        patch->root = root;
    return root != NULL;
}

/* ---- what is put somewhere must fit there ---- */

/* Pays for all of value, shared parts as often as they appear, and sees that it does not end up too deep. */
static bool measure(Patch *patch, const Value *value, size_t depth)
{
    if (depth > DEPTH_LIMIT)
        return fail(patch, ORIGIN_NONE, "the result would be more than %d levels deep", DEPTH_LIMIT);
    bool scalar = value_is_scalar(value);
    if (!spend(patch, 1 + (scalar ? value->size : 0)))
        return false;
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++) {
        if (!spend(patch, value->entries[i].key.size) || !measure(patch, value->entries[i].value, depth + 1))
            return false;
    }
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->size; i++) {
        if (!measure(patch, value->items[i], depth + 1))
            return false;
    }
    return true;
}

/* ---- the operations (RFC 6902 §4) ---- */

static const Value *operand(Patch *patch)
{
    const Value *value = value_get(patch->operation, STR("value"));
    if (!value)
        fail(patch, ORIGIN_NONE, "value is missing");
    return value;
}

static bool do_add(Patch *patch)
{
    const Value *value = operand(patch);
    return value && measure(patch, value, patch->path.count) && edit(patch, EDIT_ADD, value);
}

static bool do_replace(Patch *patch)
{
    const Value *value = operand(patch);
    return value && measure(patch, value, patch->path.count) && edit(patch, EDIT_REPLACE, value);
}

static bool do_remove(Patch *patch)
{
    return edit(patch, EDIT_REMOVE, NULL);
}

/* The value at from, as it will stand at path. */
static const Value *source(Patch *patch)
{
    const Value *value = find(patch, &patch->from);
    if (!value || !measure(patch, value, patch->path.count))
        return NULL;
    return value_at(patch->arena, value, patch->path.origin);
}

static bool do_copy(Patch *patch)
{
    const Value *value = source(patch);
    return value && edit(patch, EDIT_ADD, value);
}

static bool is_below(const Pointer *pointer, const Pointer *above)
{
    for (size_t i = 0; i < above->count; i++) {
        if (i == pointer->count || !str_equal(pointer->segments[i], above->segments[i]))
            return false;
    }
    return true;
}

static bool do_move(Patch *patch)
{
    const Value *value = source(patch);
    if (!value)
        return false;
    if (is_below(&patch->path, &patch->from))
        return patch->path.count == patch->from.count ||
               fail(patch, patch->path.origin, "'%.*s' cannot be moved into itself", STR_ARG(patch->from.text));
    Pointer path = patch->path;
    patch->path = patch->from;
    bool removed = edit(patch, EDIT_REMOVE, NULL);
    patch->path = path;
    return removed && edit(patch, EDIT_ADD, value);
}

/* As JSON, short enough for a message and not cut inside a character. */
static Str shown(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_MAP || value->kind == VALUE_LIST)
        return str_from(value_kind_name((ValueKind)value->kind));
    Buf buf = {0};
    value_print_json(value, false, &buf);
    size_t end = buf.size;
    if (end > SHOWN_LIMIT) {
        for (end = SHOWN_LIMIT; end && (buf.data[end] & 0xC0) == 0x80; end--)
            ;
    }
    Str text = arena_printf(arena, "%.*s%s", (int)end, buf.data, end < buf.size ? "…" : "");
    buf_release(&buf);
    return text;
}

static bool do_test(Patch *patch)
{
    const Value *expected = operand(patch);
    const Value *found = expected ? find(patch, &patch->path) : NULL;
    if (!found)
        return false;
    if (value_equal(found, expected))
        return true;
    bool deep = (found->kind == VALUE_MAP || found->kind == VALUE_LIST) && found->kind == expected->kind;
    Str text = patch->path.text;
    if (deep)
        return fail(patch, expected->origin, "the test fails: '%.*s' is another %s than this one", STR_ARG(text),
                    found->kind == VALUE_MAP ? "map" : "list");
    return fail(patch, expected->origin, "the test fails: '%.*s' is %.*s, not %.*s", STR_ARG(text),
                STR_ARG(shown(patch->arena, found)), STR_ARG(shown(patch->arena, expected)));
}

static const struct Operation {
    const char *name;
    bool (*apply)(Patch *patch);
    bool from;
} known_operations[] = {
    {"add", do_add, false},  {"remove", do_remove, false}, {"replace", do_replace, false},
    {"move", do_move, true}, {"copy", do_copy, true},      {"test", do_test, false},
};

static const struct Operation *fail_operation(Patch *patch, const Value *op)
{
    NearMiss miss = near_miss_begin(value_is(op, VALUE_STRING) ? value_text(op) : STR(""));
    for (size_t i = 0; i < LENGTH_OF(known_operations); i++)
        near_miss_offer(&miss, str_from(known_operations[i].name));
    Str best = near_miss_best(&miss);
    if (!op)
        fail(patch, ORIGIN_NONE, "op is missing; it is add, remove, replace, move, copy or test");
    else if (best.data)
        fail(patch, op->origin, "unknown op '%.*s'; did you mean '%.*s'?", STR_ARG(value_text(op)), STR_ARG(best));
    else
        fail(patch, op->origin, "unknown op %.*s; it is add, remove, replace, move, copy or test",
             STR_ARG(shown(patch->arena, op)));
    return NULL;
}

static const struct Operation *operation_find(Patch *patch)
{
    const Value *op = value_get(patch->operation, STR("op"));
    for (size_t i = 0; value_is(op, VALUE_STRING) && i < LENGTH_OF(known_operations); i++) {
        if (str_equal(value_text(op), str_from(known_operations[i].name)))
            return &known_operations[i];
    }
    return fail_operation(patch, op);
}

static bool apply(Patch *patch)
{
    if (!patch->budget->operations)
        return fail(patch, ORIGIN_NONE, "more than %zu operations; use fewer", VALUE_PATCH_BUDGET.operations);
    patch->budget->operations--;
    if (patch->operation->kind != VALUE_MAP)
        return fail(patch, ORIGIN_NONE, "expected an operation such as {op: remove, path: /spec/paused}, found %s",
                    value_kind_name((ValueKind)patch->operation->kind));
    const struct Operation *known = operation_find(patch);
    return known && pointer_parse(patch, "path", &patch->path) &&
           (!known->from || pointer_parse(patch, "from", &patch->from)) && known->apply(patch);
}

const Value *value_patch(Arena *arena, const Value *target, const Value *operations, ValuePatchBudget *budget,
                         ValuePatchError *error)
{
    *error = (ValuePatchError){.operation = SIZE_MAX, .origin = operations->origin};
    Patch patch = {.arena = arena, .budget = budget, .error = error, .root = target, .operation = operations};
    if (operations->kind != VALUE_LIST) {
        fail(&patch, ORIGIN_NONE, "expected a list of operations, found %s",
             value_kind_name((ValueKind)operations->kind));
        return NULL;
    }
    for (uint32_t i = 0; i < operations->size; i++) {
        error->operation = i;
        patch.operation = operations->items[i];
        if (!apply(&patch))
            return NULL;
    }
    return value_settle(arena, patch.root);
}
