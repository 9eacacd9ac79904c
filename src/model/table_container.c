/*
 * The container's rows: what the main container on top of a definition, initContainers and jobs have in common
 * (definition.md §2 "The container").
 */
#include "table.h"

/* ---- env ---- */

static const Field key_ref_rows[] = {
    {.name = KEY("name"),
     .type = FIELD_HOST,
     .required = true,
     .doc = "The object's name in the same namespace.",
     .example = "shared-settings"},
    {.name = KEY("key"),
     .type = FIELD_CONFIG_KEY,
     .required = true,
     .doc = "The key inside the object.",
     .example = "region"},
    {.name = KEY("optional"),
     .type = FIELD_BOOL,
     .fallback = &value_false,
     .doc = "Whether the pod may start without the object.",
     .example = "true"},
};

static const Field field_ref_rows[] = {
    {.name = KEY("fieldPath"),
     .type = FIELD_STRING,
     .required = true,
     .doc = "The pod's field to read.",
     .example = "status.podIP"},
};

static const Field resource_ref_rows[] = {
    {.name = KEY("resource"),
     .type = FIELD_STRING,
     .required = true,
     .doc = "The container's resource to read.",
     .example = "limits.memory"},
    {.name = KEY("divisor"),
     .type = FIELD_QUANTITY,
     .fallback = TEXT_VALUE("0"),
     .doc = "The unit that the figure is given in.",
     .example = "1Mi"},
};

