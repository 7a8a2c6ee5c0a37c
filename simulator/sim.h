/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_SIM_H
#define SIMULATOR_SIM_H
/*
 * sim - a version-aware FHIR R4 server that does nothing before it is told to: the only face of
 * simulator/.
 *
 * An exchange (one HTTP request and its reply) stops twice: *before* (arrived, nothing applied) and
 * *after* (applied, not answered). With hold_all every exchange under /fhir stops, but
 * `capabilities`; without it rules decide (see rules.h, in stand-alone use).
 *
 * Lifecycle:  sim_open, then any number of runs: sim_begin, turns, held exchanges let through, ...;
 *             sim_close.
 * Ownership:  strings in what sim_held_at, sim_journal_at and sim_version_at give live until the
 *             next sim_begin or sim_close (with hold_all and without journal_max; else until the
 *             exchange is over, the entry forgotten). Charts are the caller's and outlive the runs.
 * Threads:    one. The caller's loop waits on sim_fd (readable) and calls sim_turn.
 * Order:      commits and journal entries have one total order. An entry is in the journal before
 *             any byte that depends on it leaves.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct err;
struct sim;
struct sim_chart;

/* ---- charts: what a run starts from ---- */

struct sim_chart *sim_chart_new(void);
void sim_chart_free(struct sim_chart *chart);
/* Adds a resource, an array of them or a Bundle (of any type). `name` is for error texts. A
 * resource keeps its id, else it gets the uuid of its fullUrl. */
int sim_chart_add(struct sim_chart *chart, const char *name, const char *text, size_t size,
                  struct err *err) ATTR_MUST_USE;
/* Before sim_chart_finish: versions are labelled as by that personality; r4 unless said. */
int sim_chart_be(struct sim_chart *chart, const char *personality, struct err *err) ATTR_MUST_USE;
/* The same of NDJSON: each line that is not empty is one of those. */
int sim_chart_add_lines(struct sim_chart *chart, const char *name, const char *text, size_t size,
                        struct err *err) ATTR_MUST_USE;
/* Once after the last add: resolves references by urn and conditional references, over all that
 * was added. */
int sim_chart_finish(struct sim_chart *chart, struct err *err) ATTR_MUST_USE;
/* Calls progress(arg, read, finished) for every resource that is added, then for every one that
 * is finished: how many are by then. */
void sim_chart_watch(struct sim_chart *chart,
                     void (*progress)(void *arg, size_t read, size_t finished), void *arg);
size_t sim_chart_count(const struct sim_chart *chart); /* resources */

/* ---- the server ---- */

struct sim_exchange;
/* Tells whose request this is. Fills actor and intent with strings that outlive the run, or
 * leaves NULL. */
typedef void sim_attribute_fn(void *arg, const struct sim_exchange *exchange,
                              const char **out_actor, const char **out_intent);

struct answer;
struct exchange_request;
/*
 * Answers a request under /_control (`path` is what follows "_control/"); it never stops and is not
 * in the journal. False: not yet. The connection is then held and this called again after every
 * turn in which something happened, and at the latest when `*out_wait_ms` have passed (long
 * polling); `waited_ms` counts since the request arrived.
 */
typedef bool sim_control_fn(void *arg, const struct exchange_request *request, unsigned waited_ms,
                            struct answer *answer, unsigned *out_wait_ms);

/*
 * Steers a stand-alone server beside rules and holds: `arrived` is asked first, and true holds the
 * exchange before its commit; `turned` is called at the end of every turn, to let held ones go on.
 * Both NULL: nobody does.
 */
struct sim_pilot {
    bool (*arrived)(void *arg, const struct sim_exchange *exchange);
    void (*turned)(void *arg);
    void *arg;
};

