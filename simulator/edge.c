/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge - HTTP in and out: libmicrohttpd in an epoll of its own, inside an outer epoll that the caller waits on.
 *
 * The library gets accepted sockets, the listeners are ours (socket.h), so that the server can go down and up.
 * A request goes through: begin (its first line is there), headers, pieces of its body, complete. A complete one
 * is given to the gate or to the control function, or refused here. What is not decided at once is suspended and
 * its socket watched, because a suspended connection does not notice that its client went away.
 *
 * Invariants:
 *  1. A connection is suspended exactly while its exchange is complete and its fate FATE_NONE, or it is queued.
 *  2. One queued exchange a turn is resumed, in the order of edge_release: the library does not keep the order of
 *     several. Connections on which nothing will be sent are resumed at once.
 *  3. `unsent` counts the exchanges decided upon that the library has not finished (is_counted).
 *  4. A connection belongs to the run in which it was accepted.
 *
 * Not handled: a client that shuts down its sending side while it waits for an answer looks like one that left.
 */
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/core.h"
#include "simulator/socket.h"
#include "simulator/uri.h"

#define ACCEPTS_PER_TURN   64
#define EVENTS_PER_TURN    64
#define SURPLUS_MAX        32   /* connections over the limit that are still told so */
#define CONTROL_RECHECK_MS 1000 /* for a waiting control request that named no time */
#define CONNECTION_MEMORY  ((size_t)32 << 10) /* the library clears it for every request */
#define HEADERS_USUAL      16
#define FULL_REST_MS       50
#define CLOSING_TURNS      100

enum watch { WATCH_SERVER, WATCH_LISTENER, WATCH_CLIENT };

struct listener {
    enum watch watch;
    int fd;
    bool is_control;
};

struct client {
    enum watch watch;
    struct client *prev, *next;
    struct MHD_Connection *connection;
    int fd;
    uint64_t run_number;
    struct exchange *exchange; /* from its first line to its end, or until the client left */
    bool is_control, is_surplus;
};

struct waiting { /* a control request that waits for something to happen */
    struct waiting *next;
    struct exchange *exchange;
    uint64_t since_us, due_us, seen_stamp;
};

struct edge {
    enum watch watch; /* WATCH_SERVER: the library's epoll */
    struct sim *sim;
    struct MHD_Daemon *daemon;
    int epoll_fd; /* the outer one */
    struct listener listeners[2];
    size_t listener_count;
    const struct listener *accepting;
    struct client *clients;
    size_t client_count;
    struct exchange *queue; /* to be resumed, one a turn */
    struct waiting *waiting;
    size_t unsent;
    uint64_t run_number;
    bool is_down;
    bool is_full; /* out of descriptors: the listeners rest until full_until_us */
    uint64_t full_until_us;
};

static void watch(struct edge *edge, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_ADD, fd, &event));
}

static void unwatch(struct edge *edge, int fd)
{
    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_DEL, fd, NULL));
}

/* ---- connections ---- */

static void listeners_watch(struct edge *edge, bool is_wanted)
{
    for (size_t i = 0; i < edge->listener_count; i++) {
        if (is_wanted)
            watch(edge, edge->listeners[i].fd, EPOLLIN, &edge->listeners[i]);
        else
            unwatch(edge, edge->listeners[i].fd);
    }
}

static void accept_some(struct edge *edge, const struct listener *listener)
{
    for (int i = 0; i < ACCEPTS_PER_TURN && !edge->is_full; i++) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof(peer);
        int fd =
            accept4(listener->fd, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            edge->is_full = true;
            edge->full_until_us = clock_monotonic_us() + FULL_REST_MS * 1000;
            listeners_watch(edge, false);
        }
        if (fd < 0)
            return;
        edge->accepting = listener;
        MHD_add_connection(edge->daemon, fd, (struct sockaddr *)&peer,
                           size); /* else it closes fd */
    }
}

static void accept_again(struct edge *edge)
{
    if (!edge->is_full || edge->is_down || clock_monotonic_us() < edge->full_until_us)
        return;
    edge->is_full = false;
    listeners_watch(edge, true);
}

