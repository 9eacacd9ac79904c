/*
 * JSON Merge Patch (RFC 7386), filling, and JSON Patch (RFC 6902), on trees that bytes make, or on a text {target,
 * patch}. A merge is what the RFC's own few lines say, and merging twice changes nothing more. A patch gives a result
 * or a reason, and the inverse of an operation takes it back. Whatever is done, the target stays as it was.
 */
#include "generate.h"

/* ---- merging ---- */

/* RFC 7386 §2, as it stands there. */
static const Value *as_specified(Arena *arena, const Value *target, const Value *patch)
{
    if (patch->kind != VALUE_MAP)
        return patch;
    MapBuilder map = value_is(target, VALUE_MAP) ? map_begin_with(arena, target) : map_begin(arena);
    for (uint32_t i = 0; i < patch->size; i++) {
        const MapEntry *entry = &patch->entries[i], *old = map_peek(&map, entry->key);
        if (entry->value->kind == VALUE_NULL)
            map_remove(&map, entry->key);
        else
            map_set(&map, entry->key, entry->key_origin,
                    as_specified(arena, old ? old->value : NULL, entry->value));
    }
    return map_end(&map, ORIGIN_NONE);
}

static bool has_null(const Value *value)
{
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->size; i++)
        if (has_null(value->entries[i].value))
            return true;
    return value->kind == VALUE_NULL;
}

static void check_merge(Arena *arena, const Value *target, const Value *patch)
{
    const Value *merged = value_merge(arena, target, patch);
    REQUIRE(value_equal(merged, as_specified(arena, target, patch)));
    REQUIRE(value_equal(value_merge(arena, merged, patch), merged));
    REQUIRE(value_equal(value_merge(arena, fuzz_turned(arena, target), fuzz_turned(arena, patch)), merged));
    REQUIRE(value_merge(arena, target, NULL) == target);
    if (target->kind == VALUE_MAP) {
        REQUIRE(value_merge(arena, target, &value_empty_map) == target);
        REQUIRE(has_null(target) || value_equal(value_merge(arena, target, target), target));
        REQUIRE(has_null(target) || value_equal(value_merge(arena, &value_empty_map, target), target));
    }
}

/* Nothing that is stated changes, and what is filled once is full. */
static void check_fill(Arena *arena, const Value *target, const Value *defaults)
{
    const Value *filled = value_fill(arena, target, defaults);
    REQUIRE(value_equal(value_fill(arena, filled, defaults), filled));
    REQUIRE(value_fill(arena, filled, NULL) == filled);
    REQUIRE(has_null(target) || value_equal(value_merge(arena, filled, target), filled));
    REQUIRE(value_equal(value_fill(arena, fuzz_turned(arena, target), fuzz_turned(arena, defaults)), filled));
}

/* ---- patching ---- */

/* A pointer to a place of the value, or beside one. */
static Str pointer(FuzzBytes *bytes, Arena *arena, const Value *value)
{
    Buf text = {0};
    for (uint8_t how = fuzz_byte(bytes); how % 8 && value; how = fuzz_byte(bytes)) {
        const Value *next = NULL;
        Str step = STR("");
        if (value->kind == VALUE_MAP && value->size && how < 200) {
            next = value->entries[how / 8 % value->size].value;
            step = value->entries[how / 8 % value->size].key;
        } else if (value->kind == VALUE_LIST && how < 200) {
            uint32_t index = how / 8 % (value->size + 1);
            next = index < value->size ? value->items[index] : NULL;
            step = index < value->size || how & 1 ? arena_printf(arena, "%u", index) : STR("-");
        } else {
            step = how < 240 ? fuzz_word(bytes, arena) : fuzz_text(bytes, arena);
        }
        buf_add_char(&text, '/');
        for (size_t i = 0; i < step.size; i++) {
            if (how >= 248 || (step.data[i] != '~' && step.data[i] != '/'))
                buf_add_char(&text, step.data[i]);
            else
                buf_add(&text, step.data[i] == '~' ? STR("~0") : STR("~1"));
        }
        value = next;
    }
    Str kept = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return kept;
}

