/*
 * GitHub Actions' expressions (docs.github.com, "Evaluate expressions in workflows and actions"): literals, contexts,
 * operators, functions. They are read, never evaluated: what a rule wants to know is what they refer to.
 */
#include "workflow.h"

/* GitHub refuses longer ones (actions/runner, ExpressionConstants.cs). */
enum { EXPRESSION_DEPTH = 100, EXPRESSION_LENGTH = 21000 };

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t at;
    unsigned depth;
    Expression *result;
} Reader;

static void read_or(Reader *reader);

static void fail(Reader *reader, const char *why)
{
    if (!reader->result->fault)
        reader->result->fault = why;
    reader->at = reader->text.size;
}

static char peek(const Reader *reader, size_t ahead)
{
    size_t at = reader->at + ahead;
    return at < reader->text.size ? reader->text.data[at] : '\0';
}

static void skip_space(Reader *reader)
{
    while (reader->at < reader->text.size && memchr(" \t\r\n", peek(reader, 0), 4))
        reader->at++;
}

static bool at_end(Reader *reader)
{
    skip_space(reader);
    return reader->at >= reader->text.size || (peek(reader, 0) == '}' && peek(reader, 1) == '}');
}

static bool take(Reader *reader, Str sign)
{
    skip_space(reader);
    if (!str_starts(str_slice(reader->text, reader->at, SIZE_MAX), sign))
        return false;
    reader->at += sign.size;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

Str name_lowered(Arena *arena, Str name)
{
    char *lower = arena_text(arena, name);
    for (size_t i = 0; i < name.size; i++)
        lower[i] = lower[i] >= 'A' && lower[i] <= 'Z' ? (char)(lower[i] + ('a' - 'A')) : lower[i];
    return (Str){lower, name.size};
}

bool name_folds_to(Str name, Str lowered)
{
    for (size_t i = 0; name.size == lowered.size && i < name.size; i++) {
        char c = name.data[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c) != lowered.data[i])
            return false;
    }
    return name.size == lowered.size;
}

/* In lower case: names of contexts, properties and functions are not case-sensitive. */
static Str read_name(Reader *reader)
{
    size_t start = reader->at;
    while (is_letter(peek(reader, 0)) || is_digit(peek(reader, 0)) || peek(reader, 0) == '-')
        reader->at++;
    Str name = str_slice(reader->text, start, reader->at);
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] >= 'A' && name.data[i] <= 'Z')
            return name_lowered(reader->arena, name);
    }
    return name;
}

/* 'it''s': a quote is doubled. */
static Str read_text(Reader *reader)
{
    size_t start = ++reader->at;
    for (;;) {
        if (reader->at >= reader->text.size) {
            fail(reader, "a text lacks its closing '");
            return STR("");
        }
        if (peek(reader, 0) == '\'' && peek(reader, 1) != '\'')
            break;
        reader->at += peek(reader, 0) == '\'' ? 2 : 1;
    }
    return str_slice(reader->text, start, reader->at++);
}

static void read_number(Reader *reader)
{
    while (is_letter(peek(reader, 0)) || is_digit(peek(reader, 0)) || memchr("+-.", peek(reader, 0), 3))
        reader->at++;
}

/* ---- contexts ---- */

/* ['name'] is .name; any other index may be anything. */
static Str read_index(Reader *reader)
{
    skip_space(reader);
    size_t before = reader->at;
    Str step = STR("*");
    if (peek(reader, 0) == '\'') {
        Str text = read_text(reader);
        if (take(reader, STR("]"))) {
            Reader name = {.arena = reader->arena, .text = text};
            step = read_name(&name);
            return step.size == text.size ? step : STR("*");
        }
        reader->at = before;
    }
    if (!take(reader, STR("*")))
        read_or(reader);
    if (!take(reader, STR("]")))
        fail(reader, "a [ lacks its ]");
    return step;
}

static bool read_step(Reader *reader, Str *step)
{
    if (take(reader, STR("["))) {
        *step = read_index(reader);
        return true;
    }
    if (!take(reader, STR(".")))
        return false;
    skip_space(reader);
    *step = take(reader, STR("*")) ? STR("*") : read_name(reader);
    if (!step->size)
        fail(reader, "a name is missing behind a dot");
    return true;
}

/* What follows a value: .name, .*, [index]. path NULL: the value is no context's. */
static Str read_steps(Reader *reader, Str path)
{
    Buf steps = {0};
    for (Str step; read_step(reader, &step);) {
        buf_add_char(&steps, '.');
        buf_add(&steps, step);
    }
    if (path.data && steps.size)
        path = arena_printf(reader->arena, "%.*s%.*s", STR_ARG(path), STR_ARG(buf_str(&steps)));
    buf_release(&steps);
    return path;
}

