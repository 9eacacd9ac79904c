/*
 * A definition's life: two layers expanded, merged, filled, completed; broken ones are refused. Out of a document
 * {lower, higher}, or of fields of the table. Which is not a question of the order of keys; what is expanded or
 * filled already stays as it is.
 */
#include "fields.h"
#include "mutate.h"

static const Value *expanded(Fuzz *fuzz, const Value *raw, ModelExpand how)
{
    size_t errors = diags_error_count(fuzz->diags);
    const Value *value = model_expand(fuzz->arena, raw, how, fuzz->diags);
    REQUIRE((value != NULL) == (diags_error_count(fuzz->diags) == errors));
    return value;
}

static const Value *layer(Fuzz *fuzz, const Value *raw, WorkloadKind kind)
{
    ModelExpand how = {.document = MODEL_SERVICE, .kind = kind};
    const Value *value = expanded(fuzz, raw, how);
    const Value *turned = expanded(fuzz, fuzz_turned(fuzz->arena, raw), how);
    REQUIRE(!value == !turned);
    if (value) {
        /* What a shorthand leaves out may be missed only then. */
        const Value *again = expanded(fuzz, value, how);
        REQUIRE(!again || value_equal(again, value));
        REQUIRE(value_equal(model_merge(fuzz->arena, value, &value_empty_map), value));
        REQUIRE(model_merge(fuzz->arena, value, NULL) == value && model_merge(fuzz->arena, NULL, value) == value);
    }
    return value;
}

static void check_whole(Fuzz *fuzz, const Value *filled, WorkloadKind kind)
{
    ModelExpand how = {.document = MODEL_SERVICE, .kind = kind, .resolved = true};
    const Value *whole = expanded(fuzz, filled, how);
    if (!whole)
        return;
    const Value *complete = model_complete(fuzz->arena, whole, kind);
    for (uint32_t i = 0; i < whole->size; i++)
        REQUIRE(value_get(complete, whole->entries[i].key));
}

static void check(Fuzz *fuzz, const Value *low, const Value *high, WorkloadKind kind)
{
    const Value *lower = layer(fuzz, low, kind), *higher = layer(fuzz, high, kind);
    if (!lower || !higher)
        return;
    const Value *merged = model_merge(fuzz->arena, lower, higher);
    /* But for nulls, which unsay nothing any more. */
    const Value *stated = model_fill(fuzz->arena, merged, NULL);
    const Value *twice = model_fill(fuzz->arena, model_merge(fuzz->arena, merged, higher), NULL);
    REQUIRE(value_equal(twice, stated));
    const Value *filled = model_fill(fuzz->arena, merged, lower);
    /* A null keeps the defaults out, once. */
    REQUIRE(!value_equal(stated, merged) || value_equal(model_fill(fuzz->arena, filled, lower), filled));
    check_whole(fuzz, filled, kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const WorkloadKind kinds[] = {KIND_DEPLOYMENT, KIND_STATEFULSET, KIND_CRONJOB, KIND_JOB};
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    uint8_t how = fuzz_byte(&bytes);
    if (how < ' ') {
        const Value *lower = fuzz_document(&bytes, fuzz.arena, MODEL_SERVICE, &value_empty_map);
        const Value *higher = fuzz_document(&bytes, fuzz.arena, MODEL_SERVICE, &value_empty_map);
        check(&fuzz, lower, higher, kinds[how % LENGTH_OF(kinds)]);
        return fuzz_end(&fuzz);
    }
    const Value *document = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    const Value *lower = value_get(document, STR("lower")), *higher = value_get(document, STR("higher"));
    if (value_is(lower, VALUE_MAP) && value_is(higher, VALUE_MAP))
        check(&fuzz, lower, higher, workload_kind(value_text_at(lower, "kind")));
    return fuzz_end(&fuzz);
}
