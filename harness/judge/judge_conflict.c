/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_conflict - conflict-is-conflict: a refused guard is looked into before the next write, and named at the end.
 *
 * A reply is a conflict of versions when it answers a guard that names a version (409, 412, 428, a required
 * If-Match, a `test` that failed). Several matches, a duplicate key and a lock are none. A read counts when it was
 * asked after that reply: one that was under way may show what was before.
 */
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "fhir/patch.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* ---- is it a conflict of versions? ---- */

/* The OperationOutcome that answers this act: the reply's, or its entry's. */
static const struct cJSON *outcome_of(const struct fact_write *write)
{
    const struct cJSON *reply = fact_reply(write->exchange);
    const struct cJSON *entry = json_at(json_get(reply, "entry"), write->entry);

    return entry ? json_get(json_get(entry, "response"), "outcome") : reply;
}

static bool issue_is_other(const struct fact_write *write)
{
    static const char *const others[] = {"duplicate", "lock-error", "multiple-matches"};
    const struct cJSON *issue;

    cJSON_ArrayForEach(issue, json_get(outcome_of(write), "issue"))
    {
        const char *code = json_string(issue, "code");

        for (size_t i = 0; code && i < COUNT_OF(others); i++) {
            if (strcmp(code, others[i]) == 0)
                return true;
        }
    }
    return false;
}

static bool asks_for_guard(const struct fact_exchange *exchange)
{
    const struct sim_entry *replied = exchange->replied;

    return replied && replied->body && strcasestr(replied->body, "If-Match") != NULL;
}

static bool has_tests(const struct fact_write *write)
{
    const struct cJSON *op;

    if (write->method != METHOD_PATCH)
        return false;
    cJSON_ArrayForEach(op, write->body)
    {
        const char *name = json_string(op, "op");

        if (name && strcmp(name, "test") == 0)
            return true;
    }
    return false;
}

/* Does a `test` of the patch not hold on what was there at n? */
static bool test_fails(const struct facts *facts, const struct fact_write *write, uint64_t n)
{
    const struct fact_version *current =
        write->reference ? facts_current(facts, write->reference, n) : NULL;
    enum patch_result result = PATCH_APPLIED;
    struct err err = ERR_INIT;

    if (!has_tests(write) || !current || current->is_deletion || !fact_tree(current))
        return false;
    patch_apply(facts->arena, fact_tree(current), write->body, &result, &err);
    return result == PATCH_TEST_FAILED;
}

static bool is_conflict(const struct facts *facts, const struct fact_write *write)
{
    const struct fact_exchange *exchange = write->exchange;
    struct named_guard guard;

    if (!exchange->replied || write->is_companion || write->method == METHOD_POST ||
        write->method == METHOD_OTHER)
        return false;
    write_guard(facts, write, &guard);
    switch (write->status) {
    case 428:
        return true;
    case 409:
        return !issue_is_other(write);
    case 412:
        return guard.is_there || guard.is_create
                   ? !issue_is_other(write)
                   : asks_for_guard(exchange) || test_fails(facts, write, exchange->replied->n);
    case 400:
        return (!guard.is_there && asks_for_guard(exchange)) ||
               test_fails(facts, write, exchange->replied->n);
    case 422:
        return test_fails(facts, write, exchange->replied->n);
    default:
        return false;
    }
}

/* ---- what followed ---- */

static const struct fact_write *next_write(const struct fact_slot *slot, uint64_t after)
{
    for (size_t i = 0; i < slot->write_count; i++) {
        if (slot->writes[i]->exchange->arrived->n > after)
            return slot->writes[i];
    }
    return NULL;
}

