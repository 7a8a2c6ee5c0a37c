/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define TERMINAL_US 100000u
#define PLAIN_US    5000000u
#define LINE_BYTES  80 /* a line that wraps cannot be written over */

void progress_begin(struct progress *progress)
{
    *progress =
        (struct progress){.is_terminal = isatty(STDERR_FILENO), .started_us = clock_monotonic_us()};
    progress->shown_us = progress->started_us;
}

/* Until the budget or the number of schedules ends it; -1: neither is said. */
static double seconds_left(const struct progress_now *now, double seconds, double rate)
{
    double left = now->budget_ms ? (double)now->budget_ms / 1000 - seconds : -1;
    double by_count = now->max && rate > 0 ? (double)(now->max - now->done) / rate : -1;

    if (left < 0 || (by_count >= 0 && by_count < left))
        left = by_count;
    return left;
}

void progress_show(struct progress *progress, const struct progress_now *now)
{
    uint64_t us = clock_monotonic_us();
    double seconds = (double)(us - progress->started_us) / 1e6;
    double rate = seconds > 0 ? (double)now->done / seconds : 0;
    char line[LINE_BYTES], left[32];

    if (us - progress->shown_us < (progress->is_terminal ? TERMINAL_US : PLAIN_US))
        return;
    progress->shown_us = us;
    double until = seconds_left(now, seconds, rate);
    if (until >= 0)
        snprintf(left, sizeof(left), "%.0f s left", until);
    else
        snprintf(left, sizeof(left), "%zu waiting", now->waiting);
    snprintf(line, sizeof(line), "%lu schedules, %.0f/s, %s, %zu failures  %s", now->done, rate,
             left, now->failures, now->scenario);
    fprintf(stderr, progress->is_terminal ? "\r\033[K%s" : "%s\n", line);
}

void progress_end(struct progress *progress)
{
    if (progress->is_terminal)
        fputs("\r\033[K", stderr);
}
