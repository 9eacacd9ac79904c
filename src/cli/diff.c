/* kiln diff: what a change does to objects. This file knows the command line; the rest of the work is in diff_*.c. */
#include "diff.h"

#include <stdlib.h>
#include <unistd.h>

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

static bool compare(const Arguments *arguments, DiffReport *report)
{
    if (arguments->operand_count == 2)
        return compare_paths(report, arguments->operands[0], arguments->operands[1]);
    cli_error("expected two files or folders to compare, found %zu", arguments->operand_count);
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
    bool ok = compare(arguments, &report);
    cli_print_diags(report.diags);
    if (!ok)
        return EXIT_TROUBLE;
    Buf out = {0};
    if (format == 1)
        diff_print_json(&report, &out);
    else
        diff_print_text(&report, colour, &out);
    ExitStatus status = cli_print(&out);
    bool differs = argument_given(arguments, OPTION_FAIL_ON) ? report.classes & fatal : report.count > 0;
    return status == EXIT_CLEAN && differs ? EXIT_FINDINGS : status;
}
