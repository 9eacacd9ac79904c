/*
 * model: THE field table. One row is one field that a user can write: path, type, limits, default, kinds, group,
 * prose, example. The reference that the rows follow is docs/definition.md. Everything that must know what a field is
 * reads this table: validation, expansion of shorthands, one-of groups in merges, defaults, later JSON Schema,
 * reference pages and completion.
 *
 * The life of a definition:
 *
 *   - model_expand: one layer as written → validated, in long form; strings that hold ${…} wait
 *   - model_merge: layers 4–8, lowest first (RFC 7386, aware of one-of groups)
 *   - model_fill: leaf by leaf from layers 1–3; afterwards no null is left
 *   - (project resolves references)
 *   - model_expand, resolved: again, now with every value known, so that what a block needs must be there
 *   - model_complete: every row present: defaults, {} [] or null
 *
 * In a layer null unsays a field. On a user-named entry it stays as a mark until model_fill, so that it keeps the
 * defaults' entry out too.
 *
 * Ownership: results live in the arena given and share with their input. Values keep their origins; what a shorthand
 * expands to has the origin of the shorthand. Failure: NULL after all errors of that layer have been reported.
 */
#ifndef KILN_MODEL_H
#define KILN_MODEL_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"

typedef enum ModelDocument {
    MODEL_SERVICE,     /* services/NAME.yaml */
    MODEL_ENVIRONMENT, /* environments/E.yaml: service fields (layer 5), its own fields, defaults: (layer 3) */
    MODEL_PROJECT,     /* kiln.yaml; its defaults: are service fields (layer 2) */
    MODEL_RELEASES     /* releases/E.yaml */
} ModelDocument;

typedef enum WorkloadKind {
    KIND_DEPLOYMENT = 1,
    KIND_STATEFULSET = 2,
    KIND_CRONJOB = 4,
    KIND_JOB = 8,
    KIND_ANY = 15
} WorkloadKind;
/* KIND_DEPLOYMENT for text that names no kind (model_expand reports it). */
WorkloadKind workload_kind(Str name);

typedef struct ModelExpand {
    ModelDocument document;
    WorkloadKind kind; /* of the service; KIND_ANY for documents and defaults that belong to no service */
    bool block;        /* raw is the content of a service block inside services/X.yaml environments.E: 'kind' and
                          'environments' are not allowed */
    bool skip_foreign; /* fields that the kind cannot use are left out instead of being errors (kiln.yaml,
                          environments) */
    bool resolved;     /* references are resolved: a string that holds ${ is just a string */
} ModelExpand;

const Value *model_expand(Arena *arena, const Value *raw, ModelExpand how, Diags *diags) KILN_MUST_USE;

/* Service definitions in long form. higher NULL leaves lower. lower NULL gives higher. */
const Value *model_merge(Arena *arena, const Value *lower, const Value *higher);
/* The same for a document's own rows (deploy.on is a one-of group), and for a map of external peers. */
const Value *model_merge_document(Arena *arena, const Value *lower, const Value *higher, ModelDocument document);
const Value *model_merge_external(Arena *arena, const Value *lower, const Value *higher);
const Value *model_fill(Arena *arena, const Value *target, const Value *defaults);
/* Leaves out what the kind cannot use: for layers that all services share. */
const Value *model_for_kind(Arena *arena, const Value *definition, WorkloadKind kind);

/* Every row of definition.md §2 present (templates.md rule 2: "absent is present"); constant defaults filled in. */
const Value *model_complete(Arena *arena, const Value *definition, WorkloadKind kind);
/* The same for one row by itself, which must exist: model_complete_row(arena, "health.startup", &value_empty_map, kind). */
const Value *model_complete_row(Arena *arena, const char *dotted, const Value *value, WorkloadKind kind);
/* The same for kiln.yaml's and an environment's own rows. */
const Value *model_complete_document(Arena *arena, const Value *document_value, ModelDocument document);

/* ---- the table itself, for documentation, schemas and audits ---- */

typedef enum FieldType {
    FIELD_BLOCK,  /* a map with fixed members: the rows below it */
    FIELD_NAMED,  /* a map with user-chosen names: members are the rows below <name>, beside a few fixed ones */
    FIELD_LIST,   /* a list, replaced whole */
    FIELD_FREE,   /* any map, typed as YAML */
    FIELD_ANY,    /* any value: map, list or scalar, typed as YAML */
    FIELD_CONFIG, /* text; or a map or list, typed as YAML, for a file name in .yaml, .yml or .json */
    FIELD_BOOL,
    FIELD_INTEGER,
    FIELD_NUMBER,
    FIELD_STRING, /* text as written */
    FIELD_SCALAR, /* string, number or boolean, taken as written */
    FIELD_ENUM,
    FIELD_NAME, /* definition.md §1: name */
    FIELD_PORT,
    FIELD_PORT_NAME,
    FIELD_PORT_REF,
    FIELD_QUANTITY, /* canonical in long form */
    FIELD_DURATION,
    FIELD_INT_OR_PERCENT,
    FIELD_PERCENT,
    FIELD_PATH, /* absolute */
    FIELD_RELATIVE_PATH,
    FIELD_FILE, /* a file name, or an absolute path */
    FIELD_LABEL,
    FIELD_LABEL_KEY,
    FIELD_ENV_NAME,
    FIELD_CONFIG_KEY,
    FIELD_RESOURCE, /* an extended resource's name: vendor/name */
    FIELD_IMAGE,
    FIELD_HOST, /* DNS name */
    FIELD_CIDR,
    FIELD_CRON,
    FIELD_DATE,
    FIELD_EMAIL,
    FIELD_DIGEST,
    FIELD_REVISION,
    FIELD_TYPE_COUNT
} FieldType;

typedef struct Field Field; /* src/model/table.h */

/* Whether text is of a type whose values are text, without looking at a row's limits. */
bool type_accepts(FieldType type, Str text);
/* What a key of the type looks like. */
const char *type_expected(FieldType type);

/* One row as people are told of it. Texts live in the arena given; an empty one has nothing to say. */
typedef struct FieldInfo {
    const Field *row;
    ModelDocument document;
    Str path;     /* <name> for what users name, [] for an item: ports.<name>.containerPort */
    Str where;    /* the files that it stands in */
    Str type;     /* "a port (1-65535)" */
    Str short_form; /* what a scalar in its place stands for: "containerPort" */
    Str fallback; /* the default, as YAML or in words */
    bool fallback_words;
    Str kinds;    /* the workload kinds that have it; empty: all */
    Str rivals;   /* the fields that exclude it */
    Str members;  /* of a block: their names */
    Str choices_later; /* values that are not supported yet */
    Str doc;
    Str example;  /* a value, as YAML */
    Str refused;  /* there is no such field, and this is what to write */
    bool required;
    bool later;   /* not supported yet, it or a block around it */
} FieldInfo;

/*
 * The row that a path leads to; names that users choose may be written as they are or as <name>. False: no such
 * field, and *miss is what was meant instead, if that is close.
 */
bool model_field(Arena *arena, ModelDocument document, const Path *steps, size_t count, FieldInfo *info, Str *miss);
/* Every row once, in the table's order: where a block has the fields of a service or a container, these are not
 * repeated. */
typedef void FieldVisit(void *user, const FieldInfo *info);
void model_fields(Arena *arena, ModelDocument document, FieldVisit *visit, void *user);
/* The reference page, docs/definition.md. */
void model_print_page(Arena *arena, Buf *out);
/* JSON Schema, draft-07, of what people write. */
const Value *model_schema(Arena *arena, ModelDocument document);

#endif
