/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_PATCH_H
#define FHIR_FHIRPATH_PATCH_H
/*
 * fhirpath_patch - FHIRPath Patch (hl7.org/fhir/R4/fhirpatch.html): a Parameters resource of
 * operations add, insert, delete, replace and move.
 *
 * All or nothing: on failure the target is as it was. A path must say one element (add, replace), one
 * list (insert, move), or one element or nothing (delete). A value's type must be the element's, or
 * one made from it. What deleting leaves empty goes with it. Errors name the operation, its path and
 * the column: "operation 1 (delete Patient.nmae): column 8: Patient has no element 'nmae'".
 */
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "fhir/patch.h"

/* For what is wrong with no operation alone. */
#define FHIRPATH_PATCH_WHOLE SIZE_MAX

/* Applies `parameters` to a copy of `target`, a resource; the new tree (in the arena), or NULL with
 * result, err and the failing operation's number (of Parameters.parameter, from 0) filled. */
struct cJSON *fhirpath_patch_apply(struct arena *arena, const struct cJSON *target,
                                   const struct cJSON *parameters, enum patch_result *out_result,
                                   size_t *out_operation, struct err *err);
#endif
