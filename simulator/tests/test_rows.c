/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the interactions on one resource over HTTP: each row of fhir-rules.md by its number (1
 * to 21). Searches, histories and Bundles are in files of their own.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define ADA                                                                                        \
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\","          \
    "\"value\":\"1\"}],\"active\":true}"
#define BOB "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"active\":false}"
#define TWINS                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"t1\",\"identifier\":[{\"system\":\"urn:x\","          \
    "\"value\":\"2\"}]},"                                                                          \
    "{\"resourceType\":\"Patient\",\"id\":\"t2\",\"identifier\":[{\"system\":\"urn:x\",\"value\":" \
    "\"2\"}]}," ADA "]"
#define JSON_PATCH "Content-Type: application/json-patch+json"

static void reads(void)
{
    static const struct step steps[] = {
        {"1: read", "GET", "Patient/ada", NULL, NULL, 200,
         "ETag: W/\"1\"\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\n/meta/versionId = 1\n/id = "
         "ada\n"
         "/meta/lastUpdated = 2026-01-01T00:00:00.000Z\nContent-Type: "
         "application/fhir+json;charset=utf-8"},
        {"3: unknown", "GET", "Patient/eve", NULL, NULL, 404,
         "/issue/0/code = not-found\n/issue/0/severity = error\n~ Patient/eve"},
        {"4: has the current version", "GET", "Patient/ada", "If-None-Match: W/\"1\"", NULL, 304,
         ""},
        {"4: has it in a list", "GET", "Patient/ada", "If-None-Match: W/\"7\", W/\"1\"", NULL, 304,
         "ETag: W/\"1\""},
        {"4: has another", "GET", "Patient/ada", "If-None-Match: W/\"2\"", NULL, 200, NULL},
        {"4: not modified since", "GET", "Patient/ada",
         "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", NULL, 304, ""},
        {"4: modified since", "GET", "Patient/ada",
         "If-Modified-Since: Wed, 31 Dec 2025 23:59:59 GMT", NULL, 200, NULL},
        {"4: not modified since, as RFC 850 has it", "GET", "Patient/ada",
         "If-Modified-Since: Thursday, 01-Jan-26 00:00:00 GMT", NULL, 304, ""},
        {"4: modified since, as RFC 850 has it", "GET", "Patient/ada",
         "If-Modified-Since: Wednesday, 31-Dec-25 23:59:59 GMT", NULL, 200, NULL},
        {"4: before 1970, as RFC 850 has it", "GET", "Patient/ada",
         "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", NULL, 200, NULL},
        {"4: not modified since, as C has it", "GET", "Patient/ada",
         "If-Modified-Since: Thu Jan  1 00:00:00 2026", NULL, 304, ""},
        {"4: a date that is none", "GET", "Patient/ada",
         "If-Modified-Since: Fri, 01 Jan 2027 -1:00:00 GMT", NULL, 200, NULL},
        {"4: a day that is none", "GET", "Patient/ada",
         "If-Modified-Since: Xyz, 01 Jan 2027 00:00:00 GMT", NULL, 200, NULL},
        {"4: If-None-Match in two lines", "GET", "Patient/ada",
         "If-None-Match: W/\"7\"\nIf-None-Match: W/\"1\"", NULL, 304, ""},
        {"4: If-None-Match wins", "GET", "Patient/ada",
         "If-None-Match: W/\"2\"\nIf-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", NULL, 200,
         NULL},
        {"5: HEAD", "HEAD", "Patient/ada", NULL, NULL, 200, "ETag: W/\"1\""},
        {"5: HEAD of an unknown one", "HEAD", "Patient/eve", NULL, NULL, 404, NULL},
        {"6: a version", "GET", "Patient/ada/_history/1", NULL, NULL, 200,
         "ETag: W/\"1\"\n/meta/versionId = 1"},
        {"6: an unknown version", "GET", "Patient/ada/_history/2", NULL, NULL, 404,
         "/issue/0/code = not-found"},
        {"6: a version of nothing", "GET", "Patient/eve/_history/1", NULL, NULL, 404, NULL},
    };

    RUN_STEPS(ADA, steps);
}

