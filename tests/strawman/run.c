/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - the straight line of one intent: plan, send, look, and again.
 *
 * States: accepted -> writing (send) -> unknown (no reply) -> writing (sent again) -> an end
 * (ends.c). Invariants: (1) the attempt is in the book before its first byte is sent; (2) after
 * every reply to a write, or none, the chart is looked at before anything is said or sent; (3) an
 * attempt is sent again unchanged, unless what was looked at is the reason for a change; (4)
 * between two sendings there is a timer. A process that was killed in between finds its slots
 * `sent` and goes on at (2).
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"
#include "tests/strawman/merge.h"

#define LOOKS_MAX 3

enum reply_class {
    REPLY_NONE, /* lost, or never sent */
    REPLY_SUCCESS,
    REPLY_CONFLICT, /* the guard did not hold, so it says */
    REPLY_REFUSED,  /* and it would be refused again */
    REPLY_LATER,
    REPLY_ODD
};

static enum reply_class classify(const struct answer *answer)
{
    static const struct {
        int from, to;
        enum reply_class meaning;
    } rows[] = {
        {200, 299, REPLY_SUCCESS},  {400, 400, REPLY_REFUSED},  {401, 401, REPLY_LATER},
        {403, 405, REPLY_REFUSED},  {408, 408, REPLY_LATER},    {409, 409, REPLY_CONFLICT},
        {410, 410, REPLY_REFUSED},  {412, 412, REPLY_CONFLICT}, {413, 413, REPLY_REFUSED},
        {415, 415, REPLY_REFUSED},  {422, 422, REPLY_REFUSED},  {423, 425, REPLY_LATER},
        {428, 428, REPLY_CONFLICT}, {429, 429, REPLY_LATER},    {500, 599, REPLY_LATER},
    };

    if (answer->status == 0)
        return REPLY_NONE;
    if (answer->status == 403 && answer->retry_after_ms >= 0)
        return REPLY_LATER; /* a quota */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (answer->status >= rows[i].from && answer->status <= rows[i].to)
            return rows[i].meaning;
    return REPLY_ODD;
}

/* ---- the book ---- */

void run_begin(struct run *run, struct job *job)
{
    struct engine *engine = job->engine;
    const struct cJSON *intent = book_intent(engine->book, job->intent);

    *run = (struct run){.job = job,
                        .engine = engine,
                        .arena = job->arena,
                        .intent = intent,
                        .payload = json_get(intent, "payload"),
                        .slots = json_array(job->arena)};
    if (json_count(json_get(intent, "slots")) > 0)
        run->slots = json_copy_root(job->arena, json_get(intent, "slots"));
}

struct cJSON *run_event(struct run *run, const char *kind, const struct cJSON *slot)
{
    static const char *const copied[] = {"requester", "source", "target"};
    const struct cJSON *body = json_get(slot, "body");
    const char *guard = json_string(slot, "guard");
    struct cJSON *event = json_object(run->arena);
    char digits[HASH_HEX_SIZE];

    json_put_string(event, "intent", view_id(run->arena, run->job->intent));
    json_put_string(event, "kind", kind);
    json_put_integer(event, "attempt", json_integer(run->intent, "attempts", 0));
    json_put_string(event, "correlationId", json_string(run->intent, "correlation"));
    json_put_string(event, "key", json_string(run->intent, "key"));
    json_put_string(event, "payloadHash", json_string(run->intent, "hash"));
    for (size_t i = 0; i < COUNT_OF(copied); i++) {
        const struct cJSON *member = json_get(run->payload, copied[i]);

        json_put(event, copied[i], member ? json_copy(member) : cJSON_CreateNull());
    }
    json_put_string(event, "versionRead", guard ? guard : json_string(slot, "base"));
    if (cJSON_IsObject(body))
        hash_canonical(body, digits);
    bool was_sent = json_integer(run->intent, "attempts", 0) > 0;

