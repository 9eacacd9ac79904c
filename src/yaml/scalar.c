/*
 * Plain scalars: what YAML 1.2's core schema reads in them, what other readers read instead, and when a string needs
 * quotes. Must not know where scalars come from or how they are written.
 *
 * What other readers do stands in one table, `rules`. The readers: YAML 1.1 (PyYAML, go-yaml and so kubectl,
 * libyaml's users), Ruby (Psych), js-yaml. The writer does not consult it: what it leaves unquoted cannot be mistaken
 * by anyone.
 */
#include "yaml_private.h"

#include <math.h>
#include <stdlib.h>

/* Longer texts are numbers, words or dates to nobody. */
enum { RETYPED_MAX = 64 };

/* ---- characters ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool eat_any(Str *rest, const char *set)
{
    if (!rest->size || !rest->data[0] || !strchr(set, rest->data[0]))
        return false;
    *rest = str_slice(*rest, 1, rest->size);
    return true;
}

/* Up to most digits; how many there were. */
static size_t eat_digits(Str *rest, size_t most)
{
    size_t count = 0;
    while (count < rest->size && count < most && is_digit(rest->data[count]))
        count++;
    *rest = str_slice(*rest, count, rest->size);
    return count;
}

static bool eat_sign(Str *rest)
{
    return eat_any(rest, "+-");
}

Str scalar_without(Str text, char removed, char *out)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != removed)
            out[size++] = text.data[i];
    }
    return (Str){out, size};
}

/* ---- numbers ---- */

bool scalar_is_decimal(Str text)
{
    eat_sign(&text);
    size_t digits = eat_digits(&text, SIZE_MAX);
    if (eat_any(&text, "."))
        digits += eat_digits(&text, SIZE_MAX);
    if (!digits)
        return false;
    if (!eat_any(&text, "eE"))
        return text.size == 0;
    eat_sign(&text);
    return eat_digits(&text, SIZE_MAX) > 0 && text.size == 0;
}

double scalar_decimal(Str text)
{
    char small[128];
    if (text.size < sizeof small) {
        if (text.size)
            memcpy(small, text.data, text.size);
        small[text.size] = '\0';
        return strtod(small, NULL);
    }
    Arena *arena = arena_new();
    double number = strtod(arena_text(arena, text), NULL);
    arena_free(arena);
    return number;
}

static unsigned digit_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    c = lower(c);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

bool scalar_digits(Str text, unsigned base, double *number)
{
    bool negative = text.size && text.data[0] == '-';
    eat_sign(&text);
    double sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = digit_value(text.data[i]);
        if (digit >= base)
            return false;
        sum = sum * base + digit;
    }
    *number = negative ? -sum : sum;
    return text.size > 0;
}

/* ---- the core schema (YAML 1.2.2 §10.3.2) ---- */

typedef struct CoreWord {
    Str word;
    ValueKind kind;
    bool boolean;
} CoreWord;

static const CoreWord core_words[] = {
    {{"null", 4}, VALUE_NULL, false},  {{"Null", 4}, VALUE_NULL, false},  {{"NULL", 4}, VALUE_NULL, false},
    {{"~", 1}, VALUE_NULL, false},     {{"", 0}, VALUE_NULL, false},      {{"true", 4}, VALUE_BOOL, true},
    {{"True", 4}, VALUE_BOOL, true},   {{"TRUE", 4}, VALUE_BOOL, true},   {{"false", 5}, VALUE_BOOL, false},
    {{"False", 5}, VALUE_BOOL, false}, {{"FALSE", 5}, VALUE_BOOL, false},
};

static bool is_spelling(Str text, Str word);

static bool core_not_finite(Str text, double *number)
{
    Str rest = text;
    bool negative = text.size && text.data[0] == '-';
    bool sign = eat_sign(&rest);
    if (!eat_any(&rest, "."))
        return false;
    *number = is_spelling(rest, STR("inf")) ? (negative ? -(double)INFINITY : (double)INFINITY) : (double)NAN;
    return is_spelling(rest, STR("inf")) ||
           (!sign && (is_spelling(rest, STR("nan")) || str_equal(rest, STR("NaN"))) && !str_equal(rest, STR("Nan")));
}

static bool core_number(Str text, double *number)
{
    char first = text.data[0];
    if (!is_digit(first) && first != '+' && first != '-' && first != '.')
        return false;
    if (scalar_is_decimal(text)) {
        *number = scalar_decimal(text);
        return true;
    }
    if (str_starts(text, STR("0x")) || str_starts(text, STR("0o"))) {
        Str digits = str_slice(text, 2, text.size);
        return digits.size && digit_value(digits.data[0]) < 16 &&
               scalar_digits(digits, text.data[1] == 'x' ? 16 : 8, number);
    }
    return core_not_finite(text, number);
}