static const Value *operation(Arena *arena, const char *op, Str path, const char *member, const Value *value)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("op"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, str_from(op)));
    map_set(&map, STR("path"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, path));
    if (member)
        map_set(&map, str_from(member), ORIGIN_NONE, value);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *made_operation(FuzzBytes *bytes, Arena *arena, const Value *target)
{
    uint8_t which = fuzz_byte(bytes);
    Str path = pointer(bytes, arena, target);
    switch (which % 8) {
    case 0:
        return operation(arena, "remove", path, NULL, NULL);
    case 1:
        return operation(arena, "replace", path, "value", fuzz_tree(bytes, arena, 3));
    case 2:
    case 3:
        return operation(arena, which & 1 ? "move" : "copy", path, "from",
                         value_new_string(arena, ORIGIN_NONE, pointer(bytes, arena, target)));
    case 4:
        return operation(arena, "test", path, "value", fuzz_tree(bytes, arena, 2));
    case 5:
        return fuzz_changed(bytes, arena, operation(arena, "add", path, "value", &value_null), 2);
    default:
        return operation(arena, "add", path, "value", fuzz_tree(bytes, arena, 4));
    }
}

static const Value *patched(Arena *arena, const Value *target, const Value *const *operations, size_t count)
{
    ListBuilder list = list_begin(arena);
    for (size_t i = 0; i < count; i++)
        list_add(&list, operations[i]);
    ValuePatchBudget budget = VALUE_PATCH_BUDGET;
    ValuePatchError error = {0};
    const Value *result = value_patch(arena, target, list_end(&list, ORIGIN_NONE), &budget, &error);
    REQUIRE(result || error.reason.size > 0);
    return result;
}

/* Where copying a place elsewhere and removing the copy, or replacing it by itself, works, nothing has changed. */
static void check_inverse(FuzzBytes *bytes, Arena *arena, const Value *target)
{
    Str from = pointer(bytes, arena, target);
    const Value *place = value_new_string(arena, ORIGIN_NONE, from);
    /* A new name holds nothing yet. */
    Str to = STR("/there is none of this name");
    const Value *there_and_back[] = {
        operation(arena, "copy", to, "from", place),
        operation(arena, "move", from, "from", value_new_string(arena, ORIGIN_NONE, to))};
    const Value *copied = target->kind == VALUE_MAP ? patched(arena, target, there_and_back, 1) : NULL;
    if (!copied || !from.size)
        return;
    const Value *value = value_get(copied, str_slice(to, 1, to.size));
    REQUIRE(value);
    const Value *same[] = {operation(arena, "test", from, "value", value),
                           operation(arena, "replace", from, "value", value),
                           operation(arena, "remove", to, NULL, NULL)};
    const Value *result = patched(arena, copied, same, LENGTH_OF(same));
    REQUIRE(result && value_equal(result, target));
    /* Added before itself, an item is there twice; a member replaces itself. */
    const Value *moved[] = {there_and_back[0], operation(arena, "remove", from, NULL, NULL), there_and_back[1]};
    result = patched(arena, target, moved, LENGTH_OF(moved));
    REQUIRE(result && value_equal(result, target));
}

static void check_patch(Arena *arena, const Value *target, const Value *patch)
{
    ValuePatchBudget budget = VALUE_PATCH_BUDGET;
    ValuePatchError error = {0};
    const Value *result = value_patch(arena, target, patch, &budget, &error);
    REQUIRE(result || error.reason.size > 0);
}

/* ---- from either input ---- */

static void check_all(Arena *arena, const Value *target, const Value *patch)
{
    Buf before = {0}, after = {0};
    value_print_json(target, false, &before);
    check_merge(arena, target, patch);
    check_fill(arena, target, patch);
    check_patch(arena, target, patch);
    value_print_json(target, false, &after);
    REQUIRE(str_equal(buf_str(&before), buf_str(&after)));
    buf_release(&before);
    buf_release(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    uint8_t how = fuzz_byte(&bytes);
    const Value *document = NULL;
    if (how >= ' ') {
        if (yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, fuzz_keep, &document)) {
            const Value *target = value_get(document, STR("target")), *patch = value_get(document, STR("patch"));
            if (target && patch)
                check_all(fuzz.arena, target, patch);
        }
        return fuzz_end(&fuzz);
    }
    const Value *target = fuzz_tree(&bytes, fuzz.arena, 6);
    if (how & 1) {
        check_all(fuzz.arena, target,
                  how & 2 ? fuzz_tree(&bytes, fuzz.arena, 6) : fuzz_changed(&bytes, fuzz.arena, target, 6));
    } else {
        ListBuilder operations = list_begin(fuzz.arena);
        for (int count = how / 2; count > 0; count--)
            list_add(&operations, made_operation(&bytes, fuzz.arena, target));
        check_inverse(&bytes, fuzz.arena, target);
        check_all(fuzz.arena, target, list_end(&operations, ORIGIN_NONE));
    }
    return fuzz_end(&fuzz);
}
