/*
 * The functions that every template has: one table row each, with the kinds of arguments it takes. Text proper is
 * text.c's, time is time.c's business.
 */
#include "jsone_private.h"

#include <math.h>

enum {
    KIND_NULL = 1 << VALUE_NULL,
    KIND_BOOL = 1 << VALUE_BOOL,
    KIND_NUMBER = 1 << VALUE_NUMBER,
    KIND_STRING = 1 << VALUE_STRING,
    KIND_LIST = 1 << VALUE_LIST,
    KIND_MAP = 1 << VALUE_MAP,
    KIND_FUNCTION = 1 << VALUE_FUNCTION,
    KIND_INTEGER = 1 << 7, /* a number without fraction */
    KIND_ANY = 0x7F
};

typedef struct Call {
    JsoneRun *run;
    const JsoneScope *scope;
    Origin at;
    const Value *const *args;
    size_t count;
} Call;

typedef const Value *InvokeFn(const Call *call);

enum { KINDS_MAX = 3 };

typedef struct Builtin {
    Function function;
    Value value;
    InvokeFn *invoke;
    uint8_t at_least;         /* arguments; upstream words the error differently where the number is open */
    bool open;                /* further arguments are of the last kind */
    uint8_t kinds[KINDS_MAX]; /* of the arguments, one by one; 0 behind the last */
} Builtin;

static Origin origin_of(const Call *call)
{
    return call->count ? origin_or(call->args[0]->origin, call->at) : call->at;
}

/* ---- numbers ---- */

static const Value *extreme(const Call *call, bool greatest)
{
    const Value *best = call->args[0];
    for (size_t i = 1; i < call->count; i++) {
        double a = call->args[i]->number, b = best->number;
        if (isnan(b))
            break;
        if (isnan(a) || (greatest ? a > b : a < b))
            best = call->args[i];
    }
    return best;
}

static const Value *invoke_min(const Call *call)
{
    return extreme(call, false);
}

static const Value *invoke_max(const Call *call)
{
    return extreme(call, true);
}

static const Value *invoke_sqrt(const Call *call)
{
    return make_number(call->run, origin_of(call), sqrt(call->args[0]->number));
}

static const Value *invoke_ceil(const Call *call)
{
    return make_number(call->run, origin_of(call), ceil(call->args[0]->number));
}

static const Value *invoke_floor(const Call *call)
{
    return make_number(call->run, origin_of(call), floor(call->args[0]->number));
}

static const Value *invoke_abs(const Call *call)
{
    return make_number(call->run, origin_of(call), fabs(call->args[0]->number));
}

static const Value *invoke_number(const Call *call)
{
    return make_number(call->run, origin_of(call), text_number(value_text(call->args[0])));
}

/* How many numbers a range has; upstream's errors and empty lists at its edges. Negative: no such range. */
static double range_length(double start, double stop, double step)
{
    double length = ceil((stop - start) / step);
    if (isnan(length) || length < 0)
        return 0;
    return isinf(length) ? -1 : length;
}

static const Value *invoke_range(const Call *call)
{
    double start = call->args[0]->number, step = call->count > 2 ? call->args[2]->number : 1;
    double length = range_length(start, call->args[1]->number, step);
    if (length < 0)
        return fail(call->run, FAILURE_BUILTIN, call->at, "invalid arguments to builtin: range: the step is 0");
    double most = (double)call->run->limits->result_values + 1;
    size_t count = (size_t)(length < most ? length : most);
    const Value **items = make_items(call->run, call->at, count);
    for (size_t i = 0; items && i < count; i++) {
        items[i] = make_number(call->run, origin_of(call), start + (double)i * step);
        if (!items[i])
            return NULL;
    }
    return items ? make_list(call->run, origin_of(call), items, count) : NULL;
}

/* ---- text ---- */

static const Value *mapped(const Call *call, void (*map)(Str text, Buf *out))
{
    Buf out = {0};
    const Value *from = call->args[0], *result = NULL;
    if (spend_bytes(call->run, call->at, from->size)) {
        map(value_text(from), &out);
        if (spend_made(call->run, call->at, out.size))
            result = make_string(call->run, from, call->at, arena_copy(call->run->arena, buf_str(&out)));
    }
    buf_release(&out);
    return result;
}

static const Value *invoke_lowercase(const Call *call)
{
    return mapped(call, text_lower);
}

static const Value *invoke_uppercase(const Call *call)
{
    return mapped(call, text_upper);
}

static const Value *stripped(const Call *call, bool left, bool right)
{
    const Value *from = call->args[0];
    if (!spend_bytes(call->run, call->at, from->size))
        return NULL;
    return make_string(call->run, from, call->at, text_strip(value_text(from), left, right));
}

static const Value *invoke_strip(const Call *call)
{
    return stripped(call, true, true);
}

static const Value *invoke_lstrip(const Call *call)
{
    return stripped(call, true, false);
}

