/*
 * A library for LD_PRELOAD that makes the FAIL_AT-th call to the file system (counted from 1) fail with the error
 * FAIL_ERROR, a number; and, with FAIL_ON set, every one behind it that needs room, as a full disk does. FAIL_SHORT instead has
 * every write take half of what it is given. FAIL_MEMORY makes the n-th allocation fail, and no call. What was called
 * is appended to FAIL_LOG, a file, so that a test knows what it met. Calls are made directly, so that nothing here
 * depends on the C library's own; allocations, which the C library makes too, go on to it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls, allocations;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

static void log_call(const char *name)
{
    const char *path = getenv("FAIL_LOG");
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd < 0)
        return;
    syscall(SYS_write, fd, name, strlen(name));
    syscall(SYS_write, fd, "\n", 1);
    syscall(SYS_close, fd);
}

/* Whether this call is to fail; errno says how. */
static int fails(const char *name)
{
    long at = number("FAIL_AT"), call = atomic_fetch_add(&calls, 1) + 1;
    log_call(name);
    int needs_room = !strcmp(name, "create") || !strcmp(name, "write") || !strcmp(name, "make folder");
    if (!at || (call != at && !(call > at && needs_room && getenv("FAIL_ON"))))
        return 0;
    errno = (int)number("FAIL_ERROR");
    return 1;
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    if (fails(flags & O_CREAT ? "create" : flags & O_DIRECTORY ? "open folder" : "open"))
        return -1;
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    if (fails(flags & O_CREAT ? "create" : flags & O_DIRECTORY ? "open folder" : "open"))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
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
    return at && atomic_fetch_add(&allocations, 1) + 1 >= at;
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
