/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_parts - all-or-nothing and failed-part-only: compound intents, whose writing entries are slots.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* ---- all-or-nothing ---- */

/* Where it stands once recovered: the first part that made a version, and the first that is missing. */
struct standing {
    const struct fact_slot *made, *missing;
};

static struct standing standing_of(const struct facts *facts, const struct fact_intent *intent)
{
    struct standing standing = {0};

    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        if (slot->effect_count && !standing.made)
            standing.made = slot;
        if (!standing.missing && !slot_in_effect(facts, slot, facts->last))
            standing.missing = slot;
    }
    return standing;
}

/* Do the results say of each part whether it is in effect? */
static bool results_say_which(const struct facts *facts, const struct fact_intent *intent,
                              const struct fact_view *view)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        struct claim claim = view_claim(facts, view, slot);
        bool is_in_effect = slot_in_effect(facts, slot, view->n);

        if (slot->effect_count && !claim.label && version_is_hidden(facts, slot->effects[0]))
            continue; /* nobody told the engine */
        if (slot->effect_count && !claim.label && slot->method != METHOD_DELETE)
            return false;
        if (slot->effect_count && !claim.is_said)
            return false;
        if (!is_in_effect && claim.label)
            return false;
    }
    return true;
}

/* An engine without results may say it in the review. */
static bool review_says_which(const struct fact_intent *intent)
{
    const struct fact_record *review =
        intent->review_count ? intent->reviews[intent->review_count - 1] : NULL;

    return review && json_count(json_get(review->tree, "delta")) > 0;
}

/* Was it left so by a human who knew? */
static bool was_left_so(const struct fact_intent *intent, const struct fact_view *view)
{
    const struct fact_decision *decision = intent_decision(intent, view->n);

    return state_is_terminal(view->state) && view->state != STATE_COMMITTED && decision &&
           strcmp(decision->decision, "discard") == 0;
}

static void judge_parts(const struct facts *facts, const struct fact_intent *intent,
                        struct finding *finding)
{
    struct standing standing = standing_of(facts, intent);
    const struct fact_view *view = intent_view(intent, facts->last);

    if (!standing.made || !standing.missing || (view && was_left_so(intent, view)))
        return;
    if (!view) {
        finding_unknown(finding, ENTRIES(standing.made->effects[0]->n), "nothing was said of %s",
                        intent->given->name);
        return;
    }
    if (state_is_open(view->state) &&
        (json_count(view->results) ? results_say_which(facts, intent, view)
                                   : review_says_which(intent)))
        return;
    finding_fail(finding, ENTRIES(standing.made->effects[0]->n, view->n),
                 "of %s entry %zu is in effect and entry %zu is not, and %s", intent->given->name,
                 standing.made->entry, standing.missing->entry,
                 state_is_open(view->state) ? "the open item does not say which"
                                            : "there is no open item");
}

static const struct fact_slot *sibling_of(const struct fact_intent *intent, const char *urn)
{
    for (size_t i = 0; i < intent->slot_count; i++)
        if (intent->slots[i].full_url && strcmp(intent->slots[i].full_url, urn) == 0)
            return &intent->slots[i];
    return NULL;
}

/* Is the resource what the part made, adopted (as an If-None-Exist that found its match) or writes to? 1 and 0; -1: it
 * can't be told. */
static int is_of_part(const struct fact_slot *slot, const char *reference)
{
    int known = slot->reference ? strcmp(slot->reference, reference) == 0 : -1;

    for (size_t i = 0; i < slot->effect_count && known != 1; i++)
        known = strcmp(slot->effects[i]->resource->reference, reference) == 0;
    for (size_t i = 0; i < slot->write_count && known != 1; i++) {
        const struct fact_write *write = slot->writes[i];

        if (write->status >= 200 && write->status < 300 && write->told_reference)
            known = strcmp(write->told_reference, reference) == 0;
    }
    return known;
}

/* One reference of an entry and what became of it; does it point at the sibling's commit? */
static bool points_at_sibling(const struct facts *facts, const struct fact_intent *intent,
                              const char *sent, const char *stored)
{
    const struct fact_slot *sibling = sent ? sibling_of(intent, sent) : NULL;
    const char *reference;

    if (!sibling || !stored)
        return true;
    reference = facts_reference(facts, stored, NULL);
    return reference && is_of_part(sibling, reference) != 0;
}

