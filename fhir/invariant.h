/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_INVARIANT_H
#define FHIR_INVARIANT_H
/*
 * invariant - FHIRPath constraints of R4, as code.
 *
 * The table of definitions says which node has which constraints and what each says; here is what
 * can be decided by looking at the node alone. Those that look around (ele-1, dom-2 to dom-5,
 * ref-1) are validate.c's. A constraint that is not written here holds.
 */
#include <stdbool.h>

#include "fhir/definitions.h"

struct arena;
struct cJSON;

/* `number` is an index of definition_constraints. */
bool invariant_holds(unsigned number, struct arena *arena, const struct cJSON *object);
/* Is the constraint written as code at all? */
bool invariant_is_known(unsigned number);
#endif
