/* What the files of this room share. */
#ifndef KILN_STANDARDS_PRIVATE_H
#define KILN_STANDARDS_PRIVATE_H

#include "kiln/api.h"
#include "kiln/jsone.h"
#include "kiln/standards.h"

/* What a check runs once for each of. */
typedef struct Item {
    const Value *value;  /* the context's `item` */
    const Value *anchor; /* the part of the object that `at` starts from */
    Str name;            /* the context's `itemName` */
    Str path;            /* the anchor's path in the object; empty for the object itself */
} Item;

/* One environment among all. */
typedef struct AcrossView {
    const Across *across;
    size_t environment;
    Across *claims; /* where what is found is to be noted first; or NULL */
    AcrossPart *part; /* where hashes of it are; or NULL */
    Str cluster;      /* of the part */
} AcrossView;

/* What several iterations of one object are made from. */
typedef struct Shared {
    struct Item *jobs; /* of a workflow */
    unsigned *facts;   /* of each job */
    size_t job_count;
    bool known;
    Index *variables; /* of its env maps: which hold what strangers write; or NULL */
} Shared;

typedef struct Items {
    Arena *arena;
    Shared *shared; /* or NULL */
    const AcrossView *across; /* for the iterations that see other environments, else NULL */
    unsigned minor; /* of Kubernetes */
    Item *list;
    size_t count;
    size_t capacity;
} Items;

typedef void EachFn(Items *items, const Value *object);
/* NULL for a word that names no iteration. */
EachFn *each_find(Str word);
Str each_words(Arena *arena);
/* across.c: what needs all environments together, and is looked at when all are there. */
EachFn each_namespace, each_remote_key;
void items_add(Items *items, Item item);
enum { EACH_MAX = 48 }; /* no fewer than there are iterations */
/* pod.c: kinds that make pods; empty behind the last. */
Str pod_kind_at(size_t index);
bool is_pod_bearing(Str kind);
/* The pod spec of a pod-bearing object, and its path; NULL where there is none. */
const Value *pod_of(const Value *object, const char **path);
/* The labels that its pods bear, and how many it is to have; or NULL. */
const Value *pod_labels(const Value *object);
const Value *pod_number(const Value *object);
/* Whether a container declares a port, which is given by its name or its number. */
bool port_declared(const Value *container, const Value *port);

/* A name under `let` is worked out once something needs it. */
typedef enum LetPhase { LET_WHEN, LET_ASSERT, LET_FINDING } LetPhase;

typedef struct Let {
    Str name;
    LetPhase phase; /* when it is first needed */
    JsoneKnown known; /* the names before it: it may be made of what it hides */
    LazyTemplate value;
} Let;

/*
 * What a check evaluates is compiled when it is first needed: most rules bind kinds that are not there, and most find
 * nothing to tell of. A project's own rules are compiled when they are loaded, so that their mistakes are told.
 */
typedef struct Check {
    EachFn *each;
    bool across; /* it needs all environments together */
    const Value *kinds; /* a list of names; NULL: any */
    Str at;
    LazyTemplate *when; /* or NULL */
    Let *lets; /* in the order in which they are worked out */
    size_t let_count;
    JsoneKnown known;
    LazyTemplate *assertion;
    LazyTemplate *from; /* or NULL */
    LazyTemplate *message;
    LazyTemplate *fix;
    LazyTemplate *fix_foreign; /* for what we did not render; or NULL */
    Severity severity[TIER_COUNT]; /* its own, else the rule's */
    bool off[TIER_COUNT];
} Check;

typedef struct CompiledRule {
    Rule rule;
    Severity severity[TIER_COUNT];
    bool off[TIER_COUNT];
    bool masked;
    Check *checks;
    size_t check_count;
} CompiledRule;

struct Standards {
    Arena *arena;
    CompiledRule *rules; /* by id */
    size_t count;
    size_t capacity;
    size_t let_most; /* of any check */
    const Value *functions;
    LazyCompiler *compiler;
};

/* What every check sees, before its own names: the context of an environment, of an object, of an item. */
enum { NAME_ENV, NAME_PROJECT, NAME_OBJECT, NAME_POD, NAME_ITEM, NAME_ITEM_NAME, NAME_COUNT };
extern const Str gate_names[NAME_COUNT];

