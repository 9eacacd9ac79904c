/*
 * Volumes: what the user declares and what kiln adds, in one list for the pod, and what each container mounts of it.
 * The main container declares; the others mount what it declares.
 */
#include "files.h"

/* ---- mounts ---- */

static Str without_slash(Str path)
{
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    return path;
}

static void check_mount_path(Files *files, Str path, Origin place)
{
    for (size_t i = 0; i < files->mounts.count; i++) {
        const Value *other = files->mounts.items[i];
        if (str_equal(without_slash(value_text_at(other, "mountPath")), without_slash(path)))
            work_error(files->work, place, "two volumes are mounted at %.*s; give one of them another path",
                       STR_ARG(path));
    }
}

void files_mount(Files *files, Str volume, Str path, Str sub_path, bool read_only, Origin place)
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

void files_volume(Files *files, Str name, const char *source, const Value *value, Origin place)
{
    Arena *arena = files->work->arena;
    for (size_t i = 0; i < files->work->pod->volumes.count; i++) {
        if (str_equal(value_text_at(files->work->pod->volumes.items[i], "name"), name))
            field_error(files->work, place, "volumes.%.*s: kiln uses this name itself here; choose another",
                        STR_ARG(name));
    }
    MapBuilder volume = map_begin(arena);
    put(&volume, "name", value_new_string(arena, place, name));
    put(&volume, source, value);
    list_add(&files->work->pod->volumes, map_end(&volume, place));
}

Str files_volume_name(const Work *work, Str name)
{
    if (!work->owner)
        return name;
    Str full = arena_printf(work->arena, "%.*s-%.*s", STR_ARG(work->name), STR_ARG(name));
    Str label = full.size <= 63 ? full : str_slice(full, full.size - 63, full.size);
    while (label.data[0] == '-')
        label = str_slice(label, 1, label.size);
    return label;
}

const Value *file_item(Arena *arena, Str key, Str path, int mode, Origin place)
{
    MapBuilder item = map_begin(arena);
    put(&item, "key", value_new_string(arena, place, key));
    put(&item, "path", value_new_string(arena, place, path));
    if (mode)
        put_number(&item, "mode", mode);
    return map_end(&item, place);
}

Str file_key(Arena *arena, Str path)
{
    char *key = arena_text(arena, path);
    for (size_t i = 0; i < path.size; i++) {
        if (key[i] == '/')
            key[i] = '_';
    }
    return (Str){key, path.size};
}

void file_split(Str path, Str *folder, Str *name)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    *folder = slash <= 0 ? STR("/") : str_slice(path, 0, (size_t)slash);
    *name = str_slice(path, (size_t)(slash + 1), path.size);
}

/* ---- volumes ---- */

