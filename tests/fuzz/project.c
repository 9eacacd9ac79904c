/*
 * A whole project out of one text, its files apart by lines "=== PATH", rendered as far as it goes. Reads no disk: the
 * files are a store of their own.
 */
#include <errno.h>

#include "fuzz.h"
#include "kiln/pipeline.h"

enum { FILES = 16 };

typedef struct Store {
    FileStore store;
    struct {
        Str path, text;
    } files[FILES];
    size_t count;
} Store;

static int text_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text)
{
    const Store *files = (const Store *)store;
    for (size_t i = 0; i < files->count; i++) {
        if (str_equal(files->files[i].path, path)) {
            *text = arena_copy(arena, files->files[i].text);
            return text->size > limit ? EFBIG : 0;
        }
    }
    return ENOENT;
}

/* Files alone: nothing has folders inside its folders but templates. */
static int text_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    const Store *files = (const Store *)store;
    *entries = ARENA_ARRAY(arena, FileEntry, FILES);
    *count = 0;
    for (size_t i = 0; i < files->count; i++) {
        Str file = files->files[i].path;
        if (file.size <= path.size + 1 || !str_starts(file, path) || file.data[path.size] != '/')
            continue;
        Str name = str_slice(file, path.size + 1, file.size);
        if (!str_has_char(name, '/'))
            (*entries)[(*count)++] = (FileEntry){.name = name, .is_regular = true};
    }
    return *count ? 0 : ENOENT;
}

static void take_apart(Store *store, Str text)
{
    const Str mark = STR("\n=== ");
    size_t at = str_starts(text, str_slice(mark, 1, mark.size)) ? mark.size - 1 : text.size;
    while (at < text.size && store->count < FILES) {
        ptrdiff_t end = str_find(text, mark, at);
        Str part = str_slice(text, at, end < 0 ? text.size : (size_t)end + 1), path;
        str_split(&part, '\n', &path);
        store->files[store->count].path = path;
        store->files[store->count++].text = part.data ? part : STR("");
        at = end < 0 ? text.size : (size_t)end + mark.size;
    }
}

static void render(Fuzz *fuzz, const RenderRequest *request)
{
    RenderSession *session = session_open(fuzz->arena, request, fuzz->sources, fuzz->diags);
    REQUIRE(session || diags_error_count(fuzz->diags) > 0);
    if (!session)
        return;
    const Project *project = session_project(session);
    RenderedTexts texts, workflows;
    for (size_t i = 0; i < project->environment_count && i < 2; i++) {
        bool ok = session_environment(session, &project->environments[i], fuzz->arena, &texts);
        REQUIRE(ok || diags_error_count(fuzz->diags) > 0);
    }
    bool ok = session_once(session, fuzz->arena, &texts, &workflows);
    REQUIRE(ok || diags_error_count(fuzz->diags) > 0);
    session_close(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    Store store = {.store = {text_read, text_list}};
    take_apart(&store, fuzz.input);
    const ProjectPlace place = {&store.store, STR("/nowhere/shop"), STR("")};
    const RenderRequest request = {.place = &place, .stream = true};
    render(&fuzz, &request);
    return fuzz_end(&fuzz);
}
