/*
 * jsone: JSON-e 4.8 (github.com/json-e/json-e) over kiln's values, usable on its own: it includes only value, diag and base.
 *
 * A template is compiled once (expressions parsed, constant subtrees known) and evaluated many times, from any thread.
 * Evaluation shares: a constant subtree of the template and a value taken from the context appear in the result themselves,
 * not as copies. Provenance as value.h says: key_origin is the template's place, a value's origin the input's.
 *
 * Ownership: the compiled template lives in the arena given to jsone_compile, results in the arena of the evaluation.
 * Failure: NULL, with a diagnostic at the place in the template already reported, in upstream's words
 * ("TemplateError: …", "InterpreterError: …" without the class name) and with the chain that led there.
 */
#ifndef KILN_JSONE_H
#define KILN_JSONE_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"

typedef struct Template Template;

const Template *jsone_compile(Arena *arena, const Value *tree, Diags *diags) KILN_MUST_USE;

/* Budgets of one evaluation; each ends in a diagnostic that names it. */
typedef struct JsoneLimits {
    size_t steps;         /* template nodes, expression nodes and elements visited */
    size_t depth;         /* nested templates and expressions */
    size_t string_bytes;  /* longest string built */
    size_t result_values; /* values made */
} JsoneLimits;
extern const JsoneLimits jsone_limits;

/* A context is a chain of maps, innermost first. */
typedef struct JsoneScope {
    const Value *map;
    const struct JsoneScope *up;
} JsoneScope;

/* One evaluation, handed to host functions as well. */
typedef struct JsoneRun {
    Arena *arena;
    Diags *diags;
    const JsoneLimits *limits;
    Str now; /* RFC 3339 with milliseconds, for now() and $fromNow; STR_NONE: using the clock is an error */
    size_t steps;
    size_t depth;
    size_t values;
    void *host; /* the embedding program's */
} JsoneRun;

JsoneRun jsone_run(Arena *arena, Diags *diags);
/* NULL on error. A template that yields nothing (a false $if at the top) gives null. */
const Value *jsone_eval(JsoneRun *run, const Template *templ, const JsoneScope *scope) KILN_MUST_USE;

/*
 * A function in a context. args are evaluated; scope is the caller's (for functions that evaluate further templates);
 * at is the call's place. It returns a value, or NULL after jsone_fail.
 */
typedef const Value *FunctionCall(const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at,
                                  const Value *const *args, size_t count);
struct Function {
    Str name;
    FunctionCall *call;
    uint8_t min_args;
    uint8_t max_args; /* UINT8_MAX: any number */
    const char *doc;  /* one line: "items(map): a list of {key, value}" */
    const void *data;
};
/* A context value for a function that lives as long as the value. */
const Value *jsone_function(Arena *arena, const Function *function);
/* Reports an error of the running evaluation; always returns NULL. */
const Value *jsone_fail(JsoneRun *run, Origin at, const char *format, ...) KILN_PRINTF(3, 4);

#endif
