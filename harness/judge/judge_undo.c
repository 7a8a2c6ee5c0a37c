/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_undo - compensation-safe: what an operator asks to have undone is superseded by a further version, and only it.
 *
 * An undo is a write for the intent after that act. It may take back what the intent touched where that still stands;
 * what somebody else has made of it since is left to a human. Not to undo is never wrong.
 */
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

struct undo {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_version *version, *effect; /* what the undo made, and what it takes back */
    const struct fact_slot *slot;                /* the one that made `effect` */
};

/* The intent's last effect on that resource; false: there is none. */
static bool find_effect(struct undo *undo)
{
    const struct fact_intent *intent = undo->version->intent;

    for (const struct fact_version *before = undo->version->pred; before; before = before->pred)
        for (size_t i = 0; i < intent->slot_count; i++)
            if (before->slot == &intent->slots[i]) {
                undo->effect = before;
                undo->slot = before->slot;
                return true;
            }
    return false;
}

static const char *name_of(const struct undo *undo)
{
    return undo->version->intent->given->name;
}

/* What was deleted comes back as it was. */
static void judge_revival(const struct undo *undo)
{
    const struct canon *was = version_canon(undo->facts, undo->slot, undo->effect->pred);
    const struct canon *is = version_canon(undo->facts, undo->slot, undo->version);

    if (undo->slot->method == METHOD_DELETE && was && is && canon_equal(was, is))
        return;
    finding_fail(undo->finding, ENTRIES(undo->effect->n, undo->version->n),
                 "undoing %s brought %s back otherwise than it was", name_of(undo),
                 undo->version->resource->reference);
}

static void judge_extent(const struct undo *undo)
{
    const struct fact_version *version = undo->version;
    const struct touch *touch;

    if (version->pred->is_deletion) {
        judge_revival(undo);
        return;
    }
    if (!slot_touch(undo->facts, undo->slot, &touch)) {
        finding_unknown(undo->finding, ENTRIES(version->n),
                        "what %s touches can't be told, so what its undo may touch neither",
                        name_of(undo));
        return;
    }
    const char *beyond = write_beyond(undo->facts, version->write, touch,
                                      version_canon(undo->facts, undo->slot, version->pred),
                                      version_canon(undo->facts, undo->slot, version));
    if (!beyond)
        return;
    finding_fail(undo->finding, ENTRIES(undo->effect->n, version->n),
                 "undoing %s changed more of %s than it had touched", name_of(undo),
                 version->resource->reference);
    finding_diff(undo->finding, beyond);
}

/* Did the undo change what a version in between had changed, or write over a deletion? */
static bool goes_over(const struct undo *undo, const struct fact_version *between)
{
    const struct facts *facts = undo->facts;
    const struct canon *before = version_canon(facts, undo->slot, between->pred);
    const struct canon *after = version_canon(facts, undo->slot, between);

    if (between->is_deletion)
        return true;
    const struct touch *touch = touch_update(facts->arena, before, after);
    return touch &&
           touch_meets(facts->arena, touch, version_canon(facts, undo->slot, undo->version->pred),
                       version_canon(facts, undo->slot, undo->version));
}

static void judge_foreign(const struct undo *undo)
{
    const struct fact_version *version = undo->version;
    const struct fact_decision *decision = intent_decision(version->intent, version->n);

    for (const struct fact_version *between = version->pred; between && between != undo->effect;
         between = between->pred) {
        if (between->intent == version->intent ||
            write_excludes(undo->facts, version->write, between) ||
            decision_covers(undo->facts, undo->slot, decision, between) ||
            !goes_over(undo, between))
            continue;
        finding_fail(undo->finding, ENTRIES(undo->effect->n, between->n, version->n),
                     "undoing %s went over what somebody else had made of %s since", name_of(undo),
                     version->resource->reference);
    }
}

static void judge_undo(struct undo *undo)
{
    const struct fact_version *version = undo->version, *earlier = version;

    if (version->is_deletion) {
        finding_fail(undo->finding, ENTRIES(version->n), "undoing %s deleted %s", name_of(undo),
                     version->resource->reference);
        return;
    }
    if (!find_effect(undo)) {
        finding_fail(undo->finding, ENTRIES(version->n),
                     "undoing %s changed %s, which it had not written", name_of(undo),
                     version->resource->reference);
        return;
    }
    for (; earlier != undo->effect->pred; earlier = earlier->pred)
        if (version_is_unreadable(earlier)) {
            finding_unknown(undo->finding, ENTRIES(earlier->n, version->n),
                            "what undoing %s changed can't be told: a version of %s can't be read",
                            name_of(undo), version->resource->reference);
            return;
        }
    judge_extent(undo);
    judge_foreign(undo);
}

static bool was_asked(const struct facts *facts)
{
    for (size_t i = 0; i < facts->intent_count; i++)
        if (intent_compensation(facts->intents[i], 0, facts->last))
            return true;
    return false;
}

void judge_compensation_safe(const struct facts *facts, struct finding *finding)
{
    if (!was_asked(facts)) {
        finding->result->is_judged = false;
        finding->result->needs = "a run in which an operator has an intent undone";
        return;
    }
    for (size_t i = 0; i < facts->commit_count; i++) {
        struct undo undo = {.facts = facts, .finding = finding, .version = facts->commits[i]};

        if (undo.version->is_undo)
            judge_undo(&undo);
    }
}
