/*
 * All of upstream's conformance cases, straight from the shared folder's json-e/specification.yml. Where a case gives
 * an error as text, the text has to be the same to the byte; the clock is frozen at the time that the cases expect.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "kiln/jsone.h"
#include "jsone_load.h"

typedef struct SpecRun {
    Arena *arena;
    size_t cases;
    size_t failures;
    Str section;
} SpecRun;

static void complain(SpecRun *spec, const Value *one, const char *what, Str found)
{
    Buf text = {0};
    value_print_json(one, false, &text);
    fprintf(stderr, "%.*s: %.*s: %s %.*s\n    %.*s\n", STR_ARG(spec->section), STR_ARG(value_text_at(one, "title")),
            what, STR_ARG(found), STR_ARG(buf_str(&text)));
    buf_release(&text);
    spec->failures++;
}

static void check_error(SpecRun *spec, const Value *one, const Value *result, const JsoneRun *run, const Diags *diags)
{
    const Value *error = value_get(one, STR("error"));
    Str text = jsone_error_text(spec->arena, run);
    if (result)
        complain(spec, one, "should have failed", STR(""));
    else if (error->kind == VALUE_STRING && !str_equal(text, value_text(error)))
        complain(spec, one, "failed with", text);
    else if (diags_error_count(diags) != 1 ||
             !str_starts(diags_at(diags, 0)->message, str_slice(run->error.text, 0, 200)))
        complain(spec, one, "reported", diags_count(diags) ? diags_at(diags, 0)->message : STR("nothing"));
}

static void check_result(SpecRun *spec, const Value *one, const Value *result, const JsoneRun *run)
{
    Buf json = {0};
    if (!result) {
        complain(spec, one, "failed with", jsone_error_text(spec->arena, run));
        return;
    }
    value_print_json(result, true, &json);
    if (!value_equal(result, value_get(one, STR("result"))))
        complain(spec, one, "gave", buf_str(&json));
    buf_release(&json);
}

static void run_case(void *user, const Value *one)
{
    SpecRun *spec = user;
    if (value_get(one, STR("section")))
        spec->section = value_text_at(one, "section");
    if (!value_get(one, STR("title")))
        return;
    spec->cases++;
    Sources *sources = sources_new(spec->arena);
    Diags *diags = diags_new(spec->arena, sources);
    const Template *templ = jsone_compile(spec->arena, value_get(one, STR("template")), diags);
    JsoneRun run = jsone_run(spec->arena, diags);
    run.now = STR("2017-01-19T16:27:20.974Z");
    const JsoneScope scope = jsone_scope(value_get(one, STR("context")), NULL);
    const Value *result = jsone_eval(&run, templ, &scope);
    if (value_get(one, STR("error")))
        check_error(spec, one, result, &run, diags);
    else
        check_result(spec, one, result, &run);
}

static void specification(void **state)
{
    (void)state;
    SpecRun spec = {.arena = arena_new()};
    const char *shared = getenv("KILN_SHARED");
    Str path = arena_printf(spec.arena, "%s/json-e/specification.yml", shared ? shared : "../shared"), text;
    if (file_read(spec.arena, AT_FDCWD, path.data, 16u << 20, &text) != 0) {
        printf("SKIPPED: %s: cannot be read; set KILN_SHARED (all conformance cases of JSON-e)\n", path.data);
        arena_free(spec.arena);
        skip();
    }
    load_documents(spec.arena, text, ORIGIN_NONE, run_case, &spec);
    printf("%zu cases, %zu failures\n", spec.cases, spec.failures);
    assert_int_equal(spec.failures, 0);
    assert_true(spec.cases >= 937);
    arena_free(spec.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(specification)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
