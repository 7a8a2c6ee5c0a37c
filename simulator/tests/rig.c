/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000
#define STEP_MS     20

static const char chart_text[] =
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"name\":[{\"family\":\"Lovelace\"}]},"
    "{\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\","
    "\"code\":{\"text\":\"Pulse\"},\"subject\":{\"reference\":\"Patient/ada\"},"
    "\"valueQuantity\":{\"value\":60},\"note\":[{\"text\":\"by hand\"}]}]";

void rig_begin(struct rig *rig)
{
    struct err err = ERR_INIT;

    if (sim_begin(rig->sim, rig->chart, &err))
        BUG("%s", err.text);
}

void rig_open_with(struct rig *rig, const struct sim_options *options)
{
    struct err err = ERR_INIT;

    rig->arena = arena_new();
    rig->http = http_new();
    rig->chart = sim_chart_new();
    if (sim_chart_add(rig->chart, "ada", chart_text, sizeof(chart_text) - 1, &err) ||
        sim_chart_finish(rig->chart, &err))
        BUG("%s", err.text);
    rig->sim = sim_open(options, &err);
    if (!rig->sim)
        BUG("%s", err.text);
    rig_begin(rig);
}

void rig_open(struct rig *rig)
{
    rig_open_with(rig, &(struct sim_options){.hold_all = true, .logical_clock = true});
}

void rig_close(struct rig *rig)
{
    http_free(rig->http);
    sim_close(rig->sim);
    sim_chart_free(rig->chart);
    arena_free(rig->arena);
}

/* ---- clients ---- */

static void take_headers(struct rig *rig, struct http_request *request, const char *lines)
{
    size_t count = 0;

    while (lines && *lines) {
        const size_t length = strcspn(lines, "\n");
        const size_t name = strcspn(lines, ":");

        ASSERT(name + 2 <= length && count + 2 < HTTP_HEADERS_MAX);
        request->headers[count++] =
            (struct http_header){arena_copy(rig->arena, lines, name),
                                 arena_copy(rig->arena, lines + name + 2, length - name - 2)};
        lines += length + (lines[length] == '\n');
    }
    if (request->body)
        request->headers[count] = (struct http_header){
            "Content-Type", strcmp(request->method, "PATCH") == 0 ? "application/json-patch+json"
                                                                  : "application/fhir+json"};
}

struct http_pending *rig_start(struct rig *rig, const char *method, const char *url,
                               const char *headers, const char *body)
{
    struct http_request request = {
        .method = method,
        .url = arena_printf(rig->arena, "%s%s%s", sim_url(rig->sim), *url ? "/" : "", url),
        .body = body,
        .body_size = body ? strlen(body) : 0,
        .timeout_ms = DEADLINE_MS,
    };

    take_headers(rig, &request, headers);
    return http_start(rig->http, rig->arena, &request);
}

struct http_pending *rig_start_held(struct rig *rig, const char *method, const char *url,
                                    const char *headers, const char *body, uint64_t *out_number)
{
    const size_t held = sim_held_count(rig->sim);
    struct http_pending *pending = rig_start(rig, method, url, headers, body);

    rig_until_held(rig, held + 1);
    *out_number = sim_held_at(rig->sim, held)->number;
    return pending;
}

/* ---- turning ---- */

void rig_turn(struct rig *rig)
{
    const int fd = sim_fd(rig->sim);
    const int timeout_ms = sim_timeout_ms(rig->sim);

    http_turn(rig->http, &fd, 1, timeout_ms < 0 || timeout_ms > STEP_MS ? STEP_MS : timeout_ms);
    sim_turn(rig->sim);
}

void rig_turns(struct rig *rig, int count)
{
    for (int i = 0; i < count; i++)
        rig_turn(rig);
}

static bool is_held(struct rig *rig, const void *count)
{
    return sim_held_count(rig->sim) == *(const size_t *)count;
}

static bool has_entries(struct rig *rig, const void *count)
{
    return sim_journal_count(rig->sim) >= *(const size_t *)count;
}

static bool is_idle(struct rig *rig, const void *unused)
{
    (void)unused;
    return !sim_is_busy(rig->sim);
}

static bool is_done(struct rig *rig, const void *pending)
{
    (void)rig;
    return http_is_done(pending);
}

static void turn_until(struct rig *rig, bool (*is_so)(struct rig *, const void *), const void *arg,
                       const char *what)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (!is_so(rig, arg)) {
        if (clock_monotonic_ms() > deadline_ms)
            BUG("not %s after %d ms; the journal: %s", what, DEADLINE_MS, rig_story(rig, 0));
        rig_turn(rig);
    }
}

void rig_until_held(struct rig *rig, size_t count)
{
    turn_until(rig, is_held, &count, "held");
}

void rig_until_entries(struct rig *rig, size_t count)
{
    turn_until(rig, has_entries, &count, "in the journal");
}

void rig_until_idle(struct rig *rig)
{
    turn_until(rig, is_idle, NULL, "idle");
}

const struct http_reply *rig_until_done(struct rig *rig, const struct http_pending *pending)
{
    turn_until(rig, is_done, pending, "answered");
    return http_result(pending);
}

/* ---- looking ---- */

const char *rig_seen(struct rig *rig, const struct http_reply *reply)
{
    if (reply->status)
        return arena_printf(rig->arena, "%d", reply->status);
    if (reply->timed_out)
        return "time-out";
    if (strstr(reply->problem, "reset"))
        return "reset";
    return strstr(reply->problem, "Empty reply") ? "empty" : reply->problem;
}

static void tell_entry(struct buf *story, const struct sim_entry *entry)
{
    buf_printf(story, "%s%s", story->size ? " " : "", sim_kind_name(entry->kind));
    if (entry->kind == SIM_COMMITTED)
        buf_printf(story, "@%u", entry->ordinal);
    if (*entry->fault)
        buf_printf(story, ":%s", entry->fault);
    if (entry->status)
        buf_printf(story, ":%d", entry->status);
}

const char *rig_story(struct rig *rig, uint64_t exchange)
{
    struct buf story = BUF_INIT;
    const char *text;

    for (size_t i = 0; i < sim_journal_count(rig->sim); i++) {
        const struct sim_entry *entry = sim_journal_at(rig->sim, i);

        if (exchange == 0 || entry->exchange == exchange)
            tell_entry(&story, entry);
    }
    text = buf_copy(&story, rig->arena);
    buf_release(&story);
    return text;
}

static const char *text_at(struct rig *rig, const char *bytes, size_t size, const char *pointer)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = bytes ? json_parse(rig->arena, bytes, size, &err) : NULL;
    const struct cJSON *item = json_pointer(tree, pointer);

    if (json_text(item))
        return json_text(item);
    if (json_is_number(item))
        return json_number_text(item);
    return item ? json_print(rig->arena, item) : "(none)";
}

const char *rig_chart(struct rig *rig, const char *reference, const char *pointer)
{
    const struct sim_version *version = sim_current(rig->sim, reference);

    return version ? text_at(rig, version->content, version->size, pointer) : "(none)";
}

const char *rig_body(struct rig *rig, const struct http_reply *reply, const char *pointer)
{
    return text_at(rig, reply->body, reply->body_size, pointer);
}

struct sim_fault rig_fault(const char *text)
{
    struct sim_fault fault = {.name = NULL};
    struct err err = ERR_INIT;

    if (text && sim_fault_parse(text, &fault, &err))
        BUG("%s", err.text);
    return fault;
}

int rig_connect(struct rig *rig)
{
    const char *port = strrchr(sim_url(rig->sim), ':') + 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        BUG("no socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        return -1;
    }
    return fd;
}
