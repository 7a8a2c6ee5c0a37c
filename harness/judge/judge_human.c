/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_human - human-review: what only a human may decide was decided by one, who saw what it was decided on.
 *
 * A conflict is resolved without a human only where touch and the foreign changes are disjoint, the type is not
 * sensitive, and the write is guarded. Once a human decided, nothing that came later may be decided over.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

struct resolved {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_version *version;
    const struct fact_slot *slot;
    const struct fact_decision *decision; /* NULL: no human */
    const struct touch *touch;
};

static void fail_conflict(const struct resolved *resolved, const struct fact_version *foreign,
                          const char *why)
{
    if (write_may_be_decided(resolved->version->write)) {
        finding_unknown(resolved->finding, ENTRIES(foreign->n, resolved->version->n),
                        "%s met a conflict on %s that was resolved, maybe by a decision whose "
                        "answer was lost",
                        resolved->slot->intent->given->name,
                        resolved->version->resource->reference);
        return;
    }
    finding_fail(resolved->finding, ENTRIES(foreign->n, resolved->version->n),
                 "%s met a conflict on %s that was resolved without a human, %s",
                 resolved->slot->intent->given->name, resolved->version->resource->reference, why);
}

/* ---- what needed a human ---- */

/* Why the write, in itself, resolves no conflict without a human; NULL: it is guarded by what it was made from. */
static const char *why_unguarded(const struct resolved *resolved)
{
    const struct fact_write *write = resolved->version->write;
    struct named_guard guard;

    if (!write)
        return NULL;
    write_guard(resolved->facts, write, &guard);
    if (!guard.is_there)
        return "and without a guard";
    if (guard.version &&
        !write_derives_from(resolved->facts, write, resolved->touch, guard.version))
        return "by a write that was not made from what it is guarded by";
    return NULL;
}

static void judge_conflict(const struct resolved *resolved, const struct foreigns *foreigns,
                           const struct fact_version *foreign, const char *unguarded)
{
    const struct facts *facts = resolved->facts;
    const struct fact_slot *slot = resolved->slot;
    bool is_sensitive =
        version_is_sensitive(facts, foreign) || version_is_sensitive(facts, resolved->version);
    const char *why = is_sensitive ? "though its type is sensitive" : unguarded;

    if (!resolved->decision && !is_sensitive &&
        foreign_meets(facts, slot, resolved->touch, foreigns, foreign))
        why = "though both changed the same";
    if ((!resolved->decision && !why) ||
        decision_covers(facts, slot, resolved->decision, foreign) ||
        version_converges(facts, slot, foreign) ||
        write_excludes(facts, resolved->version->write, foreign))
        return;
    if (resolved->decision)
        finding_fail(resolved->finding,
                     ENTRIES(resolved->decision->asked->n, foreign->n, resolved->version->n),
                     "what a human decided for %s was applied to another version than was seen",
                     slot->intent->given->name);
    else
        fail_conflict(resolved, foreign, why);
}

static void judge_conflicts(const struct resolved *resolved)
{
    const char *unguarded = why_unguarded(resolved);
    struct foreigns foreigns = foreigns_before(resolved->slot, resolved->version);
    const struct fact_version *foreign;

    while ((foreign = foreigns_next(resolved->facts, resolved->slot, &foreigns)))
        judge_conflict(resolved, &foreigns, foreign, unguarded);
}

/* ---- what was decided ---- */

/* Is `above` the pointer `below`, or one to what holds it? */
static bool holds(const char *above, const char *below)
{
    size_t size = strlen(above);

    return strncmp(above, below, size) == 0 && (below[size] == '\0' || below[size] == '/');
}

enum choice { CHOICE_INTENT, CHOICE_CHART, CHOICE_PARTS, CHOICE_ODD };

/* Whose value did the human choose for what the intent touches at `path`? */
static enum choice choice_for(const struct cJSON *fields, const char *path)
{
    const struct cJSON *field;
    enum choice choice = CHOICE_CHART;

