/* Files in memory, as a project's store: nothing of the disk is read. */
#ifndef KILN_FUZZ_STORE_H
#define KILN_FUZZ_STORE_H

#include <errno.h>

#include "fuzz.h"

enum { STORE_FILES = 16 };

typedef struct TextStore {
    FileStore store;
    struct {
        Str path, text;
    } files[STORE_FILES];
    size_t count;
} TextStore;

static inline int text_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    const TextStore *files = (const TextStore *)store;
    for (size_t i = 0; i < files->count; i++) {
        if (str_equal(files->files[i].path, path)) {
            *text = arena_copy(arena, files->files[i].text);
            return text->size > limit ? EFBIG : 0;
        }
    }
    return ENOENT;
}

/* Files alone: nothing has folders inside its folders but templates. */
static inline int text_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    const TextStore *files = (const TextStore *)store;
    *entries = ARENA_ARRAY(arena, FileEntry, STORE_FILES);
    *count = 0;
    for (size_t i = 0; i < files->count; i++) {
        Str file = files->files[i].path;
        if (file.size <= path.size + 1 || !str_starts(file, path) || file.data[path.size] != '/')
            continue;
        Str name = str_slice(file, path.size + 1, file.size);
        if (!str_has_char(name, '/'))
            (*entries)[(*count)++] = (FileEntry){.name = name, .is_regular = true};
    }
    return *count ? 0 : ENOENT;
}

static inline void text_store_add(TextStore *store, Str path, Str text)
{
    store->files[store->count].path = path;
    store->files[store->count++].text = text;
}

#endif
