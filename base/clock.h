/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
/* clock - the only source of time. Nothing else calls the system's clock or sleeps. */
#include <stddef.h>
#include <stdint.h>

uint64_t clock_monotonic_us(void);
uint64_t clock_monotonic_ms(void);
uint64_t clock_wall_ms(void); /* since 1970, UTC */
uint64_t clock_cpu_us(void);  /* what this process has used of the processor, all threads */

#define CLOCK_INSTANT_SIZE 32
/* FHIR instant with milliseconds in UTC, "2026-01-02T03:04:05.678Z". */
void clock_instant(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE]);
/* RFC 9110 IMF-fixdate, "Fri, 02 Jan 2026 03:04:05 GMT". */
void clock_http_date(uint64_t wall_ms, char out[CLOCK_INSTANT_SIZE]);
/* Reads that, and the two older forms that RFC 9110 wants read; 0 and fills out, or -1. */
int clock_parse_http_date(const char *text, uint64_t *out_wall_ms);
/* A FHIR instant, with or without a fraction of a second; -1: it is none. */
int clock_parse_instant(const char *text, uint64_t *out_wall_ms);
#endif
