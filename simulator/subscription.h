/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_SUBSCRIPTION_H
#define SIMULATOR_SUBSCRIPTION_H
/*
 * subscription - what a Subscription resource asks for: R4's own rest-hook, or a topic of the
 * Subscriptions R5 Backport.
 *
 * It is the backport's when its criteria are a topic's URL, or its payload has the extension
 * backport-payload-content; then the criteria are in extensions backport-filter-criteria, any of
 * which is enough, and without one every change is an event.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/http.h"

struct arena;
struct cJSON;
struct err;

#define SUBSCRIPTION_CRITERIA_MAX 16
#define SUBSCRIPTION_HEADERS_MAX  8 /* of channel.header */

#define BACKPORT_DEFINITION "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

enum subscription_content { CONTENT_EMPTY, CONTENT_ID_ONLY, CONTENT_FULL_RESOURCE };

struct subscription_terms {
    bool is_backport;
    const char *topic;                                   /* backport: its URL; else NULL */
    const char *criteria[SUBSCRIPTION_CRITERIA_MAX + 1]; /* "Type?query"; ends with NULL */
    const char *endpoint;
    const char *payload; /* media type; NULL: rest-hook sends no body */
    enum subscription_content content;
    struct http_header headers[SUBSCRIPTION_HEADERS_MAX + 1]; /* ends with a NULL name */
    unsigned heartbeat_s, timeout_s;                          /* 0: none said */
    uint64_t end_ms;                                          /* 0: none */
};

/* Strings are of the arena. ERR_INPUT says why the server will not serve it, in words for
 * Subscription.error. Endpoints off loopback are refused unless `may_go_anywhere`. */
int subscription_read(struct subscription_terms *out, struct arena *arena,
                      const struct cJSON *resource, bool may_go_anywhere,
                      struct err *err) ATTR_MUST_USE;

/* Is `url` http(s) with this machine's own loopback as its host, beyond doubt? */
bool subscription_is_loopback(const char *url);
#endif
