/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H
/*
 * ledger - what the engine knows, durably: intents with their progress, events, audit, reviews,
 * commits.
 *
 * Invariants (architecture.md, end): an intent is durable before its 202; an attempt before its
 * first byte; a reply before anyone is told. So everything that belongs together goes through one
 * ledger_write, one transaction: when it returns 0 all of it survives a kill, else none of it
 * happened.
 *
 * Events and audit are append-only lines of JSON, numbered from 1; an audit line carries the
 * SHA-256 of the line before it as it is served.
 *
 * Ownership:  what is read lives in the arena given.
 * Threads:    any; one mutex inside.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct arena;
struct buf;
struct cJSON;
struct err;
struct ledger;

struct ledger_intent {
    int64_t number; /* order of acceptance, from 1 */
    const char *id, *tenant, *system, *key, *event_id, *payload_hash, *correlation;
    const char *request; /* the intent as submitted, JSON text */
    const char *state;
    const char *work;    /* progress, JSON text */
    int64_t accepted_ms; /* since 1970 */
};

struct ledger *ledger_open(const char *folder, struct err *err);
void ledger_close(struct ledger *ledger); /* NULL is fine */

struct ledger_commit { /* a version that this engine made */
    const char *reference, *version;
    const char *tenant, *system, *requester;
};
struct ledger_review {
    const char *id;
    int64_t intent;   /* number */
    const char *body; /* as it is served */
    int64_t recorded_ms;
    bool is_open;
};

/* One durable step. Events and audit records are objects without `sequence` and `previousHash`. */
struct ledger_step {
    const struct ledger_intent *intent; /* state and work are written */
    const char *only_from; /* only where the state still is this; NULL: any but cancelled */
    struct cJSON *const *events;
    size_t event_count;
    struct cJSON *const *audits;
    size_t audit_count;
    const struct ledger_commit *commits;
    size_t commit_count;
    const struct ledger_review *review; /* written or replaced; NULL: none */
};
/* ERR_INPUT when the intent is in another state by now (cancelled, say): nothing is written
 * then. */
int ledger_write(struct ledger *ledger, const struct ledger_step *step,
                 struct err *err) ATTR_MUST_USE;

struct ledger_acceptance {
    struct ledger_intent *intent; /* its number is filled */
    struct cJSON *event;          /* `accepted` */
    void (*after)(
        void
            *arg); /* called once it is durable, in the order of the numbers; not for a known one */
    void *after_arg;
    struct ledger_intent known; /* out: the one that was there */
    bool is_known;
};
/* Accepts the intent unless its key (or its source event with the same payload) is known; then
 * nothing is accepted. */
int ledger_accept(struct ledger *ledger, struct arena *arena, struct ledger_acceptance *acceptance,
                  struct err *err) ATTR_MUST_USE;

/* Looking. False when there is none. A ledger that cannot be read is a log line and "none". */
bool ledger_find(struct ledger *ledger, struct arena *arena, const char *id,
                 struct ledger_intent *out);
bool ledger_find_number(struct ledger *ledger, struct arena *arena, int64_t number,
                        struct ledger_intent *out);
/* Calls `each` for intents after `after`, in order of acceptance, `max` at most; state NULL: all
 * that have not ended. */
typedef void ledger_each_fn(void *arg, const struct ledger_intent *intent);
void ledger_each(struct ledger *ledger, struct arena *arena, const char *state, int64_t after,
                 size_t max, ledger_each_fn *each, void *arg);
/* The intents that were delivered under `key`, one for each tenant and source that has it. */
void ledger_each_key(struct ledger *ledger, struct arena *arena, const char *key,
                     ledger_each_fn *each, void *arg);
/* The lines after `after`, each with its newline. */
void ledger_events(struct ledger *ledger, int64_t after, struct buf *out);
void ledger_audit(struct ledger *ledger, int64_t after, struct buf *out);

bool ledger_find_review(struct ledger *ledger, struct arena *arena, const char *id,
                        struct ledger_review *out);
typedef void ledger_review_fn(void *arg, const struct ledger_review *review);
void ledger_open_reviews(struct ledger *ledger, struct arena *arena, ledger_review_fn *each,
                         void *arg);

/* Was `version` of `reference` made for this tenant, source and requester, by intent number `last`
 * or one accepted before it? */
bool ledger_is_own(struct ledger *ledger, const struct ledger_commit *commit, int64_t last);
/* Has an intent of this tenant and source with a higher source.sequence changed `reference` already? */
bool ledger_is_overtaken(struct ledger *ledger, const struct ledger_intent *intent,
                         const char *reference, int64_t sequence);
/* Did this engine make `version` of `reference`, for whomever? */
bool ledger_has_commit(struct ledger *ledger, const char *reference, const char *version);

struct ledger_gauges {
    long long backlog, unknown, reviews_open, commits, commits_audited;
    long long
        oldest_ms; /* when the oldest intent that has not ended was accepted, since 1970; or 0 */
};
void ledger_gauges(struct ledger *ledger, struct ledger_gauges *out);
int ledger_reset(struct ledger *ledger, struct err *err) ATTR_MUST_USE; /* forgets everything */
#endif
