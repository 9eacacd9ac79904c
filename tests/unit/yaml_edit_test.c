/* Editing text that people keep: exact texts for each style, then random files, whose comments must all survive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kiln/yaml.h"

static const Value *read_text(Arena *arena, Str text, const Source **source)
{
    Sources *sources = sources_new(arena);
    *source = sources_add(sources, STR("test"), text, false);
    return yaml_read(arena, *source, diags_new(arena, sources));
}

/* NULL where the edit is refused. */
static const char *edited(Arena *arena, const char *text, const char *wanted)
{
    const Source *source, *other;
    const Value *old = read_text(arena, str_from(text), &source);
    const Value *target = read_text(arena, str_from(wanted), &other);
    if (!old || !target)
        fail_msg("cannot be read:\n%s", old ? wanted : text);
    Str result;
    return yaml_edit(arena, source, old, target, &result) ? arena_text(arena, result) : NULL;
}

typedef struct Row {
    const char *text;
    const char *wanted;
    const char *result; /* NULL: refused */
} Row;

#define V2 "{services: {web: {tag: v2}}}"
#define BOTH "{services: {web: {tag: v1}, api: {tag: v2}}}"
#define DIGEST "sha256:70e127c427332c3e10010e92aafc3b818d7efb98d2974a866a82251d526cb135"

