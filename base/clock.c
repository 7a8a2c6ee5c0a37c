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

uint64_t clock_cpu_us(void)
{
    return now_us(CLOCK_PROCESS_CPUTIME_ID);
}

/* A day of the calendar, and the time of day in seconds. */
struct date {
    unsigned year, month, day; /* from 1 */
    unsigned weekday;          /* 0: Sunday */
    unsigned second;
};

/* Years begin in March here, so that a leap day is the last of its year; 400 years are 146,097 days. */
static struct date date_of(uint64_t seconds)
{
    const uint64_t days = seconds / 86400, shifted = days + 719468;
    const unsigned of_era = (unsigned)(shifted % 146097);
    const unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    const unsigned month = (5 * of_year + 2) / 153; /* 0: March */

    return (struct date){
        .year = (unsigned)(shifted / 146097) * 400 + year + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = of_year - (153 * month + 2) / 5 + 1,
        .weekday = (unsigned)((days + 4) % 7),
        .second = (unsigned)(seconds % 86400),
    };
}

/* `digits` of them, with zeros in front. */
static char *put_number(char *out, unsigned number, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    return out + digits;
}

static char *put_time(char *out, unsigned second)
{
    out = put_number(out, second / 3600, 2);
    *out++ = ':';
    out = put_number(out, second / 60 % 60, 2);
    *out++ = ':';
    return put_number(out, second % 60, 2);
}

/* Every write and every answer has one of each: nothing is formatted by way of printf here. */
void clock_instant(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE])
{
    const struct date date = date_of(wall_ms / 1000);
    char *at = put_number(out, date.year, 4);

    *at++ = '-';
    at = put_number(at, date.month, 2);
    *at++ = '-';
    at = put_number(at, date.day, 2);
    *at++ = 'T';
    at = put_time(at, date.second);
    *at++ = '.';
    at = put_number(at, (unsigned)(wall_ms % 1000), 3);
    strcpy(at, "Z");
}

/* Not strftime: the names of days and months must not follow the locale. */
static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void clock_http_date(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE])
{
    const struct date date = date_of(wall_ms / 1000);
    char *at = stpcpy(stpcpy(out, days[date.weekday]), ", ");

    at = put_number(at, date.day, 2);
    *at++ = ' ';
    at = stpcpy(stpcpy(at, months[date.month - 1]), " ");
    at = put_number(at, date.year, 4);
    *at++ = ' ';
    strcpy(put_time(at, date.second), " GMT");
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
                    .tm_mon = find_name(months, 12, month) + 1,
                    .tm_year = year_of(year),
                    .tm_hour = atoi(hour),
                    .tm_min = atoi(min),
                    .tm_sec = atoi(sec)};
    if (find_name(days, 7, day) == 7 || !is_possible(&tm))
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
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
