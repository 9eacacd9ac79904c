/*
 * Text of others as people are shown it, on a terminal and in the log of a build. What commands either of them is made
 * harmless: U+FFFD takes the place of one character, so that carets stand where they stood. Knows no diagnostics.
 */
#include "diag_private.h"

void char_add(Buf *out, uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F ||
                     c == 0x061C;
    if (c == '\t')
        buf_add_char(out, ' ');
    else if (control || direction)
        utf8_add(out, 0xFFFD);
    else
        utf8_add(out, c);
}

/* A line break in somebody's text must not look like the end of a line of ours. */
void shown_add(Buf *out, Str text)
{
    for (size_t at = 0; at < text.size;)
        char_add(out, line_next(text, &at));
}

Str shown_text(Arena *arena, Str text)
{
    Buf out = {0};
    shown_add(&out, text);
    Str made = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return made;
}

/* Of ASCII alone; the rest is looked at one by one. */
static bool is_printable(Str text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\n') || c >= 0x7F)
            return false;
    }
    return true;
}

void shown_lines(Buf *out)
{
    Str text = buf_str(out), line;
    if (!is_printable(text)) {
        Buf made = {0};
        for (bool next = false; str_split(&text, '\n', &line); next = true) {
            if (next)
                buf_add_char(&made, '\n');
            shown_add(&made, line);
        }
        buf_release(out);
        *out = made;
    }
    shown_defuse(out, 0);
}

/* ---- logs ---- */

/* What .NET's TrimStart passes over, which is what GitHub's runner is written in. */
static bool is_blank(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* "##[", "##vso[" of Azure's agent, "##teamcity[": anywhere in a line. */
static bool is_bracketed(Str text)
{
    size_t at = 2;
    if (!str_starts(text, STR("##")))
        return false;
    while (at < text.size && text.data[at] >= 'a' && text.data[at] <= 'z')
        at++;
    return at < text.size && text.data[at] == '[';
}

void shown_defuse(Buf *out, size_t from)
{
    Str text = str_slice(buf_str(out), from, out->size);
    if (str_find(text, STR("::"), 0) < 0 && str_find(text, STR("##"), 0) < 0)
        return;
    Buf made = {0};
    bool first = true; /* in its line, but for blanks: where "::" counts (actions/runner, ActionCommand.cs) */
    for (size_t at = 0, start = 0; at < text.size; start = at) {
        Str rest = str_slice(text, at, text.size);
        uint32_t c = line_next(text, &at);
        if ((first && str_starts(rest, STR("::"))) || is_bracketed(rest))
            utf8_add(&made, 0xFFFD);
        else
            buf_add(&made, str_slice(text, start, at));
        first = c == '\n' || (first && is_blank(c));
    }
    out->size = from;
    buf_add(out, buf_str(&made));
    buf_release(&made);
}
