/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and holds of a stand-alone simulator: which exchange is struck, and what becomes of the
 * client meanwhile. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/rules.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define RAISE "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72}]"
#define PULSE "Observation/pulse"
#define VALUE "/valueQuantity/value"

static void open_alone(struct rig *rig)
{
    rig_open_with(rig, &(struct sim_options){.logical_clock = true, .seed = 7});
}

static int add(struct rig *rig, const char *text, unsigned *out_id, struct err *err)
{
    const struct cJSON *rule = json_parse(rig->arena, text, strlen(text), err);

    return rule ? rules_add(sim_rules(rig->sim), rule, out_id, err) : -1;
}

static void must_add(struct rig *rig, const char *text)
{
    struct err err = ERR_INIT;
    unsigned id;

    EXPECT_INT(text, add(rig, text, &id, &err), 0);
    EXPECT_STR(text, err.text, "");
}

static void hold(struct rig *rig, const char *text)
{
    struct err err = ERR_INIT;
    const struct cJSON *holds = json_parse(rig->arena, text, strlen(text), &err);

    EXPECT_INT(text, rules_set_holds(sim_rules(rig->sim), holds, &err), 0);
    EXPECT_STR(text, err.text, "");
}

static const char *call(struct rig *rig, const char *method, const char *url, const char *headers)
{
    const char *body = strcmp(method, "PATCH") == 0 ? RAISE : NULL;

    return rig_seen(rig, rig_until_done(rig, rig_start(rig, method, url, headers, body)));
}

