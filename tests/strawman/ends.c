/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ends - how an intent ends, or stops with a human: what it says from then on, the review, the
 * audit.
 *
 * One change of the book holds all of it, so that no crash can part a state from its audit records.
 * A slot in effect gets one `committed` record, whenever its intent stops; an intent that stops
 * otherwise than committed gets one record that says how.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"
#include "tests/strawman/merge.h"

static bool is_in_effect(const struct cJSON *slot)
{
    return slot_is(slot, SLOT_DONE) || slot_is(slot, SLOT_DIFFERS);
}

static void put_or_null(struct cJSON *object, const char *key, const struct cJSON *value)
{
    json_put(object, key, value ? json_copy(value) : cJSON_CreateNull());
}

/* ---- audit ---- */

static void put_target(struct run *run, struct cJSON *record, const struct cJSON *slot)
{
    const char *reference = json_string(slot, "reference"), *id = json_string(slot, "id");

    if (!reference && id)
        reference = arena_printf(run->arena, "%s/%s", json_string(slot, "type"), id);
    if (reference)
        json_put_string(json_put_object(record, "target"), "reference", reference);
    else
        put_or_null(record, "target", json_get(run->payload, "target"));
}

static const char *written_version(struct run *run, const struct cJSON *slot)
{
    if (flaw_is(FLAW_AUDIT_GUESSES_VERSION)) { /* flaw: versions are consecutive numbers */
        const char *base = json_string(slot, "base");

        return arena_printf(run->arena, "%ld", base ? strtol(base, NULL, 10) + 1 : 1);
    }
    const char *version = json_string(slot, "versionId"), *guard = json_string(slot, "guard");
    bool is_same = version && guard && strcmp(version, guard) == 0;
    return is_same ? NULL : version; /* where nothing was to be changed, none was written */
}

static void add_record(struct run *run, struct cJSON *records, const struct cJSON *slot,
                       const char *outcome)
{
    static const char *const copied[] = {"requester", "source", "reason"};
    struct cJSON *record = json_add_object(records);
    bool is_committed = strcmp(outcome, "committed") == 0;
    bool is_refused = strcmp(outcome, "refused") == 0;
    bool is_undo = strcmp(outcome, "compensated") == 0;
    const char *read = json_string(slot, "guard");

    json_put_string(record, "intent", view_id(run->arena, run->job->intent));
    json_put_string(record, "key", json_string(run->intent, "key"));
    json_put_string(record, "correlationId", json_string(run->intent, "correlation"));
    for (size_t i = 0; i < COUNT_OF(copied); i++)
        put_or_null(record, copied[i], json_get(run->payload, copied[i]));
    put_target(run, record, slot);
    json_put_string(record, "versionRead", read ? read : json_string(slot, "base"));
    json_put_string(record, "versionWritten",
                    is_committed || is_undo ? written_version(run, slot) : NULL);
    json_put_string(record, "validation",
                    is_committed || is_undo ? "passed" : (is_refused ? "failed" : "not-checked"));
    json_put_string(record, "outcome", outcome);
    json_put_string(record, "payloadHash", json_string(run->intent, "hash"));
}

static struct cJSON *make_records(struct run *run, const char *state)
{
    static const char *const outcomes[][2] = {{"rejected", "refused"},
                                              {"needs-review", "conflict"},
                                              {"incomplete", "incomplete"},
                                              {"cancelled", "cancelled"},
                                              {"superseded", "superseded"}};
    struct cJSON *records = json_array(run->arena);
    const struct cJSON *culprit = NULL;

    for (size_t i = 0; i < json_count(run->slots); i++) {
        struct cJSON *slot = slot_at(run, i);

        if (!is_in_effect(slot) && (!culprit || slot_is(slot, SLOT_CONFLICT)))
            culprit = slot;
        if (!is_in_effect(slot) || json_flag(slot, "audited", false))
            continue;
        if (!flaw_is(FLAW_AUDIT_PER_BUNDLE) || json_count(records) == 0)
            add_record(run, records, slot, "committed");
        json_put_flag(slot, "audited", true);
    }
    if (!culprit)
        culprit = json_at(run->slots, 0);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        const char *outcome = outcomes[i][1];

