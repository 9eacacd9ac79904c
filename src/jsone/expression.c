/*
 * Evaluation of expressions: one function per kind of Expr, upstream's operators with upstream's messages. Knows
 * nothing of templates; values come from the scope chain, then from the built-ins.
 */
#include "jsone_private.h"

#include <assert.h>
#include <math.h>

typedef const Value *ExprEval(JsoneRun *run, const Expr *expr, const JsoneScope *scope);

static const Value *eval(JsoneRun *run, const Expr *expr, const JsoneScope *scope);
/*
 * Whether it yields what counts as true; −1 after a failure. Conditions make no values on the way, but count them, so
 * that a budget does not depend on where a condition stands.
 */
static int holds(JsoneRun *run, const Expr *expr, const JsoneScope *scope);

/* ---- names ---- */

static inline const Value *map_find(const Value *map, Str name)
{
    if (map->index)
        return value_get(map, name);
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        if (str_equal(entry->key, name))
            return entry->value;
    }
    return NULL;
}

static inline const Value *scope_find_bits(const JsoneScope *scope, Str name, uint64_t bits)
{
    for (; scope; scope = scope->up) {
        if (!scope->map || (scope->names && !(scope->names & bits)))
            continue;
        const Value *found = map_find(scope->map, name);
        if (found)
            return found;
    }
    return NULL;
}

const Value *scope_find(const JsoneScope *scope, Str name)
{
    return scope_find_bits(scope, name, jsone_name_bit(name) | JSONE_FUNCTIONS);
}

uint64_t jsone_names(const Value *map)
{
    uint64_t names = 0;
    for (uint32_t i = 0; i < map->size; i++)
        names |= jsone_name_bit(map->entries[i].key);
    return names;
}

const Value *jsone_lookup(const JsoneScope *scope, Str name)
{
    const Value *found = scope_find(scope, name);
    return found ? found : builtin_find(name);
}

const Value *scope_now(JsoneRun *run, const JsoneScope *scope, Origin at)
{
    const Value *found = scope_find(scope, STR("now"));
    if (found)
        return found;
    if (!run->now.data)
        return fail(run, FAILURE_INTERPRETER, at, "unknown context value now: there is no clock here");
    return value_new_string(run->arena, ORIGIN_NONE, run->now);
}

static const Value *unknown_name(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    NearMiss miss = near_miss_begin(expr->name);
    for (; scope; scope = scope->up) {
        for (uint32_t i = 0; scope->map && i < scope->map->size; i++)
            near_miss_offer(&miss, scope->map->entries[i].key);
    }
    builtins_offer(&miss);
    return fail_near(run, FAILURE_INTERPRETER, expr->origin, near_miss_best(&miss), "unknown context value %.*s",
                     STR_ARG(expr->name));
}

static const Value *eval_name(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *found = scope_find_bits(scope, expr->name, expr->bits);
    if (found)
        return found;
    if (expr->builtin)
        return expr->builtin;
    if (str_equal(expr->name, STR("now")))
        return scope_now(run, scope, expr->origin);
    return unknown_name(run, expr, scope);
}

static const Value *eval_slot(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *names = scope->map;
    return expr->slot < names->size ? names->entries[expr->slot].value : unknown_name(run, expr, scope);
}

/* ---- operators ---- */

static const Value *expects(JsoneRun *run, const Expr *expr, const char *operator, const char * expected)
{
    return fail(run, FAILURE_INTERPRETER, expr->origin, "%s expects %s", operator, expected);
}

/* A result's origin: that of the first operand that comes from the context, else the place in the template. */
static Origin operand_origin(const Expr *expr, const Expr *left, const Value *a, const Expr *right, const Value *b)
{
    Origin first = left->constant ? ORIGIN_NONE : a->origin;
    Origin second = !right || right->constant ? ORIGIN_NONE : b->origin;
    return origin_or(first, origin_or(second, expr->origin));
}

