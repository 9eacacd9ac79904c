/*
 * Paths inside a tree: which are allowed, and which of one job get in each other's way. Nothing here looks at the
 * disk.
 */
#include "tree_private.h"

#include <errno.h>

#include <stdlib.h>

bool is_merge_mark(Str line)
{
    static const char *const marks[] = {"<<<<<<<", "|||||||", "=======", ">>>>>>>"};
    for (size_t i = 0; i < LENGTH_OF(marks); i++)
        if (str_starts(line, str_from(marks[i])))
            return true;
    return false;
}

static const char *segment_why(Str segment)
{
    if (name_is_git(segment))
        return "has a part called .git, where git keeps its own";
    if (!segment.size || str_equal(segment, STR(".")) || str_equal(segment, STR("..")))
        return "has an empty, '.' or '..' part";
    if (segment.size > NAME_MAX)
        return "has a part of more than 255 bytes";
    if (str_starts(segment, STR(FILE_TEMPORARY_PREFIX)))
        return "has a part that starts as temporary files do";
    return NULL;
}

const char *path_why(Str text)
{
    if (!text.size)
        return "is empty";
    if (text.data[0] == '/')
        return "is absolute";
    /* What would not come back from the ownership file as the same line. */
    if (text.data[0] == '#' || is_merge_mark(text))
        return "starts like a comment or merge mark of the ownership file";
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return "has a control character";
    if (str_equal(text, STR(TREE_OWNERSHIP_FILE)))
        return "is the ownership file's";
    Str rest = text, segment;
    size_t depth = 0;
    while (str_split(&rest, '/', &segment)) {
        const char *why = segment_why(segment);
        if (why)
            return why;
        if (++depth > TREE_DEPTH_MAX)
            return "has more than 32 parts";
    }
    return NULL;
}

Str path_label(Arena *arena, const TreeJob *job, Str path)
{
    Str label = job->label;
    if (!label.size)
        return path;
    if (!path.size)
        return label;
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(label), str_ends(label, STR("/")) ? "" : "/", STR_ARG(path));
}

void path_error(Diags *diags, const TreeJob *job, Str path, const char *what, int error)
{
    const char *why = error == ENOTDIR ? "a file stands where a folder is expected; choose another output"
                      : error == ELOOP ? "a symbolic link is in the way, and kiln follows none; remove it"
                                       : strerror(error);
    diag_file_error(diags, path_label(diags_arena(diags), job, path), "%s: %s", what, why);
}

static int file_compare(const void *a, const void *b)
{
    return str_compare((*(const TreeFile *const *)a)->path, (*(const TreeFile *const *)b)->path);
}

/* Files mostly arrive sorted; then the one pass that finds out is all. */
static const TreeFile **sorted_files(Arena *arena, const TreeJob *job)
{
    const TreeFile **files = ARENA_ARRAY(arena, const TreeFile *, job->count);
    bool sorted = true;
    for (size_t i = 0; i < job->count; i++) {
        files[i] = &job->files[i];
        sorted = sorted && (!i || str_compare(files[i - 1]->path, files[i]->path) <= 0);
    }
    if (!sorted)
        qsort(files, job->count, sizeof *files, file_compare);
    return files;
}

/* ASCII only: what kiln names is ASCII, and file systems disagree about the rest. */
static Str folded(Arena *arena, Str path)
{
    size_t at = 0;
    while (at < path.size && !(path.data[at] >= 'A' && path.data[at] <= 'Z'))
        at++;
    if (at == path.size)
        return path;
    char *text = arena_text(arena, path);
    for (; at < path.size; at++)
        if (text[at] >= 'A' && text[at] <= 'Z')
            text[at] = (char)(text[at] - 'A' + 'a');
    return (Str){text, path.size};
}

static void report_twin(Diags *diags, const TreeFile *file, const TreeFile *other)
{
    if (str_equal(file->path, other->path))
        diag_error(diags, file->origin, "two files are to be written to '%.*s'", STR_ARG(file->path));
    else
        diag_error(diags, file->origin,
                   "'%.*s' and '%.*s' differ only in case, which not every file system keeps apart",
                   STR_ARG(other->path), STR_ARG(file->path));
}

/* What some file system does not take, or takes for the same as another: letters with marks have two spellings. */
static const char *unportable_why(Str path)
{
    for (size_t i = 0; i < path.size; i++) {
        if ((unsigned char)path.data[i] > '~' || strchr("\\:*?\"<>|", path.data[i]))
            return "has a character that not every file system takes; use letters of ASCII, digits, '.', '_' and '-'";
    }
    Str segment;
    while (str_split(&path, '/', &segment)) {
        if (name_is_device(segment))
            return "has a part that Windows keeps for a device, so it cannot be checked out there; rename it";
    }
    return NULL;
}

static void check_path(Diags *diags, const TreeFile *file)
{
    const char *why = path_why(file->path);
    if (!why)
        why = unportable_why(file->path);
    if (why)
        diag_error(diags, file->origin, "the output path '%.*s' %s", STR_ARG(file->path), why);
}

/* A folder of this file that another file is to be: reported, once per folder. */
static void check_folders(Diags *diags, const Index *index, const TreeFile *file, Str path)
{
    for (size_t i = 0; i < path.size; i++) {
        Str folder = str_slice(path, 0, i);
        if (path.data[i] == '/' && index_get(index, folder) != INDEX_NONE) {
            diag_error(diags, file->origin, "'%.*s' is to be a file, and a folder for '%.*s'", STR_ARG(folder),
                       STR_ARG(file->path));
            return;
        }
    }
}

static Str folder_of(Str path)
{
    ptrdiff_t slash = str_rfind_char(path, '/');
    return slash < 0 ? STR("") : str_slice(path, 0, (size_t)slash);
}

const TreeFile **paths_check(Arena *arena, const TreeJob *job, Diags *diags)
{
    size_t errors = diags_error_count(diags);
    const TreeFile **files = sorted_files(arena, job);
    Index *index = index_new(arena, job->count);
    for (size_t i = 0; i < job->count; i++) {
        check_path(diags, files[i]);
        uint32_t first = index_put(index, folded(arena, files[i]->path), (uint32_t)i);
        if (first != i)
            report_twin(diags, files[i], files[first]);
    }
    Str folder = STR("");
    for (size_t i = 0; i < job->count; i++) {
        if (str_equal(folder, folder_of(files[i]->path)))
            continue;
        folder = folder_of(files[i]->path);
        check_folders(diags, index, files[i], folded(arena, files[i]->path));
    }
    return diags_error_count(diags) == errors ? files : NULL;
}
