/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - what is counted, as Prometheus text: all of it follows from the book, but for the replies counted as they came. */
#include <string.h>

#include "tests/strawman/calls.h"
#include "tests/strawman/engine.h"

static long long count_events(const struct visit *visit, const char *kind)
{
    const struct cJSON *events = book_events(visit->engine->book);
    long long count = 0;

    for (const struct cJSON *event = events->child; event; event = event->next)
        count += text_is(event, "kind", kind);
    return count;
}

static void put_metric(struct visit *visit, const char *name, long long value)
{
    buf_printf(&visit->reply, "writeback_%s %lld\n", name, value);
}

void call_metrics(struct visit *visit)
{
    const struct engine *engine = visit->engine;
    long long open = 0, active = 0, unknown = 0, writes = 0;

    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *intent = book_intent(engine->book, number);
        long long attempts = json_integer(intent, "attempts", 0);

        open += view_is_open(intent);
        active += view_is_active(intent);
        unknown += text_is(intent, "state", "unknown");
        writes += attempts > 1 ? attempts - 1 : 0;
    }
    put_metric(visit, "accepted_total", count_events(visit, "accepted"));
    put_metric(visit, "committed_total", count_events(visit, "committed"));
    put_metric(visit, "conflicts_total", count_events(visit, "needs-review"));
    put_metric(visit, "retries_total", writes);
    put_metric(visit, "backlog", active);
    put_metric(visit, "unknown", unknown);
    put_metric(visit, "reviews_open", open);
    put_metric(visit, "idempotency_hits_total", json_integer(engine->replies, "hits", 0));
    for (const struct cJSON *row = engine->replies->child; row; row = row->next) {
        const char *space = strchr(row->string, ' ');

        if (space)
            buf_printf(&visit->reply,
                       "writeback_http_replies_total{method=\"%.*s\",status=\"%s\"} %lld\n",
                       (int)(space - row->string), row->string, space + 1,
                       json_integer(engine->replies, row->string, 0));
    }
    visit->status = 200;
    visit->type = "text/plain; version=0.0.4";
}
