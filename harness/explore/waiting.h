/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_WAITING_H
#define HARNESS_EXPLORE_WAITING_H
/*
 * waiting - requests that arrived and were never let go: an exact line need not say them, as there everything waits
 * until it is named; milestones must, as there what nobody names passes at once.
 *
 * Pure. Everything lives in the arena.
 */
#include <stddef.h>

struct arena;
struct evidence;
struct schedule;

/* The line with a `:before` for each of them, where it arrived. `evidence`: of a run of that line. */
const struct schedule *waiting_say(struct arena *arena, const struct schedule *exact,
                                   const struct evidence *evidence);
/* A line without any `:before`, as a text of steps. */
const char *waiting_drop(struct arena *arena, const char *line, size_t *out_steps);
#endif
