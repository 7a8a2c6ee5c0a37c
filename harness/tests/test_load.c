/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of load: everybody acts, nothing is held, and what goes wrong was asked for. Against the strawman. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/conduct/chosen.h"
#include "harness/conduct/conduct.h"
#include "harness/explore/kinds.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "tests/expect.h"

#define SEEDS_MAX 200 /* far more than one run in eight needs */

/* Two creates of two sources, and somebody who edits what is there and what never will be. */
#define SCENARIO                                                                                   \
    "{\"title\":\"t\",\"why\":\"w\",\"chart\":[\"chart.json\"],\"actors\":{"                       \
    "\"portal\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"one\",\"intent\":" CREATE(        \
        "1") "}]},"                                                                                \
             "\"ward\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"two\",\"intent\":" CREATE( \
                 "2") "},{\"redeliver\":\"two\"}]},"                                               \
                      "\"nurse\":{\"through\":\"ehr\",\"steps\":[" EDIT(                           \
                          "nobody",                                                                \
                          "Patient/nobody") "," EDIT("rename",                                     \
                                                     "Patient/ada") "]}},\"schedule\":[]}"
#define CREATE(n)                                                                                  \
    "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":\"" n   \
    "\"}},\"source\":{\"system\":\"urn:s" n "\",\"eventId\":\"e\"},"                               \
    "\"requester\":{\"reference\":\"Patient/ada\"}}"
#define EDIT(name, target)                                                                         \
    "{\"edit\":\"" name "\",\"method\":\"PATCH\",\"target\":\"" target "\","                       \
    "\"body\":[{\"op\":\"add\",\"path\":\"/active\",\"value\":true}]}"

struct bench {
    struct arena *arena;
    struct conductor *conductor;
    const struct scenario *scenario;
};

static const char *put_file(struct arena *arena, const char *folder, const char *name,
                            const char *text)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    struct buf bytes = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&bytes, text);
    EXPECT_INT(path, buf_write_file(&bytes, path, &err), 0);
    buf_release(&bytes);
    return path;
}

static struct bench bench_open(void)
{
    struct bench bench = {.arena = arena_new()};
    const char *folder = test_folder();
    struct err err = ERR_INIT;

    put_file(bench.arena, folder, "chart.json", "[{\"resourceType\":\"Patient\",\"id\":\"ada\"}]");
    bench.scenario = scenario_read(
        bench.arena, put_file(bench.arena, folder, "scenario.json", SCENARIO), NULL, &err);
    EXPECT_STR("scenario", err.text, "");
    bench.conductor = conductor_open(
        &(struct conductor_options){.adapter = adapter_read(bench.arena, "strawman", &err),
                                    .use_reset = true},
        &err);
    EXPECT_STR("strawman", err.text, "");
    return bench;
}

static void bench_close(struct bench *bench)
{
    conductor_close(bench->conductor);
    arena_free(bench->arena);
}

static struct conducted load(struct bench *bench, uint64_t seed, uint64_t kinds, bool kills)
{
    struct chosen chosen = {
        .kinds = kinds, .tells_kills = kills, .seed = seed, .is_random = true, .is_load = true};
    struct conducted out;

    conduct_chosen(bench->conductor, bench->scenario, &chosen, bench->arena, &out);
    EXPECT_STR("no problem", out.problem ? out.problem : "", "");
    return out;
}

/* Entries of that kind, and of that name where there is one. */
static size_t count(const struct conducted *run, enum sim_kind kind, const char *what)
{
    size_t found = 0;

    for (size_t i = 0; i < run->evidence.entry_count; i++) {
        const struct sim_entry *entry = run->evidence.entries[i];

        found += entry->kind == kind && (!what || strcmp(entry->what, what) == 0);
    }
    return found;
}

static void everybody_acts_and_nothing_goes_wrong_unasked(void)
{
    struct bench bench = bench_open();

    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct conducted run = load(&bench, seed, 0, false);

        EXPECT_TRUE("whole", run.is_complete && run.evidence.is_settled);
        EXPECT_TRUE("recovered", run.evidence.is_recovered);
        EXPECT_INT("submits and the redelivery", (long long)count(&run, SIM_SAID, "submit"), 3);
        EXPECT_INT("the edit that can be", (long long)count(&run, SIM_EDIT, "rename"), 1);
        EXPECT_INT("the one that cannot is passed over", (long long)count(&run, SIM_EDIT, "nobody"),
                   0);
        EXPECT_INT("commits", run.commits, 3);
        EXPECT_INT("no fault", (long long)count(&run, SIM_FAULT, NULL), 0);
        EXPECT_INT("no kill", (long long)count(&run, SIM_PROCESS, "kill"), 0);
        EXPECT_STR("no line to follow", run.replay, "");
    }
    bench_close(&bench);
}

static void faults_are_of_the_kinds_that_were_asked_for(void)
{
    struct bench bench = bench_open();
    struct err err = ERR_INIT;
    uint64_t kinds = 0;
    size_t faults = 0;

    EXPECT_INT("kinds", kinds_add(bench.arena, "throttle", &kinds, &err), 0);
    for (uint64_t seed = 1; seed <= SEEDS_MAX && faults == 0; seed++) {
        struct conducted run = load(&bench, seed, kinds, false);

        EXPECT_TRUE("whole", run.is_complete && run.evidence.is_recovered);
        faults = count(&run, SIM_FAULT, NULL);
        for (size_t i = 0; i < run.evidence.entry_count; i++) {
            if (run.evidence.entries[i]->kind == SIM_FAULT)
                EXPECT_STR("fault", run.evidence.entries[i]->fault, "error-before(429,1)");
        }
    }
    EXPECT_TRUE("one struck", faults > 0);
    bench_close(&bench);
}

static void who_is_killed_is_started_again(void)
{
    struct bench bench = bench_open();
    size_t kills = 0;

    for (uint64_t seed = 1; seed <= SEEDS_MAX && kills == 0; seed++) {
        struct conducted run = load(&bench, seed, 0, true);

        EXPECT_TRUE("whole", run.is_complete && run.evidence.is_recovered);
        kills = count(&run, SIM_PROCESS, "kill");
        EXPECT_TRUE("once at most", kills <= 1);
        if (kills)
            EXPECT_TRUE("up again", count(&run, SIM_PROCESS, "start") >= 1);
    }
    EXPECT_INT("one was", (long long)kills, 1);
    bench_close(&bench);
}

static CU_TestInfo tests[] = {
    {"everybody acts, and nothing goes wrong unasked",
     everybody_acts_and_nothing_goes_wrong_unasked},
    {"faults are of the kinds that were asked for", faults_are_of_the_kinds_that_were_asked_for},
    {"who is killed is started again", who_is_killed_is_started_again},
    CU_TEST_INFO_NULL,
};
SUITE("load", tests)