static const Value *item_list(Work *work, const Value *items)
{
    if (!value_is(items, VALUE_MAP) || !items->size)
        return NULL;
    ListBuilder list = list_begin(work->arena);
    for (uint32_t i = 0; i < items->size; i++)
        list_add(&list, file_item(work->arena, items->entries[i].key, value_text(items->entries[i].value), 0,
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
    const Value *source =
        make_map1(work->arena, stated->origin, "serviceAccountToken", map_end(&token, stated->origin));
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

/* The stated source of a volume; NULL where it has none. */
static const SourceKind *source_of(const Value *volume, const Value **stated)
{
    for (size_t i = 0; i < LENGTH_OF(source_kinds); i++) {
        *stated = value_get(volume, str_from(source_kinds[i].member));
        if (!value_is_none(*stated))
            return &source_kinds[i];
    }
    *stated = NULL;
    return NULL;
}

static void mount_volume(Files *files, const MapEntry *entry, bool read_only)
{
    Str path = value_text_at(entry->value, "mountPath");
    if (path.size)
        files_mount(files, entry->key, path, value_text_at(entry->value, "subPath"),
                    read_only || value_flag(entry->value, "readOnly", false), entry->key_origin);
}

static void declare_volume(Files *files, const MapEntry *entry)
{
    Work *work = files->work;
    const Value *stated, *claim = value_get(entry->value, STR("persistentVolumeClaim"));
    const SourceKind *kind = source_of(entry->value, &stated);
    if (!value_is_none(claim)) {
        const Value *made = claim_make(work, entry, claim);
        if (made)
            files_volume(files, entry->key, "persistentVolumeClaim", made, entry->key_origin);
        mount_volume(files, entry, false);
        return;
    }
    /* No source at all is an empty folder, with the size limit that every one of them has (rule tmp-bounded). */
    if (!kind) {
        kind = &source_kinds[0];
        stated =
            make_map1(work->arena, entry->value->origin, "sizeLimit", make_text(work->arena, ORIGIN_NONE, "64Mi"));
    }
    files_volume(files, entry->key, kind->kubernetes, kind->make(work, stated), entry->key_origin);
    mount_volume(files, entry, kind->read_only);
}

/* ---- the other containers ---- */

static const Value *declared_volumes(const Work *workload)
{
    return without_off(workload->arena, value_get(workload->value, STR("volumes")));
}

static bool pod_has(const Pod *pod, Str name)
{
    for (size_t i = 0; i < pod->volumes.count; i++) {
        if (str_equal(value_text_at(pod->volumes.items[i], "name"), name))
            return true;
    }
    return false;
}

static void report_undeclared(Work *work, const MapEntry *entry)
{
    const Value *declared = declared_volumes(work->owner);
    NearMiss miss = near_miss_begin(entry->key);
    for (uint32_t i = 0; i < declared->size; i++)
        near_miss_offer(&miss, declared->entries[i].key);
    Str best = near_miss_best(&miss);
    if (best.data)
        field_error(work, entry->key_origin,
                    "volumes.%.*s: the service declares no volume of that name; did you mean '%.*s'?",
                    STR_ARG(entry->key), STR_ARG(best));
    else
        field_error(work, entry->key_origin,
                    "volumes.%.*s: the service declares no volume of that name; add it on top: volumes: {%.*s: "
                    "{emptyDir: 64Mi}}",
                    STR_ARG(entry->key), STR_ARG(entry->key));
}

/* Text stands for an empty emptyDir as well; anything more would be a second source. */
static void check_no_source(Work *work, const MapEntry *entry)
{
    static const char *const sources[] = {"emptyDir", "persistentVolumeClaim", "configMap", "secret",
                                          "serviceAccountToken"};
    const Value *written = value_get(value_get(work->definition.value, STR("volumes")), entry->key);
    for (size_t i = 0; i < LENGTH_OF(sources); i++) {
        const Value *source = value_get(written, str_from(sources[i]));
        if (value_is(source, VALUE_MAP) && source->size)
            field_error(work, entry->key_origin,
                        "volumes.%.*s: only the top of a definition says what a volume is; move %s "
                        "there",
                        STR_ARG(entry->key), sources[i]);
    }
}

static void mount_declared(Files *files, const MapEntry *entry)
{
    Work *work = files->work;
    const Value *declared = value_get(declared_volumes(work->owner), entry->key), *stated;
    check_no_source(work, entry);
    /* A sidecar of a job may mount what jobs do not share. */
    if (!declared && value_get(declared_volumes(work->service), entry->key))
        return;
    if (!declared && !pod_has(work->pod, entry->key)) {
        report_undeclared(work, entry);
        return;
    }
    if (!value_text_at(entry->value, "mountPath").size)
        field_error(work, entry->key_origin, "volumes.%.*s: mountPath is missing; add it", STR_ARG(entry->key));
    const SourceKind *kind = source_of(declared, &stated);
    mount_volume(files, entry, kind && kind->read_only);
}

/* ---- /tmp, which every container can write unless it says otherwise ---- */

static bool is_mounted(const Files *files, Str path)
{
    for (size_t i = 0; i < files->mounts.count; i++) {
        if (str_equal(without_slash(value_text_at(files->mounts.items[i], "mountPath")), path))
            return true;
    }
    return false;
}

static bool tmp_is_off(const Work *work)
{
    return is_off(value_path(work->definition.value, "volumes.tmp"));
}

static void add_tmp(Files *files)
{
    Work *work = files->work;
    const Value *limit = make_text(work->arena, ORIGIN_NONE, "64Mi");
    if (!pod_has(work->pod, STR("tmp")))
        files_volume(files, STR("tmp"), "emptyDir", make_map1(work->arena, ORIGIN_NONE, "sizeLimit", limit),
                     ORIGIN_NONE);
}

static void mount_tmp(Files *files)
{
    const Work *work = files->work;
    bool stated = value_path(work->definition.value, "volumes.tmp");
    if (stated || is_mounted(files, STR("/tmp")) || (work->owner && tmp_is_off(work->owner)))
        return;
    add_tmp(files);
    files_mount(files, STR("tmp"), STR("/tmp"), STR(""), false, ORIGIN_NONE);
}

static void user_volumes(Files *files)
{
    const Value *volumes = declared_volumes(files->work);
    if (files->work->owner && value_get(volumes, STR("tmp")))
        add_tmp(files);
    for (uint32_t i = 0; i < volumes->size; i++) {
        if (files->work->owner)
            mount_declared(files, &volumes->entries[i]);
        else
            declare_volume(files, &volumes->entries[i]);
    }
    mount_tmp(files);
}

void files_complete(Work *work, const Value **mounts, const Value **secret_env)
{
    Files files = {work, list_begin(work->arena)};
    config_mount(&files);
    *secret_env = secrets_complete(&files);
    user_volumes(&files);
    rights_mount(&files);
    *mounts = list_end(&files.mounts, ORIGIN_NONE);
}
