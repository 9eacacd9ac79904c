/* The audit of the field table: what must hold of every row, wherever its group is included. */
#include "model_load.h"

#include "../../src/model/expand.h"

typedef struct Audit {
    Bench bench;
    size_t rows;
} Audit;

typedef void RowFn(Audit *audit, const Field *row, const Path *path);

static const char *name_of(Audit *audit, const Path *path)
{
    return arena_text(audit->bench.arena, path_text(audit->bench.arena, path));
}

/* environments.<E>, defaults and the like include the service's rows again: once is enough. */
static void walk_group(Audit *audit, const FieldGroup *group, const Path *up, RowFn *each);

static void walk_row(Audit *audit, const Field *row, const Path *path, RowFn *each)
{
    each(audit, row, path);
    if (row->members && row->members != &service_group)
        walk_group(audit, row->members, path, each);
    if (row->entry && row->entry->members != &service_group) {
        Path below = {path, STR("<name>"), 0};
        walk_row(audit, row->entry, &below, each);
    }
}

static void walk_group(Audit *audit, const FieldGroup *group, const Path *up, RowFn *each)
{
    for (; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            Path path = {up, group->rows[i].name, 0};
            walk_row(audit, &group->rows[i], &path, each);
        }
    }
}

static size_t walk_all(RowFn *each)
{
    static const FieldGroup *const groups[] = {&service_group, &environment_group, &project_group, &releases_group};
    Audit audit = {.bench = bench_new()};
    for (size_t i = 0; i < LENGTH_OF(groups); i++)
        walk_group(&audit, groups[i], NULL, each);
    arena_free(audit.bench.arena);
    return audit.rows;
}

static void row_says_what_it_is(Audit *audit, const Field *row, const Path *path)
{
    const char *name = name_of(audit, path);
    audit->rows++;
    if (!row->name.size) /* the row of all entries or items: scalar items need no words */
        return;
    if (!row->doc || strlen(row->doc) < 8 || row->doc[strlen(row->doc) - 1] != '.')
        fail_msg("%s: no sentence", name);
    if (!row->example && !row->refused)
        fail_msg("%s: no example", name);
    if ((row->type == FIELD_ENUM) != (row->choices != NULL))
        fail_msg("%s: choices and type do not agree", name);
    if (row->max > 0 && row->max < row->min)
        fail_msg("%s: max is below min", name);
    if (row->type == FIELD_PORT && row->min > 1 && !row->hint)
        fail_msg("%s: a limit without a hint", name);
}

static void row_shape_holds(Audit *audit, const Field *row, const Path *path)
{
    const char *name = name_of(audit, path);
    if ((row->type == FIELD_BLOCK) && !row->members)
        fail_msg("%s: a block without members", name);
    if ((row->type == FIELD_NAMED || row->type == FIELD_LIST) != (row->entry != NULL))
        fail_msg("%s: entry and type do not agree", name);
    if (row->type == FIELD_NAMED && row->keys < FIELD_STRING)
        fail_msg("%s: keys of no type", name);
    if (row->scalar && !row_member(row, str_from(row->scalar)))
        fail_msg("%s: a scalar stands for '%s', which is no member", name, row->scalar);
    size_t grouped = 0, count = 0;
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++) {
            const Field *member = &group->rows[i];
            grouped += member->one_of != 0;
            count += member->one_of == 1;
            if (member->one_of > 3)
                fail_msg("%s: more one-of groups than are counted", name);
        }
    }
    if (grouped && (count < 2 || !row->noun))
        fail_msg("%s: a one-of group of one, or without a noun", name);
    if (!grouped && row->noun)
        fail_msg("%s: a noun without a one-of group", name);
}

static void members_differ(Audit *audit, const Field *row, const Path *path)
{
    Index *seen = index_new(audit->bench.arena, 64);
    uint32_t number = 0;
    for (const FieldGroup *group = row->members; group; group = group->next) {
        for (size_t i = 0; i < group->count; i++, number++) {
            if (index_put(seen, group->rows[i].name, number) != number)
                fail_msg("%s: '%.*s' stands twice", name_of(audit, path), STR_ARG(group->rows[i].name));
        }
    }
}

