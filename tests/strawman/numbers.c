/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbers - the metrics, as Prometheus text, and no word of a patient in them.
 *
 * What the book knows is counted there when someone asks, so that a restart loses nothing; FHIR replies, repeated
 * deliveries and conflicts met are counted as they happen, in engine->replies.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

void numbers_add(struct engine *engine, const char *name)
{
    json_put_integer(engine->replies, name, json_integer(engine->replies, name, 0) + 1);
}

static long long count_events(const struct engine *engine, const char *kind, const char *result)
{
    const struct cJSON *events = book_events(engine->book);
    long long count = 0;

    for (const struct cJSON *event = events->child; event; event = event->next)
        count += text_is(event, "kind", kind) &&
                 (!result || text_is(json_get(event, "result"), "kind", result));
    return count;
}

/* An intent that an undo left as it was is committed once, though its end was said again. */
static long long count_committed(const struct engine *engine)
{
    const struct cJSON *events = book_events(engine->book);
    long long count = 0;

    for (const struct cJSON *event = events->child; event; event = event->next) {
        const struct cJSON *result = json_get(event, "result"), *earlier = events->child;

        if (!text_is(event, "kind", "committed"))
            continue;
        while (earlier != event && !(text_is(earlier, "kind", "committed") &&
                                     text_is(earlier, "intent", json_string(event, "intent")) &&
                                     cJSON_Compare(json_get(earlier, "result"), result, true)))
            earlier = earlier->next;
        count += earlier == event;
    }
    return count;
}

/* Flaw: a 2xx is a success, is it not? */
static long long count_transport(const struct engine *engine)
{
    long long count = 0;

    for (const struct cJSON *row = engine->replies->child; row; row = row->next) {
        const char *space = strchr(row->string, ' ');

        if (space && space[1] == '2' && strncmp(row->string, "GET", 3) != 0)
            count += json_integer(engine->replies, row->string, 0);
    }
    return count;
}

struct tally {
    long long open, active, unknown, retries, in_effect, audited;
    uint64_t oldest_ms; /* when the oldest active one came; 0: there is none */
};

static void tally_slots(const struct cJSON *slots, struct tally *tally)
{
    for (size_t i = 0; i < json_count(slots); i++) {
        const struct cJSON *slot = json_at(slots, i);
        bool is_in_effect = slot_is(slot, SLOT_DONE) || slot_is(slot, SLOT_DIFFERS);

        tally->in_effect += is_in_effect;
        tally->audited += is_in_effect && json_flag(slot, "audited", false);
    }
}

static struct tally tally_intents(const struct engine *engine)
{
    struct tally tally = {0};

    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *intent = book_intent(engine->book, number);
        long long attempts = json_integer(intent, "attempts", 0);
        uint64_t accepted_ms = (uint64_t)json_integer(intent, "acceptedMs", 0);

        tally.open += view_is_open(intent);
        tally.active += view_is_active(intent);
        tally.unknown += text_is(intent, "state", "unknown");
        tally.retries += attempts > 1 ? attempts - 1 : 0;
        tally_slots(json_get(intent, "slots"), &tally);
        if (view_is_active(intent) && (!tally.oldest_ms || accepted_ms < tally.oldest_ms))
            tally.oldest_ms = accepted_ms;
    }
    return tally;
}

static void put(struct buf *out, const char *name, long long value)
{
    buf_printf(out, "writeback_%s %lld\n", name, value);
}

static void put_replies(const struct engine *engine, struct buf *out)
{
    for (const struct cJSON *row = engine->replies->child; row; row = row->next) {
        const char *space = strchr(row->string, ' ');

        if (space)
            buf_printf(out, "writeback_http_replies_total{method=\"%.*s\",status=\"%s\"} %lld\n",
                       (int)(space - row->string), row->string, space + 1,
                       json_integer(engine->replies, row->string, 0));
    }
}

void numbers_print(const struct engine *engine, struct buf *out)
{
    static const char *const drifts[] = {"differs", "disappeared", "duplicate"};
    struct tally tally = tally_intents(engine);
    uint64_t now = clock_wall_ms();

    put(out, "accepted_total", count_events(engine, "accepted", NULL));
    put(out, "committed_total",
        flaw_is(FLAW_METRICS_TRANSPORT) ? count_transport(engine) : count_committed(engine));
    put(out, "conflicts_total", json_integer(engine->replies, NUMBER_CONFLICTS, 0));
    put(out, "retries_total", tally.retries);
    put(out, "backlog", tally.active);
    put(out, "unknown", tally.unknown);
    put(out, "reviews_open", tally.open);
    put(out, "idempotency_hits_total", json_integer(engine->replies, NUMBER_HITS, 0));
    for (size_t i = 0; i < COUNT_OF(drifts); i++)
        buf_printf(out, "writeback_drift_total{kind=\"%s\"} %lld\n", drifts[i],
                   count_events(engine, "drift", drifts[i]));
    buf_printf(out, "writeback_queue_age_seconds %g\n",
               tally.oldest_ms && now > tally.oldest_ms ? (double)(now - tally.oldest_ms) / 1000
                                                        : 0.0);
    buf_printf(out, "writeback_audit_completeness %g\n",
               tally.in_effect ? (double)tally.audited / (double)tally.in_effect : 1.0);
    put_replies(engine, out);
}
