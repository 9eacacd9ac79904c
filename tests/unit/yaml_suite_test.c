/*
 * The YAML project's own suite (yaml-test-suite in the folder that KILN_SHARED names, default ../shared/testdata)
 * through both readers. Each case gives the value that it must, or is refused as it must be, or differs in a way that
 * a table here names: restrictions of ours by their message, libyaml's departures case by case (libfyaml has none
 * here).
 */
#include "kiln/yaml.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- what we refuse on purpose, by what we say ---- */

static const char *const restrictions[] = {
    "one document per file is expected",
    "a map or list cannot be a key",
    "null cannot be a key",
    "duplicate key",
    "duplicate merge key",
    "is not supported; kiln reads plain YAML 1.2",
    "is not supported; only '%YAML 1.2' is",
    "does not fit its tag",
    "byte order mark inside the file",
};

static bool is_restriction(Str message)
{
    for (size_t i = 0; i < LENGTH_OF(restrictions); i++) {
        if (str_find(message, str_from(restrictions[i]), 0) >= 0)
            return true;
    }
    return false;
}

/* ---- where libyaml departs from YAML 1.2 ---- */

typedef struct Departure {
    const char *id; /* file, and the case in it from the second on: "XXXX/1" */
    const char *why;
} Departure;

/* libyaml's grammar is YAML 1.1 with its own liberties, which go-yaml shares: what it says where it refuses a valid
 * file. */
static const Departure libyaml_departures[] = {
    {"652Z", "'?' in front of a flow key is lost"},
    {"HM87/1", "'?' in front of a flow key is lost"},
    {"L24T/1", "a blank line without a newline counts as text"},
    {"9C9N", "accepted"},
    {"9HCY", "accepted"},
    {"9JBA", "accepted"},
    {"CVW2", "accepted"},
    {"DK95/1", "accepted"},
    {"EB22", "accepted"},
    {"G5U8", "accepted"},
    {"MUS6", "accepted"},
    {"MUS6/1", "accepted"},
    {"QB6E", "accepted"},
    {"RHX7", "accepted"},
    {"S98Z", "accepted"},
    {"SU5Z", "accepted"},
    {"X4QW", "accepted"},
    {"Y79Y/3", "accepted"},
    {"YJV2", "accepted"},
    {"Y2GN", "an anchor ends at ':'"},
    {"W4TN", "could not find expected directive name"},
    {"ZYU8/1", "could not find expected directive name"},
    {"4MUZ", "did not find expected ',' or '}'"},
    {"4MUZ/1", "did not find expected ',' or '}'"},
    {"4MUZ/2", "did not find expected ',' or '}'"},
    {"9SA2", "did not find expected ',' or '}'"},
    {"K3WX", "did not find expected ',' or '}'"},
    {"NJ66", "did not find expected ',' or '}'"},
    {"UT92", "did not find expected ',' or '}'"},
    {"VJP3/1", "did not find expected ',' or '}'"},
    {"7Z25", "did not find expected <document start>"},
    {"DK3J", "did not find expected <document start>"},
    {"FP8R", "did not find expected <document start>"},
    {"M7A3", "did not find expected <document start>"},
    {"W5VH", "did not find expected alphabetic or numeric character"},
    {"ZYU8/2", "did not find expected comment or line break"},
    {"2JQS", "did not find expected key"},
    {"6M2F", "did not find expected key"},
    {"NHX8", "did not find expected key"},
    {"NKF9", "did not find expected key"},
    {"S3PD", "did not find expected key"},
    {"SM9W/1", "did not find expected key"},
    {"UKK6", "did not find expected key"},
    {"CFD4", "did not find expected node content"},
    {"DBG4", "did not find expected node content"},
    {"HM87", "did not find expected node content"},
    {"HWV9", "did not find expected node content"},
    {"QT73", "did not find expected node content"},
    {"DK95/4", "found a tab character that violates indentation"},
    {"96NN", "found a tab character where an indentation space is expected"},
    {"96NN/1", "found a tab character where an indentation space is expected"},
    {"R4YG", "found a tab character where an indentation space is expected"},
    {"Y79Y/1", "found a tab character where an indentation space is expected"},
    {"6BCT", "found character that cannot start any token"},
    {"6CA3", "found character that cannot start any token"},
    {"A2M4", "found character that cannot start any token"},
    {"DK95", "found character that cannot start any token"},
    {"DK95/3", "found character that cannot start any token"},
    {"Q5MG", "found character that cannot start any token"},
    {"Y79Y/10", "found character that cannot start any token"},
    {"BEC7", "found incompatible YAML document"},
    {"ZYU8/3", "found incompatible YAML document"},
    {"4ABK", "found unexpected ':'"},
    {"FRK4", "found unexpected ':'"},
    {"ZYU8", "found unexpected non-alphabetical character"},
    {"2LFX", "found unknown directive name"},
    {"6LVF", "found unknown directive name"},
    {"MUS6/5", "found unknown directive name"},
    {"MUS6/6", "found unknown directive name"},
    {"C4HZ", "go-yaml 2 types the key y as true"},
};

