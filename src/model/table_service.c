/*
 * A definition's own rows: what it is, how it is observed, its identity and placement, the ways out, and what CI does with it
 * (definition.md §2). The rest of its rows come from the groups that follow.
 */
#include "table.h"

/* ---- observe ---- */

static const Field metrics_rows[] = {
    {.name = KEY("port"), .type = FIELD_PORT_NAME, .fallback_note = "metrics", .doc = "The port that serves the metrics.", .example = "http"},
    {.name = KEY("path"), .type = FIELD_PATH, .fallback = TEXT_VALUE("/metrics"), .doc = "The path that serves the metrics.",
     .example = "/actuator/prometheus"},
    {.name = KEY("interval"), .type = FIELD_DURATION, .fallback = TEXT_VALUE("30s"), .doc = "How often the metrics are read.",
     .example = "15s"},
    {.name = KEY("namespace"), .type = FIELD_NAME, .fallback = TEXT_VALUE("monitoring"), .doc = "Where Prometheus runs, so that it is let in.",
     .example = "observability"},
    {.name = KEY("labels"), SCALARS_BY(FIELD_LABEL_KEY), .doc = "Labels of the ServiceMonitor, for a Prometheus that picks by them.",
     .example = "{release: prometheus}"},
};

static const Field alert_rows[] = {
    {.name = KEY("expr"), .type = FIELD_STRING, .required = true, .doc = "The PromQL expression that must not hold.",
     .example = "rate(errors_total[5m]) > 1"},
    {.name = KEY("for"), .type = FIELD_DURATION, .doc = "How long it must hold before somebody is told.", .example = "10m"},
    {.name = KEY("severity"), .type = FIELD_ENUM, .choices = CHOICES("info", "warning", "critical"), .doc = "How urgent it is.",
     .example = "warning"},
    {.name = KEY("summary"), .type = FIELD_STRING, .doc = "What is wrong, in one sentence.", .example = "requests are slow"},
    {.name = KEY("runbook"), .type = FIELD_STRING, .doc = "Where it says what to do.", .example = "https://wiki.example.com/slow"},
};
static const Field alert_entry = {.type = FIELD_BLOCK, .off = true, .members = MEMBERS(alert_rows), .doc = "One alert.",
                                  .example = "{expr: 'up == 0', for: 10m, severity: warning}"};

static const Field latency_entry = {.type = FIELD_DURATION, .doc = "The time that this share of requests stays below.", .example = "500ms"};

static const Field slo_rows[] = {
    {.name = KEY("availability"), .type = FIELD_PERCENT, .doc = "The share of requests that must succeed.", .example = "99.9%"},
    {.name = KEY("errorRate"), .type = FIELD_PERCENT, .doc = "The share of requests that may fail.", .example = "0.1%"},
    {.name = KEY("latency"), .type = FIELD_NAMED, .keys = FIELD_STRING, .entry = &latency_entry, .doc = "Response times by percentile.",
     .example = "{p95: 500ms}"},
    {.name = KEY("requests"), .type = FIELD_STRING, .fallback = TEXT_VALUE("http_requests_total"), .doc = "The metric that counts requests.",
     .example = "grpc_server_handled_total"},
    {.name = KEY("duration"), .type = FIELD_STRING, .fallback = TEXT_VALUE("http_request_duration_seconds"),
     .doc = "The histogram of response times.", .example = "grpc_server_handling_seconds"},
};

static const Field logging_rows[] = {
    {.name = KEY("parser"), .type = FIELD_STRING, .fallback = TEXT_VALUE("json"), .doc = "The Fluent Bit parser of the pod's log.",
     .example = "logfmt"},
    {.name = KEY("host"), .type = FIELD_HOST, .later = true, .doc = "Where the log goes.", .example = "opensearch.logging.svc"},
    {.name = KEY("port"), .type = FIELD_PORT, .later = true, .fallback = NUMBER_VALUE(9200), .doc = "The port at that host.",
     .example = "443"},
    {.name = KEY("index"), .type = FIELD_STRING, .later = true, .fallback_note = "<project>-logs", .doc = "The index that the log goes into.",
     .example = "slotwise"},
};

