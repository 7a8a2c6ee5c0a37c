/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_ATTEMPT_H
#define HARNESS_EXPLORE_ATTEMPT_H
/*
 * attempt - one job of a search, conducted and judged, as a text that crosses a socket and is kept for --resume.
 *
 * A diverging run is made again up to five times, an invalid one once; what then has no evidence is UNKNOWN.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "harness/explore/trace.h"
#include "reports/result.h"

struct arena;
struct buf;
struct chosen;
struct conductor;
struct err;
struct scenario;

struct attempt_fail {
    const char *invariant;
    const char
        *proof; /* the proving steps, by name, so that equal findings of two runs are equal */
};

struct attempt {
    enum verdict verdict;
    bool is_complete; /* it ran to its end: `trace` is good */
    bool is_unstartable, is_interrupted,
        is_shared;       /* is_shared: the engine had served other runs */
    const char *problem; /* or "" */
    const char *judged;  /* for each invariant of the table P, F, U or - (not judged) */
    const char *replay;  /* the exact line, without its head */
    unsigned exchanges, commits;
    uint64_t took_us;
    unsigned long
        run; /* which of all the runs it was, from 1, and when it was over; by whoever counts them */
    uint64_t over_us;
    struct attempt_fail *fails;
    size_t fail_count;
    struct trace trace;
};

void attempt_make(struct conductor *conductor, const struct scenario *scenario,
                  struct chosen *chosen, struct buf *out);
/* ERR_INPUT: it is no such text. Everything lives in the arena. */
int attempt_read(struct arena *arena, const char *text, struct attempt *out,
                 struct err *err) ATTR_MUST_USE;
#endif
