/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_FOREREACH_H
#define HARNESS_EXPLORE_FOREREACH_H
/*
 * foresight - what can be chosen at a point that no run was at, put together from parts that runs have seen. So the
 * class of a schedule is known, often, before anybody has run it.
 *
 * It never guesses: a part that depends on something no run has seen is not known, and then the point is not.
 *
 * Lifecycle: foresight_new, foresight_free. Pure.
 * Ownership: points that are learned from must outlive it; what is told lives in the arena given.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct foresight;
struct history;
struct point;

/* Which faults fit an exchange follows from what that exchange touches alone, or from everything. Nothing is foreseen
 * where steps go to several processes: which are up decides what a step is called. */
enum reach { REACH_NONE, REACH_LOCAL, REACH_WIDE };

struct foresight *foresight_new(enum reach reach); /* REACH_NONE: NULL */
void foresight_free(struct foresight *foresight);  /* NULL is fine */

/* A run went through these points, and took what was chosen at each; those before `from` are known. */
void foresight_learn(struct foresight *foresight, const struct point *const *points,
                     const char *const *chosen, size_t count, size_t from);
/* The point after these steps; `chosen` is left NULL. False: it is not known. */
bool foresight_tell(const struct foresight *foresight, const struct history *history,
                    struct arena *arena, struct point *out);
#endif