    cJSON_ArrayForEach(field, fields)
    {
        if (!json_text(field))
            return CHOICE_ODD; /* not a pointer: what was chosen can't be told */
        if (holds(json_text(field), path))
            return CHOICE_INTENT;
        if (holds(path, json_text(field)))
            choice = CHOICE_PARTS;
    }
    return choice;
}

/* What differs from the decision in the members that the intent touches below `path`; NULL: nothing. What was chosen
 * of the entries of a list can't be told: where they stood is not said. */
static const char *members_differ(const struct resolved *resolved, const struct touch *touch,
                                  const char *path, const struct canon *seen,
                                  const struct canon *asked)
{
    struct arena *arena = resolved->facts->arena;
    const char *differs = NULL;

    for (size_t i = 0; !touch->is_whole && !differs && i < touch->below_count; i++) {
        const struct touch *member = touch->below[i];
        const char *name = member->name;
        bool is_value = name && strcmp(name, CANON_SELF) == 0;

        if (!name)
            return NULL;
        const char *at = is_value ? path : arena_printf(arena, "%s/%s", path, name);
        const struct canon *was = canon_member(seen, name), *is = canon_member(asked, name);

        switch (choice_for(resolved->decision->fields, at)) {
        case CHOICE_INTENT:
            if (!touch_stands(arena, member, is))
                differs = diff_text(arena, member->intended, is);
            break;
        case CHOICE_CHART:
            differs = diff_text(arena, was, is);
            break;
        case CHOICE_PARTS:
            differs = members_differ(resolved, member, at, was, is);
            break;
        case CHOICE_ODD:
            return NULL;
        }
    }
    return differs;
}

static const char *differs_from_decision(const struct resolved *resolved, const struct canon *asked)
{
    const struct facts *facts = resolved->facts;
    const struct touch *touch = resolved->touch;
    bool is_partial = json_count(resolved->decision->fields) > 0;
    const struct canon *seen = version_canon(facts, resolved->slot, resolved->version->pred);

    if (!is_partial && strcmp(resolved->decision->decision, "merge") == 0)
        return NULL; /* what was merged is what did not overlap: judged as a conflict */
    if (!is_partial || !touch || touch->is_whole) {
        if (touch_stands(facts->arena, touch, asked))
            return NULL;
        return diff_text(facts->arena, seen, asked) ? diff_text(facts->arena, seen, asked)
                                                    : "(nothing changed)\n";
    }
    return members_differ(resolved, touch, "", seen, asked);
}

static void judge_decided(const struct resolved *resolved)
{
    const struct fact_write *write = resolved->version->write;
    const struct canon *asked;

    if (!resolved->decision || !write ||
        !write_asks(resolved->facts, write, resolved->version->pred, &asked))
        return;
    const char *differs = differs_from_decision(resolved, asked);
    if (!differs)
        return;
    finding_fail(resolved->finding, ENTRIES(resolved->decision->asked->n, resolved->version->n),
                 "what was committed for %s is not what the human decided",
                 resolved->slot->intent->given->name);
    finding_diff(resolved->finding, differs);
}

/* ---- what was shown ---- */

/* The review that the human saw; NULL: it is not known. */
static const struct fact_record *review_seen(const struct fact_intent *intent, uint64_t n)
{
    for (size_t i = intent->review_count; i > 0; i--)
        if (intent->reviews[i - 1]->n < n && intent->reviews[i - 1]->entry->status == 200)
            return intent->reviews[i - 1];
    return NULL;
}

static bool is_content_of(const struct facts *facts, const struct fact_version *version,
                          const struct cJSON *shown)
{
    return !version->is_deletion && fact_tree(version) &&
           canon_equal(claims_canon(facts, NULL, fact_tree(version), NULL),
                       claims_canon(facts, NULL, shown, fact_tree(version)));
}

/* Was another version shown as the one that the decision names? A part of it is not held against anybody, nor what is of
 * no version: what stands behind a number may change. */
