/*
 * Manifests as the cluster's tools read them: several documents, and plain scalars typed as go-yaml 2 does, on which
 * sigs.k8s.io/yaml and so kubectl and Argo CD stand. The only file that knows libyaml, whose grammar go-yaml ports;
 * so it is also the independent reader of what we write. Must not know what an object is.
 *
 * Stricter than they are in one point: a duplicate key is an error, where they keep the last one in silence.
 *
 * Most documents never come to it: lines.c reads the form in which programs write them.
 *
 * libyaml's marks count characters; an Origin counts bytes. Events come in order, so a cursor keeps the two together.
 */
#include "yaml_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

typedef struct Manifests {
    Arena *arena;
    const Source *source;
    Diags *diags;
    yaml_parser_t parser;
    Str text;               /* what libyaml reads */
    size_t skipped;         /* a byte order mark in front of it */
    size_t character, byte; /* the same place in text, for mark_origin */
} Manifests;

/* ---- places ---- */

static Origin byte_origin(const Manifests *m, size_t byte)
{
    return m->source->base + (Origin)(m->skipped + (byte < m->text.size ? byte : m->text.size));
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static Origin mark_origin(Manifests *m, yaml_mark_t mark)
{
    if (mark.index < m->character)
        m->character = m->byte = 0;
    while (m->character < mark.index && m->byte < m->text.size) {
        m->byte++;
        while (m->byte < m->text.size && is_continuation(m->text.data[m->byte]))
            m->byte++;
        m->character++;
    }
    return byte_origin(m, m->byte);
}

static bool report_syntax(Manifests *m)
{
    const yaml_parser_t *parser = &m->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        base_out_of_memory();
    Origin origin = parser->error == YAML_READER_ERROR ? byte_origin(m, parser->problem_offset)
                                                       : mark_origin(m, parser->problem_mark);
    diag_error(m->diags, origin, "%s%s%s", parser->problem ? parser->problem : "this is not YAML",
               parser->context ? " " : "", parser->context ? parser->context : "");
    return false;
}

/* ---- events ---- */

static Str copy_text(Manifests *m, const yaml_char_t *text, size_t size)
{
    return arena_copy(m->arena, (Str){(const char *)text, size});
}

static Str copy_name(Manifests *m, const yaml_char_t *name)
{
    return name ? copy_text(m, name, strlen((const char *)name)) : STR_NONE;
}

static void take_scalar(Manifests *m, const yaml_event_t *theirs, Event *event)
{
    event->kind = EVENT_SCALAR;
    event->text = copy_text(m, theirs->data.scalar.value, theirs->data.scalar.length);
    event->anchor = copy_name(m, theirs->data.scalar.anchor);
    event->tag = copy_name(m, theirs->data.scalar.tag);
    event->plain = theirs->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    event->implicit = event->plain && !event->text.size && theirs->start_mark.index == theirs->end_mark.index;
}

static void take_map(Manifests *m, const yaml_event_t *theirs, Event *event)
{
    event->kind = EVENT_MAP;
    event->anchor = copy_name(m, theirs->data.mapping_start.anchor);
    event->tag = copy_name(m, theirs->data.mapping_start.tag);
    event->flow = theirs->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
}

static void take_list(Manifests *m, const yaml_event_t *theirs, Event *event)
{
    event->kind = EVENT_LIST;
    event->anchor = copy_name(m, theirs->data.sequence_start.anchor);
    event->tag = copy_name(m, theirs->data.sequence_start.tag);
    event->flow = theirs->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
}

static void take_alias(Manifests *m, const yaml_event_t *theirs, Event *event)
{
    event->kind = EVENT_ALIAS;
    event->text = copy_name(m, theirs->data.alias.anchor);
}

static void take_end(Manifests *m, const yaml_event_t *theirs, Event *event)
{
    (void)m;
    (void)theirs;
    event->kind = EVENT_END;
}

typedef void TakeFn(Manifests *m, const yaml_event_t *theirs, Event *event);

static TakeFn *const takers[] = {
    [YAML_SCALAR_EVENT] = take_scalar, [YAML_MAPPING_START_EVENT] = take_map, [YAML_SEQUENCE_START_EVENT] = take_list,
    [YAML_ALIAS_EVENT] = take_alias,   [YAML_MAPPING_END_EVENT] = take_end,   [YAML_SEQUENCE_END_EVENT] = take_end,
};

static bool manifest_event(void *parser, Event *event)
{
    Manifests *m = parser;
    yaml_event_t theirs;
    if (!yaml_parser_parse(&m->parser, &theirs))
        return report_syntax(m);
    *event = (Event){.kind = EVENT_DOCUMENT_END, .origin = mark_origin(m, theirs.start_mark)};
    event->tag_origin = event->origin;
    if ((size_t)theirs.type < LENGTH_OF(takers) && takers[theirs.type])
        takers[theirs.type](m, &theirs, event);
    yaml_event_delete(&theirs);
    return true;
}

/* ---- go-yaml's typing (resolve.go of go-yaml 2) ---- */

typedef struct GoWord {
    const char *word;
    ValueKind kind;
    bool boolean;
} GoWord;

static const GoWord go_words[] = {
    {"y", VALUE_BOOL, true},      {"Y", VALUE_BOOL, true},      {"yes", VALUE_BOOL, true},
    {"Yes", VALUE_BOOL, true},    {"YES", VALUE_BOOL, true},    {"true", VALUE_BOOL, true},
    {"True", VALUE_BOOL, true},   {"TRUE", VALUE_BOOL, true},   {"on", VALUE_BOOL, true},
    {"On", VALUE_BOOL, true},     {"ON", VALUE_BOOL, true},     {"n", VALUE_BOOL, false},
    {"N", VALUE_BOOL, false},     {"no", VALUE_BOOL, false},    {"No", VALUE_BOOL, false},
    {"NO", VALUE_BOOL, false},    {"false", VALUE_BOOL, false}, {"False", VALUE_BOOL, false},
    {"FALSE", VALUE_BOOL, false}, {"off", VALUE_BOOL, false},   {"Off", VALUE_BOOL, false},
    {"OFF", VALUE_BOOL, false},   {"", VALUE_NULL, false},      {"~", VALUE_NULL, false},
    {"null", VALUE_NULL, false},  {"Null", VALUE_NULL, false},  {"NULL", VALUE_NULL, false},
};

static const char *const go_not_finite[] = {
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
};

typedef struct Typed {
    ValueKind kind;
    bool boolean;
    bool integer;
    double number;
} Typed;

static bool go_word(Str text, Typed *typed)
{
    char first = text.size ? text.data[0] : '\0';
    if (text.size > 5 || !strchr("yYnNtTfFoO~.+-", first))
        return false;
    for (size_t i = 0; i < LENGTH_OF(go_words); i++) {
        if (go_words[i].word[0] == first && str_equal(text, str_from(go_words[i].word))) {
            *typed = (Typed){.kind = go_words[i].kind, .boolean = go_words[i].boolean};
            return true;
        }
    }
    for (size_t i = 0; i < LENGTH_OF(go_not_finite); i++) {
        if (go_not_finite[i][0] == first && str_equal(text, str_from(go_not_finite[i]))) {
            *typed = (Typed){.kind = VALUE_NUMBER, .number = (double)NAN};
            return true;
        }
    }
    return false;
}

/* strconv.ParseInt and ParseUint with base 0: a prefix says the base, a mere leading 0 means octal, 64 bits are the
 * limit. */
static bool go_integer(Str text, double *number)
{
    bool negative = text.size && text.data[0] == '-';
    size_t sign = text.size && (text.data[0] == '-' || text.data[0] == '+');
    Str digits = str_slice(text, sign, text.size);
    char second = digits.size > 2 && digits.data[0] == '0' ? (char)(digits.data[1] | 0x20) : '\0';
    unsigned base = second == 'x' ? 16 : second == 'b' ? 2 : second == 'o' ? 8 : 0;
    size_t prefix = base ? 2 : digits.size > 1 && digits.data[0] == '0' ? 1 : 0;
    if (!base)
        base = prefix ? 8 : 10;
    digits = str_slice(digits, prefix, digits.size);
    if (!digits.size || digits.data[0] == '+' || digits.data[0] == '-' || !scalar_digits(digits, base, number))
        return false;
    double limit = negative ? 0x1p63 : sign ? 0x1p63 - 1024 : 0x1p64 - 2048;
    if (*number > limit)
        return false;
    if (base == 10)
        *number = scalar_decimal(digits);
    *number = negative ? -*number : *number;
    return true;
}

static bool go_number(Str text, Typed *typed)
{
    char small[128];
    char first = text.size ? text.data[0] : '\0';
    typed->kind = VALUE_NUMBER;
    typed->integer = false;
    if (!((first >= '0' && first <= '9') || (first && strchr("+-.", first))) || text.size > sizeof small)
        return false;
    Str plain = scalar_without(text, '_', small);
    typed->integer = first != '.' && go_integer(plain, &typed->number);
    if (typed->integer)
        return true;
    if (!scalar_is_decimal(plain))
        return false;
    typed->number = scalar_decimal(plain);
    return isfinite(typed->number);
}

static Typed go_plain(Str text)
{
    Typed typed = {.kind = VALUE_STRING};
    if (go_word(text, &typed) || go_number(text, &typed))
        return typed;
    return (Typed){.kind = VALUE_STRING};
}

bool manifest_is_text(Str text)
{
    return go_plain(text).kind == VALUE_STRING;
}

const Value *manifest_plain(Arena *arena, Origin origin, Str text)
{
    Typed typed = go_plain(text);
    if (typed.kind == VALUE_NUMBER && !isfinite(typed.number))
        return NULL;
    return value_new_plain(arena, origin, typed.kind, text, typed.number, typed.boolean);
}

/* ---- tags ---- */

/* RFC 4648 §4, line ends ignored, padding required: what Go's StdEncoding accepts. */
static bool decode_base64(Arena *arena, Str text, Str *decoded)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = ARENA_ARRAY(arena, char, text.size / 4 * 3 + 4);
    size_t size = 0, count = 0, padding = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\n' || c == '\r')
            continue;
        const char *found = c ? strchr(alphabet, c) : NULL;
        padding += c == '=';
        if ((!found && c != '=') || (found && padding))
            return false;
        bits = bits << 6 | (found ? (uint32_t)(found - alphabet) : 0);
        if (++count % 4 == 0) {
            out[size++] = (char)(bits >> 16 & 0xFF);
            out[size++] = (char)(bits >> 8 & 0xFF);
            out[size++] = (char)(bits & 0xFF);
        }
    }
    if (count % 4 || padding > 2 || padding > size)
        return false;
    *decoded = (Str){out, size - padding};
    return true;
}

