/* model_expand: the long form of every shorthand, and every message about a layer alone. */
#include "model_load.h"

typedef struct Case {
    const char *yaml;
    const char *expected; /* JSON, or messages */
} Case;

static void check_long(const Case *cases, size_t count, ModelExpand how)
{
    for (size_t i = 0; i < count; i++) {
        Bench bench = bench_new();
        const Value *value = bench_expand(&bench, cases[i].yaml, how);
        if (!value)
            fail_msg("%s: %s", cases[i].yaml, bench_messages(&bench));
        assert_string_equal(bench_json(&bench, value), cases[i].expected);
        /* The long form is its own long form, and is shared. */
        assert_ptr_equal(model_expand(bench.arena, value, how, bench.diags), value);
        arena_free(bench.arena);
    }
}

static void check_messages(const Case *cases, size_t count, ModelExpand how)
{
    for (size_t i = 0; i < count; i++) {
        Bench bench = bench_new();
        const Value *value = bench_expand(&bench, cases[i].yaml, how);
        if (value)
            fail_msg("%s: no error", cases[i].yaml);
        assert_string_equal(bench_messages(&bench), cases[i].expected);
        arena_free(bench.arena);
    }
}

static void test_shorthands(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"{}", "{}"},
        {"ports: 8080", "{\"ports\":{\"http\":{\"containerPort\":8080}}}"},
        {"ports: {http: 8080}", "{\"ports\":{\"http\":{\"containerPort\":8080}}}"},
        {"ports: {http: \"${vars.p}\"}", "{\"ports\":{\"http\":{\"containerPort\":\"${vars.p}\"}}}"},
        {"health: {liveness: /live}", "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/live\"}}}}"},
        {"health: {liveness: \"${vars.p}\"}", "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"${vars.p}\"}}}}"},
        {"health: {liveness: grpc}", "{\"health\":{\"liveness\":{\"grpc\":{}}}}"},
        {"health: {readiness: tcp}", "{\"health\":{\"readiness\":{\"tcpSocket\":{}}}}"},
        {"health: {liveness: {grpc: 7070}}", "{\"health\":{\"liveness\":{\"grpc\":{\"port\":7070}}}}"},
        {"health: {liveness: {tcpSocket: redis}}",
         "{\"health\":{\"liveness\":{\"tcpSocket\":{\"port\":\"redis\"}}}}"},
        {"health: {liveness: {httpGet: /a, periodSeconds: 3}}",
         "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/a\"},\"periodSeconds\":3}}}"},
        {"health: {liveness: {exec: [a, 5]}}", "{\"health\":{\"liveness\":{\"exec\":[\"a\",\"5\"]}}}"},
        {"health: {startup: false}", "{\"health\":{\"startup\":false}}"},
        {"env: {A: 1.10, B: true, C: text}",
         "{\"env\":{\"A\":{\"value\":\"1.10\"},\"B\":{\"value\":\"true\"},\"C\":{\"value\":\"text\"}}}"},
        {"env: {A: {fieldRef: status.podIP}}", "{\"env\":{\"A\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}}"},
        {"env: {A: {resourceFieldRef: limits.cpu}}",
         "{\"env\":{\"A\":{\"resourceFieldRef\":{\"resource\":\"limits.cpu\"}}}}"},
        {"secrets: {A: a-key}", "{\"secrets\":{\"A\":{\"remoteRef\":{\"key\":\"a-key\"}}}}"},
        {"secrets: {A: {remoteRef: k, as: env}}",
         "{\"secrets\":{\"A\":{\"remoteRef\":{\"key\":\"k\"},\"as\":\"env\"}}}"},
        {"secrets: {A: {rotation: 30d}}", "{\"secrets\":{\"A\":{\"rotation\":\"30d\"}}}"},
        {"config: {a.txt: 5, b.yaml: {x: 5}}", "{\"config\":{\"a.txt\":\"5\",\"b.yaml\":{\"x\":5}}}"},
        {"volumes: {c: /c}", "{\"volumes\":{\"c\":{\"mountPath\":\"/c\",\"emptyDir\":{}}}}"},
        {"volumes: {tmp: false}", "{\"volumes\":{\"tmp\":false}}"},
        {"volumes: {c: {emptyDir: 1024Mi}}", "{\"volumes\":{\"c\":{\"emptyDir\":{\"sizeLimit\":\"1Gi\"}}}}"},
        {"volumes: {c: {configMap: ca}}", "{\"volumes\":{\"c\":{\"configMap\":{\"name\":\"ca\"}}}}"},
        {"volumes: {c: {secret: tls}}", "{\"volumes\":{\"c\":{\"secret\":{\"secretName\":\"tls\"}}}}"},
        {"volumes: {c: {serviceAccountToken: vault}}",
         "{\"volumes\":{\"c\":{\"serviceAccountToken\":{\"audience\":\"vault\"}}}}"},
        {"preStop: 15", "{\"preStop\":{\"sleep\":{\"seconds\":15}}}"},
        {"preStop: {sleep: 5}", "{\"preStop\":{\"sleep\":{\"seconds\":5}}}"},
        {"preStop: {httpGet: /drain}", "{\"preStop\":{\"httpGet\":{\"path\":\"/drain\"}}}"},
        {"preStop: false", "{\"preStop\":false}"},
        {"strategy: Recreate", "{\"strategy\":{\"type\":\"Recreate\"}}"},
        {"strategy: {rollingUpdate: {maxSurge: 25%}}", "{\"strategy\":{\"rollingUpdate\":{\"maxSurge\":\"25%\"}}}"},
        {"autoscaling: {metrics: {cpu: 70, q: {averageValue: 3}, m: false}}",
         "{\"autoscaling\":{\"metrics\":{\"cpu\":{\"averageUtilization\":70},\"q\":{\"averageValue\":\"3\"},\"m\":"
         "false}}}"},
        {"podDisruptionBudget: false", "{\"podDisruptionBudget\":false}"},
        {"metrics: /prom", "{\"metrics\":{\"path\":\"/prom\"}}"},
        {"ingress: {rateLimit: 100, tls: false}", "{\"ingress\":{\"rateLimit\":{\"rps\":100},\"tls\":false}}"},
        {"ingress: {tls: {issuer: false}}", "{\"ingress\":{\"tls\":{\"issuer\":false}}}"},
        {"access: {to: {a: true, b: http, c: 5432}}", "{\"access\":{\"to\":{\"a\":{},\"b\":{\"ports\":[{\"port\":"
                                                      "\"http\"}]},\"c\":{\"ports\":[{\"port\":5432}]}}}}"},
        {"access: {to: {a: {ports: [1, {port: 2, protocol: UDP}]}}}",
         "{\"access\":{\"to\":{\"a\":{\"ports\":[{\"port\":1},{\"port\":2,\"protocol\":\"UDP\"}]}}}}"},
        {"access: {to: {a: {ports: {amqp: 5672, admin: 15672}}}}",
         "{\"access\":{\"to\":{\"a\":{\"ports\":[{\"port\":5672},{\"port\":15672}]}}}}"},
        {"access: {from: {only: true, p: {cidrs: [10.0.0.0/8], ports: http}}}",
         "{\"access\":{\"from\":{\"only\":true,\"p\":{\"cidrs\":[\"10.0.0.0/"
         "8\"],\"ports\":[{\"port\":\"http\"}]}}}}"},
        {"secretStore: vault", "{\"secretStore\":{\"name\":\"vault\"}}"},
        {"resources: {limits: {cpu: 2000m, memory: 1024Mi, x.io/gpu: 1}}",
         "{\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"1Gi\",\"x.io/gpu\":\"1\"}}}"},
        {"labels: {a: 1.10}", "{\"labels\":{\"a\":\"1.10\"}}"},
        {"build: {version: 1.10, coverage: 80.5}", "{\"build\":{\"version\":\"1.10\",\"coverage\":80.5}}"},
        {"env: {A: null}\nreplicas: null", "{\"env\":{\"A\":null},\"replicas\":null}"},
        {"environments: {production: {ports: {http: 8081}, enabled: false}}",
         "{\"environments\":{\"production\":{\"ports\":{\"http\":{\"containerPort\":8081}},\"enabled\":false}}}"},
        {"image: \"${project.registry}/a:1\"\nreplicas: \"${vars.n}\"\nargs: \"${vars.args}\"",
         "{\"image\":\"${project.registry}/"
         "a:1\",\"replicas\":\"${vars.n}\",\"args\":\"${vars.args}\"}"},
    };
    check_long(cases, LENGTH_OF(cases), service_layer);
}

