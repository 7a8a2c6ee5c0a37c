/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovery - what follows every schedule: faults off, everything up, and the engine gets all it waits for, until its
 * reconcile sweeps change nothing any more.
 *
 * Zombies are dropped first; what live clients wait for goes through in arrival order, and timers are made due, as
 * nobody holds anything back any more. A sweep changes something when a write arrives or the state of an intent is
 * said to be another. One sweep for drift comes last, where it is offered. Two in a row that change nothing are the end; ten sweeps are enough, or it never settles.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"

static int drop_zombies(struct run *run, struct err *err)
{
    for (size_t i = 0; i < sim_held_count(run->sim);) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);
        size_t before = sim_held_count(run->sim);

        if (!held->is_client_gone) {
            i++;
            continue;
        }
        int rc = held->stop == SIM_BEFORE ? sim_drop(run->sim, held->number, err)
                                          : sim_reply(run->sim, held->number, NULL, err);
        if (rc)
            return -1;
        if (sim_held_count(run->sim) == before)
            i++;
    }
    return 0;
}

/* The oldest held exchange with a live client goes on. *out_did: there was one. */
static int pass_oldest(struct run *run, bool *out_did, struct err *err)
{
    *out_did = false;
    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        if (held->is_client_gone)
            continue;
        *out_did = true;
        run->asks_views = true;
        return run_let_go(run, held, err);
    }
    return 0;
}

/* Until nothing is held and nothing is due; then no sweep is unanswered either. */
static int run_dry(struct run *run, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    bool did = false;

    for (;;) {
        if (run_settle(run, err))
            return -1;
        if (run->is_late)
            return 0;
        if (pass_oldest(run, &did, err))
            return -1;
        if (did)
            continue;
        if (run->has_due) {
            if (process_step_do(run, &due_step, err))
                return -1;
        } else {
            return 0;
        }
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT, "timed work did not end within %d s", WAIT_MS / 1000);
    }
}

/* What a sweep may change: how many writes came, and the state of every intent. */
struct snapshot {
    size_t writes;
    const char **states;
};

static struct snapshot look(const struct run *run)
{
    struct snapshot now = {.states =
                               arena_alloc(run->arena, (run->intent_count + 1) * sizeof(char *))};

    for (size_t i = 0; i < run->label_count; i++)
        now.writes += run->labels[i].is_write;
    for (size_t i = 0; i < run->intent_count; i++)
        now.states[i] = run->intents[i].state;
    return now;
}

static bool is_same(const struct run *run, const struct snapshot *a, const struct snapshot *b)
{
    for (size_t i = 0; i < run->intent_count; i++) {
        if (strcmp(a->states[i], b->states[i]) != 0)
            return false;
    }
    return a->writes == b->writes;
}

/* One that is not there recovers nothing. */
static int check_swept(const struct run *run, struct err *err)
{
    for (size_t i = sim_journal_count(run->sim); i > 0; i--) {
        const struct sim_entry *entry = sim_journal_at(run->sim, i - 1);

        if (entry->kind != SIM_SAID || strcmp(entry->what, "swept") != 0)
            continue;
        return engine_lacks(entry->status)
                   ? err_set(err, ERR_IO, "engine: sweep: status %d", entry->status)
                   : 0;
    }
    return 0;
}

static int sweep(struct run *run, bool *out_recovered, struct err *err)
{
    struct snapshot before = look(run);
    unsigned unchanged = 0;

    for (int i = 0; i < SWEEPS_MAX && unchanged < 2 && !run->is_late; i++) {
        run->asks_views = true;
        if (engine_sweep(run, "reconcile", err) || run_dry(run, err) || check_swept(run, err))
            return -1;
        struct snapshot after = look(run);
        unchanged = is_same(run, &before, &after) ? unchanged + 1 : 0;
        before = after;
    }
    *out_recovered = unchanged == 2;
    return 0;
}

int run_recovery(struct run *run, bool *out_recovered, struct err *err)
{
    *out_recovered = false;
    run->is_recovering = true;
    run->exchanges_max +=
        sim_arrivals(run->sim); /* a schedule without end must not take its share */
    run_note_process(run, "recovery", "", 0);
    if (drop_zombies(run, err) || process_step_all_up(run, err) || run_dry(run, err))
        return -1;
    if (!(run->conductor->options.adapter->parts & PART_SWEEP))
        *out_recovered = !run->is_late;
    else if (sweep(run, out_recovered, err))
        return -1;
    if ((run->conductor->options.adapter->parts & PART_DRIFT) && !run->is_late &&
        (engine_sweep(run, "drift", err) || run_dry(run, err)))
        return -1;
    run_note_process(run, "recovered", "", *out_recovered ? 1 : 0);
    return 0;
}
