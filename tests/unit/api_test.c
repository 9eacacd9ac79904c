/* What is found fault with in objects, kind by kind of fault, and the words for it; and what may pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "kiln/api.h"
#include "kiln/yaml.h"

typedef struct Case {
    const char *object;
    const char *faults; /* "path | message | fix" lines */
} Case;

typedef struct VersionCase {
    const char *version;
    Case item;
} VersionCase;

static Str judged(Arena *arena, const Case *item, const char *version)
{
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    const Value *object = yaml_read(arena, sources_add(sources, STR("o"), str_from(item->object), false), diags);
    assert_non_null(object);
    ApiFaults faults = {.arena = arena};
    api_check(api_minor(str_from(version)), object, &faults);
    Str text = STR("");
    for (size_t i = 0; i < faults.count; i++) {
        const ApiFault *fault = &faults.list[i];
        assert_non_null(fault->value);
        assert_true(fault->value->origin != ORIGIN_NONE);
        text = arena_printf(arena, "%.*s%s%.*s | %.*s | %.*s\n", STR_ARG(text),
                            fault->about == API_VERSION ? "version: " : "", STR_ARG(fault->path),
                            STR_ARG(fault->message), STR_ARG(fault->fix));
    }
    return text;
}

static void check(const Case *item, const char *version)
{
    Arena *arena = arena_new();
    Str found = judged(arena, item, version);
    if (!str_equal(found, str_from(item->faults)))
        fail_msg("%s\nfound:\n%.*swanted:\n%s", item->object, STR_ARG(found), item->faults);
    arena_free(arena);
}

static void check_all(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&cases[i], API_VERSION_DEFAULT);
}
#define CHECK(cases) check_all(cases, LENGTH_OF(cases))

#define POD(spec) "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {" spec "}}"
#define APP(spec) POD("containers: [{name: a, " spec "}]")
#define IN_APP "spec.containers[0]"

static void fields(void **state)
{
    (void)state;
    static const Case cases[] = {
        {APP("image: a"), ""},
        {APP("imagePullPolcy: Always"), IN_APP ".imagePullPolcy | unknown field 'imagePullPolcy' in Pod " IN_APP
                                               " | did you mean 'imagePullPolicy'?\n"},
        {APP("zzz: {a: 1}"), IN_APP ".zzz | unknown field 'zzz' in Pod " IN_APP
                                    " | remove it; kubectl explain pod.spec.containers lists what there is\n"},
        {POD("containers: [{image: a}]"),
         IN_APP ".name | field 'name' is missing in Pod " IN_APP
                " | add it; kubectl explain pod.spec.containers.name says what it is\n"},
        /* Null is nothing, but does not stand for what must be there. */
        {APP("image: null, env: [null]"), ""},
        {POD("containers: null"), "spec.containers | Pod spec.containers: expected a list, found null | kubectl "
                                  "explain pod.spec.containers says "
                                  "what it is\n"},
        {"{apiVersion: v1, kind: ConfigMap, specs: {}, data: {a: b, \"\": c}}",
         "specs | unknown field 'specs' in ConfigMap | remove it; kubectl explain configmap lists what there is\n"},
        /* Custom resources. */
        {"{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: a}, spec: {sourceRepo: [a]}}",
         "spec.sourceRepo | unknown field 'sourceRepo' in AppProject spec | did you mean 'sourceRepos'?\n"},
        {"{apiVersion: argoproj.io/v1alpha1, kind: AppProject, spec: {}}",
         "metadata | field 'metadata' is missing in AppProject | add it; kubectl explain appproject.metadata says "
         "what it "
         "is\n"},
    };
    CHECK(cases);
}

