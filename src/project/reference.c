/*
 * References: ${project.…} ${env.…} ${service.…} ${vars.…} ${file:…}. A string that is one whole reference takes the
 * value it names, any other keeps being a string. $${ is a literal ${. References inside vars are resolved when they
 * are used, with a bound on how far they lead, so that a circle ends in a message.
 */
#include "project_private.h"

#include <errno.h>

#include "kiln/kube.h"
#include "kiln/yaml.h"

enum { FOLLOW_LIMIT = 32, INPUT_LIMIT = 16 };
/* Of one definition: vars that name each other twice double with every step. */
enum { LOOKUP_LIMIT = 100000, TEXT_LIMIT = 8 << 20 };
/* Bytes of a message that name what there is instead. */
enum { NAMES_LIMIT = 1024 };

typedef struct Resolver {
    Arena *arena;
    const ReferenceScope *scope;
    Diags *diags;
    unsigned followed;
    size_t lookups;
    size_t bytes; /* of text put together or read */
    bool failed;
    bool spent; /* beyond a limit, which has been said; the rest stays as it is */
} Resolver;

static const Value *resolve(Resolver *resolver, const Value *value, const Path *path);

bool text_has_reference(Str text)
{
    return str_find(text, STR("${"), 0) >= 0;
}

/* ---- where a reference stands ---- */

/* The place of a piece of a string inside its source, where the source has it as it is; else the string's own. */
static Origin piece_origin(const Resolver *resolver, const Value *string, Str piece)
{
    const Source *source = sources_find(diags_sources(resolver->diags), string->origin);
    if (!source)
        return string->origin;
    size_t offset = string->origin - source->base;
    Str rest = str_slice(source->text, offset, offset + string->size * 2 + 2);
    ptrdiff_t at = str_find(rest, piece, 0);
    return at < 0 ? string->origin : string->origin + (Origin)at;
}

/* ---- what a reference names ---- */

static const Value *fail_not_a_reference(Resolver *resolver, const Value *string, Str piece)
{
    Str inner = str_slice(piece, 2, piece.size - 1);
    diag_error(resolver->diags, piece_origin(resolver, string, piece),
               "'%.*s' is not a reference (project, env, service, vars, file); write $${%.*s} for a literal",
               STR_ARG(piece), STR_ARG(inner));
    resolver->failed = true;
    return NULL;
}

static const Value *text_value(Resolver *resolver, Str text)
{
    return text.size ? value_new_string(resolver->arena, ORIGIN_NONE, text) : NULL;
}

typedef const Value *RootFn(Resolver *resolver, Str rest);

static const Value *root_project(Resolver *resolver, Str rest)
{
    static const char *const members[] = {"name", "registry", "domain", "repository"};
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        if (str_equal(rest, str_from(members[i])))
            return text_value(resolver, value_text_at(resolver->scope->project->value, members[i]));
    }
    return NULL;
}

static const Value *root_env(Resolver *resolver, Str rest)
{
    const Environment *environment = resolver->scope->environment;
    if (!environment)
        return NULL;
    if (str_equal(rest, STR("name")))
        return text_value(resolver, environment->name);
    if (str_equal(rest, STR("tier")))
        return text_value(resolver, tier_names[environment->tier]);
    if (str_equal(rest, STR("domain")))
        return text_value(resolver, environment->domain);
    if (str_equal(rest, STR("namespace")))
        return text_value(resolver, environment->namespace);
    return NULL;
}

static const Value *root_service(Resolver *resolver, Str rest)
{
    if (str_equal(rest, STR("name")))
        return text_value(resolver, resolver->scope->service);
    if (str_equal(rest, STR("version")))
        return text_value(resolver, resolver->scope->version);
    return NULL;
}

static const Value *root_vars(Resolver *resolver, Str rest)
{
    const Value *value = resolver->scope->vars;
    for (Str key; value && str_split(&rest, '.', &key);)
        value = value_get(value, key);
    return value;
}

typedef struct Root {
    const char *name;
    RootFn *find;
    const char *members; /* for the message */
} Root;
static const Root roots[] = {
    {"project", root_project, "name, registry, domain, repository"},
    {"env", root_env, "name, tier, domain, namespace"},
    {"service", root_service, "name, version"},
    {"vars", root_vars, NULL},
};

