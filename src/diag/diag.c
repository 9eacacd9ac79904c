/* Diags: what went wrong, collected, put in order and printed with the source line and a caret. */
#include "diag_private.h"

#include <stdlib.h>

struct Diags {
    Arena *arena;
    const Sources *sources;
    Diag **list; /* what outgrows its place is then no more than pointers */
    size_t count;
    size_t capacity;
    size_t errors;
    size_t left_out; /* counted, but not kept */
    Origin *secrets; /* places that no quote goes beyond */
    size_t secret_count;
    size_t secret_capacity;
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

/* Nobody reads so many; a hostile file may have a million mistakes. Errors have their room however much else there is. */
enum { KEPT_LIMIT = 10000 };

bool diags_keep(Diags *diags, Severity severity)
{
    size_t others = diags->count - diags->errors;
    if (severity == SEVERITY_ERROR ? diags->errors < KEPT_LIMIT : others < KEPT_LIMIT)
        return true;
    diags->left_out++;
    return false;
}

/* A message quotes its input, which may be a word of a megabyte. */
enum { MESSAGE_LIMIT = 4096 };

static Str clipped(Arena *arena, Str message)
{
    size_t end = MESSAGE_LIMIT;
    if (message.size <= end)
        return arena_copy(arena, message);
    while (((unsigned char)message.data[end] & 0xC0) == 0x80)
        end--;
    return arena_printf(arena, "%.*s…", STR_ARG(str_slice(message, 0, end)));
}

static void diags_add(Diags *diags, Diag diag)
{
    Diag *own = ARENA_NEW(diags->arena, Diag);
    *own = diag;
    ARENA_GROW(diags->arena, diags->list, diags->count, diags->capacity);
    diags->list[diags->count++] = own;
    diags->errors += diag.severity == SEVERITY_ERROR;
}

static void diags_format(Diags *diags, Severity severity, Origin origin, Str file, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void diags_format(Diags *diags, Severity severity, Origin origin, Str file, const char *format, va_list args)
{
    if (!diags_keep(diags, severity))
        return;
    /* What is clipped is not kept. */
    Buf whole = {0};
    buf_vprintf(&whole, format, args);
    Str message = clipped(diags->arena, buf_str(&whole));
    buf_release(&whole);
    diags_add(diags, (Diag){.severity = severity, .origin = origin, .file = file, .message = message});
}

#define DIAG_FORWARD(severity, origin, file)                       \
    do {                                                           \
        va_list args;                                              \
        va_start(args, format);                                    \
        diags_format(diags, severity, origin, file, format, args); \
        va_end(args);                                              \
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
    if (!diags_keep(diags, diag.severity))
        return;
    diag.message = clipped(diags->arena, diag.message);
    diag.detail = diag.detail.size ? clipped(diags->arena, diag.detail) : STR_NONE;
    diags_add(diags, diag);
}

void diags_mask(Diags *diags, Origin origin)
{
    ARENA_GROW(diags->arena, diags->secrets, diags->secret_count, diags->secret_capacity);
    diags->secrets[diags->secret_count++] = origin;
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

bool diags_may_advise(const Diags *diags)
{
    return diags->errors < DIAGS_PRINT_LIMIT;
}

size_t diags_count(const Diags *diags)
{
    return diags->count;
}

const Diag *diags_at(const Diags *diags, size_t index)
{
    return diags->list[index];
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
        Diag diag = *from->list[i];
        diag.file = diag.file.data ? arena_copy(into->arena, diag.file) : diag.file;
        diag_report(into, diag);
    }
    for (size_t i = 0; i < from->secret_count; i++)
        diags_mask(into, from->secrets[i]);
    into->left_out += from->left_out;
    from->count = from->errors = from->left_out = from->secret_count = 0;
}

/* Notes follow what they explain, so they keep the place in the order of the diagnostic before them. */
typedef struct SortKey {
    Diag *diag;
    Str file;
    Origin origin;
    size_t order;
    bool repeated; /* something before it says the same about the same place */
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

/* What makes two diagnostics the same; the place is the one in the order and, for a note, its own as well. */
static int said_compare(const SortKey *a, const SortKey *b)
{
    int order = str_compare(a->file, b->file);
    if (!order)
        order = (a->origin > b->origin) - (a->origin < b->origin);
    if (!order)
        order = (a->diag->origin > b->diag->origin) - (a->diag->origin < b->diag->origin);
    if (!order)
        order = (a->diag->severity > b->diag->severity) - (a->diag->severity < b->diag->severity);
    if (!order)
        order = str_compare(a->diag->message, b->diag->message);
    return order ? order : str_compare(a->diag->detail, b->diag->detail);
}

static int repeat_compare(const void *left, const void *right)
{
    const SortKey *a = *(SortKey *const *)left, *b = *(SortKey *const *)right;
    int order = said_compare(a, b);
    return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

static Str diag_file(const Diags *diags, const Diag *diag)
{
    const Source *source = sources_find(diags->sources, diag->origin);
    return source ? source->name : diag->file;
}

/* By a sort of their own: thousands of services may be wrong in the same place of one overlay. */
static void keys_mark(const Diags *diags, SortKey *keys)
{
    SortKey **said = ARENA_ARRAY(diags->arena, SortKey *, diags->count);
    for (size_t i = 0; i < diags->count; i++)
        said[i] = &keys[i];
    qsort(said, diags->count, sizeof(SortKey *), repeat_compare);
    for (size_t i = 1; i < diags->count; i++)
        said[i]->repeated = said_compare(said[i - 1], said[i]) == 0;
}

static void keys_fill(const Diags *diags, SortKey *keys)
{
    for (size_t i = 0; i < diags->count; i++) {
        Diag *diag = diags->list[i];
        bool follows = diag->severity == SEVERITY_NOTE && i > 0;
        keys[i] = (SortKey){diag, follows ? keys[i - 1].file : diag_file(diags, diag),
                            follows ? keys[i - 1].origin : diag->origin, i, false};
    }
}

void diags_sort(Diags *diags)
{
    if (diags->count < 2)
        return;
    SortKey *keys = ARENA_ARRAY(diags->arena, SortKey, diags->count);
    keys_fill(diags, keys);
    keys_mark(diags, keys);
    qsort(keys, diags->count, sizeof *keys, key_compare);
    size_t kept = 0;
    diags->errors = 0;
    for (size_t i = 0; i < diags->count; i++) {
        if (keys[i].repeated)
            continue;
        diags->list[kept++] = keys[i].diag;
        diags->errors += keys[i].diag->severity == SEVERITY_ERROR;
    }
    diags->count = kept;
}

/* ---- printing ---- */

/* A quoted line wider than this is cut around the caret. */
enum { QUOTE_WIDTH = 116, QUOTE_INDENT = 4 };

/* Which of two places comes first in a line that starts at start and has size bytes; origin may lie elsewhere. */
static Origin first_in_line(Origin first, Origin origin, Origin start, size_t size)
{
    bool here = origin >= start && origin - start <= size;
    return here && (first == ORIGIN_NONE || origin < first) ? origin : first;
}

/*
 * The column from which a quoted line is secret: that of the first secret in the line, whichever diagnostic is being
 * printed, so that a neighbour's message cannot repeat the secret. SIZE_MAX: nothing is.
 */
static size_t secret_column(const Diags *diags, const Place *place)
{
    Str line = place->line_text;
    Origin start = place->source->base + (Origin)(line.data - place->source->text.data);
    Origin first = ORIGIN_NONE;
    for (size_t i = 0; i < diags->count; i++) {
        if (diags->list[i]->masked)
            first = first_in_line(first, diags->list[i]->origin, start, line.size);
    }
    for (size_t i = 0; i < diags->secret_count; i++)
        first = first_in_line(first, diags->secrets[i], start, line.size);
    return first == ORIGIN_NONE ? SIZE_MAX : utf8_length(str_slice(line, 0, first - start));
}

static void print_quote(const Diags *diags, const Place *place, Buf *out)
{
    size_t caret = place->column - 1;
    size_t from = caret > QUOTE_WIDTH * 3 / 4 ? caret - QUOTE_WIDTH / 2 : 0;
    size_t secret = secret_column(diags, place);
    size_t to = secret < from + QUOTE_WIDTH ? secret : from + QUOTE_WIDTH;
    buf_add_repeat(out, ' ', QUOTE_INDENT);
    size_t column = 0;
    for (size_t at = 0; at < place->line_text.size && column < to; column++) {
        uint32_t c = line_next(place->line_text, &at);
        if (column >= from)
            char_add(out, c);
    }
    buf_add(out, secret == SIZE_MAX ? STR("\n") : STR("***\n"));
    buf_add_repeat(out, ' ', QUOTE_INDENT + caret - from);
    buf_add(out, STR("^\n"));
}

static void print_place(const Place *place, Str file, Buf *out)
{
    shown_add(out, place->source ? place->source->name : file);
    if (place->source)
        buf_printf(out, ":%u:%u: ", place->line, place->column);
    else if (file.size)
        buf_add(out, STR(": "));
}

static void print_diag(const Diags *diags, const Diag *diag, Buf *out)
{
    Place place = origin_place(diags->sources, diag->origin);
    print_place(&place, diag->file, out);
    buf_printf(out, "%s: ", severity_names[diag->severity]);
    shown_add(out, diag->message);
    buf_add_char(out, '\n');
    if (place.source && place.line_text.size)
        print_quote(diags, &place, out);
    if (diag->detail.size) {
        buf_add_repeat(out, ' ', QUOTE_INDENT);
        shown_add(out, diag->detail);
        buf_add_char(out, '\n');
    }
}

void diags_print(const Diags *diags, Buf *out)
{
    /* Room is kept for the errors still to come: whoever drowns in warnings has to see what ended the run. */
    size_t start = out->size, errors = diags->errors, shown = 0;
    bool hidden = false; /* a note goes with what it explains */
    for (size_t i = 0; i < diags->count && shown < DIAGS_PRINT_LIMIT; i++) {
        const Diag *diag = diags->list[i];
        if (diag->severity != SEVERITY_NOTE)
            hidden = diag->severity != SEVERITY_ERROR && shown + errors >= DIAGS_PRINT_LIMIT;
        if (hidden)
            continue;
        print_diag(diags, diag, out);
        errors -= diag->severity == SEVERITY_ERROR;
        shown++;
    }
    size_t hidden_count = diags->count - shown + diags->left_out;
    if (hidden_count)
        buf_printf(out, "note: %zu more of these are not shown\n", hidden_count);
    shown_defuse(out, start);
}
