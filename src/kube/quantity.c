/*
 * Quantities as k8s.io/apimachinery/pkg/api/resource reads and prints them: `500m`, `1.5Gi`, `12e6`. Everything is
 * exact integer arithmetic in nano units; no floating point takes part in parsing, printing or comparing. It knows
 * nothing of which resource a quantity is for.
 */
#include "kiln/kube.h"
#include "chars.h"

#include <stdio.h>

#define NANO ((__int128)1000000000)
/*
 * A quantity with a binary suffix is capped at the largest int64 of units, silently, by Kubernetes as well as here.
 */
#define BINARY_MAX (INT64_MAX * NANO)

typedef unsigned __int128 Wide;
#define WIDE_MAX (((Wide)1 << 127) - 1)

typedef struct Suffix {
    char text[3];
    uint8_t size;
    QuantityFormat format;
    int exponent; /* of 10, or of 2 for the binary ones */
} Suffix;

static const Suffix suffixes[] = {
    {"", 0, QUANTITY_DECIMAL_SI, 0},   {"n", 1, QUANTITY_DECIMAL_SI, -9}, {"u", 1, QUANTITY_DECIMAL_SI, -6},
    {"m", 1, QUANTITY_DECIMAL_SI, -3}, {"k", 1, QUANTITY_DECIMAL_SI, 3},  {"M", 1, QUANTITY_DECIMAL_SI, 6},
    {"G", 1, QUANTITY_DECIMAL_SI, 9},  {"T", 1, QUANTITY_DECIMAL_SI, 12}, {"P", 1, QUANTITY_DECIMAL_SI, 15},
    {"E", 1, QUANTITY_DECIMAL_SI, 18}, {"Ki", 2, QUANTITY_BINARY_SI, 10}, {"Mi", 2, QUANTITY_BINARY_SI, 20},
    {"Gi", 2, QUANTITY_BINARY_SI, 30}, {"Ti", 2, QUANTITY_BINARY_SI, 40}, {"Pi", 2, QUANTITY_BINARY_SI, 50},
    {"Ei", 2, QUANTITY_BINARY_SI, 60},
};

/* Beyond this, every number is zero, one nano or too large, so larger exponents need no arithmetic of their own. */
#define EXPONENT_LIMIT 1000000000

/* `e3`, `E-6`: at least one digit, and at most an int32, as the API holds it. */
static bool exponent_parse(Str text, int *exponent)
{
    if (text.size < 2 || (text.data[0] != 'e' && text.data[0] != 'E'))
        return false;
    size_t at = text.data[1] == '+' || text.data[1] == '-' ? 2 : 1;
    Str digits = str_slice(text, at, text.size);
    int64_t value;
    if (!digits.size || digits_at(digits, 0) != digits.size || !digits_value(digits, EXPONENT_LIMIT, &value))
        return false;
    *exponent = text.data[1] == '-' ? -(int)value : (int)value;
    return true;
}

static bool suffix_parse(Str text, Suffix *suffix)
{
    for (size_t i = 0; i < LENGTH_OF(suffixes); i++)
        if (suffixes[i].size == text.size && bytes_equal(suffixes[i].text, text.data, text.size)) {
            *suffix = suffixes[i];
            return true;
        }
    suffix->format = QUANTITY_DECIMAL_EXPONENT;
    return exponent_parse(text, &suffix->exponent);
}

/* value × 10 + digit; false when that is more than a quantity holds. */
static bool wide_push(Wide *value, unsigned digit)
{
    if (*value > (WIDE_MAX - digit) / 10)
        return false;
    *value = *value * 10 + digit;
    return true;
}

/* The number whole.fraction as one run of digits. */
static unsigned digit_of(Str whole, Str fraction, size_t index)
{
    return (unsigned)((index < whole.size ? whole.data[index] : fraction.data[index - whole.size]) - '0');
}

/* whole.fraction × 10^(exponent + 9), rounded up: digits left of the moved point count, a remainder adds one. */
static bool decimal_nano(Str whole, Str fraction, int exponent, Wide *nano)
{
    *nano = 0;
    size_t count = whole.size + fraction.size;
    int64_t kept = (int64_t)whole.size + exponent + 9;
    bool rest = false;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = digit_of(whole, fraction, i);
        if ((int64_t)i >= kept)
            rest = rest || digit;
        else if (!wide_push(nano, digit))
            return false;
    }
    /* Zero stays zero however far the point moves; anything else overflows after at most 39 more digits. */
    for (int64_t i = (int64_t)count; *nano && i < kept; i++)
        if (!wide_push(nano, 0))
            return false;
    if (*nano > WIDE_MAX - rest)
        return false;
    *nano += rest;
    return true;
}

/*
 * whole.fraction × 2^exponent × 10^9, rounded up and capped. The fraction is taken from its last digit backwards, so
 * that it may have any number of digits: each step is (sum + digit × scale) / 10, and a remainder anywhere means
 * rounding up.
 */
