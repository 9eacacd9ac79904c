/*
 * What the project renders to as a side of kiln diff. Environments are rendered one after the other, on both sides, and
 * of each only what differs stays, so that memory does not grow with their number.
 */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>

#include "kiln/project.h"
#include "kiln/tree.h"
#include "kiln/yaml.h"

static const DiffRenames no_renames = {NULL, 0};

/* ---- what was asked for ---- */

static bool is_named(const Str *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name))
            return true;
    }
    return count == 0;
}

static DiffSelection selection_of(const Arguments *arguments)
{
    return (DiffSelection){.environments = arguments->option[OPTION_ENVIRONMENT].values,
                           .environment_count = arguments->option[OPTION_ENVIRONMENT].count,
                           .services = arguments->option[OPTION_SERVICE].values,
                           .service_count = arguments->option[OPTION_SERVICE].count};
}

static bool is_full(const DiffSelection *selection)
{
    return !selection->environment_count && !selection->service_count;
}

/* As a render with the same selection: Applications belong to a full one alone. */
static bool selects(const DiffSelection *selection, Str path)
{
    Str rest = path, folder, service;
    if (is_full(selection))
        return true;
    str_split(&rest, '/', &folder);
    if (!rest.data || !is_named(selection->environments, selection->environment_count, folder))
        return false;
    if (!selection->service_count)
        return true;
    return str_split(&rest, '/', &service) && rest.data &&
           is_named(selection->services, selection->service_count, service);
}

static RenderSession *open_session(const Arguments *arguments, const DiffSelection *selection, DiffReport *report)
{
    RenderRequest request = {.folder = cli_folder(arguments), .stage = watch_stage, .stage_user = report->watch};
    request.environments = selection->environments;
    request.environment_count = selection->environment_count;
    request.services = selection->services;
    request.service_count = selection->service_count;
    if (!cli_threads(arguments, &request.threads))
        return NULL;
    return session_open(report->arena, &request, report->sources, report->diags);
}

/* ---- texts as files ---- */

static int file_compare(const void *a, const void *b)
{
    return str_compare(((const DiffFile *)a)->path, ((const DiffFile *)b)->path);
}

static void sort_files(DiffFiles *files)
{
    if (files->count)
        qsort(files->list, files->count, sizeof *files->list, file_compare);
}

static void add_file(DiffFiles *files, Str path, Str text)
{
    ARENA_GROW(files->arena, files->list, files->count, files->capacity);
    files->list[files->count++] = (DiffFile){path, text};
}

