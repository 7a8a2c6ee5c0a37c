/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the control API over HTTP, beside a simulator in the same thread. */
#include <poll.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/control.h"
#include "simulator/origin.h"
#include "simulator/tests/wire.h"
#include "tests/expect.h"

static struct origin *origin;
static struct control *control;

/* A file of `text`; the path lives in the wire's arena. */
static const char *file_of(struct wire *wire, const char *name, const char *text)
{
    const char *path = arena_printf(wire->arena, "%s/%s", test_folder(), name);
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&buf, text);
    MUST_ZERO(buf_write_file(&buf, path, &err));
    buf_release(&buf);
    return path;
}

static void open_controlled(struct wire *wire, const char *token, const char *faults)
{
    struct err err = ERR_INIT;

    *wire = (struct wire){.arena = arena_new(), .http = http_new()};
    origin = origin_new();
    control = control_new(origin, token);
    MUST_ZERO(origin_add_chart(
        origin, file_of(wire, "ada.json", "{\"resourceType\":\"Patient\",\"id\":\"ada\"}"), &err));
    if (faults)
        MUST_ZERO(origin_add_faults(origin, file_of(wire, "faults.json", faults), &err));
    const struct sim_options options = {.logical_clock = true,
                                        .control = control_handle,
                                        .control_arg = control,
                                        .pilot = control_pilot(control)};
    wire->sim = sim_open(&options, &err);
    if (!wire->sim)
        BUG("%s", err.text);
    MUST_ZERO(control_begin(control, wire->sim, &err));
}

static void close_controlled(struct wire *wire)
{
    http_free(wire->http);
    sim_close(wire->sim);
    control_free(control);
    origin_free(origin);
    arena_free(wire->arena);
}

static const struct http_reply *steer(struct wire *wire, const char *method, const char *path,
                                      const char *headers, const char *body)
{
    const char *url = arena_printf(wire->arena, "%s/%s", sim_control_url(wire->sim), path);

    return wire_call_url(wire, method, url, headers, body, body ? strlen(body) : 0);
}

/* The members of one object, against a definition of the schema. */
static void check_members(const char *row, const struct cJSON *object, const struct cJSON *form)
{
    const struct cJSON *member = NULL;

    EXPECT_STR(row, json_type_name(object), "object");
    cJSON_ArrayForEach(member, object)
    {
        EXPECT_TRUE(member->string, json_get(json_get(form, "properties"), member->string));
    }
    cJSON_ArrayForEach(member, json_get(form, "required"))
    {
        EXPECT_TRUE(json_text(member), json_get(object, json_text(member)));
    }
}

static void check_form(struct wire *wire, const char *row, const struct http_reply *reply,
                       const char *name)
{
    struct err err = ERR_INIT;
    const struct cJSON *schema =
        json_parse_file(wire->arena, "docs/schema/control.schema.json", &err);
    const struct cJSON *form = json_get(json_get(schema, "$defs"), name ? name : "");
    const struct cJSON *answer = NULL, *element = NULL;

    if (!name)
        return;
    EXPECT_TRUE(name, form);
    answer = json_parse(wire->arena, reply->body, reply->body_size, &err);
    if (!cJSON_IsArray(answer)) {
        check_members(row, answer, form);
        return;
    }
    cJSON_ArrayForEach(element, answer)
    {
        check_members(row, element, form);
    }
}

/* What docs/schema/control.schema.json calls the answer; NULL: it has no JSON body. */
static const char *form_of(const struct http_reply *reply, const char *method, const char *path)
{
    static const struct {
        const char *method, *path, *form;
    } forms[] = {
        {"POST", "edits", "edited"},     {"GET", "resources/", "version"},
        {"GET", "faults", "ruleListed"}, {"POST", "faults", "ruleMade"},
        {"GET", "faults", "ruleListed"}, {"GET", "held", "held"},
        {"POST", "charts", "loaded"},    {"POST", "reset", "loaded"},
    };

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (reply->status < 400 && reply->status != 204 && strcmp(forms[i].method, method) == 0 &&
            strncmp(forms[i].path, path, strlen(forms[i].path)) == 0)
            return forms[i].form;
    }
    return reply->status < 400 ? NULL : "problem";
}

