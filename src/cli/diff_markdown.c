/*
 * kiln diff for a pull request's comment. What does not fit into one is folded level by level, the same for all
 * objects, and the last lines say what was folded and how to see it.
 */
#include "diff.h"
#include "line_diff.h"

#define VALUE_LINES 60

typedef enum Level { LEVEL_ALL, LEVEL_SHORT, LEVEL_OBJECTS, LEVEL_ENVIRONMENTS, LEVEL_TOTALS, LEVEL_COUNT } Level;

static const char *const folded[LEVEL_COUNT] = {
    [LEVEL_SHORT] = "values of more than one line",
    [LEVEL_OBJECTS] = "the changes of each object",
    [LEVEL_ENVIRONMENTS] = "the objects of each environment",
    [LEVEL_TOTALS] = "the environments",
};

typedef struct Writer {
    Arena *arena;
    const DiffReport *report;
    Buf *out;
    Level level;
} Writer;

/* ---- text that is no markup ---- */

/* In a table or a summary. */
static void add_escaped(Writer *w, Str text)
{
    Buf visible = {0};
    add_visible(&visible, text, SIZE_MAX);
    for (size_t i = 0; i < visible.size; i++) {
        char c = visible.data[i];
        if (strchr("<>&|`*_[]\\@#~", c))
            buf_printf(w->out, "&#%d;", c);
        else
            buf_add_char(w->out, c);
    }
    buf_release(&visible);
}

/* A fence that nothing inside can end. */
static size_t fence_for(Str text)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < text.size; i++) {
        run = text.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest + 1;
}

static void add_fenced(Writer *w, Str text)
{
    size_t fence = fence_for(text);
    buf_add_repeat(w->out, '`', fence);
    buf_add(w->out, STR("diff\n"));
    buf_add(w->out, text);
    buf_add_repeat(w->out, '`', fence);
    buf_add_char(w->out, '\n');
}

/* ---- changes ---- */

static void add_line(Buf *out, char sign, const Value *value)
{
    if (!value)
        return;
    buf_printf(out, "%c ", sign);
    diff_add_inline(out, value);
    buf_add_char(out, '\n');
}

static void add_values(Writer *w, const Value *from, const Value *to, Buf *out)
{
    if ((!from || diff_is_inline(from)) && (!to || diff_is_inline(to))) {
        add_line(out, '-', from);
        add_line(out, '+', to);
        return;
    }
    if (w->level == LEVEL_SHORT) {
        buf_add(out, STR("# (several lines)\n"));
        return;
    }
    size_t left_out = diff_add_block(w->arena, from, to, "", VALUE_LINES, out);
    if (left_out)
        buf_printf(out, "# ... %zu line%s left out; --format json has all\n", left_out, cli_plural(left_out));
}

static void add_change(Writer *w, const DiffObject *object, const DiffChange *change, Buf *out)
{
    buf_add(out, STR("# "));
    add_visible(out, diff_path_text(w->arena, change->path), SIZE_MAX);
    Str classes = diff_classes_text(w->arena, change->classes);
    if (classes.size)
        buf_printf(out, "  [%.*s%s%s]", STR_ARG(classes), change->reason ? ": " : "",
                   change->reason ? change->reason : "");
    buf_add(out, change->kind == DIFF_REORDERED ? STR("  another order\n") : STR("\n"));
    if (change->kind != DIFF_REORDERED)
        add_values(w, change->from ? diff_shown(w->arena, object, change, change->from) : NULL,
                   change->to ? diff_shown(w->arena, object, change, change->to) : NULL, out);
}

static void add_head(Writer *w, const DiffObject *object)
{
    bool whole = object->kind_of_change != DIFF_CHANGED;
    if (whole)
        buf_add(w->out, object->kind_of_change == DIFF_ADDED ? STR("added: ") : STR("removed: "));
    add_escaped(w, diff_object_text(w->arena, object));
    Str classes = diff_classes_text(w->arena, object->classes);
    if (classes.size)
        buf_printf(w->out, ": <b>%.*s</b>", STR_ARG(classes));
    if (whole && object->changes[0].reason)
        buf_printf(w->out, " (%s)", object->changes[0].reason);
}

