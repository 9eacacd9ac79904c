/* Diags: what went wrong, collected, put in order and printed with the source line and a caret. */
#include "kiln/diag.h"

#include <stdlib.h>

struct Diags {
    Arena *arena;
    const Sources *sources;
    Diag *list;
    size_t count;
    size_t capacity;
    size_t errors;
};

static const char *const severity_names[] = {
    [SEVERITY_NOTE] = "note",
    [SEVERITY_INFO] = "info",
    [SEVERITY_WARNING] = "warning",
    [SEVERITY_ERROR] = "error",
};

const char *severity_name(Severity severity)
{
    return severity_names[severity];
}

Diags *diags_new(Arena *arena, const Sources *sources)
{
    Diags *diags = ARENA_NEW(arena, Diags);
    diags->arena = arena;
    diags->sources = sources;
    return diags;
}

static void diags_add(Diags *diags, Diag diag)
{
    ARENA_GROW(diags->arena, diags->list, diags->count, diags->capacity);
    diags->list[diags->count++] = diag;
    diags->errors += diag.severity == SEVERITY_ERROR;
}

static void diags_format(Diags *diags, Severity severity, Origin origin, Str file, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void diags_format(Diags *diags, Severity severity, Origin origin, Str file, const char *format, va_list args)
{
    Str message = arena_vprintf(diags->arena, format, args);
    diags_add(diags, (Diag){.severity = severity, .origin = origin, .file = file, .message = message});
}

#define DIAG_FORWARD(severity, origin, file)                                                                           \
    do {                                                                                                               \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        diags_format(diags, severity, origin, file, format, args);                                                     \
        va_end(args);                                                                                                  \
    } while (0)

void diag_error(Diags *diags, Origin origin, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_ERROR, origin, STR_NONE);
}

void diag_warning(Diags *diags, Origin origin, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_WARNING, origin, STR_NONE);
}

void diag_note(Diags *diags, Origin origin, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_NOTE, origin, STR_NONE);
}

void diag_report(Diags *diags, Diag diag)
{
    diag.message = arena_copy(diags->arena, diag.message);
    diag.detail = diag.detail.size ? arena_copy(diags->arena, diag.detail) : STR_NONE;
    diags_add(diags, diag);
}

void diag_secret_error(Diags *diags, Origin origin, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_ERROR, origin, STR_NONE);
    diags->list[diags->count - 1].masked = true;
}

void diag_file_error(Diags *diags, Str file, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_ERROR, ORIGIN_NONE, file);
}

void diag_plain_error(Diags *diags, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_ERROR, ORIGIN_NONE, STR_NONE);
}

void diag_plain_note(Diags *diags, const char *format, ...)
{
    DIAG_FORWARD(SEVERITY_NOTE, ORIGIN_NONE, STR_NONE);
}

size_t diags_error_count(const Diags *diags)
{
    return diags->errors;
}

size_t diags_count(const Diags *diags)
{
    return diags->count;
}

const Diag *diags_at(const Diags *diags, size_t index)
{
    return &diags->list[index];
}

const Sources *diags_sources(const Diags *diags)
{
    return diags->sources;
}

Arena *diags_arena(const Diags *diags)
{
    return diags->arena;
}

void diags_move(Diags *into, Diags *from)
{
    for (size_t i = 0; i < from->count; i++) {
        Diag diag = from->list[i];
        diag.file = diag.file.data ? arena_copy(into->arena, diag.file) : diag.file;
        diag_report(into, diag);
    }
    from->count = from->errors = 0;
}

/* Notes follow what they explain, so they keep the place in the order of the diagnostic before them. */
typedef struct SortKey {
    Diag diag;
    Str file;
    Origin origin;
    size_t order;
} SortKey;

