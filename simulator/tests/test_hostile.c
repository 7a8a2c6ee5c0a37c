/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that mean no good, over real connections: whatever is refused is told why, in FHIR's words;
 * nothing of it takes effect; and the others are served. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/prng.h"
#include "simulator/tests/rig.h"
#include "simulator/tests/talk.h"
#include "tests/expect.h"

#define HOST "Host: x\r\n"
#define GET  "GET /fhir/Patient/ada HTTP/1.1\r\n" HOST "\r\n"
#define PUT  "PUT /fhir/Patient/eve HTTP/1.1\r\n" HOST
#define TYPE "Content-Type: application/fhir+json\r\n"
#define EVE  "{\"resourceType\":\"Patient\",\"id\":\"eve\"}"

static void open_alone(struct rig *rig)
{
    rig_open_with(rig, &(struct sim_options){.logical_clock = true});
}

/* One answer: this status, an OperationOutcome, and the end. */
static void expect_refusal(const char *row, const char *got, int status)
{
    struct err ignored = ERR_INIT;
    const char *body = strstr(got, "\r\n\r\n");
    struct arena *arena = arena_new();
    char first[32];

    snprintf(first, sizeof(first), "HTTP/1.1 %d ", status);
    EXPECT_TRUE(row, strncmp(got, first, strlen(first)) == 0);
    EXPECT_TRUE(row, !strstr(got, "\nHTTP/"));
    EXPECT_HAS(row, got, "Content-Type: application/fhir+json");
    EXPECT_HAS(row, got, "Connection: close");
    const struct cJSON *outcome = body ? json_parse(arena, body, strlen(body), &ignored) : NULL;
    EXPECT_STR(row, json_string(outcome, "resourceType"), "OperationOutcome");
    arena_free(arena);
}