static const Value *eval_unary(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *value = eval(run, expr->left, scope);
    if (!value)
        return NULL;
    Origin origin = operand_origin(expr, expr->left, value, NULL, NULL);
    if (expr->operator== TOKEN_NOT)
        return make_bool(run, origin, !is_truthy(value));
    bool minus = expr->operator== TOKEN_MINUS;
    if (value->kind != VALUE_NUMBER)
        return expects(run, expr, minus ? "unary -" : "unary +", "number");
    return minus ? make_number(run, origin, -value->number) : value;
}

/* Upstream's && and || give booleans. */
static const Value *eval_logical(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *left = eval(run, expr->left, scope), *right = NULL;
    if (!left)
        return NULL;
    bool decided = is_truthy(left) == (expr->kind == EXPR_OR);
    if (!decided && !(right = eval(run, expr->right, scope)))
        return NULL;
    Origin origin = operand_origin(expr, expr->left, left, decided ? NULL : expr->right, right);
    return make_bool(run, origin, decided ? expr->kind == EXPR_OR : is_truthy(right));
}

static const Value *concatenate(JsoneRun *run, const Expr *expr, const Value *a, const Value *b)
{
    size_t size = (size_t)a->size + b->size;
    Inputs inputs;
    if (!spend_made(run, expr->origin, size))
        return NULL;
    char *text = arena_alloc(run->arena, size + 1);
    memcpy(text, a->text, a->size);
    memcpy(text + a->size, b->text, b->size);
    inputs_begin(&inputs);
    if (!expr->left->constant)
        inputs_add(&inputs, run->arena, a);
    if (!expr->right->constant)
        inputs_add(&inputs, run->arena, b);
    return inputs_string(run, &inputs, expr->origin, (Str){text, size});
}

/* ECMA-262's Number::exponentiate differs from C's pow where the exponent is no finite number. */
static double power(double base, double exponent)
{
    if (isnan(exponent) || (isinf(exponent) && fabs(base) >= 1 && fabs(base) <= 1))
        return NAN;
    return pow(base, exponent);
}

static const char *arithmetic_expected(TokenKind operator)
{
    switch (operator) {
    case TOKEN_MINUS:
        return "number - number";
    case TOKEN_TIMES:
        return "number * number";
    case TOKEN_DIVIDE:
        return "number / number";
    case TOKEN_POWER:
        return "number ** number";
    default:
        return "numbers/strings + numbers/strings";
    }
}

static const Value *infix_expects(JsoneRun *run, const Expr *expr, const char *expected)
{
    const char *operator= token_name((TokenKind)expr->operator);
    return fail(run, FAILURE_INTERPRETER, expr->origin, "infix: %s expects %s", operator, expected);
}

static double calculate(TokenKind operator, double a, double b)
{
    switch (operator) {
    case TOKEN_PLUS:
        return a + b;
    case TOKEN_MINUS:
        return a - b;
    case TOKEN_TIMES:
        return a * b;
    case TOKEN_DIVIDE:
        return a / b;
    default:
        return power(a, b);
    }
}

static bool is_zero(double number)
{
    return number <= 0 && number >= 0;
}

static const Value *arithmetic(JsoneRun *run, const Expr *expr, const Value *a, const Value *b)
{
    TokenKind operator=(TokenKind) expr->operator;
    if (operator== TOKEN_PLUS && a->kind == VALUE_STRING && b->kind == VALUE_STRING)
        return concatenate(run, expr, a, b);
    if (a->kind != VALUE_NUMBER || b->kind != VALUE_NUMBER)
        return infix_expects(run, expr, arithmetic_expected(operator));
    if (operator== TOKEN_DIVIDE && is_zero(b->number))
        return fail(run, FAILURE_INTERPRETER, expr->origin, "division by zero");
    Origin origin = operand_origin(expr, expr->left, a, expr->right, b);
    return make_number(run, origin, calculate(operator, a->number, b->number));
}

