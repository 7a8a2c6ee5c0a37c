/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_ENGINE_H
#define TESTS_STRAWMAN_ENGINE_H
/*
 * engine - what the parts of the strawman share, and the life of an intent.
 *
 *     check.c  is it an intent?
 *     plan.c   intent -> slots: one write each, with its guard
 *     order.c  whose turn is it, and has its time passed?
 *     run.c    sends what is ready, looks what became of it, waits, sends again or ends
 *     look.c   what became of one slot, by the server's history
 *     ends.c   how an intent ends: states, reviews, audit
 *     talk.c   requests to the FHIR server
 *     undo.c   takes back what an intent did, when an operator asks
 *     sweep.c  whether open reviews and committed work still stand
 *     feed.c   notifications     mapping.c  identifiers and the resources they mean
 *     view.c   what is told about intents and reviews     numbers.c  metrics
 *
 * A slot is a JSON object: entry method type id base guard fresh query mark body fullUrl state
 * reference versionId answer seen why audited. Its state is one of the words below.
 */
#include <stdbool.h>

#include "base/attr.h"
#include "base/json.h"
#include "tests/strawman/book.h"
#include "tests/strawman/crew.h"
#include "tests/strawman/lease.h"

struct arena;
struct buf;

#define IDENTIFIER_SYSTEM "urn:strawman:write"
#define ATTEMPTS_MAX      6

#define SLOT_READY    "ready" /* to be sent */
#define SLOT_SENT     "sent"  /* on its way, or interrupted there: what became of it is not known */
#define SLOT_DONE     "done"  /* in effect, at versionId (null for a deletion nobody named) */
#define SLOT_DIFFERS  "differs"  /* in effect, but the server stored something else */
#define SLOT_CONFLICT "conflict" /* not in effect: someone else changed the target */
#define SLOT_REFUSED  "refused"  /* not in effect, and would be refused again */
#define SLOT_STUCK    "stuck"    /* not in effect, and nothing says why */

struct engine {
    struct crew *crew;
    struct book *book;
    struct lease *lease;
    const char *fhir;  /* base URL without a slash at the end */
    const char *token; /* or NULL */
    long retry_ms;
    bool has_hooks;
    struct arena *arena;
    struct cJSON
        *replies; /* counts of FHIR replies by "METHOD status", and other counts, for the metrics */
};

/* One job's work on one intent. `slots` is its own copy; the book has it after each change. */
struct run {
    struct job *job;
    struct engine *engine;
    struct arena *arena;
    const struct cJSON *intent, *payload;
    struct cJSON *slots;
    const char *why;          /* of an end that is not `committed`, for humans */
    const char *failure_type; /* the same for programs */
};

/* ---- sweep.c ---- */
void run_refresh(struct job *job); /* is an open review still true? */
void run_drift(struct job *job);   /* is what was committed still there? */

/* ---- undo.c ---- */
void run_undo(struct job *job); /* plans it: the intent is `writing` again, or stays as it was */
/* ---- numbers.c ---- */
#define NUMBER_HITS      "hits" /* deliveries of what is known already */
#define NUMBER_CONFLICTS "conflicts"
void numbers_add(struct engine *engine, const char *name);
void numbers_print(const struct engine *engine, struct buf *out);

/* ---- mapping.c ---- */
/* Is it another patient's or encounter's than the intent's, also by Patient.link? What says none is nobody's. */
bool mapping_is_others(struct run *run, const struct cJSON *resource);
void mapping_make(struct run *run, struct cJSON *set); /* of the slots that are done */
void run_mappings(struct job *job);                    /* are they still true? */
/* Starts that, where the intent has mappings about that reference (NULL: any). */
bool mapping_refresh(struct engine *engine, unsigned number, const char *about);
void mapping_print(const struct engine *engine, struct arena *arena, struct buf *out);

/* ---- feed.c ---- */
void feed_take(struct engine *engine, struct arena *arena, const struct cJSON *bundle);

/* ---- run.c ---- */
void run_intent(struct job *job); /* carries an accepted intent to an end */
void run_begin(struct run *run, struct job *job);
void run_save(struct run *run, const char *state, struct cJSON *event);
/* An event of this intent, to be passed to run_save; `slot` may be NULL. */
struct cJSON *run_event(struct run *run, const char *kind, const struct cJSON *slot);

/* ---- order.c ---- */
bool order_is_my_turn(const struct job *job); /* nothing of its source is before it */
/* Flaws: is nobody kept from going before or behind that intent? */
bool order_is_lost_on(const struct engine *engine, const struct cJSON *intent);
bool order_is_too_late(struct run *run); /* its source has said later what is in the chart */

/* ---- check.c ---- */
int check_intent(const struct cJSON *payload, struct err *err) ATTR_MUST_USE;

