/* SPDX-License-Identifier: Apache-2.0 */
/* strike_wire - faults of the connection and of the bytes that go over it; outbound.c sends them. */
#include <string.h>

#include "base/err.h"
#include "simulator/strike_inner.h"

void do_reset(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange->fate = FATE_RESET;
}

void do_close(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange->fate = FATE_CLOSE;
}

/* No client can take that answer, so that it counts as lost: the journal has no `replied`. */
static void break_answer(struct exchange *exchange, const struct sim_fault *fault, enum wire wire)
{
    strike_note(exchange, fault, 0);
    reply_plain(exchange);
    exchange->reply.wire = wire;
    exchange->fate = FATE_BROKEN;
}

void do_cut_headers(struct exchange *exchange, const struct sim_fault *fault)
{
    break_answer(exchange, fault, WIRE_CUT_HEADERS);
}

void do_cut_body(struct exchange *exchange, const struct sim_fault *fault)
{
    const size_t size = exchange->answer.body ? exchange->answer.body_size : 0;
    const size_t wanted = fault_number(fault, 0, size / 2);

    if (size == 0 || strcmp(exchange->face.method, "HEAD") == 0) { /* nothing to cut */
        strike_note(exchange, fault, 0);
        return;
    }
    break_answer(exchange, fault, WIRE_CUT_BODY);
    exchange->reply.cut = wanted < size ? wanted : size - 1;
}

void do_bad_chunk(struct exchange *exchange, const struct sim_fault *fault)
{
    const int status = exchange->answer.status;

    /* An answer without a body by its nature is whole with its headers: clients read no chunk then. */
    if (status == 204 || status == 304 || strcmp(exchange->face.method, "HEAD") == 0) {
        strike_note(exchange, fault, 0);
        return;
    }
    break_answer(exchange, fault, WIRE_BAD_CHUNK);
}

void do_garbage(struct exchange *exchange, const struct sim_fault *fault)
{
    break_answer(exchange, fault, WIRE_GARBAGE);
}

void do_drip(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange->reply.wire = WIRE_DRIP;
    exchange->reply.drip_ms = (unsigned)fault_number(fault, 0, 5);
}

/* ---- does it fit? ---- */

int check_reused(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err)
{
    (void)at;
    if (exchange->is_reused)
        return 0;
    return err_set(err, ERR_INPUT, "%s: the connection of %s %s had no request before this one",
                   fault->name, exchange->face.method, exchange->face.url);
}
