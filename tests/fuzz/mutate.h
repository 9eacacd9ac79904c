/*
 * Lines as people write them, for targets that read text: half of all mutations move whole lines about, change how deep
 * they stand, or put a word of YAML into them; the rest are libFuzzer's. Included by a target, once.
 */
#ifndef KILN_FUZZ_MUTATE_H
#define KILN_FUZZ_MUTATE_H

#include "fuzz.h"

/* How many bytes stand before the text, and mean something else. */
#ifndef FUZZ_TEXT_START
#define FUZZ_TEXT_START(data, size) ((void)(data), (size_t)0)
#endif

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

typedef struct FuzzLine {
    size_t from;
    size_t to; /* behind its line feed */
} FuzzLine;

static inline unsigned fuzz_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static inline FuzzLine fuzz_line(const uint8_t *text, size_t size, unsigned *seed)
{
    size_t from = size ? (fuzz_random(seed) | (size_t)fuzz_random(seed) << 15) % size : 0, to = from;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    while (to < size && text[to] != '\n')
        to++;
    return (FuzzLine){from, to < size ? to + 1 : to};
}

/* Replaces [from, to) by bytes that may lie in the text themselves; returns the new size. */
static inline size_t fuzz_splice(uint8_t *text, size_t size, size_t most, size_t from, size_t to, const void *bytes,
                                 size_t count)
{
    if (size - (to - from) + count > most)
        return size;
    uint8_t *copy = malloc(count + 1);
    REQUIRE(copy);
    if (count)
        memcpy(copy, bytes, count);
    memmove(text + from + count, text + to, size - to);
    if (count)
        memcpy(text + from, copy, count);
    free(copy);
    return size - (to - from) + count;
}

static inline size_t fuzz_lines_changed(uint8_t *text, size_t size, size_t most, unsigned seed)
{
    static const char *const words[] = {
        "- ", ": ", ":", "? ", "&a ", "*a", "<<: *a\n", "|\n", "|-\n", ">\n", "|2+\n", "{", "}", "[", "]", ", ",
        "!!str ",
        "!!int ", "!x ", "---\n", "...\n", "# c\n", "'", "\"", "\\n", "\\u00e9", "~", "null", "true", "no", "0x1f",
        "0o17",
        "1_000", "1e3", ".inf", "1.0", "''", "${name}", "${vars.a}", "\xC3\xA9", "\xEF\xBB\xBF", "\r\n", "\r",
        "\t", "%YAML 1.1\n---\n", "\xC2\x85", "? a:\t",
        "a: b\n", "  a: b\n", "- a\n", "  - a: 1\n", "\n"};
    FuzzLine line = fuzz_line(text, size, &seed), other = fuzz_line(text, size, &seed);
    unsigned how = fuzz_random(&seed) % 8;
    size_t indent = line.from;
    while (indent < line.to && text[indent] == ' ')
        indent++;
    if (how == 0) /* one more of another line */
        return fuzz_splice(text, size, most, line.from, line.from, text + other.from, other.to - other.from);
    if (how == 1)
        return fuzz_splice(text, size, most, line.from, line.to, text + other.from, other.to - other.from);
    if (how == 2)
        return fuzz_splice(text, size, most, line.from, line.to, "", 0);
    if (how == 3)
        return fuzz_splice(text, size, most, line.from, line.from, "    ", 1 + fuzz_random(&seed) % 4);
    if (how == 4)
        return fuzz_splice(text, size, most, line.from, line.from + (indent - line.from + 1) / 2, "", 0);
    const char *word = words[fuzz_random(&seed) % LENGTH_OF(words)];
    if (how == 5) /* where the line begins to say something, or somewhere in it */
        return fuzz_splice(text, size, most, indent, indent, word, strlen(word));
    size_t at = line.to > line.from ? line.from + fuzz_random(&seed) % (line.to - line.from) : line.from;
    if (how == 6)
        return fuzz_splice(text, size, most, at, at, word, strlen(word));
    for (at = line.from; at + 1 < line.to && text[at] != ':';)
        at++;
    size_t end = line.to > at && text[line.to - 1] == '\n' ? line.to - 1 : line.to;
    return at + 2 < end ? fuzz_splice(text, size, most, at + 2, end, word, strlen(word)) : size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size_t start = FUZZ_TEXT_START(data, size);
    if (seed & 1 || start >= size)
        return LLVMFuzzerMutate(data, size, most);
    for (unsigned times = 1 + (seed >> 1) % 3; times > 0; times--)
        size = start + fuzz_lines_changed(data + start, size - start, most - start, seed += times * 7919);
    return size;
}

#endif
