/*
 * One environment as two sessions have it, without the services that come out the same: what both define alike is
 * completed on the new side alone, for what may be wrong with it and for its part in quotas and names, and what both
 * would render alike is not rendered.
 *
 * Why that is certain. A service's context follows from its definition, from the project and the environment, and
 * from what it sees of those whom it calls, admits and is called by: service_set_same compares all of that,
 * here_alike the project and the environment. A service's files follow from templates and contexts (render/twins.c).
 * What an environment has of its own is rendered on both sides in any case, from the shares of all services; an equal
 * service has the same share. Whatever is not certain is rendered, and its texts decide. Who completes or renders
 * with a word of complaint is never left out, so that both sides say theirs.
 */
#include "pipeline_private.h"

enum { PORTION = 16 };
#define NO_TWIN SIZE_MAX

/* What comes of some services. */
typedef struct Outcome {
    Diags *completing;
    Diags *rendering;   /* nobody hears it where completing has failed */
    RenderedFiles uses; /* of patches; no files */
    Texts texts;
    Index *words;   /* of those left out: what may be a label in one of their selectors */
    size_t objects; /* of those left out, and selected */
    bool failed;    /* to render */
} Outcome;

typedef struct Side {
    RenderSession *session;
    ServiceSet *set; /* NULL: all services are complete from the start, in context */
    EnvironmentContext context;
    size_t count;
    size_t *twins; /* of each service the place on the other side, or NO_TWIN */
    bool *left_out;
    Outcome *outcomes; /* one per portion */
    Texts texts;
    bool broken; /* its services cannot be completed (reported), so it has none */
} Side;

struct PairState {
    Arena *arena;
    Side old;
    Side new;
    const RenderTwins *twins; /* NULL: templates differ, so all is rendered */
    bool alike;               /* project and environment are */
};

/* ---- services on both sides ---- */

static const ServiceFile *file_at(const Side *side, size_t index)
{
    return side->set ? service_set_file(side->set, index) : side->context.items[index].file;
}

/* Both are sorted by name. */
static void find_twins(Arena *arena, Side *old, Side *new)
{
    old->twins = ARENA_ARRAY(arena, size_t, old->count + 1);
    new->twins = ARENA_ARRAY(arena, size_t, new->count + 1);
    for (size_t a = 0, b = 0; a < old->count || b < new->count;) {
        int order = a == old->count   ? 1
                    : b == new->count ? -1
                                      : str_compare(file_at(old, a)->name, file_at(new, b)->name);
        if (order <= 0)
            old->twins[a] = order ? NO_TWIN : b;
        if (order >= 0)
            new->twins[b] = order ? NO_TWIN : a;
        a += order <= 0;
        b += order >= 0;
    }
}

/* ---- whether project and environment are alike ---- */

static bool environments_alike(const Environment *a, const Environment *b)
{
    if (!a || !b)
        return a == b;
    return str_equal(a->name, b->name) && str_equal(a->file, b->file) && a->tier == b->tier &&
           str_equal(a->domain, b->domain) && str_equal(a->namespace, b->namespace) &&
           value_identical(a->built_in, b->built_in) && value_identical(a->built_in_vars, b->built_in_vars) &&
           value_identical(a->defaults, b->defaults) && value_identical(a->overlay, b->overlay) &&
           value_identical(a->vars, b->vars) && value_identical(a->external, b->external) &&
           value_identical(a->own, b->own) && environments_alike(a->parent, b->parent);
}

/* A name that some service must not use, because another has it, may be free where a service is gone: not alike. */
static bool here_alike(const Project *old, const Environment *from, const Project *new, const Environment *to)
{
    bool alike = value_identical(old->value, new->value) && value_identical(old->defaults, new->defaults) &&
                 value_identical(old->set, new->set) && environments_alike(from, to);
    for (size_t i = 0; alike && i < old->service_count; i++)
        alike = project_service(new, old->services[i].name) != NULL;
    return alike;
}

/* ---- texts ---- */

static void add_text(Arena *arena, Texts *texts, Str path, Str text)
{
    ARENA_GROW(arena, texts->files, texts->count, texts->capacity);
    texts->files[texts->count++] = (TreeFile){.path = path, .text = text};
}

static void join_texts(Arena *arena, Texts *texts, const Texts *more)
{
    for (size_t i = 0; i < more->count; i++)
        add_text(arena, texts, more->files[i].path, more->files[i].text);
}

/* From a scratch arena into one that stays. */
static void keep_texts(Arena *arena, const RenderedFiles *files, Texts *texts)
{
    size_t *ends = ARENA_ARRAY(files->arena, size_t, files->count + 1);
    Buf buf = {0};
    for (size_t i = 0; i < files->count; i++) {
        render_text(&files->list[i], &buf);
        ends[i + 1] = buf.size;
    }
    Str all = buf_keep(&buf, arena);
    for (size_t i = 0; i < files->count; i++)
        add_text(arena, texts, arena_copy(arena, files->list[i].path), str_slice(all, ends[i], ends[i + 1]));
}

/* ---- one service ---- */

