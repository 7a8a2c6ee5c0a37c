/* SPDX-License-Identifier: Apache-2.0 */
/*
 * step_own - the steps of actors: what a source delivers, a foreign writer edits, a human decides.
 *
 * The steps of one actor happen in the order of the file. One that cannot happen now (a decision where nobody asked
 * for one) is not enabled; a `?` milestone that is passed over takes its step with it. A replay knows what happened
 * only by its line, so there a step may also follow one that was passed over.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"

static struct run_intent *intent_of(const struct run *run, const struct scenario_step *own)
{
    for (size_t i = 0; own->intent && i < run->intent_count; i++) {
        if (strcmp(run->intents[i].name, own->intent) == 0)
            return &run->intents[i];
    }
    return NULL;
}

static size_t actor_of(const struct run *run, const struct step *step)
{
    size_t i = 0;

    while (i < run->scenario->actor_count &&
           strcmp(run->scenario->actors[i].name, step->actor) != 0)
        i++;
    return i;
}

/* #n of a step: how often the actor did the same before, and once more. */
static unsigned ordinal_of(const struct scenario_actor *actor, size_t index)
{
    const struct scenario_step *own = &actor->steps[index];
    unsigned ordinal = 1;

    for (size_t i = 0; i < index; i++) {
        const struct scenario_step *other = &actor->steps[i];
        bool same_intent = !own->intent == !other->intent &&
                           (!own->intent || strcmp(own->intent, other->intent) == 0);

        ordinal += same_intent && strcmp(own->label, other->label) == 0;
    }
    return ordinal;
}

static bool matches_at(const struct scenario_actor *actor, size_t index, const struct step *step)
{
    const struct scenario_step *own = &actor->steps[index];

    if (strcmp(own->label, step->what) != 0)
        return false;
    if (step->intent && (!own->intent || strcmp(own->intent, step->intent) != 0))
        return false;
    return step->ordinal == 0 || step->ordinal == ordinal_of(actor, index);
}

bool own_matches(const struct run *run, size_t actor, const struct step *step)
{
    const struct scenario_actor *who = &run->scenario->actors[actor];

    return strcmp(who->name, step->actor) == 0 && run->positions[actor] < who->step_count &&
           matches_at(who, run->positions[actor], step);
}

/* Can it happen now, at the process that is meant? `is_listed`: somebody wants it now, so a source may also talk to an engine that is down. */
static bool is_possible(struct run *run, const struct scenario_step *own, bool is_listed)
{
    const struct run_intent *intent = intent_of(run, own);
    bool is_up = instance_is_up(run->conductor, run->conductor->now);

    switch (own->verb) {
    case VERB_EDIT:
        return true;
    case VERB_SUBMIT:
        return is_up || is_listed;
    case VERB_REDELIVER:
    case VERB_RESUBMIT:
        return intent && intent->was_submitted && (is_up || is_listed);
    case VERB_CANCEL:
    case VERB_COMPENSATE:
        return is_up && intent && intent->id;
    case VERB_FETCH_REVIEW:
        return is_up && intent && intent->review;
    case VERB_DECIDE:
        return is_up && intent && intent->review && intent->fetched_review;
    case VERB_SWEEP:
        return is_up;
    case VERB_NOTIFY:
        return is_up && notify_is_possible(run, own);
    case VERB_MERGE_PATIENT:
    case VERB_UNMERGE_PATIENT:
        return true;
    }
    return false;
}

static void name_step(const struct run *run, size_t actor, size_t index, struct step *out)
{
    const struct scenario_actor *who = &run->scenario->actors[actor];
    unsigned ordinal = ordinal_of(who, index);

    *out = (struct step){.actor = who->name,
                         .intent = who->steps[index].intent,
                         .what = who->steps[index].label,
                         .ordinal = ordinal > 1 ? ordinal : 0};
}

void own_name(const struct run *run, size_t actor, struct step *out)
{
    name_step(run, actor, run->positions[actor], out);
}

