/* Loading the rules: the embedded ones, and a project's, which replace by name. */
#include "standards_private.h"

#include <stdlib.h>

#include "kiln/yaml.h"

#define FOLDER STR("standards/")

typedef struct Loading {
    Standards *standards;
    Sources *sources;
    const Project *project;
    Diags *diags;
    FileEntry *own;
    size_t own_count;
    bool failed;
} Loading;

static void add_rule(Loading *loading, Str name, const Value *value, bool own)
{
    Standards *standards = loading->standards;
    CompiledRule rule;
    Str id = str_slice(name, 0, name.size - 5);
    if (!value || !rule_compile(standards->arena, standards->functions, id, value, own, &rule, loading->diags)) {
        loading->failed = true;
        return;
    }
    for (size_t i = 0; i < rule.check_count; i++)
        standards->let_most = rule.checks[i].let_count > standards->let_most ? rule.checks[i].let_count
                                                                             : standards->let_most;
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

static void load_embedded(Loading *loading)
{
    for (size_t i = 0; i < embedded_file_count; i++) {
        const EmbeddedFile *file = &embedded_files[i];
        Str name = str_slice(file->path, FOLDER.size, file->path.size);
        if (str_starts(file->path, FOLDER) && !is_replaced(loading, name))
            add_rule(loading, name, embedded_value(file), false);
    }
}

static void list_own(Loading *loading)
{
    if (!project_list(loading->standards->arena, loading->project, STR("standards"), &loading->own,
                      &loading->own_count, loading->diags))
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
                     project_read(loading->standards->arena, loading->sources, project, path, &missing,
                                  loading->diags),
                     true);
    }
}

static int rule_order(const void *a, const void *b)
{
    return str_compare(((const CompiledRule *)a)->rule.id, ((const CompiledRule *)b)->rule.id);
}

Standards *standards_load(Arena *arena, Sources *sources, const Project *project, Diags *diags)
{
    Standards *standards = ARENA_NEW(arena, Standards);
    standards->arena = arena;
    standards->functions = standards_functions(arena);
    standards->compiler = lazy_compiler_new(arena, sources);
    Loading loading = {.standards = standards, .sources = sources, .project = project, .diags = diags};
    if (project)
        list_own(&loading);
    load_embedded(&loading);
    if (project)
        load_own(&loading);
    if (standards->count > 1)
        qsort(standards->rules, standards->count, sizeof *standards->rules, rule_order);
    return loading.failed ? NULL : standards;
}

const Value *rule_whole(Arena *arena, const Sources *sources, const Rule *rule, Diags *diags)
{
    const Source *source = sources_find(sources, rule->origin);
    const Value *whole = source && source->built_in ? yaml_read(arena, source, diags) : NULL;
    return whole ? whole : rule->value;
}

size_t standards_count(const Standards *standards)
{
    return standards->count;
}

const Rule *standards_rule(const Standards *standards, size_t index)
{
    return &standards->rules[index].rule;
}

const Rule *standards_find(const Standards *standards, Str id)
{
    CompiledRule wanted = {.rule = {.id = id}};
    const CompiledRule *found =
        standards->count ? bsearch(&wanted, standards->rules, standards->count, sizeof wanted, rule_order) : NULL;
    return found ? &found->rule : NULL;
}

bool rule_severity(const Standards *standards, const Rule *rule, Tier tier, Severity *severity)
{
    CompiledRule wanted = {.rule = {.id = rule->id}};
    const CompiledRule *found = bsearch(&wanted, standards->rules, standards->count, sizeof wanted, rule_order);
    *severity = found ? found->severity[tier] : SEVERITY_NOTE;
    return found && !found->off[tier];
}

static bool know(const Standards *standards, const char *what, Str id, Origin origin, Diags *diags)
{
    if (standards_find(standards, id))
        return true;
    NearMiss miss = near_miss_begin(id);
    for (size_t i = 0; i < standards->count && diags_may_advise(diags); i++)
        near_miss_offer(&miss, standards->rules[i].rule.id);
    Str best = near_miss_best(&miss);
    diag_error(diags, origin, "%s: no rule '%.*s'; %.*s", what, STR_ARG(id),
               STR_ARG(near_miss_advice(diags_arena(diags), best, "'kiln standards' lists them")));
    return false;
}

bool standards_know(const Standards *standards, const char *what, const Str *ids, size_t count, Diags *diags)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all &= know(standards, what, ids[i], ORIGIN_NONE, diags);
    return all;
}

bool waivers_check(const Standards *standards, const Value *waivers, Diags *diags)
{
    bool all = true;
    for (uint32_t i = 0; value_is(waivers, VALUE_LIST) && i < waivers->size; i++) {
        const Value *rule = value_get(waivers->items[i], STR("rule"));
        Str what = arena_printf(diags_arena(diags), "waivers.%.*s", STR_ARG(value_text_at(waivers->items[i], "name")));
        all &= know(standards, what.data, text_of(rule), rule ? rule->origin : waivers->items[i]->origin, diags);
    }
    return all;
}