/* What four requests see: a read, a patch, the read by a nurse, the patch again. */
static void a_rule_strikes_what_it_matches(void)
{
    static const struct {
        const char *rule, *seen;
    } rows[] = {
        {"{\"fault\":\"error-before(503)\"}", "503 503 503 503"},
        {"{\"fault\":\"error-before\",\"args\":[502]}", "502 502 502 502"},
        {"{\"fault\":\"error-before\",\"args\":[\"503\",1],\"times\":2}", "503 503 200 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"interaction\":\"read\"}}", "503 200 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"interaction\":\"write\"}}", "200 503 200 503"},
        {"{\"fault\":\"error-before\",\"match\":{\"interaction\":\"look\"}}", "503 200 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"type\":\"Patient\"}}", "503 200 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"id\":\"pulse\"}}", "200 503 200 503"},
        {"{\"fault\":\"error-before\",\"match\":{\"actor\":\"nurse\"}}", "200 200 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"header\":{\"X-Actor\":\"nurse\"}}}",
         "200 200 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"nth\":2}}", "200 503 200 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"nth\":2},\"times\":2}", "200 503 503 200"},
        {"{\"fault\":\"error-before\",\"match\":{\"interaction\":\"patch\",\"nth\":2}}",
         "200 200 200 503"},
        {"{\"fault\":\"error-before\",\"probability\":0}", "200 200 200 200"},
        {"{\"fault\":\"no-etag\"}", "200 200 200 200"},
        {"{\"fault\":\"stale-read(1)\",\"match\":{\"type\":\"Patient\"}}", "200 200 200 200"},
        {"{\"fault\":\"reset-after\",\"match\":{\"interaction\":\"write\",\"nth\":1}}",
         "200 reset 200 200"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rig rig;
        const char *seen;

        open_alone(&rig);
        must_add(&rig, rows[i].rule);
        seen = call(&rig, "GET", "Patient/ada", NULL);
        seen = arena_printf(rig.arena, "%s %s", seen, call(&rig, "PATCH", PULSE, NULL));
        seen = arena_printf(rig.arena, "%s %s", seen,
                            call(&rig, "GET", "Patient/ada", "X-Actor: nurse\n"));
        seen = arena_printf(rig.arena, "%s %s", seen, call(&rig, "PATCH", PULSE, NULL));
        EXPECT_STR(rows[i].rule, seen, rows[i].seen);
        rig_close(&rig);
    }
}

static const char *ten_reads(struct rig *rig)
{
    const char *seen = "";

    must_add(rig, "{\"fault\":\"error-before\",\"probability\":0.5}");
    for (int i = 0; i < 10; i++)
        seen = arena_printf(rig->arena, "%s%c", seen, call(rig, "GET", "Patient/ada", NULL)[0]);
    return seen;
}

static void a_draw_follows_from_the_seed(void)
{
    const char *first;
    struct rig rig;

    open_alone(&rig);
    first = ten_reads(&rig);
    EXPECT_TRUE("some", strchr(first, '2') && strchr(first, '5'));
    rig_begin(&rig);
    EXPECT_STR("again", ten_reads(&rig), first);
    rig_close(&rig);
}

static void rules_are_listed_and_removed(void)
{
    struct err err = ERR_INIT;
    struct rig rig;
    struct cJSON *list;
    unsigned id;

    open_alone(&rig);
    must_add(&rig, "{\"fault\":\"error-before(503)\",\"times\":1}");
    EXPECT_INT("add", add(&rig, "{\"fault\":\"error-before(429)\"}", &id, &err), 0);
    EXPECT_STR("the first wins", call(&rig, "GET", "Patient/ada", NULL), "503");
    EXPECT_STR("then the second", call(&rig, "GET", "Patient/ada", NULL), "429");
    list = json_array(rig.arena);
    rules_list(sim_rules(rig.sim), list);
    EXPECT_STR("list", json_print(rig.arena, list),
               "[{\"fault\":\"error-before(503)\",\"times\":1,\"id\":1,\"struck\":1},"
               "{\"fault\":\"error-before(429)\",\"id\":2,\"struck\":1}]");
    EXPECT_TRUE("removed", rules_remove(sim_rules(rig.sim), id));
    EXPECT_TRUE("only once", !rules_remove(sim_rules(rig.sim), id));
    EXPECT_STR("gone", call(&rig, "GET", "Patient/ada", NULL), "200");
    must_add(&rig, "{\"fault\":\"error-before\"}");
    rules_clear(sim_rules(rig.sim));
    EXPECT_STR("cleared", call(&rig, "GET", "Patient/ada", NULL), "200");
    rig_close(&rig);
}

static void a_bad_rule_is_refused_with_a_reason(void)
{
    static const struct {
        const char *rule, *why;
    } rows[] = {
        {"[]", "a rule is an object"},
        {"{}", "'fault' is missing"},
        {"{\"fault\":7}", "'fault' is missing"},
        {"{\"fault\":\"reset-aftr\"}", "did you mean 'reset-after'?"},
        {"{\"fault\":\"error-before\",\"args\":[{}]}", "'args' has something"},
        {"{\"fault\":\"error-before\",\"args\":[200]}", "expected one of: 500"},
        {"{\"fault\":\"reset-after\",\"time\":1}", "rule: unknown member 'time'"},
        {"{\"fault\":\"reset-after\",\"times\":0}", "'times' is not a whole number from 1"},
        {"{\"fault\":\"reset-after\",\"times\":1.5}", "'times' is not a whole number from 1"},
        {"{\"fault\":\"reset-after\",\"probability\":2}", "'probability' is not a number"},
        {"{\"fault\":\"reset-after\",\"probability\":\"0.5\"}", "'probability' is not a number"},
        {"{\"fault\":\"reset-after\",\"match\":[]}", "'match' is not an object"},
        {"{\"fault\":\"reset-after\",\"match\":{\"typ\":\"x\"}}", "match: unknown member 'typ'"},
        {"{\"fault\":\"reset-after\",\"match\":{\"type\":1}}", "match: 'type' is not a string"},
        {"{\"fault\":\"reset-after\",\"match\":{\"interaction\":\"put\"}}",
         "unknown interaction 'put'"},
        {"{\"fault\":\"reset-after\",\"match\":{\"header\":{\"X\":1}}}",
         "header 'X' is not a string"},
    };
    struct rig rig;

    open_alone(&rig);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        unsigned id;

        EXPECT_INT(rows[i].rule, add(&rig, rows[i].rule, &id, &err), -1);
        EXPECT_INT(rows[i].rule, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].rule, err.text, rows[i].why);
    }
    EXPECT_STR("none in force", call(&rig, "GET", "Patient/ada", NULL), "200");
    rig_close(&rig);
}

/* ---- clients that wait ---- */

static struct http_pending *start_hanging(struct rig *rig, const char *rule, size_t entries)
{
    struct http_pending *pending;

    must_add(rig, rule);
    pending = rig_start(rig, "PATCH", PULSE, NULL, RAISE);
    rig_until_entries(rig, entries);
    rig_turns(rig, 3);
    EXPECT_TRUE(rule, !http_is_done(pending));
    EXPECT_INT(rule, (long long)sim_held_count(rig->sim), 1);
    return pending;
}

