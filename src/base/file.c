/*
 * Files: whole reads with a limit, atomic replacement, sorted listings. Interrupted calls are resumed; a file that
 * grows while it is read ends where it ended before. Errors are errno values; who asked reports them.
 */
#include "kiln/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Standard input may be somebody else's descriptor that does not block; reading it waits all the same. */
static bool is_passing(int fd, int error)
{
    struct pollfd awaited = {.fd = fd, .events = POLLIN};
    return error == EINTR || (error == EAGAIN && (poll(&awaited, 1, -1) >= 0 || errno == EINTR));
}

static int read_all(int fd, Buf *buf, size_t limit, FileEnoughFn *enough, void *user)
{
    for (size_t kept = SIZE_MAX;;) {
        buf_reserve(buf, 16 * 1024);
        ssize_t got = read(fd, buf->data + buf->size, buf->capacity - buf->size);
        if (got < 0 && is_passing(fd, errno))
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        buf->size += (size_t)got;
        if (enough && (kept = enough(user, buf_str(buf))) < buf->size)
            buf->size = kept;
        if (buf->size > limit)
            return EFBIG;
        if (kept != SIZE_MAX)
            return 0;
    }
}

int file_read_enough(Arena *arena, int fd, size_t limit, FileEnoughFn *enough, void *user, Str *text)
{
    Buf buf = {0};
    int error = read_all(fd, &buf, limit, enough, user);
    if (error) {
        buf_release(&buf);
        return error;
    }
    /* Handed over rather than copied: there may be 256 MiB of it. */
    buf_add_char(&buf, '\0');
    *text = buf_keep(&buf, arena);
    text->size--;
    return 0;
}

int file_read_fd(Arena *arena, int fd, size_t limit, Str *text)
{
    return file_read_enough(arena, fd, limit, NULL, NULL, text);
}

