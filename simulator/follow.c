/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow - chooses, after every turn, what may happen now:
 *
 *   1. a held exchange that no step to come names goes on, unless a step held it back (:before, :commit, :timeout)
 *   2. the next step is done, where an exchange for it is at the right stop; an edit always
 *   3. the next step is passed over, where it carries `?` and an exchange is held for a later one
 *   4. all are done, or one failed: everything goes on
 *
 * Parts by where an exchange is:     live before    live after    client gone, before
 *     whole, :before                     x
 *     :commit, :drop                     x                             x
 *     :reply                                            x
 *     :timeout (done when it is gone)    x              x              x
 *
 * Unlike the harness (conduct/milestone.c), which owns the engine and knows when it has settled, this knows nothing of
 * its clients: a request that has not come may still come. So what a step held back waits until a step lets it go, or
 * until the schedule is over.
 *
 * Invariants:
 *  1. `held` has the exchanges that were held for this schedule and have not gone on, in arrival order. One whose client
 *     is gone when the schedule is over stays with the simulator, for whoever releases it.
 *  2. Steps before `next` are done or passed over, the others wait; but for one that failed, behind which nothing is done.
 *  3. A step is in the journal (process, "step ...") before its effect.
 */
#include "simulator/follow.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"
#include "base/shape.h"
#include "simulator/notation.h"

enum state { STATE_WAITING, STATE_DONE, STATE_PASSED_OVER, STATE_FAILED };

struct milestone {
    struct step step;
    const char *text;         /* as written */
    const struct cJSON *edit; /* NULL: a request */
    enum state state;
    uint64_t exchange; /* 0: none yet */
    unsigned seen;     /* requests that it names but for #n */
};

struct held {
    uint64_t number;
    bool is_kept; /* a step held it back */
    bool *fits;   /* by step: does it name this exchange? */
};

struct course { /* one schedule; what it is made of lives in the arena */
    struct arena *arena;
    struct milestone *milestones;
    size_t count, next;
    struct held *held;
    size_t held_count, held_room;
    const char *problem; /* NULL unless a step failed */
};

struct follow {
    struct sim *sim;
    struct course *course;    /* NULL: none */
    struct arena *arena;      /* of the file's schedule */
    const struct cJSON *file; /* or NULL */
};

/* ---- reading ---- */

static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", NULL};
static const char *const requests[] = {"write",   "look",        "read",      "vread", "search",
                                       "history", "create",      "update",    "patch", "delete",
                                       "batch",   "transaction", "operation", "poll",  NULL};

static const struct shape edit_form = {
    .name = "scheduledEdit",
    .members = (const struct shape_member[]){
        {.name = "method", .kind = SHAPE_STRING, .is_required = true, .choices = methods},
        {.name = "target", .kind = SHAPE_STRING, .is_required = true},
        {.name = "body", .kind = SHAPE_ANY},
        {.name = NULL},
    }};

static const struct shape schedule_form = {
    .name = "schedule",
    .members = (const struct shape_member[]){
        {.name = "schedule", .kind = SHAPE_STRINGS, .is_required = true},
        {.name = "edits", .kind = SHAPE_MAP_OF, .of = &edit_form},
        {.name = NULL},
    }};

static bool is_request(const char *what)
{
    return what_is_interaction(what) || what_is_class(what);
}

/* "submti", nearest is "submit"; expected one of the requests and of the edits that there are. */
static int unknown_what(struct arena *arena, const char *what, const struct cJSON *edits,
                        struct err *err)
{
    const char **known =
        arena_alloc(arena, (COUNT_OF(requests) + json_count(edits)) * sizeof(*known));
    const struct cJSON *edit = NULL;
    size_t count = 0;

    cJSON_ArrayForEach(edit, edits) known[count++] = edit->string;
    memcpy(known + count, requests, sizeof(requests));
    return err_set(err, ERR_INPUT, "neither a request nor one of the edits: %s",
                   near_explain(arena, what, known));
}

static int check_step(struct arena *arena, const struct cJSON *edits, struct milestone *milestone,
                      struct err *err)
{
    const struct step *step = &milestone->step;
    const bool is_whole_edit = !step->ordinal && step->part == PART_WHOLE && !step->fault.name &&
                               !step->is_optional && !step->intent;

    milestone->edit = json_get(edits, step->what);
    if (step->instance)
        return err_set(err, ERR_INPUT, "@%u: only chartproof knows instances of an engine",
                       step->instance);
    if (milestone->edit && !is_whole_edit)
        return err_set(err, ERR_INPUT, "an edit is made whole; expected \"%s.%s\"", step->actor,
                       step->what);
    if (!milestone->edit && !is_request(step->what))
        return unknown_what(arena, step->what, edits, err);
    if (step->fault.name && step->part != PART_WHOLE && step->part != PART_COMMIT &&
        step->part != PART_REPLY)
        return err_set(err, ERR_INPUT,
                       "a fault goes with a whole request, with :commit or with :reply");
    return 0;
}

