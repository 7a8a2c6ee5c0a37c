/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_TREE_H
#define FHIR_FHIRPATH_TREE_H
/*
 * fhirpath_tree - changing elements in FHIR's JSON, where a primitive stands in two places.
 *
 * What is put is copied. A list's two arrays stay in step: ["a", null] beside [null, {"id": "x"}];
 * an array that would hold nothing but null goes. Numbers keep their text.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

struct tree_value {
    const struct cJSON *value, *extra; /* either may be NULL */
    const char *type;
};

/* Puts a single element, in place of what is there. */
void tree_put(struct cJSON *owner, const char *member, const struct tree_value *value);
void tree_remove(struct cJSON *owner, const char *member);

/* False: what is there is no list, though R4 says it is. Nothing there is a list of none. */
bool tree_is_list(const struct cJSON *owner, const char *member);
size_t tree_list_count(const struct cJSON *owner, const char *member);
void tree_list_insert(struct cJSON *owner, const char *member, size_t index,
                      const struct tree_value *value);
/* At the end, in a time that does not depend on the list where nothing has a shadow. */
void tree_list_append(struct cJSON *owner, const char *member, const struct tree_value *value);
void tree_list_remove(struct cJSON *owner, const char *member, size_t index);
void tree_list_move(struct cJSON *owner, const char *member, size_t from, size_t to);

/* Removes what FHIR does not have: empty objects and arrays. */
void tree_prune(struct cJSON *item);
size_t tree_depth(const struct cJSON *item);
#endif
