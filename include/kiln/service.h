/*
 * service: merged definitions made complete. Everything that needs thought is settled here, so that templates only
 * decide shape: image and version, probes with their ports, volumes, config files, secrets, sizes, replicas, peers,
 * quotas. What comes out is the template context of templates.md.
 *
 * Ownership: contexts live in the arena given and share with the project.
 * Failure: false, with every error of the environment reported.
 */
#ifndef KILN_SERVICE_H
#define KILN_SERVICE_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/project.h"
#include "kiln/value.h"

typedef struct ServiceContext {
    const ServiceFile *file;
    Str name;
    const Value *value; /* the context's `service` */
    const Value *vars;  /* the context's `vars` */
} ServiceContext;

typedef struct EnvironmentContext {
    const Environment *environment;
    const Value *project;  /* the context's `project` */
    const Value *env;      /* the context's `env` */
    const Value *vars;
    const Value *services; /* name → service, enabled ones only */
    ServiceContext *items; /* the same, by name */
    size_t count;
} EnvironmentContext;

/* pool: the threads to do it with, or NULL. */
bool services_complete(Arena *arena, Pool *pool, const Project *project, const Environment *environment, Diags *diags,
                       EnvironmentContext *context) KILN_MUST_USE;

/* The context's `project` alone. */
const Value *service_project(Arena *arena, const Project *project);

/* What exists once per project (workflows) sees: project, environments, services from layers 1, 2 and 4 alone. */
typedef struct ProjectContext {
    const Value *project;
    const Value *environments;
    const Value *services;
} ProjectContext;
/* The first two alone, of which nothing can be wrong any more; no services. */
void project_complete(Arena *arena, const Project *project, ProjectContext *context);
bool services_complete_once(Arena *arena, const Project *project, Diags *diags,
                            ProjectContext *context) KILN_MUST_USE;

#endif
