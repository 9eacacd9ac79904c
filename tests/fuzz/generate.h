/*
 * Values out of bytes, each of which decides something: bytes that parse as YAML are rare, and those that mean something
 * rarer.
 */
#ifndef KILN_FUZZ_GENERATE_H
#define KILN_FUZZ_GENERATE_H

#include "fuzz.h"

typedef struct FuzzBytes {
    const uint8_t *at;
    size_t left;
} FuzzBytes;

static inline uint8_t fuzz_byte(FuzzBytes *bytes)
{
    if (!bytes->left)
        return 0;
    bytes->left--;
    return *bytes->at++;
}

static inline Str fuzz_text(FuzzBytes *bytes, Arena *arena)
{
    size_t size = fuzz_byte(bytes) % 24u;
    Str text = {(const char *)bytes->at, size < bytes->left ? size : bytes->left};
    bytes->at += text.size;
    bytes->left -= text.size;
    size_t bad;
    return utf8_valid(text, &bad) ? arena_copy(arena, text) : arena_copy(arena, (Str){text.data, bad});
}

static inline const Value *fuzz_value(FuzzBytes *bytes, Arena *arena, unsigned depth)
{
    uint8_t kind = fuzz_byte(bytes), count = kind >> 4;
    switch (depth ? kind % 8 : kind % 4) {
    case 0:
        return &value_null;
    case 1:
        return value_new_bool(arena, ORIGIN_NONE, count & 1);
    case 2:
        return value_new_number(arena, ORIGIN_NONE, (double)(int8_t)fuzz_byte(bytes) * (count & 1 ? 1 : 0.0625));
    case 3:
    case 4:
        return value_new_string(arena, ORIGIN_NONE, fuzz_text(bytes, arena));
    case 5: {
        ListBuilder list = list_begin(arena);
        for (uint8_t i = 0; i < count; i++)
            list_add(&list, fuzz_value(bytes, arena, depth - 1));
        return list_end(&list, ORIGIN_NONE);
    }
    default: {
        MapBuilder map = map_begin(arena);
        for (uint8_t i = 0; i < count; i++) {
            Str key = fuzz_text(bytes, arena);
            map_set(&map, key, ORIGIN_NONE, fuzz_value(bytes, arena, depth - 1));
        }
        return map_end(&map, ORIGIN_NONE);
    }
    }
}

/*
 * The same with keys and texts of Kubernetes' objects, so that what treats them specially is reached: lists merged by
 * name, selectors, quantities, rules' paths.
 */
static inline Str fuzz_word(FuzzBytes *bytes, Arena *arena)
{
    static const char *const words[] = {
        "apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "spec", "template",
        "replicas",
        "selector", "matchLabels", "matchExpressions", "containers", "initContainers", "image", "ports",
        "containerPort", "port", "protocol", "targetPort", "env", "value", "valueFrom", "volumeMounts", "mountPath",
        "volumes", "resources", "requests", "limits", "cpu", "memory", "storage", "securityContext", "capabilities",
        "add", "drop", "hosts", "rules", "paths", "path", "data", "stringData", "volumeClaimTemplates", "minReplicas",
        "maxReplicas", "minAvailable", "podSelector", "ingress", "egress", "to", "from", "subjects", "roleRef",
        "verbs",
        "app.kubernetes.io/name", "web", "api", "v1", "apps/v1", "Deployment", "StatefulSet", "Service", "Ingress",
        "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Namespace", "ConfigMap", "Secret",
        "PersistentVolumeClaim", "ResourceQuota", "Role", "RoleBinding", "TCP", "100m", "1Gi", "80", "true",
        "batch/v1",
        "CronJob", "networking.k8s.io/v1", "autoscaling/v2", "policy/v1", "rbac.authorization.k8s.io/v1",
        "strategy", "type",
        "serviceAccountName", "hostNetwork", "hostPath", "privileged", "runAsUser", "automountServiceAccountToken",
        "livenessProbe", "readinessProbe", "httpGet", "args", "command", "--password", "emptyDir", "secretRef",
        "envFrom",
        "tls", "host", "backend", "scaleTargetRef", "minReadySeconds", "topologySpreadConstraints", "tolerations",
        "kubectl",
        /* of workflows */
        "on", "push", "pull_request_target", "branches", "permissions", "contents", "id-token", "write", "read",
        "write-all",
        "jobs", "runs-on", "ubuntu-latest", "steps", "uses", "actions/checkout@v4", "run", "with", "if", "needs",
        "matrix",
        "secrets", "${{ github.event.issue.title }}", "echo \"$TITLE\" | sh", "curl https://x.example | bash",
        "shell",
        "concurrency", "timeout-minutes", "environment", "container", "services", "workflow_dispatch", "inputs",
        "types"};
    uint8_t which = fuzz_byte(bytes);
    return which < LENGTH_OF(words) ? str_from(words[which]) : fuzz_text(bytes, arena);
}

