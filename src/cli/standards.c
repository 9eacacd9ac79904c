/* kiln standards: the rules, one rule whole, and the rules' own examples as tests. */
#include "cli_private.h"

#include <unistd.h>

#include "kiln/yaml.h"

typedef struct Shelf {
    const Arguments *arguments;
    Arena *arena;
    Sources *sources;
    Diags *diags;
    const Standards *standards;
} Shelf;

/* Outside of a project the built-in rules alone. */
static bool load(Shelf *shelf)
{
    const Project *project = NULL;
    const char *folder = cli_folder(shelf->arguments);
    if (argument_given(shelf->arguments, OPTION_FOLDER) || project_exists(shelf->arena, folder)) {
        ProjectOptions how = {.folder = folder};
        project = project_load(shelf->arena, shelf->sources, how, shelf->diags);
        if (!project)
            return false;
    }
    shelf->standards = standards_load(shelf->arena, shelf->sources, project, shelf->diags);
    return shelf->standards && standards_know(shelf->standards, "kiln standards", shelf->arguments->operands,
                                              shelf->arguments->operand_count, shelf->diags);
}

/* ---- the list ---- */

static Str level_text(const Standards *standards, const Rule *rule, int tier)
{
    Severity severity;
    return str_from(rule_severity(standards, rule, (Tier)tier, &severity) ? severity_name(severity) : "off");
}

static void add_padded(Buf *out, Str text, size_t width)
{
    buf_add(out, text);
    buf_add_repeat(out, ' ', text.size < width ? width - text.size : 1);
}

static void list_text(const Shelf *shelf, Buf *out)
{
    static const char *const heads[] = {"RULE", "DEVELOPMENT", "STAGING", "PRODUCTION"};
    size_t count = standards_count(shelf->standards), width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = standards_rule(shelf->standards, i)->id.size;
        width = size > width ? size : width;
    }
    for (size_t i = 0; i < LENGTH_OF(heads); i++)
        add_padded(out, str_from(heads[i]), i == 0 ? width + 2 : 13);
    buf_add(out, STR("TITLE\n"));
    for (size_t i = 0; i < count; i++) {
        const Rule *rule = standards_rule(shelf->standards, i);
        add_padded(out, rule->id, width + 2);
        for (int tier = 0; tier < TIER_COUNT; tier++)
            add_padded(out, level_text(shelf->standards, rule, tier), 13);
        buf_printf(out, "%.*s\n", STR_ARG(value_text_at(rule->value, "title")));
    }
}

/* Whose it is: empty for a built-in one. */
static Str file_of(const Shelf *shelf, const Rule *rule)
{
    const Source *source = sources_find(shelf->sources, rule->origin);
    return source && !source->built_in ? source->name : STR("");
}

static const Value *entry_json(const Shelf *shelf, const Rule *rule)
{
    static const char *const members[] = {"title", "severity", "kinds", "equivalents"};
    MapBuilder map = map_begin(shelf->arena);
    map_set(&map, STR("id"), ORIGIN_NONE, value_new_string(shelf->arena, ORIGIN_NONE, rule->id));
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const Value *member = value_get(rule->value, str_from(members[i]));
        if (member)
            map_set(&map, str_from(members[i]), ORIGIN_NONE, member);
    }
    Str file = file_of(shelf, rule);
    if (file.size)
        map_set(&map, STR("file"), ORIGIN_NONE, value_new_string(shelf->arena, ORIGIN_NONE, file));
    return map_end(&map, ORIGIN_NONE);
}

static void list_json(const Shelf *shelf, Buf *out)
{
    ListBuilder list = list_begin(shelf->arena);
    for (size_t i = 0; i < standards_count(shelf->standards); i++)
        list_add(&list, entry_json(shelf, standards_rule(shelf->standards, i)));
    value_print_json_indented(list_end(&list, ORIGIN_NONE), out);
}

/* ---- one rule ---- */

enum { TEXT_WIDTH = 100 };

/* At most width columns a line, each behind two spaces. */
static void add_wrapped(Buf *out, Str text)
{
    size_t column = 0;
    for (Str word; str_split(&text, ' ', &word);) {
        if (!word.size)
            continue;
        bool fits = column && column + 1 + word.size <= TEXT_WIDTH;
        if (column && !fits)
            buf_add_char(out, '\n');
        buf_add(out, fits ? STR(" ") : STR("  "));
        column = fits ? column + 1 + word.size : 2 + word.size;
        buf_add(out, word);
    }
    buf_add(out, STR("\n\n"));
}

static void add_words(Buf *out, const char *head, const Value *list)
{
    if (!value_is(list, VALUE_LIST) || !list->size)
        return;
    buf_printf(out, "%s: ", head);
    for (uint32_t i = 0; i < list->size; i++) {
        const Value *item = list->items[i];
        Str section = value_text_at(item, "section");
        Str text = item->kind == VALUE_MAP ? value_text_at(item, "document") : value_text(item);
        buf_printf(out, "%s%.*s%s%.*s", i ? ", " : "", STR_ARG(text), section.size ? " (" : "", STR_ARG(section));
        if (section.size)
            buf_add_char(out, ')');
    }
    buf_add_char(out, '\n');
}

