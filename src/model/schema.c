/*
 * JSON Schema (draft-07) from the table, for editors: what kiln accepts as written, short forms and references
 * included. What a schema cannot say (other readers' numbers, one-of groups across layers, what a block needs once
 * all layers are merged) is left to kiln itself. Same table, same bytes.
 */
#include "expand.h"

#include <stdlib.h>

/* A block that is described once and referred to. */
typedef struct Shared {
    const Field *row;
    Str name;
    const Value *schema;
} Shared;

typedef struct Schema {
    Arena *arena;
    uint8_t place;   /* of the rows at hand */
    unsigned blocks; /* bit set of PLACE_*: definitions that were referred to */
    Shared *shared;
    size_t count;
    size_t capacity;
} Schema;

static const Value *schema_row(Schema *schema, const Field *row);

/* ---- small makers ---- */

static const Value *text_of(const Schema *schema, const char *text)
{
    return value_new_string(schema->arena, ORIGIN_NONE, str_from(text));
}

static void set(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value);
}

static const Value *of_type(const Schema *schema, const char *type)
{
    MapBuilder map = map_begin(schema->arena);
    set(&map, "type", text_of(schema, type));
    return map_end(&map, ORIGIN_NONE);
}

static const Value *with_pattern(const Schema *schema, const char *pattern)
{
    MapBuilder map = map_begin(schema->arena);
    set(&map, "type", text_of(schema, "string"));
    set(&map, "pattern", text_of(schema, pattern));
    return map_end(&map, ORIGIN_NONE);
}