    json_put_string(event, "requestHash", was_sent && cJSON_IsObject(body) ? digits : NULL);
    json_put_string(event, "result", NULL);
    return event;
}

void run_save(struct run *run, const char *state, struct cJSON *event)
{
    struct cJSON *set = json_object(run->arena);

    json_put(set, "slots", json_copy(run->slots));
    if (state)
        json_put_string(set, "state", state);
    book_change(run->engine->book, run->arena,
                &(struct change){.intent = run->job->intent, .set = set, .event = event});
}

/* ---- sending ---- */

/* Flaw: the ledger says done, and the write follows. */
static void say_done_early(struct run *run)
{
    const struct cJSON *slot = slot_at(run, 0);
    struct cJSON *set = json_object(run->arena), *result = json_put_object(set, "result");
    const char *id = json_string(slot, "id");

    json_put_string(set, "state", "committed");
    json_put_string(result, "reference",
                    id ? arena_printf(run->arena, "%s/%s", json_string(slot, "type"), id) : NULL);
    json_put_string(result, "versionId", NULL);
    book_change(run->engine->book, run->arena,
                &(struct change){.intent = run->job->intent, .set = set});
}

static struct answer *send_ready(struct run *run)
{
    struct cJSON *set = json_object(run->arena), *event;
    struct answer *answers;

    slot_change_all(run, SLOT_READY, SLOT_SENT);
    for (size_t i = 0; i < json_count(run->slots); i++)
        if (slot_is(slot_at(run, i), SLOT_SENT))
            json_remove(slot_at(run, i), "answer");
    event = run_event(run, "attempt", slot_at(run, 0));
    json_put_integer(event, "attempt", json_integer(run->intent, "attempts", 0) + 1);
    json_put_integer(set, "attempts", json_integer(run->intent, "attempts", 0) + 1);
    json_put_string(set, "state", "writing");
    json_put(set, "slots", json_copy(run->slots));
    book_change(run->engine->book, run->arena,
                &(struct change){.intent = run->job->intent, .set = set, .event = event});
    if (flaw_is(FLAW_DONE_BEFORE_WRITE))
        say_done_early(run);
    answers = talk_write(run);
    if (flaw_is(FLAW_DONE_BEFORE_WRITE))
        run_save(run, "writing", NULL);
    return answers;
}

static void log_replies(struct run *run, const struct answer *answers)
{
    const char *state = "writing";
    bool is_conflict = false;
    struct cJSON *event = run_event(run, "reply", slot_at(run, 0)), *list;

    list = json_put_array(json_put_object(event, "result"), "status");
    for (size_t i = 0; i < json_count(run->slots); i++) {
        struct cJSON *slot = slot_at(run, i), *heard;

        if (!slot_is(slot, SLOT_SENT))
            continue;
        json_add(list, cJSON_CreateNumber(answers[i].status));
        heard = json_put_object(slot, "answer");
        json_put_integer(heard, "status", answers[i].status);
        json_put_integer(heard, "retryAfterMs", answers[i].retry_after_ms);
        json_put_string(heard, "version", answers[i].version);
        json_put_string(heard, "reference", answers[i].reference);
        json_put_string(heard, "text", answers[i].text);
        is_conflict = is_conflict || classify(&answers[i]) == REPLY_CONFLICT;
        if (flaw_is(FLAW_LOG_PHI) &&
            answers[i].status >= 400) /* flaw: so that it can be debugged */
            log_line("refused with %d: %s", answers[i].status,
                     json_print(run->arena, json_get(slot, "body")));
        if (answers[i].status == 0 && answers[i].was_sent) {
            state = "unknown";
            json_put_flag(slot, "doubtful", true); /* it may be applied at any time from here */
        }
    }
    if (is_conflict)
        numbers_add(run->engine, NUMBER_CONFLICTS);
    run_save(run, state, event);
}

