/* The output tree on a real disk: what is written, kept, removed, and above all what is refused. */
#include "kiln/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD \
    "# The files that kiln wrote here. It replaces these and removes them once they are not wanted any more.\n"
#define FILES_MAX 16

typedef struct Tree {
    char folder[64];
    Arena *arena;
    TreeFile files[FILES_MAX];
    TreeJob job;
    TreeResult result;
    Diags *diags;
} Tree;

static int set_up(void **state)
{
    Tree *tree = calloc(1, sizeof *tree);
    snprintf(tree->folder, sizeof tree->folder, "/tmp/kiln-tree-XXXXXX");
    tree->arena = arena_new();
    *state = tree;
    return !mkdtemp(tree->folder) || chdir(tree->folder);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    return remove(path);
}

static int tear_down(void **state)
{
    Tree *tree = *state;
    int failed = chdir("/");
    failed |= nftw(tree->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(tree->arena);
    free(tree);
    return failed;
}

/* ---- the disk ---- */

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* One byte becomes another. */
static void spoil(const char *path, off_t at)
{
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "!", 1, at), 1);
    assert_int_equal(close(fd), 0);
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0777), 0);
}

static bool exists(const char *path)
{
    struct stat status;
    return !lstat(path, &status);
}

static void assert_file(const char *path, const char *expected)
{
    char text[4096] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing", path);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    assert_string_equal(text, expected);
}

static int age_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    const struct timespec times[2] = {{1000, 0}, {1000, 0}};
    return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static int young_entries;

static int count_young(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)path, (void)type, (void)at;
    young_entries += status->st_mtim.tv_sec != 1000;
    return 0;
}

/* Everything gets an old date; what is touched afterwards is young. */
static void age(const char *path)
{
    assert_int_equal(nftw(path, age_entry, 16, FTW_PHYS), 0);
}

static int young(const char *path)
{
    young_entries = 0;
    assert_int_equal(nftw(path, count_young, 16, FTW_PHYS), 0);
    return young_entries;
}

/* ---- a job: pairs of path and text, up to NULL ---- */

static TreePlan *plan(Tree *tree, const char *const *pairs)
{
    size_t count = 0;
    for (; pairs[count * 2]; count++)
        tree->files[count] = (TreeFile){.path = str_from(pairs[count * 2]), .text = str_from(pairs[count * 2 + 1])};
    tree->job.top = tree->job.top.size ? tree->job.top : STR("out");
    tree->job.label = tree->job.label.size ? tree->job.label : STR("out");
    tree->job.files = tree->files;
    tree->job.count = count;
    tree->diags = diags_new(tree->arena, sources_new(tree->arena));
    return tree_plan(tree->arena, &tree->job, tree->diags);
}

static void assert_no_errors(const Tree *tree)
{
    if (diags_count(tree->diags))
        fail_msg("%.*s: %.*s", STR_ARG(diags_at(tree->diags, 0)->file), STR_ARG(diags_at(tree->diags, 0)->message));
}

static void run(Tree *tree, const char *const *pairs)
{
    TreePlan *made = plan(tree, pairs);
    assert_no_errors(tree);
    assert_non_null(made);
    bool ok = tree_write(made, tree->diags, &tree->result);
    assert_no_errors(tree);
    assert_true(ok);
}

static void assert_result(const Tree *tree, size_t written, size_t unchanged, size_t removed)
{
    assert_int_equal(tree->result.written, written);
    assert_int_equal(tree->result.unchanged, unchanged);
    assert_int_equal(tree->result.removed, removed);
}

static void assert_message(const Tree *tree, size_t index, const char *expected)
{
    assert_true(index < diags_count(tree->diags));
    const Diag *diag = diags_at(tree->diags, index);
    Str text = diag->file.size ? arena_printf(tree->arena, "%.*s: %.*s", STR_ARG(diag->file), STR_ARG(diag->message))
                               : diag->message;
    assert_string_equal(arena_text(tree->arena, text), expected);
}

