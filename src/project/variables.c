/*
 * The overlay audit's part about variables: which nobody names, and which one environment has and another lacks. All
 * that is named is collected once, since there may be as many variables as there are lines.
 */
#include "project_private.h"

/* Longer ones, or of more parts, are no names of variables. */
enum { NAME_LIMIT = 1024, PARTS_LIMIT = 64 };

typedef struct Survey {
    Arena *arena;
    Diags *diags;
    const Project *project;
    Index *referenced; /* X of each ${vars.X} */
    Index *written;    /* of each vars.X in a template's text X, and what it begins with */
    Index **supplied;  /* per environment: what some service brings along itself */
} Survey;

/* ---- what is named ---- */

static void note_references(const Survey *survey, Str text)
{
    for (ptrdiff_t at = 0; (at = str_find(text, STR("${vars."), (size_t)at)) >= 0; at++) {
        ptrdiff_t end = str_find(text, STR("}"), (size_t)at);
        if (end < 0)
            return;
        index_put(survey->referenced, str_slice(text, (size_t)at + 7, (size_t)end), 0);
    }
}

static void note_value(const Survey *survey, const Value *value)
{
    if (!value)
        return;
    if (value->kind == VALUE_STRING)
        note_references(survey, value_text(value));
    bool map = value->kind == VALUE_MAP;
    for (uint32_t i = 0; (map || value->kind == VALUE_LIST) && i < value->size; i++)
        note_value(survey, map ? value->entries[i].value : value->items[i]);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_-.", c);
}

/* What an expression reads there need not be followed. */
static void note_template(const Survey *survey, Str text)
{
    for (ptrdiff_t at = 0; (at = str_find(text, STR("vars."), (size_t)at)) >= 0; at++) {
        size_t start = (size_t)at + 5, parts = 0;
        for (size_t end = start; end - start < NAME_LIMIT && parts < PARTS_LIMIT; end++) {
            bool inside = end < text.size && text.data[end] && is_name_char(text.data[end]);
            if (!inside || text.data[end] == '.') {
                index_put(survey->written, str_slice(text, start, end), 0);
                parts++;
            }
            if (!inside)
                break;
        }
    }
}

static void note_templates(const Survey *survey, Str folder)
{
    const FileStore *store = survey->project->store;
    FileEntry *entries;
    size_t count = 0;
    if (store_list(store, survey->arena, folder, &entries, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        Str below = arena_printf(survey->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(entries[i].name)), text;
        if (entries[i].is_folder)
            note_templates(survey, below);
        else if (!store_read(store, survey->arena, below, PROJECT_FILE_LIMIT, &text))
            note_template(survey, text);
    }
}

static void note_all(const Survey *survey)
{
    const Project *project = survey->project;
    Index *seen = index_new(survey->arena, project->environment_count);
    note_value(survey, project->value);
    for (size_t i = 0; i < project->environment_count; i++) {
        note_value(survey, project->environments[i].vars);
        for (const Environment *at = &project->environments[i]; at; at = at->parent) {
            if (index_get(seen, at->name) != INDEX_NONE)
                break;
            index_put(seen, at->name, 0);
            note_value(survey, at->overlay);
            note_value(survey, at->defaults);
        }
    }
    for (size_t i = 0; i < project->service_count; i++) {
        note_value(survey, project->services[i].value);
        note_value(survey, project->services[i].blocks);
    }
    note_templates(survey, STR("templates"));
}

/* A map around the variable may be named in its stead, as ${vars.database}. */
static bool is_referenced(const Survey *survey, Str path)
{
    for (size_t end = 0; end <= path.size; end++) {
        bool whole = end == path.size;
        if ((whole || path.data[end] == '.') && index_get(survey->referenced, str_slice(path, 0, end)) != INDEX_NONE)
            return true;
    }
    return false;
}

/* ---- what services bring along ---- */

static void supply(const Survey *survey, Index *supplied, const Value *vars, const Path *up)
{
    for (uint32_t i = 0; value_is(vars, VALUE_MAP) && i < vars->size; i++) {
        Path path = {up, vars->entries[i].key, 0};
        index_put(supplied, path_text(survey->arena, &path), 0);
        supply(survey, supplied, vars->entries[i].value, &path);
    }
}

static Index *supplied_in(const Survey *survey, size_t environment)
{
    const Project *project = survey->project;
    Index **supplied = &survey->supplied[environment];
    if (*supplied)
        return *supplied;
    *supplied = index_new(survey->arena, project->service_count);
    for (size_t i = 0; i < project->service_count; i++) {
        const ServiceFile *service = &project->services[i];
        const Value *block = value_get(service->blocks, project->environments[environment].name);
        supply(survey, *supplied, value_get(service->value, STR("vars")), NULL);
        supply(survey, *supplied, value_get(block, STR("vars")), NULL);
    }
    return *supplied;
}

/* ---- judging ---- */

static const Value *variable_at(const Value *vars, const Path *path)
{
    return path ? value_get(variable_at(vars, path->up), path->key) : vars;
}

/* A variable of one environment that another one lacks: today nobody may miss it there, tomorrow somebody will. */
static void judge_missing(const Survey *survey, const MapEntry *entry, const Path *path, Str name)
{
    Buf names = {0};
    for (size_t i = 0; i < survey->project->environment_count; i++) {
        const Environment *environment = &survey->project->environments[i];
        if (!variable_at(environment->vars, path) && index_get(supplied_in(survey, i), name) == INDEX_NONE)
            buf_printf(&names, "%s%.*s", names.size ? ", " : "", STR_ARG(environment->name));
    }
    if (names.size)
        diag_warning(survey->diags, entry->key_origin, "vars.%.*s is missing in %.*s; add it there, or to kiln.yaml",
                     STR_ARG(name), STR_ARG(buf_str(&names)));
    buf_release(&names);
}

static bool is_built_in(const Survey *survey, Origin origin)
{
    const Source *source = sources_find(survey->project->sources, origin);
    return !source || source->built_in;
}

static void judge_variable(const Survey *survey, const MapEntry *entry, const Path *path)
{
    if (is_built_in(survey, entry->value->origin))
        return;
    Str name = path_text(survey->arena, path);
    if (!is_referenced(survey, name) && index_get(survey->written, name) == INDEX_NONE)
        diag_warning(survey->diags, entry->key_origin,
                     "vars.%.*s is used nowhere; remove it, or write ${vars.%.*s}", STR_ARG(name), STR_ARG(name));
    judge_missing(survey, entry, path, name);
}

static void judge_variables(const Survey *survey, const Value *vars, const Path *up)
{
    for (uint32_t i = 0; vars && i < vars->size; i++) {
        const MapEntry *entry = &vars->entries[i];
        Path path = {up, entry->key, 0};
        if (entry->value->kind == VALUE_MAP && entry->value->size)
            judge_variables(survey, entry->value, &path);
        else
            judge_variable(survey, entry, &path);
    }
}

void audit_variables(const Project *project, Arena *arena, Diags *diags)
{
    Survey survey = {.arena = arena,
                     .diags = diags,
                     .project = project,
                     .referenced = index_new(arena, 64),
                     .written = index_new(arena, 64),
                     .supplied = ARENA_ARRAY(arena, Index *, project->environment_count + 1)};
    note_all(&survey);
    for (size_t i = 0; i < project->environment_count; i++)
        judge_variables(&survey, project->environments[i].vars, NULL);
}
