/* Rendering: one template with one context gives one file of objects, or none. */
#include "render_private.h"

#include "kiln/yaml.h"

RenderedFiles rendered_begin(Arena *arena)
{
    return (RenderedFiles){.arena = arena};
}

void rendered_join(RenderedFiles *files, const RenderedFiles *more)
{
    for (size_t i = 0; i < more->count; i++) {
        ARENA_GROW(files->arena, files->list, files->count, files->capacity);
        files->list[files->count++] = more->list[i];
    }
    for (size_t i = 0; i < more->use_count; i++)
        patch_use_add(files, more->uses[i]);
}

Renderer *renderer_new(Arena *arena, Sources *sources, const Project *project, Diags *diags)
{
    Renderer *renderer = ARENA_NEW(arena, Renderer);
    renderer->arena = arena;
    renderer->project = project;
    renderer->functions = render_functions(arena);
    renderer->known.functions = renderer->functions;
    renderer->compiler = lazy_compiler_new(arena, sources);
    return templates_load(renderer, sources, diags) ? renderer : NULL;
}

/* ---- what becomes of a result (templates.md, rule 3) ---- */

static const Value *clean(Arena *arena, const Value *value, Diags *diags, Origin place);

/* Most values are scalars, which stay as they are. */
static inline const Value *clean_member(Arena *arena, const Value *value, Diags *diags, Origin place)
{
    return value_is_scalar(value) ? value : clean(arena, value, diags, place);
}

/* A copy without nulls, from the first member on that does not stay: `kept` is what becomes of that one. */
static const Value *clean_map_from(Arena *arena, const Value *map, Diags *diags, uint32_t first, const Value *kept)
{
    MapBuilder result = {
        .arena = arena, .entries = ARENA_ARRAY(arena, MapEntry, map->size), .count = first, .capacity = map->size};
    memcpy(result.entries, map->entries, first * sizeof *result.entries);
    for (uint32_t i = first;;) {
        const MapEntry *entry = &map->entries[i];
        if (kept->kind != VALUE_NULL)
            result.entries[result.count++] = (MapEntry){entry->key, entry->key_origin, kept};
        if (++i == map->size)
            return map_end(&result, map->origin);
        kept = clean_member(arena, map->entries[i].value, diags, map->entries[i].key_origin);
    }
}

static const Value *clean_map(Arena *arena, const Value *map, Diags *diags)
{
    for (uint32_t i = 0; i < map->size; i++) {
        const MapEntry *entry = &map->entries[i];
        const Value *kept = clean_member(arena, entry->value, diags, entry->key_origin);
        if (kept != entry->value || kept->kind == VALUE_NULL)
            return clean_map_from(arena, map, diags, i, kept);
    }
    return map;
}

static const Value *clean_list(Arena *arena, const Value *list, Diags *diags, Origin place)
{
    const Value **items = NULL;
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *kept = clean_member(arena, list->items[i], diags, place);
        if (kept->kind == VALUE_NULL)
            diag_error(diags, kept->origin ? kept->origin : place,
                       "element %u of this list is null; leave it out with $if", i);
        if (kept != list->items[i] && !items) {
            items = ARENA_ARRAY(arena, const Value *, list->size);
            memcpy(items, list->items, list->size * sizeof *items);
        }
        if (items)
            items[i] = kept;
    }
    ListBuilder result = {.arena = arena, .items = items, .count = list->size};
    return items ? list_end(&result, list->origin) : list;
}

static const Value *clean(Arena *arena, const Value *value, Diags *diags, Origin place)
{
    switch ((ValueKind)value->kind) {
    case VALUE_MAP:
        return clean_map(arena, value, diags);
    case VALUE_LIST:
        return clean_list(arena, value, diags, place);
    case VALUE_FUNCTION:
        diag_error(diags, place, "a template cannot yield a function; call it");
        return value;
    default:
        return value;
    }
}

const Value *object_clean(Arena *arena, const Value *object, Diags *diags, Origin place)
{
    return clean(arena, object, diags, place);
}

static bool add_object(RenderedFile *file, Arena *arena, const Value *object, const TemplateFile *templ, Diags *diags)
{
    if (object->kind != VALUE_MAP) {
        diag_error(diags, templ->origin, "the template yields %s, expected an object, a list of objects or null",
                   value_kind_name((ValueKind)object->kind));
        return false;
    }
    file->objects[file->count++] = clean(arena, object, diags, templ->origin);
    return true;
}

