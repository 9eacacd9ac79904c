/*
 * --set path=value: one run's own layer. The path is dotted, "…" quotes a segment that holds dots; the value is a
 * YAML scalar, a flow list or a flow map. Each argument is a source of its own, so that messages can point into it.
 */
#include "project_private.h"

#include "kiln/yaml.h"

/* So many are a definition of their own; each is merged into what those before it say. */
enum { SEGMENTS = 16, ARGUMENTS = 1000 };

typedef struct SetPath {
    Str segment[SEGMENTS];
    size_t offset[SEGMENTS];
    size_t count;
} SetPath;

/* One segment from *at on; moves *at behind it. */
static bool segment_take(Str text, size_t *at, Str *segment)
{
    if (*at < text.size && text.data[*at] == '"') {
        ptrdiff_t end = str_find(text, STR("\""), *at + 1);
        if (end < 0)
            return false;
        *segment = str_slice(text, *at + 1, (size_t)end);
        *at = (size_t)end + 1;
        return segment->size > 0;
    }
    size_t start = *at;
    while (*at < text.size && text.data[*at] != '.' && text.data[*at] != '=')
        ++*at;
    *segment = str_slice(text, start, *at);
    return segment->size > 0;
}

/* Offset of the value, or 0 when the text is no path=value. */
static size_t set_path_parse(Str text, SetPath *path)
{
    path->count = 0;
    for (size_t at = 0; path->count < SEGMENTS;) {
        path->offset[path->count] = at;
        if (!segment_take(text, &at, &path->segment[path->count]))
            return 0;
        path->count++;
        if (at >= text.size)
            return 0;
        char separator = text.data[at++];
        if (separator == '=')
            return at;
        if (separator != '.')
            return 0;
    }
    return 0;
}

/* The argument's value, read by the reader that reads files, at its place inside the argument. */
static const Value *set_value(Arena *arena, const Source *source, size_t offset, Diags *diags)
{
    Source part = *source;
    part.text = str_slice(source->text, offset, source->text.size);
    part.base = source->base + (Origin)offset;
    if (!part.text.size)
        return value_new_string(arena, part.base, STR(""));
    return yaml_read(arena, &part, diags);
}

static const Value *set_one(Arena *arena, const Source *source, Diags *diags)
{
    SetPath path;
    size_t offset = set_path_parse(source->text, &path);
    if (!offset) {
        diag_error(diags, source->base, "expected path=value, such as replicas=3, found '%.*s'",
                   STR_ARG(source->text));
        return NULL;
    }
    const Value *value = set_value(arena, source, offset, diags);
    for (size_t i = path.count; value && i-- > 0;) {
        Origin origin = source->base + (Origin)path.offset[i];
        MapBuilder map = map_begin(arena);
        map_set(&map, path.segment[i], origin, value);
        value = map_end(&map, origin);
    }
    return value;
}

const Value *set_layer(Arena *arena, Sources *sources, const Str *sets, size_t count, Diags *diags, bool *failed)
{
    const Value *layer = NULL;
    if (count > ARGUMENTS) {
        diag_plain_error(diags, "--set is given %zu times, and at most %d; write an environment that extends this one",
                         count, ARGUMENTS);
        *failed = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const Source *source = sources_add(sources, STR("--set"), sets[i], false);
        const Value *one = source ? set_one(arena, source, diags) : NULL;
        ModelExpand how = {.document = MODEL_SERVICE, .kind = KIND_ANY, .block = true};
        one = one ? model_expand(arena, one, how, diags) : NULL;
        if (!one)
            *failed = true;
        else
            layer = layer ? model_merge(arena, layer, one) : one;
    }
    return layer;
}
