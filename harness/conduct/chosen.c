/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chosen - the third way to choose the next step, beside milestones and exact lines: all that is enabled is listed, and
 * somebody else's prefix, the base order or chance picks.
 *
 * 1. An exchange is two steps, its commit and its reply. A pair that ran back to back is one step in the exact line, as
 *    one act has one spelling.
 * 2. A commit with a live client, an edit and a zombie's commit do not reach the engine: it is not asked whether it has
 *    settled, as it still is.
 * 3. An own step that cannot happen (a decision where nobody asked for one, an edit of what is not there) waits; when
 *    nothing else is left it is passed over.
 * 4. The end: nothing is enabled. Zombies that are left are dropped by recovery, so that :drop needs no step here.
 */
#include "harness/conduct/chosen.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/prng.h"
#include "harness/conduct/run.h"
#include "harness/explore/choices.h"
#include "harness/explore/footprint.h"
#include "harness/explore/kinds.h"

#define KILL_ONE_IN  12 /* by chance */
#define FAULT_ONE_IN 8
#define LATE_ONE_IN  4

struct steering {
    struct run *run;
    struct chosen *chosen;
    struct order order;
    struct prng prng;
    struct cost spent;
    struct sim_fault faults[KINDS_MAX]; /* by row; name NULL: not one to be told */
    size_t points_room, options_room;
    bool is_settled; /* nothing reached the engine since it was */
    bool has_passed; /* an own step */
};

/* ---- what is enabled ---- */

static struct option *add_option(struct steering *steering, struct point *point)
{
    if (point->count == steering->options_room) {
        size_t size = point->count * sizeof(*point->options);

        steering->options_room = 2 * steering->options_room + 8;
        point->options = arena_grow(steering->run->arena, point->options, size,
                                    steering->options_room * sizeof(*point->options));
    }
    struct option *option = &point->options[point->count++];
    *option = (struct option){.footprint = "e"};
    return option;
}

static const char *label_of(struct run *run, const struct step *step)
{
    struct buf text = BUF_INIT;

    step_format(step, &text);
    const char *copy = buf_copy(&text, run->arena);
    buf_release(&text);
    return copy;
}

/* On which of its connections an engine sends a request is its threads' chance once it was asked for more than one thing;
 * one that has threads from earlier runs goes on with any of them when timed work is due. */
static bool is_by_chance(const struct run *run, const struct fault_row *row)
{
    const bool may_be_others = run->was_due && conductor_shares(run->conductor);

    return (run->call_count > 1 || may_be_others) && strcmp(row->name, "keepalive-close") == 0;
}

static void add_fits(const struct steering *steering, const struct label *label,
                     struct option *option)
{
    const struct fault_row *rows = NULL;
    size_t count = kinds_rows(&rows);
    /* whoever stands still does not lose patience */
    bool can_time_out = !steering->run->conductor->instances[label->instance - 1].is_paused;

    for (size_t i = 0; i < count; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if (!(steering->chosen->kinds & bit) || is_by_chance(steering->run, &rows[i]))
            continue;
        if (rows[i].spelling != KIND_FAULT) {
            bool is_before = rows[i].spelling == KIND_TIMEOUT_BEFORE;

            option->faults |=
                can_time_out && is_before == (option->kind == OPTION_COMMIT) ? bit : 0;
            continue;
        }
        enum sim_fit fit = sim_fault_fit(steering->run->sim, label->number, &steering->faults[i]);
        option->whole |= fit == SIM_FIT_PASS ? bit : 0;
        option->faults |= fit == SIM_FIT_COMMIT || fit == SIM_FIT_REPLY ? bit : 0;
    }
}

static const char *commit_footprint(struct run *run, const struct sim_exchange *held)
{
    struct buf text = BUF_INIT;

    footprint_of_request(held, &text);
    if (sim_is_coupled(run->sim) && held->is_write)
        buf_puts(&text, ",*");
    const char *copy = buf_copy(&text, run->arena);
    buf_release(&text);
    return copy;
}

/* The engine's start comes before all actors; its own requests, its timed work, zombies and what waits behind them. */
static unsigned actor_place(const struct run *run, const char *name)
{
    size_t i = 0;

    while (i < run->scenario->actor_count && strcmp(run->scenario->actors[i].name, name) != 0)
        i++;
    return (unsigned)i + 1;
}

