/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what an exact line becomes as milestones, and of what goes with each element that is removed. */
#include "harness/explore/candidate.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence.h"
#include "harness/explore/waiting.h"
#include "harness/scenario/scenario.h"
#include "tests/expect.h"

/* Two sources and a nurse on one task; the first source delivers twice. */
static const char file[] =
    "{\"title\":\"t\",\"why\":\"w\",\"chart\":[],\"expect\":{\"intents\":{\"a\":{\"state\":"
    "\"committed\"}}},\"actors\":{"
    "\"portal\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"a\",\"intent\":INTENT},"
    "{\"redeliver\":\"a\"},{\"redeliver\":\"a\"}]},"
    "\"lab\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"b\",\"intent\":INTENT}]},"
    "\"human\":{\"through\":\"engine\",\"steps\":[{\"fetch-review\":\"a\"},"
    "{\"decide\":\"a\",\"decision\":\"apply\"}]},"
    "\"nurse\":{\"through\":\"ehr\",\"steps\":[{\"edit\":\"take\",\"method\":\"DELETE\","
    "\"target\":\"Task/x\"}]}}}";
static const char intent[] = "{\"operation\":\"delete\",\"target\":{\"reference\":\"Task/x\"},"
                             "\"source\":{\"system\":\"s\",\"eventId\":\"e\"}}";

struct fixture {
    struct arena *arena;
    struct candidate *candidate;
    const unsigned *ranks;
    size_t count;
    bool kept[64];
};

static const char *fill_in(struct arena *arena)
{
    const char *text = file, *at = NULL;

    while ((at = strstr(text, "INTENT")) != NULL)
        text = arena_printf(arena, "%.*s%s%s", (int)(at - text), text, intent, at + 6);
    return text;
}

static struct fixture take_apart(const char *line)
{
    struct fixture fixture = {.arena = arena_new()};
    struct err err = ERR_INIT;
    const char *text = fill_in(fixture.arena);
    const struct cJSON *tree = json_parse(fixture.arena, text, strlen(text), &err);
    struct schedule *exact = arena_alloc(fixture.arena, sizeof(*exact));
    const struct scenario *scenario =
        tree ? scenario_from(fixture.arena, tree, "area/name.json", NULL, &err) : NULL;

    EXPECT_TRUE(err.text, scenario && schedule_parse(fixture.arena, line, exact, &err) == 0);
    if (!scenario || err.text[0])
        abort();
    fixture.candidate = candidate_new(fixture.arena, scenario, exact);
    fixture.count = candidate_ranks(fixture.candidate, &fixture.ranks);
    memset(fixture.kept, true, sizeof(fixture.kept));
    return fixture;
}

/* The n-th element of a rank, from 0. */
static void leave_out(struct fixture *fixture, enum candidate_rank rank, size_t n)
{
    for (size_t i = 0; i < fixture->count; i++) {
        if (fixture->ranks[i] == rank && n-- == 0)
            fixture->kept[i] = false;
    }
}

static void leave_out_all(struct fixture *fixture, enum candidate_rank rank)
{
    for (size_t i = 0; i < fixture->count; i++)
        fixture->kept[i] &= fixture->ranks[i] != rank;
}

static void expect(struct fixture *fixture, const char *what, const char *want)
{
    struct arena *arena = arena_new();
    const struct cJSON *tree = candidate_tree(fixture->candidate, fixture->kept, arena);
    const struct cJSON *schedule = json_get(tree, "schedule");
    const char *found = "";
    struct err err = ERR_INIT;

    for (size_t i = 0; i < json_count(schedule); i++)
        found = arena_printf(arena, "%s%s%s", found, i ? " " : "", json_text(json_at(schedule, i)));
    EXPECT_STR(what, found, want);
    const struct scenario *scenario = scenario_from(arena, tree, "area/name.json", NULL, &err);
    EXPECT_STR("it is a scenario", scenario ? "" : err.text, "");
    arena_free(arena);
    memset(fixture->kept, true, sizeof(fixture->kept));
}

