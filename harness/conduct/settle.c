/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle - decides that the engine can do nothing more without us, by its own hook.
 *
 * Settled is: runnable 0; waiting equals the held exchanges whose client is there; no submit unanswered; and nothing arrived and nobody hung up between question and answer. Anything else: ask again, at once
 * the first time, then after an event or a short wait, since what we wait for (a reply read by the engine's thread)
 * has no event of its own.
 *
 * An engine that does not run, or is paused, is settled when our answers are on their way.
 */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/run.h"

#define ASK_AGAIN_MS_MAX 5

size_t run_held_live(const struct run *run)
{
    size_t live = 0;

    for (size_t i = 0; i < sim_held_count(run->sim); i++)
        live += !sim_held_at(run->sim, i)->is_client_gone;
    return live;
}

/* Until our answers have been handed to the network and our questions answered. */
static int flush(struct run *run, uint64_t deadline_ms, struct err *err)
{
    for (;;) {
        size_t unanswered = run->conductor->is_paused ? 0 : engine_unanswered(run, true);
        uint64_t now = clock_monotonic_ms();

        if (!sim_is_busy(run->sim) && unanswered == 0)
            return 0;
        if (now >= deadline_ms)
            return err_set(err, ERR_TIMEOUT, "the engine left %zu submits unanswered for %d s",
                           unanswered, WAIT_MS / 1000);
        if (run_turn(run, sim_is_busy(run->sim) ? 0 : (int)(deadline_ms - now), err))
            return -1;
    }
}

/* One question; *out_settled when its answer says so and nothing came in between. */
static int ask_once(struct run *run, struct settled *answer, bool *out_settled, struct err *err)
{
    uint64_t arrivals = sim_arrivals(run->sim);
    size_t live = run_held_live(run);

    if (engine_settled(run, answer, err))
        return -1;
    *out_settled = answer->runnable == 0 && answer->waiting == (long long)live &&
                   arrivals == sim_arrivals(run->sim) && live == run_held_live(run) &&
                   !sim_is_busy(run->sim) && engine_unanswered(run, true) == 0;
    /* a decision or sweep that waits neither for us nor for a timer is about to be answered */
    *out_settled &= engine_unanswered(run, false) == 0 || live > 0 || answer->due_in_ms >= 0;
    return 0;
}

static int until_settled(struct run *run, struct settled *answer, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    bool is_settled = false;

    for (int wait_ms = 0;; wait_ms = wait_ms < ASK_AGAIN_MS_MAX ? wait_ms + 1 : wait_ms) {
        if (flush(run, deadline_ms, err))
            return -1;
        if (!process_is_up(run->conductor))
            return 0;
        if (ask_once(run, answer, &is_settled, err))
            return -1;
        if (is_settled)
            return 0;
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "not settled after %d s: the engine says runnable %lld, waiting %lld; "
                           "%zu requests are held",
                           WAIT_MS / 1000, answer->runnable, answer->waiting, run_held_live(run));
        if (run_turn(run, wait_ms, err))
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
        return held->stop == SIM_BEFORE ? sim_pass(run->sim, held->number, NULL, err)
                                        : sim_reply(run->sim, held->number, NULL, err);
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

int run_settle(struct run *run, struct err *err)
{
    struct settled answer = {.due_in_ms = -1};
    bool passed = false;

    do {
        answer = (struct settled){.due_in_ms = -1};
        if (until_settled(run, &answer, err) || labels_update(run, err) ||
            pass_nobodys_look(run, &passed, err))
            return -1;
    } while (passed);
    if (check_validity(run, err))
        return -1;
    if (run->is_ready_due && process_is_up(run->conductor))
        note_ready(run);
    run->has_due = process_is_up(run->conductor) && answer.due_in_ms >= 0;
    if (run->has_due)
        run_note(run, &(struct sim_entry){.kind = SIM_SAID,
                                          .what = "settled",
                                          .body = answer.body,
                                          .body_size = strlen(answer.body)});
    run->is_late = sim_arrivals(run->sim) > run->exchanges_max;
    if (!process_is_up(run->conductor))
        return 0;
    if (run->asks_logs && engine_ask_logs(run, err))
        return -1;
    run->asks_logs = false;
    if (run->asks_views && engine_ask_views(run, false, err))
        return -1;
    run->asks_views = false;
    return 0;
}
