/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_KINDS_H
#define HARNESS_EXPLORE_KINDS_H
/*
 * kinds - the faults that the explorer tries, one row for each way in which it tries one, in the order in which they
 * are tried (faults.md: lost replies, foreign edits, refusals for load and errors, lagging searches, the rest).
 *
 * A set of rows is a bit mask: bit i is row i. Pure, no state.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct arena;
struct err;

/* How a row is spelled behind the label of an exchange: "!reset-after", or a part. */
enum kind_spelling { KIND_FAULT, KIND_TIMEOUT_BEFORE, KIND_TIMEOUT_AFTER };

struct fault_row {
    const char *name;  /* as in `kinds`: "error-after" */
    const char *fault; /* as in a step: "error-after(503)"; NULL: not a fault of the notation */
    const char *group; /* "lost-reply", "race", ... */
    enum kind_spelling spelling;
    bool is_default; /* tried where nobody says which */
    /* More than what the exchange itself names depends on it: other resources, or the order of all commits. */
    bool touches_all;
};

#define KINDS_MAX 64
size_t kinds_rows(const struct fault_row **out_rows);
bool kinds_are_local(uint64_t mask); /* none of these touches_all */
uint64_t kinds_default(void);
/* `name`: a group or a single fault. ERR_INPUT names the nearest. Those that no exchange can have (`process`, `feed`)
 * are no rows: 0. */
int kinds_add(struct arena *arena, const char *name, uint64_t *mask, struct err *err) ATTR_MUST_USE;
#endif
