/* What is said about a fault: what was found, what the type expects, and one next step. */
#include "api_private.h"

#include <ctype.h>

#include "kiln/yaml.h"

/* More values than this are not listed, and longer texts are not repeated. */
enum { CHOICES_SHOWN = 8, TEXT_SHOWN = 40 };

bool walk_full(const Walk *walk)
{
    return walk->faults->count - walk->first >= API_FAULT_LIMIT;
}

static void add_fault(Walk *walk, ApiFault fault)
{
    ApiFaults *faults = walk->faults;
    if (walk_full(walk))
        return;
    ARENA_GROW(faults->arena, faults->list, faults->count, faults->capacity);
    faults->list[faults->count++] = fault;
}

/* "Deployment spec.template", or the kind alone. */
static Str where(Walk *walk, const Path *path)
{
    if (!path)
        return walk->kind;
    Str text = path_text(walk->faults->arena, path);
    return arena_printf(walk->faults->arena, "%.*s %.*s", STR_ARG(walk->kind), STR_ARG(text));
}

static void explain_path(const Path *path, Buf *out)
{
    if (!path)
        return;
    explain_path(path->up, out);
    if (path->key.data)
        buf_printf(out, ".%.*s", STR_ARG(path->key));
}

/* What kubectl is asked for about a place: deployment.spec.template.spec.containers. */
static Str explained(Walk *walk, const Path *path)
{
    Buf out = {0};
    for (size_t i = 0; i < walk->kind.size; i++)
        buf_add_char(&out, (char)tolower((unsigned char)walk->kind.data[i]));
    explain_path(path, &out);
    Str text = arena_printf(walk->faults->arena, "kubectl explain %.*s", STR_ARG(buf_str(&out)));
    buf_release(&out);
    return text;
}

/* ---- fields ---- */

static Str near_field(const Walk *walk, const ApiType *type, Str name)
{
    NearMiss miss = near_miss_begin(name);
    for (unsigned i = 0; i < type->count; i++) {
        const ApiField *field = &api_fields[type->first + i];
        if (spans(field->since, field->until, walk->minor))
            near_miss_offer(&miss, field_name(field));
    }
    return near_miss_best(&miss);
}

/* The field's name as a value: it comes from where it is written, and from its value, which may be all that a user
 * wrote. */
static const Value *name_value(Arena *arena, const MapEntry *entry)
{
    Origin inputs[2] = {entry->key_origin, entry->value->origin};
    return value_new_string_made(arena, entry->key, lineage_new(arena, entry->key_origin, inputs, 2));
}

static ApiFault at_field(Walk *walk, const Path *up, const MapEntry *entry)
{
    Arena *arena = walk->faults->arena;
    Path path = {.up = up, .key = entry->key.data ? entry->key : STR("")};
    return (ApiFault){.path = path_text(arena, &path), .value = name_value(arena, entry)};
}

void fault_unknown_field(Walk *walk, const ApiType *type, const Path *up, const MapEntry *entry)
{
    Arena *arena = walk->faults->arena;
    Str near = near_field(walk, type, entry->key);
    ApiFault fault = at_field(walk, up, entry);
    fault.about = API_SCHEMA;
    fault.message =
        arena_printf(arena, "unknown field '%.*s' in %.*s", STR_ARG(entry->key), STR_ARG(where(walk, up)));
    fault.fix = near_miss_advice(arena, near, "remove it; %.*s lists what there is", STR_ARG(explained(walk, up)));
    add_fault(walk, fault);
}

void fault_field_version(Walk *walk, const ApiField *field, const Path *up, const MapEntry *entry)
{
    Arena *arena = walk->faults->arena;
    bool early = walk->minor < field->since;
    ApiFault fault = at_field(walk, up, entry);
    fault.about = API_VERSION;
    fault.message =
        arena_printf(arena,
                     early ? "Kubernetes 1.%u does not know field '%.*s' in %.*s, which came with 1.%u"
                           : "Kubernetes 1.%u no longer knows field '%.*s' in %.*s, last seen in 1.%u",
                     walk->minor, STR_ARG(entry->key), STR_ARG(where(walk, up)), early ? field->since : field->until);
    fault.fix = early ? STR("remove it, or " STATE_VERSION) : STR("remove it");
    add_fault(walk, fault);
}

void fault_missing(Walk *walk, const ApiField *field, Spot spot)
{
    Arena *arena = walk->faults->arena;
    Path path = {.up = spot.path, .key = field_name(field)};
    add_fault(walk, (ApiFault){
                        .about = API_SCHEMA,
                        .path = path_text(arena, &path),
                        .value = spot.value,
                        .message = arena_printf(arena, "field '%.*s' is missing in %.*s", STR_ARG(path.key),
                                                STR_ARG(where(walk, spot.path))),
                        .fix = arena_printf(arena, "add it; %.*s says what it is", STR_ARG(explained(walk, &path)))});
}

/* ---- values ---- */

static const char *const expected[BASE_COUNT] = {
    [BASE_ANY] = "anything",
    [BASE_STRING] = "a string",
    [BASE_BOOLEAN] = "true or false",
    [BASE_INTEGER] = "an integer",
    [BASE_INT32] = "an integer of 32 bits",
    [BASE_NUMBER] = "a number",
    [BASE_QUANTITY] = "a quantity",
    [BASE_INT_OR_STRING] = "an integer or a string",
    [BASE_TIME] = "a time",
    [BASE_LIST] = "a list",
    [BASE_MAP] = "a map",
    [BASE_STRUCT] = "a map",
};

static bool is_shown(const Value *value)
{
    return value_is_scalar(value) && value->size <= TEXT_SHOWN;
}

