/* kiln diff as JSON: docs/diff.md describes its members. */
#include "diff.h"

typedef struct Json {
    Arena *arena;
    MapBuilder map;
} Json;

static Json json_begin(Arena *arena)
{
    return (Json){arena, map_begin(arena)};
}

static void put(Json *json, const char *key, const Value *value)
{
    map_set(&json->map, str_from(key), ORIGIN_NONE, value);
}

static void put_text(Json *json, const char *key, Str text)
{
    put(json, key, value_new_string(json->arena, ORIGIN_NONE, text));
}

static void put_count(Json *json, const char *key, size_t count)
{
    put(json, key, value_new_number(json->arena, ORIGIN_NONE, (double)count));
}

static const char *const kind_words[] = {[DIFF_ADDED] = "added", [DIFF_REMOVED] = "removed",
                                         [DIFF_CHANGED] = "changed", [DIFF_REORDERED] = "reordered"};

static const Value *classes_value(Arena *arena, unsigned classes)
{
    ListBuilder list = list_begin(arena);
    for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++) {
        if (classes & DIFF_BIT(class))
            list_add(&list, value_new_string(arena, ORIGIN_NONE, str_from(diff_class_names[class])));
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *change_value(Arena *arena, const DiffObject *object, const DiffChange *change)
{
    Json json = json_begin(arena);
    put_text(&json, "change", str_from(kind_words[change->kind]));
    put_text(&json, "path", diff_path_text(arena, change->path));
    if (change->from)
        put(&json, "from", diff_shown(arena, object, change, change->from));
    if (change->to)
        put(&json, "to", diff_shown(arena, object, change, change->to));
    put(&json, "classes", classes_value(arena, change->classes));
    if (change->reason)
        put_text(&json, "reason", str_from(change->reason));
    return map_end(&json.map, ORIGIN_NONE);
}

static const Value *object_value(Arena *arena, const DiffObject *object)
{
    Json json = json_begin(arena);
    put_text(&json, "change", str_from(kind_words[object->kind_of_change]));
    put_text(&json, "apiVersion", object->api_version);
    put_text(&json, "kind", object->kind);
    put_text(&json, "namespace", object->namespace);
    put_text(&json, "name", object->name);
    put_text(&json, "file", object->file);
    put(&json, "classes", classes_value(arena, object->classes));
    ListBuilder changes = list_begin(arena);
    for (size_t i = 0; i < object->count; i++)
        list_add(&changes, change_value(arena, object, &object->changes[i]));
    put(&json, "changes", list_end(&changes, ORIGIN_NONE));
    return map_end(&json.map, ORIGIN_NONE);
}

static const Value *capacity_value(Arena *arena, const DiffCapacity *before, const DiffCapacity *after)
{
    Json json = json_begin(arena);
    for (int i = 0; i < DIFF_RESOURCE_COUNT; i++) {
        Json one = json_begin(arena);
        DiffRange old = before->of[i], new = after->of[i];
        put_text(&one, "beforeLow", diff_range_text(arena, i, (DiffRange){old.low, old.low}));
        put_text(&one, "beforeHigh", diff_range_text(arena, i, (DiffRange){old.high, old.high}));
        put_text(&one, "afterLow", diff_range_text(arena, i, (DiffRange){new.low, new.low}));
        put_text(&one, "afterHigh", diff_range_text(arena, i, (DiffRange){new.high, new.high}));
        put(&json, diff_resource_names[i], map_end(&one.map, ORIGIN_NONE));
    }
    return map_end(&json.map, ORIGIN_NONE);
}

static const Value *group_value(Arena *arena, const DiffGroup *group)
{
    Json json = json_begin(arena);
    put_text(&json, "name", group->name);
    ListBuilder objects = list_begin(arena);
    for (size_t i = 0; i < group->result.count; i++)
        list_add(&objects, object_value(arena, &group->result.list[i]));
    put(&json, "objects", list_end(&objects, ORIGIN_NONE));
    if (group->result.classes & DIFF_BIT(DIFF_CAPACITY))
        put(&json, "capacity", capacity_value(arena, &group->result.before, &group->result.after));
    return map_end(&json.map, ORIGIN_NONE);
}

static const Value *summary_value(const DiffReport *report)
{
    Json json = json_begin(report->arena), classes = json_begin(report->arena);
    put_count(&json, "added", report->added);
    put_count(&json, "removed", report->removed);
    put_count(&json, "changed", report->changed);
    put_count(&json, "same", report->same);
    for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++)
        put_count(&classes, diff_class_names[class], report->by_class[class]);
    put_count(&classes, "other", report->unclassed);
    put(&json, "changes", map_end(&classes.map, ORIGIN_NONE));
    if (report->classes & DIFF_BIT(DIFF_CAPACITY))
        put(&json, "capacity", capacity_value(report->arena, &report->before, &report->after));
    return map_end(&json.map, ORIGIN_NONE);
}

void diff_print_json(const DiffReport *report, Buf *out)
{
    Json json = json_begin(report->arena);
    ListBuilder groups = list_begin(report->arena);
    for (size_t i = 0; i < report->count; i++)
        list_add(&groups, group_value(report->arena, &report->groups[i]));
    put_count(&json, "version", 1);
    put(&json, "environments", list_end(&groups, ORIGIN_NONE));
    put(&json, "summary", summary_value(report));
    value_print_json_indented(map_end(&json.map, ORIGIN_NONE), out);
}