static const Value *invoke_rstrip(const Call *call)
{
    return stripped(call, false, true);
}

static const Value *invoke_str(const Call *call)
{
    const Value *from = call->args[0];
    if (from->kind == VALUE_STRING)
        return from;
    Str text = from->kind == VALUE_NULL ? STR("null") : scalar_text(call->run, from);
    return make_string(call->run, from, call->at, text);
}

static const Value *invoke_len(const Call *call)
{
    const Value *of = call->args[0];
    if (of->kind == VALUE_STRING && !spend_bytes(call->run, call->at, of->size))
        return NULL;
    size_t length = of->kind == VALUE_STRING ? utf8_length(value_text(of)) : of->size;
    return make_number(call->run, origin_of(call), (double)length);
}

/* The end of the piece that begins at from; an empty separator stands between any two code points. */
static size_t piece_end(Str text, Str separator, size_t from)
{
    if (!separator.size) {
        size_t end = from;
        utf8_next(text, &end);
        return end;
    }
    const char *found = memmem(text.data + from, text.size - from, separator.data, separator.size);
    return found ? (size_t)(found - text.data) : text.size;
}

static const Value *split_text(const Call *call, Str text, Str separator)
{
    ListBuilder pieces = list_begin(call->run->arena);
    size_t from = 0;
    /* '' has no code points, but one piece where the separator is not empty. */
    while (separator.size ? from <= text.size : from < text.size) {
        size_t end = piece_end(text, separator, from);
        const Value *piece = make_string(call->run, call->args[0], call->at, str_slice(text, from, end));
        if (!piece)
            return NULL;
        list_add(&pieces, piece);
        if (end == text.size && separator.size)
            break;
        from = end + separator.size;
    }
    return list_end(&pieces, origin_of(call));
}

static const Value *invoke_split(const Call *call)
{
    Str text = value_text(call->args[0]);
    if (!spend_bytes(call->run, call->at, text.size))
        return NULL;
    return split_text(call, text, scalar_text(call->run, call->args[1]));
}

static bool join_item(const Call *call, const Value *item, Inputs *inputs, Buf *out)
{
    if (item->kind == VALUE_MAP || item->kind == VALUE_FUNCTION)
        return fail(call->run, FAILURE_BUILTIN, call->at, "invalid arguments to builtin: join");
    inputs_add(inputs, call->run->arena, item);
    if (item->kind == VALUE_NULL)
        return true;
    return print_loosely(call->run, call->at, item, out);
}

static const Value *invoke_join(const Call *call)
{
    const Value *list = call->args[0], *result = NULL;
    Str separator = scalar_text(call->run, call->args[1]);
    Buf out = {0};
    Inputs inputs;
    inputs_begin(&inputs);
    bool good = true;
    for (uint32_t i = 0; i < list->size && good; i++) {
        if (i)
            buf_add(&out, separator);
        good = join_item(call, list->items[i], &inputs, &out) && out.size <= call->run->limits->string_bytes;
    }
    if (!call->run->error.class && spend_made(call->run, call->at, out.size))
        result = inputs_string(call->run, &inputs, call->at, arena_copy(call->run->arena, buf_str(&out)));
    buf_release(&out);
    return result;
}

/* ---- the rest ---- */

static const Value *invoke_from_now(const Call *call)
{
    return time_from_now(call->run, call->scope, call->at, call->args[0], call->count > 1 ? call->args[1] : NULL);
}

static const Value *invoke_typeof(const Call *call)
{
    static const char *const names[] = {
        [VALUE_NULL] = "null",  [VALUE_BOOL] = "boolean", [VALUE_NUMBER] = "number",     [VALUE_STRING] = "string",
        [VALUE_LIST] = "array", [VALUE_MAP] = "object",   [VALUE_FUNCTION] = "function",
    };
    return spend_values(call->run, call->at, 1)
               ? value_new_string(call->run->arena, origin_of(call), str_from(names[call->args[0]->kind]))
               : NULL;
}

static const Value *invoke_defined(const Call *call)
{
    Str name = value_text(call->args[0]);
    bool clock = call->run->now.data && str_equal(name, STR("now"));
    return make_bool(call->run, origin_of(call), clock || jsone_lookup(call->scope, name) != NULL);
}

/* ---- the table ---- */

static FunctionCall builtin_call;

#define NAME(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }
#define BUILTIN(at, text, fn, least, is_open, words, ...)                               \
    [at] = {.function = {NAME(text), builtin_call, 0, UINT8_MAX, words, &builtins[at]}, \
            .value = {.kind = VALUE_FUNCTION, .function = &builtins[at].function},      \
            .invoke = fn,                                                               \
            .at_least = least,                                                          \
            .open = is_open,                                                            \
            .kinds = {__VA_ARGS__}}