struct sim_options {
    const char *host; /* NULL: 127.0.0.1 */
    uint16_t port;    /* 0: a free one */
    bool hold_all;
    bool logical_clock; /* lastUpdated counts seconds from 2026-01-01T00:00:00Z by commit */
    sim_attribute_fn *attribute; /* may be NULL */
    void *attribute_arg;
    sim_control_fn *control; /* NULL: /_control is unknown (404) */
    void *control_arg;
    struct sim_pilot pilot;     /* not with hold_all */
    const char *control_host;   /* NULL: on the same address; else a listener of its own */
    uint16_t control_port;      /* 0: a free one */
    uint64_t seed;              /* for the probabilities of rules */
    unsigned request_timeout_s; /* a request not complete after that long is cut off; 0: never */
    size_t journal_max;         /* entries kept, the oldest go first (stand-alone use); 0: all */
    const char *personality;    /* the server to be like, see sim_personalities; NULL: r4 */
    size_t store_bytes_max;     /* when a run's writes have taken that, more are refused; 0: any */
    bool notify_anywhere;       /* else subscriptions with an endpoint off loopback are refused */
    unsigned notify_retry_ms;   /* from a failed delivery to the next try, then doubled; 0: 500 */
    unsigned notify_timeout_ms; /* of a delivery whose subscription says none; 0: 5000 */
};

struct sim *sim_open(const struct sim_options *options, struct err *err);
void sim_close(struct sim *sim);            /* answers what is held with 503 first; NULL is fine */
const char *sim_url(const struct sim *sim); /* "http://127.0.0.1:PORT/fhir" */
const char *sim_control_url(const struct sim *sim); /* "http://127.0.0.1:PORT/_control" */
int sim_fd(const struct sim *sim);                  /* readable when sim_turn has something to do */
int sim_timeout_ms(const struct sim *sim); /* the longest wait before the next turn; -1: any */
void sim_turn(struct sim *sim);            /* one loop turn; never blocks */

/* Everything anew on `chart` (NULL: empty): store, versions, ids, clock, journal, faults; what was
 * still held is closed, and a request on an old connection counts as from an earlier run (see
 * sim_strays). */
int sim_begin(struct sim *sim, const struct sim_chart *chart, struct err *err) ATTR_MUST_USE;

/* The names of the personalities that ship; NULL at the end. */
const char *const *sim_personalities(void);
/* To be like that server from the next sim_begin on, which wants a chart of the same (see sim_chart_be). */
int sim_be(struct sim *sim, const char *personality, struct err *err) ATTR_MUST_USE;

/* What an engine can do about a hazard at a server. */
enum sim_guard { SIM_PREVENT, SIM_DETECT, SIM_NO_GUARD };
struct sim_guards {
    enum sim_guard lost_update, duplicate_create, partial_transaction, stale_read;
};
/* What a personality that ships says of each. */
int sim_guards_of(const char *personality, struct sim_guards *out, struct err *err) ATTR_MUST_USE;

void sim_down(struct sim *sim); /* listener closed, idle connections reset */
int sim_up(struct sim *sim, struct err *err) ATTR_MUST_USE; /* the same port again */
bool sim_is_down(const struct sim *sim);

/* ---- held exchanges ---- */

enum sim_stop { SIM_BEFORE, SIM_AFTER };

struct sim_exchange {
    uint64_t number;  /* as in the journal */
    uint64_t arrived; /* its `arrived` entry in the journal */
    enum sim_stop stop;
    /* A zombie: held before, may still be committed (which ends it) or dropped. One whose client
     * leaves after the commit has nothing left to do: it is no longer held, the journal says
     * hung-up. */
    bool is_client_gone;
    bool is_write;              /* may change the chart; else a look */
    const char *interaction;    /* read vread search history create update patch delete batch ... */
    const char *method, *url;   /* url: path and query below the base, "Patient/ada?x=y" */
    const char *reference;      /* "Type/id", "Type" or "" */
    const char *correlation;    /* X-Correlation-Id, else X-Request-Id, else "" */
    const char *actor, *intent; /* by attribute; "engine" and "" when nobody knows */
    const char
        *headers;     /* a JSON object, names as sent, repeated ones joined; Authorization hidden */
    const char *body; /* NULL: none */
    size_t body_size;
    int status; /* SIM_AFTER: what would be answered */
};

size_t sim_held_count(const struct sim *sim);                                /* zombies included */
const struct sim_exchange *sim_held_at(const struct sim *sim, size_t index); /* in arrival order */
const struct sim_exchange *sim_held_find(const struct sim *sim, uint64_t number); /* or NULL */
unsigned sim_held_port(const struct sim *sim, uint64_t number); /* its client's; 0: it is gone */