static void add_object(Writer *w, const DiffObject *object)
{
    if (object->kind_of_change != DIFF_CHANGED || w->level == LEVEL_OBJECTS) {
        buf_add(w->out, STR("- "));
        add_head(w, object);
        if (object->kind_of_change == DIFF_CHANGED)
            buf_printf(w->out, ", %zu change%s", object->count, cli_plural(object->count));
        buf_add_char(w->out, '\n');
        return;
    }
    Buf body = {0};
    for (size_t i = 0; i < object->count; i++) {
        if (!diff_is_folded(w->report, &object->changes[i]))
            add_change(w, object, &object->changes[i], &body);
    }
    size_t cosmetic = diff_folded(w->report, object);
    if (cosmetic)
        buf_printf(&body, "# and %zu cosmetic change%s\n", cosmetic, cli_plural(cosmetic));
    buf_add(w->out, STR("\n<details><summary>"));
    add_head(w, object);
    buf_add(w->out, STR("</summary>\n\n"));
    add_fenced(w, buf_str(&body));
    buf_add(w->out, STR("\n</details>\n\n"));
    buf_release(&body);
}

/* ---- environments ---- */

static void add_group_line(Writer *w, const DiffGroup *group)
{
    buf_add(w->out, STR("- "));
    add_escaped(w, group->name.size ? group->name : STR("all"));
    Str classes = diff_classes_text(w->arena, group->result.classes);
    buf_printf(w->out, ": %zu object%s%s%.*s\n", group->result.count, cli_plural(group->result.count),
               classes.size ? ": " : "", STR_ARG(classes));
}

static void add_group(Writer *w, const DiffGroup *group)
{
    if (w->level == LEVEL_ENVIRONMENTS) {
        add_group_line(w, group);
        return;
    }
    if (group->name.size) {
        buf_add(w->out, STR("\n### "));
        add_escaped(w, group->name);
        buf_add(w->out, STR("\n\n"));
    }
    size_t cosmetic = 0;
    for (size_t i = 0; i < group->result.count; i++) {
        const DiffObject *object = &group->result.list[i];
        if (diff_folded(w->report, object) == object->count)
            cosmetic++;
        else
            add_object(w, object);
    }
    if (cosmetic)
        buf_printf(w->out, "- %zu object%s with cosmetic changes alone\n", cosmetic, cli_plural(cosmetic));
}

/* ---- totals ---- */

static void add_capacity(Writer *w, Str name, const DiffCapacity *before, const DiffCapacity *after)
{
    for (int i = 0; i < DIFF_RESOURCE_COUNT; i++) {
        DiffRange old = before->of[i], new = after->of[i];
        if (old.low == new.low && old.high == new.high)
            continue;
        buf_add(w->out, STR("| "));
        add_escaped(w, name);
        buf_printf(w->out, " | %s | %.*s | %.*s |\n", diff_resource_names[i],
                   STR_ARG(diff_range_text(w->arena, i, old)), STR_ARG(diff_range_text(w->arena, i, new)));
    }
}

static void add_capacities(Writer *w, const DiffReport *report)
{
    if (!diff_capacity_differs(&report->before, &report->after))
        return;
    buf_add(w->out, STR("\n| requests | | before | after |\n|---|---|---|---|\n"));
    for (size_t i = 0; report->count > 1 && w->level < LEVEL_TOTALS && i < report->count; i++)
        add_capacity(w, report->groups[i].name, &report->groups[i].result.before, &report->groups[i].result.after);
    add_capacity(w, STR("all together"), &report->before, &report->after);
}

static void add_totals(Writer *w, const DiffReport *report)
{
    if (!report->count) {
        buf_add(w->out, STR("**kiln diff:** no object changes\n"));
        return;
    }
    buf_printf(w->out, "**kiln diff:** %zu object%s changed, %zu added, %zu removed\n", report->changed,
               cli_plural(report->changed), report->added, report->removed);
    buf_add(w->out, STR("\n| what it does | changes |\n|---|---|\n"));
    for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++) {
        if (report->by_class[class])
            buf_printf(w->out, "| %s | %zu |\n", diff_class_names[class], report->by_class[class]);
    }
    if (report->unclassed)
        buf_printf(w->out, "| other | %zu |\n", report->unclassed);
    add_capacities(w, report);
    buf_add_char(w->out, '\n');
}

static void add_all(Writer *w, const DiffReport *report)
{
    add_totals(w, report);
    for (size_t i = 0; w->level < LEVEL_TOTALS && i < report->count; i++)
        add_group(w, &report->groups[i]);
    if (w->level > LEVEL_ALL)
        buf_printf(w->out, "\nFolded to fit into a comment: %s. The same `kiln diff` without `--format markdown` shows all.\n",
                   folded[w->level]);
}

void diff_print_markdown(const DiffReport *report, Buf *out)
{
    Writer writer = {.arena = report->arena, .report = report, .out = out};
    for (int level = LEVEL_ALL; level < LEVEL_COUNT; level++) {
        out->size = 0;
        writer.level = (Level)level;
        add_all(&writer, report);
        if (out->size <= DIFF_COMMENT_BYTES)
            return;
    }
}