static bool order_holds(TokenKind operator, bool less, bool greater, bool equal)
{
    switch (operator) {
    case TOKEN_LESS:
        return less;
    case TOKEN_GREATER:
        return greater;
    case TOKEN_LESS_EQUAL:
        return less || equal;
    default:
        return greater || equal;
    }
}

/* The operators that say yes or no; −1 after a failure. */
typedef int RelationFn(JsoneRun *run, const Expr *expr, const Value *a, const Value *b);

static int comparison(JsoneRun *run, const Expr *expr, const Value *a, const Value *b)
{
    TokenKind operator=(TokenKind) expr->operator;
    if (a->kind == VALUE_NUMBER && b->kind == VALUE_NUMBER) {
        double x = a->number, y = b->number;
        return order_holds(operator, x<y, x> y, x <= y && x >= y);
    }
    if (a->kind != VALUE_STRING || b->kind != VALUE_STRING) {
        const char *name = token_name(operator);
        fail(run, FAILURE_INTERPRETER, expr->origin, "infix: %s expects numbers/strings %s numbers/strings", name,
             name);
        return -1;
    }
    if (!spend_steps(run, expr->origin, a->size / 64))
        return -1;
    int order = str_compare(value_text(a), value_text(b));
    return order_holds(operator, order<0, order> 0, order == 0);
}

static int equality(JsoneRun *run, const Expr *expr, const Value *a, const Value *b)
{
    int equal = values_equal(run, expr->origin, a, b);
    return equal < 0 ? -1 : equal == (expr->operator== TOKEN_EQUAL);
}

/* −1 after a failure. */
static int list_has(JsoneRun *run, const Expr *expr, const Value *list, const Value *item)
{
    for (uint32_t i = 0; i < list->size; i++) {
        int equal = values_equal(run, expr->origin, item, list->items[i]);
        if (equal)
            return equal;
    }
    return 0;
}

static int membership(JsoneRun *run, const Expr *expr, const Value *item, const Value *in)
{
    if (in->kind == VALUE_LIST)
        return list_has(run, expr, in, item);
    if (in->kind == VALUE_MAP) {
        if (item->kind != VALUE_STRING)
            return expects(run, expr, "Infix: in-object", "string on left side") ? 1 : -1;
        return value_entry(in, value_text(item)) != NULL;
    }
    if (in->kind != VALUE_STRING)
        return expects(run, expr, "Infix: in", "Array, string, or object on right side") ? 1 : -1;
    if (item->kind != VALUE_STRING)
        return expects(run, expr, "Infix: in-string", "string on left side") ? 1 : -1;
    if (!spend_bytes(run, expr->origin, in->size))
        return -1;
    return !item->size || memmem(in->text, in->size, item->text, item->size) != NULL;
}

static RelationFn *const relations[TOKEN_KINDS] = {
    [TOKEN_LESS] = comparison,          [TOKEN_GREATER] = comparison, [TOKEN_LESS_EQUAL] = comparison,
    [TOKEN_GREATER_EQUAL] = comparison, [TOKEN_EQUAL] = equality,     [TOKEN_UNEQUAL] = equality,
    [TOKEN_IN] = membership,
};

/* Upstream evaluates the exponent first; which of two errors is reported depends on it. */
static bool eval_operands(JsoneRun *run, const Expr *expr, const JsoneScope *scope, const Value **a, const Value **b)
{
    if (expr->operator== TOKEN_POWER)
        return (*b = eval(run, expr->right, scope)) && (*a = eval(run, expr->left, scope));
    return (*a = eval(run, expr->left, scope)) && (*b = eval(run, expr->right, scope));
}

static const Value *eval_binary(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *a, *b;
    RelationFn *relation = relations[expr->operator];
    if (!eval_operands(run, expr, scope, &a, &b))
        return NULL;
    if (!relation)
        return arithmetic(run, expr, a, b);
    int found = relation(run, expr, a, b);
    return found < 0 ? NULL : make_bool(run, operand_origin(expr, expr->left, a, expr->right, b), found > 0);
}

