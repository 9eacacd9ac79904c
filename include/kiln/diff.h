/*
 * diff: what a change of rendered objects is, and what it does.
 *
 * Two sets of objects are matched by identity (API group, kind, namespace, name), each pair compared as trees. A Delta
 * is the exact way from the old value to the new one; the changes are what a reader should know of it, each with its
 * classes. List items are matched by their merge keys, so a mere reordering is no change, but where order means
 * something: then, and wherever it makes pods restart, it is one.
 *
 * Ownership: everything lives in the arena given; values are shared with the input. Nothing here fails.
 */
#ifndef KILN_DIFF_H
#define KILN_DIFF_H

#include "kiln/base.h"
#include "kiln/kube.h"
#include "kiln/value.h"

/* ---- what a change does; the gravest first ---- */

typedef enum DiffClass {
    DIFF_DELETES_DATA,
    DIFF_RECREATES, /* an immutable field: the object must be deleted and made anew */
    DIFF_WEAKENS,   /* security, network rules, or what keeps a service up */
    DIFF_EXPOSURE,  /* a new host, port, path, peer or kind of service */
    DIFF_RESTARTS,  /* pods */
    DIFF_CAPACITY,
    DIFF_COSMETIC,
    DIFF_CLASS_COUNT
} DiffClass;
/* As users write them: "deletes-data", "recreates" … */
extern const char *const diff_class_names[DIFF_CLASS_COUNT];
#define DIFF_BIT(class) (1u << (class))

/* ---- the exact difference of two values ---- */

typedef enum DeltaKind { DELTA_REPLACE, DELTA_MAP, DELTA_LIST } DeltaKind;

/*
 * One member of a map or list. Of a map only those that differ are there; of a list first all that stand in the new
 * one, in order, then those that are gone.
 */
typedef struct DeltaChild {
    Str key;    /* of an item its merge keys' values, or its index */
    bool named; /* the item is called by its merge keys */
    uint32_t old_index;       /* items; INDEX_NONE: was not there */
    const Value *from;        /* NULL: was not there */
    const Value *to;          /* NULL: is gone */
    const struct Delta *delta; /* both are there and differ; else NULL */
} DeltaChild;

typedef struct Delta {
    DeltaKind kind;
    bool reordered;      /* items that stay stand in another order */
    bool order_is_real;  /* and that means something */
    const Value *from;
    const Value *to;
    const DeltaChild *children;
    uint32_t count;
    uint32_t listed; /* of a list: how many of them stand in the new one */
} Delta;

/* Words of one environment that stand for those of another: from is read as to. */
typedef struct DiffRename {
    Str from;
    Str to;
} DiffRename;
typedef struct DiffRenames {
    const DiffRename *list;
    size_t count;
} DiffRenames;

/* NULL: equal. kind is the object's, for the merge keys of its lists. */
const Delta *delta_of(Arena *arena, Str kind, const Value *from, const Value *to, DiffRenames renames);
/* The same as a JSON Patch (RFC 6902): applied to from it gives to. */
const Value *delta_patch(Arena *arena, const Delta *delta);

/* ---- changes ---- */

/* One step of a path. Item: key is what stands in the brackets of containers[app]. */
typedef struct DiffStep {
    const struct DiffStep *up;
    Str key;
    bool item;
    bool named; /* an item called by its merge keys, not by its index */
    Str behind_old; /* the option before an item, as --password, in the old list; empty: none */
    Str behind_new;
} DiffStep;
/* spec.template.spec.containers[app].env[LOG_LEVEL].value */
Str diff_path_text(Arena *arena, const DiffStep *path);
/*
 * What the old or new value at path is called, for masking: the key that it stands at, beside `value` its item's name,
 * and behind an option that.
 */
Str diff_path_name(const DiffStep *path, bool old);

typedef enum DiffKind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED, DIFF_REORDERED } DiffKind;

typedef struct DiffChange {
    DiffKind kind;
    const DiffStep *path; /* NULL: the object itself */
    const Value *from;
    const Value *to;
    unsigned classes;   /* DIFF_BITs */
    const char *reason; /* of the gravest of them, or NULL */
} DiffChange;

typedef struct DiffObject {
    Str api_version; /* the new one where both exist */
    Str kind;        /* empty: a document that is no object */
    Str namespace;
    Str name;        /* or the file, of what is no object */
    Str file;
    DiffKind kind_of_change;
    const Value *from; /* NULL: created */
    const Value *to;   /* NULL: deleted */
    const Delta *delta; /* of a changed one */
    DiffChange *changes;
    size_t count;
    size_t capacity;
    unsigned classes;
} DiffObject;

/* ---- requests × replicas ---- */

typedef struct DiffRange {
    __int128 low;  /* nano units, at the fewest replicas */
    __int128 high; /* at the most */
} DiffRange;
enum { DIFF_CPU, DIFF_MEMORY, DIFF_STORAGE, DIFF_RESOURCE_COUNT };
typedef struct DiffCapacity {
    DiffRange of[DIFF_RESOURCE_COUNT];
} DiffCapacity;

/* ---- all of it ---- */

typedef struct DiffInput {
    const Value *object;
    Str file;
} DiffInput;

typedef struct DiffSide {
    const DiffInput *list;
    size_t count;
    size_t capacity;
} DiffSide;

/* What verdicts depend on beyond what differs. */
typedef struct DiffWants {
    bool workloads;  /* capacity changed, or a guard is gone: totals, and whether anything is left to guard */
    bool namespaces; /* labels changed: of Namespaces, Services, anything else; whether a selector uses them */
    bool services;
    bool others;
    const Str *labels; /* those labels */
    size_t label_count;
} DiffWants;
/* Whether a manifest whose text did not change may hold any of it. */
bool diff_matters(const DiffWants *wants, Str text);

typedef struct DiffResult {
    DiffObject *list; /* those that differ, by namespace, kind and name */
    size_t count;
    size_t capacity;
    size_t same;
    unsigned classes;
    DiffCapacity before;
    DiffCapacity after;
    DiffWants wants;
} DiffResult;

/* An object that both sides share by pointer costs next to nothing; give those that verdicts depend on. */
DiffResult diff_objects(Arena *arena, const DiffSide *from, const DiffSide *to, DiffRenames renames);

#endif
