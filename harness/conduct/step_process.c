/* SPDX-License-Identifier: Apache-2.0 */
/*
 * step_process - the steps of the reserved actors: what happens to the engine's process and to the server.
 *
 * After a kill or an orderly end every client is gone: it is waited for, so that what is held afterwards is a zombie
 * and nothing is in between.
 */
#include <signal.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/quiet.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/mapping.h"

#define DUES_MAX 200 /* in a row without a request */

static bool is_running(const struct run *run)
{
    return run->conductor->now->child && child_is_running(run->conductor->now->child);
}

/* A process for each intent is ended by ending them all; what runs already is not ours to end. */
static bool is_errands(const struct run *run)
{
    const struct mapping *mapping = run->conductor->options.adapter->mapping;

    return mapping && mapping->exec.command;
}

static bool can_term(const struct run *run)
{
    return is_running(run);
}

static bool can_kill(const struct run *run)
{
    return is_running(run) || (is_errands(run) && !run->conductor->is_down);
}

static bool can_start(const struct run *run)
{
    const struct conductor *conductor = run->conductor;

    if (conductor->now != conductor->instances && !conductor->options.adapter->second)
        return false;
    return process_is_ours(conductor) ? !is_running(run) : conductor->is_down;
}

static bool can_pause(const struct run *run)
{
    return process_is_ours(run->conductor) && instance_is_up(run->conductor, run->conductor->now);
}

static bool can_resume(const struct run *run)
{
    return is_running(run) && run->conductor->now->is_paused;
}

static bool can_due(const struct run *run)
{
    return run->has_due && process_is_up(run->conductor);
}

static bool can_down(const struct run *run)
{
    return !sim_is_down(run->sim);
}

static bool can_up(const struct run *run)
{
    return sim_is_down(run->sim);
}

/* Until the simulator saw every client go, and our own questions to it have failed. */
static int wait_gone(struct run *run, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    const struct instance *gone = run->conductor->now;

    while (run_held_by(run, gone) > 0 || engine_unanswered_by(run, gone) > 0) {
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "the engine ended, but %zu of its requests stay open (does "
                           "something it started live on?)",
                           run_held_by(run, gone));
        if (run_turn(run, 10, err))
            return -1;
    }
    run->asks_views = run->asks_logs = true;
    run->has_due = false;
    return 0;
}

static void expect_gone(struct run *run)
{
    for (size_t i = 0; i < run->label_count; i++)
        run->labels[i].is_gone_due |= run->labels[i].instance == instance_number(run->conductor);
    run->conductor->is_tainted = true;
    run->conductor->now->is_end_due = true;
}

static int do_kill(struct run *run, struct err *err)
{
    expect_gone(run);
    if (run->conductor->now->child)
        child_kill(run->conductor->now->child);
    errand_kill_all(run);
    leavings_note(run);
    run->conductor->now->is_paused = false;
    run->conductor->is_down = !run->conductor->now->child;
    return wait_gone(run, err);
}

static int do_term(struct run *run, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    expect_gone(run);
    child_signal(run->conductor->now->child, SIGTERM);
    while (child_is_running(run->conductor->now->child)) {
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT, "the engine did not end within %d s of SIGTERM",
                           WAIT_MS / 1000);
        if (run_turn(run, 1000, err))
            return -1;
    }
    leavings_note(run);
    run_note_process(run, "exited", child_end(run->conductor->now->child, run->scratch), 0);
    return wait_gone(run, err);
}

static int do_start(struct run *run, struct err *err)
{
    run->conductor->now->is_end_due = false;
    if (process_start(run->conductor, err))
        return err_context(err, "the engine did not start again");
    run->is_ready_due = run->conductor->now == run->conductor->instances;
    run->asks_views = true;
    return 0;
}

/* A signal is only the beginning: a thread that runs meanwhile would still send what it was about to. */
static int do_pause(struct run *run, struct err *err)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    struct quiet_look look = {.is_stopped = false};

    child_signal(run->conductor->now->child, SIGSTOP);
    while (!look.is_stopped) {
        if (clock_monotonic_ms() >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "the engine did not stand still within %d s of SIGSTOP", WAIT_MS / 1000);
        quiet_look(child_group(run->conductor->now->child), &look);
    }
    run->conductor->now->is_paused = true;
    return 0;
}

