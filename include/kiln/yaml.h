/*
 * yaml: text to values and back. Three doors:
 *   yaml_read        what people write for kiln: YAML 1.2 core schema, one document, strict (through libfyaml)
 *   yaml_manifests   what goes to a cluster: YAML as go-yaml and sigs.k8s.io/yaml read it (through libyaml)
 *   yaml_write       our own block writer, whose output every common reader understands alike
 *
 * Ownership: values and decoded text live in the arena given; plain scalars may point into the source's text.
 * Failure: NULL or false, with a diagnostic at the place already reported.
 */
#ifndef KILN_YAML_H
#define KILN_YAML_H

#include "kiln/base.h"
#include "kiln/diag.h"
#include "kiln/value.h"

/* Limits on what is read; each ends in a diagnostic that names it. */
typedef struct YamlLimits {
    size_t bytes;     /* of one file */
    size_t depth;     /* nested maps and lists */
    size_t values;    /* written out in one file */
    size_t expansion; /* values that aliases and merge keys may add in one file */
} YamlLimits;
extern const YamlLimits yaml_limits;
/* For manifests: a whole cluster in one stream, generated and deeply nested schemas. */
extern const YamlLimits yaml_manifest_limits;

/*
 * Reads one document. An empty file (or only comments) is an empty map with the origin of the file's start. Aliases
 * are shared, merge keys (<<) are expanded under the budget, duplicate keys are errors that cite both places, keys
 * are scalars (kept as written). Refused with a clear message: invalid UTF-8, control characters, tabs as
 * indentation, tags other than the core schema's, a second document, directives other than %YAML 1.2 / 1.1
 * (accepted).
 */
const Value *yaml_read(Arena *arena, const Source *source, Diags *diags) KILN_MUST_USE;

/*
 * What a plain scalar means to other readers. Returns a short phrase naming both readings when any common reader
 * types the text differently from YAML 1.2's core schema ("10 in YAML 1.2, 8 in YAML 1.1"), else STR_NONE.
 */
Str yaml_ambiguity(Arena *arena, const Value *plain);
/* The core schema's reading (YAML 1.2.2 §10.3.2) of a plain scalar's text. */
const Value *yaml_plain(Arena *arena, Origin origin, Str text);

/* What a comment says that ends the line of the scalar at origin, without '#'; empty for none. */
Str yaml_comment_behind(const Sources *sources, Origin origin);

/*
 * Reads manifests as kubectl would: several documents, JSON, go-yaml's scalar typing, List kinds not unpacked. Each
 * document that is not empty is handed to each. Used to re-read our own output and for foreign manifests.
 */
typedef bool YamlDocumentFn(void *user, const Value *document);
bool yaml_manifests(Arena *arena, const Source *source, Diags *diags, YamlDocumentFn *each, void *user) KILN_MUST_USE;

/*
 * How much of a stream that comes in is worth reading (a FileEnoughFn): all of it while it may become what
 * yaml_manifests takes, else so much that yaml_manifests refuses it. Starts as {0}.
 */
typedef struct YamlStream {
    size_t looked_at;
    bool tried;
} YamlStream;
size_t yaml_stream_enough(void *stream, Str text);

/* A trailing comment for the entry or item being written, without '#'; STR_NONE for none. parent is the key of the
 * map around. */
typedef Str YamlCommentFn(void *user, Str parent, Str key, const Value *value);

typedef struct YamlStyle {
    bool sorted; /* keys in byte order (manifests); else in the map's order (workflows, config files) */
    YamlCommentFn *comment;
    void *user;
} YamlStyle;

/*
 * Appends value in block style: two spaces, sequences indented under their key, nothing folded, literal blocks for
 * multi-line text where that is safe, strings quoted whenever any common reader would re-type them. No "---", one
 * newline at the end.
 */
void yaml_write(Buf *out, const Value *value, const YamlStyle *style);
/* One string scalar in its flow form, quoted if need be. */
void yaml_write_string(Buf *out, Str text);

/*
 * The source's text with the fewest changes after which it reads as wanted: comments, order and style stay. old is
 * what yaml_read made of it; wanted may have other, more or fewer entries in its maps, and other strings. false, with
 * nothing reported: it is written in a way that is not edited (anchors, merge keys, values over several lines).
 */
bool yaml_edit(Arena *arena, const Source *source, const Value *old, const Value *wanted, Str *text) KILN_MUST_USE;

#endif
