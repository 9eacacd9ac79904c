/*
 * Evaluation of the operators that choose, bind and convert; those that visit elements are loops.c's, those that join
 * merge.c's.
 */
#include "jsone_private.h"

const Value *eval_eval(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    return expression_eval(run, &node->operation->condition, scope);
}

const Value *eval_if(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    int holds = expression_holds(run, &operation->condition, scope);
    if (holds < 0)
        return NULL;
    if (holds && operation->late)
        return failure_raise(run, operation->late);
    const Node *chosen = holds ? operation->body : operation->otherwise;
    return chosen ? node_eval(run, chosen, scope) : NOTHING;
}

const Value *eval_json(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value *value = node_eval(run, node->operation->value, scope), *result = NULL;
    Buf json = {0};
    if (value && print_stable_json(run, node->origin, value, &json) && spend_made(run, node->origin, json.size) &&
        spend_values(run, node->origin, 1))
        result = value_new_string(run->arena, origin_or(value->origin, node->origin),
                                  arena_copy(run->arena, buf_str(&json)));
    buf_release(&json);
    return result;
}

const Value *eval_let(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *variables = node_eval(run, operation->value, scope);
    if (!variables)
        return NULL;
    if (variables->kind != VALUE_MAP)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "$let value must be an object");
    for (uint32_t i = 0; !operation->names && i < variables->size; i++) {
        if (!is_identifier(variables->entries[i].key))
            return fail(run, FAILURE_TEMPLATE, origin_or(variables->entries[i].key_origin, node->origin),
                        "top level keys of $let must follow /[a-zA-Z_][a-zA-Z0-9_]*/");
    }
    if (operation->late)
        return failure_raise(run, operation->late);
    const JsoneScope inner = {variables, scope, false, operation->names};
    return node_eval(run, operation->body, &inner);
}

const Value *eval_from_now(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *span = node_eval(run, operation->value, scope), *from = NULL;
    if (!span || (operation->body && !(from = node_eval(run, operation->body, scope))))
        return NULL;
    if (span->kind != VALUE_STRING)
        return fail(run, FAILURE_TEMPLATE, operation->value->origin, "$fromNow expects a string");
    return time_from_now(run, scope, node->origin, span, from);
}

const Value *eval_match(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value **items = make_items(run, node->origin, operation->case_count);
    size_t count = 0;
    for (size_t i = 0; items && i < operation->case_count; i++) {
        int holds = expression_holds(run, &operation->cases[i].condition, scope);
        const Value *value = holds > 0 ? node_eval(run, operation->cases[i].value, scope) : NOTHING;
        if (holds < 0 || !value)
            return NULL;
        if (value != NOTHING)
            items[count++] = value;
    }
    return items ? make_list(run, node->origin, items, count) : NULL;
}

/* All conditions are evaluated, and all templates whose condition holds, before a second one is found too many. */
const Value *eval_switch(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Operation *operation = node->operation;
    const Value *chosen = NULL;
    size_t count = 0;
    for (size_t i = 0; i < operation->case_count; i++) {
        int holds = expression_holds(run, &operation->cases[i].condition, scope);
        if (holds < 0)
            return NULL;
        if (!holds)
            continue;
        const Value *value = node_eval(run, operation->cases[i].value, scope);
        if (!value)
            return NULL;
        chosen = count++ ? chosen : value;
    }
    if (count > 1)
        return fail(run, FAILURE_TEMPLATE, node->origin, "$switch can only have one truthy condition");
    if (count)
        return chosen;
    return operation->otherwise ? node_eval(run, operation->otherwise, scope) : NOTHING;
}