/* What was heard before the process was killed; nothing where it was killed before that. */
static struct answer *recall_replies(struct run *run)
{
    size_t count = json_count(run->slots);
    struct answer *answers = arena_alloc(run->arena, (count + 1) * sizeof(*answers));

    for (size_t i = 0; i < count; i++) {
        const struct cJSON *heard = json_get(slot_at(run, i), "answer");

        answers[i] = (struct answer){
            .status = (int)json_integer(heard, "status", 0),
            .was_sent = heard != NULL,
            .retry_after_ms = (long)json_integer(heard, "retryAfterMs", -1),
            .version = json_string(heard, "version"),
            .reference = json_string(heard, "reference"),
            .text = json_string(heard, "text"),
        };
        if (!heard && slot_is(slot_at(run, i), SLOT_SENT))
            json_put_flag(slot_at(run, i), "doubtful", true);
    }
    return answers;
}

/* ---- looking ---- */

static bool is_by_index(const struct run *run)
{
    const struct cJSON *patch = json_get(run->payload, "patch");

    for (size_t i = 0; i < json_count(patch); i++) {
        const char *path = json_string(json_at(patch, i), "path");

        while (path && (path = strchr(path, '/')) != NULL)
            if (strchr("0123456789", *++path) && *path)
                return true;
    }
    return false;
}

static bool is_sensitive(const struct cJSON *slot)
{
    const char *type = json_string(slot, "type");

    return strcmp(type, "AllergyIntolerance") == 0 || strncmp(type, "Medication", 10) == 0 ||
           strcmp(type, "Condition") == 0 || strcmp(type, "List") == 0;
}

/* Flaws that put the intent onto what someone else has made, and need nobody for it. */
static bool merges_alone(struct run *run, struct cJSON *slot, const struct sight *sight)
{
    const struct cJSON *was = NULL;

    if (flaw_is(FLAW_INDEX_PATCH_OLD_BASE) && is_by_index(run))
        was = sight->theirs; /* flaw: the index is taken to be of today's list */
    if (flaw_is(FLAW_AUTO_MERGE_SAME_FIELD) && !is_sensitive(slot))
        was = sight->was; /* flaw: ours wins, also where theirs is of the same field */
    if (!was || !plan_rebase(run, slot, was, sight->theirs, sight->newest))
        return false;
    run_save(run, NULL, run_event(run, "merged", slot));
    return true;
}

/* What is in the way is someone else's work: that is for a human. */
static void meet_foreign(struct run *run, struct cJSON *slot, const struct sight *sight)
{
    if (flaw_is(FLAW_SWALLOW_CONFLICT)) { /* flaw: "already up to date" */
        slot_set_done(slot, sight->reference, sight->newest);
        return;
    }
    if (flaw_is(FLAW_FORCE_AFTER_CONFLICT) && sight->theirs) { /* flaw: ours wins */
        json_remove(slot, "guard");
        slot_set(slot, SLOT_READY);
        return;
    }
    if (flaw_is(FLAW_REFETCH_ETAG_OLD_BODY) && sight->theirs) { /* flaw: the tag was the problem */
        json_put_string(slot, "guard", sight->newest);
        slot_set(slot, SLOT_READY);
        return;
    }
    if (merges_alone(run, slot, sight))
        return;
    slot_set(slot, SLOT_CONFLICT);
    if (!json_string(slot, "id"))
        json_put_string(slot, "reference", sight->reference);
    json_put_string(slot, "why", "conflict: the target was changed by someone else");
    run->failure_type = "version-conflict";
    run->why = arena_printf(run->arena, "conflict: %s was changed by someone else; now version %s",
                            sight->reference, sight->newest ? sight->newest : "unknown");
}

/* Flaw: the server complains about something, so something is left out. */
static void fix_up(struct cJSON *slot)
{
    struct cJSON *body = json_get_mutable(slot, "body");
    const struct cJSON *last = body ? body->child : NULL;

    while (last && last->next)
        last = last->next;
    if (last)
        json_remove(body, last->string);
    json_put_flag(slot, "fixed", true);
    slot_set(slot, SLOT_READY);
}

