/*
 * The plan: what stands on the disk against what is wanted. It only reads; every problem that can be foreseen is
 * reported here, so that writing starts only when it should succeed.
 */
#include "tree_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a text that is handed out. */
#define FOUND_LIMIT ((size_t)64 << 20)

typedef enum Found {
    FOUND_NOTHING,
    FOUND_SAME,
    FOUND_OTHER, /* a regular file with other bytes */
    FOUND_REFUSED
} Found;

static void add_change(TreePlan *plan, Str path, TreeChangeKind kind, const TreeFile *file)
{
    ARENA_GROW(plan->arena, plan->changes, plan->count, plan->capacity);
    plan->changes[plan->count++] = (TreeChange){path, kind, file};
}

void plan_add_leftover(TreePlan *plan, Str path)
{
    ARENA_GROW(plan->arena, plan->leftovers, plan->leftover_count, plan->leftover_capacity);
    plan->leftovers[plan->leftover_count++] = path;
}

static Found refuse(Walk *walk, Str path, const char *what)
{
    diag_file_error(walk->diags, path_label(diags_arena(walk->diags), &walk->plan->job, path), "%s", what);
    return FOUND_REFUSED;
}

/* The whole text is at hand and the size is known to be the same, so the file is read through a small window. */
static int same_bytes(int fd, Str text, bool *same)
{
    char window[32 * 1024];
    for (*same = true; text.size && *same;) {
        ssize_t got = read(fd, window, text.size < sizeof window ? text.size : sizeof window);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        *same = got > 0 && memcmp(window, text.data, (size_t)got) == 0;
        text = str_slice(text, (size_t)got, text.size);
    }
    return 0;
}

Str tree_file_text(const TreeFile *file, Unpacked *unpacked)
{
    if (!file->pack)
        return file->text;
    return str_slice(pack_open(file->pack, unpacked), file->at, file->at + file->text.size);
}

static Found compare(Walk *walk, int fd, const TreeFile *file)
{
    struct stat status;
    bool same = false;
    int error = fstat(fd, &status) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode))
        return refuse(walk, file->path, "is a folder where a file belongs; move it away or choose another output");
    if (!error && !S_ISREG(status.st_mode))
        return refuse(walk, file->path, "is no regular file; move it away or choose another output");
    if (!error && (size_t)status.st_size == file->text.size)
        error = same_bytes(fd, tree_file_text(file, &walk->unpacked), &same);
    if (error) {
        path_error(walk->diags, &walk->plan->job, file->path, "cannot read", error);
        return FOUND_REFUSED;
    }
    return same ? FOUND_SAME : FOUND_OTHER;
}

static Found look_at(Walk *walk, const TreeFile *file)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = openat(walk_fd(walk), walk->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        Found found = compare(walk, fd, file);
        close(fd);
        return found;
    }
    if (errno == ENOENT)
        return FOUND_NOTHING;
    if (errno == ELOOP)
        return refuse(walk, file->path, "is a symbolic link where a file belongs, and kiln follows none; remove it");
    if (errno == ENXIO)
        return refuse(walk, file->path, "is no regular file; move it away or choose another output");
    path_error(walk->diags, &walk->plan->job, file->path, "cannot read", errno);
    return FOUND_REFUSED;
}

/* ---- what is as wanted ---- */

enum { PORTION = 128 };

typedef struct Comparing {
    const TreePlan *plan;
    bool *same; /* one per wanted file */
} Comparing;

static void compare_portion(void *user, Portion portion, Arena *arena)
{
    const Comparing *comparing = user;
    TreePlan plan = *comparing->plan;
    Walk walk;
    walk_begin(&walk, &plan, WALK_PEEK, diags_new(arena, NULL));
    for (size_t i = portion.from; i < portion.to; i++)
        comparing->same[i] =
            walk_to(&walk, plan.files[i]->path) == WALK_THERE && look_at(&walk, plan.files[i]) == FOUND_SAME;
    walk_end(&walk);
}

/* Reading is most of the work in an unchanged tree, so all threads do it beforehand. What is not the same is looked at
 * again in its turn, and reported then. */
static const bool *find_same(const TreePlan *plan)
{
    Comparing comparing = {plan, ARENA_ARRAY(plan->arena, bool, plan->job.count)};
    if (plan->top >= 0)
        pool_run(plan->job.pool, plan->arena, plan->job.count, PORTION, compare_portion, &comparing);
    return comparing.same;
}

