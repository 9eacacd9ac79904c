/* Spelling distance, for "did you mean": close enough means at most a third of the word is wrong. */
#include "kiln/base.h"

/* Longer words are not names that somebody mistyped. */
enum { LONGEST = 64, SHORT_NAME = 3 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t edit_distance(Str a, Str b, size_t limit)
{
    size_t apart = a.size > b.size ? a.size - b.size : b.size - a.size;
    if (a.size > LONGEST || b.size > LONGEST || apart > limit)
        return limit + 1;
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b.size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *up = rows[(i - 1) % 3];
        const size_t *up2 = rows[(i + 1) % 3]; /* i - 2 */
        size_t best = row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t cost = a.data[i - 1] != b.data[j - 1];
            row[j] = smallest(up[j] + 1, row[j - 1] + 1, up[j - 1] + cost);
            bool swapped = i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1];
            if (swapped && up2[j - 2] + 1 < row[j])
                row[j] = up2[j - 2] + 1;
            if (row[j] < best)
                best = row[j];
        }
        if (best > limit)
            return limit + 1;
    }
    size_t distance = rows[a.size % 3][b.size];
    return distance <= limit ? distance : limit + 1;
}

NearMiss near_miss_begin(Str word)
{
    size_t allowed = word.size < 3 ? 1 : word.size / 3 < 1 ? 1 : word.size / 3;
    return (NearMiss){word, STR_NONE, allowed + 1};
}

void near_miss_offer(NearMiss *miss, Str candidate)
{
    if (!miss->distance)
        return;
    /* The beginning of a longer name is what people type for short: prod for production. */
    bool begins =
        miss->word.size >= SHORT_NAME && candidate.size > miss->word.size && str_starts(candidate, miss->word);
    size_t distance = begins ? 1 : edit_distance(miss->word, candidate, miss->distance - 1);
    if (distance < miss->distance && distance < candidate.size) {
        miss->distance = distance;
        miss->best = candidate;
    }
}

Str near_miss_best(const NearMiss *miss)
{
    return miss->best;
}

Str near_miss_advice(Arena *arena, Str best, const char *otherwise, ...)
{
    if (best.data)
        return arena_printf(arena, "did you mean '%.*s'?", STR_ARG(best));
    va_list args;
    va_start(args, otherwise);
    Str text = arena_vprintf(arena, otherwise, args);
    va_end(args);
    return text;
}
