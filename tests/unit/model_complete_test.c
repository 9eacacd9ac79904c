/* model_complete: every row is present, constant defaults come from the table, and what is stated stays as it is. */
#include "model_load.h"

static const Value *complete(Bench *bench, const char *yaml)
{
    return model_complete(bench->arena, bench_layer(bench, yaml), KIND_DEPLOYMENT);
}

typedef struct Expectation {
    const char *yaml, *path, *expected;
} Expectation;

static const Expectation expectations[] = {
    {"{}", "kind", "\"Deployment\""},
    {"{}", "enabled", "true"},
    {"{}", "owner", "null"},
    {"{}", "image", "null"},
    {"{}", "command", "[]"},
    {"{}", "env", "{}"},
    {"{}", "vars", "{}"},
    {"{}", "replicas", "null"},
    {"{}", "jobs", "{}"},
    {"{}", "health", "{\"liveness\":null,\"readiness\":null,\"startup\":null}"},
    {"{}", "metrics",
     "{\"port\":null,\"path\":\"/metrics\",\"interval\":\"30s\",\"namespace\":\"monitoring\",\"labels\":{}}"},
    {"metrics: false", "metrics", "null"},
    {"{}", "preStop", "{\"sleep\":null,\"exec\":null,\"httpGet\":null}"},
    {"preStop: false", "preStop", "null"},
    {"{}", "ingress.path", "\"/\""},
    {"{}", "ingress.tls", "{\"secretName\":null,\"issuer\":\"letsencrypt-prod\"}"},
    {"ingress: {tls: false}", "ingress.tls", "null"},
    {"ingress: {tls: {issuer: false}}", "ingress.tls", "{\"secretName\":null,\"issuer\":null}"},
    {"{}", "ingress.gateway", "null"},
    {"{}", "strategy",
     "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxSurge\":1,\"maxUnavailable\":0},\"canary\":"
     "{\"steps\":[],\"trafficRouting\":null,\"header\":{}},\"blueGreen\":{\"autoPromotion\":false,"
     "\"scaleDownDelaySeconds\":300,\"previewHost\":null},\"analysis\":null}"},
    {"{}", "securityContext",
     "{\"runAsUser\":10001,\"runAsGroup\":10001,\"fsGroup\":10001,\"readOnlyRootFilesystem\":true,\"capabilities\":{"
     "\"add\":[]},"
     "\"seccompProfile\":{\"localhostProfile\":null}}"},
    {"{}", "secretStore.refreshInterval", "\"1h\""},
    {"{}", "access", "{\"to\":{},\"from\":{\"only\":false}}"},
    {"access: {to: {a: true}}", "access.to.a",
     "{\"ports\":null,\"namespace\":null,\"cidrs\":null,\"host\":null,\"podSelector\":{}}"},
    {"access: {to: {a: 80}}", "access.to.a.ports", "[{\"port\":80,\"protocol\":null}]"},
    {"health: {liveness: /a}", "health.liveness",
     "{\"initialDelaySeconds\":30,\"periodSeconds\":10,\"timeoutSeconds\":5,\"failureThreshold\":3,\"httpGet\":{"
     "\"path\":\"/a\","
     "\"port\":null,\"scheme\":\"HTTP\",\"httpHeaders\":{}},\"grpc\":null,\"tcpSocket\":null,\"exec\":null}"},
    {"health: {readiness: {exec: [a], periodSeconds: 9}}", "health.readiness",
     "{\"initialDelaySeconds\":5,\"periodSeconds\":9,\"timeoutSeconds\":3,\"failureThreshold\":3,"
     "\"successThreshold\":null,"
     "\"httpGet\":null,\"grpc\":null,\"tcpSocket\":null,\"exec\":[\"a\"]}"},
    {"health: {startup: grpc}", "health.startup",
     "{\"initialDelaySeconds\":10,\"periodSeconds\":5,\"timeoutSeconds\":3,\"failureThreshold\":30,\"httpGet\":null,"
     "\"grpc\":{"
     "\"port\":null,\"service\":\"\"},\"tcpSocket\":null,\"exec\":null}"},
    {"env: {A: x}", "env.A",
     "{\"value\":\"x\",\"fieldRef\":null,\"resourceFieldRef\":null,\"configMapKeyRef\":null,\"secretKeyRef\":null}"},
    {"secrets: {A: {rotation: 1d}}", "secrets.A",
     "{\"remoteRef\":{\"key\":null,\"property\":null,\"version\":null},\"as\":\"file\",\"path\":null,\"rotation\":"
     "\"1d\"}"},
    {"volumes: {c: /c}", "volumes.c.emptyDir", "{\"sizeLimit\":\"64Mi\",\"medium\":null}"},
    {"volumes: {c: {configMap: x}}", "volumes.c.emptyDir", "null"},
    {"volumes: {tmp: false}", "volumes.tmp", "null"},
    {"ports: 8080", "ports.http", "{\"containerPort\":8080,\"port\":null,\"protocol\":\"TCP\",\"appProtocol\":null}"},
    {"resources: {limits: {x.io/gpu: 1}}", "resources.limits",
     "{\"cpu\":null,\"memory\":null,\"ephemeral-storage\":null,\"x.io/gpu\":\"1\"}"},
    {"{}", "autoscaling.behavior.scaleDown",
     "{\"stabilizationWindowSeconds\":300,\"selectPolicy\":\"Max\",\"policies\":{\"Percent\":{\"value\":100,"
     "\"periodSeconds\":15},"
     "\"Pods\":null}}"},
    /* Kubernetes' own policies go when one is stated */
    {"autoscaling: {behavior: {scaleUp: {policies: {Pods: {value: 1, periodSeconds: 60}}}}}",
     "autoscaling.behavior.scaleUp.policies", "{\"Percent\":null,\"Pods\":{\"value\":1,\"periodSeconds\":60}}"},
    {"autoscaling: {metrics: {cpu: false}}", "autoscaling.metrics", "{\"cpu\":null}"},
    {"config: {a.yaml: {b: 1}}", "config", "{\"a.yaml\":{\"b\":1}}"},
    {"{}", "build.platforms", "[\"linux/amd64\"]"},
    {"{}", "build.commands.install", "null"},
    {"{}", "schedule", "null"},
    /* a job ends whatever its service does, and a sidecar lasts */
    {"jobs: {m: {}}", "jobs.m.backoffLimit", "3"},
    {"jobs: {m: {}}", "jobs.m.timeZone", "\"Etc/UTC\""},
    {"jobs: {m: false}", "jobs", "{\"m\":null}"},
    {"initContainers: {p: {health: {liveness: /a}}}", "initContainers.p.health.liveness.periodSeconds", "10"},
    {"{}", "concurrencyPolicy", "null"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(expectations); i++) {
        const Expectation *e = &expectations[i];
        Bench bench = bench_new();
        const Value *value = value_path(complete(&bench, e->yaml), e->path);
        if (!value || strcmp(bench_json(&bench, value), e->expected) != 0)
            fail_msg("%s of %s: expected %s, found %s", e->path, e->yaml, e->expected, bench_json(&bench, value));
        arena_free(bench.arena);
    }
}

