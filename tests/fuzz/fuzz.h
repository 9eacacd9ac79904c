/*
 * What the fuzz targets share: the input as a source, and a run whose memory goes at its end. A target may do anything
 * with any bytes but crash, run away, or break the invariant that it states with REQUIRE.
 */
#ifndef KILN_FUZZ_H
#define KILN_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"
#include "kiln/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

typedef struct Fuzz {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Str input;
    const Source *source;
} Fuzz;

static inline Fuzz fuzz_begin(const uint8_t *data, size_t size)
{
    Fuzz fuzz = {.arena = arena_new()};
    fuzz.sources = sources_new(fuzz.arena);
    fuzz.diags = diags_new(fuzz.arena, fuzz.sources);
    fuzz.input = arena_copy(fuzz.arena, (Str){(const char *)data, size});
    fuzz.source = sources_add(fuzz.sources, STR("input"), fuzz.input, false);
    return fuzz;
}

/* Messages quote the input, so they are printed as well. */
static inline int fuzz_end(Fuzz *fuzz)
{
    Buf text = {0};
    diags_sort(fuzz->diags);
    diags_print(fuzz->diags, &text);
    buf_release(&text);
    arena_free(fuzz->arena);
    return 0;
}

/* A value out of bytes, each of which decides something: bytes that parse as YAML are rare. */
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
        "apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "spec", "template", "replicas",
        "selector", "matchLabels", "matchExpressions", "containers", "initContainers", "image", "ports",
        "containerPort", "port", "protocol", "targetPort", "env", "value", "valueFrom", "volumeMounts", "mountPath",
        "volumes", "resources", "requests", "limits", "cpu", "memory", "storage", "securityContext", "capabilities",
        "add", "drop", "hosts", "rules", "paths", "path", "data", "stringData", "volumeClaimTemplates", "minReplicas",
        "maxReplicas", "minAvailable", "podSelector", "ingress", "egress", "to", "from", "subjects", "roleRef", "verbs",
        "app.kubernetes.io/name", "web", "api", "v1", "apps/v1", "Deployment", "StatefulSet", "Service", "Ingress",
        "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Namespace", "ConfigMap", "Secret",
        "PersistentVolumeClaim", "ResourceQuota", "Role", "RoleBinding", "TCP", "100m", "1Gi", "80", "true", "batch/v1",
        "CronJob", "networking.k8s.io/v1", "autoscaling/v2", "policy/v1", "rbac.authorization.k8s.io/v1"};
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
            list_add(&list, fuzz_tree(bytes, arena, 3));
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

static inline bool fuzz_keep(void *user, const Value *document)
{
    *(const Value **)user = document;
    return true;
}

#endif