/* ---- conditions ---- */

static bool is_condition(const Expr *expr)
{
    return expr->kind == EXPR_AND || expr->kind == EXPR_OR || (expr->kind == EXPR_UNARY && expr->operator== TOKEN_NOT) ||
           (expr->kind == EXPR_BINARY && relations[expr->operator]) ||
           (expr->kind == EXPR_LITERAL && expr->literal->kind == VALUE_BOOL);
}

static int relation_holds(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *a, *b;
    if (!eval_operands(run, expr, scope, &a, &b))
        return -1;
    assert(relations[expr->operator]); /* is_condition has asked */
    int found = relations[expr->operator](run, expr, a, b);
    return found < 0 || spend_values(run, operand_origin(expr, expr->left, a, expr->right, b), 1) ? found : -1;
}

static int logical_holds(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    int left = holds(run, expr->left, scope);
    if (left < 0 || left == (expr->kind == EXPR_OR))
        return left;
    return holds(run, expr->right, scope);
}

static int holds(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    if (!is_condition(expr) || expr->kind == EXPR_LITERAL) {
        const Value *value = eval(run, expr, scope);
        return value ? is_truthy(value) : -1;
    }
    if (!spend_steps(run, expr->origin, 1))
        return -1;
    if (expr->kind == EXPR_BINARY)
        return relation_holds(run, expr, scope);
    int found = expr->kind == EXPR_UNARY ? holds(run, expr->left, scope) : logical_holds(run, expr, scope);
    if (found < 0 || !spend_values(run, expr->origin, 1))
        return -1;
    return expr->kind == EXPR_UNARY ? !found : found;
}

/* ---- access ---- */

static inline const Value *property_find(const Value *map, const Expr *expr)
{
    if (!map->index)
        return map_find(map, expr->property);
    uint32_t at = index_get_hashed(map->index, expr->property, expr->hash);
    return at == INDEX_NONE ? NULL : map->entries[at].value;
}

static const Value *eval_property(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *object = eval(run, expr->object, scope);
    if (!object)
        return NULL;
    if (object->kind != VALUE_MAP)
        return expects(run, expr, "infix: .", "objects");
    const Value *found = property_find(object, expr);
    if (found)
        return found;
    NearMiss miss = near_miss_begin(expr->property);
    for (uint32_t i = 0; i < object->size; i++)
        near_miss_offer(&miss, object->entries[i].key);
    return fail_near(run, FAILURE_INTERPRETER, expr->origin, near_miss_best(&miss), "object has no property \"%.*s\"",
                     STR_ARG(expr->property));
}

static size_t value_length(const Value *value)
{
    return value->kind == VALUE_STRING ? utf8_length(value_text(value)) : value->size;
}

static bool is_integer(double number)
{
    return isfinite(number) && is_zero(number - trunc(number));
}

/* Negative bounds count from the end, and stop at the start. */
static double from_end(double bound, size_t length)
{
    if (bound < 0)
        bound += (double)length;
    return bound < 0 ? 0 : bound;
}

static Str code_points(Str text, size_t from, size_t to)
{
    size_t start = text_offset(text, from);
    Str rest = str_slice(text, start, text.size);
    return str_slice(rest, 0, text_offset(rest, to - from));
}

static const Value *index_value(JsoneRun *run, const Expr *expr, const Value *base, const Value *at)
{
    assert(at); /* the parser leaves it out of slices only */
    size_t length = value_length(base);
    double index = at->kind == VALUE_NUMBER ? from_end(at->number, length) : NAN;
    if (!is_integer(index))
        return fail(run, FAILURE_INTERPRETER, expr->origin, "should only use integers to access arrays or strings");
    if (index >= (double)length)
        return fail(run, FAILURE_INTERPRETER, expr->origin, "index out of bounds");
    size_t chosen = (size_t)index;
    if (base->kind == VALUE_LIST)
        return base->items[chosen];
    return make_string(run, base, expr->origin, code_points(value_text(base), chosen, chosen + 1));
}

