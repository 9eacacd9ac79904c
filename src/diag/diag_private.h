/*
 * What the files of this room share: reading a line as people see it. A byte that is no UTF-8 counts as one character
 * of its own, in columns as in quoted lines, so that the caret stands right below text of any encoding.
 */
#ifndef KILN_DIAG_PRIVATE_H
#define KILN_DIAG_PRIVATE_H

#include "kiln/diag.h"

/* Decodes the character at *at and moves *at behind it; U+FFFD for a byte that is no UTF-8. */
uint32_t line_next(Str line, size_t *at);
/* One character of an input, made harmless for a terminal; a tab becomes a space. */
void char_add(Buf *out, uint32_t c);

#endif
