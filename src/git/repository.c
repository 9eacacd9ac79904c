/* The repository around a project: which commit a word names, and what a pull request is compared with. */
#include "git_private.h"

static Str first_line(Arena *arena, Str text)
{
    Str line;
    return str_split(&text, '\n', &line) ? arena_copy(arena, line) : STR("");
}

Git *git_open(Arena *arena, Str folder, char *const *environment, Diags *diags)
{
    static const char *const args[] = {"rev-parse", "--is-inside-work-tree", "--is-shallow-repository",
                                       "--show-prefix", NULL};
    Git *git = ARENA_NEW(arena, Git);
    *git = (Git){.arena = arena, .folder = arena_copy(arena, folder)};
    git->environment = git_environment(arena, environment);
    GitOutput output;
    if (!git_run(git, args, &output, diags))
        return NULL;
    Str rest = output.text, inside, shallow;
    if (output.status || !str_split(&rest, '\n', &inside) || !str_split(&rest, '\n', &shallow)) {
        git_report(git, output.errors, diags);
        return NULL;
    }
    if (!str_equal(inside, STR("true"))) {
        diag_plain_error(diags, "%.*s is in no work tree of a git repository; revisions are read from one",
                         STR_ARG(folder));
        return NULL;
    }
    git->shallow = str_equal(shallow, STR("true"));
    /* The prefix comes last, since a folder's name may hold a newline. */
    git->prefix = str_ends(rest, STR("\n")) ? str_slice(rest, 0, rest.size - 1) : STR("");
    return git;
}

Str git_prefix(const Git *git)
{
    return git->prefix;
}

bool git_is_shallow(const Git *git)
{
    return git->shallow;
}

/* ---- commits ---- */

/* A word that git would take for an option, or for more than one line, is none of its names. */
static bool revision_valid(Str revision)
{
    if (!revision.size || revision.data[0] == '-' || str_find(revision, STR(".."), 0) >= 0)
        return false;
    for (size_t i = 0; i < revision.size; i++) {
        if ((unsigned char)revision.data[i] < ' ')
            return false;
    }
    return true;
}

/* Empty where there is none. */
bool git_find_commit(const Git *git, Str revision, Str *commit, Diags *diags)
{
    Str peeled = arena_printf(git->arena, "%.*s^{commit}", STR_ARG(revision));
    const char *const args[] = {"rev-parse", "--verify", "--quiet", peeled.data, NULL};
    GitOutput output;
    if (!git_run(git, args, &output, diags))
        return false;
    *commit = output.status ? STR("") : first_line(git->arena, output.text);
    return true;
}

/* A branch, remote branch or tag that is spelt nearly alike, or data NULL. */
static Str near_name(const Git *git, Str revision, Diags *diags)
{
    static const char *const args[] = {"for-each-ref", "--count=1000", "--format=%(refname:short)", NULL};
    NearMiss miss = near_miss_begin(revision);
    GitOutput output;
    if (!git_run(git, args, &output, diags) || output.status)
        return STR_NONE;
    Str rest = output.text, name;
    while (str_split(&rest, '\n', &name)) {
        if (name.size)
            near_miss_offer(&miss, name);
    }
    return near_miss_best(&miss);
}

static void report_unknown(const Git *git, Str revision, Diags *diags)
{
    Str near = near_name(git, revision, diags), head;
    bool unborn = git_find_commit(git, STR("HEAD"), &head, diags) && !head.size;
    if (near.data)
        diag_plain_error(diags, "git knows no revision '%.*s'; did you mean '%.*s'?", STR_ARG(revision),
                         STR_ARG(near));
    else if (unborn)
        diag_plain_error(diags, "git knows no revision '%.*s', and no commit was made on this branch yet; commit first",
                         STR_ARG(revision));
    else if (git->shallow)
        diag_plain_error(diags,
                         "git knows no revision '%.*s' in this clone, which is shallow; fetch all of the history "
                         "(actions/checkout: fetch-depth: 0)",
                         STR_ARG(revision));
    else
        diag_plain_error(diags, "git knows no revision '%.*s'; if it is a remote's, fetch it", STR_ARG(revision));
}

bool git_commit(const Git *git, Str revision, Str *commit, Diags *diags)
{
    if (!revision_valid(revision)) {
        diag_plain_error(diags, "expected one revision of git, as in origin/main, found '%.*s'", STR_ARG(revision));
        return false;
    }
    if (!git_find_commit(git, revision, commit, diags))
        return false;
    if (!commit->size)
        report_unknown(git, revision, diags);
    return commit->size;
}

bool git_base(const Git *git, Str revision, Str *commit, Diags *diags)
{
    Str given, head;
    if (!git_commit(git, revision, &given, diags) || !git_find_commit(git, STR("HEAD"), &head, diags))
        return false;
    *commit = given;
    if (!head.size)
        return true; /* a branch without commits */
    const char *const args[] = {"merge-base", given.data, head.data, NULL};
    GitOutput output;
    if (!git_run(git, args, &output, diags))
        return false;
    if (output.status > 1) {
        git_report(git, output.errors, diags);
        return false;
    }
    if (output.status == 0)
        *commit = first_line(git->arena, output.text);
    else if (git->shallow) {
        diag_plain_error(diags,
                         "this clone is shallow and does not show where HEAD left '%.*s'; fetch all of the history "
                         "(actions/checkout: fetch-depth: 0)",
                         STR_ARG(revision));
        return false;
    }
    return true;
}