static void test_documents(void **state)
{
    (void)state;
    static const Case environment[] = {
        {"namespace: foo\ndeploy: {on: manual}\nreplicas: 3",
         "{\"namespace\":{\"name\":\"foo\"},\"deploy\":{\"on\":{\"trigger\":\"manual\"}},\"replicas\":3}"},
        {"deploy: {on: {tag: v*}}\ndefaults: {preStop: 5}",
         "{\"deploy\":{\"on\":{\"tag\":\"v*\"}},\"defaults\":{\"preStop\":{\"sleep\":{\"seconds\":5}}}}"},
        {"quota: {requests.cpu: \"20\"}\nschedule: null", "{\"quota\":{\"requests.cpu\":\"20\"}}"},
    };
    ModelExpand how = {.document = MODEL_ENVIRONMENT, .kind = KIND_DEPLOYMENT, .skip_foreign = true};
    check_long(environment, LENGTH_OF(environment), how);
    static const Case project[] = {
        {"name: a\nkubernetes: 1.30\nworkflow: {login: aws}\nexternal: {pg: {namespace: db, ports: 5432}}",
         "{\"name\":\"a\",\"kubernetes\":\"1.30\",\"workflow\":{\"login\":{\"method\":\"aws\"}},"
         "\"external\":{\"pg\":{\"namespace\":\"db\",\"ports\":[{\"port\":5432}]}}}"},
        {"name: a\ndefaults: {secretStore: vault, build: {language: go}}",
         "{\"name\":\"a\",\"defaults\":{\"secretStore\":{\"name\":\"vault\"},\"build\":{\"language\":\"go\"}}}"},
    };
    check_long(project, LENGTH_OF(project), (ModelExpand){.document = MODEL_PROJECT, .kind = KIND_ANY});
}