static void calls_answer(void)
{
    static const struct {
        const char *row, *method, *path, *body;
        int status;
        const char *want;
    } rows[] = {
        {"an edit", "POST", "edits",
         "{\"method\":\"PUT\",\"target\":\"Patient/"
         "ada\",\"body\":{\"resourceType\":\"Patient\",\"id\":"
         "\"ada\",\"extension\":[{\"url\":\"urn:x\",\"valueDecimal\":1.50}]}}",
         200, "{\"reference\":\"Patient/ada\",\"version\":\"2\",\"commit\":1}"},
        {"an edit by JSON Patch", "POST", "edits",
         "{\"method\":\"PATCH\",\"target\":\"Patient/ada\",\"body\":[{\"op\":\"add\",\"path\":"
         "\"/active\",\"value\":false}]}",
         200, "{\"reference\":\"Patient/ada\",\"version\":\"3\",\"commit\":2}"},
        {"an edit by FHIRPath Patch", "POST", "edits",
         "{\"method\":\"PATCH\",\"target\":\"Patient/ada\",\"body\": "
         "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{"
         "\"name\":\"type\",\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":"
         "\"Patient.active\"},{\"name\":\"value\",\"valueBoolean\":true}]}]}}",
         200, "{\"reference\":\"Patient/ada\",\"version\":\"4\",\"commit\":3}"},
        {"what it came to", "GET", "resources/Patient/ada/versions/@4", NULL, 200,
         "\"active\":true"},
        {"a FHIRPath Patch that cannot be", "POST", "edits",
         "{\"method\":\"PATCH\",\"target\":\"Patient/ada\",\"body\":{\"resourceType\":"
         "\"Patient\"}}",
         400, "Parameters"},
        {"its versions", "GET", "resources/Patient/ada/versions", NULL, 200,
         "\"version\":\"2\",\"ordinal\":2,\"commit\":1,\"deleted\":false,\"resource\":{"},
        {"its bytes", "GET", "resources/Patient/ada/versions", NULL, 200, "\"valueDecimal\":1.50"},
        {"one version by its ordinal", "GET", "resources/Patient/ada/versions/@1", NULL, 200,
         "{\"version\":\"1\",\"ordinal\":1,\"commit\":0"},
        {"one by its versionId", "GET", "resources/Patient/ada/versions/2", NULL, 200,
         "{\"version\":\"2\",\"ordinal\":2"},
        {"a version that never was", "GET", "resources/Patient/ada/versions/@7", NULL, 404,
         "no version @7; expected"},
        {"the journal after no number", "GET", "journal?after=abc", NULL, 400,
         "after=abc: expected a number"},
        {"a wait that is no number", "GET", "journal?after=1&waitMs=-1", NULL, 400,
         "waitMs=-1: expected a number"},
        {"a parameter with a typo", "GET", "journal?afte=1", NULL, 400,
         "unknown parameter 'afte'; this call has after waitMs"},
        {"a parameter where none is", "GET", "held?after=1", NULL, 400, "this call has none"},
        {"versions of nothing", "GET", "resources/Patient/eve/versions", NULL, 404, "Patient/eve"},
        {"an edit that is none", "POST", "edits", "{\"method\":\"PUT\"}", 400, "target"},
        {"an edit with a typo", "POST", "edits",
         "{\"method\":\"DELETE\",\"target\":\"Patient/ada\",\"bdy\":{}}", 400,
         "'bdy'; known are method"},
        {"an edit that is a list", "POST", "edits", "[]", 400, "an object"},
        {"an edit that the server would refuse", "POST", "edits",
         "{\"method\":\"PUT\",\"target\":\"Patient/ada\",\"body\":{}}", 400, "resourceType"},
        {"an edit that changes nothing", "POST", "edits",
         "{\"method\":\"DELETE\",\"target\":\"Patient/eve\"}", 204, ""},
        {"not JSON", "POST", "edits", "{", 400, "line 1"},
        {"its journal", "GET", "journal", NULL, 200, "\"kind\":\"edit\""},
        {"a fault", "POST", "faults",
         "{\"fault\":\"error-before\",\"args\":[503],\"match\":{\"interaction\":\"read\"},"
         "\"times\":1}",
         201, "{\"id\":1}"},
        {"the faults", "GET", "faults", NULL, 200, "\"error-before\""},
        {"one fault", "GET", "faults/1", NULL, 200, "\"struck\":0"},
        {"a fault that is not there", "GET", "faults/2", NULL, 404, "no fault rule 2"},
        {"a fault with arguments that are no list", "POST", "faults",
         "{\"fault\":\"error-before\",\"args\":503}", 400, "'args'"},
        {"a fault that is none", "POST", "faults", "{\"fault\":\"error-befor\"}", 400,
         "error-before"},
        {"no such fault to remove", "DELETE", "faults/7", NULL, 404, "7"},
        {"a fault removed", "DELETE", "faults/1", NULL, 204, ""},
        {"all removed", "DELETE", "faults", NULL, 204, ""},
        {"none left", "GET", "faults", NULL, 200, "[]"},
        {"holds that are none", "PUT", "holds", "{}", 400, ""},
        {"nothing is held", "GET", "held", NULL, 200, "[]"},
        {"nothing to release", "POST", "held/4/release", NULL, 404, "4"},
        {"a chart", "POST", "charts", "{\"resourceType\":\"Patient\",\"id\":\"eve\"}", 200,
         "{\"resources\":2}"},
        {"the run began anew", "GET", "resources/Patient/ada/versions", NULL, 200,
         "[{\"version\":\"1\""},
        {"a chart that cannot be", "POST", "charts",
         "{\"resourceType\":\"Patient\",\"id\":\"eve\"}", 400,
         "Patient/eve is in the chart already"},
        {"and changes nothing", "POST", "reset", NULL, 200, "{\"resources\":2}"},
        {"nor hinders the next chart", "POST", "charts",
         "{\"resourceType\":\"Patient\",\"id\":\"bob\"}", 200, "{\"resources\":3}"},
        {"a call of a later version", "GET", "certificate", NULL, 404,
         "no /_control/certificate; it has charts, reset, faults, "},
        {"none at all", "GET", "", NULL, 404, "charts, reset"},
        {"a method that is not for this", "GET", "reset", NULL, 405, "POST is"},
    };
    struct wire wire;

    open_controlled(&wire, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http_reply *reply =
            steer(&wire, rows[i].method, rows[i].path, NULL, rows[i].body);

        check_form(&wire, rows[i].row, reply, form_of(reply, rows[i].method, rows[i].path));

        EXPECT_INT(rows[i].row, reply->status, rows[i].status);
        EXPECT_HAS(rows[i].row, reply->body, rows[i].want);
        if (reply->status >= 400)
            EXPECT_HAS(rows[i].row, wire_header(reply, "Content-Type"), "application/problem+json");
    }
    close_controlled(&wire);
}

