/*
 * project: finding and loading a project, its layers, and what they say of one service in one environment.
 *
 * DESIGN: layers 1–3 are defaults and fill what layers 4–8 leave unsaid; 4–8 are merged, lowest first:
 *   1 built-in environments   2 kiln.yaml defaults   3 environments/E.yaml defaults (parents first)
 *   4 services/S.yaml   5 environments/E.yaml (parents first)   6 releases/E.yaml
 *   7 services/S.yaml environments.E (parents first)   8 --set
 *
 * Ownership: a Project and everything in it live in the arena given to project_load and are read-only afterwards;
 * what project_define makes lives in the arena that it is given. Failure: false or NULL, with all errors found so far
 * reported.
 */
#ifndef KILN_PROJECT_H
#define KILN_PROJECT_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/model.h"
#include "kiln/value.h"

typedef enum Tier { TIER_DEVELOPMENT, TIER_STAGING, TIER_PRODUCTION, TIER_COUNT } Tier;
extern const Str tier_names[TIER_COUNT];

typedef struct Environment {
    Str name;
    Tier tier;
    Str file; /* the environment's own file for kiln/source, or kiln.yaml where it has none */
    Origin origin; /* its first line, or where kiln.yaml or a child names it; ORIGIN_NONE for a default */
    const struct Environment *parent; /* NULL: a built-in one or none */
    const Value *built_in; /* layer 1: the built-in environment's defaults, or NULL */
    const Value *built_in_vars;
    const Value *defaults; /* layer 3 of this file alone, or NULL */
    const Value *overlay;  /* layer 5 of this file alone, or NULL */
    const Value *vars;     /* merged over the project's, parents first */
    const Value *external; /* likewise */
    const Value *releases; /* releases/E.yaml services, or NULL */
    const Value *own;      /* its own rows (namespace, domain, deploy, quota …), complete and resolved */
    Str domain;            /* may be empty */
    Str namespace;
} Environment;

typedef struct ServiceFile {
    Str name;
    Str file; /* relative to the project */
    WorkloadKind kind;
    Origin origin;
    const Value *value;  /* layer 4, without environments */
    const Value *blocks; /* environments: name → layer 7, or NULL */
} ServiceFile;

typedef struct Project {
    Arena *arena;
    const Sources *sources;
    const FileStore *store; /* what everything of the project is read through */
    Str root;   /* folder of kiln.yaml, absolute */
    Str repository; /* the nearest folder from root upwards that has a .git, else root */
    Str prefix; /* stands before file names in messages: from the working directory to root ("../"), or "REV:" */
    Str name;
    const Value *value;    /* kiln.yaml, complete */
    Origin origin;
    const Value *defaults; /* layer 2, or NULL */
    const Value *set;      /* layer 8, or NULL */
    const Str *selected;   /* the services that layer 8 is for; none: all */
    size_t selected_count;
    ServiceFile *services; /* by name */
    size_t service_count;
    const Environment *environments; /* those of kiln.yaml, in promotion order */
    size_t environment_count;
    const Str *known; /* every environment that may be named: files, built-in ones, listed ones */
    size_t known_count;
} Project;

/* Where a project's files are. */
typedef struct ProjectPlace {
    const FileStore *store;
    Str root;   /* as in Project */
    Str prefix; /* as in Project */
} ProjectPlace;
/* On disk: the folder of the first kiln.yaml from folder upwards. */
bool project_find(Arena *arena, const char *folder, Diags *diags, ProjectPlace *place) KILN_MUST_USE;

typedef struct ProjectOptions {
    const char *folder;   /* where to look from, upwards */
    const ProjectPlace *place; /* instead of looking; or NULL */
    const Project *like;  /* loaded before: what a service's file says there it says here, where it is the same text,
                             and messages name it as it is called there; or NULL */
    const Str *sets;      /* --set arguments: path=value */
    size_t set_count;
    const Str *services;  /* the selected services, which alone are set; none: all */
    size_t service_count;
} ProjectOptions;

/* Whether folder, or one above it, holds a kiln.yaml. */
bool project_exists(Arena *arena, const char *folder);
Project *project_load(Arena *arena, Sources *sources, ProjectOptions options, Diags *diags) KILN_MUST_USE;
/* Why no service may have this name; NULL: it may. */
const char *project_reserves(Str name);
const ServiceFile *project_service(const Project *project, Str name);
const Environment *project_environment(const Project *project, Str name);

