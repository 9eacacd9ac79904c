/*
 * Carrying a plan out, in an order that a kill at any moment leaves repairable: the union of the old and the new
 * ownership list, the files, what a killed run left, what is stale, the final list. A step that has nothing to do
 * writes nothing.
 */
#include "tree_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that appeared since the plan was made, with a list in it, is another run's, which has ended: plan anew. */
static bool make_top(TreePlan *plan, Diags *diags)
{
    struct stat status;
    if (plan->top >= 0)
        return true;
    if (!top_create(&plan->job, diags, &plan->top))
        return false;
    if (fstatat(plan->top, TREE_OWNERSHIP_FILE, &status, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
        return true;
    tree_plan_release(plan);
    const TreePlan *again = tree_plan(plan->arena, &plan->job, diags);
    if (again)
        *plan = *again;
    return again;
}

static bool write_list(TreePlan *plan, bool stale, Diags *diags)
{
    Buf list = {0};
    plan_list(plan, stale, &list);
    int error = 0;
    if (list.size)
        error = file_write(plan->top, TREE_OWNERSHIP_FILE, buf_str(&list));
    else if (unlinkat(plan->top, TREE_OWNERSHIP_FILE, 0) && errno != ENOENT)
        error = errno;
    buf_release(&list);
    if (error)
        path_error(diags, &plan->job, STR(TREE_OWNERSHIP_FILE), "cannot write", error);
    return !error;
}

/* ---- files, some at a time on each thread ---- */

enum { PORTION = 64 };

typedef struct Writing {
    TreePlan *plan;
    Diags **diags;   /* one per portion, as are the counts */
    size_t *written;
    atomic_bool failed;
} Writing;

static bool write_file(Walk *walk, const TreeChange *change)
{
    if (walk_to(walk, change->path) != WALK_THERE)
        return false;
    int error = file_write(walk_fd(walk), walk->name, tree_file_text(change->file, &walk->unpacked));
    if (error)
        path_error(walk->diags, &walk->plan->job, change->path, "cannot write", error);
    return !error;
}

/* The first failure ends it: a full disk would fail for every file. */
static void write_portion(void *user, Portion portion, Arena *arena)
{
    Writing *writing = user;
    const TreePlan *plan = writing->plan;
    Walk walk;
    writing->diags[portion.number] = diags_new(arena, NULL);
    walk_begin(&walk, writing->plan, WALK_CREATE, writing->diags[portion.number]);
    for (size_t i = portion.from; i < portion.to && !atomic_load(&writing->failed); i++) {
        if (!plan->changes[i].file)
            continue;
        if (write_file(&walk, &plan->changes[i]))
            writing->written[portion.number]++;
        else
            atomic_store(&writing->failed, true);
    }
    walk_end(&walk);
}

/* Of several that failed at the same time, one is enough to say. */
static bool write_files(TreePlan *plan, Diags *diags, TreeResult *result)
{
    size_t portions = portion_count(plan->count, PORTION);
    Writing writing = {.plan = plan,
                       .diags = ARENA_ARRAY(plan->arena, Diags *, portions),
                       .written = ARENA_ARRAY(plan->arena, size_t, portions)};
    pool_run(plan->job.pool, plan->arena, plan->count, PORTION, write_portion, &writing);
    size_t before = diags_error_count(diags);
    for (size_t i = 0; i < portions; i++) {
        result->written += writing.written[i];
        if (diags_error_count(diags) == before)
            diags_move(diags, writing.diags[i]);
    }
    return !atomic_load(&writing.failed);
}

/* Removes one file; that it is gone already is fine. */
static bool remove_file(Walk *walk, Str path, bool *removed)
{
    *removed = false;
    WalkStep step = walk_to(walk, path);
    if (step != WALK_THERE)
        return step == WALK_MISSING;
    *removed = !unlinkat(walk_fd(walk), walk->name, 0);
    if (!*removed && errno != ENOENT) {
        path_error(walk->diags, &walk->plan->job, path, "cannot remove", errno);
        return false;
    }
    walk->levels[walk->depth].touched = true;
    return true;
}

/* Before pruning, so that nothing keeps an emptied folder alive. */
static bool remove_leftovers(TreePlan *plan, Diags *diags)
{
    Walk walk;
    bool ok = true, removed;
    walk_begin(&walk, plan, WALK_PRUNE, diags);
    for (size_t i = 0; i < plan->leftover_count && ok; i++)
        ok = remove_file(&walk, plan->leftovers[i], &removed);
    walk_end(&walk);
    return ok;
}

static bool remove_stale(TreePlan *plan, Diags *diags, TreeResult *result)
{
    Walk walk;
    bool ok = true, removed;
    walk_begin(&walk, plan, WALK_PRUNE, diags);
    for (size_t i = 0; i < plan->count && ok; i++) {
        if (plan->changes[i].kind != TREE_REMOVED)
            continue;
        ok = remove_file(&walk, plan->changes[i].path, &removed);
        result->removed += removed;
    }
    walk_end(&walk);
    return ok;
}

static bool write_all(TreePlan *plan, Diags *diags, TreeResult *result)
{
    if (!plan->count && !plan->leftover_count)
        return true;
    return make_top(plan, diags) && (!plan->list_grows || write_list(plan, true, diags)) &&
           write_files(plan, diags, result) && remove_leftovers(plan, diags) && remove_stale(plan, diags, result) &&
           (!plan->list_changes || write_list(plan, false, diags));
}

bool tree_write(TreePlan *plan, Diags *diags, TreeResult *result)
{
    *result = (TreeResult){0};
    bool ok = write_all(plan, diags, result);
    result->unchanged = ok ? plan->job.count - result->written : 0;
    tree_plan_release(plan);
    return ok;
}
