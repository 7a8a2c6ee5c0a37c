/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_LAUNCH_H
#define HARNESS_SCENARIO_LAUNCH_H
/* launch - the command and environment of a process as an adapter gives them, with ${...} (template.h). */
#include "base/attr.h"

struct arena;
struct cJSON;
struct err;

const char *adapter_bin(struct arena *arena); /* the folder of this program, or CHARTPROOF_BIN */

struct adapter_values { /* NULL where not known */
    const char *here, *fhir, *engine, *port, *dir, *timeout_ms, *retry_ms;
    const char *key, *correlation; /* of a process for one intent alone */
};
/* Replaces ${...}; ${bin} is the folder of this program. ERR_INPUT for an unknown name. In the arena. */
char *adapter_expand(struct arena *arena, const char *text, const struct adapter_values *values,
                     struct err *err);
/* All of them; `texts` NULL: an empty list. */
const char **launch_expand(struct arena *arena, const char *const *texts,
                           const struct adapter_values *values, struct err *err);
/* Can `text` (NULL is fine) be expanded with what `known` has? ERR_INPUT with the pointer. */
int launch_check(struct arena *arena, const char *text, const struct adapter_values *known,
                 const char *pointer, struct err *err) ATTR_MUST_USE;

struct launch {
    const char *const *command;     /* NULL-terminated; NULL: `tree` has none */
    const char *const *environment; /* NULL-terminated "NAME=value" */
};
/* The members `command` and `environment` of `tree`, which is at `pointer`. ERR_INPUT with the pointer. */
int launch_read(struct arena *arena, const struct cJSON *tree, const char *pointer,
                const struct adapter_values *known, struct launch *out,
                struct err *err) ATTR_MUST_USE;

const char *const *launch_strings(struct arena *arena, const struct cJSON *array,
                                  const char *const *otherwise); /* where `array` is NULL */
#endif
