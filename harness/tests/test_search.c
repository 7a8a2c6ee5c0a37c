/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the search against an engine that is a pure function from prefix to trace: a few threads that read and then
 * write resources, a kill that makes them begin again, replies that may be lost. What a run ends in is a text, so that
 * "the same is found with and without reduction" can be asked of hundreds of small engines.
 */
#include "harness/explore/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/prng.h"
#include "harness/explore/kinds.h"
#include "tests/expect.h"

#define THREADS_MAX   3
#define EXCHANGES_MAX 2
#define RESOURCES     3
#define TRIES_MAX     2

struct toy { /* what does not change over runs */
    size_t threads, exchanges;
    struct {
        unsigned resource;
        bool is_write;
    } acts[THREADS_MAX][EXCHANGES_MAX];
    bool has_edit; /* a foreign writer writes resource 0 once */
};

struct toy_run {
    const struct toy *toy;
    struct arena *arena;
    struct {
        size_t next;
        unsigned tries; /* of the exchange under way, before this one */
        bool is_committed, is_zombie;
        int seen; /* the number of writes there were at its last look */
        size_t zombie;
    } threads[THREADS_MAX];
    int writes[RESOURCES];
    struct buf log[RESOURCES], ends;
    bool is_down, is_edited;
    unsigned starts;
};

static const char *const resources[RESOURCES] = {"A/1", "A/2", "B/1"};

static const char *label(struct toy_run *run, size_t thread, size_t exchange)
{
    return arena_printf(run->arena, "t%zu.x%zu-%u-%u", thread, exchange, run->threads[thread].tries,
                        run->starts);
}

static void list(struct toy_run *run, struct point *out)
{
    *out = (struct point){
        .options = arena_alloc(run->arena, 2 * THREADS_MAX * sizeof(*out->options) + 512)};
    out->can_kill = !run->is_down && run->starts < 1;
    if (run->is_down)
        out->options[out->count++] =
            (struct option){OPTION_START, "engine.start", "engine.start", 0, 0, "e", 0};
    for (size_t i = 0; i < run->toy->threads && !run->is_down; i++) {
        size_t next = run->threads[i].next;

        if (next >= run->toy->exchanges)
            continue;
        bool is_write = run->toy->acts[i][next].is_write;
        const char *touch = arena_printf(run->arena, "%c%s", is_write ? 'w' : 'r',
                                         resources[run->toy->acts[i][next].resource]);
        bool is_commit = !run->threads[i].is_committed;
        out->options[out->count++] =
            (struct option){is_commit ? OPTION_COMMIT : OPTION_REPLY,
                            label(run, i, next),
                            arena_printf(run->arena, "t%zu", i),
                            !is_commit && run->threads[i].tries + 1 < TRIES_MAX,
                            0,
                            is_commit ? touch : "e",
                            (unsigned)i + 1};
    }
    if (run->toy->has_edit && !run->is_edited)
        out->options[out->count++] =
            (struct option){OPTION_OWN, "nurse.edit", "nurse", 0, 0, "wA/1", THREADS_MAX + 1};
    point_hash(out);
}

static void commit(struct toy_run *run, size_t thread, const char *name)
{
    size_t next = run->threads[thread].next;
    unsigned resource = run->toy->acts[thread][next].resource;

    run->threads[thread].is_committed = true;
    if (!run->toy->acts[thread][next].is_write) {
        run->threads[thread].seen = run->writes[resource];
    } else { /* blind: what it overwrote is part of the log */
        buf_printf(&run->log[resource], "%s(%d) ", name, run->threads[thread].seen);
        run->writes[resource]++;
    }
}

static void take(struct toy_run *run, const char *step)
{
    size_t thread = step[0] == 't' ? (size_t)(step[1] - '0') : 0;

    if (strcmp(step, STEP_KILL) == 0) {
        buf_puts(&run->ends, "kill ");
        run->is_down = true;
        for (size_t i = 0; i < run->toy->threads; i++) {
            run->threads[i].next = run->threads[i].next < run->toy->exchanges ? 0 : 9;
            run->threads[i].is_committed = false;
            run->threads[i].tries = 0;
        }
    } else if (strcmp(step, "engine.start") == 0) {
        run->is_down = false;
        run->starts++;
    } else if (strcmp(step, "nurse.edit") == 0) {
        run->is_edited = true;
        buf_puts(&run->log[0], "edit ");
        run->writes[0]++;
    } else if (strstr(step, ":commit")) {
        commit(run, thread, step);
    } else {
        bool is_lost = strchr(step, '!') != NULL;

        buf_printf(&run->ends, "%s ", step); /* two replies to one engine never commute */
        run->threads[thread].is_committed = false;
        run->threads[thread].tries = is_lost ? run->threads[thread].tries + 1 : 0;
        run->threads[thread].next += !is_lost;
    }
}

/* The pure function: prefix in, trace and outcome out. */
static void run_toy(const struct toy *toy, const struct job *job, struct arena *arena,
                    struct trace *out, struct buf *outcome)
{
    struct toy_run run = {.toy = toy, .arena = arena};
    struct order order;
    bool more = true;

