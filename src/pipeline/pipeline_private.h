/*
 * What the files of the pipeline share: one run, from the request to the texts that are to be written.
 */
#ifndef KILN_PIPELINE_PRIVATE_H
#define KILN_PIPELINE_PRIVATE_H

#include "kiln/pipeline.h"

#include "kiln/project.h"
#include "kiln/render.h"
#include "kiln/service.h"
#include "kiln/standards.h"

typedef struct Texts {
    TreeFile *files;
    size_t count;
    size_t capacity;
} Texts;

typedef struct Parts {
    Pack *list;
    size_t count;
    size_t capacity;
} Parts;

typedef struct Pipeline {
    Arena *arena;
    const RenderRequest *request;
    Sources *sources;
    Diags *diags;
    RenderResult *result;
    const Project *project;
    const Renderer *renderer;
    const Standards *standards; /* NULL: nothing is judged */
    Pool *pool;
    WaiverUses *waivers;
    Across *across; /* of a full run */
    Texts tree;
    Texts workflows;
    Parts namespaces;
    Parts stream;
    size_t blocked; /* error-level findings */
    bool packs;     /* texts wait packed */
    bool failed;
} Pipeline;

struct RenderSession {
    Arena *arena;
    Pipeline pipeline;
    RenderRequest request;
    RenderResult result;
};

/* request.c: what was asked for */
bool pipeline_has_environment(const Pipeline *pipeline, Str name);
bool pipeline_has_service(const Pipeline *pipeline, Str name);
bool pipeline_is_full(const RenderRequest *request);
void pipeline_enter(const Pipeline *pipeline, Stage stage, Str environment);
/* The project alone, and whether what was asked for is in it. */
bool pipeline_load_project(Pipeline *pipeline) KILN_MUST_USE;
/* Without the standards, which judge only what is rendered. */
bool pipeline_load_rendering(Pipeline *pipeline) KILN_MUST_USE;

/* ---- batch.c: what is rendered together, and its texts ---- */

/* Services that are rendered together: few enough for their objects to stay in a cache. */
#ifdef KILN_HOSTILE
enum { BATCH = 1 };
#else
enum { BATCH = 8 };
#endif

/* Where a file's text is in that of its batch. */
typedef struct Extent {
    Str path;
    size_t at;
    size_t size;
    Origin origin; /* of the definition */
    bool workflow;
} Extent;

/* What each stage says is reported only once the stages before it have passed for all. */
typedef enum Said { SAID_COMPLETE, SAID_RENDER, SAID_JUDGE, SAID_COUNT } Said;

/* What was rendered together: some services, or what an environment or the project has of its own. */
typedef struct Batch {
    RenderedFiles files;
    Extent *extents; /* of a tree */
    size_t extent_count;
    size_t file_count;
    size_t objects;
    size_t bytes;
    Pack text; /* its bytes are the batch's until it is collected */
    Pack namespaces; /* of a stream, where they come first */
    Diags *said[SAID_COUNT];
    Findings findings;
    const Value **waivers; /* that services state */
    size_t waiver_count;
    size_t waiver_capacity;
    size_t services;
    bool failed; /* to render */
    bool judge_failed;
} Batch;

void batch_begin(const Pipeline *pipeline, Arena *lasting, Batch *batch);
/* The environment's own objects, and Argo CD's Applications. */
void batch_render_own(const Pipeline *pipeline, const EnvironmentContext *context, Batch *batch);
void batch_print(const Pipeline *pipeline, Arena *lasting, Batch *batch);
/* The same by way of buffers that are used again. */
typedef struct Printer {
    Buf text;
    Buf namespaces;
    Buf packed;
} Printer;
void batch_print_with(Printer *printer, const Pipeline *pipeline, Arena *lasting, Batch *batch);
void printer_release(Printer *printer);
/* Takes over the texts, which outlive the objects; or drops them. */
void batch_collect(Pipeline *pipeline, Batch *batch, bool wanted);
void parts_add(Arena *arena, Parts *parts, Pack part);

/* ---- flow.c: false: reported ---- */
bool pipeline_flow(Pipeline *pipeline, const Environment *environment) KILN_MUST_USE;

/* ---- environment.c: rendered, judged and collected; those that return nothing set failed ---- */
void pipeline_run_environment(Pipeline *pipeline, const Environment *environment);
/* An environment that has been rendered, again and with all its objects at hand. */
bool pipeline_judge_whole(Pipeline *pipeline, const Environment *environment) KILN_MUST_USE;
/* What exists once per project: on a full run alone, and in no stream. */
void pipeline_run_once(Pipeline *pipeline);
/* What an environment must not share with another can be said once all are there: of a selection, nothing. */
void pipeline_judge_across(Pipeline *pipeline);
void pipeline_take_findings(Pipeline *pipeline, Findings *findings);
/* Of a definition or of kiln.yaml: their rules must be there, and whether they are needed will be seen. */
bool pipeline_take_waivers(Pipeline *pipeline, const Value *waivers) KILN_MUST_USE;
GateScope pipeline_scope(const Pipeline *pipeline, const Environment *environment, const Value *project);
/* The strictest of what was asked for. */
Tier pipeline_tier(const Pipeline *pipeline);

/* output.c: what becomes of the texts */
void pipeline_finish_stream(Pipeline *pipeline);
/* Or compares, where that was asked for. */
bool pipeline_write(Pipeline *pipeline) KILN_MUST_USE;
Str pipeline_workflow_folder(const Pipeline *pipeline);

#endif
