/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of personalities over HTTP: each question shows one knob and is asked of all seventeen. Its
 * first answer is r4's, and that of everybody who is not named after it.
 *
 * What holds over the whole table: a knob that a personality's file sets has a question that names
 * the personality among those who answer otherwise.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/personality.h"
#include "simulator/tests/wire.h"
#include "tests/expect.h"

/* ' stands for ". */
#define ADA                                                                                        \
    "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'system':'urn:t','code':'old'}]},"       \
    "'identifier':[{'system':'urn:x','value':'1'}],'active':true,'gender':'female'}"
#define BOB "{'resourceType':'Patient','id':'bob','active':false}"
#define PULSE                                                                                      \
    "{'resourceType':'Observation','id':'pulse','status':'final','code':{'text':'pulse'},"         \
    "'subject':{'reference':'Patient/ada'}}"
#define CHART "[" ADA "," BOB "," PULSE "]"

#define PATIENT(more) "{'resourceType':'Patient','active':true" more "}"
#define NEW           PATIENT("")
#define BOB_TOO       PATIENT(",'id':'bob'")
#define TAGGED_TOO                                                                                 \
    PATIENT(",'id':'ada','identifier':[{'system':'urn:x','value':'1'}],'meta':{'tag':[{'system':"  \
            "'urn:t','code':'new'}]}")
#define LATEX                                                                                      \
    "{'resourceType':'AllergyIntolerance','clinicalStatus':{'coding':[{'system':'http://"          \
    "terminology.hl7.org/CodeSystem/"                                                              \
    "allergyintolerance-clinical','code':'active'}]},'code':{'coding':[{'code':'111088007'}]},"    \
    "'patient':{'reference':'Patient/ada'}}"
#define BUNDLE(type)                                                                               \
    "{'resourceType':'Bundle','type':'" type "','entry':[{'resource':" NEW                         \
    ",'request':{'method':'POST','url':'Patient'}}]}"
#define CONDITIONAL                                                                                \
    "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':"                          \
    "{'resourceType':'Patient','identifier':[{'system':'urn:x','value':'7'}]},'request':{"         \
    "'method':'POST','url':'Patient','ifNoneExist':'identifier=urn:x|7'}}]}"
#define CURRENT    "If-Match: ETAG"
#define STALE      "If-Match: W/\"999\""
#define JSON_PATCH CURRENT "\nContent-Type: application/json-patch+json"
#define GET(url)                                                                                   \
    {                                                                                              \
        "GET", url, NULL, NULL                                                                     \
    }
#define DELETE(url, headers)                                                                       \
    {                                                                                              \
        "DELETE", url, headers, NULL                                                               \
    }
#define REPLACE(what) "[{'op':'replace','path':'/" what "','value':'male'}]"
#define FHIRPATH_PATCH                                                                             \
    "{'resourceType':'Parameters','parameter':[{'name':'operation','part':[{'name':'type',"        \
    "'valueCode':'replace'},{'name':'path','valueString':'Patient.gender'},{'name':'value',"       \
    "'valueCode':'male'}]}]}"
#define TYPE       "/rest/0/resource/0/"
#define TEST_FAILS "[{'op':'test','path':'/gender','value':'other'}]"

struct request {
    const char *method, *url;
    const char *headers; /* ETAG stands for the current ETag of `url` */
    const char *body;
};

struct question {
    const char *knob, *row;
    struct request before[2], request;
    struct {
        const char *who; /* names of personalities; NULL: everybody else */
        int status;
        const char *want; /* lines as in steps.h; # is digits, * what has no slash and no quote */
    } answers[7];
};

/* Shown over several requests, in test_personality_runs.c. */
static const char *const shown_in_runs[] = {"version_gaps", "async_writes", "if_none_exist",
                                            "write_clash"};
/* Those of faults: test_policy.c. */
static const char *const of_faults[] = {"throttle", "retry_after"};