/* rule.c: whole, with all that could be wrong with it told; or only as far as it must be known to find what it binds. */
bool rule_compile(Arena *arena, const Value *functions, Str id, const Value *value, bool whole, CompiledRule *rule,
                  Diags *diags);

/*
 * part.c: what a part of an environment asked of its own objects, and what the other parts have beyond them.
 *
 * Asked notes under which key a set was looked into and how many objects it had there: the answer was right if all
 * parts together have no more. or_next: it is enough if that is so of this key or of the next one noted.
 */
typedef struct Asked Asked;
void asked_note(Asked *asked, uint64_t key, size_t count, bool or_next);
/* A container's limits were held against the LimitRanges of the part alone. */
void asked_limits(Asked *asked, Str namespace, const Value *limits);
/* All parts but the last. */
typedef struct Beyond Beyond;
bool beyond_has(const Beyond *beyond, uint64_t key);
/* What their pods may ask for at most, as quota.c numbers it. */
__int128 beyond_amount(const Beyond *beyond, Str namespace, size_t resource);

/* set.c: the objects of one environment, indexed for the questions that rules ask across objects. */
typedef struct ObjectSet ObjectSet;
/* asked: of a part; beyond: of the last part; else NULL. */
ObjectSet *object_set_new(Arena *arena, const RenderedFile *files, size_t count, Asked *asked, const Beyond *beyond);
/* Whether so many objects, or parts of one, may still be looked at from another; where not, answers are empty. */
bool object_set_may_look(const ObjectSet *set, size_t count);
bool object_set_exhausted(const ObjectSet *set);
/* Each key under which there are objects, and how many. */
void object_set_tell(const ObjectSet *set, void *user, void (*tell)(void *user, uint64_t key, size_t count));
/* Before memory is used again that values asked about may have been in. */
void object_set_forget(const ObjectSet *set);
Asked *object_set_asked(const ObjectSet *set);
const Beyond *object_set_beyond(const ObjectSet *set);
/* Lists, in the asker's arena; empty where there is nothing. */
const Value *object_set_services_of(const ObjectSet *set, Arena *arena, const Value *workload);
const Value *object_set_hpa_of(const ObjectSet *set, Arena *arena, const Value *workload); /* or null */
const Value *object_set_ingress_owners(const ObjectSet *set, Arena *arena, Str namespace, Str host, Str path);
const Value *object_set_find(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name); /* or NULL */
/* Whether a ConfigMap or Secret of the set has the key, or an ExternalSecret makes it; an empty key asks for the
 * object. */
bool object_set_has_key(const ObjectSet *set, Arena *arena, Str kind, Str namespace, Str name, Str key);
bool object_set_certificate_issued(const ObjectSet *set, Arena *arena, Str namespace, Str secret);
/* The workloads whose pods an object's selector selects in its namespace: a Service's, a NetworkPolicy's, a PDB's. */
const Value *object_set_pods_of(const ObjectSet *set, Arena *arena, const Value *object);
/* NetworkPolicies and PodDisruptionBudgets with a selector of their own (not {}) that select a workload's pods. */
const Value *object_set_policies_of(const ObjectSet *set, Arena *arena, const Value *workload);
const Value *object_set_budgets_of(const ObjectSet *set, Arena *arena, const Value *workload);
/* The Services that a ServiceMonitor selects by their labels. */
const Value *object_set_monitored_by(const ObjectSet *set, Arena *arena, const Value *monitor);
const Value *object_set_in(const ObjectSet *set, Arena *arena, Str kind, Str namespace);
/* The same without a note, for whoever takes account of the other parts himself. */
const Value *object_set_own(const ObjectSet *set, Arena *arena, Str kind, Str namespace);
bool object_set_has_workloads(const ObjectSet *set, Arena *arena, Str namespace);
/* Whether a policy there denies all pods everything. */
bool object_set_denied(const ObjectSet *set, Arena *arena, Str namespace);

/* network.c: it selects all pods of its namespace, and lets nothing in or out. */
bool policy_denies_all(const Value *policy);
/* quota.c: what the pods of a namespace in the set may ask for at most, one amount per resource. */
enum { QUOTA_RESOURCES = 8 };
typedef struct Amounts {
    __int128 of[QUOTA_RESOURCES];
} Amounts;
void amounts_add(Amounts *amounts, const Amounts *more);
Amounts amounts_of(const ObjectSet *set, Arena *arena, const Value *workload);
/* workload.c: what of these limits a LimitRange forbids, in words, or empty. */
Str range_forbids(Arena *arena, const Value *range, const Value *limits);

