/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_SCENARIO_FORM_H
#define HARNESS_SCENARIO_SCENARIO_FORM_H
/* scenario_form - the members of a scenario file, as shapes; docs/schema/scenario.schema.json says
 * the same. */
#include <stddef.h>

#include "base/shape.h"
#include "harness/scenario/scenario.h"

extern const struct shape scenario_form;
extern const struct shape scenario_expect_form; /* of its member `expect` */

/* One row per verb: the shape of its step, whose first member is the verb itself. */
struct scenario_step_form {
    enum verb verb;
    const struct shape *shape;
};
size_t scenario_step_forms(const struct scenario_step_form **out_forms);

extern const char *const scenario_operations[]; /* of an intent; NULL-terminated, as all of these */
extern const char *const scenario_states[];     /* of an intent, as the engine interface has them */
extern const char *const scenario_verbs[];      /* NULL-terminated, in the order of enum verb */
#endif
