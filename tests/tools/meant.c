/*
 * meant FOLDER: renders the project in FOLDER in memory and prints, a line per file, {"path", "objects"} as JSON: the
 * values that the writer was given. The written text is also read back here through libyaml and compared. Exit 1 on
 * any difference.
 */
#include "project.h"

#include "kiln/render.h"
#include "kiln/service.h"
#include "kiln/yaml.h"

typedef struct Reread {
    const RenderedFile *file;
    size_t at;
    bool same;
} Reread;

static bool compare(void *user, const Value *document)
{
    Reread *reread = user;
    bool expected = reread->at < reread->file->count && value_equal(document, reread->file->objects[reread->at]);
    reread->same = reread->same && expected;
    reread->at++;
    return true;
}

static bool reread_same(Arena *arena, Sources *sources, const RenderedFile *file, Diags *diags)
{
    Buf text = {0};
    render_text(file, &text);
    const Source *source = sources_add(sources, file->path, arena_copy(arena, buf_str(&text)), false);
    buf_release(&text);
    Reread reread = {file, 0, true};
    return yaml_manifests(arena, source, diags, compare, &reread) && reread.same && reread.at == file->count;
}

static bool print_files(Arena *arena, Sources *sources, const RenderedFiles *files, Diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < files->count; i++) {
        const RenderedFile *file = &files->list[i];
        Buf line = {0};
        buf_printf(&line, "{\"path\":\"%s%.*s\",\"objects\":[", file->form == FORM_WORKFLOW ? ".github/workflows/" : "",
                   STR_ARG(file->path));
        for (size_t j = 0; j < file->count; j++) {
            buf_add(&line, j ? STR(",") : STR(""));
            value_print_json(file->objects[j], false, &line);
        }
        buf_add(&line, STR("]}\n"));
        fwrite(line.data, 1, line.size, stdout);
        buf_release(&line);
        if (!reread_same(arena, sources, file, diags)) {
            fprintf(stderr, "%.*s: libyaml reads something else\n", STR_ARG(file->path));
            ok = false;
        }
    }
    return ok;
}

static bool render_all(Arena *arena, const Project *project, const Renderer *renderer, RenderedFiles *files,
                       Diags *diags)
{
    for (size_t i = 0; i < project->environment_count; i++) {
        EnvironmentContext context;
        if (!services_complete(arena, NULL, project, &project->environments[i], diags, &context) ||
            !render_environment(renderer, &context, files, diags) ||
            !render_gitops(renderer, &context, files, diags))
            return false;
        for (size_t j = 0; j < context.count; j++) {
            if (!render_service(renderer, &context, &context.items[j], files, diags))
                return false;
        }
    }
    ProjectContext once;
    project_complete(arena, project, &once);
    return render_gitops_project(renderer, &once, files, diags) &&
           services_complete_once(arena, project, diags, &once) && render_project(renderer, &once, files, diags);
}

static bool render_and_print(Arena *arena, Sources *sources, const Project *project, Diags *diags)
{
    Renderer *renderer = renderer_new(arena, sources, project, diags);
    RenderedFiles files = rendered_begin(arena);
    return renderer && render_all(arena, project, renderer, &files, diags) &&
           print_files(arena, sources, &files, diags);
}

int main(int argc, char **argv)
{
    return with_project(argc, argv, render_and_print);
}
