/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_effects - no-duplicate: what an intent did to the chart, it did once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "harness/judge/achievable.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

static void judge_slot(const struct facts *facts, const struct fact_slot *slot,
                       struct finding *finding)
{
    const struct fact_version *again = slot_repeated(facts, slot);

    if (!again)
        return;
    const struct fact_version *first = slot->effects[0];
    bool is_create = slot->method == METHOD_POST;
    enum sim_guard guard = is_create ? facts->evidence->guards.duplicate_create : SIM_PREVENT;
    /* what the engine asked not to do again, by a guard that names what was there before, the server did */
    if ((!is_create && write_excludes(facts, again->write, first)) ||
        harm_is_excused(facts, guard, slot->intent, again) ||
        (is_create && harm_is_excused(facts, guard, slot->intent, first)))
        return;
    finding_fail(finding, ENTRIES(first->n, again->n),
                 "%s took effect %zu times: as %s version %s and again as %s version %s",
                 slot->intent->given->name, slot->effect_count, first->resource->reference,
                 first->label, again->resource->reference, again->label);
}

/* Has an intent that was there at n a part that may have made a version of that type? */
static bool may_be_of_an_intent(const struct facts *facts, const struct fact_version *version)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        for (size_t k = 0; k < intent->slot_count; k++)
            if (intent->submitted && intent->submitted < version->n && intent->slots[k].type &&
                strcmp(intent->slots[k].type, version->resource->type) == 0)
                return true;
    }
    return false;
}

/* The engine's, but of no intent that can be told: it may be a second effect. */
static void judge_nobodys(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];

        if (version->exchange && !version->intent && !version->is_companion &&
            may_be_of_an_intent(facts, version))
            finding_unknown(finding, ENTRIES(version->n),
                            "%s version %s is the engine's; of which intent can't be told",
                            version->resource->reference, version->label);
    }
}

/* Companions (Provenance, AuditEvent) point at a commit: one of a type for each slot. */
static void judge_companions(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];
        const struct fact_intent *intent = version->intent;
        size_t made = 0;

        if (!version->is_companion || !intent || version->pred)
            continue;
        for (size_t k = 0; k <= i; k++)
            made += facts->commits[k]->is_companion && facts->commits[k]->intent == intent &&
                    !facts->commits[k]->pred &&
                    strcmp(facts->commits[k]->resource->type, version->resource->type) == 0;
        if (made > intent->slot_count * effects_allowed(facts, intent, version->n))
            finding_fail(finding, ENTRIES(version->n),
                         "%s made %zu companions of type %s for %zu commits", intent->given->name,
                         made, version->resource->type, intent->slot_count);
    }
}

/* ---- the same source event under several keys ---- */

static bool is_same_event(const struct fact_intent *a, const struct fact_intent *b)
{
    return *a->event_id && strcmp(a->event_id, b->event_id) == 0 &&
           strcmp(a->system, b->system) == 0 && strcmp(a->tenant, b->tenant) == 0;
}

static void judge_event(const struct fact_intent *first, const struct fact_intent *second,
                        struct finding *finding)
{
    size_t slots = first->slot_count < second->slot_count ? first->slot_count : second->slot_count;

    for (size_t i = 0; i < slots; i++) {
        const struct fact_slot *a = &first->slots[i], *b = &second->slots[i];

        if (a->effect_count && b->effect_count && acts_before(second, b->effects[0]->n) == 0)
            finding_fail(finding, ENTRIES(a->effects[0]->n, b->effects[0]->n),
                         "event %s of %s took effect as %s and, under another key, as %s",
                         first->event_id, first->system, first->given->name, second->given->name);
    }
}

static int by_event(const void *a, const void *b)
{
    const struct fact_intent *left = *(const struct fact_intent *const *)a;
    const struct fact_intent *right = *(const struct fact_intent *const *)b;
    int order = strcmp(left->event_id, right->event_id);

    if (order == 0)
        order = strcmp(left->system, right->system);
    if (order == 0)
        order = strcmp(left->tenant, right->tenant);
    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static bool has_effect(const struct fact_intent *intent)
{
    for (size_t i = 0; i < intent->slot_count; i++)
        if (intent->slots[i].effect_count)
            return true;
    return false;
}

static void judge_events(const struct facts *facts, struct finding *finding)
{
    const struct fact_intent **sorted =
        arena_alloc(facts->arena, (facts->intent_count + 1) * sizeof(*sorted));

    for (size_t i = 0; i < facts->intent_count; i++)
        sorted[i] = facts->intents[i];
    qsort(sorted, facts->intent_count, sizeof(*sorted), by_event);
    for (size_t i = 1, first = 0; i < facts->intent_count; i++) {
        if (!is_same_event(sorted[first], sorted[i]) || !has_effect(sorted[first]))
            first = i;
        else if (strcmp(sorted[first]->given->key, sorted[i]->given->key) != 0)
            judge_event(sorted[first], sorted[i], finding);
    }
}

void judge_no_duplicate(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++)
        for (size_t k = 0; k < facts->intents[i]->slot_count; k++)
            judge_slot(facts, &facts->intents[i]->slots[k], finding);
    judge_companions(facts, finding);
    judge_nobodys(facts, finding);
    if (facts->evidence->dedupes_by_source)
        judge_events(facts, finding);
}
