/*
 * Definitions out of bytes, by the field table: which rows are stated, and with what: the row's example, one of its
 * choices, or anything else.
 */
#ifndef KILN_FUZZ_FIELDS_H
#define KILN_FUZZ_FIELDS_H

#include "generate.h"
#include "kiln/model.h"

typedef struct FuzzField {
    Str path;
    const Value *example;
    Str choices; /* "Deployment, StatefulSet", or empty */
} FuzzField;

typedef struct FuzzFields {
    FuzzField *list;
    size_t count;
    size_t capacity;
} FuzzFields;

static inline void fuzz_field_add(void *user, const FieldInfo *info)
{
    FuzzFields *fields = user;
    Arena *arena = fuzz_forever();
    const Str one_of = STR("one of ");
    FuzzField field = {.path = arena_copy(arena, info->path), .example = &value_null, .choices = STR("")};
    if (info->example.size)
        field.example = fuzz_constant(arena_copy(arena, info->example));
    if (str_starts(info->type, one_of))
        field.choices = arena_copy(arena, str_slice(info->type, one_of.size, info->type.size));
    ARENA_GROW(arena, fields->list, fields->count, fields->capacity);
    fields->list[fields->count++] = field;
}

static inline const FuzzFields *fuzz_fields(ModelDocument document)
{
    static FuzzFields fields[MODEL_RELEASES + 1];
    if (!fields[document].count)
        model_fields(fuzz_forever(), document, fuzz_field_add, &fields[document]);
    REQUIRE(fields[document].count);
    return &fields[document];
}

static inline const Value *fuzz_choice(FuzzBytes *bytes, Arena *arena, Str choices)
{
    Str choice = STR("");
    for (unsigned which = fuzz_byte(bytes) % 6u; str_split(&choices, ',', &choice) && which > 0;)
        which--;
    return value_new_string(arena, ORIGIN_NONE, str_trim(choice));
}

static inline const Value *fuzz_field_value(FuzzBytes *bytes, Arena *arena, const FuzzField *field)
{
    static const char *const texts[] = {"${vars.region}", "${env.name}", "${service.name}", "${vars.none}", "${", "$${x}",
                                        "0", "-1", "65536", "1Gi", "500m", "30s", "50%", "/", "/a/../b", "..",
                                        "a b", "true",
                                        "web", "billing", "postgres", "http", "ghcr.io/shop/web:1.0", "é",
                                        "* * * * *",
                                        "2027-01-31", "10.0.0.0/8", "0.0.0.0/0", "*.example.com", "a: b\nc: d\n"};
    uint8_t how = fuzz_byte(bytes);
    if (how < 128)
        return how & 1 && field->choices.size ? fuzz_choice(bytes, arena, field->choices) : field->example;
    if (how < 176)
        return value_new_string(arena, ORIGIN_NONE, str_from(texts[how % LENGTH_OF(texts)]));
    if (how < 208)
        return fuzz_changed(bytes, arena, field->example, 4);
    if (how < 224)
        return value_new_number(arena, ORIGIN_NONE, (double)(int8_t)fuzz_byte(bytes) * (how & 1 ? 1 : 1000));
    return how < 240 ? how & 1 ? &value_null : &value_false : fuzz_value(bytes, arena, 3);
}

/* base with value at path; lists that stand on the way get an item. */
static inline const Value *fuzz_put(FuzzBytes *bytes, Arena *arena, const Value *base, Str path, const Value *value)
{
    static const char *const names[] = {"http", "web", "cache", "DATABASE_URL", "config.yaml", "/etc/app/app.json", "billing",
                                        "production"};
    Str part;
    if (!str_split(&path, '.', &part))
        return value;
    bool items = str_ends(part, STR("[]"));
    if (items)
        part.size -= 2;
    if (str_equal(part, STR("<name>")))
        part = str_from(names[fuzz_byte(bytes) % LENGTH_OF(names)]);
    MapBuilder map = value_is(base, VALUE_MAP) ? map_begin_with(arena, base) : map_begin(arena);
    const MapEntry *entry = map_peek(&map, part);
    const Value *old = entry ? entry->value : NULL;
    if (items) {
        ListBuilder list = list_begin(arena);
        for (uint32_t i = 0; value_is(old, VALUE_LIST) && i < old->size; i++)
            list_add(&list, old->items[i]);
        list_add(&list, fuzz_put(bytes, arena, NULL, path, value));
        map_set(&map, part, ORIGIN_NONE, list_end(&list, ORIGIN_NONE));
    } else {
        map_set(&map, part, ORIGIN_NONE, fuzz_put(bytes, arena, old, path, value));
    }
    return map_end(&map, ORIGIN_NONE);
}

/* Up to a dozen fields stated on top of base. */
static inline const Value *fuzz_document(FuzzBytes *bytes, Arena *arena, ModelDocument document, const Value *base)
{
    const FuzzFields *fields = fuzz_fields(document);
    for (unsigned count = fuzz_byte(bytes) % 12u; count > 0; count--) {
        size_t which = fuzz_byte(bytes);
        const FuzzField *field = &fields->list[(which << 8 | fuzz_byte(bytes)) % fields->count];
        base = fuzz_put(bytes, arena, base, field->path, fuzz_field_value(bytes, arena, field));
    }
    return base;
}

#endif
