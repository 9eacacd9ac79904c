/*
 * One environment after the other, each in an arena of its own, and their services some at a time on each thread: complete,
 * rendered, judged. Of a finished environment only the texts stay until the gate has passed for all. What exists once per
 * project goes the same way.
 */
#include "pipeline_private.h"

/* Where a file's path and text are in the buffer of its batch, which moves while it grows. */
typedef struct Extent {
    size_t path;
    size_t text;
    size_t end;
} Extent;

/* What was rendered together: some services, or what an environment or the project has of its own. */
typedef struct Batch {
    RenderedFiles files;
    Extent *extents;
    Buf text;
    Buf namespaces; /* of a stream, where they come first */
    Diags *diags;
    size_t services;
    bool failed;
} Batch;

/* Argo CD's own are written together with all else or not at all, and no stream holds them. */
static bool is_left_out(const Pipeline *pipeline, const RenderedFile *file)
{
    return file->gitops && (pipeline->request->stream || !pipeline_is_full(pipeline->request));
}

/* ---- texts ---- */

static bool is_namespace(const RenderedFile *file)
{
    return file->count && str_equal(value_text_at(file->objects[0], "kind"), STR("Namespace"));
}

static void batch_print(const Pipeline *pipeline, Arena *arena, Batch *batch)
{
    bool stream = pipeline->request->stream;
    if (pipeline->request->judge_only)
        return;
    batch->extents = ARENA_ARRAY(arena, Extent, batch->files.count);
    for (size_t i = 0; i < batch->files.count; i++) {
        const RenderedFile *file = &batch->files.list[i];
        if (is_left_out(pipeline, file))
            continue;
        Buf *buf = stream && is_namespace(file) ? &batch->namespaces : &batch->text;
        batch->extents[i].path = buf->size;
        if (!stream)
            buf_add(buf, file->path);
        batch->extents[i].text = buf->size;
        render_text(file, buf);
        batch->extents[i].end = buf->size;
    }
}

void parts_add(Arena *arena, Parts *parts, Str part)
{
    if (!part.size)
        return;
    ARENA_GROW(arena, parts->list, parts->count, parts->capacity);
    parts->list[parts->count++] = part;
}

static void texts_add(Pipeline *pipeline, const RenderedFile *file, Str path, Str text)
{
    Texts *texts = file->form == FORM_WORKFLOW ? &pipeline->workflows : &pipeline->tree;
    Origin origin = file->service ? file->service->file->origin : pipeline->project->origin;
    ARENA_GROW(pipeline->arena, texts->files, texts->count, texts->capacity);
    texts->files[texts->count++] = (TreeFile){path, text, origin};
}

/* Takes the texts over, which outlive the objects. */
static void collect(Pipeline *pipeline, Batch *batch)
{
    Str text = buf_keep(&batch->text, pipeline->arena);
    parts_add(pipeline->arena, &pipeline->namespaces, buf_keep(&batch->namespaces, pipeline->arena));
    if (pipeline->request->stream)
        parts_add(pipeline->arena, &pipeline->stream, text);
    for (size_t i = 0; i < batch->files.count; i++) {
        const RenderedFile *file = &batch->files.list[i];
        if (is_left_out(pipeline, file))
            continue;
        pipeline->result->objects += file->form == FORM_WORKFLOW ? 0 : file->count;
        pipeline->result->files++;
        if (pipeline->request->judge_only)
            continue;
        Extent at = batch->extents[i];
        pipeline->result->bytes += at.end - at.text;
        if (pipeline->request->stream)
            continue;
        texts_add(pipeline, file, str_slice(text, at.path, at.text), str_slice(text, at.text, at.end));
    }
}

/* ---- one environment ---- */

enum { PORTION = 16 }; /* services that are rendered together */

typedef struct Rendering {
    Pipeline *pipeline;
    const EnvironmentContext *context;
    Batch *batches; /* the environment's own first, then one per portion */
    size_t count;
} Rendering;

static void batch_begin(const Pipeline *pipeline, Arena *arena, Batch *batch)
{
    *batch = (Batch){.files = rendered_begin(arena), .diags = diags_new(arena, pipeline->sources)};
}

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
            !render_service(pipeline->renderer, rendering->context, service, &batch->files, batch->diags);
    }
    if (!batch->failed)
        batch_print(pipeline, arena, batch);
}

