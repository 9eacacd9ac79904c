/* Two texts line by line, as a unified diff without its file names. */
#ifndef KILN_LINE_DIFF_H
#define KILN_LINE_DIFF_H

#include "kiln/base.h"

typedef struct LineDiffSize {
    size_t shown;
    size_t left_out;
} LineDiffSize;

/* At most limit lines, each behind gutter; control characters and bytes that are no UTF-8 come out as \xNN. */
LineDiffSize line_diff_print(Str from, Str to, const char *gutter, size_t limit, Buf *out);
/* At most limit bytes of a line as a terminal may see it, and whether more was there. */
void add_visible(Buf *out, Str line, size_t limit);

#endif
