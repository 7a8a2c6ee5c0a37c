/* SPDX-License-Identifier: Apache-2.0 */
/* Runs, strays, down and up, foreign edits, the journal and the store as the face shows them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/journal.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define NEW                                                                                        \
    "{\"resourceType\":\"Observation\",\"status\":\"final\","                                      \
    "\"code\":{\"text\":\"Pulse\"}}"
#define RAISE "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72.50}]"
#define PULSE "Observation/pulse"
#define VALUE "/valueQuantity/value"

static const struct http_reply *pass(struct rig *rig, const char *method, const char *url,
                                     const char *headers, const char *body)
{
    struct err err = ERR_INIT;
    uint64_t number;
    struct http_pending *pending = rig_start_held(rig, method, url, headers, body, &number);

    if (sim_pass(rig->sim, number, NULL, &err))
        BUG("%s", err.text);
    return rig_until_done(rig, pending);
}

static const char *header(const struct http_reply *reply, const char *name)
{
    const char *value = http_reply_header(reply, name);

    return value ? value : "(none)";
}

/* ---- runs ---- */

/* The journal as NDJSON, without `at`. */
static void tell(struct rig *rig, struct buf *out)
{
    for (size_t i = 0; i < sim_journal_count(rig->sim); i++) {
        struct sim_entry entry = *sim_journal_at(rig->sim, i);

        entry.at_us = 0;
        journal_write_line(out, &entry);
    }
}

static void one_run(struct rig *rig, struct buf *out)
{
    struct err err = ERR_INIT;

    rig_begin(rig);
    pass(rig, "PATCH", PULSE, "X-Correlation-Id: c-1-a\n", RAISE);
    pass(rig, "POST", "Observation", "If-None-Exist: identifier=a|b\n", NEW);
    if (sim_edit(rig->sim, "nurse", "raise", "PATCH", PULSE, RAISE, strlen(RAISE), &err))
        BUG("%s", err.text);
    pass(rig, "GET", "Observation?_id=pulse", NULL, NULL);
    pass(rig, "GET", "Observation/pulse/_history", NULL, NULL);
    pass(rig, "DELETE", "Observation/pulse", NULL, NULL);
    pass(rig, "GET", PULSE, NULL, NULL);
    tell(rig, out);
}

static void the_same_requests_give_the_same_journal(void)
{
    struct buf first = BUF_INIT, again = BUF_INIT;
    struct rig rig;

    rig_open(&rig);
    one_run(&rig, &first);
    one_run(&rig, &again);
    EXPECT_STR("journal", buf_text(&again), buf_text(&first));
    EXPECT_HAS("made up", buf_text(&first), "\"X-Request-Id\":\"req-2\"");
    EXPECT_STR("no date", header(pass(&rig, "GET", PULSE, NULL, NULL), "Date"), "(none)");
    buf_release(&first);
    buf_release(&again);
    rig_close(&rig);
}

static void a_run_begins_anew(void)
{
    const struct http_reply *reply;
    struct rig rig;

    rig_open(&rig);
    reply = pass(&rig, "POST", "Observation", NULL, NEW);
    EXPECT_HAS("first", header(reply, "Location"), "/Observation/c-1/_history/1");
    EXPECT_INT("arrivals", (long long)sim_arrivals(rig.sim), 1);
    rig_begin(&rig);
    EXPECT_INT("arrivals", (long long)sim_arrivals(rig.sim), 0);
    EXPECT_INT("journal", (long long)sim_journal_count(rig.sim), 0);
    EXPECT_STR("chart", rig_chart(&rig, "Observation/c-1", "/id"), "(none)");
    reply = pass(&rig, "POST", "Observation", NULL, NEW);
    EXPECT_HAS("again", header(reply, "Location"), "/Observation/c-1/_history/1");
    EXPECT_INT("number", (long long)sim_journal_at(rig.sim, 0)->exchange, 1);
    rig_close(&rig);
}

static void what_was_held_is_closed_by_the_next_run(void)
{
    struct http_pending *pending;
    struct rig rig;
    uint64_t number;

    rig_open(&rig);
    pending = rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    rig_begin(&rig);
    EXPECT_INT("held", (long long)sim_held_count(rig.sim), 0);
    EXPECT_INT("no answer", rig_until_done(&rig, pending)->status, 0);
    rig_until_idle(&rig);
    EXPECT_STR("journal", rig_story(&rig, 0), "");
    EXPECT_INT("strays", (long long)sim_strays(rig.sim), 0);
    rig_close(&rig);
}

