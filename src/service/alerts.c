/*
 * Alerts: those that every long-running service has from staging on (definition.md: alerts), those that it states
 * itself, and those of its objectives (slo.c). What comes out is `alertGroups`: a list of {name, rules}, each rule an
 * alert with all that it says, or a record. Expressions have a line for each operand: names may be long, and a
 * selector has no space to break at.
 */
#include "alerts.h"

enum { EXPRESSION_WIDTH = 90 };

/* An alert that needs no line; what a definition states of it goes before each of these. */
typedef struct AlertDefault {
    const char *name;
    Str expression; /* empty: there is nothing to watch */
    const char *wait;
    const char *severity;
    const char *summary;
} AlertDefault;

const Value *alert_make(const Work *work, const AlertText *text, Origin place)
{
    MapBuilder map = map_begin(work->arena);
    put(&map, "alert", make_text(work->arena, place, "%.*s-%.*s", STR_ARG(work->name), STR_ARG(text->name)));
    put(&map, "expr", text->expression);
    put(&map, "for", text->wait);
    put(&map, "severity", text->severity);
    put(&map, "summary", text->summary);
    put(&map, "runbook", text->runbook);
    return map_end(&map, place);
}

/* ---- what is watched without a line ---- */

static Str pods_selector(const Work *work)
{
    return arena_printf(work->arena, "namespace=\"%.*s\",container=\"%.*s\"", STR_ARG(work->environment->namespace),
                        STR_ARG(work->name));
}

/* A Rollout's own metrics come from its controller, whose namespace label a scrape renames; its ReplicaSets' do not.
 */
static Str rollout_available(const Work *work)
{
    Str namespace = work->environment->namespace;
    return arena_printf(work->arena,
                        "sum(\n"
                        "  kube_replicaset_status_ready_replicas{namespace=\"%.*s\"}\n"
                        "  * on (namespace, replicaset) group_left ()\n"
                        "  kube_replicaset_owner{namespace=\"%.*s\",owner_kind=\"Rollout\",owner_name=\"%.*s\"}\n"
                        ")\n"
                        "< 1",
                        STR_ARG(namespace), STR_ARG(namespace), STR_ARG(work->name));
}

static Str available(const Work *work)
{
    bool stateful = work->definition.service->kind == KIND_STATEFULSET;
    if (is_rollout(work))
        return rollout_available(work);
    return arena_printf(
        work->arena, "%s{namespace=\"%.*s\",%s=\"%.*s\"}\n< 1",
        stateful ? "kube_statefulset_status_replicas_ready" : "kube_deployment_status_replicas_available",
        STR_ARG(work->environment->namespace), stateful ? "statefulset" : "deployment", STR_ARG(work->name));
}

static Str usage(const Work *work, const char *resource, Str used)
{
    return arena_printf(work->arena,
                        "sum by (namespace, pod) (\n"
                        "  %.*s\n"
                        ")\n"
                        "/\n"
                        "sum by (namespace, pod) (\n"
                        "  kube_pod_container_resource_limits{%.*s,resource=\"%s\"}\n"
                        ")\n"
                        "> 0.8",
                        STR_ARG(used), STR_ARG(pods_selector(work)), resource);
}

/* RuneFrameOS, "Alerting Rules": resource usage above 80 %, here of the main container's limits. */
static Str resources_used(const Work *work)
{
    Str selector = pods_selector(work), cpu = STR(""), memory = STR("");
    if (value_get(work->limits, STR("cpu")))
        cpu =
            usage(work, "cpu",
                  arena_printf(work->arena, "rate(container_cpu_usage_seconds_total{%.*s}[5m])", STR_ARG(selector)));
    if (value_get(work->limits, STR("memory")))
        memory = usage(work, "memory",
                       arena_printf(work->arena, "container_memory_working_set_bytes{%.*s}", STR_ARG(selector)));
    return arena_printf(work->arena, "%.*s%s%.*s", STR_ARG(cpu), cpu.size && memory.size ? "\nor\n" : "",
                        STR_ARG(memory));
}

/* ---- what is stated ---- */

static const Value *stated_or(const Work *work, const Value *stated, const char *member, const char *otherwise)
{
    const Value *value = value_get(stated, str_from(member));
    if (!value_is_none(value) || !otherwise)
        return value;
    return make_text(work->arena, ORIGIN_NONE, "%s", otherwise);
}

/*
 * A long line of the user's is broken at spaces that no string holds, where PromQL takes a new line for the same; one
 * with a comment stays as it is.
 */
