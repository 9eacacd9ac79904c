/* The comments behind scalars: no value holds them, but the text that it was read from. */
#include "kiln/yaml.h"

/* Behind a scalar that begins at the start of text. */
static Str behind_scalar(Str text)
{
    char quote = text.size && (text.data[0] == '"' || text.data[0] == '\'') ? text.data[0] : '\0';
    size_t at = quote ? 1 : 0;
    while (at < text.size && text.data[at] != '\n') {
        if (quote && text.data[at] == quote)
            return str_slice(text, at + 1, text.size);
        if (!quote && text.data[at] == '#' && at && (text.data[at - 1] == ' ' || text.data[at - 1] == '\t'))
            return str_slice(text, at, text.size);
        at += quote == '"' && text.data[at] == '\\' ? 2 : 1;
    }
    return STR("");
}

static Str comment_of(Str line)
{
    size_t at = 0;
    while (at < line.size && memchr(" \t}],", line.data[at], 5))
        at++;
    if (at >= line.size || line.data[at] != '#')
        return STR("");
    return str_trim(str_slice(line, at + 1, line.size));
}

static Str first_line(Str text)
{
    Str line = STR("");
    str_split(&text, '\n', &line);
    return line;
}

Str yaml_comment_behind(const Sources *sources, Origin origin)
{
    const Source *source = sources_find(sources, origin);
    if (!source)
        return STR("");
    return comment_of(first_line(behind_scalar(str_slice(source->text, origin - source->base, source->text.size))));
}
