/*
 * jsone_private: what the files of this room share: compiled templates and expressions, failures, budgets, making
 * values.
 *
 * A compiled template is a tree of Nodes, each with the function that evaluates it; constant subtrees have none and
 * stand for the template's own value. Expressions are trees of Expr. Both are immutable once compiled.
 *
 * Two results are special: NULL (a failure has been reported) and NOTHING (upstream's delete marker: a $if, $switch
 * or $find without a result, which its parent leaves out).
 */
#ifndef KILN_JSONE_PRIVATE_H
#define KILN_JSONE_PRIVATE_H

#include "kiln/jsone.h"

/* ---- failures ---- */

typedef enum FailureClass {
    FAILURE_TEMPLATE,
    FAILURE_INTERPRETER,
    FAILURE_SYNTAX,
    FAILURE_BUILTIN,
    FAILURE_LIMIT,
    FAILURE_HOST
} FailureClass;

/* A failure known when compiling, raised if evaluation gets there. */
typedef struct Failure {
    FailureClass class;
    Origin origin;
    Str text;
    Str near; /* what was probably meant; data NULL where nothing is close */
} Failure;

/* Where evaluation is, for the chain behind a message: one element of a loop, or a call. Lives on the C stack. */
typedef struct JsoneFrame {
    const struct JsoneFrame *up;
    Origin origin;
    Str what; /* "$map", or the function's name */
    Str key;  /* of the map entry; data NULL for a list element */
    size_t index;
    bool is_call;
} JsoneFrame;

const Value *failure_raise(JsoneRun *run, const Failure *failure);
/* As a message shows it: one line of bounded length, then the near miss. */
void failure_print(Str text, Str near, Buf *out);
const Value *fail(JsoneRun *run, FailureClass class, Origin at, const char *format, ...) KILN_PRINTF(4, 5);
/* With a near miss for word behind upstream's text. */
const Value *fail_near(JsoneRun *run, FailureClass class, Origin at, Str near, const char *format, ...)
    KILN_PRINTF(5, 6);
/* While a failure travels up: the list index or map key that it passes. */
void failure_at_index(JsoneRun *run, size_t index);
void failure_at_key(JsoneRun *run, Str key);

/* ---- budgets ---- */

const Value *fail_steps(JsoneRun *run, Origin at);
const Value *fail_depth(JsoneRun *run, Origin at);
bool fail_values(JsoneRun *run, Origin at);
/* For text that is read. */
bool spend_bytes(JsoneRun *run, Origin at, size_t bytes) KILN_MUST_USE;
/* For text that is made, and so takes memory until the evaluation ends. */
bool spend_made(JsoneRun *run, Origin at, size_t bytes) KILN_MUST_USE;
/* What an entry counts that is copied into another map: its share of the index is larger than it is. */
enum { COPIED_ENTRY = 2 };

static inline bool spend_steps(JsoneRun *run, Origin at, size_t steps)
{
    run->steps += steps;
    return run->steps <= run->limits->steps || fail_steps(run, at);
}

static inline bool spend_values(JsoneRun *run, Origin at, size_t values)
{
    size_t limit = run->limits->result_values;
    if (values > limit || run->values > limit - values)
        return fail_values(run, at);
    run->values += values;
    return spend_steps(run, at, values);
}

/* Pairs with run->depth--. */
static inline bool descend(JsoneRun *run, Origin at)
{
    if (run->depth >= run->limits->depth)
        return fail_depth(run, at);
    run->depth++;
    return true;
}

/* ---- places inside a scalar ---- */

/* Maps offsets in a scalar's text to origins in its source, as far as the text stands there unchanged. */
typedef struct ScalarPlace {
    Origin origin;    /* the scalar's start, the answer where nothing better is known */
    Str text;         /* the scalar's value */
    Str source;       /* the source from the scalar's start on */
    size_t straight;  /* so many bytes of text stand in the source as they are, */
    size_t shift;     /* so far behind the scalar's start */
    bool block;       /* a block scalar: line by line */
    size_t line_text; /* cursor: a line's start in text and in source */
    size_t line_source;
    size_t indent;
} ScalarPlace;
ScalarPlace scalar_place(const Sources *sources, Origin origin, Str text);
Origin scalar_place_at(ScalarPlace *place, size_t offset);

/* ---- expressions ---- */

typedef enum ExprKind {
    EXPR_MISSING, /* only while parsing: an operand that is not there */
    EXPR_LITERAL,
    EXPR_SLOT,  /* a name whose place in the innermost scope is known */
    EXPR_BOUND, /* a name that no scope binds: a function */
    EXPR_NAME,
    EXPR_UNARY,
    EXPR_AND,
    EXPR_OR,
    EXPR_BINARY,
    EXPR_PROPERTY,
    EXPR_INDEX,
    EXPR_SLICE,
    EXPR_CALL,
    EXPR_LIST,
    EXPR_OBJECT
} ExprKind;

