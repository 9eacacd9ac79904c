/* model_merge, model_fill and model_for_kind: one-of groups, what null and false mean, and the marks of removed
 * entries. */
#include "model_load.h"

typedef struct Layers {
    const char *lower, *higher, *expected;
} Layers;

static void test_merge(void **state)
{
    (void)state;
    static const Layers cases[] = {
        {NULL, "replicas: 1", "{\"replicas\":1}"},
        {"replicas: 1", NULL, "{\"replicas\":1}"},
        {"health: {liveness: /a}", "health: {liveness: {periodSeconds: 30}}",
         "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/a\"},\"periodSeconds\":30}}}"},
        /* a member of a group drops the others, and only them */
        {"health: {liveness: {httpGet: /a, periodSeconds: 3}}", "health: {liveness: grpc}",
         "{\"health\":{\"liveness\":{\"periodSeconds\":3,\"grpc\":{}}}}"},
        {"health: {liveness: {httpGet: {path: /a, port: admin}}}", "health: {liveness: /b}",
         "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/b\",\"port\":\"admin\"}}}}"},
        {"env: {A: x}", "env: {A: {fieldRef: y}}", "{\"env\":{\"A\":{\"fieldRef\":{\"fieldPath\":\"y\"}}}}"},
        {"podDisruptionBudget: {minAvailable: 1}", "podDisruptionBudget: {maxUnavailable: 2}",
         "{\"podDisruptionBudget\":{\"maxUnavailable\":2}}"},
        /* null unsays a field, and is a mark on a named entry */
        {"replicas: 3", "replicas: null", "{}"},
        {"health: {liveness: /a}", "health: {liveness: null}", "{\"health\":{}}"},
        {"env: {A: x, B: y}", "env: {A: null}", "{\"env\":{\"A\":null,\"B\":{\"value\":\"y\"}}}"},
        {"env: {A: null}", "env: {A: x}", "{\"env\":{\"A\":{\"value\":\"x\"}}}"},
        {"vars: {a: 1, b: {c: 2}}", "vars: {a: null, b: {d: 3}}", "{\"vars\":{\"b\":{\"c\":2,\"d\":3}}}"},
        /* false and a map replace each other; lists are replaced whole */
        {"preStop: 5", "preStop: false", "{\"preStop\":false}"},
        {"preStop: false", "preStop: 5", "{\"preStop\":{\"sleep\":{\"seconds\":5}}}"},
        {"args: [a, b]", "args: [c]", "{\"args\":[\"c\"]}"},
        {"access: {to: {a: {ports: [1, 2]}}}", "access: {to: {a: 3}}",
         "{\"access\":{\"to\":{\"a\":{\"ports\":[{\"port\":3}]}}}}"},
        {"config: {a.yaml: {x: 1}}", "config: {a.yaml: {y: 2}}", "{\"config\":{\"a.yaml\":{\"x\":1,\"y\":2}}}"},
        {"config: {a.yaml: text}", "config: {a.yaml: {y: 2}}", "{\"config\":{\"a.yaml\":{\"y\":2}}}"},
        /* null inside a merge patch is for the object: two layers' patches become one */
        {"patches: {p: {target: Job, merge: {a: null, b: {c: 1}, d: 1}}}",
         "patches: {p: {merge: {b: {c: null, e: null}, d: {f: null}, g: null}}}",
         "{\"patches\":{\"p\":{\"target\":{\"kind\":\"Job\"},"
         "\"merge\":{\"a\":null,\"b\":{\"c\":null,\"e\":null},\"d\":{\"f\":null},\"g\":null}}}}"},
        /* a key stands where the lowest layer put it */
        {"env: {A: a, B: b}", "env: {C: c, A: d}",
         "{\"env\":{\"A\":{\"value\":\"d\"},\"B\":{\"value\":\"b\"},\"C\":{\"value\":\"c\"}}}"},
    };
    for (size_t i = 0; i < LENGTH_OF(cases); i++) {
        Bench bench = bench_new();
        const Value *merged =
            model_merge(bench.arena, bench_layer(&bench, cases[i].lower), bench_layer(&bench, cases[i].higher));
        assert_string_equal(bench_json(&bench, merged), cases[i].expected);
        arena_free(bench.arena);
    }
}

