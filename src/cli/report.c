/* Findings of kiln check: what of them is asked for, how many there are, and the form for each kind of reader. */
#include "report.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- what is asked for ---- */

static bool severity_option(const Arguments *arguments, Severity *least)
{
    static const Severity levels[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO};
    *least = SEVERITY_WARNING;
    if (!argument_given(arguments, OPTION_SEVERITY))
        return true;
    Str word = argument_value(arguments, OPTION_SEVERITY);
    for (size_t i = 0; i < LENGTH_OF(levels); i++) {
        *least = levels[i];
        if (str_equal(word, str_from(severity_name(levels[i]))))
            return true;
    }
    cli_error("option --severity: expected error, warning or info, found '%.*s'", STR_ARG(word));
    return false;
}

bool report_options(const Arguments *arguments, Report *report, int *format)
{
    *report = (Report){.arena = arguments->arena,
                       .rules = {.only = arguments->option[OPTION_RULE].values,
                                 .only_count = arguments->option[OPTION_RULE].count,
                                 .without = arguments->option[OPTION_EXCLUDE].values,
                                 .without_count = arguments->option[OPTION_EXCLUDE].count}};
    *format = cli_format(arguments);
    return *format >= 0 && severity_option(arguments, &report->least);
}

/* ---- counting ---- */

size_t report_count(const Report *report, Severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < report->findings->count; i++)
        count += report->findings->list[i]->severity == severity;
    return count;
}

static int count_order(const void *a, const void *b)
{
    return str_compare(((const RuleCount *)a)->rule->id, ((const RuleCount *)b)->rule->id);
}

RuleCount *report_rules(const Report *report, size_t *count)
{
    const Findings *findings = report->findings;
    RuleCount *counts = ARENA_ARRAY(report->arena, RuleCount, standards_count(report->standards) + 1);
    Index *index = index_new(report->arena, 32);
    *count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->list[i]->severity < report->least)
            continue;
        uint32_t at = index_put(index, findings->list[i]->rule->id, (uint32_t)*count);
        if (at == *count)
            counts[(*count)++] = (RuleCount){.rule = findings->list[i]->rule};
        counts[at].count++;
    }
    if (*count > 1)
        qsort(counts, *count, sizeof *counts, count_order);
    return counts;
}

/* others: warnings that are no findings, as of what is there twice, or of a waiver that nothing needs. */
static void print_summary(const Report *report, const char *head, size_t others)
{
    size_t errors = report_count(report, SEVERITY_ERROR), count;
    size_t warnings = report_count(report, SEVERITY_WARNING) + others;
    Buf out = {0};
    buf_printf(&out, "%s: %zu error%s, %zu warning%s", head, errors, cli_plural(errors), warnings,
               cli_plural(warnings));
    if (report->least == SEVERITY_INFO)
        buf_printf(&out, ", %zu info", report_count(report, SEVERITY_INFO));
    buf_add_char(&out, '\n');
    const RuleCount *rules = report_rules(report, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%6zu %.*s\n", rules[i].count, STR_ARG(rules[i].rule->id));
    if (count)
        buf_printf(&out, "       'kiln standards %.*s' says why, and shows it done well\n",
                   STR_ARG(count == 1 ? rules[0].rule->id : STR("ID")));
    cli_say(&out);
}

/* ---- files ---- */

static Str folder_above(Str folder)
{
    ptrdiff_t slash = str_rfind_char(folder, '/');
    return slash <= 0 ? STR("") : str_slice(folder, 0, (size_t)slash);
}

/* Both are absolute; "" of the root folder itself. */
static Str repository_around(Arena *arena, Str folder)
{
    for (Str above = folder; above.size; above = folder_above(above)) {
        if (access(arena_printf(arena, "%.*s/.git", STR_ARG(above)).data, F_OK) == 0)
            return above;
    }
    return folder;
}

/* A path from a folder without its "." and "..": what a name says, not what links make of it. */
static Str joined(Arena *arena, Str folder, Str path)
{
    if (str_starts(path, STR("/")))
        folder = STR("");
    for (Str part; str_split(&path, '/', &part);) {
        if (str_equal(part, STR("..")))
            folder = folder_above(folder);
        else if (part.size && !str_equal(part, STR(".")))
            folder = arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(part));
    }
    return folder;
}

Str report_file(Arena *arena, const Report *report, const Source *source)
{
    if (!source || source->built_in || str_equal(source->name, STR("standard input")))
        return STR("");
    Str top = report->top, file = joined(arena, report->here, source->name);
    bool inside = file.size > top.size && str_starts(file, top) && file.data[top.size] == '/';
    return inside ? str_slice(file, top.size + 1, file.size) : file;
}

static void find_top(Report *report)
{
    char *working = realpath(".", NULL);
    bool root = !working || strcmp(working, "/") == 0;
    report->here = root ? STR("") : arena_copy(report->arena, str_from(working));
    report->top = repository_around(report->arena, report->here);
    free(working);
}

Str report_object(Arena *arena, const Finding *finding)
{
    Str name = finding_name(finding);
    return arena_printf(arena, "%.*s%s%.*s in %.*s", STR_ARG(finding_kind(finding)),
                        name.size ? " " : "", STR_ARG(name), STR_ARG(finding->file));
}

/* ---- writing ---- */

enum { PIECE = 64 << 10 };

static void write_out(ReportWriter *writer)
{
    if (writer->status == EXIT_CLEAN)
        writer->status = cli_print(&writer->out);
    writer->out.size = 0;
}

void report_written(ReportWriter *writer)
{
    if (writer->out.size >= PIECE)
        write_out(writer);
    arena_reset(writer->arena);
}

void report_item(ReportWriter *writer, bool first, size_t indent, const Value *item)
{
    buf_add(&writer->out, first ? STR("[\n") : STR(",\n"));
    buf_add_repeat(&writer->out, ' ', indent + 2);
    value_print_json_inside(item, indent + 2, indent + 2, &writer->out);
    report_written(writer);
}

void report_items_end(ReportWriter *writer, bool none, size_t indent)
{
    buf_add(&writer->out, none ? STR("[") : STR("\n"));
    buf_add_repeat(&writer->out, ' ', none ? 0 : indent);
    buf_add_char(&writer->out, ']');
}

/* ---- forms ---- */

static ExitStatus print(Report *report, int format, Diags *diags)
{
    ReportWriter writer = {.arena = arena_new()};
    find_top(report);
    if (format == REPORT_JSON)
        report_json(report, &writer);
    else if (format == REPORT_SARIF)
        report_sarif(report, diags, &writer);
    else
        report_github(report, &writer);
    write_out(&writer);
    buf_release(&writer.out);
    arena_free(writer.arena);
    return writer.status;
}

/* What else there is to say is counted first: findings are counted as they are, and become diagnostics of the text.
 */
static ExitStatus finish_text(const Report *report, ExitStatus status, const char *head, Diags *diags)
{
    size_t others = 0;
    for (size_t i = 0; i < diags_count(diags); i++)
        others += diags_at(diags, i)->severity == SEVERITY_WARNING;
    findings_report(report->findings, report->least, diags);
    cli_print_diags(diags);
    if (status != EXIT_TROUBLE)
        print_summary(report, head, others);
    return status;
}

ExitStatus report_finish(Report *report, int format, ExitStatus status, const char *head, Diags *diags)
{
    if (format == REPORT_TEXT || status == EXIT_TROUBLE)
        return finish_text(report, status, head, diags);
    ExitStatus printed = print(report, format, diags);
    cli_print_diags(diags);
    return printed == EXIT_CLEAN ? status : printed;
}
