/*
 * A conversation with git cat-file --batch: an object's name goes out as a line, "ID KIND SIZE", the object and a
 * newline come back. Several questions may be out at once, as long as all of them fit into the smallest pipe: then
 * git, which may itself be waiting to be read, never keeps us from writing.
 */
#include "git_private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OUTSTANDING = 4096, CHUNK = 64 * 1024, HEADER = 8192 };

struct Batch {
    const Git *git;
    Diags *diags;
    GitProcess process;
    bool ended;
    size_t from, to; /* what of chunk has not been taken yet */
    char chunk[CHUNK];
};

Batch *batch_new(const Git *git, Diags *diags)
{
    static const char *const args[] = {"cat-file", "--batch", NULL};
    Batch *batch = ARENA_NEW(git->arena, Batch);
    batch->git = git;
    batch->diags = diags;
    return git_start(git, args, &batch->process, diags) ? batch : NULL;
}

void batch_free(Batch *batch)
{
    Str errors;
    if (!batch->ended)
        (void)git_finish(batch->git, &batch->process, &errors);
    batch->ended = true;
}

/* Git ends where an object is damaged, or promised by a remote that it may not ask. */
static bool fail(Batch *batch)
{
    if (batch->ended)
        return false;
    batch->ended = true;
    Str errors;
    (void)git_finish(batch->git, &batch->process, &errors);
    if (str_find(errors, STR("from promisor remote"), 0) >= 0)
        diag_plain_error(batch->diags, "this clone is partial and lacks files of the revision, and kiln fetches "
                                       "nothing; clone without --filter (actions/checkout: leave out 'filter')");
    else
        git_report(batch->git, errors, batch->diags);
    return false;
}

size_t batch_window(Str id)
{
    return OUTSTANDING / (id.size + 1);
}

static bool put(Batch *batch, Str text)
{
    while (text.size) {
        ssize_t sent = send(batch->process.in, text.data, text.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return fail(batch);
        text = str_slice(text, (size_t)sent, text.size);
    }
    return true;
}

bool batch_ask(Batch *batch, Str object)
{
    if (batch->ended)
        return false;
    return put(batch, object) && put(batch, STR("\n"));
}

static bool more(Batch *batch)
{
    if (batch->from < batch->to)
        return true;
    ssize_t got;
    do
        got = read(batch->process.out, batch->chunk, CHUNK);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return fail(batch);
    batch->from = 0;
    batch->to = (size_t)got;
    return true;
}

/* into NULL: out of sight. */
static bool take(Batch *batch, char *into, size_t size)
{
    while (size) {
        if (!more(batch))
            return false;
        size_t part = batch->to - batch->from < size ? batch->to - batch->from : size;
        if (into) {
            memcpy(into, batch->chunk + batch->from, part);
            into += part;
        }
        batch->from += part;
        size -= part;
    }
    return true;
}

static bool take_line(Batch *batch, char line[HEADER], Str *text)
{
    size_t size = 0;
    for (; size < HEADER; size++) {
        if (!take(batch, line + size, 1))
            return false;
        if (line[size] == '\n')
            break;
    }
    *text = (Str){line, size};
    return size < HEADER || fail(batch);
}

static bool size_parse(Str text, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *size > (SIZE_MAX - 9) / 10)
            return false;
        *size = *size * 10 + (size_t)(text.data[i] - '0');
    }
    return text.size > 0;
}

bool batch_answer(Batch *batch, Arena *arena, size_t limit, BatchAnswer *answer)
{
    char line[HEADER];
    Str rest, word;
    *answer = (BatchAnswer){0};
    if (batch->ended || !take_line(batch, line, &rest))
        return false;
    /* What was asked for comes first, and a name may have blanks: the last word is the size, or "missing". */
    ptrdiff_t blank = str_rfind_char(rest, ' ');
    word = str_slice(rest, (size_t)(blank + 1), rest.size);
    if (!size_parse(word, &answer->size)) {
        answer->kind = STR("missing");
        return true;
    }
    rest = str_slice(rest, 0, blank < 0 ? 0 : (size_t)blank);
    bool kept = answer->size <= limit;
    char *text = kept ? arena_alloc(arena, answer->size + 1) : NULL;
    answer->kind = arena_copy(arena, str_slice(rest, (size_t)(str_rfind_char(rest, ' ') + 1), rest.size));
    answer->text = (Str){text, kept ? answer->size : 0};
    return take(batch, text, answer->size) && take(batch, NULL, 1);
}
