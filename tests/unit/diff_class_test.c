/*
 * The classes of changes: one row of this table for each kind of consequence, and an audit of the table itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/diff/diff_private.h"
#include "jsone_load.h"

#define DATA DIFF_BIT(DIFF_DELETES_DATA)
#define NEWLY DIFF_BIT(DIFF_RECREATES)
#define WEAK DIFF_BIT(DIFF_WEAKENS)
#define OPEN DIFF_BIT(DIFF_EXPOSURE)
#define RESTART DIFF_BIT(DIFF_RESTARTS)
#define SIZE DIFF_BIT(DIFF_CAPACITY)
#define NOTHING DIFF_BIT(DIFF_COSMETIC)

/* spec of each side, or "" where the object is not there; "=" begins what stands beside metadata instead of spec. */
typedef struct Row {
    const char *kind;
    const char *from;
    const char *to;
    unsigned classes;
} Row;

#define POD(text) "{template: {spec: " text "}}"
#define APP(text) POD("{containers: [{name: app, " text "}]}")
#define GUARDED APP("securityContext: {privileged: false, capabilities: {drop: [ALL]}, runAsNonRoot: true}")

static const Row rows[] = {
    /* restarts */
    {"Deployment", APP("image: 'a:1'"), APP("image: 'a:2'"), RESTART},
    {"StatefulSet", APP("args: [a, b]"), APP("args: [b, a]"), RESTART},
    {"Deployment", APP("ports: [{containerPort: 1}, {containerPort: 2}]"),
     APP("ports: [{containerPort: 2}, {containerPort: 1}]"), RESTART | NOTHING},
    {"Deployment", APP("env: [{name: A, value: x}, {name: B, value: $(A)}]"),
     APP("env: [{name: B, value: $(A)}, {name: A, value: x}]"), RESTART},
    {"CronJob", "{jobTemplate: {spec: {template: {spec: {restartPolicy: Never}}}}}",
     "{jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure}}}}}", 0},
    /* recreates */
    {"Deployment", "{selector: {matchLabels: {a: b}}}", "{selector: {matchLabels: {a: c}}}", NEWLY},
    {"StatefulSet", "{serviceName: a}", "{serviceName: b}", NEWLY},
    {"StatefulSet", "{volumeClaimTemplates: [{metadata: {name: a}, spec: {x: 1}}]}",
     "{volumeClaimTemplates: [{metadata: {name: a}, spec: {x: 2}}]}", NEWLY | SIZE},
    {"Job", APP("image: 'a:1'"), APP("image: 'a:2'"), NEWLY},
    {"Pod", "{containers: [{name: a, image: '1'}]}", "{containers: [{name: a, image: '2'}]}", 0},
    {"Pod", "{containers: [{name: a, tty: true}]}", "{containers: [{name: a, tty: false}]}", NEWLY},
    {"Service", "{clusterIP: None}", "{clusterIP: 10.0.0.1}", NEWLY},
    {"RoleBinding", "={roleRef: {name: a}}", "={roleRef: {name: b}}", NEWLY | WEAK},
    {"Secret", "={type: Opaque}", "={type: kubernetes.io/tls}", NEWLY},
    {"StorageClass", "={provisioner: a}", "={provisioner: b}", NEWLY},
    {"ConfigMap", "={immutable: true, data: {a: b}}", "={immutable: true, data: {a: c}}", NEWLY},
    {"ConfigMap", "={immutable: true, data: {a: b}}", "={immutable: true, data: {a: b}, binaryData: {c: ''}}", NEWLY},
    {"ConfigMap", "={data: {a: b}}", "={immutable: true, data: {a: c}}", 0},
    {"PersistentVolume", "{capacity: {storage: 1Gi}, nfs: {path: /a}}", "{capacity: {storage: 2Gi}, nfs: {path: /b}}",
     NEWLY},
    {"PersistentVolume", "{capacity: {storage: 1Gi}}", "{capacity: {storage: 2Gi}}", 0},
    /* data */
    {"PersistentVolumeClaim", "{storageClassName: a}", "{storageClassName: b}", DATA | NEWLY},
    {"PersistentVolumeClaim", "{resources: {requests: {storage: 2Gi}}}", "{resources: {requests: {storage: 1Gi}}}",
     DATA | NEWLY | SIZE},
    {"PersistentVolumeClaim", "{resources: {requests: {storage: 1Gi}}}", "{resources: {requests: {storage: 2Gi}}}", SIZE},
    {"PersistentVolumeClaim", "{}", "", DATA | SIZE},
    {"Namespace", "{}", "", DATA},
    {"PersistentVolumeClaim", "{volumeName: a}", "{volumeName: b}", DATA | NEWLY},
    {"PersistentVolume", "{persistentVolumeReclaimPolicy: Retain}", "{persistentVolumeReclaimPolicy: Delete}", WEAK},
    {"StatefulSet", "{persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}}", "", DATA | SIZE},
    {"StatefulSet", "{persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain}}", "", SIZE},
    {"StatefulSet", "{replicas: 3, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}",
     "{replicas: 2, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}", DATA | WEAK | SIZE},
    {"Deployment", "{replicas: 3}", "{}", WEAK | SIZE},
    {"StatefulSet", "{replicas: 2}", "{serviceName: a}", WEAK | SIZE | NEWLY},
    {"Deployment", "{replicas: 1}", "{}", SIZE},
    /* security */
    {"Deployment", POD("{containers: [{name: app, securityContext: {runAsNonRoot: true, seccompProfile: {type: A}}}]}"),
     POD("{securityContext: {runAsNonRoot: true, seccompProfile: {type: A}}, containers: [{name: app}]}"), RESTART},
    {"Deployment", POD("{securityContext: {runAsNonRoot: true}, containers: [{name: app}]}"),
     POD("{containers: [{name: app, securityContext: {runAsNonRoot: true}}]}"), RESTART},
    {"Deployment", POD("{securityContext: {runAsNonRoot: true}, containers: [{name: app}, {name: b}]}"),
     POD("{containers: [{name: app, securityContext: {runAsNonRoot: true}}, {name: b}]}"), RESTART | WEAK},
    {"Deployment", POD("{containers: [{name: app, securityContext: {seccompProfile: {type: A}}}]}"),
     POD("{securityContext: {seccompProfile: {type: B}}, containers: [{name: app}]}"), RESTART | WEAK},
    {"Deployment", GUARDED, APP("image: a"), RESTART | WEAK},
    {"Deployment", APP("image: a"), GUARDED, RESTART},
    {"Deployment", APP("securityContext: {capabilities: {add: [A]}}"),
     APP("securityContext: {capabilities: {add: [A, B]}}"), RESTART | WEAK},
    {"Deployment", APP("securityContext: {capabilities: {add: [B, A]}}"),
     APP("securityContext: {capabilities: {add: [A]}}"), RESTART},
    {"Deployment", POD("{containers: []}"), POD("{containers: [{name: a, securityContext: {privileged: true}}]}"),
     RESTART | WEAK | SIZE},
    {"Deployment", "", POD("{hostNetwork: true}"), WEAK | SIZE},
    {"Deployment", GUARDED, "", SIZE},
    {"Deployment", POD("{volumes: []}"), POD("{volumes: [{name: a, hostPath: {path: /}}]}"), RESTART | WEAK},
    {"Deployment", POD("{volumes: [{name: a, hostPath: {path: /var/log}}]}"),
     POD("{volumes: [{name: a, hostPath: {path: /}}]}"), RESTART | WEAK},
    {"Deployment", APP("ports: [{containerPort: 1, hostPort: 80}]"), APP("ports: [{containerPort: 1, hostPort: 81}]"),
     RESTART | WEAK | OPEN},
    {"Deployment", APP("ports: [{containerPort: 1, hostPort: 80}]"), APP("ports: [{containerPort: 1}]"), RESTART},
    {"Deployment", APP("volumeMounts: [{mountPath: /a, readOnly: true}]"), APP("volumeMounts: [{mountPath: /a}]"),
     RESTART | WEAK},
    {"Deployment", APP("volumeMounts: [{mountPath: /a}]"), APP("volumeMounts: [{mountPath: /a, readOnly: true}]"), RESTART},
    {"Deployment", POD("{securityContext: {runAsUser: 1000}}"), POD("{securityContext: {fsGroup: 1}}"), RESTART | WEAK},
    {"Deployment", POD("{securityContext: {runAsUser: 1000, runAsNonRoot: true}}"),
     POD("{securityContext: {runAsNonRoot: true}}"), RESTART},
    {"Deployment", POD("{securityContext: {supplementalGroups: [1]}}"), POD("{securityContext: {supplementalGroups: [0]}}"),
     RESTART | WEAK},
    {"Deployment", POD("{securityContext: {}}"), POD("{securityContext: {sysctls: [{name: a, value: b}]}}"),
     RESTART | WEAK},
    {"Deployment", POD("{securityContext: {}}"), POD("{securityContext: {windowsOptions: {hostProcess: true}}}"),
     RESTART | WEAK},
    {"Deployment", APP("securityContext: {}"), APP("securityContext: {seLinuxOptions: {type: spc_t}}"), RESTART | WEAK},
    {"Deployment", POD("{runtimeClassName: gvisor}"), POD("{dnsPolicy: Default}"), RESTART | WEAK},
    {"Deployment", POD("{serviceAccountName: a}"), POD("{serviceAccountName: b}"), RESTART | WEAK},
    {"Deployment", APP("image: 'a:1@sha256:aa'"), APP("image: 'a:2'"), RESTART | WEAK},
    {"Deployment", APP("image: 'a:1@sha256:aa'"), APP("image: 'a:2@sha256:bb'"), RESTART},
    {"Namespace", "={metadata: {name: a, labels: {istio-injection: enabled}}}",
     "={metadata: {name: a, labels: {istio-injection: disabled}}}", 0},
    {"Namespace", "={metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
     "={metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: restricted}}}", 0},
    {"Namespace", "={metadata: {name: a, labels: {app.kubernetes.io/version: '1'}}}",
     "={metadata: {name: a, labels: {app.kubernetes.io/version: '2'}}}", NOTHING},
    {"ConfigMap", "={metadata: {name: a, labels: {grafana_dashboard: '1'}}}", "={metadata: {name: a}}", 0},
    {"ClusterRole", "={metadata: {name: a}}",
     "={metadata: {name: a, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}}", WEAK},
    {"ClusterRole", "={aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}}",
     "={aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: c}}]}}", WEAK},
    {"RoleBinding", "", "={roleRef: {name: a}, subjects: [{kind: User, name: b}]}", WEAK},
    {"RoleBinding", "={roleRef: {name: a}, subjects: [{kind: User, name: b}]}", "", 0},
    {"ValidatingWebhookConfiguration", "={webhooks: [{name: a, failurePolicy: Fail}]}",
     "={webhooks: [{name: a, failurePolicy: Ignore}]}", WEAK},
    {"ValidatingWebhookConfiguration", "={webhooks: [{name: a}, {name: b}]}", "={webhooks: [{name: a}]}", WEAK},
    {"ValidatingAdmissionPolicyBinding", "{validationActions: [Deny, Audit]}", "{validationActions: [Audit]}", WEAK},
    {"Namespace", "={metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: restricted}}}",
     "={metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}}", WEAK},
    {"Namespace", "={metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
     "={metadata: {name: a}}", WEAK},
    {"Role", "={rules: [{verbs: [get], resources: [pods]}]}", "={rules: [{verbs: [get, list], resources: [pods]}]}", WEAK},
    {"Role", "={rules: [{verbs: [get, list], resources: [pods]}]}", "={rules: [{verbs: [get], resources: [pods]}]}", 0},
    /* network */
    {"NetworkPolicy", "{ingress: [{from: [{podSelector: {a: b}}]}]}",
     "{ingress: [{from: [{podSelector: {a: b}}, {podSelector: {c: d}}]}]}", WEAK | OPEN},
    {"NetworkPolicy", "{ingress: [{from: [{podSelector: {a: b}}]}]}", "{ingress: [{}]}", WEAK | OPEN},
    {"NetworkPolicy", "{ingress: [{}]}", "{ingress: [{from: [{podSelector: {a: b}}]}]}", 0},
    {"NetworkPolicy", "{ingress: [{ports: [{port: 1}]}]}", "{ingress: []}", 0},
    {"NetworkPolicy", "{policyTypes: [Ingress, Egress]}", "{policyTypes: [Egress]}", WEAK | OPEN},
    {"NetworkPolicy", "", "{ingress: [{}], policyTypes: [Ingress]}", WEAK | OPEN},
    {"NetworkPolicy", "", "{egress: [{ports: [{port: 53}]}], policyTypes: [Egress]}", WEAK | OPEN},
    {"NetworkPolicy", "", "{ingress: [{from: [{podSelector: {a: b}}]}], policyTypes: [Ingress]}", OPEN},
    {"NetworkPolicy", "", "{podSelector: {}, policyTypes: [Ingress, Egress]}", 0},
    {"NetworkPolicy", "{policyTypes: [Ingress]}", "{ingress: [], policyTypes: [Ingress]}", 0},
    {"NetworkPolicy", "{policyTypes: [Ingress]}", "{ingress: [{ports: [{port: 1}]}], policyTypes: [Ingress]}", WEAK | OPEN},
    {"NetworkPolicy", "{egress: [{ports: [{port: 1}]}]}", "{podSelector: {}}", WEAK | OPEN},
    {"NetworkPolicy", "{egress: [{ports: [{port: 1}]}], policyTypes: [Egress]}", "{policyTypes: [Egress]}", 0},
    {"NetworkPolicy", "{egress: [{ports: [{port: 1}]}]}", "{egress: [{ports: [{port: 1}]}], policyTypes: [Ingress]}",
     WEAK | OPEN},
    {"NetworkPolicy", "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}",
     "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}", WEAK | OPEN},
    {"Service", "{ports: [{port: 80}]}", "{ports: [{port: 80}, {port: 81}]}", OPEN},
    {"Service", "{ports: [{port: 80, nodePort: 30080}]}", "{ports: [{port: 80, nodePort: 30081}]}", OPEN},
    {"Service", "={metadata: {name: a, annotations: {service.beta.kubernetes.io/aws-load-balancer-internal: 'true'}}}",
     "={metadata: {name: a}}", OPEN},
    {"Service",
     "={metadata: {name: a, annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8}}}",
     "={metadata: {name: a}}", WEAK | OPEN},
    {"Ingress", "={metadata: {name: a, annotations: {kubernetes.io/ingress.class: internal}}}",
     "={metadata: {name: a, annotations: {kubernetes.io/ingress.class: public}}}", OPEN},
    {"Ingress", "={metadata: {name: a, annotations: {alb.ingress.kubernetes.io/scheme: internal}}}",
     "={metadata: {name: a, annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}}}", OPEN},
    {"Ingress", "={metadata: {name: a, annotations: {nginx.ingress.kubernetes.io/auth-type: basic}}}",
     "={metadata: {name: a}}", WEAK},
    {"Gateway", "{listeners: [{name: a, allowedRoutes: {namespaces: {from: Same}}}]}",
     "{listeners: [{name: a, allowedRoutes: {namespaces: {from: All}}}]}", OPEN},
    {"ReferenceGrant", "", "{from: [{namespace: a}], to: [{kind: Secret}]}", OPEN},
    {"ReferenceGrant", "{from: [{namespace: a}]}", "{from: [{namespace: a}, {namespace: b}]}", OPEN},
    {"BackendTLSPolicy", "{}", "", WEAK},
    {"Service", "{type: ClusterIP}", "{type: LoadBalancer}", OPEN},
    {"Ingress", "{rules: [{host: a}]}", "{rules: [{host: b}, {host: a}]}", OPEN},
    {"Ingress", "{rules: [{host: a}], tls: [{hosts: [a], secretName: x}]}", "{rules: [{host: a}]}", WEAK},
    {"Ingress", "{rules: [{host: a}, {host: b}], tls: [{hosts: [a, b], secretName: x}]}",
     "{rules: [{host: a}], tls: [{hosts: [a], secretName: x}]}", 0},
    {"HTTPRoute", "{hostnames: [a]}", "{hostnames: [a, b]}", OPEN},
    {"PeerAuthentication", "{mtls: {mode: STRICT}}", "{mtls: {mode: PERMISSIVE}}", WEAK},
    /* what keeps it up */
    {"PodDisruptionBudget", "{minAvailable: 2}", "{minAvailable: 1}", WEAK},
    {"PodDisruptionBudget", "{minAvailable: 1}", "{minAvailable: 2}", 0},
    {"PodDisruptionBudget", "{maxUnavailable: 10%}", "{maxUnavailable: 20%}", WEAK},
    {"Deployment", APP("livenessProbe: {a: b}"), APP("image: a"), RESTART | WEAK},
    {"Deployment", APP("readinessProbe: {periodSeconds: 5}"), APP("readinessProbe: {periodSeconds: 60}"), RESTART | WEAK},
    {"Deployment", APP("readinessProbe: {a: b}"), APP("readinessProbe: {a: b, failureThreshold: 30}"), RESTART | WEAK},
    {"Deployment", APP("readinessProbe: {a: b}"), APP("readinessProbe: {a: b, periodSeconds: 5}"), RESTART},
    {"Deployment", APP("livenessProbe: {a: b, periodSeconds: 60}"), APP("livenessProbe: {a: b}"), RESTART},
    {"Deployment", APP("livenessProbe: {a: b, failureThreshold: 1}"), APP("livenessProbe: {a: b}"), RESTART | WEAK},
    {"Deployment", APP("image: a"), APP("image: a, readinessProbe: {failureThreshold: 30}"), RESTART},
    {"Deployment", POD("{containers: []}"), POD("{terminationGracePeriodSeconds: 5}"), RESTART | WEAK},
    {"Deployment", POD("{terminationGracePeriodSeconds: 60}"), POD("{containers: []}"), RESTART | WEAK},
    {"Deployment", POD("{terminationGracePeriodSeconds: 5}"), POD("{containers: []}"), RESTART},
    {"Deployment",
     POD("{topologySpreadConstraints: [{topologyKey: a, whenUnsatisfiable: DoNotSchedule, maxSkew: 1}]}"),
     POD("{topologySpreadConstraints: [{topologyKey: a, whenUnsatisfiable: DoNotSchedule, maxSkew: 5}]}"), RESTART | WEAK},
    {"Deployment",
     POD("{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a}]}}}"),
     POD("{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}}}"),
     RESTART | WEAK},
    {"Deployment", "{strategy: {type: RollingUpdate}}", "{strategy: {rollingUpdate: {maxUnavailable: 100%}}}", WEAK},
    {"Deployment", "{strategy: {type: RollingUpdate}}", "{strategy: {rollingUpdate: {maxUnavailable: 10%}}}", 0},
    {"PodDisruptionBudget", "{maxUnavailable: 0}", "{maxUnavailable: 1}", WEAK},
    {"PodDisruptionBudget", "{minAvailable: 50%}", "{maxUnavailable: 1}", WEAK},
    {"HorizontalPodAutoscaler", "{minReplicas: 1}", "{maxReplicas: 2}", SIZE},
    {"Deployment", "{strategy: {type: RollingUpdate}}", "{strategy: {type: Recreate}}", WEAK},
    {"Deployment", "{replicas: 3}", "{replicas: 2}", WEAK | SIZE},
    {"Deployment", "{replicas: 2}", "{replicas: 3}", SIZE},
    {"HorizontalPodAutoscaler", "{minReplicas: 3}", "{minReplicas: 2}", WEAK | SIZE},
    {"HorizontalPodAutoscaler", "{maxReplicas: 3}", "{maxReplicas: 2}", SIZE},
    /* cosmetic */
    {"Deployment", APP("resources: {requests: {cpu: 2000m}}"), APP("resources: {requests: {cpu: '2'}}"), NOTHING},
    {"Deployment", APP("env: [{name: A, value: '2'}]"), APP("env: [{name: A, value: 2}]"), RESTART},
    {"Deployment", "={metadata: {name: a, labels: {x: '1'}}}", "={metadata: {name: a, labels: {x: '2'}}}", NOTHING},
    {"Service", "={metadata: {name: a, labels: {x: '1'}}, spec: {selector: {x: y}}}",
     "={metadata: {name: a, labels: {x: '2'}}, spec: {selector: {x: y}}}", NOTHING},
    {"Widget", "={metadata: {name: a, labels: {x: '1'}}, spec: {widgetSelector: {matchLabels: {x: y}}}}",
     "={metadata: {name: a, labels: {x: '2'}}, spec: {widgetSelector: {matchLabels: {x: y}}}}", 0},
    {"Namespace", "={metadata: {name: a, labels: {x: '1'}}, peer: {namespaceSelector: {matchLabels: {x: y}}}}",
     "={metadata: {name: a, labels: {x: '2'}}, peer: {namespaceSelector: {matchLabels: {x: y}}}}", 0},
    {"Deployment", "={metadata: {name: a, annotations: {owner: '1'}}}", "={metadata: {name: a}}", NOTHING},
    {"Deployment", "={metadata: {name: a, annotations: {a.example.com/b: '1'}}}", "={metadata: {name: a}}", 0},
};

