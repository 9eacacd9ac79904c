/*
 * value: the immutable tree that everything in kiln is made of: what people wrote, merged definitions, template
 * contexts, rendered objects. Maps keep the order of their source. Values share structure freely: a merge copies only
 * the changed spine, a template result points into its context.
 *
 * Provenance: each value knows the place it came from (origin), each map entry the place of its key. In a rendered
 * object the entry's key_origin is the place in the template and the value's origin the input it came from, where it
 * came from an input. A string put together from several inputs has a Lineage that names all of them.
 *
 * Scalars keep the text as written, so that `1.10` stays `1.10` where a string is due.
 *
 * Ownership: a value and its text live in the arena that its maker was given. Nothing here fails but value_patch.
 */
#ifndef KILN_VALUE_H
#define KILN_VALUE_H

#include "kiln/base.h"
#include "kiln/diag.h"

typedef enum ValueKind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_MAP,
    VALUE_FUNCTION /* only in template contexts */
} ValueKind;

typedef enum ValueFlag {
    VALUE_PLAIN = 1, /* a plain scalar of a YAML file: its text is what stood there, and other readers may type it
                        differently */
    VALUE_FLOW = 2   /* a map or list written in flow style (JSON-like) */
} ValueFlag;

typedef struct Value Value;
typedef struct Function Function; /* jsone.h */

typedef struct MapEntry {
    Str key;
    Origin key_origin;
    const Value *value;
} MapEntry;

/* The input places that a computed string was made from, in order of use. */
typedef struct Lineage {
    Origin place; /* the template's */
    uint32_t count;
    Origin inputs[];
} Lineage;

struct Value {
    uint8_t kind;  /* ValueKind */
    uint8_t flags; /* ValueFlag */
    Origin origin;
    uint32_t size; /* bytes of text, items of a list, entries of a map */
    union {
        const char *text; /* scalars: as written, or as printed when computed; "" for an implicit null */
        const Value *const *items;
        const MapEntry *entries;
        const Function *function;
    };
    union {
        double number; /* VALUE_NUMBER */
        bool boolean;  /* VALUE_BOOL */
        const Lineage *lineage; /* VALUE_STRING, or NULL */
        const Index *index;     /* VALUE_MAP with many entries, else NULL */
    };
};

extern const Value value_null, value_true, value_false, value_empty_string, value_empty_list, value_empty_map;

/* What an embedded YAML file says, read at build time (tools/prebuild.c), with its places; rules without examples. */
const Value *embedded_value(const EmbeddedFile *file);
extern const Value *const embedded_values[];

/* ---- making ---- */

const Value *value_new_null(Arena *arena, Origin origin);
const Value *value_new_bool(Arena *arena, Origin origin, bool boolean);
const Value *value_new_number(Arena *arena, Origin origin, double number);
/* text is not copied; it must live as long as the value. */
const Value *value_new_string(Arena *arena, Origin origin, Str text);
const Value *value_new_string_made(Arena *arena, Str text, const Lineage *lineage);
/* A plain scalar as read from a file: kind as resolved, text as written. */
const Value *value_new_plain(Arena *arena, Origin origin, ValueKind kind, Str text, double number, bool boolean);
/* The same value with another origin (shares children). */
const Value *value_at(Arena *arena, const Value *value, Origin origin);
/* The scalar as a string with its text as written; strings return themselves. */
const Value *value_as_string(Arena *arena, const Value *scalar);
const Lineage *lineage_new(Arena *arena, Origin place, const Origin *inputs, size_t count);

/* With all its text, for an arena that lives longer. No functions. */
const Value *value_copy(Arena *arena, const Value *value);

typedef struct ListBuilder {
    Arena *arena;
    const Value **items;
    size_t count;
    size_t capacity;
} ListBuilder;
ListBuilder list_begin(Arena *arena);
void list_add(ListBuilder *list, const Value *value);
const Value *list_end(ListBuilder *list, Origin origin);

typedef struct MapBuilder {
    Arena *arena;
    MapEntry *entries;
    size_t count;
    size_t capacity;
    Index *index; /* from a certain size on */
    bool removed; /* some entry has been removed */
} MapBuilder;
MapBuilder map_begin(Arena *arena);
/* Starts with the entries of map, in order. */
MapBuilder map_begin_with(Arena *arena, const Value *map);
/* The same, with room for so many more: what is outgrown stays behind in the arena. */
MapBuilder map_begin_room(Arena *arena, const Value *map, size_t more);
/* Replaces the value of a key that is there (it keeps its position), else appends. */
void map_set(MapBuilder *map, Str key, Origin key_origin, const Value *value);
/* NULL where absent; valid until the next map_set. */
const MapEntry *map_peek(MapBuilder *map, Str key);
/* A key that is removed and set again stands where it stood. */
void map_remove(MapBuilder *map, Str key);
const Value *map_end(MapBuilder *map, Origin origin);
/* A version of a map that others will follow: without the index of large ones, which the last of them gets. */
const Value *map_end_draft(MapBuilder *map, Origin origin);
/* The value with the indexes that drafts in it lack. */
const Value *value_settle(Arena *arena, const Value *value);

