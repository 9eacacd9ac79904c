/* A Dockerfile as a value, and what checks of it run over. */
#ifndef KILN_STANDARDS_DOCKERFILE_H
#define KILN_STANDARDS_DOCKERFILE_H

#include "standards_private.h"

/* dockerfile.c. NULL: reported. */
const Value *dockerfile_read(Arena *arena, const Source *source, Diags *diags) KILN_MUST_USE;

/* dockerfile_each.c */
EachFn each_stage, each_instruction, each_variable;

#endif