static const Value *object_of(Arena *arena, const char *kind, const char *text)
{
    bool whole = text[0] == '=';
    const Value *body = load_document(arena, str_from(text + whole), 0);
    MapBuilder map = map_begin_with(arena, whole ? body : &value_empty_map);
    map_set(&map, STR("kind"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, str_from(kind)));
    if (!whole)
        map_set(&map, STR("spec"), ORIGIN_NONE, body);
    if (!map_peek(&map, STR("metadata")))
        map_set(&map, STR("metadata"), ORIGIN_NONE, load_document(arena, STR("{name: a}"), 0));
    return map_end(&map, ORIGIN_NONE);
}

static void test_rows(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        Arena *arena = arena_new();
        DiffInput from = {rows[i].from[0] ? object_of(arena, rows[i].kind, rows[i].from) : NULL, STR("x")};
        DiffInput to = {rows[i].to[0] ? object_of(arena, rows[i].kind, rows[i].to) : NULL, STR("x")};
        DiffSide old = {&from, from.object != NULL, 0}, new = {&to, to.object != NULL, 0};
        DiffResult result = diff_objects(arena, &old, &new, (DiffRenames){NULL, 0});
        if (result.classes != rows[i].classes || result.count != 1)
            print_error("row %zu: %s %s -> %s: found %#x, expected %#x\n", i, rows[i].kind, rows[i].from, rows[i].to,
                        result.classes, rows[i].classes);
        assert_int_equal(result.count, 1);
        wrong += result.classes != rows[i].classes;
        arena_free(arena);
    }
    assert_int_equal(wrong, 0);
}

