/* What the files that validate and expand share: one expansion at work. */
#ifndef KILN_MODEL_EXPAND_H
#define KILN_MODEL_EXPAND_H

#include "table.h"

struct Expand {
    Arena *arena;
    Diags *diags;
    ModelExpand how;
    uint8_t place; /* PLACE_*, or 0 outside of definitions */
    bool nested;   /* inside a row with kinds of its own (how.kind is theirs): a job, an init container */
    bool failed;
};

/*
 * The long form of one value under its row; the value itself where nothing changes. NULL after an error. at is where
 * the value's key stands, for what is wrong with the whole of it.
 */
const Value *expand_row(Expand *expand, const Field *row, const Value *value, Origin at, const Path *path);

/* Reports "PATH: …" and returns NULL. */
const Value *expand_fail(Expand *expand, Origin origin, const Path *path, const char *format, ...) KILN_PRINTF(4, 5);
/* "PATH: expected WHAT, found VALUE" */
const Value *expand_mismatch(Expand *expand, const Field *row, const Value *value, const Path *path);
/* A string that waits for its references: it may stand for any type until they are resolved. */
bool value_waits(const Expand *expand, const Value *value);
/* {key: value} at the value's place. */
const Value *wrap(Arena *arena, const char *key, const Value *value);

/* ---- type.c: scalars ---- */

const Value *expand_scalar(Expand *expand, const Field *row, const Value *value, const Path *path);
/* Refuses plain scalars that other readers type differently, anywhere inside. */
bool expand_unambiguous(Expand *expand, const Value *value, const Path *path);
/* "a port (1-65535)", "one of TCP, UDP, SCTP", "a map or a quantity such as 500m or 2Gi" */
void expected_print(const Field *row, Buf *out);
/* What was found, short enough for a message: 'lots', 70000, a list. */
void found_print(const Value *value, Buf *out);

#endif
