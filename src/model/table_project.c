/* The rows of kiln.yaml (definition.md §4). */
#include "table.h"

static const Field owner_entry = {.type = FIELD_EMAIL, .doc = "Where the team can be reached.", .example = "payments@example.com"};

static const Field waiver_rows[] = {
    {.name = KEY("reason"), .type = FIELD_STRING, .required = true, .doc = "Why the rule cannot be met.", .example = "legacy image"},
    {.name = KEY("owner"), .type = FIELD_LABEL, .required = true, .doc = "Who answers for it.", .example = "payments"},
    {.name = KEY("expires"), .type = FIELD_DATE, .required = true, .doc = "The last day on which it holds.", .example = "2027-01-31"},
    {.name = KEY("rule"), .type = FIELD_STRING, .fallback_note = "the waiver's name", .doc = "The rule that is waived.",
     .example = "run-as-nonroot"},
    {.name = KEY("kind"), .type = FIELD_STRING, .doc = "Only objects of this kind.", .example = "Deployment"},
    {.name = KEY("container"), .type = FIELD_NAME, .doc = "Only this container.", .example = "proxy"},
    {.name = KEY("services"), LIST_OF(FIELD_NAME), .doc = "Only these services.", .example = "[legacy]"},
};
static const Field waiver_entry = {.type = FIELD_BLOCK, .members = MEMBERS(waiver_rows), .doc = "One waived rule.",
                                   .example = "{reason: legacy image, owner: payments, expires: 2027-01-31}"};

static const Field platform_rows[] = {
    {.name = KEY("secrets"), LIST_OF(FIELD_HOST), .doc = "Secrets that the platform makes.", .example = "[registry]"},
    {.name = KEY("configMaps"), LIST_OF(FIELD_HOST), .doc = "ConfigMaps that the platform makes.", .example = "[ca-bundle]"},
    {.name = KEY("priorityClasses"), LIST_OF(FIELD_HOST), .doc = "Priority classes that the platform makes.", .example = "[standard]"},
};

static const Field network_rows[] = {
    {.name = KEY("fqdn"), .type = FIELD_ENUM, .choices = CHOICES("none"), .later_choices = CHOICES("cilium"), .fallback = TEXT_VALUE("none"),
     .doc = "What renders peers that are named by host.", .example = "cilium"},
    {.name = KEY("acmeSolver"), .type = FIELD_BOOL, .fallback = &value_false,
     .doc = "Whether cert-manager's HTTP-01 solver is let through default deny.", .example = "true"},
    {.name = KEY("dnsCidrs"), LIST_OF(FIELD_CIDR), .doc = "Where a node-local DNS cache listens.", .example = "[169.254.20.10/32]"},
    {.name = KEY("apiServerCidrs"), LIST_OF(FIELD_CIDR), .doc = "Where the API server listens.", .example = "[10.0.0.1/32]"},
};

static const Field gitops_rows[] = {
    {.name = KEY("tool"), .type = FIELD_ENUM, .choices = CHOICES("argocd", "none"), .fallback = TEXT_VALUE("argocd"),
     .doc = "What brings the tree to the cluster.", .example = "none"},
    {.name = KEY("namespace"), .type = FIELD_NAME, .fallback = TEXT_VALUE("argocd"), .doc = "Where Argo CD runs.", .example = "gitops"},
    {.name = KEY("project"), .type = FIELD_NAME, .fallback_note = "the project's name", .doc = "The AppProject.", .example = "slotwise"},
    {.name = KEY("revision"), .type = FIELD_STRING, .fallback = TEXT_VALUE("main"), .doc = "The Git revision that is followed.",
     .example = "release"},
    {.name = KEY("source"), .type = FIELD_ENUM, .choices = CHOICES("tree", "plugin"), .fallback = TEXT_VALUE("tree"),
     .doc = "Whether Argo CD reads the rendered tree or renders by itself.", .example = "plugin"},
};

static const Field login_rows[] = {
    {.name = KEY("method"), .type = FIELD_ENUM, .choices = CHOICES("token", "aws"), .fallback = TEXT_VALUE("token"),
     .doc = "How the workflow identifies itself to the registry.", .example = "aws"},
    {.name = KEY("roleArn"), .type = FIELD_STRING, .doc = "The role that the workflow assumes.",
     .example = "\"arn:aws:iam::123456789012:role/ci\""},
    {.name = KEY("region"), .type = FIELD_STRING, .doc = "The registry's region.", .example = "eu-central-1"},
};

static const Field scan_rows[] = {
    {.name = KEY("schedule"), .type = FIELD_CRON, .fallback = TEXT_VALUE("0 2 * * *"), .doc = "When images are scanned anew.",
     .example = "\"0 4 * * 1\""},
    {.name = KEY("severity"), .type = FIELD_ENUM, .choices = CHOICES("CRITICAL", "HIGH", "MEDIUM"), .fallback = TEXT_VALUE("HIGH"),
     .doc = "From which severity on a finding fails the scan.", .example = "CRITICAL"},
};

#define MINUTES(job, minutes, sentence)                                                                                           \
    {.name = KEY(job), .type = FIELD_INTEGER, .min = 1, .max = 360, .fallback = NUMBER_VALUE(minutes), .doc = (sentence), .example = "45"}

static const Field timeout_rows[] = {
    MINUTES("lint", 10, "How many minutes linting may take."),
    MINUTES("scan", 15, "How many minutes scanning may take."),
    MINUTES("test", 20, "How many minutes the unit tests may take."),
    MINUTES("integration", 30, "How many minutes the integration tests may take."),
    MINUTES("build", 20, "How many minutes building may take."),
};

