/*
 * A project rendered bit by bit, for those who compare.
 */
#include "pipeline_private.h"

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
    if (!pipeline_load_rendering(&session->pipeline))
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
    return pipeline_workflow_folder(&session->pipeline);
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
    session->pipeline.left_out = NULL;
    session->pipeline.services_only = false;
    return (RenderedTexts){texts->files, texts->count};
}

bool session_environment(RenderSession *session, const Environment *environment, Arena *arena, RenderedTexts *texts)
{
    begin_texts(session, arena);
    pipeline_run_environment(&session->pipeline, environment);
    *texts = end_texts(session, &session->pipeline.tree);
    return !session->pipeline.failed;
}

bool session_once(RenderSession *session, Arena *arena, RenderedTexts *tree, RenderedTexts *workflows)
{
    begin_texts(session, arena);
    pipeline_run_once(&session->pipeline);
    *tree = end_texts(session, &session->pipeline.tree);
    *workflows = end_texts(session, &session->pipeline.workflows);
    return !session->pipeline.failed;
}

/* ---- two sides at once ---- */

enum { PORTION = 16 };

/* One side of a pair. */
typedef struct Side {
    RenderSession *session;
    EnvironmentContext context;
    bool *left_out; /* by place in the context */
} Side;

struct Left {
    Side old;
    Side new;
    const RenderTwins *twins; /* NULL: nothing can be left out */
    size_t *objects;          /* of each portion, those left out */
    Arena *arena;
};

static bool complete_side(Side *side, const Environment *environment, Arena *arena)
{
    Pipeline *pipeline = &side->session->pipeline;
    bool ok =
        services_complete(arena, pipeline->pool, pipeline->project, environment, pipeline->diags, &side->context);
    side->left_out = ok ? ARENA_ARRAY(arena, bool, side->context.count + 1) : NULL;
    return ok;
}

/* The same service on the old side: its place there. */
static bool find_twin(const Side *side, Str name, size_t *at)
{
    size_t low = 0;
    for (size_t high = side->context.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(side->context.items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < side->context.count && str_equal(side->context.items[low].name, name);
}

/*
 * Whether a service comes out the same: templates and what they see of the environment are (twins), so its own
 * contexts decide, which are compared to the last character. Two contexts that differ may still render alike; that is
 * found out by rendering them.
 */
static void match_service(const struct Left *left, size_t at, Arena *scratch, size_t *objects)
{
    const ServiceContext *service = &left->new.context.items[at];
    size_t twin, count;
    if (!find_twin(&left->old, service->name, &twin))
        return;
    const ServiceContext *old = &left->old.context.items[twin];
    if (!value_identical(old->value, service->value) || !value_identical(old->vars, service->vars) ||
        !str_equal(old->file->file, service->file->file) ||
        !render_twins_count(left->twins, &left->new.context, service, scratch, &count))
        return;
    left->new.left_out[at] = left->old.left_out[twin] = true;
    if (pipeline_has_service(&left->new.session->pipeline, service->name))
        *objects += count;
}

static void match_portion(void *user, Portion portion, Arena *arena)
{
    const struct Left *left = user;
    Arena *scratch = arena_new();
    (void)arena;
    for (size_t i = portion.from; i < portion.to; i++) {
        match_service(left, i, scratch, &left->objects[portion.number]);
        arena_reset(scratch);
    }
    arena_free(scratch);
}

/* Which services need not be rendered; how many objects that are. */
static size_t match_services(struct Left *left)
{
    size_t count = left->new.context.count, objects = 0;
    left->twins =
        render_twins_new(left->arena, left->new.session->pipeline.renderer, left->old.session->pipeline.renderer);
    if (!left->twins || !render_twins_meet(left->twins, &left->new.context, &left->old.context))
        return 0;
    left->objects = ARENA_ARRAY(left->arena, size_t, portion_count(count, PORTION) + 1);
    pool_run(left->new.session->pipeline.pool, left->arena, count, PORTION, match_portion, left);
    for (size_t i = 0; i < portion_count(count, PORTION); i++)
        objects += left->objects[i];
    return objects;
}

static bool render_side(Side *side, Arena *arena, const bool *left_out, RenderedTexts *texts)
{
    Pipeline *pipeline = &side->session->pipeline;
    begin_texts(side->session, arena);
    pipeline->left_out = left_out;
    pipeline_run_complete(pipeline, arena, &side->context);
    *texts = end_texts(side->session, &pipeline->tree);
    return !pipeline->failed;
}

bool session_pair(RenderSession *old, RenderSession *new, const Environment *environment_old,
                  const Environment *environment_new, Arena *arena, SessionPair *pair)
{
    struct Left *left = ARENA_NEW(arena, struct Left);
    *left = (struct Left){.old = {.session = old}, .new = {.session = new}, .arena = arena};
    *pair = (SessionPair){.left = left};
    bool old_ok = complete_side(&left->old, environment_old, arena);
    bool new_ok = complete_side(&left->new, environment_new, arena);
    if (old_ok && new_ok)
        pair->same = match_services(left);
    /* Where one side has failed, the other one still says what is wrong with it. */
    old_ok = old_ok && render_side(&left->old, arena, left->old.left_out, &pair->from);
    new_ok = new_ok && render_side(&left->new, arena, left->new.left_out, &pair->to);
    return old_ok && new_ok;
}

bool session_pair_selects(const SessionPair *pair, const Str *labels, size_t count)
{
    const struct Left *left = pair->left;
    if (!left->twins || render_twins_select(left->twins, labels, count))
        return true;
    for (size_t i = 0; i < left->new.context.count; i++) {
        if (left->new.left_out[i] && render_twins_service_selects(&left->new.context.items[i], labels, count))
            return true;
    }
    return false;
}

bool session_pair_same(const SessionPair *pair, RenderedTexts *texts)
{
    struct Left *left = pair->left;
    size_t count = left->new.context.count;
    bool *others = ARENA_ARRAY(left->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++)
        others[i] = !left->new.left_out[i];
    left->new.session->pipeline.services_only = true;
    return render_side(&left->new, left->arena, others, texts);
}
