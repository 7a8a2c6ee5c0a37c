/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_EXCHANGE_H
#define SIMULATOR_EXCHANGE_H
/*
 * exchange - one HTTP request as the interactions see it, and the answer they make. No sockets here.
 *
 * edge.c fills the request half, route.c says which interaction it is, interact/ fills the answer, reply.c
 * turns the answer into bytes. All strings live in `arena`, which lives as long as the exchange.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/http.h" /* struct http_header */

struct arena;
struct err;
struct store;
struct version;

enum interaction {
    INTERACTION_NONE, /* route.c found no interaction: the answer is filled already */
    INTERACTION_READ,
    INTERACTION_VREAD,
    INTERACTION_UPDATE,
    INTERACTION_PATCH,
    INTERACTION_DELETE,
    INTERACTION_CREATE,
    INTERACTION_SEARCH,
    INTERACTION_HISTORY,
    INTERACTION_BATCH,
    INTERACTION_TRANSACTION,
    INTERACTION_CAPABILITIES,
    INTERACTION_OPERATION,
    INTERACTION_POLL, /* of an asynchronous request */
    /* No requests, but what rules and holds match: a subscription's deliveries. */
    INTERACTION_NOTIFICATION,
    INTERACTION_ECHO, /* a notification of the subscriber's own change */
};
const char *interaction_name(enum interaction interaction);
bool interaction_is_write(enum interaction interaction);

struct exchange_request {
    struct arena *arena;
    const char *base; /* the server's base URL, no slash at the end */
    const char *method;
    const char *path;  /* below the base, decoded (uri.h), no slash in front: "Patient/ada" */
    const char *query; /* raw, without '?'; "" if none */
    const struct http_header *headers; /* ends with a NULL name */
    const char *body;
    size_t body_size;
    /* by route.c: */
    enum interaction interaction;
    const char *type, *id, *version; /* NULL where the URL has none */
    /* by gate.c: */
};
/* NULL when absent; names compare without case. */
const char *request_header(const struct exchange_request *request, const char *name);
/* May the request, as `interaction`, change the chart? A Bundle of GETs may not. */
bool request_is_write(const struct exchange_request *request, enum interaction interaction);

/*
 * `Prefer: return=` is honoured here, by interact/: the body is what the client is to get. HEAD and 304 need no
 * care of interact/ but the status; X-Request-Id and X-Correlation-Id are echoed by reply.c.
 */
struct answer {
    int status;                                  /* 0: nothing yet */
    const char *content_type;                    /* NULL: application/fhir+json */
    const char *etag, *location, *last_modified; /* header values or NULL */
    const char *allow;                           /* for 405; NULL: none */
    const char *content_location;                /* of an answer that comes later; NULL: none */
    const char *body;                            /* NULL: empty */
    size_t body_size;
    /* What the answer is about, for the journal and for faults that mislead; NULL when nothing. */
    const struct version *version;
    const char *sent; /* for drop-field's echo: the resource as the client sent it, or NULL */
    size_t sent_size;
};

/* Fills the answer with an OperationOutcome: one issue of severity error. `code` is an
 * IssueType; `expression` may be NULL. */
void answer_refuse(struct answer *answer, struct arena *arena, int status, const char *code,
                   const char *expression, const char *fmt, ...) ATTR_PRINTF(6, 7);
/* Makes the body an OperationOutcome that only informs; the rest of the answer stays. */
void answer_inform(struct answer *answer, struct arena *arena, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
#endif
