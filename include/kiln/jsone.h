/*
 * jsone: JSON-e 4.8 (github.com/json-e/json-e) over kiln's values, usable on its own: it includes only value, diag
 * and base.
 *
 * A template is compiled once (expressions parsed, constant subtrees known) and evaluated many times, from any
 * thread. Evaluation shares: a constant subtree of the template and a value taken from the context appear in the
 * result themselves, not as copies. Provenance as value.h says: key_origin is the template's place, a value's origin
 * the input's.
 *
 * Ownership: the compiled template lives in the arena given to jsone_compile, results in the arena of the evaluation.
 * Failure: NULL, with one diagnostic at the place in the template already reported: upstream's words without the
 * class name and the location path, then a near miss where there is one, then the elements and calls that led there.
 */
#ifndef KILN_JSONE_H
#define KILN_JSONE_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"

typedef struct Template Template;

/*
 * NULL (reported) only for a tree nested beyond the depth limit. As upstream has it, a faulty expression is no error
 * before it is evaluated: it may stand in a branch that is never taken.
 */
const Template *jsone_compile(Arena *arena, const Value *tree, Diags *diags) KILN_MUST_USE;

/*
 * What is known of the context that templates will see, so that names are bound when they are compiled. The outermost
 * scope holds `functions`, as a map, and nothing else (NULL: not known). Of the innermost scope the names may be known
 * too, in their order, the last of two equal ones counting; then there is no other scope but the functions', and
 * templates are strings or expressions, which open none. It may hold the first of its names only.
 */
typedef struct JsoneKnown {
    const Value *functions;
    const Str *names; /* or NULL */
    size_t name_count;
} JsoneKnown;
const Template *jsone_compile_with(Arena *arena, const JsoneKnown *known, const Value *tree,
                                   Diags *diags) KILN_MUST_USE;
/* The same of an expression by itself: what {$eval: text} yields. */
const Template *jsone_compile_expression(Arena *arena, const JsoneKnown *known, Str text, Origin origin, Diags *diags);

/*
 * Reports everything in a template that could only fail: faulty expressions and operators with wrong or misspelt
 * properties, even those that upstream tolerates. True when there is nothing.
 */
bool jsone_check(const Template *templ, Diags *diags);

/*
 * Templates that are compiled when they are first needed, by whichever thread gets there, and then stay. What is
 * wrong with such a template shows only in its evaluation: it is for the program's own, which tests have checked.
 */
typedef struct LazyCompiler LazyCompiler;
LazyCompiler *lazy_compiler_new(Arena *arena, const Sources *sources);
typedef struct LazyTemplate {
    const Value *tree;
    const JsoneKnown *known;
    bool expression; /* the tree is the text of one */
    _Atomic(const Template *) compiled;
} LazyTemplate;
const Template *lazy_template(LazyCompiler *compiler, LazyTemplate *lazy);

/* Budgets of one evaluation; each ends in a diagnostic that names it. */
typedef struct JsoneLimits {
    size_t steps;         /* nodes of templates and expressions, elements visited, each 16 bytes of text that is read
                             and each 4 of what is made */
    size_t depth;         /* nested templates, expressions and values */
    size_t string_bytes;  /* longest string built */
    size_t result_values; /* values made, and values of the result with shared ones counted as often as they appear */
} JsoneLimits;
extern const JsoneLimits jsone_limits;

