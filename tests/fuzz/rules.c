/* The gate on manifests from anywhere: every shipped rule survives any object. */
#include "shipped.h"

typedef struct Objects {
    Arena *arena;
    const Value **list;
    size_t count, capacity;
} Objects;

static bool keep_object(void *user, const Value *document)
{
    Objects *objects = user;
    if (value_is(document, VALUE_MAP)) {
        ARENA_GROW(objects->arena, objects->list, objects->count, objects->capacity);
        objects->list[objects->count++] = document;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    Objects objects = {.arena = fuzz.arena};
    if (yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, keep_object, &objects) && objects.count) {
        RenderedFile file = {.path = STR("input.yaml"), .source = STR("input"), .objects = objects.list,
                             .count = objects.count};
        GateScope scope = {.environment = STR("production"), .tier = TIER_PRODUCTION};
        Findings findings = {0};
        bool judged = standards_judge(shipped(), fuzz.arena, scope, &file, 1, &findings, fuzz.diags);
        REQUIRE(judged || diags_error_count(fuzz.diags) > 0);
        findings_report(&findings, SEVERITY_WARNING, fuzz.diags);
    }
    return fuzz_end(&fuzz);
}
