/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EVIDENCE_FORM_H
#define HARNESS_EVIDENCE_FORM_H
/* evidence_form - the members of an evidence file, as shapes; docs/schema/evidence.schema.json and
 * journal.schema.json (its entries) say the same. */
#include "base/shape.h"

extern const struct shape evidence_form;
extern const struct shape evidence_entry_form;

#define EVIDENCE_FORMAT "chartproof-evidence-1"

/* Names of enum evidence_part, in the order of its bits; ends with NULL. */
extern const char *const evidence_parts[];
/* Names of enum sim_guard, in its order; ends with NULL. */
extern const char *const evidence_guards[];
/* An array of such names as bits. */
unsigned evidence_parts_read(const struct cJSON *parts);
#endif
