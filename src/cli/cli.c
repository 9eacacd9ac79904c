/* Finding the command, and the few functions through which everything reaches the terminal. */
#include "cli_private.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

bool cli_write(int fd, Str text)
{
    while (text.size) {
        ssize_t put = write(fd, text.data, text.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.data += put;
        text.size -= (size_t)put;
    }
    return true;
}

ExitStatus cli_print(Buf *out)
{
    bool written = cli_write(STDOUT_FILENO, buf_str(out));
    if (!written)
        cli_error("cannot write to standard output: %s", strerror(errno));
    buf_release(out);
    return written ? EXIT_CLEAN : EXIT_TROUBLE;
}

const char *cli_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

ExitStatus cli_print_text(Buf *out)
{
    shown_lines(out);
    return cli_print(out);
}

void cli_say(Buf *out)
{
    shown_lines(out);
    cli_write(STDERR_FILENO, buf_str(out));
    buf_release(out);
}

void cli_error(const char *format, ...)
{
    Buf message = {0}, out = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    buf_add(&out, STR("error: "));
    shown_add(&out, buf_str(&message));
    buf_add_char(&out, '\n');
    buf_release(&message);
    cli_say(&out);
}

void cli_print_diags(Diags *diags)
{
    Buf out = {0};
    diags_sort(diags);
    diags_print(diags, &out);
    cli_write(STDERR_FILENO, buf_str(&out));
    buf_release(&out);
}

void cli_print_errors(Diags *diags)
{
    Diags *errors = diags_new(diags_arena(diags), diags_sources(diags));
    bool belongs = false;
    diags_sort(diags);
    for (size_t i = 0; i < diags_count(diags); i++) {
        const Diag *diag = diags_at(diags, i);
        belongs = diag->severity == SEVERITY_ERROR || (belongs && diag->severity == SEVERITY_NOTE);
        if (belongs)
            diag_report(errors, *diag);
    }
    cli_print_diags(errors);
}

ExitStatus command_version(const Arguments *arguments)
{
    (void)arguments;
    cli_write(STDOUT_FILENO, STR("kiln " KILN_VERSION "\n"));
    return EXIT_CLEAN;
}

static ExitStatus unknown_command(Str name)
{
    NearMiss miss = near_miss_begin(name);
    for (size_t i = 0; i < command_count; i++)
        near_miss_offer(&miss, str_from(commands[i].name));
    Str best = near_miss_best(&miss);
    if (best.data)
        cli_error("unknown command '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(best));
    else
        cli_error("unknown command '%.*s'; see 'kiln help'", STR_ARG(name));
    return EXIT_TROUBLE;
}

static ExitStatus run_command(const Command *command, int argc, char **argv)
{
    Arena *arena = arena_new();
    Arguments arguments;
    ExitStatus status = EXIT_TROUBLE;
    if (!arguments_parse(arena, command, argc, argv, &arguments))
        status = EXIT_TROUBLE;
    else if (argument_given(&arguments, OPTION_HELP)) {
        help_print_command(command);
        status = EXIT_CLEAN;
    } else if (command->run)
        status = command->run(&arguments);
    else
        cli_error("'kiln %s' is not supported yet", command->name);
    arena_free(arena);
    return status;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2) {
        cli_error("no command; see 'kiln help'");
        return EXIT_TROUBLE;
    }
    Str name = str_from(argv[1]);
    if (str_equal(name, STR("--version")))
        name = STR("version");
    if (str_equal(name, STR("--help")) || str_equal(name, STR("-h")))
        name = STR("help");
    const Command *command = command_find(name);
    return (int)(command ? run_command(command, argc - 2, argv + 2) : unknown_command(name));
}
