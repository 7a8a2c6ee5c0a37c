/* SPDX-License-Identifier: Apache-2.0 */
/* Stops and parts: what may happen to a held exchange, in which order, and what of it the client
 * sees. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define NEW                                                                                        \
    "{\"resourceType\":\"Observation\",\"status\":\"final\","                                      \
    "\"code\":{\"text\":\"Pulse\"}}"
#define RAISE   "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72}]"
#define RAISE_2 "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":80}]"
#define PULSE   "Observation/pulse"
#define VALUE   "/valueQuantity/value"

static void must(int rc, const struct err *err)
{
    EXPECT_STR("call", rc ? err->text : "", "");
}

static void nothing_happens_to_a_held_request(void)
{
    const struct sim_exchange *held;
    struct http_pending *pending;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(
        &rig, "PATCH", PULSE,
        "X-Correlation-Id: c-1-note\nIf-Match: W/\"1\"\nAuthorization: Bearer x\n", RAISE, &number);
    rig_turns(&rig, 5);
    EXPECT_TRUE("held", !http_is_done(pending));
    EXPECT_STR("held", rig_story(&rig, 0), "arrived");
    EXPECT_STR("held", rig_chart(&rig, PULSE, VALUE), "60");
    held = sim_held_find(rig.sim, number);
    EXPECT_STR("interaction", held->interaction, "patch");
    EXPECT_STR("method", held->method, "PATCH");
    EXPECT_STR("url", held->url, PULSE);
    EXPECT_STR("reference", held->reference, PULSE);
    EXPECT_STR("correlation", held->correlation, "c-1-note");
    EXPECT_STR("body", held->body, RAISE);
    EXPECT_STR("actor", held->actor, "engine");
    EXPECT_HAS("headers", held->headers, "\"If-Match\":\"W/\\\"1\\\"\"");
    EXPECT_HAS("headers", held->headers, "\"Authorization\":\"(hidden)\"");
    EXPECT_TRUE("write", held->is_write && !held->is_client_gone && held->stop == SIM_BEFORE);
    EXPECT_STR("guard", sim_journal_at(rig.sim, 0)->guard, "If-Match: W/\"1\"");
    EXPECT_TRUE("another number", !sim_held_find(rig.sim, number + 1));
    rig_close(&rig);
}

static void commit_and_reply_are_two_acts(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    must(sim_commit(rig.sim, number, NULL, &err), &err);
    EXPECT_STR("committed", rig_chart(&rig, PULSE, VALUE), "72");
    EXPECT_STR("committed", rig_story(&rig, 0), "arrived committed@2");
    EXPECT_INT("stop", sim_held_at(rig.sim, 0)->stop, SIM_AFTER);
    EXPECT_INT("status", sim_held_at(rig.sim, 0)->status, 200);
    rig_turns(&rig, 5);
    EXPECT_TRUE("not answered", !http_is_done(pending));
    must(sim_reply(rig.sim, number, NULL, &err), &err);
    EXPECT_TRUE("busy", sim_is_busy(rig.sim));
    EXPECT_STR("seen", rig_seen(&rig, rig_until_done(&rig, pending)), "200");
    EXPECT_STR("story", rig_story(&rig, 0), "arrived committed@2 replied:200");
    rig_until_idle(&rig);
    rig_close(&rig);
}

static void a_release_that_does_not_fit_the_stop_is_refused(void)
{
    const struct sim_fault after = rig_fault("reset-after");
    const struct sim_fault before = rig_fault("duplicate");
    const struct sim_fault nothing = rig_fault("error-before");
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    EXPECT_INT("reply before", sim_reply(rig.sim, number, NULL, &err), -1);
    EXPECT_HAS("reply before", err.text, "is held before its commit");
    err = ERR_INIT;
    EXPECT_INT("commit with after", sim_commit(rig.sim, number, &after, &err), -1);
    EXPECT_HAS("commit with after", err.text, "leaves nothing to hold");
    err = ERR_INIT;
    EXPECT_INT("commit with error", sim_commit(rig.sim, number, &nothing, &err), -1);
    EXPECT_STR("untouched", rig_story(&rig, 0), "arrived");
    err = ERR_INIT;
    must(sim_commit(rig.sim, number, &before, &err), &err);
    EXPECT_STR("twice", rig_story(&rig, 0),
               "arrived committed@2 fault:duplicate:200 committed@3 "
               "fault:duplicate:200");
    EXPECT_INT("pass after", sim_pass(rig.sim, number, NULL, &err), -1);
    err = ERR_INIT;
    EXPECT_INT("drop after", sim_drop(rig.sim, number, &err), -1);
    EXPECT_HAS("drop after", err.text, "is held after its commit");
    err = ERR_INIT;
    EXPECT_INT("reply with before", sim_reply(rig.sim, number, &before, &err), -1);
    err = ERR_INIT;
    EXPECT_INT("nobody", sim_pass(rig.sim, 99, NULL, &err), -1);
    EXPECT_HAS("nobody", err.text, "exchange 99 is not held");
    EXPECT_INT("nobody", err.code, ERR_INPUT);
    rig_close(&rig);
}

static void a_dropped_request_is_never_applied(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    must(sim_drop(rig.sim, number, &err), &err);
    EXPECT_STR("seen", rig_seen(&rig, rig_until_done(&rig, pending)), "empty");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, VALUE), "60");
    EXPECT_STR("story", rig_story(&rig, 0), "arrived fault:drop");
    rig_close(&rig);
}

/* Starts a PATCH, and lets the client leave while it is held. */
static uint64_t make_zombie(struct rig *rig, const char *body)
{
    struct http_pending *pending;
    uint64_t number;

    pending = rig_start_held(rig, "PATCH", PULSE, "If-Match: W/\"1\"\n", body, &number);
    http_abandon(rig->http, pending);
    rig_until_entries(rig, sim_journal_count(rig->sim) + 1);
    return number;
}