/* The plan fails with just this message, and nothing was touched. */
static void refused(Tree *tree, const char *const *pairs, const char *expected)
{
    age(".");
    assert_null(plan(tree, pairs));
    assert_message(tree, 0, expected);
    assert_int_equal(diags_count(tree->diags), 1);
    assert_int_equal(young("."), 0);
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_FILES ((const char *const[]){NULL})

/* ---- what is written ---- */

static void test_fresh(void **state)
{
    Tree *tree = *state;
    tree->job.top = STR("deep/er/out");
    tree->job.owner = STR("shop");
    run(tree, FILES("dev/api/service.yaml", "b", "argocd/dev.yaml", "c", "dev/api/deployment.yaml", "a",
                    "dev/namespace.yaml", ""));
    assert_result(tree, 4, 0, 0);
    assert_file("deep/er/out/dev/api/deployment.yaml", "a");
    assert_file("deep/er/out/dev/api/service.yaml", "b");
    assert_file("deep/er/out/argocd/dev.yaml", "c");
    assert_file("deep/er/out/dev/namespace.yaml", "");
    assert_file("deep/er/out/.kiln-owned", "# owner: shop\n" HEAD "argocd/dev.yaml\ndev/api/deployment.yaml\n"
                                           "dev/api/service.yaml\ndev/namespace.yaml\n");
}

static void test_nothing_wanted(void **state)
{
    Tree *tree = *state;
    run(tree, NO_FILES);
    assert_result(tree, 0, 0, 0);
    assert_false(exists("out"));
}

static void test_unchanged(void **state)
{
    Tree *tree = *state;
    const char *const *files = FILES("a", "1", "d/b", "2", "d/e/c", "3");
    run(tree, files);
    age("out");
    run(tree, files);
    assert_result(tree, 0, 3, 0);
    assert_int_equal(young("out"), 0);
}

static void test_change_and_new(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "d/b", "2"));
    age("out");
    run(tree, FILES("a", "1", "d/b", "3"));
    assert_result(tree, 1, 1, 0);
    assert_file("out/d/b", "3");
    assert_int_equal(young("out"), 2); /* the file and its folder; not the list */
    run(tree, FILES("a", "1", "d/b", "3", "d/c", "4"));
    assert_result(tree, 1, 2, 0);
    assert_file("out/.kiln-owned", HEAD "a\nd/b\nd/c\n");
}

static void test_same_size_and_large(void **state)
{
    Tree *tree = *state;
    char *text = arena_alloc(tree->arena, 200001);
    memset(text, 'x', 200000);
    run(tree, FILES("a", text));
    run(tree, FILES("a", text));
    assert_result(tree, 0, 1, 0);
    text[199999] = 'y';
    run(tree, FILES("a", text));
    assert_result(tree, 1, 0, 0);
    run(tree, FILES("a", text));
    assert_result(tree, 0, 1, 0);
}

static void test_changes_listed(void **state)
{
    Tree *tree = *state;
    size_t count;
    run(tree, FILES("a", "1", "b", "2", "c", "3"));
    TreePlan *made = plan(tree, FILES("a", "1", "b", "9", "d", "4"));
    const TreeChange *changes = tree_plan_changes(made, &count);
    assert_int_equal(count, 3);
    assert_true(str_equal(changes[0].path, STR("b")) && changes[0].kind == TREE_CHANGED && changes[0].file);
    assert_true(str_equal(changes[1].path, STR("c")) && changes[1].kind == TREE_REMOVED && !changes[1].file);
    assert_true(str_equal(changes[2].path, STR("d")) && changes[2].kind == TREE_NEW);
    tree_plan_release(made);
    assert_file("out/b", "2");

    made = plan(tree, FILES("a", "1", "b", "2", "c", "3"));
    tree_plan_changes(made, &count);
    assert_int_equal(count, 0);
    tree_plan_release(made);

    put("out/.kiln-owned", HEAD "a\n");
    made = plan(tree, FILES("a", "1", "b", "2", "c", "3"));
    changes = tree_plan_changes(made, &count);
    assert_int_equal(count, 1);
    assert_true(str_equal(changes[0].path, STR(".kiln-owned")) && changes[0].kind == TREE_CHANGED);
    tree_plan_release(made);
}

/* ---- what is removed ---- */

