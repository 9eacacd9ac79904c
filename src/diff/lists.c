/*
 * How the items of lists are matched, by path. Where Kubernetes' API declares merge keys (listType=map) the row states
 * those; where it takes a list as one value (atomic) but its items have a name that people know them by, the row
 * states that, for a diff by item reads better and is as exact.
 */
#include "diff_private.h"

#define CONTAINERS "containers|initContainers|ephemeralContainers"
#define CORE "k8s.io/api/core/v1 types.go, listMapKey"
#define CORE_ATOMIC "k8s.io/api/core/v1 types.go: atomic, no order in its meaning"
#define NETWORKING "k8s.io/api/networking/v1 types.go: rules, peers and ports are alternatives (OR)"
#define GATEWAY "gateway.networking.k8s.io/v1"

const ListRow list_rows[] = {
    {NULL, "initContainers", LIST_KEYED, {"name"}, true, false, CORE ": run one after the other"},
    {NULL, "containers|ephemeralContainers|volumes|imagePullSecrets|schedulingGates|resourceClaims", LIST_KEYED,
     {"name"}, false, false, CORE},
    {NULL, CONTAINERS ".[].env", LIST_KEYED, {"name"}, true, false,
     CORE ": $(NAME) sees what stands before it"},
    {NULL, CONTAINERS ".[].ports", LIST_KEYED, {"containerPort", "protocol=TCP"}, false, false, CORE},
    {NULL, CONTAINERS ".[].volumeMounts", LIST_KEYED, {"mountPath"}, false, false, CORE},
    {NULL, CONTAINERS ".[].volumeDevices", LIST_KEYED, {"devicePath"}, false, false, CORE},
    {NULL, "securityContext.capabilities.add|drop", LIST_SET, {NULL}, false, false, CORE_ATOMIC},
    {NULL, "resources.claims", LIST_KEYED, {"name"}, false, false, CORE},
    {NULL, "hostAliases", LIST_KEYED, {"ip"}, false, false, CORE},
    {NULL, "tolerations", LIST_SET, {NULL}, false, true, CORE_ATOMIC},
    {NULL, "topologySpreadConstraints", LIST_KEYED, {"topologyKey", "whenUnsatisfiable"}, false, false, CORE},
    {NULL, "configMap|secret|downwardAPI.items", LIST_KEYED, {"path"}, false, false, CORE_ATOMIC},
    {NULL, "volumeClaimTemplates", LIST_KEYED, {"metadata.name"}, false, false,
     "k8s.io/api/apps/v1 types.go: atomic, claims are named after them"},
    {NULL, "accessModes|policyTypes|finalizers", LIST_SET, {NULL}, false, false, CORE_ATOMIC},
    {NULL, "ownerReferences", LIST_KEYED, {"uid"}, false, false, "k8s.io/apimachinery meta/v1 types.go, listMapKey"},
    {NULL, "matchExpressions", LIST_KEYED, {"key", "operator"}, false, false,
     "k8s.io/apimachinery meta/v1 types.go: requirements are ANDed"},
    {NULL, "matchExpressions.[].values", LIST_SET, {NULL}, false, false, "k8s.io/apimachinery meta/v1 types.go"},
    {NULL, "conditions", LIST_KEYED, {"type"}, false, false, "k8s.io/apimachinery meta/v1 types.go, listMapKey"},
    {"Service", "spec.ports", LIST_KEYED, {"port", "protocol=TCP"}, false, false, CORE},
    {"Service", "spec.externalIPs|loadBalancerSourceRanges", LIST_SET, {NULL}, false, false, CORE_ATOMIC},
    {"ServiceAccount", "secrets", LIST_KEYED, {"name"}, false, false, CORE},
    {"LimitRange", "spec.limits", LIST_KEYED, {"type"}, false, false, CORE_ATOMIC},
    {"NetworkPolicy", "spec.ingress|egress", LIST_SET, {NULL}, false, true, NETWORKING},
    {"NetworkPolicy", "from|to|ports|except", LIST_SET, {NULL}, false, false, NETWORKING},
    {"Ingress", "spec.rules", LIST_KEYED, {"host="}, false, false, NETWORKING},
    {"Ingress", "http.paths", LIST_KEYED, {"path=", "pathType="}, false, false,
     "k8s.io/api/networking/v1 types.go: the longest path wins, wherever it stands"},
    {"Ingress", "spec.tls", LIST_KEYED, {"secretName="}, false, false, NETWORKING},
    {"Ingress", "spec.tls.[].hosts", LIST_SET, {NULL}, false, false, NETWORKING},
    {"HorizontalPodAutoscaler", "spec.metrics", LIST_KEYED, {"type", "resource.name=", "containerResource.container="},
     false, false, "k8s.io/api/autoscaling/v2 types.go: the highest proposal wins"},
    {"HorizontalPodAutoscaler", "policies", LIST_KEYED, {"type"}, false, false,
     "k8s.io/api/autoscaling/v2 types.go: selectPolicy chooses"},
    {"Role|ClusterRole", "rules", LIST_SET, {NULL}, false, true, "k8s.io/api/rbac/v1 types.go: rules are ORed"},
    {"Role|ClusterRole", "rules.[].*", LIST_SET, {NULL}, false, false, "k8s.io/api/rbac/v1 types.go"},
    {"RoleBinding|ClusterRoleBinding", "subjects", LIST_KEYED, {"kind", "namespace=", "name"}, false, false,
     "k8s.io/api/rbac/v1 types.go"},
    {"HTTPRoute|GRPCRoute|TLSRoute|TCPRoute|UDPRoute", "parentRefs", LIST_KEYED,
     {"namespace=", "name", "sectionName="}, false, false, GATEWAY},
    {"HTTPRoute|GRPCRoute|TLSRoute|TCPRoute|UDPRoute", "backendRefs", LIST_KEYED, {"namespace=", "name", "port="},
     false, false, GATEWAY},
    {"HTTPRoute|GRPCRoute|TLSRoute", "hostnames", LIST_SET, {NULL}, false, false, GATEWAY},
    {"Gateway", "listeners", LIST_KEYED, {"name"}, false, false, GATEWAY ", x-kubernetes-list-map-keys"},
    {"Gateway", "tls.frontend.perPort", LIST_KEYED, {"port"}, false, false, GATEWAY ", x-kubernetes-list-map-keys"},
    {"VirtualService|Gateway", "hosts|gateways", LIST_SET, {NULL}, false, false, "networking.istio.io/v1"},
    {"ExternalSecret", "spec.data", LIST_KEYED, {"secretKey"}, false, false, "external-secrets.io/v1"},
    {"ServiceMonitor", "spec.endpoints", LIST_KEYED, {"port=", "targetPort=", "path="}, false, false,
     "monitoring.coreos.com/v1"},
    {"PrometheusRule", "spec.groups", LIST_KEYED, {"name"}, false, false,
     "monitoring.coreos.com/v1, x-kubernetes-list-map-keys"},
    {"PrometheusRule", "rules", LIST_KEYED, {"alert=", "record=", "labels.severity="}, true, false,
     "prometheus.io: rules of a group run in order"},
    {"CustomResourceDefinition", "spec.versions", LIST_KEYED, {"name"}, false, false,
     "k8s.io/apiextensions-apiserver"},
};
const size_t list_row_count = LENGTH_OF(list_rows);

