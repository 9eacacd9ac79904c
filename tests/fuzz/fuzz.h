/*
 * What the fuzz targets share: the input as a source, and a run whose memory goes at its end. A target may do
 * anything with any bytes but crash, run away, or break the invariant that it states with REQUIRE.
 */
#ifndef KILN_FUZZ_H
#define KILN_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"
#include "kiln/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

typedef struct Fuzz {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    Str input;
    const Source *source;
} Fuzz;

/* One arena for all inputs, taken back after each: what is used too late is found all the same, since it is closed
 * then. */
static inline Arena *fuzz_arena(void)
{
    static Arena *arena;
    if (!arena)
        arena = arena_new();
    return arena;
}

/* For what is made once, and is not to count as lost. */
static inline Arena *fuzz_forever(void)
{
    static Arena *arena;
    if (!arena)
        arena = arena_new();
    return arena;
}

/* A new one costs more than most inputs, so many inputs share one; each has places of its own in it. */
static inline Sources *fuzz_sources(void)
{
    static Arena *arena;
    static Sources *sources;
    static unsigned uses;
    if (uses++ % 1000 == 0) {
        arena_free(arena);
        arena = arena_new();
        sources = sources_new(arena);
    }
    return sources;
}

static inline Fuzz fuzz_begin(const uint8_t *data, size_t size)
{
    Fuzz fuzz = {.arena = fuzz_arena(), .sources = fuzz_sources()};
    fuzz.diags = diags_new(fuzz.arena, fuzz.sources);
    fuzz.input = arena_copy(fuzz.arena, (Str){(const char *)data, size});
    fuzz.source = sources_add(fuzz.sources, STR("input"), fuzz.input, false);
    return fuzz;
}

/* Messages quote the input, so they are printed as well. */
static inline int fuzz_end(Fuzz *fuzz)
{
    Buf text = {0};
    diags_sort(fuzz->diags);
    if (diags_count(fuzz->diags))
        diags_print(fuzz->diags, &text);
    buf_release(&text);
    arena_reset(fuzz->arena);
    return 0;
}

static inline bool fuzz_keep(void *user, const Value *document)
{
    *(const Value **)user = document;
    return true;
}

#endif
