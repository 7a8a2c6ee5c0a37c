/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candidate - each step of the exact line is a mark; marks about one request belong together.
 *
 * 1. Requests are spelled by class, `write` or `look`, as engines differ; those of an intent that sent what can be
 *    either (a batch, an operation) by interaction. A class has numbers of its own.
 * 2. A request with a fault that is kept is always named. Without, its place in the order can go; so can what lies
 *    between its parts: then it is let through whole, where its first part was.
 * 3. What another design may do otherwise carries `?`: looks; whatever the engine does after the first fault; a write
 *    that passes whole; what a human does with a review.
 */
#include "harness/explore/candidate.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/shape.h"
#include "harness/scenario/scenario.h"

#define NONE SIZE_MAX

enum mark_kind { MARK_OWN, MARK_REQUEST, MARK_PROCESS };

struct mark {
    enum mark_kind kind;
    struct step step;  /* as a milestone, without `?` */
    size_t actor, own; /* MARK_OWN */
    size_t request;    /* MARK_REQUEST: the first mark about it */
    /* Elements; NONE: it has none such. Those of a request are its first mark's, but for the fault. */
    size_t order, split, fault, process;
};

struct candidate {
    struct arena *arena;
    const struct scenario *scenario;
    struct mark *marks;
    size_t mark_count;
    size_t **steps; /* element by actor and step */
    unsigned *ranks;
    size_t count;
};

static size_t add_element(struct candidate *candidate, enum candidate_rank rank)
{
    candidate->ranks[candidate->count] = rank;
    return candidate->count++;
}

/* ---- names ---- */

static bool is_one_of(const char *what, const char *list)
{
    size_t length = strlen(what);

    for (const char *at = list; (at = strstr(at, what)) != NULL; at++) {
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    }
    return false;
}

/* NULL: it may be either. */
static const char *class_of(const char *what)
{
    if (is_one_of(what, " read vread search history poll look "))
        return "look";
    return is_one_of(what, " create update patch delete transaction write ") ? "write" : NULL;
}

static bool same_text(const char *a, const char *b)
{
    return !a == !b && (!a || strcmp(a, b) == 0);
}

static bool same_source(const struct step *a, const struct step *b)
{
    return strcmp(a->actor, b->actor) == 0 && same_text(a->intent, b->intent);
}

static bool is_request(const struct step *step)
{
    return what_is_interaction(step->what) || what_is_class(step->what);
}

static unsigned number_of(const struct step *step)
{
    return step->ordinal ? step->ordinal : 1;
}

static bool has_unclassed(const struct schedule *exact, const struct step *step)
{
    for (size_t i = 0; i < exact->count; i++) {
        const struct step *other = &exact->steps[i];

        if (is_request(other) && same_source(other, step) && !class_of(other->what))
            return true;
    }
    return false;
}

/* The requests of one source seen in the line up to a step, by interaction: the most of a number. */
static unsigned most_before(const struct schedule *exact, size_t end, const struct step *of,
                            const char *what)
{
    unsigned most = 0;

    for (size_t i = 0; i < end; i++) {
        const struct step *step = &exact->steps[i];

        if (is_request(step) && same_source(step, of) && strcmp(step->what, what) == 0 &&
            number_of(step) > most)
            most = number_of(step);
    }
    return most;
}

/* Where the request is named first; before that came all with lower numbers, named or not. */
static size_t first_named(const struct schedule *exact, const struct step *step)
{
    size_t i = 0;

    while (!(is_request(&exact->steps[i]) && same_source(&exact->steps[i], step) &&
             strcmp(exact->steps[i].what, step->what) == 0 &&
             number_of(&exact->steps[i]) >= number_of(step)))
        i++;
    return i;
}

static unsigned class_number(const struct schedule *exact, const struct step *step)
{
    static const char *const interactions[] = {"read",   "vread",      "search", "history",
                                               "poll",   "create",     "update", "patch",
                                               "delete", "transaction"};
    size_t first = first_named(exact, step);
    unsigned number = number_of(step);

    for (size_t i = 0; i < COUNT_OF(interactions); i++) {
        if (strcmp(interactions[i], step->what) != 0 &&
            strcmp(class_of(interactions[i]), class_of(step->what)) == 0)
            number += most_before(exact, first, step, interactions[i]);
    }
    return number;
}

