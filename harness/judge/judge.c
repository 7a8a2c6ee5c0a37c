/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge - the table of invariants. A new one is a row here, a declaration in judges.h and a function in a file of its
 * family; tests hold the table against the list of names.
 */
#include "harness/judge/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "harness/judge/facts.h"
#include "harness/judge/judges.h"

#define NEEDS_J    PART_JOURNAL
#define NEEDS_JS   (PART_JOURNAL | PART_SAID)
#define NEEDS_JA   (PART_JOURNAL | PART_AUDIT)
#define NEEDS_JE   (PART_JOURNAL | PART_EVENTS)
#define NEEDS_JSEA (PART_JOURNAL | PART_SAID | PART_EVENTS | PART_AUDIT)

static enum sim_guard lost_update(const struct sim_guards *guards)
{
    return guards->lost_update;
}

static enum sim_guard duplicate_create(const struct sim_guards *guards)
{
    return guards->duplicate_create;
}
#define NEEDS_JSM  (NEEDS_JS | PART_METRICS)
#define NEEDS_JSMD (NEEDS_JSM | PART_DRIFT)
#define NEEDS_JSN  (NEEDS_JS | PART_NOTIFY)
#define NEEDS_JP   (PART_JOURNAL | PART_MAPPINGS)

/* The controls are the checklist of docs/product.md. */
static const struct invariant table[] = {
    {
        .name = "no-lost-update",
        .control = "optimistic-concurrency",
        .clinician =
            "Nothing that someone else entered in the chart is undone or overwritten unseen.",
        .engineer = "Each commit changes only what its intent touches, and no foreign version "
                    "after the base "
                    "changed that without a decision.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_lost_update,
        .guard = lost_update,
    },
    {
        .name = "guarded-write",
        .control = "optimistic-concurrency",
        .clinician = "Every change is made on the version of the chart that was really looked at.",
        .engineer =
            "Each write to an existing resource carries an honest guard: a version whose whole "
            "content the engine has, and not newer than what it writes derives from.",
        .needs = NEEDS_J,
        .unlocks = "the journal",
        .judge = judge_guarded_write,
        .guard = lost_update,
    },
    {
        .name = "no-duplicate",
        .control = "idempotency",
        .clinician = "Nothing is entered twice, however often it was sent.",
        .engineer =
            "Each slot of an intent has at most one effect, and one more for each human decision.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_duplicate,
        .guard = duplicate_create,
    },
    {
        .name = "no-loss",
        .control = "reconciliation",
        .clinician = "Nothing that was accepted is forgotten: it is done, refused with a reason, "
                     "or somebody "
                     "is asked.",
        .engineer =
            "Once recovered, each accepted intent is at a legitimate end or open with a human and "
            "in the list of reviews.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_loss,
    },
    {
        .name = "truthful-state",
        .control = "asynchronous-acceptance",
        .clinician =
            "What is shown as written is in the chart, and what is shown as not written is not.",
        .engineer = "Each statement `committed` names a version that holds the intent's content "
                    "and was caused "
                    "or received by the engine; no other terminal state stands beside a commit.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_truthful_state,
    },
    {
        .name = "nothing-after-terminal",
        .control = "asynchronous-acceptance",
        .clinician = "What is shown as finished no longer changes the chart.",
        .engineer =
            "No write of an intent arrives after a terminal state of it was said, companions and "
            "operator acts apart.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_nothing_after_terminal,
    },
    {
        .name = "same-key-same-answer",
        .control = "idempotency",
        .clinician =
            "Sending the same thing again gives the same answer; something else under the same "
            "number is refused.",
        .engineer =
            "One key with an equal payload has one id and one result; with another payload it is "
            "refused and has no effect.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_same_key_same_answer,
    },
    {
        .name = "intended-content",
        .control = "optimistic-concurrency",
        .clinician = "What is written is exactly what was meant, nothing dropped, nothing added.",
        .engineer =
            "The body of each write is the guarded version with the intent applied, up to canon.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_intended_content,
    },
    {
        .name = "conflict-is-conflict",
        .control = "optimistic-concurrency",
        .clinician = "When the chart has changed meanwhile, it is looked at again before anything "
                     "is written.",
        .engineer = "After 409, 412, 428, a required If-Match or a failed test the next write "
                    "follows a full "
                    "read, or the end names the conflict.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_conflict_is_conflict,
    },
    {
        .name = "own-write-known",
        .control = "idempotency",
        .clinician = "The system does not mistake its own entry for somebody else's.",
        .engineer = "The engine's own commit is not taken for a foreign one, not applied again "
                    "over an undo, "
                    "and not reported at a foreign version.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_own_write_known,
    },
    {
        .name = "human-review",
        .control = "triage-and-compensation",
        .clinician =
            "A conflict about allergies, medications or diagnoses is decided by a person who sees "
            "the current chart.",
        .engineer =
            "A conflict on touched content or a sensitive type is not resolved without a decision, "
            "and a decision is applied to the version that was seen.",
        .needs = NEEDS_JS,
        .unlocks = "status and reviews",
        .judge = judge_human_review,
    },
    {
        .name = "all-or-nothing",
        .control = "reconciliation",
        .clinician =
            "What belongs together is written together, or an open item says what is missing.",
        .engineer =
            "Once recovered, a compound intent in effect in part is open and says which; no part "
            "twice; inner references point at its own commits.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_all_or_nothing,
    },
    {
        .name = "failed-part-only",
        .control = "event-log",
        .clinician = "After a partial failure only what is missing is sent again.",
        .engineer =
            "A replay after partial failure does not send slots that are in effect already.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_failed_part_only,
    },
    {
        .name = "bounded-retry",
        .control = "reconciliation",
        .clinician =
            "Retries do not flood the hospital's system, and what is refused for good is not "
            "repeated.",
        .engineer =
            "Writes and requests stay within the limits; a permanent refusal is not sent again "
            "unchanged; Retry-After and a back-off are kept.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_bounded_retry,
    },
    {
        .name = "same-attempt",
        .control = "idempotency",
        .clinician = "A repeated attempt is recognisable as the same one.",
        .engineer = "Attempts of an intent agree in key and identifier, and with nothing received "
                    "in between "
                    "in condition and body too.",
        .needs = NEEDS_J,
        .unlocks = "the journal",
        .judge = judge_same_attempt,
    },
    {
        .name = "audit-complete",
        .control = "audit-trail",
        .clinician =
            "For every entry it can be shown who asked for it, from where, and what became of it.",
        .engineer =
            "Once recovered, each version caused has exactly one `committed` record, each refused, "
            "conflicting or incomplete end its own, all with the intent's requester, source, key "
            "and hash.",
        .needs = NEEDS_JA,
        .unlocks = "audit",
        .judge = judge_audit_complete,
    },
    {
        .name = "audit-true",
        .control = "audit-trail",
        .clinician =
            "The record of what was done claims nothing that was not done, and cannot be changed "
            "unseen.",
        .engineer =
            "Records name only versions that a reply vouched for and that the intent caused; the "
            "hash chain holds and only grows.",
        .needs = NEEDS_JA,
        .unlocks = "audit",
        .judge = judge_audit_true,
    },
    {
        .name = "intent-first",
        .control = "event-log",
        .clinician = "What is to be written is noted safely before it is written.",
        .engineer =
            "After a kill with a write held before its effect, the event log has the intent's "
            "`accepted` event with hash, source and target.",
        .needs = NEEDS_JE,
        .unlocks = "events",
        .judge = judge_intent_first,
    },
    {
        .name = "log-replays",
        .control = "event-log",
        .clinician = "From its log alone it can be told what the system did to the chart, and in "
                     "which order.",
        .engineer =
            "Per target the results in the event log are the engine's commits in order; each hash "
            "is the submitted, merged or decided content's.",
        .needs = NEEDS_JE,
        .unlocks = "events",
        .judge = judge_log_replays,
    },
    {
        .name = "correlated",
        .control = "event-log",
        .clinician = "Every step can be traced back to the request that caused it.",
        .engineer =
            "Writes, the reads they derive from, events, audit and review carry the intent's "
            "correlation id.",
        .needs = NEEDS_JSEA,
        .unlocks = "status, events and audit",
        .judge = judge_correlated,
    },
    {
        .name = "recovery-path",
        .control = "reconciliation",
        .clinician = "Whatever could not be written shows somebody what to do next.",
        .engineer =
            "Once recovered, each intent that is not committed has a review whose `current` is the "
            "chart's, or a problem that says what to do; acting on it does not duplicate.",
        .needs = NEEDS_JS,
        .unlocks = "status and reviews",
        .judge = judge_recovery_path,
    },
    {
        .name = "sound-base",
        .control = "optimistic-concurrency",
        .clinician =
            "What is written was made from the whole and current entry, not from an old or "
            "partial copy of it.",
        .engineer = "No write derives from a body that was SUBSETTED, stale, torn or truncated.",
        .needs = NEEDS_J,
        .unlocks = "the journal",
        .judge = judge_sound_base,
    },
    {
        .name = "no-wrong-patient",
        .control = "identity-mapping",
        .clinician = "What is meant for one patient is never written to another, nor shown as done "
                     "by another's entry.",
        .engineer =
            "By R4's compartment parameters, what is written, what is written over and what "
            "is adopted as result is of the intent's patient or its survivor by "
            "Patient.link, and of its encounter.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_wrong_patient,
    },
    {
        .name = "tenant-apart",
        .control = "identity-mapping",
        .clinician = "What belongs to one organisation never gets into another's hands.",
        .engineer =
            "The same key, identifier or id in two tenants are two intents and two resources.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_tenant_apart,
    },
    {
        .name = "no-resurrection",
        .control = "triage-and-compensation",
        .clinician = "What somebody deleted does not come back by itself.",
        .engineer = "No commit follows a deletion, and no create repeats a deleted resource's "
                    "identifier, without an intent or a decision to.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_resurrection,
    },
    {
        .name = "source-order",
        .control = "reconciliation",
        .clinician = "What was said last is what stands.",
        .engineer = "Two intents of one source that overlap are committed in the order of their "
                    "sequence, unless a human decided.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_source_order,
    },
    {
        .name = "clean-chart",
        .control = "privacy",
        .clinician = "The chart holds nothing but what is about the patient.",
        .engineer = "No key, correlation id, event id or count of attempts is in a string that a "
                    "write brought into a clinical resource, beyond the intent's content and the "
                    "declared identifier.",
        .needs = NEEDS_J,
        .unlocks = "the journal",
        .judge = judge_clean_chart,
    },
    {
        .name = "compensation-safe",
        .control = "triage-and-compensation",
        .clinician = "What is taken back is taken back by a further entry, and nothing that others "
                     "entered goes with it.",
        .engineer =
            "An undo that an operator asked for deletes nothing, changes only what its intent "
            "touched, and does not go over a foreign change without a decision.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_compensation_safe,
    },
    {
        .name = "drift-reported",
        .control = "drift-detection",
        .clinician = "What disappears from the chart after it was written is noticed, and a "
                     "colleague's change is not mistaken for it.",
        .engineer = "Each examined commit whose number holds other content or is gone is reported "
                    "once by a sweep for drift; a later version is an edit and no drift.",
        .needs = NEEDS_JSMD,
        .unlocks = "status, metrics and sweeps for drift",
        .judge = judge_drift_reported,
    },
    {
        .name = "metrics-true",
        .control = "reconciliation",
        .clinician = "The numbers on the dashboard are what really happened.",
        .engineer = "Each counter is what its definition counts in the journal, over all lives of "
                    "the process; after a kill gauges alone.",
        .needs = NEEDS_JSM,
        .unlocks = "status and metrics",
        .judge = judge_metrics_true,
    },
    {
        .name = "mapping-true",
        .control = "identity-mapping",
        .clinician = "After two records of a patient are joined or parted, results still go to the "
                     "right one.",
        .engineer =
            "An external identifier is mapped to one resource; after a merge or split to one "
            "that is there and its patient's, or the mapping is open.",
        .needs = NEEDS_JP,
        .unlocks = "mappings",
        .judge = judge_mapping_true,
    },
    {
        .name = "no-echo",
        .control = "loop-suppression",
        .clinician = "The system does not answer its own entries with new ones.",
        .engineer =
            "A notification of the engine's own commit causes no write; a foreign version is "
            "not taken for its own.",
        .needs = NEEDS_JSN,
        .unlocks = "status and notify",
        .judge = judge_no_echo,
    },
    {
        .name = "no-leak",
        .control = "privacy",
        .clinician = "Nothing of the chart stands in logs, metrics or web addresses.",
        .engineer =
            "No name, number or note of the chart and no token, plain, percent-encoded or in "
            "base64, in logs, metrics, GET URLs, error texts or undeclared files.",
        .needs = NEEDS_J,
        .unlocks = "metrics or logs",
        .judge = judge_no_leak,
    },
    {
        .name = "reviews-guarded",
        .control = "privacy",
        .clinician = "Open questions about a patient are shown only to those who may see them.",
        .engineer = "Reviews, audit and events are not answered without credentials.",
        .needs = NEEDS_JS,
        .unlocks = "status and reviews",
        .judge = judge_reviews_guarded,
    },
    {
        .name = "settles",
        .control = "loop-suppression",
        .clinician = "The system comes to rest.",
        .engineer = "No more than 200 exchanges for an intent; once recovered nothing is written "
                    "and no state "
                    "changes.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_settles,
    },
};

