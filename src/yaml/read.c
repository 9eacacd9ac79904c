/*
 * What people write for kiln: one document of YAML 1.2, strictly. The only file that knows libfyaml, of which it uses
 * the events alone: its documents resolve aliases without a budget and look for duplicate keys in quadratic time.
 * Must not know what the values mean.
 *
 * libfyaml's marks count columns in code points but input_pos in bytes, which is what an Origin needs. The marks of
 * quoted scalars exclude the quotes, those of block scalars the indicator, and an implicit null has no token at all;
 * a cursor behind the last token finds their places.
 */
#include "yaml_private.h"

#include <libfyaml.h>

typedef struct Reader {
    Arena *arena;
    const Source *source;
    Diags *diags;
    struct fy_parser *parser;
    struct fy_diag *messages;
    size_t cursor; /* behind the last token */
    ptrdiff_t
        *indents; /* of the collections around: a block collection's column, that of the one around for a flow one */
    size_t indent_count, indent_capacity;
} Reader;

/* ---- places ---- */

static Origin reader_origin(const Reader *reader, size_t offset)
{
    size_t size = reader->source->text.size;
    return reader->source->base + (Origin)(offset < size ? offset : size);
}

static char reader_char(const Reader *reader, size_t offset)
{
    return offset < reader->source->text.size ? reader->source->text.data[offset] : '\0';
}

static size_t line_start(Str text, size_t offset)
{
    return (size_t)(str_rfind_char(str_slice(text, 0, offset), '\n') + 1);
}

static size_t line_end(Str text, size_t offset)
{
    while (offset < text.size && text.data[offset] != '\n')
        offset++;
    return offset;
}

/* In front of a block collection nothing but spaces and indicators stand, and perhaps a byte order mark. */
static size_t column_of(const Reader *reader, size_t offset)
{
    size_t start = line_start(reader->source->text, offset);
    return offset - (start ? start : text_bom(reader->source->text));
}

/* Over blanks, line ends and comments. */
static size_t skip_space(const Reader *reader, size_t at)
{
    Str text = reader->source->text;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (c == '#')
            at = line_end(text, at);
        else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            break;
    }
    return at < text.size ? at : text.size;
}

/* Where nothing stands: right behind the ':', '-' or '?' that promised a value, else behind the key. */
static size_t implicit_place(Reader *reader)
{
    size_t at = skip_space(reader, reader->cursor);
    char c = reader_char(reader, at);
    if (c != ':' && c != '-' && c != '?')
        return reader->cursor;
    return reader->cursor = at + 1;
}

/* The '|' or '>' in front of a block scalar's first line. */
static size_t block_indicator(const Reader *reader, size_t content)
{
    for (size_t at = reader->cursor; at < content; at++) {
        char c = reader_char(reader, at);
        if (c == '#')
            at = line_end(reader->source->text, at);
        else if (c == '|' || c == '>')
            return at;
    }
    return content;
}

/* The byte at a line and column of libfyaml's (1-based, code points), for messages without a token. */
static size_t offset_at(const Reader *reader, int line, int column)
{
    Str text = reader->source->text;
    size_t at = 0;
    for (; line > 1 && at < text.size; line--)
        at = line_end(text, at) + 1;
    for (; column > 1 && at < text.size; column--)
        utf8_next(text, &at);
    return at < text.size ? at : text.size;
}

/* ---- what libfyaml says, in our words ---- */

typedef struct Wording {
    const char *theirs; /* how the message starts */
    const char *ours;
    const char *behind; /* goes behind the character that theirs quotes; NULL where that is of no interest */
} Wording;