/* Flaw: the attempt's body is what the intent is put onto. */
static void patch_again(struct run *run, struct cJSON *slot)
{
    struct err err = ERR_INIT;
    const struct cJSON *body = plan_wanted(run, slot, json_get(slot, "body"), &err);

    if (body)
        json_put(slot, "body", json_copy(body));
}

/* Nothing happened and nothing is in the way: what was said decides. */
static void meet_nothing(struct run *run, struct cJSON *slot, const struct answer *answer)
{
    enum reply_class reply = classify(answer);

    if (reply == REPLY_REFUSED || reply == REPLY_ODD) {
        const char *text = answer->text ? answer->text : "no reason was given";

        /* an attempt before it that nobody answered may be applied yet: who knows? */
        bool is_certain = reply == REPLY_REFUSED && !json_flag(slot, "doubtful", false);

        slot_set(slot, is_certain ? SLOT_REFUSED : SLOT_STUCK);
        json_put_string(slot, "why", text);
        run->failure_type = "refused";
        run->why = arena_printf(run->arena, "the server answered %d: %s", answer->status, text);
        if (flaw_is(FLAW_FIX_UP_AND_RESEND) && !json_flag(slot, "fixed", false))
            fix_up(slot);
        return;
    }
    if (flaw_is(FLAW_DIRTY_RETRY) && text_is(slot, "operation", OP_PATCH))
        patch_again(run, slot);
    slot_set(slot, SLOT_READY);
}

/* After a conflict nothing is sent before the whole current content was read once more. */
static bool is_still(struct run *run, const struct sight *sight, const char *version)
{
    struct page page;

    if (!sight->reference || !version)
        return true;
    talk_get(run, sight->reference, &page);
    return page.version && strcmp(page.version, version) == 0;
}

static void meet_own(struct run *run, struct cJSON *slot, const struct sight *sight)
{
    const struct cJSON *nobody = json_string(slot, "base") ? sight->was : NULL;

    if (plan_rebase(run, slot, nobody, sight->theirs, sight->newest))
        run_save(run, NULL, run_event(run, "merged", slot));
    else
        meet_foreign(run, slot, sight);
}

static bool is_single(const struct run *run)
{
    return flaw_is(FLAW_LOST_TRANSACTION_AS_SINGLES) && plan_is_transaction(run->payload) &&
           json_integer(run->intent, "attempts", 0) > 1;
}

static bool is_taken_at_its_word(const struct run *run, const struct cJSON *slot)
{
    bool is_bundle = plan_is_bundle(run->payload);

    return flaw_is(FLAW_ANY_2XX_IS_SUCCESS) || flaw_is(FLAW_DONE_AFTER_WRITE) ||
           (flaw_is(FLAW_RECOVERY_NOT_IDEMPOTENT) && text_is(slot, "method", "POST") &&
            !json_string(slot, "mark")) ||
           (flaw_is(FLAW_BATCH_OK_DESPITE_ENTRY) && is_bundle) ||
           (flaw_is(FLAW_MATCH_BY_POSITION) && is_bundle) || is_single(run);
}

