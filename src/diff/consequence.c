/*
 * What a change does, by the table of consequences: each row whose kind, path and condition fit adds its classes. What
 * came as a whole map or item is looked at member by member; what went is followed through maps alone, for with an
 * item (a container, a peer) go its guards too, and they guarded nothing else.
 */
#include "diff_private.h"

#include <assert.h>

const char *const diff_class_names[DIFF_CLASS_COUNT] = {
    [DIFF_DELETES_DATA] = "deletes-data", [DIFF_RECREATES] = "recreates", [DIFF_WEAKENS] = "weakens",
    [DIFF_EXPOSURE] = "exposure",         [DIFF_RESTARTS] = "restarts",   [DIFF_CAPACITY] = "capacity",
    [DIFF_COSMETIC] = "cosmetic",
};

/* ---- pod templates ---- */

static const struct {
    const char *kinds;
    const char *path;
} templates[] = {
    {"Pod", ""},
    {"Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Rollout|Job", "spec.template"},
    {"CronJob", "spec.jobTemplate.spec.template"},
};

const char *template_path(Str kind)
{
    for (size_t i = 0; i < LENGTH_OF(templates); i++) {
        if (kind_in(templates[i].kinds, kind))
            return templates[i].path;
    }
    return NULL;
}

/* ---- quantities ---- */

static const char *const quantity_places[] = {
    "requests|limits|hard|capacity|default|defaultRequest|max|min|maxLimitRequestRatio.*",
    "emptyDir.sizeLimit",
    "resourceFieldRef.divisor",
    "target.averageValue|value",
};

bool quantities_equal(const DiffStep *path, const Value *from, const Value *to)
{
    bool spot = false;
    for (size_t i = 0; i < LENGTH_OF(quantity_places); i++)
        spot |= path_ends(path, quantity_places[i]);
    Quantity one, other;
    return spot && from && to && value_is_scalar(from) && value_is_scalar(to) &&
           quantity_parse(value_text(from), &one) && quantity_parse(value_text(to), &other) &&
           !quantity_compare(one, other);
}

/* ---- rows ---- */

typedef struct Spot {
    const Judge *judge;
    const DiffStep *const *steps;
    size_t count;
    const Value *from;
    const Value *to;
    unsigned reach; /* what a row must have to be asked here */
} Spot;

static bool restarting(Str kind)
{
    return kind_in("Deployment|StatefulSet|DaemonSet|Rollout", kind);
}

static bool row_kind(const Consequence *row, Str kind)
{
    if (!row->kinds)
        return true;
    if (row->kinds[0] != '@')
        return kind_in(row->kinds, kind);
    return str_equal(str_from(row->kinds), STR("@pods")) ? template_path(kind) != NULL : restarting(kind);
}

/* "pod.…" and "template.…" begin where the kind has them. */
static bool pattern_fits(const char *text, const Spot *spot)
{
    Str pattern = str_from(text);
    bool pod = str_starts(pattern, STR("pod.")), template = str_starts(pattern, STR("template."));
    if (!pod && !template)
        return steps_match(spot->steps, spot->count, text);
    const char *head = template_path(spot->judge->kind);
    if (!head)
        return false;
    size_t at = 0;
    for (Str rest = str_from(head), word; rest.size && str_split(&rest, '.', &word);) {
        if (at == spot->count || spot->steps[at]->item || !str_equal(spot->steps[at++]->key, word))
            return false;
    }
    if (pod && (at == spot->count || !str_equal(spot->steps[at++]->key, STR("spec"))))
        return false;
    return steps_match(spot->steps + at, spot->count - at, text + (pod ? 4 : 9));
}

/* How grave the gravest class is; lower is graver. */
static unsigned rank(unsigned classes)
{
    for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++) {
        if (classes & DIFF_BIT(class))
            return class;
    }
    return DIFF_CLASS_COUNT;
}

/* ---- what a pod says for its containers, or each of them for itself ---- */

static bool says(const Value *around, Str field, const Value *value)
{
    const Value *said = value_get(value_get(around, STR("securityContext")), field);
    return said && value_equal(said, value);
}

static bool containers_say(const Value *pod, Str field, const Value *value)
{
    static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers"};
    size_t containers = 0, saying = 0;
    for (size_t i = 0; i < LENGTH_OF(lists); i++) {
        const Value *list = value_get(pod, str_from(lists[i]));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++) {
            containers++;
            saying += says(list->items[j], field, value);
        }
    }
    return containers && saying == containers;
}

/*
 * A field that a pod and its containers share, where the container's word counts (types core/v1, SecurityContext):
 * gone from one place, it still holds where the other says the same.
 */
static bool is_said_elsewhere(const Consequence *row, const Spot *spot)
{
    static const char shared[] = "runAsNonRoot|runAsUser|runAsGroup|seccompProfile|appArmorProfile|seLinuxOptions";
    size_t last = spot->count - 1;
    if (!(row->classes & DIFF_BIT(DIFF_WEAKENS)) || spot->count < 3 || !value_is_none(spot->to) ||
        !kind_in(shared, spot->steps[last]->key) || !str_equal(spot->steps[last - 1]->key, STR("securityContext")))
        return false;
    const char *head = template_path(spot->judge->kind);
    const Value *object = spot->judge->object;
    const Value *pod = head ? value_get(head[0] ? value_path(object, head) : object, STR("spec")) : NULL;
    return spot->steps[last - 2]->item ? says(pod, spot->steps[last]->key, spot->from)
                                       : containers_say(pod, spot->steps[last]->key, spot->from);
}

