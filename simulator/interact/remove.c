/* SPDX-License-Identifier: Apache-2.0 */
/* remove - DELETE, plain and conditional (fhir-rules.md rows 12 to 14, 21 and 22). */
#include <string.h>

#include "base/arena.h"
#include "simulator/interact/act.h"

/* How the chart's bytes point at a resource; good enough where a server looks for any pointer. */
static bool points_at(struct arena *arena, const struct version *version, const char *reference)
{
    const char *text = arena_printf(arena, "\"reference\":\"%s\"", reference);
    const char *spaced = arena_printf(arena, "\"reference\": \"%s\"", reference);

    return strstr(version->content, text) || strstr(version->content, spaced);
}

/* Row 21, the knob referential_integrity. */
static bool is_pointed_at(const struct act *act, const char *reference)
{
    for (size_t i = 0; act->knobs->referential_integrity && i < store_resources(act->store); i++) {
        const struct version *version = store_by_serial(act->store, i);

        if (!version || version->is_deletion || strcmp(version->reference, reference) == 0 ||
            !points_at(act->request->arena, version, reference))
            continue;
        REFUSE(act, 409, "conflict", "%s points at %s, which is therefore not deleted",
               version->reference, reference);
        return true;
    }
    return false;
}

/* The answer to a delete that left `deletion` (NULL: there was nothing of it). */
static void answer_gone(const struct act *act, const char *what, const struct version *deletion)
{
    *act->answer = (struct answer){.status = act->knobs->delete_status, .version = deletion};
    if (deletion && !act->knobs->no_delete_etag) {
        act->answer->etag = deletion->etag;
        act->answer->last_modified = deletion->modified;
    }
    if (act->answer->status == 200 && act->knobs->return_default != RETURN_EMPTY)
        answer_inform(act->answer, act->request->arena, "%s is gone", what);
}

/* Deleting what is gone, or never was: no version, unless the server leaves a tombstone. */
static void delete_nothing(const struct act *act, const char *reference,
                           const struct version *current)
{
    const struct exchange_request *request = act->request;

    if (act->knobs->delete_unknown == DELETE_UNKNOWN_404) {
        REFUSE(act, 404, "not-found", "%s does not exist", reference);
        return;
    }
    if (!current && act->knobs->delete_unknown == DELETE_UNKNOWN_TOMBSTONE)
        current = store_put(act->store, "DELETE", request->type, request->id, NULL);
    answer_gone(act, reference, current);
}

static void delete_one(const struct act *act, const char *id)
{
    const char *type = act->request->type;
    const struct version *current = store_current(act->store, type, id);
    const char *reference = arena_printf(act->request->arena, "%s/%s", type, id);

    if (!guard_passes(act, reference, current))
        return;
    if (!current || current->is_deletion)
        delete_nothing(act, reference, current);
    else if (!is_pointed_at(act, reference))
        answer_gone(act, reference, store_put(act->store, "DELETE", type, id, NULL));
}

/* The knob conditional_delete says multiple: all that match go in one commit. */
static void delete_all(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const struct version **matches = NULL;
    const bool is_own = !store_in_transaction(act->store);
    size_t count = 0;

    if (!query_conditional(act, "the URL", request->type, request->query, &count, &matches))
        return;
    if (is_own)
        store_begin(act->store);
    for (size_t i = 0; i < count && act->answer->status < 300; i++)
        delete_one(act, matches[i]->id);
    const bool is_refused = act->answer->status >= 300;
    if (is_own && is_refused)
        store_rollback(act->store);
    else if (is_own)
        store_commit(act->store);
    if (!is_refused && count != 1)
        answer_gone(act, arena_printf(request->arena, "%s?%s", request->type, request->query),
                    NULL);
}

static void delete_matching(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const struct version *match = NULL;

    if (act->knobs->conditional_delete == CONDITIONAL_DELETE_UNSUPPORTED) {
        act_unsupported(act, "conditional delete");
        return;
    }
    if (act->knobs->conditional_delete == CONDITIONAL_DELETE_MULTIPLE) {
        delete_all(act);
        return;
    }
    match = match_one(act);
    if (match)
        delete_one(act, match->id);
    else if (act->answer->status == 0 && act->knobs->delete_unknown == DELETE_UNKNOWN_404)
        REFUSE(act, 404, "not-found", "%s?%s matches nothing", request->type, request->query);
    else if (act->answer->status == 0)
        answer_gone(act, arena_printf(request->arena, "%s?%s", request->type, request->query),
                    NULL);
}

void interact_delete(const struct act *act)
{
    if (act->request->id)
        delete_one(act, act->request->id);
    else
        delete_matching(act);
}
