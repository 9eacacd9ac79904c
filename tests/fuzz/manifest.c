/* Manifests from anywhere: any bytes give documents that print, or a diagnostic. */
#include "fuzz.h"

static bool print_document(void *user, const Value *document)
{
    (void)user;
    Buf json = {0};
    value_print_json(document, false, &json);
    buf_release(&json);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    bool ok = yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, print_document, NULL);
    REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
    return fuzz_end(&fuzz);
}
