/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_CHOICES_H
#define HARNESS_EXPLORE_CHOICES_H
/*
 * choices - everything that could happen at a point within a bound: options, each with its faults, zombies, a kill.
 *
 * Pure. Ownership: everything lives in the arena given.
 */
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/footprint.h"
#include "harness/explore/order.h"
#include "harness/explore/trace.h"

struct arena;

struct choice {
    const char *step; /* "portal/note.update:reply!reset-after" */
    struct cost cost;
    unsigned rank; /* the row of its fault in kinds.h; 0 without one */
};

/* The spelling of an option with a fault of that row. */
const char *choice_spell(struct arena *arena, const struct option *option, size_t row);
/* What a step of this point touches. */
void choice_footprint(struct arena *arena, const struct point *point, const char *step,
                      struct footprint *out);
/* All that cost `left` at most; what happens by itself is the first. Empty where nothing is enabled. */
struct choice *choices_at(struct arena *arena, const struct point *point, const struct order *order,
                          struct cost left, size_t *out_count);
#endif
