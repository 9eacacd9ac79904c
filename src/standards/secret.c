/*
 * Literal secrets: values that must not stand in a manifest (rule no-literal-secret). By name, where the name says
 * secret and the value is one; by form, whatever the name: a password inside a URL, a private key, a token with a
 * known prefix.
 */
#include "standards_private.h"

/* Endings of a name after upper-casing, with '-', '.' and ' ' as '_'. */
static const char *const name_endings[] = {"PASSWORD", "PASSWD", "SECRET",      "TOKEN",     "API_KEY",
                                           "APIKEY",   "PRIVATE_KEY", "PRIVATEKEY", "CREDENTIAL", "CREDENTIALS"};

/* Prefixes that issuers document for their tokens, and how many characters of token must follow at least. */
static const struct {
    const char *prefix;
    size_t following;
    const char *phrase;
} tokens[] = {
    {"ghp_", 30, "a GitHub token"},   {"gho_", 30, "a GitHub token"},      {"ghu_", 30, "a GitHub token"},
    {"ghs_", 30, "a GitHub token"},   {"ghr_", 30, "a GitHub token"},      {"github_pat_", 30, "a GitHub token"},
    {"glpat-", 20, "a GitLab token"}, {"xoxb-", 20, "a Slack token"},      {"xoxp-", 20, "a Slack token"},
    {"xapp-", 20, "a Slack token"},   {"AKIA", 16, "an AWS access key"},   {"ASIA", 16, "an AWS access key"},
    {"sk_live_", 20, "a Stripe key"}, {"rk_live_", 20, "a Stripe key"},    {"AIza", 35, "a Google API key"},
    {"npm_", 36, "an npm token"},     {"dckr_pat_", 20, "a Docker token"}, {"hvs.", 24, "a Vault token"},
    {"SG.", 40, "a SendGrid key"},    {"pypi-", 50, "a PyPI token"},
};

/* The shortest of them. */
enum { TOKEN_SIZE_MIN = 20 };

/* '0' to '9', 'A' to 'Z', 'a' to 'z', '_' and '-', by 64 characters. */
static inline bool is_token_char(char c)
{
    static const uint64_t sets[4] = {0x03FF200000000000, 0x07FFFFFE87FFFFFE, 0, 0};
    unsigned char byte = (unsigned char)c;
    return sets[byte >> 6] >> (byte & 63) & 1;
}

static char upper_folded(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c == '-' || c == '.' || c == ' ' ? '_' : c;
}

/* Few names end in a letter that one of the endings does. */
static bool name_says_secret(Str name)
{
    if (!name.size || !memchr("DTNYLS", upper_folded(name.data[name.size - 1]), 6))
        return false;
    for (size_t i = 0; i < LENGTH_OF(name_endings); i++) {
        Str ending = str_from(name_endings[i]);
        bool same = name.size >= ending.size;
        for (size_t j = 0; same && j < ending.size; j++)
            same = upper_folded(name.data[name.size - ending.size + j]) == ending.data[j];
        if (same)
            return true;
    }
    return false;
}

/* word is in upper case. */
static bool is_word(Str value, Str word)
{
    bool same = value.size == word.size;
    for (size_t i = 0; same && i < word.size; i++)
        same = upper_folded(value.data[i]) == word.data[i];
    return same;
}

/* The last three are what a workflow grants: `id-token: write` is no token. */
static bool is_number_or_word(Str value)
{
    static const char *const words[] = {"TRUE", "FALSE", "YES", "NO",   "ON",   "OFF",
                                        "NULL", "~",     "READ", "WRITE", "NONE"};
    for (size_t i = 0; i < LENGTH_OF(words); i++) {
        if (is_word(value, str_from(words[i])))
            return true;
    }
    size_t at = value.size > 1 && (value.data[0] == '-' || value.data[0] == '+');
    bool digits = at < value.size;
    for (; at < value.size; at++)
        digits &= (value.data[at] >= '0' && value.data[at] <= '9') || value.data[at] == '.';
    return digits;
}

static Str unquoted(Str value)
{
    value = str_trim(value);
    if (value.size && value.data[value.size - 1] == ',')
        value.size--;
    if (value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.size - 1] == value.data[0])
        value = str_slice(value, 1, value.size - 1);
    return value;
}

/* Empty, a path, a number, a boolean, or somebody else's placeholder is no secret. */
static bool value_is_harmless(Str value)
{
    value = unquoted(value);
    return !value.size || value.data[0] == '/' || str_starts(value, STR("./")) || str_starts(value, STR("$(")) ||
           str_starts(value, STR("${")) || str_starts(value, STR("{{")) || is_number_or_word(value);
}

