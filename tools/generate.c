/* generate: prints the reference page of every field, from the table that the program itself works by. */
#include <stdio.h>

#include "kiln/model.h"

int main(void)
{
    Arena *arena = arena_new();
    Buf page = {0};
    model_print_page(arena, &page);
    bool written = fwrite(page.data, 1, page.size, stdout) == page.size && fflush(stdout) == 0;
    buf_release(&page);
    arena_free(arena);
    return written ? 0 : 1;
}
