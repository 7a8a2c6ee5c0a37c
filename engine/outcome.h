/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_OUTCOME_H
#define ENGINE_OUTCOME_H
/*
 * outcome - what one reply to a write, or its absence, means.
 *
 * A reply is a claim. Only APPLIED and NOT_SENT are acted on as they are (and what was applied is
 * read back); after every other the chart is looked at before anything is sent or said, since a
 * proxy may answer 400 or 503 for what the server has stored.
 */
#include <stdbool.h>
#include <stdint.h>

struct http_reply;

enum outcome {
    OUTCOME_APPLIED,  /* 2xx */
    OUTCOME_STALE,    /* 409, 412, 428: the guard did not hold */
    OUTCOME_REFUSED,  /* for good: sending the same again cannot help */
    OUTCOME_BUSY,     /* not now: throttled, locked, credentials to be renewed */
    OUTCOME_UNKNOWN,  /* it may or may not have happened */
    OUTCOME_NOT_SENT, /* no byte left: it did not happen */
    OUTCOME_COUNT
};

enum outcome outcome_from_reply(int status, bool was_sent);
const char *outcome_name(enum outcome outcome);
/* How long the server asks to be left alone (Retry-After in seconds or as a date, or
 * milliseconds); -1: it does not. */
long outcome_retry_after_ms(const struct http_reply *reply, uint64_t wall_ms);
#endif
