/*
 * GitHub workflows as rules see them: what a job does, what an expression refers to. A workflow is a plain value;
 * nothing here reads text but the comments behind values, which no value holds.
 */
#ifndef KILN_STANDARDS_WORKFLOW_H
#define KILN_STANDARDS_WORKFLOW_H

#include "standards_private.h"

/* ---- expression.c: what stands between ${{ and }} ---- */

/* One use of a context: `github.event.commits.*.message`, in lower case, with * for what is not known. */
typedef struct ContextUse {
    Str path;
    bool judged; /* only compared or searched, so that its text goes nowhere */
} ContextUse;

typedef struct ExpressionCall {
    Str name;
    size_t arguments;
} ExpressionCall;

typedef struct Expression {
    ContextUse *uses;
    size_t use_count;
    size_t use_capacity;
    ExpressionCall *calls;
    size_t call_count;
    size_t call_capacity;
    const char *fault; /* what is wrong with its form, or NULL */
} Expression;

/* Reads one expression from *at on, up to }} or the end of the text, and moves *at behind it. One that was read before
 * is used again; the first starts as {0}. Names may point into text. */
void expression_read(Arena *arena, Str text, size_t *at, Expression *expression);
/* Names of contexts, properties and functions, ids and inputs are not case-sensitive. */
Str name_lowered(Arena *arena, Str name);
/* Whether a name is the other one, which is in lower case. */
bool name_folds_to(Str name, Str lowered);
/* Moves *at behind the next ${{; false where there is none. */
bool expression_next(Str text, size_t *at);

/* ---- workflow.c ---- */

/* The value as a list's items: itself where it is none, nothing where it is absent. */
size_t workflow_count(const Value *value);
const Value *workflow_at(const Value *value, size_t index);
bool workflow_triggered_by(const Value *workflow, Str event);
/* Takes over the names of contexts whose text strangers write, from all ${{ }} of a text. */
void workflow_tainted(Arena *arena, Str text, ListBuilder *found);

/* ---- workflow_circle.c ---- */

/* Of jobs that wait for each other one, the same in whatever order they stand; NULL: none do. */
const MapEntry *workflow_circle(Arena *arena, const Value *jobs);

/* ---- script.c ---- */

typedef struct ScriptCommand {
    Str name;
    Str arguments;
} ScriptCommand;

/* The next command of a shell script, without what may stand before its name; false at the end. */
bool script_next(Str *script, ScriptCommand *command);
/* Whether the wanted words are among the arguments in their order, whatever stands between them. */
bool words_include(Str arguments, Str wanted);
/* Whether it is `kubectl apply`, options between the words not counted. */
bool command_is(const ScriptCommand *command, Str wanted);
/* Whether one of the commands of a shell script is that. */
bool script_runs(Str script, Str wanted);

/* ---- workflow_jobs.c ---- */

/* Whether some job of a workflow deploys. */
bool workflow_deploys(const Value *workflow);

/* Adds the commands of a script that a rule names: {sort: sets, prints or installs, command}. */
void script_commands(Items *items, const Value *run, Str job, Str path);

EachFn each_input, each_job, each_publisher, each_deployer, each_releaser, each_tester, each_reporter;
EachFn each_floating, each_pinned, each_script, each_command, each_grant, each_checkout, each_head_checkout;
EachFn each_scan, each_login, each_fault;

/* workflow_settings.c */
EachFn each_setting;

#endif