static const ListRow by_name = {
    .match = LIST_KEYED, .keys = {"name"}, .order_is_real = true, .source = "ours: what has a name is known by it"};

const ListRow *list_row(Str kind, const DiffStep *path)
{
    for (size_t i = 0; i < list_row_count; i++) {
        if ((!list_rows[i].kinds || kind_in(list_rows[i].kinds, kind)) && path_ends(path, list_rows[i].path))
            return &list_rows[i];
    }
    return &by_name;
}

/* $(NAME) in a variable's value (k8s.io/api/core/v1, EnvVar). */
static bool refers(const Value *list)
{
    for (uint32_t i = 0; i < list->size; i++) {
        if (str_find(value_text_at(list->items[i], "value"), STR("$("), 0) >= 0)
            return true;
    }
    return false;
}

bool list_order_is_real(const ListRow *row, const Value *list)
{
    bool variables = str_equal(str_from(row->path ? row->path : ""), STR(CONTAINERS ".[].env"));
    return row->order_is_real && (!variables || refers(list));
}

/* "dotted.key", or "dotted.key=default". */
static bool key_part(Arena *arena, const char *key, const Value *item, Str *part)
{
    Str text = str_from(key);
    ptrdiff_t equals = str_find(text, STR("="), 0);
    const Value *found = value_path(item, equals < 0 ? key : arena_copy(arena, str_slice(text, 0, (size_t)equals)).data);
    if (found && value_is_scalar(found)) {
        *part = value_text(found);
        return true;
    }
    *part = str_slice(text, (size_t)(equals + 1), text.size);
    return value_is_none(found) && equals >= 0;
}

Str list_item_key(Arena *arena, const ListRow *row, const Value *item)
{
    if (!value_is(item, VALUE_MAP))
        return STR_NONE;
    Str key = STR("");
    for (size_t i = 0; i < LIST_KEYS_MAX && row->keys[i]; i++) {
        Str part;
        if (!key_part(arena, row->keys[i], item, &part))
            return STR_NONE;
        if (part.size)
            key = key.size ? arena_printf(arena, "%.*s/%.*s", STR_ARG(key), STR_ARG(part)) : part;
    }
    return key;
}
