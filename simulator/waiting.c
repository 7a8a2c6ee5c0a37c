/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiting - control requests: asked once when they arrive, and those that want to wait (long
 * polling) again after every turn in which something happened (sim->stamp moved), or when the time
 * they named has passed.
 *
 * Invariant: `waiting` lists suspended exchanges with a client; one that is answered, or left, is
 * taken off first.
 */
#include <utlist.h>

#include "base/arena.h"
#include "base/clock.h"
#include "simulator/edge_inner.h"

#define RECHECK_MS 1000 /* for one that named no time */

static bool ask(struct edge *edge, struct exchange *exchange, struct waiting *waiting)
{
    const struct sim_options *options = &edge->sim->options;
    const uint64_t now_us = clock_monotonic_us();
    unsigned wait_ms = RECHECK_MS;
    unsigned waited_ms = waiting ? (unsigned)((now_us - waiting->since_us) / 1000) : 0;

    if (options->control(options->control_arg, &exchange->request, waited_ms, &exchange->answer,
                         &wait_ms)) {
        reply_plain(exchange);
        exchange->fate = FATE_ANSWER;
        return true;
    }
    if (!waiting) {
        waiting = arena_alloc(exchange->arena, sizeof(*waiting));
        waiting->exchange = exchange;
        waiting->since_us = now_us;
        LL_APPEND(edge->waiting, waiting);
    }
    waiting->due_us = now_us + wait_ms * (uint64_t)1000;
    waiting->seen_stamp = edge->sim->stamp;
    return false;
}

static bool waiting_is_due(const struct edge *edge, const struct waiting *waiting)
{
    return waiting->seen_stamp != edge->sim->stamp || clock_monotonic_us() >= waiting->due_us;
}

void waiting_ask_all(struct edge *edge)
{
    struct waiting *waiting, *next;

    LL_FOREACH_SAFE(edge->waiting, waiting, next)
    {
        if (!waiting_is_due(edge, waiting) || !ask(edge, waiting->exchange, waiting))
            continue;
        LL_DELETE(edge->waiting, waiting);
        edge_release(edge, waiting->exchange);
    }
}

bool waiting_forget(struct edge *edge, const struct exchange *exchange)
{
    struct waiting *waiting;

    LL_SEARCH_SCALAR(edge->waiting, waiting, exchange, exchange);
    if (waiting)
        LL_DELETE(edge->waiting, waiting);
    return waiting != NULL;
}

bool waiting_ask(struct edge *edge, struct exchange *exchange)
{
    return ask(edge, exchange, NULL);
}

int waiting_timeout_ms(const struct edge *edge)
{
    const uint64_t now_us = clock_monotonic_us();
    const struct waiting *waiting;
    uint64_t least_ms = INT32_MAX;

    LL_FOREACH(edge->waiting, waiting)
    {
        const uint64_t left_ms =
            waiting_is_due(edge, waiting) ? 0 : (waiting->due_us - now_us) / 1000 + 1;

        least_ms = left_ms < least_ms ? left_ms : least_ms;
    }
    return least_ms == INT32_MAX ? -1 : (int)least_ms;
}

void waiting_close_all(struct edge *edge)
{
    while (edge->waiting) {
        struct exchange *exchange = edge->waiting->exchange;

        LL_DELETE(edge->waiting, edge->waiting);
        exchange->fate = FATE_CLOSE;
        edge_release(edge, exchange);
    }
}
