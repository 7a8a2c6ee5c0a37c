/* SPDX-License-Identifier: Apache-2.0 */
/* outcome - see the header. The table is the whole of it. */
#include "engine/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/http.h"

static const char *const names[OUTCOME_COUNT] = {
    [OUTCOME_APPLIED] = "applied", [OUTCOME_STALE] = "stale",     [OUTCOME_REFUSED] = "refused",
    [OUTCOME_BUSY] = "busy",       [OUTCOME_UNKNOWN] = "unknown", [OUTCOME_NOT_SENT] = "not-sent",
};

/* The first row that holds the status decides. */
static const struct {
    int from, to;
    enum outcome outcome;
} rows[] = {
    {202, 202, OUTCOME_UNKNOWN}, /* taken in, not done */
    {200, 299, OUTCOME_APPLIED}, {300, 399, OUTCOME_UNKNOWN}, {401, 401, OUTCOME_BUSY},
    {408, 408, OUTCOME_UNKNOWN}, {409, 409, OUTCOME_STALE},   {412, 412, OUTCOME_STALE},
    {423, 425, OUTCOME_BUSY},    {428, 428, OUTCOME_STALE},   {429, 429, OUTCOME_BUSY},
    {400, 499, OUTCOME_REFUSED}, {503, 503, OUTCOME_BUSY},    {500, 599, OUTCOME_UNKNOWN},
};

enum outcome outcome_from_reply(int status, bool was_sent)
{
    if (status == 0 && !was_sent)
        return OUTCOME_NOT_SENT;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (status >= rows[i].from && status <= rows[i].to)
            return rows[i].outcome;
    }
    return OUTCOME_UNKNOWN;
}

const char *outcome_name(enum outcome outcome)
{
    return names[outcome];
}

#define RETRY_AFTER_MS_MAX 86400000L /* a day: whoever asks for more is asked again then */

static long parse_number(const char *text, long scale)
{
    char *end = NULL;

    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < 0)
        return -1;
    return value > RETRY_AFTER_MS_MAX / scale ? RETRY_AFTER_MS_MAX : value * scale;
}

long outcome_retry_after_ms(const struct http_reply *reply, uint64_t wall_ms)
{
    const char *exact = http_reply_header(reply, "x-ms-retry-after-ms");
    const char *text = http_reply_header(reply, "Retry-After");
    uint64_t until_ms;

    if (exact && parse_number(exact, 1) >= 0)
        return parse_number(exact, 1);
    if (!text)
        return -1;
    if (clock_parse_http_date(text, &until_ms) == 0) {
        uint64_t rest_ms = until_ms > wall_ms ? until_ms - wall_ms : 0;
        return rest_ms > RETRY_AFTER_MS_MAX ? RETRY_AFTER_MS_MAX : (long)rest_ms;
    }
    return parse_number(text, 1000);
}