static bool add_file(RenderedFiles *files, RenderedFile file, const Value *result, const TemplateFile *templ,
                     Diags *diags)
{
    bool list = result->kind == VALUE_LIST;
    if (result->kind == VALUE_NULL || (list && !result->size))
        return true;
    size_t errors = diags_error_count(diags);
    file.objects = ARENA_ARRAY(files->arena, const Value *, list ? result->size : 1);
    for (uint32_t i = 0; i < (list ? result->size : 1); i++) {
        if (!add_object(&file, files->arena, list ? result->items[i] : result, templ, diags))
            return false;
    }
    ARENA_GROW(files->arena, files->list, files->count, files->capacity);
    files->list[files->count++] = file;
    return diags_error_count(diags) == errors;
}

/* ---- the scopes ---- */

static bool render_one(const Renderer *renderer, const TemplateFile *templ, const JsoneScope *scope,
                       RenderedFile file, RenderedFiles *files, Diags *diags)
{
    RenderHost host = {renderer};
    JsoneRun run = jsone_run(files->arena, diags);
    run.host = &host;
    const Value *result = jsone_eval(&run, template_of(renderer, templ), scope);
    return result && add_file(files, file, result, templ, diags);
}

static JsoneScope function_scope(const Renderer *renderer)
{
    return (JsoneScope){renderer->functions, NULL, true, JSONE_FUNCTIONS};
}

static JsoneScope scope_of(const Value *map, const JsoneScope *up)
{
    return (JsoneScope){map, up, true, jsone_names(map)};
}

static const Value *environment_scope(Arena *arena, const EnvironmentContext *context)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("project"), ORIGIN_NONE, context->project);
    map_set(&map, STR("env"), ORIGIN_NONE, context->env);
    map_set(&map, STR("vars"), ORIGIN_NONE, context->vars);
    if (context->services)
        map_set(&map, STR("services"), ORIGIN_NONE, context->services);
    return map_end(&map, ORIGIN_NONE);
}

bool render_environment(const Renderer *renderer, const EnvironmentContext *context, RenderedFiles *files,
                        Diags *diags)
{
    JsoneScope host = function_scope(renderer);
    JsoneScope scope = scope_of(environment_scope(files->arena, context), &host);
    const TemplateList *list = &renderer->scopes[SCOPE_ENVIRONMENT];
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        RenderedFile file = {.source = context->environment->file};
        file.path = arena_printf(files->arena, "%.*s/%.*s", STR_ARG(context->environment->name),
                                 STR_ARG(list->files[i].name));
        ok &= render_one(renderer, &list->files[i], &scope, file, files, diags);
    }
    return ok;
}

const JsoneScope *render_service_scope(const Renderer *renderer, Arena *arena, const EnvironmentContext *context,
                                       const ServiceContext *service)
{
    JsoneScope *scopes = ARENA_ARRAY(arena, JsoneScope, 3);
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("service"), ORIGIN_NONE, service->value);
    map_set(&map, STR("vars"), ORIGIN_NONE, service->vars);
    scopes[0] = scope_of(map_end(&map, ORIGIN_NONE), &scopes[1]);
    scopes[1] = scope_of(environment_scope(arena, context), &scopes[2]);
    scopes[2] = function_scope(renderer);
    return scopes;
}

bool render_service(const Renderer *renderer, const EnvironmentContext *context, const ServiceContext *service,
                    RenderedFiles *files, Diags *diags)
{
    const JsoneScope *scope = render_service_scope(renderer, files->arena, context, service);
    const TemplateList *list = &renderer->scopes[SCOPE_SERVICE];
    size_t first = files->count;
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        RenderedFile file = {.source = service->file->file, .service = service};
        file.path = ARENA_JOIN(files->arena, context->environment->name, STR("/"), service->name, STR("/"),
                               list->files[i].name);
        ok &= render_one(renderer, &list->files[i], scope, file, files, diags);
    }
    return ok && patches_apply(files, first, service, diags);
}

static MapBuilder project_scope(Arena *arena, const ProjectContext *context)
{
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("project"), ORIGIN_NONE, context->project);
    map_set(&map, STR("environments"), ORIGIN_NONE, context->environments);
    return map;
}

bool render_project(const Renderer *renderer, const ProjectContext *context, RenderedFiles *files, Diags *diags)
{
    JsoneScope host = function_scope(renderer);
    MapBuilder names = project_scope(files->arena, context);
    map_set(&names, STR("services"), ORIGIN_NONE, context->services);
    JsoneScope scope = scope_of(map_end(&names, ORIGIN_NONE), &host);
    const TemplateList *list = &renderer->scopes[SCOPE_PROJECT];
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        RenderedFile file = {.source = STR("kiln.yaml"),
                             .form = FORM_WORKFLOW,
                             .path = list->files[i].name,
                             .sources = renderer->project->sources};
        ok &= render_one(renderer, &list->files[i], &scope, file, files, diags);
    }
    return ok;
}