static void test_origins(void **state)
{
    (void)state;
    Bench bench = bench_new();
    const Value *value = bench_layer(&bench, "health:\n  liveness: /live\nvolumes: {c: /c}\n");
    static const char *const places[] = {"health.liveness", "health.liveness.httpGet",
                                         "health.liveness.httpGet.path"};
    for (size_t i = 0; i < LENGTH_OF(places); i++) {
        Place place = origin_place(bench.sources, value_path(value, places[i])->origin);
        assert_int_equal(place.line, 2);
        assert_int_equal(place.column, 13);
    }
    assert_int_equal(origin_place(bench.sources, value_path(value, "volumes.c.emptyDir")->origin).line, 3);
    arena_free(bench.arena);
}

static void test_messages(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"helth: {}", "1:1: unknown field 'helth'; did you mean 'health'?"},
        {"privileged: true", "1:1: unknown field 'privileged'"},
        {"health: {livenes: /}", "1:10: health: unknown field 'livenes'; did you mean 'liveness'?"},
        {"health: {zzz: /}", "1:10: health: unknown field 'zzz'; allowed: liveness, readiness, startup"},
        {"ports: {http: eighty}", "1:15: ports.http: expected a port (1-65535), found 'eighty'"},
        {"ports: {http: 70000}", "1:15: ports.http: expected a port (1-65535), found 70000"},
        {"ports: {http: \"8080\"}", "1:15: ports.http: expected a port (1-65535), found '8080'"},
        {"ports: {http: 80}",
         "1:15: ports.http: expected a port from 1024, as no process here is root, found 80; the Service "
         "may still offer it: {containerPort: 8080, port: 80}"},
        {"ports: [80]", "1:8: ports: expected a map, found a list"},
        {"ports: {HTTP: 8080}",
         "1:9: ports: expected a port name (a-z, 0-9 and -, at most 15, with a letter) as the key, found 'HTTP'"},
        {"replicas: three", "1:11: replicas: expected an integer from 0, found 'three'"},
        {"replicas: -1", "1:11: replicas: expected an integer from 0, found -1"},
        {"replicas: 1.5", "1:11: replicas: expected an integer from 0, found 1.5"},
        {"terminationGracePeriodSeconds: 4000",
         "1:32: terminationGracePeriodSeconds: expected an integer from 1 to 3600, found 4000"},
        {"enabled: 1", "1:10: enabled: expected true or false, found 1"},
        {"imagePullPolicy: always",
         "1:18: imagePullPolicy: expected one of Always, IfNotPresent, found 'always'; did you mean 'Always'?"},
        {"imagePullPolicy: Sometimes",
         "1:18: imagePullPolicy: expected one of Always, IfNotPresent, found 'Sometimes'"},
        {"resources: {requests: {cpu: lots}}",
         "1:29: resources.requests.cpu: expected a quantity such as 500m or 2Gi, found 'lots'"},
        {"resources: {requests: {memroy: 1Gi}}",
         "1:24: resources.requests: unknown field 'memroy'; did you mean 'memory'?"},
        {"resources: {requests: {zzzzzz: 1Gi}}",
         "1:24: resources.requests: unknown field 'zzzzzz'; allowed: cpu, memory, ephemeral-storage, vendor/name"},
        {"secrets: {A: {rotation: soon}}",
         "1:25: secrets.A.rotation: expected a duration such as 30s, 5m or 30d, found 'soon'"},
        {"secrets: {A: true}", "1:14: secrets.A: expected a map or a string, found true"},
        {"volumes: {c: cache}", "1:14: volumes.c: expected an absolute path, found 'cache'"},
        {"volumes: {c: 5}", "1:14: volumes.c: expected an absolute path, found 5"},
        {"volumes: {c: true}", "1:14: volumes.c: expected a map or an absolute path or false, found true"},
        {"health: {liveness: nope}", "1:20: health.liveness: expected /path, grpc, tcp or a map, found 'nope'"},
        {"health: {startup: 5}", "1:19: health.startup: expected /path, grpc, tcp or a map or false, found 5"},
        {"health: {liveness: false}", "1:20: health.liveness: expected /path, grpc, tcp or a map, found false"},
        {"health: {liveness: {successThreshold: 2}}",
         "1:21: health.liveness: unknown field 'successThreshold'; allowed: initialDelaySeconds, periodSeconds, "
         "timeoutSeconds, failureThreshold, httpGet, grpc, tcpSocket, exec"},
        {"health: {liveness: {httpGet: /a, grpc: 1}}",
         "1:10: health.liveness: 'httpGet' and 'grpc' exclude each other; keep one handler"},
        {"env: {A: {value: x, fieldRef: y}}",
         "1:7: env.A: 'value' and 'fieldRef' exclude each other; keep one source"},
        {"env: {A: [x]}", "1:10: env.A: expected a map or a string, number or boolean, found a list"},
        {"env: {1A: x}",
         "1:7: env: expected a variable's name (letters, digits, '-', '_' and '.', no digit first) as the "
         "key, found '1A'"},
        {"podDisruptionBudget: {minAvailable: 1, maxUnavailable: 1}",
         "1:1: podDisruptionBudget: 'minAvailable' and 'maxUnavailable' exclude each other; keep one bound"},
        {"access: {to: {a: false}}",
         "1:18: access.to.a: expected true, a port or a map, found false; remove the entry"},
        {"access: {to: {a: {namespace: b, host: c}}}",
         "1:15: access.to.a: 'namespace' and 'host' exclude each other; keep one address"},
        {"access: {to: {a: {ports: [{protocol: UDP}]}}}",
         "1:27: access.to.a.ports[0]: port is missing; add port: 5432"},
        {"access: {to: {a: {cidrs: [10.0.0.0]}}}",
         "1:27: access.to.a.cidrs[0]: expected a network such as 10.0.0.0/8, found '10.0.0.0'"},
        {"args: [a, null]", "1:11: args[1]: expected a string, number or boolean, found null"},
        {"command: serve", "1:10: command: expected a list, found 'serve'"},
        {"image: Foo/bar", "1:8: image: 'Foo/bar' is no image reference: repository must be lower case"},
        {"envFrom: []",
         "1:1: envFrom: not supported; name each variable: env: {NAME: {configMapKeyRef: {name: settings, key: "
         "NAME}}}, or secretKeyRef"},
        {"vars: \"${vars.x}\"", "1:7: vars: expected a map, found '${vars.x}'"},
        {"labels: \"${vars.x}\"", "1:9: labels: expected a map, found '${vars.x}'"},
        {"config: {a.conf: {b: 1}}",
         "1:18: config.\"a.conf\": expected text, found a map; only a file in .yaml, .yml or .json takes data"},
        {"config: {../x: y}", "1:10: config: expected a file name or an absolute path as the key, found '../x'"},
        {"kind: Deploy", "1:7: kind: expected one of Deployment, StatefulSet, CronJob, Job, found 'Deploy'; "
                         "did you mean 'Deployment'?"},
        {"kind: deployment", "1:7: kind: expected one of Deployment, StatefulSet, CronJob, Job, found 'deployment'; "
                             "did you mean 'Deployment'?"},
        {"kind: \"${vars.kind}\"",
         "1:7: kind: expected one of Deployment, StatefulSet, CronJob, Job, found '${vars.kind}'"},
        {"strategy: {type: Canary, canary: {trafficRouting: istio}}",
         "1:35: strategy.canary.trafficRouting: not supported yet; remove it"},
        {"jobs: {m: {ports: 8080}}", "1:12: 'jobs.m.ports' has no meaning for a job; remove it"},
        {"logging: {host: a.b}", "1:11: logging.host: not supported yet; remove it"},
        {"schedule: \"* * * * *\"", "1:1: 'schedule' has no meaning for kind Deployment; remove it"},
        {"environments: {qa: {kind: Job}}",
         "1:21: 'environments.qa.kind' cannot be set here; it belongs at the top of a service's own file"},
        /* every error is reported, at its place */
        {"replicas: x\nenv: {A: [], B: {}}\nfoo: 1\n",
         "1:11: replicas: expected an integer from 0, found 'x'\n"
         "2:10: env.A: expected a map or a string, number or boolean, found a list\n"
         "3:1: unknown field 'foo'"},
        {"[]", "1:1: expected a map, found a list"},
    };
    check_messages(cases, LENGTH_OF(cases), service_layer);
}