static int key_compare(const void *left, const void *right)
{
    const SortKey *a = left, *b = right;
    int order = str_compare(a->file, b->file);
    if (order)
        return order;
    if (a->origin != b->origin)
        return a->origin < b->origin ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static Str diag_file(const Diags *diags, const Diag *diag)
{
    const Source *source = sources_find(diags->sources, diag->origin);
    return source ? source->name : diag->file;
}

static bool diag_repeats(const SortKey *keys, size_t at)
{
    const SortKey *key = &keys[at];
    for (size_t i = at; i-- > 0;) {
        if (keys[i].origin != key->origin || !str_equal(keys[i].file, key->file))
            return false;
        if (keys[i].diag.severity == key->diag.severity && str_equal(keys[i].diag.message, key->diag.message))
            return true;
    }
    return false;
}

static void keys_fill(const Diags *diags, SortKey *keys)
{
    for (size_t i = 0; i < diags->count; i++) {
        const Diag *diag = &diags->list[i];
        bool follows = diag->severity == SEVERITY_NOTE && i > 0;
        keys[i] = (SortKey){*diag, follows ? keys[i - 1].file : diag_file(diags, diag),
                            follows ? keys[i - 1].origin : diag->origin, i};
    }
}

void diags_sort(Diags *diags)
{
    if (diags->count < 2)
        return;
    SortKey *keys = ARENA_ARRAY(diags->arena, SortKey, diags->count);
    keys_fill(diags, keys);
    qsort(keys, diags->count, sizeof *keys, key_compare);
    size_t kept = 0;
    diags->errors = 0;
    for (size_t i = 0; i < diags->count; i++) {
        if (diag_repeats(keys, i))
            continue;
        diags->list[kept++] = keys[i].diag;
        diags->errors += keys[i].diag.severity == SEVERITY_ERROR;
    }
    diags->count = kept;
}

/* ---- printing ---- */

/* A quoted line wider than this is cut around the caret. */
enum { QUOTE_WIDTH = 116, QUOTE_INDENT = 4 };

/* One code point of a quoted line, made harmless for a terminal. */
static void quote_add(Buf *out, uint32_t c)
{
    bool control = c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029;
    bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (c == '\t')
        buf_add_char(out, ' ');
    else if (control || direction)
        utf8_add(out, 0xFFFD);
    else
        utf8_add(out, c);
}

static void print_quote(const Place *place, bool masked, Buf *out)
{
    size_t caret = place->column - 1;
    size_t length = masked ? caret : utf8_length(place->line_text);
    size_t from = caret > QUOTE_WIDTH * 3 / 4 ? caret - QUOTE_WIDTH / 2 : 0;
    size_t to = from + QUOTE_WIDTH < length ? from + QUOTE_WIDTH : length;
    buf_add_repeat(out, ' ', QUOTE_INDENT);
    size_t column = 0;
    for (size_t at = 0; at < place->line_text.size; column++) {
        /* A file that is no UTF-8 is quoted byte by byte. */
        size_t bad;
        Str rest = str_slice(place->line_text, at, at + 4);
        bool broken = !utf8_valid(rest, &bad) && bad == 0;
        uint32_t c = broken ? 0xFFFD : utf8_next(place->line_text, &at);
        at += broken;
        if (column >= from && column < to)
            quote_add(out, c);
    }
    buf_add(out, masked ? STR("***\n") : STR("\n"));
    buf_add_repeat(out, ' ', QUOTE_INDENT + caret - from);
    buf_add(out, STR("^\n"));
}

static void print_place(const Place *place, Str file, Buf *out)
{
    if (place->source)
        buf_printf(out, "%.*s:%u:%u: ", STR_ARG(place->source->name), place->line, place->column);
    else if (file.size)
        buf_printf(out, "%.*s: ", STR_ARG(file));
}

static void print_diag(const Diags *diags, const Diag *diag, Buf *out)
{
    Place place = origin_place(diags->sources, diag->origin);
    print_place(&place, diag->file, out);
    buf_printf(out, "%s: %.*s\n", severity_names[diag->severity], STR_ARG(diag->message));
    if (place.source && place.line_text.size)
        print_quote(&place, diag->masked, out);
    if (diag->detail.size)
        buf_printf(out, "    %.*s\n", STR_ARG(diag->detail));
}

void diags_print(const Diags *diags, Buf *out)
{
    size_t shown = diags->count < DIAGS_PRINT_LIMIT ? diags->count : DIAGS_PRINT_LIMIT;
    for (size_t i = 0; i < shown; i++)
        print_diag(diags, &diags->list[i], out);
    if (shown < diags->count)
        buf_printf(out, "note: %zu more of these are not shown\n", diags->count - shown);
}
