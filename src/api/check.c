/*
 * Holding an object against its type: one walk over what is there, each field looked up once. Nothing is allocated
 * and no path is printed before there is a fault. How deep the walk goes is bounded by the depth of what readers
 * accept.
 */
#include "api_private.h"

#include "kiln/kube.h"

typedef void WalkFn(Walk *walk, const ApiType *type, Spot spot);
static void walk_value(Walk *walk, const ApiType *type, Spot spot);

/* ---- scalars ---- */

static void walk_any(Walk *walk, const ApiType *type, Spot spot)
{
    (void)walk, (void)type, (void)spot;
}

static bool within(const ApiType *type, double number)
{
    const ApiBound *bound = &api_bounds[type->bound];
    return (double)bound->low <= number && number <= (double)bound->high;
}

/* Kubernetes takes an empty text for one that is not there; a custom resource does so where it says so. */
static bool is_choice(const ApiType *type, Str text)
{
    for (unsigned i = 0; i < type->count; i++) {
        if (str_equal(text, api_text(api_words[type->first + i])))
            return true;
    }
    return !text.size && type->flags & TYPE_CORE;
}

static void walk_string(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_STRING)
        fault_type(walk, type, spot);
    else if (type->count && !is_choice(type, value_text(spot.value)))
        fault_choice(walk, type, spot);
    else if (type->bound && !within(type, (double)utf8_length(value_text(spot.value))))
        fault_bound(walk, type, spot, "character");
}

static void walk_boolean(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_BOOL)
        fault_type(walk, type, spot);
}

static bool is_whole(const Value *value)
{
    int64_t integer;
    return value->kind == VALUE_NUMBER && value_integer(value, &integer);
}

static void walk_integer(Walk *walk, const ApiType *type, Spot spot)
{
    bool narrow = type->base == BASE_INT32;
    if (!is_whole(spot.value) || (narrow && (spot.value->number < INT32_MIN || spot.value->number > INT32_MAX)))
        fault_type(walk, type, spot);
    else if (type->bound && !within(type, spot.value->number))
        fault_bound(walk, type, spot, NULL);
}

static void walk_number(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_NUMBER)
        fault_type(walk, type, spot);
}

static void walk_quantity(Walk *walk, const ApiType *type, Spot spot)
{
    Quantity quantity;
    bool scalar = spot.value->kind == VALUE_STRING || spot.value->kind == VALUE_NUMBER;
    if (!scalar || !quantity_parse(value_text(spot.value), &quantity))
        fault_type(walk, type, spot);
}

static void walk_int_or_string(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_STRING && !is_whole(spot.value))
        fault_type(walk, type, spot);
}

static void walk_time(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_STRING)
        fault_type(walk, type, spot);
}

/* ---- lists and maps ---- */

static void walk_inside(Walk *walk, const ApiType *type, Spot spot)
{
    bool nothing = spot.value->kind == VALUE_NULL && type->flags & TYPE_NULL_INSIDE;
    if (!nothing)
        walk_value(walk, &api_types[type->first], spot);
}

static void walk_list(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_LIST) {
        fault_type(walk, type, spot);
        return;
    }
    if (type->bound && !within(type, spot.value->size))
        fault_bound(walk, type, spot, "item");
    for (uint32_t i = 0; i < spot.value->size && !walk_full(walk); i++) {
        Path path = {.up = spot.path, .index = i};
        walk_inside(walk, type, (Spot){&path, spot.value->items[i]});
    }
}

/* One provider of many, say. */
static void check_fields(Walk *walk, const ApiType *type, Spot spot)
{
    if (type->bound && !within(type, spot.value->size))
        fault_bound(walk, type, spot, "field");
}

static void walk_map(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_MAP) {
        fault_type(walk, type, spot);
        return;
    }
    check_fields(walk, type, spot);
    for (uint32_t i = 0; i < spot.value->size && !walk_full(walk); i++) {
        Path path = {.up = spot.path, .key = spot.value->entries[i].key};
        walk_inside(walk, type, (Spot){&path, spot.value->entries[i].value});
    }
}

/* ---- structs ---- */

static bool is_required(const ApiField *field, unsigned minor)
{
    return spans(field->required_since, field->required_until, minor);
}

static void walk_field(Walk *walk, const ApiType *type, const ApiField *field, const Path *up, const MapEntry *entry)
{
    Path path = {.up = up, .key = entry->key};
    const Value *value = entry->value;
    bool unsaid = value->kind == VALUE_NULL &&
                  (field->nullable || (type->flags & TYPE_CORE && !is_required(field, walk->minor)));
    if (!unsaid)
        walk_value(walk, &api_types[field->type], (Spot){&path, value});
}

/* In the table's order; a field that is there as null has been found fault with. */
static void find_missing(Walk *walk, const ApiType *type, Spot spot)
{
    for (unsigned i = 0; i < type->count && !walk_full(walk); i++) {
        const ApiField *field = &api_fields[type->first + i];
        if (spans(field->since, field->until, walk->minor) && is_required(field, walk->minor) &&
            !value_get(spot.value, field_name(field)))
            fault_missing(walk, field, spot);
    }
}

static void walk_struct(Walk *walk, const ApiType *type, Spot spot)
{
    if (spot.value->kind != VALUE_MAP) {
        fault_type(walk, type, spot);
        return;
    }
    unsigned required = 0;
    check_fields(walk, type, spot);
    for (uint32_t i = 0; i < spot.value->size && !walk_full(walk); i++) {
        const MapEntry *entry = &spot.value->entries[i];
        const ApiField *field = field_find(type, entry->key);
        if (!field) {
            if (!(type->flags & TYPE_OPEN))
                fault_unknown_field(walk, type, spot.path, entry);
        } else if (!spans(field->since, field->until, walk->minor)) {
            fault_field_version(walk, field, spot.path, entry);
        } else {
            required += field->required_since != UINT8_MAX;
            walk_field(walk, type, field, spot.path, entry);
        }
    }
    if (required < type->required)
        find_missing(walk, type, spot);
}

/* ---- all of it ---- */

static WalkFn *const walks[BASE_COUNT] = {
    [BASE_ANY] = walk_any,         [BASE_STRING] = walk_string,
    [BASE_BOOLEAN] = walk_boolean, [BASE_INTEGER] = walk_integer,
    [BASE_INT32] = walk_integer,   [BASE_NUMBER] = walk_number,
    [BASE_TIME] = walk_time,       [BASE_INT_OR_STRING] = walk_int_or_string,
    [BASE_LIST] = walk_list,       [BASE_QUANTITY] = walk_quantity,
    [BASE_MAP] = walk_map,         [BASE_STRUCT] = walk_struct,
};

static void walk_value(Walk *walk, const ApiType *type, Spot spot)
{
    walks[type->base](walk, type, spot);
}

void api_check(unsigned minor, const Value *object, ApiFaults *faults)
{
    Walk walk = {.faults = faults, .first = faults->count, .minor = minor};
    const ApiKind *kind = kind_judge(&walk, object);
    if (kind)
        walk_value(&walk, &api_types[kind->type], (Spot){NULL, object});
}
