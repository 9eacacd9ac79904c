/*
 * Reading a Dockerfile (docs.docker.com, "Dockerfile reference") into a value: parser directives, continued lines,
 * comments, here-documents, flags, the exec and the shell form, and ARG in FROM. It becomes
 *   arguments: [{instruction, words, …}], the ARGs before the first FROM
 *   stages: [{name, image, base, stage, instructions: [{instruction, flags, text, words, exec, …}]}]
 * where `image` is what FROM says, `base` the same with its arguments put in, `stage` the number of the earlier one
 * that it names, or null. Nothing is built and no image is looked at.
 */
#include "dockerfile.h"

#include <ctype.h>

#include "kiln/yaml.h"

typedef struct Reader {
    Arena *arena;
    const Source *source;
    Diags *diags;
    Str text;
    size_t at;
    char escape;
    bool failed;
    MapBuilder global; /* ARGs before the first FROM */
    ListBuilder arguments;
    MapBuilder known;  /* ARGs and ENVs of the stage */
    MapBuilder env;    /* its ENVs alone, which stages made from it have too */
    ListBuilder stages;
    Index *names; /* of the stages above */
    MapBuilder stage;
    ListBuilder instructions;
    bool in_stage;
    size_t grown; /* by what variables put in, and what stages take over */
} Reader;

/* A variable made of itself twice doubles with every line. */
enum { GROWTH_LIMIT = 1 << 20, INSTRUCTION_LIMIT = 10000 };

/* One instruction, its lines joined, comments left out. */
typedef struct Instruction {
    size_t start;
    Str name; /* in upper case */
    Str text; /* behind the name and the flags */
    const Value *flags;
    size_t text_at; /* where it begins in the file */
} Instruction;

static Origin origin_at(const Reader *reader, size_t at)
{
    return reader->source->base + (Origin)at;
}

static void fail(Reader *reader, size_t at, const char *what, Str name)
{
    if (name.size)
        diag_error(reader->diags, origin_at(reader, at), "'%.*s' %s", STR_ARG(name), what);
    else
        diag_error(reader->diags, origin_at(reader, at), "%s", what);
    reader->failed = true;
}

static bool grow(Reader *reader, size_t by)
{
    if (by <= GROWTH_LIMIT - reader->grown) {
        reader->grown += by;
        return true;
    }
    reader->grown = GROWTH_LIMIT;
    if (!reader->failed)
        fail(reader, reader->at, "variables make this file longer by more than 1 MiB", STR(""));
    return false;
}

