/* SPDX-License-Identifier: Apache-2.0 */
/* remove - DELETE of one resource (fhir-rules.md rows 12 to 14 and 21). */
#include "base/arena.h"
#include "simulator/interact/act.h"

void interact_delete(const struct act *act)
{
    const struct exchange_request *request = act->request;

    if (!request->id) {
        REFUSE(act, 400, "not-supported", "conditional delete is not offered; DELETE %s/id",
               request->type);
        return;
    }
    const struct version *current = store_current(act->store, request->type, request->id);
    const char *reference = arena_printf(request->arena, "%s/%s", request->type, request->id);
    if (!guard_passes(act, reference, current))
        return;
    /* Deleting what is gone, or never was, makes no version: it is gone already. */
    if (current && !current->is_deletion)
        current = store_put(act->store, "DELETE", request->type, request->id, NULL);
    *act->answer = (struct answer){.status = 204, .version = current};
    if (current) {
        act->answer->etag = current->etag;
        act->answer->last_modified = current->modified;
    }
}
