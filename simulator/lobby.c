/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lobby - connections while no request is under way on them: who may come in, whose request goes to
 * the HTTP library, who is refused, who has waited too long.
 *
 *   accepted --> [lobby] --> [served] --> gone        the library's: it closes them
 *                   |  \
 *                   |   +--> gone                     the client left, or never said anything
 *                   +------> [leaving] --> gone       refused: the answer is out, the rest thrown away
 *
 * A connection is the library's once the head of its first request is whole and good (head.h); the
 * bytes are looked at and left where they are. So a client that says nothing, or little, costs a
 * struct client and its socket. Later requests of a connection are looked at in the same way when
 * their first bytes come; one that comes in pieces is parked (suspended) until it is whole. A
 * request that comes before the one in front of it is over is not looked at: the library may have
 * read some of it by then.
 *
 * One whose next head is large leaves the library and enters anew, under another descriptor: what it
 * had there gets little memory (shard.c).
 *
 * Invariants:
 *  1. `idle` has the connections without a whole head, those first that have been so for longest.
 *  2. `dead` are freed at the end of a turn: until then the system may name them in an event.
 *  3. `accounted` are the bytes of whole requests that the library took. Where it took more, it has
 *     a part of the next one, and that one is not looked at (is_in_step).
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/edge_inner.h"
#include "simulator/head.h"
#include "simulator/socket.h"

#define SURPLUS_MAX 32 /* connections over the limit that are still told so */
#define LINGER_US   UINT64_C(1000000)
#define DRAINS_MAX  16 /* reads of what is thrown away, at a time */
#define USUAL_BYTES 4096

/* ---- connections come and go ---- */

static void idle_begin(struct edge *edge, struct client *client, uint64_t now_us)
{
    client->since_us = now_us;
    if (client->is_idle)
        DL_DELETE2(edge->idle, client, idle_prev, idle_next);
    DL_APPEND2(edge->idle, client, idle_prev, idle_next);
    client->is_idle = true;
}

static void idle_end(struct edge *edge, struct client *client)
{
    if (client->is_idle)
        DL_DELETE2(edge->idle, client, idle_prev, idle_next);
    client->is_idle = false;
}

/* Nobody's any longer; its descriptor is closed, or the library's to close. */
static void forget(struct edge *edge, struct client *client)
{
    idle_end(edge, client);
    if (client->place == PLACE_LEAVING)
        DL_DELETE2(edge->leaving, client, idle_prev, idle_next);
    client->place = PLACE_NOWHERE;
    DL_DELETE(edge->clients, client);
    edge->client_count -= !client->is_going;
    LL_PREPEND(edge->dead, client);
}

void lobby_lost(struct edge *edge, struct client *client)
{
    forget(edge, client);
}

static void close_client(struct edge *edge, struct client *client)
{
    close(client->fd);
    forget(edge, client);
}

void lobby_on_connection(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_ConnectionNotificationCode what)
{
    struct edge *edge = arg;
    struct client *client = *context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        client = *context = edge->entering;
        edge->entering = NULL;
        client->connection = connection;
        client->place = PLACE_SERVED;
        client->shard->client_count++;
        return;
    }
    client->shard->client_count--;
    forget(edge, client);
}

void lobby_free_dead(struct edge *edge)
{
    while (edge->dead) {
        struct client *client = edge->dead;

        edge->dead = client->next;
        free(client);
    }
}

/* ---- an answer without the library ---- */

static void write_refusal(struct buf *out, const struct edge *edge, const struct head *head)
{
    struct arena *arena = arena_new();
    struct answer answer;
    char date[CLOCK_INSTANT_SIZE];

    answer_refuse(&answer, arena, head->status, head->code, NULL, "%s", head->text);
    buf_printf(out, "HTTP/1.1 %d %s\r\n", head->status,
               MHD_get_reason_phrase_for((unsigned)head->status));
    if (!edge->sim->options.logical_clock) {
        clock_http_date(clock_wall_ms(), date);
        buf_printf(out, "Date: %s\r\n", date);
    }
    buf_printf(out,
               "Content-Type: application/fhir+json\r\nContent-Length: %zu\r\nConnection: close\r\n"
               "\r\n",
               answer.body_size);
    buf_add(out, answer.body, answer.body_size);
    arena_free(arena);
}

static void unpark(struct edge *edge, struct client *client)
{
    if (client->is_parked)
        edge_resume(edge, client);
    client->is_parked = false;
}

/* What is not read would make the system reset the connection, and the answer with it. False: its
 * client has said its last. */
static bool drain(const struct client *client)
{
    char bytes[16384];
    ssize_t size = 1;

    for (int i = 0; i < DRAINS_MAX && size > 0; i++)
        size = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    return size > 0 || (size < 0 && errno == EAGAIN);
}

