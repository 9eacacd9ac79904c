/*
 * Expressions from text to Expr trees: upstream's grammar and its messages, to the word. Nesting is bounded here, so
 * that evaluation can recurse over what this file makes. Knows nothing of values in a context.
 *
 * Upstream's parser goes on where an operand is missing and fails when it evaluates the hole; holes are EXPR_MISSING
 * here, and an expression that has one when all else parsed is a syntax error at the hole.
 */
#include "jsone_private.h"

#include <stdlib.h>

typedef struct Parser {
    Arena *arena;
    const JsoneKnown *known;
    ScalarPlace *place;
    Str text;      /* what upstream would call the source */
    size_t base;   /* its offset in the scalar */
    size_t offset; /* behind the current token */
    Token token;
    Token hole; /* the token found where an operand was due */
    bool has_hole;
    size_t depth;
    const Failure *failure;
} Parser;

#define OPERANDS "!, (, +, -, [, false, identifier, null, number, string, true, {"
#define OPERATORS "!=, &&, (, *, **, +, -, ., /, <, <=, ==, >, >=, [, in, ||"

static const Expr missing = {.kind = EXPR_MISSING};

static const Expr *parse_operators(Parser *parser, int level);

static Origin place_of(Parser *parser, size_t offset)
{
    return scalar_place_at(parser->place, parser->base + offset);
}

static const Expr *syntax_error(Parser *parser, size_t offset, Str text)
{
    if (parser->failure)
        return NULL;
    Failure *failure = ARENA_NEW(parser->arena, Failure);
    *failure = (Failure){FAILURE_SYNTAX, place_of(parser, offset), text, STR_NONE};
    parser->failure = failure;
    return NULL;
}

static const Expr *unexpected(Parser *parser, Token found, const char *expected)
{
    if (found.kind == TOKEN_END)
        return syntax_error(parser, found.start, STR("Unexpected end of input"));
    return syntax_error(
        parser, found.start,
        arena_printf(parser->arena, "Found: %.*s token, expected one of: %s", STR_ARG(found.text), expected));
}

static const Expr *too_deep(Parser *parser)
{
    return syntax_error(
        parser, parser->token.start,
        arena_printf(parser->arena, "expression is nested deeper than %zu levels", jsone_limits.depth));
}

static bool advance(Parser *parser)
{
    if (lexer_next(parser->text, &parser->offset, &parser->token))
        return true;
    Str rest = str_slice(parser->text, parser->offset, parser->text.size);
    syntax_error(
        parser, parser->offset,
        arena_printf(parser->arena, "Unexpected input for '%.*s' at '%.*s'", STR_ARG(parser->text), STR_ARG(rest)));
    return false;
}

static bool take(Parser *parser, TokenKind kind)
{
    if (parser->token.kind == kind)
        return advance(parser);
    unexpected(parser, parser->token, token_name(kind));
    return false;
}

/* ---- building ---- */

static Expr *expr_new(Parser *parser, ExprKind kind, const Token *token)
{
    Expr *expr = ARENA_NEW(parser->arena, Expr);
    expr->kind = (uint8_t)kind;
    expr->operator=(uint8_t) token->kind;
    expr->origin = place_of(parser, token->start);
    expr->constant = kind != EXPR_NAME;
    expr->height = 1;
    return expr;
}

/* Takes a part into account; false when the tree gets too high to evaluate. */
static bool adopt(Parser *parser, Expr *expr, const Expr *part)
{
    if (!part)
        return true;
    expr->constant = expr->constant && part->constant;
    if (part->height >= expr->height)
        expr->height = (uint16_t)(part->height + 1);
    return expr->height <= jsone_limits.depth || too_deep(parser);
}

typedef struct ExprList {
    const Expr **items;
    size_t count;
    size_t capacity;
} ExprList;

static bool list_push(Parser *parser, Expr *owner, ExprList *list, const Expr *item)
{
    if (!item || !adopt(parser, owner, item))
        return false;
    ARENA_GROW(parser->arena, list->items, list->count, list->capacity);
    list->items[list->count++] = item;
    return true;
}

