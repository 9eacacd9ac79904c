/* The functionConfig of kiln fn: one table says which fields a kind has and what they hold. */
#include "fn.h"

#include <stddef.h>

#define TEXT(literal) {(literal), sizeof(literal) - 1}
static const Str kinds[FN_KIND_COUNT] = {[FN_RENDER] = TEXT("Render"), [FN_CHECK] = TEXT("Check")};

typedef struct ConfigField {
    Str name;
    unsigned kinds; /* bits of FunctionKind */
    ValueKind holds;
    size_t place; /* in FunctionConfig */
    const char *doc;
} ConfigField;
#define BIT(kind) (1u << (kind))
#define FIELD(name, kinds, holds, doc) {TEXT(#name), kinds, holds, offsetof(FunctionConfig, name), doc}
static const ConfigField fields[] = {
    FIELD(project, BIT(FN_RENDER) | BIT(FN_CHECK), VALUE_STRING, "the project's folder"),
    FIELD(environment, BIT(FN_RENDER), VALUE_STRING, "which environment is rendered"),
    FIELD(services, BIT(FN_RENDER), VALUE_LIST, "these services alone"),
    FIELD(set, BIT(FN_RENDER), VALUE_MAP, "fields to set, by path"),
    FIELD(tier, BIT(FN_CHECK), VALUE_STRING, "how strictly is judged"),
    FIELD(validator, BIT(FN_CHECK), VALUE_BOOL, "whether no items are given back"),
};

bool fn_is_config(const Value *item)
{
    return str_equal(value_text_at(item, "apiVersion"), STR(FN_API_VERSION));
}

static bool unknown_field(const MapEntry *entry, FunctionKind kind, Diags *diags)
{
    NearMiss miss = near_miss_begin(entry->key);
    Buf names = {0};
    for (size_t i = 0; i < LENGTH_OF(fields); i++) {
        if (!(fields[i].kinds & BIT(kind)))
            continue;
        near_miss_offer(&miss, fields[i].name);
        buf_printf(&names, "%s%.*s", names.size ? ", " : "", STR_ARG(fields[i].name));
    }
    Str best = near_miss_best(&miss);
    Str advice = near_miss_advice(diags_arena(diags), best, "it has %.*s", STR_ARG(buf_str(&names)));
    diag_error(diags, entry->key_origin, "functionConfig %.*s: unknown field 'spec.%.*s'; %.*s", STR_ARG(kinds[kind]),
               STR_ARG(entry->key), STR_ARG(advice));
    buf_release(&names);
    return false;
}

/* A list or map of scalars. */
static bool holds_scalars(const MapEntry *entry, Diags *diags)
{
    const Value *value = entry->value;
    for (uint32_t i = 0; value->kind >= VALUE_LIST && i < value->size; i++) {
        const Value *inner = value->kind == VALUE_LIST ? value->items[i] : value->entries[i].value;
        if (value_is_scalar(inner))
            continue;
        diag_error(diags, inner->origin, "functionConfig: spec.%.*s: expected scalars, found %s", STR_ARG(entry->key),
                   value_kind_name((ValueKind)inner->kind));
        return false;
    }
    return true;
}

static bool take_field(const MapEntry *entry, FunctionConfig *config, Diags *diags)
{
    for (size_t i = 0; i < LENGTH_OF(fields); i++) {
        const ConfigField *field = &fields[i];
        if (!(field->kinds & BIT(config->kind)) || !str_equal(field->name, entry->key))
            continue;
        if (value_is(entry->value, field->holds)) {
            *(const Value **)((char *)config + field->place) = entry->value;
            return holds_scalars(entry, diags);
        }
        diag_error(diags, entry->value->origin, "functionConfig: spec.%.*s, %s: expected %s, found %s",
                   STR_ARG(entry->key), field->doc, value_kind_name(field->holds),
                   value_kind_name((ValueKind)entry->value->kind));
        return false;
    }
    return unknown_field(entry, config->kind, diags);
}

static bool take_kind(const Value *object, FunctionConfig *config, Diags *diags)
{
    Str kind = value_text_at(object, "kind");
    NearMiss miss = near_miss_begin(kind);
    for (int i = 0; i < FN_KIND_COUNT; i++) {
        config->kind = (FunctionKind)i;
        if (fn_is_config(object) && str_equal(kind, kinds[i]))
            return true;
        near_miss_offer(&miss, kinds[i]);
    }
    Str best = near_miss_best(&miss);
    if (fn_is_config(object) && best.data)
        diag_error(diags, object->origin, "functionConfig: unknown kind '%.*s'; did you mean '%.*s'?", STR_ARG(kind),
                   STR_ARG(best));
    else
        diag_error(diags, object->origin,
                   "functionConfig: expected apiVersion " FN_API_VERSION " and kind Render or Check, found '%.*s' and "
                   "'%.*s'",
                   STR_ARG(value_text_at(object, "apiVersion")), STR_ARG(kind));
    return false;
}

static bool is_complete(const Value *object, const FunctionConfig *config, Diags *diags)
{
    if (config->kind != FN_RENDER || config->environment)
        return true;
    diag_error(diags, object->origin, "functionConfig Render: spec.environment is missing; name one of the project's");
    return false;
}

bool fn_config_read(const Value *object, Diags *diags, FunctionConfig *config)
{
    *config = (FunctionConfig){0};
    if (!take_kind(object, config, diags))
        return false;
    const Value *spec = value_get(object, STR("spec"));
    bool ok = true;
    if (!value_is_none(spec) && spec->kind != VALUE_MAP) {
        diag_error(diags, spec->origin, "functionConfig: spec: expected a map, found %s",
                   value_kind_name((ValueKind)spec->kind));
        return false;
    }
    for (uint32_t i = 0; value_is(spec, VALUE_MAP) && i < spec->size; i++)
        ok &= take_field(&spec->entries[i], config, diags);
    return ok && is_complete(object, config, diags);
}