static void deleted_ones(void)
{
    static const struct step steps[] = {
        {"21: delete", "DELETE", "Patient/ada", NULL, NULL, 204, "ETag: W/\"2\""},
        {"2: deleted", "GET", "Patient/ada", NULL, NULL, 410,
         "ETag: W/\"2\"\n/issue/0/code = deleted"},
        {"6: the version before", "GET", "Patient/ada/_history/1", NULL, NULL, 200, NULL},
        {"6: the deletion", "GET", "Patient/ada/_history/2", NULL, NULL, 410, NULL},
        {"21: deleting again makes no version", "DELETE", "Patient/ada", NULL, NULL, 204,
         "ETag: W/\"2\""},
        {"21: deleting the unknown", "DELETE", "Patient/eve", NULL, NULL, 204, "ETag: (none)"},
        {"21: which is still unknown", "GET", "Patient/eve", NULL, NULL, 404, NULL},
        {"14: another version does not revive", "PUT", "Patient/ada", "If-Match: W/\"1\"", ADA, 412,
         "~ deleted as version 2"},
        {"14: any version does not", "PUT", "Patient/ada", "If-Match: *", ADA, 412, NULL},
        {"14: the deletion's version does", "PUT", "Patient/ada", "If-Match: W/\"2\"", ADA, 201,
         "ETag: W/\"3\"\nLocation: BASE/Patient/ada/_history/3"},
        {"12: delete the current", "DELETE", "Patient/ada", "If-Match: W/\"3\"", NULL, 204, NULL},
        {"11: put on a deleted id", "PUT", "Patient/ada", NULL, ADA, 201, "/meta/versionId = 5"},
        {"21: delete", "DELETE", "Patient/ada", NULL, NULL, 204, NULL},
        {"16: create only, on a deleted id", "PUT", "Patient/ada", "If-None-Match: *", ADA, 201,
         "/meta/versionId = 7"},
        {"21: delete", "DELETE", "Patient/ada", NULL, NULL, 204, NULL},
        {"19: patch of a deleted one", "PATCH", "Patient/ada", JSON_PATCH, "[]", 410,
         "/issue/0/code = deleted"},
        {"22: a conditional delete without match", "DELETE", "Patient?identifier=x", NULL, NULL,
         204, "ETag: (none)"},
    };

    RUN_STEPS(ADA, steps);
}

static void creates(void)
{
    static const struct step steps[] = {
        {"7: the client's id and meta are ignored", "POST", "Patient", NULL,
         "{\"resourceType\":\"Patient\",\"id\":\"mine\",\"meta\":{\"versionId\":\"9\","
         "\"lastUpdated\":"
         "\"2001-01-01T00:00:00Z\",\"tag\":[{\"code\":\"t\"}]},\"multipleBirthInteger\":2}",
         201,
         "Location: BASE/Patient/c-1/_history/1\nETag: W/\"1\"\nLast-Modified: Thu, 01 Jan 2026 "
         "00:00:01 GMT\n"
         "/id = c-1\n/meta/versionId = 1\n/meta/lastUpdated = "
         "2026-01-01T00:00:01.000Z\n/meta/tag/0/code = t"},
        {"7: and it is there", "GET", "Patient/c-1", NULL, NULL, 200, "/multipleBirthInteger = 2"},
        {"7: not under its own id", "GET", "Patient/mine", NULL, NULL, 404, NULL},
        {"27: minimal", "POST", "Patient", "Prefer: return=minimal", ADA, 201, ""},
        {"27: beside another preference", "POST", "Patient",
         "Prefer: handling=strict\nPrefer: return=minimal", ADA, 201, ""},
        {"27: representation", "POST", "Patient", "Prefer: return=representation", ADA, 201,
         "/id = c-4"},
        {"27: OperationOutcome", "POST", "Patient", "Prefer: return=OperationOutcome", ADA, 201,
         "/resourceType = OperationOutcome\n/issue/0/severity = information"},
        {"27: an error is an outcome whatever is preferred", "POST", "Patient",
         "Prefer: return=minimal", "{}", 400, "/issue/0/severity = error"},
    };

    RUN_STEPS(NULL, steps);
}

