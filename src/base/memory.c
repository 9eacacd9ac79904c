/*
 * Where memory ends, the program does: here alone. The Makefile has the linker send the allocations of every archive in the
 * program through these (--wrap), ours and libfyaml's, which would write through what it was not given. Thus nobody sees
 * a null pointer. It must not know who asks.
 */
#include "base_private.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args) __attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The only state of the program: who asks for memory has no context to hand over. */
static atomic_int last_words = STDERR_FILENO;

void base_last_words_to(int fd)
{
    last_words = fd;
}

/* No flushing and no cleaning up: either could ask for memory. A next run removes what this one leaves, as after a kill. */
void base_out_of_memory(void)
{
    static const char message[] = "kiln: out of memory\n";
    ssize_t ignored = write(last_words, message, sizeof message - 1);
    (void)ignored;
    _exit(2);
}

/* Nothing may be given for nothing. */
static void *given(void *memory, size_t size)
{
    if (!memory && size)
        base_out_of_memory();
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return given(__real_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return given(__real_calloc(count, size), count && size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return given(__real_realloc(memory, size), size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(__wrap_malloc(size), text, size);
}

/* What the C library's headers make of vasprintf and asprintf where _FORTIFY_SOURCE is on, as libfyaml is compiled. */
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list args)
{
    (void)flag;
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size >= 0) {
        *text = __wrap_malloc((size_t)size + 1);
        vsnprintf(*text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return size;
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = __wrap___vasprintf_chk(text, flag, format, args);
    va_end(args);
    return size;
}
