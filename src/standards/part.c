/*
 * An environment judged part by part, so that no part's objects need stay: each is judged by itself, as if it were
 * all. Most of what rules ask across objects is about a service's own; what they asked is noted, with what every part
 * has, and once all parts are in it shows whose answers others could have changed. Whoever finds any judges the
 * environment again, whole.
 *
 * The last part, the environment's own objects, may ask what only all together know (whether a namespace has
 * workloads, what they may take of a quota): for that each part leaves sums.
 */
#include "standards_private.h"

#include <stdlib.h>

/* ---- counts by key: eight bytes each ---- */

/* 48 bits of a key's hash, and how many objects there are, up to MANY. 0 is a free slot. */
enum { COUNT_BITS = 16, MANY = 0x7FFF, OR_NEXT = 0x8000 };

typedef struct Counts {
    Arena *arena; /* NULL: on the heap, until gate_parts_free */
    uint64_t *slots;
    size_t used;
    size_t size;
} Counts;

static uint64_t bits_of(uint64_t key)
{
    uint64_t bits = key >> COUNT_BITS << COUNT_BITS;
    return bits ? bits : (uint64_t)1 << COUNT_BITS;
}

static size_t few(uint64_t slot)
{
    return slot & MANY;
}

static uint64_t *slot_of(const Counts *counts, uint64_t bits)
{
    for (size_t at = (size_t)(bits >> COUNT_BITS) & (counts->size - 1);; at = (at + 1) & (counts->size - 1)) {
        uint64_t *slot = &counts->slots[at];
        if (!*slot || bits_of(*slot) == bits)
            return slot;
    }
}

static void counts_double(Counts *counts)
{
    uint64_t *old = counts->slots;
    size_t size = counts->size;
    counts->size = size ? size * 2 : 256;
    counts->slots = counts->arena ? ARENA_ARRAY(counts->arena, uint64_t, counts->size)
                                  : calloc(counts->size, sizeof *counts->slots);
    if (!counts->slots)
        base_out_of_memory();
    for (size_t i = 0; i < size; i++) {
        if (old[i])
            *slot_of(counts, bits_of(old[i])) = old[i];
    }
    if (!counts->arena)
        free(old);
}

/* True where the key is new. */
static bool counts_add(Counts *counts, uint64_t key, size_t count)
{
    if (counts->used >= counts->size / 4 * 3)
        counts_double(counts);
    uint64_t bits = bits_of(key), *slot = slot_of(counts, bits);
    bool is_new = !*slot;
    size_t sum = few(*slot) + (count < MANY ? count : MANY);
    counts->used += is_new;
    *slot = bits | (sum < MANY ? sum : MANY);
    return is_new;
}

static size_t counts_get(const Counts *counts, uint64_t key)
{
    return counts->size ? few(*slot_of(counts, bits_of(key))) : 0;
}

/* ---- what was asked ---- */

typedef struct Limits {
    Str namespace;
    const Value *value;
} Limits;

typedef struct Worker {
    Arena *arena;
    GateJudge *judge;
    Counts counts; /* of the objects of all its parts */
    Index *limit_index;
    Limits *limits; /* each once */
    size_t limit_count;
    size_t limit_capacity;
    struct Range *ranges;
    size_t range_count;
    size_t range_capacity;
    Index *sum_index; /* by namespace */
    Amounts *sums;
    size_t sum_count;
    size_t sum_capacity;
} Worker;

/* A LimitRange of some part. */
typedef struct Range {
    size_t part;
    const Value *object;
} Range;

/* Notes of one part: each as a slot of Counts, OR_NEXT besides. */
struct Asked {
    Arena *arena;
    Worker *worker;
    uint64_t *notes;
    size_t count;
    size_t capacity;
    Counts seen; /* while it is being judged */
    uint32_t *limits; /* numbers of its worker's */
    size_t limit_count;
    size_t limit_capacity;
    bool exhausted; /* it looked at too much, which the whole may find fault with */
};

struct Beyond {
    Worker *workers;
    size_t worker_count;
};

struct GateParts {
    Arena *arena;
    Beyond beyond;
    Asked *parts;
    size_t part_count;
};