static void add_exchange(struct steering *steering, struct point *point, const struct label *label)
{
    struct run *run = steering->run;
    const struct sim_exchange *held = label_held(run, label);
    struct option *option = add_option(steering, point);
    struct step step;

    label_step(run, label, &step);
    option->label = label_of(run, &step);
    option->thread =
        step.intent ? arena_printf(run->arena, "%s/%s", step.actor, step.intent) : step.actor;
    if (label->instance > 1)
        option->thread = arena_printf(run->arena, "%s@%u", option->thread, label->instance);
    option->place = actor_place(run, step.actor);
    option->kind = held->stop == SIM_BEFORE ? OPTION_COMMIT : OPTION_REPLY;
    if (held->stop == SIM_BEFORE)
        option->footprint = commit_footprint(run, held);
    if (held->is_client_gone)
        option->kind = OPTION_ZOMBIE;
    else
        add_fits(steering, label, option);
}

/* A step goes where the scenario's own schedule sends it, as long as that process is up. */
static unsigned instance_for(const struct run *run, const struct step *step)
{
    const struct schedule *schedule = &run->scenario->schedule;

    for (size_t i = 0; i < schedule->count; i++) {
        const struct step *listed = &schedule->steps[i];
        bool is_it =
            strcmp(listed->actor, step->actor) == 0 && strcmp(listed->what, step->what) == 0 &&
            (!listed->intent || !step->intent || strcmp(listed->intent, step->intent) == 0) &&
            (listed->ordinal == 0 || listed->ordinal == (step->ordinal ? step->ordinal : 1));

        if (is_it && listed->instance > 1 &&
            instance_is_up(run->conductor, &run->conductor->instances[listed->instance - 1]))
            return listed->instance;
    }
    return 0;
}

/* What an own step touches: most of them the engine alone. */
static const char *own_footprint(struct run *run, const struct scenario_step *own)
{
    struct buf text = BUF_INIT;

    if (own_names_later(run, own)) /* whether it can happen depends on what was written */
        return "e,*";
    switch (own->verb) {
    case VERB_MERGE_PATIENT:
    case VERB_UNMERGE_PATIENT:
    case VERB_NOTIFY: /* it tells of what was committed */
        return "e,*";
    case VERB_EDIT:
        break;
    case VERB_SUBMIT:
    case VERB_REDELIVER:
    case VERB_RESUBMIT:
    case VERB_CANCEL:
    case VERB_COMPENSATE:
    case VERB_FETCH_REVIEW:
    case VERB_DECIDE:
    case VERB_SWEEP:
        return "e";
    }
    footprint_of_edit(own->method, own->target, &text);
    const char *copy = buf_copy(&text, run->arena);
    buf_release(&text);
    return copy;
}

/* The next own step of an actor, if it can happen; or, for `waits`, if it cannot. */
static void add_own(struct steering *steering, struct point *point, size_t actor, bool waits)
{
    struct run *run = steering->run;
    const struct scenario_actor *who = &run->scenario->actors[actor];
    struct step step;

    if (run->positions[actor] >= who->step_count)
        return;
    bool is_possible = own_next(run, actor, &step) && own_fits_chart(run, actor);
    if (is_possible == waits)
        return;
    own_name(run, actor, &step);
    if (who->steps[run->positions[actor]].verb != VERB_EDIT)
        step.instance = instance_for(run, &step);
    struct option *option = add_option(steering, point);
    option->kind = waits ? OPTION_WAITING : OPTION_OWN;
    option->label = label_of(run, &step);
    option->thread = who->name;
    option->place = actor_place(run, who->name);
    option->footprint = own_footprint(run, &who->steps[run->positions[actor]]);
}

static void add_process(struct steering *steering, struct point *point, enum option_kind kind,
                        const char *what, unsigned instance)
{
    struct step step = {.actor = "engine", .what = what, .instance = instance > 1 ? instance : 0};

    if (!step_is_enabled(steering->run, &step))
        return;
    struct option *option = add_option(steering, point);
    option->kind = kind;
    option->label = option->thread = label_of(steering->run, &step);
    option->place = kind == OPTION_START ? 0 : (unsigned)steering->run->scenario->actor_count + 2;
}

/* What happened together with a time-out is said before anything else. */
static bool add_forced(struct steering *steering, struct point *point)
{
    struct run *run = steering->run;

    for (size_t i = 0; i < run->label_count; i++) {
        const struct label *label = &run->labels[i];
        struct step step;

        if (!label->timed_out || label->said_timeout)
            continue;
        struct option *option = add_option(steering, point);
        label_step(run, label, &step);
        option->kind = OPTION_FORCED;
        option->label = option->thread = label_of(run, &step);
        return true;
    }
    return false;
}

/* What is done to one process where there are two. */
static void add_processes(struct steering *steering, struct point *point, enum option_kind kind,
                          const char *what)
{
    const unsigned count = scenario_instances(steering->run->scenario);

    for (unsigned i = 1; count > 1 && i <= count; i++)
        add_process(steering, point, kind, what, i);
}

