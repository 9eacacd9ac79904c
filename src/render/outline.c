/*
 * Outlines: templates reduced to the question how many objects they make. What stands in a plain map does not matter
 * then, so an outline is the template with {} in its place; conditions, loops and calls that lead there stay. It
 * yields nothing, or as many items, exactly where the template does, at a small part of the cost.
 */
#include "render_private.h"

static const Value *outline_of(Arena *arena, const Value *tree);

static bool is_operator(Str key)
{
    return str_starts(key, STR("$")) && !str_starts(key, STR("$$"));
}

static bool has_operator(const Value *map)
{
    for (uint32_t i = 0; i < map->size; i++) {
        if (is_operator(map->entries[i].key))
            return true;
    }
    return false;
}

/* Whether the value of a key is a template that the operator beside it may give as its result, or in it. */
static bool is_result(const Value *map, Str key)
{
    static const struct {
        Str operator;
        Str key;
    } results[] = {{{"$if", 3}, {"then", 4}},
                   {{"$if", 3}, {"else", 4}},
                   {{"$let", 4}, {"in", 2}},
                   {{"$map", 4}, {"each(", 5}},
                   {{"$flatten", 8}, {"$flatten", 8}}};
    for (size_t i = 0; i < LENGTH_OF(results); i++) {
        if (value_get(map, results[i].operator) && str_starts(key, results[i].key))
            return true;
    }
    return false;
}

static const Value *outline_of_operator(Arena *arena, const Value *map)
{
    MapBuilder result = map_begin(arena);
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        map_set(&result, entry->key, entry->key_origin,
                is_result(map, entry->key) ? outline_of(arena, entry->value) : entry->value);
    }
    return map_end(&result, map->origin);
}

static const Value *outline_of(Arena *arena, const Value *tree)
{
    if (tree->kind == VALUE_MAP)
        return has_operator(tree) ? outline_of_operator(arena, tree) : &value_empty_map;
    if (tree->kind != VALUE_LIST)
        return tree;
    ListBuilder list = list_begin(arena);
    for (uint32_t i = 0; i < tree->size; i++)
        list_add(&list, outline_of(arena, tree->items[i]));
    return list_end(&list, tree->origin);
}

const Template **outlines_new(Arena *arena, const TemplateList *list, const Sources *sources)
{
    /* What is wrong with a template has been said when it was loaded. */
    Diags *unheard = diags_new(arena, sources);
    const Template **outlines = ARENA_ARRAY(arena, const Template *, list->count + 1);
    for (size_t i = 0; i < list->count; i++)
        outlines[i] = jsone_compile(arena, outline_of(arena, list->files[i].lazy->tree), unheard);
    return outlines;
}