static const Field workflow_rows[] = {
    {.name = KEY("enabled"), .type = FIELD_BOOL, .fallback = &value_true, .doc = "Whether workflows are rendered.", .example = "false"},
    {.name = KEY("runner"), .type = FIELD_STRING, .fallback = TEXT_VALUE("ubuntu-24.04"), .doc = "The runner's label.",
     .example = "self-hosted"},
    {.name = KEY("branch"), .type = FIELD_STRING, .fallback = TEXT_VALUE("main"), .doc = "The branch that releases come from.",
     .example = "trunk"},
    {.name = KEY("sign"), .type = FIELD_BOOL, .fallback = &value_true, .doc = "Whether images are signed and attested.", .example = "false"},
    {.name = KEY("path"), .type = FIELD_RELATIVE_PATH, .fallback_note = ".github/workflows of the repository",
     .doc = "Where the workflows are written.", .example = ".github/workflows"},
    {.name = KEY("image"), .type = FIELD_IMAGE, .pinned = true, .doc = "The kiln image that jobs run.",
     .example = "ghcr.io/example/kiln:0.1.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {.name = KEY("login"), .type = FIELD_BLOCK, .scalar = "method", .members = MEMBERS(login_rows),
     .doc = "How the workflow gets into the registry.", .example = "{method: aws, region: eu-central-1}"},
    {.name = KEY("timeouts"), .type = FIELD_BLOCK, .members = MEMBERS(timeout_rows), .doc = "How many minutes jobs may take.",
     .example = "{test: 30}"},
    {.name = KEY("scan"), .type = FIELD_BLOCK, .members = MEMBERS(scan_rows), .doc = "How images are scanned.",
     .example = "{severity: CRITICAL}"},
};

static const Field project_rows[] = {
    {.name = KEY("name"), .type = FIELD_NAME, .literal = true, .required = true, .doc = "The project's name.", .example = "slotwise"},
    {.name = KEY("domain"), .type = FIELD_HOST, .doc = "The domain under which the project is reached.", .example = "slotwise.com"},
    {.name = KEY("repository"), .type = FIELD_STRING, .doc = "The Git URL of the project.",
     .example = "https://github.com/example/slotwise.git"},
    {.name = KEY("owners"), .type = FIELD_NAMED, .keys = FIELD_LABEL, .entry = &owner_entry, .doc = "How each team can be reached.",
     .example = "{payments: payments@example.com}"},
    {.name = KEY("registry"), .type = FIELD_STRING, .doc = "Where the project's images are.", .example = "registry.example.com/slotwise"},
    {.name = KEY("allowedRegistries"), LIST_OF(FIELD_STRING), .fallback_note = "the registry",
     .doc = "The prefixes that images may have.", .example = "[registry.example.com/, quay.io/prometheus/]"},
    {.name = KEY("kubernetes"), .type = FIELD_ENUM, .choices = CHOICES("1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"),
     .fallback = TEXT_VALUE("1.34"), .doc = "The Kubernetes version of the clusters.", .example = "\"1.33\""},
    {.name = KEY("environments"), LIST_OF(FIELD_NAME),
     .fallback = &(const Value){.kind = VALUE_LIST, .size = 3,
                                .items = (const Value *const[]){TEXT_VALUE("development"), TEXT_VALUE("staging"),
                                                                TEXT_VALUE("production")}},
     .doc = "The environments, in the order of promotion.", .example = "[development, qa, staging, production]"},
    {.name = KEY("defaults"), .type = FIELD_BLOCK, .verbatim = true, .inside = PLACE_PROJECT_DEFAULTS, .members = &service_group,
     .doc = "What holds where neither a service nor its environment says anything.", .example = "{ingress: {className: nginx}}"},
    {.name = KEY("vars"), .type = FIELD_FREE, .doc = "Values to refer to as ${vars.name}.", .example = "{region: eu}"},
    {.name = KEY("waivers"), .type = FIELD_NAMED, .keys = FIELD_STRING, .later = true, .entry = &waiver_entry,
     .doc = "Rules of the gate that are waived for a time.",
     .example = "{run-as-nonroot: {reason: legacy image, owner: payments, expires: 2027-01-31, services: [legacy]}}"},
    {.name = KEY("platform"), .type = FIELD_BLOCK, .members = MEMBERS(platform_rows), .doc = "What others make in the cluster.",
     .example = "{priorityClasses: [standard]}"},
    {.name = KEY("external"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &peer_row, .doc = "Systems outside the project.",
     .example = "{postgres: {namespace: database, ports: 5432}}"},
    {.name = KEY("network"), .type = FIELD_BLOCK, .members = MEMBERS(network_rows), .doc = "What the cluster's network is like.",
     .example = "{acmeSolver: true}"},
    {.name = KEY("output"), .type = FIELD_RELATIVE_PATH, .fallback = TEXT_VALUE("rendered"), .doc = "Where the tree is written.",
     .example = "deploy/rendered"},
    {.name = KEY("gitops"), .type = FIELD_BLOCK, .later = true, .members = MEMBERS(gitops_rows), .doc = "What Argo CD is told.",
     .example = "{source: plugin}"},
    {.name = KEY("workflow"), .type = FIELD_BLOCK, .members = MEMBERS(workflow_rows), .doc = "What CI is like.",
     .example = "{runner: self-hosted}"},
};
const FieldGroup project_group = ROWS(project_rows);
