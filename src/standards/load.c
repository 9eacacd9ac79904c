/* Loading the rules: the embedded ones, and a project's, which replace by name. */
#include "standards_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "kiln/yaml.h"

#define FOLDER STR("standards/")

typedef struct Loading {
    Standards *standards;
    Sources *sources;
    const Project *project;
    StandardsUse use;
    Diags *diags;
    FileEntry *own;
    size_t own_count;
    bool failed;
} Loading;

static void add_rule(Loading *loading, Str name, const Value *value)
{
    Standards *standards = loading->standards;
    CompiledRule rule;
    Str id = str_slice(name, 0, name.size - 5);
    if (!value || !rule_compile(standards->arena, id, value, &rule, loading->diags)) {
        loading->failed = true;
        return;
    }
    ARENA_GROW(standards->arena, standards->rules, standards->count, standards->capacity);
    standards->rules[standards->count++] = rule;
}

static bool is_replaced(const Loading *loading, Str name)
{
    for (size_t i = 0; i < loading->own_count; i++) {
        if (str_equal(loading->own[i].name, name))
            return true;
    }
    return false;
}

/* The examples stand last in a rule's file (tests/unit/standards_test.c holds them to it). */
static Str wanted_text(const Loading *loading, Str text)
{
    ptrdiff_t examples = loading->use == STANDARDS_GATE ? str_find(text, STR("\ngood:"), 0) : -1;
    return examples < 0 ? text : str_slice(text, 0, (size_t)examples + 1);
}

static void load_embedded(Loading *loading)
{
    Arena *arena = loading->standards->arena;
    for (size_t i = 0; i < embedded_file_count; i++) {
        const EmbeddedFile *file = &embedded_files[i];
        Str name = str_slice(file->path, FOLDER.size, file->path.size);
        if (!str_starts(file->path, FOLDER) || is_replaced(loading, name))
            continue;
        Str label = arena_printf(arena, "built-in %.*s", STR_ARG(file->path));
        const Source *source = sources_add(loading->sources, label, wanted_text(loading, file->text), true);
        add_rule(loading, name, source ? yaml_read(arena, source, loading->diags) : NULL);
    }
}

static void list_own(Loading *loading)
{
    Arena *arena = loading->standards->arena;
    Str folder = arena_printf(arena, "%.*s/standards", STR_ARG(loading->project->root));
    int error = folder_list(arena, AT_FDCWD, folder.data, &loading->own, &loading->own_count);
    if (!error || error == ENOENT)
        return;
    diag_file_error(loading->diags, arena_printf(arena, "%.*sstandards", STR_ARG(loading->project->prefix)),
                    "cannot read: %s", strerror(error));
    loading->failed = true;
}

/* A rule that nobody applies must not look as if it held. */
static void refuse_yml(Loading *loading, Str path)
{
    Str shown = arena_printf(loading->standards->arena, "%.*s%.*s", STR_ARG(loading->project->prefix), STR_ARG(path));
    diag_file_error(loading->diags, shown, "would be ignored: rules end in .yaml; rename it");
    loading->failed = true;
}

static void load_own(Loading *loading)
{
    const Project *project = loading->project;
    for (size_t i = 0; i < loading->own_count; i++) {
        Str name = loading->own[i].name;
        if (name.data[0] == '.')
            continue;
        bool missing;
        Str path = arena_printf(loading->standards->arena, "standards/%.*s", STR_ARG(name));
        if (str_ends(name, STR(".yml")))
            refuse_yml(loading, path);
        else if (str_ends(name, STR(".yaml")))
            add_rule(loading, name,
                     project_read(loading->standards->arena, loading->sources, project->root, project->prefix, path,
                                  &missing, loading->diags));
    }
}

static int rule_order(const void *a, const void *b)
{
    return str_compare(((const CompiledRule *)a)->rule.id, ((const CompiledRule *)b)->rule.id);
}

Standards *standards_load(Arena *arena, Sources *sources, const Project *project, StandardsUse use, Diags *diags)
{
    Standards *standards = ARENA_NEW(arena, Standards);
    standards->arena = arena;
    standards->functions = standards_functions(arena);
    Loading loading = {.standards = standards, .sources = sources, .project = project, .use = use, .diags = diags};
    if (project)
        list_own(&loading);
    load_embedded(&loading);
    if (project)
        load_own(&loading);
    if (standards->count > 1)
        qsort(standards->rules, standards->count, sizeof *standards->rules, rule_order);
    return loading.failed ? NULL : standards;
}

size_t standards_count(const Standards *standards)
{
    return standards->count;
}

const Rule *standards_rule(const Standards *standards, size_t index)
{
    return &standards->rules[index].rule;
}
