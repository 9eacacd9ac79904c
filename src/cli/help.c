/* Help, printed from the tables. */
#include "cli_private.h"

#include <unistd.h>

static void add_option(Buf *out, const Option *option)
{
    size_t start = out->size;
    buf_printf(out, option->letter ? "  -%c, " : "      ", option->letter);
    buf_printf(out, "--%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");
    size_t width = out->size - start;
    buf_add_repeat(out, ' ', width < 28 ? 28 - width : 2);
    buf_printf(out, "%s\n", option->help);
}

void help_command(Buf *out, const Command *command)
{
    buf_printf(out, "kiln %s: %s\n\nusage: kiln %s%s%s%s\n", command->name, command->summary, command->name,
               command->options ? " [OPTION...]" : "", command->operands[0] ? " " : "", command->operands);
    if (command->text)
        buf_printf(out, "\n%s\n", command->text);
    buf_add(out, STR("\noptions:\n"));
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (command_takes(command, (OptionId)id))
            add_option(out, &options[id]);
    }
}

void help_print_command(const Command *command)
{
    Buf out = {0};
    help_command(&out, command);
    cli_write(STDOUT_FILENO, buf_str(&out));
    buf_release(&out);
}

void help_print_program(void)
{
    Buf out = {0};
    buf_add(&out,
            STR("kiln turns short service definitions and environment overlays into hardened Kubernetes manifests\n"
                "and GitHub Actions workflows.\n\nusage: kiln COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n"));
    for (size_t i = 0; i < command_count; i++)
        buf_printf(&out, "  %-12s%s%s\n", commands[i].name, commands[i].summary,
                   commands[i].run ? "" : " (not supported yet)");
    buf_add(&out, STR("\n'kiln COMMAND --help' tells more about one of them.\n\n"
                      "exit status: 0 clean, 1 findings, 2 bad usage or input, 70 a bug in kiln\n"));
    cli_write(STDOUT_FILENO, buf_str(&out));
    buf_release(&out);
}

ExitStatus command_help(const Arguments *arguments)
{
    const Command *command = arguments->operand_count ? command_find(arguments->operands[0]) : NULL;
    if (arguments->operand_count && !command) {
        cli_error("unknown command '%.*s'; see 'kiln help'", STR_ARG(arguments->operands[0]));
        return EXIT_TROUBLE;
    }
    if (command)
        help_print_command(command);
    else
        help_print_program();
    return EXIT_CLEAN;
}
