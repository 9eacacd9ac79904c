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

typedef struct History {
    const Git *git;
    Batch *batch;
    Str path;
    size_t limit;
    GitVersionFn *each;
    void *user;
} History;

/* A version is forgotten before the next one is read: there may be thousands. */
static bool show_version(const History *history, Str commit, bool *more)
{
    Arena *arena = arena_new();
    BatchAnswer answer;
    Str object = arena_printf(arena, "%.*s:%.*s%.*s", STR_ARG(commit), STR_ARG(history->git->prefix),
                              STR_ARG(history->path));
    bool ok = batch_ask(history->batch, object) && batch_answer(history->batch, arena, history->limit, &answer);
    if (ok) {
        GitVersion version = {commit, str_equal(answer.kind, STR("blob")) ? answer.text : STR_NONE, arena};
        *more = history->each(history->user, &version);
    }
    arena_free(arena);
    return ok;
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
    if (!commits.text.size)
        return true;
    History history = {git, batch_new(git, diags), path, limit, each, user};
    if (!history.batch)
        return false;
    bool ok = true, more = true;
    Str commit;
    while (ok && more && str_split(&commits.text, '\n', &commit) && commit.size)
        ok = show_version(&history, commit, &more);
    batch_free(history.batch);
    return ok;
}
