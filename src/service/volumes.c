/*
 * Files in the container: config (one ConfigMap), secrets (one Secret, mounted by folder), volumes. What the user declares and
 * what kiln adds end in one list of volumes and one of mounts, both in Kubernetes' shape.
 */
#include "service_private.h"

#include <stdlib.h>

#include "kiln/yaml.h"

enum { CONFIG_LIMIT = 256 * 1024, MODE_0440 = 0440, MODE_0444 = 0444, MODE_0555 = 0555 };

#define CONFIG_FOLDER STR("/etc/config")
#define SECRET_FOLDER STR("/etc/secrets")

/* Folders whose contents an image needs, so that no mount may hide them (definition.md: secrets.<K>.path). */
static const char *const kept_folders[] = {"/", "/etc", "/usr", "/bin", "/lib", "/etc/ssl/certs"};

typedef struct Files {
    Work *work;
    ListBuilder volumes;
    ListBuilder mounts;
} Files;

/* ---- mounts ---- */

static void check_mount_path(Files *files, Str path, Origin place)
{
    for (size_t i = 0; i < files->mounts.count; i++) {
        const Value *other = files->mounts.items[i];
        if (str_equal(value_text_at(other, "mountPath"), path))
            work_error(files->work, place, "two volumes are mounted at %.*s; give one of them another path", STR_ARG(path));
    }
}

static void add_mount(Files *files, Str volume, Str path, Str sub_path, bool read_only, Origin place)
{
    Arena *arena = files->work->arena;
    check_mount_path(files, path, place);
    MapBuilder mount = map_begin(arena);
    put(&mount, "name", value_new_string(arena, place, volume));
    put(&mount, "mountPath", value_new_string(arena, place, path));
    if (sub_path.size)
        put(&mount, "subPath", value_new_string(arena, place, sub_path));
    if (read_only)
        put(&mount, "readOnly", &value_true);
    list_add(&files->mounts, map_end(&mount, place));
}

static void add_volume(Files *files, Str name, const char *source, const Value *value, Origin place)
{
    Arena *arena = files->work->arena;
    for (size_t i = 0; i < files->volumes.count; i++) {
        if (str_equal(value_text_at(files->volumes.items[i], "name"), name))
            work_error(files->work, place, "volumes.%.*s: kiln uses this name itself here; choose another", STR_ARG(name));
    }
    MapBuilder volume = map_begin(arena);
    put(&volume, "name", value_new_string(arena, place, name));
    put(&volume, source, value);
    list_add(&files->volumes, map_end(&volume, place));
}

static const Value *item_make(Arena *arena, Str key, Str path, int mode, Origin place)
{
    MapBuilder item = map_begin(arena);
    put(&item, "key", value_new_string(arena, place, key));
    put(&item, "path", value_new_string(arena, place, path));
    if (mode)
        put_number(&item, "mode", mode);
    return map_end(&item, place);
}

/* A path as the key of a ConfigMap or Secret: its slashes become underscores. */
static Str key_of_path(Arena *arena, Str path)
{
    char *key = arena_text(arena, path);
    for (size_t i = 0; i < path.size; i++) {
        if (key[i] == '/')
            key[i] = '_';
    }
    return (Str){key, path.size};
}

static void split_path(Str path, Str *folder, Str *name)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    *folder = slash <= 0 ? STR("/") : str_slice(path, 0, (size_t)slash);
    *name = str_slice(path, (size_t)(slash + 1), path.size);
}

/* ---- config ---- */

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
    bool named = str_ends(entry->key, STR(".yaml")) || str_ends(entry->key, STR(".yml")) || str_ends(entry->key, STR(".json"));
    if (structured && !named)
        work_error(work, entry->key_origin, "config.%.*s: a map or list needs a name ending in .yaml, .yml or .json; rename it "
                   "or write text", STR_ARG(entry->key));
    else if (!name_is_config_key(key))
        work_error(work, entry->key_origin, "config.%.*s: expected a file name of letters, digits, '-', '_' and '.'",
                   STR_ARG(entry->key));
    else
        return true;
    return false;
}

typedef struct ConfigFile {
    Str key;
    bool absolute;
    bool script;
    const MapEntry *entry;
} ConfigFile;

static size_t config_files(Work *work, const Value *config, ConfigFile *list, MapBuilder *data)
{
    size_t count = 0, bytes = 0;
    for (uint32_t i = 0; i < config->size; i++) {
        const MapEntry *entry = &config->entries[i];
        bool absolute = str_starts(entry->key, STR("/"));
        Str key = absolute ? key_of_path(work->arena, entry->key) : entry->key;
        if (!config_name_valid(work, entry, key))
            continue;
        Str text = config_text(work, entry->key, entry->value);
        bytes += text.size;
        list[count++] = (ConfigFile){key, absolute, str_starts(text, STR("#!")), entry};
        map_set(data, key, entry->key_origin, value_new_string(work->arena, entry->value->origin, text));
    }
    if (bytes > CONFIG_LIMIT)
        work_error(work, config->origin, "config: %zu bytes in all are above the limit of %d; ship large files in the image",
                   bytes, CONFIG_LIMIT);
    return count;
}

