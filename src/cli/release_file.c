/*
 * Changing releases/ENV.yaml: the text is edited, the project loaded and completed with it as if it stood there, and
 * only then does it replace the file.
 */
#include "release.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiln/standards.h"
#include "kiln/yaml.h"

#define DIGEST_RULE STR("image-digest")

bool release_begin(Release *release, const Arguments *arguments, const Str *environments, size_t environment_count,
                   const Str *services, size_t service_count)
{
    *release = (Release){.arguments = arguments, .arena = arguments->arena, .sources = sources_new(arguments->arena)};
    release->diags = diags_new(release->arena, release->sources);
    RenderRequest request = {.folder = cli_folder(arguments),
                             .environments = environments,
                             .environment_count = environment_count,
                             .services = services,
                             .service_count = service_count};
    release->project = pipeline_project(release->arena, &request, release->sources, release->diags);
    if (!release->project)
        return false;
    release->environment = project_environment(release->project, environments[environment_count - 1]);
    return true;
}

bool release_define(const Release *release, Str service, Definition *definition)
{
    /* Notes on the record that is about to change are of no use. */
    Diags *diags = diags_new(release->arena, release->sources);
    const ServiceFile *file = project_service(release->project, service);
    bool ok = project_define(release->project, release->environment, file, release->arena, diags, definition);
    if (!ok)
        diags_move(release->diags, diags);
    else if (!definition->enabled)
        diag_plain_error(release->diags, "service '%.*s' is not enabled in environment '%.*s'; see 'enabled' in %.*s",
                         STR_ARG(service), STR_ARG(release->environment->name), STR_ARG(file->file));
    return ok && definition->enabled;
}

const Value *release_recorded(const Environment *environment, Str service)
{
    const Value *record = value_get(environment->releases, service);
    return value_is_none(record) ? NULL : record;
}

Str release_text(Arena *arena, const Value *record)
{
    Str tag = value_text_at(record, "tag"), digest = value_text_at(record, "digest");
    if (!tag.size && !digest.size)
        return STR("nothing");
    /* Of a digest as many digits as the version label has. */
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(tag), digest.size ? "@" : "", STR_ARG(str_slice(digest, 0, 19)));
}

void release_add(Release *release, Str service, const Value *record)
{
    ARENA_GROW(release->arena, release->changes, release->count, release->capacity);
    release->changes[release->count++] = (ReleaseChange){service, record};
}

void release_print(Release *release, Str service, const Value *before, const Value *after, Str note)
{
    buf_printf(&release->out, "%.*s: ", STR_ARG(service));
    if (before)
        buf_printf(&release->out, "%.*s -> ", STR_ARG(release_text(release->arena, before)));
    buf_printf(&release->out, "%.*s%.*s\n", STR_ARG(release_text(release->arena, after)), STR_ARG(note));
}

/* ---- judging ---- */

/* Whether the gate would stop an image without a digest in this tier. */
static bool digest_is_due(const Release *release, const Standards *standards)
{
    Str tier = tier_names[release->environment->tier];
    for (size_t i = 0; i < standards_count(standards); i++) {
        const Rule *rule = standards_rule(standards, i);
        if (str_equal(rule->id, DIGEST_RULE))
            return str_equal(value_text_at(value_get(rule->value, STR("severity")), tier.data), STR("error"));
    }
    return false;
}

static bool has_waiver(const Value *waivers, Str service)
{
    for (uint32_t i = 0; value_is(waivers, VALUE_LIST) && i < waivers->size; i++) {
        const Value *waiver = waivers->items[i], *services = value_get(waiver, STR("services"));
        bool fits = !value_is(services, VALUE_LIST) || !services->size;
        for (uint32_t j = 0; !fits && j < services->size; j++)
            fits = str_equal(value_text(services->items[j]), service);
        if (fits && str_equal(value_text_at(waiver, "rule"), DIGEST_RULE))
            return true;
    }
    return false;
}

static bool is_waived(const EnvironmentContext *context, Str service)
{
    bool waived = has_waiver(value_get(context->project, STR("waivers")), service);
    for (size_t i = 0; i < context->count && !waived; i++) {
        if (str_equal(context->items[i].name, service))
            waived = has_waiver(value_get(context->items[i].value, STR("waivers")), STR(""));
    }
    return waived;
}

