/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write - create and update, plain and conditional (fhir-rules.md rows 7 to 18).
 *
 * What is wrong with a body is said before what is wrong with its precondition.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
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

/* Whose is it, and what does it say? Two that agree here are one fact to some servers. */
static const char *fact_of(struct arena *arena, const struct cJSON *tree)
{
    static const char *const owners[] = {"/patient/reference", "/subject/reference"};
    const char *code = json_text(json_pointer(tree, "/code/coding/0/code"));
    const char *owner = NULL;

    for (size_t i = 0; i < COUNT_OF(owners) && !owner; i++)
        owner = json_text(json_pointer(tree, owners[i]));
    return owner && code ? arena_printf(arena, "%s %s", owner, code) : NULL;
}

/* The live resource that a server which merges duplicates takes a new one for; NULL: none. */
static const char *duplicate_of(const struct act *act, const struct document *document)
{
    struct arena *arena = act->request->arena;
    const char *fact = fact_of(arena, document->tree);

    for (size_t i = 0; fact && i < store_resources(act->store); i++) {
        const struct version *version = store_by_serial(act->store, i);
        const char *other = is_live(version) && strcmp(version->type, document->type) == 0
                                ? fact_of(arena, version_tree(version))
                                : NULL;

        if (other && strcmp(other, fact) == 0)
            return version->id;
    }
    return NULL;
}

/* The new id of a create; NULL with the answer filled when If-None-Exist does not let it be
 * made. */
static const char *create_target(const struct act *act, const struct document *document)
{
    const char *query = request_header(act->request, "If-None-Exist");
    const struct version **matches = NULL;
    size_t count = 0;

    if (query && act->knobs->if_none_exist == IF_NONE_EXIST_UNSUPPORTED) {
        act_unsupported(act, "conditional create");
        return NULL;
    }
    if (act->knobs->if_none_exist == IF_NONE_EXIST_IGNORED)
        query = NULL;
    if (query && *query == '?')
        query++;
    if (query &&
        !query_conditional(act, "If-None-Exist", act->request->type, query, &count, &matches))
        return NULL;
    if (count > 1)
        refuse_several(act, query, count);
    if (count == 1)
        represent_match(act, matches[0]);
    if (count > 0)
        return NULL;
    const char *same = act->knobs->merges_duplicates ? duplicate_of(act, document) : NULL;
    return same ? same : store_new_id(act->store, act->request->arena, act->request->type);
}

/* No match: what the client named is made, unless it exists (it does not match, so it is
 * another). */
static const char *unmatched_target(const struct act *act, const struct document *document)
{
    const char *id = document->id;

    if (!id)
        return store_new_id(act->store, act->request->arena, document->type);
    if (act->knobs->may_overwrite || !is_live(store_current(act->store, document->type, id)))
        return id;
    REFUSE(act, 409, "conflict",
           "%s?%s matches nothing, but the body's id is that of %s/%s, which exists",
           document->type, act->request->query, document->type, id);
    return NULL;
}

static const char *conditional_target(const struct act *act, const struct document *document)
{
    const struct version **matches = NULL;
    const char *query = act->request->query;
    size_t count = 0;

    if (act->knobs->no_conditional_update) {
        act_unsupported(act, "conditional update");
        return NULL;
    }
    if (!query_conditional(act, "the URL", document->type, query, &count, &matches))
        return NULL;
    if (count == 0)
        return unmatched_target(act, document);
    if (count == 1 && (!document->id || strcmp(document->id, matches[0]->id) == 0))
        return matches[0]->id;
    if (count > 1)
        refuse_several(act, query, count);
    else
        answer_refuse(act->answer, act->request->arena, 400, "invalid", "id",
                      "the body's id is %s, but %s?%s matches %s", document->id, document->type,
                      query, matches[0]->reference);
    return NULL;
}

const char *write_target(const struct act *act, const struct document *document)
{
    const struct exchange_request *request = act->request;

    if (request->interaction == INTERACTION_CREATE)
        return create_target(act, document);
    if (!request->id)
        return conditional_target(act, document);
    if (document->id && strcmp(document->id, request->id) == 0)
        return request->id;
    answer_refuse(act->answer, request->arena, 400, "invalid", "id",
                  "the body's id must be %s as in the URL, it is %s", request->id,
                  document->id ? document->id : "missing");
    return NULL;
}

/* Row 10: a server that lets no client choose an id. */
static bool may_be_made(const struct act *act, const char *reference, bool is_new)
{
    if (!is_new || !act->knobs->refuses_update_create)
        return true;
    REFUSE(act, 405, "not-supported", "%s does not exist, and this server makes none by PUT",
           reference);
    return false;
}

/* Row 34a: what a client read in part would be stored as the whole. */
static bool is_whole(const struct act *act, const struct document *document)
{
    if (!act->knobs->refuses_subsetted || !subset_is_tagged(document->tree))
        return true;
    answer_refuse(act->answer, act->request->arena, 422, "business-rule", "meta.tag",
                  "the resource is tagged SUBSETTED: it was read in part");
    return false;
}

void interact_create(const struct act *act)
{
    struct document document;

    if (!validate_body(act, &document) || !is_whole(act, &document))
        return;
    const char *id = act->assigned_id ? act->assigned_id : write_target(act, &document);
    if (id)
        represent_write(act, 201, represent_put(act, "POST", id, &document), true);
}

/* The body goes to Type/id, whatever is or was there, if the headers allow it. */
void interact_update(const struct act *act)
{
    struct document document;

    if (!validate_body(act, &document) || !is_whole(act, &document))
        return;
    const char *id = act->assigned_id ? act->assigned_id : write_target(act, &document);
    if (!id)
        return;
    const struct version *current = store_current(act->store, document.type, id);
    const char *reference = arena_join(act->request->arena, document.type, "/", id, (char *)NULL);
    bool is_new = !is_live(current);
    if (guard_passes(act, reference, current) && may_be_made(act, reference, is_new))
        represent_write(act, is_new ? 201 : 200, represent_put(act, "PUT", id, &document), is_new);
}
