/* Reading one side of kiln diff: every manifest below a folder, one file, or standard input. */
#include "diff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiln/tree.h"
#include "kiln/yaml.h"

/* Folders deeper than this are no tree of manifests. */
#define FOLDER_DEPTH 32

static bool fail(Diags *diags, Str path, int error)
{
    if (error == EFBIG)
        diag_file_error(diags, path, "is larger than %zu bytes, the limit for manifests", yaml_manifest_limits.bytes);
    else if (error == EINVAL)
        diag_file_error(diags, path, "is neither a file nor a folder");
    else
        diag_file_error(diags, path, "cannot read: %s", strerror(error));
    return false;
}

static void add_file(DiffFiles *files, Str path, Str text)
{
    ARENA_GROW(files->arena, files->list, files->count, files->capacity);
    files->list[files->count++] = (DiffFile){path, text};
}

static bool is_manifest(Str name)
{
    return str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) || str_ends(name, STR(".json"));
}

static bool read_folder(DiffFiles *files, int at, Str shown, Str below, unsigned depth, Diags *diags);

static bool read_entry(DiffFiles *files, int at, const FileEntry *entry, Str shown, Str below, unsigned depth,
                       Diags *diags)
{
    Str name = entry->name, text;
    bool wanted = entry->is_folder || (entry->is_regular && is_manifest(name));
    if (name.data[0] == '.' || !wanted)
        return true;
    Str path = arena_printf(files->arena, "%.*s%s%.*s", STR_ARG(below), below.size ? "/" : "", STR_ARG(name));
    Str full = arena_printf(files->arena, "%.*s/%.*s", STR_ARG(shown), STR_ARG(path));
    if (!entry->is_folder) {
        int error = file_read_below(files->arena, at, name, yaml_manifest_limits.bytes, &text);
        if (error)
            return fail(diags, full, error);
        add_file(files, path, text);
        return true;
    }
    int fd = openat(at, arena_text(files->arena, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail(diags, full, errno);
    bool ok = read_folder(files, fd, shown, path, depth + 1, diags);
    close(fd);
    return ok;
}

/* As kubectl -R, but for files and folders that begin with a dot, and without following links. */
static bool read_folder(DiffFiles *files, int at, Str shown, Str below, unsigned depth, Diags *diags)
{
    FileEntry *entries;
    size_t count;
    if (depth > FOLDER_DEPTH) {
        diag_file_error(diags, shown, "is more than %d folders deep", FOLDER_DEPTH);
        return false;
    }
    int error = folder_list(files->arena, at, ".", &entries, &count);
    if (error)
        return fail(diags, shown, error);
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok &= read_entry(files, at, &entries[i], shown, below, depth, diags);
    return ok;
}

static bool read_stream(DiffFiles *files, int fd, Str name, Diags *diags)
{
    Str text;
    int error = cli_read_stream(files->arena, fd, &text);
    if (error)
        return fail(diags, name, error);
    add_file(files, name, text);
    return true;
}

/* A pipe that was named on purpose, as the shell's <(…) does, is read as well. */
static bool read_file(DiffFiles *files, Str path, Diags *diags)
{
    int fd = open(path.data, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(diags, path, errno);
    bool ok = read_stream(files, fd, path, diags);
    close(fd);
    return ok;
}

static int file_compare(const void *a, const void *b)
{
    return str_compare(((const DiffFile *)a)->path, ((const DiffFile *)b)->path);
}

static bool is_owned(Arena *arena, Str folder)
{
    return !access(arena_printf(arena, "%.*s/" TREE_OWNERSHIP_FILE, STR_ARG(folder)).data, F_OK);
}

bool diff_read(DiffFiles *files, Str path, Diags *diags)
{
    if (str_equal(path, STR("-")))
        return read_stream(files, STDIN_FILENO, STR("standard input"), diags);
    path = arena_copy(files->arena, path);
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path = arena_copy(files->arena, str_slice(path, 0, path.size - 1));
    struct stat status;
    if (stat(path.data, &status))
        return fail(diags, path, errno);
    if (!S_ISDIR(status.st_mode))
        return read_file(files, path, diags);
    int fd = open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(diags, path, errno);
    files->owned = is_owned(files->arena, path);
    bool ok = read_folder(files, fd, path, STR(""), 0, diags);
    close(fd);
    if (files->count)
        qsort(files->list, files->count, sizeof *files->list, file_compare);
    return ok;
}
