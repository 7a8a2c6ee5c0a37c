/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_H
#define FHIR_FHIRPATH_H
/*
 * fhirpath - the part of FHIRPath that says where in a resource something is.
 *
 * Members (by R4's names: `Observation.value` is valueQuantity), `[n]`, the functions where, exists,
 * empty, not, count, first, last, single, extension, ofType, as; `=`, `!=`, `and`, `or`, `as`, `$this`,
 * parentheses; strings, numbers, booleans, dates. Everything else is refused, by its column and
 * with what was expected.
 *
 * Lifecycle:  fhirpath_parse, then fhirpath_evaluate as often as wanted. All lives in the arena.
 * Errors:     ERR_INPUT "column 9: ..." for a path that is none, or that R4's definitions do not
 *             know; ERR_LIMIT beyond LIMIT_FHIRPATH_BYTES or `steps_left`.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/json.h"
#include "fhir/fhirpath_model.h"

struct arena;
struct err;
struct fhirpath;

/*
 * One element of a resource. In JSON a primitive stands in two places, its value and (under the name
 * with _ in front) its id and extensions: either may be NULL, not both. What a path computes (a count,
 * a literal) has no owner, nor has the resource itself.
 */
struct fhirpath_node {
    struct cJSON *owner; /* the object it is in */
    const char *member;  /* its name there: "valueQuantity" */
    size_t index;        /* in the list, where is_listed */
    bool is_listed;
    struct cJSON *value, *extra;
    const char *type; /* NULL where R4 does not know it */
    struct fhirpath_element element;
    const char *name; /* by R4: "value" */
};

struct fhirpath_nodes {
    struct fhirpath_node *items;
    size_t count, capacity;
    const char *type; /* what they would be, also where there are none; NULL: several types */
};

struct fhirpath *fhirpath_parse(struct arena *arena, const char *text, struct err *err);

/* Changes nothing in `root`, a resource; the nodes point into it. `steps_left` bounds the work of
 * many evaluations together. `path` NULL gives the resource itself. */
int fhirpath_evaluate(const struct fhirpath *path, struct arena *arena, struct cJSON *root,
                      size_t *steps_left, struct fhirpath_nodes *out,
                      struct err *err) ATTR_MUST_USE;

/* Of a path that ends with a member, as `Patient.name` does: the path in front (NULL: the resource
 * itself) and the name. False for any other. */
bool fhirpath_split(const struct fhirpath *path, const struct fhirpath **out_owner,
                    const char **out_name);

/* The element of a resource of `type` that the path leads through: "name" of Patient.name[0].given;
 * NULL for the resource itself. */
const char *fhirpath_top(const struct fhirpath *path, const char *type);

/* The element `name` of the object `owner` of `type`, of a list all; in the arena. */
void fhirpath_children(struct arena *arena, struct cJSON *owner, const char *type, const char *name,
                       struct fhirpath_nodes *out);

/* The one member of `object` that is `name` with _ in front, or NULL. */
struct cJSON *fhirpath_extra(const struct cJSON *object, const char *name);
#endif