static const struct question questions[] = {
    /* ---- versions ---- */
    {"etag_form",
     "the ETag of a read",
     {{0}},
     GET("Patient/ada"),
     {{NULL, 200, "ETag: W/\"1\"\n/meta/versionId = 1"},
      {"medplum", 200, "ETag: W/\"*-*-*-*-*\"\n/meta/versionId = *-*-*-*-*"},
      {"aidbox blaze", 200, "ETag: W/\"#\"\n/meta/versionId = #"},
      {"timestamp-etag", 200, "ETag: W/\"1767225600\"\n/meta/versionId = 1"},
      {"epic-like no-versions", 200, "ETag: (none)"},
      {"oracle-health", 200, "ETag: W/\"0\"\n/meta/versionId = 0"}}},
    {"version_start",
     "the first version",
     {{0}},
     GET("Patient/ada"),
     {{NULL, 200, NULL}, {"oracle-health", 200, "ETag: W/\"0\""}}},
    {"last_updated_resolution",
     "when it changed",
     {{"PUT", "Patient/bob", CURRENT, BOB_TOO}},
     GET("Patient/bob"),
     {{NULL, 200, "/meta/lastUpdated = 2026-01-01T00:00:01.000Z"},
      {"timestamp-etag", 200,
       "/meta/lastUpdated = 2026-01-01T00:00:00.000Z\n/meta/versionId = 2\nETag: "
       "W/\"1767225600\""}}},

    /* ---- guards ---- */
    {"stale_status",
     "a stale update",
     {{0}},
     {"PUT", "Patient/bob", STALE, BOB_TOO},
     {{NULL, 412, "/issue/0/code = conflict"},
      {"stu3-conflicts hapi hapi-racy oracle-health nhs-pds", 409, "/issue/0/code = conflict"},
      {"epic-like no-versions if-match-ignored", 200, NULL}}},
    {"if_match_checked",
     "a stale conditional update",
     {{0}},
     {"PUT", "Patient?identifier=urn:x|1", STALE, TAGGED_TOO},
     {{NULL, 412, NULL},
      {"azure no-versions if-match-ignored", 200, NULL},
      {"stu3-conflicts hapi hapi-racy", 409, NULL},
      {"blaze oracle-health nhs-pds epic-like", 400, NULL}}},
    {"if_match_checked",
     "a stale delete",
     {{0}},
     DELETE("Patient/bob", STALE),
     {{NULL, 412, NULL},
      {"stu3-conflicts hapi hapi-racy oracle-health nhs-pds", 409, NULL},
      {"epic-like no-versions if-match-ignored", 204, ""}}},
    {"require_if_match",
     "an update without If-Match",
     {{0}},
     {"PUT", "Patient/bob", NULL, BOB_TOO},
     {{NULL, 200, NULL}, {"stu3-conflicts oracle-health nhs-pds", 412, NULL}}},
    {"strong_etag_in",
     "a strong If-Match",
     {{0}},
     {"PUT", "Patient/bob", "If-Match: STRONG", BOB_TOO},
     {{NULL, 200, NULL}, {"azure", 400, NULL}}},
    {"if_match_absent",
     "If-Match on what never was",
     {{0}},
     {"PUT", "Patient/eve", "If-Match: W/\"1\"", PATIENT(",'id':'eve'")},
     {{NULL, 412, NULL},
      {"azure", 404, NULL},
      {"no-versions if-match-ignored", 201, NULL},
      {"epic-like", 405, NULL}}},
    {"conditional_read",
     "a read of what the client has",
     {{0}},
     {"GET", "Patient/ada", "If-None-Match: ETAG", NULL},
     {{NULL, 304, ""}, {"blaze epic-like no-versions", 200, "/resourceType = Patient"}}},

    /* ---- answers ---- */
    {"location",
     "Location of a create",
     {{0}},
     {"POST", "Patient", NULL, NEW},
     {{NULL, 201, "Location: BASE/Patient/*/_history/*"},
      {"oracle-health", 201, "Location: BASE/Patient/*"},
      {"healthlake", 201, "Location: (none)"}}},
    {"return_default",
     "the body of a create",
     {{0}},
     {"POST", "Patient", NULL, NEW},
     {{NULL, 201, "/resourceType = Patient"}, {"linuxforhealth oracle-health epic-like", 201, ""}}},
    {"return_default",
     "the body of a create where it is asked for",
     {{0}},
     {"POST", "Patient", "Prefer: return=representation", NEW},
     {{NULL, 201, "/resourceType = Patient"}, {"oracle-health epic-like", 201, ""}}},
    /* ---- writes ---- */
    {"no_op_put",
     "an update without a change",
     {{"PUT", "Patient/bob", CURRENT, BOB}},
     GET("Patient/bob/_history"),
     {{NULL, 200, "/total = 2"},
      {"hapi hapi-racy azure medplum blaze", 200, "/total = 1"},
      {"healthlake", 200, "/total = 1"},
      {"nhs-pds no-versions", 400, NULL}}},
    {"meta_on_update",
     "tags of the version before",
     {{"PUT", "Patient/ada", CURRENT, TAGGED_TOO}},
     GET("Patient/ada"),
     {{NULL, 200, "/meta/tag/0/code = new\n/meta/tag/1/code = (none)"},
      {"hapi hapi-racy", 200, "/meta/tag/0/code = new\n/meta/tag/1/code = old"}}},
    {"update_create",
     "an update of what never was",
     {{0}},
     {"PUT", "Patient/eve", NULL, PATIENT(",'id':'eve'")},
     {{NULL, 201, NULL}, {"epic-like", 405, NULL}}},
    {"referential_integrity",
     "deleting what is pointed at",
     {{0}},
     DELETE("Patient/ada", CURRENT),
     {{NULL, 204, ""}, {"hapi hapi-racy medplum linuxforhealth", 200, NULL}, {"blaze", 409, NULL}}},
    {"drops_fields",
     "a field that has no place",
     {{"PUT", "Patient/bob", CURRENT, PATIENT(",'id':'bob','photo':[{'title':'x'}]")}},
     GET("Patient/bob"),
     {{NULL, 200, "/photo/0/title = x"}, {"oracle-health", 200, "/photo = (none)"}}},
    {"merges_duplicates",
     "the same allergy again",
     {{"POST", "AllergyIntolerance", NULL, LATEX}, {"POST", "AllergyIntolerance", NULL, LATEX}},
     GET("AllergyIntolerance?_summary=count"),
     {{NULL, 200, "/total = 2"},
      {"healthlake", 200, "/total = 0"}, /* its search lags */
      {"oracle-health", 200, "/total = 1"}}},
    {"idempotency_header",
     "the same key again",
     {{"POST", "Patient", "Idempotency-Key: k-1", NEW}},
     {"POST", "Patient", "Idempotency-Key: k-1", NEW},
     {{NULL, 201, NULL}, {"healthlake", 409, NULL}}},

    /* ---- conditionals, patches, Bundles ---- */
    {"if_none_exist",
     "a conditional create that finds one",
     {{0}},
     {"POST", "Patient", "If-None-Exist: identifier=urn:x|1", NEW},
     {{NULL, 200, NULL}, {"oracle-health nhs-pds", 400, NULL}, {"epic-like", 201, NULL}}},
    {"conditional_update",
     "a conditional update",
     {{0}},
     {"PUT", "Patient?identifier=urn:x|9", NULL, NEW},
     {{NULL, 201, NULL}, {"blaze oracle-health nhs-pds epic-like", 400, NULL}}},
    {"conditional_patch",
     "a conditional patch",
     {{0}},
     {"PATCH", "Patient?identifier=urn:x|9", JSON_PATCH, REPLACE("gender")},
     {{NULL, 404, NULL}, {"oracle-health nhs-pds blaze epic-like no-versions", 400, NULL}}},
    {"conditional_delete",
     "a conditional delete",
     {{0}},
     DELETE("Patient?identifier=urn:x|9", NULL),
     {{NULL, 204, ""},
      {"hapi hapi-racy linuxforhealth", 200, NULL},
      {"medplum", 404, NULL},
      {"oracle-health nhs-pds epic-like", 400, NULL}}},
    {"patch",
     "a JSON Patch",
     {{0}},
     {"PATCH", "Patient/ada", JSON_PATCH, REPLACE("gender")},
     {{NULL, 200, NULL}, {"blaze epic-like no-versions", 400, NULL}}},
    {"patch",
     "a FHIRPath Patch",
     {{0}},
     {"PATCH", "Patient/ada", CURRENT, FHIRPATH_PATCH},
     {{NULL, 200, NULL}, {"blaze oracle-health nhs-pds epic-like no-versions", 400, NULL}}},
    {"patch_paths",
     "a JSON Patch of a path that is not listed",
     {{0}},
     {"PATCH", "Patient/ada", JSON_PATCH, "[{'op':'remove','path':'/active'}]"},
     {{NULL, 200, NULL}, {"oracle-health", 422, NULL}, {"blaze epic-like no-versions", 400, NULL}}},
    {"patch_test_failed",
     "a JSON Patch whose test fails",
     {{0}},
     {"PATCH", "Patient/ada", JSON_PATCH, TEST_FAILS},
     {{NULL, 422, NULL},
      {"medplum linuxforhealth nhs-pds", 400, NULL},
      {"blaze epic-like no-versions", 400, NULL}}},
    {"transaction",
     "a transaction",
     {{0}},
     {"POST", "", NULL, BUNDLE("transaction")},
     {{NULL, 200, "/entry/0/response/status = 201 Created"},
      {"oracle-health nhs-pds epic-like", 400, NULL}}},
    {"replayed_bundle",
     "a conditional transaction again",
     {{"POST", "", NULL, CONDITIONAL}},
     {"POST", "", NULL, CONDITIONAL},
     {{NULL, 200, "/entry/0/response/status = 200 OK"},
      {"hapi-racy", 200, "/entry/0/response/status = 200 OK"},
      {"healthlake", 200, NULL}, /* its search lags */
      {"hapi", 409, "/issue/0/code = conflict\n/issue/0/expression/0 = Bundle.entry[0]"},
      {"epic-like oracle-health nhs-pds", 400, NULL}}},
    {"batch",
     "a batch",
     {{0}},
     {"POST", "", NULL, BUNDLE("batch")},
     {{NULL, 200, "/entry/0/response/status = 201 Created"}, {"nhs-pds", 400, NULL}}},

    /* ---- deletes ---- */
    {"delete_reply",
     "a delete",
     {{0}},
     DELETE("Patient/bob", CURRENT),
     {{NULL, 204, ""},
      {"hapi hapi-racy medplum linuxforhealth", 200, "/resourceType = OperationOutcome"}}},
    {"delete_unknown",
     "deleting what never was",
     {{0}},
     DELETE("Patient/nobody", NULL),
     {{NULL, 204, ""},
      {"hapi hapi-racy linuxforhealth", 200, "/resourceType = OperationOutcome"},
      {"medplum", 404, NULL},
      {"blaze", 204, "ETag: W/\"#\""}}},
    {"delete_unknown",
     "what is left of it",
     {DELETE("Patient/nobody", NULL)},
     GET("Patient/nobody"),
     {{NULL, 404, NULL}, {"blaze", 410, NULL}}},

    /* ---- looks ---- */
    {"history",
     "the history",
     {{"PUT", "Patient/bob", CURRENT, BOB_TOO}},
     GET("Patient/bob/_history"),
     {{NULL, 200, "/total = 2"},
      {"healthlake", 200, "/total = 1"},
      {"nhs-pds no-versions", 400, NULL}}},

    /* ---- what it says of itself ---- */
    {"require_if_match",
     "versioning in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "versioning = versioned"},
      {"stu3-conflicts oracle-health nhs-pds", 200, TYPE "versioning = versioned-update"},
      {"epic-like no-versions", 200, TYPE "versioning = no-version"}}},
    {"if_none_exist",
     "conditionalCreate in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "conditionalCreate = true"},
      {"oracle-health nhs-pds epic-like", 200, TYPE "conditionalCreate = false"}}},
    {"conditional_update",
     "conditionalUpdate in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "conditionalUpdate = true"},
      {"blaze oracle-health nhs-pds epic-like", 200, TYPE "conditionalUpdate = false"}}},
    {"conditional_delete",
     "conditionalDelete in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "conditionalDelete = single"},
      {"oracle-health nhs-pds epic-like", 200, TYPE "conditionalDelete = not-supported"}}},
    {"conditional_read",
     "conditionalRead in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "conditionalRead = full-support"},
      {"blaze epic-like no-versions", 200, TYPE "conditionalRead = not-supported"}}},
    {"update_create",
     "updateCreate in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, TYPE "updateCreate = true"}, {"epic-like", 200, TYPE "updateCreate = false"}}},
    {"patch",
     "patchFormat in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, "/patchFormat/1 = application/fhir+json"},
      {"oracle-health nhs-pds", 200,
       "/patchFormat/0 = application/json-patch+json\n/patchFormat/1 = (none)"},
      {"blaze epic-like no-versions", 200, "/patchFormat = (none)"}}},
    {"transaction",
     "transactions in the CapabilityStatement",
     {{0}},
     GET("metadata"),
     {{NULL, 200, "/rest/0/interaction/0/code = transaction"},
      {"oracle-health epic-like", 200, "/rest/0/interaction/0/code = batch"},
      {"nhs-pds", 200, "/rest/0/interaction/0/code = search-system"}}},

    /* ---- validation and searches ---- */
    {"invalid_status",
     "a value of the wrong type",
     {{0}},
     {"POST", "Patient", NULL, "{'resourceType':'Patient','active':'yes'}"},
     {{NULL, 400, NULL}, {"aidbox", 422, NULL}}},
    {"rule_status",
     "a broken rule",
     {{0}},
     {"POST", "Patient", NULL, PATIENT(",'contained':[{'resourceType':'Patient','id':'x'}]")},
     {{NULL, 422, NULL}, {"medplum nhs-pds", 400, NULL}}},

    {"search_lag_steps",
     "a search after a create",
     {{"POST", "Patient", NULL, NEW}},
     GET("Patient?_summary=count"),
     {{NULL, 200, "/total = 3"}, {"healthlake", 200, "/total = 2"}}},
    {"search_cache",
     "the same search again",
     {GET("Patient?_summary=count"), {"POST", "Patient", NULL, NEW}},
     GET("Patient?_summary=count"),
     {{NULL, 200, "/total = 3"}, {"hapi hapi-racy healthlake", 200, "/total = 2"}}},
};

