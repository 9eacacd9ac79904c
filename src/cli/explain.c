/*
 * kiln explain: what a field is, who set it, and how that became what is rendered. Everything is first collected into
 * one Explanation, then printed as text or as JSON, so that both say the same.
 */
#include "explain.h"

#include <ctype.h>

#include "kiln/kube.h"
#include "kiln/render.h"
#include "kiln/standards.h"

/* ---- places ---- */

size_t explain_inputs(const Value *value, Origin inputs[INPUT_LIMIT])
{
    size_t count = 0;
    if (value->origin != ORIGIN_NONE)
        inputs[count++] = value->origin;
    const Lineage *lineage = value->kind == VALUE_STRING ? value->lineage : NULL;
    for (uint32_t i = 0; lineage && i < lineage->count && count < INPUT_LIMIT; i++) {
        bool seen = lineage->inputs[i] == ORIGIN_NONE;
        for (size_t j = 0; j < count; j++)
            seen |= inputs[j] == lineage->inputs[i];
        if (!seen)
            inputs[count++] = lineage->inputs[i];
    }
    return count;
}

/* The deepest value that stands at the place, so that of a shorthand's long form the member that it names is found.
 */
static bool path_of(Arena *arena, const Value *value, Origin origin, const Path *path, Str *found)
{
    for (uint32_t i = 0; (value->kind == VALUE_MAP || value->kind == VALUE_LIST) && i < value->size; i++) {
        bool map = value->kind == VALUE_MAP;
        Path below = {path, map ? value->entries[i].key : STR_NONE, i};
        if (path_of(arena, map ? value->entries[i].value : value->items[i], origin, &below, found))
            return true;
    }
    if (value->origin != origin || !path)
        return false;
    *found = path_text(arena, path);
    return true;
}

/* ---- collecting ---- */

static const Value *value_without_nothing(Arena *arena, const Value *value)
{
    if (value->kind != VALUE_MAP)
        return value;
    MapBuilder map = map_begin(arena);
    for (uint32_t i = 0; i < value->size; i++) {
        const MapEntry *entry = &value->entries[i];
        const Value *kept = value_without_nothing(arena, entry->value);
        bool collection = kept->kind == VALUE_MAP || kept->kind == VALUE_LIST;
        if (kept->kind != VALUE_NULL && !(collection && !kept->size && kept->origin == ORIGIN_NONE))
            map_set(&map, entry->key, entry->key_origin, kept);
    }
    return map_end(&map, map.count ? value->origin : ORIGIN_NONE);
}

/* The reference with what a release says of it (definition.md: image). */
static const Value *image_with_release(const Explain *explain, const Value *image)
{
    Image parts;
    const char *why;
    const Value *release = explain->definition.release;
    if (!release || !value_is(image, VALUE_STRING) || !image_parse(value_text(image), &parts, &why))
        return image;
    Str tag = value_text_at(release, "tag"), digest = value_text_at(release, "digest");
    Str text = arena_printf(explain->arena, "%.*s%s%.*s%s%.*s", STR_ARG(parts.repository), tag.size ? ":" : "",
                            STR_ARG(tag), digest.size ? "@" : "", STR_ARG(digest));
    Origin inputs[] = {image->origin, release->origin};
    return value_new_string_made(explain->arena, text, lineage_new(explain->arena, ORIGIN_NONE, inputs, 2));
}

/* What is switched off says so; a complete definition has null there. */
static const Value *effective_definition(const Explain *explain)
{
    Arena *arena = explain->arena;
    const Definition *definition = &explain->definition;
    if (!definition->enabled)
        return definition->filled;
    const Value *complete = model_complete(arena, definition->value, definition->service->kind);
    MapBuilder map =
        map_begin_with(arena, value_merge(arena, value_without_nothing(arena, complete), definition->value));
    map_remove(&map, STR("environments"));
    const MapEntry *image = map_peek(&map, STR("image"));
    if (image)
        map_set(&map, STR("image"), image->key_origin, image_with_release(explain, image->value));
    if (definition->vars->size)
        map_set(&map, STR("vars"), ORIGIN_NONE, definition->vars);
    return map_end(&map, definition->value->origin);
}

