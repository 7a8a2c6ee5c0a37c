/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch - from the interaction that route.c found to the file that does it. */
#include <string.h>

#include "simulator/interact/act.h"

static void interact_none(const struct act *act)
{
    if (act->answer->status == 0)
        REFUSE(act, 404, "not-supported", "%s %s is no interaction of this server",
               act->request->method, act->request->path);
}

typedef void act_fn(const struct act *act);
static act_fn *const acts[] = {
    [INTERACTION_NONE] = interact_none,
    [INTERACTION_READ] = interact_read,
    [INTERACTION_VREAD] = interact_vread,
    [INTERACTION_UPDATE] = interact_update,
    [INTERACTION_PATCH] = interact_patch,
    [INTERACTION_DELETE] = interact_delete,
    [INTERACTION_CREATE] = interact_create,
    [INTERACTION_SEARCH] = interact_search,
    [INTERACTION_HISTORY] = interact_history,
    [INTERACTION_BATCH] = interact_batch,
    [INTERACTION_TRANSACTION] = interact_transaction,
    [INTERACTION_CAPABILITIES] = interact_capabilities,
    [INTERACTION_POLL] = interact_none, /* policy.c answers it */
    [INTERACTION_OPERATION] = interact_operation,
};

void act_unsupported(const struct act *act, const char *what)
{
    REFUSE(act, act->knobs->unsupported_status, "not-supported", "%s is not offered by this server",
           what);
}

void interact_any(const struct act *act)
{
    acts[act->request->interaction](act);
}

void interact(struct store *store, const struct exchange_request *request,
              const struct interact_bend *bend, struct answer *answer)
{
    static const struct interact_bend straight = {.drop_path = NULL};
    struct knobs specified;
    struct act act = {.store = store,
                      .knobs = store_knobs(store),
                      .request = request,
                      .bend = bend ? bend : &straight,
                      .answer = answer};

    if (act.bend->is_foreign) {
        knobs_init(&specified);
        act.knobs = &specified;
    }

    if (interaction_is_write(request->interaction) && store_is_full(store))
        REFUSE(&act, 507, "too-costly",
               "what was written so far takes all the memory this server gives to it; "
               "POST /_control/reset begins anew");
    else if (interaction_is_write(request->interaction) &&
             request->interaction != INTERACTION_TRANSACTION &&
             request_header(request, "X-Provenance"))
        provenance_do(&act);
    else
        interact_any(&act);
}
