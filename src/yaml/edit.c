/*
 * Editing text that people keep: the fewest changes after which a document reads as wanted, everything else left byte
 * for byte, comments included. Places come from the reader's origins. What stands in a way that these few rules do
 * not cover is refused; and the result is read again, so that no rule has to be trusted: it says what was wanted, or
 * nothing comes of it.
 *
 * Block maps are edited line by line. In a flow map scalars are replaced and entries appended; one that loses entries
 * is written anew, which must not cost a comment.
 */
#include "kiln/yaml.h"

#include <stdlib.h>

#include "yaml_private.h"

typedef struct Change {
    size_t from, to; /* of the text */
    size_t order;    /* of equal places, the inner map's comes first, as it was made first */
    bool lines;      /* the text begins a line */
    Str text;
} Change;

typedef struct Editor {
    Arena *arena;
    const Source *source;
    Str text;
    Str newline;
    Change *changes;
    size_t count;
    size_t capacity;
    bool refused;
} Editor;

enum { STEP = 2 };

static void change(Editor *e, Change made)
{
    made.order = e->count;
    ARENA_GROW(e->arena, e->changes, e->count, e->capacity);
    e->changes[e->count++] = made;
}

static size_t refuse(Editor *e)
{
    e->refused = true;
    return e->text.size;
}

static size_t offset_of(const Editor *e, Origin origin)
{
    return origin - e->source->base;
}

static bool has_at(const Editor *e, size_t at, Str text)
{
    return str_starts(str_slice(e->text, at, e->text.size), text);
}

/* ---- where things end ---- */

static size_t start_of_line(const Editor *e, size_t at)
{
    while (at > 0 && e->text.data[at - 1] != '\n')
        at--;
    return at;
}

/* Behind its newline. */
static size_t next_line(const Editor *e, size_t at)
{
    ptrdiff_t end = str_find(e->text, STR("\n"), at);
    return end < 0 ? e->text.size : (size_t)end + 1;
}

static size_t end_of_double(Editor *e, size_t at)
{
    for (at++; at < e->text.size; at++) {
        if (e->text.data[at] == '\\')
            at++;
        else if (e->text.data[at] == '"')
            return at + 1;
    }
    return refuse(e);
}

static size_t end_of_single(Editor *e, size_t at)
{
    for (at++; at < e->text.size; at++) {
        if (e->text.data[at] != '\'')
            continue;
        if (!has_at(e, at + 1, STR("'")))
            return at + 1;
        at++;
    }
    return refuse(e);
}

/* written: what a plain scalar says, which is how it stands there unless it goes over several lines. */
static size_t end_of_scalar(Editor *e, size_t at, Str written)
{
    if (has_at(e, at, STR("\"")))
        return end_of_double(e, at);
    if (has_at(e, at, STR("'")))
        return end_of_single(e, at);
    return has_at(e, at, written) ? at + written.size : refuse(e);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A quote opens a string, and '#' a comment, only where a token may begin. */
static size_t end_of_flow(Editor *e, size_t at)
{
    size_t depth = 0;
    bool fresh = true;
    while (at < e->text.size) {
        char c = e->text.data[at];
        if (fresh && (c == '"' || c == '\''))
            at = c == '"' ? end_of_double(e, at) : end_of_single(e, at);
        else if (c == '#' && at > 0 && is_space(e->text.data[at - 1]))
            at = next_line(e, at);
        else
            at++;
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && --depth == 0)
            return at;
        fresh = is_space(c) || strchr("{[,:", c);
    }
    return refuse(e);
}

static size_t end_of_value(Editor *e, const Value *value)
{
    size_t at = offset_of(e, value->origin);
    if (value->kind == VALUE_LIST || value->kind == VALUE_MAP) {
        if (value->flags & VALUE_FLOW)
            return end_of_flow(e, at);
        if (value->kind == VALUE_LIST || !value->size)
            return refuse(e);
        return end_of_value(e, value->entries[value->size - 1].value);
    }
    return end_of_scalar(e, at, value_text(value));
}

/* ---- what is written ---- */

/* A digest needs no quotes in a block map; in a flow map some readers stumble over the colon. */
static bool is_digest(Str text)
{
    return str_starts(text, STR("sha256:")) && text.size == 7 + SHA256_HEX_SIZE && !str_has_char(text, ' ');
}

/* As people write a version or a commit, where all readers take it for text. Our writer is stricter: it quotes
 * whatever begins with a digit. */
static bool is_word(const Editor *e, Str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || (c != '.' && c != '-' && c != '_')))
            return false;
    }
    const Value *plain = yaml_plain(e->arena, ORIGIN_NONE, text);
    return text.size && plain->kind == VALUE_STRING && !yaml_ambiguity(e->arena, plain).data;
}

/* What was plain text before stays as it was written. */
static void write_scalar(const Editor *e, Buf *out, const Value *value, bool flow)
{
    Str text = value_text(value);
    if (value->kind == VALUE_NULL)
        buf_add(out, STR("null"));
    else if (value->flags & VALUE_PLAIN || is_word(e, text) || (!flow && is_digest(text)))
        buf_add(out, text);
    else
        yaml_write_string(out, text);
}

