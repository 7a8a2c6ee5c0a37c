/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H
/*
 * job - one turn of work on one intent: the intent in memory, and the durable step being put
 * together.
 *
 * Whatever is found out is gathered with job_event and job_audit and becomes durable with
 * job_write, together with the intent's progress, in one transaction. A job whose step cannot be
 * written (the disk is full, the intent was cancelled meanwhile) does nothing more: what it had in
 * memory is forgotten with it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "engine/engine.h"
#include "engine/intent.h"
#include "engine/worker.h"

struct err;

enum go {           /* how a part of a turn ended */
          GO_ON,    /* there is more to do now */
          GO_LATER, /* the turn ends, the intent goes on when its timer has run out */
          GO_END,   /* the turn ends, the intent waits for nobody, or for a human */
          GO_AGAIN, /* the ledger failed: as if the turn had not been; tried again later */
};

#define JOB_EVENTS_MAX 1024
struct job {
    struct engine *engine;
    struct worker_lane *lane;
    struct arena *arena;
    struct intent *intent;
    struct cJSON *events[JOB_EVENTS_MAX], *audits[JOB_EVENTS_MAX];
    struct ledger_commit commits[JOB_EVENTS_MAX];
    size_t event_count, audit_count, commit_count;
    const struct ledger_review *review; /* written with the next step */
    const char *only_from;              /* the next step holds only from this state; NULL: any */
    bool must_wait;                     /* something has to be sent again: not before a timer */
    long retry_after_ms;                /* what the server asked for in this turn; -1: nothing */
    bool is_second_look;  /* what was seen contradicts itself: a read alone is not believed */
    bool may_use_reserve; /* looks for a human, beyond what the engine allows itself */
    bool is_exhausted;    /* the bound on requests is reached */
};

void job_init(struct job *job, struct engine *engine, struct worker_lane *lane, struct arena *arena,
              struct intent *intent);

/* `slot` NULL: the whole intent. `request_hash` and `result` may be NULL; result is taken over. */
void job_event(struct job *job, const char *kind, const struct slot *slot, const char *request_hash,
               struct cJSON *result);
void job_audit(struct job *job, const char *outcome, const struct slot *slot,
               const char *validation);
/* The slot stands in the chart: event `committed`, one audit record, and the version is known as
 * our own. */
void job_commit(struct job *job, const struct slot *slot);
/* A second copy that the server made of a create: one audit record, and its version is known as our own. */
void job_own_copy(struct job *job, const struct slot *slot);
int job_write(struct job *job, struct err *err) ATTR_MUST_USE;
/* The moment from which at least delay_ms have passed: the clock's milliseconds are cut off. */
int64_t job_from_now(long delay_ms);
/* Did the server ask for time in this turn? Then sweeps leave it alone until that is over (intent_is_kept_away), once the
 * next step is written. */
bool job_keep_away(struct job *job);
enum go job_failed(struct job *job, const struct err *err); /* after job_write said -1 */
#endif
