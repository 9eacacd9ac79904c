/*
 * Evaluation of what templates are made of: strings with interpolation, lists, maps; and the way in, jsone_eval.
 * Operators are operators.c's and loops.c's, expressions expression.c's.
 */
#include "jsone_private.h"

const Value *node_eval(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    if (!spend_steps(run, node->origin, 1))
        return NULL;
    if (!node->eval)
        return node->source;
    if (!descend(run, node->origin))
        return NULL;
    const Value *value = node->eval(run, node, scope);
    run->depth--;
    return value;
}

const Value *eval_failure(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    (void)scope;
    return failure_raise(run, node->failure);
}

/* ---- strings ---- */

static bool segment_text(JsoneRun *run, const Segment *segment, const JsoneScope *scope, Inputs *inputs, Str *text)
{
    const Value *value = expression_eval(run, &segment->expression, scope);
    if (!value)
        return false;
    Origin at = segment->expression.root->origin;
    if (value->kind == VALUE_LIST || value->kind == VALUE_MAP)
        return fail(run, FAILURE_TEMPLATE, at, "interpolation of '%.*s' produced an array or object",
                    STR_ARG(segment->input));
    if (value->kind == VALUE_FUNCTION)
        return fail(run, FAILURE_TEMPLATE, at, "interpolation of '%.*s' produced a function",
                    STR_ARG(segment->input));
    if (!segment->expression.root->constant)
        inputs_add(inputs, run->arena, value);
    *text = value->kind == VALUE_NULL ? STR("") : scalar_text(run, value);
    return true;
}

static Str join_pieces(JsoneRun *run, const Text *text, const Str *pieces, size_t size)
{
    char *joined = arena_alloc(run->arena, size + 1);
    size_t at = 0;
    for (size_t i = 0; i < text->count; i++) {
        Str literal = text->segments[i].literal;
        if (literal.size)
            memcpy(joined + at, literal.data, literal.size);
        at += literal.size;
        if (pieces[i].size)
            memcpy(joined + at, pieces[i].data, pieces[i].size);
        at += pieces[i].size;
    }
    return (Str){joined, size};
}

enum { FEW_PIECES = 16 };

static bool text_print(JsoneRun *run, const Text *text, const JsoneScope *scope, Inputs *inputs, Str *printed)
{
    Str few[FEW_PIECES];
    Str *pieces = text->count <= FEW_PIECES ? few : ARENA_ARRAY(run->arena, Str, text->count);
    size_t size = 0;
    for (size_t i = 0; i < text->count; i++) {
        const Segment *segment = &text->segments[i];
        pieces[i] = STR("");
        if (segment->input.data && !segment_text(run, segment, scope, inputs, &pieces[i]))
            return false;
        size += segment->literal.size + pieces[i].size;
    }
    /* "${a}" is a's own text. */
    bool alone = text->count == 2 && size == pieces[0].size;
    if (!(alone ? spend_bytes(run, text->origin, size) : spend_made(run, text->origin, size)))
        return false;
    *printed = alone ? pieces[0] : join_pieces(run, text, pieces, size);
    return true;
}

const Value *eval_text(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    Inputs inputs;
    Str text;
    inputs_begin(&inputs);
    if (!text_print(run, node->text, scope, &inputs, &text))
        return NULL;
    return inputs_string(run, &inputs, node->origin, text);
}

/* ---- lists ---- */

const Value *eval_list(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    const Value **items = make_items(run, node->origin, node->item_count);
    size_t count = 0;
    for (size_t i = 0; items && i < node->item_count; i++) {
        const Value *item = node_eval(run, node->items[i], scope);
        if (!item) {
            failure_at_index(run, i);
            return NULL;
        }
        if (item != NOTHING)
            items[count++] = item;
    }
    return items ? make_list(run, node->origin, items, count) : NULL;
}

/* ---- maps ---- */

/* NOTHING where the field is left out. */
static const Value *field_value(JsoneRun *run, const Node *node, size_t index, const JsoneScope *scope)
{
    const Field *field = &node->fields[index];
    const Value *value = node_eval(run, field->value, scope);
    if (!value)
        failure_at_key(run, node->source->entries[index].key);
    if (value && value != NOTHING && field->failure)
        return failure_raise(run, field->failure);
    return value;
}

