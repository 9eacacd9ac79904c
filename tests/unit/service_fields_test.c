/*
 * The audit of the field table: every row that is supported is read by somebody, and every path of the context that a
 * built-in template uses is a row or one of the derived values of templates.md. By name alone: what follows the name
 * is not understood.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <fcntl.h>

#include "kiln/base.h"
#include "kiln/model.h"

/* Blocks that reach an object whole, so that nobody names their members. */
static const char *const whole[] = {
    "tolerations.<name>",
    "autoscaling.behavior.scaleUp.policies",
    "autoscaling.behavior.scaleDown.policies",
    "env.<name>",
    "env.<name>.resourceFieldRef",
    "env.<name>.configMapKeyRef",
    "env.<name>.secretKeyRef",
    "volumes.<name>.emptyDir",
    "volumes.<name>.configMap",
    "volumes.<name>.secret",
    "volumes.<name>.serviceAccountToken",
};

/* What the context has beside the rows (templates.md). */
static const char *const derived[] = {
    "service.name",
    "service.file",
    "service.meta",
    "service.selector",
    "service.alertGroups",
    "service.alertLabels",
    "service.claims",
    "service.httpRoutes",
    "service.preview",
    "service.replicasMin",
    "service.roleRules",
    "service.secretData",
    "service.ingressRoutes",
    "service.servicePorts",
    "service.strategy.blueGreen.previewService",
    "service.version",
    "service.podLabels",
    "service.podAnnotations",
    "service.configData",
    "service.containers",
    "service.volumes",
    "service.network",
    "service.spread",
    "project.path",
    "env.application",
    "env.meta",
    "env.name",
    "env.podSecurity",
    "project.gitops.meta",
    "project.name",
};

/* ---- texts ---- */

static Arena *arena;
static Str code, templates;

static int read_all(void **state)
{
    (void)state;
    static const char *const rooms[] = {"src/project", "src/service", "src/render", "src/standards"};
    arena = arena_new();
    Buf c = {0}, t = {0};
    for (size_t i = 0; i < LENGTH_OF(rooms); i++) {
        FileEntry *entries;
        size_t count;
        if (folder_list(arena, AT_FDCWD, rooms[i], &entries, &count))
            continue;
        for (size_t j = 0; j < count; j++) {
            Str text;
            Str path = arena_printf(arena, "%s/%.*s", rooms[i], STR_ARG(entries[j].name));
            if (str_ends(path, STR(".c")) && !file_read(arena, AT_FDCWD, path.data, 1 << 20, &text))
                buf_add(&c, text);
        }
    }
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (!str_starts(embedded_files[i].path, STR("environments/")))
            buf_add(&t, embedded_files[i].text);
    }
    code = arena_copy(arena, buf_str(&c));
    templates = arena_copy(arena, buf_str(&t));
    buf_release(&c);
    buf_release(&t);
    return 0;
}

static int forget_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The name as a member or as text: after '.', ' or ", and before an end of it. */
static bool names(Str text, Str name, const char *behind)
{
    for (ptrdiff_t at = 0; (at = str_find(text, name, (size_t)at)) >= 0; at++) {
        size_t end = (size_t)at + name.size;
        char before = at ? text.data[at - 1] : ' ', after = end < text.size ? text.data[end] : ' ';
        if (strchr(".'\"", before) && (behind ? strchr(behind, after) != NULL : !is_word(after)))
            return true;
    }
    return false;
}

static bool listed(const char *const *list, size_t count, Str text)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(text, str_from(list[i])))
            return true;
    }
    return false;
}

/* ---- every row has a reader ---- */

static void check_read(void *user, const FieldInfo *info)
{
    unsigned *unread = user;
    ptrdiff_t dot = str_rfind_char(info->path, '.');
    Str name = str_slice(info->path, (size_t)(dot + 1), info->path.size);
    Str block = dot < 0 ? STR("") : str_slice(info->path, 0, (size_t)dot);
    if (info->later || info->refused.size || name.data[0] == '<')
        return;
    bool read = names(code, name, "\".") || names(templates, name, NULL);
    if (read || listed(whole, LENGTH_OF(whole), block))
        return;
    print_error("%.*s: neither a template, a rule nor src/{project,service,render,standards} names it\n",
                STR_ARG(info->path));
    ++*unread;
}

