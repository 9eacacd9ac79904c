/*
 * Objectives: burn-rate alerts over several windows (Google, "The Site Reliability Workbook", chapter 5). An
 * objective leaves a budget of requests that may fall short in 30 days. Somebody is called when it burns so fast that
 * 2 % are gone in an hour or 5 % in six, and told when 10 % are gone in one day or three; the short window ends the
 * alert soon after the trouble does.
 */
#include "alerts.h"

#include <stdlib.h>

typedef struct Burn {
    double rate; /* how many times as fast as the budget allows */
    const char *window;
    const char *short_window;
    bool urgent;
} Burn;
static const Burn burns[] = {
    {14.4, "1h", "5m", true},
    {6, "6h", "30m", true},
    {3, "1d", "2h", false},
    {1, "3d", "6h", false},
};

/* The windows of all burns, for what is recorded. */
static const char *const windows[] = {"5m", "30m", "1h", "2h", "6h", "1d", "3d"};

typedef struct Objective {
    Str name; /* of its alerts */
    Str what; /* for people */
    double budget;
    Str threshold; /* of latency, in seconds; empty: the objective is about failures */
    Origin place;
} Objective;

typedef struct Slo {
    Work *work;
    Str requests;
    Str duration;
    Str selector;
    ListBuilder rules;
} Slo;

/* ---- reading ---- */

static double number_of(Str text)
{
    char buffer[32] = {0};
    if (text.size < sizeof buffer)
        memcpy(buffer, text.data, text.size);
    return strtod(buffer, NULL);
}

static Str metric_name(Slo *slo, const char *member)
{
    const Value *value = value_get(value_get(slo->work->value, STR("slo")), str_from(member));
    Str name = value_text(value);
    bool good = name.size > 0;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        good &= letter || (i && c >= '0' && c <= '9');
    }
    if (!good)
        work_error(slo->work, place_of(slo->work, value), "slo.%s: expected a metric's name, found '%.*s'", member,
                   STR_ARG(name));
    return name;
}

static bool budget_good(Slo *slo, const Objective *objective, const char *field)
{
    if (objective->budget > 0 && objective->budget < 1)
        return true;
    work_error(slo->work, objective->place, "slo.%s: %.*s leaves no budget to watch; choose between 0%% and 100%%",
               field, STR_ARG(objective->what));
    return false;
}

/* ---- expressions ---- */

/* Failed requests, as the labels of the common client libraries tell them. */
static Str failed_requests(const Slo *slo, const char *window)
{
    Arena *arena = slo->work->arena;
    if (str_starts(slo->requests, STR("grpc_")))
        return arena_printf(
            arena, "  rate(%.*s{%.*s,grpc_code=~\"Unknown|DeadlineExceeded|Internal|Unavailable|DataLoss\"}[%s])\n",
            STR_ARG(slo->requests), STR_ARG(slo->selector), window);
    return arena_printf(arena,
                        "  rate(%.*s{%.*s,code=~\"5..\"}[%s])\n"
                        "  or\n"
                        "  rate(%.*s{%.*s,status=~\"5..\"}[%s])\n",
                        STR_ARG(slo->requests), STR_ARG(slo->selector), window, STR_ARG(slo->requests),
                        STR_ARG(slo->selector), window);
}

static void add_record(Slo *slo, const char *window)
{
    Arena *arena = slo->work->arena;
    MapBuilder map = map_begin(arena);
    put(&map, "record", make_text(arena, ORIGIN_NONE, "app:request_errors:ratio_rate%s", window));
    put(&map, "expr",
        make_text(arena, ORIGIN_NONE, "sum(\n%.*s)\n/\nsum(\n  rate(%.*s{%.*s}[%s])\n)",
                  STR_ARG(failed_requests(slo, window)), STR_ARG(slo->requests), STR_ARG(slo->selector), window));
    list_add(&slo->rules, map_end(&map, ORIGIN_NONE));
}

/* What one window says. */
static Str over_window(const Slo *slo, const Objective *objective, double burn, const char *window)
{
    const Work *work = slo->work;
    if (!objective->threshold.size)
        return arena_printf(work->arena,
                            "app:request_errors:ratio_rate%s{namespace=\"%.*s\",app=\"%.*s\"}\n  > %.6g\n", window,
                            STR_ARG(work->environment->namespace), STR_ARG(work->name), burn * objective->budget);
    /* More than a share s of requests is slow exactly if the quantile 1 - s is: no bucket need lie at the threshold.
     */
    return arena_printf(work->arena,
                        "histogram_quantile(%.6g, sum by (le) (\n    rate(%.*s_bucket{%.*s}[%s])\n  )) > %.*s\n",
                        1 - burn * objective->budget, STR_ARG(slo->duration), STR_ARG(slo->selector), window,
                        STR_ARG(objective->threshold));
}

/* A burn that the budget is too large for can never be: 14.4 times a budget of 10 % is more than all requests. */
static Str expression(const Slo *slo, const Objective *objective, bool urgent)
{
    Str text = STR("");
    for (size_t i = 0; i < LENGTH_OF(burns); i++) {
        const Burn *burn = &burns[i];
        if (burn->urgent != urgent || burn->rate * objective->budget >= 1)
            continue;
        Str lasting = over_window(slo, objective, burn->rate, burn->window);
        Str recent = over_window(slo, objective, burn->rate, burn->short_window);
        text = arena_printf(slo->work->arena, "%.*s%s(\n  %.*s  and\n  %.*s)", STR_ARG(text),
                            text.size ? "\nor\n" : "", STR_ARG(lasting), STR_ARG(recent));
    }
    return text;
}