static void conditional_creates(void)
{
    static const struct step steps[] = {
        {"8: no match", "POST", "Patient", "If-None-Exist: identifier=urn:x|3", BOB, 201,
         "Location: BASE/Patient/c-1/_history/1"},
        {"8: one match", "POST", "Patient", "If-None-Exist: identifier=urn:x|1", BOB, 200,
         "Location: BASE/Patient/ada/_history/1\nETag: W/\"1\"\n/id = ada"},
        {"8: one match, percent-encoded", "POST", "Patient",
         "If-None-Exist: identifier=urn%3Ax%7C1", BOB, 200, "/id = ada"},
        {"8: nothing was written", "GET", "Patient/ada", NULL, NULL, 200, "/active = true"},
        {"8: several", "POST", "Patient", "If-None-Exist: identifier=urn:x|2", BOB, 412,
         "/issue/0/code = multiple-matches\n~ matches 2"},
        {"8: nor then", "GET", "Patient?_count=0", NULL, NULL, 200, "/total = 4"},
        {"20: by what is not offered", "POST", "Patient", "If-None-Exist: colour=x", BOB, 400,
         "/issue/0/code = not-supported\n~ colour"},
        {"20: by a bad escape", "POST", "Patient", "If-None-Exist: identifier=50%", BOB, 400,
         "~ escape"},
        {"20: by an empty value", "POST", "Patient", "If-None-Exist: identifier=", BOB, 400,
         "/issue/0/code = invalid\n~ identifier"},
        {"20: by nothing", "POST", "Patient", "If-None-Exist: ?", BOB, 400, NULL},
    };

    RUN_STEPS(TWINS, steps);
}

