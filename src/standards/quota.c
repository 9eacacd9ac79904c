/*
 * What the pods of a namespace may ask for, at their most, against a quota. As the scheduler counts: of a pod all
 * containers and sidecars together, or what one init container takes while it runs, whichever is more.
 */
#include "standards_private.h"

#include "kiln/kube.h"

typedef struct Resource {
    const char *key; /* of spec.hard */
    const char *side;
    const char *name;
} Resource;

static const Resource resources[QUOTA_RESOURCES] = {
    {"requests.cpu", "requests", "cpu"},
    {"cpu", "requests", "cpu"},
    {"requests.memory", "requests", "memory"},
    {"memory", "requests", "memory"},
    {"requests.ephemeral-storage", "requests", "ephemeral-storage"},
    {"limits.cpu", "limits", "cpu"},
    {"limits.memory", "limits", "memory"},
    {"limits.ephemeral-storage", "limits", "ephemeral-storage"},
};

enum { PODS_MOST = 1000000 };

/* Sums stop at 10²¹ units, so that no manifest, times its pods, leaves the range of the numbers. */
static __int128 added(__int128 a, __int128 b)
{
    const __int128 most = (__int128)1000000000000000 * 1000000000000000;
    return a + b < most ? a + b : most;
}

static __int128 amount_of(const Value *container, const Resource *resource)
{
    const Value *side = value_get(value_get(container, STR("resources")), str_from(resource->side));
    Quantity quantity;
    bool read = quantity_parse(text_of(value_get(side, str_from(resource->name))), &quantity);
    return read && quantity.nano > 0 ? quantity.nano : 0;
}

static __int128 amount_of_pod(const Value *pod, const Resource *resource)
{
    const Value *first = value_get(pod, STR("initContainers")), *main = value_get(pod, STR("containers"));
    __int128 steady = 0, start = 0;
    for (uint32_t i = 0; value_is(first, VALUE_LIST) && i < first->size; i++) {
        __int128 amount = amount_of(first->items[i], resource);
        if (str_equal(value_text_at(first->items[i], "restartPolicy"), STR("Always")))
            steady = added(steady, amount);
        else if (added(steady, amount) > start)
            start = added(steady, amount);
    }
    for (uint32_t i = 0; value_is(main, VALUE_LIST) && i < main->size; i++)
        steady = added(steady, amount_of(main->items[i], resource));
    return steady > start ? steady : start;
}

/* How many pods it has at most. Of a DaemonSet that depends on the nodes, and one is what is certain. */
static int64_t most_pods(const ObjectSet *set, Arena *arena, const Value *workload)
{
    const Value *autoscaler = object_set_hpa_of(set, arena, workload);
    const Value *number =
        autoscaler->kind == VALUE_MAP ? value_path(autoscaler, "spec.maxReplicas") : pod_number(workload);
    int64_t pods;
    bool stated = value_is(number, VALUE_NUMBER) && value_integer(number, &pods) && pods >= 0;
    return stated ? (pods < PODS_MOST ? pods : PODS_MOST) : 1;
}

Amounts amounts_of(const ObjectSet *set, Arena *arena, const Value *workload)
{
    Amounts amounts = {{0}};
    const Value *pod = pod_of(workload, NULL);
    int64_t pods = most_pods(set, arena, workload);
    for (size_t i = 0; i < LENGTH_OF(resources); i++)
        amounts.of[i] = added(0, amount_of_pod(pod, &resources[i]) * pods);
    return amounts;
}

void amounts_add(Amounts *amounts, const Amounts *more)
{
    for (size_t i = 0; i < LENGTH_OF(resources); i++)
        amounts->of[i] = added(amounts->of[i], more->of[i]);
}

/* All pods of a namespace, each counted as often as there may be of it. */
static Amounts amounts_in(const ObjectSet *set, Arena *arena, Str namespace)
{
    Amounts total = {{0}};
    const Beyond *beyond = object_set_beyond(set);
    for (size_t i = 0; beyond && i < LENGTH_OF(resources); i++)
        total.of[i] = beyond_amount(beyond, namespace, i);
    for (size_t i = 0; pod_kind_at(i).size; i++) {
        const Value *list = (beyond ? object_set_own : object_set_in)(set, arena, pod_kind_at(i), namespace);
        for (uint32_t j = 0; j < list->size; j++) {
            Amounts amounts = amounts_of(set, arena, list->items[j]);
            amounts_add(&total, &amounts);
        }
    }
    return total;
}

static const Value *call_overdrawn(CALL_PARAMETERS)
{
    CALL_UNUSED;
    const Value *hard = value_path(args[0], "spec.hard");
    const Amounts amounts = amounts_in(set_of(run), run->arena, value_text_at(args[0], "metadata.namespace"));
    ListBuilder list = list_begin(run->arena);
    for (size_t i = 0; i < LENGTH_OF(resources); i++) {
        const Resource *resource = &resources[i];
        Quantity allowed;
        char text[QUANTITY_TEXT_SIZE];
        Str stated = text_of(value_get(hard, str_from(resource->key)));
        if (!quantity_parse(stated, &allowed))
            continue;
        Quantity asked = {amounts.of[i],
                          str_equal(str_from(resource->name), STR("cpu")) ? QUANTITY_DECIMAL_SI : QUANTITY_BINARY_SI};
        if (asked.nano > allowed.nano)
            list_add(&list, value_new_string(run->arena, at,
                                             arena_printf(run->arena, "%s %.*s of %.*s", resource->key,
                                                          STR_ARG(quantity_print(asked, text)), STR_ARG(stated))));
    }
    return list_end(&list, at);
}

static const Function functions[] = {
    {NAME("overdrawn"), call_overdrawn, 1, 1,
     "overdrawn(object): what the pods beside a quota may ask for beyond it, as in 'requests.cpu 6 of 4'", NULL},
};

const FunctionRows quota_functions = {functions, LENGTH_OF(functions)};