static void write_flow(const Editor *e, Buf *out, const Value *value)
{
    buf_add_char(out, '{');
    for (uint32_t i = 0; i < value->size; i++) {
        if (i)
            buf_add(out, STR(", "));
        yaml_write_string(out, value->entries[i].key);
        buf_add(out, STR(": "));
        if (value->entries[i].value->kind == VALUE_MAP)
            write_flow(e, out, value->entries[i].value);
        else
            write_scalar(e, out, value->entries[i].value, true);
    }
    buf_add_char(out, '}');
}

/* The entry as lines, each with its end. */
static void write_block(const Editor *e, Buf *out, const MapEntry *entry, size_t indent, bool flow)
{
    const Value *value = entry->value;
    buf_add_repeat(out, ' ', indent);
    yaml_write_string(out, entry->key);
    buf_add_char(out, ':');
    if (value->kind == VALUE_MAP && value->size && !flow) {
        buf_add(out, e->newline);
        for (uint32_t i = 0; i < value->size; i++)
            write_block(e, out, &value->entries[i], indent + STEP, false);
        return;
    }
    buf_add_char(out, ' ');
    if (value->kind == VALUE_MAP)
        write_flow(e, out, value);
    else
        write_scalar(e, out, value, false);
    buf_add(out, e->newline);
}

static Str take(const Editor *e, Buf *out)
{
    Str text = arena_copy(e->arena, buf_str(out));
    buf_release(out);
    return text;
}

static Str value_written(const Editor *e, const Value *value, bool flow)
{
    Buf out = {0};
    if (value->kind == VALUE_MAP)
        write_flow(e, &out, value);
    else
        write_scalar(e, &out, value, flow);
    return take(e, &out);
}

/* ---- changes ---- */

/* Lines behind the one that at stands in, which may be the last one and have no end. */
static void add_lines(Editor *e, size_t at, Buf *lines)
{
    size_t from = next_line(e, at);
    change(e, (Change){.from = from, .to = from, .lines = true, .text = take(e, lines)});
}

static bool is_new(const Value *old, const MapEntry *entry)
{
    return !value_entry(old, entry->key);
}

/* The column of a block map's keys, which is what stands before the first of them in its line. */
static size_t indent_of(Editor *e, const MapEntry *entry)
{
    size_t at = offset_of(e, entry->key_origin), start = start_of_line(e, at);
    if (start == 0 && has_at(e, 0, STR("\xEF\xBB\xBF")))
        start = 3;
    for (size_t i = start; i < at; i++) {
        if (e->text.data[i] != ' ')
            refuse(e);
    }
    return at - start;
}

static void append_block(Editor *e, const Value *old, const Value *wanted)
{
    const MapEntry *last = &old->entries[old->size - 1];
    size_t indent = indent_of(e, &old->entries[0]);
    bool flow = value_is(last->value, VALUE_MAP) && (last->value->flags & VALUE_FLOW) && last->value->size;
    Buf lines = {0};
    for (uint32_t i = 0; i < wanted->size; i++) {
        if (is_new(old, &wanted->entries[i]))
            write_block(e, &lines, &wanted->entries[i], indent, flow);
    }
    add_lines(e, end_of_value(e, last->value), &lines);
}

static void append_flow(Editor *e, const Value *old, const Value *wanted)
{
    Buf added = {0};
    for (uint32_t i = 0; i < wanted->size; i++) {
        const MapEntry *entry = &wanted->entries[i];
        if (!is_new(old, entry))
            continue;
        buf_add(&added, STR(", "));
        yaml_write_string(&added, entry->key);
        buf_add(&added, STR(": "));
        buf_add(&added, value_written(e, entry->value, true));
    }
    size_t end = end_of_value(e, old->entries[old->size - 1].value);
    change(e, (Change){.from = end, .to = end, .text = take(e, &added)});
}

static void replace(Editor *e, const Value *old, Str text)
{
    size_t from = offset_of(e, old->origin), to = end_of_value(e, old);
    /* Nothing stands there yet: "tag:". */
    if (from == to)
        text = arena_printf(e->arena, " %.*s", STR_ARG(text));
    change(e, (Change){.from = from, .to = to, .text = text});
}

static void rewrite_flow(Editor *e, const Value *old, const Value *wanted)
{
    size_t from = offset_of(e, old->origin), to = end_of_value(e, old);
    if (str_has_char(str_slice(e->text, from, to), '\n'))
        refuse(e);
    change(e, (Change){.from = from, .to = to, .text = value_written(e, wanted, true)});
}

/* "web:" or "web: {}" or "web: null" becomes a block map below its key. */
static void fill(Editor *e, const MapEntry *entry, const Value *wanted)
{
    size_t key = offset_of(e, entry->key_origin), from = offset_of(e, entry->value->origin);
    size_t to = end_of_value(e, entry->value);
    if (str_has_char(str_slice(e->text, key, to), '\n'))
        refuse(e);
    while (from < to && from > 0 && e->text.data[from - 1] == ' ')
        from--;
    change(e, (Change){.from = from, .to = to});
    size_t indent = indent_of(e, entry) + STEP;
    Buf lines = {0};
    for (uint32_t i = 0; i < wanted->size; i++)
        write_block(e, &lines, &wanted->entries[i], indent, false);
    add_lines(e, to, &lines);
}