const Value *yaml_plain(Arena *arena, Origin origin, Str text)
{
    double number = 0;
    if (text.size <= 5) {
        for (size_t i = 0; i < LENGTH_OF(core_words); i++) {
            const CoreWord *word = &core_words[i];
            if (str_equal(text, word->word))
                return value_new_plain(arena, origin, word->kind, text, 0, word->boolean);
        }
    }
    ValueKind kind = core_number(text, &number) ? VALUE_NUMBER : VALUE_STRING;
    return value_new_plain(arena, origin, kind, text, number, false);
}

/* ---- words that some reader takes for something else ---- */

typedef struct Word {
    Str word;
    const char *in_1_1;  /* what YAML 1.1 reads in its three spellings (yes, Yes, YES); NULL: a string */
    const char *in_ruby; /* what Ruby reads in any other case */
} Word;

static const Word words[] = {
    {{"y", 1}, "true", NULL},      {{"n", 1}, "false", NULL},        {{"yes", 3}, "true", "true"},
    {{"no", 2}, "false", "false"}, {{"on", 2}, "true", "true"},      {{"off", 3}, "false", "false"},
    {{"true", 4}, "true", "true"}, {{"false", 5}, "false", "false"}, {{"null", 4}, "null", "null"},
    {{"inf", 3}, NULL, NULL},      {{"nan", 3}, NULL, NULL},         {{"infinity", 8}, NULL, NULL},
};

static bool equal_any_case(Str text, Str word)
{
    if (text.size != word.size)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.data[i]) != word.data[i])
            return false;
    }
    return true;
}

/* word in lower case, with a capital, or in capitals. */
static bool is_spelling(Str text, Str word)
{
    if (!equal_any_case(text, word))
        return false;
    bool first = text.data[0] != word.data[0], all = first, none = true;
    for (size_t i = 1; i < text.size; i++) {
        bool capital = text.data[i] != word.data[i];
        all &= capital;
        none &= !capital;
    }
    return none || all;
}

static const Word *find_word(Str text)
{
    for (size_t i = 0; i < LENGTH_OF(words); i++) {
        if (equal_any_case(text, words[i].word))
            return &words[i];
    }
    return NULL;
}

/* ---- strings that go out without quotes: [A-Za-z_/][A-Za-z0-9_./-]* and none of the words ---- */

/* What a character may be: REST a later one, HEAD also the first, WORD also the first of one of the words. */
enum { REST = 1, HEAD = 2 | REST, WORD = 4 | HEAD };

static const unsigned char classes[256] = {
    ['-'] = REST, ['.'] = REST, ['/'] = HEAD, ['_'] = HEAD, ['0'] = REST, ['1'] = REST, ['2'] = REST, ['3'] = REST,
    ['4'] = REST, ['5'] = REST, ['6'] = REST, ['7'] = REST, ['8'] = REST, ['9'] = REST, ['A'] = HEAD, ['B'] = HEAD,
    ['C'] = HEAD, ['D'] = HEAD, ['E'] = HEAD, ['F'] = WORD, ['G'] = HEAD, ['H'] = HEAD, ['I'] = WORD, ['J'] = HEAD,
    ['K'] = HEAD, ['L'] = HEAD, ['M'] = HEAD, ['N'] = WORD, ['O'] = WORD, ['P'] = HEAD, ['Q'] = HEAD, ['R'] = HEAD,
    ['S'] = HEAD, ['T'] = WORD, ['U'] = HEAD, ['V'] = HEAD, ['W'] = HEAD, ['X'] = HEAD, ['Y'] = WORD, ['Z'] = HEAD,
    ['a'] = HEAD, ['b'] = HEAD, ['c'] = HEAD, ['d'] = HEAD, ['e'] = HEAD, ['f'] = WORD, ['g'] = HEAD, ['h'] = HEAD,
    ['i'] = WORD, ['j'] = HEAD, ['k'] = HEAD, ['l'] = HEAD, ['m'] = HEAD, ['n'] = WORD, ['o'] = WORD, ['p'] = HEAD,
    ['q'] = HEAD, ['r'] = HEAD, ['s'] = HEAD, ['t'] = WORD, ['u'] = HEAD, ['v'] = HEAD, ['w'] = HEAD, ['x'] = HEAD,
    ['y'] = WORD, ['z'] = HEAD,
};

/* infinity is the longest word. */
enum { WORD_MAX_SIZE = 8 };

