/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_FACTS_H
#define HARNESS_JUDGE_FACTS_H
/*
 * facts - the evidence of one run, indexed once for all judges: what was asked, said, sent,
 * committed, and what caused what. Says what happened, never whether it was right.
 *
 * Cause:      the correlation id, and target and content must agree; where they contradict, the
 * content decides (facts_cause.c). A version made by an `edit` is foreign; so is one that no write
 * of the engine explains. Order:      everything is told apart by n, the number of a journal entry.
 * "At n" means: after all entries up to n. Ownership:  everything lives in the arena given to
 * facts_build. Trees are parsed when first asked for. Odd input:  a body that is no JSON has a NULL
 * tree, an entry that fits nowhere is left out; nothing fails.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/evidence.h"

struct arena;
struct cJSON;
struct fact_exchange;
struct fact_intent;
struct fact_memo;   /* what derive.c made of a version or a slot when first asked for */
struct fact_parsed; /* a tree that is made when first asked for */
struct fact_resource;
struct fact_slot;
struct fact_version;
struct fact_write;
struct names;

/* ---- the chart ---- */

/* The engine got to know that a version is there: from an ETag, a Location, or the whole resource.
 */
struct fact_receipt {
    uint64_t n; /* of the reply */
    const struct fact_exchange *exchange;
    bool is_full;      /* the whole content: not HEAD, not SUBSETTED, not an error's text */
    bool is_own_reply; /* in the reply to the write that made this version */
};

struct fact_version {
    const struct fact_resource *resource;
    const struct fact_version
        *pred;         /* of the same resource, by commit, of those that stood; NULL: its first */
    size_t position;   /* in resource->versions */
    const char *label; /* versionId: opaque, may be used again */
    unsigned ordinal, commit;      /* commit 0: as loaded */
    uint64_t n;                    /* of its `committed` entry; 0: as loaded */
    const struct sim_entry *entry; /* NULL: as loaded */
    uint64_t
        undone; /* n of the `fault` entry by which the server lost it (a restore); 0: it stands */
    bool is_deletion;
    const char *content; /* as stored; NULL for a deletion */
    size_t size;
    struct fact_parsed *parsed; /* see fact_tree */
    struct fact_memo *memo;
    /* The cause. All NULL: loaded or foreign. `exchange` alone: the engine's, but of no intent we
     * know. */
    const struct fact_exchange *exchange;
    const struct fact_write *write;
    const struct fact_intent *intent;
    const struct fact_slot
        *slot; /* NULL with an intent: a companion, or content of no slot of it */
    bool is_companion;
    bool is_undo;                        /* see fact_write */
    const struct fact_receipt *receipts; /* by n */
    size_t receipt_count;
};

struct fact_resource {
    const char *reference, *type;         /* "Type/id" */
    const struct fact_version **versions; /* in commit order */
    size_t version_count;
};

/* ---- the wire ---- */

enum fact_method { METHOD_OTHER, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };
enum fact_guard_kind {
    GUARD_NONE,
    GUARD_IF_MATCH,
    GUARD_IF_NONE_MATCH,
    GUARD_IF_NONE_EXIST,
};

struct fact_guard {
    enum fact_guard_kind kind;
    const char *text;  /* the value as sent; NULL for GUARD_NONE */
    const char *label; /* If-Match: the versionId named, "*", or NULL where it is no ETag */
};

/* One writing act: a simple write, or one writing entry of a Bundle. */
struct fact_write {
    const struct fact_exchange *exchange;
    size_t entry; /* in Bundle.entry; 0 for a simple write */
    enum fact_method method;
    const char *
        reference; /* "Type/id" that the URL names or the query means; NULL: a create, or not known */
    const char *type;     /* or NULL where the URL is odd */
    const char *query;    /* of a conditional update, patch or delete; or NULL */
    const char *full_url; /* of a Bundle entry, or NULL */
    struct fact_guard guard;
    const struct cJSON
        *body; /* the resource, or the JSON Patch (array; a Binary is decoded); or NULL */
    const struct fact_intent *intent; /* whose, by cause; NULL: nobody's we know */
    const struct fact_slot *slot;     /* of that intent; NULL: a companion or none */
    bool is_companion;
    bool is_undo; /* sent for its intent after an operator asked to have that undone; slot NULL */
    const struct fact_version *
        *commits; /* what it made, in order: several by a duplicating proxy */
    size_t commit_count;
    const char *content; /* of the body, as text, but for what server and engine add */
    int status;          /* of the answer to this act as the engine received it; 0: none came */
    const char *told_reference, *told_label; /* what that answer vouched for; or NULL */
};

struct fact_exchange {
    uint64_t number;
    const struct sim_entry *arrived; /* NULL: odd evidence */
    const struct sim_entry *replied; /* what the client got; NULL: nothing, or it was gone */
    const struct sim_entry *hung_up;
    const struct sim_entry **faults;
    size_t fault_count;
    uint64_t ended; /* n of the reply, else of the last entry that says that none comes; 0: never */
    bool is_write;  /* may change the chart */
    bool is_bundle;
    bool is_full_read;     /* answered 2xx with the whole current content of `reference` */
    const char *reference; /* "Type/id", "Type" or "" */
    const struct fact_intent
        *intent; /* by correlation id; for a write: of its first act, by cause */
    const struct fact_intent
        *correlated;           /* by correlation id alone; NULL: it names nobody we know */
    struct fact_write *writes; /* none for a look */
    size_t write_count;
    struct fact_parsed *request, *reply; /* bodies; see fact_tree_of */
    const struct cJSON *reply_headers;   /* NULL: no reply, or none */
};