static void test_prune(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "d/b", "2", "d/e/c", "3", "f/g/h", "4", "f/i", "5"));
    put("out/f/theirs", "x");
    put("out/d/e/c", "edited by hand");
    run(tree, FILES("a", "1"));
    assert_result(tree, 0, 1, 4);
    assert_false(exists("out/d"));
    assert_false(exists("out/f/g"));
    assert_false(exists("out/f/i"));
    assert_file("out/f/theirs", "x");
    assert_file("out/.kiln-owned", HEAD "a\n");
    run(tree, NO_FILES);
    assert_result(tree, 0, 0, 1);
    assert_false(exists("out/.kiln-owned"));
    assert_true(exists("out"));
}

static bool only_dev(void *user, Str path)
{
    (void)user;
    return str_starts(path, STR("dev/"));
}

static void test_scope(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("dev/a", "1", "dev/b", "2", "prod/a", "3", "z", "4"));
    tree->job.in_scope = only_dev;
    run(tree, FILES("dev/b", "9"));
    assert_result(tree, 1, 0, 1);
    assert_false(exists("out/dev/a"));
    assert_file("out/prod/a", "3");
    assert_file("out/.kiln-owned", HEAD "dev/b\nprod/a\nz\n");
    assert_int_equal(unlink("out/prod/a"), 0);
    run(tree, FILES("dev/b", "9"));
    assert_file("out/.kiln-owned", HEAD "dev/b\nprod/a\nz\n");
}

static void test_stale_replaced_by_others(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "b", "2", "d/c", "3"));
    unlink("out/a"), unlink("out/b"), unlink("out/d/c"), rmdir("out/d");
    make_folder("out/a");
    put("elsewhere", "x");
    make_folder("far");
    put("far/c", "x");
    assert_int_equal(symlink("../elsewhere", "out/b"), 0);
    assert_int_equal(symlink("../far", "out/d"), 0);
    run(tree, NO_FILES);
    assert_result(tree, 0, 0, 0);
    assert_true(exists("out/a") && exists("out/b") && exists("far/c"));
    assert_false(exists("out/.kiln-owned"));
}

/* ---- what is not ours ---- */

static void test_foreign(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("out/a", "theirs");
    refused(tree, FILES("a", "ours"), "out/a: was not written by kiln; move it away or choose another output");
    refused(tree, FILES("a", "oursxx"), "out/a: was not written by kiln; move it away or choose another output");
    tree->job.label = STR("../my/out/");
    refused(tree, FILES("a", "ours"), "../my/out/a: was not written by kiln; move it away or choose another output");
    assert_file("out/a", "theirs");
}

static void test_every_problem(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("out/a", "theirs");
    put("out/b", "theirs");
    make_folder("out/c");
    assert_null(plan(tree, FILES("a", "1", "b", "1", "c", "1", "d", "1")));
    assert_int_equal(diags_count(tree->diags), 3);
    assert_message(tree, 2, "out/c: is a folder where a file belongs; move it away or choose another output");
    assert_false(exists("out/d"));
}

static void test_adoption(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("out/a", "same");
    age("out");
    run(tree, FILES("a", "same"));
    assert_result(tree, 0, 1, 0);
    assert_int_equal(young("out"), 2); /* the folder and the list */
    assert_file("out/.kiln-owned", HEAD "a\n");
    run(tree, FILES("a", "now ours"));
    assert_file("out/a", "now ours");
}

static void test_yielding(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("out/a", "theirs");
    tree->job.yielding = STR("a");
    run(tree, FILES("a", "ours", "b", "1"));
    assert_result(tree, 1, 0, 0);
    assert_file("out/a", "theirs");
    assert_file("out/.kiln-owned", HEAD "b\n");
    put("out/a", "ours");
    run(tree, FILES("a", "ours", "b", "1"));
    assert_file("out/.kiln-owned", HEAD "a\nb\n");
    run(tree, FILES("a", "ours, new", "b", "1"));
    assert_file("out/a", "ours, new");
}

static void test_yielding_kinds(void **state)
{
    Tree *tree = *state;
    tree->job.yielding = STR("a");
    make_folder("out");
    make_folder("out/a");
    run(tree, FILES("a", "ours", "b", "1"));
    assert_int_equal(rmdir("out/a"), 0);
    assert_int_equal(symlink("nowhere", "out/a"), 0);
    run(tree, FILES("a", "ours", "b", "1"));
    assert_false(exists("out/nowhere"));
    assert_file("out/.kiln-owned", HEAD "b\n");
    assert_int_equal(unlink("out/a"), 0);
    run(tree, FILES("a", "ours", "b", "1"));
    assert_file("out/a", "ours");
}

