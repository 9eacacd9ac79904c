/*
 * api: what API servers accept: the kinds of Kubernetes and of the custom resources that kiln renders, their fields
 * and types, and the minors of Kubernetes that have them. The facts are one generated table (src/api/README.md); this
 * room holds values against it. It knows neither rules nor severities, and it never prints.
 *
 * A kind that the table does not know is not judged: it may well be somebody's own. That does not go for the groups
 * of Kubernetes itself, which nobody adds to.
 *
 * Ownership: the table is constant; faults and their texts live in the arena of the list. Nothing here fails.
 */
#ifndef KILN_API_H
#define KILN_API_H

#include "kiln/base.h"
#include "kiln/value.h"

/* ---- versions of Kubernetes: "1.N", by their minor N ---- */

/* The oldest first, ended by NULL; what `kubernetes:` accepts. */
extern const char *const api_versions[];
#define API_VERSION_DEFAULT "1.34"
bool api_version_known(Str version);
/* The minor of one of api_versions; that of API_VERSION_DEFAULT for any other text. */
unsigned api_minor(Str version);

/* ---- faults ---- */

typedef enum ApiAbout {
    API_SCHEMA, /* no minor accepts it */
    API_VERSION /* another minor does, or will no longer */
} ApiAbout;

typedef struct ApiFault {
    ApiAbout about;
    Str path; /* inside the object: spec.template.spec.containers[0].image */
    /* What is at fault. Of a missing field: what should have it. Of a field that should not be there: its name, as a
     * string that comes from its value. */
    const Value *value;
    Str message; /* "unknown field 'replica' in Deployment spec" */
    Str fix;     /* "did you mean 'replicas'?" */
} ApiFault;

typedef struct ApiFaults {
    Arena *arena;
    ApiFault *list;
    size_t count;
    size_t capacity;
} ApiFaults;

/* Of one object; of more faults than this the rest is left out. */
#define API_FAULT_LIMIT 100

/* Adds all faults of an object. */
void api_check(unsigned minor, const Value *object, ApiFaults *faults);

/* ---- types, for whoever compares objects ---- */

typedef struct ApiType ApiType;
/* NULL where the table does not know the kind, or what stands there has no type of its own. */
const ApiType *api_type(Str api_version, Str kind);
const ApiType *api_type_field(const ApiType *type, Str name);
const ApiType *api_type_item(const ApiType *list);
/* The fields that tell the items of a list apart: up to API_KEYS_MAX of them; 0: the order does, or the whole item.
 */
#define API_KEYS_MAX 8
size_t api_type_keys(const ApiType *list, Str keys[API_KEYS_MAX]);

#endif
