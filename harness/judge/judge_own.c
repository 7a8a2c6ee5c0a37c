/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_own - own-write-known: an engine knows its own commit when it meets it again.
 *
 * Three ways not to: a conflict is named though every version newer than the guard is the intent's own or an ordered
 * predecessor's; the intent is applied once more over somebody's undo; its end is reported at somebody else's version.
 * Asking a human without naming a conflict is never wrong.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

/* ---- taken for a foreign one ---- */

static bool is_conflict_status(int status)
{
    return status == 409 || status == 412 || status == 422 || status == 428;
}

/* The last write of the slot that was refused as by a conflict, its reply before n; NULL: none. */
static const struct fact_write *last_refused(const struct fact_slot *slot, uint64_t n)
{
    const struct fact_write *last = NULL;

    for (size_t i = 0; i < slot->write_count; i++) {
        const struct fact_write *write = slot->writes[i];

        if (write->exchange->replied && write->exchange->replied->n < n &&
            is_conflict_status(write->status))
            last = write;
    }
    return last;
}

enum newer { NEWER_NONE, NEWER_OWN, NEWER_FOREIGN };

/* Whose are the versions that are newer than what the slot rested on, as known at n? */
static enum newer newer_versions(const struct facts *facts, const struct fact_slot *slot,
                                 uint64_t n, const struct fact_version **out_own)
{
    const struct fact_write *refused = last_refused(slot, n);
    const struct fact_version *on = slot->base;
    const uint64_t said = n;
    struct named_guard guard;

    if (refused) {
        write_guard(facts, refused, &guard);
        on = guard.version;
        n = refused->exchange->replied->n;
    }
    if (!on)
        return NEWER_NONE;
    for (size_t i = on->position + 1; i < on->resource->version_count; i++) {
        const struct fact_version *version = on->resource->versions[i];

        if (version->n >
            n) { /* since the refusal: what the engine has seen by then is in its way as well */
            uint64_t received = version_received(version, false);

            if (received && received < said && !version_is_own(slot, version))
                return NEWER_FOREIGN;
            continue;
        }
        if (version_was_lost(version, n))
            continue;
        if (!version_is_own(slot, version))
            return NEWER_FOREIGN;
        *out_own = version;
    }
    return *out_own ? NEWER_OWN : NEWER_NONE;
}

static bool text_claims_conflict(const char *text)
{
    static const char *const words[] = {"conflict", "precondition", "stale", "412", "409"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcasestr(text, words[i]))
            return true;
    }
    return false;
}

static bool claims_conflict(const struct cJSON *tree)
{
    const char *text = json_text(tree) ? json_text(tree) : json_number_text(tree);
    const struct cJSON *child;

    if (text)
        return text_claims_conflict(text);
    cJSON_ArrayForEach(child, tree)
    {
        if (claims_conflict(child))
            return true;
    }
    return false;
}

/* What is not plainly called a conflict is asking, which is never wrong. */
static bool names_conflict(const struct fact_intent *intent, const struct fact_view *view)
{
    if (claims_conflict(view->problem))
        return true;
    for (size_t i = 0; view->review && i < intent->review_count; i++) {
        if (claims_conflict(json_get(intent->reviews[i]->tree, "failureType")))
            return true;
    }
    return false;
}

/* Does the audit say that it stopped, and never that it was for a conflict? */
static bool is_recorded_otherwise(const struct fact_intent *intent)
{
    bool is_recorded = false;

    for (size_t i = 0; i < intent->audit_count; i++) {
        const char *outcome = json_string(intent->audit[i]->tree, "outcome");

        if (outcome && text_claims_conflict(outcome))
            return false;
        is_recorded = is_recorded || (outcome && strcmp(outcome, "incomplete") == 0);
    }
    return is_recorded;
}

/* Is there a review that alone would say whether it is called a conflict, but we have not got it? */
static bool is_unseen(const struct fact_intent *intent, const struct fact_view *view)
{
    return view->review && !view->problem && intent->review_count == 0 &&
           !is_recorded_otherwise(intent);
}

/* Was it open with that very review before the version was made? Then it is not about it. */
static bool was_open_before(const struct fact_intent *intent, const struct fact_view *view,
                            const struct fact_version *own)
{
    for (size_t i = 0; view->review && i < intent->view_count; i++) {
        const struct fact_view *before = intent->views[i];

        if (before->n < own->n && before->state == view->state && before->review &&
            strcmp(before->review, view->review) == 0)
            return true;
    }
    return false;
}

