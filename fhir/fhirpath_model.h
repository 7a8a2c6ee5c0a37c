/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_MODEL_H
#define FHIR_FHIRPATH_MODEL_H
/*
 * fhirpath_model - R4's definitions as paths and patches name things.
 *
 * A type is a name ("Patient", "HumanName", "code") or, for elements without a name of their type,
 * where they stand ("Patient.contact"). Texts handed out are static, so that types may be compared by
 * pointer. Functions accept NULL and unknown names: nothing is found then.
 */
#include <stdbool.h>

struct arena;
struct definition_element;
struct definition_node;

struct fhirpath_element {
    const char *type;                      /* NULL for a choice, such as Observation.value[x] */
    const struct definition_node *choices; /* of a choice: where its types are */
    const struct definition_element *any_choice; /* one of them */
    bool is_list;
};

/* The element `name` (of value[x]: "value") of `type`, its own or its base's. */
bool fhirpath_element_find(struct fhirpath_element *out, const char *type, const char *name);

/* The type that `suffix` says of a choice ("Quantity", "String" of valueString); NULL when it is none
 * of its types, or `element` no choice. */
const char *fhirpath_choice(const struct fhirpath_element *element, const char *suffix);
/* What may be there: "HumanName", "Quantity|string", "any data type"; in the arena, or static. */
const char *fhirpath_types_text(struct arena *arena, const struct fhirpath_element *element);

/* The type's name as static text, or NULL. */
const char *fhirpath_type_find(const char *name);
/* Is `type` the same as `base` or made from it (code from string)? */
bool fhirpath_type_is(const char *type, const char *base);
bool fhirpath_type_is_primitive(const char *type);
#endif