/* ---- asking ---- */

static void open_like(struct wire *wire, const char *personality)
{
    const struct sim_options options = {.logical_clock = true, .personality = personality};
    struct err err = ERR_INIT;
    char chart[] = CHART;

    for (char *at = chart; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    wire->arena = arena_new();
    wire->http = http_new();
    wire->chart = sim_chart_new();
    if (sim_chart_be(wire->chart, personality, &err) ||
        sim_chart_add(wire->chart, "chart", chart, strlen(chart), &err) ||
        sim_chart_finish(wire->chart, &err))
        BUG("%s", err.text);
    wire->sim = sim_open(&options, &err);
    if (!wire->sim || sim_begin(wire->sim, wire->chart, &err))
        BUG("%s", err.text);
}

static const char *replaced(struct wire *wire, const char *text, const char *what, const char *by)
{
    const char *at = text ? strstr(text, what) : NULL;

    return at ? arena_printf(wire->arena, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what))
              : text;
}

static const char *quoted(struct wire *wire, const char *text)
{
    char *body = text ? arena_strdup(wire->arena, text) : NULL;

    for (char *at = body; at && *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return body;
}

/* The current ETag of `url`; where the server shows none, one that might be. */
static const char *current_etag(struct wire *wire, const char *url)
{
    const char *etag = wire_header(wire_call(wire, "GET", url, NULL, NULL), "ETag");

    return strcmp(etag, "(none)") == 0 ? "W/\"1\"" : etag;
}

static const struct http_reply *ask(struct wire *wire, const struct request *request)
{
    const char *headers = request->headers;

    if (headers && (strstr(headers, "ETAG") || strstr(headers, "STRONG"))) {
        const char *etag = current_etag(wire, request->url);

        headers = replaced(wire, headers, "ETAG", etag);
        headers = replaced(wire, headers, "STRONG", etag + strspn(etag, "W/"));
    }
    const struct http_reply *reply =
        wire_call(wire, request->method, request->url, headers, quoted(wire, request->body));
    /* Where every write is asynchronous the answer comes at the poll. */
    while (reply->status == 202)
        reply = wire_call_url(wire, "GET", wire_header(reply, "Content-Location"), NULL, NULL, 0);
    return reply;
}

static bool matches(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        const char *const start = text;

        if (*pattern != '#' && *pattern != '*') {
            if (*pattern != *text)
                return false;
            continue;
        }
        while (*pattern == '#' ? isdigit((unsigned char)*text) : *text && !strchr("/\"", *text)) {
            if (pattern[1] && *text == pattern[1])
                break;
            text++;
        }
        if (text-- == start)
            return false;
    }
    return *text == '\0';
}

