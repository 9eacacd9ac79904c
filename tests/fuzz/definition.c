/* A definition's life: two layers {lower, higher} expanded, merged, filled, completed. Broken ones are refused. */
#include "fuzz.h"
#include "kiln/model.h"

static const Value *layer(Fuzz *fuzz, const Value *document, const char *name)
{
    const Value *raw = value_get(document, str_from(name));
    ModelExpand how = {.document = MODEL_SERVICE, .kind = workload_kind(value_text_at(raw, "kind"))};
    const Value *expanded = value_is(raw, VALUE_MAP) ? model_expand(fuzz->arena, raw, how, fuzz->diags) : NULL;
    REQUIRE(expanded || !value_is(raw, VALUE_MAP) || diags_error_count(fuzz->diags) > 0);
    return expanded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    const Value *document = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    const Value *lower = layer(&fuzz, document, "lower"), *higher = layer(&fuzz, document, "higher");
    if (lower && higher) {
        const Value *merged = model_fill(fuzz.arena, model_merge(fuzz.arena, lower, higher), lower);
        ModelExpand again = {.document = MODEL_SERVICE, .kind = KIND_DEPLOYMENT, .resolved = true};
        const Value *whole = model_expand(fuzz.arena, merged, again, fuzz.diags);
        REQUIRE(whole || diags_error_count(fuzz.diags) > 0);
        if (whole)
            REQUIRE(model_complete(fuzz.arena, whole, KIND_DEPLOYMENT));
    }
    return fuzz_end(&fuzz);
}
