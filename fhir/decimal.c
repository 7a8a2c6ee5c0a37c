/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal - a number as sign, digits without leading zeros, and a power of ten. An exponent beyond
 * EXPONENT_MAX is not computed with; such numbers are compared by their text.
 */
#include "fhir/decimal.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define EXPONENT_MAX 1000000000LL

struct decimal {
    bool is_negative, is_huge;
    const char *text;        /* the first significant digit, with the point still in between */
    size_t digits, trailing; /* significant digits; how many zeros they end with */
    long long exponent;      /* of the last digit */
};

static long long read_exponent(const char *text, bool *out_is_huge)
{
    bool is_negative = *text == '-';
    long long value = 0;

    for (text += *text == '-' || *text == '+'; isdigit((unsigned char)*text); text++) {
        value = value * 10 + (*text - '0');
        if (value > EXPONENT_MAX) {
            *out_is_huge = true;
            return 0;
        }
    }
    return is_negative ? -value : value;
}

static void decimal_read(struct decimal *out, const char *text)
{
    bool is_fraction = false;

    *out = (struct decimal){.is_negative = *text == '-'};
    for (text += *text == '-'; isdigit((unsigned char)*text) || *text == '.'; text++) {
        if (*text == '.') {
            is_fraction = true;
            continue;
        }
        out->exponent -= is_fraction;
        if (*text == '0' && out->digits == 0)
            continue;
        if (out->digits++ == 0)
            out->text = text;
        out->trailing = *text == '0' ? out->trailing + 1 : 0;
    }
    if (*text == 'e' || *text == 'E')
        out->exponent += read_exponent(text + 1, &out->is_huge);
    if (out->digits == 0) /* minus nothing is nothing */
        out->is_negative = false;
}

static bool same_digits(const struct decimal *a, const struct decimal *b, size_t count)
{
    const char *left = a->text, *right = b->text;

    for (size_t i = 0; i < count; i++, left++, right++) {
        left += *left == '.';
        right += *right == '.';
        if (*left != *right)
            return false;
    }
    return true;
}

bool decimal_equal(const char *a, const char *b)
{
    struct decimal left, right;

    decimal_read(&left, a);
    decimal_read(&right, b);
    if (left.digits == 0 || right.digits == 0)
        return left.digits == right.digits;
    if (left.is_huge || right.is_huge)
        return strcmp(a, b) == 0;
    size_t count = left.digits - left.trailing;
    return left.is_negative == right.is_negative && count == right.digits - right.trailing &&
           left.exponent + (long long)left.trailing == right.exponent + (long long)right.trailing &&
           same_digits(&left, &right, count);
}

char *decimal_canonical(struct arena *arena, const char *text)
{
    struct decimal number;

    decimal_read(&number, text);
    if (number.is_huge)
        return arena_strdup(arena, text);
    char *canonical = arena_alloc(arena, number.digits + 32);
    char *end = canonical;
    if (number.is_negative)
        *end++ = '-';
    if (number.digits == 0)
        *end++ = '0';
    const char *from = number.text;
    for (size_t i = 0; i < number.digits; i++) {
        from += *from == '.';
        *end++ = *from++;
    }
    if (number.exponent != 0)
        sprintf(end, "e%lld", number.exponent);
    return canonical;
}