static const Value *text_value(const Reader *reader, size_t at, Str text)
{
    return value_new_string(reader->arena, origin_at(reader, at), text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static Str trim_left(Str text)
{
    while (text.size && is_space(text.data[0]))
        text = str_slice(text, 1, text.size);
    return text;
}

static Str folded(Arena *arena, Str text, int (*fold)(int))
{
    char *copy = arena_text(arena, text);
    for (size_t i = 0; i < text.size; i++)
        copy[i] = (char)fold((unsigned char)copy[i]);
    return (Str){copy, text.size};
}

/* ---- lines ---- */

static bool next_line(Reader *reader, Str *line)
{
    if (reader->at >= reader->text.size)
        return false;
    ptrdiff_t end = str_find(reader->text, STR("\n"), reader->at);
    size_t stop = end < 0 ? reader->text.size : (size_t)end;
    *line = str_slice(reader->text, reader->at, stop);
    reader->at = end < 0 ? stop : stop + 1;
    return true;
}

static bool is_comment(Str line)
{
    line = trim_left(line);
    return line.size && line.data[0] == '#';
}

/* Directives stand at the very top: the first other line ends them. */
static void read_directives(Reader *reader)
{
    size_t before = reader->at;
    for (Str line; next_line(reader, &line); before = reader->at) {
        Str rest = str_trim(line), name;
        if (!is_comment(line))
            break;
        rest = str_slice(rest, 1, rest.size);
        str_split(&rest, '=', &name);
        name = folded(reader->arena, str_trim(name), tolower);
        if (!rest.data)
            break;
        rest = str_trim(rest);
        if (str_equal(name, STR("escape")) && rest.size == 1 && (rest.data[0] == '\\' || rest.data[0] == '`'))
            reader->escape = rest.data[0];
    }
    reader->at = before;
}

/* The line without the sign that it goes on; whether there was one. */
static bool goes_on(const Reader *reader, Str *line)
{
    Str rest = *line;
    while (rest.size && is_space(rest.data[rest.size - 1]))
        rest.size--;
    if (!rest.size || rest.data[rest.size - 1] != reader->escape)
        return false;
    *line = str_slice(rest, 0, rest.size - 1);
    return true;
}

/* Up to the end of an instruction. Comments and empty lines between its lines do not count. */
static bool read_joined(Reader *reader, Buf *joined, size_t *start)
{
    bool more = false;
    for (Str line; next_line(reader, &line);) {
        if (is_comment(line) || !str_trim(line).size)
            continue;
        if (!joined->size && !more) {
            Str body = trim_left(line);
            *start = (size_t)(body.data - reader->text.data);
            line = body;
        }
        more = goes_on(reader, &line);
        buf_add(joined, line);
        if (!more)
            return true;
    }
    return joined->size > 0;
}

/* ---- here-documents ---- */

/* <<EOF, <<-EOF, <<"EOF": the word, or empty; *at moves behind it. */
static Str here_word(Str text, size_t *at, bool *strip)
{
    size_t i = *at + 2;
    *strip = i < text.size && text.data[i] == '-';
    i += *strip;
    char quote = i < text.size && (text.data[i] == '"' || text.data[i] == '\'') ? text.data[i] : '\0';
    i += quote != '\0';
    size_t start = i;
    while (i < text.size && (isalnum((unsigned char)text.data[i]) || memchr("_-.", text.data[i], 3)))
        i++;
    *at = i;
    return str_slice(text, start, i);
}

static void read_here(Reader *reader, Str word, bool strip, Buf *into)
{
    for (Str line; next_line(reader, &line);) {
        Str body = line.size && line.data[line.size - 1] == '\r' ? str_slice(line, 0, line.size - 1) : line;
        while (strip && body.size && body.data[0] == '\t')
            body = str_slice(body, 1, body.size);
        if (str_equal(body, word))
            return;
        buf_add_char(into, '\n');
        buf_add(into, line);
    }
    fail(reader, reader->text.size, "is a here-document that does not end", word);
}

/* All that the text announces, one after the other, behind it. */
static Str with_here(Reader *reader, Str text)
{
    if (str_find(text, STR("<<"), 0) < 0)
        return text;
    Buf whole = {0};
    buf_add(&whole, text);
    for (ptrdiff_t found = 0; (found = str_find(text, STR("<<"), (size_t)found)) >= 0;) {
        size_t at = (size_t)found;
        bool strip, here = at == 0 || is_space(text.data[at - 1]) || isdigit((unsigned char)text.data[at - 1]);
        Str word = here_word(text, &at, &strip);
        if (here && word.size && !(at < text.size && text.data[at] == '<'))
            read_here(reader, word, strip, &whole);
        found = (ptrdiff_t)at;
    }
    Str result = arena_copy(reader->arena, buf_str(&whole));
    buf_release(&whole);
    return result;
}

/* ---- words ---- */

/* As a shell would part them: quotes hold together and are taken away. */
static bool next_word(const Reader *reader, Str *rest, Str *word)
{
    Str text = trim_left(*rest);
    Buf buf = {0};
    size_t at = 0;
    char quote = '\0';
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (!quote && (is_space(c) || c == '\n'))
            break;
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        } else {
            if (c == reader->escape && quote != '\'' && at + 1 < text.size && text.data[at + 1] != '$')
                c = text.data[++at];
            buf_add_char(&buf, c);
        }
    }
    *word = arena_copy(reader->arena, buf_str(&buf));
    buf_release(&buf);
    *rest = str_slice(text, at, text.size);
    return at > 0;
}

static const Value *words_of(const Reader *reader, const Instruction *instruction)
{
    ListBuilder list = list_begin(reader->arena);
    Str rest = instruction->text;
    for (Str word; next_word(reader, &rest, &word);)
        list_add(&list, text_value(reader, instruction->text_at, word));
    return list_end(&list, origin_at(reader, instruction->text_at));
}

/* ---- variables ---- */

static Str name_at(Str text, size_t at)
{
    size_t end = at;
    while (end < text.size && (isalnum((unsigned char)text.data[end]) || text.data[end] == '_'))
        end++;
    return str_slice(text, at, end);
}