static void apply_row(const Consequence *row, const Spot *spot, DiffChange *change)
{
    if ((row->reach & spot->reach) != spot->reach)
        return;
    Event event = {spot->from, spot->to, spot->judge->object, spot->judge->before, spot->judge->scaled};
    if (!pattern_fits(row->path, spot) || !row->when(&event) || is_said_elsewhere(row, spot))
        return;
    if (rank(row->classes) < rank(change->classes) || !change->reason)
        change->reason = row->reason;
    change->classes |= row->classes;
}

static void judge_spot(const Spot *spot, DiffChange *change)
{
    for (size_t i = 0; i < spot->judge->row_count; i++)
        apply_row(spot->judge->rows[i], spot, change);
}

/* Below a whole value that came or went. */
static void judge_below(const Spot *above, DiffChange *change)
{
    const Value *value = above->to ? above->to : above->from;
    assert(value);
    bool list = value->kind == VALUE_LIST;
    if (value->kind != VALUE_MAP && !(list && above->to))
        return;
    const DiffStep **steps = ARENA_ARRAY(above->judge->arena, const DiffStep *, above->count + 1);
    memcpy(steps, above->steps, above->count * sizeof *steps);
    for (uint32_t i = 0; i < value->size; i++) {
        DiffStep step = {.key = list ? STR("") : value->entries[i].key, .item = list};
        const Value *child = list ? value->items[i] : value->entries[i].value;
        steps[above->count] = &step;
        Spot spot = {above->judge, steps, above->count + 1, above->to ? NULL : child, above->to ? child : NULL,
                       above->reach};
        judge_spot(&spot, change);
        judge_below(&spot, change);
    }
}

/* ---- labels and annotations ---- */

/* Prefixes of annotations that are notes for people, or for tools that look at manifests alone. */
static const char *const notes[] = {"kiln/", "meta.helm.sh/", "helm.sh/chart", "kubernetes.io/change-cause",
                                    "kubernetes.io/description", "kubectl.kubernetes.io/last-applied-configuration",
                                    "app.kubernetes.io/", "backstage.io/",
                                    "ignore-check.kube-linter.io/", "kube-score/", "polaris.fairwinds.com/",
                                    "checkov.io/"};

static bool is_known_note(Str key)
{
    for (size_t i = 0; i < LENGTH_OF(notes); i++) {
        if (str_starts(key, str_from(notes[i])))
            return true;
    }
    return false;
}

static bool is_note(Str key)
{
    return is_known_note(key) || !str_has_char(key, '/');
}

/*
 * Namespaces are selected by webhooks, and these others by sidecars and operators, none of which need be among the
 * manifests: of their labels only those count as inert that are known to be.
 */
static bool is_inert_label(const Judge *judge, Str key)
{
    if (kind_in("Namespace|Node|ConfigMap|Secret", judge->kind) && !is_known_note(key) &&
        !str_equal(key, STR("version")))
        return false;
    return !label_is_selected(judge->arena, judge->context->selected, judge->kind, key);
}

/* path is metadata.labels.KEY or metadata.annotations.KEY of the object itself. */
static bool is_inert(const Judge *judge, const Spot *spot)
{
    if (spot->count == 2 && (spot->from ? spot->from : spot->to)->kind == VALUE_MAP) {
        const Value *map = spot->from ? spot->from : spot->to;
        bool inert = true;
        for (uint32_t i = 0; i < map->size; i++) {
            DiffStep step = {.key = map->entries[i].key};
            const DiffStep *steps[] = {spot->steps[0], spot->steps[1], &step};
            Spot below = {judge, steps, 3, map->entries[i].value, NULL, 0};
            inert &= is_inert(judge, &below);
        }
        return steps_match(spot->steps, 2, "metadata.labels|annotations") && inert;
    }
    if (steps_match(spot->steps, spot->count, "metadata.labels.*"))
        return is_inert_label(judge, spot->steps[2]->key);
    return steps_match(spot->steps, spot->count, "metadata.annotations.*") && is_note(spot->steps[2]->key);
}

/* ---- all of it ---- */

Judge judge_new(Arena *arena, Str kind, const Value *from, const Value *to, const Context *context)
{
    Judge judge = {.arena = arena, .kind = kind, .object = to ? to : from, .before = from, .context = context};
    judge.scaled = is_scaled(arena, context->scaled, judge.object);
    judge.rows = ARENA_ARRAY(arena, const Consequence *, consequence_count);
    for (size_t i = 0; i < consequence_count; i++) {
        if (row_kind(&consequences[i], kind))
            judge.rows[judge.row_count++] = &consequences[i];
    }
    return judge;
}

/* The same thing, written in another way: no row is asked. */
static const char *sameness(const DiffChange *change)
{
    if (quantities_equal(change->path, change->from, change->to))
        return "the same quantity";
    return value_is_none(change->from) && value_is_none(change->to) ? "null is as good as absent" : NULL;
}

static void judge_rows(Spot *spot, DiffChange *change)
{
    judge_spot(spot, change);
    spot->reach = change->path ? REACH_BELOW : REACH_NEW;
    bool went = change->kind == DIFF_REMOVED;
    if (change->kind == DIFF_ADDED || (went && change->path && !change->path->item))
        judge_below(spot, change);
}

void judge_change(const Judge *judge, DiffChange *change)
{
    size_t count;
    const DiffStep **steps = path_steps(judge->arena, change->path, &count);
    Spot spot = {judge, steps, count, change->from, change->to, 0};
    change->classes = 0;
    change->reason = sameness(change);
    if (!change->reason)
        judge_rows(&spot, change);
    else
        change->classes = DIFF_BIT(DIFF_COSMETIC);
    if (change->classes || !change->path || !is_inert(judge, &spot))
        return;
    change->classes = DIFF_BIT(DIFF_COSMETIC);
    change->reason = steps[1]->key.data[0] == 'l' ? "no selector uses this label" : "a note";
}
