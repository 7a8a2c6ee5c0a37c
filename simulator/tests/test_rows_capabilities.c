/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests over HTTP of what the CapabilityStatement says, row 29, by every knob that it speaks of: it
 * says so, and a request shows that it is so. test_rows.c has the same of r4.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define ADA                                                                                        \
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"value\":\"1\"}],"             \
    "\"active\":true}"
#define OLD          "If-Match: W/\"9\""
#define JSON_PATCH   "Content-Type: application/json-patch+json"
#define BUNDLE(type) "{\"resourceType\":\"Bundle\",\"type\":\"" type "\"}"

/* Of the type Account, but for pointers that begin with /../ */
static const struct {
    const char *knobs, *pointer, *says;
    struct step shown;
} rows[] = {
    {"{\"etag_form\":\"none\"}",
     "/versioning",
     "no-version",
     {"no-version", "PUT", "Patient/ada", NULL, ADA, 200, "ETag: (none)"}},
    {"{\"require_if_match\":428}",
     "/versioning",
     "versioned-update",
     {"versioned-update", "PUT", "Patient/ada", NULL, ADA, 428, NULL}},
    {"{\"history\":\"none\"}",
     "/interaction/1/code",
     "update",
     {"no vread", "GET", "Patient/ada/_history/1", NULL, NULL, 400, NULL}},
    {"{\"history\":\"none\"}",
     "/../rest/0/interaction/3/code",
     "(none)",
     {"no history of all", "GET", "_history", NULL, NULL, 400, NULL}},
    {"{\"history\":\"none\"}",
     "/readHistory",
     "false",
     {"no history", "GET", "Patient/ada/_history", NULL, NULL, 400, NULL}},
    {"{\"update_create\":false}",
     "/updateCreate",
     "false",
     {"no update as create", "PUT", "Patient/bob", NULL,
      "{\"resourceType\":\"Patient\",\"id\":\"bob\"}", 405, NULL}},
    {"{\"if_none_exist\":\"unsupported\"}",
     "/conditionalCreate",
     "false",
     {"no conditional create", "POST", "Patient", "If-None-Exist: identifier=1", ADA, 400, NULL}},
    {"{\"if_none_exist\":\"ignored\"}",
     "/conditionalCreate",
     "false",
     {"conditional create ignored", "POST", "Patient", "If-None-Exist: identifier=1", ADA, 201,
      NULL}},
    {"{\"if_none_exist\":\"racy\"}",
     "/conditionalCreate",
     "true",
     {"conditional create", "POST", "Patient", "If-None-Exist: identifier=1", ADA, 200, NULL}},
    {"{\"conditional_read\":200}",
     "/conditionalRead",
     "not-supported",
     {"no conditional read", "GET", "Patient/ada", "If-None-Match: W/\"1\"", NULL, 200, NULL}},
    {"{\"conditional_update\":false}",
     "/conditionalUpdate",
     "false",
     {"no conditional update", "PUT", "Patient?identifier=1", NULL, ADA, 400, NULL}},
    {"{\"conditional_delete\":\"unsupported\"}",
     "/conditionalDelete",
     "not-supported",
     {"no conditional delete", "DELETE", "Patient?identifier=1", NULL, NULL, 400, NULL}},
    {"{\"conditional_delete\":\"multiple\"}",
     "/conditionalDelete",
     "multiple",
     {"several deleted", "DELETE", "Patient?identifier=1,2", NULL, NULL, 204, NULL}},
    {"{\"patch\":\"none\"}",
     "/interaction/3/code",
     "delete",
     {"no patch", "PATCH", "Patient/ada", JSON_PATCH, "[]", 400, NULL}},
    {"{\"patch\":\"none\"}",
     "/../patchFormat/0",
     "(none)",
     {"no patch", "PATCH", "Patient/ada", JSON_PATCH, "[]", 400, NULL}},
    {"{\"patch\":\"json\"}",
     "/../patchFormat/1",
     "(none)",
     {"no FHIRPath Patch", "PATCH", "Patient/ada", NULL, "{\"resourceType\":\"Parameters\"}", 400,
      NULL}},
    {"{\"patch\":\"fhirpath\"}",
     "/../patchFormat/0",
     "application/fhir+json",
     {"no JSON Patch", "PATCH", "Patient/ada", JSON_PATCH, "[]", 400, NULL}},
    {"{\"transaction\":\"unsupported\"}",
     "/../rest/0/interaction/0/code",
     "batch",
     {"no transaction", "POST", "", NULL, BUNDLE("transaction"), 400, NULL}},
    {"{\"batch\":false}",
     "/../rest/0/interaction/1/code",
     "search-system",
     {"no batch", "POST", "", NULL, BUNDLE("batch"), 400, NULL}},
};

