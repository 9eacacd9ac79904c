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

/* It is there now, and was not so. */
static bool arrives(const Event *event)
{
    return !value_is_none(event->to);
}

static bool replaces(const Event *event)
{
    return !value_is_none(event->from);
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

/* absent: what counts where there is none, or NULL. */
static bool number_of(const Value *value, const char *absent, bool *percent, __int128 *number)
{
    bool none = value_is_none(value);
    if (none ? !absent : !value_is_scalar(value))
        return false;
    Str text = none ? str_from(absent) : value_text(value);
    *percent = str_ends(text, STR("%"));
    Quantity quantity;
    if (!quantity_parse(*percent ? str_slice(text, 0, text.size - 1) : text, &quantity))
        return false;
    *number = quantity.nano;
    return true;
}

/* A number against a percentage may be either. */
static bool is_less(const Value *one, const Value *other, const char *absent)
{
    bool percent, other_percent;
    __int128 number, other_number;
    if (!number_of(one, absent, &percent, &number) || !number_of(other, absent, &other_percent, &other_number))
        return false;
    return percent != other_percent || number < other_number;
}

static bool falls(const Event *event)
{
    return is_less(event->to, event->from, NULL);
}

static bool rises(const Event *event)
{
    return is_less(event->from, event->to, NULL);
}

static bool falls_or_goes(const Event *event)
{
    return goes(event) || falls(event);
}

/* With what the API server takes for an absent one. */
static bool falls_from_1(const Event *event)
{
    return is_less(event->to, event->from, "1");
}

static bool becomes_1(const Event *event)
{
    return goes(event) && !event->scaled && falls_from_1(event);
}

static bool falls_from_30(const Event *event)
{
    return is_less(event->to, event->from, "30");
}

static bool rises_from_1(const Event *event)
{
    return is_less(event->from, event->to, "1");
}

static bool rises_from_3(const Event *event)
{
    return is_less(event->from, event->to, "3");
}

static bool rises_from_10(const Event *event)
{
    return is_less(event->from, event->to, "10");
}

static bool rises_from_quarter(const Event *event)
{
    return is_less(event->from, event->to, "25%");
}

static bool is_filled(const Value *value)
{
    return value_is(value, VALUE_LIST) && value->size;
}

/* An absent or empty list of peers or ports lets all through. */
static bool opens(const Event *event)
{
    return is_filled(event->from) && !is_filled(event->to);
}

static bool brings(const Event *event)
{
    return value_is_none(event->from) && is_filled(event->to);
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

/* An image that was known by its digest is not any more. */
static bool unpins(const Event *event)
{
    return value_is(event->from, VALUE_STRING) && value_is(event->to, VALUE_STRING) &&
           str_find(value_text(event->from), STR("@sha256:"), 0) >= 0 &&
           str_find(value_text(event->to), STR("@sha256:"), 0) < 0;
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

static bool was_immutable(const Event *event)
{
    return is_bool(value_get(event->before, STR("immutable")), true);
}

/* Without a user of its own a container runs as its image says. */
static bool may_be_root(const Event *event)
{
    const char *template = template_path(value_text_at(event->object, "kind"));
    const Value *pod = template && template[0] ? value_path(event->object, template) : event->object;
    return goes(event) && !is_bool(value_path(pod, "spec.securityContext.runAsNonRoot"), true);
}

#define CLAIMS "spec.persistentVolumeClaimRetentionPolicy."

static bool goes_with_claims(const Event *event)
{
    return goes(event) && is_text(value_path(event->from, CLAIMS "whenDeleted"), "Delete");
}

static bool falls_with_claims(const Event *event)
{
    return falls_from_1(event) && is_text(value_path(event->object, CLAIMS "whenScaled"), "Delete");
}

/* A rule that names no peer is for all. */
static bool lets_all(const Event *event)
{
    return value_is(event->to, VALUE_MAP) && !is_filled(value_get(event->to, STR("from"))) &&
           !is_filled(value_get(event->to, STR("to")));
}

static bool has_text(const Value *list, const char *text)
{
    bool found = false;
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++)
        found |= is_text(list->items[i], text);
    return found;
}

/* Without policyTypes all policies are for ingress, and those with egress rules for egress. */
static bool frees_egress(const Event *event)
{
    return opens(event) && !is_filled(value_path(event->object, "spec.policyTypes"));
}

static bool frees_untyped(const Event *event)
{
    return brings(event) && (!has_text(event->to, "Ingress") ||
                             (!has_text(event->to, "Egress") && is_filled(value_path(event->before, "spec.egress"))));
}

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
#define HOOKS "ValidatingWebhookConfiguration|MutatingWebhookConfiguration"
#define ROUTES "HTTPRoute|GRPCRoute|TLSRoute|TCPRoute|UDPRoute"

const Consequence consequences[] = {
    /* what is lost with an object */
    {"PersistentVolumeClaim", "", goes, DELETES_DATA, HERE, "a claim goes, and its volume with it",
     "types core/v1, PersistentVolumeReclaimPolicy: Delete is the default of classes"},
    {"PersistentVolume", "", goes, DELETES_DATA, HERE, "a volume goes", "types core/v1"},
    {"Namespace", "", goes, DELETES_DATA, HERE, "a namespace goes, and all in it", "types core/v1, NamespaceStatus"},
    {"CustomResourceDefinition", "", goes, DELETES_DATA, HERE, "a kind goes, and all its objects",
     "apiextensions, finalizer customresourcecleanup"},
    {"PersistentVolumeClaim", "spec.storageClassName|accessModes|volumeMode|volumeName|selector|dataSource|dataSourceRef.**",
     changes, DELETES_DATA | RECREATES, HERE, IMMUTABLE, "validation core, ValidatePersistentVolumeClaimUpdate"},
    {"PersistentVolumeClaim", "spec.resources.requests.storage", falls_or_goes, DELETES_DATA | RECREATES, HERE,
     "a claim cannot shrink", "validation core, ValidatePersistentVolumeClaimUpdate"},
    {"StatefulSet", "spec.persistentVolumeClaimRetentionPolicy.*", becomes_delete, WEAKENS, BELOW,
     "claims go with their pods", "types apps/v1, StatefulSetPersistentVolumeClaimRetentionPolicy"},
    {"StatefulSet", "", goes_with_claims, DELETES_DATA, HERE, "its claims go with it",
     "types apps/v1, StatefulSetPersistentVolumeClaimRetentionPolicy"},
    {"StatefulSet", "spec.replicas", falls_with_claims, DELETES_DATA, HERE, "claims go with their pods",
     "types apps/v1, StatefulSetPersistentVolumeClaimRetentionPolicy"},
    {"PersistentVolume", "spec.persistentVolumeReclaimPolicy", becomes_delete, WEAKENS, HERE,
     "the volume goes with its claim", "types core/v1, PersistentVolumeReclaimPolicy"},

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
    {"ConfigMap|Secret", "data|binaryData|stringData.**", was_immutable, RECREATES, HERE, IMMUTABLE,
     "validation core, ValidateConfigMapUpdate, ValidateSecretUpdate"},
    {"PersistentVolume",
     "spec.!capacity|accessModes|persistentVolumeReclaimPolicy|claimRef|mountOptions|nodeAffinity|storageClassName|"
     "volumeAttributesClassName.**",
     changes, RECREATES, HERE, IMMUTABLE, "validation core, ValidatePersistentVolumeUpdate"},
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
    {"@pods", "pod.volumes.[].hostPath.**", arrives, WEAKENS, HERE, "another folder of the node", PSS},
    {"@pods", ANY_CONTAINER "volumeMounts.[].readOnly", true_no_more, WEAKENS, HERE, "may write to a volume",
     "types core/v1, VolumeMount"},
    {"@pods", "pod.serviceAccountName", replaces, WEAKENS, HERE, "the rights of another account",
     "types core/v1, PodSpec"},
    {"@pods", "pod.runtimeClassName", replaces, WEAKENS, HERE, "another sandbox", "types core/v1, PodSpec"},
    {"@pods", ANY_CONTAINER "image", unpins, WEAKENS, HERE, "an image without its digest", "types core/v1, Container"},
    {"@pods", ANY_CONTAINER "ports.[].hostPort", arrives, WEAKENS | EXPOSURE, ALL, "a port of the node", PSS},
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
    {"@pods", SECURITY "runAsUser", may_be_root, WEAKENS, BELOW, "runs as its image says", PSS},
    {"@pods", "pod.securityContext.runAsUser", may_be_root, WEAKENS, BELOW, "runs as its image says", PSS},
    {"@pods", "pod.securityContext.supplementalGroups.[]", becomes_zero, WEAKENS, ALL, "belongs to root's group",
     "types core/v1, PodSecurityContext"},
    {"@pods", "pod.securityContext.sysctls.[]", comes, WEAKENS, BELOW, "sets a parameter of the kernel", PSS},
    {"@pods", SECURITY "windowsOptions.hostProcess", turns_true, WEAKENS, ALL, "a process of the node", PSS},
    {"@pods", "pod.securityContext.windowsOptions.hostProcess", turns_true, WEAKENS, ALL, "a process of the node", PSS},
    {"@pods", SECURITY "seLinuxOptions.type|user|role", arrives, WEAKENS, BELOW, "another SELinux context", PSS},
    {"@pods", "pod.securityContext.seLinuxOptions.type|user|role", arrives, WEAKENS, BELOW, "another SELinux context",
     PSS},
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
    {"RoleBinding", "", comes, WEAKENS, HERE, "rights for a subject", "types rbac/v1"},
    {"ClusterRoleBinding", "", comes, WEAKENS, HERE, "rights in all namespaces", "types rbac/v1"},
    {"ClusterRole", "aggregationRule.**", changes, WEAKENS, HERE, "other rights", "types rbac/v1, AggregationRule"},
    {"ClusterRole",
     "metadata.labels.rbac.authorization.k8s.io/aggregate-to-admin|rbac.authorization.k8s.io/aggregate-to-edit|"
     "rbac.authorization.k8s.io/aggregate-to-view",
     arrives, WEAKENS, BELOW, "further rights for users of the namespace",
     "kubernetes.io/docs, Using RBAC Authorization: user-facing roles"},
    {HOOKS, "webhooks.[]", goes, WEAKENS, HERE, "an admission check goes", "types admissionregistration/v1"},
    {HOOKS, "webhooks.[].failurePolicy", becomes_ignore, WEAKENS, HERE, "failures are ignored",
     "types admissionregistration/v1, FailurePolicyType"},
    {HOOKS, "webhooks.[].rules|namespaceSelector|objectSelector|matchConditions.**", changes, WEAKENS, HERE,
     "asked about other objects", "types admissionregistration/v1"},
    {"ValidatingAdmissionPolicyBinding", "spec.validationActions.[]", goes, WEAKENS, HERE, "another action",
     "types admissionregistration/v1, ValidationAction"},
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
    {"NetworkPolicy", "spec.ingress|egress.[]", lets_all, WEAKENS | EXPOSURE, NEW, "every peer", POLICY},
    {"NetworkPolicy", "spec.ingress|egress", brings, WEAKENS | EXPOSURE, HERE, "further rules", POLICY},
    {"NetworkPolicy", "spec.egress", frees_egress, WEAKENS | EXPOSURE, HERE, "a direction is free", POLICY},
    {"NetworkPolicy", "spec.policyTypes", frees_untyped, WEAKENS | EXPOSURE, HERE, "a direction is free", POLICY},
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
    {"Service", "spec.ports.[].nodePort", arrives, EXPOSURE, ALL, "a port on every node", "types core/v1, ServicePort"},
    {"Service", "spec.ports.[].targetPort", changes, EXPOSURE, HERE, "another port of the pods",
     "types core/v1, ServicePort"},
    {"Service", "spec.selector.**", changes, EXPOSURE, HERE, "other pods", "types core/v1, ServiceSpec"},
    {"Service", "spec.externalIPs.[]", comes, EXPOSURE, ALL, "a new address", "types core/v1, ServiceSpec"},
    {"Service", "spec.loadBalancerSourceRanges", opens, WEAKENS | EXPOSURE, HERE, "every client",
     "types core/v1, ServiceSpec"},
    {"Service", "spec.loadBalancerSourceRanges.[]", comes, WEAKENS | EXPOSURE, HERE, "further clients",
     "types core/v1, ServiceSpec"},
    {"Service",
     "metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-internal|"
     "service.beta.kubernetes.io/aws-load-balancer-scheme|service.beta.kubernetes.io/azure-load-balancer-internal|"
     "networking.gke.io/load-balancer-type|cloud.google.com/load-balancer-type",
     changes, EXPOSURE, BELOW, "inside or outside", "annotations of the cloud providers' controllers"},
    {"Service", "metadata.annotations.service.beta.kubernetes.io/load-balancer-source-ranges", changes,
     WEAKENS | EXPOSURE, BELOW, "other clients", "k8s.io/api core/v1 annotation_key_constants.go"},
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
    {"Ingress", "metadata.annotations.kubernetes.io/ingress.class", changes, EXPOSURE, BELOW, "another gateway",
     "k8s.io/api networking/v1beta1 well_known_annotations.go"},
    {"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/scheme", changes, EXPOSURE, BELOW, "inside or outside",
     "aws-load-balancer-controller annotations"},
    {"Ingress", "metadata.annotations.nginx.ingress.kubernetes.io/whitelist-source-range|"
                "nginx.ingress.kubernetes.io/allowlist-source-range|nginx.ingress.kubernetes.io/denylist-source-range|"
                "alb.ingress.kubernetes.io/inbound-cidrs",
     changes, WEAKENS | EXPOSURE, BELOW, "other clients", "annotations of ingress-nginx, aws-load-balancer-controller"},
    {"Ingress", "metadata.annotations.nginx.ingress.kubernetes.io/ssl-redirect|"
                "nginx.ingress.kubernetes.io/force-ssl-redirect|nginx.ingress.kubernetes.io/auth-url|"
                "nginx.ingress.kubernetes.io/auth-type|nginx.ingress.kubernetes.io/auth-secret|"
                "nginx.ingress.kubernetes.io/auth-tls-secret|nginx.ingress.kubernetes.io/auth-tls-verify-client|"
                "nginx.ingress.kubernetes.io/limit-rps|nginx.ingress.kubernetes.io/limit-connections|"
                "traefik.ingress.kubernetes.io/router.middlewares|traefik.ingress.kubernetes.io/router.tls",
     changes, WEAKENS, BELOW, "another guard", "annotations of ingress-nginx, traefik"},
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
    {"Gateway", "spec.listeners.[].allowedRoutes.**", changes, EXPOSURE, HERE, "other routes",
     "gateway.networking.k8s.io/v1"},
    {"ReferenceGrant", "", comes, EXPOSURE, HERE, "references from another namespace", "gateway.networking.k8s.io/v1beta1"},
    {"ReferenceGrant", "spec.from|to.[]", comes, EXPOSURE, HERE, "references from another namespace",
     "gateway.networking.k8s.io/v1beta1"},
    {"BackendTLSPolicy", "", goes, WEAKENS, HERE, "no TLS to the pods", "gateway.networking.k8s.io/v1"},
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
    {"@pods", "pod.containers.[].readinessProbe|livenessProbe.failureThreshold", rises_from_3, WEAKENS, HERE,
     "a laxer probe", "types core/v1, Probe: 3 where absent"},
    {"@pods", "pod.containers.[].readinessProbe|livenessProbe.periodSeconds", rises_from_10, WEAKENS, HERE,
     "a laxer probe", "types core/v1, Probe: 10 where absent"},
    {"@pods", "pod.containers.[].readinessProbe|livenessProbe.timeoutSeconds", rises_from_1, WEAKENS, HERE,
     "a laxer probe", "types core/v1, Probe: 1 where absent"},
    {"@pods", "pod.containers.[].lifecycle.preStop", goes, WEAKENS, BELOW, "no preStop hook", "types core/v1"},
    {"@pods", "pod.terminationGracePeriodSeconds", falls_from_30, WEAKENS, HERE, "less time to end", "types core/v1"},
    {"@pods", "pod.topologySpreadConstraints", goes, WEAKENS, HERE, "pods may share a node", "types core/v1"},
    {"@pods", "pod.topologySpreadConstraints.[]", goes, WEAKENS, HERE, "pods may share a node", "types core/v1"},
    {"@pods", "pod.topologySpreadConstraints.[].maxSkew", rises, WEAKENS, HERE, "pods may share a node", "types core/v1"},
    {"@pods", "pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution", goes, WEAKENS, BELOW,
     "pods may share a node", "types core/v1, PodAntiAffinity"},
    {"@pods", "pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.[]", goes, WEAKENS, HERE,
     "pods may share a node", "types core/v1, PodAntiAffinity"},
    {"@pods", "pod.affinity.podAntiAffinity", goes, WEAKENS, BELOW, "pods may share a node", "types core/v1"},
    {"@pods", "pod.priorityClassName", goes, WEAKENS, HERE, "may be preempted", "types core/v1"},
    {"Deployment|Rollout", "spec.strategy.type", becomes_recreate, WEAKENS, HERE, "all pods go before new ones come",
     "types apps/v1, DeploymentStrategyType"},
    {"Deployment|Rollout", "spec.strategy.rollingUpdate.maxUnavailable", rises_from_quarter, WEAKENS, BELOW,
     "more pods go at once", "types apps/v1, RollingUpdateDeployment"},
    {"DaemonSet|StatefulSet", "spec.updateStrategy.rollingUpdate.maxUnavailable", rises_from_1, WEAKENS, BELOW,
     "more pods go at once", "types apps/v1"},
    {"Deployment|StatefulSet|Rollout|ReplicaSet", "spec.replicas", falls, WEAKENS, HERE, "fewer replicas",
     "types apps/v1"},
    {"Deployment|StatefulSet|Rollout|ReplicaSet", "spec.replicas", becomes_1, WEAKENS, HERE,
     "1 replica, where neither it nor an autoscaler says", "types apps/v1"},
    {"HorizontalPodAutoscaler", "spec.minReplicas", falls_from_1, WEAKENS, HERE, "fewer replicas",
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