static void the_journal_has_the_members_of_its_schema(void)
{
    struct wire wire;
    struct err err = ERR_INIT;

    open_controlled(&wire, NULL, NULL);
    const struct cJSON *schema =
        json_parse_file(wire.arena, "docs/schema/journal.schema.json", &err);
    steer(&wire, "POST", "faults", NULL, "{\"fault\":\"error-after\",\"args\":[500]}");
    wire_call(&wire, "PUT", "Patient/ada", "If-Match: W/\"1\"\nX-Correlation-Id: c-9",
              "{\"resourceType\":\"Patient\",\"id\":\"ada\"}");
    steer(&wire, "POST", "edits", NULL, "{\"method\":\"DELETE\",\"target\":\"Patient/ada\"}");
    char *lines = arena_strdup(wire.arena, steer(&wire, "GET", "journal", NULL, NULL)->body);
    char *rest = NULL;
    size_t count = 0;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        check_members(line, json_parse(wire.arena, line, strlen(line), &err), schema);
        count++;
    }
    EXPECT_STR("all lines are JSON", err.text, "");
    EXPECT_INT("arrived, committed, fault, replied, edit, committed", (long long)count, 6);
    close_controlled(&wire);
}

static const struct http_request read_ada = {.method = "GET"};

/* Until the call is answered or something is held, at most `turns` of 10 ms. */
static void turn_until(struct wire *wire, const struct http_pending *pending, int turns)
{
    int fd = sim_fd(wire->sim);

    for (int i = 0; i < turns && !http_is_done(pending) && sim_held_count(wire->sim) == 0; i++) {
        http_turn(wire->http, &fd, 1, 10);
        sim_turn(wire->sim);
    }
}

