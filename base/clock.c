/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - the system's clocks, and instants as FHIR and HTTP write them.
 */
#include "base/clock.h"

#include <stdio.h>
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

int clock_parse_http_date(const char *text, uint64_t *out_wall_ms)
{
    char day[4], month[4];
    struct tm tm = {0};
    int used = 0;

    if (sscanf(text, "%3s, %2d %3s %4d %2d:%2d:%2d GMT%n", day, &tm.tm_mday, month, &tm.tm_year,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 7 ||
        used == 0 || text[used] != '\0')
        return -1;
    for (tm.tm_mon = 0; tm.tm_mon < 12; tm.tm_mon++) {
        if (strcmp(month, months[tm.tm_mon]) == 0)
            break;
    }
    if (tm.tm_mon == 12 || tm.tm_year < 1970 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return -1;
    tm.tm_year -= 1900;
    *out_wall_ms = (uint64_t)timegm(&tm) * 1000;
    return 0;
}