bool scalar_is_plain(Str text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    if (!text.size || (classes[p[0]] & HEAD) != HEAD)
        return false;
    size_t i = 1;
    for (; i + 4 <= text.size; i += 4) {
        if (!(classes[p[i]] & classes[p[i + 1]] & classes[p[i + 2]] & classes[p[i + 3]]))
            return false;
    }
    for (; i < text.size; i++) {
        if (!classes[p[i]])
            return false;
    }
    return text.size > WORD_MAX_SIZE || classes[p[0]] != WORD || !find_word(text);
}

/* ---- how others read ---- */

/* The other reading of a plain text, when this rule finds one: "8", "true", "a date". */
typedef struct OtherReading {
    const char *what; /* NULL: number */
    double number;
} OtherReading;

static bool other_word(Str text, OtherReading *other)
{
    const Word *word = find_word(text);
    other->what = word && is_spelling(text, word->word) ? word->in_1_1 : NULL;
    return other->what != NULL;
}

static bool other_word_in_ruby(Str text, OtherReading *other)
{
    const Word *word = find_word(text);
    other->what = word && !is_spelling(text, word->word) ? word->in_ruby : NULL;
    return other->what != NULL;
}

static bool other_merge(Str text, OtherReading *other)
{
    other->what = "a merge key";
    return str_equal(text, STR("<<"));
}

static bool other_value(Str text, OtherReading *other)
{
    other->what = "an error";
    return str_equal(text, STR("="));
}

static bool eat_time(Str *rest)
{
    size_t hour = eat_digits(rest, 2);
    if (!hour || !eat_any(rest, ":") || !eat_digits(rest, 2) || !eat_any(rest, ":") || !eat_digits(rest, 2))
        return false;
    if (eat_any(rest, "."))
        eat_digits(rest, SIZE_MAX);
    while (eat_any(rest, " \t"))
        continue;
    if (eat_any(rest, "Z") || !eat_sign(rest))
        return true;
    size_t zone = eat_digits(rest, 2);
    return zone > 0 && (!eat_any(rest, ":") || eat_digits(rest, 2) == 2);
}

/* https://yaml.org/type/timestamp.html; and one-digit months without a time, which only some readers take. */
static bool other_date(Str text, OtherReading *other)
{
    other->what = "a date";
    if (eat_digits(&text, 5) != 4 || !eat_any(&text, "-") || !eat_digits(&text, 2) || !eat_any(&text, "-") ||
        !eat_digits(&text, 2))
        return false;
    if (!text.size)
        return true;
    bool separated = eat_any(&text, "Tt \t");
    while (eat_any(&text, " \t"))
        continue;
    return separated && eat_time(&text) && !text.size;
}

/* 12:30:45 counts in sixties. */
static bool read_sexagesimal(Str text, double *number)
{
    char digits[RETYPED_MAX];
    bool negative = text.size && text.data[0] == '-';
    text = scalar_without(text, '_', digits);
    eat_sign(&text);
    Str first = text;
    size_t count = eat_digits(&text, SIZE_MAX);
    double sum = scalar_decimal(str_slice(first, 0, count));
    size_t groups = 0;
    for (; count && eat_any(&text, ":"); groups++) {
        Str group = text;
        size_t size = eat_digits(&text, 2);
        if (!size || (size == 2 && group.data[0] > '5'))
            return false;
        sum = sum * 60 + scalar_decimal(str_slice(group, 0, size));
    }
    if (text.size && text.data[0] == '.' && groups) {
        Str fraction = text;
        eat_any(&text, ".");
        size_t size = eat_digits(&text, SIZE_MAX);
        sum += size ? scalar_decimal(str_slice(fraction, 0, size + 1)) : 0;
    }
    *number = negative ? -sum : sum;
    return groups > 0 && text.size == 0;
}

static char first_digit(Str text)
{
    eat_sign(&text);
    return text.size ? text.data[0] : '\0';
}

static bool other_sexagesimal(Str text, OtherReading *other)
{
    return first_digit(text) >= '1' && first_digit(text) <= '9' && read_sexagesimal(text, &other->number);
}

static bool other_sexagesimal_in_ruby(Str text, OtherReading *other)
{
    return first_digit(text) == '0' && read_sexagesimal(text, &other->number);
}

/* 010, -0_7: octal. */
static bool other_octal(Str text, OtherReading *other)
{
    char digits[RETYPED_MAX];
    double core;
    Str stripped = scalar_without(text, '_', digits);
    if (first_digit(text) != '0' || text.size < 2 || !scalar_digits(stripped, 8, &other->number))
        return false;
    /* 007 is seven to everybody. */
    return !(core_number(text, &core) && core >= other->number && core <= other->number);
}

