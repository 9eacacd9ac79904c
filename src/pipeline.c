/*
 * The pipeline. Environments are rendered one after the other, each in an arena of its own, and their services some
 * at a time on each thread. Of a finished environment only the texts stay until the gate has passed for all.
 */
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

/* ---- what was asked for ---- */

static void unknown_name(Pipeline *pipeline, const char *what, Str name, NearMiss miss, const char *add)
{
    Str best = near_miss_best(&miss);
    diag_plain_error(pipeline->diags, "no %s '%.*s'; %.*s", what, STR_ARG(name),
                     STR_ARG(near_miss_advice(pipeline->arena, best, "%s", add)));
    pipeline->failed = true;
}

static void check_environment_name(Pipeline *pipeline, Str name)
{
    const Project *project = pipeline->project;
    NearMiss miss = near_miss_begin(name);
    Buf names = {0};
    for (size_t i = 0; i < project->environment_count; i++) {
        near_miss_offer(&miss, project->environments[i].name);
        buf_printf(&names, "%s%.*s", i ? ", " : "kiln.yaml has ", STR_ARG(project->environments[i].name));
    }
    buf_add_char(&names, '\0');
    if (!project_environment(project, name))
        unknown_name(pipeline, "environment", name, miss, names.data);
    buf_release(&names);
}

static void check_service_name(Pipeline *pipeline, Str name)
{
    NearMiss miss = near_miss_begin(name);
    for (size_t i = 0; i < pipeline->project->service_count; i++)
        near_miss_offer(&miss, pipeline->project->services[i].name);
    if (!project_service(pipeline->project, name))
        unknown_name(pipeline, "service", name, miss, "a service is a file services/NAME.yaml");
}

static bool is_selected(const Str *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name))
            return true;
    }
    return count == 0;
}

static bool environment_selected(const Pipeline *pipeline, Str name)
{
    return is_selected(pipeline->request->environments, pipeline->request->environment_count, name);
}

static bool service_selected(const Pipeline *pipeline, Str name)
{
    return is_selected(pipeline->request->services, pipeline->request->service_count, name);
}

static bool is_full(const RenderRequest *request)
{
    return !request->environment_count && !request->service_count;
}

static void enter(const Pipeline *pipeline, Stage stage, Str environment)
{
    if (pipeline->request->stage)
        pipeline->request->stage(pipeline->request->stage_user, stage, environment);
}