/* "environments/staging.yaml:4:9 defines host, name": the deepest map on the way that exists. */
static void fail_undefined_var(Resolver *resolver, const Value *string, Str piece, Str dotted, const Path *path)
{
    const Value *map = resolver->scope->vars;
    Str rest = dotted, key;
    while (str_split(&rest, '.', &key)) {
        const Value *next = value_get(map, key);
        if (!value_is(next, VALUE_MAP))
            break;
        map = next;
    }
    Buf names = {0};
    for (uint32_t i = 0; value_is(map, VALUE_MAP) && i < map->size; i++) {
        bool enough = names.size > NAMES_LIMIT;
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(enough ? STR("…") : map->entries[i].key));
        if (enough)
            break;
    }
    const Environment *environment = resolver->scope->environment;
    Str where = environment ? arena_printf(resolver->arena, " in %.*s", STR_ARG(environment->name)) : STR("");
    Origin at = piece_origin(resolver, string, piece);
    Str field = path_text(resolver->arena, path);
    if (names.size)
        diag_error(resolver->diags, at, "%.*s: %.*s is not defined%.*s; %.*s defines %.*s", STR_ARG(field),
                   STR_ARG(str_slice(piece, 2, piece.size - 1)), STR_ARG(where),
                   STR_ARG(origin_text(resolver->arena, diags_sources(resolver->diags), map->entries[0].key_origin)),
                   STR_ARG(buf_str(&names)));
    else
        diag_error(resolver->diags, at, "%.*s: %.*s is not defined%.*s; add vars to kiln.yaml or to the environment",
                   STR_ARG(field), STR_ARG(str_slice(piece, 2, piece.size - 1)), STR_ARG(where));
    buf_release(&names);
}

static const Value *fail_undefined(Resolver *resolver, const Value *string, Str piece, const Root *root, Str rest,
                                   const Path *path)
{
    resolver->failed = true;
    if (root->find == root_vars) {
        fail_undefined_var(resolver, string, piece, rest, path);
        return NULL;
    }
    Str inner = str_slice(piece, 2, piece.size - 1);
    bool known = str_find(arena_printf(resolver->arena, ", %s,", root->members),
                          arena_printf(resolver->arena, ", %.*s,", STR_ARG(rest)), 0) >= 0;
    Origin at = piece_origin(resolver, string, piece);
    if (!known)
        diag_error(resolver->diags, at, "%.*s: '%.*s' is not a reference; %s has %s",
                   STR_ARG(path_text(resolver->arena, path)), STR_ARG(inner), root->name, root->members);
    else if (root->find == root_project)
        diag_error(resolver->diags, at, "%.*s: %.*s is not set; add %.*s to kiln.yaml",
                   STR_ARG(path_text(resolver->arena, path)), STR_ARG(inner), STR_ARG(rest));
    else if (str_equal(inner, STR("env.domain")) && resolver->scope->environment)
        diag_error(resolver->diags, at, "%.*s: env.domain is not set; add domain to kiln.yaml",
                   STR_ARG(path_text(resolver->arena, path)));
    else
        diag_error(resolver->diags, at, "%.*s: %.*s is not known here", STR_ARG(path_text(resolver->arena, path)),
                   STR_ARG(inner));
    return NULL;
}

static bool spend(Resolver *resolver, const Value *string, const Path *path, size_t lookups, size_t bytes)
{
    resolver->lookups += lookups;
    resolver->bytes += bytes;
    if (resolver->lookups <= LOOKUP_LIMIT && resolver->bytes <= TEXT_LIMIT)
        return true;
    if (!resolver->spent)
        diag_error(
            resolver->diags, string->origin,
            "%.*s: references lead to more than %d others or to more than 8 MiB of text; name fewer vars in vars",
            STR_ARG(path_text(resolver->arena, path)), LOOKUP_LIMIT);
    resolver->failed = resolver->spent = true;
    return false;
}

/* piece is the whole "${…}". */
static const Value *lookup(Resolver *resolver, const Value *string, Str piece, const Path *path)
{
    Str rest = str_slice(piece, 2, piece.size - 1), name;
    str_split(&rest, '.', &name);
    for (size_t i = 0; i < LENGTH_OF(roots); i++) {
        if (!str_equal(name, str_from(roots[i].name)) || !rest.data)
            continue;
        const Value *found = roots[i].find(resolver, rest);
        if (!found)
            return fail_undefined(resolver, string, piece, &roots[i], rest, path);
        if (resolver->followed >= FOLLOW_LIMIT) {
            diag_error(resolver->diags, piece_origin(resolver, string, piece),
                       "%.*s: %.*s refers to itself; break the circle", STR_ARG(path_text(resolver->arena, path)),
                       STR_ARG(str_slice(piece, 2, piece.size - 1)));
            resolver->failed = true;
            return NULL;
        }
        if (!spend(resolver, string, path, 1, 0))
            return NULL;
        resolver->followed++;
        found = resolve(resolver, found, path);
        resolver->followed--;
        return found;
    }
    return fail_not_a_reference(resolver, string, piece);
}

