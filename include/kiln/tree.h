/*
 * tree: a folder of files that kiln wrote: who owns which file, what changed, writing it, removing what vanished.
 *
 * Each top folder holds one ownership file, `.kiln-owned`: a first comment line that names the owner, then the paths
 * (relative to the top, sorted, one a line) that kiln wrote. The union of the old and the new list is written before
 * any file, the final list after all, so a kill never orphans a file; each file is replaced by temp, flush, rename.
 * Nothing is written outside the top folder, and no symbolic link inside it is followed; nor one on the way to it from
 * the job's root, where it has one. A file that is not owned is
 * never overwritten (unless its bytes are already the ones wanted: then it is adopted) or removed. What is already
 * right is not touched: an unchanged run moves no modification time.
 *
 * One run at a time: a plan locks its folder (flock) until it is written or released; a second run waits a few
 * seconds and then fails.
 *
 * Ownership: files, paths, texts and packs are not copied; they must live until tree_write or tree_plan_release. Failure:
 * false or NULL, with diagnostics already reported; a plan that fails has written nothing. A write that fails stops
 * where it is; the next run completes the tree.
 */
#ifndef KILN_TREE_H
#define KILN_TREE_H

#include "kiln/base.h"
#include "kiln/diag.h"

typedef struct TreeFile {
    Str path; /* relative, '/'-separated, no empty, "." or ".." segment */
    Str text;         /* where it is in a pack, only its size */
    Origin origin;    /* what made it, for messages */
    const Pack *pack; /* of the texts of files that follow each other by path; or NULL */
    size_t at;        /* where its text begins in the pack's */
} TreeFile;

/* Which owned paths this run is responsible for: those outside are kept and stay listed. */
typedef bool TreeScopeFn(void *user, Str path);

typedef struct TreeJob {
    Str top;        /* folder, created if missing, with its parents */
    Str root;       /* a folder above top, below which no link leads to it; empty: the user named all of top */
    Str label;      /* how messages call it: as the user wrote it */
    Str owner;      /* in the ownership file's first line; another owner's tree is an error. Empty: not checked */
    Str owner_hint; /* what the user can do about another owner: "set workflow.path in kiln.yaml" */
    const TreeFile *files; /* in any order */
    size_t count;
    TreeScopeFn *in_scope; /* NULL: everything */
    void *user;
    Str head;       /* what every file but yielding begins with: nothing else is removed. Empty: not looked at */
    Str yielding;   /* one of files, in the top folder itself: what somebody else put in its place stays */
    bool look_only; /* the plan will not be written: no permission is asked for */
    Pool *pool;     /* the threads to compare and to write with, or NULL; it lives as long as the plan */
} TreeJob;

typedef struct TreeResult {
    size_t written; /* new or changed */
    size_t unchanged;
    size_t removed;
} TreeResult;

/*
 * Compares and refuses without writing: every problem (foreign file in the way, folder in place of a file, no
 * permission) is reported. Ends with tree_write or tree_plan_release, which frees the lock; the memory is the
 * arena's.
 */
typedef struct TreePlan TreePlan;
TreePlan *tree_plan(Arena *arena, const TreeJob *job, Diags *diags) KILN_MUST_USE;
void tree_plan_release(TreePlan *plan);

/*
 * What a plan would do, by path: nothing when the tree is up to date. The ownership file counts when it alone would
 * change.
 */
typedef enum TreeChangeKind { TREE_NEW, TREE_CHANGED, TREE_REMOVED } TreeChangeKind;
typedef struct TreeChange {
    Str path;
    TreeChangeKind kind;
    const TreeFile *file; /* NULL for TREE_REMOVED and for the ownership file */
} TreeChange;
const TreeChange *tree_plan_changes(const TreePlan *plan, size_t *count);

/* A path of the plan as the user knows it. */
Str tree_plan_label(const TreePlan *plan, Arena *arena, Str path);

/* What stands now where a TREE_CHANGED has a file: always one that kiln owns. */
bool tree_plan_found(const TreePlan *plan, Arena *arena, const TreeChange *change, Diags *diags,
                     Str *text) KILN_MUST_USE;

/* Carries the plan out, and releases it. */
bool tree_write(TreePlan *plan, Diags *diags, TreeResult *result) KILN_MUST_USE;

/* The paths that a folder's ownership file lists, sorted; none where there is no such file. */
bool tree_owned(Arena *arena, Str top, Str label, Diags *diags, Str **paths, size_t *count) KILN_MUST_USE;

#define TREE_OWNERSHIP_FILE ".kiln-owned"

/* The text of a file, packed or not; as long as pack_open's. */
Str tree_file_text(const TreeFile *file, Unpacked *unpacked);

/* The text that marks files as generated for GitHub, and where it is read. Lives in arena. */
Str tree_attributes(Arena *arena, const TreeFile *files, size_t count);
#define TREE_ATTRIBUTES_FILE ".gitattributes"

#endif