static const Row rows[] = {
    /* a value is replaced where it stands */
    {"services:\n  web:\n    tag: v1 # stable\n", V2, "services:\n  web:\n    tag: v2 # stable\n"},
    {"services: {web: {tag: v1}} # all\n", V2, "services: {web: {tag: v2}} # all\n"},
    {"services:\n  web: { \"tag\" : 'v1' }\n", V2, "services:\n  web: { \"tag\" : v2 }\n"},
    {"services:\n  web:\n    tag: \"v\\\"1\" #no\n", V2, "services:\n  web:\n    tag: v2 #no\n"},
    {"services:\r\n  web:\r\n    tag: v1\r\n", V2, "services:\r\n  web:\r\n    tag: v2\r\n"},
    {"services:\n  web:\n    tag: v1", V2, "services:\n  web:\n    tag: v2"},
    {"services:\n  web:\n    tag:\n", V2, "services:\n  web:\n    tag: v2\n"},
    {"services:\n  web: {tag: ~}\n", V2, "services:\n  web: {tag: v2}\n"},
    /* what other readers would take for something else is quoted */
    {"services:\n  web:\n    tag: v1\n", "{services: {web: {tag: \"1.10\"}}}", "services:\n  web:\n    tag: \"1.10\"\n"},
    {"services:\n  web:\n    tag: v1\n", "{services: {web: {tag: \"1.2.3\"}}}", "services:\n  web:\n    tag: 1.2.3\n"},
    {"services:\n  web:\n    tag: v1\n", "{services: {web: {tag: \"2026-01-01\"}}}",
     "services:\n  web:\n    tag: \"2026-01-01\"\n"},
    /* entries come and go */
    {"services:\n  web:\n    tag: v1\n# end\n", "{services: {web: {tag: v1, digest: \"" DIGEST "\"}}}",
     "services:\n  web:\n    tag: v1\n    digest: " DIGEST "\n# end\n"},
    {"services:\n  web: {tag: v1}\n", "{services: {web: {tag: v1, digest: \"" DIGEST "\"}}}",
     "services:\n  web: {tag: v1, digest: \"" DIGEST "\"}\n"},
    {"services:\n  web:\n    tag: v1 # a\n    # b\n    digest: " DIGEST "\n  # c\n", "{services: {web: {tag: v2}}}",
     "services:\n  web:\n    tag: v2 # a\n    # b\n  # c\n"},
    {"services:\n  web: {tag: v1, digest: \"" DIGEST "\"} # x\n", V2, "services:\n  web: {tag: v2} # x\n"},
    {"services:\n  web: {tag: v1, # why\n    digest: \"" DIGEST "\"}\n", V2, NULL},
    {"services:\n  web:\n    digest: " DIGEST "\n", V2, "services:\n  web:\n    tag: v2\n"},
    /* services too, in the style of the one before */
    {"services:\n  web:\n    tag: v1\n\n# end\n", BOTH, "services:\n  web:\n    tag: v1\n  api:\n    tag: v2\n\n# end\n"},
    {"services:\n    'web':\n        tag: v1", BOTH,
     "services:\n    'web':\n        tag: v1\n    api:\n      tag: v2\n"},
    {"services:\n  web: {tag: v1}\n", BOTH, "services:\n  web: {tag: v1}\n  api: {tag: v2}\n"},
    {"services: {\n  web: {tag: v1}, # w\n  }\n", BOTH, "services: {\n  web: {tag: v1}, api: {tag: v2}, # w\n  }\n"},
    {"services:\n  web:\n    tag: v1\n", "{services: {web: {tag: v2, digest: x}, api: {tag: v2}}}",
     "services:\n  web:\n    tag: v2\n    digest: x\n  api:\n    tag: v2\n"},
    {"services:\n  web:\n    tag: v1", "{services: {web: {tag: v2, digest: x}, api: {tag: v2}}}",
     "services:\n  web:\n    tag: v2\n    digest: x\n  api:\n    tag: v2\n"},
    /* where nothing is yet */
    {"", V2, "services:\n  web:\n    tag: v2\n"},
    {"# hello\n", V2, "# hello\nservices:\n  web:\n    tag: v2\n"},
    {"# hello", V2, "# hello\nservices:\n  web:\n    tag: v2\n"},
    {"{}\n", V2, "services:\n  web:\n    tag: v2\n"},
    {"# a\n{} # b\n", V2, NULL},
    {"services:\n", V2, "services:\n  web:\n    tag: v2\n"},
    {"services: {} # none\n# end\n", V2, "services: # none\n  web:\n    tag: v2\n# end\n"},
    {"services: null\r\n", V2, "services:\r\n  web:\r\n    tag: v2\r\n"},
    {"services:\n  web:\n  api: {tag: v1}\n", "{services: {web: {tag: v2}, api: {tag: v1}}}",
     "services:\n  web:\n    tag: v2\n  api: {tag: v1}\n"},
    {"services:\n  {}\n", V2, NULL},
    {"--- # one\nservices:\n  web:\n    tag: v1\n...\n", V2, "--- # one\nservices:\n  web:\n    tag: v2\n...\n"},
    {"\xEF\xBB\xBFservices:\n  web: {tag: v1}\n", BOTH, "\xEF\xBB\xBFservices:\n  web: {tag: v1}\n  api: {tag: v2}\n"},
    /* one text that is two values, or a value that is no one text */
    {"services:\n  web: &w {tag: v1}\n  api: *w\n", "{services: {web: {tag: v2}, api: {tag: v1}}}", NULL},
    {"services:\n  web: &w {tag: v1}\n  api: *w\n", "{services: {web: {tag: v1}, api: {tag: v2}}}", NULL},
    {"services:\n  web: &w {tag: v1}\n  api: *w\n", "{services: {web: {tag: v2}, api: {tag: v2}}}", NULL},
    {"services:\n  web: &w {tag: v1}\n  api: {tag: v1}\n", "{services: {web: {tag: v1}, api: {tag: v2}}}",
     "services:\n  web: &w {tag: v1}\n  api: {tag: v2}\n"},
    {"base: &b {tag: v1}\nservices:\n  web:\n    <<: *b\n", "{base: {tag: v1}, services: {web: {tag: v2}}}", NULL},
    {"services:\n  web:\n    tag: >-\n      v1\n", V2, NULL},
    {"services:\n  web: {tag: v1}\n  api:\n    tag: >-\n      v2\n", "{services: {web: {tag: v3}, api: {tag: v2}}}",
     "services:\n  web: {tag: v3}\n  api:\n    tag: >-\n      v2\n"},
    {"services:\n  web:\n    tag: !!str v1\n", V2, "services:\n  web:\n    tag: !!str v2\n"},
    {"services:\n  ? web\n  : {tag: v1}\n", V2, "services:\n  ? web\n  : {tag: v2}\n"},
    {"services:\n  ? web\n  : {tag: v1}\n", BOTH, NULL},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(rows); i++) {
        Arena *arena = arena_new();
        const char *result = edited(arena, rows[i].text, rows[i].wanted);
        bool same = result && rows[i].result ? strcmp(result, rows[i].result) == 0 : result == rows[i].result;
        if (!same)
            fail_msg("row %zu:\n%s--- expected\n%s--- got\n%s", i, rows[i].text,
                     rows[i].result ? rows[i].result : "(refused)\n", result ? result : "(refused)\n");
        arena_free(arena);
    }
}

/* ---- random files ---- */

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static size_t pick(uint32_t *seed, size_t count)
{
    return random_next(seed) % count;
}

enum { SERVICES = 6, FIELDS = 3 };
static const char *const fields[FIELDS] = {"tag", "digest", "revision"};
/* Strings first: only they are ever written anew. */
enum { STRINGS = 9 };
static const char *const values[] = {"v1.2.3", "'1.10'", "\"a: b\"", "\"{x}\"", "sha256:0123", "'it''s'",
                                     "\"#no\"", "a'b", "x#y", "1.0", "null", "007", "~"};

/* values: 0 for none, else one of the texts above. */
typedef struct Model {
    unsigned services[SERVICES][FIELDS];
} Model;

static bool is_there(const unsigned service[FIELDS])
{
    return service[0] || service[1] || service[2];
}

