/*
 * standards: the gate. Rules are data (standards/<rule-id>.yaml, embedded; a project's file of the same name replaces
 * one, a new name adds one); this room evaluates them over rendered objects.
 *
 * A rule: title, rationale, sources, severity per tier, kinds, and one check or several under `checks`, which inherit
 * what the top says. A kind is a name, which means that of one group (src/standards/kind.c), or name and group
 * ("User.kafka.strimzi.io"). A check iterates (`each`), may be conditional (`when`), names values (`let`), states what must
 * hold
 * (`assert`) and says where (`at`), what is wrong (`message`) and the next step (`fix`; `fixForeign` for
 * what kiln did not render, whose author knows none of its fields). Expressions are JSON-e's and
 * see: object, pod (its pod spec or null), item and itemName (what is iterated), env {name, tier}, project, and the
 * functions of templates plus those of src/standards/functions.c.
 *
 * Ownership: rules live in the arena given to standards_load, for all threads; shipped ones are compiled when they are
 * first needed. Failure: NULL or false,
 * reported.
 */
#ifndef KILN_STANDARDS_H
#define KILN_STANDARDS_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/project.h"
#include "kiln/render.h"
#include "kiln/value.h"

typedef struct Standards Standards;

/* project NULL: the built-in rules alone. */
Standards *standards_load(Arena *arena, Sources *sources, const Project *project, Diags *diags) KILN_MUST_USE;

typedef struct Rule {
    Str id;
    const Value *value; /* as written; of a built-in one without its examples */
    Origin origin;
} Rule;
/* With its examples, which no run needs: they are read when they are asked for. */
const Value *rule_whole(Arena *arena, const Sources *sources, const Rule *rule, Diags *diags) KILN_MUST_USE;
size_t standards_count(const Standards *standards);
const Rule *standards_rule(const Standards *standards, size_t index);
/* NULL: there is none of that id. */
const Rule *standards_find(const Standards *standards, Str id);
/* How much a rule weighs in a tier; false where it is off. */
bool rule_severity(const Standards *standards, const Rule *rule, Tier tier, Severity *severity);
/* Each must be a rule; what is their name for messages: "option --rule". False: reported. */
bool standards_know(const Standards *standards, const char *what, const Str *ids, size_t count,
                    Diags *diags) KILN_MUST_USE;
/* A list of waivers, each of a rule that there is. False: reported. */
bool waivers_check(const Standards *standards, const Value *waivers, Diags *diags) KILN_MUST_USE;


typedef struct Finding {
    const Rule *rule;
    Severity severity;
    const Value *object;
    FileForm form;
    Str file;    /* the rendered file */
    Str path;    /* inside the object: spec.template.spec.containers[0].image */
    Origin origin; /* the input line that caused it, else the template's */
    Str message;
    Str fix;
    bool masked; /* the place holds a secret: never quote it */
    const Value *waiver; /* what fits it, or NULL: {name, rule, reason, owner, expires …} */
    bool waived;         /* it lowered the finding to info: it has not ended */
} Finding;

typedef struct Findings {
    Finding **list;
    size_t count;
    size_t capacity;
} Findings;

/* JSON Schema, draft-07, of a rule's file. */
const Value *standards_schema(Arena *arena);

/* What the objects are judged as: an environment's name and tier, and the project's context (or NULL). */
typedef struct GateScope {
    Str environment;
    Tier tier;
    const Value *project;
    Origin origin; /* where the environment is written, for its own objects; or ORIGIN_NONE */
    Str today; /* YYYY-MM-DD: a waiver that ended before it no longer counts; empty: the same verdict on any day */
    Pool *pool; /* the threads to judge with, or NULL */
    Str cluster; /* environments of different clusters do not meet in a namespace of one name */
    Str kubernetes; /* the clusters' version ("1.34"); empty: the project's, else API_VERSION_DEFAULT */
} GateScope;

/* ---- foreign.c: manifests that somebody else made: of a file, a stream, a cluster ---- */

