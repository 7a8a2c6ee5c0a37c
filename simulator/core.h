/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CORE_H
#define SIMULATOR_CORE_H
/*
 * core - what the simulator's own stages share: the exchange as it goes from edge.c through gate.c
 * to reply.c, the run it belongs to, and the calls between the stages. Not a face: only simulator's
 * .c files include it.
 *
 * An exchange has two owners. The HTTP side (`is_open`) refers to it until the library says that
 * the request is over; the gate (`is_live`) from its arrival to the decision that ends it. It is
 * released when both have let go, which for a zombie is long after the connection went. In runs
 * that hold everything it is kept until the run ends, because the strings of `face` are promised
 * that long.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "simulator/exchange.h"
#include "simulator/interact.h"
#include "simulator/sim.h"

struct arena;
struct edge;
struct held;
struct journal;
struct personality;
struct policy;
struct notify;
struct metrics;
struct rules;
struct store;

/* One run: it lives until its last exchange is released, since answers under way send the
 * store's bytes. */
struct run {
    unsigned refs;
    struct arena *arena; /* what sim_version_at and the like hand out */
    struct store *store;
    struct policy *policy;
    struct sim_version **versions; /* made when asked for, by the store's index */
    size_t version_room;
    struct exchange *kept; /* released exchanges whose strings are still promised */
    const char **bricked;  /* references; ends with NULL; or NULL */
    size_t bricked_count;
};

/* FATE_BROKEN: an answer that no client can take (outbound.c); it is not `replied`. */
enum fate { FATE_NONE, FATE_ANSWER, FATE_CLOSE, FATE_RESET, FATE_BROKEN };

/* How the bytes of an answer go out; all but the first two with FATE_BROKEN. */
enum wire {
    WIRE_WHOLE,
    WIRE_DRIP,
    WIRE_CUT_HEADERS,
    WIRE_CUT_BODY,
    WIRE_BAD_CHUNK,
    WIRE_GARBAGE,
};

#define REPLY_HEADERS_MAX 14
struct reply {
    int status;
    struct http_header headers[REPLY_HEADERS_MAX + 1]; /* ends with a NULL name */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_size;
    bool is_last; /* the connection closes behind it */
    enum wire wire;
    size_t cut;       /* bytes of the body that go out before the cut */
    unsigned drip_ms; /* between two pieces */
};

/* Why the gate holds an exchange that no caller asked to hold: hang-..., late-..., reorder. */
enum plan { PLAN_NONE, PLAN_HANG, PLAN_COMMIT, PLAN_REPLY, PLAN_OVERTAKEN };

struct exchange {
    struct exchange *prev,
        *next; /* in the list of free or kept ones, or in the queue of releases */
    struct sim *sim;
    struct run *run; /* NULL before it arrived */
    struct arena *arena;
    struct client *client; /* whose connection; NULL once it is gone */
    struct buf body;
    const char *uri; /* as sent */
    uint64_t began_us;
    unsigned arrival_commit; /* commits when it arrived */
    size_t thrown_away;      /* bytes of a body over the limit */
    bool is_open, is_live, is_held;
    bool has_headers, is_complete, is_over_limit, is_counted; /* for edge.c */

    struct exchange_request request;
    enum interaction label; /* what was asked for, even where the request was refused */
    struct sim_exchange face;
    struct answer answer;
    struct reply reply;
    enum fate fate;
    enum plan plan;
    uint64_t due_us; /* 0: when the client leaves */
    bool is_waiting; /* on one of held.c's lists: */
    struct exchange *wait_prev, *wait_next;
    const struct sim_fault *struck; /* by a rule, and held before it could be done; NULL: none */
    const char *retry_after_ms;     /* the same for servers that say both; NULL: none */
    const char *retry_after;        /* from error-before; NULL: none */
    const char *date, *via;         /* headers that faults add; NULL: none */
    const char *early_fault; /* what struck before the body was there, as written; NULL: none */
    unsigned first_commit, last_commit; /* what it made is between; 0: not processed */
    bool is_reused;                     /* its connection had a request before */
    uint64_t drip_due_us;               /* when the next piece may go */
    bool is_dripping;                   /* on outbound.c's list */
    bool is_cut_off;                    /* its answer ends where it is */
};

struct sim {
    struct sim_options options;
    struct edge *edge;
    struct journal *journal;
    struct rules *rules;
    struct notify *notify;   /* subscriptions */
    struct metrics *metrics; /* NULL in runs that hold everything: nobody asks */
    struct run *run;
    const struct personality *personality;
    struct arena *personality_arena; /* NULL where it ships with the program */
    char url[96], control_url[96];

