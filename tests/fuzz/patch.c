/* JSON Patch and JSON Merge Patch on generated values: a result or a reason, and the target stays as it was. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    const Value *document = NULL;
    if (yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, fuzz_keep, &document)) {
        const Value *target = value_get(document, STR("target")), *patch = value_get(document, STR("patch"));
        if (target && patch) {
            Buf before = {0}, after = {0};
            value_print_json(target, false, &before);
            ValuePatchBudget budget = VALUE_PATCH_BUDGET;
            ValuePatchError error = {0};
            const Value *patched = value_patch(fuzz.arena, target, patch, &budget, &error);
            REQUIRE(patched || error.reason.size > 0);
            REQUIRE(value_merge(fuzz.arena, target, patch));
            value_print_json(target, false, &after);
            REQUIRE(str_equal(buf_str(&before), buf_str(&after)));
            buf_release(&before);
            buf_release(&after);
        }
    }
    return fuzz_end(&fuzz);
}
