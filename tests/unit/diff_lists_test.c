/* The rows that say how lists are matched, held against what Kubernetes and the CRDs publish: where a schema names
 * the fields that tell items apart, ours are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../src/api/api_private.h"
#include "../../src/diff/diff_private.h"

enum { DEPTH = 14 }; /* schemas of CRDs nest without end */

typedef struct Audit {
    Arena *arena;
    Str kind;
    size_t lists;
} Audit;

static bool has_key(const ListRow *row, Str wanted)
{
    for (size_t i = 0; i < LIST_KEYS_MAX && row->keys[i]; i++) {
        Str key = str_from(row->keys[i]), name;
        str_split(&key, '=', &name);
        if (str_equal(name, wanted))
            return true;
    }
    return false;
}

static void audit_list(Audit *audit, const ApiType *type, const DiffStep *path)
{
    Str keys[API_KEYS_MAX];
    size_t count = api_type_keys(type, keys), ours = 0;
    if (!count)
        return;
    const ListRow *row = list_row(audit->kind, path);
    while (ours < LIST_KEYS_MAX && row->keys[ours])
        ours++;
    bool same = row->match == LIST_KEYED && ours == count;
    for (size_t i = 0; i < count; i++)
        same &= has_key(row, keys[i]);
    if (!same)
        fail_msg("%.*s %.*s: published with %zu keys, '%.*s' the first; the row has %zu", STR_ARG(audit->kind),
                 STR_ARG(diff_path_text(audit->arena, path)), count, STR_ARG(keys[0]), ours);
    audit->lists++;
}

static void audit_type(Audit *audit, const ApiType *type, const DiffStep *path, int depth)
{
    if (depth > DEPTH)
        return;
    if (type->base == BASE_LIST) {
        audit_list(audit, type, path);
        audit_type(audit, api_type_item(type), &(DiffStep){.up = path, .key = STR("x"), .item = true}, depth + 1);
    }
    for (unsigned i = 0; type->base == BASE_STRUCT && i < type->count; i++) {
        const ApiField *field = &api_fields[type->first + i];
        /* A server writes these. */
        if (str_equal(field_name(field), STR("status")) || str_equal(field_name(field), STR("managedFields")))
            continue;
        audit_type(audit, &api_types[field->type], &(DiffStep){.up = path, .key = field_name(field)}, depth + 1);
    }
}

static void rows_have_the_published_keys(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "Deployment",     "StatefulSet",    "DaemonSet",   "Job",           "CronJob", "Pod",
        "Service",        "ServiceAccount", "Ingress",     "NetworkPolicy", "Rollout", "HorizontalPodAutoscaler",
        "ServiceMonitor", "PrometheusRule", "Application", "AppProject",    "Gateway", "PersistentVolumeClaim",
        "ExternalSecret", "HTTPRoute"};
    Audit audit = {.arena = arena_new()};
    for (size_t i = 0; i < api_kind_count; i++) {
        audit.kind = api_text(api_kinds[i].name.kind);
        for (size_t j = 0; j < LENGTH_OF(kinds); j++) {
            if (str_equal(audit.kind, str_from(kinds[j])))
                audit_type(&audit, &api_types[api_kinds[i].type], NULL, 0);
        }
    }
    assert_true(audit.lists > 200);
    arena_free(audit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_have_the_published_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
