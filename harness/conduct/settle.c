/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle - decides that the engine can do nothing more without us, by its own hook.
 *
 * Settled is: runnable 0; waiting equals the held exchanges whose client is there; no submit unanswered; and between
 * question and answer nothing arrived, nobody hung up and no other call of ours was answered, as what that one began may
 * be later than the answer. Anything else: ask again, at once the first time, then after an event or a short wait, since
 * what we wait for (a reply read by the engine's thread) has no event of its own.
 *
 * An engine that counts the requests it has begun saves the second question of a step that ends in a request. What was
 * under way when it answered is waited for. Settled then is as well: runnable 0, all that it had begun has arrived, and
 * waiting equals the held exchanges with a live client. As many of its requests had come back, then, as we have
 * answered or lost, so no answer of ours was unread; and it was given nothing since. How its count and ours compare is
 * learnt wherever the first rule holds.
 *
 * Without the hook: no processor used by its process group, no thread that wants one, nothing under way, for longer than its
 * first back-off (such runs are timing-assumed: nothing was tried during a back-off). Of an engine that runs already the
 * processes are not known: then it is what arrives alone that shows, and that is waited for longer.
 *
 * An engine that answers a submit when it is done shows that once, by a submit that waits long behind what we hold; from
 * then on a submit is like a decision or a sweep, which may stay unanswered.
 *
 * An engine that does not run, or is paused, is settled when our answers are on their way.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/quiet.h"
#include "harness/conduct/run.h"
#include "harness/evidence.h"
#include "harness/scenario/adapter.h"

#define ASK_AGAIN_MS_MAX 5
#define ARRIVAL_MS_MAX   5
#define LATE_MS          3000 /* an engine that answers a submit no sooner waits for its FHIR requests */
#define WORD_MS_MAX      2
#define REST_ROUNDS                                                                                \
    16 /* said so often it is believed: it may not have read our call when it says so first */
#define QUIET_LOOK_MS   2
#define QUIET_MS_MIN    12
#define QUIET_MS_MAX    3000
#define QUIET_MS_UNSEEN 300
#define QUIET_CPU_NS    200000 /* in a whole quiet time: what an idle runtime's own timers use */

/* Whose the exchange is, by its label where it has one already. */
static const struct instance *owner(const struct run *run, const struct sim_exchange *held)
{
    if (!run->conductor->instances[1].child)
        return run->conductor->instances;
    const struct label *label = label_find(run, held->number);

    return &run->conductor->instances[(label ? label->instance : instance_of(run, held)) - 1];
}

/* A process that stands still does not count its own. */
size_t run_held_live(const struct run *run)
{
    size_t live = 0;

    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        live += !held->is_client_gone && !owner(run, held)->is_paused;
    }
    return live;
}

size_t run_held_by(const struct run *run, const struct instance *instance)
{
    size_t live = 0;

    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        live += !held->is_client_gone && owner(run, held) == instance;
    }
    return live;
}

/* The sum over all that are up; `body` is what the last one said. */
static int ask_all(struct run *run, long long returned, struct settled *out, struct err *err)
{
    struct conductor *conductor = run->conductor;
    int rc = 0;

    const bool is_alone = !conductor->instances[1].child;

    *out = (struct settled){.due_in_ms = -1, .requests = -1};
    for (unsigned i = 0; i < INSTANCES_MAX && rc == 0; i++) {
        struct settled one = {.due_in_ms = -1, .requests = -1};

        if (!instance_is_up(conductor, &conductor->instances[i]))
            continue;
        instance_choose(conductor, i + 1);
        rc = engine_settled(run, returned, &one, err);
        out->runnable += one.runnable;
        out->waiting += one.waiting;
        out->requests = is_alone ? one.requests : -1;
        out->views = is_alone ? one.views : NULL;
        if (one.due_in_ms >= 0 && (out->due_in_ms < 0 || one.due_in_ms < out->due_in_ms)) {
            out->due_in_ms = one.due_in_ms;
            out->body = is_alone ? one.body : arena_strdup(run->arena, one.body);
        }
    }
    instance_choose(conductor, 0);
    return rc;
}

int run_let_go(struct run *run, const struct sim_exchange *held, struct err *err)
{
    return held->stop == SIM_BEFORE ? sim_pass(run->sim, held->number, NULL, err)
                                    : sim_reply(run->sim, held->number, NULL, err);
}

