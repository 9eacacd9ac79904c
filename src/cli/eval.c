/*
 * kiln eval: one template, for those who write them; alone with a context file, or with the context that a service's
 * templates really get. What comes out is what JSON-e yields: what rendering makes of it (null members go) is not
 * done here.
 */
#include "cli_private.h"

#include "kiln/jsone.h"
#include "kiln/render.h"
#include "kiln/standards.h"
#include "kiln/yaml.h"

typedef enum Mode { MODE_ALONE = 1, MODE_PROJECT = 2, MODE_FUNCTIONS = 4 } Mode;

typedef struct Evaluation {
    const Arguments *arguments;
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Str now;
} Evaluation;

/* In the order of the command table. */
enum { FORMAT_YAML, FORMAT_JSON };

/* ---- usage ---- */

static Mode mode_of(const Arguments *arguments)
{
    if (argument_given(arguments, OPTION_FUNCTIONS))
        return MODE_FUNCTIONS;
    return argument_given(arguments, OPTION_PROJECT) ? MODE_PROJECT : MODE_ALONE;
}

static bool option_misplaced(Mode mode, OptionId id, const char *needs)
{
    if (mode == MODE_FUNCTIONS)
        cli_error("option --functions stands alone; leave out --%s", options[id].name);
    else if (mode == MODE_PROJECT)
        cli_error("option --%s has no place with --project: %s", options[id].name, needs);
    else
        cli_error("option --%s needs --project%s", options[id].name, needs);
    return false;
}

static bool options_fit(const Arguments *arguments, Mode mode)
{
    static const struct {
        OptionId id;
        unsigned modes;
        const char *why;
    } places[] = {
        {OPTION_PROJECT, MODE_PROJECT, ""},
        {OPTION_CONTEXT_FILE, MODE_ALONE, "the context is the service's"},
        {OPTION_NOW, MODE_ALONE, "a project's templates have no clock"},
        {OPTION_CONTEXT, MODE_PROJECT, "; a context of your own is given with -c FILE"},
        {OPTION_ENVIRONMENT, MODE_PROJECT, ""},
        {OPTION_SET, MODE_PROJECT, ""},
        {OPTION_FOLDER, MODE_PROJECT, ""},
        {OPTION_FORMAT, MODE_ALONE | MODE_PROJECT, ""},
    };
    for (size_t i = 0; i < LENGTH_OF(places); i++) {
        if (argument_given(arguments, places[i].id) && !(places[i].modes & (unsigned)mode))
            return option_misplaced(mode, places[i].id, places[i].why);
    }
    return cli_format(arguments) >= 0;
}

/* names: what the operands are, one by one, as a message calls them. */
static bool operands_fit(const Arguments *arguments, const char *const *names, size_t count)
{
    if (arguments->operand_count > count) {
        cli_error("unexpected argument '%.*s'; see 'kiln eval --help'", STR_ARG(arguments->operands[count]));
        return false;
    }
    if (arguments->operand_count == count)
        return true;
    cli_error("%s is missing; see 'kiln eval --help'", names[arguments->operand_count]);
    return false;
}

static bool environment_fits(const Arguments *arguments)
{
    size_t count = arguments->option[OPTION_ENVIRONMENT].count;
    if (count == 1)
        return true;
    cli_error(count ? "option --environment is given twice; --project takes one environment"
                    : "option --project needs an environment: -e ENV");
    return false;
}

static bool usage_fits(const Arguments *arguments, Mode mode)
{
    static const char *const alone[] = {"TEMPLATE (a file, or '-' for standard input)"};
    static const char *const project[] = {"SERVICE",
                                          "TEMPLATE (a file, '-' for standard input, or --context instead)"};
    if (!options_fit(arguments, mode))
        return false;
    if (mode == MODE_FUNCTIONS)
        return operands_fit(arguments, NULL, 0);
    if (mode == MODE_PROJECT)
        return environment_fits(arguments) &&
               operands_fit(arguments, project, argument_given(arguments, OPTION_CONTEXT) ? 1 : 2);
    if (!operands_fit(arguments, alone, 1))
        return false;
    if (!str_equal(arguments->operands[0], STR("-")) ||
        !str_equal(argument_value(arguments, OPTION_CONTEXT_FILE), STR("-")))
        return true;
    cli_error("template and context cannot both come from standard input; put one into a file");
    return false;
}

static bool take_clock(Evaluation *evaluation)
{
    Str text = argument_value(evaluation->arguments, OPTION_NOW);
    if (!argument_given(evaluation->arguments, OPTION_NOW))
        return true;
    evaluation->now = jsone_clock(evaluation->arena, text);
    if (!evaluation->now.data)
        cli_error("option --now: expected a time such as 2017-01-19T16:27:20Z, found '%.*s'", STR_ARG(text));
    return evaluation->now.data;
}

/* ---- --functions ---- */

static ExitStatus list_functions(Arena *arena)
{
    Buf out = {0};
    buf_add(&out, STR("JSON-e's own:\n"));
    for (size_t i = 0; i < jsone_builtin_count(); i++)
        buf_printf(&out, "  %s\n", jsone_builtin(i)->doc);
    buf_add(&out, STR("\nkiln's:\n"));
    const Value *ours = render_functions(arena);
    for (uint32_t i = 0; i < ours->size; i++)
        buf_printf(&out, "  %s\n", ours->entries[i].value->function->doc);
    return cli_print(&out);
}

/* ---- evaluating ---- */

static const Value *read_value(Evaluation *evaluation, Str path)
{
    const Source *source = cli_read(evaluation->arena, evaluation->sources, path, evaluation->diags);
    return source ? yaml_read(evaluation->arena, source, evaluation->diags) : NULL;
}