static void remove_lines(Editor *e, const MapEntry *entry)
{
    (void)indent_of(e, entry);
    size_t from = start_of_line(e, offset_of(e, entry->key_origin));
    change(e, (Change){.from = from, .to = next_line(e, end_of_value(e, entry->value))});
}

/* ---- comparing ---- */

static void edit_map(Editor *e, const Value *old, const Value *wanted);

static void edit_entry(Editor *e, const MapEntry *old, const Value *wanted, bool flow)
{
    bool nothing = old->value->kind == VALUE_NULL || (old->value->kind == VALUE_MAP && !old->value->size);
    if (value_equal(old->value, wanted))
        return;
    if (old->value->kind == VALUE_MAP && wanted->kind == VALUE_MAP && old->value->size)
        edit_map(e, old->value, wanted);
    else if (wanted->kind == VALUE_MAP && nothing && !flow)
        fill(e, old, wanted);
    else if (wanted->kind == VALUE_MAP && nothing)
        replace(e, old->value, value_written(e, wanted, true));
    else if (wanted->kind == VALUE_STRING && old->value->kind <= VALUE_STRING)
        replace(e, old->value, value_written(e, wanted, flow));
    else
        refuse(e);
}

/* Whether one map has an entry that the other has not. */
static bool has_more(const Value *map, const Value *other)
{
    for (uint32_t i = 0; i < map->size; i++) {
        if (is_new(other, &map->entries[i]))
            return true;
    }
    return false;
}

/* old is not empty. */
static void edit_map(Editor *e, const Value *old, const Value *wanted)
{
    bool flow = old->flags & VALUE_FLOW;
    if (flow && has_more(old, wanted)) {
        rewrite_flow(e, old, wanted);
        return;
    }
    for (uint32_t i = 0; i < old->size; i++) {
        const Value *kept = value_get(wanted, old->entries[i].key);
        if (kept)
            edit_entry(e, &old->entries[i], kept, flow);
        else
            remove_lines(e, &old->entries[i]);
    }
    if (!has_more(wanted, old))
        return;
    if (flow)
        append_flow(e, old, wanted);
    else
        append_block(e, old, wanted);
}

/* A document that says nothing yet: blank, comments, or {}. */
static void begin_document(Editor *e, const Value *old, const Value *wanted)
{
    Buf lines = {0};
    for (uint32_t i = 0; i < wanted->size; i++)
        write_block(e, &lines, &wanted->entries[i], 0, false);
    if (!(old->flags & VALUE_FLOW)) {
        add_lines(e, e->text.size, &lines);
        return;
    }
    size_t to = end_of_value(e, old);
    change(e, (Change){.from = offset_of(e, old->origin), .to = next_line(e, to), .text = take(e, &lines)});
    if (str_trim(str_slice(e->text, to, next_line(e, to))).size)
        refuse(e);
}

/* ---- putting it together ---- */

static int change_order(const void *a, const void *b)
{
    const Change *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

/* Two changes of one place come of an alias: one text that is two values. */
static bool overlap(const Editor *e)
{
    for (size_t i = 1; i < e->count; i++) {
        if (e->changes[i].from < e->changes[i - 1].to)
            return true;
    }
    return false;
}

static Str apply(Editor *e)
{
    Buf out = {0};
    size_t at = 0;
    for (size_t i = 0; i < e->count; i++) {
        buf_add(&out, str_slice(e->text, at, e->changes[i].from));
        if (e->changes[i].lines && out.size && out.data[out.size - 1] != '\n')
            buf_add(&out, e->newline); /* the last line had no end */
        buf_add(&out, e->changes[i].text);
        at = e->changes[i].to;
    }
    buf_add(&out, str_slice(e->text, at, e->text.size));
    return take(e, &out);
}

static bool reads_as(Arena *arena, Str text, const Value *wanted)
{
    Sources *sources = sources_new(arena);
    const Source *source = sources_add(sources, STR(""), text, false);
    const Value *read = source ? yaml_read(arena, source, diags_new(arena, sources)) : NULL;
    return read && value_equal(read, wanted);
}

bool yaml_edit(Arena *arena, const Source *source, const Value *old, const Value *wanted, Str *text)
{
    ptrdiff_t line = str_find(source->text, STR("\n"), 0);
    Editor editor = {.arena = arena, .source = source, .text = source->text, .newline = STR("\n")};
    if (line > 0 && source->text.data[line - 1] == '\r')
        editor.newline = STR("\r\n");
    if (value_equal(old, wanted)) {
        *text = source->text;
        return true;
    }
    if (old->size)
        edit_map(&editor, old, wanted);
    else
        begin_document(&editor, old, wanted);
    if (editor.count > 1)
        qsort(editor.changes, editor.count, sizeof *editor.changes, change_order);
    if (editor.refused || overlap(&editor))
        return false;
    *text = apply(&editor);
    return reads_as(arena, *text, wanted);
}
