/*
 * base: what every room stands on: strings, arenas, buffers, hash indexes, UTF-8, spelling distance, embedded files
 * and the plain file system. It knows nothing of YAML, positions or Kubernetes, and it never prints.
 *
 * Ownership: an Arena owns all that was allocated from it and frees it in one go; a Str only points. Nothing here is
 * shared between threads unless it is const.
 *
 * Failure: running out of memory ends the program in one place (base_out_of_memory). File functions return 0 or an
 * errno value; the caller, who knows what the file was for, reports it.
 */
#ifndef KILN_BASE_H
#define KILN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define KILN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define KILN_MUST_USE __attribute__((warn_unused_result))
#define KILN_NORETURN __attribute__((noreturn))
#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- strings: pointer and length, no NUL promised ---- */

typedef struct Str {
    const char *data;
    size_t size;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR_NONE ((Str){NULL, 0})
/* For printf's "%.*s". */
#define STR_ARG(str) (int)(str).size, (str).data ? (str).data : ""

/* Inline: of a literal the length is known when compiling. */
static inline Str str_from(const char *terminated)
{
    return (Str){terminated, terminated ? strlen(terminated) : 0};
}
/* Two loads that overlap compare what is short, which names and keys are; calling memcmp costs more than that. */
static inline bool bytes_equal(const char *a, const char *b, size_t size)
{
    uint64_t a8[2], b8[2];
    uint32_t a4[2], b4[2];
    if (size > 16)
        return memcmp(a, b, size) == 0;
    if (size >= sizeof *a8) {
        memcpy(&a8[0], a, sizeof *a8), memcpy(&a8[1], a + size - sizeof *a8, sizeof *a8);
        memcpy(&b8[0], b, sizeof *b8), memcpy(&b8[1], b + size - sizeof *b8, sizeof *b8);
        return ((a8[0] ^ b8[0]) | (a8[1] ^ b8[1])) == 0;
    }
    if (size >= sizeof *a4) {
        memcpy(&a4[0], a, sizeof *a4), memcpy(&a4[1], a + size - sizeof *a4, sizeof *a4);
        memcpy(&b4[0], b, sizeof *b4), memcpy(&b4[1], b + size - sizeof *b4, sizeof *b4);
        return ((a4[0] ^ b4[0]) | (a4[1] ^ b4[1])) == 0;
    }
    return !size || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}
static inline bool str_equal(Str a, Str b)
{
#ifdef __clang_analyzer__ /* which cannot know that only what is empty may have no data */
    if ((a.size && !a.data) || (b.size && !b.data))
        __builtin_unreachable();
#endif
    return a.size == b.size && bytes_equal(a.data, b.data, a.size);
}
/* Byte order, as memcmp; a prefix comes first. */
int str_compare(Str a, Str b);
bool str_starts(Str text, Str prefix);
bool str_ends(Str text, Str suffix);
/* Bytes [from, to), clamped to the text. */
Str str_slice(Str text, size_t from, size_t to);
/* Offset of the first match at or after from, or -1. */
ptrdiff_t str_find(Str text, Str needle, size_t from);
ptrdiff_t str_rfind_char(Str text, char c);
bool str_has_char(Str text, char c);
/* Takes what stands before the next separator off the front of *rest; false once *rest is used up. */
bool str_split(Str *rest, char separator, Str *part);
Str str_trim(Str text);

/* ---- arenas ---- */

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena);
/* Zeroed, aligned for any type. */
void *arena_alloc(Arena *arena, size_t size) __attribute__((malloc, returns_nonnull));
/* The copies are followed by a NUL, so that they can cross into C APIs. */
Str arena_copy(Arena *arena, Str text);
char *arena_text(Arena *arena, Str text);
Str arena_printf(Arena *arena, const char *format, ...) KILN_PRINTF(2, 3);
Str arena_vprintf(Arena *arena, const char *format, va_list args) KILN_PRINTF(2, 0);
/* One text after the other, for paths and keys that are made by the thousand. */
#define ARENA_JOIN(arena, ...) \
    arena_join((arena), (const Str[]){__VA_ARGS__}, sizeof((const Str[]){__VA_ARGS__}) / sizeof(Str))
Str arena_join(Arena *arena, const Str *parts, size_t count);
/* Bytes handed out so far, without those of children. */
size_t arena_used(const Arena *arena);
/* Frees memory, which is of malloc, together with the arena. */
void arena_adopt(Arena *arena, void *memory);
/* An arena that is freed with its parent, for another thread to allocate from. */
Arena *arena_child(Arena *parent);
/* Takes all back at once, to be handed out again. No child may have been made. */
void arena_reset(Arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))
/* Makes room for one more element of a growing arena array; the old block stays behind in the arena. */
#define ARENA_GROW(arena, array, count, capacity) \
    ((count) < (capacity) ? (void)0               \
                          : (void)((array) = arena_grow((arena), (array), sizeof *(array), (count), &(capacity))))