/* Sends bytes on a raw connection and reads until the peer closes; gives what came, "reset" for
 * a reset. */
static const char *read_all(struct rig *rig, int fd)
{
    struct buf got = BUF_INIT;
    const uint64_t deadline_ms = clock_monotonic_ms() + 10000;
    const char *text = NULL;

    while (!text && clock_monotonic_ms() < deadline_ms) {
        char bytes[4096];
        const ssize_t size = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (size > 0)
            buf_add(&got, bytes, (size_t)size);
        else if (size < 0 && errno == EAGAIN)
            rig_turn(rig);
        else
            text = size == 0 ? buf_copy(&got, rig->arena) : strerror(errno);
    }
    buf_release(&got);
    return text ? text : "(still open)";
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        BUG("send: %s", strerror(errno));
}

static void a_request_of_an_earlier_run_is_a_stray(void)
{
    struct rig rig;
    int half, backlog, idle;

    rig_open(&rig);
    half = rig_connect(&rig);
    say(half, "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{");
    idle = rig_connect(&rig);
    rig_turns(&rig, 5);
    backlog = rig_connect(&rig);
    say(backlog, "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_begin(&rig);
    say(half, "}   ");
    EXPECT_HAS("half", read_all(&rig, half), "HTTP/1.1 503");
    EXPECT_HAS("backlog", read_all(&rig, backlog), "belongs to an earlier run");
    EXPECT_STR("idle", read_all(&rig, idle), "Connection reset by peer");
    EXPECT_INT("strays", (long long)sim_strays(rig.sim), 2);
    EXPECT_INT("arrivals", (long long)sim_arrivals(rig.sim), 0);
    EXPECT_STR("journal", rig_story(&rig, 0), "");
    close(half);
    close(backlog);
    close(idle);
    rig_close(&rig);
}

static void attribute_by_correlation(void *arg, const struct sim_exchange *exchange,
                                     const char **out_actor, const char **out_intent)
{
    EXPECT_TRUE("asked with headers", strstr(exchange->headers, "Host") != NULL);
    if (strcmp(exchange->correlation, arg) == 0) {
        *out_actor = "portal";
        *out_intent = "note";
    }
}

static void attribution_names_actors_and_strays(void)
{
    static const struct {
        const char *header, *actor, *intent;
        bool is_stray;
    } rows[] = {
        {"X-Correlation-Id: c-7-note\n", "portal", "note", false},
        {"X-Request-Id: c-7-note\n", "portal", "note", false},
        {"X-Correlation-Id: c-6-note\n", "", "", true},
        {"X-Correlation-Id: mine\n", "engine", "", false},
        {NULL, "engine", "", false},
    };
    char correlation[] = "c-7-note";

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *name = rows[i].header ? rows[i].header : "nothing";
        struct http_pending *pending;
        struct rig rig;

        rig_open_with(&rig, &(struct sim_options){.hold_all = true,
                                                  .attribute = attribute_by_correlation,
                                                  .attribute_arg = correlation});
        pending = rig_start(&rig, "GET", PULSE, rows[i].header, NULL);
        if (rows[i].is_stray) {
            EXPECT_INT(name, rig_until_done(&rig, pending)->status, 503);
            EXPECT_INT(name, (long long)sim_strays(rig.sim), 1);
            EXPECT_STR(name, rig_story(&rig, 0), "");
        } else {
            rig_until_held(&rig, 1);
            EXPECT_STR(name, sim_held_at(rig.sim, 0)->actor, rows[i].actor);
            EXPECT_STR(name, sim_journal_at(rig.sim, 0)->intent, rows[i].intent);
        }
        rig_close(&rig);
    }
}

/* ---- down and up ---- */

