/* A template and its context in one document, {template, context}: a value or one failure, within the budgets. */
#include "fuzz.h"
#include "kiln/jsone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    const Value *document = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    const Value *tree = value_get(document, STR("template")), *context = value_get(document, STR("context"));
    const Template *templ = tree ? jsone_compile(fuzz.arena, tree, fuzz.diags) : NULL;
    if (templ) {
        JsoneRun run = jsone_run(fuzz.arena, fuzz.diags);
        const JsoneLimits limits = {.steps = 20000, .depth = 100, .string_bytes = 1u << 16, .result_values = 20000};
        run.limits = &limits;
        const JsoneScope scope = {value_is(context, VALUE_MAP) ? context : &value_empty_map, NULL, false};
        const Value *result = jsone_eval(&run, templ, &scope);
        REQUIRE(result || diags_error_count(fuzz.diags) > 0);
    }
    return fuzz_end(&fuzz);
}