/* Only where a number or quantity is due is the value itself repeated: no secret stands there. */
static Str found(Walk *walk, const ApiType *type, const Value *value)
{
    Arena *arena = walk->faults->arena;
    const char *kind = value_kind_name((ValueKind)value->kind);
    if (value->kind == VALUE_NUMBER && is_shown(value))
        return arena_printf(arena, "%.*s", STR_ARG(value_text(value)));
    if (value->kind == VALUE_STRING && type->base == BASE_QUANTITY && is_shown(value))
        return arena_printf(arena, "'%.*s'", STR_ARG(value_text(value)));
    return str_from(kind);
}

static bool is_numeric(const ApiType *type)
{
    return type->base == BASE_INTEGER || type->base == BASE_INT32 || type->base == BASE_NUMBER;
}

static Str type_fix(Walk *walk, const ApiType *type, Spot spot)
{
    Arena *arena = walk->faults->arena;
    const Value *value = spot.value;
    if (value->kind == VALUE_STRING) {
        ValueKind plain = (ValueKind)yaml_plain(arena, ORIGIN_NONE, value_text(value))->kind;
        if ((plain == VALUE_BOOL && type->base == BASE_BOOLEAN) || (plain == VALUE_NUMBER && is_numeric(type)))
            return STR("take the quotes away");
    }
    if (type->base == BASE_STRING && (value->kind == VALUE_NUMBER || value->kind == VALUE_BOOL))
        return STR("put it in quotes");
    if (type->base == BASE_QUANTITY && value_is_scalar(value))
        return STR("write a number with a unit, as in 250m or 1Gi");
    return arena_printf(arena, "%.*s says what it is", STR_ARG(explained(walk, spot.path)));
}

static void value_fault(Walk *walk, Spot spot, Str message, Str fix)
{
    add_fault(walk, (ApiFault){.about = API_SCHEMA,
                               .path = path_text(walk->faults->arena, spot.path),
                               .value = spot.value,
                               .message = message,
                               .fix = fix});
}

void fault_type(Walk *walk, const ApiType *type, Spot spot)
{
    Str message = arena_printf(walk->faults->arena, "%.*s: expected %s, found %.*s", STR_ARG(where(walk, spot.path)),
                               expected[type->base], STR_ARG(found(walk, type, spot.value)));
    value_fault(walk, spot, message, type_fix(walk, type, spot));
}

static Str lower(Arena *arena, Str text)
{
    char *copy = arena_text(arena, text);
    for (size_t i = 0; i < text.size; i++)
        copy[i] = (char)tolower((unsigned char)copy[i]);
    return (Str){copy, text.size};
}

/* Most are right but for upper and lower case. */
static Str near_choice(Walk *walk, const ApiType *type, Str text)
{
    Arena *arena = walk->faults->arena;
    NearMiss miss = near_miss_begin(text);
    Str small = lower(arena, text);
    for (unsigned i = 0; i < type->count; i++) {
        Str word = api_text(api_words[type->first + i]);
        if (str_equal(small, lower(arena, word)))
            return word;
        near_miss_offer(&miss, word);
    }
    return near_miss_best(&miss);
}

static Str choices_text(Arena *arena, const ApiType *type)
{
    if (type->count > CHOICES_SHOWN)
        return arena_printf(arena, "one of %u values", type->count);
    Str text = STR("");
    for (unsigned i = 0; i < type->count; i++) {
        Str word = api_text(api_words[type->first + i]);
        const char *comma = !i ? "" : i + 1 == type->count ? " or " : ", ";
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), comma, STR_ARG(word.size ? word : STR("''")));
    }
    return text;
}

void fault_choice(Walk *walk, const ApiType *type, Spot spot)
{
    Arena *arena = walk->faults->arena;
    Str text = value_text(spot.value), near = text.size <= TEXT_SHOWN ? near_choice(walk, type, text) : STR_NONE;
    Str shown = text.size <= TEXT_SHOWN ? arena_printf(arena, "'%.*s'", STR_ARG(text)) : STR("another text");
    Str fix = near_miss_advice(arena, near, "%.*s says what it is", STR_ARG(explained(walk, spot.path)));
    value_fault(walk, spot,
                arena_printf(arena, "%.*s: expected %.*s, found %.*s", STR_ARG(where(walk, spot.path)),
                             STR_ARG(choices_text(arena, type)), STR_ARG(shown)),
                fix);
}

/* unit NULL: the value itself is bounded, not the number of its parts. */
void fault_bound(Walk *walk, const ApiType *type, Spot spot, const char *unit)
{
    Arena *arena = walk->faults->arena;
    const ApiBound *bound = &api_bounds[type->bound];
    size_t size = spot.value->kind == VALUE_STRING ? utf8_length(value_text(spot.value)) : spot.value->size;
    bool low = unit ? (double)size < (double)bound->low : spot.value->number < (double)bound->low;
    int64_t limit = low ? bound->low : bound->high;
    Str count = unit ? arena_printf(arena, "%zu", size) : found(walk, type, spot.value);
    Str what = unit ? arena_printf(arena, " %s%s", unit, limit == 1 ? "" : "s") : STR("");
    value_fault(walk, spot,
                arena_printf(arena, "%.*s: expected at %s %lld%.*s, found %.*s", STR_ARG(where(walk, spot.path)),
                             low ? "least" : "most", (long long)limit, STR_ARG(what), STR_ARG(count)),
                arena_printf(arena, "%.*s says what it is", STR_ARG(explained(walk, spot.path))));
}

void fault_object(Walk *walk, ApiAbout about, const Value *place, const char *path, Str message, Str fix)
{
    add_fault(walk,
              (ApiFault){.about = about, .path = str_from(path), .value = place, .message = message, .fix = fix});
}