/* Does the reply to a look show that the resource is gone, or that what the engine has is current? */
static bool shows_no_content(const struct facts *facts, const struct fact_exchange *exchange,
                             const struct fact_resource *resource, const char *reference)
{
    int status = exchange->replied->status;
    const struct fact_version *current = facts_current(facts, reference, exchange->replied->n);
    bool is_about = strcmp(exchange->reference, reference) == 0;

    if (is_about && (status == 404 || status == 410 || status == 304))
        return true;
    /* A search or a history without it. */
    return (is_about || (resource && strcmp(exchange->reference, resource->type) == 0)) &&
           status < 300 && (!current || current->is_deletion);
}

/* Did the engine look at the resource in (after, until), and see it whole, gone, or unchanged? */
static bool was_read(const struct facts *facts, const char *reference, uint64_t after,
                     uint64_t until)
{
    const struct fact_resource *resource = facts_resource(facts, reference);

    for (size_t i = 0; resource && i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        for (size_t k = 0; k < version->receipt_count; k++) {
            const struct fact_receipt *receipt = &version->receipts[k];

            if (receipt->is_full && receipt->n < until && receipt->exchange->arrived &&
                receipt->exchange->arrived->n > after)
                return true;
        }
    }
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (!exchange->is_write && exchange->arrived && exchange->arrived->n > after &&
            exchange->replied && exchange->replied->n < until &&
            shows_no_content(facts, exchange, resource, reference))
            return true;
    }
    return false;
}

static bool refused_otherwise(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct sim_entry *replied = intent->exchanges[i]->replied;

        if (replied && replied->n > after && replied->n < until &&
            reply_is_permanent(replied, replied->status))
            return true;
    }
    return false;
}

static bool records_name_conflict(const struct fact_record *const *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cJSON *tree = records[i]->tree;

        if (tree_names_conflict(json_get(tree, "failureType")) ||
            tree_names_conflict(json_get(tree, "why")) ||
            tree_names_conflict(json_get(tree, "outcome")))
            return true;
    }
    return false;
}

static bool end_names_conflict(const struct fact_intent *intent, const struct fact_view *view)
{
    return tree_names_conflict(view->problem) ||
           records_name_conflict(intent->reviews, intent->review_count) ||
           records_name_conflict(intent->audit, intent->audit_count);
}

struct conflict {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_write *write;
    uint64_t replied, until; /* the reply; the next write of the slot, else behind the last entry */
};

/* It named the version that was current, and a look after the refusal showed that: the server had another reason, whatever it
 * said. */
static bool is_seen_to_hold(const struct conflict *conflict)
{
    const struct fact_write *write = conflict->write;
    struct named_guard guard;

    write_guard(conflict->facts, write, &guard);
    return write->reference && guard.is_there && !guard.is_tested &&
           facts_current(conflict->facts, write->reference, conflict->replied) == guard.version &&
           was_read(conflict->facts, write->reference, conflict->replied, conflict->until);
}

/* What stands in the way is the engine's own alone, and a look after the refusal showed the resource: to call that a
 * conflict would be wrong (own-write-known), to ask about it is not. */
static bool is_own_in_the_way(const struct conflict *conflict)
{
    const struct fact_write *write = conflict->write;
    struct named_guard guard;

    write_guard(conflict->facts, write, &guard);
    const struct fact_version *version =
        write->reference && guard.version
            ? facts_current(conflict->facts, write->reference, conflict->replied)
            : NULL;
    if (!version || !version_is_newer(version, guard.version) ||
        !was_read(conflict->facts, write->reference, conflict->replied, conflict->until))
        return false;
    for (; version && version != guard.version; version = version->pred)
        if (!version_is_own(write->slot, version))
            return false;
    return true;
}

