/* The JSON Schema (draft-07) of standards/RULE.yaml, for editors. rule.c has the last word. */
#include "standards_private.h"

typedef enum Shape {
    SHAPE_TEXT,
    SHAPE_EXPRESSION,
    SHAPE_ANY,
    SHAPE_LIST,
    SHAPE_BOOL,
    SHAPE_EACH,
    SHAPE_LET,
    SHAPE_SOURCES,
    SHAPE_SEVERITY,
    SHAPE_CHECKS
} Shape;

static const struct {
    const char *name;
    Shape shape;
    bool check; /* may stand in each of the checks too */
    bool required;
    const char *doc;
} fields[] = {
    {"title", SHAPE_TEXT, false, false, "What holds, in one line."},
    {"rationale", SHAPE_TEXT, false, false, "Why it should."},
    {"sources", SHAPE_SOURCES, false, false, "Which document asks for it, and where."},
    {"severity", SHAPE_SEVERITY, true, true,
     "How much it weighs in each tier; a check may weigh less or more than its rule."},
    {"kinds", SHAPE_LIST, true, false,
     "The kinds of objects to look at, by name, or by name and group (User.kafka.strimzi.io); [any] for all."},
    {"each", SHAPE_EACH, true, false, "What is looked at, one by one; the object itself without it."},
    {"when", SHAPE_EXPRESSION, true, false, "A JSON-e expression; where it does not hold, nothing is judged."},
    {"let", SHAPE_LET, true, false, "Names for JSON-e expressions."},
    {"at", SHAPE_TEXT, true, false, "The path that a finding points at."},
    {"from", SHAPE_EXPRESSION, true, false,
     "What decides it in kiln.yaml, as in get(project, 'workflow.sign'): findings of rendered objects point there."},
    {"assert", SHAPE_EXPRESSION, true, false, "The JSON-e expression that must hold."},
    {"message", SHAPE_TEXT, true, false, "What is wrong, with ${expressions}."},
    {"fix", SHAPE_TEXT, true, false, "The next step, with ${expressions}."},
    {"fixForeign", SHAPE_TEXT, true, false,
     "The next step where kiln did not render the object; beside the fix that it replaces."},
    {"checks", SHAPE_CHECKS, false, false, "Several checks, each with what it adds to the rule."},
    {"equivalents", SHAPE_LIST, false, false, "The same check elsewhere: tool:check."},
    {"masked", SHAPE_BOOL, false, false, "Whether a finding's line must not be quoted."},
    {"good", SHAPE_ANY, false, false, "Objects that pass."},
    {"bad", SHAPE_ANY, false, false, "Objects that do not."},
    {"found", SHAPE_LIST, false, false,
     "Where bad is found: KIND/NAME and the path, as in Deployment/web spec.replicas."},
};

static void set(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value);
}

static const Value *words(Arena *arena, Str text)
{
    ListBuilder list = list_begin(arena);
    for (Str word; str_split(&text, ',', &word);)
        list_add(&list, value_new_string(arena, ORIGIN_NONE, str_trim(word)));
    return list_end(&list, ORIGIN_NONE);
}

static MapBuilder typed(Arena *arena, const char *types)
{
    MapBuilder map = map_begin(arena);
    const Value *list = words(arena, str_from(types));
    set(&map, "type", list->size == 1 ? list->items[0] : list);
    return map;
}

static const Value *of_type(Arena *arena, const char *types)
{
    MapBuilder map = typed(arena, types);
    return map_end(&map, ORIGIN_NONE);
}

static MapBuilder choice(Arena *arena, Str choices)
{
    MapBuilder map = map_begin(arena);
    set(&map, "enum", words(arena, choices));
    return map;
}

static MapBuilder list_of(Arena *arena, const Value *item)
{
    MapBuilder map = typed(arena, "array");
    set(&map, "items", item);
    return map;
}

static MapBuilder severity_schema(Arena *arena)
{
    MapBuilder map = typed(arena, "object"), tiers = map_begin(arena),
               word = choice(arena, STR("error, warning, info, off"));
    const Value *level = map_end(&word, ORIGIN_NONE);
    ListBuilder names = list_begin(arena);
    for (int tier = 0; tier < TIER_COUNT; tier++) {
        map_set(&tiers, tier_names[tier], ORIGIN_NONE, level);
        list_add(&names, value_new_string(arena, ORIGIN_NONE, tier_names[tier]));
    }
    set(&map, "properties", map_end(&tiers, ORIGIN_NONE));
    set(&map, "required", list_end(&names, ORIGIN_NONE));
    set(&map, "additionalProperties", &value_false);
    return map;
}

static MapBuilder sources_schema(Arena *arena)
{
    MapBuilder map = typed(arena, "object"), members = map_begin(arena);
    set(&members, "document", of_type(arena, "string"));
    set(&members, "section", of_type(arena, "string, number"));
    set(&map, "properties", map_end(&members, ORIGIN_NONE));
    set(&map, "required", words(arena, STR("document")));
    return list_of(arena, map_end(&map, ORIGIN_NONE));
}

static const Value *rule_schema(Arena *arena, bool check);

static MapBuilder shape_schema(Arena *arena, Shape shape)
{
    switch (shape) {
    case SHAPE_TEXT:
        return typed(arena, "string");
    case SHAPE_EXPRESSION:
        return typed(arena, "string, number, boolean");
    case SHAPE_LIST:
        return list_of(arena, of_type(arena, "string"));
    case SHAPE_BOOL:
        return typed(arena, "boolean");
    case SHAPE_EACH:
        return choice(arena, each_words(arena));
    case SHAPE_SOURCES:
        return sources_schema(arena);
    case SHAPE_SEVERITY:
        return severity_schema(arena);
    case SHAPE_CHECKS:
        return list_of(arena, rule_schema(arena, true));
    case SHAPE_LET: {
        MapBuilder map = typed(arena, "object");
        set(&map, "additionalProperties", of_type(arena, "string, number, boolean"));
        return map;
    }
    default:
        return typed(arena, "object, array, string");
    }
}

static const Value *rule_schema(Arena *arena, bool check)
{
    MapBuilder map = typed(arena, "object"), members = map_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(fields); i++) {
        if (check && !fields[i].check)
            continue;
        MapBuilder field = shape_schema(arena, fields[i].shape);
        set(&field, "description", value_new_string(arena, ORIGIN_NONE, str_from(fields[i].doc)));
        set(&members, fields[i].name, map_end(&field, ORIGIN_NONE));
    }
    set(&map, "properties", map_end(&members, ORIGIN_NONE));
    set(&map, "additionalProperties", &value_false);
    return map_end(&map, ORIGIN_NONE);
}

const Value *standards_schema(Arena *arena)
{
    MapBuilder map = map_begin(arena);
    set(&map, "$schema", value_new_string(arena, ORIGIN_NONE, STR("http://json-schema.org/draft-07/schema#")));
    set(&map, "title", value_new_string(arena, ORIGIN_NONE, STR("kiln: standards/RULE.yaml")));
    const Value *rule = rule_schema(arena, false);
    for (uint32_t i = 0; i < rule->size; i++)
        map_set(&map, rule->entries[i].key, ORIGIN_NONE, rule->entries[i].value);
    ListBuilder required = list_begin(arena);
    for (size_t i = 0; i < LENGTH_OF(fields); i++) {
        if (fields[i].required)
            list_add(&required, value_new_string(arena, ORIGIN_NONE, str_from(fields[i].name)));
    }
    set(&map, "required", list_end(&required, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}