static void holds_hold_until_released(void)
{
    struct http_request request = read_ada;
    struct wire wire;

    open_controlled(&wire, NULL, NULL);
    request.url = arena_printf(wire.arena, "%s/Patient/ada", sim_url(wire.sim));
    const struct http_reply *reply =
        steer(&wire, "PUT", "holds", NULL,
              "[{\"match\":{\"interaction\":\"read\"},\"stop\":\"before\"}]");
    EXPECT_INT("hold", reply->status, 204);
    struct http_pending *pending = http_start(wire.http, wire.arena, &request);
    turn_until(&wire, pending, 500);
    reply = steer(&wire, "GET", "held", NULL, NULL);
    check_form(&wire, "held", reply, "held");
    EXPECT_HAS("held", reply->body,
               "\"stop\":\"before\",\"interaction\":\"read\",\"target\":\"Patient/ada\"");
    EXPECT_TRUE("not answered", !http_is_done(pending));
    const char *path = arena_printf(wire.arena, "held/%s/release", wire_at(&wire, reply, "/0/n"));
    reply = steer(&wire, "POST", path, NULL, "{\"fault\":\"error-befor\"}");
    EXPECT_INT("a fault that is none", reply->status, 400);
    EXPECT_INT("one that is no text", steer(&wire, "POST", path, NULL, "{\"fault\":503}")->status,
               400);
    EXPECT_INT("arguments of none", steer(&wire, "POST", path, NULL, "{\"args\":[503]}")->status,
               400);
    EXPECT_INT(
        "arguments that are no list",
        steer(&wire, "POST", path, NULL, "{\"fault\":\"error-before\",\"args\":503}")->status, 400);
    reply = steer(&wire, "POST", path, NULL, "{\"fault\":\"error-before\",\"args\":[503]}");
    EXPECT_INT("released", reply->status, 204);
    turn_until(&wire, pending, 500);
    EXPECT_TRUE("answered", http_is_done(pending));
    EXPECT_INT("with the fault", http_is_done(pending) ? http_result(pending)->status : 0, 503);
    close_controlled(&wire);
}

/* Turns the simulator only when it asks for it, as fhirsim does. */
static void turn_when_asked(struct wire *wire, const struct http_pending *pending)
{
    for (int i = 0; i < 100 && !http_is_done(pending); i++) {
        struct pollfd fd = {.fd = sim_fd(wire->sim), .events = POLLIN};

        http_turn(wire->http, NULL, 0, 10);
        if (sim_timeout_ms(wire->sim) == 0 || poll(&fd, 1, 0) > 0)
            sim_turn(wire->sim);
    }
    EXPECT_TRUE("answered or closed", http_is_done(pending));
}

