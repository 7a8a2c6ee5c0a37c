/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_NOTIFY_INNER_H
#define SIMULATOR_NOTIFY_INNER_H
/* notify_inner - what notify.c and deliver.c share, and nobody else. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/notification.h"
#include "simulator/notify.h"
#include "simulator/sim.h"

struct http;
struct http_pending;

enum subscriber_status {
    SUBSCRIBER_REQUESTED,
    SUBSCRIBER_ACTIVE,
    SUBSCRIBER_ERROR,
    SUBSCRIBER_OFF,
};
const char *subscriber_status_name(enum subscriber_status status);

struct subscriber {
    struct subscriber *next;
    const char *id, *reference;      /* "Subscription/id" */
    struct arena *arena;             /* of the terms */
    struct subscription_terms terms; /* while requested or active */
    const char *actor;               /* who wrote it last; "": nobody over HTTP */
    enum subscriber_status status;
    bool is_deleted;
    bool is_unwritten;              /* the resource does not say `status` yet */
    char error[256];                /* with SUBSCRIBER_ERROR */
    struct notification_event *log; /* all its events, number 1 first */
    size_t event_count, event_room;
    uint64_t heard_ms; /* when something was sent last, for the heartbeat */
    bool has_call;     /* a delivery of it is under way */
    unsigned looked;   /* the last look in which its next delivery was found */
};

struct delivery {
    struct delivery *prev, *next;
    struct arena *arena;
    struct sim_delivery face;
    struct subscriber *to;
    const struct version *version; /* NULL: no event */
    const char *correlation, *intent;
    unsigned long copies;         /* notify-duplicate: to be sent again so often */
    unsigned long overtakers;     /* notify-reorder: so many go first */
    uint64_t due_ms;              /* not before; 0: at once */
    struct http_pending *pending; /* while it is under way */
    uint64_t entry;               /* its place in the journal */
};

struct notify {
    struct sim *sim;
    struct arena *arena;   /* of the run */
    struct arena *scratch; /* of one commit */
    struct subscriber *subscribers;
    size_t subscriber_count;
    struct delivery *deliveries; /* in the order of their events */
    size_t delivery_count;
    uint64_t last_number;
    struct http *http; /* from the first delivery on */
    uint64_t due_ms;   /* when notify_turn has something to do; UINT64_MAX: not by time */
    unsigned looks;
    bool is_writing; /* the server changes a Subscription itself */
};

/* ---- notify.c ---- */

/* Not to be served any longer: what is queued for it is gone. `reason` NULL: as the client wants. */
void subscriber_stop(struct notify *notify, struct subscriber *subscriber,
                     enum subscriber_status status, const char *reason);
/* The handshake was answered. */
void subscriber_activate(struct notify *notify, struct subscriber *subscriber);
uint64_t
notify_now_ms(const struct notify *notify); /* for timestamps; logical where the store is */

/* ---- deliver.c ---- */

/* Queues one; the caller says whose write it was, asks holds and rules. */
struct delivery *delivery_add(struct notify *notify, struct subscriber *to, const char *type,
                              const struct notification_event *event);
/* What the fault does to one that has not been sent, and its entry in the journal. */
void delivery_strike(struct notify *notify, struct delivery *delivery,
                     const struct sim_fault *fault);
void delivery_drop(struct notify *notify, struct delivery *delivery);
/* All those of `to`; NULL: of all. */
void deliveries_drop(struct notify *notify, const struct subscriber *to);
void deliveries_hear(struct notify *notify); /* what was answered */
void deliveries_send(struct notify *notify); /* what is due; due_ms: when to ask again */
#endif
