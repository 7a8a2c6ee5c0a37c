/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what a server does around an interaction: rows 28, 34 and 35 of fhir-rules.md over HTTP,
 * idempotency keys, and errors that are no OperationOutcome. */
#include "simulator/policy.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/personality.h"
#include "simulator/tests/steps.h"
#include "simulator/tests/struck.h"
#include "tests/expect.h"

#define ADA                                                                                        \
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\","          \
    "\"value\":\"1\"}],\"active\":true}"
#define PROVENANCE                                                                                 \
    "X-Provenance: {\"resourceType\":\"Provenance\",\"recorded\":\"2026-01-01T00:00:00Z\","        \
    "\"agent\":[{\"who\":{\"display\":\"portal\"}}]}"

static void run_as(const char *knobs, const struct step *steps, size_t count)
{
    steps_run_as(knobs, ADA, steps, count);
}

static void an_asynchronous_write_is_answered_at_a_poll(void)
{
    static const struct step steps[] = {
        {"28: accepted", "PUT", "Patient/ada", "Prefer: respond-async\nIf-Match: W/\"1\"", ADA, 202,
         "Content-Location: BASE/_async/1\nETag: (none)"},
        {"28: a conflict is accepted too", "PUT", "Patient/ada",
         "Prefer: respond-async\nIf-Match: W/\"1\"", ADA, 202, "Content-Location: BASE/_async/2"},
        {"28: it is applied all the same", "GET", "Patient/ada", NULL, NULL, 200, "ETag: W/\"2\""},
        {"28: not yet", "GET", "_async/1", NULL, NULL, 202, ""},
        {"28: the result", "GET", "_async/1", NULL, NULL, 200, "ETag: W/\"2\"\n/id = ada"},
        {"28: the result again", "GET", "_async/1", NULL, NULL, 200, "ETag: W/\"2\""},
        {"28: not yet", "GET", "_async/2", NULL, NULL, 202, ""},
        {"28: the conflict comes at the poll", "GET", "_async/2", NULL, NULL, 412,
         "/issue/0/code = conflict"},
        {"28: cancelled", "DELETE", "_async/2", NULL, NULL, 202, ""},
        {"28: it is gone", "GET", "_async/2", NULL, NULL, 404, "/issue/0/code = not-found"},
        {"28: a look is never late", "GET", "Patient/ada", "Prefer: respond-async", NULL, 200,
         NULL},
    };
    static const struct step always[] = {
        {"28: always", "PUT", "Patient/ada", NULL, ADA, 202, "Content-Location: BASE/_async/1"},
    };
    static const struct step never[] = {
        {"28: never", "PUT", "Patient/ada", "Prefer: respond-async", ADA, 200, "ETag: W/\"2\""},
    };

    run_as("{}", steps, COUNT_OF(steps));
    run_as("{\"async_writes\":\"always\"}", always, COUNT_OF(always));
    run_as("{\"async_writes\":\"no\"}", never, COUNT_OF(never));
}