void *arena_grow(Arena *arena, const void *array, size_t element, size_t count, size_t *capacity);

KILN_NORETURN void base_out_of_memory(void);
/* Where it says so; standard error without this. */
void base_last_words_to(int fd);

/* ---- buffers: text being written, on the heap ---- */

typedef struct Buf {
    char *data;
    size_t size;
    size_t capacity;
} Buf;

void buf_release(Buf *buf);
/* At least extra bytes more can be written at data + size without another check. */
void buf_reserve(Buf *buf, size_t extra);
void buf_add(Buf *buf, Str text);
void buf_add_char(Buf *buf, char c);
void buf_add_repeat(Buf *buf, char c, size_t count);
void buf_printf(Buf *buf, const char *format, ...) KILN_PRINTF(2, 3);
void buf_vprintf(Buf *buf, const char *format, va_list args) KILN_PRINTF(2, 0);
Str buf_str(const Buf *buf);
/* The text without its spare room, which the arena frees from now on; the buffer is empty afterwards. */
Str buf_keep(Buf *buf, Arena *arena);

/* ---- text that waits ---- */

/* Packed (LZ4), or as it was where that is not much larger. Whoever has it frees bytes, which are of malloc. */
typedef struct Pack {
    Str bytes;
    size_t size; /* of the text; bytes.size: it is not packed */
} Pack;
Pack pack_plain(Str text);
Pack pack_text(Str text, Buf *scratch);
static inline bool pack_is_plain(const Pack *pack)
{
    return pack->bytes.size == pack->size;
}
/* The text that was opened last, for those who ask for the same pack again and again. Begins as zeroes. */
typedef struct Unpacked {
    const Pack *pack;
    Buf text;
} Unpacked;
/* Lives until the next call, unpacked's release or the pack's end, whichever comes first. */
Str pack_open(const Pack *pack, Unpacked *unpacked);
void unpacked_release(Unpacked *unpacked);

/* ---- threads ---- */

/* A few threads, the caller's among them. They start when a work has more than one portion for
 * the first time. */
typedef struct Pool Pool;
Pool *pool_new(size_t threads);
void pool_free(Pool *pool);
/* The most threads that it has at once; of NULL 1. */
size_t pool_size(const Pool *pool);
/* Some of the items of one work: those from `from` up to, not including, `to`. */
typedef struct Portion {
    size_t number;
    size_t worker; /* which thread it is on: 0, the caller, up to, not including, pool_size */
    size_t from;
    size_t to;
} Portion;
/* How many portions count items make, each of size items but the last. */
size_t portion_count(size_t count, size_t size);
/* What a portion leaves behind lives in its arena, which no other portion uses at the same time. */
typedef void PortionFn(void *user, Portion portion, Arena *arena);
/*
 * Calls fn for each portion, on any thread and in any order, and returns when all are done. The arenas handed out are
 * arena itself and children of it. pool NULL: one after the other on this thread.
 */
void pool_run(Pool *pool, Arena *arena, size_t count, size_t size, PortionFn *fn, void *user);

/* ---- hashing and an index from string to number ---- */

/* As tables hash it: otherwise in each process, so never for what leaves it. */
uint64_t hash_bytes(Str text);

/* Open addressing, arena-owned. Keys are not copied. Iteration does not exist, so that hash order cannot leak. */
typedef struct Index Index;
Index *index_new(Arena *arena, size_t expected);
/* Puts key → number unless the key is there; returns the number that now stands for it. */
uint32_t index_put(Index *index, Str key, uint32_t number);
/* UINT32_MAX where absent. */
uint32_t index_get(const Index *index, Str key);
/* The same by a key's hash_bytes. */
uint32_t index_get_hashed(const Index *index, Str key, uint64_t hash);
#define INDEX_NONE UINT32_MAX

/* SHA-256 of text as 64 lower-case hex digits. */
#define SHA256_HEX_SIZE 64
void sha256_hex(Str text, char hex[SHA256_HEX_SIZE + 1]);

/* ---- UTF-8 (RFC 3629: no surrogates, no overlong forms) ---- */

/* On failure *bad is the offset of the first byte that is no UTF-8. */
bool utf8_valid(Str text, size_t *bad);
/* Decodes the code point at *at of valid text and moves *at behind it. */
uint32_t utf8_next(Str text, size_t *at);
/* Appends one code point. */
void utf8_add(Buf *buf, uint32_t code_point);
/* The number of code points. */
size_t utf8_length(Str text);

/* ---- spelling ---- */

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); gives up above limit with
 * limit + 1. */
size_t edit_distance(Str a, Str b, size_t limit);

/* The candidate closest to a misspelt word, when it is close enough to be meant. Offer candidates one by one. */
typedef struct NearMiss {
    Str word;
    Str best;
    size_t distance;
} NearMiss;
NearMiss near_miss_begin(Str word);
void near_miss_offer(NearMiss *miss, Str candidate);
/* STR_NONE (data NULL) when nothing is close. */
Str near_miss_best(const NearMiss *miss);
/* What a message advises: "did you mean 'best'?" where there is one, else what otherwise says. */
Str near_miss_advice(Arena *arena, Str best, const char *otherwise, ...) KILN_PRINTF(3, 4);