static int do_resume(struct run *run, struct err *err)
{
    (void)err;
    child_signal(run->conductor->now->child, SIGCONT);
    run->conductor->now->is_paused = false;
    run->asks_views = true;
    return 0;
}

/* One process after the other, so that what the first does then is there when the second looks, and no race between them. */
static int do_due(struct run *run, struct err *err)
{
    bool is_told = false;
    int rc = 0;

    run->has_due = false;
    run->was_due = true;
    run->asks_views = true;
    for (unsigned i = 0; i < INSTANCES_MAX && rc == 0; i++) {
        if (!instance_is_up(run->conductor, &run->conductor->instances[i]))
            continue;
        if (is_told && run_rest(run, err))
            return -1;
        instance_choose(run->conductor, i + 1);
        rc = engine_due(run, err);
        is_told = true;
    }
    return rc;
}

static int do_down(struct run *run, struct err *err)
{
    (void)err;
    sim_down(run->sim);
    return 0;
}

static int do_up(struct run *run, struct err *err)
{
    return sim_up(run->sim, err);
}

static const struct process_step {
    const char *actor, *what;
    const char *entry; /* the journal's; NULL: noted where it is done */
    bool (*is_enabled)(const struct run *run);
    int (*run)(struct run *run, struct err *err);
} steps[] = {
    {"engine", "kill", "kill", can_kill, do_kill},
    {"engine", "term", "term", can_term, do_term},
    {"engine", "pause", "pause", can_pause, do_pause},
    {"engine", "resume", "resume", can_resume, do_resume},
    {"engine", "start", "start", can_start, do_start},
    {"engine", "due", NULL, can_due, do_due},
    {"server", "down", "down", can_down, do_down},
    {"server", "up", "up", can_up, do_up},
};

static const struct process_step *find(const struct step *step)
{
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (strcmp(steps[i].actor, step->actor) == 0 && strcmp(steps[i].what, step->what) == 0)
            return &steps[i];
    }
    return NULL;
}

bool process_step_is_enabled(const struct run *run, const struct step *step)
{
    const struct process_step *known = find(step);
    struct conductor *conductor = run->conductor;

    if (!known || step->instance > INSTANCES_MAX)
        return false;
    instance_choose(conductor, step->instance ? step->instance : 1);
    bool is_so = known->is_enabled(run);
    instance_choose(conductor, 0);
    return is_so;
}

int process_step_do(struct run *run, const struct step *step, struct err *err)
{
    const struct process_step *known = find(step);

    ASSERT(known);
    const char *suffix = step->instance > 1 ? "@2" : "";
    struct conductor *conductor = run->conductor;

    instance_choose(conductor, step->instance ? step->instance : 1);
    if ((known->run == do_kill || known->run == do_term) &&
        instance_is_up(conductor, conductor->now) && engine_ask_metrics(run, err))
        return -1; /* they go with it */
    step_record(run, &(struct step){.actor = known->actor,
                                    .what = known->what,
                                    .instance = step->instance > 1 ? step->instance : 0});
    if (known->entry)
        run_note_process(run, arena_printf(run->arena, "%s%s", known->entry, suffix), "", 0);
    int rc = known->run(run, err);
    instance_choose(conductor, 0);
    return rc;
}

const struct step due_step = {.actor = "engine", .what = "due"};

int process_step_count_due(struct run *run, struct err *err)
{
    uint64_t arrivals = sim_arrivals(run->sim);

    run->dues = run->due_arrivals == arrivals ? run->dues + 1 : 0;
    run->due_arrivals = arrivals;
    if (run->dues <= DUES_MAX)
        return 0;
    return err_set(err, ERR_TIMEOUT,
                   "timed work was made due %d times in a row and brought no request", DUES_MAX);
}

int process_step_all_up(struct run *run, struct err *err)
{
    static const char *const ups[][2] = {
        {"server", "up"}, {"engine", "resume"}, {"engine", "start"}};

    for (size_t i = 0; i < COUNT_OF(ups); i++) {
        for (unsigned instance = 1; instance <= INSTANCES_MAX; instance++) {
            struct step step = {.actor = ups[i][0], .what = ups[i][1], .instance = instance};

            /* a second process is only started again */
            if (instance > 1 && !run->conductor->instances[instance - 1].child)
                continue;
            if (process_step_is_enabled(run, &step) && process_step_do(run, &step, err))
                return -1;
        }
    }
    return 0;
}
