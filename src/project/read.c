/* Reading one file or folder of a project, and saying in words what the system says in numbers. */
#include "project_private.h"

#include <errno.h>

#include "kiln/yaml.h"

static Str shown(Arena *arena, const Project *project, Str path)
{
    return arena_printf(arena, "%.*s%.*s", STR_ARG(project->prefix), STR_ARG(path));
}

static void report_read(Diags *diags, Str name, int error)
{
    if (error == ECANCELED)
        return; /* the store has said why */
    if (error == EISDIR)
        diag_file_error(diags, name, "is a folder, expected a file; move it away");
    else if (error == ENOTDIR)
        diag_file_error(diags, name, "cannot read: a file stands where a folder is expected");
    else if (error == EINVAL)
        diag_file_error(diags, name, "is no regular file; only regular files are read");
    else if (error == EFBIG)
        diag_file_error(diags, name, "is larger than %zu bytes, the limit for one file", yaml_limits.bytes);
    else if (error == ELOOP)
        diag_file_error(diags, name, "is a symbolic link, which kiln does not follow; put a file there");
    else
        diag_file_error(diags, name, "cannot read: %s", store_error(error));
}

const Source *project_read_source(Arena *arena, Sources *sources, const Project *project, Str path, bool *missing,
                                  Diags *diags)
{
    Str name = shown(arena, project, path);
    Str text;
    int error = store_read(project->store, arena, path, yaml_limits.bytes, &text);
    *missing = error == ENOENT;
    if (error == ENOENT)
        return NULL;
    if (error) {
        report_read(diags, name, error);
        return NULL;
    }
    const Source *source = sources_add(sources, name, text, false);
    if (!source)
        diag_file_error(diags, name, "cannot be read: more than 4 GiB of input in one run");
    return source;
}

const Value *project_read(Arena *arena, Sources *sources, const Project *project, Str path, bool *missing,
                          Diags *diags)
{
    const Source *source = project_read_source(arena, sources, project, path, missing, diags);
    return source ? yaml_read(arena, source, diags) : NULL;
}

/* Ten thousand services are a large organisation's. */
enum { ENTRIES_LIMIT = 20000 };

bool project_list(Arena *arena, const Project *project, Str path, FileEntry **entries, size_t *count, Diags *diags)
{
    *count = 0;
    int error = store_list(project->store, arena, path, entries, count);
    if (!error && *count > ENTRIES_LIMIT) {
        diag_file_error(diags, shown(arena, project, path), "holds %zu files, and at most %d; split the project", *count,
                        ENTRIES_LIMIT);
        *count = 0;
        return false;
    }
    if (!error || error == ENOENT)
        return true;
    if (error == ELOOP)
        diag_file_error(diags, shown(arena, project, path),
                        "is a symbolic link, which kiln does not follow; put a folder there");
    else
        report_read(diags, shown(arena, project, path), error);
    return false;
}