static void test_found(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a/b", "old"));
    tree->job.look_only = true;
    TreePlan *made = plan(tree, FILES("a/b", "new"));
    size_t count;
    Str text;
    const TreeChange *changes = tree_plan_changes(made, &count);
    assert_int_equal(count, 1);
    assert_true(str_equal(tree_plan_label(made, tree->arena, changes[0].path), STR("out/a/b")));
    assert_true(tree_plan_found(made, tree->arena, changes, tree->diags, &text));
    assert_true(str_equal(text, STR("old")));
    tree_plan_release(made);
}

/* Texts that wait packed: written, found the same, found to differ by a byte at any place. */
static void test_packs(void **state)
{
    enum { COUNT = 12, SIZE = 9000 };
    Tree *tree = *state;
    Buf texts = {0}, scratch = {0};
    for (size_t i = 0; i < COUNT; i++) {
        tree->files[i] = (TreeFile){.path = arena_printf(tree->arena, "dev/web/%02zu.yaml", i), .at = texts.size};
        for (size_t line = 0; texts.size < tree->files[i].at + SIZE + i; line++)
            buf_printf(&texts, "key%zu: value %zu of %zu\n", line, line * i, i);
        tree->files[i].text.size = texts.size - tree->files[i].at;
    }
    Pack pack = pack_text(buf_str(&texts), &scratch);
    assert_false(pack_is_plain(&pack));
    for (size_t i = 0; i < COUNT; i++)
        tree->files[i].pack = &pack;
    tree->job = (TreeJob){.top = STR("out"), .label = STR("out"), .files = tree->files, .count = COUNT};
    for (size_t changed = 0; changed <= COUNT; changed += 4) {
        tree->diags = diags_new(tree->arena, sources_new(tree->arena));
        TreePlan *made = tree_plan(tree->arena, &tree->job, tree->diags);
        assert_non_null(made);
        assert_true(tree_write(made, tree->diags, &tree->result));
        assert_int_equal(tree->result.written, changed ? 1 : COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            const TreeFile *file = &tree->files[i];
            Str found, path = arena_join(tree->arena, (const Str[]){STR("out/"), file->path}, 2);
            assert_int_equal(file_read(tree->arena, AT_FDCWD, path.data, 1 << 20, &found), 0);
            assert_true(str_equal(found, str_slice(buf_str(&texts), file->at, file->at + file->text.size)));
            if (i == changed)
                spoil(path.data, (off_t)(found.size - 1));
        }
    }
    free((void *)pack.bytes.data);
    buf_release(&texts);
    buf_release(&scratch);
}

static void test_attributes(void **state)
{
    Tree *tree = *state;
    const TreeFile files[] = {{.path = STR("dev/x")},
                              {.path = STR("b")},
                              {.path = STR("dev/web/y")},
                              {.path = STR("developer/y")}};
    Str text = tree_attributes(tree->arena, files, LENGTH_OF(files));
    assert_true(str_ends(text, STR("/.gitattributes linguist-generated=true\n"
                                   "/.kiln-owned linguist-generated=true\n"
                                   "/b linguist-generated=true\n"
                                   "/dev/** linguist-generated=true\n"
                                   "/developer/** linguist-generated=true\n")));
}

static void test_links(void **state)
{
    Tree *tree = *state;
    put("elsewhere", "x");
    make_folder("far");
    make_folder("out");
    assert_int_equal(symlink("../elsewhere", "out/a"), 0);
    assert_int_equal(symlink("../far", "out/d"), 0);
    assert_int_equal(symlink("nowhere", "out/n"), 0);
    refused(tree, FILES("a", "x"),
            "out/a: is a symbolic link where a file belongs, and kiln follows none; remove it");
    refused(tree, FILES("n", "x"),
            "out/n: is a symbolic link where a file belongs, and kiln follows none; remove it");
    refused(tree, FILES("d/b", "1", "d/c/e", "2", "d/c/f", "3"),
            "out/d: is a symbolic link where a folder belongs, and kiln follows none; remove it");
    put("list", "");
    assert_int_equal(symlink("../list", "out/.kiln-owned"), 0);
    refused(tree, FILES("b", "1"), "out/.kiln-owned: cannot read: a symbolic link is in the way, and kiln follows none; remove it");
    assert_file("elsewhere", "x");
    assert_int_equal(rmdir("far"), 0);
}

