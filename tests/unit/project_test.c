/*
 * What data cases reach only by detours: references at every kind of place, and the paths of --set. A project is
 * written into a folder of its own and read back.
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

#include "kiln/project.h"

enum { FOLDER_SIZE = 64 };

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Project *project;
    Definition definition;
} Bench;

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[2 * FOLDER_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *folder, const char *name)
{
    char path[2 * FOLDER_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_all(const char *folder)
{
    static const char *const names[] = {"services/web.yaml", "services/api.yaml", "environments/qa.yaml", "kiln.yaml",
                                        "services", "environments", ""};
    for (size_t i = 0; i < LENGTH_OF(names); i++) {
        char path[2 * FOLDER_SIZE];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (unlink(path) != 0)
            (void)rmdir(path);
    }
}

#define KILN_YAML                                                                                                    \
    "name: shop\n"                                                                                                   \
    "domain: shop.example.com\n"                                                                                     \
    "registry: registry.example.com\n"                                                                               \
    "environments: [qa]\n"                                                                                           \
    "vars: {level: project, from: {project: 1}, host: \"db.${env.name}\", url: \"pg://${vars.host}:${vars.port}\", " \
    "port: 5432}\n"
#define QA_YAML "extends: staging\nvars: {level: qa, from: {qa: true}}\n"

/* The project above with one service more; false where loading or defining reports an error. */
static bool bench_define(Bench *bench, const char *service, const char *const *sets, size_t count)
{
    char folder[FOLDER_SIZE] = "/tmp/kiln-project-XXXXXX";
    assert_non_null(mkdtemp(folder));
    make_folder(folder, "services");
    make_folder(folder, "environments");
    write_file(folder, "kiln.yaml", KILN_YAML);
    write_file(folder, "environments/qa.yaml", QA_YAML);
    write_file(folder, "services/web.yaml", service);
    write_file(folder, "services/api.yaml", "image: api:v1\n");
    *bench = (Bench){.arena = arena_new()};
    bench->sources = sources_new(bench->arena);
    bench->diags = diags_new(bench->arena, bench->sources);
    Str list[8];
    for (size_t i = 0; i < count; i++)
        list[i] = str_from(sets[i]);
    ProjectOptions options = {.folder = folder, .sets = list, .set_count = count};
    bench->project = project_load(bench->arena, bench->sources, options, bench->diags);
    bool ok = bench->project && project_define(bench->project, &bench->project->environments[0],
                                               project_service(bench->project, STR("web")), bench->arena,
                                               bench->diags, &bench->definition);
    remove_all(folder);
    return ok;
}

/* The messages, file names and carets left out. */
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

/* ---- references ---- */

/* A line of web.yaml, a dotted path into the definition, and the value there as JSON. */
static const struct {
    const char *text;
    const char *path;
    const char *json;
} resolved[] = {
    {"labels: {a: \"${project.name}\"}", "labels.a", "\"shop\""},
    {"env: {A: \"${project.domain}/${env.domain}\"}", "env.A.value", "\"shop.example.com/qa.shop.example.com\""},
    {"env: {A: \"${env.namespace} ${env.tier} ${service.name} ${service.version}\"}", "env.A.value",
     "\"shop-qa staging web v1.2.3\""},
    /* Precedence, and maps that merge. */
    {"env: {A: \"${vars.level}\"}", "env.A.value", "\"qa\""},
    {"vars: {level: web}\nenv: {A: \"${vars.level}\"}", "env.A.value", "\"web\""},
    {"vars: {level: web}\nenv: {A: \"${vars.level}\"}\nenvironments: {staging: {vars: {level: s}}, qa: {vars: "
     "{level: q}}}",
     "env.A.value", "\"q\""},
    {"vars: {level: web}\nenv: {A: \"${vars.level}\"}\nenvironments: {staging: {vars: {level: s}}}", "env.A.value",
     "\"s\""},
    {"config: {a.yaml: {m: \"${vars.from}\"}}", "config", "{\"a.yaml\":{\"m\":{\"project\":1,\"qa\":true}}}"},
    /* Built-in vars lie below the project's. */
    {"env: {A: \"${vars.logLevel}\"}", "env.A.value", "\"info\""},
    /* A whole reference takes the type, any other makes text. */
    {"replicas: ${vars.n}\nvars: {n: 4}", "replicas", "4"},
    {"config: {a.yaml: {n: \"${vars.port}\", t: \"x${vars.port}\", b: \"${vars.from.qa}\"}}", "config",
     "{\"a.yaml\":{\"n\":5432,\"t\":\"x5432\",\"b\":true}}"},
    {"config: {a.yaml: {l: \"${vars.l}\"}}\nvars: {l: [1, two]}", "config", "{\"a.yaml\":{\"l\":[1,\"two\"]}}"},
    {"env: {A: \"${vars.x}\"}\nvars: {x: 1.10}", "env.A.value", "\"1.10\""},
    /* vars in vars. */
    {"env: {A: \"${vars.url}\"}", "env.A.value", "\"pg://db.qa:5432\""},
    {"vars: {host: other}\nenv: {A: \"${vars.url}\"}", "env.A.value", "\"pg://other:5432\""},
    /* A shorthand that is a reference expands as one, and merges as its long form. */
    {"ports: ${vars.p}\nvars: {p: 9000}", "ports.http.containerPort", "9000"},
    {"ports: 8080\nhealth: {liveness: \"${vars.h}\"}\nvars: {h: /alive}\n"
     "environments: {qa: {health: {liveness: {periodSeconds: 7}}}}",
     "health.liveness", "{\"httpGet\":{\"path\":\"/alive\"},\"periodSeconds\":7}"},
    /* Literals, Kubernetes' own, and what is no reference at all. */
    {"env: {A: \"$${HOME} $(POD) $5 }\"}", "env.A.value", "\"${HOME} $(POD) $5 }\""},
    {"args: [\"${vars.port}\", \"--to=${vars.host}\"]", "args", "[\"5432\",\"--to=db.qa\"]"},
};

