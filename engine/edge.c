/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge - HTTP in, JSON out: authenticates, finds the call in the table, gathers the body, answers.
 * What the calls do is in calls.c. A call may block, since every connection has a thread of its
 * own (of libmicrohttpd's).
 */
#include "engine/edge.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "engine/calls.h"
#include "engine/engine.h"
#include "engine/problem.h"

#define SILENT_S_MAX 120u /* a client that says nothing; longer than any answer may take */

struct edge {
    struct MHD_Daemon *daemon;
    struct engine *engine;
    uint16_t port;
};

struct exchange { /* one request while it comes in */
    struct arena *arena;
    struct buf body;
    size_t thrown_away; /* what came beyond LIMIT_BODY_BYTES */
    bool is_too_large;
};

/* ---- answers ---- */

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct call *call)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        call->body_size, (void *)(uintptr_t)call->body, MHD_RESPMEM_MUST_COPY);

    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", call->content_type);
    if (call->location)
        MHD_add_response_header(response, "Location", call->location);
    if (call->allow)
        MHD_add_response_header(response, "Allow", call->allow);
    if (call->status == 401)
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    enum MHD_Result queued = MHD_queue_response(connection, (unsigned)call->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ---- routing ---- */

/* Does `path` fit "/v1/intents/{id}/cancel"? The part for {id} goes to *out_id. */
static bool path_fits(struct arena *arena, const char *pattern, const char *path,
                      const char **out_id)
{
    const char *hole = strstr(pattern, "{id}");

    if (!hole)
        return strcmp(pattern, path) == 0;
    size_t head = (size_t)(hole - pattern);
    const char *tail = hole + strlen("{id}");
    if (strncmp(pattern, path, head) != 0)
        return false;
    size_t size = strcspn(path + head, "/");
    if (size == 0 || strcmp(path + head + size, tail) != 0)
        return false;
    *out_id = arena_copy(arena, path + head, size);
    return true;
}

/* Compares in time that does not depend on where they differ. */
static bool is_same_secret(const char *a, const char *b)
{
    size_t size = strlen(a);
    unsigned char difference = strlen(b) != size;

    for (size_t i = 0; i < size && b[i]; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

static bool is_authorized(const struct call *call)
{
    const char *token = call->engine->options.token;
    const char *given = call_header(call, "Authorization");

    if (!token || strncmp(call->path, "/v1/", 4) != 0)
        return true;
    return given && strncmp(given, "Bearer ", 7) == 0 && is_same_secret(token, given + 7);
}

/* What can be refused before the body has come, and is. */
static bool is_welcome(struct call *call, const struct exchange *exchange)
{
    const char *length = call_header(call, "Content-Length");

    if (!is_authorized(call))
        call_problem(call, 401, "No valid token", "Send Authorization: Bearer TOKEN.");
    else if (exchange->is_too_large || (length && strtoull(length, NULL, 10) > LIMIT_BODY_BYTES))
        call_problem(call, 413, "The body is too large", "Submit it in parts.");
    else
        return true;
    return false;
}

static bool has_body(const struct call *call)
{
    return call_header(call, "Content-Length") || call_header(call, "Transfer-Encoding");
}

static void route(struct call *call)
{
    const struct call_kind *kinds;
    size_t count = call_kinds(&kinds);
    const char *allow = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!path_fits(call->arena, kinds[i].path, call->path, &call->id))
            continue;
        if (kinds[i].is_test_hook && !call->engine->options.has_test_hooks)
            continue;
        if (strcmp(kinds[i].method, call->method) == 0) {
            kinds[i].handle(call);
            return;
        }
        allow =
            allow ? arena_printf(call->arena, "%s, %s", allow, kinds[i].method) : kinds[i].method;
    }
    call->allow = allow;
    if (allow)
        call_problem(call, 405, "Not this method", "The Allow header says which.");
    else
        call_problem(call, 404, "There is no such call",
                     "See GET /v1/intents, /v1/reviews, /v1/events.");
}

static struct call call_of(struct edge *edge, struct MHD_Connection *connection,
                           struct exchange *exchange, const char *method, const char *path)
{
    return (struct call){.engine = edge->engine,
                         .arena = exchange->arena,
                         .connection = connection,
                         .method = method,
                         .path = path,
                         .request = buf_text(&exchange->body),
                         .request_size = exchange->body.size,
                         .status = 500,
                         .body = "",
                         .content_type = "application/json"};
}

/* More of the body. A client that goes on after as much again is hung up on. */
static enum MHD_Result take_body(struct exchange *exchange, const char *bytes, size_t *size)
{
    if (exchange->body.size + *size > LIMIT_BODY_BYTES) {
        exchange->is_too_large = true;
        exchange->thrown_away += *size;
    } else {
        buf_add(&exchange->body, bytes, *size);
    }
    *size = 0;
    return exchange->thrown_away > LIMIT_BODY_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct exchange *exchange = *state;
    bool is_begin = !exchange;

    (void)version;
    if (is_begin) {
        exchange = calloc(1, sizeof(*exchange));
        if (!exchange)
            return MHD_NO;
        exchange->arena = arena_new();
        *state = exchange;
    } else if (*upload_size > 0) {
        return take_body(exchange, upload, upload_size);
    }
    struct call call = call_of(arg, connection, exchange, method, path);
    if (is_begin && !has_body(&call))
        return MHD_YES; /* asked again at once; an answer here would cost the connection */
    if (is_welcome(&call, exchange)) {
        if (is_begin)
            return MHD_YES; /* the body is next */
        route(&call);
    }
    return send_answer(connection, &call);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;

    (void)arg, (void)connection, (void)code;
    if (!exchange)
        return;
    buf_release(&exchange->body);
    arena_free(exchange->arena);
    free(exchange);
    *state = NULL;
}

/* ---- starting ---- */

/* "127.0.0.1:0" -> address. Names are not looked up: an engine listens where it was told to, on no
 * other machine's word. */
static int parse_listen(const char *listen, struct sockaddr_in *out, struct err *err)
{
    const char *colon = strrchr(listen, ':');
    char host[64] = "";
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;

    memset(out, 0, sizeof(*out));
    out->sin_family = AF_INET;
    if (colon && (size_t)(colon - listen) < sizeof(host))
        memcpy(host, listen, (size_t)(colon - listen));
    if (!colon || end == colon + 1 || *end || port < 0 || port > 65535 ||
        inet_pton(AF_INET, host, &out->sin_addr) != 1)
        return err_set(err, ERR_INPUT, "--listen: expected ADDRESS:PORT, got \"%s\"", listen);
    out->sin_port = htons((uint16_t)port);
    return 0;
}

struct edge *edge_start(struct engine *engine, struct err *err)
{
    struct edge *edge = calloc(1, sizeof(*edge));
    struct sockaddr_in address;

    if (!edge)
        BUG("out of memory");
    edge->engine = engine;
    if (parse_listen(engine->options.listen, &address, err))
        goto out;
    edge->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, on_request,
        edge, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(2 * LIMIT_HEADER_BYTES),
        MHD_OPTION_CONNECTION_TIMEOUT, SILENT_S_MAX, MHD_OPTION_END);
    if (!edge->daemon) {
        err_set(err, ERR_IO, "cannot listen on %s: is the port in use?", engine->options.listen);
        goto out;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(edge->daemon, MHD_DAEMON_INFO_BIND_PORT);
    edge->port = info ? info->port : 0;
    return edge;
out:
    free(edge);
    return NULL;
}

uint16_t edge_port(const struct edge *edge)
{
    return edge->port;
}

void edge_stop(struct edge *edge)
{
    if (!edge)
        return;
    MHD_stop_daemon(edge->daemon);
    free(edge);
}