static void test_ambiguous(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"replicas: 010",
         "1:11: replicas: 010 is 10 in YAML 1.2, 8 in YAML 1.1; write a plain decimal number, without quotes"},
        {"enabled: yes", "1:10: enabled: yes is the string 'yes' in YAML 1.2, true in YAML 1.1; write true or false"},
        {"vars: {a: {b: [no]}}",
         "1:16: vars.a.b[0]: no is the string 'no' in YAML 1.2, false in YAML 1.1; quote it for text, "
         "or write it so that all read alike"},
        {"config: {a.yaml: {mode: 010}}",
         "1:25: config.\"a.yaml\".mode: 010 is 10 in YAML 1.2, 8 in YAML 1.1; quote it for text, "
         "or write it so that all read alike"},
    };
    check_messages(cases, LENGTH_OF(cases), service_layer);
    /* Text rows keep what was written, and quotes settle it. */
    static const Case fine[] = {
        {"env: {A: 010, B: yes}", "{\"env\":{\"A\":{\"value\":\"010\"},\"B\":{\"value\":\"yes\"}}}"},
        {"vars: {a: \"010\", b: 'no'}", "{\"vars\":{\"a\":\"010\",\"b\":\"no\"}}"},
    };
    check_long(fine, LENGTH_OF(fine), service_layer);
}

