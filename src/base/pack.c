/*
 * Text that waits, packed with LZ4: manifests take a tenth of their room. What it is the text of, it does not know.
 */
#include "kiln/base.h"

#include <lz4.h>
#include <stdlib.h>

/* Less is not worth the time, which a small project would notice. */
#ifdef KILN_HOSTILE
enum { PACKED_LEAST = 1 };
#else
enum { PACKED_LEAST = 32 * 1024 };
#endif

static Str copied(Str text)
{
    char *copy = text.size ? malloc(text.size) : NULL;
    if (text.size && !copy)
        base_out_of_memory();
    if (copy)
        memcpy(copy, text.data, text.size);
    return (Str){copy, text.size};
}

Pack pack_plain(Str text)
{
    return (Pack){copied(text), text.size};
}

Pack pack_text(Str text, Buf *scratch)
{
    if (text.size < PACKED_LEAST || text.size > LZ4_MAX_INPUT_SIZE)
        return pack_plain(text);
    scratch->size = 0;
    buf_reserve(scratch, text.size);
    int size = LZ4_compress_default(text.data, scratch->data, (int)text.size, (int)text.size - 1);
    return size > 0 ? (Pack){copied((Str){scratch->data, (size_t)size}), text.size} : pack_plain(text);
}

Str pack_open(const Pack *pack, Unpacked *unpacked)
{
    if (pack_is_plain(pack))
        return pack->bytes;
    Buf *text = &unpacked->text;
    if (unpacked->pack == pack)
        return buf_str(text);
    text->size = 0;
    buf_reserve(text, pack->size);
    int size = LZ4_decompress_safe(pack->bytes.data, text->data, (int)pack->bytes.size, (int)pack->size);
    if (size < 0 || (size_t)size != pack->size)
        abort(); /* we packed it, and nobody has written into it */
    text->size = pack->size;
    unpacked->pack = pack;
    return buf_str(text);
}

void unpacked_release(Unpacked *unpacked)
{
    buf_release(&unpacked->text);
    unpacked->pack = NULL;
}
