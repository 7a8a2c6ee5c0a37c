/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_RESOLVE_H
#define SIMULATOR_RESOLVE_H
/*
 * resolve - conditional references: "Practitioner?identifier=system|value" -> "Practitioner/id".
 *
 * Looks in a store, by the search parameters that the server offers. Meant as links_resolve_fn.
 */
#include <stddef.h>

struct arena;
struct err;
struct store;

struct resolver {
    struct store *store;
    const char *base; /* the server's URL, or NULL */
    int status;       /* out, on failure: what a request with this reference is answered */
    const char *code; /* out, on failure: the IssueType */
};

/* `arg` is a struct resolver. NULL with ERR_INPUT when there is no match, or several, or no such
 * parameter. */
const char *resolve_conditional(void *arg, struct arena *arena, const char *conditional,
                                struct err *err);
#endif