static void judge_shown(const struct resolved *resolved)
{
    const struct facts *facts = resolved->facts;
    const struct fact_decision *decision = resolved->decision;
    const struct fact_resource *resource = resolved->version->resource;
    const struct fact_intent *intent = resolved->slot->intent;

    if (!decision || !decision->seen_version || intent->operation == OPERATION_BUNDLE)
        return;
    const struct fact_record *review = review_seen(intent, decision->asked->n);
    const struct fact_version *named =
        facts_version(facts, resource->reference, decision->seen_version, decision->asked->n);
    const struct cJSON *shown = review ? json_get(review->tree, "current") : NULL;
    if (!named || !json_string(shown, "resourceType") || is_content_of(facts, named, shown))
        return;
    for (size_t i = 0; i < resource->version_count; i++) {
        const struct fact_version *other = resource->versions[i];

        if (other == named || !is_content_of(facts, other, shown))
            continue;
        finding_fail(resolved->finding, ENTRIES(review->n, decision->asked->n, other->n),
                     "the review of %s showed the content of version %s of %s as version %s, and "
                     "that was decided on",
                     intent->given->name, other->label, resource->reference, named->label);
        return;
    }
}

/* Was something else shown as what is intended? */
static void judge_shown_intent(const struct resolved *resolved)
{
    const struct facts *facts = resolved->facts;
    const struct fact_intent *intent = resolved->slot->intent;
    const struct fact_decision *decision = resolved->decision;
    const struct touch *touch;

    if (!decision || intent->operation == OPERATION_BUNDLE ||
        resolved->slot->method == METHOD_DELETE || !slot_touch(facts, resolved->slot, &touch) ||
        touch->is_whole)
        return;
    const struct fact_record *review = review_seen(intent, decision->asked->n);
    const struct cJSON *shown = review ? json_get(review->tree, "intended") : NULL;
    if (!json_string(shown, "resourceType") ||
        touch_stands(facts->arena, touch, claims_canon(facts, intent, shown, NULL)))
        return;
    finding_fail(resolved->finding, ENTRIES(intent->submitted, review->n, decision->asked->n),
                 "the review of %s showed as intended what is not, and that was decided on",
                 intent->given->name);
}

/* Nothing may be written after a human discarded the intent. */
static void judge_discarded(const struct resolved *resolved)
{
    const struct fact_write *write = resolved->version->write;
    const struct fact_decision *last =
        write ? intent_decision(resolved->slot->intent, write->exchange->arrived->n) : NULL;

    if (last && strcmp(last->decision, "discard") == 0)
        finding_fail(resolved->finding, ENTRIES(last->asked->n, resolved->version->n),
                     "%s was discarded by a human and committed afterwards",
                     resolved->slot->intent->given->name);
}

static void judge_resolved(const struct facts *facts, const struct fact_version *version,
                           struct finding *finding)
{
    struct resolved resolved = {
        .facts = facts, .finding = finding, .version = version, .slot = version->slot};

    if (!version->slot || version->is_companion)
        return;
    if (version_is_unreadable(version) || version_is_unreadable(version->pred)) {
        finding_unknown(finding, ENTRIES(version->n),
                        "whether %s met a conflict can't be told: a version can't be read",
                        version->slot->intent->given->name);
        return;
    }
    judge_discarded(&resolved);
    if (version->write)
        resolved.decision = write_decision(version->write);
    judge_shown(&resolved);
    judge_shown_intent(&resolved);
    if (!slot_touch(facts, version->slot, &resolved.touch)) {
        if (version->slot->method != METHOD_POST)
            finding_unknown(finding, ENTRIES(version->n),
                            "whether %s met a conflict can't be told: its base never was, or its "
                            "patch does not fit it",
                            version->slot->intent->given->name);
        return;
    }
    judge_decided(&resolved);
    if (canon_equal(version_canon(facts, version->slot, version->pred),
                    version_canon(facts, version->slot, version)))
        return; /* nothing was applied */
    judge_conflicts(&resolved);
}

void judge_human_review(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++)
        judge_resolved(facts, facts->commits[i], finding);
}
