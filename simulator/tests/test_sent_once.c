/* SPDX-License-Identifier: Apache-2.0 */
/* A request goes out once, also on a connection that an earlier call left: libcurl would send it again when such a
 * connection ends before a byte of the answer. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define PULSE "Observation/pulse"
#define RAISE "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72}]"

static struct http_pending *start(struct rig *rig, const char *method, const char *body)
{
    struct http_request request = {
        .method = method,
        .url = arena_printf(rig->arena, "%s/" PULSE, sim_url(rig->sim)),
        .headers = {{"Content-Type", "application/json-patch+json"}},
        .body = body,
        .body_size = body ? strlen(body) : 0,
        .may_reuse = true,
    };
    struct http_pending *pending = http_start(rig->http, rig->arena, &request);

    rig_until_held(rig, 1);
    return pending;
}

static void read_first(struct rig *rig)
{
    struct err err = ERR_INIT;
    struct http_pending *pending = start(rig, "GET", NULL);

    EXPECT_INT("read", sim_pass(rig->sim, sim_held_at(rig->sim, 0)->number, NULL, &err), 0);
    EXPECT_INT("read", rig_until_done(rig, pending)->status, 200);
}

static void a_lost_reply_is_seen_as_one_on_a_used_connection(void)
{
    static const struct {
        const char *row, *method, *body, *fault, *story;
    } rows[] = {
        {"reset after a patch", "PATCH", RAISE, "reset-after",
         "arrived replied:200 arrived committed@2 fault:reset-after"},
        {"closed after a patch", "PATCH", RAISE, "close-after",
         "arrived replied:200 arrived committed@2 fault:close-after"},
        {"reset after a delete", "DELETE", NULL, "reset-after",
         "arrived replied:200 arrived committed@2 fault:reset-after"},
        {"closed before a read", "GET", NULL, "close-before",
         "arrived replied:200 arrived fault:close-before"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sim_fault fault = rig_fault(rows[i].fault);
        struct err err = ERR_INIT;
        struct rig rig;

        rig_open(&rig);
        read_first(&rig);
        struct http_pending *pending = start(&rig, rows[i].method, rows[i].body);
        EXPECT_INT(rows[i].row, sim_pass(rig.sim, sim_held_at(rig.sim, 0)->number, &fault, &err),
                   0);
        const struct http_reply *reply = rig_until_done(&rig, pending);
        EXPECT_INT(rows[i].row, reply->status, 0);
        EXPECT_TRUE(rows[i].row, reply->was_sent);
        rig_turns(&rig, 3);
        EXPECT_STR(rows[i].row, rig_story(&rig, 0), rows[i].story);
        rig_close(&rig);
    }
}

static void a_connection_known_to_be_dead_is_not_used(void)
{
    struct err err = ERR_INIT;
    struct rig rig;

    rig_open(&rig);
    read_first(&rig);
    rig_begin(&rig); /* resets what is idle */
    struct http_pending *pending = start(&rig, "PATCH", RAISE);
    EXPECT_INT("pass", sim_pass(rig.sim, sim_held_at(rig.sim, 0)->number, NULL, &err), 0);
    EXPECT_INT("status", rig_until_done(&rig, pending)->status, 200);
    rig_close(&rig);
}

/* Whether libcurl sees it in time is chance: in each of many runs the request must arrive. */
static void a_connection_that_dies_unseen_stops_nobody(void)
{
    struct err err = ERR_INIT;
    struct rig rig;

    rig_open(&rig);
    for (int i = 0; i < 200; i++) {
        read_first(&rig);
        rig_begin(&rig);
        struct http_pending *pending = start(&rig, "PATCH", RAISE);
        EXPECT_INT("pass", sim_pass(rig.sim, sim_held_at(rig.sim, 0)->number, NULL, &err), 0);
        EXPECT_INT("status", rig_until_done(&rig, pending)->status, 200);
        rig_begin(&rig);
    }
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"a lost reply is seen as one on a used connection",
     a_lost_reply_is_seen_as_one_on_a_used_connection},
    {"a connection known to be dead is not used", a_connection_known_to_be_dead_is_not_used},
    {"a connection that dies unseen stops nobody", a_connection_that_dies_unseen_stops_nobody},
    CU_TEST_INFO_NULL,
};
SUITE("sent-once", tests)
