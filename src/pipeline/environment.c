/*
 * One environment after the other. Mostly each is a flow of parts (flow.c); here is what happens to one that has to
 * be whole: where the project's own templates look at all services, and where rules asked of one part what others could
 * have answered otherwise. What exists once per project goes this way, too.
 */
#include "pipeline_private.h"

/* ---- the gate ---- */

void pipeline_take_findings(Pipeline *pipeline, Findings *findings)
{
    waiver_uses_note(pipeline->waivers, findings);
    findings_select(findings, &pipeline->request->rules, pipeline->diags);
    if (pipeline->request->collect)
        findings_keep(pipeline->arena, &pipeline->result->findings, findings);
    else
        findings_report(findings, SEVERITY_WARNING, pipeline->diags);
    pipeline->blocked += findings_errors(findings);
}

static bool judge(Pipeline *pipeline, Arena *arena, GateScope scope, const RenderedFiles *files)
{
    Findings findings = {0};
    if (!pipeline->standards)
        return true;
    bool ok =
        standards_judge(pipeline->standards, arena, scope, files->list, files->count, &findings, pipeline->diags);
    pipeline_take_findings(pipeline, &findings);
    return ok;
}

GateScope pipeline_scope(const Pipeline *pipeline, const Environment *environment, const Value *project)
{
    return (GateScope){.environment = environment->name,
                       .tier = environment->tier,
                       .project = project,
                       .origin = environment->origin ? environment->origin : pipeline->project->origin,
                       .today = pipeline->request->today,
                       .pool = pipeline->pool,
                       .cluster = value_text_at(environment->own, "cluster")};
}

bool pipeline_take_waivers(Pipeline *pipeline, const Value *waivers)
{
    if (!pipeline->standards)
        return true;
    waiver_uses_add(pipeline->waivers, waivers);
    return waivers_check(pipeline->standards, waivers, pipeline->diags);
}

static bool take_waivers(Pipeline *pipeline, const EnvironmentContext *context)
{
    bool ok = pipeline_take_waivers(pipeline, value_get(context->project, STR("waivers")));
    for (size_t i = 0; i < context->count; i++)
        ok &= pipeline_take_waivers(pipeline, value_get(context->items[i].value, STR("waivers")));
    return ok;
}

/* ---- one environment, whole ---- */

typedef struct Rendering {
    const Pipeline *pipeline;
    const EnvironmentContext *context;
    Batch *batches; /* the environment's own first, then one per portion */
    size_t count;
    bool printing;
} Rendering;

static void render_portion(void *user, Portion portion, Arena *arena)
{
    const Rendering *rendering = user;
    const Pipeline *pipeline = rendering->pipeline;
    Batch *batch = &rendering->batches[1 + portion.number];
    batch_begin(pipeline, arena, batch);
    for (size_t i = portion.from; i < portion.to; i++) {
        const ServiceContext *service = &rendering->context->items[i];
        if (!pipeline_has_service(pipeline, service->name))
            continue;
        batch->services++;
        batch->failed |=
            !render_service(pipeline->renderer, rendering->context, service, &batch->files, batch->said[SAID_RENDER]);
    }
    if (!batch->failed && rendering->printing)
        batch_print(pipeline, arena, batch);
}

void batch_render_own(const Pipeline *pipeline, const EnvironmentContext *context, Batch *batch)
{
    Diags *diags = batch->said[SAID_RENDER];
    if (pipeline->request->service_count)
        return;
    batch->failed = !render_environment(pipeline->renderer, context, &batch->files, diags) ||
                    !render_gitops(pipeline->renderer, context, &batch->files, diags);
}

/* All batches as one, in the order of the services. */
static bool join(Pipeline *pipeline, const Rendering *rendering, RenderedFiles *files)
{
    bool ok = true;
    for (size_t i = 0; i < rendering->count; i++) {
        Batch *batch = &rendering->batches[i];
        rendered_join(files, &batch->files);
        diags_move(pipeline->diags, batch->said[SAID_RENDER]);
        ok &= !batch->failed;
    }
    if (ok && !pipeline->request->service_count)
        ok = render_patches_used(files, rendering->context, pipeline->diags);
    return ok;
}

