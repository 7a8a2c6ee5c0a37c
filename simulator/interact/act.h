/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_ACT_H
#define SIMULATOR_INTERACT_ACT_H
/*
 * act - one interaction being done, and what the files of interact/ share.
 *
 * A Bundle's entries are acts of their own, with a request made from the entry, so that an entry
 * and a plain request cannot differ in what they mean.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "fhir/subset.h"
#include "simulator/exchange.h"
#include "simulator/interact.h"
#include "simulator/knobs.h"
#include "simulator/store.h"

struct arena;
struct buf;
struct cJSON;
struct document;
struct findings;

struct act {
    struct store *store;
    const struct knobs *knobs; /* what the server is like */
    const struct exchange_request *request;
    const struct interact_bend *bend; /* never NULL */
    const char
        *assigned_id; /* a write in a transaction: what write_target said before; else NULL */
    const struct document *valid; /* likewise: its body, read and found valid before */
    bool is_entry;                /* of a Bundle */
    struct answer *answer;
};

#define REFUSE(act, status, code, ...)                                                             \
    answer_refuse((act)->answer, (act)->request->arena, status, code, NULL, __VA_ARGS__)

/* The server does not offer `what`: answered by the knob unsupported_status. */
void act_unsupported(const struct act *act, const char *what);

/* One file each. */
void interact_read(const struct act *act);
void interact_vread(const struct act *act);
void interact_create(const struct act *act);
void interact_update(const struct act *act);
void interact_patch(const struct act *act);
void interact_delete(const struct act *act);
void interact_history(const struct act *act);
void interact_search(const struct act *act);
void interact_batch(const struct act *act);
void interact_transaction(const struct act *act);
void interact_capabilities(const struct act *act);
void interact_operation(const struct act *act);
void interact_subscription(const struct act *act); /* $status and $events */
/* Adds the operations of a resource type as the CapabilityStatement has them. */
void operation_list(struct buf *buf, const char *type);
/* The nth (from 0) of that name in a Parameters resource, or NULL. */
const struct cJSON *operation_parameter(const struct cJSON *parameters, const char *name,
                                        size_t nth);

/* ---- provenance.c ---- */

/* Is the header X-Provenance, if any, a Provenance that R4 allows? Else the answer says what is wrong. */
bool provenance_is_sound(const struct act *act);
/* Stores the header's Provenance for the versions from `first` (see store_at) on. */
void provenance_add(const struct act *act, size_t first);
/* The interaction and its Provenance in one commit. */
void provenance_do(const struct act *act);

/* Any of the above, by request->interaction. */
void interact_any(const struct act *act);

/* ---- guard.c: If-Match, If-None-Match, If-Modified-Since ---- */

/* True when a write may go on; else the answer says why not (412, 400 for a malformed header, or
 * what the knobs say). `current` may be NULL or a deletion. */
bool guard_passes(const struct act *act, const char *reference, const struct version *current);
/* True when the client has `current` already: the answer is 304 then. */
bool guard_is_fresh(const struct act *act, const struct version *current);

/* ---- write.c ---- */

/* The id that a create or update goes to, by its URL, If-None-Exist and search. NULL with the
 * answer filled when nothing is to be written: a refusal, or (200) what If-None-Exist found. */
const char *write_target(const struct act *act, const struct document *document);

/* ---- conditional.c ---- */

/* The one resource that a conditional PATCH or DELETE is for. NULL: there is none, or there are
 * several and the answer says so (412), or the answer says what is wrong with the query. */
const struct version *match_one(const struct act *act);

/* ---- stored.c ---- */

/* What the server makes of `document` before it stores it in place of `current` (or NULL): by the
 * knobs drops_fields, meta_on_update, narrative_on_patch. `document` itself where nothing changes. */
const struct document *stored_form(const struct act *act, const struct document *document,
                                   const struct version *current, struct document *room);