static const Value *slice_value(JsoneRun *run, const Expr *expr, const Value *base, const Value *from,
                                const Value *to)
{
    size_t length = value_length(base);
    double left = !from ? 0 : from->kind == VALUE_NUMBER ? from_end(from->number, length) : NAN;
    double right = (double)length;
    if (to && to->kind != VALUE_NULL)
        right = to->kind == VALUE_NUMBER ? from_end(to->number, length) : NAN;
    if (left > right)
        left = right;
    if (!is_integer(left) || !is_integer(right))
        return fail(run, FAILURE_INTERPRETER, expr->origin, "cannot perform interval access with non-integers");
    right = right > (double)length ? (double)length : right;
    left = left > right ? right : left;
    size_t start = (size_t)left, end = (size_t)right;
    if (base->kind == VALUE_STRING)
        return make_string(run, base, expr->origin, code_points(value_text(base), start, end));
    return spend_values(run, expr->origin, 1) ? make_list(run, base->origin, base->items + start, end - start) : NULL;
}

static const Value *map_value(JsoneRun *run, const Expr *expr, const Value *base, const Value *at)
{
    if (!value_is(at, VALUE_STRING))
        return fail(run, FAILURE_INTERPRETER, expr->origin, "object keys must be strings");
    const Value *found = map_find(base, value_text(at));
    return found ? found : value_new_null(run->arena, origin_or(base->origin, expr->origin));
}

static const Value *eval_access(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *base = eval(run, expr->base, scope), *from = NULL, *to = NULL;
    if (!base || (expr->from && !(from = eval(run, expr->from, scope))) ||
        (expr->to && !(to = eval(run, expr->to, scope))))
        return NULL;
    if (base->kind == VALUE_MAP)
        return map_value(run, expr, base, from);
    if (base->kind != VALUE_LIST && base->kind != VALUE_STRING)
        return expects(run, expr, "infix: \"[..]\"", "object, array, or string");
    if (base->kind == VALUE_STRING && !spend_steps(run, expr->origin, base->size / 64))
        return NULL;
    return expr->kind == EXPR_INDEX ? index_value(run, expr, base, from) : slice_value(run, expr, base, from, to);
}

/* ---- calls and constructors ---- */

static const Value *not_callable(JsoneRun *run, const Expr *expr, const Value *value)
{
    Buf text = {0};
    if (print_loosely(run, expr->origin, value, &text))
        fail(run, FAILURE_INTERPRETER, expr->origin, "%.*s is not callable", STR_ARG(buf_str(&text)));
    buf_release(&text);
    return NULL;
}

static const Value *wrong_count(JsoneRun *run, const Expr *expr, const Function *function)
{
    unsigned min = function->min_args, max = function->max_args;
    Str range = max == UINT8_MAX ? arena_printf(run->arena, "at least %u", min)
                : max > min      ? arena_printf(run->arena, "%u to %u", min, max)
                                 : arena_printf(run->arena, "%u", min);
    return fail(run, FAILURE_HOST, expr->origin, "%.*s takes %.*s argument%s, found %zu%s%s", STR_ARG(function->name),
                STR_ARG(range), max == 1 ? "" : "s", expr->arg_count, function->doc ? "; " : "",
                function->doc ? function->doc : "");
}

static const Value *call(JsoneRun *run, const Expr *expr, const JsoneScope *scope, const Function *function,
                         const Value *const *args)
{
    bool too_many = function->max_args != UINT8_MAX && expr->arg_count > function->max_args;
    if (expr->arg_count < function->min_args || too_many)
        return wrong_count(run, expr, function);
    JsoneFrame frame = {.up = run->frame, .origin = expr->origin, .what = function->name, .is_call = true};
    run->frame = &frame;
    const Value *result = function->call(function, run, scope, expr->origin, args, expr->arg_count);
    run->frame = frame.up;
    return result;
}

