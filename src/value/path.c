/* Paths as people read them: ports.http.containerPort, config."config.yaml".server, list[2]. */
#include "kiln/value.h"

static bool is_word(Str key)
{
    for (size_t i = 0; i < key.size; i++) {
        char c = key.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                     c == '/' || c == '<' || c == '>';
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
    if (out->size)
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