static void expect_line(struct wire *wire, const char *row, const struct http_reply *reply,
                        const char *line)
{
    const bool is_member = line[0] == '/';
    const char *mark = strstr(line, is_member ? " = " : ": ");

    if (!mark)
        BUG("%s: '%s' is no expectation", row, line);
    const char *name = arena_copy(wire->arena, line, (size_t)(mark - line));
    const char *pattern = replaced(wire, mark + (is_member ? 3 : 2), "BASE", sim_url(wire->sim));
    const char *value = is_member ? wire_at(wire, reply, name) : wire_header(reply, name);

    if (!matches(pattern, value))
        EXPECT_STR(row, value, pattern);
    else
        EXPECT_TRUE(row, true);
}

static void expect_answer(struct wire *wire, const char *row, const struct http_reply *reply,
                          int status, const char *want)
{
    char *lines = want ? arena_strdup(wire->arena, want) : NULL, *rest = NULL;

    EXPECT_INT(row, reply->status, status);
    if (reply->status != status)
        EXPECT_STR(row, reply->body, "(another status)");
    if (want && *want == '\0')
        EXPECT_STR(row, reply->body, "");
    for (char *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        expect_line(wire, row, reply, line);
}

static bool is_among(const char *names, const char *name)
{
    const size_t size = strlen(name);

    for (const char *at = names; at && (at = strstr(at, name)); at += size) {
        if ((at == names || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* Which of a question's answers is that of `name`: 0 where it is not named. */
static size_t answer_of(const struct question *question, const char *name)
{
    for (size_t i = 1; i < COUNT_OF(question->answers); i++) {
        if (is_among(question->answers[i].who, name))
            return i;
    }
    return 0;
}

static void ask_one(const struct question *question, const char *name)
{
    const size_t index = answer_of(question, name);
    struct wire wire;

    open_like(&wire, name);
    for (size_t i = 0; i < COUNT_OF(question->before) && question->before[i].method; i++)
        ask(&wire, &question->before[i]);
    const char *row = arena_printf(wire.arena, "%s, %s (%s)", name, question->row, question->knob);
    expect_answer(&wire, row, ask(&wire, &question->request), question->answers[index].status,
                  question->answers[index].want);
    wire_close(&wire);
}

static void each_answers_as_its_file_says(void)
{
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        for (const char *const *name = sim_personalities(); *name; name++)
            ask_one(&questions[i], *name);
    }
}

/* ---- the table is whole ---- */

static bool has_question(const struct question *table, size_t count, const char *knob,
                         const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].knob, knob) == 0 && answer_of(&table[i], name) > 0)
            return true;
    }
    return false;
}