/* ---- operands ---- */

static const Value *literal_value(Parser *parser, const Token *token, Origin origin)
{
    switch (token->kind) {
    case TOKEN_NUMBER:
        return value_new_number(parser->arena, origin, strtod(arena_text(parser->arena, token->text), NULL));
    case TOKEN_STRING:
        return value_new_string(parser->arena, origin, str_slice(token->text, 1, token->text.size - 1));
    case TOKEN_TRUE:
    case TOKEN_FALSE:
        return value_new_bool(parser->arena, origin, token->kind == TOKEN_TRUE);
    default:
        return value_new_null(parser->arena, origin);
    }
}

static const Expr *parse_literal(Parser *parser)
{
    Token token = parser->token;
    Expr *expr = expr_new(parser, EXPR_LITERAL, &token);
    expr->literal = literal_value(parser, &token, expr->origin);
    return advance(parser) ? expr : NULL;
}

/* Where the name stands in the innermost scope; name_count: elsewhere, or nowhere. */
static size_t slot_of(const JsoneKnown *known, Str name)
{
    for (size_t i = known->name_count; i-- > 0;) {
        if (str_equal(known->names[i], name))
            return i;
    }
    return known->name_count;
}

static void bind_name(const JsoneKnown *known, Expr *expr)
{
    const Value *function = known->functions ? value_get(known->functions, expr->name) : NULL;
    size_t slot = slot_of(known, expr->name);
    expr->builtin = function ? function : builtin_find(expr->name);
    if (slot < known->name_count) {
        expr->kind = EXPR_SLOT;
        expr->slot = slot;
    } else if (known->names && expr->builtin) {
        expr->kind = EXPR_BOUND;
    } else {
        expr->bits = jsone_name_bit(expr->name) | (known->functions ? 0 : JSONE_FUNCTIONS);
    }
}

static const Expr *parse_name(Parser *parser)
{
    Expr *expr = expr_new(parser, EXPR_NAME, &parser->token);
    expr->name = parser->token.text;
    bind_name(parser->known, expr);
    return advance(parser) ? expr : NULL;
}

/* item (',' item)* up to close, the opening token being the current one. */
static bool parse_items(Parser *parser, Expr *owner, TokenKind close, ExprList *list)
{
    if (!advance(parser))
        return false;
    if (parser->token.kind == TOKEN_END) {
        unexpected(parser, parser->token, "");
        return false;
    }
    if (parser->token.kind == close)
        return advance(parser);
    if (!list_push(parser, owner, list, parse_operators(parser, 0)))
        return false;
    while (parser->token.kind == TOKEN_COMMA) {
        if (list->items[list->count - 1]->kind == EXPR_MISSING)
            return unexpected(parser, parser->token, OPERANDS);
        if (!advance(parser) || !list_push(parser, owner, list, parse_operators(parser, 0)))
            return false;
    }
    return take(parser, close);
}

/* A list of literals is a literal. */
static const Expr *fold_list(Parser *parser, Expr *expr, const ExprList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != EXPR_LITERAL)
            return expr;
    }
    ListBuilder values = list_begin(parser->arena);
    for (size_t i = 0; i < list->count; i++)
        list_add(&values, list->items[i]->literal);
    expr->kind = EXPR_LITERAL;
    expr->literal = list_end(&values, expr->origin);
    return expr;
}

static const Expr *parse_list(Parser *parser)
{
    Expr *expr = expr_new(parser, EXPR_LIST, &parser->token);
    ExprList list = {0};
    if (!parse_items(parser, expr, TOKEN_BRACKET_CLOSE, &list))
        return NULL;
    expr->items = list.items;
    expr->item_count = list.count;
    return fold_list(parser, expr, &list);
}

typedef struct EntryList {
    ExprEntry *entries;
    size_t count;
    size_t capacity;
    Index *index; /* of many */
} EntryList;

enum { FEW_ENTRIES = 8 };

