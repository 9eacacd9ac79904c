/*
 * Validating one layer and bringing it to long form. Walks value and table side by side; every error is reported and
 * the walk goes on. Knows no field by name: what is special about a field stands in its row.
 */
#include "expand.h"

#include "kiln/yaml.h"

/* Lists of more names than this help nobody. */
enum { NAMES_SHOWN = 10 };

const Value *expand_fail(Expand *expand, Origin origin, const Path *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(expand->arena, format, args);
    va_end(args);
    expand->failed = true;
    if (path)
        diag_error(expand->diags, origin, "%.*s: %.*s", STR_ARG(path_text(expand->arena, path)), STR_ARG(text));
    else
        diag_error(expand->diags, origin, "%.*s", STR_ARG(text));
    return NULL;
}

const Value *expand_mismatch(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    Buf expected = {0}, found = {0};
    expected_print(row, &expected);
    found_print(value, &found);
    expand_fail(expand, value->origin, path, "expected %.*s, found %.*s", STR_ARG(buf_str(&expected)),
                STR_ARG(buf_str(&found)));
    buf_release(&expected);
    buf_release(&found);
    return NULL;
}

bool value_waits(const Expand *expand, const Value *value)
{
    return !expand->how.resolved && value->kind == VALUE_STRING && str_find(value_text(value), STR("${"), 0) >= 0;
}

const Value *wrap(Arena *arena, const char *key, const Value *value)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, str_from(key), value->origin, value);
    return map_end(&map, value->origin);
}

/* ---- keys ---- */

static const char *kind_text(WorkloadKind kind)
{
    return kind == KIND_STATEFULSET               ? "kind StatefulSet"
           : kind == KIND_CRONJOB                 ? "kind CronJob"
           : kind == KIND_JOB                     ? "kind Job"
           : kind == (WorkloadKind)KINDS_ENDING   ? "a job"
           : kind == (WorkloadKind)KINDS_BEFORE   ? "an init container without restartPolicy: Always"
                                                  : "kind Deployment";
}

static bool row_offered(const Expand *expand, const Field *row)
{
    return !row->refused && row_stands(row, expand->place) && row_suits(row, expand->how.kind);
}

static size_t list_names(const Expand *expand, const FieldGroup *group, Buf *out)
{
    size_t count = 0;
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            if (!row_offered(expand, &group->rows[i]))
                continue;
            buf_printf(out, "%s%.*s", count ? ", " : "", STR_ARG(group->rows[i].name));
            count++;
        }
    }
    return count;
}

static void report_unknown(Expand *expand, const Field *row, const MapEntry *entry, const Path *path)
{
    NearMiss miss = near_miss_begin(entry->key);
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            if (row_offered(expand, &group->rows[i]))
                near_miss_offer(&miss, group->rows[i].name);
        }
    }
    Str best = near_miss_best(&miss);
    Buf names = {0};
    if (best.data)
        expand_fail(expand, entry->key_origin, path, "unknown field '%.*s'; did you mean '%.*s'?",
                    STR_ARG(entry->key), STR_ARG(best));
    else if (list_names(expand, row->members, &names) <= NAMES_SHOWN)
        expand_fail(expand, entry->key_origin, path, "unknown field '%.*s'; allowed: %.*s%s", STR_ARG(entry->key),
                    STR_ARG(buf_str(&names)), row->type == FIELD_NAMED ? ", vendor/name" : "");
    else
        expand_fail(expand, entry->key_origin, path, "unknown field '%.*s'", STR_ARG(entry->key));
    buf_release(&names);
}

/* The row of an entry, or NULL after the error. */
static const Field *entry_row(Expand *expand, const Field *row, const MapEntry *entry, const Path *path)
{
    const Field *member = row->members ? group_find(row->members, entry->key, expand->place) : NULL;
    if (member)
        return member;
    if (row->type == FIELD_NAMED && type_accepts(row->keys, entry->key))
        return row->entry;
    if (row->type == FIELD_NAMED && !row->members)
        expand_fail(expand, entry->key_origin, path, "expected %s as the key, found '%.*s'", type_expected(row->keys),
                    STR_ARG(entry->key));
    else
        report_unknown(expand, row, entry, path);
    return NULL;
}

static const char *right_place(const Field *row)
{
    if (row->places & PLACE_PROJECT_DEFAULTS)
        return "in a service's own file or in kiln.yaml's defaults";
    return row->places & PLACE_BLOCK ? "in a service's own file" : "at the top of a service's own file";
}

