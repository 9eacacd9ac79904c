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
    Str *list;
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

/* environment.c: rendered, judged and collected; each sets failed */
void pipeline_run_environment(Pipeline *pipeline, const Environment *environment);
/* What exists once per project: on a full run alone, and in no stream. */
void pipeline_run_once(Pipeline *pipeline);
/* What an environment must not share with another can be said once all are there: of a selection, nothing. */
void pipeline_judge_across(Pipeline *pipeline);
/* The strictest of what was asked for. */
Tier pipeline_tier(const Pipeline *pipeline);
void parts_add(Arena *arena, Parts *parts, Str part);

/* output.c: what becomes of the texts */
void pipeline_finish_stream(Pipeline *pipeline);
/* Or compares, where that was asked for. */
bool pipeline_write(Pipeline *pipeline) KILN_MUST_USE;
Str pipeline_workflow_folder(const Pipeline *pipeline);

#endif
