/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of no-leak and reviews-guarded. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

#define PERSON                                                                                     \
    "{'resourceType':'Patient','identifier':[{'system':'urn:mrn','value':'MRN-10017'}],"           \
    "'name':[{'family':'Quillfeather','given':['Merle']}],'telecom':[{'value':'555-0117'}]}"

static void chart(struct kase *k)
{
    static const char *const tokens[] = {"token-2F5aQx", NULL};

    note_begin(k);
    case_chart(k, "Patient/bo", PERSON);
    case_chart(k, "Task/call",
               "{'resourceType':'Task','identifier':[{'system':'urn:task','value':'T-88091'}],"
               "'description':'Call about the new inhaler & the spare one'}");
    case_intent(
        k, "find",
        "{'operation':'patch','target':{'type':'Patient','identifier':{'system':'urn:mrn','"
        "value':'MRN-20000'}},'patch':[{'op':'add','path':'/note','value':[{'text':'Sleeps "
        "badly since May'}]},{'op':'replace','path':'/name/0/family','value':'Thistlewhite'}]}");
    case_chart(k, "Patient/cy", "{'resourceType':'Patient','identifier':[{'value':'MRN-20000'}]}");
    case_evidence(k)->tokens = tokens;
}

/* One entry that may hold what it must not. */
struct row {
    const char *row, *what, *url;
    int status;
    const char *body;
    enum verdict want;
};

static const struct row rows[] = {
    {"a quiet log", "log", "stdout", 0, "engine: listening at http://127.0.0.1:1", VERDICT_PASS},
    {"a name", "log", "stderr", 0, "cannot write Quillfeather", VERDICT_FAIL},
    {"a name in a longer word", "log", "stderr", 0, "Quillfeathers, Merles and more", VERDICT_PASS},
    {"a given name", "log", "stderr", 0, "[Merle]", VERDICT_FAIL},
    {"in another case", "log", "stderr", 0, "merle", VERDICT_PASS},
    {"a number", "log", "stderr", 0, "id MRN-10017 not found", VERDICT_FAIL},
    {"a telephone number", "log", "stderr", 0, "555-0117", VERDICT_FAIL},
    {"a number of a task is no person's", "log", "stderr", 0, "T-88091", VERDICT_PASS},
    {"what the intent is to be found by", "log", "stderr", 0, "MRN-20000", VERDICT_PASS},
    {"a note", "log", "stderr", 0, "{\"description\":\"Call about the new inhaler \\u0026\"}",
     VERDICT_FAIL},
    {"a note, cut off", "log", "stderr", 0, "Call about the", VERDICT_PASS},
    {"a note of an intent", "log", "audit.log", 0, "Sleeps badly since May", VERDICT_FAIL},
    {"a name of an intent", "log", "audit.log", 0, "Thistlewhite", VERDICT_FAIL},
    {"a token", "log", "stderr", 0, "Authorization: Bearer token-2F5aQx", VERDICT_FAIL},
    {"percent-encoded", "log", "stderr", 0, "?name=%51uillfeather&x", VERDICT_FAIL},
    {"percent-encoded note", "log", "stderr", 0, "Sleeps+badly%20since+May", VERDICT_FAIL},
    {"base64", "log", "core", 0, "data: UXVpbGxmZWF0aGVy", VERDICT_FAIL},
    {"base64, in the middle", "log", "core", 0,
     "eyJmYW1pbHkiOiJRdWlsbGZlYXRoZXIifQ==", VERDICT_FAIL},
    {"base64, behind a letter", "log", "core", 0, "xUXVpbGxmZWF0aGVy", VERDICT_FAIL},
    {"base64 of something else", "log", "core", 0, "aGVsbG8gd29ybGQ=", VERDICT_PASS},
    {"metrics", "metrics", "/metrics", 0, "last_patient{name=\"Quillfeather\"} 1", VERDICT_FAIL},
    {"metrics without", "metrics", "/metrics", 0, "writeback_accepted_total 1", VERDICT_PASS},
    {"an error's text", "answer", "", 400, "{\"detail\":\"Merle is no code\"}", VERDICT_FAIL},
    {"an error that is no JSON", "answer", "", 500, "at Merle.java", VERDICT_FAIL},
    {"an error without", "answer", "", 400, "{\"detail\":\"no code\"}", VERDICT_PASS},
    {"an intent's problem", "view", "", 200,
     "{\"id\":\"i-note\",\"state\":\"rejected\",\"problem\":{\"detail\":\"Quillfeather is "
     "refused\"}}",
     VERDICT_FAIL},
    {"a review is for who may see it", "review", "", 200,
     "{\"current\":{\"name\":[{\"family\":\"Quillfeather\"}]}}", VERDICT_PASS},
    {"a review in answer to a decision", "decided", "", 409,
     "{\"id\":\"r-1\",\"current\":{\"name\":[{\"family\":\"Quillfeather\"}]}}", VERDICT_PASS},
    {"a log too long", "log", "stdout", 1, "engine: and so on", VERDICT_UNKNOWN},
    {"a log too long, and a name", "log", "stdout", 1, "engine: Quillfeather", VERDICT_FAIL},
};

static void no_leak_says_what_it_should(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        chart(k);
        case_entry(k, &(struct sim_entry){.kind = SIM_SAID,
                                          .what = rows[i].what,
                                          .intent = "note",
                                          .url = rows[i].url,
                                          .status = rows[i].status,
                                          .body = rows[i].body});
        case_expect(k, rows[i].row, "no-leak", rows[i].want);
        case_free(k);
    }
}

