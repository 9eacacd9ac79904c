/* What the files of this room share. */
#ifndef KILN_BASE_PRIVATE_H
#define KILN_BASE_PRIVATE_H

#include "kiln/base.h"

/*
 * As vsnprintf, without its locale and padding: knows %s, %.*s, %u, %zu, %d and %%, which is nearly all that is
 * printed here, and a tenth of the time. -1 where the text does not fit, or the format has anything else: then
 * vsnprintf must do it.
 */
int format_simple(char *out, size_t room, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

#endif