/*
 * What was read, a RenderedFile a source, its path as the user knows it. Lists are unpacked; what a server adds to an
 * object (status, managedFields, the annotation that repeats it) is left out. Objects that a controller or the cluster
 * made from others stay in the set for the rules that look across objects, in files marked `reference`.
 */
typedef struct Foreign {
    Arena *arena;
    RenderedFiles files;
    size_t objects;   /* to be judged */
    size_t generated; /* in the set, but not judged */
    bool failed;      /* something could not be read (reported) */
} Foreign;
Foreign foreign_begin(Arena *arena);

/*
 * How files of one sort become objects. A new sort is a row of `readers` in foreign.c: a function that says by the
 * absolute path whether the file is one, and one that adds its objects with foreign_add. The first row that takes a
 * path has it.
 */
typedef struct ForeignReader {
    const char *name; /* what such a file is, for messages: "manifests" */
    bool (*takes)(Str path);
    bool (*read)(Foreign *foreign, RenderedFile *file, const Source *source, Diags *diags);
} ForeignReader;
/* NULL: in a folder, nobody reads it. */
const ForeignReader *foreign_reader(Str path);
/* A file that was named itself, or a stream, is read as manifests where reader is NULL. */
typedef struct ForeignInput {
    const ForeignReader *reader;
    const Source *source;
} ForeignInput;
/* Reads all of them, on the threads of pool (or NULL), in their order; goes on after a mistake. False: reported. */
bool foreign_read(Foreign *foreign, Pool *pool, const ForeignInput *inputs, size_t count, Diags *diags) KILN_MUST_USE;

/* For those who hold values already: a file to add to, valid until the next one; and an object, or a list of them. */
RenderedFile *foreign_file(Foreign *foreign, Str path);
bool foreign_add(Foreign *foreign, RenderedFile *file, const Value *document, Diags *diags) KILN_MUST_USE;
/*
 * Once all are read, and before they are judged (standards_judge with foreign->files): sets apart what was generated,
 * and warns of objects that are there twice.
 */
void foreign_end(Foreign *foreign, Diags *diags);

/*
 * Judges all objects of one environment together; objects that were read and say which environment they are of
 * (label `environment` or `env`, their own or their Namespace's) are compared across environments too. Workflows, of which a project has one set, are judged as in the
 * strictest of its environments. false when a rule itself is broken (reported); findings are no failure.
 */
bool standards_judge(const Standards *standards, Arena *arena, GateScope scope, const RenderedFile *files,
                     size_t count, Findings *findings, Diags *diags) KILN_MUST_USE;

/*
 * ---- part.c: an environment judged part by part ----
 *
 * The verdict of standards_judge without all objects at hand: a part is judged when it is rendered and may be dropped
 * then. Where what a rule asks of other objects could have been answered otherwise by another part,
 * gate_parts_settled says so once all are in, and the environment is to be judged whole; that is rare, since rules ask
 * about a service's own objects, and never wrong. Parts are numbered from 0; the last one, which has the
 * environment's own objects, comes when all others are in.
 */
typedef struct GateParts GateParts;
typedef struct GatePart {
    const RenderedFile *files;
    size_t count;
    Arena *scratch; /* what it finds is there, too */
    Arena *lasting; /* for what is noted of it: a few hundred bytes a service */
} GatePart;
/* parts without the last one; lives in arena, of which children are made. */
GateParts *gate_parts_new(Arena *arena, const Standards *standards, GateScope scope, size_t parts, size_t workers);
/* What is not in arena. */
void gate_parts_free(GateParts *gate);
/* On any thread, but no two with the same worker at once. */
bool gate_part(GateParts *gate, size_t part, size_t worker, const GatePart *input, Findings *findings,
               Diags *diags) KILN_MUST_USE;
bool gate_last_part(GateParts *gate, const GatePart *input, Findings *findings, Diags *diags) KILN_MUST_USE;
bool gate_parts_settled(const GateParts *gate) KILN_MUST_USE;

