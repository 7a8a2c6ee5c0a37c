/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_LEASE_H
#define TESTS_STRAWMAN_LEASE_H
/*
 * lease - which of several processes on one folder carries out an intent, and who takes it over when that one is gone.
 *
 * A process has a seat, a file that it locks as long as it lives and in which it counts, now and then. An intent has the
 * members `owner`, a seat, and `fence`, a number that grows with every change of owner. Where a seat is free, or its count
 * stands still for longer than a lease, another process takes its intents over. A job knows the fence that it began
 * with; where the intent's is another now, the work is somebody else's and the job ends (crew.h, fence_of).
 *
 * Threads: the crew's lock is held around every call.
 */
#include <stdbool.h>

#include "base/attr.h"

struct arena;
struct cJSON;
struct engine;
struct err;
struct job;
struct lease;

/* Takes the first free seat. */
struct lease *lease_open(const char *folder, struct err *err);
/* Puts into `set` that the intent it changes is ours; `intent` as it was, NULL: it is new. */
void lease_claim(const struct lease *lease, const struct cJSON *intent, struct cJSON *set);
bool lease_is_ours(const struct lease *lease, const struct cJSON *intent);
void lease_take_left(struct engine *engine); /* at the start: what processes left that are gone */
/* Counts on, and takes over what is left behind. */
void lease_turn(struct engine *engine);
/* Is there work of another process that we have not looked after since it went on? */
bool lease_is_due(const struct engine *engine);
long long lease_fence(const struct job *job); /* of the job's intent, as it is now */
bool lease_is_lost(const struct job *job);    /* only with a flaw a job gets to see that */
void lease_watch(struct engine *engine);      /* turns by the clock */
#define LEASE_MS 3000
#endif
