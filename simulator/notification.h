/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_NOTIFICATION_H
#define SIMULATOR_NOTIFICATION_H
/*
 * notification - what the Subscriptions R5 Backport sends in R4: a Bundle whose first entry is the
 * SubscriptionStatus as Parameters, and behind it what the events are about.
 */
#include <stddef.h>
#include <stdint.h>

#include "simulator/subscription.h"

struct arena;
struct version;

struct notification_event {
    uint64_t number;
    const struct version *version; /* what changed */
};

struct notification {
    const char *base;         /* the server's URL */
    const char *subscription; /* "Subscription/id" */
    const char *topic;        /* NULL: none */
    const char *status;       /* of the subscription */
    const char *type;         /* handshake, heartbeat, event-notification, query-status ... */
    const char *error;        /* NULL: none */
    uint64_t events_total;    /* since the subscription's start */
    enum subscription_content content;
    const struct notification_event *events;
    size_t event_count;
    uint64_t at_ms;
    uint64_t seed; /* of the entry's uuid: the same delivery is the same bytes again */
};

/* The Bundle, of type history; in the arena. */
const char *notification_bundle(struct arena *arena, const struct notification *notification,
                                size_t *out_size);
/* The SubscriptionStatus of each in a Bundle of type searchset, as $status answers. */
const char *notification_statuses(struct arena *arena, const struct notification *notifications,
                                  size_t count, size_t *out_size);
#endif