static bool check_digests(const Release *release, const Standards *standards, const EnvironmentContext *context)
{
    bool ok = true;
    if (!digest_is_due(release, standards))
        return true;
    for (size_t i = 0; i < release->count; i++) {
        const ReleaseChange *change = &release->changes[i];
        if (value_text_at(change->release, "digest").size || is_waived(context, change->service))
            continue;
        diag_plain_error(release->diags,
                         "%.*s: %.*s names no digest, which tier %.*s asks for (rule image-digest); append "
                         "@sha256:…, as the registry or the build printed it",
                         STR_ARG(change->service), STR_ARG(release_text(release->arena, change->release)),
                         STR_ARG(tier_names[release->environment->tier]));
        ok = false;
    }
    return ok;
}

/* The project as it will be. */
static bool judge(const Release *release, const ReleasesFile *file)
{
    const Project *now = release->project;
    ProjectPlace place = {store_with(release->arena, now->store, file->path, file->text), now->root, now->prefix};
    ProjectOptions where = {.place = &place};
    const Project *project = project_load(release->arena, release->sources, where, release->diags);
    const Standards *standards =
        project ? standards_load(release->arena, release->sources, project, release->diags) : NULL;
    EnvironmentContext context;
    return standards &&
           services_complete(release->arena, NULL, project, project_environment(project, release->environment->name),
                             release->diags, &context) &&
           check_digests(release, standards, &context);
}

/* ---- writing ---- */

static int open_folder(const Release *release, int *folder)
{
    int top = open(arena_text(release->arena, release->project->root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return errno;
    int error = mkdirat(top, "releases", 0777) && errno != EEXIST ? errno : 0;
    *folder = error ? -1 : openat(top, "releases", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*folder < 0 && !error)
        error = errno;
    close(top);
    return error;
}

/* Somebody may have written the file since it was read. */
static bool is_unchanged(const Release *release, const ReleasesFile *file, Str shown)
{
    Str text;
    int error = store_read(release->project->store, release->arena, file->path, yaml_limits.bytes, &text);
    if (error && error != ENOENT) {
        diag_file_error(release->diags, shown, "cannot read: %s", strerror(error));
        return false;
    }
    bool same = file->exists ? !error && str_equal(text, file->old_text) : error != 0;
    if (!same)
        diag_file_error(release->diags, shown, "was changed meanwhile; run again");
    return same;
}

/* Under a lock, where the file system has one: of two releases at once neither is lost. */
static bool replace_file(const Release *release, const ReleasesFile *file, int folder, Str shown)
{
    (void)!flock(folder, LOCK_EX);
    if (!is_unchanged(release, file, shown))
        return false;
    int error = file_replace(folder, strchr(file->path.data, '/') + 1, file->text);
    file_remove_leftovers(release->arena, folder);
    if (error)
        diag_file_error(release->diags, shown, "cannot write: %s", strerror(error));
    return !error;
}

static bool write_file(const Release *release, const ReleasesFile *file, Str shown)
{
    int folder = -1, error = open_folder(release, &folder);
    if (error) {
        diag_file_error(release->diags, shown, "cannot write: %s", strerror(error));
        return false;
    }
    bool ok = replace_file(release, file, folder, shown);
    close(folder);
    return ok;
}

static bool carry_out(Release *release, Buf *summary)
{
    ReleasesFile file;
    if (!releases_edit(release->arena, release->sources, release->project, release->environment, release->changes,
                       release->count, release->diags, &file) ||
        !judge(release, &file))
        return false;
    Str shown = arena_printf(release->arena, "%.*s%.*s", STR_ARG(release->project->prefix), STR_ARG(file.path));
    bool dry = argument_given(release->arguments, OPTION_DRY_RUN);
    if (!dry && !write_file(release, &file, shown))
        return false;
    buf_printf(summary, "%.*s%s\n", STR_ARG(shown), dry ? " is left as it is (--dry-run)" : " written");
    return true;
}

ExitStatus release_end(Release *release, bool ok)
{
    Buf summary = {0};
    if (ok && release->count)
        ok = carry_out(release, &summary);
    else if (ok)
        buf_add(&summary, STR("nothing to write\n"));
    cli_print_diags(release->diags);
    if (!ok) {
        buf_release(&summary);
        buf_release(&release->out);
        return EXIT_TROUBLE;
    }
    ExitStatus status = cli_print_text(&release->out);
    cli_say(&summary);
    return status;
}
