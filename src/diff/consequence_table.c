/*
 * The table of consequences, and the conditions that its rows are written in. A row's source is where Kubernetes (or
 * the API's own project) says so: validation means k8s.io/kubernetes v1.37 pkg/apis/…/validation, types the comments of
 * k8s.io/api, PSS the Pod Security Standards.
 */
#include "diff_private.h"

/* ---- conditions ---- */

static bool changes(const Event *event)
{
    (void)event;
    return true;
}

static bool comes(const Event *event)
{
    return value_is_none(event->from) && !value_is_none(event->to);
}

static bool goes(const Event *event)
{
    return !value_is_none(event->from) && value_is_none(event->to);
}

static bool is_bool(const Value *value, bool boolean)
{
    return value_is(value, VALUE_BOOL) && value->boolean == boolean;
}

static bool turns_true(const Event *event)
{
    return is_bool(event->to, true);
}

static bool turns_false(const Event *event)
{
    return is_bool(event->to, false);
}

static bool true_no_more(const Event *event)
{
    return is_bool(event->from, true) && !is_bool(event->to, true);
}

static bool false_no_more(const Event *event)
{
    return is_bool(event->from, false) && !is_bool(event->to, false);
}

static bool becomes_zero(const Event *event)
{
    return value_is(event->to, VALUE_NUMBER) && event->to->number == 0;
}

static bool number_of(const Value *value, bool *percent, __int128 *number)
{
    if (!value || !value_is_scalar(value))
        return false;
    Str text = value_text(value);
    *percent = str_ends(text, STR("%"));
    Quantity quantity;
    if (!quantity_parse(*percent ? str_slice(text, 0, text.size - 1) : text, &quantity))
        return false;
    *number = quantity.nano;
    return true;
}

/* A number against a percentage may be either. */
static bool is_less(const Value *one, const Value *other)
{
    bool percent, other_percent;
    __int128 number, other_number;
    if (!number_of(one, &percent, &number) || !number_of(other, &other_percent, &other_number))
        return false;
    return percent != other_percent || number < other_number;
}

static bool falls(const Event *event)
{
    return is_less(event->to, event->from);
}

static bool rises(const Event *event)
{
    return is_less(event->from, event->to);
}

static bool falls_or_goes(const Event *event)
{
    return goes(event) || falls(event);
}

/* An absent or empty list of peers or ports lets all through. */
static bool opens(const Event *event)
{
    const Value *from = event->from, *to = event->to;
    bool restricted = value_is(from, VALUE_LIST) && from->size, restricts = value_is(to, VALUE_LIST) && to->size;
    return restricted && !restricts;
}

/* ---- conditions on words ---- */

static bool is_text(const Value *value, const char *text)
{
    return value_is(value, VALUE_STRING) && str_equal(value_text(value), str_from(text));
}

static bool opens_service(const Event *event)
{
    return is_text(event->to, "LoadBalancer") || is_text(event->to, "NodePort");
}

static bool unconfined(const Event *event)
{
    return is_text(event->to, "Unconfined");
}

static bool becomes_recreate(const Event *event)
{
    return is_text(event->to, "Recreate");
}

static bool becomes_ignore(const Event *event)
{
    return is_text(event->to, "Ignore");
}

static bool becomes_delete(const Event *event)
{
    return is_text(event->to, "Delete");
}

static bool strict_no_more(const Event *event)
{
    return is_text(event->from, "STRICT") && !is_text(event->to, "STRICT");
}

/* Levels of the Pod Security Standards, the weakest first; an absent label is the weakest. */
static int pss_level(const Value *value)
{
    return is_text(value, "restricted") ? 2 : is_text(value, "baseline") ? 1 : 0;
}

static bool level_falls(const Event *event)
{
    return pss_level(event->to) < pss_level(event->from);
}

/* ---- conditions that look at the object ---- */

static bool routes_host(const Value *ingress, const Value *host)
{
    const Value *rules = value_path(ingress, "spec.rules");
    for (uint32_t i = 0; value_is(rules, VALUE_LIST) && i < rules->size; i++) {
        const Value *routed = value_get(rules->items[i], STR("host"));
        if (routed && host && value_equal(routed, host))
            return true;
    }
    return false;
}