/* Argo CD's own are written together with all else or not at all, and no stream holds them. */
static bool is_left_out(const Pipeline *pipeline, const RenderedFile *file)
{
    return file->gitops && (pipeline->request->stream || !is_full(pipeline->request));
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

static void parts_add(Arena *arena, Parts *parts, Str part)
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
    pipeline->result->bytes += batch->namespaces.size + batch->text.size;
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
        if (pipeline->request->stream || pipeline->request->judge_only)
            continue;
        Extent at = batch->extents[i];
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
        if (!service_selected(pipeline, service->name))
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

/* What an environment must not share with another can be said once all are there: of a selection, nothing. */
static void judge_across(Pipeline *pipeline)
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
    enter(pipeline, STAGE_RENDER, environment->name);
    render_own(rendering, arena);
    pool_run(pipeline->pool, arena, rendering->context->count, PORTION, render_portion, rendering);
    bool ok = join(rendering, &files);
    enter(pipeline, STAGE_JUDGE, environment->name);
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

static void run_environment(Pipeline *pipeline, const Environment *environment)
{
    Arena *arena = arena_new();
    EnvironmentContext context;
    Rendering rendering = {.pipeline = pipeline, .context = &context};
    enter(pipeline, STAGE_COMPLETE, environment->name);
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

static Tier strictest_tier(const Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    Tier tier = TIER_DEVELOPMENT;
    for (size_t i = 0; i < project->environment_count; i++) {
        const Environment *environment = &project->environments[i];
        if (environment_selected(pipeline, environment->name) && environment->tier > tier)
            tier = environment->tier;
    }
    return tier;
}

/* What all environments share is judged as the strictest of them is. */
static GateScope project_scope(const Pipeline *pipeline, const Value *value)
{
    return (GateScope){.environment = STR(""),
                       .tier = strictest_tier(pipeline),
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
static void run_once(Pipeline *pipeline,
                     bool (*render)(Pipeline *pipeline, Arena *arena, Batch *batch, ProjectContext *context))
{
    Arena *arena = arena_new();
    ProjectContext context;
    Batch batch;
    enter(pipeline, STAGE_RENDER, STR(""));
    batch_begin(pipeline, arena, &batch);
    if (render(pipeline, arena, &batch, &context) &&
        judge(pipeline, arena, project_scope(pipeline, context.project), &batch.files)) {
        batch_print(pipeline, arena, &batch);
        collect(pipeline, &batch);
    } else
        pipeline->failed = true;
    arena_free(arena);
}

static void run_project(Pipeline *pipeline)
{
    if (!is_full(pipeline->request) || pipeline->request->stream)
        return;
    run_once(pipeline, render_app_project);
    if (value_flag(pipeline->project->value, "workflow.enabled", true))
        run_once(pipeline, render_workflows);
}

/* ---- writing ---- */

/* A selection answers for its own files alone. */
static bool in_scope(void *user, Str path)
{
    const Pipeline *pipeline = user;
    Str rest = path, environment, service;
    str_split(&rest, '/', &environment);
    if (!environment_selected(pipeline, environment))
        return false;
    if (!pipeline->request->service_count)
        return true;
    return str_split(&rest, '/', &service) && rest.data && service_selected(pipeline, service);
}

static Str workflow_folder(const Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    Str output = pipeline->request->output, stated = value_text_at(project->value, "workflow.path");
    if (output.size)
        return arena_printf(pipeline->arena, "%.*s/.github/workflows", STR_ARG(output));
    if (stated.size)
        return arena_printf(pipeline->arena, "%.*s/%.*s", STR_ARG(project->root), STR_ARG(stated));
    return arena_printf(pipeline->arena, "%.*s/.github/workflows", STR_ARG(project->repository));
}

/* A folder below the project as the user sees it from the working directory. */
static Str shown(const Pipeline *pipeline, Str folder)
{
    Str root = pipeline->project->root;
    if (!str_starts(folder, root) || folder.size <= root.size || folder.data[root.size] != '/')
        return folder;
    return arena_printf(pipeline->arena, "%.*s%.*s", STR_ARG(pipeline->project->prefix),
                        STR_ARG(str_slice(folder, root.size + 1, folder.size)));
}

/* Named from all files, so a selection, which does not know them, leaves it as it is. */
static void add_attributes(Pipeline *pipeline)
{
    Texts *tree = &pipeline->tree;
    if (!is_full(pipeline->request) || !tree->count)
        return;
    Str text = tree_attributes(pipeline->arena, tree->files, tree->count);
    ARENA_GROW(pipeline->arena, tree->files, tree->count, tree->capacity);
    tree->files[tree->count++] = (TreeFile){STR(TREE_ATTRIBUTES_FILE), text, pipeline->project->origin};
}

static TreeJob tree_job(Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    Str output = value_text_at(project->value, "output");
    Str top = pipeline->request->output.size
                  ? pipeline->request->output
                  : arena_printf(pipeline->arena, "%.*s/%.*s", STR_ARG(project->root), STR_ARG(output));
    Str label = shown(pipeline, top);
    pipeline->result->output = label;
    add_attributes(pipeline);
    return (TreeJob){.top = top,
                     .label = label,
                     .owner = project->name,
                     .owner_hint = STR("set output in kiln.yaml, or choose another folder with -o"),
                     .files = pipeline->tree.files,
                     .count = pipeline->tree.count,
                     .in_scope = is_full(pipeline->request) ? NULL : in_scope,
                     .user = pipeline,
                     .yielding = STR(TREE_ATTRIBUTES_FILE),
                     .look_only = pipeline->request->compare_only,
                     .pool = pipeline->pool};
}

static TreeJob workflow_job(const Pipeline *pipeline)
{
    Str top = workflow_folder(pipeline);
    return (TreeJob){.top = top,
                     .label = shown(pipeline, top),
                     .owner = pipeline->project->name,
                     .owner_hint = STR("set workflow.path in kiln.yaml"),
                     .files = pipeline->workflows.files,
                     .count = pipeline->workflows.count,
                     .look_only = pipeline->request->compare_only,
                     .pool = pipeline->pool};
}

/* Instead of writing. */
static bool compare(Pipeline *pipeline, TreePlan *plan)
{
    RenderResult *result = pipeline->result;
    size_t count;
    const TreeChange *changes = tree_plan_changes(plan, &count);
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        Difference difference = {.path = tree_plan_label(plan, pipeline->arena, changes[i].path),
                                 .kind = changes[i].kind};
        if (changes[i].kind == TREE_CHANGED && changes[i].file) {
            ok &= tree_plan_found(plan, pipeline->arena, &changes[i], pipeline->diags, &difference.found);
            difference.wanted = changes[i].file->text;
        }
        ARENA_GROW(pipeline->arena, result->differences, result->difference_count, result->difference_capacity);
        result->differences[result->difference_count++] = difference;
    }
    tree_plan_release(plan);
    return ok;
}

static bool carry_out(Pipeline *pipeline, TreePlan *plan)
{
    if (pipeline->request->compare_only)
        return compare(pipeline, plan);
    TreeResult written;
    enter(pipeline, STAGE_WRITE, STR(""));
    if (!tree_write(plan, pipeline->diags, &written))
        return false;
    pipeline->result->written += written.written;
    pipeline->result->unchanged += written.unchanged;
    pipeline->result->removed += written.removed;
    return true;
}

/* Both folders are planned before either is written. */
static bool write_all(Pipeline *pipeline)
{
    enter(pipeline, STAGE_COMPARE, STR(""));
    TreeJob tree = tree_job(pipeline);
    TreePlan *tree_planned = tree_plan(pipeline->arena, &tree, pipeline->diags);
    if (!is_full(pipeline->request))
        return tree_planned && carry_out(pipeline, tree_planned);
    TreeJob workflows = workflow_job(pipeline);
    TreePlan *workflows_planned = tree_plan(pipeline->arena, &workflows, pipeline->diags);
    if (tree_planned && workflows_planned) {
        bool written = carry_out(pipeline, tree_planned);
        return carry_out(pipeline, workflows_planned) && written;
    }
    if (tree_planned)
        tree_plan_release(tree_planned);
    if (workflows_planned)
        tree_plan_release(workflows_planned);
    return false;
}

static void finish_stream(Pipeline *pipeline)
{
    Parts all = pipeline->namespaces;
    for (size_t i = 0; i < pipeline->stream.count; i++)
        parts_add(pipeline->arena, &all, pipeline->stream.list[i]);
    pipeline->result->stream = all.list;
    pipeline->result->stream_count = all.count;
    if (pipeline->failed || pipeline->blocked || pipeline->result->objects)
        return;
    diag_plain_error(pipeline->diags, "nothing to render: no service that was asked for is enabled there; an empty "
                                      "stream would have everything removed");
    pipeline->failed = true;
}

/* What a waiver is for may be found only in what a selection leaves out. */
static void finish_findings(Pipeline *pipeline)
{
    const RenderRequest *request = pipeline->request;
    findings_sort(&pipeline->result->findings, pipeline->sources);
    pipeline->result->standards = pipeline->standards;
    pipeline->result->tier = strictest_tier(pipeline);
    if (is_full(request) && !request->set_count && !pipeline->failed)
        waiver_uses_report(pipeline->waivers, pipeline->diags);
}

/* ---- all of it ---- */

/* The project alone, and whether what was asked for is in it. */
static bool load_project(Pipeline *pipeline)
{
    const RenderRequest *request = pipeline->request;
    ProjectOptions options = {.folder = request->folder,
                              .place = request->place,
                              .sets = request->sets,
                              .set_count = request->set_count,
                              .services = request->services,
                              .service_count = request->service_count};
    pipeline->project = project_load(pipeline->arena, pipeline->sources, options, pipeline->diags);
    if (!pipeline->project)
        return false;
    for (size_t i = 0; i < request->environment_count; i++)
        check_environment_name(pipeline, request->environments[i]);
    for (size_t i = 0; i < request->service_count; i++)
        check_service_name(pipeline, request->services[i]);
    return !pipeline->failed;
}

/* Without the standards, which judge only what is rendered. */
static bool load_rendering(Pipeline *pipeline)
{
    bool ok = load_project(pipeline);
    if (!pipeline->project)
        return false;
    pipeline->renderer = renderer_new(pipeline->arena, pipeline->sources, pipeline->project, pipeline->diags);
    return ok && pipeline->renderer;
}

const Project *pipeline_project(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags)
{
    Pipeline pipeline = {.arena = arena, .request = request, .sources = sources, .diags = diags};
    return load_project(&pipeline) ? pipeline.project : NULL;
}

static bool load(Pipeline *pipeline)
{
    bool ok = load_rendering(pipeline);
    if (!pipeline->project)
        return false;
    const RenderRequest *request = pipeline->request;
    pipeline->standards = standards_load(pipeline->arena, pipeline->sources, pipeline->project, pipeline->diags);
    pipeline->waivers = waiver_uses_new(pipeline->arena);
    if (is_full(request) && pipeline->project->environment_count > 1)
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
    if (!load_rendering(&pipeline))
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
    enter(pipeline, STAGE_LOAD, STR(""));
    if (!load(pipeline))
        return EXIT_TROUBLE;
    for (size_t i = 0; i < pipeline->project->environment_count; i++) {
        if (environment_selected(pipeline, pipeline->project->environments[i].name))
            run_environment(pipeline, &pipeline->project->environments[i]);
    }
    judge_across(pipeline);
    run_project(pipeline);
    if (request->stream)
        finish_stream(pipeline);
    if (request->collect)
        finish_findings(pipeline);
    if (pipeline->failed)
        return EXIT_TROUBLE;
    if (pipeline->blocked)
        return EXIT_FINDINGS;
    if (!request->stream && !request->judge_only && !write_all(pipeline))
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

/* ---- bit by bit ---- */

struct RenderSession {
    Arena *arena;
    Pipeline pipeline;
    RenderRequest request;
    RenderResult result;
};

RenderSession *session_open(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags)
{
    RenderSession *session = ARENA_NEW(arena, RenderSession);
    session->arena = arena;
    session->request = *request;
    session->pipeline = (Pipeline){.arena = arena, .request = &session->request, .sources = sources, .diags = diags,
                                   .result = &session->result};
    if (!load_rendering(&session->pipeline))
        return NULL;
    session->pipeline.pool = pool_new(request->threads);
    return session;
}

void session_close(RenderSession *session)
{
    pool_free(session->pipeline.pool);
}

const Project *session_project(const RenderSession *session)
{
    return session->pipeline.project;
}

Str session_workflow_folder(const RenderSession *session)
{
    return workflow_folder(&session->pipeline);
}

static void begin_texts(RenderSession *session, Arena *arena)
{
    session->pipeline.arena = arena;
    session->pipeline.tree = session->pipeline.workflows = (Texts){0};
    session->pipeline.failed = false;
}

static RenderedTexts end_texts(RenderSession *session, const Texts *texts)
{
    session->pipeline.arena = session->arena;
    return (RenderedTexts){texts->files, texts->count};
}

bool session_environment(RenderSession *session, const Environment *environment, Arena *arena, RenderedTexts *texts)
{
    begin_texts(session, arena);
    run_environment(&session->pipeline, environment);
    *texts = end_texts(session, &session->pipeline.tree);
    return !session->pipeline.failed;
}

bool session_once(RenderSession *session, Arena *arena, RenderedTexts *tree, RenderedTexts *workflows)
{
    begin_texts(session, arena);
    run_project(&session->pipeline);
    *tree = end_texts(session, &session->pipeline.tree);
    *workflows = end_texts(session, &session->pipeline.workflows);
    return !session->pipeline.failed;
}