static struct client *client_new(struct edge *edge, struct MHD_Connection *connection)
{
    struct client *client = calloc(1, sizeof(*client));

    if (!client)
        BUG("out of memory");
    client->watch = WATCH_CLIENT;
    client->connection = connection;
    client->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    client->run_number = edge->run_number;
    client->is_control = edge->accepting->is_control;
    client->is_surplus = edge->client_count >= LIMIT_CONNECTIONS;
    DL_APPEND(edge->clients, client);
    edge->client_count++;
    return client;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct edge *edge = arg;
    struct client *client = *context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = client_new(edge, connection);
        return;
    }
    DL_DELETE(edge->clients, client);
    edge->client_count--;
    free(client);
}

/* ---- reading a request ---- */

static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct edge *edge = arg;
    struct client *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct exchange *exchange = exchange_new(edge->sim);

    exchange->client = client;
    exchange->is_open = true;
    if (edge->sim->options.request_timeout_s)
        exchange->began_us = clock_monotonic_us();
    exchange->uri = arena_strdup(exchange->arena, uri);
    client->exchange = exchange;
    return exchange;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
    struct edge *edge = arg;
    struct exchange *exchange = *context;

    (void)connection, (void)why;
    if (!exchange)
        return;
    *context = NULL;
    if (exchange->client)
        exchange->client->exchange = NULL;
    exchange->client = NULL;
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
};

static enum MHD_Result copy_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct header_walk *walk = arg;

    (void)kind;
    if (walk->count + 1 >= walk->room) {
        const size_t size = walk->room * sizeof(walk->headers[0]);

        walk->headers = arena_grow(walk->arena, walk->headers, size, 2 * size);
        walk->room *= 2;
    }
    walk->headers[walk->count++] =
        (struct http_header){.name = arena_strdup(walk->arena, name),
                             .value = arena_strdup(walk->arena, value ? value : "")};
    walk->bytes += strlen(name) + (value ? strlen(value) : 0) + sizeof(": \r\n") - 1;
    return MHD_YES;
}

