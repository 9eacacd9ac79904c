/*
 * kiln check -f: the gate over manifests from anywhere. Inside a project its own standards and what kiln.yaml says of
 * registries, the platform and waivers hold as well, as in every other command; elsewhere the built-in ones alone.
 */
#include "report.h"

#include "kiln/api.h"
#include "kiln/service.h"

static bool tier_of(const Arguments *arguments, Tier *tier)
{
    *tier = TIER_PRODUCTION;
    if (!argument_given(arguments, OPTION_TIER))
        return true;
    Str word = argument_value(arguments, OPTION_TIER);
    NearMiss miss = near_miss_begin(word);
    for (int i = 0; i < TIER_COUNT; i++) {
        *tier = (Tier)i;
        if (str_equal(word, tier_names[i]))
            return true;
        near_miss_offer(&miss, tier_names[i]);
    }
    Str best = near_miss_best(&miss);
    if (best.data)
        cli_error("option --tier: no tier '%.*s'; did you mean '%.*s'?", STR_ARG(word), STR_ARG(best));
    else
        cli_error("option --tier: expected development, staging or production, found '%.*s'", STR_ARG(word));
    return false;
}

/* Empty without the option. */
static bool kubernetes_of(const Arguments *arguments, Str *version)
{
    *version = argument_value(arguments, OPTION_KUBERNETES);
    if (!argument_given(arguments, OPTION_KUBERNETES) || api_version_known(*version))
        return true;
    size_t last = 0;
    while (api_versions[last + 1])
        last++;
    cli_error("option --kubernetes: expected a version from %s to %s, found '%.*s'", api_versions[0],
              api_versions[last], STR_ARG(*version));
    return false;
}

/* What goes with a project makes no sense for objects that did not come from it. */
static bool is_only_foreign(const Arguments *arguments)
{
    bool only = !arguments->operand_count && !argument_given(arguments, OPTION_ENVIRONMENT) &&
                !argument_given(arguments, OPTION_SET) && !argument_given(arguments, OPTION_OVERLAYS);
    if (!only)
        cli_error("-f judges what it names; leave out environments, services, --set and --overlays");
    return only;
}

/* *project is NULL outside of one, unless one was named with -C. */
static bool load_project(const Arguments *arguments, Sources *sources, Diags *diags, const Project **project)
{
    const char *folder = cli_folder(arguments);
    *project = NULL;
    if (!argument_given(arguments, OPTION_FOLDER) && !project_exists(arguments->arena, folder))
        return true;
    ProjectOptions how = {.folder = folder};
    *project = project_load(arguments->arena, sources, how, diags);
    return *project;
}

static Str foreign_head(Arena *arena, const Foreign *foreign, Tier tier, const Project *project)
{
    size_t files = 0;
    for (size_t i = 0; i < foreign->files.count; i++)
        files += !foreign->files.list[i].reference;
    Buf head = {0};
    buf_printf(&head, "%zu object%s in %zu file%s, as %.*s", foreign->objects, cli_plural(foreign->objects), files,
               cli_plural(files), STR_ARG(tier_names[tier]));
    if (project)
        buf_printf(&head, " of project %.*s", STR_ARG(project->name));
    if (foreign->generated)
        buf_printf(&head, ", %zu generated one%s left out", foreign->generated, cli_plural(foreign->generated));
    Str text = arena_copy(arena, buf_str(&head));
    buf_release(&head);
    return text;
}

/* NULL: reported. */
static const Standards *load_standards(const Report *report, Sources *sources, const Project *project,
                                       const Value *waivers, Diags *diags)
{
    const RuleSelection *rules = &report->rules;
    const Standards *standards = standards_load(report->arena, sources, project, diags);
    bool ok = standards && standards_know(standards, "--rule", rules->only, rules->only_count, diags) &&
              standards_know(standards, "--exclude", rules->without, rules->without_count, diags) &&
              waivers_check(standards, waivers, diags);
    return ok ? standards : NULL;
}

static ExitStatus judge(Report *report, const Foreign *foreign, GateScope scope, Findings *findings, Diags *diags)
{
    if (!report->standards || !standards_judge(report->standards, report->arena, scope, foreign->files.list,
                                               foreign->files.count, findings, diags))
        return EXIT_TROUBLE;
    findings_select(findings, &report->rules, diags);
    findings_sort(findings, report->sources);
    report->objects = foreign->objects;
    return findings_errors(findings) ? EXIT_FINDINGS : EXIT_CLEAN;
}

ExitStatus check_foreign(const Arguments *arguments, Str today)
{
    Report report;
    int format;
    size_t threads;
    Str kubernetes;
    if (!cli_threads(arguments, &threads) || !report_options(arguments, &report, &format) ||
        !is_only_foreign(arguments) || !tier_of(arguments, &report.tier) || !kubernetes_of(arguments, &kubernetes))
        return EXIT_TROUBLE;
    Arena *arena = arguments->arena;
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Project *project;
    Foreign foreign = foreign_begin(arena);
    Pool *pool = pool_new(threads);
    Watch watch = watch_begin(arena);
    watch_stage(&watch, STAGE_LOAD, STR(""));
    bool ok = load_project(arguments, sources, diags, &project);
    ok &= cli_read_foreign(&foreign, pool, arguments->option[OPTION_FILE].values,
                           arguments->option[OPTION_FILE].count, sources, diags);
    Findings findings = {0};
    report.sources = sources;
    report.findings = &findings;
    GateScope scope = {.environment = tier_names[report.tier],
                       .tier = report.tier,
                       .project = project ? service_project(arena, project) : NULL,
                       .today = today,
                       .pool = pool,
                       .kubernetes = kubernetes};
    if (ok) {
        foreign_end(&foreign, diags);
        report.standards = load_standards(&report, sources, project, value_get(scope.project, STR("waivers")),
                                          diags);
    }
    watch_stage(&watch, STAGE_JUDGE, STR(""));
    ExitStatus status = judge(&report, &foreign, scope, &findings, diags);
    watch_end(&watch);
    pool_free(pool);
    return report_finish(&report, format, status, foreign_head(arena, &foreign, report.tier, project).data, diags);
}
