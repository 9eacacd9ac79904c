/* What the files of this room share. */
#ifndef KILN_RENDER_PRIVATE_H
#define KILN_RENDER_PRIVATE_H

#include "kiln/render.h"

typedef enum TemplateScope {
    SCOPE_SERVICE,
    SCOPE_ENVIRONMENT,
    SCOPE_GITOPS,
    SCOPE_GITOPS_PROJECT,
    SCOPE_PROJECT,
    SCOPE_PARTS,
    SCOPE_COUNT
} TemplateScope;

typedef struct TemplateFile {
    Str name; /* file name; of a part without its ending */
    LazyTemplate *lazy; /* the project's own are compiled already */
    bool own;           /* the project's, not a built-in one */
    Origin origin;
} TemplateFile;

typedef struct TemplateList {
    TemplateFile *files; /* by name in byte order, so that no folder order shows */
    size_t count;
    size_t capacity;
} TemplateList;

struct Renderer {
    Arena *arena;
    const Project *project;
    const Value *functions;
    JsoneKnown known;
    LazyCompiler *compiler;
    TemplateList scopes[SCOPE_COUNT];
};

/* render.c: a result without its null members (templates.md, rule 3); a null in a list is reported. */
const Value *object_clean(Arena *arena, const Value *object, Diags *diags, Origin place);

/* patches.c: the service's patches on its files from first on. */
bool patches_apply(RenderedFiles *files, size_t first, const ServiceContext *service, Diags *diags) KILN_MUST_USE;

/* Notes whether an environment's patch has matched in any of its services so far. */
void patch_use_add(RenderedFiles *files, PatchUse use);

/* templates.c */
bool templates_load(Renderer *renderer, Sources *sources, Diags *diags);
const TemplateFile *template_find(const TemplateList *list, Str name);
static inline const Template *template_of(const Renderer *renderer, const TemplateFile *file)
{
    return lazy_template(renderer->compiler, file->lazy);
}

/* outline.c: for each template one that yields as many objects; NULL where that cannot be compiled. */
const Template **outlines_new(Arena *arena, const TemplateList *list, const Sources *sources);

#endif
