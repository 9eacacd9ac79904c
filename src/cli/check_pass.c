/*
 * kiln check between two programs, as Helm's post-renderer (docs/helm.md): with --pass-through, what standard input
 * held goes to standard output byte by byte once it has passed, and not at all otherwise; --report keeps what standard
 * error says, which Helm 4 shows nobody. The check itself knows of neither: it finds files in memory behind its
 * descriptors.
 */
#include "cli_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiln/yaml.h"

static bool is_allowed(const Arguments *arguments)
{
    const Str *files = arguments->option[OPTION_FILE].values;
    bool stream = arguments->option[OPTION_FILE].count == 1 && str_equal(files[0], STR("-"));
    if (argument_given(arguments, OPTION_PASS_THROUGH) && !stream)
        cli_error("--pass-through hands on what standard input held; name that alone, with -f -");
    else if (argument_given(arguments, OPTION_PASS_THROUGH) && argument_given(arguments, OPTION_FORMAT))
        cli_error("--pass-through has standard output for the manifests; leave out --format");
    else if (argument_given(arguments, OPTION_REPORT) && !argument_value(arguments, OPTION_REPORT).size)
        cli_error("option --report needs a file, found nothing");
    else
        return true;
    return false;
}

/* A file in memory in the place of fd; what fd was is *saved. */
static bool replace(int fd, Str text, int *saved)
{
    int memory = memfd_create("kiln", MFD_CLOEXEC);
    *saved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    bool ok = memory >= 0 && *saved >= 0 && cli_write(memory, text) && lseek(memory, 0, SEEK_SET) == 0 &&
              dup2(memory, fd) == fd;
    if (!ok)
        cli_error("cannot make a file in memory: %s", strerror(errno));
    if (memory >= 0)
        close(memory);
    return ok;
}

/* ---- standard error, kept ---- */

/*
 * A link that a pull request has put there leads to no other file: through one only a terminal or a pipe is written to,
 * as /dev/stdout is one. -1: errno.
 */
static int open_report(const char *path)
{
    enum { FLAGS = O_WRONLY | O_CLOEXEC | O_NOCTTY };
    struct stat status;
    int fd = open(path, FLAGS | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
    if (fd >= 0 || errno != ELOOP)
        return fd;
    fd = open(path, FLAGS);
    if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode))
        return fd;
    close(fd);
    errno = ELOOP;
    return -1;
}

static bool write_report(const Arguments *arguments, Str text)
{
    Str path = argument_value(arguments, OPTION_REPORT);
    int fd = open_report(arena_text(arguments->arena, path));
    bool ok = fd >= 0 && cli_write(fd, text);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && ok && errno != EINTR) {
        error = errno;
        ok = false;
    }
    if (!ok)
        cli_error("cannot write %.*s: %s", STR_ARG(path),
                  error == ELOOP ? "it is a symbolic link to another file; name the file" : strerror(error));
    return ok;
}

/* Written even if there is nothing to say, so that an earlier run's report is not taken for this one's. */
static ExitStatus check_reported(const Arguments *arguments)
{
    int saved;
    Str text = STR("");
    if (!replace(STDERR_FILENO, STR(""), &saved))
        return EXIT_TROUBLE;
    base_last_words_to(saved);
    ExitStatus status = command_check(arguments);
    bool ok = lseek(STDERR_FILENO, 0, SEEK_SET) == 0 &&
              file_read_fd(arguments->arena, STDERR_FILENO, SIZE_MAX / 2, &text) == 0;
    dup2(saved, STDERR_FILENO);
    base_last_words_to(STDERR_FILENO);
    close(saved);
    cli_write(STDERR_FILENO, text);
    return write_report(arguments, text) && ok ? status : EXIT_TROUBLE;
}

static ExitStatus check(const Arguments *arguments)
{
    return argument_given(arguments, OPTION_REPORT) ? check_reported(arguments) : command_check(arguments);
}

/* ---- standard input, handed on ---- */

static ExitStatus check_passing(const Arguments *arguments)
{
    int saved, error;
    Str text;
    error = cli_read_stream(arguments->arena, STDIN_FILENO, &text);
    if (error) {
        cli_error("cannot read standard input: %s", strerror(error));
        return EXIT_TROUBLE;
    }
    if (!replace(STDIN_FILENO, text, &saved))
        return EXIT_TROUBLE;
    ExitStatus status = check(arguments);
    close(saved);
    if (status != EXIT_CLEAN || cli_write(STDOUT_FILENO, text))
        return status;
    cli_error("cannot write to standard output: %s", strerror(errno));
    return EXIT_TROUBLE;
}

ExitStatus command_check_pass(const Arguments *arguments)
{
    if (!is_allowed(arguments))
        return EXIT_TROUBLE;
    return argument_given(arguments, OPTION_PASS_THROUGH) ? check_passing(arguments) : check(arguments);
}