static bool is_shown(const char *knob, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(shown_in_runs); i++) {
        if (strcmp(shown_in_runs[i], knob) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(of_faults); i++) {
        if (strcmp(of_faults[i], knob) == 0)
            return true;
    }
    return has_question(questions, COUNT_OF(questions), knob, name);
}

static void a_knob_that_a_file_sets_is_shown(void)
{
    struct err err = ERR_INIT;
    struct arena *arena = arena_new();

    for (const char *const *name = personality_names(); *name; name++) {
        const struct cJSON *document = personality_find(*name, &err)->document, *knob = NULL;

        cJSON_ArrayForEach(knob, json_get(document, "knobs")) EXPECT_TRUE(
            arena_printf(arena, "%s: %s", *name, knob->string), is_shown(knob->string, *name));
    }
    arena_free(arena);
}

static void who_is_named_is_a_personality(void)
{
    struct err err = ERR_INIT;

    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        for (size_t j = 0; j < COUNT_OF(questions[i].answers); j++) {
            char names[200] = "", *rest = NULL;

            snprintf(names, sizeof(names), "%s",
                     questions[i].answers[j].who ? questions[i].answers[j].who : "");
            for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
                EXPECT_TRUE(name, personality_find(name, &err));
        }
    }
}

static CU_TestInfo tests[] = {
    {"each answers as its file says", each_answers_as_its_file_says},
    {"a knob that a file sets is shown", a_knob_that_a_file_sets_is_shown},
    {"who is named is a personality", who_is_named_is_a_personality},
    CU_TEST_INFO_NULL,
};

SUITE("personalities", tests)
