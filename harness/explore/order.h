/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_ORDER_H
#define HARNESS_EXPLORE_ORDER_H
/*
 * order - the non-preemptive base order of the steps that are enabled, and what it costs to leave it.
 *
 * The first option of a point is what happens by itself. Choosing the k-th passes over those before it: k delays, and
 * the threads that were passed over go to the end of the order and stay there. A fault, a client's time-out among
 * them, costs a fault; a kill costs a kill, as does the stop of one of several processes; a zombie's commit costs
 * nothing, as what made the zombie has been paid.
 *
 * Pure. The conductor follows it and the search calculates with it, so that both mean the same.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "harness/explore/trace.h"

struct arena;

struct cost {
    unsigned delays, faults, kills;
};

struct order {
    struct arena *arena;
    const char **passed; /* threads, the one that was passed over first first */
    size_t count, room;
};

void order_init(struct order *order, struct arena *arena);
void order_copy(struct order *out, const struct order *order, struct arena *arena);
/* The options of a point in order, without those that are never chosen by themselves. */
const struct option **order_sort(const struct order *order, const struct point *point,
                                 struct arena *arena, size_t *out_count);
/* The step is taken: the order afterwards and what it cost. False: it is none of this point. */
bool order_take(struct order *order, const struct point *point, const char *step,
                struct cost *out) ATTR_MUST_USE;
uint64_t order_hash(const struct order *order);

struct cost cost_add(struct cost a, struct cost b);
bool cost_within(struct cost cost, struct cost bound); /* each part */
#endif