/* The lexer's tokens; those of operators double as the operator of an Expr. */
typedef enum TokenKind {
    TOKEN_END,
    TOKEN_POWER,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_TIMES,
    TOKEN_DIVIDE,
    TOKEN_BRACKET_OPEN,
    TOKEN_BRACKET_CLOSE,
    TOKEN_DOT,
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_GREATER_EQUAL,
    TOKEN_LESS_EQUAL,
    TOKEN_LESS,
    TOKEN_GREATER,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_IN,
    TOKEN_NULL,
    TOKEN_NUMBER,
    TOKEN_IDENTIFIER,
    TOKEN_STRING,
    TOKEN_KINDS
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Str text;
    size_t start; /* offset in the expression's text */
} Token;

/* The token at or after *offset, which moves behind it. False: no token begins at *offset. */
bool lexer_next(Str text, size_t *offset, Token *token);
/* As a message names it: "identifier", ")". */
const char *token_name(TokenKind kind);
bool is_word_byte(char c);
bool is_identifier(Str text);
/* The length of the white space character (ECMA-262 §12.2, §12.3) at text[at], or 0. */
size_t white_space_at(Str text, size_t at);

typedef struct Expr Expr;

typedef struct ExprEntry {
    Str key;
    Origin key_origin;
    const Expr *value;
} ExprEntry;

struct Expr {
    uint8_t kind;     /* ExprKind */
    uint8_t operator; /* TokenKind, of unary and binary ones */
    bool constant;    /* nothing of it comes from the context */
    uint16_t height;
    Origin origin;
    union {
        const Value *literal;
        struct {
            Str name;
            const Value *builtin; /* what the name means when no scope binds it, or NULL */
            union {
                uint64_t bits; /* of the scopes that may bind it */
                size_t slot;
            };
        };
        struct {
            const Expr *left; /* the operand of a unary one */
            const Expr *right;
        };
        struct {
            const Expr *object;
            Str property;
            uint64_t hash; /* of the property */
        };
        struct {
            const Expr *base;
            const Expr *from; /* NULL where absent */
            const Expr *to;
        };
        struct {
            const Expr *callee;
            const Expr *const *args;
            size_t arg_count;
        };
        struct {
            const Expr *const *items;
            size_t item_count;
        };
        struct {
            const ExprEntry *entries;
            size_t entry_count;
        };
    };
};

/* An expression as it stands in a template: parsed, or the failure to raise when it is evaluated. */
typedef struct Expression {
    const Expr *root;
    const Failure *failure;
} Expression;

/* Parses the whole of place->text. */
Expression expression_parse(Arena *arena, const JsoneKnown *known, ScalarPlace *place);
/* Parses what stands from offset on up to a '}', whose offset goes to *end. */
Expression expression_parse_embedded(Arena *arena, const JsoneKnown *known, ScalarPlace *place, size_t offset,
                                     size_t *end);

const Value *expression_eval(JsoneRun *run, const Expression *expression, const JsoneScope *scope);
/* Whether it yields what counts as true, without making a value of it; −1 after a failure. */
int expression_holds(JsoneRun *run, const Expression *expression, const JsoneScope *scope);
/* Whether it can only yield a boolean. */
bool expression_is_condition(const Expression *expression);

/* ---- templates ---- */

typedef struct Node Node;
typedef const Value *NodeEval(JsoneRun *run, const Node *node, const JsoneScope *scope);

/* One piece of an interpolated string: text that stands for itself, then an expression. */
typedef struct Segment {
    Str literal;
    Str input; /* the expression's text; data NULL in the last segment, which has none */
    Expression expression;
} Segment;

typedef struct Text {
    const Segment *segments;
    size_t count;
    Origin origin;
} Text;

typedef struct Field {
    Str key;
    Origin key_origin;
    const Text *text;       /* an interpolated key, else NULL */
    const Failure *failure; /* a reserved key: raised once the value is there */
    const Node *value;
} Field;

/* A condition and its template, of $match and $switch, sorted by the condition's text. */
typedef struct Case {
    Expression condition;
    const Node *value;
} Case;

/* The names of each(…) and by(…), in the order in which they are looked up: the last one first. */
enum { BINDER_MAX = 3 };
typedef struct Binder {
    Str names[BINDER_MAX];
    size_t count;
    uint64_t bits;
} Binder;

/* What an operator works on; which members are set depends on the operator. */
typedef struct Operation {
    Str name;
    const Node *value;     /* what stands under the operator's own key */
    Expression condition;  /* $eval, $if; each of $find; by of $sort */
    const Node *body;      /* then, in, each, from; NULL where absent */
    const Node *otherwise; /* else, $default; NULL where absent */
    const Value *initial;  /* $reduce: taken as it stands, not evaluated */
    Binder binder;
    const Case *cases;
    size_t case_count;
    const Failure *late; /* raised once the value has been looked at (in $if: instead of then) */
    uint64_t names;      /* of $let: the bits of all that it can bind; 0: not known, nor whether all are identifiers */
} Operation;

struct Node {
    NodeEval *eval; /* NULL: constant, the value is source itself */
    const Value *source;
    Origin origin;
    union {
        const Failure *failure;
        const Text *text;
        const Operation *operation;
        struct {
            const Node *const *items;
            size_t item_count;
        };
        struct {
            const Field *fields;
            size_t field_count;
            bool distinct; /* no two keys can come out equal */
        };
    };
};