static void provenance_comes_in_the_same_commit(void)
{
    static const struct step steps[] = {
        {"34: update", "PUT", "Patient/ada", PROVENANCE, ADA, 200, "ETag: W/\"2\""},
        {"34: of that version", "GET", "Provenance/c-1", NULL, NULL, 200,
         "/target/0/reference = Patient/ada/_history/2\n/target/1 = (none)\n"
         "/agent/0/who/display = portal"},
        {"34: a refused write has none", "PUT", "Patient/ada", PROVENANCE "\nIf-Match: W/\"1\"",
         ADA, 412, NULL},
        {"34: none was stored", "GET", "Provenance/c-2", NULL, NULL, 404, NULL},
        {"34: no JSON", "PUT", "Patient/ada", "X-Provenance: x", ADA, 400,
         "/issue/0/code = structure\n~ X-Provenance"},
        {"34: no Provenance", "PUT", "Patient/ada", "X-Provenance: {\"resourceType\":\"Patient\"}",
         ADA, 400, "~ a Provenance was expected"},
        {"34: no FHIR", "PUT", "Patient/ada", "X-Provenance: {\"resourceType\":\"Provenance\"}",
         ADA, 400, "/issue/0/code = required\n/issue/0/expression/0 = Provenance.agent"},
        {"34: nor in a transaction", "POST", "",
         "X-Provenance: {\"resourceType\":\"Provenance\",\"x\":1}",
         "{'resourceType':'Bundle','type':'transaction'}", 400, "~ Provenance.x"},
        {"34: a transaction", "POST", "", PROVENANCE,
         "{'resourceType':'Bundle','type':'transaction','entry':["
         "{'request':{'method':'DELETE','url':'Patient/ada'}},"
         "{'resource':{'resourceType':'Patient','id':'bob'},"
         "'request':{'method':'PUT','url':'Patient/bob'}}]}",
         200, NULL},
        {"34: of both", "GET", "Provenance/c-2", NULL, NULL, 200,
         "/target/0/reference = Patient/ada/_history/3\n"
         "/target/1/reference = Patient/bob/_history/1\n/target/2 = (none)"},
        {"34: nothing changed", "DELETE", "Patient/ada", PROVENANCE, NULL, 204, NULL},
        {"34: none of nothing", "GET", "Provenance/c-3", NULL, NULL, 404, NULL},
    };

    static const struct step numbered[] = {
        {"34: by the number of the transaction", "PUT", "Patient/ada", PROVENANCE, ADA, 200,
         "ETag: W/\"2\""},
        {"34: it is in the same", "GET", "Provenance/c-1", NULL, NULL, 200, "ETag: W/\"2\""},
    };

    run_as("{}", steps, COUNT_OF(steps));
    run_as("{\"etag_form\":\"weak-global\"}", numbered, COUNT_OF(numbered));
}

static void a_bearer_token_is_wanted_where_the_knob_says_so(void)
{
    static const struct step steps[] = {
        {"35: none", "GET", "Patient/ada", NULL, NULL, 401,
         "WWW-Authenticate: Bearer\n/issue/0/code = login"},
        {"35: another scheme", "GET", "Patient/ada", "Authorization: Basic eDp5", NULL, 401, NULL},
        {"35: an empty one", "GET", "Patient/ada", "Authorization: Bearer ", NULL, 401, NULL},
        {"35: one", "GET", "Patient/ada", "Authorization: Bearer t-1", NULL, 200, NULL},
        {"35: for a write", "PUT", "Patient/ada", NULL, ADA, 401, NULL},
        {"35: nothing was written", "GET", "Patient/ada", "Authorization: bearer t-1", NULL, 200,
         "ETag: W/\"1\""},
        {"35: anybody may ask what it is", "GET", "metadata", NULL, NULL, 200, NULL},
    };

    run_as("{\"auth\":\"bearer\"}", steps, COUNT_OF(steps));
}

#define BOB  "{\"resourceType\":\"Patient\",\"active\":false}"
#define KEY1 "Idempotency-Key: k-1"
#define GONE "Idempotency-Key: k-2\nIf-Match: W/\"9\""