static const Value *binary_scalar(Composer *c, const Event *event)
{
    Str decoded;
    if (!decode_base64(c->arena, event->text, &decoded)) {
        diag_error(c->diags, event->origin, "a !!binary value is not base64");
        return NULL;
    }
    if (!utf8_valid(decoded, NULL)) {
        diag_error(c->diags, event->origin,
                   "a !!binary value is not UTF-8 text, which JSON and so a cluster cannot hold");
        return NULL;
    }
    return value_new_string(c->arena, event->origin, decoded);
}

typedef struct GoTag {
    const char *name;
    ValueKind kind;
    bool integer;
} GoTag;

static const GoTag go_tags[] = {
    {"null", VALUE_NULL, false},
    {"bool", VALUE_BOOL, false},
    {"int", VALUE_NUMBER, true},
    {"float", VALUE_NUMBER, false},
};

static const GoTag *find_go_tag(const Event *event)
{
    for (size_t i = 0; i < LENGTH_OF(go_tags); i++) {
        if (event_tagged(event, go_tags[i].name))
            return &go_tags[i];
    }
    return NULL;
}

static bool is_typed(const Event *event)
{
    return event->tag.data ? find_go_tag(event) != NULL : event->plain;
}

static bool check_tag(Composer *c, const Event *event)
{
    const GoTag *tag = event->tag.data ? find_go_tag(event) : NULL;
    if (!tag)
        return true;
    Typed typed = go_plain(event->text);
    if (tag->kind == typed.kind && (!tag->integer || typed.integer))
        return true;
    diag_error(c->diags, event->origin, "'%.*s' does not fit its tag '!!%s'", STR_ARG(event->text), tag->name);
    return false;
}