static Chain chain_of(const Explain *explain, Str path)
{
    Chain chain = {.path = path};
    size_t count;
    const Path *steps = path_parse(explain->arena, path, &count);
    const MapEntry *entry = value_at_path(explain->arena, explain->effective, steps, count);
    chain.value = entry ? entry->value : NULL;
    chain.count =
        project_history(explain->project, &explain->definition, steps, count, explain->arena, &chain.statements);
    for (size_t depth = count; depth > 0 && !chain.fallback.size; depth--) {
        FieldInfo info;
        Str miss;
        if (!model_field(explain->arena, MODEL_SERVICE, steps, depth, &info, &miss))
            continue;
        chain.fallback = info.fallback;
        chain.fallback_words = info.fallback_words;
        chain.fallback_of = depth < count ? path_text(explain->arena, &steps[depth - 1]) : STR("");
    }
    return chain;
}

static Chain chain_at(const Explain *explain, Origin origin)
{
    Str path = STR("");
    MapBuilder vars = map_begin(explain->arena);
    map_set(&vars, STR("vars"), ORIGIN_NONE, explain->definition.vars_stated);
    if (!path_of(explain->arena, explain->definition.filled, origin, NULL, &path))
        (void)path_of(explain->arena, map_end(&vars, ORIGIN_NONE), origin, NULL, &path);
    Chain chain = path.size ? chain_of(explain, path) : (Chain){.path = path};
    chain.origin = origin;
    return chain;
}

/* ---- input paths ---- */

static bool explain_fail(const Explain *explain, const char *what, Str found, Str meant)
{
    Str advice = near_miss_advice(explain->arena, meant, "see 'kiln explain %.*s %.*s'", STR_ARG(explain->environment),
                                  STR_ARG(explain->service));
    diag_plain_error(explain->diags, "no %s '%.*s'; %.*s", what, STR_ARG(found), STR_ARG(advice));
    return false;
}

static bool collect_input(const Explain *explain, Str path, Explanation *explanation)
{
    size_t count;
    const Path *steps = path_parse(explain->arena, path, &count);
    FieldInfo info;
    Str miss = STR_NONE;
    if (!steps || !model_field(explain->arena, MODEL_SERVICE, steps, count, &info, &miss))
        return explain_fail(explain, "field", path, miss);
    *explanation = (Explanation){.path = path, .count = 1};
    explanation->inputs[0] = chain_of(explain, path);
    explanation->value = explanation->inputs[0].value;
    /* What the winner refers to has a history of its own. */
    Origin places[INPUT_LIMIT];
    size_t found = explanation->value ? explain_inputs(explanation->value, places) : 0;
    for (size_t i = 1; i < found; i++)
        explanation->inputs[explanation->count++] = chain_at(explain, places[i]);
    return true;
}

/* ---- output paths ---- */

static const RenderedFile *file_find(const Explain *explain, const RenderedFiles *files, Str name)
{
    NearMiss miss = near_miss_begin(name);
    for (size_t i = 0; i < files->count; i++) {
        Str path = files->list[i].path, base = str_slice(path, (size_t)(str_rfind_char(path, '/') + 1), path.size);
        if (str_equal(base, name))
            return &files->list[i];
        near_miss_offer(&miss, base);
    }
    Buf names = {0};
    for (size_t i = 0; i < files->count; i++) {
        Str path = files->list[i].path;
        buf_printf(&names, "%s%.*s", i ? ", " : "",
                   STR_ARG(str_slice(path, (size_t)(str_rfind_char(path, '/') + 1), path.size)));
    }
    Str best = near_miss_best(&miss);
    if (best.data)
        (void)explain_fail(explain, "rendered file", name, best);
    else
        diag_plain_error(explain->diags, "no rendered file '%.*s'; %.*s has %.*s", STR_ARG(name),
                         STR_ARG(explain->service), STR_ARG(buf_str(&names)));
    buf_release(&names);
    return NULL;
}

static bool is_template(const Explain *explain, Origin origin)
{
    const Source *source = sources_find(explain->sources, origin);
    return source && str_find(source->name, STR("templates/"), 0) >= 0;
}

