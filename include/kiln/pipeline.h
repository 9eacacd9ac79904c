/*
 * pipeline: load → complete → render → judge → write, for the commands that need it whole. Nothing is written until
 * every stage has passed for everything that was asked for.
 */
#ifndef KILN_PIPELINE_H
#define KILN_PIPELINE_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/render.h"
#include "kiln/service.h"
#include "kiln/standards.h"
#include "kiln/tree.h"

/* The exit status of every command (DESIGN.md §5). */
typedef enum ExitStatus { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2, EXIT_BUG = 70 } ExitStatus;

/* What takes time, in order; each environment goes through the middle ones. */
typedef enum Stage {
    STAGE_LOAD,
    STAGE_COMPLETE,
    STAGE_RENDER, /* to text */
    STAGE_JUDGE,
    STAGE_COMPARE, /* with what stands in the output folder */
    STAGE_WRITE,
    STAGE_COUNT
} Stage;

/* Is told when a stage begins; which environment it is for may be empty. */
typedef void StageFn(void *user, Stage stage, Str environment);

typedef struct RenderRequest {
    const char *folder;      /* where the project is looked for, upwards */
    const ProjectPlace *place; /* where it is instead: at a revision; or NULL */
    const Project *like;     /* as in ProjectOptions */
    const Str *environments; /* -e; none: all of kiln.yaml */
    size_t environment_count;
    const Str *services;     /* none: all, and the environment's own files */
    size_t service_count;
    const Str *sets;
    size_t set_count;
    Str output;              /* -o DIR; empty: the project's own */
    bool stream;             /* -o -: manifests only, into the stream */
    bool judge_only;         /* nothing is written */
    bool compare_only;       /* nothing is written; what would be is in the result */
    bool collect;            /* findings go into the result instead of the diagnostics; needless waivers are warned of */
    RuleSelection rules;     /* whose findings count */
    Str today;               /* YYYY-MM-DD: waivers that end before it no longer count; empty: they never end */
    size_t threads;          /* at most so many; 0 is as 1 */
    StageFn *stage;          /* or NULL */
    void *stage_user;
} RenderRequest;

/* One file that is not as a render would leave it. */
typedef struct Difference {
    Str path; /* as the user would name it */
    TreeChangeKind kind;
    Str found;  /* both for a changed file alone, and never for the ownership file */
    Str wanted;
} Difference;

typedef struct RenderResult {
    size_t objects;
    size_t files;
    size_t bytes;        /* of what was rendered, as text */
    size_t services;     /* of the selection */
    size_t environments;
    size_t written;
    size_t unchanged;
    size_t removed;
    Difference *differences; /* of a comparison: the tree's by path, then the workflows' */
    size_t difference_count;
    size_t difference_capacity;
    Findings findings;   /* of a request that collects them, by place */
    const Standards *standards; /* that judged, or NULL */
    Tier tier;           /* the strictest of what was judged */
    Str output;          /* the tree as the user would name it */
    const Pack *stream;  /* of a stream, its parts in order */
    size_t stream_count;
} RenderResult;

/* One service in one environment, complete: what its templates are evaluated with. */
typedef struct Scene {
    const Project *project;
    const Renderer *renderer;
    EnvironmentContext environment;
    const ServiceContext *service;
} Scene;

/* The project, with all that the request names in it; NULL: reported. */
const Project *pipeline_project(Arena *arena, const RenderRequest *request, Sources *sources,
                                Diags *diags) KILN_MUST_USE;

/* The request names one environment and one service. Lives in arena; false: reported. */
bool pipeline_scene(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags,
                    Scene *scene) KILN_MUST_USE;

/*
 * A project rendered bit by bit, for those who compare: without the gate, and nothing is written. The session lives in
 * arena, what it renders in the arena of each call. NULL or false: reported. As in a full render, Applications and
 * workflows are there unless the request names environments or services.
 */
typedef struct RenderSession RenderSession;
RenderSession *session_open(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags) KILN_MUST_USE;
void session_close(RenderSession *session);
const Project *session_project(const RenderSession *session);
Str session_workflow_folder(const RenderSession *session);
/* In any order. */
typedef struct RenderedTexts {
    TreeFile *files;
    size_t count;
} RenderedTexts;
bool session_environment(RenderSession *session, const Environment *environment, Arena *arena,
                         RenderedTexts *texts) KILN_MUST_USE;
/*
 * An environment as two projects have it, without the services of which it is certain that all their files are the same
 * on both sides: those are not even rendered. All lives in arena, and ends with it or with a session.
 */
typedef struct SessionPair {
    RenderedTexts from;
    RenderedTexts to;
    size_t same;       /* objects that are left out, on each side */
    struct PairState *state; /* the session's */
} SessionPair;
bool session_pair(RenderSession *old, RenderSession *new, const Environment *from, const Environment *to, Arena *arena,
                  SessionPair *pair) KILN_MUST_USE;
/* False: no selector in the files left out uses any of these label keys. */
bool session_pair_selects(const SessionPair *pair, const Str *labels, size_t count);
/* The files left out, for those who must see everything. */
bool session_pair_same(const SessionPair *pair, RenderedTexts *texts) KILN_MUST_USE;
/* What exists once: Argo CD's projects, and the workflows, which go to a folder of their own. */
bool session_once(RenderSession *session, Arena *arena, RenderedTexts *tree, RenderedTexts *workflows) KILN_MUST_USE;

/* EXIT_FINDINGS: the gate blocked it, or a comparison found differences. */
ExitStatus pipeline_render(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags,
                           RenderResult *result);

#endif