/* Without a number where a source sent one of them only. */
static bool is_only_one(const struct candidate *candidate, const struct step *step)
{
    for (size_t i = 0; i < candidate->mark_count; i++) {
        const struct step *other = &candidate->marks[i].step;

        if (candidate->marks[i].kind == MARK_REQUEST && same_source(other, step) &&
            strcmp(other->what, step->what) == 0 && other->ordinal != 1)
            return false;
    }
    return true;
}

/* ---- taking apart ---- */

static void find_own(const struct candidate *candidate, struct mark *mark)
{
    const struct scenario *scenario = candidate->scenario;

    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];
        unsigned nth = 0;

        for (size_t j = 0; strcmp(actor->name, mark->step.actor) == 0 && j < actor->step_count;
             j++) {
            if (strcmp(actor->steps[j].label, mark->step.what) != 0 ||
                !same_text(actor->steps[j].intent, mark->step.intent))
                continue;
            if (++nth == number_of(&mark->step)) {
                mark->kind = MARK_OWN;
                mark->actor = i;
                mark->own = j;
            }
        }
    }
}

static void make_mark(struct candidate *candidate, const struct schedule *exact, size_t index)
{
    struct mark *mark = &candidate->marks[index];

    *mark = (struct mark){.kind = MARK_PROCESS,
                          .step = exact->steps[index],
                          .order = NONE,
                          .split = NONE,
                          .fault = NONE,
                          .process = NONE};
    if (!is_request(&mark->step)) {
        find_own(candidate, mark);
        return;
    }
    mark->kind = MARK_REQUEST;
    mark->step.ordinal = number_of(&mark->step);
    if (!has_unclassed(exact, &mark->step)) {
        mark->step.ordinal = class_number(exact, &mark->step);
        mark->step.what = class_of(exact->steps[index].what);
    }
    for (mark->request = 0; mark->request < index; mark->request++) {
        const struct mark *other = &candidate->marks[mark->request];

        if (other->kind == MARK_REQUEST && same_source(&other->step, &mark->step) &&
            strcmp(other->step.what, mark->step.what) == 0 &&
            other->step.ordinal == mark->step.ordinal)
            return;
    }
}

/* What ends what another one began: it goes with it. */
static size_t begun_by(const struct candidate *candidate, size_t index)
{
    static const char *const ends[][2] = {
        {"start", " kill term "}, {"resume", " pause "}, {"up", " down "}};
    const struct step *step = &candidate->marks[index].step;

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (strcmp(step->what, ends[i][0]) != 0)
            continue;
        for (size_t j = index; j-- > 0;) {
            const struct mark *mark = &candidate->marks[j];

            if (mark->kind == MARK_PROCESS && is_one_of(mark->step.what, ends[i][1]) &&
                mark->step.instance == step->instance)
                return mark->process;
        }
    }
    return NONE;
}

static void add_elements(struct candidate *candidate, size_t index)
{
    struct mark *mark = &candidate->marks[index];

    if (mark->kind == MARK_PROCESS && strcmp(mark->step.what, "due") != 0) {
        mark->process = begun_by(candidate, index);
        if (mark->process == NONE)
            mark->process = add_element(candidate, RANK_KILL);
        return;
    }
    if (mark->kind != MARK_REQUEST) {
        mark->order = add_element(candidate, RANK_DELAY);
        return;
    }
    if (mark->step.fault.name || mark->step.part == PART_TIMEOUT)
        mark->fault = add_element(candidate, RANK_FAULT);
    struct mark *first = &candidate->marks[mark->request];
    if (mark == first)
        mark->order = add_element(candidate, RANK_DELAY);
    else if (first->split == NONE)
        first->split = add_element(candidate, RANK_DELAY);
}

