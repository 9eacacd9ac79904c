/*
 * A library for LD_PRELOAD that makes the FAIL_AT-th call to the file system (counted from 1) fail with the error
 * FAIL_ERROR, a number; and, with FAIL_ON set, every one behind it that needs room, as a full disk does. FAIL_SHORT instead has
 * every read and write take half of what it is given. FAIL_MEMORY makes the n-th allocation fail, with FAIL_ON every one behind
 * it, and no call. Allocations, which the C library makes too, go on to it.
 */
#include "calls.h"

static atomic_long calls, allocations;

/* Whether this call is to fail; errno says how. */
static int fails(const char *name)
{
    if (!is_kiln())
        return 0;
    long at = number("FAIL_AT"), call = atomic_fetch_add(&calls, 1) + 1;
    log_call(name);
    int needs_room = !strcmp(name, "create") || !strcmp(name, "write") || !strcmp(name, "make folder");
    if (!at || (call != at && !(call > at && needs_room && getenv("FAIL_ON"))))
        return 0;
    errno = (int)number("FAIL_ERROR");
    return 1;
}

static const char *opening(int flags)
{
    return flags & O_CREAT ? "create" : flags & O_DIRECTORY ? "open folder" : "open";
}

int openat(int at, const char *path, int flags, ...)
{
    TAKE_MODE(mode, flags)
    return fails(opening(flags)) ? -1 : (int)syscall(SYS_openat, at, path, flags, mode);
}

/* What the C library's headers make of openat where the flags are not constant. */
int __openat_2(int at, const char *path, int flags);
int __openat_2(int at, const char *path, int flags)
{
    return openat(at, path, flags);
}

int open(const char *path, int flags, ...)
{
    TAKE_MODE(mode, flags)
    return fails(opening(flags)) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* A file in memory needs room, too. */
int memfd_create(const char *name, unsigned flags);
int memfd_create(const char *name, unsigned flags)
{
    return fails("create") ? -1 : (int)syscall(SYS_memfd_create, name, flags);
}

int dup(int fd)
{
    return fails("duplicate") ? -1 : (int)syscall(SYS_dup, fd);
}

ssize_t read(int fd, void *into, size_t size)
{
    if (fd > STDERR_FILENO && fails("read"))
        return -1;
    return syscall(SYS_read, fd, into, getenv("FAIL_SHORT") && size > 1 ? size / 2 : size);
}

/* Standard output too: a full disk behind it must be noticed. */
ssize_t write(int fd, const void *text, size_t size)
{
    if (fd != STDERR_FILENO && fails("write"))
        return -1;
    return syscall(SYS_write, fd, text, getenv("FAIL_SHORT") && size > 1 ? size / 2 : size);
}

int fsync(int fd)
{
    return fails("flush") ? -1 : (int)syscall(SYS_fsync, fd);
}

/* Closes all the same, as Linux does. */
int close(int fd)
{
    int failed = fd > STDERR_FILENO && fails("close"), error = errno;
    int result = (int)syscall(SYS_close, fd);
    if (failed)
        errno = error;
    return failed ? -1 : result;
}

int renameat(int from, const char *old, int to, const char *new)
{
    return fails("rename") ? -1 : (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    return fails("rename") ? -1 : (int)syscall(SYS_renameat2, from, old, to, new, flags);
}

int unlinkat(int at, const char *path, int flags)
{
    return fails(flags & AT_REMOVEDIR ? "remove folder" : "remove") ? -1 : (int)syscall(SYS_unlinkat, at, path, flags);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    return fails("make folder") ? -1 : (int)syscall(SYS_mkdirat, at, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return fails("make folder") ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- memory ---- */

static int starves(void)
{
    long at = number("FAIL_MEMORY");
    if (!at || !is_kiln())
        return 0;
    long allocation = atomic_fetch_add(&allocations, 1) + 1;
    return allocation == at || (allocation > at && getenv("FAIL_ON"));
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    if (!starves())
        return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t count, size_t size)
{
    if (!starves())
        return __libc_calloc(count, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *memory, size_t size)
{
    if (!starves())
        return __libc_realloc(memory, size);
    errno = ENOMEM;
    return NULL;
}