struct sim_fault {
    const char *name; /* as in faults.md; NULL: none */
    char args[4][64]; /* "" where absent */
};
/* "error-after(503)" -> fault. ERR_INPUT names the nearest known fault or the argument that is
 * wrong. */
int sim_fault_parse(const char *text, struct sim_fault *out, struct err *err) ATTR_MUST_USE;

struct sim_fault_kind {
    const char *name, *args, *summary, *example, *group;
    enum sim_stop stop;
    bool is_rule_only; /* not in schedules: parts and steps say it there, or a delivery's release */
};
size_t sim_fault_kinds(const struct sim_fault_kind **out_kinds); /* for `list faults` */

/*
 * Lets a held exchange go on; ERR_INPUT when stop or fault does not fit it. `fault` may be NULL.
 *   sim_pass:   from before to its end (for a zombie: applied, and that is all).
 *   sim_commit: applied, held after. Faults before that apply something (duplicate, drop-field ...).
 *   sim_reply:  the answer goes. Faults after.
 *   sim_drop:   never applied (from before); a client still there sees its connection close.
 * The journal has the effect when these return; the bytes go at the next turns (one release a turn).
 */
int sim_pass(struct sim *sim, uint64_t number, const struct sim_fault *fault,
             struct err *err) ATTR_MUST_USE;
int sim_commit(struct sim *sim, uint64_t number, const struct sim_fault *fault,
               struct err *err) ATTR_MUST_USE;
int sim_reply(struct sim *sim, uint64_t number, const struct sim_fault *fault,
              struct err *err) ATTR_MUST_USE;
int sim_drop(struct sim *sim, uint64_t number, struct err *err) ATTR_MUST_USE;
/* Which of these takes the fault for that exchange where it is held now. A fault that lets nothing be held after the
 * commit (and one before a look) is for sim_pass. */
enum sim_fit { SIM_FIT_NONE, SIM_FIT_PASS, SIM_FIT_COMMIT, SIM_FIT_REPLY };
enum sim_fit sim_fault_fit(const struct sim *sim, uint64_t number, const struct sim_fault *fault);
/* Does a commit change what requests for other resources get to see? By global version numbers, checked references,
 * searches or histories that lag, rates. */
bool sim_is_coupled(const struct sim *sim);
/* Are there answers decided upon that have not been handed to the network? */
bool sim_is_busy(const struct sim *sim);
/* Exchanges that arrived in this run, held or passed. */
uint64_t sim_arrivals(const struct sim *sim);
/* Requests that belong to an earlier run: their connection was there before sim_begin (where all is
 * held), or `attribute` named no actor for a correlation id like those of runs, "c-...-...".
 * Refused 503, not journalled. */
uint64_t sim_strays(const struct sim *sim);

/* A foreign writer's edit (POST, PUT, PATCH, DELETE), unguarded, applied now, in the journal as
 * `edit` and `committed`. ERR_INPUT when the server would refuse it. */
int sim_edit(struct sim *sim, const char *actor, const char *name, const char *method,
             const char *target, const char *body, size_t body_size, struct err *err) ATTR_MUST_USE;

/* ---- deliveries of subscriptions ---- */

/*
 * A delivery exists from its event to its end. Held ones go when they are told to: all of them with
 * hold_all, else those that a hold names. One of a subscription is under way at a time; a failed one
 * is tried again a few times, then its subscription's status is `error`.
 */
enum sim_delivery_state { SIM_DELIVERY_HELD, SIM_DELIVERY_QUEUED, SIM_DELIVERY_SENT };

struct sim_delivery {
    uint64_t number; /* 1, 2, 3 ... over the run */
    enum sim_delivery_state state;
    const char *subscription; /* "Subscription/id" */
    const char *type;         /* rest-hook, handshake, heartbeat or event-notification */
    uint64_t event;           /* its number in the subscription; 0: none */
    const char *reference;    /* of what the event is about, "" where there is no event */
    const char *actor;        /* whose write it was */
    unsigned attempts;        /* failed so far */
};
size_t sim_delivery_count(const struct sim *sim);
/* In the order of their events; NULL behind the last. What it gives lives until the next turn. */
const struct sim_delivery *sim_delivery_at(const struct sim *sim, size_t index);
/* Lets a held delivery go, with notify-duplicate, notify-skip or notify-reorder, or (NULL) as it is.
 * ERR_INPUT when it is not held, or the fault is another. */