static int check_edits(const struct cJSON *edits, struct err *err)
{
    const struct cJSON *edit = NULL;

    cJSON_ArrayForEach(edit, edits)
    {
        if (is_request(edit->string))
            return err_set(err, ERR_INPUT,
                           "/edits/%s: that is the name of a request; expected another name",
                           edit->string);
    }
    return 0;
}

static int read_course(struct course *course, const struct cJSON *source, struct err *err)
{
    const struct cJSON *edits = json_get(source, "edits");
    struct schedule schedule;

    if (!cJSON_IsObject(source))
        return err_set(err, ERR_INPUT, "found %s; expected an object with schedule and edits",
                       json_type_name(source));
    if (shape_check(course->arena, &schedule_form, source, "", err) || check_edits(edits, err) ||
        schedule_from_json(course->arena, json_get(source, "schedule"), &schedule, err))
        return -1;
    course->count = schedule.count;
    course->milestones =
        arena_alloc(course->arena, (schedule.count + 1) * sizeof(struct milestone));
    for (size_t i = 0; i < schedule.count; i++) {
        struct milestone *milestone = &course->milestones[i];

        milestone->step = schedule.steps[i];
        milestone->text = json_text(json_at(json_get(source, "schedule"), i));
        if (check_step(course->arena, edits, milestone, err))
            return err_context(err, "step %zu: \"%.120s\"", i + 1, milestone->text);
    }
    return 0;
}

static void course_free(struct course *course)
{
    if (!course)
        return;
    free(course->held);
    arena_free(course->arena);
}

static struct course *course_new(const struct cJSON *source, struct err *err)
{
    struct arena *arena = arena_new();
    struct course *course = arena_alloc(arena, sizeof(*course));

    course->arena = arena;
    if (read_course(course, json_copy_root(arena, source), err) == 0)
        return course;
    course_free(course);
    return NULL;
}

/* ---- what is held ---- */

static bool names(const struct milestone *milestone, const struct sim_exchange *exchange)
{
    const struct step *step = &milestone->step;

    return !milestone->edit && strcmp(step->actor, exchange->actor) == 0 &&
           (!step->intent || strcmp(step->intent, exchange->correlation) == 0) &&
           what_matches(step->what, exchange->interaction, exchange->is_write);
}

static void add_held(struct course *course, uint64_t number, bool *fits)
{
    if (course->held_count == course->held_room) {
        course->held_room = course->held_room ? 2 * course->held_room : 16;
        course->held = realloc(course->held, course->held_room * sizeof(course->held[0]));
        if (!course->held)
            BUG("out of memory");
    }
    course->held[course->held_count++] = (struct held){.number = number, .fits = fits};
}

/* The step to come that names it, or `count`. */
static size_t step_for(const struct course *course, const struct held *held)
{
    size_t i = course->next;

    while (i < course->count && !held->fits[i])
        i++;
    return i;
}

/* For sim_pilot: is the exchange to be held? */
static bool arrived(void *arg, const struct sim_exchange *exchange)
{
    struct course *course = ((struct follow *)arg)->course;
    bool *fits = NULL;

    if (!course || course->problem || course->next == course->count)
        return false;
    for (size_t i = 0; i < course->count; i++) {
        struct milestone *milestone = &course->milestones[i];
        const unsigned wanted = milestone->step.ordinal;

        if (!names(milestone, exchange))
            continue;
        milestone->seen++;
        if (i < course->next || (wanted && wanted != milestone->seen))
            continue;
        if (!fits)
            fits = arena_alloc(course->arena, course->count * sizeof(*fits));
        fits[i] = true;
    }
    if (fits)
        add_held(course, exchange->number, fits);
    return fits != NULL;
}

/* As if nothing had held it; one without a client stays with the simulator. The caller forgets it. */
static void let_go(struct follow *follow, const struct held *held)
{
    const struct sim_exchange *exchange = sim_held_find(follow->sim, held->number);
    struct err err = ERR_INIT;
    int rc = 0;

    if (exchange && !exchange->is_client_gone)
        rc = exchange->stop == SIM_BEFORE ? sim_pass(follow->sim, held->number, NULL, &err)
                                          : sim_reply(follow->sim, held->number, NULL, &err);
    if (rc)
        BUG("%s", err.text);
}

/* Point 1; and forgets what is held no longer: released by hand, or its client left after the
 * commit. */
