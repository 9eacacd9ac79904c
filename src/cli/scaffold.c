/* New files for people. It knows neither a project nor a service, only paths and texts. */
#include "scaffold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiln/jsone.h"

Scaffold scaffold_begin(Arena *arena)
{
    Sources *sources = sources_new(arena);
    return (Scaffold){.arena = arena, .sources = sources, .diags = diags_new(arena, sources)};
}

void scaffold_add(Scaffold *scaffold, Str path, Str text)
{
    ARENA_GROW(scaffold->arena, scaffold->files, scaffold->count, scaffold->capacity);
    scaffold->files[scaffold->count++] = (ScaffoldFile){.path = path, .text = text};
}

/* ---- texts ---- */

/* The lines that stand here. */
static Str chosen_lines(Arena *arena, Str text, bool port)
{
    Buf lines = {0};
    Str rest = text, line;
    while (str_split(&rest, '\n', &line)) {
        bool on_port = str_starts(line, STR("#port|")), otherwise = str_starts(line, STR("#else|"));
        if ((on_port && !port) || (otherwise && port))
            continue;
        buf_add(&lines, on_port || otherwise ? str_slice(line, 6, line.size) : line);
        if (rest.data)
            buf_add_char(&lines, '\n');
    }
    Str chosen = arena_copy(arena, buf_str(&lines));
    buf_release(&lines);
    return chosen;
}

bool scaffold_add_template(Scaffold *scaffold, Str path, Str label, Str text, const Value *context)
{
    Arena *arena = scaffold->arena;
    const Source *source =
        sources_add(scaffold->sources, label, chosen_lines(arena, text, value_path(context, "service.port")), true);
    if (!source)
        return false;
    const Value *string = value_new_string(arena, source->base, source->text);
    const Template *compiled = jsone_compile(arena, string, scaffold->diags);
    JsoneRun run = jsone_run(arena, scaffold->diags);
    const JsoneScope scope = jsone_scope(context, NULL);
    const Value *made = compiled ? jsone_eval(&run, compiled, &scope) : NULL;
    if (made)
        scaffold_add(scaffold, path, value_text(made));
    return made;
}

/* ---- writing ---- */

typedef struct Writing {
    Scaffold *scaffold;
    Str lead;
    int root;
    Str *made; /* folders that this run made, outermost first */
    size_t made_count;
    size_t made_capacity;
    size_t files_left;
} Writing;

static bool failed_at(const Writing *writing, Str path, int error)
{
    bool in_the_way = error == ELOOP || error == ENOTDIR;
    cli_error("cannot create %.*s%.*s: %s; nothing was written", STR_ARG(writing->lead), STR_ARG(path),
              in_the_way ? "a symbolic link or a file is in the way of its folder" : strerror(error));
    return false;
}

/* A folder within another, made where it is missing; -1: errno. No symbolic link is followed. */
static int enter(Writing *writing, int at, Str name, Str path)
{
    const char *text = arena_text(writing->scaffold->arena, name);
    if (!mkdirat(at, text, 0777)) {
        ARENA_GROW(writing->scaffold->arena, writing->made, writing->made_count, writing->made_capacity);
        writing->made[writing->made_count++] = path;
    } else if (errno != EEXIST) {
        return -1;
    }
    return openat(at, text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The folder of a file. */
static int open_folder(Writing *writing, Str path)
{
    int at = dup(writing->root);
    Str rest = path, part;
    while (at >= 0 && str_split(&rest, '/', &part) && rest.data) {
        int next = enter(writing, at, part, str_slice(path, 0, (size_t)(rest.data - 1 - path.data)));
        int error = errno;
        close(at);
        errno = error;
        at = next;
    }
    return at;
}

static const char *base_name(Arena *arena, Str path)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    return arena_text(arena, str_slice(path, (size_t)(slash + 1), path.size));
}

/* What stands there already is kept, whatever it is. */
static void look(Writing *writing)
{
    for (size_t i = 0; i < writing->scaffold->count; i++) {
        ScaffoldFile *file = &writing->scaffold->files[i];
        struct stat status;
        file->kept =
            !fstatat(writing->root, arena_text(writing->scaffold->arena, file->path), &status, AT_SYMLINK_NOFOLLOW);
    }
}

/* Locked, where the file system can, so that leftovers are not what another run is about to rename. */
static int create(Arena *arena, int at, const char *name, Str text)
{
    (void)!flock(at, LOCK_EX);
    int error = file_write_new(at, name, text);
    file_remove_leftovers(arena, at);
    return error;
}

static bool write_file(Writing *writing, const ScaffoldFile *file)
{
    int at = open_folder(writing, file->path);
    if (at < 0)
        return failed_at(writing, file->path, errno);
    Arena *arena = writing->scaffold->arena;
    int error = create(arena, at, base_name(arena, file->path), file->text);
    close(at);
    return !error || failed_at(writing, file->path, error);
}

/* Files before the folders that were made for them. */
static void undo(const Writing *writing)
{
    for (size_t i = writing->files_left; i < writing->scaffold->count; i++) {
        const ScaffoldFile *file = &writing->scaffold->files[i];
        if (!file->kept)
            unlinkat(writing->root, arena_text(writing->scaffold->arena, file->path), 0);
    }
    for (size_t i = writing->made_count; i-- > 0;)
        unlinkat(writing->root, arena_text(writing->scaffold->arena, writing->made[i]), AT_REMOVEDIR);
}

/* The first file, the definition, comes last: a run that was killed before it can be repeated, as if nothing were there yet. */
static bool write_files(Writing *writing)
{
    look(writing);
    Scaffold *scaffold = writing->scaffold;
    for (writing->files_left = scaffold->count; writing->files_left; writing->files_left--) {
        const ScaffoldFile *file = &scaffold->files[writing->files_left - 1];
        if (!file->kept && !write_file(writing, file)) {
            undo(writing);
            return false;
        }
    }
    return true;
}

static bool say_what_came(const Scaffold *scaffold, Str lead)
{
    Buf out = {0};
    for (size_t i = 0; i < scaffold->count; i++) {
        const ScaffoldFile *file = &scaffold->files[i];
        buf_printf(&out, "%s %.*s%.*s%s\n", file->kept ? "kept   " : "created", STR_ARG(lead), STR_ARG(file->path),
                   file->kept ? " (it was there)" : "");
    }
    return cli_print_text(&out) == EXIT_CLEAN;
}

bool scaffold_write(Scaffold *scaffold, const char *folder, Str lead)
{
    Writing writing = {.scaffold = scaffold, .lead = lead};
    writing.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writing.root < 0) {
        cli_error("cannot open folder %s: %s", folder, strerror(errno));
        return false;
    }
    (void)!flock(writing.root, LOCK_EX); /* two at once would each keep what the other takes back */
    bool written = write_files(&writing);
    close(writing.root);
    return written && say_what_came(scaffold, lead);
}