/* ---- identity and placement ---- */

static const Field rule_rows[] = {
    {.name = KEY("apiGroups"), LIST_OF(FIELD_STRING), .required = true, .doc = "The API groups; the core group is empty text.",
     .example = "[\"\"]"},
    {.name = KEY("resources"), LIST_OF(FIELD_STRING), .required = true, .doc = "The kinds of objects.", .example = "[configmaps]"},
    {.name = KEY("verbs"), LIST_OF(FIELD_STRING), .required = true, .doc = "What may be done with them.", .example = "[get]"},
    {.name = KEY("resourceNames"), LIST_OF(FIELD_STRING), .doc = "Only the objects of these names.", .example = "[leader]"},
};
static const Field rule_entry = {.type = FIELD_BLOCK, .members = MEMBERS(rule_rows), .doc = "One rule of the service's Role.",
                                 .example = "{apiGroups: [\"\"], resources: [configmaps], verbs: [get]}"};

static const Field account_rows[] = {
    {.name = KEY("annotations"), SCALARS_BY(FIELD_LABEL_KEY), .doc = "Annotations of the ServiceAccount, such as a cloud identity.",
     .example = "{eks.amazonaws.com/role-arn: \"arn:aws:iam::1:role/x\"}"},
    {.name = KEY("imagePullSecrets"), LIST_OF(FIELD_HOST), .doc = "The Secrets that open the registry.", .example = "[registry]"},
    {.name = KEY("rules"), .type = FIELD_NAMED, .keys = FIELD_NAME, .later = true, .entry = &rule_entry,
     .doc = "What the service may do at the API server.", .example = "{cm: {apiGroups: [\"\"], resources: [configmaps], verbs: [get]}}"},
};

static const Field store_rows[] = {
    {.name = KEY("kind"), .type = FIELD_ENUM, .choices = CHOICES("ClusterSecretStore", "SecretStore", "None"),
     .fallback = TEXT_VALUE("ClusterSecretStore"), .doc = "The kind of the store; None when the Secret comes by other means.",
     .example = "None"},
    {.name = KEY("name"), .type = FIELD_HOST, .doc = "The store's name.", .example = "vault"},
    {.name = KEY("path"), .type = FIELD_STRING, .fallback_note = "${project.name}/${env.name}/${service.name}",
     .doc = "What stands before every remote key.", .example = "${project.name}/${env.name}"},
    {.name = KEY("layout"), .type = FIELD_ENUM, .choices = CHOICES("key", "property"), .fallback = TEXT_VALUE("key"),
     .doc = "Whether each secret is a key of its own, or a property of the one key that is the path.", .example = "property"},
    {.name = KEY("refreshInterval"), .type = FIELD_DURATION, .fallback = TEXT_VALUE("1h"), .doc = "How often the store is asked.",
     .example = "15m"},
};

static const Field toleration_rows[] = {
    {.name = KEY("key"), .type = FIELD_LABEL_KEY, .doc = "The taint's key.", .example = "dedicated"},
    {.name = KEY("operator"), .type = FIELD_ENUM, .choices = CHOICES("Exists", "Equal"), .doc = "Whether the taint's value counts.",
     .example = "Equal"},
    {.name = KEY("value"), .type = FIELD_SCALAR, .doc = "The taint's value.", .example = "batch"},
    {.name = KEY("effect"), .type = FIELD_ENUM, .choices = CHOICES("NoSchedule", "PreferNoSchedule", "NoExecute"),
     .doc = "The taint's effect; unsaid, any.", .example = "NoSchedule"},
    {.name = KEY("tolerationSeconds"), .type = FIELD_INTEGER, .doc = "How long a taint that evicts is tolerated.", .example = "300"},
};
static const Field toleration_entry = {.type = FIELD_BLOCK, .members = MEMBERS(toleration_rows), .doc = "One taint that the pods tolerate.",
                                       .example = "{key: dedicated, value: batch, effect: NoSchedule}"};

