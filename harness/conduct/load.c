/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load - the way software is tested without this harness: everybody acts at once, the server answers at once, and now
 * and then something goes wrong. All of it follows from a seed but the moments, so a run cannot be made again.
 *
 * 1. Nothing is held: what arrives goes through in the same turn, whole or with a fault that was drawn for it.
 * 2. Each actor does its next step when its moment has come, whatever the others and the engine are doing. One that
 *    cannot happen yet waits; when nothing else is left it is passed over.
 * 3. Timed work is due as soon as nothing else happens. One run in KILL_ONE_IN kills the engine once.
 * 4. The end: no actor has a step left, and the engine has settled with nothing due.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/prng.h"
#include "harness/conduct/chosen.h"
#include "harness/conduct/run.h"
#include "harness/explore/kinds.h"

#define PAUSE_US     10000 /* at most, between two steps of an actor */
#define QUIET_US     1000  /* without an arrival: ask whether it has settled */
#define FAULT_ONE_IN 8
#define KILL_ONE_IN  8

struct load {
    struct run *run;
    const struct chosen *chosen;
    struct prng prng;
    uint64_t *moments; /* by actor: when it may act next */
    uint64_t kill_us;  /* 0: not, or no more */
    uint64_t stir_us;  /* when something happened last */
};

static const struct step kill_step = {.actor = "engine", .what = "kill"};
static const struct step start_step = {.actor = "engine", .what = "start"};

/* ---- what arrived goes on ---- */

/* A row of the faults to draw from; NULL: none strikes this time. */
static const char *draw_fault(struct load *load)
{
    const struct fault_row *rows = NULL;
    size_t count = kinds_rows(&rows), fitting[KINDS_MAX], fitting_count = 0;

    for (size_t i = 0; i < count; i++) {
        if ((load->chosen->kinds >> i & 1) && rows[i].spelling == KIND_FAULT)
            fitting[fitting_count++] = i;
    }
    if (fitting_count == 0 || prng_below(&load->prng, FAULT_ONE_IN))
        return NULL;
    return rows[fitting[prng_below(&load->prng, fitting_count)]].fault;
}

/* Its commit and its reply in one go; a fault that fits neither does not strike. */
static int strike(struct load *load, uint64_t number, const struct sim_fault *fault,
                  struct err *err)
{
    struct sim *sim = load->run->sim;
    enum sim_fit fit = sim_fault_fit(sim, number, fault);

    if (fit == SIM_FIT_PASS)
        return sim_pass(sim, number, fault, err);
    if (sim_commit(sim, number, fit == SIM_FIT_COMMIT ? fault : NULL, err))
        return -1;
    if (!sim_held_find(sim, number))
        return 0;
    bool is_late = fit == SIM_FIT_NONE && sim_fault_fit(sim, number, fault) == SIM_FIT_REPLY;
    return sim_reply(sim, number, is_late ? fault : NULL, err);
}

static int let_go(struct load *load, const struct sim_exchange *held, struct err *err)
{
    const char *text = held->is_client_gone ? NULL : draw_fault(load);
    struct sim_fault fault;

    load->run->asks_views = true;
    load->stir_us = clock_monotonic_us();
    if (!text)
        return run_let_go(load->run, held, err);
    return sim_fault_parse(text, &fault, err) || strike(load, held->number, &fault, err) ? -1 : 0;
}

static int let_all_go(struct load *load, struct err *err)
{
    struct sim *sim = load->run->sim;

    if (labels_update(load->run, err))
        return -1;
    while (sim_held_count(sim) > 0) {
        if (let_go(load, sim_held_at(sim, 0), err))
            return -1;
    }
    return 0;
}

/* ---- who acts ---- */

static bool can_act(const struct load *load, size_t actor, struct step *out)
{
    return own_next(load->run, actor, out) && own_fits_chart(load->run, actor);
}

static int act(struct load *load, uint64_t now_us, struct err *err)
{
    struct step step;

    for (size_t i = 0; i < load->run->scenario->actor_count; i++) {
        if (now_us < load->moments[i] || !can_act(load, i, &step))
            continue;
        if (step_do(load->run, &step, err))
            return -1;
        load->stir_us = now_us;
        load->moments[i] = now_us + prng_below(&load->prng, PAUSE_US);
    }
    return 0;
}

static int kill_and_start(struct load *load, uint64_t now_us, struct err *err)
{
    if (!load->kill_us || now_us < load->kill_us || !step_is_enabled(load->run, &kill_step))
        return 0;
    load->kill_us = 0;
    return step_do(load->run, &kill_step, err) || let_all_go(load, err) ||
                   step_do(load->run, &start_step, err)
               ? -1
               : 0;
}

/* When the next actor may act; UINT64_MAX: none can. */
static uint64_t next_moment(const struct load *load)
{
    uint64_t next = UINT64_MAX;
    struct step step;

    for (size_t i = 0; i < load->run->scenario->actor_count; i++) {
        if (can_act(load, i, &step) && load->moments[i] < next)
            next = load->moments[i];
    }
    return next;
}

static bool pass_over(struct run *run)
{
    for (size_t i = 0; i < run->scenario->actor_count; i++) {
        if (run->positions[i] < run->scenario->actors[i].step_count) {
            run->positions[i]++;
            return true;
        }
    }
    return false;
}

/* ---- the run ---- */

/* Nobody acts and nothing arrives: is it the end? */
static int rest(struct load *load, bool *out_done, struct err *err)
{
    struct run *run = load->run;

    if (run_settle(run, err))
        return -1;
    if (run->is_late || run_held_live(run) > 0) {
        *out_done = run->is_late;
        return 0;
    }
    if (step_is_enabled(run, &due_step))
        return process_step_count_due(run, err) ? -1 : process_step_do(run, &due_step, err);
    *out_done = next_moment(load) == UINT64_MAX && !pass_over(run);
    return 0;
}

static int turn(struct load *load, bool *out_done, struct err *err)
{
    uint64_t now_us = clock_monotonic_us(), next_us = next_moment(load);
    bool is_waiting = next_us != UINT64_MAX && next_us > now_us;

    if (run_turn(load->run, is_waiting || next_us == UINT64_MAX ? 1 : 0, err) ||
        let_all_go(load, err))
        return -1;
    now_us = clock_monotonic_us();
    if (act(load, now_us, err) || kill_and_start(load, now_us, err))
        return -1;
    if (now_us < load->stir_us + QUIET_US || is_waiting)
        return 0;
    return rest(load, out_done, err);
}

int run_load(struct run *run, struct chosen *chosen, struct err *err)
{
    size_t actors = run->scenario->actor_count;
    struct load load = {.run = run, .chosen = chosen};
    bool done = false;
    int rc = 0;

    chosen->trace.count = 0;
    if (run_settle(run, err)) /* connections of the run before are gone */
        return -1;
    uint64_t now_us = clock_monotonic_us();
    prng_init(&load.prng, chosen->seed);
    load.moments = arena_alloc(run->arena, (actors + 1) * sizeof(*load.moments));
    for (size_t i = 0; i < actors; i++)
        load.moments[i] = now_us + prng_below(&load.prng, PAUSE_US);
    if (chosen->tells_kills && prng_below(&load.prng, KILL_ONE_IN) == 0)
        load.kill_us = now_us + prng_below(&load.prng, 2 * PAUSE_US);
    load.stir_us = now_us;
    while (rc == 0 && !done)
        rc = turn(&load, &done, err);
    run->done.count = 0; /* what happened is no line that could be followed */
    return rc;
}