/* Flaws that take a reply, or its absence, at its word. True when that settled the slot. */
static bool trust(struct run *run, struct cJSON *slot, const struct answer *answer)
{
    const char *id = json_string(slot, "id");
    const char *reference = answer->reference;
    bool is_lost = answer->status == 0 && answer->was_sent;

    if (id && !(reference && flaw_is(FLAW_MATCH_BY_POSITION)))
        reference = arena_printf(run->arena, "%s/%s", json_string(slot, "type"), id);
    if (is_taken_at_its_word(run, slot) && classify(answer) == REPLY_SUCCESS)
        slot_set_done(slot, reference, answer->version); /* flaw: nobody looks what became of it */
    else if (is_single(run) && answer->status >= 400) {  /* flaw: a transaction is refused whole */
        slot_change_all(run, SLOT_DONE, SLOT_REFUSED);
        slot_set(slot, SLOT_REFUSED);
        run->why = "the transaction was refused";
    } else if (flaw_is(FLAW_RETRY_REFUSED) && classify(answer) == REPLY_REFUSED)
        slot_set(slot, SLOT_READY); /* flaw: next time it may work */
    else if (flaw_is(FLAW_RETRY_SUPERSEDED) && text_is(run->intent, "state", "superseded"))
        slot_set(slot, SLOT_READY); /* flaw: its timer knows nothing of that */
    else if (flaw_is(FLAW_HOT_RETRY) && classify(answer) == REPLY_LATER)
        slot_set(slot, SLOT_READY); /* flaw: and again */
    else if (flaw_is(FLAW_NO_RETRY) && classify(answer) == REPLY_LATER) {
        slot_set(slot, SLOT_REFUSED); /* flaw: no is no */
        run->why = arena_printf(run->arena, "the server answered %d", answer->status);
    } else if (is_lost && flaw_is(FLAW_TIMEOUT_IS_SUCCESS))
        slot_set_done(slot, reference, NULL); /* flaw: it was sent, was it not? */
    else if ((answer->status == 412 && flaw_is(FLAW_ONLY_409)) ||
             (answer->status == 409 && flaw_is(FLAW_ONLY_412))) {
        slot_set(slot, SLOT_REFUSED); /* flaw: a status that the engine was not tried with */
        run->failure_type = "refused";
        run->why = "the server refused it";
    } else if (is_lost && flaw_is(FLAW_TIMEOUT_IS_FAILURE)) {
        slot_set(slot, SLOT_REFUSED); /* flaw: no answer is a no */
        run->why = "no answer";
    } else
        return false;
    return true;
}

static void settle_slot(struct run *run, struct cJSON *slot, const struct answer *answer)
{
    struct sight sight;
    bool is_moving = false;

    if (trust(run, slot, answer))
        return;
    for (int looks = 1;; looks++) {
        look_slot(run, slot, answer, &sight);
        is_moving =
            classify(answer) == REPLY_CONFLICT &&
            ((sight.effect == EFFECT_NONE && !is_still(run, &sight, json_string(slot, "guard"))) ||
             (sight.effect == EFFECT_OWN && !is_still(run, &sight, sight.newest)));
        /* one read may be stale: where no guard would correct it, nothing found is looked for again
         */
        bool is_doubtful = sight.effect == EFFECT_NONE && looks == 1 &&
                           (classify(answer) == REPLY_REFUSED || plan_is_bundle(run->payload));
        if ((sight.effect != EFFECT_HIDDEN && !is_moving && !is_doubtful) || looks == LOOKS_MAX)
            break;
        crew_rest(run->job, run->engine->retry_ms * looks, false);
    }
    if (is_moving)
        sight.effect =
            EFFECT_HIDDEN; /* the history lags behind: it does not show what is in the way */
    switch (sight.effect) {
    case EFFECT_NONE:
        meet_nothing(run, slot, answer);
        break;
    case EFFECT_DIFFERS:
        slot_set_done(slot, sight.reference, sight.version);
        slot_set(slot, SLOT_DIFFERS);
        json_put_string(slot, "why", "the server stored something else than was sent");
        run->failure_type = "stored-differently";
        run->why = "the server stored something else than was sent";
        break;
    case EFFECT_DONE:
        slot_set_done(slot, sight.reference, sight.version);
        break;
    case EFFECT_OWN:
        meet_own(run, slot, &sight);
        break;
    case EFFECT_FOREIGN:
        /* in a Bundle what looks foreign may be another entry's, answered in another place */
        if (classify(answer) != REPLY_CONFLICT && !plan_is_bundle(run->payload))
            numbers_add(run->engine, NUMBER_CONFLICTS);
        meet_foreign(run, slot, &sight);
        break;
    case EFFECT_HIDDEN:
        if (classify(answer) == REPLY_CONFLICT) {
            meet_foreign(run, slot, &sight);
            break;
        }
        slot_set(slot, SLOT_STUCK);
        run->failure_type = "not-shown";
        run->why = "the server does not show what became of the write";
        break;
    }
}

