/* What checks of a Dockerfile run over: stages, instructions, variables. */
#include "dockerfile.h"

static const Value *stages_of(const Value *file)
{
    const Value *stages = value_get(file, STR("stages"));
    return value_is(stages, VALUE_LIST) ? stages : &value_empty_list;
}

static void set(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value);
}

/* What a stage has of itself or of the stages that it is made from, each of which stands above it. */
typedef struct StageFacts {
    const Value *user; /* the last USER and HEALTHCHECK, or NULL */
    const Value *healthcheck;
    Str root; /* the image that it stands on in the end */
} StageFacts;

static StageFacts facts_of_stage(const Value *stage, const StageFacts *above, uint32_t at)
{
    double number = value_number_at(stage, "stage", -1);
    StageFacts facts = {.root = value_text_at(stage, "base")};
    if (number >= 0 && number < at)
        facts = above[(uint32_t)number];
    const Value *list = value_get(stage, STR("instructions"));
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        Str name = value_text_at(list->items[i], "instruction");
        if (str_equal(name, STR("USER")))
            facts.user = list->items[i];
        else if (str_equal(name, STR("HEALTHCHECK")))
            facts.healthcheck = list->items[i];
    }
    return facts;
}

static bool has_run(const Value *stage)
{
    const Value *list = value_get(stage, STR("instructions"));
    for (uint32_t i = 0; value_is(list, VALUE_LIST) && i < list->size; i++) {
        if (str_equal(value_text_at(list->items[i], "instruction"), STR("RUN")))
            return true;
    }
    return false;
}

void each_stage(Items *items, const Value *file)
{
    const Value *stages = stages_of(file);
    StageFacts *facts = ARENA_ARRAY(items->arena, StageFacts, stages->size + 1);
    for (uint32_t i = 0; i < stages->size; i++) {
        const Value *stage = stages->items[i];
        facts[i] = facts_of_stage(stage, facts, i);
        if (stage->kind != VALUE_MAP)
            continue;
        MapBuilder item = map_begin_with(items->arena, stage);
        set(&item, "final", truth(i + 1 == stages->size));
        set(&item, "only", truth(stages->size == 1));
        set(&item, "runs", truth(has_run(stage)));
        set(&item, "root", value_new_string(items->arena, stage->origin, facts[i].root));
        if (facts[i].user)
            set(&item, "user", value_get(facts[i].user, STR("text")));
        if (facts[i].healthcheck)
            set(&item, "healthcheck", value_get(facts[i].healthcheck, STR("text")));
        const Value *whole = map_end(&item, stage->origin);
        items_add(items,
                  (Item){whole, whole, value_text_at(stage, "image"), arena_printf(items->arena, "stages[%u]", i)});
    }
}

/* COPY --from=image: neither a stage's name nor its number. */
static const Value *image_copied_from(const Index *names, const Value *instruction)
{
    const Value *from = value_path(instruction, "flags.from");
    if (!value_is(from, VALUE_STRING) || !from->size)
        return &value_null;
    bool number = true;
    for (uint32_t i = 0; i < from->size; i++)
        number &= from->text[i] >= '0' && from->text[i] <= '9';
    return number || index_get(names, value_text(from)) != INDEX_NONE ? &value_null : from;
}

void each_instruction(Items *items, const Value *file)
{
    const Value *stages = stages_of(file);
    Index *names = index_new(items->arena, stages->size);
    for (uint32_t i = 0; i < stages->size; i++)
        index_put(names, value_text_at(stages->items[i], "name"), i);
    for (uint32_t i = 0; i < stages->size; i++) {
        const Value *list = value_get(stages->items[i], STR("instructions"));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++) {
            const Value *instruction = list->items[j];
            if (instruction->kind != VALUE_MAP)
                continue;
            MapBuilder item = map_begin_with(items->arena, instruction);
            set(&item, "from", image_copied_from(names, instruction));
            items_add(items, (Item){map_end(&item, instruction->origin), instruction,
                                    value_text_at(instruction, "instruction"),
                                    arena_printf(items->arena, "stages[%u].instructions[%u]", i, j)});
        }
    }
}

/* A build argument that has no value here gets one when it is built: what its name says counts. */
static void add_variable(Items *items, const Value *instruction, Str word, Str path, bool global)
{
    Str value = word, name;
    str_split(&value, '=', &name);
    bool argument = str_equal(value_text_at(instruction, "instruction"), STR("ARG"));
    MapBuilder item = map_begin(items->arena);
    set(&item, "name", value_new_string(items->arena, instruction->origin, name));
    Str held = value.data ? value : argument ? STR("given when it is built") : STR("");
    set(&item, "global", truth(global));
    set(&item, "value", value_new_string(items->arena, instruction->origin, held));
    items_add(items, (Item){map_end(&item, instruction->origin), instruction, name, path});
}

static void add_variables(Items *items, const Value *instruction, Str path, bool global)
{
    const Value *words = value_get(instruction, STR("words"));
    if (!value_is(words, VALUE_LIST))
        return;
    bool pairs = words->size && str_has_char(text_of(words->items[0]), '=');
    bool argument = str_equal(value_text_at(instruction, "instruction"), STR("ARG"));
    if (!pairs && !argument) { /* ENV NAME value */
        if (words->size > 1)
            add_variable(items, instruction,
                         arena_printf(items->arena, "%.*s=%.*s", STR_ARG(text_of(words->items[0])),
                                      STR_ARG(text_of(words->items[1]))),
                         path, global);
        return;
    }
    for (uint32_t i = 0; i < words->size; i++)
        add_variable(items, instruction, text_of(words->items[i]), path, global);
}

void each_variable(Items *items, const Value *file)
{
    const Value *stages = stages_of(file), *arguments = value_get(file, STR("arguments"));
    for (uint32_t i = 0; value_is(arguments, VALUE_LIST) && i < arguments->size; i++)
        add_variables(items, arguments->items[i], arena_printf(items->arena, "arguments[%u]", i), true);
    for (uint32_t i = 0; i < stages->size; i++) {
        const Value *list = value_get(stages->items[i], STR("instructions"));
        for (uint32_t j = 0; value_is(list, VALUE_LIST) && j < list->size; j++)
            add_variables(items, list->items[j], arena_printf(items->arena, "stages[%u].instructions[%u]", i, j),
                          false);
    }
}
