/* Manifests from anywhere: any bytes give documents that print, or a diagnostic; by lines or by the parser alike. */
#include "mutate.h"

#include "../../src/yaml/yaml_private.h"

static bool print_document(void *user, const Value *document)
{
    value_print_json(document, false, user);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    Diags *diags = diags_new(fuzz.arena, fuzz.sources);
    Buf ours = {0}, theirs = {0};
    bool ok = yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, print_document, &ours);
    REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
    REQUIRE(manifests_read(fuzz.arena, fuzz.source, diags, false, print_document, &theirs) == ok);
    REQUIRE(str_equal(buf_str(&ours), buf_str(&theirs)));
    buf_release(&ours);
    buf_release(&theirs);
    return fuzz_end(&fuzz);
}
