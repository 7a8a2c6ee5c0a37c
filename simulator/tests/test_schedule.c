/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-alone simulator follows a schedule: over HTTP, with clients that know nothing of it. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/tests/desk.h"
#include "tests/expect.h"

#define ADA "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true}"
#define RAISE                                                                                      \
    "\"edits\":{\"raise\":{\"method\":\"PUT\",\"target\":\"Patient/ada\","                         \
    "\"body\":{\"resourceType\":\"Patient\",\"id\":\"ada\",\"extension\":[{\"url\":\"urn:x\","     \
    "\"valueDecimal\":1.50}]}}}"
#define PORTAL "X-Actor: portal"

static void put(struct desk *desk, const char *steps)
{
    const char *body = arena_printf(desk->wire.arena, "{\"schedule\":[%s]," RAISE "}", steps);
    const struct http_reply *reply = desk_steer(desk, "PUT", "schedule", NULL, body);

    EXPECT_INT(reply->body, reply->status, 200);
}

/* "done done@1 waiting held:2(before)>3": states with their exchanges, what is held for which step. */
static const char *state(struct desk *desk)
{
    struct arena *arena = desk->wire.arena;
    struct err err = ERR_INIT;
    const struct http_reply *reply = desk_steer(desk, "GET", "schedule", NULL, NULL);
    const struct cJSON *view = json_parse(arena, reply->body, reply->body_size, &err), *item = NULL;
    const char *text = json_flag(view, "complete", false) ? "complete:" : "";

    cJSON_ArrayForEach(item, json_get(view, "steps"))
    {
        const long long exchange = json_integer(item, "exchange", 0);

        text = arena_printf(arena, "%s %s", text, json_string(item, "state"));
        text = exchange ? arena_printf(arena, "%s@%lld", text, exchange) : text;
    }
    cJSON_ArrayForEach(item, json_get(view, "held"))
    {
        text = arena_printf(arena, "%s %lld(%s)>%lld", text, json_integer(item, "n", 0),
                            json_string(item, "stop"), json_integer(item, "for", 0));
    }
    return text + (*text == ' ');
}

static struct http_pending *update(struct desk *desk, const char *headers)
{
    return desk_start(desk, "PUT", "Patient/ada", headers, ADA, 0);
}

static void requests_wait_for_their_turn(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.read\",\"nurse.raise\",\"portal.update\"");
    EXPECT_STR("at first", state(&desk), "waiting waiting waiting");
    struct http_pending *write = update(&desk, PORTAL "\nIf-Match: W/\"1\"");
    desk_until_held(&desk, 1);
    EXPECT_STR("too early", state(&desk), "waiting waiting waiting 1(before)>3");
    EXPECT_STR("not named, passes",
               desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", "X-Actor: other", NULL, 0)),
               "200");
    struct http_pending *read = desk_start(&desk, "GET", "Patient/ada", PORTAL, NULL, 0);
    EXPECT_STR("read", desk_seen(&desk, read), "200");
    EXPECT_STR("the edit came between", desk_seen(&desk, write), "412");
    EXPECT_STR("at last", state(&desk), "complete: done@3 done done@1");
    EXPECT_HAS("in the journal", desk_story(&desk),
               "step portal.read replied:200 step nurse.raise edit committed step portal.update "
               "replied:412");
    EXPECT_STR("the edit's number keeps its text",
               wire_at(&desk.wire,
                       desk_steer(&desk, "GET", "resources/Patient/ada/versions/@2", NULL, NULL),
                       "/resource/extension/0/valueDecimal"),
               "1.50");
    desk_close(&desk);
}