static const struct {
    const char *row, *text;
    int status;
} bad[] = {
    {"no request", "\r\nNONSENSE\r\n\r\n", 400},
    {"no version", "GET /fhir/Patient/ada\r\n\r\n", 400},
    {"another version", "GET /fhir/Patient/ada HTTP/3.0\r\n" HOST "\r\n", 505},
    {"TLS", "\x16\x03\x01\x02\x01\x01\xfc\n", 400},
    {"no host", "GET /fhir/Patient/ada HTTP/1.1\r\n\r\n", 400},
    {"two hosts", "GET /fhir/Patient/ada HTTP/1.1\r\n" HOST HOST "\r\n", 400},
    {"no header", "GET /fhir/Patient/ada HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 400},
    {"a folded header", "GET /fhir/Patient/ada HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400},
    {"a length that is none", PUT TYPE "Content-Length: many\r\n\r\n" EVE, 400},
    {"a length below nothing", PUT TYPE "Content-Length: -5\r\n\r\n" EVE, 400},
    {"two lengths", PUT TYPE "Content-Length: 37\r\nContent-Length: 5\r\n\r\n" EVE, 400},
    {"a length and chunks",
     PUT TYPE "Content-Length: 37\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"another coding", PUT TYPE "Transfer-Encoding: gzip\r\n\r\n" EVE, 501},
    {"a body too large", PUT TYPE "Content-Length: 16777217\r\n\r\n" EVE, 413},
    {"a body beyond numbers", PUT TYPE "Content-Length: 99999999999999999999999\r\n\r\n" EVE, 413},
    {"what follows a bad one", "GET /x HTTP/1.1\r\n\r\n" PUT TYPE "Content-Length: 37\r\n\r\n" EVE,
     400},
};

static void what_is_no_http_gets_an_outcome(void)
{
    struct rig rig;

    open_alone(&rig);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        expect_refusal(bad[i].row, talk_anew(&rig, bad[i].text), bad[i].status);
    EXPECT_INT("none arrived", (long long)sim_arrivals(rig.sim), 0);
    EXPECT_STR("nothing was done", rig_chart(&rig, "Patient/eve", "/id"), "(none)");
    EXPECT_HAS("others are served", talk_anew(&rig, "GET /fhir/Patient/ada HTTP/1.0\r\n\r\n"),
               "Lovelace");
    rig_close(&rig);
}

/* The library has the connection by then. */
static void so_does_what_comes_later_on_a_connection(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct rig rig;
        int fd;

        open_alone(&rig);
        fd = rig_connect(&rig);
        EXPECT_HAS(bad[i].row, talk(&rig, fd, GET, sizeof(GET) - 1, "Lovelace"), "200 OK");
        rig_turns(&rig, 3);
        expect_refusal(bad[i].row, talk(&rig, fd, bad[i].text, strlen(bad[i].text), NULL),
                       bad[i].status);
        EXPECT_INT(bad[i].row, (long long)sim_arrivals(rig.sim), 1);
        (void)send(fd, GET, sizeof(GET) - 1, MSG_NOSIGNAL);
        rig_turns(&rig, 10);
        EXPECT_INT("nor does anything behind it", (long long)sim_arrivals(rig.sim), 1);
        close(fd);
        rig_close(&rig);
    }
}

static void send_slowly(struct rig *rig, int fd, const char *text)
{
    for (; *text; text++) {
        (void)send(fd, text, 1, MSG_NOSIGNAL);
        rig_turn(rig);
    }
}

static void heads_may_come_in_pieces(void)
{
    static const char broken[] = "GET /fhir/Patient/ada HTTP/1.1\r\n" HOST "nonsense\r\n";
    struct rig rig;
    int fd;

    open_alone(&rig);
    fd = rig_connect(&rig);
    for (int i = 0; i < 3; i++) {
        send_slowly(&rig, fd, GET);
        EXPECT_HAS("good", talk(&rig, fd, "", 0, "Lovelace"), "200 OK");
    }
    send_slowly(&rig, fd, PUT TYPE "Content-Length: 37\r\n\r\n" EVE);
    EXPECT_HAS("with a body", talk(&rig, fd, "", 0, "\"eve\""), "201 Created");
    send_slowly(&rig, fd, GET);
    EXPECT_HAS("behind it", talk(&rig, fd, "", 0, "Lovelace"), "200 OK");
    send_slowly(&rig, fd, broken);
    expect_refusal("broken", talk(&rig, fd, "", 0, NULL), 400);
    close(fd);
    rig_close(&rig);
}

/* One that leaves in the middle of a head takes nothing with it. */
static void half_a_head_and_gone(void)
{
    struct rig rig;
    int fd;

    open_alone(&rig);
    for (int i = 0; i < 2; i++) {
        fd = rig_connect(&rig);
        if (i > 0)
            talk(&rig, fd, GET, sizeof(GET) - 1, "Lovelace");
        send_slowly(&rig, fd, "GET /fhir/Pat");
        shutdown(fd, SHUT_WR);
        EXPECT_STR("closed", talk(&rig, fd, "", 0, NULL), "");
        close(fd);
    }
    EXPECT_HAS("others are served", talk_anew(&rig, "GET /fhir/Patient/ada HTTP/1.0\r\n\r\n"),
               "Lovelace");
    rig_close(&rig);
}

static void whoever_takes_too_long_is_told(void)
{
    static const char half[] = "GET /fhir/Patient/ada HTTP/1.1\r\nHo";

    for (int i = 0; i < 2; i++) {
        struct rig rig;
        int fd;

        rig_open_with(&rig, &(struct sim_options){.request_timeout_s = 1});
        fd = rig_connect(&rig);
        if (i > 0)
            talk(&rig, fd, GET, sizeof(GET) - 1, "Lovelace");
        rig_turns(&rig, 3);
        expect_refusal("half a head", talk(&rig, fd, half, sizeof(half) - 1, NULL), 408);
        close(fd);
        rig_close(&rig);
    }
}

/* ---- limits ---- */

static const char *chunked(struct rig *rig, size_t bytes)
{
    static const char block[] = "10\r\n                \r\n";

    return talk_repeated(rig, PUT TYPE "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
                         block, bytes / 16 + 1, "0\r\n\r\n");
}

static const char *with_body(struct rig *rig, const char *place, const char *body)
{
    return arena_printf(rig->arena,
                        "POST %s HTTP/1.1\r\n" HOST TYPE
                        "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                        place, strlen(body), body);
}

static void every_limit_of_a_request_gets_an_outcome(void)
{
    struct rig rig;

    open_alone(&rig);
    const struct {
        const char *row, *text;
        int status;
    } rows[] = {
        {"URL", talk_repeated(&rig, "GET /fhir/Patient?x=", "a", LIMIT_URL_BYTES, " HTTP/1.1\r\n"),
         414},
        {"headers", talk_repeated(&rig, "GET /fhir HTTP/1.1\r\n" HOST "X: ", "a", 1 << 20, ""),
         431},
        {"headers, many",
         talk_repeated(&rig, "GET /fhir HTTP/1.1\r\n" HOST, "a:b\r\n", 1000, "\r\n"), 431},
        {"parameters",
         talk_repeated(&rig, "GET /fhir/Patient?", "a&", 2000, " HTTP/1.1\r\n" HOST "\r\n"), 431},
        {"cookies",
         talk_repeated(&rig, "GET /fhir HTTP/1.1\r\n" HOST "Cookie: ", "a;", 4000, "\r\n\r\n"),
         431},
        {"body in chunks", chunked(&rig, LIMIT_BODY_BYTES), 413},
        {"depth",
         with_body(&rig, "/fhir/Patient",
                   talk_repeated(&rig, "{\"resourceType\":\"Patient\",\"x\":", "[",
                                 LIMIT_JSON_DEPTH, "")),
         400},
        {"entries",
         with_body(&rig, "/fhir",
                   talk_repeated(&rig,
                                 "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{}",
                                 ",{}", LIMIT_BUNDLE_ENTRIES, "]}")),
         413},
        {"query in a form",
         talk_repeated(&rig,
                       "POST /fhir/Patient/_search HTTP/1.1\r\n" HOST
                       "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                       "Content-Length: 65539\r\n\r\n_id=",
                       "a", LIMIT_QUERY_BYTES - 1, ""),
         400},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_refusal(rows[i].row, talk_anew(&rig, rows[i].text), rows[i].status);
    EXPECT_INT("no commits", (long long)sim_version_count(rig.sim), 2);
    rig_close(&rig);
}

static void a_full_store_says_so(void)
{
    const struct sim_options options = {.store_bytes_max = 100000};
    const char *got = "";
    struct rig rig;

    rig_open_with(&rig, &options);
    for (int i = 0; i < 1000 && !strstr(got, "HTTP/1.1 5"); i++)
        got = talk_anew(&rig, with_body(&rig, "/fhir/Patient", "{\"resourceType\":\"Patient\"}"));
    expect_refusal("store", got, 507);
    EXPECT_HAS("it can still be read", talk_anew(&rig, "GET /fhir/Patient/ada HTTP/1.0\r\n\r\n"),
               "Lovelace");
    rig_close(&rig);
}

/* ---- too many ---- */

enum { ROOM = 100, SURPLUS = 32 };

/* A simulator with room for ROOM connections; afterwards as many descriptors as can be. */
static void open_narrow(struct rig *rig, const struct sim_options *options)
{
    struct rlimit limit;

    MUST_ZERO(getrlimit(RLIMIT_NOFILE, &limit));
    ASSERT(limit.rlim_max >= 4 * ROOM);
    limit.rlim_cur = 2 * ROOM;
    MUST_ZERO(setrlimit(RLIMIT_NOFILE, &limit));
    rig_open_with(rig, options);
    limit.rlim_cur = limit.rlim_max;
    MUST_ZERO(setrlimit(RLIMIT_NOFILE, &limit));
}

static bool is_closed(int fd)
{
    char byte;
    const ssize_t size = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

    return size == 0 || (size < 0 && errno != EAGAIN);
}

static void whoever_is_idle_longest_makes_room(void)
{
    int fds[ROOM + 3];
    struct rig rig;

    open_narrow(&rig, &(struct sim_options){.logical_clock = true});
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = rig_connect(&rig);
        rig_turns(&rig, 2);
        if (i == 0) /* it is idle for a shorter time than the next two */
            EXPECT_HAS("kept alive", talk(&rig, fds[0], GET, sizeof(GET) - 1, "Lovelace"),
                       "200 OK");
        if (i == 2)
            (void)send(fds[2], "GET /fh", 7, MSG_NOSIGNAL);
        if (i == 3)
            talk(&rig, fds[0], GET, sizeof(GET) - 1, "Lovelace");
    }
    rig_turns(&rig, 5);
    EXPECT_TRUE("the oldest", is_closed(fds[1]));
    expect_refusal("the next", talk(&rig, fds[2], "", 0, NULL), 503);
    EXPECT_TRUE("who had begun is told", is_closed(fds[3]));
    for (size_t i = 4; i < COUNT_OF(fds); i++)
        EXPECT_TRUE("others stay", !is_closed(fds[i]));
    EXPECT_TRUE("who was busy stays", !is_closed(fds[0]));
    EXPECT_HAS("the last is served", talk(&rig, fds[ROOM + 2], GET, sizeof(GET) - 1, "Lovelace"),
               "200 OK");
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        close(fds[i]);
    rig_close(&rig);
}

static void where_all_are_busy_more_are_told_so(void)
{
    int fds[ROOM + SURPLUS + 5];
    struct err err = ERR_INIT;
    struct rig rig;

    open_narrow(&rig, &(struct sim_options){.logical_clock = true, .hold_all = true});
    for (size_t i = 0; i < ROOM; i++) {
        fds[i] = rig_connect(&rig);
        (void)send(fds[i], GET, sizeof(GET) - 1, MSG_NOSIGNAL);
        rig_until_held(&rig, i + 1);
    }
    for (size_t i = ROOM; i < COUNT_OF(fds); i++) {
        fds[i] = rig_connect(&rig);
        (void)send(fds[i], "GET", 3, MSG_NOSIGNAL);
        rig_turn(&rig);
    }
    expect_refusal("it had begun, another came", talk(&rig, fds[ROOM], "", 0, NULL), 503);
    expect_refusal("one too many", talk_anew(&rig, GET), 503);
    EXPECT_INT("the held stay", (long long)sim_held_count(rig.sim), ROOM);
    EXPECT_INT("released", sim_pass(rig.sim, 1, NULL, &err), 0);
    EXPECT_HAS("answered", talk(&rig, fds[0], "", 0, "Lovelace"), "200 OK");
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        close(fds[i]);
    rig_turns(&rig, 5);
    rig_close(&rig);
}

/* Their clients are gone, so that it takes no descriptors; tests/e2e/crowd.sh has those that wait. */
static void ten_thousand_are_held_and_go_in_any_order(void)
{
    static uint64_t order[LIMIT_HELD];
    struct err err = ERR_INIT;
    struct prng prng;
    struct rig rig;

    rig_open_with(&rig, &(struct sim_options){.hold_all = true, .logical_clock = true});
    const char *text = with_body(&rig, "/fhir/Patient", "{\"resourceType\":\"Patient\"}");
    prng_init(&prng, 5);
    for (size_t i = 0; i < LIMIT_HELD; i++) {
        const size_t other = (size_t)prng_below(&prng, i + 1);
        const int fd = rig_connect(&rig);

        (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
        rig_until_held(&rig, i + 1);
        close(fd);
        order[i] = order[other];
        order[other] = i + 1;
    }
    expect_refusal("one too many", talk_anew(&rig, text), 503);
    for (size_t i = 0; i < LIMIT_HELD; i++)
        EXPECT_INT("released", sim_pass(rig.sim, order[i], NULL, &err), 0);
    EXPECT_INT("all of them", (long long)sim_held_count(rig.sim), 0);
    EXPECT_INT("each once", (long long)sim_version_count(rig.sim), 2 + LIMIT_HELD);
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"what is no HTTP gets an outcome", what_is_no_http_gets_an_outcome},
    {"so does what comes later on a connection", so_does_what_comes_later_on_a_connection},
    {"heads may come in pieces", heads_may_come_in_pieces},
    {"half a head and gone", half_a_head_and_gone},
    {"whoever takes too long is told", whoever_takes_too_long_is_told},
    {"every limit of a request gets an outcome", every_limit_of_a_request_gets_an_outcome},
    {"a full store says so", a_full_store_says_so},
    {"whoever is idle longest makes room", whoever_is_idle_longest_makes_room},
    {"where all are busy, more are told so", where_all_are_busy_more_are_told_so},
    {"10,000 are held and go in any order", ten_thousand_are_held_and_go_in_any_order},
    CU_TEST_INFO_NULL,
};
SUITE("hostile", tests)