static void hanging_rules_wait_for_the_client_to_leave(void)
{
    static const struct {
        const char *rule, *during, *after, *value;
    } rows[] = {
        {"{\"fault\":\"hang-before\"}", "arrived fault:hang-before", "hung-up", "60"},
        {"{\"fault\":\"hang-after\"}", "arrived fault:hang-after committed@2", "hung-up", "72"},
        {"{\"fault\":\"late-commit\"}", "arrived fault:late-commit", "hung-up committed@2", "72"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_pending *pending;
        struct rig rig;

        open_alone(&rig);
        pending = start_hanging(&rig, rows[i].rule, 2);
        EXPECT_STR(rows[i].rule, rig_story(&rig, 0), rows[i].during);
        http_abandon(rig.http, pending);
        rig_until_held(&rig, 0);
        EXPECT_STR(rows[i].rule, rig_story(&rig, 0),
                   arena_printf(rig.arena, "%s %s", rows[i].during, rows[i].after));
        EXPECT_STR(rows[i].rule, rig_chart(&rig, PULSE, VALUE), rows[i].value);
        rig_close(&rig);
    }
}

static void late_rules_go_on_by_themselves(void)
{
    static const struct {
        const char *rule, *story;
    } rows[] = {
        {"{\"fault\":\"late-reply(30)\"}", "arrived fault:late-reply(30) committed@2 replied:200"},
        {"{\"fault\":\"late-commit(30)\"}",
         "arrived fault:late-commit(30) committed@2 replied:200"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rig rig;

        open_alone(&rig);
        must_add(&rig, rows[i].rule);
        EXPECT_STR(rows[i].rule, call(&rig, "PATCH", PULSE, NULL), "200");
        EXPECT_STR(rows[i].rule, rig_story(&rig, 0), rows[i].story);
        EXPECT_TRUE(rows[i].rule,
                    sim_journal_at(rig.sim, sim_journal_count(rig.sim) - 1)->at_us >= 30000);
        rig_close(&rig);
    }
}

static void a_late_commit_comes_though_the_client_left(void)
{
    struct http_pending *pending;
    struct rig rig;

    open_alone(&rig);
    must_add(&rig, "{\"fault\":\"late-commit(60)\"}");
    pending = rig_start(&rig, "PATCH", PULSE, NULL, RAISE);
    rig_until_held(&rig, 1);
    http_abandon(rig.http, pending);
    rig_until_held(&rig, 0);
    EXPECT_STR("story", rig_story(&rig, 0), "arrived fault:late-commit(60) hung-up committed@2");
    rig_close(&rig);
}

/* ---- holds ---- */

static void holds_stop_what_they_match(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;

    open_alone(&rig);
    hold(&rig, "[{\"match\":{\"interaction\":\"patch\"},\"stop\":\"before\"}]");
    EXPECT_STR("another", call(&rig, "GET", "Patient/ada", NULL), "200");
    pending = rig_start(&rig, "PATCH", PULSE, NULL, RAISE);
    rig_until_held(&rig, 1);
    EXPECT_STR("before", rig_chart(&rig, PULSE, VALUE), "60");
    EXPECT_INT("pass", sim_pass(rig.sim, sim_held_at(rig.sim, 0)->number, NULL, &err), 0);
    EXPECT_INT("answered", rig_until_done(&rig, pending)->status, 200);

    hold(&rig, "[{\"match\":{\"id\":\"pulse\"},\"stop\":\"after\"}]");
    pending = rig_start(&rig, "PATCH", PULSE, NULL, RAISE);
    rig_until_held(&rig, 1);
    EXPECT_INT("stop", sim_held_at(rig.sim, 0)->stop, SIM_AFTER);
    EXPECT_INT("status", sim_held_at(rig.sim, 0)->status, 200);
    EXPECT_INT("reply", sim_reply(rig.sim, sim_held_at(rig.sim, 0)->number, NULL, &err), 0);
    EXPECT_INT("answered", rig_until_done(&rig, pending)->status, 200);

    hold(&rig, "[]");
    EXPECT_STR("none", call(&rig, "PATCH", PULSE, NULL), "200");
    rig_close(&rig);
}

static void bad_holds_change_nothing(void)
{
    static const struct {
        const char *holds, *why;
    } rows[] = {
        {"{}", "holds are an array"},
        {"[{\"stop\":\"before\"},{\"stop\":\"between\"}]", "hold 2: 'stop' is 'between'"},
        {"[{\"when\":1}]", "hold 1: hold: unknown member 'when'"},
        {"[7]", "hold 1: a hold is an object"},
    };
    struct rig rig;

    open_alone(&rig);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const struct cJSON *holds =
            json_parse(rig.arena, rows[i].holds, strlen(rows[i].holds), &err);

        EXPECT_INT(rows[i].holds, rules_set_holds(sim_rules(rig.sim), holds, &err), -1);
        EXPECT_HAS(rows[i].holds, err.text, rows[i].why);
    }
    EXPECT_STR("none", call(&rig, "GET", "Patient/ada", NULL), "200");
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"a rule strikes what it matches", a_rule_strikes_what_it_matches},
    {"a draw follows from the seed", a_draw_follows_from_the_seed},
    {"rules are listed and removed", rules_are_listed_and_removed},
    {"a bad rule is refused with a reason", a_bad_rule_is_refused_with_a_reason},
    {"hanging rules wait for the client to leave", hanging_rules_wait_for_the_client_to_leave},
    {"late rules go on by themselves", late_rules_go_on_by_themselves},
    {"a late commit comes though the client left", a_late_commit_comes_though_the_client_left},
    {"holds stop what they match", holds_stop_what_they_match},
    {"bad holds change nothing", bad_holds_change_nothing},
    CU_TEST_INFO_NULL,
};
SUITE("rules", tests)