/* Where a key stands; count where it is new. */
static size_t entry_find(Parser *parser, EntryList *list, Str key)
{
    size_t at = 0;
    if (list->count < FEW_ENTRIES) {
        while (at < list->count && !str_equal(list->entries[at].key, key))
            at++;
        return at;
    }
    if (!list->index) {
        list->index = index_new(parser->arena, 2 * FEW_ENTRIES);
        for (size_t i = 0; i < list->count; i++)
            index_put(list->index, list->entries[i].key, (uint32_t)i);
    }
    return index_put(list->index, key, (uint32_t)list->count);
}

static void entry_put(Parser *parser, EntryList *list, ExprEntry entry)
{
    size_t at = entry_find(parser, list, entry.key);
    if (at < list->count) {
        list->entries[at] = entry;
        return;
    }
    ARENA_GROW(parser->arena, list->entries, list->count, list->capacity);
    list->entries[list->count++] = entry;
}

static bool parse_entry(Parser *parser, Expr *owner, EntryList *list)
{
    Token token = parser->token;
    Str key = token.kind == TOKEN_STRING ? str_slice(token.text, 1, token.text.size - 1) : token.text;
    if (!advance(parser) || !take(parser, TOKEN_COLON))
        return false;
    const Expr *value = parse_operators(parser, 0);
    if (!value || !adopt(parser, owner, value))
        return false;
    if (value->kind == EXPR_MISSING)
        return unexpected(parser, parser->token, OPERANDS);
    entry_put(parser, list, (ExprEntry){key, place_of(parser, token.start), value});
    return parser->token.kind == TOKEN_BRACE_CLOSE || take(parser, TOKEN_COMMA);
}

static const Expr *fold_object(Parser *parser, Expr *expr)
{
    for (size_t i = 0; i < expr->entry_count; i++) {
        if (expr->entries[i].value->kind != EXPR_LITERAL)
            return expr;
    }
    MapBuilder map = map_begin(parser->arena);
    for (size_t i = 0; i < expr->entry_count; i++)
        map_set(&map, expr->entries[i].key, expr->entries[i].key_origin, expr->entries[i].value->literal);
    expr->kind = EXPR_LITERAL;
    expr->literal = map_end(&map, expr->origin);
    return expr;
}

static const Expr *parse_object(Parser *parser)
{
    Expr *expr = expr_new(parser, EXPR_OBJECT, &parser->token);
    EntryList list = {0};
    if (!advance(parser))
        return NULL;
    while (parser->token.kind == TOKEN_STRING || parser->token.kind == TOKEN_IDENTIFIER) {
        if (!parse_entry(parser, expr, &list))
            return NULL;
    }
    if (!take(parser, TOKEN_BRACE_CLOSE))
        return NULL;
    expr->entries = list.entries;
    expr->entry_count = list.count;
    return fold_object(parser, expr);
}

static const Expr *parse_parenthesis(Parser *parser)
{
    if (!advance(parser))
        return NULL;
    const Expr *expr = parse_operators(parser, 0);
    if (expr && expr->kind == EXPR_MISSING)
        return unexpected(parser, parser->token, OPERANDS);
    return expr && take(parser, TOKEN_PAREN_CLOSE) ? expr : NULL;
}

static const Expr *parse_operand(Parser *parser);

static const Expr *parse_unary(Parser *parser)
{
    Expr *expr = expr_new(parser, EXPR_UNARY, &parser->token);
    if (!advance(parser))
        return NULL;
    expr->left = parse_operand(parser);
    return expr->left && adopt(parser, expr, expr->left) ? expr : NULL;
}

static const Expr *parse_hole(Parser *parser)
{
    if (parser->token.kind == TOKEN_END)
        return unexpected(parser, parser->token, "");
    if (!parser->has_hole)
        parser->hole = parser->token;
    parser->has_hole = true;
    return &missing;
}

typedef const Expr *ParseFn(Parser *parser);

