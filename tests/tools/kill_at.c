/*
 * A library for LD_PRELOAD that ends the program, as SIGKILL does, at the KILL_AT-th call that changes the file system
 * (counted from 1): before it; or, with KILL_HALF set, in the middle of it where it is a write. What was called is
 * appended to KILL_LOG, a file, so that a test knows that every kind was met. Calls are made directly, so that nothing
 * here depends on the C library's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long calls;

static void log_call(const char *name)
{
    const char *path = getenv("KILL_LOG");
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd < 0)
        return;
    syscall(SYS_write, fd, name, strlen(name));
    syscall(SYS_write, fd, "\n", 1);
    syscall(SYS_close, fd);
}

/* Whether this is the call to end at. */
static int is_last(const char *name)
{
    const char *at = getenv("KILL_AT");
    log_call(name);
    return at && atomic_fetch_add(&calls, 1) + 1 == strtol(at, NULL, 10);
}

static void end(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

static void point(const char *name)
{
    if (is_last(name) && !getenv("KILL_HALF"))
        end();
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
        point("create");
    }
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

ssize_t write(int fd, const void *text, size_t size)
{
    if (fd > STDERR_FILENO && is_last("write")) {
        if (getenv("KILL_HALF"))
            syscall(SYS_write, fd, text, size / 2);
        end();
    }
    return syscall(SYS_write, fd, text, size);
}

int renameat(int from, const char *old, int to, const char *new)
{
    point("rename");
    return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int unlinkat(int at, const char *path, int flags)
{
    point(flags & AT_REMOVEDIR ? "remove folder" : "remove");
    return (int)syscall(SYS_unlinkat, at, path, flags);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    point("make folder");
    return (int)syscall(SYS_mkdirat, at, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    point("make folder");
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
