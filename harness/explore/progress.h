/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_PROGRESS_H
#define HARNESS_EXPLORE_PROGRESS_H
/* progress - on a terminal one line that is written over, else a plain line every few seconds; to stderr. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool is_terminal;
    uint64_t started_us, shown_us;
};

struct progress_now {
    unsigned long done, max; /* schedules; max 0: nobody knows */
    uint64_t budget_ms;      /* 0: none */
    size_t waiting, failures;
    const char *scenario; /* the last one */
};

void progress_begin(struct progress *progress);
void progress_show(struct progress *progress, const struct progress_now *now);
void progress_end(struct progress *progress); /* the terminal's line is gone */
#endif
