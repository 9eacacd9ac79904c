/*
 * The pipeline: load, run each environment and what exists once, then write.
 */
#include "pipeline_private.h"

/* What a waiver is for may be found only in what a selection leaves out. */
static void finish_findings(Pipeline *pipeline)
{
    const RenderRequest *request = pipeline->request;
    findings_sort(&pipeline->result->findings, pipeline->sources);
    pipeline->result->standards = pipeline->standards;
    pipeline->result->tier = pipeline_tier(pipeline);
    if (pipeline_is_full(request) && !request->set_count && !pipeline->failed)
        waiver_uses_report(pipeline->waivers, pipeline->diags);
}

static bool load(Pipeline *pipeline)
{
    bool ok = pipeline_load_rendering(pipeline);
    if (!pipeline->project)
        return false;
    const RenderRequest *request = pipeline->request;
    pipeline->packs = true;
    pipeline->standards = standards_load(pipeline->arena, pipeline->sources, pipeline->project, pipeline->diags);
    pipeline->waivers = waiver_uses_new(pipeline->arena);
    if (pipeline_is_full(request) && pipeline->project->environment_count > 1)
        pipeline->across = across_new(pipeline->arena);
    return ok && pipeline->standards &&
           standards_know(pipeline->standards, "--rule", request->rules.only, request->rules.only_count,
                          pipeline->diags) &&
           standards_know(pipeline->standards, "--exclude", request->rules.without, request->rules.without_count,
                          pipeline->diags);
}

bool pipeline_scene(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags, Scene *scene)
{
    Pipeline pipeline = {.arena = arena, .request = request, .sources = sources, .diags = diags};
    if (!pipeline_load_rendering(&pipeline))
        return false;
    *scene = (Scene){.project = pipeline.project, .renderer = pipeline.renderer};
    const Environment *environment = project_environment(pipeline.project, request->environments[0]);
    if (!services_complete(arena, NULL, pipeline.project, environment, diags, &scene->environment))
        return false;
    for (size_t i = 0; i < scene->environment.count; i++) {
        if (str_equal(scene->environment.items[i].name, request->services[0]))
            scene->service = &scene->environment.items[i];
    }
    if (!scene->service)
        diag_plain_error(diags,
                         "service '%.*s' is not enabled in environment '%.*s'; see 'enabled' in its definition",
                         STR_ARG(request->services[0]), STR_ARG(environment->name));
    return scene->service;
}

static ExitStatus render_all(Pipeline *pipeline)
{
    const RenderRequest *request = pipeline->request;
    pipeline_enter(pipeline, STAGE_LOAD, STR(""));
    if (!load(pipeline))
        return EXIT_TROUBLE;
    for (size_t i = 0; i < pipeline->project->environment_count; i++) {
        if (pipeline_has_environment(pipeline, pipeline->project->environments[i].name))
            pipeline_run_environment(pipeline, &pipeline->project->environments[i]);
    }
    pipeline_judge_across(pipeline);
    pipeline_run_once(pipeline);
    if (request->stream)
        pipeline_finish_stream(pipeline);
    if (request->collect)
        finish_findings(pipeline);
    if (pipeline->failed)
        return EXIT_TROUBLE;
    if (pipeline->blocked)
        return EXIT_FINDINGS;
    if (!request->stream && !request->judge_only && !pipeline_write(pipeline))
        return EXIT_TROUBLE;
    return pipeline->result->difference_count ? EXIT_FINDINGS : EXIT_CLEAN;
}

ExitStatus pipeline_render(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags,
                           RenderResult *result)
{
    Pipeline pipeline = {.arena = arena, .request = request, .sources = sources, .diags = diags, .result = result};
    *result = (RenderResult){0};
    pipeline.pool = pool_new(request->threads);
    ExitStatus status = render_all(&pipeline);
    pool_free(pipeline.pool);
    return status;
}