        if (strcmp(state, outcomes[i][0]) != 0)
            continue;
        if (strcmp(outcome, "conflict") == 0 && culprit && !slot_is(culprit, SLOT_CONFLICT))
            outcome = "incomplete"; /* nobody is in the way; it just did not happen */
        add_record(run, records, culprit, outcome);
    }
    return records;
}

void end_twin(struct run *run, struct cJSON *slot, const char *reference, const char *version)
{
    struct cJSON *twins = json_get_mutable(slot, "twins"), *set = json_object(run->arena);
    struct cJSON *records = json_array(run->arena), *made = json_copy_root(run->arena, slot);
    struct cJSON *event = run_event(run, "drift", slot), *result = json_put_object(event, "result");

    json_put_string(result, "reference", reference);
    json_put_string(result, "versionId", version);
    json_put_string(result, "kind", "duplicate");
    json_add(twins ? twins : json_put_array(slot, "twins"), cJSON_CreateString(reference));
    slot_set_done(made, reference, version);
    add_record(run, records, made, "committed");
    json_put(set, "slots", json_copy(run->slots));
    book_change(
        run->engine->book, run->arena,
        &(struct change){.intent = run->job->intent, .set = set, .event = event, .audit = records});
}

/* ---- reviews ---- */

struct shown { /* one slot as a human is to see it */
    const struct cJSON *was, *theirs, *wanted;
    const char *reference;
};

static void show(struct run *run, struct cJSON *slot, struct shown *out)
{
    const char *base = json_string(slot, "base"), *id = json_string(slot, "id");
    struct err err = ERR_INIT;
    struct page page = {0};

    *out = (struct shown){.reference = json_string(slot, "reference")};
    if (!out->reference && id)
        out->reference = arena_printf(run->arena, "%s/%s", json_string(slot, "type"), id);
    if (out->reference) {
        talk_get(run, out->reference, &page);
        out->theirs = page.status == 200 ? page.body : NULL;
        json_put_string(slot, "seen", page.version);
        if (base && page.version && strcmp(base, page.version) == 0)
            out->was = out->theirs;
        else if (base)
            out->was = talk_version(run, out->reference, base);
    }
    out->wanted = plan_wanted(run, slot, out->was, &err);
    if (!out->wanted && cJSON_IsObject(json_get(slot, "body")))
        out->wanted = json_get(slot, "body");
}

static bool is_create(const struct cJSON *slot)
{
    return strcmp(json_string(slot, "operation"), "create") == 0;
}

/* What a human may decide: not to overrule where there is nothing to put the intent onto, and not
 * to call off what has in part happened. */
static void put_allowed(struct cJSON *review, const struct run *run, bool can_apply)
{
    struct cJSON *allowed = json_put_array(review, "allowed");
    bool can_discard = true, can_merge = false;

    for (size_t i = 0; i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i);

        can_discard = can_discard && !is_in_effect(slot);
        can_merge =
            can_merge || (slot_is(slot, SLOT_CONFLICT) && cJSON_IsObject(json_get(slot, "body")));
    }
    if (can_apply)
        json_add(allowed, cJSON_CreateString("apply"));
    if (can_apply && can_merge)
        json_add(allowed, cJSON_CreateString("merge"));
    if (can_discard)
        json_add(allowed, cJSON_CreateString("discard"));
}

static bool is_shown(const struct run *run, const struct cJSON *slot)
{
    bool has_conflict = false;

    for (size_t i = 0; i < json_count(run->slots); i++)
        has_conflict = has_conflict || slot_is(json_at(run->slots, i), SLOT_CONFLICT);
    return has_conflict ? slot_is(slot, SLOT_CONFLICT) : !slot_is(slot, SLOT_DONE);
}

static void show_one(struct run *run, struct cJSON *review, const struct shown *shown)
{
    struct merge_choice careful = {.keep_theirs = true};

    put_or_null(review, "base", shown->was);
    put_or_null(review, "current", shown->theirs);
    put_or_null(review, "intended", shown->wanted);
    put_or_null(review, "proposal",
                shown->was && shown->theirs && shown->wanted
                    ? merge_onto(run->arena, shown->was, shown->wanted, shown->theirs, &careful)
                    : NULL);
    merge_delta(run->arena, json_put_array(review, "delta"), "", shown->was, shown->theirs,
                shown->wanted);
}

