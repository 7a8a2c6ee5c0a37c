/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGED_H
#define HARNESS_JUDGED_H
/*
 * judged - all that is judged of one run: the invariants, then what the scenario expects where the evidence says
 * that the schedule was its own. Pure: the same evidence has the same judgement, also when it comes from a file.
 */
#include <stddef.h>

#include "reports/result.h"

struct arena;
struct evidence;

struct judged {
    struct result_invariant *results; /* in the arena */
    size_t count;
    enum verdict verdict; /* of all that was judged */
};

void judged_make(const struct evidence *evidence, struct arena *arena, struct judged *out);
#endif