/* Every row says where its meaning is written, has a condition and a class; the gravest class has a reason. */
static void test_audit(void **state)
{
    (void)state;
    for (size_t i = 0; i < consequence_count; i++) {
        const Consequence *row = &consequences[i];
        assert_true(row->source && row->source[0]);
        assert_non_null(row->when);
        assert_true(row->classes != 0 && row->classes < DIFF_BIT(DIFF_CLASS_COUNT));
        unsigned plain = DIFF_BIT(DIFF_RESTARTS) | DIFF_BIT(DIFF_CAPACITY);
        assert_true(row->reason || !(row->classes & ~plain));
    }
    for (size_t i = 0; i < list_row_count; i++) {
        assert_true(list_rows[i].source && list_rows[i].source[0]);
        assert_int_equal(list_rows[i].match == LIST_KEYED, list_rows[i].keys[0] != NULL);
    }
}

static void check_range(DiffRange range, int64_t low, int64_t high)
{
    assert_true(range.low == (__int128)low * 1000000);
    assert_true(range.high == (__int128)high * 1000000);
}

/* In thousandths: requests of containers and sidecars, or of a larger init container, times the autoscaler's replicas. */
static void test_capacity(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const Value *objects = load_document(
        arena,
        STR("- {kind: Deployment, metadata: {name: a}, spec: {replicas: 9, template: {spec: {containers: [{resources: "
            "{requests: {cpu: 100m}}}], initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 50m}}}, "
            "{resources: {requests: {cpu: 200m}}}]}}}}\n"
            "- {kind: HorizontalPodAutoscaler, spec: {minReplicas: 2, maxReplicas: 4, scaleTargetRef: {kind: Deployment, "
            "name: a}}}\n"
            "- {kind: StatefulSet, metadata: {name: a}, spec: {replicas: 3, template: {spec: {containers: [{resources: "
            "{requests: {memory: 1}}}]}}, volumeClaimTemplates: [{spec: {resources: {requests: {storage: 2}}}}]}}\n"
            "- {kind: DaemonSet, metadata: {name: a}, spec: {template: {spec: {containers: [{resources: {requests: "
            "{cpu: 1}}}]}}}}\n"),
        0);
    DiffInput list[4];
    for (uint32_t i = 0; i < objects->size; i++)
        list[i] = (DiffInput){objects->items[i], STR("x")};
    DiffCapacity capacity = capacity_of(arena, &(DiffSide){list, objects->size, 0});
    check_range(capacity.of[DIFF_CPU], 500, 1000);
    check_range(capacity.of[DIFF_MEMORY], 3000, 3000);
    check_range(capacity.of[DIFF_STORAGE], 6000, 6000);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_audit),
                                       cmocka_unit_test(test_capacity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
