/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_CANDIDATE_H
#define HARNESS_EXPLORE_CANDIDATE_H
/*
 * candidate - a scenario and an exact line, taken apart into what shrinking may remove, and put together again as a
 * scenario whose schedule is milestones.
 *
 * With everything kept the milestones say all of the line. What is removed is left to the canonical order.
 * Pure. Ownership: everything lives in the arenas given; scenario and line outlive the candidate.
 */
#include <stdbool.h>
#include <stddef.h>

#include "simulator/notation.h"

struct arena;
struct cJSON;
struct candidate;
struct scenario;

/* The ranks of elements: what goes first. */
enum candidate_rank {
    RANK_DELAY, /* where in the order something happens */
    RANK_FAULT,
    RANK_KILL, /* and the start after it, or whatever else is done to a process or the server */
    RANK_STEP, /* an actor's own step; a submit takes along all that is about its intent */
};

struct candidate *candidate_new(struct arena *arena, const struct scenario *scenario,
                                const struct schedule *exact);
size_t candidate_ranks(const struct candidate *candidate, const unsigned **out_ranks);
/* The scenario file with these elements kept: actors and `schedule`; without `expect`, which held for another one. */
struct cJSON *candidate_tree(const struct candidate *candidate, const bool *kept,
                             struct arena *arena);
#endif