static void judge_end(const struct conflict *conflict)
{
    const struct fact_intent *intent = conflict->write->intent;
    const struct fact_view *view = intent_view(intent, conflict->until - 1);

    if (!view || view->n < conflict->replied)
        return;
    if (view->state == STATE_COMMITTED &&
        !slot_in_effect(conflict->facts, conflict->write->slot, view->n)) {
        finding_fail(conflict->finding, ENTRIES(conflict->replied, view->n),
                     "%s met a conflict and is said to be committed, but it is not in the chart",
                     intent->given->name);
        return;
    }
    if (view->state != STATE_REJECTED && !state_is_open(view->state))
        return;
    if (end_names_conflict(intent, view) ||
        refused_otherwise(intent, conflict->replied, conflict->until) ||
        is_seen_to_hold(conflict) || is_own_in_the_way(conflict))
        return;
    /* An adapter may map no more of a view than the state. */
    bool has_reasons = json_get(view->tree, "problem") != NULL ||
                       (conflict->facts->evidence->parts & (PART_REVIEWS | PART_AUDIT)) != 0;
    if (!has_reasons || (view->review && intent->review_count == 0)) {
        finding_unknown(conflict->finding, ENTRIES(conflict->replied, view->n),
                        "%s met a conflict; what should name it was not received",
                        intent->given->name);
        return;
    }
    finding_fail(conflict->finding, ENTRIES(conflict->replied, view->n),
                 "%s met a conflict, and its end does not name it", intent->given->name);
}

/* Does the guard of the write not hold any more when the reply was made? */
static bool is_stale(const struct facts *facts, const struct fact_write *write)
{
    uint64_t n = write->exchange->replied->n;
    struct named_guard guard;

    write_guard(facts, write, &guard);
    if (guard.is_tested)
        return test_fails(facts, write, n);
    return write->reference && guard.is_there &&
           facts_current(facts, write->reference, n) != guard.version;
}

/* Where it is not sure which write of a transaction met the conflict, having looked at one of them will do. */
static bool was_looked_into(const struct conflict *conflict, bool is_sure)
{
    const struct fact_exchange *exchange = conflict->write->exchange;

    if (!conflict->write->reference ||
        (conflict->write->query && !is_stale(conflict->facts, conflict->write)))
        return true; /* a conditional write: it may have met another than is known */
    for (size_t i = 0; !is_sure && i < exchange->write_count; i++) {
        const char *reference = exchange->writes[i].reference;

        if (reference && was_read(conflict->facts, reference, conflict->replied, conflict->until))
            return true;
    }
    return was_read(conflict->facts, conflict->write->reference, conflict->replied,
                    conflict->until);
}

static void judge_reply(const struct facts *facts, const struct fact_write *write, bool is_sure,
                        struct finding *finding)
{
    struct conflict conflict = {
        .facts = facts, .finding = finding, .write = write, .until = facts->last + 1};

    if (!write->slot || !is_conflict(facts, write))
        return;
    conflict.replied = write->exchange->replied->n;
    const struct fact_write *next = next_write(write->slot, conflict.replied);
    if (next)
        conflict.until = next->exchange->arrived->n;
    if (next && !was_looked_into(&conflict, is_sure))
        finding_fail(finding, ENTRIES(conflict.replied, conflict.until),
                     "%s met a conflict on %s and wrote again without reading it",
                     write->intent->given->name, write->reference ? write->reference : write->type);
    judge_end(&conflict);
}

/* A transaction is refused as a whole: it is about those whose guard does not hold, where that shows. */
static void judge_exchange(const struct facts *facts, const struct fact_exchange *exchange,
                           struct finding *finding)
{
    bool is_one = !exchange->is_bundle || exchange->replied->status < 300, any_stale = false;

    for (size_t i = 0; !is_one && i < exchange->write_count; i++)
        any_stale |= is_stale(facts, &exchange->writes[i]);
    for (size_t i = 0; i < exchange->write_count; i++) {
        const struct fact_write *write = &exchange->writes[i];

        if (is_one || !any_stale || is_stale(facts, write))
            judge_reply(facts, write, is_one || any_stale, finding);
    }
}

void judge_conflict_is_conflict(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        if (facts->exchanges[i]->arrived && facts->exchanges[i]->replied)
            judge_exchange(facts, facts->exchanges[i], finding);
    }
}
