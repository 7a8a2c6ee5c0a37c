/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_DESK_H
#define SIMULATOR_TESTS_DESK_H
/*
 * desk - a stand-alone simulator with its control API, and clients in the same thread.
 *
 * Lifecycle:  desk_open, ..., desk_close. What it hands out lives until desk_close.
 * Waiting:    each desk_until_... turns simulator and clients until it is so, or fails after ten
 *             seconds.
 */
#include "simulator/tests/wire.h"

struct desk {
    struct wire wire; /* without a chart of its own */
    struct origin *origin;
    struct control *control;
};

/* Patient/ada and Observation/pulse are loaded; `schedule` is the text of a file, or NULL. */
void desk_open(struct desk *desk, const char *schedule);
void desk_close(struct desk *desk);

/* A call of the control API, answered. */
const struct http_reply *desk_steer(struct desk *desk, const char *method, const char *path,
                                    const char *headers, const char *body);
/* A request to FHIR (or, with a whole URL, to any address) that may be held; as wire_call. */
struct http_pending *desk_start(struct desk *desk, const char *method, const char *url,
                                const char *headers, const char *body, long timeout_ms);
void desk_turns(struct desk *desk, int count); /* of 5 ms at most */
void desk_until_held(struct desk *desk, size_t count);
const struct http_reply *desk_until_done(struct desk *desk, const struct http_pending *pending);
/* "200", or "none" where no answer came. */
const char *desk_seen(struct desk *desk, const struct http_pending *pending);
/* The journal: "arrived step portal.read replied:200 ...". */
const char *desk_story(struct desk *desk);
#endif
