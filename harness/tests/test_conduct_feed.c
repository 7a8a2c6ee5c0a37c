/* SPDX-License-Identifier: Apache-2.0 */
/* What a conducted run delivers, merges and gathers beside intents: notifications, patients, metrics, what is left behind. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/conduct.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "tests/expect.h"

struct bench {
    struct arena *arena;
    struct conductor *conductor;
    struct conducted out;
};

/* The scenario, run once against the strawman. */
static struct bench bench_run(const char *path, bool use_reset)
{
    struct bench bench = {.arena = arena_new()};
    struct err err = ERR_INIT;
    const struct adapter *adapter = adapter_read(bench.arena, "strawman", &err);
    const struct scenario *scenario = scenario_read(bench.arena, path, NULL, &err);

    EXPECT_STR(path, err.text, "");
    bench.conductor = conductor_open(
        &(struct conductor_options){.adapter = adapter, .use_reset = use_reset}, &err);
    EXPECT_STR(path, err.text, "");
    for (int i = 0; i < (use_reset ? 2 : 1); i++)
        conduct(bench.conductor, scenario, NULL, bench.arena, &bench.out);
    EXPECT_STR(path, bench.out.problem, NULL);
    return bench;
}

static void bench_close(struct bench *bench)
{
    conductor_close(bench->conductor);
    arena_free(bench->arena);
}

/* The nth entry `said` as `what`, or NULL. */
static const struct sim_entry *said(const struct bench *bench, const char *what, size_t nth)
{
    const struct evidence *evidence = &bench->out.evidence;

    for (size_t i = 0; i < evidence->entry_count; i++)
        if (evidence->entries[i]->kind == SIM_SAID &&
            strcmp(evidence->entries[i]->what, what) == 0 && nth-- == 0)
            return evidence->entries[i];
    return NULL;
}

static size_t count_said(const struct bench *bench, const char *what)
{
    size_t count = 0;

    while (said(bench, what, count))
        count++;
    return count;
}

static const struct cJSON *body(const struct bench *bench, const struct sim_entry *entry)
{
    struct err err = ERR_INIT;

    return entry && entry->body ? json_parse(bench->arena, entry->body, entry->body_size, &err)
                                : NULL;
}

static const char *text_at(const struct cJSON *tree, const char *pointer)
{
    return json_text(json_pointer(tree, pointer));
}

static void a_notification_is_of_what_was_committed(void)
{
    struct bench bench = bench_run("scenarios/notify/own-commit.json", false);
    const struct sim_entry *notify = said(&bench, "notify", 0);
    const struct cJSON *bundle = body(&bench, notify);

    EXPECT_INT("deliveries", (long long)count_said(&bench, "notify"), 3);
    EXPECT_INT("answers", (long long)count_said(&bench, "told"), 3);
    EXPECT_STR("reference", notify ? notify->reference : "", "Task/follow-up");
    EXPECT_INT("ordinal", notify ? notify->ordinal : 0, 2);
    EXPECT_STR("type", text_at(bundle, "/type"), "history");
    EXPECT_STR("status first", text_at(bundle, "/entry/0/resource/resourceType"), "Parameters");
    EXPECT_STR("the whole resource", text_at(bundle, "/entry/1/resource/priority"), "urgent");
    EXPECT_STR("its version", text_at(bundle, "/entry/1/resource/meta/versionId"),
               notify ? notify->version : "");
    EXPECT_STR("how", text_at(bundle, "/entry/1/request/method"), "PUT");
    bundle = body(&bench, said(&bench, "notify", 2));
    EXPECT_TRUE("its id alone", !json_pointer(bundle, "/entry/1/resource"));
    EXPECT_HAS("its id", text_at(bundle, "/entry/1/fullUrl"), "/Task/follow-up");
    bench_close(&bench);
}

static void a_notification_of_an_edit_is_of_that_edit(void)
{
    struct bench bench = bench_run("scenarios/notify/foreign-edit.json", false);
    static const unsigned ordinals[] = {2, 3, 3};

    for (size_t i = 0; i < COUNT_OF(ordinals); i++) {
        const struct sim_entry *notify = said(&bench, "notify", i);

        EXPECT_INT("ordinal", notify ? notify->ordinal : 0, ordinals[i]);
    }
    bench_close(&bench);
}

/* The newest content of a resource in the journal. */
static const struct cJSON *current(const struct bench *bench, const char *reference)
{
    const struct evidence *evidence = &bench->out.evidence;
    const struct sim_entry *found = NULL;

    for (size_t i = 0; i < evidence->entry_count; i++)
        if (evidence->entries[i]->kind == SIM_COMMITTED &&
            strcmp(evidence->entries[i]->reference, reference) == 0)
            found = evidence->entries[i];
    return body(bench, found);
}

