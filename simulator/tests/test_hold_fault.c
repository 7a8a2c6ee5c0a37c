/* SPDX-License-Identifier: Apache-2.0 */
/* A rule strikes an exchange that a hold stops: both happen. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/core.h"
#include "simulator/held.h"
#include "simulator/rules.h"
#include "simulator/tests/rig.h"
#include "simulator/tests/struck.h"
#include "tests/expect.h"

#define VALUE "/valueQuantity/value"

static void hold_writes(struct rig *rig, enum sim_stop stop)
{
    struct err err = ERR_INIT;
    const char *text =
        arena_printf(rig->arena, "[{\"match\":{\"interaction\":\"write\"},\"stop\":\"%s\"}]",
                     stop == SIM_BEFORE ? "before" : "after");
    const struct cJSON *holds = json_parse(rig->arena, text, strlen(text), &err);

    EXPECT_INT(text, rules_set_holds(sim_rules(rig->sim), holds, &err), 0);
}

static void release(struct rig *rig, uint64_t number, const struct sim_fault *fault)
{
    const struct sim_exchange *held = sim_held_find(rig->sim, number);
    struct err err = ERR_INIT;

    EXPECT_TRUE("held", held != NULL);
    if (held)
        EXPECT_INT("released",
                   held->stop == SIM_BEFORE ? sim_pass(rig->sim, number, fault, &err)
                                            : sim_reply(rig->sim, number, fault, &err),
                   0);
}

static struct http_pending *patch(struct rig *rig, const char *fault, enum sim_stop stop)
{
    struct http_pending *pending;

    struck_open(rig);
    struck_rule(rig, arena_printf(rig->arena, "{\"fault\":\"%s\",\"times\":1}", fault));
    hold_writes(rig, stop);
    pending = rig_start(rig, "PATCH", PULSE, NULL,
                        "[{\"op\":\"replace\",\"path\":\"" VALUE "\",\"value\":72}]");
    rig_until_held(rig, 1);
    return pending;
}

static void a_fault_strikes_when_the_hold_lets_go(void)
{
    static const struct {
        const char *fault;
        enum sim_stop stop;
        const char *held, *seen, *value, *story;
    } rows[] = {
        {"error-before", SIM_BEFORE, "arrived", "503", "60",
         "arrived fault:error-before:503 replied:503"},
        {"reset-before", SIM_BEFORE, "arrived", "reset", "60", "arrived fault:reset-before"},
        {"duplicate", SIM_BEFORE, "arrived", "200", "72",
         "arrived committed@2 fault:duplicate:200 committed@3 fault:duplicate:200 replied:200"},
        {"reset-after", SIM_BEFORE, "arrived", "reset", "72",
         "arrived committed@2 fault:reset-after"},
        {"no-etag", SIM_BEFORE, "arrived", "200", "72",
         "arrived committed@2 fault:no-etag replied:200"},
        {"undo-commit", SIM_BEFORE, "arrived", "200", "60",
         "arrived committed@2 replied:200 fault:undo-commit"},
        {"late-reply(1)", SIM_BEFORE, "arrived", "200", "72",
         "arrived fault:late-reply(1) committed@2 replied:200"},
        {"late-commit(1)", SIM_BEFORE, "arrived", "200", "72",
         "arrived fault:late-commit(1) committed@2 replied:200"},
        {"reset-after", SIM_AFTER, "arrived committed@2", "reset", "72",
         "arrived committed@2 fault:reset-after"},
        {"error-after", SIM_AFTER, "arrived committed@2", "500", "72",
         "arrived committed@2 fault:error-after:500 replied:500"},
        {"undo-commit", SIM_AFTER, "arrived committed@2", "200", "60",
         "arrived committed@2 replied:200 fault:undo-commit"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *row = rows[i].fault;
        struct http_pending *pending;
        struct rig rig;

        pending = patch(&rig, row, rows[i].stop);
        EXPECT_STR(row, rig_story(&rig, 1), rows[i].held);
        rules_clear(sim_rules(rig.sim)); /* it struck when the request arrived */
        release(&rig, 1, NULL);
        EXPECT_STR(row, rig_seen(&rig, rig_until_done(&rig, pending)), rows[i].seen);
        EXPECT_STR(row, rig_chart(&rig, PULSE, VALUE), rows[i].value);
        EXPECT_STR(row, rig_story(&rig, 1), rows[i].story);
        EXPECT_INT(row, (long long)sim_held_count(rig.sim), 0);
        rig_close(&rig);
    }
}