/* ---- for Argo CD ---- */

/* The files from first on become one, with the objects of all. */
static void join_files(RenderedFiles *files, size_t first)
{
    if (files->count <= first + 1)
        return;
    RenderedFile *joined = &files->list[first];
    ListBuilder objects = list_begin(files->arena);
    for (size_t i = first; i < files->count; i++)
        for (size_t j = 0; j < files->list[i].count; j++)
            list_add(&objects, files->list[i].objects[j]);
    joined->objects = objects.items;
    joined->count = objects.count;
    files->count = first + 1;
}

bool render_gitops(const Renderer *renderer, const EnvironmentContext *context, RenderedFiles *files, Diags *diags)
{
    JsoneScope host = function_scope(renderer);
    JsoneScope scope = scope_of(environment_scope(files->arena, context), &host);
    const TemplateList *list = &renderer->scopes[SCOPE_GITOPS];
    RenderedFile file = {.source = context->environment->file, .gitops = true};
    file.path = arena_printf(files->arena, "argocd/%.*s.yaml", STR_ARG(context->environment->name));
    size_t first = files->count;
    bool ok = true;
    for (size_t i = 0; i < list->count; i++)
        ok &= render_one(renderer, &list->files[i], &scope, file, files, diags);
    join_files(files, first);
    return ok;
}

/* An environment's file has the environment's name. */
static bool gitops_name_free(const Renderer *renderer, const TemplateFile *templ, Diags *diags)
{
    Str name = str_slice(templ->name, 0, (size_t)str_rfind_char(templ->name, '.'));
    if (!project_environment(renderer->project, name))
        return true;
    diag_error(diags, templ->origin, "templates/gitops-project/%.*s would make the file of environment '%.*s'; rename it",
               STR_ARG(templ->name), STR_ARG(name));
    return false;
}

bool render_gitops_project(const Renderer *renderer, const ProjectContext *context, RenderedFiles *files,
                           Diags *diags)
{
    JsoneScope host = function_scope(renderer);
    MapBuilder names = project_scope(files->arena, context);
    JsoneScope scope = scope_of(map_end(&names, ORIGIN_NONE), &host);
    const TemplateList *list = &renderer->scopes[SCOPE_GITOPS_PROJECT];
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        RenderedFile file = {.source = STR("kiln.yaml"), .gitops = true};
        file.path = arena_printf(files->arena, "argocd/%.*s", STR_ARG(list->files[i].name));
        ok &= gitops_name_free(renderer, &list->files[i], diags) &&
              render_one(renderer, &list->files[i], &scope, file, files, diags);
    }
    return ok;
}

/* ---- text ---- */

static Str workflow_comment(void *user, Str parent, Str key, const Value *value)
{
    const Sources *const *sources = user;
    if (value->kind != VALUE_STRING)
        return STR_NONE;
    if (str_equal(key, STR("uses")))
        return workflow_tag(*sources, value);
    if (str_equal(parent, STR("permissions")))
        return workflow_reason(*sources, key, value);
    return STR_NONE;
}

/*
 * Checkov's CKV_SECRET_6 takes the names behind secretKey: for secrets when they have digits, '-' or SECRET in them
 * (conformance, "what zero findings takes"); the name of a key is none.
 */
static Str manifest_comment(void *user, Str parent, Str key, const Value *value)
{
    (void)user, (void)parent;
    if (!str_equal(key, STR("secretKey")) || value->kind != VALUE_STRING)
        return STR_NONE;
    Str text = value_text(value);
    bool suspect = str_find(text, STR("SECRET"), 0) >= 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '.')
            return STR_NONE;
        suspect |= !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_');
    }
    return suspect ? STR("checkov:skip=CKV_SECRET_6:a key name") : STR_NONE;
}

void render_text(const RenderedFile *file, Buf *out)
{
    bool workflow = file->form == FORM_WORKFLOW;
    const Sources *sources = file->sources;
    YamlStyle style = {.sorted = !workflow, .comment = workflow ? workflow_comment : manifest_comment, .user = &sources};
    for (size_t i = 0; i < file->count; i++) {
        if (i == 0)
            buf_printf(out, RENDER_HEAD " %.*s; do not edit.\n", STR_ARG(file->source));
        else
            buf_add(out, STR("---\n"));
        yaml_write(out, file->objects[i], &style);
    }
}