static const Value *manifest_scalar(Composer *c, const Event *event)
{
    if (event_tagged(event, "binary"))
        return binary_scalar(c, event);
    if (!is_typed(event)) {
        return event->plain && !event->tag.data
                   ? value_new_plain(c->arena, event->origin, VALUE_STRING, event->text, 0, false)
                   : value_new_string(c->arena, event->origin, event->text);
    }
    if (!check_tag(c, event))
        return NULL;
    const Value *value = manifest_plain(c->arena, event->origin, event->text);
    if (!value)
        diag_error(c->diags, event->origin, "'%.*s' has no form in JSON and so none in a cluster",
                   STR_ARG(event->text));
    return value;
}

/*
 * strconv.FormatFloat(number, 'g', -1, 32): as a float, with an exponent below -4 and from 6 on. What no float holds
 * becomes an infinity (sigs.k8s.io/yaml, convertToJSONableObject).
 */
static Str float_key(Arena *arena, double number)
{
    if (isinf((float)number))
        return number < 0 ? STR("-.inf") : STR(".inf");
    char text[64];
    int precision = 0;
    for (; precision < 9; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, (double)(float)number);
        float again = strtof(text, NULL);
        if (!(again < (float)number) && !(again > (float)number))
            break;
    }
    long exponent = strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -4 && exponent < 6)
        snprintf(text, sizeof text, "%.*f", precision > exponent ? (int)(precision - exponent) : 0,
                 (double)(float)number);
    return arena_copy(arena, str_from(text));
}