static void let_unnamed_go(struct follow *follow)
{
    struct course *course = follow->course;
    size_t left = 0;

    for (size_t i = 0; i < course->held_count; i++) {
        const struct held held = course->held[i];

        if (!held.is_kept && step_for(course, &held) == course->count)
            let_go(follow, &held);
        else if (sim_held_find(follow->sim, held.number))
            course->held[left++] = held;
    }
    course->held_count = left;
}

static void let_all_go(struct follow *follow)
{
    struct course *course = follow->course;

    for (size_t i = 0; i < course->held_count; i++)
        let_go(follow, &course->held[i]);
    course->held_count = 0;
}

/* ---- doing a step ---- */

static void note(struct follow *follow, const struct milestone *milestone)
{
    sim_note(follow->sim, &(struct sim_entry){.kind = SIM_PROCESS,
                                              .exchange = milestone->exchange,
                                              .actor = milestone->step.actor,
                                              .what = arena_printf(follow->course->arena, "step %s",
                                                                   milestone->text)});
}

static void finish(struct course *course, enum state state)
{
    course->milestones[course->next++].state = state;
}

static void fail(struct course *course, const struct err *err)
{
    struct milestone *milestone = &course->milestones[course->next];

    milestone->state = STATE_FAILED;
    course->problem = arena_printf(course->arena, "step %zu: \"%s\": %s", course->next + 1,
                                   milestone->text, err->text);
}

static void make_edit(struct follow *follow, const struct milestone *milestone)
{
    struct course *course = follow->course;
    const struct cJSON *body = json_get(milestone->edit, "body");
    const char *text = body ? json_print(course->arena, body) : NULL;
    struct err err = ERR_INIT;

    note(follow, milestone);
    if (sim_edit(follow->sim, milestone->step.actor, milestone->step.what,
                 json_string(milestone->edit, "method"), json_string(milestone->edit, "target"),
                 text, text ? strlen(text) : 0, &err))
        fail(course, &err);
    else
        finish(course, STATE_DONE);
}

/* A client that has left already has timed out. */
static bool part_is_possible(const struct sim_exchange *exchange, const struct held *held,
                             enum part part)
{
    return part == PART_TIMEOUT || part_fits(part, exchange, held->is_kept);
}

/* The oldest exchange that the next step can be done with, or NULL. */
static struct held *target(const struct follow *follow)
{
    const struct course *course = follow->course;
    const struct milestone *milestone = &course->milestones[course->next];

    for (size_t i = 0; i < course->held_count; i++) {
        struct held *held = &course->held[i];
        const struct sim_exchange *exchange = sim_held_find(follow->sim, held->number);

        if (exchange && held->fits[course->next] &&
            part_is_possible(exchange, held, milestone->step.part))
            return held;
    }
    return NULL;
}

/* Does the step with `held`; :timeout is only begun. */
static void do_step(struct follow *follow, struct held *held)
{
    struct course *course = follow->course;
    struct milestone *milestone = &course->milestones[course->next];
    const struct sim_fault *fault = milestone->step.fault.name ? &milestone->step.fault : NULL;
    const uint64_t number = milestone->exchange = held->number;
    struct err err = ERR_INIT;
    int rc = 0;

    note(follow, milestone);
    switch (milestone->step.part) {
    case PART_WHOLE:
        rc = sim_pass(follow->sim, number, fault, &err);
        break;
    case PART_COMMIT:
        rc = sim_commit(follow->sim, number, fault, &err);
        break;
    case PART_REPLY:
        rc = sim_reply(follow->sim, number, fault, &err);
        break;
    case PART_DROP:
        rc = sim_drop(follow->sim, number, &err);
        break;
    case PART_BEFORE:
    case PART_TIMEOUT:
        break;
    }
    held->is_kept = true; /* let_unnamed_go forgets it where it is held no longer */
    if (rc)
        fail(course, &err);
    else if (milestone->step.part != PART_TIMEOUT)
        finish(course, STATE_DONE);
}

/* ---- the choice ---- */

/* Is an exchange held for a step behind the next one, and not for that? */
static bool is_overtaken(const struct course *course)
{
    for (size_t i = 0; i < course->held_count; i++) {
        const struct held *held = &course->held[i];

        if (!held->fits[course->next] && step_for(course, held) < course->count)
            return true;
    }
    return false;
}

/* Points 2 and 3; false when there is nothing to do now. */
static bool advance(struct follow *follow)
{
    struct course *course = follow->course;
    const struct milestone *milestone = &course->milestones[course->next];
    struct held *held = NULL;

    if (milestone->edit) {
        make_edit(follow, milestone);
        return true;
    }
    if (milestone->exchange) { /* a :timeout that was begun */
        const struct sim_exchange *waited = sim_held_find(follow->sim, milestone->exchange);

        if (waited && !waited->is_client_gone)
            return false;
        finish(course, STATE_DONE);
        return true;
    }
    held = target(follow);
    if (held)
        do_step(follow, held);
    else if (milestone->step.is_optional && is_overtaken(course))
        finish(course, STATE_PASSED_OVER);
    else
        return false;
    return true;
}