    order_init(&order, arena);
    *out = (struct trace){.points = arena_alloc(arena, 200 * sizeof(*out->points))};
    while (more) {
        struct point *point = &out->points[out->count++];
        struct cost cost;
        size_t count = 0;

        list(&run, point);
        const struct option **sorted = order_sort(&order, point, arena, &count);
        if (out->count <= job->count) {
            point->chosen = job->steps[out->count - 1];
            EXPECT_TRUE(point->chosen, point->hash == job->hashes[out->count - 1]);
        } else if (count) {
            point->chosen = option_step(arena, sorted[0]);
        }
        more = point->chosen && out->count < 200;
        if (more) {
            EXPECT_TRUE(point->chosen, order_take(&order, point, point->chosen, &cost));
            take(&run, point->chosen);
        }
    }
    for (size_t i = 0; i < RESOURCES; i++) {
        buf_printf(outcome, "%s: %s; ", resources[i], buf_text(&run.log[i]));
        buf_release(&run.log[i]);
    }
    buf_puts(outcome, buf_text(&run.ends));
    buf_release(&run.ends);
}

struct outcomes {
    char **texts;
    size_t count, room;
};

static void outcomes_add(struct outcomes *outcomes, const char *text)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        if (strcmp(outcomes->texts[i], text) == 0)
            return;
    }
    if (outcomes->count == outcomes->room) {
        outcomes->room = 2 * outcomes->room + 64;
        outcomes->texts = realloc(outcomes->texts, outcomes->room * sizeof(char *));
    }
    outcomes->texts[outcomes->count++] = strdup(text);
}

static void outcomes_release(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++)
        free(outcomes->texts[i]);
    free(outcomes->texts);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void explore(const struct toy *toy, const struct search_options *options, struct cost bound,
                    struct outcomes *outcomes, struct search_count *out)
{
    struct search *search = search_new(options);
    struct arena *arena = arena_new();
    struct job job;

    search_add(search, bound, REACH_LOCAL);
    while (search_next(search, arena, &job)) {
        struct trace trace;
        struct buf outcome = BUF_INIT;

        run_toy(toy, &job, arena, &trace, &outcome);
        outcomes_add(outcomes, buf_text(&outcome));
        search_take(search, &job, &trace);
        buf_release(&outcome);
        arena_reset(arena);
    }
    search_count(search, 0, out);
    qsort(outcomes->texts, outcomes->count, sizeof(char *), compare);
    arena_free(arena);
    search_free(search);
}

static struct toy make_toy(uint64_t seed)
{
    struct prng prng;
    struct toy toy;

    prng_init(&prng, seed);
    toy.threads = 2 + prng_below(&prng, 2);
    toy.exchanges = 1 + prng_below(&prng, EXCHANGES_MAX);
    toy.has_edit = prng_below(&prng, 2);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        for (size_t k = 0; k < EXCHANGES_MAX; k++) {
            toy.acts[i][k].resource = (unsigned)prng_below(&prng, RESOURCES);
            toy.acts[i][k].is_write = prng_below(&prng, 2);
        }
    }
    return toy;
}

static const struct cost bounds[] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {1, 1, 0},
                                     {0, 1, 1}, {1, 0, 1}, {2, 1, 0}, {1, 1, 1}};

static void reduction_finds_what_all_schedules_find(void)
{
    unsigned long with = 0, without = 0;

    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct toy toy = make_toy(seed);

        for (size_t i = 0; i < COUNT_OF(bounds); i++) {
            struct outcomes all = {0}, reduced = {0};
            struct search_count all_count, reduced_count;
            char row[64];

            snprintf(row, sizeof(row), "engine %llu, bound %zu", (unsigned long long)seed, i);
            explore(&toy, &(struct search_options){.is_unreduced = true}, bounds[i], &all,
                    &all_count);
            explore(&toy, &(struct search_options){0}, bounds[i], &reduced, &reduced_count);
            EXPECT_INT(row, (long long)reduced.count, (long long)all.count);
            for (size_t k = 0; k < all.count && k < reduced.count; k++)
                EXPECT_STR(row, reduced.texts[k], all.texts[k]);
            EXPECT_TRUE(row, all_count.is_exhausted && reduced_count.is_exhausted);
            EXPECT_TRUE(row, reduced_count.is_counted);
            EXPECT_INT(row, (long long)reduced_count.unreduced, (long long)all_count.run);
            EXPECT_INT(row, (long long)reduced_count.distinct, (long long)all_count.distinct);
            EXPECT_TRUE(row, reduced_count.distinct >= reduced.count);
            with += reduced_count.run;
            without += all_count.run;
            outcomes_release(&all);
            outcomes_release(&reduced);
        }
    }
    EXPECT_TRUE("reduction saves something", with * 6 < without * 5);
}

/* What is left out is what has run in the same state, with the same order of threads and as much of the bound left,
 * and not a schedule more: these many must run. */