struct candidate *candidate_new(struct arena *arena, const struct scenario *scenario,
                                const struct schedule *exact)
{
    struct candidate *candidate = arena_alloc(arena, sizeof(*candidate));
    size_t steps = 0;

    for (size_t i = 0; i < scenario->actor_count; i++)
        steps += scenario->actors[i].step_count;
    *candidate = (struct candidate){
        .arena = arena,
        .scenario = scenario,
        .marks = arena_alloc(arena, (exact->count + 1) * sizeof(*candidate->marks)),
        .steps = arena_alloc(arena, (scenario->actor_count + 1) * sizeof(*candidate->steps)),
        .ranks = arena_alloc(arena, (2 * exact->count + steps + 1) * sizeof(*candidate->ranks))};
    for (; candidate->mark_count < exact->count; candidate->mark_count++)
        make_mark(candidate, exact, candidate->mark_count);
    for (size_t i = 0; i < exact->count; i++)
        add_elements(candidate, i);
    for (size_t i = 0; i < scenario->actor_count; i++) {
        size_t count = scenario->actors[i].step_count;

        candidate->steps[i] = arena_alloc(arena, (count + 1) * sizeof(**candidate->steps));
        for (size_t j = 0; j < count; j++)
            candidate->steps[i][j] = add_element(candidate, RANK_STEP);
    }
    return candidate;
}

size_t candidate_ranks(const struct candidate *candidate, const unsigned **out_ranks)
{
    *out_ranks = candidate->ranks;
    return candidate->count;
}

/* ---- putting together ---- */

struct making {
    const struct candidate *candidate;
    const bool *kept;
    struct cJSON *schedule;
    bool is_disturbed; /* by a fault, a part that waits, or what was done to a process */
};

static bool has_intent(const struct making *making, const char *intent)
{
    const struct scenario *scenario = making->candidate->scenario;

    for (size_t i = 0; intent && i < scenario->actor_count; i++) {
        for (size_t j = 0; j < scenario->actors[i].step_count; j++) {
            const struct scenario_step *step = &scenario->actors[i].steps[j];

            if (step->verb == VERB_SUBMIT && strcmp(step->intent, intent) == 0)
                return making->kept[making->candidate->steps[i][j]];
        }
    }
    return true;
}

static bool has_step(const struct making *making, size_t actor, size_t step)
{
    return making->kept[making->candidate->steps[actor][step]] &&
           has_intent(making, making->candidate->scenario->actors[actor].steps[step].intent);
}

static bool is_kept(const struct making *making, size_t element)
{
    return element != NONE && making->kept[element];
}

static void emit(struct making *making, const struct step *step)
{
    struct buf text = BUF_INIT;

    step_format(step, &text);
    json_add(making->schedule, cJSON_CreateString(buf_text(&text)));
    buf_release(&text);
}

static void emit_own(struct making *making, const struct mark *mark)
{
    const struct scenario_actor *actor = &making->candidate->scenario->actors[mark->actor];
    const struct scenario_step *own = &actor->steps[mark->own];
    struct step step = mark->step;
    unsigned number = 1;

    if (!is_kept(making, mark->order) || !has_step(making, mark->actor, mark->own))
        return;
    for (size_t i = 0; i < mark->own; i++)
        number += has_step(making, mark->actor, i) &&
                  strcmp(actor->steps[i].label, own->label) == 0 &&
                  same_text(actor->steps[i].intent, own->intent);
    step.ordinal = number > 1 ? number : 0;
    step.is_optional = own->verb == VERB_CANCEL || own->verb == VERB_FETCH_REVIEW ||
                       own->verb == VERB_DECIDE || own->verb == VERB_COMPENSATE ||
                       own->verb == VERB_NOTIFY;
    emit(making, &step);
}

static void emit_process(struct making *making, const struct mark *mark)
{
    struct step step = mark->step;
    bool is_due = mark->order != NONE;

    if (!is_kept(making, mark->order) && !is_kept(making, mark->process))
        return;
    step.is_optional = is_due;
    emit(making, &step);
    making->is_disturbed |= !is_due;
}

