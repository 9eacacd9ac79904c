/*
 * Findings as SARIF 2.1.0 (OASIS), as GitHub's code scanning takes it: files relative to the repository's top, and a
 * fingerprint that stays the same when lines move.
 */
#include "report.h"

/* What GitHub takes of one run; the worst go first. */
enum { RESULT_LIMIT = 25000, TEXT_LIMIT = 1024 };

static void put(MapBuilder *map, const char *key, const Value *value)
{
    map_set(map, str_from(key), ORIGIN_NONE, value);
}

static void put_text(MapBuilder *map, const char *key, Str text)
{
    put(map, key, value_new_string(map->arena, ORIGIN_NONE, text));
}

static const Value *map_of(Arena *arena, const char *key, const Value *value)
{
    MapBuilder map = map_begin(arena);
    put(&map, key, value);
    return map_end(&map, ORIGIN_NONE);
}

static const Value *list_of(Arena *arena, const Value *item)
{
    ListBuilder list = list_begin(arena);
    list_add(&list, item);
    return list_end(&list, ORIGIN_NONE);
}

/* {text: …}, cut where GitHub would refuse it. */
static const Value *message_of(Arena *arena, Str text)
{
    size_t size = text.size < TEXT_LIMIT ? text.size : TEXT_LIMIT;
    while (size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return map_of(arena, "text", value_new_string(arena, ORIGIN_NONE, str_slice(text, 0, size)));
}

static const char *level_of(Severity severity)
{
    static const char *const levels[] = {[SEVERITY_NOTE] = "note",
                                         [SEVERITY_INFO] = "note",
                                         [SEVERITY_WARNING] = "warning",
                                         [SEVERITY_ERROR] = "error"};
    return levels[severity];
}

/* ---- rules ---- */

static Str text_or(Str text, Str fallback)
{
    return text.size ? text : fallback;
}

/* What a rule is about, which its kinds say: a tag to filter alerts by. */
static Str tag_of(const Rule *rule)
{
    static const struct {
        const char *kind, *tag;
    } tags[] = {{"workflow", "github-actions"}, {"dockerfile", "docker"}};
    const Value *kinds = value_get(rule->value, STR("kinds"));
    const Value *first = value_is(kinds, VALUE_LIST) && kinds->size ? kinds->items[0] : NULL;
    for (size_t i = 0; value_is(first, VALUE_STRING) && i < LENGTH_OF(tags); i++) {
        if (str_equal(value_text(first), str_from(tags[i].kind)))
            return str_from(tags[i].tag);
    }
    return STR("kubernetes");
}

static const Value *properties_of(Arena *arena, const Rule *rule)
{
    static const char *const members[] = {"severity", "kinds", "equivalents"};
    MapBuilder map = map_begin(arena);
    put(&map, "tags", list_of(arena, value_new_string(arena, ORIGIN_NONE, tag_of(rule))));
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *member = value_get(rule->value, str_from(members[i]));
        if (member)
            put(&map, members[i], member);
    }
    return map_end(&map, ORIGIN_NONE);
}

static const Value *rule_sarif(const Report *report, const Rule *rule)
{
    Arena *arena = report->arena;
    Severity severity;
    bool on = rule_severity(report->standards, rule, report->tier, &severity);
    Str title = text_or(value_text_at(rule->value, "title"), rule->id);
    Str rationale = text_or(value_text_at(rule->value, "rationale"), title);
    MapBuilder map = map_begin(arena);
    put_text(&map, "id", rule->id);
    put(&map, "shortDescription", message_of(arena, title));
    put(&map, "fullDescription", message_of(arena, rationale));
    put(&map, "help",
        message_of(arena,
                   arena_printf(arena, "%.*s\n\n'kiln standards %.*s' shows its sources, a good and a bad example.",
                                STR_ARG(rationale), STR_ARG(rule->id))));
    put(&map, "defaultConfiguration",
        map_of(arena, "level", value_new_string(arena, ORIGIN_NONE, str_from(on ? level_of(severity) : "none"))));
    put(&map, "properties", properties_of(arena, rule));
    return map_end(&map, ORIGIN_NONE);
}