/* ---- the shortest way from one sequence to another ---- */

typedef struct EditScript {
    char *steps; /* ' ' keeps one, '-' drops one of from, '+' adds one of to */
    size_t count;
} EditScript;
/* Equal numbers are equal items. Lives in arena; far apart sequences come out as replaced. */
EditScript edit_script(Arena *arena, const uint32_t *from, size_t from_count, const uint32_t *to, size_t to_count);

/* ---- files embedded into the program at build time: templates/, environments/, standards/ ---- */

typedef struct EmbeddedFile {
    Str path; /* as in the repository: "templates/service/deployment.yaml" */
    Str name; /* as messages call it: "built-in templates/service/deployment.yaml", "built-in production" */
    Str text;
} EmbeddedFile;

/* Sorted by path in byte order. */
extern const EmbeddedFile embedded_files[];
extern const size_t embedded_file_count;
const EmbeddedFile *embedded_find(Str path);

/* ---- the file system ---- */

/*
 * Reads a regular file whole (text is followed by a NUL). Errors besides open's own: EFBIG above limit bytes, EISDIR
 * for a folder, EINVAL for anything that is neither (FIFO, device, socket). path is relative to the folder descriptor
 * at (AT_FDCWD for the working directory).
 */
int file_read(Arena *arena, int at, const char *path, size_t limit, Str *text) KILN_MUST_USE;
/*
 * The same for a path that an input names: relative to the folder root, without empty parts, "." or ".." (EINVAL),
 * and without following symbolic links (ELOOP).
 */
int file_read_beneath(Arena *arena, Str root, Str path, size_t limit, Str *text) KILN_MUST_USE;
/* Likewise below an open folder. */
int file_read_below(Arena *arena, int folder, Str path, size_t limit, Str *text) KILN_MUST_USE;
/* Standard input or any open descriptor, to its end. */
int file_read_fd(Arena *arena, int fd, size_t limit, Str *text) KILN_MUST_USE;
/* The same, but asks after each piece how much of the text so far is enough; SIZE_MAX: it reads on. */
typedef size_t FileEnoughFn(void *user, Str text);
int file_read_enough(Arena *arena, int fd, size_t limit, FileEnoughFn *enough, void *user, Str *text) KILN_MUST_USE;

/* Replaces name in the folder at: temporary file, rename. The file is the old or the new one at any moment. */
int file_write(int at, const char *name, Str text) KILN_MUST_USE;
/* The same; where there is such a file, the new one has its permissions. */
int file_replace(int at, const char *name, Str text) KILN_MUST_USE;
/* Likewise, where there is none yet; else EEXIST. */
int file_write_new(int at, const char *name, Str text) KILN_MUST_USE;
/* Removes what killed runs left in a folder, which the caller has locked against those that are still at work. */
void file_remove_leftovers(Arena *arena, int folder);
/* The prefix of such temporary files, so that those of a killed run can be removed. */
#define FILE_TEMPORARY_PREFIX ".kiln-tmp-"

/* Whether a name is that of git's own folder, as a file system that folds case sees it. */
bool name_is_git(Str name);
/* Whether Windows takes it, whatever ending follows, for one of its devices: such a file cannot be checked out there. */
bool name_is_device(Str name);

typedef struct FileEntry {
    Str name;
    bool is_folder;
    bool is_regular; /* a symbolic link is neither */
    bool is_link;
} FileEntry;

/* The entries of a folder in byte order of their names, without "." and "..". */
int folder_list(Arena *arena, int at, const char *path, FileEntry **entries, size_t *count) KILN_MUST_USE;
/* The same for a folder below root, under file_read_beneath's rules. */
int folder_list_beneath(Arena *arena, Str root, Str path, FileEntry **entries, size_t *count) KILN_MUST_USE;

/*
 * Files below one folder, wherever they are kept: on disk, or in a revision of git. Paths are relative, under
 * file_read_beneath's rules. Errors are errno values: ENOENT where there is nothing, ELOOP for a symbolic link on the
 * way, and two that only a revision has: EXDEV for what lies in a submodule, ECANCELED where the store itself failed
 * and has said so.
 */
typedef struct FileStore FileStore;
struct FileStore {
    int (*read)(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text);
    int (*list)(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count);
};
int store_read(const FileStore *store, Arena *arena, Str path, size_t limit, Str *text) KILN_MUST_USE;
int store_list(const FileStore *store, Arena *arena, Str path, FileEntry **entries, size_t *count) KILN_MUST_USE;
const FileStore *store_on_disk(Arena *arena, Str root);
/* The same files, but for one that reads as text; folders are listed as they are. */
const FileStore *store_with(Arena *arena, const FileStore *store, Str path, Str text);
/* Such an error in words, as strerror has them. */
const char *store_error(int error);

#endif
