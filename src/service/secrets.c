/*
 * Secrets: the one Secret of a service, and what each container sees of it: files by folder, or variables. A
 * container mounts only the keys that it names itself.
 */
#include "files.h"

enum { MODE_0440 = 0440 };

#define SECRET_FOLDER STR("/etc/secrets")

/* Folders whose contents an image needs, so that no mount may hide them (definition.md: secrets.<K>.path). */
static const char *const kept_folders[] = {"/", "/etc", "/usr", "/bin", "/lib", "/etc/ssl/certs"};

typedef struct SecretFile {
    Str folder;
    Str name;
    Str key; /* in the Secret */
    Origin place;
} SecretFile;

typedef struct Secrets {
    SecretFile *files;
    size_t count;
    MapBuilder env;
} Secrets;

/* A key below the store's path. Where somebody states the path, the lineage names that place last. */
static const Value *make_key(Arena *arena, Origin place, Str text, const Value *path)
{
    if (value_is_none(path))
        return value_new_string(arena, place, text);
    Origin inputs[] = {place, path->origin};
    return value_new_string_made(arena, text, lineage_new(arena, place, inputs, LENGTH_OF(inputs)));
}

static const Value *remote_ref(Work *work, Str key, const Value *secret)
{
    const Value *ref = value_get(secret, STR("remoteRef"));
    const Value *store = value_get(work->service->value, STR("secretStore"));
    const Value *stated = value_get(ref, STR("key"));
    const Value *property = value_get(ref, STR("property"));
    Str remote = value_is_none(stated) ? key : value_text(stated);
    Origin place = place_of(work, stated ? stated : secret);
    MapBuilder map = map_begin(work->arena);
    bool by_property = str_equal(value_text_at(store, "layout"), STR("property"));
    const Value *path = value_get(store, STR("path"));
    Str base = value_text_at(store, "path");
    if (!base.size)
        base = arena_printf(work->arena, "%.*s/%.*s/%.*s", STR_ARG(work->project->name),
                            STR_ARG(work->environment->name), STR_ARG(work->service->name));
    if (str_starts(remote, STR("/")))
        put(&map, "key", value_new_string(work->arena, place, str_slice(remote, 1, remote.size)));
    else if (by_property && value_is_none(property)) {
        put(&map, "key", make_key(work->arena, place, base, path));
        property = value_new_string(work->arena, place, remote);
    } else
        put(&map, "key",
            make_key(work->arena, place, arena_printf(work->arena, "%.*s/%.*s", STR_ARG(base), STR_ARG(remote)), path));
    put(&map, "property", property);
    put(&map, "version", value_get(ref, STR("version")));
    return map_end(&map, secret->origin);
}

static void add_env_secret(Work *work, Secrets *secrets, const MapEntry *entry, Str key)
{
    if (!name_is_env(entry->key))
        field_error(work, entry->key_origin,
                    "secrets.%.*s: 'as: env' needs a variable's name; rename it or use as: file",
                    STR_ARG(entry->key));
    MapBuilder ref = map_begin(work->arena);
    put(&ref, "name", make_text(work->arena, entry->value->origin, "%.*s-secrets", STR_ARG(work->service->name)));
    put(&ref, "key", value_new_string(work->arena, entry->key_origin, key));
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
            field_error(work, file.place, "secrets.%.*s.path: expected a file name or an absolute path, found '%.*s'",
                        STR_ARG(entry->key), STR_ARG(path));
        return file;
    }
    file_split(path, &file.folder, &file.name);
    file.key = file_key(work->arena, path);
    if (folder_is_kept(file.folder))
        field_error(work, file.place,
                    "secrets.%.*s.path: a mount at %.*s would hide what the image has there; use a folder of "
                    "its own",
                    STR_ARG(entry->key), STR_ARG(file.folder));
    return file;
}

static bool is_file_of_another(Work *work, const Secrets *secrets, const SecretFile *file, Str name)
{
    for (size_t i = 0; i < secrets->count; i++) {
        const SecretFile *other = &secrets->files[i];
        if (!str_equal(other->folder, file->folder) || !str_equal(other->name, file->name))
            continue;
        field_error(work, file->place,
                    "secrets.%.*s.path: another secret is the file %.*s/%.*s already; give it another "
                    "name",
                    STR_ARG(name), STR_ARG(file->folder), STR_ARG(file->name));
        return true;
    }
    return false;
}

static const Value *data_find(const Work *service, Str key)
{
    for (size_t i = 0; i < service->secret_data.count; i++) {
        if (str_equal(value_text_at(service->secret_data.items[i], "secretKey"), key))
            return service->secret_data.items[i];
    }
    return NULL;
}