/* ${NAME:-otherwise} and ${NAME:+instead}; an unknown variable is left as it is written. Behind last is no }. */
static size_t put_braced(MapBuilder *known, Str text, size_t at, ptrdiff_t last, Buf *out)
{
    Str name = name_at(text, at + 2);
    size_t behind = at + 2 + name.size;
    ptrdiff_t close = name.size && (ptrdiff_t)behind <= last ? str_find(text, STR("}"), behind) : -1;
    if (close < 0) {
        buf_add_char(out, text.data[at]);
        return at + 1;
    }
    Str rest = str_slice(text, behind, (size_t)close);
    const MapEntry *entry = map_peek(known, name);
    Str value = entry ? value_text(entry->value) : STR("");
    bool otherwise = str_starts(rest, STR(":-")), instead = str_starts(rest, STR(":+"));
    if (otherwise)
        buf_add(out, value.size ? value : str_slice(rest, 2, rest.size));
    else if (instead)
        buf_add(out, value.size ? str_slice(rest, 2, rest.size) : STR(""));
    else
        buf_add(out, entry && !rest.size ? value : str_slice(text, at, (size_t)close + 1));
    return (size_t)close + 1;
}

static Str substituted(Reader *reader, MapBuilder *known, Str text)
{
    if (!str_has_char(text, '$'))
        return text;
    Buf out = {0};
    ptrdiff_t last = str_rfind_char(text, '}');
    for (size_t at = 0; at < text.size && out.size <= text.size + GROWTH_LIMIT;) {
        if (text.data[at] != '$') {
            buf_add_char(&out, text.data[at++]);
        } else if (at + 1 < text.size && text.data[at + 1] == '{') {
            at = put_braced(known, text, at, last, &out);
        } else {
            Str name = name_at(text, at + 1);
            const MapEntry *entry = name.size ? map_peek(known, name) : NULL;
            buf_add(&out, entry ? value_text(entry->value) : str_slice(text, at, at + 1 + name.size));
            at += 1 + name.size;
        }
    }
    bool fits = grow(reader, out.size > text.size ? out.size - text.size : 0);
    Str result = fits ? arena_copy(reader->arena, buf_str(&out)) : text;
    buf_release(&out);
    return result;
}

/* ---- one instruction ---- */

static const struct {
    const char *name;
    bool here;     /* may announce here-documents */
    bool anywhere; /* may stand before the first FROM */
} known_instructions[] = {
    {"FROM", false, true},        {"ARG", false, true},          {"RUN", true, false},
    {"COPY", true, false},        {"ADD", true, false},          {"ENV", false, false},
    {"USER", false, false},       {"CMD", false, false},         {"ENTRYPOINT", false, false},
    {"EXPOSE", false, false},     {"HEALTHCHECK", false, false}, {"LABEL", false, false},
    {"MAINTAINER", false, false}, {"ONBUILD", false, false},     {"SHELL", false, false},
    {"STOPSIGNAL", false, false}, {"VOLUME", false, false},      {"WORKDIR", false, false},
};

static size_t find_instruction(Str name)
{
    size_t at = 0;
    while (at < LENGTH_OF(known_instructions) && !str_equal(name, str_from(known_instructions[at].name)))
        at++;
    return at;
}

static void unknown_instruction(Reader *reader, const Instruction *instruction)
{
    NearMiss miss = near_miss_begin(instruction->name);
    for (size_t i = 0; i < LENGTH_OF(known_instructions); i++)
        near_miss_offer(&miss, str_from(known_instructions[i].name));
    Str best = near_miss_best(&miss);
    diag_error(reader->diags, origin_at(reader, instruction->start), "no instruction '%.*s'; %.*s",
               STR_ARG(instruction->name),
               STR_ARG(near_miss_advice(reader->arena, best, "expected one of a Dockerfile")));
    reader->failed = true;
}

/* --name=value, in front of all else. */
static void take_flags(Reader *reader, Instruction *instruction)
{
    MapBuilder flags = map_begin(reader->arena);
    for (Str rest = trim_left(instruction->text); str_starts(rest, STR("--")); rest = trim_left(instruction->text)) {
        Str word = rest, name;
        size_t end = 0;
        while (end < word.size && !is_space(word.data[end]))
            end++;
        instruction->text = str_slice(word, end, word.size);
        word = str_slice(word, 2, end);
        str_split(&word, '=', &name);
        map_set(&flags, name, origin_at(reader, instruction->start),
                text_value(reader, instruction->start, word.data ? word : STR("true")));
    }
    instruction->flags = map_end(&flags, origin_at(reader, instruction->start));
    instruction->text = trim_left(instruction->text);
}