static const Wording wordings[] = {
    {"invalid nested block mapping on the same line", "a second ': ' in one line; quote the value if it contains one",
     NULL},
    {"invalid multiline plain key", "a key without ':'", NULL},
    {"could not find expected ':'", "a key without ':'", NULL},
    {"did not find expected node content", "expected a value here; write 'null' for none", NULL},
    {"did not find expected key", "expected a key here; check the indentation", NULL},
    {"did not find expected '-' indicator", "expected '- ' here; check the indentation", NULL},
    {"invalid scalar at the end of block sequence", "expected '- ' here; check the indentation", NULL},
    {"invalid indentation in mapping", "this indentation matches no line above", NULL},
    {"invalid value after mapping", "expected 'key: value' here", NULL},
    {"invalid trailing content after", "unexpected text behind the closing quote", NULL},
    {"wrongly indented", "string without its closing quote, or going on without indentation", NULL},
    {"flow sequence without a closing bracket", "list without its closing ']'", NULL},
    {"flow mapping without a closing brace", "map without its closing '}'", NULL},
    {"missing comma in flow sequence", "expected ',' or ']' here", NULL},
    {"missing comma in flow mapping", "expected ',' or '}' here", NULL},
    {"mismatched flow sequence end", "']' closes what '{' opened", NULL},
    {"mismatched flow mapping end", "'}' closes what '[' opened", NULL},
    {"flow sequence with invalid extra", "']' without its '['", NULL},
    {"flow mapping with invalid extra", "'}' without its '{'", NULL},
    {"double-quoted scalar without closing quote", "string without its closing '\"'", NULL},
    {"single-quoted scalar without closing quote", "string without its closing \"'\"", NULL},
    {"block sequence on the same line as a mapping key",
     "a list starts on the line of its key; put '- ' on the next line", NULL},
    {"undefined tag prefix", "this tag is not supported; kiln reads plain YAML 1.2", NULL},
    {"plain scalar cannot start with '", "text that starts with '", "' must be quoted"},
    {"invalid escape '", "unknown escape '\\", "' in a string; write '\\\\' for a backslash"},
};

static const Wording *find_wording(const char *message)
{
    for (size_t i = 0; i < LENGTH_OF(wordings); i++) {
        if (strncmp(message, wordings[i].theirs, strlen(wordings[i].theirs)) == 0)
            return &wordings[i];
    }
    return NULL;
}

/*
 * libfyaml reports many misuses of tabs as something else, and often a line early: a tab in the indentation of the
 * line of the error or of the two below it is the likelier cause.
 */
static bool find_tab(Str text, size_t offset, size_t *tab)
{
    size_t at = line_start(text, offset);
    for (int line = 0; line < 3 && at < text.size; line++) {
        size_t end = line_end(text, at);
        while (at < end && text.data[at] == ' ')
            at++;
        if (at < end && text.data[at] == '\t') {
            *tab = at;
            return true;
        }
        at = end + 1;
    }
    return false;
}

/* libfyaml points behind the opening quote: rather at the quote, or at the escape that is wrong. */
static size_t sharpen(Str text, const char *message, size_t offset)
{
    if (strncmp(message, "invalid escape '", 16) == 0) {
        const char escape[] = {'\\', message[16]};
        ptrdiff_t found = str_find(text, (Str){escape, sizeof escape}, offset);
        return found < 0 ? offset : (size_t)found;
    }
    bool quote = strstr(message, "-quoted") && offset > 0 && strchr("\"'", text.data[offset - 1]);
    return offset - quote;
}

static size_t line_indent(Str text, size_t start)
{
    size_t at = start;
    while (at < text.size && text.data[at] == ' ')
        at++;
    return at - start;
}

/*
 * "a: 1" and deeper below it "b: 2" is to libfyaml one value of two lines that turns into a key. It is the second
 * line that people have to look at.
 */
static bool find_deeper_line(Str text, const char *message, size_t *offset)
{
    size_t line = line_start(text, *offset), next = line_end(text, *offset) + 1;
    if (strcmp(message, "invalid multiline plain key") != 0 || next >= text.size)
        return false;
    if (line_indent(text, next) <= line_indent(text, line))
        return false;
    *offset = next + line_indent(text, next);
    return true;
}

/* libfyaml refuses an item left empty in a list that stands no deeper than its key; the next '-' is where it notices.
 */
static bool find_empty_item(Reader *reader, const char *message, size_t *offset)
{
    if (strcmp(message, "did not find expected node content") != 0 || reader_char(reader, *offset) != '-')
        return false;
    *offset = implicit_place(reader);
    return true;
}

