/* The versions of one file. */
#include "git_private.h"

static bool list_commits(const Git *git, Str path, GitOutput *output, Diags *diags)
{
    Str limit = arena_printf(git->arena, "--max-count=%d", GIT_HISTORY_LIMIT), head;
    Str below = arena_copy(git->arena, path);
    const char *const args[] = {"rev-list", "--first-parent", limit.data, "HEAD", "--", below.data, NULL};
    *output = (GitOutput){.text = STR("")};
    if (!git_find_commit(git, STR("HEAD"), &head, diags))
        return false;
    if (!head.size)
        return true; /* a branch without commits */
    if (!git_run(git, args, output, diags))
        return false;
    if (output->status)
        git_report(git, output->errors, diags);
    return !output->status;
}

static bool read_version(const Git *git, Batch *batch, Str path, size_t limit, GitVersion *version)
{
    BatchAnswer answer;
    Str object = arena_printf(git->arena, "%.*s:%.*s%.*s", STR_ARG(version->commit), STR_ARG(git->prefix),
                              STR_ARG(path));
    if (!batch_ask(batch, object) || !batch_answer(batch, limit, &answer))
        return false;
    version->text = str_equal(answer.kind, STR("blob")) ? answer.text : STR_NONE;
    return true;
}

bool git_history(const Git *git, Str path, size_t limit, GitVersionFn *each, void *user, Diags *diags)
{
    GitOutput commits;
    if (str_has_char(git->prefix, '\n') || str_has_char(path, '\n')) {
        diag_plain_error(diags, "%.*s: its name has a line end, which git takes for the end of a question",
                         STR_ARG(git->folder));
        return false;
    }
    if (!list_commits(git, path, &commits, diags))
        return false;
    Batch *batch = commits.text.size ? batch_new(git, diags) : NULL;
    bool ok = batch || !commits.text.size, more = batch != NULL;
    GitVersion version;
    while (more && str_split(&commits.text, '\n', &version.commit) && version.commit.size) {
        ok = read_version(git, batch, path, limit, &version);
        more = ok && each(user, &version);
    }
    if (batch)
        batch_free(batch);
    return ok;
}
