/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H
/*
 * near - what a mistyped name was meant to be.
 *
 * Near is by edits: a letter more, less, another, or two neighbours swapped. Lists of names end
 * with NULL.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;

bool near_is_known(const char *name, const char *const *known);

/* The nearest of `known`; the first of equals. NULL when more than half of every name is different
 * and none begins with it. */
const char *near_find(const char *name, const char *const *known);

/* `"sumbit", nearest is "submit"; expected one of cancel, submit`: the same words in every error.
 */
const char *near_explain(struct arena *arena, const char *found, const char *const *known);
#endif
