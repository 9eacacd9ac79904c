/* New files for people: all of them are made, or none; what exists is kept as it is. */
#ifndef KILN_SCAFFOLD_H
#define KILN_SCAFFOLD_H

#include "cli_private.h"

#include "kiln/value.h"

typedef struct ScaffoldFile {
    Str path; /* relative to the folder */
    Str text;
    bool kept; /* something stands there already */
} ScaffoldFile;

typedef struct Scaffold {
    Arena *arena;
    Sources *sources;
    Diags *diags;
    ScaffoldFile *files;
    size_t count;
    size_t capacity;
} Scaffold;

Scaffold scaffold_begin(Arena *arena);
void scaffold_add(Scaffold *scaffold, Str path, Str text);
/*
 * Text with JSON-e's ${…} over context. A line that begins with "#port|" stands only where service.port is there, one
 * with "#else|" only where it is not. False: reported in diags.
 */
bool scaffold_add_template(Scaffold *scaffold, Str path, Str label, Str text, const Value *context) KILN_MUST_USE;
/* Writes below folder and says on stdout what came of each file; lead stands before the paths there. */
bool scaffold_write(Scaffold *scaffold, const char *folder, Str lead) KILN_MUST_USE;

#endif