/* What it looks at, says and advises, as it is written. */
static void add_check(const Shelf *shelf, Buf *out, const Value *rule)
{
    static const char *const members[] = {"each",   "when",    "let", "at",         "from",
                                          "assert", "message", "fix", "fixForeign", "checks"};
    MapBuilder map = map_begin(shelf->arena);
    for (size_t i = 0; i < LENGTH_OF(members); i++) {
        const MapEntry *entry = value_entry(rule, str_from(members[i]));
        if (entry)
            map_set(&map, entry->key, entry->key_origin, entry->value);
    }
    YamlStyle style = {0};
    buf_add(out, STR("\ncheck:\n"));
    yaml_write(out, map_end(&map, ORIGIN_NONE), &style);
}

/* As documents that can be put into a file and checked. */
static void add_example(Buf *out, const char *name, const Value *example)
{
    YamlStyle style = {0};
    if (!example)
        return;
    buf_printf(out, "\n%s:\n", name);
    if (example->kind == VALUE_STRING) {
        buf_add(out, value_text(example));
        return;
    }
    bool list = example->kind == VALUE_LIST;
    for (uint32_t i = 0; i < (list ? example->size : 1); i++) {
        buf_add(out, STR("---\n"));
        yaml_write(out, list ? example->items[i] : example, &style);
    }
}

static void show_text(const Shelf *shelf, const Rule *rule, Buf *out)
{
    Str file = file_of(shelf, rule);
    buf_printf(out, "%.*s: %.*s\n\n", STR_ARG(rule->id), STR_ARG(value_text_at(rule->value, "title")));
    add_wrapped(out, value_text_at(rule->value, "rationale"));
    for (int tier = 0; tier < TIER_COUNT; tier++)
        buf_printf(out, "%s%.*s: %.*s", tier ? ", " : "", STR_ARG(tier_names[tier]),
                   STR_ARG(level_text(shelf->standards, rule, tier)));
    buf_add_char(out, '\n');
    add_words(out, "kinds", value_get(rule->value, STR("kinds")));
    add_words(out, "sources", value_get(rule->value, STR("sources")));
    add_words(out, "the same elsewhere", value_get(rule->value, STR("equivalents")));
    if (file.size)
        buf_printf(out, "file: %.*s\n", STR_ARG(file));
    add_check(shelf, out, rule->value);
    const Value *whole = rule_whole(shelf->arena, shelf->sources, rule, shelf->diags);
    add_example(out, "good", value_get(whole, STR("good")));
    add_example(out, "bad", value_get(whole, STR("bad")));
    add_words(out, "\nfound", value_get(whole, STR("found")));
}

static void show_json(const Shelf *shelf, const Rule *rule, Buf *out)
{
    MapBuilder map = map_begin(shelf->arena);
    map_set(&map, STR("id"), ORIGIN_NONE, value_new_string(shelf->arena, ORIGIN_NONE, rule->id));
    const Value *whole = rule_whole(shelf->arena, shelf->sources, rule, shelf->diags);
    for (uint32_t i = 0; i < whole->size; i++)
        map_set(&map, whole->entries[i].key, ORIGIN_NONE, whole->entries[i].value);
    value_print_json_indented(map_end(&map, ORIGIN_NONE), out);
}

/* ---- tests ---- */

/* Each in an arena of its own: an example is judged by all rules. */
static bool test_rule(const Shelf *shelf, const Rule *rule)
{
    Arena *arena = arena_new();
    bool passed = rule_test(shelf->standards, rule, arena, shelf->sources, shelf->diags);
    arena_free(arena);
    return passed;
}

static ExitStatus test_rules(const Shelf *shelf)
{
    size_t named = shelf->arguments->operand_count, failed = 0;
    size_t count = named ? named : standards_count(shelf->standards);
    for (size_t i = 0; i < count; i++) {
        const Rule *rule = named ? standards_find(shelf->standards, shelf->arguments->operands[i])
                                 : standards_rule(shelf->standards, i);
        failed += !test_rule(shelf, rule);
    }
    cli_print_diags(shelf->diags);
    Buf out = {0};
    buf_printf(&out, "standards: %zu rule%s, %zu failed\n", count, cli_plural(count), failed);
    cli_say(&out);
    return failed ? EXIT_FINDINGS : EXIT_CLEAN;
}

ExitStatus command_standards(const Arguments *arguments)
{
    Shelf shelf = {.arguments = arguments, .arena = arguments->arena};
    shelf.sources = sources_new(shelf.arena);
    shelf.diags = diags_new(shelf.arena, shelf.sources);
    int format = cli_format(arguments);
    bool test = argument_given(arguments, OPTION_TEST);
    if (format < 0)
        return EXIT_TROUBLE;
    if (!load(&shelf)) {
        cli_print_diags(shelf.diags);
        return EXIT_TROUBLE;
    }
    if (test)
        return test_rules(&shelf);
    Buf out = {0};
    if (!arguments->operand_count)
        (format ? list_json : list_text)(&shelf, &out);
    for (size_t i = 0; i < arguments->operand_count; i++) {
        if (i && !format)
            buf_add_char(&out, '\n');
        (format ? show_json : show_text)(&shelf, standards_find(shelf.standards, arguments->operands[i]), &out);
    }
    return format ? cli_print(&out) : cli_print_text(&out);
}