/*
 * The key in the service's one Secret. What a job or another container takes from another place under a name that is
 * in use already gets its name in front.
 */
static Str data_add(Work *work, const MapEntry *entry, Str key)
{
    Work *service = work->service;
    const Value *ref = remote_ref(work, entry->key, entry->value);
    const Value *other = data_find(service, key);
    Str name = entry->key;
    if (other && work != service && !value_equal(value_get(other, STR("remoteRef")), ref)) {
        name = key = arena_printf(work->arena, "%.*s.%.*s", STR_ARG(work->label), STR_ARG(key));
        other = data_find(service, key);
    }
    if (other && value_equal(value_get(other, STR("remoteRef")), ref))
        return key;
    if (other)
        field_error(work, entry->key_origin, "secrets.%.*s: the Secret has a key '%.*s' already; rename one",
                    STR_ARG(entry->key), STR_ARG(key));
    MapBuilder data = map_begin(work->arena);
    put(&data, "name", value_new_string(work->arena, entry->key_origin, name));
    put(&data, "secretKey", value_new_string(work->arena, entry->key_origin, key));
    put(&data, "remoteRef", ref);
    put(&data, "rotation", value_get(entry->value, STR("rotation")));
    list_add(&service->secret_data, map_end(&data, entry->key_origin));
    return key;
}

/* A secret that its owner renews more often than anybody asks for it would be stale (rule external-secret-shape). */
static void check_rotation(Work *work, const MapEntry *entry)
{
    const Value *rotation = value_get(entry->value, STR("rotation"));
    const Value *refresh = value_path(work->service->value, "secretStore.refreshInterval");
    int64_t renewed, asked;
    if (value_is_none(rotation) || value_is_none(refresh) || !duration_parse(value_text(rotation), &renewed) ||
        !duration_parse(value_text(refresh), &asked) || renewed >= asked)
        return;
    field_error(work, place_of(work, rotation),
                "secrets.%.*s.rotation: %.*s is shorter than secretStore.refreshInterval %.*s; "
                "lower refreshInterval",
                STR_ARG(entry->key), STR_ARG(value_text(rotation)), STR_ARG(value_text(refresh)));
}

static void add_secret(Work *work, Secrets *secrets, const MapEntry *entry)
{
    check_rotation(work, entry);
    if (str_equal(value_text_at(entry->value, "as"), STR("env"))) {
        add_env_secret(work, secrets, entry, data_add(work, entry, entry->key));
        return;
    }
    SecretFile file = file_secret(work, entry);
    if (is_file_of_another(work, secrets, &file, entry->key))
        return;
    file.key = data_add(work, entry, file.key);
    secrets->files[secrets->count++] = file;
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
    Str label = str_slice(str_from(name), 0, 63);
    while (label.data[label.size - 1] == '-')
        label.size--;
    return label;
}

static void mount_secret_folder(Files *files, const Secrets *secrets, size_t first)
{
    Work *work = files->work;
    Str folder = secrets->files[first].folder;
    ListBuilder items = list_begin(work->arena);
    for (size_t i = first; i < secrets->count; i++) {
        const SecretFile *file = &secrets->files[i];
        if (str_equal(file->folder, folder))
            list_add(&items, file_item(work->arena, file->key, file->name, 0, file->place));
    }
    Origin place = secrets->files[first].place;
    MapBuilder source = map_begin(work->arena);
    put(&source, "secretName", make_text(work->arena, place, "%.*s-secrets", STR_ARG(work->service->name)));
    put_number(&source, "defaultMode", MODE_0440);
    put(&source, "items", list_end(&items, place));
    Str name = files_volume_name(work, volume_name_of(work->arena, folder));
    files_volume(files, name, "secret", map_end(&source, place), place);
    files_mount(files, name, folder, STR(""), true, place);
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
    const Value *store = value_get(work->service->value, STR("secretStore"));
    bool none = str_equal(value_text_at(store, "kind"), STR("None"));
    if (!none && !value_text_at(store, "name").size)
        field_error(work, place_of(work, secrets),
                    "secrets: secretStore is missing; name it in kiln.yaml: defaults: {secretStore: vault}");
}

const Value *secrets_complete(Files *files)
{
    Work *work = files->work;
    const Value *stated = without_off(work->arena, value_get(work->value, STR("secrets")));
    Secrets secrets = {.env = map_begin(work->arena)};
    secrets.files = ARENA_ARRAY(work->arena, SecretFile, stated->size + 1);
    for (uint32_t i = 0; i < stated->size; i++)
        add_secret(work, &secrets, &stated->entries[i]);
    if (stated->size)
        check_store(work, stated);
    mount_secrets(files, &secrets);
    put(&work->out, "secrets", stated);
    return map_end(&secrets.env, stated->origin);
}
