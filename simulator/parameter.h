/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_PARAMETER_H
#define SIMULATOR_PARAMETER_H
/*
 * parameter - R4's search parameters: which a resource type has, and where in a resource they look.
 *
 * The table is made by a script (parameter_table.c). Paths are steps between dots, several paths
 * between blanks; `[system=email]` behind a step keeps the elements whose member has that value,
 * `:Patient` at the end keeps references to that type. Arrays are looked through.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

enum parameter_type {
    PARAMETER_TOKEN,
    PARAMETER_REFERENCE,
    PARAMETER_STRING,
    PARAMETER_DATE,
    PARAMETER_QUANTITY,
    PARAMETER_URI,
    PARAMETER_NUMBER,
};
const char *parameter_type_name(enum parameter_type type);

struct parameter {
    const char *code;
    enum parameter_type type;
    const char *paths;
    const char *system;  /* token: the code system of elements that are plain codes; or NULL */
    const char *targets; /* reference: names of types between blanks; NULL: any */
};

/* The parameters of one type, in the order of their codes. */
struct parameter_set {
    const char *type; /* "Resource": those that every type has */
    const struct parameter *parameters;
    size_t count;
    const char *identifiers, *references; /* paths that the index looks at, or NULL */
};
extern const struct parameter_set parameter_sets[]; /* "Resource", then by name */
extern const size_t parameter_set_count;

/* NULL when R4 has no such type. */
const struct parameter_set *parameter_set_of(const char *type);
/* NULL when the type does not have it; `type` NULL: those that every type has. */
const struct parameter *parameter_find(const char *type, const char *code);
/* All that a type has; NULL at the end. */
const struct parameter *parameter_at(const char *type, size_t index);
/* Their codes, and NULL behind the last. */
const char *const *parameter_codes(struct arena *arena, const char *type);
bool parameter_targets(const struct parameter *parameter, const char *type);

/* True ends the visit. */
typedef bool element_fn(void *arg, const struct cJSON *element);
/* Visits every element at one of the paths (NULL: none); true when a visit said so. */
bool parameter_visit(const char *paths, const struct cJSON *tree, element_fn *visit, void *arg);

/* The last two steps of a reference, without a version: "Patient/ada" of any server. The whole where
 * there are no two. */
const char *reference_tail(const char *reference, size_t *out_size);
#endif