/* Copies the headers; gives their size on the wire. */
static size_t read_headers(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct header_walk walk = {.arena = exchange->arena, .room = HEADERS_USUAL};

    walk.headers = arena_alloc(exchange->arena, walk.room * sizeof(walk.headers[0]));
    MHD_get_connection_values(connection, MHD_HEADER_KIND, copy_header, &walk);
    walk.headers[walk.count] = (struct http_header){.name = NULL};
    exchange->request.headers = walk.headers;
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

/* Everything but the body is there. What can be refused now is, and its body is never read. */
static void take_headers(struct exchange *exchange, struct client *client, const char *method)
{
    struct exchange_request *request = &exchange->request;
    const char *length;

    exchange->has_headers = true;
    request->arena = exchange->arena;
    request->base = exchange->sim->url;
    request->method = arena_strdup(exchange->arena, method);
    request->path = request->query = "";
    if (read_headers(exchange, client->connection) > LIMIT_HEADER_BYTES)
        refuse(exchange, 431, "too-long",
               "The request's headers are longer than this server takes.");
    if (strlen(exchange->uri) > LIMIT_URL_BYTES)
        refuse(exchange, 414, "too-long", "The request's URL is longer than this server takes.");
    if (client->is_surplus)
        refuse(exchange, 503, "throttled", "This server has too many connections.");
    length = request_header(request, "Content-Length");
    if (length && strtoull(length, NULL, 10) > LIMIT_BODY_BYTES)
        refuse(exchange, 413, "too-long", "The request's body is larger than this server takes.");
    if (exchange->fate != FATE_NONE)
        exchange->reply.is_last = true;
}

/* One piece of the body; false when the request is to be cut off. */
static bool take_piece(struct exchange *exchange, const char *bytes, size_t size)
{
    const uint64_t timeout_us = exchange->sim->options.request_timeout_s * (uint64_t)1000000;

    if (timeout_us && clock_monotonic_us() - exchange->began_us > timeout_us)
        return false;
    if (!exchange->is_over_limit) {
        buf_add(&exchange->body, bytes, size);
        exchange->is_over_limit = exchange->body.size > LIMIT_BODY_BYTES;
        return true;
    }
    exchange->thrown_away += size; /* a refusal can be sent only once the body ends */
    return exchange->thrown_away <= LIMIT_BODY_BYTES;
}

/* ---- control requests that wait ---- */

/* Asks the control function; false when it wants to be asked again. */
static bool ask_control(struct edge *edge, struct exchange *exchange, struct waiting *waiting)
{
    const struct sim_options *options = &edge->sim->options;
    const uint64_t now_us = clock_monotonic_us();
    unsigned wait_ms = CONTROL_RECHECK_MS;
    unsigned waited_ms = waiting ? (unsigned)((now_us - waiting->since_us) / 1000) : 0;

    if (options->control(options->control_arg, &exchange->request, waited_ms, &exchange->answer,
                         &wait_ms)) {
        reply_plain(exchange);
        exchange->fate = FATE_ANSWER;
        return true;
    }
    if (!waiting) {
        waiting = arena_alloc(exchange->arena, sizeof(*waiting));
        waiting->exchange = exchange;
        waiting->since_us = now_us;
        LL_APPEND(edge->waiting, waiting);
    }
    waiting->due_us = now_us + wait_ms * (uint64_t)1000;
    waiting->seen_stamp = edge->sim->stamp;
    return false;
}

static bool waiting_is_due(const struct edge *edge, const struct waiting *waiting)
{
    return waiting->seen_stamp != edge->sim->stamp || clock_monotonic_us() >= waiting->due_us;
}

static void ask_waiting(struct edge *edge)
{
    struct waiting *waiting, *next;

    LL_FOREACH_SAFE(edge->waiting, waiting, next)
    {
        if (!waiting_is_due(edge, waiting) || !ask_control(edge, waiting->exchange, waiting))
            continue;
        LL_DELETE(edge->waiting, waiting);
        edge_release(edge, waiting->exchange);
    }
}

static bool forget_waiting(struct edge *edge, const struct exchange *exchange)
{
    struct waiting *waiting;

    LL_SEARCH_SCALAR(edge->waiting, waiting, exchange, exchange);
    if (waiting)
        LL_DELETE(edge->waiting, waiting);
    return waiting != NULL;
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
        return ask_control(edge, exchange, NULL);
    if (strcmp(uri.root, "fhir") == 0 && !client->is_control) {
        if (!edge->is_down)
            return gate_arrive(exchange);
        exchange->fate = FATE_RESET;
    }
    refuse(exchange, 404, "not-found",
           "There is nothing at this address; the FHIR server is under /fhir.");
    return true;
}

/* ---- sending the answer ---- */

static enum MHD_Result send_reply(struct edge *edge, const struct exchange *exchange,
                                  struct MHD_Connection *connection)
{
    const struct reply *reply = &exchange->reply;
    enum MHD_Result result = MHD_NO;
    /* Persistent: the body lives in the exchange or the run's store, and both outlive the sending. The library's
     * signature lacks a const; it never writes there. */
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body_size, (void *)(uintptr_t)(reply->body ? reply->body : ""),
        MHD_RESPMEM_PERSISTENT);

    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    if (reply->is_last || edge->is_down)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    result = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result finish(struct edge *edge, struct exchange *exchange, struct client *client)
{
    if (!exchange->is_counted)
        edge->unsent++;
    exchange->is_counted = true;
    switch (exchange->fate) {
    case FATE_ANSWER:
        return send_reply(edge, exchange, client->connection);
    case FATE_RESET:
        socket_reset(client->fd);
        return MHD_NO;
    case FATE_NONE:
    case FATE_CLOSE:
        return MHD_NO;
    }
    return MHD_NO;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **context)
{
    struct edge *edge = arg;
    struct exchange *exchange = *context;
    struct client *client = exchange->client;

    (void)url, (void)version;
    if (!client) /* it left while it was held */
        return MHD_NO;
    if (!exchange->has_headers) {
        take_headers(exchange, client, method);
        return exchange->fate == FATE_NONE ? MHD_YES : finish(edge, exchange, client);
    }
    if (*size) {
        const bool is_wanted = take_piece(exchange, bytes, *size);

        *size = 0;
        return is_wanted ? MHD_YES : MHD_NO;
    }
    if (exchange->is_complete || dispatch(edge, exchange, client))
        return finish(edge, exchange, client);
    MHD_suspend_connection(connection);
    watch(edge, client->fd, EPOLLRDHUP, client);
    return MHD_YES;
}

/* ---- the loop ---- */

void edge_release(struct edge *edge, struct exchange *exchange)
{
    ASSERT(exchange->client && exchange->fate != FATE_NONE && !exchange->is_counted);
    unwatch(edge, exchange->client->fd);
    exchange->is_counted = true;
    edge->unsent++;
    LL_APPEND(edge->queue, exchange);
}

static void resume_first(struct edge *edge)
{
    struct exchange *first = edge->queue;

    LL_DELETE(edge->queue, first);
    MHD_resume_connection(first->client->connection);
}

/* The client of a suspended exchange is gone. */
static void on_hang_up(struct edge *edge, struct client *client)
{
    struct exchange *exchange = client->exchange;

    unwatch(edge, client->fd);
    client->exchange = NULL;
    exchange->client = NULL;
    MHD_resume_connection(client->connection);
    if (!forget_waiting(edge, exchange))
        gate_hung_up(exchange);
}

static void take_events(struct edge *edge)
{
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(edge->epoll_fd, events, EVENTS_PER_TURN, 0);

    for (int i = 0; i < count; i++) {
        enum watch *what = events[i].data.ptr;

        switch (*what) {
        case WATCH_SERVER:
            break; /* MHD_run looks itself */
        case WATCH_LISTENER:
            accept_some(edge, events[i].data.ptr);
            break;
        case WATCH_CLIENT:
            on_hang_up(edge, events[i].data.ptr);
            break;
        }
    }
}

void edge_turn(struct edge *edge)
{
    accept_again(edge);
    take_events(edge);
    if (edge->queue)
        resume_first(edge);
    MHD_run(edge->daemon);
    if (edge->waiting)
        ask_waiting(edge);
}

int edge_timeout_ms(const struct edge *edge)
{
    MHD_UNSIGNED_LONG_LONG library_ms = 0;
    uint64_t wait_ms = edge->is_full ? FULL_REST_MS : INT32_MAX;
    struct waiting *waiting;

    if (edge->queue)
        return 0;
    if (MHD_get_timeout(edge->daemon, &library_ms) == MHD_YES && library_ms < wait_ms)
        wait_ms = library_ms;
    LL_FOREACH(edge->waiting, waiting)
    {
        const uint64_t now_us = clock_monotonic_us();
        const uint64_t left_ms =
            waiting_is_due(edge, waiting) ? 0 : (waiting->due_us - now_us) / 1000 + 1;

        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    return wait_ms == INT32_MAX ? -1 : (int)wait_ms;
}

bool edge_is_busy(const struct edge *edge)
{
    return edge->unsent > 0;
}

int edge_fd(const struct edge *edge)
{
    return edge->epoll_fd;
}

bool edge_is_stale(const struct exchange *exchange)
{
    return exchange->client && exchange->client->run_number != exchange->sim->edge->run_number;
}

/* ---- runs, down and up ---- */

void edge_begin(struct edge *edge)
{
    struct client *client;

    if (edge->sim->options.hold_all) {
        for (size_t i = 0; i < edge->listener_count && !edge->is_down; i++)
            accept_some(edge,
                        &edge->listeners[i]); /* whoever waits there came in the earlier run */
        edge->run_number++;
        DL_FOREACH(edge->clients, client)
        {
            const struct exchange *exchange = client->exchange;

            if (exchange ? exchange->is_counted : !socket_has_bytes(client->fd))
                socket_reset(client->fd);
        }
    }
    while (edge->queue)
        resume_first(edge);
}

void edge_down(struct edge *edge)
{
    struct client *client;

    if (edge->is_down)
        return;
    edge->is_down = true;
    if (!edge->is_full)
        listeners_watch(edge, false);
    for (size_t i = 0; i < edge->listener_count; i++)
        socket_deafen(edge->listeners[i].fd);
    DL_FOREACH(edge->clients, client)
    {
        if (!client->exchange)
            socket_reset(client->fd);
    }
}

int edge_up(struct edge *edge, struct err *err)
{
    if (!edge->is_down)
        return 0;
    for (size_t i = 0; i < edge->listener_count; i++) {
        if (socket_listen_again(edge->listeners[i].fd, err))
            return -1;
    }
    edge->is_down = false;
    edge->is_full = false;
    listeners_watch(edge, true);
    return 0;
}

bool edge_is_down(const struct edge *edge)
{
    return edge->is_down;
}

/* ---- opening and closing ---- */

static int add_listener(struct edge *edge, const char *host, uint16_t *port, bool is_control,
                        struct err *err)
{
    struct listener *listener = &edge->listeners[edge->listener_count];
    int fd = socket_listen(host, *port, port, err);

    if (fd < 0)
        return -1;
    *listener = (struct listener){.watch = WATCH_LISTENER, .fd = fd, .is_control = is_control};
    edge->listener_count++;
    return 0;
}

static int open_listeners(struct edge *edge, struct err *err)
{
    struct sim *sim = edge->sim;
    const struct sim_options *options = &sim->options;
    const char *host = options->host ? options->host : "127.0.0.1";
    uint16_t port = options->port;

    if (add_listener(edge, host, &port, false, err))
        return -1;
    snprintf(sim->url, sizeof(sim->url), "http://%s:%u/fhir", host, (unsigned)port);
    if (options->control && options->control_host) {
        host = options->control_host;
        port = options->control_port;
        if (add_listener(edge, host, &port, true, err))
            return -1;
    }
    snprintf(sim->control_url, sizeof(sim->control_url), "http://%s:%u/_control", host,
             (unsigned)port);
    return 0;
}

static int start_library(struct edge *edge, struct err *err)
{
    const struct sim_options *options = &edge->sim->options;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

    if (options->logical_clock)
        flags |= MHD_USE_SUPPRESS_DATE_NO_CLOCK; /* the same requests are to give the same bytes */
    edge->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, edge, MHD_OPTION_URI_LOG_CALLBACK,
                         on_uri, edge, MHD_OPTION_NOTIFY_COMPLETED, on_completed, edge,
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, edge,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)(LIMIT_CONNECTIONS + SURPLUS_MAX),
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
                         MHD_OPTION_CONNECTION_TIMEOUT, options->request_timeout_s, MHD_OPTION_END);
    if (!edge->daemon)
        return err_set(err, ERR_IO, "libmicrohttpd did not start: %s", strerror(errno));
    return 0;
}

