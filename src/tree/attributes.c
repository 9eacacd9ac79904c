/*
 * The mark by which GitHub folds generated files in a review and leaves them out of a repository's statistics
 * (docs.github.com, "Customizing how changed files appear on GitHub"; patterns as in gitattributes(5)). Only what is
 * written here is named, by the top folder's entries, since the folder may be a repository's own root with other
 * people's files in it.
 */
#include "tree_private.h"

#include <stdlib.h>

static int pattern_compare(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

/* The entry of the top folder that a path is or lies in, as a pattern. */
static Str pattern_of(Arena *arena, Str path)
{
    Str rest = path, entry;
    str_split(&rest, '/', &entry);
    return arena_printf(arena, rest.data ? "/%.*s/**" : "/%.*s", STR_ARG(entry));
}

/* Files of one entry mostly follow each other. */
static bool same_entry(Str a, Str b)
{
    Str left, right;
    str_split(&a, '/', &left);
    str_split(&b, '/', &right);
    return str_equal(left, right);
}

Str tree_attributes(Arena *arena, const TreeFile *files, size_t count)
{
    Str *patterns = ARENA_ARRAY(arena, Str, count + 2);
    size_t used = 0;
    patterns[used++] = STR("/" TREE_ATTRIBUTES_FILE);
    patterns[used++] = STR("/" TREE_OWNERSHIP_FILE);
    for (size_t i = 0; i < count; i++)
        if (!i || !same_entry(files[i - 1].path, files[i].path))
            patterns[used++] = pattern_of(arena, files[i].path);
    qsort(patterns, used, sizeof *patterns, pattern_compare);
    Buf text = {0};
    buf_add(&text,
            STR("# Written by kiln: GitHub folds these generated files in reviews. To keep a file of your own\n"
                "# here, take this one out of " TREE_OWNERSHIP_FILE ".\n"));
    for (size_t i = 0; i < used; i++)
        if (!i || !str_equal(patterns[i - 1], patterns[i]))
            buf_printf(&text, "%.*s linguist-generated=true\n", STR_ARG(patterns[i]));
    Str copy = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return copy;
}