static const Expr *parse_operand(Parser *parser)
{
    static ParseFn *const parsers[TOKEN_KINDS] = {
        [TOKEN_MINUS] = parse_unary,       [TOKEN_PLUS] = parse_unary,
        [TOKEN_NOT] = parse_unary,         [TOKEN_NUMBER] = parse_literal,
        [TOKEN_NULL] = parse_literal,      [TOKEN_TRUE] = parse_literal,
        [TOKEN_FALSE] = parse_literal,     [TOKEN_STRING] = parse_literal,
        [TOKEN_IDENTIFIER] = parse_name,   [TOKEN_PAREN_OPEN] = parse_parenthesis,
        [TOKEN_BRACKET_OPEN] = parse_list, [TOKEN_BRACE_OPEN] = parse_object,
    };
    ParseFn *parse = parsers[parser->token.kind] ? parsers[parser->token.kind] : parse_hole;
    if (parser->depth >= jsone_limits.depth)
        return too_deep(parser);
    parser->depth++;
    const Expr *expr = parse(parser);
    parser->depth--;
    return expr;
}

/* ---- what follows an operand ---- */

static const Expr *parse_call(Parser *parser, const Expr *callee)
{
    Expr *expr = expr_new(parser, EXPR_CALL, &parser->token);
    ExprList list = {0};
    expr->origin = callee->origin;
    if (!adopt(parser, expr, callee) || !parse_items(parser, expr, TOKEN_PAREN_CLOSE, &list))
        return NULL;
    expr->callee = callee;
    expr->args = list.items;
    expr->arg_count = list.count;
    return expr;
}

static const Expr *parse_property(Parser *parser, const Expr *object)
{
    if (!advance(parser))
        return NULL;
    Expr *expr = expr_new(parser, EXPR_PROPERTY, &parser->token);
    Str property = parser->token.text;
    if (!take(parser, TOKEN_IDENTIFIER) || !adopt(parser, expr, object))
        return NULL;
    expr->object = object;
    expr->property = property;
    expr->hash = hash_bytes(property);
    return expr;
}

/* The right bound of a slice; *bound stays NULL where there is none. */
static bool parse_bound(Parser *parser, const Expr **bound)
{
    if (!advance(parser))
        return false;
    if (parser->token.kind == TOKEN_BRACKET_CLOSE)
        return true;
    *bound = parse_operators(parser, 0);
    if (*bound && (*bound)->kind == EXPR_MISSING)
        unexpected(parser, parser->token, OPERANDS);
    return *bound && !parser->failure;
}

/* Upstream parses a second expression here, ignores it in the end, and reports what is wrong with it: a[1 2]. */
static const Expr *parse_superfluous(Parser *parser)
{
    Token token = parser->token;
    if (token.kind != TOKEN_END && (!parse_operators(parser, 0) || !take(parser, TOKEN_BRACKET_CLOSE)))
        return NULL;
    return unexpected(parser, token, token_name(TOKEN_BRACKET_CLOSE));
}

static const Expr *parse_access(Parser *parser, const Expr *base)
{
    Expr *expr = expr_new(parser, EXPR_INDEX, &parser->token);
    const Expr *from = NULL, *to = NULL;
    if (!advance(parser))
        return NULL;
    if (parser->token.kind == TOKEN_BRACKET_CLOSE)
        return unexpected(parser, parser->token, OPERANDS);
    if (parser->token.kind != TOKEN_COLON && !(from = parse_operators(parser, 0)))
        return NULL;
    if (parser->token.kind == TOKEN_COLON) {
        expr->kind = EXPR_SLICE;
        if (!parse_bound(parser, &to))
            return NULL;
    } else if (parser->token.kind != TOKEN_BRACKET_CLOSE) {
        return parse_superfluous(parser);
    }
    if (!take(parser, TOKEN_BRACKET_CLOSE))
        return NULL;
    expr->base = base;
    expr->from = from;
    expr->to = to;
    return adopt(parser, expr, base) && adopt(parser, expr, from) && adopt(parser, expr, to) ? expr : NULL;
}

