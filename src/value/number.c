/* Numbers as text: the shortest decimal that reads back as the same double, laid out as ECMA-262 §6.1.6.1.20 does. */
#include "kiln/value.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool reads_back(const char *text, double number)
{
    double again = strtod(text, NULL);
    return !(again < number) && !(again > number);
}

/*
 * Below a power of two numbers lie twice as close as above it, so that the nearest decimal may be too far below while
 * the next one up is not. A last digit of 9 cannot win: its successor has fewer digits and was tried.
 */
static bool next_reads_back(char *text, int precision, double number)
{
    int exponent;
    char *last = text + (precision ? precision + 1 : 0); /* behind the point, where there is one */
    if (frexp(number, &exponent) > 0.5 || *last == '9')
        return false;
    ++*last;
    return reads_back(text, number);
}

/*
 * The shortest digits with which strtod gives number again, and the exponent of the first one. Up to DBL_DIG digits
 * always survive, so the search starts there (and zeros go from the end); numbers below DBL_MIN have fewer.
 */
static int shortest_digits(double number, char digits[20], int *exponent)
{
    char text[40];
    for (int precision = number < DBL_MIN ? 0 : DBL_DIG - 1; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, number);
        if (reads_back(text, number) || next_reads_back(text, precision, number))
            break;
    }
    int count = 0;
    char *at = text;
    for (; *at && *at != 'e'; at++) {
        if (*at != '.')
            digits[count++] = *at;
    }
    *exponent = (int)strtol(at + 1, NULL, 10);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return count;
}

static size_t print_positive(double number, char *out, size_t room)
{
    char digits[20];
    int exponent;
    int count = shortest_digits(number, digits, &exponent);
    int size;
    if (exponent >= 0 && exponent < 21 && count <= exponent + 1)
        size = snprintf(out, room, "%s%.*s", digits, exponent + 1 - count, "000000000000000000000");
    else if (exponent >= 0 && exponent < 21)
        size = snprintf(out, room, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
    else if (exponent < 0 && exponent >= -6)
        size = snprintf(out, room, "0.%.*s%s", -exponent - 1, "000000", digits);
    else
        size = snprintf(out, room, "%c%s%s%s%d", digits[0], count > 1 ? "." : "", digits + 1,
                        exponent < 0 ? "e" : "e+", exponent);
    return (size_t)size;
}

Str number_print(double number, char text[NUMBER_TEXT_SIZE])
{
    if (isnan(number))
        return (Str){memcpy(text, "NaN", 4), 3};
    if (isinf(number))
        return number < 0 ? (Str){memcpy(text, "-Infinity", 10), 9} : (Str){memcpy(text, "Infinity", 9), 8};
    /* Integers are nearly all numbers there are, and need no search for the shortest form. */
    if (fabs(number) < 1e15 && !(trunc(number) < number) && !(trunc(number) > number))
        return (Str){text, (size_t)snprintf(text, NUMBER_TEXT_SIZE, "%lld", (long long)number)};
    size_t sign = number < 0;
    text[0] = '-';
    return (Str){text, sign + print_positive(fabs(number), text + sign, NUMBER_TEXT_SIZE - sign)};
}
