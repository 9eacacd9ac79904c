/*
 * The examples of the shipped rules, good and bad: objects of every kind that a rule knows, to be changed a little.
 * Far more is reached from them than from nothing.
 */
#ifndef KILN_FUZZ_EXAMPLES_H
#define KILN_FUZZ_EXAMPLES_H

#include "generate.h"

typedef struct Examples {
    const Value **list;
    size_t count;
    size_t capacity;
} Examples;

typedef enum ExampleForm { EXAMPLE_MANIFEST, EXAMPLE_WORKFLOW, EXAMPLE_DOCKERFILE, EXAMPLE_FORMS } ExampleForm;

static inline void example_add(Arena *arena, Examples forms[EXAMPLE_FORMS], const Value *value)
{
    Examples *form = &forms[EXAMPLE_MANIFEST];
    if (value->kind == VALUE_STRING)
        form = &forms[EXAMPLE_DOCKERFILE];
    else if (value_get(value, STR("jobs")))
        form = &forms[EXAMPLE_WORKFLOW];
    ARENA_GROW(arena, form->list, form->count, form->capacity);
    form->list[form->count++] = value;
}

static inline const Examples *examples_of(ExampleForm which)
{
    static Examples forms[EXAMPLE_FORMS];
    static const char *const parts[] = {"good", "bad"};
    if (forms[EXAMPLE_MANIFEST].count)
        return &forms[which];
    Arena *arena = fuzz_forever();
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (!str_starts(embedded_files[i].path, STR("standards/")))
            continue;
        const Value *rule = fuzz_constant(embedded_files[i].text);
        for (size_t part = 0; part < LENGTH_OF(parts); part++) {
            const Value *example = value_get(rule, str_from(parts[part]));
            for (uint32_t j = 0; value_is(example, VALUE_LIST) && j < example->size; j++)
                example_add(arena, forms, example->items[j]);
            if (example && example->kind != VALUE_LIST)
                example_add(arena, forms, example);
        }
    }
    for (int form = 0; form < EXAMPLE_FORMS; form++)
        REQUIRE(forms[form].count);
    return &forms[which];
}

static inline const Value *example(FuzzBytes *bytes, ExampleForm form)
{
    const Examples *examples = examples_of(form);
    size_t which = fuzz_byte(bytes);
    return examples->list[(which << 8 | fuzz_byte(bytes)) % examples->count];
}

/* An object as it is, changed, or made of nothing. */
static inline const Value *fuzz_object(FuzzBytes *bytes, Arena *arena)
{
    uint8_t how = fuzz_byte(bytes);
    if (how == 255)
        return fuzz_tree(bytes, arena, 12);
    const Value *object = example(bytes, EXAMPLE_MANIFEST);
    return how & 1 ? fuzz_changed(bytes, arena, object, 14) : object;
}

/* Which of two objects of one name is meant is a question of their order. */
static inline bool fuzz_twins(const Value *a, const Value *b)
{
    return str_equal(value_text_at(a, "kind"), value_text_at(b, "kind")) &&
           str_equal(value_text_at(a, "metadata.name"), value_text_at(b, "metadata.name"));
}

#endif
