/*
 * Two sets of objects, the second made from the first: the difference as a patch leads from one to the other. Neither
 * the order of objects nor that of keys is a difference.
 */
#include "examples.h"
#include "kiln/diff.h"

enum { OBJECTS = 3 };

static void check_patch(Arena *arena, Str kind, const Value *from, const Value *to)
{
    const Delta *delta = delta_of(arena, kind, from, to, (DiffRenames){0});
    REQUIRE((delta == NULL) == value_equal(from, to));
    if (!delta)
        return;
    ValuePatchBudget budget = {.operations = 1000000, .work = (size_t)1 << 30};
    ValuePatchError error = {0};
    const Value *patched = value_patch(arena, from, delta_patch(arena, delta), &budget, &error);
    REQUIRE(patched && value_equal(patched, to));
}

static void check_same(Arena *arena, const Value *object, const DiffSide *side)
{
    REQUIRE(!delta_of(arena, value_text_at(object, "kind"), object, fuzz_turned(arena, object), (DiffRenames){0}));
    DiffResult none = diff_objects(arena, side, side, (DiffRenames){0});
    REQUIRE(!none.count && !none.classes);
}

static void check_result(Arena *arena, const DiffResult *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const DiffObject *found = &result->list[i];
        REQUIRE(found->from || found->to);
        REQUIRE((found->classes & ~result->classes) == 0);
        for (size_t j = 0; j < found->count; j++)
            if (found->changes[j].path)
                REQUIRE(diff_path_text(arena, found->changes[j].path).size > 0);
    }
}

static DiffSide turned(Arena *arena, const DiffSide *side, DiffInput *list)
{
    for (size_t i = 0; i < side->count; i++)
        list[i] = (DiffInput){fuzz_turned(arena, side->list[side->count - 1 - i].object),
                              side->list[side->count - 1 - i].file};
    return (DiffSide){.list = list, .count = side->count};
}

static bool has_twins(const DiffSide *side)
{
    for (size_t i = 0; i < side->count; i++)
        for (size_t j = 0; j < i; j++)
            if (fuzz_twins(side->list[i].object, side->list[j].object))
                return true;
    return false;
}

static void check_order(Arena *arena, const DiffSide *from, const DiffSide *to, DiffRenames renames,
                        const DiffResult *result)
{
    DiffInput old[OBJECTS], new[OBJECTS];
    DiffSide turned_from = turned(arena, from, old), turned_to = turned(arena, to, new);
    DiffResult again = diff_objects(arena, &turned_from, &turned_to, renames);
    REQUIRE(again.count == result->count && again.classes == result->classes && again.same == result->same);
    REQUIRE(!memcmp(&again.before, &result->before, sizeof again.before));
    REQUIRE(!memcmp(&again.after, &result->after, sizeof again.after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(NULL, 0);
    FuzzBytes bytes = {data, size};
    DiffInput old[OBJECTS], new[OBJECTS];
    DiffSide from = {.list = old}, to = {.list = new};
    for (size_t count = 1 + fuzz_byte(&bytes) / 192; from.count < count;) {
        const Value *made = fuzz_object(&bytes, fuzz.arena);
        old[from.count++] = (DiffInput){made, STR("old.yaml")};
        const Value *changed = fuzz_changed(&bytes, fuzz.arena, made, 14);
        if (size % 4 != 1)
            check_patch(fuzz.arena, value_text_at(made, "kind"), made, changed);
        if (fuzz_byte(&bytes) % 8)
            new[to.count++] = (DiffInput){changed, STR("new.yaml")};
    }
    const DiffRename rename = {STR("web"), STR("api")};
    const DiffRenames renames = {&rename, fuzz_byte(&bytes) & 1};
    DiffResult result = diff_objects(fuzz.arena, &from, &to, renames);
    check_result(fuzz.arena, &result);
    /* What is renamed may become a twin. */
    if (size % 4 == 0 && !renames.count && !has_twins(&from) && !has_twins(&to))
        check_order(fuzz.arena, &from, &to, renames, &result);
    if (size % 4 == 1)
        check_same(fuzz.arena, old[0].object, &from);
    return fuzz_end(&fuzz);
}
