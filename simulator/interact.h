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

/* A way to bend one processing, set by faults that strike before (see gate.c). */
struct interact_bend {
    const char *drop_path; /* drop-field: JSON Pointer not stored */
    unsigned stale_by;     /* stale-read(k): answer with the version k earlier */
    bool is_foreign;       /* an edit: guards and offers are FHIR R4's whatever the knobs say */
    unsigned reject_entry; /* reject-entry(n), 1-based; 0: none */
    unsigned
        partial_transaction; /* partial-transaction(n), 1-based: entries before n stand; 0: none */
};

void interact(struct store *store, const struct exchange_request *request,
              const struct interact_bend *bend, struct answer *answer);
#endif
