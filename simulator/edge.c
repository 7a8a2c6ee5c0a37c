/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge - HTTP in and out: libmicrohttpd in epolls of its own (shard.c), inside an outer epoll that
 * the caller waits on.
 *
 * The listeners are ours (socket.h), so that the server can go down and up, and the library gets
 * accepted sockets once a request is there on them (lobby.c). A request (inbound.c) is given to the gate or to the control function (waiting.c),
 * or refused. What is not decided at once is suspended and its socket watched, because a suspended
 * connection does not notice that its client left.
 *
 * Invariants:
 *  1. A connection is suspended exactly while its exchange is complete and its fate FATE_NONE, or
 *     it is queued, or rests between two pieces of its answer (outbound.c), or it is parked (lobby.c).
 *  2. One queued exchange a turn is resumed, in the order of edge_release: the library does not
 *     keep the order of several. Connections on which nothing will be sent are resumed at once.
 *  3. `unsent` counts the exchanges decided upon that the library has not finished (is_counted).
 *  4. A connection belongs to the run in which it was accepted.
 *
 * Not handled: a client that shuts down its sending side while it waits for an answer looks like
 * one that left.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/edge_inner.h"
#include "simulator/socket.h"

#define ACCEPTS_PER_TURN 64
#define EVENTS_PER_TURN  64
#define LOOKS_PER_TURN   8
#define FULL_REST_MS     50
#define CLOSING_TURNS    100
#define SHARDS_LOOK_MS   1000 /* the library's time-outs are seconds */
#define DESCRIPTORS_KEPT 256  /* for all but connections */

void edge_watch(struct edge *edge, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_ADD, fd, &event));
}

void edge_watch_held(struct edge *edge, struct client *client, bool is_held)
{
    struct epoll_event event = {.events = is_held ? EPOLLRDHUP : EDGE_WATCH_USUAL,
                                .data.ptr = client};

    MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_MOD, client->fd, &event));
    client->is_held = is_held;
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
            MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_DEL, edge->listeners[i].fd, NULL));
    }
}

/* Out of descriptors. */
static void rest(struct edge *edge)
{
    edge->is_full = true;
    edge->full_until_us = clock_monotonic_us() + FULL_REST_MS * 1000;
    listeners_watch(edge, false);
}

static void accept_some(struct edge *edge, const struct listener *listener)
{
    for (int i = 0; i < ACCEPTS_PER_TURN && !edge->is_full; i++) {
        const int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && (errno == EMFILE || errno == ENFILE) && !lobby_make_room(edge))
            rest(edge);
        if (fd < 0)
            return;
        lobby_enter(edge, fd, listener->is_control);
    }
}

static void accept_again(struct edge *edge)
{
    if (!edge->is_full || edge->is_down || clock_monotonic_us() < edge->full_until_us)
        return;
    edge->is_full = false;
    listeners_watch(edge, true);
}

/* ---- the loop ---- */

void edge_release(struct edge *edge, struct exchange *exchange)
{
    ASSERT(exchange->client && exchange->fate != FATE_NONE && !exchange->is_counted);
    edge_watch_held(edge, exchange->client, false);
    exchange->is_counted = true;
    edge->unsent++;
    DL_APPEND(edge->queue, exchange);
}

/* The library does not wake its epoll for this. */
void edge_resume(struct edge *edge, struct client *client)
{
    shard_wake(edge, client->shard);
    MHD_resume_connection(client->connection);
}

static void resume_first(struct edge *edge)
{
    struct exchange *first = edge->queue;

    DL_DELETE(edge->queue, first);
    edge_resume(edge, first->client);
}

/* The client of a suspended exchange is gone. */
static void on_hang_up(struct edge *edge, struct client *client)
{
    struct exchange *exchange = client->exchange;

    edge_watch_held(edge, client, false);
    client->exchange = NULL;
    exchange->client = NULL;
    edge_resume(edge, client);
    if (!waiting_forget(edge, exchange))
        gate_hung_up(exchange);
}

static void on_client(struct edge *edge, struct client *client, uint32_t events)
{
    if (!client->is_held)
        lobby_on_event(edge, client, events);
    else if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        on_hang_up(edge, client);
}

/* How many were of clients. */
static size_t take_events(struct edge *edge)
{
    size_t of_clients = 0;
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(edge->epoll_fd, events, EVENTS_PER_TURN, 0);

    for (int i = 0; i < count; i++) {
        enum watch *what = events[i].data.ptr;

        switch (*what) {
        case WATCH_NOBODY:
            break;
        case WATCH_SHARD:
            shard_wake(edge, events[i].data.ptr);
            break;
        case WATCH_LISTENER:
            accept_some(edge, events[i].data.ptr);
            break;
        case WATCH_CLIENT:
            on_client(edge, events[i].data.ptr, events[i].events);
            of_clients++;
            break;
        }
    }
    return of_clients;
}

