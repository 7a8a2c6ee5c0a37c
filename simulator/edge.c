/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge - HTTP in and out: libmicrohttpd in an epoll of its own, inside an outer epoll that the
 * caller waits on.
 *
 * The library gets accepted sockets, the listeners are ours (socket.h), so that the server can go
 * down and up. A request (inbound.c) is given to the gate or to the control function (waiting.c),
 * or refused. What is not decided at once is suspended and its socket watched, because a suspended
 * connection does not notice that its client left.
 *
 * Invariants:
 *  1. A connection is suspended exactly while its exchange is complete and its fate FATE_NONE, or
 *     it is queued, or rests between two pieces of its answer (outbound.c).
 *  2. One queued exchange a turn is resumed, in the order of edge_release: the library does not
 *     keep the order of several. Connections on which nothing will be sent are resumed at once.
 *  3. `unsent` counts the exchanges decided upon that the library has not finished (is_counted).
 *  4. A connection belongs to the run in which it was accepted.
 *
 * Not handled: a client that shuts down its sending side while it waits for an answer looks like
 * one that left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/edge_inner.h"
#include "simulator/socket.h"

#define ACCEPTS_PER_TURN  64
#define EVENTS_PER_TURN   64
#define SURPLUS_MAX       32                 /* connections over the limit that are still told so */
#define CONNECTION_MEMORY ((size_t)32 << 10) /* the library clears it for every request */
#define FULL_REST_MS      50
#define CLOSING_TURNS     100
#define SLOW_LOOK_US      250000

void edge_watch(struct edge *edge, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_ADD, fd, &event));
}

void edge_unwatch(struct edge *edge, int fd)
{
    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_DEL, fd, NULL));
}

void edge_join(struct edge *edge, int fd)
{
    edge_watch(edge, fd, EPOLLIN, edge); /* as the library's own: a turn looks anyhow */
}

/* ---- connections ---- */

static void listeners_watch(struct edge *edge, bool is_wanted)
{
    for (size_t i = 0; i < edge->listener_count; i++) {
        if (is_wanted)
            edge_watch(edge, edge->listeners[i].fd, EPOLLIN, &edge->listeners[i]);
        else
            edge_unwatch(edge, edge->listeners[i].fd);
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
    client->since_us = clock_monotonic_us();
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

/* ---- the loop ---- */

void edge_release(struct edge *edge, struct exchange *exchange)
{
    ASSERT(exchange->client && exchange->fate != FATE_NONE && !exchange->is_counted);
    edge_unwatch(edge, exchange->client->fd);
    exchange->is_counted = true;
    edge->unsent++;
    LL_APPEND(edge->queue, exchange);
}

/* The library does not wake its epoll for this: edge_timeout_ms has to. */
void edge_resume(struct edge *edge, struct client *client)
{
    edge->has_resumed = true;
    MHD_resume_connection(client->connection);
}

static void resume_first(struct edge *edge)
{
    struct exchange *first = edge->queue;

    LL_DELETE(edge->queue, first);
    edge_resume(edge, first->client);
}

/* The client of a suspended exchange is gone. */
static void on_hang_up(struct edge *edge, struct client *client)
{
    struct exchange *exchange = client->exchange;

    edge_unwatch(edge, client->fd);
    client->exchange = NULL;
    exchange->client = NULL;
    edge_resume(edge, client);
    if (!waiting_forget(edge, exchange))
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

/* The library counts from the last byte, so that one now and then would keep a connection for ever.
 * (A body that drips is inbound.c's.) */
static void cut_off_slow(struct edge *edge)
{
    const uint64_t timeout_us = edge->sim->options.request_timeout_s * (uint64_t)1000000;
    const uint64_t now_us = clock_monotonic_us();
    struct client *client;

    if (now_us - edge->slow_seen_us < SLOW_LOOK_US)
        return;
    edge->slow_seen_us = now_us;
    DL_FOREACH(edge->clients, client)
    {
        if ((!client->exchange || !client->exchange->has_headers) &&
            now_us - client->since_us > timeout_us)
            socket_reset(client->fd);
    }
}

void edge_turn(struct edge *edge)
{
    if (edge->sim->options.request_timeout_s)
        cut_off_slow(edge);
    accept_again(edge);
    take_events(edge);
    if (edge->queue)
        resume_first(edge);
    outbound_drip(edge);
    edge->has_resumed = false; /* a control request may begin a run within MHD_run */
    MHD_run(edge->daemon);
    if (edge->waiting)
        waiting_ask_all(edge);
}

int edge_timeout_ms(const struct edge *edge)
{
    MHD_UNSIGNED_LONG_LONG library_ms = 0;
    uint64_t wait_ms = edge->is_full ? FULL_REST_MS : INT32_MAX;
    const int waiting_ms = waiting_timeout_ms(edge), drip_ms = outbound_timeout_ms(edge);

    if (edge->queue || edge->has_resumed)
        return 0;
    if (MHD_get_timeout(edge->daemon, &library_ms) == MHD_YES && library_ms < wait_ms)
        wait_ms = library_ms;
    if (waiting_ms >= 0 && (uint64_t)waiting_ms < wait_ms)
        wait_ms = (uint64_t)waiting_ms;
    if (drip_ms >= 0 && (uint64_t)drip_ms < wait_ms)
        wait_ms = (uint64_t)drip_ms;
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
        MHD_start_daemon(flags, 0, NULL, NULL, inbound_request, edge, MHD_OPTION_URI_LOG_CALLBACK,
                         inbound_begin, edge, MHD_OPTION_NOTIFY_COMPLETED, inbound_completed, edge,
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
    edge_watch(edge, MHD_get_daemon_info(edge->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN,
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
        waiting_close_all(edge);
        drain(edge);
        while (edge->queue)
            resume_first(edge);
        outbound_cut_off(edge);
        MHD_stop_daemon(edge->daemon);
    }
    for (size_t i = 0; i < edge->listener_count; i++)
        close(edge->listeners[i].fd);
    if (edge->epoll_fd >= 0)
        close(edge->epoll_fd);
    free(edge);
}
