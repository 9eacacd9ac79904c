/*
 * The ownership file, read with distrust: it lies in a repository, and people merge it. A path that leads out of the
 * folder is an error, since files are removed by this list; the marks of an unfinished merge are skipped, since both
 * sides name files that kiln wrote.
 */
#include "tree_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNED_LIMIT ((size_t)64 << 20)

static int path_compare(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

/* Sorted and without repetitions, whatever a merge made of it. */
static void owned_tidy(Owned *owned)
{
    size_t kept = 0;
    bool sorted = true;
    for (size_t i = 1; i < owned->count && sorted; i++)
        sorted = str_compare(owned->paths[i - 1], owned->paths[i]) < 0;
    if (sorted)
        return;
    qsort(owned->paths, owned->count, sizeof *owned->paths, path_compare);
    for (size_t i = 0; i < owned->count; i++)
        if (!kept || !str_equal(owned->paths[kept - 1], owned->paths[i]))
            owned->paths[kept++] = owned->paths[i];
    owned->count = kept;
}

static bool owned_parse(Arena *arena, const TreeJob *job, Diags *diags, Owned *owned)
{
    size_t errors = diags_error_count(diags);
    size_t capacity = 0, number = 0;
    Str rest = owned->text, line;
    while (str_split(&rest, '\n', &line)) {
        number++;
        line = str_ends(line, STR("\r")) ? str_slice(line, 0, line.size - 1) : line;
        if (str_starts(line, STR("# owner:")) && number == 1)
            owned->owner = str_trim(str_slice(line, 8, line.size));
        if (!line.size || line.data[0] == '#' || is_merge_mark(line))
            continue;
        const char *why = path_why(line);
        if (why) {
            Str file = path_label(diags_arena(diags), job, STR(TREE_OWNERSHIP_FILE));
            diag_file_error(diags, file, "line %zu: the path '%.*s' %s; remove the line", number, STR_ARG(line), why);
            continue;
        }
        ARENA_GROW(arena, owned->paths, owned->count, capacity);
        owned->paths[owned->count++] = line;
    }
    owned_tidy(owned);
    return diags_error_count(diags) == errors;
}

static bool owner_check(const TreeJob *job, Diags *diags, const Owned *owned)
{
    if (!job->owner.size || !owned->owner.size || str_equal(job->owner, owned->owner))
        return true;
    Str hint = job->owner_hint.size ? job->owner_hint : STR("choose another output");
    diag_file_error(diags, path_label(diags_arena(diags), job, STR(TREE_OWNERSHIP_FILE)),
                    "this folder's files belong to '%.*s', not to '%.*s'; %.*s", STR_ARG(owned->owner),
                    STR_ARG(job->owner), STR_ARG(hint));
    return false;
}

bool owned_read(Arena *arena, int top, const TreeJob *job, Diags *diags, Owned *owned)
{
    *owned = (Owned){.owner = STR("")};
    int fd = top < 0 ? -1 : openat(top, TREE_OWNERSHIP_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (top < 0 || errno == ENOENT)
            return true;
        path_error(diags, job, STR(TREE_OWNERSHIP_FILE), "cannot read", errno);
        return false;
    }
    struct stat status;
    int error = fstat(fd, &status) ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
    if (!error && (size_t)status.st_size > OWNED_LIMIT)
        error = EFBIG;
    if (!error)
        error = file_read_fd(arena, fd, OWNED_LIMIT, &owned->text);
    close(fd);
    if (error) {
        path_error(diags, job, STR(TREE_OWNERSHIP_FILE), "cannot read", error);
        return false;
    }
    return owned_parse(arena, job, diags, owned) && owner_check(job, diags, owned);
}

bool tree_owned(Arena *arena, Str top, Str label, Diags *diags, Str **paths, size_t *count)
{
    TreeJob job = {.top = top, .label = label};
    Owned owned;
    int fd = open(arena_text(arena, top), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = owned_read(arena, fd, &job, diags, &owned);
    if (fd >= 0)
        close(fd);
    *paths = ok ? owned.paths : NULL;
    *count = ok ? owned.count : 0;
    return ok;
}
