/*
 * An environment as a flow: some services at a time are completed, rendered, printed and judged on one thread, in
 * memory that the next ones use again; what stays of them are texts, findings and notes. The environment's own objects
 * come last, when it is known what all services need. Nothing is reported before it is known that a run that did one
 * stage after the other for all services would have come to report it.
 */
#include "pipeline_private.h"

typedef struct Worker {
    Arena *scratch;
    Printer printer;
} Worker;

typedef struct Flow {
    Pipeline *pipeline;
    const Environment *environment;
    ServiceSet *set;
    const EnvironmentContext *context; /* of services */
    EnvironmentContext own;            /* of the environment's own objects */
    GateScope scope;
    GateParts *gate; /* or NULL */
    Batch *batches;  /* the environment's own first, then one per portion */
    const AcrossPart **across;
    size_t count;
    Worker *workers;
    size_t worker_count;
} Flow;

/* Threads tell the stages of the first one: they do the same. */
static void enter(const Flow *flow, size_t worker, Stage stage)
{
    if (worker == 0)
        pipeline_enter(flow->pipeline, stage, flow->environment->name);
}

/* ---- one portion ---- */

static void keep_waivers(const Flow *flow, Arena *lasting, Batch *batch, const ServiceContext *service)
{
    const Value *own = value_get(service->value, STR("waivers"));
    if (!flow->gate || !value_is(own, VALUE_LIST) || !own->size)
        return;
    ARENA_GROW(lasting, batch->waivers, batch->waiver_count, batch->waiver_capacity);
    batch->waivers[batch->waiver_count++] = value_copy(lasting, own);
}

static bool complete_portion(const Flow *flow, Portion portion, Arena *scratch, Arena *lasting,
                             ServiceContext *services)
{
    Batch *batch = &flow->batches[1 + portion.number];
    bool ok = true;
    for (size_t i = portion.from; i < portion.to; i++) {
        ServiceContext *service = &services[i - portion.from];
        if (service_set_complete(flow->set, i, scratch, lasting, batch->said[SAID_COMPLETE], service))
            keep_waivers(flow, lasting, batch, service);
        else
            ok = false;
    }
    return ok;
}

static bool render_portion(const Flow *flow, const ServiceContext *services, size_t count, Batch *batch)
{
    const Pipeline *pipeline = flow->pipeline;
    for (size_t i = 0; i < count; i++) {
        if (!pipeline_has_service(pipeline, services[i].name))
            continue;
        batch->services++;
        batch->failed |= !render_service(pipeline->renderer, flow->context, &services[i], &batch->files,
                                         batch->said[SAID_RENDER]);
    }
    return !batch->failed;
}

/* Where findings are not collected, nobody hears of those below a warning but of where a secret is. */
static void keep_findings(const Flow *flow, Arena *lasting, Findings *into, const Findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        Finding *finding = found->list[i];
        Findings one = {.list = &finding, .count = 1};
        if (flow->pipeline->request->collect || finding->severity >= SEVERITY_WARNING || finding->masked)
            findings_keep(lasting, into, &one);
    }
}

/* Of what is judged in a portion's memory all that is asked for later is copied. */
static void judge_batch(const Flow *flow, size_t number, size_t worker, Arena *scratch, Arena *lasting)
{
    Batch *batch = &flow->batches[number];
    Findings findings = {0};
    GatePart part = {batch->files.list, batch->files.count, scratch, lasting};
    Diags *diags = batch->said[SAID_JUDGE];
    if (flow->pipeline->across)
        flow->across[number] = across_part(lasting, scratch, &flow->scope, batch->files.list, batch->files.count);
    if (!flow->gate)
        return;
    batch->judge_failed = number ? !gate_part(flow->gate, number - 1, worker, &part, &findings, diags)
                                 : !gate_last_part(flow->gate, &part, &findings, diags);
    keep_findings(flow, lasting, &batch->findings, &findings);
}

/* The files end with the memory that they are in. Uses of patches name definitions, which stay. */
static void drop_files(Batch *batch, Arena *lasting)
{
    PatchUse *uses = ARENA_ARRAY(lasting, PatchUse, batch->files.use_count);
    if (batch->files.use_count)
        memcpy(uses, batch->files.uses, batch->files.use_count * sizeof *uses);
    batch->files = (RenderedFiles){.arena = lasting, .uses = uses, .use_count = batch->files.use_count};
}

static void run_portion(void *user, Portion portion, Arena *lasting)
{
    const Flow *flow = user;
    Worker *worker = &flow->workers[portion.worker];
    Batch *batch = &flow->batches[1 + portion.number];
    ServiceContext services[BATCH] = {{0}};
    arena_reset(worker->scratch);
    batch_begin(flow->pipeline, lasting, batch);
    enter(flow, portion.worker, STAGE_COMPLETE);
    if (!complete_portion(flow, portion, worker->scratch, lasting, services))
        return;
    enter(flow, portion.worker, STAGE_RENDER);
    batch->files = rendered_begin(worker->scratch);
    if (render_portion(flow, services, portion.to - portion.from, batch)) {
        batch_print_with(&worker->printer, flow->pipeline, lasting, batch);
        enter(flow, portion.worker, STAGE_JUDGE);
        judge_batch(flow, 1 + portion.number, portion.worker, worker->scratch, lasting);
    }
    drop_files(batch, lasting);
}