static void add_alerts(Slo *slo, const Objective *objective)
{
    const Work *work = slo->work;
    for (int urgent = 1; urgent >= 0; urgent--) {
        Str made = expression(slo, objective, urgent);
        if (!made.size)
            continue;
        AlertText text = {
            .name = arena_printf(work->arena, "slo-%.*s-%s", STR_ARG(objective->name), urgent ? "fast" : "slow"),
            .expression = value_new_string(work->arena, objective->place, made),
            .severity = make_text(work->arena, objective->place, urgent ? "critical" : "warning"),
            .summary = make_text(work->arena, objective->place, "%.*s in %.*s: the budget of %.*s burns %s",
                                 STR_ARG(work->name), STR_ARG(work->environment->name), STR_ARG(objective->what),
                                 urgent ? "fast" : "slowly"),
        };
        list_add(&slo->rules, alert_make(work, &text, objective->place));
    }
}

/* ---- objectives ---- */

static bool percent_objective(Slo *slo, const char *member, const char *name, bool of_failures, Objective *objective)
{
    const Value *value = value_get(value_get(slo->work->value, STR("slo")), str_from(member));
    if (value_is_none(value))
        return false;
    double percent = number_of(value_text(value));
    *objective = (Objective){.name = str_from(name), .place = place_of(slo->work, value)};
    objective->what = arena_printf(slo->work->arena, "%s %.*s", member, STR_ARG(value_text(value)));
    objective->budget = (of_failures ? percent : 100 - percent) / 100;
    return budget_good(slo, objective, member);
}

/* Both objectives are about the same share; where they leave the same budget, one set of alerts says it. */
static void add_failures(Slo *slo)
{
    Objective availability, errors;
    bool first = percent_objective(slo, "availability", "availability", false, &availability);
    bool second = percent_objective(slo, "errorRate", "error-rate", true, &errors);
    double difference = first && second ? availability.budget - errors.budget : 1;
    if (!first && !second)
        return;
    for (size_t i = 0; i < LENGTH_OF(windows); i++)
        add_record(slo, windows[i]);
    if (first)
        add_alerts(slo, &availability);
    if (second && (difference > 1e-9 || difference < -1e-9))
        add_alerts(slo, &errors);
}

/* p50, p99, p99.9 */
static bool percentile_parse(Str key, double *percent)
{
    bool good = key.size >= 2 && key.size < 16 && key.data[0] == 'p';
    size_t points = 0;
    for (size_t i = 1; i < key.size; i++) {
        points += key.data[i] == '.';
        good &= (key.data[i] >= '0' && key.data[i] <= '9') || (key.data[i] == '.' && i > 1 && i + 1 < key.size);
    }
    *percent = good && points <= 1 ? number_of(str_slice(key, 1, key.size)) : 0;
    return *percent > 0 && *percent < 100;
}

static void add_latency(Slo *slo, const MapEntry *entry)
{
    Work *work = slo->work;
    double percent;
    int64_t milliseconds = 0;
    if (!percentile_parse(entry->key, &percent)) {
        work_error(work, entry->key_origin, "slo.latency: expected a percentile such as p95 as the key, found '%.*s'",
                   STR_ARG(entry->key));
        return;
    }
    if (!duration_parse(value_text(entry->value), &milliseconds) || milliseconds <= 0) {
        work_error(work, place_of(work, entry->value), "slo.latency.%.*s: expected a time above 0, found '%.*s'",
                   STR_ARG(entry->key), STR_ARG(value_text(entry->value)));
        return;
    }
    Objective objective = {.budget = (100 - percent) / 100, .place = place_of(work, entry->value)};
    objective.name = arena_printf(work->arena, "latency-%.*s", STR_ARG(entry->key));
    objective.what =
        arena_printf(work->arena, "latency %.*s %.*s", STR_ARG(entry->key), STR_ARG(value_text(entry->value)));
    objective.threshold = arena_printf(work->arena, "%.10g", (double)milliseconds / 1000);
    add_alerts(slo, &objective);
}

const Value *slo_rules(Work *work)
{
    Slo slo = {.work = work, .rules = list_begin(work->arena)};
    const Value *latency = without_nones(work->arena, value_path(work->value, "slo.latency"));
    bool stated = latency->size || !value_is_none(value_path(work->value, "slo.availability")) ||
                  !value_is_none(value_path(work->value, "slo.errorRate"));
    if (!stated)
        return &value_empty_list;
    slo.requests = metric_name(&slo, "requests");
    slo.duration = metric_name(&slo, "duration");
    slo.selector = arena_printf(work->arena, "namespace=\"%.*s\",service=\"%.*s\"",
                                STR_ARG(work->environment->namespace), STR_ARG(work->name));
    add_failures(&slo);
    for (uint32_t i = 0; i < latency->size; i++)
        add_latency(&slo, &latency->entries[i]);
    const Value *own = value_get(work->definition.own, STR("slo"));
    if (!work->metrics && !value_is_none(own))
        diag_note(work->diags, place_of(work, own),
                  "slo: nothing scrapes the service, so its alerts see no requests; add a port "
                  "'metrics', or metrics: {port: http}");
    return list_end(&slo.rules, ORIGIN_NONE);
}
