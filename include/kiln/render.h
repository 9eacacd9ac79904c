/*
 * render: templates → objects → text. The shipped templates are embedded; a project's file of the same name replaces
 * one, a new name adds one. The folder of a template says its scope, its name the file that it makes (templates.md).
 *
 * Ownership: a Renderer lives in the arena given to renderer_new, one for all threads, and only compiles afterwards;
 * objects and texts live in the arena of the call. Failure: false, with everything reported.
 */
#ifndef KILN_RENDER_H
#define KILN_RENDER_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/jsone.h"
#include "kiln/project.h"
#include "kiln/service.h"
#include "kiln/value.h"

typedef struct Renderer Renderer;

/* Loads every template; the project's own are compiled, the shipped ones when they are first needed. */
Renderer *renderer_new(Arena *arena, Sources *sources, const Project *project, Diags *diags) KILN_MUST_USE;

/* What a file holds. Rules name the last two, whose objects have no kind, in lower case under `kinds`. */
typedef enum FileForm { FORM_MANIFEST, FORM_WORKFLOW, FORM_DOCKERFILE, FORM_COUNT } FileForm;

typedef struct RenderedFile {
    Str path; /* below the output: "production/auth-service/deployment.yaml"; of a workflow its file name */
    Str source;             /* the definition it came from: "services/auth-service.yaml" */
    const Value **objects;  /* one per document, no null members */
    size_t count;
    size_t capacity;        /* for whoever adds objects */
    FileForm form;          /* a workflow keeps the template's key order and goes to workflow.path */
    bool foreign;           /* read, not rendered: its comments stand in the text that its values come from */
    const Sources *sources; /* of a workflow: the text of its template, whose comments are kept; or NULL */
    bool gitops;            /* for Argo CD itself, in a namespace of its own; never in a stream */
    bool reference;         /* rules may look at its objects; they are not judged themselves */
    const ServiceContext *service; /* or NULL */
} RenderedFile;

/* What came of a patch that an environment states for its services. */
typedef struct PatchUse {
    Str name;
    Str kind;
    Origin origin; /* of the patch */
    Origin place;  /* of its target */
    bool matched;
} PatchUse;

typedef struct RenderedFiles {
    Arena *arena;
    RenderedFile *list;
    size_t count;
    size_t capacity;
    PatchUse *uses;
    size_t use_count;
    size_t use_capacity;
} RenderedFiles;
RenderedFiles rendered_begin(Arena *arena);
/* Appends all of more, which then only lends. */
void rendered_join(RenderedFiles *files, const RenderedFiles *more);

bool render_environment(const Renderer *renderer, const EnvironmentContext *context, RenderedFiles *files,
                        Diags *diags) KILN_MUST_USE;
bool render_service(const Renderer *renderer, const EnvironmentContext *context, const ServiceContext *service,
                    RenderedFiles *files, Diags *diags) KILN_MUST_USE;
/* Once all services of an environment are rendered: each patch of the environment itself must have done something. */
bool render_patches_used(const RenderedFiles *files, const EnvironmentContext *context, Diags *diags) KILN_MUST_USE;
bool render_project(const Renderer *renderer, const ProjectContext *context, RenderedFiles *files,
                    Diags *diags) KILN_MUST_USE;
/* What Argo CD is told: of one environment, one file of all its templates; and of the project. */
bool render_gitops(const Renderer *renderer, const EnvironmentContext *context, RenderedFiles *files,
                   Diags *diags) KILN_MUST_USE;
bool render_gitops_project(const Renderer *renderer, const ProjectContext *context, RenderedFiles *files,
                           Diags *diags) KILN_MUST_USE;

/*
 * Whether the project's own templates may read what is known only once all services are complete: `services`, or of
 * `env` quota, limitRange or podSecurity. (Built-in templates read no more of it than a ServiceSet has.)
 */
bool render_reads_all(const Renderer *renderer);

/*
 * ---- the same service on two sides of a comparison ----
 *
 * Where two renderers have the same templates for services (twins), their environments meet and a service's contexts are
 * identical (value_identical), so are its files to the last byte.
 */
typedef struct RenderTwins RenderTwins;
/* Of the first renderer's; NULL where they differ in any template. */
RenderTwins *render_twins_new(Arena *arena, const Renderer *a, const Renderer *b);
/* Whether both have the same of all that these templates read besides the service itself. */
bool render_twins_meet(const RenderTwins *twins, const EnvironmentContext *a, const EnvironmentContext *b);
/*
 * How many objects render_service makes of a service. False: nobody knows without rendering it for good, since it has
 * patches or might fail.
 */
bool render_twins_count(const RenderTwins *twins, const EnvironmentContext *context, const ServiceContext *service,
                        Arena *arena, size_t *count) KILN_MUST_USE;
/*
 * Which label keys selectors among them may use: those that templates write, and of each service those words that its
 * context has elsewhere than among its own labels.
 */
bool render_twins_select(const RenderTwins *twins, const Str *labels, size_t count);
void render_twins_words(const ServiceContext *service, Arena *arena, Index *words);

/* What the templates of templates/service see, in arena. */
const JsoneScope *render_service_scope(const Renderer *renderer, Arena *arena, const EnvironmentContext *context,
                                       const ServiceContext *service);

/* What every file begins with. The comment stands behind the marker: before it, it is a document of its own to some
 * readers (kubeconform counts one). */
#define RENDER_HEAD "---\n# Generated by kiln from"
/* The file as it is written, header included. */
void render_text(const RenderedFile *file, Buf *out);

/* The host functions that templates and rules may call, as one context map. */
const Value *render_functions(Arena *arena);
/* What host functions find in JsoneRun.host; rules have no parts. */
typedef struct RenderHost {
    const Renderer *renderer;
} RenderHost;

/* ---- pinned actions (standards.md D) and the reasons of workflow permissions ---- */

typedef struct PinnedAction {
    const char *name;
    const char *tag;
    const char *sha;
} PinnedAction;
extern const PinnedAction pinned_actions[];
extern const size_t pinned_action_count;
const PinnedAction *pinned_action_find(Str name);
/* The tag to stand behind "uses: name@sha", or STR_NONE. */
Str pinned_action_tag(Str uses);
/* The same, else the comment behind it where it is written: in a template, or in what that was given. */
Str workflow_tag(const Sources *sources, const Value *uses);
/* Why a job needs a permission, as far as kiln knows, or STR_NONE. */
Str permission_reason(Str permission, Str access);
/* The same, but what the comment behind it says where one is written. */
Str workflow_reason(const Sources *sources, Str permission, const Value *access);

#endif
