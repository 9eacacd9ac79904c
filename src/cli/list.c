/* kiln list: which services run where, as which kind, and from which image. */
#include "cli_private.h"

#include "kiln/kube.h"
#include "kiln/project.h"

/* In the order of the command table. */
typedef enum Format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MATRIX } Format;

typedef struct Listed {
    const Environment *environment;
    const ServiceFile *service;
    Str kind;
    Str image; /* as it is deployed */
    bool enabled;
} Listed;

typedef struct Listing {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    const Project *project;
    Listed *list;
    size_t count;
    bool failed;
} Listing;

/* ---- collecting ---- */

/* The reference with what a release says of it (definition.md: image). */
static Str deployed_image(Arena *arena, const Definition *definition)
{
    Str text = value_text_at(definition->value, "image");
    Image image;
    const char *why;
    if (!definition->release || !image_parse(text, &image, &why))
        return text;
    Str tag = value_text_at(definition->release, "tag"), digest = value_text_at(definition->release, "digest");
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(image.repository), tag.size ? ":" : "", STR_ARG(tag),
                        digest.size ? "@" : "", STR_ARG(digest));
}

static void list_service(Listing *listing, const Environment *environment, const ServiceFile *service)
{
    Definition definition;
    if (!project_define(listing->project, environment, service, listing->arena, listing->diags, &definition)) {
        listing->failed = true;
        return;
    }
    Str kind = value_text_at(service->value, "kind");
    listing->list[listing->count++] = (Listed){
        .environment = environment,
        .service = service,
        .kind = kind.size ? kind : STR("Deployment"),
        .image = definition.enabled ? deployed_image(listing->arena, &definition) : STR(""),
        .enabled = definition.enabled,
    };
}

static bool wanted(const RenderRequest *request, Str name)
{
    for (size_t i = 0; i < request->environment_count; i++) {
        if (str_equal(request->environments[i], name))
            return true;
    }
    return request->environment_count == 0;
}

static bool collect(Listing *listing, const RenderRequest *request)
{
    listing->project = pipeline_project(listing->arena, request, listing->sources, listing->diags);
    if (!listing->project)
        return false;
    const Project *project = listing->project;
    listing->list = ARENA_ARRAY(listing->arena, Listed, project->environment_count * project->service_count + 1);
    for (size_t i = 0; i < project->environment_count; i++) {
        for (size_t j = 0; j < project->service_count && wanted(request, project->environments[i].name); j++)
            list_service(listing, &project->environments[i], &project->services[j]);
    }
    return !listing->failed;
}

/* ---- printing ---- */

static void column(Buf *out, Str text, size_t width)
{
    buf_add(out, text);
    buf_add_repeat(out, ' ', width - text.size + 2);
}

static void print_text(const Listing *listing, Buf *out)
{
    size_t environment = 0, service = 0, kind = 0;
    for (size_t i = 0; i < listing->count; i++) {
        const Listed *listed = &listing->list[i];
        environment = listed->environment->name.size > environment ? listed->environment->name.size : environment;
        service = listed->service->name.size > service ? listed->service->name.size : service;
        kind = listed->kind.size > kind ? listed->kind.size : kind;
    }
    for (size_t i = 0; i < listing->count; i++) {
        const Listed *listed = &listing->list[i];
        column(out, listed->environment->name, environment);
        column(out, listed->service->name, service);
        column(out, listed->kind, kind);
        buf_add(out, listed->enabled ? listed->image : STR("(switched off)"));
        buf_add_char(out, '\n');
    }
}

static void put_text(Arena *arena, MapBuilder *map, const char *key, Str text)
{
    map_set(map, str_from(key), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, text));
}

static const Value *json_listed(const Listing *listing, const Listed *listed)
{
    MapBuilder map = map_begin(listing->arena);
    put_text(listing->arena, &map, "environment", listed->environment->name);
    put_text(listing->arena, &map, "tier", tier_names[listed->environment->tier]);
    put_text(listing->arena, &map, "namespace", listed->environment->namespace);
    put_text(listing->arena, &map, "service", listed->service->name);
    put_text(listing->arena, &map, "kind", listed->kind);
    put_text(listing->arena, &map, "image", listed->image);
    return map_end(&map, ORIGIN_NONE);
}

static void print_matrix(const Listing *listing, Buf *out)
{
    ListBuilder include = list_begin(listing->arena);
    for (size_t i = 0; i < listing->count; i++) {
        if (listing->list[i].enabled)
            list_add(&include, json_listed(listing, &listing->list[i]));
    }
    MapBuilder map = map_begin(listing->arena);
    map_set(&map, STR("include"), ORIGIN_NONE, list_end(&include, ORIGIN_NONE));
    value_print_json(map_end(&map, ORIGIN_NONE), false, out);
    buf_add_char(out, '\n');
}

static const Value *json_environment(const Listing *listing, const Environment *environment)
{
    MapBuilder map = map_begin(listing->arena), services = map_begin(listing->arena);
    put_text(listing->arena, &map, "name", environment->name);
    put_text(listing->arena, &map, "tier", tier_names[environment->tier]);
    put_text(listing->arena, &map, "namespace", environment->namespace);
    for (size_t i = 0; i < listing->count; i++) {
        const Listed *listed = &listing->list[i];
        if (listed->environment != environment)
            continue;
        MapBuilder service = map_begin(listing->arena);
        put_text(listing->arena, &service, "kind", listed->kind);
        map_set(&service, STR("enabled"), ORIGIN_NONE, listed->enabled ? &value_true : &value_false);
        if (listed->enabled)
            put_text(listing->arena, &service, "image", listed->image);
        map_set(&services, listed->service->name, ORIGIN_NONE, map_end(&service, ORIGIN_NONE));
    }
    map_set(&map, STR("services"), ORIGIN_NONE, map_end(&services, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

static void print_json(const Listing *listing, const RenderRequest *request, Buf *out)
{
    MapBuilder map = map_begin(listing->arena);
    put_text(listing->arena, &map, "project", listing->project->name);
    ListBuilder environments = list_begin(listing->arena);
    for (size_t i = 0; i < listing->project->environment_count; i++) {
        if (wanted(request, listing->project->environments[i].name))
            list_add(&environments, json_environment(listing, &listing->project->environments[i]));
    }
    map_set(&map, STR("environments"), ORIGIN_NONE, list_end(&environments, ORIGIN_NONE));
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

ExitStatus command_list(const Arguments *arguments)
{
    int format = cli_format(arguments);
    if (format < 0)
        return EXIT_TROUBLE;
    RenderRequest request = {
        .folder = cli_folder(arguments),
        .environments = arguments->option[OPTION_ENVIRONMENT].values,
        .environment_count = arguments->option[OPTION_ENVIRONMENT].count,
    };
    Listing listing = {.arena = arguments->arena, .sources = sources_new(arguments->arena)};
    listing.diags = diags_new(arguments->arena, listing.sources);
    bool ok = collect(&listing, &request);
    cli_print_diags(listing.diags);
    if (!ok)
        return EXIT_TROUBLE;
    Buf out = {0};
    if (format == FORMAT_JSON)
        print_json(&listing, &request, &out);
    else if (format == FORMAT_MATRIX)
        print_matrix(&listing, &out);
    else
        print_text(&listing, &out);
    return format == FORMAT_TEXT ? cli_print_text(&out) : cli_print(&out);
}
