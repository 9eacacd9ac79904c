/*
 * The shipped rules against their own examples, which are their documentation as well: every `good` one is clean under all,
 * every `bad` one is found. And what counts as a literal secret, value by value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../src/standards/dockerfile.h"
#include "kiln/yaml.h"

typedef struct Bench {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Standards *standards;
} Bench;

static Bench bench_open(void)
{
    Bench bench = {.arena = arena_new()};
    bench.sources = sources_new(bench.arena);
    bench.diags = diags_new(bench.arena, bench.sources);
    bench.standards = standards_load(bench.arena, bench.sources, NULL, bench.diags);
    assert_non_null(bench.standards);
    return bench;
}

static void print_diags(const Bench *bench)
{
    Buf text = {0};
    diags_print(bench->diags, &text);
    if (text.size)
        print_message("%.*s\n", (int)text.size, text.data);
    buf_release(&text);
}

static void bench_close(Bench *bench)
{
    print_diags(bench);
    assert_int_equal(diags_error_count(bench->diags), 0);
    arena_free(bench->arena);
}

/* What examples are judged as: a project whose images are all below one registry. */
static const Value *example_project(const Bench *bench)
{
    Str text = STR("{name: shop, registry: ghcr.io/shop, allowedRegistries: [ghcr.io/shop]}");
    const Value *project =
        yaml_read(bench->arena, sources_add(bench->sources, STR("project"), text, false), bench->diags);
    assert_non_null(project);
    return project;
}

/* How often the rule itself is found in one set of objects; others may well find something, examples being short. */
static size_t found(const Bench *bench, Str id, FileForm form, const Value *const *objects, size_t count)
{
    RenderedFile file = {.path = STR("example.yaml"), .source = STR("example"), .objects = (const Value **)objects,
                         .count = count, .form = form, .foreign = true};
    GateScope scope = {.environment = STR("production"), .tier = TIER_PRODUCTION, .project = example_project(bench)};
    Findings findings = {0};
    bool judged = standards_judge(bench->standards, bench->arena, scope, &file, 1, &findings, bench->diags);
    if (!judged)
        print_diags(bench);
    assert_true(judged);
    size_t hits = 0;
    for (size_t i = 0; i < findings.count; i++) {
        const Finding *finding = findings.list[i];
        if (!str_equal(finding->rule->id, id))
            continue;
        hits++;
        assert_true(finding->message.size > 0 && finding->fix.size > 0);
        assert_true(finding->origin != ORIGIN_NONE);
    }
    return hits;
}

static FileForm form_of(const Rule *rule)
{
    const Value *kinds = value_get(rule->value, STR("kinds"));
    Str kind = value_is(kinds, VALUE_LIST) && kinds->size ? value_text(kinds->items[0]) : STR("");
    return str_equal(kind, STR("workflow"))     ? FORM_WORKFLOW
           : str_equal(kind, STR("dockerfile")) ? FORM_DOCKERFILE
                                                : FORM_MANIFEST;
}

static const Value *member(const Bench *bench, const Rule *rule, const char *name)
{
    return value_get(rule_whole(bench->arena, bench->sources, rule, bench->diags), str_from(name));
}

static size_t found_in_example(const Bench *bench, const Rule *rule, const char *name)
{
    const Value *example = member(bench, rule, name);
    if (!example)
        fail_msg("rule %.*s has no example under %s", STR_ARG(rule->id), name);
    /* A Dockerfile is an example as text. */
    if (example->kind == VALUE_STRING) {
        const Source *source = sources_add(bench->sources, STR("Dockerfile"), value_text(example), false);
        example = dockerfile_read(bench->arena, source, bench->diags);
        assert_non_null(example);
    }
    if (example->kind == VALUE_LIST)
        return found(bench, rule->id, form_of(rule), example->items, example->size);
    return found(bench, rule->id, form_of(rule), &example, 1);
}

static void examples_show_what_rules_find(void **state)
{
    (void)state;
    Bench bench = bench_open();
    assert_true(standards_count(bench.standards) >= 9);
    for (size_t i = 0; i < standards_count(bench.standards); i++) {
        const Rule *rule = standards_rule(bench.standards, i);
        if (!rule_test(bench.standards, rule, bench.arena, bench.sources, bench.diags))
            fail_msg("rule %.*s does not find what its examples show: kiln standards --test", STR_ARG(rule->id));
        if (!member(&bench, rule, "found"))
            fail_msg("rule %.*s does not say where its bad example is found", STR_ARG(rule->id));
    }
    bench_close(&bench);
}