/* The size is known beforehand, so the arena's memory is read into directly. */
static int read_sized(Arena *arena, int fd, size_t size, size_t limit, Str *text)
{
    if (size > limit)
        return EFBIG;
    char *data = arena_alloc(arena, size + 1);
    size_t have = 0;
    while (have < size) {
        ssize_t got = read(fd, data + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    *text = (Str){data, have};
    return 0;
}

static int read_opened(Arena *arena, int fd, size_t limit, Str *text)
{
    struct stat status;
    int error = fstat(fd, &status) ? errno : 0;
    if (!error && !S_ISREG(status.st_mode))
        error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    if (error)
        return error;
    /* What the kernel makes up as it is read (/proc) has no size; nor has an empty file, which is as well read so. */
    if (status.st_size == 0)
        return file_read_fd(arena, fd, limit, text);
    return read_sized(arena, fd, (size_t)status.st_size, limit, text);
}

static int read_and_close(Arena *arena, int fd, size_t limit, Str *text)
{
    int error = read_opened(arena, fd, limit, text);
    close(fd);
    return error;
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* A socket cannot even be opened; to who asks it is one more thing that is no file. */
static int open_error(int error)
{
    return error == ENXIO ? EINVAL : error;
}

int file_read(Arena *arena, int at, const char *path, size_t limit, Str *text)
{
    int fd = openat(at, path, READ_FLAGS);
    return fd < 0 ? open_error(errno) : read_and_close(arena, fd, limit, text);
}

static bool is_link(int at, const char *name)
{
    struct stat status;
    return !fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) && S_ISLNK(status.st_mode);
}

static int open_part(int at, Str part, int flags, int *opened)
{
    char name[NAME_MAX + 1];
    if (part.size > NAME_MAX)
        return ENAMETOOLONG;
    if (!part.size || str_has_char(part, '\0') || str_equal(part, STR("..")) || str_equal(part, STR(".")))
        return EINVAL;
    memcpy(name, part.data, part.size);
    name[part.size] = '\0';
    *opened = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (*opened >= 0)
        return 0;
    int error = open_error(errno);
    /* The kernel says of a link to a folder that it is none. */
    return error == ENOTDIR && is_link(at, name) ? ELOOP : error;
}

/* Each part is opened from the one before it, and none may be a link, so that no name leads out of the folder. */
static int open_walk(int folder, Str path, int flags, int *opened)
{
    Str part;
    int at = folder, error = path.data ? 0 : EINVAL;
    while (!error && str_split(&path, '/', &part)) {
        int next = -1;
        error = open_part(at, part, path.data ? O_PATH | O_DIRECTORY : flags, &next);
        if (at != folder)
            close(at);
        at = next;
    }
    *opened = at;
    return error;
}

/* Whether no part is empty, "." or "..". */
static bool is_plain(Str path)
{
    Str rest = path, part;
    bool plain = path.data && !str_has_char(path, '\0');
    while (plain && str_split(&rest, '/', &part))
        plain = part.size && !str_equal(part, STR(".")) && !str_equal(part, STR(".."));
    return plain;
}

/* The walk in one call, where the kernel has it (Linux 5.6, openat2(2)); -1: for whatever reason, walk. */
static int open_at_once(int folder, Str path, int flags)
{
    char text[PATH_MAX];
    if (path.size >= sizeof text || !is_plain(path))
        return -1;
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    struct open_how how = {.flags = (unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, folder, text, &how, sizeof how);
}

static int open_below(int folder, Str path, int flags, int *opened)
{
    *opened = open_at_once(folder, path, flags);
    return *opened < 0 ? open_walk(folder, path, flags, opened) : 0;
}

static int open_beneath(Arena *arena, Str root, Str path, int flags, int *opened)
{
    int folder = open(arena_text(arena, root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return errno;
    int error = open_below(folder, path, flags, opened);
    close(folder);
    return error;
}

int file_read_beneath(Arena *arena, Str root, Str path, size_t limit, Str *text)
{
    int fd = -1;
    int error = open_beneath(arena, root, path, READ_FLAGS, &fd);
    return error ? error : read_and_close(arena, fd, limit, text);
}

int file_read_below(Arena *arena, int folder, Str path, size_t limit, Str *text)
{
    int fd = -1;
    int error = open_below(folder, path, READ_FLAGS, &fd);
    return error ? error : read_and_close(arena, fd, limit, text);
}

static int write_all(int fd, Str text)
{
    while (text.size) {
        ssize_t put = write(fd, text.data, text.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        text.data += put;
        text.size -= (size_t)put;
    }
    return 0;
}

/* Always a new file: what a killed run left under the name may be a link, or not be ours to write. */
static int open_new(int at, const char *name)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };
    int fd = openat(at, name, FLAGS, 0666);
    if (fd < 0 && errno == EEXIST && !unlinkat(at, name, 0))
        fd = openat(at, name, FLAGS, 0666);
    return fd;
}

/* mode NULL: what the process gives a new file. */
static int write_renamed(int at, const char *name, Str text, const mode_t *mode, unsigned flags)
{
    /* The process in the name keeps two runs that write the same file from writing the same temporary one. */
    char temporary[NAME_MAX + 1];
    int length = snprintf(temporary, sizeof temporary, FILE_TEMPORARY_PREFIX "%ld-%.200s", (long)getpid(), name);
    if (length < 0)
        return EINVAL;
    int fd = open_new(at, temporary);
    if (fd < 0)
        return errno;
    int error = mode && fchmod(fd, *mode) ? errno : write_all(fd, text);
    if (close(fd) && !error && errno != EINTR)
        error = errno;
    if (!error && (flags ? renameat2(at, temporary, at, name, flags) : renameat(at, temporary, at, name)))
        error = errno;
    if (error)
        unlinkat(at, temporary, 0);
    return error;
}

int file_write(int at, const char *name, Str text)
{
    return write_renamed(at, name, text, NULL, 0);
}

int file_replace(int at, const char *name, Str text)
{
    struct stat old;
    bool exists = !fstatat(at, name, &old, AT_SYMLINK_NOFOLLOW) && S_ISREG(old.st_mode);
    mode_t mode = exists ? old.st_mode & 0777 : 0;
    return write_renamed(at, name, text, exists ? &mode : NULL, 0);
}

int file_write_new(int at, const char *name, Str text)
{
    return write_renamed(at, name, text, NULL, RENAME_NOREPLACE);
}

void file_remove_leftovers(Arena *arena, int folder)
{
    FileEntry *entries = NULL;
    size_t count = 0;
    if (folder_list(arena, folder, ".", &entries, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        if (str_starts(entries[i].name, STR(FILE_TEMPORARY_PREFIX)))
            unlinkat(folder, entries[i].name.data, 0);
    }
}

static int entry_compare(const void *a, const void *b)
{
    return str_compare(((const FileEntry *)a)->name, ((const FileEntry *)b)->name);
}

/* d_type is a courtesy of some file systems; without it the kernel is asked. */
static unsigned char entry_type(DIR *folder, const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    struct stat status;
    if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW))
        return DT_UNKNOWN;
    return (unsigned char)IFTODT(status.st_mode);
}

bool name_is_git(Str name)
{
    return name.size == 4 && strncasecmp(name.data, ".git", 4) == 0;
}

static bool is_word(Str text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.data, word, text.size) == 0;
}

/* As git for Windows sees it, which refuses to check these out: blanks before the ending do not count. */
bool name_is_device(Str name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    Str stem;
    if (!str_split(&name, '.', &stem))
        return false;
    while (stem.size && stem.data[stem.size - 1] == ' ')
        stem.size--;
    bool numbered = stem.size == 4 && stem.data[3] >= '1' && stem.data[3] <= '9';
    bool found = numbered && (is_word(str_slice(stem, 0, 3), "com") || is_word(str_slice(stem, 0, 3), "lpt"));
    for (size_t i = 0; i < LENGTH_OF(devices); i++)
        found |= is_word(stem, devices[i]);
    return found;
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int list_entries(Arena *arena, DIR *folder, FileEntry **entries, size_t *count)
{
    size_t capacity = 0;
    *entries = NULL;
    *count = 0;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
        if (is_dots(entry->d_name))
            continue;
        unsigned char type = entry_type(folder, entry);
        ARENA_GROW(arena, *entries, *count, capacity);
        (*entries)[(*count)++] =
            (FileEntry){arena_copy(arena, str_from(entry->d_name)), type == DT_DIR, type == DT_REG, type == DT_LNK};
    }
    int error = errno;
    if (*count > 1)
        qsort(*entries, *count, sizeof **entries, entry_compare);
    return error;
}

/* Closes fd. */
static int list_opened(Arena *arena, int fd, FileEntry **entries, size_t *count)
{
    DIR *folder = fdopendir(fd);
    if (!folder) {
        int error = errno;
        close(fd);
        return error;
    }
    int error = list_entries(arena, folder, entries, count);
    closedir(folder);
    return error;
}

int folder_list(Arena *arena, int at, const char *path, FileEntry **entries, size_t *count)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? errno : list_opened(arena, fd, entries, count);
}

int folder_list_beneath(Arena *arena, Str root, Str path, FileEntry **entries, size_t *count)
{
    int fd = -1;
    int error = open_beneath(arena, root, path, O_RDONLY | O_DIRECTORY, &fd);
    return error ? error : list_opened(arena, fd, entries, count);
}
