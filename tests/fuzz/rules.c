/*
 * The gate on objects from anywhere, as text or as bytes that change the rules' own examples: every shipped rule
 * survives any object. The order of objects and keys makes no difference to what is found.
 */
#include "examples.h"
#include "mutate.h"
#include "shipped.h"

enum { OBJECTS = 8 };

typedef struct Objects {
    const Value *list[OBJECTS];
    size_t count;
    FileForm form;
} Objects;

static bool keep_object(void *user, const Value *document)
{
    Objects *objects = user;
    if (value_is(document, VALUE_MAP) && objects->count < OBJECTS)
        objects->list[objects->count++] = document;
    return true;
}

static Findings judge(Fuzz *fuzz, Tier tier, Objects *objects)
{
    RenderedFile file = {.path = STR("input.yaml"), .source = STR("input"), .objects = objects->list,
                         .count = objects->count, .form = objects->form, .foreign = true};
    GateScope scope = {.environment = STR("production"), .tier = tier};
    Findings findings = {0};
    bool judged = standards_judge(shipped(), fuzz->arena, scope, &file, 1, &findings, fuzz->diags);
    REQUIRE(judged || diags_error_count(fuzz->diags) > 0);
    return findings;
}

/* A message may name the objects in the order in which they came. */
static size_t times_found(const Findings *findings, const Finding *wanted)
{
    size_t times = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const Finding *finding = findings->list[i];
        times += finding->rule == wanted->rule && finding->severity == wanted->severity &&
                 str_equal(finding->path, wanted->path);
    }
    return times;
}

static bool has_twins(const Objects *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        for (size_t j = 0; j < i; j++)
            if (fuzz_twins(objects->list[i], objects->list[j]))
                return true;
    return false;
}

static void check_order(Fuzz *fuzz, Tier tier, const Objects *objects, const Findings *found)
{
    Objects turned = {.count = objects->count, .form = objects->form};
    for (size_t i = 0; i < objects->count; i++)
        turned.list[i] = fuzz_turned(fuzz->arena, objects->list[objects->count - 1 - i]);
    Findings again = judge(fuzz, tier, &turned);
    REQUIRE(again.count == found->count);
    for (size_t i = 0; i < found->count; i++)
        REQUIRE(times_found(&again, found->list[i]) == times_found(found, found->list[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    Objects objects = {.form = FORM_MANIFEST};
    uint8_t how = fuzz_byte(&bytes);
    Tier tier = how % TIER_COUNT;
    if (how >= ' ') {
        tier = TIER_PRODUCTION;
        if (!yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, keep_object, &objects))
            objects.count = 0;
    } else if (how >= 24) {
        objects.form = FORM_WORKFLOW;
        keep_object(&objects, fuzz_changed(&bytes, fuzz.arena, example(&bytes, EXAMPLE_WORKFLOW), 14));
    } else {
        for (unsigned count = 1 + how / 12; count > 0; count--)
            keep_object(&objects, fuzz_object(&bytes, fuzz.arena));
    }
    if (objects.count) {
        Findings findings = judge(&fuzz, tier, &objects);
        if (size % 8 == 0 && !has_twins(&objects))
            check_order(&fuzz, tier, &objects, &findings);
        findings_report(&findings, SEVERITY_WARNING, fuzz.diags);
    }
    return fuzz_end(&fuzz);
}
