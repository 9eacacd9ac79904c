/*
 * A stream of manifests while it comes in: whether it can still become one, so that what never ends is refused long
 * before memory does. Knows neither where the text comes from nor what a manifest holds.
 */
#include "yaml_private.h"

/* From how many bytes on the first of them are tried, and how many those are. */
enum { LARGE = 16 << 20, HEAD = 1 << 20 };
/* A mistake this close to where the head is cut off may be of the cutting. */
enum { MARGIN = 64 << 10 };

static bool take_any(void *user, const Value *document)
{
    (void)user;
    (void)document;
    return true;
}

/* Whether the reader finds fault with the beginning alone, whatever follows. */
static bool is_refused(Str head)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    const Source *source = sources_add(sources, STR(""), head, false);
    Diags *diags = diags_new(arena, sources);
    bool refused = false;
    if (source && !yaml_manifests(arena, source, diags, take_any, NULL)) {
        for (size_t i = 0; i < diags_count(diags); i++)
            refused |= diags_at(diags, i)->severity == SEVERITY_ERROR &&
                       diags_at(diags, i)->origin - source->base < head.size - MARGIN;
    }
    arena_free(arena);
    return refused;
}

/* Whether what was not looked at before is text; the last bytes may be the beginning of a character. */
static bool goes_on_as_text(YamlStream *stream, Str text)
{
    Str rest = str_slice(text, stream->looked_at, text.size);
    size_t bad = rest.size;
    if (str_has_char(rest, '\0') || (!utf8_valid(rest, &bad) && rest.size - bad >= 4))
        return false;
    stream->looked_at += bad;
    return true;
}

/* The beginning that is tried, which ends no character in its middle. */
static Str head_of(Str text)
{
    size_t end = HEAD;
    while (((unsigned char)text.data[end] & 0xC0) == 0x80)
        end--;
    return str_slice(text, 0, end);
}

size_t yaml_stream_enough(void *user, Str text)
{
    YamlStream *stream = user;
    if (!goes_on_as_text(stream, text))
        return text.size;
    if (text.size < LARGE || stream->tried)
        return SIZE_MAX;
    stream->tried = true;
    Str head = head_of(text);
    return is_refused(head) ? head.size : SIZE_MAX;
}
