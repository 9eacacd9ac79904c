/*
 * kiln fn: a KRM function (kustomize's and kpt's "Configuration Functions Specification", config.kubernetes.io/v1). A
 * ResourceList comes in on stdin and goes out on stdout. Its functionConfig says what is done: Render generates the
 * objects of one environment, Check judges the items and gives them back as they are. Diagnostics go to stderr, and
 * into the list's results for runners that read them; the exit status decides.
 */
#include "fn.h"

#include <unistd.h>

#include "kiln/service.h"
#include "kiln/standards.h"
#include "kiln/yaml.h"

typedef struct Run {
    Arena *arena;
    const Arguments *arguments;
    Sources *sources;
    Diags *diags;
    const Source *input;
    const Value *list; /* the ResourceList */
    const Value *items;
    FunctionConfig config;
    ListBuilder out;     /* the items that are given back */
    ListBuilder results;
    bool verbatim;       /* what came in goes out, byte by byte */
} Run;

/* ---- in ---- */

static bool take_list(void *user, const Value *document)
{
    Run *run = user;
    if (run->list) {
        diag_error(run->diags, document->origin, "expected one ResourceList, found a second document");
        return false;
    }
    run->list = document;
    return true;
}

static bool is_resource_list(const Value *document)
{
    Str version = value_text_at(document, "apiVersion");
    return str_equal(value_text_at(document, "kind"), STR("ResourceList")) &&
           (str_equal(version, STR("config.kubernetes.io/v1")) ||
            str_equal(version, STR("config.kubernetes.io/v1beta1")) ||
            str_equal(version, STR("config.kubernetes.io/v1alpha1")));
}

static bool read_list(Run *run)
{
    run->input = cli_read_manifests(run->arena, run->sources, STR("-"), run->diags);
    if (!run->input || !yaml_manifests(run->arena, run->input, run->diags, take_list, run))
        return false;
    if (!run->list || !is_resource_list(run->list)) {
        diag_error(run->diags, run->list ? run->list->origin : run->input->base,
                   "expected a ResourceList of config.kubernetes.io/v1; a runner of KRM functions, such as kustomize, "
                   "sends one");
        return false;
    }
    const Value *config = value_get(run->list, STR("functionConfig")), *items = value_get(run->list, STR("items"));
    if (!value_is(config, VALUE_MAP)) {
        diag_error(run->diags, run->list->origin, "functionConfig is missing; it says what to do: kind Render or Check "
                                                  "of " FN_API_VERSION);
        return false;
    }
    if (!value_is_none(items) && items->kind != VALUE_LIST) {
        diag_error(run->diags, items->origin, "items: expected a list, found %s",
                   value_kind_name((ValueKind)items->kind));
        return false;
    }
    run->items = value_is_none(items) ? &value_empty_list : items;
    return fn_config_read(config, run->diags, &run->config);
}

/* ---- results ---- */

static void put(MapBuilder *map, const char *key, const Value *value)
{
    if (!value_is_none(value))
        map_set(map, str_from(key), ORIGIN_NONE, value);
}

static void put_text(MapBuilder *map, const char *key, Str text)
{
    if (text.size)
        put(map, key, value_new_string(map->arena, ORIGIN_NONE, text));
}

static MapBuilder result_begin(Arena *arena, Str message, Severity severity)
{
    MapBuilder result = map_begin(arena);
    put_text(&result, "message", message);
    put_text(&result, "severity", str_from(severity_name(severity)));
    return result;
}

static const Value *annotation(const Value *object, const char *old, const char *name)
{
    const Value *annotations = value_path(object, "metadata.annotations");
    const Value *value = value_get(annotations, str_from(name));
    return value ? value : value_get(annotations, str_from(old));
}

static const Value *path_annotation(const Value *object)
{
    return annotation(object, "config.kubernetes.io/path", "internal.config.kubernetes.io/path");
}

static const Value *file_of(Arena *arena, const Value *object)
{
    const Value *index = annotation(object, "config.kubernetes.io/index", "internal.config.kubernetes.io/index");
    MapBuilder file = map_begin(arena);
    const Value *path = path_annotation(object);
    if (value_is_none(path) || !value_is_scalar(path))
        return NULL;
    put(&file, "path", path);
    if (index && value_is_scalar(index))
        put(&file, "index", yaml_plain(arena, ORIGIN_NONE, value_text(index)));
    return map_end(&file, ORIGIN_NONE);
}

static const Value *reference_of(Arena *arena, const Value *object)
{
    MapBuilder reference = map_begin(arena);
    put(&reference, "apiVersion", value_get(object, STR("apiVersion")));
    put(&reference, "kind", value_get(object, STR("kind")));
    put(&reference, "name", value_path(object, "metadata.name"));
    put(&reference, "namespace", value_path(object, "metadata.namespace"));
    return map_end(&reference, ORIGIN_NONE);
}

