/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CRITERIA_H
#define SIMULATOR_CRITERIA_H
/*
 * criteria - does a version meet "Type" or "Type?query", as a subscription's criteria are?
 *
 * By the search parameters that the server offers, so that a criterion and a search mean the same.
 */
#include <stdbool.h>

#include "base/attr.h"

struct arena;
struct err;
struct store;
struct version;

/* ERR_INPUT says what is wrong: the type, an escape, or a parameter that is not offered. */
int criteria_check(struct arena *arena, const char *criteria, struct err *err) ATTR_MUST_USE;
/* For criteria that were checked. `version` is current in `store`; a deletion meets what its
 * resource met before. */
bool criteria_meets(struct arena *arena, struct store *store, const char *base,
                    const char *criteria, const struct version *version);
#endif
