/* What people write for kiln: any bytes give a value that prints, or a diagnostic. */
#include "mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    const Value *value = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    REQUIRE(value || diags_error_count(fuzz.diags) > 0);
    if (value) {
        Buf json = {0};
        value_print_json(value, true, &json);
        buf_release(&json);
    }
    return fuzz_end(&fuzz);
}