/* The reset runs inside the library's turn: what it lets go must not wait for the next event. */
static void a_reset_closes_what_is_held_at_once(void)
{
    struct http_request read = read_ada, reset = {.method = "POST"};
    struct wire wire;

    open_controlled(&wire, NULL, NULL);
    read.url = arena_printf(wire.arena, "%s/Patient/ada", sim_url(wire.sim));
    reset.url = arena_printf(wire.arena, "%s/reset", sim_control_url(wire.sim));
    reset.headers[0] = (struct http_header){"Connection", "close"}; /* else it is an event later */
    steer(&wire, "PUT", "holds", NULL, "[{}]");
    struct http_pending *held = http_start(wire.http, wire.arena, &read);
    turn_until(&wire, held, 500);
    EXPECT_INT("held", (long long)sim_held_count(wire.sim), 1);
    turn_when_asked(&wire, http_start(wire.http, wire.arena, &reset));
    turn_when_asked(&wire, held);
    close_controlled(&wire);
}

static void the_journal_waits_for_what_comes(void)
{
    struct http_request request = read_ada;
    struct wire wire;

    open_controlled(&wire, NULL, NULL);
    request.url =
        arena_printf(wire.arena, "%s/journal?after=0&waitMs=9000", sim_control_url(wire.sim));
    struct http_pending *pending = http_start(wire.http, wire.arena, &request);
    turn_until(&wire, pending, 20);
    EXPECT_TRUE("it waits", !http_is_done(pending));
    uint64_t began = clock_monotonic_ms();
    wire_call(&wire, "GET", "Patient/ada", NULL, NULL);
    turn_until(&wire, pending, 500);
    EXPECT_TRUE("it answers", http_is_done(pending) && clock_monotonic_ms() - began < 5000);
    if (http_is_done(pending))
        EXPECT_HAS("with the arrival", http_result(pending)->body, "\"kind\":\"arrived\"");
    EXPECT_STR("nothing new, no wait", steer(&wire, "GET", "journal?after=99", NULL, NULL)->body,
               "");
    EXPECT_STR("nothing new, a short wait",
               steer(&wire, "GET", "journal?after=99&waitMs=20", NULL, NULL)->body, "");
    close_controlled(&wire);
}

static void command_line_faults_survive_a_reset(void)
{
    struct wire wire;

    open_controlled(&wire, NULL, "[{\"fault\":\"error-before\",\"args\":[500],\"times\":1}]");
    for (int run = 0; run < 2; run++) {
        EXPECT_INT("struck", wire_call(&wire, "GET", "Patient/ada", NULL, NULL)->status, 500);
        EXPECT_INT("once", wire_call(&wire, "GET", "Patient/ada", NULL, NULL)->status, 200);
        steer(&wire, "POST", "reset", NULL, NULL);
    }
    close_controlled(&wire);
}

static void a_token_is_asked_for(void)
{
    struct wire wire;

    open_controlled(&wire, "secret", NULL);
    EXPECT_INT("none", steer(&wire, "GET", "faults", NULL, NULL)->status, 401);
    EXPECT_INT("wrong", steer(&wire, "GET", "faults", "Authorization: Bearer secre", NULL)->status,
               401);
    EXPECT_INT("right", steer(&wire, "GET", "faults", "Authorization: Bearer secret", NULL)->status,
               200);
    EXPECT_INT("FHIR is open", wire_call(&wire, "GET", "Patient/ada", NULL, NULL)->status, 200);
    close_controlled(&wire);
}

static CU_TestInfo tests[] = {
    {"calls answer", calls_answer},
    {"the journal has the members of its schema", the_journal_has_the_members_of_its_schema},
    {"holds hold until released", holds_hold_until_released},
    {"a reset closes what is held at once", a_reset_closes_what_is_held_at_once},
    {"the journal waits for what comes", the_journal_waits_for_what_comes},
    {"faults of the command line survive a reset", command_line_faults_survive_a_reset},
    {"a token is asked for", a_token_is_asked_for},
    CU_TEST_INFO_NULL,
};

SUITE("control", tests)
