/* SPDX-License-Identifier: Apache-2.0 */
/* What every fault does: what the client sees, what the chart holds, what the journal says. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define PUT_72                                                                                     \
    "{\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\",\"code\":{\"text\":"  \
    "\"Pulse\"},\"subject\":{\"reference\":\"Patient/ada\"},\"valueQuantity\":{\"value\":72},"     \
    "\"note\":[{\"text\":\"again\"}]}"
#define NEW "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"Pulse\"}}"
#define ENTRY(id)                                                                                  \
    "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"" id "\"},\"request\":{\"method\":"      \
    "\"PUT\",\"url\":\"Patient/" id "\"}}"
#define BUNDLE(type)                                                                               \
    "{\"resourceType\":\"Bundle\",\"type\":\"" type                                                \
    "\",\"entry\":[" ENTRY("bo") "," ENTRY("cy") "]}"
#define IF_MATCH_1 "If-Match: W/\"1\"\n"

struct row {
    const char *fault;
    const char *method, *url, *headers, *body;
    const char *seen, *value; /* value: the pulse in the chart afterwards */
    const char *story;
};

static const struct row rows[] = {
    {NULL, "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "200", "72",
     "arrived committed@2 replied:200"},
    {"reset-before", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "reset", "60",
     "arrived fault:reset-before"},
    {"close-before", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "empty", "60",
     "arrived fault:close-before"},
    {"reset-after", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "reset", "72",
     "arrived committed@2 fault:reset-after"},
    {"close-after", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "empty", "72",
     "arrived committed@2 fault:close-after"},
    {"error-before", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "503", "60",
     "arrived fault:error-before:503 replied:503"},
    {"error-before(429,7)", "GET", "Observation/pulse", NULL, NULL, "429", "60",
     "arrived fault:error-before(429,7):429 replied:429"},
    {"error-after", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "500", "72",
     "arrived committed@2 fault:error-after:500 replied:500"},
    {"error-after(409)", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "409", "72",
     "arrived committed@2 fault:error-after(409):409 replied:409"},
    {"duplicate", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "412", "72",
     "arrived committed@2 fault:duplicate:200 fault:duplicate:412 replied:412"},
    {"duplicate(3,first)", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "200", "72",
     "arrived committed@2 fault:duplicate(3,first):200 fault:duplicate(3,first):412 "
     "fault:duplicate(3,first):412 replied:200"},
    {"duplicate(2,last)", "POST", "Observation", NULL, NEW, "201", "60",
     "arrived committed@1 fault:duplicate(2,last):201 committed@1 fault:duplicate(2,last):201 "
     "replied:201"},
    {"reject", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "422", "60",
     "arrived fault:reject:422 replied:422"},
    {"reject(invalid,Observation.code)", "PUT", "Observation/pulse", NULL, PUT_72, "400", "60",
     "arrived fault:reject(invalid,Observation.code):400 replied:400"},
    {"reject(412)", "DELETE", "Observation/pulse", NULL, NULL, "412", "60",
     "arrived fault:reject(412):412 replied:412"},
    {"phantom-conflict", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "412", "60",
     "arrived fault:phantom-conflict:412 replied:412"},
    {"phantom-conflict(409)", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "409", "60",
     "arrived fault:phantom-conflict(409):409 replied:409"},
    {"drop-field(/note)", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "200", "72",
     "arrived fault:drop-field(/note) committed@2 replied:200"},
    {"drop-field(/valueQuantity)", "POST", "", NULL,
     "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":" PUT_72
     ",\"request\":{\"method\":\"PUT\",\"url\":\"Observation/pulse\"}}]}",
     "200", "(none)", "arrived fault:drop-field(/valueQuantity) committed@2 replied:200"},
    {"no-body", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "200", "72",
     "arrived committed@2 fault:no-body replied:200"},
    {"no-etag", "PUT", "Observation/pulse", IF_MATCH_1, PUT_72, "200", "72",
     "arrived committed@2 fault:no-etag replied:200"},
    {"no-etag", "PUT", "Observation/pulse", "If-Match: W/\"9\"\n", PUT_72, "412", "60",
     "arrived fault:no-etag replied:412"},
    {"reject-entry(2)", "POST", "", NULL, BUNDLE("batch"), "200", "60",
     "arrived fault:reject-entry(2) committed@1 replied:200"},
    {"reject-entry(2)", "POST", "", NULL, BUNDLE("transaction"), "422", "60",
     "arrived fault:reject-entry(2) replied:422"},
    {"partial-transaction(2)", "POST", "", NULL, BUNDLE("transaction"), "500", "60",
     "arrived fault:partial-transaction(2) committed@1 replied:500"},
};

