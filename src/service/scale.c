/* Scale: who owns the number of replicas, and what follows from it: disruption budget, spread, surge. */
#include "service_private.h"

static double count_of(const Value *value, double of, double fallback)
{
    int64_t number;
    bool percent;
    if (value_is_none(value) || !int_or_percent_parse(value_text(value), &number, &percent))
        return fallback;
    if (percent)
        number = ((int64_t)(of * (double)number) + 99) / 100; /* Kubernetes rounds a surge in percent up */
    return (double)number;
}

/* "built-in production" or "environments/production.yaml:4:3": where a number came from, for a message. */
static Str stated_where(const Work *work, const Value *value)
{
    const Source *source = sources_find(work->project->sources, value->origin);
    return source && source->built_in ? source->name
                                      : origin_text(work->arena, work->project->sources, value->origin);
}

static void check_own_replicas(Work *work, const Value *autoscaling)
{
    const Value *own = value_get(work->definition.own, STR("replicas"));
    const Value *low = value_get(autoscaling, STR("minReplicas")), *high = value_get(autoscaling, STR("maxReplicas"));
    const Value *replicas = value_get(work->value, STR("replicas"));
    if (value_is_none(own) || !value_is(replicas, VALUE_NUMBER))
        return;
    if (replicas->number >= low->number && replicas->number <= high->number)
        return;
    work_error(
        work, place_of(work, own),
        "replicas %.*s is outside autoscaling %.*s-%.*s (%.*s); add autoscaling: {enabled: false} or drop replicas",
        STR_ARG(value_text(replicas)), STR_ARG(value_text(low)), STR_ARG(value_text(high)),
        STR_ARG(stated_where(work, low)));
}

static const Value *default_metrics(Work *work)
{
    return make_map1(
        work->arena, ORIGIN_NONE, "cpu",
        make_map1(work->arena, ORIGIN_NONE, "averageUtilization", value_new_number(work->arena, ORIGIN_NONE, 80)));
}

static const Value *autoscaling_make(Work *work, const Value *stated)
{
    const Value *low = value_get(stated, STR("minReplicas")), *high = value_get(stated, STR("maxReplicas"));
    if (!value_is(low, VALUE_NUMBER) || !value_is(high, VALUE_NUMBER)) {
        work_error(work, place_of(work, stated), "autoscaling: minReplicas and maxReplicas are missing; add both");
        return stated;
    }
    if (high->number < low->number)
        work_error(work, place_of(work, high), "autoscaling.maxReplicas: %.*s is below minReplicas %.*s (%.*s)",
                   STR_ARG(value_text(high)), STR_ARG(value_text(low)), STR_ARG(stated_where(work, low)));
    check_own_replicas(work, stated);
    work->replicas_min = low->number;
    work->replicas_max = high->number;
    const Value *metrics = value_get(stated, STR("metrics"));
    bool unsaid = !value_is(metrics, VALUE_MAP) || !metrics->size;
    MapBuilder map = map_begin_with(work->arena, stated);
    /* The template writes out Kubernetes' own figures for whatever was not stated. */
    const Value *behavior = stated_at(work, "autoscaling.behavior");
    put(&map, "behavior", behavior ? behavior : &value_empty_map);
    const Value *kept = unsaid ? default_metrics(work) : without_off(work->arena, metrics);
    if (!kept->size)
        work_error(work, place_of(work, metrics),
                   "autoscaling.metrics: all are switched off; name one, or write autoscaling: "
                   "{enabled: false}");
    put(&map, "metrics", kept);
    return map_end(&map, stated->origin);
}

/* Recreate is one replica that nobody scales: what the service itself states otherwise is a contradiction. */
static const Value *recreate_replicas(Work *work, const Value *replicas)
{
    const Value *own = work->definition.own;
    const Value *count = value_get(own, STR("replicas")), *rolling = value_path(own, "strategy.rollingUpdate");
    if (!value_is_none(count) && value_is(replicas, VALUE_NUMBER) && replicas->number != 1)
        work_error(work, place_of(work, count),
                   "replicas: strategy Recreate runs one replica, found %.*s; drop replicas",
                   STR_ARG(value_text(replicas)));
    if (value_flag(own, "autoscaling.enabled", false))
        work_error(
            work, place_of(work, value_path(own, "autoscaling.enabled")),
            "autoscaling: strategy Recreate runs one replica; drop autoscaling, or use strategy: RollingUpdate");
    if (value_is(rolling, VALUE_MAP) && rolling->size)
        work_error(work, place_of(work, rolling),
                   "strategy.rollingUpdate: has no meaning for strategy Recreate; remove it");
    const Value *strategy = value_path(work->definition.value, "strategy.type");
    return value_new_number(work->arena, place_of(work, strategy), 1);
}

