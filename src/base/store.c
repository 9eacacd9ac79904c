/*
 * Files below one folder, behind one door, so that a project is read alike from the disk and from elsewhere. This is
 * the door, the disk, and a store with one file changed; it does not know where else there are files.
 */
#include "kiln/base.h"

#include <errno.h>

typedef struct DiskStore {
    FileStore store; /* first: a FileStore is what everybody else has */
    Str root;
} DiskStore;

static int disk_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    return file_read_beneath(arena, ((const DiskStore *)store)->root, path, limit, text);
}

static int disk_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    return folder_list_beneath(arena, ((const DiskStore *)store)->root, path, entries, count);
}

const FileStore *store_on_disk(Arena *arena, Str root)
{
    DiskStore *disk = ARENA_NEW(arena, DiskStore);
    *disk = (DiskStore){{disk_read, disk_list}, arena_copy(arena, root)};
    return &disk->store;
}

typedef struct ChangedStore {
    FileStore store;
    const FileStore *below;
    Str path;
    Str text;
} ChangedStore;

static int changed_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    const ChangedStore *changed = (const ChangedStore *)store;
    if (!str_equal(path, changed->path))
        return store_read(changed->below, arena, path, limit, text);
    *text = changed->text;
    return text->size > limit ? EFBIG : 0;
}

static int changed_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    return store_list(((const ChangedStore *)store)->below, arena, path, entries, count);
}

const FileStore *store_with(Arena *arena, const FileStore *store, Str path, Str text)
{
    ChangedStore *changed = ARENA_NEW(arena, ChangedStore);
    *changed = (ChangedStore){{changed_read, changed_list}, store, arena_copy(arena, path), text};
    return &changed->store;
}

int store_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    return store->read(store, arena, path, limit, text);
}

int store_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    return store->list(store, arena, path, entries, count);
}

const char *store_error(int error)
{
    return error == EXDEV ? "it lies in a submodule, whose files another repository holds" : strerror(error);
}
