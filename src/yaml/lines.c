/*
 * The form in which programs write manifests, read without a library: block style, each scalar on one line or in a
 * literal block, no anchors, no tags. A document in any other form is left to manifest.c, and so is every mistake:
 * nothing is reported here. What comes out is, places included, what libyaml and the composer make of the same text.
 */
#include "yaml_private.h"

/* Deeper ones are for the composer, which counts. */
enum { DEPTH = 64 };
/* libyaml looks for the colon of a key no further than 1024 characters. */
enum { KEY_BYTES = 1000 };

typedef struct Lines {
    Arena *arena;
    Str text;
    Origin base; /* of the first byte of text */
    size_t start, end, next; /* the line: its first byte, the one behind its last that is no space, the next line */
    size_t at;        /* how far the line has been read */
    ptrdiff_t column; /* where its content begins; -1 behind the last line */
    unsigned depth;
} Lines;

static Origin place(const Lines *lines, size_t at)
{
    return lines->base + (Origin)at;
}

static bool is_end(const Lines *lines, size_t at)
{
    return at >= lines->end;
}

/* Nothing but a comment follows. */
static bool is_done(const Lines *lines, size_t at)
{
    size_t from = at;
    while (!is_end(lines, at) && lines->text.data[at] == ' ')
        at++;
    return is_end(lines, at) || (at > from && lines->text.data[at] == '#');
}

static bool is_space_or_end(const Lines *lines, size_t at)
{
    return is_end(lines, at) || lines->text.data[at] == ' ';
}

static bool is_dash(const Lines *lines)
{
    return !is_end(lines, lines->at) && lines->text.data[lines->at] == '-' && is_space_or_end(lines, lines->at + 1);
}

/* The next one that is neither empty nor a comment. */
static void next_line(Lines *lines)
{
    const char *data = lines->text.data;
    for (size_t at = lines->next; at < lines->text.size; at = lines->next) {
        const char *feed = memchr(data + at, '\n', lines->text.size - at);
        lines->start = at;
        lines->end = feed ? (size_t)(feed - data) : lines->text.size;
        lines->next = feed ? lines->end + 1 : lines->text.size;
        while (lines->end > at && data[lines->end - 1] == ' ')
            lines->end--;
        while (at < lines->end && data[at] == ' ')
            at++;
        if (at == lines->end || data[at] == '#')
            continue;
        lines->at = at;
        lines->column = (ptrdiff_t)(at - lines->start);
        return;
    }
    lines->column = -1;
}

/* ---- scalars ---- */

/* Without anything that would have to be decoded. */
static bool quoted(const Lines *lines, Str *text, size_t *behind)
{
    const char *data = lines->text.data, *open = data + lines->at;
    const char *close = memchr(open + 1, *open, lines->end - lines->at - 1);
    if (!close)
        return false;
    *text = (Str){open + 1, (size_t)(close - open) - 1};
    *behind = (size_t)(close - data) + 1;
    if (*open == '"')
        return !str_has_char(*text, '\\');
    return is_end(lines, *behind) || data[*behind] != '\'';
}

static const Value *read_quoted(Lines *lines)
{
    Str text;
    size_t behind;
    if (!quoted(lines, &text, &behind) || !is_done(lines, behind))
        return NULL;
    return value_new_string(lines->arena, place(lines, lines->at), text);
}

static bool starts_plain(const Lines *lines)
{
    char c = lines->text.data[lines->at];
    return c == '-' ? !is_space_or_end(lines, lines->at + 1) && lines->text.data[lines->at + 1] != '\t'
                    : !strchr("?:,[]{}#&*!|>'\"%@`\t", c);
}

/* Up to a comment, or the colon of a key. False: a tab, which may separate as well as a space does. */
static bool plain(const Lines *lines, Str *text, size_t *behind, bool *colon)
{
    static const bool stops[256] = {['\t'] = true, [':'] = true, ['#'] = true};
    const char *data = lines->text.data;
    size_t at = lines->at;
    *colon = false;
    if (!starts_plain(lines))
        return false;
    for (; at < lines->end; at++) {
        if (!stops[(unsigned char)data[at]])
            continue;
        if (data[at] == '\t')
            return false;
        *colon = data[at] == ':' && is_space_or_end(lines, at + 1);
        if (*colon || (data[at] == '#' && data[at - 1] == ' '))
            break;
    }
    *behind = at;
    while (data[at - 1] == ' ')
        at--;
    *text = str_slice(lines->text, lines->at, at);
    return true;
}

