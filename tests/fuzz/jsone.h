/* What the targets of JSON-e share: an evaluation within budgets that keep any input short. */
#ifndef KILN_FUZZ_JSONE_H
#define KILN_FUZZ_JSONE_H

#include "generate.h"
#include "kiln/jsone.h"

/* A value, or a failure that is reported and has words. */
static inline const Value *fuzz_eval(Fuzz *fuzz, const Template *templ, const Value *context)
{
    static const JsoneLimits limits = {
        .steps = 20000, .depth = 100, .string_bytes = 1u << 16, .result_values = 20000};
    JsoneRun run = jsone_run(fuzz->arena, fuzz->diags);
    run.limits = &limits;
    run.now = STR("2017-01-19T16:27:20.974Z");
    const JsoneScope scope = jsone_scope(context, NULL);
    size_t errors = diags_error_count(fuzz->diags);
    const Value *result = jsone_eval(&run, templ, &scope);
    REQUIRE((result != NULL) == (diags_error_count(fuzz->diags) == errors));
    REQUIRE(result || jsone_error_text(fuzz->arena, &run).size > 0);
    return result;
}

#endif
