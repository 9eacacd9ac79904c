/*
 * Waivers that nothing needs any more: what they allowed has been mended, or they never fitted. Told apart by their
 * places, for one waiver is part of many services and environments. Who asks must have judged the whole project.
 */
#include "standards_private.h"

typedef struct WaiverUse {
    Str name;
    Str rule;
    Origin origin; /* of its name */
    bool needed;
} WaiverUse;

struct WaiverUses {
    Arena *arena;
    Index *index; /* by place */
    WaiverUse *list;
    size_t count;
    size_t capacity;
};

WaiverUses *waiver_uses_new(Arena *arena)
{
    WaiverUses *uses = ARENA_NEW(arena, WaiverUses);
    *uses = (WaiverUses){.arena = arena, .index = index_new(arena, 16)};
    return uses;
}

static Str key_of(Arena *arena, const Value *waiver)
{
    return arena_printf(arena, "%u", (unsigned)waiver->origin);
}

void waiver_uses_add(WaiverUses *uses, const Value *waivers)
{
    for (uint32_t i = 0; value_is(waivers, VALUE_LIST) && i < waivers->size; i++) {
        const Value *waiver = waivers->items[i], *name = value_get(waiver, STR("name"));
        if (index_put(uses->index, key_of(uses->arena, waiver), (uint32_t)uses->count) != uses->count)
            continue;
        ARENA_GROW(uses->arena, uses->list, uses->count, uses->capacity);
        uses->list[uses->count++] = (WaiverUse){arena_copy(uses->arena, text_of(name)),
                                                arena_copy(uses->arena, value_text_at(waiver, "rule")),
                                                name ? name->origin : waiver->origin, false};
    }
}

void waiver_uses_note(WaiverUses *uses, const Findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const Value *waiver = findings->list[i]->waiver;
        uint32_t at = waiver ? index_get(uses->index, key_of(uses->arena, waiver)) : INDEX_NONE;
        if (at != INDEX_NONE)
            uses->list[at].needed = true;
    }
}

void waiver_uses_report(const WaiverUses *uses, Diags *diags)
{
    for (size_t i = 0; i < uses->count; i++) {
        const WaiverUse *use = &uses->list[i];
        if (!use->needed)
            diag_warning(diags, use->origin,
                         "waiver '%.*s' is not needed: %.*s finds nothing that it fits; remove it",
                         STR_ARG(use->name), STR_ARG(use->rule));
    }
}