/* A context is a chain of maps, innermost first; a map may be NULL. The built-ins stand behind the outermost. */
typedef struct JsoneScope {
    const Value *map;
    const struct JsoneScope *up;
    bool vouched; /* the host made it and all above it, and all keys are identifiers: no evaluation looks again */
    uint64_t
        names; /* at least the bits of all names in map, which looking for another one then skips; 0: not known */
} JsoneScope;
/* A name's bit. The last bit is no name's: it is JSONE_FUNCTIONS. */
static inline uint64_t jsone_name_bit(Str name)
{
    uint64_t mixed = name.size;
    const unsigned char *bytes = (const unsigned char *)name.data;
    if (name.size)
        mixed += (uint64_t)bytes[0] << 8 | (uint64_t)bytes[name.size / 2] << 16 | (uint64_t)bytes[name.size - 1] << 24;
    uint64_t bit = mixed * 0x9E3779B97F4A7C15u >> 58;
    return UINT64_C(1) << (bit < 63 ? bit : 0);
}
uint64_t jsone_names(const Value *map);
/* A scope of which nothing is known beforehand. */
static inline JsoneScope jsone_scope(const Value *map, const JsoneScope *up)
{
    return (JsoneScope){.map = map, .up = up};
}
/*
 * The `names` of the scope that holds just the functions which templates were compiled with: they are bound already,
 * and only what looks up a name that it was given, as defined() does, goes there.
 */
#define JSONE_FUNCTIONS (UINT64_C(1) << 63)
/* NULL where the name is bound nowhere, not even by a built-in. */
const Value *jsone_lookup(const JsoneScope *scope, Str name);

/* The first failure of an evaluation, in upstream's terms; class is NULL while there is none. */
typedef struct JsoneError {
    const char *class; /* "TemplateError", "InterpreterError", "SyntaxError", "BuiltinError"; ours: "LimitError",
                          "HostError" */
    Str text;
    Str location; /* ".message", "[0].a", or empty */
    Origin origin;
} JsoneError;

/* One evaluation, handed to host functions as well. What stands below the line belongs to the evaluator. */
typedef struct JsoneRun {
    Arena *arena;
    Diags *diags;
    const JsoneLimits *limits;
    Str now;    /* RFC 3339 with milliseconds, for now() and $fromNow; STR_NONE: using the clock is an error */
    void *host; /* the embedding program's */
    bool inner; /* results stay in the program: functions and numbers that JSON lacks may be among them */
    JsoneError error;
    /* ---- */
    size_t steps;
    size_t depth;
    size_t values;
    const struct JsoneFrame *frame;
} JsoneRun;

JsoneRun jsone_run(Arena *arena, Diags *diags);
/* An RFC 3339 time as JsoneRun.now wants it; STR_NONE where text is none. */
Str jsone_clock(Arena *arena, Str text);
/*
 * NULL on error. A template that yields nothing (a false $if at the top) gives null. A host function may call it with
 * the run that it was given: budgets then go on counting.
 */
const Value *jsone_eval(JsoneRun *run, const Template *templ, const JsoneScope *scope) KILN_MUST_USE;
/* The same of a condition: a boolean that it yields has no place. */
const Value *jsone_eval_condition(JsoneRun *run, const Template *templ, const JsoneScope *scope) KILN_MUST_USE;
/* Budgets begin anew, for one evaluation after another. */
static inline void jsone_run_again(JsoneRun *run)
{
    run->steps = run->values = 0;
}
/* The failure as upstream prints it: "TemplateError at template.message: interpolation of 'key' produced …". */
Str jsone_error_text(Arena *arena, const JsoneRun *run);

/*
 * A function in a context. args are evaluated; scope is the caller's (for functions that evaluate further templates);
 * at is the call's place. It returns a value, or NULL after jsone_fail. The number of arguments has been checked.
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
/* Counts work that a host function is about to do; false (reported) when a budget is used up. */
bool jsone_spend(JsoneRun *run, Origin at, size_t steps, size_t values) KILN_MUST_USE;
/*
 * The same for reading bytes of text, and for a walk over the whole of a value that is about to be printed: shared
 * parts count as often as they appear, and no function or number that JSON lacks may be among them.
 */
bool jsone_spend_bytes(JsoneRun *run, Origin at, size_t bytes) KILN_MUST_USE;
bool jsone_spend_walk(JsoneRun *run, Origin at, const Value *value) KILN_MUST_USE;

/* ---- the built-in functions, for listing them ---- */

size_t jsone_builtin_count(void);
const Function *jsone_builtin(size_t index);

#endif
