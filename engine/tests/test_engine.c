/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's interface, call by call, against a simulator: what it answers, and what it never
 * does. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "engine/tests/ward.h"
#include "tests/expect.h"

#define ALLERGY "AllergyIntolerance/penicillin"
#define PULSE   "Observation/pulse"
#define NOTE                                                                                       \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" ALLERGY "\"},\"baseVersion\":\"1\","   \
    "\"patch\":[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":\"rash\"}]}],"             \
    "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e1\",\"sequence\":1}}"
#define FINAL                                                                                      \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" PULSE "\"},\"baseVersion\":\"1\","     \
    "\"patch\":[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"final\"}]}"
#define WRITES "\"match\":{\"interaction\":\"write\"}"

static struct ward ward;

static void begin(void)
{
    ward_begin(&ward);
    EXPECT_TRUE("start", ward_start(&ward, -1));
}

static const struct cJSON *submit(const char *intent, const char *key, int want)
{
    const struct cJSON *answer;

    EXPECT_INT(key ? key : "no key", ward_call(&ward, "POST", "/v1/intents", intent, key, &answer),
               want);
    return answer;
}

static void expect_text(const char *row, const struct cJSON *item, const char *pointer,
                        const char *want)
{
    EXPECT_STR(row, json_text(json_pointer(item, pointer)), want);
}

/* ---- accepting ---- */

static void a_key_has_one_answer(void)
{
    begin();
    const struct cJSON *first = submit(NOTE, "k1", 202);
    const char *id = json_string(first, "id");

    expect_text("accepted", first, "/state", "accepted");
    EXPECT_TRUE("settle", ward_settle(&ward));
    expect_text("terminal: 200", submit(NOTE, "k1", 200), "/id", id);
    expect_text("result", submit(NOTE, "k1", 200), "/result/versionId", "2");
    submit("{\"operation\":\"delete\",\"target\":{\"reference\":\"" ALLERGY
           "\"},\"source\":{\"system\":\"urn:portal\"}}",
           "k1", 422);
    submit(FINAL, NULL, 400);
    expect_text("the key derives from the source", submit(NOTE, NULL, 200), "/id", id);
    EXPECT_INT("one write", (long long)ward_writes(&ward), 1);
    EXPECT_INT("unknown id", ward_call(&ward, "GET", "/v1/intents/nobody", NULL, NULL, NULL), 404);
    EXPECT_INT(
        "by id",
        ward_call(&ward, "GET", arena_printf(ward.arena, "/v1/intents/%s", id), NULL, NULL, NULL),
        200);
    EXPECT_INT("too late to cancel",
               ward_call(&ward, "POST", arena_printf(ward.arena, "/v1/intents/%s/cancel", id), "{}",
                         NULL, NULL),
               409);
    EXPECT_INT("nothing to replay",
               ward_call(&ward, "POST", arena_printf(ward.arena, "/v1/intents/%s/replay", id), "{}",
                         NULL, NULL),
               409);
}

static void bad_calls_are_refused_and_change_nothing(void)
{
    static const struct {
        const char *method, *path, *body;
        int want;
    } rows[] = {
        {"POST", "/v1/intents", "{", 400},
        {"POST", "/v1/intents", "{\"operation\":\"patch\",\"operation\":\"patch\"}", 400},
        {"POST", "/v1/intents", "[]", 400},
        {"POST", "/v1/intents", "", 400},
        {"GET", "/v1/nothing", NULL, 404},
        {"DELETE", "/v1/intents", NULL, 405},
        {"POST", "/v1/sweeps", "{\"kind\":\"spring\"}", 400},
        {"GET", "/v1/mappings", NULL, 501},
        {"POST", "/v1/notifications", "{}", 400},
        {"GET", "/v1/reviews/none", NULL, 404},
        {"POST", "/v1/reviews/none/decision", "{\"decision\":\"apply\"}", 404},
        {"POST", "/v1/reviews/none/decision", "apply", 400},
        {"GET", "/healthz", NULL, 200},
        {"GET", "/readyz", NULL, 200},
        {"GET", "/metrics", NULL, 200},
    };

    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct cJSON *answer;
        int status = ward_call(&ward, rows[i].method, rows[i].path, rows[i].body, "k-bad", &answer);

        EXPECT_INT(rows[i].path, status, rows[i].want);
        if (status >= 400)
            EXPECT_TRUE(rows[i].path, json_string(answer, "title") != NULL);
    }
    EXPECT_INT("no write", (long long)ward_writes(&ward), 0);
    EXPECT_STR("no event", ward_text(&ward, "/v1/events"), "");
}

