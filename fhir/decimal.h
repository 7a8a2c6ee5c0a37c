/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_DECIMAL_H
#define FHIR_DECIMAL_H
/*
 * decimal - JSON numbers compared by their text, never through a double: FHIR's decimals have a
 * precision, and integers may be larger than a double holds.
 *
 * Texts are what base/json gives (already valid JSON numbers).
 */
#include <stdbool.h>

struct arena;

/* The same value: 1.0 equals 1.00 equals 10e-1. */
bool decimal_equal(const char *a, const char *b);

/* One spelling per (value, significant digits): "1.50" and "15.0e-1" give the same text, "1.5"
 * another. */
char *decimal_canonical(struct arena *arena, const char *text);
#endif
