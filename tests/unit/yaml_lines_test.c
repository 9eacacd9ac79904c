/*
 * Documents read by their lines: the same values, texts and places as through libyaml, or left to it. The inputs are
 * texts in the common form, and what becomes of them when characters that mean something to YAML get in.
 */
#include "../../src/yaml/yaml_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const texts[] = {
    "# Generated\n"
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  annotations: {}\n"
    "  labels:\n"
    "    app.kubernetes.io/name: auth-service # the name\n"
    "    \"quoted key\": 'y'\n"
    "  name: auth-service\n"
    "spec:\n"
    "  replicas: 3\n"
    "  paused: false\n"
    "  nothing:\n"
    "  template:\n"
    "    spec:\n"
    "      containers:\n"
    "      - args:\n"
    "        - --port=8080\n"
    "        - -v\n"
    "        -\n"
    "        - \"a: b # c\"\n"
    "        image: registry.example.com/a:v1@sha256:0\n"
    "        name: app\n"
    "      - name: 'other'\n"
    "        ports: []\n"
    "      volumes:\n"
    "        - name: tmp\n"
    "          emptyDir: {}\n"
    "        - - nested\n"
    "          - list\n"
    "        - - key: 0x10\n"
    "            more: 1e3\n",
    "apiVersion: v1\n"
    "data:\n"
    "  a.yaml: |\n"
    "    server:\n"
    "      port: 8080\n"
    "\n"
    "    # no comment\n"
    "  b: |-\n"
    "\n"
    "      deeper\n"
    "     \n"
    "      text\n"
    "\n"
    "  # a comment\n"
    "  c: |+\n"
    "    kept\n"
    "\n"
    "\n"
    "  d: \xC3\xA4\xE2\x80\x94 text\n"
    "kind: ConfigMap\n"
    "---\n"
    "a: 1\n"
    "--- # the next\n"
    "- b\n"
    "- c: ~\n"
    "  d: \"\"\n"
    "---\n"
    "---\n"
    "  e: 010\n"
    "  f: .5\n",
};

/* Everything that a reader of the value can tell. */
static void print_value(const Value *value, Buf *out)
{
    buf_printf(out, "%d/%d@%u ", value->kind, value->flags, value->origin);
    if (value->kind == VALUE_MAP) {
        for (uint32_t i = 0; i < value->size; i++) {
            buf_printf(out, "<%.*s>@%u=", STR_ARG(value->entries[i].key), value->entries[i].key_origin);
            print_value(value->entries[i].value, out);
        }
    } else if (value->kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value->size; i++)
            print_value(value->items[i], out);
    } else {
        buf_printf(out, "[%.*s]", STR_ARG(value_text(value)));
    }
    if (value->kind == VALUE_NUMBER)
        buf_printf(out, "%g", value->number);
    else if (value->kind == VALUE_BOOL)
        buf_printf(out, "%d", value->boolean);
    buf_add(out, STR(";"));
}

static bool take(void *user, const Value *document)
{
    print_value(document, user);
    buf_add(user, STR("\n"));
    return true;
}

static void read_text(Str text, bool by_lines, Buf *out)
{
    Arena *arena = arena_new();
    Sources *sources = sources_new(arena);
    Diags *diags = diags_new(arena, sources);
    if (!manifests_read(arena, sources_add(sources, STR("a.yaml"), text, false), diags, by_lines, take, out)) {
        assert_int_equal(diags_error_count(diags), 1);
        buf_printf(out, "error at %u", diags_at(diags, 0)->origin);
    }
    arena_free(arena);
}

static void check_same(Str text)
{
    Buf lines = {0}, parser = {0};
    read_text(text, true, &lines);
    read_text(text, false, &parser);
    if (!str_equal(buf_str(&lines), buf_str(&parser)))
        fail_msg("read in two ways:\n%.*s\n-- by lines:\n%.*s\n-- by the parser:\n%.*s\n", STR_ARG(text),
                 STR_ARG(buf_str(&lines)), STR_ARG(buf_str(&parser)));
    buf_release(&lines);
    buf_release(&parser);
}

static void test_common_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH_OF(texts); i++) {
        Str rest = str_from(texts[i]);
        Arena *arena = arena_new();
        check_same(rest);
        assert_true(lines_are_common(rest));
        while (rest.size)
            assert_non_null(lines_document(arena, 1, lines_next(&rest)));
        arena_free(arena);
    }
}

/* A generator of our own: the same inputs on every machine. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static const char *const pieces[] = {
    " ", "  ", "\n", "\n\n", "\n ", "\n  ", "-", "- ", ": ", ":", "#", " #", "\"", "'", "''", "|", ": |\n", "|-", ">",
    "&a ", "*a", "!", "!!str ", "{", "}", "[", "]", ",", "?", "? ", "\t", "\\", "%", "@", "`", "\n---", "\n--- ",
    "\n...", "<<: ", "y: ", "1: ", "~", "0x", "\r", "\n%TAG ! a\n", "\n#", "=", "a", "\n- ", "\n  - ", "name: ",
    "  name: x\n", "\xC2\x85", "\xEF\xBB\xBF", "\xE2\x80\xA8",
};

static void mutate(const char *text, uint32_t *state, Buf *out)
{
    Str rest = str_from(text);
    out->size = 0;
    for (unsigned changes = 1 + next_random(state) % 4; changes--;) {
        size_t at = next_random(state) % (rest.size + 1);
        buf_add(out, str_slice(rest, 0, at));
        if (next_random(state) % 3)
            buf_add(out, str_from(pieces[next_random(state) % LENGTH_OF(pieces)]));
        rest = str_slice(rest, at + next_random(state) % 3, rest.size);
    }
    buf_add(out, rest);
}

static void test_mutated(void **state)
{
    (void)state;
    uint32_t random = 1;
    Buf text = {0};
    const char *rounds = getenv("KILN_TEST_ROUNDS");
    for (long i = rounds ? atol(rounds) : 3000; i > 0; i--) {
        mutate(texts[next_random(&random) % LENGTH_OF(texts)], &random, &text);
        check_same(buf_str(&text));
    }
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_common_form), cmocka_unit_test(test_mutated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
