/*
 * releases/E.yaml as it is written: by kiln, into a file that people may touch too. What comes out is text; writing
 * it is up to whoever asked.
 */
#include "project_private.h"

#include "kiln/yaml.h"

enum { NAMED_LIMIT = 50 };

static void put(Arena *arena, MapBuilder *map, const char *key, Str text)
{
    if (text.size)
        map_set(map, str_from(key), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, text));
}

const Value *release_new(Arena *arena, Str tag, Str digest, Str revision)
{
    MapBuilder map = map_begin(arena);
    put(arena, &map, "tag", tag);
    put(arena, &map, "digest", digest);
    put(arena, &map, "revision", revision);
    return map_end(&map, ORIGIN_NONE);
}

bool release_same_image(const Value *a, const Value *b)
{
    return str_equal(value_text_at(a, "tag"), value_text_at(b, "tag")) &&
           str_equal(value_text_at(a, "digest"), value_text_at(b, "digest"));
}

Str releases_path(Arena *arena, const Environment *environment)
{
    return arena_printf(arena, "releases/%.*s.yaml", STR_ARG(environment->name));
}

const Value *releases_read(Arena *arena, Str text)
{
    Sources *sources = sources_new(arena);
    Diags *unheard = diags_new(arena, sources);
    const Source *source = sources_add(sources, STR(""), text, false);
    const Value *raw = source ? yaml_read(arena, source, unheard) : NULL;
    ModelExpand how = {.document = MODEL_RELEASES, .kind = KIND_ANY, .resolved = true};
    const Value *value = raw ? model_expand(arena, raw, how, unheard) : NULL;
    return value ? value_get(value, STR("services")) : NULL;
}

/* The document with the changes in it. */
static const Value *changed(Arena *arena, const Value *document, const ReleaseChange *changes, size_t count)
{
    const MapEntry *entry = value_entry(document, STR("services"));
    const Value *old = entry && entry->value->kind == VALUE_MAP ? entry->value : &value_empty_map;
    MapBuilder services = map_begin_with(arena, old), map = map_begin_with(arena, document);
    for (size_t i = 0; i < count; i++)
        map_set(&services, changes[i].service, ORIGIN_NONE, changes[i].release);
    map_set(&map, STR("services"), entry ? entry->key_origin : ORIGIN_NONE, map_end(&services, old->origin));
    return map_end(&map, document->origin);
}

/* Read again with its places; an absent file begins with a line about itself. */
static const Source *read_source(Arena *arena, Sources *sources, const Project *project,
                                 const Environment *environment, ReleasesFile *file, Diags *diags)
{
    bool missing;
    const Source *source = project_read_source(arena, sources, project, file->path, &missing, diags);
    file->exists = !missing;
    file->old_text = source ? source->text : STR("");
    if (!missing)
        return source;
    Str name = arena_printf(arena, "%.*s%.*s", STR_ARG(project->prefix), STR_ARG(file->path));
    Str text = arena_printf(arena,
                            "# Which image of each service runs in %.*s.\n"
                            "# Written by kiln release, promote and rollback, which keep comments and order.\n",
                            STR_ARG(environment->name));
    source = sources_add(sources, name, text, false);
    if (!source)
        diag_file_error(diags, name, "cannot be read: more than 4 GiB of input in one run");
    return source;
}

static void refuse(Arena *arena, const Value *document, const ReleaseChange *change, Diags *diags)
{
    Buf out = {0};
    value_print_json(change->release, false, &out);
    const MapEntry *entry = value_entry(value_get(document, STR("services")), change->service);
    diag_error(diags, entry ? entry->key_origin : document->origin,
               "kiln cannot change services.%.*s without changing more (an anchor, an alias, a merge key, a value "
               "over several lines); write it by hand: %.*s: %.*s",
               STR_ARG(change->service), STR_ARG(change->service), STR_ARG(arena_copy(arena, buf_str(&out))));
    buf_release(&out);
}

bool releases_edit(Arena *arena, Sources *sources, const Project *project, const Environment *environment,
                   const ReleaseChange *changes, size_t count, Diags *diags, ReleasesFile *file)
{
    file->path = releases_path(arena, environment);
    const Source *source = read_source(arena, sources, project, environment, file, diags);
    const Value *document = source ? yaml_read(arena, source, diags) : NULL;
    if (!document)
        return false;
    if (yaml_edit(arena, source, document, changed(arena, document, changes, count), &file->text))
        return true;
    /* The first that cannot be changed alone is the one to name; of a great many, the last one tried. */
    size_t i = 0;
    while (i + 1 < count && i < NAMED_LIMIT &&
           yaml_edit(arena, source, document, changed(arena, document, &changes[i], 1), &file->text))
        i++;
    refuse(arena, document, &changes[i], diags);
    return false;
}