static void types(void **state)
{
    (void)state;
    static const Case cases[] = {
        {APP("ports: [{containerPort: '80'}]"), IN_APP
         ".ports[0].containerPort | Pod " IN_APP ".ports[0].containerPort: expected an integer of 32 bits, found a "
         "string | take the quotes away\n"},
        {APP("ports: [{containerPort: 8e1}]"), ""},
        {APP("ports: [{containerPort: 80.5}, {containerPort: 3000000000}]"), IN_APP
         ".ports[0].containerPort | Pod " IN_APP ".ports[0].containerPort: expected an integer of 32 bits, found "
         "80.5 | kubectl explain pod.spec.containers.ports.containerPort says what it is\n" IN_APP
         ".ports[1].containerPort | Pod " IN_APP ".ports[1].containerPort: expected an integer of 32 bits, found "
         "3000000000 | kubectl explain pod.spec.containers.ports.containerPort says what it is\n"},
        {APP("env: [{name: A, value: true}]"), IN_APP
         ".env[0].value | Pod " IN_APP ".env[0].value: expected a string, found a boolean | put it in quotes\n"},
        {APP("args: -v"), IN_APP ".args | Pod " IN_APP ".args: expected a list, found a string | kubectl explain "
                                 "pod.spec.containers.args says what it is\n"},
        {APP("tty: 'yes'"),
         IN_APP ".tty | Pod " IN_APP ".tty: expected true or false, found a string | kubectl explain "
                "pod.spec.containers.tty says what it is\n"},
        {APP("tty: 'true'"),
         IN_APP ".tty | Pod " IN_APP ".tty: expected true or false, found a string | take the quotes away\n"},
        {APP("resources: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: '1'}}"), ""},
        {APP("resources: {limits: {memory: 1GB}}"), IN_APP
         ".resources.limits.memory | Pod " IN_APP ".resources.limits.memory: expected a quantity, found '1GB' | "
         "write a number with a unit, as in 250m or 1Gi\n"},
        {APP("livenessProbe: {httpGet: {port: http}}"), ""},
        {APP("livenessProbe: {httpGet: {port: [80]}}"), IN_APP
         ".livenessProbe.httpGet.port | Pod " IN_APP ".livenessProbe.httpGet.port: expected an integer or a string, "
         "found a list | kubectl explain pod.spec.containers.livenessProbe.httpGet.port says what it is\n"},
        {"{apiVersion: v1, kind: ConfigMap, data: {a.b: 1}}",
         "data.\"a.b\" | ConfigMap data.\"a.b\": expected a string, found 1 | put it in quotes\n"},
        {"{apiVersion: v1, kind: Pod, spec: []}",
         "spec | Pod spec: expected a map, found a list | kubectl explain pod.spec says what it is\n"},
    };
    CHECK(cases);
}

static void choices_and_bounds(void **state)
{
    (void)state;
    static const Case cases[] = {
        {APP("imagePullPolicy: always"), IN_APP ".imagePullPolicy | Pod " IN_APP ".imagePullPolicy: expected Always, "
                                                "IfNotPresent or Never, found 'always' | did you mean 'Always'?\n"},
        {APP("imagePullPolicy: Sometimes"),
         IN_APP ".imagePullPolicy | Pod " IN_APP ".imagePullPolicy: expected Always, IfNotPresent or Never, found "
                "'Sometimes' | kubectl explain pod.spec.containers.imagePullPolicy says what it is\n"},
        /* Kubernetes' empty text is its default. */
        {APP("imagePullPolicy: ''"), ""},
        {"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a}, spec: {secretStoreRef: "
         "{name: '', "
         "kind: secretstore}}}",
         "spec.secretStoreRef.name | ExternalSecret spec.secretStoreRef.name: expected at least 1 character, found 0 "
         "| "
         "kubectl explain externalsecret.spec.secretStoreRef.name says what it is\n"
         "spec.secretStoreRef.kind | ExternalSecret spec.secretStoreRef.kind: expected SecretStore or "
         "ClusterSecretStore, "
         "found 'secretstore' | did you mean 'SecretStore'?\n"},
        {"{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {name: a}, spec: {provider: {fake: "
         "{data: []}, "
         "kubernetes: {}}}}",
         "spec.provider | SecretStore spec.provider: expected at most 1 field, found 2 | kubectl explain "
         "secretstore.spec.provider says what it is\n"},
        {"{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {rules: "
         "[{backendRefs: "
         "[{name: a, port: 70000}]}]}}",
         "spec.rules[0].backendRefs[0].port | HTTPRoute spec.rules[0].backendRefs[0].port: expected at most 65535, "
         "found "
         "70000 | kubectl explain httproute.spec.rules.backendRefs.port says what it is\n"},
    };
    CHECK(cases);
}

static void kinds(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"{}", ""},
        {"{a: b}", ""},
        {"{kind: Pod}", "apiVersion | field 'apiVersion' is missing | every object says its apiVersion and kind\n"},
        {"{apiVersion: 1, kind: Pod}",
         "apiVersion | apiVersion: expected a string | every object says its apiVersion and kind\n"},
        {"{apiVersion: v1, kind: Deployment}", "kind | v1 has no kind 'Deployment' | write apiVersion: apps/v1\n"},
        {"{apiVersion: apps/v1, kind: Deploymnt}",
         "kind | apps/v1 has no kind 'Deploymnt' | did you mean 'Deployment'?\n"},
        {"{apiVersion: apps/v7, kind: Banana}",
         "kind | apps/v7 has no kind 'Banana' | kubectl api-resources lists what there is\n"},
        /* Somebody's own, what kubectl makes of many, and what no cluster gets. */
        {"{apiVersion: example.com/v1, kind: Banana, a: 1}", ""},
        {"{apiVersion: argoproj.io/v1alpha1, kind: Workflow, a: 1}", ""},
        {"{apiVersion: v1, kind: List, items: []}", ""},
        {"{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}", ""},
    };
    CHECK(cases);
}

