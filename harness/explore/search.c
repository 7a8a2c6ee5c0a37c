/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - which prefixes to run: those in the queue, less what need not be.
 *
 * 1. The prefix of a scenario's canonical run is empty. A run follows its prefix and then the base order; what else
 *    could have been chosen behind the prefix, within what is left of the bound, are new prefixes.
 * 2. Order: fewer deviations first; of one deviation faults (by the rows of kinds.h), then kills, then delays; then by
 *    age. As the canonical runs come first and what follows is queued by age, scenarios take turns.
 * 3. A prefix is skipped only where it ends in a state that a run has been in with at least as much left. A run that
 *    comes upon such a state has nothing new behind it, and is not followed further.
 * 4. A prefix whose schedule can be foreseen to its end, and ends in a class that has run, is not run either. It is
 *    followed all the same: what could have been chosen on its way is tried.
 * 5. A run, and a schedule that was foreseen, is kept as the steps behind its prefix; the prefix is its parent's.
 */
#include "harness/explore/search.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/prng.h"
#include "harness/explore/choices.h"
#include "harness/explore/foresight.h"
#include "harness/explore/history.h"
#include "harness/explore/queue.h"
#include "harness/explore/states.h"

#define STEPS_MAX 2000 /* that are looked ahead */

struct node { /* a run that was taken */
    const struct node *parent;
    size_t from, count; /* steps[i] is the step at point from + i */
    const char **steps; /* interned */
    const struct point **points;
};

struct word { /* a text that is kept once */
    const char *text;
    UT_hash_handle hh;
};

struct place { /* a point that is kept once, without what was chosen there */
    uint64_t hash;
    struct point point;
    UT_hash_handle hh;
};

struct class_seen {
    uint64_t class;
    UT_hash_handle hh;
};

struct searched { /* one scenario */
    struct cost bound;
    struct states *states;
    struct class_seen *classes;
    struct foresight *foresight;
    unsigned long run, skipped, distinct, unknown;
    size_t pending; /* items that wait or are out */
};

struct search {
    struct search_options options;
    struct arena *arena;
    struct searched **scenarios;
    size_t scenario_count, scenario_room;
    struct queue *queue;
    struct word *words;
    struct place *places;
    uint64_t age, randoms;
    uint64_t roots; /* prefixes that leave canonical runs, which shards divide */
};

struct search *search_new(const struct search_options *options)
{
    struct search *search = calloc(1, sizeof(*search));

    if (!search)
        BUG("out of memory");
    search->options = *options;
    search->arena = arena_new();
    search->queue = queue_new();
    return search;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    for (size_t i = 0; i < search->scenario_count; i++) {
        states_free(search->scenarios[i]->states);
        foresight_free(search->scenarios[i]->foresight);
        HASH_CLEAR(hh, search->scenarios[i]->classes);
    }
    HASH_CLEAR(hh, search->words);
    HASH_CLEAR(hh, search->places);
    arena_free(search->arena);
    queue_free(search->queue);
    free(search);
}

static const char *intern(struct search *search, const char *text)
{
    struct word *word = NULL;

    HASH_FIND_STR(search->words, text, word);
    if (!word) {
        word = arena_alloc(search->arena, sizeof(*word));
        word->text = arena_strdup(search->arena, text);
        HASH_ADD_KEYPTR(hh, search->words, word->text, strlen(word->text), word);
    }
    return word->text;
}

/* Points of one scenario with one hash have the same options. */
static const struct point *keep_point(struct search *search, size_t scenario,
                                      const struct point *point)
{
    const uint64_t hash = point->hash ^ history_mix(scenario + (point->has_passed ? 1u << 31 : 0));
    struct place *place = NULL;

    HASH_FIND(hh, search->places, &hash, sizeof(hash), place);
    if (place)
        return &place->point;
    place = arena_alloc(search->arena, sizeof(*place));
    place->hash = hash;
    place->point = *point;
    place->point.chosen = NULL;
    place->point.options =
        arena_alloc(search->arena, (point->count + 1) * sizeof(*place->point.options));
    for (size_t i = 0; i < point->count; i++) {
        struct option *option = &place->point.options[i];

        *option = point->options[i];
        option->label = intern(search, option->label);
        option->thread = intern(search, option->thread);
        option->footprint = intern(search, option->footprint);
    }
    HASH_ADD(hh, search->places, hash, sizeof(place->hash), place);
    return &place->point;
}

