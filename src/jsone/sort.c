/*
 * A stable sort over pointers (bottom-up merge), for $sort, $json and the cases of $match: libc promises no
 * stability.
 */
#include "jsone_private.h"

typedef struct Sorting {
    SortCompare *compare;
    void *user;
} Sorting;

/* Merges the sorted runs [from, middle) and [middle, to) of source into target. */
static void merge_runs(const Sorting *sorting, const void **target, const void **source, size_t from, size_t middle,
                       size_t to)
{
    size_t left = from, right = middle;
    for (size_t at = from; at < to; at++) {
        bool take_left =
            left < middle && (right >= to || sorting->compare(sorting->user, source[left], source[right]) <= 0);
        target[at] = source[take_left ? left++ : right++];
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void sort_stable(Arena *arena, const void **items, size_t count, SortCompare *compare, void *user)
{
    const Sorting sorting = {compare, user};
    if (count < 2)
        return;
    const void **source = items, **target = ARENA_ARRAY(arena, const void *, count);
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t from = 0; from < count; from += 2 * width)
            merge_runs(&sorting, target, source, from, smaller(from + width, count),
                       smaller(from + 2 * width, count));
        const void **swap = source;
        source = target;
        target = swap;
    }
    if (source != items)
        memcpy(items, source, count * sizeof *items);
}
