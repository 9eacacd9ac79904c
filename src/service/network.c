/*
 * Peers: `access` as a graph. One line in a caller opens its egress and the callee's ingress; DNS, the metrics scrape
 * and the Ingress controller come without a line. Names are resolved here: a service of the project, else an external
 * system, else the address given. Whoever is called finds its callers in the set's graph, so that each service can be
 * completed without the others.
 */
#include "service_private.h"

/* A service as others see it. */
typedef struct Peer {
    Str name;
    const Value *ports; /* of its pods */
} Peer;

const Member *member_find(const ServiceSet *set, Str name)
{
    for (size_t low = 0, high = set->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(member_name(&set->members[middle]), name);
        if (order == 0)
            return &set->members[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- entries of service.network ---- */

static const Value *port_entry(Arena *arena, const Value *port, const Value *protocol, Origin place)
{
    MapBuilder map = map_begin(arena);
    put(&map, "port", port);
    put(&map, "protocol", value_is_none(protocol) ? make_text(arena, ORIGIN_NONE, "TCP") : protocol);
    return map_end(&map, place);
}

static const Value *peer_entry(Arena *arena, const char *reason, Str name, const Value *address, const Value *ports,
                               Origin place)
{
    static const char *const members[] = {"apps", "namespace", "podSelector", "cidrs", "host"};
    MapBuilder map = map_begin(arena);
    put_text(&map, "reason", str_from(reason));
    put_text(&map, "name", name);
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *value = value_get(address, str_from(members[i]));
        bool empty = value && (value->kind == VALUE_MAP || value->kind == VALUE_LIST) && !value->size;
        put(&map, members[i], empty ? NULL : value);
    }
    put(&map, "ports", ports);
    put(&map, "rollout", &value_false);
    return map_end(&map, place);
}

static const Value *apps_address(Arena *arena, Str name, Origin place)
{
    ListBuilder apps = list_begin(arena);
    list_add(&apps, value_new_string(arena, place, name));
    return make_map1(arena, place, "apps", list_end(&apps, place));
}

/* A callee admits its callers' jobs too. */
static const Value *callers_address(Arena *arena, const Member *caller, Origin place)
{
    return make_map1(arena, place, "apps", caller_names(arena, caller, place));
}

/* As is_rollout, of a service that is not complete. */
static bool will_be_rollout(const Member *peer)
{
    Str type = value_text_at(peer->definition.value, "strategy.type");
    return peer->definition.service->kind == KIND_DEPLOYMENT &&
           (str_equal(type, STR("Canary")) || str_equal(type, STR("BlueGreen")));
}

/* A template sees of a peer what it needs of it here, so that it need not look at other services. */
static const Value *project_peer(Arena *arena, const Member *peer, const Value *address, const Value *ports,
                                 Origin place)
{
    const Value *entry = peer_entry(arena, "peer", member_name(peer), address, ports, place);
    if (!will_be_rollout(peer))
        return entry;
    MapBuilder map = map_begin_with(arena, entry);
    put(&map, "rollout", &value_true);
    return map_end(&map, place);
}

/* ---- ports of a peer ---- */

static const Value *all_ports(const Value *ports, Arena *arena, Origin place)
{
    ListBuilder list = list_begin(arena);
    for (uint32_t i = 0; i < ports->size; i++) {
        const Value *port = ports->entries[i].value;
        list_add(&list,
                 port_entry(arena, value_get(port, STR("containerPort")), value_get(port, STR("protocol")), place));
    }
    return list_end(&list, place);
}

static const Value *declared_port(Work *work, const Peer *owner, const Value *reference, const char *field)
{
    const MapEntry *found = value_entry(owner->ports, value_text(reference));
    for (uint32_t i = 0; !found && i < owner->ports->size; i++) {
        const MapEntry *entry = &owner->ports->entries[i];
        if (str_equal(value_text_at(entry->value, "containerPort"), value_text(reference)))
            found = entry;
    }
    if (found)
        return found->value;
    NearMiss miss = near_miss_begin(value_text(reference));
    for (uint32_t i = 0; i < owner->ports->size; i++)
        near_miss_offer(&miss, owner->ports->entries[i].key);
    Str best = near_miss_best(&miss);
    work_error(work, place_of(work, reference), "%s: '%.*s' declares no port '%.*s'%s%.*s%s", field,
               STR_ARG(owner->name), STR_ARG(value_text(reference)), best.data ? "; did you mean '" : "",
               STR_ARG(best), best.data ? "'?" : "");
    return NULL;
}

/* ports: a list of {port, protocol} in long form. owner: whose port names count, NULL for systems outside. */
static const Value *listed_ports(Work *work, const Peer *owner, const Value *ports, const char *field)
{
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < ports->size; i++) {
        const Value *stated = ports->items[i];
        const Value *reference = stated->kind == VALUE_MAP ? value_get(stated, STR("port")) : stated;
        const Value *protocol = stated->kind == VALUE_MAP ? value_get(stated, STR("protocol")) : NULL;
        const Value *number = reference;
        if (owner) {
            const Value *port = declared_port(work, owner, reference, field);
            if (!port)
                continue;
            number = value_at(work->arena, value_get(port, STR("containerPort")), reference->origin);
            protocol = value_get(port, STR("protocol"));
        } else if (!value_is(reference, VALUE_NUMBER)) {
            work_error(work, place_of(work, reference),
                       "%s: expected a port number, found '%.*s'; only services of this "
                       "project have named ports",
                       field, STR_ARG(value_text(reference)));
            continue;
        }
        list_add(&list, port_entry(work->arena, number, protocol, stated->origin));
    }
    return list_end(&list, ports->origin);
}

/* ---- one peer ---- */

static bool has_address(const Value *peer)
{
    return !value_is_none(value_get(peer, STR("namespace"))) || value_text_at(peer, "host").size ||
           (value_is(value_get(peer, STR("cidrs")), VALUE_LIST) && value_get(peer, STR("cidrs"))->size);
}

static void unknown_peer(Work *work, const MapEntry *entry, const char *side, const ServiceSet *set)
{
    NearMiss miss = near_miss_begin(entry->key);
    const Value *external = work->environment->external;
    bool advise = diags_may_advise(work->diags);
    for (size_t i = 0; advise && i < set->count; i++)
        near_miss_offer(&miss, member_name(&set->members[i]));
    for (uint32_t i = 0; advise && value_is(external, VALUE_MAP) && i < external->size; i++)
        near_miss_offer(&miss, external->entries[i].key);
    Str best = near_miss_best(&miss);
    const ServiceFile *file = project_service(work->project, entry->key);
    if (file)
        work_error(work, entry->key_origin,
                   "access.%s.%.*s: the service is switched off in %.*s; give external.%.*s an "
                   "address there",
                   side, STR_ARG(entry->key), STR_ARG(work->environment->name), STR_ARG(entry->key));
    else if (best.data)
        work_error(work, entry->key_origin,
                   "access.%s.%.*s: no service, external system or address of that name; did you "
                   "mean '%.*s'?",
                   side, STR_ARG(entry->key), STR_ARG(best));
    else
        work_error(work, entry->key_origin,
                   "access.%s.%.*s: no service, external system or address of that name; add "
                   "services/%.*s.yaml or external.%.*s to kiln.yaml",
                   side, STR_ARG(entry->key), STR_ARG(entry->key), STR_ARG(entry->key));
}

/* An address of its own replaces the one of external whole (the members are one group); anything else merges. */
static const Value *merge_peer(Arena *arena, const Value *external, const Value *stated)
{
    static const char *const address[] = {"namespace", "podSelector", "cidrs", "host"};
    MapBuilder map = map_begin_with(arena, external);
    for (size_t i = 0; has_address(stated) && i < LENGTH_OF(address); i++)
        map_remove(&map, str_from(address[i]));
    return value_merge(arena, map_end(&map, external->origin), stated);
}

/* The address of a system outside: external.<peer> of the environment, what access states merged over it. */
static const Value *outside_peer(Work *work, const MapEntry *entry)
{
    const Value *external = value_get(work->environment->external, entry->key);
    const Value *stated =
        value_is(entry->value, VALUE_MAP) ? without_nones(work->arena, entry->value) : &value_empty_map;
    const Value *peer = value_is_none(external) ? stated : merge_peer(work->arena, external, stated);
    if (!has_address(peer))
        return NULL;
    if (!value_is_none(value_get(peer, STR("namespace"))))
        return peer;
    /* Labels without their namespace would be those of pods of ours. */
    MapBuilder map = map_begin_with(work->arena, peer);
    map_remove(&map, STR("podSelector"));
    return map_end(&map, peer->origin);
}

/* owner: of callers, whom no kind of policy knows by name; NULL for those who are called. */
static bool host_allowed(Work *work, const Value *host, Str field, const Peer *owner)
{
    bool known = str_equal(value_text_at(work->project->value, "network.fqdn"), STR("cilium"));
    if (owner)
        work_error(work, place_of(work, host), "%.*s: a policy cannot tell callers by a host's name; give cidrs",
                   STR_ARG(field));
    else if (!known)
        work_error(work, place_of(work, host),
                   "%.*s: a policy cannot name hosts while network.fqdn is none; give cidrs", STR_ARG(field));
    return known && !owner;
}

/* A policy's rule without ports would admit to every port. Stated ones that are none have been reported. */
static bool has_ports(Work *work, const MapEntry *entry, Str field, const Value *ports, bool stated)
{
    if (!ports->size && !stated)
        work_error(work, entry->key_origin,
                   "%.*s: the service declares no port to reach; add ports, or remove the entry", STR_ARG(field));
    return ports->size > 0;
}

static void add_outside(Work *work, const MapEntry *entry, const char *side, ListBuilder *list,
                        const ServiceSet *set, const Peer *owner)
{
    const Value *peer = outside_peer(work, entry);
    Str field = arena_printf(work->arena, "access.%s.%.*s", side, STR_ARG(entry->key));
    if (!peer) {
        unknown_peer(work, entry, side, set);
        return;
    }
    const Value *labels = value_get(entry->value, STR("podSelector"));
    if (value_is(labels, VALUE_MAP) && labels->size && !value_get(peer, STR("podSelector")))
        work_error(work, place_of(work, labels), "%.*s: podSelector picks pods of a namespace; add namespace",
                   STR_ARG(field));
    if (value_text_at(peer, "host").size && !host_allowed(work, value_get(peer, STR("host")), field, owner))
        return;
    const Value *ports = value_get(peer, STR("ports"));
    bool stated = value_is(ports, VALUE_LIST) && ports->size;
    if (!stated && !owner) {
        work_error(work, entry->key_origin, "%.*s: ports are missing; add for example ports: 5432", STR_ARG(field));
        return;
    }
    const Value *made =
        stated ? listed_ports(work, owner, ports, field.data)
               : all_ports(owner->ports, work->arena, entry->key_origin);
    if (has_ports(work, entry, field, made, stated))
        list_add(list, peer_entry(work->arena, "peer", entry->key, peer, made, entry->key_origin));
}

static bool refuse_address(Work *work, const MapEntry *entry, Str field)
{
    if (!value_is(entry->value, VALUE_MAP) || !has_address(entry->value))
        return false;
    work_error(work, entry->key_origin, "%.*s: a service of this project needs no address; remove it",
               STR_ARG(field));
    return true;
}

static const Value *peer_ports(Work *work, const MapEntry *entry, const Peer *callee, Str field)
{
    const Value *stated = value_get(entry->value, STR("ports"));
    return value_is(stated, VALUE_LIST) && stated->size ? listed_ports(work, callee, stated, field.data)
                                                        : all_ports(callee->ports, work->arena, entry->key_origin);
}

/* definition.md: a callee that says `only` must have listed its caller. */
static void check_only(Work *work, const MapEntry *entry, const Member *callee)
{
    const Value *from = value_path(callee->definition.value, "access.from");
    if (value_flag(from, "only", false) && !value_get(from, work->name))
        work_error(work, entry->key_origin,
                   "access.to.%.*s: '%.*s' admits only the callers that it lists; add access.from.%.*s: true there",
                   STR_ARG(entry->key), STR_ARG(member_name(callee)), STR_ARG(work->name));
}

/* The callee may be the caller: its pods then talk to each other. */
static void add_callee(Work *work, const MapEntry *entry, const Member *callee)
{
    Str field = arena_printf(work->arena, "access.to.%.*s", STR_ARG(entry->key));
    if (refuse_address(work, entry, field))
        return;
    const Peer peer = {member_name(callee), callee->ports};
    const Value *ports = peer_ports(work, entry, &peer, field);
    Origin place = entry->key_origin;
    if (!ports->size) {
        work_error(work, place, "access.to.%.*s: the service declares no port to reach", STR_ARG(entry->key));
        return;
    }
    list_add(&work->egress,
             project_peer(work->arena, callee, apps_address(work->arena, peer.name, place), ports, place));
    check_only(work, entry, callee);
}

/* The other end: what is wrong with the caller's line is said where the caller is completed. */
static void add_caller(Work *work, const Call *call)
{
    const Member *caller = call->caller;
    Work unheard = *work;
    unheard.diags = diags_new(work->arena, work->project->sources);
    const Peer peer = {work->name, work->ports};
    const Value *ports = peer_ports(&unheard, call->entry, &peer, STR(""));
    Origin place = call->entry->key_origin;
    if (ports->size)
        list_add(&work->ingress,
                 project_peer(work->arena, caller, callers_address(work->arena, caller, place), ports, place));
}

static bool is_only(const MapEntry *entry)
{
    return str_equal(entry->key, STR("only")) && value_is(entry->value, VALUE_BOOL);
}

static void callees_complete(Work *work, const ServiceSet *set)
{
    const Value *to = without_off(work->arena, value_path(work->value, "access.to"));
    for (uint32_t i = 0; i < to->size; i++) {
        const MapEntry *entry = &to->entries[i];
        const Member *callee = member_find(set, entry->key);
        if (callee)
            add_callee(work, entry, callee);
        else
            add_outside(work, entry, "to", &work->egress, set, NULL);
    }
}

static bool calls(const Member *caller, Str name)
{
    const Value *to = value_path(caller->definition.value, "access.to");
    const Value *entry = value_get(to, name);
    return !value_is_none(entry) && !is_off(entry);
}

/* A caller that says so itself is admitted already, to the ports that it names; ports named here come on top. */
static void add_named_caller(Work *work, const MapEntry *entry, const Member *caller)
{
    Str field = arena_printf(work->arena, "access.from.%.*s", STR_ARG(entry->key));
    const Value *stated = value_get(entry->value, STR("ports"));
    bool listed = value_is(stated, VALUE_LIST) && stated->size;
    if (refuse_address(work, entry, field) || (!listed && calls(caller, work->name)))
        return;
    Origin place = entry->key_origin;
    const Peer self = {work->name, work->ports};
    const Value *ports = peer_ports(work, entry, &self, field);
    if (has_ports(work, entry, field, ports, listed))
        list_add(&work->ingress,
                 project_peer(work->arena, caller, callers_address(work->arena, caller, place), ports, place));
}

static void callers_complete(Work *work, const ServiceSet *set)
{
    const Value *from = without_off(work->arena, value_path(work->value, "access.from"));
    const Peer self = {work->name, work->ports};
    for (uint32_t i = 0; i < from->size; i++) {
        const MapEntry *entry = &from->entries[i];
        if (is_only(entry))
            continue;
        const Member *caller = member_find(set, entry->key);
        if (caller)
            add_named_caller(work, entry, caller);
        else
            add_outside(work, entry, "from", &work->ingress, set, &self);
    }
}

/* ---- what needs no line ---- */

static void add_dns(Work *work)
{
    Arena *arena = work->arena;
    ListBuilder ports = list_begin(arena);
    const Value *number = value_new_number(arena, ORIGIN_NONE, 53);
    list_add(&ports, port_entry(arena, number, make_text(arena, ORIGIN_NONE, "UDP"), ORIGIN_NONE));
    list_add(&ports, port_entry(arena, number, NULL, ORIGIN_NONE));
    const Value *both = list_end(&ports, ORIGIN_NONE);
    MapBuilder address = map_begin(arena);
    put_text(&address, "namespace", STR("kube-system"));
    put(&address, "podSelector", make_map1(arena, ORIGIN_NONE, "k8s-app", make_text(arena, ORIGIN_NONE, "kube-dns")));
    list_add(&work->egress, peer_entry(arena, "dns", STR("dns"), map_end(&address, ORIGIN_NONE), both, ORIGIN_NONE));
    const Value *cidrs = value_path(work->project->value, "network.dnsCidrs");
    if (value_is(cidrs, VALUE_LIST) && cidrs->size)
        list_add(&work->egress, peer_entry(arena, "dns", STR("dns"), make_map1(arena, cidrs->origin, "cidrs", cidrs),
                                           both, cidrs->origin));
}

static const Value *own_port(const Work *work, const Value *name, Origin place)
{
    const Value *port = value_get(work->ports, value_text(name));
    return port_entry(work->arena, value_get(port, STR("containerPort")), value_get(port, STR("protocol")), place);
}

static void add_scrape(Work *work)
{
    if (!work->metrics)
        return;
    ListBuilder ports = list_begin(work->arena);
    list_add(&ports, own_port(work, value_get(work->metrics, STR("port")), work->metrics->origin));
    list_add(&work->ingress, peer_entry(work->arena, "scrape", STR("metrics"), work->metrics,
                                        list_end(&ports, work->metrics->origin), work->metrics->origin));
}

static void add_controller(Work *work)
{
    if (!work->routes || !work->routes->size)
        return;
    ListBuilder ports = list_begin(work->arena);
    for (uint32_t i = 0; i < work->routes->size; i++) {
        const Value *name = value_get(work->routes->items[i], STR("port"));
        bool seen = false;
        for (uint32_t j = 0; j < i; j++)
            seen |= value_equal(name, value_get(work->routes->items[j], STR("port")));
        if (!seen)
            list_add(&ports, own_port(work, name, name->origin));
    }
    const MapEntry *ingress = map_peek(&work->out, STR("ingress"));
    MapBuilder address = map_begin(work->arena);
    put(&address, "namespace", value_get(ingress->value, STR("namespace")));
    put(&address, "podSelector", value_get(ingress->value, STR("podSelector")));
    list_add(&work->ingress, peer_entry(work->arena, "controller", STR("ingress"), map_end(&address, ORIGIN_NONE),
                                        list_end(&ports, ingress->value->origin), ingress->value->origin));
}

/* A load balancer leads to nobody whom the policy does not admit as well. */
static void add_load_balancer(Work *work)
{
    const Value *ranges = value_path(work->value, "service.loadBalancerSourceRanges");
    if (!str_equal(value_text_at(work->value, "service.type"), STR("LoadBalancer")) || !value_is(ranges, VALUE_LIST))
        return;
    list_add(&work->ingress, peer_entry(work->arena, "peer", STR("load-balancer"),
                                        make_map1(work->arena, ranges->origin, "cidrs", ranges),
                                        all_ports(work->ports, work->arena, ranges->origin), ranges->origin));
}

/* A service with rights needs the way to use them; behind the API server's Service its port is one of these two. */
static void add_api_server(Work *work)
{
    static const int numbers[] = {443, 6443};
    const Value *cidrs = value_path(work->project->value, "network.apiServerCidrs");
    if (!has_rights(work) || !value_is(cidrs, VALUE_LIST) || !cidrs->size)
        return;
    ListBuilder ports = list_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(numbers); i++)
        list_add(&ports, port_entry(work->arena, value_new_number(work->arena, ORIGIN_NONE, numbers[i]), NULL,
                                    cidrs->origin));
    list_add(&work->egress,
             peer_entry(work->arena, "peer", STR("api-server"), make_map1(work->arena, cidrs->origin, "cidrs", cidrs),
                        list_end(&ports, cidrs->origin), cidrs->origin));
}

