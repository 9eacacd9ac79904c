/*
 * The services of an environment one by one: each as when all are completed at once; and which of them two projects
 * have alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>

#include <cmocka.h>

#include "kiln/service.h"

typedef struct TextFile {
    const char *path;
    const char *text;
} TextFile;

enum { FILES = 5 };

/* A project that is in no folder. */
typedef struct Bench {
    FileStore store;
    TextFile files[FILES];
    Arena *arena;
    Diags *diags;
    const Project *project;
} Bench;

static int bench_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    const Bench *bench = (const Bench *)store;
    (void)limit;
    for (size_t i = 0; i < FILES; i++) {
        if (bench->files[i].path && str_equal(path, str_from(bench->files[i].path))) {
            *text = arena_copy(arena, str_from(bench->files[i].text));
            return 0;
        }
    }
    return ENOENT;
}

static int bench_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    const Bench *bench = (const Bench *)store;
    *entries = ARENA_ARRAY(arena, FileEntry, FILES);
    *count = 0;
    for (size_t i = 0; i < FILES; i++) {
        Str file = bench->files[i].path ? str_from(bench->files[i].path) : STR("");
        if (str_starts(file, path) && file.size > path.size && file.data[path.size] == '/')
            (*entries)[(*count)++] =
                (FileEntry){.name = str_slice(file, path.size + 1, file.size), .is_regular = true};
    }
    return *count ? 0 : ENOENT;
}

static const TextFile files[FILES] = {
    /* Templates see all variables. */
    {"kiln.yaml", "name: shop\nenvironments: [production]\nvars: {level: loud}\n"
                  "defaults: {owner: web, ingress: {className: nginx}}\n"
                  "external: {postgres: {namespace: database, ports: 5432}}\n"},
    {"services/api.yaml", "image: api:v1\nports: {http: 8080, admin: 9000}\naccess: {to: {postgres: true}}\n"
                          "jobs: {migrate: {hook: before, command: [up]}}\n"},
    {"services/mail.yaml", "image: mail:v1\nports: {smtp: 2525}\naccess: {from: {api: true}}\n"},
    {"services/old.yaml", "image: old:v1\nenabled: false\n"},
    {"services/web.yaml", "image: web:v1\nports: {http: 8080}\nenv: {LEVEL: \"${vars.level}\"}\n"
                          "ingress: {host: shop.example.com}\naccess: {to: {api: {ports: [http]}}}\n"},
};

/* With one of the files changed, unless path is NULL. */
static Bench *bench_open(const char *path, const char *text)
{
    Arena *arena = arena_new();
    Bench *bench = ARENA_NEW(arena, Bench);
    bench->store = (FileStore){bench_read, bench_list};
    bench->arena = arena;
    for (size_t i = 0; i < FILES; i++) {
        bool changed = path && str_equal(str_from(path), str_from(files[i].path));
        bench->files[i] = changed ? (TextFile){path, text} : files[i];
    }
    Sources *sources = sources_new(arena);
    bench->diags = diags_new(arena, sources);
    ProjectPlace place = {&bench->store, STR("/shop"), STR("")};
    bench->project = project_load(arena, sources, (ProjectOptions){.place = &place}, bench->diags);
    assert_non_null(bench->project);
    return bench;
}

static void bench_close(Bench *bench)
{
    arena_free(bench->arena);
}

static ServiceSet *bench_set(Bench *bench)
{
    return service_set_new(bench->arena, NULL, bench->project, &bench->project->environments[0], bench->diags);
}

static void assert_no_errors(const Bench *bench)
{
    Buf text = {0};
    diags_print(bench->diags, &text);
    buf_add_char(&text, '\0');
    assert_string_equal(text.data, "");
    buf_release(&text);
}

/* Each is completed alone, the last one first, and its arena is gone before the next one. */
static void test_one_by_one(void **state)
{
    (void)state;
    Bench *bench = bench_open(NULL, NULL);
    EnvironmentContext all, own;
    assert_true(services_complete(bench->arena, NULL, bench->project, &bench->project->environments[0], bench->diags,
                                  &all));
    ServiceSet *set = bench_set(bench);
    assert_int_equal(service_set_count(set), 3);
    for (size_t i = 3; i-- > 0;) {
        Arena *arena = arena_new();
        ServiceContext service;
        assert_true(service_set_complete(set, i, arena, bench->arena, bench->diags, &service));
        assert_true(value_identical(service.value, all.items[i].value));
        assert_true(value_identical(service.vars, all.items[i].vars));
        arena_free(arena);
    }
    assert_true(service_set_end(set, bench->diags, &own));
    assert_true(value_identical(own.env, all.env));
    assert_true(value_identical(own.project, all.project));
    static const char *const rows[] = {"ingress.className", "ingress.namespace", "strategy.type"};
    for (size_t i = 0; i < 3; i++) {
        const Value *brief = value_get(own.services, all.items[i].name);
        for (size_t j = 0; j < LENGTH_OF(rows); j++)
            assert_true(value_identical(value_path(brief, rows[j]), value_path(all.items[i].value, rows[j])));
        const Value *routes = value_get(all.items[i].value, STR("ingressRoutes"));
        assert_int_equal(value_flag(brief, "ingressRoutes", false), routes->size > 0);
    }
    assert_no_errors(bench);
    bench_close(bench);
}

