/*
 * What the files of this room share: a plan, the ownership list, and the walk over folders. Paths are checked once,
 * by paths_check and owned_read; everything else relies on them.
 */
#ifndef KILN_TREE_PRIVATE_H
#define KILN_TREE_PRIVATE_H

#include "kiln/tree.h"

#include <limits.h>

/* One descriptor is open per level. */
#define TREE_DEPTH_MAX 32

/* ---- path.c ---- */

/* What git leaves in an unfinished merge. */
bool is_merge_mark(Str line);
/* Why text is no path below a top folder, as a phrase; NULL where it is one. */
const char *path_why(Str text);
/* The files sorted by path, or NULL when a path is bad, double, or a file and a folder at once. */
const TreeFile **paths_check(Arena *arena, const TreeJob *job, Diags *diags);
/* As the user knows it: label/path. */
Str path_label(Arena *arena, const TreeJob *job, Str path);
/* label/path: error: what: strerror(error) */
void path_error(Diags *diags, const TreeJob *job, Str path, const char *what, int error);

/* ---- owned.c ---- */

typedef struct Owned {
    Str text;  /* the ownership file as it stands; data NULL where there is none */
    Str owner; /* empty where it names none */
    Str *paths;
    size_t count;
} Owned;

bool owned_read(Arena *arena, int top, const TreeJob *job, Diags *diags, Owned *owned) KILN_MUST_USE;

/* ---- plan.c ---- */

struct TreePlan {
    Arena *arena;
    TreeJob job;
    const TreeFile **files; /* sorted by path */
    int top;                /* descriptor, locked; -1 while the folder does not exist */
    Owned owned;
    TreeChange *changes; /* by path, but for the ownership file, which is last */
    size_t count;
    size_t capacity;
    Str *leftovers; /* of a killed run: temporary files, and listed paths whose folder was made but they were not */
    size_t leftover_count;
    size_t leftover_capacity;
    bool list_grows;   /* a path is wanted that the list does not have yet */
    bool list_changes; /* the final list differs from the one that stands */
};

/* The list after this run, or with stale the union before it. Empty when no path is left. */
void plan_list(const TreePlan *plan, bool stale, Buf *list);

/* ---- walk.c: from folder to folder in path order, each opened once, none through a symbolic link ---- */

typedef struct WalkLevel {
    int fd;
    size_t size;  /* bytes of its path */
    bool touched; /* pruning: something in it was removed; looking: it was asked whether it can be written */
} WalkLevel;

typedef enum WalkMode {
    WALK_LOOK,   /* a missing folder is just missing; temporary files are noted in the plan */
    WALK_PEEK,   /* the same, and nothing is noted */
    WALK_CREATE, /* missing folders are made */
    WALK_PRUNE   /* folders that were emptied are removed on leaving */
} WalkMode;

typedef struct Walk {
    TreePlan *plan;
    Diags *diags;
    WalkMode mode;
    bool lenient;                         /* what stands in the way of a folder makes it missing, not an error */
    WalkLevel levels[TREE_DEPTH_MAX + 1]; /* the first is the top */
    size_t depth;                         /* the last one open */
    Str folder;                           /* its path; empty at the top */
    Str blocked;                          /* a folder that cannot be entered: missing, or reported already */
    bool blocked_reported;
    char name[NAME_MAX + 1]; /* the file's name, for system calls */
    Unpacked unpacked;       /* texts of files come in the same order */
} Walk;

typedef enum WalkStep { WALK_THERE, WALK_MISSING, WALK_FAILED } WalkStep;

void plan_add_leftover(TreePlan *plan, Str path);
void walk_begin(Walk *walk, TreePlan *plan, WalkMode mode, Diags *diags);
/* Makes the folder of a file the current one. WALK_FAILED: reported, once per folder. */
WalkStep walk_to(Walk *walk, Str path) KILN_MUST_USE;
static inline int walk_fd(const Walk *walk)
{
    return walk->levels[walk->depth].fd;
}
void walk_end(Walk *walk);

/* ---- top.c: the top folder and its lock ---- */

/* *fd is -1 where the folder does not exist. */
bool top_open(const TreeJob *job, Diags *diags, int *fd) KILN_MUST_USE;
/* Makes the folder with its parents. */
bool top_create(const TreeJob *job, Diags *diags, int *fd) KILN_MUST_USE;
/* Whether a missing top could be made; reports. */
bool top_creatable(const TreeJob *job, Diags *diags);

#endif
