/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_SCENARIO_CHECK_H
#define HARNESS_SCENARIO_SCENARIO_CHECK_H
/*
 * scenario_check - what the parts of a scenario say of each other: schedules of actors, steps of
 * intents, expectations of both. Names that lead nowhere are ERR_INPUT with their JSON Pointer.
 */
#include "base/attr.h"
#include "harness/scenario/scenario.h"

struct arena;
struct err;

/* Order and names of the actors' own steps: redeliver behind submit, one submit per intent, ... */
int scenario_check_actors(struct arena *arena, const struct scenario *scenario,
                          struct err *err) ATTR_MUST_USE;

/* `pointer` is the schedule's own. An exact schedule names every intent and leaves nothing open. */
int scenario_check_schedule(struct arena *arena, const struct scenario *scenario,
                            const struct schedule *schedule, bool is_exact, const char *pointer,
                            struct err *err) ATTR_MUST_USE;

int scenario_check_expect(struct arena *arena, const struct scenario *scenario,
                          struct err *err) ATTR_MUST_USE;
int scenario_check_explore(struct arena *arena, const struct scenario *scenario,
                           struct err *err) ATTR_MUST_USE;

/* "@1", "@2", ...; the number, or 0 when `text` is no ordinal. */
unsigned scenario_ordinal(const char *text);
#endif
