/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_lost - no-lost-update: nothing that somebody else wrote is lost by a commit of the engine.
 *
 * Two ways to lose: a commit changes more of its predecessor than its intent touches (1), or it touches what somebody
 * changed to another value since the base, and no human was asked (2). What the server made of the request is not the
 * engine's doing: (1) must hold for the version and for what was asked for, and nothing is lost by the engine where the
 * server did not keep to the guard.
 */
#include "harness/judge/achievable.h"
#include "harness/judge/canon.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

struct commit {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_version *version;
    const struct fact_slot *slot; /* NULL: no intent means this resource */
    const struct fact_decision *decision;
    const struct canon *before, *after; /* canons of the predecessor and of the version */
};

static const char *name_of(const struct fact_intent *intent)
{
    return intent ? intent->given->name : "no intent";
}

/* Did the write change no more than `touch` of the version that it was guarded by? */
static bool keeps_guarded(const struct commit *commit, const struct touch *touch)
{
    const struct fact_write *write = commit->version->write;
    struct named_guard guard;

    write_guard(commit->facts, write, &guard);
    return !guard.version || write_derives_from(commit->facts, write, touch, guard.version);
}

/* What the commit changed beyond `touch`, as far as the engine asked for it; NULL: nothing. */
static const char *lost_beyond(const struct commit *commit, const struct touch *touch)
{
    const struct facts *facts = commit->facts;
    const struct fact_write *write = commit->version->write;
    const char *lost = write_beyond(facts, write, touch, commit->before, commit->after);
    const struct canon *asked;

    if (!lost || !write || !write_asks(facts, write, commit->version->pred, &asked))
        return lost;
    if (!write_beyond(facts, write, touch, commit->before, asked))
        return NULL;
    return harm_is_the_servers(facts, commit->version->intent, commit->version,
                               commit->version->pred) &&
                   keeps_guarded(commit, touch)
               ? NULL
               : lost;
}

static void judge_foreign(const struct commit *commit, const struct touch *touch,
                          const struct foreigns *foreigns, const struct fact_version *foreign)
{
    const struct facts *facts = commit->facts;
    const struct fact_slot *slot = commit->slot;

    if (!foreign_meets(facts, slot, touch, foreigns, foreign) ||
        decision_covers(facts, slot, commit->decision, foreign) ||
        harm_is_the_servers(facts, slot->intent, commit->version, foreign))
        return; /* disjoint, converging, taken back meanwhile, decided, or not looked at by the server */
    if (write_may_be_decided(commit->version->write)) {
        finding_unknown(commit->finding, ENTRIES(foreign->n, commit->version->n),
                        "%s overwrote somebody's change of %s, maybe by a decision whose answer "
                        "was lost",
                        name_of(slot->intent), commit->version->resource->reference);
        return;
    }
    finding_fail(commit->finding, ENTRIES(foreign->n, commit->version->n),
                 "%s overwrote what somebody else had written into %s since its base",
                 name_of(slot->intent), commit->version->resource->reference);
    const char *diff = diff_text(facts->arena, commit->before, commit->after);
    if (diff)
        finding_diff(commit->finding, diff);
}

static void judge_slot_commit(const struct commit *commit)
{
    const struct facts *facts = commit->facts;
    const struct fact_version *version = commit->version;
    const struct touch *touch, *wider;

    if (!slot_touch(facts, commit->slot, &touch) ||
        !slot_touch_decided(facts, commit->slot, commit->decision, &wider)) {
        finding_unknown(commit->finding, ENTRIES(version->n),
                        "what %s means to change in %s can't be told: its base never was, or its "
                        "patch does not fit it",
                        name_of(version->intent), version->resource->reference);
        return;
    }
    const char *lost = lost_beyond(commit, wider);
    if (lost) {
        finding_fail(commit->finding, ENTRIES(version->pred ? version->pred->n : 0, version->n),
                     "%s changed more of %s than it was meant to", name_of(version->intent),
                     version->resource->reference);
        finding_diff(commit->finding, lost);
    }
    struct foreigns foreigns = foreigns_before(commit->slot, version);
    const struct fact_version *foreign;
    while ((foreign = foreigns_next(facts, commit->slot, &foreigns)))
        judge_foreign(commit, touch, &foreigns, foreign);
}

static void judge_commit(const struct facts *facts, const struct fact_version *version,
                         struct finding *finding)
{
    struct commit commit = {.facts = facts, .finding = finding, .version = version};

    if (!version->exchange || version->is_companion || version->is_undo || !version->pred ||
        harm_is_excused(facts, facts->evidence->guards.lost_update, version->intent, version))
        return;
    if (version_is_unreadable(version) || version_is_unreadable(version->pred)) {
        finding_unknown(finding, ENTRIES(version->pred->n, version->n),
                        "what was changed in %s can't be told: a version of it can't be read",
                        version->resource->reference);
        return;
    }
    commit.slot = version->slot;
    commit.before = version_canon(facts, version->slot, version->pred);
    commit.after = version_canon(facts, version->slot, version);
    if (version->write)
        commit.decision = write_decision(version->write);
    if (version->slot) {
        judge_slot_commit(&commit);
        return;
    }
    const char *lost = lost_beyond(&commit, NULL);
    if (!lost)
        return;
    if (!version->intent) {
        finding_unknown(finding, ENTRIES(version->n),
                        "the engine changed %s, and no intent is known that it did so for",
                        version->resource->reference);
        return;
    }
    finding_fail(finding, ENTRIES(version->n), "%s changed %s, which it does not name",
                 name_of(version->intent), version->resource->reference);
    finding_diff(finding, lost);
}

void judge_no_lost_update(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++)
        judge_commit(facts, facts->commits[i], finding);
}
