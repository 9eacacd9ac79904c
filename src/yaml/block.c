/*
 * Block scalars as YAML 1.2.2 §8.1 reads them, from the source text. libfyaml 0.7.12 finds where they are, but the
 * text that it hands out has bytes of uninitialised memory where a block is empty or stands indented at the root, and
 * a definition's config files must never depend on that. Must not know libfyaml.
 */
#include "yaml_private.h"

typedef struct Block {
    Str source;
    size_t at; /* start of the next line */
    bool folded;
    char chomp;       /* '-', '+' or '\0' (clip) */
    size_t increment; /* the indentation indicator, 0 for none */
    ptrdiff_t parent; /* indentation of the node around, -1 for the document */
    ptrdiff_t indent; /* of the content */
    Buf out;
    size_t empty; /* empty lines not yet written */
    bool started; /* a line of content has been written */
    bool spaced;  /* and it began with a blank */
} Block;

typedef struct Line {
    Str text; /* without its line ending */
    size_t next;
    ptrdiff_t spaces;
    bool blank; /* nothing but spaces */
    bool ended; /* by a line ending rather than the end of the file */
} Line;

static bool next_line(const Block *block, size_t at, Line *line)
{
    Str source = block->source;
    size_t end = at;
    while (end < source.size && source.data[end] != '\n' && source.data[end] != '\r')
        end++;
    size_t spaces = at;
    while (spaces < end && source.data[spaces] == ' ')
        spaces++;
    bool pair = end + 1 < source.size && source.data[end] == '\r' && source.data[end + 1] == '\n';
    *line = (Line){.text = str_slice(source, at, end),
                   .next = end + 1 + pair,
                   .spaces = (ptrdiff_t)(spaces - at),
                   .blank = spaces == end,
                   .ended = end < source.size};
    return at < source.size;
}

static bool is_document_marker(Str line)
{
    return (str_starts(line, STR("---")) || str_starts(line, STR("..."))) &&
           (line.size == 3 || line.data[3] == ' ' || line.data[3] == '\t');
}

/* The header behind '|' or '>': indentation and chomping indicators in either order, then perhaps a comment. */
static void read_header(Block *block, size_t indicator)
{
    Line line;
    if (!next_line(block, indicator, &line))
        return;
    block->folded = line.text.data[0] == '>';
    for (size_t i = 1; i < line.text.size; i++) {
        char c = line.text.data[i];
        if (c == '+' || c == '-')
            block->chomp = c;
        else if (c >= '1' && c <= '9')
            block->increment = (size_t)(c - '0');
        else
            break;
    }
    block->at = line.next;
}

/*
 * Without an indicator the first line that is not empty sets the indentation. Where an empty line before it is wider,
 * or the parent's indentation is not exceeded, nothing but empty lines belongs to the block.
 */
static void find_indent(Block *block)
{
    Line line = {.next = block->at};
    if (block->increment) {
        block->indent = (block->parent > 0 ? block->parent : 0) + (ptrdiff_t)block->increment;
        return;
    }
    block->indent = PTRDIFF_MAX;
    ptrdiff_t widest = block->parent + 1;
    while (next_line(block, line.next, &line) && !is_document_marker(line.text)) {
        if (!line.blank) {
            block->indent = line.spaces >= widest ? line.spaces : PTRDIFF_MAX;
            return;
        }
        widest = line.spaces > widest ? line.spaces : widest;
    }
}

static void add_line(Block *block, Str content)
{
    bool spaced = content.data[0] == ' ' || content.data[0] == '\t';
    bool fold = block->folded && block->started && !block->spaced && !spaced;
    if (fold && !block->empty)
        buf_add_char(&block->out, ' ');
    else
        buf_add_repeat(&block->out, '\n', block->empty + (block->started && !fold));
    buf_add(&block->out, content);
    block->empty = 0;
    block->started = true;
    block->spaced = spaced;
}

static void read_lines(Block *block)
{
    Line line = {.next = block->at};
    while (next_line(block, line.next, &line)) {
        if (line.spaces < block->indent && !line.blank)
            return;
        if (block->indent == 0 && is_document_marker(line.text))
            return;
        if ((ptrdiff_t)line.text.size > block->indent)
            add_line(block, str_slice(line.text, (size_t)block->indent, line.text.size));
        else
            block->empty += line.ended;
    }
}

Str block_text(Arena *arena, Str source, size_t indicator, ptrdiff_t parent)
{
    Block block = {.source = source, .parent = parent};
    read_header(&block, indicator);
    find_indent(&block);
    read_lines(&block);
    if (block.started && block.chomp != '-')
        buf_add_char(&block.out, '\n');
    if (block.chomp == '+')
        buf_add_repeat(&block.out, '\n', block.empty);
    Str text = arena_copy(arena, buf_str(&block.out));
    buf_release(&block.out);
    return text;
}
