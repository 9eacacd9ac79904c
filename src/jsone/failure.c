/*
 * What happens when an evaluation fails: upstream's text into the run, one diagnostic with near miss and chain to the
 * user; and the budgets, whose end is a failure like any other. Knows nothing of what was being evaluated.
 */
#include "jsone_private.h"

const JsoneLimits jsone_limits = {
    .steps = 10u * 1000 * 1000,
    .depth = 300,
    .string_bytes = 8u << 20,
    .result_values = 1000u * 1000,
};

enum {
    CHAIN_SHOWN = 6, /* frames named in a message */
    MESSAGE_SHOWN =
        240, /* bytes of upstream's text in a message: some of its texts quote the whole template string */
    LOCATION_LIMIT = 4096
};

static const char *const class_names[] = {
    [FAILURE_TEMPLATE] = "TemplateError", [FAILURE_INTERPRETER] = "InterpreterError",
    [FAILURE_SYNTAX] = "SyntaxError",     [FAILURE_BUILTIN] = "BuiltinError",
    [FAILURE_LIMIT] = "LimitError",       [FAILURE_HOST] = "HostError",
};

static void print_frame(const JsoneRun *run, const JsoneFrame *frame, Buf *out)
{
    Str place = origin_text(run->arena, diags_sources(run->diags), frame->origin);
    if (frame->is_call)
        buf_printf(out, "in %.*s() called", STR_ARG(frame->what));
    else if (frame->key.data)
        buf_printf(out, "for '%.*s' in the %.*s", STR_ARG(str_slice(frame->key, 0, MESSAGE_SHOWN)),
                   STR_ARG(frame->what));
    else
        buf_printf(out, "for element %zu of the %.*s", frame->index, STR_ARG(frame->what));
    if (frame->origin != ORIGIN_NONE)
        buf_printf(out, " at %.*s", STR_ARG(place));
}

static void print_chain(const JsoneRun *run, Buf *out)
{
    size_t shown = 0;
    for (const JsoneFrame *frame = run->frame; frame; frame = frame->up) {
        buf_add(out, shown ? STR(", ") : STR(" ("));
        if (shown++ == CHAIN_SHOWN) {
            buf_add(out, STR("…"));
            break;
        }
        print_frame(run, frame, out);
    }
    if (shown)
        buf_add_char(out, ')');
}

/* One line of bounded length, cut between code points. */
static void print_text(Str text, Buf *out)
{
    ptrdiff_t line = str_find(text, STR("\n"), 0);
    size_t size = line < 0 ? text.size : (size_t)line;
    if (size > MESSAGE_SHOWN)
        size = MESSAGE_SHOWN;
    while (size < text.size && size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    buf_add(out, str_slice(text, 0, size));
    if (size < text.size)
        buf_add(out, STR("…"));
}

void failure_print(Str text, Str near, Buf *out)
{
    print_text(text, out);
    if (near.data)
        buf_printf(out, "; did you mean '%.*s'?", STR_ARG(near));
}

static const Value *report(JsoneRun *run, FailureClass class, Origin at, Str text, Str near)
{
    Buf message = {0};
    for (const JsoneFrame *frame = run->frame; at == ORIGIN_NONE && frame; frame = frame->up)
        at = frame->origin;
    failure_print(text, near, &message);
    print_chain(run, &message);
    diag_error(run->diags, at, "%.*s", STR_ARG(buf_str(&message)));
    buf_release(&message);
    if (!run->error.class)
        run->error = (JsoneError){class_names[class], text, STR(""), at};
    return NULL;
}

const Value *failure_raise(JsoneRun *run, const Failure *failure)
{
    return report(run, failure->class, failure->origin, failure->text, failure->near);
}

const Value *fail(JsoneRun *run, FailureClass class, Origin at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(run->arena, format, args);
    va_end(args);
    return report(run, class, at, text, STR_NONE);
}

const Value *fail_near(JsoneRun *run, FailureClass class, Origin at, Str near, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(run->arena, format, args);
    va_end(args);
    return report(run, class, at, text, near);
}

const Value *jsone_fail(JsoneRun *run, Origin at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(run->arena, format, args);
    va_end(args);
    return report(run, FAILURE_HOST, at, text, STR_NONE);
}

/* ---- the location that upstream prints ---- */

static void locate(JsoneRun *run, Str segment)
{
    if (run->error.location.size + segment.size > LOCATION_LIMIT)
        return;
    run->error.location = arena_printf(run->arena, "%.*s%.*s", STR_ARG(segment), STR_ARG(run->error.location));
}

void failure_at_index(JsoneRun *run, size_t index)
{
    locate(run, arena_printf(run->arena, "[%zu]", index));
}

static bool is_plain_key(Str key)
{
    return is_identifier(key) && !str_has_char(key, '_');
}

void failure_at_key(JsoneRun *run, Str key)
{
    Buf json = {0};
    if (is_plain_key(key)) {
        locate(run, arena_printf(run->arena, ".%.*s", STR_ARG(key)));
        return;
    }
    Value quoted = {.kind = VALUE_STRING, .text = key.data, .size = (uint32_t)key.size};
    value_print_json(&quoted, false, &json);
    locate(run, arena_printf(run->arena, "[%.*s]", STR_ARG(buf_str(&json))));
    buf_release(&json);
}

Str jsone_error_text(Arena *arena, const JsoneRun *run)
{
    const JsoneError *error = &run->error;
    if (!error->class)
        return STR("");
    return arena_printf(arena, "%s%s%.*s: %.*s", error->class, error->location.size ? " at template" : "",
                        STR_ARG(error->location), STR_ARG(error->text));
}

/* ---- budgets ---- */

const Value *fail_steps(JsoneRun *run, Origin at)
{
    return fail(run, FAILURE_LIMIT, at, "evaluation takes more than %zu steps", run->limits->steps);
}

const Value *fail_depth(JsoneRun *run, Origin at)
{
    return fail(run, FAILURE_LIMIT, at, "templates, expressions or values are nested deeper than %zu levels",
                run->limits->depth);
}

bool fail_values(JsoneRun *run, Origin at)
{
    return fail(run, FAILURE_LIMIT, at, "evaluation makes more than %zu values", run->limits->result_values);
}

static bool is_string_allowed(JsoneRun *run, Origin at, size_t bytes)
{
    return bytes <= run->limits->string_bytes || fail(run, FAILURE_LIMIT, at,
                                                      "evaluation makes a string of more than %zu bytes",
                                                      run->limits->string_bytes);
}

bool spend_bytes(JsoneRun *run, Origin at, size_t bytes)
{
    return is_string_allowed(run, at, bytes) && spend_steps(run, at, bytes / 16);
}

bool spend_made(JsoneRun *run, Origin at, size_t bytes)
{
    return is_string_allowed(run, at, bytes) && spend_steps(run, at, bytes / 4);
}

bool jsone_spend_bytes(JsoneRun *run, Origin at, size_t bytes)
{
    return spend_bytes(run, at, bytes);
}

bool jsone_spend(JsoneRun *run, Origin at, size_t steps, size_t values)
{
    if (steps > run->limits->steps)
        return fail_steps(run, at);
    return spend_steps(run, at, steps) && spend_values(run, at, values);
}