/* All files need listing as soon as one of them is not simply its key. */
static const Value *config_items(Work *work, const ConfigFile *list, size_t count)
{
    bool needed = false;
    for (size_t i = 0; i < count; i++)
        needed |= list[i].script || list[i].absolute;
    if (!needed)
        return NULL;
    ListBuilder items = list_begin(work->arena);
    for (size_t i = 0; i < count; i++)
        list_add(&items, item_make(work->arena, list[i].key, list[i].key, list[i].script ? MODE_0555 : MODE_0444,
                                   list[i].entry->key_origin));
    return list_end(&items, ORIGIN_NONE);
}

static void config_mounts(Files *files, const ConfigFile *list, size_t count)
{
    bool folder = false;
    for (size_t i = 0; i < count; i++) {
        Origin place = list[i].entry->key_origin;
        if (list[i].absolute)
            add_mount(files, STR("config"), list[i].entry->key, list[i].key, true, place);
        else if (!folder)
            add_mount(files, STR("config"), CONFIG_FOLDER, STR(""), true, place);
        folder |= !list[i].absolute;
    }
}

static void config_complete(Files *files)
{
    Work *work = files->work;
    const Value *config = without_nones(work->arena, value_get(work->value, STR("config")));
    MapBuilder data = map_begin(work->arena);
    ConfigFile *list = ARENA_ARRAY(work->arena, ConfigFile, config->size + 1);
    size_t count = config_files(work, config, list, &data);
    const Value *made = map_end(&data, config->origin);
    put(&work->out, "configData", made);
    put(&work->out, "configHash", NULL);
    if (!count)
        return;
    Buf json = {0};
    char hex[SHA256_HEX_SIZE + 1];
    value_print_json(made, true, &json);
    sha256_hex(buf_str(&json), hex);
    buf_release(&json);
    put_text(&work->out, "configHash", arena_copy(work->arena, (Str){hex, 16}));
    MapBuilder source = map_begin(work->arena);
    put(&source, "name", make_text(work->arena, config->origin, "%.*s-config", STR_ARG(work->name)));
    const Value *items = config_items(work, list, count);
    if (items)
        put(&source, "items", items);
    add_volume(files, STR("config"), "configMap", map_end(&source, config->origin), config->origin);
    config_mounts(files, list, count);
}

/* ---- secrets ---- */

typedef struct SecretFile {
    Str folder;
    Str name;
    Str key; /* in the Secret */
    Origin place;
} SecretFile;

typedef struct Secrets {
    SecretFile *files;
    size_t count;
    ListBuilder data;
    MapBuilder env;
} Secrets;

static const Value *remote_ref(Work *work, Str key, const Value *secret)
{
    const Value *ref = value_get(secret, STR("remoteRef"));
    const Value *store = value_get(work->value, STR("secretStore"));
    const Value *stated = value_get(ref, STR("key"));
    const Value *property = value_get(ref, STR("property"));
    Str remote = value_is_none(stated) ? key : value_text(stated);
    Origin place = place_of(work, stated ? stated : secret);
    MapBuilder map = map_begin(work->arena);
    bool by_property = str_equal(value_text_at(store, "layout"), STR("property"));
    Str base = value_text_at(store, "path");
    if (!base.size)
        base = arena_printf(work->arena, "%.*s/%.*s/%.*s", STR_ARG(work->project->name), STR_ARG(work->environment->name),
                            STR_ARG(work->name));
    if (str_starts(remote, STR("/")))
        put(&map, "key", value_new_string(work->arena, place, str_slice(remote, 1, remote.size)));
    else if (by_property && value_is_none(property)) {
        put(&map, "key", value_new_string(work->arena, place, base));
        property = value_new_string(work->arena, place, remote);
    } else
        put(&map, "key", make_text(work->arena, place, "%.*s/%.*s", STR_ARG(base), STR_ARG(remote)));
    put(&map, "property", property);
    put(&map, "version", value_get(ref, STR("version")));
    return map_end(&map, secret->origin);
}

static void add_env_secret(Work *work, Secrets *secrets, const MapEntry *entry)
{
    if (!name_is_env(entry->key))
        work_error(work, entry->key_origin, "secrets.%.*s: 'as: env' needs a variable's name; rename it or use as: file",
                   STR_ARG(entry->key));
    MapBuilder ref = map_begin(work->arena);
    put(&ref, "name", make_text(work->arena, entry->value->origin, "%.*s-secrets", STR_ARG(work->name)));
    put(&ref, "key", value_new_string(work->arena, entry->key_origin, entry->key));
    map_set(&secrets->env, entry->key, entry->key_origin,
            make_map1(work->arena, entry->value->origin, "secretKeyRef", map_end(&ref, entry->value->origin)));
}