static void report_message(Reader *reader, const char *message, size_t offset)
{
    Str text = reader->source->text;
    offset = sharpen(text, message, offset);
    const Wording *wording = find_wording(message);
    const char *say = wording ? wording->ours : message;
    if (find_tab(text, offset, &offset) || strstr(message, " tab "))
        say = "tab used for indentation; use spaces";
    else if (find_empty_item(reader, message, &offset))
        say = "an empty item; write '- null', or indent the list";
    else if (find_deeper_line(text, message, &offset))
        say = "this line is indented deeper than the one above allows; align it with its siblings";
    else if (offset >= text.size && strncmp(message, "missing comma in flow", 21) == 0)
        say = strstr(message, "sequence") ? "list without its closing ']'" : "map without its closing '}'";
    bool quoted = wording && say == wording->ours && wording->behind;
    diag_error(reader->diags, reader_origin(reader, offset), "%s%.*s%s", say, quoted,
               quoted ? strchr(message, '\'') + 1 : "", quoted ? wording->behind : "");
}

static void report_syntax(Reader *reader)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(reader->messages, &iterator);
    if (!error) {
        diag_error(reader->diags, reader_origin(reader, reader->cursor), "this is not YAML 1.2");
        return;
    }
    const struct fy_mark *mark = error->fyt ? fy_token_start_mark(error->fyt) : NULL;
    report_message(reader, error->msg, mark ? mark->input_pos : offset_at(reader, error->line, error->column));
}

/* ---- events ---- */

/* The name of an anchor or tag, in the source where it stands there unchanged. */
static Str token_name(const Reader *reader, struct fy_token *token)
{
    size_t size = 0;
    const char *text = fy_token_get_text(token, &size);
    const struct fy_mark *start = fy_token_start_mark(token);
    Str source = reader->source->text;
    if (text && start && start->input_pos + size <= source.size &&
        memcmp(source.data + start->input_pos, text, size) == 0)
        return str_slice(source, start->input_pos, start->input_pos + size);
    return arena_copy(reader->arena, (Str){text, text ? size : 0});
}

static void move_behind(Reader *reader, struct fy_token *token)
{
    const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
    if (end && end->input_pos > reader->cursor)
        reader->cursor = end->input_pos;
}

static void take_properties(Reader *reader, struct fy_event *theirs, Event *event)
{
    struct fy_token *tag = fy_event_get_tag_token(theirs), *anchor = fy_event_get_anchor_token(theirs);
    if (tag) {
        event->tag = token_name(reader, tag);
        event->tag_origin = reader_origin(reader, fy_token_start_mark(tag)->input_pos);
        move_behind(reader, tag);
    }
    if (anchor) {
        event->anchor = token_name(reader, anchor);
        move_behind(reader, anchor);
    }
}

static void take_implicit(Reader *reader, Event *event)
{
    event->plain = event->implicit = true;
    event->text = STR("");
    event->origin = reader_origin(reader, implicit_place(reader));
}

static bool is_block(enum fy_scalar_style style)
{
    return style == FYSS_LITERAL || style == FYSS_FOLDED;
}

static ptrdiff_t current_indent(const Reader *reader)
{
    return reader->indent_count ? reader->indents[reader->indent_count - 1] : -1;
}

static void take_scalar(Reader *reader, struct fy_event *theirs, Event *event)
{
    struct fy_token *token = theirs->scalar.value;
    event->kind = EVENT_SCALAR;
    if (!token) {
        take_implicit(reader, event);
        return;
    }
    enum fy_scalar_style style = fy_token_scalar_style(token);
    size_t start = fy_token_start_mark(token)->input_pos, end = fy_token_end_mark(token)->input_pos;
    Str source = reader->source->text;
    event->plain = style == FYSS_PLAIN;
    if (is_block(style)) {
        start = block_indicator(reader, start);
        event->text = block_text(reader->arena, source, start, current_indent(reader));
    } else if (event->plain) {
        event->text = plain_text(reader->arena, str_slice(source, start, end));
    } else {
        /* The marks exclude the quotes. */
        start--;
        end++;
        event->text = quoted_text(reader->arena, source, start);
    }
    event->origin = reader_origin(reader, start);
    reader->cursor = end > reader->cursor ? end : reader->cursor;
}

