/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interval - R4's rules for dates, numbers and quantities (search.html#prefix).
 *
 * The bounds of a rounded number are made as decimal text and only then read as doubles, so that
 * 5.35 as the bound of 5.4 and 5.35 as held are the same double.
 */
#include "simulator/interact/interval.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

bool prefix_read(const char **text, enum prefix *out)
{
    static const char *const names[] = {
        [PREFIX_EQ] = "eq", [PREFIX_NE] = "ne", [PREFIX_GT] = "gt", [PREFIX_LT] = "lt",
        [PREFIX_GE] = "ge", [PREFIX_LE] = "le", [PREFIX_SA] = "sa", [PREFIX_EB] = "eb",
    };

    *out = PREFIX_EQ;
    if ((**text | 0x20) < 'a' || (**text | 0x20) > 'z')
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strncmp(*text, names[i], 2) == 0) {
            *text += 2;
            *out = (enum prefix)i;
            return true;
        }
    }
    return false;
}

/* ---- dates ---- */

static bool read_digits(const char **at, unsigned count, int *out)
{
    *out = 0;
    for (; count > 0; count--, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool read_next(const char **at, char mark, unsigned count, int *out)
{
    if (**at != mark)
        return false;
    (*at)++;
    return read_digits(at, count, out);
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

/* Days since 1970 of a day of the Gregorian calendar; the year begins in March, so that a leap day
 * is the last of its year. */
static double days_since_1970(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const int day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    const int era_days =
        365 * y + (int)floor(y / 4.0) - (int)floor(y / 100.0) + (int)floor(y / 400.0) + day_of_year;

    return era_days - 719468;
}

/* "Z", "+01:00"; nothing is UTC. In a query '+' may have become a blank. */
static bool read_zone(const char *at, double *out_ms)
{
    const int sign = *at == '-' ? -1 : 1;
    int hours = 0, minutes = 0;

    *out_ms = 0;
    if (*at == '\0' || strcmp(at, "Z") == 0)
        return true;
    if (!strchr("+- ", *at) || !(at++, read_digits(&at, 2, &hours)) ||
        !read_next(&at, ':', 2, &minutes) || *at != '\0' || hours > 14 || minutes > 59)
        return false;
    *out_ms = sign * (hours * 60.0 + minutes) * 60000;
    return true;
}

/* Behind 'T'. `day_ms` is where the day starts. */
static bool read_time(const char *at, double day_ms, struct interval *out)
{
    int hour = 0, minute = 0, second = 0;
    double fraction = 0, unit = 1000, span = 60000, zone = 0;

    if (!read_digits(&at, 2, &hour) || !read_next(&at, ':', 2, &minute) || hour > 23 || minute > 59)
        return false;
    if (*at == ':') {
        if (!read_next(&at, ':', 2, &second) || second > 60)
            return false;
        span = 1000;
    }
    if (*at == '.' && span < 60000) {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            unit /= 10;
            fraction += (*at - '0') * unit;
        }
        span = unit > 1 ? unit : 1;
        if (unit > 999)
            return false;
    }
    if (!read_zone(at, &zone))
        return false;
    out->low = day_ms + (hour * 60.0 + minute) * 60000 + second * 1000.0 + floor(fraction) - zone;
    out->high = out->low + floor(span) - 1;
    return true;
}

bool interval_of_date(const char *text, struct interval *out)
{
    static const double day_ms = 86400000;
    int year = 0, month = 1, day = 1, last_month = 12, last_day = 0;
    const char *at = text;

    if (!read_digits(&at, 4, &year))
        return false;
    if (*at == '-') {
        if (!read_next(&at, '-', 2, &month) || month < 1 || month > 12)
            return false;
        last_month = month;
    }
    if (*at == '-') {
        if (!read_next(&at, '-', 2, &day) || day < 1 || day > days_of(year, month))
            return false;
        last_day = day;
    }
    const double start = days_since_1970(year, month, day) * day_ms;
    if (*at == 'T' && last_day > 0)
        return read_time(at + 1, start, out);
    if (last_day == 0)
        last_day = days_of(year, last_month);
    *out = (struct interval){start, (days_since_1970(year, last_month, last_day) + 1) * day_ms - 1};
    return *at == '\0';
}

/* ---- numbers ---- */

/* What half a unit of the last digit written is from the number: (10 m + by) * 10^(exponent - 1). */
static double shifted(bool is_negative, uint64_t mantissa, long exponent, int by)
{
    char text[64];

    if (mantissa == 0) /* -5e-1 */
        snprintf(text, sizeof(text), "%de%ld", by, exponent - 1);
    else
        snprintf(text, sizeof(text), "%s%llue%ld", is_negative ? "-" : "",
                 (unsigned long long)(mantissa * 10 + (uint64_t)(int64_t)(is_negative ? -by : by)),
                 exponent - 1);
    return strtod(text, NULL);
}

bool interval_of_number(const char *text, bool is_rounded, struct interval *out)
{
    const bool is_negative = *text == '-';
    const char *at = text + (*text == '-' || *text == '+' || *text == ' ');
    uint64_t mantissa = 0;
    long exponent = 0;
    unsigned digits = 0, significant = 0;
    bool is_behind_point = false;

    for (; (*at >= '0' && *at <= '9') || (*at == '.' && !is_behind_point); at++) {
        if (*at == '.') {
            is_behind_point = true;
            continue;
        }
        digits++;
        significant += significant > 0 || *at != '0';
        if (significant > 17)
            return false;
        mantissa = mantissa * 10 + (uint64_t)(*at - '0');
        exponent -= is_behind_point;
    }
    if (digits == 0 || at[-1] == '.' || digits > 400)
        return false;
    if (*at == 'e' || *at == 'E') {
        const char *sign = at + 1 + strspn(at + 1, "+- ");
        const size_t length = strspn(sign, "0123456789");

        if (sign > at + 2 || length == 0 || length > 3)
            return false;
        exponent += (at[1] == '-' ? -1 : 1) * strtol(sign, NULL, 10);
        at = sign + length;
    }
    if (*at != '\0')
        return false;
    if (!is_rounded) {
        out->low = out->high = shifted(is_negative, mantissa, exponent, 0);
        return true;
    }
    out->low = shifted(is_negative, mantissa, exponent, -5);
    out->high = nextafter(shifted(is_negative, mantissa, exponent, 5), -INFINITY);
    return true;
}

/* ---- prefixes ---- */

bool interval_meets(const struct interval *held, enum prefix prefix, const struct interval *wanted)
{
    const bool is_within = wanted->low <= held->low && held->high <= wanted->high;

    switch (prefix) {
    case PREFIX_EQ:
        return is_within;
    case PREFIX_NE:
        return !is_within;
    case PREFIX_GT:
        return held->high > wanted->high;
    case PREFIX_LT:
        return held->low < wanted->low;
    case PREFIX_GE:
        return is_within || held->high > wanted->high;
    case PREFIX_LE:
        return is_within || held->low < wanted->low;
    case PREFIX_SA:
        return held->low > wanted->high;
    case PREFIX_EB:
        return held->high < wanted->low;
    }
    BUG("prefix %d", (int)prefix);
}