/* 08: no octal number, and no decimal one to YAML 1.1. */
static bool other_not_octal(Str text, OtherReading *other)
{
    double number;
    Str digits = text;
    eat_sign(&digits);
    other->what = "";
    return digits.size > 1 && digits.data[0] == '0' && scalar_digits(digits, 10, &number) &&
           !scalar_digits(digits, 8, &number);
}

/* 0b11, 0x_ff, -0x1F, 0X1F, +0o7: base and value of a number with a prefix. */
static bool read_prefixed(Str text, char *letter, double *number)
{
    char digits[RETYPED_MAX];
    bool negative = text.size && text.data[0] == '-';
    text = scalar_without(text, '_', digits);
    eat_sign(&text);
    if (text.size < 3 || text.data[0] != '0')
        return false;
    *letter = text.data[1];
    unsigned base = lower(*letter) == 'b' ? 2 : lower(*letter) == 'o' ? 8 : lower(*letter) == 'x' ? 16 : 0;
    Str rest = str_slice(text, 2, text.size);
    if (!base || digit_value(rest.data[0]) >= base || !scalar_digits(rest, base, number))
        return false;
    *number = negative ? -*number : *number;
    return true;
}

static bool other_prefixed(Str text, OtherReading *other)
{
    char letter;
    double core;
    return read_prefixed(text, &letter, &other->number) && (letter == 'b' || letter == 'x') &&
           !core_number(text, &core);
}

static bool other_prefixed_in_go(Str text, OtherReading *other)
{
    char letter;
    double core;
    return read_prefixed(text, &letter, &other->number) && letter != 'b' && letter != 'x' &&
           !core_number(text, &core);
}

/* 0o14 is octal in YAML 1.2 only. */
static bool other_new_octal(Str text, OtherReading *other)
{
    double core;
    other->what = "";
    return str_starts(text, STR("0o")) && core_number(text, &core);
}

static bool other_without(Str text, char removed, OtherReading *other)
{
    char digits[RETYPED_MAX];
    if (!str_has_char(text, removed) || !(is_digit(text.data[0]) || strchr("+-.", text.data[0])))
        return false;
    Str stripped = scalar_without(text, removed, digits);
    if (!scalar_is_decimal(stripped))
        return false;
    other->number = scalar_decimal(stripped);
    return isfinite(other->number);
}

static bool other_underscores(Str text, OtherReading *other)
{
    return other_without(text, '_', other);
}

/* Commas group the digits in front of a point, or those of an integer that does not start with 0. */
static bool other_commas(Str text, OtherReading *other)
{
    char digits[RETYPED_MAX];
    ptrdiff_t point = str_find(text, STR("."), 0);
    Str whole = point < 0 ? text : str_slice(text, 0, (size_t)point);
    char first = first_digit(text);
    bool grouped = point < 0 ? first >= '1' && first <= '9' && str_find(text, STR(",,"), 0) < 0 &&
                                   is_digit(text.data[text.size - 1]) && !str_has_char(text, 'e') &&
                                   !str_has_char(text, 'E')
                             : is_digit(first);
    return grouped && str_has_char(whole, ',') && str_rfind_char(text, ',') < (ptrdiff_t)whole.size &&
           other_without(scalar_without(text, '_', digits), ',', other);
}

/* 0,5: octal, with a group. */
static bool other_octal_commas(Str text, OtherReading *other)
{
    char digits[RETYPED_MAX];
    return first_digit(text) == '0' && str_has_char(text, ',') &&
           scalar_digits(scalar_without(scalar_without(text, '_', digits), ',', digits), 8, &other->number);
}

/* 00.5: js-yaml 3 takes a leading zero for octal and then fails. */
static bool other_zero_point(Str text, OtherReading *other)
{
    other->what = "";
    Str rest = text;
    eat_sign(&rest);
    return rest.size > 2 && rest.data[0] == '0' && is_digit(rest.data[1]) && str_has_char(rest, '.') &&
           scalar_is_decimal(text);
}

/* 1e3, 1.0e3: YAML 1.1 wants a point and a signed exponent. */
static bool other_exponent(Str text, OtherReading *other)
{
    other->what = "";
    if (!scalar_is_decimal(text))
        return false;
    ptrdiff_t e = str_rfind_char(text, 'e');
    if (e < 0)
        e = str_rfind_char(text, 'E');
    return e >= 0 && (!str_has_char(text, '.') || is_digit(text.data[e + 1]));
}

