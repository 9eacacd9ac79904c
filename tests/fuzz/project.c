/*
 * A whole project: out of one text, its files apart by lines "=== PATH" (and what --set is given, below "=== --set"),
 * or of kiln.yaml, an environment and a service by the field table, where the first byte is below a blank. It is
 * loaded, its services completed in two environments, its overlays audited. Templates are compiled and evaluated
 * where it has some of its own; those that are shipped are the target service's. Reads no disk: the files are a store
 * of their own.
 */
#include "fields.h"
#include "mutate.h"
#include "store.h"

#include "kiln/render.h"
#include "kiln/service.h"

enum { SETS = 4 };

/* Neither a zero in a name nor two files of one name are anywhere. */
static bool may_be_added(const TextStore *store, Str path)
{
    for (size_t i = 0; i < store->count; i++)
        if (str_equal(store->files[i].path, path))
            return false;
    return !str_has_char(path, '\0');
}

static void take_apart(TextStore *store, Str text)
{
    const Str mark = STR("\n=== ");
    size_t at = str_starts(text, str_slice(mark, 1, mark.size)) ? mark.size - 1 : text.size;
    while (at < text.size && store->count < STORE_FILES) {
        ptrdiff_t end = str_find(text, mark, at);
        Str part = str_slice(text, at, end < 0 ? text.size : (size_t)end + 1), path;
        str_split(&part, '\n', &path);
        if (may_be_added(store, path))
            text_store_add(store, path, part.data ? part : STR(""));
        at = end < 0 ? text.size : (size_t)end + mark.size;
    }
}

static void add_made(Fuzz *fuzz, FuzzBytes *bytes, TextStore *store, const char *path, ModelDocument document,
                     Str base)
{
    Buf text = {0};
    YamlStyle style = {.sorted = false};
    const Value *start = yaml_read(fuzz->arena, sources_add(fuzz->sources, STR("base"), base, false), fuzz->diags);
    REQUIRE(start);
    yaml_write(&text, fuzz_document(bytes, fuzz->arena, document, start), &style);
    text_store_add(store, str_from(path), arena_copy(fuzz->arena, buf_str(&text)));
    buf_release(&text);
}

static void make(Fuzz *fuzz, FuzzBytes *bytes, TextStore *store)
{
    add_made(fuzz, bytes, store, "kiln.yaml", MODEL_PROJECT,
             STR("{name: shop, registry: ghcr.io/shop, environments: [production, staging], vars: {region: eu}}"));
    add_made(fuzz, bytes, store, "environments/production.yaml", MODEL_ENVIRONMENT, STR("{}"));
    add_made(fuzz, bytes, store, "services/web.yaml", MODEL_SERVICE,
             STR("{image: ghcr.io/shop/web:v1.2.3, ports: 8080, health: {liveness: /health, readiness: /ready}}"));
}

static size_t sets_of(const TextStore *store, Str sets[SETS])
{
    size_t count = 0;
    for (size_t i = 0; i < store->count; i++) {
        Str text = store->files[i].text;
        while (str_equal(store->files[i].path, STR("--set")) && count < SETS && str_split(&text, '\n', &sets[count]))
            count++;
    }
    return count;
}

static bool has_templates(const TextStore *store)
{
    for (size_t i = 0; i < store->count; i++)
        if (str_starts(store->files[i].path, STR("templates/")))
            return true;
    return false;
}

static void render(Fuzz *fuzz, const Renderer *renderer, const EnvironmentContext *context)
{
    RenderedFiles files = rendered_begin(fuzz->arena);
    for (size_t i = 0; i < context->count; i++)
        if (!render_service(renderer, context, &context->items[i], &files, fuzz->diags))
            REQUIRE(diags_error_count(fuzz->diags) > 0);
}

static void complete(Fuzz *fuzz, const Project *project, const Renderer *renderer)
{
    EnvironmentContext context;
    ProjectContext once;
    for (size_t i = 0; i < project->environment_count && i < 2; i++) {
        if (!services_complete(fuzz->arena, NULL, project, &project->environments[i], fuzz->diags, &context))
            REQUIRE(diags_error_count(fuzz->diags) > 0);
        else if (renderer)
            render(fuzz, renderer, &context);
    }
    if (!services_complete_once(fuzz->arena, project, fuzz->diags, &once))
        REQUIRE(diags_error_count(fuzz->diags) > 0);
    if (!project_audit(project, fuzz->arena, fuzz->diags))
        REQUIRE(diags_error_count(fuzz->diags) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    TextStore store = {.store = {text_read, text_list}};
    Str sets[SETS];
    FuzzBytes bytes = {data, size};
    if (fuzz_byte(&bytes) < ' ')
        make(&fuzz, &bytes, &store);
    else
        take_apart(&store, fuzz.input);
    const ProjectPlace place = {&store.store, STR("/nowhere/shop"), STR("")};
    const ProjectOptions options = {.place = &place, .sets = sets, .set_count = sets_of(&store, sets)};
    const Project *project = project_load(fuzz.arena, fuzz.sources, options, fuzz.diags);
    REQUIRE(project || diags_error_count(fuzz.diags) > 0);
    const Renderer *renderer = NULL;
    Arena *own = arena_new(); /* it makes children of its arena */
    if (project && has_templates(&store)) {
        renderer = renderer_new(own, fuzz.sources, project, fuzz.diags);
        REQUIRE(renderer || diags_error_count(fuzz.diags) > 0);
    }
    if (project)
        complete(&fuzz, project, renderer);
    int status = fuzz_end(&fuzz); /* messages quote templates, too */
    arena_free(own);
    return status;
}
