/* Printing what kiln explain found, as text and as JSON. Both say the same. */
#include "explain.h"

#include "kiln/yaml.h"

/* ---- places ---- */

static Str place_text(const Explain *explain, Origin origin)
{
    return origin == ORIGIN_NONE ? STR("default") : origin_text(explain->arena, explain->sources, origin);
}

static const Value *text_value(const Explain *explain, Str text)
{
    return value_new_string(explain->arena, ORIGIN_NONE, text);
}

static void put_place(const Explain *explain, MapBuilder *map, Origin origin)
{
    Place place = origin_place(explain->sources, origin);
    if (!place.source)
        return;
    map_set(map, STR("file"), ORIGIN_NONE, text_value(explain, place.source->name));
    map_set(map, STR("line"), ORIGIN_NONE, value_new_number(explain->arena, ORIGIN_NONE, place.line));
    map_set(map, STR("column"), ORIGIN_NONE, value_new_number(explain->arena, ORIGIN_NONE, place.column));
}

/* ---- as text ---- */

static Str shown_value(const Explain *explain, const Value *value)
{
    if (!value)
        return STR("(not set)");
    if (value_is_scalar(value) && value->size && !memchr(value->text, '\n', value->size))
        return value_text(value);
    Buf out = {0};
    value_print_json(value, false, &out);
    Str text = arena_copy(explain->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

typedef struct Annotation {
    const Explain *explain;
    Str without; /* what to say of a value that has no place */
} Annotation;

static Str origin_comment(void *user, Str parent, Str key, const Value *value)
{
    const Annotation *annotation = user;
    const Explain *explain = annotation->explain;
    (void)parent, (void)key;
    Origin places[INPUT_LIMIT];
    size_t count = explain_inputs(value, places);
    Str text = count ? place_text(explain, places[0]) : annotation->without;
    for (size_t i = 1; i < count; i++)
        text = arena_printf(explain->arena, "%.*s, %.*s", STR_ARG(text), STR_ARG(place_text(explain, places[i])));
    return text;
}

static void print_annotated(const Explain *explain, const Value *value, bool output, Buf *out)
{
    Annotation annotation = {explain, output ? STR("computed, or a default") : STR("default")};
    yaml_write(out, value, &(YamlStyle){.comment = origin_comment, .user = &annotation});
}

static void pad(Buf *out, size_t start, size_t width)
{
    size_t used = utf8_length(str_slice(buf_str(out), start, out->size));
    buf_add_repeat(out, ' ', used < width ? width - used : 0);
}

/* Of a release, the part of the image that it replaces. */
static Str shown_statement(const Explain *explain, const Statement *statement)
{
    const Value *value = statement->entry->value;
    if (statement->rival)
        return arena_printf(explain->arena, "%.*s: %.*s", STR_ARG(statement->entry->key),
                            STR_ARG(shown_value(explain, value)));
    if (statement->layer->number != 6)
        return shown_value(explain, value);
    Str tag = value_text_at(value, "tag"), digest = value_text_at(value, "digest");
    return arena_printf(explain->arena, "%.*s%s%.*s", STR_ARG(tag), digest.size ? "@" : "", STR_ARG(digest));
}

static const char *verdict(const Statement *statement)
{
    if (statement->wins)
        return statement->layer->number == 6 ? "wins: tag and digest" : "wins";
    if (statement->rival)
        return "excludes it";
    if (statement->entry->value->kind == VALUE_NULL)
        return "unsays what is below";
    bool map = statement->entry->value->kind == VALUE_MAP && statement->layer->number != 6;
    return map ? "merged" : "overridden";
}

static Origin statement_place(const Statement *statement)
{
    const MapEntry *entry = statement->entry;
    return entry->value->origin ? entry->value->origin : entry->key_origin;
}

static void print_statement(const Explain *explain, const Statement *statement, const size_t widths[3], Buf *out)
{
    size_t start = out->size;
    buf_printf(out, "  %.*s", STR_ARG(place_text(explain, statement_place(statement))));
    pad(out, start, widths[0] + 4);
    start = out->size;
    buf_printf(out, "%u %.*s", statement->layer->number, STR_ARG(layer_text(explain->arena, statement->layer)));
    pad(out, start, widths[1] + 4);
    start = out->size;
    buf_add(out, shown_statement(explain, statement));
    pad(out, start, widths[2] + 2);
    buf_printf(out, "%s\n", verdict(statement));
}

static void widen(size_t *width, size_t size)
{
    *width = *width < size ? size : *width;
}

static void print_chain(const Explain *explain, const Chain *chain, Buf *out)
{
    size_t widths[3] = {0};
    bool won = false;
    for (size_t i = 0; i < chain->count; i++) {
        const Statement *statement = &chain->statements[i];
        widen(&widths[0], utf8_length(place_text(explain, statement_place(statement))));
        widen(&widths[1], utf8_length(layer_text(explain->arena, statement->layer)));
        widen(&widths[2], utf8_length(shown_statement(explain, statement)));
        won |= statement->wins || statement->rival || statement->entry->value->kind == VALUE_MAP;
    }
    for (size_t i = 0; i < chain->count; i++)
        print_statement(explain, &chain->statements[i], widths, out);
    bool of = chain->fallback_of.size > 0;
    if (chain->fallback.size && (!won || (!chain->fallback_words && !of)))
        buf_printf(out, "  default%s%.*s: %.*s%s\n", of ? " of " : "", STR_ARG(chain->fallback_of),
                   STR_ARG(chain->fallback), won ? "  overridden" : "");
    else if (!chain->count)
        buf_add(out, STR("  nobody sets it, and it has no default\n"));
}

static void print_head(const Explain *explain, Str path, const Value *value, bool output, Buf *out)
{
    bool nested = value && (value->kind == VALUE_MAP || value->kind == VALUE_LIST) && value->size;
    if (!nested) {
        buf_printf(out, "%.*s = %.*s\n", STR_ARG(path), STR_ARG(shown_value(explain, value)));
        return;
    }
    buf_printf(out, "%.*s =\n", STR_ARG(path));
    print_annotated(explain, value, output, out);
}

static void print_template(const Explain *explain, Origin origin, Buf *out)
{
    Place place = origin_place(explain->sources, origin);
    if (place.source)
        buf_printf(out, "  %.*s  %.*s\n", STR_ARG(place_text(explain, origin)), STR_ARG(str_trim(place.line_text)));
}

void explain_print_text(const Explain *explain, const Explanation *explanation, Buf *out)
{
    print_head(explain, explanation->path, explanation->value, explanation->output, out);
    if (explanation->output) {
        print_template(explain, explanation->template, out);
        if (!explanation->count && value_is_scalar(explanation->value))
            buf_add(out, STR("  no input: the template's own, a default, or computed\n"));
    } else {
        print_chain(explain, &explanation->inputs[0], out);
    }
    for (size_t i = explanation->output ? 0 : 1; i < explanation->count; i++) {
        const Chain *chain = &explanation->inputs[i];
        buf_add_char(out, '\n');
        if (!chain->path.size) {
            Place place = origin_place(explain->sources, chain->origin);
            buf_printf(out, "from %.*s\n  %.*s\n", STR_ARG(place_text(explain, chain->origin)),
                       STR_ARG(str_trim(place.line_text)));
            continue;
        }
        buf_add(out, STR("from "));
        print_head(explain, chain->path, chain->value, false, out);
        print_chain(explain, chain, out);
    }
}

/* ---- as JSON ---- */

static const Value *json_statement(const Explain *explain, const Statement *statement)
{
    MapBuilder map = map_begin(explain->arena);
    map_set(&map, STR("layer"), ORIGIN_NONE, value_new_number(explain->arena, ORIGIN_NONE, statement->layer->number));
    map_set(&map, STR("name"), ORIGIN_NONE, text_value(explain, layer_text(explain->arena, statement->layer)));
    put_place(explain, &map, statement_place(statement));
    map_set(&map, STR("value"), ORIGIN_NONE, statement->entry->value);
    map_set(&map, STR("wins"), ORIGIN_NONE, statement->wins ? &value_true : &value_false);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *json_chain(const Explain *explain, const Chain *chain)
{
    MapBuilder map = map_begin(explain->arena);
    if (!chain->path.size) {
        put_place(explain, &map, chain->origin);
        return map_end(&map, ORIGIN_NONE);
    }
    map_set(&map, STR("path"), ORIGIN_NONE, text_value(explain, chain->path));
    map_set(&map, STR("value"), ORIGIN_NONE, chain->value ? chain->value : &value_null);
    ListBuilder layers = list_begin(explain->arena);
    for (size_t i = 0; i < chain->count; i++)
        list_add(&layers, json_statement(explain, &chain->statements[i]));
    map_set(&map, STR("layers"), ORIGIN_NONE, list_end(&layers, ORIGIN_NONE));
    if (chain->fallback.size)
        map_set(&map, STR("default"), ORIGIN_NONE, text_value(explain, chain->fallback));
    return map_end(&map, ORIGIN_NONE);
}

static MapBuilder json_head(const Explain *explain)
{
    MapBuilder map = map_begin(explain->arena);
    map_set(&map, STR("environment"), ORIGIN_NONE, text_value(explain, explain->environment));
    map_set(&map, STR("service"), ORIGIN_NONE, text_value(explain, explain->service));
    return map;
}

void explain_print_json(const Explain *explain, const Explanation *explanation, Buf *out)
{
    MapBuilder map = json_head(explain);
    map_set(&map, STR("path"), ORIGIN_NONE, text_value(explain, explanation->path));
    map_set(&map, STR("value"), ORIGIN_NONE, explanation->value ? explanation->value : &value_null);
    if (explanation->output) {
        MapBuilder template = map_begin(explain->arena);
        put_place(explain, &template, explanation->template);
        map_set(&map, STR("template"), ORIGIN_NONE, map_end(&template, ORIGIN_NONE));
    }
    ListBuilder inputs = list_begin(explain->arena);
    for (size_t i = 0; i < explanation->count; i++)
        list_add(&inputs, json_chain(explain, &explanation->inputs[i]));
    map_set(&map, STR("inputs"), ORIGIN_NONE, list_end(&inputs, ORIGIN_NONE));
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

static void json_leaves(const Explain *explain, const Value *value, const Path *path, ListBuilder *list)
{
    bool map = value->kind == VALUE_MAP;
    if ((map || value->kind == VALUE_LIST) && value->size) {
        for (uint32_t i = 0; i < value->size; i++) {
            Path below = {path, map ? value->entries[i].key : STR_NONE, i};
            json_leaves(explain, map ? value->entries[i].value : value->items[i], &below, list);
        }
        return;
    }
    Origin places[INPUT_LIMIT];
    size_t count = explain_inputs(value, places);
    MapBuilder leaf = map_begin(explain->arena);
    map_set(&leaf, STR("path"), ORIGIN_NONE, text_value(explain, path_text(explain->arena, path)));
    map_set(&leaf, STR("value"), ORIGIN_NONE, value);
    ListBuilder origins = list_begin(explain->arena);
    for (size_t i = 0; i < count; i++) {
        MapBuilder place = map_begin(explain->arena);
        put_place(explain, &place, places[i]);
        list_add(&origins, map_end(&place, ORIGIN_NONE));
    }
    map_set(&leaf, STR("origins"), ORIGIN_NONE, list_end(&origins, ORIGIN_NONE));
    list_add(list, map_end(&leaf, ORIGIN_NONE));
}

void explain_print_whole_json(const Explain *explain, Buf *out)
{
    MapBuilder map = json_head(explain);
    ListBuilder leaves = list_begin(explain->arena);
    json_leaves(explain, explain->effective, NULL, &leaves);
    map_set(&map, STR("fields"), ORIGIN_NONE, list_end(&leaves, ORIGIN_NONE));
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

void explain_print_whole_text(const Explain *explain, Buf *out)
{
    print_annotated(explain, explain->effective, false, out);
}