/* ---- what was said ---- */

enum fact_state {
    STATE_NONE, /* no view, no state, or one that we do not know */
    STATE_ACCEPTED,
    STATE_WRITING,
    STATE_UNKNOWN,
    STATE_COMMITTED,
    STATE_REJECTED,
    STATE_CANCELLED,
    STATE_SUPERSEDED,
    STATE_COMPENSATED,
    STATE_NEEDS_REVIEW,
    STATE_INCOMPLETE,
};
bool state_is_terminal(enum fact_state state); /* until an operator acts */
bool state_is_open(enum fact_state state);     /* with a human */

/* One statement about an intent: a view, or an answer that is one (to a submit, a decision, a
 * cancel). */
struct fact_view {
    uint64_t n; /* when it was received */
    const struct sim_entry *entry;
    const struct cJSON *tree; /* NULL: no JSON object */
    enum fact_state state;
    const char *id, *key; /* as said; or NULL */
    const char *reference,
        *label;      /* result; NULL where null, missing or no string. "Type/id" without the base */
    bool has_result; /* an object */
    const struct cJSON *results; /* or NULL */
    const char *review;          /* id or NULL */
    const struct cJSON *problem; /* NULL where null or missing */
};

struct fact_submit {
    const struct sim_entry *asked, *answered; /* answered NULL or status 0: no answer came */
    const char *key;
    const struct cJSON *payload;  /* as delivered; NULL: no JSON */
    const struct fact_view *view; /* of the answer; NULL: none */
};

struct fact_decision {
    const struct sim_entry *asked, *answered; /* answered NULL or status 0: no answer came */
    bool is_accepted;                         /* 2xx */
    const struct cJSON *tree;                 /* what we said */
    const char *decision;                     /* apply discard merge; "" when odd */
    const struct cJSON *fields;
    const char *seen_version; /* a label, or NULL */
};

/* An operator asked to have the intent undone. */
struct fact_compensation {
    const struct sim_entry *asked, *answered; /* answered NULL or status 0: no answer came */
    bool is_refused;                          /* answered, and not with 2xx */
};

/* One line of the event log, of the audit, or a review. */
struct fact_record {
    uint64_t n;
    const struct sim_entry *entry;    /* body: byte for byte as served */
    const struct cJSON *tree;         /* NULL: no JSON object */
    const struct fact_intent *intent; /* by what it says of intent, key or correlation; or NULL */
};

/* ---- intents ---- */

enum fact_operation {
    OPERATION_NONE,
    OPERATION_CREATE,
    OPERATION_UPDATE,
    OPERATION_PATCH,
    OPERATION_DELETE,
    OPERATION_BUNDLE,
};

/* What can take effect once: a simple intent, or one writing entry of a Bundle. */
struct fact_slot {
    const struct fact_intent *intent;
    size_t index, entry; /* among the slots; in Bundle.entry */
    enum fact_method method;
    const char *type;      /* or NULL when odd */
    const char *reference; /* "Type/id": the target, as far as it is known beforehand; else NULL */
    const char *system,
        *value;           /* the target's business identifier (also an entry's query), or NULL */
    const char *full_url; /* of a Bundle entry, or NULL */
    const struct cJSON *content;      /* the resource, or the JSON Patch; NULL for a delete */
    const struct fact_version *base;  /* by invariants.md; NULL: a create, or nothing was there */
    const struct fact_write **writes; /* in order of arrival */
    size_t write_count;
    const struct fact_version **effects; /* versions it caused, in commit order */
    size_t effect_count;
    struct fact_memo *memo;
};

struct fact_intent {
    const struct evidence_intent *given;
    size_t index;
    enum fact_operation operation;
    bool is_transaction;
    const char *system, *event_id, *tenant; /* "" where absent */
    long long sequence;                     /* -1 where absent */
    const char *const *keys; /* that it was delivered under, first ones first; no doubles */
    size_t key_count;
    const char *const *ids; /* that the engine gave it */
    size_t id_count;
    bool is_accepted;   /* the engine said so: an answer 2xx, or a view of it */
    uint64_t submitted; /* n of the first submit; 0: never */
    struct fact_slot *slots;
    size_t slot_count;
    const struct fact_exchange **exchanges; /* its own or shared, in order of arrival */
    size_t exchange_count;
    struct fact_submit *submits; /* of any payload: a `resubmit` too */
    size_t submit_count;
    const struct fact_view **views; /* by n */
    size_t view_count;
    struct fact_decision *decisions;
    size_t decision_count;
    const struct sim_entry **cancels; /* asked */
    size_t cancel_count;
    struct fact_compensation *compensations;
    size_t compensation_count;
    const struct fact_record **events, **audit, **reviews; /* by n */
    size_t event_count, audit_count, review_count;
};

