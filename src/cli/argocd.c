/*
 * kiln argocd: the generate command of a config management plugin. Argo CD hands over the plugin's parameters and the
 * Application's name in the environment, runs the command in the Application's folder, takes stdout for manifests and
 * shows its user what stderr says of a failure. (docs/argo-cd.md; argo-cd.readthedocs.io, "Config Management Plugins")
 */
#include "cli_private.h"

#include <stdlib.h>

#include "kiln/project.h"
#include "kiln/yaml.h"

#define PARAMETERS "ARGOCD_APP_PARAMETERS"

typedef struct Parameters {
    Arena *arena;
    Diags *diags;
    const Value *environment; /* text, or NULL */
    ListBuilder services;     /* texts */
    ListBuilder sets;         /* "path=value" */
    const Value *seen;        /* the names so far */
} Parameters;

/* ---- what Argo CD hands over: a list of {name, string | array | map} ---- */

static bool take_environment(Parameters *parameters, const Value *value)
{
    /* A parameter that was left empty in the user interface. */
    parameters->environment = value->size ? value : NULL;
    return true;
}

static bool is_text(Parameters *parameters, const Value *value)
{
    if (!value_is(value, VALUE_STRING))
        diag_error(parameters->diags, value->origin, "expected a string, found %s",
                   value_kind_name((ValueKind)value->kind));
    return value_is(value, VALUE_STRING);
}

static bool take_services(Parameters *parameters, const Value *value)
{
    bool ok = true;
    for (uint32_t i = 0; i < value->size; i++) {
        ok &= is_text(parameters, value->items[i]);
        list_add(&parameters->services, value->items[i]);
    }
    return ok;
}

static bool take_set(Parameters *parameters, const Value *value)
{
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        if (!is_text(parameters, entry->value))
            return false;
        Str set = arena_printf(parameters->arena, "%.*s=%.*s", STR_ARG(entry->key), STR_ARG(value_text(entry->value)));
        list_add(&parameters->sets, value_new_string(parameters->arena, entry->value->origin, set));
    }
    return true;
}

typedef struct Parameter {
    Str name;
    Str member; /* which of the three holds its value */
    ValueKind kind;
    bool (*take)(Parameters *parameters, const Value *value);
} Parameter;
#define TEXT(literal) {(literal), sizeof(literal) - 1}
static const Parameter known[] = {
    {TEXT("environment"), TEXT("string"), VALUE_STRING, take_environment},
    {TEXT("services"), TEXT("array"), VALUE_LIST, take_services},
    {TEXT("set"), TEXT("map"), VALUE_MAP, take_set},
};

static const Parameter *parameter_find(Parameters *parameters, const Value *name)
{
    NearMiss miss = near_miss_begin(value_text(name));
    for (size_t i = 0; i < LENGTH_OF(known); i++) {
        if (str_equal(value_text(name), known[i].name))
            return &known[i];
        near_miss_offer(&miss, known[i].name);
    }
    Str best = near_miss_best(&miss);
    Str advice = near_miss_advice(diags_arena(parameters->diags), best, "expected environment, services or set");
    diag_error(parameters->diags, name->origin, "unknown parameter '%.*s'; %.*s", STR_ARG(value_text(name)),
               STR_ARG(advice));
    return NULL;
}

static bool parameter_new(Parameters *parameters, const Parameter *parameter, const Value *name)
{
    if (value_get(parameters->seen, parameter->name)) {
        diag_error(parameters->diags, name->origin, "parameter '%.*s' is given twice; give it once",
                   STR_ARG(parameter->name));
        return false;
    }
    MapBuilder seen = map_begin_with(parameters->arena, parameters->seen);
    map_set(&seen, parameter->name, ORIGIN_NONE, &value_true);
    parameters->seen = map_end(&seen, ORIGIN_NONE);
    return true;
}

static bool take_one(Parameters *parameters, const Value *item)
{
    const Value *name = value_get(item, STR("name"));
    if (!value_is(name, VALUE_STRING)) {
        diag_error(parameters->diags, item->origin,
                   "expected a parameter such as {\"name\": \"environment\", \"string\": \"staging\"}");
        return false;
    }
    const Parameter *parameter = parameter_find(parameters, name);
    if (!parameter || !parameter_new(parameters, parameter, name))
        return false;
    const Value *value = value_get(item, parameter->member);
    if (value_is(value, parameter->kind))
        return parameter->take(parameters, value);
    diag_error(parameters->diags, item->origin, "parameter '%.*s': expected its value, %s, as '%.*s'",
               STR_ARG(parameter->name), value_kind_name(parameter->kind), STR_ARG(parameter->member));
    return false;
}

