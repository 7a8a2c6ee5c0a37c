/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_PRIMITIVE_H
#define FHIR_PRIMITIVE_H
/*
 * primitive - the formats of FHIR's primitive types (hl7.org/fhir/R4/datatypes.html), by scanners
 * that read a value once.
 */
#include <stdbool.h>

#include "fhir/definitions.h"

enum primitive_json { PRIMITIVE_STRING, PRIMITIVE_NUMBER, PRIMITIVE_BOOLEAN };

/* What the primitive is in JSON. `type` is below DEFINITION_RESOURCE. */
enum primitive_json primitive_json(unsigned type);
/* Is the text (of a string, or of a number as it stands) a value of the type? */
bool primitive_is_valid(unsigned type, const char *text);
/* What is expected, for a sentence: "a date: YYYY, YYYY-MM or YYYY-MM-DD". */
const char *primitive_expected(unsigned type);

/* Of two values of date, dateTime or instant: is it certain that `a` is after `b`? Where one says
 * less than the other, only what both say counts. */
bool primitive_is_after(const char *a, const char *b);
#endif