size_t invariant_table(const struct invariant **out_table)
{
    *out_table = table;
    return COUNT_OF(table);
}

const struct invariant *invariant_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

struct result_invariant invariant_blank(const struct invariant *invariant)
{
    return (struct result_invariant){.name = invariant->name,
                                     .control = invariant->control,
                                     .clinician = invariant->clinician,
                                     .engineer = invariant->engineer,
                                     .verdict = VERDICT_PASS};
}

/* ---- findings ---- */

/* Adds what proves it, in order and without doubles. */
static void add_entries(struct result_invariant *result, const uint64_t *entries)
{
    for (; entries && *entries; entries++) {
        size_t at = 0;

        while (at < result->entry_count && result->entries[at] < *entries)
            at++;
        if (at < result->entry_count && result->entries[at] == *entries)
            continue;
        if (result->entry_count == COUNT_OF(result->entries))
            return;
        memmove(&result->entries[at + 1], &result->entries[at],
                (result->entry_count - at) * sizeof(result->entries[0]));
        result->entries[at] = *entries;
        result->entry_count++;
    }
}

void finding_fail(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
{
    struct result_invariant *result = finding->result;
    va_list args;

    if (result->verdict != VERDICT_FAIL) { /* what made it UNKNOWN proves nothing */
        result->entry_count = 0;
        va_start(args, fmt);
        result->text = arena_vprintf(finding->arena, fmt, args);
        va_end(args);
    }
    result->verdict = VERDICT_FAIL;
    result->is_judged = true;
    add_entries(result, entries);
}

void finding_unknown(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
{
    struct result_invariant *result = finding->result;
    va_list args;

    if (result->verdict == VERDICT_FAIL)
        return;
    if (result->verdict == VERDICT_PASS) {
        va_start(args, fmt);
        result->text = arena_vprintf(finding->arena, fmt, args);
        va_end(args);
    }
    result->verdict = VERDICT_UNKNOWN;
    result->is_judged = true;
    add_entries(result, entries);
}

void finding_diff(struct finding *finding, const char *diff)
{
    if (!finding->result->diff)
        finding->result->diff = arena_strdup(finding->arena, diff);
}

/* ---- all ---- */

/* In words, the parts that an adapter does not offer. */
static const char *missing_parts(struct arena *arena, const struct invariant *invariant,
                                 unsigned parts)
{
    if ((invariant->needs & ~parts) == 0)
        return NULL;
    return arena_printf(arena, "%s", invariant->unlocks);
}

static void judge_one(const struct invariant *invariant, const struct facts *facts,
                      struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;
    struct result_invariant *result = finding->result;

    result->needs = missing_parts(finding->arena, invariant, evidence->parts);
    if (result->needs) {
        result->is_judged = false;
        return;
    }
    if (evidence->entry_count == 0) {
        finding_unknown(finding, NULL, "the journal is empty");
        return;
    }
    if (invariant->guard && invariant->guard(&evidence->guards) == SIM_NO_GUARD) {
        result->needs = "a server at which it can be prevented or detected";
        result->is_judged = false;
        return;
    }
    invariant->judge(facts, finding);
}

struct result_invariant *judge_all(const struct evidence *evidence, struct arena *arena,
                                   size_t *out_count)
{
    struct result_invariant *results = arena_alloc(arena, COUNT_OF(table) * sizeof(*results));
    const struct facts *facts = facts_build(evidence, arena);

    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct finding finding = {.arena = arena, .result = &results[i]};

        results[i] = invariant_blank(&table[i]);
        results[i].is_judged = true;
        judge_one(&table[i], facts, &finding);
    }
    *out_count = COUNT_OF(table);
    return results;
}