bool own_next(struct run *run, size_t actor, struct step *out)
{
    const struct scenario_actor *who = &run->scenario->actors[actor];
    size_t position = run->positions[actor];

    if (position >= who->step_count || !is_possible(run, &who->steps[position], false))
        return false;
    name_step(run, actor, position, out);
    return true;
}

static const char *version_label(void *arg, const char *reference, unsigned ordinal)
{
    const struct run *run = arg;

    return sim_version_of(run->sim, reference, ordinal);
}

/* Has the chart the versions that the payload names? Nobody can have seen what is not there yet. */
static bool has_its_versions(struct run *run, const struct scenario_step *own)
{
    struct err missing = ERR_INIT;

    return !own->payload ||
           scenario_resolve(run->scratch, own->payload, version_label, run, &missing);
}

/* Of the first version of what is in the chart nobody waits. */
static const char *first_label(void *arg, const char *reference, unsigned ordinal)
{
    (void)arg, (void)reference;
    return ordinal > 1 ? NULL : "1";
}

bool own_names_later(struct run *run, const struct scenario_step *own)
{
    struct err missing = ERR_INIT;

    return own->payload &&
           !scenario_resolve(run->scratch, own->payload, first_label, NULL, &missing);
}

bool own_fits_chart(struct run *run, size_t actor)
{
    const struct scenario_step *own = &run->scenario->actors[actor].steps[run->positions[actor]];

    if (own->verb == VERB_SUBMIT || own->verb == VERB_RESUBMIT)
        return has_its_versions(run, own);
    if (own->verb != VERB_EDIT || strcmp(own->method, "POST") == 0 ||
        strcmp(own->method, "PUT") == 0 || strchr(own->target, '?'))
        return true;
    const struct sim_version *version = sim_current(run->sim, own->target);
    return version && !version->is_deletion;
}

/* The position of the step that is meant: the next one, in a replay also a later one. */
static size_t find(const struct run *run, size_t actor, const struct step *step)
{
    const struct scenario_actor *who = &run->scenario->actors[actor];

    for (size_t i = run->positions[actor]; i < who->step_count; i++) {
        if (matches_at(who, i, step))
            return i;
        if (!run->is_exact)
            break;
    }
    return who->step_count;
}

/* The process that the step goes to; an edit goes to none. */
static void choose_for(struct run *run, const struct scenario_step *own, unsigned instance)
{
    instance_choose(run->conductor, own->verb == VERB_EDIT ? 0 : instance);
}

bool own_is_enabled(struct run *run, const struct step *step)
{
    size_t actor = actor_of(run, step);

    if (actor == run->scenario->actor_count)
        return false;
    const struct scenario_actor *who = &run->scenario->actors[actor];
    size_t index = find(run, actor, step);
    if (index == who->step_count)
        return false;
    choose_for(run, &who->steps[index], step->instance);
    bool is_so = is_possible(run, &who->steps[index], true);
    instance_choose(run->conductor, 0);
    return is_so;
}

void own_skip(struct run *run, const struct step *step)
{
    size_t actor = actor_of(run, step);

    if (actor < run->scenario->actor_count && own_matches(run, actor, step))
        run->positions[actor]++;
}

/* To an engine that remembers earlier runs their events are not those of this one: each run has sources of its own. */
static const struct cJSON *of_this_run(const struct run *run, const struct cJSON *payload)
{
    const char *system = json_string(json_get(payload, "source"), "system");

    if (!payload || !system || !adapter_remembers(run->conductor->options.adapter))
        return payload;
    struct cJSON *own = json_copy_root(run->arena, payload);
    json_put_string(json_get_mutable(own, "source"), "system",
                    arena_printf(run->arena, "%s:run-%s", system, run->run_id));
    return own;
}

/* The payload as JSON text, versions as this server's labels. */
static const struct cJSON *resolve(struct run *run, const struct scenario_step *own,
                                   struct err *err)
{
    const struct cJSON *payload =
        scenario_resolve(run->arena, own->payload, version_label, run, err);

