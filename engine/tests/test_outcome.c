/* SPDX-License-Identifier: Apache-2.0 */
/* What we may conclude from a reply. A lost reply after sending is never a refusal. */
#include "base/clock.h"
#include "base/http.h"
#include "engine/outcome.h"
#include "tests/expect.h"

static void outcome_follows_from_reply(void)
{
    static const struct {
        const char *row;
        int status; /* 0: no reply came */
        bool sent;
        const char *want;
    } rows[] = {
        {"created", 201, true, "applied"},
        {"no content", 204, true, "applied"},
        {"taken in, not done", 202, true, "unknown"},
        {"sent elsewhere", 307, true, "unknown"},
        {"bad request", 400, true, "refused"},
        {"credentials", 401, true, "busy"},
        {"forbidden", 403, true, "refused"},
        {"not found", 404, true, "refused"},
        {"method", 405, true, "refused"},
        {"time-out at the server", 408, true, "unknown"},
        {"conflict", 409, true, "stale"},
        {"gone", 410, true, "refused"},
        {"version conflict", 412, true, "stale"},
        {"too large", 413, true, "refused"},
        {"media type", 415, true, "refused"},
        {"business rule", 422, true, "refused"},
        {"locked", 423, true, "busy"},
        {"guard required", 428, true, "stale"},
        {"throttled", 429, true, "busy"},
        {"server error", 500, true, "unknown"},
        {"unavailable", 503, true, "busy"},
        {"gateway time-out", 504, true, "unknown"},
        {"connection refused", 0, false, "not-sent"},
        {"reply lost", 0, true, "unknown"},
        {"no such status", 999, true, "unknown"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(rows[i].row, outcome_name(outcome_from_reply(rows[i].status, rows[i].sent)),
                   rows[i].want);
}

static void retry_after_is_read_in_every_form(void)
{
    static const struct {
        const char *row, *name, *value;
        long want;
    } rows[] = {
        {"seconds", "Retry-After", "2", 2000},
        {"nothing to wait for", "Retry-After", "0", 0},
        {"a date", "Retry-After", "Thu, 01 Jan 2026 00:00:05 GMT", 5000},
        {"a date long gone", "Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT", 0},
        {"milliseconds", "x-ms-retry-after-ms", "150", 150},
        {"more than a day", "Retry-After", "999999999", 86400000},
        {"not a number", "Retry-After", "soon", -1},
        {"below zero", "Retry-After", "-1", -1},
        {"not asked", "Date", "2", -1},
    };
    uint64_t now_ms = 1767225600000; /* 2026-01-01T00:00:00Z */

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_header headers[] = {{rows[i].name, rows[i].value}, {NULL, NULL}};
        struct http_reply reply = {.status = 429, .body = "", .headers = headers};

        EXPECT_INT(rows[i].row, outcome_retry_after_ms(&reply, now_ms), rows[i].want);
    }
}

static CU_TestInfo tests[] = {
    {"outcome follows from reply", outcome_follows_from_reply},
    {"Retry-After is read in every form", retry_after_is_read_in_every_form},
    CU_TEST_INFO_NULL,
};
SUITE("outcome", tests)
