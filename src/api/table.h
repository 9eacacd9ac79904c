/*
 * The table of kinds as it stands in the program: constant arrays that need no start-up, made by tools/api_table.c
 * from table.txt. Texts are parts of one pool; types, fields and words refer to each other by number.
 */
#ifndef KILN_API_TABLE_H
#define KILN_API_TABLE_H

#include "kiln/api.h"

typedef enum ApiBase {
    BASE_ANY,
    BASE_STRING,
    BASE_BOOLEAN,
    BASE_INTEGER,
    BASE_INT32,
    BASE_NUMBER,
    BASE_QUANTITY,
    BASE_INT_OR_STRING,
    BASE_TIME,
    BASE_LIST,
    BASE_MAP,
    BASE_STRUCT,
    BASE_COUNT
} ApiBase;

typedef enum ApiTypeFlag {
    TYPE_CORE = 1,        /* of Kubernetes itself, for which null is the same as nothing */
    TYPE_OPEN = 2,        /* a struct that keeps fields which it does not know */
    TYPE_NULL_INSIDE = 4, /* what a list or map holds may be null */
} ApiTypeFlag;

struct ApiType {
    uint8_t base; /* ApiBase */
    uint8_t flags;
    uint8_t required;  /* struct: fields that some minor requires */
    uint8_t key_count; /* list: the fields that tell its items apart */
    uint16_t first;    /* struct: its first field; list, map: the type inside; string: its first word */
    uint16_t count;    /* fields or words */
    uint16_t keys;     /* list: the first of its keys, a word */
    uint16_t bound;    /* 0: none */
};

/* Minors are the N of 1.N. since 0 and until UINT8_MAX: as far back and ahead as the table sees. */
typedef struct ApiField {
    uint16_t name;
    uint16_t type;
    uint8_t name_size;
    uint8_t nullable;
    uint8_t since;
    uint8_t until;
    uint8_t required_since; /* UINT8_MAX: never required */
    uint8_t required_until;
} ApiField;

typedef struct ApiWord {
    uint16_t text;
    uint8_t size;
} ApiWord;

typedef struct ApiBound {
    int64_t low; /* INT64_MIN, INT64_MAX: open */
    int64_t high;
} ApiBound;

/* What the rows of both tables of kinds begin with. */
typedef struct ApiName {
    ApiWord kind;
    ApiWord version; /* apiVersion */
} ApiName;

typedef struct ApiKind {
    ApiName name;
    uint16_t type;
    uint8_t since;
    uint8_t until;
} ApiKind;

/* An apiVersion that is deprecated or gone. */
typedef struct ApiOld {
    ApiName name;
    uint8_t deprecated;
    uint8_t removed;   /* the first minor without it, or UINT8_MAX */
    ApiName successor; /* of size 0: nothing took its place */
} ApiOld;

extern const char api_pool[];
extern const ApiType api_types[];
extern const ApiField
    api_fields[]; /* of each struct by length, then in byte order: most comparisons end at the length */
extern const ApiWord api_words[];
extern const ApiBound api_bounds[];
extern const ApiKind api_kinds[]; /* by kind, then apiVersion */
extern const size_t api_kind_count;
extern const ApiOld api_olds[]; /* likewise */
extern const size_t api_old_count;
extern const uint8_t api_oldest, api_newest;

static inline Str api_text(ApiWord word)
{
    return (Str){api_pool + word.text, word.size};
}

static inline Str field_name(const ApiField *field)
{
    return (Str){api_pool + field->name, field->name_size};
}

#endif