bool run_has_open(const struct run *run)
{
    for (size_t i = 0; i < run->intent_count; i++) {
        const struct run_intent *intent = &run->intents[i];

        if (intent->was_submitted && !intent_has_ended(intent) &&
            strcmp(intent->state, "needs-review") != 0 && strcmp(intent->state, "incomplete") != 0)
            return true;
    }
    return false;
}

/* Until our answers have been handed to the network and our questions answered. */
static int flush(struct run *run, uint64_t deadline_ms, struct err *err)
{
    const uint64_t late_ms = clock_monotonic_ms() + LATE_MS;

    for (;;) {
        size_t unanswered = engine_unanswered(run, true);
        uint64_t now = clock_monotonic_ms();

        if (unanswered > 0 && now >= late_ms && run_held_live(run) > 0) {
            run->conductor->answers_when_done = true;
            continue; /* none is waited for any more */
        }
        if (!sim_is_busy(run->sim) && unanswered == 0)
            return engine_check_answers(run, err);
        if (now >= deadline_ms)
            return err_set(err, ERR_TIMEOUT, "the engine left %zu submits unanswered for %d s",
                           unanswered, WAIT_MS / 1000);
        const uint64_t until_ms = now < late_ms ? late_ms : deadline_ms;
        if (run_turn(run, sim_is_busy(run->sim) ? 0 : (int)(until_ms - now), err))
            return -1;
    }
}

/* A call that waits for no answer of ours is about to be answered, or to make a request: a question before would have to be
 * asked again. One that waits for a timer is not waited for long. */
static int await_word(struct run *run, struct err *err)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + WORD_MS_MAX;
    const uint64_t arrivals = sim_arrivals(run->sim);
    const size_t unanswered = engine_unanswered(run, false);

    while (unanswered > 0 && run_held_live(run) == 0 && arrivals == sim_arrivals(run->sim) &&
           unanswered == engine_unanswered(run, false)) {
        const uint64_t now_ms = clock_monotonic_ms();

        if (now_ms >= deadline_ms)
            return 0;
        if (run_turn(run, (int)(deadline_ms - now_ms), err))
            return -1;
    }
    return 0;
}

/* Of the requests it had begun at the last answer, how many have not arrived? */
static long long under_way(const struct run *run, const struct settled *answer)
{
    return answer->requests - run->count.ahead - (long long)sim_arrivals(run->sim);
}

/* True when all that was under way has arrived, and nothing else. */
static int await_arrivals(struct run *run, const struct settled *answer, bool *out_all,
                          struct err *err)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + ARRIVAL_MS_MAX;

    *out_all = false;
    if (!run->count.is_known || answer->requests < 0 || answer->runnable > 0)
        return 0;
    for (;;) {
        const uint64_t now_ms = clock_monotonic_ms();
        const long long left = under_way(run, answer);

        const bool is_busy = sim_is_busy(run->sim); /* one that arrived is being put aside */

        *out_all = left == 0;
        if ((left <= 0 && !is_busy) || now_ms >= deadline_ms)
            return 0;
        if (run_turn(run, is_busy ? 0 : (int)(deadline_ms - now_ms), err))
            return -1;
    }
}

/* One question; *out_settled when its answer says so. */
static int ask_once(struct run *run, struct settled *answer, bool *out_settled, struct err *err)
{
    uint64_t arrivals = sim_arrivals(run->sim);
    size_t live = run_held_live(run);
    const size_t unanswered = engine_unanswered(run, false);
    const long long returned =
        run->count.is_known ? run->count.ahead + (long long)arrivals - (long long)live : 0;
    bool have_all_arrived = false;

    if (ask_all(run, returned, answer, err))
        return -1;
    run->count.is_wrong |= answer->requests >= 0 && answer->requests - answer->waiting < returned;
    run->count.is_known &= !run->count.is_wrong;
    const bool is_still = arrivals == sim_arrivals(run->sim) && live == run_held_live(run) &&
                          answer->waiting == (long long)live;
    if (is_still && answer->runnable == 0 && answer->requests >= 0) {
        run->count.is_known = !run->count.is_wrong;
        run->count.ahead = answer->requests - (long long)arrivals;
    } else if (await_arrivals(run, answer, &have_all_arrived, err)) {
        return -1;
    }
    *out_settled = answer->runnable == 0 && (is_still || have_all_arrived) &&
                   answer->waiting == (long long)run_held_live(run) && !sim_is_busy(run->sim) &&
                   engine_unanswered(run, true) == 0;
    /* a call that was answered meanwhile may have begun work that the answer does not know */
    *out_settled &= engine_unanswered(run, false) == unanswered;
    /* a decision or sweep that waits neither for us nor for a timer is about to be answered */
    *out_settled &=
        engine_unanswered(run, false) == 0 || run_held_live(run) > 0 || answer->due_in_ms >= 0;
    /* where we cannot say that timed work is due, it is waited for */
    if (!(run->conductor->options.adapter->parts & PART_DUE))
        *out_settled &= answer->due_in_ms < 0;
    return 0;
}