/* ---- all of it ---- */

struct facts {
    const struct evidence *evidence;
    struct arena *arena;
    const struct fact_resource *const *resources; /* by reference */
    size_t resource_count;
    const struct names *resource_names;        /* references -> which of the resources */
    const struct fact_version *const *commits; /* made in the run, by n */
    size_t commit_count;
    const struct fact_exchange *const *exchanges; /* by number: in order of arrival */
    size_t exchange_count;
    const struct fact_intent *const *intents; /* as in the evidence */
    size_t intent_count;
    const struct fact_record *events, *audit; /* all lines, in order of receipt */
    size_t event_count, audit_count;
    const struct sim_entry *const *lists; /* `reviews`: the lists of open reviews */
    size_t list_count;
    const struct sim_entry *const *processes; /* kind `process`, but steps */
    size_t process_count;
    uint64_t recovery, recovered; /* n of these process entries; 0: none */
    uint64_t last;                /* n of the last entry */
};

struct facts *facts_build(const struct evidence *evidence, struct arena *arena);

/* The tree of a version's content (NULL for a deletion), of a request's and of a reply's body.
 * NULL: no JSON. */
const struct cJSON *fact_tree(const struct fact_version *version);
const struct cJSON *fact_request(const struct fact_exchange *exchange);
const struct cJSON *fact_reply(const struct fact_exchange *exchange);

const struct fact_resource *facts_resource(const struct facts *facts,
                                           const char *reference); /* or NULL */
/* Had the server lost it by then (a restore)? */
bool version_was_lost(const struct fact_version *version, uint64_t n);
/* The version that was current at n (it may be a deletion); NULL: the resource was not there yet.
 */
const struct fact_version *facts_current(const struct facts *facts, const char *reference,
                                         uint64_t n);
/* The newest version of that label that was there at n, or NULL. One that the server lost is only found where no
 * other has its label. */
const struct fact_version *facts_version(const struct facts *facts, const char *reference,
                                         const char *label, uint64_t n);
/* Is `a` a newer version of the same resource than `b`? By commit order; b NULL: any is. */
bool version_is_newer(const struct fact_version *a, const struct fact_version *b);
/* n of the first reply by which the engine had the whole content (is_full) or knew of it at all; 0:
 * never. */
uint64_t version_received(const struct fact_version *version, bool is_full);

const struct fact_intent *facts_intent(const struct facts *facts, const char *name); /* or NULL */
/* Did a human or an operator act on the intent (decision, cancel, compensation) in (after, until]? */
bool intent_was_operated(const struct fact_intent *intent, uint64_t after, uint64_t until);
/* The first time in (after, until] that an operator asked to have it undone and was not refused; 0: none. */
uint64_t intent_compensation(const struct fact_intent *intent, uint64_t after, uint64_t until);
/* The last decision that the engine took, asked in (0, until]; NULL: none. */
const struct fact_decision *intent_decision(const struct fact_intent *intent, uint64_t until);
/* The last statement received in (0, until], or NULL. */
const struct fact_view *intent_view(const struct fact_intent *intent, uint64_t until);
/* Is it open with a human, by what was said last in the run? NULL is not. */
bool intent_is_open(const struct facts *facts, const struct fact_intent *intent);
/* Did this answer, which had the version, bear the tag of another? */
bool receipt_is_torn(const struct facts *facts, const struct fact_receipt *receipt,
                     const struct fact_version *version);
/* Is that what happened to the engine, or to another process of it ("kill@2")? */
bool process_is(const struct sim_entry *entry, const char *what);
/* Was the engine killed, or did it end, in (after, until)? */
bool facts_killed(const struct facts *facts, uint64_t after, uint64_t until);

/* A reply that will be the same when asked again: 400 403 (no quota) 404 405 410 413 415 422. */
bool reply_is_permanent(const struct sim_entry *replied, int status);
/* Does any string in `tree` name a conflict of versions? */
bool tree_names_conflict(const struct cJSON *tree);
bool facts_is_companion(const struct facts *facts, const char *type);
/* "Type/id" of a reference as an engine may write it: absolute on the base, with /_history/v; NULL:
 * none. In the facts' arena. `out_label` may be NULL. */
const char *facts_reference(const struct facts *facts, const char *text, const char **out_label);
/* `resource` without identifiers of the adapter's identifierSystem, but for those that `intended` (may be NULL) has. */
const struct cJSON *facts_without_own_identifier(const struct facts *facts,
                                                 const struct cJSON *resource,
                                                 const struct cJSON *intended);
/* A versionId as an engine may say it: text, a number, or an ETag; NULL: none of these. */
const char *facts_label(const struct facts *facts, const struct cJSON *said);
/* A header of a journal entry, names without case; NULL: absent. In the facts' arena. */
const char *facts_header(const struct facts *facts, const struct sim_entry *entry,
                         const char *name);
/* All of them, and one of these. */
const struct cJSON *facts_headers(const struct facts *facts, const struct sim_entry *entry);
const char *header_text(const struct cJSON *headers, const char *name);
#endif
