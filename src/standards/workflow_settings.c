/*
 * What a workflow hands to its steps as names and values: env of the workflow, a job, its container and a step; what
 * the container is pulled with; the inputs of actions and of workflows that it calls. Only what holds a secret, by its name or its form, is an item.
 *
 * Left out: the services of a job, whose databases live as long as the job, and whatever repeats their passwords.
 */
#include "workflow.h"

typedef struct Settings {
    Items *items;
    const Value *services; /* of the job, or NULL */
} Settings;

/* Whether the text repeats the password of a service, alone or in a URL. */
static bool is_of_service(const Settings *settings, Str text)
{
    const Value *services = settings->services;
    for (uint32_t i = 0; value_is(services, VALUE_MAP) && i < services->size; i++) {
        const Value *env = value_get(services->entries[i].value, STR("env"));
        for (uint32_t j = 0; value_is(env, VALUE_MAP) && j < env->size; j++) {
            Str own = text_of(env->entries[j].value);
            if (own.size && literal_secret(env->entries[j].key, own) && str_find(text, own, 0) >= 0)
                return true;
        }
    }
    return false;
}

/* What GitHub puts in is no text of the file: a name then says nothing about the rest. */
static void add_setting(const Settings *settings, const MapEntry *entry, Str path)
{
    const Value *value = entry->value;
    if (value->kind != VALUE_STRING)
        return;
    Str text = value_text(value);
    ptrdiff_t filled = str_find(text, STR("${{"), 0);
    bool whole = filled == 0 && str_find(text, STR("}}"), 0) + 2 == (ptrdiff_t)text.size;
    const char *phrase = whole ? NULL : literal_secret(filled < 0 ? entry->key : STR(""), text);
    if (!phrase || is_of_service(settings, text))
        return;
    Arena *arena = settings->items->arena;
    MapBuilder item = map_begin(arena);
    map_set(&item, STR("name"), ORIGIN_NONE, value_new_string(arena, entry->key_origin, entry->key));
    map_set(&item, STR("holds"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, str_from(phrase)));
    items_add(settings->items,
              (Item){map_end(&item, value->origin), value, entry->key,
                     arena_printf(arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(entry->key))});
}

static void add_settings(const Settings *settings, const Value *owner, const char *member, Str at)
{
    const Value *map = value_get(owner, str_from(member));
    Str path = {0};
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        if (!path.size)
            path = at.size ? arena_printf(settings->items->arena, "%.*s.%s", STR_ARG(at), member) : str_from(member);
        add_setting(settings, &map->entries[i], path);
    }
}

static void add_job(const Settings *settings, const Value *job, Str path)
{
    Arena *arena = settings->items->arena;
    const Value *steps = value_get(job, STR("steps"));
    add_settings(settings, job, "env", path);
    add_settings(settings, job, "with", path);
    add_settings(settings, job, "secrets", path);
    if (value_get(job, STR("container"))) {
        Str at = arena_printf(arena, "%.*s.container", STR_ARG(path));
        add_settings(settings, value_get(job, STR("container")), "env", at);
        add_settings(settings, value_get(job, STR("container")), "credentials", at);
    }
    for (uint32_t i = 0; value_is(steps, VALUE_LIST) && i < steps->size; i++) {
        const Value *step = steps->items[i];
        if (!value_get(step, STR("env")) && !value_get(step, STR("with")))
            continue;
        Str at = arena_printf(arena, "%.*s.steps[%u]", STR_ARG(path), i);
        add_settings(settings, step, "env", at);
        add_settings(settings, step, "with", at);
    }
}

void each_setting(Items *items, const Value *workflow)
{
    const Value *jobs = value_get(workflow, STR("jobs"));
    add_settings(&(Settings){.items = items}, workflow, "env", STR(""));
    for (uint32_t i = 0; value_is(jobs, VALUE_MAP) && i < jobs->size; i++) {
        Settings settings = {items, value_get(jobs->entries[i].value, STR("services"))};
        add_job(&settings, jobs->entries[i].value,
                arena_printf(items->arena, "jobs.%.*s", STR_ARG(jobs->entries[i].key)));
    }
}
