/*
 * cli: the command line. One table names the commands and their options; parsing, --help and later man pages and
 * completions read it. Only this room touches stdout, the exit status and the process environment.
 */
#ifndef KILN_CLI_H
#define KILN_CLI_H

/* Runs one command; the result is the exit status. */
int cli_main(int argc, char **argv);

#endif