static void a_server_that_is_down_refuses_and_comes_back_on_its_port(void)
{
    struct http_pending *pending, *refused;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;
    int idle;

    rig_open(&rig);
    idle = rig_connect(&rig);
    pending = rig_start_held(&rig, "PATCH", PULSE, NULL, RAISE, &number);
    sim_down(rig.sim);
    EXPECT_TRUE("down", sim_is_down(rig.sim));
    EXPECT_STR("idle", read_all(&rig, idle), "Connection reset by peer");
    refused = rig_start(&rig, "GET", PULSE, NULL, NULL);
    EXPECT_HAS("refused", rig_until_done(&rig, refused)->problem, "onnect");
    EXPECT_TRUE("refused", !http_result(refused)->was_sent);

    /* What was held before goes on. */
    if (sim_pass(rig.sim, number, NULL, &err))
        BUG("%s", err.text);
    EXPECT_INT("held", rig_until_done(&rig, pending)->status, 200);
    EXPECT_STR("held", header(http_result(pending), "Connection"), "close");
    EXPECT_INT("up", sim_up(rig.sim, &err), 0);
    EXPECT_INT("answers", pass(&rig, "GET", PULSE, NULL, NULL)->status, 200);
    EXPECT_STR("journal", rig_story(&rig, 0),
               "arrived committed@2 replied:200 arrived replied:200");
    close(idle);
    rig_close(&rig);
}

static void a_new_run_brings_the_server_up(void)
{
    struct rig rig;

    rig_open(&rig);
    sim_down(rig.sim);
    sim_down(rig.sim);
    rig_begin(&rig);
    EXPECT_TRUE("up", !sim_is_down(rig.sim));
    EXPECT_INT("answers", pass(&rig, "GET", PULSE, NULL, NULL)->status, 200);
    rig_close(&rig);
}

static void a_port_in_use_is_an_error(void)
{
    struct err err = ERR_INIT;
    struct sim *second;
    struct rig rig;
    unsigned port;

    rig_open(&rig);
    if (sscanf(strrchr(sim_url(rig.sim), ':'), ":%u", &port) != 1)
        BUG("no port in %s", sim_url(rig.sim));
    second = sim_open(&(struct sim_options){.port = (uint16_t)port}, &err);
    EXPECT_TRUE("refused", second == NULL);
    EXPECT_INT("code", err.code, ERR_IO);
    EXPECT_HAS("text", err.text, "Address already in use");
    err = ERR_INIT;
    second = sim_open(&(struct sim_options){.host = "localhost"}, &err);
    EXPECT_TRUE("no address", second == NULL);
    EXPECT_HAS("no address", err.text, "'localhost' is not an IPv4 address");
    rig_close(&rig);
}

/* ---- edits ---- */

static void an_edit_is_applied_and_told(void)
{
    const struct sim_entry *entry;
    struct err err = ERR_INIT;
    struct rig rig;

    rig_open(&rig);
    EXPECT_INT("edit",
               sim_edit(rig.sim, "nurse", "raise", "PATCH", PULSE, RAISE, strlen(RAISE), &err), 0);
    EXPECT_STR("text", err.text, "");
    EXPECT_STR("story", rig_story(&rig, 0), "edit committed@2");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, VALUE), "72.50");
    entry = sim_journal_at(rig.sim, 0);
    EXPECT_STR("actor", entry->actor, "nurse");
    EXPECT_STR("name", entry->what, "raise");
    EXPECT_STR("method", entry->method, "PATCH");
    EXPECT_STR("url", entry->url, PULSE);
    EXPECT_STR("body", entry->body, RAISE);
    entry = sim_journal_at(rig.sim, 1);
    EXPECT_STR("actor", entry->actor, "nurse");
    EXPECT_INT("exchange", (long long)entry->exchange, 0);
    EXPECT_STR("reference", entry->reference, PULSE);
    EXPECT_STR("version", entry->version, "2");
    EXPECT_INT("commit", entry->commit, 1);

    EXPECT_INT("delete", sim_edit(rig.sim, "nurse", "gone", "DELETE", PULSE, NULL, 0, &err), 0);
    EXPECT_TRUE("deletion", sim_current(rig.sim, PULSE)->is_deletion);
    EXPECT_TRUE("deletion", sim_journal_at(rig.sim, 3)->body == NULL);
    EXPECT_INT("create",
               sim_edit(rig.sim, "nurse", "new", "POST", "Observation", NEW, strlen(NEW), &err), 0);
    EXPECT_STR("create", sim_journal_at(rig.sim, 5)->reference, "Observation/c-1");
    rig_close(&rig);
}

