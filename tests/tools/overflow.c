/*
 * Writes behind a buffer: "heap", whose size only the running program knows, which is what _FORTIFY_SOURCE=3 sees and 2
 * does not; "stack", behind an array in the frame. Compiled with the program's own flags, it must be ended for both. It
 * must not know how.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void heap(size_t size)
{
    char *block = malloc(size);
    if (!block)
        return;
    memset(block, 'x', size + 1);
    puts(block);
    free(block);
}

static void stack(size_t size)
{
    char block[16];
    volatile char *end = block;
    for (size_t i = 0; i < size; i++)
        end[i] = 'x';
    printf("%.1s\n", block);
}

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    if (strcmp(words[1], "heap") == 0)
        heap(strlen(words[1]) * 8);
    else
        stack(strlen(words[1]) * 16);
    return 0;
}