static const Value *read_plain(Lines *lines)
{
    Str text;
    size_t behind;
    bool colon;
    if (!plain(lines, &text, &behind, &colon) || colon)
        return NULL;
    return manifest_plain(lines->arena, place(lines, lines->at), text);
}

static const Value *read_empty_collection(Lines *lines)
{
    bool map = lines->text.data[lines->at] == '{';
    size_t close = lines->at + 1;
    if (is_end(lines, close) || lines->text.data[close] != (map ? '}' : ']') || !is_done(lines, close + 1))
        return NULL;
    Value *value = ARENA_NEW(lines->arena, Value);
    *value = map ? value_empty_map : value_empty_list;
    value->origin = place(lines, lines->at);
    value->flags = VALUE_FLOW;
    return value;
}

/* ---- literal blocks ---- */

typedef struct Block {
    size_t indent;
    size_t from; /* the first line */
    size_t last; /* behind the last line that is not empty */
    size_t end;  /* the first line that does not belong to it */
} Block;

static size_t spaces_at(const Lines *lines, size_t at, size_t most)
{
    size_t count = 0;
    while (count < most && at + count < lines->text.size && lines->text.data[at + count] == ' ')
        count++;
    return count;
}

/* Its first line that is not empty says how deep it stands. */
static bool block_begin(const Lines *lines, ptrdiff_t parent, Block *block)
{
    Str text = lines->text;
    size_t first = block->from = block->end = lines->next;
    while (first < text.size && text.data[first] == '\n')
        first++;
    block->indent = spaces_at(lines, first, SIZE_MAX);
    size_t content = first + block->indent;
    return (ptrdiff_t)block->indent > parent && content < text.size && text.data[content] != '\n' &&
           text.data[content] != '\t';
}

static bool block_measure(const Lines *lines, Block *block)
{
    Str text = lines->text;
    while (block->end < text.size) {
        size_t spaces = spaces_at(lines, block->end, block->indent), content = block->end + spaces;
        const char *feed = memchr(text.data + block->end, '\n', text.size - block->end);
        if (!feed)
            return false;
        bool empty = text.data[content] == '\n';
        if (!empty && spaces < block->indent)
            return text.data[content] != '\t';
        block->end = (size_t)(feed - text.data) + 1;
        if (!empty)
            block->last = block->end;
    }
    return true;
}

static Str block_copy(const Lines *lines, const Block *block, size_t end)
{
    const char *data = lines->text.data;
    char *copy = arena_alloc(lines->arena, end - block->from);
    size_t size = 0;
    for (size_t at = block->from; at < end;) {
        at += spaces_at(lines, at, block->indent);
        size_t length = (size_t)((const char *)memchr(data + at, '\n', end - at) - (data + at)) + 1;
        memcpy(copy + size, data + at, length);
        size += length;
        at += length;
    }
    return (Str){copy, size};
}

static const Value *read_literal(Lines *lines, ptrdiff_t parent)
{
    Block block = {0};
    size_t header = lines->at + 1;
    char chomp = is_end(lines, header) ? '\0' : lines->text.data[header];
    if (chomp && ((chomp != '-' && chomp != '+') || !is_end(lines, header + 1)))
        return NULL;
    if (!block_begin(lines, parent, &block) || !block_measure(lines, &block))
        return NULL;
    Str text = block_copy(lines, &block, chomp == '+' ? block.end : block.last);
    lines->next = block.end;
    return value_new_string(lines->arena, place(lines, lines->at), str_slice(text, 0, text.size - (chomp == '-')));
}

/* ---- maps and lists ---- */

static const Value *read_node(Lines *lines);

/* Moves behind the colon. A key that readers type is for manifest.c. */
static bool read_key(Lines *lines, Str *key)
{
    char first = lines->text.data[lines->at];
    bool quotes = first == '"' || first == '\'', colon = false;
    size_t behind;
    if (quotes)
        colon = quoted(lines, key, &behind) && !is_end(lines, behind) && lines->text.data[behind] == ':' &&
                is_space_or_end(lines, behind + 1);
    else
        colon = plain(lines, key, &behind, &colon) && colon && lines->text.data[behind - 1] != ' ' &&
                manifest_is_text(*key) && !str_equal(*key, STR("<<"));
    lines->at = colon ? behind + 1 : lines->at;
    return colon && key->size <= KEY_BYTES;
}

/* What follows on the next line, if anything does; a list may stand as far left as the key that it belongs to. */
static const Value *read_below(Lines *lines, ptrdiff_t column, bool of_key)
{
    Origin nothing = place(lines, lines->at);
    next_line(lines);
    if (lines->column > column || (of_key && lines->column == column && is_dash(lines)))
        return read_node(lines);
    return manifest_plain(lines->arena, nothing, STR(""));
}