static bool was_submitted(const struct run *run)
{
    for (size_t i = 0; i < run->intent_count; i++) {
        if (run->intents[i].was_submitted)
            return true;
    }
    return false;
}

static void list_options(struct steering *steering, struct point *point)
{
    struct run *run = steering->run;
    size_t count = 0;
    struct label **labels = labels_in_order(run, &count);

    *point = (struct point){.has_passed = steering->has_passed};
    steering->options_room = 0;
    if (add_forced(steering, point))
        return;
    bool is_upset_told = steering->chosen->tells_kills && was_submitted(run);
    point->can_kill =
        is_upset_told && step_is_enabled(run, &(struct step){.actor = "engine", .what = "kill"});
    add_process(steering, point, OPTION_START, "start", 1);
    if (scenario_instances(run->scenario) > 1)
        add_process(steering, point, OPTION_START, "start", 2);
    for (size_t actor = 0; actor <= run->scenario->actor_count; actor++) {
        bool is_actor = actor < run->scenario->actor_count;
        const char *name = is_actor ? run->scenario->actors[actor].name : "engine";

        for (size_t i = 0; i < count; i++) {
            const struct sim_exchange *held = label_held(run, labels[i]);
            struct step step;

            label_step(run, labels[i], &step);
            if (held && !held->is_client_gone && strcmp(step.actor, name) == 0)
                add_exchange(steering, point, labels[i]);
        }
        if (is_actor)
            add_own(steering, point, actor, false);
    }
    add_process(steering, point, OPTION_DUE, "due", 1);
    add_processes(steering, point, OPTION_START,
                  "resume"); /* when the others have done all they can */
    for (size_t i = 0; i < count; i++) {
        const struct sim_exchange *held = label_held(run, labels[i]);

        if (held && held->is_client_gone && held->stop == SIM_BEFORE)
            add_exchange(steering, point, labels[i]);
    }
    if (is_upset_told && scenario_instances(run->scenario) > 1) {
        add_process(steering, point, OPTION_UPSET, "kill", 2);
        add_processes(steering, point, OPTION_UPSET, "pause");
    }
    for (size_t actor = 0; actor < run->scenario->actor_count; actor++)
        add_own(steering, point, actor, true);
}

/* ---- which of it ---- */

static size_t count_bits(uint64_t mask)
{
    size_t count = 0;

    for (; mask; mask &= mask - 1)
        count++;
    return count;
}

/* A time-out is not for chance: it has to be known before the engine starts. */
static const char *random_fault(struct steering *steering, const struct option *option)
{
    const struct fault_row *rows = NULL;
    size_t count = kinds_rows(&rows);
    uint64_t mask = option->faults | option->whole;

    for (size_t i = 0; i < count; i++)
        mask &= rows[i].spelling == KIND_FAULT ? UINT64_MAX : ~(UINT64_C(1) << i);
    if (!mask || steering->spent.faults >= steering->chosen->bound.faults ||
        prng_below(&steering->prng, FAULT_ONE_IN))
        return NULL;
    size_t pick = prng_below(&steering->prng, count_bits(mask)), row = 0;
    for (;; row++) {
        if (mask >> row & 1 && pick-- == 0)
            return choice_spell(steering->run->arena, option, row);
    }
}

static const char *choose_randomly(struct steering *steering, const struct point *point)
{
    struct prng *prng = &steering->prng;
    struct arena *arena = steering->run->arena;
    size_t live = 0, zombies = 0, upset_count = 0;

    for (size_t i = 0; i < point->count; i++) {
        live += option_is_base(&point->options[i]);
        zombies += point->options[i].kind == OPTION_ZOMBIE;
        upset_count += point->options[i].kind == OPTION_UPSET;
    }
    const struct option *upsets = point->options + live + zombies;
    if (live == 0)
        return NULL;
    if (point->can_kill + upset_count > 0 &&
        steering->spent.kills < steering->chosen->bound.kills &&
        prng_below(prng, KILL_ONE_IN) == 0) {
        size_t pick = upset_count ? prng_below(prng, point->can_kill + upset_count) : 0;

        return pick < upset_count ? upsets[pick].label : STEP_KILL;
    }
    if (zombies && prng_below(prng, LATE_ONE_IN) == 0)
        return option_step(arena, &point->options[live + prng_below(prng, zombies)]);
    const struct option *option = &point->options[prng_below(prng, live)];
    const char *step = random_fault(steering, option);
    return step ? step : option_step(arena, option);
}

static int diverges(struct run *run, size_t number, const char *step, struct err *err)
{
    run->is_divergence = true;
    return err_set(err, ERR_IO,
                   "diverged at step %zu, %.120s: what could be done there is not what could be "
                   "done when the same steps were made before",
                   number, step);
}

