/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/desk.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/control.h"
#include "simulator/origin.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000
#define TURN_MS     5

static const char chart[] = "[{\"resourceType\":\"Patient\",\"id\":\"ada\"},"
                            "{\"resourceType\":\"Observation\",\"id\":\"pulse\"}]";

static const char *file_of(struct desk *desk, const char *name, const char *text)
{
    const char *path = arena_printf(desk->wire.arena, "%s/%s", test_folder(), name);
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&buf, text);
    MUST_ZERO(buf_write_file(&buf, path, &err));
    buf_release(&buf);
    return path;
}

void desk_open(struct desk *desk, const char *schedule)
{
    struct err err = ERR_INIT;

    *desk = (struct desk){.wire = {.arena = arena_new(), .http = http_new()}};
    desk->origin = origin_new();
    desk->control = control_new(desk->origin, NULL);
    MUST_ZERO(origin_add_chart(desk->origin, file_of(desk, "chart.json", chart), &err));
    if (schedule &&
        control_set_schedule(desk->control, file_of(desk, "schedule.json", schedule), &err))
        BUG("%s", err.text);
    const struct sim_options options = {.logical_clock = true,
                                        .control = control_handle,
                                        .control_arg = desk->control,
                                        .pilot = control_pilot(desk->control)};
    desk->wire.sim = sim_open(&options, &err);
    if (!desk->wire.sim || control_begin(desk->control, desk->wire.sim, &err))
        BUG("%s", err.text);
}

void desk_close(struct desk *desk)
{
    http_free(desk->wire.http);
    sim_close(desk->wire.sim);
    control_free(desk->control);
    origin_free(desk->origin);
    arena_free(desk->wire.arena);
}

const struct http_reply *desk_steer(struct desk *desk, const char *method, const char *path,
                                    const char *headers, const char *body)
{
    const char *url =
        arena_printf(desk->wire.arena, "%s/%s", sim_control_url(desk->wire.sim), path);

    return wire_call_url(&desk->wire, method, url, headers, body, body ? strlen(body) : 0);
}

struct http_pending *desk_start(struct desk *desk, const char *method, const char *url,
                                const char *headers, const char *body, long timeout_ms)
{
    struct arena *arena = desk->wire.arena;
    struct http_request request = {
        .method = method,
        .url = strncmp(url, "http:", 5) == 0
                   ? url
                   : arena_printf(arena, "%s/%s", sim_url(desk->wire.sim), url),
        .body = body,
        .body_size = body ? strlen(body) : 0,
        .timeout_ms = timeout_ms ? timeout_ms : DEADLINE_MS,
    };
    size_t count = 0;

    for (const char *at = headers; at && *at;) {
        const size_t length = strcspn(at, "\n"), name = strcspn(at, ":");

        request.headers[count++] = (struct http_header){
            arena_copy(arena, at, name), arena_copy(arena, at + name + 2, length - name - 2)};
        at += length + (at[length] == '\n');
    }
    if (body)
        request.headers[count] = (struct http_header){"Content-Type", "application/fhir+json"};
    return http_start(desk->wire.http, arena, &request);
}

static void turn(struct desk *desk)
{
    const int fd = sim_fd(desk->wire.sim), timeout_ms = sim_timeout_ms(desk->wire.sim);

    http_turn(desk->wire.http, &fd, 1, timeout_ms == 0 ? 0 : TURN_MS);
    sim_turn(desk->wire.sim);
}

void desk_turns(struct desk *desk, int count)
{
    while (count-- > 0)
        turn(desk);
}

void desk_until_held(struct desk *desk, size_t count)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (sim_held_count(desk->wire.sim) != count) {
        if (clock_monotonic_ms() > deadline_ms)
            BUG("%zu held, want %zu: %s", sim_held_count(desk->wire.sim), count, desk_story(desk));
        turn(desk);
    }
}

const struct http_reply *desk_until_done(struct desk *desk, const struct http_pending *pending)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (!http_is_done(pending)) {
        if (clock_monotonic_ms() > deadline_ms)
            BUG("not answered: %s", desk_story(desk));
        turn(desk);
    }
    return http_result(pending);
}

const char *desk_seen(struct desk *desk, const struct http_pending *pending)
{
    const struct http_reply *reply = desk_until_done(desk, pending);

    return reply->status ? arena_printf(desk->wire.arena, "%d", reply->status) : "none";
}

const char *desk_story(struct desk *desk)
{
    struct buf story = BUF_INIT;

    for (size_t i = 0; i < sim_journal_count(desk->wire.sim); i++) {
        const struct sim_entry *entry = sim_journal_at(desk->wire.sim, i);

        buf_printf(&story, "%s%s", i ? " " : "",
                   entry->kind == SIM_PROCESS ? entry->what : sim_kind_name(entry->kind));
        if (entry->status)
            buf_printf(&story, ":%d", entry->status);
    }
    const char *text = buf_copy(&story, desk->wire.arena);
    buf_release(&story);
    return text;
}
