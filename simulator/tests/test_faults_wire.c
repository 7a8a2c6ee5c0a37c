/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of connections and bytes, as libcurl sees them, and faults that only rules can tell: which
 * request of several, and when. */
#include <curl/curl.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/tests/struck.h"
#include "tests/expect.h"

#define VALUE PULSE " /valueQuantity/value = "

static const struct struck_row broken[] = {
    {"reset-before",
     {{0}},
     UPDATE,
     "reset",
     "",
     VALUE "60",
     "arrived fault:reset-before",
     READ,
     "200",
     "ETag: W/\"1\""},
    {"reset-after",
     {{0}},
     UPDATE,
     "reset",
     "",
     VALUE "72",
     "arrived committed@2 fault:reset-after",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"truncate-headers",
     {{0}},
     UPDATE,
     "empty",
     "",
     VALUE "72",
     "arrived committed@2 fault:truncate-headers",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"truncate-body(20)",
     {{0}},
     UPDATE,
     "transfer closed with 223 bytes remaining to read",
     "",
     VALUE "72",
     "arrived committed@2 fault:truncate-body(20)",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"truncate-body",
     {{0}},
     UPDATE,
     "transfer closed with 122 bytes remaining to read",
     "",
     VALUE "72",
     "arrived committed@2 fault:truncate-body",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"truncate-body",
     {{0}},
     {"DELETE", PULSE, NULL, NULL},
     "204",
     "",
     PULSE " /id = (none)",
     "arrived committed@2 fault:truncate-body replied:204",
     READ,
     "410",
     ""},
    {"bad-chunk",
     {{0}},
     UPDATE,
     "Illegal or missing hexadecimal sequence in chunked-encoding",
     "",
     VALUE "72",
     "arrived committed@2 fault:bad-chunk",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"bad-chunk",
     {{0}},
     {"DELETE", PULSE, NULL, NULL},
     "204",
     "",
     PULSE " /id = (none)",
     "arrived committed@2 fault:bad-chunk replied:204",
     READ,
     "410",
     ""},
    {"garbage",
     {{0}},
     UPDATE,
     "Received HTTP/0.9 when not allowed",
     "",
     VALUE "72",
     "arrived committed@2 fault:garbage",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"redirect",
     {{0}},
     UPDATE,
     "307",
     "Location: BASE/" PULSE,
     VALUE "60",
     "arrived fault:redirect:307 replied:307",
     UPDATE,
     "200",
     "ETag: W/\"2\""},
    {"redirect(308)",
     {{0}},
     {"GET", PULSE "?_format=json", NULL, NULL},
     "308",
     "Location: BASE/" PULSE "?_format=json",
     VALUE "60",
     "arrived fault:redirect(308):308 replied:308",
     READ,
     "200",
     "ETag: W/\"1\""},
    {"drip(1)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"\n/note/0/text = again",
     VALUE "72",
     "arrived committed@2 fault:drip(1) replied:200",
     READ,
     "200",
     "ETag: W/\"2\""},
    {"drip(1)",
     {{0}},
     {"DELETE", PULSE, NULL, NULL},
     "204",
     "",
     PULSE " /id = (none)",
     "arrived committed@2 fault:drip(1) replied:204",
     {0},
     NULL,
     NULL},
    {"late-reply(5)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"",
     VALUE "72",
     "arrived fault:late-reply(5) committed@2 replied:200",
     {0},
     NULL,
     NULL},
    {"late-commit(5)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"",
     VALUE "72",
     "arrived fault:late-commit(5) committed@2 replied:200",
     {0},
     NULL,
     NULL},
    {"brown-out(writes,5)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"",
     VALUE "72",
     "arrived fault:brown-out(writes,5) committed@2 replied:200",
     READ,
     "200",
     ""},
    {"brown-out(looks,5)",
     {{0}},
     READ,
     "200",
     "ETag: W/\"1\"",
     VALUE "60",
     "arrived fault:brown-out(looks,5) replied:200",
     UPDATE,
     "200",
     ""},
    {"quota(0,30)",
     {{0}},
     UPDATE,
     "429",
     "Retry-After: 30\n/issue/0/code = throttled",
     VALUE "60",
     "arrived fault:quota(0,30):429 replied:429",
     UPDATE,
     "200",
     ""},
    {"outage(1,1)",
     {{0}},
     UPDATE,
     "503",
     "/issue/0/code = transient",
     VALUE "60",
     "arrived fault:outage(1,1):503 replied:503",
     UPDATE,
     "200",
     ""},
};
STRUCK(broken)

static void an_answer_is_broken_on_its_way(void)
{
    struck_run(broken, COUNT_OF(broken));
}

