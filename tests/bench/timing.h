/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_TIMING_H
#define TESTS_BENCH_TIMING_H
/* timing - how a benchmark on a shared machine counts: time of the processor, and the usual one of many times. */
#include <stdlib.h>
#include <time.h>

/* Of this process, with fractions: what is timed may take a few microseconds. */
static inline double timing_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline int timing_compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Of the values in order, the one a quarter from the start: what others do to the machine only adds. */
static inline double timing_usual(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), timing_compare);
    return values[count / 4];
}
#endif
