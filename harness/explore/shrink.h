/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_SHRINK_H
#define HARNESS_EXPLORE_SHRINK_H
/*
 * shrink - removes elements from what fails while it still fails, until none can be removed (1-minimal).
 *
 * Pure: what elements are, and what failing means, only the callback knows. Which elements go first is their rank.
 */
#include <stdbool.h>
#include <stddef.h>

enum shrink_answer {
    SHRINK_PASSES,
    SHRINK_FAILS, /* as the whole does */
    SHRINK_STOP,  /* not tried: no more is to be tried */
};
/* What comes of it with these elements kept. */
typedef enum shrink_answer shrink_try(void *arg, const bool *kept);

/*
 * The whole is taken to fail and is not tried. `kept` is filled: the smallest found that fails. True: without any one
 * of its elements it passes; false: the callback stopped before that was known.
 */
bool shrink(const unsigned *ranks, size_t count, shrink_try *try, void *arg, bool *kept);
#endif
