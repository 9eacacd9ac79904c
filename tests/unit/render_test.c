/*
 * Host functions, call by call; and where rendered values say they come from: a key from the template that writes it,
 * a value from the input that states it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiln/render.h"

enum { FOLDER_SIZE = 64 };

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
} Bench;

static Bench bench_open(void)
{
    Bench bench = {.arena = arena_new()};
    bench.sources = sources_new(bench.arena);
    bench.diags = diags_new(bench.arena, bench.sources);
    return bench;
}

static Str bench_messages(const Bench *bench)
{
    Buf text = {0};
    diags_print(bench->diags, &text);
    Str copy = arena_copy(bench->arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static void bench_close(Bench *bench)
{
    arena_free(bench->arena);
}

/* ---- host functions ---- */

static const struct {
    const char *expression;
    const char *json; /* the result; what begins with '!' is a part of the error */
} calls[] = {
    {"items({b: 1, a: 2})", "[{\"key\":\"b\",\"value\":1},{\"key\":\"a\",\"value\":2}]"},
    {"items({})", "[]"},
    {"items([1])", "!items: expected a map, found a list"},
    {"items(null)", "!items: expected a map, found null"},
    {"items()", "!items"},
    {"keys({b: 1, a: 2})", "[\"b\",\"a\"]"},
    {"keys('x')", "!keys: expected a map, found a string"},
    {"get({a: {b: 3}}, 'a.b')", "3"},
    {"get({a: {b: 3}}, 'a.c')", "null"},
    {"get({a: {b: 3}}, 'a.c', 7)", "7"},
    {"get({a: {b: null}}, 'a.b', 7)", "7"},
    {"get({a: {b: false}}, 'a.b', 7)", "false"},
    {"get(null, 'a', 7)", "7"},
    {"get([1], '0', 7)", "7"},
    {"get({a: 1}, 'a.b.c', 7)", "7"},
    {"get({a: 1}, 3)", "!get: expected a string, found a number"},
    {"part('meta', {})", "!part"},
    {"quantity('500m')", "0.5"},
    {"quantity('2Gi')", "2147483648"},
    {"quantity('0')", "0"},
    {"quantity(3)", "3"},
    {"quantity('lots')", "!quantity: expected a quantity such as 500m or 2Gi, found lots"},
    {"quantity([1])", "!quantity: expected a quantity such as 500m or 2Gi, found a list"},
    {"toQuantity(0.5, 'cpu')", "\"500m\""},
    {"toQuantity(2147483648, 'memory')", "\"2Gi\""},
    {"toQuantity(0, 'cpu')", "\"0\""},
    {"toQuantity(1, 'disk')", "!toQuantity: expected 'cpu' or 'memory', found 'disk'"},
    {"toQuantity('1', 'cpu')", "!toQuantity: expected a number, found a string"},
    {"action('actions/checkout')", "\"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\""},
    {"action('actions/nope')", "!action: 'actions/nope' is not among the pinned actions"},
    {"sha256('')", "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""},
    {"sha256('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
    {"sha256(1)", "!sha256: expected a string, found a number"},
    {"toYaml({b: [1, 'yes'], a: null})", "\"b:\\n  - 1\\n  - \\\"yes\\\"\\na: null\\n\""},
    {"toJson({b: [1, 'x'], a: null})", "\"{\\\"b\\\":[1,\\\"x\\\"],\\\"a\\\":null}\""},
    {"semver('1.2.3')", "true"},
    {"semver('v1.2.3-rc.1+5')", "true"},
    {"semver('1.2')", "false"},
    {"semver('01.2.3')", "false"},
    {"semver(1)", "false"},
    {"matches('sha-0a1b', '^sha-[0-9a-f]+$')", "true"},
    {"matches('main', '^sha-')", "false"},
    {"matches('', '')", "true"},
    {"matches('ä', '^.$')", "true"},
    {"matches('a(b)c', '(a)(.)(b)(.)(c)')", "true"},
    {"matches('x', '(')", "!matches: '(' at"},
    {"matches(1, 'x')", "!matches: expected a string, found a number"},
    {"matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a+)+$')", "!the limit"},
};

/* The expression's result as JSON, or "!" and what was reported. */
static Str call(const Bench *bench, Str expression)
{
    MapBuilder map = map_begin(bench->arena);
    map_set(&map, STR("$eval"), ORIGIN_NONE, value_new_string(bench->arena, ORIGIN_NONE, expression));
    const Template *templ = jsone_compile(bench->arena, map_end(&map, ORIGIN_NONE), bench->diags);
    assert_non_null(templ);
    JsoneScope scope = jsone_scope(render_functions(bench->arena), NULL);
    RenderHost host = {NULL};
    JsoneRun run = jsone_run(bench->arena, bench->diags);
    run.host = &host;
    const Value *result = jsone_eval(&run, templ, &scope);
    Buf text = {0};
    if (result)
        value_print_json(result, false, &text);
    else
        buf_printf(&text, "!%.*s", STR_ARG(bench_messages(bench)));
    Str copy = arena_copy(bench->arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static void host_functions(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(calls); i++) {
        Bench bench = bench_open();
        Str wanted = str_from(calls[i].json), text = call(&bench, str_from(calls[i].expression));
        bool fails = str_starts(wanted, STR("!"));
        bool same = fails ? str_starts(text, STR("!")) && str_find(text, str_slice(wanted, 1, wanted.size), 0) >= 0
                          : str_equal(text, wanted);
        if (!same)
            fail_msg("%s: %.*s", calls[i].expression, STR_ARG(text));
        bench_close(&bench);
    }
}

/* ---- pinned actions and permissions ---- */

static void actions_are_pinned_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < pinned_action_count; i++) {
        const PinnedAction *action = &pinned_actions[i];
        assert_int_equal(strlen(action->sha), 40);
        assert_int_equal(strspn(action->sha, "0123456789abcdef"), 40);
        assert_int_equal(action->tag[0], 'v');
        assert_ptr_equal(pinned_action_find(str_from(action->name)), action);
        assert_true(i == 0 || strcmp(pinned_actions[i - 1].name, action->name) < 0);
    }
}

static void a_tag_stands_behind_its_commit_alone(void **state)
{
    (void)state;
    assert_true(str_equal(pinned_action_tag(STR("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1")),
                          STR("v7.0.1")));
    assert_null(pinned_action_tag(STR("actions/checkout@0000000000000000000000000000000000000000")).data);
    assert_null(pinned_action_tag(STR("actions/checkout@v7.0.1")).data);
    assert_null(pinned_action_tag(STR("actions/nope@3d3c42e5aac5ba805825da76410c181273ba90b1")).data);
    assert_null(pinned_action_tag(STR("actions/checkout")).data);
    assert_non_null(permission_reason(STR("packages"), STR("write")).data);
    assert_null(permission_reason(STR("contents"), STR("read")).data);
}

/* ---- where rendered values come from ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[2 * FOLDER_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* A project of one service, rendered in development; the files are gone when this returns. */
static RenderedFiles render_example(const Bench *bench)
{
    char folder[FOLDER_SIZE] = "/tmp/kiln-render-XXXXXX", path[2 * FOLDER_SIZE];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/services", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(folder, "kiln.yaml",
               "name: shop\nenvironments: [development]\nvars: {level: loud}\ndefaults: {owner: web}\n");
    write_file(folder, "services/web.yaml", "image: web:v1\nports: {http: 8080}\nenv: {LEVEL: \"${vars.level}\"}\n");
    Project *project = project_load(bench->arena, bench->sources, (ProjectOptions){.folder = folder}, bench->diags);
    assert_non_null(project);
    Renderer *renderer = renderer_new(bench->arena, bench->sources, project, bench->diags);
    static const char *const left[] = {"services/web.yaml", "services", "kiln.yaml", ""};
    for (size_t i = 0; i < LENGTH_OF(left); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, left[i]);
        assert_int_equal(remove(path), 0);
    }
    EnvironmentContext context;
    assert_true(services_complete(bench->arena, NULL, project, &project->environments[0], bench->diags, &context));
    RenderedFiles files = rendered_begin(bench->arena);
    assert_true(render_service(renderer, &context, &context.items[0], &files, bench->diags));
    return files;
}

