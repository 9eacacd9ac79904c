/*
 * cli: the command line. One table names the commands and their options; parsing, --help and later man pages and
 * completions read it. Only this room touches stdout, the exit status and the process environment.
 */
#ifndef KILN_CLI_H
#define KILN_CLI_H

#include "kiln/base.h"

/* Runs one command; the result is the exit status. */
int cli_main(int argc, char **argv);

/* The manual, generated at build time. Texts live until the call returns. */
typedef void CliPage(void *user, Str file, Str text);
void cli_manual(Arena *arena, CliPage *page, void *user);
/* docs/commands.md */
void cli_print_page(Buf *out);

#endif