static bool render_whole(Pipeline *pipeline, Arena *arena, Rendering *rendering, RenderedFiles *files)
{
    const EnvironmentContext *context = rendering->context;
    pipeline_enter(pipeline, STAGE_RENDER, context->environment->name);
    rendering->count = 1 + portion_count(context->count, BATCH);
    rendering->batches = ARENA_ARRAY(arena, Batch, rendering->count);
    Batch *own = &rendering->batches[0];
    batch_begin(pipeline, arena, own);
    batch_render_own(pipeline, context, own);
    if (!own->failed && rendering->printing)
        batch_print(pipeline, arena, own);
    pool_run(pipeline->pool, arena, context->count, BATCH, render_portion, rendering);
    *files = rendered_begin(arena);
    return join(pipeline, rendering, files);
}

static bool judge_whole(Pipeline *pipeline, Arena *arena, const EnvironmentContext *context,
                        const RenderedFiles *files)
{
    pipeline_enter(pipeline, STAGE_JUDGE, context->environment->name);
    GateScope scope = pipeline_scope(pipeline, context->environment, context->project);
    return judge(pipeline, arena, scope, files);
}

/* As one part, which is all of it. */
static void note_across(Pipeline *pipeline, Arena *arena, const EnvironmentContext *context,
                        const RenderedFiles *files)
{
    GateScope scope = pipeline_scope(pipeline, context->environment, context->project);
    if (!pipeline->across)
        return;
    const AcrossPart *part = across_part(arena, arena, &scope, files->list, files->count);
    across_note(pipeline->across, pipeline->result->environments, &part, 1);
}

static bool run_whole(Pipeline *pipeline, const Environment *environment)
{
    Arena *arena = arena_new();
    EnvironmentContext context;
    RenderedFiles files;
    Rendering rendering = {.pipeline = pipeline, .context = &context, .printing = true};
    pipeline_enter(pipeline, STAGE_COMPLETE, environment->name);
    bool ok = services_complete(arena, pipeline->pool, pipeline->project, environment, pipeline->diags, &context) &&
              take_waivers(pipeline, &context) && render_whole(pipeline, arena, &rendering, &files) &&
              judge_whole(pipeline, arena, &context, &files);
    if (ok)
        note_across(pipeline, arena, &context, &files);
    for (size_t i = 0; i < rendering.count; i++)
        batch_collect(pipeline, &rendering.batches[i], ok);
    arena_free(arena);
    return ok;
}

/* What all this says has been said: nothing is wrong but for what the gate finds. */
static bool render_again(Pipeline *pipeline, Arena *arena, const Environment *environment,
                         EnvironmentContext *context, Rendering *rendering, RenderedFiles *files)
{
    Pipeline unheard = *pipeline;
    unheard.diags = diags_new(arena, pipeline->sources);
    *rendering = (Rendering){.pipeline = &unheard, .context = context};
    pipeline_enter(pipeline, STAGE_COMPLETE, environment->name);
    return services_complete(arena, pipeline->pool, pipeline->project, environment, unheard.diags, context) &&
           render_whole(&unheard, arena, rendering, files);
}

bool pipeline_judge_whole(Pipeline *pipeline, const Environment *environment)
{
    Arena *arena = arena_new();
    EnvironmentContext context;
    RenderedFiles files;
    Rendering rendering;
    bool ok = render_again(pipeline, arena, environment, &context, &rendering, &files) &&
              judge_whole(pipeline, arena, &context, &files);
    arena_free(arena);
    return ok;
}

void pipeline_run_environment(Pipeline *pipeline, const Environment *environment)
{
    bool whole = render_reads_all(pipeline->renderer);
    pipeline->failed |= !(whole ? run_whole(pipeline, environment) : pipeline_flow(pipeline, environment));
    pipeline->result->environments++;
}

