/* What the files of this room share and nobody else sees. */
#ifndef KILN_PROJECT_PRIVATE_H
#define KILN_PROJECT_PRIVATE_H

#include "kiln/project.h"

/* Loading goes file by file, and each error is reported while the rest goes on: this is what they all need. */
typedef struct Loader {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Project *project;
    const Project *like; /* as in ProjectOptions */
    bool failed;
} Loader;

/* read.c: a file as a source. NULL with *missing where it does not exist; else reported. */
const Source *project_read_source(Arena *arena, Sources *sources, const Project *project, Str path, bool *missing,
                                  Diags *diags);

/* load.c: whether an entry of services/ or environments/ is to be read; reports what only looks like it. */
bool project_is_definition(Loader *loader, Str folder, const FileEntry *entry);

/* load.c: a document without what is resolved where it is used: there it may also name the service. */
const Value *project_without_held_apart(Arena *arena, const Value *document);

/* environment.c */
bool environments_load(Loader *loader);

/* set.c: all --set arguments as one layer, or NULL */
const Value *set_layer(Arena *arena, Sources *sources, const Str *sets, size_t count, Diags *diags, bool *failed);

/* variables.c: warns of what is named nowhere, or missing somewhere */
void audit_variables(const Project *project, Arena *arena, Diags *diags);

/* reference.c */

/* What ${…} can name. A part that is not known yet is NULL. */
typedef struct ReferenceScope {
    const Project *project;
    const Environment *environment; /* NULL in what exists once per project */
    Str service;                    /* empty in kiln.yaml and environments */
    Str version;                    /* data NULL while the image is being resolved */
    const Value *vars;              /* as written: references in vars are resolved when they are used */
} ReferenceScope;

bool text_has_reference(Str text);
/* The value with every reference replaced; shares what has none. NULL after errors. */
const Value *references_resolve(Arena *arena, const Value *value, const ReferenceScope *scope, const Path *path,
                                Diags *diags);

/* The same, and the result validated and expanded once more; how says as what. */
const Value *references_check(Arena *arena, const Value *value, const ReferenceScope *scope, ModelExpand how,
                              Diags *diags);

#endif