/* What requests in a row see. */
static void rules_say_which_request_is_struck(void)
{
    static const struct {
        const char *rule, *seen;
    } rows[] = {
        {"{\"fault\":\"quota(2,60)\"}", "200 200 429 429 429"},
        {"{\"fault\":\"quota(1,60)\",\"match\":{\"interaction\":\"write\"}}",
         "200 200 200 429 200"},
        {"{\"fault\":\"quota(1,60)\",\"times\":1}", "200 429 200 200 200"},
        {"{\"fault\":\"outage(2,3)\"}", "200 503 503 200 200"},
        {"{\"fault\":\"outage(2,9)\",\"match\":{\"interaction\":\"write\"}}",
         "200 200 200 503 200"},
        {"{\"fault\":\"stale-read(1)\",\"match\":{\"nth\":2},\"times\":1}", "200 200 200 200 200"},
        {"{\"fault\":\"bricked\",\"times\":1}", "200 409 200 409 200"},
    };
    static const struct struck_call calls[] = {READ, UPDATE, READ, UPDATE, READ};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *seen = "";
        struct rig rig;

        struck_open(&rig);
        struck_rule(&rig, rows[i].rule);
        for (size_t j = 0; j < COUNT_OF(calls); j++)
            seen = arena_printf(rig.arena, "%s%s%s", seen, j ? " " : "",
                                rig_seen(&rig, struck_call(&rig, &calls[j])));
        EXPECT_STR(rows[i].rule, seen, rows[i].seen);
        rig_close(&rig);
    }
}

static void a_later_request_overtakes(void)
{
    struct http_pending *first, *second;
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"reorder\",\"match\":{\"interaction\":\"patch\"},\"times\":1}");
    first = rig_start(&rig, "PATCH", PULSE, IF_1,
                      "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":1}]");
    rig_until_held(&rig, 1);
    EXPECT_STR("waits", rig_story(&rig, 0), "arrived fault:reorder");
    second = rig_start(&rig, "PATCH", PULSE, IF_1,
                       "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":2}]");
    EXPECT_STR("second", rig_seen(&rig, rig_until_done(&rig, second)), "200");
    EXPECT_STR("first", rig_seen(&rig, rig_until_done(&rig, first)), "412");
    EXPECT_STR("story", rig_story(&rig, 0),
               "arrived fault:reorder arrived committed@2 replied:200 replied:412");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, "/valueQuantity/value"), "2");

    /* One whose client left is processed all the same, and only once. */
    struck_rule(&rig, "{\"fault\":\"reorder\",\"match\":{\"interaction\":\"patch\"},\"times\":1}");
    first = rig_start(&rig, "PATCH", PULSE, NULL,
                      "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":3}]");
    rig_until_held(&rig, 1);
    http_abandon(rig.http, first);
    rig_until_entries(&rig, 9);
    second = rig_start(&rig, "GET", PULSE, NULL, NULL);
    EXPECT_STR("overtaking", rig_body(&rig, rig_until_done(&rig, second), "/valueQuantity/value"),
               "2");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, "/valueQuantity/value"), "3");
    EXPECT_STR("story", rig_story(&rig, 3), "arrived fault:reorder hung-up committed@3");
    EXPECT_INT("held", (long long)sim_held_count(rig.sim), 0);
    rig_close(&rig);
}

static void a_drip_ends_with_the_simulator(void)
{
    struct http_pending *pending;
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"drip(60000)\"}");
    pending = rig_start(&rig, "GET", PULSE, NULL, NULL);
    rig_until_entries(&rig, 3);
    rig_turns(&rig, 5);
    EXPECT_TRUE("drips", !http_is_done(pending) && sim_is_busy(rig.sim));
    rig_begin(&rig); /* another run goes on meanwhile */
    EXPECT_STR("next",
               rig_seen(&rig, rig_until_done(&rig, rig_start(&rig, "GET", PULSE, NULL, NULL))),
               "200");
    rig_close(&rig);
}

/* ---- with libcurl as it is, which reuses connections and waits for 100 Continue ---- */

struct seen {
    unsigned continues; /* interim answers */
};

static size_t count_continue(char *line, size_t size, size_t count, void *arg)
{
    struct seen *seen = arg;

    seen->continues += size * count > 12 && strncmp(line, "HTTP/1.1 100", 12) == 0;
    return size * count;
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes, (void)arg;
    return size * count;
}

/* One request of an easy handle; gives the status, 0 when there was none. */
static long perform(struct rig *rig, CURL *easy, CURLM *multi)
{
    int running = 1;
    long status = 0;

    curl_multi_add_handle(multi, easy);
    while (running) {
        curl_multi_perform(multi, &running);
        sim_turn(rig->sim);
        curl_multi_poll(multi, NULL, 0, 1, NULL);
    }
    curl_multi_remove_handle(multi, easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static CURL *put_with_expect(struct rig *rig, struct curl_slist *headers, struct seen *seen)
{
    static const char body[] =
        "{\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\","
        "\"code\":{\"text\":\"Pulse\"},\"valueQuantity\":{\"value\":72}}";
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_URL, arena_printf(rig->arena, "%s/" PULSE, sim_url(rig->sim)));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 20L);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, count_continue);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, seen);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop_body);
    return easy;
}

