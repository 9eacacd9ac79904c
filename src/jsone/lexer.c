/*
 * The words of an expression. Tokens are taken one at a time, as the parser asks for them: what stands behind the
 * closing brace of an interpolation is no expression and must not be looked at. Knows nothing of grammar.
 */
#include "jsone_private.h"

typedef struct Spelling {
    char text[6];
    uint8_t size;
    uint8_t kind; /* TokenKind */
} Spelling;

#define SPELLING(text, kind) {text, sizeof(text) - 1, kind}

/* What is written most stands first; a longer spelling stands before its prefix. */
static const Spelling symbols[] = {
    SPELLING(".", TOKEN_DOT),           SPELLING("(", TOKEN_PAREN_OPEN),     SPELLING(")", TOKEN_PAREN_CLOSE),
    SPELLING(",", TOKEN_COMMA),         SPELLING("!=", TOKEN_UNEQUAL),       SPELLING("!", TOKEN_NOT),
    SPELLING("&&", TOKEN_AND),          SPELLING("||", TOKEN_OR),            SPELLING("==", TOKEN_EQUAL),
    SPELLING(":", TOKEN_COLON),         SPELLING("}", TOKEN_BRACE_CLOSE),    SPELLING("{", TOKEN_BRACE_OPEN),
    SPELLING("[", TOKEN_BRACKET_OPEN),  SPELLING("]", TOKEN_BRACKET_CLOSE),  SPELLING("+", TOKEN_PLUS),
    SPELLING("-", TOKEN_MINUS),         SPELLING("**", TOKEN_POWER),         SPELLING("*", TOKEN_TIMES),
    SPELLING("/", TOKEN_DIVIDE),        SPELLING(">=", TOKEN_GREATER_EQUAL), SPELLING("<=", TOKEN_LESS_EQUAL),
    SPELLING("<", TOKEN_LESS),          SPELLING(">", TOKEN_GREATER),
};

static const Spelling keywords[] = {
    SPELLING("true", TOKEN_TRUE),
    SPELLING("false", TOKEN_FALSE),
    SPELLING("in", TOKEN_IN),
    SPELLING("null", TOKEN_NULL),
};

static inline bool is_spelt(const Spelling *spelling, const char *text, size_t size)
{
    return spelling->text[0] == text[0] && spelling->size <= size && memcmp(text, spelling->text, spelling->size) == 0;
}

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

/* '0' to '9', 'A' to 'Z', '_' and 'a' to 'z', by 64 characters. */
static inline bool is_in_word(char c)
{
    static const uint64_t sets[4] = {0x03FF000000000000, 0x07FFFFFE87FFFFFE, 0, 0};
    unsigned char byte = (unsigned char)c;
    return sets[byte >> 6] >> (byte & 63) & 1;
}

bool is_word_byte(char c)
{
    return is_in_word(c);
}

bool is_identifier(Str text)
{
    if (!text.size || !is_word_start(text.data[0]))
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (!is_in_word(text.data[i]))
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
    while (size < text.size && is_in_word(text.data[size]))
        size++;
    *kind = TOKEN_IDENTIFIER;
    for (size_t i = 0; i < LENGTH_OF(keywords); i++) {
        if (keywords[i].size == size && is_spelt(&keywords[i], text.data, size))
            *kind = (TokenKind)keywords[i].kind;
    }
    return size;
}

static size_t symbol_length(Str text, TokenKind *kind)
{
    for (size_t i = 0; i < LENGTH_OF(symbols); i++) {
        if (!is_spelt(&symbols[i], text.data, text.size))
            continue;
        *kind = (TokenKind)symbols[i].kind;
        return symbols[i].size;
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
    while (*offset < text.size && !is_word_start(text.data[*offset]) && (white = white_space_at(text, *offset)) > 0)
        *offset += white;
    *token = (Token){TOKEN_END, STR(""), *offset};
    if (*offset >= text.size)
        return true;
    const char *at = text.data + *offset;
    size_t size = token_length((Str){at, text.size - *offset}, &token->kind);
    if (!size)
        return false;
    token->text = (Str){at, size};
    *offset += size;
    return true;
}
