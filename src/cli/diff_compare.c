/*
 * From files to what differs: files that are equal to the byte are not even parsed, unless a verdict depends on them
 * (a total on all workloads, a label on all selectors).
 */
#include "diff.h"

#include "kiln/yaml.h"

typedef struct Parsing {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    DiffSide *side;
    DiffInput *list;
    Str path; /* of the file that is being read */
} Parsing;

static void add_object(Parsing *parsing, const Value *object)
{
    DiffSide *side = parsing->side;
    ARENA_GROW(parsing->arena, parsing->list, side->count, side->capacity);
    parsing->list[side->count++] = (DiffInput){object, parsing->path};
    side->list = parsing->list;
}

/* Lists of objects are taken apart, as kubectl does. */
static bool each_document(void *user, const Value *document)
{
    Parsing *parsing = user;
    const Value *items = value_get(document, STR("items"));
    if (str_ends(value_text_at(document, "kind"), STR("List")) && value_is(items, VALUE_LIST)) {
        for (uint32_t i = 0; i < items->size; i++)
            add_object(parsing, items->items[i]);
    } else {
        add_object(parsing, document);
    }
    return true;
}

/* Values point into the text they were read from: of all texts only those that are parsed stay. */
static bool parse(Parsing *parsing, const DiffFile *file)
{
    parsing->path = arena_copy(parsing->arena, file->path);
    Str text = arena_copy(parsing->arena, file->text);
    const Source *source = cli_add_source(parsing->sources, parsing->path, text, parsing->diags);
    size_t errors = diags_error_count(parsing->diags);
    return source && yaml_manifests(parsing->arena, source, parsing->diags, each_document, parsing) &&
           diags_error_count(parsing->diags) == errors;
}

/* ---- pairs of files ---- */

bool diff_each_pair(const DiffFiles *from, const DiffFiles *to, DiffPairFn *each, void *user)
{
    bool ok = true;
    for (size_t a = 0, b = 0; a < from->count || b < to->count;) {
        int order = a == from->count ? 1 : b == to->count ? -1 : str_compare(from->list[a].path, to->list[b].path);
        ok &= each(user, order <= 0 ? &from->list[a] : NULL, order >= 0 ? &to->list[b] : NULL);
        a += order <= 0;
        b += order >= 0;
    }
    return ok;
}

typedef struct Comparison {
    Parsing parsing;
    DiffInput *old_list;
    DiffInput *new_list;
    DiffSide from;
    DiffSide to;
    DiffWants wants;
    size_t same; /* objects in files that were not parsed */
} Comparison;

static bool parse_from(Comparison *c, const DiffFile *file)
{
    Parsing *parsing = &c->parsing;
    parsing->side = &c->from;
    parsing->list = c->old_list;
    bool ok = parse(parsing, file);
    c->old_list = parsing->list;
    return ok;
}

static bool parse_to(Comparison *c, const DiffFile *file)
{
    Parsing *parsing = &c->parsing;
    parsing->side = &c->to;
    parsing->list = c->new_list;
    bool ok = parse(parsing, file);
    c->new_list = parsing->list;
    return ok;
}

/* A line of three dashes begins each but, at times, the first. */
static size_t count_documents(Str text)
{
    size_t count = text.size && !str_starts(text, STR("---"));
    for (ptrdiff_t at = str_starts(text, STR("---")) ? 0 : str_find(text, STR("\n---"), 0); at >= 0;
         at = str_find(text, STR("\n---"), (size_t)at + 1))
        count++;
    return count;
}

static bool each_different(void *user, const DiffFile *from, const DiffFile *to)
{
    Comparison *c = user;
    if (from && to && str_equal(from->text, to->text)) {
        c->same += count_documents(to->text);
        return true;
    }
    bool ok = !from || parse_from(c, from);
    return (!to || parse_to(c, to)) && ok;
}

/* The same values stand on both sides, so that they cost no comparison. */
static bool add_equal(Comparison *c, const DiffFile *to)
{
    if (!diff_matters(&c->wants, to->text))
        return true;
    size_t first = c->to.count;
    if (!parse_to(c, to))
        return false;
    for (size_t i = first; i < c->to.count; i++) {
        ARENA_GROW(c->parsing.arena, c->old_list, c->from.count, c->from.capacity);
        c->old_list[c->from.count++] = c->to.list[i];
        c->from.list = c->old_list;
    }
    c->same -= count_documents(to->text);
    return true;
}

static bool each_equal(void *user, const DiffFile *from, const DiffFile *to)
{
    return !from || !to || !str_equal(from->text, to->text) || add_equal(user, to);
}

static bool add_rest(Comparison *c, const DiffRest *rest)
{
    DiffFiles files;
    if (!rest || !rest->count || !rest->matters(rest->user, &c->wants))
        return true;
    bool ok = rest->read(rest->user, &files);
    for (size_t i = 0; ok && i < files.count; i++)
        ok = add_equal(c, &files.list[i]);
    return ok;
}

/* ---- counting ---- */

