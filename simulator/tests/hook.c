/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/hook.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/rules.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000
#define STEP_MS     20

/* ---- the listener ---- */

static const char *header(struct hook *hook, struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

    return value ? arena_strdup(hook->wire.arena, value) : "";
}

/* The next status of the script; 0: no answer. */
static unsigned next_answer(struct hook *hook)
{
    char *end = NULL;

    if (!hook->answers || !*hook->answers)
        return 200;
    const unsigned long status = strtoul(hook->answers, &end, 10);
    hook->answers = end + strspn(end, " ");
    return (unsigned)status;
}

static enum MHD_Result answer(struct hook *hook, struct MHD_Connection *connection)
{
    const unsigned status = next_answer(hook);
    struct MHD_Response *response = NULL;
    enum MHD_Result result = MHD_NO;

    if (status == 0) {
        hook->silent[hook->silent_count++] = connection;
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    response = MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **context)
{
    struct hook *hook = arg;
    struct hook_call *call = *context;

    (void)version;
    if (!call) {
        if (hook->count == HOOK_CALLS_MAX)
            BUG("the subscriber was called more than %d times", HOOK_CALLS_MAX);
        call = &hook->calls[hook->count++];
        *call = (struct hook_call){
            .method = arena_strdup(hook->wire.arena, method),
            .url = arena_strdup(hook->wire.arena, url),
            .type = header(hook, connection, "Content-Type"),
            .authorization = header(hook, connection, "Authorization"),
            .extra = header(hook, connection, "X-Extra"),
            .body = "",
        };
        *context = call;
        return MHD_YES;
    }
    if (*size == 0)
        return answer(hook, connection);
    call->body = arena_printf(hook->wire.arena, "%s%.*s", call->body, (int)*size, bytes);
    *size = 0;
    return MHD_YES;
}

static void open_listener(struct hook *hook)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    hook->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, hook,
                         MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address, MHD_OPTION_END);
    if (!hook->daemon)
        BUG("the subscriber does not start");
    snprintf(hook->url, sizeof(hook->url), "http://127.0.0.1:%u/hook",
             (unsigned)MHD_get_daemon_info(hook->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

void hook_open(struct hook *hook, const struct sim_options *options)
{
    struct sim_options mine = options ? *options : (struct sim_options){.port = 0};
    struct err err = ERR_INIT;

    *hook = (struct hook){.wire = {.arena = arena_new(), .http = http_new()}};
    mine.logical_clock = true;
    if (!mine.notify_retry_ms)
        mine.notify_retry_ms = 2;
    open_listener(hook);
    hook->wire.sim = sim_open(&mine, &err);
    if (!hook->wire.sim || sim_begin(hook->wire.sim, NULL, &err))
        BUG("%s", err.text);
}

void hook_close(struct hook *hook)
{
    sim_close(hook->wire.sim);
    http_free(hook->wire.http);
    hook->answers = NULL;
    for (size_t i = 0; i < hook->silent_count; i++)
        MHD_resume_connection(hook->silent[i]);
    MHD_run(hook->daemon);
    MHD_stop_daemon(hook->daemon);
    sim_chart_free(hook->wire.chart);
    arena_free(hook->wire.arena);
}

/* ---- asking and turning ---- */

const char *hook_text(struct hook *hook, const char *text)
{
    struct buf buf = BUF_INIT;
    const char *copy;

    for (; text && *text; text++) {
        if (strncmp(text, "HOOK", 4) == 0) {
            buf_puts(&buf, hook->url);
            text += 3;
        } else {
            buf_putc(&buf, *text == '\'' ? '"' : *text);
        }
    }
    copy = text ? buf_copy(&buf, hook->wire.arena) : NULL;
    buf_release(&buf);
    return copy;
}

const struct http_reply *hook_ask(struct hook *hook, const char *method, const char *url,
                                  const char *headers, const char *body)
{
    return wire_call(&hook->wire, method, url, headers, hook_text(hook, body));
}

void hook_rule(struct hook *hook, const char *rule)
{
    const char *text = hook_text(hook, rule);
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(hook->wire.arena, text, strlen(text), &err);
    unsigned id = 0;

    if (!tree || rules_add(sim_rules(hook->wire.sim), tree, &id, &err))
        BUG("%s", err.text);
}

void hook_turn(struct hook *hook)
{
    const int fds[] = {
        sim_fd(hook->wire.sim),
        MHD_get_daemon_info(hook->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
    };
    const int timeout_ms = sim_timeout_ms(hook->wire.sim);

    http_turn(hook->wire.http, fds, 2,
              timeout_ms < 0 || timeout_ms > STEP_MS ? STEP_MS : timeout_ms);
    sim_turn(hook->wire.sim);
    MHD_run(hook->daemon);
}

static void check_deadline(struct hook *hook, uint64_t since_ms, const char *what)
{
    if (clock_monotonic_ms() - since_ms > DEADLINE_MS)
        BUG("%s: not after %d ms; called: %s; journal: %s", what, DEADLINE_MS, hook_tale(hook),
            hook_journal(hook));
}

void hook_until_calls(struct hook *hook, size_t count)
{
    const uint64_t since_ms = clock_monotonic_ms();

    while (hook->count < count) {
        check_deadline(hook, since_ms, "calls");
        hook_turn(hook);
    }
}

static const char *status_of(struct hook *hook, const char *id)
{
    const char *reference = arena_printf(hook->wire.arena, "Subscription/%s", id);
    const struct sim_version *version = sim_current(hook->wire.sim, reference);
    struct err err = ERR_INIT;

    return version && version->content
               ? json_string(json_parse(hook->wire.arena, version->content, version->size, &err),
                             "status")
               : "(none)";
}

void hook_until_status(struct hook *hook, const char *id, const char *status)
{
    const uint64_t since_ms = clock_monotonic_ms();

    while (strcmp(status_of(hook, id), status) != 0) {
        check_deadline(hook, since_ms, status);
        hook_turn(hook);
    }
}

static bool is_quiet(struct hook *hook)
{
    for (size_t i = 0; i < sim_delivery_count(hook->wire.sim); i++) {
        if (sim_delivery_at(hook->wire.sim, i)->state != SIM_DELIVERY_HELD)
            return false;
    }
    return true;
}

void hook_until_quiet(struct hook *hook)
{
    const uint64_t since_ms = clock_monotonic_ms();

    hook_turn(hook);
    while (!is_quiet(hook)) {
        check_deadline(hook, since_ms, "quiet");
        hook_turn(hook);
    }
}

/* ---- looking ---- */

static const struct cJSON *body_of(struct hook *hook, size_t index)
{
    const char *text = index < hook->count ? hook->calls[index].body : "";
    struct err err = ERR_INIT;

    return *text ? json_parse(hook->wire.arena, text, strlen(text), &err) : NULL;
}

/* The value of the SubscriptionStatus's parameter; "" where there is none. */
static const char *parameter(const struct cJSON *bundle, const char *name, const char *value)
{
    const struct cJSON *item = NULL;

    cJSON_ArrayForEach(item, json_pointer(bundle, "/entry/0/resource/parameter"))
    {
        if (strcmp(json_string(item, "name"), name) == 0)
            return json_string(item, value) ? json_string(item, value) : "";
    }
    return "";
}

const char *hook_tale(struct hook *hook)
{
    struct buf buf = BUF_INIT;
    const char *text;

    for (size_t i = 0; i < hook->count; i++) {
        const struct cJSON *bundle = body_of(hook, i);

        buf_puts(&buf, buf.size ? " " : "");
        if (bundle && strcmp(json_string(bundle, "resourceType"), "Bundle") == 0)
            buf_printf(&buf, "%s/%s", parameter(bundle, "type", "valueCode"),
                       parameter(bundle, "events-since-subscription-start", "valueString"));
        else
            buf_printf(&buf, "%s %s", hook->calls[i].method, hook->calls[i].url);
    }
    text = buf_copy(&buf, hook->wire.arena);
    buf_release(&buf);
    return text;
}

const char *hook_at(struct hook *hook, size_t index, const char *pointer)
{
    const struct cJSON *item = json_pointer(body_of(hook, index), pointer);

    if (json_text(item))
        return json_text(item);
    return item ? json_print(hook->wire.arena, item) : "(none)";
}

const char *hook_journal(struct hook *hook)
{
    struct buf buf = BUF_INIT;
    const char *text;

    for (size_t i = 0; i < sim_journal_count(hook->wire.sim); i++) {
        const struct sim_entry *entry = sim_journal_at(hook->wire.sim, i);

        if (entry->kind != SIM_NOTIFIED && entry->kind != SIM_FAULT)
            continue;
        buf_puts(&buf, buf.size ? " " : "");
        if (entry->kind == SIM_FAULT)
            buf_printf(&buf, "fault:%s", entry->fault);
        else if (entry->of)
            buf_printf(&buf, "answered:%d", entry->status);
        else
            buf_printf(&buf, "%.*s@%s", (int)strcspn(entry->what, "o"), entry->what,
                       *entry->reference ? entry->reference : "-");
    }
    text = buf_copy(&buf, hook->wire.arena);
    buf_release(&buf);
    return text;
}