/* Upstream's error whole, with the way to the place in the template; ours is cut to a line. */
static void note_error(const Evaluation *evaluation, const JsoneRun *run)
{
    enum { NOTE_SHOWN = 2000 };
    const char *class = run->error.class;
    if (!class || strcmp(class, "LimitError") == 0 || strcmp(class, "HostError") == 0)
        return;
    Str text = jsone_error_text(evaluation->arena, run);
    size_t shown = text.size > NOTE_SHOWN ? NOTE_SHOWN : text.size;
    while (shown < text.size && ((unsigned char)text.data[shown] & 0xC0) == 0x80)
        shown--;
    diag_plain_note(evaluation->diags, "as JSON-e puts it: %.*s", STR_ARG(str_slice(text, 0, shown)));
}

/* What could only fail where the evaluation did not get to: upstream tolerates it, an author would rather know. */
static void warn_of_rest(const Evaluation *evaluation, const Template *templ)
{
    Diags *rest = diags_new(evaluation->arena, evaluation->sources);
    if (jsone_check(templ, rest))
        return;
    for (size_t i = 0; i < diags_count(rest); i++) {
        Diag diag = *diags_at(rest, i);
        diag.severity = SEVERITY_WARNING;
        diag_report(evaluation->diags, diag);
    }
}

static const Value *evaluate(Evaluation *evaluation, const Template *templ, const JsoneScope *scope, RenderHost *host)
{
    JsoneRun run = jsone_run(evaluation->arena, evaluation->diags);
    run.now = evaluation->now;
    run.host = host;
    const Value *result = jsone_eval(&run, templ, scope);
    if (!result)
        note_error(evaluation, &run);
    return result;
}

static const Value *read_context(Evaluation *evaluation)
{
    if (!argument_given(evaluation->arguments, OPTION_CONTEXT_FILE))
        return &value_empty_map;
    const Value *context = read_value(evaluation, argument_value(evaluation->arguments, OPTION_CONTEXT_FILE));
    if (!context || context->kind == VALUE_MAP)
        return context;
    diag_error(evaluation->diags, context->origin, "context must be an object, found %s",
               value_kind_name((ValueKind)context->kind));
    return NULL;
}

static const Value *run_alone(Evaluation *evaluation)
{
    const Value *context = read_context(evaluation);
    const Value *tree = read_value(evaluation, evaluation->arguments->operands[0]);
    const Template *templ = tree ? jsone_compile(evaluation->arena, tree, evaluation->diags) : NULL;
    if (!context || !templ)
        return NULL;
    RenderHost host = {0};
    JsoneScope functions = jsone_scope(render_functions(evaluation->arena), NULL),
               scope = jsone_scope(context, &functions);
    const Value *result = evaluate(evaluation, templ, &scope, &host);
    if (result)
        warn_of_rest(evaluation, templ);
    return result;
}

/* ---- --project ---- */

static void add_context(MapBuilder *map, const JsoneScope *scope)
{
    if (!scope)
        return;
    add_context(map, scope->up);
    for (uint32_t i = 0; i < scope->map->size; i++) {
        const MapEntry *entry = &scope->map->entries[i];
        if (entry->value->kind != VALUE_FUNCTION)
            map_set(map, entry->key, entry->key_origin, entry->value);
    }
}

static const Value *run_project(Evaluation *evaluation)
{
    const Arguments *arguments = evaluation->arguments;
    RenderRequest request = {
        .folder = cli_folder(arguments),
        .environments = arguments->option[OPTION_ENVIRONMENT].values,
        .environment_count = 1,
        .services = arguments->operands,
        .service_count = 1,
        .sets = arguments->option[OPTION_SET].values,
        .set_count = arguments->option[OPTION_SET].count,
    };
    Scene scene;
    if (!pipeline_scene(evaluation->arena, &request, evaluation->sources, evaluation->diags, &scene))
        return NULL;
    const JsoneScope *scope =
        render_service_scope(scene.renderer, evaluation->arena, &scene.environment, scene.service);
    if (argument_given(arguments, OPTION_CONTEXT)) {
        MapBuilder map = map_begin(evaluation->arena);
        add_context(&map, scope);
        return secrets_masked(evaluation->arena, STR(""), map_end(&map, ORIGIN_NONE));
    }
    const Value *tree = read_value(evaluation, arguments->operands[1]);
    const Template *templ = tree ? jsone_compile(evaluation->arena, tree, evaluation->diags) : NULL;
    RenderHost host = {scene.renderer};
    /* As rendering refuses it. */
    return templ && jsone_check(templ, evaluation->diags) ? evaluate(evaluation, templ, scope, &host) : NULL;
}

/* ---- the command ---- */

static ExitStatus print_result(const Arguments *arguments, const Value *result)
{
    Buf out = {0};
    if (cli_format(arguments) == FORMAT_JSON) {
        value_print_json(result, false, &out);
        buf_add_char(&out, '\n');
    } else {
        yaml_write(&out, result, &(YamlStyle){0});
    }
    return cli_print(&out);
}

ExitStatus command_eval(const Arguments *arguments)
{
    Mode mode = mode_of(arguments);
    if (!usage_fits(arguments, mode))
        return EXIT_TROUBLE;
    if (mode == MODE_FUNCTIONS)
        return list_functions(arguments->arena);
    Evaluation evaluation = {.arguments = arguments, .arena = arguments->arena};
    evaluation.sources = sources_new(arguments->arena);
    evaluation.diags = diags_new(arguments->arena, evaluation.sources);
    if (!take_clock(&evaluation))
        return EXIT_TROUBLE;
    const Value *result = mode == MODE_PROJECT ? run_project(&evaluation) : run_alone(&evaluation);
    cli_print_diags(evaluation.diags);
    return result ? print_result(arguments, result) : EXIT_TROUBLE;
}
