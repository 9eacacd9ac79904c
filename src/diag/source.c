/*
 * Sources: all texts of a run in one 32-bit number space. They are added in rising order, so a place is found by
 * bisection. The embedded files have the last numbers for themselves, since their values are made at build time.
 */
#include "diag_private.h"

typedef struct SourceList {
    const Source **list;
    size_t count;
    size_t capacity;
} SourceList;

struct Sources {
    Arena *arena;
    SourceList added;
    SourceList built_in;
    Origin next;
    Origin end; /* where the embedded files begin */
};

static void list_add(Arena *arena, SourceList *list, Source source)
{
    Source *kept = ARENA_NEW(arena, Source);
    *kept = source;
    ARENA_GROW(arena, list->list, list->count, list->capacity);
    list->list[list->count++] = kept;
}

static void add_built_in(Sources *sources)
{
    Origin base = sources->end;
    for (size_t i = 0; i < embedded_file_count; i++) {
        const EmbeddedFile *file = &embedded_files[i];
        list_add(sources->arena, &sources->built_in,
                 (Source){.name = file->name, .text = file->text, .base = base, .built_in = true});
        base += (Origin)file->text.size + 1;
    }
}

Sources *sources_new(Arena *arena)
{
    Sources *sources = ARENA_NEW(arena, Sources);
    sources->arena = arena;
    sources->next = 1;
    sources->end = UINT32_MAX;
    for (size_t i = 0; i < embedded_file_count; i++)
        sources->end -= (Origin)embedded_files[i].text.size + 1;
    add_built_in(sources);
    return sources;
}

const Source *sources_add(Sources *sources, Str name, Str text, bool built_in)
{
    if (text.size >= sources->end - sources->next)
        return NULL;
    list_add(sources->arena, &sources->added,
             (Source){.name = name, .text = text, .base = sources->next, .built_in = built_in});
    sources->next += (Origin)text.size + 1;
    return sources->added.list[sources->added.count - 1];
}

const Source *sources_built_in(const Sources *sources, const EmbeddedFile *file)
{
    return sources->built_in.list[file - embedded_files];
}

const Source *sources_find(const Sources *sources, Origin origin)
{
    bool built_in = origin >= sources->end && origin != UINT32_MAX;
    if (origin == ORIGIN_NONE || (origin >= sources->next && !built_in))
        return NULL;
    const SourceList *list = built_in ? &sources->built_in : &sources->added;
    size_t low = 0;
    for (size_t high = list->count; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        if (list->list[middle]->base <= origin)
            low = middle;
        else
            high = middle;
    }
    return list->list[low];
}

uint32_t line_next(Str line, size_t *at)
{
    if ((unsigned char)line.data[*at] < 0x80)
        return (unsigned char)line.data[(*at)++];
    size_t bad;
    Str rest = str_slice(line, *at, *at + 4);
    if (!utf8_valid(rest, &bad) && bad == 0) {
        (*at)++;
        return 0xFFFD;
    }
    return utf8_next(line, at);
}

/* The end of the line that starts at start. */
static size_t end_of_line(Str text, size_t start)
{
    const char *end = text.size ? memchr(text.data + start, '\n', text.size - start) : NULL;
    return end ? (size_t)(end - text.data) : text.size;
}

static void cursor_begin(PlaceCursor *cursor, const Source *source)
{
    size_t start = str_starts(source->text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    *cursor = (PlaceCursor){.place = {.source = source, .line = 1, .column = 1},
                            .line_start = start,
                            .line_end = end_of_line(source->text, start),
                            .offset = start};
}

/* A line feed is the last character of its own line. */
static void cursor_to_line(PlaceCursor *cursor, size_t offset)
{
    Str text = cursor->place.source->text;
    while (cursor->line_end < offset && cursor->line_end < text.size) {
        cursor->line_start = cursor->offset = cursor->line_end + 1;
        cursor->line_end = end_of_line(text, cursor->line_start);
        cursor->place.line++;
        cursor->place.column = 1;
    }
}

static void cursor_to_column(PlaceCursor *cursor, size_t offset)
{
    Str text = cursor->place.source->text;
    while (cursor->offset < offset && cursor->offset < text.size) {
        line_next(text, &cursor->offset);
        cursor->place.column++;
    }
}

Place origin_place_next(const Sources *sources, PlaceCursor *cursor, Origin origin)
{
    const Source *source = sources_find(sources, origin);
    if (!source)
        return (Place){0};
    size_t offset = origin - source->base;
    if (cursor->place.source != source || offset < cursor->offset)
        cursor_begin(cursor, source);
    cursor_to_line(cursor, offset);
    cursor_to_column(cursor, offset);
    Str line = str_slice(source->text, cursor->line_start, cursor->line_end);
    if (str_ends(line, STR("\r")))
        line.size--;
    cursor->place.line_text = line;
    return cursor->place;
}

Place origin_place(const Sources *sources, Origin origin)
{
    PlaceCursor cursor = {0};
    return origin_place_next(sources, &cursor, origin);
}

Str origin_text(Arena *arena, const Sources *sources, Origin origin)
{
    Place place = origin_place(sources, origin);
    if (!place.source)
        return STR("kiln's defaults");
    return arena_printf(arena, "%.*s:%u:%u", STR_ARG(place.source->name), place.line, place.column);
}