/* Says no and nothing more. A connection of the library's is closed by it when the client has gone;
 * until then nothing it says gets out. */
static void refuse(struct edge *edge, struct client *client, const struct head *head)
{
    struct buf bytes = BUF_INIT;
    const bool is_there = drain(client);

    write_refusal(&bytes, edge, head);
    (void)send(client->fd, buf_text(&bytes), bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    buf_release(&bytes);
    shutdown(client->fd, SHUT_WR);
    client->is_refused = true;
    idle_end(edge, client);
    unpark(edge, client);
    if (client->place != PLACE_LOBBY)
        return;
    if (!is_there) {
        close_client(edge, client);
        return;
    }
    client->place = PLACE_LEAVING;
    client->since_us = clock_monotonic_us();
    DL_APPEND2(edge->leaving, client, idle_prev, idle_next);
}

static void refuse_surplus(struct edge *edge, struct client *client)
{
    refuse(edge, client,
           &(struct head){.status = 503,
                          .code = "throttled",
                          .text = "This server has too many connections."});
}

/* ---- looking at what came ---- */

enum sight { SIGHT_NOTHING, SIGHT_BYTES, SIGHT_END };

/* What there is of the head that comes next on the connection. */
static enum sight look(const struct client *client, struct head *out)
{
    static char bytes[HEAD_BYTES_MAX]; /* one thread */
    ssize_t size = recv(client->fd, bytes, USUAL_BYTES, MSG_PEEK | MSG_DONTWAIT);

    if (size <= 0)
        return size < 0 && errno == EAGAIN ? SIGHT_NOTHING : SIGHT_END;
    head_check(out, bytes, (size_t)size);
    if (out->is_whole || size < USUAL_BYTES)
        return SIGHT_BYTES;
    size = recv(client->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
    head_check(out, bytes, size > 0 ? (size_t)size : 0);
    return SIGHT_BYTES;
}

static void go_uncounted(struct edge *edge, struct client *client)
{
    client->is_refused = client->is_going = true;
    edge->client_count--;
}

/* True when it is the library's now, or gone. */
static bool look_first(struct edge *edge, struct client *client)
{
    struct head head = {.is_whole = false};

    if (look(client, &head) == SIGHT_END) {
        close_client(edge, client);
        return true;
    }
    if (!head.is_whole)
        return false;
    if (head.status)
        refuse(edge, client, &head);
    else if (client->is_surplus || !shard_take(edge, client, head.is_large))
        refuse_surplus(edge, client);
    return true;
}

/* Has the library nothing of the request that comes next? */
static bool is_in_step(const struct client *client)
{
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t size = sizeof(info);
    int unread = 0;

    return !client->is_unaccounted &&
           getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           ioctl(client->fd, FIONREAD, &unread) == 0 &&
           info.tcpi_bytes_received == client->accounted + (uint64_t)unread;
}

static void enter(struct edge *edge, const struct client *from)
{
    struct client *client = malloc(sizeof(*client));

    if (!client)
        BUG("out of memory");
    *client = *from;
    DL_APPEND(edge->clients, client);
    edge->client_count++;
    idle_begin(edge, client, clock_monotonic_us()); /* maybe between two turns */
    edge_watch(edge, client->fd, EDGE_WATCH_USUAL, client);
    look_first(edge, client);
}

/* To a shard for large heads, by way of the lobby; false: it stays. */
static bool move(struct edge *edge, struct client *client)
{
    const bool is_ours = client->is_parked || is_in_step(client);
    const int fd = is_ours ? shard_take_back(edge, client) : -1;

    if (fd < 0)
        return false;
    idle_end(edge, client);
    go_uncounted(edge, client);
    enter(edge, &(struct client){.watch = WATCH_CLIENT,
                                 .fd = fd,
                                 .is_control = client->is_control,
                                 .run_number = client->run_number,
                                 .requests = client->requests,
                                 .accounted = client->accounted});
    return true;
}

static void look_next(struct edge *edge, struct client *client)
{
    struct head head;

    if (client->exchange || client->is_refused || look(client, &head) != SIGHT_BYTES)
        return;
    if (head.is_whole && !head.status) {
        if (!head.is_large || client->shard->is_large || !move(edge, client))
            unpark(edge, client);
        return;
    }
    if (client->is_parked ? !head.status : !is_in_step(client))
        return;
    if (head.status) {
        refuse(edge, client, &head);
        return;
    }
    client->is_parked = true;
    MHD_suspend_connection(client->connection);
}

void lobby_on_event(struct edge *edge, struct client *client, uint32_t events)
{
    switch (client->place) {
    case PLACE_LOBBY:
        if (!look_first(edge, client) && (events & EPOLLRDHUP))
            close_client(edge, client); /* it will never be whole */
        break;
    case PLACE_SERVED:
        look_next(edge, client);
        if (events & EPOLLRDHUP)
            unpark(edge, client); /* it will never be whole: the library closes it */
        break;
    case PLACE_LEAVING:
        if (!drain(client))
            close_client(edge, client);
        break;
    case PLACE_NOWHERE:
        break;
    }
}

void lobby_request_begins(struct edge *edge, struct client *client, size_t head_bytes)
{
    idle_end(edge, client);
    client->accounted += head_bytes;
}

void lobby_request_ends(struct edge *edge, struct client *client, size_t body_bytes,
                        bool is_chunked)
{
    client->accounted += body_bytes;
    client->is_unaccounted = client->is_unaccounted || is_chunked;
    idle_begin(edge, client, edge->now_us);
}

/* ---- entering ---- */

/* Makes room: whoever has been idle for longest goes. */
static bool evict(struct edge *edge)
{
    struct client *client = edge->idle;

    if (!client)
        return false;
    idle_end(edge, client);
    if (client->place == PLACE_SERVED) {
        shutdown(client->fd, SHUT_RDWR); /* the library closes it */
        unpark(edge, client);
        go_uncounted(edge, client);
        return true;
    }
    if (socket_has_bytes(client->fd))
        refuse_surplus(edge, client);
    if (client->place != PLACE_NOWHERE)
        close_client(edge, client);
    return true;
}

bool lobby_make_room(struct edge *edge)
{
    if (edge->leaving) {
        close_client(edge, edge->leaving);
        return true;
    }
    return evict(edge);
}

void lobby_enter(struct edge *edge, int fd, bool is_control)
{
    if (edge->client_count >= edge->clients_max + SURPLUS_MAX) {
        close(fd);
        return;
    }
    if (edge->client_count >= edge->clients_max)
        lobby_make_room(edge);
    enter(edge, &(struct client){.watch = WATCH_CLIENT,
                                 .fd = fd,
                                 .is_control = is_control,
                                 .run_number = edge->run_number,
                                 .is_surplus = edge->client_count >= edge->clients_max});
}

/* ---- time, runs, the end ---- */

static void time_out(struct edge *edge, struct client *client)
{
    const bool has_begun = client->is_parked || socket_has_bytes(client->fd);

    if (has_begun) {
        refuse(edge, client,
               &(struct head){.status = 408,
                              .code = "timeout",
                              .text = "The request's headers did not come in time."});
        return;
    }
    idle_end(edge, client);
    if (client->place == PLACE_LOBBY)
        close_client(edge, client);
    else
        socket_reset(client->fd);
}

static bool is_over(const struct client *first, uint64_t span_us, uint64_t now_us)
{
    return first && span_us && now_us - first->since_us >= span_us;
}

static uint64_t timeout_us(const struct edge *edge)
{
    return edge->sim->options.request_timeout_s * UINT64_C(1000000);
}

/* The library counts from the last byte, so that one now and then would keep a connection for ever.
 * (A body that drips is inbound.c's.) */
void lobby_turn(struct edge *edge)
{
    const uint64_t now_us = edge->idle || edge->leaving ? clock_monotonic_us() : 0;

    while (is_over(edge->idle, timeout_us(edge), now_us))
        time_out(edge, edge->idle);
    while (is_over(edge->leaving, LINGER_US, now_us))
        close_client(edge, edge->leaving);
}

static int left_ms(const struct client *first, uint64_t span_us)
{
    const uint64_t now_us = clock_monotonic_us();

    if (!first || !span_us)
        return -1;
    return is_over(first, span_us, now_us) ? 0
                                           : (int)((first->since_us + span_us - now_us) / 1000 + 1);
}

int lobby_timeout_ms(const struct edge *edge)
{
    const int idle_ms = left_ms(edge->idle, timeout_us(edge));
    const int leaving_ms = left_ms(edge->leaving, LINGER_US);

    if (idle_ms < 0 || leaving_ms < 0)
        return idle_ms < 0 ? leaving_ms : idle_ms;
    return idle_ms < leaving_ms ? idle_ms : leaving_ms;
}

/* Whoever has no request under way, and said nothing, is reset. */
void lobby_reset(struct edge *edge, struct client *client)
{
    socket_reset(client->fd);
    unpark(edge, client);
    if (client->place != PLACE_SERVED)
        close_client(edge, client);
}

void lobby_close_all(struct edge *edge)
{
    struct client *client, *next;

    DL_FOREACH_SAFE(edge->clients, client, next)
    {
        if (client->place != PLACE_SERVED)
            close_client(edge, client);
        else
            unpark(edge, client);
    }
}
