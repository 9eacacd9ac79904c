/* Reading what the command line names: a file, or standard input for '-'. */
#include "cli_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiln/yaml.h"

static void report(Diags *diags, Str name, size_t limit, int error)
{
    if (error == EISDIR)
        diag_file_error(diags, name, "is a folder, expected a file");
    else if (error == EFBIG)
        diag_file_error(diags, name, "is larger than %zu bytes, the limit for one file", limit);
    else
        diag_file_error(diags, name, "cannot read: %s", strerror(error));
}

/* A pipe that was named on purpose, as the shell's <(…) does, is read as well. */
static int read_other(Arena *arena, const char *path, size_t limit, Str *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    struct stat status;
    /* A device may go on for ever. */
    if (!fstat(fd, &status) && S_ISCHR(status.st_mode) && limit > yaml_limits.bytes)
        limit = yaml_limits.bytes;
    int error = file_read_fd(arena, fd, limit, text);
    close(fd);
    return error;
}

static int read_named(Arena *arena, const char *path, size_t limit, Str *text)
{
    int error = file_read(arena, AT_FDCWD, path, limit, text);
    return error == EINVAL ? read_other(arena, path, limit, text) : error;
}

const Source *cli_add_source(Sources *sources, Str name, Str text, Diags *diags)
{
    const Source *source = sources_add(sources, name, text, false);
    if (!source)
        diag_file_error(diags, name, "cannot be read: more than 4 GiB of input in one run");
    return source;
}

const Source *cli_read_within(Arena *arena, Sources *sources, Str path, size_t limit, Diags *diags)
{
    bool stream = str_equal(path, STR("-"));
    Str name = stream ? STR("standard input") : path, text;
    int error = stream ? file_read_fd(arena, STDIN_FILENO, limit, &text)
                       : read_named(arena, arena_text(arena, path), limit, &text);
    if (error) {
        report(diags, name, limit, error);
        return NULL;
    }
    return cli_add_source(sources, name, text, diags);
}

const Source *cli_read(Arena *arena, Sources *sources, Str path, Diags *diags)
{
    return cli_read_within(arena, sources, path, yaml_limits.bytes, diags);
}