static void a_key_is_answered_once(void)
{
    static const struct step ietf[] = {
        {"first", "POST", "Patient", KEY1, BOB, 201, "/id = c-1"},
        {"again", "POST", "Patient", KEY1, BOB, 201,
         "/id = c-1\nLocation: BASE/Patient/c-1/_history/1"},
        {"with another body", "POST", "Patient", KEY1, ADA, 422, "~ another body"},
        {"without a key", "POST", "Patient", NULL, BOB, 201, "/id = c-2"},
        {"an error", "PUT", "Patient/ada", GONE, ADA, 412, NULL},
        {"an error is tried anew", "PUT", "Patient/ada", GONE, ADA, 412, NULL},
    };
    static const struct step conflict[] = {
        {"first", "POST", "Patient", KEY1, BOB, 201, NULL},
        {"again", "POST", "Patient", KEY1, BOB, 409,
         "/issue/0/code = duplicate\nLocation: BASE/Patient/c-1/_history/1"},
        {"nothing was made", "GET", "Patient/c-2", NULL, NULL, 404, NULL},
    };
    static const struct step none[] = {
        {"first", "POST", "Patient", KEY1, BOB, 201, "/id = c-1"},
        {"again", "POST", "Patient", KEY1, BOB, 201, "/id = c-2"},
    };

    run_as("{\"idempotency_header\":\"ietf\"}", ietf, COUNT_OF(ietf));
    run_as("{\"idempotency_header\":\"conflict-409\"}", conflict, COUNT_OF(conflict));
    run_as("{}", none, COUNT_OF(none));
}

/* A key's errors are kept too, by the servers that do that: the second try would succeed. */
static void a_key_may_keep_an_error(void)
{
    struct wire wire;

    for (int keeps = 0; keeps < 2; keeps++) {
        wire_open(&wire, ADA);
        be_like(wire.sim, keeps ? "{\"idempotency_header\":\"replay-errors\"}"
                                : "{\"idempotency_header\":\"ietf\"}");
        const char *headers = "Idempotency-Key: k\nIf-Match: W/\"2\"";
        const struct http_reply *first = wire_call(&wire, "PUT", "Patient/ada", headers, ADA);
        EXPECT_INT("stale", first->status, 412);
        wire_call(&wire, "PUT", "Patient/ada", NULL, ADA);
        const struct http_reply *second = wire_call(&wire, "PUT", "Patient/ada", headers, ADA);
        EXPECT_INT(keeps ? "kept" : "tried anew", second->status, keeps ? 412 : 200);
        wire_close(&wire);
    }
}

static void errors_look_as_the_server_shows_them(void)
{
    static const struct {
        const char *knobs, *type, *body;
    } rows[] = {
        {"{\"error_body\":\"OperationOutcome\"}", "application/fhir+json;charset=utf-8",
         "OperationOutcome"},
        {"{\"error_body\":\"vendor-json\"}", "application/json",
         "{\"error\":{\"status\":404,\"message\":\"Patient/eve does not exist\"}}"},
        {"{\"error_body\":\"html\"}", "text/html", "<h1>Error 404</h1>"},
        {"{\"error_body\":\"empty\"}", "(none)", ""},
    };
    struct wire wire;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        wire_open(&wire, ADA);
        be_like(wire.sim, rows[i].knobs);
        const struct http_reply *reply = wire_call(&wire, "GET", "Patient/eve", NULL, NULL);
        EXPECT_INT(rows[i].knobs, reply->status, 404);
        EXPECT_STR(rows[i].knobs, wire_header(reply, "Content-Type"), rows[i].type);
        EXPECT_HAS(rows[i].knobs, reply->body, rows[i].body);
        EXPECT_TRUE(rows[i].knobs, (reply->body_size == 0) == (rows[i].body[0] == '\0'));
        wire_close(&wire);
    }
}