bool follow_is_over(const struct follow *follow)
{
    const struct course *course = follow->course;

    if (!course || course->problem)
        return true;
    for (size_t i = course->next; i < course->count; i++) {
        if (!course->milestones[i].step.is_optional || course->milestones[i].exchange)
            return false;
    }
    return true;
}

/* For sim_pilot. */
static void turned(void *arg)
{
    struct follow *follow = arg;
    struct course *course = follow->course;

    if (!course || (course->next == course->count && course->held_count == 0))
        return;
    do {
        let_unnamed_go(follow);
    } while (!course->problem && course->next < course->count && advance(follow));
    if (follow_is_over(follow))
        let_all_go(follow);
}

/* ---- the face ---- */

struct follow *follow_new(void)
{
    struct arena *arena = arena_new();
    struct follow *follow = arena_alloc(arena, sizeof(*follow));

    follow->arena = arena;
    return follow;
}

void follow_free(struct follow *follow)
{
    if (!follow)
        return;
    course_free(follow->course);
    arena_free(follow->arena);
}

void follow_bind(struct follow *follow, struct sim *sim)
{
    follow->sim = sim;
}

struct sim_pilot follow_pilot(struct follow *follow)
{
    return (struct sim_pilot){.arrived = arrived, .turned = turned, .arg = follow};
}

int follow_set(struct follow *follow, const struct cJSON *source, struct err *err)
{
    struct course *course = course_new(source, err);

    if (!course)
        return -1;
    follow_clear(follow);
    follow->course = course;
    turned(follow);
    return 0;
}

int follow_set_file(struct follow *follow, const char *path, struct err *err)
{
    struct course *course = NULL;

    follow->file = json_parse_file(follow->arena, path, err);
    if (follow->file)
        course = course_new(follow->file, err);
    if (!course) {
        err->code = ERR_INPUT; /* a file that the user named and that cannot be used */
        return follow->file ? err_context(err, "%s", path) : -1;
    }
    course_free(course);
    return 0;
}

void follow_clear(struct follow *follow)
{
    if (!follow->course)
        return;
    let_all_go(follow);
    course_free(follow->course);
    follow->course = NULL;
}

void follow_restart(struct follow *follow)
{
    struct err err = ERR_INIT;

    course_free(follow->course); /* what it held went with the earlier run */
    follow->course = NULL;
    if (follow->file && follow_set(follow, follow->file, &err))
        BUG("%s", err.text); /* it was read before */
}

bool follow_has_schedule(const struct follow *follow)
{
    return follow->course != NULL;
}

/* ---- the view ---- */

static void view_steps(const struct course *course, struct cJSON *out)
{
    static const char *const states[] = {[STATE_WAITING] = "waiting",
                                         [STATE_DONE] = "done",
                                         [STATE_PASSED_OVER] = "passed-over",
                                         [STATE_FAILED] = "failed"};

    for (size_t i = 0; i < course->count; i++) {
        const struct milestone *milestone = &course->milestones[i];
        struct cJSON *item = json_add_object(out);

        json_put_string(item, "step", milestone->text);
        json_put_string(item, "state", states[milestone->state]);
        if (milestone->exchange)
            json_put_integer(item, "exchange", (long long)milestone->exchange);
    }
}

static void view_held(const struct follow *follow, struct cJSON *out)
{
    const struct course *course = follow->course;

    for (size_t i = 0; i < course->held_count; i++) {
        const struct held *held = &course->held[i];
        const struct sim_exchange *exchange = sim_held_find(follow->sim, held->number);
        const size_t step = step_for(course, held);
        struct cJSON *item = exchange ? json_add_object(out) : NULL;

        if (!item)
            continue;
        json_put_integer(item, "n", (long long)held->number);
        json_put_string(item, "stop", exchange->stop == SIM_BEFORE ? "before" : "after");
        json_put_flag(item, "clientGone", exchange->is_client_gone);
        if (step == course->count)
            continue;
        json_put_integer(item, "for", (long long)step + 1);
        json_put_string(item, "step", course->milestones[step].text);
    }
}

void follow_view(const struct follow *follow, struct cJSON *out)
{
    const struct course *course = follow->course;

    json_put_flag(out, "complete", follow_is_over(follow) && !course->problem);
    if (course->problem)
        json_put_string(out, "problem", course->problem);
    view_steps(course, json_put_array(out, "steps"));
    view_held(follow, json_put_array(out, "held"));
}
