/* Objects of known kinds with anything in them, held against the table of what API servers accept. */
#include "fuzz.h"
#include "kiln/api.h"

static void check(Arena *arena, unsigned minor, const Value *object)
{
    ApiFaults faults = {.arena = arena};
    api_check(minor, object, &faults);
    REQUIRE(faults.count <= API_FAULT_LIMIT + 1);
    for (size_t i = 0; i < faults.count; i++)
        REQUIRE(faults.list[i].message.size > 0 && faults.list[i].value);
}

static bool check_document(void *user, const Value *document)
{
    for (const char *const *version = api_versions; *version; version++)
        check(user, api_minor(str_from(*version)), document);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    /* Text, or bytes that make an object: either finds what the other does not. */
    if (size && data[0] >= ' ') {
        bool ok = yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, check_document, fuzz.arena);
        REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
    } else {
        FuzzBytes bytes = {data + (size > 0), size - (size > 0)};
        check_document(fuzz.arena, fuzz_tree(&bytes, fuzz.arena, 12));
    }
    return fuzz_end(&fuzz);
}
