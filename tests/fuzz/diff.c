/* Two sets of objects, the second made from the first: the difference as a patch leads from one to the other. */
#include "fuzz.h"
#include "kiln/diff.h"

enum { OBJECTS = 6 };

static const Value *object(FuzzBytes *bytes, Arena *arena)
{
    static const char *const kinds[][2] = {
        {"apps/v1", "Deployment"}, {"apps/v1", "StatefulSet"}, {"v1", "Service"}, {"v1", "Namespace"}, {"v1", "Secret"},
        {"networking.k8s.io/v1", "NetworkPolicy"}, {"networking.k8s.io/v1", "Ingress"},
        {"policy/v1", "PodDisruptionBudget"}, {"autoscaling/v2", "HorizontalPodAutoscaler"},
        {"v1", "PersistentVolumeClaim"}, {"rbac.authorization.k8s.io/v1", "Role"}, {"example.com/v1", "Thing"}};
    static const char *const names[] = {"web", "api", "db"};
    uint8_t which = fuzz_byte(bytes);
    MapBuilder map = map_begin(arena), metadata = map_begin(arena);
    const char *const *kind = kinds[which % LENGTH_OF(kinds)];
    map_set(&map, STR("apiVersion"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, str_from(kind[0])));
    map_set(&map, STR("kind"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, str_from(kind[1])));
    Str name = str_from(names[which / LENGTH_OF(kinds) % LENGTH_OF(names)]);
    map_set(&metadata, STR("name"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, name));
    map_set(&metadata, STR("labels"), ORIGIN_NONE, fuzz_tree(bytes, arena, 2));
    map_set(&map, STR("metadata"), ORIGIN_NONE, map_end(&metadata, ORIGIN_NONE));
    map_set(&map, STR("spec"), ORIGIN_NONE, fuzz_tree(bytes, arena, 9));
    return which > 250 ? fuzz_tree(bytes, arena, 3) : map_end(&map, ORIGIN_NONE);
}

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    DiffInput old[OBJECTS], new[OBJECTS];
    DiffSide from = {.list = old}, to = {.list = new};
    for (size_t count = fuzz_byte(&bytes) % OBJECTS; from.count < count;) {
        const Value *made = object(&bytes, fuzz.arena);
        old[from.count++] = (DiffInput){made, STR("old.yaml")};
        const Value *changed = fuzz_changed(&bytes, fuzz.arena, made, 12);
        check_patch(fuzz.arena, value_is(made, VALUE_MAP) ? value_text_at(made, "kind") : STR(""), made, changed);
        if (fuzz_byte(&bytes) % 8)
            new[to.count++] = (DiffInput){changed, STR("new.yaml")};
    }
    const DiffRename rename = {STR("web"), STR("api")};
    DiffResult result = diff_objects(fuzz.arena, &from, &to, (DiffRenames){&rename, fuzz_byte(&bytes) & 1});
    check_result(fuzz.arena, &result);
    DiffResult none = diff_objects(fuzz.arena, &from, &from, (DiffRenames){0});
    REQUIRE(!none.count && !none.classes);
    return fuzz_end(&fuzz);
}