static void test_other_layers(void **state)
{
    (void)state;
    static const Case block[] = {
        {"environments: {}", "1:1: 'environments' cannot be set here; it belongs at the top of a service's own file"},
        {"build: {language: go}",
         "1:1: 'build' cannot be set here; it belongs in a service's own file or in kiln.yaml's defaults"},
    };
    check_messages(block, LENGTH_OF(block),
                   (ModelExpand){.document = MODEL_SERVICE, .kind = KIND_ANY, .block = true});
    static const Case environment[] = {
        {"image: a\nenabled: false", "1:1: 'image' cannot be set here; it belongs in a service's own file\n"
                                     "2:1: 'enabled' cannot be set here; it belongs in a service's own file"},
        {"tier: prod", "1:7: tier: expected one of development, staging, production, found 'prod'; "
                       "did you mean 'production'?"},
        {"deploy: {on: {tag: a, branch: b}}",
         "1:10: deploy.on: 'tag' and 'branch' exclude each other; keep one trigger"},
        {"deploy: {on: sometimes}", "1:14: deploy.on: expected one of after, manual, found 'sometimes'"},
        {"defaults: {environments: {}}",
         "1:12: 'defaults.environments' cannot be set here; it belongs at the top of a service's own file"},
    };
    check_messages(environment, LENGTH_OF(environment),
                   (ModelExpand){.document = MODEL_ENVIRONMENT, .kind = KIND_ANY});
    static const Case project[] = {
        {"domain: a.b", "1:1: name is missing; add name: slotwise"},
        {"name: a\ngitops: {source: chart}", "2:18: gitops.source: expected one of tree, plugin, found 'chart'"},
        {"name: a\nnetwork: {fqdn: istio}", "2:17: network.fqdn: expected one of none, cilium, found 'istio'"},
        {"name: a\nowners: {x: y}", "2:13: owners.x: expected an e-mail address, found 'y'"},
        {"name: a\nworkflow: {image: a:1}",
         "2:19: workflow.image: expected an image with tag and digest, found 'a:1'"},
        {"name: a\nworkflow: {scan: {schedule: daily}}",
         "2:29: workflow.scan.schedule: expected a schedule such as \"0 2 * * *\", found 'daily'"},
    };
    check_messages(project, LENGTH_OF(project), (ModelExpand){.document = MODEL_PROJECT, .kind = KIND_ANY});
    static const Case releases[] = {
        {"services: {a: {digest: sha256:1}}",
         "1:24: services.a.digest: expected a digest: sha256: and 64 hex digits, found 'sha256:1'"},
    };
    check_messages(releases, LENGTH_OF(releases),
                   (ModelExpand){.document = MODEL_RELEASES, .kind = KIND_ANY, .resolved = true});
    static const Case cron_job[] = {{"replicas: 3", "1:1: 'replicas' has no meaning for kind CronJob; remove it"}};
    check_messages(cron_job, 1, (ModelExpand){.document = MODEL_SERVICE, .kind = KIND_CRONJOB});
}

