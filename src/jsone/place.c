/*
 * From an offset in a scalar's value to the place in the file where that byte stands, so that a message about an
 * expression points into the expression. Knows YAML's scalar styles by their first byte only: whatever does not stand
 * in the source as it is (escapes, folding) is answered with the nearest place before it.
 */
#include "jsone_private.h"

static size_t common_prefix(Str a, Str b)
{
    size_t size = a.size < b.size ? a.size : b.size, i = 0;
    if (!size || memcmp(a.data, b.data, size) == 0)
        return size;
    while (i < size && a.data[i] == b.data[i])
        i++;
    return i;
}

static size_t line_end(Str text, size_t from)
{
    ptrdiff_t at = str_find(text, STR("\n"), from);
    return at < 0 ? text.size : (size_t)at + 1;
}

static size_t leading_spaces(Str text, size_t from)
{
    size_t at = from;
    while (at < text.size && text.data[at] == ' ')
        at++;
    return at - from;
}

/* The block's indentation is that of its first line with content (YAML 1.2.2 §8.1.1.1), less what the text itself
 * begins with. */
static void begin_block(ScalarPlace *place)
{
    size_t line = line_end(place->source, 0);
    place->line_source = line;
    while (line < place->source.size && place->source.data[line + leading_spaces(place->source, line)] == '\n')
        line = line_end(place->source, line);
    size_t content = 0;
    while (content < place->text.size && place->text.data[content] == '\n')
        content++;
    size_t outer = leading_spaces(place->source, line), inner = leading_spaces(place->text, content);
    place->indent = outer > inner ? outer - inner : 0;
    place->block = true;
}

ScalarPlace scalar_place(const Sources *sources, Origin origin, Str text)
{
    ScalarPlace place = {.origin = origin, .text = text};
    const Source *source = sources ? sources_find(sources, origin) : NULL;
    if (!source || origin < source->base)
        return place;
    place.source = str_slice(source->text, origin - source->base, source->text.size);
    if (!place.source.size)
        return place;
    char first = place.source.data[0];
    place.shift = first == '"' || first == '\'' ? 1 : 0;
    place.straight = common_prefix(text, str_slice(place.source, place.shift, place.source.size));
    if ((first == '|' || first == '>') && !place.straight)
        begin_block(&place);
    return place;
}

static size_t block_offset(ScalarPlace *place, size_t offset)
{
    if (offset < place->line_text) {
        place->line_text = 0;
        place->line_source = line_end(place->source, 0);
    }
    for (;;) {
        size_t next = line_end(place->text, place->line_text);
        if (offset < next || next >= place->text.size)
            break;
        place->line_text = next;
        place->line_source = line_end(place->source, place->line_source);
    }
    return place->line_source + place->indent + (offset - place->line_text);
}

Origin scalar_place_at(ScalarPlace *place, size_t offset)
{
    if (place->origin == ORIGIN_NONE)
        return ORIGIN_NONE;
    size_t at = 0;
    if (place->block)
        at = block_offset(place, offset);
    else if (place->straight)
        at = place->shift + (offset < place->straight ? offset : place->straight);
    return at < place->source.size ? place->origin + (Origin)at : place->origin;
}