static bool field_key(JsoneRun *run, const Field *field, const JsoneScope *scope, Str *key)
{
    Inputs inputs;
    *key = field->key;
    if (!field->text)
        return true;
    inputs_begin(&inputs);
    return text_print(run, field->text, scope, &inputs, key);
}

/* Maps larger than this get an index, which only the builder makes. */
enum { SMALL_MAP = 12 };

static const Value *eval_small_map(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    MapEntry *entries = ARENA_ARRAY(run->arena, MapEntry, node->field_count);
    size_t count = 0;
    for (size_t i = 0; i < node->field_count; i++) {
        const Field *field = &node->fields[i];
        const Value *value = field_value(run, node, i, scope);
        if (!value)
            return NULL;
        if (value != NOTHING)
            entries[count++] = (MapEntry){field->key, field->key_origin, value};
    }
    Value *map = ARENA_NEW(run->arena, Value);
    *map = (Value){.kind = VALUE_MAP, .origin = node->origin, .size = (uint32_t)count};
    map->entries = entries;
    return map;
}

static const Value *eval_any_map(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    MapBuilder map = map_begin(run->arena);
    for (size_t i = 0; i < node->field_count; i++) {
        const Field *field = &node->fields[i];
        const Value *value = field_value(run, node, i, scope);
        Str key = {NULL, 0};
        if (!value || (value != NOTHING && !field_key(run, field, scope, &key)))
            return NULL;
        if (value != NOTHING)
            map_set(&map, key, field->key_origin, value);
    }
    return map_end(&map, node->origin);
}

const Value *eval_map(JsoneRun *run, const Node *node, const JsoneScope *scope)
{
    if (!spend_values(run, node->origin, node->field_count + 1))
        return NULL;
    if (node->distinct && node->field_count <= SMALL_MAP)
        return eval_small_map(run, node, scope);
    return eval_any_map(run, node, scope);
}

/* ---- the way in ---- */

JsoneRun jsone_run(Arena *arena, Diags *diags)
{
    return (JsoneRun){.arena = arena, .diags = diags, .limits = &jsone_limits};
}

static bool scope_check(JsoneRun *run, const JsoneScope *scope, Origin at)
{
    for (; scope && !scope->vouched; scope = scope->up) {
        if (scope->map && scope->map->kind != VALUE_MAP)
            return fail(run, FAILURE_TEMPLATE, at, "context must be an object");
        for (uint32_t i = 0; scope->map && i < scope->map->size; i++) {
            if (!is_identifier(scope->map->entries[i].key))
                return fail(run, FAILURE_TEMPLATE, scope->map->entries[i].key_origin,
                            "top level keys of context must follow /[a-zA-Z_][a-zA-Z0-9_]*/");
        }
    }
    return true;
}

typedef const Value *RootEval(JsoneRun *run, const Node *root, const JsoneScope *scope);

static const Value *eval_root(JsoneRun *run, const Node *root, const JsoneScope *scope)
{
    const Value *value = node_eval(run, root, scope);
    if (value == NOTHING)
        return value_new_null(run->arena, root->origin);
    return value && (run->inner || run->depth || result_check(run, value, root->origin)) ? value : NULL;
}

static const Value *eval_condition(JsoneRun *run, const Node *root, const JsoneScope *scope)
{
    if (root->eval != eval_eval || !expression_is_condition(&root->operation->condition))
        return eval_root(run, root, scope);
    int holds = expression_holds(run, &root->operation->condition, scope);
    return holds < 0 ? NULL : holds ? &value_true : &value_false;
}

static const Value *evaluate(JsoneRun *run, const Node *root, const JsoneScope *scope, RootEval *eval)
{
    if (run->depth)
        return eval(run, root, scope);
    run->error = (JsoneError){0};
    run->frame = NULL;
    const Value *value = scope_check(run, scope, root->origin) ? eval(run, root, scope) : NULL;
    run->depth = 0;
    run->frame = NULL;
    return value;
}

const Value *jsone_eval(JsoneRun *run, const Template *templ, const JsoneScope *scope)
{
    return evaluate(run, templ->root, scope, eval_root);
}

const Value *jsone_eval_condition(JsoneRun *run, const Template *templ, const JsoneScope *scope)
{
    return evaluate(run, templ->root, scope, eval_condition);
}
