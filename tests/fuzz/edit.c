/* A file edited as releases are: what the edited text reads as is what was wanted. Edits first, then a zero, then
 * text. */
#include "generate.h"

static size_t text_start(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    return end ? (size_t)(end - data) + 1 : size;
}
#define FUZZ_TEXT_START(data, size) text_start(data, size)
#include "mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    if (!end)
        return 0;
    Fuzz fuzz = fuzz_begin(end + 1, size - (size_t)(end - data) - 1);
    FuzzBytes bytes = {data, (size_t)(end - data)};
    const Value *old = yaml_read(fuzz.arena, fuzz.source, fuzz.diags);
    if (value_is(old, VALUE_MAP)) {
        const Value *wanted = fuzz_changed(&bytes, fuzz.arena, old, 6);
        Str text;
        if (value_is(wanted, VALUE_MAP) && yaml_edit(fuzz.arena, fuzz.source, old, wanted, &text)) {
            const Source *source = sources_add(fuzz.sources, STR("edited"), text, false);
            const Value *again = yaml_read(fuzz.arena, source, fuzz.diags);
            REQUIRE(again && value_equal(again, wanted));
        }
    }
    return fuzz_end(&fuzz);
}
