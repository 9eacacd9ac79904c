/*
 * One service, all the way: a definition by the field table, with a block for an environment, in a project that is
 * loaded once. It is refused with a reason, or completed, rendered, judged. What is rendered reads back as the
 * objects that were written; and where no patch has its way with them, API servers know every field of them.
 */
#include "fields.h"
#include "shipped.h"
#include "store.h"

#include "kiln/api.h"
#include "kiln/render.h"
#include "kiln/service.h"

typedef struct Shop {
    Arena *arena;
    Sources *sources;
    Project *project;
    Renderer *renderer;
    TextStore store;
    ServiceFile services[2]; /* billing, which stays as it is, and web */
} Shop;

static const char kiln_yaml[] =
    "name: shop\n"
    "domain: shop.example.com\n"
    "registry: ghcr.io/shop\n"
    "environments: [development, production]\n"
    "owners: {payments: payments@example.com}\n"
    "vars: {region: eu}\n"
    "external: {postgres: {namespace: database, ports: 5432}}\n"
    "defaults: {owner: payments, secretStore: vault, ingress: {className: nginx}}\n";
static const char environment_yaml[] = "quota: {pods: 50}\n";
#define RELEASE "{tag: v1.0.0, digest: 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}"
static const char releases_yaml[] = "services: {billing: " RELEASE ", web: " RELEASE "}\n";
static const char billing_yaml[] =
    "image: ${project.registry}/billing\n"
    "ports: 8080\n"
    "health: {liveness: /health, readiness: /ready}\n"
    "access: {from: {web: true}}\n";

static Shop *shop(void)
{
    static Shop shop;
    if (shop.project)
        return &shop;
    shop = (Shop){.arena = fuzz_forever(), .store = {.store = {text_read, text_list}}};
    shop.sources = sources_new(shop.arena);
    Diags *diags = diags_new(shop.arena, shop.sources);
    text_store_add(&shop.store, STR("kiln.yaml"), str_from(kiln_yaml));
    text_store_add(&shop.store, STR("environments/production.yaml"), str_from(environment_yaml));
    text_store_add(&shop.store, STR("services/billing.yaml"), str_from(billing_yaml));
    text_store_add(&shop.store, STR("releases/development.yaml"), str_from(releases_yaml));
    text_store_add(&shop.store, STR("releases/production.yaml"), str_from(releases_yaml));
    const ProjectPlace place = {&shop.store.store, STR("/nowhere/shop"), STR("")};
    shop.project = project_load(shop.arena, shop.sources, (ProjectOptions){.place = &place}, diags);
    if (shop.project)
        shop.renderer = renderer_new(shop.arena, shop.sources, shop.project, diags);
    Buf text = {0};
    diags_print(diags, &text);
    fwrite(text.data, 1, text.size, stderr);
    buf_release(&text);
    REQUIRE(shop.project && shop.renderer && shop.project->service_count == 1);
    shop.services[0] = shop.project->services[0];
    shop.project->services = shop.services;
    shop.project->service_count = 2;
    return &shop;
}

/* As it would be loaded from services/web.yaml. */
static bool define(Fuzz *fuzz, FuzzBytes *bytes, ServiceFile *service)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "CronJob", "Job"};
#define BASE "image: '${project.registry}/web', "
#define SERVING BASE "ports: 8080, health: {liveness: /health, readiness: /ready}"
    static const char *const bases[] = {"{" SERVING "}", "{" SERVING ", volumes: {cache: /data}}",
                                        "{" BASE "schedule: '@daily'}", "{" BASE "}"};
    static const Value *parsed[LENGTH_OF(bases)];
    unsigned kind = fuzz_byte(bytes) % LENGTH_OF(kinds);
    if (!parsed[kind])
        parsed[kind] = fuzz_constant(str_from(bases[kind]));
    MapBuilder map = map_begin_with(fuzz->arena, parsed[kind]);
    map_set(&map, STR("kind"), ORIGIN_NONE, value_new_string(fuzz->arena, ORIGIN_NONE, str_from(kinds[kind])));
    const Value *raw = fuzz_document(bytes, fuzz->arena, MODEL_SERVICE, map_end(&map, ORIGIN_NONE));
    if (fuzz_byte(bytes) & 1) {
        const Value *block = fuzz_document(bytes, fuzz->arena, MODEL_SERVICE, &value_empty_map);
        raw = fuzz_put(bytes, fuzz->arena, raw, STR("environments.production"), block);
    }
    ModelExpand how = {.document = MODEL_SERVICE, .kind = workload_kind(value_text_at(raw, "kind"))};
    const Value *value = model_expand(fuzz->arena, raw, how, fuzz->diags);
    if (!value)
        return false;
    *service = (ServiceFile){.name = STR("web"), .file = STR("services/web.yaml"), .kind = how.kind,
                             .value = value_without(fuzz->arena, value, STR("environments")),
                             .blocks = value_get(value, STR("environments"))};
    return true;
}