/* Whether there is anything but cosmetic changes. */
static bool is_more(const DiffResult *result)
{
    for (size_t i = 0; i < result->count; i++) {
        for (size_t j = 0; j < result->list[i].count; j++) {
            if (result->list[i].changes[j].classes != DIFF_BIT(DIFF_COSMETIC))
                return true;
        }
    }
    return false;
}

static void count_changes(DiffReport *report, const DiffObject *object)
{
    for (size_t i = 0; i < object->count; i++) {
        unsigned classes = object->changes[i].classes;
        report->unclassed += !classes;
        for (unsigned class = 0; class < DIFF_CLASS_COUNT; class++)
            report->by_class[class] += (classes & DIFF_BIT(class)) != 0;
    }
}

static void add_capacity(DiffCapacity *total, const DiffCapacity *more)
{
    for (int i = 0; i < DIFF_RESOURCE_COUNT; i++) {
        total->of[i].low += more->of[i].low;
        total->of[i].high += more->of[i].high;
    }
}

static void report_add(DiffReport *report, Str name, const DiffResult *result)
{
    report->compared++;
    report->same += result->same;
    if (!result->count)
        return;
    ARENA_GROW(report->arena, report->groups, report->count, report->capacity);
    report->groups[report->count++] = (DiffGroup){arena_copy(report->arena, name), *result};
    report->classes |= result->classes;
    report->fold_cosmetic = report->fold_cosmetic || is_more(result);
    for (size_t i = 0; i < result->count; i++) {
        const DiffObject *object = &result->list[i];
        report->added += object->kind_of_change == DIFF_ADDED;
        report->removed += object->kind_of_change == DIFF_REMOVED;
        report->changed += object->kind_of_change == DIFF_CHANGED;
        count_changes(report, object);
    }
    if (result->classes & DIFF_BIT(DIFF_CAPACITY)) {
        add_capacity(&report->before, &result->before);
        add_capacity(&report->after, &result->after);
    }
}

/* ---- all of it ---- */

bool diff_compare(DiffReport *report, Str name, const DiffFiles *from, const DiffFiles *to, const DiffRest *rest,
                  DiffRenames renames)
{
    Arena *arena = report->arena;
    Comparison c = {.parsing = {.arena = arena, .sources = report->sources, .diags = report->diags}};
    watch_stage(report->watch, STAGE_COMPARE, name);
    if (!diff_each_pair(from, to, each_different, &c))
        return false;
    c.same += rest ? rest->count : 0;
    DiffResult result = diff_objects(arena, &c.from, &c.to, renames);
    c.wants = result.wants;
    size_t parsed = c.to.count;
    if ((c.wants.workloads || c.wants.others) && c.same &&
        (!diff_each_pair(from, to, each_equal, &c) || !add_rest(&c, rest)))
        return false;
    if (c.to.count > parsed)
        result = diff_objects(arena, &c.from, &c.to, renames);
    result.same += c.same;
    report_add(report, name, &result);
    return true;
}

/* production/web/deployment.yaml and argocd/production.yaml belong to production. */
Str diff_environment_of(Str path)
{
    Str rest = path, folder, file;
    str_split(&rest, '/', &folder);
    if (!str_equal(folder, STR("argocd")) || !rest.data)
        return rest.data ? folder : STR("");
    str_split(&rest, '/', &file);
    ptrdiff_t dot = str_rfind_char(file, '.');
    return str_slice(file, 0, dot < 0 ? file.size : (size_t)dot);
}

typedef struct Part {
    Str name;
    DiffFiles from;
    DiffFiles to;
} Part;

typedef struct Split {
    Arena *arena;
    Index *index;
    Part *parts; /* in the order of their first files */
    size_t count;
    size_t capacity;
} Split;

static Part *split_part(Split *split, Str name)
{
    uint32_t at = index_put(split->index, name, (uint32_t)split->count);
    if (at == split->count) {
        ARENA_GROW(split->arena, split->parts, split->count, split->capacity);
        split->parts[split->count++] = (Part){.name = name};
    }
    return &split->parts[at];
}

static void add_file(Arena *arena, DiffFiles *files, const DiffFile *file)
{
    ARENA_GROW(arena, files->list, files->count, files->capacity);
    files->list[files->count++] = *file;
}

bool diff_compare_trees(DiffReport *report, const DiffFiles *from, const DiffFiles *to)
{
    DiffRenames none = {NULL, 0};
    if (!from->owned || !to->owned)
        return diff_compare(report, STR(""), from, to, NULL, none);
    Split split = {.arena = report->arena, .index = index_new(report->arena, 8)};
    for (size_t i = 0; i < from->count; i++)
        add_file(report->arena, &split_part(&split, diff_environment_of(from->list[i].path))->from, &from->list[i]);
    for (size_t i = 0; i < to->count; i++)
        add_file(report->arena, &split_part(&split, diff_environment_of(to->list[i].path))->to, &to->list[i]);
    bool ok = true;
    for (size_t i = 0; i < split.count; i++)
        ok &= diff_compare(report, split.parts[i].name, &split.parts[i].from, &split.parts[i].to, NULL, none);
    return ok;
}