/* -.5: YAML 1.1 and js-yaml want a digit between sign and point. */
static bool other_signed_point(Str text, OtherReading *other)
{
    other->what = "";
    return text.size > 2 && (text.data[0] == '+' || text.data[0] == '-') && text.data[1] == '.' &&
           scalar_is_decimal(text);
}

static bool other_not_finite(Str text, OtherReading *other)
{
    other->what = "an error";
    return core_not_finite(text, &other->number);
}

static bool other_not_finite_in_ruby(Str text, OtherReading *other)
{
    other->what = "infinity";
    eat_sign(&text);
    return eat_any(&text, ".") && equal_any_case(text, STR("inf"));
}

typedef struct Rule {
    bool (*finds)(Str text, OtherReading *other);
    const char *reader;
} Rule;

/*
 * The first rule that finds another reading speaks; a reading "" is the string as it stands. One reading is left out
 * on purpose: Ruby's symbols, since `listen: :8080` is what people write, and what kiln writes is quoted anyway.
 */
static const Rule rules[] = {
    {other_word, "YAML 1.1"},            /* yes No ON y */
    {other_word_in_ruby, "Ruby"},        /* tRUE yEs nULL */
    {other_merge, "YAML 1.1"},           /* << */
    {other_value, "PyYAML"},             /* = */
    {other_date, "YAML 1.1"},            /* 2026-01-31 */
    {other_sexagesimal, "YAML 1.1"},     /* 12:30:45 */
    {other_sexagesimal_in_ruby, "Ruby"}, /* 08:30 */
    {other_octal, "YAML 1.1"},           /* 010 */
    {other_not_octal, "YAML 1.1"},       /* 08 */
    {other_prefixed, "YAML 1.1"},        /* 0b11 -0x1F 0x_F */
    {other_prefixed_in_go, "kubectl"},   /* 0X1F -0o7 */
    {other_new_octal, "YAML 1.1"},       /* 0o14 */
    {other_underscores, "YAML 1.1"},     /* 1_000 */
    {other_commas, "Ruby"},              /* 1,000 */
    {other_octal_commas, "Ruby"},        /* 0,5 */
    {other_exponent, "YAML 1.1"},        /* 1e3 */
    {other_signed_point, "YAML 1.1"},    /* -.5 */
    {other_zero_point, "js-yaml 3"},     /* 00.5 */
    {other_not_finite, "kubectl"},       /* .inf .nan */
    {other_not_finite_in_ruby, "Ruby"},  /* .iNF */
};

static void add_core_reading(Buf *out, const Value *plain)
{
    char text[NUMBER_TEXT_SIZE];
    if (plain->kind == VALUE_STRING)
        buf_printf(out, "the string '%.*s'", STR_ARG(value_text(plain)));
    else if (plain->kind == VALUE_NUMBER && isfinite(plain->number))
        buf_add(out, number_print(plain->number, text));
    else if (plain->kind == VALUE_NUMBER)
        buf_add(out, isnan(plain->number) ? STR("not a number") : STR("infinity"));
    else
        buf_add(out, plain->kind == VALUE_NULL ? STR("null") : plain->boolean ? STR("true") : STR("false"));
}

static void add_other_reading(Buf *out, const Value *plain, const OtherReading *other)
{
    char text[NUMBER_TEXT_SIZE];
    if (!other->what)
        buf_add(out, number_print(other->number, text));
    else if (other->what[0])
        buf_add(out, str_from(other->what));
    else
        buf_printf(out, "the string '%.*s'", STR_ARG(value_text(plain)));
}

/* Words and numbers begin with few characters; most texts are done here. */
static bool may_be_retyped(const Value *plain)
{
    return (plain->flags & VALUE_PLAIN) && value_is_scalar(plain) && plain->kind != VALUE_BOOL && plain->size > 0 &&
           plain->size < RETYPED_MAX && strchr("+-.0123456789yYnNoOtTfF<=:", plain->text[0]);
}

Str yaml_ambiguity(Arena *arena, const Value *plain)
{
    if (!may_be_retyped(plain))
        return STR_NONE;
    for (size_t i = 0; i < LENGTH_OF(rules); i++) {
        OtherReading other = {.what = NULL};
        if (!rules[i].finds(value_text(plain), &other))
            continue;
        Buf out = {0};
        add_core_reading(&out, plain);
        buf_add(&out, STR(" in YAML 1.2, "));
        add_other_reading(&out, plain, &other);
        buf_printf(&out, " in %s", rules[i].reader);
        Str phrase = arena_copy(arena, buf_str(&out));
        buf_release(&out);
        return phrase;
    }
    return STR_NONE;
}