static const Value *read_scalar(Lines *lines, ptrdiff_t column)
{
    char first = lines->text.data[lines->at];
    const Value *value = first == '"' || first == '\'' ? read_quoted(lines)
                         : first == '{' || first == '[' ? read_empty_collection(lines)
                         : first == '|'                 ? read_literal(lines, column)
                                                        : read_plain(lines);
    if (value)
        next_line(lines);
    return value;
}

/* Behind a colon or a dash of the collection in column. */
static const Value *read_value(Lines *lines, ptrdiff_t column, bool of_key)
{
    if (is_done(lines, lines->at))
        return read_below(lines, column, of_key);
    lines->at += spaces_at(lines, lines->at, SIZE_MAX);
    if (of_key)
        return read_scalar(lines, column);
    size_t at = lines->at;
    Str key;
    bool node = is_dash(lines) || read_key(lines, &key);
    lines->at = at;
    return node ? read_node(lines) : read_scalar(lines, column);
}

static const Value *read_map(Lines *lines, ptrdiff_t column)
{
    Origin origin = place(lines, lines->at);
    MapBuilder map = map_begin(lines->arena);
    do {
        Str key;
        size_t before = map.count;
        Origin key_origin = place(lines, lines->at);
        if (!read_key(lines, &key))
            return NULL;
        const Value *value = read_value(lines, column, true);
        if (!value)
            return NULL;
        map_set(&map, key, key_origin, value);
        /* Else it is a duplicate, or the next line goes on with the scalar. */
        if (map.count == before || lines->column > column)
            return NULL;
    } while (lines->column == column);
    return map_end(&map, origin);
}

static const Value *read_list(Lines *lines, ptrdiff_t column)
{
    Origin origin = place(lines, lines->at);
    ListBuilder list = list_begin(lines->arena);
    do {
        lines->at++;
        const Value *value = read_value(lines, column, false);
        if (!value || lines->column > column)
            return NULL;
        list_add(&list, value);
    } while (lines->column == column && is_dash(lines));
    return list_end(&list, origin);
}

static const Value *read_node(Lines *lines)
{
    ptrdiff_t column = (ptrdiff_t)(lines->at - lines->start);
    if (++lines->depth > DEPTH)
        return NULL;
    const Value *value = is_dash(lines) ? read_list(lines, column) : read_map(lines, column);
    lines->depth--;
    return value;
}

/* ---- documents ---- */

/* As str_find; but what is looked for is rare, and its first byte rarer than the bytes of a file. */
static ptrdiff_t find_rare(Str text, Str rare, size_t from)
{
    for (const char *hit; from < text.size; from = (size_t)(hit - text.data) + 1) {
        hit = memchr(text.data + from, rare.data[0], text.size - from);
        if (!hit)
            return -1;
        if (str_starts(str_slice(text, (size_t)(hit - text.data), text.size), rare))
            return hit - text.data;
    }
    return -1;
}

/* Nothing that YAML takes for a line break and this file does not, no byte order mark, directive or '...'. */
bool lines_are_common(Str text)
{
    static const char *const others[] = {"\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF",
                                         "\n%", "\n..."};
    if (str_starts(text, STR("%")) || str_starts(text, STR("...")))
        return false;
    for (size_t i = 0; i < LENGTH_OF(others); i++) {
        if (find_rare(text, str_from(others[i]), 0) >= 0)
            return false;
    }
    return true;
}

Str lines_next(Str *rest)
{
    size_t end = rest->size;
    for (ptrdiff_t at = -1; (at = find_rare(*rest, STR("\n---"), (size_t)(at + 1))) >= 0;) {
        size_t behind = (size_t)at + STR("\n---").size;
        if (behind == rest->size || strchr(" \t\n", rest->data[behind])) {
            end = (size_t)at + 1;
            break;
        }
    }
    Str document = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end, rest->size);
    return document;
}

const Value *lines_document(Arena *arena, Origin base, Str text)
{
    Lines lines = {.arena = arena, .text = text, .base = base};
    next_line(&lines);
    if (lines.column == 0 && str_starts(str_slice(text, lines.at, text.size), STR("---")) &&
        is_space_or_end(&lines, lines.at + 3)) {
        if (!is_done(&lines, lines.at + 3))
            return NULL;
        next_line(&lines);
    }
    if (lines.column < 0)
        return &value_null;
    const Value *value = read_node(&lines);
    return lines.column < 0 ? value : NULL;
}
