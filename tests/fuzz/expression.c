/* A JSON-e expression, evaluated in a small context: a value or one failure, within the budgets. */
#include "fuzz.h"
#include "kiln/jsone.h"

static const Value *context(Fuzz *fuzz)
{
    Str text = STR("{a: 1, s: text, l: [1, two, [3]], m: {k: v, n: {o: null}}, t: true, f: 1.5}");
    return yaml_read(fuzz->arena, sources_add(fuzz->sources, STR("context"), text, false), fuzz->diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    size_t bad;
    if (utf8_valid(fuzz.input, &bad)) {
        MapBuilder map = map_begin(fuzz.arena);
        map_set(&map, STR("$eval"), ORIGIN_NONE, value_new_string(fuzz.arena, fuzz.source->base, fuzz.input));
        const Template *templ = jsone_compile(fuzz.arena, map_end(&map, fuzz.source->base), fuzz.diags);
        JsoneRun run = jsone_run(fuzz.arena, fuzz.diags);
        const JsoneLimits limits = {.steps = 20000, .depth = 100, .string_bytes = 1u << 16, .result_values = 20000};
        run.limits = &limits;
        run.now = STR("2017-01-19T16:27:20.974Z");
        const JsoneScope scope = {context(&fuzz), NULL, false};
        const Value *result = templ ? jsone_eval(&run, templ, &scope) : NULL;
        REQUIRE(result || diags_error_count(fuzz.diags) > 0);
        if (!result && templ)
            REQUIRE(jsone_error_text(fuzz.arena, &run).size > 0);
    }
    return fuzz_end(&fuzz);
}
