/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/personality.h"
#include "tests/expect.h"

static const char *with_base(struct wire *wire, const char *text)
{
    const char *at = NULL;
    struct buf buf = BUF_INIT;

    while (text && (at = strstr(text, "BASE"))) {
        buf_add(&buf, text, (size_t)(at - text));
        buf_puts(&buf, sim_url(wire->sim));
        text = at + 4;
    }
    buf_puts(&buf, text ? text : "");
    const char *result = buf_copy(&buf, wire->arena);
    buf_release(&buf);
    return result;
}

static const char *body_of(struct wire *wire, const char *text)
{
    char *body = text ? arena_strdup(wire->arena, with_base(wire, text)) : NULL;

    for (char *at = body; at && *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return body;
}

static void check_line(struct wire *wire, const char *row, const struct http_reply *reply,
                       char *line)
{
    char *mark = strstr(line, line[0] == '/' ? " = " : ": ");

    if (strncmp(line, "~ ", 2) == 0) {
        EXPECT_HAS(row, reply->body, line + 2);
        return;
    }
    if (!mark)
        BUG("%s: '%s' is no expectation", row, line);
    *mark = '\0';
    if (line[0] == '/')
        EXPECT_STR(row, wire_at(wire, reply, line), mark + 3);
    else
        EXPECT_STR(row, wire_header(reply, line), mark + 2);
}

const struct http_reply *step_do(struct wire *wire, const struct step *step)
{
    const struct http_reply *reply = wire_call(wire, step->method, with_base(wire, step->url),
                                               step->headers, body_of(wire, step->body));
    char *lines = arena_strdup(wire->arena, with_base(wire, step->want)), *rest = NULL;

    EXPECT_INT(step->row, reply->status, step->status);
    if (reply->status != step->status)
        EXPECT_STR(step->row, reply->body, "(another status)");
    if (step->want && *step->want == '\0')
        EXPECT_STR(step->row, reply->body, "");
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        check_line(wire, step->row, reply, line);
    if (reply->status >= 400 && strcmp(step->method, "HEAD") != 0)
        EXPECT_STR(step->row, wire_at(wire, reply, "/resourceType"), "OperationOutcome");
    return reply;
}

void steps_run(const char *chart, const struct step *steps, size_t count)
{
    struct wire wire;

    wire_open(&wire, chart);
    for (size_t i = 0; i < count; i++)
        step_do(&wire, &steps[i]);
    wire_close(&wire);
}

void be_like(struct sim *sim, const char *knobs)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const char *text = arena_printf(arena, "{\"knobs\":%s}", knobs);
    const struct personality *personality =
        personality_read(arena, json_parse(arena, text, strlen(text), &err), &err);

    if (!personality)
        BUG("knobs %s: %s", knobs, err.text);
    sim_be_like(sim, personality, arena);
}

void steps_run_as(const char *knobs, const char *chart, const struct step *steps, size_t count)
{
    struct wire wire;

    wire_open(&wire, chart);
    be_like(wire.sim, knobs);
    for (size_t i = 0; i < count; i++)
        step_do(&wire, &steps[i]);
    wire_close(&wire);
}