/* ---- the queue ---- */

static void push(struct search *search, struct item item)
{
    item.age = search->age++;
    item.level = item.used.delays + item.used.faults + item.used.kills;
    item.type = item.level != 1 ? 0 : item.used.faults ? 1 : item.used.kills ? 2 : 3;
    queue_push(search->queue, &item);
    search->scenarios[item.scenario]->pending++;
}

size_t search_add(struct search *search, struct cost bound, enum reach reach)
{
    struct searched *scenario = arena_alloc(search->arena, sizeof(*scenario));

    if (search->scenario_count == search->scenario_room) {
        size_t size = search->scenario_room * sizeof(struct searched *);

        search->scenario_room = 2 * search->scenario_room + 16;
        search->scenarios = arena_grow(search->arena, search->scenarios, size,
                                       search->scenario_room * sizeof(struct searched *));
    }
    scenario->bound = bound;
    scenario->states = states_new();
    scenario->foresight = foresight_new(reach);
    search->scenarios[search->scenario_count++] = scenario;
    if (!search->options.is_random)
        push(search, (struct item){.scenario = search->scenario_count - 1});
    return search->scenario_count - 1;
}

static struct cost cost_left(struct cost bound, struct cost used)
{
    return (struct cost){bound.delays - used.delays, bound.faults - used.faults,
                         bound.kills - used.kills};
}

/* ---- prefixes ---- */

static size_t node_index(const struct node **node, size_t point)
{
    while (point < (*node)->from)
        *node = (*node)->parent;
    return point - (*node)->from;
}

static void fill_prefix(const struct item *item, struct arena *arena, struct job *out)
{
    size_t count = item->node ? item->point + 1 : 0;
    const char **steps = arena_alloc(arena, (count + 1) * sizeof(*steps));
    uint64_t *hashes = arena_alloc(arena, (count + 1) * sizeof(*hashes));

    for (size_t i = 0; i < count; i++) {
        const struct node *node = item->node;
        size_t index = node_index(&node, i);

        steps[i] = i + 1 == count ? item->step : node->steps[index];
        hashes[i] = node->points[index]->hash;
    }
    *out = (struct job){
        .scenario = item->scenario, .steps = steps, .hashes = hashes, .count = count, .item = item};
}

static bool next_random(struct search *search, struct job *out)
{
    struct prng prng;

    prng_init(&prng, search->options.seed + search->randoms);
    *out = (struct job){.scenario = search->randoms % search->scenario_count,
                        .is_random = true,
                        .seed = prng_next(&prng)};
    search->randoms++;
    return true;
}

/* ---- taking ---- */

static uint64_t state_key(uint64_t class, const struct order *order)
{
    return class ^ (order_hash(order) * UINT64_C(0x9e3779b97f4a7c15));
}

static struct node *keep_node(struct search *search, const struct job *job,
                              const struct trace *trace)
{
    struct node *node = arena_alloc(search->arena, sizeof(*node));

    node->parent = job->item->node;
    node->from = job->count ? job->count - 1 : 0;
    node->count = trace->count - node->from;
    node->steps = arena_alloc(search->arena, (node->count + 1) * sizeof(*node->steps));
    node->points = arena_alloc(search->arena, (node->count + 1) * sizeof(*node->points));
    for (size_t i = 0; i < node->count; i++) {
        const struct point *point = &trace->points[node->from + i];

        node->steps[i] = point->chosen ? intern(search, point->chosen) : NULL;
        node->points[i] = keep_point(search, job->scenario, point);
    }
    return node;
}

struct walk { /* along one trace */
    struct search *search;
    const struct job *job;
    struct searched *scenario;
    const struct trace *trace;
    const struct node *node;
    struct arena *arena;
    struct order order;
    struct history history;
    struct cost used;
};

/* In shards, what leaves the canonical runs is dealt out, and all that follows from it stays together. */
static bool is_ours(struct search *search, const struct job *job)
{
    const struct search_options *options = &search->options;

    return job->count > 0 || options->of == 0 ||
           search->roots++ % options->of == options->shard - 1;
}