static bool report_output_miss(const Explain *explain, Str name, const Value *object, const Path *steps, size_t count)
{
    size_t good = 0;
    while (good < count && value_at_path(explain->arena, object, steps, good + 1))
        good++;
    const MapEntry *last = good ? value_at_path(explain->arena, object, steps, good) : NULL;
    const Value *map = good ? last->value : object;
    NearMiss miss = near_miss_begin(steps[good].key);
    for (uint32_t i = 0; steps[good].key.data && map->kind == VALUE_MAP && i < map->size; i++)
        near_miss_offer(&miss, map->entries[i].key);
    Str best = near_miss_best(&miss), path = path_text(explain->arena, &steps[count - 1]);
    Path meant = {good ? &steps[good - 1] : NULL, best, 0};
    if (best.data)
        diag_plain_error(explain->diags, "%.*s has no '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(path),
                         STR_ARG(path_text(explain->arena, &meant)));
    else
        diag_plain_error(explain->diags, "%.*s has no '%.*s'; see 'kiln explain %.*s %.*s %.*s'", STR_ARG(name),
                         STR_ARG(path), STR_ARG(explain->environment), STR_ARG(explain->service), STR_ARG(name));
    return false;
}

/* The innermost key on the way that a template wrote: what lies below came from the input as it is. */
static Origin template_place(const Explain *explain, const Value *object, const Path *steps, size_t count)
{
    for (size_t depth = count; depth > 0; depth--) {
        const MapEntry *entry = value_at_path(explain->arena, object, steps, depth);
        if (is_template(explain, entry->key_origin))
            return entry->key_origin;
    }
    return object->origin;
}

/* A default has no place of its own; the template's line says which field it is, where it names just one. */
static void add_named_field(const Explain *explain, Explanation *explanation)
{
    Place place = origin_place(explain->sources, explanation->template);
    ptrdiff_t at = place.source ? str_find(place.line_text, STR("service."), 0) : -1;
    if (at < 0 || str_find(place.line_text, STR("service."), (size_t)at + 8) >= 0)
        return;
    size_t start = (size_t)at + 8, end = start;
    while (end < place.line_text.size && (isalnum((unsigned char)place.line_text.data[end]) ||
                                          (place.line_text.data[end] == '.' && end + 1 < place.line_text.size &&
                                           isalnum((unsigned char)place.line_text.data[end + 1]))))
        end++;
    Str path = str_slice(place.line_text, start, end), miss;
    size_t count;
    const Path *steps = path_parse(explain->arena, path, &count);
    FieldInfo info;
    if (!steps || !model_field(explain->arena, MODEL_SERVICE, steps, count, &info, &miss))
        return;
    Chain chain = chain_of(explain, path);
    if (chain.value && value_equal(chain.value, explanation->value))
        explanation->inputs[explanation->count++] = chain;
}

static bool explain_object(const Explain *explain, Str name, const Value *object, Str path, Explanation *explanation)
{
    size_t count = 0;
    const Path *steps = path_parse(explain->arena, path, &count);
    if (path.size && !steps)
        return explain_fail(explain, "path", path, STR_NONE);
    const MapEntry *entry = count ? value_at_path(explain->arena, object, steps, count) : NULL;
    if (count && !entry)
        return report_output_miss(explain, name, object, steps, count);
    explanation->value = entry ? entry->value : object;
    explanation->template = template_place(explain, object, steps, count);
    Origin places[INPUT_LIMIT];
    size_t found = value_is_scalar(explanation->value) ? explain_inputs(explanation->value, places) : 0;
    for (size_t i = 0; i < found; i++) {
        if (!is_template(explain, places[i]))
            explanation->inputs[explanation->count++] = chain_at(explain, places[i]);
    }
    if (!found)
        add_named_field(explain, explanation);
    return true;
}

