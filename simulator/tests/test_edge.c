/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as it comes: too large, too long, too many, broken, never ending; and the control
 * function's place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/exchange.h"
#include "simulator/tests/rig.h"
#include "simulator/tests/talk.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000
#define GET_ADA     "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\n\r\n"

static void open_alone(struct rig *rig)
{
    rig_open_with(rig, &(struct sim_options){.logical_clock = true});
}

static void what_is_too_large_is_refused_with_an_outcome(void)
{
    struct rig rig;
    const char *got;

    open_alone(&rig);
    got = talk_anew(
        &rig, "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nContent-Length: 16777217\r\n\r\n");
    EXPECT_HAS("declared body", got, "HTTP/1.1 413");
    EXPECT_HAS("declared body", got, "OperationOutcome");
    EXPECT_HAS("declared body", got, "Connection: close");
    got = talk_anew(&rig, "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nContent-Length: "
                          "99999999999999999999\r\n\r\n");
    EXPECT_HAS("absurd body", got, "HTTP/1.1 4");
    got = talk_anew(&rig, talk_repeated(&rig, "GET /fhir/Patient/", "a", LIMIT_URL_BYTES,
                                        " HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_HAS("URL", got, "HTTP/1.1 414");
    EXPECT_HAS("URL", got, "OperationOutcome");
    got =
        talk_anew(&rig, talk_repeated(&rig, "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nX: ", "a",
                                      LIMIT_HEADER_BYTES, "\r\n\r\n"));
    EXPECT_HAS("headers", got, "HTTP/1.1 431");
    EXPECT_HAS("headers", got, "OperationOutcome");
    got =
        talk_anew(&rig, talk_repeated(&rig, "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nX: ", "a",
                                      1 << 20, "\r\n\r\n"));
    EXPECT_HAS("endless headers", got, "HTTP/1.1 431");
    EXPECT_HAS("endless headers", got, "OperationOutcome");
    EXPECT_INT("none of them arrived", (long long)sim_arrivals(rig.sim), 0);
    rig_close(&rig);
}

static void a_chunked_body_over_the_limit_is_refused(void)
{
    struct buf text = BUF_INIT;
    struct rig rig;
    const char *got;
    int fd;

    open_alone(&rig);
    buf_puts(&text,
             "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t i = 0; i < LIMIT_BODY_BYTES / 65536 + 1; i++) {
        buf_puts(&text, "10000\r\n");
        for (size_t k = 0; k < 65536 / 16; k++)
            buf_add(&text, "                ", 16);
        buf_puts(&text, "\r\n");
    }
    buf_puts(&text, "0\r\n\r\n");
    fd = rig_connect(&rig);
    got = talk(&rig, fd, buf_text(&text), text.size, "OperationOutcome");
    EXPECT_HAS("chunked", got, "HTTP/1.1 413");
    EXPECT_INT("arrived", (long long)sim_arrivals(rig.sim), 0);
    close(fd);
    buf_release(&text);
    rig_close(&rig);
}

static void bad_requests_leave_the_server_standing(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"\r\n\r\nNONSENSE\r\n\r\n", "HTTP/1.1 400"},
        {"GET /fhir/Patient/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
        {"GET /fhir/Patient/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
        {"GET /fhir/Patient%2Fada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 404"},
        {"GET /fhir/Patient/x%2Fada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 404"},
        {"GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
        {"GET http://x/fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 200"},
        {"GET /fhir//Patient/ada/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 200"},
        {"GET /_control/journal HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
        {"GET /fhir/Patient/ada HTTP/1.0\r\n\r\n", "200 OK"},
        {"BREW /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         "Allow: GET, HEAD, PUT, PATCH, DELETE"},
        {"POST /fhir HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
         "HTTP/1.1 400"},
        {"POST /fhir HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
        {"PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
         "text/plain\r\n"
         "Content-Length: 2\r\n\r\n{}",
         "HTTP/1.1 415"},
        {"PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
         "application/fhir+json; "
         "charset=latin-1\r\nContent-Length: 2\r\n\r\n{}",
         "HTTP/1.1 415"},
    };
    struct rig rig;

    open_alone(&rig);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_HAS(rows[i].text, talk_anew(&rig, rows[i].text), rows[i].want);
    EXPECT_INT("stands",
               rig_until_done(&rig, rig_start(&rig, "GET", "Patient/ada", NULL, NULL))->status,
               200);
    rig_close(&rig);
}

static void a_request_that_never_ends_is_cut_off_but_a_held_one_is_not(void)
{
    static const char half[] =
        "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    const struct sim_options options = {.hold_all = true, .request_timeout_s = 1};
    struct http_pending *pending;
    struct err err = ERR_INIT;
    struct rig rig;
    uint64_t number;
    int silent;

    rig_open_with(&rig, &options);
    pending = rig_start_held(&rig, "GET", "Patient/ada", NULL, NULL, &number);
    silent = rig_connect(&rig);
    EXPECT_STR("cut off", talk(&rig, silent, half, sizeof(half) - 1, NULL), "");
    EXPECT_TRUE("held", sim_held_find(rig.sim, number) != NULL);
    EXPECT_INT("passes", sim_pass(rig.sim, number, NULL, &err), 0);
    EXPECT_INT("passes", rig_until_done(&rig, pending)->status, 200);
    close(silent);
    rig_close(&rig);
}

/* A byte now and then keeps the library content; the request as a whole has its time all the
 * same. */
static void a_body_that_drips_for_ever_is_cut_off(void)
{
    static const char head[] =
        "PUT /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n";
    const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    struct rig rig;
    char byte;
    int fd;

    rig_open_with(&rig, &(struct sim_options){.request_timeout_s = 1});
    fd = rig_connect(&rig);
    if (send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL) < 0)
        BUG("send: %s", strerror(errno));
    while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN &&
           clock_monotonic_ms() < deadline_ms) {
        (void)send(fd, " ", 1, MSG_NOSIGNAL);
        rig_turn(&rig);
    }
    EXPECT_TRUE("cut off", clock_monotonic_ms() < deadline_ms);
    EXPECT_INT("arrived", (long long)sim_arrivals(rig.sim), 0);
    close(fd);
    rig_close(&rig);
}

/* So has what comes before it, though the library counts from the last byte. */
static void headers_that_drip_for_ever_are_cut_off(void)
{
    static const char *const heads[] = {"",
                                        "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nX-Drip: "};

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
        struct rig rig;
        uint64_t sent_ms = 0;
        char byte;
        int fd;

        rig_open_with(&rig, &(struct sim_options){.request_timeout_s = 1});
        fd = rig_connect(&rig);
        (void)send(fd, heads[i], strlen(heads[i]), MSG_NOSIGNAL);
        while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN &&
               clock_monotonic_ms() < deadline_ms) {
            if (clock_monotonic_ms() > sent_ms + 100) {
                (void)send(fd, "x", 1, MSG_NOSIGNAL);
                sent_ms = clock_monotonic_ms();
            }
            rig_turn(&rig);
        }
        EXPECT_TRUE("cut off", clock_monotonic_ms() < deadline_ms);
        EXPECT_INT("another is not",
                   rig_until_done(&rig, rig_start(&rig, "GET", "Patient/ada", NULL, NULL))->status,
                   200);
        close(fd);
        rig_close(&rig);
    }
}

static void an_empty_request_id_is_none(void)
{
    struct rig rig;

    open_alone(&rig);
    EXPECT_HAS("31: made up",
               talk_anew(&rig, "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "X-Request-Id:\r\nX-Correlation-Id:\r\n\r\n"),
               "X-Request-Id: req-1\r\n");
    EXPECT_TRUE("nor is an empty header told",
                !strstr(sim_journal_at(rig.sim, 1)->headers, "X-Correlation-Id"));
    rig_close(&rig);
}

static void a_client_may_wait_for_100_continue(void)
{
    static const char head[] =
        "PUT /fhir/Patient/new HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: "
        "application/fhir+json\r\nContent-Length: 38\r\n\r\n";
    static const char body[] = "{\"resourceType\":\"Patient\",\"id\":\"new\" }";
    struct rig rig;
    int fd;

    open_alone(&rig);
    fd = rig_connect(&rig);
    EXPECT_HAS("head", talk(&rig, fd, head, sizeof(head) - 1, "\r\n\r\n"), "HTTP/1.1 100 Continue");
    EXPECT_HAS("body", talk(&rig, fd, body, sizeof(body) - 1, "\r\n\r\n"), "HTTP/1.1 201");
    EXPECT_STR("chart", rig_chart(&rig, "Patient/new", "/id"), "new");
    close(fd);
    rig_close(&rig);
}

static void one_connection_carries_many_requests(void)
{
    static const char last[] = "GET /fhir/Patient/ada/_history/9 HTTP/1.1\r\nHost: x\r\n\r\n";
    struct rig rig;
    const char *got;
    int fd;

    open_alone(&rig);
    fd = rig_connect(&rig);
    got = talk(&rig, fd, GET_ADA, sizeof(GET_ADA) - 1, "Lovelace");
    EXPECT_HAS("first", got, "HTTP/1.1 200");
    got = talk(&rig, fd, GET_ADA GET_ADA, 2 * (sizeof(GET_ADA) - 1), "Request-Id: req-3");
    EXPECT_HAS("pipelined", got, "req-2");
    got = talk(&rig, fd, last, sizeof(last) - 1, "OperationOutcome");
    EXPECT_HAS("last", got, "HTTP/1.1 404");
    close(fd);
    rig_close(&rig);
}

/* Without descriptors nothing can be accepted; whoever waits is served when one is free again. */
static void without_descriptors_clients_wait(void)
{
    struct rlimit limit, before;
    struct rig rig;
    int fd, spare;

    open_alone(&rig);
    fd = rig_connect(&rig);
    spare = dup(fd);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)spare + 1;
    setrlimit(RLIMIT_NOFILE, &limit);
    rig_turns(&rig, 3);
    close(spare);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_HAS("served", talk_anew(&rig, "GET /fhir/Patient/ada HTTP/1.0\r\n\r\n"), "200 OK");
    close(fd);
    rig_close(&rig);
}

/* ---- the control function ---- */

struct control {
    const char *path, *body;
    bool is_ready;
    unsigned asked;
};

static bool answer_control(void *arg, const struct exchange_request *request, unsigned waited_ms,
                           struct answer *answer, unsigned *out_wait_ms)
{
    struct control *control = arg;

    (void)waited_ms;
    control->asked++;
    control->path = request->path;
    *out_wait_ms = 60000; /* longer than any test waits */
    if (!control->is_ready)
        return false;
    *answer = (struct answer){
        .status = 200, .content_type = "text/plain", .body = "done", .body_size = 4};
    return true;
}

static struct http_pending *start_control(struct rig *rig, const char *path)
{
    const struct http_request request = {
        .method = "GET", .url = arena_printf(rig->arena, "%s/%s", sim_control_url(rig->sim), path)};

    return http_start(rig->http, rig->arena, &request);
}

static void control_answers_now_or_when_something_happened(void)
{
    struct control control = {.is_ready = true};
    const struct sim_options options = {.control = answer_control, .control_arg = &control};
    struct http_pending *pending;
    struct rig rig;

    rig_open_with(&rig, &options);
    pending = start_control(&rig, "held/1");
    EXPECT_STR("now", rig_until_done(&rig, pending)->body, "done");
    EXPECT_STR("path", http_reply_header(http_result(pending), "Content-Type"), "text/plain");
    control = (struct control){.is_ready = false};
    pending = start_control(&rig, "journal?waitMs=1");
    while (control.asked == 0)
        rig_turn(&rig);
    rig_turns(&rig, 5);
    EXPECT_INT("asked once", control.asked, 1);
    control.is_ready = true;
    sim_note(rig.sim, &(struct sim_entry){.kind = SIM_PROCESS, .what = "kill"});
    EXPECT_STR("later", rig_until_done(&rig, pending)->body, "done");
    EXPECT_INT("asked twice", control.asked, 2);
    EXPECT_STR("not in the journal", rig_story(&rig, 0), "process");

    control = (struct control){.is_ready = false};
    pending = start_control(&rig, "journal");
    while (control.asked == 0)
        rig_turn(&rig);
    http_abandon(rig.http, pending);
    rig_turns(&rig, 5);
    EXPECT_INT("arrived", (long long)sim_arrivals(rig.sim), 0);
    rig_close(&rig);
}

static void control_may_have_an_address_of_its_own(void)
{
    struct control control = {.is_ready = true};
    const struct sim_options options = {
        .control = answer_control, .control_arg = &control, .control_host = "127.0.0.1"};
    struct http_request request = {.method = "GET"};
    char *root;
    struct rig rig;

    rig_open_with(&rig, &options);
    EXPECT_TRUE("apart", strncmp(sim_url(rig.sim), sim_control_url(rig.sim),
                                 strlen(sim_url(rig.sim)) - 5) != 0);
    EXPECT_STR("there", rig_until_done(&rig, start_control(&rig, "held"))->body, "done");
    root = arena_strdup(rig.arena, sim_url(rig.sim));
    *strrchr(root, '/') = '\0';
    request.url = arena_printf(rig.arena, "%s/_control/held", root);
    EXPECT_INT("not here", rig_until_done(&rig, http_start(rig.http, rig.arena, &request))->status,
               404);
    root = arena_strdup(rig.arena, sim_control_url(rig.sim));
    *strrchr(root, '/') = '\0';
    request.url = arena_printf(rig.arena, "%s/fhir/Patient/ada", root);
    EXPECT_INT("no FHIR there",
               rig_until_done(&rig, http_start(rig.http, rig.arena, &request))->status, 404);
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"what is too large is refused with an outcome", what_is_too_large_is_refused_with_an_outcome},
    {"a chunked body over the limit is refused", a_chunked_body_over_the_limit_is_refused},
    {"bad requests leave the server standing", bad_requests_leave_the_server_standing},
    {"a request that never ends is cut off, but a held one is not",
     a_request_that_never_ends_is_cut_off_but_a_held_one_is_not},
    {"a body that drips for ever is cut off", a_body_that_drips_for_ever_is_cut_off},
    {"headers that drip for ever are cut off", headers_that_drip_for_ever_are_cut_off},
    {"an empty request id is none", an_empty_request_id_is_none},
    {"a client may wait for 100 Continue", a_client_may_wait_for_100_continue},
    {"one connection carries many requests", one_connection_carries_many_requests},
    {"without descriptors clients wait", without_descriptors_clients_wait},
    {"control answers now, or when something happened",
     control_answers_now_or_when_something_happened},
    {"control may have an address of its own", control_may_have_an_address_of_its_own},
    CU_TEST_INFO_NULL,
};
SUITE("edge", tests)