static void versions(void **state)
{
    (void)state;
#define BUDGET "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, spec: {a: 1}}"
#define BUDGET_GONE                                                                                                \
    "version: apiVersion | Kubernetes 1.34 no longer serves policy/v1beta1 PodDisruptionBudget, which ended with " \
    "1.25 | "                                                                                                      \
    "write apiVersion: policy/v1\n"
#define OVERRIDE POD("hostnameOverride: a, containers: [{name: a}]")
    static const VersionCase cases[] = {
        {"1.34", {BUDGET, BUDGET_GONE}},
        {"1.34",
         {"{apiVersion: policy/v1beta1, kind: PodSecurityPolicy}",
          "version: apiVersion | Kubernetes 1.34 no longer serves policy/v1beta1 PodSecurityPolicy, which ended with "
          "1.25 | "
          "nothing took its place; remove it\n"}},
        {"1.30",
         {"{apiVersion: extensions/v1beta1, kind: Ingress}",
          "version: apiVersion | Kubernetes 1.30 no longer serves extensions/v1beta1 Ingress, which ended with 1.22 "
          "| write "
          "apiVersion: networking.k8s.io/v1\n"}},
        {"1.31",
         {"{apiVersion: flowcontrol.apiserver.k8s.io/v1beta3, kind: FlowSchema, spec: {priorityLevelConfiguration: "
          "{name: "
          "a}}}",
          "version: apiVersion | flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema is deprecated since Kubernetes 1.29 "
          "| write "
          "apiVersion: flowcontrol.apiserver.k8s.io/v1\n"}},
        {"1.34",
         {"{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy, metadata: {name: a}}",
          "version: apiVersion | Kubernetes 1.34 does not serve admissionregistration.k8s.io/v1 "
          "MutatingAdmissionPolicy yet, "
          "which came with 1.36 | state the clusters' version: kubernetes in kiln.yaml, --kubernetes with -f\n"}},
        {"1.34", {OVERRIDE, ""}},
        {"1.33",
         {OVERRIDE,
          "version: spec.hostnameOverride | Kubernetes 1.33 does not know field 'hostnameOverride' in Pod "
          "spec, which came "
          "with 1.34 | remove it, or state the clusters' version: kubernetes in kiln.yaml, --kubernetes with -f\n"}},
        /* Required from one minor to another. */
        {"1.32",
         {"{apiVersion: apps/v1, kind: StatefulSet, spec: {selector: {}, template: {}}}",
          "spec.serviceName | field 'serviceName' is missing in StatefulSet spec | add it; kubectl explain "
          "statefulset.spec.serviceName says what it is\n"}},
        {"1.33", {"{apiVersion: apps/v1, kind: StatefulSet, spec: {selector: {}, template: {}}}", ""}},
    };
    for (size_t i = 0; i < LENGTH_OF(cases); i++)
        check(&cases[i].item, cases[i].version);
    assert_int_equal(api_minor(STR("1.30")), 30);
    assert_int_equal(api_minor(STR("1.99")), 34);
}

/* However many there are: one object does not fill the terminal. */
static void faults_are_bounded(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("apiVersion"), 1, value_new_string(arena, 1, STR("v1")));
    map_set(&map, STR("kind"), 1, value_new_string(arena, 1, STR("Pod")));
    for (int i = 0; i < 100000; i++)
        map_set(&map, arena_printf(arena, "field%d", i), 1, &value_true);
    ApiFaults faults = {.arena = arena};
    const Value *object = map_end(&map, 1);
    api_check(34, object, &faults);
    assert_int_equal(faults.count, API_FAULT_LIMIT);
    api_check(34, object, &faults);
    assert_int_equal(faults.count, 2 * API_FAULT_LIMIT);
    arena_free(arena);
}

static void lists_tell_their_items_apart(void **state)
{
    (void)state;
    Str keys[API_KEYS_MAX];
    const ApiType *spec = api_type_field(api_type(STR("v1"), STR("Pod")), STR("spec"));
    const ApiType *containers = api_type_field(spec, STR("containers"));
    assert_int_equal(api_type_keys(containers, keys), 1);
    assert_true(str_equal(keys[0], STR("name")));
    const ApiType *ports = api_type_field(api_type_item(containers), STR("ports"));
    assert_int_equal(api_type_keys(ports, keys), 2);
    assert_true(str_equal(keys[1], STR("protocol")));
    assert_int_equal(api_type_keys(api_type_field(api_type_item(containers), STR("args")), keys), 0);
    assert_null(api_type(STR("v1"), STR("Banana")));
    assert_null(api_type_field(api_type_item(api_type_field(NULL, STR("a"))), STR("b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(types),
        cmocka_unit_test(choices_and_bounds),
        cmocka_unit_test(kinds),
        cmocka_unit_test(versions),
        cmocka_unit_test(faults_are_bounded),
        cmocka_unit_test(lists_tell_their_items_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
