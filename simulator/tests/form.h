/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_FORM_H
#define SIMULATOR_TESTS_FORM_H
/*
 * form - does a JSON value fit a schema? As much of JSON Schema as docs/ uses: type, enum, minimum, maximum,
 * properties, required, additionalProperties, items, $ref; what it does not know fails the test.
 */
#include "base/json.h"

struct arena;

/* `schema` is of the file at `path`, from which its $refs are looked up. Failures name `row`. */
void form_check(struct arena *arena, const char *row, const struct cJSON *value,
                const struct cJSON *schema, const char *path);
#endif
