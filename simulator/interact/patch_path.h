/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_PATCH_PATH_H
#define SIMULATOR_INTERACT_PATCH_PATH_H
/*
 * patch_path - FHIRPath Patch as the body of a PATCH: FHIR JSON that is a Parameters resource
 * (fhir-rules.md rows 19, 20 and 26).
 */
#include <stdbool.h>

#include "base/attr.h"
#include "simulator/interact/act.h"

struct links;

/* Is the body FHIR JSON, so that it must be a FHIRPath Patch? */
bool patch_path_is_meant(const struct exchange_request *request);
/* `current` with the body's operations done; NULL with the answer filled. */
const struct cJSON *patch_path_apply(const struct act *act, const struct cJSON *current);

/* Resolves what the links' own rewriting cannot see: a value that becomes a Reference.reference by the
 * operation's path or name, or by its part's. */
int patch_path_resolve(struct links *links, struct arena *arena, struct cJSON *parameters,
                       struct err *err) ATTR_MUST_USE;
#endif
