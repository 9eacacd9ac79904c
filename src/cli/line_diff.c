/*
 * The line diff: the shortest edit script between the lines of two texts, printed in hunks. It knows nothing of trees
 * or files.
 */
#include "line_diff.h"

#include <assert.h>

#define CONTEXT 2
#define LINE_MAX_BYTES 160

typedef struct Lines {
    Str *list; /* with their line feeds, so that a missing one at the end is a difference */
    size_t count;
} Lines;

typedef struct Script {
    Lines from;
    Lines to;
    char *steps; /* ' ', '-' or '+' */
    size_t count;
} Script;

static Lines lines_of(Arena *arena, Str text)
{
    Lines lines = {0};
    size_t capacity = 0;
    for (size_t at = 0; at < text.size;) {
        ptrdiff_t feed = str_find(text, STR("\n"), at);
        size_t end = feed < 0 ? text.size : (size_t)feed + 1;
        ARENA_GROW(arena, lines.list, lines.count, capacity);
        lines.list[lines.count++] = str_slice(text, at, end);
        at = end;
    }
    return lines;
}

/* Equal lines get equal numbers. */
static uint32_t *numbered(Arena *arena, Index *index, Lines lines, uint32_t first)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, lines.count + 1);
    for (size_t i = 0; i < lines.count; i++)
        numbers[i] = index_put(index, lines.list[i], first + (uint32_t)i);
    return numbers;
}

static Script script_of(Arena *arena, Str from, Str to)
{
    Script script = {.from = lines_of(arena, from), .to = lines_of(arena, to)};
    Index *index = index_new(arena, script.from.count + script.to.count);
    uint32_t *old = numbered(arena, index, script.from, 0);
    uint32_t *new = numbered(arena, index, script.to, (uint32_t)script.from.count);
    EditScript edits = edit_script(arena, old, script.from.count, new, script.to.count);
    script.steps = edits.steps;
    script.count = edits.count;
    return script;
}

/* ---- printing ---- */

typedef struct Printer {
    const Script *script;
    const char *gutter;
    size_t limit;
    Buf *out;
    LineDiffSize size;
    size_t from; /* lines passed */
    size_t to;
} Printer;

/* C0 and DEL, and U+0080 to U+009F, which command terminals too. */
static bool is_control(unsigned char c, unsigned char next)
{
    return (c < ' ' && c != '\t') || c == 0x7f || (c == 0xc2 && next < 0xa0);
}

/* What is not seen but makes text look like other text: U+200B to U+200F, U+202A to U+202E, U+2060 to U+2069, U+FEFF. */
static unsigned deceiving(Str rest)
{
    if (rest.size < 3)
        return 0;
    const unsigned char *c = (const unsigned char *)rest.data;
    unsigned code = ((c[0] & 0x0fu) << 12) | ((c[1] & 0x3fu) << 6) | (c[2] & 0x3fu);
    bool wide = (c[0] & 0xf0) == 0xe0;
    bool hides = (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
                 (code >= 0x2060 && code <= 0x2069) || code == 0xfeff;
    return wide && hides ? code : 0;
}

void add_visible(Buf *out, Str line, size_t limit)
{
    size_t bad, at = 0;
    bool valid = utf8_valid(line, &bad);
    size_t good = valid ? line.size : bad;
    while (at < line.size && at < limit) {
        unsigned hidden = at + 3 <= good ? deceiving(str_slice(line, at, line.size)) : 0;
        if (hidden) {
            buf_printf(out, "\\u%04x", hidden);
            at += 3;
            continue;
        }
        unsigned char c = (unsigned char)line.data[at++];
        unsigned char next = at < line.size ? (unsigned char)line.data[at] : 0xff;
        if (at <= good && !is_control(c, next))
            buf_add_char(out, (char)c);
        else if (at < good && c == 0xc2)
            buf_printf(out, "\\u%04x", (unsigned char)line.data[at++]);
        else
            buf_printf(out, "\\x%02x", c);
    }
    /* Not in the middle of a character. */
    while (valid && at < line.size && ((unsigned char)line.data[at] & 0xc0) == 0x80)
        buf_add_char(out, line.data[at++]);
    if (at < line.size)
        buf_add(out, STR("..."));
}

/* Counts one line; false: beyond the limit. */
static bool printer_line(Printer *printer)
{
    bool shown = printer->size.shown < printer->limit;
    printer->size.shown += shown;
    printer->size.left_out += !shown;
    if (shown)
        buf_add(printer->out, str_from(printer->gutter));
    return shown;
}

static void print_step(Printer *printer, char step)
{
    const Script *script = printer->script;
    const Str *lines = step == '+' ? script->to.list : script->from.list;
    assert(lines);
    Str line = lines[step == '+' ? printer->to : printer->from];
    printer->from += step != '+';
    printer->to += step != '-';
    if (!printer_line(printer))
        return;
    bool ended = str_ends(line, STR("\n"));
    buf_add_char(printer->out, step);
    add_visible(printer->out, ended ? str_slice(line, 0, line.size - 1) : line,
                LINE_MAX_BYTES);
    buf_add(printer->out, ended ? STR("\n") : STR(" (no line feed)\n"));
}

/* Steps [begin, end), where both sides have passed the lines before. */
static void print_hunk(Printer *printer, size_t begin, size_t end)
{
    const Script *script = printer->script;
    size_t from = 0, to = 0;
    for (size_t i = begin; i < end; i++) {
        from += script->steps[i] != '+';
        to += script->steps[i] != '-';
    }
    if (printer_line(printer))
        buf_printf(printer->out, "@@ -%zu,%zu +%zu,%zu @@\n", printer->from + (from > 0), from,
                   printer->to + (to > 0), to);
    for (size_t i = begin; i < end; i++)
        print_step(printer, script->steps[i]);
}

static size_t next_change(const Script *script, size_t at)
{
    while (at < script->count && script->steps[at] == ' ')
        at++;
    return at;
}

LineDiffSize line_diff_print(Str from, Str to, const char *gutter, size_t limit, Buf *out)
{
    Arena *arena = arena_new();
    Script script = script_of(arena, from, to);
    Printer printer = {.script = &script, .gutter = gutter, .limit = limit, .out = out};
    size_t passed = 0;
    for (size_t change = next_change(&script, 0); change < script.count;) {
        size_t begin = change - passed > CONTEXT ? change - CONTEXT : passed, end = change;
        while (change < script.count && change - end <= 2 * CONTEXT) {
            end = change + 1;
            change = next_change(&script, end);
        }
        end = script.count - end > CONTEXT ? end + CONTEXT : script.count;
        printer.from += begin - passed;
        printer.to += begin - passed;
        print_hunk(&printer, begin, end);
        passed = end;
    }
    arena_free(arena);
    return printer.size;
}
