/*
 * whole FOLDER OUT: renders all of the project in FOLDER, without the gate and leaving nothing out, into the new folder
 * OUT: what kiln diff --base must come to the same as (tests/run-base). What exists once lies in OUT/argocd/argocd and
 * OUT/workflows, and what went wrong with it is printed behind a line "once". Exit 2: something failed; 3: the project
 * cannot be loaded.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kiln/pipeline.h"
#include "kiln/project.h"

static bool put(const char *path, Str text)
{
    FILE *file = fopen(path, "w");
    bool ok = file && fwrite(text.data ? text.data : "", 1, text.size, file) == text.size;
    if (file && fclose(file))
        ok = false;
    if (!ok)
        perror(path);
    return ok;
}

static bool put_file(Arena *arena, Str path, Str text)
{
    char *name = arena_text(arena, path);
    for (char *at = name + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        if (mkdir(name, 0777) && errno != EEXIST)
            perror(name);
        *at = '/';
    }
    return put(name, text);
}

static bool put_files(Arena *arena, const char *out, const char *below, const RenderedTexts *texts)
{
    bool ok = true;
    for (size_t i = 0; i < texts->count; i++)
        ok &= put_file(arena, arena_printf(arena, "%s/%s%.*s", out, below, STR_ARG(texts->files[i].path)),
                       texts->files[i].text);
    return ok;
}

static void print_diags(Diags *diags)
{
    Buf out = {0};
    diags_sort(diags);
    diags_print(diags, &out);
    fwrite(out.data ? out.data : "", 1, out.size, stderr);
    buf_release(&out);
}

static bool render_environments(RenderSession *session, Arena *arena, const char *out)
{
    const Project *project = session_project(session);
    bool ok = true;
    for (size_t i = 0; i < project->environment_count; i++) {
        RenderedTexts texts = {NULL, 0};
        ok &= session_environment(session, &project->environments[i], arena, &texts) &&
              put_files(arena, out, "", &texts);
    }
    return ok;
}

static int render(Arena *arena, const char *folder, const char *out)
{
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources), *printed = diags_new(arena, sources);
    RenderRequest request = {.folder = folder, .threads = 1};
    RenderSession *session = session_open(arena, &request, sources, diags);
    if (!session) {
        print_diags(diags);
        return 3;
    }
    RenderedTexts tree = {NULL, 0}, workflows = {NULL, 0};
    bool ok = render_environments(session, arena, out);
    print_diags(diags);
    diags_move(printed, diags);
    fputs("once\n", stderr);
    ok = session_once(session, arena, &tree, &workflows) && ok;
    print_diags(diags);
    ok = put_files(arena, out, "argocd/", &tree) && put_files(arena, out, "workflows/", &workflows) && ok;
    session_close(session);
    return ok ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: whole FOLDER OUT\n", stderr);
        return 2;
    }
    Arena *arena = arena_new();
    int status = put_file(arena, arena_printf(arena, "%s/.kiln-owned", argv[2]), STR(""))
                     ? render(arena, argv[1], argv[2])
                     : 2;
    arena_free(arena);
    return status;
}
