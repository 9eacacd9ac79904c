/*
 * The files of a folder at a commit. Trees are read as the walk meets them, so that only what a project looks at is
 * asked for. Whoever has listed a folder and reads one of its files will read the others like it, so those are asked
 * for together: a question costs two changes of process, a hundred at once hardly more.
 */
#include "git_private.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { TREE_LIMIT = 16 * 1024 * 1024 };

typedef enum EntryKind { ENTRY_FILE, ENTRY_FOLDER, ENTRY_LINK, ENTRY_SUBMODULE } EntryKind;

typedef struct Folder Folder;

typedef struct Entry {
    Str name;
    Str id;
    EntryKind kind;
    Folder *folder; /* once it has been read */
    bool known;     /* likewise: size, and text where it was not too large */
    size_t size;
    Str text;
} Entry;

struct Folder {
    Entry *entries; /* by name, in byte order */
    size_t count;
    bool listed;
};

typedef struct GitStore {
    FileStore store; /* first: a FileStore is what everybody else has */
    const Git *git;
    Diags *diags;
    Batch *batch;
    Folder *root; /* NULL: the folder is not there at this commit */
    bool broken;
    pthread_mutex_t lock;
} GitStore;

static int store_fail(GitStore *store)
{
    store->broken = true;
    return ECANCELED;
}

static int store_lacks(GitStore *store, Str object)
{
    diag_plain_error(store->diags, "the repository around %.*s lacks object %.*s; run 'git fsck'",
                     STR_ARG(store->git->folder), STR_ARG(object));
    return store_fail(store);
}

/* ---- trees ---- */

static bool mode_kind(Str mode, EntryKind *kind)
{
    static const struct {
        Str start;
        EntryKind kind;
    } modes[] = {
        {{"100", 3}, ENTRY_FILE}, {{"40", 2}, ENTRY_FOLDER}, {{"120", 3}, ENTRY_LINK}, {{"160", 3}, ENTRY_SUBMODULE}};
    for (size_t i = 0; i < LENGTH_OF(modes); i++) {
        if (str_starts(mode, modes[i].start)) {
            *kind = modes[i].kind;
            return true;
        }
    }
    return false;
}

/* Git itself writes no such names, but takes them from others. */
static bool name_is_sound(Str name)
{
    return name.size && !str_has_char(name, '/') && !str_equal(name, STR(".")) && !str_equal(name, STR(".."));
}

static Str hex(Arena *arena, Str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 2 * bytes.size + 1);
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[(unsigned char)bytes.data[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes.data[i] & 15];
    }
    return (Str){text, 2 * bytes.size};
}

/* "MODE NAME\0ID", the id as bytes: as many as the repository's hash has. */
static bool entry_parse(Arena *arena, Str *rest, size_t id_size, Entry *entry)
{
    Str mode;
    if (!str_split(rest, ' ', &mode) || !rest->data || !mode_kind(mode, &entry->kind))
        return false;
    if (!str_split(rest, '\0', &entry->name) || rest->size < id_size || !name_is_sound(entry->name))
        return false;
    entry->id = hex(arena, str_slice(*rest, 0, id_size));
    *rest = str_slice(*rest, id_size, rest->size);
    return true;
}

static int entry_order(const void *a, const void *b)
{
    return str_compare(((const Entry *)a)->name, ((const Entry *)b)->name);
}

static Folder *folder_parse(Arena *arena, Str tree, size_t id_size)
{
    Folder *folder = ARENA_NEW(arena, Folder);
    size_t capacity = 0;
    while (tree.size) {
        Entry entry = {0};
        if (!entry_parse(arena, &tree, id_size, &entry))
            return NULL;
        ARENA_GROW(arena, folder->entries, folder->count, capacity);
        folder->entries[folder->count++] = entry;
    }
    /* Git's own order takes a folder's name as if a slash followed it. */
    if (folder->count > 1)
        qsort(folder->entries, folder->count, sizeof *folder->entries, entry_order);
    return folder;
}

/* id: of a tree, or what git takes for one. */
static int read_tree(GitStore *store, Str object, size_t id_size, Folder **folder)
{
    BatchAnswer answer;
    if (!batch_ask(store->batch, object) || !batch_answer(store->batch, store->git->arena, TREE_LIMIT, &answer))
        return store_fail(store);
    if (!answer.size && str_equal(answer.kind, STR("missing")))
        return store_lacks(store, object);
    *folder = str_equal(answer.kind, STR("tree")) && answer.text.data
                  ? folder_parse(store->git->arena, answer.text, id_size)
                  : NULL;
    if (*folder)
        return 0;
    diag_plain_error(store->diags, "the repository around %.*s holds a damaged tree, %.*s; run 'git fsck'",
                     STR_ARG(store->git->folder), STR_ARG(object));
    return store_fail(store);
}