/* Walks what was sent and what was stored side by side; gives the first reference that went wrong. */
static const char *wrong_reference(const struct facts *facts, const struct fact_intent *intent,
                                   const struct cJSON *sent, const struct cJSON *stored)
{
    const struct cJSON *child;
    size_t index = 0;

    cJSON_ArrayForEach(child, sent)
    {
        const struct cJSON *other =
            child->string ? json_get(stored, child->string) : json_at(stored, index);
        const char *wrong;

        index++;
        if (child->string && strcmp(child->string, "reference") == 0 &&
            !points_at_sibling(facts, intent, json_text(child), json_text(other)))
            return json_text(child);
        wrong = cJSON_IsArray(child) || cJSON_IsObject(child)
                    ? wrong_reference(facts, intent, child, other)
                    : NULL;
        if (wrong)
            return wrong;
    }
    return NULL;
}

static void judge_references(const struct facts *facts, const struct fact_slot *slot,
                             struct finding *finding)
{
    for (size_t i = 0; i < slot->effect_count && slot->method != METHOD_PATCH; i++) {
        const struct fact_version *effect = slot->effects[i];
        const char *wrong = wrong_reference(facts, slot->intent, slot->content, fact_tree(effect));

        if (wrong)
            finding_fail(finding, ENTRIES(effect->n),
                         "in entry %zu of %s, %s does not point at what it made", slot->entry,
                         slot->intent->given->name, wrong);
    }
}

static void judge_slots(const struct facts *facts, const struct fact_intent *intent,
                        struct finding *finding)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        const struct fact_version *again = slot_repeated(facts, slot);

        if (again)
            finding_fail(finding, ENTRIES(slot->effects[0]->n, again->n),
                         "entry %zu of %s took effect twice", slot->entry, intent->given->name);
        judge_references(facts, slot, finding);
    }
}

void judge_all_or_nothing(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (intent->operation != OPERATION_BUNDLE || !intent->submitted)
            continue;
        judge_slots(facts, intent, finding);
        if (facts->evidence->is_recovered)
            judge_parts(facts, intent, finding);
        else
            finding_unknown(finding, NULL, "the run did not come to the end of recovery");
    }
}

/* ---- failed-part-only ---- */

/* Did the engine fail in part, to its knowledge or by sending several parts at once? Not: a single act unanswered. */
static bool was_partial_failure(const struct facts *facts, const struct fact_version *effect,
                                uint64_t n)
{
    uint64_t told = version_received(effect, false);
    bool is_told = told && told < n;
    bool is_answered = effect->write && effect->write->status >= 200 &&
                       effect->write->status < 300 && effect->exchange->replied->n < n;

    return is_told || is_answered ||
           (effect->exchange && effect->exchange->write_count > 1 &&
            !version_is_hidden(facts, effect));
}

/* The entry that proves that the part was in effect before n, as the engine knew or should have; 0: none. */
static uint64_t known_effect(const struct facts *facts, const struct fact_slot *slot, uint64_t n)
{
    const struct fact_version *effect = slot_effect(slot, n);

    if (effect)
        return was_partial_failure(facts, effect, n) ? effect->n : 0;
    for (size_t i = 0; i < slot->write_count; i++) { /* adopted: nothing was made */
        const struct fact_write *write = slot->writes[i];

        if (write->status >= 200 && write->status < 300 && write->exchange->replied->n < n)
            return write->exchange->replied->n;
    }
    return 0;
}

static bool is_partial_at(const struct facts *facts, const struct fact_intent *intent, uint64_t n)
{
    for (size_t i = 0; i < intent->slot_count; i++)
        if (!slot_in_effect(facts, &intent->slots[i], n))
            return true;
    return false;
}

static void judge_replay(const struct facts *facts, const struct fact_intent *intent,
                         const struct fact_exchange *exchange, struct finding *finding)
{
    uint64_t n = exchange->arrived->n;

    for (size_t i = 0; i < exchange->write_count; i++) {
        const struct fact_write *write = &exchange->writes[i];
        uint64_t effect = write->slot ? known_effect(facts, write->slot, n) : 0;

        if (!effect || write->intent != intent || !is_partial_at(facts, intent, n))
            continue;
        finding_fail(finding, ENTRIES(effect, n),
                     "entry %zu of %s was in effect and was sent again", write->slot->entry,
                     intent->given->name);
        return;
    }
}

void judge_failed_part_only(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (intent->operation != OPERATION_BUNDLE)
            continue;
        for (size_t k = 0; k < intent->exchange_count; k++)
            judge_replay(facts, intent, intent->exchanges[k], finding);
    }
}
