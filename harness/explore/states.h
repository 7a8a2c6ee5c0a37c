/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_STATES_H
#define HARNESS_EXPLORE_STATES_H
/*
 * states - where runs have been, and with how much of the bound left: what need not be tried from there again.
 *
 * A state is a class of steps so far and an order of threads, as one number. From equal states the same can happen.
 * What was seen to follow each state also tells how many schedules there would have been without reduction.
 *
 * Lifecycle: states_new, states_free. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/order.h"

struct states;
struct state;

struct states *states_new(void);
void states_free(struct states *states); /* NULL is fine */

/* Has a run been there with at least so much left? */
bool states_cover(const struct states *states, uint64_t key, struct cost left);
/* A run is there with so much left; NULL: one has been with at least that. */
struct state *states_visit(struct states *states, uint64_t key, struct cost left);
/* The most that was ever left there. */
struct cost state_left(const struct state *state);

struct next {
    uint64_t key;
    struct cost cost;
};
/* What can happen there with `state_left`; copied. `is_end`: a run can end there. */
void state_follow(struct states *states, struct state *state, const struct next *nexts,
                  size_t count, bool is_end);

/* How many schedules there are from there on; *out_exact false: part of that was never seen and counts as one each. */
double states_count(struct states *states, uint64_t key, struct cost left, bool *out_exact);
#endif
