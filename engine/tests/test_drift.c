/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps for drift and notifications: what is told of what others made of the engine's commits. */
#include <string.h>

#include "base/arena.h"
#include "engine/tests/ward.h"
#include "tests/expect.h"

#define PULSE "Observation/pulse"
#define FINAL                                                                                      \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" PULSE "\"},\"baseVersion\":\"1\","     \
    "\"patch\":[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"final\"}],"                   \
    "\"source\":{\"system\":\"urn:lab\",\"eventId\":\"e1\",\"sequence\":1}}"
#define MUTATE                                                                                     \
    "{\"fault\":\"mutate-later(/valueQuantity/unit)\",\"match\":{\"interaction\":\"read\"},"       \
    "\"times\":1}"
#define RAISE "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"amended\"}]"

#define RESULT                                                                                     \
    "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Observation\",\"status\":"         \
    "\"final\",\"code\":{\"text\":\"lactate\"}},"                                                  \
    "\"source\":{\"system\":\"urn:lab\",\"eventId\":\"e2\",\"sequence\":2}}"

static struct ward ward;

static void begin(void)
{
    ward_begin(&ward);
    EXPECT_TRUE("start", ward_start(&ward, -1));
}

static void submit(const char *state)
{
    EXPECT_INT("submit", ward_call(&ward, "POST", "/v1/intents", FINAL, "k1", NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("state", ward_state(&ward, "k1"), state);
}

static const struct cJSON *sweep(size_t examined, size_t found)
{
    const struct cJSON *answer = NULL;

    EXPECT_INT("sweep",
               ward_call(&ward, "POST", "/v1/sweeps", "{\"kind\":\"drift\"}", NULL, &answer), 200);
    EXPECT_INT("examined", (long long)json_count(json_get(answer, "examined")),
               (long long)examined);
    EXPECT_INT("found", (long long)json_count(json_get(answer, "found")), (long long)found);
    return json_at(json_get(answer, "found"), 0);
}

static void drift_is_told_once(void)
{
    begin();
    submit("committed");
    sweep(1, 0);
    ward_fault(&ward, MUTATE);
    ward_chart(&ward, PULSE); /* the read that it strikes */
    const struct cJSON *found = sweep(1, 1);
    EXPECT_STR("reference", json_string(found, "reference"), PULSE);
    EXPECT_STR("version", json_string(found, "versionId"), "2");
    EXPECT_STR("kind", json_string(found, "kind"), "differs");
    EXPECT_HAS("counted", ward_text(&ward, "/metrics"),
               "writeback_drift_total{kind=\"differs\"} 1");
    EXPECT_HAS("an event", ward_text(&ward, "/v1/events"), "\"kind\":\"drift\"");
    sweep(1, 0);
    ward_stop(&ward);
    EXPECT_TRUE("start again", ward_start(&ward, -1));
    sweep(1, 0);
    EXPECT_STR("it stays committed", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("one write", (long long)ward_writes(&ward), 1);
}

static void an_edit_is_no_drift(void)
{
    begin();
    submit("committed");
    ward_edit(&ward, "PATCH", PULSE, RAISE);
    sweep(1, 0);
    EXPECT_HAS("not counted", ward_text(&ward, "/metrics"),
               "writeback_drift_total{kind=\"differs\"} 0");
}

/* A server that says nothing proves nothing. */
static void what_cannot_be_looked_at_is_not_examined(void)
{
    begin();
    submit("committed");
    ward_fault(&ward, "{\"fault\":\"history-gone\",\"match\":{\"interaction\":\"vread\"}}");
    sweep(0, 0);
    ward_fault(&ward, "{\"fault\":\"error-before(503)\",\"match\":{\"interaction\":\"look\"}}");
    sweep(0, 0);
}

/* It is open with a human, and there is nothing to compare it with. */
static void what_was_stored_otherwise_is_not_examined(void)
{
    begin();
    ward_fault(&ward,
               "{\"fault\":\"drop-field(/status,sent)\",\"match\":{\"interaction\":\"write\"},"
               "\"times\":1}");
    submit("incomplete");
    sweep(0, 0);
}

/* Who asked for time is not looked at by the next sweep either. */
static void a_sweep_comes_no_sooner_than_it_was_asked_to(void)
{
    begin();
    submit("committed");
    ward_fault(&ward, "{\"fault\":\"error-before(429,86400)\",\"match\":{\"interaction\":\"look\"},"
                      "\"times\":1}");
    sweep(0, 0);
    sweep(0, 0);
}

/* As a server makes one that does not look before it creates. It bears our mark, and was read. */
static void a_second_copy_is_told_once(void)
{
    begin();
    EXPECT_INT("submit", ward_call(&ward, "POST", "/v1/intents", RESULT, "k1", NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    sweep(1, 0);
    const char *reference = json_string(json_get(ward_view(&ward, "k1"), "result"), "reference");
    struct cJSON *copy = json_copy_root(ward.arena, ward_chart(&ward, reference ? reference : ""));
    json_remove(copy, "id");
    ward_edit(&ward, "POST", "Observation", json_print(ward.arena, copy));
    const struct cJSON *found = sweep(1, 1);
    EXPECT_STR("kind", json_string(found, "kind"), "duplicate");
    EXPECT_STR("version", json_string(found, "versionId"), "1");
    EXPECT_TRUE("the other", strcmp(json_string(found, "reference"), reference) != 0);
    EXPECT_HAS("counted", ward_text(&ward, "/metrics"),
               "writeback_drift_total{kind=\"duplicate\"} 1");
    EXPECT_INT("a record for each", (long long)ward_audit(&ward, "k1", "committed"), 2);
    sweep(1, 0);
    ward_stop(&ward);
    EXPECT_TRUE("start again", ward_start(&ward, -1));
    sweep(1, 0);
    EXPECT_STR("it stays committed", ward_state(&ward, "k1"), "committed");
}

/* A server may give a resource another id. */
static void what_has_a_new_id_is_no_second_copy(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"id-reassign\",\"match\":{\"interaction\":\"create\"},"
                      "\"times\":1}");
    EXPECT_INT("submit", ward_call(&ward, "POST", "/v1/intents", RESULT, "k1", NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    sweep(1, 0);
}

static const char *notification(const char *version)
{
    return arena_printf(
        ward.arena,
        "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[{\"fullUrl\":"
        "\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Parameters\"}},{\"fullUrl\":"
        "\"%s/" PULSE "\",\"resource\":{\"resourceType\":\"Observation\",\"id\":"
        "\"pulse\",\"meta\":{\"versionId\":\"%s\"}}}]}",
        ward.ehr.url, version);
}

static const char *seen_version(void)
{
    const char *id = json_string(ward_view(&ward, "k1"), "review");
    const struct cJSON *review = NULL;

    ward_call(&ward, "GET", arena_printf(ward.arena, "/v1/reviews/%s", id ? id : ""), NULL, NULL,
              &review);
    return json_string(review, "seenVersion");
}

static void a_notification_makes_it_look_again_and_nothing_else(void)
{
    begin();
    ward_edit(&ward, "PATCH", PULSE, RAISE);
    submit("needs-review");
    EXPECT_STR("seen", seen_version(), "2");
    ward_edit(&ward, "PATCH", PULSE,
              "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"corrected\"}]");
    size_t writes = ward_writes(&ward);
    EXPECT_INT("told", ward_call(&ward, "POST", "/v1/notifications", notification("3"), NULL, NULL),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("seen", seen_version(), "3");
    EXPECT_STR("still open", ward_state(&ward, "k1"), "needs-review");
    EXPECT_INT("nothing written", (long long)ward_writes(&ward), (long long)writes);
}

static void in_ward(void (*test)(void))
{
    ward_open(&ward);
    test();
    ward_close(&ward);
}

static void ward_drift_is_told_once(void)
{
    in_ward(drift_is_told_once);
}

static void ward_an_edit_is_no_drift(void)
{
    in_ward(an_edit_is_no_drift);
}

static void ward_what_cannot_be_looked_at(void)
{
    in_ward(what_cannot_be_looked_at_is_not_examined);
}

static void ward_what_was_stored_otherwise(void)
{
    in_ward(what_was_stored_otherwise_is_not_examined);
}

static void ward_a_sweep_comes_no_sooner(void)
{
    in_ward(a_sweep_comes_no_sooner_than_it_was_asked_to);
}

static void ward_a_second_copy(void)
{
    in_ward(a_second_copy_is_told_once);
}

static void ward_what_has_a_new_id(void)
{
    in_ward(what_has_a_new_id_is_no_second_copy);
}

static void ward_a_notification(void)
{
    in_ward(a_notification_makes_it_look_again_and_nothing_else);
}

static CU_TestInfo tests[] = {
    {"drift is told once", ward_drift_is_told_once},
    {"an edit is no drift", ward_an_edit_is_no_drift},
    {"what cannot be looked at is not examined", ward_what_cannot_be_looked_at},
    {"what was stored otherwise is not examined", ward_what_was_stored_otherwise},
    {"a sweep comes no sooner than it was asked to", ward_a_sweep_comes_no_sooner},
    {"a second copy is told once", ward_a_second_copy},
    {"what has a new id is no second copy", ward_what_has_a_new_id},
    {"a notification makes it look again and nothing else", ward_a_notification},
    CU_TEST_INFO_NULL,
};
SUITE("drift", tests)
