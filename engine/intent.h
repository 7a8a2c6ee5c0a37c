/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_INTENT_H
#define ENGINE_INTENT_H
/*
 * intent - one business act: what was submitted, how far it has come, and what is said about it.
 *
 * An intent has one slot for each write it asks for: one, or one per writing entry of its Bundle.
 * A slot moves
 *
 *   PENDING -> SENT         an attempt that carries it is durable (command.c)
 *   SENT    -> CLAIMED      a reply says it was applied; not yet seen
 *   SENT    -> PENDING      it was surely not applied, and may be sent again
 *   SENT    -> REFUSED      refused for good, and looked at: it is not in the chart
 *   SENT    -> HUMAN        the chart has moved on from the version it was guarded by: somebody
 *   must decide,
 *                           unless it can be merged onto what was read (triage.c); then PENDING
 *                           with new content
 *   CLAIMED, SENT -> EFFECTIVE  it stands in the chart as it was sent
 *   CLAIMED, SENT -> DEVIANT    it stands in the chart, but not as it was sent
 *
 * Ownership:  everything lives in the arena given to intent_load.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "engine/ledger.h"

struct arena;
struct err;

enum intent_state {
    INTENT_ACCEPTED,
    INTENT_WRITING,
    INTENT_UNKNOWN,
    INTENT_COMMITTED,
    INTENT_REJECTED,
    INTENT_CANCELLED,
    INTENT_SUPERSEDED,
    INTENT_NEEDS_REVIEW,
    INTENT_INCOMPLETE,
    INTENT_STATE_COUNT
};
const char *intent_state_name(enum intent_state state);
bool intent_is_terminal(enum intent_state state); /* until an operator acts */
bool intent_is_open(enum intent_state state);     /* with a human */

enum write_how { WRITE_CREATE, WRITE_UPDATE, WRITE_PATCH, WRITE_DELETE };

enum slot_state {
    SLOT_PENDING,
    SLOT_SENT,
    SLOT_CLAIMED,
    SLOT_HUMAN,
    SLOT_EFFECTIVE,
    SLOT_DEVIANT,
    SLOT_REFUSED,
    SLOT_STATE_COUNT
};
const char *slot_state_name(enum slot_state state);

struct slot {
    size_t entry; /* in the Bundle; 0 for a simple intent */
    enum write_how how;
    const char *type, *id; /* id NULL: a create whose resource is not known yet */
    const char *guard;     /* versionId; NULL: not known yet */
    const char *exist;     /* If-None-Exist; creates only */
    /* The identifier by which what was made is found again; creates only. Ours, unless the type has
     * room for one and that came with the resource: then others may bear it too. */
    const char *mark_system, *mark; /* system NULL: has none */
    bool is_mark_shared;
    const char *find;            /* the search for it */
    const struct cJSON *content; /* a resource or a JSON Patch; NULL for a delete */
    const char *full_url;        /* of the entry, or NULL */
    bool is_replaced; /* content is a merge or a decision, not the submitted one: kept in `work` */
    bool is_drifted;  /* its version is no longer what it was, and that was told */
    bool is_decided;  /* by a human: never merged again without one */
    bool may_come;    /* an attempt nobody answered may be applied yet, by the guard it bore */
    enum slot_state state;
    int status; /* of the last reply that carried it; 0: none */
    const char
        *version; /* CLAIMED, EFFECTIVE, DEVIANT: the version; NULL: not known, or a deletion's */
    const char *existing; /* "Type/id" that If-None-Exist found, as the reply said */
    const char *why;      /* REFUSED, HUMAN: an issue code of ours, see problem.c */
};

struct intent {
    struct arena *arena;
    struct ledger_intent row;
    const struct cJSON *request;
    const char *operation;
    const char *bundle_type; /* NULL: a simple intent */
    const char *requester;   /* as canonical text, "" when absent */
    struct slot *slots;
    size_t slot_count;
    enum intent_state state;
    unsigned attempts;                       /* write requests, ever */
    unsigned attempts_since, requests_since; /* since the last act of an operator */
    unsigned waits; /* timers since the last progress: the back-off's exponent */
    int64_t due_ms; /* wall; 0: no timer */
    bool is_due_kept;
    bool is_cancel_asked;
    const char *poll;   /* where the server said that it tells what became of the write, or NULL */
    const char *review; /* id of the open review, or NULL */
    unsigned review_count;
    struct cJSON *problem; /* or NULL */
};

/* Is the `identifier` of this type one and not a list (R4)? */
bool intent_has_one_identifier(const char *type);
/* Did the server ask for time, for this intent, that is not over? */
bool intent_is_kept_away(const struct intent *intent);
/* What its bounds are counted for: slots, 1 at least. */
unsigned intent_parts(const struct intent *intent);
/* Is `request` an intent that this engine can take? Else ERR_INPUT with the JSON Pointer in the
 * text. */
int intent_check(struct arena *arena, const struct cJSON *request, struct err *err) ATTR_MUST_USE;

/* NULL and err when the row's texts cannot be read (a damaged ledger). */
struct intent *intent_load(struct arena *arena, const struct ledger_intent *row, struct err *err);
void intent_save(struct intent *intent); /* fills row.state and row.work */
struct cJSON *intent_view(const struct intent *intent);
const char *slot_reference(const struct slot *slot, struct arena *arena); /* "Type/id" or NULL */
/* What orders intents of one source: tenant, source and target of each slot. */
size_t intent_order_keys(const struct intent *intent, const char **out, size_t max);
#endif
