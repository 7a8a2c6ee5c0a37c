/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile - see the header.
 *
 * A turn does, in this order, what is possible: looks up slots that were sent (resolve.c), finds
 * guards, sends what is pending (command.c), and ends the intent when no slot is left to work on.
 * It stops where it must wait: for a timer (before anything is sent again, before a look that gave
 * nothing is repeated), or for a human.
 *
 * Invariants: (1) nothing is sent while a slot of the intent is SENT or CLAIMED; (2) nothing is
 * sent a second time without a timer in between; (3) the end of an intent, its audit record and
 * its review are one durable step.
 */
#include "engine/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "engine/command.h"
#include "engine/job.h"
#include "engine/outcome.h"
#include "engine/problem.h"
#include "engine/resolve.h"
#include "engine/review.h"

#define BACKOFF_DOUBLINGS_MAX 10
#define BACKOFF_MS_MAX        60000L
#define LEDGER_RETRY_MS       1000L

static size_t count_in(const struct intent *intent, enum slot_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < intent->slot_count; i++)
        count += intent->slots[i].state == state;
    return count;
}

/* ---- waiting ---- */

static long backoff_ms(const struct job *job)
{
    unsigned doublings =
        job->intent->waits < BACKOFF_DOUBLINGS_MAX ? job->intent->waits : BACKOFF_DOUBLINGS_MAX;
    long delay_ms = job->engine->options.retry_ms << doublings;

    return delay_ms < BACKOFF_MS_MAX ? delay_ms : BACKOFF_MS_MAX;
}

static enum go wait_for_timer(struct job *job)
{
    struct intent *intent = job->intent;
    int64_t due_ms = job_from_now(backoff_ms(job));
    struct err err = ERR_INIT;

    if (job->retry_after_ms >= 0 && job_from_now(job->retry_after_ms) > intent->due_ms)
        job_keep_away(job);
    if (!intent->is_due_kept || intent->due_ms < due_ms)
        intent->due_ms = due_ms;
    intent->waits++;
    if (count_in(intent, SLOT_SENT))
        intent->state = INTENT_UNKNOWN;
    else
        intent->state = intent->attempts > 0 ? INTENT_WRITING : INTENT_ACCEPTED;
    job_event(job, "retry-later", NULL, NULL, NULL);
    return job_write(job, &err) ? job_failed(job, &err) : GO_LATER;
}

/* ---- ends ---- */

static const struct slot *first_bad(const struct intent *intent)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state != SLOT_EFFECTIVE && intent->slots[i].state != SLOT_PENDING)
            return &intent->slots[i];
    }
    return intent->slots;
}

enum intent_state reconcile_end_state(const struct intent *intent)
{
    size_t in = count_in(intent, SLOT_EFFECTIVE) + count_in(intent, SLOT_DEVIANT);

    if (count_in(intent, SLOT_EFFECTIVE) == intent->slot_count)
        return INTENT_COMMITTED;
    if (in > 0)
        return INTENT_INCOMPLETE;
    if (count_in(intent, SLOT_REFUSED) > 0 && count_in(intent, SLOT_HUMAN) == 0)
        return INTENT_REJECTED; /* the rest of a transaction goes with it */
    return INTENT_NEEDS_REVIEW;
}

static const struct {
    enum intent_state state;
    const char *event, *audit;
} ends[] = {
    {INTENT_COMMITTED, NULL, NULL}, /* each slot has its own already */
    {INTENT_REJECTED, "rejected", "refused"},
    {INTENT_NEEDS_REVIEW, "needs-review", "conflict"},
    {INTENT_INCOMPLETE, "incomplete", "incomplete"},
};

enum go reconcile_end(struct job *job)
{
    struct intent *intent = job->intent;
    const struct slot *bad = first_bad(intent);
    struct err err = ERR_INIT;

    intent->state = reconcile_end_state(intent);
    intent->due_ms = 0;
    intent->is_due_kept = false;
    intent->problem = NULL;
    if (intent->state == INTENT_REJECTED)
        intent->problem = problem_of_slot(job->arena, bad);
    if (intent_is_open(intent->state) && review_open(job) != GO_ON)
        return wait_for_timer(job);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (ends[i].state != intent->state || !ends[i].event)
            continue;
        bool is_no_conflict = intent->state == INTENT_NEEDS_REVIEW && !problem_is_conflict(bad);
        const char *outcome = is_no_conflict ? "incomplete" : ends[i].audit;

