/*
 * The shortest edit script between two sequences (Myers, "An O(ND) Difference Algorithm", 1986), searched between
 * what they do not share at their ends. Beyond DISTANCE_MAX edits the middle counts as replaced: nobody reads such a
 * script, and the search is quadratic in the distance. It compares numbers: what they stand for is the caller's.
 */
#include "kiln/base.h"

#define DISTANCE_MAX 400

typedef struct Numbers {
    const uint32_t *list;
    size_t count;
} Numbers;

typedef struct Search {
    Numbers from;
    Numbers to;
    int **rows; /* rows[d][k + d]: how far in from d edits lead on diagonal k; -1: nowhere inside */
} Search;

static void add_steps(EditScript *script, char step, size_t count)
{
    memset(script->steps + script->count, step, count);
    script->count += count;
}

static int row_at(const Search *search, int d, int k)
{
    return d < 0 || k < -d || k > d ? -1 : search->rows[d][k + d];
}

/* Where diagonal k is entered with the d-th edit, and whether that adds one of to (or drops one of from). */
static int enter(const Search *search, int d, int k, bool *adds)
{
    int down = row_at(search, d - 1, k + 1), right = row_at(search, d - 1, k - 1);
    down = down >= 0 && down - k <= (int)search->to.count ? down : -1;
    right = right >= 0 && right < (int)search->from.count ? right + 1 : -1;
    *adds = down >= right;
    return *adds ? down : right;
}

static int slide(const Search *search, int x, int k)
{
    while (x >= 0 && x < (int)search->from.count && x - k < (int)search->to.count &&
           search->from.list[x] == search->to.list[x - k])
        x++;
    return x;
}

/* The number of edits, or -1 when there are too many. */
static int search_run(Arena *arena, Search *search)
{
    int goal = (int)search->from.count - (int)search->to.count;
    search->rows = ARENA_ARRAY(arena, int *, DISTANCE_MAX + 1);
    for (int d = 0; d <= DISTANCE_MAX; d++) {
        search->rows[d] = ARENA_ARRAY(arena, int, 2 * (size_t)d + 1);
        for (int k = -d; k <= d; k += 2) {
            bool adds;
            search->rows[d][k + d] = slide(search, d ? enter(search, d, k, &adds) : 0, k);
        }
        if (row_at(search, d, goal) == (int)search->from.count && (goal - d) % 2 == 0)
            return d;
    }
    return -1;
}

/* Backwards from the end, then turned round. */
static void trace_back(const Search *search, int d, EditScript *script)
{
    size_t start = script->count;
    int x = (int)search->from.count, k = x - (int)search->to.count;
    for (; d > 0; d--) {
        bool adds;
        int entered = enter(search, d, k, &adds);
        add_steps(script, ' ', (size_t)(x - entered));
        add_steps(script, adds ? '+' : '-', 1);
        x = adds ? entered : entered - 1;
        k += adds ? 1 : -1;
    }
    add_steps(script, ' ', (size_t)x);
    for (size_t a = start, b = script->count; a + 1 < b; a++) {
        char step = script->steps[--b];
        script->steps[b] = script->steps[a];
        script->steps[a] = step;
    }
}

static void add_middle(Arena *arena, Numbers from, Numbers to, EditScript *script)
{
    Search search = {.from = from, .to = to};
    bool small = from.count < INT32_MAX / 2 && to.count < INT32_MAX / 2;
    int distance = small ? search_run(arena, &search) : -1;
    if (distance >= 0) {
        trace_back(&search, distance, script);
    } else {
        add_steps(script, '-', from.count);
        add_steps(script, '+', to.count);
    }
}

EditScript edit_script(Arena *arena, const uint32_t *from, size_t from_count, const uint32_t *to, size_t to_count)
{
    EditScript script = {.steps = ARENA_ARRAY(arena, char, from_count + to_count + 1)};
    size_t shorter = from_count < to_count ? from_count : to_count, head = 0, tail = 0;
    while (head < shorter && from[head] == to[head])
        head++;
    while (tail < shorter - head && from[from_count - 1 - tail] == to[to_count - 1 - tail])
        tail++;
    add_steps(&script, ' ', head);
    add_middle(arena, (Numbers){from + head, from_count - head - tail}, (Numbers){to + head, to_count - head - tail},
               &script);
    add_steps(&script, ' ', tail);
    return script;
}
