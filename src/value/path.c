/* Paths as people read them: ports.http.containerPort, config."config.yaml".server, list[2]. */
#include "kiln/value.h"

static bool is_word(Str key)
{
    for (size_t i = 0; i < key.size; i++) {
        char c = key.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_' || c == '/' || c == '<' || c == '>';
        if (!plain)
            return false;
    }
    return key.size > 0;
}

void path_print(const Path *path, Buf *out)
{
    if (!path)
        return;
    path_print(path->up, out);
    if (!path->key.data) {
        buf_printf(out, "[%zu]", path->index);
        return;
    }
    if (path->up)
        buf_add_char(out, '.');
    if (is_word(path->key))
        buf_add(out, path->key);
    else
        buf_printf(out, "\"%.*s\"", STR_ARG(path->key));
}

Str path_text(Arena *arena, const Path *path)
{
    Buf buf = {0};
    path_print(path, &buf);
    Str text = arena_copy(arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

/* ---- reading them ---- */

/* "[2]" or "[]" from *at on. */
static bool take_index(Str text, size_t *at, Path *step)
{
    size_t digits = ++*at;
    step->key = STR_NONE;
    step->index = 0;
    while (*at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9' && *at - digits < 9)
        step->index = step->index * 10 + (size_t)(text.data[(*at)++] - '0');
    return *at < text.size && text.data[(*at)++] == ']';
}

static bool take_key(Str text, size_t *at, Path *step)
{
    if (text.data[*at] == '"') {
        ptrdiff_t end = str_find(text, STR("\""), *at + 1);
        if (end < 0)
            return false;
        step->key = str_slice(text, *at + 1, (size_t)end);
        *at = (size_t)end + 1;
        return step->key.size > 0;
    }
    size_t start = *at;
    while (*at < text.size && text.data[*at] != '.' && text.data[*at] != '[')
        ++*at;
    step->key = str_slice(text, start, *at);
    return step->key.size > 0;
}

const Path *path_parse(Arena *arena, Str text, size_t *count)
{
    Path *steps = ARENA_ARRAY(arena, Path, text.size + 1);
    *count = 0;
    for (size_t at = 0; at < text.size;) {
        Path *step = &steps[*count];
        if (*count)
            step->up = step - 1;
        bool dot = text.data[at] == '.';
        if (*count && text.data[at] != '[' && !dot)
            return NULL;
        at += *count && dot;
        if (at >= text.size || !(text.data[at] == '[' ? take_index(text, &at, step) : take_key(text, &at, step)))
            return NULL;
        ++*count;
    }
    return *count ? steps : NULL;
}

static const MapEntry *item_entry(Arena *arena, const Value *list, const Path *step)
{
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *item = list->items[i];
        if (step->key.data ? !str_equal(value_text_at(item, "name"), step->key) : step->index != i)
            continue;
        MapEntry *entry = ARENA_NEW(arena, MapEntry);
        *entry = (MapEntry){step->key, item->origin, item};
        return entry;
    }
    return NULL;
}

const MapEntry *value_at_path(Arena *arena, const Value *value, const Path *steps, size_t count)
{
    const MapEntry *entry = NULL;
    for (size_t i = 0; value && i < count; i++) {
        if (value->kind == VALUE_LIST)
            entry = item_entry(arena, value, &steps[i]);
        else
            entry = steps[i].key.data ? value_entry(value, steps[i].key) : NULL;
        value = entry ? entry->value : NULL;
    }
    return value ? entry : NULL;
}