void peers_complete(Work *work, const ServiceSet *set, const Member *member)
{
    add_dns(work);
    add_controller(work);
    add_scrape(work);
    add_load_balancer(work);
    add_api_server(work);
    callees_complete(work, set);
    for (size_t i = 0; i < member->caller_count; i++)
        add_caller(work, &member->callers[i]);
    callers_complete(work, set);
}

/* ---- the graph ---- */

static void add_calls(ServiceSet *set, const Member *caller)
{
    const Value *to = value_path(caller->definition.value, "access.to");
    for (uint32_t i = 0; value_is(to, VALUE_MAP) && i < to->size; i++) {
        const MapEntry *entry = &to->entries[i];
        Member *callee = (Member *)member_find(set, entry->key);
        if (!callee || value_is_none(entry->value) || is_off(entry->value))
            continue;
        ARENA_GROW(set->arena, callee->callers, callee->caller_count, callee->caller_capacity);
        callee->callers[callee->caller_count++] = (Call){caller, entry};
    }
}

void peers_connect(ServiceSet *set)
{
    for (size_t i = 0; i < set->count; i++)
        add_calls(set, &set->members[i]);
    for (size_t i = 0; i < set->count; i++) {
        Member *member = &set->members[i];
        member->ports = member->caller_count ? ports_seen(set, member) : &value_empty_map;
    }
}