        job_event(job, ends[i].event, bad, NULL, NULL);
        job_audit(job, outcome, bad, intent->state == INTENT_REJECTED ? "failed" : "not-checked");
    }
    return job_write(job, &err) ? job_failed(job, &err) : GO_END;
}

static const char *why_not(const struct slot *slot)
{
    if (slot->state != SLOT_PENDING || slot->may_come)
        return "outcome-unknown";
    return outcome_from_reply(slot->status, true) == OUTCOME_STALE ? "conflict-stays" : "exhausted";
}

/* The bounds on attempts or requests are reached: nothing is dropped, a human takes over. */
static enum go hand_over(struct job *job)
{
    struct intent *intent = job->intent;

    job->may_use_reserve = true;
    for (size_t i = 0; i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];

        if (slot->state == SLOT_PENDING || slot->state == SLOT_SENT ||
            slot->state == SLOT_CLAIMED) {
            slot->why = why_not(slot);
            slot->state = SLOT_HUMAN;
        }
    }
    return reconcile_end(job);
}

/* ---- a turn ---- */

static enum go look_up(struct job *job)
{
    struct intent *intent = job->intent;

    for (size_t i = 0; i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];

        if (slot->state == SLOT_SENT && command_poll(job) != GO_ON)
            return GO_LATER;
        if (slot->state != SLOT_SENT && slot->state != SLOT_CLAIMED)
            continue;
        if (resolve_slot(job, slot) != GO_ON)
            return GO_LATER;
        intent->waits = slot->state == SLOT_PENDING ? intent->waits : 0;
    }
    return GO_ON;
}

/* A transaction goes whole or not at all: once a part stands, was refused or needs a human, the
 * rest is not sent unless a human said so. */
static bool may_send(const struct intent *intent)
{
    bool is_whole = intent->bundle_type && strcmp(intent->bundle_type, "transaction") == 0;
    size_t pending = 0;
    size_t decided = 0;
    size_t hindering = 0;

    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct slot *slot = &intent->slots[i];
        bool was_gone =
            slot->how == WRITE_DELETE && slot->state == SLOT_EFFECTIVE && !slot->version;

        pending += slot->state == SLOT_PENDING;
        decided += slot->state == SLOT_PENDING && slot->is_decided;
        hindering += slot->state != SLOT_PENDING && !was_gone;
    }
    return pending > 0 && (!is_whole || hindering == 0 || decided == pending);
}

/* What the source said later is not undone by what it said before, unless a human says so. */
static void see_overtaken(struct job *job)
{
    struct intent *intent = job->intent;
    long long sequence = json_integer(json_get(intent->request, "source"), "sequence", -1);

    for (size_t i = 0; sequence >= 0 && i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];
        const char *reference = slot_reference(slot, job->arena);

        if (slot->state != SLOT_PENDING || slot->is_decided || !reference ||
            !ledger_is_overtaken(job->engine->ledger, &intent->row, reference, sequence))
            continue;
        slot->state = SLOT_HUMAN;
        slot->why = "overtaken";
    }
}

/* A transaction of which a part was seen and a part was not: before that is said, it is looked at
 * again. */
static bool look_again(struct job *job)
{
    struct intent *intent = job->intent;
    bool is_torn = intent->attempts > 0 && intent->bundle_type &&
                   count_in(intent, SLOT_PENDING) > 0 && count_in(intent, SLOT_EFFECTIVE) > 0 &&
                   !may_send(intent);

    if (!is_torn || job->is_second_look)
        return false;
    job->is_second_look = true;
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state == SLOT_PENDING)
            intent->slots[i].state = SLOT_SENT;
    }
    return true;
}

