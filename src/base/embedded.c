/* Look-up in the table of embedded files, which tools/embed.c makes and `make` keeps sorted. */
#include "kiln/base.h"

const EmbeddedFile *embedded_find(Str path)
{
    size_t low = 0;
    for (size_t high = embedded_file_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(embedded_files[middle].path, path);
        if (order == 0)
            return &embedded_files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