void asked_note(Asked *asked, uint64_t key, size_t count, bool or_next)
{
    bool alone = !or_next && !(asked->count && (asked->notes[asked->count - 1] & OR_NEXT));
    if (alone && !counts_add(&asked->seen, key, 1))
        return;
    ARENA_GROW(asked->arena, asked->notes, asked->count, asked->capacity);
    asked->notes[asked->count++] = bits_of(key) | (count < MANY ? count : MANY) | (or_next ? OR_NEXT : 0);
}

void asked_limits(Asked *asked, Str namespace, const Value *limits)
{
    Worker *worker = asked->worker;
    Buf key = {0};
    if (!limits)
        return;
    buf_printf(&key, "%.*s\n", STR_ARG(namespace));
    value_print_json(limits, true, &key);
    uint32_t at = index_get(worker->limit_index, buf_str(&key));
    if (at == INDEX_NONE) {
        ARENA_GROW(worker->arena, worker->limits, worker->limit_count, worker->limit_capacity);
        at = (uint32_t)worker->limit_count++;
        worker->limits[at] = (Limits){arena_copy(worker->arena, namespace), value_copy(worker->arena, limits)};
        index_put(worker->limit_index, arena_copy(worker->arena, buf_str(&key)), at);
    }
    buf_release(&key);
    if (asked->limit_count && asked->limits[asked->limit_count - 1] == at)
        return;
    ARENA_GROW(asked->arena, asked->limits, asked->limit_count, asked->limit_capacity);
    asked->limits[asked->limit_count++] = at;
}

/* ---- what the others have ---- */

static size_t count_of(const Beyond *beyond, uint64_t key)
{
    size_t count = 0;
    for (size_t i = 0; i < beyond->worker_count; i++)
        count += counts_get(&beyond->workers[i].counts, key);
    return count;
}

bool beyond_has(const Beyond *beyond, uint64_t key)
{
    return count_of(beyond, key) > 0;
}

__int128 beyond_amount(const Beyond *beyond, Str namespace, size_t resource)
{
    Amounts total = {{0}};
    for (size_t i = 0; i < beyond->worker_count; i++) {
        const Worker *worker = &beyond->workers[i];
        uint32_t at = index_get(worker->sum_index, namespace);
        if (at != INDEX_NONE)
            amounts_add(&total, &worker->sums[at]);
    }
    return total.of[resource];
}

/* ---- what a part leaves behind ---- */

static void add_amounts(Worker *worker, const ObjectSet *set, Arena *arena, const Value *object)
{
    Str namespace = value_text_at(object, "metadata.namespace");
    uint32_t at = index_get(worker->sum_index, namespace);
    if (at == INDEX_NONE) {
        ARENA_GROW(worker->arena, worker->sums, worker->sum_count, worker->sum_capacity);
        at = (uint32_t)worker->sum_count++;
        worker->sums[at] = (Amounts){{0}};
        index_put(worker->sum_index, arena_copy(worker->arena, namespace), at);
    }
    Amounts amounts = amounts_of(set, arena, object);
    amounts_add(&worker->sums[at], &amounts);
}

static void leave_object(Worker *worker, const ObjectSet *set, Arena *arena, size_t part, const RenderedFile *file,
                         const Value *object)
{
    ObjectKind kind = object_kind_of(file->form, object);
    if (file->reference || kind.another)
        return;
    if (is_pod_bearing(kind.name))
        add_amounts(worker, set, arena, object);
    if (!str_equal(kind.name, STR("LimitRange")))
        return;
    ARENA_GROW(worker->arena, worker->ranges, worker->range_count, worker->range_capacity);
    worker->ranges[worker->range_count++] = (Range){part, value_copy(worker->arena, object)};
}

static void tell_count(void *user, uint64_t key, size_t count)
{
    counts_add(user, key, count);
}