static const Value *rules_sarif(const Report *report, Index *numbers)
{
    ListBuilder list = list_begin(report->arena);
    for (size_t i = 0; i < standards_count(report->standards); i++) {
        const Rule *rule = standards_rule(report->standards, i);
        if (!rule_selected(&report->rules, rule->id))
            continue;
        index_put(numbers, rule->id, (uint32_t)list.count);
        list_add(&list, rule_sarif(report, rule));
    }
    return list_end(&list, ORIGIN_NONE);
}

static const Value *driver_sarif(const Report *report, Index *numbers)
{
    MapBuilder map = map_begin(report->arena);
    put_text(&map, "name", STR("kiln"));
    put_text(&map, "version", STR(KILN_VERSION));
    put(&map, "rules", rules_sarif(report, numbers));
    return map_end(&map, ORIGIN_NONE);
}

/* ---- places ---- */

/* RFC 3986: what is no unreserved character of a path is escaped. An absolute path is a file URI. */
static Str uri_of(Arena *arena, Str file)
{
    Buf uri = {0};
    if (str_starts(file, STR("/")))
        buf_add(&uri, STR("file://"));
    for (size_t i = 0; i < file.size; i++) {
        char c = file.data[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
        if (plain)
            buf_add_char(&uri, c);
        else
            buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)c);
    }
    Str text = arena_copy(arena, buf_str(&uri));
    buf_release(&uri);
    return text;
}

static const Value *number(Arena *arena, size_t count)
{
    return value_new_number(arena, ORIGIN_NONE, (double)count);
}

static const Value *physical_sarif(Arena *arena, Str uri, const Place *place)
{
    MapBuilder map = map_begin(arena), region = map_begin(arena);
    put(&map, "artifactLocation", map_of(arena, "uri", value_new_string(arena, ORIGIN_NONE, uri)));
    put(&region, "startLine", number(arena, place->line ? place->line : 1));
    put(&region, "startColumn", number(arena, place->column ? place->column : 1));
    put(&map, "region", map_end(&region, ORIGIN_NONE));
    return map_end(&map, ORIGIN_NONE);
}

/* The object as a rule knows it: file, kind, namespace, name and path. */
static Str full_name(Arena *arena, const Finding *finding)
{
    return arena_printf(arena, "%.*s:%.*s/%.*s/%.*s:%.*s", STR_ARG(finding->file),
                        STR_ARG(finding_kind(finding)),
                        STR_ARG(value_text_at(finding->object, "metadata.namespace")),
                        STR_ARG(finding_name(finding)), STR_ARG(finding->path));
}

static const Value *location_sarif(Arena *arena, const Finding *finding, Str uri, const Place *place)
{
    MapBuilder map = map_begin(arena), logical = map_begin(arena);
    put(&map, "physicalLocation", physical_sarif(arena, uri, place));
    put_text(&logical, "fullyQualifiedName", full_name(arena, finding));
    put_text(&logical, "kind", STR("object"));
    put(&map, "logicalLocations", list_of(arena, map_end(&logical, ORIGIN_NONE)));
    return map_end(&map, ORIGIN_NONE);
}

/* ---- results ---- */

typedef struct Results {
    const Report *report;
    ReportWriter *writer;
    const Index *numbers; /* rules by id, as the driver lists them */
    size_t count;
    Index *seen; /* fingerprints, and how often each is there */
    unsigned *times;
    uint32_t fingerprints;
} Results;

/* The same fault of the same object; where there are several, they are numbered in their order. */
static const Value *fingerprint_of(Results *results, const Finding *finding, Str uri)
{
    Arena *arena = results->writer->arena;
    char hex[SHA256_HEX_SIZE + 1];
    Str what = arena_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(finding->rule->id), STR_ARG(uri),
                            STR_ARG(full_name(arena, finding)));
    sha256_hex(what, hex);
    Str hash = arena_copy(results->report->arena, (Str){hex, 16});
    uint32_t at = index_put(results->seen, hash, results->fingerprints);
    results->fingerprints += at == results->fingerprints;
    Str name = arena_printf(arena, "%.*s:%u", STR_ARG(hash), ++results->times[at]);
    return map_of(arena, "primaryLocationLineHash", value_new_string(arena, ORIGIN_NONE, name));
}

