/* Finding things in the table: kinds, fields, minors. What is sorted is searched by halves. */
#include "api_private.h"

#include "kiln/kube.h"

bool api_version_known(Str version)
{
    unsigned i = 0;
    while (api_versions[i] && !str_equal(version, str_from(api_versions[i])))
        i++;
    return api_versions[i];
}

unsigned api_minor(Str version)
{
    if (!api_version_known(version))
        version = STR(API_VERSION_DEFAULT);
    unsigned minor = api_oldest;
    while (api_versions[minor - api_oldest] && !str_equal(version, str_from(api_versions[minor - api_oldest])))
        minor++;
    return minor;
}

static const void *row_find(const void *rows, size_t count, size_t size, Str api_version, Str kind)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        const ApiName *name = (const void *)((const char *)rows + middle * size);
        int order = str_compare(kind, api_text(name->kind));
        if (!order)
            order = str_compare(api_version, api_text(name->version));
        if (!order)
            return name;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const ApiKind *kind_find(Str api_version, Str kind)
{
    return row_find(api_kinds, api_kind_count, sizeof *api_kinds, api_version, kind);
}

const ApiOld *old_find(Str api_version, Str kind)
{
    return row_find(api_olds, api_old_count, sizeof *api_olds, api_version, kind);
}

const ApiField *field_find(const ApiType *type, Str name)
{
    const ApiField *fields = &api_fields[type->first];
    for (size_t low = 0, high = type->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        const ApiField *field = &fields[middle];
        int order = name.size < field->name_size ? -1 : name.size > field->name_size;
        if (!order)
            order = memcmp(name.data, api_pool + field->name, name.size);
        if (!order)
            return field;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const ApiType *api_type(Str api_version, Str kind)
{
    const ApiKind *row = kind_find(api_version, kind);
    return row ? &api_types[row->type] : NULL;
}

const ApiType *api_type_field(const ApiType *type, Str name)
{
    if (type && type->base == BASE_MAP)
        return &api_types[type->first];
    const ApiField *field = type && type->base == BASE_STRUCT ? field_find(type, name) : NULL;
    return field ? &api_types[field->type] : NULL;
}

const ApiType *api_type_item(const ApiType *list)
{
    return list && list->base == BASE_LIST ? &api_types[list->first] : NULL;
}

size_t api_type_keys(const ApiType *list, Str keys[API_KEYS_MAX])
{
    size_t count = list && list->base == BASE_LIST ? list->key_count : 0;
    for (size_t i = 0; i < count && i < API_KEYS_MAX; i++)
        keys[i] = api_text(api_words[list->keys + i]);
    return count < API_KEYS_MAX ? count : API_KEYS_MAX;
}