static bool judge_part(GateParts *gate, size_t part, Worker *worker, const GatePart *input, const Beyond *beyond,
                       Findings *findings, Diags *diags)
{
    Asked *asked = &gate->parts[part];
    *asked = (Asked){.arena = input->scratch, .worker = worker, .seen = {.arena = input->scratch}};
    ObjectSet *set = object_set_new(input->scratch, input->files, input->count, asked, beyond);
    bool ok = gate_judge_files(worker->judge, set, input->scratch, input->files, input->count, findings, diags);
    for (size_t i = 0; i < input->count; i++) {
        for (size_t j = 0; j < input->files[i].count; j++)
            leave_object(worker, set, input->scratch, part, &input->files[i], input->files[i].objects[j]);
    }
    object_set_tell(set, &worker->counts, tell_count);
    asked->exhausted = object_set_exhausted(set);
    const uint64_t *notes = asked->notes;
    const uint32_t *limits = asked->limits;
    asked->notes = ARENA_ARRAY(input->lasting, uint64_t, asked->count);
    asked->limits = ARENA_ARRAY(input->lasting, uint32_t, asked->limit_count);
    if (asked->count)
        memcpy(asked->notes, notes, asked->count * sizeof *notes);
    if (asked->limit_count)
        memcpy(asked->limits, limits, asked->limit_count * sizeof *limits);
    return ok;
}

GateParts *gate_parts_new(Arena *arena, const Standards *standards, GateScope scope, size_t parts, size_t workers)
{
    GateParts *gate = ARENA_NEW(arena, GateParts);
    *gate = (GateParts){.arena = arena, .parts = ARENA_ARRAY(arena, Asked, parts + 1), .part_count = parts};
    gate->beyond = (Beyond){ARENA_ARRAY(arena, Worker, workers), workers};
    for (size_t i = 0; i < workers; i++) {
        Worker *worker = &gate->beyond.workers[i];
        worker->arena = arena_child(arena);
        worker->judge = gate_judge_new(worker->arena, standards, &scope);
        worker->limit_index = index_new(worker->arena, 16);
        worker->sum_index = index_new(worker->arena, 4);
    }
    return gate;
}

void gate_parts_free(GateParts *gate)
{
    for (size_t i = 0; gate && i < gate->beyond.worker_count; i++)
        free(gate->beyond.workers[i].counts.slots);
}

bool gate_part(GateParts *gate, size_t part, size_t worker, const GatePart *input, Findings *findings, Diags *diags)
{
    return judge_part(gate, part, &gate->beyond.workers[worker], input, NULL, findings, diags);
}

bool gate_last_part(GateParts *gate, const GatePart *input, Findings *findings, Diags *diags)
{
    return judge_part(gate, gate->part_count, &gate->beyond.workers[0], input, &gate->beyond, findings, diags);
}

/* ---- whether all answers were right ---- */

static bool notes_hold(const Beyond *beyond, const Asked *asked)
{
    bool any = false;
    for (size_t i = 0; i < asked->count; i++) {
        uint64_t noted = asked->notes[i];
        any |= few(noted) < MANY && count_of(beyond, noted) == few(noted);
        if (noted & OR_NEXT)
            continue;
        if (!any)
            return false;
        any = false;
    }
    return true;
}

/* Of nobody else's LimitRange. */
static bool is_within(const Worker *ranges_of, size_t part, const Limits *limits, Arena *arena)
{
    for (size_t i = 0; i < ranges_of->range_count; i++) {
        const Range *range = &ranges_of->ranges[i];
        if (range->part != part &&
            str_equal(value_text_at(range->object, "metadata.namespace"), limits->namespace) &&
            range_forbids(arena, range->object, limits->value).size)
            return false;
    }
    return true;
}

/* A part's notes of a range of its own are as good as those of others: few parts have any. */
static bool limits_hold(const GateParts *gate, size_t part, Arena *arena)
{
    const Asked *asked = &gate->parts[part];
    for (size_t i = 0; i < asked->limit_count; i++) {
        const Limits *limits = &asked->worker->limits[asked->limits[i]];
        for (size_t j = 0; j < gate->beyond.worker_count; j++) {
            if (!is_within(&gate->beyond.workers[j], part, limits, arena))
                return false;
        }
    }
    return true;
}

bool gate_parts_settled(const GateParts *gate)
{
    Arena *arena = arena_new();
    bool settled = true;
    for (size_t i = 0; settled && i <= gate->part_count; i++) {
        settled = !gate->parts[i].exhausted && notes_hold(&gate->beyond, &gate->parts[i]) && limits_hold(gate, i, arena);
        arena_reset(arena);
    }
    arena_free(arena);
    return settled;
}