static void take_alias(Reader *reader, struct fy_event *theirs, Event *event)
{
    struct fy_token *token = theirs->alias.anchor;
    event->kind = EVENT_ALIAS;
    event->text = token_name(reader, token);
    /* The mark stands behind the '*'. */
    size_t start = fy_token_start_mark(token)->input_pos;
    event->origin = reader_origin(reader, start - (start > 0));
    move_behind(reader, token);
}

static void take_collection(Reader *reader, struct fy_event *theirs, Event *event)
{
    bool map = theirs->type == FYET_MAPPING_START;
    event->kind = map ? EVENT_MAP : EVENT_LIST;
    event->flow = fy_event_get_node_style(theirs) == FYNS_FLOW;
    size_t start = fy_event_start_mark(theirs)->input_pos;
    event->origin = reader_origin(reader, start);
    ptrdiff_t indent = event->flow ? current_indent(reader) : (ptrdiff_t)column_of(reader, start);
    ARENA_GROW(reader->arena, reader->indents, reader->indent_count, reader->indent_capacity);
    reader->indents[reader->indent_count++] = indent;
    if (event->flow)
        move_behind(reader, map ? theirs->mapping_start.mapping_start : theirs->sequence_start.sequence_start);
    else if (start > reader->cursor)
        reader->cursor = start;
}

static void take_end(Reader *reader, struct fy_event *theirs, Event *event)
{
    event->kind = EVENT_END;
    reader->indent_count--;
    move_behind(reader, theirs->type == FYET_MAPPING_END ? theirs->mapping_end.mapping_end
                                                         : theirs->sequence_end.sequence_end);
}

typedef void TakeFn(Reader *reader, struct fy_event *theirs, Event *event);

static TakeFn *const takers[] = {
    [FYET_SCALAR] = take_scalar,
    [FYET_ALIAS] = take_alias,
    [FYET_MAPPING_START] = take_collection,
    [FYET_SEQUENCE_START] = take_collection,
    [FYET_MAPPING_END] = take_end,
    [FYET_SEQUENCE_END] = take_end,
};

static bool read_event(void *parser, Event *event)
{
    Reader *reader = parser;
    struct fy_event *theirs = fy_parser_parse(reader->parser);
    if (!theirs) {
        report_syntax(reader);
        return false;
    }
    *event = (Event){.kind = EVENT_DOCUMENT_END};
    if ((size_t)theirs->type < LENGTH_OF(takers) && takers[theirs->type]) {
        if (theirs->type != FYET_ALIAS)
            take_properties(reader, theirs, event);
        takers[theirs->type](reader, theirs, event);
    }
    fy_parser_event_free(reader->parser, theirs);
    return true;
}

/* ---- the core schema's tags (YAML 1.2.2 §10.3.1) ---- */

static const Value *make_string(Composer *c, const Event *event)
{
    return value_new_string(c->arena, event->origin, event->text);
}

static const Value *refuse_tag(Composer *c, const Event *event)
{
    diag_error(c->diags, event->tag_origin, "tag '%.*s' is not supported; kiln reads plain YAML 1.2",
               STR_ARG(tag_shown(c->arena, event->tag)));
    return NULL;
}

typedef struct ScalarTag {
    const char *name;
    ValueKind kind;
} ScalarTag;

static const ScalarTag scalar_tags[] = {
    {"null", VALUE_NULL}, {"bool", VALUE_BOOL}, {"int", VALUE_NUMBER}, {"float", VALUE_NUMBER}, {"str", VALUE_STRING},
};

static const Value *tagged_scalar(Composer *c, const Event *event, const ScalarTag *tag)
{
    if (tag->kind == VALUE_STRING)
        return make_string(c, event);
    const Value *value = yaml_plain(c->arena, event->origin, event->text);
    int64_t integer;
    bool fits = value->kind == tag->kind && (strcmp(tag->name, "int") != 0 || value_integer(value, &integer));
    if (fits)
        return value;
    diag_error(c->diags, event->origin, "'%.*s' does not fit its tag '!!%s'", STR_ARG(event->text), tag->name);
    return NULL;
}

static const Value *read_scalar(Composer *c, const Event *event)
{
    if (!event->tag.data)
        return event->plain ? yaml_plain(c->arena, event->origin, event->text) : make_string(c, event);
    if (str_equal(event->tag, STR("!")))
        return make_string(c, event);
    for (size_t i = 0; i < LENGTH_OF(scalar_tags); i++) {
        if (event_tagged(event, scalar_tags[i].name))
            return tagged_scalar(c, event, &scalar_tags[i]);
    }
    return refuse_tag(c, event);
}