/* ---- ${file:…} ---- */

static bool is_config_value(const Path *path)
{
    return path && path->up && path->up->key.data && str_equal(path->up->key, STR("config"));
}

static bool path_stays_inside(Str path)
{
    Str rest = path, segment;
    if (!path.size || path.data[0] == '/')
        return false;
    while (str_split(&rest, '/', &segment)) {
        if (!segment.size || str_equal(segment, STR("..")) || str_equal(segment, STR(".")))
            return false;
    }
    return true;
}

/* There a clone keeps what it was made with, a token among it (actions/checkout). */
static bool is_git_own(Str path)
{
    bool own = false;
    for (Str segment; !own && str_split(&path, '/', &segment);)
        own = name_is_git(segment);
    return own;
}

static const Value *fail_file(Resolver *resolver, const Value *string, const Path *path, const char *why)
{
    diag_error(resolver->diags, string->origin, "%.*s: %s", STR_ARG(path_text(resolver->arena, path)), why);
    resolver->failed = true;
    return NULL;
}

static const Value *file_value(Resolver *resolver, const Value *string, Str piece, const Path *path)
{
    Str file = str_slice(piece, 7, piece.size - 1);
    if (piece.size != string->size || !is_config_value(path))
        return fail_file(resolver, string, path, "${file:…} is only allowed as a whole config value");
    if (!path_stays_inside(file))
        return fail_file(resolver, string, path, "${file:…} takes a relative path inside the project");
    if (is_git_own(file))
        return fail_file(resolver, string, path, "${file:…} takes no file of git's own");
    Str text;
    int error = store_read(resolver->scope->project->store, resolver->arena, file, PROJECT_FILE_LIMIT, &text);
    size_t bad;
    if (error == EFBIG)
        return fail_file(resolver, string, path, "the file is larger than 1 MiB, the limit of a ConfigMap");
    if (error) {
        if (error != ECANCELED)
            diag_error(resolver->diags, string->origin, "%.*s: cannot read %.*s: %s",
                       STR_ARG(path_text(resolver->arena, path)), STR_ARG(file), store_error(error));
        resolver->failed = true;
        return NULL;
    }
    if (!spend(resolver, string, path, 1, text.size))
        return NULL;
    if (!utf8_valid(text, &bad))
        return fail_file(resolver, string, path, "the file is not UTF-8 text");
    return value_new_string(resolver->arena, string->origin, text);
}

/* ---- strings ---- */

typedef struct Joined {
    Buf text;
    Origin inputs[INPUT_LIMIT];
    size_t count;
} Joined;

static void join_input(Joined *joined, Origin origin)
{
    if (joined->count < INPUT_LIMIT && origin != ORIGIN_NONE)
        joined->inputs[joined->count++] = origin;
}

/* The end of the "${…}" that starts at from, behind its brace; 0 without one. */
static size_t piece_end(Str text, size_t from)
{
    ptrdiff_t end = str_find(text, STR("}"), from);
    return end < 0 ? 0 : (size_t)end + 1;
}

static void join_piece(Resolver *resolver, Joined *joined, const Value *string, Str piece, const Path *path)
{
    if (str_starts(piece, STR("${file:"))) {
        (void)file_value(resolver, string, piece, path);
        return;
    }
    const Value *found = lookup(resolver, string, piece, path);
    if (!found)
        return;
    if (!value_is_scalar(found)) {
        diag_error(resolver->diags, piece_origin(resolver, string, piece),
                   "%.*s: '%.*s' is %s and cannot stand inside text", STR_ARG(path_text(resolver->arena, path)),
                   STR_ARG(piece), value_kind_name((ValueKind)found->kind));
        resolver->failed = true;
        return;
    }
    if (!spend(resolver, string, path, 0, found->size))
        return;
    buf_add(&joined->text, value_text(found));
    join_input(joined, found->origin);
}

