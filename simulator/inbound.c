/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbound - one request on its way in, as the HTTP library sees it.
 *
 * The library calls: begin (the first line is there), then inbound_request once with the headers,
 * once for each piece of the body, once when the request is complete and again when a suspended one
 * is resumed; completed at the very end, come what may. An exchange whose client left while it was
 * held has no `client` any longer.
 */
#include "simulator/edge_inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "base/arena.h"
#include "base/limits.h"
#include "simulator/socket.h"
#include "simulator/uri.h"

#define HEADERS_USUAL 16

/* ---- reading a request ---- */

void *inbound_begin(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct edge *edge = arg;
    struct client *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct exchange *exchange = exchange_new(edge->sim);

    exchange->client = client;
    exchange->is_open = true;
    exchange->is_reused = client->requests++ > 0;
    if (edge->sim->options.request_timeout_s)
        exchange->began_us = edge->now_us;
    exchange->uri = arena_strdup(exchange->arena, uri);
    client->exchange = exchange;
    return exchange;
}

void inbound_completed(void *arg, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode why)
{
    struct edge *edge = arg;
    struct exchange *exchange = *context;

    (void)connection, (void)why;
    if (!exchange)
        return;
    *context = NULL;
    if (exchange->client) {
        exchange->client->exchange = NULL;
        lobby_request_ends(edge, exchange->client, exchange->body.size + exchange->thrown_away,
                           request_header(&exchange->request, "Transfer-Encoding") != NULL);
    }
    exchange->client = NULL;
    outbound_forget(edge, exchange);
    if (exchange->is_counted)
        edge->unsent--;
    exchange->is_counted = false;
    exchange->is_open = false;
    exchange_release(exchange);
}

struct header_walk {
    struct arena *arena;
    struct http_header *headers;
    size_t count, room, bytes;
    char *expect; /* the value of Expect where the library keeps it; NULL: none */
};

static enum MHD_Result copy_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct header_walk *walk = arg;

    (void)kind;
    if (strcasecmp(name, MHD_HTTP_HEADER_EXPECT) == 0)
        walk->expect = (char *)(uintptr_t)value; /* it is in the request's own buffer */
    walk->bytes += strlen(name) + (value ? strlen(value) : 0) + sizeof(": \r\n") - 1;
    for (size_t i = 0; i < walk->count; i++) {
        struct http_header *same = &walk->headers[i];

        if (strcasecmp(same->name, name) != 0)
            continue;
        same->value = arena_printf(walk->arena, "%s, %s", same->value, value ? value : "");
        return MHD_YES;
    }
    if (walk->count + 1 >= walk->room) {
        const size_t size = walk->room * sizeof(walk->headers[0]);

        walk->headers = arena_grow(walk->arena, walk->headers, size, 2 * size);
        walk->room *= 2;
    }
    walk->headers[walk->count++] =
        (struct http_header){.name = arena_strdup(walk->arena, name),
                             .value = arena_strdup(walk->arena, value ? value : "")};
    return MHD_YES;
}

/* Copies the headers, those of one name as one (RFC 9110 section 5.3); gives their size on the wire,
 * and where the library keeps the value of Expect. */
static size_t read_headers(struct exchange *exchange, struct MHD_Connection *connection,
                           char **out_expect)
{
    struct header_walk walk = {.arena = exchange->arena, .room = HEADERS_USUAL};

    walk.headers = arena_alloc(exchange->arena, walk.room * sizeof(walk.headers[0]));
    MHD_get_connection_values(connection, MHD_HEADER_KIND, copy_header, &walk);
    walk.headers[walk.count] = (struct http_header){.name = NULL};
    exchange->request.headers = walk.headers;
    *out_expect = walk.expect;
    return walk.bytes;
}

/* Answers without asking anybody; the first reason counts. */
static void refuse(struct exchange *exchange, int status, const char *code, const char *text)
{
    if (exchange->fate != FATE_NONE)
        return;
    answer_refuse(&exchange->answer, exchange->arena, status, code, NULL, "%s", text);
    reply_plain(exchange);
    exchange->fate = FATE_ANSWER;
}

/* The library sends 100 Continue by itself, unless the header says something else by then. */
static void withhold_continue(struct exchange *exchange, char *expect)
{
    struct uri uri;

    if (!uri_split(&uri, exchange->arena, exchange->uri) || strcmp(uri.root, "fhir") != 0)
        return;
    exchange->request.path = uri.path;
    exchange->request.query = uri.query;
    exchange->face.url = uri.below;
    if (gate_withholds_continue(exchange))
        *expect = '-';
}

