/* What the files of this room share. */
#ifndef KILN_DIFF_PRIVATE_H
#define KILN_DIFF_PRIVATE_H

#include "kiln/diff.h"

/* ---- path.c ---- */

/* Whether the path's last steps are those of a pattern such as "containers.[].ports"; '|' parts alternatives, '[]' is an
 * item, '*' any key, and a leading '!' means any key but these. */
bool path_ends(const DiffStep *path, const char *pattern);
/* The steps from the object down, in the arena. */
const DiffStep **path_steps(Arena *arena, const DiffStep *path, size_t *count);
/* Whether the steps are all of a pattern; a last "**" stands for any number of further
 * steps, and what has a slash (a label's or annotation's key) is the last step, dots and all. */
bool steps_match(const DiffStep *const *steps, size_t count, const char *pattern);

/* ---- lists.c ---- */

typedef enum ListMatch {
    LIST_ORDERED, /* an edit script over equal items */
    LIST_KEYED,   /* by merge keys */
    LIST_SET      /* equal items, wherever they stand */
} ListMatch;

#define LIST_KEYS_MAX 3
typedef struct ListRow {
    const char *kinds; /* "Ingress|Role", or NULL: any */
    const char *path;  /* a pattern for path_ends */
    ListMatch match;
    const char *keys[LIST_KEYS_MAX]; /* dotted; "protocol=TCP" with its default */
    bool order_is_real;
    bool pairs; /* what is left of a set on both sides is compared in order */
    const char *source;
} ListRow;
extern const ListRow list_rows[];
extern const size_t list_row_count;
/* Never NULL: what no row knows is keyed by name where all items have one. */
const ListRow *list_row(Str kind, const DiffStep *path);
/* Whether another order of the items means another thing. */
bool list_order_is_real(const ListRow *row, const Value *list);
/* What an item is called by its row's keys; data NULL: it lacks one. */
Str list_item_key(Arena *arena, const ListRow *row, const Value *item);

/* ---- identity.c ---- */

bool kind_in(const char *kinds, Str kind);
Str text_renamed(Arena *arena, Str text, DiffRenames renames);

/* ---- consequence.c, consequence_table.c ---- */

/* What happened to one value. */
typedef struct Event {
    const Value *from; /* NULL: it came */
    const Value *to;   /* NULL: it went */
    const Value *object; /* around it, as it is now */
    const Value *before; /* NULL: the object came */
    bool scaled;         /* an autoscaler decides how many pods it has now */
} Event;
typedef bool WhenFn(const Event *event);

/* How far a row reaches beyond what changes itself. */
enum { REACH_BELOW = 1 /* what came or went whole */, REACH_NEW = 2 /* created objects */ };

typedef struct Consequence {
    const char *kinds; /* "Deployment|StatefulSet", "@pods": what has a pod spec, "@restarting"; NULL: any */
    const char *path;  /* a pattern for steps_match; "pod." and "template." begin at those of the kind */
    WhenFn *when;
    unsigned classes;
    unsigned reach;
    const char *reason; /* NULL: the class says it all */
    const char *source; /* where the field's meaning is written */
} Consequence;
extern const Consequence consequences[];
extern const size_t consequence_count;

/* What verdicts on one object need of all others. */
typedef struct Context {
    const Index *selected; /* selected_labels */
    const Index *scaled;   /* scaled_workloads, of the new side */
} Context;

typedef struct Judge {
    Arena *arena;
    Str kind;
    const Value *object;  /* the new one, or the deleted one */
    const Value *before;  /* the old one, or NULL */
    const Context *context;
    bool scaled;          /* as in Event */
    const Consequence **rows; /* those of the kind */
    size_t row_count;
} Judge;
Judge judge_new(Arena *arena, Str kind, const Value *from, const Value *to, const Context *context);
/* Sets the change's classes and reason. */
void judge_change(const Judge *judge, DiffChange *change);
/* The dotted path to a kind's pod template: "" is the object itself; NULL: it has none. */
const char *template_path(Str kind);
bool quantities_equal(const DiffStep *path, const Value *from, const Value *to);

/* ---- changes.c ---- */

/* Fills in the changes and classes of an object that differs. */
void object_judge(Arena *arena, const Context *context, DiffObject *object);

/* ---- selectors.c ---- */

const Index *selected_labels(Arena *arena, const DiffSide *from, const DiffSide *to);
bool label_is_selected(Arena *arena, const Index *selected, Str kind, Str label);

/* ---- guards.c ---- */

const Index *workload_labels(Arena *arena, const DiffSide *side);
/* What loses its meaning with the pods that it is for. */
bool is_guard(Str kind);
bool guards_workloads(Arena *arena, const Index *workloads, const Value *guard);

/* ---- capacity.c ---- */

DiffCapacity capacity_of(Arena *arena, const DiffSide *side);
/* Those whose number of pods an autoscaler sets, as number of the autoscaler on its side. */
const Index *scaled_workloads(Arena *arena, const DiffSide *side);
bool is_scaled(Arena *arena, const Index *scaled, const Value *workload);

#endif
