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
    const Value *services; /* name → service, enabled ones only; or NULL */
    ServiceContext *items; /* the same, by name; NULL in the context of a set */
    size_t count;
} EnvironmentContext;

/*
 * All at once, for whoever reads all of them at once: a project's own templates may see every service. pool: the
 * threads to do it with, or NULL.
 */
bool services_complete(Arena *arena, Pool *pool, const Project *project, const Environment *environment, Diags *diags,
                       EnvironmentContext *context) KILN_MUST_USE;

/*
 * ---- set.c: the services of an environment, of which any may be completed ----
 *
 * A set defines all services (in arena, a few KiB each). Each can then be completed in an arena that is dropped as
 * soon as its objects are no longer needed, on any thread, in any order. Only its share of what the environment needs
 * of all services (quota, names that must differ, Pod Security) stays, in `lasting`. service_set_end settles what
 * comes of the shares once every service has been completed, or adopted from a set in which the same service has been.
 */
typedef struct ServiceSet ServiceSet;

/* Mistakes in definitions are reported, and each other service can still be completed, to report its own. */
ServiceSet *service_set_new(Arena *arena, Pool *pool, const Project *project, const Environment *environment,
                            Diags *diags);
/*
 * Beside a set whose project and environment say the same (releases aside) and which lives as long: a service whose file
 * was read once for both projects (ProjectOptions.like) is not defined again. like may be NULL.
 */
ServiceSet *service_set_new_like(Arena *arena, Pool *pool, const Project *project, const Environment *environment,
                                 const ServiceSet *like, Diags *diags);
/* Of the enabled ones, by name; index below is one of them. */
size_t service_set_count(const ServiceSet *set);
const ServiceFile *service_set_file(const ServiceSet *set, size_t index);
/*
 * What services are rendered with before all are complete: there is no `services`, and of `env` no quota, limitRange
 * or podSecurity. Built-in templates of services read none of them.
 */
const EnvironmentContext *service_set_context(const ServiceSet *set);
/* False: reported, or a definition was; then nothing of the set is to be rendered. */
bool service_set_complete(ServiceSet *set, size_t index, Arena *arena, Arena *lasting, Diags *diags,
                          ServiceContext *service) KILN_MUST_USE;
/*
 * Once every service is complete or adopted: checks what no two may have in common, and gives the context of the
 * environment's own templates, with all of `env`. Of each of `services` it has strategy.type, ingress.namespace,
 * ingress.className and whether there are ingressRoutes, which is what built-in templates of environments read. False:
 * reported, here or before.
 */
bool service_set_end(ServiceSet *set, Diags *diags, EnvironmentContext *context) KILN_MUST_USE;

/*
 * Whether completing the one gives what completing the other gives, but for places (origins), provided that project
 * and environment say the same in both sets (releases aside: they are compared). That is so where both are defined
 * alike, and so is all that they see of those whom they call, admit and are called by. Completes neither.
 */
bool service_set_same(const ServiceSet *a, size_t index, const ServiceSet *b, size_t other);
/* Takes over the share of a service that is the same and has been completed; from must live as long as set. */
void service_set_adopt(ServiceSet *set, size_t index, const ServiceSet *from, size_t other);

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