static void a_zombie_may_still_be_committed(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t zombie, retry;

    rig_open(&rig);
    zombie = make_zombie(&rig, RAISE);
    EXPECT_STR("hung up", rig_story(&rig, 0), "arrived hung-up");
    EXPECT_TRUE("zombie", sim_held_find(rig.sim, zombie)->is_client_gone);

    /* The retry overtakes the first copy, which is then stale and refused. */
    pending = rig_start_held(&rig, "PATCH", PULSE, "If-Match: W/\"1\"\n", RAISE, &retry);
    must(sim_pass(rig.sim, retry, NULL, &err), &err);
    EXPECT_STR("retry", rig_seen(&rig, rig_until_done(&rig, pending)), "200");
    must(sim_commit(rig.sim, zombie, NULL, &err), &err);
    EXPECT_STR("zombie", rig_story(&rig, zombie), "arrived hung-up");
    EXPECT_INT("gone", (long long)sim_held_count(rig.sim), 0);

    /* Where nobody overtook it, it is applied. */
    rig_begin(&rig);
    zombie = make_zombie(&rig, RAISE_2);
    must(sim_commit(rig.sim, zombie, NULL, &err), &err);
    EXPECT_STR("applied", rig_story(&rig, 0), "arrived hung-up committed@2");
    EXPECT_STR("applied", rig_chart(&rig, PULSE, VALUE), "80");
    rig_close(&rig);
}

static void a_zombie_may_be_dropped(void)
{
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    number = make_zombie(&rig, RAISE);
    must(sim_drop(rig.sim, number, &err), &err);
    EXPECT_STR("story", rig_story(&rig, 0), "arrived hung-up fault:drop");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, VALUE), "60");
    EXPECT_INT("held", (long long)sim_held_count(rig.sim), 0);
    EXPECT_TRUE("idle", !sim_is_busy(rig.sim));
    rig_close(&rig);
}

static void a_client_that_leaves_after_the_commit_ends_it(void)
{
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    must(sim_commit(rig.sim, number, NULL, &err), &err);
    http_abandon(rig.http, pending);
    rig_until_held(&rig, 0);
    EXPECT_STR("story", rig_story(&rig, 0), "arrived committed@2 hung-up");
    rig_close(&rig);
}

