/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_HOOK_H
#define SIMULATOR_TESTS_HOOK_H
/*
 * hook - a subscriber: a listener in the test's own thread that keeps what it is sent, beside a
 * simulator that is asked over HTTP.
 *
 * Lifecycle:  hook_open, ..., hook_close. What it hands out lives until hook_close.
 * In texts ' stands for ", HOOK for the listener's URL.
 */
#include <stdbool.h>
#include <stddef.h>

#include "simulator/tests/wire.h"

#define HOOK_CALLS_MAX 64

struct hook_call {
    const char *method, *url, *type, *authorization, *extra; /* Content-Type, X-Extra; or "" */
    const char *body;
};

struct hook {
    struct wire wire;
    struct MHD_Daemon *daemon;
    char url[64];
    struct hook_call calls[HOOK_CALLS_MAX];
    size_t count;
    struct MHD_Connection *silent[HOOK_CALLS_MAX]; /* not answered */
    size_t silent_count;
    const char *answers; /* statuses of the next calls, "500 500"; then 200; "0": never answers */
};

/* Members of sim_options that matter are taken from `options`; NULL: none. */
void hook_open(struct hook *hook, const struct sim_options *options);
void hook_close(struct hook *hook);

/* One request to the simulator, as wire_call. */
const struct http_reply *hook_ask(struct hook *hook, const char *method, const char *url,
                                  const char *headers, const char *body);
void hook_rule(struct hook *hook, const char *rule); /* adds a rule, which must be one */
void hook_turn(struct hook *hook);
/* Turns until the subscriber has been called so often, or fails after ten seconds. */
void hook_until_calls(struct hook *hook, size_t count);
/* Turns until the status of Subscription/id is that. */
void hook_until_status(struct hook *hook, const char *id, const char *status);
/* Turns until nothing is on its way: no delivery but held ones. */
void hook_until_quiet(struct hook *hook);

/* What it was called with: "handshake/0 event-notification/1" for Bundles, else "POST /hook". */
const char *hook_tale(struct hook *hook);
/* The text at a JSON Pointer of the body of call `index`, from 0; "(none)". */
const char *hook_at(struct hook *hook, size_t index, const char *pointer);
/* Faults and deliveries in the journal: "notified>1 notified:200 fault:notify-skip". */
const char *hook_journal(struct hook *hook);
/* `text` with ' and HOOK replaced. */
const char *hook_text(struct hook *hook, const char *text);
#endif
