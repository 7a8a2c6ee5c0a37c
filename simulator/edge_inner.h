/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_EDGE_INNER_H
#define SIMULATOR_EDGE_INNER_H
/* edge_inner - what edge.c, lobby.c, shard.c, inbound.c, outbound.c and waiting.c share, and nobody else. */
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/core.h"

enum watch { WATCH_NOBODY, WATCH_LISTENER, WATCH_CLIENT, WATCH_SHARD };

struct listener {
    enum watch watch;
    int fd;
    bool is_control;
};

struct shard { /* one of the library's daemons */
    enum watch watch;
    struct shard *prev, *next, *due_next;
    struct MHD_Daemon *daemon;
    size_t client_count;
    bool is_large; /* for large heads (head.h) */
    bool is_due;
};

enum place { PLACE_LOBBY, PLACE_SERVED, PLACE_LEAVING, PLACE_NOWHERE };

struct client {
    enum watch watch;
    enum place place;
    struct client *prev, *next;
    struct client *idle_prev, *idle_next; /* in idle or leaving */
    struct shard *shard;                  /* once it is served */
    struct MHD_Connection *connection;    /* likewise */
    int fd;
    uint64_t run_number;
    uint64_t since_us;         /* accepted, done with its last request, or refused */
    struct exchange *exchange; /* from its first line to its end, or until the client left */
    uint64_t requests;         /* that began on it */
    uint64_t accounted;        /* bytes of them */
    bool is_unaccounted;       /* some were chunked: who knows */
    bool is_control, is_surplus, is_idle;
    bool is_parked;  /* suspended while a request's head is not whole */
    bool is_held;    /* suspended with its exchange: watched for its client's leaving */
    bool is_refused; /* it gets no other answer */
    bool is_going;   /* counted no longer */
};

struct waiting { /* a control request that waits for something to happen */
    struct waiting *next;
    struct exchange *exchange;
    uint64_t since_us, due_us, seen_stamp;
};

struct edge {
    enum watch watch; /* WATCH_NOBODY: for what is looked at in every turn */
    struct sim *sim;
    struct shard *shards, *due;
    int epoll_fd; /* the outer one */
    struct listener listeners[2];
    size_t listener_count;
    struct client *clients, *idle, *leaving, *dead;
    struct client *entering; /* which the library is being given */
    size_t client_count, clients_max;
    struct exchange *queue;    /* to be resumed, one a turn */
    struct exchange *dripping; /* suspended in the middle of their answers */
    struct waiting *waiting;
    size_t unsent;
    uint64_t run_number;
    uint64_t now_us; /* when the turn began: near enough for time-outs of seconds, and asked once */
    bool is_down;
    bool is_full; /* out of descriptors: the listeners rest until full_until_us */
    uint64_t full_until_us;
    uint64_t shards_seen_us; /* when the library could look at its own time-outs */
};

void edge_watch(struct edge *edge, int fd, uint32_t events, void *what);
/* Held: watched for its client's leaving alone. Else for the bytes of its next request. */
void edge_watch_held(struct edge *edge, struct client *client, bool is_held);
void edge_resume(struct edge *edge, struct client *client);
/* Looks at what came, until there is nothing more. The library looks at its sockets by itself once it
 * runs, and what came to one by then it takes, looked at or not: so this is called right before. */
void edge_look(struct edge *edge);

#define EDGE_WATCH_USUAL (EPOLLIN | EPOLLRDHUP | EPOLLET)

/* ---- lobby.c: connections without a request under way ---- */

void lobby_enter(struct edge *edge, int fd, bool is_control); /* takes `fd` */
void lobby_on_event(struct edge *edge, struct client *client, uint32_t events);
void lobby_on_connection(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_ConnectionNotificationCode what);
void lobby_lost(struct edge *edge, struct client *client); /* the library would not have it */
/* The head of a request is whole; the request is over. */
void lobby_request_begins(struct edge *edge, struct client *client, size_t head_bytes);
void lobby_request_ends(struct edge *edge, struct client *client, size_t body_bytes,
                        bool is_chunked);
bool lobby_make_room(struct edge *edge); /* false: nobody is idle */
void lobby_reset(struct edge *edge, struct client *client);
void lobby_turn(struct edge *edge);
int lobby_timeout_ms(const struct edge *edge); /* -1: any */
void lobby_free_dead(struct edge *edge);
void lobby_close_all(struct edge *edge); /* all that the library does not have */

/* ---- shard.c: the library's daemons ---- */

int shard_open(struct edge *edge, bool is_large, struct err *err) ATTR_MUST_USE;
/* Gives the connection to the library; false: it cannot take more. */
bool shard_take(struct edge *edge, struct client *client, bool is_large);
/* Takes the connection away from the library, which has nothing of its next request: the descriptor
 * it has now, -1 if there is none to be had. `client` is going. */
int shard_take_back(struct edge *edge, struct client *client);
void shard_wake(struct edge *edge, struct shard *shard); /* it has something to do */
void shard_wake_all(struct edge *edge);
void shard_turn(struct edge *edge); /* runs those that have */
void shard_close_all(struct edge *edge);

/* ---- inbound.c: what the library calls for a request ---- */

void *inbound_begin(void *arg, const char *uri, struct MHD_Connection *connection);
enum MHD_Result inbound_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **context);
void inbound_completed(void *arg, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode why);

/* ---- outbound.c: the answer ---- */

/* Sends what the exchange's fate says. */
enum MHD_Result outbound_finish(struct edge *edge, struct exchange *exchange,
                                struct client *client);
void outbound_drip(struct edge *edge);    /* lets those go on whose time has come */
void outbound_cut_off(struct edge *edge); /* whatever drips ends where it is */
void outbound_forget(struct edge *edge, struct exchange *exchange);
int outbound_timeout_ms(const struct edge *edge); /* -1: nothing drips */

/* ---- waiting.c: control requests, now or later ---- */

/* Asks the control function; false when it wants to be asked again. */
bool waiting_ask(struct edge *edge, struct exchange *exchange);
void waiting_ask_all(
    struct edge *edge); /* those for which something happened, or whose time has come */
bool waiting_forget(struct edge *edge,
                    const struct exchange *exchange); /* false: it did not wait */
int waiting_timeout_ms(const struct edge *edge);      /* -1: none waits */
void waiting_close_all(struct edge *edge);
#endif