static void updates(void)
{
    static const struct step steps[] = {
        {"9: update", "PUT", "Patient/ada", NULL, ADA, 200,
         "ETag: W/\"2\"\nLast-Modified: Thu, 01 Jan 2026 00:00:01 GMT\n/meta/versionId = "
         "2\nLocation: (none)"},
        {"9: without id", "PUT", "Patient/ada", NULL, "{\"resourceType\":\"Patient\"}", 400,
         "/issue/0/expression/0 = id"},
        {"9: with another id", "PUT", "Patient/ada", NULL, BOB, 400, "~ must be ada"},
        {"9: of another type", "PUT", "Patient/ada", NULL,
         "{\"resourceType\":\"Basic\",\"id\":\"ada\"}", 400,
         "/issue/0/expression/0 = resourceType"},
        {"10: any id will do", "PUT", "Patient/metadata", NULL,
         "{\"resourceType\":\"Patient\",\"id\":\"metadata\"}", 201, NULL},
        {"10: new", "PUT", "Patient/bob", NULL, BOB, 201,
         "Location: BASE/Patient/bob/_history/1\nETag: W/\"1\"\n/meta/versionId = 1"},
        {"12: the current one", "PUT", "Patient/ada", "If-Match: W/\"2\"", ADA, 200,
         "ETag: W/\"3\""},
        {"13: a stale one", "PUT", "Patient/ada", "If-Match: W/\"2\"", ADA, 412,
         "/issue/0/code = conflict\n~ version 3\n~ W/\\\"2\\\""},
        {"13: a stale delete", "DELETE", "Patient/ada", "If-Match: W/\"2\"", NULL, 412,
         "/issue/0/code = conflict"},
        {"13: a stale patch", "PATCH", "Patient/ada", JSON_PATCH "\nIf-Match: W/\"2\"", "[]", 412,
         NULL},
        {"14: on what never was", "PUT", "Patient/eve", "If-Match: W/\"1\"",
         "{\"resourceType\":\"Patient\",\"id\":\"eve\"}", 412, "~ does not exist"},
        {"14: a patch of it", "PATCH", "Patient/eve", JSON_PATCH "\nIf-Match: W/\"1\"", "[]", 412,
         NULL},
        {"14: a delete of it", "DELETE", "Patient/eve", "If-Match: *", NULL, 412, NULL},
        {"15: unguarded is fine where versions are not required", "PUT", "Patient/ada", NULL, ADA,
         200, "ETag: W/\"4\""},
        {"16: create only", "PUT", "Patient/ada", "If-None-Match: *", ADA, 412,
         "~ exists at version 4"},
        {"16: create only, new", "PUT", "Patient/eve", "If-None-Match: *",
         "{\"resourceType\":\"Patient\",\"id\":\"eve\"}", 201, "ETag: W/\"1\""},
        {"17: strong", "PUT", "Patient/ada", "If-Match: \"4\"", ADA, 200, "ETag: W/\"5\""},
        {"17: bare", "PUT", "Patient/ada", "If-Match: 5", ADA, 200, "ETag: W/\"6\""},
        {"17: a list", "PUT", "Patient/ada", "If-Match: W/\"1\", W/\"6\"", ADA, 200,
         "ETag: W/\"7\""},
        {"17: a list in two lines", "PUT", "Patient/ada", "If-Match: W/\"1\"\nIf-Match: W/\"7\"",
         ADA, 200, "ETag: W/\"8\""},
        {"17: any", "PUT", "Patient/ada", "If-Match: *", ADA, 200, "ETag: W/\"9\""},
        {"17: what is none", "PUT", "Patient/ada", "If-Match: W/8\"", ADA, 400, "~ If-Match"},
        {"27: minimal", "PUT", "Patient/ada", "Prefer: return=minimal", ADA, 200, ""},
    };

    RUN_STEPS(ADA, steps);
}

static void conditional_updates(void)
{
    static const struct step steps[] = {
        {"18: no match, the body's id", "PUT", "Patient?identifier=urn:x|3", NULL, BOB, 201,
         "Location: BASE/Patient/bob/_history/1"},
        {"18: no match, no id", "PUT", "Patient?identifier=urn:x|3", NULL,
         "{\"resourceType\":\"Patient\"}", 201, "/id = c-1"},
        {"18: no match, but that id exists", "PUT", "Patient?identifier=urn:x|3", NULL, BOB, 409,
         "/issue/0/code = conflict"},
        {"18: one match", "PUT", "Patient?identifier=urn:x|1", NULL,
         "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"1\"}]}",
         200, "/id = ada\n/meta/versionId = 2"},
        {"18: one match, its id", "PUT", "Patient?identifier=urn:x|1", NULL, ADA, 200,
         "/meta/versionId = 3"},
        {"18: one match, another id", "PUT", "Patient?identifier=urn:x|1", NULL, BOB, 400,
         "/issue/0/expression/0 = id"},
        {"18: several", "PUT", "Patient?identifier=urn:x|2", NULL, BOB, 412,
         "/issue/0/code = multiple-matches"},
        {"18: several, no id", "PUT", "Patient?identifier=urn:x|2", NULL,
         "{\"resourceType\":\"Patient\"}", 412, "/issue/0/code = multiple-matches"},
        {"20: by an empty text", "PUT", "Patient?family=", NULL, ADA, 400, "~ family has no value"},
        {"18: If-Match applies", "PUT", "Patient?identifier=urn:x|1", "If-Match: W/\"2\"", ADA, 412,
         "~ at version 3"},
        {"18: and lets pass", "PUT", "Patient?identifier=urn:x|1", "If-Match: W/\"3\"", ADA, 200,
         "/meta/versionId = 4"},
        {"18: and wants a match", "PUT", "Patient?identifier=urn:x|9", "If-Match: W/\"3\"",
         "{\"resourceType\":\"Patient\"}", 412, NULL},
        {"20: by what is not offered", "PUT", "Patient?colour=x", NULL, ADA, 400,
         "/issue/0/code = not-supported"},
    };

    RUN_STEPS(TWINS, steps);
}