static const Value *object_of_kind(const RenderedFiles *files, Str kind)
{
    for (size_t i = 0; i < files->count; i++) {
        if (str_equal(value_text_at(files->list[i].objects[0], "kind"), kind))
            return files->list[i].objects[0];
    }
    return NULL;
}

static void assert_place(const Bench *bench, Origin origin, const char *ending)
{
    Str text = origin_text(bench->arena, bench->sources, origin);
    if (!str_ends(text, str_from(ending)))
        fail_msg("expected …%s, found %.*s", ending, STR_ARG(text));
}

static void assert_source(const Bench *bench, Origin origin, const char *name)
{
    const Source *source = sources_find(bench->sources, origin);
    assert_non_null(source);
    if (!str_equal(source->name, str_from(name)))
        fail_msg("expected %s, found %.*s", name, STR_ARG(source->name));
}

static void values_know_where_they_come_from(void **state)
{
    (void)state;
    Bench bench = bench_open();
    RenderedFiles files = render_example(&bench);
    const Value *deployment = object_of_kind(&files, STR("Deployment"));
    assert_non_null(deployment);
    const Value *pod = value_path(deployment, "spec.template.spec");
    const Value *container = value_get(pod, STR("containers"))->items[0];
    /* A key is the template's, its value the definition's. */
    const MapEntry *image = value_entry(container, STR("image"));
    assert_source(&bench, image->key_origin, "built-in templates/parts/container.yaml");
    assert_place(&bench, image->value->origin, "services/web.yaml:1:8");
    const Value *port = value_get(container, STR("ports"))->items[0];
    assert_place(&bench, value_get(port, STR("containerPort"))->origin, "services/web.yaml:2:15");
    /* A default of the project's, a built-in one, and what the template itself states. */
    const Value *owner = value_get(value_path(deployment, "metadata.labels"), STR("owner"));
    assert_place(&bench, owner->origin, "kiln.yaml:4:19");
    assert_source(&bench, value_path(deployment, "spec.replicas")->origin, "built-in development");
    assert_source(&bench, value_get(deployment, STR("kind"))->origin, "built-in templates/service/deployment.yaml");
    /* A resolved reference stands where it was written and remembers what it named. */
    const Value *level = value_get(value_get(container, STR("env"))->items[0], STR("value"));
    assert_place(&bench, level->origin, "services/web.yaml:3:14");
    assert_non_null(level->lineage);
    bool named = false;
    for (uint32_t i = 0; i < level->lineage->count; i++)
        named |= str_ends(origin_text(bench.arena, bench.sources, level->lineage->inputs[i]), STR("kiln.yaml:3:15"));
    assert_true(named);
    bench_close(&bench);
}

