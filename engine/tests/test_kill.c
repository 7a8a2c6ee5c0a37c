/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kill at any instruction loses nothing and doubles nothing: the engine is killed at its n-th
 * commit or request for n = 0, 1, 2 ... until a run ends without it, once when it runs for the
 * first time and once while it recovers. What was accepted is delivered again after every start,
 * as a source does that got no answer.
 */
#include <string.h>

#include "engine/tests/ward.h"
#include "tests/expect.h"

#define PLACES_MAX 200

static const struct {
    const char *name, *intent, *fault; /* NULL: none */
    const char *type;
    size_t commits;
} rows[] = {
    {"patch",
     "{\"operation\":\"patch\",\"target\":{\"reference\":\"AllergyIntolerance/penicillin\"},"
     "\"baseVersion\":\"1\",\"patch\":[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":"
     "\"n\"}]}]}",
     NULL, "AllergyIntolerance", 1},
    {"patch, answer lost",
     "{\"operation\":\"patch\",\"target\":{\"reference\":\"AllergyIntolerance/penicillin\"},"
     "\"patch\":[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":\"n\"}]}]}",
     "{\"fault\":\"reset-after\",\"match\":{\"interaction\":\"write\"},\"times\":1}",
     "AllergyIntolerance", 1},
    {"create",
     "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Observation\",\"status\":"
     "\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":1.50}}}",
     NULL, "Observation", 1},
    {"create, error after",
     "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Observation\",\"status\":"
     "\"final\",\"code\":{\"text\":\"x\"}}}",
     "{\"fault\":\"error-after(503)\",\"match\":{\"interaction\":\"write\"},\"times\":1}",
     "Observation", 1},
    {"delete, answer lost",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Task/follow-up\"}}",
     "{\"fault\":\"close-after\",\"match\":{\"interaction\":\"write\"},\"times\":1}", "Task", 1},
    {"transaction, answer lost",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"transaction\","
     "\"entry\":[{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
     "\"text\":\"x\"}},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}},{\"request\":{"
     "\"method\":\"DELETE\",\"url\":\"Observation/weight\"}}]}}",
     "{\"fault\":\"reset-after\",\"match\":{\"interaction\":\"write\"},\"times\":1}", "Observation",
     2},
};

static void submit(struct ward *ward, size_t row)
{
    ward_call(ward, "POST", "/v1/intents", rows[row].intent, "k-kill", NULL);
}

/* Submits and lets it run; true when the engine lived to its end. */
static bool run(struct ward *ward, size_t row, long crash_at)
{
    if (!ward_start(ward, crash_at))
        return ward_has_died(ward), false;
    submit(ward, row);
    ward_settle(ward);
    return !ward_has_died(ward);
}

static bool is_chained(struct ward *ward)
{
    const char *audit = ward_text(ward, "/v1/audit");

    return strstr(audit, "\"previousHash\":\"\"") != NULL;
}

static void expect_end(struct ward *ward, size_t row, long place)
{
    char name[128];

    snprintf(name, sizeof(name), "%s, killed at %ld", rows[row].name, place);
    EXPECT_STR(name, ward_state(ward, "k-kill"), "committed");
    EXPECT_INT(name, (long long)ward_commits(ward, rows[row].type), (long long)rows[row].commits);
    EXPECT_INT(name, (long long)ward_audit(ward, "k-kill", "committed"),
               (long long)rows[row].commits);
    EXPECT_TRUE(name, is_chained(ward));
    EXPECT_HAS(name, ward_text(ward, "/v1/events"), "\"kind\":\"accepted\"");
}

static void a_kill_anywhere_loses_and_doubles_nothing(void)
{
    struct ward ward;

    ward_open(&ward);
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        bool was_killed = true;
        long place = 0;

        for (; was_killed && place < PLACES_MAX; place++) {
            ward_begin(&ward);
            if (rows[row].fault)
                ward_fault(&ward, rows[row].fault);
            was_killed = !run(&ward, row, place);
            if (was_killed && !run(&ward, row, place)) /* and again while it recovers */
                run(&ward, row, -1);
            expect_end(&ward, row, place);
            ward_stop(&ward);
        }
        EXPECT_TRUE(rows[row].name, place > 8 && !was_killed);
    }
    ward_close(&ward);
}

static CU_TestInfo tests[] = {
    {"a kill anywhere loses nothing and doubles nothing",
     a_kill_anywhere_loses_and_doubles_nothing},
    CU_TEST_INFO_NULL,
};
SUITE("kill", tests)