static void patches(void)
{
    static const struct step steps[] = {
        {"19: patch", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"test\",\"path\":\"/active\",\"value\":true},{\"op\":\"replace\",\"path\":\"/"
         "active\","
         "\"value\":false}]",
         200, "ETag: W/\"2\"\n/active = false\n/meta/versionId = 2\n/identifier/0/value = 1"},
        {"19: with a charset", "PATCH", "Patient/ada", JSON_PATCH "; charset=utf-8",
         "[{\"op\":\"add\",\"path\":\"/"
         "extension\",\"value\":[{\"url\":\"urn:x\",\"valueDecimal\":1.50}]}]",
         200, "/extension/0/valueDecimal = 1.50"},
        {"19: a test that fails", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"test\",\"path\":\"/active\",\"value\":true}]", 422,
         "/issue/0/severity = error"},
        {"19: no patch", "PATCH", "Patient/ada", JSON_PATCH, "{\"op\":\"x\"}", 400, NULL},
        {"19: not JSON", "PATCH", "Patient/ada", JSON_PATCH, "[{\"op\":", 400, "~ line 1"},
        {"19: no body", "PATCH", "Patient/ada", JSON_PATCH, NULL, 400, NULL},
        {"19: a path to nowhere", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"remove\",\"path\":\"/gender\"}]", 400, "~ /gender"},
        {"19: another type of patch", "PATCH", "Patient/ada",
         "Content-Type: application/xml-patch+xml", "<diff/>", 415,
         "~ application/json-patch+json"},
        {"19: the id may not change", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"replace\",\"path\":\"/id\",\"value\":\"eve\"}]", 400, "~ id"},
        {"19: nor the type", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"replace\",\"path\":\"/resourceType\",\"value\":\"Basic\"}]", 400,
         "~ resourceType"},
        {"19: nor the version", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"replace\",\"path\":\"/meta/versionId\",\"value\":\"9\"}]", 400, "~ versionId"},
        {"33: what is left must be a resource", "PATCH", "Patient/ada", JSON_PATCH,
         "[{\"op\":\"remove\",\"path\":\"/resourceType\"}]", 400, NULL},
        {"19: nothing of all that was written", "GET", "Patient/ada", NULL, NULL, 200,
         "/meta/versionId = 3\n/active = false"},
        {"19: guarded", "PATCH", "Patient/ada", JSON_PATCH "\nIf-Match: W/\"3\"",
         "[{\"op\":\"remove\",\"path\":\"/extension\"}]", 200, "/meta/versionId = 4"},
        {"19: unknown", "PATCH", "Patient/eve", JSON_PATCH, "[]", 404, "/issue/0/code = not-found"},
        {"20: a conditional patch without match", "PATCH", "Patient?identifier=x", JSON_PATCH, "[]",
         404, "/issue/0/code = not-found"},
    };

    RUN_STEPS(ADA, steps);
}

