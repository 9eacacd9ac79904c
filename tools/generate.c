/*
 * generate definition|commands: prints a reference page, from the tables that the program itself works by.
 * generate man DIR: writes the manual into DIR.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiln/cli.h"
#include "kiln/model.h"

/* user: the folder's descriptor. */
static void write_page(void *user, Str file, Str text)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", STR_ARG(file));
    int error = file_write(*(const int *)user, name, text);
    if (error) {
        fprintf(stderr, "%s: %s\n", name, strerror(error));
        exit(EXIT_FAILURE);
    }
}

static void write_manual(Arena *arena, const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    cli_manual(arena, write_page, &folder);
}

int main(int argc, char **argv)
{
    Arena *arena = arena_new();
    Buf page = {0};
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(what, "man") == 0)
        write_manual(arena, argv[2]);
    else if (argc == 2 && strcmp(what, "definition") == 0)
        model_print_page(arena, &page);
    else if (argc == 2 && strcmp(what, "commands") == 0)
        cli_print_page(&page);
    else
        return EXIT_FAILURE;
    bool written = fwrite(page.data, 1, page.size, stdout) == page.size && fflush(stdout) == 0;
    buf_release(&page);
    arena_free(arena);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
