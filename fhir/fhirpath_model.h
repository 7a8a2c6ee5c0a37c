/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_MODEL_H
#define FHIR_FHIRPATH_MODEL_H
/*
 * fhirpath_model - what R4 says of types and their elements, as far as paths and patches need it.
 *
 * A type is a name ("Patient", "HumanName", "code") or, for elements without a name of their type,
 * where they stand ("Patient.contact"). Texts handed out are static, so that types may be compared by
 * pointer. Functions accept NULL and unknown names: nothing is found then.
 */
#include <stdbool.h>
#include <stddef.h>

struct fhirpath_element {
    const char *type;    /* NULL for a choice, such as Observation.value[x] */
    const char *choices; /* of a choice: see fhirpath_choice */
    bool is_list;
};

/* The element `name` (of value[x]: "value") of `type`, its own or its base's. */
bool fhirpath_element_find(struct fhirpath_element *out, const char *type, const char *name);

/* The type that `suffix` says of a choice ("Quantity", "String" of valueString); NULL when it is none
 * of its types, or `element` no choice. */
const char *fhirpath_choice(const struct fhirpath_element *element, const char *suffix);

/* The type's name as static text, or NULL. */
const char *fhirpath_type_find(const char *name);
/* Is `type` the same as `base` or made from it (code from string)? */
bool fhirpath_type_is(const char *type, const char *base);
bool fhirpath_type_is_primitive(const char *type);
#endif
