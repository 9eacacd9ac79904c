/* kiln check: the gate without writing; with --overlays the layers themselves; with -f what somebody else made. */
#include "report.h"

#include <time.h>

#include "kiln/kube.h"
#include "kiln/project.h"

static size_t count_of(const Diags *diags, Severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < diags_count(diags); i++)
        count += diags_at(diags, i)->severity == severity;
    return count;
}

static ExitStatus check_overlays(const Arguments *arguments, const RenderRequest *request, Sources *sources,
                                 Diags *diags)
{
    const Project *project = pipeline_project(arguments->arena, request, sources, diags);
    bool ok = project && project_audit(project, arguments->arena, diags);
    cli_print_diags(diags);
    if (!ok)
        return EXIT_TROUBLE;
    size_t warnings = count_of(diags, SEVERITY_WARNING);
    Buf out = {0};
    buf_printf(&out, "overlays: %zu warning%s in %zu environment%s of %zu service%s\n", warnings,
               cli_plural(warnings), project->environment_count, cli_plural(project->environment_count),
               project->service_count, cli_plural(project->service_count));
    cli_say(&out);
    return EXIT_CLEAN;
}

static Str gate_head(Arena *arena, const RenderResult *result)
{
    return arena_printf(arena, "%zu object%s in %zu environment%s", result->objects, cli_plural(result->objects),
                        result->environments, cli_plural(result->environments));
}

static ExitStatus check_gate(const Arguments *arguments, RenderRequest *request, Sources *sources, Diags *diags)
{
    Report report;
    RenderResult result;
    int format;
    if (!report_options(arguments, &report, &format))
        return EXIT_TROUBLE;
    request->collect = true;
    request->rules = report.rules;
    Watch watch = watch_begin(arguments->arena);
    request->stage = watch_stage;
    request->stage_user = &watch;
    ExitStatus status = pipeline_render(arguments->arena, request, sources, diags, &result);
    watch_end(&watch);
    report.sources = sources;
    report.standards = result.standards;
    report.findings = &result.findings;
    report.tier = result.tier;
    report.objects = result.objects;
    return report_finish(&report, format, status, gate_head(arguments->arena, &result).data, diags);
}

/* The only place that reads the clock. */
bool cli_today(const Arguments *arguments, Str *today)
{
    *today = argument_value(arguments, OPTION_TODAY);
    if (argument_given(arguments, OPTION_TODAY)) {
        if (!date_valid(*today))
            cli_error("--today: expected a date such as 2026-01-31, found '%.*s'", STR_ARG(*today));
        return date_valid(*today);
    }
    char text[sizeof "0000-00-00"];
    time_t now = time(NULL);
    struct tm day;
    if (!gmtime_r(&now, &day) || !strftime(text, sizeof text, "%Y-%m-%d", &day)) {
        cli_error("the clock cannot be read; give the day with --today");
        return false;
    }
    *today = arena_copy(arguments->arena, str_from(text));
    return true;
}

ExitStatus command_check(const Arguments *arguments)
{
    Sources *sources = sources_new(arguments->arena);
    Diags *diags = diags_new(arguments->arena, sources);
    RenderRequest request = {
        .folder = cli_folder(arguments),
        .environments = arguments->option[OPTION_ENVIRONMENT].values,
        .environment_count = arguments->option[OPTION_ENVIRONMENT].count,
        .services = arguments->operands,
        .service_count = arguments->operand_count,
        .sets = arguments->option[OPTION_SET].values,
        .set_count = arguments->option[OPTION_SET].count,
        .judge_only = true,
    };
    if (!cli_today(arguments, &request.today) || !cli_threads(arguments, &request.threads))
        return EXIT_TROUBLE;
    if (argument_given(arguments, OPTION_FILE))
        return check_foreign(arguments, request.today);
    if (argument_given(arguments, OPTION_TIER)) {
        cli_error("--tier goes with -f; each environment of a project has its own");
        return EXIT_TROUBLE;
    }
    if (argument_given(arguments, OPTION_KUBERNETES)) {
        cli_error("--kubernetes goes with -f; a project states its version in kiln.yaml");
        return EXIT_TROUBLE;
    }
    if (!argument_given(arguments, OPTION_OVERLAYS))
        return check_gate(arguments, &request, sources, diags);
    bool of_gate = argument_given(arguments, OPTION_FORMAT) || argument_given(arguments, OPTION_SEVERITY) ||
                   argument_given(arguments, OPTION_RULE) || argument_given(arguments, OPTION_EXCLUDE);
    if (of_gate) {
        cli_error("--overlays has no rules and one form; leave out --format, --severity, --rule and --exclude");
        return EXIT_TROUBLE;
    }
    if (request.environment_count || request.service_count || request.set_count) {
        cli_error("--overlays looks at the whole project; leave out environments, services and --set");
        return EXIT_TROUBLE;
    }
    return check_overlays(arguments, &request, sources, diags);
}
