/* SPDX-License-Identifier: Apache-2.0 */
/* docs/openapi.json says what the code does: the same calls with the same parameters, both ways
 * round, and bodies that real requests and answers fit. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/control.h"
#include "simulator/tests/desk.h"
#include "simulator/tests/form.h"
#include "tests/expect.h"

#define OPENAPI "docs/openapi.json"

static const struct cJSON *openapi(struct arena *arena)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse_file(arena, OPENAPI, &err);

    EXPECT_STR(OPENAPI, err.text, "");
    return tree;
}

static const char *lower(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *c = copy; *c; c++)
        *c += *c >= 'A' && *c <= 'Z' ? 'a' - 'A' : 0;
    return copy;
}

static const struct cJSON *operation_of(struct arena *arena, const struct cJSON *api,
                                        const char *method, const char *path)
{
    const struct cJSON *item = json_get(json_get(api, "paths"), arena_printf(arena, "/%s", path));

    return json_get(item, lower(arena, method));
}

static size_t words(const char *text, const char *of)
{
    size_t count = 0;

    for (; *text; text++)
        count += strchr(of, *text) != NULL;
    return count;
}

/* As many as the code has, and each of them known to it. */
static void check_parameters(struct arena *arena, const struct control_call *call,
                             const struct cJSON *operation)
{
    const struct cJSON *parameter = NULL;
    const size_t in_query = *call->query ? words(call->query, " ") + 1 : 0;
    const char *row = arena_printf(arena, "%s %s", call->method, call->path);

    EXPECT_INT(row, (long long)json_count(json_get(operation, "parameters")),
               (long long)(in_query + words(call->path, "{")));
    cJSON_ArrayForEach(parameter, json_get(operation, "parameters"))
    {
        const char *name = json_string(parameter, "name");

        if (strcmp(json_string(parameter, "in"), "query") == 0)
            EXPECT_HAS(row, call->query, name);
        else
            EXPECT_HAS(row, call->path, arena_printf(arena, "{%s}", name));
    }
}

static void the_file_has_the_calls_of_the_code(void)
{
    struct arena *arena = arena_new();
    const struct cJSON *api = openapi(arena), *path = NULL;
    const struct control_call *calls = NULL;
    const size_t count = control_calls(&calls);
    size_t described = 0;

    for (size_t i = 0; i < count; i++) {
        const struct cJSON *operation = operation_of(arena, api, calls[i].method, calls[i].path);

        EXPECT_TRUE(calls[i].path, operation);
        EXPECT_STR(calls[i].path, json_string(operation, "summary"), calls[i].summary);
        check_parameters(arena, &calls[i], operation);
    }
    cJSON_ArrayForEach(path, json_get(api, "paths")) described += json_count(path);
    EXPECT_INT("and no other", (long long)described, (long long)count);
    arena_free(arena);
}

/* ---- bodies ---- */

struct row {
    const char *method, *path; /* as in the table */
    const char *url;           /* NULL: the path */
    const char *headers, *body;
    int status;
};

/* Each status that the file names and that a call can be brought to; then refusals. */
static const struct row rows[] = {
    {"POST", "charts", NULL, "Content-Type: application/fhir+json",
     "{\"resourceType\":\"Patient\",\"id\":\"eve\"}", 200},
    {"POST", "charts", NULL, "Content-Type: application/fhir+ndjson",
     "{\"resourceType\":\"Patient\",\"id\":\"bob\"}\n{\"resourceType\":\"Basic\",\"id\":\"b\"}\n",
     200},
    {"POST", "reset", NULL, NULL, NULL, 200},
    {"POST", "faults", NULL, NULL,
     "{\"fault\":\"error-before\",\"args\":[503],\"match\":{\"interaction\":\"delete\","
     "\"header\":{\"X\":\"y\"},\"nth\":1},\"times\":1,\"probability\":0.5}",
     201},
    {"GET", "faults", NULL, NULL, NULL, 200},
    {"GET", "faults/{id}", "faults/1", NULL, NULL, 200},
    {"DELETE", "faults/{id}", "faults/1", NULL, NULL, 204},
    {"DELETE", "faults", NULL, NULL, NULL, 204},
    {"PUT", "holds", NULL, NULL, "[{\"match\":{\"type\":\"Observation\"},\"stop\":\"before\"}]",
     204},
    {"GET", "held", NULL, NULL, NULL, 200},
    {"POST", "held/{n}/release", "held/1/release", NULL,
     "{\"fault\":\"error-before\",\"args\":[503]}", 204},
    {"PUT", "schedule", NULL, NULL,
     "{\"schedule\":[\"nurse.raise\",\"portal.write\"],\"edits\":{\"raise\":{\"method\":\"PUT\","
     "\"target\":\"Patient/ada\",\"body\":{\"resourceType\":\"Patient\",\"id\":\"ada\"}}}}",
     200},
    {"GET", "schedule", "schedule?waitMs=5", NULL, NULL, 200},
    {"DELETE", "schedule", NULL, NULL, NULL, 204},
    {"PUT", "schedule", NULL, NULL,
     "{\"schedule\":[\"nurse.raise\"],\"edits\":{\"raise\":{\"method\":\"PUT\","
     "\"target\":\"Patient/ada\"}}}",
     200},
    {"POST", "edits", NULL, NULL,
     "{\"method\":\"PUT\",\"target\":\"Patient/ada\",\"body\":{\"resourceType\":\"Patient\","
     "\"id\":\"ada\"},\"actor\":\"nurse\",\"name\":\"raise\"}",
     200},
    {"POST", "edits", NULL, NULL, "{\"method\":\"DELETE\",\"target\":\"Patient/nobody\"}", 204},
    {"GET", "resources/{type}/{id}/versions", "resources/Patient/ada/versions", NULL, NULL, 200},
    {"GET", "resources/{type}/{id}/versions/{version}", "resources/Patient/ada/versions/@2", NULL,
     NULL, 200},
    {"GET", "journal", "journal?after=1&waitMs=5", NULL, NULL, 200},
    {"GET", "metrics", NULL, NULL, NULL, 200},
    {"GET", "deliveries", NULL, NULL, NULL, 200},
    {"PUT", "personality", NULL, NULL, "{\"name\":\"r4\"}", 200},
    {"PUT", "personality", NULL, NULL,
     "{\"name\":\"mine\",\"like\":\"r4\",\"knobs\":{\"stale_status\":409}}", 200},
    {"GET", "personality", NULL, NULL, NULL, 200},
    {"PUT", "personality", NULL, NULL, "{\"name\":\"nobody\"}", 400},
    {"GET", "journal", "journal?after=x", NULL, NULL, 400},
    {"GET", "schedule", "schedule?after=1", NULL, NULL, 400},
    {"DELETE", "faults/{id}", "faults/9", NULL, NULL, 404},
    {"POST", "deliveries/{n}/release", "deliveries/x/release", NULL, "{}", 404},
    {"PUT", "schedule", NULL, NULL, "[]", 400},
};

