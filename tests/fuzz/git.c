/*
 * A project at a revision, from a git that answers what it likes: well-formed trees and blobs with odd names, modes
 * and ids, what is missing or of another kind, or just bytes. Only the process is a pretence; its talk is the real
 * one.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "generate.h"

static ssize_t fuzz_send(size_t size);
static ssize_t fuzz_answer(void *into, size_t size);
#define send(fd, text, size, flags) fuzz_send(size)
#define read(fd, into, size) fuzz_answer(into, size)
#include "../../src/git/batch.c"
#include "../../src/git/store.c"
#undef send
#undef read

/* One run's git; reset for each input. */
static FuzzBytes answers;
static Arena *answers_arena;
static size_t answered;

static ssize_t fuzz_send(size_t size)
{
    return (ssize_t)size;
}

static void add_entry(Buf *tree)
{
    static const char *const modes[] = {"100644", "100755", "40000", "120000", "160000", "100644 ", "", "7"};
    static const char *const names[] = {"a", "b", "services", "kiln.yaml", "x.yaml", "y.yaml", "..", "."};
    uint8_t which = fuzz_byte(&answers);
    buf_printf(tree, "%s ", modes[which % 32 < 24 ? which % 5 : which % 8]);
    if (which < 224)
        buf_add(tree, str_from(names[which / 32 < 6 ? which / 32 : 6 + (which & 1)]));
    else
        buf_add(tree, fuzz_text(&answers, answers_arena));
    buf_add_char(tree, '\0');
    buf_add_repeat(tree, (char)fuzz_byte(&answers), which == 255 ? 3 : 20);
}

static Str next_answer(void)
{
    Buf body = {0}, answer = {0};
    uint8_t how = fuzz_byte(&answers);
    if (how % 8 < 4)
        for (int i = how / 16; i > 0; i--)
            add_entry(&body);
    else
        buf_add(&body, fuzz_text(&answers, answers_arena));
    if (how % 8 == 6)
        buf_printf(&answer, "0123 missing\n");
    else if (how % 8 == 7)
        buf_add(&answer, buf_str(&body));
    else
        buf_printf(&answer, "0123 %s %zu\n%.*s\n", how % 8 < 4 ? "tree" : "blob", body.size, STR_ARG(buf_str(&body)));
    buf_release(&body);
    /* printf ends at a zero. */
    Str text = arena_copy(answers_arena, buf_str(&answer));
    buf_release(&answer);
    return text;
}

static ssize_t fuzz_answer(void *into, size_t size)
{
    if (!answers.left || answered++ > 2000)
        return 0;
    Str text = next_answer();
    size_t got = text.size < size ? text.size : size;
    if (got)
        memcpy(into, text.data, got);
    return got ? (ssize_t)got : fuzz_answer(into, size);
}

bool git_start(const Git *git, const char *const *args, GitProcess *process, Diags *diags)
{
    (void)git, (void)args, (void)diags;
    *process = (GitProcess){.in = -1, .out = -1, .errors = -1};
    return true;
}

int git_finish(const Git *git, GitProcess *process, Str *errors)
{
    (void)git, (void)process;
    *errors = STR("fatal: unable to read object");
    return 128;
}

void git_report(const Git *git, Str errors, Diags *diags)
{
    (void)git;
    diag_plain_error(diags, "git: %.*s", STR_ARG(errors));
}

/* Everything below a folder, as far as it goes. */
static void visit(const FileStore *store, Arena *arena, Str path, unsigned depth)
{
    FileEntry *entries;
    size_t count;
    int error = store_list(store, arena, path, &entries, &count);
    for (size_t i = 0; !error && i < count && depth; i++) {
        REQUIRE(entries[i].name.size && !str_has_char(entries[i].name, '/') &&
                !str_equal(entries[i].name, STR("..")));
        Str inner = arena_printf(arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(entries[i].name)), text = STR_NONE;
        if (!store_read(store, arena, inner, 64, &text))
            REQUIRE(text.data && text.size <= 64);
        if (entries[i].is_folder)
            visit(store, arena, inner, depth - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin((const uint8_t *)"", 0);
    answers = (FuzzBytes){data, size};
    answers_arena = fuzz.arena;
    answered = 0;
    Git git = {.arena = fuzz.arena, .folder = STR("/shop"), .prefix = STR("")};
    git.prefix = fuzz_byte(&answers) & 1 ? STR("a/") : STR("");
    FileStore *store = git_store_open(&git, STR("0123456789012345678901234567890123456789"), fuzz.diags);
    REQUIRE(store || diags_error_count(fuzz.diags) > 0);
    if (store) {
        visit(store, fuzz.arena, STR("services"), 4);
        visit(store, fuzz.arena, STR("a"), 4);
        git_store_close(store);
    }
    return fuzz_end(&fuzz);
}