    if (!payload)
        err_context(err, "%s %s", own->label, own->intent);
    return of_this_run(run, payload);
}

static int do_submit(struct run *run, const struct scenario_step *own, struct err *err)
{
    struct run_intent *intent = intent_of(run, own);

    intent->payload = resolve(run, own, err);
    if (!intent->payload)
        return -1;
    intent->body = json_print(run->arena, intent->payload);
    intent->was_submitted = true;
    return engine_submit(run, intent, intent->key, intent->body, err);
}

static int do_redeliver(struct run *run, const struct scenario_step *own, struct err *err)
{
    struct run_intent *intent = intent_of(run, own);
    const char *key =
        own->as ? arena_printf(run->arena, "k-%s-%s", run->run_id, own->as) : intent->key;

    return engine_submit(run, intent, key, intent->body, err);
}

static int do_resubmit(struct run *run, const struct scenario_step *own, struct err *err)
{
    struct run_intent *intent = intent_of(run, own);
    const struct cJSON *payload = resolve(run, own, err);

    return payload ? engine_submit(run, intent, intent->key, json_print(run->arena, payload), err)
                   : -1;
}

/* In a schedule that the scenario's author did not make, the chart may be such that an edit does not fit it any more:
 * then it was tried, which the journal says, and changed nothing. */
static int do_edit(struct run *run, const char *actor, const struct scenario_step *own,
                   struct err *err)
{
    const char *body = own->body ? json_print(run->scratch, own->body) : NULL;

    if (sim_edit(run->sim, actor, own->label, own->method, own->target, body,
                 body ? strlen(body) : 0, err) == 0)
        return 0;
    if (err->code == ERR_INPUT && (run->is_chosen || run->is_exact)) {
        *err = ERR_INIT;
        return 0;
    }
    return err_context(err, "the chart refuses %s's edit %s", actor, own->label);
}

static int do_own(struct run *run, const char *actor, const struct scenario_step *own,
                  struct err *err)
{
    struct run_intent *intent = intent_of(run, own);

    switch (own->verb) {
    case VERB_SUBMIT:
        return do_submit(run, own, err);
    case VERB_REDELIVER:
        return do_redeliver(run, own, err);
    case VERB_RESUBMIT:
        return do_resubmit(run, own, err);
    case VERB_CANCEL:
        return engine_cancel(run, intent, err);
    case VERB_COMPENSATE:
        run->asks_views = true;
        return engine_compensate(run, intent, err);
    case VERB_EDIT:
        return do_edit(run, actor, own, err);
    case VERB_FETCH_REVIEW:
        return engine_fetch_review(run, intent, err);
    case VERB_DECIDE:
        run->asks_views = true;
        return engine_decide(run, intent, own, actor, err);
    case VERB_SWEEP:
        run->asks_views = true;
        return engine_sweep(run, own->sweep, err);
    case VERB_NOTIFY:
        run->asks_views = true;
        return notify_do(run, own, err);
    case VERB_MERGE_PATIENT:
        return patients_merge(run, actor, own, err);
    case VERB_UNMERGE_PATIENT:
        return patients_unmerge(run, actor, own, err);
    }
    return 0;
}

int own_do(struct run *run, const struct step *step, struct err *err)
{
    size_t actor = actor_of(run, step);
    size_t index = find(run, actor, step);
    struct step named;

    ASSERT(index < run->scenario->actors[actor].step_count);
    const struct scenario_step *own = &run->scenario->actors[actor].steps[index];
    choose_for(run, own, step->instance);
    name_step(run, actor, index, &named);
    if (own->verb != VERB_EDIT && instance_number(run->conductor) > 1)
        named.instance = instance_number(run->conductor);
    step_record(run, &named);
    run->positions[actor] = index + 1;
    int rc = do_own(run, run->scenario->actors[actor].name, own, err);
    instance_choose(run->conductor, 0);
    return rc;
}
