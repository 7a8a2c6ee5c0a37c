/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_content - intended-content: what is sent is the guarded version and the intent, nothing else.
 *
 * A write without a guard may rest on any version that the engine had (guarded-write is another judge). What a
 * human chose from is held against the decision by human-review; here it must only stay within it.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

struct sent {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_write *write;
    const struct fact_slot *slot;
    const struct touch *touch, *wider; /* the intent's, and with what a human decided */
    bool is_chosen;                    /* a human chose parts of it */
    const char *diff;                  /* why it was not the last version tried */
};

/* Is the write, applied to `on`, this version and the intent? */
static bool follows_from(struct sent *sent, const struct fact_version *on)
{
    const struct facts *facts = sent->facts;
    const struct canon *before = version_canon(facts, sent->slot, on), *asked;

    if (!write_asks(facts, sent->write, on, &asked))
        return false;
    const char *beyond = write_beyond(facts, sent->write, sent->wider, before, asked);
    if (!beyond && (sent->is_chosen || touch_stands(facts->arena, sent->touch, asked)))
        return true;
    if (!beyond) { /* the intent itself is not in it */
        const struct cJSON *shall = sent->slot->content;
        const struct canon *whole =
            cJSON_IsObject(shall) ? claims_canon(facts, sent->slot->intent, shall, NULL) : before;

        beyond = diff_text(facts->arena, whole, asked);
    }
    sent->diff = beyond;
    return false;
}

static bool follows_from_any(struct sent *sent)
{
    uint64_t n = sent->write->exchange->arrived->n;
    const struct fact_version *found = write_found(sent->facts, sent->write);
    const struct fact_version *last = NULL;

    for (const struct fact_version *version = found; version; version = version->pred) {
        if (version != sent->slot->base && version != found && !version_was_held(version, n))
            continue;
        last = version;
        if (follows_from(sent, version))
            return true;
    }
    return !last && follows_from(sent, NULL);
}

static void judge_change(struct sent *sent)
{
    const struct fact_write *write = sent->write;
    const struct fact_decision *decision = write_decision(write);
    struct named_guard guard;

    if (write->method == METHOD_PATCH && !cJSON_IsArray(write->body) && write->commit_count == 0)
        return; /* a patch of another kind that made nothing */
    write_guard(sent->facts, write, &guard);
    if (write_is_own_patch(write) && (!guard.version || guard.version == sent->slot->base))
        return; /* on the version it was meant for, it can't be wrong */
    if (!slot_touch(sent->facts, sent->slot, &sent->touch) ||
        !slot_touch_decided(sent->facts, sent->slot, decision, &sent->wider)) {
        if (write_is_own_patch(write) && write->commit_count == 0)
            return; /* it fits nothing, and the server said so */
        finding_unknown(sent->finding, ENTRIES(write->exchange->arrived->n),
                        "what %s means to change can't be told: its base never was, or its patch "
                        "does not fit it",
                        sent->slot->intent->given->name);
        return;
    }
    sent->is_chosen =
        decision && (strcmp(decision->decision, "merge") == 0 || json_count(decision->fields) > 0);
    if (guard.version ? follows_from(sent, guard.version) : follows_from_any(sent))
        return;
    finding_fail(sent->finding, ENTRIES(write->exchange->arrived->n),
                 "what was sent for %s is not version %s and the intent",
                 sent->slot->intent->given->name,
                 guard.version ? guard.version->label : "(none guarded)");
    if (sent->diff)
        finding_diff(sent->finding, sent->diff);
}

/* A new resource is the intent's, but for the one identifier that an engine may add. */
static void judge_creation(struct sent *sent)
{
    const struct facts *facts = sent->facts;
    const struct fact_slot *slot = sent->slot;
    const struct cJSON *body =
        facts_without_own_identifier(facts, sent->write->body, slot->content);
    const struct canon *shall = claims_canon(facts, slot->intent, slot->content, NULL);
    const struct canon *is = claims_canon(facts, slot->intent, body, slot->content);
    const char *diff = diff_beyond_sets(facts->arena, NULL, shall, is);

    if (!diff)
        return;
    finding_fail(sent->finding, ENTRIES(sent->write->exchange->arrived->n),
                 "what was sent for %s is not what was intended", slot->intent->given->name);
    finding_diff(sent->finding, diff);
}

static void judge_sent(const struct facts *facts, const struct fact_write *write,
                       struct finding *finding)
{
    struct sent sent = {.facts = facts, .finding = finding, .write = write, .slot = write->slot};

    if (write->is_companion || write->is_undo || write->method == METHOD_OTHER || !write->intent)
        return;
    if (!write->slot) {
        finding_fail(finding, ENTRIES(write->exchange->arrived->n),
                     "%s sent a write to %s that it does not mean", write->intent->given->name,
                     write->reference ? write->reference
                     : write->type    ? write->type
                                      : "the server");
        return;
    }
    if (write->slot->method == METHOD_POST)
        judge_creation(&sent);
    else
        judge_change(&sent);
}

void judge_intended_content(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        for (size_t k = 0; exchange->arrived && k < exchange->write_count; k++)
            judge_sent(facts, &exchange->writes[k], finding);
    }
}
