/* Text that waits: what is opened is what was packed, whatever it was. */
#include "kiln/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

enum { SIZE = 300 * 1024 };

/* Lines of a few words, as manifests are; or, with 256 words, nothing that packs. */
static Str text_make(char *text, uint32_t seed, unsigned words)
{
    for (size_t i = 0; i < SIZE; i++) {
        seed = seed * 1664525u + 1013904223u;
        text[i] = words < 256 ? "name: web\n"[(seed >> 24) % words] : (char)(seed >> 24);
    }
    return (Str){text, SIZE};
}

static void assert_opens(const Pack *pack, Str text, Unpacked *unpacked)
{
    Str opened = pack_open(pack, unpacked);
    assert_int_equal(pack->size, text.size);
    assert_int_equal(opened.size, text.size);
    assert_memory_equal(opened.data ? opened.data : "", text.data, text.size);
}

static void test_packed(void **state)
{
    (void)state;
    static char text[SIZE];
    Buf scratch = {0};
    Unpacked unpacked = {0};
    for (uint32_t seed = 1; seed <= 20; seed++) {
        Str whole = text_make(text, seed, 1 + seed % 9);
        Pack pack = pack_text(whole, &scratch);
        assert_false(pack_is_plain(&pack));
        assert_true(pack.bytes.size < SIZE);
        unpacked.pack = NULL;
        assert_opens(&pack, whole, &unpacked);
        free((void *)pack.bytes.data);
    }
    unpacked_release(&unpacked);
    buf_release(&scratch);
}

/* What does not get smaller stays as it is, and so does what is short. */
static void test_plain(void **state)
{
    (void)state;
    static char text[SIZE];
    Str whole = text_make(text, 7, 256);
    const Str texts[] = {whole, str_slice(whole, 0, 1), STR("")};
    Buf scratch = {0};
    Unpacked unpacked = {0};
    for (size_t i = 0; i < LENGTH_OF(texts); i++) {
        Pack packs[] = {pack_text(texts[i], &scratch), pack_plain(texts[i])};
        for (size_t j = 0; j < LENGTH_OF(packs); j++) {
            assert_true(pack_is_plain(&packs[j]));
            assert_opens(&packs[j], texts[i], &unpacked);
            assert_true(!texts[i].size || packs[j].bytes.data != texts[i].data);
            free((void *)packs[j].bytes.data);
        }
    }
    unpacked_release(&unpacked);
    buf_release(&scratch);
}

/* The same pack is opened once; another one in between, anew. */
static void test_in_turn(void **state)
{
    (void)state;
    static char first_text[SIZE], second_text[SIZE];
    Str first = text_make(first_text, 1, 9), second = text_make(second_text, 2, 5);
    Buf scratch = {0};
    Pack packs[] = {pack_text(first, &scratch), pack_text(second, &scratch)};
    Unpacked unpacked = {0};
    assert_opens(&packs[0], first, &unpacked);
    unpacked.text.data[0] = '!';
    assert_int_equal(pack_open(&packs[0], &unpacked).data[0], '!');
    assert_opens(&packs[1], second, &unpacked);
    assert_opens(&packs[0], first, &unpacked);
    unpacked_release(&unpacked);
    assert_opens(&packs[1], second, &unpacked);
    unpacked_release(&unpacked);
    for (size_t i = 0; i < LENGTH_OF(packs); i++)
        free((void *)packs[i].bytes.data);
    buf_release(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
