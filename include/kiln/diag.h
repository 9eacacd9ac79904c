/*
 * diag: where text came from, and what is wrong with it.
 *
 * A Source is one text that was read (a file, a --set argument, an embedded file). All sources of a run share one
 * 32-bit number space, and an Origin is a place in it: base of the source + byte offset. So a value carries file,
 * line and column in four bytes, and lines are counted only when somebody asks.
 *
 * Ownership: sources and their texts live in the arena given to sources_new, for the whole run. Sources are added
 * while loading; after that they are only read, from any thread.
 *
 * Diags collects what went wrong; it is sorted by place before it is printed, so output does not depend on the order
 * of discovery. One Diags per thread; diags_move joins them.
 */
#ifndef KILN_DIAG_H
#define KILN_DIAG_H

#include "kiln/base.h"

typedef uint32_t Origin;
#define ORIGIN_NONE 0u

typedef struct Source {
    Str name; /* as shown to the user: a path from the working directory, "--set", "built-in production" */
    Str text;
    Origin base; /* origin of the first byte; the byte behind the last one has an origin too (end of file) */
    bool built_in;
} Source;

typedef struct Sources Sources;

Sources *sources_new(Arena *arena);
/* name and text are not copied. NULL when 4 GiB of text have been read in one run (the caller reports it). */
const Source *sources_add(Sources *sources, Str name, Str text, bool built_in);
/* An embedded file's. All of them are there from the start, at the same origins in every run. */
const Source *sources_built_in(const Sources *sources, const EmbeddedFile *file);
/* NULL for ORIGIN_NONE. */
const Source *sources_find(const Sources *sources, Origin origin);

/* A place as people count: line and column are 1-based, columns in code points. line 0: no place is known. */
typedef struct Place {
    const Source *source;
    unsigned line;
    unsigned column;
    Str line_text; /* without its line ending */
} Place;
Place origin_place(const Sources *sources, Origin origin);
/* For many places of a source in rising order: each goes on counting from the one before. Starts as {0}. */
typedef struct PlaceCursor {
    Place place; /* the one before */
    size_t line_start, line_end;
    size_t offset;
} PlaceCursor;
Place origin_place_next(const Sources *sources, PlaceCursor *cursor, Origin origin);
/* "file:line:col", or "built-in environments/production.yaml:3:1", for use inside a message. */
Str origin_text(Arena *arena, const Sources *sources, Origin origin);

typedef enum Severity { SEVERITY_NOTE, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR } Severity;
const char *severity_name(Severity severity);

typedef struct Diag {
    Severity severity;
    Origin origin;
    Str file;    /* where there is no origin but a file to name; else empty */
    Str message; /* lower case, no full stop: "unknown field 'helth'; did you mean 'health'?" */
    Str detail;   /* a further line below the quoted one, or empty */
    bool masked; /* what stands at the place is secret: no quote of its line goes beyond it */
} Diag;

typedef struct Diags Diags;

/* Messages live in the arena. */
Diags *diags_new(Arena *arena, const Sources *sources);
void diag_error(Diags *diags, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
void diag_warning(Diags *diags, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
void diag_note(Diags *diags, Origin origin, const char *format, ...) KILN_PRINTF(3, 4);
/* As the others, with every part given; message and detail are copied. */
void diag_report(Diags *diags, Diag diag);
/* Whether there is room for one more; one that there is none for has been counted. */
bool diags_keep(Diags *diags, Severity severity) KILN_MUST_USE;
/* What stands at the place is secret, whoever quotes its line. */
void diags_mask(Diags *diags, Origin origin);
/* About a file that could not be read, so that there is no place in it: "services/a.yaml: error: cannot read: …". */
void diag_file_error(Diags *diags, Str file, const char *format, ...) KILN_PRINTF(3, 4);
/* About no file at all: "error: …". */
void diag_plain_error(Diags *diags, const char *format, ...) KILN_PRINTF(2, 3);
void diag_plain_note(Diags *diags, const char *format, ...) KILN_PRINTF(2, 3);

size_t diags_error_count(const Diags *diags);
/* Whether what is wrong is still being printed, so that it is worth finding out what was meant. */
bool diags_may_advise(const Diags *diags);
size_t diags_count(const Diags *diags);
const Diag *diags_at(const Diags *diags, size_t index);
const Sources *diags_sources(const Diags *diags);
Arena *diags_arena(const Diags *diags);
/* Appends all of from to into; from is empty afterwards. */
void diags_move(Diags *into, Diags *from);
/* By file, line, column; equal places keep their order; exact repetitions are dropped. */
void diags_sort(Diags *diags);

/* How many a run prints before it says how many more there are. */
#define DIAGS_PRINT_LIMIT 100

/*
 * Text form, after diags_sort:
 *   services/auth.yaml:3:1: error: unknown field 'helth'; did you mean 'health'?
 *       helth: {liveness: /health}
 *       ^
 * Long source lines are cut around the caret; tabs become single spaces so that the caret stands right.
 */
void diags_print(const Diags *diags, Buf *out);

/* ---- text of others, shown to people ---- */

/* One line, without what commands a terminal. */
void shown_add(Buf *out, Str text);
Str shown_text(Arena *arena, Str text);
/*
 * What out has from offset from on are lines that may come to stand in the log of a build: what a runner would take
 * from them for a command to itself is made harmless.
 */
void shown_defuse(Buf *out, size_t from);
/* Both, of all that out has. */
void shown_lines(Buf *out);

#endif