/* A tree holds a few files that are no YAML, such as .gitattributes. */
static bool is_manifest(Str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

static DiffFiles files_of(Arena *arena, const DiffSelection *selection, RenderedTexts texts)
{
    DiffFiles files = {.arena = arena};
    for (size_t i = 0; i < texts.count; i++) {
        if (is_manifest(texts.files[i].path) && selects(selection, texts.files[i].path))
            add_file(&files, texts.files[i].path, texts.files[i].text);
    }
    sort_files(&files);
    return files;
}

static const Environment *environment_in(const RenderSession *session, Str name)
{
    return session ? project_environment(session_project(session), name) : NULL;
}

/* Nothing where the project has no such environment. */
static bool environment_files(RenderSession *session, Str name, Arena *arena, const DiffSelection *selection,
                              DiffFiles *files)
{
    const Environment *environment = environment_in(session, name);
    RenderedTexts texts = {NULL, 0};
    bool ok = !environment || session_environment(session, environment, arena, &texts);
    *files = files_of(arena, selection, texts);
    return ok;
}

/* ---- the side at the revision ---- */

static bool open_old(DiffSides *sides, Diags *diags, const Project *like)
{
    RenderRequest request = {.folder = cli_folder(sides->arguments),
                             .place = &sides->base.place,
                             .like = like,
                             .stage = watch_stage,
                             .stage_user = sides->report->watch};
    if (!cli_threads(sides->arguments, &request.threads))
        return false;
    sides->old = session_open(sides->report->arena, &request, sides->report->sources, diags);
    return sides->old;
}

/* By itself, so that its messages name its own files. */
static bool open_apart(DiffSides *sides)
{
    if (sides->old)
        session_close(sides->old);
    sides->old = NULL;
    sides->sharing = NULL;
    return open_old(sides, sides->report->diags, NULL);
}

static bool has_spoken(const DiffSides *sides)
{
    return sides->sharing && diags_count(sides->sharing);
}

/* Most of the time the old side has nothing to say, so what both have is read once; where it has, it begins again. */
static bool open_sharing(DiffSides *sides)
{
    sides->sharing = diags_new(sides->report->arena, sides->report->sources);
    bool ok = open_old(sides, sides->sharing, session_project(sides->new));
    return ok && !has_spoken(sides) ? true : open_apart(sides);
}

/* ---- against a revision ---- */

typedef struct Rest {
    const SessionPair *pair;
    const DiffSelection *selection;
    Arena *arena;
} Rest;

/* Totals are of all workloads; labels are looked for in selectors. */
static bool rest_matters(void *user, const DiffWants *wants)
{
    const Rest *rest = user;
    return wants->workloads || session_pair_selects(rest->pair, wants->labels, wants->label_count);
}

static bool read_rest(void *user, DiffFiles *files)
{
    const Rest *rest = user;
    RenderedTexts texts;
    if (!session_pair_same(rest->pair, &texts))
        return false;
    *files = files_of(rest->arena, rest->selection, texts);
    return true;
}

/* An environment that both projects have. */
static bool each_pair(DiffSides *sides, const Environment *old, const Environment *new, Arena *arena,
                      DiffSidesFn *each, void *user)
{
    SessionPair pair;
    bool ok = session_pair(sides->old, sides->new, old, new, arena, &pair);
    if (has_spoken(sides))
        ok = open_apart(sides) &&
             session_pair(sides->old, sides->new, environment_in(sides->old, new->name), new, arena, &pair);
    if (!ok)
        return false;
    DiffFiles from = files_of(arena, &sides->selection, pair.from), to = files_of(arena, &sides->selection, pair.to);
    Rest same = {&pair, &sides->selection, arena};
    const DiffRest rest = {pair.same, rest_matters, read_rest, &same};
    return each(user, new->name, &from, &to, &rest);
}

/* One that only one of them has, or neither. */
static bool each_alone(DiffSides *sides, Str name, Arena *arena, DiffSidesFn *each, void *user)
{
    DiffFiles from, to;
    bool ok = environment_files(sides->old, name, arena, &sides->selection, &from);
    if (has_spoken(sides))
        ok = open_apart(sides) && environment_files(sides->old, name, arena, &sides->selection, &from);
    ok = environment_files(sides->new, name, arena, &sides->selection, &to) && ok;
    return ok && each(user, name, &from, &to, NULL);
}

static bool each_environment(DiffSides *sides, Str name, DiffSidesFn *each, void *user)
{
    Arena *arena = arena_new();
    const Environment *old = environment_in(sides->old, name), *new = environment_in(sides->new, name);
    bool ok = old && new ? each_pair(sides, old, new, arena, each, user) : each_alone(sides, name, arena, each, user);
    arena_free(arena);
    return ok;
}

static bool once_files(RenderSession *session, Arena *arena, DiffFiles *tree, DiffFiles *workflows)
{
    DiffSelection everything = {0};
    RenderedTexts tree_texts = {NULL, 0}, workflow_texts = {NULL, 0};
    bool ok = !session || session_once(session, arena, &tree_texts, &workflow_texts);
    *tree = files_of(arena, &everything, tree_texts);
    *workflows = files_of(arena, &everything, workflow_texts);
    return ok;
}

static bool each_once(DiffSides *sides, DiffSidesFn *each, void *user)
{
    Arena *arena = arena_new();
    DiffFiles old_tree, old_workflows, new_tree, new_workflows;
    bool ok = once_files(sides->old, arena, &old_tree, &old_workflows);
    if (has_spoken(sides))
        ok = open_apart(sides) && once_files(sides->old, arena, &old_tree, &old_workflows);
    ok = once_files(sides->new, arena, &new_tree, &new_workflows) && ok;
    ok = ok && each(user, STR(DIFF_ARGOCD), &old_tree, &new_tree, NULL);
    ok = ok && each(user, STR(DIFF_WORKFLOWS), &old_workflows, &new_workflows, NULL);
    arena_free(arena);
    return ok;
}

bool diff_sides_each(DiffSides *sides, DiffSidesFn *each, void *user)
{
    const Project *new = session_project(sides->new);
    bool ok = true;
    for (size_t i = 0; i < new->environment_count; i++) {
        Str name = new->environments[i].name;
        if (is_named(sides->selection.environments, sides->selection.environment_count, name))
            ok &= each_environment(sides, name, each, user);
    }
    for (size_t i = 0; sides->old && i < session_project(sides->old)->environment_count; i++) {
        Str name = session_project(sides->old)->environments[i].name;
        if (is_full(&sides->selection) && !project_environment(new, name))
            ok &= each_environment(sides, name, each, user);
    }
    return ok && (!is_full(&sides->selection) || each_once(sides, each, user));
}

bool diff_sides_open(DiffSides *sides, const Arguments *arguments, DiffReport *report)
{
    *sides = (DiffSides){.selection = selection_of(arguments), .arguments = arguments, .report = report};
    if (!cli_base_open(arguments, argument_value(arguments, OPTION_BASE), report->diags, &sides->base))
        return false;
    sides->new = open_session(arguments, &sides->selection, report);
    if (sides->new && (!sides->base.has_project || open_sharing(sides)))
        return true;
    diff_sides_close(sides);
    return false;
}

void diff_sides_close(DiffSides *sides)
{
    if (sides->old)
        session_close(sides->old);
    if (sides->new)
        session_close(sides->new);
    cli_base_close(&sides->base);
}

static bool compare_environment(void *user, Str name, const DiffFiles *from, const DiffFiles *to,
                                const DiffRest *rest)
{
    return diff_compare(user, name, from, to, rest, no_renames);
}

bool diff_with_base(const Arguments *arguments, DiffReport *report)
{
    DiffSides sides;
    if (!diff_sides_open(&sides, arguments, report))
        return false;
    bool ok = diff_sides_each(&sides, compare_environment, report);
    diff_sides_close(&sides);
    return ok;
}

/* ---- against the folders ---- */

static Str from_root(Arena *arena, const Project *project, Str path)
{
    return arena_printf(arena, "%.*s/%.*s", STR_ARG(project->root), STR_ARG(path));
}

/* What kiln wrote there and is still there. */
static bool read_owned(DiffFiles *files, Str top, const DiffSelection *selection, Diags *diags)
{
    Str *paths;
    size_t count;
    if (!tree_owned(files->arena, top, top, diags, &paths, &count))
        return false;
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        Str text;
        if (!is_manifest(paths[i]) || !selects(selection, paths[i]))
            continue;
        int error = file_read_beneath(files->arena, top, paths[i], yaml_manifest_limits.bytes, &text);
        if (!error)
            add_file(files, paths[i], text);
        else if (error != ENOENT && error != ENOTDIR)
            diag_file_error(diags, arena_printf(files->arena, "%.*s/%.*s", STR_ARG(top), STR_ARG(paths[i])),
                            "cannot read: %s", store_error(error));
        ok &= !error || error == ENOENT || error == ENOTDIR;
    }
    sort_files(files);
    return ok;
}