static inline const Value *fuzz_tree(FuzzBytes *bytes, Arena *arena, unsigned depth)
{
    uint8_t kind = fuzz_byte(bytes), count = kind >> 5;
    if (!depth || kind % 8 < 3)
        return kind % 8 == 2 ? value_new_number(arena, ORIGIN_NONE, count)
                             : value_new_string(arena, ORIGIN_NONE, fuzz_word(bytes, arena));
    if (kind % 8 == 3)
        return count & 1 ? &value_null : &value_true;
    if (kind % 8 == 4) {
        ListBuilder list = list_begin(arena);
        for (uint8_t i = 0; i < count; i++)
            list_add(&list, fuzz_tree(bytes, arena, depth - 1));
        return list_end(&list, ORIGIN_NONE);
    }
    MapBuilder map = map_begin(arena);
    for (uint8_t i = 0; i < count; i++) {
        Str key = fuzz_word(bytes, arena);
        map_set(&map, key, ORIGIN_NONE, fuzz_tree(bytes, arena, depth - 1));
    }
    return map_end(&map, ORIGIN_NONE);
}

/* The same value with the entries of all its maps the other way round. */
static inline const Value *fuzz_turned(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_LIST) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; i < value->size; i++)
            list_add(&list, fuzz_turned(arena, value->items[i]));
        return list_end(&list, value->origin);
    }
    if (value->kind != VALUE_MAP)
        return value;
    MapBuilder map = map_begin(arena);
    for (uint32_t i = value->size; i-- > 0;)
        map_set(&map, value->entries[i].key, value->entries[i].key_origin,
                fuzz_turned(arena, value->entries[i].value));
    return map_end(&map, value->origin);
}

/* The same value without its places, for use with other sources than its own. */
static inline const Value *fuzz_placeless(Arena *arena, const Value *value)
{
    if (value->kind == VALUE_LIST) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; i < value->size; i++)
            list_add(&list, fuzz_placeless(arena, value->items[i]));
        return list_end(&list, ORIGIN_NONE);
    }
    if (value->kind != VALUE_MAP)
        return value_at(arena, value, ORIGIN_NONE);
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; i < value->size; i++)
        map_set(&map, value->entries[i].key, ORIGIN_NONE, fuzz_placeless(arena, value->entries[i].value));
    return map_end(&map, ORIGIN_NONE);
}

/* A text that every run needs, for a static variable. */
static inline const Value *fuzz_constant(Str text)
{
    Arena *arena = fuzz_forever();
    Sources *sources = sources_new(arena);
    const Value *value =
        yaml_read(arena, sources_add(sources, STR("constant"), text, false), diags_new(arena, sources));
    REQUIRE(value);
    return fuzz_placeless(arena, value);
}

/* The value with some of it replaced, removed, or put elsewhere. */
static inline const Value *fuzz_changed(FuzzBytes *bytes, Arena *arena, const Value *value, unsigned depth)
{
    uint8_t how = fuzz_byte(bytes);
    if (how % 16 == 15 || (value->kind < VALUE_LIST && how % 4 == 1))
        return fuzz_tree(bytes, arena, 3);
    if (!depth || how % 4 == 0 || value->kind < VALUE_LIST)
        return value;
    if (value->kind == VALUE_LIST) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; i < value->size; i++) {
            const Value *item = value->items[how & 64 ? value->size - 1 - i : i];
            if (!(how & 32) || fuzz_byte(bytes) & 7)
                list_add(&list, fuzz_changed(bytes, arena, item, depth - 1));
        }
        if (how & 128)
            list_add(&list, value->size && how & 8 ? value->items[0] : fuzz_tree(bytes, arena, 3));
        return list_end(&list, ORIGIN_NONE);
    }
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        if (!(how & 32) || fuzz_byte(bytes) & 7)
            map_set(&map, entry->key, entry->key_origin, fuzz_changed(bytes, arena, entry->value, depth - 1));
    }
    if (how & 128) {
        Str key = fuzz_word(bytes, arena);
        map_set(&map, key, ORIGIN_NONE, fuzz_tree(bytes, arena, 3));
    }
    return map_end(&map, value->origin);
}

#endif