static void test_linked_top(void **state)
{
    Tree *tree = *state;
    make_folder("real");
    assert_int_equal(symlink("real", "out"), 0);
    run(tree, FILES("a", "1"));
    assert_file("real/a", "1");
}

static void test_wrong_kinds(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("out/f", "x");
    assert_int_equal(mkfifo("out/p", 0666), 0);
    refused(tree, FILES("f/b", "1", "f/c/d", "1"),
            "out/f: is a file where a folder belongs; move it away or choose another output");
    refused(tree, FILES("p", "1"), "out/p: is no regular file; move it away or choose another output");
    put("top", "x");
    tree->job.top = STR("top");
    refused(tree, FILES("a", "1"),
            "out: cannot open the output folder: a file stands where a folder is expected; choose another output");
    tree->job.top = STR("top/below");
    refused(tree, FILES("a", "1"),
            "out: cannot open the output folder: a file stands where a folder is expected; choose another output");
}

static void test_owner(void **state)
{
    Tree *tree = *state;
    tree->job.owner = STR("shop");
    tree->job.owner_hint = STR("set workflow.path in kiln.yaml");
    run(tree, FILES("ci.yml", "1"));
    tree->job.owner = STR("bank");
    refused(tree, FILES("ci.yml", "1"),
            "out/.kiln-owned: this folder's files belong to 'shop', not to 'bank'; set workflow.path in kiln.yaml");
    tree->job.owner = STR("");
    run(tree, FILES("ci.yml", "2"));
    assert_file("out/.kiln-owned", "# owner: shop\n" HEAD "ci.yml\n");
    put("out/.kiln-owned", "ci.yml\n");
    tree->job.owner = STR("bank");
    run(tree, FILES("ci.yml", "2"));
    assert_file("out/.kiln-owned", "# owner: bank\n" HEAD "ci.yml\n");
}

/* ---- paths ---- */

static void test_bad_paths(void **state)
{
    Tree *tree = *state;
    static const struct {
        const char *path, *why;
    } rows[] = {
        {"/etc/passwd", "the output path '/etc/passwd' is absolute"},
        {"", "the output path '' is empty"},
        {"../x", "the output path '../x' has an empty, '.' or '..' part"},
        {"a/../x", "the output path 'a/../x' has an empty, '.' or '..' part"},
        {"a//x", "the output path 'a//x' has an empty, '.' or '..' part"},
        {"a/", "the output path 'a/' has an empty, '.' or '..' part"},
        {"./a", "the output path './a' has an empty, '.' or '..' part"},
        {"a\tb", "the output path 'a\tb' has a control character"},
        {"#a", "the output path '#a' starts like a comment or merge mark of the ownership file"},
        {".kiln-owned", "the output path '.kiln-owned' is the ownership file's"},
        {"a/.kiln-tmp-x", "the output path 'a/.kiln-tmp-x' has a part that starts as temporary files do"},
    };
    for (size_t i = 0; i < LENGTH_OF(rows); i++)
        refused(tree, FILES(rows[i].path, "1"), rows[i].why);
    char *name = arena_alloc(tree->arena, 300);
    memset(name, 'n', 256);
    refused(tree, FILES(name, "1"),
            arena_text(tree->arena,
                       arena_printf(tree->arena, "the output path '%s' has a part of more than 255 bytes", name)));
    memset(name, '\0', 300);
    for (int i = 0; i < 65; i++)
        name[i] = i % 2 ? '/' : 'a';
    refused(tree, FILES(name, "1"),
            arena_text(tree->arena, arena_printf(tree->arena, "the output path '%s' has more than 32 parts", name)));
    name[63] = '\0';
    run(tree, FILES(name, "1"));
    name[255] = '\0';
    memset(name, 'n', 255);
    run(tree, FILES(name, "1"));
}

