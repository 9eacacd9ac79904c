/* kiln check: the gate without writing; with --overlays the layers themselves; with -f what somebody else made. */
#include "cli_private.h"

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
    cli_write(2, buf_str(&out));
    buf_release(&out);
    return EXIT_CLEAN;
}

static ExitStatus check_gate(const Arguments *arguments, const RenderRequest *request, Sources *sources, Diags *diags)
{
    RenderResult result;
    ExitStatus status = pipeline_render(arguments->arena, request, sources, diags, &result);
    cli_print_diags(diags);
    if (status == EXIT_TROUBLE)
        return status;
    size_t errors = count_of(diags, SEVERITY_ERROR), warnings = count_of(diags, SEVERITY_WARNING);
    Buf out = {0};
    buf_printf(&out, "%zu object%s in %zu environment%s: %zu error%s, %zu warning%s\n", result.objects,
               cli_plural(result.objects), result.environments, cli_plural(result.environments), errors,
               cli_plural(errors), warnings, cli_plural(warnings));
    cli_write(2, buf_str(&out));
    buf_release(&out);
    return status;
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
    if (request.environment_count || request.service_count || request.set_count) {
        cli_error("--overlays looks at the whole project; leave out environments, services and --set");
        return EXIT_TROUBLE;
    }
    return check_overlays(arguments, &request, sources, diags);
}
