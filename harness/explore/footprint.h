/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_FOOTPRINT_H
#define HARNESS_EXPLORE_FOOTPRINT_H
/*
 * footprint - what a step touches, and whether two steps may change places.
 *
 * As text, parts joined by commas: `e` the engine's process; `*` everything in the store; `rType/id` or `rType` that
 * resource, or any of that type, is read or matched; `wType/id` or `wType` it is written. "-" nothing.
 *
 * Pure. Errors: none; what a request touches beyond what can be read off it is `*`.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct sim_exchange;

struct touch {
    const char *what; /* "Type/id" or "Type" */
    bool is_write;
};

struct footprint {
    bool engine, all;
    struct touch *touches;
    size_t count;
};

/* What the commit of this request touches. */
void footprint_of_request(const struct sim_exchange *exchange, struct buf *out);
/* What a foreign edit touches. */
void footprint_of_edit(const char *method, const char *target, struct buf *out);

void footprint_parse(struct arena *arena, const char *text, struct footprint *out);
/* Does the order of the two matter? */
bool footprint_conflict(const struct footprint *a, const struct footprint *b);
#endif