/* ---- deciding ---- */

static long backoff_ms(const struct run *run)
{
    long long attempts = json_integer(run->intent, "attempts", 0);

    return run->engine->retry_ms << (attempts < ATTEMPTS_MAX ? attempts : ATTEMPTS_MAX);
}

/* Waits where the server asked for time; true if it waited. */
static bool give_time(struct run *run, const struct answer *answers)
{
    long asked_ms = -1;
    bool is_later = false;

    for (size_t i = 0; i < json_count(run->slots); i++) {
        if (!slot_is(slot_at(run, i), SLOT_SENT))
            continue;
        is_later = is_later || classify(&answers[i]) == REPLY_LATER;
        if (answers[i].retry_after_ms > asked_ms && !flaw_is(FLAW_IGNORE_RETRY_AFTER))
            asked_ms = answers[i].retry_after_ms;
    }
    if (!is_later && asked_ms < 0)
        return false;
    run_save(run, NULL, run_event(run, "retry-later", slot_at(run, 0)));
    if (flaw_is(FLAW_HOT_RETRY) && asked_ms < 0)
        return true;
    crew_rest(run->job, asked_ms >= 0 ? asked_ms : backoff_ms(run), asked_ms >= 0);
    return true;
}

/* Was the last that was heard of what is to be sent again a conflict? */
static bool has_met_conflict(const struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++) {
        const struct cJSON *heard = json_get(slot_at(run, i), "answer");
        struct answer answer = {.status = (int)json_integer(heard, "status", 0)};

        if (slot_is(slot_at(run, i), SLOT_READY) && classify(&answer) == REPLY_CONFLICT)
            return true;
    }
    return false;
}

/* After a look: true when the intent has stopped, false when something is to be sent (again). */
static bool conclude(struct run *run, bool has_waited)
{
    bool is_transaction = plan_is_transaction(run->payload);
    size_t done = slot_count(run, SLOT_DONE) + slot_count(run, SLOT_DIFFERS);
    size_t failed = slot_count(run, SLOT_CONFLICT) + slot_count(run, SLOT_REFUSED) +
                    slot_count(run, SLOT_STUCK);

    if (slot_count(run, SLOT_READY) > 0 && is_transaction && done > 0) {
        run->failure_type = "partly-applied";
        run->why = "only a part of the transaction is in effect";
        slot_change_all(run, SLOT_READY, SLOT_STUCK);
    }
    if (slot_count(run, SLOT_READY) > 0 && !(is_transaction && failed > 0)) {
        if (json_integer(run->intent, "attempts", 0) < ATTEMPTS_MAX || flaw_is(FLAW_NO_CAP)) {
            if (!has_waited && !flaw_is(FLAW_HOT_RETRY)) {
                run_save(run, NULL, run_event(run, "retry-later", slot_at(run, 0)));
                crew_rest(run->job, backoff_ms(run), false);
            }
            if (flaw_is(FLAW_NEW_KEY_PER_ATTEMPT)) /* flaw: begins anew, key included */
                run->slots = json_array(run->arena);
            return false;
        }
        bool is_conflict = has_met_conflict(run);
        run->failure_type = is_conflict ? "conflict" : "gave-up";
        run->why = is_conflict ? "a conflict was the answer to every attempt, and nobody wrote"
                               : "the write did not get through after several attempts";
        slot_change_all(run, SLOT_READY, SLOT_STUCK);
    }
    end_by_slots(run);
    return true;
}

/* Has a human allowed what was open? Only what was open then, and once. */
static bool is_approved(struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++)
        if (json_flag(slot_at(run, i), "approved", false))
            return true;
    return false;
}

