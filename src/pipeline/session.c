/*
 * A project rendered bit by bit, for those who compare.
 */
#include "pipeline_private.h"

RenderSession *session_open(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags)
{
    RenderSession *session = ARENA_NEW(arena, RenderSession);
    session->arena = arena;
    session->request = *request;
    session->pipeline = (Pipeline){.arena = arena, .request = &session->request, .sources = sources, .diags = diags,
                                   .result = &session->result};
    pipeline_enter(&session->pipeline, STAGE_LOAD, STR(""));
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