static void test_fill(void **state)
{
    (void)state;
    static const Layers cases[] = {
        {"replicas: 1", "{}", "{\"replicas\":1}"},
        {"replicas: 1\nminReadySeconds: 4", "replicas: 3", "{\"replicas\":3,\"minReadySeconds\":4}"},
        {"resources: {requests: {cpu: 1, memory: 1Gi}}", "resources: {requests: {cpu: 2}}",
         "{\"resources\":{\"requests\":{\"cpu\":\"2\",\"memory\":\"1Gi\"}}}"},
        /* null on a field brings the default back; nothing else stays null */
        {"replicas: 1", "replicas: null\nowner: null", "{\"replicas\":1}"},
        {"replicas: null", "{}", "{}"},
        /* null on a named entry keeps the default's entry out */
        {"env: {A: x, B: y}", "env: {A: null}", "{\"env\":{\"B\":{\"value\":\"y\"}}}"},
        {"env: {A: null}", "env: {B: y}", "{\"env\":{\"B\":{\"value\":\"y\"}}}"},
        /* a stated member keeps the default's rivals out */
        {"health: {liveness: {grpc: 1, periodSeconds: 7}}", "health: {liveness: /a}",
         "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/a\"},\"periodSeconds\":7}}}"},
        {"ingress: {className: nginx, path: /x}", "ingress: {className: null}",
         "{\"ingress\":{\"className\":\"nginx\",\"path\":\"/x\"}}"},
        {"autoscaling: {metrics: {cpu: 80}}", "autoscaling: {metrics: {cpu: {averageValue: 1}}}",
         "{\"autoscaling\":{\"metrics\":{\"cpu\":{\"averageValue\":\"1\"}}}}"},
        {"autoscaling: {metrics: {cpu: 80}}", "autoscaling: {metrics: {cpu: false, q: {averageValue: 1}}}",
         "{\"autoscaling\":{\"metrics\":{\"cpu\":false,\"q\":{\"averageValue\":\"1\"}}}}"},
        {"patches: {p: {target: Job, merge: {a: 1, b: null, c: {d: 1}}}, q: {target: Job, merge: {a: null}}}",
         "patches: {p: {merge: {a: null, c: {e: null}}}}",
         "{\"patches\":{\"p\":{\"merge\":{\"a\":null,\"b\":null,\"c\":{\"d\":1,\"e\":null}},"
         "\"target\":{\"kind\":\"Job\"}},\"q\":{\"target\":{\"kind\":\"Job\"},\"merge\":{\"a\":null}}}}"},
        /* false and lists fill nothing below */
        {"preStop: {sleep: 5}", "preStop: false", "{\"preStop\":false}"},
        {"access: {to: {a: {ports: [1]}}}", "access: {to: {a: {ports: [2]}}}",
         "{\"access\":{\"to\":{\"a\":{\"ports\":[{\"port\":2}]}}}}"},
        {"config: {a.yaml: {x: 1, z: [1]}}", "config: {a.yaml: {y: 2, z: [null]}}",
         "{\"config\":{\"a.yaml\":{\"y\":2,\"z\":[null],\"x\":1}}}"},
    };
    for (size_t i = 0; i < LENGTH_OF(cases); i++) {
        Bench bench = bench_new();
        const Value *filled =
            model_fill(bench.arena, bench_layer(&bench, cases[i].higher), bench_layer(&bench, cases[i].lower));
        assert_string_equal(bench_json(&bench, filled), cases[i].expected);
        arena_free(bench.arena);
    }
}

/* A removed entry stays removed through all the layers above and the defaults below. */
static void test_removed_entry(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *stated =
        model_merge(bench.arena, bench_layer(&bench, "env: {A: x}"), bench_layer(&bench, "env: {A: null}"));
    stated = model_merge(bench.arena, stated, bench_layer(&bench, "env: {B: y}"));
    const Value *filled = model_fill(bench.arena, stated, bench_layer(&bench, "env: {A: default, C: z}"));
    assert_string_equal(bench_json(&bench, filled), "{\"env\":{\"B\":{\"value\":\"y\"},\"C\":{\"value\":\"z\"}}}");
    arena_free(bench.arena);
}

static void test_sharing(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *lower = bench_layer(&bench, "env: {A: x}\nports: 8080"),
                *higher = bench_layer(&bench, "ports: 8081");
    const Value *merged = model_merge(bench.arena, lower, higher);
    assert_ptr_equal(value_get(merged, STR("env")), value_get(lower, STR("env")));
    assert_ptr_equal(model_fill(bench.arena, lower, NULL), lower);
    assert_ptr_equal(model_fill(bench.arena, lower, higher), lower);
    assert_ptr_equal(model_for_kind(bench.arena, lower, KIND_DEPLOYMENT), lower);
    arena_free(bench.arena);
}

static void test_for_kind(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *layer =
        bench_layer(&bench, "replicas: 1\nenv: {A: x}\naccess: {to: {a: true}, from: {b: {namespace: c, ports: 1}}}");
    assert_string_equal(bench_json(&bench, model_for_kind(bench.arena, layer, KIND_CRONJOB)),
                        "{\"env\":{\"A\":{\"value\":\"x\"}},\"access\":{\"to\":{\"a\":{}}}}");
    arena_free(bench.arena);
}

static void test_documents(void **state)
{
    (void)state;
    Bench bench = bench_new();
    ModelExpand how = {.document = MODEL_ENVIRONMENT, .kind = KIND_ANY};
    const Value *lower = bench_expand(&bench, "deploy: {on: {branch: main}, approval: true}", how);
    const Value *higher = bench_expand(&bench, "deploy: {on: {tag: v*}}", how);
    assert_string_equal(bench_json(&bench, model_merge_document(bench.arena, lower, higher, MODEL_ENVIRONMENT)),
                        "{\"deploy\":{\"on\":{\"tag\":\"v*\"},\"approval\":true}}");
    lower = bench_expand(&bench, "external: {pg: {namespace: db, ports: 5432}}", how);
    higher = bench_expand(&bench, "external: {pg: {host: pg.example.com}}", how);
    const Value *external =
        model_merge_external(bench.arena, value_get(lower, STR("external")), value_get(higher, STR("external")));
    assert_string_equal(bench_json(&bench, external),
                        "{\"pg\":{\"ports\":[{\"port\":5432}],\"host\":\"pg.example.com\"}}");
    arena_free(bench.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),   cmocka_unit_test(test_fill),     cmocka_unit_test(test_removed_entry),
        cmocka_unit_test(test_sharing), cmocka_unit_test(test_for_kind), cmocka_unit_test(test_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
