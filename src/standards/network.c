/* Functions of rules that follow selectors and ports from one object to the next. */
#include "standards_private.h"

static const Value *call_pods_of(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_pods_of(set_of(run), run->arena, args[0]);
}

static const Value *call_budgets_of(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_budgets_of(set_of(run), run->arena, args[0]);
}

static const Value *call_monitored_by(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_monitored_by(set_of(run), run->arena, args[0]);
}

static const Value *call_objects_in(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return object_set_in(set_of(run), run->arena, text_of(args[0]), text_of(args[1]));
}

static const Value *call_has_workloads(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return truth(object_set_has_workloads(set_of(run), run->arena, text_of(args[0])));
}

/* ---- what policies say ---- */

/* Unsaid, a policy is of Ingress, and of Egress where it has such rules (networking/v1 NetworkPolicySpec). */
static bool is_of(const Value *policy, const char *type)
{
    const Value *types = value_path(policy, "spec.policyTypes");
    if (!value_is(types, VALUE_LIST))
        return strcmp(type, "Ingress") == 0 || value_path(policy, "spec.egress");
    for (uint32_t i = 0; i < types->size; i++) {
        if (str_equal(text_of(types->items[i]), str_from(type)))
            return true;
    }
    return false;
}

static const Value *types_of(JsoneRun *run, const Value *policies)
{
    static const char *const types[] = {"Ingress", "Egress"};
    ListBuilder list = list_begin(run->arena);
    for (size_t i = 0; i < LENGTH_OF(types); i++) {
        bool stated = false;
        for (uint32_t j = 0; j < policies->size; j++)
            stated |= is_of(policies->items[j], types[i]);
        if (stated)
            list_add(&list, value_new_string(run->arena, ORIGIN_NONE, str_from(types[i])));
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *call_policy_types(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return types_of(run, object_set_policies_of(set_of(run), run->arena, args[0]));
}

static bool is_empty(const Value *value)
{
    return value_is_none(value) || ((value->kind == VALUE_LIST || value->kind == VALUE_MAP) && !value->size);
}

bool policy_denies_all(const Value *policy)
{
    const Value *selector = value_path(policy, "spec.podSelector");
    return value_is(selector, VALUE_MAP) && !selector->size && is_of(policy, "Ingress") && is_of(policy, "Egress") &&
           is_empty(value_path(policy, "spec.ingress")) && is_empty(value_path(policy, "spec.egress"));
}

static const Value *call_denied_by_default(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return truth(object_set_denied(set_of(run), run->arena, text_of(args[0])));
}

/* A named port is resolved by the pods that bear it, so it is compared as it stands. */
static bool port_covers(const Value *entry, Str port, Str protocol)
{
    Str stated = value_text_at(entry, "protocol");
    if (!str_equal(stated.size ? stated : STR("TCP"), protocol))
        return false;
    const Value *from = value_get(entry, STR("port"));
    if (value_is_none(from) || str_equal(text_of(from), port))
        return true;
    double low = value_number_at(entry, "port", -1), high = value_number_at(entry, "endPort", -1);
    double wanted = 0;
    for (size_t i = 0; i < port.size; i++) {
        if (port.data[i] < '0' || port.data[i] > '9')
            return false;
        wanted = wanted * 10 + (port.data[i] - '0');
    }
    return low >= 0 && wanted >= low && wanted <= high;
}

static bool rules_cover(const Value *rules, Str port, Str protocol)
{
    for (uint32_t i = 0; value_is(rules, VALUE_LIST) && i < rules->size; i++) {
        const Value *ports = value_get(rules->items[i], STR("ports"));
        if (is_empty(ports))
            return true;
        for (uint32_t j = 0; value_is(ports, VALUE_LIST) && j < ports->size; j++) {
            if (port_covers(ports->items[j], port, protocol))
                return true;
        }
    }
    return false;
}

static bool policies_allow(const JsoneRun *run, const Value *workload, bool egress, Str port, Str protocol)
{
    const Value *policies = object_set_policies_of(set_of(run), run->arena, workload);
    for (uint32_t i = 0; i < policies->size; i++) {
        if (rules_cover(value_path(policies->items[i], egress ? "spec.egress" : "spec.ingress"), port, protocol))
            return true;
    }
    return false;
}

static const Value *call_allows_egress(CALL_PARAMETERS)
{
    CALL_UNUSED;
    bool allowed = policies_allow(run, args[0], true, text_of(args[1]), text_of(args[2]));
    return allowed ? &value_true : &value_false;
}

/* ---- ports of Services ---- */

static const Value *service_port(const JsoneRun *run, const Value *service, const Value *port)
{
    const Value *ports = value_path(service, "spec.ports");
    const char *member = value_is(port, VALUE_STRING) ? "name" : "port";
    bool may = value_is(ports, VALUE_LIST) && object_set_may_look(set_of(run), ports->size);
    for (uint32_t i = 0; may && i < ports->size; i++) {
        const Value *found = value_get(ports->items[i], str_from(member));
        if (found && str_equal(text_of(found), text_of(port)))
            return ports->items[i];
    }
    return NULL;
}

static const Value *call_service_port(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *found = service_port(run, args[0], args[1]);
    return found ? found : &value_null;
}

static const Value *call_port_of_any(CALL_PARAMETERS)
{
    CALL_UNUSED;
    for (uint32_t i = 0; value_is(args[0], VALUE_LIST) && i < args[0]->size; i++) {
        if (service_port(run, args[0]->items[i], args[1]))
            return &value_true;
    }
    return &value_false;
}

/* The number behind a container port's name in a workload; a number is its own. */
static Str port_number(Arena *arena, const Value *workload, const Value *port)
{
    Items ports = {.arena = arena};
    each_find(STR("ports"))(&ports, workload);
    for (size_t i = 0; i < ports.count; i++) {
        if (value_is(port, VALUE_STRING) && str_equal(ports.list[i].name, text_of(port)))
            return value_text_at(ports.list[i].value, "containerPort");
    }
    return text_of(port);
}

static bool scrape_passes(const JsoneRun *run, const Value *service, const Value *port)
{
    const Value *entry = service_port(run, service, port), *target = value_get(entry, STR("targetPort"));
    const Value *pods = object_set_pods_of(set_of(run), run->arena, service);
    for (uint32_t i = 0; entry && i < pods->size; i++) {
        Str number =
            port_number(run->arena, pods->items[i], value_is_none(target) ? value_get(entry, STR("port")) : target);
        const Value *policies = object_set_policies_of(set_of(run), run->arena, pods->items[i]);
        bool passes = policies_allow(run, pods->items[i], false, number, STR("TCP")) ||
                      policies_allow(run, pods->items[i], false, text_of(target), STR("TCP"));
        if (policies->size && !passes)
            return false;
    }
    return true;
}

static const Value *call_scrape_allowed(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *services = object_set_monitored_by(set_of(run), run->arena, args[0]);
    for (uint32_t i = 0; i < services->size; i++) {
        if (!scrape_passes(run, services->items[i], args[1]))
            return &value_false;
    }
    return &value_true;
}

static const Function functions[] = {
    {NAME("podsOf"), call_remembered, 1, 1, "podsOf(object): the workloads whose pods its selector selects",
     KNOWN_BY(call_pods_of)},
    {NAME("budgetsOf"), call_budgets_of, 1, 1,
     "budgetsOf(object): the disruption budgets that select a workload's pods", NULL},
    {NAME("monitoredBy"), call_monitored_by, 1, 1, "monitoredBy(object): the Services that a ServiceMonitor selects",
     NULL},
    {NAME("objectsIn"), call_objects_in, 2, 2, "objectsIn(kind, namespace): all of that kind there", NULL},
    {NAME("hasWorkloads"), call_has_workloads, 1, 1, "hasWorkloads(namespace): whether any pods are to run there",
     NULL},
    {NAME("policyTypes"), call_remembered, 1, 1,
     "policyTypes(object): the directions that policies of their own state for a workload's pods",
     KNOWN_BY(call_policy_types)},
    {NAME("deniedByDefault"), call_denied_by_default, 1, 1,
     "deniedByDefault(namespace): whether a policy there denies all pods everything", NULL},
    {NAME("allowsEgress"), call_allows_egress, 3, 3,
     "allowsEgress(object, port, protocol): whether a policy lets a workload's pods out to that port", NULL},
    {NAME("servicePort"), call_service_port, 2, 2, "servicePort(service, port): its entry by name or number, or null",
     NULL},
    {NAME("anyHasPort"), call_port_of_any, 2, 2, "anyHasPort(services, port): whether one of them has that port",
     NULL},
    {NAME("scrapeAllowed"), call_scrape_allowed, 2, 2,
     "scrapeAllowed(monitor, port): whether the policies of what it scrapes let that port be reached", NULL},
};

const FunctionRows network_functions = {functions, LENGTH_OF(functions)};