    struct held *held;
    struct exchange *free; /* to be used again */
    uint64_t arrivals, strays;
    const struct exchange *cause; /* of the versions that are being committed; NULL: an edit */
    const char *edit_actor;
    uint64_t stamp; /* grows with whatever could interest a control request that waits */
};

/* ---- sim.c ---- */

struct exchange *exchange_new(struct sim *sim);
void exchange_release(struct exchange *exchange); /* when neither side needs it any longer */
struct run *run_ref(struct run *run);
void run_unref(struct run *run);

/* ---- edge.c: HTTP in and out ---- */

struct edge *edge_open(struct sim *sim, struct err *err);
void edge_close(struct edge *edge); /* every exchange must be decided before */
int edge_fd(const struct edge *edge);
int edge_timeout_ms(const struct edge *edge);
void edge_turn(struct edge *edge);
bool edge_is_busy(const struct edge *edge);
void edge_release(struct edge *edge,
                  struct exchange *exchange); /* its fate is decided: one a turn goes */
/* A new run begins: idle connections close, the others are of an earlier run from now on. */
void edge_begin(struct edge *edge);
void edge_down(struct edge *edge);
int edge_up(struct edge *edge, struct err *err) ATTR_MUST_USE;
bool edge_is_down(const struct edge *edge);
/* Makes edge_fd readable when `fd` is; whoever owns it looks itself. */
void edge_join(struct edge *edge, int fd);
unsigned
edge_client_port(const struct exchange *exchange);   /* of the other end; 0: nobody is there */
bool edge_is_stale(const struct exchange *exchange); /* its connection is of an earlier run */

/* ---- route.c ---- */

/*
 * Says which interaction a request is for (request->interaction, type, id, version) and gives the
 * label it goes by in schedules. Where the request can be refused already, the interaction is
 * INTERACTION_NONE and the answer is filled.
 */
enum interaction route(struct exchange_request *request, struct answer *answer);

/* ---- gate.c: stops ---- */

/* What an entry about this exchange begins with; strings are borrowed. */
void exchange_entry(const struct exchange *exchange, enum sim_kind kind, struct sim_entry *out);
void exchange_note(struct exchange *exchange, enum sim_kind kind, const char *fault, int status);

/* The headers of a request are there, its body is not. True: a fault withholds 100 Continue. */
bool gate_withholds_continue(struct exchange *exchange);
/* A complete request. True: its fate is decided; false: it is held. */
bool gate_arrive(struct exchange *exchange);
void gate_hung_up(struct exchange *exchange);
void gate_close_all(struct sim *sim);       /* whatever is held ends with its connection */
void gate_answer_all(struct sim *sim);      /* whatever is held is answered 503 */
void gate_due(struct sim *sim);             /* late-... whose time has come */
int gate_timeout_ms(const struct sim *sim); /* -1: none is due */

/* ---- strike.c and strike_*.c: what faults do ---- */

/* Which release the fault comes with: the whole way, only the commit, or only the answer. */
enum strike_at { STRIKE_PASS, STRIKE_COMMIT, STRIKE_REPLY };
/* Is the fault one for this exchange as it stands? ERR_INPUT says why not. */
int strike_check(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err) ATTR_MUST_USE;
/* See sim_fault_fit. */
enum sim_fit strike_fit(const struct exchange *exchange, const struct sim_fault *fault);
/* Does what lies before the stop "after": processes the request, or does what the fault makes of
 * it. A fault that strikes after is ignored here, one that strikes before there. */
void strike_before(struct exchange *exchange, const struct sim_fault *fault);
void strike_after(struct exchange *exchange, const struct sim_fault *fault);
/* What happens once the answer is decided upon. */
void strike_later(struct exchange *exchange, const struct sim_fault *fault);
void exchange_process(struct exchange *exchange, const struct interact_bend *bend);

/* ---- faults.c ---- */

const struct sim_fault_kind *fault_kind(const char *name); /* or NULL */
unsigned long fault_number(const struct sim_fault *fault, size_t index, unsigned long otherwise);
/* "error-after(503)" as it is written; in the arena. */
const char *fault_text(const struct sim_fault *fault, struct arena *arena);
/* May this kind strike this interaction at all? NULL: yes; else what it is for. */
const char *fault_misfit(const char *name, enum interaction label);
/* Does it strike when the headers of a request are there, before its body? */
bool fault_is_early(const char *name);

/* ---- reply.c ---- */

/* Makes the reply of the exchange's answer, and writes it into the journal. */
void reply_make(struct exchange *exchange);
/* A reply to a request that is no exchange: refused at the edge, or a control call. */
void reply_plain(struct exchange *exchange);
#endif