static void add_use(Reader *reader, Str path)
{
    Expression *result = reader->result;
    ARENA_GROW(reader->arena, result->uses, result->use_count, result->use_capacity);
    result->uses[result->use_count++] = (ContextUse){.path = path};
}

/* ---- functions ---- */

static void mark_judged(Expression *result, size_t from)
{
    for (size_t i = from; i < result->use_count; i++)
        result->uses[i].judged = true;
}

static void read_call(Reader *reader, Str name)
{
    size_t first = reader->result->use_count, arguments = 0;
    while (!reader->result->fault && !take(reader, STR(")"))) {
        if (arguments && !take(reader, STR(",")))
            fail(reader, "a ( lacks its )");
        read_or(reader);
        arguments++;
    }
    Expression *result = reader->result;
    ARENA_GROW(reader->arena, result->calls, result->call_count, result->call_capacity);
    result->calls[result->call_count++] = (ExpressionCall){name, arguments};
    if (str_equal(name, STR("contains")) || str_equal(name, STR("startswith")) || str_equal(name, STR("endswith")) ||
        str_equal(name, STR("hashfiles")))
        mark_judged(result, first);
}

/* ---- the grammar ---- */

static void read_named(Reader *reader)
{
    Str name = read_name(reader);
    if (take(reader, STR("("))) {
        read_call(reader, name);
        read_steps(reader, STR_NONE);
    } else if (!str_equal(name, STR("true")) && !str_equal(name, STR("false")) && !str_equal(name, STR("null")) &&
               !str_equal(name, STR("nan")) && !str_equal(name, STR("infinity"))) {
        add_use(reader, read_steps(reader, name));
    }
}

static void read_value(Reader *reader)
{
    char c = at_end(reader) ? '\0' : peek(reader, 0);
    if (c == '\'') {
        read_text(reader);
    } else if (is_digit(c) || c == '-' || c == '+' || c == '.') {
        read_number(reader);
    } else if (is_letter(c)) {
        read_named(reader);
    } else if (take(reader, STR("("))) {
        read_or(reader);
        if (!take(reader, STR(")")))
            fail(reader, "a ( lacks its )");
        read_steps(reader, STR_NONE);
    } else {
        fail(reader, c == '"' ? "texts stand in single quotes" : c ? "a value is missing" : "it ends too early");
    }
}

static void read_not(Reader *reader)
{
    size_t first = reader->result->use_count;
    bool negated = false;
    while (!at_end(reader) && peek(reader, 0) == '!' && peek(reader, 1) != '=') {
        reader->at++;
        negated = true;
    }
    read_value(reader);
    if (negated)
        mark_judged(reader->result, first);
}

static void read_comparison(Reader *reader)
{
    static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">"};
    size_t first = reader->result->use_count;
    bool compared = false;
    read_not(reader);
    for (size_t i = 0; i < LENGTH_OF(signs); i++) {
        if (!take(reader, str_from(signs[i])))
            continue;
        read_not(reader);
        compared = true;
        i = SIZE_MAX; /* once more from the first sign */
    }
    if (compared)
        mark_judged(reader->result, first);
}

static void read_and(Reader *reader)
{
    do
        read_comparison(reader);
    while (!reader->result->fault && take(reader, STR("&&")));
}

static void read_or(Reader *reader)
{
    if (++reader->depth > EXPRESSION_DEPTH)
        fail(reader, "it is nested too deeply");
    do
        read_and(reader);
    while (!reader->result->fault && take(reader, STR("||")));
    reader->depth--;
}

void expression_read(Arena *arena, Str text, size_t *at, Expression *expression)
{
    ptrdiff_t end = str_find(text, STR("}}"), *at);
    Reader reader = {.arena = arena, .text = text, .at = *at, .result = expression};
    expression->use_count = expression->call_count = 0;
    expression->fault = NULL;
    if ((end < 0 ? text.size : (size_t)end) - *at > EXPRESSION_LENGTH)
        fail(&reader, "it is longer than 21000 characters");
    else
        read_or(&reader);
    if (!expression->fault && !at_end(&reader))
        fail(&reader, "an operator is missing between two values");
    *at = reader.at + 2 < text.size ? reader.at + 2 : text.size;
}

bool expression_next(Str text, size_t *at)
{
    ptrdiff_t found = str_find(text, STR("${{"), *at);
    if (found < 0)
        return false;
    *at = (size_t)found + 3;
    return true;
}