/* {a: {b: {…: value}}} for a path; names stand for the key that the entry's row would have. */
static const char *document_at(Audit *audit, const Path *path, const char *value)
{
    Buf buf = {0};
    size_t depth = 0;
    const Path *steps[16];
    for (const Path *step = path; step; step = step->up)
        steps[depth++] = step;
    for (size_t i = depth; i-- > 0;)
        buf_printf(&buf, "{\"%.*s\": ", STR_ARG(steps[i]->key));
    buf_printf(&buf, "%s", value);
    buf_add_repeat(&buf, '}', depth);
    const char *text = arena_text(audit->bench.arena, buf_str(&buf));
    buf_release(&buf);
    return text;
}

static bool is_named(const Path *path)
{
    for (; path; path = path->up) {
        if (str_equal(path->key, STR("<name>")))
            return true;
    }
    return false;
}

/* Under its row alone, whether or not the row is of this release. */
static const Value *expand_one(Audit *audit, const Field *row, const Value *value)
{
    ModelExpand how = {.document = MODEL_PROJECT, .kind = KIND_ANY};
    Expand expand = {.arena = audit->bench.arena, .diags = audit->bench.diags, .how = how};
    Path path = {NULL, STR("file.yaml"), 0};
    const Value *made = expand_row(&expand, row, value, ORIGIN_NONE, &path);
    return expand.failed ? NULL : made;
}

static void example_is_valid(Audit *audit, const Field *row, const Path *path)
{
    if (!row->example || row->refused)
        return;
    Audit alone = {.bench = bench_new()};
    const Value *value = expand_one(&alone, row, bench_read(&alone.bench, row->example));
    const char *messages = bench_messages(&alone.bench);
    bool to_come = strstr(messages, "not supported yet") != NULL; /* inside what is to come later */
    if (!value && !to_come)
        fail_msg("%s: the example %s: %s", name_of(audit, path), row->example, messages);
    arena_free(alone.bench.arena);
}

static void fallback_is_valid(Audit *audit, const Field *row, const Path *path)
{
    if (!row->fallback)
        return;
    const Value *value = expand_one(audit, row, row->fallback);
    if (value != row->fallback && !(value && value_equal(value, row->fallback)))
        fail_msg("%s: the default: %s", name_of(audit, path), bench_messages(&audit->bench));
}

/* What is to come is refused by its path, never taken silently. */
static void later_is_refused(Audit *audit, const Field *row, const Path *path)
{
    if (!row->later || is_named(path))
        return;
    const Path *top = path;
    while (top->up)
        top = top->up;
    bool service = group_find(&service_group, top->key, 0) != NULL;
    ModelExpand how = {.document = service ? MODEL_SERVICE : MODEL_PROJECT, .kind = KIND_ANY};
    Bench bench = bench_new();
    const Value *value = bench_expand(&bench, document_at(audit, path, row->example), how);
    if (value || !strstr(bench_messages(&bench), "not supported yet"))
        fail_msg("%s is taken though it is to come later: %s", name_of(audit, path), bench_messages(&bench));
    arena_free(bench.arena);
}

#define WALK(name, check)          \
    static void name(void **state) \
    {                              \
        (void)state;               \
        (void)walk_all(check);     \
    }
WALK(test_words, row_says_what_it_is)
WALK(test_shape, row_shape_holds)
WALK(test_duplicates, members_differ)
WALK(test_examples, example_is_valid)
WALK(test_fallbacks, fallback_is_valid)
WALK(test_later, later_is_refused)

/* The tops of documents are groups without a row: of those, too, no name may stand twice at one place. */
static void test_tops(void **state)
{
    (void)state;
    static const FieldGroup *const groups[] = {&service_group, &environment_group, &project_group, &releases_group};
    Audit audit = {.bench = bench_new()};
    for (size_t i = 0; i < LENGTH_OF(groups); i++)
        members_differ(&audit, &(const Field){.type = FIELD_BLOCK, .members = groups[i]}, NULL);
    for (size_t i = 0; i < environment_group.count; i++) {
        const Field *shadowed = group_find(&service_group, environment_group.rows[i].name, PLACE_OVERLAY);
        if (shadowed && row_stands(shadowed, PLACE_OVERLAY))
            fail_msg("'%.*s' is an environment's own and an overlay's field", STR_ARG(shadowed->name));
    }
    arena_free(audit.bench.arena);
}

/* Enough rows to be the whole reference: definition.md names more than 300 fields. */
static void test_count(void **state)
{
    (void)state;
    assert_true(walk_all(row_says_what_it_is) > 300);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),    cmocka_unit_test(test_shape),     cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_examples), cmocka_unit_test(test_fallbacks), cmocka_unit_test(test_later),
        cmocka_unit_test(test_tops),     cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
