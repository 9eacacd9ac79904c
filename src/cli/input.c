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

/* One input and how it is read: enough says of a stream, while it comes in, when there is no use in more of it. */
typedef struct Input {
    Arena *arena;
    size_t limit;
    FileEnoughFn *enough; /* or NULL */
} Input;

static int read_stream(const Input *input, int fd, size_t limit, Str *text)
{
    YamlStream stream = {0};
    return file_read_enough(input->arena, fd, limit, input->enough, &stream, text);
}

/* A pipe that was named on purpose, as the shell's <(…) does, is read as well. */
static int read_other(const Input *input, const char *path, Str *text)
{
    size_t limit = input->limit;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    struct stat status;
    /* A device may go on for ever. */
    if (!fstat(fd, &status) && S_ISCHR(status.st_mode) && limit > yaml_limits.bytes)
        limit = yaml_limits.bytes;
    int error = read_stream(input, fd, limit, text);
    close(fd);
    return error;
}

static int read_named(const Input *input, const char *path, Str *text)
{
    int error = file_read(input->arena, AT_FDCWD, path, input->limit, text);
    return error == EINVAL ? read_other(input, path, text) : error;
}

const Source *cli_add_source(Sources *sources, Str name, Str text, Diags *diags)
{
    const Source *source = sources_add(sources, name, text, false);
    if (!source)
        diag_file_error(diags, name, "cannot be read: more than 4 GiB of input in one run");
    return source;
}

static const Source *read_source(const Input *input, Sources *sources, Str path, Diags *diags)
{
    bool stream = str_equal(path, STR("-"));
    Str name = stream ? STR("standard input") : path, text;
    int error = stream ? read_stream(input, STDIN_FILENO, input->limit, &text)
                       : read_named(input, arena_text(input->arena, path), &text);
    if (error) {
        report(diags, name, input->limit, error);
        return NULL;
    }
    return cli_add_source(sources, name, text, diags);
}

const Source *cli_read_within(Arena *arena, Sources *sources, Str path, size_t limit, Diags *diags)
{
    return read_source(&(Input){arena, limit, NULL}, sources, path, diags);
}

const Source *cli_read(Arena *arena, Sources *sources, Str path, Diags *diags)
{
    return cli_read_within(arena, sources, path, yaml_limits.bytes, diags);
}

const Source *cli_read_manifests(Arena *arena, Sources *sources, Str path, Diags *diags)
{
    return read_source(&(Input){arena, yaml_manifest_limits.bytes, yaml_stream_enough}, sources, path, diags);
}

int cli_read_stream(Arena *arena, int fd, Str *text)
{
    Input input = {arena, yaml_manifest_limits.bytes, yaml_stream_enough};
    return read_stream(&input, fd, input.limit, text);
}
