/* kiln promote: what runs in one environment is to run in a later one. */
#include "release.h"

static size_t order_of(const Project *project, Str name)
{
    for (size_t i = 0; i < project->environment_count; i++) {
        if (str_equal(project->environments[i].name, name))
            return i;
    }
    return project->environment_count;
}

static bool check_order(const Release *release, Str from, Str to)
{
    if (order_of(release->project, from) < order_of(release->project, to))
        return true;
    Buf names = {0};
    for (size_t i = 0; i < release->project->environment_count; i++)
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(release->project->environments[i].name));
    buf_add_char(&names, '\0');
    diag_plain_error(release->diags,
                     "promotion goes onwards in the order of the environments (%s), and '%.*s' does not come after "
                     "'%.*s'; to go back, use 'kiln rollback'",
                     names.data, STR_ARG(to), STR_ARG(from));
    buf_release(&names);
    return false;
}

static bool is_enabled(const Release *release, const ServiceFile *service, bool *enabled)
{
    Definition definition;
    Diags *unheard = diags_new(release->arena, release->sources);
    bool ok = project_define(release->project, release->environment, service, release->arena, unheard, &definition);
    *enabled = ok && definition.enabled;
    if (!ok)
        diags_move(release->diags, unheard);
    return ok;
}

/* A service that does not run there yet may be promoted by its name: that comes before it is switched on. */
static bool promote_one(Release *release, const Environment *from, Str service)
{
    const Value *before = release_recorded(release->environment, service), *after = release_recorded(from, service);
    if (!after) {
        diag_plain_error(release->diags,
                         "nothing is recorded of '%.*s' in %.*s; record it with 'kiln release %.*s %.*s IMAGE'",
                         STR_ARG(service), STR_ARG(from->name), STR_ARG(from->name), STR_ARG(service));
        return false;
    }
    bool enabled;
    if (!is_enabled(release, project_service(release->project, service), &enabled))
        return false;
    if (before && value_equal(before, after)) {
        release_print(release, service, NULL, after, STR(" (already there)"));
        return true;
    }
    release_print(release, service, before, after, enabled ? STR("") : STR(" (not enabled there yet)"));
    release_add(release, service,
                release_new(release->arena, value_text_at(after, "tag"), value_text_at(after, "digest"),
                            value_text_at(after, "revision")));
    return true;
}

/* Without names: every service that has a release there and runs here. */
static bool promote_all(Release *release, const Environment *from)
{
    bool ok = true, any = false;
    for (size_t i = 0; i < release->project->service_count; i++) {
        const ServiceFile *service = &release->project->services[i];
        bool enabled;
        if (!release_recorded(from, service->name))
            continue;
        any = true;
        if (!is_enabled(release, service, &enabled))
            ok = false;
        else if (enabled)
            ok &= promote_one(release, from, service->name);
        else
            buf_printf(&release->out, "%.*s: not enabled in %.*s\n", STR_ARG(service->name),
                       STR_ARG(release->environment->name));
    }
    if (!any)
        diag_plain_error(release->diags,
                         "nothing is recorded of any service in %.*s; record releases with 'kiln release %.*s SERVICE "
                         "IMAGE'",
                         STR_ARG(from->name), STR_ARG(from->name));
    return ok && any;
}

static bool is_repeated(const Str *names, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (str_equal(names[i], names[index]))
            return true;
    }
    return false;
}

ExitStatus command_promote(const Arguments *arguments)
{
    if (arguments->operand_count < 2) {
        cli_error("expected FROM TO [SERVICE...], as in 'kiln promote staging production api'");
        return EXIT_TROUBLE;
    }
    const Str *names = arguments->operands, *services = names + 2;
    size_t count = arguments->operand_count - 2;
    Release release;
    bool ok =
        release_begin(&release, arguments, names, 2, services, count) && check_order(&release, names[0], names[1]);
    const Environment *from = ok ? project_environment(release.project, names[0]) : NULL;
    if (ok && !count)
        ok = promote_all(&release, from);
    for (size_t i = 0; from && i < count; i++) {
        if (!is_repeated(services, i))
            ok &= promote_one(&release, from, services[i]);
    }
    return release_end(&release, ok);
}
