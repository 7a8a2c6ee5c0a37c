/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shard - libmicrohttpd's daemons, each with a few of the connections.
 *
 * A daemon looks through all its suspended connections whenever one is resumed. With one daemon for
 * thousands that are held, every release would cost as much as there are held ones; so a daemon gets
 * SHARD_CLIENTS connections, and there are as many daemons as that needs. Most of the time it is one.
 * What a connection may spend on a request is the daemon's to say, too, and it is cleared after each,
 * at the cost of whatever else was in the cache. So usual heads get little, and a connection whose
 * next head is large moves to a daemon for large ones, where it stays.
 *
 * Invariants:
 *  1. A large head that was looked at is read in a large shard, unless the library had some of it.
 *  2. `due` has the shards that the library has something to do in, or may have.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/err.h"
#include "simulator/edge_inner.h"
#include "simulator/head.h"

#define SHARD_CLIENTS 128

static int start_library(struct shard *shard, struct edge *edge, struct err *err)
{
    const size_t memory = shard->is_large ? HEAD_MEMORY : HEAD_MEMORY_USUAL;
    const struct sim_options *options = &edge->sim->options;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

    if (options->logical_clock)
        flags |= MHD_USE_SUPPRESS_DATE_NO_CLOCK; /* the same requests are to give the same bytes */
    shard->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, inbound_request, edge, MHD_OPTION_URI_LOG_CALLBACK, inbound_begin,
        edge, MHD_OPTION_NOTIFY_COMPLETED, inbound_completed, edge, MHD_OPTION_NOTIFY_CONNECTION,
        lobby_on_connection, edge, MHD_OPTION_CONNECTION_LIMIT, (unsigned)(2 * SHARD_CLIENTS),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_CONNECTION_TIMEOUT,
        options->request_timeout_s, MHD_OPTION_END);
    if (!shard->daemon)
        return err_set(err, ERR_IO, "libmicrohttpd did not start: %s", strerror(errno));
    return 0;
}

int shard_open(struct edge *edge, bool is_large, struct err *err)
{
    struct shard *shard = calloc(1, sizeof(*shard));

    if (!shard)
        BUG("out of memory");
    *shard = (struct shard){.watch = WATCH_SHARD, .is_large = is_large};
    if (start_library(shard, edge, err)) {
        free(shard);
        return -1;
    }
    edge_watch(edge, MHD_get_daemon_info(shard->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
               EPOLLIN, shard);
    DL_PREPEND(edge->shards, shard);
    return 0;
}

/* A shard with room at the head of the list; false: there is none, and none could be made. */
static bool find_room(struct edge *edge, bool is_large)
{
    struct err ignored = ERR_INIT;
    struct shard *shard;

    DL_FOREACH(edge->shards, shard)
    {
        if (shard->is_large == is_large && shard->client_count < SHARD_CLIENTS)
            break;
    }
    if (!shard)
        return shard_open(edge, is_large, &ignored) == 0;
    DL_DELETE(edge->shards, shard);
    DL_PREPEND(edge->shards, shard);
    return true;
}

bool shard_take(struct edge *edge, struct client *client, bool is_large)
{
    /* The library keeps it for whoever asks, which nobody does. */
    const struct sockaddr_in peer = {.sin_family = AF_INET};

    if (!find_room(edge, is_large))
        return false;
    client->shard = edge->shards;
    edge->entering = client;
    shard_wake(edge, client->shard);
    MHD_add_connection(client->shard->daemon, client->fd, (const struct sockaddr *)&peer,
                       sizeof(peer)); /* else it closes it */
    if (edge->entering)
        lobby_lost(edge, client);
    edge->entering = NULL;
    return true;
}

/* The library closes a connection when it likes, and shuts it down as it does. So it is left with a
 * socket that was never connected, which it finds out at once. */
int shard_take_back(struct edge *edge, struct client *client)
{
    const int ours = fcntl(client->fd, F_DUPFD_CLOEXEC, 0);
    const int none = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (ours >= 0 && none >= 0) {
        if (!client->is_parked)
            MHD_suspend_connection(client->connection); /* it looks at the socket no longer */
        MUST_ZERO(epoll_ctl(edge->epoll_fd, EPOLL_CTL_DEL, client->fd, NULL));
        if (dup3(none, client->fd, O_CLOEXEC) < 0)
            BUG("dup3: %s", strerror(errno));
        close(none);
        client->is_parked = false;
        edge_resume(edge, client);
        return ours;
    }
    if (ours >= 0)
        close(ours);
    if (none >= 0)
        close(none);
    return -1;
}

void shard_wake(struct edge *edge, struct shard *shard)
{
    if (shard->is_due)
        return;
    shard->is_due = true;
    LL_PREPEND2(edge->due, shard, due_next);
}

void shard_wake_all(struct edge *edge)
{
    struct shard *shard;

    DL_FOREACH(edge->shards, shard)
    {
        if (shard->client_count > 0)
            shard_wake(edge, shard);
    }
}

void shard_turn(struct edge *edge)
{
    struct shard *shard = edge->due, *next;
    bool is_first = true;

    for (edge->due = NULL; shard; shard = next) {
        MHD_UNSIGNED_LONG_LONG left_ms = 0;

        if (!is_first) /* an answer of the one before may have brought the next request */
            edge_look(edge);
        is_first = false;
        next = shard->due_next;
        shard->is_due = false;
        MHD_run(shard->daemon);
        if (MHD_get_timeout(shard->daemon, &left_ms) == MHD_YES && left_ms == 0)
            shard_wake(edge, shard);
    }
}

void shard_close_all(struct edge *edge)
{
    while (edge->shards) {
        struct shard *shard = edge->shards;

        DL_DELETE(edge->shards, shard);
        MHD_stop_daemon(shard->daemon);
        free(shard);
    }
    edge->due = NULL;
}