/* Whether the entry's row may be used at all, here and by this kind. */
static bool row_usable(Expand *expand, const Field *row, const MapEntry *entry, const Path *path)
{
    if (row->refused)
        expand_fail(expand, entry->key_origin, path, "not supported; %s", row->refused);
    else if (!row_stands(row, expand->place))
        expand_fail(expand, entry->key_origin, NULL, "'%.*s' cannot be set here; it belongs %s",
                    STR_ARG(path_text(expand->arena, path)), right_place(row));
    else if (!row_suits(row, expand->how.kind))
        expand_fail(expand, entry->key_origin, NULL, "'%.*s' has no meaning for %s; remove it",
                    STR_ARG(path_text(expand->arena, path)), kind_text(expand->how.kind));
    else if (row->later)
        expand_fail(expand, entry->key_origin, path, "not supported yet; remove it");
    else
        return true;
    return false;
}

/* ---- maps ---- */

static void check_one_of(Expand *expand, const Field *row, const Value *map, Origin at, const Path *path)
{
    const Field *first[4] = {NULL};
    for (uint32_t i = 0; i < map->size; i++) {
        const Field *member = row->members ? group_find(row->members, map->entries[i].key, expand->place) : NULL;
        if (!member || !member->one_of || value_is_none(map->entries[i].value))
            continue;
        const Field **seen = &first[member->one_of];
        if (!*seen) {
            *seen = member;
            continue;
        }
        expand_fail(expand, at, path, "'%.*s' and '%.*s' exclude each other; keep one%s%s", STR_ARG((*seen)->name),
                    STR_ARG(member->name), row->noun ? " " : "", row->noun ? row->noun : "");
        return;
    }
}

/* A layer may leave to another layer what a block needs, so this is for what is whole. */
static void check_required(Expand *expand, const Field *row, const Value *map, const Path *path)
{
    bool document = !expand->place && expand->how.document != MODEL_SERVICE;
    bool item = path && !path->key.data;
    if (!expand->how.resolved && !document && !item)
        return;
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *member = &group->rows[i];
            if (member->required && value_is_none(value_get(map, member->name)))
                expand_fail(expand, map->origin, path, "%.*s is missing; add %.*s: %s", STR_ARG(member->name),
                            STR_ARG(member->name), member->example);
        }
    }
}

/* Whether a container lasts is known only once all layers are together. */
static WorkloadKind kinds_within(const Expand *expand, const Field *row, const Value *value)
{
    bool ends = row->lasting && expand->how.resolved && value_is_none(value_get(value, str_from(row->lasting)));
    return ends ? (WorkloadKind)KINDS_BEFORE : row_within(row, expand->how.kind);
}

static const Value *expand_entry(Expand *expand, const Field *row, const MapEntry *entry, const Path *path)
{
    Path below = {path, entry->key, 0};
    const Field *member = entry_row(expand, row, entry, path);
    if (!member || (expand->how.skip_foreign && !expand->nested && !row_suits(member, expand->how.kind)))
        return NULL;
    if (!row_usable(expand, member, entry, &below))
        return NULL;
    const Expand outside = *expand;
    if (member->inside)
        expand->place = member->inside;
    expand->nested = outside.nested || member->within;
    expand->how.kind = kinds_within(expand, member, entry->value);
    const Value *value = expand_row(expand, member, entry->value, entry->key_origin, &below);
    expand->place = outside.place;
    expand->nested = outside.nested;
    expand->how.kind = outside.how.kind;
    return value;
}

static const Value *expand_map(Expand *expand, const Field *row, const Value *map, Origin at, const Path *path)
{
    MapBuilder changed = {0};
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        const Value *value = expand_entry(expand, row, entry, path);
        if (value == entry->value)
            continue;
        if (!changed.arena)
            changed = map_begin_room(expand->arena, map, 0);
        if (value)
            map_set(&changed, entry->key, entry->key_origin, value);
        else
            map_remove(&changed, entry->key);
    }
    if (row->noun)
        check_one_of(expand, row, map, at, path);
    check_required(expand, row, map, path);
    return changed.arena ? map_end(&changed, map->origin) : map;
}

/* ---- everything else ---- */