/* JSON is YAML, and our reader knows the place of what it reads. */
static bool parameters_read(Parameters *parameters, Sources *sources, const char *text)
{
    if (!text || !*text)
        return true;
    const Source *source = sources_add(sources, STR(PARAMETERS), str_from(text), false);
    const Value *list = source ? yaml_read(parameters->arena, source, parameters->diags) : NULL;
    if (value_is_none(list))
        return list != NULL;
    if (list->kind != VALUE_LIST) {
        diag_error(parameters->diags, list->origin, "expected a JSON list of parameters, found %s",
                   value_kind_name((ValueKind)list->kind));
        return false;
    }
    bool ok = true;
    for (uint32_t i = 0; i < list->size; i++)
        ok &= take_one(parameters, list->items[i]);
    return ok;
}

/* ---- which environment ---- */

/* An Application outside Argo CD's own namespace is called NAMESPACE_NAME. */
static Str application_name(const char *text)
{
    Str name = text ? str_from(text) : STR("");
    return str_slice(name, (size_t)(str_rfind_char(name, '_') + 1), name.size);
}

/* The one whose Application kiln itself would call so. Empty: reported. */
static Str environment_of_name(const Parameters *parameters, const Project *project, Str name)
{
    Buf names = {0};
    for (size_t i = 0; i < project->environment_count; i++) {
        Str wanted = arena_printf(parameters->arena, "%.*s-%.*s", STR_ARG(project->name),
                                  STR_ARG(project->environments[i].name));
        if (str_equal(wanted, name)) {
            buf_release(&names);
            return project->environments[i].name;
        }
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(wanted));
    }
    if (name.size)
        diag_plain_error(parameters->diags,
                         "no environment: the plugin has no parameter 'environment', and the Application's name '%.*s' "
                         "is none of %.*s; set the parameter",
                         STR_ARG(name), STR_ARG(buf_str(&names)));
    else
        diag_plain_error(parameters->diags, "no environment: set the plugin's parameter 'environment', which Argo CD "
                                            "hands over in " PARAMETERS);
    buf_release(&names);
    return STR("");
}

static bool choose_environment(const Parameters *parameters, RenderRequest *request, Sources *sources,
                               Str *environment)
{
    *environment = parameters->environment ? value_text(parameters->environment) : STR("");
    if (!environment->size) {
        const Project *project = pipeline_project(parameters->arena, request, sources, parameters->diags);
        if (project)
            *environment =
                environment_of_name(parameters, project, application_name(getenv("ARGOCD_APP_NAME")));
    }
    request->environments = environment;
    request->environment_count = 1;
    return environment->size > 0;
}

/* ---- all of it ---- */

static const Str *texts_of(Arena *arena, const ListBuilder *list)
{
    Str *texts = ARENA_ARRAY(arena, Str, list->count + 1);
    for (size_t i = 0; i < list->count; i++)
        texts[i] = value_text(list->items[i]);
    return texts;
}

ExitStatus command_argocd(const Arguments *arguments)
{
    Arena *arena = arguments->arena;
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    Parameters parameters = {.arena = arena, .diags = diags, .services = list_begin(arena), .sets = list_begin(arena)};
    parameters.seen = &value_empty_map;
    Str environment;
    ExitStatus status = EXIT_TROUBLE;
    RenderResult result = {0};
    RenderRequest request = {.folder = cli_folder(arguments), .stream = true};
    if (!cli_threads(arguments, &request.threads))
        return EXIT_TROUBLE;
    if (parameters_read(&parameters, sources, getenv(PARAMETERS))) {
        request.services = texts_of(arena, &parameters.services);
        request.service_count = parameters.services.count;
        request.sets = texts_of(arena, &parameters.sets);
        request.set_count = parameters.sets.count;
        if (choose_environment(&parameters, &request, sources, &environment))
            status = pipeline_render(arena, &request, sources, diags, &result);
    }
    if (status == EXIT_CLEAN) {
        cli_print_diags(diags);
        return cli_print_stream(&result);
    }
    /* Argo CD shows the beginning of it: no warning before the reason. */
    cli_print_errors(diags);
    return status;
}