static void branch(struct walk *walk, size_t index, struct state *state)
{
    const struct point *point = &walk->trace->points[index];
    struct arena *scratch = arena_new();
    size_t count = 0;
    struct cost left = cost_left(walk->scenario->bound, walk->used);
    struct choice *choices =
        choices_at(scratch, point, &walk->order, state ? state_left(state) : left, &count);
    struct next *nexts = arena_alloc(scratch, (count + 1) * sizeof(*nexts));

    for (size_t i = 0; i < count; i++) {
        struct choice *choice = &choices[i];
        struct order order;
        struct cost cost;

        order_copy(&order, &walk->order, scratch);
        if (!order_take(&order, point, choice->step, &cost))
            BUG("%s is no choice of the point it was made for", choice->step);
        uint64_t key =
            state_key(history_class_with(&walk->history, point, choice->step, scratch), &order);
        nexts[i] = (struct next){key, choice->cost};
        bool is_taken = point->chosen && strcmp(point->chosen, choice->step) == 0;
        if (is_taken || !cost_within(choice->cost, left) || !is_ours(walk->search, walk->job))
            continue;
        push(walk->search, (struct item){.scenario = walk->job->scenario,
                                         .node = walk->node,
                                         .point = index,
                                         .step = intern(walk->search, choice->step),
                                         .used = cost_add(walk->used, choice->cost),
                                         .key = key,
                                         .rank = choice->rank});
    }
    if (state)
        state_follow(walk->scenario->states, state, nexts, count, !point->chosen);
    arena_free(scratch);
}

/* False: what is behind this point has been tried. */
static bool visit(struct walk *walk, size_t index)
{
    struct cost left = cost_left(walk->scenario->bound, walk->used);
    struct state *state = NULL;

    if (!walk->search->options.is_unreduced) {
        state = states_visit(walk->scenario->states, state_key(walk->history.class, &walk->order),
                             left);
        if (!state)
            return false;
    }
    if (index < walk->trace->count)
        branch(walk, index, state);
    else if (state)
        state_follow(walk->scenario->states, state, NULL, 0, true);
    return true;
}

static bool has_run(const struct searched *scenario, uint64_t class)
{
    struct class_seen *seen = NULL;

    HASH_FIND(hh, scenario->classes, &class, sizeof(class), seen);
    return seen != NULL;
}

static void note_class(struct searched *scenario, struct arena *arena, uint64_t class)
{
    if (has_run(scenario, class))
        return;
    struct class_seen *seen = arena_alloc(arena, sizeof(*seen));
    seen->class = class;
    HASH_ADD(hh, scenario->classes, class, sizeof(seen->class), seen);
    scenario->distinct++;
}

/* Goes along the trace; from the end of the prefix on it branches until it meets what is known. */
static void follow(struct walk *walk)
{
    size_t first = walk->job->count, count = walk->trace->count;
    bool is_new = !walk->search->options.is_random;

    for (size_t i = 0; i < count; i++) {
        const struct point *point = &walk->trace->points[i];
        struct cost cost;

        if (i >= first && is_new)
            is_new = visit(walk, i);
        if (!point->chosen)
            break;
        if (!order_take(&walk->order, point, point->chosen, &cost))
            return; /* not a trace of ours */
        walk->used = cost_add(walk->used, cost);
        history_add(&walk->history, point, point->chosen);
    }
    bool is_cut = count == 0 || walk->trace->points[count - 1].chosen != NULL;
    if (is_cut && is_new)
        visit(walk, count); /* it ended for want of exchanges */
}

static uint64_t follow_trace(struct search *search, const struct job *job,
                             const struct trace *trace)
{
    struct walk walk = {.search = search,
                        .job = job,
                        .scenario = search->scenarios[job->scenario],
                        .trace = trace,
                        .arena = arena_new()};

    if (job->item)
        walk.node = keep_node(search, job, trace);
    order_init(&walk.order, walk.arena);
    history_init(&walk.history, walk.arena);
    follow(&walk);
    const uint64_t class = walk.history.class;
    arena_free(walk.arena);
    return class;
}

static void learn(struct search *search, const struct job *job, const struct trace *trace)
{
    struct foresight *foresight = search->scenarios[job->scenario]->foresight;

    if (!foresight)
        return;
    struct arena *arena = arena_new();
    const struct point **points = arena_alloc(arena, (trace->count + 1) * sizeof(*points));
    const char **chosen = arena_alloc(arena, (trace->count + 1) * sizeof(*chosen));

    for (size_t i = 0; i < trace->count; i++) {
        points[i] = keep_point(search, job->scenario, &trace->points[i]);
        chosen[i] = trace->points[i].chosen;
    }
    foresight_learn(foresight, points, chosen, trace->count, job->count ? job->count - 1 : 0);
    arena_free(arena);
}