static bool manifest_key(Composer *c, const Event *event, Str *key)
{
    *key = event->text;
    const Value *value = manifest_scalar(c, event);
    if (!value)
        return false;
    if (value->kind == VALUE_NULL) {
        diag_error(c->diags, event->origin, "null cannot be a key; quote it");
        return false;
    }
    char text[NUMBER_TEXT_SIZE];
    if (value->kind == VALUE_BOOL)
        *key = value->boolean ? STR("true") : STR("false");
    else if (value->kind == VALUE_NUMBER && go_plain(event->text).integer)
        *key = arena_copy(c->arena, number_print(value->number, text));
    else if (value->kind == VALUE_NUMBER)
        *key = float_key(c->arena, value->number);
    else
        *key = value_text(value);
    return true;
}

static bool manifest_collection_tag(Composer *c, const Event *event)
{
    (void)c;
    (void)event;
    return true;
}

static const Reading reading_manifest = {
    .next = manifest_event,
    .scalar = manifest_scalar,
    .key = manifest_key,
    .collection_tag = manifest_collection_tag,
    .limits = &yaml_manifest_limits,
    .merge_overrides = true,
};

/* ---- documents ---- */

/*
 * JSON writes characters beyond the BMP as two escapes, which libyaml refuses. A line continuation and one long
 * escape are just as long, so that every place in the text stays where it is: \uD83D\uDE00 → \ newline \U0001F600.
 */
static uint32_t four_digits(Str text, size_t at)
{
    double number;
    if (at + 6 > text.size || text.data[at] != '\\' || text.data[at + 1] != 'u' ||
        !scalar_digits(str_slice(text, at + 2, at + 6), 16, &number) || number < 0 || strchr("+-", text.data[at + 2]))
        return 0;
    return (uint32_t)number;
}

