/*
 * Foreign manifests: from what a file or stream holds to the objects that the gate judges. The table of readers says
 * which files are read as what; this file knows the manifests among them, read as kubectl reads them. Must not know
 * where the text came from, nor what rules look at.
 */
#include "dockerfile.h"

#include "kiln/yaml.h"

#define LAST_APPLIED STR("kubectl.kubernetes.io/last-applied-configuration")

Foreign foreign_begin(Arena *arena)
{
    return (Foreign){.arena = arena, .files = rendered_begin(arena)};
}

RenderedFile *foreign_file(Foreign *foreign, Str path)
{
    RenderedFiles *files = &foreign->files;
    ARENA_GROW(foreign->arena, files->list, files->count, files->capacity);
    files->list[files->count] = (RenderedFile){.path = path, .source = path, .foreign = true};
    return &files->list[files->count++];
}

/* ---- what a server adds ---- */

static const Value *with(Arena *arena, const Value *map, Str key, const Value *value)
{
    const MapEntry *entry = value_entry(map, key);
    if (!entry || entry->value == value)
        return map;
    MapBuilder changed = map_begin_with(arena, map);
    map_set(&changed, key, entry->key_origin, value);
    return map_end(&changed, map->origin);
}

/* It repeats the object: what is wrong with that is found there, and once. */
static const Value *without_server_fields(Arena *arena, const Value *object)
{
    const Value *metadata = value_get(object, STR("metadata"));
    if (!value_is(metadata, VALUE_MAP))
        return value_without(arena, object, STR("status"));
    const Value *annotations = value_get(metadata, STR("annotations")), *kept = metadata;
    if (value_is(annotations, VALUE_MAP))
        kept = with(arena, kept, STR("annotations"), value_without(arena, annotations, LAST_APPLIED));
    kept = value_without(arena, kept, STR("managedFields"));
    return value_without(arena, with(arena, object, STR("metadata"), kept), STR("status"));
}

/* ---- one object ---- */

/* No line of it is quoted beyond the first value. */
static void mask_secret(const Value *object, Diags *diags)
{
    static const char *const members[] = {"data", "stringData"};
    if (!str_equal(value_text_at(object, "kind"), STR("Secret")))
        return;
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *values = value_get(object, str_from(members[i]));
        for (uint32_t j = 0; value_is(values, VALUE_MAP) && j < values->size; j++)
            diags_mask(diags, values->entries[j].value->origin);
    }
    /* The last applied one holds them too. */
    const Value *annotations = value_path(object, "metadata.annotations");
    for (uint32_t i = 0; value_is(annotations, VALUE_MAP) && i < annotations->size; i++)
        diags_mask(diags, annotations->entries[i].value->origin);
}

static bool is_identified(const Value *document, Diags *diags)
{
    static const char *const members[] = {"apiVersion", "kind"};
    if (document->kind != VALUE_MAP) {
        diag_error(diags, document->origin, "expected a Kubernetes object, found %s",
                   value_kind_name((ValueKind)document->kind));
        return false;
    }
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *member = value_get(document, str_from(members[i]));
        if (value_is_none(member) || (value_is(member, VALUE_STRING) && !member->size))
            diag_error(diags, document->origin, "no Kubernetes object: %s is missing", members[i]);
        else if (member->kind != VALUE_STRING)
            diag_error(diags, member->origin, "no Kubernetes object: %s is %s, expected a string", members[i],
                       value_kind_name((ValueKind)member->kind));
        else
            continue;
        return false;
    }
    return true;
}

static void add_object(Foreign *foreign, RenderedFile *file, const Value *object, Diags *diags)
{
    mask_secret(object, diags);
    ARENA_GROW(foreign->arena, file->objects, file->count, file->capacity);
    file->objects[file->count++] = without_server_fields(foreign->arena, object);
    foreign->objects++;
}

/* ---- lists ---- */

static bool is_list(const Value *document)
{
    return str_ends(value_text_at(document, "kind"), STR("List")) &&
           value_is(value_get(document, STR("items")), VALUE_LIST);
}

/* In a list of one kind (PodList) a server leaves out what the items are; kubectl gives them the list's. */
static const Value *identified(Arena *arena, const Value *list, const Value *item)
{
    Str kind = value_text_at(list, "kind");
    if (!value_is(item, VALUE_MAP) || value_get(item, STR("kind")) || value_get(item, STR("apiVersion")) ||
        str_equal(kind, STR("List")))
        return item;
    MapBuilder map = map_begin_with(arena, item);
    map_set(&map, STR("apiVersion"), item->origin, value_get(list, STR("apiVersion")));
    kind = str_slice(kind, 0, kind.size - STR("List").size);
    map_set(&map, STR("kind"), item->origin, value_new_string(arena, item->origin, kind));
    return map_end(&map, item->origin);
}

bool foreign_add(Foreign *foreign, RenderedFile *file, const Value *document, Diags *diags)
{
    if (!is_identified(document, diags))
        return false;
    if (!is_list(document)) {
        add_object(foreign, file, document, diags);
        return true;
    }
    const Value *items = value_get(document, STR("items"));
    bool ok = true;
    for (uint32_t i = 0; i < items->size; i++)
        ok &= foreign_add(foreign, file, identified(foreign->arena, document, items->items[i]), diags);
    return ok;
}

/* ---- manifests ---- */

typedef struct Documents {
    Foreign *foreign;
    RenderedFile *file;
    Diags *diags;
    bool ok;
} Documents;