static void refusals(void)
{
    static const struct step steps[] = {
        {"32: not JSON", "POST", "Patient", NULL,
         "{\"resourceType\":\"Patient\",\n \"active\":tru}", 400, "~ line 2"},
        {"32: truncated", "POST", "Patient", NULL, "{\"resourceType\":\"Patient\"", 400,
         "~ line 1"},
        {"32: a member twice", "POST", "Patient", NULL,
         "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\",\"text\":\"b\"}]}", 400,
         "~ /name/0"},
        {"32: not UTF-8", "POST", "Patient", NULL, "{\"resourceType\":\"Patient\",\"x\":\"\xff\"}",
         400, "~ /x"},
        {"32: not a resource", "POST", "Patient", NULL, "[1]", 400, NULL},
        {"32: no body", "POST", "Patient", NULL, NULL, 400, NULL},
        {"32: wrong type of body", "POST", "Patient", "Content-Type: text/plain", "x", 415, NULL},
        {"32: XML is not offered", "POST", "Patient", "Content-Type: application/fhir+xml",
         "<Patient/>", 415, NULL},
        {"32: nor as an answer", "GET", "Patient/ada", "Accept: application/fhir+xml", NULL, 406,
         NULL},
        {"32: a compressed body", "POST", "Patient", "Content-Encoding: gzip", "x", 415, "~ gzip"},
        {"32: one that is not", "POST", "Patient", "Content-Encoding: identity", ADA, 201, NULL},
        {"32: a form of another type", "POST", "Patient/_search",
         "Content-Type: application/fhir+json", "{}", 415, "~ x-www-form-urlencoded"},
        {"32: an unknown type", "GET", "Patiens/ada", NULL, NULL, 404, NULL},
        {"32: an unknown type written", "POST", "Patiens", NULL, "{\"resourceType\":\"Patiens\"}",
         404, NULL},
        {"32: a method that is not for this", "POST", "Patient/ada", NULL, ADA, 405,
         "Allow: GET, HEAD, PUT, PATCH, DELETE"},
        {"32: an id that is none", "PUT", "Patient/a_b", NULL, ADA, 400, NULL},
        {"33: another type", "POST", "Patient", NULL, "{\"resourceType\":\"Basic\"}", 400,
         "/issue/0/expression/0 = resourceType"},
        {"33: no type", "POST", "Patient", NULL, "{\"id\":\"x\"}", 400, "~ resourceType"},
        {"30: an operation that is not offered", "POST", "Patient/$match", NULL, ADA, 404,
         "/issue/0/code = not-supported"},
    };

    RUN_STEPS(ADA, steps);
}

static void too_deep_and_too_big(void)
{
    struct wire wire;
    static char deep[4096];
    const size_t big = 17u << 20;

    wire_open(&wire, NULL);
    strcpy(deep, "{\"resourceType\":\"Patient\",\"x\":");
    memset(deep + strlen(deep), '[', 2000);
    const struct step too_deep = {"32: too deep", "POST", "Patient", NULL, deep, 400, NULL};
    step_do(&wire, &too_deep);
    char *body = arena_alloc(wire.arena, big + 1);
    memset(body, ' ', big);
    const struct step too_big = {"32: too large", "POST", "Patient", NULL, body, 413, NULL};
    step_do(&wire, &too_big);
    wire_close(&wire);
}

static void echoes_and_capabilities(void)
{
    static const struct step steps[] = {
        {"31: ids are echoed", "GET", "Patient/ada", "X-Request-Id: r-1\nX-Correlation-Id: c-1",
         NULL, 200, "X-Request-Id: r-1\nX-Correlation-Id: c-1"},
        {"31: traceparent too", "GET", "Patient/ada", "traceparent: 00-1-2-01", NULL, 200,
         "traceparent: 00-1-2-01"},
        {"29: capabilities", "GET", "metadata", NULL, NULL, 200,
         "/resourceType = CapabilityStatement\n/fhirVersion = 4.0.1\nETag: W/\"1\"\n"
         "/rest/0/resource/0/type = Account\n/rest/0/resource/0/conditionalCreate = true\n"
         "/implementation/url = BASE"},
    };
    struct wire wire;

    RUN_STEPS(ADA, steps);
    wire_open(&wire, ADA);
    const struct http_reply *reply = wire_call(&wire, "GET", "Patient/ada", NULL, NULL);
    EXPECT_TRUE("31: X-Request-Id is made up", http_reply_header(reply, "X-Request-Id") != NULL);
    wire_close(&wire);
}

