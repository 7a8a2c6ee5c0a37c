/* SPDX-License-Identifier: Apache-2.0 */
/*
 * label - names for held exchanges, as schedules spell them: actor/intent.what#n.
 *
 * An exchange gets its name when a settle first sees it, and keeps it: #n counts the exchanges of one intent with
 * that interaction, and for classes those of that class, by arrival. Every exchange is held until a step lets it go,
 * so none is missed. What belongs to no intent is of the actor `engine`.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/conduct/run.h"

#define NOBODY SIZE_MAX /* label.intent of an exchange that is attributed to none */

static size_t intent_index(const struct run *run, const struct sim_exchange *held)
{
    for (size_t i = 0; held->intent && i < run->intent_count; i++) {
        if (strcmp(run->intents[i].name, held->intent) == 0)
            return i;
    }
    return NOBODY;
}

static void add_label(struct run *run, const struct sim_exchange *held)
{
    struct label label = {.number = held->number,
                          .instance = instance_of(run, held),
                          .intent = intent_index(run, held),
                          .what = arena_strdup(run->arena, held->interaction),
                          .ordinal = 1,
                          .class_ordinal = 1,
                          .is_write = held->is_write};

    for (size_t i = 0; i < run->label_count; i++) {
        const struct label *other = &run->labels[i];

        if (other->intent != label.intent)
            continue;
        label.ordinal += strcmp(other->what, label.what) == 0;
        label.class_ordinal += other->is_write == label.is_write;
    }
    if (run->label_count == run->label_room) {
        size_t size = run->label_room * sizeof(*run->labels);

        run->label_room = run->label_room ? 2 * run->label_room : 32;
        run->labels =
            arena_grow(run->arena, run->labels, size, run->label_room * sizeof(*run->labels));
    }
    run->labels[run->label_count++] = label;
}

int labels_update(struct run *run, struct err *err)
{
    uint64_t newest = run->labelled;

    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        if (held->number <= run->labelled)
            continue;
        newest = held->number > newest ? held->number : newest;
        /* a look of nobody is no step: settle lets it pass */
        if (!held->is_write && intent_index(run, held) == NOBODY)
            continue;
        if (!what_is_interaction(held->interaction))
            return err_set(err, ERR_IO, "%s %s is no interaction that a schedule can name",
                           held->method, held->url);
        add_label(run, held);
    }
    run->labelled = newest;
    return 0;
}

struct label *label_find(const struct run *run, uint64_t number)
{
    for (size_t i = run->label_count; i-- > 0;) {
        if (run->labels[i].number == number)
            return &run->labels[i];
    }
    return NULL;
}

const struct sim_exchange *label_held(const struct run *run, const struct label *label)
{
    return sim_held_find(run->sim, label->number);
}

void label_step(const struct run *run, const struct label *label, struct step *out)
{
    bool is_somebodys = label->intent != NOBODY;

    *out = (struct step){.actor = is_somebodys ? run->intents[label->intent].actor : "engine",
                         .intent = is_somebodys ? run->intents[label->intent].name : NULL,
                         .what = label->what,
                         .ordinal = label->ordinal > 1 ? label->ordinal : 0,
                         .instance = label->instance > 1 ? label->instance : 0};
}

bool label_matches(const struct run *run, const struct label *label, const struct step *step)
{
    struct step named;

    label_step(run, label, &named);
    if (strcmp(named.actor, step->actor) != 0 ||
        !what_matches(step->what, label->what, label->is_write))
        return false;
    if (step->instance && step->instance != label->instance)
        return false;
    if (step->intent && (!named.intent || strcmp(named.intent, step->intent) != 0))
        return false;
    unsigned ordinal = what_is_class(step->what) ? label->class_ordinal : label->ordinal;
    return step->ordinal == 0 || step->ordinal == ordinal;
}

static size_t actor_index(const struct run *run, const struct label *label)
{
    for (size_t i = 0; label->intent != NOBODY && i < run->scenario->actor_count; i++) {
        if (strcmp(run->scenario->actors[i].name, run->intents[label->intent].actor) == 0)
            return i;
    }
    return run->scenario->actor_count;
}

static int compare(const void *a, const void *b, void *arg)
{
    const struct run *run = arg;
    const struct label *left = *(struct label *const *)a, *right = *(struct label *const *)b;
    size_t left_actor = actor_index(run, left), right_actor = actor_index(run, right);

    if (left_actor != right_actor)
        return left_actor < right_actor ? -1 : 1;
    if (left->intent != right->intent)
        return left->intent < right->intent ? -1 : 1;
    int by_what = strcmp(left->what, right->what);
    if (by_what != 0)
        return by_what;
    return left->ordinal < right->ordinal ? -1 : left->ordinal > right->ordinal;
}

struct label **labels_in_order(struct run *run, size_t *out_count)
{
    size_t count = 0, held = sim_held_count(run->sim);
    struct label **labels = arena_alloc(run->scratch, (held + 1) * sizeof(*labels));

    for (size_t i = 0; i < held; i++) {
        struct label *label = label_find(run, sim_held_at(run->sim, i)->number);

        if (label)
            labels[count++] = label;
    }
    qsort_r(labels, count, sizeof(struct label *), compare, run);
    *out_count = count;
    return labels;
}