/* *out_step NULL: nothing is left. */
static int choose(struct steering *steering, const struct point *point, const char **out_step,
                  struct err *err)
{
    const struct chosen *chosen = steering->chosen;
    size_t index = chosen->trace.count - 1, count = 0;

    if (index < chosen->prefix_count) {
        *out_step = chosen->prefix[index];
        if (chosen->hashes[index] != point->hash ||
            (!point_option(point, *out_step) && strcmp(*out_step, STEP_KILL) != 0))
            return diverges(steering->run, index + 1, *out_step, err);
        return 0;
    }
    if (chosen->is_random) {
        *out_step = choose_randomly(steering, point);
        return 0;
    }
    const struct option **sorted =
        order_sort(&steering->order, point, steering->run->arena, &count);
    *out_step = count ? option_step(steering->run->arena, sorted[0]) : NULL;
    return 0;
}

static bool has_live(const struct point *point)
{
    return point->count > 0 && option_is_base(&point->options[0]);
}

static bool pass_over_impossible(struct run *run)
{
    for (size_t i = 0; i < run->scenario->actor_count; i++) {
        if (run->positions[i] < run->scenario->actors[i].step_count) {
            run->positions[i]++;
            return true;
        }
    }
    return false;
}

/* ---- doing it ---- */

static int take(struct steering *steering, struct point *point, const char *text, struct err *err)
{
    struct run *run = steering->run;
    const struct option *option = point_option(point, text);
    struct footprint footprint;
    struct cost cost;
    struct step step;

    point->chosen = text;
    if (!order_take(&steering->order, point, text, &cost))
        return diverges(run, steering->chosen->trace.count, text, err);
    steering->spent = cost_add(steering->spent, cost);
    choice_footprint(run->arena, point, text, &footprint);
    steering->is_settled = !footprint.engine;
    if (option && option->kind == OPTION_FORCED) {
        step_note_timeout(run);
        return 0;
    }
    if (option && option->kind == OPTION_DUE && process_step_count_due(run, err))
        return -1;
    if (step_parse(run->arena, text, &step, err))
        return -1;
    step.ordinal = step.ordinal ? step.ordinal : 1;
    return step_do(run, &step, err);
}

static struct point *add_point(struct steering *steering)
{
    struct trace *trace = &steering->chosen->trace;

    if (trace->count == steering->points_room) {
        size_t size = trace->count * sizeof(*trace->points);

        steering->points_room = 2 * steering->points_room + 32;
        trace->points = arena_grow(steering->run->arena, trace->points, size,
                                   steering->points_room * sizeof(*trace->points));
    }
    return &trace->points[trace->count++];
}

static int parse_faults(struct steering *steering, struct err *err)
{
    const struct fault_row *rows = NULL;
    size_t count = kinds_rows(&rows);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].fault && sim_fault_parse(rows[i].fault, &steering->faults[i], err))
            return -1;
    }
    return 0;
}

int run_chosen(struct run *run, struct chosen *chosen, struct err *err)
{
    struct steering steering = {.run = run, .chosen = chosen};
    struct point point;
    const char *step = "";

    chosen->trace = (struct trace){.count = 0};
    order_init(&steering.order, run->arena);
    prng_init(&steering.prng, chosen->seed);
    if (parse_faults(&steering, err))
        return -1;
    while (step) {
        if (!steering.is_settled && run_settle(run, err))
            return -1;
        if (run->is_late)
            return 0;
        list_options(&steering, &point);
        if (!has_live(&point) && pass_over_impossible(run)) {
            steering.has_passed = true;
            continue;
        }
        point_hash(&point);
        struct point *kept = add_point(&steering);
        *kept = point;
        if (choose(&steering, kept, &step, err) || (step && take(&steering, kept, step, err)))
            return -1;
    }
    return 0;
}

/* A commit and its reply with nothing in between, and one fault at most, are the exchange as a whole. */
static bool join(struct step *commit, const struct step *reply)
{
    bool is_same =
        commit->part == PART_COMMIT && reply->part == PART_REPLY &&
        strcmp(commit->actor, reply->actor) == 0 && strcmp(commit->what, reply->what) == 0 &&
        commit->ordinal == reply->ordinal &&
        strcmp(commit->intent ? commit->intent : "", reply->intent ? reply->intent : "") == 0 &&
        !(commit->fault.name && reply->fault.name);

    if (!is_same)
        return false;
    commit->part = PART_WHOLE;
    if (reply->fault.name)
        commit->fault = reply->fault;
    return true;
}

void run_join_pairs(struct run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->done.count; i++) {
        if (count == 0 || !join(&run->done.steps[count - 1], &run->done.steps[i]))
            run->done.steps[count++] = run->done.steps[i];
    }
    run->done.count = count;
}