static Wide binary_nano(Str whole, Str fraction, int exponent)
{
    Wide scale = ((Wide)1 << exponent) * (Wide)NANO;
    Wide units = 0;
    for (size_t i = 0; i < whole.size; i++) {
        units = units * 10 + (unsigned)(whole.data[i] - '0');
        if (units > INT64_MAX)
            return (Wide)BINARY_MAX;
    }
    if (units > ((Wide)INT64_MAX >> exponent))
        return (Wide)BINARY_MAX;
    Wide part = 0;
    bool rest = false;
    for (size_t i = fraction.size; i-- > 0;) {
        Wide sum = part + scale * (unsigned)(fraction.data[i] - '0');
        rest = rest || sum % 10;
        part = sum / 10;
    }
    Wide nano = units * scale + part + rest;
    return nano > (Wide)BINARY_MAX ? (Wide)BINARY_MAX : nano;
}

bool quantity_parse(Str text, Quantity *quantity)
{
    size_t at = text.size && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0;
    bool negative = at && text.data[0] == '-';
    Str whole = str_slice(text, at, at + digits_at(text, at));
    at += whole.size;
    Str fraction = STR("");
    if (at < text.size && text.data[at] == '.') {
        fraction = str_slice(text, at + 1, at + 1 + digits_at(text, at + 1));
        at += 1 + fraction.size;
    }
    Suffix suffix;
    if (!whole.size && !fraction.size)
        return false;
    if (!suffix_parse(str_slice(text, at, text.size), &suffix))
        return false;
    Wide nano;
    if (suffix.format == QUANTITY_BINARY_SI)
        nano = binary_nano(whole, fraction, suffix.exponent);
    else if (!decimal_nano(whole, fraction, suffix.exponent, &nano))
        return false;
    quantity->nano = negative ? -(__int128)nano : (__int128)nano;
    bool tiny = nano && nano < (Wide)NANO;
    quantity->format = suffix.format == QUANTITY_BINARY_SI && tiny ? QUANTITY_DECIMAL_SI : suffix.format;
    return true;
}

/* Digits from the end of text backwards; returns where they start. */
static char *wide_print(Wide value, char *end)
{
    do
        *--end = (char)('0' + (int)(value % 10));
    while ((value /= 10) != 0);
    return end;
}

static const char *suffix_text(QuantityFormat format, int exponent)
{
    for (size_t i = 0; i < LENGTH_OF(suffixes); i++)
        if (suffixes[i].format == format && suffixes[i].exponent == exponent)
            return suffixes[i].text;
    return NULL;
}

/* A binary quantity below 1 Ki, or with a fraction of a unit, is printed as a decimal one. */
static bool prints_binary(QuantityFormat format, Wide nano)
{
    return format == QUANTITY_BINARY_SI && nano >= (Wide)(1024 * NANO) && nano % (Wide)NANO == 0;
}

/* Takes the factor out of *value as often as it goes; each time is worth step in the exponent. */
static int factor_out(Wide *value, unsigned factor, int step)
{
    int exponent = 0;
    while (*value % factor == 0) {
        *value /= factor;
        exponent += step;
    }
    return exponent;
}

Str quantity_print(Quantity quantity, char text[QUANTITY_TEXT_SIZE])
{
    if (!quantity.nano)
        return (Str){memcpy(text, "0", 2), 1};
    Wide value = quantity.nano < 0 ? -(Wide)quantity.nano : (Wide)quantity.nano;
    int exponent = 0;
    const char *suffix = NULL;
    if (prints_binary(quantity.format, value)) {
        value /= (Wide)NANO;
        exponent = factor_out(&value, 1024, 10);
        suffix = exponent ? suffix_text(QUANTITY_BINARY_SI, exponent) : "";
    } else {
        exponent = factor_out(&value, 1000, 3) - 9;
        if (quantity.format != QUANTITY_DECIMAL_EXPONENT || !exponent)
            suffix = suffix_text(QUANTITY_DECIMAL_SI, exponent);
    }
    char digits[40];
    char *end = digits + sizeof digits;
    char *start = wide_print(value, end);
    /*
     * Above 10^18 there is no decimal suffix; the exponent is written out, as Kubernetes does since it stopped
     * dropping it.
     */
    const char *sign = quantity.nano < 0 ? "-" : "";
    int size = suffix ? snprintf(text, QUANTITY_TEXT_SIZE, "%s%.*s%s", sign, (int)(end - start), start, suffix)
                      : snprintf(text, QUANTITY_TEXT_SIZE, "%s%.*se%d", sign, (int)(end - start), start, exponent);
    return (Str){text, (size_t)size};
}

int quantity_compare(Quantity a, Quantity b)
{
    return a.nano < b.nano ? -1 : a.nano > b.nano;
}

double quantity_number(Quantity quantity)
{
    /* Up to 2^53 one division rounds once; above, whole units keep the digits that count. */
    __int128 exact = (__int128)1 << 53;
    if (quantity.nano <= exact && quantity.nano >= -exact)
        return (double)quantity.nano / 1e9;
    __int128 whole = quantity.nano / NANO;
    return (double)whole + (double)(quantity.nano % NANO) / 1e9;
}
