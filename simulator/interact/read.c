/* SPDX-License-Identifier: Apache-2.0 */
/* read - GET of a resource as it is, and of one of its versions (fhir-rules.md rows 1 to 6, 34a). */
#include "simulator/interact/act.h"

static void refuse_unknown(const struct act *act)
{
    REFUSE(act, 404, "not-found", "%s/%s does not exist", act->request->type, act->request->id);
}

static void refuse_deleted(const struct act *act, const struct version *deletion)
{
    if (act->knobs->no_tombstones) {
        refuse_unknown(act);
        return;
    }
    REFUSE(act, 410, "deleted", "%s was deleted as version %s", deletion->reference,
           deletion->label);
    act->answer->etag = act->knobs->no_delete_etag ? NULL : deletion->etag;
    act->answer->last_modified = deletion->modified;
    act->answer->version = deletion;
}

void interact_read(const struct act *act)
{
    const struct version *version = store_current(act->store, act->request->type, act->request->id);

    for (unsigned i = 0; version && version->previous && i < act->bend->stale_by; i++)
        version = version->previous;
    if (!version) {
        refuse_unknown(act);
        return;
    }
    if (version->is_deletion) {
        refuse_deleted(act, version);
        return;
    }
    represent_read(act, 200, version);
    if (!guard_is_fresh(act, version)) {
        partial_show(act, version);
        return;
    }
    act->answer->status = 304;
    act->answer->body = NULL;
    act->answer->body_size = 0;
}

void interact_vread(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const struct version *version =
        store_version(act->store, request->type, request->id, request->version);
    const int history = act->knobs->history;
    const bool is_current =
        version && version == store_current(act->store, request->type, request->id);

    if (history == HISTORY_NONE || (history == HISTORY_LATEST_ONLY && !is_current))
        act_unsupported(act, "a former version");
    else if (!version && !store_current(act->store, request->type, request->id))
        refuse_unknown(act);
    else if (!version)
        REFUSE(act, 404, "not-found", "%s/%s has no version %s", request->type, request->id,
               request->version);
    else if (version->is_deletion)
        refuse_deleted(act, version);
    else {
        represent_read(act, 200, version);
        partial_show(act, version);
    }
}