/* ---- what is to be done ---- */

/* Whether the current folder, or the last one of the way that exists, may be written; asked once per folder. */
static void check_writable(Walk *walk)
{
    WalkLevel *level = &walk->levels[walk->depth];
    if (level->fd < 0 || level->touched || walk->plan->job.look_only)
        return;
    level->touched = true;
    if (faccessat(level->fd, ".", W_OK | X_OK, AT_EACCESS))
        path_error(walk->diags, &walk->plan->job, walk->folder, "cannot write to the folder", errno);
}

static Found find_wanted(Walk *walk, const TreeFile *file, bool same)
{
    WalkStep step = walk_to(walk, file->path);
    if (step == WALK_THERE)
        return same ? FOUND_SAME : look_at(walk, file);
    return step == WALK_MISSING ? FOUND_NOTHING : FOUND_REFUSED;
}

static void plan_wanted(Walk *walk, const TreeFile *file, bool same, bool owned)
{
    TreePlan *plan = walk->plan;
    Found found = find_wanted(walk, file, same);
    plan->list_grows = plan->list_grows || !owned;
    if (found == FOUND_SAME || found == FOUND_REFUSED)
        return;
    if (found == FOUND_OTHER && !owned) {
        refuse(walk, file->path, "was not written by kiln; move it away or choose another output");
        return;
    }
    check_writable(walk);
    add_change(plan, file->path, found == FOUND_NOTHING ? TREE_NEW : TREE_CHANGED, file);
}

