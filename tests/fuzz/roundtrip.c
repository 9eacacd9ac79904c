/*
 * What the writer writes, both readers read back as the same value, in the map's order or sorted. The first byte says
 * which order, and which readers.
 */
#include "generate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(NULL, 0);
    FuzzBytes bytes = {data, size};
    Buf text = {0};
    uint8_t how = fuzz_byte(&bytes);
    YamlStyle style = {.sorted = how & 1};
    MapBuilder map = map_begin(fuzz.arena);
    map_set(&map, STR("value"), ORIGIN_NONE, fuzz_value(&bytes, fuzz.arena, 8));
    const Value *value = map_end(&map, ORIGIN_NONE), *theirs = NULL;
    yaml_write(&text, value, &style);
    const Source *source = sources_add(fuzz.sources, STR("written"), arena_copy(fuzz.arena, buf_str(&text)), false);
    buf_release(&text);
    if (how % 8 < 4) {
        const Value *ours = yaml_read(fuzz.arena, source, fuzz.diags);
        REQUIRE(ours && value_equal(ours, value));
    }
    if (how % 8 > 2) {
        bool ok = yaml_manifests(fuzz.arena, source, fuzz.diags, fuzz_keep, &theirs);
        REQUIRE(ok && theirs && value_equal(theirs, value));
    }
    REQUIRE(!diags_count(fuzz.diags));
    return fuzz_end(&fuzz);
}
