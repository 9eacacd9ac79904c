/*
 * revision FOLDER REVISION PATH...: what the git room reads of a folder at the base of REVISION: the commit, then for
 * each PATH, as a file and as a folder, "PATH SIZE SHA256" of what is read and the error of what is not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kiln/git.h"

typedef struct Dump {
    Arena *arena;
    const FileStore *store;
} Dump;

static void dump_file(const Dump *dump, Str path)
{
    Str text;
    char hex[SHA256_HEX_SIZE + 1];
    int error = store_read(dump->store, dump->arena, path, 1024 * 1024, &text);
    if (error) {
        printf("%.*s: %s\n", STR_ARG(path), store_error(error));
        return;
    }
    sha256_hex(text, hex);
    printf("%.*s %zu %s\n", STR_ARG(path), text.size, hex);
}

static void dump_folder(const Dump *dump, Str path)
{
    FileEntry *entries;
    size_t count;
    int error = store_list(dump->store, dump->arena, path, &entries, &count);
    if (error)
        printf("%.*s: %s\n", STR_ARG(path), store_error(error));
    for (size_t i = 0; !error && i < count; i++) {
        Str below = arena_printf(dump->arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(entries[i].name));
        if (entries[i].is_folder)
            dump_folder(dump, below);
        else
            dump_file(dump, below);
    }
}

int main(int argc, char **argv, char **environment)
{
    if (argc < 3)
        return 2;
    Arena *arena = arena_new();
    Diags *diags = diags_new(arena, sources_new(arena));
    char *folder = realpath(argv[1], NULL);
    Git *git = git_open(arena, str_from(folder), environment, diags);
    Str commit;
    FileStore *store = NULL;
    if (git && git_base(git, str_from(argv[2]), &commit, diags)) {
        printf("%.*s\n", STR_ARG(commit));
        store = git_store_open(git, commit, diags);
    }
    Dump dump = {arena, store};
    for (int i = 3; store && i < argc; i++) {
        dump_file(&dump, str_from(argv[i]));
        dump_folder(&dump, str_from(argv[i]));
    }
    if (store)
        git_store_close(store);
    fflush(stdout);
    Buf out = {0};
    diags_print(diags, &out);
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
    int status = diags_error_count(diags) ? 2 : 0;
    buf_release(&out);
    free(folder);
    arena_free(arena);
    return status;
}