static void a_limit_of_rate_looks_as_the_server_shows_it(void)
{
    static const struct {
        const char *knobs;
        int status;
        const char *after, *after_ms;
    } rows[] = {
        {"{}", 429, "60", "(none)"},
        {"{\"throttle\":403}", 403, "60", "(none)"},
        {"{\"throttle\":503,\"retry_after\":\"milliseconds\"}", 503, "60", "60000"},
        {"{\"retry_after\":\"date\"}", 429, " GMT", "(none)"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rig rig;

        struck_open(&rig);
        be_like(rig.sim, rows[i].knobs);
        struck_rule(&rig, "{\"fault\":\"quota(1,60)\"}");
        const struct struck_call call = {"GET", "Patient/ada", NULL, NULL};
        EXPECT_INT(rows[i].knobs, struck_call(&rig, &call)->status, 200);
        const struct http_reply *reply = struck_call(&rig, &call);
        EXPECT_INT(rows[i].knobs, reply->status, rows[i].status);
        EXPECT_HAS(rows[i].knobs, wire_header(reply, "Retry-After"), rows[i].after);
        EXPECT_STR(rows[i].knobs, wire_header(reply, "x-ms-retry-after-ms"), rows[i].after_ms);
        rig_close(&rig);
    }
}

static void an_editors_lock_looks_as_the_server_shows_it(void)
{
    static const struct {
        const char *knobs, *fault;
        int status;
    } rows[] = {
        {"{}", "lock", 423},
        {"{\"edit_lock\":424}", "lock", 424},
        {"{\"edit_lock\":424}", "lock(423)", 423},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct struck_call call = {"DELETE", "Patient/ada", NULL, NULL};
        struct rig rig;

        struck_open(&rig);
        be_like(rig.sim, rows[i].knobs);
        struck_rule(&rig, arena_printf(rig.arena, "{\"fault\":\"%s\"}", rows[i].fault));
        EXPECT_INT(rows[i].knobs, struck_call(&rig, &call)->status, rows[i].status);
        rig_close(&rig);
    }
}

static void a_search_is_answered_from_the_cache(void)
{
    static const struct step steps[] = {
        {"asked", "GET", "Patient?_summary=count", NULL, NULL, 200, "/total = 1"},
        {"made", "POST", "Patient", NULL, BOB, 201, NULL},
        {"cached", "GET", "Patient?_summary=count", NULL, NULL, 200, "/total = 1"},
        {"another search", "GET", "Patient?active=false&_summary=count", NULL, NULL, 200,
         "/total = 1"},
        {"no cache", "GET", "Patient?_summary=count", "Cache-Control: no-cache", NULL, 200,
         "/total = 2"},
        {"made", "POST", "Patient", NULL, BOB, 201, NULL},
        {"still cached", "GET", "Patient?_summary=count", NULL, NULL, 200, "/total = 1"},
        {"made", "POST", "Patient", NULL, BOB, 201, NULL},
        {"too old", "GET", "Patient?_summary=count", NULL, NULL, 200, "/total = 4"},
    };

    run_as("{\"search_cache\":2}", steps, COUNT_OF(steps));
}

static void a_delete_that_informs_quotes_what_was_asked(void)
{
    static const struct step steps[] = {
        {"22: no match", "DELETE", "Patient?identifier=a\"b", NULL, NULL, 200,
         "/issue/0/severity = information\n/issue/0/code = informational\n"
         "/issue/0/diagnostics = Patient?identifier=a\"b is gone"},
        {"21: one", "DELETE", "Patient/ada", NULL, NULL, 200,
         "/issue/0/diagnostics = Patient/ada is gone\nETag: W/\"2\""},
    };

    run_as("{\"delete_reply\":200}", steps, COUNT_OF(steps));
}

static CU_TestInfo tests[] = {
    {"a delete that informs quotes what was asked", a_delete_that_informs_quotes_what_was_asked},
    {"a limit of rate looks as the server shows it", a_limit_of_rate_looks_as_the_server_shows_it},
    {"an editor's lock looks as the server shows it", an_editors_lock_looks_as_the_server_shows_it},
    {"a search is answered from the cache", a_search_is_answered_from_the_cache},
    {"row 28: an asynchronous write is answered at a poll",
     an_asynchronous_write_is_answered_at_a_poll},
    {"row 34: provenance comes in the same commit", provenance_comes_in_the_same_commit},
    {"row 35: a bearer token is wanted where the knob says so",
     a_bearer_token_is_wanted_where_the_knob_says_so},
    {"a key is answered once", a_key_is_answered_once},
    {"a key may keep an error", a_key_may_keep_an_error},
    {"errors look as the server shows them", errors_look_as_the_server_shows_them},
    CU_TEST_INFO_NULL,
};
SUITE("policy", tests)
