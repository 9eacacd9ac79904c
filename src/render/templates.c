/*
 * Templates: found among the embedded ones and in the project, replaced by name, compiled once: a project's own here,
 * so that its mistakes are told, the embedded ones when they are first needed.
 */
#include "render_private.h"

#include <stdlib.h>

#include "kiln/yaml.h"

static const Str folders[SCOPE_COUNT] = {
    [SCOPE_SERVICE] = {"templates/service/", 18},
    [SCOPE_ENVIRONMENT] = {"templates/environment/", 22},
    [SCOPE_GITOPS] = {"templates/gitops/", 17},
    [SCOPE_GITOPS_PROJECT] = {"templates/gitops-project/", 25},
    [SCOPE_PROJECT] = {"templates/project/", 18},
    [SCOPE_PARTS] = {"templates/parts/", 16},
};

typedef struct Loading {
    Renderer *renderer;
    Sources *sources;
    Diags *diags;
    bool failed;
} Loading;

static bool is_template_name(Str name)
{
    return name.size && name.data[0] != '.' && (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")));
}

static Str part_name(Str name)
{
    ptrdiff_t dot = str_rfind_char(name, '.');
    return dot < 0 ? name : str_slice(name, 0, (size_t)dot);
}

static void list_put(Arena *arena, TemplateList *list, TemplateFile file)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(list->files[i].name, file.name)) {
            list->files[i] = file;
            return;
        }
    }
    ARENA_GROW(arena, list->files, list->count, list->capacity);
    list->files[list->count++] = file;
}

/* compiled may be NULL. */
static void add_template(const Loading *loading, TemplateScope scope, Str name, const Value *tree,
                         const Template *compiled, bool own)
{
    Arena *arena = loading->renderer->arena;
    LazyTemplate *lazy = ARENA_NEW(arena, LazyTemplate);
    lazy->tree = tree;
    lazy->known = &loading->renderer->known;
    lazy->compiled = compiled;
    if (scope == SCOPE_PARTS)
        name = part_name(name);
    list_put(arena, &loading->renderer->scopes[scope], (TemplateFile){name, lazy, own, tree->origin});
}

static void add_own(Loading *loading, TemplateScope scope, Str name, const Value *tree)
{
    const Renderer *renderer = loading->renderer;
    const Template *compiled =
        tree ? jsone_compile_with(renderer->arena, &renderer->known, tree, loading->diags) : NULL;
    if (compiled && jsone_check(compiled, loading->diags))
        add_template(loading, scope, name, tree, compiled, true);
    else
        loading->failed = true;
}

static void load_embedded(Loading *loading, TemplateScope scope, bool (*wanted)(void *user, Str name), void *user)
{
    for (size_t i = 0; i < embedded_file_count; i++) {
        const EmbeddedFile *file = &embedded_files[i];
        if (!str_starts(file->path, folders[scope]))
            continue;
        Str name = str_slice(file->path, folders[scope].size, file->path.size);
        if (wanted(user, name))
            add_template(loading, scope, name, embedded_value(file), NULL, false);
    }
}

typedef struct OwnFiles {
    FileEntry *entries;
    size_t count;
} OwnFiles;

/* A built-in template that the project replaces is not even looked at. */
static bool is_not_replaced(void *user, Str name)
{
    const OwnFiles *own = user;
    for (size_t i = 0; i < own->count; i++) {
        if (str_equal(own->entries[i].name, name))
            return false;
    }
    return true;
}

static void list_own(Loading *loading, TemplateScope scope, OwnFiles *own)
{
    Str folder = str_slice(folders[scope], 0, folders[scope].size - 1);
    if (!project_list(loading->renderer->arena, loading->renderer->project, folder, &own->entries, &own->count,
                      loading->diags))
        loading->failed = true;
}

static void load_own(Loading *loading, TemplateScope scope, const OwnFiles *own)
{
    Arena *arena = loading->renderer->arena;
    const Project *project = loading->renderer->project;
    for (size_t i = 0; i < own->count; i++) {
        if (!is_template_name(own->entries[i].name))
            continue;
        Str path = arena_printf(arena, "%.*s%.*s", STR_ARG(folders[scope]), STR_ARG(own->entries[i].name));
        bool missing;
        const Value *tree = project_read(arena, loading->sources, project, path, &missing, loading->diags);
        add_own(loading, scope, own->entries[i].name, tree);
    }
}

static int file_compare(const void *a, const void *b)
{
    return str_compare(((const TemplateFile *)a)->name, ((const TemplateFile *)b)->name);
}

bool templates_load(Renderer *renderer, Sources *sources, Diags *diags)
{
    Loading loading = {renderer, sources, diags, false};
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        OwnFiles own = {0};
        list_own(&loading, (TemplateScope)scope, &own);
        load_embedded(&loading, (TemplateScope)scope, is_not_replaced, &own);
        load_own(&loading, (TemplateScope)scope, &own);
        TemplateList *list = &renderer->scopes[scope];
        if (list->count > 1)
            qsort(list->files, list->count, sizeof *list->files, file_compare);
    }
    return !loading.failed;
}

const TemplateFile *template_find(const TemplateList *list, Str name)
{
    size_t low = 0;
    for (size_t high = list->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(list->files[middle].name, name);
        if (order == 0)
            return &list->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