static void a_lost_reply_then_the_retry(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.update!reset-after\",\"portal.update#2:commit\",\"nurse.raise\","
               "\"portal.update#2:reply\"");
    EXPECT_STR("lost", desk_seen(&desk, update(&desk, PORTAL)), "none");
    EXPECT_STR("the retry", desk_seen(&desk, update(&desk, PORTAL)), "200");
    EXPECT_STR("all done", state(&desk), "complete: done@1 done@2 done done@2");
    EXPECT_HAS("the edit came between commit and reply", desk_story(&desk),
               "step portal.update#2:commit committed step nurse.raise edit committed step "
               "portal.update#2:reply replied:200");
    desk_close(&desk);
}

static void a_zombie_is_committed_late(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.write:timeout\",\"portal.write#2\",\"portal.write#1:commit\"");
    struct http_pending *first = update(&desk, PORTAL);
    desk_until_held(&desk, 1);
    desk_turns(&desk, 5);
    EXPECT_STR("it has patience", state(&desk), "waiting@1 waiting waiting 1(before)>1");
    http_abandon(desk.wire.http, first);
    EXPECT_STR("the retry", desk_seen(&desk, update(&desk, PORTAL)), "200");
    desk_turns(&desk, 3);
    EXPECT_STR("all done", state(&desk), "complete: done@1 done@2 done@1");
    EXPECT_HAS("the first is applied behind the retry", desk_story(&desk),
               "step portal.write#2 committed replied:200 step portal.write#1:commit committed");
    desk_close(&desk);
}

static void what_is_held_back_goes_on_at_the_end(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.update:commit\",\"other.read\"");
    struct http_pending *write = update(&desk, PORTAL);
    desk_until_held(&desk, 1);
    desk_turns(&desk, 5);
    EXPECT_STR("applied, not answered", state(&desk), "done@1 waiting 1(after)>0");
    EXPECT_STR("the other reads",
               desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", "X-Actor: other", NULL, 0)),
               "200");
    EXPECT_STR("then it is answered", desk_seen(&desk, write), "200");
    desk_close(&desk);
}

static void dropped_ones_are_never_applied(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.update:before\",\"nurse.raise\",\"portal.update#1:drop\"");
    EXPECT_STR("closed", desk_seen(&desk, update(&desk, PORTAL)), "none");
    EXPECT_STR("all done", state(&desk), "complete: done@1 done done@1");
    EXPECT_STR("only the edit",
               wire_at(&desk.wire,
                       desk_steer(&desk, "GET", "resources/Patient/ada/versions", NULL, NULL),
                       "/2"),
               "(none)");
    desk_close(&desk);
}