static bool folder_is_kept(Str folder)
{
    for (size_t i = 0; i < LENGTH_OF(kept_folders); i++) {
        if (str_equal(folder, str_from(kept_folders[i])))
            return true;
    }
    return false;
}

static SecretFile file_secret(Work *work, const MapEntry *entry)
{
    const Value *stated = value_get(entry->value, STR("path"));
    Str path = value_is_none(stated) ? entry->key : value_text(stated);
    SecretFile file = {SECRET_FOLDER, path, path, place_of(work, value_is_none(stated) ? entry->value : stated)};
    if (!str_starts(path, STR("/"))) {
        if (str_has_char(path, '/') || !name_is_config_key(path))
            work_error(work, file.place, "secrets.%.*s.path: expected a file name or an absolute path, found '%.*s'",
                       STR_ARG(entry->key), STR_ARG(path));
        return file;
    }
    split_path(path, &file.folder, &file.name);
    file.key = key_of_path(work->arena, path);
    if (folder_is_kept(file.folder))
        work_error(work, file.place, "secrets.%.*s.path: a mount at %.*s would hide what the image has there; use a folder of "
                   "its own", STR_ARG(entry->key), STR_ARG(file.folder));
    return file;
}

static void add_secret(Work *work, Secrets *secrets, const MapEntry *entry)
{
    Str key = entry->key;
    if (str_equal(value_text_at(entry->value, "as"), STR("env"))) {
        add_env_secret(work, secrets, entry);
    } else {
        SecretFile file = file_secret(work, entry);
        key = file.key;
        secrets->files[secrets->count++] = file;
    }
    MapBuilder data = map_begin(work->arena);
    put(&data, "secretKey", value_new_string(work->arena, entry->key_origin, key));
    put(&data, "remoteRef", remote_ref(work, entry->key, entry->value));
    list_add(&secrets->data, map_end(&data, entry->key_origin));
}

/* One volume for each folder: /etc/secrets is `secrets`, /etc/tls is `secrets-etc-tls`. */
static Str volume_name_of(Arena *arena, Str folder)
{
    if (str_equal(folder, SECRET_FOLDER))
        return STR("secrets");
    char *name = arena_text(arena, arena_printf(arena, "secrets%.*s", STR_ARG(folder)));
    for (char *c = name; *c; c++) {
        bool fine = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        else if (!fine)
            *c = '-';
    }
    return str_slice(str_from(name), 0, 63);
}

static void mount_secret_folder(Files *files, const Secrets *secrets, size_t first)
{
    Work *work = files->work;
    Str folder = secrets->files[first].folder;
    ListBuilder items = list_begin(work->arena);
    for (size_t i = first; i < secrets->count; i++) {
        const SecretFile *file = &secrets->files[i];
        if (str_equal(file->folder, folder))
            list_add(&items, item_make(work->arena, file->key, file->name, 0, file->place));
    }
    Origin place = secrets->files[first].place;
    MapBuilder source = map_begin(work->arena);
    put(&source, "secretName", make_text(work->arena, place, "%.*s-secrets", STR_ARG(work->name)));
    put_number(&source, "defaultMode", MODE_0440);
    put(&source, "items", list_end(&items, place));
    Str name = volume_name_of(work->arena, folder);
    add_volume(files, name, "secret", map_end(&source, place), place);
    add_mount(files, name, folder, STR(""), true, place);
}

static void mount_secrets(Files *files, const Secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= str_equal(secrets->files[i].folder, secrets->files[j].folder);
        if (!seen)
            mount_secret_folder(files, secrets, i);
    }
}

static void check_store(Work *work, const Value *secrets)
{
    const Value *store = value_get(work->value, STR("secretStore"));
    bool none = str_equal(value_text_at(store, "kind"), STR("None"));
    if (!none && !value_text_at(store, "name").size)
        work_error(work, place_of(work, secrets),
                   "secrets: secretStore is missing; name it in kiln.yaml: defaults: {secretStore: vault}");
}

static const Value *secrets_complete(Files *files)
{
    Work *work = files->work;
    const Value *stated = without_off(work->arena, value_get(work->value, STR("secrets")));
    Secrets secrets = {.data = list_begin(work->arena), .env = map_begin(work->arena)};
    secrets.files = ARENA_ARRAY(work->arena, SecretFile, stated->size + 1);
    for (uint32_t i = 0; i < stated->size; i++)
        add_secret(work, &secrets, &stated->entries[i]);
    if (stated->size)
        check_store(work, stated);
    mount_secrets(files, &secrets);
    put(&work->out, "secrets", stated);
    put(&work->out, "secretData", list_end(&secrets.data, stated->origin));
    return map_end(&secrets.env, stated->origin);
}

