/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_PATCH_H
#define FHIR_PATCH_H
/*
 * patch - JSON Patch (RFC 6902) with JSON Pointer (RFC 6901) on trees whose numbers keep their text.
 *
 * All or nothing: on failure the target is as it was. Errors name the operation: "op 2 (/name/0/given): ...".
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/json.h"

struct arena;
struct err;

enum patch_result {
    PATCH_APPLIED,
    PATCH_MALFORMED,   /* not a JSON Patch: an unknown op, a missing member, a bad pointer */
    PATCH_NO_TARGET,   /* a path that leads nowhere in this target */
    PATCH_TEST_FAILED, /* a `test` that does not hold */
};

/* Applies `patch` to a copy of `target`; the new tree (in the arena) or NULL with result and err filled. */
struct cJSON *patch_apply(struct arena *arena, const struct cJSON *target,
                          const struct cJSON *patch, enum patch_result *out_result,
                          struct err *err);

/* Is `patch` a well-formed JSON Patch? For refusing an intent before anything is sent. */
int patch_check(const struct cJSON *patch, struct err *err) ATTR_MUST_USE;

/* RFC 6902 section 4.6: equal values; numbers are equal numerically (1.0 equals 1.00). */
bool patch_equal(const struct cJSON *a, const struct cJSON *b);
#endif