struct edge *edge_open(struct sim *sim, struct err *err)
{
    struct edge *edge = calloc(1, sizeof(*edge));

    if (!edge)
        BUG("out of memory");
    *edge = (struct edge){.watch = WATCH_SERVER, .sim = sim, .epoll_fd = -1};
    if (open_listeners(edge, err) || start_library(edge, err))
        goto out;
    edge->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (edge->epoll_fd < 0) {
        err_set(err, ERR_IO, "epoll: %s", strerror(errno));
        goto out;
    }
    watch(edge, MHD_get_daemon_info(edge->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN,
          edge);
    listeners_watch(edge, true);
    return edge;
out:
    edge_close(edge);
    return NULL;
}

/* Lets answers that are decided reach the network, as far as their clients take them. */
static void drain(struct edge *edge)
{
    for (int i = 0; i < CLOSING_TURNS && (edge->unsent || edge->queue); i++) {
        struct epoll_event event;

        epoll_wait(edge->epoll_fd, &event, 1, edge->queue ? 0 : 1);
        edge_turn(edge);
    }
}

void edge_close(struct edge *edge)
{
    if (!edge)
        return;
    if (edge->daemon) {
        while (edge->waiting) {
            struct exchange *exchange = edge->waiting->exchange;

            LL_DELETE(edge->waiting, edge->waiting);
            exchange->fate = FATE_CLOSE;
            edge_release(edge, exchange);
        }
        drain(edge);
        while (edge->queue)
            resume_first(edge);
        MHD_stop_daemon(edge->daemon);
    }
    for (size_t i = 0; i < edge->listener_count; i++)
        close(edge->listeners[i].fd);
    if (edge->epoll_fd >= 0)
        close(edge->epoll_fd);
    free(edge);
}
