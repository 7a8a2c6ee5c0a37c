/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_CREW_H
#define HARNESS_EXPLORE_CREW_H
/*
 * crew - processes that make attempts, each with a simulator and an engine of its own.
 *
 * Lifecycle:  crew_open forks the workers; crew_give while crew_is_free; crew_wait for what comes back; crew_close ends
 *             them (what they are at is given up) and returns when they are gone.
 * Threads:    one; nothing in this process may have started a thread before.
 * Errors:     ERR_IO, what the system refuses. A worker that dies is no error: its job comes back as lost, and another
 *             worker takes its place.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "harness/explore/order.h"
#include "harness/explore/search.h"

struct adapter;
struct arena;
struct crew;
struct err;
struct scenario;

struct crew_scenario {
    const struct scenario *scenario;
    struct cost bound;
    uint64_t kinds;
};

struct crew_options {
    const struct adapter *adapter;
    bool use_reset;
    uint64_t seed;
    size_t workers;
    const char *
        load; /* nothing is held, see load.c, and what FAILs is kept in that folder; NULL: as usual */
    const struct crew_scenario *scenarios; /* by the numbers of the search; outlives the crew */
};

/* The file of a load run with that seed. */
const char *crew_kept(struct arena *arena, const char *folder, uint64_t seed);

struct crew *crew_open(const struct crew_options *options, struct err *err);
void crew_close(struct crew *crew); /* NULL is fine */

bool crew_is_free(const struct crew *crew);
size_t crew_busy(const struct crew *crew);
/* The job is the crew's until it comes back. `tag` comes with it. */
void crew_give(struct crew *crew, const struct job *job, void *tag);

struct crew_result {
    void *tag; /* NULL: nothing came within the time */
    const char
        *text; /* an attempt; NULL: the worker died, `problem` says how. Until the next wait */
    const char *problem;
};
/* At most `timeout_ms`, less when interrupted. ERR_IO: no worker is left and none can be made. */
int crew_wait(struct crew *crew, int timeout_ms, struct crew_result *out,
              struct err *err) ATTR_MUST_USE;
#endif
