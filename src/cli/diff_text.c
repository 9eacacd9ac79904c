/* kiln diff for a terminal: by environment and object, a line for each change, then what it comes to. */
#include "diff.h"
#include "line_diff.h"

/* Lines of one value; the rest is counted. */
#define VALUE_LINES 20

typedef struct Printer {
    Arena *arena;
    Buf *out;
    bool colour;
} Printer;

typedef enum Colour { COLOUR_ADDED, COLOUR_REMOVED, COLOUR_CHANGED, COLOUR_HEAD, COLOUR_GRAVE, COLOUR_DIM } Colour;
static const char *const codes[] = {"32", "31", "33", "1", "1;31", "2"};

static void begin(Printer *p, Colour colour)
{
    if (p->colour)
        buf_printf(p->out, "\x1b[%sm", codes[colour]);
}

static void end(Printer *p)
{
    if (p->colour)
        buf_add(p->out, STR("\x1b[0m"));
}

static Colour kind_colour(DiffKind kind)
{
    return kind == DIFF_ADDED ? COLOUR_ADDED : kind == DIFF_REMOVED ? COLOUR_REMOVED : COLOUR_CHANGED;
}

/* ---- values ---- */

static void add_lines(Printer *p, const Value *from, const Value *to)
{
    buf_add_char(p->out, '\n');
    size_t left_out = diff_add_block(p->arena, from, to, "        | ", VALUE_LINES, p->out);
    if (left_out)
        buf_printf(p->out, "        | ... %zu line%s left out; --format json has all\n", left_out,
                   cli_plural(left_out));
}

/* ---- changes ---- */

static void add_tags(Printer *p, unsigned classes, const char *reason)
{
    if (!classes)
        return;
    bool grave = classes & (DIFF_BIT(DIFF_DELETES_DATA) | DIFF_BIT(DIFF_RECREATES) | DIFF_BIT(DIFF_WEAKENS));
    buf_add(p->out, STR("  "));
    begin(p, grave ? COLOUR_GRAVE : COLOUR_DIM);
    buf_printf(p->out, "[%.*s%s%s]", STR_ARG(diff_classes_text(p->arena, classes)), reason ? ": " : "",
               reason ? reason : "");
    end(p);
}

static void add_change(Printer *p, const DiffObject *object, const DiffChange *change)
{
    const Value *from = change->from ? diff_shown(p->arena, object, change, change->from) : NULL;
    const Value *to = change->to ? diff_shown(p->arena, object, change, change->to) : NULL;
    bool order = change->kind == DIFF_REORDERED;
    bool lines = !order && !((!from || diff_is_inline(from)) && (!to || diff_is_inline(to)));
    buf_add(p->out, STR("    "));
    begin(p, kind_colour(change->kind));
    buf_printf(p->out, "%c ", diff_sign(change->kind));
    add_visible(p->out, diff_path_text(p->arena, change->path), SIZE_MAX);
    end(p);
    buf_add_char(p->out, ':');
    if (order)
        buf_add(p->out, STR(" another order"));
    if (!order && !lines && from) {
        buf_add_char(p->out, ' ');
        diff_add_inline(p->out, from);
    }
    if (!order && !lines && to) {
        buf_add(p->out, from ? STR(" -> ") : STR(" "));
        diff_add_inline(p->out, to);
    }
    add_tags(p, change->classes, change->reason);
    if (lines)
        add_lines(p, from, to);
    else
        buf_add_char(p->out, '\n');
}

static void add_changes(Printer *p, const DiffReport *report, const DiffObject *object)
{
    for (size_t i = 0; i < object->count; i++) {
        if (!diff_is_folded(report, &object->changes[i]))
            add_change(p, object, &object->changes[i]);
    }
    size_t folded = diff_folded(report, object);
    if (folded)
        buf_printf(p->out, "    (%zu cosmetic change%s)\n", folded, cli_plural(folded));
}

static void add_object(Printer *p, const DiffReport *report, const DiffObject *object)
{
    buf_add(p->out, STR("  "));
    begin(p, kind_colour(object->kind_of_change));
    buf_printf(p->out, "%c ", diff_sign(object->kind_of_change));
    add_visible(p->out, diff_object_text(p->arena, object), SIZE_MAX);
    end(p);
    bool whole = object->kind_of_change != DIFF_CHANGED;
    add_tags(p, object->classes, whole ? object->changes[0].reason : NULL);
    buf_add_char(p->out, '\n');
    if (!whole)
        add_changes(p, report, object);
}

/* ---- summary ---- */

static void add_capacity(Printer *p, Str name, const DiffCapacity *before, const DiffCapacity *after)
{
    for (int i = 0; i < DIFF_RESOURCE_COUNT; i++) {
        DiffRange old = before->of[i], new = after->of[i];
        if (old.low == new.low && old.high == new.high)
            continue;
        buf_add(p->out, STR("  "));
        add_visible(p->out, name, SIZE_MAX);
        buf_printf(p->out, "%s%s %.*s -> %.*s\n", name.size ? " " : "", diff_resource_names[i],
                   STR_ARG(diff_range_text(p->arena, i, old)), STR_ARG(diff_range_text(p->arena, i, new)));
    }
}

static void add_capacities(Printer *p, const DiffReport *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        const DiffResult *result = &report->groups[i].result;
        if (!diff_capacity_differs(&result->before, &result->after))
            continue;
        if (!count++)
            buf_add(p->out, STR("\nrequests at the fewest..most replicas:\n"));
        add_capacity(p, report->groups[i].name, &result->before, &result->after);
    }
    if (count > 1)
        add_capacity(p, STR("all together"), &report->before, &report->after);
}

static void add_summary(Printer *p, const DiffReport *report)
{
    buf_printf(p->out, "\n%zu object%s changed, %zu added, %zu removed, %zu the same", report->changed,
               cli_plural(report->changed), report->added, report->removed, report->same);
    for (unsigned class = 0, first = 1; class < DIFF_CLASS_COUNT; class++) {
        if (!report->by_class[class])
            continue;
        buf_printf(p->out, "%s%s %zu", first ? "\nchanges: " : ", ", diff_class_names[class], report->by_class[class]);
        first = 0;
    }
    if (report->unclassed)
        buf_printf(p->out, "%s%zu", report->classes ? ", other " : "\nchanges: other ", report->unclassed);
    bool folded = report->fold_cosmetic && report->by_class[DIFF_COSMETIC];
    buf_add(p->out, folded ? STR("; --format json shows the cosmetic ones\n") : STR("\n"));
}

void diff_print_text(const DiffReport *report, bool colour, Buf *out)
{
    if (!report->count)
        return;
    Printer p = {report->arena, out, colour};
    for (size_t i = 0; i < report->count; i++) {
        const DiffGroup *group = &report->groups[i];
        if (group->name.size) {
            begin(&p, COLOUR_HEAD);
            add_visible(out, group->name, SIZE_MAX);
            end(&p);
            buf_add_char(out, '\n');
        }
        for (size_t j = 0; j < group->result.count; j++)
            add_object(&p, report, &group->result.list[j]);
    }
    add_capacities(&p, report);
    add_summary(&p, report);
}