/* Held in one order, released in another: answers come in the order of the releases. */
static void answers_go_in_the_order_of_the_releases(void)
{
    enum { CLIENTS = 12 };
    struct http_pending *pending[CLIENTS];
    uint64_t numbers[CLIENTS];
    struct err err = ERR_INIT;
    struct rig rig;

    rig_open(&rig);
    for (size_t i = 0; i < CLIENTS; i++)
        pending[i] = rig_start_held(&rig, "GET", "Patient/ada", NULL, NULL, &numbers[i]);
    for (size_t i = 0; i < CLIENTS; i++)
        EXPECT_INT("arrival order", (long long)sim_held_at(rig.sim, i)->number,
                   (long long)numbers[i]);
    for (size_t i = CLIENTS; i-- > 0;)
        must(sim_pass(rig.sim, numbers[i], NULL, &err), &err);
    for (size_t i = CLIENTS; i-- > 0;) {
        rig_until_done(&rig, pending[i]);
        for (size_t k = 0; k + 1 < i; k++) /* the library may fetch the one next in line at once */
            EXPECT_TRUE("not before its turn", !http_is_done(pending[k]));
    }
    rig_until_idle(&rig);
    rig_close(&rig);
}

static void requests_refused_by_their_form_stop_too(void)
{
    static const struct {
        const char *method, *url, *headers, *interaction;
        int status;
        bool is_write;
    } rows[] = {
        {"GET", "Nothing/x", NULL, "read", 404, false},
        {"PUT", "Nothing/x", NULL, "update", 404, true},
        {"POST", "Patient/ada", NULL, "create", 405, true},
        {"GET", "Patient/ada", "Accept: application/xml\n", "read", 406, false},
        {"GET", "Patient/a%20b", NULL, "read", 404, false},
        {"GET", "Patient/ada/_history/1", NULL, "vread", 200, false},
        {"GET", "Patient?_id=ada", NULL, "search", 200, false},
        {"HEAD", "Patient/ada", NULL, "read", 200, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_pending *pending;
        struct err err = ERR_INIT;
        struct rig rig;
        uint64_t number;

        rig_open(&rig);
        pending = rig_start_held(&rig, rows[i].method, rows[i].url, rows[i].headers, NULL, &number);
        EXPECT_STR(rows[i].url, sim_held_at(rig.sim, 0)->interaction, rows[i].interaction);
        EXPECT_TRUE(rows[i].url, sim_held_at(rig.sim, 0)->is_write == rows[i].is_write);
        must(sim_pass(rig.sim, number, NULL, &err), &err);
        EXPECT_INT(rows[i].url, rig_until_done(&rig, pending)->status, rows[i].status);
        rig_close(&rig);
    }
}

static void metadata_never_stops(void)
{
    struct http_pending *pending;
    struct rig rig;

    rig_open(&rig);
    pending = rig_start(&rig, "GET", "metadata", NULL, NULL);
    EXPECT_INT("status", rig_until_done(&rig, pending)->status, 200);
    EXPECT_STR("story", rig_story(&rig, 0), "arrived replied:200");
    rig_close(&rig);
}

static void closing_answers_what_is_held(void)
{
    struct http_pending *pending;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(&rig, "GET", "Patient/ada", NULL, NULL, &number);
    make_zombie(&rig, RAISE);
    sim_close(rig.sim);
    rig.sim = NULL;
    while (!http_is_done(pending))
        http_turn(rig.http, NULL, 0, 20);
    EXPECT_STR("seen", rig_seen(&rig, http_result(pending)), "503");
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"nothing happens to a held request", nothing_happens_to_a_held_request},
    {"commit and reply are two acts", commit_and_reply_are_two_acts},
    {"a release that does not fit the stop is refused",
     a_release_that_does_not_fit_the_stop_is_refused},
    {"a dropped request is never applied", a_dropped_request_is_never_applied},
    {"a zombie may still be committed", a_zombie_may_still_be_committed},
    {"a zombie may be dropped", a_zombie_may_be_dropped},
    {"a client that leaves after the commit ends it",
     a_client_that_leaves_after_the_commit_ends_it},
    {"answers go in the order of the releases", answers_go_in_the_order_of_the_releases},
    {"requests refused by their form stop too", requests_refused_by_their_form_stop_too},
    {"metadata never stops", metadata_never_stops},
    {"closing answers what is held", closing_answers_what_is_held},
    CU_TEST_INFO_NULL,
};
SUITE("gate", tests)
