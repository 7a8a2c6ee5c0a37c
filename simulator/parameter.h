/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_PARAMETER_H
#define SIMULATOR_PARAMETER_H
/* parameter - where R4's search parameters `identifier`, `patient` and `subject` look, by
 * resource type. */
#include <stdbool.h>
#include <stddef.h>

struct cJSON;

/* The nth path ("participant.actor") that the parameter looks at; NULL behind the last, and for
 * types that do not have the parameter. */
const char *parameter_path(const char *code, const char *type, size_t nth);

/* True ends the visit. */
typedef bool element_fn(void *arg, const struct cJSON *element);
/* Visits every element that the parameter looks at in a resource of `type`; true when a visit
 * said so. */
bool parameter_visit(const char *code, const char *type, const struct cJSON *tree,
                     element_fn *visit, void *arg);
#endif