/* ---- what environments must not share ---- */

/* Numbered as they were noted: a whole environment's one part has all, a flow's own objects are part 0. */
static void keep_wanted(Pipeline *pipeline, const Environment *environment, size_t number)
{
    Arena *arena = arena_new();
    EnvironmentContext context;
    Rendering rendering;
    RenderedFiles files, wanted = rendered_begin(arena);
    bool whole = render_reads_all(pipeline->renderer);
    if (render_again(pipeline, arena, environment, &context, &rendering, &files)) {
        for (size_t i = 0; i < rendering.count; i++) {
            if (across_wants(pipeline->across, number, whole ? 0 : i))
                rendered_join(&wanted, &rendering.batches[i].files);
        }
        GateScope scope = pipeline_scope(pipeline, environment, context.project);
        across_keep(pipeline->across, &scope, wanted.list, wanted.count);
    }
    arena_free(arena);
}

void pipeline_judge_across(Pipeline *pipeline)
{
    Findings findings = {0};
    if (!pipeline->across || pipeline->failed || across_settle(pipeline->across))
        return;
    for (size_t i = 0; i < pipeline->project->environment_count; i++)
        keep_wanted(pipeline, &pipeline->project->environments[i], i);
    Arena *arena = arena_new();
    pipeline->failed |= !across_judge(pipeline->standards, arena, pipeline->across,
                                      service_project(arena, pipeline->project), &findings, pipeline->diags);
    pipeline_take_findings(pipeline, &findings);
    arena_free(arena);
}

/* ---- what exists once ---- */

Tier pipeline_tier(const Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    Tier tier = TIER_DEVELOPMENT;
    for (size_t i = 0; i < project->environment_count; i++) {
        const Environment *environment = &project->environments[i];
        if (pipeline_has_environment(pipeline, environment->name) && environment->tier > tier)
            tier = environment->tier;
    }
    return tier;
}

/* What all environments share is judged as the strictest of them is. */
static GateScope project_scope(const Pipeline *pipeline, const Value *value)
{
    return (GateScope){.environment = STR(""),
                       .tier = pipeline_tier(pipeline),
                       .project = value,
                       .origin = pipeline->project->origin,
                       .today = pipeline->request->today};
}

static bool render_workflows(Pipeline *pipeline, Arena *arena, Batch *batch, ProjectContext *context)
{
    return services_complete_once(arena, pipeline->project, pipeline->diags, context) &&
           render_project(pipeline->renderer, context, &batch->files, pipeline->diags);
}

static bool render_app_project(Pipeline *pipeline, Arena *arena, Batch *batch, ProjectContext *context)
{
    project_complete(arena, pipeline->project, context);
    return render_gitops_project(pipeline->renderer, context, &batch->files, pipeline->diags);
}

/* What exists once per project: on a full render alone, and in no stream. */
static void run_one(Pipeline *pipeline,
                     bool (*render)(Pipeline *pipeline, Arena *arena, Batch *batch, ProjectContext *context))
{
    Arena *arena = arena_new();
    ProjectContext context;
    Batch batch;
    pipeline_enter(pipeline, STAGE_RENDER, STR(""));
    batch_begin(pipeline, arena, &batch);
    if (render(pipeline, arena, &batch, &context) &&
        judge(pipeline, arena, project_scope(pipeline, context.project), &batch.files)) {
        batch_print(pipeline, arena, &batch);
        batch_collect(pipeline, &batch, true);
    } else
        pipeline->failed = true;
    arena_free(arena);
}

void pipeline_run_once(Pipeline *pipeline)
{
    if (!pipeline_is_full(pipeline->request) || pipeline->request->stream)
        return;
    run_one(pipeline, render_app_project);
    if (value_flag(pipeline->project->value, "workflow.enabled", true))
        run_one(pipeline, render_workflows);
}
