/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_EDGE_INNER_H
#define SIMULATOR_EDGE_INNER_H
/* edge_inner - what edge.c, inbound.c, outbound.c and waiting.c share, and nobody else. */
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/core.h"

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
    uint64_t since_us;         /* accepted, or done with its last request */
    struct exchange *exchange; /* from its first line to its end, or until the client left */
    uint64_t requests;         /* that began on it */
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
    struct exchange *queue;    /* to be resumed, one a turn */
    struct exchange *dripping; /* suspended in the middle of their answers */
    struct waiting *waiting;
    size_t unsent;
    bool has_resumed; /* connections that the library has not looked at since */
    uint64_t run_number;
    bool is_down;
    bool is_full; /* out of descriptors: the listeners rest until full_until_us */
    uint64_t full_until_us;
    uint64_t slow_seen_us; /* when slow clients were looked for */
};

void edge_watch(struct edge *edge, int fd, uint32_t events, void *what);
void edge_unwatch(struct edge *edge, int fd);
void edge_resume(struct edge *edge, struct client *client);

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