void edge_look(struct edge *edge)
{
    for (int i = 0; i < LOOKS_PER_TURN && take_events(edge) > 0; i++)
        ;
}

/* The library has time-outs of its own, for bodies and for clients that do not read. */
static void wake_sometimes(struct edge *edge)
{
    if (edge->now_us - edge->shards_seen_us < SHARDS_LOOK_MS * UINT64_C(1000))
        return;
    edge->shards_seen_us = edge->now_us;
    shard_wake_all(edge);
}

void edge_turn(struct edge *edge)
{
    edge->now_us = clock_monotonic_us();
    if (edge->sim->options.request_timeout_s)
        wake_sometimes(edge);
    lobby_turn(edge);
    accept_again(edge);
    edge_look(edge);
    if (edge->queue)
        resume_first(edge);
    outbound_drip(edge);
    shard_turn(edge);
    if (edge->waiting)
        waiting_ask_all(edge);
    lobby_free_dead(edge);
}

int edge_timeout_ms(const struct edge *edge)
{
    const int waits_ms[] = {
        edge->is_full ? FULL_REST_MS : -1,
        edge->client_count && edge->sim->options.request_timeout_s ? SHARDS_LOOK_MS : -1,
        waiting_timeout_ms(edge),
        outbound_timeout_ms(edge),
        lobby_timeout_ms(edge),
    };
    int least_ms = -1;

    if (edge->queue || edge->due)
        return 0;
    for (size_t i = 0; i < COUNT_OF(waits_ms); i++) {
        if (waits_ms[i] >= 0 && (least_ms < 0 || waits_ms[i] < least_ms))
            least_ms = waits_ms[i];
    }
    return least_ms;
}

bool edge_is_busy(const struct edge *edge)
{
    return edge->unsent > 0;
}

int edge_fd(const struct edge *edge)
{
    return edge->epoll_fd;
}

unsigned edge_client_port(const struct exchange *exchange)
{
    struct sockaddr_in peer = {.sin_family = AF_UNSPEC};
    socklen_t size = sizeof(peer);

    if (!exchange->client ||
        getpeername(exchange->client->fd, (struct sockaddr *)&peer, &size) != 0 ||
        peer.sin_family != AF_INET)
        return 0;
    return ntohs(peer.sin_port);
}

bool edge_is_stale(const struct exchange *exchange)
{
    return exchange->client && exchange->client->run_number != exchange->sim->edge->run_number;
}

/* ---- runs, down and up ---- */

void edge_begin(struct edge *edge)
{
    struct client *client, *next;

    if (edge->sim->options.hold_all) {
        for (size_t i = 0; i < edge->listener_count && !edge->is_down; i++)
            accept_some(edge,
                        &edge->listeners[i]); /* whoever waits there came in the earlier run */
        edge->run_number++;
        DL_FOREACH_SAFE(edge->clients, client, next)
        {
            const struct exchange *exchange = client->exchange;

            if (exchange ? exchange->is_counted : !socket_has_bytes(client->fd))
                lobby_reset(edge, client);
        }
    }
    while (edge->queue)
        resume_first(edge);
}

void edge_down(struct edge *edge)
{
    struct client *client, *next;

    if (edge->is_down)
        return;
    edge->is_down = true;
    if (!edge->is_full)
        listeners_watch(edge, false);
    for (size_t i = 0; i < edge->listener_count; i++)
        socket_deafen(edge->listeners[i].fd);
    DL_FOREACH_SAFE(edge->clients, client, next)
    {
        if (!client->exchange)
            lobby_reset(edge, client);
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

/* As many connections as descriptors allow. */
static size_t clients_max(void)
{
    struct rlimit limit;
    size_t room;

    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > LIMIT_CLIENTS + DESCRIPTORS_KEPT)
        return LIMIT_CLIENTS;
    room = (size_t)limit.rlim_cur;
    return room > 2 * DESCRIPTORS_KEPT ? room - DESCRIPTORS_KEPT : room / 2;
}

struct edge *edge_open(struct sim *sim, struct err *err)
{
    struct edge *edge = calloc(1, sizeof(*edge));

    if (!edge)
        BUG("out of memory");
    *edge = (struct edge){
        .watch = WATCH_NOBODY, .sim = sim, .epoll_fd = -1, .clients_max = clients_max()};
    edge->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (edge->epoll_fd < 0) {
        err_set(err, ERR_IO, "epoll: %s", strerror(errno));
        goto out;
    }
    if (open_listeners(edge, err) || shard_open(edge, false, err))
        goto out;
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
    if (edge->shards) {
        waiting_close_all(edge);
        drain(edge);
        while (edge->queue)
            resume_first(edge);
        outbound_cut_off(edge);
        lobby_close_all(edge);
        shard_close_all(edge);
        lobby_free_dead(edge);
    }
    for (size_t i = 0; i < edge->listener_count; i++)
        close(edge->listeners[i].fd);
    if (edge->epoll_fd >= 0)
        close(edge->epoll_fd);
    free(edge);
}
