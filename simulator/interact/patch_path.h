/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_PATCH_PATH_H
#define SIMULATOR_INTERACT_PATCH_PATH_H
/*
 * patch_path - FHIRPath Patch as the body of a PATCH: FHIR JSON that is a Parameters resource
 * (fhir-rules.md rows 19, 20 and 26).
 */
#include <stdbool.h>

#include "simulator/interact/act.h"

/* Is the body FHIR JSON, so that it must be a FHIRPath Patch? */
bool patch_path_is_meant(const struct exchange_request *request);
/* `current` with the body's operations done, and those operations; NULL with the answer filled. */
const struct cJSON *patch_path_apply(const struct act *act, const struct cJSON *current,
                                     const struct cJSON **out_operations);
/* The member of the resource that an operation changes: "Patient.name". */
const char *patch_path_touched(struct arena *arena, const char *type,
                               const struct cJSON *operation);
#endif