/* With references resolved, text is just text, and a block that is there must be whole. */
static void test_resolved(void **state)
{
    (void)state;
    ModelExpand how = {.document = MODEL_SERVICE, .kind = KIND_DEPLOYMENT, .resolved = true};
    static const Case bad[] = {
        {"replicas: ${x}", "1:11: replicas: expected an integer from 0, found '${x}'"},
        {"ports: {http: {port: 80}}", "1:15: ports.http: containerPort is missing; add containerPort: 8080"},
        {"env: {A: {secretKeyRef: {name: x}}}", "1:25: env.A.secretKeyRef: key is missing; add key: region"},
    };
    check_messages(bad, LENGTH_OF(bad), how);
    static const Case good[] = {
        {"env: {A: \"${x}\"}", "{\"env\":{\"A\":{\"value\":\"${x}\"}}}"},
        {"health: {liveness: {httpGet: {path: /a, port: 8080}}}",
         "{\"health\":{\"liveness\":{\"httpGet\":{\"path\":\"/a\",\"port\":8080}}}}"},
    };
    check_long(good, LENGTH_OF(good), how);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shorthands), cmocka_unit_test(test_documents), cmocka_unit_test(test_origins),
        cmocka_unit_test(test_messages),   cmocka_unit_test(test_ambiguous), cmocka_unit_test(test_other_layers),
        cmocka_unit_test(test_resolved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