static bool read_instruction(Reader *reader, Instruction *instruction)
{
    Buf joined = {0};
    bool found = read_joined(reader, &joined, &instruction->start);
    Str text = arena_copy(reader->arena, buf_str(&joined));
    buf_release(&joined);
    if (!found)
        return false;
    size_t end = 0;
    while (end < text.size && !is_space(text.data[end]))
        end++;
    instruction->name = folded(reader->arena, str_slice(text, 0, end), toupper);
    instruction->text = str_slice(text, end, text.size);
    size_t at = find_instruction(instruction->name);
    if (at < LENGTH_OF(known_instructions) && known_instructions[at].here)
        instruction->text = with_here(reader, instruction->text);
    instruction->text_at = instruction->start;
    take_flags(reader, instruction);
    return true;
}

/* ---- stages ---- */

static void end_stage(Reader *reader)
{
    if (!reader->in_stage)
        return;
    Origin origin = map_peek(&reader->stage, STR("image"))->value->origin;
    map_set(&reader->stage, STR("env"), origin, map_end(&reader->env, origin));
    map_set(&reader->stage, STR("instructions"), origin, list_end(&reader->instructions, origin));
    list_add(&reader->stages, map_end(&reader->stage, origin));
}

/* Takes over what an earlier stage hands on; its number, or null for an image. Stages are named in any case. */
static const Value *stage_below(Reader *reader, Str name)
{
    uint32_t number = index_get(reader->names, folded(reader->arena, name, tolower));
    const Value *env = number == INDEX_NONE ? NULL : value_get(reader->stages.items[number], STR("env"));
    if (env && !grow(reader, env->size))
        env = NULL;
    reader->known = env ? map_begin_with(reader->arena, env) : map_begin(reader->arena);
    reader->env = env ? map_begin_with(reader->arena, env) : map_begin(reader->arena);
    return number == INDEX_NONE ? &value_null : value_new_number(reader->arena, ORIGIN_NONE, number);
}

static void begin_stage(Reader *reader, const Instruction *instruction)
{
    end_stage(reader);
    Str rest = instruction->text, image, word, name = STR("");
    if (!next_word(reader, &rest, &image)) {
        fail(reader, instruction->start, "FROM names no image", STR(""));
        return;
    }
    if (next_word(reader, &rest, &word) && str_equal(folded(reader->arena, word, toupper), STR("AS")))
        next_word(reader, &rest, &name);
    size_t at = instruction->start;
    Str base = substituted(reader, &reader->global, image);
    reader->stage = map_begin(reader->arena);
    map_set(&reader->stage, STR("name"), origin_at(reader, at),
            text_value(reader, at, folded(reader->arena, name, tolower)));
    map_set(&reader->stage, STR("image"), origin_at(reader, at), text_value(reader, at, image));
    map_set(&reader->stage, STR("base"), origin_at(reader, at), text_value(reader, at, base));
    map_set(&reader->stage, STR("stage"), origin_at(reader, at), stage_below(reader, base));
    if (name.size)
        index_put(reader->names, folded(reader->arena, name, tolower), (uint32_t)reader->stages.count);
    reader->instructions = list_begin(reader->arena);
    reader->in_stage = true;
}

/* NAME=value …, or as ENV once had it: NAME value. */
static void note_variables(Reader *reader, MapBuilder *known, const Instruction *instruction)
{
    Str rest = instruction->text;
    bool argument = str_equal(instruction->name, STR("ARG"));
    for (Str word; next_word(reader, &rest, &word);) {
        Str value = word, name;
        str_split(&value, '=', &name);
        if (!value.data && !argument) {
            value = str_trim(rest);
            rest = STR("");
        }
        const MapEntry *outer = value.data ? NULL : map_peek(&reader->global, name);
        const Value *known_value = value.data
                                       ? text_value(reader, instruction->start, substituted(reader, known, value))
                                   : outer ? outer->value
                                           : NULL;
        if (known_value)
            map_set(known, name, origin_at(reader, instruction->start), known_value);
    }
}

/* ["a", "b"]; anything that is no list of texts is a shell's. */
static bool is_exec(Str text)
{
    text = str_trim(text);
    return str_starts(text, STR("[")) && str_ends(text, STR("]"));
}