/* What is wanted now? False when the intent has stopped. */
static bool prepare(struct run *run)
{
    enum plan plan = PLAN_READY;
    bool is_decided = cJSON_IsObject(json_get(run->intent, "decision"));

    if (slot_count(run, SLOT_READY) == 0 || is_approved(run))
        plan = plan_make(run);
    if (plan == PLAN_READY && !is_decided && order_is_too_late(run) &&
        !flaw_is(FLAW_RETRY_SUPERSEDED)) {
        plan = PLAN_ASK;
        run->failure_type = "overtaken";
        run->why = "what the source said later is in the chart already";
    }
    if (!view_is_active(run->intent) && !flaw_is(FLAW_RETRY_SUPERSEDED) && !lease_is_lost(run->job))
        return false; /* called off meanwhile */
    if (json_string(run->intent, "supersededBy") && end_is_free(run) &&
        !flaw_is(FLAW_RETRY_SUPERSEDED)) {
        end_run(run, "superseded");
        return false;
    }
    if (plan == PLAN_ASK)
        slot_change_all(run, SLOT_READY, SLOT_STUCK);
    if (plan == PLAN_REJECT)
        slot_change_all(run, SLOT_READY, SLOT_REFUSED);
    if (slot_count(run, SLOT_READY) > 0)
        return true;
    end_by_slots(run);
    return false;
}

/* ---- the line ---- */

/* A human has called it off: unless it turns out to have happened. */
static void run_discard(struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++) {
        struct cJSON *slot = slot_at(run, i);
        struct sight sight;

        if (json_integer(run->intent, "attempts", 0) == 0 || !json_string(slot, "method") ||
            flaw_is(FLAW_DISCARD_FORGETS))
            continue;
        look_slot(run, slot, NULL, &sight);
        if (sight.effect == EFFECT_DONE)
            slot_set_done(slot, sight.reference, sight.version);
    }
    run->why = "a human decided against it";
    run->failure_type = "discarded";
    if (slot_count(run, SLOT_DONE) > 0)
        end_by_slots(run);
    else
        end_run(run, "cancelled");
}

/* Flaw: a recovery that was begun is taken for one that failed. */
static void recover_once(struct run *run)
{
    if (json_flag(slot_at(run, 0), "recovering", false)) {
        run->slots = json_array(run->arena);
        return;
    }
    json_put_flag(slot_at(run, 0), "recovering", true);
    run_save(run, NULL, NULL);
}

void run_intent(struct job *job)
{
    struct run run;
    struct answer *answers;

    run_begin(&run, job);
    crew_queue(job, order_is_my_turn);
    if (!view_is_active(run.intent))
        return;
    const char *decision = json_string(json_get(run.intent, "decision"), "decision");
    if (decision && strcmp(decision, "discard") == 0) {
        run_discard(&run);
        return;
    }
    if (flaw_is(FLAW_DONE_AFTER_WRITE) && slot_count(&run, SLOT_SENT) > 0)
        run.slots = json_array(run.arena); /* flaw: it is not marked done, so it was not done */
    if (flaw_is(FLAW_RECOVERY_NOT_IDEMPOTENT) && slot_count(&run, SLOT_SENT) > 0)
        recover_once(&run);
    answers = recall_replies(&run);
    for (;;) {
        if (slot_count(&run, SLOT_SENT) == 0) {
            if (!prepare(&run))
                return;
            answers = send_ready(&run);
            log_replies(&run, answers);
            if (flaw_is(FLAW_PENDING_FOREVER) && text_is(run.intent, "state", "unknown"))
                return; /* flaw: the answer will come yet, and nobody waits for it */
        }
        bool has_waited = give_time(&run, answers);
        for (size_t i = 0; i < json_count(run.slots); i++)
            if (slot_is(slot_at(&run, i), SLOT_SENT))
                settle_slot(&run, slot_at(&run, i), &answers[i]);
        if (conclude(&run, has_waited))
            return;
    }
}
