/*
 * Config: the files of `config`. All containers of a pod share one ConfigMap: first the files of all of them are
 * collected, then each container mounts its own, so that none sees another's.
 */
#include "files.h"

#include "kiln/yaml.h"

enum { CONFIG_LIMIT = 256 * 1024, MODE_0444 = 0444, MODE_0555 = 0555 };

#define CONFIG_FOLDER STR("/etc/config")

/* ---- collecting ---- */

static Str config_text(Work *work, Str name, const Value *value)
{
    if (value_is(value, VALUE_STRING))
        return value_text(value);
    Buf buf = {0};
    if (str_ends(name, STR(".json"))) {
        value_print_json(value, false, &buf);
        buf_add_char(&buf, '\n');
    } else {
        YamlStyle style = {.sorted = false};
        yaml_write(&buf, value, &style);
    }
    Str text = arena_copy(work->arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

static bool config_name_valid(Work *work, const MapEntry *entry, Str key)
{
    bool structured = entry->value->kind == VALUE_MAP || entry->value->kind == VALUE_LIST;
    bool named =
        str_ends(entry->key, STR(".yaml")) || str_ends(entry->key, STR(".yml")) || str_ends(entry->key, STR(".json"));
    if (structured && !named)
        field_error(work, entry->key_origin,
                    "config.%.*s: a map or list needs a name ending in .yaml, .yml or .json; rename it "
                    "or write text",
                    STR_ARG(entry->key));
    else if (!name_is_config_key(key))
        field_error(work, entry->key_origin, "config.%.*s: expected a file name of letters, digits, '-', '_' and '.'",
                    STR_ARG(entry->key));
    else
        return true;
    return false;
}

/* The keys of the other containers' files start with the container's name, so that two may have a config.yaml. */
static Str key_in_map(Work *work, const MapEntry *entry)
{
    bool absolute = str_starts(entry->key, STR("/"));
    Str key = absolute ? file_key(work->arena, entry->key) : entry->key;
    return work->owner ? arena_printf(work->arena, "%.*s.%.*s", STR_ARG(work->name), STR_ARG(key)) : key;
}

static void collect_file(Work *work, const MapEntry *entry)
{
    Pod *pod = work->pod;
    Str key = key_in_map(work, entry);
    if (!config_name_valid(work, entry, key))
        return;
    if (map_peek(&pod->config, key))
        field_error(work, entry->key_origin,
                    "config.%.*s: another file is the key '%.*s' of the ConfigMap already; rename one",
                    STR_ARG(entry->key), STR_ARG(key));
    Str text = config_text(work, entry->key, entry->value);
    pod->config_bytes += text.size;
    work->config[work->config_count++] = (ConfigFile){key, str_starts(text, STR("#!")), entry};
    map_set(&pod->config, key, entry->key_origin, value_new_string(work->arena, entry->value->origin, text));
}

void config_collect(Work *work)
{
    const Value *config = without_nones(work->arena, value_get(work->value, STR("config")));
    size_t before = work->pod->config_bytes;
    work->config = ARENA_ARRAY(work->arena, ConfigFile, config->size + 1);
    work->config_count = 0;
    for (uint32_t i = 0; i < config->size; i++)
        collect_file(work, &config->entries[i]);
    if (work->pod->config_bytes > CONFIG_LIMIT && before <= CONFIG_LIMIT)
        field_error(work, config->origin,
                    "config: %zu bytes in all are above the limit of %d; ship large files in the image",
                    work->pod->config_bytes, CONFIG_LIMIT);
}

/* ---- mounting ---- */

static bool is_absolute(const ConfigFile *file)
{
    return str_starts(file->entry->key, STR("/"));
}

/* All files need listing as soon as one of them is not simply its key, or the ConfigMap holds other containers' too.
 */
static const Value *config_items(Work *work)
{
    bool needed = work->pod->config_keys != work->config_count;
    for (size_t i = 0; i < work->config_count; i++)
        needed |= work->config[i].script || is_absolute(&work->config[i]);
    if (!needed)
        return NULL;
    ListBuilder items = list_begin(work->arena);
    for (size_t i = 0; i < work->config_count; i++) {
        const ConfigFile *file = &work->config[i];
        Str path = is_absolute(file) ? file->key : file->entry->key;
        list_add(&items, file_item(work->arena, file->key, path, file->script ? MODE_0555 : MODE_0444,
                                   file->entry->key_origin));
    }
    return list_end(&items, ORIGIN_NONE);
}

static void config_mounts(Files *files, Str volume)
{
    const Work *work = files->work;
    bool folder = false;
    for (size_t i = 0; i < work->config_count; i++) {
        const ConfigFile *file = &work->config[i];
        Origin place = file->entry->key_origin;
        if (is_absolute(file))
            files_mount(files, volume, file->entry->key, file->key, true, place);
        else if (!folder)
            files_mount(files, volume, CONFIG_FOLDER, STR(""), true, place);
        folder |= !is_absolute(file);
    }
}

void config_mount(Files *files)
{
    Work *work = files->work;
    if (!work->config_count)
        return;
    Origin place = value_get(work->value, STR("config"))->origin;
    MapBuilder source = map_begin(work->arena);
    put(&source, "name", make_text(work->arena, place, "%.*s-config", STR_ARG(work->pod->config_owner)));
    const Value *items = config_items(work);
    if (items)
        put(&source, "items", items);
    Str volume = files_volume_name(work, STR("config"));
    files_volume(files, volume, "configMap", map_end(&source, place), place);
    config_mounts(files, volume);
}

/* Pods carry a hash of what they read, so that a change of content restarts them. */
void config_finish(Work *work)
{
    Pod *pod = work->pod;
    const Value *data = map_end(&pod->config, value_get(work->value, STR("config"))->origin);
    bool own = str_equal(pod->config_owner, work->name);
    put(&work->out, "configData", own ? data : &value_empty_map);
    put(&work->out, "configHash", NULL);
    if (!data->size)
        return;
    Buf json = {0};
    char hex[SHA256_HEX_SIZE + 1];
    value_print_json(data, true, &json);
    sha256_hex(buf_str(&json), hex);
    buf_release(&json);
    put_text(&work->out, "configHash", arena_copy(work->arena, (Str){hex, 16}));
}
