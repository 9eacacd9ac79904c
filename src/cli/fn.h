/* What the files of kiln fn share: the functionConfig. */
#ifndef KILN_CLI_FN_H
#define KILN_CLI_FN_H

#include "cli_private.h"

/* Our function configs; the kinds are FunctionKind's. */
#define FN_API_VERSION "kiln/v1alpha1"

typedef enum FunctionKind { FN_RENDER, FN_CHECK, FN_KIND_COUNT } FunctionKind;

typedef struct FunctionConfig {
    FunctionKind kind;
    const Value *project;     /* text: the project's folder; or NULL */
    const Value *environment; /* text, of Render */
    const Value *services;    /* list of texts, of Render, or NULL */
    const Value *set;         /* map to scalars, of Render, or NULL */
    const Value *tier;        /* text, of Check, or NULL */
    const Value *validator;   /* boolean, of Check, or NULL */
} FunctionConfig;

bool fn_config_read(const Value *object, Diags *diags, FunctionConfig *config) KILN_MUST_USE;
/* Whether an item is a config of ours, which is no object for a cluster. */
bool fn_is_config(const Value *item);

#endif