/* A host that is no longer served needs no certificate. */
static bool host_goes_bare(const Event *event)
{
    return goes(event) && routes_host(event->object, event->from);
}

static bool hosts_go_bare(const Event *event)
{
    const Value *hosts = goes(event) ? value_get(event->from, STR("hosts")) : NULL;
    bool bare = false;
    for (uint32_t i = 0; value_is(hosts, VALUE_LIST) && i < hosts->size; i++)
        bare |= routes_host(event->object, hosts->items[i]);
    return bare;
}

/* ---- rows ---- */

#define DELETES_DATA DIFF_BIT(DIFF_DELETES_DATA)
#define RECREATES DIFF_BIT(DIFF_RECREATES)
#define WEAKENS DIFF_BIT(DIFF_WEAKENS)
#define EXPOSURE DIFF_BIT(DIFF_EXPOSURE)
#define RESTARTS DIFF_BIT(DIFF_RESTARTS)
#define CAPACITY DIFF_BIT(DIFF_CAPACITY)

/* How far a row reaches: what changes itself; below what came or went whole; inside created objects as well. */
#define HERE 0
#define BELOW REACH_BELOW
#define NEW REACH_NEW
#define ALL (REACH_BELOW | REACH_NEW)

#define ANY_CONTAINER "pod.containers|initContainers|ephemeralContainers.[]."
#define SECURITY ANY_CONTAINER "securityContext."
#define IMMUTABLE "an immutable field"
#define PSS "PSS"
#define POD_FIXED "only the images of a pod may change"
#define POD_UPDATE "validation core, ValidatePodUpdate"
#define POLICY "types networking/v1, NetworkPolicySpec"
#define ROUTES "HTTPRoute|GRPCRoute|TLSRoute|TCPRoute|UDPRoute"

