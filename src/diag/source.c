/*
 * Sources: all texts of a run in one 32-bit number space. They are added in rising order, so a place is found by
 * bisection.
 */
#include "diag_private.h"

struct Sources {
    Arena *arena;
    const Source **list;
    size_t count;
    size_t capacity;
    Origin next;
};

Sources *sources_new(Arena *arena)
{
    Sources *sources = ARENA_NEW(arena, Sources);
    sources->arena = arena;
    sources->next = 1;
    return sources;
}

const Source *sources_add(Sources *sources, Str name, Str text, bool built_in)
{
    if (text.size >= UINT32_MAX - sources->next)
        return NULL;
    Source *source = ARENA_NEW(sources->arena, Source);
    *source = (Source){.name = name, .text = text, .base = sources->next, .built_in = built_in};
    sources->next += (Origin)text.size + 1;
    ARENA_GROW(sources->arena, sources->list, sources->count, sources->capacity);
    sources->list[sources->count++] = source;
    return source;
}

const Source *sources_find(const Sources *sources, Origin origin)
{
    if (origin == ORIGIN_NONE || origin >= sources->next)
        return NULL;
    size_t low = 0;
    for (size_t high = sources->count; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        if (sources->list[middle]->base <= origin)
            low = middle;
        else
            high = middle;
    }
    return sources->list[low];
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

static unsigned column_of(Str line, size_t offset)
{
    unsigned column = 1;
    for (size_t at = 0; at < offset; column++)
        line_next(line, &at);
    return column;
}

Place origin_place(const Sources *sources, Origin origin)
{
    Place place = {.source = sources_find(sources, origin)};
    if (!place.source)
        return place;
    Str text = place.source->text;
    size_t offset = origin - place.source->base;
    size_t start = 0;
    place.line = 1;
    for (const char *at; (at = text.size ? memchr(text.data + start, '\n', text.size - start) : NULL) &&
                         (size_t)(at - text.data) < offset;) {
        start = (size_t)(at - text.data) + 1;
        place.line++;
    }
    if (start == 0 && str_starts(text, STR("\xEF\xBB\xBF")))
        start = 3;
    const char *end = text.size ? memchr(text.data + start, '\n', text.size - start) : NULL;
    Str line = str_slice(text, start, end ? (size_t)(end - text.data) : text.size);
    place.column = offset > start ? column_of(str_slice(text, start, text.size), offset - start) : 1;
    if (str_ends(line, STR("\r")))
        line.size--;
    place.line_text = line;
    return place;
}

Str origin_text(Arena *arena, const Sources *sources, Origin origin)
{
    Place place = origin_place(sources, origin);
    if (!place.source)
        return STR("kiln's defaults");
    return arena_printf(arena, "%.*s:%u:%u", STR_ARG(place.source->name), place.line, place.column);
}
