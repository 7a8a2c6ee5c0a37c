/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - the system's clocks, and instants as FHIR and HTTP write them.
 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t now_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_monotonic_us(void)
{
    return now_us(CLOCK_MONOTONIC);
}

uint64_t clock_monotonic_ms(void)
{
    return now_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t clock_wall_ms(void)
{
    return now_us(CLOCK_REALTIME) / 1000;
}

void clock_instant(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    char date[24];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, CLOCK_INSTANT_SIZE, "%s.%03uZ", date, (unsigned)(wall_ms % 1000));
}

/* Not strftime: the names of days and months must not follow the locale. */
static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void clock_http_date(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    snprintf(out, CLOCK_INSTANT_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[tm.tm_wday % 7],
             (unsigned)tm.tm_mday % 100, months[tm.tm_mon % 12],
             (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
             (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

/* The number of a name, which may go on behind its first three letters; `count` for none. */
static int find_name(const char (*names)[4], int count, const char *name)
{
    int number = 0;

    while (number < count && strncmp(name, names[number], 3) != 0)
        number++;
    return number;
}

static int year_of(const char *digits)
{
    const int year = atoi(digits);

    if (strlen(digits) != 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year; /* RFC 850 has two digits */
}

int clock_parse_http_date(const char *text, uint64_t *out_wall_ms)
{
    char day[10] = "", month[4] = "", mday[3] = "", year[5] = "", hour[3] = "", min[3] = "",
         sec[3] = "";
    int used = 0;

    /* As HTTP has it, as RFC 850 had it, as asctime has it. */
    sscanf(text, "%3[A-Za-z], %2[0-9] %3[A-Za-z] %4[0-9] %2[0-9]:%2[0-9]:%2[0-9] GMT%n", day, mday,
           month, year, hour, min, sec, &used);
    if (used == 0)
        sscanf(text, "%9[A-Za-z], %2[0-9]-%3[A-Za-z]-%2[0-9] %2[0-9]:%2[0-9]:%2[0-9] GMT%n", day,
               mday, month, year, hour, min, sec, &used);
    if (used == 0)
        sscanf(text, "%3[A-Za-z] %3[A-Za-z] %2[0-9] %2[0-9]:%2[0-9]:%2[0-9] %4[0-9]%n", day, month,
               mday, hour, min, sec, year, &used);
    if (used == 0 || text[used] != '\0')
        return -1;

    struct tm tm = {.tm_mday = atoi(mday),
                    .tm_mon = find_name(months, 12, month),
                    .tm_year = year_of(year) - 1900,
                    .tm_hour = atoi(hour),
                    .tm_min = atoi(min),
                    .tm_sec = atoi(sec)};
    if (find_name(days, 7, day) == 7 || tm.tm_mon == 12 || tm.tm_year < 70 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return -1;
    *out_wall_ms = (uint64_t)timegm(&tm) * 1000;
    return 0;
}

static bool read_digits(const char **at, size_t digits, int *out)
{
    *out = 0;
    for (size_t i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool read_zone(const char *at, long *out_minutes)
{
    int hours = 0, minutes = 0;
    char sign = *at;

    *out_minutes = 0;
    if (*at == 'Z')
        return at[1] == '\0';
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!read_digits(&at, 2, &hours) || *at++ != ':' || !read_digits(&at, 2, &minutes) || *at ||
        hours > 14 || minutes > 59)
        return false;
    *out_minutes = (sign == '-' ? -1 : 1) * (hours * 60L + minutes);
    return true;
}

static int days_of(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return lengths[month - 1] + (month == 2 && is_leap);
}

/* timegm would make the 3rd of March of the 31st of February. A second 60 is a leap second. */
static bool is_possible(const struct tm *tm)
{
    return tm->tm_year >= 1970 && tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
           tm->tm_mday <= days_of(tm->tm_year, tm->tm_mon) && tm->tm_hour <= 23 &&
           tm->tm_min <= 59 && tm->tm_sec <= 60;
}

int clock_parse_instant(const char *at, uint64_t *out_wall_ms)
{
    struct tm tm = {.tm_isdst = 0};
    long zone = 0, ms = 0, unit = 100;

    if (!read_digits(&at, 4, &tm.tm_year) || *at++ != '-' || !read_digits(&at, 2, &tm.tm_mon) ||
        *at++ != '-' || !read_digits(&at, 2, &tm.tm_mday) || *at++ != 'T' ||
        !read_digits(&at, 2, &tm.tm_hour) || *at++ != ':' || !read_digits(&at, 2, &tm.tm_min) ||
        *at++ != ':' || !read_digits(&at, 2, &tm.tm_sec))
        return -1;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10)
            ms += unit * (*at - '0');
    }
    if (!read_zone(at, &zone) || !is_possible(&tm))
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    long long seconds = (long long)timegm(&tm) - zone * 60;
    *out_wall_ms = seconds < 0 ? 0 : (uint64_t)seconds * 1000 + (uint64_t)ms;
    return 0;
}
