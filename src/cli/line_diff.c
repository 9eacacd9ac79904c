/*
 * The line diff: the shortest edit script (Myers, "An O(ND) Difference Algorithm", 1986) between what two texts do
 * not share at their ends. Beyond DISTANCE_MAX edits the middle counts as replaced: nobody reads such a diff, and the
 * search is quadratic in the distance. It knows nothing of trees or files.
 */
#include "line_diff.h"

#define CONTEXT 2
#define DISTANCE_MAX 400
#define LINE_MAX_BYTES 160

typedef struct Lines {
    Str *list; /* with their line feeds, so that a missing one at the end is a difference */
    size_t count;
} Lines;

typedef struct Script {
    Arena *arena;
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

static void add_steps(Script *script, char step, size_t count)
{
    memset(script->steps + script->count, step, count);
    script->count += count;
}

/* ---- the search: rows[d][k + d] is how far in from d edits lead on diagonal k; -1: nowhere inside ---- */

typedef struct Search {
    Lines from;
    Lines to;
    int **rows;
} Search;

static int row_at(const Search *search, int d, int k)
{
    return d < 0 || k < -d || k > d ? -1 : search->rows[d][k + d];
}

/* Where diagonal k is entered with the d-th edit, and whether that adds a line of to (or drops one of from). */
static int enter(const Search *search, int d, int k, bool *adds)
{
    int down = row_at(search, d - 1, k + 1), right = row_at(search, d - 1, k - 1);
    down = down >= 0 && down - k <= (int)search->to.count ? down : -1;
    right = right >= 0 && right < (int)search->from.count ? right + 1 : -1;
    *adds = down >= right;
    return *adds ? down : right;
}

static int slide(const Search *search, int x, int k)
{
    while (x >= 0 && x < (int)search->from.count && x - k < (int)search->to.count &&
           str_equal(search->from.list[x], search->to.list[x - k]))
        x++;
    return x;
}

/* The number of edits, or -1 when there are too many. */
static int search_run(Arena *arena, Search *search)
{
    int goal = (int)search->from.count - (int)search->to.count;
    search->rows = ARENA_ARRAY(arena, int *, DISTANCE_MAX + 1);
    for (int d = 0; d <= DISTANCE_MAX; d++) {
        search->rows[d] = ARENA_ARRAY(arena, int, 2 * (size_t)d + 1);
        for (int k = -d; k <= d; k += 2) {
            bool adds;
            search->rows[d][k + d] = slide(search, d ? enter(search, d, k, &adds) : 0, k);
        }
        if (row_at(search, d, goal) == (int)search->from.count && (goal - d) % 2 == 0)
            return d;
    }
    return -1;
}

/* Backwards from the end, then turned round. */
static void trace_back(const Search *search, int d, Script *script)
{
    size_t start = script->count;
    int x = (int)search->from.count, k = x - (int)search->to.count;
    for (; d > 0; d--) {
        bool adds;
        int entered = enter(search, d, k, &adds);
        add_steps(script, ' ', (size_t)(x - entered));
        add_steps(script, adds ? '+' : '-', 1);
        x = adds ? entered : entered - 1;
        k += adds ? 1 : -1;
    }
    add_steps(script, ' ', (size_t)x);
    for (size_t a = start, b = script->count; a + 1 < b; a++) {
        char step = script->steps[--b];
        script->steps[b] = script->steps[a];
        script->steps[a] = step;
    }
}

static void add_middle(Script *script, size_t head, size_t tail)
{
    Search search = {.from = {script->from.list + head, script->from.count - head - tail},
                     .to = {script->to.list + head, script->to.count - head - tail}};
    bool small = search.from.count < INT32_MAX / 2 && search.to.count < INT32_MAX / 2;
    int distance = small ? search_run(script->arena, &search) : -1;
    if (distance >= 0) {
        trace_back(&search, distance, script);
    } else {
        add_steps(script, '-', search.from.count);
        add_steps(script, '+', search.to.count);
    }
}

static Script script_of(Arena *arena, Str from, Str to)
{
    Script script = {.arena = arena, .from = lines_of(arena, from), .to = lines_of(arena, to)};
    size_t shorter = script.from.count < script.to.count ? script.from.count : script.to.count, head = 0, tail = 0;
    script.steps = ARENA_ARRAY(arena, char, script.from.count + script.to.count + 1);
    while (head < shorter && str_equal(script.from.list[head], script.to.list[head]))
        head++;
    while (tail < shorter - head &&
           str_equal(script.from.list[script.from.count - 1 - tail], script.to.list[script.to.count - 1 - tail]))
        tail++;
    add_steps(&script, ' ', head);
    add_middle(&script, head, tail);
    add_steps(&script, ' ', tail);
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

static void add_visible(Buf *out, Str line)
{
    size_t bad, at = 0;
    bool valid = utf8_valid(line, &bad);
    for (; at < line.size && at < LINE_MAX_BYTES; at++) {
        unsigned char c = (unsigned char)line.data[at];
        bool plain = c == '\t' || (c >= ' ' && c < 0x7f) || (c >= 0x80 && (valid || at < bad));
        if (plain)
            buf_add_char(out, (char)c);
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
    Str line = step == '+' ? script->to.list[printer->to] : script->from.list[printer->from];
    printer->from += step != '+';
    printer->to += step != '-';
    if (!printer_line(printer))
        return;
    bool ended = str_ends(line, STR("\n"));
    buf_add_char(printer->out, step);
    add_visible(printer->out, ended ? str_slice(line, 0, line.size - 1) : line);
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
