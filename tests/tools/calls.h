/*
 * What the libraries for LD_PRELOAD of these tests share: settings from the environment, and a log of the calls that were met,
 * appended to the file CALLS_LOG. Calls are made directly, so that nothing here depends on the C library's own. Only kiln is
 * concerned, not what it runs.
 */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

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

static inline long number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

static inline int is_kiln(void)
{
    return strcmp(program_invocation_short_name, "kiln") == 0;
}

static inline void log_call(const char *name)
{
    const char *path = is_kiln() ? getenv("CALLS_LOG") : NULL;
    long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd < 0)
        return;
    syscall(SYS_write, fd, name, strlen(name));
    syscall(SYS_write, fd, "\n", 1);
    syscall(SYS_close, fd);
}

/* The third argument of open, which is there only with O_CREAT; for what has been called with flags. */
#define TAKE_MODE(mode, flags)                                                                                              \
    mode_t mode = 0;                                                                                                        \
    if ((flags) & O_CREAT) {                                                                                                \
        va_list args;                                                                                                       \
        va_start(args, flags);                                                                                              \
        mode = va_arg(args, mode_t);                                                                                        \
        va_end(args);                                                                                                       \
    }

#endif