static void a_release_with_a_fault_of_its_own_comes_first(void)
{
    const struct sim_fault fault = rig_fault("error-after(502)");
    struct http_pending *pending;
    struct rig rig;

    pending = patch(&rig, "reset-before", SIM_BEFORE);
    release(&rig, 1, &fault);
    EXPECT_STR("seen", rig_seen(&rig, rig_until_done(&rig, pending)), "502");
    EXPECT_STR("story", rig_story(&rig, 1),
               "arrived committed@2 fault:error-after(502):502 replied:502");
    rig_close(&rig);
}

static void a_fault_may_hold_once_more(void)
{
    static const struct {
        const char *fault;
        enum sim_stop stop;
        const char *story;
    } rows[] = {
        {"hang-before", SIM_BEFORE, "arrived fault:hang-before"},
        {"hang-after", SIM_AFTER, "arrived fault:hang-after committed@2"},
        {"reorder", SIM_BEFORE, "arrived fault:reorder"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_pending *pending;
        struct rig rig;

        pending = patch(&rig, rows[i].fault, SIM_BEFORE);
        release(&rig, 1, NULL);
        rig_turns(&rig, 5);
        EXPECT_TRUE(rows[i].fault, !http_is_done(pending));
        EXPECT_STR(rows[i].fault, rig_story(&rig, 1), rows[i].story);
        EXPECT_INT(rows[i].fault, sim_held_at(rig.sim, 0)->stop, rows[i].stop);
        release(&rig, 1, NULL);
        EXPECT_STR(rows[i].fault, rig_seen(&rig, rig_until_done(&rig, pending)), "200");
        EXPECT_STR(rows[i].fault, rig_chart(&rig, PULSE, VALUE), "72");
        EXPECT_INT(rows[i].fault, (long long)sim_held_count(rig.sim), 0);
        rig_close(&rig);
    }
}

static void what_is_committed_by_hand_is_not_committed_late(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"late-commit(60000)\"}");
    pending = rig_start(&rig, "PATCH", PULSE, NULL,
                        "[{\"op\":\"replace\",\"path\":\"" VALUE "\",\"value\":72}]");
    rig_until_held(&rig, 1);
    EXPECT_TRUE("due", held_first_due(rig.sim->held) != NULL);
    EXPECT_INT("committed", sim_commit(rig.sim, 1, NULL, &err), 0);
    EXPECT_TRUE("due no more", held_first_due(rig.sim->held) == NULL);
    EXPECT_INT("replied", sim_reply(rig.sim, 1, NULL, &err), 0);
    EXPECT_STR("seen", rig_seen(&rig, rig_until_done(&rig, pending)), "200");
    EXPECT_STR("once", rig_story(&rig, 1),
               "arrived fault:late-commit(60000) committed@2 replied:200");
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"a fault strikes when the hold lets go", a_fault_strikes_when_the_hold_lets_go},
    {"a release with a fault of its own comes first",
     a_release_with_a_fault_of_its_own_comes_first},
    {"a fault may hold once more", a_fault_may_hold_once_more},
    {"what is committed by hand is not committed late",
     what_is_committed_by_hand_is_not_committed_late},
    CU_TEST_INFO_NULL,
};
SUITE("hold_fault", tests)