static void test_origins(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *value = complete(&bench, "ingress: {host: a.example.com}\nmetrics: false\n");
    assert_int_equal(value_path(value, "ingress.path")->origin, ORIGIN_NONE);
    assert_int_equal(origin_place(bench.sources, value_path(value, "ingress.host")->origin).line, 1);
    assert_int_equal(origin_place(bench.sources, value_path(value, "metrics")->origin).line, 2);
    assert_null(value_get(value, STR("envFrom")));
    arena_free(bench.arena);
}

static void test_again(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *once =
        complete(&bench, "ports: 8080\nhealth: {liveness: /a, startup: false}\naccess: {to: {a: 80}}");
    assert_true(value_equal(once, model_complete(bench.arena, once, KIND_DEPLOYMENT)));
    arena_free(bench.arena);
}

static void test_documents(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *project = bench_expand(&bench, "name: a\ndefaults: {ingress: {className: nginx}}",
                                        (ModelExpand){.document = MODEL_PROJECT, .kind = KIND_ANY});
    project = model_complete_document(bench.arena, project, MODEL_PROJECT);
    assert_string_equal(bench_json(&bench, value_get(project, STR("defaults"))),
                        "{\"ingress\":{\"className\":\"nginx\"}}");
    assert_string_equal(bench_json(&bench, value_get(project, STR("environments"))),
                        "[\"development\",\"staging\",\"production\"]");
    assert_string_equal(bench_json(&bench, value_get(project, STR("kubernetes"))), "\"1.34\"");
    assert_string_equal(bench_json(&bench, value_path(project, "workflow.login")),
                        "{\"method\":\"token\",\"roleArn\":null,\"region\":null}");
    const Value *environment = bench_expand(&bench, "deploy: {on: after}\nreplicas: 3",
                                            (ModelExpand){.document = MODEL_ENVIRONMENT, .kind = KIND_ANY});
    environment = model_complete_document(bench.arena, environment, MODEL_ENVIRONMENT);
    assert_null(value_get(environment, STR("replicas")));
    assert_string_equal(bench_json(&bench, value_get(environment, STR("namespace"))),
                        "{\"name\":null,\"managed\":true}");
    assert_string_equal(
        bench_json(&bench, value_get(environment, STR("deploy"))),
        "{\"on\":{\"branch\":null,\"tag\":null,\"trigger\":\"after\"},\"approval\":null,\"timeoutMinutes\":15,"
        "\"verify\":null}");
    arena_free(bench.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
