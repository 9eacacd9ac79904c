/* What kiln release, promote and rollback share: a change to releases/ENV.yaml that is judged before it is made. */
#ifndef KILN_RELEASE_H
#define KILN_RELEASE_H

#include "cli_private.h"

typedef struct Release {
    const Arguments *arguments;
    Arena *arena;
    Sources *sources;
    Diags *diags;
    const Project *project;
    const Environment *environment; /* whose file changes */
    ReleaseChange *changes;
    size_t count;
    size_t capacity;
    Buf out; /* for stdout, once all is done */
} Release;

/* The project, in which the environments and services named exist. */
bool release_begin(Release *release, const Arguments *arguments, const Str *environments, size_t environment_count,
                   const Str *services, size_t service_count);
/* The merged definition of a service in the environment; it must be enabled there. */
bool release_define(const Release *release, Str service, Definition *definition);
/* What the environment's file says of a service, or NULL. */
const Value *release_recorded(const Environment *environment, Str service);
/* "v1.2.3@sha256:0123456789ab"; "nothing" for NULL. */
Str release_text(Arena *arena, const Value *record);
void release_add(Release *release, Str service, const Value *record);
/* A line of output; before NULL: nothing was recorded. */
void release_print(Release *release, Str service, const Value *before, const Value *after, Str note);
/* Judges the changes, makes them unless --dry-run says otherwise, prints, and frees what begin made. */
ExitStatus release_end(Release *release, bool ok);

#endif
