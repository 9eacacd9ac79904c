/* The rows of environments/E.yaml that are the environment's own (definition.md §3), and of releases/E.yaml (§5). */
#include "table.h"

static const Field quantity_entry = {.type = FIELD_QUANTITY, .doc = "One resource.", .example = "\"20\""};

static const Field namespace_rows[] = {
    {.name = KEY("name"), .type = FIELD_NAME, .fallback_note = "<project>-<environment>", .doc = "The namespace's name.",
     .example = "runeframeos-prod"},
    {.name = KEY("managed"), .type = FIELD_BOOL, .fallback = &value_true,
     .doc = "Whether the Namespace, its quota, limits and default deny are rendered.", .example = "false"},
};

static const Field limit_range_rows[] = {
    {.name = KEY("min"), .type = FIELD_NAMED, .keys = FIELD_STRING, .entry = &quantity_entry,
     .fallback_note = "10m and 16Mi", .doc = "The least that a container may ask for.", .example = "{cpu: 10m}"},
    {.name = KEY("max"), .type = FIELD_NAMED, .keys = FIELD_STRING, .entry = &quantity_entry,
     .fallback_note = "the largest limit rendered", .doc = "The most that a container may use.", .example = "{memory: 4Gi}"},
};

static const Field deploy_on_rows[] = {
    {.name = KEY("branch"), .type = FIELD_STRING, .one_of = 1, .doc = "Deploys what is pushed to this branch.", .example = "main"},
    {.name = KEY("tag"), .type = FIELD_STRING, .one_of = 1, .doc = "Deploys tags of this pattern.", .example = "\"v*\""},
    {.name = KEY("trigger"), .type = FIELD_ENUM, .one_of = 1, .choices = CHOICES("after", "manual"),
     .doc = "Deploys after the previous environment, or when somebody asks for it.", .example = "manual"},
};

static const Field deploy_rows[] = {
    {.name = KEY("on"), .type = FIELD_BLOCK, .scalar = "trigger", .noun = "trigger", .members = MEMBERS(deploy_on_rows),
     .fallback_note = "branch main for the first environment, then after the previous one", .doc = "What makes the workflow deploy.",
     .example = "{tag: \"v*\"}"},
    {.name = KEY("approval"), .type = FIELD_BOOL, .fallback_note = "true in tier production", .doc = "Whether somebody must agree first.",
     .example = "true"},
    {.name = KEY("timeoutMinutes"), .type = FIELD_INTEGER, .min = 1, .max = 60, .fallback = NUMBER_VALUE(15),
     .doc = "How long a deployment may take.", .example = "30"},
    {.name = KEY("verify"), .type = FIELD_STRING, .doc = "A shell line that must succeed, or the deployment is taken back.",
     .example = "npm run test:smoke"},
};

static const Field environment_rows[] = {
    {.name = KEY("extends"), .type = FIELD_NAME, .literal = true, .fallback_note = "the built-in environment of that name",
     .doc = "The environment that this one starts from.", .example = "staging"},
    {.name = KEY("tier"), .type = FIELD_ENUM, .literal = true, .choices = CHOICES("development", "staging", "production"),
     .fallback_note = "the parent's", .doc = "How strict the gate is.", .example = "production"},
    {.name = KEY("defaults"), .type = FIELD_BLOCK, .verbatim = true, .inside = PLACE_DEFAULTS, .members = &service_group,
     .doc = "What holds here where a service says nothing.", .example = "{replicas: 2}"},
    {.name = KEY("namespace"), .type = FIELD_BLOCK, .scalar = "name", .members = MEMBERS(namespace_rows),
     .doc = "Where the services run.", .example = "runeframeos-prod"},
    {.name = KEY("domain"), .type = FIELD_HOST, .fallback_note = "<environment>.<the project's>", .doc = "What ${env.domain} means here.",
     .example = "staging.example.com"},
    {.name = KEY("cluster"), .type = FIELD_STRING, .fallback = TEXT_VALUE("in-cluster"), .doc = "The cluster, by its name in Argo CD or its URL.",
     .example = "production-eu"},
    {.name = KEY("vars"), .type = FIELD_FREE, .doc = "Values to refer to as ${vars.name}.", .example = "{database: {host: pg-prod}}"},
    {.name = KEY("external"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &peer_row,
     .doc = "Systems outside the project, as they are here.", .example = "{postgres: {namespace: database, ports: 5432}}"},
    {.name = KEY("revision"), .type = FIELD_STRING, .fallback_note = "gitops.revision", .doc = "The Git revision that Argo CD follows.",
     .example = "v2026.11"},
    {.name = KEY("quota"), .type = FIELD_NAMED, .keys = FIELD_STRING, .entry = &quantity_entry, .fallback_note = "what is rendered, and a fifth",
     .doc = "What the namespace may use in all.", .example = "{requests.cpu: \"20\"}"},
    {.name = KEY("limitRange"), .type = FIELD_BLOCK, .members = MEMBERS(limit_range_rows), .doc = "What one container may use.",
     .example = "{max: {memory: 4Gi}}"},
    {.name = KEY("deploy"), .type = FIELD_BLOCK, .members = MEMBERS(deploy_rows), .doc = "How the workflow deploys here.",
     .example = "{on: {tag: \"v*\"}}"},
};
const FieldGroup environment_group = ROWS(environment_rows);
const FieldGroup environment_file_group = ROWS_AND(environment_rows, service_group);

/* ---- releases ---- */

static const Field release_rows[] = {
    {.name = KEY("tag"), .type = FIELD_STRING, .literal = true, .doc = "The image's tag.", .example = "v1.2.3"},
    {.name = KEY("digest"), .type = FIELD_DIGEST, .literal = true, .doc = "The image's digest.",
     .example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {.name = KEY("revision"), .type = FIELD_REVISION, .literal = true, .doc = "The Git revision that the image was built from.",
     .example = "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
};
static const Field release_entry = {.type = FIELD_BLOCK, .members = MEMBERS(release_rows), .doc = "What runs of one service.",
                                    .example = "{tag: v1.2.3}"};

static const Field releases_rows[] = {
    {.name = KEY("services"), .type = FIELD_NAMED, .keys = FIELD_NAME, .entry = &release_entry, .doc = "What runs, by service.",
     .example = "{auth-service: {tag: v1.2.3}}"},
};
const FieldGroup releases_group = ROWS(releases_rows);