typedef struct Visit {
    struct PairState *pair;
    Side *side;
    Outcome *outcome;
    Arena *scratch; /* of the service */
    Arena *arena;   /* of its portion */
} Visit;

/* False: reported. */
static bool visit_context(const Visit *visit, size_t index, ServiceContext *service)
{
    const Side *side = visit->side;
    if (side->set)
        return service_set_complete(side->set, index, visit->scratch, visit->arena, visit->outcome->completing,
                                    service);
    *service = side->context.items[index];
    return true;
}

static void visit_render(const Visit *visit, const ServiceContext *service)
{
    RenderedFiles files = rendered_begin(visit->scratch);
    Outcome *outcome = visit->outcome;
    if (!render_service(visit->side->session->pipeline.renderer, &visit->side->context, service, &files,
                        outcome->rendering)) {
        outcome->failed = true;
        return;
    }
    keep_texts(visit->arena, &files, &outcome->texts);
    files.count = 0;
    rendered_join(&outcome->uses, &files);
}

static bool comes_out_same(const Visit *visit, size_t index, const ServiceContext *service)
{
    const Side *old = &visit->pair->old, *new = &visit->pair->new;
    size_t twin = new->twins[index];
    if (!visit->pair->twins || twin == NO_TWIN)
        return false;
    if (new->set)
        return visit->pair->alike && service_set_same(new->set, index, old->set, twin);
    const ServiceContext *other = &old->context.items[twin];
    return value_identical(service->value, other->value) && value_identical(service->vars, other->vars) &&
           str_equal(service->file->file, other->file->file);
}

static void visit_new(const Visit *visit, size_t index)
{
    Side *new = visit->side;
    Outcome *outcome = visit->outcome;
    ServiceContext service;
    size_t said = diags_count(outcome->completing), objects;
    if (!visit_context(visit, index, &service))
        return;
    bool selected = pipeline_has_service(&new->session->pipeline, service.name);
    if (diags_count(outcome->completing) == said && comes_out_same(visit, index, &service) &&
        render_twins_count(visit->pair->twins, &new->context, &service, visit->scratch, &objects)) {
        new->left_out[index] = true;
        outcome->objects += selected ? objects : 0;
        render_twins_words(&service, visit->arena, outcome->words);
    } else if (selected) {
        visit_render(visit, &service);
    }
}

static void visit_old(const Visit *visit, size_t index)
{
    ServiceContext service;
    if (!visit->side->left_out[index] && visit_context(visit, index, &service))
        visit_render(visit, &service);
}

/* ---- one side ---- */

typedef void VisitFn(const Visit *visit, size_t index);

typedef struct Round {
    struct PairState *pair;
    Side *side;
    VisitFn *visit;
} Round;

static void visit_portion(void *user, Portion portion, Arena *arena)
{
    const Round *round = user;
    const Sources *sources = round->side->session->pipeline.sources;
    Outcome *outcome = &round->side->outcomes[portion.number];
    *outcome = (Outcome){.completing = diags_new(arena, sources),
                         .rendering = diags_new(arena, sources),
                         .uses = rendered_begin(arena),
                         .words = index_new(arena, 64)};
    Visit visit = {round->pair, round->side, outcome, arena_new(), arena};
    for (size_t i = portion.from; i < portion.to; i++) {
        round->visit(&visit, i);
        arena_reset(visit.scratch);
    }
    arena_free(visit.scratch);
}

static void visit_all(struct PairState *pair, Side *side, VisitFn *visit)
{
    Round round = {pair, side, visit};
    side->outcomes = ARENA_ARRAY(pair->arena, Outcome, portion_count(side->count, PORTION) + 1);
    pool_run(side->session->pipeline.pool, pair->arena, side->count, PORTION, visit_portion, &round);
}

static bool render_own(Side *side, Arena *arena)
{
    const Pipeline *pipeline = &side->session->pipeline;
    RenderedFiles files = rendered_begin(arena);
    if (!render_environment(pipeline->renderer, &side->context, &files, pipeline->diags) ||
        !render_gitops(pipeline->renderer, &side->context, &files, pipeline->diags))
        return false;
    /* Applications belong to a full render alone. */
    while (files.count && files.list[files.count - 1].gitops && !pipeline_is_full(pipeline->request))
        files.count--;
    keep_texts(arena, &files, &side->texts);
    return true;
}

/* What remains once all services have been visited. */
static bool finish_side(Side *side, Arena *arena)
{
    const Pipeline *pipeline = &side->session->pipeline;
    bool whole = !pipeline->request->service_count, ok = true;
    size_t portions = portion_count(side->count, PORTION);
    RenderedFiles uses = rendered_begin(arena);
    for (size_t i = 0; i < portions; i++)
        diags_move(pipeline->diags, side->outcomes[i].completing);
    if (side->broken || (side->set && !service_set_end(side->set, pipeline->diags, &side->context)))
        return false;
    for (size_t i = 0; i < portions; i++) {
        const Outcome *outcome = &side->outcomes[i];
        diags_move(pipeline->diags, outcome->rendering);
        rendered_join(&uses, &outcome->uses);
        join_texts(arena, &side->texts, &outcome->texts);
        ok &= !outcome->failed;
    }
    ok &= !whole || render_own(side, arena);
    return ok && (!whole || render_patches_used(&uses, &side->context, pipeline->diags));
}

