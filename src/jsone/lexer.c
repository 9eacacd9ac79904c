/*
 * The words of an expression. Tokens are taken one at a time, as the parser asks for them: what stands behind the
 * closing brace of an interpolation is no expression and must not be looked at. Knows nothing of grammar.
 */
#include "jsone_private.h"

typedef struct Spelling {
    const char *text;
    TokenKind kind;
} Spelling;

/* A longer spelling stands before its prefix. */
static const Spelling symbols[] = {
    {"**", TOKEN_POWER},        {"+", TOKEN_PLUS},       {"-", TOKEN_MINUS},
    {"*", TOKEN_TIMES},         {"/", TOKEN_DIVIDE},     {"[", TOKEN_BRACKET_OPEN},
    {"]", TOKEN_BRACKET_CLOSE}, {".", TOKEN_DOT},        {"(", TOKEN_PAREN_OPEN},
    {")", TOKEN_PAREN_CLOSE},   {"{", TOKEN_BRACE_OPEN}, {"}", TOKEN_BRACE_CLOSE},
    {":", TOKEN_COLON},         {",", TOKEN_COMMA},      {">=", TOKEN_GREATER_EQUAL},
    {"<=", TOKEN_LESS_EQUAL},   {"<", TOKEN_LESS},       {">", TOKEN_GREATER},
    {"==", TOKEN_EQUAL},        {"!=", TOKEN_UNEQUAL},   {"!", TOKEN_NOT},
    {"&&", TOKEN_AND},          {"||", TOKEN_OR},
};

static const Spelling keywords[] = {
    {"true", TOKEN_TRUE},
    {"false", TOKEN_FALSE},
    {"in", TOKEN_IN},
    {"null", TOKEN_NULL},
};

const char *token_name(TokenKind kind)
{
    for (size_t i = 0; i < LENGTH_OF(symbols); i++) {
        if (symbols[i].kind == kind)
            return symbols[i].text;
    }
    for (size_t i = 0; i < LENGTH_OF(keywords); i++) {
        if (keywords[i].kind == kind)
            return keywords[i].text;
    }
    return kind == TOKEN_NUMBER ? "number" : kind == TOKEN_STRING ? "string" : "identifier";
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word_byte(char c)
{
    return is_word_start(c) || is_digit(c);
}

bool is_identifier(Str text)
{
    if (!text.size || !is_word_start(text.data[0]))
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (!is_word_byte(text.data[i]))
            return false;
    }
    return true;
}

size_t white_space_at(Str text, size_t at)
{
    if (at >= text.size)
        return 0;
    unsigned char first = (unsigned char)text.data[at];
    if (first < 0x80)
        return first == ' ' || (first >= '\t' && first <= '\r');
    size_t end = at;
    uint32_t c = utf8_next(text, &end);
    bool white = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
                 c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
    return white ? end - at : 0;
}

static size_t number_length(Str text)
{
    size_t size = 0;
    while (size < text.size && is_digit(text.data[size]))
        size++;
    if (size + 1 < text.size && text.data[size] == '.' && is_digit(text.data[size + 1])) {
        size++;
        while (size < text.size && is_digit(text.data[size]))
            size++;
    }
    return size;
}

/* 0 for a string that is not closed. There are no escapes. */
static size_t string_length(Str text)
{
    ptrdiff_t close = str_find(text, (Str){text.data, 1}, 1);
    return close < 0 ? 0 : (size_t)close + 1;
}

static size_t word_length(Str text, TokenKind *kind)
{
    size_t size = 1;
    while (size < text.size && is_word_byte(text.data[size]))
        size++;
    *kind = TOKEN_IDENTIFIER;
    for (size_t i = 0; i < LENGTH_OF(keywords); i++) {
        if (keywords[i].text[0] == text.data[0] && str_equal(str_slice(text, 0, size), str_from(keywords[i].text)))
            *kind = keywords[i].kind;
    }
    return size;
}

static size_t symbol_length(Str text, TokenKind *kind)
{
    for (size_t i = 0; i < LENGTH_OF(symbols); i++) {
        if (symbols[i].text[0] != text.data[0])
            continue;
        Str symbol = str_from(symbols[i].text);
        if (!str_starts(text, symbol))
            continue;
        *kind = symbols[i].kind;
        return symbol.size;
    }
    return 0;
}

static size_t token_length(Str text, TokenKind *kind)
{
    char first = text.data[0];
    if (is_word_start(first))
        return word_length(text, kind);
    if (is_digit(first)) {
        *kind = TOKEN_NUMBER;
        return number_length(text);
    }
    if (first == '"' || first == '\'') {
        *kind = TOKEN_STRING;
        return string_length(text);
    }
    return symbol_length(text, kind);
}

bool lexer_next(Str text, size_t *offset, Token *token)
{
    size_t white;
    while ((white = white_space_at(text, *offset)) > 0)
        *offset += white;
    *token = (Token){TOKEN_END, STR(""), *offset};
    if (*offset >= text.size)
        return true;
    size_t size = token_length(str_slice(text, *offset, text.size), &token->kind);
    if (!size)
        return false;
    token->text = str_slice(text, *offset, *offset + size);
    *offset += size;
    return true;
}