static const Expr *parse_postfix(Parser *parser)
{
    const Expr *expr = parse_operand(parser);
    while (expr) {
        if (parser->token.kind == TOKEN_BRACKET_OPEN)
            expr = parse_access(parser, expr);
        else if (parser->token.kind == TOKEN_PAREN_OPEN)
            expr = parse_call(parser, expr);
        else if (parser->token.kind == TOKEN_DOT)
            expr = parse_property(parser, expr);
        else
            break;
    }
    return expr;
}

/* ---- operators ---- */

enum { LEVEL_NONE = -1, LEVEL_POWER = 7 };

static int operator_level(TokenKind kind)
{
    static const int8_t levels[TOKEN_KINDS] = {
        [TOKEN_OR] = 1,      [TOKEN_AND] = 2,        [TOKEN_IN] = 3,
        [TOKEN_EQUAL] = 4,   [TOKEN_UNEQUAL] = 4,    [TOKEN_LESS] = 5,
        [TOKEN_GREATER] = 5, [TOKEN_LESS_EQUAL] = 5, [TOKEN_GREATER_EQUAL] = 5,
        [TOKEN_PLUS] = 6,    [TOKEN_MINUS] = 6,      [TOKEN_TIMES] = 7,
        [TOKEN_DIVIDE] = 7,  [TOKEN_POWER] = 8,
    };
    return levels[kind] - 1;
}

static const Expr *parse_binary(Parser *parser, const Expr *left, int level)
{
    ExprKind kind = parser->token.kind == TOKEN_AND  ? EXPR_AND
                    : parser->token.kind == TOKEN_OR ? EXPR_OR
                                                     : EXPR_BINARY;
    Expr *expr = expr_new(parser, kind, &parser->token);
    if (!advance(parser))
        return NULL;
    /* ** binds to the right, everything else to the left. */
    const Expr *right = parse_operators(parser, level == LEVEL_POWER ? level : level + 1);
    if (!right || !adopt(parser, expr, left) || !adopt(parser, expr, right))
        return NULL;
    expr->left = left;
    expr->right = right;
    return expr;
}

static const Expr *parse_operators(Parser *parser, int level)
{
    if (parser->depth >= jsone_limits.depth)
        return too_deep(parser);
    parser->depth++;
    const Expr *expr = parse_postfix(parser);
    while (expr) {
        int found = operator_level(parser->token.kind);
        if (found == LEVEL_NONE || found < level)
            break;
        expr = parse_binary(parser, expr, found);
    }
    parser->depth--;
    return expr;
}

/* ---- whole expressions ---- */

/* Tokens that may stand behind the expression: TOKEN_END or '}'. */
static void check_end(Parser *parser, TokenKind end)
{
    if (parser->token.kind == TOKEN_END && end != TOKEN_END)
        syntax_error(parser, parser->token.start, STR("unterminated ${..} expression"));
    else if (parser->token.kind != end)
        unexpected(parser, parser->token, OPERATORS);
    else if (parser->has_hole)
        unexpected(parser, parser->hole, OPERANDS);
}

static Expression parse_whole(Parser *parser, TokenKind end)
{
    Expression expression = {0};
    if (advance(parser))
        expression.root = parse_operators(parser, 0);
    if (expression.root)
        check_end(parser, end);
    expression.failure = parser->failure;
    return expression;
}

Expression expression_parse(Arena *arena, const JsoneKnown *known, ScalarPlace *place)
{
    Parser parser = {.arena = arena, .known = known, .place = place, .text = place->text};
    return parse_whole(&parser, TOKEN_END);
}

Expression expression_parse_embedded(Arena *arena, const JsoneKnown *known, ScalarPlace *place, size_t offset,
                                     size_t *end)
{
    Parser parser = {.arena = arena,
                     .known = known,
                     .place = place,
                     .base = offset,
                     .text = str_slice(place->text, offset, place->text.size)};
    Expression expression = parse_whole(&parser, TOKEN_BRACE_CLOSE);
    *end = offset + parser.token.start;
    return expression;
}
