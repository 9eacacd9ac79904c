/* How many pods, how they are replaced, and what runs to an end: definition.md §2 "Scale and rollout" and "Jobs". */
#include "table.h"

/* ---- autoscaling ---- */

static const Field metric_rows[] = {
    {.name = KEY("averageUtilization"),
     .type = FIELD_INTEGER,
     .min = 1,
     .one_of = 1,
     .doc = "The share of the requests to aim at, in percent.",
     .example = "70"},
    {.name = KEY("averageValue"),
     .type = FIELD_QUANTITY,
     .one_of = 1,
     .doc = "The figure per pod to aim at.",
     .example = "30"},
    {.name = KEY("value"),
     .type = FIELD_QUANTITY,
     .one_of = 1,
     .doc = "The figure to aim at, over all pods.",
     .example = "10k"},
    {.name = KEY("type"),
     .type = FIELD_ENUM,
     .choices = CHOICES("Pods", "External"),
     .fallback_note = "Resource for cpu and memory, External with a selector, else Pods",
     .doc = "Where a metric of one's own comes from.",
     .example = "External"},
    {.name = KEY("selector"),
     SCALARS_BY(FIELD_LABEL_KEY),
     .doc = "The labels that pick an external metric.",
     .example = "{queue: orders}"},
};
static const Field metric_entry = {.type = FIELD_BLOCK,
                                   .off = true,
                                   .scalar = "averageUtilization",
                                   .noun = "target",
                                   .members = MEMBERS(metric_rows),
                                   .doc = "One metric and the figure to aim at.",
                                   .example = "70"};

static const Field policy_rows[] = {
    {.name = KEY("value"),
     .type = FIELD_INTEGER,
     .min = 1,
     .required = true,
     .doc = "How many pods or percent at most.",
     .example = "100"},
    {.name = KEY("periodSeconds"),
     .type = FIELD_INTEGER,
     .min = 1,
     .max = 1800,
     .required = true,
     .doc = "The time in which that may happen.",
     .example = "60"},
};

static const Field policies_rows[] = {
    {.name = KEY("Percent"),
     .type = FIELD_BLOCK,
     .optional = true,
     .members = MEMBERS(policy_rows),
     .doc = "A limit in percent of the pods there are.",
     .example = "{value: 100, periodSeconds: 15}"},
    {.name = KEY("Pods"),
     .type = FIELD_BLOCK,
     .optional = true,
     .members = MEMBERS(policy_rows),
     .doc = "A limit in pods.",
     .example = "{value: 4, periodSeconds: 15}"},
};

/* A policy: value per 15 seconds. */
#define POLICY(n)                                                   \
    &(const Value)                                                  \
    {                                                               \
        .kind = VALUE_MAP, .size = 2, .entries = (const MapEntry[]) \
        {                                                           \
            {KEY("value"), 0, NUMBER_VALUE(n)},                     \
            {                                                       \
                KEY("periodSeconds"), 0, NUMBER_VALUE(15)           \
            }                                                       \
        }                                                           \
    }

/* Kubernetes' own figures (autoscaling/v2, HorizontalPodAutoscalerBehavior). They hold only where no policy is
 * stated. */
static const Value up_policies = {
    .kind = VALUE_MAP,
    .size = 2,
    .entries = (const MapEntry[]){{KEY("Percent"), 0, POLICY(100)}, {KEY("Pods"), 0, POLICY(4)}}};
static const Value down_policies = {
    .kind = VALUE_MAP, .size = 1, .entries = (const MapEntry[]){{KEY("Percent"), 0, POLICY(100)}}};

