/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/wire.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000

void wire_open(struct wire *wire, const char *chart)
{
    const struct sim_options options = {.logical_clock = true};
    struct err err = ERR_INIT;

    wire->arena = arena_new();
    wire->http = http_new();
    wire->chart = sim_chart_new();
    if (chart && sim_chart_add(wire->chart, "chart", chart, strlen(chart), &err))
        BUG("%s", err.text);
    if (sim_chart_finish(wire->chart, &err))
        BUG("%s", err.text);
    wire->sim = sim_open(&options, &err);
    if (!wire->sim || sim_begin(wire->sim, wire->chart, &err))
        BUG("%s", err.text);
}

void wire_close(struct wire *wire)
{
    http_free(wire->http);
    sim_close(wire->sim);
    sim_chart_free(wire->chart);
    arena_free(wire->arena);
}

static void add_headers(struct wire *wire, struct http_request *request, const char *lines)
{
    size_t count = 0;
    bool has_type = false;

    while (lines && *lines) {
        size_t length = strcspn(lines, "\n"), name = strcspn(lines, ":");

        ASSERT(name < length && count + 1 < HTTP_HEADERS_MAX);
        request->headers[count++] =
            (struct http_header){arena_copy(wire->arena, lines, name),
                                 arena_copy(wire->arena, lines + name + 2, length - name - 2)};
        has_type |= strncasecmp(lines, "Content-Type:", 13) == 0;
        lines += length + (lines[length] == '\n');
    }
    if (request->body && !has_type)
        request->headers[count] = (struct http_header){"Content-Type", "application/fhir+json"};
}

const struct http_reply *wire_call_url(struct wire *wire, const char *method, const char *url,
                                       const char *headers, const char *body, size_t body_size)
{
    struct http_request request = {
        .method = method, .url = url, .body = body, .body_size = body_size, .may_reuse = true};
    int fd = sim_fd(wire->sim);
    uint64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

    add_headers(wire, &request, headers);
    struct http_pending *pending = http_start(wire->http, wire->arena, &request);
    while (!http_is_done(pending) && clock_monotonic_ms() < deadline) {
        int timeout_ms = sim_timeout_ms(wire->sim);

        http_turn(wire->http, &fd, 1, timeout_ms < 0 || timeout_ms > 100 ? 100 : timeout_ms);
        sim_turn(wire->sim);
    }
    if (!http_is_done(pending))
        BUG("%s %s: no answer in %d ms", method, url, DEADLINE_MS);
    return http_result(pending);
}

const struct http_reply *wire_call(struct wire *wire, const char *method, const char *url,
                                   const char *headers, const char *body)
{
    const char *whole =
        arena_printf(wire->arena, "%s%s%s", sim_url(wire->sim), *url ? "/" : "", url);

    return wire_call_url(wire, method, whole, headers, body, body ? strlen(body) : 0);
}

const char *wire_at(struct wire *wire, const struct http_reply *reply, const char *pointer)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(wire->arena, reply->body, reply->body_size, &err);
    const struct cJSON *item = json_pointer(tree, pointer);

    if (json_text(item))
        return json_text(item);
    if (json_is_number(item))
        return json_number_text(item);
    return item ? json_print(wire->arena, item) : "(none)";
}

const char *wire_header(const struct http_reply *reply, const char *name)
{
    const char *value = http_reply_header(reply, name);

    return value ? value : "(none)";
}