static int until_settled(struct run *run, struct settled *answer, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    bool is_settled = false;
    /* two processes may tell each other something while they are asked: then a second round finds it */
    const unsigned wanted = run->conductor->instances[1].child ? 2 : 1;
    unsigned rounds = 0;

    run->count.is_known &= !run->is_ready_due && !run->conductor->instances[1].child;
    for (int wait_ms = 0;; wait_ms = wait_ms < ASK_AGAIN_MS_MAX ? wait_ms + 1 : wait_ms) {
        if ((wait_ms == 0 && await_word(run, err)) || flush(run, deadline_ms, err))
            return -1;
        if (!process_is_up(run->conductor))
            return 0;
        if (ask_once(run, answer, &is_settled, err))
            return -1;
        rounds = is_settled ? rounds + 1 : 0;
        if (rounds == wanted)
            return 0;
        if (rounds > 0)
            continue;
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "not settled after %d s: the engine says runnable %lld, waiting %lld; "
                           "%zu requests are held",
                           WAIT_MS / 1000, answer->runnable, answer->waiting, run_held_live(run));
        if (run_turn(run, wait_ms, err))
            return -1;
    }
}

/* ---- without the hook: by what its processes do ---- */

/* All that would show that something happened. */
struct sight {
    uint64_t arrivals, journal;
    size_t live, unanswered, errands;
    struct quiet_look look;
};

static struct sight see(const struct run *run)
{
    struct sight sight = {.arrivals = sim_arrivals(run->sim),
                          .journal = sim_journal_count(run->sim),
                          .live = run_held_live(run),
                          .unanswered = engine_unanswered(run, false),
                          .errands = run->errand_count};

    for (size_t i = 0; i < INSTANCES_MAX; i++) {
        const struct instance *instance = &run->conductor->instances[i];
        struct quiet_look one;

        if (!instance_is_up(run->conductor, instance) || !instance->child)
            continue;
        quiet_look(child_group(instance->child), &one);
        sight.look.cpu_ns += one.cpu_ns;
        sight.look.is_active |= one.is_active;
    }
    for (size_t i = 0; i < run->errand_count; i++) {
        struct quiet_look one;

        quiet_look(child_group(run->errands[i].child), &one);
        sight.look.cpu_ns += one.cpu_ns;
        sight.look.is_active |= one.is_active;
    }
    return sight;
}

static bool is_same(const struct sight *a, const struct sight *b)
{
    return a->arrivals == b->arrivals && a->journal == b->journal && a->live == b->live &&
           a->unanswered == b->unanswered && a->errands == b->errands && !b->look.is_active &&
           b->look.cpu_ns - a->look.cpu_ns < QUIET_CPU_NS;
}

/* A wait of the engine's own that it may be in: its first back-off, or any of them once only waiting is left. */
static uint64_t quiet_ms(const struct run *run)
{
    const struct adapter *adapter = run->conductor->options.adapter;
    uint64_t backoff_ms = adapter->backoff_ms > 0 ? (uint64_t)adapter->backoff_ms : RETRY_MS;
    unsigned doublings = run->is_recovering && run_has_open(run) ? adapter->attempts_max : 1;
    uint64_t least_ms = adapter_runs_already(adapter) ? QUIET_MS_UNSEEN : QUIET_MS_MIN;
    uint64_t ms = least_ms + (backoff_ms << (doublings < 10 ? doublings : 10));

    return ms < QUIET_MS_MAX ? ms : QUIET_MS_MAX;
}