static void replicas_complete(Work *work)
{
    const Value *autoscaling = value_get(work->value, STR("autoscaling"));
    const Value *replicas = value_get(work->value, STR("replicas"));
    bool recreate = str_equal(value_text_at(work->value, "strategy.type"), STR("Recreate"));
    bool scaled = value_flag(autoscaling, "enabled", false);
    if (recreate) {
        replicas = recreate_replicas(work, replicas);
        scaled = false;
    }
    work->replicas_min = work->replicas_max = value_is(replicas, VALUE_NUMBER) ? replicas->number : 1;
    if (scaled)
        autoscaling = autoscaling_make(work, autoscaling);
    else if (recreate) {
        MapBuilder off = map_begin_with(work->arena, autoscaling);
        put(&off, "enabled", &value_false);
        autoscaling = map_end(&off, autoscaling->origin);
    }
    put(&work->out, "autoscaling", autoscaling);
    put(&work->out, "replicas", scaled ? NULL : replicas);
    put_number(&work->out, "replicasMin", work->replicas_min);
    put_number(&work->out, "replicasMax", work->replicas_max);
}

static void disruption_complete(Work *work)
{
    const Value *stated = stated_at(work, "podDisruptionBudget");
    const Value *budget = without_nones(work->arena, stated);
    bool unsaid = !budget->size;
    if (is_off(stated) || (unsaid && work->replicas_min < 2))
        budget = NULL;
    else if (unsaid)
        budget = make_map1(work->arena, ORIGIN_NONE, "maxUnavailable", value_new_number(work->arena, ORIGIN_NONE, 1));
    put(&work->out, "podDisruptionBudget", budget);
}

/* By host unless it was switched off, softly, once there is more than one replica to spread. */
static void spread_complete(Work *work)
{
    const Value *stated = value_get(work->definition.value, STR("topologySpreadConstraints"));
    const Value *host = value_get(stated, STR("kubernetes.io/hostname"));
    MapBuilder map = map_begin(work->arena);
    if (value_is_none(host) && work->replicas_max >= 2) {
        MapBuilder constraint = map_begin(work->arena);
        put_number(&constraint, "maxSkew", 1);
        put_text(&constraint, "whenUnsatisfiable", STR("ScheduleAnyway"));
        put(&map, "kubernetes.io/hostname", map_end(&constraint, ORIGIN_NONE));
    }
    const Value *complete = without_off(work->arena, value_get(work->value, STR("topologySpreadConstraints")));
    for (uint32_t i = 0; i < complete->size; i++)
        map_set(&map, complete->entries[i].key, complete->entries[i].key_origin, complete->entries[i].value);
    put(&work->out, "topologySpreadConstraints", map_end(&map, ORIGIN_NONE));
}

/* A rollout that may neither add a pod nor take one away could not begin; the API server refuses it. */
static void check_rolling(Work *work)
{
    const Value *rolling = value_path(work->value, "strategy.rollingUpdate");
    const Value *surge = value_get(rolling, STR("maxSurge")), *away = value_get(rolling, STR("maxUnavailable"));
    Str type = value_text_at(work->value, "strategy.type");
    bool inert = str_equal(type, STR("Recreate")) || str_equal(type, STR("BlueGreen"));
    if (work->kind != KIND_DEPLOYMENT || inert || count_of(surge, 100, 1) > 0 || count_of(away, 100, 0) > 0)
        return;
    work_error(work, place_of(work, surge),
               "strategy.rollingUpdate: maxSurge and maxUnavailable are both 0, so that no pod could be replaced; "
               "raise one");
}

/* How many pods more than wanted a rollout runs: blue-green has both versions in full. */
static double surge_of(const Work *work)
{
    Str type = value_text_at(work->value, "strategy.type");
    if (work->kind != KIND_DEPLOYMENT || str_equal(type, STR("Recreate")))
        return 0;
    if (str_equal(type, STR("BlueGreen")))
        return work->replicas_max;
    return count_of(value_path(work->value, "strategy.rollingUpdate.maxSurge"), work->replicas_max, 1);
}

void scale_complete(Work *work)
{
    replicas_complete(work);
    disruption_complete(work);
    spread_complete(work);
    check_rolling(work);
    work->surge = surge_of(work);
}
