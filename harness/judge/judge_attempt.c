/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_attempt - same-attempt: a retry is the same attempt again, so that whoever has seen it can tell.
 *
 * Key, client id and the identifier that the engine adds never change between attempts of one slot. Condition and
 * content may, once the engine has received something that could be a reason: a reply other than "not now".
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct retry {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_slot *slot;
    const struct fact_write *first, *again;
};

static bool differs(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) != 0 : a != b;
}

static void fail(const struct retry *retry, const char *what, const char *diff)
{
    finding_fail(retry->finding,
                 ENTRIES(retry->first->exchange->arrived->n, retry->again->exchange->arrived->n),
                 "two attempts of %s differ in %s", retry->slot->intent->given->name, what);
    if (diff)
        finding_diff(retry->finding, diff);
}

/* ---- what never changes ---- */

/* Identifiers of the adapter's system, as text; "" when there are none. */
static const char *own_identifiers(const struct facts *facts, const struct cJSON *resource)
{
    const char *system = facts->evidence->identifier_system;
    const struct cJSON *given = json_get(resource, "identifier");
    const struct cJSON *identifier = cJSON_IsArray(given) ? given->child : given;
    struct buf buf = BUF_INIT;

    for (; identifier; identifier = cJSON_IsArray(given) ? identifier->next : NULL) {
        const char *text = json_string(identifier, "system");

        if (system && text && strcmp(text, system) == 0)
            json_canonical(&buf, json_get(identifier, "value"));
    }
    const char *all = buf_copy(&buf, facts->arena);
    buf_release(&buf);
    return all;
}

static const char *client_id(const struct fact_write *write)
{
    bool is_named = write->method == METHOD_PUT && !write->query;

    return is_named ? write->reference : json_string(write->body, "id");
}

static void judge_identity(const struct retry *retry)
{
    const struct facts *facts = retry->facts;
    const struct fact_write *first = retry->first, *again = retry->again;

    if (differs(facts_header(facts, first->exchange->arrived, "Idempotency-Key"),
                facts_header(facts, again->exchange->arrived, "Idempotency-Key")))
        fail(retry, "their key", NULL);
    if (retry->slot->method != METHOD_POST)
        return;
    if (first->method == again->method && differs(client_id(first), client_id(again)))
        fail(retry, "the id that they give", NULL);
    if (differs(own_identifiers(facts, first->body), own_identifiers(facts, again->body)))
        fail(retry, "the identifier that they add", NULL);
}

/* ---- what changes only for a reason ---- */

/* A reply that says nothing but "not now" is no reason. */
static bool is_reason(const struct sim_entry *replied)
{
    int status = replied ? replied->status : 0;

    return status != 0 && status != 408 && status != 429 && status != 502 && status != 503 &&
           status != 504;
}

/* Did the engine learn anything in between, of this intent or of what it is about? */
static bool has_received(const struct retry *retry)
{
    uint64_t after = retry->first->exchange->arrived->n;
    uint64_t until = retry->again->exchange->arrived->n;
    const struct fact_intent *intent = retry->slot->intent;

    if (intent_was_operated(intent, after, until))
        return true;
    for (size_t i = 0; i < retry->facts->exchange_count; i++) {
        const struct fact_exchange *exchange = retry->facts->exchanges[i];
        const char *about = retry->first->reference ? retry->first->reference : retry->first->type;

        if (!exchange->replied || exchange->replied->n <= after || exchange->replied->n >= until ||
            !is_reason(exchange->replied))
            continue;
        if (exchange->intent == intent || exchange->correlated == intent ||
            (about && strcmp(exchange->reference, about) == 0))
            return true;
    }
    return false;
}

/* "Type?identifier=x" and "identifier=x" are the same query. */
static const char *query_of(const char *text)
{
    const char *mark = text ? strchr(text, '?') : NULL;

    return mark ? mark + 1 : text;
}

static bool same_condition(const struct fact_guard *a, const struct fact_guard *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == GUARD_IF_MATCH && a->label && b->label)
        return strcmp(a->label, b->label) == 0;
    return !differs(query_of(a->text), query_of(b->text));
}

static const char *patch_text(const struct facts *facts, const struct cJSON *patch)
{
    struct buf buf = BUF_INIT;

    if (!patch)
        return NULL;
    json_canonical(&buf, patch);
    const char *text = buf_copy(&buf, facts->arena);
    buf_release(&buf);
    return text;
}

static void judge_body(const struct retry *retry)
{
    const struct facts *facts = retry->facts;
    const struct fact_intent *intent = retry->slot->intent;
    const struct cJSON *first = retry->first->body, *again = retry->again->body;

    if (cJSON_IsObject(first) && cJSON_IsObject(again)) {
        const struct canon *was = claims_canon(facts, intent, first, NULL);
        const struct canon *is = claims_canon(facts, intent, again, first);

        if (!canon_equal(was, is))
            fail(retry, "content, with nothing received in between",
                 diff_text(facts->arena, was, is));
        return;
    }
    const char *was = patch_text(facts, first), *is = patch_text(facts, again);
    if (differs(was, is))
        fail(retry, "content, with nothing received in between",
             arena_printf(facts->arena, "- : %s\n+ : %s\n", was ? was : "nothing",
                          is ? is : "nothing"));
}

/* A body that is there and is neither a resource nor a patch. */
static bool is_unreadable(const struct fact_write *write)
{
    return write->exchange->arrived->body && write->method != METHOD_DELETE &&
           !cJSON_IsObject(write->body) && !cJSON_IsArray(write->body);
}

static void judge_retry(const struct retry *retry)
{
    if (is_unreadable(retry->first) || is_unreadable(retry->again)) {
        finding_unknown(
            retry->finding,
            ENTRIES(retry->first->exchange->arrived->n, retry->again->exchange->arrived->n),
            "two attempts of %s can't be compared: a body can't be read",
            retry->slot->intent->given->name);
        return;
    }
    judge_identity(retry);
    if (has_received(retry))
        return;
    if (!same_condition(&retry->first->guard, &retry->again->guard))
        fail(retry, "their condition, with nothing received in between", NULL);
    if (retry->first->method != retry->again->method)
        fail(retry, "their method, with nothing received in between", NULL);
    else
        judge_body(retry);
}

void judge_same_attempt(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (intents_behind(facts, intent, UINT64_MAX) > 1)
            continue; /* several intents to the engine, whose attempts cannot be told apart */
        for (size_t k = 0; k < intent->slot_count; k++) {
            const struct fact_slot *slot = &intent->slots[k];

            for (size_t w = 1; w < slot->write_count; w++)
                judge_retry(
                    &(struct retry){facts, finding, slot, slot->writes[w - 1], slot->writes[w]});
        }
    }
}