static void a_client_that_waits_for_100_continue_gets_none(void)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect: 100-continue");
    CURLM *multi = curl_multi_init();
    struct seen seen = {0};
    struct rig rig;
    CURL *easy;

    headers = curl_slist_append(headers, "Content-Type: application/fhir+json");
    struck_open(&rig);
    easy = put_with_expect(&rig, headers, &seen);
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 10000L);
    EXPECT_INT("without", perform(&rig, easy, multi), 200);
    EXPECT_INT("without", seen.continues, 1);
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 20L);
    struck_rule(&rig, "{\"fault\":\"expect-100\",\"match\":{\"interaction\":\"read\"}}");
    EXPECT_INT("another", perform(&rig, easy, multi), 200);
    EXPECT_INT("another", seen.continues, 2);
    struck_rule(&rig, "{\"fault\":\"expect-100\",\"match\":{\"interaction\":\"update\"}}");
    EXPECT_INT("withheld", perform(&rig, easy, multi), 200);
    EXPECT_INT("withheld", seen.continues, 2);
    EXPECT_STR("story", rig_story(&rig, 3), "arrived fault:expect-100 committed@4 replied:200");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, "/valueQuantity/value"), "72");
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    rig_close(&rig);
}

/* libcurl takes the dead connection for an idle one that timed out, and sends the write again. */
static void an_idle_connection_closes_as_a_request_is_sent(void)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/fhir+json");
    CURLM *multi = curl_multi_init();
    struct seen seen = {0};
    struct rig rig;
    CURL *easy;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"keepalive-close\",\"times\":1}");
    easy = put_with_expect(&rig, headers, &seen);
    EXPECT_INT("a fresh connection", perform(&rig, easy, multi), 200);
    EXPECT_STR("first", rig_story(&rig, 0), "arrived committed@2 replied:200");
    EXPECT_INT("a used one", perform(&rig, easy, multi), 200);
    EXPECT_STR("second", rig_story(&rig, 2), "arrived fault:keepalive-close");
    EXPECT_STR("again", rig_story(&rig, 3), "arrived committed@3 replied:200");
    EXPECT_STR("chart", rig_chart(&rig, PULSE, "/meta/versionId"), "3");
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    rig_close(&rig);
}

/* ---- none is forgotten ---- */

static bool is_tested(const char *name)
{
    /* Those that no row can tell, each with a test of its own above or in test_rules.c. */
    static const char *const apart[] = {"hang-before", "hang-after",      "reorder",
                                        "expect-100",  "keepalive-close", "unmerge-patient"};
    /* Those whose rows are in test_faults.c. */
    static const char *const first[] = {"close-after",        "error-after", "close-before",
                                        "error-before",       "duplicate",   "reject-entry",
                                        "partial-transaction"};

    /* Those of notifications: test_subscriptions.c. */
    static const char *const feed[] = {"notify-duplicate", "notify-skip", "notify-reorder", "echo"};

    for (size_t i = 0; i < COUNT_OF(apart); i++) {
        if (strcmp(apart[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(feed); i++) {
        if (strcmp(feed[i], name) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(first); i++) {
        if (strcmp(first[i], name) == 0)
            return true;
    }
    for (const struct struck_table *table = struck_tables(); table; table = table->next) {
        for (size_t i = 0; i < table->count; i++) {
            if (strcmp(rig_fault(table->rows[i].fault).name, name) == 0)
                return true;
        }
    }
    return false;
}

static void every_kind_has_a_test(void)
{
    const struct sim_fault_kind *kinds;
    const size_t count = sim_fault_kinds(&kinds);

    for (size_t i = 0; i < count; i++)
        EXPECT_TRUE(kinds[i].name, is_tested(kinds[i].name));
}

static CU_TestInfo tests[] = {
    {"an answer is broken on its way", an_answer_is_broken_on_its_way},
    {"rules say which request is struck", rules_say_which_request_is_struck},
    {"a later request overtakes", a_later_request_overtakes},
    {"a drip ends with the simulator", a_drip_ends_with_the_simulator},
    {"a client that waits for 100 Continue gets none",
     a_client_that_waits_for_100_continue_gets_none},
    {"an idle connection closes as a request is sent",
     an_idle_connection_closes_as_a_request_is_sent},
    {"every kind has a test", every_kind_has_a_test},
    CU_TEST_INFO_NULL,
};
SUITE("faults_wire", tests)
