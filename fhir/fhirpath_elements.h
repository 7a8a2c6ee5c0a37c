/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_ELEMENTS_H
#define FHIR_FHIRPATH_ELEMENTS_H
/*
 * fhirpath_elements - the elements of R4's types as text, for fhirpath_model.c alone.
 *
 * Rows are in the order of strcmp. `elements` is words: "name:type" occurs once at most,
 * "name*type" is a list, "name|type|type" a choice, "name|*" a choice of what row "*" lists.
 */
#include <stddef.h>

struct fhirpath_row {
    const char *type; /* "Patient", "HumanName", "code", "Patient.contact" */
    const char *base; /* the type whose elements it has, too; "" for none */
    const char *elements;
};
extern const struct fhirpath_row fhirpath_rows[];
extern const size_t fhirpath_row_count;
#endif
