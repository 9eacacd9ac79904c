/* What the files of this room share. */
#ifndef KILN_API_PRIVATE_H
#define KILN_API_PRIVATE_H

#include "table.h"

/* Whether a span of minors holds one of them. */
static inline bool spans(uint8_t since, uint8_t until, unsigned minor)
{
    return since <= minor && minor <= until;
}

/* kind.c; NULL: there is none. */
const ApiKind *kind_find(Str api_version, Str kind);
const ApiOld *old_find(Str api_version, Str kind);
/* NULL: the struct has no such field in any minor. */
const ApiField *field_find(const ApiType *type, Str name);

/* One object being held against the table. */
typedef struct Walk {
    ApiFaults *faults;
    size_t first; /* of its own faults */
    unsigned minor;
    Str kind;
} Walk;

/* A place in the object; up NULL: the object itself. */
typedef struct Spot {
    const Path *path;
    const Value *value;
} Spot;

/* lookup.c: whether the object's kind is served; NULL: nothing to hold it against, which may have been reported. */
const ApiKind *kind_judge(Walk *walk, const Value *object);

/* What may help when another version would do. */
#define STATE_VERSION "state the clusters' version: kubernetes in kiln.yaml, --kubernetes with -f"

/* fault.c: each adds one fault. */
bool walk_full(const Walk *walk);
void fault_unknown_field(Walk *walk, const ApiType *type, const Path *up, const MapEntry *entry);
void fault_field_version(Walk *walk, const ApiField *field, const Path *up, const MapEntry *entry);
void fault_missing(Walk *walk, const ApiField *field, Spot spot);
void fault_type(Walk *walk, const ApiType *type, Spot spot);
void fault_choice(Walk *walk, const ApiType *type, Spot spot);
void fault_bound(Walk *walk, const ApiType *type, Spot spot, const char *unit);
/* Of the object as a whole. */
void fault_object(Walk *walk, ApiAbout about, const Value *place, const char *path, Str message, Str fix);

#endif
