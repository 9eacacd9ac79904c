/*
 * git: a project as it was at a revision, read by running git itself, which alone knows every form that a repository
 * takes. Offline, and without touching the work tree, the index or any ref.
 *
 * The commands used are plumbing (rev-parse, merge-base, rev-list, for-each-ref, cat-file --batch) with an
 * environment of their own, so that nothing that a repository's configuration names is run: no hook, pager, filter,
 * file system monitor, credential helper or remote. What a partial clone lacks is not fetched. Files are as they are
 * stored: no line ending is changed, no filter of .gitattributes applied.
 *
 * Ownership: all is in the arena given to git_open. Failure: NULL or false, reported.
 */
#ifndef KILN_GIT_H
#define KILN_GIT_H

#include "kiln/base.h"
#include "kiln/diag.h"

typedef struct Git Git;

/*
 * The repository around a folder (absolute). environment is the program's, ended by NULL: what it says of PATH, HOME
 * and of git's configuration is passed on, what it says of another repository is not.
 */
Git *git_open(Arena *arena, Str folder, char *const *environment, Diags *diags) KILN_MUST_USE;
/* From the repository's top to the folder: "" or "examples/shop/". */
Str git_prefix(const Git *git);
/* History is cut off somewhere. */
bool git_is_shallow(const Git *git);

/* The full id of the one commit that a user's word names. */
bool git_commit(const Git *git, Str revision, Str *commit, Diags *diags) KILN_MUST_USE;
/*
 * What a pull request against revision is compared with: the merge base of revision and HEAD, and revision itself
 * where they share no history.
 */
bool git_base(const Git *git, Str revision, Str *commit, Diags *diags) KILN_MUST_USE;
/* A file as a commit left it. */
typedef struct GitVersion {
    Str commit;
    Str text;     /* data NULL where that commit removed it, or made it larger than the limit */
    Arena *arena; /* of the text; it and all that is put there is freed before the next version */
} GitVersion;
/* Returns false to see no more. */
typedef bool GitVersionFn(void *user, const GitVersion *version);
/*
 * The versions of a file (relative to the folder), newest first, along the first parents of HEAD: a merge counts as
 * one change. At most GIT_HISTORY_LIMIT of them.
 */
bool git_history(const Git *git, Str path, size_t limit, GitVersionFn *each, void *user, Diags *diags) KILN_MUST_USE;
enum { GIT_HISTORY_LIMIT = 10000 };

/*
 * The folder's files at a commit. One that cannot be had (ECANCELED) has been reported in diags. What is read lives
 * in git_open's arena, whatever arena the reader gives.
 */
FileStore *git_store_open(const Git *git, Str commit, Diags *diags) KILN_MUST_USE;
void git_store_close(FileStore *store);

#endif