/* FILE:PATH, or FILE#2:PATH for the second object of a file. */
static bool collect_output(const Explain *explain, const Scene *scene, Str text, Explanation *explanation)
{
    Str path = text, name, number = STR_NONE;
    str_split(&path, ':', &name);
    *explanation = (Explanation){.path = text, .output = true};
    Str rest = name;
    if (str_has_char(name, '#')) {
        str_split(&rest, '#', &name);
        number = rest;
    }
    RenderedFiles files = rendered_begin(explain->arena);
    if (!render_service(scene->renderer, &scene->environment, scene->service, &files, explain->diags))
        return false;
    const RenderedFile *file = file_find(explain, &files, name);
    if (!file)
        return false;
    size_t index = 0;
    for (size_t i = 0; i < number.size && number.size < 6; i++)
        index = index * 10 + (size_t)(number.data[i] - '0');
    index -= number.size > 0;
    if (index >= file->count) {
        diag_plain_error(explain->diags, "%.*s has %zu object%s, not '#%.*s'", STR_ARG(name), file->count,
                         file->count == 1 ? "" : "s", STR_ARG(number));
        return false;
    }
    return explain_object(explain, name, file->objects[index], path.data ? path : STR(""), explanation);
}

/* ---- the command ---- */

static RenderRequest request_of(const Explain *explain)
{
    const Arguments *arguments = explain->arguments;
    return (RenderRequest){
        .folder = cli_folder(arguments),
        .environments = &arguments->operands[0],
        .environment_count = 1,
        .services = &arguments->operands[1],
        .service_count = 1,
        .sets = arguments->option[OPTION_SET].values,
        .set_count = arguments->option[OPTION_SET].count,
    };
}

/* Only what is rendered needs all services to be in order. */
static bool load(Explain *explain, bool output, Scene *scene)
{
    RenderRequest request = request_of(explain);
    if (output && !pipeline_scene(explain->arena, &request, explain->sources, explain->diags, scene))
        return false;
    explain->project =
        output ? scene->project : pipeline_project(explain->arena, &request, explain->sources, explain->diags);
    if (!explain->project)
        return false;
    const Environment *environment = project_environment(explain->project, explain->environment);
    const ServiceFile *service = project_service(explain->project, explain->service);
    if (!project_define(explain->project, environment, service, explain->arena, explain->diags, &explain->definition))
        return false;
    explain->effective = effective_definition(explain);
    return true;
}

static bool explain_value(Explain *explain, bool json, Buf *out)
{
    Str path = explain->arguments->operand_count > 2 ? explain->arguments->operands[2] : STR("");
    bool output = str_has_char(path, ':') || str_ends(path, STR(".yaml"));
    Scene scene;
    if (!load(explain, output, &scene))
        return false;
    if (!path.size) {
        explain->effective = secrets_masked(explain->arena, STR(""), explain->effective);
        (json ? explain_print_whole_json : explain_print_whole_text)(explain, out);
        return true;
    }
    Explanation explanation;
    if (!(output ? collect_output(explain, &scene, path, &explanation) : collect_input(explain, path, &explanation)))
        return false;
    explain_mask(explain, &explanation);
    (json ? explain_print_json : explain_print_text)(explain, &explanation, out);
    return true;
}

ExitStatus command_explain(const Arguments *arguments)
{
    int format = cli_format(arguments);
    if (format < 0)
        return EXIT_TROUBLE;
    if (arguments->operand_count == 1)
        return explain_field(arguments, format == 1);
    if (arguments->operand_count < 2 || arguments->operand_count > 3) {
        cli_error(arguments->operand_count ? "unexpected argument '%.*s'; see 'kiln explain --help'"
                                           : "nothing to explain%.*s; see 'kiln explain --help'",
                  STR_ARG(arguments->operand_count ? arguments->operands[3] : STR("")));
        return EXIT_TROUBLE;
    }
    Explain explain = {.arguments = arguments, .arena = arguments->arena};
    explain.sources = sources_new(arguments->arena);
    explain.diags = diags_new(arguments->arena, explain.sources);
    explain.environment = arguments->operands[0];
    explain.service = arguments->operands[1];
    Buf out = {0};
    bool ok = explain_value(&explain, format == 1, &out);
    cli_print_diags(explain.diags);
    if (ok)
        return format == 1 ? cli_print(&out) : cli_print_text(&out);
    buf_release(&out);
    return EXIT_TROUBLE;
}
