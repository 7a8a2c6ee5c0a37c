/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write - create and update, plain and conditional (fhir-rules.md rows 7 to 18).
 *
 * What is wrong with a body is said before what is wrong with its precondition.
 */
#include <string.h>

#include "base/arena.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

static bool is_live(const struct version *version)
{
    return version && !version->is_deletion;
}

static void refuse_several(const struct act *act, const char *query, size_t count)
{
    REFUSE(act, 412, "multiple-matches", "%s?%s matches %zu resources, at most one was expected",
           act->request->type, query, count);
}

/* True when If-None-Exist lets a resource be made; else the answer is filled. */
static bool none_exists(const struct act *act)
{
    const char *query = request_header(act->request, "If-None-Exist");
    const struct version **matches = NULL;
    size_t count = 0;

    if (!query)
        return true;
    query += *query == '?';
    if (!query_conditional(act, "If-None-Exist", act->request->type, query, &count, &matches))
        return false;
    if (count > 1)
        refuse_several(act, query, count);
    if (count == 1)
        represent_write(act, 200, matches[0], true);
    return count == 0;
}

void interact_create(const struct act *act)
{
    struct document document;

    if (!validate_body(act, &document) || !none_exists(act))
        return;
    const char *id = act->assigned_id
                         ? act->assigned_id
                         : store_new_id(act->store, act->request->arena, act->request->type);
    represent_write(act, 201, represent_put(act, "POST", id, &document), true);
}

/* The body goes to Type/id, whatever is or was there, if the headers allow it. */
static void update_at(const struct act *act, const char *id, const struct document *document)
{
    const struct version *current = store_current(act->store, document->type, id);
    const char *reference = arena_printf(act->request->arena, "%s/%s", document->type, id);
    bool is_new = !is_live(current);

    if (!guard_passes(act, reference, current))
        return;
    represent_write(act, is_new ? 201 : 200, represent_put(act, "PUT", id, document), is_new);
}

/* No match: what the client named is made, unless it exists (it does not match, so it is another).
 */
static void update_unmatched(const struct act *act, const struct document *document)
{
    const char *id = document->id;

    if (id && is_live(store_current(act->store, document->type, id))) {
        REFUSE(act, 409, "conflict",
               "%s?%s matches nothing, but the body's id is that of %s/%s, which exists",
               document->type, act->request->query, document->type, id);
        return;
    }
    if (!id)
        id = store_new_id(act->store, act->request->arena, document->type);
    update_at(act, id, document);
}

static void update_conditionally(const struct act *act, const struct document *document)
{
    const struct version **matches = NULL;
    const char *query = act->request->query;
    size_t count = 0;

    if (!query_conditional(act, "the URL", document->type, query, &count, &matches))
        return;
    if (count > 1)
        refuse_several(act, query, count);
    else if (count == 0)
        update_unmatched(act, document);
    else if (document->id && strcmp(document->id, matches[0]->id) != 0)
        answer_refuse(act->answer, act->request->arena, 400, "invalid", "id",
                      "the body's id is %s, but %s?%s matches %s", document->id, document->type,
                      query, matches[0]->reference);
    else
        update_at(act, matches[0]->id, document);
}

void interact_update(const struct act *act)
{
    const struct exchange_request *request = act->request;
    struct document document;

    if (!validate_body(act, &document))
        return;
    if (!request->id)
        update_conditionally(act, &document);
    else if (!document.id || strcmp(document.id, request->id) != 0)
        answer_refuse(act->answer, request->arena, 400, "invalid", "id",
                      "the body's id must be %s as in the URL, it is %s", request->id,
                      document.id ? document.id : "missing");
    else
        update_at(act, request->id, &document);
}