static void model_random(Model *model, uint32_t *seed)
{
    for (size_t i = 0; i < SERVICES; i++) {
        for (size_t j = 0; j < FIELDS; j++)
            model->services[i][j] = pick(seed, 3) ? (unsigned)pick(seed, LENGTH_OF(values) + 1) : 0;
    }
}

typedef struct Writer {
    Buf *out;
    uint32_t *seed;
    const char *newline;
    size_t comments;
    bool wild; /* comments, quoted keys, blank lines */
} Writer;

static void end_line(Writer *writer)
{
    if (writer->wild && pick(writer->seed, 3) == 0)
        buf_printf(writer->out, " # <%zu> {", writer->comments++);
    buf_add(writer->out, str_from(writer->newline));
    if (writer->wild && pick(writer->seed, 4) == 0)
        buf_printf(writer->out, "%*s# <%zu> tag: x%s", (int)pick(writer->seed, 7), "", writer->comments++,
                   writer->newline);
    if (writer->wild && pick(writer->seed, 6) == 0)
        buf_add(writer->out, str_from(writer->newline));
}

static void write_service(Writer *writer, size_t index, const unsigned service[FIELDS])
{
    bool flow = writer->wild && pick(writer->seed, 2), first = true;
    buf_printf(writer->out, writer->wild && pick(writer->seed, 3) == 0 ? "  \"s%zu\":" : "  s%zu:", index);
    if (flow)
        buf_add(writer->out, STR(" {"));
    else
        end_line(writer);
    for (size_t j = 0; j < FIELDS; j++) {
        if (!service[j])
            continue;
        buf_printf(writer->out, flow ? "%s%s: %s" : "%s%s: %s", flow ? (first ? "" : ", ") : "    ", fields[j],
                   values[service[j] - 1]);
        first = false;
        if (!flow)
            end_line(writer);
    }
    if (flow) {
        buf_add_char(writer->out, '}');
        end_line(writer);
    }
}

static char *model_text(Arena *arena, const Model *model, Writer writer, size_t *comments)
{
    Buf out = {0};
    writer.out = &out;
    bool any = false;
    for (size_t i = 0; i < SERVICES; i++) {
        if (!is_there(model->services[i]))
            continue;
        if (!any) {
            buf_add(&out, STR("services:"));
            end_line(&writer);
        }
        any = true;
        write_service(&writer, i, model->services[i]);
    }
    if (writer.wild && any && pick(writer.seed, 4) == 0) {
        while (out.size && (out.data[out.size - 1] == '\n' || out.data[out.size - 1] == '\r'))
            out.size--;
    }
    if (comments)
        *comments = writer.comments;
    char *text = arena_text(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

/* A comment may go with its line, and only then. */
static size_t surviving(const char *text, size_t comments)
{
    size_t found = 0;
    for (size_t i = 0; i < comments; i++) {
        char mark[32];
        snprintf(mark, sizeof mark, "# <%zu>", i);
        found += strstr(text, mark) != NULL;
    }
    return found;
}

/* Nothing is refused: all of these styles are supported. What is lost are the comments behind fields that go. */
static void test_random(void **state)
{
    (void)state;
    for (uint32_t round = 1; round <= 3000; round++) {
        uint32_t seed = round * 2654435761u;
        Arena *arena = arena_new();
        Model before, after;
        model_random(&before, &seed);
        after = before;
        size_t removed = 0;
        for (size_t n = pick(&seed, 4); n > 0; n--) {
            size_t i = pick(&seed, SERVICES), j = pick(&seed, FIELDS);
            after.services[i][j] = (unsigned)pick(&seed, STRINGS + 1);
            if (!is_there(after.services[i]))
                after = before;
        }
        for (size_t i = 0; i < SERVICES; i++) {
            for (size_t j = 0; j < FIELDS; j++)
                removed += before.services[i][j] && !after.services[i][j];
        }
        size_t comments = 0;
        Writer wild = {.seed = &seed, .newline = pick(&seed, 3) ? "\n" : "\r\n", .wild = true};
        Writer plain = {.seed = &seed, .newline = "\n"};
        const char *text = model_text(arena, &before, wild, &comments);
        const char *wanted = model_text(arena, &after, plain, NULL);
        const Source *source;
        const Value *target = read_text(arena, str_from(wanted), &source);
        const char *result = edited(arena, text, wanted);
        if (!result)
            fail_msg("round %u: refused\n%s--- wanted\n%s", round, text, wanted);
        const Value *read = read_text(arena, str_from(result), &source);
        if (!read || !value_equal(read, target))
            fail_msg("round %u:\n%s--- wanted\n%s--- got\n%s", round, text, wanted, result);
        if (surviving(result, comments) + removed < comments)
            fail_msg("round %u: lost a comment\n%s--- got\n%s", round, text, result);
        if (strstr(text, "\r\n") && strstr(result, "\n"))
            for (const char *at = strchr(result, '\n'); at; at = strchr(at + 1, '\n'))
                assert_true(at > result && at[-1] == '\r');
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
