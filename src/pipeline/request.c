/*
 * What was asked for: the selection, and whether it is in the project.
 */
#include "pipeline_private.h"

static bool is_selected(const Str *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name))
            return true;
    }
    return count == 0;
}

bool pipeline_has_environment(const Pipeline *pipeline, Str name)
{
    return is_selected(pipeline->request->environments, pipeline->request->environment_count, name);
}

bool pipeline_has_service(const Pipeline *pipeline, Str name)
{
    return is_selected(pipeline->request->services, pipeline->request->service_count, name);
}

bool pipeline_is_full(const RenderRequest *request)
{
    return !request->environment_count && !request->service_count;
}

void pipeline_enter(const Pipeline *pipeline, Stage stage, Str environment)
{
    if (pipeline->request->stage)
        pipeline->request->stage(pipeline->request->stage_user, stage, environment);
}

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
    if (project_environment(project, name))
        return;
    NearMiss miss = near_miss_begin(name);
    Buf names = {0};
    for (size_t i = 0; i < project->environment_count && diags_may_advise(pipeline->diags); i++) {
        near_miss_offer(&miss, project->environments[i].name);
        buf_printf(&names, "%s%.*s", i ? ", " : "kiln.yaml has ", STR_ARG(project->environments[i].name));
    }
    buf_add_char(&names, '\0');
    unknown_name(pipeline, "environment", name, miss, names.data);
    buf_release(&names);
}

static void check_service_name(Pipeline *pipeline, Str name)
{
    NearMiss miss = near_miss_begin(name);
    if (project_service(pipeline->project, name))
        return;
    for (size_t i = 0; i < pipeline->project->service_count && diags_may_advise(pipeline->diags); i++)
        near_miss_offer(&miss, pipeline->project->services[i].name);
    unknown_name(pipeline, "service", name, miss, "a service is a file services/NAME.yaml");
}

bool pipeline_load_project(Pipeline *pipeline)
{
    const RenderRequest *request = pipeline->request;
    ProjectOptions options = {.folder = request->folder,
                              .place = request->place,
                              .like = request->like,
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

const Project *pipeline_project(Arena *arena, const RenderRequest *request, Sources *sources, Diags *diags)
{
    Pipeline pipeline = {.arena = arena, .request = request, .sources = sources, .diags = diags};
    return pipeline_load_project(&pipeline) ? pipeline.project : NULL;
}

bool pipeline_load_rendering(Pipeline *pipeline)
{
    bool ok = pipeline_load_project(pipeline);
    if (!pipeline->project)
        return false;
    pipeline->renderer = renderer_new(pipeline->arena, pipeline->sources, pipeline->project, pipeline->diags);
    return ok && pipeline->renderer;
}