enum { FEW_ARGS = 8 };

static const Value *eval_call(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value *few[FEW_ARGS];
    const Value *callee = eval(run, expr->callee, scope);
    if (!callee)
        return NULL;
    if (callee->kind != VALUE_FUNCTION)
        return not_callable(run, expr, callee);
    const Value **args = few;
    if (expr->arg_count > FEW_ARGS)
        args = ARENA_ARRAY(run->arena, const Value *, expr->arg_count);
    for (size_t i = 0; i < expr->arg_count; i++) {
        args[i] = eval(run, expr->args[i], scope);
        if (!args[i])
            return NULL;
    }
    return call(run, expr, scope, callee->function, args);
}

static const Value *eval_list_literal(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    const Value **items = make_items(run, expr->origin, expr->item_count);
    for (size_t i = 0; items && i < expr->item_count; i++) {
        items[i] = eval(run, expr->items[i], scope);
        if (!items[i])
            return NULL;
    }
    return items ? make_list(run, expr->origin, items, expr->item_count) : NULL;
}

static const Value *eval_object_literal(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    if (!spend_values(run, expr->origin, expr->entry_count + 1))
        return NULL;
    /* The parser saw to it that no two keys are equal. */
    MapBuilder map = {.arena = run->arena,
                      .entries = ARENA_ARRAY(run->arena, MapEntry, expr->entry_count),
                      .capacity = expr->entry_count};
    for (size_t i = 0; i < expr->entry_count; i++) {
        const Value *value = eval(run, expr->entries[i].value, scope);
        if (!value)
            return NULL;
        map.entries[map.count++] = (MapEntry){expr->entries[i].key, expr->entries[i].key_origin, value};
    }
    return map_end(&map, expr->origin);
}

/* ---- dispatch ---- */

static ExprEval *const evaluators[] = {
    [EXPR_NAME] = eval_name,         [EXPR_UNARY] = eval_unary,        [EXPR_AND] = eval_logical,
    [EXPR_OR] = eval_logical,        [EXPR_BINARY] = eval_binary,      [EXPR_PROPERTY] = eval_property,
    [EXPR_INDEX] = eval_access,      [EXPR_SLICE] = eval_access,       [EXPR_CALL] = eval_call,
    [EXPR_LIST] = eval_list_literal, [EXPR_OBJECT] = eval_object_literal,
};

static const Value *eval(JsoneRun *run, const Expr *expr, const JsoneScope *scope)
{
    if (!spend_steps(run, expr->origin, 1))
        return NULL;
    switch ((ExprKind)expr->kind) {
    case EXPR_LITERAL:
        return expr->literal;
    case EXPR_BOUND:
        return expr->builtin;
    case EXPR_SLOT:
        return eval_slot(run, expr, scope);
    default:
        return evaluators[expr->kind](run, expr, scope);
    }
}

/* The parser bounded the height, so that one check covers the whole tree. */
static bool enter(JsoneRun *run, const Expression *expression)
{
    if (expression->failure)
        return failure_raise(run, expression->failure);
    if (run->depth + expression->root->height > run->limits->depth)
        return fail_depth(run, expression->root->origin);
    run->depth += expression->root->height;
    return true;
}

const Value *expression_eval(JsoneRun *run, const Expression *expression, const JsoneScope *scope)
{
    size_t depth = run->depth;
    const Value *value = enter(run, expression) ? eval(run, expression->root, scope) : NULL;
    run->depth = depth;
    return value;
}

int expression_holds(JsoneRun *run, const Expression *expression, const JsoneScope *scope)
{
    size_t depth = run->depth;
    int found = enter(run, expression) ? holds(run, expression->root, scope) : -1;
    run->depth = depth;
    return found;
}

bool expression_is_condition(const Expression *expression)
{
    return !expression->failure && is_condition(expression->root);
}