static void optional_steps_are_passed_over(void)
{
    static const struct {
        const char *row;
        bool does_look;
        const char *want;
    } rows[] = {
        {"it looks", true, "complete: done@1 done done@2"},
        {"it does not", false, "complete: passed-over done done@1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;

        desk_open(&desk, NULL);
        put(&desk, "\"portal.look?\",\"nurse.raise\",\"portal.write\"");
        EXPECT_STR(rows[i].row, state(&desk), "waiting waiting waiting");
        if (rows[i].does_look)
            desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", PORTAL, NULL, 0));
        EXPECT_STR(rows[i].row, desk_seen(&desk, update(&desk, PORTAL "\nIf-Match: W/\"1\"")),
                   "412");
        EXPECT_STR(rows[i].row, state(&desk), rows[i].want);
        desk_close(&desk);
    }
}

static void actors_are_told_apart(void)
{
    static const struct {
        const char *row, *step, *headers;
        bool is_named;
    } rows[] = {
        {"by X-Actor", "portal.update", "X-Actor: portal", true},
        {"another one", "portal.update", "X-Actor: nurse", false},
        {"by correlation id", "c-9.update", "X-Correlation-Id: c-9", true},
        {"X-Actor before that", "c-9.update", "X-Correlation-Id: c-9\nX-Actor: portal", false},
        {"both", "portal/c-9.update", "X-Correlation-Id: c-9\nX-Actor: portal", true},
        {"another intent", "portal/c-8.update", "X-Correlation-Id: c-9\nX-Actor: portal", false},
        {"nobody", "engine.update", "X-Other: x", true},
        {"by class", "portal.write", "X-Actor: portal", true},
        {"the other class", "portal.look", "X-Actor: portal", false},
        {"the second", "portal.update#2", "X-Actor: portal", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;

        desk_open(&desk, NULL);
        put(&desk, arena_printf(desk.wire.arena, "\"%s\"", rows[i].step));
        EXPECT_STR(rows[i].row, desk_seen(&desk, update(&desk, rows[i].headers)), "200");
        EXPECT_STR(rows[i].row, state(&desk), rows[i].is_named ? "complete: done@1" : "waiting");
        desk_close(&desk);
    }
}

static void bad_schedules_say_where_and_what(void)
{
    static const struct {
        const char *body, *want;
    } rows[] = {
        {"[]", "found array; expected an object"},
        {"{}", "\\\"schedule\\\" is missing"},
        {"{\"schedule\":[],\"edit\":{}}", "nearest is \\\"edits\\\""},
        {"{\"schedule\":[\"portal.read\",\"portal\"]}", "step 2: \\\"portal\\\""},
        {"{\"schedule\":[\"portal.read:comit\"]}", "nearest is \\\"commit\\\""},
        {"{\"schedule\":[\"portal.updat\"]}", "nearest is \\\"update\\\""},
        {"{\"schedule\":[\"nurse.rais\"]," RAISE "}", "nearest is \\\"raise\\\""},
        {"{\"schedule\":[\"engine.kill\"]}", "step 1: \\\"engine.kill\\\": neither a request nor"},
        {"{\"schedule\":[\"portal.read@2\"]}", "only chartproof knows instances"},
        {"{\"schedule\":[\"portal.read!reset-aftr\"]}", "reset-after"},
        {"{\"schedule\":[\"portal.read:drop!reset-after\"]}", "a fault goes with a whole request"},
        {"{\"schedule\":[\"nurse.raise:commit\"]," RAISE "}", "an edit is made whole"},
        {"{\"schedule\":[],\"edits\":{\"write\":{\"method\":\"PUT\",\"target\":\"x\"}}}",
         "/edits/write: that is the name of a request"},
        {"{\"schedule\":[],\"edits\":{\"raise\":{\"method\":\"GET\",\"target\":\"x\"}}}",
         "/edits/raise/method"},
    };
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.read\"");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http_reply *reply = desk_steer(&desk, "PUT", "schedule", NULL, rows[i].body);

        EXPECT_INT(rows[i].body, reply->status, 400);
        EXPECT_HAS(rows[i].body, reply->body, rows[i].want);
    }
    EXPECT_STR("the schedule there was goes on", state(&desk), "waiting");
    desk_close(&desk);
}

static void a_step_that_fails_ends_it(void)
{
    static const struct {
        const char *row, *steps, *problem;
    } rows[] = {
        {"a fault that does not fit", "\"portal.update!stale-read(1)\",\"portal.read\"",
         "step 1: "},
        {"a fault behind its stop", "\"portal.update:commit!reset-after\"", "step 1: "},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;

        desk_open(&desk, NULL);
        put(&desk, rows[i].steps);
        EXPECT_STR(rows[i].row, desk_seen(&desk, update(&desk, PORTAL)), "200");
        const struct http_reply *reply =
            desk_steer(&desk, "GET", "schedule?waitMs=9000", NULL, NULL);
        EXPECT_HAS(rows[i].row, wire_at(&desk.wire, reply, "/problem"), rows[i].problem);
        EXPECT_STR(rows[i].row, wire_at(&desk.wire, reply, "/complete"), "false");
        EXPECT_STR(rows[i].row, wire_at(&desk.wire, reply, "/steps/0/state"), "failed");
        desk_close(&desk);
    }
}

