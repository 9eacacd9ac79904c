/* What the files of kiln diff share: files of two sides, what differs of them by environment, and how it is shown. */
#ifndef KILN_CLI_DIFF_H
#define KILN_CLI_DIFF_H

#include "cli_private.h"
#include "kiln/diff.h"

typedef struct DiffFile {
    Str path; /* below the folder; files of the same path are compared first */
    Str text;
} DiffFile;

typedef struct DiffFiles {
    Arena *arena;
    DiffFile *list; /* by path once read */
    size_t count;
    size_t capacity;
    bool owned; /* a tree of kiln's: its top folders are environments */
} DiffFiles;

typedef struct DiffGroup {
    Str name; /* the environment; empty: no tree of kiln's */
    DiffResult result;
} DiffGroup;

typedef struct DiffReport {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Watch *watch; /* of the run that it is of */
    DiffGroup *groups; /* those that differ */
    size_t count;
    size_t capacity;
    size_t compared; /* groups */
    size_t added;    /* objects */
    size_t removed;
    size_t changed;
    size_t same;
    size_t by_class[DIFF_CLASS_COUNT]; /* changes */
    size_t unclassed;
    unsigned classes;
    bool fold_cosmetic; /* there is more to read than cosmetic changes */
    DiffCapacity before; /* of groups whose capacity changed */
    DiffCapacity after;
} DiffReport;

/* ---- diff_read.c ---- */

/* A folder, a file, or standard input for "-". False: reported. */
bool diff_read(DiffFiles *files, Str path, Diags *diags) KILN_MUST_USE;

/* ---- diff_compare.c ---- */

/* Pairs of files of the same path; either may be NULL. */
typedef bool DiffPairFn(void *user, const DiffFile *from, const DiffFile *to);
bool diff_each_pair(const DiffFiles *from, const DiffFiles *to, DiffPairFn *each, void *user);
/* Files that are known to be the same on both sides, and so are neither in from nor in to. */
typedef struct DiffRest {
    size_t count; /* of their objects */
    bool (*matters)(void *user, const DiffWants *wants); /* whether any verdict may depend on them */
    bool (*read)(void *user, DiffFiles *files);
    void *user;
} DiffRest;
/* Files of one environment, sorted by path; rest NULL: these are all. False: a text is no YAML (reported). */
bool diff_compare(DiffReport *report, Str name, const DiffFiles *from, const DiffFiles *to, const DiffRest *rest,
                  DiffRenames renames) KILN_MUST_USE;
/* The same for whole trees, environment by environment where both are kiln's. */
bool diff_compare_trees(DiffReport *report, const DiffFiles *from, const DiffFiles *to) KILN_MUST_USE;

/* The environment that a path below a tree of kiln's belongs to; empty: none. */
Str diff_environment_of(Str path);

/* ---- diff_render.c: with what the project renders to ---- */

/* -e and --service. */
typedef struct DiffSelection {
    const Str *environments;
    size_t environment_count;
    const Str *services;
    size_t service_count;
} DiffSelection;

/* A project at the merge base with --base, and as it is in the work tree, both ready to render. */
typedef struct DiffSides {
    DiffSelection selection;
    Base base;
    RenderSession *old; /* NULL: there was no project */
    RenderSession *new;
    const Arguments *arguments;
    DiffReport *report;
    Diags *sharing; /* what the old side says while it shares with the new one what both have; or NULL */
} DiffSides;
/* False: reported, and nothing is open. */
bool diff_sides_open(DiffSides *sides, const Arguments *arguments, DiffReport *report) KILN_MUST_USE;
void diff_sides_close(DiffSides *sides);
/*
 * The selected files of one environment as each side renders them, sorted by path, without those that are known to be
 * the same; they are gone afterwards. What exists once comes last, under names of its own.
 */
typedef bool DiffSidesFn(void *user, Str environment, const DiffFiles *from, const DiffFiles *to, const DiffRest *rest);
bool diff_sides_each(DiffSides *sides, DiffSidesFn *each, void *user) KILN_MUST_USE;
#define DIFF_ARGOCD "argocd"
#define DIFF_WORKFLOWS "workflows"

/* What stands in the output folders against what would. */
bool diff_with_tree(const Arguments *arguments, DiffReport *report) KILN_MUST_USE;
/* The project at a revision against the one of the work tree. */
bool diff_with_base(const Arguments *arguments, DiffReport *report) KILN_MUST_USE;
/* One environment against another, the names of the first read as those of the second. */
bool diff_environments(const Arguments *arguments, Str from, Str to, DiffReport *report) KILN_MUST_USE;

/* ---- diff_show.c ---- */

/* A value of a change as it may be shown. */
const Value *diff_shown(Arena *arena, const DiffObject *object, const DiffChange *change, const Value *value);
/* Whether a value is short enough for the line of its change. */
bool diff_is_inline(const Value *value);
void diff_add_inline(Buf *out, const Value *value);
/* The rest, line by line; either may be NULL. How many lines the limit left out. */
size_t diff_add_block(Arena *arena, const Value *from, const Value *to, const char *gutter, size_t limit, Buf *out);
/* "Deployment shop/web" */
Str diff_object_text(Arena *arena, const DiffObject *object);
/* "recreates, restarts", or empty. */
Str diff_classes_text(Arena *arena, unsigned classes);
/* "2", "1..4 GiB" … */
Str diff_range_text(Arena *arena, int resource, DiffRange range);
extern const char *const diff_resource_names[DIFF_RESOURCE_COUNT];

/* How many changes of an object are only counted. */
size_t diff_folded(const DiffReport *report, const DiffObject *object);
bool diff_is_folded(const DiffReport *report, const DiffChange *change);
/* '+', '-' or '~'. */
char diff_sign(DiffKind kind);
/* Whether any total differs. */
bool diff_capacity_differs(const DiffCapacity *before, const DiffCapacity *after);

void diff_print_text(const DiffReport *report, bool colour, Buf *out);
void diff_print_json(const DiffReport *report, Buf *out);
/* At most DIFF_COMMENT_BYTES; what does not fit is folded, and the text says so. */
void diff_print_markdown(const DiffReport *report, Buf *out);
/* The most characters that a comment of GitHub's holds. */
#define DIFF_COMMENT_BYTES 65536

#endif