static void test_every_row_is_read(void **state)
{
    (void)state;
    static const ModelDocument documents[] = {MODEL_SERVICE, MODEL_ENVIRONMENT, MODEL_PROJECT, MODEL_RELEASES};
    unsigned unread = 0;
    if (!code.size) {
        print_message("SKIPPED: run from the repository's root, where src/ is\n");
        skip();
    }
    for (size_t i = 0; i < LENGTH_OF(documents); i++)
        model_fields(arena, documents[i], check_read, &unread);
    assert_int_equal(unread, 0);
}

/* ---- every path is a row ---- */

static bool is_row(Str root, Str rest)
{
    ModelDocument document = str_equal(root, STR("service")) ? MODEL_SERVICE
                             : str_equal(root, STR("env"))   ? MODEL_ENVIRONMENT
                                                             : MODEL_PROJECT;
    size_t count;
    const Path *steps = path_parse(arena, rest, &count);
    FieldInfo info;
    Str miss;
    return steps && model_field(arena, document, steps, count, &info, &miss);
}

static bool is_derived(Str path)
{
    for (size_t i = 0; i < LENGTH_OF(derived); i++) {
        Str name = str_from(derived[i]);
        if (str_starts(path, name) && (path.size == name.size || path.data[name.size] == '.'))
            return true;
    }
    return false;
}

static unsigned check_paths(const EmbeddedFile *file, Str root)
{
    unsigned unknown = 0;
    Str text = file->text, start = arena_printf(arena, "%.*s.", STR_ARG(root));
    for (ptrdiff_t at = 0; (at = str_find(text, start, (size_t)at)) >= 0; at++) {
        char before = at ? text.data[at - 1] : ' ';
        if (is_word(before) || strchr(".'\"/$-`", before))
            continue;
        size_t end = (size_t)at + start.size;
        while (end < text.size && (is_word(text.data[end]) || (text.data[end] == '.' && is_word(text.data[end + 1]))))
            end++;
        Str path = str_slice(text, (size_t)at, end), rest = str_slice(path, start.size, path.size);
        if (!rest.size || is_row(root, rest) || is_derived(path))
            continue;
        print_error("%.*s: %.*s is neither a row nor derived\n", STR_ARG(file->path), STR_ARG(path));
        unknown++;
    }
    return unknown;
}

/* Without comments, whose prose speaks of other things. */
static Str uncommented(Str text)
{
    Buf out = {0};
    for (Str line; str_split(&text, '\n', &line);) {
        if (!str_starts(str_trim(line), STR("#")))
            buf_printf(&out, "%.*s\n", STR_ARG(line));
    }
    Str kept = arena_copy(arena, buf_str(&out));
    buf_release(&out);
    return kept;
}

static void test_every_path_is_a_row(void **state)
{
    (void)state;
    static const char *const roots[] = {"service", "env", "project"};
    unsigned unknown = 0;
    for (size_t i = 0; i < embedded_file_count; i++) {
        if (!str_starts(embedded_files[i].path, STR("templates/")) ||
            str_starts(embedded_files[i].path, STR("templates/scaffold/")))
            continue;
        EmbeddedFile file = {embedded_files[i].path, embedded_files[i].name, uncommented(embedded_files[i].text)};
        for (size_t j = 0; j < LENGTH_OF(roots); j++)
            unknown += check_paths(&file, str_from(roots[j]));
    }
    assert_int_equal(unknown, 0);
}

/* ---- what people read of a row ---- */

static void check_words(void *user, const FieldInfo *info)
{
    (void)user;
    if (!info->doc.size || info->doc.data[info->doc.size - 1] != '.')
        fail_msg("%.*s: its doc is no sentence", STR_ARG(info->path));
    if (!info->example.size && !info->refused.size)
        fail_msg("%.*s has no example", STR_ARG(info->path));
    size_t count;
    FieldInfo again;
    Str miss;
    const Path *steps = path_parse(arena, info->path, &count);
    if (!steps || !model_field(arena, info->document, steps, count, &again, &miss) || again.row != info->row)
        fail_msg("%.*s does not lead back to its row", STR_ARG(info->path));
}

static void test_every_row_is_documented(void **state)
{
    (void)state;
    model_fields(arena, MODEL_SERVICE, check_words, NULL);
    model_fields(arena, MODEL_ENVIRONMENT, check_words, NULL);
    model_fields(arena, MODEL_PROJECT, check_words, NULL);
    model_fields(arena, MODEL_RELEASES, check_words, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_read),
        cmocka_unit_test(test_every_path_is_a_row),
        cmocka_unit_test(test_every_row_is_documented),
    };
    return cmocka_run_group_tests(tests, read_all, forget_all);
}
