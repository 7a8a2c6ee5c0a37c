/* SPDX-License-Identifier: Apache-2.0 */
/* control_watch - calls of the control API that tell what happened, and the schedule. No state. */
#include "base/buf.h"
#include "base/err.h"
#include "simulator/control_inner.h"
#include "simulator/follow.h"
#include "simulator/journal.h"
#include "simulator/metrics.h"
#include "simulator/sim.h"

bool control_get_journal(const struct call *call)
{
    const struct sim *sim = call->control->sim;
    size_t count = sim_journal_count(sim), first = 0;
    struct buf buf = BUF_INIT;

    if (count > 0 && call->after >= sim_journal_at(sim, 0)->n) {
        uint64_t passed = call->after - sim_journal_at(sim, 0)->n + 1;
        first = passed < count ? (size_t)passed : count;
    }
    if (first == count && control_waits(call))
        return false;
    for (size_t i = first; i < count; i++)
        journal_write_line(&buf, sim_journal_at(sim, i));
    control_answer_text(call, "application/x-ndjson", &buf);
    buf_release(&buf);
    return true;
}

bool control_get_metrics(const struct call *call)
{
    struct buf buf = BUF_INIT;

    metrics_write(call->control->sim, &buf);
    control_answer_text(call, "text/plain; version=0.0.4; charset=utf-8", &buf);
    buf_release(&buf);
    return true;
}

/* ---- the schedule ---- */

static void answer_schedule(const struct call *call)
{
    struct cJSON *body = json_object(call->arena);

    follow_view(call->control->follow, body);
    control_answer_json(call, 200, body);
}

bool control_get_schedule(const struct call *call)
{
    const struct follow *follow = call->control->follow;

    if (!follow_has_schedule(follow)) {
        control_problem(call, 404, "there is no schedule; PUT one");
        return true;
    }
    if (!follow_is_over(follow) && control_waits(call))
        return false;
    answer_schedule(call);
    return true;
}

bool control_put_schedule(const struct call *call)
{
    const struct cJSON *source = control_body(call);
    struct err err = ERR_INIT;

    if (!source)
        return true;
    if (follow_set(call->control->follow, source, &err))
        control_refuse(call, &err);
    else
        answer_schedule(call);
    return true;
}

bool control_delete_schedule(const struct call *call)
{
    follow_clear(call->control->follow);
    control_answer_nothing(call);
    return true;
}