static void add_finding(Run *run, const Finding *finding)
{
    Arena *arena = run->arena;
    Str message = arena_printf(arena, "%.*s (%.*s); %.*s", STR_ARG(finding->message), STR_ARG(finding->rule->id),
                               STR_ARG(finding->fix));
    MapBuilder result = result_begin(arena, message, finding->severity), field = map_begin(arena);
    put(&result, "resourceRef", reference_of(arena, finding->object));
    put_text(&field, "path", finding->path);
    if (finding->path.size)
        put(&result, "field", map_end(&field, ORIGIN_NONE));
    put(&result, "file", file_of(arena, finding->object));
    MapBuilder tags = map_begin(arena);
    put_text(&tags, "rule", finding->rule->id);
    put(&result, "tags", map_end(&tags, ORIGIN_NONE));
    list_add(&run->results, map_end(&result, ORIGIN_NONE));
}

/* What was said without being a finding: the place is a file's of the project. */
static void add_diag(Run *run, const Diag *diag)
{
    Place place = origin_place(run->sources, diag->origin);
    Str file = place.source ? place.source->name : diag->file, message = diag->message;
    if (place.line)
        message = arena_printf(run->arena, "%.*s:%u:%u: %.*s", STR_ARG(file), place.line, place.column,
                               STR_ARG(diag->message));
    MapBuilder result = result_begin(run->arena, message, diag->severity), path = map_begin(run->arena);
    put_text(&path, "path", file);
    if (file.size && place.source != run->input)
        put(&result, "file", map_end(&path, ORIGIN_NONE));
    list_add(&run->results, map_end(&result, ORIGIN_NONE));
}

static void add_diags(Run *run)
{
    diags_sort(run->diags);
    for (size_t i = 0; i < diags_count(run->diags); i++) {
        if (diags_at(run->diags, i)->severity >= SEVERITY_WARNING)
            add_diag(run, diags_at(run->diags, i));
    }
}

/* ---- Render ---- */

static Str *texts_of(Arena *arena, const Value *list)
{
    Str *texts = ARENA_ARRAY(arena, Str, (list ? list->size : 0) + 1);
    for (uint32_t i = 0; list && i < list->size; i++)
        texts[i] = value_text(list->items[i]);
    return texts;
}

static Str *sets_of(Arena *arena, const Value *map)
{
    Str *texts = ARENA_ARRAY(arena, Str, (map ? map->size : 0) + 1);
    for (uint32_t i = 0; map && i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        texts[i] = arena_printf(arena, "%.*s=%.*s", STR_ARG(entry->key), STR_ARG(value_text(entry->value)));
    }
    return texts;
}

static bool take_rendered(void *user, const Value *document)
{
    list_add(&((Run *)user)->out, document);
    return true;
}

static Str identity(Arena *arena, const Value *object)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(value_text_at(object, "apiVersion")),
                        STR_ARG(value_text_at(object, "kind")), STR_ARG(value_text_at(object, "metadata.namespace")),
                        STR_ARG(value_text_at(object, "metadata.name")));
}

/* What is there already stays, our config among it (some runners remove what does not come back); of what an earlier
 * run made, the new one takes the place. */
static void keep_items(Run *run)
{
    Index *made = index_new(run->arena, run->out.count);
    for (size_t i = 0; i < run->out.count; i++)
        index_put(made, identity(run->arena, run->out.items[i]), 0);
    for (uint32_t i = 0; i < run->items->size; i++) {
        if (index_get(made, identity(run->arena, run->items->items[i])) == INDEX_NONE)
            list_add(&run->out, run->items->items[i]);
    }
}

static Str joined(Arena *arena, const RenderResult *result)
{
    Buf text = {0};
    Unpacked unpacked = {0};
    for (size_t i = 0; i < result->stream_count; i++)
        buf_add(&text, pack_open(&result->stream[i], &unpacked));
    unpacked_release(&unpacked);
    return buf_keep(&text, arena);
}

static ExitStatus run_render(Run *run)
{
    const FunctionConfig *config = &run->config;
    Str environment = value_text(config->environment);
    RenderRequest request = {.folder = config->project ? arena_text(run->arena, value_text(config->project)) : ".",
                             .environments = &environment,
                             .environment_count = 1,
                             .services = texts_of(run->arena, config->services),
                             .service_count = config->services ? config->services->size : 0,
                             .sets = sets_of(run->arena, config->set),
                             .set_count = config->set ? config->set->size : 0,
                             .stream = true};
    RenderResult result;
    if (!cli_threads(run->arguments, &request.threads))
        return EXIT_TROUBLE;
    ExitStatus status = pipeline_render(run->arena, &request, run->sources, run->diags, &result);
    add_diags(run);
    if (status != EXIT_CLEAN)
        return status;
    const Source *text = sources_add(run->sources, STR("rendered"), joined(run->arena, &result), true);
    if (!text || !yaml_manifests(run->arena, text, run->diags, take_rendered, run))
        return EXIT_BUG;
    keep_items(run);
    return EXIT_CLEAN;
}