/* Each object of a bad example that stands alone is bad by itself: no rule hides behind another object's fault. */
static void secrets_are_found_in_each_place(void **state)
{
    (void)state;
    Bench bench = bench_open();
    for (size_t i = 0; i < standards_count(bench.standards); i++) {
        const Rule *rule = standards_rule(bench.standards, i);
        if (!str_equal(rule->id, STR("no-literal-secret")))
            continue;
        /* An annotation, an argument, a variable by its name, one by its form; and a config file. */
        assert_int_equal(found_in_example(&bench, rule, "bad"), 5);
    }
    bench_close(&bench);
}

/* A project's own template may yield anything with a kind: a rule then finds fault, or nothing, but does not break.
 */
static void rules_survive_odd_objects(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{}",
        "{kind: 1}",
        "{kind: Deployment}",
        "{kind: Deployment, metadata: 1, spec: []}",
        "{kind: Deployment, spec: {replicas: x, template: {metadata: {labels: [a]}, spec: {containers: [{}, 1, "
        "[x]]}}}}",
        "{kind: Deployment, spec: {template: {spec: {containers: [{name: [a], image: 3, env: [1, {name: 1, value: "
        "{}}]}]}}}}",
        "{kind: Deployment, spec: {template: {spec: {containers: [{command: x, args: [{}, 1, --password, y]}]}}}}",
        "{kind: Pod, spec: {containers: {a: 1}}}",
        "{kind: Pod, spec: {priorityClassName: {}, containers: [{image: {}}, {image: [a]}]}}",
        "{kind: Pod, spec: {priorityClassName: 7, containers: []}}",
        "{kind: CronJob, spec: {jobTemplate: []}}",
        "{kind: Ingress}",
        "{kind: Ingress, spec: {rules: [1, {}, {host: 1, http: {paths: [1, {path: []}]}}], tls: [1, {}]}}",
        "{kind: Ingress, metadata: {annotations: [x]}, spec: {rules: x, tls: {hosts: 1}, defaultBackend: 1}}",
        "{kind: HorizontalPodAutoscaler}",
        "{kind: HorizontalPodAutoscaler, spec: {minReplicas: x, maxReplicas: []}}",
        "{kind: HorizontalPodAutoscaler, spec: {scaleTargetRef: 1, maxReplicas: 0}}",
        "{kind: Service, spec: {selector: [a]}}",
        "{kind: Service, spec: {selector: {a: {}, b: 1}}}",
        "{kind: ConfigMap, data: {a: 1, b: [x], c: {}}}",
        "{kind: ConfigMap, data: [x]}",
        "{kind: Certificate, spec: 1}",
        "{kind: Secret, data: 1}",
        "{kind: ConfigMap, metadata: {namespace: [a], labels: 1}}",
        "{kind: NetworkPolicy, metadata: {namespace: {}}, spec: {podSelector: [], ingress: [1, {from: x, ports: "
        "[1]}], egress: x}}",
        "{kind: NetworkPolicy, spec: {podSelector: {matchLabels: x, matchExpressions: [1, {key: [a]}]}, egress: "
        "[{to: [1, {}]}]}}",
        "{kind: PodDisruptionBudget, spec: {selector: {matchLabels: {a: []}}, minAvailable: [], maxUnavailable: x}}",
        "{kind: ServiceMonitor, spec: {selector: {}, namespaceSelector: {matchNames: [1, {}]}, endpoints: [1, {port: "
        "[]}]}}",
        "{kind: Role, rules: [1, {verbs: x, resources: [[]]}]}",
        "{kind: RoleBinding, roleRef: x}",
        "{kind: LimitRange, spec: {limits: [1, {}]}}",
        "{kind: ResourceQuota, spec: {hard: []}}",
        "{kind: Namespace}",
        "{kind: ExternalSecret, spec: []}",
        "{kind: HTTPRoute, spec: {rules: [{backendRefs: [1, {kind: Service, name: []}]}]}}",
        "{kind: Service, spec: {selector: {a: b}, externalIPs: 1, ports: [1, {targetPort: []}]}}",
        "{kind: Deployment, spec: {strategy: x, revisionHistoryLimit: x, selector: [], template: {metadata: {labels: "
        "{a: b}}, "
        "spec: {hostNetwork: [], volumes: [1, {name: [], emptyDir: x}], dnsConfig: {options: x}, affinity: 1, "
        "securityContext: "
        "{sysctls: [1, {}], seLinuxOptions: x, supplementalGroups: x, runAsUser: []}, containers: [{image: "
        "'ghcr.io/shop/a:x', "
        "resources: {limits: {cpu: []}, requests: x}, imagePullPolicy: [], livenessProbe: {httpGet: x}, "
        "readinessProbe: "
        "{httpGet: {port: []}}, lifecycle: 1, securityContext: {capabilities: {drop: x, add: y}}}]}}}}",
    };
    Bench bench = bench_open();
    for (size_t i = 0; i < LENGTH_OF(odd); i++) {
        const Source *source = sources_add(bench.sources, STR("odd"), str_from(odd[i]), false);
        const Value *object = yaml_read(bench.arena, source, bench.diags);
        assert_non_null(object);
        (void)found(&bench, STR("none"), FORM_MANIFEST, &object, 1);
        (void)found(&bench, STR("none"), FORM_WORKFLOW, &object, 1);
    }
    bench_close(&bench);
}