static enum go step(struct job *job)
{
    do {
        if (look_up(job) != GO_ON)
            return GO_LATER;
    } while (look_again(job));
    see_overtaken(job);
    if (!may_send(job->intent))
        return reconcile_end(job);
    if (job->must_wait)
        return GO_LATER;
    if (command_prepare(job) != GO_ON)
        return GO_LATER;
    if (!may_send(job->intent))
        return reconcile_end(job);
    return command_send(job);
}

static enum go turn(struct job *job)
{
    enum go go = GO_ON;

    if (intent_is_terminal(job->intent->state) || intent_is_open(job->intent->state))
        return GO_END;
    job->intent->due_ms = 0; /* whatever it waited for is over */
    job->intent->is_due_kept = false;
    while (go == GO_ON)
        go = step(job);
    if (go != GO_LATER)
        return go;
    return job->is_exhausted ? hand_over(job) : wait_for_timer(job);
}

/* ---- as tasks of the worker ---- */

struct work {
    struct engine *engine;
    int64_t number;
};

static struct task_end later(long delay_ms, bool is_kept)
{
    return (struct task_end){.is_timed = true, .is_kept = is_kept, .delay_ms = delay_ms};
}

static long rest_ms(const struct intent *intent)
{
    int64_t rest = intent->due_ms - (int64_t)clock_wall_ms();

    return rest > 1 ? (long)rest : 1;
}

static struct task_end run(void *arg, struct worker_lane *lane)
{
    struct work *work = arg;
    struct arena *arena = arena_new();
    struct job *job = arena_alloc(arena, sizeof(*job));
    struct task_end task_end = {.is_timed = false};
    struct ledger_intent row;
    struct err err = ERR_INIT;
    struct intent *intent = NULL;

    if (ledger_find_number(work->engine->ledger, arena, work->number, &row))
        intent = intent_load(arena, &row, &err);
    if (intent) {
        job_init(job, work->engine, lane, arena, intent);
        enum go go = turn(job);
        if (go == GO_LATER && intent_is_open(intent->state))
            go = GO_END;
        if (go == GO_LATER)
            task_end = later(rest_ms(intent), intent->is_due_kept);
        else if (go == GO_AGAIN)
            task_end = later(LEDGER_RETRY_MS, false);
    } else if (err.code != ERR_OK) {
        log_line("intent number %lld cannot be read: %s", (long long)work->number, err.text);
    }
    arena_free(arena);
    return task_end;
}

void reconcile_add(struct engine *engine, const struct intent *intent)
{
    const char *keys[WORKER_KEYS_MAX];
    struct work *work = calloc(1, sizeof(*work));
    size_t count = intent_order_keys(intent, keys, WORKER_KEYS_MAX);

    if (!work)
        BUG("out of memory");
    *work = (struct work){.engine = engine, .number = intent->row.number};
    worker_add(engine->worker,
               &(struct task){.fn = run,
                              .arg = work,
                              .release = free,
                              .keys = keys,
                              .key_count = count,
                              .sequence =
                                  json_integer(json_get(intent->request, "source"), "sequence", -1),
                              .delay_ms = intent->due_ms ? rest_ms(intent) : 0,
                              .is_kept = intent->is_due_kept});
}

struct recovery {
    struct engine *engine;
    struct arena *arena;
    struct intent *intents[64];
    size_t count;
    int64_t last;
};

static void collect(void *arg, const struct ledger_intent *row)
{
    struct recovery *recovery = arg;
    struct err err = ERR_INIT;
    struct intent *intent = intent_load(recovery->arena, row, &err);

    recovery->last = row->number;
    if (intent)
        recovery->intents[recovery->count++] = intent;
    else
        log_line("intent %s cannot be read: %s", row->id, err.text);
}

void reconcile_recover(struct engine *engine)
{
    struct recovery recovery = {.engine = engine};
    int64_t before = -1;

    while (recovery.last != before) {
        before = recovery.last;
        recovery.arena = arena_new();
        recovery.count = 0;
        ledger_each(engine->ledger, recovery.arena, NULL, recovery.last, COUNT_OF(recovery.intents),
                    collect, &recovery);
        for (size_t i = 0; i < recovery.count; i++)
            reconcile_add(engine, recovery.intents[i]);
        arena_free(recovery.arena);
    }
}
