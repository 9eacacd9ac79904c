/* Paths of changes: their text, and the patterns that tables are written in. */
#include "diff_private.h"

static bool is_word(Str key)
{
    for (size_t i = 0; i < key.size; i++) {
        unsigned char c = (unsigned char)key.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                     c == '/' || c >= 0x80;
        if (!plain)
            return false;
    }
    return key.size > 0;
}

static void add_step(const DiffStep *step, Buf *out)
{
    if (!step)
        return;
    add_step(step->up, out);
    if (step->item) {
        buf_printf(out, "[%.*s]", STR_ARG(step->key));
        return;
    }
    if (step->up)
        buf_add_char(out, '.');
    if (is_word(step->key))
        buf_add(out, step->key);
    else
        buf_printf(out, "\"%.*s\"", STR_ARG(step->key));
}

Str diff_path_text(Arena *arena, const DiffStep *path)
{
    Buf out = {0};
    add_step(path, &out);
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

Str diff_path_name(const DiffStep *path, bool old)
{
    Str option = !path ? STR("") : old ? path->behind_old : path->behind_new;
    if (option.size)
        return option;
    if (path && !path->item && str_equal(path->key, STR("value")) && path->up && path->up->named)
        return path->up->key;
    while (path && path->item)
        path = path->up;
    return path ? path->key : STR("");
}

/* One step against one part of a pattern: a word, alternatives, '!', '*' or '[]'. */
static bool step_matches(const DiffStep *step, Str part)
{
    if (str_equal(part, STR("[]")))
        return step->item;
    if (step->item)
        return false;
    if (str_equal(part, STR("*")))
        return true;
    bool others = str_starts(part, STR("!"));
    part = str_slice(part, others, part.size);
    for (Str word; str_split(&part, '|', &word);) {
        if (str_equal(word, step->key))
            return !others;
    }
    return others;
}

bool path_ends(const DiffStep *path, const char *pattern)
{
    Str rest = str_from(pattern);
    while (rest.size) {
        ptrdiff_t dot = str_rfind_char(rest, '.');
        if (!path || !step_matches(path, str_slice(rest, (size_t)(dot + 1), rest.size)))
            return false;
        path = path->up;
        rest = str_slice(rest, 0, dot < 0 ? 0 : (size_t)dot);
    }
    return true;
}

const DiffStep **path_steps(Arena *arena, const DiffStep *path, size_t *count)
{
    *count = 0;
    for (const DiffStep *step = path; step; step = step->up)
        ++*count;
    const DiffStep **steps = ARENA_ARRAY(arena, const DiffStep *, *count + 1);
    size_t at = *count;
    for (const DiffStep *step = path; step; step = step->up)
        steps[--at] = step;
    return steps;
}

bool steps_match(const DiffStep *const *steps, size_t count, const char *pattern)
{
    Str rest = str_from(pattern), part;
    size_t at = 0;
    while (rest.size) {
        if (at + 1 == count && str_has_char(rest, '/'))
            return step_matches(steps[at], rest);
        str_split(&rest, '.', &part);
        if (str_equal(part, STR("**")))
            return true;
        if (at == count || !step_matches(steps[at++], part))
            return false;
    }
    return at == count;
}