/* Sends `head`, then `more` without end; how many bytes were taken before the engine hung up. */
static size_t flood(const char *head, const char *more, size_t more_size, size_t max)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port =
                                      htons((uint16_t)atoi(strrchr(ward.engine.url, ':') + 1)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t sent = 0;

    EXPECT_INT("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ssize_t rc = send(fd, head, strlen(head), MSG_NOSIGNAL);
    for (; rc >= 0 && sent<max; sent += rc> 0 ? (size_t)rc : 0)
        rc = send(fd, more, more_size, MSG_NOSIGNAL);
    close(fd);
    return sent;
}

#define FLOOD_MAX (100u << 20)

static void a_body_that_never_ends_is_not_listened_to(void)
{
    static const struct {
        const char *row, *headers;
        bool is_chunked;
        size_t max; /* sockets hold a few MB */
    } rows[] = {
        {"chunks", "Authorization: Bearer test\r\nTransfer-Encoding: chunked", true, 64u << 20},
        {"declared", "Authorization: Bearer test\r\nContent-Length: 99999999999", false, 8u << 20},
        {"a stranger's", "Transfer-Encoding: chunked", true, 8u << 20},
    };
    char chunk[7 + 65536 + 2];
    char head[512];

    memset(chunk, 'x', sizeof(chunk));
    memcpy(chunk, "10000\r\n", 7);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(head, sizeof(head), "POST /v1/intents HTTP/1.1\r\nHost: engine\r\n%s\r\n\r\n",
                 rows[i].headers);
        EXPECT_TRUE(rows[i].row, flood(head, chunk, sizeof(chunk), FLOOD_MAX) <= rows[i].max);
    }
    EXPECT_INT("it lives", ward_call(&ward, "GET", "/healthz", NULL, NULL, NULL), 200);
}

static void nothing_is_said_without_the_token(void)
{
    static const char *const paths[] = {"/v1/intents", "/v1/reviews", "/v1/events", "/v1/audit",
                                        "/v1/settled"};

    begin();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct http_request request = {
            .method = "GET",
            .url = arena_printf(ward.arena, "%s%s", ward.engine.url, paths[i]),
            .headers = {{"Authorization", i % 2 ? "Bearer tes" : "Bearer testt"}}};
        struct http_reply reply;
        struct err err = ERR_INIT;

        EXPECT_INT(paths[i], http_call(ward.http, ward.arena, &request, &reply, &err), 0);
        EXPECT_INT(paths[i], reply.status, 401);
        EXPECT_TRUE("the connection stays", !http_reply_header(&reply, "Connection"));
    }
}

static void before_it_is_sent_it_can_be_cancelled(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"error-before(503)\",\"match\":{\"interaction\":\"look\"}}");
    const struct cJSON *view = submit("{\"operation\":\"delete\",\"target\":{\"reference\":"
                                      "\"Task/follow-up\"}}",
                                      "k1", 202);
    char *path = arena_printf(ward.arena, "/v1/intents/%s/cancel", json_string(view, "id"));
    const struct cJSON *answer;
    while (ward_call(&ward, "GET", "/v1/settled?waitMs=5000", NULL, NULL, &answer) == 200 &&
           json_integer(answer, "waiting", 0) > 0)
        continue;
    EXPECT_INT("cancel", ward_call(&ward, "POST", path, "{}", NULL, &answer), 202);
    expect_text("cancel", answer, "/state", "cancelled");
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("stays so", ward_state(&ward, "k1"), "cancelled");
    EXPECT_INT("no write", (long long)ward_writes(&ward), 0);
    EXPECT_INT("audit", (long long)ward_audit(&ward, "k1", "cancelled"), 1);
}

#define OF_TENANT(tenant)                                                                          \
    "{\"operation\":\"delete\",\"target\":{\"reference\":\"Task/none\"},\"tenant\":\"" tenant "\"" \
    "}"

static void a_key_of_two_tenants_is_two_intents(void)
{
    const struct cJSON *answer;

    begin();
    const struct cJSON *a = submit(OF_TENANT("a"), "k1", 202);
    const struct cJSON *b = submit(OF_TENANT("b"), "k1", 202);
    ward_call(&ward, "GET", "/v1/intents?key=k1", NULL, NULL, &answer);
    EXPECT_INT("both are listed", (long long)json_count(json_get(answer, "intents")), 2);
    expect_text("the first", answer, "/intents/0/id", json_string(a, "id"));
    expect_text("the second", answer, "/intents/1/id", json_string(b, "id"));
}

/* ---- what a reply, or none, leads to ---- */

static const struct {
    const char *row, *intent, *fault, *state;
    size_t writes, commits, audits;
    const char *outcome;
} ends[] = {
    {"clean", NOTE, NULL, "committed", 1, 1, 1, "committed"},
    {"answer lost", NOTE, "{\"fault\":\"reset-after\"," WRITES ",\"times\":1}", "committed", 1, 1,
     1, "committed"},
    {"an error after", NOTE, "{\"fault\":\"error-after(422)\"," WRITES ",\"times\":1}", "committed",
     1, 1, 1, "committed"},
    {"throttled", NOTE, "{\"fault\":\"error-before(429,1)\"," WRITES ",\"times\":1}", "committed",
     2, 1, 1, "committed"},
    {"refused", NOTE, "{\"fault\":\"reject(invalid,/note)\"," WRITES "}", "rejected", 1, 0, 1,
     "refused"},
    {"never there", NOTE, "{\"fault\":\"reset-before\"," WRITES "}", "needs-review", 8, 0, 1,
     "incomplete"},
    {"bricked", NOTE, "{\"fault\":\"phantom-conflict(409)\"," WRITES "}", "needs-review", 8, 0, 1,
     "conflict"},
    {"a field not stored", NOTE, "{\"fault\":\"drop-field(/note,sent)\"," WRITES ",\"times\":1}",
     "incomplete", 1, 1, 1, "incomplete"},
    {"no such target", "{\"operation\":\"delete\",\"target\":{\"reference\":\"Task/none\"}}", NULL,
     "committed", 0, 0, 1, "committed"},
    {"no such target to patch",
     "{\"operation\":\"patch\",\"target\":{\"reference\":\"Task/none\"},\"patch\":[]}", NULL,
     "rejected", 0, 0, 1, "refused"},
};