static const char *shows_no_error(struct wire *wire, const struct http_reply *statement)
{
    const struct http_reply *reply =
        wire_call(wire, "POST", "CapabilityStatement/$validate", NULL, statement->body);

    return strstr(reply->body, "\"severity\":\"error\"") ? reply->body : "valid";
}

static void capabilities_follow_the_knobs(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *pointer = rows[i].pointer;
        struct wire wire;

        wire_open(&wire, ADA);
        be_like(wire.sim, rows[i].knobs);
        const struct http_reply *reply = wire_call(&wire, "GET", "metadata", NULL, NULL);
        pointer = strncmp(pointer, "/../", 4) == 0
                      ? pointer + 3
                      : arena_printf(wire.arena, "/rest/0/resource/0%s", pointer);
        EXPECT_STR(rows[i].knobs, wire_at(&wire, reply, pointer), rows[i].says);
        EXPECT_STR(rows[i].knobs, shows_no_error(&wire, reply), "valid");
        step_do(&wire, &rows[i].shown);
        wire_close(&wire);
    }
}

/* Of the latest version alone there is something to be read. */
static void former_versions_are_not_promised(void)
{
    static const struct step steps[] = {
        {"29: readHistory", "GET", "metadata", NULL, NULL, 200,
         "/rest/0/resource/0/readHistory = false\n/rest/0/resource/0/interaction/1/code = vread"},
        {"6: the latest", "GET", "Patient/ada/_history/1", NULL, NULL, 200, NULL},
        {"9: another", "PUT", "Patient/ada", NULL, ADA, 200, NULL},
        {"6: the one before", "GET", "Patient/ada/_history/1", NULL, NULL, 400, NULL},
    };

    steps_run_as("{\"history\":\"latest-only\"}", ADA, steps, COUNT_OF(steps));
}

/* Every type can be validated; a Subscription can be asked for its status and events, too. */
static void operations_are_listed(void)
{
    static const struct step offered[] = {
        {"$validate", "POST", "Subscription/$validate", NULL, ADA, 200, NULL},
        {"$status", "GET", "Subscription/$status", NULL, NULL, 200, NULL},
        {"$status is no Patient's", "GET", "Patient/$status", NULL, NULL, 404, NULL},
        {"$events", "GET", "Subscription/eve/$events", NULL, NULL, 404, "~ Subscription/eve"},
        {"no sign, no operation", "GET", "Patient/validate", NULL, NULL, 404, "~ Patient/validate"},
    };
    const struct cJSON *resource = NULL, *operation = NULL;
    struct err err = ERR_INIT;
    struct wire wire;

    wire_open(&wire, NULL);
    const struct http_reply *reply = wire_call(&wire, "GET", "metadata", NULL, NULL);
    const struct cJSON *statement = json_parse(wire.arena, reply->body, reply->body_size, &err);
    cJSON_ArrayForEach(resource, json_pointer(statement, "/rest/0/resource"))
    {
        const char *type = json_string(resource, "type"), *said = "";

        cJSON_ArrayForEach(operation, json_get(resource, "operation"))
        {
            said = arena_printf(wire.arena, "%s %s", said, json_string(operation, "name"));
            EXPECT_HAS(type, json_string(operation, "definition"), "/OperationDefinition/");
        }
        EXPECT_STR(type, said,
                   strcmp(type, "Subscription") == 0 ? " validate status events" : " validate");
    }
    EXPECT_STR("it is valid itself", shows_no_error(&wire, reply), "valid");
    for (size_t i = 0; i < COUNT_OF(offered); i++)
        step_do(&wire, &offered[i]);
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"row 29: capabilities follow the knobs", capabilities_follow_the_knobs},
    {"rows 6, 29: former versions are not promised", former_versions_are_not_promised},
    {"rows 29, 30: operations are listed", operations_are_listed},
    CU_TEST_INFO_NULL,
};
SUITE("rows_capabilities", tests)
