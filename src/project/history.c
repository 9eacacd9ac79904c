/*
 * Where a value comes from: every layer's word on one path, and which of them counts. Merging itself is not repeated
 * here: merged definitions share their leaves with the layers, so the winner is whoever made the very leaf that came
 * out.
 */
#include "project_private.h"

Str layer_text(Arena *arena, const Layer *layer)
{
    static const char *const before[] = {
        "",      "built-in ", "kiln.yaml", "defaults of ", "service", "environment ", "release of ", "service in ",
        "--set",
    };
    return arena_printf(arena, "%s%.*s", before[layer->number], STR_ARG(layer->environment));
}

/* ---- vars, which have layers of their own (definition.md §1.11) ---- */

static Layer vars_layer(Arena *arena, unsigned number, Str environment, const Value *vars)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("vars"), vars ? vars->origin : ORIGIN_NONE, vars ? vars : &value_empty_map);
    return (Layer){number, environment, map_end(&map, ORIGIN_NONE)};
}

/* Below the service's own. An environment has its parents' and the project's merged in already. */
static size_t vars_layers(const Project *project, const Environment *environment, Arena *arena, Layer *layers)
{
    const Environment *chain[32];
    size_t count = 0, length = 0;
    if (environment->built_in_vars)
        layers[count++] = vars_layer(arena, 1, environment->name, environment->built_in_vars);
    const Value *shared = value_get(project->value, STR("vars"));
    if (shared && shared->size)
        layers[count++] = vars_layer(arena, 2, STR(""), shared);
    for (const Environment *at = environment; at && length < LENGTH_OF(chain); at = at->parent)
        chain[length++] = at;
    while (length-- > 0) {
        if (chain[length]->vars)
            layers[count++] = vars_layer(arena, 5, chain[length]->name, chain[length]->vars);
    }
    return count;
}

/* ---- one path ---- */

/* In the map, a stated member that excludes the next step of the path (definition.md §1.6). */
static const MapEntry *rival_find(Arena *arena, const Value *map, const Path *steps, size_t depth)
{
    FieldInfo info;
    Str miss, rest, name;
    if (!value_is(map, VALUE_MAP) || !model_field(arena, MODEL_SERVICE, steps, depth + 1, &info, &miss))
        return NULL;
    for (rest = info.rivals; str_split(&rest, ',', &name);) {
        const MapEntry *entry = value_entry(map, str_trim(name));
        if (entry && !value_is_none(entry->value))
            return entry;
    }
    return NULL;
}

/* How far the layer goes along the path: to its end, or to what leaves no room for it. False: it says nothing. */
static bool statement_find(Arena *arena, const Layer *layer, const Path *steps, size_t count, Statement *statement)
{
    const MapEntry *entry = NULL;
    const Value *value = layer->value;
    size_t depth = 0;
    for (; depth < count; depth++) {
        const MapEntry *next = value_at_path(arena, value, &steps[depth], 1);
        if (!next)
            break;
        entry = next;
        value = entry->value;
    }
    const MapEntry *rival = depth < count ? rival_find(arena, value, steps, depth) : NULL;
    if (rival) {
        *statement = (Statement){.layer = layer, .entry = rival, .depth = depth, .rival = true};
        return true;
    }
    bool blocks = entry && depth < count && entry->value->kind != VALUE_MAP && entry->value->kind != VALUE_LIST;
    *statement = (Statement){.layer = layer, .entry = entry, .depth = depth};
    return entry && (depth == count || blocks || layer->number == 6);
}

static bool said_before(const Statement *list, size_t count, const Value *value)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].entry->value == value)
            return true;
    }
    return false;
}

/* The very value that came out; of an image both the reference and what a release says of it count. */
static bool statement_wins(const Statement *statement, const Definition *definition, const Value *merged)
{
    if (statement->layer->number == 6)
        return definition->release != NULL;
    return !statement->rival && merged && merged == statement->entry->value && merged->kind != VALUE_MAP;
}

size_t project_history(const Project *project, const Definition *definition, const Path *steps, size_t count,
                       Arena *arena, Statement **statements)
{
    enum { VARS_LAYERS = 40 };
    bool vars = str_equal(steps[0].key, STR("vars"));
    Layer *own;
    size_t own_count = project_layers(project, definition->environment, definition->service, arena, &own);
    Layer *layers = ARENA_ARRAY(arena, Layer, own_count + VARS_LAYERS);
    size_t layer_count = vars ? vars_layers(project, definition->environment, arena, layers) : 0;
    for (size_t i = 0; i < own_count; i++)
        layers[layer_count++] = own[i];
    Statement *list = ARENA_ARRAY(arena, Statement, layer_count + 1);
    size_t found = 0;
    for (size_t i = 0; i < layer_count; i++) {
        Statement statement;
        if (!statement_find(arena, &layers[i], steps, count, &statement) ||
            (vars && said_before(list, found, statement.entry->value)))
            continue;
        const Value *top = vars ? vars_layer(arena, 0, STR(""), definition->vars_stated).value : definition->filled;
        const MapEntry *merged = value_at_path(arena, top, steps, statement.depth);
        statement.wins = statement_wins(&statement, definition, merged ? merged->value : NULL);
        list[found++] = statement;
    }
    for (size_t i = 0; i < found / 2; i++) {
        Statement other = list[i];
        list[i] = list[found - 1 - i];
        list[found - 1 - i] = other;
    }
    *statements = list;
    return found;
}
