/* What the files of kiln check share: the findings of a run, and the forms that they are printed in. */
#ifndef KILN_REPORT_H
#define KILN_REPORT_H

#include "cli_private.h"

typedef struct Report {
    Arena *arena;
    const Sources *sources;
    const Standards *standards;
    const Findings *findings; /* by place */
    RuleSelection rules;
    Severity least;
    Tier tier; /* whose severities the rules' own levels are */
    size_t objects;
    Str here, top; /* the working directory, and the top of the repository around it, else the same; "" for "/" */
} Report;

enum { REPORT_TEXT, REPORT_JSON, REPORT_SARIF, REPORT_GITHUB };

/* How the command line wants it: --format, --severity, --rule and --exclude. False: reported. */
bool report_options(const Arguments *arguments, Report *report, int *format);
/*
 * Prints it all, and yields the run's status, which is EXIT_TROUBLE where something could not be judged. A machine's
 * format goes to standard output, and then only when all could be; the text, whose last lines are head, the counts and
 * how often each rule is broken, goes to standard error with what else there is to say.
 */
ExitStatus report_finish(Report *report, int format, ExitStatus status, const char *head, Diags *diags);

typedef struct RuleCount {
    const Rule *rule;
    size_t count;
} RuleCount;
/* By id, none that is zero. */
RuleCount *report_rules(const Report *report, size_t *count);
size_t report_count(const Report *report, Severity severity);

/* Where a source lies, from the top of the repository; empty: nowhere on disk. An absolute path is outside. */
Str report_file(Arena *arena, const Report *report, const Source *source);

/* "Deployment web in production/web/deployment.yaml" */
Str report_object(Arena *arena, const Finding *finding);

/* A report on its way out, a piece at a time: there may be a hundred thousand findings. */
typedef struct ReportWriter {
    Buf out;
    Arena *arena; /* of one finding */
    ExitStatus status;
} ReportWriter;
/* All of one finding is in out. */
void report_written(ReportWriter *writer);
/* An item of a JSON list whose line is so deep, made of one finding; and the list's end. */
void report_item(ReportWriter *writer, bool first, size_t indent, const Value *item);
void report_items_end(ReportWriter *writer, bool none, size_t indent);

void report_json(const Report *report, ReportWriter *writer);
void report_sarif(const Report *report, Diags *diags, ReportWriter *writer);
void report_github(const Report *report, ReportWriter *writer);

ExitStatus check_foreign(const Arguments *arguments, Str today); /* check -f */

#endif