/* gate.c: standards_judge; with a view, the checks that need all environments together, and only those. */
bool gate_judge(const Standards *standards, Arena *arena, GateScope scope, const AcrossView *view,
                const RenderedFile *files, size_t count, Findings *findings, Diags *diags) KILN_MUST_USE;
/* The same on one thread, of one part after the other. Lives in arena; what is found, in the arena of each call. */
typedef struct GateJudge GateJudge;
GateJudge *gate_judge_new(Arena *arena, const Standards *standards, const GateScope *scope);
bool gate_judge_files(GateJudge *judge, const ObjectSet *set, Arena *arena, const RenderedFile *files, size_t count,
                 Findings *findings, Diags *diags) KILN_MUST_USE;
/* across.c: the environments of objects that were read, which say themselves where they belong. */
bool across_judge_foreign(const Standards *standards, Arena *arena, GateScope scope, const RenderedFile *files,
                          size_t count, Findings *findings, Diags *diags) KILN_MUST_USE;

/* selector.c: a LabelSelector (or a map of labels) against labels. */
bool selector_matches(const Value *selector, const Value *labels);

/* findings.c: its kind, or what a file without kinds is called in rules. */
Str object_kind(FileForm form, const Value *object);

/* kind.c: the same with the group that it is of. */
typedef struct ObjectKind {
    Str name;
    Str group;
    bool known;   /* it is what rules mean by the name */
    bool another; /* it shares no more than the name with what rules mean by it */
} ObjectKind;
ObjectKind object_kind_of(FileForm form, const Value *object);
/* "Service.serving.knative.dev" */
Str object_kind_full(Arena *arena, ObjectKind kind);

/* waiver.c: lowers a waived finding to info, and names the waiver; one that has ended is named in the message. */
/* ---- findings.c ---- */

/* Adds a copy of finding, whose texts must last as long. */
void findings_put(Arena *arena, Findings *findings, Finding finding);

void waiver_apply(Arena *arena, const GateScope *scope, const RenderedFile *file, Finding *finding);

/* functions.c */
/* An answer that the rules of one object ask for again. */
typedef struct Answer {
    const Function *function;
    const Value *arg;
    const Value *value;
} Answer;
enum { ANSWERS = 8 }; /* a power of two */

typedef struct GateHost {
    RenderHost render; /* first, so that the template functions find theirs */
    const ObjectSet *set;
    const RenderedFile *file; /* that is judged */
    Answer answers[ANSWERS];  /* as long as the arena of the object lasts */
} GateHost;
/* What every function of a rule is made of (functions.c, network.c, workload.c). */
#define CALL_PARAMETERS                                                                                    \
    const Function *function, JsoneRun *run, const JsoneScope *scope, Origin at, const Value *const *args, \
        size_t count
/* A row's name, which must be constant. */
#define NAME(literal) {(literal), sizeof(literal) - 1}
#define CALL_UNUSED (void)function, (void)run, (void)scope, (void)at, (void)args, (void)count

/* For rows of one argument that ask the same of the same value each time: data names the function that knows. */
FunctionCall call_remembered;
typedef struct Remembered {
    FunctionCall *call;
} Remembered;
#define KNOWN_BY(call) (&(const Remembered){call})

static inline const ObjectSet *set_of(const JsoneRun *run)
{
    return ((const GateHost *)run->host)->set;
}

/* Empty for what is absent or no scalar: a rule finds fault with odd objects instead of breaking on them. */
static inline Str text_of(const Value *value)
{
    return value && value_is_scalar(value) ? value_text(value) : STR("");
}

static inline const Value *truth(bool holds)
{
    return holds ? &value_true : &value_false;
}

const Value *standards_functions(Arena *arena);
/* workload.c, network.c: more rows of the same table. */
typedef struct FunctionRows {
    const Function *rows;
    size_t count;
} FunctionRows;
extern const FunctionRows workload_functions, network_functions, quota_functions, workflow_functions;

/* secret.c: what kind of secret a value holds, as a phrase, or NULL. The phrase never repeats the value. */
const char *literal_secret(Str name, Str value);

#endif