static void an_edit_that_the_server_would_refuse_is_an_error(void)
{
    static const struct {
        const char *method, *target, *body, *why;
    } rows[] = {
        {"PATCH", "Observation/nobody", RAISE, "edit e: PATCH Observation/nobody: 404"},
        {"PUT", PULSE, "{", "400"},
        {"PUT", "Nothing/x", "{}", "404: Unknown resource type 'Nothing'"},
        {"GET", PULSE, NULL, "edit e: GET Observation/pulse changes nothing"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *body = rows[i].body;
        struct err err = ERR_INIT;
        struct rig rig;

        rig_open(&rig);
        EXPECT_INT(rows[i].why,
                   sim_edit(rig.sim, "nurse", "e", rows[i].method, rows[i].target, body,
                            body ? strlen(body) : 0, &err),
                   -1);
        EXPECT_INT(rows[i].why, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].why, err.text, rows[i].why);
        EXPECT_STR(rows[i].why, rig_chart(&rig, PULSE, VALUE), "60");
        rig_close(&rig);
    }
}

/* ---- the journal ---- */

static void entries_say_whose_and_what(void)
{
    const struct sim_entry *entry;
    struct rig rig;
    uint64_t n;

    rig_open(&rig);
    pass(&rig, "PATCH", PULSE,
         "X-Correlation-Id: c-1-a\nX-Request-Id: r-9\nIf-Match: W/\"1\"\nAuthorization: Bearer "
         "s3cret\n"
         "traceparent: 00-1-2-01\n",
         RAISE);
    entry = sim_journal_at(rig.sim, 0);
    EXPECT_INT("n", (long long)entry->n, 1);
    EXPECT_STR("guard", entry->guard, "If-Match: W/\"1\"");
    EXPECT_STR("correlation", entry->correlation, "c-1-a");
    EXPECT_STR("reference", entry->reference, PULSE);
    EXPECT_STR("body", entry->body, RAISE);
    EXPECT_HAS("headers", entry->headers, "\"Authorization\":\"(hidden)\"");
    EXPECT_TRUE("no secret", !strstr(entry->headers, "s3cret"));
    entry = sim_journal_at(rig.sim, 1);
    EXPECT_INT("kind", entry->kind, SIM_COMMITTED);
    EXPECT_INT("exchange", (long long)entry->exchange, 1);
    EXPECT_STR("version", entry->version, "2");
    EXPECT_STR("correlation", entry->correlation, "c-1-a");
    EXPECT_TRUE("as stored", entry->body == sim_current(rig.sim, PULSE)->content);
    entry = sim_journal_at(rig.sim, 2);
    EXPECT_INT("status", entry->status, 200);
    EXPECT_STR("version", entry->version, "2");
    EXPECT_INT("ordinal", entry->ordinal, 2);
    EXPECT_HAS("etag", entry->headers, "\"ETag\":\"W/\\\"2\\\"\"");
    EXPECT_HAS("echo", entry->headers, "\"X-Request-Id\":\"r-9\"");
    EXPECT_HAS("echo", entry->headers, "\"X-Correlation-Id\":\"c-1-a\"");
    EXPECT_HAS("echo", entry->headers, "\"traceparent\":\"00-1-2-01\"");

    n = sim_note(rig.sim, &(struct sim_entry){.kind = SIM_SAID,
                                              .actor = "portal",
                                              .what = "view",
                                              .body = "{}",
                                              .body_size = 2,
                                              .of = 3});
    EXPECT_INT("note", (long long)n, 4);
    EXPECT_STR("note", sim_journal_at(rig.sim, 3)->what, "view");
    EXPECT_STR("note", sim_journal_at(rig.sim, 3)->url, "");
    rig_close(&rig);
}

static void head_is_answered_without_a_body(void)
{
    const struct http_reply *reply;
    struct rig rig;

    rig_open(&rig);
    reply = pass(&rig, "HEAD", PULSE, NULL, NULL);
    EXPECT_INT("status", reply->status, 200);
    EXPECT_STR("body", reply->body, "");
    EXPECT_STR("etag", header(reply, "ETag"), "W/\"1\"");
    EXPECT_TRUE("journal", sim_journal_at(rig.sim, 1)->body == NULL);
    reply = pass(&rig, "GET", PULSE, "If-None-Match: W/\"1\"\n", NULL);
    EXPECT_INT("304", reply->status, 304);
    EXPECT_STR("304", reply->body, "");
    rig_close(&rig);
}