struct Template {
    const Node *root;
    const Failure *const
        *failures; /* all that are stored in nodes and expressions, and those that only jsone_check tells */
    size_t failure_count;
};

/* Compiling: the state, what template.c offers to operator.c, and back. */
typedef struct Compiler {
    Arena *arena;
    const JsoneKnown *known;
    Diags *diags;
    const Failure **failures;
    size_t failure_count;
    size_t failure_capacity;
    size_t depth;
    bool too_deep;
} Compiler;

const Node *compile_node(Compiler *compiler, const Value *tree);
Expression compile_expression(Compiler *compiler, Str text, Origin origin);
const Failure *compile_failure(Compiler *compiler, FailureClass class, Origin origin, const char *format, ...)
    KILN_PRINTF(4, 5);
/* Makes node one that only raises the failure. */
void compile_as_failure(Node *node, const Failure *failure);

/* An operator in a map: how many keys name one, and compiling the first into node. */
size_t operator_count(const Value *map);
void operator_compile(Compiler *compiler, const Value *map, Node *node);
/* The failure for a key that looks like an operator's but is none. */
const Failure *operator_unknown(Compiler *compiler, const MapEntry *entry);

NodeEval eval_failure, eval_text, eval_list, eval_map;

/* May give NOTHING. */
const Value *node_eval(JsoneRun *run, const Node *node, const JsoneScope *scope);
extern const Value nothing;
#define NOTHING (&nothing)

/* ---- the operators' evaluation ---- */

NodeEval eval_eval, eval_if, eval_json, eval_let, eval_from_now, eval_match, eval_switch;
NodeEval eval_map_each, eval_reduce, eval_find, eval_sort;
NodeEval eval_merge, eval_merge_deep, eval_flatten, eval_flatten_deep, eval_reverse;

/* ---- values ---- */

const Value *make_number(JsoneRun *run, Origin origin, double number);
const Value *make_bool(JsoneRun *run, Origin origin, bool boolean);
/* text is not copied. from gives origin and lineage; origin_place stands in where it has none. */
const Value *make_string(JsoneRun *run, const Value *from, Origin place, Str text);
/* items are not copied. */
const Value *make_list(JsoneRun *run, Origin origin, const Value *const *items, size_t count);
/* Room for count values, after asking the budget. */
const Value **make_items(JsoneRun *run, Origin at, size_t count);

/* The first of the two that is a place. */
static inline Origin origin_or(Origin origin, Origin fallback)
{
    return origin != ORIGIN_NONE ? origin : fallback;
}

static inline bool is_truthy(const Value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return value->boolean;
    case VALUE_NUMBER:
        return value->number < 0 || !(value->number <= 0); /* NaN is truthy upstream */
    case VALUE_FUNCTION:
        return true;
    default:
        return value->size > 0;
    }
}

/* Upstream's equality: −1 after a failure (a budget). */
int values_equal(JsoneRun *run, Origin at, const Value *a, const Value *b);
/* A number or boolean as interpolation prints it. */
Str scalar_text(JsoneRun *run, const Value *scalar);
/* Appends a value as JavaScript's String() prints it; false after a failure. */
bool print_loosely(JsoneRun *run, Origin at, const Value *value, Buf *out);
bool print_stable_json(JsoneRun *run, Origin at, const Value *value, Buf *out);
/* No functions, no numbers that JSON lacks, not too large: what a whole result has to be. */
bool result_check(JsoneRun *run, const Value *result, Origin at);

/* Text that a string was put together from: gathers the places. */
typedef struct Inputs {
    Origin few[8];
    Origin *origins;
    size_t count;
    size_t capacity;
} Inputs;
void inputs_begin(Inputs *inputs);
void inputs_add(Inputs *inputs, Arena *arena, const Value *value);
/* The string with its lineage. */
const Value *inputs_string(JsoneRun *run, const Inputs *inputs, Origin place, Str text);

/* Sorts pointers; equal ones keep their order. */
typedef int SortCompare(void *user, const void *a, const void *b);
void sort_stable(Arena *arena, const void **items, size_t count, SortCompare *compare, void *user);

/* ---- built-ins ---- */

/* NULL where there is none of that name. */
const Value *builtin_find(Str name);
void builtins_offer(NearMiss *miss);

/* value of name in the chain, or NULL. */
const Value *scope_find(const JsoneScope *scope, Str name);
/* Also `now`, which upstream puts into every context. */
const Value *scope_now(JsoneRun *run, const JsoneScope *scope, Origin at);

/* start of the reference to the named time span after it, as a string value. reference NULL: the run's clock */
const Value *time_from_now(JsoneRun *run, const JsoneScope *scope, Origin at, const Value *span,
                           const Value *reference);

/* Text by code points: offset of the index-th, clamped to the end. */
size_t text_offset(Str text, size_t index);
Str text_strip(Str text, bool left, bool right);
/* JavaScript's Number(): NaN for what is no number. */
double text_number(Str text);
/* Full case mapping of Unicode, without language-specific rules. */
void text_upper(Str text, Buf *out);
void text_lower(Str text, Buf *out);

#endif
