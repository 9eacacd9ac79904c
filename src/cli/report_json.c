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

static const Value *finding_json(Arena *arena, const Finding *finding, Place place)
{
    MapBuilder map = map_begin(arena);
    put_text(&map, "rule", finding->rule->id);
    put_text(&map, "severity", str_from(severity_name(finding->severity)));
    put(&map, "object", object_json(arena, finding));
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
        waived += report->findings->list[i]->waived;
    put_count(&map, "waived", waived);
    const RuleCount *counts = report_rules(report, &count);
    for (size_t i = 0; i < count; i++)
        map_set(&rules, counts[i].rule->id, ORIGIN_NONE,
                value_new_number(report->arena, ORIGIN_NONE, (double)counts[i].count));
    put(&map, "rules", map_end(&rules, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

void report_json(const Report *report, ReportWriter *writer)
{
    PlaceCursor cursor = {0};
    bool first = true;
    buf_add(&writer->out, STR("{\n  \"findings\": "));
    for (size_t i = 0; i < report->findings->count; i++) {
        const Finding *finding = report->findings->list[i];
        if (finding->severity < report->least)
            continue;
        Place place = origin_place_next(report->sources, &cursor, finding->origin);
        report_item(writer, first, 2, finding_json(writer->arena, finding, place));
        first = false;
    }
    report_items_end(writer, first, 2);
    buf_add(&writer->out, STR(",\n  \"summary\": "));
    value_print_json_inside(summary_json(report), 2, 13, &writer->out);
    buf_add(&writer->out, STR("\n}\n"));
}

/* ---- workflow commands ---- */

/* The runner takes these apart by % escapes, and a property also ends at : and , (actions/toolkit, command.ts). */
static void add_escaped(ReportWriter *writer, Str line, bool property)
{
    Buf *out = &writer->out;
    Str text = shown_text(writer->arena, line);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool special = c == '%' || (property && (c == ':' || c == ','));
        if (special)
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static void add_command(const Report *report, const Finding *finding, PlaceCursor *cursor, ReportWriter *writer)
{
    Buf *out = &writer->out;
    Place place = origin_place_next(report->sources, cursor, finding->origin);
    Str file = report_file(writer->arena, report, place.source);
    buf_printf(out, "::%s ", finding->severity == SEVERITY_INFO ? "notice" : severity_name(finding->severity));
    if (file.size) {
        buf_add(out, STR("file="));
        add_escaped(writer, file, true);
        buf_printf(out, ",line=%u,col=%u,", place.line, place.column);
    }
    buf_add(out, STR("title="));
    add_escaped(writer, finding->rule->id, true);
    buf_add(out, STR("::"));
    add_escaped(writer, finding->message, false);
    buf_add(out, STR("; "));
    add_escaped(writer, finding->fix, false);
    Str where = arena_printf(writer->arena, " (%.*s; see kiln standards %.*s)",
                             STR_ARG(report_object(writer->arena, finding)), STR_ARG(finding->rule->id));
    add_escaped(writer, where, false);
    buf_add_char(out, '\n');
    report_written(writer);
}

/* The worst first: of each kind a step's first ten are shown. */
void report_github(const Report *report, ReportWriter *writer)
{
    for (int level = SEVERITY_ERROR; level >= (int)report->least; level--) {
        PlaceCursor cursor = {0};
        for (size_t i = 0; i < report->findings->count; i++) {
            if ((int)report->findings->list[i]->severity == level)
                add_command(report, report->findings->list[i], &cursor, writer);
        }
    }
}
