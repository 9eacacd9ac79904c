/*
 * Which kind an object is of, as rules name it: by the name alone where its group is the one that is meant by that
 * name, else by name and group ("Service.serving.knative.dev"), for any group may have a Service or a Deployment. A
 * kind that no built-in rule names goes by both. Must not know what rules say of it.
 */
#include "standards_private.h"

/* Former: the group that it had before, whose objects are still about. */
typedef struct KindGroup {
    Str kind;
    Str group;
    Str former;
} KindGroup;

#define ROW(kind, group) {NAME(kind), NAME(group), NAME("-")}
#define MOVED(kind, group, former) {NAME(kind), NAME(group), NAME(former)}
static const KindGroup kind_groups[] = {
    ROW("Pod", ""),
    ROW("Service", ""),
    ROW("ConfigMap", ""),
    ROW("Secret", ""),
    ROW("Namespace", ""),
    ROW("ServiceAccount", ""),
    ROW("PersistentVolumeClaim", ""),
    ROW("ResourceQuota", ""),
    ROW("LimitRange", ""),
    MOVED("Deployment", "apps", "extensions"),
    MOVED("DaemonSet", "apps", "extensions"),
    MOVED("ReplicaSet", "apps", "extensions"),
    ROW("StatefulSet", "apps"),
    ROW("Job", "batch"),
    ROW("CronJob", "batch"),
    ROW("HorizontalPodAutoscaler", "autoscaling"),
    ROW("PodDisruptionBudget", "policy"),
    MOVED("Ingress", "networking.k8s.io", "extensions"),
    MOVED("NetworkPolicy", "networking.k8s.io", "extensions"),
    ROW("HTTPRoute", "gateway.networking.k8s.io"),
    ROW("Role", "rbac.authorization.k8s.io"),
    ROW("RoleBinding", "rbac.authorization.k8s.io"),
    ROW("ClusterRole", "rbac.authorization.k8s.io"),
    ROW("ClusterRoleBinding", "rbac.authorization.k8s.io"),
    ROW("PriorityClass", "scheduling.k8s.io"),
    ROW("Rollout", "argoproj.io"),
    ROW("Application", "argoproj.io"),
    ROW("ExternalSecret", "external-secrets.io"),
    ROW("Certificate", "cert-manager.io"),
    ROW("ServiceMonitor", "monitoring.coreos.com"),
    ROW("PrometheusRule", "monitoring.coreos.com"),
};

static const KindGroup *row_of(Str kind)
{
    for (size_t i = 0; i < LENGTH_OF(kind_groups); i++) {
        if (str_equal(kind, kind_groups[i].kind))
            return &kind_groups[i];
    }
    return NULL;
}

static Str group_of(const Value *object)
{
    Str version = value_text_at(object, "apiVersion");
    ptrdiff_t slash = str_rfind_char(version, '/');
    return slash < 0 ? STR("") : str_slice(version, 0, (size_t)slash);
}

ObjectKind object_kind_of(FileForm form, const Value *object)
{
    ObjectKind kind = {.name = object_kind(form, object)};
    if (form != FORM_MANIFEST)
        return kind;
    const KindGroup *row = row_of(kind.name);
    kind.group = group_of(object);
    kind.another = row && !str_equal(kind.group, row->group) && !str_equal(kind.group, row->former);
    kind.known = row && !kind.another;
    return kind;
}

Str object_kind_full(Arena *arena, ObjectKind kind)
{
    return arena_printf(arena, "%.*s.%.*s", STR_ARG(kind.name), STR_ARG(kind.group));
}