static void each_fault_does_what_its_row_says(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct sim_fault fault = rig_fault(row->fault);
        const char *name = row->fault ? row->fault : "no fault";
        const struct http_reply *reply;
        struct http_pending *pending;
        struct err err = ERR_INIT;
        struct rig rig;
        uint64_t number;

        rig_open(&rig);
        pending = rig_start_held(&rig, row->method, row->url, row->headers, row->body, &number);
        EXPECT_INT(name, sim_pass(rig.sim, number, row->fault ? &fault : NULL, &err), 0);
        EXPECT_STR(name, err.text, "");
        EXPECT_STR(name, rig_story(&rig, 0), row->story); /* before any byte has left */
        reply = rig_until_done(&rig, pending);
        EXPECT_STR(name, rig_seen(&rig, reply), row->seen);
        EXPECT_STR(name, rig_chart(&rig, "Observation/pulse", "/valueQuantity/value"), row->value);
        EXPECT_INT(name, (long long)sim_held_count(rig.sim), 0);
        if (reply->status >= 400)
            EXPECT_STR(name, rig_body(&rig, reply, "/resourceType"), "OperationOutcome");
        rig_close(&rig);
    }
}

/* Passes one held request with the fault, and gives what the client got. */
static const struct http_reply *strike(struct rig *rig, const char *text, const char *method,
                                       const char *url, const char *body)
{
    struct sim_fault fault = rig_fault(text);
    struct err err = ERR_INIT;
    uint64_t number;
    struct http_pending *pending = rig_start_held(rig, method, url, NULL, body, &number);

    if (sim_pass(rig->sim, number, text ? &fault : NULL, &err))
        BUG("%s", err.text);
    return rig_until_done(rig, pending);
}

static const char *header(const struct http_reply *reply, const char *name)
{
    const char *value = http_reply_header(reply, name);

    return value ? value : "(none)";
}

static void misleading_answers_keep_what_the_fault_does_not_name(void)
{
    const struct http_reply *reply;
    struct rig rig;

    rig_open(&rig);
    reply = strike(&rig, "no-etag", "POST", "Observation", NEW);
    EXPECT_STR("no-etag", header(reply, "ETag"), "(none)");
    EXPECT_HAS("no-etag", header(reply, "Location"), "/fhir/Observation/c-1/_history/1");
    EXPECT_STR("no-etag", rig_body(&rig, reply, "/meta/versionId"), "1");

    reply = strike(&rig, "no-body", "POST", "Observation", NEW);
    EXPECT_STR("no-body", reply->body, "");
    EXPECT_STR("no-body", header(reply, "ETag"), "W/\"1\"");
    EXPECT_STR("no-body", header(reply, "Content-Type"), "(none)");

    reply = strike(&rig, "error-before(503,120)", "GET", "Patient/ada", NULL);
    EXPECT_STR("error-before", header(reply, "Retry-After"), "120");
    EXPECT_STR("error-before", header(reply, "ETag"), "(none)");

    reply = strike(&rig, "error-after(504)", "PUT", "Observation/pulse", PUT_72);
    EXPECT_STR("error-after", header(reply, "ETag"), "(none)");
    EXPECT_STR("error-after", header(reply, "Retry-After"), "(none)");

    reply = strike(&rig, "reject(required,Observation.code)", "PUT", "Observation/pulse", PUT_72);
    EXPECT_STR("reject", rig_body(&rig, reply, "/issue/0/code"), "required");
    EXPECT_STR("reject", rig_body(&rig, reply, "/issue/0/expression/0"), "Observation.code");
    rig_close(&rig);
}