/*
 * ---- across.c: what environments must not have in common ----
 *
 * Of each part of an environment a note is made while its objects are there: hashes of its namespaces and of the remote
 * keys of its ExternalSecrets. Once all environments are in, across_settle finds what several of them claim. That is
 * rarely anything; if so, the parts that claim it are rendered again and kept, and judged together. Whoever has only
 * some of the environments must not ask.
 */
typedef struct Across Across;
Across *across_new(Arena *arena);
typedef struct AcrossPart AcrossPart;
AcrossPart *across_part(Arena *lasting, Arena *scratch, const GateScope *scope, const RenderedFile *files,
                        size_t count);
/* All parts of an environment in the order of their objects; those that are NULL have none. */
void across_note(Across *across, size_t environment, const AcrossPart *const *parts, size_t count);
/* Nothing is claimed by more than one environment. */
bool across_settle(Across *across);
/* Whether across_judge must have that part of that environment kept, as across_note has numbered them. */
bool across_wants(const Across *across, size_t environment, size_t part);
/*
 * What is judged: an environment's objects, copied as far as such rules look at them; each environment once. Of scope,
 * all but the project and the pool.
 */
void across_keep(Across *across, const GateScope *scope, const RenderedFile *files, size_t count);
/* Each environment as its tier asks; project is what waivers are taken from. false: as standards_judge. */
bool across_judge(const Standards *standards, Arena *arena, Across *across, const Value *project, Findings *findings,
                  Diags *diags) KILN_MUST_USE;

/* What a finding's object is called: its kind, and its name where it has one. */
Str finding_kind(const Finding *finding);
Str finding_name(const Finding *finding);
/* Those of this level and above as diagnostics; no line of a diagnostic shows what a masked finding points at. */
void findings_report(const Findings *findings, Severity least, Diags *diags);
size_t findings_errors(const Findings *findings);
/* Adds all as they are. */
void findings_add(Findings *into, const Findings *from, Arena *arena);
/* Adds all, with what they need of it copied into arena: their objects are then no more than names. */
void findings_keep(Arena *arena, Findings *into, const Findings *from);
/* By place, each once. */
void findings_sort(Findings *findings, const Sources *sources);
/* Which rules' findings are asked for: these, or all without any; but not those. */
typedef struct RuleSelection {
    const Str *only;
    size_t only_count;
    const Str *without;
    size_t without_count;
} RuleSelection;
bool rule_selected(const RuleSelection *selection, Str id);
/* Drops the others; what they point at stays masked. */
void findings_select(Findings *findings, const RuleSelection *selection, Diags *diags);

/* ---- examples.c: a rule's good and bad examples, which are its tests ---- */

/*
 * The rules must be loaded whole. Judged as production of a project whose images are all below ghcr.io/shop and whose
 * priority class is standard: bad must be found where `found` says ("Deployment/web spec.replicas", in a list), once
 * where it says nothing; in good no rule that binds it may find anything. A rule binds an example that has an object
 * of its kinds, as it binds what is rendered; so what an object needs beside it (its NetworkPolicy, its
 * ServiceAccount) is part of the example. Only a project's own rules do not bind the examples of built-in ones. What
 * is not so is an error at the rule. False: there was an error.
 */
bool rule_test(const Standards *standards, const Rule *rule, Arena *arena, Sources *sources,
               Diags *diags) KILN_MUST_USE;

/* ---- waiver_use.c: which waivers anything needs ---- */

typedef struct WaiverUses WaiverUses;
WaiverUses *waiver_uses_new(Arena *arena);
/* The same waiver may be added for each environment. */
void waiver_uses_add(WaiverUses *uses, const Value *waivers);
/* What fits a finding is needed, ended or not. */
void waiver_uses_note(WaiverUses *uses, const Findings *findings);
/* Warns of the others. */
void waiver_uses_report(const WaiverUses *uses, Diags *diags);

/*
 * The value as it may be shown: what rule no-literal-secret finds in it is replaced by ***. name is what the value is
 * called. Shares all that is no secret.
 */
const Value *secrets_masked(Arena *arena, Str name, const Value *value);

#endif
