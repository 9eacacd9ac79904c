/*
 * Jobs of a workflow that wait for each other: jobs are taken away whose needs are gone, and what remains waits for
 * itself, or behind what does.
 */
#include "workflow.h"

/* The first by name, or NULL, of the jobs it needs that are not done. */
static const MapEntry *waits_for(const Value *jobs, const bool *done, const MapEntry *job)
{
    const Value *needs = value_get(job->value, STR("needs"));
    const MapEntry *first = NULL;
    for (size_t i = 0; i < workflow_count(needs); i++) {
        const MapEntry *needed = value_entry(jobs, text_of(workflow_at(needs, i)));
        if (needed && !done[needed - jobs->entries] && (!first || str_compare(needed->key, first->key) < 0))
            first = needed;
    }
    return first;
}

/* Each of those left waits for another, so following them leads into a circle: its first job by name. In whatever order
 * the jobs stand, it is the same. NULL: none is left. */
static const MapEntry *in_circle(Arena *arena, const Value *jobs, const bool *done)
{
    const MapEntry *entries = jobs->entries, *job = NULL;
    bool *seen = ARENA_ARRAY(arena, bool, jobs->size);
    for (uint32_t i = 0; i < jobs->size; i++) {
        if (!done[i] && (!job || str_compare(entries[i].key, job->key) < 0))
            job = &entries[i];
    }
    for (; job && !seen[job - entries]; job = waits_for(jobs, done, job))
        seen[job - entries] = true;
    const MapEntry *first = job, *next = job ? waits_for(jobs, done, job) : NULL;
    for (; next && next != job; next = waits_for(jobs, done, next)) {
        if (str_compare(next->key, first->key) < 0)
            first = next;
    }
    return first;
}

enum { CIRCLE_JOBS = 1000 }; /* more are not looked at: each round looks at all */

const MapEntry *workflow_circle(Arena *arena, const Value *jobs)
{
    uint32_t count = jobs->size, left = count, before;
    bool *done = ARENA_ARRAY(arena, bool, count + 1);
    do {
        before = left;
        for (uint32_t i = 0; i < count; i++) {
            if (!done[i] && !waits_for(jobs, done, &jobs->entries[i])) {
                done[i] = true;
                left--;
            }
        }
    } while (left && left < before && count <= CIRCLE_JOBS);
    return left == before ? in_circle(arena, jobs, done) : NULL;
}
