/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_KNOBS_H
#define SIMULATOR_KNOBS_H
/*
 * knobs - where FHIR servers differ from each other: one member for each difference, and the table
 * of their names and values (fhir-rules.md, "Knobs").
 *
 * All zero is FHIR R4 as specified, but for the members that are a number by nature: use
 * knobs_init. Whatever interact/, the store and reply.c do differently by server, they do by these.
 *
 * Ownership:  lists of texts belong to the arena that knobs_read was given.
 * Errors:     ERR_INPUT names the knob and its values, or the nearest known knob.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct buf;
struct cJSON;
struct err;

enum etag_form {
    ETAG_WEAK_INT,    /* W/"3", counted per resource */
    ETAG_WEAK_UUID,   /* W/"5c1f..." */
    ETAG_WEAK_GLOBAL, /* W/"1207", counted over the server, one number for a transaction */
    ETAG_TIMESTAMP,   /* W/"1767225600", lastUpdated in whole seconds; versionId counts */
    ETAG_STRONG,      /* "3" */
    ETAG_BARE,        /* 3 */
    ETAG_NONE,
};
enum if_match_checked {
    IF_MATCH_CHECKED,
    IF_MATCH_IGNORED,
    IF_MATCH_IGNORED_IN_BUNDLES,
    IF_MATCH_IGNORED_ON_CONDITIONAL,
};
enum return_default {
    RETURN_REPRESENTATION,
    RETURN_MINIMAL,
    RETURN_EMPTY, /* also where Prefer asks for more */
};
enum located { LOCATION_VERSIONED, LOCATION_UNVERSIONED, LOCATION_ABSENT };
enum delete_unknown { DELETE_UNKNOWN_SAME, DELETE_UNKNOWN_404, DELETE_UNKNOWN_TOMBSTONE };
enum if_none_exist {
    IF_NONE_EXIST_ATOMIC,
    IF_NONE_EXIST_RACY, /* matched when the request arrives, not when it is applied */
    IF_NONE_EXIST_IGNORED,
    IF_NONE_EXIST_UNSUPPORTED,
};
enum transaction_kind {
    TRANSACTION_ATOMIC,
    TRANSACTION_UNSUPPORTED,
    TRANSACTION_AS_BATCH, /* 200, though entries failed */
    TRANSACTION_PARTIAL,  /* an error, though entries before it stand */
};
enum conditional_delete {
    CONDITIONAL_DELETE_SINGLE,
    CONDITIONAL_DELETE_MULTIPLE,
    CONDITIONAL_DELETE_UNSUPPORTED,
};
enum patch_offered { PATCH_BOTH, PATCH_JSON, PATCH_FHIRPATH, PATCH_NONE };
enum history_kind {
    HISTORY_FULL,
    HISTORY_LATEST_ONLY,
    HISTORY_LAGGING, /* by search_lag_steps */
    HISTORY_NONE,
};
enum meta_on_update { META_REPLACED, META_CARRIED_FORWARD, META_MERGED };
enum narrative_on_patch { NARRATIVE_KEEP, NARRATIVE_REGENERATE, NARRATIVE_DROP, NARRATIVE_REJECT };
enum retry_after { RETRY_AFTER_SECONDS, RETRY_AFTER_DATE, RETRY_AFTER_MILLISECONDS };
enum async_writes { ASYNC_PREFER, ASYNC_NO, ASYNC_ALWAYS };
enum idempotency_header {
    IDEMPOTENCY_NONE,
    IDEMPOTENCY_IETF,          /* the first answer again */
    IDEMPOTENCY_REPLAY_ERRORS, /* the same, also when the first answer was an error */
    IDEMPOTENCY_CONFLICT_409,  /* 409, the original in Location */
};
enum error_body { ERROR_OUTCOME, ERROR_VENDOR_JSON, ERROR_HTML, ERROR_EMPTY };
enum auth { AUTH_NONE, AUTH_BEARER };
enum prevention { GUARD_PREVENT, GUARD_DETECT, GUARD_NONE };

struct knob_texts {
    const char *const *texts;
    size_t count;
};

struct knobs { /* every number, word and flag is an int, so that one table can fill it */
    /* versions */
    int etag_form, version_start, version_gaps, last_updated_resolution_s;
    /* guards */
    int stale_status, require_if_match, if_match_checked, refuses_strong_etag, if_match_absent;
    int ignores_fresh, write_clash;
    /* answers */
    int return_default, location, match_location, reply_echo_request, error_body;
    int invalid_status, rule_status, unsupported_status;
    /* writes */
    int no_op_same_version, meta_on_update, refuses_update_create, may_overwrite, refuses_subsetted;
    int merges_duplicates, referential_integrity;
    struct knob_texts drops_fields; /* "Patient.photo": not stored, without a word */
    /* conditionals, patches, Bundles */
    int if_none_exist, no_conditional_update, no_conditional_patch, conditional_delete;
    int patch, patch_test_failed, narrative_on_patch, refuses_json_patch_entries;
    struct knob_texts patch_paths; /* the only ones a PATCH may touch; none: all */
    int transaction, no_batch, replayed_bundle;
    /* deletes */
    int delete_status, delete_unknown, no_delete_etag, no_tombstones;
    /* looks */
    int search_lag_steps, search_cache, history;
    /* access and load */
    int throttle, retry_after, edit_lock, async_writes, idempotency_header, auth;
    /* what an engine can do about a hazard at such a server, for the judges */
    int lost_update, duplicate_create, partial_transaction, stale_read;
};

void knobs_init(struct knobs *out);
/* Sets the knobs that `object` has; those of `guards` are in `knobs_read_guards`. */
int knobs_read(struct knobs *knobs, struct arena *arena, const struct cJSON *object,
               struct err *err) ATTR_MUST_USE;
int knobs_read_guards(struct knobs *knobs, const struct cJSON *object,
                      struct err *err) ATTR_MUST_USE;
/* Adds all knobs as a JSON object, in the order of the table. */
void knobs_write(struct buf *buf, const struct knobs *knobs);
/* The same for the hazards. */
void knobs_write_guards(struct buf *buf, const struct knobs *knobs);

/* The names of the knobs in the order of the table; NULL at the end. */
const char *knob_name(size_t index);
#endif