/* Several at once: the members are arrays, and paths begin with the place in them. */
static void show_all(struct run *run, struct cJSON *review, const struct shown *shown, size_t count)
{
    struct cJSON *base = json_put_array(review, "base"),
                 *current = json_put_array(review, "current"),
                 *intended = json_put_array(review, "intended"),
                 *delta = json_put_array(review, "delta");

    for (size_t i = 0; i < count; i++) {
        json_add(base, shown[i].was ? json_copy(shown[i].was) : cJSON_CreateNull());
        json_add(current, shown[i].theirs ? json_copy(shown[i].theirs) : cJSON_CreateNull());
        json_add(intended, shown[i].wanted ? json_copy(shown[i].wanted) : cJSON_CreateNull());
        merge_delta(run->arena, delta, arena_printf(run->arena, "/%zu", i), shown[i].was,
                    shown[i].theirs, shown[i].wanted);
    }
    put_or_null(review, "proposal", NULL);
}

const struct cJSON *end_review(struct run *run)
{
    size_t slots = json_count(run->slots), count = 0;
    struct shown *shown = arena_alloc(run->arena, (slots + 1) * sizeof(*shown));
    struct cJSON *review = json_object(run->arena);
    const char *seen = NULL;
    bool can_apply = true;

    for (size_t i = 0; i < slots; i++) {
        struct cJSON *slot = slot_at(run, i);

        if (!is_shown(run, slot))
            continue;
        show(run, slot, &shown[count]);
        const char *version = json_string(slot, "seen");
        can_apply = can_apply && !slot_is(slot, SLOT_DIFFERS) &&
                    !(slot_is(slot, SLOT_CONFLICT) && (is_create(slot) || !shown[count].theirs));
        if (count++ == 0)
            seen = version;
        else
            seen = arena_printf(run->arena, "%s,%s", seen ? seen : "", version ? version : "");
    }
    json_put_string(review, "id",
                    arena_printf(run->arena, "r-%u-%zu", run->job->intent,
                                 json_count(book_events(run->engine->book))));
    json_put_string(review, "intent", view_id(run->arena, run->job->intent));
    put_or_null(review, "request", run->payload);
    json_put_string(review, "failureType", run->failure_type);
    json_put_string(review, "why", run->why);
    if (count == 1)
        show_one(run, review, &shown[0]);
    else
        show_all(run, review, shown, count);
    json_put_string(review, "seenVersion", seen);
    put_allowed(review, run, can_apply);
    json_put_string(review, "correlationId", json_string(run->intent, "correlation"));
    json_put_integer(review, "since", (long long)clock_wall_ms());
    return review;
}

/* ---- the end ---- */

static void put_results(struct run *run, struct cJSON *set, bool is_committed)
{
    const struct cJSON *first = json_at(run->slots, 0);
    bool is_bundle = plan_is_bundle(run->payload);
    struct cJSON *results = json_put_array(set, "results");

    put_or_null(set, "result", NULL);
    if (!is_bundle && is_committed) {
        struct cJSON *result = json_put_object(set, "result");

        put_or_null(result, "reference", json_get(first, "reference"));
        put_or_null(result, "versionId", json_get(first, "versionId"));
    }
    for (size_t i = 0; is_bundle && i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i);
        struct cJSON *row = json_add_object(results);

        json_put_integer(row, "entry", json_integer(slot, "entry", 0));
        put_or_null(row, "reference", json_get(slot, "reference"));
        put_or_null(row, "versionId", json_get(slot, "versionId"));
        json_put_string(row, "state",
                        slot_is(slot, SLOT_DONE) ? "committed" : json_string(slot, "state"));
        put_or_null(row, "status", json_get(json_get(slot, "answer"), "status"));
        put_or_null(row, "problem", json_get(slot, "why"));
    }
}

