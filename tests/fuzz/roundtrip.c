/* What the writer writes, both readers read back as the same value, sorted or not. */
#include "fuzz.h"

static void read_back(Fuzz *fuzz, const Value *value, bool sorted)
{
    Buf text = {0};
    YamlStyle style = {.sorted = sorted};
    yaml_write(&text, value, &style);
    const Source *source = sources_add(fuzz->sources, STR("written"), buf_str(&text), false);
    const Value *ours = yaml_read(fuzz->arena, source, fuzz->diags), *theirs = NULL;
    bool ok = yaml_manifests(fuzz->arena, source, fuzz->diags, fuzz_keep, &theirs);
    REQUIRE(ok && ours && theirs);
    REQUIRE(value_equal(ours, value));
    REQUIRE(value_equal(theirs, value));
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    MapBuilder map = map_begin(fuzz.arena);
    map_set(&map, STR("value"), ORIGIN_NONE, fuzz_value(&bytes, fuzz.arena, 8));
    const Value *value = map_end(&map, ORIGIN_NONE);
    read_back(&fuzz, value, false);
    read_back(&fuzz, value, true);
    return fuzz_end(&fuzz);
}
