/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H
/*
 * http - HTTP/1.1 client over libcurl: one call at a time and waiting (engines), or many driven
 * from the caller's own loop (harness).
 *
 * A call ends with a reply or without one. Without one, `was_sent` says whether any byte may have
 * reached the server: if so, the effect is unknown (ERR_INDETERMINATE), else it is not (ERR_IO).
 *
 * A request is never sent twice: a write repeated silently is a duplicate. A connection is fresh unless may_reuse
 * is set; one that turns out to be dead after something was written on it is a call without a reply.
 * Redirects are never followed. HTTP proxies from the environment are ignored.
 *
 * Lifecycle:  http_new, http_call (waits) or http_start + http_turn, http_free. A caller that waits
 *             itself uses http_start and http_polls, or http_fd.
 * Ownership:  replies live in the arena given. Requests are copied.
 * Threads:    one client, one thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct err;
struct http;
struct http_pending;
struct pollfd;

struct http_header {
    const char *name, *value;
};

#define HTTP_HEADERS_MAX 12
struct http_request {
    const char *method, *url;
    struct http_header headers[HTTP_HEADERS_MAX]; /* up to the first without a name */
    const char *body;                             /* NULL: none */
    size_t body_size, reply_max;                  /* reply_max 0: LIMIT_JSON_BYTES */
    long timeout_ms;                              /* 0: 30000 */
    bool may_reuse; /* take a connection that an earlier call left, leave this one to a later */
};

struct http_reply {
    int status; /* 0: no reply came, see `was_sent` and `problem` */
    bool was_sent;
    bool timed_out;
    const char *problem; /* why no reply came, or NULL */
    const char *body;    /* NUL-terminated, never NULL */
    size_t body_size;
    struct http_header *headers; /* ends with a NULL name; names as received */
};

/* NULL when the header is not there; names compare without case. */
const char *http_reply_header(const struct http_reply *reply, const char *name);

struct http *http_new(void);
void http_free(struct http *http); /* NULL is fine; abandons pending calls */

/* Waits for the end. 0 with a reply; -1 without one (ERR_IO, ERR_TIMEOUT or ERR_INDETERMINATE), and
 * out_reply filled either way. */
int http_call(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *out_reply, struct err *err) ATTR_MUST_USE;

/* Starts a call; http_turn drives it. The pending object lives in the arena. */
struct http_pending *http_start(struct http *http, struct arena *arena,
                                const struct http_request *request);
bool http_is_done(const struct http_pending *pending);
const struct http_reply *http_result(const struct http_pending *pending); /* once done */
void http_abandon(struct http *http, struct http_pending *pending);

/* Waits until something happens on a call or on one of `fds` (readable), at most timeout_ms, and
 * drives the calls. */
void http_turn(struct http *http, const int *fds, size_t fd_count, int timeout_ms);

/* For a loop that polls itself: what to poll, with room for `own` descriptors of the caller in front; the client's own
 * array, until http_drive_polled, which acts upon what poll said of it and never blocks. */
struct pollfd *http_polls(struct http *http, size_t own, size_t *out_count);
void http_drive_polled(struct http *http);
int http_timeout_ms(const struct http *http); /* the longest wait before driving it; -1: any */

/* For a loop with an epoll: readable when http_drive has something to do. Asked for before any call. */
int http_fd(struct http *http);
void http_drive(struct http *http); /* never blocks */
#endif
