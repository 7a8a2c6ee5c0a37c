/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_CONDUCT_H
#define HARNESS_CONDUCT_CONDUCT_H
/*
 * conduct - runs one schedule of a scenario against an engine and returns the evidence.
 *
 * Lifecycle:  conductor_open (simulator, HTTP client), conduct any number of times, conductor_close (nothing is left
 *             running, also after errors and signals).
 * Errors:     conductor_open: what the machine refuses. conduct: none; what stops a run is told in `problem`, and
 *             the evidence is there as far as it went.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "harness/evidence.h"

struct adapter;
struct arena;
struct conductor;
struct err;
struct scenario;
struct schedule;

struct conductor_options {
    const struct adapter *adapter;
    bool
        use_reset; /* one engine process that forgets everything between runs, where the adapter offers it */
    bool keeps_spare; /* more runs will come: the next engine may start while this one is in use */
    uint64_t seed;
    /* Called before each step with its text and what is held, one a line (replay --step: time-outs are off then);
     * may be NULL. */
    void (*on_step)(void *arg, const char *step, const char *held);
    void *on_step_arg;
};

struct conductor *conductor_open(const struct conductor_options *options, struct err *err);
const struct adapter *conductor_adapter(const struct conductor *conductor);
void conductor_close(struct conductor *conductor); /* NULL is fine */
/* Whether runs share an engine from now on; returns what held before. */
bool conductor_share(struct conductor *conductor, bool use_reset);
bool conductor_shares(const struct conductor *conductor);

struct conducted {
    bool is_complete;   /* the schedule ran to its end and recovery too: `evidence` may be judged */
    bool is_divergence; /* replay: a step that never came, or one more than the line has */
    bool is_invalid; /* a client left a held exchange unasked, or a stray request: run it again */
    bool is_unstartable; /* the engine did not start, or never became ready */
    bool is_interrupted; /* by SIGINT or SIGTERM: see interrupt.h */
    const char *problem; /* why it is not complete: "milestone not reached: portal.write", ... */
    struct evidence evidence; /* as far as it went */
    const char *replay;       /* the exact steps that ran, without the head "area/name@hash:" */
    size_t steps;
    unsigned exchanges, commits;
    uint64_t took_us;
};

/* `exact` NULL: the scenario's milestones. Everything in `out` lives in `arena`. */
void conduct(struct conductor *conductor, const struct scenario *scenario,
             const struct schedule *exact, struct arena *arena, struct conducted *out);
#endif