static Str as_json(Arena *arena, const Value *value)
{
    Buf text = {0};
    value_print_json(value ? value : &value_null, false, &text);
    Str copy = arena_copy(arena, buf_str(&text));
    buf_release(&text);
    return copy;
}

static void references_resolve_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(resolved); i++) {
        char text[512];
        snprintf(text, sizeof text, "image: web:v1.2.3\n%s\n", resolved[i].text);
        Bench bench;
        if (!bench_define(&bench, text, NULL, 0))
            fail_msg("%s: %.*s", resolved[i].text, STR_ARG(bench_messages(&bench)));
        Str json = as_json(bench.arena, value_path(bench.definition.value, resolved[i].path));
        if (!str_equal(json, str_from(resolved[i].json)))
            fail_msg("%s: %.*s", resolved[i].text, STR_ARG(json));
        bench_close(&bench);
    }
}

static const struct {
    const char *text;
    const char *message;
} refused[] = {
    {"env: {A: \"${HOME}\"}", "'${HOME}' is not a reference"},
    {"env: {A: \"${env.nam}\"}", "env.A: 'env.nam' is not a reference; env has name, tier, domain, namespace"},
    {"env: {A: \"${project.repository}\"}", "env.A: project.repository is not set; add repository to kiln.yaml"},
    {"env: {A: \"${vars.from.nope}\"}", "env.A: vars.from.nope is not defined in qa"},
    {"env: {A: \"${vars.a}\"}\nvars: {a: \"${vars.b}\", b: \"${vars.a}\"}", "refers to itself"},
    {"env: {A: \"x${vars.from}\"}", "'${vars.from}' is a map and cannot stand inside text"},
    {"env: {A: \"${vars.from}\"}", "env.A"},
    {"env: {A: \"${vars.host\"}", "'${' is not closed"},
    {"replicas: ${vars.level}", "replicas: expected"},
    {"ports: 80${vars.p}\nvars: {p: 80}", "expected a port"}, /* text, not one whole reference */
    {"image: web:${service.version}", "service.version"},
    {"env: {A: \"${file:kiln.yaml}\"}", "only allowed as a whole config value"},
    {"config: {a.txt: \"${file:../x}\"}", "relative path inside the project"},
    {"config: {a.txt: \"${file:/etc/passwd}\"}", "relative path inside the project"},
    {"config: {a.txt: \"x ${file:kiln.yaml}\"}", "only allowed as a whole config value"},
    {"config: {a.txt: \"${file:nope}\"}", "cannot read nope: No such file or directory"},
};

static void wrong_references_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(refused); i++) {
        char text[512];
        bool own_image = strncmp(refused[i].text, "image:", 6) == 0;
        snprintf(text, sizeof text, "%s%s\n", own_image ? "" : "image: web:v1.2.3\n", refused[i].text);
        Bench bench;
        assert_false(bench_define(&bench, text, NULL, 0));
        Str messages = bench_messages(&bench);
        if (str_find(messages, str_from(refused[i].message), 0) < 0)
            fail_msg("%s: %.*s", refused[i].text, STR_ARG(messages));
        bench_close(&bench);
    }
}

