/* Findings for programs: one JSON document, and GitHub's workflow commands. */
#include "report.h"

static void put(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value);
}

static void put_text(MapBuilder *map, const char *key, Str text)
{
    put(map, key, value_new_string(map->arena, ORIGIN_NONE, text));
}

static void put_count(MapBuilder *map, const char *key, size_t count)
{
    put(map, key, value_new_number(map->arena, ORIGIN_NONE, (double)count));
}

static const Value *object_json(Arena *arena, const Finding *finding)
{
    const Value *object = finding->object;
    MapBuilder map = map_begin(arena);
    put_text(&map, "apiVersion", value_text_at(object, "apiVersion"));
    put_text(&map, "kind", finding_kind(finding));
    put_text(&map, "namespace", value_text_at(object, "metadata.namespace"));
    put_text(&map, "name", finding_name(finding));
    return map_end(&map, ORIGIN_NONE);
}

static const Value *finding_json(const Report *report, const Finding *finding, PlaceCursor *cursor)
{
    Place place = origin_place_next(report->sources, cursor, finding->origin);
    MapBuilder map = map_begin(report->arena);
    put_text(&map, "rule", finding->rule->id);
    put_text(&map, "severity", str_from(severity_name(finding->severity)));
    put(&map, "object", object_json(report->arena, finding));
    put_text(&map, "path", finding->path);
    put_text(&map, "file", place.source ? place.source->name : finding->file);
    put_count(&map, "line", place.line);
    put_count(&map, "column", place.column);
    put_text(&map, "message", finding->message);
    put_text(&map, "fix", finding->fix);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *summary_json(const Report *report)
{
    static const Severity levels[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO};
    MapBuilder map = map_begin(report->arena), rules = map_begin(report->arena);
    put_count(&map, "objects", report->objects);
    for (size_t i = 0; i < LENGTH_OF(levels); i++)
        put_count(&map, severity_name(levels[i]), report_count(report, levels[i]));
    size_t waived = 0, count;
    for (size_t i = 0; i < report->findings->count; i++)
        waived += report->findings->list[i].waived;
    put_count(&map, "waived", waived);
    const RuleCount *counts = report_rules(report, &count);
    for (size_t i = 0; i < count; i++)
        map_set(&rules, counts[i].rule->id, ORIGIN_NONE,
                value_new_number(report->arena, ORIGIN_NONE, (double)counts[i].count));
    put(&map, "rules", map_end(&rules, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

void report_json(const Report *report, Buf *out)
{
    MapBuilder map = map_begin(report->arena);
    ListBuilder list = list_begin(report->arena);
    PlaceCursor cursor = {0};
    for (size_t i = 0; i < report->findings->count; i++) {
        if (report->findings->list[i].severity >= report->least)
            list_add(&list, finding_json(report, &report->findings->list[i], &cursor));
    }
    put(&map, "findings", list_end(&list, ORIGIN_NONE));
    put(&map, "summary", summary_json(report));
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

/* ---- workflow commands ---- */

/* The runner takes these apart by % escapes, and a property also ends at : and , (actions/toolkit, command.ts). */
static void add_escaped(const Report *report, Buf *out, Str line, bool property)
{
    Str text = shown_text(report->arena, line);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool special = c == '%' || (property && (c == ':' || c == ','));
        if (special)
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static void add_command(const Report *report, const Finding *finding, PlaceCursor *cursor, Buf *out)
{
    Place place = origin_place_next(report->sources, cursor, finding->origin);
    Str file = report_file(report, place.source);
    buf_printf(out, "::%s ", finding->severity == SEVERITY_INFO ? "notice" : severity_name(finding->severity));
    if (file.size) {
        buf_add(out, STR("file="));
        add_escaped(report, out, file, true);
        buf_printf(out, ",line=%u,col=%u,", place.line, place.column);
    }
    buf_add(out, STR("title="));
    add_escaped(report, out, finding->rule->id, true);
    buf_add(out, STR("::"));
    add_escaped(report, out, finding->message, false);
    buf_add(out, STR("; "));
    add_escaped(report, out, finding->fix, false);
    Str where = arena_printf(report->arena, " (%.*s; see kiln standards %.*s)",
                             STR_ARG(report_object(report->arena, finding)), STR_ARG(finding->rule->id));
    add_escaped(report, out, where, false);
    buf_add_char(out, '\n');
}

/* The worst first: of each kind a step's first ten are shown. */
void report_github(const Report *report, Buf *out)
{
    for (int level = SEVERITY_ERROR; level >= (int)report->least; level--) {
        PlaceCursor cursor = {0};
        for (size_t i = 0; i < report->findings->count; i++) {
            if ((int)report->findings->list[i].severity == level)
                add_command(report, &report->findings->list[i], &cursor, out);
        }
    }
}
