/*
 * The top folder: opening, making and locking it. Links are followed in a path that is the user's own, and none in what
 * a project adds to it: who renders a pull request writes nowhere else.
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

static int folder_open(const char *path, int *fd)
{
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd < 0 ? errno : 0;
}

/* The kernel says of a link to a folder that it is none. */
static int open_error(int at, const char *name, int error)
{
    struct stat status;
    bool link = error == ENOTDIR && !fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISLNK(status.st_mode);
    return link ? ELOOP : error;
}

/* From *fd, which is closed, into the folder of that name. */
static int enter(Arena *arena, Str name, bool make, int *fd)
{
    const char *text = arena_text(arena, name);
    int error = make && mkdirat(*fd, text, 0777) && errno != EEXIST ? errno : 0;
    int next = error ? -1 : openat(*fd, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0 && !error)
        error = open_error(*fd, text, errno);
    close(*fd);
    *fd = next;
    return error;
}

/* Part by part from the root, whose own path is not the project's. */
static int open_below_root(Arena *arena, const TreeJob *job, bool make, int *fd)
{
    Str rest = str_slice(job->top, job->root.size, job->top.size), part;
    int error = folder_open(arena_text(arena, job->root), fd);
    while (!error && str_split(&rest, '/', &part)) {
        if (part.size && !str_equal(part, STR(".")))
            error = enter(arena, part, make, fd);
    }
    return error;
}

static bool top_is_allowed(const TreeJob *job, Diags *diags)
{
    Str rest = str_slice(job->top, job->root.size, job->top.size), part;
    while (job->root.size && str_split(&rest, '/', &part)) {
        if (!name_is_git(part))
            continue;
        diag_file_error(diags, path_label(diags_arena(diags), job, STR("")),
                        "lies in .git, where git keeps its own; choose another output");
        return false;
    }
    return true;
}

bool top_open(const TreeJob *job, Diags *diags, int *fd)
{
    Arena *arena = diags_arena(diags);
    *fd = -1;
    if (!top_is_allowed(job, diags))
        return false;
    int error = job->root.size ? open_below_root(arena, job, false, fd) : folder_open(arena_text(arena, job->top), fd);
    if (error == ENOENT)
        return true;
    if (error) {
        path_error(diags, job, STR(""), "cannot open the output folder", error);
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
    int error = make_folders(arena_text(arena, job->root.size ? job->root : job->top)), made;
    if (!error && job->root.size) {
        error = open_below_root(arena, job, true, &made);
        if (!error)
            close(made);
    }
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