/* ---- volumes ---- */

static const Value *item_list(Work *work, const Value *items)
{
    if (!value_is(items, VALUE_MAP) || !items->size)
        return NULL;
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < items->size; i++)
        list_add(&list, item_make(work->arena, items->entries[i].key, value_text(items->entries[i].value), 0,
                                  items->entries[i].key_origin));
    return list_end(&list, items->origin);
}

static const Value *source_empty_dir(Work *work, const Value *stated)
{
    return without_nones(work->arena, stated);
}

static const Value *source_object(Work *work, const Value *stated)
{
    MapBuilder map = map_begin_with(work->arena, without_nones(work->arena, stated));
    const Value *items = item_list(work, value_get(stated, STR("items")));
    map_remove(&map, STR("items"));
    if (items)
        put(&map, "items", items);
    return map_end(&map, stated->origin);
}

static const Value *source_token(Work *work, const Value *stated)
{
    MapBuilder token = map_begin_with(work->arena, without_nones(work->arena, stated));
    put_text(&token, "path", STR("token"));
    const Value *source = make_map1(work->arena, stated->origin, "serviceAccountToken", map_end(&token, stated->origin));
    ListBuilder sources = list_begin(work->arena);
    list_add(&sources, source);
    return make_map1(work->arena, stated->origin, "sources", list_end(&sources, stated->origin));
}

typedef struct SourceKind {
    const char *member;     /* of the definition */
    const char *kubernetes; /* of the pod's volume */
    const Value *(*make)(Work *work, const Value *stated);
    bool read_only;
} SourceKind;
static const SourceKind source_kinds[] = {
    {"emptyDir", "emptyDir", source_empty_dir, false},
    {"configMap", "configMap", source_object, true},
    {"secret", "secret", source_object, true},
    {"serviceAccountToken", "projected", source_token, true},
};

static void add_user_volume(Files *files, const MapEntry *entry)
{
    Work *work = files->work;
    const SourceKind *kind = &source_kinds[0];
    const Value *stated = NULL;
    for (size_t i = 0; i < LENGTH_OF(source_kinds) && !stated; i++) {
        const Value *member = value_get(entry->value, str_from(source_kinds[i].member));
        if (value_is_none(member))
            continue;
        stated = member;
        kind = &source_kinds[i];
    }
    /* No source at all is an empty folder, with the size limit that every one of them has (rule tmp-bounded). */
    if (!stated)
        stated = make_map1(work->arena, entry->value->origin, "sizeLimit", make_text(work->arena, ORIGIN_NONE, "64Mi"));
    add_volume(files, entry->key, kind->kubernetes, kind->make(work, stated), entry->key_origin);
    Str path = value_text_at(entry->value, "mountPath");
    if (path.size)
        add_mount(files, entry->key, path, value_text_at(entry->value, "subPath"),
                  kind->read_only || value_flag(entry->value, "readOnly", false), entry->key_origin);
}

static bool is_mounted(const Files *files, const Value *volumes, Str path)
{
    for (size_t i = 0; i < files->mounts.count; i++) {
        if (str_equal(value_text_at(files->mounts.items[i], "mountPath"), path))
            return true;
    }
    for (uint32_t i = 0; i < volumes->size; i++) {
        if (str_equal(value_text_at(volumes->entries[i].value, "mountPath"), path))
            return true;
    }
    return false;
}

static void user_volumes(Files *files)
{
    Work *work = files->work;
    const Value *volumes = without_off(work->arena, value_get(work->value, STR("volumes")));
    for (uint32_t i = 0; i < volumes->size; i++)
        add_user_volume(files, &volumes->entries[i]);
    const Value *tmp = value_path(work->definition.value, "volumes.tmp");
    if (tmp || is_mounted(files, volumes, STR("/tmp")))
        return;
    add_volume(files, STR("tmp"), "emptyDir", make_map1(work->arena, ORIGIN_NONE, "sizeLimit",
               make_text(work->arena, ORIGIN_NONE, "64Mi")), ORIGIN_NONE);
    add_mount(files, STR("tmp"), STR("/tmp"), STR(""), false, ORIGIN_NONE);
}

void volumes_complete(Work *work, const Value **mounts, const Value **secret_env)
{
    Files files = {work, list_begin(work->arena), list_begin(work->arena)};
    config_complete(&files);
    *secret_env = secrets_complete(&files);
    user_volumes(&files);
    put(&work->out, "podVolumes", list_end(&files.volumes, ORIGIN_NONE));
    *mounts = list_end(&files.mounts, ORIGIN_NONE);
}
