/* What kiln render --check says about a comparison: each file on a line, stale ones with a short diff. */
#include "cli_private.h"
#include "line_diff.h"

#include <unistd.h>

#include "kiln/standards.h"
#include "kiln/yaml.h"

#define FILE_LINES 20
#define ALL_LINES 200

static const char *const words[] = {[TREE_NEW] = "missing", [TREE_CHANGED] = "stale", [TREE_REMOVED] = "surplus"};

static bool has_no_secret(void *user, const Value *document)
{
    Arena *arena = user;
    return !str_equal(value_text_at(document, "kind"), STR("Secret")) &&
           secrets_masked(arena, STR(""), document) == document;
}

/* What stands there may have been edited since, past the gate; what is wanted may hold what a waiver lets through. */
static bool may_be_shown(Str path, Str text)
{
    if (!str_ends(path, STR(".yaml")) && !str_ends(path, STR(".yml")))
        return true;
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    bool ok = yaml_manifests(arena, sources_add(sources, path, text, false), diags, has_no_secret, arena);
    ok = ok && !diags_error_count(diags);
    arena_free(arena);
    return ok;
}

/* The gutter keeps a line of somebody's text from being taken for ours, or for a command by a workflow's runner. */
static size_t print_difference(const Difference *difference, size_t budget, Buf *out)
{
    buf_printf(out, "%s %.*s\n", words[difference->kind], STR_ARG(difference->path));
    if (difference->kind != TREE_CHANGED || !difference->wanted.data)
        return 0;
    if (!may_be_shown(difference->path, difference->found) || !may_be_shown(difference->path, difference->wanted)) {
        buf_add(out, STR("  | not shown: it holds what looks like a secret, or is no YAML\n"));
        return 0;
    }
    size_t limit = budget < FILE_LINES ? budget : FILE_LINES;
    LineDiffSize size = line_diff_print(difference->found, difference->wanted, "  | ", limit, out);
    if (size.left_out)
        buf_printf(out, "  | ... %zu line%s left out\n", size.left_out, cli_plural(size.left_out));
    return size.shown;
}

/* The same selection and output must be named again. */
static bool is_plain(const Arguments *arguments)
{
    size_t given = arguments->operand_count;
    for (int id = 0; id < OPTION_COUNT; id++)
        given += id == OPTION_CHECK ? 0 : arguments->option[id].count;
    return given == 0;
}

static void print_summary(const Arguments *arguments, const RenderResult *result, const size_t counts[])
{
    Buf out = {0};
    buf_printf(&out, "%zu object%s in %zu environment%s: ", result->objects, cli_plural(result->objects),
               result->environments, cli_plural(result->environments));
    if (!result->difference_count)
        buf_printf(&out, "%.*s is up to date\n", STR_ARG(result->output));
    else
        buf_printf(&out, "%zu stale, %zu missing, %zu surplus; %s\n", counts[TREE_CHANGED], counts[TREE_NEW],
                   counts[TREE_REMOVED],
                   is_plain(arguments) ? "run kiln render" : "run the same kiln render without --check");
    cli_say(&out);
}

ExitStatus render_check_print(const Arguments *arguments, const RenderResult *result)
{
    Buf out = {0};
    size_t counts[LENGTH_OF(words)] = {0}, shown = 0;
    for (size_t i = 0; i < result->difference_count; i++) {
        counts[result->differences[i].kind]++;
        shown += print_difference(&result->differences[i], ALL_LINES - shown, &out);
    }
    ExitStatus status = cli_print_text(&out);
    print_summary(arguments, result, counts);
    return status == EXIT_CLEAN && result->difference_count ? EXIT_FINDINGS : status;
}
