/* SPDX-License-Identifier: Apache-2.0 */
/*
 * step - what is enabled, and doing it: the parts of held exchanges here, actors' steps in step_own.c, those of
 * `engine` and `server` in step_process.c. A step is recorded before its effect, so that the journal reads in order.
 *
 * Parts by where an exchange is:     live before    live after    zombie before
 *     whole, :before                     x
 *     :commit                            x                             x
 *     :reply                                            x
 *     :timeout                           x              x         (x: it left with another one's time-out)
 *     :drop                              x                             x
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/run.h"

static bool is_process_step(const struct step *step)
{
    return strcmp(step->actor, "server") == 0 ||
           (strcmp(step->actor, "engine") == 0 && !what_is_interaction(step->what) &&
            !what_is_class(step->what));
}

static bool is_exchange_step(const struct step *step)
{
    return what_is_interaction(step->what) || what_is_class(step->what);
}

static bool part_is_possible(const struct run *run, const struct label *label, enum part part)
{
    const struct sim_exchange *held = label_held(run, label);

    if (part == PART_TIMEOUT && label->timed_out)
        return !label->said_timeout;
    return held && part_fits(part, held, label->was_held);
}

/* The exchange that the step is about now, or NULL. */
static struct label *target(struct run *run, const struct step *step)
{
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    for (size_t i = 0; i < count; i++) {
        if (label_matches(run, labels[i], step) && part_is_possible(run, labels[i], step->part))
            return labels[i];
    }
    /* one that left after its commit is not held any more */
    for (size_t i = 0; step->part == PART_TIMEOUT && i < run->label_count; i++) {
        struct label *label = &run->labels[i];

        if (label_matches(run, label, step) && label->timed_out && !label->said_timeout)
            return label;
    }
    return NULL;
}

bool step_is_enabled(struct run *run, const struct step *step)
{
    if (step->instance > INSTANCES_MAX)
        return false;
    if (is_process_step(step))
        return process_step_is_enabled(run, step);
    if (is_exchange_step(step))
        return target(run, step) != NULL;
    return own_is_enabled(run, step);
}

void step_held_text(struct run *run, struct buf *out, const char *between)
{
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    for (size_t i = 0; i < count; i++) {
        const struct sim_exchange *held = label_held(run, labels[i]);
        struct step step;

        label_step(run, labels[i], &step);
        if (i > 0)
            buf_puts(out, between);
        step_format(&step, out);
        if (held)
            buf_printf(out, " (%s %s%s%s)", held->method, held->url,
                       held->stop == SIM_AFTER ? ", applied" : "",
                       held->is_client_gone ? ", its client is gone" : "");
    }
}

void step_record(struct run *run, const struct step *step)
{
    struct buf text = BUF_INIT, held = BUF_INIT;
    const struct conductor_options *options = &run->conductor->options;

    if (run->is_recovering)
        return;
    step_format(step, &text);
    if (options->on_step) {
        step_held_text(run, &held, "\n");
        options->on_step(options->on_step_arg, buf_text(&text), buf_text(&held));
    }
    run_note_process(run, "step", buf_text(&text), 0);
    if (run->done.count == run->done_room) {
        size_t size = run->done_room * sizeof(*run->done.steps);

        run->done_room = run->done_room ? 2 * run->done_room : 32;
        run->done.steps = arena_grow(run->arena, run->done.steps, size,
                                     run->done_room * sizeof(*run->done.steps));
    }
    run->done.steps[run->done.count++] = *step;
    buf_release(&text);
    buf_release(&held);
}

bool step_note_timeout(struct run *run)
{
    for (size_t i = 0; i < run->label_count; i++) {
        struct label *label = &run->labels[i];
        struct step step;

        if (!label->timed_out || label->said_timeout)
            continue;
        label_step(run, label, &step);
        step.part = PART_TIMEOUT;
        step_record(run, &step);
        label->said_timeout = true;
        return true;
    }
    return false;
}

static bool is_gone(const struct run *run, const struct label *label)
{
    const struct sim_exchange *held = label_held(run, label);

    return !held || held->is_client_gone;
}

/* Waits for the client's own time-out. Others that it held longer go with it. */
static int let_time_out(struct run *run, struct label *label, struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    uint64_t number = label->number;

    while (!is_gone(run, label)) {
        uint64_t now = clock_monotonic_ms();

        if (now >= deadline_ms)
            return err_set(err, ERR_TIMEOUT,
                           "the engine did not hang up within %d s, although its "
                           "time-out is %ld ms",
                           WAIT_MS / 1000, run->conductor->place.timeout_ms);
        if (run_turn(run, (int)(deadline_ms - now), err))
            return -1;
    }
    for (size_t i = 0; i < run->label_count; i++) {
        struct label *other = &run->labels[i];

        if (other->is_gone_due || !sim_held_find(run->sim, other->number) || !is_gone(run, other))
            continue;
        other->timed_out = other->is_gone_due = true;
    }
    label = label_find(run, number);
    label->timed_out = label->is_gone_due = label->said_timeout = true;
    return 0;
}

static int do_part(struct run *run, struct label *label, const struct step *step, struct err *err)
{
    const struct sim_fault *fault = step->fault.name ? &step->fault : NULL;

    run->asks_views |= step->part != PART_BEFORE && step->part != PART_COMMIT;
    switch (step->part) {
    case PART_WHOLE:
        return sim_pass(run->sim, label->number, fault, err);
    case PART_BEFORE:
        label->was_held = true;
        return 0;
    case PART_COMMIT:
        return sim_commit(run->sim, label->number, fault, err);
    case PART_REPLY:
        return sim_reply(run->sim, label->number, fault, err);
    case PART_TIMEOUT:
        if (label->timed_out) {
            label->said_timeout = true;
            return 0;
        }
        return let_time_out(run, label, err);
    case PART_DROP:
        return sim_drop(run->sim, label->number, err);
    }
    return 0;
}

/* By label and part, so that the exact line has interactions and intents whatever the milestone said. */
static int do_exchange(struct run *run, struct label *label, const struct step *asked,
                       struct err *err)
{
    struct step step;

    label_step(run, label, &step);
    step.part = asked->part;
    step.fault = asked->fault;
    step_record(run, &step);
    if (do_part(run, label, asked, err) == 0)
        return 0;
    struct buf text = BUF_INIT;
    step_format(&step, &text);
    err_context(err, "%s", buf_text(&text));
    buf_release(&text);
    return -1;
}

int step_pass(struct run *run, struct label *label, struct err *err)
{
    const struct sim_exchange *held = label_held(run, label);
    struct step step = {.part = held && held->stop == SIM_AFTER ? PART_REPLY : PART_WHOLE};

    return do_exchange(run, label, &step, err);
}

int step_do(struct run *run, const struct step *step, struct err *err)
{
    if (is_process_step(step))
        return process_step_do(run, step, err);
    if (!is_exchange_step(step))
        return own_do(run, step, err);
    struct label *label = target(run, step);
    ASSERT(label);
    return do_exchange(run, label, step, err);
}