/* A set of which one service was not completed does not pass for the whole environment. */
static void test_incomplete(void **state)
{
    (void)state;
    Bench *bench = bench_open(NULL, NULL);
    ServiceSet *set = bench_set(bench), *whole = bench_set(bench);
    ServiceContext service;
    EnvironmentContext context, wanted;
    for (size_t i = 0; i < 3; i++)
        assert_true(service_set_complete(whole, i, bench->arena, bench->arena, bench->diags, &service));
    assert_true(service_set_complete(set, 0, bench->arena, bench->arena, bench->diags, &service));
    service_set_adopt(set, 1, whole, 1);
    assert_false(service_set_end(set, bench->diags, &context));
    service_set_adopt(set, 2, whole, 2);
    assert_true(service_set_end(set, bench->diags, &context));
    assert_true(service_set_end(whole, bench->diags, &wanted));
    assert_true(value_identical(context.env, wanted.env));
    bench_close(bench);
}

/* Which of api, mail and web is as it was after one file has changed. */
static const struct {
    const char *path;
    const char *text;
    const char *same;
} changes[] = {
    {NULL, NULL, "api mail web"},
    {"services/mail.yaml",
     "# Only said in passing.\nimage: mail:v1\nports:\n  smtp: 2525\naccess: {from: {api: true}}\n", "api mail web"},
    {"services/mail.yaml", "image: mail:v2\nports: {smtp: 2525}\naccess: {from: {api: true}}\n", "api web"},
    /* Whoever calls it needs its port; whom it calls does not. */
    {"services/api.yaml",
     "image: api:v1\nports: {http: 8081, admin: 9000}\naccess: {to: {postgres: true}}\n"
     "jobs: {migrate: {hook: before, command: [up]}}\n",
     "mail"},
    {"services/api.yaml",
     "image: api:v2\nports: {http: 8080, admin: 9000}\naccess: {to: {postgres: true}}\n"
     "jobs: {migrate: {hook: before, command: [up]}}\n",
     "mail web"},
    /* mail admits its jobs as well. */
    {"services/api.yaml",
     "image: api:v1\nports: {http: 8080, admin: 9000}\naccess: {to: {postgres: true}}\n"
     "jobs: {import: {hook: before, command: [up]}}\n",
     "web"},
    /* Its policies name whether a Rollout has the pods. */
    {"services/api.yaml",
     "image: api:v1\nports: {http: 8080, admin: 9000}\naccess: {to: {postgres: true}}\n"
     "strategy: Canary\njobs: {migrate: {hook: before, command: [up]}}\n",
     ""},
    {"services/web.yaml",
     "image: web:v1\nports: {http: 8080}\nenv: {LEVEL: \"${vars.level}\"}\n"
     "ingress: {host: shop.example.com}\naccess: {to: {api: {ports: [admin]}}}\n",
     "mail"},
    /* One more caller, and one fewer. */
    {"services/mail.yaml", "image: mail:v1\nports: {smtp: 2525}\naccess: {from: {api: true}, to: {api: true}}\n",
     "web"},
    {"services/web.yaml", "image: web:v1\nenabled: false\n", "mail"},
    {"services/api.yaml", "image: api:v1\nenabled: false\n", ""},
    {"services/old.yaml", "image: old:v1\nports: {http: 8080}\n", "api mail web"},
    {"kiln.yaml",
     "name: shop\nenvironments: [production]\nvars: {level: silent}\n"
     "defaults: {owner: web, ingress: {className: nginx}}\n"
     "external: {postgres: {namespace: database, ports: 5432}}\n",
     ""},
};

static Str same_in(const ServiceSet *old, const ServiceSet *new, Arena *arena)
{
    Str same = STR("");
    for (size_t i = 0; i < service_set_count(old); i++) {
        for (size_t j = 0; j < service_set_count(new); j++) {
            if (service_set_same(old, i, new, j))
                same = arena_printf(arena, "%.*s%s%.*s", STR_ARG(same), same.size ? " " : "",
                                    STR_ARG(service_set_file(new, j)->name));
        }
    }
    return same;
}

static void test_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(changes); i++) {
        Bench *old = bench_open(NULL, NULL), *new = bench_open(changes[i].path, changes[i].text);
        Str same = same_in(bench_set(old), bench_set(new), old->arena);
        assert_string_equal(arena_text(old->arena, same), changes[i].same);
        bench_close(new);
        bench_close(old);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_by_one),
        cmocka_unit_test(test_incomplete),
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
