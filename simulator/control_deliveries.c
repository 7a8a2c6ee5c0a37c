/* SPDX-License-Identifier: Apache-2.0 */
/* control_deliveries - the calls of the control API about notifications: seen, and let go. */
#include "base/err.h"
#include "base/json.h"
#include "simulator/control_inner.h"
#include "simulator/sim.h"

bool control_get_deliveries(const struct call *call)
{
    const struct sim *sim = call->control->sim;
    struct cJSON *list = json_array(call->arena);
    static const char *const states[] = {
        [SIM_DELIVERY_HELD] = "held",
        [SIM_DELIVERY_QUEUED] = "queued",
        [SIM_DELIVERY_SENT] = "sent",
    };
    const size_t count = sim_delivery_count(sim);

    for (size_t i = 0; i < count; i++) {
        const struct sim_delivery *delivery = sim_delivery_at(sim, i);
        struct cJSON *item = json_add_object(list);

        json_put_integer(item, "n", (long long)delivery->number);
        json_put_string(item, "state", states[delivery->state]);
        json_put_string(item, "subscription", delivery->subscription);
        json_put_string(item, "type", delivery->type);
        json_put_integer(item, "event", (long long)delivery->event);
        json_put_string(item, "target", delivery->reference);
        json_put_string(item, "actor", delivery->actor);
        json_put_integer(item, "attempts", delivery->attempts);
    }
    control_answer_json(call, 200, list);
    return true;
}

bool control_release_delivery(const struct call *call)
{
    const bool has_body = call->request->body_size > 0;
    const struct cJSON *body = has_body ? control_body(call) : NULL;
    struct err err = ERR_INIT;
    struct sim_fault fault;
    uint64_t number = 0;

    if (has_body && (!body || !control_has_only(call, body, "fault, args")))
        return true;
    if (!control_number(call->parts[1], &number))
        control_problem(call, 404, "no delivery %s is held", call->parts[1]);
    else if (control_fault(call, body, &fault, &err) ||
             sim_deliver(call->control->sim, number, fault.name ? &fault : NULL, &err))
        control_refuse(call, &err);
    else
        control_answer_nothing(call);
    return true;
}
