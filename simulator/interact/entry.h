/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_ENTRY_H
#define SIMULATOR_INTERACT_ENTRY_H
/*
 * entry - the entries of a posted Bundle as requests of their own, and their answers as the Bundle
 * sent back.
 *
 * Ownership: everything lives in the arena of the exchange.
 */
#include <stdbool.h>
#include <stddef.h>

#include "simulator/interact/act.h"

#define ENTRY_HEADERS_MAX 8

struct entry {
    size_t index;         /* in the Bundle, from 0 */
    const char *full_url; /* or NULL */
    const char *url;      /* request.url as sent; "" where it is missing */
    struct exchange_request request;
    struct http_header headers[ENTRY_HEADERS_MAX + 1];
    const char *target;        /* the id it writes to, once known; NULL for reads */
    struct document *document; /* in a transaction: what it creates or updates; else NULL */
    struct answer answer;
};

/* Reads a Bundle of `type` from the body. An entry that is no request has a refusal as answer
 * already. False with the whole answer filled when the body is no such Bundle. */
bool entries_read(const struct act *act, const char *type, struct entry **out_entries,
                  size_t *out_count);
/* Does the entry as an interaction of its own; `bend` as of the whole. */
void entry_do(const struct act *act, struct entry *entry);
/* Answers with a Bundle of `type`: one answer per entry, in the order of the request. */
void entries_answer(const struct act *act, const char *type, const struct entry *entries,
                    size_t count);
/* A Bundle of `type` done entry by entry (bundle.c). */
void batch_do(const struct act *act, const char *type);
#endif