static void judge_named_conflict(const struct facts *facts, const struct fact_intent *intent,
                                 const struct fact_view *view, struct finding *finding)
{
    const struct fact_version *own = NULL;
    bool is_named = names_conflict(intent, view);

    if ((view->state != STATE_REJECTED && view->state != STATE_NEEDS_REVIEW) ||
        (!is_named && !is_unseen(intent, view)))
        return;
    for (size_t i = 0; i < intent->slot_count; i++) {
        enum newer newer = newer_versions(facts, &intent->slots[i], view->n, &own);
        bool is_part = intent->slot_count > 1 && !slot_effect(&intent->slots[i], view->n);

        if (newer == NEWER_FOREIGN || is_part)
            return; /* a part of a Bundle may be a conflict while others stand */
    }
    if (own && (was_open_before(intent, view, own) || version_is_hidden(facts, own) ||
                version_is_astray(facts, own)))
        return;
    if (own && is_named)
        finding_fail(finding, ENTRIES(own->n, view->n),
                     "%s names a conflict on %s, but the newer version is the engine's own",
                     intent->given->name, own->resource->reference);
    else if (own)
        finding_unknown(finding, ENTRIES(own->n, view->n),
                        "%s is open with a human after its own version of %s; its review, which "
                        "says why, was not received",
                        intent->given->name, own->resource->reference);
}

/* ---- applied again over an undo ---- */

static void judge_again(const struct facts *facts, const struct fact_slot *slot,
                        struct finding *finding)
{
    const struct touch *touch;

    if (slot->effect_count < 2 || !slot_touch(facts, slot, &touch))
        return;
    for (size_t i = 1; i < slot->effect_count; i++) {
        const struct fact_version *first = slot->effects[i - 1], *again = slot->effects[i];
        const struct fact_decision *decision = again->write ? write_decision(again->write) : NULL;

        if (first->resource != again->resource || version_was_lost(first, again->n))
            continue;
        for (const struct fact_version *undo = again->pred; undo && undo != first;
             undo = undo->pred) {
            if (version_is_own(slot, undo) || write_excludes(facts, again->write, undo) ||
                decision_covers(facts, slot, decision, undo) ||
                !touch_meets(facts->arena, touch, version_canon(facts, slot, undo->pred),
                             version_canon(facts, slot, undo)) ||
                !touch_meets(facts->arena, touch, version_canon(facts, slot, first),
                             version_canon(facts, slot, again->pred)))
                continue; /* or it was done again by somebody else */
            finding_fail(finding, ENTRIES(first->n, undo->n, again->n),
                         "%s was applied again to %s after somebody had undone it",
                         slot->intent->given->name, first->resource->reference);
        }
    }
}

/* ---- reported at another's version ---- */

/* Has a version of its own that label, made by it or to undo it? Labels may be given twice. */
static bool is_labelled(const struct facts *facts, const struct fact_slot *slot, uint64_t n,
                        const struct claim *claim)
{
    const struct fact_resource *resource = facts_resource(facts, claim->reference);

    for (size_t i = 0; resource && i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        if (version->is_undo && version->intent == slot->intent && version->n <= n &&
            strcmp(version->label, claim->label) == 0)
            return true;
    }
    for (size_t i = 0; i < slot->effect_count && slot->effects[i]->n <= n; i++) {
        if (strcmp(slot->effects[i]->label, claim->label) == 0 &&
            strcmp(slot->effects[i]->resource->reference, claim->reference) == 0)
            return true;
    }
    return false;
}

static void judge_reported(const struct facts *facts, const struct fact_view *view,
                           const struct fact_slot *slot, struct finding *finding)
{
    const struct fact_version *effect = slot_effect(slot, view->n);
    struct claim claim = view_claim(facts, view, slot);

    if (!effect || !claim.reference || !claim.label || is_labelled(facts, slot, view->n, &claim))
        return;
    const struct fact_version *named = facts_version(facts, claim.reference, claim.label, view->n);
    if (named && !named->exchange && !version_looks_own(facts, slot->intent, named))
        finding_fail(finding, ENTRIES(effect->n, named->n, view->n),
                     "%s is reported as version %s of %s, which somebody else wrote",
                     slot->intent->given->name, claim.label, claim.reference);
}

static void judge_intent(const struct facts *facts, const struct fact_intent *intent,
                         struct finding *finding)
{
    for (size_t i = 0; i < intent->view_count; i++) {
        const struct fact_view *view = intent->views[i];

        judge_named_conflict(facts, intent, view, finding);
        for (size_t k = 0; k < intent->slot_count; k++)
            judge_reported(facts, view, &intent->slots[k], finding);
    }
    for (size_t k = 0; k < intent->slot_count; k++)
        judge_again(facts, &intent->slots[k], finding);
}

void judge_own_write_known(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++)
        judge_intent(facts, facts->intents[i], finding);
}