static const Value *expand_list(Expand *expand, const Field *row, const Value *list, const Path *path)
{
    if (value_waits(expand, list))
        return list;
    if (list->kind != VALUE_LIST)
        return expand_mismatch(expand, row, list, path);
    const Value **items = NULL;
    for (uint32_t i = 0; i < list->size; i++) {
        Path below = {path, STR_NONE, i};
        const Value *old = list->items[i];
        const Value *item = old->kind == VALUE_NULL ? expand_mismatch(expand, row->entry, old, &below)
                                                    : expand_row(expand, row->entry, old, old->origin, &below);
        if (item == old || !item)
            continue;
        if (!items) {
            items = ARENA_ARRAY(expand->arena, const Value *, list->size);
            memcpy(items, list->items, list->size * sizeof *items);
        }
        items[i] = item;
    }
    if (!items)
        return list;
    ListBuilder changed = {.arena = expand->arena, .items = items, .count = list->size, .capacity = list->size};
    return list_end(&changed, list->origin);
}

/* What other readers read in it was settled before references were resolved. */
static const Value *expand_free(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    if (!row->literal && value_waits(expand, value))
        return value;
    if (row->type == FIELD_FREE && value->kind != VALUE_MAP)
        return expand_mismatch(expand, row, value, path);
    return expand->how.resolved || expand_unambiguous(expand, value, path) ? value : NULL;
}

static const Value *expand_config(Expand *expand, const Field *row, const Value *value, const Path *path)
{
    static const Str endings[] = {{".yaml", 5}, {".yml", 4}, {".json", 5}};
    if (value_is_scalar(value))
        return value_as_string(expand->arena, value);
    for (size_t i = 0; i < LENGTH_OF(endings); i++) {
        if (str_ends(path->key, endings[i]))
            return expand_free(expand, row, value, path);
    }
    return expand_fail(expand, value->origin, path,
                       "expected text, found %s; only a file in .yaml, .yml or .json takes data",
                       value_kind_name((ValueKind)value->kind));
}

/* Nobody writes so many by hand, and an object of a cluster would not hold them. Releases name every service. */
enum { MEMBERS_LIMIT = 4096 };

static bool is_crowded(const Expand *expand, const Field *row, const Value *value)
{
    return value->kind >= VALUE_LIST && value->size > MEMBERS_LIMIT && expand->how.document != MODEL_RELEASES &&
           (row_is_map(row) || row->type == FIELD_LIST);
}

static const Value *expand_by_type(Expand *expand, const Field *row, const Value *value, Origin at, const Path *path)
{
    if (is_crowded(expand, row, value))
        return expand_fail(expand, at, path, "found %u entries, expected at most %d", value->size, MEMBERS_LIMIT);
    if (row_is_map(row))
        return value->kind == VALUE_MAP ? expand_map(expand, row, value, at, path)
                                        : expand_mismatch(expand, row, value, path);
    if (row->type == FIELD_LIST)
        return expand_list(expand, row, value, path);
    if (row->type == FIELD_CONFIG)
        return expand_config(expand, row, value, path);
    if (row_is_free(row))
        return expand_free(expand, row, value, path);
    return expand_scalar(expand, row, value, path);
}

const Value *expand_row(Expand *expand, const Field *row, const Value *value, Origin at, const Path *path)
{
    if (value->kind == VALUE_NULL)
        return value;
    if (row->off && value->kind == VALUE_BOOL && !value->boolean)
        return value;
    if (row->shorthand) {
        const Value *made = row->shorthand(expand, row, value, path);
        if (made != value)
            return made;
    }
    const Field *scalar = row->scalar ? row_member(row, str_from(row->scalar)) : NULL;
    /* true is no name and no path, so it stands for a member only where any text does. */
    if (scalar && value_is_scalar(value) && (value->kind != VALUE_BOOL || scalar->type == FIELD_SCALAR)) {
        /* Messages name the path that was written, not the member that it stands for. */
        const Value *made = expand_row(expand, scalar, value, at, path);
        return made ? wrap(expand->arena, row->scalar, made) : NULL;
    }
    return expand_by_type(expand, row, value, at, path);
}

const Value *model_expand(Arena *arena, const Value *raw, ModelExpand how, Diags *diags)
{
    const Field root = {.type = FIELD_BLOCK, .members = document_group(how.document)};
    Expand expand = {.arena = arena, .diags = diags, .how = how};
    if (how.document == MODEL_SERVICE)
        expand.place = how.block ? PLACE_BLOCK : PLACE_SERVICE;
    else if (how.document == MODEL_ENVIRONMENT)
        expand.place = PLACE_OVERLAY;
    const Value *value = expand_by_type(&expand, &root, raw, raw->origin, NULL);
    return expand.failed ? NULL : value;
}
