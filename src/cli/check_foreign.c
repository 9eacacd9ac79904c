/*
 * kiln check -f: the gate over manifests from anywhere. Inside a project its own standards and what kiln.yaml says of
 * registries, the platform and waivers hold as well, as in every other command; elsewhere the built-in ones alone.
 */
#include "cli_private.h"

#include <unistd.h>

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

static void print_summary(const Foreign *foreign, Tier tier, const Project *project, const Diags *diags)
{
    size_t counts[SEVERITY_ERROR + 1] = {0}, files = 0;
    for (size_t i = 0; i < diags_count(diags); i++)
        counts[diags_at(diags, i)->severity]++;
    for (size_t i = 0; i < foreign->files.count; i++)
        files += !foreign->files.list[i].reference;
    Buf out = {0};
    buf_printf(&out, "%zu object%s in %zu file%s, as %.*s", foreign->objects, cli_plural(foreign->objects), files,
               cli_plural(files), STR_ARG(tier_names[tier]));
    if (project)
        buf_printf(&out, " of project %.*s", STR_ARG(project->name));
    if (foreign->generated)
        buf_printf(&out, ", %zu generated one%s left out", foreign->generated, cli_plural(foreign->generated));
    buf_printf(&out, ": %zu error%s, %zu warning%s\n", counts[SEVERITY_ERROR], cli_plural(counts[SEVERITY_ERROR]),
               counts[SEVERITY_WARNING], cli_plural(counts[SEVERITY_WARNING]));
    cli_write(STDERR_FILENO, buf_str(&out));
    buf_release(&out);
}

ExitStatus check_foreign(const Arguments *arguments, Str today)
{
    Tier tier;
    Str kubernetes;
    if (!is_only_foreign(arguments) || !tier_of(arguments, &tier) || !kubernetes_of(arguments, &kubernetes))
        return EXIT_TROUBLE;
    Arena *arena = arguments->arena;
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Project *project;
    Foreign foreign = foreign_begin(arena);
    bool ok = load_project(arguments, sources, diags, &project);
    ok &= cli_read_foreign(&foreign, arguments->option[OPTION_FILE].values, arguments->option[OPTION_FILE].count,
                           sources, diags);
    Standards *standards = ok ? standards_load(arena, sources, project, STANDARDS_GATE, diags) : NULL;
    Findings findings = {0};
    if (standards) {
        foreign_end(&foreign, diags);
        GateScope scope = {.environment = tier_names[tier],
                           .tier = tier,
                           .project = project ? service_project(arena, project) : NULL,
                           .today = today,
                           .kubernetes = kubernetes};
        ok = standards_judge(standards, arena, scope, foreign.files.list, foreign.files.count, &findings, diags);
        findings_report(&findings, diags);
    }
    cli_print_diags(diags);
    if (!ok || !standards)
        return EXIT_TROUBLE;
    print_summary(&foreign, tier, project, diags);
    return findings_errors(&findings) ? EXIT_FINDINGS : EXIT_CLEAN;
}
