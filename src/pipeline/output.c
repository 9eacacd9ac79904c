/*
 * What becomes of the texts: a stream, or a tree and a folder of workflows that are written or compared with.
 */
#include "pipeline_private.h"

/* A selection answers for its own files alone. */
static bool in_scope(void *user, Str path)
{
    const Pipeline *pipeline = user;
    Str rest = path, environment, service;
    str_split(&rest, '/', &environment);
    if (!pipeline_has_environment(pipeline, environment))
        return false;
    if (!pipeline->request->service_count)
        return true;
    return str_split(&rest, '/', &service) && rest.data && pipeline_has_service(pipeline, service);
}

/* The folder above that of the workflows that nobody but the user, or the clone, has chosen. */
static Str workflow_root(const Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    if (pipeline->request->output.size)
        return pipeline->request->output;
    return value_text_at(project->value, "workflow.path").size ? project->root : project->repository;
}

Str pipeline_workflow_folder(const Pipeline *pipeline)
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
    if (!pipeline_is_full(pipeline->request) || !tree->count)
        return;
    Str text = tree_attributes(pipeline->arena, tree->files, tree->count);
    ARENA_GROW(pipeline->arena, tree->files, tree->count, tree->capacity);
    tree->files[tree->count++] = (TreeFile){.path = STR(TREE_ATTRIBUTES_FILE), .text = text, .origin = pipeline->project->origin};
}

static Str tree_folder(const Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    if (pipeline->request->output.size)
        return pipeline->request->output;
    return arena_printf(pipeline->arena, "%.*s/%.*s", STR_ARG(project->root),
                        STR_ARG(value_text_at(project->value, "output")));
}

static TreeJob tree_job(Pipeline *pipeline)
{
    const Project *project = pipeline->project;
    Str top = tree_folder(pipeline);
    Str label = shown(pipeline, top);
    pipeline->result->output = label;
    add_attributes(pipeline);
    return (TreeJob){.top = top,
                     .root = pipeline->request->output.size ? STR("") : project->root,
                     .label = label,
                     .head = STR(RENDER_HEAD),
                     .owner = project->name,
                     .owner_hint = STR("set output in kiln.yaml, or choose another folder with -o"),
                     .files = pipeline->tree.files,
                     .count = pipeline->tree.count,
                     .in_scope = pipeline_is_full(pipeline->request) ? NULL : in_scope,
                     .user = pipeline,
                     .yielding = STR(TREE_ATTRIBUTES_FILE),
                     .look_only = pipeline->request->compare_only,
                     .pool = pipeline->pool};
}

static TreeJob workflow_job(const Pipeline *pipeline)
{
    Str top = pipeline_workflow_folder(pipeline);
    return (TreeJob){.top = top,
                     .root = workflow_root(pipeline),
                     .label = shown(pipeline, top),
                     .head = STR(RENDER_HEAD),
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
    Unpacked unpacked = {0};
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        Difference difference = {.path = tree_plan_label(plan, pipeline->arena, changes[i].path),
                                 .kind = changes[i].kind};
        if (changes[i].kind == TREE_CHANGED && changes[i].file) {
            ok &= tree_plan_found(plan, pipeline->arena, &changes[i], pipeline->diags, &difference.found);
            difference.wanted = arena_copy(pipeline->arena, tree_file_text(changes[i].file, &unpacked));
        }
        ARENA_GROW(pipeline->arena, result->differences, result->difference_count, result->difference_capacity);
        result->differences[result->difference_count++] = difference;
    }
    unpacked_release(&unpacked);
    tree_plan_release(plan);
    return ok;
}

static bool carry_out(Pipeline *pipeline, TreePlan *plan)
{
    if (pipeline->request->compare_only)
        return compare(pipeline, plan);
    TreeResult written;
    pipeline_enter(pipeline, STAGE_WRITE, STR(""));
    if (!tree_write(plan, pipeline->diags, &written))
        return false;
    pipeline->result->written += written.written;
    pipeline->result->unchanged += written.unchanged;
    pipeline->result->removed += written.removed;
    return true;
}

/* The next part of a path that leads anywhere; false at the end. */
static bool next_part(Str *path, Str *part)
{
    while (str_split(path, '/', part)) {
        if (part->size && !str_equal(*part, STR(".")))
            return true;
    }
    return false;
}

static bool is_same_folder(Str a, Str b)
{
    Str left, right;
    bool more = true, same = true;
    while (more && same) {
        more = next_part(&a, &left);
        same = next_part(&b, &right) == more && (!more || str_equal(left, right));
    }
    return same;
}

/* Of two lists of what is kiln's in one folder, each would have the other's files removed. */
static bool folders_differ(const Pipeline *pipeline)
{
    const Value *path = value_path(pipeline->project->value, "workflow.path");
    bool same = is_same_folder(tree_folder(pipeline), pipeline_workflow_folder(pipeline));
    if (same)
        diag_error(pipeline->diags, path ? path->origin : pipeline->project->origin,
                   "workflow.path is the output's folder; give the workflows one of their own");
    return !same;
}

/* Both folders are planned before either is written. */
bool pipeline_write(Pipeline *pipeline)
{
    pipeline_enter(pipeline, STAGE_COMPARE, STR(""));
    if (!folders_differ(pipeline))
        return false;
    TreeJob tree = tree_job(pipeline);
    TreePlan *tree_planned = tree_plan(pipeline->arena, &tree, pipeline->diags);
    if (!pipeline_is_full(pipeline->request))
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

void pipeline_finish_stream(Pipeline *pipeline)
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