/* No quote of a line goes on to what it holds. */
static void mask_secrets(Reader *reader, const Instruction *instruction)
{
    Str rest = instruction->text;
    for (Str word; next_word(reader, &rest, &word);) {
        Str value = word, name;
        str_split(&value, '=', &name);
        if (literal_secret(name, value.data ? value : str_trim(rest)))
            diags_mask(reader->diags, origin_at(reader, instruction->start));
    }
}

/* In the image nothing of it remains, but in the file, and in the history of whatever names it again. */
static void add_global(Reader *reader, const Instruction *instruction)
{
    Origin origin = origin_at(reader, instruction->start);
    MapBuilder map = map_begin(reader->arena);
    map_set(&map, STR("instruction"), origin, text_value(reader, instruction->start, instruction->name));
    map_set(&map, STR("words"), origin, words_of(reader, instruction));
    list_add(&reader->arguments, map_end(&map, origin));
    mask_secrets(reader, instruction);
    note_variables(reader, &reader->global, instruction);
}

static void add_instruction(Reader *reader, const Instruction *instruction)
{
    Origin origin = origin_at(reader, instruction->start);
    bool variables = str_equal(instruction->name, STR("ENV")) || str_equal(instruction->name, STR("ARG"));
    bool user = str_equal(instruction->name, STR("USER"));
    MapBuilder map = map_begin(reader->arena);
    map_set(&map, STR("instruction"), origin, text_value(reader, instruction->start, instruction->name));
    map_set(&map, STR("flags"), origin, instruction->flags);
    Str text = user ? substituted(reader, &reader->known, instruction->text) : instruction->text;
    map_set(&map, STR("text"), origin, text_value(reader, instruction->text_at, str_trim(text)));
    map_set(&map, STR("exec"), origin, is_exec(text) ? &value_true : &value_false);
    if (variables) {
        map_set(&map, STR("words"), origin, words_of(reader, instruction));
        mask_secrets(reader, instruction);
        note_variables(reader, &reader->known, instruction);
        if (str_equal(instruction->name, STR("ENV")))
            note_variables(reader, &reader->env, instruction);
    }
    list_add(&reader->instructions, map_end(&map, origin));
}

static void take_instruction(Reader *reader, const Instruction *instruction)
{
    size_t at = find_instruction(instruction->name);
    if (at == LENGTH_OF(known_instructions))
        unknown_instruction(reader, instruction);
    else if (str_equal(instruction->name, STR("FROM")))
        begin_stage(reader, instruction);
    else if (reader->in_stage)
        add_instruction(reader, instruction);
    else if (known_instructions[at].anywhere)
        add_global(reader, instruction);
    else
        fail(reader, instruction->start, "stands before the first FROM", instruction->name);
}

const Value *dockerfile_read(Arena *arena, const Source *source, Diags *diags)
{
    Reader reader = {.arena = arena, .source = source, .diags = diags, .text = source->text, .escape = '\\'};
    size_t bad;
    if (!utf8_valid(source->text, &bad)) {
        fail(&reader, bad, "this is no UTF-8", STR(""));
        return NULL;
    }
    if (str_starts(reader.text, STR("\xEF\xBB\xBF")))
        reader.at = 3;
    reader.global = map_begin(arena);
    reader.arguments = list_begin(arena);
    reader.known = map_begin(arena);
    reader.stages = list_begin(arena);
    reader.names = index_new(arena, 8);
    read_directives(&reader);
    size_t count = 0;
    for (Instruction instruction; !reader.failed && read_instruction(&reader, &instruction);) {
        take_instruction(&reader, &instruction);
        if (++count > INSTRUCTION_LIMIT)
            fail(&reader, instruction.start, "this file holds more than 10000 instructions", STR(""));
    }
    if (!reader.failed && !reader.in_stage)
        fail(&reader, 0, "a Dockerfile has a FROM, here is none", STR(""));
    if (reader.failed)
        return NULL;
    end_stage(&reader);
    MapBuilder file = map_begin(arena);
    map_set(&file, STR("arguments"), origin_at(&reader, 0), list_end(&reader.arguments, origin_at(&reader, 0)));
    map_set(&file, STR("stages"), origin_at(&reader, 0), list_end(&reader.stages, origin_at(&reader, 0)));
    return map_end(&file, origin_at(&reader, 0));
}