/* Of the files those of one environment. */
static DiffFiles part_of(Arena *arena, const DiffFiles *files, Str environment)
{
    DiffFiles part = {.arena = arena};
    for (size_t i = 0; i < files->count; i++) {
        if (str_equal(diff_environment_of(files->list[i].path), environment))
            add_file(&part, files->list[i].path, files->list[i].text);
    }
    return part;
}

static bool compare_folder(RenderSession *session, Str name, const DiffFiles *old, const DiffSelection *selection,
                           DiffReport *report)
{
    Arena *arena = arena_new();
    DiffFiles from = part_of(arena, old, name), to;
    bool ok = environment_files(session, name, arena, selection, &to) &&
              diff_compare(report, name, &from, &to, NULL, no_renames);
    arena_free(arena);
    return ok;
}

/* What stands there of environments that are gone, and what exists once. */
static bool compare_rest(RenderSession *session, const DiffFiles *old, DiffReport *report)
{
    const Project *project = session_project(session);
    DiffSelection everything = {0};
    DiffFiles gone = {.arena = report->arena, .owned = true}, tree, workflows, old_workflows = {.arena = report->arena};
    for (size_t i = 0; i < old->count; i++) {
        if (!project_environment(project, diff_environment_of(old->list[i].path)))
            add_file(&gone, old->list[i].path, old->list[i].text);
    }
    bool ok = once_files(session, report->arena, &tree, &workflows);
    tree.owned = true;
    ok = ok && read_owned(&old_workflows, session_workflow_folder(session), &everything, report->diags);
    ok = ok && diff_compare_trees(report, &gone, &tree);
    return ok && diff_compare(report, STR(DIFF_WORKFLOWS), &old_workflows, &workflows, NULL, no_renames);
}

