/*
 * Hashing: XXH3 for tables, SHA-256 (FIPS 180-4, through libmd) for what leaves the program. Tables are seeded anew in
 * each process, so that nobody can write keys that all fall into one place (60,000 of them took 2 s); nothing depends
 * on hash order.
 */
#define XXH_INLINE_ALL
#define XXH_STATIC_LINKING_ONLY
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wshadow"
#include <xxhash.h>
#pragma GCC diagnostic pop

#include "kiln/base.h"

#include <sha256.h>
#include <sys/auxv.h>

typedef struct Slot {
    Str key;
    uint64_t hash;
    uint32_t number;
} Slot;

struct Index {
    Arena *arena;
    Slot *slots; /* key.data NULL: free */
    size_t count;
    size_t mask;
    uint64_t seed;
};

/* Of the 16 random bytes that the kernel hands to each process (getauxval(3)); the same all through a run. */
static uint64_t process_seed(void)
{
    const void *random = (const void *)getauxval(AT_RANDOM);
    uint64_t seed = 0;
    if (random)
        memcpy(&seed, random, sizeof seed);
    return seed;
}

static uint64_t hash_seeded(Str text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text.size ? text.data : "", text.size, seed);
}

uint64_t hash_bytes(Str text)
{
    return hash_seeded(text, process_seed());
}

static Slot *index_slot(const Index *index, Str key, uint64_t hash)
{
    for (size_t at = hash & index->mask;; at = (at + 1) & index->mask) {
        Slot *slot = &index->slots[at];
        if (!slot->key.data || (slot->hash == hash && str_equal(slot->key, key)))
            return slot;
    }
}

Index *index_new(Arena *arena, size_t expected)
{
    Index *index = ARENA_NEW(arena, Index);
    size_t size = 16;
    while (size < expected + expected / 2)
        size *= 2;
    index->arena = arena;
    index->mask = size - 1;
    index->seed = process_seed();
    index->slots = ARENA_ARRAY(arena, Slot, size);
    return index;
}

static void index_double(Index *index)
{
    Slot *old = index->slots;
    size_t size = index->mask + 1;
    index->mask = size * 2 - 1;
    index->slots = ARENA_ARRAY(index->arena, Slot, size * 2);
    for (size_t i = 0; i < size; i++) {
        if (old[i].key.data)
            *index_slot(index, old[i].key, old[i].hash) = old[i];
    }
}

uint32_t index_put(Index *index, Str key, uint32_t number)
{
    if (!key.data)
        key.data = "";
    uint64_t hash = hash_seeded(key, index->seed);
    Slot *slot = index_slot(index, key, hash);
    if (slot->key.data)
        return slot->number;
    *slot = (Slot){key, hash, number};
    if (++index->count > (index->mask + 1) / 4 * 3)
        index_double(index);
    return number;
}

uint32_t index_get_hashed(const Index *index, Str key, uint64_t hash)
{
    const Slot *slot = index_slot(index, key, hash);
    return slot->key.data ? slot->number : INDEX_NONE;
}

uint32_t index_get(const Index *index, Str key)
{
    return index_get_hashed(index, key, hash_seeded(key, index->seed));
}

void sha256_hex(Str text, char hex[SHA256_HEX_SIZE + 1])
{
    _Static_assert(SHA256_HEX_SIZE + 1 == SHA256_DIGEST_STRING_LENGTH, "libmd's text form has the size we promise");
    SHA256Data((const uint8_t *)(text.size ? text.data : ""), text.size, hex);
}