static void join_surrogates(char *json, size_t size)
{
    Str text = {json, size};
    for (size_t i = 0; i + 12 <= size; i++) {
        if (json[i] != '\\')
            continue;
        uint32_t high = four_digits(text, i), low = four_digits(text, i + 6);
        if (high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            char joined[13];
            snprintf(joined, sizeof joined, "\\\n\\U%08X",
                     (unsigned)(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
            memcpy(json + i, joined, 12);
            i += 11;
        } else {
            i++;
        }
    }
}

/* The text without its byte order mark; a copy where JSON has to be made readable. */
static void take_text(Manifests *m)
{
    m->skipped = text_bom(m->source->text);
    m->text = str_slice(m->source->text, m->skipped, m->source->text.size);
    if (!str_starts(str_trim(m->text), STR("{")) || str_find(m->text, STR("\\u"), 0) < 0)
        return;
    char *copy = arena_text(m->arena, m->text);
    join_surrogates(copy, m->text.size);
    m->text.data = copy;
}

/* Up to the first event inside the next document; *more is false at the end of the stream. */
static bool next_document(Manifests *m, bool *more)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&m->parser, &event))
            return report_syntax(m);
        yaml_event_type_t type = event.type;
        yaml_event_delete(&event);
        *more = type == YAML_DOCUMENT_START_EVENT;
        if (*more || type == YAML_STREAM_END_EVENT)
            return true;
    }
}

/* A document that is one scalar is no manifest; what never ends is refused as one (stream.c). */
enum { LONE_LIMIT = 512 << 10 };

static bool hand_over(const Manifests *m, const Value *document, YamlDocumentFn *each, void *user)
{
    if (!value_is_scalar(document) || document->size <= LONE_LIMIT)
        return document->kind == VALUE_NULL || each(user, document);
    diag_error(m->diags, document->origin, "expected a map or a list, found one scalar of more than %d bytes",
               LONE_LIMIT);
    return false;
}

static bool read_documents(Manifests *m, YamlDocumentFn *each, void *user)
{
    Composer composer = composer_begin(m->arena, m->source, m->diags, &reading_manifest, m);
    for (;;) {
        bool more = false;
        Event first;
        if (!next_document(m, &more))
            return false;
        if (!more)
            return true;
        if (!manifest_event(m, &first))
            return false;
        const Value *document = compose_document(&composer, &first);
        if (!document || !hand_over(m, document, each, user))
            return false;
    }
}

/* All of m->text, which may be one document of several. */
static bool parse_documents(Manifests *m, YamlDocumentFn *each, void *user)
{
    m->character = m->byte = 0;
    if (!yaml_parser_initialize(&m->parser))
        base_out_of_memory();
    yaml_parser_set_encoding(&m->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&m->parser, (const unsigned char *)(m->text.size ? m->text.data : ""), m->text.size);
    bool ok = read_documents(m, each, user);
    yaml_parser_delete(&m->parser);
    return ok;
}

/* Each document by its lines where they are common, else by the parser. */
static bool take_documents(Manifests *m, YamlDocumentFn *each, void *user)
{
    for (Str rest = m->text; rest.size; m->skipped += m->text.size) {
        m->text = lines_next(&rest);
        const Value *document = lines_document(m->arena, byte_origin(m, 0), m->text);
        bool ok = document ? hand_over(m, document, each, user) : parse_documents(m, each, user);
        if (!ok)
            return false;
    }
    return true;
}

bool manifests_read(Arena *arena, const Source *source, Diags *diags, bool by_lines, YamlDocumentFn *each, void *user)
{
    if (!text_check(source, &yaml_manifest_limits, diags))
        return false;
    Manifests m = {.arena = arena, .source = source, .diags = diags};
    take_text(&m);
    return by_lines && lines_are_common(m.text) ? take_documents(&m, each, user) : parse_documents(&m, each, user);
}

bool yaml_manifests(Arena *arena, const Source *source, Diags *diags, YamlDocumentFn *each, void *user)
{
    return manifests_read(arena, source, diags, true, each, user);
}