/* ---- the store ---- */

static void versions_are_shown_with_ordinals(void)
{
    const struct sim_version *version;
    struct rig rig;

    rig_open(&rig);
    pass(&rig, "PATCH", PULSE, NULL, RAISE);
    EXPECT_INT("count", (long long)sim_version_count(rig.sim), 3);
    version = sim_version_at(rig.sim, 2);
    EXPECT_STR("reference", version->reference, PULSE);
    EXPECT_INT("ordinal", version->ordinal, 2);
    EXPECT_INT("commit", version->commit, 1);
    EXPECT_INT("loaded", sim_version_at(rig.sim, 0)->commit, 0);
    EXPECT_TRUE("stable", sim_version_at(rig.sim, 2) == version);
    EXPECT_TRUE("no more", sim_version_at(rig.sim, 3) == NULL);
    EXPECT_STR("label", sim_version_of(rig.sim, PULSE, 2), "2");
    EXPECT_TRUE("label", sim_version_of(rig.sim, PULSE, 3) == NULL);
    EXPECT_INT("ordinal", sim_ordinal_of(rig.sim, PULSE, "1"), 1);
    EXPECT_INT("ordinal", sim_ordinal_of(rig.sim, PULSE, "x"), 0);
    EXPECT_TRUE("nobody", sim_current(rig.sim, "Patient/x") == NULL);
    EXPECT_TRUE("nobody", sim_current(rig.sim, "Patient") == NULL);
    EXPECT_INT("nobody", sim_ordinal_of(rig.sim, "Patient/x", "1"), 0);
    rig_close(&rig);
}

static void a_full_store_refuses_writes_and_goes_on_reading(void)
{
    static const char put[] = "{\"resourceType\":\"Patient\",\"id\":\"eve\"}";
    const struct sim_options options = {.store_bytes_max = 100000};
    const struct http_reply *reply;
    struct err err = ERR_INIT;
    struct rig rig;
    int writes = 0;

    rig_open_with(&rig, &options);
    do
        reply = rig_until_done(&rig, rig_start(&rig, "PUT", "Patient/eve", NULL, put));
    while (reply->status < 300 && ++writes < 1000);
    EXPECT_INT("32: full", reply->status, 507);
    EXPECT_STR("says so", rig_body(&rig, reply, "/issue/0/code"), "too-costly");
    EXPECT_TRUE("not before", writes > 20);
    EXPECT_TRUE("edits too", sim_edit(rig.sim, "nurse", "more", "PUT", "Patient/eve", put,
                                      sizeof(put) - 1, &err) != 0);
    EXPECT_HAS("edits too", err.text, "507");
    EXPECT_INT("reads",
               rig_until_done(&rig, rig_start(&rig, "GET", "Patient/eve", NULL, NULL))->status,
               200);
    rig_begin(&rig);
    EXPECT_INT("a new run has room",
               rig_until_done(&rig, rig_start(&rig, "PUT", "Patient/eve", NULL, put))->status, 201);
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"the same requests give the same journal", the_same_requests_give_the_same_journal},
    {"a run begins anew", a_run_begins_anew},
    {"what was held is closed by the next run", what_was_held_is_closed_by_the_next_run},
    {"a request of an earlier run is a stray", a_request_of_an_earlier_run_is_a_stray},
    {"attribution names actors and strays", attribution_names_actors_and_strays},
    {"a server that is down refuses and comes back on its port",
     a_server_that_is_down_refuses_and_comes_back_on_its_port},
    {"a new run brings the server up", a_new_run_brings_the_server_up},
    {"a port in use is an error", a_port_in_use_is_an_error},
    {"an edit is applied and told", an_edit_is_applied_and_told},
    {"an edit that the server would refuse is an error",
     an_edit_that_the_server_would_refuse_is_an_error},
    {"entries say whose and what", entries_say_whose_and_what},
    {"HEAD is answered without a body", head_is_answered_without_a_body},
    {"versions are shown with ordinals", versions_are_shown_with_ordinals},
    {"a full store refuses writes and goes on reading",
     a_full_store_refuses_writes_and_goes_on_reading},
    CU_TEST_INFO_NULL,
};
SUITE("sim", tests)