/* The documents behind a mistake are read as well. */
static bool take_document(void *user, const Value *document)
{
    Documents *documents = user;
    documents->ok &= foreign_add(documents->foreign, documents->file, document, documents->diags);
    return true;
}

static bool read_manifests(Foreign *foreign, RenderedFile *file, const Source *source, Diags *diags)
{
    Documents documents = {foreign, file, diags, true};
    return yaml_manifests(foreign->arena, source, diags, take_document, &documents) && documents.ok;
}

/* What kubectl -R takes: dot-files too. */
static bool is_manifest(Str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml")) || str_ends(path, STR(".json"));
}

/* ---- workflows, Dockerfiles: one file, one object ---- */

static bool add_whole(Foreign *foreign, RenderedFile *file, const Value *whole, FileForm form)
{
    if (!whole)
        return false;
    ARENA_GROW(foreign->arena, file->objects, file->count, file->capacity);
    file->objects[file->count++] = whole;
    file->form = form;
    foreign->objects++;
    return true;
}

/* Where GitHub looks for them. */
static bool is_workflow(Str path)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    Str folder = slash < 0 ? STR("") : str_slice(path, 0, (size_t)slash);
    return str_ends(folder, STR(".github/workflows")) &&
           (str_ends(path, STR(".yml")) || str_ends(path, STR(".yaml")));
}

/* As text in YAML 1.2: to manifests `on` is a boolean. */
static bool read_workflow(Foreign *foreign, RenderedFile *file, const Source *source, Diags *diags)
{
    const Value *whole = yaml_read(foreign->arena, source, diags);
    if (whole && whole->kind != VALUE_MAP) {
        diag_error(diags, whole->origin, "expected a workflow, found %s", value_kind_name((ValueKind)whole->kind));
        return false;
    }
    return add_whole(foreign, file, whole, FORM_WORKFLOW);
}

/* Dockerfile, web.Dockerfile, Dockerfile.web; not what is left out of the build, nor what is still a template. */
static bool is_dockerfile(Str path)
{
    static const char *const others[] = {".dockerignore", ".md", ".tmpl", ".tpl", ".j2", ".erb", ".in", ".template"};
    ptrdiff_t slash = str_rfind_char(path, '/');
    Str name = str_slice(path, (size_t)(slash + 1), path.size);
    for (size_t i = 0; i < LENGTH_OF(others); i++) {
        if (str_ends(name, str_from(others[i])))
            return false;
    }
    return str_equal(name, STR("Dockerfile")) || str_equal(name, STR("Containerfile")) ||
           str_starts(name, STR("Dockerfile.")) || str_starts(name, STR("Containerfile.")) ||
           str_ends(name, STR(".Dockerfile")) || str_ends(name, STR(".dockerfile"));
}

static bool read_dockerfile(Foreign *foreign, RenderedFile *file, const Source *source, Diags *diags)
{
    return add_whole(foreign, file, dockerfile_read(foreign->arena, source, diags), FORM_DOCKERFILE);
}

/* ---- the table ---- */

static const ForeignReader readers[] = {
    {"workflow", is_workflow, read_workflow},
    {"Dockerfile", is_dockerfile, read_dockerfile},
    {"manifests", is_manifest, read_manifests},
};

const ForeignReader *foreign_reader(Str path)
{
    for (size_t i = 0; i < LENGTH_OF(readers); i++) {
        if (readers[i].takes(path))
            return &readers[i];
    }
    return NULL;
}

/* ---- some files at a time on each thread ---- */

enum { PORTION = 32 };

typedef struct Readings {
    const ForeignInput *inputs;
    const Sources *sources;
    Foreign *parts; /* one per portion, as are the diagnostics */
    Diags **diags;
} Readings;

/* A mistake may stand in the middle of a Secret, so the lines of mistakes are quoted only as far as they. */
static void read_input(Foreign *foreign, const ForeignInput *input, Diags *diags)
{
    size_t before = diags_count(diags);
    RenderedFile *file = foreign_file(foreign, input->source->name);
    foreign->failed |= !(input->reader ? input->reader->read : read_manifests)(foreign, file, input->source, diags);
    for (size_t i = before; i < diags_count(diags); i++)
        diags_mask(diags, diags_at(diags, i)->origin);
}

static void read_portion(void *user, Portion portion, Arena *arena)
{
    const Readings *readings = user;
    Foreign *part = &readings->parts[portion.number];
    *part = foreign_begin(arena);
    Diags *diags = readings->diags[portion.number] = diags_new(arena, readings->sources);
    for (size_t i = portion.from; i < portion.to; i++)
        read_input(part, &readings->inputs[i], diags);
}

bool foreign_read(Foreign *foreign, Pool *pool, const ForeignInput *inputs, size_t count, Diags *diags)
{
    size_t portions = portion_count(count, PORTION);
    Readings readings = {.inputs = inputs,
                         .sources = diags_sources(diags),
                         .parts = ARENA_ARRAY(foreign->arena, Foreign, portions),
                         .diags = ARENA_ARRAY(foreign->arena, Diags *, portions)};
    pool_run(pool, foreign->arena, count, PORTION, read_portion, &readings);
    bool ok = true;
    for (size_t i = 0; i < portions; i++) {
        Foreign *part = &readings.parts[i];
        rendered_join(&foreign->files, &part->files);
        foreign->objects += part->objects;
        diags_move(diags, readings.diags[i]);
        ok &= !part->failed;
    }
    foreign->failed |= !ok;
    return ok;
}
