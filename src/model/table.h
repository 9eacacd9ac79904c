/*
 * The shape of the field table. A row says all there is to know of one field; rows that belong together are groups,
 * and a group can be included at several places: the container's rows serve the main container, initContainers and
 * jobs, the service's rows serve services, their environment blocks, environments and defaults. A row's path follows
 * from where its group is included, so no path is written twice.
 *
 * All of it is static and const: the program starts with the table in place, and any thread may walk it.
 */
#ifndef KILN_MODEL_TABLE_H
#define KILN_MODEL_TABLE_H

#include "kiln/model.h"

typedef struct FieldGroup FieldGroup;
typedef struct Expand Expand; /* expand.h */

/* Turns a form that is not the long one into the long one; NULL after an error. */
typedef const Value *Shorthand(Expand *expand, const Field *row, const Value *value, const Path *path);

/* Where a definition's rows can stand. 0 in a row: everywhere. */
enum {
    PLACE_SERVICE = 1,          /* services/S.yaml, layer 4 */
    PLACE_BLOCK = 2,            /* its environments.E, layer 7, and --set, layer 8 */
    PLACE_OVERLAY = 4,          /* environments/E.yaml, layer 5 */
    PLACE_DEFAULTS = 8,         /* its defaults, layer 3 */
    PLACE_PROJECT_DEFAULTS = 16 /* kiln.yaml defaults, layer 2 */
};

/* The kinds that a row names; 0 in a row: all. */
enum {
    KINDS_LASTING = KIND_DEPLOYMENT | KIND_STATEFULSET,
    KINDS_ENDING = KIND_CRONJOB | KIND_JOB,
    KINDS_BEFORE = 16 /* no kind of workload: an init container that ends before the main one starts */
};

struct Field {
    Str name;       /* the key; empty for the row of all entries of a NAMED map and of all items of a LIST */
    FieldType type; /* of the long form */
    bool off;       /* false switches it off */
    bool later;     /* not in this release: using it is an error */
    bool literal;   /* never holds a reference */
    bool required;  /* inside a block that is there at all */
    bool pinned;    /* an image: tag and digest are needed */
    bool optional;  /* unsaid, it is null in a complete definition, instead of a block or list with nothing in it */
    bool nulls;     /* null inside is content: the value is a merge patch itself */
    bool verbatim;  /* not completed: what stands there is a layer, not a definition */
    uint8_t kinds;  /* WorkloadKind bits */
    uint8_t places;
    uint8_t inside;             /* members stand at this place */
    uint8_t within;             /* members are judged by these kinds, whatever the service's; 0: by the service's */
    const char *lasting;        /* the member without which an entry's container runs to its end: KINDS_BEFORE */
    uint8_t one_of;             /* members of one block with the same number exclude each other; 0: none */
    FieldType keys;             /* NAMED: what its keys are */
    double min, max;            /* of numbers; max 0: as high as Kubernetes' integers go */
    const char *const *choices; /* of ENUM, ended by NULL */
    const char *const *later_choices;
    const FieldGroup *members; /* of BLOCK, and the fixed members of NAMED */
    const Field *entry;        /* of NAMED and LIST */
    const char *scalar;        /* the member that a scalar stands for */
    Shorthand *shorthand;      /* other short forms */
    const char *noun;          /* what one_of members of this block are: "handler" */
    const char *hint;          /* what to do instead, after a value out of range */
    const char *refused;       /* there is no such field, and this is what to write */
    const Value *fallback;     /* the constant default */
    const char *fallback_note; /* where the default is computed, in words */
    const char *doc;           /* one sentence */
    const char *example;       /* a value, as YAML */
};

struct FieldGroup {
    const Field *rows;
    size_t count;
    const FieldGroup *next; /* rows included from elsewhere */
};

/* The rows of a document's top level. */
const FieldGroup *document_group(ModelDocument document);
/* NULL where no row has the name. The first of several with a name that may stand at place; place 0 takes any. */
const Field *group_find(const FieldGroup *group, Str name, uint8_t place);
/* The row of a key inside a map of the given row: a fixed member, else the entries' row, else NULL. */
const Field *row_member(const Field *row, Str key);

static inline bool row_is_map(const Field *row)
{
    return row->type == FIELD_BLOCK || row->type == FIELD_NAMED;
}

static inline bool row_is_free(const Field *row)
{
    return row->type == FIELD_FREE || row->type == FIELD_ANY || row->type == FIELD_CONFIG;
}

static inline bool row_suits(const Field *row, WorkloadKind kind)
{
    return !row->kinds || (row->kinds & kind);
}

/* The kinds that judge what stands below a row. */
static inline WorkloadKind row_within(const Field *row, WorkloadKind kind)
{
    return row->within ? (WorkloadKind)row->within : kind;
}

static inline bool row_stands(const Field *row, uint8_t place)
{
    return !row->places || !place || (row->places & place);
}

extern const FieldGroup service_group;          /* table_service.c, with container_group */
extern const FieldGroup container_group;        /* table_container.c */
extern const FieldGroup network_group;          /* table_network.c: service, ingress, access */
extern const FieldGroup scale_group;            /* table_scale.c: replicas to grace period, jobs */
extern const FieldGroup environment_group;      /* table_environment.c, own rows alone */
extern const FieldGroup environment_file_group; /* the same with the service's rows */
extern const FieldGroup project_group;          /* table_project.c */
extern const FieldGroup releases_group;
/* One peer of access.to, access.from and external. */
extern const Field peer_row;
/* key → text, used in many places. */
extern const Field scalar_entry;

/* shorthand.c */
Shorthand shorthand_ports, shorthand_probe, shorthand_volume, shorthand_peer, shorthand_peer_ports;

/* ---- how rows are written ---- */

#define KEY(text)                \
    {                            \
        (text), sizeof(text) - 1 \
    }
#define ROWS(array)                     \
    {                                   \
        (array), LENGTH_OF(array), NULL \
    }
#define ROWS_AND(array, group)              \
    {                                       \
        (array), LENGTH_OF(array), &(group) \
    }
#define MEMBERS(array)                  \
    &(const FieldGroup)                 \
    {                                   \
        (array), LENGTH_OF(array), NULL \
    }
#define MEMBERS_AND(array, group)           \
    &(const FieldGroup)                     \
    {                                       \
        (array), LENGTH_OF(array), &(group) \
    }
#define CHOICES(...)      \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define TEXT_VALUE(literal)                                                  \
    &(const Value)                                                           \
    {                                                                        \
        .kind = VALUE_STRING, .size = sizeof(literal) - 1, .text = (literal) \
    }
#define NUMBER_VALUE(n)                                                         \
    &(const Value)                                                              \
    {                                                                           \
        .kind = VALUE_NUMBER, .size = sizeof(#n) - 1, .text = #n, .number = (n) \
    }
/* A map that takes text as written for any key. */
#define SCALARS_BY(key_type) .type = FIELD_NAMED, .keys = (key_type), .entry = &scalar_entry
/* A list of the given scalars. */
#define LIST_OF(item_type)                      \
    .type = FIELD_LIST, .entry = &(const Field) \
    {                                           \
        .type = (item_type)                     \
    }

#endif
