/*
 * Flow scalars as YAML 1.2.2 §7.3 reads them, from the source text: plain, single- and double-quoted, folded where
 * they take several lines. libfyaml 0.7.12 says where they are and that they are valid, but the text that it hands
 * out ends in uninitialised memory after some escaped line ends. Must not know libfyaml.
 */
#include "yaml_private.h"

typedef struct Flow {
    Str source;
    size_t at;
    Buf out;
    size_t
        kept; /* bytes of out that the end of a line does not trim: all up to the last character that is no blank */
} Flow;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_blanks(Flow *flow)
{
    while (flow->at < flow->source.size && is_blank(flow->source.data[flow->at]))
        flow->at++;
}

static void skip_break(Flow *flow)
{
    bool pair = str_starts(str_slice(flow->source, flow->at, flow->at + 2), STR("\r\n"));
    flow->at += pair ? 2 : 1;
}

/* Over empty lines and the blanks that begin the next one; how many lines were empty. */
static size_t skip_empty_lines(Flow *flow)
{
    size_t empty = 0;
    for (skip_blanks(flow); flow->at < flow->source.size && is_break(flow->source.data[flow->at]);
         skip_blanks(flow)) {
        skip_break(flow);
        empty++;
    }
    return empty;
}

/* §6.5: one line ending is a space, more are one line feed fewer; blanks around them vanish. */
static void fold(Flow *flow)
{
    flow->out.size = flow->kept;
    skip_break(flow);
    size_t empty = skip_empty_lines(flow);
    if (empty)
        buf_add_repeat(&flow->out, '\n', empty);
    else
        buf_add_char(&flow->out, ' ');
    flow->kept = flow->out.size;
}

static void add(Flow *flow, char c)
{
    buf_add_char(&flow->out, c);
    if (!is_blank(c))
        flow->kept = flow->out.size;
}

/* ---- escapes (§5.7) ---- */

typedef struct Escape {
    char letter;
    uint32_t point;
} Escape;

static const Escape escapes[] = {
    {'0', 0},   {'a', 7},     {'b', 8},    {'t', 9},    {'\t', 9},     {'n', 10},
    {'v', 11},  {'f', 12},    {'r', 13},   {'e', 27},   {' ', ' '},    {'"', '"'},
    {'/', '/'}, {'\\', '\\'}, {'N', 0x85}, {'_', 0xA0}, {'L', 0x2028}, {'P', 0x2029},
};

static uint32_t read_hex(Flow *flow, size_t digits)
{
    double number = 0;
    if (!scalar_digits(str_slice(flow->source, flow->at, flow->at + digits), 16, &number))
        return 0xFFFD;
    flow->at += digits;
    return number <= 0x10FFFF ? (uint32_t)number : 0xFFFD;
}

/* JSON writes characters beyond the BMP as two escapes. */
static uint32_t read_unicode(Flow *flow, size_t digits)
{
    uint32_t point = read_hex(flow, digits);
    if (point < 0xD800 || point > 0xDFFF)
        return point;
    if (point > 0xDBFF || !str_starts(str_slice(flow->source, flow->at, flow->at + 2), STR("\\u")))
        return 0xFFFD;
    flow->at += 2;
    uint32_t low = read_hex(flow, 4);
    return low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
}

static uint32_t escaped_point(Flow *flow, char letter)
{
    size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits)
        return read_unicode(flow, digits);
    for (size_t i = 0; i < LENGTH_OF(escapes); i++) {
        if (escapes[i].letter == letter)
            return escapes[i].point;
    }
    return 0xFFFD;
}

static void read_escape(Flow *flow)
{
    char letter = flow->at + 1 < flow->source.size ? flow->source.data[flow->at + 1] : '\0';
    flow->at++;
    if (is_break(letter)) {
        /* The line goes on; only further empty lines count. */
        skip_break(flow);
        buf_add_repeat(&flow->out, '\n', skip_empty_lines(flow));
    } else {
        flow->at++;
        utf8_add(&flow->out, escaped_point(flow, letter));
    }
    flow->kept = flow->out.size;
}

/* ---- the three styles ---- */

static Str finish(Flow *flow, Arena *arena)
{
    Str text = arena_copy(arena, buf_str(&flow->out));
    buf_release(&flow->out);
    return text;
}

/* The closing quote, or where an escape, a line ending or a doubled quote makes the text differ from its source. */
static size_t simple_run(Str source, size_t at, char quote)
{
    while (at < source.size && source.data[at] != quote && source.data[at] != '\\' && !is_break(source.data[at]))
        at++;
    return at;
}

Str quoted_text(Arena *arena, Str source, size_t open)
{
    char quote = source.data[open];
    size_t end = simple_run(source, open + 1, quote);
    if (end < source.size && source.data[end] == quote && (end + 1 >= source.size || source.data[end + 1] != quote))
        return str_slice(source, open + 1, end);
    Flow flow = {.source = source, .at = open + 1};
    while (flow.at < source.size) {
        char c = source.data[flow.at];
        bool doubled = c == quote && quote == '\'' && flow.at + 1 < source.size && source.data[flow.at + 1] == quote;
        if (c == quote && !doubled)
            break;
        if (c == '\\' && quote == '"') {
            read_escape(&flow);
        } else if (is_break(c)) {
            fold(&flow);
        } else {
            flow.at += doubled ? 2 : 1;
            add(&flow, c);
        }
    }
    return finish(&flow, arena);
}

Str plain_text(Arena *arena, Str text)
{
    text = str_trim(text);
    if (!str_has_char(text, '\n') && !str_has_char(text, '\r'))
        return text;
    Flow flow = {.source = text};
    while (flow.at < text.size) {
        if (is_break(text.data[flow.at]))
            fold(&flow);
        else
            add(&flow, text.data[flow.at++]);
    }
    return finish(&flow, arena);
}