static void check_request(struct arena *arena, const struct row *row, const struct cJSON *operation)
{
    const struct cJSON *content = json_get(json_get(operation, "requestBody"), "content");
    const char *type = row->headers ? row->headers + strlen("Content-Type: ") : "application/json";
    struct err err = ERR_INIT;

    EXPECT_INT(row->path, row->body != NULL, content != NULL);
    if (!row->body)
        return;
    EXPECT_TRUE(type, json_get(content, type));
    if (!strstr(type, "ndjson"))
        form_check(arena, row->path, json_parse(arena, row->body, strlen(row->body), &err),
                   json_get(json_get(content, type), "schema"), OPENAPI);
}

static void check_text(struct arena *arena, const struct row *row, const char *text, size_t size,
                       const struct cJSON *schema)
{
    struct err err = ERR_INIT;
    const struct cJSON *value = json_parse(arena, text, size, &err);

    EXPECT_STR(row->path, err.text, "");
    form_check(arena, row->path, value, schema, OPENAPI);
}

static void check_answer(struct arena *arena, const struct row *row, const struct http_reply *reply,
                         const struct cJSON *api, const struct cJSON *operation)
{
    const char *status = row->status < 400 ? arena_printf(arena, "%d", row->status) : "default";
    const struct cJSON *answer = json_get(json_get(operation, "responses"), status);
    const char *type = wire_header(reply, "Content-Type");
    const size_t type_size = strcspn(type, ";");

    EXPECT_TRUE(row->path, answer);
    if (json_string(answer, "$ref"))
        answer = json_pointer(api, json_string(answer, "$ref") + 1);
    EXPECT_INT(row->path, reply->body_size > 0, json_get(answer, "content") != NULL);
    if (reply->body_size == 0)
        return;
    const struct cJSON *form =
        json_get(json_get(answer, "content"), arena_copy(arena, type, type_size));
    EXPECT_TRUE(type, form);
    if (strstr(type, "ndjson")) {
        for (const char *at = reply->body; *at; at += strcspn(at, "\n") + 1)
            check_text(arena, row, at, strcspn(at, "\n"), json_get(form, "schema"));
    } else if (strstr(type, "json")) {
        check_text(arena, row, reply->body, reply->body_size, json_get(form, "schema"));
    }
}

static void real_bodies_fit_the_file(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    struct arena *arena = desk.wire.arena;
    const struct cJSON *api = openapi(arena);
    const struct control_call *calls = NULL;
    const size_t count = control_calls(&calls);
    bool *is_tried = arena_alloc(arena, count * sizeof(*is_tried));

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        const struct cJSON *operation = operation_of(arena, api, row->method, row->path);

        if (strcmp(row->path, "held") == 0) {
            desk_start(&desk, "GET", "Observation/pulse", "X-Correlation-Id: c", NULL, 0);
            desk_until_held(&desk, 1);
        }
        const struct http_reply *reply = desk_steer(
            &desk, row->method, row->url ? row->url : row->path, row->headers, row->body);
        EXPECT_INT(row->path, reply->status, row->status);
        if (row->status < 400)
            check_request(arena, row, operation);
        check_answer(arena, row, reply, api, operation);
        /* That a delivery is released needs a subscriber: test_control_deliveries.c. */
        const bool is_done = row->status < 400 || strncmp(row->path, "deliveries/", 11) == 0;
        for (size_t k = 0; is_done && k < count; k++)
            is_tried[k] |=
                strcmp(calls[k].method, row->method) == 0 && strcmp(calls[k].path, row->path) == 0;
    }
    for (size_t k = 0; k < count; k++)
        EXPECT_TRUE(calls[k].path, is_tried[k]);
    desk_close(&desk);
}

static CU_TestInfo tests[] = {
    {"the file has the calls of the code, and no other", the_file_has_the_calls_of_the_code},
    {"real bodies fit the file", real_bodies_fit_the_file},
    CU_TEST_INFO_NULL,
};

SUITE("openapi", tests)