static void an_edit_that_is_refused_ends_it(void)
{
    struct desk desk;
    const struct http_reply *reply = NULL;

    desk_open(&desk, NULL);
    reply = desk_steer(&desk, "PUT", "schedule", NULL,
                       "{\"schedule\":[\"nurse.no\",\"portal.read\"],\"edits\":{\"no\":"
                       "{\"method\":\"PATCH\",\"target\":\"Patient/nobody\",\"body\":[]}}}");
    EXPECT_INT("it is a schedule", reply->status, 200);
    EXPECT_HAS("it failed", wire_at(&desk.wire, reply, "/problem"),
               "step 1: \"nurse.no\": edit no");
    EXPECT_STR("requests pass",
               desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", PORTAL, NULL, 0)), "200");
    EXPECT_STR("behind it nothing is done", state(&desk), "failed waiting");
    desk_close(&desk);
}

static void asking_waits_until_it_is_over(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    EXPECT_INT("none", desk_steer(&desk, "GET", "schedule", NULL, NULL)->status, 404);
    put(&desk, "\"portal.read\"");
    const char *url =
        arena_printf(desk.wire.arena, "%s/schedule?waitMs=9000", sim_control_url(desk.wire.sim));
    struct http_pending *asking = desk_start(&desk, "GET", url, NULL, NULL, 0);
    desk_turns(&desk, 10);
    EXPECT_TRUE("it waits", !http_is_done(asking));
    desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", PORTAL, NULL, 0));
    EXPECT_HAS("it answers", desk_until_done(&desk, asking)->body, "\"complete\":true");
    desk_close(&desk);
}

static void what_it_held_goes_on_without_it(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    put(&desk, "\"portal.read\",\"portal.update\"");
    struct http_pending *write = update(&desk, PORTAL);
    desk_until_held(&desk, 1);
    EXPECT_INT("removed", desk_steer(&desk, "DELETE", "schedule", NULL, NULL)->status, 204);
    EXPECT_STR("goes on", desk_seen(&desk, write), "200");
    EXPECT_INT("none", desk_steer(&desk, "GET", "schedule", NULL, NULL)->status, 404);
    put(&desk, "\"portal.read\",\"portal.update\"");
    write = update(&desk, PORTAL);
    desk_until_held(&desk, 1);
    put(&desk, "\"portal.read\"");
    EXPECT_STR("replaced", desk_seen(&desk, write), "200");
    desk_close(&desk);
}

static void a_reset_begins_a_file_s_schedule_anew(void)
{
    struct desk desk;

    desk_open(&desk, "{\"schedule\":[\"nurse.raise\",\"portal.read\"]," RAISE "}");
    for (int run = 0; run < 2; run++) {
        EXPECT_STR("the edit is made at once", state(&desk), "done waiting");
        desk_seen(&desk, desk_start(&desk, "GET", "Patient/ada", PORTAL, NULL, 0));
        EXPECT_STR("over", state(&desk), "complete: done done@1");
        put(&desk, "\"portal.update\"");
        desk_steer(&desk, "POST", "reset", NULL, NULL);
    }
    desk_close(&desk);
}

static CU_TestInfo tests[] = {
    {"requests wait for their turn", requests_wait_for_their_turn},
    {"a lost reply, then the retry", a_lost_reply_then_the_retry},
    {"a zombie is committed late", a_zombie_is_committed_late},
    {"what is held back goes on at the end", what_is_held_back_goes_on_at_the_end},
    {"dropped ones are never applied", dropped_ones_are_never_applied},
    {"optional steps are passed over", optional_steps_are_passed_over},
    {"actors are told apart", actors_are_told_apart},
    {"bad schedules say where and what", bad_schedules_say_where_and_what},
    {"a step that fails ends it", a_step_that_fails_ends_it},
    {"an edit that is refused ends it", an_edit_that_is_refused_ends_it},
    {"asking waits until it is over", asking_waits_until_it_is_over},
    {"what it held goes on without it", what_it_held_goes_on_without_it},
    {"a reset begins a file's schedule anew", a_reset_begins_a_file_s_schedule_anew},
    CU_TEST_INFO_NULL,
};

SUITE("schedule", tests)
