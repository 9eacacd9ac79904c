/*
 * Arenas: blocks that grow in size, handed out front to back, freed together. A request too large for a block gets
 * one of its own, so that one huge text does not waste the rest of the current block.
 */
#include "base_private.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

/* KILN_HOSTILE makes every block tiny, so that the tests cross block borders all the time. */
#ifdef KILN_HOSTILE
enum { FIRST_BLOCK = 64, LAST_BLOCK = 64 };
#else
enum { FIRST_BLOCK = 16 * 1024, LAST_BLOCK = 1024 * 1024 };
#endif

/*
 * AddressSanitizer sees an arena's faults as it sees malloc's: only what has been handed out may be touched, to the
 * byte, with a gap behind it. Elsewhere all of this is nothing.
 */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#endif
#endif
#if defined(HAS_ASAN) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define CLOSE(memory, size) ASAN_POISON_MEMORY_REGION(memory, size)
#define OPEN(memory, size) ASAN_UNPOISON_MEMORY_REGION(memory, size)
#else
enum { GAP = 0 };
#define CLOSE(memory, size) ((void)(memory), (void)(size))
#define OPEN(memory, size) ((void)(memory), (void)(size))
#endif

typedef struct Block {
    struct Block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
} Block;

/* Heap memory that was handed over. */
typedef struct Adopted {
    struct Adopted *next;
    void *memory;
} Adopted;

struct Arena {
    Block *blocks;
    char *free;
    size_t left;
    size_t next_size;
    size_t used;
    Adopted *adopted;
    Arena *children;
    Arena *sibling;
};

static Block *block_new(size_t size)
{
    Block *block = calloc(1, sizeof *block + size);
    if (!block)
        base_out_of_memory();
    block->size = size;
    CLOSE(block->bytes, size);
    return block;
}

Arena *arena_new(void)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        base_out_of_memory();
    arena->next_size = FIRST_BLOCK;
    return arena;
}

Arena *arena_child(Arena *parent)
{
    Arena *child = arena_new();
    child->sibling = parent->children;
    parent->children = child;
    return child;
}

void arena_adopt(Arena *arena, void *memory)
{
    Adopted *adopted = ARENA_NEW(arena, Adopted);
    *adopted = (Adopted){arena->adopted, memory};
    arena->adopted = adopted;
}

static void free_adopted(Arena *arena)
{
    for (const Adopted *adopted = arena->adopted; adopted; adopted = adopted->next)
        free(adopted->memory);
    arena->adopted = NULL;
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    for (Arena *child = arena->children; child;) {
        Arena *next = child->sibling;
        arena_free(child);
        child = next;
    }
    free_adopted(arena);
    for (Block *block = arena->blocks; block;) {
        Block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

static char *block_alone(Arena *arena, size_t size)
{
    Block *block = block_new(size);
    /* Behind the current block, which stays the one that is handed out from. */
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
    }
    return block->bytes;
}

static void block_next(Arena *arena)
{
    Block *block = block_new(arena->next_size);
    block->next = arena->blocks;
    arena->blocks = block;
    arena->free = block->bytes;
    arena->left = arena->next_size;
    if (arena->next_size < LAST_BLOCK)
        arena->next_size *= 2;
}

/* Keeps the largest block, which is the current one but for blocks of a single request. */
void arena_reset(Arena *arena)
{
    free_adopted(arena);
    Block *kept = arena->blocks;
    if (!kept)
        return;
    for (Block *block = kept->next; block;) {
        Block *next = block->next;
        free(block);
        block = next;
    }
    kept->next = NULL;
    OPEN(kept->bytes, kept->size - arena->left);
    memset(kept->bytes, 0, kept->size - arena->left);
    CLOSE(kept->bytes, kept->size - arena->left);
    arena->free = kept->bytes;
    arena->left = kept->size;
    arena->used = 0;
}

static char *take_elsewhere(Arena *arena, size_t size) __attribute__((noinline));

/* Room for size bytes, and the gap. */
static inline char *take(Arena *arena, size_t size)
{
    if (size > arena->left)
        return take_elsewhere(arena, size);
    char *memory = arena->free;
    arena->free += size;
    arena->left -= size;
    return memory;
}

static char *take_elsewhere(Arena *arena, size_t size)
{
    if (size >= arena->next_size / 4)
        return block_alone(arena, size);
    block_next(arena);
    return take(arena, size);
}

void *arena_alloc(Arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX / 2)
        base_out_of_memory();
    /* Nothing is something too: an empty arena has no address to hand out otherwise. */
    size_t rounded = size ? (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1) : alignof(max_align_t);
    arena->used += rounded;
    char *memory = take(arena, rounded + GAP);
    OPEN(memory, size);
    return memory;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}

char *arena_text(Arena *arena, Str text)
{
    char *copy = arena_alloc(arena, text.size + 1);
    if (text.size)
        memcpy(copy, text.data, text.size);
    return copy;
}

Str arena_copy(Arena *arena, Str text)
{
    return (Str){arena_text(arena, text), text.size};
}

Str arena_join(Arena *arena, const Str *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    char *text = arena_alloc(arena, size + 1), *at = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    return (Str){text, size};
}

static Str long_printf(Arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static Str long_printf(Arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size < 0)
        base_out_of_memory();
    char *text = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return (Str){text, (size_t)size};
}

/* Most texts are short. */
Str arena_vprintf(Arena *arena, const char *format, va_list args)
{
    char small[512];
    va_list again;
    va_copy(again, args);
    int size = format_simple(small, sizeof small, format, args);
    Str text = size < 0 ? long_printf(arena, format, again) : arena_copy(arena, (Str){small, (size_t)size});
    va_end(again);
    return text;
}

Str arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Str text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void *arena_grow(Arena *arena, const void *array, size_t element, size_t count, size_t *capacity)
{
    *capacity = *capacity ? *capacity * 2 : 4; /* most maps are small */
    if (*capacity > SIZE_MAX / 2 / element)
        base_out_of_memory();
    void *grown = arena_alloc(arena, *capacity * element);
    if (count)
        memcpy(grown, array, count * element);
    return grown;
}
