/* SPDX-License-Identifier: Apache-2.0 */
/* control_deliveries - from the simulator's face to JSON. */
#include "simulator/control_deliveries.h"

#include "base/json.h"
#include "simulator/sim.h"

void deliveries_list(const struct sim *sim, struct cJSON *out_array)
{
    static const char *const states[] = {
        [SIM_DELIVERY_HELD] = "held",
        [SIM_DELIVERY_QUEUED] = "queued",
        [SIM_DELIVERY_SENT] = "sent",
    };
    const size_t count = sim_delivery_count(sim);

    for (size_t i = 0; i < count; i++) {
        const struct sim_delivery *delivery = sim_delivery_at(sim, i);
        struct cJSON *item = json_add_object(out_array);

        json_put_integer(item, "n", (long long)delivery->number);
        json_put_string(item, "state", states[delivery->state]);
        json_put_string(item, "subscription", delivery->subscription);
        json_put_string(item, "type", delivery->type);
        json_put_integer(item, "event", (long long)delivery->event);
        json_put_string(item, "target", delivery->reference);
        json_put_string(item, "actor", delivery->actor);
        json_put_integer(item, "attempts", delivery->attempts);
    }
}
