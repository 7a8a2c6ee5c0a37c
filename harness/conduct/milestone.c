/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milestone - chooses the next step of a milestone schedule (contracts.md, architecture.md). After each settle the
 * first that applies:
 *
 *   1. a request that matches no milestone still to come passes
 *   2. the next milestone, where it is enabled
 *   3. due work (unless a milestone to come is `engine.due` and this one may be passed over)
 *   4. the next milestone is passed over, where it carries `?`
 *   5. what a milestone held back (:before, :commit) and no milestone to come names goes on
 *   6. an actor's own step that no milestone to come names; the actor of the next milestone first
 *   7. a look that only `?` milestones to come name: some engines look more often than others
 *   8. all milestones reached: the end. Else: not reached
 *
 * What happened is deterministic: requests are taken in the order of actors, intents and names, never of arrival.
 */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "harness/conduct/run.h"

struct course {
    const struct schedule *schedule;
    size_t next; /* the milestone to come */
};

static bool is_named_later(const struct run *run, const struct course *course,
                           const struct label *label)
{
    for (size_t i = course->next; i < course->schedule->count; i++) {
        if (label_matches(run, label, &course->schedule->steps[i]))
            return true;
    }
    return false;
}

/* A look that may come later, but need not. */
static bool is_spare_look(const struct run *run, const struct course *course,
                          const struct label *label)
{
    for (size_t i = course->next; i < course->schedule->count; i++) {
        const struct step *step = &course->schedule->steps[i];

        if (!step->is_optional && label_matches(run, label, step))
            return false;
    }
    return !label->is_write;
}

static bool is_held_back(const struct run *run, const struct label *label)
{
    const struct sim_exchange *held = label_held(run, label);

    return label->was_held || (held && held->stop == SIM_AFTER);
}

/* Lets one exchange go on that no milestone to come names. *out_did: there was one. */
static int pass_unnamed(struct run *run, const struct course *course, bool held_back, bool *out_did,
                        struct err *err)
{
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    for (size_t i = 0; i < count; i++) {
        const struct sim_exchange *held = label_held(run, labels[i]);

        if (!held || held->is_client_gone || is_held_back(run, labels[i]) != held_back ||
            is_named_later(run, course, labels[i]))
            continue;
        *out_did = true;
        return step_pass(run, labels[i], err);
    }
    return 0;
}

/* Lets the first look go on that no milestone has to have. */
static int pass_spare_look(struct run *run, const struct course *course, bool *out_did,
                           struct err *err)
{
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    for (size_t i = 0; i < count; i++) {
        const struct sim_exchange *held = label_held(run, labels[i]);

        if (!held || held->is_client_gone || is_held_back(run, labels[i]) ||
            !is_spare_look(run, course, labels[i]))
            continue;
        *out_did = true;
        return step_pass(run, labels[i], err);
    }
    return 0;
}

static bool own_is_named_later(const struct run *run, const struct course *course, size_t actor)
{
    for (size_t i = course->next; i < course->schedule->count; i++) {
        if (own_matches(run, actor, &course->schedule->steps[i]))
            return true;
    }
    return false;
}

/* The own step to do now, of the actor that the next milestone waits for or else of the first that has one. */
static int do_unnamed_own(struct run *run, const struct course *course, bool *out_did,
                          struct err *err)
{
    const struct scenario *scenario = run->scenario;
    const char *wanted =
        course->next < course->schedule->count ? course->schedule->steps[course->next].actor : "";
    struct step step;

    for (int is_first_pass = 1; is_first_pass >= 0; is_first_pass--) {
        for (size_t i = 0; i < scenario->actor_count; i++) {
            if (is_first_pass && strcmp(scenario->actors[i].name, wanted) != 0)
                continue;
            if (!own_next(run, i, &step) || own_is_named_later(run, course, i))
                continue;
            *out_did = true;
            return step_do(run, &step, err);
        }
    }
    return 0;
}

static bool due_is_named_later(const struct course *course)
{
    for (size_t i = course->next; i < course->schedule->count; i++) {
        const struct step *step = &course->schedule->steps[i];

        if (strcmp(step->actor, due_step.actor) == 0 && strcmp(step->what, due_step.what) == 0)
            return true;
    }
    return false;
}

static int not_reached(struct run *run, const struct step *step, struct err *err)
{
    struct buf name = BUF_INIT, held = BUF_INIT;

    step_format(step, &name);
    step_held_text(run, &held, ", ");
    err_set(err, ERR_IO, "milestone not reached: %s; %s%.300s", buf_text(&name),
            held.size ? "held instead: " : "nothing is held", buf_text(&held));
    buf_release(&name);
    buf_release(&held);
    return -1;
}

/* Points 3 to 8. *out_did false: the run is at its end. */
static int go_on(struct run *run, struct course *course, bool *out_did, struct err *err)
{
    const struct step *next =
        course->next < course->schedule->count ? &course->schedule->steps[course->next] : NULL;

    if (step_is_enabled(run, &due_step) &&
        !(next && next->is_optional && due_is_named_later(course))) {
        *out_did = true;
        return process_step_count_due(run, err) ? -1 : step_do(run, &due_step, err);
    }
    if (next && next->is_optional) {
        *out_did = true;
        own_skip(run, next);
        course->next++;
        return 0;
    }
    if (pass_unnamed(run, course, true, out_did, err))
        return -1;
    if (!*out_did && do_unnamed_own(run, course, out_did, err))
        return -1;
    if (next && !*out_did && pass_spare_look(run, course, out_did, err))
        return -1;
    return next && !*out_did ? not_reached(run, next, err) : 0;
}

/* One choice. *out_did false: the run is at its end. */
static int choose(struct run *run, struct course *course, bool *out_did, struct err *err)
{
    *out_did = false;
    if (step_note_timeout(run)) {
        *out_did = true;
        return 0;
    }
    if (pass_unnamed(run, course, false, out_did, err))
        return -1;
    if (*out_did)
        return 0;
    if (course->next < course->schedule->count) {
        const struct step *next = &course->schedule->steps[course->next];

        if (step_is_enabled(run, next)) {
            *out_did = true;
            course->next++;
            return step_do(run, next, err);
        }
    }
    return go_on(run, course, out_did, err);
}

int run_milestones(struct run *run, const struct schedule *schedule, struct err *err)
{
    struct course course = {.schedule = schedule};
    bool did = true;

    while (did) {
        if (run_settle(run, err))
            return -1;
        if (run->is_late)
            return 0;
        if (choose(run, &course, &did, err))
            return -1;
    }
    return 0;
}