/* ---- JSON, read without the readers under test ---- */

typedef struct Json {
    Arena *arena;
    Str text;
    size_t at;
} Json;

static char json_peek(Json *json)
{
    while (json->at < json->text.size && strchr(" \t\r\n", json->text.data[json->at]))
        json->at++;
    return json->at < json->text.size ? json->text.data[json->at] : '\0';
}

static uint32_t json_hex(Json *json)
{
    char digits[5] = {0};
    memcpy(digits, json->text.data + json->at, 4);
    json->at += 4;
    return (uint32_t)strtoul(digits, NULL, 16);
}

static void json_escape(Json *json, Buf *out)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    char c = json->text.data[json->at++];
    const char *letter = strchr(letters, c);
    if (c != 'u') {
        buf_add_char(out, letter ? meanings[letter - letters] : c);
        return;
    }
    uint32_t point = json_hex(json);
    if (point >= 0xD800 && point < 0xDC00) {
        json->at += 2;
        point = 0x10000 + ((point - 0xD800) << 10) + (json_hex(json) - 0xDC00);
    }
    utf8_add(out, point);
}

static Str json_string(Json *json)
{
    Buf out = {0};
    json->at++;
    while (json->text.data[json->at] != '"') {
        char c = json->text.data[json->at++];
        if (c == '\\')
            json_escape(json, &out);
        else
            buf_add_char(&out, c);
    }
    json->at++;
    Str text = arena_copy(json->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static const Value *json_value(Json *json);

static const Value *json_map(Json *json)
{
    MapBuilder map = map_begin(json->arena);
    json->at++;
    while (json_peek(json) != '}') {
        if (json_peek(json) == ',')
            json->at++;
        json_peek(json);
        Str key = json_string(json);
        assert_int_equal(json_peek(json), ':');
        json->at++;
        map_set(&map, key, ORIGIN_NONE, json_value(json));
    }
    json->at++;
    return map_end(&map, ORIGIN_NONE);
}

static const Value *json_list(Json *json)
{
    ListBuilder list = list_begin(json->arena);
    json->at++;
    while (json_peek(json) != ']') {
        if (json_peek(json) == ',')
            json->at++;
        list_add(&list, json_value(json));
    }
    json->at++;
    return list_end(&list, ORIGIN_NONE);
}

static const Value *json_value(Json *json)
{
    char c = json_peek(json);
    if (c == '{')
        return json_map(json);
    if (c == '[')
        return json_list(json);
    if (c == '"')
        return value_new_string(json->arena, ORIGIN_NONE, json_string(json));
    size_t start = json->at;
    while (json->at < json->text.size && !strchr(" \t\r\n,]}", json->text.data[json->at]))
        json->at++;
    Str word = str_slice(json->text, start, json->at);
    if (str_equal(word, STR("null")))
        return &value_null;
    if (str_equal(word, STR("true")) || str_equal(word, STR("false")))
        return word.data[0] == 't' ? &value_true : &value_false;
    return value_new_number(json->arena, ORIGIN_NONE, strtod(word.data, NULL));
}

/* ---- one case ---- */

typedef struct Case {
    Arena *arena;
    const char *id;
    Str yaml;
    bool fail;
    bool has_json;
    const Value *expected; /* a list of documents */
} Case;

typedef struct Outcome {
    const Value *documents; /* NULL: refused */
    Str message;
} Outcome;

/* The suite shows what cannot be seen: blanks, tabs, line ends, byte order marks. */
static Str plain_text(Arena *arena, Str shown)
{
    static const struct {
        const char *mark, *meaning;
    } marks[] = {{"\u2423", " "},  {"\u00BB", "\t"}, {"\u2014", ""}, {"\u21B5", ""}, {"\u21D4", "\xEF\xBB\xBF"},
                 {"\u2190", "\r"}, {"\u220E\n", ""}};
    Buf out = {0};
    for (size_t at = 0; at < shown.size;) {
        size_t i = 0;
        while (i < LENGTH_OF(marks) && !str_starts(str_slice(shown, at, shown.size), str_from(marks[i].mark)))
            i++;
        if (i < LENGTH_OF(marks)) {
            buf_add(&out, str_from(marks[i].meaning));
            at += strlen(marks[i].mark);
        } else {
            buf_add_char(&out, shown.data[at++]);
        }
    }
    Str text = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

static bool add_document(void *user, const Value *document)
{
    list_add(user, document);
    return true;
}

static Outcome run(const Case *c, bool manifests)
{
    Sources *sources = sources_new(c->arena);
    Diags *diags = diags_new(c->arena, sources);
    const Source *source = sources_add(sources, str_from(c->id), c->yaml, false);
    ListBuilder list = list_begin(c->arena);
    bool ok;
    if (manifests) {
        ok = yaml_manifests(c->arena, source, diags, add_document, &list);
    } else {
        const Value *value = yaml_read(c->arena, source, diags);
        ok = value != NULL;
        if (ok)
            list_add(&list, value);
    }
    assert_int_equal(diags_error_count(diags), ok ? 0 : 1);
    return (Outcome){ok ? list_end(&list, ORIGIN_NONE) : NULL, ok ? STR("") : diags_at(diags, 0)->message};
}

/* yaml_manifests hands on no document that is null; yaml_read makes nothing at all an empty map. */
static const Value *expected_documents(const Case *c, bool manifests)
{
    ListBuilder list = list_begin(c->arena);
    for (uint32_t i = 0; i < c->expected->size; i++) {
        if (!manifests || c->expected->items[i]->kind != VALUE_NULL)
            list_add(&list, c->expected->items[i]);
    }
    if (!manifests && !list.count)
        list_add(&list, &value_empty_map);
    return list_end(&list, ORIGIN_NONE);
}

static bool as_expected(const Case *c, const Outcome *outcome, bool manifests)
{
    if (!outcome->documents)
        return c->fail || is_restriction(outcome->message);
    if (c->fail)
        return false;
    if (!c->has_json)
        return true;
    const Value *expected = expected_documents(c, manifests);
    bool empty = !manifests && expected->size == 1 && expected->items[0]->kind == VALUE_NULL &&
                 value_equal(outcome->documents->items[0], &value_empty_map);
    return empty || value_equal(outcome->documents, expected);
}

static const char *libyaml_departure(const char *id)
{
    for (size_t i = 0; i < LENGTH_OF(libyaml_departures); i++) {
        if (strcmp(libyaml_departures[i].id, id) == 0)
            return libyaml_departures[i].why;
    }
    return NULL;
}

typedef struct Tally {
    size_t cases, values, refused, restricted, departed, wrong;
} Tally;

static void report(const Case *c, const Outcome *outcome, const char *reader, const char *why)
{
    Buf out = {0};
    if (outcome->documents)
        value_print_json(outcome->documents, false, &out);
    else
        buf_add(&out, outcome->message);
    fprintf(stderr, "%s: %s %s%s: %.*s\n", reader, c->id, c->fail ? "(must fail) " : "",
            why ? "is as it must be, but a table says otherwise" : "differs", STR_ARG(buf_str(&out)));
    buf_release(&out);
}

static void check_case(const Case *c, bool manifests, Tally *tally)
{
    Outcome outcome = run(c, manifests);
    bool right = as_expected(c, &outcome, manifests);
    const char *why = manifests ? libyaml_departure(c->id) : NULL;
    tally->cases++;
    if (right == (why != NULL)) {
        tally->wrong++;
        report(c, &outcome, manifests ? "yaml_manifests" : "yaml_read", why);
    }
    tally->departed += !right && why;
    tally->refused += right && c->fail;
    tally->restricted += right && !c->fail && !outcome.documents;
    tally->values += right && !c->fail && outcome.documents;
}

/* ---- the files ---- */

static bool stated(const Value *entry, const char *key, const Value **value)
{
    const Value *found = value_get(entry, str_from(key));
    *value = found ? found : *value;
    return found != NULL;
}

/* A case leaves unsaid what it shares with the one before it. */
static void check_file(Arena *arena, const char *name, const Value *cases, Tally *tally)
{
    const Value *yaml = NULL, *json = NULL;
    for (uint32_t i = 0; i < cases->size; i++) {
        const Value *entry = cases->items[i], *tree = NULL;
        bool has_tree = stated(entry, "tree", &tree), fail = value_flag(entry, "fail", false);
        if (!stated(entry, "json", &json) && (has_tree || fail))
            json = NULL;
        stated(entry, "yaml", &yaml);
        Case c = {.arena = arena, .fail = fail, .has_json = value_is(json, VALUE_STRING) && !fail};
        Str id = i ? arena_printf(arena, "%.4s/%u", name, i) : arena_printf(arena, "%.4s", name);
        c.id = id.data;
        c.yaml = plain_text(arena, value_text(yaml));
        ListBuilder documents = list_begin(arena);
        Json parser = {.arena = arena, .text = json && json->kind == VALUE_STRING ? value_text(json) : STR("")};
        while (json_peek(&parser))
            list_add(&documents, json_value(&parser));
        c.expected = list_end(&documents, ORIGIN_NONE);
        check_case(&c, false, tally);
        check_case(&c, true, tally + 1);
    }
}

static void read_file(int folder, const char *name, Tally *tally)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    Str text;
    assert_int_equal(file_read(arena, folder, name, 1 << 20, &text), 0);
    const Value *cases = yaml_read(arena, sources_add(sources, str_from(name), text, false), diags);
    if (!cases)
        fail_msg("%s: %.*s", name, STR_ARG(diags_at(diags, 0)->message));
    check_file(arena, name, cases, tally);
    arena_free(arena);
}

static void print_tally(const char *reader, const Tally *tally)
{
    printf("%s: %zu cases: %zu values, %zu refused as they must be, %zu by restrictions of ours, %zu departures of "
           "the library, "
           "%zu wrong\n",
           reader, tally->cases, tally->values, tally->refused, tally->restricted, tally->departed, tally->wrong);
}

static void agrees_with_the_suite(void **state)
{
    (void)state;
    const char *shared = getenv("KILN_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/testdata/yaml-test-suite", shared && *shared ? shared : "../shared");
    DIR *dir = opendir(path);
    if (!dir) {
        fprintf(stderr, "SKIPPED: no YAML suite at %s; set KILN_SHARED\n", path);
        skip();
    }
    Tally tally[2] = {{0}, {0}};
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strlen(entry->d_name) == 9)
            read_file(dirfd(dir), entry->d_name, tally);
    }
    closedir(dir);
    print_tally("yaml_read", &tally[0]);
    print_tally("yaml_manifests", &tally[1]);
    assert_true(tally[0].cases > 300);
    assert_int_equal(tally[0].wrong + tally[1].wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_suite)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