#define SCALING_ROWS(window, policies_default)                                             \
    {.name = KEY("stabilizationWindowSeconds"),                                            \
     .type = FIELD_INTEGER,                                                                \
     .max = 3600,                                                                          \
     .fallback = NUMBER_VALUE(window),                                                     \
     .doc = "How far back to look before acting.",                                         \
     .example = "300"},                                                                    \
        {.name = KEY("selectPolicy"),                                                      \
         .type = FIELD_ENUM,                                                               \
         .choices = CHOICES("Max", "Min", "Disabled"),                                     \
         .fallback = TEXT_VALUE("Max"),                                                    \
         .doc = "Which of several policies counts.",                                       \
         .example = "Min"},                                                                \
    {                                                                                      \
        .name = KEY("policies"), .type = FIELD_BLOCK, .members = MEMBERS(policies_rows),   \
        .fallback = &(policies_default), .doc = "How fast the number of pods may change.", \
        .example = "{Pods: {value: 4, periodSeconds: 15}}"                                 \
    }

static const Field scale_up_rows[] = {SCALING_ROWS(0, up_policies)};
static const Field scale_down_rows[] = {SCALING_ROWS(300, down_policies)};

static const Field behavior_rows[] = {
    {.name = KEY("scaleUp"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(scale_up_rows),
     .doc = "How pods are added.",
     .example = "{stabilizationWindowSeconds: 60}"},
    {.name = KEY("scaleDown"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(scale_down_rows),
     .doc = "How pods are removed.",
     .example = "{stabilizationWindowSeconds: 600}"},
};

static const Field autoscaling_rows[] = {
    {.name = KEY("enabled"),
     .type = FIELD_BOOL,
     .fallback_note = "the environment's",
     .doc = "Whether pods are added and removed by load.",
     .example = "true"},
    {.name = KEY("minReplicas"),
     .type = FIELD_INTEGER,
     .min = 1,
     .fallback_note = "the environment's",
     .doc = "The fewest pods.",
     .example = "3"},
    {.name = KEY("maxReplicas"),
     .type = FIELD_INTEGER,
     .min = 1,
     .fallback_note = "the environment's",
     .doc = "The most pods.",
     .example = "30"},
    {.name = KEY("metrics"),
     .type = FIELD_NAMED,
     .keys = FIELD_STRING,
     .entry = &metric_entry,
     .fallback_note = "the environment's",
     .doc = "What counts as load.",
     .example = "{cpu: 70}"},
    {.name = KEY("behavior"),
     .type = FIELD_BLOCK,
     .members = MEMBERS(behavior_rows),
     .doc = "How fast pods come and go.",
     .example = "{scaleDown: {stabilizationWindowSeconds: 600}}"},
};

static const Field budget_rows[] = {
    {.name = KEY("minAvailable"),
     .type = FIELD_INT_OR_PERCENT,
     .one_of = 1,
     .doc = "How many pods must stay while nodes are drained.",
     .example = "50%"},
    {.name = KEY("maxUnavailable"),
     .type = FIELD_INT_OR_PERCENT,
     .one_of = 1,
     .fallback_note = "1, from 2 replicas",
     .doc = "How many pods may be missing while nodes are drained.",
     .example = "1"},
};

/* ---- rollout ---- */

static const Field rolling_rows[] = {
    {.name = KEY("maxSurge"),
     .type = FIELD_INT_OR_PERCENT,
     .fallback = NUMBER_VALUE(1),
     .doc = "How many pods more than wanted may run during a rollout.",
     .example = "25%"},
    {.name = KEY("maxUnavailable"),
     .type = FIELD_INT_OR_PERCENT,
     .fallback = NUMBER_VALUE(0),
     .doc = "How many pods less than wanted may run during a rollout.",
     .example = "0"},
};

static const Field pause_rows[] = {
    {.name = KEY("duration"),
     .type = FIELD_DURATION,
     .doc = "How long to wait; unsaid, until somebody goes on.",
     .example = "300s"},
};

static const Field step_rows[] = {
    {.name = KEY("setWeight"),
     .type = FIELD_INTEGER,
     .max = 100,
     .one_of = 1,
     .doc = "The share of traffic in percent.",
     .example = "10"},
    {.name = KEY("pause"),
     .type = FIELD_BLOCK,
     .one_of = 1,
     .members = MEMBERS(pause_rows),
     .doc = "A wait between two weights.",
     .example = "{duration: 300s}"},
};

static const Field canary_rows[] = {
    {.name = KEY("steps"),
     .type = FIELD_LIST,
     .entry = &(const Field){.type = FIELD_BLOCK, .noun = "step", .members = MEMBERS(step_rows)},
     .fallback_note = "10, 300s, 50, 300s, 100",
     .doc = "The way from the old version to the new one.",
     .example = "[{setWeight: 10}, {pause: {duration: 300s}}]"},
    {.name = KEY("trafficRouting"),
     .type = FIELD_ENUM,
     .later = true,
     .choices = CHOICES("istio", "gateway", "nginx"),
     .fallback_note = "by replicas",
     .doc = "Who splits the traffic.",
     .example = "istio"},
    {.name = KEY("header"),
     SCALARS_BY(FIELD_STRING),
     .later = true,
     .doc = "A header that always leads to the new version.",
     .example = "{x-canary: always}"},
};

static const Field blue_green_rows[] = {
    {.name = KEY("autoPromotion"),
     .type = FIELD_BOOL,
     .fallback = &value_false,
     .doc = "Whether the new version takes over by itself.",
     .example = "true"},
    {.name = KEY("scaleDownDelaySeconds"),
     .type = FIELD_INTEGER,
     .fallback = NUMBER_VALUE(300),
     .doc = "How long the old version stays after the switch.",
     .example = "600"},
    {.name = KEY("previewHost"),
     .type = FIELD_HOST,
     .doc = "The host under which the new version can be seen before.",
     .example = "preview.example.com"},
};

#define LATENCY_ENTRY                                                                                          \
    &(const Field)                                                                                             \
    {                                                                                                          \
        .type = FIELD_DURATION, .doc = "The time that this share of requests stays below.", .example = "500ms" \
    }

static const Field analysis_rows[] = {
    {.name = KEY("errorRate"),
     .type = FIELD_PERCENT,
     .doc = "The share of failed requests that stops a rollout.",
     .example = "5%"},
    {.name = KEY("latency"),
     .type = FIELD_NAMED,
     .keys = FIELD_STRING,
     .entry = LATENCY_ENTRY,
     .doc = "Response times that stop a rollout.",
     .example = "{p95: 2s}"},
    {.name = KEY("requests"),
     .type = FIELD_STRING,
     .fallback = TEXT_VALUE("http_requests_total"),
     .doc = "The metric that counts requests.",
     .example = "grpc_server_handled_total"},
    {.name = KEY("duration"),
     .type = FIELD_STRING,
     .fallback = TEXT_VALUE("http_request_duration_seconds"),
     .doc = "The histogram of response times.",
     .example = "grpc_server_handling_seconds"},
};

static const Field strategy_rows[] = {
    {.name = KEY("type"),
     .type = FIELD_ENUM,
     .choices = CHOICES("RollingUpdate", "Recreate", "Canary", "BlueGreen"),
     .fallback = TEXT_VALUE("RollingUpdate"),
     .doc = "How a new version takes the place of the old one.",
     .example = "Recreate"},
    {.name = KEY("rollingUpdate"),
     .type = FIELD_BLOCK,
     .kinds = KIND_DEPLOYMENT,
     .members = MEMBERS(rolling_rows),
     .doc = "How many pods change at a time.",
     .example = "{maxSurge: 25%}"},
    {.name = KEY("canary"),
     .type = FIELD_BLOCK,
     .kinds = KIND_DEPLOYMENT,
     .members = MEMBERS(canary_rows),
     .doc = "A share of the traffic goes to the new version first.",
     .example = "{steps: [{setWeight: 20}]}"},
    {.name = KEY("blueGreen"),
     .type = FIELD_BLOCK,
     .kinds = KIND_DEPLOYMENT,
     .members = MEMBERS(blue_green_rows),
     .doc = "The new version stands beside the old one until the switch.",
     .example = "{autoPromotion: true}"},
    {.name = KEY("analysis"),
     .type = FIELD_BLOCK,
     .kinds = KIND_DEPLOYMENT,
     .later = true,
     .optional = true,
     .members = MEMBERS(analysis_rows),
     .doc = "Figures that stop a rollout when they are breached.",
     .example = "{errorRate: 5%}"},
};

/* ---- what runs to an end: on top for CronJob and Job, and in jobs.<name> ---- */

static const Field batch_rows[] = {
    {.name = KEY("schedule"),
     .type = FIELD_CRON,
     .kinds = KIND_CRONJOB,
     .doc = "When it runs.",
     .example = "\"0 2 * * *\""},
    {.name = KEY("timeZone"),
     .type = FIELD_STRING,
     .kinds = KIND_CRONJOB,
     .fallback = TEXT_VALUE("Etc/UTC"),
     .doc = "The time zone of the schedule.",
     .example = "Europe/Berlin"},
    {.name = KEY("concurrencyPolicy"),
     .type = FIELD_ENUM,
     .kinds = KIND_CRONJOB,
     .choices = CHOICES("Forbid", "Allow", "Replace"),
     .fallback = TEXT_VALUE("Forbid"),
     .doc = "What happens when a run is due while another one goes on.",
     .example = "Replace"},
    {.name = KEY("startingDeadlineSeconds"),
     .type = FIELD_INTEGER,
     .kinds = KIND_CRONJOB,
     .fallback = NUMBER_VALUE(300),
     .doc = "How late a run may start.",
     .example = "600"},
    {.name = KEY("successfulJobsHistoryLimit"),
     .type = FIELD_INTEGER,
     .kinds = KIND_CRONJOB,
     .fallback = NUMBER_VALUE(1),
     .doc = "How many finished runs are kept.",
     .example = "3"},
    {.name = KEY("failedJobsHistoryLimit"),
     .type = FIELD_INTEGER,
     .kinds = KIND_CRONJOB,
     .fallback = NUMBER_VALUE(3),
     .doc = "How many failed runs are kept.",
     .example = "5"},
    {.name = KEY("backoffLimit"),
     .type = FIELD_INTEGER,
     .kinds = KINDS_ENDING,
     .fallback = NUMBER_VALUE(3),
     .doc = "How many times a failed run is tried again.",
     .example = "0"},
    {.name = KEY("activeDeadlineSeconds"),
     .type = FIELD_INTEGER,
     .min = 1,
     .kinds = KINDS_ENDING,
     .fallback = NUMBER_VALUE(3600),
     .doc = "How long a run may take.",
     .example = "300"},
    {.name = KEY("ttlSecondsAfterFinished"),
     .type = FIELD_INTEGER,
     .kinds = KINDS_ENDING,
     .fallback_note = "86400 with a hook, else none",
     .doc = "How long a finished Job is kept.",
     .example = "3600"},
    {.name = KEY("restartPolicy"),
     .type = FIELD_ENUM,
     .kinds = KINDS_ENDING,
     .choices = CHOICES("Never", "OnFailure"),
     .fallback = TEXT_VALUE("OnFailure"),
     .doc = "Whether a failed container is started again in its pod.",
     .example = "Never"},
    {.name = KEY("hook"),
     .type = FIELD_ENUM,
     .kinds = KIND_JOB,
     .choices = CHOICES("before", "after"),
     .doc = "Runs before or after each rollout.",
     .example = "before"},
};
/* Inside jobs.<name> all of them apply, whatever the kind of the service: its kinds are both of those that end. */
static const FieldGroup job_group = ROWS_AND(batch_rows, container_group);

static const Field init_container_rows[] = {
    {.name = KEY("restartPolicy"),
     .type = FIELD_ENUM,
     .choices = CHOICES("Always"),
     .doc = "Makes it a sidecar that runs beside the main container.",
     .example = "Always"},
};

/* Both may have an image of their own in every layer: a sidecar that only production has stands in its overlay. */
static const Field init_entry = {.type = FIELD_BLOCK,
                                 .inside = PLACE_BLOCK,
                                 .within = KIND_ANY,
                                 .lasting = "restartPolicy",
                                 .members = MEMBERS_AND(init_container_rows, container_group),
                                 .doc = "One container with the fields of the main one.",
                                 .example = "{image: busybox:1.36}"};
static const Field job_entry = {.type = FIELD_BLOCK,
                                .off = true,
                                .inside = PLACE_BLOCK,
                                .within = KINDS_ENDING,
                                .members = &job_group,
                                .doc = "One job with the fields of a container and its own.",
                                .example = "{hook: before}"};

static const Field scale_rows[] = {
    {.name = KEY("replicas"),
     .type = FIELD_INTEGER,
     .kinds = KINDS_LASTING,
     .fallback_note = "the environment's",
     .doc = "How many pods run.",
     .example = "3"},
    {.name = KEY("autoscaling"),
     .type = FIELD_BLOCK,
     .kinds = KIND_DEPLOYMENT,
     .members = MEMBERS(autoscaling_rows),
     .doc = "Adds and removes pods by load.",
     .example = "{maxReplicas: 30}"},
    {.name = KEY("podDisruptionBudget"),
     .type = FIELD_BLOCK,
     .off = true,
     .kinds = KINDS_LASTING,
     .noun = "bound",
     .members = MEMBERS(budget_rows),
     .fallback_note = "maxUnavailable 1, from 2 replicas",
     .doc = "How many pods may be missing while nodes are drained.",
     .example = "{minAvailable: 50%}"},
    {.name = KEY("strategy"),
     .type = FIELD_BLOCK,
     .kinds = KINDS_LASTING,
     .scalar = "type",
     .members = MEMBERS(strategy_rows),
     .doc = "How a new version takes the place of the old one.",
     .example = "Recreate"},
    {.name = KEY("minReadySeconds"),
     .type = FIELD_INTEGER,
     .kinds = KINDS_LASTING,
     .fallback = NUMBER_VALUE(0),
     .doc = "How long a pod must be ready before it counts.",
     .example = "10"},
    {.name = KEY("progressDeadlineSeconds"),
     .type = FIELD_INTEGER,
     .min = 1,
     .kinds = KIND_DEPLOYMENT,
     .fallback = NUMBER_VALUE(600),
     .doc = "How long a rollout may stand still before it has failed.",
     .example = "300"},
    {.name = KEY("revisionHistoryLimit"),
     .type = FIELD_INTEGER,
     .min = 2,
     .kinds = KINDS_LASTING,
     .fallback = NUMBER_VALUE(5),
     .doc = "How many old versions are kept for going back.",
     .example = "10"},
    {.name = KEY("terminationGracePeriodSeconds"),
     .type = FIELD_INTEGER,
     .min = 1,
     .max = 3600,
     .fallback = NUMBER_VALUE(30),
     .doc = "How long the process may take to end.",
     .example = "60"},
    {.name = KEY("initContainers"),
     .type = FIELD_NAMED,
     .keys = FIELD_NAME,
     .entry = &init_entry,
     .doc = "Containers that run before the main one, or beside it.",
     .example = "{proxy: {restartPolicy: Always, image: envoy:v1.31}}"},
    {.name = KEY("jobs"),
     .type = FIELD_NAMED,
     .keys = FIELD_NAME,
     .kinds = KINDS_LASTING,
     .entry = &job_entry,
     .doc = "What runs to an end beside the service: migrations, scheduled work.",
     .example = "{migrate: {hook: before, command: [./migrate]}}"},
};
const FieldGroup scale_group = ROWS_AND(scale_rows, job_group);
