/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_NOTIFY_H
#define SIMULATOR_NOTIFY_H
/*
 * notify - the subscriptions of a run: what they are told of, and in which state they are.
 *
 * Lifecycle:  notify_new, then per run notify_begin, commits and turns; notify_free before the
 *             edge's descriptor closes.
 * Ownership:  versions are the store's, which outlives the run's deliveries.
 * Threads:    one. Nothing here waits: deliveries go out from the caller's loop.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/subscription.h"

struct notify;
struct sim;
struct version;

struct notify *notify_new(struct sim *sim);
void notify_free(struct notify *notify); /* NULL is fine */
/* A new run on sim->run's store: deliveries of the former one are abandoned, and what the chart has
 * of subscriptions is in force. */
void notify_begin(struct notify *notify);
void notify_committed(struct notify *notify, const struct version *version);
void notify_turn(struct notify *notify);
int notify_timeout_ms(const struct notify *notify); /* -1: any */

/* ---- for $status and $events ---- */

struct notification;
struct notification_event;

/* The subscriptions that there are, in the order in which they came to be. */
size_t notify_count(const struct notify *notify);
const char *notify_id_at(const struct notify *notify, size_t index); /* NULL: it was deleted */
/* Fills all but type, events and the server's base. */
void notify_describe(const struct notify *notify, size_t index, struct notification *out);
/* Its events, the first is number 1; says how many. */
size_t notify_events(const struct notify *notify, size_t index,
                     const struct notification_event **out_events);
#endif
