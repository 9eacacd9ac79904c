/*
 * The top folder: opening, making and locking it. It is the only folder whose path is the user's own, so links in
 * that path are followed.
 */
#include "tree_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 60
#define LOCK_PAUSE_NS 50000000

/*
 * An advisory lock keeps two runs from interleaving. Where the file system has none (some network mounts), the run
 * goes on without: each file is still the old or the new one.
 */
static bool top_lock(const TreeJob *job, Diags *diags, int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (!flock(fd, LOCK_EX | LOCK_NB))
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return true;
        nanosleep(&(struct timespec){0, LOCK_PAUSE_NS}, NULL);
    }
    diag_file_error(diags, path_label(diags_arena(diags), job, STR("")),
                    "another kiln is writing this folder; try again when it has ended");
    return false;
}

static int folder_open(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool top_open(const TreeJob *job, Diags *diags, int *fd)
{
    Arena *arena = diags_arena(diags);
    *fd = folder_open(arena_text(arena, job->top));
    if (*fd < 0 && errno == ENOENT)
        return true;
    if (*fd < 0) {
        path_error(diags, job, STR(""), "cannot open the output folder", errno);
        return false;
    }
    if (top_lock(job, diags, *fd))
        return true;
    close(*fd);
    *fd = -1;
    return false;
}

/* mkdir -p: each part in turn; that one is there already is fine. */
static int make_folders(char *path)
{
    for (char *at = path + 1; *path && *at; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = '\0';
        int failed = mkdir(path, 0777);
        *at = '/';
        if (failed && errno != EEXIST)
            return errno;
    }
    return mkdir(path, 0777) && errno != EEXIST ? errno : 0;
}

bool top_create(const TreeJob *job, Diags *diags, int *fd)
{
    Arena *arena = diags_arena(diags);
    char *path = arena_text(arena, job->top);
    int error = make_folders(path);
    if (error) {
        path_error(diags, job, STR(""), "cannot create the output folder", error);
        return false;
    }
    return top_open(job, diags, fd);
}

bool top_creatable(const TreeJob *job, Diags *diags)
{
    Arena *arena = diags_arena(diags);
    Str path = job->top;
    int error = 0;
    do {
        while (path.size > 1 && str_ends(path, STR("/")))
            path.size--;
        ptrdiff_t slash = str_rfind_char(path, '/');
        path = slash > 0 ? str_slice(path, 0, (size_t)slash) : slash == 0 ? STR("/") : STR(".");
        error = faccessat(AT_FDCWD, arena_text(arena, path), W_OK | X_OK, AT_EACCESS) ? errno : 0;
    } while (error == ENOENT && !str_equal(path, STR(".")) && !str_equal(path, STR("/")));
    if (error)
        path_error(diags, job, STR(""), "cannot create the output folder", error);
    return !error;
}