/* Is the content the same, but for meta.versionId and meta.lastUpdated? */
bool stored_is_same(const struct act *act, const struct document *document,
                    const struct version *current);

/* ---- validate.c ---- */

/* Reads the request's body as a resource of request->type; else the answer says what is wrong. */
bool validate_read(const struct act *act, struct document *out);
/* The same of a resource that R4 allows: 400 if it does not, or 422 where only rules are broken. */
bool validate_body(const struct act *act, struct document *out);
/* The same of what was read already. */
bool validate_document(const struct act *act, const struct document *document);
/* Answers with an OperationOutcome: one issue per finding. */
void validate_answer(const struct act *act, int status, const struct findings *findings);

/* ---- query.c: parameters and what they match ---- */

struct query_parameter {
    const char *name, *value; /* decoded */
};
struct query {
    struct query_parameter *parameters;
    size_t count;
    bool has_bad_escape, is_too_long;
};
void query_parse(struct query *out, struct arena *arena, const char *text);
/* False with a 400 answer when it is too long, or an escape is none: nothing is guessed. */
bool query_is_sound(const struct act *act, const struct query *query);
/* NULL when the query has none of that name. */
const char *query_value(const struct query *query, const char *name);
/* "search parameter nmae is not offered for Patient, nearest is name" */
const char *query_nearest(struct arena *arena, const char *type, const char *name);
struct query_found {
    const char *code; /* an IssueType, where the query cannot be one */
    const struct version **matches;
    size_t count;
};
/* What a conditional query matched `lag` commits ago. It says why it cannot be one (empty, or with a parameter or value
 * that is not offered); NULL when it can. */
const char *query_find(struct store *store, struct arena *arena, const char *base, const char *type,
                       const char *text, unsigned lag, struct query_found *out);
/* The same for a request: false with a 400 answer when it cannot be one. */
bool query_conditional(const struct act *act, const char *where, const char *type, const char *text,
                       size_t *out_count, const struct version ***out_matches);

/* ---- represent.c: answers that carry a resource ---- */

enum prefer { PREFER_NOTHING, PREFER_REPRESENTATION, PREFER_MINIMAL, PREFER_OUTCOME };
enum prefer prefer_return(const struct exchange_request *request);
bool prefer_is_strict(const struct exchange_request *request); /* handling=strict */

/* ETag, Last-Modified, the version and its content as body. */
void represent_read(const struct act *act, int status, const struct version *version);
/* The same for a write: Location when `is_located`, the body by Prefer. */
void represent_write(const struct act *act, int status, const struct version *version,
                     bool is_located);
/* The same for what a conditional create found instead of creating. */
void represent_match(const struct act *act, const struct version *version);
/* What a create, update or patch stores: `document` as stored_form leaves it, and but for what a
 * fault drops (drop_path). Where nothing changes and the server makes no version of that
 * (no_op_put), what is there. */
const struct version *represent_put(const struct act *act, const char *method, const char *id,
                                    const struct document *document);

/* ---- partial.c: _summary and _elements ---- */

/* Sets what a parameter's value asks for; they say what is wrong with it, or NULL. `type` NULL: any. */
const char *partial_elements(struct arena *arena, struct subset *subset, const char *type,
                             const char *value);
const char *partial_summary(struct subset *subset, const char *value);
/* What is shown of the version; its own bytes where that is all of it. */
const char *partial_bytes(struct arena *arena, const struct subset *subset,
                          const struct version *version, size_t *out_size);
/* Makes the answer to a read show what its query asks for; a 400 where it asks for what cannot be. */
void partial_show(const struct act *act, const struct version *version);

/* ---- bend.c: what faults make of a processing ---- */

/* The document that is stored instead of `document`; false when nothing bends it. */
bool bend_document(const struct act *act, const struct document *document, struct document *out);
/* True, with the answer filled (409), when no write gets to `reference` any more. */
bool bend_is_bricked(const struct act *act, const char *reference);
#endif