/* ---- Check ---- */

static bool check_tier(const Run *run, Tier *tier)
{
    *tier = TIER_PRODUCTION;
    const Value *word = run->config.tier;
    for (int i = 0; word && i < TIER_COUNT; i++) {
        *tier = (Tier)i;
        if (str_equal(value_text(word), tier_names[i]))
            return true;
    }
    if (word)
        diag_error(run->diags, word->origin,
                   "functionConfig Check: spec.tier: expected development, staging or production, found '%.*s'",
                   STR_ARG(value_text(word)));
    return !word;
}

/* What stays with the runner is no object for a cluster. */
static bool is_local(const Value *item)
{
    const Value *local = value_get(value_path(item, "metadata.annotations"), STR("config.kubernetes.io/local-config"));
    return local && value_is_scalar(local) && str_equal(value_text(local), STR("true"));
}

static bool collect_items(const Run *run, Foreign *foreign)
{
    bool ok = true;
    for (uint32_t i = 0; i < run->items->size; i++) {
        const Value *item = run->items->items[i], *path = path_annotation(item);
        if (fn_is_config(item) || is_local(item))
            continue;
        Str name = path && value_is_scalar(path) ? value_text(path) : arena_printf(run->arena, "item %u", i + 1);
        ok &= foreign_add(foreign, foreign_file(foreign, name), item, run->diags);
    }
    foreign_end(foreign, run->diags);
    return ok;
}

static bool judge_items(Run *run, GateScope scope, const Project *project, Findings *findings)
{
    Foreign foreign = foreign_begin(run->arena);
    Standards *standards = standards_load(run->arena, run->sources, project, run->diags);
    if (!standards || !collect_items(run, &foreign))
        return false;
    if (project)
        scope.project = service_project(run->arena, project);
    return standards_judge(standards, run->arena, scope, foreign.files.list, foreign.files.count, findings,
                           run->diags);
}

static ExitStatus run_check(Run *run)
{
    GateScope scope = {0};
    const Project *project = NULL;
    Findings findings = {0};
    if (!check_tier(run, &scope.tier) || !cli_today(run->arguments, &scope.today))
        return EXIT_TROUBLE;
    scope.environment = tier_names[scope.tier];
    ProjectOptions how = {0};
    if (run->config.project) {
        how.folder = arena_text(run->arena, value_text(run->config.project));
        project = project_load(run->arena, run->sources, how, run->diags);
        if (!project)
            return EXIT_TROUBLE;
    }
    bool ok = judge_items(run, scope, project, &findings);
    add_diags(run);
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.list[i]->severity >= SEVERITY_WARNING)
            add_finding(run, findings.list[i]);
    }
    findings_report(&findings, SEVERITY_WARNING, run->diags);
    bool validator = run->config.validator && run->config.validator->boolean;
    for (uint32_t i = 0; !validator && i < run->items->size; i++)
        list_add(&run->out, run->items->items[i]);
    run->verbatim = !validator && !run->results.count;
    if (!ok)
        return EXIT_TROUBLE;
    return findings_errors(&findings) ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* ---- out ---- */

/* Whatever happened, something that a runner can read: kustomize looks at it before it looks at the status. */
static ExitStatus print_list(Run *run)
{
    Buf out = {0};
    MapBuilder list = map_begin(run->arena);
    put_text(&list, "apiVersion", run->list && is_resource_list(run->list) ? value_text_at(run->list, "apiVersion")
                                                                           : STR("config.kubernetes.io/v1"));
    put_text(&list, "kind", STR("ResourceList"));
    put(&list, "items", list_end(&run->out, ORIGIN_NONE));
    if (run->results.count)
        put(&list, "results", list_end(&run->results, ORIGIN_NONE));
    YamlStyle style = {.sorted = false};
    if (run->verbatim)
        buf_add(&out, run->input->text);
    else
        yaml_write(&out, map_end(&list, ORIGIN_NONE), &style);
    return cli_print(&out);
}

ExitStatus command_fn(const Arguments *arguments)
{
    Arena *arena = arguments->arena;
    Run run = {.arena = arena, .arguments = arguments, .sources = sources_new(arena)};
    run.diags = diags_new(arena, run.sources);
    run.out = list_begin(arena);
    run.results = list_begin(arena);
    ExitStatus status = EXIT_TROUBLE;
    if (read_list(&run))
        status = run.config.kind == FN_RENDER ? run_render(&run) : run_check(&run);
    else
        add_diags(&run);
    cli_print_diags(run.diags);
    ExitStatus printed = print_list(&run);
    return status == EXIT_CLEAN ? printed : status;
}
