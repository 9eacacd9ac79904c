/*
 * What the files of this room share: the check that comes before any parser, and the composer, which turns a stream
 * of events into values whichever library the events come from.
 *
 * Failure: false or NULL, with a diagnostic already reported.
 */
#ifndef KILN_YAML_PRIVATE_H
#define KILN_YAML_PRIVATE_H

#include "kiln/yaml.h"

/* ---- text.c: before a parser sees it ---- */

/* Size, UTF-8, control characters. Libraries may end a document *successfully* at a NUL or a broken sequence. */
bool text_check(const Source *source, const YamlLimits *limits, Diags *diags) KILN_MUST_USE;
/* Bytes of a byte order mark at the start: 0 or 3. */
size_t text_bom(Str text);

/* ---- flow.c, block.c: the text of scalars that are known to be valid ---- */

/* The text of the quoted scalar whose opening quote stands at open; in the source where nothing had to be decoded. */
Str quoted_text(Arena *arena, Str source, size_t open);
/* The text of a plain scalar, given all that it spans. */
Str plain_text(Arena *arena, Str text);

/*
 * The text of the block scalar whose '|' or '>' stands at indicator. parent: the indentation of the block collection
 * around it, -1 for the document.
 */
Str block_text(Arena *arena, Str source, size_t indicator, ptrdiff_t parent);

/* ---- lines.c: documents in the form that programs write ---- */

/* Whether its documents can be told apart by their first lines, and its lines by their line feeds. */
bool lines_are_common(Str text);
/* Takes the next document off the front of such a text. */
Str lines_next(Str *rest);
/* NULL, with nothing reported: it has another form. Texts of the value point into text. */
const Value *lines_document(Arena *arena, Origin base, Str text);

/* ---- manifest.c ---- */

/* yaml_manifests; by_lines false: without lines.c, which must make no difference. */
bool manifests_read(Arena *arena, const Source *source, Diags *diags, bool by_lines, YamlDocumentFn *each,
                    void *user) KILN_MUST_USE;
/* Whether a plain scalar is a string to go-yaml 2. */
bool manifest_is_text(Str text);
/* Its value; NULL where JSON has none (.nan), unreported. */
const Value *manifest_plain(Arena *arena, Origin origin, Str text);

/* ---- scalar.c ---- */

/* Whether a string may be written without quotes. */
bool scalar_is_plain(Str text);
/* The text without its underscores in out (room for text.size bytes). */
Str scalar_without(Str text, char removed, char *out);
/* [-+]? ( "." digits | digits ( "." digits* )? ) ( [eE] [-+]? digits )? : the core schema's decimal numbers. */
bool scalar_is_decimal(Str text);
double scalar_decimal(Str text);
/* The value of [-+]? digits in base (2, 8, 10, 16); false where another character occurs or none. */
bool scalar_digits(Str text, unsigned base, double *number);

/* ---- compose.c: events → values ---- */

typedef enum EventKind { EVENT_SCALAR, EVENT_ALIAS, EVENT_LIST, EVENT_MAP, EVENT_END, EVENT_DOCUMENT_END } EventKind;

/* One parsing event in neither library's terms. Texts live in the arena or in the source. */
typedef struct Event {
    EventKind kind;
    bool plain;    /* an unquoted scalar */
    bool flow;     /* a collection in brackets */
    bool implicit; /* a scalar of which nothing stands in the file */
    Origin origin;
    Str text;   /* of a scalar; the anchor's name of an alias */
    Str anchor; /* data NULL where absent, as in tag */
    Str tag;    /* resolved: "tag:yaml.org,2002:str", "!" or "!local" */
    Origin tag_origin;
} Event;

typedef struct Composer Composer;

/* What a reader brings along. All report their own failures. */
typedef struct Reading {
    bool (*next)(void *parser, Event *event);
    /* The value of a scalar; STR_NONE text never occurs. */
    const Value *(*scalar)(Composer *composer, const Event *event);
    /* The text of a scalar as a key. */
    bool (*key)(Composer *composer, const Event *event, Str *key);
    /* Whether the tag may stand on a list or a map. */
    bool (*collection_tag)(Composer *composer, const Event *event);
    const YamlLimits *limits;
    /* go-yaml 2: a merge key overrides the entries that stand before it in its map. */
    bool merge_overrides;
} Reading;

typedef struct Anchor {
    const Value *value; /* NULL while its node is still open */
    size_t weight;
} Anchor;

struct Composer {
    Arena *arena;
    const Source *source;
    Diags *diags;
    const Reading *reading;
    void *parser;
    Index *anchor_names;
    Anchor *anchors;
    size_t anchor_count, anchor_capacity;
    size_t weight;   /* values composed so far, aliases counted as if written out */
    size_t expanded; /* those among them that only aliases and merge keys brought */
    size_t depth;
};

Composer composer_begin(Arena *arena, const Source *source, Diags *diags, const Reading *reading, void *parser);
/* The document's root, from the events up to the one that ends it. Anchors of an earlier document are forgotten. */
const Value *compose_document(Composer *composer, const Event *first) KILN_MUST_USE;

/* "tag:yaml.org,2002:" in front of the names that YAML itself defines. */
#define CORE_TAG_PREFIX "tag:yaml.org,2002:"
/* Whether the event bears the tag !!name. */
bool event_tagged(const Event *event, const char *name);
/* A tag as people write it: !!str, !local. */
Str tag_shown(Arena *arena, Str tag);

#endif
