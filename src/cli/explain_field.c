/* kiln explain FIELD: what a field is, from its row in the table; no project is needed. */
#include "cli_private.h"

#include "kiln/model.h"

static const ModelDocument documents[] = {MODEL_SERVICE, MODEL_ENVIRONMENT, MODEL_PROJECT, MODEL_RELEASES};

typedef struct Line {
    const char *label;
    const char *key; /* in JSON */
    Str text;
} Line;

enum { LINE_COUNT = 9 };

static void lines_of(const FieldInfo *info, Line lines[LINE_COUNT])
{
    const Line all[LINE_COUNT] = {
        {"in", "where", info->where},
        {"type", "type", info->type},
        {"stands for", "short", info->short_form},
        {"default", "default", info->fallback},
        {"needed", "required", info->required ? STR("yes") : STR("")},
        {"kinds", "kinds", info->kinds},
        {"excludes", "excludes", info->rivals},
        {"fields", "fields", info->members},
        {"example", "example", info->example},
    };
    memcpy(lines, all, sizeof all);
    if (info->refused.size)
        lines[1].text = lines[3].text = STR("");
}

static void print_text(Arena *arena, const FieldInfo *info, Buf *out)
{
    Line lines[LINE_COUNT];
    lines_of(info, lines);
    buf_printf(out, "%.*s%s\n", STR_ARG(info->path), info->later ? "  (not supported yet)" : "");
    if (info->doc.size)
        buf_printf(out, "  %.*s\n", STR_ARG(info->doc));
    if (info->refused.size)
        buf_printf(out, "  Not supported; %.*s\n", STR_ARG(info->refused));
    buf_add_char(out, '\n');
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (!lines[i].text.size)
            continue;
        Str text = lines[i].text;
        if (strcmp(lines[i].label, "stands for") == 0)
            text = arena_printf(arena, "%.*s, where only that is said", STR_ARG(text));
        buf_printf(out, "  %-10s  %.*s\n", lines[i].label, STR_ARG(text));
    }
    if (info->choices_later.size)
        buf_printf(out, "  %-10s  %.*s\n", "not yet", STR_ARG(info->choices_later));
}

static const Value *json_of(Arena *arena, const FieldInfo *info)
{
    Line lines[LINE_COUNT];
    lines_of(info, lines);
    MapBuilder map = map_begin(arena);
    map_set(&map, STR("path"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, info->path));
    map_set(&map, STR("doc"), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, info->doc));
    map_set(&map, STR("supported"), ORIGIN_NONE, info->later || info->refused.size ? &value_false : &value_true);
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (lines[i].text.size)
            map_set(&map, str_from(lines[i].key), ORIGIN_NONE, value_new_string(arena, ORIGIN_NONE, lines[i].text));
    }
    return map_end(&map, ORIGIN_NONE);
}

/* ---- what was meant ---- */

typedef struct Search {
    Arena *arena;
    Str word;
    Str whole; /* a field whose last segment is the word */
    NearMiss miss;
    NearMiss last; /* of last segments */
} Search;

/* maxReplicas alone means autoscaling.maxReplicas. */
static void search_visit(void *user, const FieldInfo *info)
{
    Search *search = user;
    near_miss_offer(&search->miss, info->path);
    near_miss_offer(&search->last,
                    str_slice(info->path, (size_t)(str_rfind_char(info->path, '.') + 1), info->path.size));
    bool inner = str_ends(info->path, arena_printf(search->arena, ".%.*s", STR_ARG(search->word)));
    if (inner && (!search->whole.data || info->path.size < search->whole.size))
        search->whole = info->path;
}

static Str find_meant(Arena *arena, Str word)
{
    Search search = {.arena = arena, .word = word, .miss = near_miss_begin(word), .last = near_miss_begin(word)};
    for (size_t i = 0; i < LENGTH_OF(documents); i++)
        model_fields(arena, documents[i], search_visit, &search);
    Str last = near_miss_best(&search.last), best = near_miss_best(&search.miss);
    if (search.whole.data || best.data || !last.data || str_equal(last, word))
        return search.whole.data ? search.whole : best;
    return find_meant(arena, last);
}

static ExitStatus report_unknown(Arena *arena, Str path, Str miss)
{
    Str meant = miss.data ? miss : find_meant(arena, path);
    cli_error("no field '%.*s'; %.*s", STR_ARG(path),
              STR_ARG(near_miss_advice(arena, meant, "see docs/definition.md for all of them")));
    return EXIT_TROUBLE;
}

ExitStatus explain_field(const Arguments *arguments, bool json)
{
    Arena *arena = arguments->arena;
    Str path = arguments->operands[0], miss = STR_NONE;
    size_t count;
    const Path *steps = path_parse(arena, path, &count);
    Buf out = {0};
    ListBuilder found = list_begin(arena);
    for (size_t i = 0; steps && i < LENGTH_OF(documents); i++) {
        FieldInfo info;
        Str close;
        if (!model_field(arena, documents[i], steps, count, &info, &close)) {
            miss = miss.data ? miss : close;
            continue;
        }
        if (out.size)
            buf_add_char(&out, '\n');
        print_text(arena, &info, &out);
        list_add(&found, json_of(arena, &info));
    }
    if (!found.count) {
        buf_release(&out);
        return report_unknown(arena, path, miss);
    }
    if (json) {
        out.size = 0;
        value_print_json_indented(list_end(&found, ORIGIN_NONE), &out);
    }
    return cli_print(&out);
}
