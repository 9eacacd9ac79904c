/*
 * Functions of rules that look into maps, lists and workloads. Each takes whatever stands in a manifest: what has the
 * wrong shape counts as absent, so that a rule finds fault instead of breaking.
 */
#include "standards_private.h"

#include "kiln/kube.h"

static bool list_has(const Value *list, const Value *value)
{
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (value_equal(list->items[i], value))
            return true;
    }
    return false;
}

static bool list_has_text(const Value *list, Str text)
{
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (value_is_scalar(list->items[i]) && str_equal(value_text(list->items[i]), text))
            return true;
    }
    return false;
}

/* ---- maps and lists ---- */

static const Value *call_dig(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *found = args[0];
    for (size_t i = 1; found && i < count; i++)
        found = value_get(found, text_of(args[i]));
    return found ? found : &value_null;
}

static const Value *call_missing(CALL_PARAMETERS)
{
    CALL_UNUSED;
    ListBuilder list = list_begin(run->arena);
    for (uint32_t i = 0; value_is(args[1], VALUE_LIST) && i < args[1]->size; i++) {
        const Value *found = value_get(args[0], text_of(args[1]->items[i]));
        if (value_is_none(found) || (value_is(found, VALUE_STRING) && !found->size))
            list_add(&list, args[1]->items[i]);
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *call_others(CALL_PARAMETERS)
{
    CALL_UNUSED;
    ListBuilder list = list_begin(run->arena);
    for (uint32_t i = 0; value_is(args[0], VALUE_MAP) && i < args[0]->size; i++) {
        const MapEntry *entry = &args[0]->entries[i];
        if (!list_has_text(args[1], entry->key))
            list_add(&list, value_new_string(run->arena, entry->key_origin, entry->key));
    }
    for (uint32_t i = 0; value_is(args[0], VALUE_LIST) && i < args[0]->size; i++) {
        if (!list_has(args[1], args[0]->items[i]))
            list_add(&list, args[0]->items[i]);
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *call_has(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return truth(list_has(args[0], args[1]));
}

static const Value *call_pluck(CALL_PARAMETERS)
{
    CALL_UNUSED;
    ListBuilder list = list_begin(run->arena);
    for (uint32_t i = 0; value_is(args[0], VALUE_LIST) && i < args[0]->size; i++) {
        const Value *found = value_get(args[0]->items[i], text_of(args[1]));
        if (found && value_is_scalar(found))
            list_add(&list, value_as_string(run->arena, found));
    }
    return list_end(&list, ORIGIN_NONE);
}

/* Names that occur again, each once. */
static const Value *call_duplicates(CALL_PARAMETERS)
{
    CALL_UNUSED;
    ListBuilder list = list_begin(run->arena);
    if (!value_is(args[0], VALUE_LIST) || args[0]->size < 2)
        return list_end(&list, ORIGIN_NONE);
    Index *seen = index_new(run->arena, args[0]->size);
    for (uint32_t i = 0; i < args[0]->size; i++) {
        const Value *name = value_get(args[0]->items[i], text_of(args[1]));
        if (!name || !value_is_scalar(name))
            continue;
        uint32_t times = index_get(seen, value_text(name));
        index_put(seen, value_text(name), times == INDEX_NONE ? 1 : times + 1);
        if (times == 1)
            list_add(&list, value_as_string(run->arena, name));
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *call_at_least(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Quantity high, low;
    bool read = quantity_parse(text_of(args[0]), &high) && quantity_parse(text_of(args[1]), &low);
    return truth(read && quantity_compare(high, low) >= 0);
}

static const Value *call_seconds(CALL_PARAMETERS)
{
    CALL_UNUSED;
    int64_t milliseconds;
    Str text = text_of(args[0]);
    if (str_equal(text, STR("0")))
        return value_new_number(run->arena, at, 0);
    if (!duration_parse(text, &milliseconds))
        return &value_null;
    return value_new_number(run->arena, at, (double)milliseconds / 1000);
}

/* The first limit above one of a list of maxima, as words, or empty. */
static Str over_one(Arena *arena, const Value *limits, const Value *most)
{
    for (uint32_t i = 0; value_is(most, VALUE_MAP) && i < most->size; i++) {
        Quantity wanted, allowed;
        Str name = most->entries[i].key;
        const Value *stated = value_get(limits, name);
        Str limit = stated ? text_of(stated) : STR("");
        if (quantity_parse(limit, &wanted) && quantity_parse(text_of(most->entries[i].value), &allowed) &&
            quantity_compare(wanted, allowed) > 0)
            return arena_printf(arena, "%.*s of %.*s, more than the %.*s", STR_ARG(limit), STR_ARG(name),
                                STR_ARG(text_of(most->entries[i].value)));
    }
    return STR("");
}

Str range_forbids(Arena *arena, const Value *range, const Value *limits)
{
    const Value *list = value_path(range, "spec.limits");
    Str over = STR("");
    for (uint32_t i = 0; !over.size && value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (str_equal(value_text_at(list->items[i], "type"), STR("Container")))
            over = over_one(arena, limits, value_get(list->items[i], STR("max")));
    }
    return over;
}

/* Against each LimitRange beside the object. */
static const Value *call_over_maximum(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Str namespace = value_text_at(args[0], "metadata.namespace"), over = STR("");
    const Value *limits = value_path(args[1], "resources.limits");
    const Value *ranges = object_set_own(set_of(run), run->arena, STR("LimitRange"), namespace);
    Asked *asked = object_set_asked(set_of(run));
    if (asked)
        asked_limits(asked, namespace, limits);
    for (uint32_t i = 0; !over.size && i < ranges->size; i++)
        over = range_forbids(run->arena, ranges->items[i], limits);
    return over.size ? value_new_string(run->arena, at, over) : &value_null;
}

/* ---- images ---- */

/* An image without a host comes from Docker Hub, and one without a folder from its library. */
static Str full_repository(Arena *arena, Str repository)
{
    ptrdiff_t slash = str_find(repository, STR("/"), 0);
    Str first = slash < 0 ? STR("") : str_slice(repository, 0, (size_t)slash);
    if (str_has_char(first, '.') || str_has_char(first, ':') || str_equal(first, STR("localhost")))
        return repository;
    return arena_printf(arena, "docker.io/%s%.*s", slash < 0 ? "library/" : "", STR_ARG(repository));
}

static const Value *call_comes_from(CALL_PARAMETERS)
{
    CALL_UNUSED;
    Image image;
    const char *why;
    if (!image_parse(text_of(args[0]), &image, &why))
        return &value_false;
    Str repository = full_repository(run->arena, image.repository);
    for (uint32_t i = 0; value_is(args[1], VALUE_LIST) && i < args[1]->size; i++) {
        Str prefix = text_of(args[1]->items[i]);
        bool whole = str_ends(prefix, STR("/")) || repository.size == prefix.size ||
                     (repository.size > prefix.size && repository.data[prefix.size] == '/');
        if (prefix.size && whole && str_starts(repository, prefix))
            return &value_true;
    }
    return &value_false;
}

/* ---- workloads ---- */

static const Value *call_pod_labels(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *labels = pod_labels(args[0]);
    return labels ? labels : &value_null;
}

static const Value *call_selects(CALL_PARAMETERS)
{
    CALL_UNUSED;
    bool map = value_is(args[0], VALUE_MAP) && args[0]->size;
    return truth(map && selector_matches(args[0], args[1]));
}

static const Value *call_ports_declared(CALL_PARAMETERS)
{
    CALL_UNUSED;
    for (uint32_t i = 0; value_is(args[0], VALUE_LIST) && i < args[0]->size; i++) {
        Items containers = {.arena = run->arena};
        each_find(STR("containers"))(&containers, args[0]->items[i]);
        for (size_t j = 0; j < containers.count; j++) {
            if (port_declared(containers.list[j].anchor, args[1]))
                return &value_true;
        }
    }
    return &value_false;
}

static const Value *call_lacks_request(CALL_PARAMETERS)
{
    CALL_UNUSED;
    ListBuilder list = list_begin(run->arena);
    Items containers = {.arena = run->arena};
    each_find(STR("main"))(&containers, args[0]);
    for (size_t i = 0; i < containers.count; i++) {
        const Value *requests = value_path(containers.list[i].anchor, "resources.requests");
        if (value_is_none(value_get(requests, text_of(args[1]))))
            list_add(&list, value_new_string(run->arena, ORIGIN_NONE, containers.list[i].name));
    }
    return list_end(&list, ORIGIN_NONE);
}

/* ---- replicas ---- */

/* What is left at night: the autoscaler's minimum, else what is written. */
static int64_t replicas_of(const JsoneRun *run, const Value *workload)
{
    const Value *autoscaler = object_set_hpa_of(set_of(run), run->arena, workload);
    const Value *number = autoscaler->kind == VALUE_MAP ? value_path(autoscaler, "spec.minReplicas")
                                                        : value_path(workload, "spec.replicas");
    int64_t replicas = 1;
    if (value_is(number, VALUE_NUMBER) && !value_integer(number, &replicas))
        return 1;
    return replicas;
}

static const Value *call_replicas_of(CALL_PARAMETERS)
{
    CALL_UNUSED;
    return value_new_number(run->arena, at, (double)replicas_of(run, args[0]));
}

/* A share of the pods, rounded up as the disruption controller does; −1 for what is neither a number nor a share. */
static int64_t share_of(const Value *value, int64_t replicas)
{
    int64_t number;
    bool percent;
    if (!value || !value_is_scalar(value) || !int_or_percent_parse(value_text(value), &number, &percent))
        return -1;
    return percent ? (replicas * number + 99) / 100 : number;
}

/* How many pods may go at once when no more than the fewest run. */
static const Value *call_evictable(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *pods = object_set_pods_of(set_of(run), run->arena, args[0]);
    int64_t replicas = 0;
    for (uint32_t i = 0; i < pods->size; i++)
        replicas += replicas_of(run, pods->items[i]);
    const Value *least = value_path(args[0], "spec.minAvailable"), *most = value_path(args[0], "spec.maxUnavailable");
    int64_t evictable = value_is_none(least) ? share_of(most, replicas) : replicas - share_of(least, replicas);
    return value_new_number(run->arena, at, pods->size ? (double)evictable : 1);
}

/* ---- spreading ---- */

static bool is_host_name(const Value *term)
{
    return str_equal(value_text_at(term, "topologyKey"), STR("kubernetes.io/hostname"));
}

static bool spread_by(const Value *list, const char *below, const Value *labels, bool host)
{
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        const Value *term = below ? value_get(list->items[i], str_from(below)) : list->items[i];
        const Value *selector = value_get(term, STR("labelSelector"));
        if (value_is(selector, VALUE_MAP) && (!host || is_host_name(term)) && selector_matches(selector, labels))
            return true;
    }
    return false;
}

static const Value *call_spread_gaps(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *pod = pod_of(args[0], NULL), *labels = pod_labels(args[0]);
    const Value *away = value_path(pod, "affinity.podAntiAffinity");
    ListBuilder list = list_begin(run->arena);
    if (!spread_by(value_get(away, STR("preferredDuringSchedulingIgnoredDuringExecution")), "podAffinityTerm", labels,
                   true) &&
        !spread_by(value_get(away, STR("requiredDuringSchedulingIgnoredDuringExecution")), NULL, labels, true))
        list_add(&list, value_new_string(run->arena, at, STR("podAntiAffinity by host name")));
    if (!spread_by(value_get(pod, STR("topologySpreadConstraints")), NULL, labels, false))
        list_add(&list, value_new_string(run->arena, at, STR("topologySpreadConstraints")));
    return list_end(&list, at);
}

static const Function functions[] = {
    {NAME("seconds"), call_seconds, 1, 1, "seconds('1h'): a duration as a number, or null", NULL},
    {NAME("overMaximum"), call_over_maximum, 2, 2,
     "overMaximum(object, container): which limit a LimitRange beside it forbids, or null", NULL},
    {NAME("dig"), call_dig, 2, UINT8_MAX, "dig(value, key, …): what stands below these keys, or null", NULL},
    {NAME("missing"), call_missing, 2, 2, "missing(map, names): those names that it lacks or leaves empty", NULL},
    {NAME("others"), call_others, 2, 2, "others(map or list, names): its keys or items that are none of the names",
     NULL},
    {NAME("has"), call_has, 2, 2, "has(list, value): whether it is a list with that item", NULL},
    {NAME("pluck"), call_pluck, 2, 2, "pluck(list, member): that member of each of its maps", NULL},
    {NAME("duplicates"), call_duplicates, 2, 2, "duplicates(list, member): what more than one of its maps have there",
     NULL},
    {NAME("atLeast"), call_at_least, 2, 2,
     "atLeast('1Gi', '512Mi'): whether both are quantities, the first no smaller", NULL},
    {NAME("comesFrom"), call_comes_from, 2, 2, "comesFrom(image, prefixes): whether its repository has one of them",
     NULL},
    {NAME("podLabels"), call_pod_labels, 1, 1, "podLabels(object): the labels of its pods, or null", NULL},
    {NAME("selects"), call_selects, 2, 2, "selects(selector, labels): whether a selector that is not empty fits",
     NULL},
    {NAME("portDeclared"), call_ports_declared, 2, 2,
     "portDeclared(workloads, port): whether a container of theirs declares it, by name or number", NULL},
    {NAME("lacksRequest"), call_lacks_request, 2, 2,
     "lacksRequest(object, 'cpu'): its containers without that request", NULL},
    {NAME("replicasOf"), call_replicas_of, 1, 1, "replicasOf(object): the fewest pods it has, an autoscaler counted",
     NULL},
    {NAME("evictable"), call_evictable, 1, 1,
     "evictable(object): how many pods its disruption budget lets go at least", NULL},
    {NAME("spreadGaps"), call_spread_gaps, 1, 1, "spreadGaps(object): what its pods lack to be spread over nodes",
     NULL},
};

const FunctionRows workload_functions = {functions, LENGTH_OF(functions)};