static void render_own(const Rendering *rendering, Arena *arena)
{
    const Pipeline *pipeline = rendering->pipeline;
    Batch *batch = &rendering->batches[0];
    batch_begin(pipeline, arena, batch);
    if (pipeline->request->service_count)
        return;
    batch->failed = !render_environment(pipeline->renderer, rendering->context, &batch->files, batch->diags) ||
                    !render_gitops(pipeline->renderer, rendering->context, &batch->files, batch->diags);
    if (!batch->failed)
        batch_print(pipeline, arena, batch);
}

/* All batches as one, in the order of the services. */
static bool join(const Rendering *rendering, RenderedFiles *files)
{
    Pipeline *pipeline = rendering->pipeline;
    bool ok = true;
    for (size_t i = 0; i < rendering->count; i++) {
        Batch *batch = &rendering->batches[i];
        rendered_join(files, &batch->files);
        diags_move(pipeline->diags, batch->diags);
        pipeline->result->services += batch->services;
        ok &= !batch->failed;
    }
    if (ok && !pipeline->request->service_count)
        ok = render_patches_used(files, rendering->context, pipeline->diags);
    return ok;
}

static void take_findings(Pipeline *pipeline, Findings *findings)
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
    take_findings(pipeline, &findings);
    return ok;
}

void pipeline_judge_across(Pipeline *pipeline)
{
    Findings findings = {0};
    if (!pipeline->across || pipeline->failed)
        return;
    Arena *arena = arena_new();
    pipeline->failed |= !across_judge(pipeline->standards, arena, pipeline->across,
                                      service_project(arena, pipeline->project), &findings, pipeline->diags);
    take_findings(pipeline, &findings);
    arena_free(arena);
}

static bool take_waivers(Pipeline *pipeline, const EnvironmentContext *context)
{
    if (!pipeline->standards)
        return true;
    const Value *shared = value_get(context->project, STR("waivers"));
    bool ok = waivers_check(pipeline->standards, shared, pipeline->diags);
    waiver_uses_add(pipeline->waivers, shared);
    for (size_t i = 0; i < context->count; i++) {
        const Value *own = value_get(context->items[i].value, STR("waivers"));
        ok &= waivers_check(pipeline->standards, own, pipeline->diags);
        waiver_uses_add(pipeline->waivers, own);
    }
    return ok;
}

static GateScope environment_scope(const Pipeline *pipeline, const Environment *environment, const Value *project)
{
    return (GateScope){.environment = environment->name,
                       .tier = environment->tier,
                       .project = project,
                       .origin = environment->origin ? environment->origin : pipeline->project->origin,
                       .today = pipeline->request->today,
                       .pool = pipeline->pool,
                       .cluster = value_text_at(environment->own, "cluster")};
}

static bool render_and_judge(Rendering *rendering, Arena *arena, const Environment *environment)
{
    Pipeline *pipeline = rendering->pipeline;
    RenderedFiles files = rendered_begin(arena);
    pipeline_enter(pipeline, STAGE_RENDER, environment->name);
    render_own(rendering, arena);
    pool_run(pipeline->pool, arena, rendering->context->count, PORTION, render_portion, rendering);
    bool ok = join(rendering, &files);
    pipeline_enter(pipeline, STAGE_JUDGE, environment->name);
    GateScope scope = environment_scope(pipeline, environment, rendering->context->project);
    ok = ok && judge(pipeline, arena, scope, &files);
    if (ok && pipeline->across)
        across_keep(pipeline->across, &scope, files.list, files.count);
    for (size_t i = 0; i < rendering->count; i++) {
        if (ok)
            collect(pipeline, &rendering->batches[i]);
        buf_release(&rendering->batches[i].text);
        buf_release(&rendering->batches[i].namespaces);
    }
    return ok;
}

void pipeline_run_environment(Pipeline *pipeline, const Environment *environment)
{
    Arena *arena = arena_new();
    EnvironmentContext context;
    Rendering rendering = {.pipeline = pipeline, .context = &context};
    pipeline_enter(pipeline, STAGE_COMPLETE, environment->name);
    bool ok = services_complete(arena, pipeline->pool, pipeline->project, environment, pipeline->diags, &context) &&
              take_waivers(pipeline, &context);
    if (ok) {
        rendering.count = 1 + portion_count(context.count, PORTION);
        rendering.batches = ARENA_ARRAY(arena, Batch, rendering.count);
        ok = render_and_judge(&rendering, arena, environment);
    }
    pipeline->failed |= !ok;
    pipeline->result->environments++;
    arena_free(arena);
}

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
        collect(pipeline, &batch);
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
