/*
 * Running git: no shell, an environment of its own, its messages kept for ours. This file does not know what git is
 * asked.
 */
#include "git_private.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_LIMIT = 64 * 1024 * 1024, ERRORS_LIMIT = 64 * 1024, ARGUMENT_LIMIT = 24 };

/* ---- the environment ---- */

/*
 * A hook's environment names the repository that it runs in, by its GIT_DIR and the like; ours is the one around the
 * project. What is kept says where configuration comes from: safe.directory may be there.
 */
static const char *const kept[] = {
    "GIT_CONFIG_COUNT=",  "GIT_CONFIG_KEY_",      "GIT_CONFIG_VALUE_",        "GIT_CONFIG_GLOBAL=",
    "GIT_CONFIG_SYSTEM=", "GIT_CONFIG_NOSYSTEM=", "GIT_CEILING_DIRECTORIES=", "GIT_DISCOVERY_ACROSS_FILESYSTEM=",
    "GIT_EXEC_PATH=",
};

/*
 * A partial clone must not fetch what it lacks. GIT_NO_LAZY_FETCH says so from git 2.45 on and in the security
 * releases before it (2.39.4 …); to an older one, no protocol is allowed.
 */
static char *const added[] = {
    "LC_ALL=C",
    "GIT_NO_LAZY_FETCH=1",
    "GIT_ALLOW_PROTOCOL=none",
    "GIT_TERMINAL_PROMPT=0",
    "GIT_OPTIONAL_LOCKS=0",
    "GIT_LITERAL_PATHSPECS=1",
};

static bool is_passed_on(Str variable)
{
    if (str_starts(variable, STR("LC_ALL=")))
        return false;
    for (size_t i = 0; i < LENGTH_OF(kept); i++) {
        if (str_starts(variable, str_from(kept[i])))
            return true;
    }
    return !str_starts(variable, STR("GIT_"));
}

char *const *git_environment(Arena *arena, char *const *environment)
{
    size_t count = 0;
    for (char *const *at = environment; *at; at++)
        count++;
    char **own = ARENA_ARRAY(arena, char *, count + LENGTH_OF(added) + 1);
    count = 0;
    for (char *const *at = environment; *at; at++) {
        if (is_passed_on(str_from(*at)))
            own[count++] = *at;
    }
    memcpy(own + count, added, sizeof added);
    return own;
}

/* ---- one process ---- */

/*
 * Configuration of the repository that could name a program, unsaid; and no repository but in .git, since a pull request
 * may bring the files of another one (git 2.38 and later).
 */
static const char *const guards[] = {"--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null",
                                     "-c",         "safe.bareRepository=explicit"};

static void put_arguments(const Git *git, const char *const *args, const char *argv[ARGUMENT_LIMIT])
{
    size_t count = 0;
    argv[count++] = "git";
    argv[count++] = "-C";
    argv[count++] = git->folder.data;
    for (size_t i = 0; i < LENGTH_OF(guards); i++)
        argv[count++] = guards[i];
    while (*args && count < ARGUMENT_LIMIT - 1)
        argv[count++] = *args++;
    argv[count] = NULL;
}

typedef struct Ends {
    int in[2]; /* ours, git's */
    int out[2];
    int errors;
} Ends;

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(Ends *ends)
{
    for (int i = 0; i < 2; i++) {
        close_one(&ends->in[i]);
        close_one(&ends->out[i]);
    }
    close_one(&ends->errors);
}

static int open_ends(Ends *ends)
{
    *ends = (Ends){{-1, -1}, {-1, -1}, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->in) || pipe2(ends->out, O_CLOEXEC))
        return errno;
    ends->errors = memfd_create("git", MFD_CLOEXEC);
    return ends->errors < 0 ? errno : 0;
}

static int spawn(const Git *git, const char *const *args, const Ends *ends, pid_t *pid)
{
    const char *argv[ARGUMENT_LIMIT];
    put_arguments(git, args, argv);
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, ends->in[1], STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, ends->out[1], STDOUT_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, ends->errors, STDERR_FILENO);
    if (!error)
        error = posix_spawnp(pid, "git", &actions, NULL, (char *const *)argv, git->environment);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool git_start(const Git *git, const char *const *args, GitProcess *process, Diags *diags)
{
    Ends ends;
    int error = open_ends(&ends);
    if (!error)
        error = spawn(git, args, &ends, &process->pid);
    if (error) {
        close_all(&ends);
        if (error == ENOENT)
            diag_plain_error(diags, "git was not found on PATH; it is what reads revisions, so install it");
        else
            diag_plain_error(diags, "cannot run git: %s", strerror(error));
        return false;
    }
    process->in = ends.in[0];
    process->out = ends.out[0];
    process->errors = ends.errors;
    close(ends.in[1]);
    close(ends.out[1]);
    return true;
}

int git_finish(const Git *git, GitProcess *process, Str *errors)
{
    close(process->in);
    close(process->out);
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *errors = STR("");
    lseek(process->errors, 0, SEEK_SET);
    if (file_read_fd(git->arena, process->errors, ERRORS_LIMIT, errors))
        *errors = STR("fatal: it said too much");
    close(process->errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool git_run(const Git *git, const char *const *args, GitOutput *output, Diags *diags)
{
    GitProcess process;
    if (!git_start(git, args, &process, diags))
        return false;
    *output = (GitOutput){.text = STR("")};
    int error = file_read_fd(git->arena, process.out, OUTPUT_LIMIT, &output->text);
    output->status = git_finish(git, &process, &output->errors);
    if (error)
        diag_plain_error(diags, "cannot read what git prints: %s", strerror(error));
    return !error;
}

/* ---- its words ---- */

static Str fatal_line(Str errors)
{
    Str line, first = STR("");
    while (str_split(&errors, '\n', &line)) {
        if (str_starts(line, STR("fatal: ")))
            return str_slice(line, 7, line.size);
        if (!first.size)
            first = line;
    }
    return first.size ? first : STR("it ended without a word");
}

void git_report(const Git *git, Str errors, Diags *diags)
{
    Str line = fatal_line(errors);
    if (str_starts(line, STR("not a git repository")))
        diag_plain_error(diags, "no git repository holds %.*s; revisions are read from one", STR_ARG(git->folder));
    else if (str_starts(line, STR("detected dubious ownership")) || str_starts(line, STR("unsafe repository")))
        diag_plain_error(diags,
                         "git does not trust the repository around %.*s, which belongs to another user; run 'git "
                         "config --global --add safe.directory FOLDER' with its top folder",
                         STR_ARG(git->folder));
    else if (str_starts(line, STR("cannot use bare repository")))
        diag_plain_error(diags, "git takes %.*s for a bare repository; revisions are read from a work tree",
                         STR_ARG(git->folder));
    else
        diag_plain_error(diags, "git cannot read the repository around %.*s: %.*s", STR_ARG(git->folder),
                         STR_ARG(line));
}