static void a_file_says_what_it_was_made_from(void **state)
{
    (void)state;
    Bench bench = bench_open();
    RenderedFiles files = render_example(&bench);
    for (size_t i = 0; i < files.count; i++) {
        Buf text = {0};
        render_text(&files.list[i], &text);
        assert_true(
            str_starts(buf_str(&text), STR("---\n# Generated by kiln from services/web.yaml; do not edit.\n")));
        assert_true(str_starts(files.list[i].path, STR("development/web/")));
        buf_release(&text);
    }
    bench_close(&bench);
}

/* They are compiled only when they are needed, and nobody would be told. */
static void shipped_templates_have_no_faults(void **state)
{
    (void)state;
    Bench bench = bench_open();
    size_t checked = 0;
    for (size_t i = 0; i < embedded_file_count; i++) {
        const EmbeddedFile *file = &embedded_files[i];
        if (!str_starts(file->path, STR("templates/")) || str_starts(file->path, STR("templates/scaffold/")))
            continue;
        const Template *templ = jsone_compile(bench.arena, embedded_value(file), bench.diags);
        assert_true(templ && jsone_check(templ, bench.diags));
        checked++;
    }
    assert_true(checked > 50);
    assert_int_equal(diags_count(bench.diags), 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_functions),
        cmocka_unit_test(actions_are_pinned_whole),
        cmocka_unit_test(a_tag_stands_behind_its_commit_alone),
        cmocka_unit_test(values_know_where_they_come_from),
        cmocka_unit_test(a_file_says_what_it_was_made_from),
        cmocka_unit_test(shipped_templates_have_no_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