/* The list may be anybody's, and what is removed by it is gone. */
static bool begins_as_ours(Walk *walk, Str path)
{
    const TreeJob *job = &walk->plan->job;
    bool same = false;
    if (!job->head.size || str_equal(path, job->yielding))
        return true;
    int fd = openat(walk_fd(walk), walk->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int error = fd < 0 ? errno : same_bytes(fd, job->head, &same);
    if (fd >= 0)
        close(fd);
    if (error)
        path_error(walk->diags, job, path, "cannot read", error);
    else if (!same)
        refuse(walk, path,
               "is listed in " TREE_OWNERSHIP_FILE " to be removed, but was not written by kiln; take its line out");
    return same;
}

/* Something else in the place of a stale file is not the file that was written: it is only struck from the list. */
static void plan_stale(Walk *walk, Str path)
{
    struct stat status;
    walk->lenient = true;
    WalkStep step = walk_to(walk, path);
    walk->lenient = false;
    if (step != WALK_THERE)
        return;
    if (fstatat(walk_fd(walk), walk->name, &status, AT_SYMLINK_NOFOLLOW)) {
        if (errno == ENOENT)
            plan_add_leftover(walk->plan, path);
        else
            path_error(walk->diags, &walk->plan->job, path, "cannot look at", errno);
    } else if (S_ISREG(status.st_mode) && begins_as_ours(walk, path)) {
        check_writable(walk);
        add_change(walk->plan, path, TREE_REMOVED, NULL);
    }
}

static bool in_scope(const TreePlan *plan, Str path)
{
    return !plan->job.in_scope || plan->job.in_scope(plan->job.user, path);
}

/* The sorted merge of what is owned and what is wanted. */
typedef struct Merge {
    const TreePlan *plan;
    size_t wanted_at;
    size_t owned_at;
    const TreeFile *file; /* NULL: owned only */
    bool owned;
    Str path;
} Merge;

static bool merge_next(Merge *merge)
{
    const TreePlan *plan = merge->plan;
    bool wanted = merge->wanted_at < plan->job.count;
    bool owned = merge->owned_at < plan->owned.count;
    if (!wanted && !owned)
        return false;
    Str left = wanted ? plan->files[merge->wanted_at]->path : STR_NONE;
    Str right = owned ? plan->owned.paths[merge->owned_at] : STR_NONE;
    int order = !owned ? -1 : !wanted ? 1 : str_compare(left, right);
    merge->path = order <= 0 ? left : right;
    merge->file = order <= 0 ? plan->files[merge->wanted_at++] : NULL;
    merge->owned = order >= 0;
    merge->owned_at += merge->owned;
    return true;
}

void plan_list(const TreePlan *plan, bool stale, Buf *list)
{
    Merge merge = {.plan = plan};
    Str owner = plan->job.owner.size ? plan->job.owner : plan->owned.owner;
    if (owner.size)
        buf_printf(list, "# owner: %.*s\n", STR_ARG(owner));
    buf_add(list, STR("# The files that kiln wrote here. It replaces these and removes them once they are not wanted "
                      "any more.\n"));
    size_t head = list->size;
    while (merge_next(&merge))
        if (merge.file || stale || !in_scope(plan, merge.path)) {
            buf_add(list, merge.path);
            buf_add_char(list, '\n');
        }
    if (list->size == head)
        list->size = 0;
}

/* Last, since it depends on nothing but the paths. */
static void plan_ownership(Walk *walk)
{
    TreePlan *plan = walk->plan;
    Buf list = {0};
    plan_list(plan, false, &list);
    plan->list_changes = !str_equal(buf_str(&list), plan->owned.text) || (!list.size && plan->owned.text.data);
    buf_release(&list);
    if (!plan->list_changes)
        return;
    if (!plan->count)
        add_change(plan, STR(TREE_OWNERSHIP_FILE), plan->owned.text.data ? TREE_CHANGED : TREE_NEW, NULL);
    check_writable(walk);
}

static bool plan_fill(TreePlan *plan, Diags *diags)
{
    size_t errors = diags_error_count(diags);
    Walk walk;
    Merge merge = {.plan = plan};
    const bool *same = find_same(plan);
    walk_begin(&walk, plan, WALK_LOOK, diags);
    while (merge_next(&merge))
        if (merge.file)
            plan_wanted(&walk, merge.file, same[merge.wanted_at - 1], merge.owned);
        else if (in_scope(plan, merge.path))
            plan_stale(&walk, merge.path);
    walk_end(&walk);
    plan_ownership(&walk);
    if (plan->top < 0 && plan->count && !plan->job.look_only)
        top_creatable(&plan->job, diags);
    return diags_error_count(diags) == errors;
}

static bool is_owned(const TreePlan *plan, Str path)
{
    for (size_t i = 0; i < plan->owned.count; i++)
        if (str_equal(plan->owned.paths[i], path))
            return true;
    return false;
}

/* Whether anything but text stands in the top folder under that name. */
static bool stands_other(const TreePlan *plan, Str name, Str text)
{
    struct stat status;
    bool same = false;
    int fd = openat(plan->top, arena_text(plan->arena, name),
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT;
    bool comparable = !fstat(fd, &status) && S_ISREG(status.st_mode) && (size_t)status.st_size == text.size;
    int error = comparable ? same_bytes(fd, text, &same) : 0;
    close(fd);
    return error || !same;
}

/* Before anything is compared, so that the plan knows of no such file. */
static void drop_yielding(TreePlan *plan)
{
    Str path = plan->job.yielding;
    size_t kept = 0;
    if (!path.size || plan->top < 0 || is_owned(plan, path))
        return;
    for (size_t i = 0; i < plan->job.count; i++)
        if (!str_equal(plan->files[i]->path, path) || !stands_other(plan, path, plan->files[i]->text))
            plan->files[kept++] = plan->files[i];
    plan->job.count = kept;
}

TreePlan *tree_plan(Arena *arena, const TreeJob *job, Diags *diags)
{
    TreePlan *plan = ARENA_NEW(arena, TreePlan);
    plan->arena = arena;
    plan->job = *job;
    plan->top = -1;
    plan->files = paths_check(arena, job, diags);
    bool ok = plan->files && top_open(job, diags, &plan->top) &&
              owned_read(arena, plan->top, job, diags, &plan->owned);
    if (ok)
        drop_yielding(plan);
    if (ok && plan_fill(plan, diags))
        return plan;
    tree_plan_release(plan);
    return NULL;
}

void tree_plan_release(TreePlan *plan)
{
    if (plan->top >= 0)
        close(plan->top);
    plan->top = -1;
}

const TreeChange *tree_plan_changes(const TreePlan *plan, size_t *count)
{
    *count = plan->count;
    return plan->changes;
}

Str tree_plan_label(const TreePlan *plan, Arena *arena, Str path)
{
    return path_label(arena, &plan->job, path);
}

bool tree_plan_found(const TreePlan *plan, Arena *arena, const TreeChange *change, Diags *diags, Str *text)
{
    int error = file_read_below(arena, plan->top, change->path, FOUND_LIMIT, text);
    if (error)
        path_error(diags, &plan->job, change->path, "cannot read", error);
    return !error;
}
