/*
 * The commands of a shell script, near enough for rules that name some: words, quotes and what ends a command, but no
 * expansion. Must not know which commands rules look for.
 */
#include "workflow.h"

static bool is_break(char c)
{
    return c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '`';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t quoted_end(Str text, size_t at)
{
    char quote = text.data[at++];
    while (at < text.size && text.data[at] != quote)
        at += quote == '"' && text.data[at] == '\\' ? 2 : 1;
    return at + 1 < text.size ? at + 1 : text.size;
}

/* Space, comments, and the ends of lines that go on. */
static size_t word_start(Str text)
{
    size_t at = 0;
    while (at < text.size) {
        if (text.data[at] == '#') {
            ptrdiff_t end = str_find(text, STR("\n"), at);
            at = end < 0 ? text.size : (size_t)end;
        } else if (str_starts(str_slice(text, at, text.size), STR("\\\n"))) {
            at += 2;
        } else if (is_space(text.data[at])) {
            at++;
        } else {
            break;
        }
    }
    return at;
}

/* Words as a shell splits them, near enough: quotes hold together. An empty word is the end of a command. */
static bool next_word(Str *text, Str *word)
{
    size_t start = word_start(*text), at = start;
    if (start >= text->size)
        return false;
    while (at < text->size && !is_break(text->data[at]) && !is_space(text->data[at]))
        at = text->data[at] == '"' || text->data[at] == '\'' ? quoted_end(*text, at) : at + 1;
    *word = str_slice(*text, start, at);
    *text = str_slice(*text, at == start ? at + 1 : at, text->size);
    return true;
}

/* What may stand before a command's own name. */
static bool is_prefix(Str word)
{
    static const char *const prefixes[] = {"sudo", "env",   "exec", "time", "if", "then",
                                           "else", "while", "do",   "!",    "{",  "until"};
    for (size_t i = 0; i < LENGTH_OF(prefixes); i++) {
        if (str_equal(word, str_from(prefixes[i])))
            return true;
    }
    return word.data[0] != '-' && word.data[0] != '=' && str_has_char(word, '=');
}

bool script_next(Str *script, ScriptCommand *command)
{
    Str word;
    do {
        if (!next_word(script, &word))
            return false;
    } while (!word.size || is_prefix(word));
    command->name = word;
    const char *start = script->data, *end = start;
    while (next_word(script, &word) && word.size)
        end = word.data + word.size;
    command->arguments = (Str){start, (size_t)(end - start)};
    return true;
}

bool words_include(Str arguments, Str wanted)
{
    Str want = STR(""), word;
    bool more = wanted.size && str_split(&wanted, ' ', &want);
    while (more && next_word(&arguments, &word)) {
        if (str_equal(word, want))
            more = wanted.data && str_split(&wanted, ' ', &want);
    }
    return !more;
}

bool command_is(const ScriptCommand *command, Str wanted)
{
    if (!str_starts(wanted, command->name))
        return false;
    Str rest = str_slice(wanted, command->name.size, wanted.size);
    return !rest.size || (rest.data[0] == ' ' && words_include(command->arguments, str_slice(rest, 1, rest.size)));
}

bool script_runs(Str script, Str wanted)
{
    for (ScriptCommand command; script_next(&script, &command);) {
        if (command_is(&command, wanted))
            return true;
    }
    return false;
}