static void every_reply_leads_to_an_end_that_is_true(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        begin();
        if (ends[i].fault)
            ward_fault(&ward, ends[i].fault);
        submit(ends[i].intent, "k1", 202);
        EXPECT_TRUE(ends[i].row, ward_settle(&ward));
        EXPECT_STR(ends[i].row, ward_state(&ward, "k1"), ends[i].state);
        EXPECT_INT(ends[i].row, (long long)ward_writes(&ward), (long long)ends[i].writes);
        EXPECT_INT(ends[i].row, (long long)ward_commits(&ward, "AllergyIntolerance"),
                   (long long)ends[i].commits);
        EXPECT_INT(ends[i].row, (long long)ward_audit(&ward, "k1", ends[i].outcome),
                   (long long)ends[i].audits);
    }
}

static void nothing_is_sent_again_without_a_timer(void)
{
    const struct cJSON *answer;

    begin();
    ward_fault(&ward, "{\"fault\":\"error-before(500)\"," WRITES ",\"times\":1}");
    submit(NOTE, "k1", 202);
    do
        ward_call(&ward, "GET", "/v1/settled?waitMs=5000", NULL, NULL, &answer);
    while (json_integer(answer, "runnable", 0) + json_integer(answer, "waiting", 0) > 0);
    EXPECT_INT("once so far", (long long)ward_writes(&ward), 1);
    EXPECT_TRUE("a timer", json_is_number(json_get(answer, "dueInMs")));
    EXPECT_STR("to be seen", ward_state(&ward, "k1"), "writing");
    EXPECT_INT("a sweep cuts it",
               ward_call(&ward, "POST", "/v1/sweeps", "{\"kind\":\"reconcile\"}", NULL, NULL), 200);
    EXPECT_STR("then it ends", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("and once more", (long long)ward_writes(&ward), 2);
}

static void a_settled_engine_may_say_views(void)
{
    const struct cJSON *answer, *list, *view;

    begin();
    submit(NOTE, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    ward_call(&ward, "GET", "/v1/settled", NULL, NULL, &answer);
    EXPECT_TRUE("none unasked", !json_get(answer, "views"));
    ward_call(&ward, "GET", "/v1/intents?key=k1", NULL, NULL, &list);
    view = json_at(json_get(list, "intents"), 0);
    const char *path =
        arena_printf(ward.arena, "/v1/settled?views=none,%s,", json_string(view, "id"));
    ward_call(&ward, "GET", path, NULL, NULL, &answer);
    EXPECT_INT("those there are", (long long)json_count(json_get(answer, "views")), 1);
    EXPECT_STR("as by themselves", json_print(ward.arena, json_at(json_get(answer, "views"), 0)),
               json_print(ward.arena, view));
}

#define STALE_READ "{\"fault\":\"stale-read(1)\",\"match\":{\"interaction\":\"read\"},\"times\":1}"

static void one_stale_read_is_not_believed(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"error-after(422)\"," WRITES ",\"times\":1}");
    ward_fault(&ward, STALE_READ);
    submit(NOTE, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("refused, they said", ward_state(&ward, "k1"), "committed");
    ward_fault(&ward, STALE_READ);
    submit("{\"operation\":\"delete\",\"target\":{\"reference\":\"" ALLERGY "\"}}", "k2", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("what was shown first counts", ward_state(&ward, "k2"), "needs-review");
    EXPECT_INT("and is guarded by", (long long)ward_writes(&ward), 2);
}

/* ---- identifiers ---- */

#define ANSWERS(value)                                                                             \
    "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"QuestionnaireResponse\","          \
    "\"status\":\"completed\",\"identifier\":{\"system\":\"urn:form\",\"value\":\"" value "\"}}}"

/* Types with room for one identifier are found again by the one that they brought. */
static void a_single_identifier_finds_what_was_made(void)
{
    begin();
    submit(ANSWERS("f1"), "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("clean", ward_state(&ward, "k1"), "committed");
    ward_fault(&ward, "{\"fault\":\"reset-after\"," WRITES ",\"times\":1}");
    submit(ANSWERS("f,2|\\\\"), "k2", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("answer lost", ward_state(&ward, "k2"), "committed");
    ward_fault(&ward, "{\"fault\":\"reset-before\"," WRITES ",\"times\":1}");
    submit(ANSWERS("f3"), "k3", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("sent twice", ward_state(&ward, "k3"), "committed");
    EXPECT_INT("made once", (long long)ward_commits(&ward, "QuestionnaireResponse"), 3);
    ward_edit(&ward, "PUT", "QuestionnaireResponse/theirs",
              "{\"resourceType\":\"QuestionnaireResponse\",\"id\":\"theirs\",\"status\":"
              "\"in-progress\",\"identifier\":{\"system\":\"urn:form\",\"value\":\"f4\"}}");
    submit(ANSWERS("f4"), "k4", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("somebody else's", ward_state(&ward, "k4"), "needs-review");
}

/* ---- conflicts ---- */

#define RAISE "[{\"op\":\"replace\",\"path\":\"/criticality\",\"value\":\"high\"}]"
#define VALUE "[{\"op\":\"add\",\"path\":\"/issued\",\"value\":\"2026-01-01T00:00:00Z\"}]"

static void changes_apart_merge_unless_they_may_harm(void)
{
    begin();
    ward_edit(&ward, "PATCH", PULSE, VALUE);
    ward_edit(&ward, "PATCH", ALLERGY, RAISE);
    submit(FINAL, "k-pulse", 202);
    submit(NOTE, "k-note", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("merged", ward_state(&ward, "k-pulse"), "committed");
    expect_text("ours", ward_chart(&ward, PULSE), "/status", "final");
    expect_text("theirs", ward_chart(&ward, PULSE), "/issued", "2026-01-01T00:00:00Z");
    EXPECT_HAS("event", ward_text(&ward, "/v1/events"), "\"kind\":\"merged\"");
    EXPECT_STR("an allergy", ward_state(&ward, "k-note"), "needs-review");
    expect_text("untouched", ward_chart(&ward, ALLERGY), "/criticality", "high");
    EXPECT_TRUE("untouched", !json_get(ward_chart(&ward, ALLERGY), "note"));
}

#define ON_PULSE(patch)                                                                            \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" PULSE                                  \
    "\"},\"baseVersion\":\"1\",\"patch\":" patch "}"
#define CODE_TEXT "[{\"op\":\"add\",\"path\":\"/code/text\",\"value\":\"pulse\"}]"

/* What a patch names it touches whole: whatever others changed below is a conflict. */
static void what_a_patch_replaces_is_touched_whole(void)
{
    static const struct {
        const char *row, *theirs, *ours, *state;
    } rows[] = {
        {"below", CODE_TEXT,
         ON_PULSE("[{\"op\":\"replace\",\"path\":\"/code\",\"value\":{\"coding\":[]}}]"),
         "needs-review"},
        {"moved away", CODE_TEXT,
         ON_PULSE("[{\"op\":\"move\",\"from\":\"/code\",\"path\":\"/method\"}]"), "needs-review"},
        {"an entry", "[{\"op\":\"add\",\"path\":\"/identifier/0/use\",\"value\":\"usual\"}]",
         ON_PULSE("[{\"op\":\"replace\",\"path\":\"/identifier/0\",\"value\":{\"system\":"
                  "\"urn:example:lab\",\"value\":\"P-2051\",\"type\":{\"text\":\"t\"}}}]"),
         "needs-review"},
        {"a member of the entry",
         "[{\"op\":\"add\",\"path\":\"/identifier/0/use\",\"value\":\"usual\"}]",
         ON_PULSE("[{\"op\":\"add\",\"path\":\"/identifier/0/type\",\"value\":{\"text\":"
                  "\"t\"}}]"),
         "committed"},
        {"beside", CODE_TEXT,
         ON_PULSE("[{\"op\":\"replace\",\"path\":\"/code/coding\",\"value\":[{\"code\":\"p\"}]}]"),
         "committed"},
        {"an entry that has moved on",
         "[{\"op\":\"add\",\"path\":\"/identifier/0\",\"value\":{\"value\":\"new\"}}]",
         ON_PULSE("[{\"op\":\"replace\",\"path\":\"/identifier/0/value\",\"value\":\"P-2\"}]"),
         "committed"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin();
        ward_edit(&ward, "PATCH", PULSE, rows[i].theirs);
        submit(rows[i].ours, "k1", 202);
        EXPECT_TRUE(rows[i].row, ward_settle(&ward));
        EXPECT_STR(rows[i].row, ward_state(&ward, "k1"), rows[i].state);
    }
}

#define PULSE_FINAL                                                                                \
    "\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\",\"code\":{\"text\":"   \
    "\"pulse\"}"

/* What the source has not seen it would undo. */
static void an_update_of_nobody_knows_which_version_is_asked_about(void)
{
    const struct cJSON *answer;

    begin();
    submit("{\"operation\":\"update\",\"resource\":{" PULSE_FINAL "}}", "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("asked", ward_state(&ward, "k1"), "needs-review");
    EXPECT_INT("nothing is sent", (long long)ward_writes(&ward), 0);
    char *path =
        arena_printf(ward.arena, "/v1/reviews/%s", json_string(ward_view(&ward, "k1"), "review"));
    EXPECT_INT("review", ward_call(&ward, "GET", path, NULL, NULL, &answer), 200);
    expect_text("kind", answer, "/failureType", "base-unknown");
    expect_text("current", answer, "/current/status", "preliminary");
    path = arena_printf(ward.arena, "%s/decision", path);
    EXPECT_INT("apply",
               ward_call(&ward, "POST", path, "{\"decision\":\"apply\",\"seenVersion\":\"1\"}",
                         NULL, &answer),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("then it is written", ward_state(&ward, "k1"), "committed");
    submit("{\"operation\":\"update\",\"resource\":{\"meta\":{\"versionId\":\"2\"}," PULSE_FINAL
           "}}",
           "k2", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("it says so itself", ward_state(&ward, "k2"), "committed");
}

/* The review of the note, after the nurse raised the criticality. */
static const struct cJSON *note_review(const char **out_path)
{
    const struct cJSON *review;

    begin();
    ward_edit(&ward, "PATCH", ALLERGY, RAISE);
    submit(NOTE, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    const char *id = json_string(ward_view(&ward, "k1"), "review");
    *out_path = arena_printf(ward.arena, "/v1/reviews/%s", id ? id : "none");
    EXPECT_INT("review", ward_call(&ward, "GET", *out_path, NULL, NULL, &review), 200);
    return review;
}

static void a_review_shows_all_sides(void)
{
    static const char *const members[] = {
        "id",       "intent", "request", "failureType", "why",         "base",         "current",
        "intended", "delta",  "allowed", "proposal",    "seenVersion", "correlationId"};
    const char *path;
    const struct cJSON *review = note_review(&path);

    for (size_t i = 0; i < COUNT_OF(members); i++)
        EXPECT_TRUE(members[i], json_get(review, members[i]) != NULL);
    expect_text("kind", review, "/failureType", "version-conflict");
    expect_text("base", review, "/base/criticality", "low");
    expect_text("current", review, "/current/criticality", "high");
    expect_text("intended", review, "/intended/note/0/text", "rash");
    expect_text("proposal", review, "/proposal/criticality", "high");
    expect_text("seen", review, "/seenVersion", "2");
    EXPECT_INT("delta", (long long)json_count(json_get(review, "delta")), 2);
    expect_text("delta", review, "/delta/0/path", "/criticality");
    expect_text("delta", review, "/delta/1/path", "/note");
}

static int decide(const char *path, const char *decision, const struct cJSON **out_answer)
{
    return ward_call(&ward, "POST", arena_printf(ward.arena, "%s/decision", path), decision, NULL,
                     out_answer);
}

static void a_decision_is_carried_out_once(void)
{
    static const struct {
        const char *row, *decision, *state, *note, *criticality;
        int want;
    } rows[] = {
        {"apply", "{\"decision\":\"apply\",\"seenVersion\":\"2\"}", "committed", "rash", "high",
         202},
        {"merge", "{\"decision\":\"merge\",\"fields\":[\"/criticality\"],\"seenVersion\":\"2\"}",
         "committed", NULL, "low", 202},
        {"discard", "{\"decision\":\"discard\",\"seenVersion\":\"2\"}", "cancelled", NULL, "high",
         202},
        {"not seen", "{\"decision\":\"apply\",\"seenVersion\":\"1\"}", "needs-review", NULL, "high",
         409},
        {"no such decision", "{\"decision\":\"force\",\"seenVersion\":\"2\"}", "needs-review", NULL,
         "high", 422},
        {"no fields", "{\"decision\":\"merge\",\"seenVersion\":\"2\"}", "needs-review", NULL,
         "high", 422},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct cJSON *answer;
        const char *path;

        note_review(&path);
        EXPECT_INT(rows[i].row, decide(path, rows[i].decision, &answer), rows[i].want);
        EXPECT_TRUE(rows[i].row, ward_settle(&ward));
        EXPECT_STR(rows[i].row, ward_state(&ward, "k1"), rows[i].state);
        expect_text(rows[i].row, ward_chart(&ward, ALLERGY), "/note/0/text", rows[i].note);
        expect_text(rows[i].row, ward_chart(&ward, ALLERGY), "/criticality", rows[i].criticality);
        if (rows[i].want == 202)
            EXPECT_INT(rows[i].row, decide(path, rows[i].decision, &answer), 409);
    }
}

static void a_field_that_is_nowhere_is_no_decision(void)
{
    const struct cJSON *answer;
    const char *path;

    note_review(&path);
    EXPECT_INT("a slip of the pen",
               decide(path,
                      "{\"decision\":\"merge\",\"fields\":[\"/note\",\"/notes\"],"
                      "\"seenVersion\":\"2\"}",
                      &answer),
               422);
    EXPECT_STR("still open", ward_state(&ward, "k1"), "needs-review");
}

static void a_decision_on_an_old_chart_is_sent_back(void)
{
    const struct cJSON *answer;
    const char *path;

    note_review(&path);
    ward_edit(&ward, "PATCH", ALLERGY,
              "[{\"op\":\"replace\",\"path\":\"/criticality\",\"value\":\"low\"}]");
    EXPECT_INT("moved on", decide(path, "{\"decision\":\"apply\",\"seenVersion\":\"2\"}", &answer),
               409);
    expect_text("the new review", answer, "/seenVersion", "3");
    expect_text("the new review", answer, "/current/criticality", "low");
    EXPECT_INT("seen now", decide(path, "{\"decision\":\"apply\",\"seenVersion\":\"3\"}", &answer),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("committed", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("one write more than the first", (long long)ward_writes(&ward), 2);
}

static void a_sweep_shows_the_chart_as_it_is(void)
{
    const struct cJSON *answer;
    const char *path;

    note_review(&path);
    ward_edit(&ward, "PATCH", ALLERGY,
              "[{\"op\":\"replace\",\"path\":\"/criticality\",\"value\":\"low\"}]");
    EXPECT_INT("sweep",
               ward_call(&ward, "POST", "/v1/sweeps", "{\"kind\":\"reconcile\"}", NULL, &answer),
               200);
    expect_text("examined", answer, "/examined/0", ALLERGY);
    ward_call(&ward, "GET", path, NULL, NULL, &answer);
    expect_text("refreshed", answer, "/seenVersion", "3");
    EXPECT_INT("one conflict", (long long)ward_audit(&ward, "k1", "conflict"), 1);
}

#define SWEEPS 60

/* The bound on requests ends the looking, never what was seen. */
static void many_sweeps_leave_a_review_as_it_is(void)
{
    const struct cJSON *answer;
    const char *path;

    note_review(&path);
    for (int i = 0; i < SWEEPS; i++)
        EXPECT_INT("sweep",
                   ward_call(&ward, "POST", "/v1/sweeps", "{\"kind\":\"reconcile\"}", NULL, NULL),
                   200);
    ward_call(&ward, "GET", path, NULL, NULL, &answer);
    expect_text("seen", answer, "/seenVersion", "2");
    expect_text("current", answer, "/current/criticality", "high");
    EXPECT_INT("seen now", decide(path, "{\"decision\":\"apply\",\"seenVersion\":\"2\"}", &answer),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("committed", ward_state(&ward, "k1"), "committed");
}

#define SECOND(patch)                                                                              \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" ALLERGY                                \
    "\"},\"baseVersion\":\"1\",\"patch\":" patch                                                   \
    ",\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e2\",\"sequence\":2}}"

/* Both were made on version 1; the second comes onto the first as its patch says, without asking anybody. */
static void earlier_intents_of_the_source_are_no_conflict(void)
{
    static const struct {
        const char *row, *second, *pointer, *want;
    } rows[] = {
        {"another member",
         SECOND("[{\"op\":\"replace\",\"path\":\"/criticality\",\"value\":\"high\"}]"),
         "/note/0/text", "rash"},
        {"the same member",
         SECOND("[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":\"hives\"}]}]"),
         "/note/0/text", "hives"},
        {"an entry of a list that is the same",
         SECOND("[{\"op\":\"replace\",\"path\":\"/identifier/0/value\",\"value\":\"A-1\"}]"),
         "/identifier/0/value", "A-1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin();
        submit(NOTE, "k1", 202);
        submit(rows[i].second, "k2", 202);
        EXPECT_TRUE(rows[i].row, ward_settle(&ward));
        EXPECT_STR(rows[i].row, ward_state(&ward, "k1"), "committed");
        EXPECT_STR(rows[i].row, ward_state(&ward, "k2"), "committed");
        expect_text(rows[i].row, ward_chart(&ward, ALLERGY), rows[i].pointer, rows[i].want);
    }
}

/* A transaction whose answer is lost, and a read that shows one part as it was: it is looked at again. */
static void one_stale_read_does_not_tear_a_transaction(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"reset-after\"," WRITES ",\"times\":1}");
    ward_fault(&ward, "{\"fault\":\"stale-read(1)\",\"match\":{\"interaction\":\"read\"},"
                      "\"times\":1}");
    submit("{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":"
           "\"transaction\",\"entry\":[{\"resource\":{\"resourceType\":\"Binary\",\"contentType\":"
           "\"application/json-patch+json\",\"data\":"
           "\"W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9zdGF0dXMiLCJ2YWx1ZSI6ImZpbmFsIn1d\"},"
           "\"request\":{\"method\":\"PATCH\",\"url\":\"" PULSE "\",\"ifMatch\":\"W/\\\"1\\\"\"}},"
           "{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":"
           "{\"text\":\"a\"}},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}]}}",
           "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("whole", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("sent once", (long long)ward_writes(&ward), 1);
    EXPECT_INT("audit", (long long)ward_audit(&ward, "k1", "committed"), 2);
}

/* ---- compound writes ---- */

#define BATCH                                                                                      \
    "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","        \
    "\"entry\":[{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":"    \
    "{\"text\":\"a\"}},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}},"                \
    "{\"request\":{\"method\":\"DELETE\",\"url\":\"Task/follow-up\",\"ifMatch\":\"W/"              \
    "\\\"1\\\"\"}}]}}"

static void only_the_failed_part_is_sent_again(void)
{
    const struct cJSON *view, *answer;

    begin();
    ward_fault(&ward, "{\"fault\":\"reject-entry(2)\"," WRITES ",\"times\":1}");
    submit(BATCH, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    view = ward_view(&ward, "k1");
    expect_text("state", view, "/state", "incomplete");
    expect_text("the first stands", view, "/results/0/state", "committed");
    expect_text("the second does not", view, "/results/1/state", "refused");
    char *path = arena_printf(ward.arena, "/v1/reviews/%s", json_string(view, "review"));
    ward_call(&ward, "GET", path, NULL, NULL, &answer);
    expect_text("seen", answer, "/seenVersion", "1");
    EXPECT_INT("cannot be called off", decide(path, "{\"decision\":\"discard\"}", &answer), 422);
    EXPECT_INT("apply", decide(path, "{\"decision\":\"apply\",\"seenVersion\":\"1\"}", &answer),
               202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("whole", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("two requests", (long long)ward_writes(&ward), 2);
    EXPECT_INT("what stands is in the first alone",
               (long long)ward_writes_with(&ward, "Observation"), 1);
    EXPECT_INT("made once", (long long)ward_commits(&ward, "Observation"), 1);
    EXPECT_INT("deleted once", (long long)ward_commits(&ward, "Task"), 1);
    EXPECT_INT("a record each", (long long)ward_audit(&ward, "k1", "committed"), 2);
    EXPECT_INT("and one of the end between", (long long)ward_audit(&ward, "k1", "incomplete"), 1);
}

#define MANY 100

/* Every part is looked at; the bound on requests is one for each. */
static void a_long_batch_is_seen_to_its_end(void)
{
    struct buf text = BUF_INIT;

    begin();
    buf_puts(&text, "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":"
                    "\"batch\",\"entry\":[");
    for (int i = 0; i < MANY; i++)
        buf_printf(
            &text,
            "%s{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":"
            "{\"text\":\"%d\"}},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}",
            i ? "," : "", i);
    buf_puts(&text, "]}}");
    submit(buf_text(&text), "k1", 202);
    buf_release(&text);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("all of it", ward_state(&ward, "k1"), "committed");
    EXPECT_INT("made once", (long long)ward_commits(&ward, "Observation"), MANY);
    EXPECT_INT("a record each", (long long)ward_audit(&ward, "k1", "committed"), MANY);
}

static void a_conflict_of_an_entry_counts_as_one(void)
{
    begin();
    ward_edit(&ward, "PATCH", ALLERGY, RAISE);
    submit("{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
           "\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"" ALLERGY
           "\",\"ifMatch\":\"W/\\\"1\\\"\"}}]}}",
           "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("asked", ward_state(&ward, "k1"), "needs-review");
    EXPECT_HAS("in a Bundle", ward_text(&ward, "/metrics"), "writeback_conflicts_total 1\n");
    submit(NOTE, "k2", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_HAS("alone", ward_text(&ward, "/metrics"), "writeback_conflicts_total 2\n");
}

static void a_rejected_intent_can_be_replayed(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"reject(invalid,/note)\"," WRITES ",\"times\":1}");
    const struct cJSON *view = submit(NOTE, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    expect_text("what to do", ward_view(&ward, "k1"), "/problem/title",
                "The EHR refused the write");
    char *path = arena_printf(ward.arena, "/v1/intents/%s/replay", json_string(view, "id"));
    EXPECT_INT("replay", ward_call(&ward, "POST", path, "{}", NULL, NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("committed", ward_state(&ward, "k1"), "committed");
    EXPECT_TRUE("no problem", cJSON_IsNull(json_get(ward_view(&ward, "k1"), "problem")));
}

#define STATUS(event, value)                                                                       \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" PULSE                                  \
    "\"},\"baseVersion\":\"1\",\"patch\":[{\"op\":\"replace\",\"path\":\"/"                        \
    "status\",\"value\":\"" value "\"}],\"source\":{\"system\":\"urn:lab\",\"eventId\":\"" event   \
    "\"}}"

/* Earlier intents of the source are no conflict, later ones are: they know better. */
static void a_replay_does_not_go_over_what_came_after(void)
{
    begin();
    ward_fault(&ward, "{\"fault\":\"reject(invalid,/status)\"," WRITES ",\"times\":1}");
    const struct cJSON *view = submit(STATUS("e1", "final"), "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    submit(STATUS("e2", "amended"), "k2", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("the later one", ward_state(&ward, "k2"), "committed");
    char *path = arena_printf(ward.arena, "/v1/intents/%s/replay", json_string(view, "id"));
    EXPECT_INT("replay", ward_call(&ward, "POST", path, "{}", NULL, NULL), 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_STR("the earlier one", ward_state(&ward, "k1"), "needs-review");
    expect_text("stays", ward_chart(&ward, PULSE), "/status", "amended");
}

static void reset_forgets_everything(void)
{
    begin();
    submit(NOTE, "k1", 202);
    EXPECT_TRUE("settle", ward_settle(&ward));
    EXPECT_INT("reset", ward_call(&ward, "POST", "/v1/reset", "{}", NULL, NULL), 200);
    EXPECT_STR("intents", ward_state(&ward, "k1"), "none");
    EXPECT_STR("events", ward_text(&ward, "/v1/events"), "");
    EXPECT_STR("audit", ward_text(&ward, "/v1/audit"), "");
    EXPECT_HAS("metrics", ward_text(&ward, "/metrics"), "writeback_accepted_total 0\n");
    ward_stop(&ward);
}

static void with_ward(void (*test)(void))
{
    ward_open(&ward);
    test();
    ward_close(&ward);
}

#define WITH_WARD(test)                                                                            \
    static void ward_##test(void)                                                                  \
    {                                                                                              \
        with_ward(test);                                                                           \
    }

WITH_WARD(a_key_has_one_answer)
WITH_WARD(bad_calls_are_refused_and_change_nothing)
WITH_WARD(a_body_that_never_ends_is_not_listened_to)
WITH_WARD(nothing_is_said_without_the_token)
WITH_WARD(before_it_is_sent_it_can_be_cancelled)
WITH_WARD(a_key_of_two_tenants_is_two_intents)
WITH_WARD(every_reply_leads_to_an_end_that_is_true)
WITH_WARD(nothing_is_sent_again_without_a_timer)
WITH_WARD(a_settled_engine_may_say_views)
WITH_WARD(one_stale_read_is_not_believed)
WITH_WARD(a_single_identifier_finds_what_was_made)
WITH_WARD(changes_apart_merge_unless_they_may_harm)
WITH_WARD(what_a_patch_replaces_is_touched_whole)
WITH_WARD(an_update_of_nobody_knows_which_version_is_asked_about)
WITH_WARD(a_review_shows_all_sides)
WITH_WARD(a_decision_is_carried_out_once)
WITH_WARD(a_field_that_is_nowhere_is_no_decision)
WITH_WARD(a_decision_on_an_old_chart_is_sent_back)
WITH_WARD(a_sweep_shows_the_chart_as_it_is)
WITH_WARD(many_sweeps_leave_a_review_as_it_is)
WITH_WARD(earlier_intents_of_the_source_are_no_conflict)
WITH_WARD(one_stale_read_does_not_tear_a_transaction)
WITH_WARD(only_the_failed_part_is_sent_again)
WITH_WARD(a_long_batch_is_seen_to_its_end)
WITH_WARD(a_conflict_of_an_entry_counts_as_one)
WITH_WARD(a_rejected_intent_can_be_replayed)
WITH_WARD(a_replay_does_not_go_over_what_came_after)
WITH_WARD(reset_forgets_everything)

static CU_TestInfo tests[] = {
    {"a key has one answer", ward_a_key_has_one_answer},
    {"bad calls are refused and change nothing", ward_bad_calls_are_refused_and_change_nothing},
    {"a body that never ends is not listened to", ward_a_body_that_never_ends_is_not_listened_to},
    {"nothing is said without the token", ward_nothing_is_said_without_the_token},
    {"before it is sent it can be cancelled", ward_before_it_is_sent_it_can_be_cancelled},
    {"a key of two tenants is two intents", ward_a_key_of_two_tenants_is_two_intents},
    {"every reply leads to an end that is true", ward_every_reply_leads_to_an_end_that_is_true},
    {"nothing is sent again without a timer", ward_nothing_is_sent_again_without_a_timer},
    {"a settled engine may say views", ward_a_settled_engine_may_say_views},
    {"one stale read is not believed", ward_one_stale_read_is_not_believed},
    {"a single identifier finds what was made", ward_a_single_identifier_finds_what_was_made},
    {"changes apart merge unless they may harm", ward_changes_apart_merge_unless_they_may_harm},
    {"what a patch replaces is touched whole", ward_what_a_patch_replaces_is_touched_whole},
    {"an update of nobody knows which version is asked about",
     ward_an_update_of_nobody_knows_which_version_is_asked_about},
    {"a review shows all sides", ward_a_review_shows_all_sides},
    {"a decision is carried out once", ward_a_decision_is_carried_out_once},
    {"a field that is nowhere is no decision", ward_a_field_that_is_nowhere_is_no_decision},
    {"a decision on an old chart is sent back", ward_a_decision_on_an_old_chart_is_sent_back},
    {"a sweep shows the chart as it is", ward_a_sweep_shows_the_chart_as_it_is},
    {"many sweeps leave a review as it is", ward_many_sweeps_leave_a_review_as_it_is},
    {"earlier intents of the source are no conflict",
     ward_earlier_intents_of_the_source_are_no_conflict},
    {"one stale read does not tear a transaction", ward_one_stale_read_does_not_tear_a_transaction},
    {"only the failed part is sent again", ward_only_the_failed_part_is_sent_again},
    {"a long batch is seen to its end", ward_a_long_batch_is_seen_to_its_end},
    {"a conflict of an entry counts as one", ward_a_conflict_of_an_entry_counts_as_one},
    {"a rejected intent can be replayed", ward_a_rejected_intent_can_be_replayed},
    {"a replay does not go over what came after", ward_a_replay_does_not_go_over_what_came_after},
    {"reset forgets everything", ward_reset_forgets_everything},
    CU_TEST_INFO_NULL,
};
SUITE("engine", tests)