static const Field env_rows[] = {
    {.name = KEY("value"),
     .type = FIELD_SCALAR,
     .one_of = 1,
     .doc = "The variable's text, taken as written.",
     .example = "info"},
    {.name = KEY("fieldRef"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "fieldPath",
     .members = MEMBERS(field_ref_rows),
     .doc = "Takes the value from a field of the pod.",
     .example = "status.podIP"},
    {.name = KEY("resourceFieldRef"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "resource",
     .members = MEMBERS(resource_ref_rows),
     .doc = "Takes the value from the container's own requests or limits.",
     .example = "limits.memory"},
    {.name = KEY("configMapKeyRef"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .members = MEMBERS(key_ref_rows),
     .doc = "Takes the value from a ConfigMap made elsewhere.",
     .example = "{name: shared-settings, key: region}"},
    {.name = KEY("secretKeyRef"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .members = MEMBERS(key_ref_rows),
     .doc = "Takes the value from a Secret made elsewhere.",
     .example = "{name: database, key: password}"},
};

/* ---- secrets ---- */

static const Field remote_ref_rows[] = {
    {.name = KEY("key"),
     .type = FIELD_STRING,
     .fallback_note = "the secret's own name",
     .doc = "The remote key, below secretStore.path unless it starts with a slash.",
     .example = "db"},
    {.name = KEY("property"),
     .type = FIELD_STRING,
     .doc = "The member of a remote secret that holds several.",
     .example = "password"},
    {.name = KEY("version"), .type = FIELD_SCALAR, .doc = "The version of the remote secret.", .example = "v3"},
};

static const Field secret_rows[] = {
    {.name = KEY("remoteRef"),
     .type = FIELD_BLOCK,
     .scalar = "key",
     .members = MEMBERS(remote_ref_rows),
     .doc = "Where the secret lies in the secret store.",
     .example = "{key: db, property: password}"},
    {.name = KEY("as"),
     .type = FIELD_ENUM,
     .choices = CHOICES("file", "env"),
     .fallback = TEXT_VALUE("file"),
     .doc = "Whether the container sees a file or an environment variable.",
     .example = "env"},
    {.name = KEY("path"),
     .type = FIELD_FILE,
     .fallback_note = "the secret's own name",
     .doc = "The file's name below /etc/secrets, or an absolute path.",
     .example = "/etc/tls/tls.key"},
    {.name = KEY("rotation"),
     .type = FIELD_DURATION,
     .doc = "How often the secret is due for rotation.",
     .example = "30d"},
};

/* ---- volumes ---- */

static const Field empty_dir_rows[] = {
    {.name = KEY("sizeLimit"),
     .type = FIELD_QUANTITY,
     .fallback = TEXT_VALUE("64Mi"),
     .doc = "How much the volume may hold before the pod is evicted.",
     .example = "1Gi"},
    {.name = KEY("medium"),
     .type = FIELD_ENUM,
     .choices = CHOICES("Memory"),
     .doc = "Keeps the volume in memory instead of on the node's disk.",
     .example = "Memory"},
};

static const Field claim_rows[] = {
    {.name = KEY("storage"), .type = FIELD_QUANTITY, .one_of = 1, .doc = "The size to ask for.", .example = "10Gi"},
    {.name = KEY("storageClassName"), .type = FIELD_HOST, .doc = "The storage class to ask for.", .example = "fast"},
    {.name = KEY("accessModes"),
     .type = FIELD_LIST,
     .entry =
         &(const Field){.type = FIELD_ENUM,
                        .choices = CHOICES("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")},
     .fallback =
         &(const Value){.kind = VALUE_LIST, .size = 1, .items = (const Value *const[]){TEXT_VALUE("ReadWriteOnce")}},
     .doc = "How many nodes and pods may mount the claim.",
     .example = "[ReadWriteMany]"},
    {.name = KEY("claimName"),
     .type = FIELD_HOST,
     .one_of = 1,
     .doc = "Mounts a claim that was made elsewhere.",
     .example = "media"},
};

static const Field items_row = {.type = FIELD_FILE, .doc = "The file that the key becomes.", .example = "ca.pem"};

static const Field config_map_volume_rows[] = {
    {.name = KEY("name"),
     .type = FIELD_HOST,
     .required = true,
     .doc = "The ConfigMap's name.",
     .example = "ca-bundle"},
    {.name = KEY("items"),
     .type = FIELD_NAMED,
     .keys = FIELD_CONFIG_KEY,
     .entry = &items_row,
     .doc = "The keys to mount, each with its file; all keys when none is named.",
     .example = "{ca.crt: ca.pem}"},
    {.name = KEY("optional"),
     .type = FIELD_BOOL,
     .fallback = &value_false,
     .doc = "Whether the pod may start without the ConfigMap.",
     .example = "true"},
};

static const Field secret_volume_rows[] = {
    {.name = KEY("secretName"),
     .type = FIELD_HOST,
     .required = true,
     .doc = "The Secret's name.",
     .example = "repo-server-tls"},
    {.name = KEY("items"),
     .type = FIELD_NAMED,
     .keys = FIELD_CONFIG_KEY,
     .entry = &items_row,
     .doc = "The keys to mount, each with its file; all keys when none is named.",
     .example = "{tls.crt: server.pem}"},
    {.name = KEY("optional"),
     .type = FIELD_BOOL,
     .fallback = &value_false,
     .doc = "Whether the pod may start without the Secret.",
     .example = "true"},
};

static const Field token_rows[] = {
    {.name = KEY("audience"),
     .type = FIELD_STRING,
     .required = true,
     .doc = "Whom the token is meant for.",
     .example = "vault"},
    {.name = KEY("expirationSeconds"),
     .type = FIELD_INTEGER,
     .min = 600,
     .fallback = NUMBER_VALUE(3600),
     .doc = "How long the token is valid.",
     .example = "7200"},
};

static const Field volume_rows[] = {
    {.name = KEY("mountPath"),
     .type = FIELD_PATH,
     .doc = "Where the container sees the volume; unsaid, it is declared only.",
     .example = "/var/cache"},
    {.name = KEY("subPath"),
     .type = FIELD_RELATIVE_PATH,
     .doc = "Mounts this folder of the volume instead of all of it.",
     .example = "uploads"},
    {.name = KEY("readOnly"),
     .type = FIELD_BOOL,
     .fallback = &value_false,
     .doc = "Whether the container may only read.",
     .example = "true"},
    {.name = KEY("emptyDir"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "sizeLimit",
     .members = MEMBERS(empty_dir_rows),
     .doc = "Scratch space that lives as long as the pod.",
     .example = "1Gi"},
    {.name = KEY("persistentVolumeClaim"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "storage",
     .noun = "way to a claim",
     .members = MEMBERS(claim_rows),
     .doc = "Storage that outlives the pod.",
     .example = "10Gi"},
    {.name = KEY("configMap"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "name",
     .members = MEMBERS(config_map_volume_rows),
     .doc = "Files from a ConfigMap made elsewhere.",
     .example = "ca-bundle"},
    {.name = KEY("secret"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "secretName",
     .members = MEMBERS(secret_volume_rows),
     .doc = "Files from a Secret made elsewhere.",
     .example = "repo-server-tls"},
    {.name = KEY("serviceAccountToken"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "audience",
     .members = MEMBERS(token_rows),
     .doc = "A projected token of the service's own account.",
     .example = "vault"},
};

/* ---- ports ---- */

static const Field port_rows[] = {
    {.name = KEY("containerPort"),
     .type = FIELD_PORT,
     .required = true,
     .min = 1024,
     .hint = "the Service may still offer it: {containerPort: 8080, port: 80}",
     .doc = "The port that the process listens on.",
     .example = "8080"},
    {.name = KEY("port"),
     .type = FIELD_PORT,
     .fallback_note = "80 for http, else containerPort",
     .doc = "The port that the Service offers.",
     .example = "80"},
    {.name = KEY("protocol"),
     .type = FIELD_ENUM,
     .choices = CHOICES("TCP", "UDP", "SCTP"),
     .fallback = TEXT_VALUE("TCP"),
     .doc = "The transport protocol.",
     .example = "UDP"},
    {.name = KEY("appProtocol"),
     .type = FIELD_STRING,
     .doc = "What is spoken on the port, as a hint to meshes and gateways.",
     .example = "kubernetes.io/h2c"},
};

/* ---- health and preStop ---- */

static const Field http_get_rows[] = {
    {.name = KEY("path"), .type = FIELD_PATH, .required = true, .doc = "The path to request.", .example = "/health"},
    {.name = KEY("port"),
     .type = FIELD_PORT_REF,
     .fallback_note = "http, or the only port",
     .doc = "The port to ask.",
     .example = "admin"},
    {.name = KEY("scheme"),
     .type = FIELD_ENUM,
     .choices = CHOICES("HTTP", "HTTPS"),
     .fallback = TEXT_VALUE("HTTP"),
     .doc = "Whether the request is encrypted.",
     .example = "HTTPS"},
    {.name = KEY("httpHeaders"),
     SCALARS_BY(FIELD_STRING),
     .doc = "Headers to send along.",
     .example = "{Cookie: probe=1}"},
};

static const Field grpc_rows[] = {
    {.name = KEY("port"),
     .type = FIELD_PORT_REF,
     .fallback_note = "grpc, or the only port",
     .doc = "The port to ask.",
     .example = "grpc"},
    {.name = KEY("service"),
     .type = FIELD_STRING,
     .fallback = &value_empty_string,
     .doc = "The service name to ask for.",
     .example = "readiness"},
};

static const Field tcp_rows[] = {
    {.name = KEY("port"),
     .type = FIELD_PORT_REF,
     .fallback_note = "tcp, or the only port",
     .doc = "The port to connect to.",
     .example = "redis"},
};

static const Field handler_rows[] = {
    {.name = KEY("httpGet"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "path",
     .members = MEMBERS(http_get_rows),
     .doc = "Asks over HTTP; 200 to 399 is healthy.",
     .example = "/health"},
    {.name = KEY("grpc"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "port",
     .members = MEMBERS(grpc_rows),
     .doc = "Asks the gRPC health service.",
     .example = "grpc"},
    {.name = KEY("tcpSocket"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "port",
     .members = MEMBERS(tcp_rows),
     .doc = "Connects, and says nothing.",
     .example = "redis"},
    {.name = KEY("exec"),
     LIST_OF(FIELD_SCALAR),
     .one_of = 1,
     .doc = "Runs a command in the container.",
     .example = "[pg_isready]"},
};
static const FieldGroup handler_group = ROWS(handler_rows);

#define TIMING_ROWS(delay, period, timeout, failures)                                                         \
    {.name = KEY("initialDelaySeconds"),                                                                      \
     .type = FIELD_INTEGER,                                                                                   \
     .fallback = NUMBER_VALUE(delay),                                                                         \
     .doc = "How long to wait before the first probe.",                                                       \
     .example = "15"},                                                                                        \
        {.name = KEY("periodSeconds"),                                                                        \
         .type = FIELD_INTEGER,                                                                               \
         .min = 1,                                                                                            \
         .fallback = NUMBER_VALUE(period),                                                                    \
         .doc = "How long to wait from one probe to the next.",                                               \
         .example = "30"},                                                                                    \
        {.name = KEY("timeoutSeconds"),                                                                       \
         .type = FIELD_INTEGER,                                                                               \
         .min = 1,                                                                                            \
         .fallback = NUMBER_VALUE(timeout),                                                                   \
         .doc = "How long one probe may take.",                                                               \
         .example = "5"},                                                                                     \
    {                                                                                                         \
        .name = KEY("failureThreshold"), .type = FIELD_INTEGER, .min = 1, .fallback = NUMBER_VALUE(failures), \
        .doc = "How many probes in a row must fail before something happens.", .example = "3"                 \
    }

static const Field liveness_rows[] = {TIMING_ROWS(30, 10, 5, 3)};
static const Field startup_rows[] = {TIMING_ROWS(10, 5, 3, 30)};
static const Field readiness_rows[] = {
    TIMING_ROWS(5, 5, 3, 3),
    {.name = KEY("successThreshold"),
     .type = FIELD_INTEGER,
     .min = 1,
     .doc = "How many probes in a row must succeed before the pod gets traffic again.",
     .example = "2"},
};

#define PROBE(timing)                                                                       \
    .type = FIELD_BLOCK, .optional = true, .noun = "handler", .shorthand = shorthand_probe, \
    .members = MEMBERS_AND(timing, handler_group)

static const Field health_rows[] = {
    {.name = KEY("liveness"),
     PROBE(liveness_rows),
     .doc = "When it fails, the container is started again.",
     .example = "/health"},
    {.name = KEY("readiness"),
     PROBE(readiness_rows),
     .doc = "While it fails, the pod gets no traffic.",
     .example = "/ready"},
    {.name = KEY("startup"),
     PROBE(startup_rows),
     .off = true,
     .fallback_note = "the liveness handler",
     .doc = "Holds the other probes back until the process has started.",
     .example = "/health/startup"},
};

static const Field sleep_rows[] = {
    {.name = KEY("seconds"),
     .type = FIELD_INTEGER,
     .required = true,
     .doc = "How long to wait before SIGTERM.",
     .example = "15"},
};

static const Field pre_stop_rows[] = {
    {.name = KEY("sleep"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "seconds",
     .members = MEMBERS(sleep_rows),
     .doc = "Waits, so that requests already on their way are served.",
     .example = "15"},
    {.name = KEY("exec"),
     LIST_OF(FIELD_SCALAR),
     .one_of = 1,
     .doc = "Runs a command in the container.",
     .example = "[/app/drain]"},
    {.name = KEY("httpGet"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .scalar = "path",
     .members = MEMBERS(http_get_rows),
     .doc = "Sends a request to the container.",
     .example = "/drain"},
};

/* ---- resources and security ---- */

static const Field quantity_entry = {.type = FIELD_QUANTITY, .doc = "An extended resource.", .example = "1"};

static const Field resource_rows[] = {
    {.name = KEY("cpu"),
     .type = FIELD_QUANTITY,
     .fallback_note = "the environment's",
     .doc = "Processor time.",
     .example = "500m"},
    {.name = KEY("memory"),
     .type = FIELD_QUANTITY,
     .fallback_note = "the environment's",
     .doc = "Working memory.",
     .example = "512Mi"},
    {.name = KEY("ephemeral-storage"),
     .type = FIELD_QUANTITY,
     .fallback_note = "the environment's",
     .doc = "Disk for logs, scratch volumes and the container's own layer.",
     .example = "1Gi"},
};

static const Field resources_rows[] = {
    {.name = KEY("requests"),
     .type = FIELD_NAMED,
     .keys = FIELD_RESOURCE,
     .entry = &quantity_entry,
     .members = MEMBERS(resource_rows),
     .doc = "What the scheduler sets aside.",
     .example = "{cpu: 200m, memory: 256Mi}"},
    {.name = KEY("limits"),
     .type = FIELD_NAMED,
     .keys = FIELD_RESOURCE,
     .entry = &quantity_entry,
     .members = MEMBERS(resource_rows),
     .doc = "What the container may use at most.",
     .example = "{cpu: 500m, memory: 512Mi}"},
};

static const Field capabilities_rows[] = {
    {.name = KEY("add"),
     LIST_OF(FIELD_STRING),
     .doc = "Capabilities to keep; all others are dropped.",
     .example = "[NET_BIND_SERVICE]"},
};

static const Field seccomp_rows[] = {
    {.name = KEY("localhostProfile"),
     .type = FIELD_RELATIVE_PATH,
     .fallback_note = "RuntimeDefault",
     .doc = "A profile that lies on the node, instead of the runtime's own.",
     .example = "profiles/audit.json"},
};

static const Field security_rows[] = {
    {.name = KEY("runAsUser"),
     .type = FIELD_INTEGER,
     .fallback = NUMBER_VALUE(10001),
     .doc = "The user that the process runs as.",
     .example = "1000"},
    {.name = KEY("runAsGroup"),
     .type = FIELD_INTEGER,
     .fallback = NUMBER_VALUE(10001),
     .doc = "The group that the process runs as.",
     .example = "3000"},
    {.name = KEY("fsGroup"),
     .type = FIELD_INTEGER,
     .fallback = NUMBER_VALUE(10001),
     .doc = "The group that owns mounted volumes.",
     .example = "2000"},
    {.name = KEY("readOnlyRootFilesystem"),
     .type = FIELD_BOOL,
     .fallback = &value_true,
     .doc = "Whether the image's own files are out of reach for writing.",
     .example = "false"},
    {.name = KEY("capabilities"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(capabilities_rows),
     .doc = "Which privileges of root the process keeps.",
     .example = "{add: [NET_BIND_SERVICE]}"},
    {.name = KEY("seccompProfile"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(seccomp_rows),
     .doc = "Which system calls the process may use.",
     .example = "{localhostProfile: profiles/audit.json}"},
};

/* ---- all of it ---- */

static const Field env_entry = {.type = FIELD_BLOCK,
                                .scalar = "value",
                                .noun = "source",
                                .members = MEMBERS(env_rows),
                                .doc = "One variable: text, or a source.",
                                .example = "info"};
static const Field secret_entry = {.type = FIELD_BLOCK,
                                   .scalar = "remoteRef",
                                   .members = MEMBERS(secret_rows),
                                   .doc = "One secret: its remote key, or more about it.",
                                   .example = "jwt-secret"};
static const Field config_entry = {.type = FIELD_CONFIG,
                                   .doc = "One file: its text, or data to write as YAML or JSON.",
                                   .example = "{logging: {level: info}}"};
static const Field volume_entry = {.type = FIELD_BLOCK,
                                   .off = true,
                                   .noun = "source",
                                   .scalar = "mountPath",
                                   .shorthand = shorthand_volume,
                                   .members = MEMBERS(volume_rows),
                                   .doc = "One volume: its path, or more about it.",
                                   .example = "/var/cache"};
static const Field port_entry = {.type = FIELD_BLOCK,
                                 .scalar = "containerPort",
                                 .members = MEMBERS(port_rows),
                                 .doc = "One port: its number, or more about it.",
                                 .example = "8080"};

static const Field container_rows[] = {
    /* Needed, yet not `required`: a disabled service has none, and a job inherits it. */
    {.name = KEY("image"),
     .type = FIELD_IMAGE,
     .places = PLACE_SERVICE | PLACE_BLOCK,
     .doc = "The image to run; a release supplies its tag and digest.",
     .example = "${project.registry}/auth-service:v1.2.3"},
    {.name = KEY("imagePullPolicy"),
     .type = FIELD_ENUM,
     .choices = CHOICES("Always", "IfNotPresent"),
     .fallback = TEXT_VALUE("Always"),
     .doc = "Whether the node asks the registry before each start.",
     .example = "IfNotPresent"},
    {.name = KEY("command"),
     LIST_OF(FIELD_SCALAR),
     .fallback_note = "the image's",
     .doc = "The program to run, in place of the image's.",
     .example = "[python, -m, daily_summary]"},
    {.name = KEY("args"),
     LIST_OF(FIELD_SCALAR),
     .fallback_note = "the image's",
     .doc = "The program's arguments, in place of the image's.",
     .example = "[serve, --port=8080]"},
    {.name = KEY("workingDir"),
     .type = FIELD_PATH,
     .fallback_note = "the image's",
     .doc = "The folder that the program starts in.",
     .example = "/app"},
    {.name = KEY("env"),
     .type = FIELD_NAMED,
     .keys = FIELD_ENV_NAME,
     .entry = &env_entry,
     .doc = "Environment variables.",
     .example = "{LOG_LEVEL: info}"},
    {.name = KEY("envFrom"),
     .type = FIELD_ANY,
     .refused = "name each variable: env: {NAME: {configMapKeyRef: {name: settings, key: NAME}}}, or secretKeyRef",
     .doc = "Not offered, so that every variable of a container can be seen in its definition."},
    {.name = KEY("secrets"),
     .type = FIELD_NAMED,
     .keys = FIELD_CONFIG_KEY,
     .entry = &secret_entry,
     .doc = "Secrets that the external secret store hands to the container.",
     .example = "{JWT_SECRET: jwt-secret}"},
    {.name = KEY("config"),
     .type = FIELD_NAMED,
     .keys = FIELD_FILE,
     .entry = &config_entry,
     .doc = "Files below /etc/config, or at an absolute path.",
     .example = "{config.yaml: {logging: {level: info}}}"},
    {.name = KEY("volumes"),
     .type = FIELD_NAMED,
     .keys = FIELD_NAME,
     .entry = &volume_entry,
     .fallback_note = "tmp: /tmp, unless something else mounts there",
     .doc = "Volumes of the pod, and where the container sees them.",
     .example = "{cache: /var/cache}"},
    {.name = KEY("ports"),
     .type = FIELD_NAMED,
     .keys = FIELD_PORT_NAME,
     .kinds = KINDS_LASTING,
     .entry = &port_entry,
     .shorthand = shorthand_ports,
     .doc = "The ports that the process listens on; any port makes a Service.",
     .example = "{http: 8080, metrics: 9090}"},
    {.name = KEY("health"),
     .type = FIELD_BLOCK,
     .kinds = KINDS_LASTING,
     .members = MEMBERS(health_rows),
     .doc = "How Kubernetes sees whether the process is well.",
     .example = "{liveness: /health, readiness: /ready}"},
    {.name = KEY("resources"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(resources_rows),
     .doc = "What the container needs and may use.",
     .example = "{requests: {cpu: 200m}}"},
    {.name = KEY("securityContext"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(security_rows),
     .doc = "Who the process is and what it may do.",
     .example = "{runAsUser: 1000}"},
    {.name = KEY("preStop"),
     .type = FIELD_BLOCK,
     .off = true,
     .kinds = KINDS_LASTING,
     .scalar = "sleep",
     .noun = "handler",
     .members = MEMBERS(pre_stop_rows),
     .fallback_note = "5 seconds with ports, else off",
     .doc = "What happens between the end of traffic and SIGTERM.",
     .example = "15"},
};
const FieldGroup container_group = ROWS(container_rows);