enum { BUILTIN_COUNT = 20 };
static const Builtin builtins[BUILTIN_COUNT] = {
    BUILTIN(0, "min", invoke_min, 1, true, "min(number, …): the smallest", KIND_NUMBER),
    BUILTIN(1, "max", invoke_max, 1, true, "max(number, …): the greatest", KIND_NUMBER),
    BUILTIN(2, "sqrt", invoke_sqrt, 1, false, "sqrt(number): its square root", KIND_NUMBER),
    BUILTIN(3, "ceil", invoke_ceil, 1, false, "ceil(number): rounded up", KIND_NUMBER),
    BUILTIN(4, "floor", invoke_floor, 1, false, "floor(number): rounded down", KIND_NUMBER),
    BUILTIN(5, "abs", invoke_abs, 1, false, "abs(number): without its sign", KIND_NUMBER),
    BUILTIN(6, "number", invoke_number, 1, false, "number(string): the number it spells", KIND_STRING),
    BUILTIN(7, "range", invoke_range, 2, true, "range(start, stop, step): the integers from start to before stop",
            KIND_INTEGER, KIND_INTEGER, KIND_INTEGER),
    BUILTIN(8, "lowercase", invoke_lowercase, 1, false, "lowercase(string): in lower case", KIND_STRING),
    BUILTIN(9, "uppercase", invoke_uppercase, 1, false, "uppercase(string): in upper case", KIND_STRING),
    BUILTIN(10, "str", invoke_str, 1, false, "str(scalar): as a string",
            KIND_STRING | KIND_NUMBER | KIND_BOOL | KIND_NULL),
    BUILTIN(11, "len", invoke_len, 1, false, "len(string or list): code points or items", KIND_STRING | KIND_LIST),
    BUILTIN(12, "strip", invoke_strip, 1, false, "strip(string): without white space at both ends", KIND_STRING),
    BUILTIN(13, "lstrip", invoke_lstrip, 1, false, "lstrip(string): without white space at its start", KIND_STRING),
    BUILTIN(14, "rstrip", invoke_rstrip, 1, false, "rstrip(string): without white space at its end", KIND_STRING),
    BUILTIN(15, "split", invoke_split, 2, false, "split(string, separator): a list of the pieces", KIND_STRING,
            KIND_STRING | KIND_NUMBER),
    BUILTIN(16, "join", invoke_join, 2, false, "join(list, separator): the items in one string", KIND_LIST,
            KIND_STRING | KIND_NUMBER),
    BUILTIN(17, "fromNow", invoke_from_now, 1, true, "fromNow(span, reference): the time so far from now",
            KIND_STRING),
    BUILTIN(18, "typeof", invoke_typeof, 1, false, "typeof(value): the name of its kind", KIND_ANY),
    BUILTIN(19, "defined", invoke_defined, 1, false, "defined(name): whether the context has it", KIND_STRING),
};

static size_t kind_count(const Builtin *builtin)
{
    size_t count = 0;
    while (count < KINDS_MAX && builtin->kinds[count])
        count++;
    return count;
}

static bool takes(const Builtin *builtin, size_t at, const Value *arg)
{
    size_t last = kind_count(builtin) - 1;
    uint8_t kinds = builtin->kinds[at < last ? at : last];
    if (kinds & KIND_INTEGER)
        return arg->kind == VALUE_NUMBER && isfinite(arg->number) && fabs(arg->number - trunc(arg->number)) <= 0;
    return kinds & 1u << arg->kind;
}

static const Value *builtin_call(const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at,
                                 const Value *const *args, size_t count)
{
    const Builtin *builtin = function->data;
    const Call call = {run, scope, at, args, count};
    /* A message about an argument needs no "in min() called at" the very same place behind it. */
    run->frame = run->frame ? run->frame->up : NULL;
    if (count < builtin->at_least && builtin->open)
        return fail(run, FAILURE_BUILTIN, at, "invalid arguments to builtin: %s: expected at least %u arguments",
                    function->name.data, builtin->at_least);
    bool fits = count >= builtin->at_least && (builtin->open || count <= kind_count(builtin));
    for (size_t i = 0; i < count && fits; i++)
        fits = takes(builtin, i, args[i]);
    if (!fits)
        return fail(run, FAILURE_BUILTIN, at, "invalid arguments to builtin: %s", function->name.data);
    return builtin->invoke(&call);
}

const Value *builtin_find(Str name)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (str_equal(builtins[i].function.name, name))
            return &builtins[i].value;
    }
    return NULL;
}

size_t jsone_builtin_count(void)
{
    return BUILTIN_COUNT;
}

const Function *jsone_builtin(size_t index)
{
    return &builtins[index].function;
}

void builtins_offer(NearMiss *miss)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        near_miss_offer(miss, builtins[i].function.name);
}

const Value *jsone_function(Arena *arena, const Function *function)
{
    Value *value = ARENA_NEW(arena, Value);
    value->kind = VALUE_FUNCTION;
    value->function = function;
    return value;
}