static void test_twins(void **state)
{
    Tree *tree = *state;
    refused(tree, FILES("a/B", "1", "a/b", "2"),
            "'a/B' and 'a/b' differ only in case, which not every file system keeps apart");
    refused(tree, FILES("a", "1", "b", "1", "a", "1"), "two files are to be written to 'a'");
    refused(tree, FILES("a/b", "1", "a", "1", "a-b/c", "1"), "'a' is to be a file, and a folder for 'a/b'");
    refused(tree, FILES("x/A/b/c", "1", "X/a", "1"), "'x/a' is to be a file, and a folder for 'x/A/b/c'");
}

/* ---- an ownership file that people had their hands on ---- */

static void test_merged_list(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "b", "2", "c", "3"));
    put("out/.kiln-owned", HEAD "c\r\n<<<<<<< ours\nb\n||||||| base\n=======\na\nb\n>>>>>>> theirs\n\n# note\n");
    run(tree, FILES("b", "2"));
    assert_result(tree, 0, 1, 2);
    assert_file("out/.kiln-owned", HEAD "b\n");
}

static void test_hostile_list(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    put("victim", "x");
    put("out/.kiln-owned", "a\n../victim\n");
    refused(tree, FILES("a", "1"),
            "out/.kiln-owned: line 2: the path '../victim' has an empty, '.' or '..' part; remove the line");
    put("out/.kiln-owned", ".kiln-owned\n");
    refused(tree, FILES("a", "1"),
            "out/.kiln-owned: line 1: the path '.kiln-owned' is the ownership file's; remove the line");
    unlink("out/.kiln-owned");
    make_folder("out/.kiln-owned");
    refused(tree, FILES("a", "1"), "out/.kiln-owned: cannot read: Invalid argument");
    assert_file("victim", "x");
}

/* ---- killed runs, and two at once ---- */

static void test_stale_temporaries(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "d/b", "2", "e/c", "3"));
    make_folder("out/theirs");
    put("out/.kiln-tmp-a", "half");
    put("out/d/.kiln-tmp-b", "half");
    put("out/e/.kiln-tmp-c", "half");
    put("out/theirs/.kiln-tmp-x", "not visited");
    run(tree, FILES("a", "1", "d/b", "2"));
    assert_result(tree, 0, 2, 1);
    assert_false(exists("out/.kiln-tmp-a") || exists("out/d/.kiln-tmp-b") || exists("out/e"));
    assert_true(exists("out/theirs/.kiln-tmp-x"));
    put("out/d/.kiln-tmp-b", "half");
    run(tree, FILES("a", "1", "d/b", "2"));
    assert_false(exists("out/d/.kiln-tmp-b"));
}

/* Killed after the union was written, with one file of two done, and wanted again differently. */
static void test_killed_between(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    make_folder("out/d");
    make_folder("out/e");
    put("out/d/new", "done");
    put("out/old", "1");
    put("out/e/.kiln-tmp-late", "half");
    put("out/.kiln-owned", HEAD "d/new\ne/late\nold\n");
    run(tree, FILES("d/new", "changed since"));
    assert_result(tree, 1, 0, 1);
    assert_file("out/d/new", "changed since");
    assert_false(exists("out/e") || exists("out/old"));
    assert_file("out/.kiln-owned", HEAD "d/new\n");
}

/* A write that fails half way leaves the union, so that the next run knows its files. */
static void test_failed_write(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("old", "1"));
    TreePlan *made = plan(tree, FILES("a", "1", "b/c", "2", "d", "3"));
    assert_non_null(made);
    put("out/b", "appeared meanwhile");
    assert_false(tree_write(made, tree->diags, &tree->result));
    assert_message(tree, 0, "out/b: is a file where a folder belongs; move it away or choose another output");
    assert_file("out/.kiln-owned", HEAD "a\nb/c\nd\nold\n");
    assert_true(exists("out/old") && exists("out/a") && !exists("out/d"));
    unlink("out/b");
    run(tree, FILES("a", "1", "b/c", "2", "d", "3"));
    assert_result(tree, 2, 1, 1);
    assert_file("out/.kiln-owned", HEAD "a\nb/c\nd\n");
}

