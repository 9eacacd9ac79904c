/*
 * contexts FOLDER: what the templates of the project in FOLDER see, a line for each scope, as JSON: {"scope": the folder of
 * templates/, "names": {...}}. Of environment scopes one for each environment, of service scopes one for each service in it.
 */
#include "project.h"

#include "kiln/render.h"
#include "kiln/service.h"

typedef struct Name {
    const char *name;
    const Value *value; /* NULL: not in this scope */
} Name;

static void print_scope(Arena *arena, const char *scope, const Name *names, size_t count)
{
    Buf line = {0};
    MapBuilder map = map_begin(arena);
    for (size_t i = 0; i < count; i++) {
        if (names[i].value)
            map_set(&map, str_from(names[i].name), ORIGIN_NONE, names[i].value);
    }
    buf_printf(&line, "{\"scope\":\"%s\",\"names\":", scope);
    value_print_json(map_end(&map, ORIGIN_NONE), false, &line);
    buf_add(&line, STR("}\n"));
    fwrite(line.data, 1, line.size, stdout);
    buf_release(&line);
}

static void print_environment(Arena *arena, const EnvironmentContext *context)
{
    Name names[] = {{"project", context->project},
                    {"env", context->env},
                    {"vars", context->vars},
                    {"services", context->services},
                    {"service", NULL}};
    print_scope(arena, "environment", names, LENGTH_OF(names));
    for (size_t i = 0; i < context->count; i++) {
        names[2].value = context->items[i].vars;
        names[4].value = context->items[i].value;
        print_scope(arena, "service", names, LENGTH_OF(names));
    }
}

static bool print_all(Arena *arena, Sources *sources, const Project *project, Diags *diags)
{
    (void)sources;
    for (size_t i = 0; i < project->environment_count; i++) {
        EnvironmentContext context;
        if (!services_complete(arena, NULL, project, &project->environments[i], diags, &context))
            return false;
        print_environment(arena, &context);
    }
    ProjectContext once;
    if (!services_complete_once(arena, project, diags, &once))
        return false;
    const Name names[] = {{"project", once.project}, {"environments", once.environments}, {"services", once.services}};
    print_scope(arena, "gitops-project", names, 2);
    print_scope(arena, "project", names, 3);
    return true;
}

int main(int argc, char **argv)
{
    return with_project(argc, argv, print_all);
}
