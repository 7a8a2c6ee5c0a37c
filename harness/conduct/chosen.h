/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_CHOSEN_H
#define HARNESS_CONDUCT_CHOSEN_H
/*
 * chosen - a run that an explorer steers: it follows a prefix of steps, then the base order (or chance), and tells at
 * every point what else could have been chosen.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/order.h"
#include "harness/explore/trace.h"

struct arena;
struct conducted;
struct conductor;
struct scenario;

struct chosen {
    /* Asked: */
    uint64_t kinds; /* rows of kinds.h that are told as options; 0: none */
    bool tells_kills;
    const char *const *prefix; /* steps as in point.chosen */
    const uint64_t
        *hashes; /* of the points at which they are to be taken; another is a divergence */
    size_t prefix_count;
    bool is_random; /* behind the prefix: by chance, within `bound`, which then counts no delays */
    uint64_t seed;
    struct cost bound;
    bool
        is_load; /* nothing is held and nobody steers: see load.c; of the above only kinds, kills and seed count */
    const char *keep; /* where the evidence of a run that FAILs goes; NULL: nowhere */
    /* Told, in the arena of the run: */
    struct trace trace;
};

/* Like `conduct`, steered. */
void conduct_chosen(struct conductor *conductor, const struct scenario *scenario,
                    struct chosen *chosen, struct arena *arena, struct conducted *out);
#endif