static void search(struct kase *k, const char *act)
{
    chart(k);
    case_replied(k, case_arrived(k, "note", act, NULL, NULL), 200, NULL, NULL);
}

static void looks_by_number(struct kase *k)
{
    search(k, "GET Task?identifier=urn:task|T-88091");
}

static void looks_by_name(struct kase *k)
{
    search(k, "GET Patient?family=Quillfeather");
}

static void looks_by_name_encoded(struct kase *k)
{
    search(k, "GET Patient?family=Quil%6Cfeather");
}

static void writes_a_name(struct kase *k)
{
    chart(k);
    case_write(k, "note", "PUT Patient/bo", "If-Match: W/'1'", PERSON);
}

static void urls_are_looked_at(void)
{
    static const struct case_row table[] = {
        {"by a business number", looks_by_number, VERDICT_PASS},
        {"by name", looks_by_name, VERDICT_FAIL},
        {"by name, encoded", looks_by_name_encoded, VERDICT_FAIL},
        {"a body is for the chart", writes_a_name, VERDICT_PASS},
    };

    case_rows("no-leak", table);
}

static void a_chart_without_secrets_is_not_judged(void)
{
    struct kase *k = case_new();

    note_begin(k);
    EXPECT_INT("not judged", case_judge(k, "no-leak")->is_judged, false);
    case_free(k);
}

/* A leak is one wherever it is seen; that there is none can only be said of what was looked at. */
static void without_logs_and_metrics_only_a_leak_is_told(void)
{
    static const struct {
        const char *row;
        unsigned parts;
        const char *url;
        bool is_judged;
        enum verdict want;
    } table[] = {
        {"logs", PART_LOGS, "Patient?identifier=x", true, VERDICT_PASS},
        {"metrics", PART_METRICS, "Patient?identifier=x", true, VERDICT_PASS},
        {"neither", 0, "Patient?identifier=x", false, VERDICT_PASS},
        {"neither, and a leak", 0, "Patient?name=Quillfeather", true, VERDICT_FAIL},
    };

    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct kase *k = case_new();

        chart(k);
        case_evidence(k)->parts = PART_JOURNAL | table[i].parts;
        case_entry(k,
                   &(struct sim_entry){.kind = SIM_ARRIVED, .method = "GET", .url = table[i].url});
        const struct result_invariant *found = case_judge(k, "no-leak");
        EXPECT_INT(table[i].row, found->is_judged, table[i].is_judged);
        EXPECT_INT(table[i].row, found->verdict, table[i].want);
        case_free(k);
    }
}

/* ---- reviews-guarded ---- */

static void probe(struct kase *k, int status, const char *body)
{
    note_begin(k);
    case_entry(k, &(struct sim_entry){.kind = SIM_SAID,
                                      .what = "probe",
                                      .url = "/v1/reviews",
                                      .status = status,
                                      .body = body});
}

static void refused(struct kase *k)
{
    probe(k, 401, "{}");
}

static void hidden(struct kase *k)
{
    probe(k, 404, NULL);
}

static void sent_away(struct kase *k)
{
    probe(k, 302, NULL);
}

static void answered(struct kase *k)
{
    probe(k, 200, "{\"reviews\":[]}");
}

static void answered_with_nothing(struct kase *k)
{
    probe(k, 200, "");
}

static void asked_who_it_is(struct kase *k)
{
    probe(k, 200, "<!DOCTYPE html><html><form>");
}

static void probe_made_up(struct kase *k, int status)
{
    note_begin(k);
    case_entry(k, &(struct sim_entry){.kind = SIM_SAID,
                                      .what = "probe",
                                      .url = "/v1/reviews/r-1",
                                      .headers = "{'Authorization':'Bearer made-up'}",
                                      .status = status,
                                      .body = "{}"});
}

static void made_up_refused(struct kase *k)
{
    probe_made_up(k, 401);
}

static void made_up_answered(struct kase *k)
{
    probe_made_up(k, 200);
}

static void not_asked(struct kase *k)
{
    note_begin(k);
}

static void reviews_guarded_says_what_it_should(void)
{
    static const struct case_row table[] = {
        {"refused", refused, VERDICT_PASS},
        {"hidden", hidden, VERDICT_PASS},
        {"sent away", sent_away, VERDICT_PASS},
        {"answered", answered, VERDICT_FAIL},
        {"answered with nothing", answered_with_nothing, VERDICT_FAIL},
        {"asked who it is", asked_who_it_is, VERDICT_PASS},
        {"a made up token is refused", made_up_refused, VERDICT_PASS},
        {"a made up token is answered", made_up_answered, VERDICT_FAIL},
    };

    struct kase *k = case_new();

    case_rows("reviews-guarded", table);
    not_asked(k);
    EXPECT_INT("not asked", case_judge(k, "reviews-guarded")->is_judged, false);
    case_free(k);
}

static CU_TestInfo tests[] = {
    {"no-leak says what it should", no_leak_says_what_it_should},
    {"URLs of looks are looked at", urls_are_looked_at},
    {"a chart without secrets is not judged", a_chart_without_secrets_is_not_judged},
    {"without logs and metrics only a leak is told", without_logs_and_metrics_only_a_leak_is_told},
    {"reviews-guarded says what it should", reviews_guarded_says_what_it_should},
    CU_TEST_INFO_NULL,
};
SUITE("judge_leak", tests)
