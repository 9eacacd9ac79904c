/* What the files of kiln explain share: an explanation that one collects and the other prints. */
#ifndef KILN_EXPLAIN_H
#define KILN_EXPLAIN_H

#include "cli_private.h"

#include "kiln/model.h"
#include "kiln/project.h"

enum { INPUT_LIMIT = 17 };

/* One input field with all that was said of it. */
typedef struct Chain {
    Str path; /* empty: the place is no field of the definition */
    Origin origin;
    const Value *value;
    Statement *statements;
    size_t count;
    Str fallback; /* the field's default, or that of a block around it */
    Str fallback_of;
    bool fallback_words;
} Chain;

typedef struct Explain {
    const Arguments *arguments;
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Str environment, service;
    const Project *project;
    Definition definition;
    const Value *effective; /* the definition with every default */
} Explain;

typedef struct Explanation {
    Str path;
    const Value *value;
    Origin template; /* of an output path */
    bool output;
    Chain inputs[INPUT_LIMIT];
    size_t count;
} Explanation;

/* The inputs of a value, each once. */
size_t explain_inputs(const Value *value, Origin inputs[INPUT_LIMIT]);

/* explain_mask.c */
void explain_mask(const Explain *explain, Explanation *explanation);

/* explain_print.c */
void explain_print_text(const Explain *explain, const Explanation *explanation, Buf *out);
void explain_print_json(const Explain *explain, const Explanation *explanation, Buf *out);
/* The whole effective definition, an origin with each leaf. */
void explain_print_whole_text(const Explain *explain, Buf *out);
void explain_print_whole_json(const Explain *explain, Buf *out);

#endif