static const Value *wrapped(const Work *work, const Value *expression)
{
    Str text = value_text(expression);
    if (text.size <= EXPRESSION_WIDTH || str_has_char(text, '\n') || str_has_char(text, '#'))
        return expression;
    char *broken = arena_text(work->arena, text), quote = 0;
    size_t start = 0, space = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (quote && c == '\\' && quote != '`')
            i++;
        else if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'' || c == '`')
            quote = c;
        else if (c == ' ')
            space = i;
        if (i - start >= EXPRESSION_WIDTH && space > start) {
            broken[space] = '\n';
            start = space + 1;
        }
    }
    return value_new_string(work->arena, expression->origin, (Str){broken, text.size});
}

static const Value *expression_of(Work *work, const Value *stated, const AlertDefault *unsaid)
{
    const Value *own = value_get(stated, STR("expr"));
    if (!value_is_none(own))
        return wrapped(work, own);
    if (!unsaid)
        return NULL;
    return unsaid->expression.size ? value_new_string(work->arena, ORIGIN_NONE, unsaid->expression) : NULL;
}

static void add_alert(Work *work, ListBuilder *rules, Str name, const Value *stated, const AlertDefault *unsaid,
                      Origin place)
{
    AlertText text = {.name = name, .expression = expression_of(work, stated, unsaid)};
    if (!text.expression) {
        if (!unsaid)
            work_error(work, place, "alerts.%.*s: expr is missing; add expr: 'rate(errors_total[5m]) > 1'",
                       STR_ARG(name));
        return;
    }
    text.wait = stated_or(work, stated, "for", unsaid ? unsaid->wait : NULL);
    text.severity = stated_or(work, stated, "severity", unsaid ? unsaid->severity : "warning");
    text.summary = stated_or(work, stated, "summary", NULL);
    if (value_is_none(text.summary) && unsaid)
        text.summary = make_text(work->arena, ORIGIN_NONE, "%.*s in %.*s: %s", STR_ARG(work->name),
                                 STR_ARG(work->environment->name), unsaid->summary);
    text.runbook = value_get(stated, STR("runbook"));
    list_add(rules, alert_make(work, &text, place));
}

static bool is_watched(const Work *work)
{
    WorkloadKind kind = work->definition.service->kind;
    return work->environment->tier >= TIER_STAGING && (kind == KIND_DEPLOYMENT || kind == KIND_STATEFULSET) &&
           work->replicas_max > 0;
}

static const Value *service_rules(Work *work)
{
    bool watched = is_watched(work);
    const AlertDefault defaults[] = {
        {"unavailable", watched ? available(work) : STR(""), "1m", "critical", "no replica is available"},
        {"resources", watched ? resources_used(work) : STR(""), "10m", "warning",
         "a pod uses more than 80 % of a limit"},
    };
    const Value *stated = value_get(work->definition.value, STR("alerts"));
    ListBuilder rules = list_begin(work->arena);
    for (size_t i = 0; i < LENGTH_OF(defaults); i++) {
        const MapEntry *own = value_entry(stated, str_from(defaults[i].name));
        if (!own || !is_off(own->value))
            add_alert(work, &rules, str_from(defaults[i].name), own ? own->value : NULL, &defaults[i],
                      own ? own->key_origin : ORIGIN_NONE);
    }
    const Value *kept = without_off(work->arena, stated);
    for (uint32_t i = 0; i < kept->size; i++) {
        const MapEntry *entry = &kept->entries[i];
        bool known = false;
        for (size_t j = 0; j < LENGTH_OF(defaults); j++)
            known |= str_equal(entry->key, str_from(defaults[j].name));
        if (!known)
            add_alert(work, &rules, entry->key, entry->value, NULL, entry->key_origin);
    }
    return list_end(&rules, ORIGIN_NONE);
}

/* ---- groups ---- */

static void add_group(const Work *work, ListBuilder *groups, const char *suffix, const Value *rules)
{
    if (!rules->size)
        return;
    MapBuilder map = map_begin(work->arena);
    put(&map, "name", make_text(work->arena, ORIGIN_NONE, "%.*s%s", STR_ARG(work->name), suffix));
    put(&map, "rules", rules);
    list_add(groups, map_end(&map, ORIGIN_NONE));
}

void alerts_complete(Work *work)
{
    ListBuilder groups = list_begin(work->arena);
    add_group(work, &groups, "", service_rules(work));
    add_group(work, &groups, "-slo", slo_rules(work));
    put(&work->out, "alertGroups", list_end(&groups, ORIGIN_NONE));
    /* A Prometheus that picks its monitors by label picks its rules likewise. */
    const Value *labels = value_path(work->value, "metrics.labels");
    put(&work->out, "alertLabels", value_is(labels, VALUE_MAP) ? labels : &value_empty_map);
}