/* All that one service sees of another: of whom it calls the ports, of who calls it the jobs. */
static bool same_peer(const Member *a, const Member *b, bool called)
{
    if (!a || !b)
        return a == b;
    const Value *left = a->definition.value, *right = b->definition.value;
    return will_be_rollout(a) == will_be_rollout(b) &&
           value_identical(value_get(left, STR("access")), value_get(right, STR("access"))) &&
           (called ? value_identical(a->ports, b->ports)
                   : value_identical(value_get(left, STR("jobs")), value_get(right, STR("jobs"))));
}

bool peers_same(const ServiceSet *set, const Member *member, const ServiceSet *other_set, const Member *other)
{
    static const char *const sides[] = {"access.to", "access.from"};
    if (member->caller_count != other->caller_count)
        return false;
    for (size_t i = 0; i < member->caller_count; i++) {
        const Call *one = &member->callers[i], *two = &other->callers[i];
        if (!str_equal(member_name(one->caller), member_name(two->caller)) ||
            !same_peer(one->caller, two->caller, false))
            return false;
    }
    for (size_t i = 0; i < LENGTH_OF(sides); i++) {
        const Value *side = value_path(member->definition.value, sides[i]);
        for (uint32_t j = 0; value_is(side, VALUE_MAP) && j < side->size; j++) {
            Str name = side->entries[j].key;
            if (!same_peer(member_find(set, name), member_find(other_set, name), i == 0))
                return false;
        }
    }
    return true;
}

void network_finish(Work *work)
{
    MapBuilder map = map_begin(work->arena);
    put(&map, "ingress", list_end(&work->ingress, ORIGIN_NONE));
    put(&map, "egress", list_end(&work->egress, ORIGIN_NONE));
    put(&work->out, "network", map_end(&map, ORIGIN_NONE));
}