/* What the layers say of one service in one environment: merged, filled, references resolved, validated again. */
typedef struct Definition {
    const ServiceFile *service;
    const Environment *environment;
    const Value *value;    /* long form; constant defaults are not filled in yet (model_complete) */
    const Value *filled;   /* the same before references were resolved */
    const Value *stated;   /* layers 4–8 alone, references unresolved: for "only a limit was stated" */
    const Value *own;      /* layers 4, 7 and 8 alone: what the service itself states */
    const Value *vars;     /* merged, resolved */
    const Value *vars_stated; /* the same before references were resolved */
    const Value *release;  /* {tag, digest, revision} that applies to the image, or NULL */
    bool enabled;          /* false: value and vars are NULL */
} Definition;

bool project_define(const Project *project, const Environment *environment, const ServiceFile *service, Arena *arena,
                    Diags *diags, Definition *definition) KILN_MUST_USE;

/* The vars as templates of an environment see them: what only makes sense inside a service stays as it is written. */
const Value *project_environment_vars(const Project *project, const Environment *environment, Arena *arena);

/* Layers 2 and 4 alone, for what exists once per project (workflows). */
bool project_define_once(const Project *project, const ServiceFile *service, Arena *arena, Diags *diags,
                         Definition *definition) KILN_MUST_USE;

/* ---- history.c: who said what ---- */

/* What one layer says of one service, in long form. */
typedef struct Layer {
    unsigned number; /* 1–8 */
    Str environment; /* whose, in layers 1, 3, 5 and 7: the environment's own or an ancestor's; else empty */
    const Value *value;
} Layer;
/* Those that say anything, lowest first. */
size_t project_layers(const Project *project, const Environment *environment, const ServiceFile *service,
                      Arena *arena, Layer **layers);
/* "service", "environment production", "service's environments.production" */
Str layer_text(Arena *arena, const Layer *layer);

/* One layer's word on one path. */
typedef struct Statement {
    const Layer *layer;
    const MapEntry *entry; /* at the path, or around it where the value leaves no room for it: false, null, text */
    size_t depth;          /* how many steps lead to it */
    bool rival; /* the entry is another member of a one-of group on the way: it drops what lower layers said */
    bool wins;
} Statement;
/*
 * All layers' words on a path, highest first. Of statements on a map none wins: they are merged. vars are looked up
 * in project and environment too.
 */
size_t project_history(const Project *project, const Definition *definition, const Path *steps, size_t count,
                       Arena *arena, Statement **statements);

/* ---- audit.c: the layers themselves ---- */

/*
 * Warns of overrides that are equal to what they override in layers 4–8, of what reaches no service, of environments
 * that are weaker than those before them, and of variables that are unused or missing. False: a definition is broken
 * (reported).
 */
bool project_audit(const Project *project, Arena *arena, Diags *diags) KILN_MUST_USE;

/* ---- releases.c: releases/E.yaml, the one file of a project that kiln writes ---- */

/* {tag, digest, revision}; what is empty is left out. */
const Value *release_new(Arena *arena, Str tag, Str digest, Str revision);
/* Whatever revision they name; NULL is a release of nothing. */
bool release_same_image(const Value *a, const Value *b);
Str releases_path(Arena *arena, const Environment *environment);
/* What a releases file of another time says, by service; NULL where it says nothing that can be read. */
const Value *releases_read(Arena *arena, Str text);

typedef struct ReleaseChange {
    Str service;
    const Value *release;
} ReleaseChange;

typedef struct ReleasesFile {
    Str path; /* in the project */
    bool exists;
    Str old_text;
    Str text; /* with the changes; all else as it was */
} ReleasesFile;
bool releases_edit(Arena *arena, Sources *sources, const Project *project, const Environment *environment,
                   const ReleaseChange *changes, size_t count, Diags *diags, ReleasesFile *file) KILN_MUST_USE;

/*
 * A file of the project as a value, its source registered. path is relative to root, and no symbolic link is
 * followed. NULL with *missing where the file does not exist (nothing is reported then).
 */
const Value *project_read(Arena *arena, Sources *sources, const Project *project, Str path, bool *missing,
                          Diags *diags);
/* The entries of a folder of the project; none where it does not exist. */
bool project_list(Arena *arena, const Project *project, Str path, FileEntry **entries, size_t *count,
                  Diags *diags) KILN_MUST_USE;

/* Limits on a project's files; each ends in a diagnostic that names it. */
enum { PROJECT_FILE_LIMIT = 1024 * 1024 };

#endif
