/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_TEMPLATE_H
#define HARNESS_SCENARIO_TEMPLATE_H
/*
 * template - texts and JSON with ${name} in them, as adapter files have them (contracts.md "Adapter file").
 *
 * ${name} stands for a value, ${name/pointer} for a part of one (RFC 6901 behind the name). Alone in a JSON string it
 * is replaced by the value with its type, and a value that is missing removes the member; inside a longer text the
 * value's own text is put: a string as it is, anything else as JSON.
 */
#include <stdbool.h>

#include "base/attr.h"

struct arena;
struct cJSON;
struct err;

/* `value` NULL: it is known by that name, but missing here. A table of them ends with a NULL name. */
struct template_value {
    const char *name;
    const struct cJSON *value;
    bool
        is_ours; /* a URL of the harness's own: put into a URL as it is, others percent-encoded but for '/' */
};

/* A value that is a string; NULL for NULL. */
const struct cJSON *template_string(struct arena *arena, const char *text);
/* A text of JSON strings' rules; in the arena. ERR_INPUT for a name that is unknown or a value that is missing. */
char *template_text(struct arena *arena, const char *text, const struct template_value *values,
                    bool is_url, struct err *err);
/* The tree with its values; NULL with ERR_INPUT. One that is nothing but a missing value is JSON null. */
struct cJSON *template_json(struct arena *arena, const struct cJSON *tree,
                            const struct template_value *values, struct err *err);
/* Only looks: are all names in `tree` (an object, array or string) of `known`? ERR_INPUT with the pointer. */
int template_check(struct arena *arena, const struct cJSON *tree, const char *const *known,
                   const char *pointer, struct err *err) ATTR_MUST_USE;
#endif