void search_take(struct search *search, const struct job *job, const struct trace *trace)
{
    struct searched *scenario = search->scenarios[job->scenario];

    scenario->run++;
    if (job->item)
        scenario->pending--;
    if (!trace || trace->count < job->count) {
        scenario->unknown++;
        return;
    }
    if (!search->options.is_unreduced && !search->options.is_random)
        learn(search, job, trace);
    note_class(scenario, search->arena, follow_trace(search, job, trace));
}

/* ---- handing out ---- */

struct sight { /* along a schedule that nobody has run */
    struct arena *arena;
    const struct foresight *foresight;
    struct order order;
    struct history history;
    struct trace trace;
    size_t room;
};

static bool go(struct sight *sight, struct point *point, const char *step)
{
    struct cost cost;

    if (sight->trace.count == sight->room) {
        size_t size = sight->room * sizeof(*point);

        sight->room = 2 * sight->room + 64;
        sight->trace.points =
            arena_grow(sight->arena, sight->trace.points, size, sight->room * sizeof(*point));
    }
    point->chosen = step;
    sight->trace.points[sight->trace.count++] = *point;
    if (!step)
        return true;
    if (!order_take(&sight->order, point, step, &cost))
        BUG("%s is no choice of the point it was made for", step);
    history_add(&sight->history, point, step);
    return sight->trace.count < STEPS_MAX;
}

/* By the base order, to the end. False: a point on the way is not known. */
static bool go_on(struct sight *sight)
{
    for (;;) {
        struct point point;
        size_t count = 0;

        if (!foresight_tell(sight->foresight, &sight->history, sight->arena, &point))
            return false;
        const struct option **sorted = order_sort(&sight->order, &point, sight->arena, &count);
        if (!go(sight, &point, count ? option_step(sight->arena, sorted[0]) : NULL))
            return false;
        if (count == 0)
            return true;
    }
}

/* True: the schedule of that prefix is of a class that has run, and what else it leads to is in the queue. */
static bool foresee(struct search *search, const struct job *job)
{
    const struct searched *scenario = search->scenarios[job->scenario];
    struct sight sight = {.arena = arena_new(), .foresight = scenario->foresight};
    bool is_known = job->count > 0 && scenario->foresight;

    order_init(&sight.order, sight.arena);
    history_init(&sight.history, sight.arena);
    for (size_t i = 0; i < job->count; i++) {
        const struct node *node = job->item->node;
        size_t index = node_index(&node, i);
        struct point point = *node->points[index];

        is_known &= go(&sight, &point, job->steps[i]);
    }
    is_known = is_known && go_on(&sight) && has_run(scenario, sight.history.class);
    if (is_known)
        follow_trace(search, job, &sight.trace);
    arena_free(sight.arena);
    return is_known;
}

bool search_next(struct search *search, struct arena *arena, struct job *out)
{
    if (search->options.is_random)
        return next_random(search, out);
    const struct item *item;

    while ((item = queue_pop(search->queue)) != NULL) {
        struct searched *scenario = search->scenarios[item->scenario];

        if (!search->options.is_unreduced && item->node &&
            states_cover(scenario->states, item->key, cost_left(scenario->bound, item->used))) {
            scenario->skipped++;
            scenario->pending--;
            continue;
        }
        fill_prefix(item, arena, out);
        if (search->options.is_unreduced || !foresee(search, out))
            return true;
        scenario->skipped++;
        scenario->pending--;
    }
    return false;
}

void search_count(struct search *search, size_t index, struct search_count *out)
{
    struct searched *scenario = search->scenarios[index];
    struct order order;

    *out = (struct search_count){.run = scenario->run,
                                 .skipped = scenario->skipped,
                                 .distinct = scenario->distinct,
                                 .unknown = scenario->unknown,
                                 .unreduced = (double)scenario->run,
                                 .is_counted = true};
    out->is_exhausted = !search->options.is_random && !search->options.of &&
                        scenario->pending == 0 && scenario->unknown == 0 && scenario->run > 0;
    if (search->options.is_random || search->options.is_unreduced)
        return;
    order_init(&order, search->arena);
    out->unreduced =
        states_count(scenario->states, state_key(0, &order), scenario->bound, &out->is_counted);
}

size_t search_waiting(const struct search *search)
{
    return queue_count(search->queue);
}
