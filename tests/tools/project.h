/*
 * What the tools that look into a loaded project share: TOOL FOLDER loads it, does its work and prints what was said
 * on standard error. Exit 0: loaded, and the work was done.
 */
#ifndef TESTS_PROJECT_H
#define TESTS_PROJECT_H

#include <stdio.h>
#include <stdlib.h>

#include "kiln/project.h"

/* False: reported, or said on standard error. */
typedef bool ProjectWork(Arena *arena, Sources *sources, const Project *project, Diags *diags);

static inline int with_project(int argc, char **argv, ProjectWork *work)
{
    if (argc != 2)
        return 2;
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Project *project = project_load(arena, sources, (ProjectOptions){.folder = argv[1]}, diags);
    bool ok = project && work(arena, sources, project, diags);
    Buf text = {0};
    diags_print(diags, &text);
    fwrite(text.data ? text.data : "", 1, text.size, stderr);
    buf_release(&text);
    arena_free(arena);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
