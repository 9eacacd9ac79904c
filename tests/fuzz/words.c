/* Kubernetes' small languages: what parses prints, and what prints parses to the same. */
#include "fuzz.h"
#include "kiln/kube.h"

static void check_quantity(Str text)
{
    Quantity quantity, again;
    char printed[QUANTITY_TEXT_SIZE];
    if (!quantity_parse(text, &quantity))
        return;
    Str canonical = quantity_print(quantity, printed);
    REQUIRE(quantity_parse(canonical, &again) && quantity_compare(quantity, again) == 0);
}

static void check_duration(Arena *arena, Str text)
{
    int64_t milliseconds, again;
    if (!duration_parse(text, &milliseconds))
        return;
    REQUIRE(duration_parse(duration_print(arena, milliseconds), &again) && again == milliseconds);
}

/* The parts of a reference make it up. */
static void check_image(Str text)
{
    Image image;
    const char *why;
    if (!image_parse(text, &image, &why)) {
        REQUIRE(why && *why);
        return;
    }
    size_t marks = (image.tag.size ? 1u : 0u) + (image.digest.size ? 1u : 0u);
    REQUIRE(image.repository.size + image.tag.size + image.digest.size + marks == text.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Fuzz fuzz = fuzz_begin(data, size);
    check_quantity(fuzz.input);
    check_duration(fuzz.arena, fuzz.input);
    check_image(fuzz.input);
    if (name_is_dns_label(fuzz.input))
        REQUIRE(name_is_dns_subdomain(fuzz.input));
    (void)cidr_valid(fuzz.input);
    (void)date_valid(fuzz.input);
    size_t count;
    const Path *path = path_parse(fuzz.arena, fuzz.input, &count);
    if (path)
        REQUIRE(path_text(fuzz.arena, &path[count - 1]).size > 0);
    return fuzz_end(&fuzz);
}