/* With its text beside it: some releases of the YAML language server compare that (1.18 does). */
static const Value *only_bool(const Schema *schema, const Value *boolean)
{
    ListBuilder list = list_begin(schema->arena);
    list_add(&list, boolean);
    list_add(&list, text_of(schema, boolean->boolean ? "true" : "false"));
    MapBuilder map = map_begin(schema->arena);
    set(&map, "enum", list_end(&list, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

/* ---- scalars ---- */

/* The types' grammars as far as a pattern says them well; NULL: any text. What type.c accepts, these must accept. */
static const char *const patterns[FIELD_TYPE_COUNT] = {
    [FIELD_NAME] = "^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$",
    [FIELD_PORT_NAME] = "^[a-z0-9-]{1,15}$",
    [FIELD_PORT_REF] = "^[a-z0-9-]{1,15}$",
    [FIELD_QUANTITY] = "^[+]?[0-9.]+([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$",
    [FIELD_DURATION] = "^([0-9]+(ms|s|m|h|d))+$",
    [FIELD_INT_OR_PERCENT] = "^[0-9]+%$",
    [FIELD_PERCENT] = "^[0-9]{1,3}(\\.[0-9]+)?%$",
    [FIELD_PATH] = "^/",
    [FIELD_RELATIVE_PATH] = "^[^/]",
    [FIELD_FILE] = "^(/.+|[-._a-zA-Z0-9]{1,253})$",
    [FIELD_LABEL] = "^[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$",
    [FIELD_LABEL_KEY] = "^([-.a-z0-9]{1,253}/)?[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$",
    [FIELD_ENV_NAME] = "^[-._a-zA-Z][-._a-zA-Z0-9]*$",
    [FIELD_CONFIG_KEY] = "^[-._a-zA-Z0-9]{1,253}$",
    [FIELD_RESOURCE] = "/",
    [FIELD_HOST] = "^[a-z0-9*]([-.a-z0-9]*[a-z0-9])?$",
    [FIELD_CIDR] = "/[0-9]{1,3}$",
    [FIELD_DATE] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    [FIELD_EMAIL] = "^[^@ ]+@[^@ ]+$",
    [FIELD_DIGEST] = "^sha256:[0-9a-f]{64}$",
    [FIELD_REVISION] = "^[0-9a-f]{40}$",
};

/* Text that YAML reads as a number or a boolean is taken as it is written. */
static void add_text(const Schema *schema, FieldType type, ListBuilder *any)
{
    list_add(any, patterns[type] ? with_pattern(schema, patterns[type]) : of_type(schema, "string"));
    if (type == FIELD_QUANTITY || !patterns[type] || type == FIELD_LABEL || type == FIELD_FILE ||
        type == FIELD_CONFIG_KEY)
        list_add(any, of_type(schema, "number"));
    if (!patterns[type] || type == FIELD_LABEL)
        list_add(any, of_type(schema, "boolean"));
}

static const Value *number_schema(const Schema *schema, const Field *row)
{
    bool port = row->type == FIELD_PORT || row->type == FIELD_PORT_REF;
    MapBuilder map = map_begin(schema->arena);
    set(&map, "type", text_of(schema, row->type == FIELD_NUMBER ? "number" : "integer"));
    set(&map, "minimum", value_new_number(schema->arena, ORIGIN_NONE, port && row->min < 1 ? 1 : row->min));
    if (port || row->max > 0)
        set(&map, "maximum", value_new_number(schema->arena, ORIGIN_NONE, port ? 65535 : row->max));
    return map_end(&map, ORIGIN_NONE);
}

/* A choice that looks like a number may be written without quotes. */
static const Value *choices_schema(const Schema *schema, const Field *row)
{
    ListBuilder list = list_begin(schema->arena);
    for (size_t i = 0; row->choices[i]; i++) {
        list_add(&list, text_of(schema, row->choices[i]));
        char *end;
        double number = strtod(row->choices[i], &end);
        if (!*end)
            list_add(&list, value_new_number(schema->arena, ORIGIN_NONE, number));
    }
    MapBuilder map = map_begin(schema->arena);
    set(&map, "enum", list_end(&list, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

static void add_reference(const Schema *schema, const Field *row, ListBuilder *any)
{
    if (!row->literal)
        list_add(any, with_pattern(schema, "\\$\\{"));
}

static void add_scalar(const Schema *schema, const Field *row, ListBuilder *any)
{
    switch (row->type) {
    case FIELD_BOOL:
        list_add(any, of_type(schema, "boolean"));
        break;
    case FIELD_INTEGER:
    case FIELD_NUMBER:
    case FIELD_PORT:
        list_add(any, number_schema(schema, row));
        break;
    case FIELD_PORT_REF:
    case FIELD_INT_OR_PERCENT:
        list_add(any, number_schema(schema, row));
        list_add(any, with_pattern(schema, patterns[row->type]));
        break;
    case FIELD_ENUM:
        list_add(any, choices_schema(schema, row));
        break;
    default:
        add_text(schema, row->type, any);
        /* Text with a reference in it is text. */
        if (!patterns[row->type])
            return;
    }
    add_reference(schema, row, any);
}

/* ---- maps and lists ---- */

static void add_members(Schema *schema, const FieldGroup *group, MapBuilder *properties)
{
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *row = &group->rows[i];
            /* A name that stands twice (restartPolicy) is the first one's, as in group_find. */
            if (row->refused || row->later || !row_stands(row, schema->place) || map_peek(properties, row->name))
                continue;
            map_set(properties, row->name, ORIGIN_NONE, schema_row(schema, row));
        }
    }
}

static const Value *block_schema(Schema *schema, const Field *row)
{
    MapBuilder map = map_begin(schema->arena), properties = map_begin(schema->arena);
    set(&map, "type", text_of(schema, "object"));
    add_members(schema, row->members, &properties);
    if (properties.count)
        set(&map, "properties", map_end(&properties, ORIGIN_NONE));
    if (row->type == FIELD_NAMED && patterns[row->keys]) {
        MapBuilder keys = map_begin(schema->arena);
        map_set(&keys, str_from(patterns[row->keys]), ORIGIN_NONE, schema_row(schema, row->entry));
        set(&map, "patternProperties", map_end(&keys, ORIGIN_NONE));
    }
    bool open = row->type == FIELD_NAMED && !patterns[row->keys];
    set(&map, "additionalProperties", open ? schema_row(schema, row->entry) : &value_false);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *reference_to(const Schema *schema, Str name)
{
    MapBuilder map = map_begin(schema->arena);
    Str target = arena_printf(schema->arena, "#/definitions/%.*s", STR_ARG(name));
    set(&map, "$ref", value_new_string(schema->arena, ORIGIN_NONE, target));
    return map_end(&map, ORIGIN_NONE);
}

static Str fields_name(const Schema *schema, uint8_t place)
{
    const char *name = place == PLACE_BLOCK ? "block" : place == PLACE_DEFAULTS ? "defaults" : "projectDefaults";
    return arena_printf(schema->arena, "fieldsIn-%s", name);
}

/* Rows that hold a service's fields refer to one definition for the place that they open. */
static const Value *fields_reference(Schema *schema, uint8_t place)
{
    schema->blocks |= place;
    return reference_to(schema, fields_name(schema, place));
}

static const Value *list_schema(Schema *schema, const Field *row)
{
    MapBuilder map = map_begin(schema->arena);
    set(&map, "type", text_of(schema, "array"));
    set(&map, "items", schema_row(schema, row->entry));
    return map_end(&map, ORIGIN_NONE);
}

/* ---- a row with all its forms ---- */

/* The scalar that stands for a member, that member's own scalar included. */
static void add_short(Schema *schema, const Field *row, ListBuilder *any)
{
    const Field *scalar = row->scalar ? row_member(row, str_from(row->scalar)) : NULL;
    while (scalar && scalar->scalar)
        scalar = row_member(scalar, str_from(scalar->scalar));
    if (scalar)
        add_scalar(schema, scalar, any);
}

static void add_shorthand(Schema *schema, const Field *row, ListBuilder *any)
{
    if (row->shorthand == shorthand_ports) {
        add_short(schema, row->entry, any);
    } else if (row->shorthand == shorthand_probe) {
        list_add(any, with_pattern(schema, "^(/.*|grpc|tcp)$|\\$\\{"));
    } else if (row->shorthand == shorthand_peer) {
        list_add(any, only_bool(schema, &value_true));
        add_short(schema, row_member(row, STR("ports"))->entry, any);
    } else if (row->shorthand == shorthand_peer_ports) {
        add_short(schema, row->entry, any);
        MapBuilder map = map_begin(schema->arena);
        set(&map, "type", text_of(schema, "object"));
        set(&map, "additionalProperties", schema_row(schema, row->entry));
        list_add(any, map_end(&map, ORIGIN_NONE));
    }
}

static void add_long(Schema *schema, const Field *row, ListBuilder *any)
{
    if (row->members == &service_group)
        list_add(any, fields_reference(schema, row->inside));
    else if (row_is_map(row))
        list_add(any, block_schema(schema, row));
    else if (row->type == FIELD_LIST)
        list_add(any, list_schema(schema, row));
    else if (row->type == FIELD_FREE)
        list_add(any, of_type(schema, "object"));
    else if (row_is_free(row))
        list_add(any, map_end(&(MapBuilder){.arena = schema->arena}, ORIGIN_NONE));
    else
        add_scalar(schema, row, any);
    if (row->type == FIELD_LIST || row->type == FIELD_FREE)
        add_reference(schema, row, any);
}

static void add_words(const Schema *schema, const Field *row, MapBuilder *map)
{
    Buf text = {0};
    if (row->doc)
        buf_add(&text, str_from(row->doc));
    if (row->fallback_note)
        buf_printf(&text, " Default: %s.", row->fallback_note);
    if (text.size)
        set(map, "description",
            value_new_string(schema->arena, ORIGIN_NONE, arena_copy(schema->arena, buf_str(&text))));
    buf_release(&text);
    if (row->fallback && !row->fallback_note && value_is_scalar(row->fallback))
        set(map, "default", row->fallback);
}

static const Value *row_forms(Schema *schema, const Field *row)
{
    uint8_t place = schema->place;
    if (row->inside)
        schema->place = row->inside;
    ListBuilder any = list_begin(schema->arena);
    add_long(schema, row, &any);
    add_short(schema, row, &any);
    add_shorthand(schema, row, &any);
    if (row->off)
        list_add(&any, only_bool(schema, &value_false));
    schema->place = place;
    /* Unsaid in this layer; an item of a list always says something. */
    if (row->name.size || row_is_map(row) || row->doc)
        list_add(&any, of_type(schema, "null"));
    MapBuilder map = map_begin(schema->arena);
    add_words(schema, row, &map);
    set(&map, "anyOf", list_end(&any, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

/* ---- blocks that stand in several places ---- */

/* Whether what may stand inside depends on the file. */
static bool depends_on_place(const Field *row)
{
    if (row->inside)
        return row->places;
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            if (group->rows[i].places || depends_on_place(&group->rows[i]))
                return true;
        }
    }
    return row->places || (row->entry && depends_on_place(row->entry));
}

static Str shared_name(const Schema *schema, const Field *row, size_t before)
{
    Str name = row->name.size ? row->name : STR("entry");
    size_t same = 0;
    for (size_t i = 0; i < before; i++)
        same += str_equal(schema->shared[i].row->name, row->name);
    return same ? arena_printf(schema->arena, "%.*s-%zu", STR_ARG(name), same + 1) : name;
}

static const Value *schema_row(Schema *schema, const Field *row)
{
    if (!row_is_map(row) || depends_on_place(row))
        return row_forms(schema, row);
    for (size_t i = 0; i < schema->count; i++) {
        if (schema->shared[i].row == row)
            return reference_to(schema, schema->shared[i].name);
    }
    ARENA_GROW(schema->arena, schema->shared, schema->count, schema->capacity);
    size_t at = schema->count++;
    Str name = shared_name(schema, row, at);
    schema->shared[at] = (Shared){.row = row, .name = name};
    const Value *forms = row_forms(schema, row);
    schema->shared[at].schema = forms;
    return reference_to(schema, name);
}

/* ---- documents ---- */

static void add_required(const Schema *schema, const FieldGroup *group, MapBuilder *map)
{
    ListBuilder names = list_begin(schema->arena);
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            if (group->rows[i].required)
                list_add(&names, value_new_string(schema->arena, ORIGIN_NONE, group->rows[i].name));
        }
    }
    if (names.count)
        set(map, "required", list_end(&names, ORIGIN_NONE));
}

static const Value *definitions_of(Schema *schema)
{
    static const uint8_t places[] = {PLACE_BLOCK, PLACE_DEFAULTS, PLACE_PROJECT_DEFAULTS};
    MapBuilder map = map_begin(schema->arena);
    for (size_t i = 0; i < LENGTH_OF(places); i++) {
        if (!(schema->blocks & places[i]))
            continue;
        const Field fields = {.type = FIELD_BLOCK, .members = &service_group};
        schema->place = places[i];
        map_set(&map, fields_name(schema, places[i]), ORIGIN_NONE, block_schema(schema, &fields));
    }
    for (size_t i = 0; i < schema->count; i++)
        map_set(&map, schema->shared[i].name, ORIGIN_NONE, schema->shared[i].schema);
    return map_end(&map, ORIGIN_NONE);
}

const Value *model_schema(Arena *arena, ModelDocument document)
{
    static const struct {
        const char *title;
        uint8_t place;
    } about[] = {
        [MODEL_SERVICE] = {"kiln: services/NAME.yaml", PLACE_SERVICE},
        [MODEL_ENVIRONMENT] = {"kiln: environments/ENV.yaml", PLACE_OVERLAY},
        [MODEL_PROJECT] = {"kiln: kiln.yaml", 0},
        [MODEL_RELEASES] = {"kiln: releases/ENV.yaml", 0},
    };
    Schema schema = {.arena = arena, .place = about[document].place};
    const Field root = {.type = FIELD_BLOCK, .members = document_group(document)};
    MapBuilder map = map_begin(arena);
    set(&map, "$schema", text_of(&schema, "http://json-schema.org/draft-07/schema#"));
    set(&map, "title", text_of(&schema, about[document].title));
    const Value *block = block_schema(&schema, &root);
    for (uint32_t i = 0; i < block->size; i++)
        map_set(&map, block->entries[i].key, ORIGIN_NONE, block->entries[i].value);
    add_required(&schema, root.members, &map);
    if (schema.blocks || schema.count)
        set(&map, "definitions", definitions_of(&schema));
    return map_end(&map, ORIGIN_NONE);
}
