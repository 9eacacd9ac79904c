/*
 * Kinds that make pods: where in each the pod stands, its labels, and how many there are. Must not know what rules
 * say of them.
 */
#include "standards_private.h"

typedef struct PodKind {
    Str kind;
    const char *pod;
    const char *labels;
    const char *number; /* NULL: it states none */
} PodKind;

#define TEMPLATE(kind, number) {NAME(kind), "spec.template.spec", "spec.template.metadata.labels", number}
static const PodKind pod_kinds[] = {
    TEMPLATE("Deployment", "spec.replicas"),
    TEMPLATE("StatefulSet", "spec.replicas"),
    TEMPLATE("DaemonSet", NULL),
    TEMPLATE("ReplicaSet", "spec.replicas"),
    TEMPLATE("Rollout", "spec.replicas"),
    TEMPLATE("Job", "spec.parallelism"),
    {NAME("CronJob"), "spec.jobTemplate.spec.template.spec", "spec.jobTemplate.spec.template.metadata.labels",
     "spec.jobTemplate.spec.parallelism"},
    {NAME("Pod"), "spec", "metadata.labels", NULL},
};
#undef TEMPLATE

static const PodKind *row_of(Str kind)
{
    for (size_t i = 0; i < LENGTH_OF(pod_kinds); i++) {
        if (str_equal(kind, pod_kinds[i].kind))
            return &pod_kinds[i];
    }
    return NULL;
}

Str pod_kind_at(size_t index)
{
    return index < LENGTH_OF(pod_kinds) ? pod_kinds[index].kind : STR("");
}

bool is_pod_bearing(Str kind)
{
    return row_of(kind);
}

const Value *pod_of(const Value *object, const char **path)
{
    const PodKind *row = row_of(text_of(value_get(object, STR("kind"))));
    if (!row)
        return NULL;
    const Value *pod = value_path(object, row->pod);
    if (path)
        *path = row->pod;
    return value_is(pod, VALUE_MAP) ? pod : NULL;
}

/* Of kinds that only a project's own rules know, where most have them. */
const Value *pod_labels(const Value *object)
{
    const PodKind *row = row_of(text_of(value_get(object, STR("kind"))));
    return value_path(object, row ? row->labels : "spec.template.metadata.labels");
}

const Value *pod_number(const Value *object)
{
    const PodKind *row = row_of(text_of(value_get(object, STR("kind"))));
    return row && row->number ? value_path(object, row->number) : NULL;
}