static const Field spread_rows[] = {
    {.name = KEY("maxSkew"), .type = FIELD_INTEGER, .min = 1, .fallback = NUMBER_VALUE(1),
     .doc = "By how many pods two places may differ.", .example = "2"},
    {.name = KEY("whenUnsatisfiable"), .type = FIELD_ENUM, .choices = CHOICES("ScheduleAnyway", "DoNotSchedule"),
     .fallback = TEXT_VALUE("ScheduleAnyway"), .doc = "What happens to a pod that would differ more.", .example = "DoNotSchedule"},
};
static const Field spread_entry = {.type = FIELD_BLOCK, .off = true, .members = MEMBERS(spread_rows), .doc = "How evenly the pods lie.",
                                   .example = "{maxSkew: 1}"};

/* ---- escape hatches ---- */

static const Field waiver_rows[] = {
    {.name = KEY("reason"), .type = FIELD_STRING, .required = true, .doc = "Why the rule cannot be met.", .example = "legacy image"},
    {.name = KEY("owner"), .type = FIELD_LABEL, .fallback_note = "the service's owner", .doc = "Who answers for it.", .example = "payments"},
    {.name = KEY("expires"), .type = FIELD_DATE, .required = true, .doc = "The last day on which it holds.", .example = "2027-01-31"},
    {.name = KEY("rule"), .type = FIELD_STRING, .fallback_note = "the waiver's name", .doc = "The rule that is waived.",
     .example = "run-as-nonroot"},
    {.name = KEY("kind"), .type = FIELD_STRING, .doc = "Only objects of this kind.", .example = "Deployment"},
    {.name = KEY("container"), .type = FIELD_NAME, .doc = "Only this container.", .example = "proxy"},
};
static const Field waiver_entry = {.type = FIELD_BLOCK, .members = MEMBERS(waiver_rows), .doc = "One waived rule.",
                                   .example = "{reason: legacy image, owner: payments, expires: 2027-01-31}"};

static const Field target_rows[] = {
    {.name = KEY("kind"), .type = FIELD_STRING, .required = true, .doc = "The object's kind.", .example = "StatefulSet"},
    {.name = KEY("name"), .type = FIELD_STRING, .doc = "The object's name, where there are several.", .example = "api-migrate"},
};

static const Field patch_rows[] = {
    {.name = KEY("target"), .type = FIELD_BLOCK, .required = true, .scalar = "kind", .members = MEMBERS(target_rows),
     .doc = "Which rendered object is changed.", .example = "StatefulSet"},
    {.name = KEY("merge"), .type = FIELD_FREE, .one_of = 1, .doc = "A JSON Merge Patch (RFC 7386).",
     .example = "{spec: {podManagementPolicy: Parallel}}"},
    {.name = KEY("json"), .type = FIELD_LIST, .entry = &(const Field){.type = FIELD_FREE}, .one_of = 1, .doc = "A JSON Patch (RFC 6902).",
     .example = "[{op: remove, path: /spec/minReadySeconds}]"},
};
static const Field patch_entry = {.type = FIELD_BLOCK, .noun = "kind of patch", .members = MEMBERS(patch_rows), .doc = "One change to a rendered object.",
                                  .example = "{target: StatefulSet, merge: {spec: {podManagementPolicy: Parallel}}}"};

static const Field block_entry = {.type = FIELD_BLOCK, .inside = PLACE_BLOCK, .members = &service_group,
                                  .doc = "What this service needs in that environment.", .example = "{replicas: 5}"};

/* ---- build ---- */