static bool read_key(Composer *c, const Event *event, Str *key)
{
    *key = event->text;
    return !event->tag.data || read_scalar(c, event) != NULL;
}

static bool read_collection_tag(Composer *c, const Event *event)
{
    return str_equal(event->tag, STR("!")) || event_tagged(event, event->kind == EVENT_MAP ? "map" : "seq") ||
           refuse_tag(c, event) != NULL;
}

/* ---- the document ---- */

static bool accepted_directive(Str line)
{
    Str name = STR("%YAML");
    if (!str_starts(line, name))
        return false;
    Str version = str_slice(line, name.size, line.size);
    ptrdiff_t comment = str_find(version, STR(" #"), 0);
    version = str_trim(comment < 0 ? version : str_slice(version, 0, (size_t)comment));
    return str_equal(version, STR("1.2")) || str_equal(version, STR("1.1"));
}

/* Directives stand in front of everything but comments; libfyaml takes %TAG in silence and warns of unknown ones. */
static bool check_directives(const Source *source, Diags *diags)
{
    size_t at = text_bom(source->text);
    while (at < source->text.size) {
        size_t end = line_end(source->text, at);
        Str line = str_slice(source->text, at, end);
        Str shown = str_trim(line);
        if (str_starts(line, STR("%")) && !accepted_directive(line)) {
            diag_error(diags, source->base + (Origin)at, "directive '%.*s' is not supported; only '%%YAML 1.2' is",
                       STR_ARG(shown));
            return false;
        }
        if (shown.size && shown.data[0] != '#' && line.data[0] != '%')
            break;
        at = end + 1;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Blanks, any line break that libfyaml knows (which differ between YAML 1.1 and 1.2), a byte order mark, either end. */
static bool may_separate(Str text, size_t at)
{
    return at >= text.size || is_blank(text.data[at]) || text.data[at] == '\n' || text.data[at] == '\r' ||
           (unsigned char)text.data[at] >= 0x80;
}

static bool may_have_explicit_key(Str text)
{
    for (ptrdiff_t at = str_find(text, STR("?"), 0); at >= 0; at = str_find(text, STR("?"), (size_t)at + 1))
        if ((at == 0 || may_separate(text, (size_t)at - 1)) && may_separate(text, (size_t)at + 1))
            return true;
    return false;
}

/*
 * libfyaml 0.7.12 corrupts its memory where, below an explicit key, ':' and a tab stand in front of another indicator
 * ("? a:<tab>- b"). Outside a text that is hardly ever valid YAML and never needed.
 */
static bool check_tab_behind_colon(const Source *source, Diags *diags)
{
    Str text = source->text;
    bool possible = str_has_char(text, '\t') && may_have_explicit_key(text);
    for (size_t at = 0; possible && at + 2 < text.size; at++) {
        if (text.data[at] != ':' || !is_blank(text.data[at + 1]))
            continue;
        size_t next = at + 1;
        while (next < text.size && is_blank(text.data[next]))
            next++;
        bool indicator = next < text.size && (strchr("?:|>", text.data[next]) ||
                                              (text.data[next] == '-' && may_separate(text, next + 1)));
        ptrdiff_t tab = str_find(str_slice(text, 0, next), STR("\t"), at);
        if (!indicator || tab < 0)
            continue;
        diag_error(diags, source->base + (Origin)tab, "tab used for indentation; use spaces");
        return false;
    }
    return true;
}

/*
 * libfyaml keeps all that an open bracket may turn out to be the key of, so that brackets that are never closed cost
 * a kilobyte each, and what stands between two half of one. Where those in texts are counted too, so many of them are
 * still none of anybody's files.
 */
enum { OPEN_LIMIT = 8192 };

static bool check_brackets(const Source *source, Diags *diags)
{
    Str text = source->text;
    size_t open = 0, items = 0, deep = 0; /* where they first went deeper than they may */
    for (size_t at = 0; at < text.size && open <= OPEN_LIMIT && items <= yaml_limits.values; at++) {
        char c = text.data[at];
        if (c == '[' || c == '{')
            deep = ++open == yaml_limits.depth + 1 ? at : deep;
        else if ((c == ']' || c == '}') && open)
            open--;
        items = open ? items + (c == ',') : 0;
    }
    if (open > OPEN_LIMIT)
        diag_error(diags, source->base + (Origin)deep, "maps and lists are nested more than %zu deep",
                   yaml_limits.depth);
    else if (items > yaml_limits.values)
        diag_error(diags, source->base, "the file holds more than %zu values; split it", yaml_limits.values);
    return open <= OPEN_LIMIT && items <= yaml_limits.values;
}

/* Up to the first event inside a document; false at the end of the stream or on an error, which sets *failed. */
static bool enter_document(Reader *reader, size_t *start, bool *failed)
{
    for (;;) {
        struct fy_event *event = fy_parser_parse(reader->parser);
        if (!event) {
            report_syntax(reader);
            *failed = true;
            return false;
        }
        enum fy_event_type type = event->type;
        const struct fy_mark *mark = fy_event_start_mark(event);
        if (mark)
            *start = mark->input_pos;
        if (type == FYET_DOCUMENT_START && event->document_start.document_start) {
            move_behind(reader, event->document_start.document_start);
            *start = fy_token_start_mark(event->document_start.document_start)->input_pos;
        }
        fy_parser_event_free(reader->parser, event);
        if (type == FYET_DOCUMENT_START || type == FYET_STREAM_END)
            return type == FYET_DOCUMENT_START;
    }
}

static const Reading reading_core = {
    .next = read_event,
    .scalar = read_scalar,
    .key = read_key,
    .collection_tag = read_collection_tag,
    .limits = &yaml_limits,
};

static const Value *empty_document(const Reader *reader)
{
    MapBuilder map = map_begin(reader->arena);
    return map_end(&map, reader->source->base);
}

static bool check_end(Reader *reader)
{
    bool failed = false;
    size_t start = reader->cursor;
    if (!enter_document(reader, &start, &failed))
        return !failed;
    start = skip_space(reader, start);
    diag_error(reader->diags, reader_origin(reader, start),
               "one document per file is expected, found a second one; move it to a file of its own");
    return false;
}

static const Value *read_document(Reader *reader)
{
    bool failed = false;
    size_t start = 0;
    if (!enter_document(reader, &start, &failed))
        return failed ? NULL : empty_document(reader);
    Event first;
    if (!read_event(reader, &first))
        return NULL;
    Composer composer = composer_begin(reader->arena, reader->source, reader->diags, &reading_core, reader);
    const Value *root = compose_document(&composer, &first);
    if (!root || !check_end(reader))
        return NULL;
    return first.implicit && !first.tag.data ? empty_document(reader) : root;
}

static struct fy_diag *messages_new(void)
{
    struct fy_diag_cfg config;
    fy_diag_cfg_default(&config);
    config.fp = NULL;
    config.output_fn = NULL;
    struct fy_diag *messages = fy_diag_create(&config);
    if (!messages)
        base_out_of_memory();
    fy_diag_set_collect_errors(messages, true);
    return messages;
}

const Value *yaml_read(Arena *arena, const Source *source, Diags *diags)
{
    if (!text_check(source, &yaml_limits, diags) || !check_directives(source, diags) ||
        !check_tab_behind_colon(source, diags) || !check_brackets(source, diags))
        return NULL;
    Reader reader = {.arena = arena, .source = source, .diags = diags, .messages = messages_new()};
    /* The depth is limited by the composer, which says so in our words. */
    const struct fy_parse_cfg config = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_DEPTH_LIMIT | FYPCF_DEFAULT_VERSION_1_2 |
                 FYPCF_JSON_NONE | FYPCF_ALLOW_DUPLICATE_KEYS,
        .diag = reader.messages,
    };
    reader.parser = fy_parser_create(&config);
    if (!reader.parser ||
        fy_parser_set_string(reader.parser, source->text.size ? source->text.data : "", source->text.size))
        base_out_of_memory();
    const Value *root = read_document(&reader);
    fy_parser_destroy(reader.parser);
    fy_diag_destroy(reader.messages);
    return root;
}