/* Everything but the body is there. What can be refused now is, and its body is never read. */
static void take_headers(struct exchange *exchange, struct client *client, const char *method)
{
    struct exchange_request *request = &exchange->request;
    const char *length;
    char *expect = NULL;

    exchange->has_headers = true;
    request->arena = exchange->arena;
    request->base = exchange->sim->url;
    request->method = arena_strdup(exchange->arena, method);
    request->path = request->query = "";
    if (read_headers(exchange, client->connection, &expect) > LIMIT_HEADER_BYTES)
        refuse(exchange, 431, "too-long",
               "The request's headers are longer than this server takes.");
    if (strlen(exchange->uri) > LIMIT_URL_BYTES)
        refuse(exchange, 414, "too-long", "The request's URL is longer than this server takes.");
    length = request_header(request, "Content-Length");
    if (length && strtoull(length, NULL, 10) > LIMIT_BODY_BYTES)
        refuse(exchange, 413, "too-long", "The request's body is larger than this server takes.");
    if (exchange->fate != FATE_NONE)
        exchange->reply.is_last = true;
    else if (expect && *expect && !client->is_control)
        withhold_continue(exchange, expect);
}

/* One piece of the body; false when the request is to be cut off. */
static bool take_piece(struct exchange *exchange, const char *bytes, size_t size)
{
    const uint64_t timeout_us = exchange->sim->options.request_timeout_s * (uint64_t)1000000;

    if (timeout_us && exchange->sim->edge->now_us - exchange->began_us > timeout_us)
        return false;
    if (!exchange->is_over_limit) {
        buf_add(&exchange->body, bytes, size);
        exchange->is_over_limit = exchange->body.size > LIMIT_BODY_BYTES;
        return true;
    }
    exchange->thrown_away += size; /* a refusal can be sent only once the body ends */
    return exchange->thrown_away <= LIMIT_BODY_BYTES;
}

/* ---- a complete request ---- */

/* True when its fate is decided. */
static bool dispatch(struct edge *edge, struct exchange *exchange, const struct client *client)
{
    const bool has_control_apart = edge->listener_count > 1;
    struct uri uri;

    exchange->is_complete = true;
    exchange->request.body = exchange->body.size ? buf_text(&exchange->body) : NULL;
    exchange->request.body_size = exchange->body.size;
    if (exchange->is_over_limit)
        refuse(exchange, 413, "too-long", "The request's body is larger than this server takes.");
    if (!uri_split(&uri, exchange->arena, exchange->uri))
        refuse(exchange, 400, "invalid", "The request's URL has a bad percent escape.");
    if (exchange->fate != FATE_NONE)
        return true;
    exchange->request.path = uri.path;
    exchange->request.query = uri.query;
    exchange->face.url = uri.below;
    if (strcmp(uri.root, "_control") == 0 && client->is_control == has_control_apart &&
        edge->sim->options.control)
        return waiting_ask(edge, exchange);
    if (strcmp(uri.root, "fhir") == 0 && !client->is_control) {
        if (!edge->is_down)
            return gate_arrive(exchange);
        exchange->fate = FATE_RESET;
    }
    refuse(exchange, 404, "not-found",
           "There is nothing at this address; the FHIR server is under /fhir.");
    return true;
}

static size_t head_bytes(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info ? info->header_size : 0;
}

enum MHD_Result inbound_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **context)
{
    struct edge *edge = arg;
    struct exchange *exchange = *context;
    struct client *client = exchange->client;

    (void)url, (void)version;
    if (!client || client->is_refused) /* it left while it was held, or has its answer */
        return MHD_NO;
    if (!exchange->has_headers) {
        lobby_request_begins(edge, client, head_bytes(connection));
        take_headers(exchange, client, method);
        return exchange->fate == FATE_NONE ? MHD_YES : outbound_finish(edge, exchange, client);
    }
    if (*size) {
        const bool is_wanted = take_piece(exchange, bytes, *size);

        *size = 0;
        return is_wanted ? MHD_YES : MHD_NO;
    }
    if (exchange->is_complete || dispatch(edge, exchange, client))
        return outbound_finish(edge, exchange, client);
    MHD_suspend_connection(connection);
    edge_watch_held(edge, client, true);
    return MHD_YES;
}