static void a_merge_moves_what_refers_to_the_patient(void)
{
    struct bench bench = bench_run("scenarios/mapping/merged.json", false);

    EXPECT_STR("moved", text_at(current(&bench, "Observation/twin-pulse"), "/subject/reference"),
               "Patient/ada");
    EXPECT_STR("linked", text_at(current(&bench, "Patient/twin"), "/link/0/type"), "replaced-by");
    EXPECT_STR("both ways", text_at(current(&bench, "Patient/ada"), "/link/0/other/reference"),
               "Patient/twin");
    EXPECT_TRUE("the others stay", !current(&bench, "Observation/pulse"));
    bench_close(&bench);
}

static void a_split_moves_back_what_was_moved_and_no_more(void)
{
    struct bench bench = bench_run("scenarios/mapping/split.json", false);

    EXPECT_STR("moved back",
               text_at(current(&bench, "Observation/twin-pulse"), "/subject/reference"),
               "Patient/twin");
    EXPECT_STR("what was written meanwhile stays",
               text_at(current(&bench, "Observation/twin-pulse"), "/status"), "final");
    EXPECT_TRUE("unlinked", !json_get(current(&bench, "Patient/twin"), "link") &&
                                !json_get(current(&bench, "Patient/ada"), "link"));
    EXPECT_TRUE("active", json_flag(current(&bench, "Patient/twin"), "active", false));
    EXPECT_TRUE("the survivor's own stays", !current(&bench, "Observation/weight"));
    bench_close(&bench);
}

static void what_is_left_behind_is_gathered(void)
{
    struct bench bench = bench_run("scenarios/patch/killed-after.json", false);
    const struct evidence *evidence = &bench.out.evidence;
    const struct sim_entry *sweep = said(&bench, "sweep", count_said(&bench, "sweep") - 1);
    uint64_t killed = 0;

    for (size_t i = 0; i < evidence->entry_count; i++)
        if (evidence->entries[i]->kind == SIM_PROCESS &&
            strcmp(evidence->entries[i]->what, "kill") == 0)
            killed = evidence->entries[i]->n;
    EXPECT_TRUE("metrics before the kill",
                said(&bench, "metrics", 0) && said(&bench, "metrics", 0)->n < killed);
    EXPECT_INT("and at the end", (long long)count_said(&bench, "metrics"), 2);
    EXPECT_INT("stdout of both processes", (long long)count_said(&bench, "log"), 2);
    EXPECT_STR("where", said(&bench, "log", 0)->url, "stdout");
    EXPECT_HAS("what", said(&bench, "log", 1)->body, "strawman: listening at");
    EXPECT_HAS("drift is looked for last", sweep->body, "drift");
    EXPECT_INT("mappings", (long long)count_said(&bench, "mappings"), 1);
    EXPECT_INT("doors, and one with another token", (long long)count_said(&bench, "probe"), 4);
    for (size_t i = 0; i < count_said(&bench, "probe"); i++)
        EXPECT_INT("closed", said(&bench, "probe", i)->status, 401);
    EXPECT_HAS("made up", said(&bench, "probe", 1)->headers, "Bearer made-up");
    EXPECT_HAS("the token is known", evidence->tokens[0], "token-");
    bench_close(&bench);
}

static void the_door_of_an_open_review_is_tried(void)
{
    struct bench bench = bench_run("scenarios/patch/stale.json", false);

    EXPECT_INT("doors", (long long)count_said(&bench, "probe"), 5);
    EXPECT_HAS("one review", said(&bench, "probe", 0)->url, "/v1/reviews/");
    EXPECT_INT("closed", said(&bench, "probe", 0)->status, 401);
    bench_close(&bench);
}

/* An engine that serves many runs has printed much before this one. */
static void what_an_earlier_run_left_is_not_this_ones(void)
{
    struct bench bench = bench_run("scenarios/patch/clean.json", true);

    EXPECT_INT("nothing was printed in the second run", (long long)count_said(&bench, "log"), 0);
    bench_close(&bench);
}

static CU_TestInfo tests[] = {
    {"a notification is of what was committed", a_notification_is_of_what_was_committed},
    {"a notification of an edit is of that edit", a_notification_of_an_edit_is_of_that_edit},
    {"a merge moves what refers to the patient", a_merge_moves_what_refers_to_the_patient},
    {"a split moves back what was moved and no more",
     a_split_moves_back_what_was_moved_and_no_more},
    {"what is left behind is gathered", what_is_left_behind_is_gathered},
    {"the door of an open review is tried", the_door_of_an_open_review_is_tried},
    {"what an earlier run left is not this one's", what_an_earlier_run_left_is_not_this_ones},
    CU_TEST_INFO_NULL,
};
SUITE("conduct_feed", tests)
