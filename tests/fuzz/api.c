/*
 * Objects of known kinds with anything in them, held against the table of what API servers accept: as text, or as
 * bytes that change an example. The order of keys makes no difference.
 */
#include "examples.h"
#include "mutate.h"

#include "kiln/api.h"

typedef struct Check {
    Arena *arena;
    unsigned minor;
} Check;

static ApiFaults faults_of(const Check *check, const Value *object)
{
    ApiFaults faults = {.arena = check->arena};
    api_check(check->minor, object, &faults);
    REQUIRE(faults.count <= API_FAULT_LIMIT + 1);
    for (size_t i = 0; i < faults.count; i++)
        REQUIRE(faults.list[i].message.size > 0 && faults.list[i].value);
    return faults;
}

static bool check_document(void *user, const Value *document)
{
    const Check *check = user;
    ApiFaults faults = faults_of(check, document);
    ApiFaults turned = faults_of(check, fuzz_turned(check->arena, document));
    REQUIRE(faults.count == turned.count);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    FuzzBytes bytes = {data, size};
    uint8_t how = fuzz_byte(&bytes);
    size_t versions = 0;
    while (api_versions[versions])
        versions++;
    Check check = {fuzz.arena, api_minor(str_from(api_versions[how % versions]))};
    if (how >= ' ') {
        bool ok = yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, check_document, &check);
        REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
    } else {
        check_document(&check, fuzz_object(&bytes, fuzz.arena));
    }
    return fuzz_end(&fuzz);
}
