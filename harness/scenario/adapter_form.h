/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_ADAPTER_FORM_H
#define HARNESS_SCENARIO_ADAPTER_FORM_H
/* adapter_form - the members of an adapter file, as shapes; docs/schema/adapter.schema.json says
 * the same. */
#include "base/shape.h"

extern const struct shape adapter_form;

extern const char
    *const adapter_call_values[];         /* what may stand in ${...} of a call; NULL-terminated */
extern const char *const adapter_parts[]; /* members that unlock invariants; NULL-terminated */
#endif