static void emit_request(struct making *making, const struct mark *mark, enum part part,
                         const struct sim_fault *fault)
{
    struct step step = mark->step;

    step.part = part;
    step.fault = fault ? *fault : (struct sim_fault){.name = NULL};
    if (step.ordinal == 1 && is_only_one(making->candidate, &step))
        step.ordinal = 0;
    bool disturbs = step.part != PART_WHOLE || step.fault.name;
    const char *class = class_of(step.what);
    bool is_look = class && strcmp(class, "look") == 0;
    step.is_optional = making->is_disturbed || is_look || !disturbs;
    emit(making, &step);
    making->is_disturbed |= disturbs;
}

/* What is left of a request whose marks begin at `first`. */
struct rest {
    bool is_named, is_timed_out, was_timed_out;
    const struct sim_fault *fault; /* the first that is kept */
    size_t faults;
};

static struct rest look_at(const struct making *making, size_t first)
{
    const struct candidate *candidate = making->candidate;
    struct rest rest = {.is_named = is_kept(making, candidate->marks[first].order)};

    for (size_t i = first; i < candidate->mark_count; i++) {
        const struct mark *mark = &candidate->marks[i];

        if (mark->kind != MARK_REQUEST || mark->request != first)
            continue;
        rest.was_timed_out |= mark->step.part == PART_TIMEOUT;
        if (!is_kept(making, mark->fault))
            continue;
        rest.is_named = true;
        rest.faults++;
        rest.is_timed_out |= mark->step.part == PART_TIMEOUT;
        if (!rest.fault && mark->step.fault.name)
            rest.fault = &mark->step.fault;
    }
    return rest;
}

static void put_request(struct making *making, size_t index)
{
    const struct mark *mark = &making->candidate->marks[index];
    const struct mark *first = &making->candidate->marks[mark->request];
    struct rest rest = look_at(making, mark->request);
    bool is_whole = rest.was_timed_out && !rest.is_timed_out;

    if (!rest.is_named || !has_intent(making, mark->step.intent))
        return;
    /* two faults of one request cannot be said of it as a whole */
    is_whole |= first->split != NONE && !is_kept(making, first->split) && rest.faults < 2;
    if (!is_whole)
        emit_request(making, mark, mark->step.part,
                     is_kept(making, mark->fault) ? &mark->step.fault : NULL);
    else if (mark == first)
        emit_request(making, mark, rest.is_timed_out ? PART_TIMEOUT : PART_WHOLE, rest.fault);
}

static void put_schedule(struct making *making)
{
    for (size_t i = 0; i < making->candidate->mark_count; i++) {
        const struct mark *mark = &making->candidate->marks[i];

        if (mark->kind == MARK_OWN)
            emit_own(making, mark);
        else if (mark->kind == MARK_PROCESS)
            emit_process(making, mark);
        else
            put_request(making, i);
    }
}

/* The file's actors without the steps that go; who has none left goes too. */
static void put_actors(const struct making *making, struct cJSON *tree, struct arena *arena)
{
    struct cJSON *actors = json_object(arena);
    const struct cJSON *item;
    size_t actor = 0;

    cJSON_ArrayForEach(item, json_get(tree, "actors"))
    {
        if (shape_is_comment(item->string))
            continue;
        struct cJSON *copy = json_copy_root(arena, item), *steps = json_array(arena);

        for (size_t i = 0; i < json_count(json_get(item, "steps")); i++) {
            if (has_step(making, actor, i))
                json_add(steps, json_copy(json_at(json_get(item, "steps"), i)));
        }
        json_put(copy, "steps", json_copy(steps));
        if (json_count(steps) > 0)
            json_put(actors, item->string, json_copy(copy));
        actor++;
    }
    json_put(tree, "actors", json_copy(actors));
}

struct cJSON *candidate_tree(const struct candidate *candidate, const bool *kept,
                             struct arena *arena)
{
    static const char *const gone[] = {"$schema", "expect", "replay", "explore"};
    struct cJSON *tree = json_copy_root(arena, candidate->scenario->tree);
    struct making making = {candidate, kept, json_array(arena), false};

    for (size_t i = 0; i < COUNT_OF(gone); i++)
        json_remove(tree, gone[i]);
    put_actors(&making, tree, arena);
    put_schedule(&making);
    json_put(tree, "schedule", json_copy(making.schedule));
    return tree;
}