/* ---- both ---- */

static void begin_set(Side *side, const Environment *environment, const ServiceSet *like, Arena *arena)
{
    const Pipeline *pipeline = &side->session->pipeline;
    side->set = service_set_new_like(arena, pipeline->pool, pipeline->project, environment, like, pipeline->diags);
    side->context = *service_set_context(side->set);
    side->count = service_set_count(side->set);
}

static void begin_whole(Side *side, const Environment *environment, Arena *arena)
{
    const Pipeline *pipeline = &side->session->pipeline;
    side->broken =
        !services_complete(arena, pipeline->pool, pipeline->project, environment, pipeline->diags, &side->context);
    side->count = side->broken ? 0 : side->context.count;
}

/* Where templates may see every service, there is nothing to complete them one by one for. */
static void begin_sides(struct PairState *pair, const Environment *from, const Environment *to)
{
    const Pipeline *old = &pair->old.session->pipeline, *new = &pair->new.session->pipeline;
    if (render_reads_all(old->renderer) || render_reads_all(new->renderer)) {
        begin_whole(&pair->old, from, pair->arena);
        begin_whole(&pair->new, to, pair->arena);
    } else {
        pair->alike = here_alike(old->project, from, new->project, to);
        begin_set(&pair->new, to, NULL, pair->arena);
        begin_set(&pair->old, from, pair->alike ? pair->new.set : NULL, pair->arena);
    }
    if (pair->old.broken || pair->new.broken)
        return;
    const RenderTwins *twins = render_twins_new(pair->arena, new->renderer, old->renderer);
    pair->twins = twins && render_twins_meet(twins, &pair->new.context, &pair->old.context) ? twins : NULL;
}

static void visit_sides(struct PairState *pair)
{
    Side *old = &pair->old, *new = &pair->new;
    find_twins(pair->arena, old, new);
    old->left_out = ARENA_ARRAY(pair->arena, bool, old->count + 1);
    new->left_out = ARENA_ARRAY(pair->arena, bool, new->count + 1);
    visit_all(pair, new, visit_new);
    for (size_t i = 0; i < new->count; i++) {
        if (!new->left_out[i])
            continue;
        old->left_out[new->twins[i]] = true;
        if (new->set)
            service_set_adopt(old->set, new->twins[i], new->set, i);
    }
    visit_all(pair, old, visit_old);
}

static RenderedTexts texts_of(const Side *side)
{
    return (RenderedTexts){side->texts.files, side->texts.count};
}

/* Each side says what is wrong with it, even if the other one has failed. */
bool session_pair(RenderSession *old, RenderSession *new, const Environment *from, const Environment *to,
                  Arena *arena, SessionPair *pair)
{
    struct PairState *state = ARENA_NEW(arena, struct PairState);
    *state = (struct PairState){.arena = arena, .old = {.session = old}, .new = {.session = new}};
    *pair = (SessionPair){.state = state};
    pipeline_enter(&new->pipeline, STAGE_COMPLETE, to->name);
    begin_sides(state, from, to);
    pipeline_enter(&new->pipeline, STAGE_RENDER, to->name);
    visit_sides(state);
    bool ok = finish_side(&state->old, arena);
    ok &= finish_side(&state->new, arena);
    pair->from = texts_of(&state->old);
    pair->to = texts_of(&state->new);
    for (size_t i = 0; i < portion_count(state->new.count, PORTION); i++)
        pair->same += state->new.outcomes[i].objects;
    return ok;
}

/* ---- what was left out ---- */

bool session_pair_selects(const SessionPair *pair, const Str *labels, size_t count)
{
    const struct PairState *state = pair->state;
    if (!state->twins || render_twins_select(state->twins, labels, count))
        return true;
    for (size_t i = 0; i < portion_count(state->new.count, PORTION); i++) {
        for (size_t j = 0; j < count; j++) {
            if (index_get(state->new.outcomes[i].words, labels[j]) != INDEX_NONE)
                return true;
        }
    }
    return false;
}

static void visit_left_out(const Visit *visit, size_t index)
{
    ServiceContext service;
    if (visit->side->left_out[index] && visit_context(visit, index, &service) &&
        pipeline_has_service(&visit->side->session->pipeline, service.name))
        visit_render(visit, &service);
}

bool session_pair_same(const SessionPair *pair, RenderedTexts *texts)
{
    struct PairState *state = pair->state;
    Side side = state->new;
    Texts all = {0};
    bool ok = true;
    visit_all(state, &side, visit_left_out);
    for (size_t i = 0; i < portion_count(side.count, PORTION); i++) {
        diags_move(side.session->pipeline.diags, side.outcomes[i].rendering);
        join_texts(state->arena, &all, &side.outcomes[i].texts);
        ok &= !side.outcomes[i].failed;
    }
    *texts = (RenderedTexts){all.files, all.count};
    return ok;
}