/* ---- what came of the portions ---- */

static bool settle_services(Flow *flow)
{
    Pipeline *pipeline = flow->pipeline;
    for (size_t i = 1; i < flow->count; i++)
        diags_move(pipeline->diags, flow->batches[i].said[SAID_COMPLETE]);
    return service_set_end(flow->set, pipeline->diags, &flow->own);
}

static bool settle_waivers(Flow *flow)
{
    bool ok = pipeline_take_waivers(flow->pipeline, value_get(flow->own.project, STR("waivers")));
    for (size_t i = 1; i < flow->count; i++) {
        for (size_t j = 0; j < flow->batches[i].waiver_count; j++)
            ok &= pipeline_take_waivers(flow->pipeline, flow->batches[i].waivers[j]);
    }
    return ok;
}

static bool settle_rendering(Flow *flow, Arena *arena)
{
    Pipeline *pipeline = flow->pipeline;
    RenderedFiles uses = rendered_begin(arena);
    bool ok = true;
    for (size_t i = 0; i < flow->count; i++) {
        Batch *batch = &flow->batches[i];
        diags_move(pipeline->diags, batch->said[SAID_RENDER]);
        ok &= !batch->failed;
        if (i)
            rendered_join(&uses, &batch->files);
    }
    if (ok && !pipeline->request->service_count)
        ok = render_patches_used(&uses, &flow->own, pipeline->diags);
    return ok;
}

static bool settle_judging(Flow *flow, Arena *arena)
{
    Pipeline *pipeline = flow->pipeline;
    Findings findings = {0};
    bool ok = true;
    if (!flow->gate)
        return true;
    if (!gate_parts_settled(flow->gate))
        return pipeline_judge_whole(pipeline, flow->environment);
    for (size_t i = 0; i < flow->count; i++) {
        diags_move(pipeline->diags, flow->batches[i].said[SAID_JUDGE]);
        findings_add(&findings, &flow->batches[i].findings, arena);
        ok &= !flow->batches[i].judge_failed;
    }
    pipeline_take_findings(pipeline, &findings);
    return ok;
}

static void run_own(Flow *flow, Arena *arena)
{
    Batch *own = &flow->batches[0];
    pipeline_enter(flow->pipeline, STAGE_RENDER, flow->environment->name);
    batch_begin(flow->pipeline, arena, own);
    batch_render_own(flow->pipeline, &flow->own, own);
    if (own->failed)
        return;
    batch_print(flow->pipeline, arena, own);
    pipeline_enter(flow->pipeline, STAGE_JUDGE, flow->environment->name);
    judge_batch(flow, 0, 0, arena, arena);
}

static bool settle(Flow *flow, Arena *arena)
{
    if (!settle_services(flow) || !settle_waivers(flow))
        return false;
    run_own(flow, arena);
    if (!settle_rendering(flow, arena) || !settle_judging(flow, arena))
        return false;
    if (flow->pipeline->across)
        across_note(flow->pipeline->across, flow->pipeline->result->environments, flow->across, flow->count);
    return true;
}

/* ---- all of it ---- */

static void open_flow(Flow *flow, Arena *arena)
{
    Pipeline *pipeline = flow->pipeline;
    pipeline_enter(pipeline, STAGE_COMPLETE, flow->environment->name);
    flow->set = service_set_new(arena, pipeline->pool, pipeline->project, flow->environment, pipeline->diags);
    flow->context = service_set_context(flow->set);
    flow->scope = pipeline_scope(pipeline, flow->environment, flow->context->project);
    flow->count = 1 + portion_count(service_set_count(flow->set), BATCH);
    flow->batches = ARENA_ARRAY(arena, Batch, flow->count);
    flow->across = ARENA_ARRAY(arena, const AcrossPart *, flow->count);
    flow->worker_count = pool_size(pipeline->pool);
    flow->workers = ARENA_ARRAY(arena, Worker, flow->worker_count);
    for (size_t i = 0; i < flow->worker_count; i++)
        flow->workers[i].scratch = arena_new();
    if (pipeline->standards)
        flow->gate = gate_parts_new(arena, pipeline->standards, flow->scope, flow->count - 1, flow->worker_count);
}

static void close_flow(Flow *flow, bool ok)
{
    gate_parts_free(flow->gate);
    for (size_t i = 0; i < flow->count; i++)
        batch_collect(flow->pipeline, &flow->batches[i], ok);
    for (size_t i = 0; i < flow->worker_count; i++) {
        arena_free(flow->workers[i].scratch);
        printer_release(&flow->workers[i].printer);
    }
}

bool pipeline_flow(Pipeline *pipeline, const Environment *environment)
{
    Arena *arena = arena_new();
    Flow flow = {.pipeline = pipeline, .environment = environment};
    open_flow(&flow, arena);
    pool_run(pipeline->pool, arena, service_set_count(flow.set), BATCH, run_portion, &flow);
    bool ok = settle(&flow, arena);
    close_flow(&flow, ok);
    arena_free(arena);
    return ok;
}