static void conditional_patches_and_deletes(void)
{
    static const struct step steps[] = {
        {"20: one match", "PATCH", "Patient?identifier=urn:x|1", JSON_PATCH,
         "[{'op':'replace','path':'/active','value':false}]", 200,
         "/meta/versionId = 2\n/id = ada\n~ \"active\":false"},
        {"20: one match, stale", "PATCH", "Patient?identifier=urn:x|1",
         JSON_PATCH "\nIf-Match: W/\"1\"", "[]", 412, "/issue/0/code = conflict"},
        {"20: several matches", "PATCH", "Patient?identifier=urn:x|2", JSON_PATCH, "[]", 412,
         "/issue/0/code = multiple-matches"},
        {"20: no match", "PATCH", "Patient?identifier=urn:x|3", JSON_PATCH, "[]", 404,
         "/issue/0/code = not-found"},
        {"20: no query", "PATCH", "Patient?identifier=", JSON_PATCH, "[]", 400, NULL},
        {"22: several matches", "DELETE", "Patient?identifier=urn:x|2", NULL, NULL, 412,
         "/issue/0/code = multiple-matches"},
        {"22: both are still there", "GET", "Patient/t1", NULL, NULL, 200, "ETag: W/\"1\""},
        {"22: one match, stale", "DELETE", "Patient?_id=t1", "If-Match: W/\"7\"", NULL, 412, NULL},
        {"22: one match", "DELETE", "Patient?_id=t1", NULL, NULL, 204, "ETag: W/\"2\""},
        {"22: it is gone", "GET", "Patient/t1", NULL, NULL, 410, NULL},
        {"22: no match", "DELETE", "Patient?_id=t1", NULL, NULL, 204, "ETag: (none)"},
    };

    RUN_STEPS(TWINS, steps);
}

/* What the CapabilityStatement says, and a request that shows it. */
static const struct {
    const char *pointer, *says, *method, *url, *headers, *body;
    int status;
} shown[] = {
    {"/interaction/0/code", "read", "GET", "Patient/ada", NULL, NULL, 200},
    {"/interaction/1/code", "vread", "GET", "Patient/ada/_history/1", NULL, NULL, 200},
    {"/interaction/2/code", "update", "PUT", "Patient/ada", NULL, ADA, 200},
    {"/interaction/3/code", "patch", "PATCH", "Patient/ada", JSON_PATCH, "[]", 200},
    {"/interaction/4/code", "delete", "DELETE", "Patient/eve", NULL, NULL, 204},
    {"/interaction/5/code", "history-instance", "GET", "Patient/ada/_history", NULL, NULL, 200},
    {"/interaction/6/code", "history-type", "GET", "Patient/_history", NULL, NULL, 200},
    {"/interaction/7/code", "create", "POST", "Patient", NULL, ADA, 201},
    {"/interaction/8/code", "search-type", "GET", "Patient", NULL, NULL, 200},
    {"/interaction/9", "(none)", "GET", "Patient/$everything", NULL, NULL, 404},
    {"/versioning", "versioned", "PUT", "Patient/ada", "If-Match: W/\"1\"", ADA, 412},
    {"/readHistory", "true", "GET", "Patient/ada/_history/1", NULL, NULL, 200},
    {"/updateCreate", "true", "PUT", "Patient/bob", NULL, BOB, 201},
    {"/conditionalCreate", "true", "POST", "Patient", "If-None-Exist: _id=ada", ADA, 200},
    {"/conditionalRead", "full-support", "GET", "Patient/bob", "If-None-Match: W/\"1\"", NULL, 304},
    {"/conditionalRead", "full-support", "GET", "Patient/bob",
     "If-Modified-Since: Fri, 01 Jan 2027 00:00:00 GMT", NULL, 304},
    {"/conditionalUpdate", "true", "PUT", "Patient?_id=ada", NULL, ADA, 200},
    {"/conditionalDelete", "single", "DELETE", "Patient?_id=nobody", NULL, NULL, 204},
    {"/../patchFormat/0", "application/json-patch+json", "PATCH", "Patient/ada", JSON_PATCH, "[]",
     200},
    {"/../patchFormat/1", "application/fhir+json", "PATCH", "Patient/ada", NULL,
     "{'resourceType':'Parameters'}", 200},
    {"/../patchFormat/2", "(none)", "PATCH", "Patient/ada", "Content-Type: application/json", "[]",
     415},
    {"/../format/0", "application/fhir+json", "GET", "Patient/ada", "Accept: application/fhir+json",
     NULL, 200},
    {"/../format/1", "(none)", "GET", "Patient/ada", "Accept: application/fhir+xml", NULL, 406},
    {"/../rest/0/interaction/0/code", "transaction", "POST", "", NULL,
     "{'resourceType':'Bundle','type':'transaction'}", 200},
    {"/../rest/0/interaction/1/code", "batch", "POST", "", NULL,
     "{'resourceType':'Bundle','type':'batch'}", 200},
    {"/../rest/0/interaction/2/code", "search-system", "GET", "?_id=ada", NULL, NULL, 200},
    {"/../rest/0/interaction/3/code", "history-system", "GET", "_history", NULL, NULL, 200},
    {"/../rest/0/interaction/4", "(none)", "GET", "$x", NULL, NULL, 404},
};

