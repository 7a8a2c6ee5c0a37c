/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as an intent, what is refused and where, and what slots it has. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/intent.h"
#include "tests/expect.h"

#define OBSERVATION "{\"resourceType\":\"Observation\",\"status\":\"final\"}"
#define PATIENT     "{\"resourceType\":\"Patient\",\"id\":\"ada\"}"

static const struct {
    const char *row, *text, *problem; /* NULL: it is an intent */
} checks[] = {
    {"create", "{\"operation\":\"create\",\"resource\":" OBSERVATION "}", NULL},
    {"update", "{\"operation\":\"update\",\"resource\":" PATIENT "}", NULL},
    {"patch",
     "{\"operation\":\"patch\",\"target\":{\"reference\":\"Patient/ada\"},\"patch\":[{\"op\":"
     "\"remove\",\"path\":\"/x\"}]}",
     NULL},
    {"delete", "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"}}", NULL},
    {"not an object", "[]", ": expected an intent"},
    {"no operation", "{}", "/operation: expected create"},
    {"an unknown operation", "{\"operation\":\"merge\"}", "/operation: expected create"},
    {"create without a resource", "{\"operation\":\"create\"}", "/resource: expected a FHIR"},
    {"an unknown type", "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Patent\"}}",
     "/resource: expected a FHIR resource"},
    {"the target's type",
     "{\"operation\":\"create\",\"target\":{\"type\":\"Task\"},\"resource\":" OBSERVATION "}",
     "/target/type"},
    {"an id that is none",
     "{\"operation\":\"update\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a b\"}}",
     "/resource: expected an id"},
    {"update without an id", "{\"operation\":\"update\",\"resource\":" OBSERVATION "}",
     "/resource: expected a resource with an id"},
    {"update of another",
     "{\"operation\":\"update\",\"target\":{\"reference\":\"Patient/eve\"},\"resource\":" PATIENT
     "}",
     "/resource: expected the type and id"},
    {"patch without target", "{\"operation\":\"patch\",\"patch\":[]}", "/target/reference"},
    {"patch by urn", "{\"operation\":\"patch\",\"target\":{\"reference\":\"urn:uuid:1\"}}",
     "/target/reference"},
    {"patch that is none",
     "{\"operation\":\"patch\",\"target\":{\"reference\":\"Patient/ada\"},\"patch\":[{\"op\":"
     "\"set\",\"path\":\"/x\"}]}",
     "/patch: "},
    {"a version that is a number",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"baseVersion\":1}",
     "/baseVersion"},
    {"an identifier that is no list",
     "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"Task\",\"identifier\":\"x\"}}",
     "identifier"},
    {"an identifier that is no object",
     "{\"operation\":\"create\",\"resource\":{\"resourceType\":\"QuestionnaireResponse\","
     "\"identifier\":[]}}",
     "identifier"},
    {"an identifier of an entry that is no list",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{\"resource\":{\"resourceType\":\"Task\",\"identifier\":{}},\"request\":{"
     "\"method\":\"POST\",\"url\":\"Task\"}}]}}",
     "/bundle/entry/0: "},
    {"a version that is none",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"baseVersion\":"
     "\"1\\r\\nX: y\"}",
     "a versionId"},
    {"a version of a resource that is none",
     "{\"operation\":\"update\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"ada\",\"meta\":"
     "{"
     "\"versionId\":\"1/../2\"}}}",
     "a versionId"},
    {"a version of an entry that is none",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/"
     "ada\",\"ifMatch\":\"*\"}}]}}",
     "a versionId"},
    {"a version as an ETag",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"baseVersion\":"
     "\"W/\\\"1\\\"\"}",
     NULL},
    {"a tenant that is a number",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"tenant\":1}",
     "/tenant"},
    {"a system that is a number",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"source\":{"
     "\"system\":1}}",
     "/source/system"},
    {"an event that is a number",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"source\":{"
     "\"eventId\":1}}",
     "/source/eventId"},
    {"a sequence that is a text",
     "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"source\":{"
     "\"sequence\":\"1\"}}",
     "/source/sequence"},
    {"bundle of another type",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"document\"}}",
     "/bundle/type"},
    {"an empty bundle",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[]}}",
     "/bundle/entry"},
    {"an entry without request",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{}]}}",
     "/bundle/entry/0/request"},
    {"only reads",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"Patient/ada\"}}]}}",
     "/bundle/entry: expected at least one that writes"},
    {"create with an id of the client",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{\"resource\":" PATIENT
     ",\"request\":{\"method\":\"PUT\",\"url\":\"Patient/ada\",\"ifNoneMatch\":\"*\"}}]}}",
     "/bundle/entry/0/request/ifNoneMatch"},
    {"a POST to another type",
     "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
     "\"entry\":[{\"resource\":" OBSERVATION
     ",\"request\":{\"method\":\"POST\",\"url\":\"Task\"}}]}}",
     "/bundle/entry/0/request/url"},
};

static struct intent *load(struct arena *arena, const char *request, const char *work,
                           struct err *err)
{
    struct ledger_intent row = {.id = "i",
                                .tenant = "t",
                                .system = "s",
                                .key = "k",
                                .correlation = "c",
                                .payload_hash = "h",
                                .request = request,
                                .state = "accepted",
                                .work = work};