static bool compare_folders(RenderSession *session, const DiffSelection *selection, DiffReport *report)
{
    const Project *project = session_project(session);
    DiffFiles old = {.arena = report->arena};
    Str output = from_root(report->arena, project, value_text_at(project->value, "output"));
    bool ok = read_owned(&old, output, selection, report->diags);
    for (size_t i = 0; ok && i < project->environment_count; i++) {
        Str name = project->environments[i].name;
        if (is_named(selection->environments, selection->environment_count, name))
            ok = compare_folder(session, name, &old, selection, report);
    }
    return ok && (!is_full(selection) || compare_rest(session, &old, report));
}

bool diff_with_tree(const Arguments *arguments, DiffReport *report)
{
    DiffSelection selection = selection_of(arguments);
    RenderSession *session = open_session(arguments, &selection, report);
    if (!session)
        return false;
    bool ok = compare_folders(session, &selection, report);
    session_close(session);
    return ok;
}

/* ---- one environment against another ---- */

/* What both have is called alike: staging/web/service.yaml is web/service.yaml. */
static bool twin_files(RenderSession *session, const Environment *environment, const DiffSelection *selection,
                       Arena *arena, DiffFiles *files)
{
    DiffFiles all;
    *files = (DiffFiles){.arena = arena};
    if (!environment_files(session, environment->name, arena, selection, &all))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        Str rest = all.list[i].path, folder = STR_NONE;
        str_split(&rest, '/', &folder);
        if (str_equal(folder, environment->name))
            add_file(files, rest, all.list[i].text);
    }
    sort_files(files);
    return true;
}

static bool compare_twins(RenderSession *session, const DiffSelection *selection, DiffReport *report)
{
    const Project *project = session_project(session);
    const Environment *from = project_environment(project, selection->environments[0]);
    const Environment *to = project_environment(project, selection->environments[1]);
    DiffRename list[] = {{from->namespace, to->namespace}, {from->domain, to->domain}, {from->name, to->name}};
    DiffFiles old, new;
    Arena *arena = arena_new();
    bool ok = twin_files(session, from, selection, arena, &old);
    ok = ok && twin_files(session, to, selection, arena, &new);
    Str name = arena_printf(arena, "%.*s -> %.*s", STR_ARG(from->name), STR_ARG(to->name));
    ok = ok && diff_compare(report, name, &old, &new, NULL, (DiffRenames){list, LENGTH_OF(list)});
    arena_free(arena);
    return ok;
}

bool diff_environments(const Arguments *arguments, Str from, Str to, DiffReport *report)
{
    Str names[] = {from, to};
    DiffSelection selection = selection_of(arguments);
    selection.environments = names;
    selection.environment_count = LENGTH_OF(names);
    RenderSession *session = open_session(arguments, &selection, report);
    if (!session)
        return false;
    bool ok = compare_twins(session, &selection, report);
    session_close(session);
    return ok;
}