static const Value *suppression_of(Arena *arena, const Value *waiver)
{
    MapBuilder map = map_begin(arena);
    put_text(&map, "kind", STR("external"));
    put_text(&map, "justification", value_text_at(waiver, "reason"));
    return list_of(arena, map_end(&map, ORIGIN_NONE));
}

static Str message_text(Arena *arena, const Finding *finding)
{
    return arena_printf(arena, "%.*s; %.*s (%.*s)", STR_ARG(finding->message), STR_ARG(finding->fix),
                        STR_ARG(report_object(arena, finding)));
}

/*
 * Code scanning refuses the whole upload where one result names no file. What has none is shown in the one that we
 * wrote, or in one named stdin, which is not in the repository and so is shown without its lines.
 */
static Str result_uri(Arena *arena, const Report *report, const Finding *finding, Place *place)
{
    Str file = report_file(arena, report, place->source);
    bool stream = place->source && !place->source->built_in;
    if (!file.size && !stream)
        *place = (Place){.source = place->source};
    return uri_of(arena, file.size ? file : stream || !finding->file.size ? STR("stdin") : finding->file);
}

static void add_result(Results *results, const Finding *finding, PlaceCursor *cursor)
{
    const Report *report = results->report;
    Arena *arena = results->writer->arena;
    Place place = origin_place_next(report->sources, cursor, finding->origin);
    Str uri = result_uri(arena, report, finding, &place);
    MapBuilder map = map_begin(arena);
    put_text(&map, "ruleId", finding->rule->id);
    put(&map, "ruleIndex", number(arena, index_get(results->numbers, finding->rule->id)));
    put_text(&map, "level", str_from(level_of(finding->severity)));
    put(&map, "message", message_of(arena, message_text(arena, finding)));
    put(&map, "locations", list_of(arena, location_sarif(arena, finding, uri, &place)));
    put(&map, "partialFingerprints", fingerprint_of(results, finding, uri));
    if (finding->waived)
        put(&map, "suppressions", suppression_of(arena, finding->waiver));
    report_item(results->writer, results->count++ == 0, 6, map_end(&map, ORIGIN_NONE));
}

static void add_results(const Report *report, const Index *numbers, Diags *diags, ReportWriter *writer)
{
    size_t count = report->findings->count, left_out = 0;
    Results results = {.report = report,
                       .writer = writer,
                       .numbers = numbers,
                       .seen = index_new(report->arena, count),
                       .times = ARENA_ARRAY(report->arena, unsigned, count + 1)};
    for (int level = SEVERITY_ERROR; level >= (int)report->least; level--) {
        PlaceCursor cursor = {0};
        for (size_t i = 0; i < count; i++) {
            if ((int)report->findings->list[i]->severity != level)
                continue;
            if (results.count < RESULT_LIMIT)
                add_result(&results, report->findings->list[i], &cursor);
            else
                left_out++;
        }
    }
    if (left_out)
        diag_plain_note(diags, "%zu results are left out: code scanning takes %d, and the worst are there", left_out,
                        RESULT_LIMIT);
    report_items_end(writer, !results.count, 6);
}

void report_sarif(const Report *report, Diags *diags, ReportWriter *writer)
{
    Index *numbers = index_new(report->arena, standards_count(report->standards));
    buf_add(&writer->out, STR("{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
                              "  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n      \"tool\": "));
    value_print_json_inside(map_of(report->arena, "driver", driver_sarif(report, numbers)), 6, 14, &writer->out);
    buf_add(&writer->out, STR(",\n      \"columnKind\": \"unicodeCodePoints\",\n      \"results\": "));
    add_results(report, numbers, diags, writer);
    buf_add(&writer->out, STR("\n    }\n  ]\n}\n"));
}