static Entry *folder_find(Folder *folder, Str name)
{
    size_t low = 0;
    for (size_t high = folder->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(folder->entries[middle].name, name);
        if (order == 0)
            return &folder->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- walking ---- */

/* As the disk answers when a part of a path is no folder. */
static int enter(GitStore *store, Entry *entry, Folder **folder)
{
    static const int errors[] = {
        [ENTRY_FILE] = ENOTDIR, [ENTRY_LINK] = ELOOP, [ENTRY_SUBMODULE] = EXDEV, [ENTRY_FOLDER] = 0};
    if (errors[entry->kind])
        return errors[entry->kind];
    int error = entry->folder ? 0 : read_tree(store, entry->id, entry->id.size / 2, &entry->folder);
    *folder = entry->folder;
    return error;
}

/* *at is the folder that holds *entry. */
static int walk(GitStore *store, Str path, Folder **at, Entry **entry)
{
    Str part;
    *at = store->root;
    *entry = NULL;
    if (!path.data)
        return EINVAL;
    while (str_split(&path, '/', &part)) {
        if (!name_is_sound(part) || str_has_char(part, '\0'))
            return EINVAL;
        int error = *entry ? enter(store, *entry, at) : 0;
        if (error)
            return error;
        *entry = *at ? folder_find(*at, part) : NULL;
        if (!*entry)
            return ENOENT;
    }
    assert(*entry); /* even nothing is one part, of no characters */
    return 0;
}

/* ---- reading ---- */

static Str extension(Str name)
{
    ptrdiff_t dot = str_rfind_char(name, '.');
    return dot < 0 ? STR("") : str_slice(name, (size_t)dot, name.size);
}

static int take_text(GitStore *store, Entry *entry, size_t limit)
{
    BatchAnswer answer;
    if (!batch_answer(store->batch, store->git->arena, limit, &answer))
        return store_fail(store);
    if (!str_equal(answer.kind, STR("blob")))
        return store_lacks(store, entry->id);
    entry->known = true;
    entry->size = answer.size;
    entry->text = answer.text;
    return 0;
}

/* The entry, and those behind it that will be read next. */
static int read_ahead(GitStore *store, Folder *folder, Entry *entry, size_t limit)
{
    Entry *asked[256];
    size_t count = 0, window = batch_window(entry->id);
    Str like = extension(entry->name);
    if (!folder->listed)
        window = 1;
    window = window < LENGTH_OF(asked) ? window : LENGTH_OF(asked);
    for (Entry *at = entry; at < folder->entries + folder->count && count < window; at++) {
        if (at->kind != ENTRY_FILE || (at != entry && (at->known || !str_equal(extension(at->name), like))))
            continue;
        if (!batch_ask(store->batch, at->id))
            return store_fail(store);
        asked[count++] = at;
    }
    int error = 0;
    for (size_t i = 0; i < count && !error; i++)
        error = take_text(store, asked[i], limit);
    return error;
}

static int read_entry(GitStore *store, Folder *folder, Entry *entry, size_t limit, Str *text)
{
    static const int errors[] = {
        [ENTRY_FILE] = 0, [ENTRY_LINK] = ELOOP, [ENTRY_SUBMODULE] = EXDEV, [ENTRY_FOLDER] = EISDIR};
    if (errors[entry->kind])
        return errors[entry->kind];
    bool had = entry->known && (entry->text.data || entry->size > limit);
    int error = had ? 0 : read_ahead(store, folder, entry, limit);
    if (error)
        return error;
    *text = entry->text;
    return entry->size > limit ? EFBIG : 0;
}

static int git_read(const FileStore *files, Arena *arena, Str path, size_t limit, Str *text)
{
    GitStore *store = (GitStore *)files;
    Folder *folder;
    Entry *entry;
    (void)arena; /* what is read ahead outlives it */
    pthread_mutex_lock(&store->lock);
    int error = store->broken ? ECANCELED : walk(store, path, &folder, &entry);
    if (!error)
        error = read_entry(store, folder, entry, limit, text);
    pthread_mutex_unlock(&store->lock);
    return error;
}

static void list_entries(Arena *arena, Folder *folder, FileEntry **entries, size_t *count)
{
    folder->listed = true;
    *count = folder->count;
    *entries = ARENA_ARRAY(arena, FileEntry, folder->count + 1);
    for (size_t i = 0; i < folder->count; i++) {
        const Entry *entry = &folder->entries[i];
        /* A submodule that is not checked out is an empty folder. */
        (*entries)[i] = (FileEntry){.name = arena_copy(arena, entry->name),
                                    .is_folder = entry->kind == ENTRY_FOLDER || entry->kind == ENTRY_SUBMODULE,
                                    .is_regular = entry->kind == ENTRY_FILE,
                                    .is_link = entry->kind == ENTRY_LINK};
    }
}

static int git_list(const FileStore *files, Arena *arena, Str path, FileEntry **entries, size_t *count)
{
    GitStore *store = (GitStore *)files;
    Folder *folder;
    Entry *entry;
    *entries = NULL;
    *count = 0;
    pthread_mutex_lock(&store->lock);
    int error = store->broken ? ECANCELED : walk(store, path, &folder, &entry);
    if (!error)
        error = enter(store, entry, &folder);
    if (!error)
        list_entries(arena, folder, entries, count);
    pthread_mutex_unlock(&store->lock);
    return error;
}

/* ---- beginning and end ---- */

/* The project's own folder at the commit; there may be none, or something else. */
static bool open_root(GitStore *store, Str commit)
{
    Arena *arena = store->git->arena;
    Str object = arena_printf(arena, "%.*s^{tree}", STR_ARG(commit)), prefix = store->git->prefix;
    if (read_tree(store, object, commit.size / 2, &store->root))
        return false;
    if (!prefix.size)
        return true;
    Folder *folder;
    Entry *entry;
    int error = walk(store, str_slice(prefix, 0, prefix.size - 1), &folder, &entry);
    if (!error)
        error = enter(store, entry, &folder);
    store->root = error ? NULL : folder;
    return !store->broken;
}

FileStore *git_store_open(const Git *git, Str commit, Diags *diags)
{
    GitStore *store = ARENA_NEW(git->arena, GitStore);
    *store = (GitStore){.store = {git_read, git_list}, .git = git, .diags = diags};
    store->batch = batch_new(git, diags);
    if (!store->batch)
        return NULL;
    pthread_mutex_init(&store->lock, NULL);
    if (open_root(store, commit))
        return &store->store;
    git_store_close(&store->store);
    return NULL;
}

void git_store_close(FileStore *files)
{
    GitStore *store = (GitStore *)files;
    batch_free(store->batch);
    pthread_mutex_destroy(&store->lock);
}
