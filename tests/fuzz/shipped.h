/* The shipped rules, for targets that judge. */
#ifndef KILN_FUZZ_SHIPPED_H
#define KILN_FUZZ_SHIPPED_H

#include "fuzz.h"
#include "kiln/standards.h"

/* Loaded once; read-only afterwards. */
static inline const Standards *shipped(void)
{
    static Standards *standards;
    if (!standards) {
        Arena *arena = fuzz_forever();
        Sources *sources = sources_new(arena);
        standards = standards_load(arena, sources, NULL, diags_new(arena, sources));
        REQUIRE(standards);
    }
    return standards;
}

#endif
