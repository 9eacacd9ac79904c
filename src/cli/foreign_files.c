/*
 * What -f names: a file, standard input, or a folder with all below it, as kubectl -R takes it: in byte order,
 * dot-files and dot-folders too, but for .git; the table of readers says which files. A link to a file is read where
 * it stays below the folder, a link to a folder is not entered. Must not know what is in the files.
 */
#include "cli_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kiln/yaml.h"

/* A file below the folder: listed first, then read on any thread. */
typedef struct Listed {
    const ForeignReader *reader;
    Str below; /* no part of it is a link */
    Str shown;
    Str text;
    int error;
} Listed;

typedef struct Reading {
    Foreign *foreign;
    Pool *pool;
    Sources *sources;
    Diags *diags;
    Arena *arena;
    Str shown;      /* the folder as it was named */
    Str root;       /* its real path */
    Listed *listed; /* what it holds */
    size_t listed_count, listed_capacity;
    ForeignInput *inputs; /* of all that was named */
    size_t input_count, input_capacity;
    bool failed;
} Reading;

static void fail(Reading *reading, Str path, int error)
{
    if (error == EINVAL)
        diag_file_error(reading->diags, path, "is no regular file; name a pipe itself with -f, or move it away");
    else if (error == EFBIG)
        diag_file_error(reading->diags, path, "is larger than %zu bytes, the limit for one file",
                        yaml_manifest_limits.bytes);
    else
        diag_file_error(reading->diags, path, "cannot read: %s", strerror(error));
    reading->failed = true;
}

static Str join(Arena *arena, Str folder, Str name)
{
    if (!folder.size)
        return name;
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(folder), str_ends(folder, STR("/")) ? "" : "/", STR_ARG(name));
}

static Str real_path(Arena *arena, Str path)
{
    char *real = realpath(arena_text(arena, path), NULL);
    Str text = real ? arena_copy(arena, str_from(real)) : STR_NONE;
    free(real);
    return text;
}

static void add_input(Reading *reading, const ForeignReader *reader, const Source *source)
{
    if (!source) {
        reading->failed = true;
        return;
    }
    ARENA_GROW(reading->arena, reading->inputs, reading->input_count, reading->input_capacity);
    reading->inputs[reading->input_count++] = (ForeignInput){reader, source};
}

static void list_file(Reading *reading, const ForeignReader *reader, Str below, Str shown)
{
    ARENA_GROW(reading->arena, reading->listed, reading->listed_count, reading->listed_capacity);
    reading->listed[reading->listed_count++] = (Listed){.reader = reader, .below = below, .shown = shown};
}

static void list_link(Reading *reading, const ForeignReader *reader, Str below, Str shown)
{
    Str path = join(reading->arena, reading->root, below), real = real_path(reading->arena, path);
    struct stat status;
    if (!real.data || stat(real.data, &status)) {
        fail(reading, shown, errno);
        return;
    }
    if (S_ISDIR(status.st_mode))
        return;
    Str root = reading->root;
    size_t start = root.size + (root.size > 1);
    if (real.size <= start || !str_starts(real, root) || real.data[start - 1] != '/') {
        diag_file_error(reading->diags, shown,
                        "is a symbolic link that leads out of the folder; name the file itself with -f");
        reading->failed = true;
        return;
    }
    list_file(reading, reader, str_slice(real, start, real.size), shown);
}

static void list_folder(Reading *reading, Str below);

static void list_entry(Reading *reading, Str folder, const FileEntry *entry)
{
    Str below = join(reading->arena, folder, entry->name);
    if (entry->is_folder) {
        if (!str_equal(entry->name, STR(".git")))
            list_folder(reading, below);
        return;
    }
    const ForeignReader *reader = foreign_reader(join(reading->arena, reading->root, below));
    if (!reader)
        return;
    Str shown = join(reading->arena, reading->shown, below);
    if (entry->is_link)
        list_link(reading, reader, below, shown);
    else if (entry->is_regular)
        list_file(reading, reader, below, shown);
    else
        fail(reading, shown, EINVAL);
}

static void list_folder(Reading *reading, Str below)
{
    FileEntry *entries;
    size_t count;
    Str path = join(reading->arena, reading->root, below);
    int error = folder_list(reading->arena, AT_FDCWD, path.data, &entries, &count);
    if (error) {
        fail(reading, join(reading->arena, reading->shown, below), error);
        return;
    }
    for (size_t i = 0; i < count; i++)
        list_entry(reading, below, &entries[i]);
}

enum { PORTION = 64 };

static void read_portion(void *user, Portion portion, Arena *arena)
{
    const Reading *reading = user;
    for (size_t i = portion.from; i < portion.to; i++) {
        Listed *file = &reading->listed[i];
        file->error = file_read_beneath(arena, reading->root, file->below, yaml_manifest_limits.bytes, &file->text);
    }
}

static void read_listed(Reading *reading)
{
    pool_run(reading->pool, reading->arena, reading->listed_count, PORTION, read_portion, reading);
    for (size_t i = 0; i < reading->listed_count; i++) {
        const Listed *file = &reading->listed[i];
        if (file->error)
            fail(reading, file->shown, file->error);
        else
            add_input(reading, file->reader,
                      cli_add_source(reading->sources, file->shown, file->text, reading->diags));
    }
}

static void read_folder(Reading *reading, Str path)
{
    reading->shown = str_equal(path, STR(".")) ? STR("") : path;
    reading->root = real_path(reading->arena, path);
    reading->listed_count = 0;
    if (!reading->root.data) {
        fail(reading, path, errno);
        return;
    }
    list_folder(reading, STR(""));
    read_listed(reading);
    if (reading->listed_count || reading->failed)
        return;
    diag_file_error(reading->diags, path, "holds nothing to check: no .yaml, .yml or .json file");
    reading->failed = true;
}

/* A file that is named is read whatever its name ends in. */
static void read_named(Reading *reading, Str path)
{
    struct stat status;
    bool stream = str_equal(path, STR("-"));
    if (!stream && !stat(arena_text(reading->arena, path), &status) && S_ISDIR(status.st_mode)) {
        read_folder(reading, path);
        return;
    }
    Str real = stream ? STR_NONE : real_path(reading->arena, path);
    const ForeignReader *reader = real.data ? foreign_reader(real) : NULL;
    const Source *source =
        reader ? cli_read_within(reading->arena, reading->sources, path, yaml_manifest_limits.bytes, reading->diags)
               : cli_read_manifests(reading->arena, reading->sources, path, reading->diags);
    add_input(reading, reader, source);
}

static bool names_stream_twice(const Str *paths, size_t count)
{
    size_t streams = 0;
    for (size_t i = 0; i < count; i++)
        streams += str_equal(paths[i], STR("-"));
    return streams > 1;
}

bool cli_read_foreign(Foreign *foreign, Pool *pool, const Str *paths, size_t count, Sources *sources, Diags *diags)
{
    Reading reading = {.foreign = foreign, .pool = pool, .sources = sources, .diags = diags, .arena = foreign->arena};
    if (names_stream_twice(paths, count)) {
        diag_plain_error(diags, "-f - is given twice; standard input can be read once");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        read_named(&reading, paths[i]);
    reading.failed |= !foreign_read(foreign, pool, reading.inputs, reading.input_count, diags);
    if (!reading.failed && !foreign->objects) {
        diag_plain_error(diags, "nothing to check: what -f names holds no object");
        return false;
    }
    return !reading.failed;
}