typedef struct Expected {
    const RenderedFile *file;
    size_t seen;
} Expected;

static bool compare_document(void *user, const Value *document)
{
    Expected *expected = user;
    REQUIRE(expected->seen < expected->file->count);
    REQUIRE(value_equal(document, expected->file->objects[expected->seen++]));
    return true;
}

static void check_text(Arena *arena, const RenderedFile *file)
{
    Buf text = {0};
    Sources *sources = fuzz_sources();
    Diags *diags = diags_new(arena, sources);
    render_text(file, &text);
    const Source *source = sources_add(sources, STR("rendered"), arena_copy(arena, buf_str(&text)), false);
    buf_release(&text);
    Expected expected = {.file = file};
    REQUIRE(yaml_manifests(arena, source, diags, compare_document, &expected) && expected.seen == file->count);
}

static void check_schema(Arena *arena, const RenderedFile *file)
{
    ApiFaults faults = {.arena = arena};
    for (size_t i = 0; i < file->count; i++)
        api_check(api_minor(STR(API_VERSION_DEFAULT)), file->objects[i], &faults);
    for (size_t i = 0; i < faults.count; i++) {
        if (faults.list[i].about != API_SCHEMA)
            continue;
        fprintf(stderr, "%.*s %.*s: %.*s\n", STR_ARG(file->path), STR_ARG(faults.list[i].path),
                STR_ARG(faults.list[i].message));
        REQUIRE(faults.list[i].about != API_SCHEMA);
    }
}

static void judge(Fuzz *fuzz, const EnvironmentContext *context, const RenderedFiles *files)
{
    GateScope scope = {.environment = context->environment->name, .tier = context->environment->tier,
                       .project = context->project};
    Findings findings = {0};
    bool judged = standards_judge(shipped(), fuzz->arena, scope, files->list, files->count, &findings, fuzz->diags);
    REQUIRE(judged || diags_error_count(fuzz->diags) > 0);
    findings_report(&findings, SEVERITY_WARNING, fuzz->diags);
}

static bool render(Fuzz *fuzz, const Shop *shop, const EnvironmentContext *context, RenderedFiles *files)
{
    for (size_t i = 0; i < context->count; i++)
        if (str_equal(context->items[i].name, STR("web")) &&
            !render_service(shop->renderer, context, &context->items[i], files, fuzz->diags))
            return false;
    return true;
}

static bool is_patched(const EnvironmentContext *context)
{
    for (size_t i = 0; i < context->count; i++) {
        const Value *patches = value_get(context->items[i].value, STR("patches"));
        if (patches && patches->size)
            return true;
    }
    return false;
}

static void run(Fuzz *fuzz, const Shop *shop, const Environment *environment, size_t size)
{
    EnvironmentContext context;
    RenderedFiles files = rendered_begin(fuzz->arena);
    if (!services_complete(fuzz->arena, NULL, shop->project, environment, fuzz->diags, &context) ||
        !render(fuzz, shop, &context, &files)) {
        REQUIRE(diags_error_count(fuzz->diags) > 0);
        return;
    }
    REQUIRE(!diags_error_count(fuzz->diags));
    for (size_t i = 0; i < files.count; i++) {
        check_text(fuzz->arena, &files.list[i]);
        if (!is_patched(&context))
            check_schema(fuzz->arena, &files.list[i]);
    }
    if (size % 4 == 0)
        judge(fuzz, &context, &files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Shop *project = shop();
    Fuzz fuzz = {.arena = fuzz_arena(), .sources = project->sources};
    fuzz.diags = diags_new(fuzz.arena, fuzz.sources);
    FuzzBytes bytes = {data, size};
    const Environment *environment = &project->project->environments[fuzz_byte(&bytes) & 1];
    if (define(&fuzz, &bytes, &project->services[1]))
        run(&fuzz, project, environment, size);
    else
        REQUIRE(diags_error_count(fuzz.diags) > 0);
    return fuzz_end(&fuzz);
}