static void rules_say_where_they_come_from(void **state)
{
    (void)state;
    static const char *const wanted[] = {"title", "rationale", "sources", "severity", "kinds", "equivalents"};
    Bench bench = bench_open();
    for (size_t i = 0; i < standards_count(bench.standards); i++) {
        const Rule *rule = standards_rule(bench.standards, i);
        for (size_t j = 0; j < LENGTH_OF(wanted); j++) {
            if (!value_get(rule->value, str_from(wanted[j])))
                fail_msg("rule %.*s: %s is missing", STR_ARG(rule->id), wanted[j]);
        }
    }
    bench_close(&bench);
}

/* ---- literal secrets ---- */

static const struct {
    const char *name;
    const char *value;
    bool secret;
} values[] = {
    /* by name */
    {"PASSWORD", "correct-horse", true},
    {"DATABASE_PASSWORD", "correct horse", true},
    {"database-password", "hunter2", true},
    {"spring.datasource.password", "hunter2", true},
    {"dbPassword", "hunter2", true},
    {"DB_PASSWD", "hunter2", true},
    {"CLIENT_SECRET", "0b5e", true},
    {"clientSecret", "0b5e", true},
    {"ACCESS_TOKEN", "abc", true},
    {"API_KEY", "abc", true},
    {"apiKey", "abc", true},
    {"TLS_PRIVATE_KEY", "abc", true},
    {"AWS_CREDENTIALS", "abc", true},
    {"GOOGLE_CREDENTIAL", "abc", true},
    {"PASSWORD", "#hunter2", true},
    {"PASSWORD", "{abc}", true},
    {"PASSWORD", "[abc]", true},
    {"PASSWORD", "|abc", true},
    {"PASSWORD", ">abc", true},
    {"PASSWORD", "\"quoted\"", true},
    {"PASSWORD", "1a", true},
    {"PASSWORD", "truest", true},
    /* names that say something else */
    {"PASSWORD_FILE", "abc", false},
    {"PASSWORD_MIN_LENGTH", "twelve", false},
    {"TOKEN_URL", "https://idp.example.com/token", false},
    {"TOKENIZER", "bpe", false},
    {"SECRET_NAME", "web-secrets", false},
    {"KEY", "abc", false},
    {"PUBLIC_KEY", "abc", false},
    {"", "abc", false},
    {"LOG_LEVEL", "info", false},
    /* values that are none */
    {"PASSWORD", "", false},
    {"PASSWORD", "  ", false},
    {"PASSWORD", "''", false},
    {"PASSWORD", "/etc/secrets/PASSWORD", false},
    {"PASSWORD", "./secrets/PASSWORD", false},
    {"PASSWORD", "$(DATABASE_PASSWORD)", false},
    {"PASSWORD", "${DATABASE_PASSWORD}", false},
    {"PASSWORD", "{{ .password }}", false},
    {"REQUIRE_PASSWORD", "true", false},
    {"REQUIRE_PASSWORD", "True", false},
    {"REQUIRE_PASSWORD", "FALSE", false},
    {"REQUIRE_PASSWORD", "off", false},
    {"REFRESH_TOKEN", "null", false},
    {"MAX_TOKEN", "4096", false},
    {"MAX_TOKEN", "-1", false},
    {"MAX_TOKEN", "0.5", false},
    /* by form */
    {"DATABASE_URL", "postgres://app:correct-horse@db.example.com/app", true},
    {"URLS", "redis://cache/0,amqp://app:s3cret@mq", true},
    {"DATABASE_URL", "postgres://app@db.example.com/app", false},
    {"DATABASE_URL", "postgres://app:@db.example.com/app", false},
    {"DATABASE_URL", "postgres://app:${PASSWORD}@db.example.com/app", false},
    {"DATABASE_URL", "postgres://app:$(PASSWORD)@db.example.com/app", false},
    {"CALLBACK", "https://example.com:8080/a@b", false},
    {"KEY", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", true},
    {"KEY", "-----BEGIN PRIVATE KEY-----\nMIIE\n", true},
    {"CERT", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n", false},
    {"X", "ghp_0123456789abcdefghijklmnopqrstuvwxyz", true},
    {"X", "ghp_short", false},
    {"X", "glpat-0123456789abcdefghij", true},
    {"X", "AKIAIOSFODNN7EXAMPLE", true},
    {"X", "BAKIAIOSFODNN7EXAMPLE", false},
    {"X", "AKIA", false},
    {"X", "Bearer xoxb-0123456789-0123456789-abc", true},
    {"X", "SG.0123456789abcdefghijkl.0123456789abcdefghijkl", true},
    {"X", "hvs.CAESIJ0123456789abcdefghij", true},
    {"X", "npm_0123456789abcdefghijklmnopqrstuvwxyz", true},
    /* inside config files and strings of pairs */
    {"app.yaml", "database:\n  password: correct-horse\n", true},
    {"app.yaml", "users:\n  - password: \"correct horse\"\n", true},
    {"app.yaml", "database: {host: db, password: correct-horse}\n", true},
    {"app.json", "{\"database\":{\"host\":\"db\",\"password\":\"correct-horse\"}}\n", true},
    {"app.json", "{\"database\":{\"password\":\"\"},\"max_token\":4096}\n", false},
    {"app.properties", "db.host=db\ndb.password=correct-horse\n", true},
    {"app.ini", "[db]\npassword = correct-horse\n", true},
    {".env", "export API_KEY=abc\n", true},
    {"CONNECTION", "Server=db;User=app;Password=correct-horse;", true},
    {"WEBHOOK", "https://example.com/hook?token=abcdef&x=1", true},
    {"app.yaml", "password_file: /etc/secrets/DATABASE_PASSWORD\n", false},
    {"app.yaml", "password: /etc/secrets/DATABASE_PASSWORD\n", false},
    {"app.yaml", "password: # from the environment\n", false},
    {"app.yaml", "password:\n  file: /etc/secrets/DATABASE_PASSWORD\n", false},
    {"app.yaml", "token: {file: /etc/secrets/TOKEN}\n", false},
    {"app.yaml", "token: |\n", false},
    {"app.yaml", "max_token: 4096 # a number\n", false},
    {"app.yaml", "password: ${DATABASE_PASSWORD}\n", false},
    {"app.yaml", "password: \"$(DATABASE_PASSWORD)\"\n", false},
    {"messages.yaml", "invalid: 'Invalid token: please log in again'\n", false},
    {"nginx.conf", "proxy_pass http://backend:8080;\n", false},
};

static void literal_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(values); i++) {
        const char *phrase = literal_secret(str_from(values[i].name), str_from(values[i].value));
        if ((phrase != NULL) != values[i].secret)
            fail_msg("%s: '%s' is %s", values[i].name, values[i].value, phrase ? phrase : "not found");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_show_what_rules_find),
        cmocka_unit_test(secrets_are_found_in_each_place),
        cmocka_unit_test(rules_survive_odd_objects),
        cmocka_unit_test(rules_say_where_they_come_from),
        cmocka_unit_test(literal_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
