/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exact - follows an exact line: each step in turn, once the engine has settled. A step that is not enabled then, or
 * something still to be done when the line has ended, is a divergence: the engine behaves otherwise than it did.
 *
 * In an exact line a step without #n is the first of its name, and one without @n is of the first process.
 */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "harness/conduct/run.h"

static int diverges(struct run *run, const char *what, const struct step *step, size_t number,
                    struct err *err)
{
    struct buf name = BUF_INIT, held = BUF_INIT;

    run->is_divergence = true;
    step_format(step, &name);
    step_held_text(run, &held, ", ");
    err_set(err, ERR_IO, "diverged at step %zu: %s %s; %s%.300s", number, buf_text(&name), what,
            held.size ? "held: " : "nothing is held", buf_text(&held));
    buf_release(&name);
    buf_release(&held);
    return -1;
}

/* Is something left to do at the end of the line? What a human does depends on what he sees, so it need not be. */
static bool find_left(struct run *run, struct step *out)
{
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    for (size_t i = 0; i < count; i++) {
        const struct sim_exchange *held = label_held(run, labels[i]);

        label_step(run, labels[i], out);
        if (held && !held->is_client_gone)
            return true;
    }
    for (size_t i = 0; i < run->scenario->actor_count; i++) {
        if (own_next(run, i, out) && strcmp(out->what, "submit") == 0)
            return true;
    }
    *out = due_step;
    return step_is_enabled(run, &due_step);
}

int run_exact(struct run *run, const struct schedule *schedule, struct err *err)
{
    struct step left;

    run->is_exact = true;
    for (size_t i = 0; i < schedule->count; i++) {
        struct step step = schedule->steps[i];

        if (step.ordinal == 0)
            step.ordinal = 1;
        if (step.instance == 0)
            step.instance = 1;
        if (run_settle(run, err))
            return -1;
        if (run->is_late)
            return 0;
        if (!step_is_enabled(run, &step))
            return diverges(run, "never came", &schedule->steps[i], i + 1, err);
        if (step_do(run, &step, err))
            return -1;
    }
    if (run_settle(run, err))
        return -1;
    if (!run->is_late && find_left(run, &left))
        return diverges(run, "comes after the end of the line", &left, schedule->count + 1, err);
    return 0;
}