static void a_dropped_field_is_lost_whatever_the_answer_shows(void)
{
    static const struct {
        const char *fault, *shown;
    } echoes[] = {
        {"drop-field(/note)", "(none)"},
        {"drop-field(/note,stored)", "(none)"},
        {"drop-field(/note,sent)", "again"},
    };

    for (size_t i = 0; i < COUNT_OF(echoes); i++) {
        const struct http_reply *reply;
        struct rig rig;

        rig_open(&rig);
        reply = strike(&rig, echoes[i].fault, "PUT", "Observation/pulse", PUT_72);
        EXPECT_STR(echoes[i].fault, rig_body(&rig, reply, "/note/0/text"), echoes[i].shown);
        EXPECT_STR(echoes[i].fault, rig_chart(&rig, "Observation/pulse", "/note"), "(none)");
        EXPECT_STR(echoes[i].fault, header(reply, "ETag"), "W/\"2\"");
        rig_close(&rig);
    }
}

static void a_stale_read_has_its_own_etag(void)
{
    const struct http_reply *reply;
    struct rig rig;

    rig_open(&rig);
    strike(&rig, NULL, "PUT", "Observation/pulse", PUT_72);
    reply = strike(&rig, "stale-read(1)", "GET", "Observation/pulse", NULL);
    EXPECT_STR("read", header(reply, "ETag"), "W/\"1\"");
    EXPECT_STR("read", rig_body(&rig, reply, "/valueQuantity/value"), "60");
    EXPECT_STR("read", rig_body(&rig, reply, "/meta/versionId"), "1");
    EXPECT_STR("story", rig_story(&rig, 2), "arrived fault:stale-read(1) replied:200");
    reply = strike(&rig, "stale-read(1)", "GET", "Observation?_id=pulse", NULL);
    EXPECT_STR("search", rig_body(&rig, reply, "/entry/0/resource/valueQuantity/value"), "60");
    rig_close(&rig);
}

static void a_bundle_fault_strikes_its_entry(void)
{
    const struct http_reply *reply;
    struct rig rig;

    rig_open(&rig);
    reply = strike(&rig, "reject-entry(2)", "POST", "", BUNDLE("batch"));
    EXPECT_STR("batch", rig_body(&rig, reply, "/type"), "batch-response");
    EXPECT_HAS("batch", rig_body(&rig, reply, "/entry/0/response/status"), "201");
    EXPECT_HAS("batch", rig_body(&rig, reply, "/entry/1/response/status"), "4");
    EXPECT_STR("batch", rig_chart(&rig, "Patient/bo", "/id"), "bo");
    EXPECT_STR("batch", rig_chart(&rig, "Patient/cy", "/id"), "(none)");
    rig_begin(&rig);
    strike(&rig, "reject-entry(1)", "POST", "", BUNDLE("transaction"));
    EXPECT_STR("transaction", rig_chart(&rig, "Patient/bo", "/id"), "(none)");
    EXPECT_STR("transaction", rig_chart(&rig, "Patient/cy", "/id"), "(none)");
    rig_begin(&rig);
    strike(&rig, "partial-transaction(2)", "POST", "", BUNDLE("transaction"));
    EXPECT_STR("partial", rig_chart(&rig, "Patient/bo", "/id"), "bo");
    EXPECT_STR("partial", rig_chart(&rig, "Patient/cy", "/id"), "(none)");
    rig_close(&rig);
}

static void a_fault_that_does_not_fit_is_refused(void)
{
    static const struct {
        const char *fault, *method, *url, *body, *why;
    } misfits[] = {
        {"reject-entry(1)", "GET", "Patient/ada", NULL, "reject-entry is for a batch"},
        {"reject-entry(3)", "POST", "", BUNDLE("batch"), "this batch has 2 entries"},
        {"partial-transaction(2)", "POST", "", BUNDLE("batch"), "is for a transaction"},
        {"drop-field(/note)", "DELETE", "Observation/pulse", NULL, "is for a create, update"},
        {"stale-read", "PUT", "Observation/pulse", PUT_72, "is for a read"},
        {"stale-read(1)", "GET", "Observation/pulse", NULL, "no version that much earlier"},
        {"stale-read(1)", "GET", "Observation/nobody", NULL, "no version that much earlier"},
        {"no-etag", "GET", "Observation/pulse", NULL, "is for a write"},
        {"hang-after", "PUT", "Observation/pulse", PUT_72, "stand-alone"},
    };

    for (size_t i = 0; i < COUNT_OF(misfits); i++) {
        struct sim_fault fault = rig_fault(misfits[i].fault);
        struct err err = ERR_INIT;
        struct rig rig;
        uint64_t number;

        rig_open(&rig);
        rig_start_held(&rig, misfits[i].method, misfits[i].url, NULL, misfits[i].body, &number);
        EXPECT_INT(misfits[i].fault, sim_pass(rig.sim, number, &fault, &err), -1);
        EXPECT_INT(misfits[i].fault, err.code, ERR_INPUT);
        EXPECT_HAS(misfits[i].fault, err.text, misfits[i].why);
        EXPECT_STR(misfits[i].fault, rig_story(&rig, 0), "arrived");
        EXPECT_INT(misfits[i].fault, (long long)sim_held_count(rig.sim), 1);
        rig_close(&rig);
    }
}

