/*
 * The C side of the differential test: one JSON document {template, context} a line on stdin, one line {result} or
 * {error} on stdout. The clock stands still at the time that differential.js gives upstream, too.
 */
#include "kiln/jsone.h"
#include "../unit/jsone_load.h"

static void answer(void *user, const Value *document)
{
    (void)user;
    Arena *arena = arena_new();
    Diags *diags = diags_new(arena, sources_new(arena));
    const Template *templ = jsone_compile(arena, value_get(document, STR("template")), diags);
    JsoneRun run = jsone_run(arena, diags);
    run.now = STR("2017-01-19T16:27:20.974Z");
    const JsoneScope scope = jsone_scope(value_get(document, STR("context")), NULL);
    const Value *result = templ ? jsone_eval(&run, templ, &scope) : NULL;
    MapBuilder map = map_begin(arena);
    Str text = jsone_error_text(arena, &run);
    map_set(&map, result ? STR("result") : STR("error"), ORIGIN_NONE,
            result ? result : value_new_string(arena, ORIGIN_NONE, text));
    Buf json = {0};
    value_print_json(map_end(&map, ORIGIN_NONE), false, &json);
    printf("%.*s\n", STR_ARG(buf_str(&json)));
    buf_release(&json);
    arena_free(arena);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    while ((size = getline(&line, &capacity, stdin)) > 0) {
        Arena *arena = arena_new();
        load_documents(arena, (Str){line, (size_t)size}, ORIGIN_NONE, answer, NULL);
        arena_free(arena);
    }
    free(line);
    return 0;
}
