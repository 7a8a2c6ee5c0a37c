/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_VALUE_H
#define FHIR_FHIRPATH_VALUE_H
/*
 * fhirpath_value - a part of a Parameters resource as the value of an element.
 *
 * A part has its value as value[x], as `resource`, or as `part`s: then it is an element without a named
 * type (or of one that value[x] does not offer), and each part is one of its elements, by its name.
 */
#include "base/attr.h"
#include "fhir/fhirpath_model.h"
#include "fhir/fhirpath_tree.h"

struct arena;
struct err;

/* The value[x] of `part`, which must be of `type`; NULL with err filled. */
const struct cJSON *value_plain(const struct cJSON *part, const char *type, struct err *err);

/* The value of `part` for the element `place`. What `out` points to lives in the arena or the part. */
int value_read(struct arena *arena, const struct cJSON *part, const struct fhirpath_element *place,
               struct tree_value *out, struct err *err) ATTR_MUST_USE;

/* Adds `value` to the object `owner` of `type` as its element `name`: at the end of a list, else where
 * nothing is yet. */
int value_add(struct arena *arena, struct cJSON *owner, const char *type, const char *name,
              const struct tree_value *value, struct err *err) ATTR_MUST_USE;

/* The JSON member of an element: a choice has its type's name behind it. */
const char *value_member(struct arena *arena, const struct fhirpath_element *element,
                         const char *name, const char *type);
#endif
