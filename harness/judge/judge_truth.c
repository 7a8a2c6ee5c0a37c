/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_truth - truthful-state: what the engine says of an intent's end, held against the chart at that moment.
 *
 * A terminal statement stands until an operator acts or it is taken back: a commit of the intent that comes after it
 * (a zombie's) makes it untrue as well.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* What is held against the chart: one view, one slot of its intent. */
struct statement {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_view *view;
    const struct fact_slot *slot;
    const char *name; /* of the intent */
};

static bool is_success(const struct fact_view *view)
{
    return view->entry->status >= 200 && view->entry->status < 300;
}

/* Was it current at any time since the intent was submitted, or is it what the intent started from? */
static bool was_current(const struct fact_slot *slot, const struct fact_version *version)
{
    const struct fact_resource *resource = version->resource;

    return version == slot->base || version->position + 1 == resource->version_count ||
           resource->versions[version->position + 1]->n > slot->intent->submitted;
}

/* Was a write of the slot that made nothing answered with that version? Then it was a no-op there. */
static bool was_a_no_op(const struct fact_slot *slot, const struct fact_version *version,
                        uint64_t n)
{
    for (size_t i = 0; i < slot->write_count; i++) {
        const struct fact_write *write = slot->writes[i];
        const struct sim_entry *replied = write->exchange->replied;

        if (replied && replied->n > version->n && replied->n <= n && write->commit_count == 0 &&
            write->told_label && strcmp(write->told_label, version->label) == 0)
            return true;
    }
    return false;
}

/* Was the intent's own version made before, or may it be claimed because the engine had it in its hands? */
static bool is_known(const struct statement *statement, const struct fact_version *version)
{
    const struct fact_slot *slot = statement->slot;
    uint64_t received = version_received(version, true);
    bool is_engines = version->exchange && version->intent && version->intent != slot->intent;

    if (version->slot == slot ||
        (version->is_deletion && version_looks_own(statement->facts, slot->intent, version)))
        return true;
    if (version->exchange && !version->intent && version->n > slot->intent->submitted)
        return true; /* the engine's, of which intent nothing tells: its content decides */
    if (is_engines)  /* it wrote the content itself */
        received = received ? received : version->n;
    if (!received || received > statement->view->n || !was_current(slot, version))
        return false;
    if (slot->method == METHOD_POST && slot->effect_count == 0)
        return view_names_convergence(statement->view);
    if (is_engines && !slot_effect(slot, statement->view->n))
        return true; /* one write may carry several intents */
    return !version_is_newer(version, slot->base) || view_names_convergence(statement->view) ||
           was_a_no_op(slot, version, statement->view->n);
}

/* Was a human's part of the intent applied instead of the whole? */
static bool is_merged(const struct fact_slot *slot, const struct fact_version *version)
{
    const struct fact_decision *decision = intent_decision(slot->intent, version->n);

    return decision && version->slot == slot &&
           (strcmp(decision->decision, "merge") == 0 || json_count(decision->fields) > 0);
}

static void judge_version(const struct statement *statement, const struct claim *claim)
{
    const struct fact_view *view = statement->view;
    const struct fact_resource *resource = facts_resource(statement->facts, claim->reference);
    const struct fact_version *wrong = NULL;
    const char *diff = NULL;
    bool is_known_one = false;

    for (size_t i = 0; resource && i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        if (version->n > view->n || strcmp(version->label, claim->label) != 0)
            continue;
        bool known = is_known(statement, version);
        if (known && (is_merged(statement->slot, version) ||
                      slot_stands(statement->facts, statement->slot, version, &diff)))
            return;
        wrong = version;
        is_known_one = known;
    }
    if (!wrong) {
        const struct fact_version *effect = slot_effect(statement->slot, UINT64_MAX);

        finding_fail(statement->finding, ENTRIES(view->n, effect ? effect->n : 0),
                     "%s is said to be committed as %s version %s, which %s", statement->name,
                     claim->reference, claim->label,
                     facts_version(statement->facts, claim->reference, claim->label, UINT64_MAX)
                         ? "was not there yet"
                         : "is not there");
        return;
    }
    finding_fail(statement->finding, wrong->n ? ENTRIES(wrong->n, view->n) : ENTRIES(view->n),
                 "%s is said to be committed as %s version %s, which %s", statement->name,
                 claim->reference, claim->label,
                 is_known_one ? "does not hold its content" : "it did not make");
    if (is_known_one && diff)
        finding_diff(statement->finding, diff);
}

/* A right guess at a deletion's version is a guess too. */
static void judge_vouched(const struct statement *statement, const char *reference,
                          const char *label)
{
    const struct fact_version *version = record_version(statement->facts, statement->slot->intent,
                                                        reference, label, statement->view->n);
    uint64_t told = version ? version_received(version, false) : 0;

    if (version && (!told || told > statement->view->n))
        finding_fail(statement->finding, ENTRIES(version->n, statement->view->n),
                     "%s is said to be committed as %s version %s, which no reply told",
                     statement->name, reference, label);
}

/* A delete's version is the deletion's own, or null. What was gone already makes no version. */
static void judge_deletion(const struct statement *statement, const struct claim *claim)
{
    const struct fact_slot *slot = statement->slot;
    const char *reference = slot->reference ? slot->reference : claim->reference;
    const struct fact_version *effect = slot_effect(slot, statement->view->n);
    const struct fact_version *current =
        reference ? facts_current(statement->facts, reference, statement->view->n) : NULL;

    if (claim->label && reference) {
        judge_version(statement, &(struct claim){.reference = reference, .label = claim->label});
        judge_vouched(statement, reference, claim->label);
        return;
    }
    if (effect || !current || current->is_deletion)
        return;
    for (size_t i = 0; i < current->position; i++) { /* gone, and made anew by somebody since */
        const struct fact_version *version = current->resource->versions[i];

        if (version->is_deletion && version->n > slot->intent->submitted)
            return;
    }
    finding_fail(statement->finding, ENTRIES(statement->view->n),
                 "%s is said to be committed, but %s has not been deleted", statement->name,
                 reference);
}

static void judge_slot(const struct statement *statement)
{
    const struct fact_slot *slot = statement->slot;
    struct claim claim = view_claim(statement->facts, statement->view, slot);
    bool is_bundle = slot->intent->operation == OPERATION_BUNDLE;
    bool has_results = !is_bundle || json_count(statement->view->results) > 0;

    if (claim.reference && slot->reference && strcmp(claim.reference, slot->reference) != 0) {
        finding_fail(statement->finding, ENTRIES(statement->view->n),
                     "%s is said to be committed as %s, but its target is %s", statement->name,
                     claim.reference, slot->reference);
        return;
    }
    if (slot->method == METHOD_DELETE) {
        judge_deletion(statement, &claim);
        return;
    }
    if (claim.reference && claim.label) {
        judge_version(statement, &claim);
        return;
    }
    if (!slot_in_effect(statement->facts, slot, statement->view->n))
        finding_fail(statement->finding, ENTRIES(statement->view->n),
                     "%s is said to be committed, but %s in the chart", statement->name,
                     is_bundle ? "a part of it is not" : "nothing of it is");
    else if (has_results)
        finding_fail(statement->finding, ENTRIES(statement->view->n),
                     "%s is said to be committed without naming the version", statement->name);
}

/* ---- entries of what has not ended, or otherwise ---- */

/* A part of a compound intent that its results say to be committed. */
static void judge_entry(const struct statement *statement)
{
    const struct fact_slot *slot = statement->slot;
    struct claim claim = view_claim(statement->facts, statement->view, slot);

    if (claim.is_committed && !slot_in_effect(statement->facts, slot, statement->view->n))
        finding_fail(statement->finding, ENTRIES(statement->view->n),
                     "entry %zu of %s is said to be committed, but it is not in the chart",
                     slot->entry, statement->name);
}

/* ---- other ends ---- */

/* Until when a terminal statement stands: an operator acts, or the engine says something else. */
static uint64_t stands_until(const struct facts *facts, const struct fact_intent *intent,
                             size_t index)
{
    const struct fact_view *view = intent->views[index];
    uint64_t until = facts->last;

    for (size_t i = index + 1; i < intent->view_count; i++)
        if (intent->views[i]->state != view->state && intent->views[i]->state != STATE_NONE) {
            until = intent->views[i]->n;
            break;
        }
    for (size_t i = 0; i < intent->decision_count; i++)
        if (intent->decisions[i].asked->n > view->n && intent->decisions[i].asked->n < until)
            until = intent->decisions[i].asked->n;
    return until;
}

/* Did a human end it, knowing (by an open item) that a part of it stands? */
static bool was_left_so(const struct fact_intent *intent, const struct fact_view *view)
{
    const struct fact_decision *decision = intent_decision(intent, view->n);

    return intent->operation == OPERATION_BUNDLE &&
           ((decision && strcmp(decision->decision, "discard") == 0) || intent->cancel_count > 0);
}

/* Delivered under several keys: does another id of it say that it is committed? */
static bool is_another_ids(const struct fact_intent *intent, const struct fact_view *view)
{
    for (size_t i = 0; i < intent->view_count && intent->id_count > 1; i++) {
        const struct fact_view *other = intent->views[i];

        if (other->state == STATE_COMMITTED && other->id && view->id &&
            strcmp(other->id, view->id) != 0)
            return true;
    }
    return false;
}

/* What is said to be undone was undone by the engine, or does not stand any more. */
static void judge_compensated(const struct facts *facts, const struct fact_slot *slot,
                              const struct fact_view *view, struct finding *finding)
{
    const struct fact_version *effect = slot_effect(slot, view->n);
    const struct fact_version *current =
        effect ? facts_current(facts, effect->resource->reference, view->n) : NULL;

    if (!effect)
        return;
    for (size_t i = effect->position + 1; i <= current->position; i++)
        if (effect->resource->versions[i]->is_undo)
            return;
    if (slot_stands(facts, slot, current, NULL))
        finding_fail(finding, ENTRIES(effect->n, view->n),
                     "%s is said to be compensated, but it stands as %s version %s",
                     slot->intent->given->name, effect->resource->reference, effect->label);
}

/* The newest effect until then that stood when the view was said: what a server lost before does not. */
static const struct fact_version *standing_effect(const struct fact_slot *slot,
                                                  const struct fact_view *view, uint64_t until)
{
    for (size_t i = slot->effect_count; i > 0; i--) {
        const struct fact_version *effect = slot->effects[i - 1];

        if (effect->n <= until && !version_was_lost(effect, view->n))
            return effect;
    }
    return NULL;
}

static void judge_other_end(const struct facts *facts, const struct fact_intent *intent,
                            size_t index, struct finding *finding)
{
    const struct fact_view *view = intent->views[index];
    uint64_t until = stands_until(facts, intent, index);

    if (view->state == STATE_COMPENSATED) {
        for (size_t i = 0; i < intent->slot_count; i++)
            judge_compensated(facts, &intent->slots[i], view, finding);
        return;
    }
    if (was_left_so(intent, view) || is_another_ids(intent, view))
        return;
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_version *effect = standing_effect(&intent->slots[i], view, until);

        if (!effect)
            continue;
        finding_fail(finding, ENTRIES(effect->n, view->n),
                     "%s is said to be %s, but it stands as %s version %s", intent->given->name,
                     json_string(view->tree, "state"), effect->resource->reference, effect->label);
    }
}

