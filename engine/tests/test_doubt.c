/* SPDX-License-Identifier: Apache-2.0 */
/* test_doubt - what is not known is not said, and who asked for time is left alone, whoever wants to look. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "engine/tests/ward.h"
#include "tests/expect.h"

#define ALLERGY "AllergyIntolerance/penicillin"
#define NOTE                                                                                       \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" ALLERGY "\"},\"baseVersion\":\"1\","   \
    "\"patch\":[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":\"rash\"}]}],"             \
    "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e1\",\"sequence\":1}}"
#define RESULT                                                                                     \
    "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Observation\",\"status\":"         \
    "\"final\",\"code\":{\"text\":\"pulse\"}},"                                                    \
    "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e2\",\"sequence\":1}}"
#define RAISE     "[{\"op\":\"replace\",\"path\":\"/criticality\",\"value\":\"high\"}]"
#define ONE_WRITE "\"match\":{\"interaction\":\"write\"},\"times\":1}"

static struct ward ward;

static void begin(void)
{
    ward_begin(&ward);
    EXPECT_TRUE("start", ward_start(&ward, -1));
}

static void submit(const char *intent)
{
    EXPECT_INT("submit", ward_call(&ward, "POST", "/v1/intents", intent, "k1", NULL), 202);
}

/* The first attempt may be applied yet: a refusal of the second one is no end. */
static void a_refusal_is_no_end_while_an_attempt_may_come(void)
{
    static const struct {
        const char *row, *intent, *first, *state;
    } rows[] = {
        {"a patch", NOTE, "{\"fault\":\"reset-before\"," ONE_WRITE, "needs-review"},
        {"a create", RESULT, "{\"fault\":\"reset-before\"," ONE_WRITE, "needs-review"},
        {"it was answered", NOTE, "{\"fault\":\"error-before(429)\"," ONE_WRITE, "rejected"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin();
        ward_fault(&ward, rows[i].first);
        ward_fault(&ward,
                   "{\"fault\":\"reject(invalid,/)\",\"match\":{\"interaction\":\"write\"}}");
        submit(rows[i].intent);
        EXPECT_TRUE(rows[i].row, ward_settle(&ward));
        EXPECT_STR(rows[i].row, ward_state(&ward, "k1"), rows[i].state);
        EXPECT_INT(rows[i].row, (long long)ward_writes(&ward), 2);
    }
}

static size_t reads(void)
{
    const char *metrics = ward_text(&ward, "/metrics");
    size_t count = 0;

    for (const char *at = metrics; (at = strstr(at, "method=\"GET\"")) != NULL; at++)
        count += strtoul(strchr(at, ' '), NULL, 10);
    return count;
}

/* A decision that could not be carried out, as the server asked for a day: no sweep comes sooner. */
static void a_sweep_leaves_the_server_alone_after_a_decision(void)
{
    begin();
    ward_edit(&ward, "PATCH", ALLERGY, RAISE);
    submit(NOTE);
    EXPECT_TRUE("settle", ward_settle(&ward));
    const char *review = json_string(ward_view(&ward, "k1"), "review");
    ward_fault(&ward, "{\"fault\":\"error-before(429,86400)\",\"match\":{\"interaction\":\"read\"},"
                      "\"times\":1}");
    const char *path =
        arena_printf(ward.arena, "/v1/reviews/%s/decision", review ? review : "none");
    const char *decision = "{\"decision\":\"apply\",\"seenVersion\":\"2\"}";
    EXPECT_INT("decision", ward_call(&ward, "POST", path, decision, NULL, NULL), 503);
    size_t before = reads();
    EXPECT_INT("sweep",
               ward_call(&ward, "POST", "/v1/sweeps", "{\"kind\":\"reconcile\"}", NULL, NULL), 200);
    EXPECT_INT("nothing was read", (long long)reads(), (long long)before);
    EXPECT_INT("a human may", ward_call(&ward, "POST", path, decision, NULL, NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("then", ward_state(&ward, "k1"), "committed");
}

/* A server that did not look at the guard, and said so by the version it named: written it is, and a human has to look at
 * what was there. */
static void what_went_over_a_foreign_version_is_told(void)
{
    begin();
    ward_edit(&ward, "PATCH", ALLERGY, RAISE);
    ward_fault(&ward, "{\"fault\":\"flap-precondition\"," ONE_WRITE);
    submit(NOTE);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("state", ward_state(&ward, "k1"), "incomplete");
    EXPECT_INT("one write", (long long)ward_writes(&ward), 1);
    EXPECT_INT("it is in the audit", (long long)ward_audit(&ward, "k1", "committed"), 1);
    EXPECT_INT("and that it is not over", (long long)ward_audit(&ward, "k1", "incomplete"), 1);
}

/* An ETag of what was deleted is not the deletion's: nobody said which that is. */
static void a_deletion_is_no_older_version(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"wrong-etag\"," ONE_WRITE);
    submit("{\"operation\":\"delete\",\"target\":{\"reference\":\"" ALLERGY
           "\"},\"baseVersion\":\"1\","
           "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e3\"}}");
    EXPECT_TRUE("settle", ward_settle(&ward));
    const struct cJSON *view = ward_view(&ward, "k1");
    EXPECT_STR("state", json_string(view, "state"), "committed");
    EXPECT_TRUE("no version", !json_string(json_get(view, "result"), "versionId"));
}

/* It said that it made it, was restored, and has it no longer: a human is asked before the bounds are used up. */
static void what_the_server_lost_is_not_looked_for_for_ever(void)
{
    static const char *const intents[] = {NOTE, RESULT};

    for (size_t i = 0; i < COUNT_OF(intents); i++) {
        begin();
        ward_fault(&ward, "{\"fault\":\"undo-commit(resource,skip)\"," ONE_WRITE);
        submit(intents[i]);
        EXPECT_TRUE("settle", ward_settle(&ward));
        EXPECT_STR("state", ward_state(&ward, "k1"), "needs-review");
        EXPECT_TRUE("few looks", reads() <= 16);
    }
}

#define SAID(sequence, value)                                                                      \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"Task/t\"},\"baseVersion\":\"1\","        \
    "\"patch\":[{\"op\":\"replace\",\"path\":\"/priority\",\"value\":\"" value "\"}],"             \
    "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"said-" sequence                           \
    "\",\"sequence\":" sequence "}}"
#define TASK(priority)                                                                             \
    "{\"resourceType\":\"Task\",\"id\":\"t\",\"status\":\"requested\",\"intent\":\"order\","       \
    "\"priority\":\"" priority "\"}"

/* Two of one source, both made on version 1. */
static void say_twice(const char *between, const char *fault)
{
    begin();
    ward_edit(&ward, "PUT", "Task/t", TASK("routine"));
    EXPECT_INT("first", ward_call(&ward, "POST", "/v1/intents", SAID("1", "urgent"), "k1", NULL),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("first", ward_state(&ward, "k1"), "committed");
    if (between)
        ward_edit(&ward, "PUT", "Task/t", between);
    if (fault)
        ward_fault(&ward, fault);
    EXPECT_INT("second", ward_call(&ward, "POST", "/v1/intents", SAID("2", "asap"), "k2", NULL),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
}

/* It looks as it did when the source spoke, but somebody made it so since. */
static void an_undo_of_what_the_source_wrote_is_a_change(void)
{
    say_twice(TASK("routine"), NULL);
    EXPECT_STR("asks", ward_state(&ward, "k2"), "needs-review");
    EXPECT_STR("the undo stands", json_string(ward_chart(&ward, "Task/t"), "priority"), "routine");
}

/* Whose the current version is, a history without it can't tell. */
static void a_history_that_lags_behind_makes_nobody_a_stranger(void)
{
    say_twice(NULL, "{\"fault\":\"stale-read(1)\",\"match\":{\"interaction\":\"history\"},"
                    "\"times\":1}");
    EXPECT_STR("goes on", ward_state(&ward, "k2"), "committed");
    EXPECT_STR("the last word", json_string(ward_chart(&ward, "Task/t"), "priority"), "asap");
}

/* Nor one that is not shown for once. */
static void a_history_that_is_not_shown_makes_nobody_a_stranger(void)
{
    say_twice(NULL, "{\"fault\":\"history-gone\",\"match\":{\"interaction\":\"history\"},"
                    "\"times\":1}");
    EXPECT_STR("goes on", ward_state(&ward, "k2"), "committed");
    EXPECT_STR("the last word", json_string(ward_chart(&ward, "Task/t"), "priority"), "asap");
}

/* An ETag of the version before, which has the same content: the one that was made is told. */
static void an_update_of_nothing_is_told_by_its_own_version(void)
{
    begin();
    ward_edit(&ward, "PUT", "Task/t", TASK("routine"));
    ward_fault(&ward, "{\"fault\":\"wrong-etag\"," ONE_WRITE);
    submit("{\"operation\":\"update\",\"target\":{\"reference\":\"Task/t\"},\"baseVersion\":\"1\","
           "\"resource\":" TASK(
               "routine") ",\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e4\"}}");
    EXPECT_TRUE("settle", ward_settle(&ward));
    const struct cJSON *view = ward_view(&ward, "k1");
    EXPECT_STR("state", json_string(view, "state"), "committed");
    EXPECT_STR("version", json_string(json_get(view, "result"), "versionId"), "2");
}

#define WITH_WARD(test)                                                                            \
    static void ward_##test(void)                                                                  \
    {                                                                                              \
        ward_open(&ward);                                                                          \
        test();                                                                                    \
        ward_close(&ward);                                                                         \
    }
WITH_WARD(a_refusal_is_no_end_while_an_attempt_may_come)
WITH_WARD(a_sweep_leaves_the_server_alone_after_a_decision)
WITH_WARD(what_went_over_a_foreign_version_is_told)
WITH_WARD(a_deletion_is_no_older_version)
WITH_WARD(what_the_server_lost_is_not_looked_for_for_ever)
WITH_WARD(an_undo_of_what_the_source_wrote_is_a_change)
WITH_WARD(a_history_that_lags_behind_makes_nobody_a_stranger)
WITH_WARD(a_history_that_is_not_shown_makes_nobody_a_stranger)
WITH_WARD(an_update_of_nothing_is_told_by_its_own_version)

static CU_TestInfo tests[] = {
    {"a refusal is no end while an attempt may come",
     ward_a_refusal_is_no_end_while_an_attempt_may_come},
    {"a sweep leaves the server alone after a decision",
     ward_a_sweep_leaves_the_server_alone_after_a_decision},
    {"what went over a foreign version is told", ward_what_went_over_a_foreign_version_is_told},
    {"a deletion is no older version", ward_a_deletion_is_no_older_version},
    {"what the server lost is not looked for for ever",
     ward_what_the_server_lost_is_not_looked_for_for_ever},
    {"an undo of what the source wrote is a change",
     ward_an_undo_of_what_the_source_wrote_is_a_change},
    {"a history that lags behind makes nobody a stranger",
     ward_a_history_that_lags_behind_makes_nobody_a_stranger},
    {"a history that is not shown makes nobody a stranger",
     ward_a_history_that_is_not_shown_makes_nobody_a_stranger},
    {"an update of nothing is told by its own version",
     ward_an_update_of_nothing_is_told_by_its_own_version},
    CU_TEST_INFO_NULL,
};
SUITE("doubt", tests)