static void no_more_is_left_out_than_has_run(void)
{
    static const struct {
        uint64_t engine;
        struct cost bound;
        unsigned long run, of;
    } rows[] = {
        {3, {2, 0, 0}, 27, 69}, {3, {1, 1, 1}, 1321, 2113}, {5, {3, 0, 0}, 5, 20},
        {7, {2, 1, 0}, 46, 86}, {8, {2, 1, 0}, 108, 189},   {11, {3, 1, 0}, 784, 2983},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct toy toy = make_toy(rows[i].engine);
        struct outcomes outcomes = {0};
        struct search_count count;
        char row[64];

        snprintf(row, sizeof(row), "row %zu", i);
        explore(&toy, &(struct search_options){0}, rows[i].bound, &outcomes, &count);
        EXPECT_INT(row, (long long)count.run, (long long)rows[i].run);
        EXPECT_INT(row, (long long)count.unreduced, (long long)rows[i].of);
        outcomes_release(&outcomes);
    }
}

static void shards_together_find_everything(void)
{
    struct toy toy = make_toy(3);
    struct cost bound = {1, 1, 1};
    struct outcomes all = {0}, sharded = {0};
    struct search_count count;

    explore(&toy, &(struct search_options){0}, bound, &all, &count);
    for (unsigned shard = 1; shard <= 3; shard++)
        explore(&toy, &(struct search_options){.shard = shard, .of = 3}, bound, &sharded, &count);
    EXPECT_INT("outcomes", (long long)sharded.count, (long long)all.count);
    for (size_t i = 0; i < all.count && i < sharded.count; i++)
        EXPECT_STR("outcome", sharded.texts[i], all.texts[i]);
    outcomes_release(&all);
    outcomes_release(&sharded);
}

/* Canonical runs of all scenarios, single faults, kills, delays, pairs. */
static void deviations_come_in_their_order(void)
{
    struct toy toy = make_toy(3);
    struct search *search = search_new(&(struct search_options){.is_unreduced = true});
    struct arena *arena = arena_new();
    unsigned worst = 0, jobs = 0;
    size_t scenarios[2] = {0};
    struct job job;

    search_add(search, (struct cost){2, 1, 1}, REACH_LOCAL);
    search_add(search, (struct cost){2, 1, 1}, REACH_LOCAL);
    while (jobs < 400 && search_next(search, arena, &job)) {
        struct trace trace;
        struct buf outcome = BUF_INIT;
        unsigned faults = 0, kills = 0;

        run_toy(&toy, &job, arena, &trace, &outcome);
        for (size_t i = 0; i < job.count; i++) {
            faults += strchr(job.steps[i], '!') != NULL;
            kills += strcmp(job.steps[i], STEP_KILL) == 0;
        }
        unsigned rank = job.count == 0 ? 0 : faults + kills > 1 ? 4 : faults ? 1 : kills ? 2 : 3;
        if (worst < 3 || rank == 0) /* among the pairs there is no order of kinds */
            EXPECT_TRUE(job.count ? job.steps[job.count - 1] : "canonical", rank >= worst);
        worst = rank > worst ? rank : worst;
        scenarios[job.scenario]++;
        EXPECT_TRUE("scenarios take turns", jobs > 1 || job.scenario == jobs);
        search_take(search, &job, &trace);
        buf_release(&outcome);
        jobs++;
    }
    EXPECT_INT("it came to the pairs", worst, 4);
    EXPECT_TRUE("both were tried", scenarios[0] > 0 && scenarios[1] > 0);
    arena_free(arena);
    search_free(search);
}

static void what_could_not_be_run_is_not_complete(void)
{
    struct toy toy = make_toy(3);
    struct search *search = search_new(&(struct search_options){0});
    struct arena *arena = arena_new();
    struct search_count count;
    unsigned jobs = 0;
    struct job job;

    search_add(search, (struct cost){1, 0, 0}, REACH_LOCAL);
    while (search_next(search, arena, &job)) {
        struct trace trace;
        struct buf outcome = BUF_INIT;

        run_toy(&toy, &job, arena, &trace, &outcome);
        search_take(search, &job, ++jobs == 2 ? NULL : &trace);
        buf_release(&outcome);
    }
    search_count(search, 0, &count);
    EXPECT_INT("unknown", (long long)count.unknown, 1);
    EXPECT_TRUE("complete", !count.is_exhausted);
    EXPECT_TRUE("counted", !count.is_counted);
    arena_free(arena);
    search_free(search);
}

static CU_TestInfo tests[] = {
    {"reduction finds what all schedules find", reduction_finds_what_all_schedules_find},
    {"no more is left out than has run", no_more_is_left_out_than_has_run},
    {"shards together find everything", shards_together_find_everything},
    {"deviations come in their order", deviations_come_in_their_order},
    {"what could not be run is not complete", what_could_not_be_run_is_not_complete},
    CU_TEST_INFO_NULL,
};
SUITE("search", tests)