/* ---- all ---- */

static void judge_view(const struct facts *facts, const struct fact_intent *intent, size_t index,
                       struct finding *finding)
{
    const struct fact_view *view = intent->views[index];
    struct statement statement = {
        .facts = facts, .finding = finding, .view = view, .name = intent->given->name};

    if (!is_success(view))
        return;
    if (!view->tree || !json_string(view->tree, "state")) {
        finding_unknown(finding, ENTRIES(view->n), "what is said of %s has no state",
                        intent->given->name);
        return;
    }
    if (view->state == STATE_COMMITTED) {
        for (size_t i = 0; i < intent->slot_count; i++) {
            statement.slot = &intent->slots[i];
            judge_slot(&statement);
        }
        return;
    }
    if (state_is_terminal(view->state))
        judge_other_end(facts, intent, index, finding);
    for (size_t i = 0; intent->operation == OPERATION_BUNDLE && i < intent->slot_count; i++) {
        statement.slot = &intent->slots[i];
        judge_entry(&statement);
    }
}

bool view_is_true(const struct facts *facts, const struct fact_intent *intent,
                  const struct fact_view *view)
{
    struct result_invariant result = {.verdict = VERDICT_PASS};
    struct finding finding = {.arena = facts->arena, .result = &result};

    for (size_t i = 0; i < intent->view_count; i++)
        if (intent->views[i] == view)
            judge_view(facts, intent, i, &finding);
    return result.verdict != VERDICT_FAIL;
}

void judge_truthful_state(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (intent->is_accepted && intent->view_count == 0)
            finding_unknown(finding, ENTRIES(intent->submitted), "nothing was said of %s",
                            intent->given->name);
        for (size_t k = 0; k < intent->view_count; k++)
            judge_view(facts, intent, k, finding);
    }
}