/* The map without a key; itself where it has none. */
const Value *value_without(Arena *arena, const Value *map, Str key);

/* ---- reading ---- */

const char *value_kind_name(ValueKind kind); /* "null", "a boolean", "a number", "a string", "a list", "a map" */
static inline Str value_text(const Value *scalar) { return (Str){scalar->text, scalar->size}; }
static inline bool value_is(const Value *value, ValueKind kind) { return value && value->kind == (uint8_t)kind; }
static inline bool value_is_scalar(const Value *value)
{
    return value->kind >= VALUE_BOOL && value->kind <= VALUE_STRING;
}
/* Absent or null. */
static inline bool value_is_none(const Value *value) { return !value || value->kind == VALUE_NULL; }

/* NULL where map is NULL or no map, or has no such key. Constant time on large maps. */
const Value *value_get(const Value *map, Str key);
const MapEntry *value_entry(const Value *map, Str key);
/* Follows a dotted path of plain keys: value_path(service, "autoscaling.enabled"). */
const Value *value_path(const Value *value, const char *dotted);
/* A boolean by path; fallback where absent or null. */
bool value_flag(const Value *value, const char *dotted, bool fallback);
double value_number_at(const Value *value, const char *dotted, double fallback);
Str value_text_at(const Value *value, const char *dotted);

/* Same kind and content; text as written, key order and origins do not count: {a: 1, b: 2} equals {b: 2, a: 1.0}. */
bool value_equal(const Value *a, const Value *b);
/* Equal to the last character: scalars as they were written, maps in the same order. Either may be NULL. */
bool value_identical(const Value *a, const Value *b);

/* An integer that a double holds exactly. */
bool value_integer(const Value *number, int64_t *integer);
/* The shortest text that reads back as the same number, as ECMAScript's Number::toString prints it (ECMA-262
 * §6.1.6.1.20). */
#define NUMBER_TEXT_SIZE 32
Str number_print(double number, char text[NUMBER_TEXT_SIZE]);

/* ---- paths, for messages: ports.http.containerPort, config."config.yaml", list[2] ---- */

typedef struct Path {
    const struct Path *up;
    Str key;      /* data NULL: an index */
    size_t index;
} Path;
/* A segment that is no plain word is quoted. */
void path_print(const Path *path, Buf *out);
Str path_text(Arena *arena, const Path *path);
/* Takes a printed path apart, outermost step first, each pointing up at the one before; [] is an index of 0. NULL: no
 * path. */
const Path *path_parse(Arena *arena, Str text, size_t *count);
/* What stands at a path. A list takes an index, or the name of an item that has one (containers.app). NULL: nothing
 * does. */
const MapEntry *value_at_path(Arena *arena, const Value *value, const Path *steps, size_t count);

/* Compact JSON (RFC 8259), keys in the map's order or sorted by bytes; used by templates, hashes and messages. */
void value_print_json(const Value *value, bool sorted, Buf *out);
/* The same over several lines, two spaces deep, with a newline at the end. */
void value_print_json_indented(const Value *value, Buf *out);
/* Likewise inside a document, where a line is so deep and value begins at column of it; without the newline. */
void value_print_json_inside(const Value *value, size_t indent, size_t column, Buf *out);

/* ---- JSON Merge Patch (RFC 7386), origins kept: every value keeps the origin of the layer it came from ---- */

/* patch NULL or absent leaves target; null in patch removes. Shares all that does not change. */
const Value *value_merge(Arena *arena, const Value *target, const Value *patch);
/* Fills, leaf by leaf, what target leaves unsaid (absent or null); false or a list in target fills nothing below it.
 */
const Value *value_fill(Arena *arena, const Value *target, const Value *defaults);

/* ---- JSON Patch (RFC 6902) with JSON Pointers (RFC 6901) ---- */

/*
 * What patches may still do, counted down by each call: one budget for all patches of an object set, so that copies
 * of copies and wide maps rewritten again and again end in an error instead of using up memory.
 */
typedef struct ValuePatchBudget {
    size_t operations;
    size_t work; /* entries rewritten along the way (of maps fourfold), entries and bytes of what is added, copied or
                    moved */
} ValuePatchBudget;
#define VALUE_PATCH_BUDGET ((ValuePatchBudget){.operations = 1000, .work = 4u << 20})

typedef struct ValuePatchError {
    size_t operation; /* which one, from 0; SIZE_MAX: operations is no list */
    Origin origin;    /* its member at fault, else the operation */
    Str reason;       /* lower case, in the arena: "nothing at '/spec/replica'; did you mean 'replicas'?" */
} ValuePatchError;

/*
 * target with all operations carried out; NULL after the first that fails. Shares all that does not change. A value
 * that was added keeps its own origin, one that was copied or moved has the operation's, as has a map or list that
 * lost a member (there is nothing else left to point at); new entries have the operation's place for their key.
 */
const Value *value_patch(Arena *arena, const Value *target, const Value *operations, ValuePatchBudget *budget,
                         ValuePatchError *error) KILN_MUST_USE;

#endif