int sim_deliver(struct sim *sim, uint64_t number, const struct sim_fault *fault,
                struct err *err) ATTR_MUST_USE;

/* ---- the journal: the ground truth ---- */

/*
 * committed: one per version assigned; body is the content as stored, NULL for a deletion; with the
 *            exchange (0: an edit), actor, intent and correlation that caused it.
 * replied:   status, headers and body as sent, and the version that the answer is about.
 * hung-up:   the client left a held exchange.
 * fault:     what a fault did, `fault` as written ("drop" for sim_drop); for duplicate one entry
 *            behind each processing, with its status. undo-commit has one for each version that is
 *            gone; mutate-later names the version and gives its new body. An answer that a fault
 *            broke on its way (truncate-..., bad-chunk, garbage) is not `replied`.
 * edit:      a foreign write was asked for: actor, method, url, body; its name in `what`.
 * said:      the harness heard (or asked) the engine something: `what`.
 * process:   the harness did something to the engine or the server: `what`.
 * notified:  a subscription's delivery: method, url, headers and body as sent, before any byte of
 *            it; the version it is about, and whose write that was; in `what` its type, event number
 *            and subscription. Its end is an entry of its own, with `of` that entry, the
 *            subscriber's status, or in `what` why none came.
 */
enum sim_kind {
    SIM_ARRIVED,
    SIM_COMMITTED,
    SIM_REPLIED,
    SIM_HUNG_UP,
    SIM_FAULT,
    SIM_EDIT,
    SIM_SAID,
    SIM_PROCESS,
    SIM_NOTIFIED,
};
const char *sim_kind_name(enum sim_kind kind);

struct sim_entry {  /* absent strings are "", absent numbers 0; `body` may be NULL */
    uint64_t n;     /* 1, 2, 3 ... over the run */
    uint64_t at_us; /* since sim_begin; for humans, no judge reads it but bounded-retry */
    enum sim_kind kind;
    uint64_t exchange; /* 0: none */
    const char *interaction, *method, *url;
    const char *headers; /* a JSON object */
    const char *body;
    size_t body_size;
    const char *guard; /* "If-Match: W/\"1\"", "If-None-Exist: ...", "If-None-Match: *" or "" */
    const char *actor, *intent, *correlation;
    const char *reference; /* "Type/id" */
    const char *version;   /* versionId as the engine sees it */
    unsigned ordinal;      /* @1 is the oldest version of that resource in this run's chart */
    unsigned commit;       /* order of commits over the run; 0: the chart as loaded */
    int status;
    const char *fault;
    const char *what; /* said and process: see harness/evidence.h */
    uint64_t of;      /* said, notified: the entry this answers, else 0 */
};

size_t sim_journal_count(const struct sim *sim);
const struct sim_entry *sim_journal_at(const struct sim *sim, size_t index);
/* Appends a said or process entry; its strings are copied; n and at_us are filled. Returns n. */
uint64_t sim_note(struct sim *sim, const struct sim_entry *entry);

/* ---- the store, for looking ---- */

struct sim_version {
    const char *reference, *version; /* "Type/id"; versionId */
    unsigned ordinal, commit;        /* commit 0: as loaded */
    bool is_deletion;
    const char *content; /* as stored, NULL for a deletion */
    size_t size;
};
size_t sim_version_count(const struct sim *sim); /* loaded ones first, then by commit */
const struct sim_version *sim_version_at(const struct sim *sim, size_t index);
/* The current version of "Type/id", or NULL. */
const struct sim_version *sim_current(const struct sim *sim, const char *reference);
/* "@2" of "Type/id" -> its versionId, and back; NULL and 0 when there is none. */
const char *sim_version_of(const struct sim *sim, const char *reference, unsigned ordinal);
unsigned sim_ordinal_of(const struct sim *sim, const char *reference, const char *version);
#endif