/* scheme://user:password@host */
static bool has_url_password(Str text)
{
    for (ptrdiff_t at = 0; (at = str_find(text, STR("://"), (size_t)at)) >= 0; at += 3) {
        size_t from = (size_t)at + 3, colon = 0;
        for (size_t i = from; i < text.size; i++) {
            char c = text.data[i];
            if (c == ':' && !colon)
                colon = i;
            if (c == '@' && colon && i > colon + 1 && !value_is_harmless(str_slice(text, colon + 1, i)))
                return true;
            if (c == '@' || c == '/' || c == '?' || c == ' ' || c == '\n' || c == '"' || c == '\'')
                break;
        }
    }
    return false;
}

/* What token begins at a place, by its prefix. */
static const char *token_at(Str text, size_t at)
{
    for (size_t i = 0; i < LENGTH_OF(tokens); i++) {
        const char *prefix = tokens[i].prefix;
        if (prefix[0] != text.data[at] || !str_starts(str_slice(text, at, text.size), str_from(prefix)))
            continue;
        size_t from = at + strlen(prefix), end = from;
        while (end < text.size && (is_token_char(text.data[end]) || text.data[end] == '.'))
            end++;
        if (end - from >= tokens[i].following)
            return tokens[i].phrase;
    }
    return NULL;
}

static const char *token_in(Str text)
{
    bool inside = false; /* a run of a token's characters */
    for (size_t at = 0; at + TOKEN_SIZE_MIN <= text.size; at++) {
        bool begins = !inside;
        inside = is_token_char(text.data[at]);
        const char *phrase = begins && inside ? token_at(text, at) : NULL;
        if (phrase)
            return phrase;
    }
    return NULL;
}

static const char *secret_by_form(Str text, bool colons)
{
    if (text.size > TOKEN_SIZE_MIN && str_find(text, STR("-----BEGIN"), 0) >= 0 &&
        str_find(text, STR("PRIVATE KEY-----"), 0) >= 0)
        return "a private key";
    if (colons && has_url_password(text))
        return "a URL with a password";
    return token_in(text);
}

/* ---- text that holds names with values: config files, query strings, connection strings ---- */

/* The name that ends before a ':' or '=', where one begins there: not the last word of a sentence. */
static Str name_before(Str line, size_t at)
{
    Str before = str_trim(str_slice(line, 0, at));
    char quote = before.size ? before.data[before.size - 1] : 0;
    if (quote == '"' || quote == '\'')
        before.size--;
    size_t start = before.size;
    while (start > 0 && (is_token_char(before.data[start - 1]) || before.data[start - 1] == '.'))
        start--;
    Str name = str_slice(before, start, before.size), lead = str_slice(before, 0, start);
    if (lead.size && (quote == '"' || quote == '\'') && lead.data[lead.size - 1] == quote)
        lead.size--;
    lead = str_trim(lead);
    bool begins = !lead.size || memchr("{,;&?[-", lead.data[lead.size - 1], 7) || str_equal(lead, STR("export"));
    return begins ? name : STR("");
}

/* What follows a ':' or '=', up to where the next pair may begin. */
static Str value_behind(Str rest)
{
    rest = str_trim(rest);
    if (rest.size && (rest.data[0] == '"' || rest.data[0] == '\'')) {
        ptrdiff_t end = str_find(rest, str_slice(rest, 0, 1), 1);
        return str_slice(rest, 1, end < 0 ? rest.size : (size_t)end);
    }
    size_t end = 0;
    while (end < rest.size && !memchr(",;&}] ", rest.data[end], 6))
        end++;
    return str_slice(rest, 0, end);
}

/* Behind a name in a file nothing need stand: a comment, or what goes on in the next lines. */
static bool goes_on(Str rest)
{
    rest = str_trim(rest);
    return rest.size && memchr("|>{[#", rest.data[0], 5);
}

/* `key: value`, `key = value`, `{"key":"value"}`, `a=1;key=value`. */
static bool line_holds_secret(Str line)
{
    for (size_t at = 0; at < line.size; at++) {
        if (line.data[at] != ':' && line.data[at] != '=')
            continue;
        Str rest = str_slice(line, at + 1, line.size);
        if (name_says_secret(name_before(line, at)) && !goes_on(rest) && !value_is_harmless(value_behind(rest)))
            return true;
    }
    return false;
}

static bool lines_hold_secret(Str text)
{
    for (Str line; str_split(&text, '\n', &line);) {
        if (line_holds_secret(str_trim(line)))
            return true;
    }
    return false;
}

const char *literal_secret(Str name, Str value)
{
    bool colons = str_has_char(value, ':'), lines = colons || str_has_char(value, '\n') || str_has_char(value, '=');
    if (name_says_secret(name) && !value_is_harmless(value))
        return "a literal secret";
    if (lines && lines_hold_secret(value))
        return "a literal secret";
    return secret_by_form(value, colons);
}
