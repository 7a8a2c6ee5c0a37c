/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_AIM_H
#define HARNESS_EXPLORE_AIM_H
/*
 * aim - what a search is asked to do: the command line, and for each scenario its own `explore` member.
 *
 * What is typed beats what the scenario says, and that beats delays 2, faults 1, kills 1.
 * Errors: ERR_INPUT names the option and what was expected.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "harness/explore/order.h"

struct adapter;
struct arena;
struct err;
struct options;
struct scenario;
struct search_count;

struct aim {
    unsigned long schedules_max; /* 0: any number */
    uint64_t budget_ms;          /* 0: no end */
    size_t jobs;
    unsigned shard, of; /* of 0: no shards */
    bool is_random, is_unreduced;
    uint64_t seed;
};
int aim_read(const struct options *options, struct aim *out, struct err *err) ATTR_MUST_USE;

/* Bound and rows of faults for one scenario; what runs already is not killed. */
int aim_scenario(struct arena *arena, const struct options *options, const struct adapter *adapter,
                 const struct scenario *scenario, struct cost *out_bound, uint64_t *out_kinds,
                 struct err *err) ATTR_MUST_USE;

/* "complete for delays <= 2, faults <= 1, kills <= 1: 3,412 schedules, of 41,230 without reduction (counted)" */
const char *aim_covered(struct arena *arena, const struct aim *aim, struct cost bound,
                        const struct search_count *count);
#endif
