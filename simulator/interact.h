/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_H
#define SIMULATOR_INTERACT_H
/*
 * interact - FHIR's interactions on the store: read, vread, update, patch, delete, create, search,
 * history, batch, transaction, capabilities. One file each in interact/. Pure but for the store:
 * request in, answer out.
 *
 * Never fails: whatever is wrong with a request is an answer with an OperationOutcome.
 */
#include <stdbool.h>

struct answer;
struct exchange_request;
struct store;

/* A way to bend one processing, set by faults (see strike.c); those that a Bundle's entries share
 * with it come first. */
struct interact_bend {
    const char *drop_path;          /* drop-field: JSON Pointer not stored */
    const char *normalise_path;     /* normalise: JSON Pointer to a string whose case is changed */
    unsigned stale_by;              /* stale-read(k): answer with the version k earlier */
    unsigned lag;                   /* search-lag(n): searches miss the newest n commits */
    bool shows_deleted;             /* search-ghost(deleted): searches match what was deleted */
    unsigned commits_since_arrival; /* of the request: what a racy If-None-Exist misses */
    unsigned clash_from, clash_until; /* commits made while the request was under way; 0: none */
    bool ignores_if_match;            /* flap-precondition */
    bool is_foreign; /* an edit: guards and offers are FHIR R4's whatever the knobs say */
    const char *const *bricked; /* references that no write gets to; ends with NULL; or NULL */

    unsigned reject_entry;        /* reject-entry(n), 1-based; 0: none */
    unsigned partial_transaction; /* 1-based: entries before n stand; 0: none */
};

void interact(struct store *store, const struct exchange_request *request,
              const struct interact_bend *bend, struct answer *answer);
#endif