static void put_problem(struct run *run, struct cJSON *set, const char *state)
{
    put_or_null(set, "problem", NULL);
    if (!run->why || strcmp(state, "committed") == 0)
        return;
    struct cJSON *problem = json_put_object(set, "problem");
    json_put_string(problem, "type", run->failure_type ? run->failure_type : "refused");
    json_put_string(problem, "title", state);
    json_put_string(problem, "detail", run->why);
    json_put_string(problem, "next",
                    strcmp(state, "rejected") == 0
                        ? "correct the request and submit it under a new key"
                        : "decide in the review");
}

void end_run(struct run *run, const char *state)
{
    bool is_open = strcmp(state, "needs-review") == 0 || strcmp(state, "incomplete") == 0;
    const char *before = arena_strdup(run->arena, json_string(run->intent, "state"));
    const struct cJSON *review = is_open ? end_review(run) : NULL;
    struct cJSON *set = json_object(run->arena);

    if ((!view_is_active(run->intent) && !view_is_open(run->intent)) ||
        strcmp(json_string(run->intent, "state"), before) != 0)
        return; /* it was called off, or decided upon, while we were reading */
    const struct cJSON *records = make_records(run, state);
    json_put_string(set, "state", state);
    json_put(set, "slots", json_copy(run->slots));
    put_or_null(set, "review", review);
    put_or_null(set, "decision", NULL);
    put_results(run, set, strcmp(state, "committed") == 0);
    mapping_make(run, set);
    put_problem(run, set, state);
    struct cJSON *event = run_event(run, state, json_at(run->slots, 0));
    put_or_null(event, "result",
                plan_is_bundle(run->payload) ? json_get(set, "results") : json_get(set, "result"));
    book_change(
        run->engine->book, run->arena,
        &(struct change){.intent = run->job->intent, .set = set, .event = event, .audit = records});
}

bool end_is_free(const struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i);

        if (is_in_effect(slot) || slot_is(slot, SLOT_SENT) || json_flag(slot, "doubtful", false))
            return false;
    }
    return json_count(json_get(run->intent, "undone")) == 0;
}

/* The intent's slots come back; what was undone has a version of its own, else all is as it was. */
static void end_undo(struct run *run)
{
    const struct cJSON *undo = json_at(run->slots, 0);
    bool is_done = is_in_effect(undo);
    struct cJSON *set = json_object(run->arena), *records = json_array(run->arena), *result;

    if (is_done) {
        add_record(run, records, undo, "compensated");
        result = json_put_object(set, "result");
        put_or_null(result, "reference", json_get(undo, "reference"));
        put_or_null(result, "versionId", json_get(undo, "versionId"));
    } else {
        add_record(run, records, undo, slot_is(undo, SLOT_CONFLICT) ? "conflict" : "refused");
        result = json_put_object(set, "problem");
        json_put_string(result, "type", run->failure_type);
        json_put_string(result, "title", "it could not be undone");
        json_put_string(result, "detail", run->why);
        json_put_string(result, "next", "correct the chart by a new intent");
    }
    struct cJSON *event = run_event(run, is_done ? "compensated" : "committed", undo);
    put_or_null(event, "result", json_get(is_done ? set : run->intent, "result"));
    json_put_string(set, "state", is_done ? "compensated" : "committed");
    json_put(set, "slots", json_copy(json_get(run->intent, "undone")));
    put_or_null(set, "undone", NULL);
    book_change(
        run->engine->book, run->arena,
        &(struct change){.intent = run->job->intent, .set = set, .event = event, .audit = records});
}

void end_by_slots(struct run *run)
{
    bool is_batch = plan_is_bundle(run->payload) && !plan_is_transaction(run->payload);
    size_t slots = json_count(run->slots);

    if (json_count(json_get(run->intent, "undone")) > 0)
        end_undo(run);
    else if (slot_count(run, SLOT_DONE) == slots)
        end_run(run, "committed");
    else if (is_batch || slot_count(run, SLOT_DONE) + slot_count(run, SLOT_DIFFERS) > 0)
        end_run(run, "incomplete");
    else if (slot_count(run, SLOT_CONFLICT) + slot_count(run, SLOT_STUCK) > 0)
        end_run(run, "needs-review");
    else
        end_run(run, "rejected");
}
