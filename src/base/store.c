/*
 * Files below one folder, behind one door, so that a project is read alike from the disk and from elsewhere. This is
 * the door, and the disk; it does not know where else there are files.
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