/* No processor used by the group, no thread that could run, no byte under way, for longer than its back-off. */
static int until_quiet(struct run *run, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS, since_ms = 0;
    struct sight before = {.arrivals = UINT64_MAX};

    for (;;) {
        if (flush(run, deadline_ms, err))
            return -1;
        if (!process_is_up(run->conductor))
            return 0;
        struct sight now = see(run);
        uint64_t now_ms = clock_monotonic_ms();

        if (!is_same(&before, &now)) {
            before = now;
            since_ms = now_ms;
        } else if (now_ms - since_ms >= quiet_ms(run)) {
            return 0;
        }
        if (now_ms >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "not quiet after %d s: the engine goes on using the processor",
                           WAIT_MS / 1000);
        if (run_turn(run, QUIET_LOOK_MS, err))
            return -1;
    }
}

/* Looks that belong to nobody are no steps: they pass. True when one did. */
static int pass_nobodys_look(struct run *run, bool *out_passed, struct err *err)
{
    *out_passed = false;
    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        if (held->is_write || held->is_client_gone || (held->intent && held->intent[0]))
            continue;
        *out_passed = true;
        return run_let_go(run, held, err);
    }
    return 0;
}

/* A client that left unasked, or a request from another run: the engine did not meet the schedule we made. */
static int check_validity(struct run *run, struct err *err)
{
    if (sim_strays(run->sim) > 0) {
        run->is_invalid = true;
        return err_set(err, ERR_IO, "a request of an earlier run arrived in this one");
    }
    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);
        const struct label *label = label_find(run, held->number);

        if (!held->is_client_gone || (label && label->is_gone_due))
            continue;
        run->is_invalid = true;
        return err_set(err, ERR_IO, "the engine hung up on %s %s, which no step asked for",
                       held->method, held->url);
    }
    return 0;
}

static void note_ready(struct run *run)
{
    struct conductor *conductor = run->conductor;

    run_note_process(run, "ready", "", 0);
    run->is_ready_due = false;
    if (!conductor->is_start_known)
        conductor->is_start_quiet = sim_arrivals(run->sim) == 0;
    conductor->is_start_known = true;
    if (conductor->is_start_quiet)
        process_keep_spare(conductor);
}

static int until_rest(struct run *run, struct settled *answer, struct err *err)
{
    return run->conductor->options.adapter->parts & PART_SETTLED ? until_settled(run, answer, err)
                                                                 : until_quiet(run, err);
}

int run_rest(struct run *run, struct err *err)
{
    const int rounds = run->conductor->options.adapter->parts & PART_SETTLED ? REST_ROUNDS : 1;
    struct settled ignored;
    int rc = 0;

    for (int i = 0; i < rounds && rc == 0; i++)
        rc = until_rest(run, &ignored, err);
    return rc;
}

/* Nothing has happened since it settled, not even a word of ours, and its time stands still. */
static bool is_as_it_was(const struct run *run)
{
    return run->settled_at > 0 && run->settled_at == sim_journal_count(run->sim) &&
           !sim_is_busy(run->sim) && engine_unanswered(run, true) == 0 && !run->asks_views &&
           !run->asks_logs && process_is_up(run->conductor);
}

int run_settle(struct run *run, struct err *err)
{
    const unsigned parts = run->conductor->options.adapter->parts;
    struct settled answer = {.due_in_ms = -1};
    bool passed = false;

    if (is_as_it_was(run))
        return check_validity(run, err);
    do {
        answer = (struct settled){.due_in_ms = -1};
        if (until_rest(run, &answer, err) || labels_update(run, err) ||
            pass_nobodys_look(run, &passed, err))
            return -1;
        run->is_late = sim_arrivals(run->sim) > run->exchanges_max;
    } while (passed && !run->is_late); /* looks that go on and on are no rest */
    if (check_validity(run, err))
        return -1;
    if (run->is_ready_due && process_is_up(run->conductor))
        note_ready(run);
    run->has_due = (parts & PART_DUE) && process_is_up(run->conductor) && answer.due_in_ms >= 0;
    if (process_is_up(run->conductor) && answer.due_in_ms >= 0)
        run_note(run, &(struct sim_entry){.kind = SIM_SAID,
                                          .what = "settled",
                                          .body = answer.body,
                                          .body_size = strlen(answer.body)});
    if (!process_is_up(run->conductor))
        return 0;
    if (run->asks_logs && engine_ask_logs(run, err))
        return -1;
    run->asks_logs = false;
    if (run->asks_views && engine_ask_views(run, false, answer.views, err))
        return -1;
    run->asks_views = false;
    run->settled_at =
        (parts & PART_SETTLED) && (parts & PART_DUE) ? sim_journal_count(run->sim) : 0;
    return 0;
}
