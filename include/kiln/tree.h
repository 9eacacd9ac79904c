/*
 * tree: a folder of files that kiln wrote: who owns which file, what changed, writing it, removing what vanished.
 *
 * Each top folder holds one ownership file, `.kiln-owned`: a first comment line that names the owner, then the paths (relative
 * to the top, sorted, one a line) that kiln wrote. The union of the old and the new list is written before any file, the final list after all, so a kill
 * never orphans a file; each file is replaced by temp, flush, rename. Nothing is written outside the top folder, and
 * no symbolic link inside it is followed. A file that is not owned is never overwritten (unless its bytes are already the ones wanted: then it is adopted) or removed.
 *
 * Ownership: texts are not copied; they must live until tree_write returns.
 * Failure: false, with diagnostics already reported; a plan that fails has written nothing.
 */
#ifndef KILN_TREE_H
#define KILN_TREE_H

#include "kiln/base.h"
#include "kiln/diag.h"

typedef struct TreeFile {
    Str path; /* relative, '/'-separated, no empty, "." or ".." segment */
    Str text;
    Origin origin; /* what made it, for messages */
} TreeFile;

/* Which owned paths this run is responsible for: those outside are kept and stay listed. */
typedef bool TreeScopeFn(void *user, Str path);

typedef struct TreeJob {
    Str top;   /* folder, created if missing, with its parents */
    Str label; /* how messages call it: as the user wrote it */
    Str owner; /* written into the ownership file's first line; another owner's tree is an error. Empty: not checked */
    Str owner_hint; /* what the user can do about another owner: "set workflow.path in kiln.yaml" */
    const TreeFile *files;
    size_t count;
    TreeScopeFn *in_scope; /* NULL: everything */
    void *user;
} TreeJob;

typedef struct TreeResult {
    size_t written;   /* new or changed */
    size_t unchanged;
    size_t removed;
} TreeResult;

/* Compares and refuses without writing: every problem (foreign file in the way, folder in place of a file, no permission) is reported. */
typedef struct TreePlan TreePlan;
TreePlan *tree_plan(Arena *arena, const TreeJob *job, Diags *diags) KILN_MUST_USE;
/* Carries the plan out. */
bool tree_write(TreePlan *plan, Diags *diags, TreeResult *result) KILN_MUST_USE;

#define TREE_OWNERSHIP_FILE ".kiln-owned"

#endif
