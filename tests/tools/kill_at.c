/*
 * A library for LD_PRELOAD that ends the program, as SIGKILL does, at the KILL_AT-th call that changes the file system
 * (counted from 1): before it; or, with KILL_HALF set, in the middle of it where it is a write.
 */
#include "calls.h"

#include <signal.h>

static atomic_long calls;

/* Whether this is the call to end at. */
static int is_last(const char *name)
{
    log_call(name);
    return is_kiln() && atomic_fetch_add(&calls, 1) + 1 == number("KILL_AT");
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
    TAKE_MODE(mode, flags)
    if (flags & O_CREAT)
        point("create");
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    TAKE_MODE(mode, flags)
    if (flags & O_CREAT)
        point("create");
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
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

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    point("rename");
    return (int)syscall(SYS_renameat2, from, old, to, new, flags);
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