/* ---- slot.c ---- */
bool text_is(const struct cJSON *object, const char *key, const char *text);
struct cJSON *slot_at(const struct run *run, size_t place);
bool slot_is(const struct cJSON *slot, const char *state);
void slot_set(struct cJSON *slot, const char *state);
/* In effect at that version (NULL: not known) of that resource. */
void slot_set_done(struct cJSON *slot, const char *reference, const char *version);
size_t slot_count(const struct run *run, const char *state);
void slot_change_all(struct run *run, const char *from, const char *to);

/* ---- plan.c ---- */
enum plan {
    PLAN_READY,
    PLAN_NOTHING, /* what is wanted is so already */
    PLAN_ASK,     /* a human must decide; why and failure_type are set */
    PLAN_REJECT,  /* it can never be done; likewise */
};
#define OP_CREATE "create" /* what a slot is for, and what an intent asks for */
#define OP_UPDATE "update"
#define OP_PATCH  "patch"
#define OP_DELETE "delete"
const char *plan_operation(const struct cJSON *entry); /* of a Bundle; NULL: it writes nothing */
/* The JSON Patch in a Binary; NULL with err when there is none. */
const struct cJSON *plan_binary_patch(struct arena *arena, const struct cJSON *binary,
                                      struct err *err);
enum plan plan_make(struct run *run);
/* The content that the intent wants in place of `was`; NULL for a deletion, or with err where a
 * patch does not fit. */
const struct cJSON *plan_wanted(struct run *run, const struct cJSON *slot, const struct cJSON *was,
                                struct err *err);
/* Puts the intent onto `theirs`, guarded by its version; false where that cannot be. */
bool plan_rebase(struct run *run, struct cJSON *slot, const struct cJSON *was,
                 const struct cJSON *theirs, const char *version);
bool plan_is_bundle(const struct cJSON *payload);
bool plan_is_transaction(const struct cJSON *payload);
/* The references that an intent writes to, as far as they are known beforehand: an array of
 * strings. */
const struct cJSON *plan_targets(struct arena *arena, const struct cJSON *payload);

/* ---- talk.c ---- */
struct page {
    int status;
    const char *version;      /* or NULL */
    const struct cJSON *body; /* or NULL */
};
/* GET: waits and asks again until there is an answer that means something. */
void talk_get(struct run *run, const char *path, struct page *out);
/* The content of one version, or NULL when the server does not have it. */
const struct cJSON *talk_version(struct run *run, const char *reference, const char *version);
/* All entries of a history, newest first; NULL when the server has none. */
const struct cJSON *talk_history(struct run *run, const char *path);
struct answer { /* what the server said to one slot's write */
    int status; /* 0: nothing */
    bool was_sent;
    long retry_after_ms;             /* -1: not asked for */
    const char *version, *reference; /* vouched for by this answer; or NULL */
    const char *text;                /* of a refusal */
};
/* Sends all slots that are `sent`; answers by their place in run->slots. */
struct answer *talk_write(struct run *run);
const char *talk_escape(struct arena *arena, const char *text);

/* ---- look.c ---- */
enum effect {
    EFFECT_NONE,    /* the target is as the slot's guard says */
    EFFECT_DONE,    /* `version` (NULL: not known) of `reference` is this slot's work */
    EFFECT_DIFFERS, /* it is, but holds something else */
    EFFECT_OWN,     /* only earlier work of the same source is in the way */
    EFFECT_FOREIGN, /* someone else's work is in the way */
    EFFECT_HIDDEN,  /* the server does not show what must be there */
};
struct sight {
    enum effect effect;
    const char *reference, *version;
    const struct cJSON *was;    /* content of the slot's base, or NULL */
    const struct cJSON *theirs; /* content of the newest version seen, NULL: deleted or not there */
    const char *newest;         /* its version */
};
void look_slot(struct run *run, const struct cJSON *slot, const struct answer *answer,
               struct sight *out);
const struct cJSON *look_marked(const struct cJSON *resource, const char *mark); /* or NULL */

/* ---- ends.c ---- */
/* Nothing can be sent without a human, or nothing is left to do: the slots say which. */
void end_by_slots(struct run *run);
/* Can a later intent take the place of this one: is it neither in effect nor perhaps on its way? */
bool end_is_free(const struct run *run);
void end_run(struct run *run, const char *state); /* with problem or review as the state needs */
/* A second resource that the server made of a slot's create: told as drift, and audited as what it is. */
void end_twin(struct run *run, struct cJSON *slot, const char *reference, const char *version);
const struct cJSON *end_review(struct run *run); /* a review of the slots as they are */

/* ---- view.c ---- */
const char *view_id(struct arena *arena, unsigned number);
unsigned view_number(const char *id); /* 0: no such */
struct cJSON *view_intent(struct arena *arena, const struct engine *engine, unsigned number);
bool view_is_active(const struct cJSON *intent); /* neither ended nor with a human */
bool view_is_open(const struct cJSON *intent);   /* with a human */
/* Did that intent make the version (NULL: some version) of that resource? */
bool view_has_made(const struct cJSON *intent, const char *reference, const char *version);
#endif
