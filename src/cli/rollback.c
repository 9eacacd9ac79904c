/*
 * kiln rollback: the release before. It is found in git's history of releases/ENV.yaml: the newest version there that
 * has another image of the service than the file has now.
 */
#include "release.h"

#include "kiln/yaml.h"

typedef struct Search {
    Arena *arena;
    Str service;
    const Value *now; /* or NULL */
    const Value *found;
    Str commit;
} Search;

static bool look(void *user, const GitVersion *version)
{
    Search *search = user;
    const Value *releases = version->text.data ? releases_read(version->arena, version->text) : NULL;
    const Value *record = value_get(releases, search->service);
    if (value_is_none(record) || release_same_image(record, search->now))
        return true;
    search->found = release_new(search->arena, arena_copy(search->arena, value_text_at(record, "tag")),
                                arena_copy(search->arena, value_text_at(record, "digest")),
                                arena_copy(search->arena, value_text_at(record, "revision")));
    search->commit = version->commit;
    return false;
}

static bool find(Release *release, Search *search)
{
    ProjectPlace here;
    Git *git;
    Str path = releases_path(release->arena, release->environment);
    if (!cli_git(release->arguments, release->diags, &here, &git) ||
        !git_history(git, path, yaml_limits.bytes, look, search, release->diags))
        return false;
    if (search->found)
        return true;
    if (git_is_shallow(git))
        diag_plain_error(release->diags,
                         "this clone is shallow, and its part of the history of %.*s has no other release of '%.*s'; "
                         "fetch all of it (actions/checkout: fetch-depth: 0)",
                         STR_ARG(path), STR_ARG(search->service));
    else
        diag_plain_error(release->diags,
                         "the history of %.*s has no other release of '%.*s'; name one with 'kiln release %.*s %.*s "
                         "IMAGE'",
                         STR_ARG(path), STR_ARG(search->service), STR_ARG(release->environment->name),
                         STR_ARG(search->service));
    return false;
}

static bool roll_back(Release *release, Str service)
{
    Search search = {
        .arena = release->arena, .service = service, .now = release_recorded(release->environment, service)};
    Definition definition;
    if (!release_define(release, service, &definition) || !find(release, &search))
        return false;
    Str note = arena_printf(release->arena, " (as of commit %.*s)", STR_ARG(str_slice(search.commit, 0, 12)));
    release_print(release, service, search.now, search.found, note);
    release_add(release, service, search.found);
    return true;
}

ExitStatus command_rollback(const Arguments *arguments)
{
    if (arguments->operand_count != 2) {
        cli_error("expected ENV SERVICE, as in 'kiln rollback production api'");
        return EXIT_TROUBLE;
    }
    Release release;
    bool ok = release_begin(&release, arguments, &arguments->operands[0], 1, &arguments->operands[1], 1) &&
              roll_back(&release, arguments->operands[1]);
    return release_end(&release, ok);
}
