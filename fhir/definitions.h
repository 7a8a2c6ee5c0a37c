/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_DEFINITIONS_H
#define FHIR_DEFINITIONS_H
/*
 * definitions - what FHIR R4 says about resource types and data types, as rows that never change.
 *
 * A node is what has named children: a resource type, a data type, or an element with children of
 * its own (Observation.component). Its elements are rows in the order of their names as they stand
 * in JSON: a choice has a row for each of its types (valueQuantity, valueString, ...), and all of
 * them share a slot.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fhir/definitions_table.h"

struct definition_element {
    uint16_t name, choice; /* in definition_names; choice: its name without the type, or "" */
    uint16_t type;         /* enum definition_type, or DEFINITION_NODE and the number of a node */
    uint16_t set;          /* in definition_sets: a required binding; 0: none */
    uint16_t targets;      /* in definition_targets: what a Reference may be to; 0: anything */
    uint8_t slot;          /* of the node, below 64 */
    uint8_t flags;
};
#define DEFINITION_MANY    1 /* an array */
#define DEFINITION_BARRED  2 /* a profiled data type has none (SimpleQuantity.comparator) */
#define DEFINITION_SUMMARY 4 /* part of a summary */

struct definition_node {
    uint64_t required; /* a bit for each slot that must be filled */
    uint16_t path;     /* in definition_names */
    uint16_t first, count;
    uint16_t constraint_first, constraint_count; /* in definition_node_constraints */
};

struct definition_constraint {
    const char *key, *human;
    bool is_warning;
};
struct definition_set {
    uint16_t url, first, count; /* in definition_codes */
};
struct definition_code {
    uint16_t code, system; /* in definition_names */
};
struct definition_targets {
    uint16_t first, count; /* in definition_target_types */
};

extern const char *const definition_names[];
extern const struct definition_element definition_elements[];
extern const struct definition_node definition_nodes[DEFINITION_NODES];
extern const uint16_t definition_node_order[DEFINITION_NODES]; /* their numbers, by path */
extern const uint16_t definition_node_constraints[];
extern const struct definition_constraint definition_constraints[DEFINITION_CONSTRAINTS];
extern const struct definition_set definition_sets[];
extern const struct definition_code definition_codes[];
extern const struct definition_targets definition_targets[];
extern const uint16_t definition_target_types[]; /* numbers of resource types */

/* The number of a resource type, which is its node's; -1: there is none of that name. */
int definition_resource(const char *name, size_t size);
/* The number of the node with that path; -1: there is none. */
int definition_node_at(const char *path);
/* The row of the element `name` as in JSON; NULL: the node has none. */
const struct definition_element *definition_find(const struct definition_node *node,
                                                 const char *name);
/* "Observation.component", "string", "Resource": what an element of this type is. */
const char *definition_type_name(unsigned type);
/* Is the code in the set, of any system if `system` is NULL? */
bool definition_has_code(const struct definition_set *set, const char *system, const char *code);
bool definition_is_target(const struct definition_targets *targets, int resource);
#endif
