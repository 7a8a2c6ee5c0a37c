/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_VALIDATE_H
#define FHIR_VALIDATE_H
/*
 * validate - is a resource what FHIR R4 says it must be?
 *
 * Checked are: elements that are unknown, missing, too many, or of another type; the formats of
 * primitives; choices; codes of required bindings whose value sets are closed and known; what a
 * reference may be to; contained resources and the resources of a Bundle, recursively; extensions;
 * the `_name` companions of primitives; and invariants (see invariant.h).
 *
 * Ownership:  findings and their texts live in the arena. What is valid allocates nothing, but for
 * the lists that a few invariants need.
 */
#include "fhir/findings.h"

struct arena;
struct cJSON;

/* Finds what is wrong with `resource`, a tree by base/json. */
void validate_resource(struct findings *out, struct arena *arena, const struct cJSON *resource);
#endif