/* Stands for any error of write(2): a full disk takes a disk to fill. */
static void test_write_error(void **state)
{
    Tree *tree = *state;
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 200;
    char *text = arena_alloc(tree->arena, 301);
    memset(text, 'x', 300);
    TreePlan *made = plan(tree, FILES("a", "1", "d/b", text, "d/c", text));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = tree_write(made, tree->diags, &tree->result);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(ok);
    assert_int_equal(diags_count(tree->diags), 1);
    assert_message(tree, 0, "out/d/b: cannot write: File too large");
    assert_true(exists("out/a") && !exists("out/d/b") && !exists("out/d/.kiln-tmp-b"));
}

/* A folder that may not be written is found by the plan. As root, for once as somebody else. */
static void test_read_only(void **state)
{
    Tree *tree = *state;
    run(tree, FILES("a", "1", "d/b", "2"));
    assert_int_equal(chmod(".", 0755) | chmod("out", 0555) | chmod("out/d", 0555), 0);
    if (!geteuid() && seteuid(65534))
        skip();
    TreePlan *same = plan(tree, FILES("a", "1", "d/b", "2"));
    size_t complaints = diags_count(tree->diags);
    if (same)
        tree_plan_release(same);
    TreePlan *other = plan(tree, FILES("a", "9", "d/b", "9", "d/c", "9"));
    Diags *in_folders = tree->diags;
    tree->job.top = STR("out/new/one");
    TreePlan *fresh = plan(tree, FILES("a", "1"));
    assert_int_equal(seteuid(getuid()) | chmod("out", 0755) | chmod("out/d", 0755), 0);
    assert_non_null(same);
    assert_int_equal(complaints, 0);
    assert_null(other);
    assert_null(fresh);
    assert_message(tree, 0, "out: cannot create the output folder: Permission denied");
    tree->diags = in_folders;
    assert_int_equal(diags_count(in_folders), 2);
    assert_message(tree, 0, "out: cannot write to the folder: Permission denied");
    assert_message(tree, 1, "out/d: cannot write to the folder: Permission denied");
}

static void test_lock(void **state)
{
    Tree *tree = *state;
    make_folder("out");
    int fd = open("out", O_RDONLY | O_DIRECTORY);
    pid_t child = fork();
    if (!child) {
        flock(fd, LOCK_EX);
        usleep(300000);
        _exit(0);
    }
    close(fd);
    usleep(100000);
    run(tree, FILES("a", "1"));
    assert_int_equal(waitpid(child, NULL, 0), child);

    TreePlan *made = plan(tree, FILES("a", "2"));
    Diags *first = tree->diags;
    assert_null(plan(tree, FILES("a", "2")));
    assert_message(tree, 0, "out: another kiln is writing this folder; try again when it has ended");
    assert_true(tree_write(made, first, &tree->result));
}

/* Another run made the folder after this one had planned, and ended: what it left is taken into account. */
static void test_appeared_meanwhile(void **state)
{
    Tree *tree = *state;
    TreePlan *made = plan(tree, FILES("a", "1"));
    make_folder("out");
    put("out/.kiln-owned", "b\n");
    put("out/b", "theirs");
    assert_true(tree_write(made, tree->diags, &tree->result));
    assert_true(exists("out/a"));
    assert_false(exists("out/b"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fresh),
        TEST(test_nothing_wanted),
        TEST(test_unchanged),
        TEST(test_change_and_new),
        TEST(test_same_size_and_large),
        TEST(test_changes_listed),
        TEST(test_prune),
        TEST(test_scope),
        TEST(test_stale_replaced_by_others),
        TEST(test_foreign),
        TEST(test_every_problem),
        TEST(test_adoption),
        TEST(test_yielding),
        TEST(test_yielding_kinds),
        TEST(test_found),
        TEST(test_packs),
        TEST(test_attributes),
        TEST(test_links),
        TEST(test_linked_top),
        TEST(test_wrong_kinds),
        TEST(test_owner),
        TEST(test_bad_paths),
        TEST(test_twins),
        TEST(test_merged_list),
        TEST(test_hostile_list),
        TEST(test_stale_temporaries),
        TEST(test_killed_between),
        TEST(test_failed_write),
        TEST(test_write_error),
        TEST(test_read_only),
        TEST(test_lock),
        TEST(test_appeared_meanwhile),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