const Consequence consequences[] = {
    /* what is lost with an object */
    {"PersistentVolumeClaim", "", goes, DELETES_DATA, HERE, "a claim goes, and its volume with it",
     "types core/v1, PersistentVolumeReclaimPolicy: Delete is the default of classes"},
    {"PersistentVolume", "", goes, DELETES_DATA, HERE, "a volume goes", "types core/v1"},
    {"Namespace", "", goes, DELETES_DATA, HERE, "a namespace goes, and all in it", "types core/v1, NamespaceStatus"},
    {"CustomResourceDefinition", "", goes, DELETES_DATA, HERE, "a kind goes, and all its objects",
     "apiextensions, finalizer customresourcecleanup"},
    {"PersistentVolumeClaim", "spec.storageClassName|accessModes|volumeMode|selector|dataSource|dataSourceRef.**",
     changes, DELETES_DATA | RECREATES, HERE, IMMUTABLE, "validation core, ValidatePersistentVolumeClaimUpdate"},
    {"PersistentVolumeClaim", "spec.resources.requests.storage", falls_or_goes, DELETES_DATA | RECREATES, HERE,
     "a claim cannot shrink", "validation core, ValidatePersistentVolumeClaimUpdate"},
    {"StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.*", becomes_delete, WEAKENS, BELOW,
     "claims go with their pods", "types apps/v1, StatefulSetPersistentVolumeClaimRetentionPolicy"},

    /* immutable fields */
    {"Deployment|DaemonSet|ReplicaSet|StatefulSet", "spec.selector.**", changes, RECREATES, HERE, IMMUTABLE,
     "validation apps: ValidateImmutableField(Spec.Selector)"},
    {"StatefulSet", "spec.volumeClaimTemplates.**", changes, RECREATES, HERE, IMMUTABLE,
     "validation apps, ValidateStatefulSetUpdate"},
    {"StatefulSet", "spec.serviceName|podManagementPolicy", changes, RECREATES, HERE, IMMUTABLE,
     "validation apps, ValidateStatefulSetUpdate"},
    {"Job", "spec.template.**", changes, RECREATES, HERE, IMMUTABLE, "validation batch, validatePodTemplateUpdate"},
    {"Job", "spec.selector|completionMode|podFailurePolicy|backoffLimitPerIndex|managedBy|successPolicy.**", changes,
     RECREATES, HERE, IMMUTABLE, "validation batch, ValidateJobSpecUpdate"},
    {"Job", "spec.completions", changes, RECREATES, HERE, IMMUTABLE, "validation batch, validateCompletions"},
    {"Pod", "spec.!containers|initContainers.**", changes, RECREATES, HERE, POD_FIXED, POD_UPDATE},
    {"Pod", "spec.containers|initContainers.[]", changes, RECREATES, HERE, POD_FIXED, POD_UPDATE},
    {"Pod", "spec.containers|initContainers.[].!image.**", changes, RECREATES, HERE, POD_FIXED, POD_UPDATE},
    {"Service", "spec.clusterIP|clusterIPs.**", changes, RECREATES, HERE, IMMUTABLE,
     "validation core, validateUpgradeDowngradeClusterIPs"},
    {"Service", "spec.loadBalancerClass", changes, RECREATES, HERE, IMMUTABLE,
     "validation core, validateLoadBalancerClassField"},
    {"RoleBinding|ClusterRoleBinding", "roleRef.**", changes, RECREATES, HERE, IMMUTABLE,
     "validation rbac, ValidateRoleBindingUpdate"},
    {"Secret", "type", changes, RECREATES, HERE, IMMUTABLE, "validation core, ValidateSecretUpdate"},
    {"ConfigMap|Secret", "immutable", true_no_more, RECREATES, HERE, IMMUTABLE,
     "validation core, ValidateConfigMapUpdate"},
    {"StorageClass", "provisioner|reclaimPolicy|volumeBindingMode", changes, RECREATES, HERE, IMMUTABLE,
     "validation storage, ValidateStorageClassUpdate"},
    {"StorageClass", "parameters.**", changes, RECREATES, HERE, IMMUTABLE,
     "validation storage, ValidateStorageClassUpdate"},
    {"PriorityClass", "value|preemptionPolicy", changes, RECREATES, HERE, IMMUTABLE,
     "validation scheduling, ValidatePriorityClassUpdate"},
    {"IngressClass", "spec.controller", changes, RECREATES, HERE, IMMUTABLE,
     "validation networking, ValidateIngressClassUpdate"},
    {"RuntimeClass", "handler", changes, RECREATES, HERE, IMMUTABLE, "validation node, ValidateRuntimeClassUpdate"},
    {"CustomResourceDefinition", "spec.scope|group", changes, DELETES_DATA | RECREATES, HERE, IMMUTABLE,
     "apiextensions validation, validateCustomResourceDefinitionSpecUpdate"},
    {"CustomResourceDefinition", "spec.names.kind|plural", changes, DELETES_DATA | RECREATES, HERE, IMMUTABLE,
     "apiextensions validation, validateCustomResourceDefinitionSpecUpdate"},

    /* pods that are replaced */
    {"@restarting", "template.**", changes, RESTARTS, HERE, NULL,
     "types apps/v1: a rollout is triggered if and only if the pod template changes"},

    /* security of pods */
    {"@pods", "pod.hostNetwork|hostPID|hostIPC", turns_true, WEAKENS, ALL, "shares the node's namespaces", PSS},
    {"@pods", "pod.hostUsers", true_no_more, WEAKENS, ALL, "shares the node's users", "types core/v1, HostUsers"},
    {"@pods", "pod.hostUsers", false_no_more, WEAKENS, BELOW, "shares the node's users", "types core/v1, HostUsers"},
    {"@pods", "pod.shareProcessNamespace", turns_true, WEAKENS, ALL, "containers see each other's processes",
     "types core/v1, PodSpec"},
    {"@pods", "pod.automountServiceAccountToken", false_no_more, WEAKENS, BELOW, "mounts a token of the API",
     "types core/v1, PodSpec"},
    {"@pods", "pod.automountServiceAccountToken", turns_true, WEAKENS, ALL, "mounts a token of the API",
     "types core/v1, PodSpec"},
    {"@pods", "pod.volumes.[].hostPath", comes, WEAKENS, ALL, "mounts a folder of the node", PSS},
    {"@pods", ANY_CONTAINER "ports.[].hostPort", comes, WEAKENS | EXPOSURE, ALL, "a port of the node", PSS},
    {"@pods", SECURITY "privileged", turns_true, WEAKENS, ALL, "a privileged container", PSS},
    {"@pods", SECURITY "allowPrivilegeEscalation", false_no_more, WEAKENS, BELOW, "may gain privileges", PSS},
    {"@pods", SECURITY "allowPrivilegeEscalation", turns_true, WEAKENS, ALL, "may gain privileges", PSS},
    {"@pods", SECURITY "readOnlyRootFilesystem", true_no_more, WEAKENS, BELOW, "may write to its own files",
     "types core/v1, SecurityContext"},
    {"@pods", SECURITY "runAsNonRoot", true_no_more, WEAKENS, BELOW, "may run as root", PSS},
    {"@pods", "pod.securityContext.runAsNonRoot", true_no_more, WEAKENS, BELOW, "may run as root", PSS},
    {"@pods", SECURITY "runAsNonRoot", turns_false, WEAKENS, ALL, "may run as root", PSS},
    {"@pods", "pod.securityContext.runAsNonRoot", turns_false, WEAKENS, ALL, "may run as root", PSS},
    {"@pods", SECURITY "runAsUser|runAsGroup", becomes_zero, WEAKENS, ALL, "runs as root", PSS},
    {"@pods", "pod.securityContext.runAsUser|runAsGroup|fsGroup", becomes_zero, WEAKENS, ALL, "runs as root", PSS},
    {"@pods", SECURITY "capabilities.add.[]", comes, WEAKENS, ALL, "a further capability", PSS},
    {"@pods", SECURITY "capabilities.drop", opens, WEAKENS, BELOW, "keeps capabilities", PSS},
    {"@pods", SECURITY "capabilities.drop.[]", goes, WEAKENS, HERE, "keeps a capability", PSS},
    {"@pods", SECURITY "seccompProfile", goes, WEAKENS, BELOW, "no seccomp profile", PSS},
    {"@pods", "pod.securityContext.seccompProfile", goes, WEAKENS, BELOW, "no seccomp profile", PSS},
    {"@pods", SECURITY "seccompProfile|appArmorProfile.type", unconfined, WEAKENS, ALL, "runs unconfined", PSS},
    {"@pods", "pod.securityContext.seccompProfile|appArmorProfile.type", unconfined, WEAKENS, ALL, "runs unconfined",
     PSS},
    {"@pods", SECURITY "appArmorProfile", goes, WEAKENS, BELOW, "no AppArmor profile", PSS},
    {"@pods", SECURITY "procMount", comes, WEAKENS, ALL, "/proc is not masked", PSS},
    {"@pods", ANY_CONTAINER "resources.limits", goes, WEAKENS, HERE, "no limits", "types core/v1, ResourceRequirements"},
    {"@pods", ANY_CONTAINER "resources.limits.memory", goes, WEAKENS, BELOW, "no memory limit",
     "types core/v1, ResourceRequirements"},
    {"ServiceAccount", "automountServiceAccountToken", false_no_more, WEAKENS, HERE, "mounts a token of the API",
     "types core/v1, ServiceAccount"},
    {"ServiceAccount", "automountServiceAccountToken", turns_true, WEAKENS, NEW, "mounts a token of the API",
     "types core/v1, ServiceAccount"},
    {"Namespace", "metadata.labels.pod-security.kubernetes.io/enforce|pod-security.kubernetes.io/audit|pod-security."
                  "kubernetes.io/warn",
     level_falls, WEAKENS, BELOW, "a lower level of pod security", "types: pod-security.kubernetes.io labels"},

    /* what may do what */
    {"Role|ClusterRole", "rules.[]", comes, WEAKENS, HERE, "further rights", "types rbac/v1, PolicyRule"},
    {"Role|ClusterRole", "rules.[].verbs|apiGroups|resources|nonResourceURLs.[]", comes, WEAKENS, HERE,
     "further rights", "types rbac/v1, PolicyRule"},
    {"Role|ClusterRole", "rules.[].resourceNames", opens, WEAKENS, HERE, "further rights", "types rbac/v1, PolicyRule"},
    {"Role|ClusterRole", "rules.[].resourceNames.[]", comes, WEAKENS, HERE, "further rights",
     "types rbac/v1, PolicyRule"},
    {"RoleBinding|ClusterRoleBinding", "subjects.[]", comes, WEAKENS, HERE, "rights for another subject",
     "types rbac/v1, Subject"},
    {"RoleBinding|ClusterRoleBinding", "roleRef.**", changes, WEAKENS, HERE, "other rights", "types rbac/v1, RoleRef"},
    {"ClusterRoleBinding", "", comes, WEAKENS, HERE, "rights in all namespaces", "types rbac/v1"},
    {"ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding|ValidatingWebhookConfiguration|"
     "MutatingWebhookConfiguration",
     "", goes, WEAKENS, HERE, "an admission check goes", "types admissionregistration/v1"},
    {"ValidatingAdmissionPolicy", "spec.failurePolicy", becomes_ignore, WEAKENS, HERE, "failures are ignored",
     "types admissionregistration/v1, FailurePolicyType"},
    {"ValidatingAdmissionPolicy", "spec.validations.[]", goes, WEAKENS, HERE, "an admission check goes",
     "types admissionregistration/v1"},
    {"ResourceQuota|LimitRange", "", goes, WEAKENS | CAPACITY, HERE, "a limit of the namespace goes", "types core/v1"},

    /* who may talk to whom */
    {"NetworkPolicy", "", goes, WEAKENS | EXPOSURE, HERE, "a network policy goes", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[]", comes, WEAKENS | EXPOSURE, HERE, "a further rule", POLICY},
    {"NetworkPolicy", "spec.ingress|egress", comes, WEAKENS | EXPOSURE, HERE, "further rules", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[].from|to.[]", comes, WEAKENS | EXPOSURE, HERE, "a further peer", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[].from|to.[]", comes, EXPOSURE, NEW, "a further peer", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[].from|to", opens, WEAKENS | EXPOSURE, HERE, "every peer", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[].ports", opens, WEAKENS | EXPOSURE, HERE, "every port", POLICY},
    {"NetworkPolicy", "spec.ingress|egress.[].ports.[]", comes, WEAKENS | EXPOSURE, HERE, "a further port", POLICY},
    {"NetworkPolicy", "spec.policyTypes.[]", goes, WEAKENS | EXPOSURE, HERE, "a direction is free", POLICY},
    {"NetworkPolicy", "spec.policyTypes", goes, WEAKENS, HERE, "a direction may be free", POLICY},
    {"NetworkPolicy", "spec.podSelector.**", changes, WEAKENS, HERE, "other pods", POLICY},
    {"PeerAuthentication", "", goes, WEAKENS, HERE, "mutual TLS goes", "security.istio.io/v1"},
    {"PeerAuthentication", "spec.mtls.mode", strict_no_more, WEAKENS, BELOW, "mutual TLS is no longer required",
     "security.istio.io/v1"},
    {"AuthorizationPolicy", "", goes, WEAKENS | EXPOSURE, HERE, "an authorization policy goes",
     "security.istio.io/v1"},
    {"AuthorizationPolicy", "spec.rules.**", changes, WEAKENS | EXPOSURE, HERE, "other peers", "security.istio.io/v1"},
    {"AuthorizationPolicy", "spec.action", changes, WEAKENS | EXPOSURE, HERE, "another action",
     "security.istio.io/v1"},

    /* what can be reached from outside */
    {"Service", "spec.type", opens_service, EXPOSURE, NEW, "reachable from outside", "types core/v1, ServiceType"},
    {"Service", "spec.ports.[]", comes, EXPOSURE, NEW, "a new port", "types core/v1, ServicePort"},
    {"Service", "spec.ports.[].nodePort", comes, EXPOSURE, ALL, "a port on every node", "types core/v1, ServicePort"},
    {"Service", "spec.ports.[].targetPort", changes, EXPOSURE, HERE, "another port of the pods",
     "types core/v1, ServicePort"},
    {"Service", "spec.selector.**", changes, EXPOSURE, HERE, "other pods", "types core/v1, ServiceSpec"},
    {"Service", "spec.externalIPs.[]", comes, EXPOSURE, ALL, "a new address", "types core/v1, ServiceSpec"},
    {"Service", "spec.loadBalancerSourceRanges", opens, WEAKENS | EXPOSURE, HERE, "every client",
     "types core/v1, ServiceSpec"},
    {"Service", "spec.loadBalancerSourceRanges.[]", comes, WEAKENS | EXPOSURE, HERE, "further clients",
     "types core/v1, ServiceSpec"},
    {"Service", "spec.externalName", changes, EXPOSURE, NEW, "another host", "types core/v1, ServiceSpec"},
    {"Ingress", "spec.rules.[]", comes, EXPOSURE, ALL, "a new host", "types networking/v1, IngressRule"},
    {"Ingress", "spec.rules.[].http.paths.[]", comes, EXPOSURE, HERE, "a new path", "types networking/v1"},
    {"Ingress", "spec.rules.[].http.paths.[].backend.**", changes, EXPOSURE, HERE, "another backend",
     "types networking/v1"},
    {"Ingress", "spec.defaultBackend.**", changes, EXPOSURE, NEW, "every host", "types networking/v1, IngressSpec"},
    {"Ingress", "spec.ingressClassName", changes, EXPOSURE, HERE, "another gateway", "types networking/v1"},
    {"Ingress", "spec.tls", opens, WEAKENS, HERE, "no TLS", "types networking/v1, IngressTLS"},
    {"Ingress", "spec.tls.[]", hosts_go_bare, WEAKENS, HERE, "a host without TLS", "types networking/v1, IngressTLS"},
    {"Ingress", "spec.tls.[].hosts.[]", host_goes_bare, WEAKENS, HERE, "a host without TLS", "types networking/v1, IngressTLS"},
    {"Ingress", "metadata.annotations.nginx.ingress.kubernetes.io/whitelist-source-range|"
                "nginx.ingress.kubernetes.io/allowlist-source-range",
     changes, WEAKENS | EXPOSURE, HERE, "other clients", "ingress-nginx annotations"},
    {"Ingress", "metadata.annotations.nginx.ingress.kubernetes.io/ssl-redirect|"
                "nginx.ingress.kubernetes.io/force-ssl-redirect|nginx.ingress.kubernetes.io/auth-url",
     changes, WEAKENS, HERE, "another guard", "ingress-nginx annotations"},
    {ROUTES, "spec.hostnames.[]", comes, EXPOSURE, NEW, "a new host", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.hostnames", opens, EXPOSURE, HERE, "every host", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.parentRefs.[]", comes, EXPOSURE, NEW, "a new gateway", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.parentRefs.[].**", changes, EXPOSURE, HERE, "another gateway", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.rules.[]", comes, EXPOSURE, HERE, "a new route", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.rules.[].matches.**", changes, EXPOSURE, HERE, "another route", "gateway.networking.k8s.io/v1"},
    {ROUTES, "spec.rules.[].backendRefs.[]", comes, EXPOSURE, HERE, "another backend", "gateway.networking.k8s.io/v1"},
    {"Gateway", "spec.listeners|servers.[]", comes, EXPOSURE, NEW, "a new listener", "gateway.networking.k8s.io/v1"},
    {"Gateway", "spec.listeners|servers.[].hostname|port|protocol|hosts.**", changes, EXPOSURE, HERE,
     "another listener", "gateway.networking.k8s.io/v1"},
    {"Gateway", "spec.listeners|servers.[].tls", goes, WEAKENS, HERE, "no TLS", "gateway.networking.k8s.io/v1"},
    {"VirtualService", "spec.hosts|gateways.[]", comes, EXPOSURE, NEW, "a new host", "networking.istio.io/v1"},
    {"VirtualService", "spec.http.[]", comes, EXPOSURE, HERE, "a new route", "networking.istio.io/v1"},

    /* what keeps a service up */
    {"PodDisruptionBudget", "", goes, WEAKENS, HERE, "no disruption budget", "types policy/v1"},
    {"PodDisruptionBudget", "spec.minAvailable", falls_or_goes, WEAKENS, HERE, "more may be evicted",
     "types policy/v1"},
    {"PodDisruptionBudget", "spec.maxUnavailable", rises, WEAKENS, HERE, "more may be evicted", "types policy/v1"},
    {"PodDisruptionBudget", "spec.selector.**", changes, WEAKENS, HERE, "other pods", "types policy/v1"},
    {"@pods", "pod.containers.[].readinessProbe|livenessProbe|startupProbe", goes, WEAKENS, HERE, "a probe goes",
     "types core/v1, Container"},
    {"@pods", "pod.containers.[].lifecycle.preStop", goes, WEAKENS, BELOW, "no preStop hook", "types core/v1"},
    {"@pods", "pod.terminationGracePeriodSeconds", falls, WEAKENS, HERE, "less time to end", "types core/v1"},
    {"@pods", "pod.topologySpreadConstraints", goes, WEAKENS, HERE, "pods may share a node", "types core/v1"},
    {"@pods", "pod.topologySpreadConstraints.[]", goes, WEAKENS, HERE, "pods may share a node", "types core/v1"},
    {"@pods", "pod.affinity.podAntiAffinity", goes, WEAKENS, BELOW, "pods may share a node", "types core/v1"},
    {"@pods", "pod.priorityClassName", goes, WEAKENS, HERE, "may be preempted", "types core/v1"},
    {"Deployment|Rollout", "spec.strategy.type", becomes_recreate, WEAKENS, HERE, "all pods go before new ones come",
     "types apps/v1, DeploymentStrategyType"},
    {"Deployment|Rollout", "spec.strategy.rollingUpdate.maxUnavailable", rises, WEAKENS, HERE,
     "more pods go at once", "types apps/v1, RollingUpdateDeployment"},
    {"DaemonSet|StatefulSet", "spec.updateStrategy.rollingUpdate.maxUnavailable", rises, WEAKENS, HERE,
     "more pods go at once", "types apps/v1"},
    {"Deployment|StatefulSet|Rollout|ReplicaSet", "spec.replicas", falls, WEAKENS, HERE, "fewer replicas",
     "types apps/v1"},
    {"HorizontalPodAutoscaler", "spec.minReplicas", falls_or_goes, WEAKENS, HERE, "fewer replicas",
     "types autoscaling/v2"},

    /* requests × replicas */
    {"Deployment|StatefulSet|ReplicaSet|Job|CronJob|Pod|Rollout", "", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"Deployment|StatefulSet|ReplicaSet|Rollout", "spec.replicas", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"Job", "spec.parallelism", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"CronJob", "spec.jobTemplate.spec.parallelism", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"HorizontalPodAutoscaler", "", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"HorizontalPodAutoscaler", "spec.minReplicas|maxReplicas", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"HorizontalPodAutoscaler", "spec.scaleTargetRef.**", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"@pods", ANY_CONTAINER "resources.requests.**", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"@pods", ANY_CONTAINER "resources", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"@pods", "pod.containers|initContainers.[]", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"PersistentVolumeClaim", "", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"PersistentVolumeClaim", "spec.resources.requests.storage", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"StatefulSet", "spec.volumeClaimTemplates.**", changes, CAPACITY, HERE, NULL, "capacity.c"},
    {"ResourceQuota", "spec.hard.**", changes, CAPACITY, HERE, "another quota", "types core/v1, ResourceQuotaSpec"},
};
const size_t consequence_count = LENGTH_OF(consequences);