static const Field command_rows[] = {
    {.name = KEY("install"), .type = FIELD_STRING, .off = true, .fallback_note = "the language's", .doc = "Fetches what the build needs.",
     .example = "npm ci"},
    {.name = KEY("lint"), .type = FIELD_STRING, .off = true, .fallback_note = "the language's", .doc = "Looks for mistakes without running the program.",
     .example = "npm run lint"},
    {.name = KEY("test"), .type = FIELD_STRING, .off = true, .fallback_note = "the language's", .doc = "Runs the unit tests.",
     .example = "npx nx test auth"},
    {.name = KEY("integration"), .type = FIELD_STRING, .off = true, .doc = "Runs tests that need other systems.", .example = "npm run test:e2e"},
    {.name = KEY("build"), .type = FIELD_STRING, .off = true, .doc = "Builds what goes into the image.", .example = "npm run build"},
};

static const Field build_rows[] = {
    {.name = KEY("language"), .type = FIELD_ENUM, .choices = CHOICES("go", "node", "python", "rust", "java", "dotnet", "none"),
     .doc = "What the service is written in; it makes the CI jobs.", .example = "go"},
    {.name = KEY("version"), .type = FIELD_STRING, .fallback_note = "what the language's own file says",
     .doc = "The version of the language.", .example = "\"1.25\""},
    {.name = KEY("context"), .type = FIELD_RELATIVE_PATH, .fallback = TEXT_VALUE("."), .doc = "The folder that is built.",
     .example = "services/auth"},
    {.name = KEY("dockerfile"), .type = FIELD_RELATIVE_PATH, .fallback_note = "Dockerfile in the context", .doc = "The Dockerfile.",
     .example = "docker/auth.Dockerfile"},
    {.name = KEY("target"), .type = FIELD_STRING, .doc = "The stage of the Dockerfile to build.", .example = "runtime"},
    {.name = KEY("args"), SCALARS_BY(FIELD_STRING), .doc = "Build arguments.", .example = "{APP: auth}"},
    {.name = KEY("platforms"), LIST_OF(FIELD_STRING),
     .fallback = &(const Value){.kind = VALUE_LIST, .size = 1, .items = (const Value *const[]){TEXT_VALUE("linux/amd64")}},
     .doc = "The platforms that the image is built for.", .example = "[linux/amd64, linux/arm64]"},
    {.name = KEY("commands"), .type = FIELD_BLOCK, .members = MEMBERS(command_rows), .doc = "The shell lines of the CI jobs.",
     .example = "{test: npx nx test auth}"},
    {.name = KEY("coverage"), .type = FIELD_NUMBER, .max = 100, .fallback = NUMBER_VALUE(80),
     .doc = "The share of lines that tests must reach, in percent.", .example = "90"},
};

/* ---- all of it ---- */

static const Field label_entry = {.type = FIELD_LABEL, .doc = "One label's value.", .example = "api"};

