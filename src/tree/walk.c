/*
 * Walking a tree by descriptors: one open folder per level, reached from its parent and never through a symbolic
 * link, so that nothing outside the top can be touched whatever happens to the folders meanwhile. Paths come in
 * sorted order, so each folder is entered and left once.
 */
#include "tree_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a killed run left behind; a listing that fails only leaves it there. */
static void note_temporaries(Walk *walk)
{
    TreePlan *plan = walk->plan;
    int fd = openat(walk_fd(walk), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, FILE_TEMPORARY_PREFIX, sizeof FILE_TEMPORARY_PREFIX - 1) != 0)
            continue;
        plan_add_leftover(plan, arena_printf(plan->arena, "%.*s%s%s", STR_ARG(walk->folder),
                                             walk->folder.size ? "/" : "", entry->d_name));
    }
    closedir(folder);
}

void walk_begin(Walk *walk, TreePlan *plan, WalkMode mode, Diags *diags)
{
    *walk = (Walk){.plan = plan, .diags = diags, .mode = mode, .lenient = mode == WALK_PRUNE, .folder = STR("")};
    walk->levels[0].fd = plan->top;
    if (mode == WALK_LOOK && plan->top >= 0)
        note_temporaries(walk);
}

static void set_name(Walk *walk, Str name)
{
    memcpy(walk->name, name.data, name.size);
    walk->name[name.size] = '\0';
}

/* Closes the current folder. When it was emptied it goes too; one that holds anything else stays (ENOTEMPTY). */
static void leave(Walk *walk)
{
    WalkLevel *level = &walk->levels[walk->depth];
    WalkLevel *parent = level - 1;
    close(level->fd);
    if (walk->mode == WALK_PRUNE && level->touched) {
        size_t from = parent->size ? parent->size + 1 : 0;
        set_name(walk, str_slice(walk->folder, from, level->size));
        if (!unlinkat(parent->fd, walk->name, AT_REMOVEDIR))
            parent->touched = true;
    }
    walk->depth--;
    walk->folder.size = parent->size;
}

static bool below(Str path, Str folder)
{
    return path.size > folder.size && path.data[folder.size] == '/' && str_starts(path, folder);
}

static WalkStep blocked(Walk *walk, Str folder, bool reported)
{
    walk->blocked = folder;
    walk->blocked_reported = reported;
    return reported ? WALK_FAILED : WALK_MISSING;
}

/* Says what stands in the way of a folder. */
static WalkStep refuse(Walk *walk, Str folder, int error)
{
    struct stat status;
    const TreeJob *job = &walk->plan->job;
    bool seen = !fstatat(walk_fd(walk), walk->name, &status, AT_SYMLINK_NOFOLLOW);
    /* A folder that only cannot be opened still holds what is looked for. */
    if (walk->lenient && seen && !S_ISDIR(status.st_mode))
        return WALK_MISSING;
    Str file = path_label(diags_arena(walk->diags), job, folder);
    if (seen && S_ISLNK(status.st_mode))
        diag_file_error(walk->diags, file,
                        "is a symbolic link where a folder belongs, and kiln follows none; remove it");
    else if (seen && !S_ISDIR(status.st_mode))
        diag_file_error(walk->diags, file, "is a file where a folder belongs; move it away or choose another output");
    else
        path_error(walk->diags, job, folder, "cannot open the folder", error);
    return blocked(walk, folder, true);
}

static int open_folder(Walk *walk)
{
    return openat(walk_fd(walk), walk->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Enters the folder that ends at size bytes of path, one level down. */
static WalkStep enter(Walk *walk, Str path, size_t size)
{
    Str folder = str_slice(path, 0, size);
    set_name(walk, str_slice(path, walk->folder.size ? walk->folder.size + 1 : 0, size));
    int fd = open_folder(walk);
    if (fd < 0 && errno == ENOENT && walk->mode == WALK_CREATE) {
        if (mkdirat(walk_fd(walk), walk->name, 0777) && errno != EEXIST) {
            path_error(walk->diags, &walk->plan->job, folder, "cannot create the folder", errno);
            return blocked(walk, folder, true);
        }
        fd = open_folder(walk);
    }
    if (fd < 0)
        return errno == ENOENT ? blocked(walk, folder, false) : refuse(walk, folder, errno);
    walk->levels[++walk->depth] = (WalkLevel){fd, size, false};
    walk->folder = folder;
    if (walk->mode == WALK_LOOK)
        note_temporaries(walk);
    return WALK_THERE;
}

WalkStep walk_to(Walk *walk, Str path)
{
    while (walk->depth && !below(path, walk->folder))
        leave(walk);
    size_t slash = (size_t)(str_rfind_char(path, '/') + 1);
    Str name = str_slice(path, slash, path.size);
    if (walk->levels[0].fd < 0 || (walk->blocked.size && below(path, walk->blocked))) {
        set_name(walk, name);
        return walk->levels[0].fd >= 0 && walk->blocked_reported ? WALK_FAILED : WALK_MISSING;
    }
    for (size_t at = walk->folder.size + 1; at < slash; at++)
        if (path.data[at] == '/') {
            WalkStep step = enter(walk, path, at);
            if (step != WALK_THERE)
                return step;
        }
    set_name(walk, name);
    return WALK_THERE;
}

void walk_end(Walk *walk)
{
    while (walk->depth)
        leave(walk);
    unpacked_release(&walk->unpacked);
}
