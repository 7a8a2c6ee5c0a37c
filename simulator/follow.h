/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_FOLLOW_H
#define SIMULATOR_FOLLOW_H
/*
 * follow - a stand-alone simulator follows a schedule by itself: its steps are milestones, which
 * happen in that order.
 *
 * A schedule is {"schedule": ["actor.what", ...], "edits": {"NAME": {method, target, body}}}; the
 * notation is notation.h's. A request that a step to come names is held until its turn, one that
 * none names passes at once (and then rules and holds apply to it). An edit is made when its turn
 * comes. A step that never comes is waited for without end; who asks is told what is held for what.
 *
 * An exchange is its X-Actor's, without one its correlation id's; `/intent` in a step is the
 * correlation id. #n counts the requests that the step's other parts name, from when the schedule
 * was set.
 *
 * Lifecycle:  follow_new, follow_bind once there is a sim, follow_free. follow_pilot is for the
 *             options of that sim. A new run is told with follow_restart.
 * Errors:     ERR_INPUT names the step or member and what was expected.
 * Threads:    one.
 */
#include <stdbool.h>

#include "base/attr.h"
#include "simulator/sim.h"

struct cJSON;
struct err;
struct follow;

struct follow *follow_new(void);
void follow_free(struct follow *follow); /* NULL is fine */
void follow_bind(struct follow *follow, struct sim *sim);
struct sim_pilot follow_pilot(struct follow *follow);

/* Replaces the schedule and does what can be done at once; on failure the one there is goes on. */
int follow_set(struct follow *follow, const struct cJSON *source, struct err *err) ATTR_MUST_USE;
/* The same from a file, which every run begins with. */
int follow_set_file(struct follow *follow, const char *path, struct err *err) ATTR_MUST_USE;
/* No schedule any longer; what it held goes on as if nothing had held it. */
void follow_clear(struct follow *follow);
/* A run began: a file's schedule starts over, another is forgotten. */
void follow_restart(struct follow *follow);

bool follow_has_schedule(const struct follow *follow);
/* All steps are done but ones that may be passed over; or one of them failed. */
bool follow_is_over(const struct follow *follow);
/* {complete, problem, steps: [{step, state, exchange}], held: [{n, for, step, clientGone}]} */
void follow_view(const struct follow *follow, struct cJSON *out);
#endif
