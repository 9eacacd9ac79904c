/* kiln diff: what a change does to objects. This file knows the command line; the rest of the work is in diff_*.c. */
#include "diff.h"

#include <stdlib.h>
#include <unistd.h>

typedef enum Format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON } Format; /* as in the command table */

static bool wants_colour(const Arguments *arguments, bool *colour)
{
    static const char *const words[] = {"auto", "always", "never"};
    Str word = argument_value(arguments, OPTION_COLOR);
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    *colour = isatty(STDOUT_FILENO) && !(none && none[0]) && !(terminal && !strcmp(terminal, "dumb"));
    if (!argument_given(arguments, OPTION_COLOR) || str_equal(word, str_from(words[0])))
        return true;
    *colour = str_equal(word, str_from(words[1]));
    if (!*colour && !str_equal(word, str_from(words[2])))
        cli_error("option --color: expected auto, always or never, found '%.*s'", STR_ARG(word));
    return *colour || str_equal(word, str_from(words[2]));
}

/* The classes that --fail-on names; without it, any difference counts. */
static bool fatal_classes(const Arguments *arguments, unsigned *classes)
{
    Str rest = argument_value(arguments, OPTION_FAIL_ON), word;
    *classes = 0;
    while (argument_given(arguments, OPTION_FAIL_ON) && str_split(&rest, ',', &word)) {
        unsigned class = 0;
        NearMiss miss = near_miss_begin(word);
        for (; class < DIFF_CLASS_COUNT && !str_equal(word, str_from(diff_class_names[class])); class++)
            near_miss_offer(&miss, str_from(diff_class_names[class]));
        Str best = near_miss_best(&miss);
        if (class == DIFF_CLASS_COUNT && best.data)
            cli_error("option --fail-on: no class '%.*s'; did you mean '%.*s'?", STR_ARG(word), STR_ARG(best));
        else if (class == DIFF_CLASS_COUNT)
            cli_error("option --fail-on: no class '%.*s'; see 'kiln diff --help'", STR_ARG(word));
        if (class == DIFF_CLASS_COUNT)
            return false;
        *classes |= DIFF_BIT(class);
    }
    return true;
}

static bool compare_paths(DiffReport *report, Str from, Str to)
{
    DiffFiles old = {.arena = report->arena}, new = {.arena = report->arena};
    if (str_equal(from, STR("-")) && str_equal(to, STR("-"))) {
        cli_error("standard input can be one side only; name a file or folder for the other");
        return false;
    }
    bool read = diff_read(&old, from, report->diags);
    return diff_read(&new, to, report->diags) && read && diff_compare_trees(report, &old, &new);
}

/* Which two sides the command line names. */
static bool compare(const Arguments *arguments, DiffReport *report)
{
    const Str *operands = arguments->operands;
    size_t count = arguments->operand_count, environments = arguments->option[OPTION_ENVIRONMENT].count;
    bool base = argument_given(arguments, OPTION_BASE), services = argument_given(arguments, OPTION_SERVICE);
    if (count == 0)
        return base ? diff_with_base(arguments, report)
                    : diff_with_tree(arguments, report);
    if (count == 1 && environments == 1 && !base)
        return diff_environments(arguments, argument_value(arguments, OPTION_ENVIRONMENT), operands[0], report);
    if (count == 2 && !environments && !base && !services)
        return compare_paths(report, operands[0], operands[1]);
    if (base)
        cli_error("unexpected argument '%.*s' beside --base; --service selects services", STR_ARG(operands[0]));
    else if (count == 2)
        cli_error("two folders or files are compared as a whole; leave out --environment and --service");
    else
        cli_error("expected two files or folders, '-e ENV ENV' or nothing to compare, found %zu; see 'kiln diff --help'",
                  count);
    return false;
}

ExitStatus command_diff(const Arguments *arguments)
{
    int format = cli_format(arguments);
    bool colour;
    unsigned fatal;
    if (format < 0 || !wants_colour(arguments, &colour) || !fatal_classes(arguments, &fatal))
        return EXIT_TROUBLE;
    DiffReport report = {.arena = arguments->arena, .sources = sources_new(arguments->arena)};
    report.diags = diags_new(arguments->arena, report.sources);
    Watch watch = watch_begin(arguments->arena);
    report.watch = &watch;
    bool ok = compare(arguments, &report);
    watch_end(&watch);
    cli_print_diags(report.diags);
    if (!ok)
        return EXIT_TROUBLE;
    Buf out = {0};
    if (format == FORMAT_JSON)
        diff_print_json(&report, &out);
    else if (format == FORMAT_MARKDOWN)
        diff_print_markdown(&report, &out);
    else
        diff_print_text(&report, colour, &out);
    if (format != FORMAT_JSON)
        shown_defuse(&out, 0); /* what is left to command a terminal are our own colours */
    ExitStatus status = cli_print(&out);
    bool differs = argument_given(arguments, OPTION_FAIL_ON) ? report.classes & fatal : report.count > 0;
    return status == EXIT_CLEAN && differs ? EXIT_FINDINGS : status;
}