    return intent_load(arena, &row, err);
}

static void what_is_wrong_is_refused_by_its_place(void)
{
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        struct cJSON *request = json_parse(arena, checks[i].text, strlen(checks[i].text), &err);
        int rc = intent_check(arena, request, &err);

        EXPECT_INT(checks[i].row, rc, checks[i].problem ? -1 : 0);
        if (checks[i].problem)
            EXPECT_HAS(checks[i].row, err.text, checks[i].problem);
        else
            EXPECT_TRUE(checks[i].row, load(arena, checks[i].text, "{}", &err) != NULL);
        arena_free(arena);
    }
}

static void a_create_bears_one_identifier_that_tells_nothing(void)
{
    static const struct {
        const char *row, *resource, *identifier;
    } rows[] = {
        {"a list", OBSERVATION, "/identifier/0"},
        {"a list with others",
         "{\"resourceType\":\"Observation\",\"identifier\":[{\"value\":\"x\"}]}", "/identifier/1"},
        {"a single one", "{\"resourceType\":\"Composition\"}", "/identifier"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        char *text =
            arena_printf(arena, "{\"operation\":\"create\",\"resource\":%s}", rows[i].resource);
        struct intent *intent = load(arena, text, "{}", &err);
        struct intent *again = load(arena, text, "{}", &err);
        const struct slot *slot = intent->slots;
        const struct cJSON *identifier = json_pointer(slot->content, rows[i].identifier);

        EXPECT_STR(rows[i].row, json_string(identifier, "system"), "urn:writebackd:write");
        EXPECT_STR(rows[i].row, json_string(identifier, "value"), slot->mark);
        EXPECT_STR(rows[i].row, again->slots->mark, slot->mark);
        EXPECT_STR(rows[i].row, slot->exist,
                   arena_printf(arena, "identifier=urn:writebackd:write|%s", slot->mark));
        EXPECT_INT(rows[i].row, (long long)strlen(slot->mark), 32);
        arena_free(arena);
    }
}

static void the_guard_is_what_the_source_read(void)
{
    static const struct {
        const char *row, *text, *guard;
    } rows[] = {
        {"baseVersion",
         "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"baseVersion\":"
         "\"7\"}",
         "7"},
        {"as an ETag",
         "{\"operation\":\"delete\",\"target\":{\"reference\":\"Patient/ada\"},\"baseVersion\":"
         "\"W/\\\"7\\\"\"}",
         "7"},
        {"the resource's own",
         "{\"operation\":\"update\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"ada\","
         "\"meta\":{\"versionId\":\"5\"}}}",
         "5"},
        {"none", "{\"operation\":\"update\",\"resource\":" PATIENT "}", NULL},
        {"an entry's",
         "{\"operation\":\"bundle\",\"bundle\":{\"resourceType\":\"Bundle\",\"type\":\"batch\","
         "\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/ada\",\"ifMatch\":\"W/"
         "\\\"3\\\"\"}}]}}",
         "3"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        struct intent *intent = load(arena, rows[i].text, "{}", &err);

        EXPECT_STR(rows[i].row, intent->slots->guard, rows[i].guard);
        if (intent->slots->content)
            EXPECT_TRUE(rows[i].row,
                        !json_string(json_get(intent->slots->content, "meta"), "versionId"));
        arena_free(arena);
    }
}

static void progress_survives_saving(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const char *text = "{\"operation\":\"update\",\"resource\":" PATIENT "}";
    struct intent *intent = load(arena, text, "{}", &err);

    intent->slots->state = SLOT_SENT;
    intent->slots->guard = "4";
    intent->slots->status = 503;
    intent->attempts = 3;
    intent->due_ms = 1767225600123;
    intent->is_due_kept = true;
    intent->state = INTENT_UNKNOWN;
    intent_save(intent);
    struct intent *again = load(arena, text, intent->row.work, &err);
    EXPECT_INT("slot", again->slots->state, SLOT_SENT);
    EXPECT_STR("guard", again->slots->guard, "4");
    EXPECT_INT("status", again->slots->status, 503);
    EXPECT_INT("attempts", again->attempts, 3);
    EXPECT_INT("due", again->due_ms, 1767225600123);
    EXPECT_TRUE("kept", again->is_due_kept);
    EXPECT_STR("state", intent->row.state, "unknown");
    arena_free(arena);
}

static void a_damaged_row_is_an_error(void)
{
    static const char *const works[] = {"{", "", "{\"slots\":[{\"how\":99,\"state\":\"x\"}]}"};

    for (size_t i = 0; i < COUNT_OF(works); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        struct intent *intent =
            load(arena, "{\"operation\":\"update\",\"resource\":" PATIENT "}", works[i], &err);

        EXPECT_INT(works[i], intent == NULL, i < 2);
        arena_free(arena);
    }
}

static CU_TestInfo tests[] = {
    {"what is wrong is refused by its place", what_is_wrong_is_refused_by_its_place},
    {"a create bears one identifier that tells nothing",
     a_create_bears_one_identifier_that_tells_nothing},
    {"the guard is what the source read", the_guard_is_what_the_source_read},
    {"progress survives saving", progress_survives_saving},
    {"a damaged row is an error, no crash", a_damaged_row_is_an_error},
    CU_TEST_INFO_NULL,
};
SUITE("intent", tests)
