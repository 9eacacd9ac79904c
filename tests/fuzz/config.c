/* What runners hand over: a functionConfig (kiln fn), or Argo CD's parameters (kiln argocd), by the first byte. */
#define FUZZ_TEXT_START(data, size) ((void)(data), (size_t)1)
#include "mutate.h"

#include "../../src/cli/argocd.c"
#include "../../src/cli/fn.h"

static bool take_config(void *user, const Value *document)
{
    FunctionConfig config;
    Diags *diags = user;
    bool ok = fn_config_read(document, diags, &config);
    REQUIRE(ok || diags_error_count(diags) > 0);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    Fuzz fuzz = fuzz_begin(data + 1, size - 1);
    if (data[0] & 1) {
        bool ok = yaml_manifests(fuzz.arena, fuzz.source, fuzz.diags, take_config, fuzz.diags);
        REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
    } else {
        Parameters parameters = {.arena = fuzz.arena, .diags = fuzz.diags, .services = list_begin(fuzz.arena),
                                 .sets = list_begin(fuzz.arena), .seen = &value_empty_map};
        bool ok = parameters_read(&parameters, fuzz.sources, arena_text(fuzz.arena, fuzz.input));
        REQUIRE(ok || diags_error_count(fuzz.diags) > 0);
        texts_of(fuzz.arena, &parameters.services);
    }
    return fuzz_end(&fuzz);
}