static const Field service_rows[] = {
    {.name = KEY("kind"), .type = FIELD_ENUM, .literal = true, .places = PLACE_SERVICE, .choices = CHOICES("Deployment"),
     .later_choices = CHOICES("StatefulSet", "CronJob", "Job"), .fallback = TEXT_VALUE("Deployment"),
     .doc = "The kind of workload, the same in all environments.", .example = "CronJob"},
    {.name = KEY("enabled"), .type = FIELD_BOOL, .places = PLACE_SERVICE | PLACE_BLOCK, .fallback = &value_true,
     .doc = "Whether the service is rendered at all.", .example = "false"},
    {.name = KEY("owner"), .type = FIELD_LABEL, .doc = "The team that answers for the service.", .example = "payments"},
    {.name = KEY("labels"), .type = FIELD_NAMED, .keys = FIELD_LABEL_KEY, .entry = &label_entry, .doc = "Labels of all objects and pods.",
     .example = "{app.kubernetes.io/component: api}"},
    {.name = KEY("annotations"), SCALARS_BY(FIELD_LABEL_KEY), .doc = "Annotations of the workload and its pods.",
     .example = "{example.com/contact: payments}"},
    {.name = KEY("vars"), .type = FIELD_FREE, .places = PLACE_SERVICE | PLACE_BLOCK, .doc = "Values to refer to as ${vars.name}.",
     .example = "{region: eu}"},
    {.name = KEY("metrics"), .type = FIELD_BLOCK, .off = true, .kinds = KINDS_LASTING, .scalar = "path", .members = MEMBERS(metrics_rows),
     .doc = "Where Prometheus finds the metrics; a port for them makes the ServiceMonitor.",
     .example = "{port: http, path: /actuator/prometheus}"},
    {.name = KEY("alerts"), .type = FIELD_NAMED, .keys = FIELD_NAME, .later = true, .entry = &alert_entry, .doc = "Alerts for Prometheus.",
     .example = "{slow: {expr: 'up == 0', for: 10m, severity: warning}}"},
    {.name = KEY("slo"), .type = FIELD_BLOCK, .later = true, .kinds = KINDS_LASTING, .members = MEMBERS(slo_rows),
     .doc = "What users may expect; burn-rate alerts follow from it.", .example = "{availability: 99.9%, latency: {p95: 500ms}}"},
    {.name = KEY("logging"), .type = FIELD_BLOCK, .off = true, .members = MEMBERS(logging_rows), .doc = "How the log is read.",
     .example = "{parser: logfmt}"},
    {.name = KEY("serviceAccount"), .type = FIELD_BLOCK, .members = MEMBERS(account_rows), .doc = "The account that the pods run under.",
     .example = "{imagePullSecrets: [registry]}"},
    {.name = KEY("secretStore"), .type = FIELD_BLOCK, .scalar = "name", .members = MEMBERS(store_rows),
     .doc = "Where External Secrets finds the secrets.", .example = "vault"},
    {.name = KEY("nodeSelector"), .type = FIELD_NAMED, .keys = FIELD_LABEL_KEY, .entry = &label_entry, .doc = "The labels of the nodes to run on.",
     .example = "{kubernetes.io/arch: arm64}"},
    {.name = KEY("priorityClassName"), .type = FIELD_HOST, .doc = "The pods' priority class.", .example = "standard"},
    {.name = KEY("tolerations"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &toleration_entry, .doc = "Taints that the pods tolerate.",
     .example = "{batch: {key: dedicated, value: batch, effect: NoSchedule}}"},
    {.name = KEY("topologySpreadConstraints"), .type = FIELD_NAMED, .keys = FIELD_LABEL_KEY, .kinds = KINDS_LASTING, .entry = &spread_entry,
     .fallback_note = "over hosts, from 2 replicas", .doc = "How the pods lie over hosts and zones.",
     .example = "{topology.kubernetes.io/zone: {maxSkew: 1}}"},
    {.name = KEY("waivers"), .type = FIELD_NAMED, .keys = FIELD_STRING, .later = true, .entry = &waiver_entry,
     .doc = "Rules of the gate that are waived for a time.", .example = "{run-as-nonroot: {reason: legacy image, expires: 2027-01-31}}"},
    {.name = KEY("patches"), .type = FIELD_NAMED, .keys = FIELD_NAME, .later = true, .entry = &patch_entry,
     .doc = "Changes to rendered objects that no field covers.", .example = "{parallel: {target: StatefulSet, merge: {spec: {}}}}"},
    {.name = KEY("environments"), .type = FIELD_NAMED, .keys = FIELD_NAME, .places = PLACE_SERVICE, .verbatim = true,
     .entry = &block_entry, .doc = "What differs in one environment.", .example = "{production: {autoscaling: {maxReplicas: 30}}}"},
    {.name = KEY("build"), .type = FIELD_BLOCK, .places = PLACE_SERVICE | PLACE_PROJECT_DEFAULTS, .members = MEMBERS(build_rows),
     .doc = "How CI builds and tests the service.", .example = "{language: go}"},
};
const FieldGroup service_group = ROWS_AND(service_rows, network_group);