static void all_of_the_line_is_said(void)
{
    static const struct {
        const char *line, *milestones;
    } rows[] = {
        {"portal/a.submit portal/a.read nurse.take portal/a.update",
         "portal/a.submit portal/a.look? nurse.take portal/a.write?"},
        /* the first fault is wanted, what comes after it is not */
        {"portal/a.submit portal/a.update!reset-after portal/a.history portal/a.update#2",
         "portal/a.submit portal/a.write#1!reset-after portal/a.look? portal/a.write#2?"},
        {"portal/a.submit portal/a.update:commit engine.kill engine.start portal/a.history "
         "engine.due",
         "portal/a.submit portal/a.write:commit engine.kill engine.start portal/a.look? "
         "engine.due?"},
        /* a class counts over its interactions, also those that were never let go */
        {"portal/a.submit portal/a.read portal/a.search portal/a.read#3 portal/a.history",
         "portal/a.submit portal/a.look#1? portal/a.look#2? portal/a.look#4? portal/a.look#5?"},
        {"portal/a.submit portal/a.create:timeout portal/a.create#2 portal/a.create:commit",
         "portal/a.submit portal/a.write#1:timeout portal/a.write#2? portal/a.write#1:commit?"},
        /* a batch may be of either class */
        {"portal/a.submit portal/a.batch portal/a.read", "portal/a.submit portal/a.batch? "
                                                         "portal/a.read?"},
        {"portal/a.submit human/a.fetch-review human/a.decide portal/a.redeliver#2",
         "portal/a.submit human/a.fetch-review? human/a.decide? portal/a.redeliver#2"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture fixture = take_apart(rows[i].line);

        expect(&fixture, rows[i].line, rows[i].milestones);
        arena_free(fixture.arena);
    }
}

static void a_fault_goes_and_its_request_stays(void)
{
    struct fixture fixture =
        take_apart("portal/a.submit portal/a.update:commit nurse.take portal/a.update:reply"
                   "!reset-after portal/a.history");

    leave_out(&fixture, RANK_FAULT, 0);
    expect(&fixture, "without the fault",
           "portal/a.submit portal/a.write:commit nurse.take portal/a.write:reply? "
           "portal/a.look?");
    leave_out_all(&fixture, RANK_DELAY);
    expect(&fixture, "only the fault", "portal/a.write!reset-after");
    leave_out(&fixture, RANK_DELAY, 3);
    expect(&fixture, "not taken apart",
           "portal/a.submit portal/a.write!reset-after nurse.take portal/a.look?");
    arena_free(fixture.arena);
}

static void a_time_out_goes_with_what_follows_from_it(void)
{
    struct fixture fixture = take_apart(
        "portal/a.submit portal/a.create:timeout portal/a.create#2 portal/a.create:commit");

    leave_out(&fixture, RANK_FAULT, 0);
    expect(&fixture, "no time-out", "portal/a.submit portal/a.write#1? portal/a.write#2?");
    leave_out(&fixture, RANK_DELAY, 3);
    expect(&fixture, "no late commit",
           "portal/a.submit portal/a.write#1:timeout "
           "portal/a.write#2?");
    arena_free(fixture.arena);
}

static void a_kill_goes_with_its_start(void)
{
    struct fixture fixture = take_apart("portal/a.submit engine.kill engine.start portal/a.update "
                                        "engine.kill lab/b.submit engine.start");

    leave_out(&fixture, RANK_KILL, 0);
    expect(&fixture, "the first",
           "portal/a.submit portal/a.write? engine.kill lab/b.submit engine.start");
    leave_out(&fixture, RANK_KILL, 1);
    expect(&fixture, "the second",
           "portal/a.submit engine.kill engine.start portal/a.write? lab/b.submit");
    arena_free(fixture.arena);
}

static void steps_and_intents_go_with_all_about_them(void)
{
    struct fixture fixture =
        take_apart("portal/a.submit portal/a.update portal/a.redeliver lab/b.submit "
                   "portal/a.redeliver#2 human/a.fetch-review nurse.take lab/b.delete");

    leave_out(&fixture, RANK_STEP, 0);
    expect(&fixture, "without the intent", "lab/b.submit nurse.take lab/b.write?");
    leave_out(&fixture, RANK_STEP, 1);
    expect(&fixture, "numbers close up",
           "portal/a.submit portal/a.write? lab/b.submit portal/a.redeliver "
           "human/a.fetch-review? nurse.take lab/b.write?");
    leave_out(&fixture, RANK_STEP, 6);
    expect(&fixture, "without the edit",
           "portal/a.submit portal/a.write? portal/a.redeliver lab/b.submit "
           "portal/a.redeliver#2 human/a.fetch-review? lab/b.write?");
    arena_free(fixture.arena);
}

/* A line need not say what waited; milestones must. */
static void what_waited_is_said(void)
{
    static const struct sim_entry journal[] = {
        {.n = 1, .kind = SIM_PROCESS, .what = "step", .url = "portal/a.submit"},
        {.n = 2, .kind = SIM_ARRIVED, .actor = "portal", .intent = "a", .interaction = "create"},
        {.n = 3, .kind = SIM_PROCESS, .what = "step", .url = "engine.kill"},
        {.n = 4, .kind = SIM_PROCESS, .what = "step", .url = "engine.start"},
        {.n = 5, .kind = SIM_ARRIVED, .actor = "portal", .intent = "a", .interaction = "create"},
        {.n = 6, .kind = SIM_PROCESS, .what = "step", .url = "portal/a.create#2"},
        {.n = 7, .kind = SIM_ARRIVED, .actor = "portal", .intent = "a", .interaction = "read"},
        {.n = 8, .kind = SIM_PROCESS, .what = "recovery"},
        {.n = 9, .kind = SIM_ARRIVED, .actor = "portal", .intent = "a", .interaction = "read"},
    };
    const struct sim_entry *entries[COUNT_OF(journal)];
    struct evidence evidence = {.entries = entries, .entry_count = COUNT_OF(journal)};
    struct arena *arena = arena_new();
    struct schedule exact;
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    size_t steps = 0;
    static const char line[] = "portal/a.submit engine.kill engine.start portal/a.create#2";

    for (size_t i = 0; i < COUNT_OF(journal); i++)
        entries[i] = &journal[i];
    EXPECT_INT("parsed", schedule_parse(arena, line, &exact, &err), 0);
    schedule_format(waiting_say(arena, &exact, &evidence), &text);
    EXPECT_STR("said", buf_text(&text),
               "portal/a.submit portal/a.create:before engine.kill engine.start "
               "portal/a.create#2 portal/a.read:before");
    EXPECT_STR("dropped", waiting_drop(arena, buf_text(&text), &steps), line);
    EXPECT_INT("counted", (long long)steps, 4);
    buf_release(&text);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"what waited is said", what_waited_is_said},
    {"all of the line is said", all_of_the_line_is_said},
    {"a fault goes and its request stays", a_fault_goes_and_its_request_stays},
    {"a time-out goes with what follows from it", a_time_out_goes_with_what_follows_from_it},
    {"a kill goes with its start", a_kill_goes_with_its_start},
    {"steps and intents go with all about them", steps_and_intents_go_with_all_about_them},
    CU_TEST_INFO_NULL,
};
SUITE("candidate", tests)