static void a_resolved_text_knows_its_inputs(void **state)
{
    (void)state;
    Bench bench;
    assert_true(bench_define(&bench, "image: web:v1.2.3\nenv: {A: \"to ${vars.level}\"}\n", NULL, 0));
    const Value *value = value_path(bench.definition.value, "env.A.value");
    Str written = origin_text(bench.arena, bench.sources, value->origin);
    assert_true(str_ends(written, STR("services/web.yaml:2:10")));
    assert_non_null(value->lineage);
    bool seen = false;
    for (uint32_t i = 0; i < value->lineage->count; i++) {
        Str input = origin_text(bench.arena, bench.sources, value->lineage->inputs[i]);
        seen |= str_ends(input, STR("environments/qa.yaml:2:15"));
    }
    assert_true(seen);
    bench_close(&bench);
}

/* ---- --set ---- */

static const struct {
    const char *set;
    const char *path;
    const char *json; /* NULL: refused, and path is a part of the message */
} sets[] = {
    {"replicas=5", "replicas", "5"},
    {"env.A=1.10", "env.A.value", "\"1.10\""},
    {"env.A=", "env.A.value", "\"\""},
    {"env.A=a=b", "env.A.value", "\"a=b\""},
    {"labels={a: b, c: d}", "labels", "{\"a\":\"b\",\"c\":\"d\"}"},
    {"args=[a, \"b c\"]", "args", "[\"a\",\"b c\"]"},
    {"config.\"app.yaml\".server.port=1", "config", "{\"app.yaml\":{\"server\":{\"port\":1}}}"},
    {"labels.\"app.kubernetes.io/component\"=x", "labels", "{\"app.kubernetes.io/component\":\"x\"}"},
    {"health.liveness=/alive", "health.liveness.httpGet.path", "\"/alive\""},
    {"vars.level=set", "env.L.value", "\"set\""},
    {"env.A=${env.name}", "env.A.value", "\"qa\""},
    {"env.L=null", "env", "{}"},
    {"volumes.tmp=false", "volumes.tmp", "false"},
    {"replicas", "expected path=value, such as replicas=3", NULL},
    {"=3", "expected path=value", NULL},
    {"", "expected path=value", NULL},
    {".a=3", "expected path=value", NULL},
    {"a..b=3", "expected path=value", NULL},
    {"a.=3", "expected path=value", NULL},
    {"config.\"a=3", "expected path=value", NULL},
    {"config.\"\".x=3", "expected path=value", NULL},
    {"config.\"a\"b=3", "expected path=value", NULL},
    {"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", "expected path=value", NULL},
    {"replicaz=3", "unknown field 'replicaz'; did you mean 'replicas'?", NULL},
    {"replicas=three", "replicas: expected", NULL},
    {"environments.qa.replicas=3", "environments", NULL},
    {"kind=Deployment", "kind", NULL},
    {"env={", "--set:1:", NULL},
};

static void sets_reach_their_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(sets); i++) {
        Bench bench;
        bool ok = bench_define(&bench, "image: web:v1.2.3\nenv: {L: \"${vars.level}\"}\n", &sets[i].set, 1);
        Str text = ok && sets[i].json ? as_json(bench.arena, value_path(bench.definition.value, sets[i].path))
                                      : bench_messages(&bench);
        bool as_wanted = sets[i].json ? ok && str_equal(text, str_from(sets[i].json))
                                      : !ok && str_find(text, str_from(sets[i].path), 0) >= 0;
        if (!as_wanted)
            fail_msg("--set %s: %.*s", sets[i].set, STR_ARG(text));
        bench_close(&bench);
    }
}

static void later_sets_win(void **state)
{
    (void)state;
    static const char *const both[] = {"resources.requests.cpu=1", "resources.requests.cpu=2",
                                       "resources.limits.cpu=3"};
    Bench bench;
    assert_true(bench_define(&bench, "image: web:v1.2.3\n", both, LENGTH_OF(both)));
    const Value *resources = value_get(bench.definition.stated, STR("resources"));
    assert_true(str_equal(as_json(bench.arena, resources),
                          STR("{\"requests\":{\"cpu\":\"2\"},\"limits\":{\"cpu\":\"3\"}}")));
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_resolve_everywhere),
        cmocka_unit_test(wrong_references_are_named),
        cmocka_unit_test(a_resolved_text_knows_its_inputs),
        cmocka_unit_test(sets_reach_their_field),
        cmocka_unit_test(later_sets_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