static void a_fault_is_read_strictly(void)
{
    static const struct {
        const char *text, *name, *first, *second, *why;
    } texts[] = {
        {"reset-after", "reset-after", "", "", ""},
        {"error-after(503)", "error-after", "503", "", ""},
        {"error-before( 429 , 2 )", "error-before", "429", "2", ""},
        {"drop-field(/a/0/b,sent)", "drop-field", "/a/0/b", "sent", ""},
        {"reset-after()", "reset-after", "", "", ""},
        {"reset-aftr", NULL, "", "", "unknown fault 'reset-aftr'; did you mean 'reset-after'?"},
        {"zzz", NULL, "", "", "unknown fault 'zzz'"},
        {"", NULL, "", "", "unknown fault ''"},
        {"error-after(200)", NULL, "", "",
         "error-after: argument 1 is '200'; expected one of: 500"},
        {"error-after(50)", NULL, "", "", "argument 1 is '50'"},
        {"error-after(503", NULL, "", "", "parenthesis"},
        {"error-after(503,)", NULL, "", "", "argument 2 is empty"},
        {"reset-after(1)", NULL, "", "", "reset-after takes 0 arguments, '1' is too many"},
        {"duplicate(1)", NULL, "", "", "expected a number from 2 to 9"},
        {"duplicate(two)", NULL, "", "", "expected a number from 2 to 9"},
        {"duplicate(2,both)", NULL, "", "", "expected one of: first last"},
        {"drop-field", NULL, "", "",
         "drop-field: argument 1 is missing (drop-field(/note,stored))"},
        {"drop-field(note)", NULL, "", "", "expected a JSON Pointer"},
        {"reject(a,b,c,d,e)", NULL, "", "", "too many arguments"},
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct sim_fault fault;
        struct err err = ERR_INIT;
        const int rc = sim_fault_parse(texts[i].text, &fault, &err);

        EXPECT_INT(texts[i].text, rc, texts[i].name ? 0 : -1);
        EXPECT_HAS(texts[i].text, err.text, texts[i].why);
        if (rc || !texts[i].name)
            continue;
        EXPECT_STR(texts[i].text, fault.name, texts[i].name);
        EXPECT_STR(texts[i].text, fault.args[0], texts[i].first);
        EXPECT_STR(texts[i].text, fault.args[1], texts[i].second);
    }
}

static void every_kind_has_an_example_that_is_read(void)
{
    const struct sim_fault_kind *kinds;
    const size_t count = sim_fault_kinds(&kinds);

    for (size_t i = 0; i < count; i++) {
        struct sim_fault fault;
        struct err err = ERR_INIT;

        EXPECT_INT(kinds[i].name, sim_fault_parse(kinds[i].example, &fault, &err), 0);
        EXPECT_STR(kinds[i].name, err.text, "");
        EXPECT_TRUE(kinds[i].name, kinds[i].summary[0] && kinds[i].group[0]);
    }
}

static CU_TestInfo tests[] = {
    {"each fault does what its row says", each_fault_does_what_its_row_says},
    {"misleading answers keep what the fault does not name",
     misleading_answers_keep_what_the_fault_does_not_name},
    {"a dropped field is lost whatever the answer shows",
     a_dropped_field_is_lost_whatever_the_answer_shows},
    {"a stale read has its own ETag", a_stale_read_has_its_own_etag},
    {"a Bundle fault strikes its entry", a_bundle_fault_strikes_its_entry},
    {"a fault that does not fit is refused", a_fault_that_does_not_fit_is_refused},
    {"a fault is read strictly", a_fault_is_read_strictly},
    {"every kind has an example that is read", every_kind_has_an_example_that_is_read},
    CU_TEST_INFO_NULL,
};
SUITE("faults", tests)