static const Value *join(Resolver *resolver, const Value *string, const Path *path)
{
    Joined joined = {.inputs = {string->origin}, .count = 1};
    Str text = value_text(string);
    for (size_t at = 0; at < text.size;) {
        ptrdiff_t found = str_find(text, STR("${"), at);
        size_t start = found < 0 ? text.size : (size_t)found;
        bool escaped = found > 0 && text.data[start - 1] == '$';
        buf_add(&joined.text, str_slice(text, at, escaped ? start - 1 : start));
        if (start == text.size)
            break;
        size_t end = escaped ? start + 2 : piece_end(text, start);
        if (!end) {
            diag_error(resolver->diags, string->origin,
                       "%.*s: '${' is not closed; add '}' or write $${ for a literal",
                       STR_ARG(path_text(resolver->arena, path)));
            resolver->failed = true;
            break;
        }
        if (escaped)
            buf_add(&joined.text, STR("${"));
        else
            join_piece(resolver, &joined, string, str_slice(text, start, end), path);
        at = end;
    }
    Str result = arena_copy(resolver->arena, buf_str(&joined.text));
    buf_release(&joined.text);
    return value_new_string_made(resolver->arena, result,
                                 lineage_new(resolver->arena, string->origin, joined.inputs, joined.count));
}

static bool is_whole_reference(Str text)
{
    return str_starts(text, STR("${")) && piece_end(text, 0) == text.size;
}

static const Value *resolve_string(Resolver *resolver, const Value *string, const Path *path)
{
    Str text = value_text(string);
    if (!text_has_reference(text))
        return string;
    if (!is_whole_reference(text))
        return join(resolver, string, path);
    if (str_starts(text, STR("${file:")))
        return file_value(resolver, string, text, path);
    const Value *found = lookup(resolver, string, text, path);
    if (!found || !value_is(found, VALUE_STRING))
        return found ? value_at(resolver->arena, found, string->origin) : NULL;
    Origin inputs[] = {string->origin, found->origin};
    const Lineage *lineage = lineage_new(resolver->arena, string->origin, inputs, found->origin ? 2 : 1);
    return value_new_string_made(resolver->arena, value_text(found), lineage);
}

static const Value *resolve_list(Resolver *resolver, const Value *list, const Path *path)
{
    bool changed = false;
    ListBuilder items = list_begin(resolver->arena);
    for (uint32_t i = 0; i < list->size; i++) {
        Path at = {path, STR_NONE, i};
        const Value *item = resolve(resolver, list->items[i], &at);
        changed |= item != list->items[i];
        list_add(&items, item ? item : &value_null);
    }
    return changed ? list_end(&items, list->origin) : list;
}

static const Value *resolve_map(Resolver *resolver, const Value *map, const Path *path)
{
    MapBuilder result = {0};
    bool changed = false;
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        Path at = {path, entry->key, 0};
        /* A shorthand's long form stands at the place of the shorthand: the user's path ends before it. */
        bool made = path && map->size == 1 && entry->value->origin == map->origin && map->origin != ORIGIN_NONE;
        const Value *value = resolve(resolver, entry->value, made ? path : &at);
        if (value == entry->value || !value)
            continue;
        if (!changed)
            result = map_begin_room(resolver->arena, map, 0);
        changed = true;
        map_set(&result, entry->key, entry->key_origin, value);
    }
    return changed ? map_end(&result, map->origin) : map;
}

static const Value *resolve(Resolver *resolver, const Value *value, const Path *path)
{
    if (resolver->spent)
        return value;
    switch ((ValueKind)value->kind) {
    case VALUE_STRING:
        return resolve_string(resolver, value, path);
    case VALUE_LIST:
        return resolve_list(resolver, value, path);
    case VALUE_MAP:
        return resolve_map(resolver, value, path);
    default:
        return value;
    }
}

const Value *references_resolve(Arena *arena, const Value *value, const ReferenceScope *scope, const Path *path,
                                Diags *diags)
{
    Resolver resolver = {.arena = arena, .scope = scope, .diags = diags};
    const Value *result = resolve(&resolver, value, path);
    return resolver.failed ? NULL : result;
}

const Value *references_check(Arena *arena, const Value *value, const ReferenceScope *scope, ModelExpand how,
                              Diags *diags)
{
    const Value *resolved = references_resolve(arena, value, scope, NULL, diags);
    return resolved ? model_expand(arena, resolved, how, diags) : NULL;
}