/* A strict search is refused by what is not offered. */
static void check_search_parameters(struct wire *wire, const struct cJSON *resource)
{
    static const char *const names[] = {"_id", "identifier", "patient", "subject", "name"};
    const char *type = json_string(resource, "type");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct cJSON *parameter = NULL;
        bool is_said = false;

        cJSON_ArrayForEach(parameter, json_get(resource, "searchParam"))
        {
            is_said = is_said || strcmp(json_string(parameter, "name"), names[i]) == 0;
        }
        const char *url = arena_printf(wire->arena, "%s?%s=x", type, names[i]);
        EXPECT_INT(url, wire_call(wire, "GET", url, "Prefer: handling=strict", NULL)->status,
                   is_said ? 200 : 400);
    }
}

static void capabilities_are_true(void)
{
    struct err err = ERR_INIT;
    const struct cJSON *resource = NULL, *statement;
    const struct http_reply *reply;
    struct wire wire;
    size_t patient = 0;

    wire_open(&wire, ADA);
    reply = wire_call(&wire, "GET", "metadata", NULL, NULL);
    statement = json_parse(wire.arena, reply->body, reply->body_size, &err);
    cJSON_ArrayForEach(resource, json_pointer(statement, "/rest/0/resource"))
    {
        check_search_parameters(&wire, resource);
    }
    while (strcmp(json_text(json_pointer(
                      statement, arena_printf(wire.arena, "/rest/0/resource/%zu/type", patient))),
                  "Patient") != 0)
        patient++;
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        const char *pointer = shown[i].pointer;
        const struct step step = {pointer,       shown[i].method, shown[i].url, shown[i].headers,
                                  shown[i].body, shown[i].status, NULL};

        pointer = strncmp(pointer, "/../", 4) == 0
                      ? pointer + 3
                      : arena_printf(wire.arena, "/rest/0/resource/%zu%s", patient, pointer);
        EXPECT_STR(pointer, wire_at(&wire, reply, pointer), shown[i].says);
        step_do(&wire, &step);
    }
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"rows 20 and 22: conditional patches and deletes", conditional_patches_and_deletes},
    {"rows 1 to 6: reads", reads},
    {"rows 2, 11, 14, 16, 21: deleted ones", deleted_ones},
    {"rows 7, 27: creates", creates},
    {"rows 8, 20: conditional creates", conditional_creates},
    {"rows 9, 10, 12 to 17: updates", updates},
    {"row 18: conditional updates", conditional_updates},
    {"row 19: patches", patches},
    {"rows 30, 32, 33: refusals", refusals},
    {"row 32: too deep and too big", too_deep_and_too_big},
    {"row 29: capabilities are true", capabilities_are_true},
    {"rows 29, 31: echoes and capabilities", echoes_and_capabilities},
    CU_TEST_INFO_NULL,
};

SUITE("rows", tests)
